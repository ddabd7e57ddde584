/* zip.c - bits of every second place, together and apart, and bits in reverse. */
#include "ring/ring.h"

/* One step of a perfect shuffle swaps the middle two quarters of every group of 4*shift bits (Warren, Hacker's
 * Delight, 7-2). */
static const struct {
    unsigned shift;
    uint64_t mask;
} steps[] = { { 1, 0x2222222222222222u },
              { 2, 0x0c0c0c0c0c0c0c0cu },
              { 4, 0x00f000f000f000f0u },
              { 8, 0x0000ff000000ff00u },
              { 16, 0x00000000ffff0000u } };
enum { STEPS = sizeof steps / sizeof steps[0] };

static uint64_t swap_quarters(uint64_t v, unsigned step)
{
    uint64_t t = (v ^ (v >> steps[step].shift)) & steps[step].mask;

    return v ^ t ^ (t << steps[step].shift);
}

/* Even bits to the low half, odd bits to the high half. */
static uint64_t unzip_word(uint64_t v)
{
    for (unsigned s = 0; s < STEPS; s++)
        v = swap_quarters(v, s);
    return v;
}

static uint64_t zip_word(uint64_t v)
{
    for (unsigned s = STEPS; s-- > 0;)
        v = swap_quarters(v, s);
    return v;
}

void ring_unzip_bits(uint64_t *even, uint64_t *odd, const uint64_t *x, size_t n)
{
    const uint64_t low = 0xffffffffu;
    size_t words = ring_words(n);

    for (size_t w = 0; w < words; w += 2) {
        uint64_t a = unzip_word(x[w]), b = w + 1 < words ? unzip_word(x[w + 1]) : 0;

        even[w / 2] = (a & low) | b << 32;
        if (w / 2 < ring_words(n / 2))
            odd[w / 2] = a >> 32 | (b & ~low);
    }
}

void ring_zip_bits(uint64_t *z, const uint64_t *even, const uint64_t *odd, size_t n)
{
    const uint64_t low = 0xffffffffu;

    for (size_t w = 0; w < ring_words(n); w++) {
        uint64_t a = even[w / 2] >> 32 * (w % 2) & low,
                 b = w / 2 < ring_words(n / 2) ? odd[w / 2] >> 32 * (w % 2) & low : 0;

        z[w] = zip_word(a | b << 32);
    }
}

static uint64_t reverse_word(uint64_t v)
{
    static const uint64_t mask[3] = { 0x5555555555555555u, 0x3333333333333333u, 0x0f0f0f0f0f0f0f0fu };

    for (unsigned s = 0; s < 3; s++)
        v = (v >> (1u << s) & mask[s]) | (v & mask[s]) << (1u << s);
    return __builtin_bswap64(v);
}

void ring_reverse_bits(uint64_t *z, const uint64_t *x, size_t n)
{
    size_t words = ring_words(n);
    unsigned shift = (unsigned)(64 * words - n);

    for (size_t w = 0; w < words; w++) {
        uint64_t v = reverse_word(x[words - 1 - w]);

        z[w] = v >> shift;
        if (w && shift)
            z[w - 1] |= v << (64 - shift);
    }
}

void ring_prefix_xor(uint64_t *z, const uint64_t *x, size_t n)
{
    uint64_t carry = 0;

    for (size_t w = 0; w < ring_words(n); w++) {
        uint64_t v = x[w];

        for (unsigned s = 1; s < 64; s *= 2)
            v ^= v << s;
        z[w] = v ^ carry;
        carry = -(z[w] >> 63);
    }
}
