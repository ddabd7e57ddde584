/* bench_w1.c - W1 to W3: products, comparisons and ANDs over long vectors.
 *
 * Operand x is s*i and operand y is t + i for secret s and t and public i = 0, 1, 2, ...: made without a
 * message, and of full length for every multiple of an odd s. */
#include "cli/bench.h"

enum { SHOWN_MAX = 1 << 22 };
enum { AND_DEPTH = 1000, AND_X = 3, AND_Y = 5 /* 0 at multiples of these, xor the secret bit */ };

struct operands {
    uint32_t size, index, x, y;
};

static struct operands derive(struct bench_image *b, enum image_elem elem, uint64_t n)
{
    uint32_t s = bench_seed(b, elem, bench_secret(0)), t = bench_seed(b, elem, bench_secret(1));
    struct operands o = { .size = bench_size(b, n) };

    o.index = bench_index(b, IMAGE_U64, o.size);
    if (elem != IMAGE_U64)
        o.index = bench_emit(b, IMAGE_CAST, bench_reg(b, elem, false, o.size), o.index, IMAGE_NONE, IMAGE_NONE);
    o.x = bench_emit(b, IMAGE_MUL, bench_reg(b, elem, true, o.size), s, o.index, IMAGE_NONE);
    o.y = bench_emit(b, IMAGE_ADD, bench_reg(b, elem, true, o.size), t, o.index, IMAGE_NONE);
    return o;
}

/* Both operands are there. */
static void mark_operands(struct bench_image *b, enum image_elem elem, struct operands o)
{
    enum image_op op = elem == IMAGE_BOOL ? IMAGE_XOR : IMAGE_ADD;

    bench_mark(b, bench_emit(b, op, bench_reg(b, elem, true, IMAGE_NONE), bench_get(b, o.x, 0),
                             bench_get(b, o.y, 0), IMAGE_NONE));
}

/* All bits; their number only, where they are too many to tell. */
static void output_bits(struct bench_image *b, uint32_t bits, uint64_t n)
{
    if (n > SHOWN_MAX)
        bits =
            bench_emit(b, IMAGE_COUNT, bench_reg(b, IMAGE_U32, true, IMAGE_NONE), bits, IMAGE_NONE, IMAGE_NONE);
    bench_output(b, "bits", bits);
}

static bool bits_are_right(const struct bench_job *job, const struct vm_result *r, bool (*bit)(uint64_t i))
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < job->n; i++) {
        if (job->n <= SHOWN_MAX && r->outputs[0].values[i] != bit(i))
            return false;
        count += bit(i);
    }
    return job->n <= SHOWN_MAX || r->outputs[0].values[0] == count;
}

/* --- W1 -------------------------------------------------------------------------------------------------- */

static enum sotto_err make_products(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct bench_image b;
    struct operands o;
    uint32_t z;

    bench_begin(&b, "products");
    o = derive(&b, IMAGE_U64, n);
    mark_operands(&b, IMAGE_U64, o);
    z = bench_emit(&b, IMAGE_MUL, bench_reg(&b, IMAGE_U64, true, o.size), o.x, o.y, IMAGE_NONE);
    bench_mark(&b, z);
    bench_output(
        &b, "sum",
        bench_emit(&b, IMAGE_SUM, bench_reg(&b, IMAGE_U64, true, IMAGE_NONE), z, IMAGE_NONE, IMAGE_NONE));
    /* The sum weighted by the index: no two products may have changed places. */
    z = bench_emit(&b, IMAGE_MUL, bench_reg(&b, IMAGE_U64, true, o.size), z, o.index, IMAGE_NONE);
    bench_output(
        &b, "weighted",
        bench_emit(&b, IMAGE_SUM, bench_reg(&b, IMAGE_U64, true, IMAGE_NONE), z, IMAGE_NONE, IMAGE_NONE));
    return bench_end(cli, &b, parties, &job->job);
}

static bool products_are_right(const struct bench_job *job, const struct vm_result *r)
{
    uint64_t sum = 0, weighted = 0;

    for (uint64_t i = 0; i < job->n; i++) {
        uint64_t z = bench_secret(0) * i * (bench_secret(1) + i);

        sum += z;
        weighted += z * i;
    }
    return r->outputs[0].values[0] == sum && r->outputs[1].values[0] == weighted;
}

/* --- W2 -------------------------------------------------------------------------------------------------- */

static enum sotto_err make_comparisons(struct cli *cli, int parties, uint64_t n, enum image_elem elem,
                                       struct bench_job *job)
{
    struct bench_image b;
    struct operands o;

