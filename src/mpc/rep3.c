/* rep3.c - replicated sharing among three parties who follow the protocol (passive security).
 *
 * Secret x = x0+x1+x2 mod 2^k (xor for bits). Party i holds x[i] and x[i+1]; key K[a] is known to the holders
 * of x[a], parties a and a-1. A party that lies is NOT noticed. Araki et al., CCS 2016. docs/protocols/rep3.md.
 * CT: only n and message lengths leak. */
#include "mpc/rep3.h"

static int next(int party)
{
    return (party + 1) % REP3_PARTIES;
}

static int before(int party)
{
    return (party + 2) % REP3_PARTIES;
}

/* Rows of words, packed row after row, to and from a sharing. */
static void pack(const struct shared *x, int a, uint8_t *out)
{
    size_t len = shared_words(x) * shared_kernels(x)->word_len;

    for (unsigned r = 0; r < shared_rows(x); r++)
        memcpy(out + r * len, shared_row(x, a, r), len);
}

static void add_packed(struct shared *z, int a, const uint8_t *from)
{
    size_t len = shared_words(z) * shared_kernels(z)->word_len;

    for (unsigned r = 0; r < shared_rows(z); r++)
        shared_kernels(z)->add(shared_row(z, a, r), shared_row(z, a, r), from + r * len, shared_words(z));
}

static size_t packed_len(const struct shared *x)
{
    return shared_rows(x) * shared_words(x) * shared_kernels(x)->word_len;
}

/* Steps for owner p, who knows the packed value: share p = PRF(K[p]), share p+1 = v - share p goes to party
 * p+1, share p+2 = 0. One element. */
static enum sotto_err share_known(struct strand *st, struct shared *z, int owner, const uint8_t *value)
{
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    const struct ring_kernels *k = shared_kernels(z);
    size_t len = packed_len(z);
    uint8_t *mask = strand_alloc(st, 1, len), *rest = strand_alloc(st, 1, len);
    int self = st->s->self, to = next(owner);

    if (!x || !mask || !rest)
        return st->s->fault.code;
    if (z->share[owner]) {
        TRY(strand_words(st, owner, st->step, MPC_USE_MASK, k, mask, len / k->word_len));
        add_packed(z, owner, mask);
    }
    if (self == owner) {
        k->sub(rest, value, mask, len / k->word_len);
        x->out[to].buf = rest;
        x->out[to].len = len;
    }
    if (self == to) {
        x->in[owner].buf = rest;
        x->in[owner].len = len;
    }
    TRY(strand_post(st, x));
    TRY(strand_await(st));
    if (z->share[to])
        add_packed(z, to, rest);
    return SOTTO_OK;
}

static enum sotto_err rep3_input(struct strand *st, struct shared *z, int owner, const void *plain)
{
    size_t row_len = shared_words(z) * shared_kernels(z)->word_len;
    uint8_t *value = strand_alloc(st, 1, packed_len(z));

    if (!value)
        return st->s->fault.code;
    for (unsigned r = 0; st->s->self == owner && r < shared_rows(z); r++)
        memcpy(value + r * row_len, (const uint8_t *)plain + r * z->stride * 8, row_len);
    return share_known(st, z, owner, value);
}

/* --- products: z[i] = x[i]y[i] + x[i]y[i+1] + x[i+1]y[i] + F(K[i]) - F(K[i+1]), sent to party i-1 ----------
 */

struct piece {
    struct exchange x;
    size_t w0, wn;
};

static enum sotto_err post_piece(struct strand *st, const struct product *p, size_t n, struct piece *piece)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    int j = next(st->s->self), to = before(st->s->self);
    size_t len = n * piece->wn * k->word_len, skip = piece->w0 * k->word_len;
    uint8_t *out = arena_room(&st->wire, 1, len),
            *in = n == 1 ? (uint8_t *)p->z.share[j] + skip : arena_room(&st->wire, 1, len);

    if (!out || !in)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(rep3_products(st, p, n, piece->w0, piece->wn, out));
    if (st->s->options.corrupt && !st->s->cheated) {
        st->s->cheated = true; /* on purpose: see mpc_options; nobody will notice */
        k->put(out, 0, k->get(out, 0) + 1);
    }
    piece->x.out[to].buf = out;
    piece->x.in[j].buf = in;
    piece->x.out[to].len = piece->x.in[j].len = len;
    return strand_post(st, &piece->x);
}

