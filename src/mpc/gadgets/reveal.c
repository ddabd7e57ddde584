/* reveal.c - where secrets come in and go out. */
#include "mpc/mpc.h"

/* "All my checks have passed": an empty message from everybody to everybody. */
static enum sotto_err ready(struct strand *st)
{
    static uint8_t nothing;
    struct exchange *x = strand_alloc(st, 1, sizeof *x);

    if (!x)
        return st->s->fault.code;
    for (int p = 0; p < st->s->protocol->parties; p++)
        if (p != st->s->self)
            x->out[p].buf = x->in[p].buf = &nothing;
    TRY(strand_post(st, x));
    return strand_await(st);
}

/* Element e of what was opened, in the layout of a share of x. */
static void plain_value(const struct shared *x, const void *opened, size_t e, uint64_t *out)
{
    const struct ring_kernels *k = shared_kernels(x);

    memset(out, 0, shared_limbs(x) * sizeof *out);
    for (unsigned p = 0; x->domain == MPC_BITS && p < x->bits; p++)
        out[p / 64] |= ring_bit((const uint64_t *)opened + p * x->stride, e) << p % 64;
    if (x->domain == MPC_ARITH && k->wide)
        k->wide->get(out, opened, e);
    else if (x->domain == MPC_ARITH)
        *out = k->get(opened, e);
}

enum sotto_err gadget_reveal(struct strand *st, const struct shared *x, uint32_t to, uint64_t *out)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared exact;
    void *opened = strand_alloc(st, 1, shared_share_len(x->domain, x->bits, x->n));

    if (!opened)
        return st->s->fault.code;
    if (!x->n)
        return SOTTO_OK;
    /* What lies in the last word past n is nobody's to see. */
    TRY(strand_shared(st, &exact, x->domain, x->bits, x->n));
    shared_gather(&exact, x, 0, 1, false);
    if (st->s->protocol->verify)
        TRY(st->s->protocol->verify(st));
    if (st->s->protocol->active)
        TRY(ready(st));
    TRY(st->s->protocol->open(st, &exact, to, opened));
    if (to >> st->s->self & 1) {
        crypto_ct_public(opened, shared_share_len(x->domain, x->bits, x->n));
        for (size_t e = 0; e < x->n; e++)
            plain_value(&exact, opened, e, out + e * shared_limbs(x));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_input(struct strand *st, struct shared *z, int owner, const uint64_t *values)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared plain = *z;
    void *words = strand_alloc(st, 1, shared_share_len(z->domain, z->bits, z->n));

    if (!words)
        return st->s->fault.code;
    if (!z->n)
        return SOTTO_OK;
    if (values) {
        memset(plain.share, 0, sizeof plain.share);
        plain.stride = ring_words(z->n);
        plain.share[0] = words;
        shared_public(&plain, values, false);
    }
    TRY(st->s->protocol->input(st, z, owner, values ? words : NULL));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
