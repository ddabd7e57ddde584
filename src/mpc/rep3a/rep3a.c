/* rep3a.c - replicated sharing among three parties, one of them corrupt in any way.
 *
 * Products are rep3's; what each party knows of them is kept and proven before anything is opened. Boneh, Boyle,
 * Corrigan-Gibbs, Gilboa, Ishai, CRYPTO 2019; Boyle, Gilboa, Ishai, Nof, CCS 2019. docs/protocols/rep3a.md. */
#include "mpc/rep3a/rep3a.h"

static size_t packed_len(const struct shared *x)
{
    return shared_rows(x) * shared_words(x) * shared_kernels(x)->word_len;
}

/* --- input ----------------------------------------------------------------------------------------------- */

/* Owner p: summand p from K[p], summand p+1 = v - it goes to p+1, summand p+2 is 0. Each summand that the owner can
 * choose has one other holder: there is nothing to compare. */
static enum sotto_err rep3a_input(struct strand *st, struct shared *z, int owner, const void *plain)
{
    const struct ring_kernels *k = shared_kernels(z);
    size_t words = shared_words(z), row_len = words * k->word_len, len = packed_len(z);
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    uint8_t *mask = strand_alloc(st, 1, len), *rest = strand_alloc(st, 1, len);
    int self = st->s->self, to = rep3a_next(owner);

    if (!x || !mask || !rest)
        return st->s->fault.code;
    if (z->share[owner])
        TRY(strand_words(st, owner, st->step, MPC_USE_MASK, k, mask, len / k->word_len));
    for (unsigned r = 0; r < shared_rows(z); r++) {
        if (z->share[owner])
            memcpy(shared_row(z, owner, r), mask + r * row_len, row_len);
        if (self == owner)
            k->sub(rest + r * row_len, (const uint8_t *)plain + r * z->stride * 8, mask + r * row_len, words);
    }
    if (self == owner)
        x->out[to].buf = rest;
    if (self == to)
        x->in[owner].buf = rest;
    x->out[to].len = x->in[owner].len = len;
    TRY(strand_post(st, x));
    TRY(strand_await(st));
    if (self == to && k->wide && k->wide->canonical)
        k->wide->canonical(rest, len / k->word_len);
    for (unsigned r = 0; z->share[to] && r < shared_rows(z); r++)
        memcpy(shared_row(z, to, r), rest + r * row_len, row_len);
    return SOTTO_OK;
}

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
    uint8_t *out, *in, *first, *second;
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
static void keep_row(const struct product *p, enum rep3a_kind kind, const struct part *part, struct rep3a_block *b,
                     size_t at, const uint8_t *out, uint8_t *first, const uint8_t *second, int i)
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

static enum sotto_err post_piece(struct strand *st, const struct product *p, size_t n, struct piece *piece)
{
    const struct ring_kernels *k = shared_kernels(&p->z);
    int i = st->s->self, j = rep3a_next(i), to = rep3a_before(i);
    size_t row_len = piece->wn * k->word_len, len = n * row_len;
    struct work w = { arena_alloc(&st->wire, 1, len), arena_alloc(&st->wire, 1, len), arena_alloc(&st->wire, 1, len),
                      arena_alloc(&st->wire, 1, len) };

    if (!w.out || !w.in || !w.first || !w.second)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, i, st->step, MPC_USE_MASK, k, w.first, len / k->word_len));
    TRY(strand_words(st, j, st->step, MPC_USE_MASK, k, w.second, len / k->word_len));
    for (size_t r = 0; r < n; r++)
        compute_row(&p[r], piece, i, w.out + r * row_len, w.first + r * row_len, w.second + r * row_len);
    TRY(keep(st, p, n, piece, &w));
    if (st->s->options.corrupt && !st->s->cheated) {
        st->s->cheated = true; /* on purpose: see mpc_options */
        k->put(w.out, 0, k->get(w.out, 0) + 1);
    }
    piece->x.out[to].buf = w.out;
    piece->x.in[j].buf = w.in;
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

