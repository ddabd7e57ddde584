/* bench_w6.c - W6: fixed-point numbers with 16 bits of fraction: a product of matrices, and a small network.
 *
 * An entry is a secret scalar plus a public number of either sign, below 1 in all, so that no sum overflows. A
 * product of matrices is summed up in full and cut once, exactly: rounded down. */
#include "cli/bench.h"

enum {
    FRACTION = 16,
    IN = 784,
    HIDDEN = 128,
    OUT = 10,
    SPAN = 65537,
    STEP = 7919,
    MATRIX_MAX = 2048,
    BATCH_MAX = 8192
};

/* Entry e of matrix number `which`; its secret part and its public one. */
static int64_t secret_of(unsigned which)
{
    return (int64_t)(bench_secret(which) % 4096);
}

static int64_t entry(unsigned which, uint64_t e)
{
    return secret_of(which) + (int64_t)(e * STEP % SPAN) - SPAN / 2;
}

static uint32_t matrix(struct bench_image *b, unsigned which, uint64_t entries)
{
    uint32_t size = bench_size(b, entries), z = bench_index(b, IMAGE_U64, size);

    z = bench_emit(b, IMAGE_MUL, z, z, bench_const(b, IMAGE_U64, STEP), IMAGE_NONE);
    z = bench_emit(b, IMAGE_MOD, z, z, bench_const(b, IMAGE_U64, SPAN), IMAGE_NONE);
    z = bench_emit(b, IMAGE_CAST, bench_reg(b, IMAGE_I64, false, size), z, IMAGE_NONE, IMAGE_NONE);
    return bench_emit(b, IMAGE_ADD, bench_reg(b, IMAGE_I64, true, size), z,
                      bench_seed(b, IMAGE_I64, (uint64_t)secret_of(which) - SPAN / 2), IMAGE_NONE);
}

/* The fixed-point product of x, of rows of `inner` entries, and y; `entries` of it. */
static uint32_t product(struct bench_image *b, uint32_t x, uint32_t y, uint64_t inner, uint64_t entries)
{
    uint32_t z = bench_reg(b, IMAGE_I64, true, bench_size(b, entries));

    bench_emit(b, IMAGE_MATMUL, z, x, y, bench_size(b, inner));
    return bench_emit(b, IMAGE_TRUNC, bench_reg(b, IMAGE_I64, true, bench_size(b, entries)), z,
                      bench_constant(b, FRACTION), IMAGE_NONE);
}

/* The first entries of all of them are there. */
static void mark(struct bench_image *b, const uint32_t *matrices, size_t n)
{
    uint32_t sum = bench_get(b, matrices[0], 0);

    for (size_t i = 1; i < n; i++)
        sum = bench_emit(b, IMAGE_ADD, bench_reg(b, IMAGE_I64, true, IMAGE_NONE), sum,
                         bench_get(b, matrices[i], 0), IMAGE_NONE);
    bench_mark(b, sum);
}

static int64_t rounded_down(int64_t v)
{
    return v >> FRACTION;
}

/* --- the matrices ----------------------------------------------------------------------------------------- */

static enum sotto_err make_matrices(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct bench_image b;
    uint32_t x[2], z;

    bench_begin(&b, "matrix");
    x[0] = matrix(&b, 0, n * n);
    x[1] = matrix(&b, 1, n * n);
    mark(&b, x, 2);
    z = product(&b, x[0], x[1], n, n * n);
    bench_mark(&b, z);
    bench_output(&b, "product", z);
    return bench_end(cli, &b, parties, &job->job);
}

static bool matrices_are_right(const struct bench_job *job, const struct vm_result *r)
{
    for (uint64_t row = 0; row < job->n; row++)
        for (uint64_t column = 0; column < job->n; column++) {
            int64_t sum = 0;

            for (uint64_t i = 0; i < job->n; i++)
                sum += entry(0, row * job->n + i) * entry(1, i * job->n + column);
            if (r->outputs[0].values[row * job->n + column] != (uint64_t)rounded_down(sum))
                return false;
        }
    return true;
}

/* --- the network ------------------------------------------------------------------------------------------ */

enum { INPUT, FIRST, SECOND, MATRICES };

static enum sotto_err make_network(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    uint32_t x[MATRICES], hidden;
    struct bench_image b;

    bench_begin(&b, "network");
    x[INPUT] = matrix(&b, INPUT, n * IN);
    x[FIRST] = matrix(&b, FIRST, IN * HIDDEN);
    x[SECOND] = matrix(&b, SECOND, HIDDEN * OUT);
    mark(&b, x, MATRICES);
    hidden = product(&b, x[INPUT], x[FIRST], IN, n * HIDDEN);
    hidden = bench_emit(&b, IMAGE_RELU, bench_reg(&b, IMAGE_I64, true, bench_size(&b, n * HIDDEN)), hidden,
                        IMAGE_NONE, IMAGE_NONE);
    hidden = product(&b, hidden, x[SECOND], HIDDEN, n * OUT);
    bench_mark(&b, hidden);
    bench_output(&b, "scores", hidden);
    return bench_end(cli, &b, parties, &job->job);
}

static bool network_is_right(const struct bench_job *job, const struct vm_result *r)
{
    for (uint64_t row = 0; row < job->n; row++) {
        int64_t hidden[HIDDEN];

        for (uint64_t h = 0; h < HIDDEN; h++) {
            int64_t sum = 0;

            for (uint64_t i = 0; i < IN; i++)
                sum += entry(INPUT, row * IN + i) * entry(FIRST, i * HIDDEN + h);
            hidden[h] = sum > 0 ? rounded_down(sum) : 0;
        }
        for (uint64_t o = 0; o < OUT; o++) {
            int64_t sum = 0;

            for (uint64_t h = 0; h < HIDDEN; h++)
                sum += hidden[h] * entry(SECOND, h * OUT + o);
            if (r->outputs[0].values[row * OUT + o] != (uint64_t)rounded_down(sum))
                return false;
        }
    }
    return true;
}

const struct bench_workload bench_matrices[] = {
    {
        .name = "W6",
        .variant = "matrix",
        .text = "rows and columns of two matrices of fix<16>, multiplied",
        .sizes = { 256 },
        .size_max = MATRIX_MAX,
        .marked = true,
        .kind = BENCH_WORDS,
        .make = make_matrices,
        .is_right = matrices_are_right,
    },
    {
        .name = "W6",
        .variant = "net",
        .text = "rows through a 784-128-10 network with ReLU",
        .sizes = { 1, 128 },
        .size_max = BATCH_MAX,
        .marked = true,
        .kind = BENCH_WORDS,
        .make = make_network,
        .is_right = network_is_right,
    },
    { 0 },
};
