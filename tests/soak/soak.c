/* soak.c [COUNT [SEED]] - random programs and gadgets, each run once as it should be and then with faults: no
 * hang, no wrong result, no descriptor left, bounded memory. ./dev soak
 *
 * A program comes from tests/lib/program.h, its faults from the same seed. Ends with 1 at the first thing that
 * is wrong, and says the seed. */
#include "lib/chosen.h"
#include "lib/fault_matrix.h"
#include "lib/gadget_case.h"
#include "lib/program.h"
#include "lib/testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FAULTS_EACH = 8, RUN_SECONDS_MAX = 60, RSS_KB_MAX = 1 << 20 };

static struct {
    uint64_t count, seed, runs, caught;
} soak = { .count = 1000, .seed = 1 };

static int descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static const struct mpc_protocol *pick_protocol(uint64_t *state)
{
    const struct mpc_protocol *p;

    do
        p = mpc_protocols[case_draw(state) % 4];
    while (!p || !p->active);
    return p;
}

static void faults(struct matrix *m, uint64_t *state)
{
    for (int i = 0; i < FAULTS_EACH && m->clean_n; i++) {
        enum fault_kind kind = (enum fault_kind)(case_draw(state) % FAULT_KINDS);
        uint64_t target = case_draw(state) % m->clean_n;

        alarm(RUN_SECONDS_MAX); /* a hang ends the process */
        if (i % 4 < 3) {
            matrix_cell(m, kind, target);
        } else {
            int liar = (int)(case_draw(state) % (uint64_t)m->c.protocol->parties);

            m->random = case_draw(state) | 1;
            matrix_run(m, FAULT_LIE_ALWAYS, 0, liar);
            matrix_check(m, liar);
        }
    }
}

static void give_inputs(struct committee *c, const struct program *p)
{
    for (int i = 0; i < p->inputs_n; i++)
        committee_input(c, p->var[p->input[i]].name, p->input_value[i].v, p->input_value[i].n);
    committee_param(c, p->var[p->param].name, p->var[p->param].now.v[0]);
}

static void one_program(struct matrix *m, uint64_t seed)
{
    uint64_t state = seed * 77;
    struct committee *clear = m->subject;
    struct program p;

    program_make(&p, seed);
    committee_init(clear, "clear", p.text);
    give_inputs(clear, &p);
    committee_run(clear);
    committee_init(&m->c, pick_protocol(&state)->name, p.text);
    give_inputs(&m->c, &p);
    m->name = "a random program";
    m->wrong_output = matrix_wrong_program;
    matrix_begin(m);
    faults(m, &state);
    committee_wipe(&m->c);
    committee_wipe(clear);
    program_wipe(&p);
}

static const char *wrong_case(struct matrix *m, int p)
{
    return m->c.err[p] ? NULL : case_wrong(m->subject, p);
}

static void one_gadget(struct matrix *m, uint64_t seed)
{
    uint64_t state = seed * 99, cases = 0, which;
    const struct gadget_case *g = NULL;
    void *kept = m->subject;
    struct case_trial t;

    for (const struct case_family *f = case_families; f->name; f++)
        cases += *f->n;
    assert_true(cases > 0);
    which = case_draw(&state) % (cases ? cases : 1);
    for (const struct case_family *f = case_families; f->name && !g; which -= *f->n, f++)
        if (which < *f->n)
            g = &f->cases[which];
    if (!g || g->expect)
        return;
    case_trial_init(&t, g, case_small(g), seed);
    committee_init_body(&m->c, pick_protocol(&state)->name, case_body, &t);
    m->name = g->name;
    m->subject = &t; // cppcheck-suppress autoVariables
    m->wrong_output = wrong_case;
    matrix_begin(m);
    faults(m, &state);
    committee_wipe(&m->c);
    m->subject = kept;
    case_trial_wipe(&t);
}

static void soak_test(void **unused)
{
    struct matrix *m = calloc(1, sizeof *m);
    struct committee *clear = calloc(1, sizeof *clear);
    struct rusage use;
    int before;

    (void)unused;
    assert_true(m && clear);
    m->subject = clear;
    before = descriptors();
    for (uint64_t i = 0; i < soak.count; i++) {
        if (i % 100 == 0) {
            fprintf(stderr, "%llu of %llu, seed %llu\n", (unsigned long long)i, (unsigned long long)soak.count,
                    (unsigned long long)(soak.seed + i));
        }
        alarm(RUN_SECONDS_MAX);
        one_program(m, soak.seed + i);
        one_gadget(m, soak.seed + i);
        if (descriptors() != before)
            fail_msg("seed %llu: a descriptor is left open", (unsigned long long)(soak.seed + i));
        assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
        if (use.ru_maxrss > RSS_KB_MAX)
            fail_msg("seed %llu: %ld MB of memory", (unsigned long long)(soak.seed + i), use.ru_maxrss >> 10);
    }
    alarm(0);
    print_message(
        "%llu programs and as many gadgets, %llu runs: %llu lies found out, %llu other errors, %llu right; "
        "%ld MB at most\n",
        (unsigned long long)soak.count, (unsigned long long)m->runs, (unsigned long long)m->caught,
        (unsigned long long)m->other_errors, (unsigned long long)m->right, use.ru_maxrss >> 10);
    free(clear);
    free(m);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(soak_test) };

    soak.count = argc > 1 ? strtoull(argv[1], NULL, 10) : soak.count;
    soak.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : soak.seed;
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
