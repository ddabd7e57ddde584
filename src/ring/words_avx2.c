/* words_avx2.c - the kernels for AVX2. */
#define VECTOR_LEN 32
#include "ring/vector.h"

const struct ring_variant ring_avx2 = { KERNEL_TABLE, PRODUCT_TABLE, PLANE_TABLE, five };
