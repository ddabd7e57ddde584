/* wide.c - the ring modulo 2^128. */
#include "ring/ring.h"

/* Where messages are cut, words lie on 8 bytes. */
typedef unsigned __int128 u128 __attribute__((aligned(8)));

/* Two's complement: what is negative in 64 bits stays so. */
static u128 extend(uint64_t v)
{
    return (u128)(__int128)(int64_t)v;
}

static void add_128(void *z, const void *x, const void *y, size_t n)
{
    u128 *r = z;
    const u128 *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = a[i] + b[i];
}

static void sub_128(void *z, const void *x, const void *y, size_t n)
{
    u128 *r = z;
    const u128 *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = a[i] - b[i];
}

static void neg_128(void *z, const void *x, size_t n)
{
    u128 *r = z;
    const u128 *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = -a[i];
}

static void scale_128(void *z, const void *x, uint64_t by, size_t n)
{
    u128 *r = z;
    const u128 *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = a[i] * extend(by);
}

static void mul_add_128(void *z, const void *x, const void *y, size_t n)
{
    u128 *r = z;
    const u128 *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] += a[i] * b[i];
}

static void cross_add_128(void *z, const void *x0, const void *y0, const void *x1, const void *y1, size_t n)
{
    u128 *r = z;
    const u128 *a = x0, *b = y0, *c = x1, *d = y1;

    for (size_t i = 0; i < n; i++)
        r[i] += a[i] * d[i] + c[i] * b[i];
}

static void sum_to_128(void *z, const void *x, size_t n)
{
    const u128 *a = x;
    u128 s = 0;

    for (size_t i = 0; i < n; i++)
        s += a[i];
    memcpy(z, &s, sizeof s);
}

static void dot_128(void *z, const void *x, const void *y, size_t n)
{
    const u128 *a = x, *b = y;
    u128 s = *(u128 *)z;

    for (size_t i = 0; i < n; i++)
        s += a[i] * b[i];
    *(u128 *)z = s;
}

static uint64_t sum_128(const void *x, size_t n)
{
    u128 s;

    sum_to_128(&s, x, n);
    return (uint64_t)s;
}

static uint64_t get_128(const void *x, size_t at)
{
    return (uint64_t)((const u128 *)x)[at];
}

static void put_128(void *z, size_t at, uint64_t v)
{
    ((u128 *)z)[at] = extend(v);
}

static void get_limbs_128(uint64_t *v, const void *x, size_t at)
{
    u128 w = ((const u128 *)x)[at];

    v[0] = (uint64_t)w;
    v[1] = (uint64_t)(w >> 64);
}

static void put_limbs_128(void *z, size_t at, const uint64_t *v)
{
    ((u128 *)z)[at] = (u128)v[1] << 64 | v[0];
}

static const struct ring_wide wide_128 = {
    .limbs = 2, .draw_len = 16, .sum = sum_to_128, .dot = dot_128, .get = get_limbs_128, .put = put_limbs_128
};

static const struct ring_kernels kernels_128 = { .bits = 128,
                                                 .word_len = 16,
                                                 .add = add_128,
                                                 .sub = sub_128,
                                                 .neg = neg_128,
                                                 .scale = scale_128,
                                                 .mul_add = mul_add_128,
                                                 .cross_add = cross_add_128,
                                                 .sum = sum_128,
                                                 .get = get_128,
                                                 .put = put_128,
                                                 .wide = &wide_128 };

/* The low or the high halves of 64 words at a time. */
void ring_wide_to_planes(uint64_t *planes, size_t stride, const void *words, size_t n)
{
    const u128 *a = words;
    uint64_t block[64];

    for (size_t at = 0; at < n; at += 64) {
        size_t count = n - at < 64 ? n - at : 64;

        for (unsigned half = 0; half < 2; half++) {
            for (size_t e = 0; e < count; e++)
                block[e] = (uint64_t)(a[at + e] >> 64 * half);
            ring_to_planes(planes + 64 * half * stride + at / 64, stride, block, 64, count);
        }
    }
    mem_wipe(block, sizeof block);
}

void ring_wide_from_planes(void *words, const uint64_t *planes, size_t stride, size_t n)
{
    u128 *a = words;
    uint64_t block[64];

    for (size_t at = 0; at < n; at += 64) {
        size_t count = n - at < 64 ? n - at : 64;

        for (unsigned half = 0; half < 2; half++) {
            ring_from_planes(block, planes + 64 * half * stride + at / 64, stride, 64, count);
            for (size_t e = 0; e < count; e++)
                a[at + e] = half ? a[at + e] | (u128)block[e] << 64 : block[e];
        }
    }
    mem_wipe(block, sizeof block);
}

const struct ring_kernels *ring_wide_kernels_for(unsigned bits)
{
    const struct ring_kernels *const all[] = { &kernels_128, &ring_field_61, &ring_field_ed25519,
                                               &ring_field_secp256k1 };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->bits == bits)
            return all[i];
    assert(!"bits is 1, 8, 16, 32, 64 or 128, or names a field");
    return NULL;
}
