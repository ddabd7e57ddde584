/* convert.c - between arithmetic sharings and bit planes. docs/protocols/gadgets.md, "Conversions". */
#include "mpc/mpc.h"

static enum sotto_err two_parts(struct strand *st, struct shared part[2], enum mpc_domain domain, unsigned bits,
                                size_t n)
{
    TRY(strand_shared(st, &part[0], domain, bits, n));
    return strand_shared(st, &part[1], domain, bits, n);
}

enum sotto_err gadget_to_bits(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared part[2];
    int parts = 0;

    assert(!ring_is_field(shared_kernels(x)));
    TRY(two_parts(st, part, MPC_BITS, x->bits, x->n));
    TRY(st->s->protocol->split(st, part, &parts, x, NULL));
    if (parts == 1)
        shared_copy(z, &part[0]);
    else
        TRY(gadget_add_bits(st, z, &part[0], &part[1]));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static uint32_t holders_of(const struct strand *st, int share)
{
    uint32_t mask = 0;

    for (int p = 0; p < st->s->protocol->parties; p++)
        if (st->s->protocol->holds[p] >> share & 1)
            mask |= 1u << p;
    return mask;
}

/* Summands 1.. are random masks; summand 0 = x - masks is computed on bits and opened to its holders, each of
 * whom lacks one mask. */
enum sotto_err gadget_to_arith(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared part[2], rest;
    int parts = 0;
    uint64_t *planes = strand_alloc(st, 1, shared_share_len(MPC_BITS, x->bits, x->n));

    if (!planes)
        return st->s->fault.code;
    TRY(two_parts(st, part, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &rest, MPC_BITS, x->bits, x->n));
    TRY(st->s->protocol->mask(st, z, part, &parts));
    if (parts)
        TRY(gadget_sub_bits(st, &rest, x, &part[0], parts == 2 ? &part[1] : NULL));
    else
        shared_copy(&rest, x);
    /* x may be a scalar that was repeated: its words are full, and past n nothing masks them. */
    shared_clear_tail(&rest);
    TRY(st->s->protocol->open(st, &rest, holders_of(st, 0), planes));
    if (z->share[0])
        ring_from_planes(z->share[0], planes, rest.stride, z->bits, z->n);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* u xor v = u + v - 2uv. */
enum sotto_err gadget_bit_to_arith(struct strand *st, struct shared *z, const struct shared *bit)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared part[2], product;
    int parts = 0;

    TRY(two_parts(st, part, MPC_ARITH, z->bits, z->n));
    TRY(st->s->protocol->split(st, part, &parts, bit, NULL));
    if (parts == 1) {
        shared_copy(z, &part[0]);
    } else {
        TRY(strand_shared(st, &product, MPC_ARITH, z->bits, z->n));
        TRY(gadget_multiply(st, &product, &part[0], &part[1]));
        shared_scale(&product, &product, 2);
        shared_add(z, &part[0], &part[1]);
        shared_sub(z, z, &product);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* x - 1 = s + t is -1, all ones, exactly when s = ~t: no carry chain. */
enum sotto_err gadget_zero_arith(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const uint64_t one[2] = { 1, 0 };
    struct shared part[2], less;
    int parts = 0;

    TRY(two_parts(st, part, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &less, MPC_ARITH, x->bits, x->n));
    shared_public(&less, one, true);
    shared_sub(&less, x, &less);
    TRY(st->s->protocol->split(st, part, &parts, &less, NULL));
    if (parts == 2)
        shared_add(&part[0], &part[0], &part[1]);
    shared_neg(&part[0], &part[0]);
    TRY(gadget_zero(st, z, &part[0]));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
