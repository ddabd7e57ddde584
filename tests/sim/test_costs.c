/* test_costs.c - rounds and bytes as docs/protocols/gadgets.md states them, against the channel's counters:
 * exactly, for every party. The formulas stand here a second time, without a look at how the gadgets are
 * written. */
#include "lib/committee.h"

#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEADER = 16, DIGEST = 16, PIECE = 1 << 20 };

/* --- the protocols' operations: docs/protocols/rep4.md and rep3.md, "Costs" ---------------------------------
 */

struct cost {
    const struct mpc_protocol *protocol;
    uint64_t sent[SOTTO_PARTIES_MAX], rounds;
    unsigned turn; /* of the next exchange: duties rotate by it */
};

static bool is_rep4(const struct cost *c)
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
        if (is_rep4(c)) {
            unsigned d = (p + 4 - c->turn % 4) % 4;

            c->sent[p] += 2 * HEADER + duty[d].values * len + duty[d].digests * DIGEST;
        } else {
            c->sent[p] += HEADER + len;
        }
}

/* Rows of products of `row` bytes each, words of word_len bytes: one round, whatever the number of pieces. */
static void products(struct cost *c, uint64_t rows, uint64_t row, uint64_t word_len)
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
static void share_parts(struct cost *c, uint64_t len, unsigned rep3_owner)
{
    for (unsigned p = 0; p < 4 && is_rep4(c); p++)
        c->sent[p] += HEADER + ((p & 1) == (c->turn >> 1 & 1) ? len : DIGEST);
    if (!is_rep4(c))
        c->sent[rep3_owner] += HEADER + len;
    took(c, 1);
}

static void opening(struct cost *c, uint32_t to, uint64_t len)
{
    for (unsigned p = 0; p < (unsigned)c->protocol->parties; p++) {
        if (!(to >> p & 1))
            continue;
        if (is_rep4(c)) {
            c->sent[(p + 1 + c->turn % 3) % 4] += HEADER + len;
            c->sent[(p + 1 + (c->turn + 1) % 3) % 4] += HEADER + DIGEST;
        } else {
            c->sent[(p + 1) % 3] += HEADER + len;
        }
    }
    took(c, 1);
}

static void reveal(struct cost *c, uint32_t to, uint64_t len)
{
    if (is_rep4(c)) {
        for (int p = 0; p < 4; p++)
            c->sent[p] += 3 * HEADER;
        took(c, 1);
    }
    opening(c, to, len);
}

static void input(struct cost *c, unsigned owner, uint64_t len)
{
    if (is_rep4(c)) {
        c->sent[owner] += 2 * (HEADER + len);
        c->sent[(owner + 1) % 4] += HEADER + DIGEST;
        c->sent[(owner + 2) % 4] += HEADER + DIGEST;
        took(c, 2);
    } else {
        c->sent[owner] += HEADER + len;
        took(c, 1);
    }
}

/* --- the gadgets' formulas ----------------------------------------------------------------------------------
 */

static uint64_t plane(uint64_t n)
{
    return 8 * ((n + 63) / 64);
}

static unsigned lg(uint64_t n)
{
    unsigned l = 0;

    while ((uint64_t)1 << l < n)
        l++;
    return l;
}

static void ands(struct cost *c, uint64_t rows, uint64_t n)
{
    products(c, rows, plane(n), 8);
}

/* k-1, then lg k levels: (k-1) + (2 lg k - 2)(k/2 - 1) ANDs in all, for k a power of two. */
static void add_bits(struct cost *c, uint64_t k, uint64_t n)
{
    uint64_t before = 0;

    if (k == 1)
        return;
    ands(c, k - 1, n);
    for (unsigned l = 0; l < lg(k); l++) {
        uint64_t rows = k / 2 - 1 + (l + 1 < lg(k) ? k / 2 - 1 - ((uint64_t)1 << l) : 0);

        ands(c, rows, n);
        before += rows;
    }
    assert_int_equal(k - 1 + before, k - 1 + (2 * lg(k) - 2) * (k / 2 - 1));
}

static void sub_bits(struct cost *c, uint64_t k, uint64_t n, bool two)
{
    if (two)
        ands(c, k - 1, n);
    add_bits(c, k, n);
}

