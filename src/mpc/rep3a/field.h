/* field.h - the fields in which products are proven: GF(2^64) for bits, a random prime of 61 bits for rings,
 * and the prime fields of ring/wide.h for themselves.
 *
 * An element is `len` bytes, in a representation of the field's own (Montgomery's for the random prime, with
 * any constant factor that does not matter). z may alias x or y at the same position. CT: n leaks, and the
 * field. */
#ifndef SOTTO_MPC_REP3A_FIELD_H
#define SOTTO_MPC_REP3A_FIELD_H

#include "ring/ring.h"

enum { REP3A_ELEMENT_LEN_MAX = 32, REP3A_DRAW_LEN_MAX = 48 };

__extension__ typedef unsigned __int128 rep3a_u128;

struct rep3a_field {
    size_t len;                         /* bytes of an element */
    size_t draw_len;                    /* bytes of a stream that make one */
    uint64_t p, inverse, square;        /* random prime: p, -1/p mod 2^64, 2^128 mod p */
    const struct ring_kernels *kernels; /* of a named prime field */
    void (*add)(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n);
    void (*sub)(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n);
    /** z (one element) += sum of x*y */
    void (*dot_add)(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n);
    /** z += x * the one element `by` */
    void (*scale_add)(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n);
    /** A level of an inner product of n elements in 8 runs of h (inner.c): sums[t] of the products of x[0] +
     * x[1] and y[0] + y[1] at each of 27 points, and x folded by the weights of the 8 corners. NULL: as inner.c
     * does with what is above. */
    void (*points)(const struct rep3a_field *f, void *sums, const void *const x[2], const void *const y[2],
                   size_t n, size_t h);
    void (*fold)(const struct rep3a_field *f, void *x, const void *weight, size_t n, size_t h);
    /** Uniform elements from n * draw_len bytes; also makes received bytes into elements where draw_len == len.
     */
    void (*draw)(const struct rep3a_field *f, void *z, const uint8_t *stream, size_t n);
    /** Any n * len bytes become elements; elements stay as they are. */
    void (*canonical)(const struct rep3a_field *f, void *z, size_t n);
};

void rep3a_field_binary(struct rep3a_field *f);
/** p: an odd prime of 61 bits. */
void rep3a_field_prime(struct rep3a_field *f, uint64_t p);
/** bits: 61, 253 or 256. */
void rep3a_field_named(struct rep3a_field *f, unsigned bits);

/** z = the public number 1 in the representation in which products are made. */
void rep3a_one(const struct rep3a_field *f, void *z);

/** x * y in GF(2^64) = GF(2)[X]/(X^64 + X^4 + X^3 + X + 1). */
uint64_t rep3a_mul_binary(uint64_t x, uint64_t y);
/** The product of two polynomials over GF(2), low and high half. */
void rep3a_clmul(uint64_t x, uint64_t y, uint64_t z[2]);
uint64_t rep3a_reduce_binary(const uint64_t z[2]);

/** x*y/2^64 mod p for x*y < 2^64 * p. */
static inline uint64_t rep3a_montgomery(const struct rep3a_field *f, uint64_t x, uint64_t y)
{
    rep3a_u128 t = (rep3a_u128)x * y, m = (rep3a_u128)((uint64_t)t * f->inverse) * f->p;
    uint64_t r = (uint64_t)((t + m) >> 64), s = r - f->p; /* t + m < 2^128: p has 61 bits */

    return s + (f->p & -(s >> 63));
}

static inline uint64_t rep3a_word(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

/** t / 2^64 modulo the random prime, for any t. */
uint64_t rep3a_reduce_prime(const struct rep3a_field *f, rep3a_u128 t);
/** Any 64-bit number modulo the random prime. */
uint64_t rep3a_below_p(const struct rep3a_field *f, uint64_t x);

/** For public numbers. */
bool rep3a_is_prime_var(uint64_t n);

#endif
