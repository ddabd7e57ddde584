/* rep3_bilinear.c - inner and matrix products for the price of their result. docs/protocols/linear.md,
 * "Bilinear maps":  z[i] = B(x[i], y[i] + y[i+1]) + B(x[i+1], y[i]) + F(K[i]) - F(K[i+1]), sent to party i-1.
 */
#include "mpc/rep3.h"

struct piece {
    struct exchange x;
    size_t w0, wn;
};

static enum sotto_err post_piece(struct strand *st, const struct bilinear *b, struct piece *p)
{
    const struct ring_kernels *k = shared_kernels(&b->z);
    int i = st->s->self, j = (i + 1) % REP3_PARTIES, to = (i + 2) % REP3_PARTIES;
    size_t words = shared_rows(&b->z) * p->wn, len = words * k->word_len;
    uint8_t *out = arena_alloc(&st->wire, 1, len), *in = arena_alloc(&st->wire, 1, len),
            *mask = arena_alloc(&st->wire, 1, len), *at = out;

    if (!out || !in || !mask)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, i, st->step, MPC_USE_MASK, k, out, words));
    TRY(strand_words(st, j, st->step, MPC_USE_MASK, k, mask, words));
    k->sub(out, out, mask, words);
    mpc_bilinear_add(b, out, p->w0, p->wn, false, i, i, 0, i, j, 1);
    mpc_bilinear_add(b, out, p->w0, p->wn, false, j, j, 0, i, i, 0);
    for (unsigned r = 0; r < shared_rows(&b->z); r++, at += p->wn * k->word_len)
        memcpy((uint8_t *)shared_row(&b->z, i, r) + p->w0 * k->word_len, at, p->wn * k->word_len);
    if (st->s->options.corrupt && !st->s->cheated) {
        st->s->cheated = true; /* on purpose: see mpc_options; nobody will notice */
        k->put(out, 0, k->get(out, 0) + 1);
    }
    p->x.out[to].buf = out;
    p->x.in[j].buf = in;
    p->x.out[to].len = p->x.in[j].len = len;
    return strand_post(st, &p->x);
}

static void take_piece(struct strand *st, const struct bilinear *b, const struct piece *p)
{
    int j = (st->s->self + 1) % REP3_PARTIES;
    size_t len = p->wn * shared_kernels(&b->z)->word_len;

    for (unsigned r = 0; r < shared_rows(&b->z); r++)
        memcpy((uint8_t *)shared_row(&b->z, j, r) + p->w0 * shared_kernels(&b->z)->word_len,
               p->x.in[j].buf + r * len, len);
}

enum sotto_err rep3_bilinear(struct strand *st, const struct bilinear *b)
{
    size_t words = shared_words(&b->z),
           per_piece = REP3_PIECE_LEN_MAX / (shared_rows(&b->z) * shared_kernels(&b->z)->word_len),
           pieces = (words + per_piece - 1) / per_piece;
    struct piece *p = arena_alloc(&st->wire, pieces, sizeof *p);

    if (!p)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    for (size_t i = 0; i < pieces; i++) {
        p[i].w0 = i * per_piece;
        p[i].wn = i + 1 < pieces ? per_piece : words - p[i].w0;
        TRY(post_piece(st, b, &p[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        take_piece(st, b, &p[i]);
    arena_reset(&st->wire);
    return SOTTO_OK;
}
