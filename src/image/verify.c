/* verify.c - what holds for a whole image: its tables, then each instruction, then the flow between them. */
#include "image/internal.h"

#include <stdarg.h>
#include <stdio.h>

enum sotto_err image_complain(const struct image_check *c, const char *format, ...)
{
    const struct image_insn *in = &c->im->code[c->at];
    const struct image_op_info *op = image_op_info(in->op);
    char what[FAULT_TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fault_set(c->f, SOTTO_ERR_IMAGE, "instruction %zu (%s, line %u): %s", c->at, op ? op->name : "?",
                     in->line, what);
}

/* One entry of a table under examination. */
struct entry {
    const struct image *im;
    const char *table;
    size_t index;
    struct fault *f;
};

static enum sotto_err bad(const struct entry *e, const char *what)
{
    return fault_set(e->f, SOTTO_ERR_IMAGE, "%s %zu: %s", e->table, e->index, what);
}

static enum sotto_err check_text(const struct entry *e, const char *s, size_t len_max)
{
    size_t len = s ? strlen(s) : 0;

    if (len == 0)
        return bad(e, "a name is empty");
    if (len > len_max)
        return bad(e, "a name or text is too long");
    return text_is_line(s, len) ? SOTTO_OK : bad(e, "a name or text is not plain UTF-8");
}

static enum sotto_err check_type(const struct entry *e, unsigned elem, uint32_t size)
{
    if (elem >= IMAGE_ELEM_KINDS)
        return bad(e, "its element type does not exist");
    if (size != IMAGE_NONE && size >= e->im->sizes_n)
        return bad(e, "its size does not exist");
    return SOTTO_OK;
}

static enum sotto_err check_flag(const struct entry *e, unsigned flag, const char *what)
{
    return flag <= 1 ? SOTTO_OK : bad(e, what);
}

/* A name that nothing before it in its table has; name_of(im, i) is the table's i-th. */
static enum sotto_err check_name(const struct entry *e, const char *(*name_of)(const struct image *, size_t))
{
    TRY(check_text(e, name_of(e->im, e->index), SOTTO_NAME_LEN_MAX));
    for (size_t i = 0; i < e->index; i++)
        if (strcmp(name_of(e->im, i), name_of(e->im, e->index)) == 0)
            return bad(e, "an earlier one has the same name");
    return SOTTO_OK;
}

static const char *symbol_name(const struct image *im, size_t i)
{
    return im->symbols[i];
}
static const char *param_name(const struct image *im, size_t i)
{
    return im->params[i].name;
}
static const char *input_name(const struct image *im, size_t i)
{
    return im->inputs[i].name;
}
static const char *output_name(const struct image *im, size_t i)
{
    return im->outputs[i].name;
}

static enum sotto_err check_symbol(const struct entry *e)
{
    return check_name(e, symbol_name);
}

static enum sotto_err check_size(const struct entry *e)
{
    const struct image_size *s = &e->im->sizes[e->index];

    if (s->symbol != IMAGE_NONE && s->symbol >= e->im->symbols_n)
        return bad(e, "its symbol does not exist");
    return s->addend <= SOTTO_VECTOR_N_MAX ? SOTTO_OK : bad(e, "it is larger than any vector may be");
}

static enum sotto_err check_param(const struct entry *e)
{
    const struct image_param *p = &e->im->params[e->index];

    TRY(check_name(e, param_name));
    TRY(check_type(e, p->elem, IMAGE_NONE));
    TRY(check_flag(e, p->has_default, "has_default is neither 0 nor 1"));
    if (!p->has_default && p->value)
        return bad(e, "it has a value but no default");
    return image_elem_holds(p->elem, p->value) ? SOTTO_OK : bad(e, "its default does not fit its type");
}

static enum sotto_err check_input(const struct entry *e)
{
    const struct image_input *in = &e->im->inputs[e->index];

