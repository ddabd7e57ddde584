/* lower_if.c - branches: a public condition jumps, a secret one selects. */
#include "lang/lower.h"

/* A variable that is assigned under a secret condition. */
struct change {
    struct change *next;
    struct var *var;
    bool in_body, in_other;
    uint32_t before, after_body, after_other; /* registers */
};

struct changes {
    struct change *list;
    unsigned n;
    bool elements; /* some vector has an element assigned */
};

enum { CHANGES_MAX = 1000 };

static enum sotto_err add_change(struct lower *l, struct changes *c, struct var *v, bool other, struct span at)
{
    struct change *ch = c->list;

    if (!v || v->kind != VAR_LOCAL || !v->type.secret)
        return SOTTO_OK; /* the assignment itself will complain */
    for (; ch && ch->var != v; ch = ch->next)
        TRY(lower_step(l, at));
    if (!ch) {
        if (++c->n > CHANGES_MAX)
            return lower_error(l, at, "use a vector", "more than %d variables are assigned under one condition",
                               (int)CHANGES_MAX);
        ch = arena_alloc(&l->src->arena, 1, sizeof *ch);
        if (!ch)
            return SOTTO_ERR_RESOURCE;
        ch->var = v;
        ch->next = c->list;
        c->list = ch;
    }
    ch->in_body |= !other;
    ch->in_other |= other;
    return SOTTO_OK;
}

/* What the statements assign, by name. A name that a declaration within them hides may be counted in too: that
 * costs a selection of a value with itself, no more. */
static enum sotto_err scan(struct lower *l, struct changes *c, const struct stmt *list, struct var *env,
                           bool other)
{
    for (; list; list = list->next) {
        TRY(lower_step(l, list->at));
        if (list->kind == STMT_ASSIGN && list->index)
            c->elements = true;
        else if (list->kind == STMT_ASSIGN)
            TRY(add_change(l, c, scope_find(l, env, list->name), other, list->at));
        TRY(scan(l, c, list->body, env, other));
        TRY(scan(l, c, list->other, env, other));
    }
    return SOTTO_OK;
}

static enum sotto_err scan_branch(struct lower *l, struct changes *c, const struct stmt *branch,
                                  const struct after *after, bool other)
{
    TRY(scan(l, c, branch, l->env, other));
    if (branch && stmt_returns(branch))
        return SOTTO_OK;
    for (; after; after = after->next)
        TRY(scan(l, c, after->list, after->env, other));
    return SOTTO_OK;
}

/* Both the branch's condition and those around it, for the assignments to elements. */
static enum sotto_err enter_path(struct lower *l, const struct changes *c, uint32_t condition, bool other)
{
    struct value v = { .reg = condition };
    struct type t = lower_scalar(IMAGE_BOOL, true);

    if (!c->elements)
        return SOTTO_OK;
    if (other)
        TRY(lower_op(l, IMAGE_NOT, t, v.reg, IMAGE_NONE, IMAGE_NONE, &v));
    if (l->frame->path != IMAGE_NONE)
        TRY(lower_op(l, IMAGE_AND, t, l->frame->path, v.reg, IMAGE_NONE, &v));
    l->frame->path = v.reg;
    return SOTTO_OK;
}

/* The side's own copy of every variable that it assigns. The result of a function is written whole in both
 * sides or not read at all, so its copy starts empty. */
static enum sotto_err shadow(struct lower *l, struct changes *c, bool other)
{
    for (struct change *ch = c->list; ch; ch = ch->next) {
        if (!(other ? ch->in_other : ch->in_body))
            continue;
        TRY(lower_reg(l, ch->var->type, &ch->var->reg));
        if (ch->var != l->frame->ret)
            TRY(lower_emit(l, IMAGE_COPY, ch->var->reg, ch->before, IMAGE_NONE, IMAGE_NONE));
    }
    return SOTTO_OK;
}

static enum sotto_err lower_side(struct lower *l, struct changes *c, struct stmt *list, struct after *after,
                                 uint32_t condition, bool other)
{
    struct var *env = l->env;
    uint32_t path = l->frame->path;

    TRY(shadow(l, c, other));
    TRY(enter_path(l, c, condition, other));
    l->secret_depth++;
    TRY(lower_list(l, list, after));
    l->secret_depth--;
    l->env = env;
    l->frame->path = path;
    for (struct change *ch = c->list; ch; ch = ch->next) {
        *(other ? &ch->after_other : &ch->after_body) = ch->var->reg;
        ch->var->reg = ch->before;
    }
    return SOTTO_OK;
}

static enum sotto_err lower_secret_if(struct lower *l, struct stmt *s, struct after *after, uint32_t condition)
{
    struct changes c = { 0 };

    TRY(scan_branch(l, &c, s->body, after, false));
    TRY(scan_branch(l, &c, s->other, after, true));
    if (after && l->frame->ret) {
        TRY(add_change(l, &c, l->frame->ret, false, s->at));
        TRY(add_change(l, &c, l->frame->ret, true, s->at));
    }
    for (struct change *ch = c.list; ch; ch = ch->next)
        ch->before = ch->var->reg;
    TRY(lower_side(l, &c, s->body, after, condition, false));
    TRY(lower_side(l, &c, s->other, after, condition, true));
    l->line = s->at.line;
    for (struct change *ch = c.list; ch; ch = ch->next) {
        if (after && ch->var != l->frame->ret)
            continue; /* nothing is left to run after this 'if': only the result matters */
        TRY(lower_emit(l, IMAGE_SELECT, ch->before, condition, ch->after_body, ch->after_other));
    }
    return SOTTO_OK;
}

static enum sotto_err lower_public_if(struct lower *l, struct stmt *s, struct after *after, uint32_t condition)
{
    struct var *env = l->env;
    uint32_t start, branch = IMAGE_NONE;

    TRY(lower_block_begin(l, s->at, IMAGE_IF, IMAGE_NONE, condition, IMAGE_NONE, &start));
    TRY(lower_list(l, s->body, after));
    l->env = env;
    if (s->other || after) {
        l->line = s->at.line;
        branch = (uint32_t)l->im->code_n;
        TRY(lower_emit(l, IMAGE_ELSE, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE));
        TRY(lower_list(l, s->other, after));
        l->env = env;
    }
    l->line = s->at.line;
    return lower_block_end(l, start, branch);
}

enum sotto_err lower_if(struct lower *l, struct stmt *s, struct after *after)
{
    struct value c;

    TRY(lower_as(l, s->value, IMAGE_ELEM_KINDS, &c));
    if (c.literal || c.type.elem != IMAGE_BOOL)
        return lower_error(l, s->value->at, "compare: ... != 0", "the condition is not a bool");
    if (c.type.vector)
        return lower_error(l, s->value->at, "use any(...) or all(...), or select(...) element by element",
                           "the condition is a vector");
    return c.type.secret ? lower_secret_if(l, s, after, c.reg) : lower_public_if(l, s, after, c.reg);
}
