#include "lib/mask_watch_internal.h"

#include "lib/chosen.h"
#include "lib/testing.h"
#include "mpc/rep3a/rep3a.h"

#include <stdlib.h>

/* --- watching --------------------------------------------------------------------------------------------- */

bool mask_same_draw(const struct mask_draw *a, const struct mask_draw *b)
{
    return a->key == b->key && memcmp(a->iv, b->iv, sizeof a->iv) == 0;
}

static bool is_replaced(const struct mask_watch *w, const struct mask_draw *d)
{
    if (!w->other)
        return false;
    return w->all ? w->other->key == d->key && mask_use(w->other) == mask_use(d) : mask_same_draw(w->other, d);
}

static enum sotto_err stream(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    struct mask_watch *w = arg;
    struct mask_draw d = { .party = party, .key = key, .len = len };
    struct reader r = reader_of(iv, 4);

    memcpy(d.iv, iv, sizeof d.iv);
    if (read_u32(&r) < w->first_instr) {
        chosen_bytes(1, key, iv, out, len);
        return SOTTO_OK;
    }
    if (w->until_proof && mask_use(&d) == REP3A_USE_COINS)
        return SOTTO_ERR_INTERNAL;
    assert_true(w->log->draws_n < MASK_DRAWS_MAX);
    w->log->draw[w->log->draws_n++] = d;
    chosen_bytes(is_replaced(w, &d) ? 2 : 1, key, iv, out, len);
    return SOTTO_OK;
}

static enum net_sim_verdict hook(void *arg, struct net_sim_message *m)
{
    struct mask_watch *w = arg;
    struct mask_log *l = w->log;

    if (m->tag.instr < w->first_instr || m->tag.instr == NET_CONTROL_ABORT)
        return NET_SIM_PASS;
    assert_true(l->messages_n < MASK_MESSAGES_MAX && l->used + m->len <= MASK_BYTES_MAX &&
                m->len <= MASK_LEN_MAX);
    l->message[l->messages_n++] = (struct mask_message){ m->from, m->to, m->tag, m->len, l->used };
    if (m->len)
        memcpy(l->bytes + l->used, m->payload, m->len);
    l->used += m->len;
    return NET_SIM_PASS;
}

void mask_watch_run(struct mask_watch *w, struct mask_log *log, const struct mask_draw *other)
{
    w->log = log;
    w->other = other;
    log->draws_n = log->messages_n = log->used = 0;
    committee_run(&w->c);
    for (int p = 0; p < 4; p++)
        if (w->c.err[p] && !w->until_proof)
            fail_msg("%s: party %d: %s", w->name, p, w->c.fault[p].text);
}

/* --- 1 ---------------------------------------------------------------------------------------------------- */

static bool is_mask(const struct mask_draw *d)
{
    return mask_use(d) < MPC_USE_DIGEST;
}

static int by_stream(const void *a, const void *b)
{
    const struct mask_draw *x = a, *y = b;
    int iv = memcmp(x->iv, y->iv, sizeof x->iv);

    return iv ? iv : x->key != y->key ? x->key - y->key : x->party - y->party;
}

static void check_draws(struct mask_watch *w)
{
    struct mask_log *l = &w->clean;

    qsort(l->draw, l->draws_n, sizeof *l->draw, by_stream);
    for (size_t i = 1; i < l->draws_n; i++) {
        const struct mask_draw *a = &l->draw[i - 1], *b = &l->draw[i];

        if (!mask_same_draw(a, b))
            continue;
        if (a->party == b->party)
            fail_msg("%s: party %d draws from key %d twice for one use (%u)", w->name, a->party, a->key,
                     mask_use(a));
        assert_int_equal(a->len, b->len); /* all parties mean the same */
    }
}

/* --- 2 ---------------------------------------------------------------------------------------------------- */

