/* cases_data_moments.c - means and variances: docs/protocols/data.md, "Moments". */
#include "lib/cost_numbers.h"
#include "lib/gadget_case.h"

#include "lib/testing.h"

/* arg: bit 0: of a sample, bit 1: some rows are dummies. */
enum { F = 6, WIDTH = 32, KEY = 2, SAMPLE = 1, DUMMIES = 2 };

struct group {
    int64_t count, sum, squares;
};

static const struct shared *dummies_of(const struct case_run *r, const struct shared *in)
{
    return r->c->arg & DUMMIES ? &in[1] : NULL;
}

/* The quotient as gadget_fix_divide states it, 0 by 0. */
static bool is_near(uint64_t got, int64_t above, int64_t below)
{
    double exact, error;

    if (!below)
        return got == 0;
    exact = (double)above / (double)below * (1 << F);
    error = (double)case_signed(got, WIDTH) - exact;
    exact = exact < 0 ? -exact : exact;
    return (error < 0 ? -error : error) < 1 + exact / (1 << 26);
}

static const char *wrong_moments(const struct case_run *r, const struct group *g, uint64_t mean,
                                 uint64_t variance)
{
    int64_t below = g->count * (g->count - (r->c->arg & SAMPLE));

    if (!is_near(mean, g->sum, g->count))
        return "a mean is wrong";
    if (!is_near(variance, g->count * g->squares - g->sum * g->sum, below))
        return "a variance is wrong";
    return NULL;
}

static void take_value(struct group *g, uint64_t value)
{
    int64_t v = case_signed(value, WIDTH);

    g->count++;
    g->sum += v;
    g->squares += v * v;
}

/* --- from counts, sums and squares --------------------------------------------------------------------------
 */

static void draw_sums(const struct case_run *r, uint64_t seed)
{
    for (size_t e = 0; e < r->n; e++) {
        struct group g = { 0 };

        for (uint64_t left = case_draw(&seed) % 5; left > 0; left--)
            take_value(&g, case_draw(&seed) % 2000 - 1000);
        r->in[0][e] = (uint64_t)g.count;
        r->in[1][e] = case_cut((uint64_t)g.sum, WIDTH);
        r->in[2][e] = (uint64_t)g.squares;
    }
}

static enum sotto_err run_sums(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    return gadget_moments(st, &out[0], &out[1], &in[0], &in[1], &in[2], F, r->c->arg & SAMPLE);
}

static const char *check_sums(const struct case_run *r)
{
    const char *wrong = NULL;

    for (size_t e = 0; e < r->n && !wrong; e++) {
        struct group g = { (int64_t)r->in[0][e], case_signed(r->in[1][e], WIDTH), (int64_t)r->in[2][e] };

        wrong = wrong_moments(r, &g, r->out[0][e], r->out[1][e]);
    }
    return wrong;
}

static void cost_sums(struct cost *c, const struct case_run *r)
{
    cost_products(c, 2, r->n * WIDTH / 8, WIDTH / 8);
    cost_words_to_bits(c, WIDTH, 2 * r->n);
    cost_fix_divide(c, WIDTH, F, 2 * r->n);
    cost_and_planes(c, WIDTH, 2 * r->n, 1);
    cost_ands(c, WIDTH, 2 * r->n);
}

/* --- of few groups: in: key, valid, value
 * --------------------------------------------------------------------- */

static size_t groups(const struct gadget_case *c, size_t n)
{
    (void)c;
    (void)n;
    return 1 << KEY;
}

static void draw_values(const struct case_run *r, uint64_t seed)
{
    for (size_t e = 0; e < r->n; e++) {
        r->in[0][e] = case_draw(&seed) % 3;
        r->in[1][e] = case_draw(&seed) % 4 != 0;
        r->in[2][e] = case_cut(case_draw(&seed) % 200 - 100, WIDTH);
    }
}

