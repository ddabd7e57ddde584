/* transfer.c - values that two parties know, on their way to a third that checks before it uses them.
 * docs/protocols/rep4.md, "Transfer". */
#include "mpc/rep4/rep4.h"

/*  message p -> q at a step:  [value]* [digest]*   in the order of the transfers */
static size_t message_len(const struct rep4_flight *f, int from, int to)
{
    size_t len = 0;

    for (unsigned i = 0; i < f->n; i++) {
        const struct rep4_transfer *t = &f->transfer[i];

        if (t->receiver == to)
            len += t->sender == from ? f->len : t->digester == from ? CRYPTO_MAC_LEN : 0;
    }
    return len;
}

/* Where value i (or its digest) stands within the message from -> its receiver. */
static size_t offset_of(const struct rep4_flight *f, unsigned at, bool digest)
{
    const struct rep4_transfer *t = &f->transfer[at];
    int from = digest ? t->digester : t->sender;
    size_t offset = 0;

    for (unsigned i = 0; i < f->n; i++) {
        const struct rep4_transfer *o = &f->transfer[i];

        if (o->receiver != t->receiver)
            continue;
        if (o->sender == from && (digest || i < at))
            offset += f->len;
        if (o->digester == from && digest && i < at)
            offset += CRYPTO_MAC_LEN;
    }
    return offset;
}

/* --- digests --------------------------------------------------------------------------------------------- */

/* The key of value i's digest comes from K[sender], which everybody but the sender knows. */
enum sotto_err rep4_digest_begin(struct strand *st, const struct rep4_flight *f, unsigned i,
                                 struct crypto_mac *m)
{
    uint8_t key[CRYPTO_KEY_LEN];
    enum sotto_err err = strand_stream(st, f->transfer[i].sender, f->step, MPC_USE_DIGEST + i, key, sizeof key);

    if (!err)
        crypto_mac_init(m, key);
    mem_wipe(key, sizeof key);
    return err;
}

static void finish(const struct strand *st, struct crypto_mac *m, uint8_t mac[CRYPTO_MAC_LEN])
{
    unsigned bits = st->s->options.digest_bits;

    crypto_mac_final(m, mac);
    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
}

void rep4_digest_send(struct strand *st, struct rep4_flight *f, unsigned i, struct crypto_mac *m)
{
    struct rep4_transfer *t = &f->transfer[i];

    finish(st, m, f->x.out[t->receiver].buf + offset_of(f, i, true));
    t->digested = true;
}

enum sotto_err rep4_digest_check(struct strand *st, const struct rep4_flight *f, unsigned i,
                                 struct crypto_mac *m)
{
    const struct rep4_transfer *t = &f->transfer[i];
    uint8_t want[CRYPTO_MAC_LEN];

    finish(st, m, want);
    if (!crypto_equal(want, f->x.in[t->digester].buf + offset_of(f, i, true), CRYPTO_MAC_LEN))
        return strand_accuse(st, 1u << t->sender | 1u << t->digester,
                             "what party %d sent and the digest of it from party %d differ", t->sender,
                             t->digester);
    st->unverified--;
    return SOTTO_OK;
}

/* --- flights --------------------------------------------------------------------------------------------- */

static enum sotto_err reserve(struct strand *st, uint8_t **buf, size_t len)
{
    if (len && !(*buf = arena_room(&st->wire, 1, len)))
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a message");
    return SOTTO_OK;
}

enum sotto_err rep4_flight_begin(struct strand *st, struct rep4_flight *f)
{
    int self = st->s->self;

    f->step = st->step;
    f->begun = true;
    for (int p = 0; p < REP4_PARTIES; p++) {
        f->x.out[p].len = p == self ? 0 : message_len(f, self, p);
        f->x.in[p].len = p == self ? 0 : message_len(f, p, self);
        TRY(reserve(st, &f->x.out[p].buf, f->x.out[p].len));
        TRY(reserve(st, &f->x.in[p].buf, f->x.in[p].len));
    }
    for (unsigned i = 0; i < f->n; i++)
        if (f->transfer[i].sender == self && !f->transfer[i].value && f->len)
            f->transfer[i].value = f->x.out[f->transfer[i].receiver].buf + offset_of(f, i, false);
    return SOTTO_OK;
}

enum sotto_err rep4_flight_post(struct strand *st, struct rep4_flight *f)
{
    int self = st->s->self;

    if (!f->begun)
        TRY(rep4_flight_begin(st, f));
    for (unsigned i = 0; i < f->n; i++) {
        const struct rep4_transfer *t = &f->transfer[i];
        struct crypto_mac m;

        st->checks += t->receiver == self;
        if (t->sender == self && f->len) {
            uint8_t *place = f->x.out[t->receiver].buf + offset_of(f, i, false);

            if (t->value != place)
                memcpy(place, t->value, f->len);
        }
        if (t->digester == self && !t->digested) {
            TRY(rep4_digest_begin(st, f, i, &m));
            crypto_mac_update(&m, t->value, f->len);
            rep4_digest_send(st, f, i, &m);
        }
    }
    return strand_post(st, &f->x);
}

const uint8_t *rep4_received(const struct rep4_flight *f, unsigned i)
{
    return f->x.in[f->transfer[i].sender].buf + offset_of(f, i, false);
}

enum sotto_err rep4_flight_verify(struct strand *st, struct rep4_flight *f)
{
    for (unsigned i = 0; i < f->n; i++) {
        struct rep4_transfer *t = &f->transfer[i];
        struct crypto_mac m;

        if (t->receiver != st->s->self)
            continue;
        t->value = f->x.in[t->sender].buf + offset_of(f, i, false);
        TRY(rep4_digest_begin(st, f, i, &m));
        crypto_mac_update(&m, t->value, f->len);
        TRY(rep4_digest_check(st, f, i, &m));
    }
    return SOTTO_OK;
}
