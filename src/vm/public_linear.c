/* public_linear.c - the instructions on vectors and matrices: do their sizes fit, and what they make of what
 * all know. */
#include "vm/internal.h"

/* --- sizes
 * -------------------------------------------------------------------------------------------------------- */

static enum sotto_err no_fit(struct strand *st, const struct vm_task *t, const char *what)
{
    return strand_fail(st, SOTTO_ERR_INPUT,
                       "line %u: %s of %zu and %zu elements do not make %zu: choose sizes that fit",
                       t->in->line, what, t->a->n, t->b ? t->b->n : 0, t->dst->n);
}

enum sotto_err vm_matmul_shape(struct strand *st, const struct vm_task *t, struct gadget_matmul *shape)
{
    uint64_t inner = 0;

    TRY(vm_size_of(st, t->vm, t->in->c, &inner));
    if (!inner || t->a->n % inner || t->b->n % inner)
        return no_fit(st, t, "matrices");
    *shape = (struct gadget_matmul){ .rows = t->a->n / inner, .inner = inner, .cols = t->b->n / inner };
    if (shape->cols && shape->rows > t->dst->n / shape->cols)
        return no_fit(st, t, "matrices");
    return shape->rows * shape->cols == t->dst->n ? SOTTO_OK : no_fit(st, t, "matrices");
}

enum sotto_err vm_dot_check(struct strand *st, const struct vm_task *t)
{
    uint64_t len = 0;

    TRY(vm_size_of(st, t->vm, t->in->c, &len));
    if (t->a->n != t->b->n || (len ? t->a->n % len != 0 || t->a->n / len != t->dst->n : t->a->n != 0))
        return no_fit(st, t, "rows");
    return SOTTO_OK;
}

enum sotto_err vm_conv2d_shape(struct strand *st, const struct vm_task *t, struct gadget_conv2d *shape)
{
    const struct image_conv2d c = image_conv2d_unpack(t->vm->image->consts[t->in->c]);
    struct gadget_conv2d s = { .channels = c.channels,
                               .height = c.height,
                               .width = c.width,
                               .window_h = c.window_h,
                               .window_w = c.window_w,
                               .stride = c.stride,
                               .pad = c.pad };
    size_t image = s.channels * s.height * s.width, filter = s.channels * s.window_h * s.window_w;

    if (!gadget_conv2d_shape(&s) || t->a->n % image || t->b->n % filter)
        return no_fit(st, t, "images and filters");
    s.batch = t->a->n / image;
    s.filters = t->b->n / filter;
    if (s.filters && s.batch > t->dst->n / (s.out_h * s.out_w) / s.filters)
        return no_fit(st, t, "images and filters");
    if (s.batch * s.filters * s.out_h * s.out_w != t->dst->n)
        return no_fit(st, t, "images and filters");
    *shape = s;
    return SOTTO_OK;
}

enum sotto_err vm_transpose_check(struct strand *st, const struct vm_task *t, uint64_t *cols)
{
    TRY(vm_size_of(st, t->vm, t->in->b, cols));
    return (*cols ? t->a->n % *cols : t->a->n) == 0 ? SOTTO_OK : no_fit(st, t, "rows");
}

enum sotto_err vm_gather_check(struct strand *st, const struct vm_task *t)
{
    for (size_t i = 0; i < t->dst->n; i++)
        if (t->b->clear[i] >= t->a->n)
            return strand_fail(st, SOTTO_ERR_INPUT,
                               "line %u: index %lld is out of range, the vector has %zu elements", t->in->line,
                               (long long)t->b->clear[i], t->a->n);
    return SOTTO_OK;
}

enum sotto_err vm_lookup_check(struct strand *st, const struct vm_task *t)
{
    enum { TABLE_N_MAX = 1 << 24 };

    if (t->b->clear && t->b->n > TABLE_N_MAX)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "line %u: a table of %zu elements, %d are possible",
                           t->in->line, t->b->n, TABLE_N_MAX);
    return SOTTO_OK;
}

/* --- kinds of scans: the constants of opcodes.def
 * -------------------------------------------------------------------- */

enum { SCAN_BACKWARD = 8 };

enum linear_op vm_scan_op(const struct vm_task *t)
{
    static const enum linear_op op[] = {
        LINEAR_COPY, LINEAR_SUM, LINEAR_OR, LINEAR_AND, LINEAR_MIN, LINEAR_MAX
    };

    return op[t->vm->image->consts[t->in->c] % SCAN_BACKWARD];
}

bool vm_scan_backward(const struct vm_task *t)
{
    return t->vm->image->consts[t->in->c] >= SCAN_BACKWARD;
}

/* --- what all know
 * --------------------------------------------------------------------------------------------------- */

static uint64_t cut(const struct vm_task *t, uint64_t v)
{
    return vm_canonical((enum image_elem)t->dst->elem, v);
}

static enum sotto_err matmul(struct strand *st, const struct vm_task *t)
{
    struct gadget_matmul s = { .rows = 0 };

