/* soak.c [COUNT [SEED]] - random programs and gadgets, each run once as it should be and then with faults: no
 * hang, no wrong result, no descriptor left, no key left, bounded memory. ./dev soak
 *
 * A program comes from tests/lib/program.h, its faults from the same seed. Each runs in one process, where
 * messages are altered, and a program and a gadget of every seed also among parties of four lanes over real
 * connections: as it should be, with one that lies, or with one that runs out of memory. Ends with 1 at the
 * first thing that is wrong, and says the seed. */
#include "lib/chosen.h"
#include "lib/fault_matrix.h"
#include "lib/gadget_case.h"
#include "lib/meeting.h"
#include "lib/program.h"
#include "lib/testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { FAULTS_EACH = 8, RUN_SECONDS_MAX = 60, RSS_KB_MAX = 1 << 20, LANES = 4, LANES_N = 400 };

static struct {
    uint64_t count, seed, runs, caught;
    uint64_t in_lanes, in_lanes_ended; /* with an error */
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

static const struct gadget_case *pick_case(uint64_t *state)
{
    uint64_t cases = 0, which;

    for (const struct case_family *f = case_families; f->name; f++)
        cases += *f->n;
    assert_true(cases > 0);
    which = case_draw(state) % (cases ? cases : 1);
    for (const struct case_family *f = case_families; f->name; which -= *f->n, f++)
        if (which < *f->n)
            return f->cases[which].expect ? NULL : &f->cases[which];
    return NULL;
}

static void one_gadget(struct matrix *m, uint64_t seed)
{
    uint64_t state = seed * 99;
    const struct gadget_case *g = pick_case(&state);
    void *kept = m->subject;
    struct case_trial t;

    if (!g)
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

/* --- four lanes ------------------------------------------------------------------------------------------- */

enum trouble { NO_TROUBLE, A_LIE, NO_MEMORY, TROUBLES };

static const struct mpc_protocol *pick_lanes(uint64_t *state, enum trouble trouble)
{
    const struct mpc_protocol *p;

    do
        p = mpc_protocols[case_draw(state) % 4];
    while (!p || !p->many_lanes || (trouble == A_LIE && !p->active));
    return p;
}

/* No output, no key and no message after an error; without trouble there is none. */
static void check_sides(const struct meeting *m, enum trouble trouble, int who, const char *wrong,
                        uint64_t seed)
{
    bool ended = false;

    for (int p = 0; p < m->job.protocol->parties; p++) {
        const struct meeting_side *side = &m->side[p];

        ended |= side->err != SOTTO_OK;
        if (side->err && trouble == NO_TROUBLE)
            fail_msg("seed %llu, %s, party %d: %s", (unsigned long long)seed, m->job.protocol->name, p,
                     side->fault.text);
        if (side->keys_left || side->talked_on)
            fail_msg("seed %llu, party %d: %s", (unsigned long long)seed, p,
                     side->keys_left ? "keys are left" : "it talks on after an error");
        if (side->err == SOTTO_ERR_CHEAT && p != who && side->fault.accuser == p &&
            (trouble != A_LIE || !(side->fault.suspects >> who & 1)))
            fail_msg("seed %llu, party %d suspects others: %s", (unsigned long long)seed, p, side->fault.text);
    }
    if (wrong)
        fail_msg("seed %llu, %s: %s", (unsigned long long)seed, m->job.protocol->name, wrong);
    soak.in_lanes++;
    soak.in_lanes_ended += ended;
}

static void cause(struct meeting *m, enum trouble trouble, int who, uint64_t *state)
{
    if (trouble == A_LIE)
        m->side[who].corrupt = true;
    if (trouble == NO_MEMORY)
        m->job.memory_max[who] = 1u << (16 + case_draw(state) % 8);
}

/* Vectors are longer here, so that there are tiles. */
static void give_long_inputs(struct committee *c, const struct program *p, uint64_t (*values)[LANES_N])
{
    for (int i = 0; i < p->inputs_n; i++) {
        const struct program_value *v = &p->input_value[i];
        bool vec = p->var[p->input[i]].vec;

        for (size_t e = 0; e < LANES_N; e++)
            values[i][e] = v->n ? v->v[e % v->n] : 0;
        committee_input(c, p->var[p->input[i]].name, values[i], vec ? LANES_N : 1);
    }
    committee_param(c, p->var[p->param].name, p->var[p->param].now.v[0]);
}

static void program_in_lanes(uint64_t seed)
{
    static uint64_t values[PROGRAM_DECLS_MAX][LANES_N];
    static struct meeting m;
    uint64_t state = seed * 55;
    enum trouble trouble = (enum trouble)(case_draw(&state) % TROUBLES);
    struct committee clear;
    struct program p;
    int who;

    program_make(&p, seed);
    memset(&m, 0, sizeof m);
    committee_init(&clear, "clear", p.text);
    committee_init(&m.job, pick_lanes(&state, trouble)->name, p.text);
    give_long_inputs(&clear, &p, values);
    give_long_inputs(&m.job, &p, values);
    committee_run(&clear);
    who = (int)(case_draw(&state) % (uint64_t)m.job.protocol->parties);
    cause(&m, trouble, who, &state);
    if (!clear.err[0]) {
        bool all = true;

        meeting_run_equal(&m, LANES);
        for (int q = 0; q < m.job.protocol->parties; q++)
            all &= !m.side[q].err;
        check_sides(&m, trouble, who, all && !meeting_same(&m, &clear) ? "a wrong output" : NULL, seed);
    }
    meeting_wipe(&m);
    committee_wipe(&clear);
    program_wipe(&p);
}

static void gadget_in_lanes(uint64_t seed)
{
    static struct meeting m;
    uint64_t state = seed * 33;
    const struct gadget_case *g = pick_case(&state);
    enum trouble trouble = (enum trouble)(case_draw(&state) % NO_MEMORY);
    const char *wrong = NULL;
    struct case_trial t;
    int who;

    if (!g)
        return;
    memset(&m, 0, sizeof m);
    case_trial_init(&t, g, case_small(g) + 1, seed);
    committee_init_body(&m.job, pick_lanes(&state, trouble)->name, case_body, &t);
    who = (int)(case_draw(&state) % (uint64_t)m.job.protocol->parties);
    cause(&m, trouble, who, &state);
    meeting_run_equal(&m, LANES);
    for (int p = 0; p < m.job.protocol->parties && !wrong; p++)
        wrong = m.side[p].err || (trouble == A_LIE && p == who) ? NULL : case_wrong(&t, p);
    check_sides(&m, trouble, who, wrong, seed);
    meeting_wipe(&m);
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
        alarm(RUN_SECONDS_MAX);
        program_in_lanes(soak.seed + i);
        gadget_in_lanes(soak.seed + i);
        if (descriptors() != before)
            fail_msg("seed %llu: a descriptor is left open", (unsigned long long)(soak.seed + i));
        assert_int_equal(getrusage(RUSAGE_SELF, &use), 0);
        if (use.ru_maxrss > RSS_KB_MAX)
            fail_msg("seed %llu: %ld MB of memory", (unsigned long long)(soak.seed + i), use.ru_maxrss >> 10);
    }
    alarm(0);
    print_message(
        "%llu programs and as many gadgets, %llu runs: %llu lies found out, %llu other errors, %llu right; "
        "in four lanes %llu runs, %llu of them ended with an error; %ld MB at most\n",
        (unsigned long long)soak.count, (unsigned long long)m->runs, (unsigned long long)m->caught,
        (unsigned long long)m->other_errors, (unsigned long long)m->right, (unsigned long long)soak.in_lanes,
        (unsigned long long)soak.in_lanes_ended, use.ru_maxrss >> 10);
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
