/* test_exact_simulation_rep3a.c - what a corrupt party of rep3a sees, an abort and its time included, tells
 * nothing but the output.
 *
 * The real code runs, with its own fields and challenges; its randomness is too much to be run through, so the
 * two distributions are compared by a bijection instead. Let c be corrupt, u = c+2 the key that it lacks. For a
 * run with secret s, and another secret t with the same output, the test looks for randomness of key u with
 * which the run on t gives c the same view, byte for byte: it goes through what c receives and moves, wherever
 * it differs,
 *
 *   a mask (inputs, products, commitments) by the difference          message = value - mask
 *   a blind corner by the difference over the corner's weight          value = rest + weight * corner, weight
 * not 0 one bit of a random summand, where a value that it hides opens     bit j = bit j of it ^ what lower
 * bits decide
 *
 * Each draw is moved by what does not depend on it, but on earlier draws alone, so the map from the randomness
 * of s to that of t is a bijection that keeps the distribution: drawn words are uniform. (Masks of quotients
 * are integers of 160 bits, moved by less than 2^94: but for a distance of 2^-66.) Since it exists for each of
 * the runs, the views are distributed alike. A mask that is missing, too short, or used twice leaves a
 * difference that nothing can move.
 *
 * What c holds, the keys that it has, and all coins are the same in both runs. Strategies of c: honest, and one
 * message altered in one place, for each message and some places: as a party that multiplies, as a prover, as
 * both verifiers, in challenges, openings and digests. It runs honest code else. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/proof_view.h"
#include "lib/testing.h"

#include <stdlib.h>

enum {
    INPUTS_MAX = 3,
    MESSAGES_MAX = 512,
    BYTES_MAX = 1 << 17,
    MOVED_MAX = 64,
    DRAW_LEN_MAX = 728 * 8,
    TURNS_MAX = 64
};

struct world;
typedef enum sotto_err circuit_fn(struct strand *st, struct world *w, struct shared *out);

struct circuit {
    const char *name;
    circuit_fn *fn;
    enum mpc_domain domain;
    unsigned bits;
    bool owners; /* secret i comes from party i, by an input */
    size_t secrets_n;
    const uint64_t (*secret)[INPUTS_MAX];
    uint64_t (*output)(const uint64_t *secret);
};

struct message {
    int from, to;
    struct net_tag tag;
    size_t len, at;
};

/* All frames from and to c. */
struct view {
    struct message message[MESSAGES_MAX];
    size_t n, used;
    uint8_t bytes[BYTES_MAX];
};

/* A draw of key u that is not what the seed says. */
struct moved {
    uint8_t iv[16], bytes[DRAW_LEN_MAX];
    size_t len;
};

struct world {
    const struct circuit *circuit;
    const uint64_t *secret;
    int corrupt;
    uint64_t seed; /* of shares and streams */
    struct moved moved[MOVED_MAX];
    size_t moved_n;
    const struct message *altered; /* or NULL */
    size_t altered_at;
    struct view *log, first, second, honest;
    struct committee c;
};

static int unknown(const struct world *w)
{
    return rep3a_before(w->corrupt);
}

/* --- circuits --------------------------------------------------------------------------------------------- */

static enum sotto_err secret_in(struct strand *st, struct world *w, unsigned i, enum mpc_domain domain,
                                unsigned bits, struct shared *x)
{
    TRY(strand_shared(st, x, domain, bits, 1));
    if (w->circuit->owners)
        return gadget_input(st, x, (int)i, st->s->self == (int)i ? &w->secret[i] : NULL);
    chosen_sharing(st, x, w->seed + i, unknown(w), &w->secret[i]);
    return SOTTO_OK;
}

static enum sotto_err of_circuit(struct strand *st, struct world *w, unsigned i, struct shared *x)
{
    return secret_in(st, w, i, w->circuit->domain, w->circuit->bits, x);
}

static enum sotto_err sum_of_inputs(struct strand *st, struct world *w, struct shared *out)
{
    struct shared x;

    TRY(of_circuit(st, w, 0, out));
    for (unsigned i = 1; i < INPUTS_MAX; i++) {
        TRY(of_circuit(st, w, i, &x));
        shared_add(out, out, &x);
    }
    return SOTTO_OK;
}

static uint64_t output_xor(const uint64_t *s)
{
    return s[0] ^ s[1] ^ s[2];
}

static uint64_t output_sum(const uint64_t *s)
{
    return (s[0] + s[1] + s[2]) & 0xff;
}

