/* analyse.c - what the finished code says about its inputs and its reveals. */
#include "lang/internal.h"

enum { PASSES_MAX = 64 }; /* only values carried round loops need more than one */

/* COUNT is not among them: it reads bools, and a bool is a bit however it is used. */
static bool is_arithmetic(unsigned op)
{
    return op == IMAGE_ADD || op == IMAGE_SUB || op == IMAGE_NEG || op == IMAGE_MUL || op == IMAGE_SUM;
}

static bool mark(uint8_t *marks, uint32_t reg)
{
    bool is_new = reg != IMAGE_NONE && !marks[reg];

    if (is_new)
        marks[reg] = 1;
    return is_new;
}

/* Backward: which registers does arithmetic read, directly or through moves? */
static bool arithmetic_step(const struct image *im, const struct image_insn *in, uint8_t *needs)
{
    bool changed = false;

    if (is_arithmetic(in->op)) {
        changed |= mark(needs, in->a);
        if (in->op != IMAGE_NEG && in->op != IMAGE_SUM)
            changed |= mark(needs, in->b);
        return changed;
    }
    if (in->dst == IMAGE_NONE || !needs[in->dst])
        return false;
    if (in->op ==
        IMAGE_CAST) /* only a narrowing one is arithmetic, modulo 2^k; a longer value needs the bits */
        return image_elem_bits(im->regs[in->dst].elem) <= image_elem_bits(im->regs[in->a].elem) &&
               mark(needs, in->a);
    if (in->op == IMAGE_COPY || in->op == IMAGE_GET || in->op == IMAGE_SET)
        changed |= mark(needs, in->a);
    if (in->op == IMAGE_SELECT)
        changed |= mark(needs, in->b);
    if (in->op == IMAGE_SELECT || in->op == IMAGE_SET)
        changed |= mark(needs, in->c);
    return changed;
}

static enum sotto_err choose_domains(struct image *im)
{
    uint8_t *needs = mem_alloc(im->regs_n + 1, 1);
    bool changed = true;

    if (!needs)
        return SOTTO_ERR_RESOURCE;
    for (int pass = 0; pass < PASSES_MAX && changed; pass++) {
        changed = false;
        for (size_t i = im->code_n; i-- > 0;)
            changed |= arithmetic_step(im, &im->code[i], needs);
    }
    for (size_t i = 0; i < im->code_n; i++) {
        const struct image_insn *in = &im->code[i];

        if (in->op == IMAGE_INPUT)
            im->inputs[in->a].domain = needs[in->dst] || changed ? IMAGE_ARITH : IMAGE_BITS;
    }
    mem_free(needs);
    return SOTTO_OK;
}

struct taint {
    struct image *im;
    uint8_t *opened;                   /* a register: its value may depend on what was revealed */
    bool control[IMAGE_DEPTH_MAX + 1]; /* a block: whether it runs may depend on it */
    unsigned depth;
    bool changed;
};

static bool reads_opened(const struct taint *t, const struct image_insn *in)
{
    const struct image_op_info *op = image_op_info(in->op);
    const uint32_t operand[3] = { in->a, in->b, in->c };

    for (int i = 0; i < 3; i++)
        if (op->operand[i + 1] == 'R' && t->opened[operand[i]])
            return true;
    return false;
}

static void taint_step(struct taint *t, const struct image_insn *in)
{
    bool under = t->control[t->depth];

    if (in->op == IMAGE_IF || in->op == IMAGE_FOR) {
        bool opened = reads_opened(t, in);

        if (in->op == IMAGE_FOR && opened)
            t->changed |= mark(t->opened, in->dst);
        t->control[++t->depth] = under || opened;
        return;
    }
    if (in->op == IMAGE_END)
        t->depth--;
    if (in->op == IMAGE_REVEAL)
        t->im->reveals[in->b].under_reveal |= under;
    if (in->dst == IMAGE_NONE || t->im->regs[in->dst].secret)
        return;
    if (under || in->op == IMAGE_REVEAL || reads_opened(t, in))
        t->changed |= mark(t->opened, in->dst);
}

static enum sotto_err mark_reveals(struct image *im)
{
    struct taint t = { .im = im, .opened = mem_alloc(im->regs_n + 1, 1), .changed = true };

    if (!t.opened)
        return SOTTO_ERR_RESOURCE;
    for (int pass = 0; pass < PASSES_MAX && t.changed; pass++) {
        t.changed = false;
        t.depth = 0;
        for (size_t i = 0; i < im->code_n; i++)
            taint_step(&t, &im->code[i]);
    }
    for (size_t i = 0; t.changed && i < im->reveals_n; i++) /* not settled: the careful answer */
        im->reveals[i].under_reveal = 1;
    mem_free(t.opened);
    return SOTTO_OK;
}

enum sotto_err analyse_image(struct image *im)
{
    TRY(choose_domains(im));
    return mark_reveals(im);
}
