/* transpose.c - between words and bit planes, and bits from one place to another. */
#include "ring/kernels.h"

void ring_to_planes(uint64_t *planes, size_t stride, const void *words, unsigned bits, size_t n)
{
    if (bits == 128)
        ring_wide_to_planes(planes, stride, words, n);
    else
        ring_planes_for(bits)->to(planes, stride, words, n);
}

void ring_from_planes(void *words, const uint64_t *planes, size_t stride, unsigned bits, size_t n)
{
    if (bits == 128)
        ring_wide_from_planes(words, planes, stride, n);
    else
        ring_planes_for(bits)->from(words, planes, stride, n);
}

void ring_from_bits(void *words, const uint64_t *plane, unsigned bits, size_t n)
{
    const struct ring_planes *planes = ring_planes_for(bits);

    if (planes) {
        planes->from_bits(words, plane, n);
        return;
    }
    for (size_t e = 0; e < n; e++)
        ring_kernels_for(bits)->put(words, e, ring_bit(plane, e));
}

/* Bits of the last of n's words that count. */
static uint64_t tail_mask(size_t n)
{
    return n % 64 ? ((uint64_t)1 << (n % 64)) - 1 : ~(uint64_t)0;
}

uint64_t ring_parity(const uint64_t *x, size_t n)
{
    uint64_t v = n ? ring_kernels_for(1)->sum(x, n / 64) : 0;

    if (n % 64)
        v ^= x[n / 64] & tail_mask(n);
    for (unsigned half = 32; half; half >>= 1)
        v ^= v >> half;
    return v & 1;
}

/* What is there doubles, while it is in the cache. */
void ring_repeat(void *z, const void *x, size_t word_len, size_t n)
{
    size_t len = n * word_len, done = word_len, part;
    uint8_t *p = z;

    if (!n)
        return;
    memmove(p, x, word_len);
    for (; done < len; done += part) {
        part = done < 4096 ? done : 4096 / word_len * word_len;
        part = part < len - done ? part : len - done;
        memcpy(p + done, p, part);
    }
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

/* n bits of x from `from` on; what is not there becomes `fill`. */
static void cut_or_fill(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, size_t from, bool fill)
{
    size_t there = from < x_n ? x_n - from : 0, words;

    there = there < n ? there : n;
    words = ring_words(there);
    if (there)
        cut_bits(z, there, x, x_n, from);
    if (fill && there % 64)
        z[words - 1] |= ~tail_mask(there);
    memset(z + words, fill ? 0xff : 0, 8 * (ring_words(n) - words));
    z[ring_words(n) - 1] &= tail_mask(n);
}

void ring_gather_bits(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, size_t from, size_t step, bool fill)
{
    if (!n)
        return;
    if (step == 1) {
        cut_or_fill(z, n, x, x_n, from, fill);
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
