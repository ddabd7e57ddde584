/* words_portable.c - the kernels for vectors of 16 bytes, which every x86-64 and AArch64 has. */
#define VECTOR_LEN 16
#include "ring/vector.h"

const struct ring_variant ring_portable = { KERNEL_TABLE, PRODUCT_TABLE, PLANE_TABLE, five };
