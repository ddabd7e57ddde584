/* cases_linear_matrix.c - inner products, matrix products, convolutions. docs/protocols/linear.md */
#include "lib/gadget_case.h"

#include "lib/testing.h"

static unsigned bits_of(const struct case_run *r)
{
    return r->c->out[0].bits;
}

/* The cost of a bilinear map is that of a product of the result's size. */
static void cost_of_result(struct cost *c, const struct case_run *r)
{
    unsigned k = bits_of(r), word_len = k == 128 || k < 61 ? k / 8 : k == 61 ? 8 : k <= 64 ? 8 : 32;

    if (r->c->out[0].domain == MPC_ARITH)
        cost_products(c, 1, word_len * r->out_n[0], word_len);
    else
        cost_products(c, k, cost_plane(r->out_n[0]), 8); /* joint inputs for bits, too */
}

/* --- plain values of up to 128 bits -------------------------------------------------------------------------
 */

__extension__ typedef unsigned __int128 u128;

static u128 value(const struct case_run *r, size_t i, size_t e)
{
    return r->c->in[i].bits > 64 ? (u128)r->in[i][2 * e + 1] << 64 | r->in[i][2 * e] : r->in[i][e];
}

static void set(const struct case_run *r, size_t e, u128 v)
{
    if (bits_of(r) > 64) {
        r->out[0][2 * e] = (uint64_t)v;
        r->out[0][2 * e + 1] = (uint64_t)(v >> 64);
    } else {
        r->out[0][e] = case_cut((uint64_t)v, bits_of(r));
    }
}

/* --- inner products: arg elements each; BITS: x may have a single plane ------------------------------------
 */

static size_t rows_n(const struct gadget_case *c, size_t n)
{
    return (size_t)c->arg * n;
}

static enum sotto_err run_dot(struct strand *st, const struct case_run *r, const struct shared *in,
                              struct shared *out)
{
    return gadget_dot(st, &out[0], &in[0], &in[1], (size_t)r->c->arg);
}

static void want_dot(const struct case_run *r)
{
    size_t len = (size_t)r->c->arg;

    for (size_t j = 0; j < r->n; j++) {
        u128 sum = 0;

        for (size_t e = j * len; e < (j + 1) * len; e++) {
            u128 x = value(r, 0, e), y = value(r, 1, e);

            if (r->c->in[0].domain == MPC_BITS)
                sum ^= (r->c->in[0].bits == 1 ? -x : x) & y;
            else
                sum += x * y;
        }
        set(r, j, sum);
    }
}

#define DOT(d, kx, k, len)                                                                                     \
    {                                                                                                          \
        .name = "dot " #d " " #k " of " #len, .in = { { d, kx, rows_n }, { d, k, rows_n } },                   \
        .out = { { d, k, NULL } }, .arg = len, .run = run_dot, .want = want_dot, .small = 1,                   \
        .cost = cost_of_result                                                                                 \
    }

/* --- matrices ------------------------------------------------------------------------------------------------
 */

static const struct gadget_matmul *shape_of(const struct gadget_case *c)
{
    return c->data;
}
static size_t x_n(const struct gadget_case *c, size_t n)
{
    return n * shape_of(c)->inner;
}
static size_t y_n(const struct gadget_case *c, size_t n)
{
    (void)n;
    return shape_of(c)->inner * shape_of(c)->cols;
}
static size_t z_n(const struct gadget_case *c, size_t n)
{
    return n * shape_of(c)->cols;
}

static enum sotto_err run_matmul(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    struct gadget_matmul shape = *shape_of(r->c);

    shape.rows = r->n;
    return gadget_matmul(st, &out[0], &in[0], &in[1], &shape);
}

static void want_matmul(const struct case_run *r)
{
    const struct gadget_matmul *s = shape_of(r->c);

    for (size_t i = 0; i < r->n; i++)
        for (size_t j = 0; j < s->cols; j++) {
            u128 sum = 0;

            for (size_t t = 0; t < s->inner; t++)
                sum += value(r, 0, s->x_transposed ? t * r->n + i : i * s->inner + t) *
                       value(r, 1, s->y_transposed ? j * s->inner + t : t * s->cols + j);
            set(r, i * s->cols + j, sum);
        }
}

#define MATMUL(k, inner, cols, xt, yt, ...)                                                                    \
    {                                                                                                          \
        .name = "matmul " #k " by " #inner " by " #cols " " #xt " " #yt,                                       \
        .in = { { MPC_ARITH, k, x_n }, { MPC_ARITH, k, y_n } }, .out = { { MPC_ARITH, k, z_n } },              \
        .data = &(const struct gadget_matmul){ 0, inner, cols, xt, yt, NULL, NULL }, .run = run_matmul,        \
        .want = want_matmul, .cost = cost_of_result, .sizes = {                                                \
            __VA_ARGS__                                                                                        \
        }                                                                                                      \
    }

