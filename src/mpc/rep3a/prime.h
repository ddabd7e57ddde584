/* prime.h - the loops over elements of the random prime field. Private to rep3a.
 *
 * CT: lengths and the prime leak. */
#ifndef SOTTO_MPC_REP3A_PRIME_H
#define SOTTO_MPC_REP3A_PRIME_H

#include "mpc/rep3a/rep3a.h"

enum { REP3A_SUBSET_PRODUCTS_MAX = 1 << 28 }; /* of one proof: quotients' parts stay below 2^62 */
struct rep3a_prime_kernels {
    const char *name;
    /** z = x * weight / 2^64 for any x and weights below p; z may be x. */
    void (*weigh)(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, const uint64_t *weight,
                  size_t n);
    /** z = x modulo p for any x; z may be x. */
    void (*below)(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, size_t n);
    /** See struct rep3a_field. dot_add: x may be any numbers. */
    void (*dot_add)(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n);
    void (*points)(const struct rep3a_field *f, void *sums, const void *const x[2], const void *const y[2],
                   size_t n, size_t h);
    void (*fold)(const struct rep3a_field *f, void *x, const void *weight, size_t n, size_t h);
    /** For each of 64 subsets s, of which subsets[i] has bit s where i is in it: sum[0][s] += the low 33 bits
     * of q[i], sum[1][s] += the rest, in two's complement. NULL: as ring.c does by tables. */
    void (*subset_sums)(uint64_t sum[2][64], const uint64_t *subsets, const rep3a_u128 *q, size_t n);
};
/** Those for this processor. */
const struct rep3a_prime_kernels *rep3a_prime_kernels(void);
extern const struct rep3a_prime_kernels rep3a_prime_portable;
/** NULL where the processor lacks what they take. */
#ifdef __x86_64__
const struct rep3a_prime_kernels *rep3a_prime_avx512(void);
#else
static inline const struct rep3a_prime_kernels *rep3a_prime_avx512(void)
{
    return NULL;
}
#endif

#endif
