/* bench_w4.c - W4 and W8: tables of a million rows: sorted, summed by group, joined.
 *
 * A column is a secret scalar xor public words, or their product: made without a message. Public words are made
 * from the row's number, so that whoever checks can make them, too. */
#include "cli/bench.h"

#include <stdlib.h>

enum { KEY_BITS = 32, PAYLOAD_BITS = 64, GROUPS = 32, GROUP_STEP = 11, DUMMY_EACH = 7, TABLE_MAX = 4000000 };
enum { STRIDE = 3 };
static const uint64_t scatter = 2654435761; /* odd: a product with it modulo 2^32 is another for each number */

/* secret ^ words, as bits; n of them. */
static uint32_t secret_words(struct bench_image *b, enum image_elem elem, uint64_t secret, uint32_t words,
                             uint32_t size)
{
    return bench_emit(b, IMAGE_XOR, bench_reg(b, elem, true, size), bench_seed_planes(b, elem, secret), words,
                      IMAGE_NONE);
}

static uint32_t public_op(struct bench_image *b, enum image_op op, uint32_t x, uint64_t by, uint32_t size)
{
    return bench_emit(b, op, bench_reg(b, IMAGE_U64, false, size), x, bench_const(b, IMAGE_U64, by),
                      IMAGE_NONE);
}

static uint32_t narrowed(struct bench_image *b, enum image_elem elem, uint32_t x, uint32_t size)
{
    return bench_emit(b, IMAGE_CAST, bench_reg(b, elem, false, size), x, IMAGE_NONE, IMAGE_NONE);
}

static uint32_t pack(struct bench_image *b, uint32_t x, uint32_t y, unsigned planes, uint32_t size)
{
    return bench_emit(b, IMAGE_PACK, bench_rows(b, planes, size), x, y, IMAGE_NONE);
}

static uint32_t unpack(struct bench_image *b, enum image_elem elem, uint32_t rows, unsigned from, uint32_t size)
{
    return bench_emit(b, IMAGE_UNPACK, bench_reg(b, elem, true, size), rows, bench_constant(b, from),
                      IMAGE_NONE);
}

/* Opens the xor of their first elements: all of them are there. */
static void mark_columns(struct bench_image *b, const uint32_t *columns, size_t n)
{
    uint32_t sum = IMAGE_NONE;

    for (size_t i = 0; i < n; i++) {
        uint32_t wide = bench_emit(b, IMAGE_CAST, bench_reg(b, IMAGE_U64, true, IMAGE_NONE),
                                   bench_get(b, columns[i], 0), IMAGE_NONE, IMAGE_NONE);

        sum = sum == IMAGE_NONE
                  ? wide
                  : bench_emit(b, IMAGE_XOR, bench_reg(b, IMAGE_U64, true, IMAGE_NONE), sum, wide, IMAGE_NONE);
    }
    bench_mark(b, sum);
}

static uint64_t payload_of(uint64_t i)
{
    return bench_secret(1) ^ i * bench_secret(2);
}

/* --- W4 -------------------------------------------------------------------------------------------------- */

/* Each key twice or so: only a stable sort gives the payloads in the right order. */
static uint64_t keys_of(uint64_t n)
{
    return n / 2 + 1;
}

static uint32_t key_of(uint64_t i, uint64_t n)
{
    return (uint32_t)(bench_secret(0) ^ (i * GROUP_STEP % keys_of(n)) * scatter);
}

