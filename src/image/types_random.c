/* types_random.c - what may be drawn at random. */
#include "image/internal.h"

/* What fits the gadgets' bounds is seen when it runs; here, what can never be meant. */
static enum sotto_err check_noise(const struct image_check *c, const struct image_reg *dst)
{
    const struct image_insn *in = &c->im->code[c->at];

    if (!image_elem_signed((enum image_elem)dst->elem))
        return image_complain(c, "dst is %s, but noise is signed", image_elem_name((enum image_elem)dst->elem));
    if (!c->im->consts[in->b] || !c->im->consts[in->c])
        return image_complain(c, "a parameter of the noise is 0");
    return SOTTO_OK;
}

enum sotto_err image_check_random(const struct image_check *c, const struct image_reg *dst)
{
    const struct image_insn *in = &c->im->code[c->at];
    uint64_t domain = c->im->consts[in->a];

    if (!dst->secret)
        return image_complain(c, "dst is public, but what is drawn is secret");
    if (domain > 1)
        return image_complain(c, "it is shared neither as numbers (0) nor as bits (1)");
    if (in->op == IMAGE_RANDOM) {
        if (domain == 0 && dst->elem == IMAGE_BOOL)
            return image_complain(c, "dst is bool, which is shared as bits (1)");
        return SOTTO_OK;
    }
    if (dst->elem == IMAGE_BOOL)
        return image_complain(c, "dst is bool, an integer expected");
    if (in->op != IMAGE_RANDOM_RANGE)
        return check_noise(c, dst);
    if (!c->im->consts[in->b] || !image_elem_holds((enum image_elem)dst->elem, c->im->consts[in->b] - 1))
        return image_complain(c, "the bound is 0, or its integers do not fit %s",
                              image_elem_name((enum image_elem)dst->elem));
    return SOTTO_OK;
}
