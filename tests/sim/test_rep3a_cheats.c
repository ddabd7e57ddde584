/* test_rep3a_cheats.c - lies in rep3a that are made for one step of a proof, and one in each message of a
 * product: an honest party finds it and suspects its author. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

enum { PRODUCT_INSTR = 5 };

/* --- errors that would cancel, or that only one step of a proof sees ----------------------------------------
 */

struct attack {
    enum mpc_domain domain;
    unsigned bits;
    size_t n, tiles;    /* elements; tiles of as many each, or 0 */
    size_t word, at[2]; /* bytes of a word; words of the liar's product that get errors which add up to 0 */
    bool moves;         /* a pass of a shuffle instead of products */
    bool quotient;      /* instead: the prover shares a quotient that is far too large */
    uint64_t seed;
    int liar;
    bool drew_prime; /* the verifier that saw the quotient went on */
};

static enum sotto_err attacked_product(struct strand *st, const struct attack *a)
{
    struct shared x, y, z;

    TRY(strand_shared(st, &x, a->domain, a->bits, a->n));
    TRY(strand_shared(st, &y, a->domain, a->bits, a->n));
    TRY(strand_shared(st, &z, a->domain, a->bits, a->n));
    return gadget_multiply(st, &z, &x, &y);
}

/* One pass of a shuffle, whose order parties 0 and 2 know. */
static enum sotto_err attacked_move(struct strand *st, const struct attack *a)
{
    static const uint32_t order[2] = { 1, 0 };
    struct shared x, z;

    TRY(strand_shared(st, &x, a->domain, a->bits, a->n));
    TRY(strand_shared(st, &z, a->domain, a->bits, a->n));
    return st->s->protocol->permute(st, &z, &x, 0, st->s->self == 1 ? NULL : order, a->word);
}

static enum sotto_err attacked_tile(struct strand *st, void *arg, size_t i)
{
    (void)i;
    return attacked_product(st, arg);
}

static enum sotto_err attacked_strand(struct strand *st, void *arg)
{
    struct attack *a = arg;

    st->instr = PRODUCT_INSTR;
    if (a->moves)
        TRY(attacked_move(st, a));
    else if (a->tiles)
        TRY(strand_each(st, a->tiles, attacked_tile, a));
    else
        TRY(attacked_product(st, a));
    return st->s->protocol->verify(st);
}

static enum sotto_err attacked_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, attacked_strand, arg);
}

static enum net_sim_verdict lie(void *arg, struct net_sim_message *m)
{
    struct attack *a = arg;
    bool proof = m->tag.instr >> 31 && m->tag.instr != NET_CONTROL_ABORT;

    if (a->quotient && proof && m->from == (a->liar + 2) % 3 && m->tag.step % 64 == 2)
        a->drew_prime = true;
    if (m->from != a->liar)
        return NET_SIM_PASS;
    if (a->quotient && proof && m->tag.step % 64 == 1)
        m->payload[a->word - 1] ^= 0x40; /* of the first share: far above 2^161 */
    if (a->quotient || m->tag.instr != PRODUCT_INSTR || m->tag.tile != a->tiles)
        return NET_SIM_PASS;
    assert_true(m->len > a->word * a->at[1]);
    for (int k = 0; k < 2; k++) {
        uint8_t *p = m->payload + a->word * a->at[k];
        uint64_t v = 0;

        memcpy(&v, p, a->word);
        if (a->domain == MPC_BITS)
            v ^= 1;
        else if (k)
            v = v ? v - 1 : a->bits == 61 ? ((uint64_t)1 << 61) - 2 : v - 1;
        else
            v = a->bits == 61 && v == ((uint64_t)1 << 61) - 2 ? 0 : v + 1;
        memcpy(p, &v, a->word);
    }
    return NET_SIM_PASS;
}

