/* mac_avx512.c - POLYVAL by VPCLMULQDQ, in four lanes: lane j sums up the blocks 4i + j by powers of r^4, so
 * that lanes meet only where vectors end.
 *
 *   m->lane   where m->spread: four lanes, in each the sum without the last product by r^4;
 *             else the whole sum in the first one */
#include "crypto/kernels.h"

#include <immintrin.h>

enum { WIDE = 8, VECTOR_LEN = 64, SPREAD_BLOCKS_MIN = 16 };

struct sum {
    __m512i low, mid, high;
};

static __m512i halves(__m512i a)
{
    return _mm512_xor_si512(a, _mm512_shuffle_epi32(a, (_MM_PERM_ENUM)0x4e));
}

static void add_product(struct sum *s, __m512i a, __m512i b, __m512i b_halves)
{
    s->low = _mm512_xor_si512(s->low, _mm512_clmulepi64_epi128(a, b, 0x00));
    s->high = _mm512_xor_si512(s->high, _mm512_clmulepi64_epi128(a, b, 0x11));
    s->mid = _mm512_xor_si512(s->mid, _mm512_clmulepi64_epi128(halves(a), b_halves, 0x00));
}

static __m512i reduce(const struct sum *s)
{
    const __m512i modulus = _mm512_broadcast_i32x4(_mm_set_epi64x((int64_t)0xc200000000000000u, 0));
    __m512i mid = _mm512_ternarylogic_epi64(s->mid, s->low, s->high, 0x96),
            low = _mm512_xor_si512(s->low, _mm512_bslli_epi128(mid, 8)),
            high = _mm512_xor_si512(s->high, _mm512_bsrli_epi128(mid, 8));

    for (int i = 0; i < 2; i++) /* the lowest 64 bits become 0, and go: clear_low() in mac.c */
        low = _mm512_xor_si512(_mm512_shuffle_epi32(low, (_MM_PERM_ENUM)0x4e),
                               _mm512_clmulepi64_epi128(low, modulus, 0x10));
    return _mm512_xor_si512(high, low);
}

static __m512i dot(__m512i a, __m512i b)
{
    struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };

    add_product(&s, a, b, halves(b));
    return reduce(&s);
}

static __m512i load_one(const uint8_t *p)
{
    return _mm512_zextsi128_si512(_mm_loadu_si128((const __m128i *)(const void *)p));
}

static void store_one(uint8_t *p, __m512i v)
{
    _mm_storeu_si128((__m128i *)(void *)p, _mm512_castsi512_si128(v));
}

static __m512i repeat(const uint8_t *p)
{
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)p));
}

/* power[i] = r^(4 * (WIDE - i)), by lanes: 4 8 12 16, then these times 16. */
static void make_powers(struct crypto_mac *m)
{
    __m512i r = load_one(m->r), r2 = dot(r, r), r4 = dot(r2, r2), r8 = dot(r4, r4), small;

    store_one(m->power[7], r4);
    store_one(m->power[6], r8);
    store_one(m->power[5], dot(r8, r4));
    store_one(m->power[4], dot(r8, r8));
    small = _mm512_loadu_si512(m->power[4]); /* 16 12 8 4 */
    _mm512_storeu_si512(m->power[0], dot(small, repeat(m->power[4])));
    m->powers = true;
}

/* Lane j by r^(4 - j), and all lanes together. */
static __m512i join(const struct crypto_mac *m, __m512i lanes)
{
    __m512i r = load_one(m->r), r2 = dot(r, r), r3 = dot(r2, r),
            by = _mm512_inserti32x4(
                _mm512_inserti32x4(_mm512_inserti32x4(repeat(m->power[7]), _mm512_castsi512_si128(r3), 1),
                                   _mm512_castsi512_si128(r2), 2),
                _mm512_castsi512_si128(r), 3),
            z = dot(lanes, by);

    z = _mm512_xor_si512(z, _mm512_shuffle_i64x2(z, z, 0x4e));
    z = _mm512_xor_si512(z, _mm512_shuffle_i64x2(z, z, 0xb1));
    return _mm512_zextsi128_si512(_mm512_castsi512_si128(z));
}

/* n vectors into the lanes. */
static __m512i take_vectors(const struct crypto_mac *m, __m512i lanes, const uint8_t *p, size_t n)
{
    __m512i power[WIDE], power_halves[WIDE];

    for (int i = 0; i < WIDE; i++) {
        power[i] = repeat(m->power[i]);
        power_halves[i] = halves(power[i]);
    }
    for (; n >= WIDE; n -= WIDE, p += WIDE * VECTOR_LEN) {
        struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };

        for (int i = 1; i < WIDE; i++)
            add_product(&s, _mm512_loadu_si512(p + VECTOR_LEN * (i - 1)), power[i], power_halves[i]);
        add_product(&s, lanes, power[0], power_halves[0]); /* last: it has to wait for the group before */
        lanes = _mm512_xor_si512(reduce(&s), _mm512_loadu_si512(p + VECTOR_LEN * (WIDE - 1)));
    }
    for (; n; n--, p += VECTOR_LEN) {
        struct sum s = { _mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512() };

        add_product(&s, lanes, power[WIDE - 1], power_halves[WIDE - 1]);
        lanes = _mm512_xor_si512(reduce(&s), _mm512_loadu_si512(p));
    }
    return lanes;
}

/* The whole sum is spread by adding it to the first block that follows. */
static void blocks_avx512(struct crypto_mac *m, const uint8_t *p, size_t blocks)
{
    __m512i sum = _mm512_loadu_si512(m->lane), r;

    if (!m->spread && blocks >= SPREAD_BLOCKS_MIN) {
        if (!m->powers)
            make_powers(m);
        sum = _mm512_xor_si512(sum, _mm512_loadu_si512(p));
        p += VECTOR_LEN;
        blocks -= 4;
        m->spread = true;
    }
    if (m->spread && blocks >= 4) {
        sum = take_vectors(m, sum, p, blocks / 4);
        p += blocks / 4 * VECTOR_LEN;
        blocks %= 4;
    }
    if (blocks && m->spread) {
        sum = join(m, sum);
        m->spread = false;
    }
    r = load_one(m->r);
    for (; blocks; blocks--, p += 16)
        sum = dot(_mm512_xor_si512(sum, load_one(p)), r);
    _mm512_storeu_si512(m->lane, sum);
}

static void sum_avx512(struct crypto_mac *m, uint8_t out[16])
{
    __m512i sum = _mm512_loadu_si512(m->lane);

    store_one(out, m->spread ? join(m, sum) : sum);
}

const struct crypto_poly crypto_poly_avx512 = { blocks_avx512, sum_avx512 };
