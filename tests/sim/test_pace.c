/* test_pace.c - what a round is worth: measured at the start, agreed on by all, moved no further than to an
 * honest party's figure by one that lies, and told alike to all or the session stops. docs/protocols/keys.md */
#include "lib/committee.h"
#include "lib/cost.h"

#include "lib/testing.h"

static const char source[] =
    "input secret i32 x[n] from owner;\noutput i32 most to everyone;\noutput u32 less to everyone;\n"
    "void main() { most = reveal(max(x)); less = reveal(count(x * 3 < 7)); }\n";

static void test_middle(void **state)
{
    static const struct {
        uint64_t told[4];
        int parties;
        uint64_t want;
    } rows[] = {
        { { 5000, 6000, 7000 }, 3, 6000 },
        { { 7000, 5000, 6000, 9000 }, 4, 6000 },
        { { 5000, 5000, 5000, UINT64_MAX }, 4, 5000 },
        { { 0, 5000, 8000, 5000 }, 4, 5000 },
        { { 0, 0, 0, 0 }, 4, MPC_ROUND_WORTH_MIN },
        { { UINT64_MAX, UINT64_MAX, UINT64_MAX }, 3, MPC_ROUND_WORTH_MAX },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(mpc_round_agree(rows[i].told, rows[i].parties), rows[i].want);
    for (int liar = 0; liar < 4; liar++) /* whatever one tells, the outcome is among what the others told */
        for (uint64_t lie = 0; lie < 20000; lie += 500) {
            uint64_t told[4] = { 3000, 9000, 4000, 6000 }, least = UINT64_MAX, most = 0, got;

            for (int p = 0; p < 4; p++)
                if (p != liar) {
                    least = told[p] < least ? told[p] : least;
                    most = told[p] > most ? told[p] : most;
                }
            told[liar] = lie;
            got = mpc_round_agree(told, 4);
            assert_in_range(got, least, most);
        }
}

static void prepare(struct committee *c, const char *protocol)
{
    static const uint64_t x[] = { 3, 9, (uint64_t)-4, 11, 2, 1, 0, 8 };

    committee_init(c, protocol, source);
    committee_input(c, "x", x, COUNT_OF(x));
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        c->options[p].measure = true;
}

static void check_outputs(const struct committee *c)
{
    for (int p = 0; p < c->protocol->parties; p++) {
        assert_int_equal(c->err[p], SOTTO_OK);
        assert_int_equal(committee_output(c, p, "most")->values[0], 11);
        assert_int_equal(committee_output(c, p, "less")->values[0], 4);
        assert_int_equal(c->rounds[p], c->rounds[0]);
    }
}

static void test_same_results(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        prepare(&c, (*p)->name);
        for (int i = 0; i < 5; i++) { /* clocks differ from run to run */
            committee_run(&c);
            check_outputs(&c);
        }
        committee_wipe(&c);
    }
}

/* Two exchanges of all with all, the second of 8192 bytes, and 8 bytes more with the rows. */
static void test_cost(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; (*p)->parties > 1; p++) {
        uint64_t sent[2] = { 0 }, rounds[2], peers = (uint64_t)(*p)->parties - 1;

        for (int measure = 0; measure < 2; measure++) {
            struct committee c;

            committee_init(&c, (*p)->name,
                           "output u8 z to everyone;\nvoid main() { z = 1; }\n"); /* no input: no rows either */
            for (int i = 0; i < SOTTO_PARTIES_MAX; i++)
                c.options[i].measure = measure;
            committee_run(&c);
            assert_int_equal(c.err[0], SOTTO_OK);
            for (int q = 0; q < SOTTO_PARTIES_MAX; q++)
                sent[measure] += c.counters[0].bytes_sent[q];
            rounds[measure] = c.rounds[0];
            committee_wipe(&c);
        }
        assert_int_equal(sent[1] - sent[0], peers * (3 * COST_HEADER + 8192 + 8));
        assert_int_equal(rounds[1] - rounds[0], 3);
    }
}

/* --- two stories -------------------------------------------------------------------------------------------
 */

struct story {
    int liar, victim;
    bool told;
};

/* The rows come at the fourth step of the start: hello, two probes, rows. */
static enum net_sim_verdict tell_another(void *arg, struct net_sim_message *m)
{
    struct story *s = arg;

    if (m->from == s->liar && m->to == s->victim && m->tag.instr == 0 && m->tag.step == 3) {
        m->payload[2] ^= 0x40;
        s->told = true;
    }
    return NET_SIM_PASS;
}

static void test_two_stories(void **state)
{
    (void)state;
    for (int liar = 0; liar < 4; liar++) {
        struct story s = { .liar = liar, .victim = (liar + 1) % 4 };
        struct committee c;

        prepare(&c, "rep4");
        c.hook = tell_another;
        c.hook_arg = &s;
        committee_run(&c);
        assert_true(s.told);
        for (int p = 0; p < 4; p++) {
            assert_int_equal(c.err[p], SOTTO_ERR_CHEAT);
            if (c.fault[p].accuser == p && p != liar)
                assert_true(c.fault[p].suspects >> liar & 1);
        }
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_middle), cmocka_unit_test(test_same_results),
                                        cmocka_unit_test(test_cost), cmocka_unit_test(test_two_stories) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
