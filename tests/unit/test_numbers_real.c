/* test_numbers_real.c - the functions of fixed-point numbers against MPFR: edges and a million points of each,
 * in `clear`, which the other protocols equal bit by bit (test_gadget_cases.c, test_numbers_long.c). */
#include "lib/gadget_case.h"
#include "lib/testing.h"

#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 1 << 14, PRECISION = 128 };

typedef enum sotto_err gadget(struct strand *, struct shared *, const struct shared *, unsigned);

static int power_of_2(mpfr_t z, const mpfr_t x, mpfr_rnd_t r)
{
    return mpfr_exp2(z, x, r);
}
static int reciprocal(mpfr_t z, const mpfr_t x, mpfr_rnd_t r)
{
    return mpfr_ui_div(z, 1, x, r);
}
static int logistic(mpfr_t z, const mpfr_t x, mpfr_rnd_t r)
{
    mpfr_neg(z, x, r);
    mpfr_exp(z, z, r);
    mpfr_add_ui(z, z, 1, r);
    return mpfr_ui_div(z, 1, z, r);
}

/* positive: of x > 0 alone; unit: the error is in units of 1, not of the result. */
static const struct function {
    const char *name;
    gadget *fn;
    int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
    enum mpc_domain in, out;
    bool positive, absolute;
    unsigned f_least, f_most_below_k;
} functions[] = {
    { "reciprocal", gadget_fix_reciprocal, reciprocal, MPC_BITS, MPC_BITS, false, false, 0, 1 },
    { "sqrt", gadget_fix_sqrt, mpfr_sqrt, MPC_BITS, MPC_BITS, true, false, 0, 1 },
    { "rsqrt", gadget_fix_rsqrt, mpfr_rec_sqrt, MPC_BITS, MPC_BITS, true, false, 0, 1 },
    { "log2", gadget_fix_log2, mpfr_log2, MPC_BITS, MPC_ARITH, true, true, 0, 8 },
    { "log", gadget_fix_log, mpfr_log, MPC_BITS, MPC_ARITH, true, true, 0, 8 },
    { "exp2", gadget_fix_exp2, power_of_2, MPC_BITS, MPC_BITS, false, false, 0, 1 },
    { "exp", gadget_fix_exp, mpfr_exp, MPC_ARITH, MPC_BITS, false, false, 1, 6 },
    { "sigmoid", gadget_fix_sigmoid, logistic, MPC_ARITH, MPC_ARITH, false, true, 1, 6 },
    { "tanh", gadget_fix_tanh, mpfr_tanh, MPC_ARITH, MPC_ARITH, false, true, 1, 6 },
};
enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

struct run {
    const struct function *fn;
    unsigned k, f;
    size_t n;
    uint64_t x[CHUNK], z[CHUNK];
};

static enum sotto_err strand(struct strand *st, void *arg)
{
    struct run *r = arg;
    struct shared x, z;

    TRY(strand_shared(st, &x, r->fn->in, r->k, r->n));
    TRY(strand_shared(st, &z, r->fn->out, r->k, r->n));
    shared_public(&x, r->x, false);
    TRY(r->fn->fn(st, &z, &x, r->f));
    return gadget_reveal(st, &z, 1, r->z);
}

static void run(struct run *r)
{
    struct fault f = { 0 };
    struct mpc_session *s = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &f);

    assert_non_null(s);
    if (mpc_session_run(s, strand, r))
        fail_msg("%s", s->fault.text);
    mpc_session_free(s);
}

/* Worst so far, in shares of what is allowed, and of units. */
struct worst {
    double part, units;
};

