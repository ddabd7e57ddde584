/* test_cost_cases.c - rounds and bytes of every gadget, counted by the channel, are what docs/protocols states:
 * exactly, for every party. */
#include "lib/chosen.h"
#include "lib/gadget_case.h"

#include "lib/testing.h"

static void check(const struct mpc_protocol *protocol, const struct gadget_case *g, size_t n)
{
    struct cost want = { .protocol = protocol, .turn = CASE_INSTR_RUN };
    struct case_trial t;
    struct committee c;

    case_trial_init(&t, g, n, n);
    committee_init_body(&c, protocol->name, case_body, &t);
    committee_run(&c);
    g->cost(&want, &t.run);
    for (int p = 0; p < protocol->parties; p++) {
        if (c.err[p])
            fail_msg("%s, %s, n = %zu: party %d: %s", protocol->name, g->name, n, p, c.fault[p].text);
        /* a gadget that opens waits for proofs: test_rep3a_costs.c */
        if (t.sent[p] != want.sent[p] ||
            (protocol->verify ? t.rounds[p] < want.rounds : t.rounds[p] != want.rounds))
            fail_msg("%s, %s, n = %zu: party %d took %llu rounds and sent %llu bytes, stated are %llu and %llu",
                     protocol->name, g->name, n, p, (unsigned long long)t.rounds[p],
                     (unsigned long long)t.sent[p], (unsigned long long)want.rounds,
                     (unsigned long long)want.sent[p]);
    }
    committee_wipe(&c);
    case_trial_wipe(&t);
}

static void test_costs(void **state)
{
    static const size_t usual[CASE_SIZES_MAX] = { 1, 64, 65, 200 };

    (void)state;
    for (const struct case_family *f = case_families; f->name; f++)
        for (size_t i = 0; i < *f->n; i++) {
            const struct gadget_case *g = &f->cases[i];
            const size_t *sizes = g->sizes[0] ? g->sizes : usual;

            for (size_t k = 0; k < CASE_SIZES_MAX && sizes[k] && g->cost && !g->expect; k++)
                for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
                    if ((*p)->parties > 1 && test_takes(i + k + 3 * (size_t)(p - mpc_protocols)))
                        check(*p, g, sizes[k]);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_costs) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
