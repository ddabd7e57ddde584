/* flow.c - the instructions together: blocks, registers written before they are read, a manifest that is true.
 *
 * A register counts as written where it is written on every path from the start. One pass, with a log of the
 * registers that became written, in order. Leaving a block that may not have run takes its part of the log
 * back; leaving an IF with an ELSE keeps what both parts of the log hold:
 *
 *   log:  ... before | first branch | second branch
 *                    ^mark          ^middle
 */
#include "image/internal.h"

struct block {
    uint32_t start;  /* its FOR or IF */
    uint32_t branch; /* its ELSE, or IMAGE_NONE */
    uint32_t target; /* where the last FOR, IF or ELSE says that the block goes on */
    uint32_t mark, middle;
};

struct flow {
    struct image_check c;
    struct block blocks[IMAGE_DEPTH_MAX];
    unsigned depth, loops;
    uint32_t *log, log_n;
    uint32_t *seen;   /* a register: the block's end, plus one, that last saw it in a first branch */
    uint8_t *written; /* a register: 1 where it is written for certain */
    uint8_t *locked;  /* a register: in how many enclosing FORs it is counter or bound */
    uint8_t *opened;  /* a manifest entry: 1 once a REVEAL used it */
};

static void define(struct flow *w, uint32_t reg)
{
    if (w->written[reg])
        return;
    w->written[reg] = 1;
    w->log[w->log_n++] = reg;
}

static void forget_from(struct flow *w, uint32_t mark)
{
    for (uint32_t i = mark; i < w->log_n; i++)
        w->written[w->log[i]] = 0;
}

static enum sotto_err check_reads(struct flow *w, const struct image_insn *in)
{
    const struct image_op_info *op = image_op_info(in->op);
    const uint32_t value[4] = { in->dst, in->a, in->b, in->c };

    for (int i = 1; i < 4; i++)
        if (op->operand[i] == 'R' && !w->written[value[i]])
            return image_complain(&w->c, "r%u is read, but not written before on every path", value[i]);
    if (op->operand[0] == 'W' && w->locked[in->dst])
        return image_complain(&w->c, "r%u is counter or bound of an enclosing FOR and may not change", in->dst);
    return SOTTO_OK;
}

static void lock_loop(struct flow *w, const struct image_insn *in, int by)
{
    const uint32_t reg[3] = { in->dst, in->a, in->b };

    for (int i = 0; i < 3; i++)
        w->locked[reg[i]] = (uint8_t)(w->locked[reg[i]] + by);
    w->loops += (unsigned)by;
}

static enum sotto_err enter_block(struct flow *w, const struct image_insn *in)
{
    if (w->depth == IMAGE_DEPTH_MAX)
        return image_complain(&w->c, "more than %d blocks within each other", IMAGE_DEPTH_MAX);
    w->blocks[w->depth++] = (struct block){ (uint32_t)w->c.at, IMAGE_NONE, in->c, w->log_n, w->log_n };
    if (in->op == IMAGE_FOR) {
        define(w, in->dst);
        lock_loop(w, in, 1);
    }
    return SOTTO_OK;
}

static enum sotto_err enter_else(struct flow *w, const struct image_insn *in)
{
    struct block *b = w->depth ? &w->blocks[w->depth - 1] : NULL;

    if (!b || w->c.im->code[b->start].op != IMAGE_IF || b->branch != IMAGE_NONE)
        return image_complain(&w->c, "an ELSE without its IF");
    if (b->target != w->c.at)
        return image_complain(&w->c, "the IF at %u goes on at %u, not at its ELSE", b->start, b->target);
    b->branch = (uint32_t)w->c.at;
    b->target = in->c;
    b->middle = w->log_n;
    forget_from(w, b->mark);
    return SOTTO_OK;
}

/* Keep in the log, and as written, what both branches wrote. */
static void join_branches(struct flow *w, const struct block *b)
{
    uint32_t kept = b->mark, stamp = (uint32_t)w->c.at + 1;

    for (uint32_t i = b->mark; i < b->middle; i++)
        w->seen[w->log[i]] = stamp;
    for (uint32_t i = b->middle; i < w->log_n; i++) {
        uint32_t reg = w->log[i];

        if (w->seen[reg] == stamp)
            w->log[kept++] = reg;
        else
            w->written[reg] = 0;
    }
    w->log_n = kept;
}

