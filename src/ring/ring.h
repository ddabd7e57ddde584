/* ring.h - vector kernels on words modulo 2^8 .. 2^128, on prime fields and on bit planes. Local work only.
 *
 * Everything is constant time in the contents; n leaks. Destinations may alias sources of the same position. */
#ifndef SOTTO_RING_H
#define SOTTO_RING_H

#include "crypto/crypto.h"

/** 64-bit words that n bits take. */
static inline size_t ring_words(size_t n)
{
    return (n + 63) / 64;
}

/* What words have beside it that are wider than 64 bits or in a prime field. A plain value of them is `limbs`
 * 64-bit words, low one first. */
struct ring_wide {
    unsigned limbs;
    size_t draw_len; /* bytes of a stream that make a uniform word */
    /** Uniform words from n * draw_len bytes of a stream; NULL: they are words as they stand. */
    void (*from_stream)(void *z, const uint8_t *stream, size_t n);
    /** Words that came from outside become what they are modulo the prime; NULL: all bytes are words. */
    void (*canonical)(void *z, size_t n);
    /** z (one word) = sum of all words */
    void (*sum)(void *z, const void *x, size_t n);
    /** z (one word) += the sum of all x*y */
    void (*dot)(void *z, const void *x, const void *y, size_t n);
    void (*get)(uint64_t *v, const void *x, size_t at);
    void (*put)(void *z, size_t at, const uint64_t *v); /* any value: cut, or taken modulo the prime */
    const uint64_t *prime;                              /* NULL: a ring */
};

/* One set a width. For bits, + and - are xor, * is and, and a word is 64 of them. */
struct ring_kernels {
    unsigned bits;   /* 1, 8, 16, 32, 64, 128; a prime field goes by the length of its prime: 61, 253, 256 */
    size_t word_len; /* bytes of a word: 8 for bits */
    void (*add)(void *z, const void *x, const void *y, size_t n);
    void (*sub)(void *z, const void *x, const void *y, size_t n);
    void (*neg)(void *z, const void *x, size_t n);                /* -x; complement for bits */
    void (*scale)(void *z, const void *x, uint64_t by, size_t n); /* by: two's complement */
    /** z += x*y */
    void (*mul_add)(void *z, const void *x, const void *y, size_t n);
    /** z += x0*y1 + x1*y0 */
    void (*cross_add)(void *z, const void *x0, const void *y0, const void *x1, const void *y1, size_t n);
    /** sum of all words; the low 64 bits of it where `wide` is set */
    uint64_t (*sum)(const void *x, size_t n);
    uint64_t (*get)(const void *x, size_t at);   /* the low 64 bits */
    void (*put)(void *z, size_t at, uint64_t v); /* two's complement */
    const struct ring_wide *wide;                /* NULL: a word is a ring's of up to 64 bits */
};

/** bits: 1, 8, 16, 32, 64, 128; 61, 253, 256 (fields: see ring/wide.h). */
const struct ring_kernels *ring_kernels_for(unsigned bits);

/* A product among four parties as one of them sees it (docs/protocols/rep4.md, "Products"). The summands that
 * it holds are 0, 1, 2 in the order of the duties; it knows the values of their pairs 01, 02, 12.
 *
 *   value[kl] = x[k]*y[l] + x[l]*y[k]
 *   out[kl]   = value[kl] - mask[kl]
 *   z[k]      = x[k]*y[k] + sum of mask[k.] + sum of out[.k] + partner[k] */
struct ring_four {
    const void *x[3], *y[3];
    void *z[3], *out[3];
    const void *mask[3];
    const void *partner[3]; /* the first `partners` */
    unsigned partners;
    bool more; /* z and out hold sums of terms, to be added */
};

/* And among three, for a party with summands 0 and 1:
 *
 *   z = out = x[0]*y[0] + x[0]*y[1] + x[1]*y[0] + mask[0] - mask[1] */
struct ring_three {
    const void *x[2], *y[2];
    void *z, *out;
    const void *mask[2];
    bool more; /* out holds a sum of terms, to be added */
};

/* In one pass over n words. Terms but the last of a sum go by _term, which leaves masks out (and z, for three).
 * z and out alias nothing else. */
struct ring_products {
    void (*four)(const struct ring_four *q, size_t n);
    void (*four_term)(const struct ring_four *q, size_t n);
    void (*three)(const struct ring_three *q, size_t n);
    void (*three_term)(const struct ring_three *q, size_t n);
};

