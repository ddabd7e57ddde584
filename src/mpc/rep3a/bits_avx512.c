/* bits_avx512.c - the loops over gates with AVX-512, VPCLMULQDQ and GFNI: eight groups, or eight elements, at a
 * time. */
#include "mpc/rep3a/bits.h"

#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,vpclmulqdq,gfni")))

/* --- GF(2^64) -------------------------------------------------------------------------------------------- */

/* Both 64-bit halves of each 128 bits are products of 128 bits: lo of even, hi of odd elements. */
WIDE static inline __m512i reduce(__m512i lo, __m512i hi)
{
    const __m512i poly = _mm512_set1_epi64(0x1b);
    __m512i l1 = _mm512_clmulepi64_epi128(lo, poly, 0x01), h1 = _mm512_clmulepi64_epi128(hi, poly, 0x01);
    __m512i l2 = _mm512_clmulepi64_epi128(l1, poly, 0x01), h2 = _mm512_clmulepi64_epi128(h1, poly, 0x01);

    lo = _mm512_ternarylogic_epi64(lo, l1, l2, 0x96);
    hi = _mm512_ternarylogic_epi64(hi, h1, h2, 0x96);
    return _mm512_unpacklo_epi64(lo, hi);
}

WIDE static inline __m512i multiply(__m512i a, __m512i b)
{
    return reduce(_mm512_clmulepi64_epi128(a, b, 0x00), _mm512_clmulepi64_epi128(a, b, 0x11));
}

WIDE static inline __mmask8 first(size_t n)
{
    return n >= 8 ? 0xff : (__mmask8)((1u << n) - 1);
}

WIDE static void dot(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    const uint64_t *a = x, *b = y;
    __m512i sum = _mm512_setzero_si512();
    uint64_t part[8], total[2] = { 0, 0 };

    (void)f;
    for (size_t i = 0; i < n; i += 8) {
        __m512i u = _mm512_maskz_loadu_epi64(first(n - i), a + i),
                v = _mm512_maskz_loadu_epi64(first(n - i), b + i);

        sum = _mm512_ternarylogic_epi64(sum, _mm512_clmulepi64_epi128(u, v, 0x00),
                                        _mm512_clmulepi64_epi128(u, v, 0x11), 0x96);
    }
    _mm512_storeu_si512(part, sum);
    for (int i = 0; i < 8; i++)
        total[i % 2] ^= part[i];
    *(uint64_t *)z ^= rep3a_reduce_binary(total);
}

WIDE static void scale(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x;
    const __m512i factor = _mm512_set1_epi64((long long)*(const uint64_t *)by);

    (void)f;
    for (size_t i = 0; i < n; i += 8) {
        __mmask8 k = first(n - i);
        __m512i v = multiply(_mm512_maskz_loadu_epi64(k, a + i), factor);

        _mm512_mask_storeu_epi64(r + i, k, _mm512_xor_si512(v, _mm512_maskz_loadu_epi64(k, r + i)));
    }
}

/* --- sums at the points ---------------------------------------------------------------------------------- */

/* 8 vectors at the corners of 3 variables become 27 at the points; in place from slot to slot. */
WIDE static inline void to_points(__m512i out[27], const __m512i *in, size_t step)
{
    for (unsigned m = 0; m < 8; m++)
        out[(m & 1) + 3 * (m >> 1 & 1) + 9 * (m >> 2)] = in[m * step];
    for (unsigned h = 0; h < 4; h++) { /* variable 0 */
        unsigned at = 3 * (h & 1) + 9 * (h >> 1);

        out[at + 2] = _mm512_xor_si512(out[at], out[at + 1]);
    }
    for (unsigned h = 0; h < 2; h++)
        for (unsigned i = 0; i < 3; i++)
            out[9 * h + 6 + i] = _mm512_xor_si512(out[9 * h + i], out[9 * h + 3 + i]);
    for (unsigned i = 0; i < 9; i++)
        out[18 + i] = _mm512_xor_si512(out[i], out[9 + i]);
}

