/* Results as text and JSON, records between processes, and the choice among several faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <signal.h>
#include <stdio.h>

#include "cli/local.h"
#include "cli/output.h"

static const char source[] = "input  secret u64 x[n] from owner;\n"
                             "output u64 big to everyone;\n"
                             "output i8 low[n] to everyone;\n"
                             "void main() {\n"
                             "    big = reveal(max(x));\n"
                             "    low = reveal(i8(x));\n"
                             "}\n";

/* A job and a result of it, made by hand. */
static uint64_t big = UINT64_MAX, low[100];
static struct vm_output outputs[2] = { { &big, 1, true }, { low, 100, true } };
static struct vm_opened opened[2] = { { .reveal = 0, .values = &big, .n = 1 },
                                      { .reveal = 1, .values = low, .n = 100 } };

static void make(struct job *job, struct run_result *r)
{
    struct cli cli = { 0 };

    assert_int_equal(job_compile(&cli, "wide", source, sizeof source - 1, 4, job), SOTTO_OK);
    for (int i = 0; i < 100; i++)
        low[i] = (uint64_t)(int64_t)(i - 50);
    *r = (struct run_result){ .parties = 4, .self = -1, .rounds = 1234567, .bytes_sent = { 1, 2, 3, 4000 } };
    r->vm.outputs = outputs;
    r->vm.opened = opened;
    r->vm.opened_n = 2;
}

static const struct mpc_protocol *rep4(void)
{
    return mpc_protocol_by_name("rep4");
}

static void test_text(void **state)
{
    struct writer out = { 0 };
    struct run_result r;
    struct job job;

    (void)state;
    make(&job, &r);
    output_text(&job, rep4(), &r, false, &out);
    write_u8(&out, 0);
    assert_false(out.failed);
    assert_non_null(strstr((char *)out.data, "big = 18446744073709551615\n"));
    assert_non_null(strstr((char *)out.data, "low = [-50, -49, "));
    assert_non_null(strstr((char *)out.data, ", ...] (100 values)\n"));
    assert_non_null(strstr((char *)out.data, "  line 5    max(x) = 18446744073709551615\n"));
    assert_non_null(strstr((char *)out.data, "1,234,567 rounds; bytes sent: 1 + 2 + 3 + 4,000\n"));
    assert_null(strchr((char *)out.data, '\x1b'));
    for (char *line = strtok((char *)out.data, "\n"); line; line = strtok(NULL, "\n"))
        if (!strstr(line, rep4()->label))
            assert_true(strlen(line) <= 80);
    writer_wipe(&out);
    job_wipe(&job);
}

static void test_values(void **state)
{
    static const struct {
        size_t n, room;
        const char *want;
    } cases[] = {
        { 0, 80, "[]" },
        { 1, 80, "[-50]" },
        { 3, 80, "[-50, -49, -48]" },
        { 3, 15, "[-50, -49, -48]" },
        { 3, 14, "[-50, ...] (3 values)" },
        { 100, 28, "[-50, -49, ...] (100 values)" },
        { 100, 27, "[-50, ...] (100 values)" },
        { 3, 0, "[-50, ...] (3 values)" },
    };

    (void)state;
    for (int i = 0; i < 100; i++)
        low[i] = (uint64_t)(int64_t)(i - 50);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct writer out = { 0 };

        output_value(&out, IMAGE_I8, 0, low, cases[i].n, cases[i].room);
        write_u8(&out, 0);
        assert_string_equal((char *)out.data, cases[i].want);
        writer_wipe(&out);
    }
}