/* A product of bits for five elements (docs/protocols/five.md) at one of the four places. Of the summands 0, 1,
 * 2 that it holds it knows v[0], v[1], v[2], the values of the pairs 01, 02, 12; m[i] are its masks, in any
 * order of places:
 *
 *            out[0]       out[1]       out[2]     out[3]     beside x[k]*y[k], z[0], z[1], z[2] get
 *   A, B     v0           v1 + m1      v2 + m2               m0 + m1   v0 + m0 + m2   v1 + v2 + m1 + m2
 *   C        v0 + m0      v0 + m1      v1 + m2    v2 + m3    m0 + m2   m1 + m3        v1 + v2 + m2 + m3
 *   D        v0+v1+m0     v0+v2+m1                           m0 + m2   m1 + m3        v0 + v1 + v2 + m0 + m1 +
 * m4 */
enum ring_five_place { RING_FIVE_AB, RING_FIVE_C, RING_FIVE_D };
struct ring_five {
    enum ring_five_place place;
    const void *x[3], *y[3];
    void *z[3], *out[4];
    const void *mask[5];
    const void *sum[3]; /* `more`: z and these are sums of terms by four_term, to be added */
    bool more;
};
/** In one pass over n words of 64 bits. z and out alias nothing else. */
void ring_five(const struct ring_five *q, size_t n);

/** bits: 1, 8, 16, 32, 64; NULL for others. */
const struct ring_products *ring_products_for(unsigned bits);

/** 64-bit words of one plain value of `bits` bits. */
static inline unsigned ring_limbs(unsigned bits)
{
    return (bits + 63) / 64;
}

/** z[z_at] = x[x_at], words of word_len bytes. */
static inline void ring_copy_word(void *z, size_t z_at, const void *x, size_t x_at, size_t word_len)
{
    uint8_t *to = (uint8_t *)z + z_at * word_len;
    const uint8_t *from = (const uint8_t *)x + x_at * word_len;

    if (word_len == 8) /* a constant length is a load and a store, and not a call */
        memcpy(to, from, 8);
    else if (word_len == 4)
        memcpy(to, from, 4);
    else
        memcpy(to, from, word_len);
}

/** n words of `bits` bits to `bits` planes, `stride` words apart; bits past n become 0. */
void ring_to_planes(uint64_t *planes, size_t stride, const void *words, unsigned bits, size_t n);
/** And back. */
void ring_from_planes(void *words, const uint64_t *planes, size_t stride, unsigned bits, size_t n);

/** Words that are the n bits of a plane: 0 or 1. */
void ring_from_bits(void *words, const uint64_t *plane, unsigned bits, size_t n);

static inline uint64_t ring_bit(const uint64_t *plane, size_t at)
{
    return plane[at / 64] >> (at % 64) & 1;
}

static inline void ring_set_bit(uint64_t *plane, size_t at, uint64_t bit)
{
    uint64_t mask = (uint64_t)1 << (at % 64);

    plane[at / 64] = (plane[at / 64] & ~mask) | (-(bit & 1) & mask);
}

/** xor of n bits. */
uint64_t ring_parity(const uint64_t *x, size_t n);
/** n times the one word x. */
void ring_repeat(void *z, const void *x, size_t word_len, size_t n);

/** The n bits of x go to bits at..at+n of z, which are 0 before. */
void ring_place_bits(uint64_t *z, size_t at, const uint64_t *x, size_t n);

/** z[i] = x[from + i*step], bit by bit, for i < n and from + i*step < x_n; else `fill`. */
void ring_gather_bits(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, size_t from, size_t step,
                      bool fill);

/** Item i of z = item order[i] of x, n items of item_len bytes. Not for a secret order: addresses show it. */
void ring_take(void *z, const void *x, const uint32_t *order, size_t n, size_t item_len);

/** The n bits of x at even and at odd places (zip.c); x is another vector. */
void ring_unzip_bits(uint64_t *even, uint64_t *odd, const uint64_t *x, size_t n);
/** And back. */
void ring_zip_bits(uint64_t *z, const uint64_t *even, const uint64_t *odd, size_t n);
/** z[i] = x[n-1-i]; z is another vector. */
void ring_reverse_bits(uint64_t *z, const uint64_t *x, size_t n);
/** z[i] = x[0] ^ ... ^ x[i] */
void ring_prefix_xor(uint64_t *z, const uint64_t *x, size_t n);

#include "ring/matrix.h"
#include "ring/wide.h"

#endif
