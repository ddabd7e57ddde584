/* kernels.c - the variant that was chosen. */
#include "ring/kernels.h"

static const struct ring_variant *variant(void)
{
    switch (cpu_variant()) {
#if defined __x86_64__
    case CPU_AVX512:
        return &ring_avx512;
    case CPU_AVX2:
        return &ring_avx2;
#endif
    default:
        return &ring_portable;
    }
}

/* Where a width stands in the tables; RING_WIDTHS: not there. */
static unsigned width(unsigned bits)
{
    switch (bits) {
    case 1:
        return 0;
    case 8:
        return 1;
    case 16:
        return 2;
    case 32:
        return 3;
    case 64:
        return 4;
    default:
        return RING_WIDTHS;
    }
}

const struct ring_kernels *ring_kernels_for(unsigned bits)
{
    unsigned w = width(bits);

    return w < RING_WIDTHS ? &variant()->kernels[w] : ring_wide_kernels_for(bits);
}

const struct ring_products *ring_products_for(unsigned bits)
{
    unsigned w = width(bits);

    return w < RING_WIDTHS ? &variant()->products[w] : NULL;
}

void ring_five(const struct ring_five *q, size_t n)
{
    variant()->five(q, n);
}

const struct ring_planes *ring_planes_for(unsigned bits)
{
    unsigned w = width(bits);

    return w && w < RING_WIDTHS ? &variant()->planes[w] : NULL;
}
