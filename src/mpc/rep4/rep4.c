/* rep4.c - the back end over joint inputs and transfers. Numbered steps: docs/protocols/rep4.md. */
#include "mpc/rep4/rep4.h"

/* --- products: Fantastic Four, figure 4 ------------------------------------------------------------------ */

const struct rep4_roles rep4_duties[REP4_TRANSFERS_MAX] = {
    { 2, 3, 0, 1 }, { 3, 1, 0, 2 }, { 1, 2, 0, 3 }, { 0, 3, 1, 2 }, { 2, 0, 1, 3 }, { 1, 0, 2, 3 },
};

struct multiplication {
    const struct product *p;
    size_t n;
};

static void fill_cross(const struct rep4_joint *j, unsigned i, size_t w0, size_t wn, uint8_t *out)
{
    const struct multiplication *m = j->context;
    int a = j->roles[i].receiver, b = j->roles[i].partner;
    size_t skip = w0 * j->kernels->word_len;

    for (size_t r = 0; r < m->n; r++, out += wn * j->kernels->word_len)
        for (size_t t = 0; t < m->p[r].terms; t++) {
            const struct shared *x = &m->p[r].term[t].x, *y = &m->p[r].term[t].y;

            j->kernels->cross_add(out, (uint8_t *)x->share[a] + skip, (uint8_t *)y->share[a] + skip,
                                  (uint8_t *)x->share[b] + skip, (uint8_t *)y->share[b] + skip, wn);
        }
}

static uint8_t *target_product(const struct rep4_joint *j, unsigned i, int a, size_t r)
{
    const struct multiplication *m = j->context;

    (void)i;
    return m->p[r].z.share[a];
}

static void multiply_own(struct strand *st, const struct product *p)
{
    for (int a = 0; a < REP4_PARTIES; a++)
        for (size_t t = 0; a != st->s->self && t < p->terms; t++)
            shared_kernels(&p->z)->mul_add(p->z.share[a], p->term[t].x.share[a], p->term[t].y.share[a],
                                           shared_words(&p->z));
}

void rep4_product_roles(struct rep4_roles roles[6], unsigned turn)
{
    for (unsigned i = 0; i < 6; i++) {
        const struct rep4_roles *d = &rep4_duties[i];

        roles[i] =
            (struct rep4_roles){ (uint8_t)((d->sender + turn) % 4), (uint8_t)((d->digester + turn) % 4),
                                 (uint8_t)((d->receiver + turn) % 4), (uint8_t)((d->partner + turn) % 4) };
    }
}

enum sotto_err rep4_multiply_joint(struct strand *st, const struct product *p, size_t n)
{
    struct multiplication m = { p, n };
    struct rep4_joint j = { .kernels = shared_kernels(&p->z),
                            .rows = n,
                            .words = shared_words(&p->z),
                            .n = 6,
                            .product = true,
                            .fill = fill_cross,
                            .target = target_product,
                            .context = &m };

    rep4_product_roles(j.roles, rep4_rotation(st));
    for (size_t i = 0; i < n; i++)
        multiply_own(st, &p[i]);
    return rep4_joint_run(st, &j);
}

/* --- split: parties 2,3 know x0+x1 and parties 0,1 know x2+x3 --------------------------------------------- */

struct parts {
    const struct shared *part;
    const uint8_t *value[2]; /* in the layout of one share of part[]; what this party does not know is NULL */
};

static void fill_part(const struct rep4_joint *j, unsigned i, size_t w0, size_t wn, uint8_t *out)
{
    const struct parts *parts = j->context;
    size_t len = wn * j->kernels->word_len;

    for (size_t r = 0; r < j->rows; r++)
        memcpy(out + r * len, parts->value[i] + (r * j->words + w0) * j->kernels->word_len, len);
}

static uint8_t *target_part(const struct rep4_joint *j, unsigned i, int a, size_t r)
{
    const struct parts *parts = j->context;

    return shared_row(&parts->part[i], a, (unsigned)r);
}

/* Part 0 is known to parties 2,3 and part 1 to parties 0,1. */
static enum sotto_err share_parts(struct strand *st, struct shared part[2], const uint8_t *const value[2])
{
    struct parts parts = { part, { value[0], value[1] } };
    struct rep4_joint j = { .kernels = shared_kernels(part),
                            .rows = shared_rows(part),
                            .words = shared_words(part),
                            .n = 2,
                            .fill = fill_part,
                            .target = target_part,
                            .context = &parts };
    unsigned turn = rep4_rotation(st), receiver = turn & 1, sender = turn >> 1 & 1;

    for (unsigned i = 0; i < 2; i++) {
        unsigned know = i == 0 ? 2 : 0, lack = 2 - know;

        j.roles[i] = (struct rep4_roles){ (uint8_t)(know + sender), (uint8_t)(know + 1 - sender),
                                          (uint8_t)(lack + receiver), (uint8_t)(lack + 1 - receiver) };
    }
    return rep4_joint_run(st, &j);
}

