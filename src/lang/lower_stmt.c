/* lower_stmt.c - statements, all but 'if'. */
#include <stdio.h>

#include "lang/lower.h"

bool stmt_returns(const struct stmt *list)
{
    for (; list; list = list->next) {
        if (list->kind == STMT_RETURN)
            return true;
        if (list->kind == STMT_BLOCK && list->has_return && stmt_returns(list->body))
            return true;
        if (list->kind == STMT_IF && list->has_return && list->other && stmt_returns(list->body) &&
            stmt_returns(list->other))
            return true;
    }
    return false;
}

static enum sotto_err declare(struct lower *l, enum var_kind kind, const struct stmt *s, struct type t,
                              uint32_t reg)
{
    TRY(scope_check_new(l, s->name_at, s->name, l->env));
    return scope_add(l, kind, s->name, s->name_at, t, reg, NULL);
}

static enum sotto_err zero(struct lower *l, struct type t, uint32_t *reg)
{
    struct value v = { .type = lower_scalar(t.elem, false), .temp = true };

    TRY(lower_reg(l, t, reg));
    TRY(lower_const(l, t.elem, 0, &v.reg));
    return lower_store(l, *reg, &v);
}

/* secret u32 x[n] = e; without a value it is zero */
static enum sotto_err lower_decl(struct lower *l, const struct stmt *s)
{
    struct value v;
    struct type t;
    uint32_t reg;

    TRY(type_resolve(l, &s->type, &t));
    if (!s->value) {
        TRY(zero(l, t, &reg));
        return declare(l, VAR_LOCAL, s, t, reg);
    }
    TRY(lower_as(l, s->value, t.elem, &v));
    TRY(type_assign(l, s->value->at, t, s->name->text, s->name_at.line, &v));
    reg = v.reg;
    if (!v.temp || !type_equal(v.type, t)) {
        TRY(lower_reg(l, t, &reg));
        TRY(lower_emit(l, IMAGE_COPY, reg, v.reg, IMAGE_NONE, IMAGE_NONE));
    }
    return declare(l, VAR_LOCAL, s, t, reg);
}

static enum sotto_err check_target(struct lower *l, const struct stmt *s, const struct var *v)
{
    static const char *const copy = "copy it to a variable of your own first";
    const char *name = s->name->text;

    if (!v)
        return scope_unknown(l, s->name_at, s->name, false);
    if (v->kind == VAR_LOOP)
        return lower_error(l, s->name_at, copy, "'%s' counts a loop and cannot be assigned", name);
    if (v->kind == VAR_INPUT || v->kind == VAR_PARAM)
        return lower_error(l, s->name_at, copy, "'%s' is %s and cannot be assigned", name,
                           v->kind == VAR_INPUT ? "an input" : "a parameter");
    if (v->kind == VAR_SIZE)
        return lower_error(l, s->name_at, copy, "'%s' is a size and cannot be assigned", name);
    if (l->secret_depth && v->kind == VAR_OUTPUT)
        return lower_error(l, s->name_at, "select the value in a secret variable, and reveal it after the 'if'",
                           "the output '%s' is set under a secret condition", name);
    if (!v->type.secret && v->secret_depth < l->secret_depth)
        return lower_error(l, s->name_at, "declare it secret",
                           "'%s' is public, but is assigned under a secret condition", name);
    return SOTTO_OK;
}

/* Shapes the operands of a compound assignment like those of an expression, for messages. */
static enum sotto_err combine(struct lower *l, const struct stmt *s, struct value *old, struct value *v)
{
    struct expr target = { .kind = EXPR_NAME, .at = s->name_at, .op = s->name_at };
    struct expr e = {
        .kind = EXPR_BINARY, .at = s->at, .op = s->at, .binary = s->op, .a = &target, .b = s->value
    };
    struct value out;

    TRY(lower_binary(l, &e, old, v, &out));
    *v = out;
    return SOTTO_OK;
}

static enum sotto_err assign_whole(struct lower *l, const struct stmt *s, struct var *v)
{
    struct value old = { .type = v->type, .reg = v->reg, .origin = s->name->text, .origin_line = v->at.line };
    struct value value;
    uint32_t reg;

