/* test_numbers_long.c - the gadgets of hundreds of rounds: right in every protocol, and as dear as stated. */
#include "lib/chosen.h"
#include "lib/cost_numbers.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

/* Rounds for one element; bytes of all parties together an element of 4096. */
static void show(const struct gadget_case *g, const struct case_run *one, uint64_t rounds)
{
    struct cost many = { .protocol = &mpc_rep4, .turn = CASE_INSTR_RUN };
    struct case_run r = *one;

    r.n = 4096;
    for (int i = 0; i < 2; i++)
        r.in_n[i] *= 4096;
    g->cost(&many, &r);
    printf("| %s | %llu | %llu |\n", g->name, (unsigned long long)rounds,
           (unsigned long long)((many.sent[0] + many.sent[1] + many.sent[2] + many.sent[3]) / r.in_n[0]));
}

static void run_once(const struct mpc_protocol *protocol, const struct gadget_case *g, size_t n, uint64_t seed)
{
    struct cost due = { .protocol = protocol, .turn = CASE_INSTR_RUN };
    struct case_trial t;
    struct committee c;

    case_trial_init(&t, g, n, seed);
    committee_init_body(&c, protocol->name, case_body, &t);
    committee_run(&c);
    if (protocol->parties > 1)
        g->cost(&due, &t.run);
    for (int p = 0; p < protocol->parties; p++) {
        const char *wrong = c.err[p] ? c.fault[p].text : case_wrong(&t, p);

        if (wrong)
            fail_msg("%s, %s, n = %zu, party %d: %s", protocol->name, g->name, n, p, wrong);
        if (protocol->parties > 1 && (t.rounds[p] != due.rounds || t.sent[p] != due.sent[p]))
            fail_msg("%s, %s, n = %zu: party %d took %llu rounds and sent %llu bytes, stated are %llu and %llu",
                     protocol->name, g->name, n, p, (unsigned long long)t.rounds[p],
                     (unsigned long long)t.sent[p], (unsigned long long)due.rounds,
                     (unsigned long long)due.sent[p]);
    }
    if (getenv("SOTTO_SHOW") && n == 1 && protocol == &mpc_rep4)
        show(g, &t.run, due.rounds);
    committee_wipe(&c);
    case_trial_wipe(&t);
}

static void run_all(const struct gadget_case *g, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; g[i].sizes[k]; k++)
            for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
                if (test_takes(i + 3 * k + (size_t)(p - mpc_protocols)))
                    run_once(*p, &g[i], g[i].sizes[k], i + k);
}

static void test_division(void **state)
{
    (void)state;
    run_all(cases_numbers_long, cases_numbers_long_n);
}

static void test_functions(void **state)
{
    (void)state;
    run_all(cases_numbers_real, cases_numbers_real_n);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_division), cmocka_unit_test(test_functions) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
