/* number_softmax.c - e^x over the sum of a row's. docs/protocols/numbers.md, "Softmax". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* Inside, the columns lie one after another: what is one number a row is repeated by laying it down again. */
struct table {
    size_t rows, cols;
};

static struct shared column(const struct shared *x, const struct table *t, size_t j)
{
    return shared_slice(x, j * t->rows, t->rows);
}

/* z = the greatest of each row of x, whose columns are given; halved until one is left. */
static enum sotto_err greatest(struct strand *st, struct shared *z, struct shared *col, const struct table *t)
{
    for (size_t left = t->cols; left > 1; left -= left / 2) {
        size_t half = left / 2, n = half * t->rows;
        unsigned k = z->bits;
        struct shared a, b, most;

        TRY(strand_shared(st, &a, MPC_BITS, k, n));
        TRY(strand_shared(st, &b, MPC_BITS, k, n));
        TRY(strand_shared(st, &most, MPC_BITS, k, n));
        for (size_t i = 0; i < half; i++) {
            shared_place(&a, i * t->rows, &col[2 * i]);
            shared_place(&b, i * t->rows, &col[2 * i + 1]);
        }
        TRY(gadget_lesser(st, &most, &a, &b, false, true));
        for (size_t i = 0; i < half; i++) {
            TRY(strand_shared(st, &col[i], MPC_BITS, k, t->rows));
            shared_gather(&col[i], &most, i * t->rows, 1, false);
        }
        if (left % 2)
            col[half] = col[left - 1];
    }
    shared_copy(z, &col[0]);
    return SOTTO_OK;
}

/* z (ARITH, ring) = e^(x - the row's greatest), column by column. The difference is taken modulo 2^k, where it
 * is right for all x: 0 .. 2^k - 1. */
static enum sotto_err powers_of_row(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                                    const struct table *t, const struct number_real *real)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = x->bits;
    struct shared *col = strand_alloc(st, t->cols, sizeof *col), most, turned, repeated, planes, low, words;

    if (!col)
        return st->s->fault.code;
    TRY(strand_shared(st, &most, MPC_BITS, k, t->rows));
    TRY(strand_shared(st, &turned, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &repeated, MPC_BITS, k, x->n));
    TRY(strand_shared(st, &planes, MPC_BITS, real->ring, x->n));
    TRY(strand_shared(st, &words, MPC_ARITH, real->ring, x->n));
    for (size_t j = 0; j < t->cols; j++) {
        TRY(strand_shared(st, &col[j], MPC_BITS, k, t->rows));
        shared_gather(&col[j], x, j, t->cols, false);
        shared_place(&turned, j * t->rows, &col[j]);
    }
    TRY(greatest(st, &most, col, t));
    for (size_t j = 0; j < t->cols; j++)
        shared_place(&repeated, j * t->rows, &most);
    low = planes;
    low.bits = k;
    TRY(gadget_sub_bits(st, &low, &repeated, &turned, NULL));
    TRY(gadget_to_arith(st, &words, &planes));
    shared_scale(&words, &words, (uint64_t)number_log2_e(real));
    TRY(number_falling(st, z, &words, f + real->f, real));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* z (ARITH, ring) = 1 / sum, where the sum is about 1 or more */
static enum sotto_err reciprocal(struct strand *st, struct shared *z, const struct shared *sum,
                                 const struct table *t, const struct number_real *real)
{
    unsigned bits = real->f + number_lg(t->cols) + 1;
    int by[NUMBER_PLACES_MAX];
    struct shared planes, one, m, y, out, low;

    assert(bits < real->ring);
    TRY(strand_shared(st, &planes, MPC_BITS, real->ring, t->rows));
    TRY(strand_shared(st, &one, MPC_BITS, bits, t->rows));
    TRY(strand_shared(st, &m, MPC_ARITH, real->ring, t->rows));
    TRY(strand_shared(st, &y, MPC_ARITH, real->ring, t->rows));
    TRY(strand_shared(st, &out, MPC_BITS, real->ring, t->rows));
    TRY(gadget_to_bits(st, &planes, sum));
    planes.bits = bits;
    TRY(gadget_highest_one(st, &one, &planes));
    TRY(number_mantissa(st, &m, &one, &planes, real));
    TRY(number_polynomial(st, &y, &m, NUMBER_RECIPROCAL, real));
    for (unsigned i = 0; i < bits; i++)
        by[i] = (int)real->f - (int)i;
    low = out;
    low.bits = real->f + 2;
    TRY(number_place(st, &low, &one, by, &y, real));
    return gadget_to_arith(st, z, &out);
}

/* Column by column to row by row. */
static void turn_back(struct shared *z, const struct shared *x, const struct table *t)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (size_t e = 0; z->share[a] && e < z->n; e++)
            number_put(z->share[a], z->bits, e,
                       number_get(x->share[a], x->bits, e % t->cols * t->rows + e / t->cols));
}

enum sotto_err gadget_fix_softmax(struct strand *st, struct shared *z, const struct shared *x, size_t cols,
                                  unsigned f)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct number_real real = number_real_for(x->bits);
    struct table t = { 0, cols };
    struct shared power, sum, inverse, repeated, product, columns;

    assert(cols && x->n % cols == 0);
    t.rows = x->n / cols;
    if (!x->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &power, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &sum, MPC_ARITH, real.ring, t.rows));
    TRY(strand_shared(st, &inverse, MPC_ARITH, real.ring, t.rows));
    TRY(strand_shared(st, &repeated, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &product, MPC_ARITH, real.ring, x->n));
    TRY(strand_shared(st, &columns, MPC_ARITH, x->bits, x->n));
    TRY(powers_of_row(st, &power, x, f, &t, &real));
    for (size_t j = 0; j < cols; j++) {
        struct shared own = column(&power, &t, j);

        shared_add(&sum, &sum, &own);
    }
    TRY(reciprocal(st, &inverse, &sum, &t, &real));
    for (size_t j = 0; j < cols; j++) {
        struct shared to = column(&repeated, &t, j);

        shared_copy(&to, &inverse);
    }
    TRY(gadget_multiply(st, &product, &power, &repeated));
    TRY(number_add_public(st, &product, (number_wide_u)1 << (2 * real.f - f - 1)));
    TRY(gadget_truncate(st, &columns, &product, 2 * real.f - f, GADGET_SMALL));
    turn_back(z, &columns, &t);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
