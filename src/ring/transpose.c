/* transpose.c - between words and bit planes, 64 elements at a time. */
#include "ring/ring.h"

/* In place; row r, bit c becomes row c, bit r (Warren, Hacker's Delight, 7-3). */
static void transpose64(uint64_t a[64])
{
    uint64_t mask = 0x00000000ffffffffu;

    for (unsigned half = 32; half; half >>= 1, mask ^= mask << half)
        for (unsigned row = 0; row < 64; row = ((row | half) + 1) & ~half) {
            uint64_t t = ((a[row] >> half) ^ a[row | half]) & mask;

            a[row] ^= t << half;
            a[row | half] ^= t;
        }
}

void ring_to_planes(uint64_t *planes, size_t stride, const void *words, unsigned bits, size_t n)
{
    const struct ring_kernels *k = ring_kernels_for(bits);
    uint64_t block[64];

    if (bits == 128) {
        ring_wide_to_planes(planes, stride, words, n);
        return;
    }
    for (size_t word = 0; word < ring_words(n); word++) {
        for (unsigned e = 0; e < 64; e++)
            block[e] = 64 * word + e < n ? k->get(words, 64 * word + e) : 0;
        transpose64(block);
        for (unsigned p = 0; p < bits; p++)
            planes[p * stride + word] = block[p];
    }
    mem_wipe(block, sizeof block);
}

void ring_from_planes(void *words, const uint64_t *planes, size_t stride, unsigned bits, size_t n)
{
    const struct ring_kernels *k = ring_kernels_for(bits);
    uint64_t block[64];

    if (bits == 128) {
        ring_wide_from_planes(words, planes, stride, n);
        return;
    }
    for (size_t word = 0; word < ring_words(n); word++) {
        for (unsigned p = 0; p < 64; p++)
            block[p] = p < bits ? planes[p * stride + word] : 0;
        transpose64(block);
        for (unsigned e = 0; e < 64 && 64 * word + e < n; e++)
            k->put(words, 64 * word + e, block[e]);
    }
    mem_wipe(block, sizeof block);
}

/* Bits of the last of n's words that count. */
static uint64_t tail_mask(size_t n)
{
    return n % 64 ? ((uint64_t)1 << (n % 64)) - 1 : ~(uint64_t)0;
}

void ring_place_bits(uint64_t *z, size_t at, const uint64_t *x, size_t n)
{
    unsigned shift = at % 64;

    for (size_t w = 0; w < ring_words(n); w++) {
        uint64_t v = w + 1 < ring_words(n) ? x[w] : x[w] & tail_mask(n);

        z[at / 64 + w] |= v << shift;
        if (shift && at / 64 + w + 1 < ring_words(at + n))
            z[at / 64 + w + 1] |= v >> (64 - shift);
    }
}

/* n bits of x from `from` on, all of which exist. */
static void cut_bits(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, size_t from)
{
    unsigned shift = from % 64;

    for (size_t w = 0; w < ring_words(n); w++) {
        size_t at = from / 64 + w;

        z[w] = x[at] >> shift;
        if (shift && at + 1 < ring_words(x_n))
            z[w] |= x[at + 1] << (64 - shift);
    }
    z[ring_words(n) - 1] &= tail_mask(n);
}

void ring_gather_bits(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, size_t from, size_t step, bool fill)
{
    if (step == 1 && n && from + n <= x_n) {
        cut_bits(z, n, x, x_n, from);
        return;
    }
    for (size_t word = 0; word < ring_words(n); word++) {
        uint64_t v = 0;

        for (size_t e = 0; e < 64 && 64 * word + e < n; e++) {
            size_t at = from + (64 * word + e) * step;

            v |= (at < x_n ? ring_bit(x, at) : (uint64_t)fill) << e;
        }
        z[word] = v;
    }
}
