/* test_shared.c - local work on shared vectors of planes: the same whether planes lie close together, where
 * they are taken as one, or with words between them, which nobody may touch. */
#include "lib/testing.h"

#include "mpc/mpc.h"

enum { PLANES_MAX = 64, N_MAX = 200, GAP_MAX = 3, WORDS_MAX = PLANES_MAX * ((N_MAX + 63) / 64 + GAP_MAX) };
static const uint64_t between = 0x5a5a5a5a5a5a5a5a; /* what the words between planes hold */

struct vector {
    struct shared shared;
    uint64_t words[2][WORDS_MAX]; /* of the summands 0 and 2 */
};

static void make(struct vector *v, unsigned bits, size_t n, size_t gap, uint64_t seed)
{
    struct shared *x = &v->shared;

    *x = (struct shared){ MPC_BITS, bits, n, ring_words(n) + gap, { v->words[0], NULL, v->words[1], NULL } };
    for (int a = 0; a < 2; a++)
        for (size_t w = 0; w < bits * x->stride; w++) {
            seed = (seed ^ seed >> 29) * 0x9e3779b97f4a7c15 + 1;
            v->words[a][w] = w % x->stride < ring_words(n) ? seed : between;
        }
}

static uint64_t word(const struct vector *v, int a, unsigned plane, size_t at)
{
    return v->words[a][plane * v->shared.stride + at];
}

static void check_between(const struct vector *v)
{
    for (int a = 0; a < 2; a++)
        for (size_t w = 0; w < v->shared.bits * v->shared.stride; w++)
            if (w % v->shared.stride >= ring_words(v->shared.n))
                assert_int_equal(v->words[a][w], between);
}

enum operation { COPY, ZERO, ADD, NEG, TIMES, OPERATIONS };

static uint64_t wanted(enum operation o, int a, uint64_t x, uint64_t y)
{
    switch (o) {
    case COPY:
        return x;
    case ADD:
        return x ^ y;
    case NEG: /* a public 1 goes into summand 0 */
        return a == 0 ? ~x : x;
    case TIMES: /* public words: those of y's summand 0 */
        return x & y;
    default:
        return 0;
    }
}

static void run(enum operation o, struct shared *z, const struct vector *x, const struct vector *y)
{
    switch (o) {
    case COPY:
        shared_copy(z, &x->shared);
        break;
    case ADD:
        shared_add(z, &x->shared, &y->shared);
        break;
    case NEG:
        shared_neg(z, &x->shared);
        break;
    case TIMES: /* z is zero before */
        shared_zero(z);
        shared_times_public(z, &x->shared, y->words[0]);
        break;
    default:
        shared_zero(z);
        break;
    }
}

static void check(enum operation o, unsigned bits, size_t n, const size_t gap[3])
{
    static struct vector x, y, z;

    make(&x, bits, n, gap[0], 1);
    make(&y, bits, n, o == TIMES ? gap[0] : gap[1], 2); /* public words lie as x does */
    make(&z, bits, n, gap[2], 3);
    run(o, &z.shared, &x, &y);
    for (int a = 0; a < 2; a++)
        for (unsigned p = 0; p < bits; p++)
            for (size_t w = 0; w < ring_words(n); w++)
                assert_int_equal(word(&z, a, p, w),
                                 wanted(o, a, word(&x, a, p, w), word(&y, o == TIMES ? 0 : a, p, w)));
    check_between(&z);
}

static const unsigned widths[] = { 1, 2, 16, 64 };
static const size_t lengths[] = { 1, 63, 64, 65, N_MAX };

static void test_dense_and_apart(void **state)
{
    static const size_t gaps[][3] = {
        { 0, 0, 0 }, { 1, 0, 0 }, { 0, 2, 0 }, { 0, 0, GAP_MAX }, { 2, 1, GAP_MAX }
    };

    (void)state;
    for (int o = 0; o < OPERATIONS; o++)
        for (size_t b = 0; b < COUNT_OF(widths); b++)
            for (size_t l = 0; l < COUNT_OF(lengths); l++)
                for (size_t g = 0; g < COUNT_OF(gaps); g++)
                    check((enum operation)o, widths[b], lengths[l], gaps[g]);
}

/* The plane that comes to place i; -1: zero. */
static int source(enum gadget_shift how, unsigned k, unsigned i, unsigned by)
{
    switch (how) {
    case GADGET_SHIFT_LEFT:
        return i < by ? -1 : (int)(i - by);
    case GADGET_SHIFT_RIGHT:
        return i + by < k ? (int)(i + by) : -1;
    case GADGET_SHIFT_RIGHT_SIGNED:
        return (int)(i + by < k ? i + by : k - 1);
    case GADGET_ROTATE_LEFT:
        return (int)((i + k - by) % k);
    default:
        return (int)((i + by) % k);
    }
}

static void check_shift(enum gadget_shift how, unsigned k, unsigned by, size_t gap)
{
    static struct vector x, z;

    make(&x, k, 65, gap, 4);
    make(&z, k, 65, 0, 5);
    gadget_shift_by(&z.shared, &x.shared, by, how);
    for (int a = 0; a < 2; a++)
        for (unsigned i = 0; i < k; i++)
            for (size_t w = 0; w < 2; w++) {
                int from = source(how, k, i, by);

                assert_int_equal(word(&z, a, i, w), from < 0 ? 0 : word(&x, a, (unsigned)from, w));
            }
}

static void test_shifts(void **state)
{
    (void)state;
    for (size_t b = 0; b < COUNT_OF(widths); b++)
        for (unsigned by = 0; by < widths[b]; by++)
            for (int how = GADGET_SHIFT_LEFT; how <= GADGET_ROTATE_RIGHT; how++)
                for (size_t gap = 0; gap < 2; gap++)
                    check_shift((enum gadget_shift)how, widths[b], by, gap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dense_and_apart),
        cmocka_unit_test(test_shifts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
