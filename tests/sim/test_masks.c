/* test_masks.c - in rep4, every value that is sent is masked by a key which its receiver lacks, and no mask is
 * used twice.
 *
 * A clean run lists all draws from the keys' streams and all messages. Then each mask is replaced by another
 * one, for all parties alike, and the run repeated. Messages of the same step were made before anything came
 * back, so what changes among them is what the mask pads: word for word, the value must change by just what the
 * mask did. From this 1  no party draws a (key, iv) twice, and everybody but the receiver may know a mask; 2
 * each mask pads one value to the party that lacks its key (an input's value goes to two: see rep4_input); 3
 * each byte of each value is padded by just one mask of its receiver's key. What carries no mask is listed in
 * `unmasked`: empty messages, digests of an input, and openings. */
#include "lib/chosen.h"
#include "lib/small_programs.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { DRAWS_MAX = 1 << 14, MESSAGES_MAX = 1 << 13, BYTES_MAX = 1 << 21, LEN_MAX = 1 << 13 };

struct draw {
    int party, key;
    uint8_t iv[16];
    size_t len;
};

struct message {
    int from, to;
    struct net_tag tag;
    size_t len, at; /* `at`: in bytes[] */
};

struct log {
    struct draw draw[DRAWS_MAX];
    size_t draws_n;
    struct message message[MESSAGES_MAX];
    size_t messages_n;
    uint8_t bytes[BYTES_MAX];
    size_t used;
};

struct watch {
    const char *name;
    struct committee c;
    struct log clean, changed, *log;
    uint8_t padded[BYTES_MAX]; /* times that a byte of the clean run's messages is padded */
    const struct draw *other;  /* the mask that is replaced, or NULL */
    size_t masks, values, openings;
};

/* --- watching --------------------------------------------------------------------------------------------- */

static bool same_draw(const struct draw *a, const struct draw *b)
{
    return a->key == b->key && memcmp(a->iv, b->iv, sizeof a->iv) == 0;
}

static enum sotto_err stream(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    struct watch *w = arg;
    struct draw d = { .party = party, .key = key, .len = len };

    memcpy(d.iv, iv, sizeof d.iv);
    assert_true(w->log->draws_n < DRAWS_MAX);
    w->log->draw[w->log->draws_n++] = d;
    chosen_bytes(w->other && same_draw(w->other, &d) ? 2 : 1, key, iv, out, len);
    return SOTTO_OK;
}

static enum net_sim_verdict hook(void *arg, struct net_sim_message *m)
{
    struct watch *w = arg;
    struct log *l = w->log;

    if (m->tag.instr == 0)
        return NET_SIM_PASS; /* before the keys */
    assert_true(l->messages_n < MESSAGES_MAX && l->used + m->len <= BYTES_MAX && m->len <= LEN_MAX);
    l->message[l->messages_n++] = (struct message){ m->from, m->to, m->tag, m->len, l->used };
    if (m->len)
        memcpy(l->bytes + l->used, m->payload, m->len);
    l->used += m->len;
    return NET_SIM_PASS;
}

static void run(struct watch *w, struct log *log, const struct draw *other)
{
    w->log = log;
    w->other = other;
    log->draws_n = log->messages_n = log->used = 0;
    committee_run(&w->c);
    for (int p = 0; p < 4; p++)
        if (w->c.err[p])
            fail_msg("%s: party %d: %s", w->name, p, w->c.fault[p].text);
}

/* --- 1 ---------------------------------------------------------------------------------------------------- */

static unsigned use_of(const struct draw *d)
{
    return d->iv[8];
}

static bool is_mask(const struct draw *d)
{
    return use_of(d) < MPC_USE_DIGEST;
}

static int by_stream(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;
    int iv = memcmp(x->iv, y->iv, sizeof x->iv);

    return iv ? iv : x->key != y->key ? x->key - y->key : x->party - y->party;
}

