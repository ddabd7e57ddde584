/* lower_builtin.c - the functions of the language. */
#include <stdio.h>

#include "lang/lower.h"

struct builtin {
    const char *name;
    unsigned args_min, args_max;
    const char *form; /* how a call looks */
    enum sotto_err (*lower)(struct lower *l, const struct expr *e, struct value *out);
    enum image_op op;
};

static const struct builtin *find(const char *name);

static enum sotto_err want_vector(struct lower *l, const struct expr *e, struct value *v)
{
    TRY(lower_as(l, e->a, IMAGE_ELEM_KINDS, v));
    if (!v->literal && v->type.vector)
        return SOTTO_OK;
    return lower_error(l, e->a->at, find(e->name->text)->form, "'%s' takes a vector, this is a single value",
                       e->name->text);
}

/* sum, min, max, argmin, argmax, count, any, all of one vector */
static enum sotto_err reduce(struct lower *l, const struct expr *e, struct value *out)
{
    enum image_op op = find(e->name->text)->op;
    bool wants_bool = op == IMAGE_COUNT || op == IMAGE_ANY || op == IMAGE_ALL;
    struct type t;
    struct value v;

    TRY(want_vector(l, e, &v));
    if (wants_bool && v.type.elem != IMAGE_BOOL)
        return lower_error(l, e->a->at, "compare: count(x == 1), any(x != 0)", "'%s' takes bools, these are %s",
                           e->name->text, image_elem_name(v.type.elem));
    if (!wants_bool && v.type.elem == IMAGE_BOOL)
        return lower_error(l, e->a->at, "use count, any or all on bools", "'%s' takes integers, these are bool",
                           e->name->text);
    t = lower_scalar(v.type.elem, v.type.secret);
    if (op == IMAGE_COUNT || op == IMAGE_ARGMIN || op == IMAGE_ARGMAX)
        t.elem = IMAGE_U32;
    l->line = e->op.line;
    return lower_op(l, op, t, v.reg, IMAGE_NONE, IMAGE_NONE, out);
}

/* min and max of two: a comparison and a selection */
static enum sotto_err least_or_greatest(struct lower *l, const struct expr *e, struct value *out)
{
    bool max = find(e->name->text)->op == IMAGE_MAX;
    struct expr less = {
        .kind = EXPR_BINARY, .at = e->at, .op = e->op, .a = e->a, .b = e->a->next, .binary = BINARY_LT
    };
    struct value a, b, r = { 0 }, c;
    struct type t;

    if (!e->a->next)
        return reduce(l, e, out);
    TRY(lower_expr(l, e->a, &a));
    TRY(lower_as(l, e->a->next, a.literal ? l->wanted : a.type.elem, &b));
    if (a.literal && b.literal) {
        *out = (a.number < b.number) == max ? b : a;
        return SOTTO_OK;
    }
    TRY(type_unify(l, &less, &a, &b));
    if (a.type.elem == IMAGE_BOOL)
        return lower_error(l, e->op, "use && for the least and || for the greatest", "bools have no order");
    TRY(type_shape(l, e->op, &a, &b, &r));
    r.type.elem = a.type.elem;
    t = r.type;
    t.elem = IMAGE_BOOL;
    l->line = e->op.line;
    c = r;
    TRY(lower_op(l, IMAGE_LT, t, a.reg, b.reg, IMAGE_NONE, &c));
    TRY(lower_op(l, IMAGE_SELECT, r.type, c.reg, max ? b.reg : a.reg, max ? a.reg : b.reg, &r));
    *out = r;
    return SOTTO_OK;
}

static enum sotto_err select_call(struct lower *l, const struct expr *e, struct value *out)
{
    struct expr shape = {
        .kind = EXPR_TERNARY, .at = e->at, .op = e->op, .a = e->a, .b = e->a->next, .c = e->a->next->next
    };
    struct value c, a, b;

    TRY(lower_as(l, shape.a, IMAGE_ELEM_KINDS, &c));
    TRY(lower_expr(l, shape.b, &a));
    TRY(lower_expr(l, shape.c, &b));
    return lower_select(l, &shape, &c, &a, &b, out);
}

/* A size in the place of an expression: n, 10, n + 1. */
static enum sotto_err size_argument(struct lower *l, const struct expr *e, struct size *out)
{
    static const char *const hint = "a size is a number, or a name from an input's brackets: index(n)";
    struct size_syntax s = { .at = e->at };
    const struct expr *name = e;

    if (e->kind == EXPR_BINARY && (e->binary == BINARY_ADD || e->binary == BINARY_SUB) &&
        e->b->kind == EXPR_INT && e->b->value <= SOTTO_VECTOR_N_MAX) {
        name = e->a;
        s.addend = e->binary == BINARY_ADD ? (int64_t)e->b->value : -(int64_t)e->b->value;
    }
    if (name == e && e->kind == EXPR_INT && e->value <= SOTTO_VECTOR_N_MAX)
        s.addend = (int64_t)e->value;
    else if (name->kind == EXPR_NAME)
        s.name = name->name;
    else
        return lower_error(l, e->at, hint, "this is not a size");
    return type_resolve_size(l, &s, out);
}