bool mask_at_step(const struct mask_message *m, const struct mask_draw *d)
{
    struct reader r = reader_of(d->iv, 8);
    uint32_t instr = read_u32(&r);
    uint16_t tile = read_u16(&r), step = read_u16(&r);

    return m->tag.instr == instr && m->tag.tile == tile && m->tag.step == step;
}

/* From the word sizes of all rings (0: xor): did the words change by what the mask changed by? */
bool mask_changed(const uint8_t *was, const uint8_t *is, const uint8_t *mask, const uint8_t *other, size_t len)
{
    __extension__ typedef unsigned __int128 u128;
    const unsigned sizes[] = { 0, 8, 16, 32, 64, 128 };

    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        size_t word = sizes[s] ? sizes[s] / 8 : 1;
        bool same = len % word == 0;

        for (size_t i = 0; same && i + word <= len; i += word) {
            u128 v[4] = { 0 };
            const uint8_t *const at[4] = { was + i, is + i, mask + i, other + i };

            for (int k = 0; k < 4; k++)
                memcpy(&v[k], at[k], word);
            if (sizes[s] == 0)
                same = (v[0] ^ v[1]) == (v[2] ^ v[3]);
            else
                same = (v[1] - v[0] - (v[2] - v[3])) << (128 - sizes[s]) == 0;
        }
        if (same)
            return true;
    }
    return false;
}

static bool sent_to_receiver_too(const struct mask_log *l, size_t i, int receiver)
{
    for (size_t k = 0; k < l->messages_n; k++)
        if (l->message[k].from == l->message[i].from && l->message[k].to == receiver &&
            l->message[k].tag.instr == l->message[i].tag.instr &&
            l->message[k].tag.tile == l->message[i].tag.tile &&
            l->message[k].tag.step == l->message[i].tag.step && l->message[k].len == l->message[i].len &&
            memcmp(mask_payload(l, k), mask_payload(l, i), l->message[i].len) == 0)
            return true;
    return false;
}

/* The same for a field, whose words are made from a longer stream. */
bool mask_changed_in_field(const struct ring_kernels *k, const uint8_t *was, const uint8_t *is,
                           const uint8_t *mask, const uint8_t *other, size_t n)
{
    _Alignas(32) uint8_t words[4][MASK_LEN_MAX];
    size_t len = n * k->word_len;

    memcpy(words[0], was, len);
    memcpy(words[1], is, len);
    k->wide->from_stream(words[2], mask, n);
    k->wide->from_stream(words[3], other, n);
    k->sub(words[0], words[1], words[0], n);
    k->sub(words[2], words[2], words[3], n);
    return memcmp(words[0], words[2], len) == 0;
}

/* A long value's mask is drawn in parts: where in the value this one stands. */
static size_t offset_of(const struct mask_draw *d)
{
    size_t block = 0;

    for (size_t i = 9; i < 16; i++)
        block = block << 8 | d->iv[i];
    return 16 * block;
}

/* A message is [value] [digest ...], and a pair of parties has one value at a step: does the mask pad it, in a
 * ring (NULL) or in this field? `otherwise` is taken back where the value
 * is not there, or does not change. */
static bool pads_as(struct mask_watch *w, size_t i, const struct mask_draw *d, const uint8_t *mask,
                    const uint8_t *other, const struct ring_kernels *field, bool *otherwise)
{
    const struct mask_message *m = &w->clean.message[i];
    size_t from = offset_of(d);
    const uint8_t *was = mask_payload(&w->clean, i) + from, *is = mask_payload(&w->changed, i) + from;
    size_t n = field ? d->len / field->wide->draw_len : 0, len = field ? n * field->word_len : d->len;

    if (field && d->len % field->wide->draw_len)
        return false;
    if (m->len < from + len || memcmp(was, is, len) == 0 ||
        (m->len % CRYPTO_MAC_LEN == 0 && len % CRYPTO_MAC_LEN)) {
        *otherwise = false;
        return false;
    }
    if (!(field ? mask_changed_in_field(field, was, is, mask, other, n)
                : mask_changed(was, is, mask, other, len)))
        return false;
    for (size_t b = 0; b < len; b++)
        w->padded[m->at + from + b]++;
    return true;
}

