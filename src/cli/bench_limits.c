/* bench_limits.c - what one core of this machine does at best, measured in the same run as the workloads, and
 * the bound that follows from it for each workload. docs/operations/benchmarks.md explains the bound. */
#include "cli/bench.h"
#include "cli/emit.h"

enum { CACHED_LEN = 1 << 15, MEMORY_LEN = 1 << 26, TRIALS = 5, TIMES = 512 };

struct buffers {
    uint8_t *from, *to; /* MEMORY_LEN bytes each */
    struct crypto_stream stream;
};

static bool run_stream(struct buffers *b)
{
    static const uint8_t iv[16];
    bool ok = true;

    for (int i = 0; i < TIMES; i++)
        ok &= !crypto_stream_read(&b->stream, iv, b->to, CACHED_LEN);
    return ok;
}

static bool run_mac(struct buffers *b)
{
    static const uint8_t key[CRYPTO_KEY_LEN] = { 1 };

    for (int i = 0; i < TIMES; i++)
        crypto_mac(b->to, key, b->from, CACHED_LEN);
    return true;
}

static bool run_copy(struct buffers *b)
{
    memcpy(b->to, b->from, MEMORY_LEN);
    __asm__ volatile("" : : "r"(b->to) : "memory");
    return true;
}

static const struct limit {
    const char *name, *text;
    bool (*run)(struct buffers *b);
    double amount;
} rates[BENCH_RATES] = {
    [BENCH_STREAM] = { "stream_cipher", "AES-128-CTR, in cache", run_stream, (double)TIMES *CACHED_LEN },
    [BENCH_DIGEST] = { "digest", "one-time polynomial MAC, in cache", run_mac, (double)TIMES *CACHED_LEN },
    [BENCH_MEMORY] = { "memory_copy", "memcpy of 64 MiB (read and written once each)", run_copy, MEMORY_LEN },
};

/* The fastest of a few trials: what the machine can do, not what disturbed it. */
static bool best_of(const struct limit *limit, struct buffers *b, double *per_second)
{
    *per_second = 0;
    for (int i = 0; i < TRIALS; i++) {
        uint64_t start = clock_now_ns();
        double rate;

        if (!limit->run(b))
            return false;
        rate = limit->amount * 1e9 / (double)(clock_now_ns() - start + 1);
        *per_second = rate > *per_second ? rate : *per_second;
    }
    return true;
}

static const struct {
    const char *name, *text;
    double per_word;
} products[MPC_WORKS] = {
    [MPC_WORK_REP4_WORDS] = { "rep4_products", "of 64-bit words", 1 },
    [MPC_WORK_REP4_BITS] = { "rep4_ands", "of bits", 64 },
    [MPC_WORK_REP3_WORDS] = { "rep3_products", "of 64-bit words", 1 },
    [MPC_WORK_REP3_BITS] = { "rep3_ands", "of bits", 64 },
};

static enum sotto_err measure_products(struct cli *cli, struct bench_limits *limits)
{
    for (unsigned i = 0; i < MPC_WORKS; i++)
        for (int trial = 0; trial < 8 * TRIALS; trial++) { /* short ones: less comes between */
            uint64_t start = clock_now_ns();
            size_t words;
            double rate;

            if (mpc_work_run((enum mpc_work)i, TIMES / 2, &words))
                return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory to measure");
            rate = (double)words * products[i].per_word * 1e9 / (double)(clock_now_ns() - start + 1);
            limits->work[i] = rate > limits->work[i] ? rate : limits->work[i];
        }
    return SOTTO_OK;
}

static enum sotto_err measure_core(struct cli *cli, struct bench_limits *limits)
{
    static const uint8_t key[16];
    struct buffers b = { .from = mem_alloc(MEMORY_LEN, 1), .to = mem_alloc(MEMORY_LEN, 1) };
    bool ok = false;

    if (b.from && b.to && !crypto_stream_init(&b.stream, key)) {
        ok = true;
        for (size_t i = 0; ok && i < BENCH_RATES; i++)
            ok = best_of(&rates[i], &b, &limits->rate[i]);
        crypto_stream_wipe(&b.stream);
    }
    mem_free(b.from);
    mem_free(b.to);
    return ok ? SOTTO_OK : fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory to measure");
}

enum sotto_err bench_limits_measure(struct cli *cli, struct bench_limits *limits)
{
    *limits = (struct bench_limits){ 0 };
    term_progress("measuring this machine's limits");
    TRY(measure_core(cli, limits));
    TRY(measure_products(cli, limits));
    TRY(bench_link(cli, limits));
    term_progress_clear();
    return SOTTO_OK;
}

