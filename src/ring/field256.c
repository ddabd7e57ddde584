/* field256.c - integers modulo the orders of the groups of Ed25519 and secp256k1, words of 32 bytes below them.
 *
 * Products of 512 bits, and sums of them, are reduced by Barrett's method (Menezes, van Oorschot, Vanstone:
 * Handbook of Applied Cryptography, algorithm 14.42, b = 2^64, k = 4). Constant time. */
#include "ring/ring.h"

__extension__ typedef unsigned __int128 u128;

struct field {
    uint64_t p[4], mu[5], r512[4]; /* mu = floor(2^512 / p), r512 = 2^512 mod p */
};

/* RFC 8032: 2^252 + 27742317777372353535851937790883648493 */
static const struct field ed25519 = {
    { 0x5812631a5cf5d3edu, 0x14def9dea2f79cd6u, 0, 0x1000000000000000u },
    { 0xed9ce5a30a2c131bu, 0x2106215d086329a7u, 0xffffffffffffffebu, 0xffffffffffffffffu, 0xfu },
    { 0xa40611e3449c0f01u, 0xd00e1ba768859347u, 0xceec73d217f5be65u, 0x0399411b7c309a3du }
};
/* SEC 2, 2.4.1 */
static const struct field secp256k1 = {
    { 0xbfd25e8cd0364141u, 0xbaaedce6af48a03bu, 0xfffffffffffffffeu, 0xffffffffffffffffu },
    { 0x402da1732fc9bec0u, 0x4551231950b75fc4u, 1, 0, 1 },
    { 0x896cf21467d7d140u, 0x741496c20e7cf878u, 0xe697f5e45bcd07c6u, 0x9d671cd581c69bc5u }
};

/* --- numbers of several limbs, low one first ----------------------------------------------------------------
 */

/* z += x; the carry. */
static uint64_t add_limbs(uint64_t *z, const uint64_t *x, size_t n)
{
    u128 t = 0;

    for (size_t i = 0; i < n; i++) {
        t += (u128)z[i] + x[i];
        z[i] = (uint64_t)t;
        t >>= 64;
    }
    return (uint64_t)t;
}

