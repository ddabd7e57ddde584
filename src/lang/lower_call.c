/* lower_call.c - functions, inlined at every call. */
#include <stdio.h>

#include "lang/lower.h"

static enum sotto_err recursion_error(struct lower *l, const struct expr *e, struct decl *f)
{
    char cycle[300] = "";
    size_t n = 0;
    const struct frame *frames[LANG_CALLS_MAX + 1];
    unsigned depth = 0;

    for (const struct frame *fr = l->frame; fr; fr = fr->up) {
        frames[depth++] = fr;
        if (fr->function == f)
            break;
    }
    while (depth && n < sizeof cycle - 80)
        n += (size_t)snprintf(cycle + n, sizeof cycle - n, "%s -> ", frames[--depth]->function->name->text);
    return lang_error(l->src, e->op, "use a 'for' with a public bound", "recursion is not allowed: %s%s%s",
                      cycle, depth ? "... -> " : "", f->name->text);
}

/* The first use of a size symbol in the parameters gives it its value; later ones must agree. */
static enum sotto_err bind_size(struct lower *l, struct span at, const struct stmt *param,
                                const struct value *v, struct var *stop)
{
    const struct size_syntax *s = &param->type.size;
    struct type size = { .size = v->type.size };
    struct var *bound = l->env;

    while (bound != stop && !(bound->kind == VAR_SIZE && bound->name == s->name))
        bound = bound->next;
    if (!s->name || bound != stop)
        return SOTTO_OK;
    size.size.addend -= s->addend;
    if (size.size.addend < 0)
        return lower_error(l, at, NULL, "this vector is too short for '%s'", param->name->text);
    return scope_add(l, VAR_SIZE, s->name, s->at, size, IMAGE_NONE, NULL);
}

static bool assigns(const struct stmt *list, const struct name *name)
{
    for (; list; list = list->next)
        if ((list->kind == STMT_ASSIGN && list->name == name) || assigns(list->body, name) ||
            assigns(list->other, name))
            return true;
    return false;
}

/* A parameter is the argument's register, unless the function changes it or it has to become secret. */
static enum sotto_err bind_parameter(struct lower *l, struct decl *f, const struct stmt *param, struct span at,
                                     struct value *v, struct var *stop)
{
    struct type t;
    char what[SOTTO_NAME_LEN_MAX + 16];

    if (param->type.vector && (v->literal || !v->type.vector))
        return lower_error(l, at, NULL, "'%s' takes a vector, this is a single value", param->name->text);
    if (param->type.vector)
        TRY(bind_size(l, at, param, v, stop));
    TRY(type_resolve(l, &param->type, &t));
    snprintf(what, sizeof what, "argument '%s'", param->name->text);
    TRY(type_assign(l, at, t, what, param->name_at.line, v));
    if (assigns(f->body, param->name) || t.secret != v->type.secret) {
        uint32_t reg;

        if (!v->temp || t.secret != v->type.secret) {
            TRY(lower_reg(l, t, &reg));
            TRY(lower_emit(l, IMAGE_COPY, reg, v->reg, IMAGE_NONE, IMAGE_NONE));
            v->reg = reg;
        }
    }
    return scope_add(l, VAR_LOCAL, param->name, param->name_at, t, v->reg, NULL);
}

/* Two parameters of one name would hide each other, and so would a parameter and a size. */
static enum sotto_err check_parameters(struct lower *l, const struct decl *f)
{
    for (const struct stmt *a = f->params; a; a = a->next) {
        TRY(lower_step(l, a->name_at));
        TRY(scope_check_new(l, a->name_at, a->name, l->globals));
        for (const struct stmt *b = f->params; b; b = b->next) {
            if (a == b)
                break;
            if (a->name == b->name)
                return lower_error(l, a->name_at, "choose another name", "'%s' is there twice", a->name->text);
        }
        for (const struct stmt *b = f->params; b; b = b->next)
            if (b->type.vector && b->type.size.name == a->name)
                return lower_error(l, b->type.size.at, "leave the argument out: the size comes with the vector",
                                   "'%s' is an argument and a size", a->name->text);
    }
    return SOTTO_OK;
}

