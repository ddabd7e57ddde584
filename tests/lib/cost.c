#include "lib/cost.h"

#include "lib/testing.h"

enum { PIECE = 1 << 20 };

/* --- the protocols' operations: docs/protocols/rep4.md and rep3.md, "Costs" ---------------------------------
 */

bool cost_is_rep4(const struct cost *c)
{
    return c->protocol == &mpc_rep4;
}

bool cost_is_rep3a(const struct cost *c)
{
    return c->protocol == &mpc_rep3a;
}

bool cost_two_masks(const struct cost *c)
{
    return cost_is_rep4(c) || cost_is_rep3a(c);
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
    if (cost_is_rep3a(c))
        *(word_len == 8 ? &c->proven_words : &c->proven_len) +=
            word_len == 8 ? (rows * words + 63) / 64 * 64 : rows * row;
    for (uint64_t at = 0; at < words; at += most, pieces++) {
        uint64_t n = words - at < most ? words - at : most;

        products_piece(c, rows * n * word_len); /* all pieces have the duties of the first */
    }
    c->rounds++;
    c->turn += pieces;
}

void cost_split_planes(struct cost *c, uint64_t k, uint64_t n)
{
    if (cost_is_rep3a(c))
        cost_products(c, k - 1, cost_plane(n), 8);
    else
        cost_share_parts(c, k * cost_plane(n), 0);
}

void cost_share_parts(struct cost *c, uint64_t len, unsigned rep3_owner)
{
    if (cost_is_rep3a(c)) {
        if (!rep3_owner)
            cost_products(c, 1, len, 1);
        return;
    }
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
            c->sent[(p + 2) % 3] += cost_is_rep3a(c) ? COST_HEADER + COST_DIGEST : 0;
        }
    }
    took(c, 1);
}

