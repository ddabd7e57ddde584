/* products.c - products as in rep3, and what the parties keep of them until they are proven.
 * docs/protocols/rep3a.md, "Products". */
#include "mpc/rep3a/rep3a.h"

/* --- products: z[i] = x[i]y[i] + x[i]y[i+1] + x[i+1]y[i] + F(K[i]) - F(K[i+1]), sent to party i-1 --------- */

enum { BLOCK_N = 1 << 16 };

struct piece {
    struct exchange x;
    size_t w0, wn;
    struct rep3a_block *block; /* the first one; they follow each other in the strand's list */
};

/* Rows r0..r0+rows of one number of terms, words w0..w0+wn of each: what one block holds. */
struct part {
    size_t r0, rows, w0, wn;
};

static bool next_part(const struct product *p, size_t n, const struct piece *piece, struct part *at)
{
    size_t end = piece->w0 + piece->wn, most;

    if (at->rows && at->w0 + at->wn < end) { /* the row goes on */
        at->w0 += at->wn;
    } else {
        at->r0 += at->rows;
        at->w0 = piece->w0;
    }
    if (at->r0 == n)
        return false;
    most = BLOCK_N / p[at->r0].terms ? BLOCK_N / p[at->r0].terms : 1;
    at->wn = end - at->w0 < most ? end - at->w0 : most;
    at->rows = 1;
    while (at->wn == piece->wn && at->r0 + at->rows < n && p[at->r0 + at->rows].terms == p[at->r0].terms &&
           (at->rows + 1) * at->wn <= most)
        at->rows++;
    return true;
}

/* Buffers of one piece: what is sent, masks of both keys; row after row. */
struct work {
    uint8_t *out, *first, *second;
};

static void compute_row(const struct product *p, const struct piece *piece, int i, uint8_t *out, uint8_t *first,
                        const uint8_t *second)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    size_t skip = piece->w0 * k->word_len;
    int j = rep3a_next(i);

    k->sub(out, first, second, piece->wn);
    for (size_t t = 0; t < p->terms; t++) {
        const struct shared *x = &p->term[t].x, *y = &p->term[t].y;
        const uint8_t *xi = (uint8_t *)x->share[i] + skip, *yi = (uint8_t *)y->share[i] + skip;

        k->mul_add(out, xi, yi, piece->wn);
        k->cross_add(out, xi, yi, (uint8_t *)x->share[j] + skip, (uint8_t *)y->share[j] + skip, piece->wn);
    }
    memcpy((uint8_t *)p->z.share[i] + skip, out, piece->wn * k->word_len);
}

/* What the blocks keep of a row but a: see struct rep3a_block. `a` keeps the mask that z[i+1] has to lose. */
static void keep_row(const struct product *p, enum rep3a_kind kind, const struct part *part,
                     struct rep3a_block *b, size_t at, const uint8_t *out, uint8_t *first,
                     const uint8_t *second, int i)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    size_t skip = part->w0 * k->word_len, el = rep3a_element_len(kind), n = part->wn;
    uint8_t *own = b->c + at * el;

    for (size_t t = 0; t < p->terms; t++)
        for (int s = 0; s < 2; s++) {
            int a = (i + s) % REP3A_PARTIES;

            rep3a_widen(kind, b->x[s] + (t * b->n + at) * el, (uint8_t *)p->term[t].x.share[a] + skip, n);
            rep3a_widen(kind, b->y[s] + (t * b->n + at) * el, (uint8_t *)p->term[t].y.share[a] + skip, n);
        }
    rep3a_widen(kind, b->a + at * el, second, n);
    /* c = z - F(K[i]); it may be cut to the width only by the kernels, so it is made before it is widened. */
    k->sub((uint8_t *)p->z.share[i] + skip, out, first, n);
    rep3a_widen(kind, own, (uint8_t *)p->z.share[i] + skip, n);
    memcpy((uint8_t *)p->z.share[i] + skip, out, n * k->word_len);
    for (size_t t = 0; t < p->terms; t++)
        k->mul_add(first, (uint8_t *)p->term[t].x.share[i] + skip, (uint8_t *)p->term[t].y.share[i] + skip, n);
    rep3a_widen(kind, b->b + at * el, first, n);
}

static enum sotto_err keep(struct strand *st, const struct product *p, size_t n, struct piece *piece,
                           const struct work *w)
{
    enum rep3a_kind kind = rep3a_kind_of(&p->z);
    size_t word_len = shared_kernels(&p->z)->word_len;
    struct part part = { 0 };

    while (next_part(p, n, piece, &part)) {
        struct rep3a_block *b = rep3a_block_new(st, kind, part.rows * part.wn, p[part.r0].terms);

        if (!b)
            return st->s->fault.code;
        if (!piece->block)
            piece->block = b;
        for (size_t r = 0; r < part.rows; r++) {
            size_t offset = ((part.r0 + r) * piece->wn + part.w0 - piece->w0) * word_len;

            keep_row(&p[part.r0 + r], kind, &part, b, r * part.wn, w->out + offset, w->first + offset,
                     w->second + offset, st->s->self);
        }
    }
    return SOTTO_OK;
}

