/* kernels.h - the variants of the kernels. Which one runs: base/cpu.h. */
#ifndef SOTTO_RING_KERNELS_H
#define SOTTO_RING_KERNELS_H

#include "ring/ring.h"

enum { RING_WIDTHS = 5 }; /* 1, 8, 16, 32, 64 */

struct ring_variant {
    struct ring_kernels kernels[RING_WIDTHS];
    struct ring_products products[RING_WIDTHS];
};

extern const struct ring_variant ring_portable;
#if defined __x86_64__
extern const struct ring_variant ring_avx2, ring_avx512;
#endif

#endif
