/* types_data.c - tables: rows of planes, what they are made of and how they move. */
#include "image/internal.h"

static unsigned planes_of(const struct image_reg *r)
{
    return r->elem == IMAGE_ROW ? r->planes : image_elem_bits(r->elem);
}

/* Rows, or the column of a vector: what is secret and can be cut in planes. */
static enum sotto_err want_table(const struct image_check *c, const char *what, const struct image_reg *r)
{
    if (!r->secret || r->size == IMAGE_NONE)
        return image_complain(c, "%s is no secret vector", what);
    return SOTTO_OK;
}

static enum sotto_err want_same_planes(const struct image_check *c, const struct image_reg *dst,
                                       const struct image_reg *a)
{
    if (dst->elem != a->elem || planes_of(dst) != planes_of(a))
        return image_complain(c, "dst and operand a are of different types");
    return SOTTO_OK;
}

static enum sotto_err want_same_size(const struct image_check *c, const struct image_reg *dst,
                                     const struct image_reg *a, const char *what)
{
    if (!image_same_size(c->im, dst->size, a->size))
        return image_complain(c, "the sizes of dst and operand %s differ", what);
    return SOTTO_OK;
}

/* Constants from..from+planes of a row. */
static enum sotto_err want_planes(const struct image_check *c, const struct image_reg *a, uint64_t from,
                                  uint64_t planes)
{
    unsigned have = planes_of(a);

    if (!planes || from > have || planes > have - from)
        return image_complain(c, "planes %llu to %llu, but operand a has %u", (unsigned long long)from,
                              (unsigned long long)from + planes, have);
    return SOTTO_OK;
}

static enum sotto_err check_pack(const struct image_check *c, const struct image_reg *dst,
                                 const struct image_reg *a, const struct image_reg *b)
{
    if (dst->elem != IMAGE_ROW)
        return image_complain(c, "dst is no row");
    if (!a->secret && !b->secret)
        return image_complain(c, "public operands, but rows are secret; COPY makes a public value secret");
    if (a->size != IMAGE_NONE)
        TRY(want_same_size(c, dst, a, "a"));
    if (b->size != IMAGE_NONE)
        TRY(want_same_size(c, dst, b, "b"));
    if (planes_of(a) + planes_of(b) != dst->planes)
        return image_complain(c, "dst has %u planes, the operands %u and %u", dst->planes, planes_of(a),
                              planes_of(b));
    return SOTTO_OK;
}

/* Keys, which of them count, and perhaps values, of one size; the groups are dst's elements. */
static enum sotto_err check_group(const struct image_check *c, const struct image_reg *dst,
                                  const struct image_reg *a, const struct image_reg *b,
                                  const struct image_reg *v)
{
    bool sums = c->im->code[c->at].op == IMAGE_GROUP;

    if (dst->elem == IMAGE_BOOL || dst->elem == IMAGE_ROW)
        return image_complain(c, "dst is no vector of integers");
    if (a->elem == IMAGE_BOOL || a->elem == IMAGE_ROW || !a->secret || a->size == IMAGE_NONE)
        return image_complain(c, "the keys are no secret vector of integers");
    if (b->elem != IMAGE_BOOL)
        return image_complain(c, "operand b is %s, bool expected", image_elem_name(b->elem));
    if (b->size != IMAGE_NONE && !image_same_size(c->im, a->size, b->size))
        return image_complain(c, "the sizes of operands a and b differ");
    if (!sums)
        return SOTTO_OK;
    if (v->elem != dst->elem)
        return image_complain(c, "operand c is %s, %s expected", image_elem_name(v->elem),
                              image_elem_name(dst->elem));
    if (!v->secret || !image_same_size(c->im, a->size, v->size))
        return image_complain(c, "the values are no secret vector of the keys' size");
    return SOTTO_OK;
}

static enum sotto_err check_match(const struct image_check *c, const struct image_reg *dst,
                                  const struct image_reg *a, const struct image_reg *b, uint64_t key)
{
    if (dst->elem != IMAGE_ROW || a->elem != IMAGE_ROW || b->elem != IMAGE_ROW)
        return image_complain(c, "dst and both operands are rows");
    if (!key || key + 1 != a->planes)
        return image_complain(c, "operand a has %u planes; as many as the key and one more expected",
                              a->planes);
    if (key >= b->planes)
        return image_complain(c, "operand b has %u planes; more than the key expected", b->planes);
    if (b->planes - key != dst->planes)
        return image_complain(c, "dst has %u planes; those of b without the key expected", dst->planes);
    return want_same_size(c, dst, a, "a");
}

enum sotto_err image_check_data(const struct image_check *c, const struct image_reg *dst,
                                const struct image_reg *a, const struct image_reg *b, const struct image_reg *v)
{
    const struct image_insn *in = &c->im->code[c->at];
    const uint64_t *consts = c->im->consts;

    TRY(want_table(c, "dst", dst));
    if (in->op == IMAGE_GROUP || in->op == IMAGE_GROUPCOUNT)
        return check_group(c, dst, a, b, v);
    if (in->op == IMAGE_MATCH)
        return check_match(c, dst, a, b, consts[in->c]);
    if (in->op == IMAGE_PACK)
        return check_pack(c, dst, a, b);
    TRY(want_table(c, "operand a", a));
    switch ((enum image_op)in->op) {
    case IMAGE_UNPACK:
        if (a->elem != IMAGE_ROW)
            return image_complain(c, "operand a is no row");
        TRY(want_planes(c, a, consts[in->b], planes_of(dst)));
        return want_same_size(c, dst, a, "a");
    case IMAGE_SORT: /* dst may have fewer rows: the size that counts is the job's */
        TRY(want_same_planes(c, dst, a));
        TRY(want_planes(c, a, 0, consts[in->b]));
        if (consts[in->c] > 3)
            return image_complain(c, "the order is none of 0, descending (1), signed (2) or both (3)");
        return SOTTO_OK;
    default: /* SHUFFLE */
        TRY(want_same_planes(c, dst, a));
        return want_same_size(c, dst, a, "a");
    }
}
