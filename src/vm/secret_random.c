/* secret_random.c - instructions that draw at random. */
#include "vm/internal.h"

enum { RANGE_TILE_N = 1 << 14 };

static uint64_t constant(const struct vm_task *t, uint32_t at)
{
    return t->vm->image->consts[at];
}

/* Elements of a tile: noise takes many lanes of planes for each. */
static size_t tile_n(const struct vm_task *t)
{
    bool gauss = t->in->op == IMAGE_NOISE_GAUSS;
    size_t lanes, n;

    if (t->in->op == IMAGE_RANDOM)
        return VM_TILE_N;
    if (t->in->op == IMAGE_RANDOM_RANGE)
        return RANGE_TILE_N;
    lanes = gadget_noise_lanes(gauss, constant(t, t->in->b), constant(t, t->in->c));
    n = lanes ? VM_TILE_N / lanes / 64 * 64 : 64; /* no lanes: the gadget says what is wrong */
    return n ? n : 64;
}

static enum sotto_err random_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    size_t most = tile_n(t), from = i * most, left = t->dst->n - from;
    struct shared z = shared_slice(&t->dst->form[t->result].shared, from, left < most ? left : most);

    if (t->in->op == IMAGE_RANDOM)
        return gadget_random(st, &z);
    shared_zero(&z);
    if (t->in->op == IMAGE_RANDOM_RANGE)
        return gadget_random_below(st, &z, constant(t, t->in->b));
    if (t->in->op == IMAGE_NOISE_LAPLACE)
        return gadget_noise_laplace(st, &z, constant(t, t->in->b), constant(t, t->in->c));
    return gadget_noise_gauss(st, &z, constant(t, t->in->b), constant(t, t->in->c));
}

enum sotto_err vm_run_random(struct strand *st, struct vm_task *t)
{
    size_t most = tile_n(t);

    return strand_each(st, (t->dst->n + most - 1) / most, random_tile, t);
}