static enum sotto_err leave_block(struct flow *w, const struct image_insn *in)
{
    const struct block *b;
    const struct image_insn *start;

    if (!w->depth)
        return image_complain(&w->c, "an END without its FOR or IF");
    b = &w->blocks[--w->depth];
    start = &w->c.im->code[b->start];
    if (b->target != w->c.at)
        return image_complain(&w->c, "the block that starts at %u should end at %u", b->start, b->target);
    if (in->c != b->start)
        return image_complain(&w->c, "it ends the block that starts at %u, but says %u", b->start, in->c);
    if (b->branch != IMAGE_NONE) {
        join_branches(w, b);
        return SOTTO_OK;
    }
    forget_from(w, b->mark); /* the body may not have run */
    w->log_n = b->mark;
    if (start->op == IMAGE_FOR)
        lock_loop(w, start, -1);
    return SOTTO_OK;
}

static enum sotto_err check_opening(struct flow *w, const struct image_insn *in)
{
    const struct image_reveal *r = &w->c.im->reveals[in->b];

    if (w->opened[in->b])
        return image_complain(&w->c, "manifest entry %u belongs to another REVEAL already", in->b);
    w->opened[in->b] = 1;
    if (r->in_loop != (w->loops > 0))
        return image_complain(&w->c, "manifest entry %u says that it is %s a loop", in->b,
                              r->in_loop ? "inside" : "outside");
    return SOTTO_OK;
}

static enum sotto_err step(struct flow *w)
{
    const struct image_insn *in = &w->c.im->code[w->c.at];

    TRY(check_reads(w, in));
    switch ((enum image_op)in->op) {
    case IMAGE_HALT:
        if (w->c.at + 1 != w->c.im->code_n)
            return image_complain(&w->c, "HALT may only be the last instruction");
        return SOTTO_OK;
    case IMAGE_FOR:
    case IMAGE_IF:
        return enter_block(w, in);
    case IMAGE_ELSE:
        return enter_else(w, in);
    case IMAGE_END:
        return leave_block(w, in);
    case IMAGE_REVEAL:
        TRY(check_opening(w, in));
        break;
    default:
        break;
    }
    if (in->dst != IMAGE_NONE)
        define(w, in->dst);
    return SOTTO_OK;
}

static enum sotto_err walk(struct flow *w)
{
    const struct image *im = w->c.im;

    for (; w->c.at < im->code_n; w->c.at++)
        TRY(step(w));
    if (!im->code_n || im->code[im->code_n - 1].op != IMAGE_HALT)
        return fault_set(w->c.f, SOTTO_ERR_IMAGE, "the image does not end with HALT");
    if (w->depth)
        return fault_set(w->c.f, SOTTO_ERR_IMAGE, "the block that starts at instruction %u never ends",
                         w->blocks[w->depth - 1].start);
    for (size_t i = 0; i < im->reveals_n; i++)
        if (!w->opened[i])
            return fault_set(w->c.f, SOTTO_ERR_IMAGE, "manifest entry %zu: no REVEAL uses it", i);
    return SOTTO_OK;
}

enum sotto_err image_check_flow(const struct image *im, struct fault *f)
{
    struct flow w = { .c = { im, 0, f } };
    enum sotto_err err = SOTTO_ERR_RESOURCE;

    w.log = mem_alloc(im->code_n, sizeof *w.log); /* an instruction adds one entry at most */
    w.seen = mem_alloc(im->regs_n, sizeof *w.seen);
    w.written = mem_alloc(im->regs_n, 1);
    w.locked = mem_alloc(im->regs_n, 1);
    w.opened = mem_alloc(im->reveals_n, 1);
    if (w.log && w.seen && w.written && w.locked && w.opened)
        err = walk(&w);
    else
        (void)fault_set(f, err, "no memory is left to verify the image");
    mem_free(w.log);
    mem_free(w.seen);
    mem_free(w.written);
    mem_free(w.locked);
    mem_free(w.opened);
    return err;
}
