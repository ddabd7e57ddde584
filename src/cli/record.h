/* record.h - what a party's process tells the launcher, as bytes over a socket pair.
 *
 *   frame    | type u8 | length u64 | payload ... |                                       little-endian
 *   REPORT   values length u64 | values | fault | figures
 *   figures  rounds, bytes, CPU, memory, times; RUN_MARKS costs; lines passed u64, for each: line u32, round
 * u64 values   for each output: set u8, n u64, n x u64;  openings u64, for each: entry u32, n u64, n x u64
 *
 * Honest parties send the same `values` byte for byte. The reader trusts no length: a process that went wrong
 * must not take the launcher with it. */
#ifndef SOTTO_CLI_RECORD_H
#define SOTTO_CLI_RECORD_H

#include "cli/side.h"

enum record_type { RECORD_HELLO = 1, RECORD_PEERS, RECORD_PROGRESS, RECORD_REPORT };
enum { RECORD_HEADER_LEN = 9, RECORD_LEN_MAX = 1 << 30 };

/** Room for a frame's header; the payload follows, then record_end. */
size_t record_begin(struct writer *out, enum record_type type);
void record_end(struct writer *out, size_t begin);
/** The first whole frame of p: its type and payload. 0: not whole yet; -1: no such frame can be. Else its
 * length. */
int64_t record_next(const uint8_t *p, size_t len, enum record_type *type, struct reader *payload);

void record_report(struct writer *out, const struct image *im, int self, const struct fault *fault,
                   const struct run_result *r);
/** Values and openings into r->vm, the figures of `self`, and the fault (code SOTTO_OK if none). `values` are
 * the bytes to compare. SOTTO_ERR_MALFORMED where the bytes do not fit the image; r is then empty. */
SOTTO_MUST_CHECK enum sotto_err record_read_report(struct reader in, const struct image *im, int self,
                                                   struct run_result *r, struct fault *fault,
                                                   struct reader *values);

void record_progress(struct writer *out, const struct vm_progress *p);
bool record_read_progress(struct reader in, struct vm_progress *p);

#endif
