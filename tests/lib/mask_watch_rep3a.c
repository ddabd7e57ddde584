/* mask_watch_rep3a.c - rep3a's messages: docs/protocols/rep3a.md.
 *
 *   message                      what makes it say nothing to its receiver r, who lacks key r+2
 *   inputs, products, moves      each word has a mask of that key
 *   commitments of a proof       the same, in the field of the proof or as integers
 *   promises, coins              hashes of coins, and coins that the sender shares with r-2's or r-1's; nothing
 * else the last message of a proof  both values have the blind corner of that key, with a weight that is not 0;
 * the share of the claim follows from them, since the receiver's check has passed "ready", openings, digests
 * empty; after "ready", or what random summands hide; under a key that the sender of the digested value lacks
 */
#include "lib/chosen.h"
#include "lib/mask_watch_internal.h"
#include "lib/proof_view.h"
#include "lib/testing.h"

static int receiver_of(const struct mask_draw *d)
{
    return rep3a_next(d->key);
}

static const struct mask_draw *find_draw(const struct mask_watch *w, const struct net_tag *tag, unsigned use,
                                         int key, int party)
{
    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];
        struct reader r = reader_of(d->iv, 8);

        if (mask_use(d) == use && d->key == key && (party < 0 || d->party == party) &&
            read_u32(&r) == tag->instr && read_u16(&r) == tag->tile &&
            (use == REP3A_USE_COINS || read_u16(&r) == tag->step))
            return d;
    }
    return NULL;
}

/* The coins of the proof that a message or a draw belongs to. A strand's batches share a tile, 64 steps each.
 */
enum { STEPS_OF_PROOF = 64 };

static unsigned coins_of(const struct mask_watch *w, const struct net_tag *tag,
                         uint8_t coin[3][REP3A_COINS_MAX * REP3A_COIN_LEN])
{
    size_t len = 0;

    for (int a = 0; a < 3; a++) {
        const struct mask_draw *d = NULL;

        for (size_t i = 0; i < w->clean.draws_n && !d; i++) {
            const struct mask_draw *o = &w->clean.draw[i];
            struct reader r = reader_of(o->iv, 8);

            if (mask_use(o) == REP3A_USE_COINS && o->key == a && read_u32(&r) == tag->instr &&
                read_u16(&r) == tag->tile && read_u16(&r) / STEPS_OF_PROOF == tag->step / STEPS_OF_PROOF)
                d = o;
        }
        if (!d || d->len > sizeof coin[a]) {
            fail_msg("%s: a proof without coins", w->name);
            return 0;
        }
        len = d->len;
        chosen_bytes(1, a, d->iv, coin[a], len);
    }
    return (unsigned)(len / REP3A_COIN_LEN);
}

static void view_of(const struct mask_watch *w, const struct net_tag *tag, struct proof_view *v)
{
    uint8_t coin[3][REP3A_COINS_MAX * REP3A_COIN_LEN];
    const uint8_t *const at[3] = { coin[0], coin[1], coin[2] };
    unsigned coins = coins_of(w, tag, coin);

    proof_view(v, proof_kind(tag), at, coins);
}

/* --- masks ------------------------------------------------------------------------------------------------ */

/* Integers of mask_len bytes under words that are longer. */
static bool changed_as_integers(const uint8_t *was, const uint8_t *is, const uint8_t *mask,
                                const uint8_t *other, size_t n, size_t mask_len)
{
    size_t len = (mask_len + 7) / 8 * 8;

    for (size_t i = 0; i < n; i++) {
        int carry = 0, mask_carry = 0;

        for (size_t b = 0; b < len; b++) {
            int x = is[i * len + b] - was[i * len + b] + carry,
                y = (b < mask_len ? mask[i * mask_len + b] - other[i * mask_len + b] : 0) + mask_carry;

            if ((x & 0xff) != (y & 0xff))
                return false;
            carry = x >> 8;
            mask_carry = y >> 8;
        }
    }
    return true;
}

static bool changed_in_proof(const struct rep3a_field *f, const uint8_t *was, const uint8_t *is,
                             const uint8_t *mask, const uint8_t *other, size_t n)
{
    _Alignas(64) uint8_t a[MASK_LEN_MAX], b[MASK_LEN_MAX];
    uint8_t change[MASK_LEN_MAX];

    f->draw(f, a, mask, n);
    f->draw(f, b, other, n);
    f->sub(f, change, a, b, n);
    memcpy(a, was, n * f->len);
    memcpy(b, is, n * f->len);
    f->sub(f, b, b, a, n);
    return memcmp(b, change, n * f->len) == 0;
}

