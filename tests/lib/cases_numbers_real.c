/* cases_numbers_real.c - functions of fixed-point numbers: every protocol gives what `clear` gives, bit by bit;
 * how far that is from the exact result, test_numbers_real.c says. docs/protocols/numbers.md */
#include "lib/cost_numbers.h"
#include "lib/gadget_case.h"
#include "lib/testing.h"

typedef enum sotto_err gadget(struct strand *, struct shared *, const struct shared *, unsigned);
typedef void cost(struct cost *, unsigned, unsigned, uint64_t);

struct function {
    gadget *fn;
    cost *cost;
};

enum { COLS = 3 }; /* of softmax */

static enum sotto_err quotient(struct strand *st, struct shared *z, const struct shared *in, unsigned f)
{
    return gadget_fix_divide(st, z, &in[0], &in[1], f);
}
static enum sotto_err softmax(struct strand *st, struct shared *z, const struct shared *in, unsigned f)
{
    return gadget_fix_softmax(st, z, in, COLS, f);
}
static void cost_sqrt(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    cost_fix_root(c, k, f, false, n);
}
static void cost_rsqrt(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    cost_fix_root(c, k, f, true, n);
}
static void cost_softmax(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    cost_fix_softmax(c, k, f, n / COLS, COLS);
}

static const struct function functions[] = {
    { gadget_fix_reciprocal, cost_fix_reciprocal },
    { quotient, cost_fix_divide },
    { gadget_fix_sqrt, cost_sqrt },
    { gadget_fix_rsqrt, cost_rsqrt },
    { gadget_fix_log2, cost_fix_log },
    { gadget_fix_log, cost_fix_log },
    { gadget_fix_exp2, cost_fix_exp2 },
    { gadget_fix_exp, cost_fix_exp },
    { gadget_fix_sigmoid, cost_fix_logistic },
    { gadget_fix_tanh, cost_fix_logistic },
    { softmax, cost_softmax },
};
enum { RECIPROCAL, QUOTIENT, SQRT, RSQRT, LOG2, LOG, EXP2, EXP, SIGMOID, TANH, SOFTMAX };

static const struct function *function_of(const struct case_run *r)
{
    return &functions[r->c->arg % 16];
}
static unsigned fraction_of(const struct case_run *r)
{
    return (unsigned)r->c->arg / 16;
}

static size_t times_cols(const struct gadget_case *c, size_t n)
{
    (void)c;
    return COLS * n;
}

static enum sotto_err run_function(struct strand *st, const struct case_run *r, const struct shared *in,
                                   struct shared *out)
{
    return function_of(r)->fn(st, out, in, fraction_of(r));
}

/* --- in `clear`
 * --------------------------------------------------------------------------------------------------- */

static enum sotto_err clear_strand(struct strand *st, void *arg)
{
    const struct case_run *r = arg;
    struct shared in[2], out;

    for (int i = 0; i < 2 && r->in[i]; i++) {
        TRY(strand_shared(st, &in[i], r->c->in[i].domain, r->c->in[i].bits, r->in_n[i]));
        shared_public(&in[i], r->in[i], false);
    }
    TRY(strand_shared(st, &out, r->c->out[0].domain, r->c->out[0].bits, r->out_n[0]));
    TRY(run_function(st, r, in, &out));
    return gadget_reveal(st, &out, 1, r->out[0]);
}

static void want_function(const struct case_run *r)
{
    struct fault f = { 0 };
    struct mpc_session *s = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &f);

    assert_non_null(s);
    assert_int_equal(mpc_session_run(s, clear_strand, (void *)(uintptr_t)r), SOTTO_OK);
    mpc_session_free(s);
}

/* Of every length, both signs. */
static void draw_lengths(const struct case_run *r, uint64_t seed)
{
    for (int i = 0; i < 2 && r->in[i]; i++)
        for (size_t e = 0; e < r->in_n[i]; e++) {
            unsigned k = r->c->in[i].bits;
            uint64_t x = case_cut(case_draw(&seed), k) >> case_draw(&seed) % (k + 1) % 64;

            r->in[i][e] = case_cut(case_draw(&seed) % 4 ? x : 0 - x, k);
        }
}

static void cost_of_function(struct cost *c, const struct case_run *r)
{
    function_of(r)->cost(c, r->c->in[0].bits, fraction_of(r), r->in_n[0]);
}

#define A(k)                                                                                                   \
    {                                                                                                          \
        MPC_ARITH, k, NULL                                                                                     \
    }
#define B(k)                                                                                                   \
    {                                                                                                          \
        MPC_BITS, k, NULL                                                                                      \
    }
#define COMMON                                                                                                 \
    .run = run_function, .want = want_function, .draw = draw_lengths, .cost = cost_of_function, .small = 1,    \
    .own_masks = true
#define FUNCTION(text, number, f, from, to)                                                                    \
    {                                                                                                          \
        .name = text, .arg = 16 * (f) + (number), .in = { from }, .out = { to }, .sizes = { 1, 65 }, COMMON    \
    }

/* A hundred rounds each: the masks' test, which runs once a mask, has their pieces, not them. */
const struct gadget_case cases_numbers_real[] = {
    FUNCTION("reciprocal", RECIPROCAL, 16, B(32), B(32)),
    FUNCTION("reciprocal of 64", RECIPROCAL, 32, B(64), B(64)),
    FUNCTION("root", SQRT, 8, B(16), B(16)),
    FUNCTION("root of 64", SQRT, 31, B(64), B(64)),
    FUNCTION("inverse root", RSQRT, 16, B(32), B(32)),
    FUNCTION("logarithm to base 2", LOG2, 16, B(32), A(32)),
    FUNCTION("natural logarithm", LOG, 32, B(64), A(64)),
    FUNCTION("power of 2", EXP2, 16, B(32), B(32)),
    FUNCTION("power of e", EXP, 16, A(32), B(32)),
    FUNCTION("power of e, of 64", EXP, 32, A(64), B(64)),
    FUNCTION("logistic function", SIGMOID, 12, A(32), A(32)),
    FUNCTION("hyperbolic tangent", TANH, 20, A(32), A(32)),
    FUNCTION("hyperbolic tangent of 64", TANH, 32, A(64), A(64)),
    { .name = "quotient of fixed-point numbers",
      .arg = 16 * 16 + QUOTIENT,
      .in = { A(32), B(32) },
      .out = { B(32) },
      .sizes = { 1, 65 },
      COMMON },
    { .name = "softmax",
      .arg = 16 * 16 + SOFTMAX,
      .in = { { MPC_BITS, 32, times_cols } },
      .out = { { MPC_ARITH, 32, times_cols } },
      .sizes = { 1, 40 },
      COMMON },
};
const size_t cases_numbers_real_n = sizeof cases_numbers_real / sizeof cases_numbers_real[0];
