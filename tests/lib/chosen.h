/* chosen.h - randomness that a test chooses, in place of the keyed streams; and cheap simulated sessions. */
#ifndef SOTTO_TESTS_CHOSEN_H
#define SOTTO_TESTS_CHOSEN_H

#include "mpc/mpc.h"

/** Bytes that follow from (seed, key, iv) alone; not for cryptography. */
void chosen_bytes(uint64_t seed, int key, const uint8_t iv[16], void *out, size_t len);

/** An mpc_stream_hook over them; arg points at the seed (uint64_t). */
enum sotto_err chosen_stream(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len);

/** The next number of a sequence. */
uint64_t chosen_next(uint64_t *state);

/** Call once: a simulated party's memory is not locked, which would take most of the time of a short session.
 */
void chosen_no_locking(void);

/** Share a value without a message: every summand but `last` is drawn from the seed, so that who lacks that one
 * sees the same for all values. For tests alone, which know the value at every party. z is made by
 * strand_shared. */
void chosen_sharing(const struct strand *st, struct shared *z, uint64_t seed, int last, const uint64_t *values);

#endif
