/* types.c - one instruction by itself: operands, element types, sizes, secrecy. */
#include "image/internal.h"

#include <stdio.h>

struct operands {
    const struct image_insn *in;
    const struct image_reg *dst, *a, *b, *c; /* &absent where the operand is no register */
};

/* Public and a scalar, so it disturbs no rule. */
static const struct image_reg absent = { .size = IMAGE_NONE };

static const char *const operand_names[4] = { "dst", "a", "b", "c" };

static size_t entries_of(const struct image *im, char kind)
{
    switch (kind) {
    case 'W':
    case 'R':
        return im->regs_n;
    case 'S':
        return im->sizes_n;
    case 'K':
        return im->consts_n;
    case 'I':
        return im->inputs_n;
    case 'O':
        return im->outputs_n;
    case 'P':
        return im->params_n;
    case 'V':
        return im->reveals_n;
    case 'T':
        return im->code_n;
    default:
        return 0;
    }
}

/* What a letter of opcodes.def points to. */
static const char *kind_name(char kind)
{
    static const char *const names[] = { "Wregister", "Rregister",  "Ssize",           "Kconstant",   "Iinput",
                                         "Ooutput",   "Pparameter", "Vmanifest entry", "Tinstruction" };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i][0] == kind)
            return names[i] + 1;
    return "operand";
}

static enum sotto_err check_operands(const struct image_check *c, struct operands *o)
{
    const struct image_insn *in = o->in;
    const struct image_op_info *op = image_op_info(in->op);
    const uint32_t value[4] = { in->dst, in->a, in->b, in->c };
    const struct image_reg **reg[4] = { &o->dst, &o->a, &o->b, &o->c };

    if (!op)
        return image_complain(c, "opcode %u does not exist", in->op);
    for (int i = 0; i < 4; i++) {
        char kind = op->operand[i];

        if (kind == '-' && value[i] != IMAGE_NONE)
            return image_complain(c, "operand %s is set, but the opcode has none", operand_names[i]);
        if (kind != '-' && value[i] >= entries_of(c->im, kind))
            return image_complain(c, "operand %s is %s %u, but there are %zu", operand_names[i],
                                  kind_name(kind), value[i], entries_of(c->im, kind));
        if (kind == 'W' || kind == 'R')
            *reg[i] = &c->im->regs[value[i]];
    }
    return SOTTO_OK;
}

/* Two sizes are equal for every binding: same symbol, same addend. */
bool image_same_size(const struct image *im, uint32_t a, uint32_t b)
{
    if (a == IMAGE_NONE || b == IMAGE_NONE)
        return a == b;
    return im->sizes[a].symbol == im->sizes[b].symbol && im->sizes[a].addend == im->sizes[b].addend;
}

static bool is_integer(const struct image_reg *r)
{
    return r->elem != IMAGE_BOOL;
}

static enum sotto_err want_elem(const struct image_check *c, const char *what, unsigned have, unsigned want)
{
    if (have == want)
        return SOTTO_OK;
    return image_complain(c, "%s is %s, %s expected", what, image_elem_name(have), image_elem_name(want));
}

static enum sotto_err want_integer(const struct image_check *c, const char *what, const struct image_reg *r)
{
    return is_integer(r) ? SOTTO_OK : image_complain(c, "%s is bool, an integer expected", what);
}

static enum sotto_err want_scalar(const struct image_check *c, const char *what, const struct image_reg *r)
{
    return r->size == IMAGE_NONE ? SOTTO_OK : image_complain(c, "%s is a vector, a scalar expected", what);
}

static enum sotto_err want_vector(const struct image_check *c, const char *what, const struct image_reg *r)
{
    return r->size != IMAGE_NONE ? SOTTO_OK : image_complain(c, "%s is a scalar, a vector expected", what);
}

static enum sotto_err want_size(const struct image_check *c, const char *what, uint32_t have, uint32_t want)
{
    return image_same_size(c->im, have, want) ? SOTTO_OK : image_complain(c, "the sizes of %s differ", what);
}

static enum sotto_err want_public(const struct image_check *c, const char *what, const struct image_reg *r)
{
    return !r->secret ? SOTTO_OK : image_complain(c, "%s is secret, a public value expected", what);
}

static enum sotto_err public_scalar(const struct image_check *c, const char *what, const struct image_reg *r)
{
    TRY(want_public(c, what, r));
    return want_scalar(c, what, r);
}

/* A secret operand makes the result secret, and nothing else does: what may be less, REVEAL, or more, COPY, is
 * not checked here. */
static enum sotto_err check_secrecy(const struct image_check *c, const struct operands *o)
{
    bool secret = o->a->secret || o->b->secret || o->c->secret;

