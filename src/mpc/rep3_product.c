/* rep3_product.c - in one pass over tiles that stay in the first cache where kernels are there for it. */
#include "mpc/rep3.h"

enum { TILE_LEN = 4096 };

struct tile {
    const struct ring_kernels *k;
    const struct ring_products *products;
    int i, j; /* the party's summands */
    uint8_t mask[2][TILE_LEN];
};

/* Bytes skip..skip+len of product p; out and masks from byte `at` of the tile on. */
static void multiply_row(const struct tile *t, const struct product *p, size_t skip, size_t at, size_t len,
                         uint8_t *out)
{
    struct ring_three q = { .z = (uint8_t *)p->z.share[t->i] + skip,
                            .out = out,
                            .mask = { t->mask[0] + at, t->mask[1] + at } };
    size_t n = len / t->k->word_len;

    for (size_t term = 0; term < p->terms; term++) {
        const struct shared *x = &p->term[term].x, *y = &p->term[term].y;

        q.x[0] = (const uint8_t *)x->share[t->i] + skip;
        q.x[1] = (const uint8_t *)x->share[t->j] + skip;
        q.y[0] = (const uint8_t *)y->share[t->i] + skip;
        q.y[1] = (const uint8_t *)y->share[t->j] + skip;
        q.more = term > 0;
        if (term + 1 < p->terms)
            t->products->three_term(&q, n);
        else
            t->products->three(&q, n);
    }
}

static enum sotto_err products_by_tiles(struct strand *st, struct tile *t, const struct product *p, size_t len,
                                        size_t row_len, size_t skip, uint8_t *out)
{
    for (size_t at = 0, part; at < len; at += part) {
        part = len - at < TILE_LEN ? len - at : TILE_LEN;
        TRY(strand_stream_at(st, t->i, st->step, MPC_USE_MASK, at / 16, t->mask[0], part));
        TRY(strand_stream_at(st, t->j, st->step, MPC_USE_MASK, at / 16, t->mask[1], part));
        for (size_t done = 0, in_row, left; done < part; done += left) {
            in_row = (at + done) % row_len;
            left = row_len - in_row < part - done ? row_len - in_row : part - done;
            multiply_row(t, &p[(at + done) / row_len], skip + in_row, done, left, out + at + done);
        }
    }
    return SOTTO_OK;
}

/* For kernels without products: masks first, then term by term. */
static enum sotto_err products_by_terms(struct strand *st, const struct tile *t, const struct product *p,
                                        size_t n, size_t wn, size_t skip, uint8_t *out)
{
    const struct ring_kernels *k = t->k;
    size_t row_len = wn * k->word_len;
    uint8_t *mask = arena_room(&st->wire, n, row_len);

    if (!mask)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, t->i, st->step, MPC_USE_MASK, k, out, n * wn));
    TRY(strand_words(st, t->j, st->step, MPC_USE_MASK, k, mask, n * wn));
    k->sub(out, out, mask, n * wn);
    for (size_t r = 0; r < n; r++, out += row_len) {
        for (size_t term = 0; term < p[r].terms; term++) {
            const struct shared *x = &p[r].term[term].x, *y = &p[r].term[term].y;
            const uint8_t *xi = (uint8_t *)x->share[t->i] + skip, *yi = (uint8_t *)y->share[t->i] + skip;

            k->mul_add(out, xi, yi, wn);
            k->cross_add(out, xi, yi, (uint8_t *)x->share[t->j] + skip, (uint8_t *)y->share[t->j] + skip, wn);
        }
        memcpy((uint8_t *)p[r].z.share[t->i] + skip, out, row_len);
    }
    return SOTTO_OK;
}

enum sotto_err rep3_products(struct strand *st, const struct product *p, size_t n, size_t w0, size_t wn,
                             uint8_t *out)
{
    struct tile *t = arena_room(&st->wire, 1, sizeof *t);
    size_t row_len;

    if (!t)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    t->k = shared_kernels(&p->z);
    t->products = ring_products_for(t->k->bits);
    t->i = st->s->self;
    t->j = (t->i + 1) % 3;
    row_len = wn * t->k->word_len;
    if (t->products)
        return products_by_tiles(st, t, p, n * row_len, row_len, w0 * t->k->word_len, out);
    return products_by_terms(st, t, p, n, wn, w0 * t->k->word_len, out);
}