static enum sotto_err rep3a_multiply(struct strand *st, const struct product *p, size_t n)
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

/* --- split and mask: a summand in another domain is a sharing whose other summands are 0 ------------------- */

static enum sotto_err only_summand(struct strand *st, struct shared *z, const struct shared *like, int a,
                                   const struct shared *x)
{
    TRY(strand_shared(st, z, like->domain, like->bits, like->n));
    if (z->share[a])
        mpc_split_convert(z, a, x->share[a], x, NULL);
    return SOTTO_OK;
}

/* x0 + x1 + x2 = sum + carry, one AND a bit: maj(x0, x1, x2) = ((x0 ^ x2) & (x1 ^ x2)) ^ x2. */
static enum sotto_err save_carries(struct strand *st, struct shared part[2], const struct shared bits[3])
{
    unsigned k = part->bits;
    struct shared u, v;
    struct products b;

    TRY(strand_shared(st, &u, MPC_BITS, k, part->n));
    TRY(strand_shared(st, &v, MPC_BITS, k, part->n));
    shared_add(&u, &bits[0], &bits[2]);
    shared_add(&v, &bits[1], &bits[2]);
    shared_add(&part[0], &u, &bits[1]);
    TRY(products_init(&b, st, k, k));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(&part[1], i + 1), x = shared_plane(&u, i), y = shared_plane(&v, i);

        products_add(&b, &z, &x, &y);
    }
    TRY(products_run(&b));
    for (unsigned i = 0; i + 1 < k; i++) {
        struct shared z = shared_plane(&part[1], i + 1), y = shared_plane(&bits[2], i);

        shared_add(&z, &z, &y);
    }
    return SOTTO_OK;
}

/* The first two of three bits as one number: x0 ^ x1 = x0 + x1 - 2 x0 x1. */
static enum sotto_err join_two(struct strand *st, struct shared part[2], const struct shared word[3])
{
    struct shared product;
    struct products b;

    TRY(strand_shared(st, &product, MPC_ARITH, part->bits, part->n));
    TRY(products_init(&b, st, 1, 1));
    products_add(&b, &product, &word[0], &word[1]);
    TRY(products_run(&b));
    shared_scale(&product, &product, 2);
    shared_add(&part[0], &word[0], &word[1]);
    shared_sub(&part[0], &part[0], &product);
    shared_copy(&part[1], &word[2]);
    return SOTTO_OK;
}

static enum sotto_err rep3a_split(struct strand *st, struct shared part[2], int *parts_n, const struct shared *x,
                                  const struct mpc_map *map)
{
    struct shared one[3];

    if (map)
        return strand_fail(st, SOTTO_ERR_USAGE,
                           "line %u: rep3a does not offer what this instruction needs; use rep4", st->line);
    for (int a = 0; a < REP3A_PARTIES; a++)
        TRY(only_summand(st, &one[a], part, a, x));
    *parts_n = 2;
    return x->domain == MPC_ARITH ? save_carries(st, part, one) : join_two(st, part, one);
}

/* r1 is known to parties 0 and 1, r2 to 1 and 2: their bits are sharings as they are. */
static enum sotto_err rep3a_mask(struct strand *st, struct shared *z, struct shared part[2], int *parts_n)
{
    const struct ring_kernels *k = shared_kernels(z);

    for (int a = 1; a < REP3A_PARTIES; a++)
        if (z->share[a]) {
            TRY(strand_words(st, a, st->step, MPC_USE_RANDOM, k, z->share[a], z->n));
            mpc_split_convert(&part[a - 1], a, z->share[a], z, NULL);
        }
    *parts_n = 2;
    st->step++; /* the masks of this step are drawn */
    return SOTTO_OK;
}

/* --- opening: p lacks summand p+2; p+1 sends it, p+2 a digest of it --------------------------------------- */

static void pack(const struct shared *x, int a, uint8_t *out)
{
    size_t len = shared_words(x) * shared_kernels(x)->word_len;

    for (unsigned r = 0; r < shared_rows(x); r++)
        memcpy(out + r * len, shared_row(x, a, r), len);
}

