/* product.c - products on words and bits in one pass: masks, cross terms, own terms and digests of a tile that
 * stays in the first cache, values straight into the message. docs/protocols/rep4.md, "Products".
 *
 * Duties are turned by `turn`: party and summand p have place (p - turn) % 4, and of two summands the one at
 * the lower place is the receiver's (rep4_duties). With a party's three summands k = 0, 1, 2 in the order of
 * their places
 *   - it sends or digests for the pairs 01, 02, 12 of them (the pair's first one gets the mask, the other one
 * the rest);
 *   - it is the partner for each k before its own place: summand k gets a mask;
 *   - it is the receiver for each k after its own place: summand k gets what arrives. */
#include "mpc/rep4/rep4.h"

enum { TILE_LEN = 2048, PAIRS = 3 };

struct plan {
    const struct product *p;
    size_t rows, row_len; /* of a piece */
    const struct ring_kernels *kernels;
    const struct ring_products *products;
    uint8_t summand[3];  /* the party's, in the order of places */
    uint8_t pair[PAIRS]; /* transfers of the pairs 01, 02, 12 */
    uint8_t partner[3];  /* transfers whose partner it is: of summands 0.. */
    unsigned partners;
    uint8_t mask[PAIRS + 3][TILE_LEN], value[PAIRS][TILE_LEN]; /* one tile's */
    struct crypto_mac mac[PAIRS];
};

struct piece {
    struct rep4_flight flight;
    size_t w0, wn;
};

/* The transfer whose summands have these places, a < b. */
static uint8_t transfer_of(unsigned a, unsigned b)
{
    uint8_t i = 0;

    while (rep4_duties[i].receiver != a || rep4_duties[i].partner != b)
        i++;
    return i;
}

static void make_plan(const struct strand *st, struct plan *plan, unsigned turn)
{
    unsigned own = ((unsigned)st->s->self - turn) % 4, place[3], k = 0;

    for (unsigned a = 0; a < REP4_PARTIES; a++) {
        if (a == own)
            continue;
        if (a < own)
            plan->partner[plan->partners++] = transfer_of(a, own);
        place[k] = a;
        plan->summand[k++] = (uint8_t)((a + turn) % 4);
    }
    plan->pair[0] = transfer_of(place[0], place[1]);
    plan->pair[1] = transfer_of(place[0], place[2]);
    plan->pair[2] = transfer_of(place[1], place[2]);
}

/* --- sending --------------------------------------------------------------------------------------------- */

/* Masks of bytes at..at+len of the piece. */
static enum sotto_err draw_masks(struct strand *st, struct plan *plan, const struct rep4_flight *f, size_t at,
                                 size_t len)
{
    for (unsigned i = 0; i < PAIRS + plan->partners; i++) {
        unsigned t = i < PAIRS ? plan->pair[i] : plan->partner[i - PAIRS];

        TRY(strand_stream_at(st, f->transfer[t].receiver, f->step, MPC_USE_MASK + t, at / 16, plan->mask[i],
                             len));
    }
    return SOTTO_OK;
}

/* Bytes skip..skip+len of product r, which are bytes at.. of the tile; out[] begins with the tile. */
static void multiply_row(struct plan *plan, size_t r, size_t skip, size_t at, size_t len,
                         uint8_t *const out[PAIRS])
{
    const struct product *p = &plan->p[r];
    struct ring_four q = { .partners = plan->partners };
    size_t n = len / plan->kernels->word_len;

    for (unsigned i = 0; i < PAIRS; i++) {
        q.out[i] = out[i] + at;
        q.mask[i] = plan->mask[i] + at;
        q.partner[i] = plan->mask[PAIRS + i] + at;
        q.z[i] = (uint8_t *)p->z.share[plan->summand[i]] + skip;
    }
    for (size_t t = 0; t < p->terms; t++) {
        for (unsigned i = 0; i < 3; i++) {
            q.x[i] = (const uint8_t *)p->term[t].x.share[plan->summand[i]] + skip;
            q.y[i] = (const uint8_t *)p->term[t].y.share[plan->summand[i]] + skip;
        }
        q.more = t > 0;
        if (t + 1 < p->terms)
            plan->products->four_term(&q, n);
        else
            plan->products->four(&q, n);
    }
}

static enum sotto_err multiply_tile(struct strand *st, struct plan *plan, struct piece *piece, size_t at,
                                    size_t len)
{
    const struct rep4_flight *f = &piece->flight;
    uint8_t *out[PAIRS];

    TRY(draw_masks(st, plan, f, at, len));
    for (unsigned i = 0; i < PAIRS; i++) {
        const struct rep4_transfer *t = &f->transfer[plan->pair[i]];

        out[i] = t->sender == st->s->self ? t->value + at : plan->value[i];
    }
    for (size_t done = 0; done < len;) {
        size_t r = (at + done) / plan->row_len, in_row = (at + done) % plan->row_len,
               left = plan->row_len - in_row, part = left < len - done ? left : len - done;

        multiply_row(plan, r, piece->w0 * plan->kernels->word_len + in_row, done, part, out);
        done += part;
    }
    for (unsigned i = 0; i < PAIRS; i++)
        if (f->transfer[plan->pair[i]].digester == st->s->self)
            crypto_mac_update(&plan->mac[i], plan->value[i], len);
    return SOTTO_OK;
}

