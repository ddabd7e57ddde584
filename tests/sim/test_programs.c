/* test_programs.c - whole programs in every back end, against results worked out by hand. A bug's program stays
 * here. */
#include "lib/committee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
    const char *name, *source;
    uint64_t in[8];
    size_t n;
    uint64_t want;
} programs[] = {
    { "an arithmetic input that is compared, too",
      "input secret u32 x[n] from a; output u32 z to everyone;"
      "void main() { z = reveal(sum(x)) * 1000 + reveal(max(x)); }",
      { 12, 45, 7, 30 },
      4,
      94045 },
    { "a sum that is compared, then added to",
      "input secret u32 x[n] from a; output u32 z to everyone;"
      "void main() { secret u32 s = sum(x); secret bool big = s > 50; z = reveal(s + select(big, 100, 0)); }",
      { 20, 40 },
      2,
      160 },
    { "a condition known only after an opening",
      "input secret u32 x[n] from a; output u32 z to everyone;"
      "void main() { if (reveal(max(x) > 5)) { z = reveal(min(x)); } else { z = 99; } }",
      { 3, 9, 4 },
      3,
      3 },
    { "a loop whose rounds depend on each other",
      "input secret u32 x[n] from a; output u32 z to everyone;"
      "void main() { secret u32 p = 1; for (u32 i in 0..n) { p = p * x[i]; } z = reveal(p); }",
      { 3, 5, 7, 11 },
      4,
      1155 },
};

static void test_programs(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
            struct committee c;

            committee_init(&c, (*p)->name, programs[i].source);
            committee_input(&c, "x", programs[i].in, programs[i].n);
            committee_run(&c);
            for (int party = 0; party < (*p)->parties; party++) {
                if (c.err[party])
                    fail_msg("%s, %s: party %d: %s", (*p)->name, programs[i].name, party, c.fault[party].text);
                if (committee_output(&c, party, "z")->values[0] != programs[i].want)
                    fail_msg("%s, %s: %llu, not %llu", (*p)->name, programs[i].name,
                             (unsigned long long)committee_output(&c, party, "z")->values[0],
                             (unsigned long long)programs[i].want);
            }
            committee_wipe(&c);
        }
}

/* A value that is converted just when its place among the instructions under way is due again must not be
 * waited for in the form that it is about to get. */
static void test_conversion_at_any_distance(void **state)
{
    static const uint64_t x[2] = { 20, 40 };
    struct committee c;

    (void)state;
    committee_init(&c, "clear",
                   "input secret u32 x[n] from a; param u32 turns; output u32 z to everyone;"
                   "void main() { secret u32 s = sum(x); secret u32 t = 0;"
                   "for (u32 i in 0..turns) { t = t + s; } z = reveal(select(s > 50, t, 0)); }");
    committee_input(&c, "x", x, 2);
    for (uint64_t turns = 490; turns < 530; turns++) {
        committee_param(&c, "turns", turns);
        committee_run(&c);
        if (c.err[0])
            fail_msg("%llu turns: %s", (unsigned long long)turns, c.fault[0].text);
        assert_int_equal(committee_output(&c, 0, "z")->values[0], 60 * turns);
    }
    committee_wipe(&c);
}

/* More than a tile: each takes its own part of a public condition, and no more of it. */
static void test_public_condition_of_a_long_vector(void **state)
{
    enum { N = 150000 };
    uint64_t *x = calloc(N, sizeof *x), want = 0;
    struct committee c;

    (void)state;
    assert_non_null(x);
    for (size_t i = 0; i < N; i++) {
        x[i] = i % 251 + 1;
        want += i % 3 == 1 ? x[i] : 1000;
    }
    committee_init(&c, "clear",
                   "input secret u32 x[n] from a; output u32 z to everyone;"
                   "void main() { z = reveal(sum(select(index(n) % 3 == 1, x, 1000))); }");
    committee_input(&c, "x", x, N);
    committee_run(&c);
    assert_int_equal(c.err[0], SOTTO_OK);
    assert_int_equal(committee_output(&c, 0, "z")->values[0], want);
    committee_wipe(&c);
    free(x);
}

/* What is done and not needed any more is given back, though its place among the last instructions is not. */
static void test_loop_of_long_vectors(void **state)
{
    enum { N = 10000, TURNS = 300 };
    static uint64_t x[N];
    struct committee c;

    (void)state;
    committee_init(
        &c, "rep4",
        "input secret u64 x[n] from a; output u64 z to everyone;"
        "void main() { secret u64 v[n] = x; for (u32 i in 0..300) { v = v * x; } z = reveal(sum(v)); }");
    for (size_t i = 0; i < N; i++)
        x[i] = i < 2;
    committee_input(&c, "x", x, N);
    for (int p = 0; p < 4; p++)
        c.memory_max[p] = (uint64_t)3 * 8 * N * TURNS / 4;
    committee_run(&c);
    for (int p = 0; p < 4; p++)
        if (c.err[p])
            fail_msg("party %d: %s", p, c.fault[p].text);
    assert_int_equal(committee_output(&c, 0, "z")->values[0], 2);
    committee_wipe(&c);
}

static void test_size_that_no_input_has(void **state)
{
    struct committee c;

    (void)state;
    committee_init(&c, "clear", "output u32 z[m] to everyone; void main() { z = 5; }");
    committee_run(&c);
    assert_int_equal(c.err[0], SOTTO_ERR_PROGRAM);
    assert_non_null(strstr(c.fault[0].text, "\"m\""));
    committee_wipe(&c);
}

/* What a comparison needs on the way counts as well: rows of others must not size it without a bound. */
static void test_memory_limit_counts_work(void **state)
{
    static const struct {
        uint64_t memory;
        enum sotto_err want;
    } limits[] = { { 3 << 20, SOTTO_OK }, { 400 << 10, SOTTO_ERR_RESOURCE } };
    enum { N = 4096 };
    static uint64_t x[N];
    struct committee c;

    (void)state;
    committee_init(
        &c, "rep4",
        "input secret u32 x[n] from a; output u32 z to everyone; void main() { z = reveal(max(x)); }");
    committee_input(&c, "x", x, N);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (int p = 0; p < 4; p++)
            c.memory_max[p] = limits[i].memory;
        committee_run(&c);
        for (int p = 0; p < 4; p++)
            if ((limits[i].want == SOTTO_OK) != (c.err[p] == SOTTO_OK))
                fail_msg("limit %zu: party %d: %s", i, p, c.fault[p].text);
    }
    committee_wipe(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_programs),
                                        cmocka_unit_test(test_conversion_at_any_distance),
                                        cmocka_unit_test(test_public_condition_of_a_long_vector),
                                        cmocka_unit_test(test_loop_of_long_vectors),
                                        cmocka_unit_test(test_size_that_no_input_has),
                                        cmocka_unit_test(test_memory_limit_counts_work) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
