#include "lib/cost_numbers.h"

static unsigned ring_of(unsigned bits)
{
    return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : bits <= 64 ? 64 : 128;
}

void cost_split(struct cost *c, uint64_t len)
{
    cost_share_parts(c, len, 0);
}

void cost_cuts(struct cost *c, const unsigned *cut, size_t cuts, uint64_t n)
{
    for (size_t i = 0; i < cuts; i++)
        cost_carries(c, i ? cut[i] - cut[i - 1] + 1 : cut[0], false, n, 1);
}

void cost_words_to_bits(struct cost *c, unsigned k, uint64_t n)
{
    cost_split_planes(c, k, n);
    cost_add_bits(c, k, n);
}

void cost_bits_to_words(struct cost *c, unsigned k, uint64_t n)
{
    cost_share_parts(c, k * cost_plane(n), 1);
    cost_sub_bits(c, k, n, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, k * cost_plane(n));
}

/* rep3a: all bits, moved, and words again. */
static void by_planes(struct cost *c, unsigned k, unsigned w, uint64_t n)
{
    cost_words_to_bits(c, k, n);
    cost_bits_to_words(c, w, n);
}

void cost_top_bit(struct cost *c, unsigned k, uint64_t n)
{
    const unsigned cut[1] = { k - 1 };

    cost_split_planes(c, k, n);
    cost_cuts(c, cut, 1, n);
}

void cost_extend(struct cost *c, unsigned k, unsigned wide, uint64_t n)
{
    if (cost_is_rep3a(c)) {
        by_planes(c, k, wide, n);
        return;
    }
    cost_split(c, wide / 8 * n);
    cost_split(c, k * cost_plane(n));
    cost_carries(c, k, false, n, 1);
    cost_bit_to_arith(c, ring_of(wide - k), n);
}

void cost_truncate(struct cost *c, unsigned k, unsigned w, unsigned f, enum gadget_range range, uint64_t n)
{
    bool top = w > k - f, small = range == GADGET_SMALL;
    unsigned cut[2] = { f, k };
    size_t cuts = top && !small ? 2 : 1;

    if (!f)
        return;
    if (cost_is_rep3a(c)) {
        by_planes(c, k, w, n);
        return;
    }
    cost_split(c, (top && small ? 2 : 1) * (w / 8) * n);
    cost_split(c, (cuts == 2 ? k : ring_of(f)) * cost_plane(n));
    cost_cuts(c, cut, cuts, n);
    cost_split(c, cuts * (w / 8) * n);
    cost_products(c, 1, (top ? 2 : 1) * (w / 8) * n, w / 8);
}

void cost_fix_multiply(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    cost_extend(c, k, 2 * k, 2 * n);
    cost_products(c, 1, k / 4 * n, k / 4);
    cost_truncate(c, 2 * k, k, f, GADGET_SIGNED, n);
}

/* Full adders while a weight has three bits, else one half adder for its last two; what goes up waits. */
void cost_popcount(struct cost *c, unsigned k, uint64_t n)
{
    unsigned column[16] = { k };

    for (;;) {
        unsigned rows = 0, up[16] = { 0 };

        for (unsigned w = 0; w < cost_lg(k); w++) { /* the top weight has no carry */
            unsigned full = column[w] / 3, half = column[w] == 2;

            column[w] -= 2 * full + half;
            up[w + 1] = full + half;
            rows += full + half;
        }
        if (!rows)
            return;
        cost_ands(c, rows, n);
        for (unsigned w = 0; w < 16; w++)
            column[w] += up[w];
    }
}

/* lg k levels of k/2 ANDs, for k a power of two. */
void cost_highest_one(struct cost *c, unsigned k, uint64_t n)
{
    for (unsigned l = 0; l < cost_lg(k); l++)
        cost_ands(c, k / 2, n);
}

void cost_divide_by(struct cost *c, unsigned k, uint64_t d, bool is_signed, uint64_t n)
{
    uint64_t word = k / 8 * n;
    unsigned bits;

    d = k < 64 ? d & (((uint64_t)1 << k) - 1) : d;
    if (is_signed) {
        if (d >> (k - 1))
            d = (0 - d) & (UINT64_MAX >> (64 - k));
        cost_top_bit(c, k, n);
        cost_bit_to_arith(c, k, n);
        cost_products(c, 1, word, k / 8);
    }
    for (bits = 0; bits < 64 && (uint64_t)1 << bits < d; bits++)
        ;
    if ((d & (d - 1)) && cost_is_rep3a(c)) {
        cost_words_to_bits(c, k, n);
        cost_divide(c, k, false, n);
        cost_bits_to_words(c, k, n);
    } else if (d & (d - 1)) {
        cost_split(c, word);
        cost_split(c, (k + bits) * cost_plane(n));
        cost_carries(c, k, false, n, 1);
        cost_ands(c, bits, n);
        cost_carries(c, bits + 1, false, 3 * n, 1);
        cost_ands(c, 2, n);
        cost_bit_to_arith(c, k, 3 * n);
    } else {
        cost_truncate(c, k, k, bits, GADGET_UNSIGNED, n);
    }
    if (is_signed)
        cost_products(c, 1, word, k / 8);
}

void cost_divide(struct cost *c, unsigned k, bool is_signed, uint64_t n)
{
    uint64_t twice = 2 * 64 * ((n + 63) / 64);

    if (is_signed)
        cost_add_bits(c, k, twice);
    cost_highest_one(c, k, n);
    for (unsigned j = 1; j <= k; j++) {
        cost_add_bits(c, j + 2, n);
        cost_ands(c, j, n);
    }
    if (is_signed) {
        cost_ands(c, 1, n);
        cost_add_bits(c, k, twice);
    }
}
