/* live.c - after which instruction nothing reads a vector's register again: its memory is free for what
 * follows.
 *
 * All accesses of a register lie in the text between its first, which is a write, and its last. Where a loop
 * holds the last but not the first, the register may be read again in the next turn, so it lives until the
 * outermost such loop is left. Where it holds both, each turn begins with the write. */
#include "vm/internal.h"

struct life {
    uint32_t *first, *until; /* of a register: instruction + 1; 0: none */
    uint32_t loops[IMAGE_DEPTH_MAX];
    unsigned depth;
};

static void note(const struct image *im, struct life *l, uint32_t reg, uint32_t at)
{
    l->until[reg] = at + 1;
    if (!l->first[reg])
        l->first[reg] = at + 1;
    for (unsigned i = 0; i < l->depth; i++)
        if (l->loops[i] + 1 > l->first[reg]) {
            l->until[reg] = im->code[l->loops[i]].c + 1;
            return;
        }
}

static void walk(const struct image *im, struct life *l)
{
    for (uint32_t at = 0; at < im->code_n; at++) {
        const struct image_insn *in = &im->code[at];
        const struct image_op_info *op = image_op_info(in->op);
        const uint32_t value[4] = { in->dst, in->a, in->b, in->c };

        if (in->op == IMAGE_END && im->code[in->c].op == IMAGE_FOR)
            l->depth--;
        for (int i = 0; i < 4; i++)
            if (op->operand[i] == 'R' || op->operand[i] == 'W')
                note(im, l, value[i], at);
        if (in->op == IMAGE_FOR)
            l->loops[l->depth++] = at;
    }
}

enum sotto_err vm_live(struct vm *vm)
{
    const struct image *im = vm->image;
    struct life l = { 0 };

    l.first = arena_alloc(&vm->memory.arena, im->regs_n + 1, sizeof *l.first);
    l.until = arena_alloc(&vm->memory.arena, im->regs_n + 1, sizeof *l.until);
    vm->dies_at = arena_alloc(&vm->memory.arena, im->code_n + 1, sizeof *vm->dies_at);
    vm->dies_next = arena_alloc(&vm->memory.arena, im->regs_n + 1, sizeof *vm->dies_next);
    if (!l.first || !l.until || !vm->dies_at || !vm->dies_next)
        return SOTTO_ERR_RESOURCE;
    walk(im, &l);
    for (uint32_t r = 0; r < im->regs_n; r++)
        if (im->regs[r].size != IMAGE_NONE && l.until[r]) { /* counters and conditions of blocks are scalars */
            vm->dies_next[r] = vm->dies_at[l.until[r] - 1];
            vm->dies_at[l.until[r] - 1] = r + 1;
        }
    return SOTTO_OK;
}

void vm_bury(struct vm *vm, size_t at)
{
    for (uint32_t r = vm->dies_at[at]; r; r = vm->dies_next[r - 1])
        vm_set_reg(vm, r - 1, NULL);
}
