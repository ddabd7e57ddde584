/* test_gadgets_extreme.c - least and greatest elements and their indices, for many lengths, ties and plans. */
#include "lib/trial.h"

#include "lib/testing.h"

#include <stdlib.h>

static enum sotto_err run_extreme(struct strand *st, struct trial *t, uint64_t *out)
{
    struct gadget_extreme e = t->extreme;
    struct shared x, value, index;

    TRY(trial_give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(strand_shared(st, &value, MPC_BITS, t->bits, 1));
    TRY(strand_shared(st, &index, MPC_BITS, 32, 1));
    e.value = t->wants_value ? &value : NULL;
    e.index = t->wants_value ? NULL : &index;
    TRY(gadget_extreme(st, &e, &x));
    return trial_show(st, t->wants_value ? &value : &index, out);
}

static uint64_t want_extreme(const struct trial *t, size_t out, size_t at)
{
    const struct gadget_extreme *e = &t->extreme;
    size_t best = 0;

    (void)out;
    (void)at;
    for (size_t i = 1; i < t->n; i++) {
        uint64_t x = e->least ? t->a[i] : t->a[best], y = e->least ? t->a[best] : t->a[i];

        if (e->is_signed ? trial_less_signed(t, x, y) : x < y)
            best = i;
    }
    return t->wants_value ? t->a[best] : best;
}

/* Both results at once are the same as each alone. */
static enum sotto_err run_both(struct strand *st, struct trial *t, uint64_t *out)
{
    struct gadget_extreme e = t->extreme;
    struct shared x, value, index;

    TRY(trial_give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(strand_shared(st, &value, MPC_BITS, t->bits, 1));
    TRY(strand_shared(st, &index, MPC_BITS, 32, 1));
    e.value = &value;
    e.index = &index;
    TRY(gadget_extreme(st, &e, &x));
    TRY(trial_show(st, &value, out));
    return trial_show(st, &index, out + 1);
}

static const struct gadget extreme = { "extreme", TRIAL_WIDTHS, 0, run_extreme, want_extreme };
static const struct gadget both = { "extreme, value and index", TRIAL_WIDTHS, 0, run_both, want_extreme };

static void fill_extreme(struct trial *t, int kind)
{
    trial_fill(t);
    for (size_t i = 0; i < t->n; i++) {
        if (kind == 1) /* many ties */
            t->a[i] = trial_cut(t, trial_draw() % 3 - 1);
        else if (kind == 2) /* all equal, to what elements past the end are made of */
            t->a[i] = t->extreme.least != t->extreme.is_signed ? trial_cut(t, UINT64_MAX) : 0;
        else if (kind == 3) /* the extreme comes last */
            t->a[i] = trial_cut(t, t->extreme.least ? t->n - i : i);
        else if (kind == 4) /* the worst of a signed type, alone */
            t->a[i] = (uint64_t)1 << (t->bits - 1);
    }
}

static const struct {
    unsigned bits;
    bool least, is_signed, value;
    size_t round_worth;
} extremes[] = {
    { 32, false, false, false, 0 },     { 32, false, false, true, 0 }, { 32, true, false, false, 0 },
    { 32, true, true, true, 0 },        { 8, false, true, false, 1 },  { 8, true, true, false, 1 },
    { 64, true, false, true, 1 },       { 16, false, true, true, 1 },  { 8, true, false, false, 1000000 },
    { 8, false, true, true, 1000000 },  { 64, false, true, false, 0 }, { 1, true, false, false, 0 },
    { 1, false, false, true, 1000000 },
};
static const size_t extreme_lengths[] = { 1, 2, 3, 7, 8, 9, 37, 64, 65, 200 };

static void check_extremes(struct committee *c, struct trial *t, size_t i)
{
    for (size_t l = 0; l < COUNT_OF(extreme_lengths); l++)
        for (int kind = 0; kind < 5; kind++) {
            *t = (struct trial){ .gadget = &extreme,
                                 .bits = extremes[i].bits,
                                 .n = extreme_lengths[l],
                                 .owner = kind,
                                 .extreme = { .least = extremes[i].least, .is_signed = extremes[i].is_signed },
                                 .wants_value = extremes[i].value };
            for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
                c->options[p].round_worth = extremes[i].round_worth;
            fill_extreme(t, kind);
            trial_run(c, t);
            trial_check(c, t);
            if (kind == 1) {
                t->gadget = &both;
                trial_run(c, t);
                for (int p = 0; p < c->protocol->parties; p++)
                    for (int o = 0; o < 2; o++) {
                        t->wants_value = o == 0;
                        assert_int_equal(t->out[p][o], want_extreme(t, 0, 0));
                    }
            }
        }
}

static void test_extremes(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (size_t i = 0; i < COUNT_OF(extremes); i++)
            check_extremes(&c, t, i);
        committee_wipe(&c);
    }
    free(t);
}

/* The plan covers n with groups of at most 64, and spends rounds only where they are cheap. */
static void test_extreme_plan(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 5000; n = n < 70 ? n + 1 : n * 2 + 1) {
        uint8_t cheap[32], dear[32];
        size_t cheap_n = gadget_extreme_plan(&(struct mpc_cost){ 1, 6, 1 }, n, 32, false, cheap),
               dear_n = gadget_extreme_plan(&(struct mpc_cost){ 1000000000, 6, 1 }, n, 32, false, dear),
               left = n;

        for (size_t i = 0; i < cheap_n; i++) {
            assert_in_range(cheap[i], 1, 6);
            left = (left + ((size_t)1 << cheap[i]) - 1) >> cheap[i];
        }
        assert_int_equal(left, 1);
        assert_true(dear_n <= cheap_n);
        assert_true(n < 200 || dear_n < cheap_n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_extremes), cmocka_unit_test(test_extreme_plan) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
