/* test_masks.c - masks of whole programs (lib/mask_watch.h), and what an opening shows. */
#include "lib/chosen.h"
#include "lib/mask_watch.h"
#include "lib/small_programs.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

static void watch_programs(const char *protocol, size_t masks, size_t openings)
{
    struct mask_watch *w = calloc(1, sizeof *w);
    static const uint64_t bids[] = { 500, 20, 700, 700 };
    char source[4096] = { 0 };
    FILE *f = fopen("programs/auction.sotto", "rb");

    assert_true(w && f && fread(source, 1, sizeof source - 1, f) > 0);
    fclose(f);
    w->first_instr = 1; /* after the keys */
    for (size_t i = 0; i < small_programs_n; i++) {
        if (!test_takes(i))
            continue;
        w->name = small_programs[i].name;
        small_program_init(&w->c, protocol, &small_programs[i]);
        mask_watch_check(w);
    }
    w->name = "auction";
    committee_init(&w->c, protocol, source);
    committee_input(&w->c, "bid", bids, COUNT_OF(bids));
    mask_watch_check(w);
    print_message("%s: %zu masks for %zu messages with masked values, %zu openings\n", protocol, w->masks,
                  w->values, w->openings);
    assert_true(w->masks > masks / test_share() && w->openings > openings / test_share());
    free(w);
}

static void test_masks(void **state)
{
    (void)state;
    watch_programs("rep4", 900, 100);
}

static void test_masks_rep3a(void **state)
{
    (void)state;
    watch_programs("rep3a", 900, 100);
}

/* --- what an opening shows -------------------------------------------------------------------------------- */

enum { FEW = 3, PLANES = 8 };

struct tail {
    bool to_numbers; /* bits to numbers, which opens a masked value, instead of a reveal */
    uint64_t seed;
    size_t openings;
    uint64_t shown; /* bits past the end in all openings */
};

static enum sotto_err open_few_bits(struct strand *st, void *arg)
{
    const struct tail *t = arg;
    uint64_t opened[64], values[64];
    struct shared x, z;

    for (size_t i = 0; i < 64; i++)
        values[i] = 0xa5 + i;
    TRY(strand_shared(st, &x, MPC_BITS, PLANES, 64));
    chosen_sharing(st, &x, t->seed, 0, values); /* 64 secrets, of which the first few are meant */
    x.n = FEW;
    if (!t->to_numbers)
        return gadget_reveal(st, &x, mpc_everyone(st->s->protocol), opened);
    TRY(strand_shared(st, &z, MPC_ARITH, PLANES, FEW));
    TRY(gadget_to_arith(st, &z, &x));
    return gadget_reveal(st, &z, mpc_everyone(st->s->protocol), opened);
}

static enum sotto_err open_few(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, open_few_bits, arg);
}

/* Values of PLANES whole words are sent in openings alone: the adder's products have other counts of planes. */
static enum net_sim_verdict look_past_the_end(void *arg, struct net_sim_message *m)
{
    struct tail *t = arg;
    struct reader r = reader_of(m->payload, m->len);
    bool opening = m->tag.step == (t->to_numbers ? 5 : 1);

    if (m->tag.instr == NET_CONTROL_ABORT || !opening || m->len < PLANES * 8)
        return NET_SIM_PASS;
    t->openings++;
    for (int p = 0; p < PLANES; p++)
        t->shown |= read_u64(&r) >> FEW;
    return NET_SIM_PASS;
}

/* In the last word of a plane, past the vector's end, may lie anything: another secret, too. */
static void test_bits_past_the_end_stay_hidden(void **state)
{
    (void)state;
    for (int to_numbers = 0; to_numbers < 2; to_numbers++) {
        struct tail t = { .to_numbers = to_numbers, .seed = 5 };
        struct committee c;

        committee_init_body(&c, "rep4", open_few, &t);
        c.hook = look_past_the_end;
        c.hook_arg = &t;
        for (int p = 0; p < 4; p++)
            c.options[p] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &t.seed };
        committee_run(&c);
        for (int p = 0; p < 4; p++)
            assert_int_equal(c.err[p], SOTTO_OK);
        assert_int_equal(t.openings, to_numbers ? 3 : 4);
        assert_int_equal(t.shown, 0);
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_masks_rep3a),
        cmocka_unit_test(test_bits_past_the_end_stay_hidden),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
