/* words_avx512.c - the kernels for AVX-512. */
#define VECTOR_LEN 64
#include "ring/vector.h"

const struct ring_variant ring_avx512 = VARIANT_TABLES;
