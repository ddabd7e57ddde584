/* wide.h - words of more than 64 bits, and prime fields. Part of ring.h.
 *
 * The ring modulo 2^128; fields modulo 2^61 - 1 and modulo the orders of the groups of Ed25519 and secp256k1. A
 * field goes by the length of its prime, and its words are below the prime. Constant time. */
#ifndef SOTTO_RING_WIDE_H
#define SOTTO_RING_WIDE_H

enum { RING_FIELD_61 = 61, RING_FIELD_ED25519 = 253, RING_FIELD_SECP256K1 = 256, RING_WORD_LEN_MAX = 32 };
extern const struct ring_kernels ring_field_61, ring_field_ed25519, ring_field_secp256k1;

/** The kernels of those words; stops on any other number of bits. */
const struct ring_kernels *ring_wide_kernels_for(unsigned bits);

static inline bool ring_is_field(const struct ring_kernels *k)
{
    return k->wide && k->wide->prime;
}

/** One word: 1 / x; 0 for 0. */
void ring_field_invert(const struct ring_kernels *k, void *z, const void *x);
/** 1 / x[i] for n of them, none of which is 0, at the price of three products each. z is another vector. */
void ring_field_invert_all(const struct ring_kernels *k, void *z, const void *x, size_t n);

/** ring_to_planes and back for 128 bits. */
void ring_wide_to_planes(uint64_t *planes, size_t stride, const void *words, size_t n);
void ring_wide_from_planes(void *words, const uint64_t *planes, size_t stride, size_t n);

#endif