/* 3k - 2 - lg k ANDs in lg k + 1 rounds. */
static void less(struct cost *c, uint64_t k, uint64_t n, uint64_t pairs)
{
    uint64_t total = k;

    ands(c, pairs * k, n);
    for (uint64_t segments = k / 2; segments; segments /= 2) {
        ands(c, pairs * (2 * segments - 1), n);
        total += 2 * segments - 1;
    }
    assert_int_equal(total, 3 * k - 2 - lg(k));
}

/* planes - 1 ANDs in lg planes rounds. */
static void and_planes(struct cost *c, uint64_t planes, uint64_t n, uint64_t sets)
{
    for (; planes > 1; planes -= planes / 2)
        ands(c, sets * (planes / 2), n);
}

static void extreme(struct cost *c, uint64_t k, uint64_t n, bool value, bool index, size_t round_worth)
{
    uint8_t log2_arity[32];
    size_t levels = gadget_extreme_plan(n, (unsigned)k, value, round_worth, log2_arity);
    uint64_t index_bits = 0;

    for (size_t l = 0; l < levels; l++) {
        uint64_t t = log2_arity[l], groups = (n + ((uint64_t)1 << t) - 1) >> t,
                 a = groups == 1 ? n : (uint64_t)1 << t;

        less(c, k, a * (a - 1) / 2 * groups, 1);
        and_planes(c, a - 1, a * groups, 1);
        ands(c, (l + 1 < levels || value ? k : 0) + index_bits, groups);
        index_bits += index ? t : 0;
        n = groups;
    }
}

/* --- one gadget, measured -----------------------------------------------------------------------------------
 */

struct measured {
    const struct row *row;
    unsigned bits;
    size_t n;
    size_t round_worth;
    uint64_t sent[SOTTO_PARTIES_MAX], rounds[SOTTO_PARTIES_MAX];
    unsigned turn;
};

struct row {
    const char *name;
    int widths; /* 1: one bit alone, 2: 8 .. 64, 3: all */
    enum sotto_err (*run)(struct strand *st, const struct measured *m);
    void (*cost)(struct cost *c, uint64_t k, uint64_t n, const struct measured *m);
};

static enum sotto_err vectors(struct strand *st, struct shared *v, size_t count, enum mpc_domain domain,
                              unsigned bits, size_t n)
{
    for (size_t i = 0; i < count; i++)
        TRY(strand_shared(st, &v[i], domain, bits, n));
    return SOTTO_OK;
}

#define RUN(name)               static enum sotto_err run_##name(struct strand *st, const struct measured *m)
#define COST(name)              static void cost_##name(struct cost *c, uint64_t k, uint64_t n, const struct measured *m)
#define BITS_VECTORS(v, count)  TRY(vectors(st, v, count, MPC_BITS, m->bits, m->n))
#define ARITH_VECTORS(v, count) TRY(vectors(st, v, count, MPC_ARITH, m->bits, m->n))

RUN(input)
{
    static const uint64_t zeros[1000];
    int parties = st->s->protocol->parties, one = 1 % parties, two = 2 % parties;
    struct shared v[2];

    ARITH_VECTORS(v, 1);
    BITS_VECTORS(v + 1, 1);
    TRY(gadget_input(st, &v[0], one, st->s->self == one ? zeros : NULL));
    return gadget_input(st, &v[1], two, st->s->self == two ? zeros : NULL);
}
COST(input)
{
    (void)m;
    input(c, 1, k / 8 * n);
    input(c, 2, k * plane(n));
}

RUN(reveal)
{
    uint64_t *out = strand_alloc(st, m->n, 8);
    struct shared v[2];

    if (!out)
        return st->s->fault.code;
    ARITH_VECTORS(v, 1);
    BITS_VECTORS(v + 1, 1);
    TRY(gadget_reveal(st, &v[0], mpc_everyone(st->s->protocol), out));
    return gadget_reveal(st, &v[1], 5, out);
}
COST(reveal)
{
    (void)m;
    reveal(c, mpc_everyone(c->protocol), k / 8 * n);
    reveal(c, 5, k * plane(n));
}

