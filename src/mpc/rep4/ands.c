/* ands.c - products of bits for five elements instead of six. docs/protocols/five.md, "The product".
 *
 * With the four parties as A, B, C and D (turned from step to step) and t_xy for the cross term of summands x
 * and y:
 *
 *   value  is                  from  to  digested by                        goes into
 *     0    t_ab + t_ac + m0     D    A   C (t_ab + m0) and B (t_ac)         z_c, with t_bc and m1
 *     1    t_ab + t_bc + m1     D    B   C (t_ab + m1) and A (t_bc)         z_c, with t_ac and m0
 *     2    t_ad + m2            C    A   B                                  z_d
 *     3    t_bd + m3            A    B   C                                  z_d
 *     4    t_cd + m4            B    C   A                                  z_d
 *
 * m0 and m2 come from K[A] and go into z_a, m1 and m3 from K[B] into z_b, m4 from K[C] into z_c. The halves of
 * a digest add up, for the MAC is linear; a pad from the receiver's key keeps each half to itself. */
#include "mpc/rep4/rep4.h"

enum { A, B, C, D, VALUES = 5, TILE = 256 /* words: all buffers stay in the first cache */ };

static const uint8_t party_at[4] = { 0, 1, 3, 2 }; /* at turn 0 */

struct duty {
    uint8_t sender, receiver, digester, second; /* second: of a sum; else the digester again */
};
static const struct duty duties[VALUES] = {
    { D, A, C, B }, { D, B, C, A }, { C, A, B, B }, { A, B, C, C }, { B, C, A, A },
};

/* What a place computes, as struct ring_five has it: its summands, masks and values in that order, and the
 * values that it gets with the summands they go to; NONE: no more. */
enum { NONE = 0xff };
static const struct {
    enum ring_five_place kind;
    uint8_t summand[3], mask[VALUES], value[4], received[2], into[2];
} place[4] = {
    [A] = { RING_FIVE_AB, { B, C, D }, { 1, 3, 4, NONE, NONE }, { 1, 3, 4, NONE }, { 0, 2 }, { C, D } },
    [B] = { RING_FIVE_AB, { A, C, D }, { 0, 2, 4, NONE, NONE }, { 0, 2, 4, NONE }, { 1, 3 }, { C, D } },
    [C] = { RING_FIVE_C, { A, B, D }, { 0, 1, 2, 3, NONE }, { 0, 1, 2, 3 }, { 4, NONE }, { D, D } },
    [D] = { RING_FIVE_D, { A, B, C }, { 0, 1, 2, 3, 4 }, { 0, 1, NONE, NONE }, { NONE, NONE }, { 0, 0 } },
};
static const uint8_t mask_key[VALUES] = { A, B, A, B, C };

/* A digest in the making. */
struct feed {
    struct crypto_mac mac;
    bool part; /* the second half of a sum: the length is in the other one */
};

struct piece {
    struct exchange x;
    size_t w0, wn, len;
    unsigned step;
};

struct ands {
    struct strand *st;
    const struct product *p;
    size_t n;      /* products */
    uint8_t at[4]; /* party at A, B, C, D */
    uint8_t self;  /* own place */
    struct feed feed[VALUES];
    struct tile {
        uint64_t mask[VALUES][TILE];
        uint64_t value[VALUES][TILE]; /* what is digested alone */
        uint64_t sum[3][TILE];        /* of terms */
    } * tile;
};

/* --- digests --------------------------------------------------------------------------------------------- */

static bool digests(const struct ands *a, unsigned value)
{
    return duties[value].digester == a->self || duties[value].second == a->self;
}

static bool is_sum(unsigned value)
{
    return duties[value].digester != duties[value].second;
}

static enum sotto_err digest_key(const struct ands *a, const struct piece *p, unsigned value,
                                 uint8_t key[CRYPTO_KEY_LEN])
{
    return strand_stream(a->st, a->at[duties[value].sender], p->step, MPC_USE_DIGEST + value, key,
                         CRYPTO_KEY_LEN);
}

