/* The workloads of bench: right at odd sizes, and found wrong when any output is; AES as a circuit and as a
 * program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "cli/bench.h"

/* In the open, in this process: what is under test is the workload and its check, not the protocol. */
static void run_clear(const struct job *job, struct run_result *r)
{
    const struct side side = { .protocol = &mpc_clear, .listen_fd = -1, .timeout_ms = 1000, .corrupt = false };
    struct fault f = { 0 };

    if (side_run(&side, job, r, &f))
        fail_msg("%s", f.text);
}

/* Every output's first, middle and last element. */
static void check_outputs_count(const struct bench_workload *w, const struct bench_job *job,
                                struct run_result *r)
{
    for (size_t o = 0; o < job->job.image.outputs_n; o++) {
        struct vm_output *out = &r->vm.outputs[o];
        const size_t places[3] = { 0, out->n / 2, out->n - 1 };

        for (int i = 0; i < 3; i++) {
            out->values[places[i]] ^= 1;
            if (w->is_right(job, &r->vm))
                fail_msg("%s/%s: output %zu[%zu] is wrong and nobody notices", w->name, w->variant, o,
                         places[i]);
            out->values[places[i]] ^= 1;
        }
    }
    assert_true(w->is_right(job, &r->vm));
}

static void try_workload(const struct bench_workload *w, uint64_t n)
{
    struct cli cli = { 0 };
    struct bench_job job = { .n = n };
    struct run_result r;

    if (w->make(&cli, 1, n, &job))
        fail_msg("%s/%s of %llu: %s", w->name, w->variant, (unsigned long long)n, cli.fault.text);
    run_clear(&job.job, &r);
    if (!w->is_right(&job, &r.vm))
        fail_msg("%s/%s of %llu gives a wrong result", w->name, w->variant, (unsigned long long)n);
    if (w->marked)
        assert_true(r.mark[1][0].wall_ns && r.mark[2][0].wall_ns >= r.mark[1][0].wall_ns);
    check_outputs_count(w, &job, &r);
    run_result_wipe(&r);
    job_wipe(&job.job);
}

static void test_workloads(void **state)
{
    static const uint64_t sizes[] = { 1, 2, 63, 65, 200 };

    (void)state;
    for (size_t f = 0; bench_families[f]; f++)
        for (const struct bench_workload *w = bench_families[f]; w->name; w++) {
            assert_true(w->variant && w->text && w->sizes[0]);
            for (size_t i = 0; w->make && i < sizeof sizes / sizeof sizes[0]; i++)
                try_workload(w, sizes[i]);
        }
}

/* FIPS 197, appendix C.1, as one block. */
static void test_aes_program(void **state)
{
    static const uint8_t result[16] = { 0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                        0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a };
    struct writer source = { 0 };
    struct cli cli = { 0 };
    struct run_result r;
    struct job job;

    (void)state;
    bench_aes_source(&source);
    assert_false(source.failed);
    if (job_compile(&cli, "aes.sotto", (const char *)source.data, source.len, 1, &job))
        fail_msg("%s", cli.fault.text);
    assert_int_equal(job.image.inputs_n, 256);
    for (size_t i = 0; i < 256; i++) {
        uint8_t byte = (uint8_t)(i < 128 ? 0x11 * (i / 8) : i / 8 - 16);

        job.rows[i].values = mem_alloc(1, 8);
        assert_non_null(job.rows[i].values);
        job.rows[i].values[0] = byte >> i % 8 & 1;
        job.rows[i].n = 1;
    }
    assert_int_equal(job_bind_sizes(&cli, &job), SOTTO_OK);
    run_clear(&job, &r);
    for (size_t i = 0; i < 128; i++)
        assert_int_equal(r.vm.outputs[i].values[0], result[i / 8] >> i % 8 & 1);
    run_result_wipe(&r);
    job_wipe(&job);
    writer_wipe(&source);
}

/* A bound is made of parts that all count. */
static void test_bound(void **state)
{
    static const struct bench_limits limits = { .work = { 1e9, 1e9, 1e9, 1e9 },
                                                .rate = { 1e9, 1e9, 1e9 },
                                                .link_byte = 1e-9,
                                                .message_cpu = 1e-6,
                                                .ping_cpu = 4e-6,
                                                .ping_wall = 1e-5 };
    const struct bench_workload *w = bench_elementwise;
    struct bench_cost cost = { .rounds = 3, .bytes_sent = { 1000, 1000, 1000, 1000 } };
    double rep4 = bench_bound(&limits, w, &mpc_rep4, 100, &cost);

    (void)state;
    /* 4,000 bytes of 1 ns, the products that they stand for at 4 parties, 12 messages, and 100 elements of 24
     * bytes in 3 shares at 4 parties, copied */
    assert_float_equal(rep4, 4000e-9 + 4000 / 48.0 * 4 * 1e-9 + 12e-6 + 100 * 24 * 3 * 4 * 0.5e-9, 1e-12);
    assert_true(bench_bound(&limits, w, &mpc_rep3, 100, &cost) < rep4);
    assert_true(bench_bound(&limits, w, &mpc_clear, 100, &cost) == 0);
    assert_true(bench_bound(&limits, bench_startup, &mpc_rep4, 1, &cost) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_workloads),
        cmocka_unit_test(test_aes_program),
        cmocka_unit_test(test_bound),
    };

    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