    if (secret && !o->dst->secret)
        return image_complain(c, "a secret operand, but the result is public; only REVEAL opens a secret");
    if (!secret && o->dst->secret)
        return image_complain(c, "public operands, but the result is secret; COPY makes a public value secret");
    return SOTTO_OK;
}

/* Element by element: an operand has dst's size, or is a scalar and repeated. */
static enum sotto_err check_broadcast(const struct image_check *c, const struct operands *o)
{
    const struct image_reg *const operand[3] = { o->a, o->b, o->c };

    for (int i = 0; i < 3; i++)
        if (operand[i]->size != IMAGE_NONE && !image_same_size(c->im, operand[i]->size, o->dst->size))
            return image_complain(c, "the size of operand %s is neither dst's nor a scalar",
                                  operand_names[i + 1]);
    return SOTTO_OK;
}

static enum sotto_err check_control(const struct image_check *c, const struct operands *o)
{
    if (o->in->op == IMAGE_IF) {
        TRY(public_scalar(c, "the condition", o->a));
        return want_elem(c, "the condition", o->a->elem, IMAGE_BOOL);
    }
    if (o->in->op != IMAGE_FOR)
        return SOTTO_OK;
    TRY(public_scalar(c, "the counter", o->dst));
    TRY(public_scalar(c, "the lower bound", o->a));
    TRY(public_scalar(c, "the upper bound", o->b));
    TRY(want_integer(c, "the counter", o->dst));
    TRY(want_elem(c, "the lower bound", o->a->elem, o->dst->elem));
    return want_elem(c, "the upper bound", o->b->elem, o->dst->elem);
}

static enum sotto_err check_wide(const struct image_check *c, const struct operands *o)
{
    TRY(want_integer(c, "dst", o->dst));
    if (image_elem_bits(o->dst->elem) < 32)
        return image_complain(c, "dst is %s; 32 bits at least, so that every size fits",
                              image_elem_name(o->dst->elem));
    return SOTTO_OK;
}

static enum sotto_err check_value(const struct image_check *c, const struct operands *o)
{
    const struct image_insn *in = o->in;
    const struct image_input *input;

    switch ((enum image_op)in->op) {
    case IMAGE_CONST:
        TRY(public_scalar(c, "dst", o->dst));
        if (!image_elem_holds(o->dst->elem, c->im->consts[in->a]))
            return image_complain(c, "the constant does not fit %s", image_elem_name(o->dst->elem));
        return SOTTO_OK;
    case IMAGE_PARAM:
        TRY(public_scalar(c, "dst", o->dst));
        return want_elem(c, "dst", o->dst->elem, c->im->params[in->a].elem);
    case IMAGE_SIZE:
        TRY(public_scalar(c, "dst", o->dst));
        return check_wide(c, o);
    case IMAGE_INDEX:
        TRY(want_public(c, "dst", o->dst));
        TRY(want_vector(c, "dst", o->dst));
        return check_wide(c, o);
    default: /* INPUT */
        input = &c->im->inputs[in->a];
        if (!o->dst->secret)
            return image_complain(c, "dst is public, but an input is secret");
        TRY(want_elem(c, "dst", o->dst->elem, input->elem));
        return want_size(c, "dst and the input", o->dst->size, input->size);
    }
}

static enum sotto_err check_move(const struct image_check *c, const struct operands *o)
{
    const struct image_insn *in = o->in;
    const struct image_output *out;
    const struct image_reveal *r;

    switch ((enum image_op)in->op) {
    case IMAGE_OUTPUT:
        out = &c->im->outputs[in->a];
        TRY(want_public(c, "the value of an output", o->b));
        TRY(want_elem(c, "the value", o->b->elem, out->elem));
        return want_size(c, "the value and the output", o->b->size, out->size);
    case IMAGE_REVEAL:
        r = &c->im->reveals[in->b];
        if (!o->a->secret)
            return image_complain(c, "the operand is public already");
        TRY(want_public(c, "dst", o->dst));
        TRY(want_elem(c, "dst", o->dst->elem, o->a->elem));
        TRY(want_elem(c, "the manifest entry", r->elem, o->a->elem));
        TRY(want_size(c, "dst and the operand", o->dst->size, o->a->size));
        return want_size(c, "the manifest entry and the operand", r->size, o->a->size);
    case IMAGE_COPY:
        TRY(want_elem(c, "dst", o->dst->elem, o->a->elem));
        if (o->a->secret && !o->dst->secret)
            return image_complain(c, "a secret operand, but the result is public; only REVEAL opens a secret");
        return check_broadcast(c, o);
    case IMAGE_CAST:
        TRY(check_secrecy(c, o));
        return check_broadcast(c, o);
    default: /* GET, SET: b is a public index */
        TRY(want_vector(c, "operand a", o->a));
        TRY(public_scalar(c, "the index", o->b));
        TRY(want_integer(c, "the index", o->b));
        TRY(want_elem(c, "dst", o->dst->elem, o->a->elem));
        TRY(check_secrecy(c, o));
        if (in->op == IMAGE_GET)
            return want_scalar(c, "dst", o->dst);
        TRY(want_elem(c, "the new element", o->c->elem, o->a->elem));
        TRY(want_scalar(c, "the new element", o->c));
        return want_size(c, "dst and operand a", o->dst->size, o->a->size);
    }
}

