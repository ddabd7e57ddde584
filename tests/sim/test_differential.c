/* test_differential.c - random programs: every back end, and an evaluator of their own, must agree on every
 * output and on every opened value. SOTTO_FUZZ_PROGRAMS: how many; SOTTO_FUZZ_SEED: the first one. */
#include "lib/committee.h"
#include "lib/program.h"

#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void report(const struct program *p, const char *protocol, const char *what)
{
    print_message("%s\n", p->text);
    for (int i = 0; i < p->inputs_n; i++) {
        print_message("%s =", p->var[p->input[i]].name);
        for (size_t e = 0; e < p->input_value[i].n; e++)
            print_message(" %lld", (long long)p->input_value[i].v[e]);
        print_message("\n");
    }
    print_message("%s = %lld\n", p->var[p->param].name, (long long)p->var[p->param].now.v[0]);
    fail_msg("seed %llu, %s: %s", (unsigned long long)p->seed, protocol, what);
}

static void compare(const struct program *p, const char *protocol, const char *what, const uint64_t *got,
                    size_t got_n, const struct program_value *want)
{
    char text[256];

    if (got_n != want->n) {
        snprintf(text, sizeof text, "%s has %zu elements, not %zu", what, got_n, want->n);
        report(p, protocol, text);
    }
    for (size_t e = 0; e < want->n; e++)
        if (got[e] != want->v[e]) {
            snprintf(text, sizeof text, "%s[%zu] is %lld, not %lld", what, e, (long long)got[e],
                     (long long)want->v[e]);
            report(p, protocol, text);
        }
}

static void check_party(const struct program *p, const struct committee *c, int party)
{
    const struct vm_result *r = &c->result[party];
    const char *protocol = c->protocol->name;
    char what[32];

    if (c->err[party])
        report(p, protocol, c->fault[party].text);
    for (int i = 0; i < p->outputs_n; i++) {
        const struct variable *v = &p->var[p->output[i]];
        const struct vm_output *out = committee_output(c, party, v->name);

        compare(p, protocol, v->name, out->values, out->n, &v->now);
        assert_true(out->set);
    }
    if (r->opened_n != p->opened_n)
        report(p, protocol, "another number of openings");
    for (size_t i = 0; i < r->opened_n; i++) {
        snprintf(what, sizeof what, "opening %zu", i);
        compare(p, protocol, what, r->opened[i].values, r->opened[i].n, &p->opened[i]);
    }
}

static void run_everywhere(const struct program *p)
{
    struct image image;
    struct lang_diag diag;

    image_init(&image);
    if (lang_compile("random.sotto", p->text, p->text_len, &image, &diag)) {
        char text[1200];

        snprintf(text, sizeof text, "line %u, column %u: %s (%s)", diag.line, diag.column, diag.text,
                 diag.hint);
        report(p, "the compiler", text);
    }
    image_wipe(&image);
    for (const struct mpc_protocol *const *protocol = mpc_protocols; *protocol; protocol++) {
        struct committee c;

        committee_init(&c, (*protocol)->name, p->text);
        for (int i = 0; i < p->inputs_n; i++)
            committee_input(&c, p->var[p->input[i]].name, p->input_value[i].v, p->input_value[i].n);
        committee_param(&c, p->var[p->param].name, p->var[p->param].now.v[0]);
        committee_run(&c);
        for (int party = 0; party < (*protocol)->parties; party++)
            check_party(p, &c, party);
        committee_wipe(&c);
    }
}

static void test_random_programs(void **state)
{
    uint64_t first = number("SOTTO_FUZZ_SEED", 1), count = number("SOTTO_FUZZ_PROGRAMS", 300);

    (void)state;
    for (uint64_t seed = first; seed < first + count; seed += test_share()) {
        struct program p;

        program_make(&p, seed);
        run_everywhere(&p);
        program_wipe(&p);
    }
}

/* --- lengths that random programs do not reach
 * ---------------------------------------------------------------- */

