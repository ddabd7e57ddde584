/* prime_avx512.c - the random prime field with AVX-512 IFMA: eight elements at a time, sums of products reduced
 * once.
 *
 * A number of 64 bits is low (52 bits) + high * 2^52; a sum of products s0 + s1 * 2^52 + s2 * 2^104, each part
 * of at most 64 bits. */
#include "mpc/rep3a/prime.h"

#include <immintrin.h>

#define WIDE   __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512ifma")))
#define INLINE WIDE static inline __attribute__((always_inline))

enum { LIMB = 52, POINTS = 27, VECTORS = 4, CHUNK = 8 * VECTORS };

struct split {
    __m512i low, high;
};
struct sum {
    __m512i s0, s1, s2;
};
struct modulus {
    __m512i p, low, high, inverse; /* -1/p */
};

INLINE __mmask8 first(size_t n)
{
    return n >= 8 ? 0xff : (__mmask8)((1u << n) - 1);
}

INLINE struct modulus modulus_of(const struct rep3a_field *f)
{
    const uint64_t limb = ((uint64_t)1 << LIMB) - 1;

    return (struct modulus){ _mm512_set1_epi64((long long)f->p), _mm512_set1_epi64((long long)(f->p & limb)),
                             _mm512_set1_epi64((long long)(f->p >> LIMB)),
                             _mm512_set1_epi64((long long)(f->inverse & limb)) };
}

/* IFMA takes the low 52 bits by itself. */
INLINE struct split split(__m512i x)
{
    return (struct split){ x, _mm512_srli_epi64(x, LIMB) };
}

/* s += x * y; high parts of at most 12 and 9 bits */
INLINE void add_product(struct sum *s, struct split x, struct split y)
{
    s->s0 = _mm512_madd52lo_epu64(s->s0, x.low, y.low);
    s->s1 = _mm512_madd52hi_epu64(s->s1, x.low, y.low);
    s->s2 = _mm512_madd52hi_epu64(s->s2, x.low, y.high);
    s->s1 = _mm512_madd52lo_epu64(s->s1, x.low, y.high);
    s->s2 = _mm512_madd52hi_epu64(s->s2, x.high, y.low);
    s->s1 = _mm512_madd52lo_epu64(s->s1, x.high, y.low);
    s->s2 = _mm512_madd52lo_epu64(s->s2, x.high, y.high);
}

INLINE void carry(struct sum *s)
{
    const __m512i limb = _mm512_set1_epi64(((long long)1 << LIMB) - 1);

    s->s1 = _mm512_add_epi64(s->s1, _mm512_srli_epi64(s->s0, LIMB));
    s->s0 = _mm512_and_si512(s->s0, limb);
    s->s2 = _mm512_add_epi64(s->s2, _mm512_srli_epi64(s->s1, LIMB));
    s->s1 = _mm512_and_si512(s->s1, limb);
}

/* x - m where that is not negative */
INLINE __m512i cut(__m512i x, __m512i m)
{
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, m));
}

/* s / 2^64 mod p for s < 2^64 * p: Montgomery's reduction by 52 bits, then by 12. */
INLINE __m512i reduce(struct sum s, const struct modulus *m)
{
    const __m512i zero = _mm512_setzero_si512();
    __m512i by;

    carry(&s);
    by = _mm512_madd52lo_epu64(zero, s.s0, m->inverse);
    s.s0 = _mm512_madd52lo_epu64(s.s0, by, m->low);
    s.s1 = _mm512_madd52hi_epu64(s.s1, by, m->low);
    s.s1 = _mm512_madd52lo_epu64(s.s1, by, m->high);
    s.s2 = _mm512_madd52hi_epu64(s.s2, by, m->high);
    s.s1 = _mm512_add_epi64(s.s1, _mm512_srli_epi64(s.s0, LIMB));
    by = _mm512_and_si512(_mm512_madd52lo_epu64(zero, s.s1, m->inverse), _mm512_set1_epi64(0xfff));
    s.s1 = _mm512_madd52lo_epu64(s.s1, by, m->low);
    s.s2 = _mm512_madd52hi_epu64(s.s2, by, m->low);
    s.s2 = _mm512_madd52lo_epu64(s.s2, by, m->high);
    return cut(_mm512_add_epi64(_mm512_srli_epi64(s.s1, 12), _mm512_slli_epi64(s.s2, LIMB - 12)), m->p);
}