/* --- a level of the inner product ------------------------------------------------------------------------- */

/* Element e of run m of x, for e from..from+8; zero past the end. */
WIDE static inline __m512i of_run(const uint64_t *x, size_t n, size_t h, unsigned m, size_t from)
{
    size_t i = m * h + from, there = i < n ? (h - from < n - i ? h - from : n - i) : 0;

    return _mm512_maskz_loadu_epi64(first(there), x + i);
}

WIDE static void points(const struct rep3a_field *f, void *sums, const void *const x[2], const void *const y[2],
                        size_t n, size_t h)
{
    __m512i u[27], v[27], runs[REP3A_FOLD_N], sum[27];
    uint64_t part[8];

    (void)f;
    memset(sum, 0, sizeof sum);
    for (size_t from = 0; from < h; from += 8) {
        for (unsigned m = 0; m < REP3A_FOLD_N; m++)
            runs[m] = _mm512_xor_si512(of_run(x[0], n, h, m, from), of_run(x[1], n, h, m, from));
        to_points(u, runs, 1);
        for (unsigned m = 0; m < REP3A_FOLD_N; m++)
            runs[m] = _mm512_xor_si512(of_run(y[0], n, h, m, from), of_run(y[1], n, h, m, from));
        to_points(v, runs, 1);
        for (unsigned t = 0; t < 27; t++)
            sum[t] = _mm512_ternarylogic_epi64(sum[t], _mm512_clmulepi64_epi128(u[t], v[t], 0x00),
                                               _mm512_clmulepi64_epi128(u[t], v[t], 0x11), 0x96);
    }
    for (unsigned t = 0; t < 27; t++) {
        uint64_t total[2] = { 0, 0 };

        _mm512_storeu_si512(part, sum[t]);
        for (int i = 0; i < 8; i++)
            total[i % 2] ^= part[i];
        ((uint64_t *)sums)[t] = rep3a_reduce_binary(total);
    }
    mem_wipe(u, sizeof u);
    mem_wipe(v, sizeof v);
    mem_wipe(runs, sizeof runs);
}

WIDE static void fold_runs(const struct rep3a_field *f, void *x, const void *weight, size_t n, size_t h)
{
    uint64_t *z = x;

    (void)f;
    for (size_t from = 0; from < h; from += 8) {
        __m512i lo = _mm512_setzero_si512(), hi = lo;

        for (unsigned m = 0; m < REP3A_FOLD_N; m++) {
            __m512i v = of_run(z, n, h, m, from),
                    by = _mm512_set1_epi64((long long)((const uint64_t *)weight)[m]);

            lo = _mm512_xor_si512(lo, _mm512_clmulepi64_epi128(v, by, 0x00));
            hi = _mm512_xor_si512(hi, _mm512_clmulepi64_epi128(v, by, 0x01));
        }
        _mm512_mask_storeu_epi64(z + from, first(h - from), reduce(lo, hi));
    }
}

/* --- sums at the points of six variables ------------------------------------------------------------------ */

struct work {
    __m512i u[64], v[64]; /* words, a group in each lane */
    __m512i high_u[8][27], high_v[8][27];
    __m512i low_u[27], low_v[27];
    __m512i sum[REP3A_POINTS_MAX];
};

WIDE static void load_groups(struct work *w, uint64_t *const x[2], uint64_t *const y[2], size_t groups,
                             size_t g)
{
    __mmask8 k = first(groups - g);

    for (unsigned m = 0; m < 64; m++) {
        size_t at = m * groups + g;

        w->u[m] =
            _mm512_xor_si512(_mm512_maskz_loadu_epi64(k, x[0] + at), _mm512_maskz_loadu_epi64(k, x[1] + at));
        w->v[m] =
            _mm512_xor_si512(_mm512_maskz_loadu_epi64(k, y[0] + at), _mm512_maskz_loadu_epi64(k, y[1] + at));
    }
}

