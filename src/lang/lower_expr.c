/* lower_expr.c - expressions to instructions. */
#include <stdio.h>

#include "lang/lower.h"

static const char *const operators[] = {
    [BINARY_ADD] = "+",   [BINARY_SUB] = "-",  [BINARY_MUL] = "*", [BINARY_DIV] = "/",
    [BINARY_MOD] = "%",   [BINARY_AND] = "&",  [BINARY_OR] = "|",  [BINARY_XOR] = "^",
    [BINARY_LAND] = "&&", [BINARY_LOR] = "||", [BINARY_EQ] = "==", [BINARY_NE] = "!=",
    [BINARY_LT] = "<",    [BINARY_LE] = "<=",  [BINARY_GT] = ">",  [BINARY_GE] = ">=",
};

static bool is_literal_bool(enum binary op)
{
    return op >= BINARY_EQ;
}

/* Literals fold exactly; what leaves 65 bits has no type that could hold it. */
static enum sotto_err fold(struct lower *l, const struct expr *e, int128 a, int128 b, struct value *out)
{
    const int128 max = UINT64_MAX;
    int128 r = 0;

    if ((e->binary == BINARY_DIV || e->binary == BINARY_MOD) && b == 0)
        return lower_error(l, e->op, NULL, "division by zero");
    switch (e->binary) {
    case BINARY_ADD:
        r = a + b;
        break;
    case BINARY_SUB:
        r = a - b;
        break;
    case BINARY_MUL:
        r = __builtin_mul_overflow(a, b, &r) ? max + 1 : r;
        break;
    case BINARY_DIV:
        r = a / b;
        break;
    case BINARY_MOD:
        r = a % b;
        break;
    case BINARY_AND:
        r = a & b;
        break;
    case BINARY_OR:
        r = a | b;
        break;
    case BINARY_XOR:
        r = a ^ b;
        break;
    case BINARY_EQ:
        r = a == b;
        break;
    case BINARY_NE:
        r = a != b;
        break;
    case BINARY_LT:
        r = a < b;
        break;
    case BINARY_LE:
        r = a <= b;
        break;
    case BINARY_GT:
        r = a > b;
        break;
    case BINARY_GE:
        r = a >= b;
        break;
    default:
        return lower_error(l, e->op, "&& and || take bools", "'%s' of numbers", operators[e->binary]);
    }
    if (r > max || r < -max)
        return lower_error(l, e->at, NULL, "this number does not fit in 64 bits");
    if (!is_literal_bool(e->binary)) {
        *out = (struct value){ .literal = true, .number = r };
        return SOTTO_OK;
    }
    *out = (struct value){ .type = lower_scalar(IMAGE_BOOL, false), .temp = true };
    return lower_const(l, IMAGE_BOOL, (uint64_t)r, &out->reg);
}

static enum sotto_err negate(struct lower *l, struct value *v)
{
    return lower_op(l, IMAGE_NOT, v->type, v->reg, IMAGE_NONE, IMAGE_NONE, v);
}

/* From EQ and LT come all six; on bool, == and != are cheaper as XOR. */
static enum sotto_err compare(struct lower *l, const struct expr *e, enum image_elem elem, uint32_t a,
                              uint32_t b, struct value *out)
{
    struct type t = out->type;
    bool swapped = e->binary == BINARY_GT || e->binary == BINARY_LE;
    bool equality = e->binary == BINARY_EQ || e->binary == BINARY_NE;
    enum image_op op = equality ? IMAGE_EQ : IMAGE_LT;
    bool negated = e->binary == BINARY_NE || e->binary == BINARY_LE || e->binary == BINARY_GE;

    if (elem == IMAGE_BOOL) {
        if (!equality)
            return lower_error(l, e->op, "use == and !=, or convert: u8(...)", "bools have no order");
        op = IMAGE_XOR;
        negated = !negated;
    }
    t.elem = IMAGE_BOOL;
    TRY(lower_op(l, op, t, swapped ? b : a, swapped ? a : b, IMAGE_NONE, out));
    return negated ? negate(l, out) : SOTTO_OK;
}