static enum sotto_err feed_begin(struct ands *a, const struct piece *p, unsigned value)
{
    struct feed *f = &a->feed[value];
    uint8_t key[CRYPTO_KEY_LEN], pad[CRYPTO_MAC_LEN];

    TRY(digest_key(a, p, value, key));
    f->part = is_sum(value) && duties[value].second == a->self;
    if (f->part)
        memset(key + CRYPTO_MAC_LEN, 0, CRYPTO_MAC_LEN);
    if (is_sum(value)) {
        TRY(strand_stream(a->st, a->at[duties[value].receiver], p->step, MPC_USE_PAD + value, pad, sizeof pad));
        for (size_t i = 0; i < sizeof pad; i++)
            key[CRYPTO_MAC_LEN + i] ^= pad[i];
    }
    crypto_mac_init(&f->mac, key);
    mem_wipe(key, sizeof key);
    return SOTTO_OK;
}

static void cut(const struct ands *a, uint8_t mac[CRYPTO_MAC_LEN])
{
    unsigned bits = a->st->s->options.digest_bits;

    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
}

static void feed_end(const struct ands *a, struct feed *f, uint8_t mac[CRYPTO_MAC_LEN])
{
    if (f->part)
        f->mac.len = 0;
    crypto_mac_final(&f->mac, mac);
    cut(a, mac);
}

/* --- messages: [value]* [digest]* in the order of the values -----------------------------------------------
 */

/* The place of value `value`, or of its digest by `from`, in the message from -> to; with value VALUES the
 * whole length. */
static size_t offset_in(const struct piece *p, unsigned from, unsigned to, unsigned value, bool digest)
{
    size_t offset = 0;

    for (unsigned v = 0; v < VALUES && (digest || v < value); v++)
        if (duties[v].sender == from && duties[v].receiver == to)
            offset += p->len;
    for (unsigned v = 0; digest && v < value; v++)
        if (duties[v].receiver == to && (duties[v].digester == from || duties[v].second == from))
            offset += CRYPTO_MAC_LEN;
    return offset;
}

static enum sotto_err reserve(const struct ands *a, struct piece *p)
{
    for (unsigned q = 0; q < 4; q++) {
        int party = a->at[q];

        if (q == a->self)
            continue;
        p->x.out[party].len = offset_in(p, a->self, q, VALUES, true);
        p->x.in[party].len = offset_in(p, q, a->self, VALUES, true);
        if (p->x.out[party].len && !(p->x.out[party].buf = arena_room(&a->st->wire, 1, p->x.out[party].len)))
            return strand_fail(a->st, SOTTO_ERR_RESOURCE, "no memory for a message");
        if (p->x.in[party].len && !(p->x.in[party].buf = arena_room(&a->st->wire, 1, p->x.in[party].len)))
            return strand_fail(a->st, SOTTO_ERR_RESOURCE, "no memory for a message");
    }
    return SOTTO_OK;
}

static uint8_t *message_at(const struct ands *a, const struct piece *p, unsigned to, unsigned value,
                           bool digest)
{
    return p->x.out[a->at[to]].buf + offset_in(p, a->self, to, value, digest);
}

static const uint8_t *received_at(const struct ands *a, const struct piece *p, unsigned from, unsigned value,
                                  bool digest)
{
    return p->x.in[a->at[from]].buf + offset_in(p, from, a->self, value, digest);
}

/* --- one tile: words `from`..from + count of a piece, whose rows lie one after another -------------------- */

struct segment {
    const struct product *p;
    size_t skip, words, pos; /* in the row, of the row, in the tile */
};

/* The part of a tile that lies in one row. */
static bool next_segment(const struct ands *a, const struct piece *p, size_t from, size_t count,
                         struct segment *s)
{
    size_t at = from + s->pos + s->words, row = at / p->wn, in_row = at % p->wn, left = from + count - at;