static const char long_source[] = "input secret u16 x[n] from owner;\n"
                                  "input secret u16 y[n] from owner;\n"
                                  "output u32 less to everyone;\n"
                                  "output u32 most to everyone;\n"
                                  "output u16 total to everyone;\n"
                                  "output bool same to everyone;\n"
                                  "output u16 chosen[n] to everyone;\n"
                                  "void main() {\n"
                                  "    less = reveal(count(x < y));\n"
                                  "    most = reveal(argmax(x));\n"
                                  "    total = reveal(sum(x * y + x));\n"
                                  "    same = reveal(any(x == y));\n"
                                  "    chosen = reveal(x < y ? x + y : x ^ y);\n"
                                  "}\n";

/* More elements than one strand works on. */
static void test_tiles(void **state)
{
    enum { LONG_N = (1 << 16) + 70 };
    uint64_t *x = calloc(LONG_N, 8), *y = calloc(LONG_N, 8), less = 0, most = 0, total = 0, same = 0;

    (void)state;
    for (uint64_t i = 0; i < LONG_N; i++) {
        x[i] = i * 40503 % 65521;
        y[i] = (i * 30103 + 17) % 65521;
        less += x[i] < y[i];
        most = x[i] > x[most] ? i : most;
        total += x[i] * y[i] + x[i];
        same |= x[i] == y[i];
    }
    for (const struct mpc_protocol *const *protocol = mpc_protocols; *protocol; protocol++) {
        struct committee c;
        const struct vm_output *chosen;

        committee_init(&c, (*protocol)->name, long_source);
        committee_input(&c, "x", x, LONG_N);
        committee_input(&c, "y", y, LONG_N);
        committee_run(&c);
        for (int party = 0; party < (*protocol)->parties; party++) {
            if (c.err[party])
                fail_msg("%s: party %d: %s", (*protocol)->name, party, c.fault[party].text);
            assert_int_equal(committee_output(&c, party, "less")->values[0], less);
            assert_int_equal(committee_output(&c, party, "most")->values[0], most);
            assert_int_equal(committee_output(&c, party, "total")->values[0], total & 0xffff);
            assert_int_equal(committee_output(&c, party, "same")->values[0], same);
            chosen = committee_output(&c, party, "chosen");
            for (size_t i = 0; i < LONG_N; i++)
                assert_int_equal(chosen->values[i], (x[i] < y[i] ? x[i] + y[i] : x[i] ^ y[i]) & 0xffff);
        }
        committee_wipe(&c);
    }
    free(x);
    free(y);
}

static const struct {
    const char *statement;
    bool stops;
    uint64_t want;
} empty[] = {
    { "o = reveal(sum(x));", false, 0 },
    { "o = reveal(count(x < 7));", false, 0 },
    { "o = reveal(u32(any(x == 7)));", false, 0 },
    { "o = reveal(u32(all(x == 7)));", false, 1 },
    { "u32 v[n] = reveal(x * x + min(x, 3)); o = n;", false, 0 },
    { "for (u32 i in 0..n) o = reveal(x[i]); o = 5;", false, 5 },
    { "o = reveal(max(x));", true, 0 },
    { "o = reveal(argmin(x));", true, 0 },
    { "o = reveal(x[0]);", true, 0 },
};

static void test_empty_vectors(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *protocol = mpc_protocols; *protocol; protocol++)
        for (size_t i = 0; i < COUNT_OF(empty); i++) {
            char source[256];
            struct committee c;

            snprintf(source, sizeof source,
                     "input secret u32 x[n] from owner;\noutput u32 o to everyone;\nvoid main() {\n%s\n}\n",
                     empty[i].statement);
            committee_init(&c, (*protocol)->name, source);
            committee_input(&c, "x", NULL, 0);
            committee_run(&c);
            for (int party = 0; party < (*protocol)->parties; party++) {
                if ((c.err[party] != SOTTO_OK) != empty[i].stops)
                    fail_msg("%s, %s: party %d: %s", (*protocol)->name, empty[i].statement, party,
                             c.fault[party].text);
                if (!empty[i].stops)
                    assert_int_equal(committee_output(&c, party, "o")->values[0], empty[i].want);
            }
            committee_wipe(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_programs),
        cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_empty_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