WIDE static void weigh(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, const uint64_t *weight,
                       size_t n)
{
    const struct modulus m = modulus_of(f);

    for (size_t i = 0; i < n; i += 8) {
        __mmask8 k = first(n - i);
        struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };

        add_product(&s, split(_mm512_maskz_loadu_epi64(k, x + i)),
                    split(_mm512_maskz_loadu_epi64(k, weight + i)));
        _mm512_mask_storeu_epi64(z + i, k, reduce(s, &m));
    }
}

WIDE static void below(const struct rep3a_field *f, uint64_t *z, const uint64_t *x, size_t n)
{
    const __m512i p = _mm512_set1_epi64((long long)f->p);

    for (size_t i = 0; i < n; i += 8) {
        __mmask8 k = first(n - i);
        __m512i v = _mm512_maskz_loadu_epi64(k, x + i);

        for (unsigned j = 4; j-- > 0;)
            v = cut(v, _mm512_slli_epi64(p, j));
        _mm512_mask_storeu_epi64(z + i, k, v);
    }
}

/* The lanes' sum / 2^64 mod p; s is carried. */
WIDE static uint64_t total(const struct rep3a_field *f, const struct sum *s)
{
    const uint64_t s0 = (uint64_t)_mm512_reduce_add_epi64(s->s0), s1 = (uint64_t)_mm512_reduce_add_epi64(s->s1),
                   s2 = (uint64_t)_mm512_reduce_add_epi64(s->s2);
    uint64_t low = rep3a_reduce_prime(f, ((rep3a_u128)s1 << LIMB) + s0), /* 2^104 / 2^64 = 2^40 */
        high = rep3a_montgomery(f, rep3a_reduce_prime(f, (rep3a_u128)s2 << (2 * LIMB - 64)), f->square);

    f->add(f, &low, &low, &high, 1);
    return low;
}

WIDE static void dot(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    const uint64_t *a = x, *b = y;
    struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };
    uint64_t all;

    for (size_t i = 0; i < n; i += 8) {
        __mmask8 k = first(n - i);

        add_product(&s, split(_mm512_maskz_loadu_epi64(k, a + i)), split(_mm512_maskz_loadu_epi64(k, b + i)));
        if (i % 4096 == 0)
            carry(&s);
    }
    carry(&s);
    all = total(f, &s);
    f->add(f, z, z, &all, 1);
}

/* --- a level of the inner product ------------------------------------------------------------------------- */

/* Values of eight elements at the corners, `VECTORS` apart, become those at the points. */
INLINE void to_points(__m512i v[POINTS][VECTORS], unsigned at, __m512i p)
{
#define MINUS(t, a, b)                                                                                         \
    do {                                                                                                       \
        __m512i d = _mm512_sub_epi64(v[a][at], v[b][at]);                                                      \
        v[t][at] = _mm512_min_epu64(d, _mm512_add_epi64(d, p));                                                \
    } while (0)
    for (unsigned h = 0; h < 4; h++) { /* variable 0 */
        unsigned t = 3 * (h & 1) + 9 * (h >> 1);

        MINUS(t + 2, t + 1, t);
    }
    for (unsigned h = 0; h < 2; h++)
        for (unsigned i = 0; i < 3; i++)
            MINUS(9 * h + 6 + i, 9 * h + 3 + i, 9 * h + i);
    for (unsigned i = 0; i < 9; i++)
        MINUS(18 + i, 9 + i, i);
#undef MINUS
}

INLINE void gather(__m512i v[POINTS][VECTORS], const uint64_t *const x[2], size_t n, size_t h, size_t from,
                   __m512i p)
{
    for (unsigned at = 0; at < VECTORS; at++, from += 8) {
        for (unsigned m = 0; m < REP3A_FOLD_N; m++) {
            size_t i = m * h + from, there = from < h && i < n ? (h - from < n - i ? h - from : n - i) : 0;
            __mmask8 k = first(there);

            v[rep3a_corner(m)][at] = cut(
                _mm512_add_epi64(_mm512_maskz_loadu_epi64(k, x[0] + i), _mm512_maskz_loadu_epi64(k, x[1] + i)),
                p);
        }
        to_points(v, at, p);
    }
}

