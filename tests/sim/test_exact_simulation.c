/* test_exact_simulation.c - what a corrupt party sees does not depend on the others' secrets, exactly.
 *
 * Tiny rings: Z_2 is bit 0 of a plane, Z_4 is a word of 8 bits looked at modulo 4. The keys' streams are
 * replaced by tapes of one element a mask. For a corrupt party c, the masks from the key that it lacks are the
 * randomness that it does not know. For every value of what it knows (all of them, or a fixed sample where they
 * are too many) all values of the unknown masks are run through, once for each secret. Then the multiset of c's
 * views must be the same for any two secrets that agree in what c may learn: the output, and its own input.
 *
 * A view is the sequence of all frames from and to c: who, where, and for those to it the contents: values
 * reduced to the tiny ring, abort frames whole. Digests to c are left out: c knows their keys and, being their
 * receiver, the value that they belong to; the digests' keys are constant here, so that a wrong value is always
 * found (what remains is test_digest_escape.c). Of a digest in two halves each is padded by a stream that c
 * lacks (test_masks.c), so that c knows their sum alone.
 *
 * Strategies of c: honest, and an error added to one message, for each message and each kind of error. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

#include <stdlib.h>

enum { DRAWS_MAX = 64, SENDS_MAX = 64, SECRETS_MAX = 8, INPUTS_MAX = 3, UNKNOWN_BITS_MAX = 8, NOBODY = -1 };

struct world;

/* --- circuits --------------------------------------------------------------------------------------------- */

typedef enum sotto_err circuit_fn(struct strand *st, struct world *w, struct shared *out);

struct circuit {
    const char *name;
    circuit_fn *fn;
    enum mpc_domain domain; /* of all masks */
    bool owners;            /* secret i comes from party i, by an input */
    size_t secrets_n;
    uint64_t secret[SECRETS_MAX][INPUTS_MAX];
    uint64_t (*output)(const uint64_t *secret);
    unsigned samples; /* of what c knows, where all masks together are more than 6 bits */
};

struct draw {
    int key;
    uint8_t iv[16];
    unsigned at, elements; /* first bit on its tape */
    bool unknown;
};

struct send {
    int to;
    struct net_tag tag;
    size_t len;
};

struct world {
    const struct circuit *circuit;
    const uint64_t *secret;
    int corrupt;
    uint64_t seed; /* of the shares that c holds */
    /* the tapes */
    struct draw draw[DRAWS_MAX];
    size_t draws_n;
    unsigned known_bits, unknown_bits;
    uint64_t known, unknown;
    bool learning; /* the run that lists draws and sends */
    /* what c does */
    struct send send[SENDS_MAX];
    size_t sends_n;
    const struct send *altered; /* or NULL */
    size_t altered_at;
    uint8_t error;
    /* its view */
    uint64_t view;
};

static unsigned element_bits(const struct world *w)
{
    return w->circuit->domain == MPC_BITS ? 1 : 2;
}

static enum sotto_err tiny(struct strand *st, struct shared *z, enum mpc_domain domain)
{
    return strand_shared(st, z, domain, domain == MPC_BITS ? 1 : 8, 1);
}

static enum sotto_err secret_in(struct strand *st, struct world *w, unsigned i, enum mpc_domain domain,
                                struct shared *x)
{
    TRY(tiny(st, x, domain));
    if (w->circuit->owners)
        return gadget_input(st, x, (int)i, st->s->self == (int)i ? &w->secret[i] : NULL);
    chosen_sharing(st, x, w->seed + i, w->corrupt, &w->secret[i]);
    return SOTTO_OK;
}

static enum sotto_err sum_of_inputs(struct strand *st, struct world *w, struct shared *out)
{
    struct shared x;

    TRY(secret_in(st, w, 0, w->circuit->domain, out));
    for (unsigned i = 1; i < INPUTS_MAX; i++) {
        TRY(secret_in(st, w, i, w->circuit->domain, &x));
        shared_add(out, out, &x);
    }
    return SOTTO_OK;
}

static uint64_t output_sum(const uint64_t *s)
{
    return s[0] + s[1] + s[2];
}

