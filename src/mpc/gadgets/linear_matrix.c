/* linear_matrix.c - products of matrices and convolutions: only the result is sent. docs/protocols/linear.md.
 */
#include "mpc/mpc.h"

/* `batch` products of one shape, one after another in z: rows x inner times inner x cols. Words from a matrix
 * of x to the next, and of y; 0: the same for all. */
struct matrices {
    size_t rows, inner, cols, x_next, y_next;
    struct ring_view x, y;
    const void *x_words, *y_words; /* of a public operand */
};

static struct ring_view view_of(const struct ring_view *shape, const struct ring_sum *sum, size_t skip_len)
{
    struct ring_view v = *shape;

    v.sum = *sum;
    for (int i = 0; i < 2; i++)
        if (v.sum.at[i])
            v.sum.at[i] = (const uint8_t *)v.sum.at[i] + skip_len;
    return v;
}

/* Words w0..w0+wn of z: the rest of a row, whole rows of one matrix, the start of a row. */
static void add_words(const struct bilinear *b, void *out, size_t w0, size_t wn, bool minus,
                      const struct ring_sum *x, const struct ring_sum *y)
{
    const struct matrices *m = b->shape;
    const struct ring_kernels *k = shared_kernels(&b->z);
    size_t end = w0 + wn, words;

    for (size_t at = w0; at < end; at += words) {
        size_t row = at / m->cols, matrix = row / m->rows, col = at % m->cols;
        struct ring_block block = { row % m->rows, 1, m->inner, col, m->cols - col };
        struct ring_view xv = view_of(&m->x, x, matrix * m->x_next * k->word_len),
                         yv = view_of(&m->y, y, matrix * m->y_next * k->word_len);

        if (block.cols > end - at)
            block.cols = end - at;
        if (block.cols == m->cols) {
            block.rows = (end - at) / m->cols;
            if (block.rows > m->rows - block.row0)
                block.rows = m->rows - block.row0;
        }
        words = block.rows * block.cols;
        ring_matrix_add(k, (uint8_t *)out + (at - w0) * k->word_len, block.cols, minus, block, &xv, &yv,
                        b->work);
    }
}

/* Entry (r, c) of a view of plain words, or zero outside of an image. */
static void copy_entry(const struct ring_view *v, void *out, size_t at, const uint8_t *row, size_t r, size_t c,
                       size_t word_len)
{
    const struct ring_window *w = v->window;
    size_t y, x;

    if (!w) {
        ring_copy_word(out, at, row, r * v->row_step + c * v->col_step, word_len);
        return;
    }
    y = c / w->out_w * w->stride + r / w->window_w % w->window_h; /* with the padding */
    x = c % w->out_w * w->stride + r % w->window_w;
    if (y < w->pad || y - w->pad >= w->height || x < w->pad || x - w->pad >= w->width)
        memset((uint8_t *)out + at * word_len, 0, word_len);
    else
        ring_copy_word(out, at, row,
                       (r / (w->window_w * w->window_h) * w->height + y - w->pad) * w->width + x - w->pad,
                       word_len);
}

static void factor(const struct bilinear *b, void *out, size_t t, bool of_y, size_t w0, size_t wn,
                   const void *row)
{
    const struct matrices *m = b->shape;
    size_t word_len = shared_kernels(&b->z)->word_len;

    for (size_t i = 0; i < wn; i++) {
        size_t at = w0 + i, matrix = at / m->cols / m->rows, r = at / m->cols % m->rows, c = at % m->cols;
        const uint8_t *from = (const uint8_t *)row + matrix * (of_y ? m->y_next : m->x_next) * word_len;

        if (of_y)
            copy_entry(&m->y, out, i, from, t, c, word_len);
        else
            copy_entry(&m->x, out, i, from, r, t, word_len);
    }
}

static enum sotto_err run(struct strand *st, struct shared *z, const struct shared *x, const struct shared *y,
                          const struct matrices *m)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct bilinear b = { .z = *z,
                          .x = m->x_words ? *z : *x,
                          .y = m->y_words ? *z : *y,
                          .add = add_words,
                          .factor = factor,
                          .terms = m->inner,
                          .apart = !m->y.window || !m->y.window->pad,
                          .shape = m,
                          .work = strand_alloc(st, 1, RING_MATRIX_WORK_LEN) };

    assert(z->domain == MPC_ARITH && !(m->x_words && m->y_words));
    assert((m->x_words || x->bits == z->bits) && (m->y_words || y->bits == z->bits));
    if (!b.work)
        return st->s->fault.code;
    if (m->x_words || m->y_words)
        mpc_bilinear_public(&b, m->x_words, m->y_words);
    else if (z->n && m->inner)
        TRY(st->s->protocol->bilinear(st, &b));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_matmul(struct strand *st, struct shared *z, const struct shared *x,
                             const struct shared *y, const struct gadget_matmul *shape)
{
    const size_t rows = shape->rows, inner = shape->inner, cols = shape->cols;
    const struct matrices m = {
        .rows = rows,
        .inner = inner,
        .cols = cols,
        .x = { .row_step = shape->x_transposed ? 1 : inner, .col_step = shape->x_transposed ? rows : 1 },
        .y = { .row_step = shape->y_transposed ? 1 : cols, .col_step = shape->y_transposed ? inner : 1 },
        .x_words = shape->x_words,
        .y_words = shape->y_words,
    };

    assert(z->n == rows * cols && (shape->x_words || x->n == rows * inner));
    assert(shape->y_words || y->n == inner * cols);
    return run(st, z, x, y, &m);
}

bool gadget_conv2d_shape(struct gadget_conv2d *c)
{
    size_t h = c->height + 2 * c->pad, w = c->width + 2 * c->pad;

    if (!c->stride || !c->window_h || !c->window_w || c->window_h > h || c->window_w > w)
        return false;
    c->out_h = (h - c->window_h) / c->stride + 1;
    c->out_w = (w - c->window_w) / c->stride + 1;
    return true;
}

/* One matrix of filters times every image's view through the window. */
enum sotto_err gadget_conv2d(struct strand *st, struct shared *z, const struct shared *images,
                             const struct shared *filters, const struct gadget_conv2d *c)
{
    const struct ring_window window = { .channels = c->channels,
                                        .height = c->height,
                                        .width = c->width,
                                        .window_h = c->window_h,
                                        .window_w = c->window_w,
                                        .stride = c->stride,
                                        .pad = c->pad,
                                        .out_h = c->out_h,
                                        .out_w = c->out_w };
    const size_t inner = c->channels * c->window_h * c->window_w;
    const struct matrices m = { .rows = c->filters,
                                .inner = inner,
                                .cols = c->out_h * c->out_w,
                                .y_next = c->channels * c->height * c->width,
                                .x = { .row_step = inner, .col_step = 1 },
                                .y = { .window = &window },
                                .x_words = c->filter_words,
                                .y_words = c->image_words };

    assert(c->image_words || images->n == c->batch * m.y_next);
    assert(c->filter_words || filters->n == c->filters * inner);
    assert(z->n == c->batch * c->filters * m.cols);
    return run(st, z, filters, images, &m);
}