struct work {
    __m512i u[POINTS][VECTORS], v[POINTS][VECTORS];
    struct sum sum[POINTS];
};

WIDE static void points(const struct rep3a_field *f, void *sums, const void *const x[2], const void *const y[2],
                        size_t n, size_t h)
{
    const uint64_t *const xs[2] = { x[0], x[1] }, *const ys[2] = { y[0], y[1] };
    const __m512i p = _mm512_set1_epi64((long long)f->p);
    struct work w;

    memset(w.sum, 0, sizeof w.sum);
    for (size_t from = 0; from < h; from += CHUNK) {
        gather(w.u, xs, n, h, from, p);
        gather(w.v, ys, n, h, from, p);
        for (unsigned t = 0; t < POINTS; t++) {
            struct sum s = w.sum[t];

            for (unsigned i = 0; i < VECTORS; i++)
                add_product(&s, split(w.u[t][i]), split(w.v[t][i]));
            carry(&s);
            w.sum[t] = s;
        }
    }
    for (unsigned t = 0; t < POINTS; t++)
        ((uint64_t *)sums)[t] = total(f, &w.sum[t]);
    mem_wipe(&w, sizeof w);
}

WIDE static void fold(const struct rep3a_field *f, void *x, const void *weight, size_t n, size_t h)
{
    const struct modulus m = modulus_of(f);
    uint64_t *z = x;
    struct split by[REP3A_FOLD_N];

    for (unsigned r = 0; r < REP3A_FOLD_N; r++)
        by[r] = split(_mm512_set1_epi64((long long)((const uint64_t *)weight)[r]));
    for (size_t from = 0; from < h; from += 8) {
        struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };

        for (unsigned r = 0; r < REP3A_FOLD_N; r++) {
            size_t i = r * h + from, there = i < n ? (h - from < n - i ? h - from : n - i) : 0;

            add_product(&s, split(_mm512_maskz_loadu_epi64(first(there), z + i)), by[r]);
        }
        _mm512_mask_storeu_epi64(z + from, first(h - from), reduce(s, &m));
    }
}

/* --- subsets -----------------------------------------------------------------------------------------------
 */

WIDE static void subset_sums(uint64_t sum[2][64], const uint64_t *subsets, const rep3a_u128 *q, size_t n)
{
    __m512i low[8], high[8];

    for (unsigned t = 0; t < 8; t++) {
        low[t] = _mm512_loadu_si512(sum[0] + 8 * t);
        high[t] = _mm512_loadu_si512(sum[1] + 8 * t);
    }
    for (size_t i = 0; i < n; i++) {
        const __m512i l = _mm512_set1_epi64((long long)((uint64_t)q[i] & (((uint64_t)1 << 33) - 1))),
                      h = _mm512_set1_epi64((long long)(q[i] >> 33)); /* cut to 64 bits: two's complement */

        for (unsigned t = 0; t < 8; t++) {
            __mmask8 k = (__mmask8)(subsets[i] >> 8 * t);

            low[t] = _mm512_mask_add_epi64(low[t], k, low[t], l);
            high[t] = _mm512_mask_add_epi64(high[t], k, high[t], h);
        }
    }
    for (unsigned t = 0; t < 8; t++) {
        _mm512_storeu_si512(sum[0] + 8 * t, low[t]);
        _mm512_storeu_si512(sum[1] + 8 * t, high[t]);
    }
}

static const struct rep3a_prime_kernels kernels = { "avx512", weigh, below, dot, points, fold, subset_sums };

const struct rep3a_prime_kernels *rep3a_prime_avx512(void)
{
    bool there = cpu_variant() == CPU_AVX512 || cpu_best() == CPU_AVX512;

    return there && __builtin_cpu_supports("avx512ifma") ? &kernels : NULL;
}