static enum sotto_err make_sort(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    uint32_t size, index, key, payload, rows;
    struct bench_image b;

    bench_begin(&b, "sort");
    size = bench_size(&b, n);
    index = bench_index(&b, IMAGE_U64, size);
    key = public_op(&b, IMAGE_MOD, public_op(&b, IMAGE_MUL, index, GROUP_STEP, size), keys_of(n), size);
    key = narrowed(&b, IMAGE_U32, public_op(&b, IMAGE_MUL, key, scatter, size), size);
    key = secret_words(&b, IMAGE_U32, bench_secret(0), key, size);
    payload = secret_words(&b, IMAGE_U64, bench_secret(1),
                           public_op(&b, IMAGE_MUL, index, bench_secret(2), size), size);
    mark_columns(&b, (uint32_t[]){ key, payload }, 2);
    rows = pack(&b, key, payload, KEY_BITS + PAYLOAD_BITS, size);
    rows = bench_emit(&b, IMAGE_SORT, bench_rows(&b, KEY_BITS + PAYLOAD_BITS, size), rows,
                      bench_constant(&b, KEY_BITS), bench_constant(&b, 0));
    key = unpack(&b, IMAGE_U32, rows, 0, size);
    payload = unpack(&b, IMAGE_U64, rows, KEY_BITS, size);
    mark_columns(&b, (uint32_t[]){ key, payload }, 2);
    bench_output(&b, "key", key);
    bench_output(&b, "payload", payload);
    return bench_end(cli, &b, parties, &job->job);
}

struct record {
    uint32_t key, place;
};

