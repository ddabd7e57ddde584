/* The option parser, the suggestions, numbers with units: tables of command lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli/cli.h"

static const struct cli_option options[] = {
    { "input", "NAME=FILE", "rows", "FILE", true },
    { "D", "NAME=VALUE", "define", NULL, true },
    { "protocol", "NAME", "which", "rep4 rep3", false },
    { "json", NULL, "object", NULL, false },
    { 0 },
};
static const struct cli_usage usage = {
    .synopsis = "PROGRAM", .options = options, .operands_min = 1, .operands_max = 1
};

static const struct {
    const char *argv[8];
    enum sotto_err err;
    const char *text; /* of the fault, or NULL */
    size_t given, operands;
    const char *protocol, *first_d;
} lines[] = {
    { { "a.sotto" }, SOTTO_OK, NULL, 0, 1, NULL, NULL },
    { { "--json", "a.sotto" }, SOTTO_OK, NULL, 1, 1, NULL, NULL },
    { { "a.sotto", "--protocol", "rep3" }, SOTTO_OK, NULL, 1, 1, "rep3", NULL },
    { { "a.sotto", "--protocol=rep3" }, SOTTO_OK, NULL, 1, 1, "rep3", NULL },
    { { "a.sotto", "--protocol=" }, SOTTO_OK, NULL, 1, 1, "", NULL },
    { { "-D", "n=1", "-Dm=2", "a.sotto" }, SOTTO_OK, NULL, 2, 1, NULL, "n=1" },
    { { "-Dm=--x", "a.sotto" }, SOTTO_OK, NULL, 1, 1, NULL, "m=--x" },
    { { "-D", "--json", "a.sotto" }, SOTTO_OK, NULL, 1, 1, NULL, "--json" },
    { { "--", "--json" }, SOTTO_OK, NULL, 0, 1, NULL, NULL },
    { { "-" }, SOTTO_OK, NULL, 0, 1, NULL, NULL },
    { { "--input", "a=b", "--input=c=d", "a.sotto" }, SOTTO_OK, NULL, 2, 1, NULL, NULL },
    { { NULL }, SOTTO_ERR_USAGE, "usage: sotto run PROGRAM", 0, 0, NULL, NULL },
    { { "a", "b" }, SOTTO_ERR_USAGE, "'b' is one argument too many", 0, 2, NULL, NULL },
    { { "a", "--jsn" }, SOTTO_ERR_USAGE, "unknown option '--jsn' (did you mean '--json'?)", 0, 1, NULL, NULL },
    { { "a", "--xyzzy" },
      SOTTO_ERR_USAGE,
      "unknown option '--xyzzy'; see 'sotto run --help'",
      0,
      1,
      NULL,
      NULL },
    { { "a", "--hel" }, SOTTO_ERR_USAGE, "'--help'", 0, 1, NULL, NULL },
    { { "a", "--D=1" }, SOTTO_ERR_USAGE, "unknown option '--D'", 0, 1, NULL, NULL },
    { { "a", "-x" }, SOTTO_ERR_USAGE, "unknown option '-x'", 0, 1, NULL, NULL },
    { { "a", "--protocol" }, SOTTO_ERR_USAGE, "'--protocol' needs a value: --protocol NAME", 0, 1, NULL, NULL },
    { { "a", "-D" }, SOTTO_ERR_USAGE, "'-D' needs a value: -D NAME=VALUE", 0, 1, NULL, NULL },
    { { "a", "--json=1" }, SOTTO_ERR_USAGE, "'--json' takes no value", 0, 1, NULL, NULL },
    { { "--json", "--json", "a" }, SOTTO_ERR_USAGE, "'--json' is given twice", 1, 0, NULL, NULL },
    { { "\x1b[31m", "b" }, SOTTO_ERR_USAGE, "'b' is one", 0, 2, NULL, NULL },
    { { "a", "--\x1b[31m" }, SOTTO_ERR_USAGE, "'--\\x1b[31m'", 0, 1, NULL, NULL },
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct cli cli = { .name = "run" };
        char *argv[8] = { 0 };
        int argc = 0;
        bool help;
        enum sotto_err err;

        while (argc < 8 && lines[i].argv[argc]) {
            argv[argc] = mem_strdup(lines[i].argv[argc]);
            argc++;
        }
        err = options_parse(&cli, &usage, argc, argv, &help);
        if (err != lines[i].err || help || cli.given_n != lines[i].given || cli.operands_n != lines[i].operands)
            fail_msg("line %zu: %s %s", i, sotto_err_name(err), cli.fault.text);
        if (lines[i].text && !strstr(cli.fault.text, lines[i].text))
            fail_msg("line %zu: \"%s\" lacks \"%s\"", i, cli.fault.text, lines[i].text);
        if (lines[i].protocol)
            assert_string_equal(options_get(&cli, "protocol"), lines[i].protocol);
        if (lines[i].first_d)
            assert_string_equal(options_get(&cli, "D"), lines[i].first_d);
        mem_free(cli.given);
        mem_free(cli.operands);
        for (int j = 0; j < argc; j++)
            mem_free(argv[j]);
    }
}