static enum sotto_err check_elementwise(const struct image_check *c, const struct operands *o)
{
    unsigned op = o->in->op;
    bool bitwise = op == IMAGE_AND || op == IMAGE_OR || op == IMAGE_XOR || op == IMAGE_NOT;

    if (op == IMAGE_SELECT) {
        TRY(want_elem(c, "the condition", o->a->elem, IMAGE_BOOL));
        TRY(want_elem(c, "operand b", o->b->elem, o->dst->elem));
        TRY(want_elem(c, "operand c", o->c->elem, o->dst->elem));
    } else if (op == IMAGE_EQ || op == IMAGE_LT) {
        TRY(want_elem(c, "dst", o->dst->elem, IMAGE_BOOL));
        TRY(want_elem(c, "operand b", o->b->elem, o->a->elem));
        if (op == IMAGE_LT)
            TRY(want_integer(c, "operand a", o->a));
    } else {
        TRY(want_elem(c, "operand a", o->a->elem, o->dst->elem));
        if (o->b != &absent)
            TRY(want_elem(c, "operand b", o->b->elem, o->dst->elem));
        if (!bitwise)
            TRY(want_integer(c, "dst", o->dst));
    }
    TRY(check_secrecy(c, o));
    return check_broadcast(c, o);
}

static enum sotto_err check_reduction(const struct image_check *c, const struct operands *o)
{
    TRY(want_vector(c, "operand a", o->a));
    TRY(want_scalar(c, "dst", o->dst));
    TRY(check_secrecy(c, o));
    switch ((enum image_op)o->in->op) {
    case IMAGE_COUNT:
        TRY(want_elem(c, "operand a", o->a->elem, IMAGE_BOOL));
        return want_integer(c, "dst", o->dst);
    case IMAGE_ANY:
    case IMAGE_ALL:
        TRY(want_elem(c, "operand a", o->a->elem, IMAGE_BOOL));
        return want_elem(c, "dst", o->dst->elem, IMAGE_BOOL);
    case IMAGE_ARGMIN:
    case IMAGE_ARGMAX:
        TRY(want_integer(c, "operand a", o->a));
        return want_elem(c, "dst", o->dst->elem, IMAGE_U32);
    default: /* SUM, MIN, MAX */
        TRY(want_integer(c, "operand a", o->a));
        return want_elem(c, "dst", o->dst->elem, o->a->elem);
    }
}

/* Rows are for the section of tables alone. */
static enum sotto_err check_rows(const struct image_check *c, const struct operands *o)
{
    const struct image_reg *const reg[4] = { o->dst, o->a, o->b, o->c };

    for (int i = 0; i < 4; i++)
        if (reg[i]->elem == IMAGE_ROW && !image_on_table(o->in->op))
            return image_complain(c, "operand %s is rows; only opcodes on tables take them", operand_names[i]);
    return SOTTO_OK;
}

enum sotto_err image_check_types(const struct image_check *c)
{
    struct operands o = { &c->im->code[c->at], &absent, &absent, &absent, &absent };

    TRY(check_operands(c, &o));
    TRY(check_rows(c, &o));
    /* The order of opcodes.def: control, values, moves, element by element, reductions, then a
     * section for every family of gadgets. */
    if (o.in->op < IMAGE_CONST)
        return check_control(c, &o);
    if (o.in->op < IMAGE_OUTPUT)
        return check_value(c, &o);
    if (o.in->op < IMAGE_ADD)
        return check_move(c, &o);
    if (o.in->op < IMAGE_SUM)
        return check_elementwise(c, &o);
    if (o.in->op < IMAGE_TRUNC)
        return check_reduction(c, &o);
    if (o.in->op < IMAGE_RANDOM) {
        TRY(image_check_numbers(c));
        TRY(check_secrecy(c, &o));
        return check_broadcast(c, &o);
    }
    if (o.in->op < IMAGE_PACK)
        return image_check_random(c, o.dst);
    if (o.in->op < IMAGE_MATMUL)
        return image_check_data(c, o.dst, o.a, o.b, o.c);
    TRY(image_check_linear(c));
    return check_secrecy(c, &o);
}