    TRY(vm_matmul_shape(st, t, &s));
    for (size_t i = 0; i < s.rows; i++)
        for (size_t j = 0; j < s.cols; j++) {
            uint64_t sum = 0;

            for (size_t k = 0; k < s.inner; k++)
                sum += t->a->clear[i * s.inner + k] * t->b->clear[k * s.cols + j];
            t->dst->clear[i * s.cols + j] = cut(t, sum);
        }
    return SOTTO_OK;
}

static enum sotto_err dot(struct strand *st, const struct vm_task *t)
{
    TRY(vm_dot_check(st, t));
    for (size_t j = 0; j < t->dst->n; j++) {
        size_t len = t->a->n / t->dst->n;
        uint64_t sum = 0;

        for (size_t e = j * len; e < (j + 1) * len; e++)
            sum += t->a->clear[e] * t->b->clear[e];
        t->dst->clear[j] = cut(t, sum);
    }
    return SOTTO_OK;
}

/* One entry: where the window lies outside of the image, there are zeros. */
static uint64_t window(const struct vm_task *t, const struct gadget_conv2d *s, size_t image, size_t filter,
                       size_t y, size_t x)
{
    uint64_t sum = 0;

    for (size_t c = 0; c < s->channels; c++)
        for (size_t i = 0; i < s->window_h; i++)
            for (size_t j = 0; j < s->window_w; j++) {
                size_t at_y = y * s->stride + i - s->pad, at_x = x * s->stride + j - s->pad;

                if (at_y < s->height && at_x < s->width) /* negative ones are large */
                    sum += t->a->clear[((image * s->channels + c) * s->height + at_y) * s->width + at_x] *
                           t->b->clear[((filter * s->channels + c) * s->window_h + i) * s->window_w + j];
            }
    return cut(t, sum);
}

static enum sotto_err conv2d(struct strand *st, const struct vm_task *t)
{
    struct gadget_conv2d s = { .batch = 0 };
    size_t e = 0;

    TRY(vm_conv2d_shape(st, t, &s));
    for (size_t image = 0; image < s.batch; image++)
        for (size_t filter = 0; filter < s.filters; filter++)
            for (size_t y = 0; y < s.out_h; y++)
                for (size_t x = 0; x < s.out_w; x++)
                    t->dst->clear[e++] = window(t, &s, image, filter, y, x);
    return SOTTO_OK;
}

static enum sotto_err transpose(struct strand *st, const struct vm_task *t)
{
    uint64_t cols = 0;

    TRY(vm_transpose_check(st, t, &cols));
    for (size_t i = 0; i < t->a->n; i++)
        t->dst->clear[i % cols * (t->a->n / cols) + i / cols] = t->a->clear[i];
    return SOTTO_OK;
}

static void read_at(const struct vm_task *t, const struct vm_value *index, const struct vm_value *from)
{
    for (size_t i = 0; i < t->dst->n; i++)
        t->dst->clear[i] = index->clear[i] < from->n ? from->clear[index->clear[i]] : 0;
}

static uint64_t join(const struct vm_task *t, uint64_t x, uint64_t y)
{
    bool less = image_elem_signed((enum image_elem)t->dst->elem) ? (int64_t)x < (int64_t)y : x < y;

    switch (vm_scan_op(t)) {
    case LINEAR_COPY:
        return x;
    case LINEAR_SUM:
        return cut(t, x + y);
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

static void scan(const struct vm_task *t)
{
    bool backward = vm_scan_backward(t);
    size_t n = t->dst->n, before = 0;

    for (size_t i = 0; i < n; i++) {
        size_t at = backward ? n - 1 - i : i;

        t->dst->clear[at] =
            i && !t->a->clear[at] ? join(t, t->dst->clear[before], t->b->clear[at]) : t->b->clear[at];
        before = at;
    }
}

enum sotto_err vm_run_linear_known(struct strand *st, struct vm_task *t)
{
    switch ((enum image_op)t->in->op) {
    case IMAGE_MATMUL:
        return matmul(st, t);
    case IMAGE_DOT:
        return dot(st, t);
    case IMAGE_CONV2D:
        return conv2d(st, t);
    case IMAGE_TRANSPOSE:
        return transpose(st, t);
    case IMAGE_GATHER:
        TRY(vm_gather_check(st, t));
        read_at(t, t->b, t->a);
        return SOTTO_OK;
    case IMAGE_LOOKUP:
        read_at(t, t->a, t->b);
        return SOTTO_OK;
    case IMAGE_STORE:
        memcpy(t->dst->clear, t->b->clear, t->b->n * sizeof *t->b->clear);
        if (t->a->clear[0] < t->b->n)
            t->dst->clear[t->a->clear[0]] = t->c->clear[0];
        return SOTTO_OK;
    case IMAGE_PREFIX:
        for (size_t i = 0; i < t->dst->n; i++)
            t->dst->clear[i] = cut(t, t->a->clear[i] + (i ? t->dst->clear[i - 1] : 0));
        return SOTTO_OK;
    default:
        scan(t);
        return SOTTO_OK;
    }
}
