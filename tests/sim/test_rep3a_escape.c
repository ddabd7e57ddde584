/* test_rep3a_escape.c - the proofs are what stops a false product, with the strength that they should have.
 *
 * With challenges from a set of 256, and 8 random subsets, as many false products must pass as
 * docs/protocols/rep3a.md predicts; with whole ones none. The seed is fixed, so the result is always the same.
 */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

enum { PRODUCT_INSTR = 5, TRIALS = 6000, TRIALS_WHOLE = 600 };

struct trial {
    uint64_t seed, random;
    bool bits;
    int liar;
};

/* One product; it is verified as before an opening, but not opened. */
static enum sotto_err product(struct strand *st, void *arg)
{
    const struct trial *t = arg;
    const uint64_t a = 1234567, b = 7654321;
    unsigned width = t->bits ? 1 : 64;
    struct shared x, y, z;
    enum mpc_domain domain = t->bits ? MPC_BITS : MPC_ARITH;

    st->instr = PRODUCT_INSTR;
    TRY(strand_shared(st, &x, domain, width, 1));
    TRY(strand_shared(st, &y, domain, width, 1));
    TRY(strand_shared(st, &z, domain, width, 1));
    chosen_sharing(st, &x, t->seed, 0, &a);
    chosen_sharing(st, &y, t->seed + 1, 0, &b);
    TRY(gadget_multiply(st, &z, &x, &y));
    return st->s->protocol->verify(st);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, product, arg);
}

/* Of a number the top bit alone, which a random combination modulo 2^64 would miss half of the time; any bits
 * of a word. */
static enum net_sim_verdict alter_the_product(void *arg, struct net_sim_message *m)
{
    struct trial *t = arg;

    if (m->tag.instr != PRODUCT_INSTR || m->from != t->liar)
        return NET_SIM_PASS;
    assert_int_equal(m->len, 8);
    if (t->bits)
        for (size_t i = 0; i < m->len; i++)
            m->payload[i] ^= (uint8_t)((chosen_next(&t->random) >> 20) | (i == 0));
    else
        m->payload[7] ^= 0x80;
    return NET_SIM_PASS;
}

static unsigned escapes(bool bits, unsigned digest_bits, unsigned trials)
{
    struct trial t = { .random = 20240229, .bits = bits };
    struct committee c;
    unsigned passed = 0;

    committee_init_body(&c, "rep3a", body, &t);
    c.hook = alter_the_product;
    c.hook_arg = &t;
    for (int p = 0; p < 3; p++)
        c.options[p] = (struct mpc_options){ .digest_bits = digest_bits,
                                             .stream_hook = chosen_stream,
                                             .stream_hook_arg = &t.seed };
    for (unsigned i = 0; i < trials; i++) {
        bool caught = false;

        t.seed = 7919 * (uint64_t)i + 1;
        t.liar = (int)(i % 3);
        committee_run(&c);
        for (int p = 0; p < 3; p++) {
            caught |= c.err[p] == SOTTO_ERR_CHEAT && c.fault[p].accuser == p;
            assert_true(!c.err[p] || c.err[p] == SOTTO_ERR_CHEAT);
        }
        passed += !caught;
    }
    committee_wipe(&c);
    return passed;
}

/* The error is missed where it is in none of 8 subsets: 1/256. 6000/256 = 23.4, standard deviation 4.8; 3.29 of
 * them on each side are 99.9 %. */
static void test_few_subsets(void **state)
{
    const unsigned least = 8, most = 39;
    unsigned passed = escapes(false, 8, TRIALS);

    (void)state;
    print_message("%u of %d false products passed 8 subsets; %u to %u are expected\n", passed, TRIALS, least,
                  most);
    assert_in_range(passed, least, most);
}

/* The error of the claim is that of a corner; it is missed where the group's weight is 0, or a coordinate of a
 * challenge is 1: 6 in the wide level and 3 in each of 3 levels. 1 - (255/256)^16 = 6.07 %, 364 of 6000,
 * standard deviation 18.5. */
static void test_few_challenges(void **state)
{
    const unsigned least = 303, most = 425;
    unsigned passed = escapes(true, 8, TRIALS);

    (void)state;
    print_message("%u of %d false words passed challenges of 8 bits; %u to %u are expected\n", passed, TRIALS,
                  least, most);
    assert_in_range(passed, least, most);
}

static void test_whole_challenges(void **state)
{
    (void)state;
    assert_int_equal(escapes(false, 0, TRIALS_WHOLE), 0);
    assert_int_equal(escapes(true, 0, TRIALS_WHOLE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_subsets),
        cmocka_unit_test(test_few_challenges),
        cmocka_unit_test(test_whole_challenges),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
