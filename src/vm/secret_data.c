/* secret_data.c - instructions on tables. A row is a vector of bits whose planes are columns, one after
 * another. */
#include "vm/internal.h"

enum sotto_err vm_planes(struct strand *st, const struct vm_value *v, size_t n, struct shared *x)
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

enum sotto_err vm_run_pack(struct strand *st, struct vm_task *t)
{
    struct shared a, b;

    TRY(vm_planes(st, t->a, t->dst->n, &a));
    TRY(vm_planes(st, t->b, t->dst->n, &b));
    shared_copy_planes(result(t), 0, &a, 0, a.bits);
    shared_copy_planes(result(t), a.bits, &b, 0, b.bits);
    return SOTTO_OK;
}

enum sotto_err vm_run_unpack(struct strand *st, struct vm_task *t)
{
    const struct shared *x = &t->a->form[MPC_BITS].shared;

    (void)st;
    shared_copy_planes(result(t), 0, x, (unsigned)t->vm->image->consts[t->in->b], result(t)->bits);
    return SOTTO_OK;
}

enum sotto_err vm_run_shuffle(struct strand *st, struct vm_task *t)
{
    struct data_shuffle s;
    struct shared x;

    TRY(vm_planes(st, t->a, t->a->n, &x));
    TRY(gadget_shuffle_draw(st, &s, x.n));
    return gadget_shuffle(st, &s, result(t), &x, 1, false);
}

enum sotto_err vm_run_sort(struct strand *st, struct vm_task *t)
{
    const uint64_t *consts = t->vm->image->consts;
    bool from = t->in->op == IMAGE_SORTFROM;
    uint64_t order = from ? consts[t->in->b] >> 16 : consts[t->in->c], first = from ? t->c->clear[0] : 0;
    struct data_key key = { 0, (unsigned)(consts[t->in->b] & 0xffff), order & 1, order >> 1 & 1 };
    struct shared x;

    if (from && (first > t->a->n || t->dst->n > t->a->n - first))
        return strand_fail(st, SOTTO_ERR_INPUT,
                           "line %u: %zu rows from place %llu on are wanted of a table that has %zu", t->line,
                           t->dst->n, (unsigned long long)first, t->a->n);
    if (t->dst->n > t->a->n)
        return strand_fail(st, SOTTO_ERR_INPUT,
                           "line %u: the first %zu rows are wanted of a table that has %zu", t->line, t->dst->n,
                           t->a->n);
    TRY(vm_planes(st, t->a, t->a->n, &x));
    return gadget_sort_from(st, result(t), NULL, &x, 1, &key, 1, (size_t)first);
}

enum sotto_err vm_run_rank(struct strand *st, struct vm_task *t)
{
    const uint64_t *consts = t->vm->image->consts;
    struct data_key key = { 0, (unsigned)consts[t->in->b], consts[t->in->c] & 1, consts[t->in->c] >> 1 & 1 };
    struct shared x, places = *result(t);

    TRY(vm_planes(st, t->a, t->a->n, &x));
    places.bits = data_index_bits(t->a->n);
    return gadget_rank(st, &places, &x, &key, 1);
}

enum sotto_err vm_run_permute(struct strand *st, struct vm_task *t)
{
    struct shared x, sigma;

    TRY(vm_planes(st, t->a, t->a->n, &x));
    TRY(vm_planes(st, t->b, t->a->n, &sigma));
    return t->in->op == IMAGE_PERMUTE ? gadget_permute_to(st, result(t), &sigma, &x, 1)
                                      : gadget_permute_from(st, result(t), &sigma, &x, 1);
}

enum sotto_err vm_run_append(struct strand *st, struct vm_task *t)
{
    const struct vm_value *const part[2] = { t->a, t->b };
    size_t at = 0;

    if (t->b->n > t->dst->n || t->a->n != t->dst->n - t->b->n)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: tables of %zu and %zu rows do not make one of %zu",
                           t->line, t->a->n, t->b->n, t->dst->n);
    for (int i = 0; i < 2; at += part[i++]->n) {
        struct shared x;

        TRY(vm_planes(st, part[i], part[i]->n, &x));
        shared_place(result(t), at, &x);
    }
    return SOTTO_OK;
}