static enum sotto_err run_groups(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    return gadget_group_moments(st, &out[0], &out[1], &out[2], &in[0], dummies_of(r, in), &in[2], F,
                                r->c->arg & SAMPLE);
}

static const char *check_groups(const struct case_run *r)
{
    for (uint64_t key = 0; key < 1 << KEY; key++) {
        struct group g = { 0 };
        const char *wrong;

        for (size_t e = 0; e < r->n; e++)
            if (r->in[0][e] == key && (r->in[1][e] || !(r->c->arg & DUMMIES)))
                take_value(&g, r->in[2][e]);
        if (r->out[2][key] != (uint64_t)g.count)
            return "a count is wrong";
        wrong = wrong_moments(r, &g, r->out[0][key], r->out[1][key]);
        if (wrong)
            return wrong;
    }
    return NULL;
}

/* --- of groups with any keys: in: rows of key and valid, -, value --------------------------------------------
 */

static void draw_rows(const struct case_run *r, uint64_t seed)
{
    draw_values(r, seed);
    for (size_t e = 0; e < r->n; e++)
        r->in[0][e] |= r->in[1][e] << KEY;
}

static enum sotto_err run_rows(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    return gadget_group_by_moments(st, &out[0], &out[1], &out[2], &out[3], &in[0], KEY, &in[2], F,
                                   r->c->arg & SAMPLE);
}

static const char *check_rows(const struct case_run *r)
{
    uint64_t at = 0;

    for (uint64_t key = 0; key < 1 << KEY; key++) {
        struct group g = { 0 };
        const char *wrong;

        for (size_t e = 0; e < r->n; e++)
            if (r->in[0][e] == (key | 1 << KEY))
                take_value(&g, r->in[2][e]);
        if (!g.count)
            continue;
        if (r->out[0][at] != (key | 1 << KEY) || r->out[3][at] != (uint64_t)g.count)
            return "a group is wrong";
        wrong = wrong_moments(r, &g, r->out[1][at], r->out[2][at]);
        if (wrong)
            return wrong;
        at++;
    }
    for (; at < r->n; at++)
        if (r->out[0][at] >> KEY || r->out[1][at] || r->out[2][at] || r->out[3][at])
            return "a dummy is wrong";
    return NULL;
}

#define NUMBERS(size)                                                                                          \
    {                                                                                                          \
        MPC_ARITH, WIDTH, size                                                                                 \
    }
#define BITS(planes, size)                                                                                     \
    {                                                                                                          \
        MPC_BITS, planes, size                                                                                 \
    }
#define COMMON .small = 1, .own_masks = true

/* A hundred rounds each: the masks' test, which runs once a mask, has their pieces, not them. */
const struct gadget_case cases_data_moments[] = {
    { .name = "moments",
      .in = { NUMBERS(NULL), NUMBERS(NULL), NUMBERS(NULL) },
      .out = { BITS(WIDTH, NULL), BITS(WIDTH, NULL) },
      .sizes = { 1, 65 },
      .draw = draw_sums,
      .run = run_sums,
      .check = check_sums,
      .cost = cost_sums,
      COMMON },
    { .name = "mean and variance of groups",
      .in = { BITS(KEY, NULL), BITS(1, NULL), NUMBERS(NULL) },
      .out = { BITS(WIDTH, groups), BITS(WIDTH, groups), NUMBERS(groups) },
      .arg = DUMMIES | SAMPLE,
      .sizes = { 1, 65 },
      .draw = draw_values,
      .run = run_groups,
      .check = check_groups,
      COMMON },
    { .name = "mean and variance by any key",
      .in = { BITS(KEY + 1, NULL), BITS(1, NULL), NUMBERS(NULL) },
      .out = { BITS(KEY + 1, NULL), BITS(WIDTH, NULL), BITS(WIDTH, NULL), NUMBERS(NULL) },
      .sizes = { 1, 50 },
      .draw = draw_rows,
      .run = run_rows,
      .check = check_rows,
      COMMON },
};
const size_t cases_data_moments_n = COUNT_OF(cases_data_moments);