static void test_json(void **state)
{
    struct writer out = { 0 };
    struct run_result r;
    struct job job;
    json_t *root;

    (void)state;
    make(&job, &r);
    big = INT64_MAX; /* the most that jansson can read back */
    output_json(&job, rep4(), &r, &out);
    root = json_loadb((char *)out.data, out.len, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(root, "outputs"), "big")), INT64_MAX);
    assert_int_equal(json_array_size(json_object_get(json_object_get(root, "outputs"), "low")), 100);
    assert_int_equal(
        json_integer_value(json_array_get(json_object_get(json_object_get(root, "outputs"), "low"), 0)), -50);
    assert_int_equal(json_array_size(json_object_get(root, "opened")), 2);
    assert_string_equal(json_string_value(json_object_get(root, "security")), "active");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(root, "bytes_sent"), 3)), 4000);
    json_decref(root);
    writer_wipe(&out);

    outputs[0].set = false;
    r.self = 3;
    output_json(&job, rep4(), &r, &out);
    big = UINT64_MAX;
    outputs[0].set = true;
    root = json_loadb((char *)out.data, out.len, 0, NULL);
    assert_true(json_is_null(json_object_get(json_object_get(root, "outputs"), "big")));
    assert_true(json_is_null(json_array_get(json_object_get(root, "bytes_sent"), 0)));
    json_decref(root);
    writer_wipe(&out);

    output_json(&job, rep4(), &r, &out);
    write_u8(&out, 0);
    assert_non_null(strstr((char *)out.data, "\"big\":18446744073709551615,"));
    writer_wipe(&out);
    job_wipe(&job);
}

static void test_json_strings(void **state)
{
    struct writer out = { 0 };
    struct emit j = { .out = &out };

    (void)state;
    emit_array(&j, NULL);
    emit_string(&j, NULL, "a\"b\\c\n\x01\x7f\xc3\xa4\xff");
    emit_string(&j, NULL, NULL);
    emit_int(&j, NULL, INT64_MIN);
    emit_end(&j, ']');
    write_u8(&out, 0);
    assert_string_equal((char *)out.data,
                        "[\"a\\\"b\\\\c\\n\\u0001\\u007f\xc3\xa4\xef\xbf\xbd\",null,-9223372036854775808]");
    writer_wipe(&out);
}

/* A report survives the way between processes; cut or changed anywhere it is refused or harmless, never a
 * crash. */
static void test_record(void **state)
{
    struct fault fault = { 0 }, got_fault;
    struct run_result r, got;
    struct writer out = { 0 };
    enum record_type type;
    struct reader in, values;
    struct job job;

    (void)state;
    make(&job, &r);
    fault_set(&fault, SOTTO_ERR_CHEAT, "a text");
    fault.code = SOTTO_OK;
    record_report(&out, &job.image, 3, &fault, &r);
    assert_int_equal(record_next(out.data, out.len, &type, &in), out.len);
    assert_int_equal(type, RECORD_REPORT);
    assert_int_equal(record_read_report(in, &job.image, 3, &got, &got_fault, &values), SOTTO_OK);
    assert_int_equal(got.vm.outputs[0].values[0], UINT64_MAX);
    assert_memory_equal(got.vm.outputs[1].values, low, sizeof low);
    assert_int_equal(got.vm.opened_n, 2);
    assert_int_equal(got.vm.opened[1].reveal, 1);
    assert_int_equal(got.bytes_sent[3], 4000);
    assert_int_equal(got.rounds, 1234567);
    assert_int_equal(got_fault.accuser, -1);
    run_result_wipe(&got);

    for (size_t len = 0; len < out.len; len++)
        assert_int_equal(record_next(out.data, len, &type, &in), 0);
    for (size_t cut = RECORD_HEADER_LEN; cut < out.len; cut++)
        assert_int_equal(record_read_report(reader_of(out.data + RECORD_HEADER_LEN, cut - RECORD_HEADER_LEN),
                                            &job.image, 3, &got, &got_fault, &values),
                         SOTTO_ERR_MALFORMED);
    for (size_t at = 0; at < out.len; at++) {
        out.data[at] ^= 0xff;
        if (record_next(out.data, out.len, &type, &in) > 0 &&
            !record_read_report(in, &job.image, 3, &got, &got_fault, &values)) {
            for (size_t i = 0; i < got.vm.opened_n; i++)
                assert_true(got.vm.opened[i].reveal < job.image.reveals_n);
            run_result_wipe(&got);
        }
        out.data[at] ^= 0xff;
    }
    put_u64(out.data + 1, (uint64_t)RECORD_LEN_MAX + 1);
    assert_int_equal(record_next(out.data, out.len, &type, &in), -1);
    writer_wipe(&out);
    job_wipe(&job);
}