/* One product's row was received where it belongs. */
static void take_piece(struct strand *st, const struct product *p, size_t n, const struct piece *piece)
{
    int j = next(st->s->self);
    size_t word_len = shared_kernels(&p->z)->word_len, row_len = piece->wn * word_len;

    for (size_t r = 0; n > 1 && r < n; r++)
        memcpy((uint8_t *)p[r].z.share[j] + piece->w0 * word_len, piece->x.in[j].buf + r * row_len, row_len);
}

static enum sotto_err rep3_multiply(struct strand *st, const struct product *p, size_t n)
{
    size_t words = shared_words(&p->z), per_piece = REP3_PIECE_LEN_MAX / (n * shared_kernels(&p->z)->word_len),
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
    return SOTTO_OK;
}

/* --- split: party 0 knows x0+x1 and shares it; x2, which parties 1 and 2 know, is a share as it is ---------
 */

static enum sotto_err rep3_split(struct strand *st, struct shared part[2], int *parts_n, const struct shared *x,
                                 const struct mpc_map *map)
{
    struct shared converted = part[0];
    size_t len = shared_share_len(x->domain, x->bits, x->n);
    uint8_t *sum = strand_alloc(st, 1, len),
            *value = strand_alloc(st, 1, shared_share_len(part->domain, part->bits, part->n));

    if (!sum || !value)
        return st->s->fault.code;
    if (st->s->self == 0)
        shared_kernels(x)->add(sum, x->share[0], x->share[1], shared_words(x));
    converted.share[0] = value;
    mpc_split_convert(&converted, 0, sum, x, map);
    *parts_n = 2;
    if (part[1].share[2])
        mpc_split_convert(&part[1], 2, x->share[2], x, map);
    return share_known(st, &part[0], 0, value);
}

/* Party 1 knows r1+r2. */
static enum sotto_err rep3_mask(struct strand *st, struct shared *z, struct shared part[2], int *parts_n)
{
    struct shared converted = part[0];
    size_t len = shared_share_len(MPC_ARITH, z->bits, z->n);
    uint8_t *sum = strand_alloc(st, 1, len),
            *value = strand_alloc(st, 1, shared_share_len(part->domain, part->bits, part->n));

    if (!sum || !value)
        return st->s->fault.code;
    for (int a = 1; a < REP3_PARTIES; a++)
        if (z->share[a])
            TRY(strand_stream(st, a, st->step, MPC_USE_RANDOM, z->share[a], len));
    if (st->s->self == 1)
        shared_kernels(z)->add(sum, z->share[1], z->share[2], z->n);
    converted.share[0] = value;
    shared_convert(&converted, 0, sum, z);
    *parts_n = 1;
    return share_known(st, &part[0], 1, value);
}

/* Party j lacks summand j+2, which party j+1 sends. */
static enum sotto_err rep3_open(struct strand *st, const struct shared *x, uint32_t to, void *out)
{
    int self = st->s->self, from = next(self), receiver = before(self);
    size_t len = packed_len(x), row_len = shared_words(x) * shared_kernels(x)->word_len;
    struct exchange *ex = strand_alloc(st, 1, sizeof *ex);
    uint8_t *mine = strand_alloc(st, 1, len), *theirs = strand_alloc(st, 1, len);

    if (!ex || !mine || !theirs)
        return st->s->fault.code;
    if (to >> receiver & 1) {
        pack(x, next(self), mine);
        ex->out[receiver].buf = mine;
        ex->out[receiver].len = len;
    }
    if (to >> self & 1) {
        ex->in[from].buf = theirs;
        ex->in[from].len = len;
    }
    TRY(strand_post(st, ex));
    TRY(strand_await(st));
    for (unsigned r = 0; to >> self & 1 && r < shared_rows(x); r++) {
        uint8_t *z = (uint8_t *)out + r * x->stride * 8;

        memcpy(z, theirs + r * row_len, row_len);
        for (int a = 0; a < REP3_PARTIES; a++)
            if (x->share[a])
                shared_kernels(x)->add(z, z, shared_row(x, a, r), shared_words(x));
    }
    return SOTTO_OK;
}

const struct mpc_protocol mpc_rep3 = {
    .name = "rep3",
    .label = "three parties, PASSIVE: a party that lies is not noticed; experimental",
    .parties = REP3_PARTIES,
    .many_lanes = true,
    .shares = 3,
    .holds = { 0x3, 0x6, 0x5 },
    .input = rep3_input,
    .multiply = rep3_multiply,
    .bilinear = rep3_bilinear,
    .split = rep3_split,
    .mask = rep3_mask,
    .open = rep3_open,
    .passes = 3,
    .permute = rep3_permute,
};
