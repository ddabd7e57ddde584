/* test_mask_cases.c [FAMILY] - masks of every gadget (lib/mask_watch.h). */
#include "lib/chosen.h"
#include "lib/gadget_case.h"
#include "lib/mask_watch.h"
#include "lib/testing.h"

#include <stdlib.h>

static const char *only;

/* One case of share_of; all of a family that was asked for. */
static void watch_cases(const char *protocol, unsigned share_of)
{
    struct mask_watch *w = calloc(1, sizeof *w);
    unsigned turn = 0;

    assert_non_null(w);
    w->first_instr = CASE_INSTR_RUN;
    for (const struct case_family *f = case_families; f->name; f++)
        for (size_t i = 0; i < *f->n && (!only || strcmp(only, f->name) == 0); i++) {
            const struct gadget_case *g = &f->cases[i];
            struct case_trial trial;

            if (g->own_masks || g->expect || (!only && turn++ % (share_of * test_share())))
                continue;
            w->name = g->name;
            case_trial_init(&trial, g, case_small(g), 5);
            committee_init_body(&w->c, protocol, case_body, &trial);
            mask_watch_check(w);
            case_trial_wipe(&trial);
        }
    print_message("%s: %zu masks for %zu messages with masked values, %zu openings\n", protocol, w->masks,
                  w->values, w->openings);
    assert_true(w->masks > 100 / test_share());
    free(w);
}

static void test_rep4(void **state)
{
    (void)state;
    watch_cases("rep4", 1);
}

static void test_rep3a(void **state)
{
    (void)state;
    watch_cases("rep3a", 8);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rep4), cmocka_unit_test(test_rep3a) };

    only = argc > 1 ? argv[1] : NULL;
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
