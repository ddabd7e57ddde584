/* test_gadgets_reveal.c - who learns what: openings to some, and nothing past a vector's end. */
#include "lib/trial.h"

#include "lib/testing.h"

#include <stdlib.h>

static uint64_t want_a(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e];
}

static enum sotto_err run_reveal_to(struct strand *st, struct trial *t, uint64_t *out)
{
    for (size_t d = 0; d < 2; d++) {
        struct shared x;

        TRY(trial_give(st, t, &x, d ? MPC_BITS : MPC_ARITH, t->bits, t->a, 0));
        TRY(gadget_reveal(st, &x, t->to, out + d * t->n));
    }
    return SOTTO_OK;
}

static const struct gadget reveal_to = { "reveal", TRIAL_WIDTHS, 2, run_reveal_to, want_a };

/* Whoever is in the mask gets the value; nobody else's memory is touched. */
static void test_reveal_to_some(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (uint32_t to = 0; to <= mpc_everyone(*p); to++) {
            *t = (struct trial){ .gadget = &reveal_to, .bits = to % 2 ? 32 : 8, .n = 65, .to = to };
            trial_fill(t);
            trial_run(&c, t);
            for (int party = 0; party < (*p)->parties; party++)
                for (size_t e = 0; e < 2 * t->n; e++)
                    assert_int_equal(t->out[party][e], to >> party & 1 ? t->a[e % t->n] : 0xeeeeeeeeeeeeeeeeu);
        }
        committee_wipe(&c);
    }
    free(t);
}

/* --- what lies past n ---------------------------------------------------------------------------------------
 */

enum { DIRTY_N = 3, DIRTY_BITS = 8 };

static struct {
    unsigned step; /* of the opening; 0: not there yet */
    size_t words;
} wire;

/* A message of the opening is DIRTY_BITS words of one summand, or a digest. */
static enum net_sim_verdict look(void *arg, struct net_sim_message *m)
{
    struct reader r = reader_of(m->payload, m->len);

    (void)arg;
    if (!wire.step || m->tag.step != wire.step || m->len != 8 * DIRTY_BITS)
        return NET_SIM_PASS;
    for (; reader_left(&r); wire.words++)
        assert_int_equal(read_u64(&r) >> DIRTY_N, 0);
    return NET_SIM_PASS;
}

/* A vector whose last words are full of other bits, as after a scalar was repeated. */
static enum sotto_err give_dirty(struct strand *st, struct trial *t, struct shared *x)
{
    TRY(trial_give(st, t, x, MPC_BITS, DIRTY_BITS, t->a, 0));
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (unsigned plane = 0; x->share[a] && plane < DIRTY_BITS; plane++)
            *(uint64_t *)shared_row(x, a, plane) |= 0x123456789abcdef8u << plane;
    return SOTTO_OK;
}

static enum sotto_err run_dirty_reveal(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x;

    TRY(give_dirty(st, t, &x));
    wire.step = st->step + (st->s->protocol->active ? 1u : 0u);
    return trial_show(st, &x, out);
}

/* Here summand 0 is opened to its holders, masked in its first n elements only. */
static enum sotto_err run_dirty_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give_dirty(st, t, &x));
    TRY(trial_fresh(st, t, &z, MPC_ARITH, DIRTY_BITS));
    wire.step = st->step + (st->s->protocol->active ? 5u : 4u); /* after the mask and the subtraction */
    TRY(gadget_to_arith(st, &z, &x));
    return trial_show(st, &z, out);
}

static const struct {
    struct gadget gadget;
    size_t rep4, rep3; /* summands that are sent */
} dirty[] = {
    { { "reveal of dirty words", TRIAL_WIDTHS, 1, run_dirty_reveal, want_a }, 4, 3 },
    { { "to_arith of dirty words", TRIAL_WIDTHS, 1, run_dirty_to_arith, want_a }, 3, 2 },
};

static void test_nothing_past_n_is_opened(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < COUNT_OF(dirty); i++) {
            struct committee c;
            size_t summands = *p == &mpc_rep4                       ? dirty[i].rep4
                              : *p == &mpc_rep3 || *p == &mpc_rep3a ? dirty[i].rep3
                                                                    : 0;

            committee_init_body(&c, (*p)->name, trial_body, t);
            c.hook = look;
            memset(&wire, 0, sizeof wire);
            *t = (struct trial){
                .gadget = &dirty[i].gadget, .bits = DIRTY_BITS, .n = DIRTY_N, .a = { 1, 0, 255 }
            };
            trial_run(&c, t);
            trial_check(&c, t);
            assert_int_equal(wire.words, summands * DIRTY_BITS);
            committee_wipe(&c);
        }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_reveal_to_some),
                                        cmocka_unit_test(test_nothing_past_n_is_opened) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
