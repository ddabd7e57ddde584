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
    bool sums = c->im->code[c->at].op != IMAGE_GROUPCOUNT;

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

static bool is_numbers(const struct image_reg *r)
{
    return r->elem != IMAGE_BOOL && r->elem != IMAGE_ROW;
}

static enum sotto_err want_rows(const struct image_check *c, const char *what, const struct image_reg *r)
{
    if (r->elem != IMAGE_ROW)
        return image_complain(c, "%s is no row", what);
    return SOTTO_OK;
}

/* Rows of a key, perhaps others, and one plane that says valid. */
static enum sotto_err want_key(const struct image_check *c, const char *what, const struct image_reg *r,
                               uint64_t key)
{
    TRY(want_rows(c, what, r));
    if (!key || key >= r->planes)
        return image_complain(c, "%s has %u planes; the key has %llu, at least 1, and one more says valid",
                              what, r->planes, (unsigned long long)key);
    return SOTTO_OK;
}

static enum sotto_err want_width(const struct image_check *c, const struct image_reg *dst, uint64_t planes)
{
    TRY(want_rows(c, "dst", dst));
    if (dst->planes != planes)
        return image_complain(c, "dst has %u planes, %llu expected", dst->planes, (unsigned long long)planes);
    return SOTTO_OK;
}

static enum sotto_err want_order(const struct image_check *c, uint64_t order)
{
    if (order > 3)
        return image_complain(c, "the order is none of 0, descending (1), signed (2) or both (3)");
    return SOTTO_OK;
}

static enum sotto_err want_values(const struct image_check *c, const struct image_reg *v,
                                  const struct image_reg *rows)
{
    if (!v->secret || !is_numbers(v) || !image_same_size(c->im, rows->size, v->size))
        return image_complain(c, "the values are no secret vector of integers of the rows' size");
    return SOTTO_OK;
}

static enum sotto_err check_group_by(const struct image_check *c, const struct image_reg *dst,
                                     const struct image_reg *a, const struct image_reg *b, uint64_t key)
{
    TRY(want_key(c, "operand a", a, key));
    TRY(want_values(c, b, a));
    TRY(want_width(c, dst, key + 2 * planes_of(b) + 1));
    return want_same_size(c, dst, a, "a");
}

static enum sotto_err check_unique(const struct image_check *c, const struct image_reg *dst,
                                   const struct image_reg *a, uint64_t key, uint64_t order)
{
    enum { AS_THEY_STAND = 4 };

    TRY(want_key(c, "operand a", a, key));
    TRY(want_same_planes(c, dst, a));
    TRY(want_same_size(c, dst, a, "a"));
    if (order == AS_THEY_STAND)
        return SOTTO_OK;
    TRY(want_order(c, order));
    if (key + 1 == a->planes)
        return image_complain(c, "no planes between key and valid that say which row comes first");
    return SOTTO_OK;
}

static enum sotto_err check_sort(const struct image_check *c, const struct image_reg *dst,
                                 const struct image_reg *a, uint64_t planes, uint64_t order)
{
    TRY(want_planes(c, a, 0, planes));
    TRY(want_order(c, order));
    return want_same_planes(c, dst, a);
}

static enum sotto_err check_rank(const struct image_check *c, const struct image_reg *dst,
                                 const struct image_reg *a, uint64_t planes, uint64_t order)
{
    TRY(want_planes(c, a, 0, planes));
    TRY(want_order(c, order));
    if (!is_numbers(dst) || planes_of(dst) < 32)
        return image_complain(c, "dst is no vector of integers of 32 bits at least, so that every place fits");
    return want_same_size(c, dst, a, "a");
}

static enum sotto_err check_permute(const struct image_check *c, const struct image_reg *dst,
                                    const struct image_reg *a, const struct image_reg *b)
{
    TRY(want_same_planes(c, dst, a));
    TRY(want_same_size(c, dst, a, "a"));
    if (!is_numbers(b) || b->size == IMAGE_NONE)
        return image_complain(c, "operand b is no vector of integers");
    return want_same_size(c, dst, b, "b");
}

static enum sotto_err check_append(const struct image_check *c, const struct image_reg *dst,
                                   const struct image_reg *a, const struct image_reg *b)
{
    TRY(want_same_planes(c, dst, a)); /* sizes: the job's */
    TRY(want_same_planes(c, dst, b));
    return want_table(c, "operand b", b);
}

static enum sotto_err check_join(const struct image_check *c, const struct image_reg *dst,
                                 const struct image_reg *a, const struct image_reg *b, uint64_t key)
{
    TRY(want_key(c, "operand a", a, key));
    TRY(want_key(c, "operand b", b, key));
    return want_width(c, dst, a->planes + b->planes - key - 1);
}

static enum sotto_err check_intersect(const struct image_check *c, const struct image_reg *dst,
                                      const struct image_reg *a, const struct image_reg *b,
                                      const struct image_reg *v)
{
    if (!dst->secret || dst->size != IMAGE_NONE || !is_numbers(dst))
        return image_complain(c, "dst is no secret integer");
    TRY(want_table(c, "operand a", a));
    TRY(want_table(c, "operand b", b));
    TRY(want_rows(c, "operand a", a));
    TRY(want_rows(c, "operand b", b));
    if (a->planes < 2 || a->planes != b->planes)
        return image_complain(c,
                              "operands a and b have %u and %u planes; as many, of a key and valid, expected",
                              a->planes, b->planes);
    if (v->elem != dst->elem)
        return image_complain(c, "operand c is %s, %s expected", image_elem_name(v->elem),
                              image_elem_name(dst->elem));
    return want_values(c, v, a);
}

enum sotto_err image_check_data(const struct image_check *c, const struct image_reg *dst,
                                const struct image_reg *a, const struct image_reg *b, const struct image_reg *v)
{
    const struct image_insn *in = &c->im->code[c->at];
    const uint64_t *consts = c->im->consts;

    if (in->op == IMAGE_INTERSECT)
        return check_intersect(c, dst, a, b, v);
    TRY(want_table(c, "dst", dst));
    if (in->op == IMAGE_GROUP || in->op == IMAGE_GROUPCOUNT || in->op == IMAGE_GROUPS)
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
        return check_sort(c, dst, a, consts[in->b], consts[in->c]);
    case IMAGE_SORTFROM:
        if (v->secret || v->size != IMAGE_NONE || !is_numbers(v))
            return image_complain(c, "the place is no public integer");
        return check_sort(c, dst, a, consts[in->b] & 0xffff, consts[in->b] >> 16);
    case IMAGE_RANK:
        return check_rank(c, dst, a, consts[in->b], consts[in->c]);
    case IMAGE_GROUPBY:
        return check_group_by(c, dst, a, b, consts[in->c]);
    case IMAGE_UNIQUE:
        return check_unique(c, dst, a, consts[in->b], consts[in->c]);
    case IMAGE_PERMUTE:
    case IMAGE_PERMUTED:
        return check_permute(c, dst, a, b);
    case IMAGE_APPEND:
        return check_append(c, dst, a, b);
    case IMAGE_JOIN:
        TRY(want_table(c, "operand b", b));
        return check_join(c, dst, a, b, consts[in->c]);
    case IMAGE_COMPACT:
        TRY(want_rows(c, "operand a", a));
        TRY(want_same_planes(c, dst, a));
        return want_same_size(c, dst, a, "a");
    default: /* SHUFFLE */
        TRY(want_same_planes(c, dst, a));
        return want_same_size(c, dst, a, "a");
    }
}
