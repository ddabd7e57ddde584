/* openings.c - whether an opening happens may itself depend on what was opened before; the manifest must admit
 * it.
 *
 * A public register is marked when what it holds may stem from a REVEAL: by a marked operand, or because the
 * block that writes it runs or not by a marked condition. Marks are never taken away, so passes over the code
 * only add to them; a loop needs more than one. What a bounded number of passes finds is true, and a front end
 * finds no less. */
#include "image/internal.h"

enum { PASSES_MAX = 16 };

struct openings {
    struct image_check c;
    uint8_t *marked;                   /* a register */
    bool control[IMAGE_DEPTH_MAX + 1]; /* whether the block at that depth runs may depend on an opening */
    unsigned depth;
    bool changed;
};

static bool reads_marked(const struct openings *o, const struct image_insn *in)
{
    const struct image_op_info *op = image_op_info(in->op);
    const uint32_t operand[3] = { in->a, in->b, in->c };

    for (int i = 0; i < 3; i++)
        if (op->operand[i + 1] == 'R' && o->marked[operand[i]])
            return true;
    return false;
}

static void mark(struct openings *o, uint32_t reg)
{
    o->changed |= !o->marked[reg];
    o->marked[reg] = 1;
}

static enum sotto_err step(struct openings *o, const struct image_insn *in)
{
    bool under = o->control[o->depth], depends = under || reads_marked(o, in);

    if (in->op == IMAGE_FOR || in->op == IMAGE_IF)
        o->control[++o->depth] = depends;
    if (in->op == IMAGE_FOR)
        depends = reads_marked(o, in); /* nothing outside the loop reads its counter */
    if (in->op == IMAGE_END)
        o->depth--;
    if (in->op == IMAGE_REVEAL) {
        if (under && !o->c.im->reveals[in->b].under_reveal)
            return image_complain(
                &o->c, "whether it happens depends on an earlier REVEAL, and manifest entry %u hides it",
                in->b);
        depends = true;
    }
    if (depends && in->dst != IMAGE_NONE && !o->c.im->regs[in->dst].secret)
        mark(o, in->dst);
    return SOTTO_OK;
}

/* The code has passed image_check_flow: blocks nest, and no deeper than IMAGE_DEPTH_MAX. */
enum sotto_err image_check_openings(const struct image *im, struct fault *f)
{
    struct openings o = { .c = { im, 0, f }, .marked = mem_alloc(im->regs_n, 1), .changed = true };
    enum sotto_err err = SOTTO_OK;

    if (!o.marked)
        return fault_set(f, SOTTO_ERR_RESOURCE, "no memory is left to verify the image");
    for (int pass = 0; !err && o.changed && pass < PASSES_MAX; pass++) {
        o.changed = false;
        for (o.c.at = 0; !err && o.c.at < im->code_n; o.c.at++)
            err = step(&o, &im->code[o.c.at]);
    }
    mem_free(o.marked);
    return err;
}
