/* mac_armv8.c - POLYVAL by PMULL: as mac_avx2.c, eight blocks by eight powers of r, reduced once. CT: PMULL
 * takes the same time for all data. */
#include "crypto/kernels.h"

#include <arm_neon.h>

enum { WIDE = 8 };

/* A sum of products of 256 bits, Karatsuba's middle apart. */
struct sum {
    uint64x2_t low, mid, high;
};

static uint64x2_t load(const uint8_t *p)
{
    return vreinterpretq_u64_u8(vld1q_u8(p));
}

static void store(uint8_t *p, uint64x2_t v)
{
    vst1q_u8(p, vreinterpretq_u8_u64(v));
}

static uint64x2_t low_product(uint64x2_t a, uint64x2_t b)
{
    return vreinterpretq_u64_p128(vmull_p64((poly64_t)vgetq_lane_u64(a, 0), (poly64_t)vgetq_lane_u64(b, 0)));
}

static uint64x2_t high_product(uint64x2_t a, uint64x2_t b)
{
    return vreinterpretq_u64_p128(vmull_high_p64(vreinterpretq_p64_u64(a), vreinterpretq_p64_u64(b)));
}

static uint64x2_t halves(uint64x2_t a) /* both are the sum of the halves */
{
    return veorq_u64(a, vextq_u64(a, a, 1));
}

static void add_product(struct sum *s, uint64x2_t a, uint64x2_t b, uint64x2_t b_halves)
{
    s->low = veorq_u64(s->low, low_product(a, b));
    s->high = veorq_u64(s->high, high_product(a, b));
    s->mid = veorq_u64(s->mid, low_product(halves(a), b_halves));
}

static uint64x2_t reduce(const struct sum *s)
{
    const uint64x2_t modulus = vdupq_n_u64(0xc200000000000000u), zero = vdupq_n_u64(0);
    uint64x2_t mid = veorq_u64(s->mid, veorq_u64(s->low, s->high)),
               low = veorq_u64(s->low, vextq_u64(zero, mid, 1)),
               high = veorq_u64(s->high, vextq_u64(mid, zero, 1));

    for (int i = 0; i < 2; i++) /* the lowest 64 bits become 0, and go: clear_low() in mac.c */
        low = veorq_u64(vextq_u64(low, low, 1), low_product(low, modulus));
    return veorq_u64(high, low);
}

static uint64x2_t dot(uint64x2_t a, uint64x2_t b)
{
    struct sum s = { vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0) };

    add_product(&s, a, b, halves(b));
    return reduce(&s);
}

/* power[i] = r^(WIDE - i) */
static void make_powers(struct crypto_mac *m)
{
    uint64x2_t r = load(m->r), p = r;

    for (int i = WIDE - 1; i >= 0; i--) {
        store(m->power[i], p);
        p = dot(p, r);
    }
    m->powers = true;
}

static void blocks_armv8(struct crypto_mac *m, const uint8_t *p, size_t blocks)
{
    uint64x2_t sum = load(m->lane), r = load(m->r);

    if (blocks >= WIDE && !m->powers)
        make_powers(m);
    for (; blocks >= WIDE; blocks -= WIDE, p += (size_t)16 * WIDE) {
        struct sum s = { vdupq_n_u64(0), vdupq_n_u64(0), vdupq_n_u64(0) };

        for (size_t i = WIDE - 1; i > 0; i--) {
            uint64x2_t power = load(m->power[i]);

            add_product(&s, load(p + 16 * i), power, halves(power));
        }
        add_product(&s, veorq_u64(load(p), sum), load(m->power[0]),
                    halves(load(m->power[0]))); /* last: it has to wait for the sum */
        sum = reduce(&s);
    }
    for (; blocks; blocks--, p += 16)
        sum = dot(veorq_u64(sum, load(p)), r);
    store(m->lane, sum);
}

static void sum_armv8(struct crypto_mac *m, uint8_t out[16])
{
    memcpy(out, m->lane, 16);
}

const struct crypto_poly crypto_poly_armv8 = { blocks_armv8, sum_armv8 };