static enum sotto_err product(struct strand *st, struct world *w, struct shared *out)
{
    struct shared a, b;

    TRY(secret_in(st, w, 0, w->circuit->domain, &a));
    TRY(secret_in(st, w, 1, w->circuit->domain, &b));
    return gadget_multiply(st, out, &a, &b);
}

static uint64_t output_product(const uint64_t *s)
{
    return s[0] * s[1];
}

static enum sotto_err two_products(struct strand *st, struct world *w, struct shared *out)
{
    struct shared c, d;

    TRY(tiny(st, &c, w->circuit->domain));
    TRY(product(st, w, &c));
    TRY(secret_in(st, w, 2, w->circuit->domain, &d));
    return gadget_multiply(st, out, &c, &d);
}

static uint64_t output_two_products(const uint64_t *s)
{
    return s[0] * s[1] * s[2];
}

static enum sotto_err bit_to_number(struct strand *st, struct world *w, struct shared *out)
{
    struct shared bit, d;

    TRY(secret_in(st, w, 0, MPC_BITS, &bit));
    TRY(secret_in(st, w, 1, MPC_ARITH, &d));
    TRY(gadget_bit_to_arith(st, out, &bit));
    shared_add(out, out, &d);
    return SOTTO_OK;
}

static uint64_t output_bit_to_number(const uint64_t *s)
{
    return s[0] + s[1];
}

static const struct circuit circuits[] = {
    { "xor of three inputs",
      sum_of_inputs,
      MPC_BITS,
      true,
      8,
      { { 0, 0, 0 },
        { 0, 1, 1 },
        { 1, 0, 1 },
        { 1, 1, 0 },
        { 1, 0, 0 },
        { 0, 1, 0 },
        { 0, 0, 1 },
        { 1, 1, 1 } },
      output_sum,
      0 },
    { "sum of three inputs modulo 4",
      sum_of_inputs,
      MPC_ARITH,
      true,
      5,
      { { 0, 0, 0 }, { 0, 1, 3 }, { 0, 2, 2 }, { 1, 0, 3 }, { 1, 3, 0 } },
      output_sum,
      2 },
    { "and", product, MPC_BITS, false, 4, { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }, output_product, 0 },
    { "product modulo 4",
      product,
      MPC_ARITH,
      false,
      4,
      { { 0, 0 }, { 2, 2 }, { 3, 0 }, { 1, 3 } },
      output_product,
      2 },
    { "two ands in a row",
      two_products,
      MPC_BITS,
      false,
      8,
      { { 0, 0, 0 },
        { 1, 1, 0 },
        { 0, 1, 1 },
        { 1, 0, 1 },
        { 1, 0, 0 },
        { 0, 1, 0 },
        { 0, 0, 1 },
        { 1, 1, 1 } },
      output_two_products,
      2 },
    { "two products in a row modulo 4",
      two_products,
      MPC_ARITH,
      false,
      3,
      { { 1, 1, 0 }, { 2, 3, 2 }, { 1, 1, 1 } },
      output_two_products,
      1 },
    { "bit to number modulo 4",
      bit_to_number,
      MPC_ARITH,
      false,
      3,
      { { 0, 1 }, { 1, 0 }, { 1, 1 } },
      output_bit_to_number,
      1 },
};

static enum sotto_err main_of_circuit(struct strand *st, void *arg)
{
    struct world *w = arg;
    struct shared out;
    uint64_t opened;

    TRY(tiny(st, &out, w->circuit->domain));
    TRY(w->circuit->fn(st, w, &out));
    return gadget_reveal(st, &out, mpc_everyone(st->s->protocol), &opened);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, main_of_circuit, arg);
}

/* --- the tapes -------------------------------------------------------------------------------------------- */

static struct draw *find_draw(struct world *w, int key, const uint8_t iv[16], size_t len)
{
    struct draw *d = w->draw;

