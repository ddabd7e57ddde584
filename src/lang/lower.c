/* lower.c - a whole program: declarations, main, and the functions that nobody calls. */
#include "lang/lower.h"

/* Sizes come into being in the brackets of inputs and outputs. */
static enum sotto_err add_symbol(struct lower *l, const struct decl *d)
{
    const struct size_syntax *s = &d->type.size;
    struct type t = { 0 };
    struct var *v;

    if (!d->type.vector || !s->name)
        return SOTTO_OK;
    v = scope_find(l, l->env, s->name);
    if (v)
        return SOTTO_OK; /* what it is will be checked when the size is used */
    if (l->im->symbols_n >= LANG_DECLS_MAX)
        return lower_error(l, s->at, NULL, "more than %d sizes", (int)LANG_DECLS_MAX);
    t.size.symbol = image_add_symbol(l->im, s->name->text);
    return t.size.symbol == IMAGE_NONE ? SOTTO_ERR_RESOURCE
                                       : scope_add(l, VAR_SIZE, s->name, s->at, t, IMAGE_NONE, NULL);
}

static enum sotto_err check_new(struct lower *l, const struct decl *d)
{
    static const char *const hint = "choose another name";
    const struct var *v = scope_find(l, l->env, d->name);
    const char *name = d->name->text;

    if (lower_is_builtin(name))
        return lower_error(l, d->at, hint, "'%s' is a function of the language", name);
    if (v && v->kind == VAR_SIZE)
        return lower_error(l, d->at, hint, "'%s' is already a size (line %u)", name, (unsigned)v->at.line);
    for (const struct decl *o = l->program; o != d; o = o->next) {
        TRY(lower_step(l, d->at));
        if (o->name == d->name)
            return lower_error(l, d->at, hint, "'%s' is already declared in line %u", name,
                               (unsigned)o->at.line);
    }
    return SOTTO_OK;
}

static enum sotto_err lower_input(struct lower *l, const struct decl *d, struct type t)
{
    struct image_input in = { .name = arena_strdup(&l->src->arena, d->name->text, strlen(d->name->text)),
                              .from = d->role,
                              .elem = (uint8_t)t.elem,
                              .domain = IMAGE_BITS };
    uint32_t index, reg;

    TRY(lower_size_index(l, t, &in.size));
    index = in.name ? image_add_input(l->im, in) : IMAGE_NONE;
    if (index == IMAGE_NONE)
        return SOTTO_ERR_RESOURCE;
    TRY(lower_reg(l, t, &reg));
    TRY(lower_emit(l, IMAGE_INPUT, reg, index, IMAGE_NONE, IMAGE_NONE));
    return scope_add(l, VAR_INPUT, d->name, d->at, t, reg, NULL);
}

static enum sotto_err lower_param(struct lower *l, const struct decl *d, struct type t)
{
    struct image_param p = { .name = arena_strdup(&l->src->arena, d->name->text, strlen(d->name->text)),
                             .elem = (uint8_t)t.elem,
                             .has_default = d->has_default,
                             .value = (uint64_t)d->value };
    struct value v = { .literal = true, .number = d->value };
    uint32_t index, reg;

    if (d->has_default && t.elem != IMAGE_BOOL)
        TRY(type_check_literal(l, d->value_at, t.elem, &v));
    index = p.name ? image_add_param(l->im, p) : IMAGE_NONE;
    if (index == IMAGE_NONE)
        return SOTTO_ERR_RESOURCE;
    TRY(lower_reg(l, t, &reg));
    TRY(lower_emit(l, IMAGE_PARAM, reg, index, IMAGE_NONE, IMAGE_NONE));
    return scope_add(l, VAR_PARAM, d->name, d->at, t, reg, NULL);
}

/* An output that the program reads, or sets in parts, lives in a register and goes out at the end. */
static enum sotto_err lower_output(struct lower *l, const struct decl *d, struct type t)
{
    struct image_output out = { .name = arena_strdup(&l->src->arena, d->name->text, strlen(d->name->text)),
                                .to = d->role,
                                .elem = (uint8_t)t.elem };
    uint32_t index, reg = IMAGE_NONE, k;
    struct var *v;