static void check(const struct run *r, size_t i, struct worst *worst)
{
    static bool made;
    static mpfr_t x, v, e, bound;
    int64_t in = case_signed(r->x[i], r->k), out = case_signed(r->z[i], r->k),
            most = (int64_t)((UINT64_MAX >> (65 - r->k)));
    int rate = r->k <= 32 ? -26 : -56;

    if (!made) {
        mpfr_inits2(PRECISION, x, v, e, bound, (mpfr_ptr)0);
        made = true;
    }
    if (r->fn->positive && in <= 0) {
        if (r->fn->in == MPC_BITS && r->fn->out == MPC_BITS)
            assert_true(out == (in == 0 && r->fn->fn == gadget_fix_rsqrt ? most : 0));
        else
            assert_true(out < -(most >> r->f << r->f) + (2LL << r->f));
        return;
    }
    if (in == 0 && r->fn->fn == gadget_fix_reciprocal) {
        assert_true(out == most);
        return;
    }
    mpfr_set_si_2exp(x, in, -(long)r->f, MPFR_RNDN);
    r->fn->exact(v, x, MPFR_RNDN);
    mpfr_mul_2ui(v, v, r->f, MPFR_RNDN);
    if (mpfr_cmp_si(v, most) > 0)
        mpfr_set_si(v, most, MPFR_RNDN);
    if (mpfr_cmp_si(v, -most) < 0)
        mpfr_set_si(v, -most, MPFR_RNDN);
    mpfr_si_sub(e, out, v, MPFR_RNDN);
    if (r->fn->absolute)
        mpfr_set_ui_2exp(bound, 1, (int)r->f + rate, MPFR_RNDN);
    else
        mpfr_mul_2si(bound, v, rate, MPFR_RNDN);
    mpfr_abs(bound, bound, MPFR_RNDN);
    mpfr_add_ui(bound, bound, 1, MPFR_RNDN);
    mpfr_abs(e, e, MPFR_RNDN);
    if (mpfr_cmp(e, bound) > 0)
        fail_msg("%s, k = %u, f = %u: of %lld comes %lld, exact is %.6f; error %.6f, allowed %.6f", r->fn->name,
                 r->k, r->f, (long long)in, (long long)out, mpfr_get_d(v, MPFR_RNDN), mpfr_get_d(e, MPFR_RNDN),
                 mpfr_get_d(bound, MPFR_RNDN));
    if (mpfr_get_d(e, MPFR_RNDN) > worst->units)
        worst->units = mpfr_get_d(e, MPFR_RNDN);
    mpfr_div(e, e, bound, MPFR_RNDN);
    if (mpfr_get_d(e, MPFR_RNDN) > worst->part)
        worst->part = mpfr_get_d(e, MPFR_RNDN);
}

/* Every power of 2 with its neighbours, both signs; then points of every length. */
static void draw(struct run *r, size_t chunk, uint64_t *state)
{
    r->n = CHUNK;
    for (size_t i = 0; i < CHUNK; i++) {
        uint64_t x = case_draw(state) >> (64 - r->k), short_x = x >> case_draw(state) % r->k;

        if (chunk == 0 && i < 8 * (size_t)r->k)
            short_x = ((uint64_t)1 << i / 8) + i % 4 - 2;
        if (case_draw(state) % 2 && !r->fn->positive)
            short_x = 0 - short_x;
        if (chunk == 0 && i < 8 * (size_t)r->k && i % 8 > 3)
            short_x = 0 - (((uint64_t)1 << i / 8) + i % 4 - 2);
        r->x[i] = case_cut(short_x, r->k);
    }
}

static void check_format(const struct function *fn, unsigned k, unsigned f, size_t chunks)
{
    struct run *r = calloc(1, sizeof *r);
    struct worst worst = { 0 };
    uint64_t state = 1000 * k + f;

    assert_non_null(r);
    r->fn = fn;
    r->k = k;
    r->f = f;
    for (size_t c = 0; c < chunks; c++) {
        draw(r, c, &state);
        run(r);
        for (size_t i = 0; i < r->n; i++)
            check(r, i, &worst);
    }
    if (getenv("SOTTO_SHOW"))
        printf("%s, k = %u, f = %u: %.4f of what is allowed, %.3f units\n", fn->name, k, f, worst.part,
               worst.units);
    free(r);
}

