/* test_gadgets.c - every gadget in every back end, one table, against the plainest computation. */
#include "lib/trial.h"

#include "lib/testing.h"

#include <stdlib.h>

/* --- the gadgets -------------------------------------------------------------------------------------------
 */

static enum sotto_err run_input(struct strand *st, struct trial *t, uint64_t *out)
{
    const uint64_t *operand[3] = { t->a, t->b, t->c };
    struct shared x;

    for (int i = 0; i < 4; i++) /* every owner */
    {
        enum mpc_domain domain = t->gadget->widths == TRIAL_WIDTHS ? MPC_ARITH : MPC_BITS;

        TRY(trial_give(st, t, &x, domain, t->bits, operand[i % 3], i));
        TRY(trial_show(st, &x, out + (size_t)i * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_input(const struct trial *t, size_t out, size_t e)
{
    return out % 3 == 0 ? t->a[e] : out == 1 ? t->b[e] : t->c[e];
}

static enum sotto_err run_to_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_to_bits(st, &z, &x));
    return trial_show(st, &z, out);
}

static enum sotto_err run_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_to_arith(st, &z, &x));
    return trial_show(st, &z, out);
}

static uint64_t want_a(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e];
}

static enum sotto_err run_bit_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_BITS, 1, t->a, 0));
    TRY(trial_fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_bit_to_arith(st, &z, &x));
    return trial_show(st, &z, out);
}

static uint64_t want_bit_of_a(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e] & 1;
}

static enum sotto_err run_zero(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_fresh(st, t, &z, MPC_BITS, 1));
    TRY(gadget_zero(st, &z, &x));
    return trial_show(st, &z, out);
}

static enum sotto_err run_zero_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(trial_fresh(st, t, &z, MPC_BITS, 1));
    TRY(gadget_zero_arith(st, &z, &x));
    return trial_show(st, &z, out);
}

static uint64_t want_zero(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e] == 0;
}

/* Three pairs at once: (a,b), (b,a), (c,b). */
static enum sotto_err compare(struct strand *st, struct trial *t, uint64_t *out, bool is_signed)
{
    struct shared a, b, c, z[3], x[3], y[3];

    TRY(trial_give(st, t, &a, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_give(st, t, &b, MPC_BITS, t->bits, t->b, 1));
    TRY(trial_give(st, t, &c, MPC_BITS, t->bits, t->c, 2));
    x[0] = y[1] = a;
    y[0] = x[1] = y[2] = b;
    x[2] = c;
    for (int i = 0; i < 3; i++)
        TRY(trial_fresh(st, t, &z[i], MPC_BITS, 1));
    TRY(gadget_less(st, z, x, y, 3, is_signed));
    for (size_t i = 0; i < 3; i++)
        TRY(trial_show(st, &z[i], out + i * t->n));
    return SOTTO_OK;
}

static enum sotto_err run_less(struct strand *st, struct trial *t, uint64_t *out)
{
    return compare(st, t, out, false);
}

static enum sotto_err run_less_signed(struct strand *st, struct trial *t, uint64_t *out)
{
    return compare(st, t, out, true);
}

static uint64_t want_less(const struct trial *t, size_t out, size_t e)
{
    return out == 0 ? t->a[e] < t->b[e] : out == 1 ? t->b[e] < t->a[e] : t->c[e] < t->b[e];
}

static uint64_t want_less_signed(const struct trial *t, size_t out, size_t e)
{
    return out == 0   ? trial_less_signed(t, t->a[e], t->b[e])
           : out == 1 ? trial_less_signed(t, t->b[e], t->a[e])
                      : trial_less_signed(t, t->c[e], t->b[e]);
}

/* x + y, x - y, x - y - c */
static enum sotto_err run_adders(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared a, b, c, z;

    TRY(trial_give(st, t, &a, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_give(st, t, &b, MPC_BITS, t->bits, t->b, 1));
    TRY(trial_give(st, t, &c, MPC_BITS, t->bits, t->c, 2));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_add_bits(st, &z, &a, &b));
    TRY(trial_show(st, &z, out));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_sub_bits(st, &z, &a, &b, NULL));
    TRY(trial_show(st, &z, out + t->n));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_sub_bits(st, &z, &a, &b, &c));
    return trial_show(st, &z, out + 2 * t->n);
}

static uint64_t want_adders(const struct trial *t, size_t out, size_t e)
{
    return trial_cut(t, out == 0 ? t->a[e] + t->b[e] : t->a[e] - t->b[e] - (out == 2 ? t->c[e] : 0));
}

/* All but one element true, all, then the bits as they are. */
static enum sotto_err run_all(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(trial_give(st, t, &x, MPC_BITS, 1, t->a, 0));
    TRY(strand_shared(st, &z, MPC_BITS, 1, 1));
    TRY(gadget_all(st, &z, &x));
    return trial_show(st, &z, out);
}

