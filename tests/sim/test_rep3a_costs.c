/* test_rep3a_costs.c - rounds and bytes of rep3a's proofs are those of docs/protocols/rep3a.md, "Costs",
 * exactly. */
#include "lib/committee.h"
#include "lib/cost.h"

#include "lib/testing.h"

struct measured {
    enum mpc_domain domain;
    unsigned bits;
    size_t n, repeat;           /* products, one after the other */
    struct gadget_matmul shape; /* instead, where it has rows: one product of matrices */
    uint64_t sent[SOTTO_PARTIES_MAX], rounds[SOTTO_PARTIES_MAX];
};

static uint64_t bytes_sent(const struct strand *st)
{
    uint64_t sum = 0;

    for (int p = 0; p < st->s->ch->parties; p++)
        sum += st->s->ch->counters.bytes_sent[p];
    return sum;
}

static enum sotto_err multiply_matrices(struct strand *st, const struct measured *m, struct shared *z)
{
    struct shared x, y;

    TRY(strand_shared(st, &x, m->domain, m->bits, m->shape.rows * m->shape.inner));
    TRY(strand_shared(st, &y, m->domain, m->bits, m->shape.inner * m->shape.cols));
    TRY(strand_shared(st, z, m->domain, m->bits, m->shape.rows * m->shape.cols));
    return gadget_matmul(st, z, &x, &y, &m->shape);
}

static enum sotto_err measure_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    struct measured *m = arg;
    struct shared x, z, one;
    uint64_t before, depth, out[4];

    TRY(mpc_keys(st, binding));
    before = bytes_sent(st);
    depth = st->depth;
    TRY(strand_shared(st, &x, m->domain, m->bits, m->n));
    TRY(strand_shared(st, &one, m->domain, m->bits, 1));
    if (m->shape.rows)
        TRY(multiply_matrices(st, m, &x));
    for (size_t i = 0; i < m->repeat; i++) {
        TRY(strand_shared(st, &z, m->domain, m->bits, m->n));
        TRY(gadget_multiply(st, &z, &x, &x));
        x = z;
    }
    shared_gather(&one, &x, 0, 1, false);
    TRY(gadget_reveal(st, &one, mpc_everyone(st->s->protocol), out));
    m->sent[st->s->self] = bytes_sent(st) - before;
    m->rounds[st->s->self] = st->depth - depth;
    return SOTTO_OK;
}

static enum sotto_err measure_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, measure_strand, arg);
}

/* What all products of one kind put into one inner product. */
static uint64_t elements_of(const struct measured *m)
{
    const struct gadget_matmul *s = &m->shape;
    uint64_t shorter = s->inner * (s->rows < s->cols ? s->rows : s->cols),
             products = s->rows * s->inner * s->cols;

    return m->repeat * m->n + (m->bits <= 64 && 2 * shorter < products ? shorter : products);
}

static void stated(struct cost *c, const struct measured *m)
{
    uint64_t word_len = m->domain == MPC_BITS ? 8 : ring_kernels_for(m->bits)->word_len, elements;
    uint64_t n = elements_of(m);

    if (m->shape.rows)
        cost_products(c, 1, m->shape.rows * m->shape.cols * word_len, word_len);

    for (size_t i = 0; i < m->repeat; i++) {
        if (m->domain == MPC_BITS)
            cost_ands(c, m->bits, m->n);
        else
            cost_products(c, 1, m->n * word_len, word_len);
    }
    if (m->domain == MPC_BITS) {
        elements = m->repeat * (m->bits * cost_plane(m->n) / 8 + 63) / 64 * 64;
        cost_proof_bits(c, cost_proof_levels(elements));
    } else if (m->bits == 61 || m->bits > 128) {
        cost_proof_field(c, word_len, cost_proof_levels(n));
    } else {
        cost_proof_ring(c, m->bits, cost_proof_levels(n));
    }
    cost_reveal(c, 7, m->domain == MPC_BITS ? 8 * m->bits : word_len);
}

static void test_proofs(void **state)
{
    static const struct measured rows[] = {
        { .domain = MPC_BITS, .bits = 1, .n = 1, .repeat = 1 },
        { .domain = MPC_BITS, .bits = 1, .n = 64, .repeat = 9 },
        { .domain = MPC_BITS, .bits = 32, .n = 4096, .repeat = 2 },
        { .domain = MPC_ARITH, .bits = 8, .n = 7, .repeat = 1 },
        { .domain = MPC_ARITH, .bits = 16, .n = 8, .repeat = 1 },
        { .domain = MPC_ARITH, .bits = 32, .n = 65, .repeat = 3 },
        { .domain = MPC_ARITH, .bits = 64, .n = 1, .repeat = 1 },
        { .domain = MPC_ARITH, .bits = 64, .n = 1000, .repeat = 3 },
        { .domain = MPC_ARITH, .bits = 64, .n = 65536, .repeat = 1 },
        { .domain = MPC_ARITH, .bits = 128, .n = 9, .repeat = 1 },
        { .domain = MPC_ARITH, .bits = 64, .shape = { .rows = 3, .inner = 40, .cols = 7 } },
        { .domain = MPC_ARITH, .bits = 32, .shape = { .rows = 90, .inner = 17, .cols = 4 } },
        { .domain = MPC_ARITH, .bits = 16, .shape = { .rows = 1, .inner = 9, .cols = 5 } },
        { .domain = MPC_ARITH, .bits = 64, .shape = { .rows = 2, .inner = 9, .cols = 2 } },
        { .domain = MPC_ARITH, .bits = 128, .shape = { .rows = 4, .inner = 9, .cols = 3 } },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct measured m = rows[i];
        struct cost want = { .protocol = &mpc_rep3a };
        struct committee c;

        committee_init_body(&c, "rep3a", measure_body, &m);
        committee_run(&c);
        stated(&want, &m);
        for (int p = 0; p < 3; p++) {
            assert_int_equal(c.err[p], SOTTO_OK);
            if (m.sent[p] != want.sent[p] || m.rounds[p] != want.rounds)
                fail_msg("row %zu: party %d took %llu rounds and sent %llu bytes, stated are %llu and %llu", i,
                         p, (unsigned long long)m.rounds[p], (unsigned long long)m.sent[p],
                         (unsigned long long)want.rounds, (unsigned long long)want.sent[p]);
        }
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_proofs) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