/* The part that this party knows: 0 for parties 2 and 3. */
static unsigned own_part(const struct strand *st)
{
    return st->s->self >= 2 ? 0 : 1;
}

static enum sotto_err rep4_split(struct strand *st, struct shared part[2], int *parts_n, const struct shared *x,
                                 const struct mpc_map *map)
{
    const struct ring_kernels *kernels = shared_kernels(x);
    unsigned own = own_part(st), a = own == 0 ? 0 : 2;
    size_t len = shared_share_len(x->domain, x->bits, x->n);
    uint8_t *sum = strand_alloc(st, 1, len),
            *value = strand_alloc(st, 1, shared_share_len(part->domain, part->bits, part->n));
    struct shared converted = part[own];
    const uint8_t *values[2] = { NULL, NULL };

    if (!sum || !value)
        return st->s->fault.code;
    kernels->add(sum, x->share[a], x->share[a + 1], shared_words(x));
    converted.share[0] = value;
    mpc_split_convert(&converted, 0, sum, x, map);
    values[own] = value;
    *parts_n = 2;
    return share_parts(st, part, values);
}

/* Parties 0,1 know r2+r3; r1 is known to parties 0,2,3, of whom 2 and 3 input it. */
static enum sotto_err rep4_mask(struct strand *st, struct shared *z, struct shared part[2], int *parts_n)
{
    unsigned own = own_part(st);
    size_t len = shared_share_len(MPC_ARITH, z->bits, z->n);
    uint8_t *sum = strand_alloc(st, 1, len),
            *value = strand_alloc(st, 1, shared_share_len(part->domain, part->bits, part->n));
    struct shared converted = part[own];
    const uint8_t *values[2] = { NULL, NULL };

    if (!sum || !value)
        return st->s->fault.code;
    for (int a = 1; a < REP4_PARTIES; a++)
        if (z->share[a])
            TRY(strand_stream(st, a, st->step, MPC_USE_RANDOM + (unsigned)a, z->share[a], len));
    if (own == 0 && z->share[1]) /* parties 2 and 3 hold it */
        memcpy(sum, z->share[1], len);
    if (own == 1)
        shared_kernels(z)->add(sum, z->share[2], z->share[3], z->n);
    converted.share[0] = value;
    shared_convert(&converted, 0, sum, z);
    values[own] = value;
    *parts_n = 2;
    return share_parts(st, part, values);
}

/* --- opening --------------------------------------------------------------------------------------------- */

/* Words w0..w0+wn of every row of share a, row after row. */
static void pack(const struct shared *x, int a, size_t w0, size_t wn, uint8_t *out)
{
    size_t word_len = shared_kernels(x)->word_len;

    for (unsigned r = 0; r < shared_rows(x); r++)
        memcpy(out + r * wn * word_len, (uint8_t *)shared_row(x, a, r) + w0 * word_len, wn * word_len);
}

static void add_opened(const struct shared *x, void *out, size_t w0, size_t wn, const uint8_t *from)
{
    size_t word_len = shared_kernels(x)->word_len;

    for (unsigned r = 0; r < shared_rows(x); r++) {
        uint8_t *z = (uint8_t *)out + (r * x->stride + w0) * word_len;

        shared_kernels(x)->add(z, z, from + r * wn * word_len, wn);
    }
}

static enum sotto_err post_opening(struct strand *st, const struct shared *x, uint32_t to, size_t w0, size_t wn,
                                   struct rep4_flight *f)
{
    unsigned turn = rep4_rotation(st);

    f->len = wn * shared_rows(x) * shared_kernels(x)->word_len;
    for (unsigned p = 0; p < REP4_PARTIES; p++) {
        struct rep4_transfer *t = &f->transfer[f->n];

        if (!(to >> p & 1))
            continue;
        *t = (struct rep4_transfer){ .sender = (p + 1 + turn % 3) % 4,
                                     .digester = (p + 1 + (turn + 1) % 3) % 4,
                                     .receiver = (uint8_t)p };
        f->n++;
    }
    TRY(rep4_flight_begin(st, f));
    for (unsigned i = 0; i < f->n; i++) {
        struct rep4_transfer *t = &f->transfer[i];

        if (t->digester == st->s->self && !(t->value = arena_room(&st->wire, 1, f->len)))
            return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for an opening");
        if (t->digester == st->s->self || t->sender == st->s->self)
            pack(x, t->receiver, w0, wn, t->value);
    }
    return rep4_flight_post(st, f);
}

static enum sotto_err rep4_open(struct strand *st, const struct shared *x, uint32_t to, void *out)
{
    size_t words = shared_words(x), row_len = shared_rows(x) * shared_kernels(x)->word_len,
           per_piece = REP4_PIECE_LEN_MAX / row_len, pieces = (words + per_piece - 1) / per_piece;
    struct rep4_flight *f = arena_alloc(&st->wire, pieces, sizeof *f);
    bool receives = to >> st->s->self & 1;

