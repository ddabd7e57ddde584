/* mac.c - the one-time MAC, and its portable variant. CT: integer products of 64 bits take the same time for
 * all data on the processors that we build for. */
#include "crypto/kernels.h"

static const struct crypto_poly *variant(void)
{
    switch (cpu_variant()) {
#if defined __x86_64__
    case CPU_AVX512:
        return &crypto_poly_avx512;
    case CPU_AVX2:
        return &crypto_poly_avx2;
#elif defined __aarch64__
    case CPU_ARMV8:
        return &crypto_poly_armv8;
#endif
    default:
        return &crypto_poly_portable;
    }
}

void crypto_mac_init(struct crypto_mac *m, const uint8_t key[CRYPTO_KEY_LEN])
{
    m->poly = variant();
    m->len = 0;
    m->powers = m->spread = false;
    memset(m->lane, 0, sizeof m->lane);
    memcpy(m->r, key, sizeof m->r);
    memcpy(m->s, key + sizeof m->r, sizeof m->s);
}

void crypto_mac_update(struct crypto_mac *m, const void *p, size_t len)
{
    uint8_t last[16] = { 0 };

    assert(m->len % 16 == 0);
    m->len += len;
    if (len / 16)
        m->poly->blocks(m, p, len / 16);
    if (len % 16) {
        memcpy(last, (const uint8_t *)p + len / 16 * 16, len % 16);
        m->poly->blocks(m, last, 1);
        mem_wipe(last, sizeof last);
    }
}

void crypto_mac_final(struct crypto_mac *m, uint8_t mac[CRYPTO_MAC_LEN])
{
    uint8_t last[16] = { 0 };

    put_u64(last, m->len);
    m->poly->blocks(m, last, 1);
    m->poly->sum(m, mac);
    for (int i = 0; i < CRYPTO_MAC_LEN; i++)
        mac[i] ^= m->s[i];
    mem_wipe(m, sizeof *m);
}

void crypto_mac(uint8_t mac[CRYPTO_MAC_LEN], const uint8_t key[CRYPTO_KEY_LEN], const void *p, size_t len)
{
    struct crypto_mac m;

    crypto_mac_init(&m, key);
    crypto_mac_update(&m, p, len);
    crypto_mac_final(&m, mac);
}

/* --- portable -------------------------------------------------------------------------------------------- */

typedef unsigned __int128 u128;

/* Carry-less product by integer products: with a bit in five, at most 13 products meet at a place, and carries
 * end in the holes. */
static u128 product64(uint64_t x, uint64_t y)
{
    static const uint64_t place[5][2] = { /* every fifth of 128 bits from bit k on */
                                          { 0x1084210842108421u, 0x2108421084210842u },
                                          { 0x2108421084210842u, 0x4210842108421084u },
                                          { 0x4210842108421084u, 0x8421084210842108u },
                                          { 0x8421084210842108u, 0x0842108421084210u },
                                          { 0x0842108421084210u, 0x1084210842108421u }
    };
    u128 z = 0;

    for (int k = 0; k < 5; k++) {
        u128 sum = 0;

        for (int i = 0; i < 5; i++)
            sum ^= (u128)(x & place[i][0]) * (y & place[(k - i + 5) % 5][0]);
        z |= sum & ((u128)place[k][1] << 64 | place[k][0]);
    }
    return z;
}

struct element {
    uint64_t low, high;
};

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

static struct element get(const uint8_t *p)
{
    return (struct element){ get64(p), get64(p + 8) };
}

/* Add the multiple of the modulus that makes the lowest 64 bits, c[0], zero. x^127 + x^126 + x^121 is 64 bits
 * up. */
static void clear_low(uint64_t *c)
{
    c[1] ^= c[0] << 63 ^ c[0] << 62 ^ c[0] << 57;
    c[2] ^= c[0] ^ c[0] >> 1 ^ c[0] >> 2 ^ c[0] >> 7;
}

/* a * b * x^-128 modulo x^128 + x^127 + x^126 + x^121 + 1: RFC 8452's dot. What clear_low has cleared is
 * dropped. */
static struct element dot(struct element a, struct element b)
{
    u128 low = product64(a.low, b.low), high = product64(a.high, b.high),
         mid = product64(a.low ^ a.high, b.low ^ b.high) ^ low ^ high; /* Karatsuba */
    uint64_t c[4] = { (uint64_t)low, (uint64_t)(low >> 64) ^ (uint64_t)mid,
                      (uint64_t)high ^ (uint64_t)(mid >> 64), (uint64_t)(high >> 64) };

    clear_low(c);
    clear_low(c + 1);
    return (struct element){ c[2], c[3] };
}

static void blocks_portable(struct crypto_mac *m, const uint8_t *p, size_t blocks)
{
    struct element sum = get(m->lane), r = get(m->r);

    for (; blocks; blocks--, p += 16) {
        struct element x = get(p);

        sum = dot((struct element){ sum.low ^ x.low, sum.high ^ x.high }, r);
    }
    put_u64(m->lane, sum.low);
    put_u64(m->lane + 8, sum.high);
}

static void sum_portable(struct crypto_mac *m, uint8_t out[16])
{
    memcpy(out, m->lane, 16);
}

const struct crypto_poly crypto_poly_portable = { blocks_portable, sum_portable };
