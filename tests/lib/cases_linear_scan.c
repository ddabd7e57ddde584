/* cases_linear_scan.c - moves by public places, sums of neighbours, scans. docs/protocols/linear.md */
#include "lib/gadget_case.h"

#include "lib/testing.h"

static unsigned bits_of(const struct case_run *r)
{
    return r->c->in[0].bits;
}

static void cost_nothing(struct cost *c, const struct case_run *r)
{
    (void)c;
    (void)r;
}

/* --- local moves: all of them on the same vector -----------------------------------------------------------
 */

enum { GATHERED, TRANSPOSED, UNZIPPED, ZIPPED, REVERSED, PREFIX, ROWS, MOVES };

static size_t place(size_t n, size_t i)
{
    return (i * 7 + 3) % (n + 1); /* n: past the end */
}

static size_t three_rows(const struct gadget_case *c, size_t n)
{
    (void)c;
    return 3 * n;
}

/* in[0] has 3n elements */
static enum sotto_err run_moves(struct strand *st, const struct case_run *r, const struct shared *in,
                                struct shared *out)
{
    size_t n = in->n, *index = strand_alloc(st, n, sizeof *index), *back = strand_alloc(st, n, sizeof *back);
    struct shared even, odd;

    if (!index || !back)
        return st->s->fault.code;
    TRY(strand_shared(st, &even, in->domain, in->bits, n - n / 2));
    TRY(strand_shared(st, &odd, in->domain, in->bits, n / 2));
    for (size_t i = 0; i < n; i++) {
        index[i] = place(n, i);
        back[i] = i < n - n / 2 ? 2 * i : 2 * (i - (n - n / 2)) + 1;
    }
    linear_gather(&out[GATHERED], in, index);
    linear_transpose(&out[TRANSPOSED], in, 3, r->n);
    linear_unzip(&even, &odd, in);
    linear_zip(&out[ZIPPED], &even, &odd);
    linear_gather(&out[UNZIPPED], in, back); /* even places, then odd ones */
    linear_scatter(&out[UNZIPPED], &even, back);
    for (size_t i = 0; i < n - n / 2; i++)
        back[i] = i;
    linear_scatter(&out[UNZIPPED], &even, back);
    for (size_t i = 0; i < n / 2; i++)
        back[i] = n - n / 2 + i;
    linear_scatter(&out[UNZIPPED], &odd, back);
    linear_reverse(&out[REVERSED], in);
    linear_prefix_sum(&out[PREFIX], in);
    linear_sum_rows(&out[ROWS], in, r->n);
    return SOTTO_OK;
}

static uint64_t plus(const struct case_run *r, uint64_t x, uint64_t y)
{
    return r->c->in[0].domain == MPC_BITS ? x ^ y : case_cut(x + y, bits_of(r));
}

static void want_moves(const struct case_run *r)
{
    const uint64_t *x = r->in[0];
    size_t n = r->in_n[0];

    for (size_t i = 0; i < n; i++) {
        r->out[GATHERED][i] = place(n, i) < n ? x[place(n, i)] : 0;
        r->out[TRANSPOSED][i] = x[i % 3 * r->n + i / 3];
        r->out[UNZIPPED][i] = x[i < n - n / 2 ? 2 * i : 2 * (i - (n - n / 2)) + 1];
        r->out[ZIPPED][i] = x[i];
        r->out[REVERSED][i] = x[n - 1 - i];
        r->out[PREFIX][i] = plus(r, i ? r->out[PREFIX][i - 1] : 0, x[i]);
    }
    for (size_t j = 0; j < 3; j++)
        for (size_t e = 0; e < r->n; e++)
            r->out[ROWS][j] = plus(r, e ? r->out[ROWS][j] : 0, x[j * r->n + e]);
}

static size_t just_three(const struct gadget_case *c, size_t n)
{
    (void)c;
    (void)n;
    return 3;
}

#define ALL(d, k)                                                                                              \
    {                                                                                                          \
        d, k, three_rows                                                                                       \
    }
#define MOVES_CASE(d, k)                                                                                       \
    {                                                                                                          \
        .name = "moves " #k " " #d, .in = { ALL(d, k) },                                                       \
        .out = { ALL(d, k), ALL(d, k), ALL(d, k), ALL(d, k), ALL(d, k), ALL(d, k), { d, k, just_three } },     \
        .run = run_moves, .want = want_moves, .cost = cost_nothing                                             \
    }

/* --- scans --------------------------------------------------------------------------------------------------
 */

struct scan_case {
    enum linear_op op;
    bool is_signed, backward, segments;
};

static enum sotto_err run_scan(struct strand *st, const struct case_run *r, const struct shared *in,
                               struct shared *out)
{
    const struct scan_case *s = r->c->data;
    const struct gadget_scan how = { s->op, s->is_signed, s->backward, s->segments ? &in[1] : NULL };

    return gadget_scan(st, &out[0], &in[0], &how);
}

static uint64_t joined(const struct scan_case *s, unsigned k, uint64_t x, uint64_t y)
{
    bool less = s->is_signed ? case_signed(x, k) < case_signed(y, k) : x < y;

    switch (s->op) {
    case LINEAR_COPY:
        return x;
    case LINEAR_SUM:
        return case_cut(x + y, k);
    case LINEAR_OR:
        return x | y;
    case LINEAR_AND:
        return x & y;
    case LINEAR_MIN:
        return less ? x : y;
    default:
        return less ? y : x;
    }
}

