/* test_data_shuffle.c - a shuffle is uniform: every permutation of a few rows comes about equally often, and
 * each pass by itself is one that its holders agree on. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "mpc/gadgets/data_rows.h"

#include "lib/testing.h"

#include <stdlib.h>

enum { ROWS = 4, PERMUTATIONS = 24, TIMES = 4800, BATCH = 100 };

struct tally {
    size_t seen[PERMUTATIONS], pass[MPC_SHARES_MAX][PERMUTATIONS], batch;
    uint32_t order[BATCH][MPC_SHARES_MAX][ROWS];
    const uint64_t *sorted; /* what is sorted instead of shuffled */
};

/* Its place in the order of the dictionary. */
static size_t number_of(const uint64_t p[ROWS])
{
    size_t number = 0;

    for (size_t i = 0; i < ROWS; i++) {
        size_t less = 0;

        for (size_t k = i + 1; k < ROWS; k++)
            less += p[k] < p[i];
        number = number * (ROWS - i) + less;
    }
    assert_true(number < PERMUTATIONS);
    return number;
}

static int lowest_holder(const struct mpc_protocol *p, int summand)
{
    int party = 0;

    while (!(p->holds[party] >> summand & 1))
        party++;
    return party;
}

/* Rows 0, 1, ... after all passes, one after another. */
static void check_composed(const struct mpc_protocol *p, uint32_t order[MPC_SHARES_MAX][ROWS],
                           const uint64_t *out)
{
    for (size_t e = 0; e < ROWS; e++) {
        size_t row = e;

        for (int j = p->passes; j-- > 0;)
            row = order[j][row];
        assert_int_equal(out[e], row);
    }
}

static enum sotto_err shuffle_often(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    static const uint64_t values[ROWS] = { 0, 1, 2, 3 };
    struct tally *t = arg;

    TRY(mpc_keys(st, binding));
    for (size_t i = 0; i < BATCH; i++) {
        struct shared x, z;
        struct data_shuffle s;
        uint64_t out[ROWS], order[ROWS];

        TRY(strand_shared(st, &x, MPC_BITS, 2, ROWS));
        TRY(strand_shared(st, &z, MPC_BITS, 2, ROWS));
        shared_public(&x, values, false);
        TRY(gadget_shuffle_draw(st, &s, ROWS));
        for (int j = 0; j < st->s->protocol->passes; j++)
            if (s.order[j] && st->s->self == lowest_holder(st->s->protocol, j))
                memcpy(t->order[i][j], s.order[j], sizeof t->order[i][j]);
        TRY(gadget_shuffle(st, &s, &z, &x, 1, false));
        TRY(gadget_reveal(st, &z, mpc_everyone(st->s->protocol), out));
        if (st->s->self == 0)
            t->seen[number_of(out)]++;
        for (int j = 0; j < st->s->protocol->passes; j++) {
            assert_true(!s.order[j] == !(st->s->protocol->holds[st->s->self] >> j & 1));
            if (!s.order[j] || st->s->self != lowest_holder(st->s->protocol, j))
                continue;
            for (size_t e = 0; e < ROWS; e++)
                order[e] = s.order[j][e];
            t->pass[j][number_of(order)]++;
        }
        if (st->s->self == 0) /* all orders were noted before all took part in the opening */
            check_composed(st->s->protocol, t->order[i], out);
    }
    return SOTTO_OK;
}

/* The order of the shuffled rows is all that a sort opens of. */
static enum sotto_err sort_often(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    const struct data_key key = { 0, 2, false, false };
    struct tally *t = arg;

    TRY(mpc_keys(st, binding));
    for (size_t i = 0; i < BATCH; i++) {
        struct data_sorted s;
        struct shared x;
        uint64_t row[ROWS];

        TRY(strand_shared(st, &x, MPC_BITS, 2, ROWS));
        shared_public(&x, t->sorted, false);
        TRY(data_sort_begin(st, &s, &x, 1, &key, 1, 0, ROWS));
        for (size_t e = 0; e < ROWS; e++)
            row[e] = s.row[e];
        if (st->s->self == 0)
            t->seen[number_of(row)]++;
    }
    return SOTTO_OK;
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    struct tally *t = arg;

    s->options.clear_seed = t->batch;
    return mpc_session_run(s, t->sorted ? sort_often : shuffle_often, arg);
}

/* 23 degrees of freedom: above 59.3 once in 20,000 times. */
static void check_uniform(const char *name, const size_t count[PERMUTATIONS])
{
    double expected = (double)TIMES / PERMUTATIONS, chi = 0;

    for (size_t i = 0; i < PERMUTATIONS; i++)
        chi += ((double)count[i] - expected) * ((double)count[i] - expected) / expected;
    if (chi > 59.3)
        fail_msg("%s: chi squared is %.1f", name, chi);
}

static void run(const struct mpc_protocol *p, struct tally *t)
{
    struct committee c;
    uint64_t seed = 0;

    committee_init_body(&c, p->name, body, t);
    for (int q = 0; p->parties > 1 && q < p->parties; q++)
        c.options[q] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &seed };
    for (; t->batch < TIMES / BATCH; t->batch++, seed++) {
        committee_run(&c);
        if (c.err[0])
            fail_msg("%s: %s", p->name, c.fault[0].text);
    }
    check_uniform(p->name, t->seen);
    committee_wipe(&c);
}

static void test_uniform(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct tally *t = calloc(1, sizeof *t);

        assert_non_null(t);
        run(*p, t);
        for (int j = 0; j < (*p)->passes; j++)
            check_uniform((*p)->name, t->pass[j]);
        free(t);
    }
}

static void test_what_a_sort_opens(void **state)
{
    static const uint64_t data[][ROWS] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 1, 1, 1, 1 }, { 2, 0, 2, 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(data); i++) {
        struct tally *t = calloc(1, sizeof *t);

        assert_non_null(t);
        t->sorted = data[i];
        run(&mpc_rep4, t);
        free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_uniform),
                                        cmocka_unit_test(test_what_a_sort_opens) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
