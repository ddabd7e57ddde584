/* secret_linear.c - the instructions on vectors and matrices, on secrets. docs/protocols/linear.md */
#include "vm/internal.h"

static enum sotto_err whole(struct strand *st, const struct vm_value *v, enum mpc_domain domain,
                            struct shared *x)
{
    return vm_operand(st, v, domain, 0, v->n, x);
}

/* The result's form, zero. */
static struct shared result(const struct vm_task *t, size_t from, size_t n)
{
    struct shared z = shared_slice(&t->dst->form[t->result].shared, from, n);

    shared_zero(&z);
    return z;
}

/* What all know, elements from..from+n of it as words. */
static enum sotto_err plain_words(struct strand *st, const struct vm_value *v, size_t from, size_t n,
                                  const void **words)
{
    struct shared plain = { .domain = MPC_ARITH, .bits = vm_value_bits(v), .n = n };

    plain.share[0] = strand_alloc(st, 1, shared_share_len(MPC_ARITH, plain.bits, n));
    if (!plain.share[0])
        return st->s->fault.code;
    shared_public(&plain, v->clear + from, false);
    *words = plain.share[0];
    return SOTTO_OK;
}

/* An operand of a product: its words, or its sharing. */
static enum sotto_err factor(struct strand *st, const struct vm_value *v, const void **words, struct shared *x)
{
    return v->clear ? plain_words(st, v, 0, v->n, words) : whole(st, v, MPC_ARITH, x);
}

/* --- products
 * -------------------------------------------------------------------------------------------------- */

struct matrices {
    struct vm_task *t;
    struct gadget_matmul shape;
    struct shared x, y;
    size_t tile_rows;
};

static enum sotto_err matmul_tile(struct strand *st, void *arg, size_t i)
{
    const struct matrices *m = arg;
    struct gadget_matmul shape = m->shape;
    size_t from = i * m->tile_rows, len = vm_value_bits(m->t->dst) / 8;
    struct shared z, x = m->x;

    if (shape.rows > m->tile_rows)
        shape.rows = shape.rows - from < m->tile_rows ? shape.rows - from : m->tile_rows;
    z = result(m->t, from * shape.cols, shape.rows * shape.cols);
    if (shape.x_words)
        shape.x_words = (const uint8_t *)shape.x_words + from * shape.inner * len;
    else
        x = shared_slice(&m->x, from * shape.inner, shape.rows * shape.inner);
    return gadget_matmul(st, &z, &x, &m->y, &shape);
}

static enum sotto_err run_matmul(struct strand *st, struct vm_task *t)
{
    struct matrices m = { .t = t };

    TRY(vm_matmul_shape(st, t, &m.shape));
    TRY(factor(st, t->a, &m.shape.x_words, &m.x));
    TRY(factor(st, t->b, &m.shape.y_words, &m.y));
    if (!t->dst->n)
        return SOTTO_OK;
    m.tile_rows = m.shape.cols < VM_TILE_N ? VM_TILE_N / m.shape.cols : 1;
    return strand_each(st, (m.shape.rows + m.tile_rows - 1) / m.tile_rows, matmul_tile, &m);
}

/* Rows of a tile: as many as make a tile's elements. */
static size_t dot_rows(size_t len)
{
    return len < VM_TILE_N ? VM_TILE_N / (len ? len : 1) : 1;
}

static enum sotto_err dot_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    size_t len = t->dst->n ? t->a->n / t->dst->n : 0, rows = dot_rows(len), from = i * rows;
    const struct vm_value *known = t->a->clear ? t->a : t->b;
    const void *words = NULL;
    struct shared z, x, y;

    rows = t->dst->n - from < rows ? t->dst->n - from : rows;
    z = result(t, from, rows);
    if (!t->a->clear && !t->b->clear) {
        TRY(vm_operand(st, t->a, MPC_ARITH, from * len, rows * len, &x));
        TRY(vm_operand(st, t->b, MPC_ARITH, from * len, rows * len, &y));
        return gadget_dot(st, &z, &x, &y, len);
    }
    TRY(vm_operand(st, t->a->clear ? t->b : t->a, MPC_ARITH, from * len, rows * len, &x));
    TRY(plain_words(st, known, from * len, rows * len, &words));
    TRY(strand_shared(st, &y, MPC_ARITH, x.bits, x.n));
    shared_times_public(&y, &x, words);
    linear_sum_rows(&z, &y, len);
    return SOTTO_OK;
}

static enum sotto_err run_dot(struct strand *st, struct vm_task *t)
{
    size_t rows;

    TRY(vm_dot_check(st, t));
    rows = dot_rows(t->dst->n ? t->a->n / t->dst->n : 0);
    return strand_each(st, (t->dst->n + rows - 1) / rows, dot_tile, t);
}

struct images {
    struct vm_task *t;
    struct gadget_conv2d shape;
    struct shared images, filters;
};

/* One image. */
static enum sotto_err conv2d_tile(struct strand *st, void *arg, size_t i)
{
    const struct images *m = arg;
    struct gadget_conv2d shape = m->shape;
    size_t in = shape.channels * shape.height * shape.width, out = shape.filters * shape.out_h * shape.out_w;
    struct shared z = result(m->t, i * out, out), image = m->images;

