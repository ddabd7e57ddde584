/* shared.h - a vector of n secrets as one party holds it, and what every replicated sharing does without a
 * message.
 *
 * ARITH: x = sum of share[a] mod 2^bits, or in a prime field; a share is n little-endian words, see ring.h for
 * what `bits` may be.
 * BITS:  x = xor of share[a]; a share is `bits` bit planes, `stride` 64-bit words apart; element e of a plane
 * is bit e % 64 of word e / 64. Bits past n in the last word are unspecified and must not matter.
 *
 *            plane 0: |w0|w1|..|  plane 1: |w0|w1|..|  ...      least significant bit first
 *
 * share[a] is NULL where this party lacks summand a (rep4: a == self; rep3: a == self + 2). */
#ifndef SOTTO_MPC_SHARED_H
#define SOTTO_MPC_SHARED_H

#include "base/base.h"
#include "ring/ring.h"

enum { MPC_SHARES_MAX = 4 };
enum mpc_domain { MPC_ARITH, MPC_BITS };

struct shared {
    enum mpc_domain domain;
    unsigned bits;
    size_t n;
    size_t stride; /* BITS: words from a plane to the next, at least ring_words(n) */
    void *share[MPC_SHARES_MAX];
};

/** Words that one share takes at a time: n elements (ARITH) or the words of a plane (BITS). */
static inline size_t shared_words(const struct shared *x)
{
    return x->domain == MPC_ARITH ? x->n : ring_words(x->n);
}

/** Items of item_len bytes in x: its elements (ARITH), or the pieces of its one plane (BITS). */
static inline size_t shared_items(const struct shared *x, size_t item_len)
{
    return x->domain == MPC_ARITH ? x->n : x->n / (8 * item_len);
}

/** The kernels for its words. */
static inline const struct ring_kernels *shared_kernels(const struct shared *x)
{
    return ring_kernels_for(x->domain == MPC_ARITH ? x->bits : 1);
}

/** 64-bit words that one plain element takes. */
static inline unsigned shared_limbs(const struct shared *x)
{
    return ring_limbs(x->bits);
}

/** Bytes of a share of a vector of its own. */
size_t shared_share_len(enum mpc_domain domain, unsigned bits, size_t n);

/** Row r of share a: the whole of it (ARITH, r = 0), or plane r (BITS). */
static inline void *shared_row(const struct shared *x, int a, unsigned r)
{
    return x->domain == MPC_ARITH ? x->share[a] : (uint64_t *)x->share[a] + r * x->stride;
}
static inline unsigned shared_rows(const struct shared *x)
{
    return x->domain == MPC_ARITH ? 1 : x->bits;
}

/** Its planes lie one after another, with nothing between them: what goes plane by plane may take all at once.
 */
static inline bool shared_dense(const struct shared *x)
{
    return x->domain == MPC_BITS && x->stride == ring_words(x->n);
}
/** All words of x as one plane where they are dense, else x itself. */
struct shared shared_flat(const struct shared *x);

/** Planes first..first+planes of x, in place. */
struct shared shared_planes(const struct shared *x, unsigned first, unsigned planes);
/** One plane of x as a vector of bits, in place. */
struct shared shared_plane(const struct shared *x, unsigned plane);
/** Elements from..from+n of x in place; from is a multiple of 64 where x is BITS. */
struct shared shared_slice(const struct shared *x, size_t from, size_t n);

/* Local operations: z may alias x or y; all of one domain, bits and n. CT: nothing but n leaks. */
void shared_copy(struct shared *z, const struct shared *x);
/** Planes to..to+planes of z = those of x from `from` on. */
void shared_copy_planes(struct shared *z, unsigned to, const struct shared *x, unsigned from, unsigned planes);
void shared_zero(struct shared *z);
void shared_add(struct shared *z, const struct shared *x, const struct shared *y); /* BITS: xor */
void shared_sub(struct shared *z, const struct shared *x, const struct shared *y); /* BITS: xor */
/** z = -x (ARITH) or the complement (BITS). */
void shared_neg(struct shared *z, const struct shared *x);
/** z = x * the public word, in two's complement (ARITH). */
void shared_scale(struct shared *z, const struct shared *x, uint64_t by);
/** z = x * (or and) the public values, element by element. words: in the layout of one share of x.
 *  z is zero before. */
void shared_times_public(struct shared *z, const struct shared *x, const void *words);
/** z = public values, shared_limbs(z) 64-bit words each, low one first (rings: the low bits count; fields:
 * taken modulo the prime). `repeat`: one value for all n. */
void shared_public(struct shared *z, const uint64_t *values, bool repeat);
/** z (one element) = sum of all elements of x (ARITH) or their xor plane by plane (BITS). */
void shared_sum(struct shared *z, const struct shared *x);
/** z (n elements) = the one element of x, repeated. */
void shared_repeat(struct shared *z, const struct shared *x);
/** z[i] = x[from + i*step] for i < z->n; what lies past x's end becomes the public 0 (or all ones if
 * `fill_ones`). */
void shared_gather(struct shared *z, const struct shared *x, size_t from, size_t step, bool fill_ones);
/** The elements of x (BITS) go to z[at..at+x->n], which are zero before. */
void shared_place(struct shared *z, size_t at, const struct shared *x);
/** The same in planes to..to+x->bits of z. */
void shared_place_planes(const struct shared *z, unsigned to, size_t at, const struct shared *x);
/** z[at] = the one element of x. */
void shared_put(struct shared *z, size_t at, const struct shared *x);

/** BITS: clear what lies past n in the last words, which may depend on other secrets. Before every opening. */
void shared_clear_tail(struct shared *x);

/** Share a of z = one share's worth of words in the other domain, laid out as in x: words of k bits become k
 * planes, one plane becomes words. */
void shared_convert(struct shared *z, int a, const void *words, const struct shared *x);

#endif