static enum sotto_err product(struct strand *st, struct world *w, struct shared *out)
{
    struct shared a, b;

    TRY(of_circuit(st, w, 0, &a));
    TRY(of_circuit(st, w, 1, &b));
    return gadget_multiply(st, out, &a, &b);
}

static uint64_t output_product(const uint64_t *s)
{
    return s[0] * s[1];
}

static enum sotto_err two_products(struct strand *st, struct world *w, struct shared *out)
{
    struct shared c, d;

    TRY(strand_shared(st, &c, w->circuit->domain, w->circuit->bits, 1));
    TRY(product(st, w, &c));
    TRY(of_circuit(st, w, 2, &d));
    return gadget_multiply(st, out, &c, &d);
}

static uint64_t output_two_products(const uint64_t *s)
{
    return s[0] * s[1] * s[2];
}

static enum sotto_err bit_to_number(struct strand *st, struct world *w, struct shared *out)
{
    struct shared bit, d;

    TRY(secret_in(st, w, 0, MPC_BITS, 1, &bit));
    TRY(of_circuit(st, w, 1, &d));
    TRY(gadget_bit_to_arith(st, out, &bit));
    shared_add(out, out, &d);
    return SOTTO_OK;
}

static enum sotto_err bits_to_number(struct strand *st, struct world *w, struct shared *out)
{
    struct shared bits, d;

    TRY(secret_in(st, w, 0, MPC_BITS, 8, &bits));
    TRY(of_circuit(st, w, 1, &d));
    TRY(gadget_to_arith(st, out, &bits));
    shared_add(out, out, &d);
    return SOTTO_OK;
}

static uint64_t output_first_two(const uint64_t *s)
{
    return (s[0] + s[1]) & 0xff;
}

static const uint64_t three_bits[][INPUTS_MAX] = { { 0, 0, 0 }, { 0, 1, 1 }, { 1, 0, 1 }, { 1, 1, 0 },
                                                   { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 1, 1 } },
                      three_bytes[][INPUTS_MAX] = { { 0, 0, 0 }, { 0, 1, 255 }, { 1, 0, 255 }, { 1, 255, 0 } },
                      two_bits[][INPUTS_MAX] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } },
                      factors[][INPUTS_MAX] = { { 0, 0 }, { 0, 77 }, { 13, 0 }, { 2, 3 }, { 1, 6 } },
                      three_factors[][INPUTS_MAX] = { { 1, 1, 0 }, { 0, 5, 9 }, { 2, 3, 1 }, { 1, 1, 6 } },
                      bit_and_byte[][INPUTS_MAX] = { { 0, 1 }, { 1, 0 }, { 1, 1 } },
                      two_bytes[][INPUTS_MAX] = { { 0, 5 }, { 200, 61 }, { 1, 1 } };

static const struct circuit circuits[] = {
    { "xor of three inputs", sum_of_inputs, MPC_BITS, 1, true, 8, three_bits, output_xor },
    { "sum of three inputs", sum_of_inputs, MPC_ARITH, 8, true, 4, three_bytes, output_sum },
    { "and", product, MPC_BITS, 1, false, 4, two_bits, output_product },
    { "product modulo 2^8", product, MPC_ARITH, 8, false, 5, factors, output_product },
    { "product modulo 2^64", product, MPC_ARITH, 64, false, 5, factors, output_product },
    { "product in a field", product, MPC_ARITH, 61, false, 5, factors, output_product },
    { "two ands in a row", two_products, MPC_BITS, 1, false, 8, three_bits, output_two_products },
    { "two products in a row", two_products, MPC_ARITH, 64, false, 4, three_factors, output_two_products },
    { "bit to number", bit_to_number, MPC_ARITH, 8, false, 3, bit_and_byte, output_first_two },
    { "bits to number", bits_to_number, MPC_ARITH, 8, false, 3, two_bytes, output_first_two },
};

static enum sotto_err main_of_circuit(struct strand *st, void *arg)
{
    struct world *w = arg;
    struct shared out;
    uint64_t opened;

    TRY(strand_shared(st, &out, w->circuit->domain, w->circuit->bits, 1));
    TRY(w->circuit->fn(st, w, &out));
    return gadget_reveal(st, &out, mpc_everyone(st->s->protocol), &opened);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, main_of_circuit, arg);
}

/* --- randomness ------------------------------------------------------------------------------------------- */