static enum sotto_err index_call(struct lower *l, const struct expr *e, struct value *out)
{
    struct type t = { IMAGE_U32, false, true, { IMAGE_NONE, 0 } };

    TRY(size_argument(l, e->a, &t.size));
    l->line = e->op.line;
    out->origin = "index(...)";
    out->origin_line = e->op.line;
    return lower_op(l, IMAGE_INDEX, t, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, out);
}

/* The source of an expression, on one line. */
static char *source_text(struct lower *l, struct span at)
{
    enum { LEN_MAX = 1000 };
    char *text = arena_alloc(&l->src->arena, (at.len < LEN_MAX ? at.len : LEN_MAX) + 1, 1);
    size_t n = 0;

    for (uint32_t i = 0; text && i < at.len && n < LEN_MAX; i++) {
        uint8_t c = l->src->text[at.at + i];
        bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';

        if (!blank)
            text[n++] = (char)c;
        else if (n && text[n - 1] != ' ')
            text[n++] = ' ';
    }
    while (text && n && ((uint8_t)text[n - 1] & 0x80)) /* never end within a character */
        text[--n] = 0;
    return text;
}

static enum sotto_err reveal_call(struct lower *l, const struct expr *e, struct value *out)
{
    struct image_reveal r = { .to = (char[]){ "everyone" }, .line = e->op.line, .in_loop = l->loop_depth > 0 };
    struct type t;
    struct value v;
    uint32_t entry;

    TRY(lower_expr(l, e->a, &v));
    if (v.literal || !v.type.secret)
        return lower_error(l, e->a->at, "use it as it is", "this is public already");
    if (l->secret_depth)
        return lower_error(l, e->op, "reveal after the 'if', the value that was selected there",
                           "'reveal' under a secret condition: that it happens would tell the condition");
    t = v.type;
    t.secret = false;
    r.elem = (uint8_t)t.elem;
    TRY(lower_size_index(l, t, &r.size));
    if (l->im->reveals_n >= IMAGE_REVEALS_MAX)
        return lower_error(l, e->op, "reveal a vector at once", "more than %d reveals", (int)IMAGE_REVEALS_MAX);
    r.what = source_text(l, e->a->at);
    entry = r.what ? image_add_reveal(l->im, r) : IMAGE_NONE;
    if (entry == IMAGE_NONE)
        return SOTTO_ERR_RESOURCE;
    l->line = e->op.line;
    out->origin = v.origin;
    out->origin_line = v.origin_line;
    return lower_op(l, IMAGE_REVEAL, t, v.reg, entry, IMAGE_NONE, out);
}

static const struct builtin builtins[] = {
    { "reveal", 1, 1, "reveal(x)", reveal_call, IMAGE_REVEAL },
    { "sum", 1, 1, "sum(x)", reduce, IMAGE_SUM },
    { "count", 1, 1, "count(x == 1)", reduce, IMAGE_COUNT },
    { "any", 1, 1, "any(x == 1)", reduce, IMAGE_ANY },
    { "all", 1, 1, "all(x == 1)", reduce, IMAGE_ALL },
    { "argmin", 1, 1, "argmin(x)", reduce, IMAGE_ARGMIN },
    { "argmax", 1, 1, "argmax(x)", reduce, IMAGE_ARGMAX },
    { "min", 1, 2, "min(x) of a vector, or min(a, b)", least_or_greatest, IMAGE_MIN },
    { "max", 1, 2, "max(x) of a vector, or max(a, b)", least_or_greatest, IMAGE_MAX },
    { "select", 3, 3, "select(condition, a, b)", select_call, IMAGE_SELECT },
    { "index", 1, 1, "index(n)", index_call, IMAGE_INDEX },
};

static const struct builtin *find(const char *name)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}

bool lower_is_builtin(const char *name)
{
    return find(name) != NULL;
}

enum sotto_err lower_builtin(struct lower *l, const struct expr *e, struct value *out)
{
    const struct builtin *b = find(e->name->text);
    unsigned n = 0;
    char hint[96];

    for (const struct expr *a = e->a; a; a = a->next)
        n++;
    snprintf(hint, sizeof hint, "write %s", b->form);
    if (n < b->args_min || n > b->args_max)
        return lower_error(l, e->op, hint, "'%s' takes %u argument%s%s, %u given", b->name, b->args_min,
                           b->args_min == 1 ? "" : "s", b->args_max > b->args_min ? " or 2" : "", n);
    return b->lower(l, e, out);
}
