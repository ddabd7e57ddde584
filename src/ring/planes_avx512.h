/* planes_avx512.h - between words and planes by GFNI. */
#ifndef SOTTO_RING_PLANES_AVX512_H
#define SOTTO_RING_PLANES_AVX512_H

#include "ring/kernels.h"

/** Blocks of 512 words of 8 * len bytes; returns how many words were done. */
size_t planes_avx512_to(uint64_t *planes, size_t stride, const void *words, unsigned len, size_t n);
size_t planes_avx512_from(void *words, const uint64_t *planes, size_t stride, unsigned len, size_t n);

#endif