static void check_draws(struct watch *w)
{
    struct log *l = &w->clean;

    qsort(l->draw, l->draws_n, sizeof *l->draw, by_stream);
    for (size_t i = 1; i < l->draws_n; i++) {
        const struct draw *a = &l->draw[i - 1], *b = &l->draw[i];

        if (!same_draw(a, b))
            continue;
        if (a->party == b->party)
            fail_msg("%s: party %d draws from key %d twice for one use (%u)", w->name, a->party, a->key,
                     use_of(a));
        assert_int_equal(a->len, b->len); /* all parties mean the same */
    }
}

/* --- 2 ---------------------------------------------------------------------------------------------------- */

static bool at_step_of(const struct message *m, const struct draw *d)
{
    struct reader r = reader_of(d->iv, 8);
    uint32_t instr = read_u32(&r);
    uint16_t tile = read_u16(&r), step = read_u16(&r);

    return m->tag.instr == instr && m->tag.tile == tile && m->tag.step == step;
}

/* From the word sizes of all rings (0: xor): did the words change by what the mask changed by? */
static bool changed_as_mask(const uint8_t *was, const uint8_t *is, const uint8_t *mask, const uint8_t *other,
                            size_t len)
{
    const unsigned sizes[] = { 0, 8, 16, 32, 64 };

    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        size_t word = sizes[s] ? sizes[s] / 8 : 1;
        bool same = len % word == 0;

        for (size_t i = 0; same && i + word <= len; i += word) {
            uint64_t v[4] = { 0 };
            const uint8_t *const at[4] = { was + i, is + i, mask + i, other + i };

            for (int k = 0; k < 4; k++)
                memcpy(&v[k], at[k], word);
            if (sizes[s] == 0)
                same = (v[0] ^ v[1]) == (v[2] ^ v[3]);
            else
                same = (v[1] - v[0] - (v[2] - v[3])) << (64 - sizes[s]) == 0;
        }
        if (same)
            return true;
    }
    return false;
}

static const uint8_t *payload(const struct log *l, size_t i)
{
    return l->bytes + l->message[i].at;
}

static bool sent_to_receiver_too(const struct log *l, size_t i, int receiver)
{
    for (size_t k = 0; k < l->messages_n; k++)
        if (l->message[k].from == l->message[i].from && l->message[k].to == receiver &&
            l->message[k].tag.instr == l->message[i].tag.instr &&
            l->message[k].tag.tile == l->message[i].tag.tile &&
            l->message[k].tag.step == l->message[i].tag.step && l->message[k].len == l->message[i].len &&
            memcmp(payload(l, k), payload(l, i), l->message[i].len) == 0)
            return true;
    return false;
}

/* A message is [value] [digest ...], and a pair of parties has one value at a step: does the mask pad it? */
static bool pads(struct watch *w, size_t i, const struct draw *d, const uint8_t *mask, const uint8_t *other)
{
    const struct message *m = &w->clean.message[i];
    const uint8_t *was = payload(&w->clean, i), *is = payload(&w->changed, i);
    bool all_digests = m->len % CRYPTO_MAC_LEN == 0;

    if (m->len < d->len || memcmp(was, is, d->len) == 0 || (all_digests && d->len % CRYPTO_MAC_LEN))
        return false;
    if (!changed_as_mask(was, is, mask, other, d->len)) {
        if (!all_digests)
            fail_msg("%s: instruction %u: a value to party %d changes otherwise than its mask", w->name,
                     m->tag.instr, d->key);
        return false;
    }
    for (size_t b = 0; b < d->len; b++)
        w->padded[m->at + b]++;
    return true;
}

/* The mask's value is digested at its own step: a joint input, not an owner's. */
static bool drawn_as_joint(const struct watch *w, const struct draw *mask)
{
    for (size_t i = 0; i < w->clean.draws_n; i++)
        if (use_of(&w->clean.draw[i]) == MPC_USE_DIGEST + use_of(mask) &&
            memcmp(w->clean.draw[i].iv, mask->iv, 8) == 0)
            return true;
    return false;
}

/* The digest of what party `sender` sends is made by one party and checked by another, under a key that the
 * sender lacks. An input is compared one step later. */
