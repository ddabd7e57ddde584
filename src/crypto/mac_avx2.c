/* mac_avx2.c - POLYVAL by PCLMULQDQ: eight blocks by eight powers of r, reduced once. Gueron, Kounavis: Intel
 * carry-less multiplication and its usage (2010), for RFC 8452's order of bits, which spares the turning. */
#include "crypto/kernels.h"

#include <immintrin.h>

enum { WIDE = 8 };

/* A sum of products of 256 bits, Karatsuba's middle apart. */
struct sum {
    __m128i low, mid, high;
};

static __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static void store(uint8_t *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)(void *)p, v);
}

static __m128i halves(__m128i a) /* both are the sum of the halves */
{
    return _mm_xor_si128(a, _mm_shuffle_epi32(a, 0x4e));
}

static void add_product(struct sum *s, __m128i a, __m128i b, __m128i b_halves)
{
    s->low = _mm_xor_si128(s->low, _mm_clmulepi64_si128(a, b, 0x00));
    s->high = _mm_xor_si128(s->high, _mm_clmulepi64_si128(a, b, 0x11));
    s->mid = _mm_xor_si128(s->mid, _mm_clmulepi64_si128(halves(a), b_halves, 0x00));
}

static __m128i reduce(const struct sum *s)
{
    const __m128i modulus = _mm_set_epi64x((int64_t)0xc200000000000000u, 0);
    __m128i mid = _mm_xor_si128(s->mid, _mm_xor_si128(s->low, s->high)),
            low = _mm_xor_si128(s->low, _mm_slli_si128(mid, 8)),
            high = _mm_xor_si128(s->high, _mm_srli_si128(mid, 8));

    for (int i = 0; i < 2; i++) /* the lowest 64 bits become 0, and go: clear_low() in mac.c */
        low = _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(low, modulus, 0x10));
    return _mm_xor_si128(high, low);
}

static __m128i dot(__m128i a, __m128i b)
{
    struct sum s = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };

    add_product(&s, a, b, halves(b));
    return reduce(&s);
}

/* power[i] = r^(WIDE - i) */
static void make_powers(struct crypto_mac *m)
{
    __m128i r = load(m->r), p = r;

    for (int i = WIDE - 1; i >= 0; i--) {
        store(m->power[i], p);
        p = dot(p, r);
    }
    m->powers = true;
}

static void blocks_avx2(struct crypto_mac *m, const uint8_t *p, size_t blocks)
{
    __m128i sum = load(m->lane), r = load(m->r), power[WIDE], power_halves[WIDE];

    if (blocks >= WIDE) {
        if (!m->powers)
            make_powers(m);
        for (int i = 0; i < WIDE; i++) {
            power[i] = load(m->power[i]);
            power_halves[i] = halves(power[i]);
        }
    }
    for (; blocks >= WIDE; blocks -= WIDE, p += (size_t)16 * WIDE) {
        struct sum s = { _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128() };

        for (size_t i = 1; i < WIDE; i++)
            add_product(&s, load(p + 16 * i), power[i], power_halves[i]);
        add_product(&s, _mm_xor_si128(load(p), sum), power[0],
                    power_halves[0]); /* last: it has to wait for the sum */
        sum = reduce(&s);
    }
    for (; blocks; blocks--, p += 16)
        sum = dot(_mm_xor_si128(sum, load(p)), r);
    store(m->lane, sum);
}

static void sum_avx2(struct crypto_mac *m, uint8_t out[16])
{
    memcpy(out, m->lane, 16);
}

const struct crypto_poly crypto_poly_avx2 = { blocks_avx2, sum_avx2 };