/* A million points of each: 62 chunks of 2^14. */
static const struct format {
    unsigned k, f, chunks;
} formats[] = {
    { 32, 16, 24 }, { 64, 32, 16 }, { 64, 16, 8 }, { 32, 8, 4 }, { 32, 20, 4 }, { 32, 24, 4 },
    { 64, 8, 1 },   { 64, 48, 1 },  { 16, 8, 1 },  { 32, 0, 1 }, { 32, 26, 1 }, { 64, 56, 1 },
};

/* All with SOTTO_FULL=1, else an eighth. */
static size_t chunks_of(const struct format *f)
{
    const char *full = getenv("SOTTO_FULL");

    return full && *full == '1' ? f->chunks : (f->chunks + 7) / 8;
}

static const char *only;

static void test_functions(void **state)
{
    (void)state;
    for (size_t i = 0; i < FUNCTIONS; i++)
        for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
            if ((!only || strcmp(only, functions[i].name) == 0) && formats[f].f >= functions[i].f_least &&
                formats[f].f + functions[i].f_most_below_k <= formats[f].k)
                check_format(&functions[i], formats[f].k, formats[f].f, chunks_of(&formats[f]));
}

/* --- two operands, and rows
 * --------------------------------------------------------------------------------------- */

struct several {
    unsigned k, f;
    size_t n, cols; /* cols: of softmax; 0: a quotient */
    uint64_t x[CHUNK], y[CHUNK], z[CHUNK];
};

static enum sotto_err several_strand(struct strand *st, void *arg)
{
    struct several *r = arg;
    struct shared x, y, z;

    TRY(strand_shared(st, &x, r->cols ? MPC_BITS : MPC_ARITH, r->k, r->n));
    TRY(strand_shared(st, &y, MPC_BITS, r->k, r->n));
    TRY(strand_shared(st, &z, r->cols ? MPC_ARITH : MPC_BITS, r->k, r->n));
    shared_public(&x, r->x, false);
    shared_public(&y, r->y, false);
    if (r->cols)
        TRY(gadget_fix_softmax(st, &z, &x, r->cols, r->f));
    else
        TRY(gadget_fix_divide(st, &z, &x, &y, r->f));
    return gadget_reveal(st, &z, 1, r->z);
}

static void run_several(struct several *r)
{
    struct fault f = { 0 };
    struct mpc_session *s = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &f);

    assert_non_null(s);
    if (mpc_session_run(s, several_strand, r))
        fail_msg("%s", s->fault.text);
    mpc_session_free(s);
}

/* |e| < 1 + rate * |v|, both in units. */
static void check_close(const struct several *r, size_t i, mpfr_t v, mpfr_t rate, mpfr_t e)
{
    mpfr_si_sub(e, case_signed(r->z[i], r->k), v, MPFR_RNDN);
    mpfr_abs(e, e, MPFR_RNDN);
    mpfr_sub(e, e, rate, MPFR_RNDN);
    if (mpfr_cmp_si(e, 1) > 0)
        fail_msg("k = %u, f = %u, cols = %zu, element %zu: of %lld and %lld comes %lld, exact is %.6f", r->k,
                 r->f, r->cols, i, (long long)case_signed(r->x[i], r->k), (long long)case_signed(r->y[i], r->k),
                 (long long)case_signed(r->z[i], r->k), mpfr_get_d(v, MPFR_RNDN));
}