    TRY(check_name(e, input_name));
    TRY(check_text(e, in->from, SOTTO_NAME_LEN_MAX));
    TRY(check_flag(e, in->domain, "its domain is neither arithmetic nor bits"));
    return check_type(e, in->elem, in->size);
}

static enum sotto_err check_output(const struct entry *e)
{
    const struct image_output *out = &e->im->outputs[e->index];

    TRY(check_name(e, output_name));
    TRY(check_text(e, out->to, SOTTO_NAME_LEN_MAX));
    return check_type(e, out->elem, out->size);
}

/* A value that reaches a register is known to every node, so "everyone" is the only honest recipient. */
static enum sotto_err check_reveal(const struct entry *e)
{
    const struct image_reveal *r = &e->im->reveals[e->index];

    TRY(check_text(e, r->what, IMAGE_TEXT_LEN_MAX));
    TRY(check_text(e, r->to, SOTTO_NAME_LEN_MAX));
    if (strcmp(r->to, "everyone") != 0)
        return bad(e, "it opens to some only; a reveal opens to everyone");
    TRY(check_flag(e, r->in_loop, "in_loop is neither 0 nor 1"));
    TRY(check_flag(e, r->under_reveal, "under_reveal is neither 0 nor 1"));
    return check_type(e, r->elem, r->size);
}

static enum sotto_err check_reg(const struct entry *e)
{
    const struct image_reg *r = &e->im->regs[e->index];

    TRY(check_flag(e, r->secret, "secret is neither 0 nor 1"));
    if (r->elem != IMAGE_ROW)
        return r->planes ? bad(e, "it has planes, but is no row") : check_type(e, r->elem, r->size);
    TRY(check_type(e, IMAGE_BOOL, r->size));
    if (!r->secret || r->size == IMAGE_NONE)
        return bad(e, "rows are secret vectors");
    return r->planes && r->planes <= IMAGE_PLANES_MAX ? SOTTO_OK : bad(e, "a row has no planes, or too many");
}

static enum sotto_err check_table(const struct image *im, const char *table, size_t n, size_t n_max,
                                  enum sotto_err (*check)(const struct entry *), struct fault *f)
{
    struct entry e = { im, table, 0, f };

    if (n > n_max)
        return fault_set(f, SOTTO_ERR_IMAGE,
                         "the image has %zu entries in its table of type \"%s\", more than %zu", n, table,
                         n_max);
    for (; check && e.index < n; e.index++)
        TRY(check(&e));
    return SOTTO_OK;
}

static enum sotto_err check_tables(const struct image *im, struct fault *f)
{
    if (im->name && (strlen(im->name) > IMAGE_TEXT_LEN_MAX || !text_is_line(im->name, strlen(im->name))))
        return fault_set(f, SOTTO_ERR_IMAGE, "the image's name is too long or not plain UTF-8");
    TRY(check_table(im, "symbol", im->symbols_n, IMAGE_DECLS_MAX, check_symbol, f));
    TRY(check_table(im, "size", im->sizes_n, IMAGE_TABLE_MAX, check_size, f));
    TRY(check_table(im, "constant", im->consts_n, IMAGE_TABLE_MAX, NULL, f));
    TRY(check_table(im, "parameter", im->params_n, IMAGE_DECLS_MAX, check_param, f));
    TRY(check_table(im, "input", im->inputs_n, IMAGE_DECLS_MAX, check_input, f));
    TRY(check_table(im, "output", im->outputs_n, IMAGE_DECLS_MAX, check_output, f));
    TRY(check_table(im, "manifest entry", im->reveals_n, IMAGE_REVEALS_MAX, check_reveal, f));
    TRY(check_table(im, "register", im->regs_n, IMAGE_TABLE_MAX, check_reg, f));
    return check_table(im, "instruction", im->code_n, IMAGE_TABLE_MAX, NULL, f);
}

enum sotto_err image_verify(const struct image *im, struct fault *f)
{
    TRY(check_tables(im, f));
    for (size_t at = 0; at < im->code_n; at++) {
        struct image_check c = { im, at, f };

        TRY(image_check_types(&c));
    }
    TRY(image_check_flow(im, f));
    return image_check_openings(im, f);
}