static uint64_t want_all(const struct trial *t, size_t out, size_t e)
{
    uint64_t all = 1;

    (void)out;
    (void)e;
    for (size_t i = 0; i < t->n; i++)
        all &= t->a[i];
    return all;
}

static enum sotto_err run_multiply_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, y, z;

    TRY(trial_give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(trial_give(st, t, &y, MPC_ARITH, t->bits, t->b, 1));
    TRY(trial_fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_multiply(st, &z, &x, &y));
    return trial_show(st, &z, out);
}

static uint64_t want_product(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return trial_cut(t, t->a[e] * t->b[e]);
}

/* Plane by plane, and one plane for all. */
static enum sotto_err run_multiply_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, y, z, one;

    TRY(trial_give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(trial_give(st, t, &y, MPC_BITS, t->bits, t->b, 1));
    TRY(trial_give(st, t, &one, MPC_BITS, 1, t->c, 2));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_multiply(st, &z, &x, &y));
    TRY(trial_show(st, &z, out));
    TRY(trial_fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_multiply(st, &z, &one, &y));
    return trial_show(st, &z, out + t->n);
}

static uint64_t want_and(const struct trial *t, size_t out, size_t e)
{
    return out == 0 ? t->a[e] & t->b[e] : t->c[e] & 1 ? t->b[e] : 0;
}

/* Two sets of `bits` planes, and of fewer. */
static enum sotto_err run_and_planes(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x[2], plane[2][64], *set[2] = { plane[0], plane[1] };

    for (unsigned planes = t->bits, round = 0; round < 2; planes = planes / 2 + 1, round++) {
        TRY(trial_give(st, t, &x[0], MPC_BITS, t->bits, t->a, 0));
        TRY(trial_give(st, t, &x[1], MPC_BITS, t->bits, t->b, 1));
        for (unsigned i = 0; i < planes; i++)
            for (int s = 0; s < 2; s++)
                plane[s][i] = shared_plane(&x[s], i);
        TRY(gadget_and_planes(st, set, planes, 2));
        for (size_t s = 0; s < 2; s++)
            TRY(trial_show(st, &plane[s][0], out + (2 * round + s) * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_and_planes(const struct trial *t, size_t out, size_t e)
{
    uint64_t v = out % 2 ? t->b[e] : t->a[e];
    unsigned planes = out < 2 ? t->bits : t->bits / 2 + 1;

    return (~v & (planes == 64 ? UINT64_MAX : ((uint64_t)1 << planes) - 1)) == 0;
}

static enum sotto_err choose(struct strand *st, struct trial *t, uint64_t *out, enum mpc_domain domain)
{
    struct shared c, x, y, z;

    TRY(trial_give(st, t, &c, MPC_BITS, 1, t->c, 0));
    TRY(trial_give(st, t, &x, domain, t->bits, t->a, 1));
    TRY(trial_give(st, t, &y, domain, t->bits, t->b, 2));
    TRY(trial_fresh(st, t, &z, domain, t->bits));
    TRY(gadget_select(st, &z, &c, &x, &y));
    return trial_show(st, &z, out);
}

static enum sotto_err run_select_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    return choose(st, t, out, MPC_ARITH);
}

static enum sotto_err run_select_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    return choose(st, t, out, MPC_BITS);
}

static uint64_t want_select(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->c[e] & 1 ? t->a[e] : t->b[e];
}

/* Without a message: a - (-b) + 1; 3a; the complement; the sum of all, repeated. */
static enum sotto_err run_local(struct strand *st, struct trial *t, uint64_t *out)
{
    const uint64_t one = 1;
    struct shared a, b, bits, z, sum;

    TRY(trial_give(st, t, &a, MPC_ARITH, t->bits, t->a, 0));
    TRY(trial_give(st, t, &b, MPC_ARITH, t->bits, t->b, 1));
    TRY(trial_give(st, t, &bits, MPC_BITS, t->bits, t->a, 2));
    TRY(trial_fresh(st, t, &z, MPC_ARITH, t->bits));
    shared_neg(&b, &b);
    shared_sub(&b, &a, &b);
    shared_public(&z, &one, true);
    shared_add(&z, &z, &b);
    TRY(trial_show(st, &z, out));
    shared_scale(&z, &a, 3);
    TRY(trial_show(st, &z, out + t->n));
    shared_neg(&bits, &bits);
    TRY(trial_show(st, &bits, out + 2 * t->n));
    TRY(strand_shared(st, &sum, MPC_ARITH, t->bits, 1));
    shared_sum(&sum, &a);
    shared_repeat(&z, &sum);
    return trial_show(st, &z, out + 3 * t->n);
}

static uint64_t want_local(const struct trial *t, size_t out, size_t e)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < t->n; i++)
        sum += t->a[i];
    return trial_cut(t, out == 0 ? t->a[e] + t->b[e] + 1 : out == 1 ? 3 * t->a[e] : out == 2 ? ~t->a[e] : sum);
}