RUN(multiply_arith)
{
    struct shared v[3];

    ARITH_VECTORS(v, 3);
    return gadget_multiply(st, &v[0], &v[1], &v[2]);
}
COST(multiply_arith)
{
    (void)m;
    products(c, 1, k / 8 * n, k / 8);
}

RUN(multiply_bits)
{
    struct shared v[3];

    BITS_VECTORS(v, 3);
    return gadget_multiply(st, &v[0], &v[1], &v[2]);
}
COST(multiply_bits)
{
    (void)m;
    ands(c, k, n);
}

RUN(add_bits)
{
    struct shared v[3];

    BITS_VECTORS(v, 3);
    return gadget_add_bits(st, &v[0], &v[1], &v[2]);
}
COST(add_bits)
{
    (void)m;
    add_bits(c, k, n);
}

RUN(sub_bits)
{
    struct shared v[5];

    BITS_VECTORS(v, 5);
    TRY(gadget_sub_bits(st, &v[0], &v[2], &v[3], NULL));
    return gadget_sub_bits(st, &v[1], &v[2], &v[3], &v[4]);
}
COST(sub_bits)
{
    (void)m;
    sub_bits(c, k, n, false);
    sub_bits(c, k, n, true);
}

RUN(less)
{
    struct shared z[3], x[3], y[3];

    TRY(vectors(st, z, 3, MPC_BITS, 1, m->n));
    BITS_VECTORS(x, 3);
    BITS_VECTORS(y, 3);
    TRY(gadget_less(st, z, x, y, 1, true));
    return gadget_less(st, z, x, y, 3, false);
}
COST(less)
{
    (void)m;
    less(c, k, n, 1);
    less(c, k, n, 3);
}

RUN(zero)
{
    struct shared z, v;

    TRY(vectors(st, &z, 1, MPC_BITS, 1, m->n));
    BITS_VECTORS(&v, 1);
    return gadget_zero(st, &z, &v);
}
COST(zero)
{
    (void)m;
    and_planes(c, k, n, 1);
}

RUN(zero_arith)
{
    struct shared z, v;

    TRY(vectors(st, &z, 1, MPC_BITS, 1, m->n));
    ARITH_VECTORS(&v, 1);
    return gadget_zero_arith(st, &z, &v);
}
COST(zero_arith)
{
    (void)m;
    share_parts(c, k * plane(n), 0);
    and_planes(c, k, n, 1);
}

RUN(all)
{
    struct shared z, v;

    TRY(vectors(st, &z, 1, MPC_BITS, 1, 1));
    BITS_VECTORS(&v, 1);
    return gadget_all(st, &z, &v);
}
COST(all)
{
    (void)k;
    (void)m;
    for (; n > 1; n -= n / 2)
        ands(c, 1, n - n / 2);
}

RUN(to_bits)
{
    struct shared z, v;

    BITS_VECTORS(&z, 1);
    ARITH_VECTORS(&v, 1);
    return gadget_to_bits(st, &z, &v);
}
COST(to_bits)
{
    (void)m;
    share_parts(c, k * plane(n), 0);
    add_bits(c, k, n);
}

RUN(to_arith)
{
    struct shared z, v;

    ARITH_VECTORS(&z, 1);
    BITS_VECTORS(&v, 1);
    return gadget_to_arith(st, &z, &v);
}
COST(to_arith)
{
    (void)m;
    share_parts(c, k * plane(n), 1);
    sub_bits(c, k, n, is_rep4(c));
    opening(c, is_rep4(c) ? 0xe : 0x5, k * plane(n));
}

static void bit_to_arith(struct cost *c, uint64_t k, uint64_t n)
{
    share_parts(c, k / 8 * n, 0);
    products(c, 1, k / 8 * n, k / 8);
}

RUN(bit_to_arith)
{
    struct shared z, v;

    ARITH_VECTORS(&z, 1);
    TRY(vectors(st, &v, 1, MPC_BITS, 1, m->n));
    return gadget_bit_to_arith(st, &z, &v);
}
COST(bit_to_arith)
{
    (void)m;
    bit_to_arith(c, k, n);
}