void cost_reveal(struct cost *c, uint32_t to, uint64_t len)
{
    if (c->protocol->active) {
        for (int p = 0; p < c->protocol->parties; p++)
            c->sent[p] += ((uint64_t)c->protocol->parties - 1) * COST_HEADER;
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

/* rep4: five values and seven digests in eight messages (five.md). */
static void ands_piece(struct cost *c, uint64_t len)
{
    static const struct {
        unsigned values, digests;
    } duty[4] = { { 1, 2 }, { 1, 2 }, { 2, 0 }, { 1, 3 } };

    for (unsigned p = 0; p < 4; p++) {
        unsigned d = (p + 4 - c->turn % 4) % 4;

        c->sent[p] += 2 * COST_HEADER + duty[d].values * len + duty[d].digests * COST_DIGEST;
    }
}

void cost_ands(struct cost *c, uint64_t rows, uint64_t n)
{
    uint64_t words = cost_plane(n) / 8, most = PIECE / (rows ? rows * 8 : 1);
    unsigned pieces = 0;

    if (!cost_is_rep4(c)) {
        cost_products(c, rows, cost_plane(n), 8);
        return;
    }
    if (!rows || !n)
        return;
    most = most > 1 ? most / 2 * 2 : 1; /* whole blocks of 16 bytes */
    for (uint64_t at = 0; at < words; at += most, pieces++)
        ands_piece(c, 8 * rows * (words - at < most ? words - at : most));
    c->rounds++;
    c->turn += pieces;
}

/* --- carries: gadgets.md, "Carries" -------------------------------------------------------------------------
 */

enum { ROUNDS_MAX = 1024 };
struct shape {
    uint64_t rows[ROUNDS_MAX]; /* from 1 */
    uint64_t rounds, ands;
};

/* S(order, r): sum of the binomials r over 0 .. order */
static uint64_t largest_chunk(uint64_t order, uint64_t r)
{
    if (!order || !r)
        return 1;
    if (r >= 16 && order >= 16)
        return UINT32_MAX;
    return largest_chunk(order, r - 1) + largest_chunk(order - 1, r - 1);
}

static void ready_in(struct shape *s, uint64_t chunk, uint64_t r, bool all)
{
    uint64_t order = 0, upper;

    if (chunk == 1)
        return;
    while (largest_chunk(order, r) < chunk)
        order++;
    upper = largest_chunk(order - 1, r - 1);
    if (upper > chunk - 1)
        upper = chunk - 1;
    ready_in(s, chunk - upper, r - 1, all);
    ready_in(s, upper, r - 1, all);
    s->rows[r] += 1 + (all ? upper : 1);
}

static struct shape shape_of(uint64_t order, uint64_t positions, bool all)
{
    struct shape s = { .rounds = 0 };

    while (positions) {
        uint64_t most = largest_chunk(order, s.rounds), chunk = most < positions ? most : positions;

        ready_in(&s, chunk, s.rounds, all);
        s.rows[++s.rounds] += all ? chunk : 1;
        positions -= chunk;
    }
    for (uint64_t r = 1; r <= s.rounds; r++)
        s.ands += s.rows[r];
    return s;
}

/* What gadgets.md says of the shapes in closed form. */
static void check_shape(const struct shape *s, uint64_t order, uint64_t positions, bool all)
{
    uint64_t d = s->rounds;

    if (!all)
        assert_int_equal(s->ands, 2 * positions - d);
    if (order == 0)
        assert_int_equal(d, positions);
    if (order == 0)
        assert_int_equal(s->ands, positions);
    if (order == 1 && all)
        assert_int_equal(s->ands, 3 * positions - 2 * d);
    if (all && d < 64 && positions + 1 == (uint64_t)1 << d) /* the tree, full */
        assert_int_equal(s->ands, ((d + 2) << d >> 1) - d - 1);
}

static uint64_t weight(const struct cost *c, const struct shape *s, uint64_t words)
{
    uint64_t worth = c->round_worth ? c->round_worth : MPC_ROUND_WORTH_DEFAULT,
             bytes = c->protocol->parties == 4   ? 10
                     : c->protocol->parties == 3 ? 8
                                                 : 0;

    return s->rounds * worth + s->ands * words * bytes * (c->beside ? c->beside : 1);
}

void cost_carries(struct cost *c, uint64_t positions, bool all, uint64_t n, uint64_t sums)
{
    uint64_t words = sums * cost_plane(n) / 8;
    struct shape best = shape_of(0, positions, all), s = best;

    check_shape(&s, 0, positions, all);
    for (uint64_t order = 1; order < cost_lg(positions + 1); order++) {
        s = shape_of(order, positions, all);
        check_shape(&s, order, positions, all);
        if (weight(c, &s, words) < weight(c, &best, words) ||
            (weight(c, &s, words) == weight(c, &best, words) && s.rounds < best.rounds))
            best = s;
    }
    for (uint64_t r = 1; r <= best.rounds; r++)
        cost_ands(c, sums * best.rows[r], n);
}

void cost_add_bits(struct cost *c, uint64_t k, uint64_t n)
{
    if (k > 1)
        cost_carries(c, k - 1, true, n, 1);
}

void cost_sub_bits(struct cost *c, uint64_t k, uint64_t n, bool two)
{
    if (two)
        cost_ands(c, k - 1, n);
    cost_add_bits(c, k, n);
}

void cost_less(struct cost *c, uint64_t k, uint64_t n, uint64_t pairs)
{
    cost_carries(c, k, false, n, pairs);
}

/* planes - 1 ANDs in lg planes rounds. */
void cost_and_planes(struct cost *c, uint64_t planes, uint64_t n, uint64_t sets)
{
    for (; planes > 1; planes -= planes / 2)
        cost_ands(c, sets * (planes / 2), n);
}

void cost_extreme(struct cost *c, uint64_t k, uint64_t n, bool value, bool index, size_t round_worth)
{
    struct mpc_cost m = { round_worth, c->protocol->parties == 4 ? 5 : c->protocol->parties == 3 ? 4 : 0, 1 };
    uint8_t log2_arity[32];
    size_t levels;
    uint64_t index_bits = index ? c->low_bits : 0;

    m.beside = c->beside ? c->beside : 1;
    levels = gadget_extreme_plan(&m, n, (unsigned)k, value, log2_arity);
    c->round_worth = round_worth;
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
