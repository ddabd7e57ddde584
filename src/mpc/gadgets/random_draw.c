/* random_draw.c - uniform words and bits. docs/protocols/random.md, "Uniform". */
#include "mpc/mpc.h"

/* A step without an exchange: what is drawn in it is drawn once. */
static enum sotto_err take_step(struct strand *st, unsigned *step)
{
    if (st->step == UINT16_MAX)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "instruction %u takes over %d steps", st->instr, UINT16_MAX);
    *step = st->step++;
    return SOTTO_OK;
}

enum sotto_err gadget_random(struct strand *st, struct shared *z)
{
    size_t row_len = shared_words(z) * shared_kernels(z)->word_len, len = row_len * shared_rows(z);
    bool dense = z->domain == MPC_ARITH || z->bits == 1 || z->stride == shared_words(z);
    struct arena_mark mark = arena_mark(&st->scratch);
    uint8_t *rows = NULL;
    unsigned step = 0;

    if (!len)
        return SOTTO_OK;
    TRY(take_step(st, &step));
    if (!dense && !(rows = strand_alloc(st, 1, len)))
        return st->s->fault.code;
    for (int a = 0; a < MPC_SHARES_MAX; a++) {
        if (!z->share[a])
            continue;
        TRY(strand_words(st, a, step, MPC_USE_DRAW, shared_kernels(z), dense ? z->share[a] : rows,
                         len / shared_kernels(z)->word_len));
        for (unsigned r = 0; !dense && r < z->bits; r++)
            memcpy(shared_row(z, a, r), rows + r * row_len, row_len);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