static void check_digest_key(struct watch *w, const struct draw *mask, int sender)
{
    size_t drawn = 0;

    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct draw *d = &w->clean.draw[i];
        bool joint = use_of(d) == MPC_USE_DIGEST + use_of(mask) && memcmp(d->iv, mask->iv, 8) == 0,
             input = use_of(d) == MPC_USE_DIGEST && memcmp(d->iv, mask->iv, 6) == 0 &&
                     d->iv[6] == mask->iv[6] + 1 && mask->iv[6] == 0 && mask->iv[7] == 0 && use_of(mask) < 2;

        if ((!joint && !input) || (input && drawn_as_joint(w, mask)))
            continue;
        drawn++;
        if (d->key != sender)
            fail_msg("%s: the digest of what party %d sends has key %d, which it knows", w->name, sender,
                     d->key);
    }
    assert_int_equal(drawn, 2);
}

static void check_mask(struct watch *w, const struct draw *d)
{
    uint8_t mask[LEN_MAX], other[LEN_MAX];
    size_t padded = 0;

    assert_true(d->len <= LEN_MAX);
    chosen_bytes(1, d->key, d->iv, mask, d->len);
    chosen_bytes(2, d->key, d->iv, other, d->len);
    run(w, &w->changed, d);
    assert_int_equal(w->changed.messages_n, w->clean.messages_n);
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct message *m = &w->clean.message[i];

        if (!at_step_of(m, d) || !m->len || memcmp(payload(&w->clean, i), payload(&w->changed, i), m->len) == 0)
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
        fail_msg("%s: the mask of key %d, use %u, pads %zu values", w->name, d->key, use_of(d), padded);
    w->masks++;
}

/* --- 3 ---------------------------------------------------------------------------------------------------- */

static bool drawn_at(const struct watch *w, const struct message *m, bool random)
{
    for (size_t i = 0; i < w->clean.draws_n; i++) {
        const struct draw *d = &w->clean.draw[i];
        struct message any = *m;

        for (uint16_t step = 0; random && use_of(d) >= MPC_USE_RANDOM && step < m->tag.step; step++) {
            any.tag.step = step;
            if (at_step_of(&any, d))
                return true;
        }
        if (!random && is_mask(d) && at_step_of(m, d))
            return true;
    }
    return false;
}

static bool step_before_is(const struct watch *w, const struct message *m,
                           bool (*is)(const struct watch *, const struct message *))
{
    struct message before = *m;

    if (m->tag.step == 0)
        return false;
    before.tag.step--;
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct message *o = &w->clean.message[i];

        if (o->tag.instr == before.tag.instr && o->tag.tile == before.tag.tile &&
            o->tag.step == before.tag.step)
            return is(w, o);
    }
    return false;
}

static bool is_empty(const struct watch *w, const struct message *m)
{
    (void)w;
    return m->len == 0;
}

static bool is_masked(const struct watch *w, const struct message *m)
{
    return drawn_at(w, m, false);
}

/* "Ready", the comparison of an input, an opening after "ready", or the opening within bits to numbers, of a
 * value that random summands hide. */
static bool unmasked(struct watch *w, const struct message *m)
{
    if (m->len == 0 || (m->tag.step == 1 && m->len == CRYPTO_MAC_LEN && step_before_is(w, m, is_masked)))
        return true;
    w->openings++;
    return step_before_is(w, m, is_empty) || drawn_at(w, m, true);
}

