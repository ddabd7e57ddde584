/* test_fault_matrix.c - every message of every kind of step of whole programs, altered in every way
 * (lib/fault_matrix.h): inputs, every instruction, openings, and the start of a session. */
#include "lib/chosen.h"
#include "lib/fault_matrix.h"
#include "lib/small_programs.h"
#include "lib/testing.h"

#include <stdlib.h>

struct subject {
    struct committee clear; /* first: what matrix_wrong_program wants */
    const struct small_program *program;
};

static void begin(struct matrix *m, const char *protocol, const struct small_program *p)
{
    struct subject *s = m->subject;

    m->name = p->name;
    m->wrong_output = matrix_wrong_program;
    s->program = p;
    small_program_init(&s->clear, "clear", p);
    committee_run(&s->clear);
    if (s->clear.err[0])
        fail_msg("%s: %s", p->name, s->clear.fault[0].text);
    small_program_init(&m->c, protocol, p);
    matrix_begin(m);
}

static void end(struct matrix *m)
{
    committee_wipe(&m->c);
    committee_wipe(&((struct subject *)m->subject)->clear);
}

static struct matrix *matrix_new(void)
{
    struct matrix *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->subject = calloc(1, sizeof(struct subject));
    assert_non_null(m->subject);
    return m;
}

static void matrix_free(struct matrix *m)
{
    free(m->subject);
    free(m);
}

/* Keys and agreement are the same for all programs: one is enough. */
static bool is_tried(const struct matrix *m, uint64_t target)
{
    return m->clean[target].tag.instr != 0 || ((struct subject *)m->subject)->program->setup;
}

static void every_message(const char *protocol)
{
    struct matrix *m = matrix_new();
    uint64_t messages = 0;

    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, protocol, &small_programs[i]);
        for (uint64_t t = 0; t < m->clean_n; t++) {
            if (!is_tried(m, t))
                continue;
            messages++;
            for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++)
                if (test_takes(t + kind))
                    matrix_cell(m, kind, t);
        }
        end(m);
    }
    matrix_print(m, protocol, messages);
    assert_true(m->caught > m->runs / 4); /* the table does what it says */
    matrix_free(m);
}

static void test_every_message(void **state)
{
    (void)state;
    every_message("rep4");
}

static void test_every_message_of_three(void **state)
{
    (void)state;
    every_message("rep3a");
}

static void always_lies(const char *protocol)
{
    struct matrix *m = matrix_new();

    m->random = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, protocol, &small_programs[i]);
        for (int liar = 0; liar < m->c.protocol->parties; liar++)
            for (size_t again = 0; again < 8 && test_takes(again); again++) {
                matrix_run(m, FAULT_LIE_ALWAYS, 0, liar);
                matrix_check(m, liar);
            }
        end(m);
    }
    matrix_free(m);
}

static void test_a_party_that_always_lies(void **state)
{
    (void)state;
    always_lies("rep4");
    always_lies("rep3a");
}

/* --corrupt of the tool: the party adds an error to the first product that it sends. */
static void demonstration_cheat(const char *protocol)
{
    struct matrix *m = matrix_new();
    size_t cheats = 0;

    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, protocol, &small_programs[i]);
        for (int liar = 0; liar < m->c.protocol->parties; liar++) {
            uint64_t caught = m->caught;

            m->c.options[liar].corrupt = true;
            m->clean_n = 0;
            matrix_run(m, FAULT_NONE, 0, liar);
            m->kind = FAULT_LIE_ALWAYS;
            matrix_check(m, liar);
            m->c.options[liar].corrupt = false;
            cheats += m->caught > caught;
        }
        end(m);
    }
    assert_true(cheats > small_programs_n); /* of the programs with products, most */
    matrix_free(m);
}

static void test_the_demonstration_cheat(void **state)
{
    (void)state;
    demonstration_cheat("rep4");
    demonstration_cheat("rep3a");
}

/* rep3 does not notice lies; it must still neither crash nor hang. */
static void test_rep3_survives(void **state)
{
    struct matrix *m = matrix_new();

    (void)state;
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, "rep3", &small_programs[i]);
        for (uint64_t t = 0; t < m->clean_n; t++)
            for (enum fault_kind kind = 0; kind < FAULT_KINDS; kind++) {
                bool loud = kind == FAULT_DROP || (kind == FAULT_TRUNCATE && m->clean[t].len);

                if (!matrix_applies(m, kind, t) || !is_tried(m, t) || (!loud && (t + kind) % 7) ||
                    !test_takes(t / 7))
                    continue;
                matrix_run(m, kind, t, MATRIX_NOBODY);
                assert_true(!loud || m->c.err[m->clean[t].to]);
                assert_false(m->spoke_after_abort);
            }
        end(m);
    }
    matrix_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message),
        cmocka_unit_test(test_every_message_of_three),
        cmocka_unit_test(test_a_party_that_always_lies),
        cmocka_unit_test(test_the_demonstration_cheat),
        cmocka_unit_test(test_rep3_survives),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
