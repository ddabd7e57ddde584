/* secret_random.c - instructions that draw at random. */
#include "vm/internal.h"

static enum sotto_err random_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    size_t from = i * VM_TILE_N, left = t->dst->n - from;
    struct shared z = shared_slice(&t->dst->form[t->result].shared, from, left < VM_TILE_N ? left : VM_TILE_N);

    return gadget_random(st, &z);
}

enum sotto_err vm_run_random(struct strand *st, struct vm_task *t)
{
    return strand_each(st, (t->dst->n + VM_TILE_N - 1) / VM_TILE_N, random_tile, t);
}
