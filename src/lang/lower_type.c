/* lower_type.c - types, sizes and the conversions between them. */
#include <stdio.h>

#include "lang/lower.h"

bool type_same_size(struct size a, struct size b)
{
    return a.symbol == b.symbol && a.addend == b.addend;
}

bool type_equal(struct type a, struct type b)
{
    return a.elem == b.elem && a.secret == b.secret && a.vector == b.vector &&
           (!a.vector || type_same_size(a.size, b.size));
}

const char *type_size_text(struct size s, const struct lower *l, char buffer[96])
{
    if (s.symbol == IMAGE_NONE)
        snprintf(buffer, 96, "%lld", (long long)s.addend);
    else if (s.addend)
        snprintf(buffer, 96, "%s %c %lld", l->im->symbols[s.symbol], s.addend < 0 ? '-' : '+',
                 (long long)(s.addend < 0 ? -s.addend : s.addend));
    else
        snprintf(buffer, 96, "%s", l->im->symbols[s.symbol]);
    return buffer;
}

const char *type_text(struct type t, const struct lower *l, char buffer[160])
{
    char size[96];

    snprintf(buffer, 160, "%s%s%s%s%s", t.secret ? "secret " : "", image_elem_name(t.elem), t.vector ? "[" : "",
             t.vector ? type_size_text(t.size, l, size) : "", t.vector ? "]" : "");
    return buffer;
}

enum sotto_err type_resolve_size(struct lower *l, const struct size_syntax *s, struct size *out)
{
    struct var *v;

    *out = (struct size){ IMAGE_NONE, s->addend };
    if (!s->name)
        return SOTTO_OK;
    v = scope_find(l, l->env, s->name);
    if (v && v->kind != VAR_SIZE)
        return lower_error(l, s->at, "a size is a number, or a name from an input's brackets: bid[n]",
                           "'%s' is not a size", s->name->text);
    if (!v)
        return lower_error(l, s->at, "a size is a number, or a name from an input's brackets: bid[n]",
                           "the size '%s' is not known", s->name->text);
    *out = v->type.size;
    out->addend += s->addend;
    if (out->addend < 0)
        return lower_error(l, s->at, "give the smaller vector the name: other[n], and this one other[n + 1]",
                           "a size smaller than '%s' cannot be expressed", s->name->text);
    if (out->addend > SOTTO_VECTOR_N_MAX)
        return lower_error(l, s->at, NULL, "a vector has at most %d elements", (int)SOTTO_VECTOR_N_MAX);
    return SOTTO_OK;
}

enum sotto_err type_resolve(struct lower *l, const struct type_syntax *t, struct type *out)
{
    *out = (struct type){ t->elem, t->secret, t->vector, { IMAGE_NONE, 0 } };
    return t->vector ? type_resolve_size(l, &t->size, &out->size) : SOTTO_OK;
}

static bool fits(enum image_elem elem, int128 number)
{
    unsigned bits = image_elem_bits(elem);
    int128 one = 1;

    if (image_elem_signed(elem))
        return number >= -(one << (bits - 1)) && number < one << (bits - 1);
    return number >= 0 && number < one << bits;
}

enum sotto_err type_check_literal(struct lower *l, struct span at, enum image_elem elem, const struct value *v)
{
    unsigned bits = image_elem_bits(elem);
    int128 one = 1, low = image_elem_signed(elem) ? -(one << (bits - 1)) : 0;
    uint64_t high = (uint64_t)((one << (image_elem_signed(elem) ? bits - 1 : bits)) - 1);

    if (elem == IMAGE_BOOL)
        return lower_error(l, at, "write true or false", "a number is not a bool");
    if (!fits(elem, v->number))
        return lower_error(
            l, at, low || v->number >= 0 ? "use a longer type" : "use a signed type, or wrap in i64(...)",
            "this number does not fit in %s (%lld to %llu)", image_elem_name(elem), (long long)low,
            (unsigned long long)high);
    return SOTTO_OK;
}

static enum sotto_err convert_literal(struct lower *l, struct span at, enum image_elem elem, struct value *v)
{
    TRY(type_check_literal(l, at, elem, v));
    *v = (struct value){ .type = lower_scalar(elem, false), .temp = true, .number = v->number };
    return lower_const(l, elem, (uint64_t)v->number, &v->reg);
}