WIDE static void add_products(struct work *w, __m512i weight)
{
    for (unsigned l = 0; l < 8; l++) { /* the high 3 variables first: word m = 8 high + low */
        to_points(w->high_u[l], w->u + l, 8);
        to_points(w->high_v[l], w->v + l, 8);
    }
    for (unsigned h = 0; h < 27; h++) {
        to_points(w->low_u, &w->high_u[0][h], 27);
        to_points(w->low_v, &w->high_v[0][h], 27);
        for (unsigned t = 0; t < 27; t++) {
            __m512i both = _mm512_and_si512(w->low_u[t], w->low_v[t]);

            w->sum[27 * h + t] =
                _mm512_ternarylogic_epi64(w->sum[27 * h + t], _mm512_clmulepi64_epi128(both, weight, 0x00),
                                          _mm512_clmulepi64_epi128(both, weight, 0x11), 0x96);
        }
    }
}

WIDE static void sums(uint64_t sum[REP3A_POINTS_MAX][2], uint64_t *const x[2], uint64_t *const y[2],
                      const uint64_t *weight, size_t groups)
{
    struct work w;
    uint64_t part[8];

    memset(w.sum, 0, sizeof w.sum);
    for (size_t g = 0; g < groups; g += 8) {
        load_groups(&w, x, y, groups, g);
        add_products(&w, _mm512_maskz_loadu_epi64(first(groups - g), weight + g));
    }
    for (size_t t = 0; t < REP3A_POINTS_MAX; t++) {
        _mm512_storeu_si512(part, w.sum[t]);
        for (int i = 0; i < 8; i++)
            sum[t][i % 2] ^= part[i];
    }
    mem_wipe(&w, sizeof w);
}

/* --- from bits to elements -------------------------------------------------------------------------------- */

/* Bytes b of eight vectors' 64-bit lanes become lanes: out[4 p + q], lane 2 L + s = bytes 2 q + s of lane 2 L +
 * p. */
WIDE static inline void transpose_bytes(__m512i out[8], const __m512i in[8])
{
    __m512i a[8], b[8];

    for (int i = 0; i < 4; i++) { /* pairs of vectors; even lanes, odd lanes */
        a[i] = _mm512_unpacklo_epi8(in[2 * i], in[2 * i + 1]);
        a[4 + i] = _mm512_unpackhi_epi8(in[2 * i], in[2 * i + 1]);
    }
    for (int p = 0; p < 8; p += 4)
        for (int i = 0; i < 2; i++) {
            b[p + i] = _mm512_unpacklo_epi16(a[p + 2 * i], a[p + 2 * i + 1]);     /* bytes 0..3 */
            b[p + 2 + i] = _mm512_unpackhi_epi16(a[p + 2 * i], a[p + 2 * i + 1]); /* 4..7 */
        }
    for (int p = 0; p < 8; p += 2) {
        out[p] = _mm512_unpacklo_epi32(b[p], b[p + 1]);
        out[p + 1] = _mm512_unpackhi_epi32(b[p], b[p + 1]);
    }
}

/* Matrix k of byte o: row i gives bit i of that byte, from the bits of eight words as they come out of a
 * transposition by the affine instruction, the last one first. */
static void matrices_of(uint64_t matrix[8][8], const uint64_t by[REP3A_GROUP])
{
    for (unsigned k = 0; k < 8; k++)
        for (unsigned o = 0; o < 8; o++) {
            matrix[k][o] = 0;
            for (unsigned i = 0; i < 8; i++)
                for (unsigned m = 0; m < 8; m++)
                    matrix[k][o] |= (by[8 * k + m] >> (8 * o + i) & 1) << (8 * (7 - i) + 7 - m);
        }
}

/* Elements of lanes 2 L + p, from j on, two of each. */
WIDE static inline void store_pairs(uint64_t *z, __m512i v, unsigned p, unsigned j)
{
    _mm_storeu_si128((__m128i *)(void *)(z + 64 * (0 + p) + j), _mm512_extracti64x2_epi64(v, 0));
    _mm_storeu_si128((__m128i *)(void *)(z + 64 * (2 + p) + j), _mm512_extracti64x2_epi64(v, 1));
    _mm_storeu_si128((__m128i *)(void *)(z + 64 * (4 + p) + j), _mm512_extracti64x2_epi64(v, 2));
    _mm_storeu_si128((__m128i *)(void *)(z + 64 * (6 + p) + j), _mm512_extracti64x2_epi64(v, 3));
}