    bench_begin(&b, "comparisons");
    o = derive(&b, elem, n);
    mark_operands(&b, elem, o);
    o.x = bench_emit(&b, IMAGE_LT, bench_reg(&b, IMAGE_BOOL, true, o.size), o.x, o.y, IMAGE_NONE);
    bench_mark(&b, o.x);
    output_bits(&b, o.x, n);
    return bench_end(cli, &b, parties, &job->job);
}

static enum sotto_err make_comparisons_64(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    return make_comparisons(cli, parties, n, IMAGE_I64, job);
}

static enum sotto_err make_comparisons_32(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    return make_comparisons(cli, parties, n, IMAGE_I32, job);
}

static bool less_64(uint64_t i)
{
    return (int64_t)(bench_secret(0) * i) < (int64_t)(bench_secret(1) + i);
}

static bool less_32(uint64_t i)
{
    return (int32_t)(uint32_t)(bench_secret(0) * i) < (int32_t)(uint32_t)(bench_secret(1) + i);
}

static bool comparisons_64_are_right(const struct bench_job *job, const struct vm_result *r)
{
    return bits_are_right(job, r, less_64);
}

static bool comparisons_32_are_right(const struct bench_job *job, const struct vm_result *r)
{
    return bits_are_right(job, r, less_32);
}

/* --- W3: ANDs --------------------------------------------------------------------------------------------- */

static uint32_t bit_operand(struct bench_image *b, uint32_t index, uint32_t size, uint32_t secret,
                            uint64_t multiple)
{
    uint32_t rest = bench_emit(b, IMAGE_MOD, bench_reg(b, IMAGE_U64, false, size), index,
                               bench_const(b, IMAGE_U64, multiple), IMAGE_NONE);
    uint32_t bit =
        bench_emit(b, IMAGE_CAST, bench_reg(b, IMAGE_BOOL, false, size), rest, IMAGE_NONE, IMAGE_NONE);

    return bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_BOOL, true, size), secret, bit, IMAGE_NONE);
}

/* x & y & y & ...: every AND depends on the one before. */
static enum sotto_err make_ands(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct bench_image b;
    struct operands o = { 0 };
    uint32_t s, t, at, from, to;

    bench_begin(&b, "ands");
    s = bench_seed(&b, IMAGE_BOOL, 0);
    t = bench_seed(&b, IMAGE_BOOL, 1);
    o.size = bench_size(&b, n);
    o.index = bench_index(&b, IMAGE_U64, o.size);
    o.x = bit_operand(&b, o.index, o.size, s, AND_X);
    o.y = bit_operand(&b, o.index, o.size, t, AND_Y);
    mark_operands(&b, IMAGE_BOOL, o);
    from = bench_const(&b, IMAGE_U32, 0);
    to = bench_const(&b, IMAGE_U32, AND_DEPTH);
    at = (uint32_t)b.im.code_n;
    bench_emit(&b, IMAGE_FOR, bench_reg(&b, IMAGE_U32, false, IMAGE_NONE), from, to, at + 2);
    bench_emit(&b, IMAGE_AND, o.x, o.x, o.y, IMAGE_NONE);
    bench_emit(&b, IMAGE_END, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, at);
    bench_mark(&b, o.x);
    output_bits(&b, o.x, n);
    return bench_end(cli, &b, parties, &job->job);
}

static bool and_of(uint64_t i)
{
    return i % AND_X != 0 && i % AND_Y == 0;
}

static bool ands_are_right(const struct bench_job *job, const struct vm_result *r)
{
    return bits_are_right(job, r, and_of);
}

const struct bench_workload bench_elementwise[] = {
    {
        .name = "W1",
        .variant = "",
        .text = "products of 64-bit integers",
        .sizes = { 10000000 },
        .size_max = SOTTO_VECTOR_N_MAX,
        .marked = true,
        .kind = BENCH_WORDS,
        .touched = 24,
        .make = make_products,
        .is_right = products_are_right,
    },
    {
        .name = "W2",
        .variant = "64",
        .text = "comparisons of signed 64-bit integers",
        .sizes = { 1000000 },
        .size_max = SOTTO_VECTOR_N_MAX,
        .marked = true,
        .touched = 16,
        .make = make_comparisons_64,
        .is_right = comparisons_64_are_right,
    },
    {
        .name = "W2",
        .variant = "32",
        .text = "comparisons of signed 32-bit integers",
        .sizes = { 1000000 },
        .size_max = SOTTO_VECTOR_N_MAX,
        .marked = true,
        .touched = 8,
        .make = make_comparisons_32,
        .is_right = comparisons_32_are_right,
    },
    {
        .name = "W3",
        .variant = "and",
        .text = "ANDs, 1,000 deep, so many wide",
        .sizes = { 1000000 },
        .size_max = SOTTO_VECTOR_N_MAX,
        .marked = true,
        .make = make_ands,
        .is_right = ands_are_right,
    },
    { 0 },
};