static enum sotto_err check_operands(struct lower *l, const struct expr *e, enum image_elem elem, bool secret)
{
    const char *op = operators[e->binary];
    char hint[96];

    if ((e->binary == BINARY_LAND || e->binary == BINARY_LOR) && elem != IMAGE_BOOL) {
        snprintf(hint, sizeof hint, "compare first: x != 0 %s ...; the bitwise one is '%c'", op, *op);
        return lower_error(l, e->op, hint, "'%s' takes bools, these are %s", op, image_elem_name(elem));
    }
    if (e->binary <= BINARY_MOD && elem == IMAGE_BOOL)
        return lower_error(l, e->op, "convert: u32(...) is 0 or 1", "'%s' takes integers, these are bool", op);
    if ((e->binary == BINARY_DIV || e->binary == BINARY_MOD) && secret)
        return lower_error(l, e->op,
                           "reveal(...) both sides first, if they may be known, or compare products instead",
                           "'%s' on a secret is not there yet", op);
    return SOTTO_OK;
}

enum sotto_err lower_binary(struct lower *l, const struct expr *e, struct value *a, struct value *b,
                            struct value *out)
{
    static const enum image_op ops[] = {
        [BINARY_ADD] = IMAGE_ADD,  [BINARY_SUB] = IMAGE_SUB, [BINARY_MUL] = IMAGE_MUL, [BINARY_DIV] = IMAGE_DIV,
        [BINARY_MOD] = IMAGE_MOD,  [BINARY_AND] = IMAGE_AND, [BINARY_OR] = IMAGE_OR,   [BINARY_XOR] = IMAGE_XOR,
        [BINARY_LAND] = IMAGE_AND, [BINARY_LOR] = IMAGE_OR,
    };
    struct value r = { 0 };
    bool zero = b->literal && b->number == 0;

    if (a->literal && b->literal)
        return fold(l, e, a->number, b->number, out);
    TRY(type_unify(l, e, a, b));
    TRY(type_shape(l, e->op, a, b, &r));
    r.type.elem = a->type.elem;
    TRY(check_operands(l, e, a->type.elem, r.type.secret));
    if (zero && (e->binary == BINARY_DIV || e->binary == BINARY_MOD))
        return lower_error(l, e->op, NULL, "division by zero");
    l->line = e->op.line;
    if (e->binary >= BINARY_EQ)
        TRY(compare(l, e, a->type.elem, a->reg, b->reg, &r));
    else
        TRY(lower_op(l, ops[e->binary], r.type, a->reg, b->reg, IMAGE_NONE, &r));
    *out = r;
    return SOTTO_OK;
}

static enum sotto_err lower_unary(struct lower *l, const struct expr *e, struct value *out)
{
    static const char *const bool_hint = "use '!' on a bool";
    struct value v;

    TRY(lower_expr(l, e->a, &v));
    l->line = e->op.line;
    if (v.literal) {
        if (e->unary == '!')
            return lower_error(l, e->op, "compare: ... == 0", "'!' takes a bool");
        v.number = e->unary == '-' ? -v.number : ~v.number;
        *out = v;
        return SOTTO_OK;
    }
    if (e->unary == '!' && v.type.elem != IMAGE_BOOL)
        return lower_error(l, e->op, "compare: ... == 0; the bitwise one is '~'",
                           "'!' takes a bool, this is %s", image_elem_name(v.type.elem));
    if (e->unary != '!' && v.type.elem == IMAGE_BOOL)
        return lower_error(l, e->op, bool_hint, "'%c' takes an integer, this is bool", e->unary);
    *out = v;
    return lower_op(l, e->unary == '-' ? IMAGE_NEG : IMAGE_NOT, v.type, v.reg, IMAGE_NONE, IMAGE_NONE, out);
}

enum sotto_err lower_select(struct lower *l, const struct expr *e, struct value *c, struct value *a,
                            struct value *b, struct value *out)
{
    struct value inner = { 0 }, r = { 0 };

