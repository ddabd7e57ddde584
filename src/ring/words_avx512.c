/* words_avx512.c - the kernels for AVX-512. */
#define VECTOR_LEN 64
#include "ring/vector.h"

#include "ring/planes_avx512.h"

/* Whole blocks by GFNI, the rest as everywhere. */
#define BY_GFNI(W)                                                                                             \
    static void gfni_to_##W(uint64_t *planes, size_t stride, const void *words, size_t n)                      \
    {                                                                                                          \
        size_t done = planes_avx512_to(planes, stride, words, sizeof(w_##W), n);                               \
                                                                                                               \
        if (done < n)                                                                                          \
            to_planes_##W(planes + done / 64, stride, (const w_##W *)words + done, n - done);                  \
    }                                                                                                          \
    static void gfni_from_##W(void *words, const uint64_t *planes, size_t stride, size_t n)                    \
    {                                                                                                          \
        size_t done = planes_avx512_from(words, planes, stride, sizeof(w_##W), n);                             \
                                                                                                               \
        if (done < n)                                                                                          \
            from_planes_##W((w_##W *)words + done, planes + done / 64, stride, n - done);                      \
    }
BY_GFNI(8)
BY_GFNI(16)
BY_GFNI(32)
BY_GFNI(64)

const struct ring_variant ring_avx512 = { KERNEL_TABLE,
                                          PRODUCT_TABLE,
                                          { { NULL, NULL, NULL },
                                            { gfni_to_8, gfni_from_8, from_bits_8 },
                                            { gfni_to_16, gfni_from_16, from_bits_16 },
                                            { gfni_to_32, gfni_from_32, from_bits_32 },
                                            { gfni_to_64, gfni_from_64, from_bits_64 } },
                                          five };
