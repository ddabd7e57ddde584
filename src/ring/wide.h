/* wide.h - words of more than 64 bits: the ring modulo 2^128. Part of ring.h. */
#ifndef SOTTO_RING_WIDE_H
#define SOTTO_RING_WIDE_H

/** The kernels of those words; stops on any other number of bits. */
const struct ring_kernels *ring_wide_kernels_for(unsigned bits);

/** ring_to_planes and back for 128 bits. */
void ring_wide_to_planes(uint64_t *planes, size_t stride, const void *words, size_t n);
void ring_wide_from_planes(void *words, const uint64_t *planes, size_t stride, size_t n);

#endif