    if (!d->name->is_assigned)
        return lower_error(l, d->at, "assign to it in main, or remove it", "the output '%s' is never set",
                           d->name->text);
    TRY(lower_size_index(l, t, &out.size));
    index = out.name ? image_add_output(l->im, out) : IMAGE_NONE;
    if (index == IMAGE_NONE)
        return SOTTO_ERR_RESOURCE;
    if (d->name->is_read) {
        TRY(lower_reg(l, t, &reg));
        TRY(lower_const(l, t.elem, 0, &k));
        TRY(lower_emit(l, IMAGE_COPY, reg, k, IMAGE_NONE, IMAGE_NONE));
    }
    TRY(scope_add(l, VAR_OUTPUT, d->name, d->at, t, reg, &v));
    v->output = index;
    return SOTTO_OK;
}

static enum sotto_err lower_decl(struct lower *l, const struct decl *d, unsigned counts[4])
{
    struct type t;

    l->line = d->at.line;
    TRY(check_new(l, d));
    if (d->kind == DECL_FUNCTION)
        return SOTTO_OK;
    if (++counts[d->kind] > LANG_DECLS_MAX)
        return lower_error(l, d->at, "use vectors", "more than %d of this kind", (int)LANG_DECLS_MAX);
    TRY(add_symbol(l, d));
    TRY(type_resolve(l, &d->type, &t));
    if (d->kind == DECL_INPUT)
        return lower_input(l, d, t);
    return d->kind == DECL_PARAM ? lower_param(l, d, t) : lower_output(l, d, t);
}

static enum sotto_err lower_main(struct lower *l)
{
    struct name *name = lang_name(l->src, "main", 4);
    struct decl *f = name ? scope_function(l, name) : NULL;
    struct frame frame = { .function = f };
    struct span end = { 0, 1, 1 };

    if (!name)
        return SOTTO_ERR_RESOURCE;
    if (!f)
        return lang_error(l->src, end, "add: void main() { ... }", "the program has no 'main'");
    if (!f->type.is_void || f->params)
        return lang_error(l->src, f->at, "write: void main()", "'main' takes nothing and returns nothing");
    TRY(lower_body(l, &frame));
    for (const struct var *v = l->globals; v; v = v->next) {
        l->line = f->end.line;
        if (v->kind == VAR_OUTPUT && v->reg != IMAGE_NONE)
            TRY(lower_emit(l, IMAGE_OUTPUT, IMAGE_NONE, v->output, v->reg, IMAGE_NONE));
    }
    return lower_emit(l, IMAGE_HALT, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE);
}

/* The image is put back afterwards: its tables only ever grow at the end. */
static enum sotto_err check_uncalled(struct lower *l)
{
    struct image *im = l->im;

    for (struct decl *f = l->program; f; f = f->next) {
        size_t symbols = im->symbols_n, sizes = im->sizes_n, consts = im->consts_n, reveals = im->reveals_n;
        size_t regs = im->regs_n, code = im->code_n;

        if (f->kind != DECL_FUNCTION || f->called)
            continue;
        TRY(lower_uncalled(l, f));
        im->symbols_n = symbols;
        im->sizes_n = sizes;
        im->consts_n = consts;
        im->reveals_n = reveals;
        im->regs_n = regs;
        im->code_n = code;
    }
    return SOTTO_OK;
}

enum sotto_err lower_program(struct source *src, struct decl *program, struct image *im)
{
    struct lower l = { .src = src, .im = im, .program = program, .line = 1, .wanted = IMAGE_ELEM_KINDS };
    unsigned counts[4] = { 0 };

    for (const struct decl *d = program; d; d = d->next)
        TRY(lower_decl(&l, d, counts));
    l.globals = l.env;
    TRY(lower_main(&l));
    return check_uncalled(&l);
}