RUN(select)
{
    struct shared c, a[3], b[3];

    TRY(vectors(st, &c, 1, MPC_BITS, 1, m->n));
    ARITH_VECTORS(a, 3);
    BITS_VECTORS(b, 3);
    TRY(gadget_select(st, &b[0], &c, &b[1], &b[2]));
    return gadget_select(st, &a[0], &c, &a[1], &a[2]);
}
COST(select)
{
    (void)m;
    ands(c, k, n);
    bit_to_arith(c, k, n);
    products(c, 1, k / 8 * n, k / 8);
}

RUN(extreme)
{
    struct shared value, index, v;
    struct gadget_extreme wants_index = { .index = &index }, wants_value = { .least = true, .value = &value };

    TRY(vectors(st, &value, 1, MPC_BITS, m->bits, 1));
    TRY(vectors(st, &index, 1, MPC_BITS, 32, 1));
    BITS_VECTORS(&v, 1);
    TRY(gadget_extreme(st, &wants_index, &v));
    return gadget_extreme(st, &wants_value, &v);
}
COST(extreme)
{
    size_t worth = m->round_worth ? m->round_worth : MPC_ROUND_WORTH_DEFAULT;

    extreme(c, k, n, false, true, worth);
    extreme(c, k, n, true, false, worth);
}

#define ROW(name, text, widths)                                                                                \
    {                                                                                                          \
        text, widths, run_##name, cost_##name                                                                  \
    }
static const struct row rows[] = {
    ROW(input, "input", 2),
    ROW(reveal, "reveal", 2),
    ROW(multiply_arith, "multiply, arithmetic", 2),
    ROW(multiply_bits, "multiply, bits", 3),
    ROW(add_bits, "add_bits", 3),
    ROW(sub_bits, "sub_bits", 2),
    ROW(less, "less", 3),
    ROW(zero, "zero", 3),
    ROW(zero_arith, "zero_arith", 2),
    ROW(all, "all", 1),
    ROW(to_bits, "to_bits", 2),
    ROW(to_arith, "to_arith", 2),
    ROW(bit_to_arith, "bit_to_arith", 2),
    ROW(select, "select", 2),
    ROW(extreme, "extreme", 3),
};

static enum sotto_err measure_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    struct measured *m = arg;
    struct net_channel *ch = st->s->ch;
    int self = st->s->self;
    uint64_t depth, before = 0, after = 0;

    TRY(mpc_keys(st, binding));
    m->turn = st->step;
    depth = st->depth;
    for (int p = 0; ch && p < ch->parties; p++)
        before += ch->counters.bytes_sent[p];
    TRY(m->row->run(st, m));
    for (int p = 0; ch && p < ch->parties; p++)
        after += ch->counters.bytes_sent[p];
    m->sent[self] = after - before;
    m->rounds[self] = st->depth - depth;
    return SOTTO_OK;
}

static enum sotto_err measure_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, measure_strand, arg);
}

static void check_row(struct committee *c, struct measured *m)
{
    struct cost want = { .protocol = c->protocol };

    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        c->options[p].round_worth = m->round_worth;
    committee_run(c);
    want.turn = m->turn;
    if (c->protocol->parties > 1)
        m->row->cost(&want, m->bits, m->n, m);
    for (int p = 0; p < c->protocol->parties; p++) {
        assert_int_equal(c->err[p], SOTTO_OK);
        if (m->sent[p] != want.sent[p] || m->rounds[p] != want.rounds)
            fail_msg("%s, %s, %u bits, n = %zu: party %d took %llu rounds and sent %llu bytes, stated are %llu "
                     "and %llu",
                     c->protocol->name, m->row->name, m->bits, m->n, p, (unsigned long long)m->rounds[p],
                     (unsigned long long)m->sent[p], (unsigned long long)want.rounds,
                     (unsigned long long)want.sent[p]);
    }
}