    TRY(lower_as(l, s->value, v->type.elem, &value));
    if (s->compound)
        TRY(combine(l, s, &old, &value));
    TRY(type_assign(l, s->value->at, v->type, s->name->text, v->at.line, &value));
    l->line = s->at.line;
    if (v->reg != IMAGE_NONE)
        return lower_store(l, v->reg, &value);
    reg = value.reg; /* an output that nobody reads */
    if (!type_equal(value.type, v->type)) {
        TRY(lower_reg(l, v->type, &reg));
        TRY(lower_emit(l, IMAGE_COPY, reg, value.reg, IMAGE_NONE, IMAGE_NONE));
    }
    return lower_emit(l, IMAGE_OUTPUT, IMAGE_NONE, v->output, reg, IMAGE_NONE);
}

static enum sotto_err get_element(struct lower *l, const struct var *v, uint32_t index, struct value *out)
{
    *out = (struct value){ 0 };
    return lower_op(l, IMAGE_GET, lower_scalar(v->type.elem, v->type.secret), v->reg, index, IMAGE_NONE, out);
}

/* name[index] = e. Under a secret condition the element keeps its value unless the condition holds. */
static enum sotto_err assign_element(struct lower *l, const struct stmt *s, struct var *v)
{
    struct type t = lower_scalar(v->type.elem, v->type.secret);
    struct value value, old;
    uint32_t index, copy;

    if (!v->type.vector)
        return lower_error(l, s->name_at, NULL, "'%s' is a single value, it has no elements", s->name->text);
    TRY(lower_index(l, s->index, v->type, &index));
    if (s->compound)
        TRY(get_element(l, v, index, &old));
    TRY(lower_as(l, s->value, v->type.elem, &value));
    if (s->compound)
        TRY(combine(l, s, &old, &value));
    TRY(type_assign(l, s->value->at, t, "an element", v->at.line, &value));
    l->line = s->at.line;
    if (v->secret_depth < l->secret_depth) {
        assert(l->frame->path != IMAGE_NONE);
        TRY(get_element(l, v, index, &old));
        TRY(lower_op(l, IMAGE_SELECT, t, l->frame->path, value.reg, old.reg, &value));
    }
    if (t.secret && !value.type.secret) {
        TRY(lower_reg(l, t, &copy));
        TRY(lower_emit(l, IMAGE_COPY, copy, value.reg, IMAGE_NONE, IMAGE_NONE));
        value.reg = copy;
    }
    return lower_emit(l, IMAGE_SET, v->reg, v->reg, index, value.reg);
}

static enum sotto_err lower_assign(struct lower *l, const struct stmt *s)
{
    struct var *v = scope_find(l, l->env, s->name);

    TRY(check_target(l, s, v));
    return s->index ? assign_element(l, s, v) : assign_whole(l, s, v);
}

/* A bound is read at the start only, so it is a register that the body does not write. */
static enum sotto_err lower_bound(struct lower *l, const struct expr *e, enum image_elem elem, uint32_t *reg)
{
    struct type t = lower_scalar(elem, false);
    struct value v;

    TRY(lower_as(l, e, elem, &v));
    if (!v.literal && v.type.secret)
        return lower_error(l, e->at,
                           "use a public bound that is great enough, and an 'if' on the secret inside",
                           "a loop cannot depend on a secret");
    TRY(type_assign(l, e->at, t, "a loop's bound", e->at.line, &v));
    *reg = v.reg;
    if (v.temp)
        return SOTTO_OK;
    TRY(lower_reg(l, t, reg));
    return lower_emit(l, IMAGE_COPY, *reg, v.reg, IMAGE_NONE, IMAGE_NONE);
}

static enum sotto_err block_enter(struct lower *l, struct span at)
{
    if (++l->block_depth <= IMAGE_DEPTH_MAX)
        return SOTTO_OK;
    return lower_error(l, at, "merge conditions with &&, or select", "more than %d blocks within each other",
                       (int)IMAGE_DEPTH_MAX);
}

enum sotto_err lower_block_begin(struct lower *l, struct span at, enum image_op op, uint32_t dst, uint32_t a,
                                 uint32_t b, uint32_t *start)
{
    TRY(block_enter(l, at));
    *start = (uint32_t)l->im->code_n;
    return lower_emit(l, op, dst, a, b, IMAGE_NONE);
}

enum sotto_err lower_block_end(struct lower *l, uint32_t start, uint32_t branch)
{
    uint32_t end = (uint32_t)l->im->code_n;

    l->block_depth--;
    TRY(lower_emit(l, IMAGE_END, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, start));
    l->im->code[start].c = branch == IMAGE_NONE ? end : branch;
    if (branch != IMAGE_NONE)
        l->im->code[branch].c = end;
    return SOTTO_OK;
}