WIDE static void fold_eight(uint64_t *z, const __m512i words[64], uint64_t matrix[8][8])
{
    const __m512i unit = _mm512_set1_epi64((long long)0x8040201008040201u);
    __m512i t[8][8], acc[8], out[8];

    for (unsigned k = 0; k < 8; k++) {
        transpose_bytes(t[k], words + 8 * k);
        for (unsigned x = 0; x < 8; x++)
            t[k][x] = _mm512_gf2p8affine_epi64_epi8(unit, t[k][x], 0);
    }
    for (unsigned x = 0; x < 8; x++) {
        for (unsigned o = 0; o < 8; o++)
            acc[o] = _mm512_setzero_si512();
        for (unsigned k = 0; k < 8; k += 2)
            for (unsigned o = 0; o < 8; o++) {
                __m512i first_half = _mm512_set1_epi64((long long)matrix[k][o]),
                        second_half = _mm512_set1_epi64((long long)matrix[k + 1][o]);

                acc[o] =
                    _mm512_ternarylogic_epi64(acc[o], _mm512_gf2p8affine_epi64_epi8(t[k][x], first_half, 0),
                                              _mm512_gf2p8affine_epi64_epi8(t[k + 1][x], second_half, 0), 0x96);
            }
        transpose_bytes(out, acc);
        for (unsigned y = 0; y < 8; y++) /* x = 4 p + q, y = 4 p2 + q2 */
            store_pairs(z, out[y], x / 4, 8 * (2 * (x % 4) + y / 4) + 2 * (y % 4));
    }
}

WIDE static void fold(uint64_t *z, const uint64_t *words, const uint64_t by[REP3A_GROUP], size_t groups)
{
    uint64_t matrix[8][8], tail[8 * 64] = { 0 };
    __m512i w[64];

    matrices_of(matrix, by);
    for (size_t g = 0; g < groups; g += 8) {
        size_t n = groups - g < 8 ? groups - g : 8;

        for (size_t m = 0; m < 64; m++)
            w[m] = _mm512_maskz_loadu_epi64(first(n), words + m * groups + g);
        fold_eight(n < 8 ? tail : z + 64 * g, w, matrix);
        if (n < 8)
            memcpy(z + 64 * g, tail, n * 64 * 8);
    }
    mem_wipe(w, sizeof w);
    mem_wipe(tail, sizeof tail);
}

WIDE static void weigh(uint64_t *z, const uint64_t *weight, size_t groups)
{
    for (size_t g = 0; g < groups; g++) {
        uint64_t w = weight[g], start[8];
        __m512i v, over;

        for (int i = 0; i < 8; i++, w = w << 1 ^ (0x1b & -(w >> 63)))
            start[i] = w;
        v = _mm512_loadu_si512(start);
        for (unsigned j = 0; j < 64; j += 8, z += 8) {
            _mm512_storeu_si512(z, multiply(_mm512_loadu_si512(z), v));
            over = _mm512_srli_epi64(v, 56); /* times X^8 */
            over = _mm512_ternarylogic_epi64(_mm512_xor_si512(over, _mm512_slli_epi64(over, 1)),
                                             _mm512_slli_epi64(over, 3), _mm512_slli_epi64(over, 4), 0x96);
            v = _mm512_xor_si512(_mm512_slli_epi64(v, 8), over);
        }
    }
}

static const struct rep3a_bits_kernels kernels = { "avx512", sums, fold, weigh, dot, scale, points, fold_runs };

const struct rep3a_bits_kernels *rep3a_bits_avx512(void)
{
    /* Asking the processor takes long where it is a virtual one; the choice is made already. */
    return cpu_variant() == CPU_AVX512 || cpu_best() == CPU_AVX512 ? &kernels : NULL;
}