static bool widens(enum image_elem from, enum image_elem to)
{
    return from != IMAGE_BOOL && to != IMAGE_BOOL && image_elem_signed(from) == image_elem_signed(to) &&
           image_elem_bits(from) < image_elem_bits(to);
}

static enum sotto_err cast_to(struct lower *l, enum image_elem elem, struct value *v)
{
    struct type t = v->type;

    t.elem = elem;
    return lower_op(l, IMAGE_CAST, t, v->reg, IMAGE_NONE, IMAGE_NONE, v);
}

enum sotto_err type_convert(struct lower *l, struct span at, enum image_elem elem, struct value *v)
{
    char hint[160];
    const char *from = image_elem_name(v->type.elem), *to = image_elem_name(elem);

    if (v->literal)
        return convert_literal(l, at, elem, v);
    if (v->type.elem == elem)
        return SOTTO_OK;
    if (widens(v->type.elem, elem))
        return cast_to(l, elem, v);
    if (elem == IMAGE_BOOL)
        snprintf(hint, sizeof hint, "compare: ... != 0");
    else
        snprintf(hint, sizeof hint, "convert it: %s(...)%s", to,
                 v->type.elem == IMAGE_BOOL ? ", which is 0 or 1" : "; it keeps the low bits only");
    if (image_elem_bits(v->type.elem) > image_elem_bits(elem) && elem != IMAGE_BOOL)
        return lower_error(l, at, hint, "a %s does not fit in %s", from, to);
    return lower_error(l, at, hint, "this is %s where %s is expected", from, to);
}

enum sotto_err type_unify(struct lower *l, const struct expr *e, struct value *a, struct value *b)
{
    char hint[160];
    enum image_elem x = a->type.elem, y = b->type.elem;

    assert(!a->literal || !b->literal);
    if (a->literal)
        return type_convert(l, e->a ? e->a->at : e->at, y, a);
    if (b->literal)
        return type_convert(l, e->b ? e->b->at : e->at, x, b);
    if (x == y)
        return SOTTO_OK;
    if (widens(x, y))
        return cast_to(l, y, a);
    if (widens(y, x))
        return cast_to(l, x, b);
    snprintf(hint, sizeof hint, "convert one of them: %s(...)",
             image_elem_name(x == IMAGE_BOOL || (y != IMAGE_BOOL && image_elem_signed(y)) ? y : x));
    return lower_error(l, e->op, hint, "%s and %s do not mix", image_elem_name(x), image_elem_name(y));
}

static enum sotto_err size_error(struct lower *l, struct span at, const struct value *a, const struct value *b)
{
    char x[96], y[96];

    return lower_error(l, at, "both sides of an operation have as many elements, or one is a single value",
                       "the sizes differ: %s has %s (line %u), %s has %s (line %u)",
                       a->origin ? a->origin : "one", type_size_text(a->type.size, l, x),
                       (unsigned)a->origin_line, b->origin ? b->origin : "the other",
                       type_size_text(b->type.size, l, y), (unsigned)b->origin_line);
}

enum sotto_err type_shape(struct lower *l, struct span at, const struct value *a, const struct value *b,
                          struct value *out)
{
    const struct value *v = a->type.vector ? a : b;

    if (a->type.vector && b->type.vector && !type_same_size(a->type.size, b->type.size))
        return size_error(l, at, a, b);
    out->type.secret = a->type.secret || b->type.secret;
    out->type.vector = v->type.vector;
    out->type.size = v->type.size;
    out->origin = v->origin;
    out->origin_line = v->origin_line;
    return SOTTO_OK;
}

enum sotto_err type_assign(struct lower *l, struct span at, struct type t, const char *what, uint32_t what_line,
                           struct value *v)
{
    struct value target = { .type = t, .origin = what, .origin_line = what_line };
    char text[160];

    if (!v->literal && v->type.secret && !t.secret)
        return lower_error(l, at, "write reveal(...) to open it to everyone, or declare the target secret",
                           "a secret value cannot go to %s, which is public", what);
    TRY(type_convert(l, at, t.elem, v));
    if (v->type.vector && !t.vector)
        return lower_error(l, at, "take one element, or reduce it: sum, min, max, any, all, count",
                           "a vector cannot go to %s, which is a single %s", what, type_text(t, l, text));
    if (v->type.vector && !type_same_size(v->type.size, t.size))
        return size_error(l, at, &target, v);
    return SOTTO_OK;
}
