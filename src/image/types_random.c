/* types_random.c - what may be drawn at random. */
#include "image/internal.h"

enum sotto_err image_check_random(const struct image_check *c, const struct image_reg *dst)
{
    const struct image_insn *in = &c->im->code[c->at];
    uint64_t domain = c->im->consts[in->a];

    if (!dst->secret)
        return image_complain(c, "dst is public, but what is drawn is secret");
    if (domain > 1)
        return image_complain(c, "it is shared neither as numbers (0) nor as bits (1)");
    if (domain == 0 && dst->elem == IMAGE_BOOL)
        return image_complain(c, "dst is bool, which is shared as bits (1)");
    return SOTTO_OK;
}
