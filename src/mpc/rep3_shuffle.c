/* rep3_shuffle.c - one pass of a shuffle: rows move in an order that two parties know. docs/protocols/data.md,
 * "Pass". Parties p = a-1 and q = a hold summand a and key K[a]; r = a+1 does not.
 *   1  summands a-1 and a+1 of the result are PRF(K[a-1]), PRF(K[a+1]): r knows both
 *   2  p sends q  u = moved(x[a-1] + x[a]) - summand a-1,  q sends p  v = moved(x[a+1]) - summand a+1
 *   3  summand a is u + v */
#include "mpc/rep3.h"

struct pass {
    struct shared *z;
    const struct shared *x;
    const uint32_t *order;
    size_t item_len;
    int a, before, after; /* summands: of both, of p and r, of q and r */
};

struct piece {
    struct exchange x;
    uint8_t *own;
    size_t w0, wn;
};

/* out += the moved words w0..w0+wn of a summand. */
static void add_moved(const struct pass *p, int a, const struct piece *piece, uint8_t *out, uint8_t *tmp)
{
    const struct ring_kernels *k = shared_kernels(p->x);
    size_t from = piece->w0 * k->word_len / p->item_len, n = piece->wn * k->word_len / p->item_len,
           left = shared_items(p->x, p->item_len) - from;

    memset(tmp, 0, piece->wn * k->word_len);
    ring_take(tmp, p->x->share[a], p->order + from, n < left ? n : left, p->item_len);
    k->add(out, out, tmp, piece->wn);
}

static enum sotto_err post_piece(struct strand *st, const struct pass *p, struct piece *piece)
{
    const struct ring_kernels *k = shared_kernels(p->x);
    size_t skip = piece->w0 * k->word_len, len = piece->wn * k->word_len;
    int self = st->s->self, q = p->a, first = (p->a + 2) % 3, mine = self == q ? p->after : p->before,
        peer = self == q ? first : q;
    uint8_t *tmp = arena_room(&st->wire, 1, len), *in = arena_room(&st->wire, 1, len);

    piece->own = arena_alloc(&st->wire, 1, len);
    if (!tmp || !in || !piece->own)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a shuffle");
    for (int i = 0; i < 2; i++) {
        int a = i ? p->after : p->before;

        if (p->z->share[a])
            TRY(strand_words(st, a, st->step, MPC_USE_MASK, k, (uint8_t *)p->z->share[a] + skip, piece->wn));
    }
    if (!p->order)
        return strand_post(st, &piece->x);
    add_moved(p, mine, piece, piece->own, tmp);
    if (self != q)
        add_moved(p, p->a, piece, piece->own, tmp);
    k->sub(piece->own, piece->own, (uint8_t *)p->z->share[mine] + skip, piece->wn);
    piece->x.out[peer].buf = piece->own;
    piece->x.in[peer].buf = in;
    piece->x.out[peer].len = piece->x.in[peer].len = len;
    return strand_post(st, &piece->x);
}

enum sotto_err rep3_permute(struct strand *st, struct shared *z, const struct shared *x, int pass,
                            const uint32_t *order, size_t item_len)
{
    struct pass p = { z, x, order, item_len, pass, (pass + 2) % 3, (pass + 1) % 3 };
    const struct ring_kernels *k = shared_kernels(x);
    size_t words = shared_words(x), per_piece = REP3_PIECE_LEN_MAX / k->word_len,
           pieces = (words + per_piece - 1) / per_piece;
    struct piece *piece = arena_alloc(&st->wire, pieces, sizeof *piece);
    int peer = st->s->self == pass ? p.before : pass;

    if (!piece)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    for (size_t i = 0; i < pieces; i++) {
        piece[i].w0 = i * per_piece;
        piece[i].wn = i + 1 < pieces ? per_piece : words - piece[i].w0;
        TRY(post_piece(st, &p, &piece[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; order && i < pieces; i++)
        k->add((uint8_t *)z->share[pass] + piece[i].w0 * k->word_len, piece[i].own, piece[i].x.in[peer].buf,
               piece[i].wn);
    arena_reset(&st->wire);
    return SOTTO_OK;
}
