/* secret_groups.c - instructions on tables that group, match and drop rows: docs/protocols/data.md. */
#include "vm/internal.h"

static struct shared *result(struct vm_task *t)
{
    return &t->dst->form[MPC_BITS].shared;
}

/* --- groups of few keys ---------------------------------------------------------------------------------- */

/* Keys past the groups belong to none: with more planes than the groups have, these must be 0 for a row to
 * count. */
static enum sotto_err keys_of(struct strand *st, const struct vm_task *t, size_t groups, struct shared *key,
                              struct shared *valid)
{
    unsigned bits = 1;

    while ((size_t)1 << bits < groups)
        bits++;
    if (bits > DATA_GROUP_BITS_MAX)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: %zu groups, the most are %d; GROUPBY has no limit",
                           t->line, groups, 1 << DATA_GROUP_BITS_MAX);
    TRY(vm_planes(st, t->a, t->a->n, key));
    TRY(vm_planes(st, t->b, t->a->n, valid));
    if (key->bits > bits) {
        struct shared in_range;

        TRY(strand_shared(st, &in_range, MPC_BITS, 1, t->a->n));
        TRY(gadget_below(st, &in_range, key, bits, valid));
        *valid = in_range;
        key->bits = bits;
    }
    return SOTTO_OK;
}

enum sotto_err vm_run_group(struct strand *st, struct vm_task *t)
{
    bool sums = t->in->op != IMAGE_GROUPCOUNT, counts = t->in->op != IMAGE_GROUP;
    struct shared *z = &t->dst->form[MPC_ARITH].shared, key, valid, sum, count, value;
    size_t groups = sums && counts ? t->dst->n / 2 : t->dst->n;

    if (sums && counts && t->dst->n % 2)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: %zu elements are not two for each group", t->line,
                           t->dst->n);
    TRY(keys_of(st, t, groups, &key, &valid));
    if (sums)
        TRY(vm_operand(st, t->c, MPC_ARITH, 0, t->a->n, &value));
    sum = shared_slice(z, 0, groups);
    count = shared_slice(z, t->dst->n - groups, groups);
    return gadget_group_sums(st, sums ? &sum : NULL, counts ? &count : NULL, &key, &valid, sums ? &value : NULL,
                             sums);
}

/* --- groups with any keys -------------------------------------------------------------------------------- */

/* Rows | key | sum | count | valid | of what the gadget makes. A dummy's key becomes 0. */
struct laying_out {
    const struct vm_task *t;
    struct shared rows, sum, count, z;
    unsigned key;
};

static enum sotto_err lay_out_tile(struct strand *st, void *arg, size_t i)
{
    const struct laying_out *l = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    struct vm_span at = vm_tile(l->t, i, l->z.n);
    struct shared rows = shared_slice(&l->rows, at.from, at.n), z = shared_slice(&l->z, at.from, at.n),
                  sum = shared_slice(&l->sum, at.from, at.n), count = shared_slice(&l->count, at.from, at.n),
                  valid = shared_plane(&rows, rows.bits - 1), key = shared_planes(&rows, 0, l->key),
                  to = shared_planes(&z, 0, l->key);

    TRY(gadget_multiply(st, &to, &valid, &key));
    to = shared_planes(&z, l->key, sum.bits);
    TRY(gadget_to_bits(st, &to, &sum));
    to = shared_planes(&z, l->key + sum.bits, sum.bits);
    TRY(gadget_to_bits(st, &to, &count));
    to = shared_plane(&z, z.bits - 1);
    shared_copy(&to, &valid);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err vm_run_group_by(struct strand *st, struct vm_task *t)
{
    struct laying_out l = { .t = t, .key = (unsigned)t->vm->image->consts[t->in->c], .z = *result(t) };
    struct shared x, value;
    size_t n = t->a->n;

    TRY(vm_planes(st, t->a, n, &x));
    TRY(vm_operand(st, t->b, MPC_ARITH, 0, n, &value));
    TRY(strand_shared(st, &l.rows, MPC_BITS, x.bits, n));
    TRY(strand_shared(st, &l.sum, MPC_ARITH, value.bits, n));
    TRY(strand_shared(st, &l.count, MPC_ARITH, value.bits, n));
    TRY(gadget_group_by(st, &l.rows, &l.sum, &l.count, &x, l.key, &value, 1));
    return strand_each(st, vm_tiles(t, n), lay_out_tile, &l);
}

enum sotto_err vm_run_unique(struct strand *st, struct vm_task *t)
{
    enum { AS_THEY_STAND = 4 };
    const uint64_t *consts = t->vm->image->consts;
    unsigned key = (unsigned)consts[t->in->b];
    uint64_t order = consts[t->in->c];
    struct data_key by = { key, 0, order & 1, order >> 1 & 1 };
    struct shared x;

    TRY(vm_planes(st, t->a, t->a->n, &x));
    by.bits = x.bits - 1 - key;
    return gadget_unique(st, result(t), &x, key, order == AS_THEY_STAND ? NULL : &by);
}

enum sotto_err vm_run_compact(struct strand *st, struct vm_task *t)
{
    struct shared x, valid;

    TRY(vm_planes(st, t->a, t->a->n, &x));
    valid = shared_plane(&x, x.bits - 1);
    return gadget_compact(st, result(t), &x, 1, &valid);
}

/* --- joins ----------------------------------------------------------------------------------------------- */

enum sotto_err vm_run_match(struct strand *st, struct vm_task *t)
{
    unsigned k = (unsigned)t->vm->image->consts[t->in->c], payload = t->dst->planes - 1;
    struct shared a, b, key, valid, z = *result(t), matched;

    TRY(vm_planes(st, t->a, t->a->n, &a));
    TRY(vm_planes(st, t->b, t->b->n, &b));
    key = shared_planes(&a, 0, k);
    valid = shared_plane(&a, k);
    matched = shared_plane(&z, payload);
    z.bits = payload;
    return gadget_match(st, &z, &matched, &key, &valid, &b);
}

enum sotto_err vm_run_join(struct strand *st, struct vm_task *t)
{
    struct shared a, b;

    TRY(vm_planes(st, t->a, t->a->n, &a));
    TRY(vm_planes(st, t->b, t->b->n, &b));
    return gadget_join(st, result(t), &a, &b, (unsigned)t->vm->image->consts[t->in->c]);
}

enum sotto_err vm_run_intersect(struct strand *st, struct vm_task *t)
{
    struct shared a, b, key, valid, count, value, *z = &t->dst->form[MPC_ARITH].shared;

    TRY(vm_planes(st, t->a, t->a->n, &a));
    TRY(vm_planes(st, t->b, t->b->n, &b));
    TRY(vm_operand(st, t->c, MPC_ARITH, 0, t->a->n, &value));
    TRY(strand_shared(st, &count, MPC_ARITH, z->bits, 1));
    key = shared_planes(&a, 0, a.bits - 1);
    valid = shared_plane(&a, a.bits - 1);
    return gadget_intersect(st, z, &count, &key, &valid, &b, &value, 1);
}