/* The key comes from K[p], which the sender p+1 lacks. */
static enum sotto_err digest(struct strand *st, int receiver, unsigned step, const uint8_t *value, size_t len,
                             uint8_t mac[CRYPTO_MAC_LEN])
{
    uint8_t key[CRYPTO_KEY_LEN];
    unsigned bits = st->s->options.digest_bits;

    TRY(strand_stream(st, receiver, step, REP3A_USE_DIGEST, key, sizeof key));
    crypto_mac(mac, key, value, len);
    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
    mem_wipe(key, sizeof key);
    return SOTTO_OK;
}

struct opening {
    struct exchange x;
    uint8_t *sent, *digested, *got, mac[CRYPTO_MAC_LEN], got_mac[CRYPTO_MAC_LEN];
    size_t len;
    unsigned step;
};

static enum sotto_err post_opening(struct strand *st, struct opening *o, const struct shared *x, uint32_t to)
{
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);

    o->len = packed_len(x);
    o->step = st->step;
    o->sent = strand_alloc(st, 1, o->len);
    o->digested = strand_alloc(st, 1, o->len);
    o->got = strand_alloc(st, 1, o->len);
    if (!o->sent || !o->digested || !o->got)
        return st->s->fault.code;
    if (to >> before & 1) { /* it lacks summand before + 2 = next */
        pack(x, next, o->sent);
        o->x.out[before].buf = o->sent;
        o->x.out[before].len = o->len;
    }
    if (to >> next & 1) { /* it lacks summand next + 2 = self */
        pack(x, self, o->digested);
        TRY(digest(st, next, o->step, o->digested, o->len, o->mac));
        o->x.out[next].buf = o->mac;
        o->x.out[next].len = CRYPTO_MAC_LEN;
    }
    if (to >> self & 1) {
        o->x.in[next].buf = o->got;
        o->x.in[next].len = o->len;
        o->x.in[before].buf = o->got_mac;
        o->x.in[before].len = CRYPTO_MAC_LEN;
        st->checks++;
    }
    return strand_post(st, &o->x);
}

static enum sotto_err rep3a_open(struct strand *st, const struct shared *x, uint32_t to, void *out)
{
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    size_t row_len = shared_words(x) * shared_kernels(x)->word_len;
    struct opening *o = strand_alloc(st, 1, sizeof *o);
    uint8_t want[CRYPTO_MAC_LEN];

    if (!o)
        return st->s->fault.code;
    TRY(post_opening(st, o, x, to));
    TRY(strand_await(st));
    if (!(to >> self & 1))
        return SOTTO_OK;
    TRY(digest(st, self, o->step, o->got, o->len, want));
    if (!crypto_equal(want, o->got_mac, sizeof want))
        return strand_accuse(st, 1u << next | 1u << before, "what party %d opened and the digest from party %d differ",
                             next, before);
    st->unverified--;
    for (unsigned r = 0; r < shared_rows(x); r++) {
        uint8_t *z = (uint8_t *)out + r * x->stride * 8;

        memcpy(z, o->got + r * row_len, row_len);
        for (int a = 0; a < REP3A_PARTIES; a++)
            if (x->share[a])
                shared_kernels(x)->add(z, z, shared_row(x, a, r), shared_words(x));
    }
    return SOTTO_OK;
}

const struct mpc_protocol mpc_rep3a = {
    .name = "rep3a",
    .label = "three parties, one may lie: active security with abort; experimental",
    .parties = REP3A_PARTIES,
    .shares = 3,
    .active = true,
    .holds = { 0x3, 0x6, 0x5 },
    .input = rep3a_input,
    .multiply = rep3a_multiply,
    .split = rep3a_split,
    .mask = rep3a_mask,
    .open = rep3a_open,
    .verify = rep3a_verify,
    .strand_end = rep3a_strand_end,
    .instr_end = rep3a_instr_end,
    .session_end = rep3a_session_end,
};
