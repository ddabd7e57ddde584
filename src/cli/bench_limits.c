/* bench_limits.c - what one core of this machine does at best, measured in the same run as the workloads. */
#include "cli/bench.h"
#include "cli/emit.h"

enum { CACHED_LEN = 1 << 15, MEMORY_LEN = 1 << 26, TRIALS = 5 };

struct buffers {
    uint8_t *from, *to; /* MEMORY_LEN bytes each */
    struct crypto_stream stream;
};

static bool run_stream(struct buffers *b)
{
    static const uint8_t iv[16];
    bool ok = true;

    for (int i = 0; i < 512; i++)
        ok &= !crypto_stream_read(&b->stream, iv, b->to, CACHED_LEN);
    return ok;
}

static bool run_mac(struct buffers *b)
{
    static const uint8_t key[CRYPTO_KEY_LEN] = { 1 };

    for (int i = 0; i < 512; i++)
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
    double bytes;
} limits[] = {
    { "stream_cipher", "AES-128-CTR, in cache", run_stream, 512.0 * CACHED_LEN },
    { "digest", "one-time MAC, in cache", run_mac, 512.0 * CACHED_LEN },
    { "memory_copy", "memcpy of 64 MiB (read and written once each)", run_copy, MEMORY_LEN },
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
        rate = limit->bytes * 1e9 / (double)(clock_now_ns() - start + 1);
        *per_second = rate > *per_second ? rate : *per_second;
    }
    return true;
}

static enum sotto_err print_limits(struct cli *cli, struct buffers *b)
{
    struct writer out = { 0 };
    struct emit j = { .out = &out };
    double rate;

    if (cli->json)
        emit_object(&j, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char key[64];

        if (!best_of(&limits[i], b, &rate)) {
            writer_wipe(&out);
            return fault_set(&cli->fault, SOTTO_ERR_INTERNAL, "the stream cipher failed");
        }
        snprintf(key, sizeof key, "%s_bytes_per_second", limits[i].name);
        if (cli->json)
            emit_real(&j, key, rate, 0);
        else
            text_format(&out, "%-14s %7.2f GB/s  %s\n", limits[i].name, rate / 1e9, limits[i].text);
    }
    if (cli->json) {
        emit_end(&j, '}');
        write_u8(&out, '\n');
    }
    return cli_print(cli, &out);
}

enum sotto_err bench_limits(struct cli *cli)
{
    static const uint8_t key[16];
    struct buffers b = { .from = mem_alloc(MEMORY_LEN, 1), .to = mem_alloc(MEMORY_LEN, 1) };
    enum sotto_err err = SOTTO_OK;

    if (!b.from || !b.to || crypto_stream_init(&b.stream, key))
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory to measure");
    if (!err) {
        err = print_limits(cli, &b);
        crypto_stream_wipe(&b.stream);
    }
    mem_free(b.from);
    mem_free(b.to);
    return err;
}
