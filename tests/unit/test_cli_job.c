/* Jobs: -D and --input against a program, splitting among parties, sizes; every allocation failing once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/job.h"

static const char source[] = "input  secret u32 a[n] from owner;\n"
                             "input  secret u32 b[n] from owner;\n"
                             "input  secret i8 c[3] from other;\n"
                             "param  i8 low;\n"
                             "param  u32 high = 9;\n"
                             "output u32 y to everyone;\n"
                             "void main() {\n"
                             "    y = reveal(max(a) + max(b)) + high;\n"
                             "}\n";

static const struct cli_option option_d = { "D", "", "", NULL, true },
                               option_input = { "input", "", "", NULL, true };
static char dir[64];

static void write_csv(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/sotto-job-XXXXXX");
    if (!mkdtemp(dir) || chdir(dir))
        return -1;
    write_csv("a5.csv", "a\n1\n2\n3\n4\n5\n");
    write_csv("a2.csv", "a\n6\n7\n");
    write_csv("b5.csv", "b\n9\n9\n9\n9\n9\n");
    write_csv("b7.csv", "b\n9\n9\n9\n9\n9\n9\n9\n");
    write_csv("c3.csv", "c\n-128\n0\n127\n");
    write_csv("c2.csv", "c\n1\n2\n");
    write_csv("bad.csv", "a\n1\nx\n");
    return 0;
}

static int tear_down(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return chdir("/") || system(command);
}

struct line {
    const char *name;
    const char *d[3], *input[5];
    int self; /* -1: run; else party */
    enum sotto_err err;
    const char *text;
};

static enum sotto_err prepare(struct cli *cli, const struct line *line, struct job *job)
{
    struct cli_given g[8];
    enum sotto_err err;

    cli->given = g;
    for (int i = 0; i < 3 && line->d[i]; i++)
        g[cli->given_n++] = (struct cli_given){ &option_d, line->d[i] };
    for (int i = 0; i < 5 && line->input[i]; i++)
        g[cli->given_n++] = (struct cli_given){ &option_input, line->input[i] };
    err = job_compile(cli, "t.sotto", source, sizeof source - 1, 4, job);
    if (!err)
        err = job_define(cli, job, true);
    if (!err && line->self < 0)
        err = job_read_inputs(cli, job, 1000);
    else if (!err)
        err = job_read_own_inputs(cli, job, line->self, 1000);
    if (!err && line->self < 0)
        err = job_bind_sizes(cli, job);
    cli->given = NULL;
    return err;
}

static const struct line lines[] = {
    { "all", { "low=-3" }, { "a=a5.csv", "b=b5.csv", "c=c3.csv" }, -1, SOTTO_OK, NULL },
    { "size stated", { "low=-3", "n=5" }, { "a=a5.csv", "b=b5.csv", "c=c3.csv" }, -1, SOTTO_OK, NULL },
    { "by party", { "low=0" }, { "3:a=a5.csv", "0:a=a2.csv", "b=b7.csv", "2:c=c3.csv" }, -1, SOTTO_OK, NULL },
    { "own", { "low=0" }, { "a=a5.csv" }, 2, SOTTO_OK, NULL },
    { "own, said", { "low=0" }, { "2:a=a5.csv" }, 2, SOTTO_OK, NULL },
    { "another's", { "low=0" }, { "1:a=a5.csv" }, 2, SOTTO_ERR_USAGE, "this is party 2" },
    { "parameter missing",
      { NULL },
      { NULL },
      -1,
      SOTTO_ERR_USAGE,
      "needs parameter 'low' (i8); give -D low=VALUE" },
    { "parameter out of range",
      { "low=128" },
      { NULL },
      -1,
      SOTTO_ERR_INPUT,
      "-D low: 128 is out of the range of i8" },
    { "parameter twice", { "low=1", "low=1" }, { NULL }, -1, SOTTO_ERR_USAGE, "given twice" },
    { "no such parameter", { "lo=1" }, { NULL }, -1, SOTTO_ERR_USAGE, "did you mean 'low'?" },
    { "no value", { "low" }, { NULL }, -1, SOTTO_ERR_USAGE, "-D NAME=VALUE" },
    { "no name", { "=1" }, { NULL }, -1, SOTTO_ERR_USAGE, "-D NAME=VALUE" },
    { "size past the limit", { "low=1", "n=100000001" }, { NULL }, -1, SOTTO_ERR_INPUT, "100000000 at most" },
    { "size denied",
      { "low=1", "n=4" },
      { "a=a5.csv", "b=b5.csv", "c=c3.csv" },
      -1,
      SOTTO_ERR_INPUT,
      "make n = 5" },
    { "sizes differ",
      { "low=1" },
      { "a=a5.csv", "b=b7.csv", "c=c3.csv" },
      -1,
      SOTTO_ERR_INPUT,
      "the rows of input 'b' make n = 7, but by the rows of input a it is 5" },
    { "fixed size", { "low=1" }, { "a=a5.csv", "b=b5.csv", "c=c2.csv" }, -1, SOTTO_ERR_INPUT, "needs 3 rows" },
    { "input missing",
      { "low=1" },
      { "a=a5.csv" },
      -1,
      SOTTO_ERR_USAGE,
      "needs input 'b' (u32[n] from owner), 'c' (i8[3] from other); give --input b=FILE.csv" },
    { "input twice", { "low=1" }, { "a=a5.csv", "a=a5.csv" }, -1, SOTTO_ERR_USAGE, "given twice" },
    { "input twice at a party",
      { "low=1" },
      { "1:a=a5.csv", "1:a=a2.csv" },
      -1,
      SOTTO_ERR_USAGE,
      "given twice" },
    { "input of all and of a party",
      { "low=1" },
      { "a=a5.csv", "1:a=a2.csv" },
      -1,
      SOTTO_ERR_USAGE,
      "given twice" },
    { "input twice at oneself", { "low=1" }, { "2:a=a5.csv", "a=a2.csv" }, 2, SOTTO_ERR_USAGE, "given twice" },
    { "no such input", { "low=1" }, { "x=a5.csv" }, -1, SOTTO_ERR_USAGE, "a (u32[n]), b (u32[n]), c (i8[3])" },
    { "no such party", { "low=1" }, { "4:a=a5.csv" }, -1, SOTTO_ERR_USAGE, "parties 0 to 3" },
    { "no such party, many digits", { "low=1" }, { "10:a=a5.csv" }, -1, SOTTO_ERR_USAGE, "parties 0 to 3" },
    { "no file", { "low=1" }, { "a=" }, -1, SOTTO_ERR_USAGE, "NAME=FILE.csv" },
    { "bad row", { "low=1" }, { "a=bad.csv", "b=b5.csv", "c=c3.csv" }, -1, SOTTO_ERR_INPUT, "bad.csv:3:1:" },
    { "names before files", { "low=1" }, { "a=bad.csv", "x=b5.csv" }, -1, SOTTO_ERR_USAGE, "no such input" },
};

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct cli cli = { 0 };
        struct job job;
        enum sotto_err err = prepare(&cli, &lines[i], &job);

        if (err != lines[i].err || cli.fault.code != err)
            fail_msg("%s: %s: %s", lines[i].name, sotto_err_name(err), cli.fault.text);
        if (lines[i].text && !strstr(cli.fault.text, lines[i].text))
            fail_msg("%s: \"%s\" lacks \"%s\"", lines[i].name, cli.fault.text, lines[i].text);
        job_wipe(&job);
    }
}