    while (d < w->draw + w->draws_n && (d->key != key || memcmp(d->iv, iv, 16) != 0))
        d++;
    if (d < w->draw + w->draws_n)
        return d;
    assert_true(w->learning && w->draws_n < DRAWS_MAX); /* nothing that c does makes another draw */
    w->draws_n++;
    *d = (struct draw){ .key = key, .unknown = key == w->corrupt };
    memcpy(d->iv, iv, 16);
    d->elements = (unsigned)(w->circuit->domain == MPC_BITS ? len / 8 : len);
    d->at = d->unknown ? w->unknown_bits : w->known_bits;
    *(d->unknown ? &w->unknown_bits : &w->known_bits) += d->elements * element_bits(w);
    return d;
}

static enum sotto_err tape(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    struct world *w = arg;
    unsigned use = iv[8], bits = element_bits(w);
    uint8_t *at = out;
    struct draw *d;

    (void)party;
    if ((use >= MPC_USE_DIGEST && use < MPC_USE_RANDOM) || use >= MPC_USE_PAD) {
        chosen_bytes(1, 0, iv, out, len);
        return SOTTO_OK;
    }
    d = find_draw(w, key, iv, len);
    memset(out, 0, len);
    for (unsigned e = 0; e < d->elements; e++)
        at[e * (w->circuit->domain == MPC_BITS ? 8 : 1)] =
            (uint8_t)((d->unknown ? w->unknown : w->known) >> (d->at + e * bits) & ((1u << bits) - 1));
    return SOTTO_OK;
}

/* --- the view --------------------------------------------------------------------------------------------- */

static void see(struct world *w, uint64_t what)
{
    w->view ^= what;
    w->view = chosen_next(&w->view);
}

/* A message is [value] [digest ...]; a value here is one element. */
static void see_value(struct world *w, const struct net_sim_message *m)
{
    size_t len = m->len % CRYPTO_MAC_LEN;

    assert_true(len == 0 || len == (w->circuit->domain == MPC_BITS ? 8 : 1));
    if (len)
        see(w, m->payload[0] & ((1u << element_bits(w)) - 1));
}

static enum net_sim_verdict watch(void *arg, struct net_sim_message *m)
{
    struct world *w = arg;
    const struct send *a = w->altered;

    if (m->from != w->corrupt && m->to != w->corrupt)
        return NET_SIM_PASS;
    see(w, (uint64_t)m->from << 60 | (uint64_t)m->to << 56 | (uint64_t)m->tag.instr << 16 | m->tag.step);
    if (m->to == w->corrupt && m->tag.instr == NET_CONTROL_ABORT)
        for (size_t i = 0; i < m->len; i++)
            see(w, m->payload[i]);
    else if (m->to == w->corrupt)
        see_value(w, m);
    if (m->from != w->corrupt || m->tag.instr == NET_CONTROL_ABORT)
        return NET_SIM_PASS;
    if (w->learning) {
        assert_true(w->sends_n < SENDS_MAX);
        w->send[w->sends_n++] = (struct send){ m->to, m->tag, m->len };
    }
    if (a && a->to == m->to && a->tag.step == m->tag.step)
        m->payload[w->altered_at] =
            (uint8_t)(w->circuit->domain == MPC_BITS ? m->payload[w->altered_at] ^ w->error
                                                     : m->payload[w->altered_at] + w->error);
    return NET_SIM_PASS;
}

/* --- all randomness --------------------------------------------------------------------------------------- */

/* A multiset of views: the sum of two hashes of each. */
struct views {
    uint64_t sum[2];
};

static struct views views_of(struct world *w, struct committee *c, const uint64_t *secret)
{
    struct views v = { { 0 } };

    w->secret = secret;
    for (w->unknown = 0; w->unknown >> w->unknown_bits == 0; w->unknown++) {
        uint64_t state;

        w->view = 0;
        committee_run(c);
        state = w->view;
        v.sum[0] += chosen_next(&state);
        v.sum[1] += chosen_next(&state);
    }
    return v;
}

static bool same_own_input(const struct world *w, const uint64_t *a, const uint64_t *b)
{
    return !w->circuit->owners || w->corrupt >= INPUTS_MAX || a[w->corrupt] == b[w->corrupt];
}