static void test_help_wins(void **state)
{
    char bad[] = "--help", *argv[] = { bad };
    struct cli cli = { .name = "run" };
    bool help;

    (void)state;
    assert_int_equal(options_parse(&cli, &usage, 1, argv, &help), SOTTO_OK);
    assert_true(help);
    mem_free(cli.given);
    mem_free(cli.operands);
}

static const struct cli_option one_option = { "x", "V", "", NULL, false };

/* A cli with --x VALUE given. */
static struct cli given(struct cli_given *g, const char *value)
{
    *g = (struct cli_given){ &one_option, value };
    return (struct cli){ .given = g, .given_n = 1 };
}

static const struct {
    const char *text;
    bool ok;
    uint64_t value;
} bytes[] = {
    { "1", true, 1 },
    { "64K", true, 65536 },
    { "512m", true, 512u << 20 },
    { "2G", true, 2ull << 30 },
    { "17179869183G", true, 17179869183ull << 30 },
    { "17179869184G", false, 0 },
    { "18446744073709551615", true, UINT64_MAX },
    { "18446744073709551616", false, 0 },
    { "0", false, 0 },
    { "", false, 0 },
    { "K", false, 0 },
    { "1KB", false, 0 },
    { "1T", false, 0 },
    { "-1", false, 0 },
    { " 1", false, 0 },
    { "0x10", false, 0 },
};

static void test_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
        struct cli_given g;
        struct cli cli = given(&g, bytes[i].text);
        uint64_t value = 7;

        if (options_bytes(&cli, "x", &value) != (bytes[i].ok ? SOTTO_OK : SOTTO_ERR_USAGE))
            fail_msg("\"%s\"", bytes[i].text);
        assert_int_equal(value, bytes[i].ok ? bytes[i].value : 7);
    }
}

static const struct {
    const char *text;
    unsigned ms; /* 0: refused */
} seconds[] = {
    { "10", 10000 }, { "0.5", 500 }, { "0.1", 100 }, { "86400", 86400000 }, { "0.09", 0 }, { "86401", 0 },
    { "0", 0 },      { "", 0 },      { "x", 0 },     { "1s", 0 },           { "nan", 0 },  { "-1", 0 },
    { "inf", 0 },    { "1e9", 0 },   { " 1", 0 },
};

static void test_seconds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct cli_given g;
        struct cli cli = given(&g, seconds[i].text);
        unsigned ms = 0;

        if (options_seconds(&cli, "x", &ms) != (seconds[i].ms ? SOTTO_OK : SOTTO_ERR_USAGE))
            fail_msg("\"%s\"", seconds[i].text);
        assert_int_equal(ms, seconds[i].ms);
    }
}

static void test_uint(void **state)
{
    static const struct {
        const char *text;
        bool ok;
    } uints[] = { { "2", true },   { "5", true }, { "1", false },  { "6", false },
                  { "3x", false }, { "", false }, { "-3", false }, { "99999999999999999999", false } };

    (void)state;
    for (size_t i = 0; i < sizeof uints / sizeof uints[0]; i++) {
        struct cli_given g;
        struct cli cli = given(&g, uints[i].text);
        uint64_t value = 0;

        assert_int_equal(options_uint(&cli, "x", 2, 5, &value), uints[i].ok ? SOTTO_OK : SOTTO_ERR_USAGE);
    }
}

static const struct {
    const char *word, *want; /* NULL: nothing is near */
} near[] = {
    { "rnu", "run" },
    { "run", "run" },
    { "chekc", "check" },
    { "prty", "party" },
    { "comp", "completion" },
    { "xyzzy", NULL },
    { "r", NULL },
    { "", NULL },
    { "benchmark-benchmark-benchmark-benchmark", NULL },
};

static void test_suggestions(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
        struct suggest s = suggest_for(near[i].word);

        suggest_offer(&s, "run");
        suggest_offer(&s, "check");
        suggest_offer(&s, "party");
        suggest_offer(&s, "completion");
        if (!s.best != !near[i].want || (s.best && strcmp(s.best, near[i].want) != 0))
            fail_msg("%s: %s", near[i].word, s.best ? s.best : "nothing");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),   cmocka_unit_test(test_help_wins), cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_seconds), cmocka_unit_test(test_uint),      cmocka_unit_test(test_suggestions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
