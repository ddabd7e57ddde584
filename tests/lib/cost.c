#include "lib/cost.h"

#include "lib/testing.h"

enum { PIECE = 1 << 20 };

/* --- the protocols' operations: docs/protocols/rep4.md and rep3.md, "Costs" ---------------------------------
 */

bool cost_is_rep4(const struct cost *c)
{
    return c->protocol == &mpc_rep4;
}

static void took(struct cost *c, unsigned exchanges)
{
    c->rounds += exchanges;
    c->turn += exchanges;
}

/* One piece of `len` bytes of products. */
static void products_piece(struct cost *c, uint64_t len)
{
    static const struct {
        unsigned values, digests;
    } duty[4] = { { 1, 2 }, { 2, 1 }, { 2, 1 }, { 1, 2 } };

    for (unsigned p = 0; p < (unsigned)c->protocol->parties; p++)
        if (cost_is_rep4(c)) {
            unsigned d = (p + 4 - c->turn % 4) % 4;

            c->sent[p] += 2 * COST_HEADER + duty[d].values * len + duty[d].digests * COST_DIGEST;
        } else {
            c->sent[p] += COST_HEADER + len;
        }
}

/* Rows of products of `row` bytes each, words of word_len bytes: one round, whatever the number of pieces. */
void cost_products(struct cost *c, uint64_t rows, uint64_t row, uint64_t word_len)
{
    uint64_t words = row / word_len, most = PIECE / (rows ? rows * word_len : 1);
    unsigned pieces = 0;

    if (!rows || !row)
        return;
    for (uint64_t at = 0; at < words; at += most, pieces++) {
        uint64_t n = words - at < most ? words - at : most;

        products_piece(c, rows * n * word_len); /* all pieces have the duties of the first */
    }
    c->rounds++;
    c->turn += pieces;
}

/* Split, or a mask: two joint inputs in rep4, one party's in rep3. */
void cost_share_parts(struct cost *c, uint64_t len, unsigned rep3_owner)
{
    for (unsigned p = 0; p < 4 && cost_is_rep4(c); p++)
        c->sent[p] += COST_HEADER + ((p & 1) == (c->turn >> 1 & 1) ? len : COST_DIGEST);
    if (!cost_is_rep4(c))
        c->sent[rep3_owner] += COST_HEADER + len;
    took(c, 1);
}

void cost_opening(struct cost *c, uint32_t to, uint64_t len)
{
    for (unsigned p = 0; p < (unsigned)c->protocol->parties; p++) {
        if (!(to >> p & 1))
            continue;
        if (cost_is_rep4(c)) {
            c->sent[(p + 1 + c->turn % 3) % 4] += COST_HEADER + len;
            c->sent[(p + 1 + (c->turn + 1) % 3) % 4] += COST_HEADER + COST_DIGEST;
        } else {
            c->sent[(p + 1) % 3] += COST_HEADER + len;
        }
    }
    took(c, 1);
}

void cost_reveal(struct cost *c, uint32_t to, uint64_t len)
{
    if (cost_is_rep4(c)) {
        for (int p = 0; p < 4; p++)
            c->sent[p] += 3 * COST_HEADER;
        took(c, 1);
    }
    cost_opening(c, to, len);
}

void cost_input(struct cost *c, unsigned owner, uint64_t len)
{
    if (cost_is_rep4(c)) {
        c->sent[owner] += 2 * (COST_HEADER + len);
        c->sent[(owner + 1) % 4] += COST_HEADER + COST_DIGEST;
        c->sent[(owner + 2) % 4] += COST_HEADER + COST_DIGEST;
        took(c, 2);
    } else {
        c->sent[owner] += COST_HEADER + len;
        took(c, 1);
    }
}

/* --- the gadgets' formulas ----------------------------------------------------------------------------------
 */

uint64_t cost_plane(uint64_t n)
{
    return 8 * ((n + 63) / 64);
}

unsigned cost_lg(uint64_t n)
{
    unsigned l = 0;

    while ((uint64_t)1 << l < n)
        l++;
    return l;
}

void cost_ands(struct cost *c, uint64_t rows, uint64_t n)
{
    cost_products(c, rows, cost_plane(n), 8);
}

/* k-1, then lg k levels: (k-1) + (2 lg k - 2)(k/2 - 1) ANDs in all, for k a power of two. */
void cost_add_bits(struct cost *c, uint64_t k, uint64_t n)
{
    uint64_t before = 0;

    if (k == 1)
        return;
    cost_ands(c, k - 1, n);
    for (unsigned l = 0; l < cost_lg(k); l++) {
        uint64_t rows = k / 2 - 1 + (l + 1 < cost_lg(k) ? k / 2 - 1 - ((uint64_t)1 << l) : 0);

        cost_ands(c, rows, n);
        before += rows;
    }
    assert_int_equal(k - 1 + before, k - 1 + (2 * cost_lg(k) - 2) * (k / 2 - 1));
}

void cost_sub_bits(struct cost *c, uint64_t k, uint64_t n, bool two)
{
    if (two)
        cost_ands(c, k - 1, n);
    cost_add_bits(c, k, n);
}

/* 3k - 2 - lg k ANDs in lg k + 1 rounds. */
void cost_less(struct cost *c, uint64_t k, uint64_t n, uint64_t pairs)
{
    uint64_t total = k;

    cost_ands(c, pairs * k, n);
    for (uint64_t segments = k / 2; segments; segments /= 2) {
        cost_ands(c, pairs * (2 * segments - 1), n);
        total += 2 * segments - 1;
    }
    assert_int_equal(total, 3 * k - 2 - cost_lg(k));
}

/* planes - 1 ANDs in lg planes rounds. */
void cost_and_planes(struct cost *c, uint64_t planes, uint64_t n, uint64_t sets)
{
    for (; planes > 1; planes -= planes / 2)
        cost_ands(c, sets * (planes / 2), n);
}

void cost_extreme(struct cost *c, uint64_t k, uint64_t n, bool value, bool index, size_t round_worth)
{
    uint8_t log2_arity[32];
    size_t levels = gadget_extreme_plan(n, (unsigned)k, value, round_worth, log2_arity);
    uint64_t index_bits = 0;

    for (size_t l = 0; l < levels; l++) {
        uint64_t t = log2_arity[l], groups = (n + ((uint64_t)1 << t) - 1) >> t,
                 a = groups == 1 ? n : (uint64_t)1 << t;

        cost_less(c, k, a * (a - 1) / 2 * groups, 1);
        cost_and_planes(c, a - 1, a * groups, 1);
        cost_ands(c, (l + 1 < levels || value ? k : 0) + index_bits, groups);
        index_bits += index ? t : 0;
        n = groups;
    }
}

void cost_bit_to_arith(struct cost *c, uint64_t k, uint64_t n)
{
    cost_share_parts(c, k / 8 * n, 0);
    cost_products(c, 1, k / 8 * n, k / 8);
}