static void test_allocations(void **state)
{
    bool done = false;

    (void)state;
    for (uint64_t k = 0; !done; k++) {
        struct cli cli = { 0 };
        struct job job;
        enum sotto_err err;

        mem_fail_after(k);
        err = prepare(&cli, &lines[1], &job);
        done = mem_fail_after(UINT64_MAX) <= k;
        if (err != (done ? SOTTO_OK : SOTTO_ERR_RESOURCE))
            fail_msg("allocation %u: %s %s", (unsigned)k, sotto_err_name(err), cli.fault.text);
        job_wipe(&job);
        assert_true(k < 2000);
    }
}

/* Blocks are contiguous, in order, and differ by at most one row; rows of others can be forgotten. */
static void test_split(void **state)
{
    (void)state;
    for (size_t n = 0; n < 14; n++) {
        struct cli cli = { 0 };
        struct client_rows rows = { mem_alloc(n, 8), n };
        struct job job;
        uint64_t next = 0;

        for (size_t i = 0; i < n; i++)
            rows.values[i] = i;
        assert_int_equal(job_compile(&cli, "t", source, sizeof source - 1, 4, &job), SOTTO_OK);
        assert_int_equal(job_split(&cli, &job, 1, &rows), SOTTO_OK);
        assert_null(rows.values);
        for (size_t p = 0; p < 4; p++) {
            const struct client_rows *own = &job.rows[p * job.image.inputs_n + 1];

            assert_true(own->n == n / 4 || own->n == n / 4 + 1);
            for (size_t i = 0; i < own->n; i++)
                assert_int_equal(own->values[i], next++);
        }
        assert_int_equal(next, n);
        job_forget_others(&job, 2);
        for (size_t p = 0; p < 4; p++)
            if (p != 2)
                assert_null(job.rows[p * job.image.inputs_n + 1].values);
        job_wipe(&job);
    }
}

static void test_types(void **state)
{
    struct cli cli = { 0 };
    struct job job;
    char text[JOB_TYPE_LEN], value[JOB_VALUE_LEN];

    (void)state;
    assert_int_equal(job_compile(&cli, "t", source, sizeof source - 1, 4, &job), SOTTO_OK);
    assert_string_equal(job_type(&job, IMAGE_U32, IMAGE_NONE, true, text), "u32");
    assert_string_equal(job_type(&job, IMAGE_U32, job.image.inputs[0].size, true, text), "u32[n]");
    assert_string_equal(job_type(&job, IMAGE_I8, job.image.inputs[2].size, true, text), "i8[3]");
    job.symbols[0] = 7;
    job.symbol_known[0] = true;
    assert_string_equal(job_type(&job, IMAGE_U32, job.image.inputs[0].size, true, text), "u32[n = 7]");
    assert_string_equal(job_type(&job, IMAGE_U32, job.image.inputs[0].size, false, text), "u32[n]");
    job_value(IMAGE_I8, (uint64_t)-3, value);
    assert_string_equal(value, "-3");
    job_value(IMAGE_U64, UINT64_MAX, value);
    assert_string_equal(value, "18446744073709551615");
    job_value(IMAGE_BOOL, 1, value);
    assert_string_equal(value, "true");
    job_wipe(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_types),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
