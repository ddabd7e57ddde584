/* test_gadget_cases.c [FAMILY] - every gadget in every back end, on edge values and random ones, against the
 * plainest computation. */
#include "lib/chosen.h"
#include "lib/gadget_case.h"

#include "lib/testing.h"

static const char *only;

static void run_once(const struct mpc_protocol *protocol, const struct gadget_case *g, size_t n, uint64_t seed)
{
    struct case_trial t;
    struct committee c;

    case_trial_init(&t, g, n, seed);
    committee_init_body(&c, protocol->name, case_body, &t);
    committee_run(&c);
    for (int p = 0; p < protocol->parties; p++) {
        const char *wrong = c.err[p] != g->expect
                                ? c.fault[p].text[0] ? c.fault[p].text : "ended without the error"
                            : g->expect ? NULL
                                        : case_wrong(&t, p);

        if (wrong)
            fail_msg("%s, %s, n = %zu, seed %llu, party %d: %s", protocol->name, g->name, n,
                     (unsigned long long)seed, p, wrong);
        if (!g->expect && t.rounds[p] != t.rounds[0])
            fail_msg("%s, %s, n = %zu: parties %d and 0 count other rounds", protocol->name, g->name, n, p);
    }
    committee_wipe(&c);
    case_trial_wipe(&t);
}

static void test_cases(void **state)
{
    static const size_t usual[CASE_SIZES_MAX] = { 1, 2, 63, 64, 65, 200 };
    uint64_t seed = 1;

    (void)state;
    for (const struct case_family *f = case_families; f->name; f++)
        for (size_t i = 0; i < *f->n && (!only || strcmp(only, f->name) == 0); i++) {
            const size_t *sizes = f->cases[i].sizes[0] ? f->cases[i].sizes : usual;

            for (size_t k = 0; k < CASE_SIZES_MAX && sizes[k]; k++, seed++)
                for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
                    if (test_takes(i + k + 3 * (size_t)(p - mpc_protocols)))
                        run_once(*p, &f->cases[i], sizes[k], seed);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cases) };

    only = argc > 1 ? argv[1] : NULL;
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
