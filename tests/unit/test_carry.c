/* Circuits of carries: every shape computes the same, and the cost model picks the one of least cost. */
#include "lib/trial.h"
#include "mpc/gadgets/carry.h"

#include "lib/testing.h"

#include <stdlib.h>

/* ANDs and rounds of docs/protocols/gadgets.md, "Carries". */
static const struct {
    unsigned order, n;
    bool all;
    unsigned rounds;
    size_t ands;
} shapes[] = {
    { 0, 63, true, 63, 63 },  { 1, 63, true, 11, 167 }, { 2, 63, true, 7, 210 },  { 5, 63, true, 6, 249 },
    { 0, 31, true, 31, 31 },  { 1, 31, true, 8, 77 },   { 2, 31, true, 6, 91 },   { 4, 31, true, 5, 106 },
    { 0, 64, false, 64, 64 }, { 6, 64, false, 7, 121 }, { 0, 32, false, 32, 32 }, { 5, 32, false, 6, 58 },
    { 0, 1, true, 1, 1 },     { 3, 1, false, 1, 1 },    { 6, 127, true, 7, 568 }, { 1, 2, false, 2, 2 },
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct carry_shape s = carry_shape_of(shapes[i].order, shapes[i].n, shapes[i].all);

        assert_int_equal(s.rounds, shapes[i].rounds);
        assert_int_equal(s.ands, shapes[i].ands);
    }
    for (unsigned n = 1; n <= 130; n++) /* one output: every round more saves one AND, whatever the order */
        for (unsigned order = 0; order < 8; order++) {
            struct carry_shape s = carry_shape_of(order, n, false);

            assert_int_equal(s.ands, 2 * n - s.rounds);
        }
}

/* Dear rounds: as few as can be. Cheap ones: as few products. Between: what costs least of all. */
static void test_choice(void **state)
{
    static const size_t worths[] = { 0, 1, 20, 50, 100, 200, 400, 1000, 5000, 1000000000 };

    (void)state;
    for (unsigned n = 1; n <= 130; n++)
        for (int all = 0; all < 2; all++)
            for (size_t w = 0; w < COUNT_OF(worths); w++) {
                struct mpc_cost c = { worths[w], 6, 1 };
                struct carry_shape best = carry_choose(&c, n, all, 4);

                for (unsigned order = 0; order < 9; order++) {
                    struct carry_shape s = carry_shape_of(order, n, all);

                    assert_true(mpc_cost_weigh(&c, best.rounds, best.ands * 4) <=
                                mpc_cost_weigh(&c, s.rounds, s.ands * 4));
                    assert_true(w + 1 < COUNT_OF(worths) || best.rounds <= s.rounds);
                    assert_true(w || best.ands <= s.ands);
                }
            }
}

/* --- all shapes give the same ------------------------------------------------------------------------------
 */

static enum sotto_err run_add(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared a, b, c, z;

    TRY(trial_give(st, t, &a, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_give(st, t, &b, MPC_BITS, t->bits, t->b, 1));
    TRY(trial_give(st, t, &c, MPC_BITS, t->bits, t->c, 2));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_add_bits(st, &z, &a, &b));
    TRY(trial_show(st, &z, out));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_sub_bits(st, &z, &a, &b, &c));
    return trial_show(st, &z, out + t->n);
}

static uint64_t want_add(const struct trial *t, size_t out, size_t e)
{
    return trial_cut(t, out ? t->a[e] - t->b[e] - t->c[e] : t->a[e] + t->b[e]);
}

/* (a, b) and (c, b), unsigned and signed, together. */
static enum sotto_err run_less(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared v[3], z[2], x[2], y[2];
    const uint64_t *from[3] = { t->a, t->b, t->c };

    for (int i = 0; i < 3; i++)
        TRY(trial_give(st, t, &v[i], MPC_BITS, t->bits, from[i], i));
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        for (int i = 0; i < 2; i++) {
            TRY(trial_fresh(st, t, &z[i], MPC_BITS, 1));
            x[i] = v[2 * i];
            y[i] = v[1];
        }
        TRY(gadget_less(st, z, x, y, 2, is_signed));
        for (size_t i = 0; i < 2; i++)
            TRY(trial_show(st, &z[i], out + (2 * (size_t)is_signed + i) * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_less(const struct trial *t, size_t out, size_t e)
{
    uint64_t x = out % 2 ? t->c[e] : t->a[e];

    return out < 2 ? x < t->b[e] : trial_less_signed(t, x, t->b[e]);
}

static void test_same_result(void **state)
{
    static const struct gadget gadgets[] = { { "sums", TRIAL_ANY_WIDTH, 2, run_add, want_add },
                                             { "comparisons", TRIAL_ANY_WIDTH, 4, run_less, want_less } };
    static const unsigned widths[] = { 1, 2, 3, 5, 8, 13, 31, 32, 33, 64 };
    static const size_t worths[] = { 1, 150, 1000, 100000 };
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (size_t g = 0; g < COUNT_OF(gadgets); g++)
            for (size_t w = 0; w < COUNT_OF(widths); w++)
                for (size_t r = 0; r < COUNT_OF(worths); r++) {
                    *t = (struct trial){ .gadget = &gadgets[g], .bits = widths[w], .n = 200 };
                    for (int i = 0; i < SOTTO_PARTIES_MAX; i++)
                        c.options[i].round_worth = worths[r];
                    trial_fill(t);
                    trial_run(&c, t);
                    trial_check(&c, t);
                }
        committee_wipe(&c);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shapes), cmocka_unit_test(test_choice),
                                        cmocka_unit_test(test_same_result) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