/* By public values (a and, bits: a & b; a * b), element n/2 replaced, the order turned by one. */
static enum sotto_err run_moves(struct strand *st, struct trial *t, uint64_t *out)
{
    for (size_t d = 0; d < 2; d++) {
        enum mpc_domain domain = d ? MPC_BITS : MPC_ARITH;
        struct shared a, z, plain, one;

        TRY(trial_give(st, t, &a, domain, t->bits, t->a, 0));
        TRY(trial_fresh(st, t, &z, domain, t->bits));
        plain = (struct shared){ .domain = domain, .bits = t->bits, .n = t->n, .stride = ring_words(t->n) };
        plain.share[0] = strand_alloc(st, 1, shared_share_len(domain, t->bits, t->n));
        if (!plain.share[0])
            return st->s->fault.code;
        shared_public(&plain, t->b, false);
        shared_times_public(&z, &a, plain.share[0]);
        TRY(strand_shared(st, &one, domain, t->bits, 1));
        shared_gather(&one, &a, t->n - 1, 1, false);
        shared_put(&z, t->n / 2, &one);
        TRY(trial_show(st, &z, out + 2 * d * t->n));
        shared_gather(&z, &a, 1, 1, true);
        TRY(trial_show(st, &z, out + (2 * d + 1) * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_moves(const struct trial *t, size_t out, size_t e)
{
    if (out % 2)
        return e + 1 < t->n ? t->a[e + 1] : trial_cut(t, UINT64_MAX);
    if (e == t->n / 2)
        return t->a[t->n - 1];
    return out ? t->a[e] & t->b[e] : trial_cut(t, t->a[e] * t->b[e]);
}

static const struct gadget gadgets[] = {
    { "input, arithmetic", TRIAL_WIDTHS, 4, run_input, want_input },
    { "input, bits", TRIAL_ANY_WIDTH, 4, run_input, want_input },
    { "to_bits", TRIAL_WIDTHS, 1, run_to_bits, want_a },
    { "to_arith", TRIAL_WIDTHS, 1, run_to_arith, want_a },
    { "bit_to_arith", TRIAL_WIDTHS, 1, run_bit_to_arith, want_bit_of_a },
    { "zero", TRIAL_ANY_WIDTH, 1, run_zero, want_zero },
    { "zero_arith", TRIAL_WIDTHS, 1, run_zero_arith, want_zero },
    { "less", TRIAL_ANY_WIDTH, 3, run_less, want_less },
    { "less, signed", TRIAL_WIDTHS, 3, run_less_signed, want_less_signed },
    { "add_bits, sub_bits", TRIAL_ANY_WIDTH, 3, run_adders, want_adders },
    { "all", TRIAL_WIDTH_1, 0, run_all, want_all },
    { "multiply, arithmetic", TRIAL_WIDTHS, 1, run_multiply_arith, want_product },
    { "multiply, bits", TRIAL_ANY_WIDTH, 2, run_multiply_bits, want_and },
    { "and_planes", TRIAL_ANY_WIDTH, 4, run_and_planes, want_and_planes },
    { "select, arithmetic", TRIAL_WIDTHS, 1, run_select_arith, want_select },
    { "select, bits", TRIAL_ANY_WIDTH, 1, run_select_bits, want_select },
    { "local work", TRIAL_WIDTHS, 4, run_local, want_local },
    { "public factors and moves", TRIAL_WIDTHS, 4, run_moves, want_moves },
};

static const unsigned widths[] = { 1, 8, 16, 32, 64 };
static const size_t lengths[] = { 1, 63, 64, 65, 200 };

static void test_gadgets(void **state)
{
    struct trial *t = calloc(1, sizeof *t);
    int owner = 0;

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (size_t g = 0; g < COUNT_OF(gadgets); g++)
            for (size_t w = 0; w < COUNT_OF(widths); w++)
                for (size_t l = 0; l < COUNT_OF(lengths); l++) {
                    if (!(gadgets[g].widths & (widths[w] == 1 ? TRIAL_WIDTH_1 : TRIAL_WIDTHS)))
                        continue;
                    t->gadget = &gadgets[g];
                    t->bits = widths[w];
                    t->n = lengths[l];
                    t->owner = owner++ % 4;
                    trial_fill(t);
                    trial_run(&c, t);
                    trial_check(&c, t);
                }
        committee_wipe(&c);
    }
    free(t);
}

/* One false element anywhere, and none. */
static void test_all(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        *t = (struct trial){ .gadget = &(struct gadget){ "all", TRIAL_WIDTH_1, 0, run_all, want_all },
                             .bits = 1 };
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            for (size_t h = 0; h < 5; h++) {
                size_t n = lengths[l], hole[] = { 0, n / 3, n / 2, n - 1, n };

                t->n = n;
                for (size_t i = 0; i < n; i++)
                    t->a[i] = i != hole[h];
                trial_run(&c, t);
                trial_check(&c, t);
            }
        committee_wipe(&c);
    }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_gadgets), cmocka_unit_test(test_all) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