static bool same_output(const struct world *w, const uint64_t *a, const uint64_t *b)
{
    return ((w->circuit->output(a) ^ w->circuit->output(b)) & (element_bits(w) == 1 ? 1 : 3)) == 0;
}

/* Returns the pairs of secrets that were compared. */
static size_t compare_secrets(struct world *w, struct committee *c)
{
    const struct circuit *k = w->circuit;
    struct views v[SECRETS_MAX];
    size_t pairs = 0;

    for (size_t s = 0; s < k->secrets_n; s++)
        v[s] = views_of(w, c, k->secret[s]);
    for (size_t s = 0; s < k->secrets_n; s++)
        for (size_t t = 0; t < s; t++) {
            const uint64_t *x = k->secret[s], *y = k->secret[t];
            bool same = memcmp(&v[s], &v[t], sizeof v[s]) == 0;

            if (!same_own_input(w, x, y))
                continue;
            if (!same_output(w, x, y)) {
                assert_false(same &&
                             !w->altered); /* the opening is in the view, or else this test sees nothing */
                continue;
            }
            pairs++;
            if (!same)
                fail_msg("%s: party %d, error %u at byte %zu of its message to party %d at step %d, sees a "
                         "difference "
                         "between secrets %zu and %zu",
                         k->name, w->corrupt, w->error, w->altered_at, w->altered ? w->altered->to : NOBODY,
                         w->altered ? w->altered->tag.step : 0, t, s);
        }
    return pairs;
}

/* What c knows: the masks of the other keys, and the shares that it holds. */
static size_t try_strategy(struct world *w, struct committee *c)
{
    bool all = w->known_bits + w->unknown_bits <= 6;
    uint64_t count = all ? (uint64_t)1 << w->known_bits : w->circuit->samples, state = 4711;
    size_t pairs = 0;

    for (uint64_t i = 0; i < count; i++) {
        w->known = all ? i : chosen_next(&state);
        w->seed = chosen_next(&state);
        pairs += compare_secrets(w, c);
    }
    return pairs;
}

static void learn(struct world *w, struct committee *c)
{
    w->learning = true;
    w->secret = w->circuit->secret[0];
    w->draws_n = w->sends_n = 0;
    w->known_bits = w->unknown_bits = 0;
    w->altered = NULL;
    committee_run(c);
    for (int p = 0; p < 4; p++)
        if (c->err[p])
            fail_msg("%s: party %d: %s", w->circuit->name, p, c->fault[p].text);
    w->learning = false;
    assert_true(w->known_bits <= 64);
}

static void try_circuit(const struct circuit *k)
{
    size_t pairs = 0, strategies = 0;

    for (int corrupt = 0; corrupt < 4; corrupt++) {
        struct world w = { .circuit = k, .corrupt = corrupt };
        struct committee c;

        committee_init_body(&c, "rep4", body, &w);
        c.hook = watch;
        c.hook_arg = &w;
        for (int p = 0; p < 4; p++)
            c.options[p] = (struct mpc_options){ .stream_hook = tape, .stream_hook_arg = &w };
        learn(&w, &c);
        if (w.unknown_bits >
            UNKNOWN_BITS_MAX) { /* of two products modulo 4, for the party that receives most */
            committee_wipe(&c);
            continue;
        }
        pairs += try_strategy(&w, &c);
        for (size_t i = 0; i < w.sends_n; i++) {
            size_t value_len = w.send[i].len % CRYPTO_MAC_LEN;

            w.altered = &w.send[i];
            for (w.altered_at = 0; w.altered_at < w.send[i].len;
                 w.altered_at += value_len ? value_len : CRYPTO_MAC_LEN) {
                unsigned errors = w.altered_at < value_len ? element_bits(&w) : 1;

                for (w.error = 1; w.error <= errors; w.error++, strategies++)
                    pairs += try_strategy(&w, &c);
            }
        }
        committee_wipe(&c);
    }
    assert_true(pairs >= strategies);
    print_message("%s: %zu strategies, %zu pairs of secrets compared\n", k->name, strategies + 4, pairs);
}

static void test_views(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(circuits); i++)
        try_circuit(&circuits[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_views) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
