/* test_lang_diagnostics.c - every tests/diagnostics/X.sotto with a first line "// expect: LINE:COL text" is
 * refused there, with that text in the message. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"
#include "base/text.h"
#include "lang/lang.h"

enum { DIAGNOSTICS_MIN = 100 };

static char source[SOTTO_SOURCE_LEN_MAX + 2];

static size_t load(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t len;

    assert_non_null(f);
    len = fread(source, 1, sizeof source - 1, f);
    source[len] = 0;
    fclose(f);
    return len;
}

static unsigned check(const char *path)
{
    struct image im;
    struct lang_diag d;
    unsigned line, column;
    int at = 0;
    size_t len = load(path);
    char wanted[256];
    enum sotto_err err;

    if (strncmp(source, "// expect: ", 11) != 0)
        return 0;
    if (sscanf(source, "// expect: %u:%u %n", &line, &column, &at) != 2 || !at)
        fail_msg("%s: the first line is not '// expect: LINE:COL text'", path);
    snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(source + at, "\r\n"), source + at);
    err = lang_compile(path, source, len, &im, &d);
    if (err != SOTTO_ERR_PROGRAM)
        fail_msg("%s: %s instead of an error", path, sotto_err_name(err));
    if (d.line != line || d.column != column || !strstr(d.text, wanted))
        fail_msg("%s: wanted %u:%u %s\n    got %u:%u %s", path, line, column, wanted, d.line, d.column, d.text);
    if (im.code_n || im.regs_n)
        fail_msg("%s: the image is not empty", path);
    return 1;
}

static void every_file(void **state)
{
    DIR *dir = opendir("tests/diagnostics");
    struct dirent *entry;
    unsigned n = 0;
    char path[512];

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        const char *dot = strrchr(entry->d_name, '.');

        if (!dot || strcmp(dot, ".sotto") != 0)
            continue;
        snprintf(path, sizeof path, "tests/diagnostics/%s", entry->d_name);
        n += check(path);
    }
    closedir(dir);
    assert_true(n >= DIAGNOSTICS_MIN);
}

static void compile_error(const char *text, size_t len, struct lang_diag *d)
{
    struct image im;

    assert_int_equal(lang_compile("t.sotto", text, len, &im, d), SOTTO_ERR_PROGRAM);
}

/* What no file in a repository should hold. */
static void odd_bytes(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        unsigned line, column;
        const char *wanted;
    } cases[] = {
        { "//\n// \0", 7, 2, 4, "NUL" },
        { "// ok\n//\xff", 9, 2, 3, "UTF-8" },
        { "// \xc0\x80", 5, 1, 4, "UTF-8" },
        { "// \xed\xa0\x80", 6, 1, 4, "UTF-8" },
        { "// \x1b[31m", 8, 1, 4, "control character (U+001B)" },
        { "// a\rb", 6, 1, 5, "control character" },
        { "// \xe2\x80\xae", 6, 1, 4, "direction" },
        { "// \xc3\xa4\n\xc3\xa4", 8, 2, 1, "may stand in comments only" },
        { "// \xc3\xa4 \xc2\x9b", 8, 1, 6, "control character (U+009B)" },
        { "", 0, 1, 1, "no 'main'" },
    };
    struct lang_diag d;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        compile_error(cases[i].text, cases[i].len, &d);
        if (d.line != cases[i].line || d.column != cases[i].column || !strstr(d.text, cases[i].wanted))
            fail_msg("case %zu: %u:%u %s", i, d.line, d.column, d.text);
    }
}

static void too_long(void **state)
{
    struct lang_diag d;

    (void)state;
    memset(source, ' ', SOTTO_SOURCE_LEN_MAX + 1);
    compile_error(source, SOTTO_SOURCE_LEN_MAX + 1, &d);
    assert_non_null(strstr(d.text, "longer than"));
}

static void format(void **state)
{
    static const char text[] = "output u32 a to everyone;\r\nvoid main() {\r\n\ta = \xc3\xa4; // \xc3\xb6\r\n}";
    static const char wanted[] = "t.sotto:3:6: error: '\xc3\xa4' may stand in comments only\n"
                                 "  \ta = \xc3\xa4; // \xc3\xb6\n"
                                 "  \t    ^\n"
                                 "help: names are made of a-z, A-Z, 0-9 and _\n";
    struct lang_diag d;
    struct writer w = { 0 };

    (void)state;
    compile_error(text, sizeof text - 1, &d);
    lang_diag_format(&d, false, &w);
    write_u8(&w, 0);
    assert_string_equal((char *)w.data, wanted);
    writer_wipe(&w);
    lang_diag_format(&d, true, &w);
    write_u8(&w, 0);
    assert_non_null(strstr((char *)w.data, "\033[1;31merror:\033[0m"));
    writer_wipe(&w);
}

static void caret_spans_the_expression(void **state)
{
    static const char text[] =
        "input secret u32 b[n] from x; output u32 a to everyone; void main() { a = sum(b) + 1; }";
    struct lang_diag d;

    (void)state;
    compile_error(text, sizeof text - 1, &d);
    assert_int_equal(d.column, 75);
    assert_int_equal(d.width, 10);
    assert_non_null(strstr(d.hint, "reveal("));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file),
        cmocka_unit_test(odd_bytes),
        cmocka_unit_test(too_long),
        cmocka_unit_test(format),
        cmocka_unit_test(caret_spans_the_expression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