/* --- in one pass, where elements are the kernels' words and these multiply at once --------------------------
 */

enum { TILE_LEN = 4096 };

struct fused {
    struct strand *st;
    const struct ring_products *products;
    int i, j; /* the party's summands */
    uint8_t *out;
    size_t len;        /* of the piece */
    size_t at, masked; /* bytes done; bytes that there are masks for, of which the latest tile is here: */
    uint8_t mask[2][TILE_LEN];
};

static enum sotto_err next_masks(struct fused *f)
{
    size_t part = f->len - f->at < TILE_LEN ? f->len - f->at : TILE_LEN;

    TRY(strand_stream_at(f->st, f->i, f->st->step, MPC_USE_MASK, f->at / 16, f->mask[0], part));
    TRY(strand_stream_at(f->st, f->j, f->st->step, MPC_USE_MASK, f->at / 16, f->mask[1], part));
    f->masked = f->at + part;
    return SOTTO_OK;
}

/* len bytes of p from `skip` on, which are those from `to` on of the block's results, while they are in the
 * first cache. */
static void fused_part(struct fused *f, const struct product *p, size_t skip, struct rep3a_block *b, size_t to,
                       size_t len)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    const uint8_t *mask[2] = { f->mask[0] + f->at % TILE_LEN, f->mask[1] + f->at % TILE_LEN };
    struct ring_three q = { .z = (uint8_t *)p->z.share[f->i] + skip,
                            .out = f->out + f->at,
                            .mask = { mask[0], mask[1] } };
    size_t n = len / k->word_len;

    memcpy(b->a + to, mask[1], len); /* what z[i+1] has to lose */
    memcpy(b->b + to, mask[0], len);
    for (size_t t = 0; t < p->terms; t++) {
        const struct shared *x = &p->term[t].x, *y = &p->term[t].y;
        size_t place = t * b->n * k->word_len + to;

        for (int s = 0; s < 2; s++) {
            q.x[s] = (const uint8_t *)x->share[s ? f->j : f->i] + skip;
            q.y[s] = (const uint8_t *)y->share[s ? f->j : f->i] + skip;
            memcpy(b->x[s] + place, q.x[s], len);
            memcpy(b->y[s] + place, q.y[s], len);
        }
        k->mul_add(b->b + to, q.x[0], q.y[0], n);
        q.more = t > 0;
        (t + 1 < p->terms ? f->products->three_term : f->products->three)(&q, n);
    }
    if (k->bits > 1) /* for quotients alone */
        k->sub(b->c + to, q.out, mask[0], n);
}

static enum sotto_err fused_row(struct fused *f, const struct product *p, const struct part *part,
                                struct rep3a_block *b, size_t at)
{
    size_t word_len = shared_kernels(&p->z)->word_len, row_len = part->wn * word_len;

    for (size_t done = 0, len; done < row_len; done += len) {
        if (f->at == f->masked)
            TRY(next_masks(f));
        len = row_len - done < f->masked - f->at ? row_len - done : f->masked - f->at;
        fused_part(f, p, part->w0 * word_len + done, b, at * word_len + done, len);
        f->at += len;
    }
    return SOTTO_OK;
}

/* A part is whole rows of the piece, or a run of one: what follows it in the piece follows it in memory. */
static enum sotto_err fused_products(struct strand *st, const struct product *p, size_t n, struct piece *piece,
                                     uint8_t *out, size_t len)
{
    struct fused *f = arena_room(&st->wire, 1, sizeof *f);
    struct part part = { 0 };

    if (!f)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    f->st = st;
    f->products = ring_products_for(shared_kernels(&p->z)->bits);
    f->i = st->s->self;
    f->j = rep3a_next(f->i);
    f->out = out;
    f->len = len;
    f->at = f->masked = 0;
    while (next_part(p, n, piece, &part)) {
        struct rep3a_block *b =
            rep3a_block_new(st, rep3a_kind_of(&p->z), part.rows * part.wn, p[part.r0].terms);

        if (!b)
            return st->s->fault.code;
        if (!piece->block)
            piece->block = b;
        for (size_t r = 0; r < part.rows; r++)
            TRY(fused_row(f, &p[part.r0 + r], &part, b, r * part.wn));
    }
    mem_wipe(f->mask, sizeof f->mask);
    return SOTTO_OK;
}

/* --- term by term ------------------------------------------------------------------------------------------
 */

static enum sotto_err plain_products(struct strand *st, const struct product *p, size_t n, struct piece *piece,
                                     uint8_t *out, size_t len)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    size_t row_len = piece->wn * k->word_len;
    struct work w = { out, arena_room(&st->wire, 1, len), arena_room(&st->wire, 1, len) };

    if (!w.first || !w.second)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, st->s->self, st->step, MPC_USE_MASK, k, w.first, len / k->word_len));
    TRY(strand_words(st, rep3a_next(st->s->self), st->step, MPC_USE_MASK, k, w.second, len / k->word_len));
    for (size_t r = 0; r < n; r++)
        compute_row(&p[r], piece, st->s->self, w.out + r * row_len, w.first + r * row_len,
                    w.second + r * row_len);
    return keep(st, p, n, piece, &w);
}

