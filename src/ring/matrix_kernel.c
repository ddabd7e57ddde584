/* matrix_kernel.c - the innermost loops of matrix products, one template for all widths and processors. */
#include "ring/matrix_kernel.h"

/* A tile of MR x (NV vectors) is kept in registers; VB bytes are the processor's vector. */
#define MATRIX_KERNEL(T, NAME, VB, NV, TARGET)                                                                 \
    typedef T vec_##NAME __attribute__((vector_size(VB)));                                                     \
    typedef T loose_##NAME __attribute__((vector_size(VB), aligned(1), may_alias));                            \
    static void interleave_##NAME(void *a, const void *line, size_t row, size_t n)                             \
    {                                                                                                          \
        T *to = a;                                                                                             \
        const T *from = line;                                                                                  \
        for (size_t i = 0; i < n; i++)                                                                         \
            to[i * MATRIX_MR + row] = from[i];                                                                 \
    }                                                                                                          \
    TARGET static void tile_##NAME(vec_##NAME acc[MATRIX_MR][NV], const T *a, const T *b, size_t steps)        \
    {                                                                                                          \
        vec_##NAME t[MATRIX_MR][NV] = { { { 0 } } };                                                           \
        for (size_t s = 0; s < steps; s++, a += MATRIX_MR, b += (NV) * (VB) / sizeof(T))                       \
            for (int v = 0; v < (NV); v++) {                                                                   \
                vec_##NAME bv = ((const loose_##NAME *)b)[v];                                                  \
                for (int i = 0; i < MATRIX_MR; i++)                                                            \
                    t[i][v] += bv * a[i];                                                                      \
            }                                                                                                  \
        memcpy(acc, t, sizeof t);                                                                              \
    }                                                                                                          \
    TARGET static void multiply_##NAME(void *z, size_t z_step, const void *a, const void *b, size_t steps,     \
                                       size_t rows, size_t cols)                                               \
    {                                                                                                          \
        vec_##NAME acc[MATRIX_MR][NV];                                                                         \
        T *to = z;                                                                                             \
        tile_##NAME(acc, a, b, steps);                                                                         \
        for (size_t i = 0; i < rows; i++, to += z_step) {                                                      \
            const T *from = (const T *)acc[i];                                                                 \
            for (size_t j = 0; j < cols; j++)                                                                  \
                to[j] = (T)(to[j] + from[j]);                                                                  \
        }                                                                                                      \
    }                                                                                                          \
    TARGET static void axpy_##NAME(void *z, const void *a, const void *line, size_t n)                         \
    {                                                                                                          \
        T *to = z, by = *(const T *)a;                                                                         \
        const T *from = line;                                                                                  \
        for (size_t i = 0; i < n; i++)                                                                         \
            to[i] = (T)(to[i] + (uint64_t)by * from[i]);                                                       \
    }                                                                                                          \
    TARGET static void dot_##NAME(void *z, const void *x, const void *y, size_t n)                             \
    {                                                                                                          \
        const T *a = x, *b = y;                                                                                \
        T s = 0;                                                                                               \
        for (size_t i = 0; i < n; i++)                                                                         \
            s = (T)(s + (uint64_t)a[i] * b[i]);                                                                \
        *(T *)z = (T)(*(T *)z + s);                                                                            \
    }

#define FOUR(VARIANT, VB, NV, TARGET)                                                                          \
    MATRIX_KERNEL(uint8_t, VARIANT##_8, VB, NV, TARGET)                                                        \
    MATRIX_KERNEL(uint16_t, VARIANT##_16, VB, NV, TARGET)                                                      \
    MATRIX_KERNEL(uint32_t, VARIANT##_32, VB, NV, TARGET)                                                      \
    MATRIX_KERNEL(uint64_t, VARIANT##_64, VB, NV, TARGET)                                                      \
    static const struct matrix_kernel VARIANT[4] = {                                                           \
        ENTRY(VARIANT##_8, (VB) * (NV)),                                                                       \
        ENTRY(VARIANT##_16, (VB) * (NV) / 2),                                                                  \
        ENTRY(VARIANT##_32, (VB) * (NV) / 4),                                                                  \
        ENTRY(VARIANT##_64, (VB) * (NV) / 8),                                                                  \
    };
#define ENTRY(NAME, NR)                                                                                        \
    {                                                                                                          \
        NR, interleave_##NAME, multiply_##NAME, axpy_##NAME, dot_##NAME                                        \
    }

FOUR(portable, 16, 2, )
#ifdef __x86_64__
FOUR(avx2, 32, 2, __attribute__((target("avx2"))))
FOUR(avx512, 64, 4, __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl"))))
#endif

const struct matrix_kernel *matrix_kernel_for(unsigned bits)
{
#ifdef __x86_64__
    static const struct matrix_kernel *const sets[CPU_VARIANTS] = { [CPU_AVX2] = avx2, [CPU_AVX512] = avx512 };
#else
    static const struct matrix_kernel *const sets[CPU_VARIANTS] = { 0 };
#endif
    const struct matrix_kernel *set = sets[cpu_variant()];

    return &(set ? set : portable)[bits == 8 ? 0 : bits == 16 ? 1 : bits == 32 ? 2 : 3];
}