enum sotto_err lower_body(struct lower *l, struct frame *frame)
{
    struct decl *f = frame->function;
    struct type t;

    f->called = true;
    frame->loop_depth = l->loop_depth;
    frame->path = IMAGE_NONE;
    frame->up = l->frame;
    l->frame = frame;
    if (!f->type.is_void) {
        struct var *env = l->env;
        uint32_t reg;

        if (!stmt_returns(f->body))
            return lower_error(l, f->end, "end it with 'return ...;', on every path",
                               "'%s' may end without a result", f->name->text);
        TRY(type_resolve(l, &f->type, &t));
        TRY(lower_reg(l, t, &reg));
        TRY(scope_add(l, VAR_LOCAL, NULL, f->at, t, reg, &frame->ret));
        l->env = env; /* it has no name; only the frame knows it */
    }
    TRY(lower_list(l, f->body, NULL));
    l->frame = frame->up;
    return SOTTO_OK;
}

static enum sotto_err lower_arguments(struct lower *l, const struct expr *e, struct decl *f)
{
    struct var *caller = l->env, *head = l->globals;
    const struct expr *arg = e->a;
    struct value v;

    for (const struct stmt *p = f->params; p; p = p->next, arg = arg->next) {
        l->env = caller;
        TRY(lower_as(l, arg, p->type.elem, &v));
        l->env = head;
        TRY(bind_parameter(l, f, p, arg->at, &v, l->globals));
        head = l->env;
    }
    l->env = head;
    return SOTTO_OK;
}

enum sotto_err lower_call(struct lower *l, const struct expr *e, struct value *out)
{
    struct decl *f = scope_function(l, e->name);
    struct frame frame = { .function = f, .call = e->op };
    struct var *caller = l->env;
    unsigned args = 0, params = 0;

    if (!f)
        return scope_unknown(l, e->op, e->name, true);
    for (const struct frame *fr = l->frame; fr; fr = fr->up)
        if (fr->function == f)
            return recursion_error(l, e, f);
    for (const struct expr *a = e->a; a; a = a->next)
        args++;
    for (const struct stmt *p = f->params; p; p = p->next)
        params++;
    if (args != params)
        return lower_error(l, e->op, NULL, "'%s' takes %u argument%s, %u given", f->name->text, params,
                           params == 1 ? "" : "s", args);
    if (l->call_depth >= LANG_CALLS_MAX)
        return lower_error(l, e->op, "merge some of them", "more than %d calls within each other",
                           (int)LANG_CALLS_MAX);
    TRY(check_parameters(l, f));
    TRY(lower_arguments(l, e, f));
    l->call_depth++;
    TRY(lower_body(l, &frame));
    l->call_depth--;
    l->env = caller;
    l->line = e->op.line;
    *out =
        (struct value){ .reg = IMAGE_NONE, .temp = true, .origin = f->name->text, .origin_line = e->op.line };
    if (frame.ret) {
        out->type = frame.ret->type;
        out->reg = frame.ret->reg;
    }
    return SOTTO_OK;
}

enum sotto_err lower_uncalled(struct lower *l, struct decl *f)
{
    struct frame frame = { .function = f, .call = f->at };
    struct type t;
    uint32_t reg;

    l->env = l->globals;
    TRY(check_parameters(l, f));
    for (const struct stmt *p = f->params; p; p = p->next) {
        const struct size_syntax *s = &p->type.size;
        struct type size = { .size = { IMAGE_NONE, 0 } };
        struct var *bound = s->name ? scope_find(l, l->env, s->name) : NULL;

        if (p->type.vector && s->name && (!bound || bound->kind != VAR_SIZE)) {
            size.size.symbol = image_add_symbol(l->im, s->name->text);
            if (size.size.symbol == IMAGE_NONE)
                return SOTTO_ERR_RESOURCE;
            size.size.addend = s->addend < 0 ? -s->addend : 0;
            TRY(scope_add(l, VAR_SIZE, s->name, s->at, size, IMAGE_NONE, NULL));
        }
        TRY(type_resolve(l, &p->type, &t));
        TRY(lower_reg(l, t, &reg));
        TRY(scope_add(l, VAR_LOCAL, p->name, p->name_at, t, reg, NULL));
    }
    return lower_body(l, &frame);
}