static int by_key_and_place(const void *a, const void *b)
{
    const struct record *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static bool sort_is_right(const struct bench_job *job, const struct vm_result *r)
{
    struct record *records = mem_alloc(job->n, sizeof *records);
    bool right = records != NULL;

    for (uint64_t i = 0; right && i < job->n; i++)
        records[i] = (struct record){ key_of(i, job->n), (uint32_t)i };
    if (right)
        qsort(records, job->n, sizeof *records, by_key_and_place);
    for (uint64_t i = 0; right && i < job->n; i++)
        right = r->outputs[0].values[i] == records[i].key &&
                r->outputs[1].values[i] == payload_of(records[i].place);
    mem_free(records);
    return right;
}

/* --- W8: groups ------------------------------------------------------------------------------------------- */

static unsigned group_of(uint64_t i)
{
    return (unsigned)((bench_secret(0) ^ i * GROUP_STEP) % GROUPS);
}

/* Rows that are no multiple of DUMMY_EACH are dummies, or the others: the secret says which. */
static enum sotto_err make_groups(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    uint32_t size, results, index, key, valid, value, groups;
    struct bench_image b;

    bench_begin(&b, "groups");
    size = bench_size(&b, n);
    results = bench_size(&b, 2 * GROUPS);
    index = bench_index(&b, IMAGE_U64, size);
    key = public_op(&b, IMAGE_MOD, public_op(&b, IMAGE_MUL, index, GROUP_STEP, size), GROUPS, size);
    key = secret_words(&b, IMAGE_U8, bench_secret(0) % GROUPS, narrowed(&b, IMAGE_U8, key, size), size);
    valid = narrowed(&b, IMAGE_BOOL, public_op(&b, IMAGE_MOD, index, DUMMY_EACH, size), size);
    valid = secret_words(&b, IMAGE_BOOL, 0, valid, size);
    value = bench_emit(&b, IMAGE_MUL, bench_reg(&b, IMAGE_U64, true, size),
                       bench_seed(&b, IMAGE_U64, bench_secret(1)), index, IMAGE_NONE);
    mark_columns(&b, (uint32_t[]){ key, valid, value }, 3);
    groups = bench_emit(&b, IMAGE_GROUPS, bench_reg(&b, IMAGE_U64, true, results), key, valid, value);
    bench_mark(&b, bench_get(&b, groups, 0));
    bench_output(&b, "groups", groups); /* sums, then counts */
    return bench_end(cli, &b, parties, &job->job);
}

static bool groups_are_right(const struct bench_job *job, const struct vm_result *r)
{
    uint64_t sums[GROUPS] = { 0 }, counts[GROUPS] = { 0 };

    for (uint64_t i = 0; i < job->n; i++) {
        if (i % DUMMY_EACH == 0)
            continue;
        sums[group_of(i)] += bench_secret(1) * i;
        counts[group_of(i)]++;
    }
    return !memcmp(r->outputs[0].values, sums, sizeof sums) &&
           !memcmp(r->outputs[0].values + GROUPS, counts, sizeof counts);
}

/* --- W8: join --------------------------------------------------------------------------------------------- */

/* Rows of the left table look for row i * STRIDE % (2 n) of the right one: half of them are past its end. */
static uint32_t join_key(struct bench_image *b, uint32_t numbers, uint32_t size)
{
    uint32_t words = narrowed(b, IMAGE_U32, public_op(b, IMAGE_MUL, numbers, scatter, size), size);

    return secret_words(b, IMAGE_U32, bench_secret(0), words, size);
}

static enum sotto_err make_join(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    uint32_t size, index, left, right, all, payload, rows, matched;
    struct bench_image b;

    bench_begin(&b, "join");
    size = bench_size(&b, n);
    index = bench_index(&b, IMAGE_U64, size);
    left = public_op(&b, IMAGE_MOD, public_op(&b, IMAGE_MUL, index, STRIDE, size), 2 * n, size);
    left = join_key(&b, left, size);
    right = join_key(&b, index, size);
    payload = secret_words(&b, IMAGE_U64, bench_secret(1),
                           public_op(&b, IMAGE_MUL, index, bench_secret(2), size), size);
    all = narrowed(&b, IMAGE_BOOL, public_op(&b, IMAGE_MUL, index, 0, size), size);
    all = secret_words(&b, IMAGE_BOOL, 1, all, size); /* every row is valid */
    mark_columns(&b, (uint32_t[]){ left, right, payload }, 3);
    left = pack(&b, left, all, KEY_BITS + 1, size);
    right = pack(&b, right, payload, KEY_BITS + PAYLOAD_BITS, size);
    right = pack(&b, right, all, KEY_BITS + PAYLOAD_BITS + 1, size);
    rows = bench_emit(&b, IMAGE_MATCH, bench_rows(&b, PAYLOAD_BITS + 1, size), left, right,
                      bench_constant(&b, KEY_BITS));
    payload = unpack(&b, IMAGE_U64, rows, 0, size);
    matched = unpack(&b, IMAGE_BOOL, rows, PAYLOAD_BITS, size);
    mark_columns(&b, (uint32_t[]){ payload, matched }, 2);
    bench_output(&b, "payload", payload);
    bench_output(&b, "matched", matched);
    return bench_end(cli, &b, parties, &job->job);
}

static bool join_is_right(const struct bench_job *job, const struct vm_result *r)
{
    for (uint64_t i = 0; i < job->n; i++) {
        uint64_t row = i * STRIDE % (2 * job->n);
        bool matched = row < job->n;

        if (r->outputs[1].values[i] != matched || r->outputs[0].values[i] != (matched ? payload_of(row) : 0))
            return false;
    }
    return true;
}

const struct bench_workload bench_sort[] = {
    {
        .name = "W4",
        .variant = "",
        .text = "records by a 32-bit key, stably, with 64 bits of payload",
        .sizes = { 100000, 1000000 },
        .size_max = TABLE_MAX,
        .marked = true,
        .touched = 24,
        .make = make_sort,
        .is_right = sort_is_right,
    },
    { 0 },
};

const struct bench_workload bench_tables[] = {
    {
        .name = "W8",
        .variant = "group",
        .text = "rows into 32 groups, sum and count",
        .sizes = { 1000000 },
        .size_max = SOTTO_VECTOR_N_MAX,
        .marked = true,
        .touched = 8.75,
        .make = make_groups,
        .is_right = groups_are_right,
    },
    {
        .name = "W8",
        .variant = "join",
        .text = "rows joined with as many by a 32-bit key, unique on one side",
        .sizes = { 100000 },
        .size_max = TABLE_MAX,
        .marked = true,
        .touched = 24.25,
        .make = make_join,
        .is_right = join_is_right,
    },
    { 0 },
};
