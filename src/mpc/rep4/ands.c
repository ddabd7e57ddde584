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

enum { A, B, C, D, VALUES = 5, CROSSES = 3, TILE = 256 /* words: all buffers stay in the first cache */ };

static const uint8_t party_at[4] = { 0, 1, 3, 2 }; /* at turn 0 */

struct duty {
    uint8_t sender, receiver, digester, second; /* second: of a sum; else the digester again */
};
static const struct duty duties[VALUES] = {
    { D, A, C, B }, { D, B, C, A }, { C, A, B, B }, { A, B, C, C }, { B, C, A, A },
};

/* What a place computes from: crosses 0..2 of the pairs that it knows, masks 3..7. What it makes is a xor of
 * some: its part of each value (of what it sends or digests), and what it adds to each summand at once. */
#define X(i) (1u << (i))
#define M(i) (1u << (CROSSES + (i)))
static const struct {
    uint8_t pair[CROSSES][2];
    uint8_t masks, value[VALUES], z[4];
    uint8_t received[2], into[2]; /* values that it gets, and the summands they go to; VALUES: none */
} place[4] = {
    [A] = { { { B, C }, { B, D }, { C, D } },
            M(1) | M(3) | M(4),
            { 0, X(0), 0, X(1) | M(3), X(2) | M(4) },
            { 0, M(1) | M(3), X(0) | M(1) | M(4), X(1) | X(2) | M(3) | M(4) },
            { 0, 2 },
            { C, D } },
    [B] = { { { A, C }, { A, D }, { C, D } },
            M(0) | M(2) | M(4),
            { X(0), 0, X(1) | M(2), 0, X(2) | M(4) },
            { M(0) | M(2), 0, X(0) | M(0) | M(4), X(1) | X(2) | M(2) | M(4) },
            { 1, 3 },
            { C, D } },
    [C] = { { { A, B }, { A, D }, { B, D } },
            M(0) | M(1) | M(2) | M(3),
            { X(0) | M(0), X(0) | M(1), X(1) | M(2), X(2) | M(3), 0 },
            { M(0) | M(2), M(1) | M(3), 0, X(1) | X(2) | M(2) | M(3) },
            { 4, VALUES },
            { D, D } },
    [D] = { { { A, B }, { A, C }, { B, C } },
            M(0) | M(1) | M(2) | M(3) | M(4),
            { X(0) | X(1) | M(0), X(0) | X(2) | M(1), 0, 0, 0 },
            { M(0) | M(2), M(1) | M(3), X(0) | X(1) | X(2) | M(0) | M(1) | M(4), 0 },
            { VALUES, VALUES },
            { 0, 0 } },
};
static const uint8_t mask_key[VALUES] = { A, B, A, B, C };

/* A digest in the making: of a value that comes in parts of any length. */
struct feed {
    struct crypto_mac mac;
    uint8_t rest[16];
    size_t rest_len;
    bool part; /* the second half of a sum: the length is in the other one */
};

struct piece {
    struct exchange x;
    size_t w0, wn, len;
    unsigned step;
    uint8_t *mask[VALUES]; /* whole, where a test replaced the streams */
};