/* Bytes of the message that the mask pads; 0: it does not. */
static size_t pads(const struct mask_watch *w, size_t i, const struct mask_draw *d, const uint8_t *mask,
                   const uint8_t *other)
{
    static const struct ring_kernels *const fields[] = { &ring_field_61, &ring_field_ed25519,
                                                         &ring_field_secp256k1 };
    const struct mask_message *m = &w->clean.message[i];
    const uint8_t *was = mask_payload(&w->clean, i), *is = mask_payload(&w->changed, i);
    struct proof_view v;

    if (mask_use(d) == REP3A_USE_MASK) {
        for (size_t mask_len = 20; mask_len <= 28; mask_len += 8)
            if (m->len == (size_t)64 * (mask_len + 4) && d->len == 64 * mask_len)
                return changed_as_integers(was, is, mask, other, 64, mask_len) ? m->len : 0;
        view_of(w, &m->tag, &v);
        return m->len / v.f.len == d->len / v.f.draw_len &&
                       changed_in_proof(&v.f, was, is, mask, other, m->len / v.f.len)
                   ? m->len
                   : 0;
    }
    if (m->len == d->len && mask_changed(was, is, mask, other, d->len))
        return d->len;
    for (size_t f = 0; f < COUNT_OF(fields); f++)
        if (d->len % fields[f]->wide->draw_len == 0 &&
            m->len == d->len / fields[f]->wide->draw_len * fields[f]->word_len &&
            mask_changed_in_field(fields[f], was, is, mask, other, m->len / fields[f]->word_len))
            return m->len;
    return 0;
}

static void replace(struct mask_watch *w, const struct mask_draw *d)
{
    mask_watch_run(w, &w->changed, d);
    assert_int_equal(w->changed.messages_n, w->clean.messages_n);
}

/* Most masks are sent before anything is proven: that takes most of the time. */
static void replace_product(struct mask_watch *w, const struct mask_draw *d)
{
    w->until_proof = true;
    mask_watch_run(w, &w->changed, d);
    w->until_proof = false;
    for (size_t i = 0; i < w->changed.messages_n; i++)
        if (mask_at_step(&w->changed.message[i], d) && w->changed.message[i].to == receiver_of(d))
            return;
    replace(w, d);
}

static void mark(struct mask_watch *w, size_t i, size_t len)
{
    for (size_t b = 0; b < len; b++)
        w->padded[w->clean.message[i].at + b]++;
}

/* In the run with this mask replaced, the one message to its receiver at its step has changed by it, and no
 * other. */
static void check_mask(struct mask_watch *w, const struct mask_draw *d)
{
    uint8_t mask[MASK_LEN_MAX], other[MASK_LEN_MAX];
    size_t padded = 0;

    assert_true(d->len <= MASK_LEN_MAX);
    chosen_bytes(1, d->key, d->iv, mask, d->len);
    chosen_bytes(2, d->key, d->iv, other, d->len);
    for (size_t i = 0; i < w->changed.messages_n;
         i++) { /* the same ones as in the clean run, or its beginning */
        const struct mask_message *m = &w->clean.message[i];
        size_t len;

        if (!mask_at_step(m, d) || m->to != receiver_of(d) ||
            memcmp(mask_payload(&w->clean, i), mask_payload(&w->changed, i), m->len) == 0)
            continue;
        len = pads(w, i, d, mask, other);
        if (!len)
            fail_msg(
                "%s: instruction %#x, step %u: a value to party %d changes otherwise than its mask (use %u)",
                w->name, m->tag.instr, m->tag.step, m->to, mask_use(d));
        mark(w, i, len);
        padded++;
    }
    if (padded != 1)
        fail_msg("%s: the mask of key %d, use %u, pads %zu values", w->name, d->key, mask_use(d), padded);
    w->masks++;
}

/* --- the blind corner ------------------------------------------------------------------------------------- */

/* Two steps later B tells A its values: both have moved by the corner's weight times the change. */
static void check_blind(struct mask_watch *w, const struct mask_draw *d)
{
    struct reader r = reader_of(d->iv, 8);
    struct net_tag tag = { 0 };
    uint8_t mask[2 * REP3A_DRAW_LEN_MAX], other[sizeof mask];
    size_t seen = 0;
    struct proof_view v;

    tag.instr = read_u32(&r);
    tag.tile = read_u16(&r);
    tag.step = (uint16_t)(read_u16(&r) + 2);
    view_of(w, &tag, &v);
    assert_int_equal(d->len, 2 * v.f.draw_len);
    chosen_bytes(1, d->key, d->iv, mask, d->len);
    chosen_bytes(2, d->key, d->iv, other, d->len);
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct mask_message *m = &w->clean.message[i];
        _Alignas(64) uint8_t values[3][2 * REP3A_ELEMENT_LEN_MAX], zero[REP3A_ELEMENT_LEN_MAX] = { 0 };

        if (m->tag.instr != tag.instr || m->tag.tile != tag.tile || m->tag.step != tag.step ||
            m->to != receiver_of(d))
            continue;
        assert_int_equal(m->len, 3 * v.f.len);
        assert_int_equal(m->from, d->key);
        v.f.draw(&v.f, values[0], mask, 2);
        v.f.draw(&v.f, values[1], other, 2);
        v.f.sub(&v.f, values[1], values[1], values[0], 2);
        memcpy(values[2], mask_payload(&w->clean, i), 2 * v.f.len);
        v.f.scale_add(&v.f, values[2], values[1], v.blind_weight, 2);
        if (memcmp(values[2], mask_payload(&w->changed, i), 2 * v.f.len) != 0 ||
            memcmp(v.blind_weight, zero, v.f.len) == 0)
            fail_msg("%s: proof %#x: what party %d tells party %d is not blind", w->name, tag.instr, m->from,
                     m->to);
        mark(w, i, m->len);
        seen++;
    }
    assert_int_equal(seen, 1);
    w->masks++;
}