static void test_errors_do_not_cancel(void **state)
{
    static const struct attack attacks[] = {
        { .domain = MPC_ARITH, .bits = 64, .n = 2, .word = 8, .at = { 0, 1 } },
        { .domain = MPC_ARITH, .bits = 32, .n = 9, .word = 4, .at = { 3, 8 } },
        { .domain = MPC_ARITH, .bits = 61, .n = 2, .word = 8, .at = { 0, 1 } },
        { .domain = MPC_BITS, .bits = 1, .n = 128 * 64, .word = 8, .at = { 0, 1 } }, /* two groups */
        { .domain = MPC_BITS, .bits = 1, .n = 128 * 64, .word = 8, .at = { 0, 2 } }, /* one */
        { .domain = MPC_ARITH, .bits = 64, .n = 2, .tiles = 3, .word = 8, .at = { 0, 1 } },
        { .domain = MPC_ARITH, .bits = 64, .n = 2, .word = 8, .at = { 0, 1 }, .moves = true },
        { .domain = MPC_ARITH, .bits = 64, .n = 1, .word = 24, .quotient = true },
        { .domain = MPC_ARITH, .bits = 8, .n = 1, .word = 24, .quotient = true },
    };

    (void)state;
    for (size_t i = 0; i < 3 * COUNT_OF(attacks); i++) {
        struct attack a = attacks[i / 3];
        struct committee c;
        bool caught = false;

        a.seed = i + 1;
        a.liar = (int)(i % 3);
        if (a.moves && a.liar == 1)
            continue; /* it sends nothing */
        committee_init_body(&c, "rep3a", attacked_body, &a);
        c.hook = lie;
        c.hook_arg = &a;
        for (int p = 0; p < 3; p++)
            c.options[p] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &a.seed };
        committee_run(&c);
        for (int p = 0; p < 3; p++)
            caught |= p != a.liar && c.err[p] == SOTTO_ERR_CHEAT && c.fault[p].accuser == p &&
                      c.fault[p].suspects >> a.liar & 1;
        if (!caught || a.drew_prime)
            fail_msg("attack %zu of party %d passed", i / 3, a.liar);
        committee_wipe(&c);
    }
}

/* --- every message of a product, its proof and its opening ---------------------------------------------------
 */

struct every {
    enum mpc_domain domain;
    unsigned bits;
    uint64_t seed;
    size_t target, at, sent; /* byte `at` of the target-th message */
    int liar;                /* who sent it; -1: nobody */
};

static enum sotto_err opened_product(struct strand *st, void *arg)
{
    const struct every *e = arg;
    const uint64_t one = 1;
    struct shared x, z;
    uint64_t out = 0;

    st->instr = PRODUCT_INSTR;
    TRY(strand_shared(st, &x, e->domain, e->bits, 1));
    TRY(strand_shared(st, &z, e->domain, e->bits, 1));
    chosen_sharing(st, &x, e->seed, 0, &one);
    TRY(gadget_multiply(st, &z, &x, &x));
    TRY(gadget_reveal(st, &z, mpc_everyone(st->s->protocol), &out));
    return out == 1 ? SOTTO_OK : strand_fail(st, SOTTO_ERR_INTERNAL, "a wrong product was opened");
}

static enum sotto_err every_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, opened_product, arg);
}

static enum net_sim_verdict alter_one(void *arg, struct net_sim_message *m)
{
    struct every *e = arg;

    if (m->tag.instr == NET_CONTROL_ABORT || !m->len)
        return NET_SIM_PASS;
    if (e->sent++ == e->target && e->at < m->len) {
        m->payload[e->at] ^= 1;
        e->liar = m->from;
    }
    return NET_SIM_PASS;
}

/* Who finds it suspects its author; nobody opens something wrong. */
static void check_outcome(const struct every *e, const struct committee *c)
{
    bool found = false;

    for (int p = 0; p < 3; p++) {
        if (e->liar < 0)
            assert_int_equal(c->err[p], SOTTO_OK);
        if (e->liar < 0 || p == e->liar)
            continue;
        assert_true(!c->err[p] || c->err[p] == SOTTO_ERR_CHEAT);
        if (!c->err[p] || c->fault[p].accuser != p)
            continue;
        found = true;
        if (!(c->fault[p].suspects >> e->liar & 1))
            fail_msg("message %zu, byte %zu: party %d does not suspect party %d", e->target, e->at, p, e->liar);
    }
    if (e->liar >= 0 && !found)
        fail_msg("message %zu, byte %zu, altered by party %d: nobody noticed", e->target, e->at, e->liar);
}

static void test_every_message(void **state)
{
    static const struct every kinds[] = { { .domain = MPC_BITS, .bits = 1 },
                                          { .domain = MPC_ARITH, .bits = 64 },
                                          { .domain = MPC_ARITH, .bits = 61 } };
    static const size_t places[] = { 0, 7, 8, 16 };

    (void)state;
    for (size_t k = 0; k < COUNT_OF(kinds); k++)
        for (size_t i = 0; i < COUNT_OF(places); i++) {
            struct every e = kinds[k];
            struct committee c;
            size_t messages;

            e.at = places[i];
            committee_init_body(&c, "rep3a", every_body, &e);
            c.hook = alter_one;
            c.hook_arg = &e;
            for (int p = 0; p < 3; p++)
                c.options[p] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &e.seed };
            for (e.target = messages = SIZE_MAX; e.target == SIZE_MAX || e.target < messages; e.target++) {
                e.sent = 0;
                e.liar = -1;
                committee_run(&c);
                check_outcome(&e, &c);
                if (e.target == SIZE_MAX)
                    messages = e.sent;
            }
            committee_wipe(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message),
        cmocka_unit_test(test_errors_do_not_cancel),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