struct ands {
    struct strand *st;
    const struct product *p;
    size_t n;      /* products */
    uint8_t at[4]; /* party at A, B, C, D */
    uint8_t self;  /* own place */
    struct feed feed[VALUES];
    uint64_t (*in)[TILE]; /* crosses and masks of a tile */
    uint64_t *out;        /* a xor of some of them */
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
    *f = (struct feed){ .part = is_sum(value) && duties[value].second == a->self };
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

static void feed_more(struct feed *f, const void *p, size_t len)
{
    const uint8_t *at = p;
    size_t whole;

    if (f->rest_len) {
        size_t take = sizeof f->rest - f->rest_len < len ? sizeof f->rest - f->rest_len : len;

        memcpy(f->rest + f->rest_len, at, take);
        f->rest_len += take;
        at += take;
        len -= take;
        if (f->rest_len < sizeof f->rest)
            return;
        crypto_mac_update(&f->mac, f->rest, sizeof f->rest);
    }
    whole = len / sizeof f->rest * sizeof f->rest;
    if (whole)
        crypto_mac_update(&f->mac, at, whole);
    f->rest_len = len - whole;
    memcpy(f->rest, at + whole, f->rest_len);
}

static void cut(const struct ands *a, uint8_t mac[CRYPTO_MAC_LEN])
{
    unsigned bits = a->st->s->options.digest_bits;

    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
}

static void feed_end(const struct ands *a, struct feed *f, uint8_t mac[CRYPTO_MAC_LEN])
{
    if (f->rest_len)
        crypto_mac_update(&f->mac, f->rest, f->rest_len);
    if (f->part)
        f->mac.len = 0;
    crypto_mac_final(&f->mac, mac);
    cut(a, mac);
    mem_wipe(f, sizeof *f);
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

static void cross(struct ands *a, const struct segment *s)
{
    const struct ring_kernels *k = shared_kernels(&s->p->z);

    for (size_t t = 0; t < s->p->terms; t++) {
        const struct shared *x = &s->p->term[t].x, *y = &s->p->term[t].y;

        for (unsigned c = 0; c < CROSSES; c++) {
            int i = a->at[place[a->self].pair[c][0]], j = a->at[place[a->self].pair[c][1]];

            k->cross_add(a->in[c] + s->pos, (uint8_t *)x->share[i] + s->skip, (uint8_t *)y->share[i] + s->skip,
                         (uint8_t *)x->share[j] + s->skip, (uint8_t *)y->share[j] + s->skip, s->words);
        }
        for (int i = 0; i < REP4_PARTIES; i++)
            if (s->p->z.share[i])
                k->mul_add((uint8_t *)s->p->z.share[i] + s->skip, (uint8_t *)x->share[i] + s->skip,
                           (uint8_t *)y->share[i] + s->skip, s->words);
    }
}

/* out = the xor of those of the tile's inputs; the one input itself where it is only one. */
static const uint64_t *mix(const struct ands *a, uint8_t set, size_t count, uint64_t *out)
{
    const struct ring_kernels *k = shared_kernels(&a->p->z);
    const uint64_t *sum = NULL;

    for (unsigned i = 0; i < CROSSES + VALUES; i++) {
        if (!(set >> i & 1))
            continue;
        if (sum)
            k->add(out, sum, a->in[i], count);
        sum = sum ? out : a->in[i];
    }
    return sum;
}

static void add_to_rows(const struct ands *a, const struct piece *p, size_t from, size_t count,
                        unsigned summand, const uint64_t *what)
{
    struct segment s = { 0 };

    while (next_segment(a, p, from, count, &s)) {
        uint8_t *z = (uint8_t *)s.p->z.share[a->at[summand]] + s.skip;

        shared_kernels(&s.p->z)->add(z, z, what + s.pos, s.words);
    }
}

static enum sotto_err read_masks(struct ands *a, const struct piece *p, size_t from, size_t len)
{
    for (unsigned v = 0; v < VALUES; v++) {
        if (!(place[a->self].masks & M(v)))
            continue;
        if (p->mask[v])
            memcpy(a->in[CROSSES + v], p->mask[v] + from * sizeof(uint64_t), len);
        else
            TRY(strand_stream_at(a->st, a->at[mask_key[v]], p->step, MPC_USE_MASK + v, from / 2,
                                 a->in[CROSSES + v], len));
    }
    return SOTTO_OK;
}

static enum sotto_err do_tile(struct ands *a, const struct piece *p, size_t from, size_t count)
{
    size_t len = count * sizeof(uint64_t), skip = from * sizeof(uint64_t);
    struct segment s = { 0 };

    memset(a->in, 0, CROSSES * sizeof *a->in);
    while (next_segment(a, p, from, count, &s))
        cross(a, &s);
    TRY(read_masks(a, p, from, len));
    for (unsigned v = 0; v < VALUES; v++) {
        bool sends = duties[v].sender == a->self;
        const uint64_t *value;

        if (!place[a->self].value[v])
            continue;
        value = mix(a, place[a->self].value[v], count, a->out);
        if (sends)
            memcpy(message_at(a, p, duties[v].receiver, v, false) + skip, value, len);
        else
            feed_more(&a->feed[v], value, len);
    }
    for (unsigned i = 0; i < 4; i++)
        if (place[a->self].z[i])
            add_to_rows(a, p, from, count, i, mix(a, place[a->self].z[i], count, a->out));
    return SOTTO_OK;
}

/* --- pieces ---------------------------------------------------------------------------------------------- */

/* A test's streams are drawn as a whole. */
static enum sotto_err draw_masks(struct ands *a, struct piece *p)
{
    for (unsigned v = 0; v < VALUES && a->st->s->options.stream_hook; v++) {
        if (!(place[a->self].masks & M(v)))
            continue;
        p->mask[v] = arena_room(&a->st->wire, 1, p->len);
        if (!p->mask[v])
            return strand_fail(a->st, SOTTO_ERR_RESOURCE, "no memory for a product");
        TRY(strand_stream(a->st, a->at[mask_key[v]], p->step, MPC_USE_MASK + v, p->mask[v], p->len));
    }
    return SOTTO_OK;
}

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
    TRY(draw_masks(a, p));
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

static enum sotto_err verify(const struct ands *a, const struct piece *p, unsigned v, const uint8_t *value)
{
    const struct duty *duty = &duties[v];
    uint8_t want[CRYPTO_MAC_LEN], got[CRYPTO_MAC_LEN], key[CRYPTO_KEY_LEN];
    uint32_t suspects = 1u << a->at[duty->sender] | 1u << a->at[duty->digester] | 1u << a->at[duty->second];

    TRY(digest_key(a, p, v, key));
    crypto_mac(want, key, value, p->len);
    mem_wipe(key, sizeof key);
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
    const uint8_t *value[2] = { NULL, NULL };

    for (unsigned i = 0; i < 2; i++) {
        unsigned v = place[a->self].received[i];

        if (v == VALUES)
            continue;
        value[i] = received_at(a, p, duties[v].sender, v, false);
        TRY(verify(a, p, v, value[i]));
    }
    for (unsigned i = 0; i < 2; i++)
        if (value[i])
            for (size_t r = 0; r < a->n; r++) {
                uint64_t *z = (uint64_t *)a->p[r].z.share[a->at[place[a->self].into[i]]] + p->w0;

                shared_kernels(&a->p->z)->add(z, z, value[i] + r * p->wn * sizeof *z, p->wn);
            }
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
    a.in = arena_room(&st->wire, CROSSES + VALUES, sizeof *a.in);
    a.out = arena_room(&st->wire, TILE, sizeof *a.out);
    if (!piece || !a.in || !a.out)
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