static struct moved *find_moved(struct world *w, const uint8_t iv[16])
{
    for (size_t i = 0; i < w->moved_n; i++)
        if (memcmp(w->moved[i].iv, iv, 16) == 0)
            return &w->moved[i];
    return NULL;
}

static enum sotto_err stream(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    struct world *w = arg;
    struct moved *m = key == unknown(w) ? find_moved(w, iv) : NULL;

    (void)party;
    if (m && m->len == 0) { /* asked for: from now on its bytes are our own */
        m->len = len;
        assert_true(len <= sizeof m->bytes);
        chosen_bytes(w->seed, key, iv, m->bytes, len);
    }
    if (m)
        memcpy(out, m->bytes, len);
    else
        chosen_bytes(w->seed, key, iv, out, len);
    return SOTTO_OK;
}

/* The bytes of (tag, use) of key u, which may be changed; len of them are drawn. */
static uint8_t *draw_of(struct world *w, struct net_tag tag, unsigned use, size_t len)
{
    uint8_t iv[16] = { 0 };
    struct moved *m;

    put_u32(iv, tag.instr);
    put_u16(iv + 4, tag.tile);
    put_u16(iv + 6, tag.step);
    iv[8] = (uint8_t)use;
    m = find_moved(w, iv);
    if (!m) {
        assert_true(w->moved_n < MOVED_MAX && len <= sizeof m->bytes);
        m = &w->moved[w->moved_n++];
        memcpy(m->iv, iv, 16);
        m->len = len;
        chosen_bytes(w->seed, unknown(w), iv, m->bytes, len);
    }
    return m->bytes;
}

/* --- moving it -------------------------------------------------------------------------------------------- */

static void view_of_proof(const struct world *w, const struct net_tag *tag, unsigned coins,
                          struct proof_view *v)
{
    uint8_t coin[3][REP3A_COINS_MAX * REP3A_COIN_LEN], iv[16] = { 0 };
    const uint8_t *const at[3] = { coin[0], coin[1], coin[2] };

    put_u32(iv, tag->instr);
    put_u16(iv + 4, tag->tile);
    put_u16(iv + 6, (uint16_t)(tag->step / 64 * 64));
    iv[8] = REP3A_USE_COINS;
    for (int a = 0; a < 3; a++)
        chosen_bytes(w->seed, a, iv, coin[a], (size_t)coins * REP3A_COIN_LEN);
    proof_view(v, proof_kind(tag), at, coins);
}

/* Both values of B's last message, by (was - is) / weight. */
static bool move_blind(struct world *w, const struct message *m, const struct proof_view *v, const uint8_t *was,
                       const uint8_t *is)
{
    const struct rep3a_field *f = &v->f;
    struct net_tag tag = m->tag;

    if (memcmp(was, is, 2 * f->len) == 0)
        return false; /* the share of the claim alone: nothing moves it */
    tag.step = (uint16_t)(tag.step - 2);
    proof_move_blind(v, draw_of(w, tag, REP3A_USE_BLIND, 2 * f->draw_len), was, is);
    return true;
}

/* A prover's promise to us says how many coins there are. */
static unsigned coins_in(const struct view *v, const struct net_tag *tag)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct message *m = &v->message[i];

        if (m->tag.instr == tag->instr && m->tag.tile == tag->tile && m->tag.step / 64 == tag->step / 64 &&
            m->to == rep3a_before(m->from) && m->tag.step % 64 == 0)
            return (unsigned)(m->len / CRYPTO_HASH_LEN);
    }
    fail_msg("a proof without promises");
    return 0;
}

static bool move_for_proof(struct world *w, const struct message *m, const uint8_t *was, const uint8_t *is)
{
    struct proof_view v;

    if (m->len == (size_t)64 * 24) {
        proof_move_integers(draw_of(w, m->tag, REP3A_USE_MASK, (size_t)64 * 20), was, is, 64);
        return true;
    }
    view_of_proof(w, &m->tag, coins_in(&w->first, &m->tag), &v);
    if (m->from == unknown(w) && m->len == 3 * v.f.len)
        return move_blind(w, m, &v, was, is);
    if (m->from != rep3a_next(w->corrupt) || m->len % v.f.len || m->len < 26 * v.f.len)
        return false;
    proof_move_elements(&v.f, draw_of(w, m->tag, REP3A_USE_MASK, m->len / v.f.len * v.f.draw_len), was, is,
                        m->len / v.f.len);
    return true;
}