static void check_padding(struct watch *w)
{
    for (size_t i = 0; i < w->clean.messages_n; i++) {
        const struct message *m = &w->clean.message[i];
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

/* ---------------------------------------------------------------------------------------------------------- */

static void check_program(struct watch *w)
{
    w->c.hook = hook;
    w->c.hook_arg = w;
    for (int p = 0; p < 4; p++)
        w->c.options[p] = (struct mpc_options){ .stream_hook = stream, .stream_hook_arg = w };
    memset(w->padded, 0, sizeof w->padded);
    run(w, &w->clean, NULL);
    check_draws(w);
    for (size_t i = 0; i < w->clean.draws_n; i++)
        if (is_mask(&w->clean.draw[i]) && (i == 0 || !same_draw(&w->clean.draw[i - 1], &w->clean.draw[i])))
            check_mask(w, &w->clean.draw[i]);
    check_padding(w);
    committee_wipe(&w->c);
}

static void test_masks(void **state)
{
    struct watch *w = calloc(1, sizeof *w);
    static const uint64_t bids[] = { 500, 20, 700, 700 };
    char source[4096] = { 0 };
    FILE *f = fopen("programs/auction.sotto", "rb");

    (void)state;
    assert_true(w && f && fread(source, 1, sizeof source - 1, f) > 0);
    fclose(f);
    for (size_t i = 0; i < small_programs_n; i++) {
        w->name = small_programs[i].name;
        small_program_init(&w->c, "rep4", &small_programs[i]);
        check_program(w);
    }
    w->name = "auction";
    committee_init(&w->c, "rep4", source);
    committee_input(&w->c, "bid", bids, COUNT_OF(bids));
    check_program(w);
    print_message("%zu masks for %zu messages with masked values, %zu openings\n", w->masks, w->values,
                  w->openings);
    assert_true(w->masks > 1000 && w->openings > 100);
    free(w);
}

/* --- what an opening shows -------------------------------------------------------------------------------- */

enum { FEW = 3, PLANES = 8 };

struct tail {
    bool to_numbers; /* bits to numbers, which opens a masked value, instead of a reveal */
    uint64_t seed;
    size_t openings;
    uint64_t shown; /* bits past the end in all openings */
};

static enum sotto_err open_few_bits(struct strand *st, void *arg)
{
    const struct tail *t = arg;
    uint64_t opened[64], values[64];
    struct shared x, z;

    for (size_t i = 0; i < 64; i++)
        values[i] = 0xa5 + i;
    TRY(strand_shared(st, &x, MPC_BITS, PLANES, 64));
    chosen_sharing(st, &x, t->seed, 0, values); /* 64 secrets, of which the first few are meant */
    x.n = FEW;
    if (!t->to_numbers)
        return gadget_reveal(st, &x, mpc_everyone(st->s->protocol), opened);
    TRY(strand_shared(st, &z, MPC_ARITH, PLANES, FEW));
    TRY(gadget_to_arith(st, &z, &x));
    return gadget_reveal(st, &z, mpc_everyone(st->s->protocol), opened);
}

static enum sotto_err open_few(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, open_few_bits, arg);
}

/* Values of PLANES whole words are sent in openings alone: the adder's products have other counts of planes. */
static enum net_sim_verdict look_past_the_end(void *arg, struct net_sim_message *m)
{
    struct tail *t = arg;
    struct reader r = reader_of(m->payload, m->len);
    bool opening = m->tag.step == (t->to_numbers ? 6 : 1);

    if (m->tag.instr == NET_CONTROL_ABORT || !opening || m->len < PLANES * 8)
        return NET_SIM_PASS;
    t->openings++;
    for (int p = 0; p < PLANES; p++)
        t->shown |= read_u64(&r) >> FEW;
    return NET_SIM_PASS;
}

/* In the last word of a plane, past the vector's end, may lie anything: another secret, too. */
static void test_bits_past_the_end_stay_hidden(void **state)
{
    (void)state;
    for (int to_numbers = 0; to_numbers < 2; to_numbers++) {
        struct tail t = { .to_numbers = to_numbers, .seed = 5 };
        struct committee c;

        committee_init_body(&c, "rep4", open_few, &t);
        c.hook = look_past_the_end;
        c.hook_arg = &t;
        for (int p = 0; p < 4; p++)
            c.options[p] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &t.seed };
        committee_run(&c);
        for (int p = 0; p < 4; p++)
            assert_int_equal(c.err[p], SOTTO_OK);
        assert_int_equal(t.openings, to_numbers ? 3 : 4);
        assert_int_equal(t.shown, 0);
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks),
        cmocka_unit_test(test_bits_past_the_end_stay_hidden),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