    if (c->literal || c->type.elem != IMAGE_BOOL)
        return lower_error(l, e->a->at, "compare: ... != 0", "the condition is not a bool");
    if (a->literal && b->literal && l->wanted < IMAGE_ELEM_KINDS)
        TRY(type_convert(l, e->b->at, l->wanted, a));
    if (a->literal && b->literal)
        return lower_error(l, e->at, "give one of them a type: u32(1)",
                           "the type of this selection is not known");
    if (a->literal)
        TRY(type_convert(l, e->b->at, b->type.elem, a));
    else if (b->literal)
        TRY(type_convert(l, e->c->at, a->type.elem, b));
    else
        TRY(type_unify(l, e, a, b));
    TRY(type_shape(l, e->op, a, b, &inner));
    inner.type.elem = a->type.elem;
    TRY(type_shape(l, e->op, &inner, c, &r));
    r.type.elem = a->type.elem;
    l->line = e->op.line;
    TRY(lower_op(l, IMAGE_SELECT, r.type, c->reg, a->reg, b->reg, &r));
    *out = r;
    return SOTTO_OK;
}

static enum sotto_err lower_ternary(struct lower *l, const struct expr *e, struct value *out)
{
    struct value c, a, b;

    TRY(lower_as(l, e->a, IMAGE_ELEM_KINDS, &c));
    TRY(lower_expr(l, e->b, &a));
    TRY(lower_expr(l, e->c, &b));
    return lower_select(l, e, &c, &a, &b, out);
}

enum sotto_err lower_index(struct lower *l, const struct expr *e, struct type vector, uint32_t *reg)
{
    struct value i;

    TRY(lower_as(l, e, IMAGE_U32, &i));
    if (i.literal) {
        if (i.number < 0)
            return lower_error(l, e->at, "the first element has index 0", "an index is not negative");
        if (vector.size.symbol == IMAGE_NONE && i.number >= vector.size.addend)
            return lower_error(l, e->at, "the first element has index 0",
                               "the index is past the end: there are %lld elements",
                               (long long)vector.size.addend);
        TRY(type_convert(l, e->at, IMAGE_U32, &i));
    }
    if (i.type.elem == IMAGE_BOOL)
        return lower_error(l, e->at, "convert it: u32(...)", "an index is an integer, this is bool");
    if (i.type.vector)
        return lower_error(l, e->at, "use a 'for' over the indices",
                           "an index is a single value, this is a vector");
    if (i.type.secret)
        return lower_error(l, e->at, "write sum(select(index(n) == i, x, 0)), or reveal(...) the index",
                           "a secret index is not there yet");
    *reg = i.reg;
    return SOTTO_OK;
}

/* The vector of v[i]. An element of an output needs no copy of it all. */
static enum sotto_err lower_vector(struct lower *l, const struct expr *e, struct value *out)
{
    const struct var *v = e->kind == EXPR_NAME ? scope_find(l, l->env, e->name) : NULL;

    if (v && v->kind == VAR_OUTPUT && v->type.vector)
        *out = (struct value){ .type = v->type, .reg = v->reg };
    else
        TRY(lower_as(l, e, IMAGE_ELEM_KINDS, out));
    if (out->literal || !out->type.vector)
        return lower_error(l, e->at, NULL, "this is a single value, it has no elements");
    return SOTTO_OK;
}

static enum sotto_err lower_element(struct lower *l, const struct expr *e, struct value *out)
{
    struct value v;
    uint32_t index = IMAGE_NONE;

    TRY(lower_vector(l, e->a, &v));
    TRY(lower_index(l, e->b, v.type, &index));
    l->line = e->at.line;
    *out = (struct value){ 0 };
    return lower_op(l, IMAGE_GET, lower_scalar(v.type.elem, v.type.secret), v.reg, index, IMAGE_NONE, out);
}

static enum sotto_err lower_name(struct lower *l, const struct expr *e, struct value *out)
{
    const struct var *v = scope_find(l, l->env, e->name);

