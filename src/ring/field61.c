/* field61.c - integers modulo 2^61 - 1, words of 8 bytes below it. Constant time. */
#include "ring/ring.h"

__extension__ typedef unsigned __int128 u128;

static const uint64_t P = ((uint64_t)1 << 61) - 1;

/* a < 2p becomes a mod p. */
static uint64_t once(uint64_t a)
{
    uint64_t less = a - P;

    return less + (P & -(less >> 63));
}

/* Any 128 bits: 2^61 = 1, so the parts add up. */
static uint64_t fold(u128 v)
{
    uint64_t sum = ((uint64_t)v & P) + ((uint64_t)(v >> 61) & P) + (uint64_t)(v >> 122);

    return once((sum & P) + (sum >> 61));
}

static uint64_t product(uint64_t a, uint64_t b)
{
    return fold((u128)a * b);
}

static void add_61(void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = once(a[i] + b[i]);
}

static void sub_61(void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = once(a[i] + (P - b[i]));
}

static void neg_61(void *z, const void *x, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = once(P - a[i]);
}

/* Two's complement of 64 bits: 2^64 = 8 is taken off where it is negative. */
static uint64_t from_signed(uint64_t v)
{
    return once(fold(v) + ((P - 8) & -(v >> 63)));
}

static void scale_61(void *z, const void *x, uint64_t by, size_t n)
{
    uint64_t *r = z, factor = from_signed(by);
    const uint64_t *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = product(a[i], factor);
}

static void mul_add_61(void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = fold((u128)a[i] * b[i] + r[i]);
}

static void cross_add_61(void *z, const void *x0, const void *y0, const void *x1, const void *y1, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x0, *b = y0, *c = x1, *d = y1;

    for (size_t i = 0; i < n; i++)
        r[i] = fold((u128)a[i] * d[i] + (u128)c[i] * b[i] + r[i]);
}

static uint64_t sum_61(const void *x, size_t n)
{
    const uint64_t *a = x;
    u128 s = 0;

    for (size_t i = 0; i < n; i++)
        s += a[i];
    return fold(s);
}

static void sum_to_61(void *z, const void *x, size_t n)
{
    *(uint64_t *)z = sum_61(x, n);
}

/* 32 products of 122 bits fit in 127. */
static void dot_61(void *z, const void *x, const void *y, size_t n)
{
    const uint64_t *a = x, *b = y;
    u128 s = *(uint64_t *)z;

    for (size_t i = 0; i < n; i++) {
        s += (u128)a[i] * b[i];
        if (i % 32 == 31)
            s = fold(s);
    }
    *(uint64_t *)z = fold(s);
}

static uint64_t get_61(const void *x, size_t at)
{
    return ((const uint64_t *)x)[at];
}

static void put_61(void *z, size_t at, uint64_t v)
{
    ((uint64_t *)z)[at] = from_signed(v);
}

static void get_limbs_61(uint64_t *v, const void *x, size_t at)
{
    *v = get_61(x, at);
}

static void put_limbs_61(void *z, size_t at, const uint64_t *v)
{
    ((uint64_t *)z)[at] = fold(*v);
}

static void canonical_61(void *z, size_t n)
{
    uint64_t *r = z;

    for (size_t i = 0; i < n; i++)
        r[i] = fold(r[i]);
}

/* 192 bits: 2^64 = 8, 2^128 = 64. */
static void from_stream_61(void *z, const uint8_t *stream, size_t n)
{
    uint64_t *r = z, part[3];

    for (size_t i = 0; i < n; i++, stream += sizeof part) {
        memcpy(part, stream, sizeof part);
        r[i] = fold(part[0] + (u128)part[1] * 8 + (u128)part[2] * 64);
    }
    mem_wipe(part, sizeof part);
}

static const struct ring_wide wide_61 = { .limbs = 1,
                                          .draw_len = 24,
                                          .from_stream = from_stream_61,
                                          .canonical = canonical_61,
                                          .sum = sum_to_61,
                                          .dot = dot_61,
                                          .get = get_limbs_61,
                                          .put = put_limbs_61,
                                          .prime = &P };

const struct ring_kernels ring_field_61 = { .bits = RING_FIELD_61,
                                            .word_len = 8,
                                            .add = add_61,
                                            .sub = sub_61,
                                            .neg = neg_61,
                                            .scale = scale_61,
                                            .mul_add = mul_add_61,
                                            .cross_add = cross_add_61,
                                            .sum = sum_61,
                                            .get = get_61,
                                            .put = put_61,
                                            .wide = &wide_61 };
