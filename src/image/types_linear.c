/* types_linear.c - vectors and matrices: what their instructions take. Products of sizes are known when the job
 * is. */
#include "image/internal.h"

static const unsigned conv2d_bits[7] = { 12, 14, 14, 6, 6, 6, 6 };

uint64_t image_conv2d_pack(const struct image_conv2d *c)
{
    const uint64_t part[7] = { c->channels, c->height, c->width, c->window_h, c->window_w, c->stride, c->pad };
    uint64_t v = 0;

    for (unsigned i = 7; i-- > 0;)
        v = v << conv2d_bits[i] | part[i];
    return v;
}

struct image_conv2d image_conv2d_unpack(uint64_t constant)
{
    uint32_t part[7];

    for (unsigned i = 0; i < 7; i++) {
        part[i] = (uint32_t)(constant & (((uint64_t)1 << conv2d_bits[i]) - 1));
        constant >>= conv2d_bits[i];
    }
    return (struct image_conv2d){ part[0], part[1], part[2], part[3], part[4], part[5], part[6] };
}

static bool is_vector(const struct image_reg *r)
{
    return r->size != IMAGE_NONE;
}

static bool same_size(const struct image *im, const struct image_reg *a, const struct image_reg *b)
{
    return image_same_size(im, a->size, b->size);
}

static enum sotto_err want_integers(const struct image_check *c, const struct image_reg *const r[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r[i]->elem == IMAGE_BOOL)
            return image_complain(c, "an operand is bool, an integer expected");
        if (r[i]->elem != r[0]->elem)
            return image_complain(c, "an operand is not %s as dst is", image_elem_name(r[0]->elem));
    }
    return SOTTO_OK;
}

static enum sotto_err want_vector(const struct image_check *c, const char *what, const struct image_reg *r)
{
    return is_vector(r) ? SOTTO_OK : image_complain(c, "%s is a scalar, a vector expected", what);
}

static enum sotto_err want_index(const struct image_check *c, const struct image_reg *r, bool is_unsigned)
{
    if (r->elem == IMAGE_BOOL || (is_unsigned && image_elem_signed(r->elem)))
        return image_complain(c, "the index is %s, an %sinteger expected", image_elem_name(r->elem),
                              is_unsigned ? "unsigned " : "");
    return SOTTO_OK;
}

static enum sotto_err want_like_dst(const struct image_check *c, const struct image_reg *dst,
                                    const struct image_reg *r)
{
    if (r->elem != dst->elem)
        return image_complain(c, "the vector is %s, dst %s", image_elem_name(r->elem),
                              image_elem_name(dst->elem));
    return want_vector(c, "the vector", r);
}

static enum sotto_err check_scan(const struct image_check *c, const struct image_insn *in,
                                 const struct image_reg *dst, const struct image_reg *first,
                                 const struct image_reg *values)
{
    uint64_t kind = c->im->consts[in->c];

    if (kind > 13 || kind % 8 > 5)
        return image_complain(c, "%llu is no kind of scan", (unsigned long long)kind);
    if (first->elem != IMAGE_BOOL)
        return image_complain(c, "operand a is %s, bool expected", image_elem_name(first->elem));
    TRY(want_like_dst(c, dst, values));
    if (!same_size(c->im, dst, values) || !same_size(c->im, dst, first))
        return image_complain(c, "the sizes of dst and the operands differ");
    if (dst->elem == IMAGE_BOOL && (kind % 8 == 1 || kind % 8 >= 4))
        return image_complain(c, "dst is bool, an integer expected");
    return SOTTO_OK;
}

static enum sotto_err check_products(const struct image_check *c, const struct image_insn *in,
                                     const struct image_reg *dst, const struct image_reg *a,
                                     const struct image_reg *b)
{
    const struct image_reg *const operands[] = { dst, a, b };
    struct image_conv2d s;

    TRY(want_integers(c, operands, 3));
    TRY(want_vector(c, "operand a", a));
    TRY(want_vector(c, "operand b", b));
    if (in->op != IMAGE_CONV2D)
        return SOTTO_OK;
    s = image_conv2d_unpack(c->im->consts[in->c]);
    if (!s.channels || !s.height || !s.width || !s.window_h || !s.window_w || !s.stride)
        return image_complain(c, "constant %u is no shape of a convolution: a part of it is 0", in->c);
    if (s.window_h > s.height + 2 * s.pad || s.window_w > s.width + 2 * s.pad)
        return image_complain(c, "a window of %u x %u does not fit in an image of %u x %u", s.window_h,
                              s.window_w, s.height, s.width);
    return want_vector(c, "dst", dst);
}

enum sotto_err image_check_linear(const struct image_check *c)
{
    const struct image_insn *in = &c->im->code[c->at];
    const struct image_op_info *op = image_op_info(in->op);
    const struct image_reg *dst = &c->im->regs[in->dst], *a = &c->im->regs[in->a],
                           *b = op->operand[2] == 'R' ? &c->im->regs[in->b] : dst,
                           *last = op->operand[3] == 'R' ? &c->im->regs[in->c] : dst;

    switch ((enum image_op)in->op) {
    case IMAGE_TRANSPOSE:
    case IMAGE_PREFIX:
        TRY(want_like_dst(c, dst, a));
        if (in->op == IMAGE_PREFIX && dst->elem == IMAGE_BOOL)
            return image_complain(c, "dst is bool, an integer expected");
        return same_size(c->im, dst, a) ? SOTTO_OK : image_complain(c, "the sizes of dst and operand a differ");
    case IMAGE_GATHER:
        if (b->secret)
            return image_complain(c, "the index is secret, a public value expected; LOOKUP takes secret ones");
        TRY(want_index(c, b, false));
        TRY(want_like_dst(c, dst, a));
        return same_size(c->im, dst, b) ? SOTTO_OK : image_complain(c, "the sizes of dst and the index differ");
    case IMAGE_LOOKUP:
        TRY(want_index(c, a, true));
        TRY(want_like_dst(c, dst, b));
        return same_size(c->im, dst, a) ? SOTTO_OK : image_complain(c, "the sizes of dst and the index differ");
    case IMAGE_STORE:
        TRY(want_index(c, a, true));
        TRY(want_like_dst(c, dst, b));
        if (is_vector(a) || is_vector(last) || last->elem != dst->elem)
            return image_complain(c, "index and new element are scalars, the element of dst's type");
        return same_size(c->im, dst, b) ? SOTTO_OK
                                        : image_complain(c, "the sizes of dst and the vector differ");
    case IMAGE_SCAN:
        return check_scan(c, in, dst, a, b);
    default:
        return check_products(c, in, dst, a, b);
    }
}
