/* test_costs.c - rounds and bytes of every gadget, counted by the channel, are what docs/protocols/gadgets.md
 * states: exactly, for every party. */
#include "lib/committee.h"
#include "lib/cost.h"

#include "lib/testing.h"

#include <stdlib.h>

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
#define COST(name)              static void stated_##name(struct cost *c, uint64_t k, uint64_t n, const struct measured *m)
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
    cost_input(c, 1, k / 8 * n);
    cost_input(c, 2, k * cost_plane(n));
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
    cost_reveal(c, mpc_everyone(c->protocol), k / 8 * n);
    cost_reveal(c, 5, k * cost_plane(n));
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
    cost_products(c, 1, k / 8 * n, k / 8);
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
    cost_ands(c, k, n);
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
    cost_add_bits(c, k, n);
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
    cost_sub_bits(c, k, n, false);
    cost_sub_bits(c, k, n, true);
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
    cost_less(c, k, n, 1);
    cost_less(c, k, n, 3);
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
    cost_and_planes(c, k, n, 1);
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
    cost_split_planes(c, k, n);
    cost_and_planes(c, k, n, 1);
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
        cost_ands(c, 1, n - n / 2);
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
    cost_split_planes(c, k, n);
    cost_add_bits(c, k, n);
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
    cost_share_parts(c, k * cost_plane(n), 1);
    cost_sub_bits(c, k, n, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, k * cost_plane(n));
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
    cost_bit_to_arith(c, k, n);
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
    cost_ands(c, k, n);
    cost_bit_to_arith(c, k, n);
    cost_products(c, 1, k / 8 * n, k / 8);
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

    cost_extreme(c, k, n, false, true, worth);
    cost_extreme(c, k, n, true, false, worth);
}

#define ROW(name, text, widths)                                                                                \
    {                                                                                                          \
        text, widths, run_##name, stated_##name                                                                \
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
    m->sent[self] = after - before - st->s->proof_bytes; /* test_rep3a_costs.c */
    m->rounds[self] = st->depth - depth;
    return SOTTO_OK;
}

static enum sotto_err measure_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, measure_strand, arg);
}

static void check_row(struct committee *c, struct measured *m)
{
    struct cost want = { .protocol = c->protocol, .round_worth = m->round_worth };

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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_gadgets), cmocka_unit_test(test_pieces) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
