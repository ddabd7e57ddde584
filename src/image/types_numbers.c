/* types_numbers.c - shifts, counts, fixed point: what they take. */
#include "image/internal.h"

/* How many fraction bits an instruction takes: from `least` to k - below, the constant that operand names. */
static const struct {
    uint8_t op, operand, least, below;
} fractions[] = {
    { IMAGE_TRUNC, 2, 0, 1 },   { IMAGE_FIXMUL, 3, 0, 0 }, { IMAGE_FIXDIV, 3, 0, 1 },  { IMAGE_RECIP, 2, 0, 1 },
    { IMAGE_SQRT, 2, 0, 1 },    { IMAGE_RSQRT, 2, 0, 1 },  { IMAGE_EXP, 2, 1, 6 },     { IMAGE_EXP2, 2, 0, 1 },
    { IMAGE_LOG, 2, 0, 8 },     { IMAGE_LOG2, 2, 0, 8 },   { IMAGE_SIGMOID, 2, 1, 6 }, { IMAGE_TANH, 2, 1, 6 },
    { IMAGE_SOFTMAX, 3, 1, 6 },
};

static enum sotto_err check_fraction(const struct image_check *c, unsigned k)
{
    const struct image_insn *in = &c->im->code[c->at];

    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++) {
        uint64_t f;

        if (fractions[i].op != in->op)
            continue;
        f = c->im->consts[fractions[i].operand == 2 ? in->b : in->c];
        if (f < fractions[i].least || f > k - fractions[i].below)
            return image_complain(c, "the constant is %llu, possible is %u to %u", (unsigned long long)f,
                                  fractions[i].least, k - fractions[i].below);
    }
    return SOTTO_OK;
}

static bool is_shift(unsigned op)
{
    return op == IMAGE_SHL || op == IMAGE_SHR || op == IMAGE_ROTL || op == IMAGE_ROTR;
}

static bool wants_sign(unsigned op)
{
    return op == IMAGE_SIGN || op == IMAGE_ABS || op >= IMAGE_RELU;
}

enum sotto_err image_check_numbers(const struct image_check *c)
{
    const struct image_insn *in = &c->im->code[c->at];
    const struct image_op_info *op = image_op_info(in->op);
    const struct image_reg *dst = &c->im->regs[in->dst], *a = &c->im->regs[in->a],
                           *b = op->operand[2] == 'R' ? &c->im->regs[in->b] : NULL;
    unsigned k = image_elem_bits(dst->elem);

    if (dst->elem == IMAGE_BOOL || (b && b->elem == IMAGE_BOOL))
        return image_complain(c, "an operand is bool, an integer expected");
    if (a->elem != dst->elem || (b && !is_shift(in->op) && b->elem != dst->elem))
        return image_complain(c, "an operand is not %s as dst is", image_elem_name(dst->elem));
    if (wants_sign(in->op) && !image_elem_signed(dst->elem))
        return image_complain(c, "dst is %s, a signed type expected", image_elem_name(dst->elem));
    if (in->op == IMAGE_SOFTMAX && (dst->size == IMAGE_NONE || a->size == IMAGE_NONE))
        return image_complain(c, "rows are of a vector, not of a scalar");
    return check_fraction(c, k);
}