static bool pads(struct mask_watch *w, size_t i, const struct mask_draw *d, const uint8_t *mask,
                 const uint8_t *other)
{
    static const struct ring_kernels *const kinds[] = { NULL, &ring_field_61, &ring_field_ed25519,
                                                        &ring_field_secp256k1 };
    bool otherwise = w->clean.message[i].len % CRYPTO_MAC_LEN != 0;

    for (size_t kind = 0; kind < COUNT_OF(kinds); kind++)
        if (pads_as(w, i, d, mask, other, kinds[kind], &otherwise))
            return true;
    if (otherwise)
        fail_msg("%s: instruction %u: a value to party %d changes otherwise than its mask", w->name,
                 w->clean.message[i].tag.instr, d->key);
    return false;
}

/* The mask's value is digested at its own step: a joint input, not an owner's. */
static bool drawn_as_joint(const struct mask_watch *w, const struct mask_draw *mask)
{
    for (size_t i = 0; i < w->clean.draws_n; i++)
        if (mask_use(&w->clean.draw[i]) == MPC_USE_DIGEST + mask_use(mask) &&
            memcmp(w->clean.draw[i].iv, mask->iv, 8) == 0)
            return true;
    return false;
}

/* Of a sum, two parties make a half of the digest each, padded by a stream of the key that the receiver lacks:
 * docs/protocols/five.md. Both draw the pad. */
static bool is_sum(const struct mask_watch *w, const struct mask_draw *mask)
{
    size_t pads = 0;

    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];

        if (mask_use(d) != MPC_USE_PAD + mask_use(mask) || memcmp(d->iv, mask->iv, 8) != 0)
            continue;
        pads++;
        assert_int_equal(d->key, mask->key);
    }
    assert_true(pads == 0 || pads == 2);
    return pads == 2;
}

/* The digest of what party `sender` sends is made by one party and checked by another, under a key that the
 * sender lacks. An input is compared one step later. */
static void check_digest_key(struct mask_watch *w, const struct mask_draw *mask, int sender)
{
    size_t drawn = 0;

    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];
        bool joint = mask_use(d) == MPC_USE_DIGEST + mask_use(mask) && memcmp(d->iv, mask->iv, 8) == 0,
             input = mask_use(d) == MPC_USE_DIGEST && memcmp(d->iv, mask->iv, 6) == 0 &&
                     d->iv[6] == mask->iv[6] + 1 && mask->iv[6] == 0 && mask->iv[7] == 0 && mask_use(mask) < 2;

        if ((!joint && !input) || (input && drawn_as_joint(w, mask)))
            continue;
        drawn++;
        if (d->key != sender)
            fail_msg("%s: the digest of what party %d sends has key %d, which it knows", w->name, sender,
                     d->key);
    }
    assert_int_equal(drawn, is_sum(w, mask) ? 3 : 2);
}

static void check_mask(struct mask_watch *w, const struct mask_draw *d)
{
    uint8_t mask[MASK_LEN_MAX], other[MASK_LEN_MAX];
    size_t padded = 0;

    assert_true(d->len <= MASK_LEN_MAX);
    chosen_bytes(1, d->key, d->iv, mask, d->len);
    chosen_bytes(2, d->key, d->iv, other, d->len);
    mask_watch_run(w, &w->changed, d);
    assert_int_equal(w->changed.messages_n, w->clean.messages_n);
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct mask_message *m = &w->clean.message[i];

        if (!mask_at_step(m, d) || !m->len ||
            memcmp(mask_payload(&w->clean, i), mask_payload(&w->changed, i), m->len) == 0)
            continue;
        if (m->to == d->key) {
            size_t here = pads(w, i, d, mask, other);

            padded += here;
            if (here)
                check_digest_key(w, d, m->from);
        } else if (!sent_to_receiver_too(&w->clean, i, d->key))
            fail_msg("%s: instruction %u, step %u: a mask of key %d changes what party %d sends to party %d",
                     w->name, m->tag.instr, m->tag.step, d->key, m->from, m->to);
    }
    if (padded != 1)
        fail_msg("%s: the mask of key %d, use %u, pads %zu values", w->name, d->key, mask_use(d), padded);
    w->masks++;
}

