/* test_fault_cases.c [FAMILY] - every message of every gadget, altered (lib/fault_matrix.h), in every protocol
 * that withstands a liar.
 *
 * SOTTO_FAULTS=all tries every kind for every message. Otherwise, of a gadget with many messages, each message
 * is altered in one way or a few, which turn from message to message, so that the suite stays short. */
#include "lib/chosen.h"
#include "lib/fault_matrix.h"
#include "lib/gadget_case.h"
#include "lib/testing.h"

#include <stdlib.h>

enum { CELLS_MAX = 12, CELLS_SHORT = 4 }; /* of one gadget, unless all are asked for */

static const char *only;

/* A result is read only by who ended well; the harness keeps nothing of another one's. */
static const char *wrong_output(struct matrix *m, int p)
{
    return m->c.err[p] ? NULL : case_wrong(m->subject, p);
}

static uint64_t try_case(struct matrix *m, const struct mpc_protocol *protocol, const struct gadget_case *g)
{
    struct case_trial trial;
    uint64_t messages = 0, cells, state, most = test_share() > 1 ? CELLS_SHORT : CELLS_MAX;
    bool all = getenv("SOTTO_FAULTS") && strcmp(getenv("SOTTO_FAULTS"), "all") == 0;

    case_trial_init(&trial, g, case_small(g), 3);
    committee_init_body(&m->c, protocol->name, case_body, &trial);
    m->name = g->name;
    m->subject = &trial; // cppcheck-suppress autoVariables
    m->wrong_output = wrong_output;
    matrix_begin(m);
    while (messages < m->clean_n && m->clean[messages].tag.instr < CASE_INSTR_RUN)
        messages++;
    state = cells = (m->clean_n - messages) * FAULT_KINDS;
    for (uint64_t i = 0; i < (all || cells <= most ? cells : most); i++) {
        uint64_t cell = all || cells <= most ? i : case_draw(&state) % cells;

        if (m->clean[messages + cell / FAULT_KINDS].tag.instr >= CASE_INSTR_RUN)
            matrix_cell(m, (enum fault_kind)(cell % FAULT_KINDS), messages + cell / FAULT_KINDS);
    }
    committee_wipe(&m->c);
    m->subject = NULL;
    case_trial_wipe(&trial);
    return m->clean_n - messages;
}

static void test_cases(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);

    (void)state;
    assert_non_null(m);
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        uint64_t messages = 0;

        if (!(*p)->active)
            continue;
        m->runs = m->caught = m->other_errors = m->right = 0;
        for (const struct case_family *f = case_families; f->name; f++)
            for (size_t i = 0; i < *f->n && (!only || strcmp(only, f->name) == 0); i++)
                if (!f->cases[i].expect && test_takes(i + (size_t)(p - mpc_protocols)))
                    messages += try_case(m, *p, &f->cases[i]);
        matrix_print(m, (*p)->name, messages);
        assert_true(m->caught > m->runs / 4);
    }
    free(m);
}

/* A party that lies in a quarter of its messages. */
static void test_a_party_that_always_lies(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);

    (void)state;
    assert_non_null(m);
    m->random = 0x9e3779b97f4a7c15u;
    m->wrong_output = wrong_output;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (const struct case_family *f = case_families; f->name && (*p)->active; f++)
            for (size_t i = 0; i < *f->n && (!only || strcmp(only, f->name) == 0); i++) {
                struct case_trial trial;

                if (f->cases[i].expect || !test_takes(i + (size_t)(p - mpc_protocols)))
                    continue;
                case_trial_init(&trial, &f->cases[i], case_small(&f->cases[i]), 4);
                committee_init_body(&m->c, (*p)->name, case_body, &trial);
                m->name = f->cases[i].name;
                m->subject = &trial; // cppcheck-suppress autoVariables
                matrix_begin(m);
                for (int liar = (int)i % (*p)->parties; liar < (*p)->parties; liar += (*p)->parties) {
                    matrix_run(m, FAULT_LIE_ALWAYS, 0, liar);
                    matrix_check(m, liar);
                }
                committee_wipe(&m->c);
                case_trial_wipe(&trial);
            }
    free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_a_party_that_always_lies),
    };

    only = argc > 1 ? argv[1] : NULL;
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
