/* kernels.c - the portable kernels, one template for all widths. Plain loops, which compilers turn into SIMD.
 */
#include "ring/ring.h"

/* Arithmetic is done in 64 bits and cut: that is exact modulo 2^k and never overflows a signed int. */
#define WORD_KERNELS(T, W)                                                                                     \
    static void add_##W(void *z, const void *x, const void *y, size_t n)                                       \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x, *b = y;                                                                                \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(a[i] + b[i]);                                                                           \
    }                                                                                                          \
    static void sub_##W(void *z, const void *x, const void *y, size_t n)                                       \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x, *b = y;                                                                                \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(a[i] - b[i]);                                                                           \
    }                                                                                                          \
    static void neg_##W(void *z, const void *x, size_t n)                                                      \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x;                                                                                        \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(0 - a[i]);                                                                              \
    }                                                                                                          \
    static void scale_##W(void *z, const void *x, uint64_t by, size_t n)                                       \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x;                                                                                        \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(a[i] * by);                                                                             \
    }                                                                                                          \
    static void mul_add_##W(void *z, const void *x, const void *y, size_t n)                                   \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x, *b = y;                                                                                \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(r[i] + (uint64_t)a[i] * b[i]);                                                          \
    }                                                                                                          \
    static void cross_add_##W(void *z, const void *x0, const void *y0, const void *x1, const void *y1,         \
                              size_t n)                                                                        \
    {                                                                                                          \
        T *r = z;                                                                                              \
        const T *a = x0, *b = y0, *c = x1, *d = y1;                                                            \
        for (size_t i = 0; i < n; i++)                                                                         \
            r[i] = (T)(r[i] + (uint64_t)a[i] * d[i] + (uint64_t)c[i] * b[i]);                                  \
    }                                                                                                          \
    static uint64_t sum_##W(const void *x, size_t n)                                                           \
    {                                                                                                          \
        const T *a = x;                                                                                        \
        uint64_t s = 0;                                                                                        \
        for (size_t i = 0; i < n; i++)                                                                         \
            s += a[i];                                                                                         \
        return (T)s;                                                                                           \
    }                                                                                                          \
    static uint64_t get_##W(const void *x, size_t at)                                                          \
    {                                                                                                          \
        return ((const T *)x)[at];                                                                             \
    }                                                                                                          \
    static void put_##W(void *z, size_t at, uint64_t v)                                                        \
    {                                                                                                          \
        ((T *)z)[at] = (T)v;                                                                                   \
    }

WORD_KERNELS(uint8_t, 8)
WORD_KERNELS(uint16_t, 16)
WORD_KERNELS(uint32_t, 32)
WORD_KERNELS(uint64_t, 64)

static void xor_bits(void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] = a[i] ^ b[i];
}

static void not_bits(void *z, const void *x, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = ~a[i];
}

static void scale_bits(void *z, const void *x, uint64_t by, size_t n)
{
    uint64_t *r = z, mask = -(by & 1);
    const uint64_t *a = x;

    for (size_t i = 0; i < n; i++)
        r[i] = a[i] & mask;
}

static void and_xor_bits(void *z, const void *x, const void *y, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x, *b = y;

    for (size_t i = 0; i < n; i++)
        r[i] ^= a[i] & b[i];
}

static void cross_xor_bits(void *z, const void *x0, const void *y0, const void *x1, const void *y1, size_t n)
{
    uint64_t *r = z;
    const uint64_t *a = x0, *b = y0, *c = x1, *d = y1;

    for (size_t i = 0; i < n; i++)
        r[i] ^= (a[i] & d[i]) ^ (c[i] & b[i]);
}

static uint64_t sum_bits(const void *x, size_t n)
{
    const uint64_t *a = x;
    uint64_t s = 0;

    for (size_t i = 0; i < n; i++)
        s ^= a[i];
    return s;
}

#define KERNELS(W)                                                                                             \
    {                                                                                                          \
        W, W / 8, add_##W, sub_##W, neg_##W, scale_##W, mul_add_##W, cross_add_##W, sum_##W, get_##W, put_##W, \
            NULL                                                                                               \
    }

static const struct ring_kernels kernels[] = {
    { 1, 8, xor_bits, xor_bits, not_bits, scale_bits, and_xor_bits, cross_xor_bits, sum_bits, get_64, put_64,
      NULL },
    KERNELS(8),
    KERNELS(16),
    KERNELS(32),
    KERNELS(64),
};

const struct ring_kernels *ring_kernels_for(unsigned bits)
{
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++)
        if (kernels[i].bits == bits)
            return &kernels[i];
    return ring_wide_kernels_for(bits);
}
