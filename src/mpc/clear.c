/* clear.c - one party, no secrecy: the reference that every other back end must equal. */
#include "mpc/mpc.h"

static void copy_words(void *to, const void *from, const struct shared *x)
{
    size_t len = shared_words(x) * shared_kernels(x)->word_len, step = 8 * x->stride;

    for (unsigned r = 0; r < (x->domain == MPC_BITS ? x->bits : 1); r++)
        memcpy((uint8_t *)to + r * step, (const uint8_t *)from + r * step, len);
}

static enum sotto_err clear_input(struct strand *st, struct shared *z, int owner, const void *plain)
{
    (void)owner;
    copy_words(z->share[0], plain, z);
    return st->s->fault.code;
}

static enum sotto_err clear_multiply(struct strand *st, const struct product *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct shared z = p[i].z;

        if (z.domain == MPC_BITS)
            shared_zero(&z);
        for (size_t t = 0; t < p[i].terms; t++)
            shared_kernels(&z)->mul_add(z.share[0], p[i].term[t].x.share[0], p[i].term[t].y.share[0],
                                        shared_words(&z));
    }
    return st->s->fault.code;
}

static enum sotto_err clear_bilinear(struct strand *st, const struct bilinear *b)
{
    for (unsigned r = 0; r < shared_rows(&b->z); r++) {
        struct bilinear row = *b;

        if (b->z.domain == MPC_BITS) {
            row.z = shared_plane(&b->z, r);
            row.x = shared_plane(&b->x, b->x.bits == 1 ? 0 : r);
            row.y = shared_plane(&b->y, b->y.bits == 1 ? 0 : r);
        }
        mpc_bilinear_add(&row, row.z.share[0], 0, shared_words(&row.z), false, 0, 0, 0, 0, 0, 0);
    }
    return st->s->fault.code;
}

static enum sotto_err clear_split(struct strand *st, struct shared part[2], int *parts_n,
                                  const struct shared *x, const struct mpc_map *map)
{
    mpc_split_convert(&part[0], 0, x->share[0], x, map);
    *parts_n = 1;
    return st->s->fault.code;
}

static enum sotto_err clear_mask(struct strand *st, struct shared *z, struct shared part[2], int *parts_n)
{
    (void)z;
    (void)part;
    *parts_n = 0;
    return st->s->fault.code;
}

static enum sotto_err clear_open(struct strand *st, const struct shared *x, uint32_t to, void *out)
{
    if (to & 1)
        copy_words(out, x->share[0], x);
    return st->s->fault.code;
}

static enum sotto_err clear_permute(struct strand *st, struct shared *z, const struct shared *x, int pass,
                                    const uint32_t *order, size_t item_len)
{
    (void)pass;
    ring_take(z->share[0], x->share[0], order, shared_items(x, item_len), item_len);
    return st->s->fault.code;
}

const struct mpc_protocol mpc_clear = {
    .name = "clear",
    .label = "NO SECURITY: one process computes in clear, for tests only",
    .parties = 1,
    .shares = 1,
    .holds = { 1 },
    .input = clear_input,
    .multiply = clear_multiply,
    .bilinear = clear_bilinear,
    .split = clear_split,
    .mask = clear_mask,
    .open = clear_open,
    .passes = 1,
    .permute = clear_permute,
};