/* z -= x; the borrow. */
static uint64_t sub_limbs(uint64_t *z, const uint64_t *x, size_t n)
{
    uint64_t borrow = 0;

    for (size_t i = 0; i < n; i++) {
        u128 t = (u128)z[i] - x[i] - borrow;

        z[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

/* z (z_n limbs) += x * by; carries end at z_n. */
static void add_multiple(uint64_t *z, size_t z_n, const uint64_t *x, size_t n, uint64_t by)
{
    u128 t = 0;

    for (size_t i = 0; i < z_n; i++) {
        t += (u128)z[i] + (i < n ? (u128)x[i] * by : 0);
        z[i] = (uint64_t)t;
        t >>= 64;
    }
}

/* acc (9 limbs) += x * y */
static void accumulate(uint64_t acc[9], const uint64_t x[4], const uint64_t y[4])
{
    uint64_t z[8] = { 0 };

    for (size_t i = 0; i < 4; i++) {
        u128 t = 0;

        for (size_t j = 0; j < 4; j++) {
            t += (u128)x[i] * y[j] + z[i + j];
            z[i + j] = (uint64_t)t;
            t >>= 64;
        }
        z[i + 4] = (uint64_t)t;
    }
    acc[8] += add_limbs(acc, z, 8);
}

/* z = z - m where that is not negative. */
static void reduce_once(uint64_t *z, const uint64_t *m, size_t n)
{
    uint64_t less[5], keep;

    memcpy(less, z, n * sizeof *z);
    keep = -sub_limbs(less, m, n);
    for (size_t i = 0; i < n; i++)
        z[i] = (z[i] & keep) | (less[i] & ~keep);
}

/* --- modulo p ------------------------------------------------------------------------------------------------
 */

/* z = x mod p for x below 2^512. */
static void barrett(const struct field *f, uint64_t z[4], const uint64_t x[8])
{
    uint64_t q2[10] = { 0 }, r2[5] = { 0 }, r[5], m[5] = { f->p[0], f->p[1], f->p[2], f->p[3], 0 };

    for (size_t i = 0; i < 5; i++) /* floor(x / b^3) * mu */
        add_multiple(q2 + i, 10 - i, f->mu, 5, x[3 + i]);
    for (size_t i = 0; i < 5; i++) /* floor(q2 / b^5) * p mod b^5 */
        add_multiple(r2 + i, 5 - i, f->p, 4, q2[5 + i]);
    memcpy(r, x, sizeof r);
    (void)sub_limbs(r, r2, 5);
    reduce_once(r, m, 5); /* below 3p */
    reduce_once(r, m, 5);
    memcpy(z, r, 4 * sizeof *z);
}

/* 9 limbs: 2^512 = r512, at most twice, for what is carried the first time leaves little behind. */
static void reduce(const struct field *f, uint64_t z[4], uint64_t acc[9])
{
    for (int i = 0; i < 2; i++) {
        uint64_t top = acc[8];

        acc[8] = 0;
        add_multiple(acc, 9, f->r512, 4, top);
    }
    barrett(f, z, acc);
}

static void field_add(const struct field *f, uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    const uint64_t m[5] = { f->p[0], f->p[1], f->p[2], f->p[3], 0 };

    for (size_t i = 0; i < 4 * n; i += 4) {
        uint64_t t[5] = { x[i], x[i + 1], x[i + 2], x[i + 3], 0 };

        t[4] = add_limbs(t, y + i, 4);
        reduce_once(t, m, 5);
        memcpy(z + i, t, 4 * sizeof *z);
    }
}

static void field_sub(const struct field *f, uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    for (size_t i = 0; i < 4 * n; i += 4) {
        uint64_t t[4] = { x[i], x[i + 1], x[i + 2], x[i + 3] }, back[4], mask = -sub_limbs(t, y + i, 4);

        for (int l = 0; l < 4; l++)
            back[l] = f->p[l] & mask;
        (void)add_limbs(t, back, 4);
        memcpy(z + i, t, sizeof t);
    }
}

/* z += x * y, or x * y + u * v where they are given. */
static void field_mul_add(const struct field *f, uint64_t *z, const uint64_t *x, const uint64_t *y,
                          const uint64_t *u, const uint64_t *v, size_t n)
{
    for (size_t i = 0; i < 4 * n; i += 4) {
        uint64_t acc[9] = { z[i], z[i + 1], z[i + 2], z[i + 3] };

        accumulate(acc, x + i, y + i);
        if (u)
            accumulate(acc, u + i, v + i);
        reduce(f, z + i, acc);
    }
}

static void field_dot(const struct field *f, uint64_t *z, const uint64_t *x, const uint64_t *y, size_t n)
{
    uint64_t acc[9] = { z[0], z[1], z[2], z[3] };

    for (size_t i = 0; i < 4 * n; i += 4)
        accumulate(acc, x + i, y + i);
    reduce(f, z, acc);
}

static void field_sum(const struct field *f, uint64_t *z, const uint64_t *x, size_t n)
{
    uint64_t acc[9] = { 0 };

    for (size_t i = 0; i < 4 * n; i += 4) {
        uint64_t word[8] = { x[i], x[i + 1], x[i + 2], x[i + 3] };

        (void)add_limbs(acc, word, 8);
    }
    reduce(f, z, acc);
}

/* z = limbs (at most 8 of them) mod p */
static void field_from(const struct field *f, uint64_t *z, const void *limbs, size_t n)
{
    uint64_t x[8] = { 0 };

    memcpy(x, limbs, n * sizeof *x);
    barrett(f, z, x);
}

/* Two's complement: 2^64 is taken off where v is negative. */
static void field_signed(const struct field *f, uint64_t *z, uint64_t v)
{
    const uint64_t word[4] = { v }, over[4] = { 0, v >> 63 };

    field_sub(f, z, word, over, 1);
}

static void field_scale(const struct field *f, uint64_t *z, const uint64_t *x, uint64_t by, size_t n)
{
    uint64_t factor[4];

    field_signed(f, factor, by);
    for (size_t i = 0; i < 4 * n; i += 4) {
        uint64_t acc[9] = { 0 };

        accumulate(acc, x + i, factor);
        barrett(f, z + i, acc);
    }
}

static uint64_t get_low(const void *x, size_t at)
{
    return ((const uint64_t *)x)[4 * at];
}

static void get_limbs(uint64_t *v, const void *x, size_t at)
{
    memcpy(v, (const uint64_t *)x + 4 * at, 4 * sizeof *v);
}

#define STREAM_LEN 48

/* The kernels' signatures for one prime. */
#define FIELD(NAME, BITS)                                                                                      \
    static void add_##NAME(void *z, const void *x, const void *y, size_t n)                                    \
    {                                                                                                          \
        field_add(&NAME, z, x, y, n);                                                                          \
    }                                                                                                          \
    static void sub_##NAME(void *z, const void *x, const void *y, size_t n)                                    \
    {                                                                                                          \
        field_sub(&NAME, z, x, y, n);                                                                          \
    }                                                                                                          \
    static void neg_##NAME(void *z, const void *x, size_t n)                                                   \
    {                                                                                                          \
        static const uint64_t zero[4];                                                                         \
        for (size_t i = 0; i < n; i++)                                                                         \
            field_sub(&NAME, (uint64_t *)z + 4 * i, zero, (const uint64_t *)x + 4 * i, 1);                     \
    }                                                                                                          \
    static void scale_##NAME(void *z, const void *x, uint64_t by, size_t n)                                    \
    {                                                                                                          \
        field_scale(&NAME, z, x, by, n);                                                                       \
    }                                                                                                          \
    static void mul_add_##NAME(void *z, const void *x, const void *y, size_t n)                                \
    {                                                                                                          \
        field_mul_add(&NAME, z, x, y, NULL, NULL, n);                                                          \
    }                                                                                                          \
    static void cross_add_##NAME(void *z, const void *x0, const void *y0, const void *x1, const void *y1,      \
                                 size_t n)                                                                     \
    {                                                                                                          \
        field_mul_add(&NAME, z, x0, y1, x1, y0, n);                                                            \
    }                                                                                                          \
    static void sum_to_##NAME(void *z, const void *x, size_t n)                                                \
    {                                                                                                          \
        field_sum(&NAME, z, x, n);                                                                             \
    }                                                                                                          \
    static uint64_t sum_##NAME(const void *x, size_t n)                                                        \
    {                                                                                                          \
        uint64_t z[4];                                                                                         \
        field_sum(&NAME, z, x, n);                                                                             \
        return z[0];                                                                                           \
    }                                                                                                          \
    static void dot_##NAME(void *z, const void *x, const void *y, size_t n)                                    \
    {                                                                                                          \
        field_dot(&NAME, z, x, y, n);                                                                          \
    }                                                                                                          \
    static void put_##NAME(void *z, size_t at, uint64_t v)                                                     \
    {                                                                                                          \
        field_signed(&NAME, (uint64_t *)z + 4 * at, v);                                                        \
    }                                                                                                          \
    static void put_limbs_##NAME(void *z, size_t at, const uint64_t *v)                                        \
    {                                                                                                          \
        field_from(&NAME, (uint64_t *)z + 4 * at, v, 4);                                                       \
    }                                                                                                          \
    static void canonical_##NAME(void *z, size_t n)                                                            \
    {                                                                                                          \
        for (size_t i = 0; i < n; i++)                                                                         \
            field_from(&NAME, (uint64_t *)z + 4 * i, (uint64_t *)z + 4 * i, 4);                                \
    }                                                                                                          \
    static void from_stream_##NAME(void *z, const uint8_t *stream, size_t n)                                   \
    {                                                                                                          \
        for (size_t i = 0; i < n; i++)                                                                         \
            field_from(&NAME, (uint64_t *)z + 4 * i, stream + i * STREAM_LEN, STREAM_LEN / 8);                 \
    }                                                                                                          \
    static const struct ring_wide wide_##NAME = { .limbs = 4,                                                  \
                                                  .draw_len = STREAM_LEN,                                      \
                                                  .from_stream = from_stream_##NAME,                           \
                                                  .canonical = canonical_##NAME,                               \
                                                  .sum = sum_to_##NAME,                                        \
                                                  .dot = dot_##NAME,                                           \
                                                  .get = get_limbs,                                            \
                                                  .put = put_limbs_##NAME,                                     \
                                                  .prime = NAME.p };                                           \
    const struct ring_kernels ring_field_##NAME = { .bits = BITS,                                              \
                                                    .word_len = 32,                                            \
                                                    .add = add_##NAME,                                         \
                                                    .sub = sub_##NAME,                                         \
                                                    .neg = neg_##NAME,                                         \
                                                    .scale = scale_##NAME,                                     \
                                                    .mul_add = mul_add_##NAME,                                 \
                                                    .cross_add = cross_add_##NAME,                             \
                                                    .sum = sum_##NAME,                                         \
                                                    .get = get_low,                                            \
                                                    .put = put_##NAME,                                         \
                                                    .wide = &wide_##NAME };

FIELD(ed25519, RING_FIELD_ED25519)
FIELD(secp256k1, RING_FIELD_SECP256K1)