/* What is drawn for proofs changes one message each, so all of a key can be replaced together. */
static void check_draws_of_proofs(struct mask_watch *w, unsigned use, int key,
                                  void (*check)(struct mask_watch *w, const struct mask_draw *d))
{
    bool ran = false;

    w->all = true;
    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];

        if ((i && mask_same_draw(d - 1, d)) || mask_use(d) != use || d->key != key)
            continue;
        if (!ran)
            replace(w, d);
        ran = true;
        check(w, d);
    }
    w->all = false;
}

/* --- all messages ----------------------------------------------------------------------------------------- */

/* Challenges are made at every other step, from the first on: each is drawn after the message that it binds. */
static bool is_challenge(const struct net_tag *tag)
{
    return tag->step % STEPS_OF_PROOF % 2 == 0;
}

static bool is_coin(const struct mask_watch *w, const struct mask_message *m, const uint8_t *payload)
{
    uint8_t coin[3][REP3A_COINS_MAX * REP3A_COIN_LEN], hash[CRYPTO_HASH_LEN];
    unsigned coins = coins_of(w, &m->tag, coin), turn = m->tag.step % STEPS_OF_PROOF / 2;

    if (!is_challenge(&m->tag))
        return false;
    if (m->to == rep3a_next(m->from))
        return turn < coins && m->len == REP3A_COIN_LEN &&
               memcmp(payload, coin[m->from] + turn * REP3A_COIN_LEN, m->len) == 0;
    for (unsigned i = 0; i < coins && m->len == coins * CRYPTO_HASH_LEN; i++) {
        crypto_hash_of("sotto rep3a coin 1", coin[rep3a_next(m->from)] + i * REP3A_COIN_LEN, REP3A_COIN_LEN,
                       hash);
        if (memcmp(payload + i * CRYPTO_HASH_LEN, hash, sizeof hash) != 0)
            return false;
    }
    return turn == 0 && m->len == coins * CRYPTO_HASH_LEN;
}

static bool ready_came_before(const struct mask_watch *w, const struct net_tag *tag)
{
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct mask_message *m = &w->clean.message[i];

        if (m->len == 0 && m->tag.instr == tag->instr && m->tag.tile == tag->tile &&
            m->tag.step + 1 == tag->step)
            return true;
    }
    return false;
}

/* Random summands are drawn at an earlier step of the same instruction. */
static bool is_hidden(const struct mask_watch *w, struct net_tag tag)
{
    while (tag.step-- > 0)
        for (int a = 0; a < 3; a++)
            if (find_draw(w, &tag, MPC_USE_RANDOM, a, -1))
                return true;
    return false;
}

/* To `to`: the value from to+1, the digest from to+2; its key is K[to], which the sender of the value lacks. */
static bool is_opening(struct mask_watch *w, const struct mask_message *m)
{
    w->openings++;
    return (m->to == rep3a_before(m->from) || m->len == CRYPTO_MAC_LEN) &&
           find_draw(w, &m->tag, REP3A_USE_DIGEST, m->to, m->to) &&
           find_draw(w, &m->tag, REP3A_USE_DIGEST, m->to, rep3a_before(m->to)) &&
           (ready_came_before(w, &m->tag) || is_hidden(w, m->tag));
}

static void check_message(struct mask_watch *w, size_t i)
{
    const struct mask_message *m = &w->clean.message[i];
    size_t padded = 0;

    while (padded < m->len && w->padded[m->at + padded] == 1)
        padded++;
    if (m->len == 0 || (padded == m->len && !(proof_is(&m->tag) && is_challenge(&m->tag)))) {
        w->values += m->len > 0;
        return;
    }
    if (padded || w->padded[m->at] ||
        !(proof_is(&m->tag) ? is_coin(w, m, mask_payload(&w->clean, i)) : is_opening(w, m)))
        fail_msg("%s: instruction %#x, tile %u, step %u: party %d sends party %d %zu bytes, %zu masked",
                 w->name, m->tag.instr, m->tag.tile, m->tag.step, m->from, m->to, m->len, padded);
}

void mask_watch_rep3a(struct mask_watch *w)
{
    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct mask_draw *d = &w->clean.draw[i];

        if (mask_use(d) >= MPC_USE_DIGEST || (i && mask_same_draw(d - 1, d)))
            continue;
        replace_product(w, d);
        check_mask(w, d);
    }
    for (int key = 0; key < 3; key++) {
        check_draws_of_proofs(w, REP3A_USE_MASK, key, check_mask);
        check_draws_of_proofs(w, REP3A_USE_BLIND, key, check_blind);
    }
    for (size_t i = 0; i < w->clean.messages_n; i++)
        check_message(w, i);
}