/* Whose mask is it? Inputs come from c+2, who knows v, to c; products from c+1. */
static bool is_masked(const struct world *w, const struct message *m)
{
    return w->circuit->owners ? m->from == unknown(w) && m->tag.step <= INPUTS_MAX - 1
                              : m->from == rep3a_next(w->corrupt);
}

static bool is_digest(const struct world *w, const struct message *m)
{
    return m->to == w->corrupt && m->from == unknown(w) && m->len == CRYPTO_MAC_LEN && !proof_is(&m->tag);
}

/* Steps at which a value is opened, each after "ready" or random summands: they have no mask. */
static bool is_opened(const struct world *w, const struct message *m)
{
    for (size_t i = 0; i < w->first.n; i++) {
        const struct message *d = &w->first.message[i];

        if (is_digest(w, d) && d->tag.instr == m->tag.instr && d->tag.tile == m->tag.tile &&
            d->tag.step == m->tag.step)
            return true;
    }
    return false;
}

/* Planes of 8 bits: the lowest bit that differs is that of the random summand, and what its lower bits decide.
 */
static bool move_random(struct world *w, const struct message *m, const uint8_t *was, const uint8_t *is)
{
    unsigned j = 0;

    if (w->circuit->fn != bits_to_number || m->len != 64 || m->tag.step == 0)
        return false;
    while (was[8 * j] == is[8 * j])
        j++;
    *draw_of(w, (struct net_tag){ m->tag.instr, m->tag.tile, 0 }, MPC_USE_RANDOM, 1) ^= (uint8_t)(1u << j);
    return true;
}

static bool move_value(struct world *w, const struct message *m, const uint8_t *was, const uint8_t *is)
{
    struct rep3a_field f;
    uint8_t *drawn;

    if (!is_masked(w, m))
        return false;
    if (w->circuit->bits == 61) {
        rep3a_field_named(&f, 61);
        proof_move_elements(&f, draw_of(w, m->tag, MPC_USE_MASK, m->len / f.len * f.draw_len), was, is,
                            m->len / f.len);
        return true;
    }
    drawn = draw_of(w, m->tag, MPC_USE_MASK, m->len);
    if (w->circuit->domain == MPC_ARITH && m->len == w->circuit->bits / 8) {
        const struct ring_kernels *k = ring_kernels_for(w->circuit->bits);
        uint64_t mask = 0, a = 0, b = 0;

        memcpy(&mask, drawn, m->len);
        memcpy(&a, was, m->len);
        memcpy(&b, is, m->len);
        k->add(&mask, &mask, &b, 1);
        k->sub(&mask, &mask, &a, 1);
        memcpy(drawn, &mask, m->len);
        return true;
    }
    for (size_t i = 0; i < m->len; i++)
        drawn[i] ^= was[i] ^ is[i];
    return true;
}

/* --- the view --------------------------------------------------------------------------------------------- */

static bool same_place(const struct message *a, const struct message *b)
{
    return a->from == b->from && a->to == b->to && a->tag.instr == b->tag.instr && a->tag.tile == b->tag.tile &&
           a->tag.step == b->tag.step;
}

static enum net_sim_verdict watch(void *arg, struct net_sim_message *m)
{
    struct world *w = arg;
    struct view *v = w->log;
    struct message *at = &v->message[v->n];

    if (m->from != w->corrupt && m->to != w->corrupt)
        return NET_SIM_PASS;
    assert_true(v->n < MESSAGES_MAX && v->used + m->len <= BYTES_MAX);
    *at = (struct message){ m->from, m->to, m->tag, m->len, v->used };
    v->n++;
    if (w->altered && m->len && same_place(at, w->altered))
        m->payload[w->altered_at] ^= 1;
    if (m->len)
        memcpy(v->bytes + v->used, m->payload, m->len);
    v->used += m->len;
    return NET_SIM_PASS;
}

static void run(struct world *w, struct view *v, const uint64_t *secret)
{
    w->log = v;
    w->secret = secret;
    v->n = v->used = 0;
    committee_run(&w->c);
}