    if (!f)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for an opening");
    for (size_t i = 0; i < pieces; i++)
        TRY(post_opening(st, x, to, i * per_piece, i + 1 < pieces ? per_piece : words - i * per_piece, &f[i]));
    TRY(strand_await(st));
    for (unsigned r = 0; receives && r < shared_rows(x); r++)
        memset((uint8_t *)out + r * x->stride * 8, 0, words * shared_kernels(x)->word_len);
    for (size_t i = 0; i < pieces; i++) {
        size_t w0 = i * per_piece, wn = i + 1 < pieces ? per_piece : words - w0;

        TRY(rep4_flight_verify(st, &f[i]));
        for (unsigned k = 0; k < f[i].n; k++)
            if (f[i].transfer[k].receiver == st->s->self)
                add_opened(x, out, w0, wn, f[i].transfer[k].value);
    }
    for (int a = 0; receives && a < REP4_PARTIES; a++)
        for (unsigned r = 0; x->share[a] && r < shared_rows(x); r++) {
            uint8_t *z = (uint8_t *)out + r * x->stride * 8;

            shared_kernels(x)->add(z, z, shared_row(x, a, r), words);
        }
    arena_reset(&st->wire);
    return SOTTO_OK;
}

/* --- input of one party ---------------------------------------------------------------------------------- */

/* docs/protocols/rep4.md, "Input", for owner p:
 *   1  shares p+1 and p+2 come from K[p+1] and K[p+2]; share p+3 = v less both goes to parties p+1 and p+2;
 *      share p is 0
 *   2  parties p+1 and p+2 compare digests of it under a key from K[p]
 * What leaves a party at step 2 depends on what it has not verified, but goes to one that holds the same value
 * and the same key, or else the owner is honest and there is nothing to learn. */
static enum sotto_err rep4_input(struct strand *st, struct shared *z, int owner, const void *plain)
{
    int self = st->s->self, a = (owner + 1) % 4, b = (owner + 2) % 4, c = (owner + 3) % 4,
        other = self == a ? b : a;
    bool compares = self == a || self == b;
    const struct ring_kernels *kernels = shared_kernels(z);
    size_t word_len = kernels->word_len, words = shared_words(z), rows = shared_rows(z),
           len = rows * words * word_len;
    struct exchange *x = strand_alloc(st, 2, sizeof *x);
    uint8_t *value = strand_alloc(st, 1, len), *mask = strand_alloc(st, 1, len), key[CRYPTO_KEY_LEN],
            own[CRYPTO_MAC_LEN], theirs[CRYPTO_MAC_LEN];

    if (!x || !value || !mask)
        return st->s->fault.code;
    if (self == owner)
        for (unsigned r = 0; r < rows; r++)
            memcpy(value + r * words * word_len, (const uint8_t *)plain + r * z->stride * 8, words * word_len);
    for (int k = 0; k < 2; k++) {
        int share = k == 0 ? a : b;

        if (!z->share[share])
            continue;
        TRY(strand_words(st, share, st->step, MPC_USE_MASK + (unsigned)k, kernels, mask, rows * words));
        for (unsigned r = 0; r < rows; r++)
            memcpy(shared_row(z, share, r), mask + r * words * word_len, words * word_len);
        if (self == owner)
            kernels->sub(value, value, mask, rows * words);
    }
    if (self == owner)
        x[0].out[a].buf = x[0].out[b].buf = value;
    if (compares)
        x[0].in[owner].buf = value;
    x[0].out[a].len = x[0].out[b].len = x[0].in[owner].len = len;
    TRY(strand_post(st, &x[0]));
    TRY(strand_await(st));
    if (compares) {
        TRY(strand_stream(st, owner, st->step, MPC_USE_DIGEST, key, sizeof key));
        crypto_mac(own, key, value, len);
        mem_wipe(key, sizeof key);
        x[1].out[other].buf = own;
        x[1].in[other].buf = theirs;
        x[1].out[other].len = x[1].in[other].len = CRYPTO_MAC_LEN;
    }
    TRY(strand_post(st, &x[1]));
    TRY(strand_await(st));
    if (compares && !crypto_equal(own, theirs, CRYPTO_MAC_LEN))
        return strand_accuse(st, 1u << owner | 1u << other,
                             "party %d did not hand the same input to parties %d and %d, or party %d lies",
                             owner, self, other, other);
    if (kernels->wide && kernels->wide->canonical) /* the owner may have sent more than the prime */
        kernels->wide->canonical(value, rows * words);
    for (unsigned r = 0; z->share[c] && r < rows; r++)
        memcpy(shared_row(z, c, r), value + r * words * word_len, words * word_len);
    return SOTTO_OK;
}

const struct mpc_protocol mpc_rep4 = {
    .name = "rep4",
    .label = "four parties, one may lie: active security with abort; experimental",
    .parties = REP4_PARTIES,
    .many_lanes = true,
    .shares = 4,
    .active = true,
    .holds = { 0xe, 0xd, 0xb, 0x7 },
    .input = rep4_input,
    .multiply = rep4_multiply,
    .bilinear = rep4_bilinear,
    .split = rep4_split,
    .mask = rep4_mask,
    .open = rep4_open,
    .passes = 4,
    .permute = rep4_permute,
};