    shape.batch = 1;
    if (shape.image_words)
        shape.image_words = (const uint8_t *)shape.image_words + i * in * (vm_value_bits(m->t->dst) / 8);
    else
        image = shared_slice(&m->images, i * in, in);
    return gadget_conv2d(st, &z, &image, &m->filters, &shape);
}

static enum sotto_err run_conv2d(struct strand *st, struct vm_task *t)
{
    struct images m = { .t = t };

    TRY(vm_conv2d_shape(st, t, &m.shape));
    TRY(factor(st, t->a, &m.shape.image_words, &m.images));
    TRY(factor(st, t->b, &m.shape.filter_words, &m.filters));
    return t->dst->n ? strand_each(st, m.shape.batch, conv2d_tile, &m) : SOTTO_OK;
}

/* --- moves
 * ------------------------------------------------------------------------------------------------------- */

static enum sotto_err run_transpose(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, 0, t->dst->n);
    uint64_t cols = 0;

    TRY(vm_transpose_check(st, t, &cols));
    if (t->dst->n)
        linear_transpose(&z, &t->a->form[t->domain].shared, t->a->n / cols, cols);
    return SOTTO_OK;
}

static enum sotto_err gather(struct strand *st, const struct vm_task *t, const struct vm_value *index,
                             const struct vm_value *from)
{
    struct shared z = result(t, 0, t->dst->n);
    size_t *at = strand_alloc(st, t->dst->n, sizeof *at);

    if (!at)
        return st->s->fault.code;
    for (size_t i = 0; i < t->dst->n; i++)
        at[i] = index->clear[i] < from->n ? (size_t)index->clear[i] : from->n;
    linear_gather(&z, &from->form[t->domain].shared, at);
    return SOTTO_OK;
}

static enum sotto_err run_gather(struct strand *st, struct vm_task *t)
{
    TRY(vm_gather_check(st, t));
    return gather(st, t, t->b, t->a);
}

/* --- by secret indices
 * --------------------------------------------------------------------------------------------- */

enum { LOOKUP_TILE_N = 1 << 12 /* what is made of each index takes room */ };

static enum sotto_err lookup_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    size_t from = i * LOOKUP_TILE_N, n = t->dst->n - from < LOOKUP_TILE_N ? t->dst->n - from : LOOKUP_TILE_N;
    struct shared z = result(t, from, n), index, x;

    TRY(vm_operand(st, t->a, MPC_BITS, from, n, &index));
    if (t->b->clear)
        return gadget_lookup_table(st, &z, &index, t->b->clear, t->b->n);
    TRY(whole(st, t->b, t->domain, &x));
    return gadget_lookup(st, &z, &x, &index);
}

static enum sotto_err run_lookup(struct strand *st, struct vm_task *t)
{
    if (t->a->clear)
        return gather(st, t, t->a, t->b);
    TRY(vm_lookup_check(st, t));
    return strand_each(st, (t->dst->n + LOOKUP_TILE_N - 1) / LOOKUP_TILE_N, lookup_tile, t);
}

static enum sotto_err run_store(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, 0, t->dst->n), index, x, value;

    TRY(vm_operand(st, t->a, MPC_BITS, 0, 1, &index));
    TRY(whole(st, t->b, t->domain, &x));
    TRY(vm_operand(st, t->c, t->domain, 0, 1, &value));
    return gadget_store(st, &z, &x, &index, &value);
}

/* --- scans
 * -----------------------------------------------------------------------------------------------------------
 */

static enum sotto_err run_prefix(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, 0, t->dst->n);

    (void)st;
    linear_prefix_sum(&z, &t->a->form[MPC_ARITH].shared);
    return SOTTO_OK;
}

static enum sotto_err run_scan(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, 0, t->dst->n), first, x;
    struct gadget_scan how = { .op = vm_scan_op(t),
                               .is_signed = image_elem_signed((enum image_elem)t->dst->elem),
                               .backward = vm_scan_backward(t),
                               .first = &first };

    TRY(whole(st, t->a, MPC_BITS, &first));
    TRY(whole(st, t->b, t->domain, &x));
    return gadget_scan(st, &z, &x, &how);
}

enum sotto_err vm_run_linear(struct strand *st, struct vm_task *t)
{
    switch ((enum image_op)t->in->op) {
    case IMAGE_MATMUL:
        return run_matmul(st, t);
    case IMAGE_DOT:
        return run_dot(st, t);
    case IMAGE_CONV2D:
        return run_conv2d(st, t);
    case IMAGE_TRANSPOSE:
        return run_transpose(st, t);
    case IMAGE_GATHER:
        return run_gather(st, t);
    case IMAGE_LOOKUP:
        return run_lookup(st, t);
    case IMAGE_STORE:
        return run_store(st, t);
    case IMAGE_PREFIX:
        return run_prefix(st, t);
    default:
        return run_scan(st, t);
    }
}