static void print_json(struct bench_limits *l, struct writer *out)
{
    struct emit j = { .out = out };

    emit_object(&j, NULL);
    emit_object(&j, "limits");
    emit_string(&j, "cpu", cpu_names[cpu_variant()]);
    for (size_t i = 0; i < BENCH_RATES; i++) {
        char key[64];

        snprintf(key, sizeof key, "%s_bytes_per_second", rates[i].name);
        emit_real(&j, key, l->rate[i], 0);
    }
    for (size_t i = 0; i < MPC_WORKS; i++) {
        char key[64];

        snprintf(key, sizeof key, "%s_per_second", products[i].name);
        emit_real(&j, key, l->work[i], 0);
    }
    emit_real(&j, "link_cpu_seconds_per_byte", l->link_byte, 15);
    emit_real(&j, "message_cpu_seconds", l->message_cpu, 9);
    emit_real(&j, "ping_seconds", l->ping_wall, 9);
    emit_real(&j, "ping_cpu_seconds", l->ping_cpu, 9);
    emit_end(&j, '}');
    emit_end(&j, '}');
    write_u8(out, '\n');
}

enum sotto_err bench_limits_print(struct cli *cli, struct bench_limits *l)
{
    struct writer out = { 0 };

    if (cli->json) {
        print_json(l, &out);
        return cli_print(cli, &out);
    }
    text_format(&out, "one core at best, kernels for %s:\n", cpu_names[cpu_variant()]);
    for (size_t i = 0; i < BENCH_RATES; i++)
        text_format(&out, "  %-14s %7.2f GB/s  %s\n", rates[i].name, l->rate[i] / 1e9, rates[i].text);
    for (size_t i = 0; i < MPC_WORKS; i++)
        text_format(&out, "  %-14s %7.2f G/s   %s, a party's local work, in cache\n", products[i].name,
                    l->work[i] / 1e9, products[i].text);
    text_format(
        &out,
        "  %-14s %7.3f ns    CPU of a byte over loopback TLS, both ends together\n"
        "  %-14s %7.1f us    there and back, 16 bytes each way\n"
        "  %-14s %7.1f us    CPU of it, both ends together\n"
        "  %-14s %7.1f us    CPU of a small message at both ends, where nobody has to be woken for it\n",
        "link byte", l->link_byte * 1e9, "ping", l->ping_wall * 1e6, "ping CPU", l->ping_cpu * 1e6, "message",
        l->message_cpu * 1e6);
    return cli_print(cli, &out);
}

/* --- the bound -------------------------------------------------------------------------------------------- */

/* What a byte that is sent stands for: by how many of all parties' bytes a product of that kind travels, and
 * whose local work it is. A comparison, a sort and the like are products of bits. */
static const struct work_of_byte {
    const char *protocol;
    struct {
        double bytes;
        enum mpc_work work;
    } product[2]; /* by enum bench_kind */
} work_of_byte[] = {
    { "rep4", { [BENCH_BITS] = { 5.0 / 8, MPC_WORK_REP4_BITS }, [BENCH_WORDS] = { 48, MPC_WORK_REP4_WORDS } } },
    { "rep3", { [BENCH_BITS] = { 3.0 / 8, MPC_WORK_REP3_BITS }, [BENCH_WORDS] = { 24, MPC_WORK_REP3_WORDS } } },
    { "rep3a",
      { [BENCH_BITS] = { 3.0 / 8, MPC_WORK_REP3_BITS }, [BENCH_WORDS] = { 24, MPC_WORK_REP3_WORDS } } },
};

double bench_bound(const struct bench_limits *l, const struct bench_workload *w,
                   const struct mpc_protocol *protocol, uint64_t n, const struct bench_cost *work)
{
    const struct work_of_byte *of = NULL;
    double bytes = 0, count, bound;

    for (size_t i = 0; i < sizeof work_of_byte / sizeof work_of_byte[0]; i++)
        if (!strcmp(work_of_byte[i].protocol, protocol->name))
            of = &work_of_byte[i];
    if (!of || w->run)
        return 0;
    for (int p = 0; p < protocol->parties; p++)
        bytes += (double)work->bytes_sent[p];
    count = bytes / of->product[w->kind].bytes;
    bound = bytes * l->link_byte + count * protocol->parties / l->work[of->product[w->kind].work];
    bound += (double)work->rounds * protocol->parties * l->message_cpu; /* one message a party at least */
    /* Operands are read and results written once; a copy moves twice its length. */
    bound += (double)n * w->touched * __builtin_popcount(protocol->holds[0]) * protocol->parties / 2 /
             l->rate[BENCH_MEMORY];
    return bound;
}
