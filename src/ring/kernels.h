/* kernels.h - the variants of the kernels. Which one runs: base/cpu.h. */
#ifndef SOTTO_RING_KERNELS_H
#define SOTTO_RING_KERNELS_H

#include "ring/ring.h"

enum { RING_WIDTHS = 5 }; /* 1, 8, 16, 32, 64 */

/* Between words of one width and bit planes: see ring.h. */
struct ring_planes {
    void (*to)(uint64_t *planes, size_t stride, const void *words, size_t n);
    void (*from)(void *words, const uint64_t *planes, size_t stride, size_t n);
    void (*from_bits)(void *words, const uint64_t *plane, size_t n);
};

struct ring_variant {
    struct ring_kernels kernels[RING_WIDTHS];
    struct ring_products products[RING_WIDTHS];
    struct ring_planes planes[RING_WIDTHS]; /* none for 1 */
    void (*five)(const struct ring_five *q, size_t n);
};
/** The chosen variant's; NULL for other widths than 8, 16, 32, 64. */
const struct ring_planes *ring_planes_for(unsigned bits);

extern const struct ring_variant ring_portable;
#if defined __x86_64__
extern const struct ring_variant ring_avx2, ring_avx512;
#endif

#endif
