/* test_digest_escape.c - the digests are what stops an altered message, with the strength that they should
 * have.
 *
 * With digests cut to 8 bits, one altered value in 256 must pass: more would mean a weak digest, fewer that
 * something else stops it and the test proves nothing. With whole digests none passes. The seed is fixed, so
 * the result is always the same. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

enum { VALUE_LEN = 8, TRIALS = 20000, TRIALS_WHOLE = 4000 };

struct trial {
    uint64_t seed, random;
    bool opening;
    unsigned target; /* the how many-th value of the run is altered */
    unsigned values; /* seen so far */
};

enum { PRODUCT_VALUES = 6, OPENING_VALUES = 4 };

/* A product of 64-bit words, or an opening. Not one after the other: the opening's digests would catch what has
 * passed in the product. */
static enum sotto_err product_or_opening(struct strand *st, void *arg)
{
    const struct trial *t = arg;
    const uint64_t a = 1234567, b = 7654321;
    struct shared x, y, z;
    uint64_t opened;

    TRY(strand_shared(st, &x, MPC_ARITH, 64, 1));
    TRY(strand_shared(st, &y, MPC_ARITH, 64, 1));
    TRY(strand_shared(st, &z, MPC_ARITH, 64, 1));
    chosen_sharing(st, &x, t->seed, 0, &a);
    chosen_sharing(st, &y, t->seed + 1, 0, &b);
    if (t->opening)
        return gadget_reveal(st, &x, mpc_everyone(st->s->protocol), &opened);
    return gadget_multiply(st, &z, &x, &y);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, product_or_opening, arg);
}

/* A message is [value] [digest]: its length tells whether it has a value. */
static enum net_sim_verdict alter_a_value(void *arg, struct net_sim_message *m)
{
    struct trial *t = arg;
    uint64_t error;

    if (m->tag.instr == NET_CONTROL_ABORT || m->len % CRYPTO_MAC_LEN != VALUE_LEN || t->values++ != t->target)
        return NET_SIM_PASS;
    while ((error = chosen_next(&t->random)) == 0)
        ;
    for (int i = 0; i < VALUE_LEN; i++)
        m->payload[i] ^= (uint8_t)(error >> 8 * i);
    return NET_SIM_PASS;
}

static unsigned escapes(unsigned digest_bits, unsigned trials)
{
    struct trial t = { .random = 20240229 };
    struct committee c;
    unsigned passed = 0;

    committee_init_body(&c, "rep4", body, &t);
    c.hook = alter_a_value;
    c.hook_arg = &t;
    for (int p = 0; p < 4; p++)
        c.options[p] = (struct mpc_options){ .digest_bits = digest_bits,
                                             .stream_hook = chosen_stream,
                                             .stream_hook_arg = &t.seed };
    for (unsigned i = 0; i < trials; i++) {
        bool caught = false;

        t.seed = 7919 * (uint64_t)i + 1;
        t.values = 0;
        t.target = i % (PRODUCT_VALUES + OPENING_VALUES);
        t.opening = t.target >= PRODUCT_VALUES;
        t.target -= t.opening ? PRODUCT_VALUES : 0;
        committee_run(&c);
        assert_true(t.values > t.target);
        for (int p = 0; p < 4; p++)
            caught |= c.err[p] == SOTTO_ERR_CHEAT && c.fault[p].accuser == p;
        passed += !caught;
    }
    committee_wipe(&c);
    return passed;
}

static void test_eight_bits(void **state)
{
    /* 20000 / 256 = 78.1; standard deviation 8.8; 3.29 of them on each side are 99.9 %. */
    const unsigned least = 49, most = 107;
    unsigned passed = escapes(8, TRIALS);

    (void)state;
    print_message("%u of %d altered values passed an 8-bit digest; %u to %u are expected\n", passed, TRIALS,
                  least, most);
    assert_in_range(passed, least, most);
}

static void test_whole_digests(void **state)
{
    (void)state;
    assert_int_equal(escapes(0, TRIALS_WHOLE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eight_bits),
        cmocka_unit_test(test_whole_digests),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