static void test_gadgets(void **state)
{
    static const unsigned widths[] = { 1, 8, 16, 32, 64 };
    static const size_t lengths[] = { 1, 2, 63, 64, 65, 200, 1000 };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct measured m = { 0 };
        struct committee c;

        committee_init_body(&c, (*p)->name, measure_body, &m);
        for (size_t r = 0; r < COUNT_OF(rows); r++)
            for (size_t w = 0; w < COUNT_OF(widths); w++)
                for (size_t l = 0; l < COUNT_OF(lengths); l++) {
                    m = (struct measured){ .row = &rows[r],
                                           .bits = widths[w],
                                           .n = lengths[l],
                                           .round_worth = l % 2 ? 0 : widths[w] * 20 };
                    if (rows[r].widths & (widths[w] == 1 ? 1 : 2))
                        check_row(&c, &m);
                }
        committee_wipe(&c);
    }
}

/* Vectors over a piece of 2^20 bytes travel in several messages, still in one round. */
static void test_pieces(void **state)
{
    static const struct row large[] = { ROW(multiply_arith, "multiply, arithmetic", 2),
                                        ROW(bit_to_arith, "bit_to_arith", 2) };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t r = 0; r < COUNT_OF(large); r++) {
            struct measured m = { .row = &large[r], .bits = 64, .n = 131072 };
            struct committee c;

            committee_init_body(&c, (*p)->name, measure_body, &m);
            check_row(&c, &m);
            if (r == 0) {
                m.n = 131073;
                check_row(&c, &m);
            }
            committee_wipe(&c);
        }
}

/* --- whole programs -----------------------------------------------------------------------------------------
 */

/* The start: docs/protocols/keys.md. */
static void start(struct cost *c, uint64_t inputs)
{
    uint64_t peers = (uint64_t)c->protocol->parties - 1, shared_keys = is_rep4(c) ? 2 : 1;

    for (int p = 0; p < c->protocol->parties; p++) {
        c->sent[p] += peers * (HEADER + 128);                     /* hello */
        c->sent[p] += inputs ? peers * (HEADER + 8 * inputs) : 0; /* rows */
        c->sent[p] += peers * (HEADER + 32);                      /* binding */
        c->sent[p] += 3 * peers * (HEADER + 32 * shared_keys);
    }
    c->rounds += 4 + (inputs > 0);
}

/* Rows are split evenly; what the parties bring travels at the same time. */
static void inputs_of_all(struct cost *c, uint64_t n, uint64_t k, bool bits)
{
    uint64_t parties = (uint64_t)c->protocol->parties, rounds = c->rounds;

    for (uint64_t p = 0; p < parties; p++) {
        uint64_t own = n * (p + 1) / parties - n * p / parties;

        if (own)
            input(c, (unsigned)p, bits ? k * plane(own) : k / 8 * own);
    }
    c->rounds = rounds + (is_rep4(c) ? 2 : 1);
}

static uint64_t total(const uint64_t sent[SOTTO_PARTIES_MAX])
{
    return sent[0] + sent[1] + sent[2] + sent[3];
}

/* Which duties a party has turns with the number of the instruction: the total does not. */
static void check_program(struct committee *c, const struct cost *want, const char *what)
{
    uint64_t sent = 0;

    committee_run(c);
    for (int p = 0; p < c->protocol->parties; p++) {
        assert_int_equal(c->err[p], SOTTO_OK);
        sent += total(c->counters[p].bytes_sent);
        if (c->rounds[p] != want->rounds)
            fail_msg("%s, %s: %llu rounds, %llu are stated", c->protocol->name, what,
                     (unsigned long long)c->rounds[p], (unsigned long long)want->rounds);
    }
    if (sent != total(want->sent))
        fail_msg("%s, %s: %llu bytes, %llu are stated", c->protocol->name, what, (unsigned long long)sent,
                 (unsigned long long)total(want->sent));
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 65536);

    assert_non_null(f);
    assert_true(fread(text, 1, 65535, f) > 0);
    fclose(f);
    return text;
}

/* ARGMAX, EQ, SELECT, MAX, then LT and SELECT on one element, then the price is revealed; the winner's reveal
 * runs beside that and adds bytes alone. */
static void auction_cost(struct cost *c, uint64_t n)
{
    uint64_t rounds;

    start(c, 1);
    inputs_of_all(c, n, 32, true);
    extreme(c, 32, n, false, true, MPC_ROUND_WORTH_DEFAULT);
    rounds = c->rounds;
    reveal(c, mpc_everyone(c->protocol), 32 * plane(1));
    c->rounds = rounds;
    and_planes(c, 32, n, 1);
    ands(c, 32, n);
    extreme(c, 32, n, true, false, MPC_ROUND_WORTH_DEFAULT);
    less(c, 32, 1, 1);
    ands(c, 32, 1);
    reveal(c, mpc_everyone(c->protocol), 32 * plane(1));
}