static void check_quotients(struct several *r, mpfr_t v, mpfr_t rate, mpfr_t e)
{
    int64_t most = (int64_t)(UINT64_MAX >> (65 - r->k));

    for (size_t i = 0; i < r->n; i++) {
        int64_t x = case_signed(r->x[i], r->k), y = case_signed(r->y[i], r->k);

        if (y == 0) {
            assert_true(case_signed(r->z[i], r->k) == (x < 0 ? -most : most));
            continue;
        }
        mpfr_set_si_2exp(v, x, r->f, MPFR_RNDN);
        mpfr_div_si(v, v, y, MPFR_RNDN);
        mpfr_abs(rate, v, MPFR_RNDN);
        if (mpfr_cmp_si(rate, most) >= 0)
            continue; /* wraps */
        mpfr_mul_2si(rate, rate, r->k <= 32 ? -26 : -56, MPFR_RNDN);
        check_close(r, i, v, rate, e);
    }
}

static void check_rows(struct several *r, mpfr_t v, mpfr_t rate, mpfr_t e)
{
    mpfr_t sum;

    mpfr_init2(sum, PRECISION);
    for (size_t row = 0; row < r->n; row += r->cols) {
        mpfr_set_ui(sum, 0, MPFR_RNDN);
        for (size_t j = 0; j < r->cols; j++) {
            mpfr_set_si_2exp(v, case_signed(r->x[row + j], r->k), -(long)r->f, MPFR_RNDN);
            mpfr_exp(v, v, MPFR_RNDN);
            mpfr_add(sum, sum, v, MPFR_RNDN);
        }
        for (size_t j = 0; j < r->cols; j++) {
            mpfr_set_si_2exp(v, case_signed(r->x[row + j], r->k), -(long)r->f, MPFR_RNDN);
            mpfr_exp(v, v, MPFR_RNDN);
            mpfr_div(v, v, sum, MPFR_RNDN);
            mpfr_mul_2ui(v, v, r->f, MPFR_RNDN);
            mpfr_set_ui_2exp(rate, r->cols, (int)r->f - (r->k <= 32 ? 26 : 56), MPFR_RNDN);
            check_close(r, row + j, v, rate, e);
        }
    }
    mpfr_clear(sum);
}

static void test_several(void **state)
{
    static const struct {
        unsigned k, f, cols;
    } runs[] = { { 32, 16, 0 },  { 32, 8, 0 },  { 64, 32, 0 }, { 64, 16, 0 },    { 16, 8, 0 },
                 { 32, 16, 10 }, { 32, 12, 3 }, { 64, 24, 7 }, { 32, 16, 1000 }, { 32, 20, 1 } };
    struct several *r = calloc(1, sizeof *r);
    mpfr_t v, rate, e;
    uint64_t seed = 5;

    (void)state;
    assert_non_null(r);
    mpfr_inits2(PRECISION, v, rate, e, (mpfr_ptr)0);
    for (size_t i = 0; i < sizeof runs / sizeof runs[0] && !only; i++)
        for (int c = 0; c < (getenv("SOTTO_FULL") ? 13 : 1); c++) {
            *r = (struct several){ .k = runs[i].k, .f = runs[i].f, .cols = runs[i].cols, .n = CHUNK };
            r->n -= r->cols ? r->n % r->cols : 0;
            for (size_t at = 0; at < r->n; at++) {
                unsigned room = r->cols && c % 2 ? r->k : r->cols ? r->f + 3 : r->k;

                r->x[at] = case_cut(case_draw(&seed), room) >> case_draw(&seed) % room;
                r->y[at] = case_cut(case_draw(&seed), r->k) >> case_draw(&seed) % r->k;
                r->x[at] = case_cut(case_draw(&seed) % 2 ? r->x[at] : 0 - r->x[at], r->k);
                r->y[at] = case_cut(case_draw(&seed) % 2 ? r->y[at] : 0 - r->y[at], r->k);
                if (at % 100 == 0)
                    r->y[at] = 0;
            }
            run_several(r);
            if (r->cols)
                check_rows(r, v, rate, e);
            else
                check_quotients(r, v, rate, e);
        }
    mpfr_clears(v, rate, e, (mpfr_ptr)0);
    free(r);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_functions), cmocka_unit_test(test_several) };

    only = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