    if (!v && scope_function(l, e->name))
        return lower_error(l, e->at, "call it: name(...)", "'%s' is a function", e->name->text);
    if (!v)
        return scope_unknown(l, e->at, e->name, false);
    l->line = e->at.line;
    *out = (struct value){ .type = v->type, .reg = v->reg, .origin = e->name->text, .origin_line = v->at.line };
    if (v->kind == VAR_OUTPUT) /* a function called later in the expression may set it */
        return lower_op(l, IMAGE_COPY, v->type, v->reg, IMAGE_NONE, IMAGE_NONE, out);
    if (v->kind != VAR_SIZE)
        return SOTTO_OK;
    if (v->type.size.symbol == IMAGE_NONE) {
        *out = (struct value){ .literal = true, .number = v->type.size.addend };
        return SOTTO_OK;
    }
    *out = (struct value){ .type = lower_scalar(IMAGE_U32, false), .temp = true };
    {
        struct type t = v->type;
        uint32_t size;

        t.vector = true;
        TRY(lower_size_index(l, t, &size));
        return lower_op(l, IMAGE_SIZE, out->type, size, IMAGE_NONE, IMAGE_NONE, out);
    }
}

static enum sotto_err lower_cast(struct lower *l, const struct expr *e, struct value *out)
{
    struct value v;
    struct type t;

    TRY(lower_as(l, e->a, e->elem, &v));
    l->line = e->at.line;
    if (v.literal && e->elem == IMAGE_BOOL)
        return lower_error(l, e->a->at, "write true or false", "a number is not a bool");
    if (v.literal)
        TRY(type_convert(l, e->a->at, e->elem, &v));
    *out = v;
    if (v.type.elem == e->elem)
        return SOTTO_OK;
    t = v.type;
    t.elem = e->elem;
    return lower_op(l, IMAGE_CAST, t, v.reg, IMAGE_NONE, IMAGE_NONE, out);
}

static enum sotto_err lower_two(struct lower *l, const struct expr *e, struct value *out)
{
    enum image_elem wanted = e->binary >= BINARY_LAND ? IMAGE_ELEM_KINDS : l->wanted;
    struct value a, b;

    TRY(lower_as(l, e->a, wanted, &a));
    TRY(lower_as(l, e->b, a.literal ? wanted : a.type.elem, &b));
    return lower_binary(l, e, &a, &b, out);
}

enum sotto_err lower_expr(struct lower *l, const struct expr *e, struct value *out)
{
    enum sotto_err err = SOTTO_OK;

    *out = (struct value){ 0 };
    TRY(lower_deeper(l, e->at));
    l->line = e->at.line;
    switch (e->kind) {
    case EXPR_INT:
        *out = (struct value){ .literal = true, .number = e->value };
        break;
    case EXPR_BOOL:
        *out = (struct value){ .type = lower_scalar(IMAGE_BOOL, false), .temp = true };
        err = lower_const(l, IMAGE_BOOL, e->value, &out->reg);
        break;
    case EXPR_NAME:
        err = lower_name(l, e, out);
        break;
    case EXPR_UNARY:
        err = lower_unary(l, e, out);
        break;
    case EXPR_BINARY:
        err = lower_two(l, e, out);
        break;
    case EXPR_TERNARY:
        err = lower_ternary(l, e, out);
        break;
    case EXPR_INDEX:
        err = lower_element(l, e, out);
        break;
    case EXPR_CAST:
        err = lower_cast(l, e, out);
        break;
    case EXPR_CALL:
        err = lower_is_builtin(e->name->text) ? lower_builtin(l, e, out) : lower_call(l, e, out);
        break;
    }
    l->depth--;
    if (!err && !out->literal && out->reg == IMAGE_NONE)
        return lower_error(l, e->op, "call it in a statement of its own", "'%s' returns nothing",
                           e->name->text);
    return err;
}

enum sotto_err lower_as(struct lower *l, const struct expr *e, enum image_elem elem, struct value *out)
{
    enum image_elem outer = l->wanted;

    l->wanted = elem;
    TRY(lower_expr(l, e, out));
    l->wanted = outer;
    return SOTTO_OK;
}
