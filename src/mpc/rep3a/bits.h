/* bits.h - the loops over gates of the proof of bits, 64 words of 64 gates at a time. Private to rep3a.
 *
 * Word m of group g is words[m * groups + g]. A point is one of the 729 of {0,1,infinity}^6. CT: the number of
 * groups leaks. */
#ifndef SOTTO_MPC_REP3A_BITS_H
#define SOTTO_MPC_REP3A_BITS_H

#include "mpc/rep3a/rep3a.h"

struct rep3a_bits_kernels {
    const char *name;
    /** sum[t] (128 bits, not reduced) += weight[g] * (u & v at point t) for each group g; u = x[0]^x[1], v the
     * same.
     */
    void (*sums)(uint64_t sum[REP3A_POINTS_MAX][2], uint64_t *const x[2], uint64_t *const y[2],
                 const uint64_t *weight, size_t groups);
    /** z[64 g + j] = xor of by[m] over the words m of group g whose bit j is set. */
    void (*fold)(uint64_t *z, const uint64_t *words, const uint64_t by[REP3A_GROUP], size_t groups);
    /** z[64 g + j] *= weight[g] * X^j */
    void (*weigh)(uint64_t *z, const uint64_t *weight, size_t groups);
    /** In GF(2^64): see struct rep3a_field. */
    void (*dot_add)(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n);
    void (*scale_add)(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n);
    void (*points)(const struct rep3a_field *f, void *sums, const void *const x[2], const void *const y[2],
                   size_t n, size_t h);
    void (*fold_runs)(const struct rep3a_field *f, void *x, const void *weight, size_t n, size_t h);
};
/** Those for this processor. */
const struct rep3a_bits_kernels *rep3a_bits_kernels(void);
extern const struct rep3a_bits_kernels rep3a_bits_portable;
/** NULL where the processor lacks what they take. */
#if defined __x86_64__
const struct rep3a_bits_kernels *rep3a_bits_avx512(void);
#else
static inline const struct rep3a_bits_kernels *rep3a_bits_avx512(void)
{
    return NULL;
}
#endif

#endif