static enum sotto_err lower_for(struct lower *l, struct stmt *s)
{
    struct var *env = l->env;
    struct type t;
    uint32_t low = IMAGE_NONE, high = IMAGE_NONE, counter = IMAGE_NONE, start;

    TRY(type_resolve(l, &s->type, &t));
    if (t.secret || t.vector || t.elem == IMAGE_BOOL)
        return lower_error(l, s->type.at, "write: for (u32 i in 0..n)", "a loop counts with a public integer");
    TRY(lower_bound(l, s->value, t.elem, &low));
    TRY(lower_bound(l, s->high, t.elem, &high));
    TRY(lower_reg(l, t, &counter));
    l->line = s->at.line;
    TRY(lower_block_begin(l, s->at, IMAGE_FOR, counter, low, high, &start));
    TRY(declare(l, VAR_LOOP, s, t, counter));
    l->loop_depth++;
    TRY(lower_list(l, s->body, NULL));
    l->loop_depth--;
    l->env = env;
    l->line = s->at.line;
    return lower_block_end(l, start, IMAGE_NONE);
}

static enum sotto_err lower_return(struct lower *l, const struct stmt *s)
{
    const struct decl *f = l->frame->function;
    struct var *ret = l->frame->ret;
    struct value v;

    if (l->loop_depth > l->frame->loop_depth)
        return lower_error(l, s->at, "assign to a variable, and return it after the loop",
                           "a 'return' inside a loop is not there");
    if (!ret && s->value)
        return lower_error(l, s->value->at, "say in front of its name what it returns", "'%s' returns nothing",
                           f->name->text);
    if (!ret)
        return SOTTO_OK;
    if (!s->value)
        return lower_error(l, s->at, "write: return x;", "'%s' returns a value", f->name->text);
    TRY(lower_as(l, s->value, ret->type.elem, &v));
    if (!ret->type.secret && ret->secret_depth < l->secret_depth)
        return lower_error(l, s->at, "make the function's result secret",
                           "the result of '%s' is public, but is chosen by a secret condition", f->name->text);
    TRY(type_assign(l, s->value->at, ret->type, "the result", f->at.line, &v));
    l->line = s->at.line;
    return lower_store(l, ret->reg, &v);
}

static enum sotto_err lower_call_stmt(struct lower *l, const struct stmt *s)
{
    struct value v = { 0 };

    if (lower_is_builtin(s->value->name->text))
        TRY(lower_builtin(l, s->value, &v));
    else
        TRY(lower_call(l, s->value, &v));
    if (v.literal || v.reg != IMAGE_NONE)
        return lower_error(l, s->value->at, "assign it: x = ...;", "the result of '%s' is not used",
                           s->value->name->text);
    return SOTTO_OK;
}

static enum sotto_err lower_stmt(struct lower *l, struct stmt *s, struct after *after)
{
    struct var *env = l->env;

    l->line = s->at.line;
    switch (s->kind) {
    case STMT_DECL:
        return lower_decl(l, s);
    case STMT_ASSIGN:
        return lower_assign(l, s);
    case STMT_CALL:
        return lower_call_stmt(l, s);
    case STMT_IF:
        return lower_if(l, s, after);
    case STMT_FOR:
        return lower_for(l, s);
    case STMT_RETURN:
        return lower_return(l, s);
    case STMT_BLOCK:
        TRY(lower_list(l, s->body, after));
        l->env = env;
        return SOTTO_OK;
    }
    return SOTTO_OK;
}

/* Statements in order. One that may return takes all that follows it along; see lower.h. */
enum sotto_err lower_list(struct lower *l, struct stmt *list, struct after *after)
{
    for (; list; list = list->next) {
        struct after rest = { list->next, l->env, after };
        bool branches = list->has_return && list->kind != STMT_FOR;

        TRY(lower_deeper(l, list->at));
        if (list->next && list->kind == STMT_RETURN)
            return lower_error(l, list->next->at, "remove it", "this is never reached");
        TRY(lower_stmt(l, list, branches && list->kind != STMT_RETURN ? &rest : NULL));
        l->depth--;
        if (branches)
            return SOTTO_OK;
    }
    if (!after)
        return SOTTO_OK;
    l->env = after->env;
    return lower_list(l, after->list, after->next);
}