/* --- 3 ---------------------------------------------------------------------------------------------------- */

static bool drawn_at(const struct mask_watch *w, const struct mask_message *m, bool random)
{
    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];
        struct mask_message any = *m;

        for (uint16_t step = 0; random && mask_use(d) >= MPC_USE_RANDOM && step < m->tag.step; step++) {
            any.tag.step = step;
            if (mask_at_step(&any, d))
                return true;
        }
        if (!random && is_mask(d) && mask_at_step(m, d))
            return true;
    }
    return false;
}

static bool step_before_is(const struct mask_watch *w, const struct mask_message *m,
                           bool (*is)(const struct mask_watch *, const struct mask_message *))
{
    struct mask_message before = *m;

    if (m->tag.step == 0)
        return false;
    before.tag.step--;
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct mask_message *o = &w->clean.message[i];

        if (o->tag.instr == before.tag.instr && o->tag.tile == before.tag.tile &&
            o->tag.step == before.tag.step)
            return is(w, o);
    }
    return false;
}

static bool is_empty(const struct mask_watch *w, const struct mask_message *m)
{
    (void)w;
    return m->len == 0;
}

static bool is_masked(const struct mask_watch *w, const struct mask_message *m)
{
    return drawn_at(w, m, false);
}

/* "Ready", the comparison of an input, an opening after "ready", or the opening within bits to numbers, of a
 * value that random summands hide. */
static bool unmasked(struct mask_watch *w, const struct mask_message *m)
{
    if (m->len == 0 || (m->tag.step == 1 && m->len == CRYPTO_MAC_LEN && step_before_is(w, m, is_masked)))
        return true;
    w->openings++;
    return step_before_is(w, m, is_empty) || drawn_at(w, m, true);
}

static void check_padding(struct mask_watch *w)
{
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct mask_message *m = &w->clean.message[i];
        size_t value = 0;

        if (!is_masked(w, m)) {
            if (!unmasked(w, m))
                fail_msg("%s: instruction %u, step %u: party %d sends party %d %zu bytes without a mask",
                         w->name, m->tag.instr, m->tag.step, m->from, m->to, m->len);
            continue;
        }
        while (value < m->len && w->padded[m->at + value]) {
            assert_int_equal(w->padded[m->at + value], 1);
            value++;
        }
        for (size_t b = value; b < m->len; b++)
            assert_int_equal(w->padded[m->at + b], 0);
        if ((m->len - value) % CRYPTO_MAC_LEN) /* the rest are digests */
            fail_msg("%s: instruction %u, step %u: %zu of %zu bytes from party %d to party %d are masked",
                     w->name, m->tag.instr, m->tag.step, value, m->len, m->from, m->to);
        w->values += value > 0;
    }
}

void mask_watch_check(struct mask_watch *w)
{
    w->c.hook = hook;
    w->c.hook_arg = w;
    for (int p = 0; p < 4; p++)
        w->c.options[p] = (struct mpc_options){ .stream_hook = stream, .stream_hook_arg = w };
    memset(w->padded, 0, sizeof w->padded);
    mask_watch_run(w, &w->clean, NULL);
    check_draws(w);
    if (w->c.protocol == &mpc_rep3a) {
        mask_watch_rep3a(w);
        committee_wipe(&w->c);
        return;
    }
    for (size_t i = 0; i < w->clean.draws_n; i++)
        if (is_mask(&w->clean.draw[i]) && (i == 0 || !mask_same_draw(&w->clean.draw[i - 1], &w->clean.draw[i])))
            check_mask(w, &w->clean.draw[i]);
    check_padding(w);
    committee_wipe(&w->c);
}