    if (!left)
        return false;
    s->pos += s->words;
    s->p = &a->p[row];
    s->skip = (p->w0 + in_row) * sizeof(uint64_t);
    s->words = p->wn - in_row < left ? p->wn - in_row : left;
    return true;
}

static void multiply_row(const struct ands *a, const struct segment *s, uint64_t *const out[4])
{
    const struct ring_products *products = ring_products_for(1);
    struct ring_four term = { .partners = 0 };
    struct ring_five q = { .place = place[a->self].kind };

    for (unsigned i = 0; i < VALUES; i++)
        q.mask[i] = a->tile->mask[i] + s->pos;
    for (unsigned i = 0; i < 4; i++)
        q.out[i] = out[i] + s->pos;
    for (unsigned i = 0; i < 3; i++) {
        term.out[i] = a->tile->sum[i] + s->pos;
        q.sum[i] = term.out[i];
        q.z[i] = term.z[i] = (uint8_t *)s->p->z.share[a->at[place[a->self].summand[i]]] + s->skip;
    }
    for (size_t t = 0; t < s->p->terms; t++) {
        for (unsigned i = 0; i < 3; i++) {
            int k = a->at[place[a->self].summand[i]];

            q.x[i] = term.x[i] = (const uint8_t *)s->p->term[t].x.share[k] + s->skip;
            q.y[i] = term.y[i] = (const uint8_t *)s->p->term[t].y.share[k] + s->skip;
        }
        q.more = term.more = t > 0;
        if (t + 1 < s->p->terms)
            products->four_term(&term, s->words);
        else
            ring_five(&q, s->words);
    }
}

static enum sotto_err read_masks(const struct ands *a, const struct piece *p, size_t from, size_t len)
{
    for (unsigned i = 0, v; i < VALUES && (v = place[a->self].mask[i]) != NONE; i++)
        TRY(strand_stream_at(a->st, a->at[mask_key[v]], p->step, MPC_USE_MASK + v, from / 2, a->tile->mask[i],
                             len));
    return SOTTO_OK;
}

static enum sotto_err do_tile(struct ands *a, const struct piece *p, size_t from, size_t count)
{
    struct segment s = { 0 };
    uint64_t *out[4] = { NULL };

    TRY(read_masks(a, p, from, count * sizeof(uint64_t)));
    for (unsigned i = 0, v; i < 4; i++) {
        out[i] = a->tile->value[i]; /* not used where there is no value */
        v = place[a->self].value[i];
        if (v != NONE && duties[v].sender == a->self)
            out[i] = (uint64_t *)(void *)message_at(a, p, duties[v].receiver, v, false) + from;
    }
    while (next_segment(a, p, from, count, &s))
        multiply_row(a, &s, out);
    for (unsigned i = 0, v; i < 4 && (v = place[a->self].value[i]) != NONE; i++)
        if (digests(a, v))
            crypto_mac_update(&a->feed[v].mac, out[i], count * sizeof(uint64_t));
    return SOTTO_OK;
}

/* --- pieces ---------------------------------------------------------------------------------------------- */

static void cheat_on_purpose(struct ands *a, const struct piece *p)
{
    for (unsigned v = 0; v < VALUES && a->st->s->options.corrupt && !a->st->s->cheated; v++)
        if (duties[v].sender == a->self) {
            a->st->s->cheated = true; /* see mpc_options */
            message_at(a, p, duties[v].receiver, v, false)[0] ^= 1;
        }
}

static enum sotto_err post_piece(struct ands *a, struct piece *p)
{
    size_t words = a->n * p->wn;