#define SAYS(e, a)                                                                                             \
    {                                                                                                          \
        .reported = true, .fault = {.code = SOTTO_ERR_##e, .accuser = (a), .text = #e }                        \
    }
#define FINE                                                                                                   \
    {                                                                                                          \
        .reported = true                                                                                       \
    }
#define ENDED(s)                                                                                               \
    {                                                                                                          \
        .reaped = true, .status = (s)                                                                          \
    }
static const struct {
    const char *name;
    struct local_outcome outcome[4];
    int party;
    enum sotto_err code;
    const char *text;
} verdicts[] = {
    { "cheating over hang-ups",
      { SAYS(NETWORK, -1), SAYS(NETWORK, -1), SAYS(CHEAT, 2), FINE },
      2,
      SOTTO_ERR_CHEAT,
      "CHEAT" },
    { "the accuser over hearsay",
      { SAYS(CHEAT, 3), SAYS(CHEAT, 3), SAYS(CHEAT, 3), SAYS(CHEAT, 3) },
      3,
      SOTTO_ERR_CHEAT,
      "" },
    { "cheating over a crash", { ENDED(SIGSEGV), SAYS(CHEAT, 1), FINE, FINE }, 1, SOTTO_ERR_CHEAT, "" },
    { "a crash over hang-ups",
      { SAYS(NETWORK, -1), ENDED(SIGSEGV), SAYS(TIMEOUT, -1), FINE },
      1,
      SOTTO_ERR_INTERNAL,
      "SIGSEGV" },
    { "another image over hang-ups",
      { SAYS(NETWORK, -1), SAYS(IMAGE, -1), FINE, FINE },
      1,
      SOTTO_ERR_IMAGE,
      "" },
    { "input over a killed one", { SAYS(INPUT, -1), ENDED(SIGKILL), FINE, FINE }, 0, SOTTO_ERR_INPUT, "" },
    { "a killed one over hang-ups",
      { SAYS(NETWORK, -1), SAYS(NETWORK, -1), ENDED(SIGKILL), FINE },
      2,
      SOTTO_ERR_NETWORK,
      "party 2 (process 0) was killed by SIGKILL" },
    { "a killed one over malformed",
      { SAYS(MALFORMED, -1), ENDED(SIGTERM), FINE, FINE },
      1,
      SOTTO_ERR_NETWORK,
      "SIGTERM" },
    { "a stopped one over time-outs",
      { SAYS(TIMEOUT, -1),
        SAYS(TIMEOUT, -1),
        { .reaped = true, .status = SIGKILL, .killed_by_us = true, .stopped = true },
        FINE },
      2,
      SOTTO_ERR_NETWORK,
      "was stopped by somebody" },
    { "a time-out over who was ended for it",
      { { .reaped = true, .status = SIGKILL, .killed_by_us = true }, SAYS(TIMEOUT, -1), FINE, FINE },
      1,
      SOTTO_ERR_TIMEOUT,
      "" },
    { "an exit without a word", { FINE, FINE, FINE, ENDED(1 << 8) }, 3, SOTTO_ERR_INTERNAL, "status 1" },
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        struct fault f = { 0 };
        int party = local_verdict(verdicts[i].outcome, 4, &f);

        if (party != verdicts[i].party || f.code != verdicts[i].code || !strstr(f.text, verdicts[i].text))
            fail_msg("%s: party %d, %s", verdicts[i].name, party, f.text);
    }
}

static void test_cheat_text(void **state)
{
    struct fault f = { 0 };
    struct run_result r;
    struct job job;

    (void)state;
    make(&job, &r);
    fault_set(&f, SOTTO_ERR_CHEAT, "a product does not match");
    f.suspects = 1 << 1 | 1 << 3;
    r.vm.opened_n = 1;
    output_tell_cheat(&f, &job.image, &r);
    assert_non_null(strstr(f.text, "a product does not match"));
    assert_non_null(strstr(f.text, "suspected: party 1 or party 3"));
    assert_non_null(strstr(f.text, "opened before it was caught: max(x) (line 5)"));
    r.vm.opened_n = 0;
    output_tell_cheat(&f, &job.image, &r);
    assert_non_null(strstr(f.text, "nothing was opened"));
    job_wipe(&job);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),         cmocka_unit_test(test_values), cmocka_unit_test(test_json),
        cmocka_unit_test(test_json_strings), cmocka_unit_test(test_record), cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_cheat_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