/* Moves what it can of the first place where the second view differs, and of masked messages after it. */
static bool move(struct world *w, bool *same)
{
    const struct view *a = &w->first, *b = &w->second;
    bool any = false;

    *same = a->n == b->n;
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        const struct message *m = &a->message[i];
        const uint8_t *was = a->bytes + m->at, *is = b->bytes + b->message[i].at;
        bool moved;

        if (!same_place(m, &b->message[i]) || m->len != b->message[i].len) {
            *same = false;
            return any;
        }
        if (memcmp(was, is, m->len) == 0)
            continue;
        *same = false;
        if (is_digest(w, m))
            continue; /* it follows from the value and a key that c has: that one is to move */
        if (m->to != w->corrupt || m->tag.instr == NET_CONTROL_ABORT)
            return any;
        if (proof_is(&m->tag))
            moved = move_for_proof(w, m, was, is);
        else if (!is_opened(w, m))
            moved = move_value(w, m, was, is);
        else
            moved = !any && move_random(w, m, was, is);
        if (!moved)
            return any;
        any = true;
    }
    return any;
}

/* Is there randomness with which t looks like s? */
static bool looks_the_same(struct world *w, const uint64_t *s, const uint64_t *t)
{
    bool same = false;

    w->moved_n = 0;
    run(w, &w->first, s);
    for (int turn = 0; turn < TURNS_MAX; turn++) {
        run(w, &w->second, t);
        if (!move(w, &same))
            return same;
    }
    return false;
}

/* --- strategies ------------------------------------------------------------------------------------------- */

static bool comparable(const struct world *w, const uint64_t *a, const uint64_t *b)
{
    return !w->circuit->owners || a[w->corrupt] == b[w->corrupt];
}

/* All pairs of secrets where c is honest; else one, in turn. Returns how many were compared. */
static size_t compare_secrets(struct world *w, size_t turn)
{
    const struct circuit *k = w->circuit;
    size_t pairs = 0, chosen = 0;

    for (int pass = 0; pass < 2; pass++, chosen = pairs ? turn % pairs : 0, pairs = pass == 1 ? 0 : pairs)
        for (size_t s = 0; s < k->secrets_n; s++)
            for (size_t t = 0; t < s; t++) {
                const uint64_t *x = k->secret[s], *y = k->secret[t];

                if (!comparable(w, x, y))
                    continue;
                if (k->output(x) != k->output(y)) {
                    if (pass == 1 && !w->altered && looks_the_same(w, x, y))
                        fail_msg("%s: different outputs look the same: this test sees nothing", k->name);
                    continue;
                }
                pairs++;
                if (pass == 0 || (w->altered && pairs - 1 != chosen))
                    continue;
                if (!looks_the_same(w, x, y))
                    fail_msg(
                        "%s: party %d, byte %zu of its message to party %d at %#x, step %d altered: it sees a "
                        "difference between secrets %zu and %zu",
                        k->name, w->corrupt, w->altered_at, w->altered ? w->altered->to : -1,
                        w->altered ? w->altered->tag.instr : 0, w->altered ? w->altered->tag.step : 0, t, s);
            }
    return w->altered ? pairs > 0 : pairs;
}

/* Each word of a short message, the first and the last of a long one. */
static bool is_tried(size_t at, size_t len)
{
    return at % 8 == 0 && (len <= 32 || at == 0 || at + 8 >= len);
}

static void try_circuit(const struct circuit *k)
{
    struct world *w = calloc(1, sizeof *w);
    size_t pairs = 0, strategies = 0, turn = 0;

    assert_non_null(w);
    w->circuit = k;
    for (w->corrupt = 0; w->corrupt < 3; w->corrupt++) {
        w->seed = 4711 + (uint64_t)w->corrupt;
        committee_init_body(&w->c, "rep3a", body, w);
        w->c.hook = watch;
        w->c.hook_arg = w;
        for (int p = 0; p < 3; p++)
            w->c.options[p] = (struct mpc_options){ .stream_hook = stream, .stream_hook_arg = w };
        w->altered = NULL;
        run(w, &w->honest, k->secret[0]);
        for (int p = 0; p < 3; p++)
            assert_int_equal(w->c.err[p], SOTTO_OK);
        pairs += compare_secrets(w, 0);
        for (size_t i = 0; i < w->honest.n; i++)
            for (size_t at = 0; at < w->honest.message[i].len && w->honest.message[i].from == w->corrupt; at++)
                if (is_tried(at, w->honest.message[i].len) && test_takes(turn++)) {
                    w->altered = &w->honest.message[i];
                    w->altered_at = at;
                    w->seed += 1000;
                    pairs += compare_secrets(w, strategies++);
                }
        committee_wipe(&w->c);
    }
    assert_true(strategies > 0 && pairs >= strategies);
    print_message("%s: %zu strategies, %zu pairs of secrets compared\n", k->name, strategies + 3, pairs);
    free(w);
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