    p->len = words * sizeof(uint64_t);
    p->step = a->st->step;
    TRY(reserve(a, p));
    for (unsigned v = 0; v < VALUES; v++) {
        a->st->checks += duties[v].receiver == a->self;
        if (digests(a, v))
            TRY(feed_begin(a, p, v));
    }
    for (size_t from = 0; from < words; from += TILE)
        TRY(do_tile(a, p, from, words - from < TILE ? words - from : TILE));
    for (unsigned v = 0; v < VALUES; v++)
        if (digests(a, v))
            feed_end(a, &a->feed[v], message_at(a, p, duties[v].receiver, v, true));
    cheat_on_purpose(a, p);
    return strand_post(a->st, &p->x);
}

/* What is being checked is added up at once: z is not used before all is checked. */
static enum sotto_err take_value(const struct ands *a, const struct piece *p, unsigned v, unsigned into)
{
    const struct duty *duty = &duties[v];
    const struct ring_kernels *k = shared_kernels(&a->p->z);
    const uint64_t *value = (const uint64_t *)(const void *)received_at(a, p, duty->sender, v, false);
    uint8_t want[CRYPTO_MAC_LEN], got[CRYPTO_MAC_LEN], key[CRYPTO_KEY_LEN];
    uint32_t suspects = 1u << a->at[duty->sender] | 1u << a->at[duty->digester] | 1u << a->at[duty->second];
    size_t words = a->n * p->wn;
    struct crypto_mac m;

    TRY(digest_key(a, p, v, key));
    crypto_mac_init(&m, key);
    mem_wipe(key, sizeof key);
    for (size_t from = 0; from < words; from += TILE) {
        size_t count = words - from < TILE ? words - from : TILE;
        struct segment s = { 0 };

        crypto_mac_update(&m, value + from, count * sizeof *value);
        while (next_segment(a, p, from, count, &s)) {
            uint8_t *z = (uint8_t *)s.p->z.share[a->at[into]] + s.skip;

            k->add(z, z, value + from + s.pos, s.words);
        }
    }
    crypto_mac_final(&m, want);
    cut(a, want);
    memcpy(got, received_at(a, p, duty->digester, v, true), sizeof got);
    for (size_t i = 0; is_sum(v) && i < sizeof got; i++)
        got[i] ^= received_at(a, p, duty->second, v, true)[i];
    if (!crypto_equal(want, got, sizeof got))
        return strand_accuse(a->st, suspects, "what party %d sent and the digest of it from party %d%s differ",
                             a->at[duty->sender], a->at[duty->digester], is_sum(v) ? " and another one" : "");
    a->st->unverified--;
    return SOTTO_OK;
}

static enum sotto_err take_piece(const struct ands *a, const struct piece *p)
{
    for (unsigned i = 0, v; i < 2 && (v = place[a->self].received[i]) != NONE; i++)
        TRY(take_value(a, p, v, place[a->self].into[i]));
    return SOTTO_OK;
}

enum sotto_err rep4_ands(struct strand *st, const struct product *p, size_t n)
{
    struct ands a = { .st = st, .p = p, .n = n };
    unsigned turn = rep4_rotation(st);
    size_t words = shared_words(&p->z), per_piece = REP4_PIECE_LEN_MAX / (n * sizeof(uint64_t)), pieces;
    struct piece *piece;

    per_piece = per_piece > 1 ? per_piece / 2 * 2 : 1;
    pieces = (words + per_piece - 1) / per_piece;
    piece = arena_alloc(&st->wire, pieces, sizeof *piece);
    a.tile = arena_room(&st->wire, 1, sizeof *a.tile);
    if (!piece || !a.tile)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    for (unsigned i = 0; i < 4; i++) {
        a.at[i] = (uint8_t)((party_at[i] + turn) % 4);
        a.self = a.at[i] == st->s->self ? (uint8_t)i : a.self;
    }
    for (size_t i = 0; i < pieces; i++) {
        piece[i].w0 = i * per_piece;
        piece[i].wn = i + 1 < pieces ? per_piece : words - piece[i].w0;
        TRY(post_piece(&a, &piece[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        TRY(take_piece(&a, &piece[i]));
    arena_reset(&st->wire);
    return SOTTO_OK;
}