/* --- convolutions: a batch of n
 * -------------------------------------------------------------------------------- */

static struct gadget_conv2d conv_of(const struct gadget_case *c, size_t n)
{
    struct gadget_conv2d s = *(const struct gadget_conv2d *)c->data;

    s.batch = n;
    assert_true(gadget_conv2d_shape(&s));
    return s;
}
static size_t images_n(const struct gadget_case *c, size_t n)
{
    struct gadget_conv2d s = conv_of(c, n);

    return n * s.channels * s.height * s.width;
}
static size_t filters_n(const struct gadget_case *c, size_t n)
{
    struct gadget_conv2d s = conv_of(c, n);

    return s.filters * s.channels * s.window_h * s.window_w;
}
static size_t results_n(const struct gadget_case *c, size_t n)
{
    struct gadget_conv2d s = conv_of(c, n);

    return n * s.filters * s.out_h * s.out_w;
}

static enum sotto_err run_conv2d(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    struct gadget_conv2d s = conv_of(r->c, r->n);

    return gadget_conv2d(st, &out[0], &in[0], &in[1], &s);
}

/* One entry, as the header says. */
static u128 window_sum(const struct case_run *r, const struct gadget_conv2d *s, size_t b, size_t f, size_t y,
                       size_t x)
{
    u128 sum = 0;

    for (size_t c = 0; c < s->channels; c++)
        for (size_t i = 0; i < s->window_h; i++)
            for (size_t j = 0; j < s->window_w; j++) {
                long at_y = (long)(y * s->stride + i) - (long)s->pad,
                     at_x = (long)(x * s->stride + j) - (long)s->pad;

                if (at_y < 0 || at_x < 0 || at_y >= (long)s->height || at_x >= (long)s->width)
                    continue;
                sum +=
                    value(r, 0, ((b * s->channels + c) * s->height + (size_t)at_y) * s->width + (size_t)at_x) *
                    value(r, 1, ((f * s->channels + c) * s->window_h + i) * s->window_w + j);
            }
    return sum;
}

static void want_conv2d(const struct case_run *r)
{
    struct gadget_conv2d s = conv_of(r->c, r->n);
    size_t e = 0;

    for (size_t b = 0; b < s.batch; b++)
        for (size_t f = 0; f < s.filters; f++)
            for (size_t y = 0; y < s.out_h; y++)
                for (size_t x = 0; x < s.out_w; x++)
                    set(r, e++, window_sum(r, &s, b, f, y, x));
}

#define CONV2D(k, ...)                                                                                         \
    {                                                                                                          \
        .name = "conv2d " #k " " #__VA_ARGS__,                                                                 \
        .in = { { MPC_ARITH, k, images_n }, { MPC_ARITH, k, filters_n } },                                     \
        .out = { { MPC_ARITH, k, results_n } },                                                                \
        .data = &(const struct gadget_conv2d){ 0, __VA_ARGS__, NULL, NULL }, .run = run_conv2d,                \
        .want = want_conv2d, .cost = cost_of_result, .sizes = {                                                \
            1,                                                                                                 \
            3,                                                                                                 \
            0                                                                                                  \
        }                                                                                                      \
    }

const struct gadget_case cases_linear_matrix[] = {
    DOT(MPC_ARITH, 8, 8, 3),
    DOT(MPC_ARITH, 16, 16, 1),
    DOT(MPC_ARITH, 32, 32, 70),
    DOT(MPC_ARITH, 64, 64, 2100),
    DOT(MPC_ARITH, 128, 128, 5),
    DOT(MPC_BITS, 1, 1, 7),
    DOT(MPC_BITS, 1, 5, 64),
    DOT(MPC_BITS, 9, 9, 100),
    DOT(MPC_BITS, 1, 2, 3001),
    MATMUL(8, 5, 7, false, false, 1, 2, 9, 0),
    MATMUL(16, 130, 3, false, false, 1, 9, 70, 0),
    MATMUL(32, 33, 100, true, false, 1, 3, 70, 0),
    MATMUL(8, 140, 270, false, false, 1, 4, 65, 0),
    MATMUL(64, 130, 40, false, false, 1, 4, 65, 0),
    MATMUL(64, 16, 17, true, true, 1, 5, 9, 0),
    MATMUL(64, 129, 2, false, true, 1, 5, 0),
    MATMUL(128, 7, 5, false, true, 1, 4, 0),
    CONV2D(64, 1, 5, 5, 2, 3, 3, 1, 1, 0, 0),
    CONV2D(32, 3, 8, 7, 5, 3, 2, 2, 1, 0, 0),
    CONV2D(16, 2, 9, 9, 2, 5, 5, 1, 0, 0, 0),
    CONV2D(8, 1, 6, 6, 9, 1, 1, 3, 2, 0, 0),
};
const size_t cases_linear_matrix_n = COUNT_OF(cases_linear_matrix);