static enum sotto_err post_piece(struct strand *st, const struct product *p, size_t n, struct piece *piece)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    int i = st->s->self, j = rep3a_next(i), to = rep3a_before(i);
    size_t len = n * piece->wn * k->word_len;
    uint8_t *out = arena_room(&st->wire, 1, len), *in = arena_room(&st->wire, 1, len);

    if (!out || !in)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    if (k->word_len == 8 && ring_products_for(k->bits))
        TRY(fused_products(st, p, n, piece, out, len));
    else
        TRY(plain_products(st, p, n, piece, out, len));
    if (st->s->options.corrupt && !st->s->cheated) {
        st->s->cheated = true; /* on purpose: see mpc_options */
        k->put(out, 0, k->get(out, 0) + 1);
    }
    piece->x.out[to].buf = out;
    piece->x.in[j].buf = in;
    piece->x.out[to].len = piece->x.in[j].len = len;
    return strand_post(st, &piece->x);
}

/* z[i+1] has come; a = z[i+1] - the mask that a kept. */
static void take_piece(struct strand *st, const struct product *p, size_t n, const struct piece *piece)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    enum rep3a_kind kind = rep3a_kind_of(&p->z);
    size_t el = rep3a_element_len(kind), row_len = piece->wn * k->word_len;
    int j = rep3a_next(st->s->self);
    struct rep3a_block *b = piece->block;
    struct part part = { 0 };
    uint8_t *in = piece->x.in[j].buf;

    if (k->wide && k->wide->canonical)
        k->wide->canonical(in, n * piece->wn);
    for (size_t r = 0; r < n; r++)
        memcpy((uint8_t *)p[r].z.share[j] + piece->w0 * k->word_len, in + r * row_len, row_len);
    for (; next_part(p, n, piece, &part); b = b->next)
        for (size_t r = 0; r < part.rows; r++) {
            uint8_t *own = in + ((part.r0 + r) * piece->wn + part.w0 - piece->w0) * k->word_len,
                    *a = b->a + r * part.wn * el;

            rep3a_subtract(kind, a, own, part.wn);
        }
}

enum sotto_err rep3a_multiply(struct strand *st, const struct product *p, size_t n)
{
    size_t words = shared_words(&p->z), per_piece = REP3A_PIECE_LEN_MAX / (n * shared_kernels(&p->z)->word_len),
           pieces;
    struct piece *piece;

    per_piece = per_piece ? per_piece : 1;
    pieces = (words + per_piece - 1) / per_piece;
    piece = arena_alloc(&st->wire, pieces, sizeof *piece);
    if (!piece)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    for (size_t i = 0; i < pieces; i++) {
        piece[i].w0 = i * per_piece;
        piece[i].wn = i + 1 < pieces ? per_piece : words - piece[i].w0;
        TRY(post_piece(st, p, n, &piece[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        take_piece(st, p, n, &piece[i]);
    arena_reset(&st->wire);
    return rep3a_logged(st);
}

/* --- bilinear maps: a product of many terms for each word of the result ------------------------------------
 */

static enum sotto_err factor_vector(struct strand *st, const struct bilinear *b, struct shared *v, size_t t,
                                    bool of_y, unsigned row)
{
    const struct shared *from = of_y ? &b->y : &b->x;

    TRY(strand_shared(st, v, b->z.domain, b->z.domain == MPC_ARITH ? b->z.bits : 1, b->z.n));
    for (int a = 0; a < REP3A_PARTIES; a++)
        if (v->share[a])
            b->factor(b, v->share[a], t, of_y, 0, shared_words(&b->z),
                      shared_row(from, a, shared_rows(from) == 1 ? 0 : row));
    return SOTTO_OK;
}

enum sotto_err rep3a_bilinear(struct strand *st, const struct bilinear *b)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned rows = shared_rows(&b->z);
    struct products p;

    if (rep3a_map_is_short(b))
        return rep3a_map_multiply(st, b);
    if (!b->factor)
        return strand_fail(st, SOTTO_ERR_USAGE,
                           "line %u: rep3a does not offer what this instruction needs; use rep4", st->line);
    TRY(products_init(&p, st, rows, rows * b->terms));
    for (unsigned r = 0; r < rows; r++) {
        struct shared z = b->z.domain == MPC_ARITH ? b->z : shared_plane(&b->z, r), x, y;

        products_begin(&p, &z);
        for (size_t t = 0; t < b->terms; t++) {
            TRY(factor_vector(st, b, &x, t, false, r));
            TRY(factor_vector(st, b, &y, t, true, r));
            products_term(&p, &x, &y);
        }
    }
    TRY(products_run(&p));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