static enum sotto_err post_piece(struct strand *st, struct plan *plan, struct piece *piece, unsigned turn)
{
    struct rep4_flight *f = &piece->flight;
    struct rep4_roles roles[REP4_TRANSFERS_MAX];

    rep4_product_roles(roles, turn);
    plan->row_len = piece->wn * plan->kernels->word_len;
    f->len = plan->rows * plan->row_len;
    f->n = REP4_TRANSFERS_MAX;
    for (unsigned i = 0; i < f->n; i++)
        f->transfer[i] = (struct rep4_transfer){ .sender = roles[i].sender,
                                                 .digester = roles[i].digester,
                                                 .receiver = roles[i].receiver };
    TRY(rep4_flight_begin(st, f));
    for (unsigned i = 0; i < PAIRS; i++)
        if (f->transfer[plan->pair[i]].digester == st->s->self)
            TRY(rep4_digest_begin(st, f, plan->pair[i], &plan->mac[i]));
    for (size_t at = 0; at < f->len; at += TILE_LEN)
        TRY(multiply_tile(st, plan, piece, at, f->len - at < TILE_LEN ? f->len - at : TILE_LEN));
    for (unsigned i = 0; i < PAIRS; i++) {
        struct rep4_transfer *t = &f->transfer[plan->pair[i]];

        if (t->digester == st->s->self)
            rep4_digest_send(st, f, plan->pair[i], &plan->mac[i]);
        else
            rep4_cheat(st, plan->kernels, t->value);
    }
    return rep4_flight_post(st, f);
}

/* --- receiving ------------------------------------------------------------------------------------------- */

/* z is not used before all digests are checked, so it may take what is being checked. */
static enum sotto_err take_value(struct strand *st, struct plan *plan, struct piece *piece, unsigned i,
                                 int summand)
{
    const struct rep4_flight *f = &piece->flight;
    const uint8_t *value = rep4_received(f, i);
    struct crypto_mac *m = &plan->mac[0];

    TRY(rep4_digest_begin(st, f, i, m));
    for (size_t at = 0, part; at < f->len; at += part) {
        part = f->len - at < TILE_LEN ? f->len - at : TILE_LEN;
        crypto_mac_update(m, value + at, part);
        for (size_t done = 0, in_row, left; done < part; done += left) {
            uint8_t *z = plan->p[(at + done) / plan->row_len].z.share[summand];

            in_row = (at + done) % plan->row_len;
            left = plan->row_len - in_row < part - done ? plan->row_len - in_row : part - done;
            z += piece->w0 * plan->kernels->word_len + in_row;
            plan->kernels->add(z, z, value + at + done, left / plan->kernels->word_len);
        }
    }
    return rep4_digest_check(st, f, i, m);
}

static enum sotto_err take_piece(struct strand *st, struct plan *plan, struct piece *piece, unsigned turn)
{
    plan->row_len = piece->wn * plan->kernels->word_len;
    for (unsigned i = 0; i < REP4_TRANSFERS_MAX; i++)
        if (piece->flight.transfer[i].receiver == st->s->self)
            TRY(take_value(st, plan, piece, i, (int)(rep4_duties[i].partner + turn) % 4));
    return SOTTO_OK;
}

enum sotto_err rep4_multiply(struct strand *st, const struct product *p, size_t n)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    const struct ring_products *products = ring_products_for(k->bits);
    size_t words = shared_words(&p->z), per_piece = REP4_PIECE_LEN_MAX / (n * k->word_len), pieces;
    unsigned turn = rep4_rotation(st);
    struct plan *plan;
    struct piece *piece;

    if (p->z.domain == MPC_BITS)
        return rep4_ands(st, p, n);
    if (!products)
        return rep4_multiply_joint(st, p, n);
    per_piece = per_piece ? per_piece : 1;
    pieces = (words + per_piece - 1) / per_piece;
    piece = arena_alloc(&st->wire, pieces, sizeof *piece);
    plan = arena_room(&st->wire, 1, sizeof *plan);
    if (!piece || !plan)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    plan->p = p;
    plan->rows = n;
    plan->kernels = k;
    plan->products = products;
    plan->partners = 0;
    make_plan(st, plan, turn);
    for (size_t i = 0; i < pieces; i++) {
        piece[i].w0 = i * per_piece;
        piece[i].wn = i + 1 < pieces ? per_piece : words - piece[i].w0;
        TRY(post_piece(st, plan, &piece[i], turn));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        TRY(take_piece(st, plan, &piece[i], turn));
    arena_reset(&st->wire);
    return SOTTO_OK;
}