static void test_auction(void **state)
{
    static const size_t lengths[] = { 4, 37, 1000 };
    char *source = read_file("programs/auction.sotto");
    uint64_t bid[1000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bid); i++)
        bid[i] = i * 7919 % 1009;
    for (const struct mpc_protocol *const *p = mpc_protocols; (*p)->parties > 1; p++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++) {
            struct cost want = { .protocol = *p };
            struct committee c;

            auction_cost(&want, lengths[l]);
            committee_init(&c, (*p)->name, source);
            committee_input(&c, "bid", bid, lengths[l]);
            check_program(&c, &want, "the auction");
            for (int party = 0; lengths[l] == 1000 && party < (*p)->parties; party++) {
                assert_in_range(total(c.counters[party].bytes_sent), 0, 150000);
                assert_true(c.rounds[party] <= 110);
            }
            committee_wipe(&c);
        }
    free(source);
}

/* Instructions whose operands must first be converted. */
#define SOURCE(statement)                                                                                      \
    "input secret u32 x[n] from a;\noutput u32 o to everyone;\nvoid main() {\n" statement "}\n"

static void cost_mul(struct cost *c, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    products(c, 1, 4 * n, 4);
    reveal(c, mpc_everyone(c->protocol), 4);
}

static void cost_less_of_sums(struct cost *c, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    share_parts(c, 32 * plane(n), 0);
    add_bits(c, 32, n);
    less(c, 32, n, 1);
    bit_to_arith(c, 32, n); /* count */
    reveal(c, mpc_everyone(c->protocol), 4);
}

static void cost_equal(struct cost *c, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    share_parts(c, 32 * plane(n), 0);
    and_planes(c, 32, n, 1);
    for (uint64_t left = n; left > 1; left -= left / 2)
        ands(c, 1, left - left / 2);
    bit_to_arith(c, 32, 1); /* u32(bool) + 1 */
    reveal(c, mpc_everyone(c->protocol), 4);
}

static void cost_select_then_sum(struct cost *c, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    share_parts(c, 32 * plane(n), 0);
    add_bits(c, 32, n);
    less(c, 32, n, 1);
    ands(c, 32, n);
    share_parts(c, 32 * plane(n), 1);
    sub_bits(c, 32, n, is_rep4(c));
    opening(c, is_rep4(c) ? 0xe : 0x5, 32 * plane(n));
    reveal(c, mpc_everyone(c->protocol), 4);
}

static const struct {
    const char *name, *source;
    void (*cost)(struct cost *c, uint64_t n);
} programs[] = {
    { "multiply", SOURCE("o = reveal(sum(x * x));"), cost_mul },
    { "less after a sum, count", SOURCE("o = reveal(count(x + 1 < 7));"), cost_less_of_sums },
    { "equal, any", SOURCE("o = reveal(u32(any(x + 1 == 7)) + 1);"), cost_equal },
    { "select, sum", SOURCE("o = reveal(sum(select(x < 7, x, 0)));"), cost_select_then_sum },
};

static void test_programs(void **state)
{
    static const size_t lengths[] = { 4, 65, 200 };
    uint64_t x[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(x); i++)
        x[i] = i % 11;
    for (const struct mpc_protocol *const *p = mpc_protocols; (*p)->parties > 1; p++)
        for (size_t i = 0; i < COUNT_OF(programs); i++)
            for (size_t l = 0; l < COUNT_OF(lengths); l++) {
                struct cost want = { .protocol = *p };
                struct committee c;

                start(&want, 1);
                programs[i].cost(&want, lengths[l]);
                committee_init(&c, (*p)->name, programs[i].source);
                committee_input(&c, "x", x, lengths[l]);
                check_program(&c, &want, programs[i].name);
                committee_wipe(&c);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gadgets),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_auction),
        cmocka_unit_test(test_programs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
