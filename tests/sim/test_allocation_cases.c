/* test_allocation_cases.c [FAMILY] - of every gadget in every back end one allocation fails, in turn: each
 * party ends with the right result or with an error that says why; nothing hangs, crashes or leaks.
 *
 * Of a gadget with many allocations some are tried, other ones for each back end. */
#include "lib/chosen.h"
#include "lib/gadget_case.h"
#include "lib/testing.h"

enum { TRIES_MAX = 5, TRIES_SHORT = 2 };

static const char *only;

static bool may_end(enum sotto_err err)
{
    return err == SOTTO_OK || err == SOTTO_ERR_RESOURCE || err == SOTTO_ERR_NETWORK || err == SOTTO_ERR_TIMEOUT;
}

static uint64_t run(const struct mpc_protocol *protocol, const struct gadget_case *g, uint64_t failing)
{
    struct case_trial t;
    struct committee c;
    uint64_t made;

    case_trial_init(&t, g, case_small(g), 6);
    committee_init_body(&c, protocol->name, case_body, &t);
    (void)mem_fail_after(failing);
    committee_run(&c);
    made = mem_fail_after(UINT64_MAX);
    for (int p = 0; p < protocol->parties; p++) {
        const char *wrong = c.err[p] || g->expect ? NULL : case_wrong(&t, p);

        if (!may_end(c.err[p]) && c.err[p] != g->expect)
            fail_msg("%s, %s, allocation %llu fails: party %d ends with \"%s\"", protocol->name, g->name,
                     (unsigned long long)failing, p, c.fault[p].text);
        if (wrong)
            fail_msg("%s, %s, allocation %llu fails: party %d: %s", protocol->name, g->name,
                     (unsigned long long)failing, p, wrong);
    }
    committee_wipe(&c);
    case_trial_wipe(&t);
    return made;
}

static void test_allocations(void **state)
{
    (void)state;
    for (const struct case_family *f = case_families; f->name; f++)
        for (size_t i = 0; i < *f->n && (!only || strcmp(only, f->name) == 0); i++)
            for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
                if (!test_takes(i + (size_t)(p - mpc_protocols)))
                    continue;
                uint64_t made = run(*p, &f->cases[i], UINT64_MAX - 1),
                         step = made / (test_share() > 1 ? TRIES_SHORT : TRIES_MAX) + 1;

                for (uint64_t k = i % step; k < made; k += step)
                    (void)run(*p, &f->cases[i], k);
            }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_allocations) };

    only = argc > 1 ? argv[1] : NULL;
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
