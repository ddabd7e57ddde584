/* secret_data.c - instructions on tables. A row is a vector of bits whose planes are columns, one after
 * another. */
#include "vm/internal.h"

/* An operand as a whole, in planes. */
static enum sotto_err planes_of(struct strand *st, const struct vm_value *v, size_t n, struct shared *x)
{
    const struct shared *form = &v->form[MPC_BITS].shared;

    *x = *form;
    if (!v->clear && (!v->scalar || n == 1))
        return SOTTO_OK;
    TRY(strand_shared(st, x, MPC_BITS, vm_value_bits(v), n));
    if (v->clear)
        shared_public(x, v->clear, v->scalar);
    else
        shared_repeat(x, form);
    return SOTTO_OK;
}

static struct shared *result(struct vm_task *t)
{
    return &t->dst->form[MPC_BITS].shared;
}

/* Plane `to` on of z = x plane `from` on. */
static void copy_planes(struct shared *z, unsigned to, const struct shared *x, unsigned from, unsigned planes)
{
    struct shared zp = shared_planes(z, to, planes), xp = shared_planes(x, from, planes);

    shared_copy(&zp, &xp);
}

enum sotto_err vm_run_pack(struct strand *st, struct vm_task *t)
{
    struct shared a, b;

    TRY(planes_of(st, t->a, t->dst->n, &a));
    TRY(planes_of(st, t->b, t->dst->n, &b));
    copy_planes(result(t), 0, &a, 0, a.bits);
    copy_planes(result(t), a.bits, &b, 0, b.bits);
    return SOTTO_OK;
}

enum sotto_err vm_run_unpack(struct strand *st, struct vm_task *t)
{
    const struct shared *x = &t->a->form[MPC_BITS].shared;

    (void)st;
    copy_planes(result(t), 0, x, (unsigned)t->vm->image->consts[t->in->b], result(t)->bits);
    return SOTTO_OK;
}

enum sotto_err vm_run_shuffle(struct strand *st, struct vm_task *t)
{
    struct data_shuffle s;
    struct shared x;

    TRY(planes_of(st, t->a, t->a->n, &x));
    TRY(gadget_shuffle_draw(st, &s, x.n));
    return gadget_shuffle(st, &s, result(t), &x, 1, false);
}

enum sotto_err vm_run_sort(struct strand *st, struct vm_task *t)
{
    const uint64_t *consts = t->vm->image->consts;
    struct data_key key = { 0, (unsigned)consts[t->in->b], consts[t->in->c] & 1, consts[t->in->c] >> 1 & 1 };
    struct shared x;

    if (t->dst->n > t->a->n)
        return strand_fail(st, SOTTO_ERR_INPUT,
                           "line %u: the first %zu rows are wanted of a table that has %zu", t->line, t->dst->n,
                           t->a->n);
    TRY(planes_of(st, t->a, t->a->n, &x));
    return gadget_sort(st, result(t), NULL, &x, 1, &key, 1);
}

/* Keys past the groups belong to none: with more planes than the groups have, these must be 0 for a row to
 * count. */
enum sotto_err vm_run_group(struct strand *st, struct vm_task *t)
{
    bool sums = t->in->op == IMAGE_GROUP;
    struct shared key, valid, in_range, *z = &t->dst->form[MPC_ARITH].shared;
    const struct shared *value = sums ? &t->c->form[MPC_ARITH].shared : NULL;
    unsigned bits = 1;

    while ((size_t)1 << bits < t->dst->n)
        bits++;
    if (bits > DATA_GROUP_BITS_MAX)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: %zu groups, the most are %d; sort instead", t->line,
                           t->dst->n, 1 << DATA_GROUP_BITS_MAX);
    TRY(planes_of(st, t->a, t->a->n, &key));
    TRY(planes_of(st, t->b, t->a->n, &valid));
    if (key.bits > bits) {
        TRY(strand_shared(st, &in_range, MPC_BITS, 1, t->a->n));
        TRY(gadget_below(st, &in_range, &key, bits, &valid));
        valid = in_range;
        key.bits = bits;
    }
    return gadget_group_sums(st, sums ? z : NULL, sums ? NULL : z, &key, &valid, value, sums);
}

enum sotto_err vm_run_match(struct strand *st, struct vm_task *t)
{
    unsigned k = (unsigned)t->vm->image->consts[t->in->c], payload = t->dst->planes - 1;
    struct shared a, b, key, valid, z = *result(t), matched;

    TRY(planes_of(st, t->a, t->a->n, &a));
    TRY(planes_of(st, t->b, t->b->n, &b));
    key = a;
    key.bits = k;
    valid = shared_plane(&a, k);
    matched = shared_plane(&z, payload);
    z.bits = payload;
    return gadget_match(st, &z, &matched, &key, &valid, &b);
}
