/* lower_emit.c - registers and instructions, and the bounds on both. */
#include <stdarg.h>
#include <stdio.h>

#include "lang/lower.h"

enum sotto_err lower_error(struct lower *l, struct span at, const char *hint, const char *format, ...)
{
    char text[400];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (l->frame && l->frame->up)
        return lang_error(l->src, at, hint, "%s (in '%s' as called in line %u)", text,
                          l->frame->function->name->text, (unsigned)l->frame->call.line);
    return lang_error(l->src, at, hint, "%s", text);
}

enum sotto_err lower_step(struct lower *l, struct span at)
{
    if (++l->work <= LANG_WORK_MAX)
        return SOTTO_OK;
    return lower_error(l, at, "use loops, and call functions less often: every call is a copy",
                       "the program grows too large when its functions are inlined");
}

enum sotto_err lower_deeper(struct lower *l, struct span at)
{
    TRY(lower_step(l, at));
    if (++l->depth <= LANG_DEPTH_MAX)
        return SOTTO_OK;
    return lower_error(l, at, "give parts of it names, or use fewer 'return's one after another",
                       "nested too deeply (more than %d levels)", (int)LANG_DEPTH_MAX);
}

static struct span line_span(const struct lower *l)
{
    struct span at = { 0, 1, 1 };

    while (at.line < l->line && at.at < l->src->len)
        at.line += l->src->text[at.at++] == '\n';
    return at;
}

static enum sotto_err too_large(struct lower *l, const char *what, unsigned max)
{
    return lower_error(l, line_span(l), "use loops, and call functions less often: every call is a copy",
                       "the program is too large: more than %u %s", max, what);
}

struct type lower_scalar(enum image_elem elem, bool secret)
{
    return (struct type){ elem, secret, false, { IMAGE_NONE, 0 } };
}

enum sotto_err lower_size_index(struct lower *l, struct type t, uint32_t *index)
{
    *index = IMAGE_NONE;
    if (!t.vector)
        return SOTTO_OK;
    if (l->im->sizes_n >= LANG_SIZES_MAX)
        return too_large(l, "different sizes", LANG_SIZES_MAX);
    *index = image_add_size(l->im, (struct image_size){ t.size.symbol, (uint64_t)t.size.addend });
    return *index == IMAGE_NONE ? SOTTO_ERR_RESOURCE : SOTTO_OK;
}

enum sotto_err lower_reg(struct lower *l, struct type t, uint32_t *reg)
{
    struct image_reg r = { .elem = (uint8_t)t.elem, .secret = t.secret, .size = IMAGE_NONE };

    if (l->im->regs_n >= LANG_REGS_MAX)
        return too_large(l, "values", LANG_REGS_MAX);
    TRY(lower_size_index(l, t, &r.size));
    *reg = image_add_reg(l->im, r);
    return *reg == IMAGE_NONE ? SOTTO_ERR_RESOURCE : SOTTO_OK;
}

enum sotto_err lower_emit(struct lower *l, enum image_op op, uint32_t dst, uint32_t a, uint32_t b, uint32_t c)
{
    struct image_insn in = { (uint8_t)op, dst, a, b, c, l->line };

    if (l->im->code_n >= LANG_INSNS_MAX)
        return too_large(l, "instructions", LANG_INSNS_MAX);
    return image_add_insn(l->im, in) == IMAGE_NONE ? SOTTO_ERR_RESOURCE : SOTTO_OK;
}

enum sotto_err lower_op(struct lower *l, enum image_op op, struct type t, uint32_t a, uint32_t b, uint32_t c,
                        struct value *out)
{
    const char *origin = out->origin;
    uint32_t line = out->origin_line;

    *out = (struct value){ .type = t, .temp = true, .origin = origin, .origin_line = line };
    TRY(lower_reg(l, t, &out->reg));
    return lower_emit(l, op, out->reg, a, b, c);
}

enum sotto_err lower_const(struct lower *l, enum image_elem elem, uint64_t value, uint32_t *reg)
{
    uint32_t k;

    if (l->im->consts_n >= LANG_CONSTS_MAX)
        return too_large(l, "different constants", LANG_CONSTS_MAX);
    k = image_add_const(l->im, value);
    if (k == IMAGE_NONE)
        return SOTTO_ERR_RESOURCE;
    TRY(lower_reg(l, lower_scalar(elem, false), reg));
    return lower_emit(l, IMAGE_CONST, *reg, k, IMAGE_NONE, IMAGE_NONE);
}

/* The instruction that made a temporary may write to its destination at once. */
static bool retarget(struct lower *l, uint32_t dst, const struct value *v)
{
    struct image *im = l->im;
    struct image_insn *last = im->code_n ? &im->code[im->code_n - 1] : NULL;
    const struct image_reg *from = &im->regs[v->reg], *to = &im->regs[dst];

    if (!v->temp || !last || last->dst != v->reg || v->reg + 1 != im->regs_n || dst == v->reg)
        return false;
    if (last->op == IMAGE_FOR || from->elem != to->elem || from->secret != to->secret || from->size != to->size)
        return false;
    /* These may be table indices too: then a COPY does no harm. */
    if (last->a == dst || last->b == dst || last->c == dst)
        return false;
    last->dst = dst;
    im->regs_n--;
    return true;
}

enum sotto_err lower_store(struct lower *l, uint32_t dst, const struct value *v)
{
    assert(!v->literal);
    if (dst == v->reg || retarget(l, dst, v))
        return SOTTO_OK;
    return lower_emit(l, IMAGE_COPY, dst, v->reg, IMAGE_NONE, IMAGE_NONE);
}
