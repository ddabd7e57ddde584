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

static bool has_message(const struct rep4_flight *f, int from, int to)
{
    return message_len(f, from, to) > 0;
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

/* The key of value i's digest comes from K[sender], which everybody but the sender knows. */
static enum sotto_err digest(struct strand *st, const struct rep4_flight *f, unsigned i, const uint8_t *value,
                             uint8_t mac[CRYPTO_MAC_LEN])
{
    uint8_t key[CRYPTO_KEY_LEN];
    unsigned bits = st->s->options.digest_bits;
    enum sotto_err err = strand_stream(st, f->transfer[i].sender, f->step, MPC_USE_DIGEST + i, key, sizeof key);

    if (err)
        return err;
    crypto_mac(mac, key, value, f->len);
    if (bits)
        memset(mac + bits / 8, 0, CRYPTO_MAC_LEN - bits / 8);
    mem_wipe(key, sizeof key);
    return SOTTO_OK;
}

static enum sotto_err reserve(struct strand *st, struct rep4_flight *f)
{
    int self = st->s->self;

    for (int p = 0; p < REP4_PARTIES; p++) {
        f->x.out[p].len = p == self ? 0 : message_len(f, self, p);
        f->x.in[p].len = p == self ? 0 : message_len(f, p, self);
        if (p != self && has_message(f, self, p) &&
            !(f->x.out[p].buf = arena_alloc(&st->wire, 1, f->x.out[p].len)))
            return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a message");
        if (p != self && has_message(f, p, self) &&
            !(f->x.in[p].buf = arena_alloc(&st->wire, 1, f->x.in[p].len)))
            return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a message");
    }
    return SOTTO_OK;
}

enum sotto_err rep4_flight_post(struct strand *st, struct rep4_flight *f)
{
    int self = st->s->self;

    f->step = st->step;
    TRY(reserve(st, f));
    for (unsigned i = 0; i < f->n; i++) {
        const struct rep4_transfer *t = &f->transfer[i];
        uint8_t *out = f->x.out[t->receiver].buf;

        st->checks += t->receiver == self;
        if (t->sender == self && f->len)
            memcpy(out + offset_of(f, i, false), t->value, f->len);
        if (t->digester == self)
            TRY(digest(st, f, i, t->value, out + offset_of(f, i, true)));
    }
    return strand_post(st, &f->x);
}

enum sotto_err rep4_flight_verify(struct strand *st, struct rep4_flight *f)
{
    uint8_t want[CRYPTO_MAC_LEN];

    for (unsigned i = 0; i < f->n; i++) {
        struct rep4_transfer *t = &f->transfer[i];

        if (t->receiver != st->s->self)
            continue;
        t->value = f->x.in[t->sender].buf + offset_of(f, i, false);
        TRY(digest(st, f, i, t->value, want));
        if (!crypto_equal(want, f->x.in[t->digester].buf + offset_of(f, i, true), CRYPTO_MAC_LEN))
            return strand_accuse(st, 1u << t->sender | 1u << t->digester,
                                 "what party %d sent and the digest of it from party %d differ", t->sender,
                                 t->digester);
        st->unverified--;
    }
    return SOTTO_OK;
}
