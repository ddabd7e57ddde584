/* test_lang_limits.c - programs that are too much, and a machine that has too little memory. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"
#include "lang/lang.h"

static char text[SOTTO_SOURCE_LEN_MAX + 256];

#define HEAD "input secret u32 s from a; param u32 p; output u32 o to everyone;\n"

/* head, then `times` times the middle with %d replaced by 0, 1, ..., then the tail */
static size_t build(const char *start, const char *middle, unsigned times, const char *tail)
{
    size_t n = (size_t)snprintf(text, sizeof text, "%s", start);
    const char *mark = strstr(middle, "%d");

    for (unsigned i = 0; i < times && n < SOTTO_SOURCE_LEN_MAX; i++) {
        if (mark)
            n += (size_t)snprintf(text + n, sizeof text - n, "%.*s%u%s", (int)(mark - middle), middle, i,
                                  mark + 2);
        else
            n += (size_t)snprintf(text + n, sizeof text - n, "%s", middle);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "%s", tail);
    assert_true(n < sizeof text);
    return n;
}

static void too_much(void **state)
{
    static const struct {
        const char *start, *middle;
        unsigned times;
        const char *tail, *wanted; /* NULL: it compiles */
    } cases[] = {
        { HEAD "void main() { o = ", "(", 198, "1", "expected" },
        { HEAD "void main() { o = ", "(", 100000, "1", "nested too deeply" },
        { HEAD "void main() { o = ", "- ", 100000, "1", "nested too deeply" },
        { HEAD "void main() { o = ", "-(", 130, "1", "expected" },
        { HEAD "void main() ", "{", 100000, "", "nested too deeply" },
        { HEAD "void main() ", "{ if (p > 1) ", 50000, "", "nested too deeply" },
        { HEAD "void main() { o = 1; ", "if (p > 1) o = 2; else ", 300, "o = 3; }",
          "blocks within each other" },
        { HEAD "void main() { o = 1", " + p", 900, "; }", NULL },
        { HEAD "void main() { o = 1", " + p", 200000, "; }", "nested too deeply" },
        { HEAD "void main() { o = p", " ? p", 100000, "; }", "nested too deeply" },
        { HEAD "void main() { o = f(p); } u32 f(u32 x) {", " if (x == %d) return 1;", 40, " return 2; }",
          NULL },
        { HEAD "void main() { o = f(p); } u32 f(u32 x) {", " if (x == %d) return 1;", 70, " return 2; }",
          "blocks" },
        { HEAD "void main() { o = reveal(f(s)); } secret u32 f(secret u32 x) {", " if (x == %d) return 1;", 200,
          " return 2; }", NULL },
        { HEAD "void main() { o = reveal(f(s)); } secret u32 f(secret u32 x) {", " if (x == %d) return 1;",
          1100, " return 2; }", "nested too deeply" },
        { HEAD "void main() { o = 1; ", "{ o = p; }", 40000, "}", NULL },
        { HEAD "void main() { o = 1; ", "o = 1; ", 110000, "}", "too large: more than 200000" },
        { HEAD "void main() { o = 1; ", "o = %d; ", 60000, "}",
          "too large: more than 8192 different constants" },
        { HEAD "void f0() { } void g() { o = p; f0(); } void main() { g(); }", "", 0, "", NULL },
        { HEAD "void main() { secret u32 v[3]; if (s > 1) {", " v[1] = 1;", 30000, "} o = reveal(v[0]); }",
          NULL },
        { HEAD "void main() { o = 1;", "/* */", 200000, "}", NULL },
        { "", "input secret u32 in_%d from a;", 300, "void main() { }", "more than 256" },
        { "", "input secret u32 in_%d[n] from a;", 200, "void main() { }", NULL },
        { "", "param u32 in_%d;", 40000, "void main() { }", "more than 256" },
        { "", "void f%d() { }", 40000, "void main() { }", "too large when its functions" },
        { "void f(", "u32 a%d, ", 100, "u32 b) { } void main() { }", "at most 64 arguments" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;
        struct lang_diag d;
        size_t len = build(cases[i].start, cases[i].middle, cases[i].times, cases[i].tail);
        enum sotto_err err = lang_compile("t.sotto", text, len, &im, &d);

        if (err != (cases[i].wanted ? SOTTO_ERR_PROGRAM : SOTTO_OK) ||
            (cases[i].wanted && !strstr(d.text, cases[i].wanted)))
            fail_msg("case %zu (%s): %s %u:%u %s", i, cases[i].middle, sotto_err_name(err), d.line, d.column,
                     d.text);
        image_wipe(&im);
    }
}

/* Functions that each call the one before twice: what inlining makes of it doubles with every line. */
static void doubling(void **state)
{
    static const struct {
        const char *first, *wanted;
    } cases[] = {
        { "u32 f0(u32 a) { return a * a; }\n", "too large" },
        { "u32 f0(u32 a) { return a; }\n", "too large" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;
        struct lang_diag d;
        size_t n = (size_t)snprintf(text, sizeof text, HEAD "%s", cases[i].first);

        for (int k = 1; k < 60; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "u32 f%d(u32 a) { return f%d(f%d(a)); }\n", k,
                                  k - 1, k - 1);
        n += (size_t)snprintf(text + n, sizeof text - n, "void main() { o = f59(p); }");
        assert_int_equal(lang_compile("t.sotto", text, n, &im, &d), SOTTO_ERR_PROGRAM);
        if (!strstr(d.text, cases[i].wanted))
            fail_msg("case %zu: %s", i, d.text);
    }
}

/* The same without a single instruction: only the compiler's own work grows. */
static void doubling_nothing(void **state)
{
    struct image im;
    struct lang_diag d;
    size_t n = (size_t)snprintf(text, sizeof text, HEAD "void f0() { }\n");

    (void)state;
    for (int k = 1; k < 60; k++)
        n += (size_t)snprintf(text + n, sizeof text - n, "void f%d() { f%d(); f%d(); }\n", k, k - 1, k - 1);
    n += (size_t)snprintf(text + n, sizeof text - n, "void main() { o = p; f59(); }");
    assert_int_equal(lang_compile("t.sotto", text, n, &im, &d), SOTTO_ERR_PROGRAM);
    assert_non_null(strstr(d.text, "too large when its functions are inlined"));
}

static void deep_calls(void **state)
{
    struct image im;
    struct lang_diag d;
    size_t n = (size_t)snprintf(text, sizeof text, HEAD "u32 f0(u32 a) { return a; }\n");

    (void)state;
    for (int k = 1; k < 100; k++)
        n += (size_t)snprintf(text + n, sizeof text - n, "u32 f%d(u32 a) { return f%d(a); }\n", k, k - 1);
    n += (size_t)snprintf(text + n, sizeof text - n, "void main() { o = f99(p); }");
    assert_int_equal(lang_compile("t.sotto", text, n, &im, &d), SOTTO_ERR_PROGRAM);
    assert_non_null(strstr(d.text, "more than 64 calls within each other"));
}

static const char rich[] =
    "input secret u32 x[n] from a; input secret u32 s from b; param i8 q = -1; output u32 o to everyone;\n"
    "output u32 w[n] to everyone;\n"
    "secret u32 f(secret u32 v[k], u32 lo) { if (v[0] < lo) return lo; v[1] = 2; return max(v); }\n"
    "void unused(u32 z[j]) { o = z[0]; }\n"
    "void main() { secret u32 t[n + 1]; for (u32 i in 0..n) { if (x[i] > s) { t[i] = 1; s2(i); } }\n"
    "  if (reveal(any(t == 1))) o += reveal(f(x, 4)); w[0] = 5; }\n"
    "void s2(u32 i) { }\n";

/* Every allocation fails once: the error is said, nothing is lost and nothing is left. */
static void each_fails_once(const char *source, size_t len)
{
    struct lang_diag d;
    struct image im;
    enum sotto_err err = SOTTO_ERR_RESOURCE;
    uint64_t k;

    for (k = 0; err && k < 10000; k++) {
        mem_fail_after(k);
        err = lang_compile("t.sotto", source, len, &im, &d);
        if (err && err != SOTTO_ERR_RESOURCE)
            fail_msg("allocation %llu: %s %u:%u %s", (unsigned long long)k, sotto_err_name(err), d.line,
                     d.column, d.text);
        if (err)
            assert_true(im.code_n == 0 && im.regs_n == 0);
        image_wipe(&im);
    }
    mem_fail_after(UINT64_MAX);
    assert_int_equal(err, SOTTO_OK);
    assert_true(k > 5);
}

static void memory_fails_once(void **state)
{
    size_t len;

    (void)state;
    each_fails_once(rich, sizeof rich - 1);
    /* Arenas take memory in large pieces; a long program of one kind makes each kind of entry ask for one. */
    len = build(HEAD "void main() {",
                "o = reveal(s + 1                                                     + 2);", 3000, "}");
    each_fails_once(text, len);
    len = build(HEAD "void main() {", "u32 variable_%d = 12345;", 3000, "o = 1; }");
    each_fails_once(text, len);
    len = build("", "input secret u32 in_%d[n] from somebody_with_a_long_name;", 200, "void main() { }");
    each_fails_once(text, len);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(too_much),   cmocka_unit_test(doubling),          cmocka_unit_test(doubling_nothing),
        cmocka_unit_test(deep_calls), cmocka_unit_test(memory_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