static void want_scan(const struct case_run *r)
{
    const struct scan_case *s = r->c->data;

    for (size_t i = 0; i < r->n; i++) {
        size_t at = s->backward ? r->n - 1 - i : i, before = s->backward ? at + 1 : at - 1;
        bool begins = i == 0 || (s->segments && r->in[1][at]);

        r->out[0][at] = begins ? r->in[0][at] : joined(s, bits_of(r), r->out[0][before], r->in[0][at]);
    }
}

static void rows_cost(struct cost *c, const struct case_run *r, uint64_t rows, uint64_t n)
{
    unsigned k = bits_of(r);

    if (r->c->in[0].domain == MPC_ARITH)
        cost_products(c, rows, k / 8 * n, k / 8);
    else
        cost_ands(c, rows, n);
}

static void join_cost(struct cost *c, const struct case_run *r, uint64_t n, bool more)
{
    const struct scan_case *s = r->c->data;
    uint64_t k = bits_of(r), values = r->c->in[0].domain == MPC_ARITH ? 1 : k, g = s->segments && more ? 1 : 0;

    if (!n)
        return;
    if (s->op == LINEAR_MIN || s->op == LINEAR_MAX) {
        cost_less(c, k, n, 1);
        if (s->segments)
            cost_ands(c, 1 + g, n);
        cost_ands(c, k, n);
    } else if (s->op == LINEAR_COPY || r->c->in[0].domain == MPC_ARITH) {
        rows_cost(c, r, values + g, n);
    } else {
        if (s->segments)
            cost_ands(c, k + g, n);
        if (s->op == LINEAR_SUM)
            cost_add_bits(c, k, n);
        else
            cost_ands(c, k, n);
    }
}

static void scan_cost(struct cost *c, const struct case_run *r, uint64_t n, unsigned pairings)
{
    if (n <= 1)
        return;
    if (!pairings) {
        for (unsigned l = 0; (uint64_t)1 << l < n; l++) {
            uint64_t upper = 0;

            for (uint64_t i = 0; i < n; i++)
                upper += i >> l & 1;
            join_cost(c, r, upper, (uint64_t)2 << l < n);
        }
        return;
    }
    join_cost(c, r, n / 2, n / 2 > 1);
    scan_cost(c, r, n / 2, pairings - 1);
    join_cost(c, r, n - n / 2 - 1, false);
}

static void cost_of_scan(struct cost *c, const struct case_run *r)
{
    const struct scan_case *s = r->c->data;
    unsigned k = bits_of(r);
    bool arith = r->c->in[0].domain == MPC_ARITH;

    if (arith && s->segments)
        cost_bit_to_arith(c, k, r->n);
    if (!s->segments && (s->op == LINEAR_COPY || (arith && s->op == LINEAR_SUM)))
        return;
    scan_cost(c, r, r->n,
              gadget_scan_plan(r->n, k, r->c->in[0].domain, s->op, s->segments, MPC_ROUND_WORTH_DEFAULT));
}

#define SCAN(d, k, ...)                                                                                        \
    {                                                                                                          \
        .name = "scan " #d " " #k " " #__VA_ARGS__, .in = { { d, k, NULL }, { MPC_BITS, 1, NULL } },           \
        .out = { { d, k, NULL } }, .data = &(const struct scan_case){ __VA_ARGS__ }, .run = run_scan,          \
        .want = want_scan, .cost = cost_of_scan, .sizes = { 1, 2, 3, 7, 64, 65, 1000, 0 }, .small = 5          \
    }

const struct gadget_case cases_linear_scan[] = {
    MOVES_CASE(MPC_ARITH, 8),
    MOVES_CASE(MPC_ARITH, 64),
    MOVES_CASE(MPC_BITS, 1),
    MOVES_CASE(MPC_BITS, 13),
    SCAN(MPC_BITS, 9, LINEAR_COPY, false, false, true),
    SCAN(MPC_BITS, 64, LINEAR_COPY, false, true, true),
    SCAN(MPC_BITS, 3, LINEAR_COPY, false, true, false),
    SCAN(MPC_ARITH, 32, LINEAR_COPY, false, false, true),
    SCAN(MPC_ARITH, 64, LINEAR_SUM, false, false, true),
    SCAN(MPC_ARITH, 8, LINEAR_SUM, false, true, true),
    SCAN(MPC_ARITH, 16, LINEAR_SUM, false, false, false),
    SCAN(MPC_BITS, 8, LINEAR_SUM, false, false, true),
    SCAN(MPC_BITS, 1, LINEAR_OR, false, false, false),
    SCAN(MPC_BITS, 2, LINEAR_OR, false, false, true),
    SCAN(MPC_BITS, 1, LINEAR_AND, false, true, false),
    SCAN(MPC_BITS, 3, LINEAR_AND, false, false, true),
    SCAN(MPC_BITS, 16, LINEAR_MAX, true, false, true),
    SCAN(MPC_BITS, 8, LINEAR_MIN, false, false, true),
    SCAN(MPC_BITS, 8, LINEAR_MIN, true, true, false),
};
const size_t cases_linear_scan_n = COUNT_OF(cases_linear_scan);
