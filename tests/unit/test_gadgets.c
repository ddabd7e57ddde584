/* test_gadgets.c - every gadget in every back end, one table, against the plainest computation. */
#include "lib/committee.h"

#include "lib/testing.h"

#include <stdlib.h>

enum { N_MAX = 200, OUTS_MAX = 4, WIDTH_1 = 1, WIDTHS = 2 /* 8 .. 64 */, ANY_WIDTH = 3 };

struct gadget;
struct trial {
    const struct gadget *gadget;
    unsigned bits;
    size_t n;
    int owner; /* of the first operand; the others follow */
    uint64_t a[N_MAX], b[N_MAX], c[N_MAX];
    uint64_t out[SOTTO_PARTIES_MAX][OUTS_MAX * N_MAX];
    /* of some tests alone */
    uint32_t to;
    struct gadget_extreme extreme;
    bool wants_value;
};

struct gadget {
    const char *name;
    int widths;
    size_t outs; /* results of n elements; 0: one result of one element */
    enum sotto_err (*run)(struct strand *st, struct trial *t, uint64_t *out);
    uint64_t (*want)(const struct trial *t, size_t out, size_t e);
};

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

static uint64_t cut(const struct trial *t, uint64_t v)
{
    return v << (64 - t->bits) >> (64 - t->bits);
}

static bool less_signed(const struct trial *t, uint64_t x, uint64_t y)
{
    uint64_t sign = (uint64_t)1 << (t->bits - 1);

    return (x ^ sign) < (y ^ sign);
}

/* Every pair of edge values comes in a and b, from a place that moves from trial to trial. */
static void fill(struct trial *t)
{
    uint64_t top = (uint64_t)1 << (t->bits - 1);
    const uint64_t edge[] = { 0, 1, UINT64_MAX, UINT64_MAX - 1, top, top - 1, top + 1, 0x5555555555555555u };
    size_t turn = draw() % 64;

    for (size_t i = 0; i < t->n; i++) {
        bool edges = i < 64 || draw() % 2;

        t->a[i] = cut(t, edges ? edge[(i + turn) % 8] : draw());
        t->b[i] = cut(t, edges ? edge[(i + turn) / 8 % 8] : draw() % 5 ? draw() : t->a[i]);
        t->c[i] = cut(t, edges ? edge[(i + turn) / 3 % 8] : draw());
    }
}

/* --- running a trial ---------------------------------------------------------------------------------------
 */

static enum sotto_err give(struct strand *st, const struct trial *t, struct shared *z, enum mpc_domain domain,
                           unsigned bits, const uint64_t *values, int which)
{
    int owner = (t->owner + which) % st->s->protocol->parties;

    TRY(strand_shared(st, z, domain, bits, t->n));
    return gadget_input(st, z, owner, owner == st->s->self ? values : NULL);
}

static enum sotto_err fresh(struct strand *st, const struct trial *t, struct shared *z, enum mpc_domain domain,
                            unsigned bits)
{
    return strand_shared(st, z, domain, bits, t->n);
}

static enum sotto_err show(struct strand *st, const struct shared *x, uint64_t *out)
{
    return gadget_reveal(st, x, mpc_everyone(st->s->protocol), out);
}

static enum sotto_err trial_strand(struct strand *st, void *arg)
{
    struct trial *t = arg;
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };

    TRY(mpc_keys(st, binding));
    return t->gadget->run(st, t, t->out[st->s->self]);
}

static enum sotto_err trial_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, trial_strand, arg);
}

static void run_trial(struct committee *c, struct trial *t)
{
    memset(t->out, 0xee, sizeof t->out);
    committee_run(c);
    for (int p = 0; p < c->protocol->parties; p++) {
        if (c->err[p])
            fail_msg("%s, %s, %u bits, n = %zu: party %d: %s", c->protocol->name, t->gadget->name, t->bits,
                     t->n, p, c->fault[p].text);
        assert_int_equal(c->rounds[p], c->rounds[0]);
    }
}

static void check_trial(const struct committee *c, const struct trial *t)
{
    size_t outs = t->gadget->outs ? t->gadget->outs : 1, n = t->gadget->outs ? t->n : 1;

    for (int p = 0; p < c->protocol->parties; p++)
        for (size_t o = 0; o < outs; o++)
            for (size_t e = 0; e < n; e++) {
                uint64_t got = t->out[p][o * n + e], want = t->gadget->want(t, o, e);

                if (got != want)
                    fail_msg(
                        "%s, %s, %u bits, n = %zu: party %d, result %zu, element %zu of (%#llx, %#llx, %#llx): "
                        "%#llx, not %#llx",
                        c->protocol->name, t->gadget->name, t->bits, t->n, p, o, e, (unsigned long long)t->a[e],
                        (unsigned long long)t->b[e], (unsigned long long)t->c[e], (unsigned long long)got,
                        (unsigned long long)want);
            }
}

/* --- the gadgets -------------------------------------------------------------------------------------------
 */

static enum sotto_err run_input(struct strand *st, struct trial *t, uint64_t *out)
{
    const uint64_t *operand[3] = { t->a, t->b, t->c };
    struct shared x;

    for (int i = 0; i < 4; i++) /* every owner */
    {
        enum mpc_domain domain = t->gadget->widths == WIDTHS ? MPC_ARITH : MPC_BITS;

        TRY(give(st, t, &x, domain, t->bits, operand[i % 3], i));
        TRY(show(st, &x, out + (size_t)i * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_input(const struct trial *t, size_t out, size_t e)
{
    return out % 3 == 0 ? t->a[e] : out == 1 ? t->b[e] : t->c[e];
}

static enum sotto_err run_to_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_to_bits(st, &z, &x));
    return show(st, &z, out);
}

static enum sotto_err run_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_to_arith(st, &z, &x));
    return show(st, &z, out);
}

static uint64_t want_a(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e];
}

static enum sotto_err run_bit_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_BITS, 1, t->a, 0));
    TRY(fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_bit_to_arith(st, &z, &x));
    return show(st, &z, out);
}

static uint64_t want_bit_of_a(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e] & 1;
}

static enum sotto_err run_zero(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(fresh(st, t, &z, MPC_BITS, 1));
    TRY(gadget_zero(st, &z, &x));
    return show(st, &z, out);
}

static enum sotto_err run_zero_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(fresh(st, t, &z, MPC_BITS, 1));
    TRY(gadget_zero_arith(st, &z, &x));
    return show(st, &z, out);
}

static uint64_t want_zero(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->a[e] == 0;
}

/* Three pairs at once: (a,b), (b,a), (c,b). */
static enum sotto_err compare(struct strand *st, struct trial *t, uint64_t *out, bool is_signed)
{
    struct shared a, b, c, z[3], x[3], y[3];

    TRY(give(st, t, &a, MPC_BITS, t->bits, t->a, 0));
    TRY(give(st, t, &b, MPC_BITS, t->bits, t->b, 1));
    TRY(give(st, t, &c, MPC_BITS, t->bits, t->c, 2));
    x[0] = y[1] = a;
    y[0] = x[1] = y[2] = b;
    x[2] = c;
    for (int i = 0; i < 3; i++)
        TRY(fresh(st, t, &z[i], MPC_BITS, 1));
    TRY(gadget_less(st, z, x, y, 3, is_signed));
    for (size_t i = 0; i < 3; i++)
        TRY(show(st, &z[i], out + i * t->n));
    return SOTTO_OK;
}

static enum sotto_err run_less(struct strand *st, struct trial *t, uint64_t *out)
{
    return compare(st, t, out, false);
}

static enum sotto_err run_less_signed(struct strand *st, struct trial *t, uint64_t *out)
{
    return compare(st, t, out, true);
}

static uint64_t want_less(const struct trial *t, size_t out, size_t e)
{
    return out == 0 ? t->a[e] < t->b[e] : out == 1 ? t->b[e] < t->a[e] : t->c[e] < t->b[e];
}

static uint64_t want_less_signed(const struct trial *t, size_t out, size_t e)
{
    return out == 0   ? less_signed(t, t->a[e], t->b[e])
           : out == 1 ? less_signed(t, t->b[e], t->a[e])
                      : less_signed(t, t->c[e], t->b[e]);
}

/* x + y, x - y, x - y - c */
static enum sotto_err run_adders(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared a, b, c, z;

    TRY(give(st, t, &a, MPC_BITS, t->bits, t->a, 0));
    TRY(give(st, t, &b, MPC_BITS, t->bits, t->b, 1));
    TRY(give(st, t, &c, MPC_BITS, t->bits, t->c, 2));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_add_bits(st, &z, &a, &b));
    TRY(show(st, &z, out));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_sub_bits(st, &z, &a, &b, NULL));
    TRY(show(st, &z, out + t->n));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_sub_bits(st, &z, &a, &b, &c));
    return show(st, &z, out + 2 * t->n);
}

static uint64_t want_adders(const struct trial *t, size_t out, size_t e)
{
    return cut(t, out == 0 ? t->a[e] + t->b[e] : t->a[e] - t->b[e] - (out == 2 ? t->c[e] : 0));
}

/* All but one element true, all, then the bits as they are. */
static enum sotto_err run_all(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give(st, t, &x, MPC_BITS, 1, t->a, 0));
    TRY(strand_shared(st, &z, MPC_BITS, 1, 1));
    TRY(gadget_all(st, &z, &x));
    return show(st, &z, out);
}

static uint64_t want_all(const struct trial *t, size_t out, size_t e)
{
    uint64_t all = 1;

    (void)out;
    (void)e;
    for (size_t i = 0; i < t->n; i++)
        all &= t->a[i];
    return all;
}

static enum sotto_err run_multiply_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, y, z;

    TRY(give(st, t, &x, MPC_ARITH, t->bits, t->a, 0));
    TRY(give(st, t, &y, MPC_ARITH, t->bits, t->b, 1));
    TRY(fresh(st, t, &z, MPC_ARITH, t->bits));
    TRY(gadget_multiply(st, &z, &x, &y));
    return show(st, &z, out);
}

static uint64_t want_product(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return cut(t, t->a[e] * t->b[e]);
}

/* Plane by plane, and one plane for all. */
static enum sotto_err run_multiply_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, y, z, one;

    TRY(give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(give(st, t, &y, MPC_BITS, t->bits, t->b, 1));
    TRY(give(st, t, &one, MPC_BITS, 1, t->c, 2));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_multiply(st, &z, &x, &y));
    TRY(show(st, &z, out));
    TRY(fresh(st, t, &z, MPC_BITS, t->bits));
    TRY(gadget_multiply(st, &z, &one, &y));
    return show(st, &z, out + t->n);
}

static uint64_t want_and(const struct trial *t, size_t out, size_t e)
{
    return out == 0 ? t->a[e] & t->b[e] : t->c[e] & 1 ? t->b[e] : 0;
}

/* Two sets of `bits` planes, and of fewer. */
static enum sotto_err run_and_planes(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x[2], plane[2][64], *set[2] = { plane[0], plane[1] };

    for (unsigned planes = t->bits, round = 0; round < 2; planes = planes / 2 + 1, round++) {
        TRY(give(st, t, &x[0], MPC_BITS, t->bits, t->a, 0));
        TRY(give(st, t, &x[1], MPC_BITS, t->bits, t->b, 1));
        for (unsigned i = 0; i < planes; i++)
            for (int s = 0; s < 2; s++)
                plane[s][i] = shared_plane(&x[s], i);
        TRY(gadget_and_planes(st, set, planes, 2));
        for (size_t s = 0; s < 2; s++)
            TRY(show(st, &plane[s][0], out + (2 * round + s) * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_and_planes(const struct trial *t, size_t out, size_t e)
{
    uint64_t v = out % 2 ? t->b[e] : t->a[e];
    unsigned planes = out < 2 ? t->bits : t->bits / 2 + 1;

    return (~v & (planes == 64 ? UINT64_MAX : ((uint64_t)1 << planes) - 1)) == 0;
}

static enum sotto_err choose(struct strand *st, struct trial *t, uint64_t *out, enum mpc_domain domain)
{
    struct shared c, x, y, z;

    TRY(give(st, t, &c, MPC_BITS, 1, t->c, 0));
    TRY(give(st, t, &x, domain, t->bits, t->a, 1));
    TRY(give(st, t, &y, domain, t->bits, t->b, 2));
    TRY(fresh(st, t, &z, domain, t->bits));
    TRY(gadget_select(st, &z, &c, &x, &y));
    return show(st, &z, out);
}

static enum sotto_err run_select_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    return choose(st, t, out, MPC_ARITH);
}

static enum sotto_err run_select_bits(struct strand *st, struct trial *t, uint64_t *out)
{
    return choose(st, t, out, MPC_BITS);
}

static uint64_t want_select(const struct trial *t, size_t out, size_t e)
{
    (void)out;
    return t->c[e] & 1 ? t->a[e] : t->b[e];
}

/* Without a message: a - (-b) + 1; 3a; the complement; the sum of all, repeated. */
static enum sotto_err run_local(struct strand *st, struct trial *t, uint64_t *out)
{
    const uint64_t one = 1;
    struct shared a, b, bits, z, sum;

    TRY(give(st, t, &a, MPC_ARITH, t->bits, t->a, 0));
    TRY(give(st, t, &b, MPC_ARITH, t->bits, t->b, 1));
    TRY(give(st, t, &bits, MPC_BITS, t->bits, t->a, 2));
    TRY(fresh(st, t, &z, MPC_ARITH, t->bits));
    shared_neg(&b, &b);
    shared_sub(&b, &a, &b);
    shared_public(&z, &one, true);
    shared_add(&z, &z, &b);
    TRY(show(st, &z, out));
    shared_scale(&z, &a, 3);
    TRY(show(st, &z, out + t->n));
    shared_neg(&bits, &bits);
    TRY(show(st, &bits, out + 2 * t->n));
    TRY(strand_shared(st, &sum, MPC_ARITH, t->bits, 1));
    shared_sum(&sum, &a);
    shared_repeat(&z, &sum);
    return show(st, &z, out + 3 * t->n);
}

static uint64_t want_local(const struct trial *t, size_t out, size_t e)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < t->n; i++)
        sum += t->a[i];
    return cut(t, out == 0 ? t->a[e] + t->b[e] + 1 : out == 1 ? 3 * t->a[e] : out == 2 ? ~t->a[e] : sum);
}

/* By public values (a and, bits: a & b; a * b), element n/2 replaced, the order turned by one. */
static enum sotto_err run_moves(struct strand *st, struct trial *t, uint64_t *out)
{
    for (size_t d = 0; d < 2; d++) {
        enum mpc_domain domain = d ? MPC_BITS : MPC_ARITH;
        struct shared a, z, plain, one;

        TRY(give(st, t, &a, domain, t->bits, t->a, 0));
        TRY(fresh(st, t, &z, domain, t->bits));
        plain = (struct shared){ .domain = domain, .bits = t->bits, .n = t->n, .stride = ring_words(t->n) };
        plain.share[0] = strand_alloc(st, 1, shared_share_len(domain, t->bits, t->n));
        if (!plain.share[0])
            return st->s->fault.code;
        shared_public(&plain, t->b, false);
        shared_times_public(&z, &a, plain.share[0]);
        TRY(strand_shared(st, &one, domain, t->bits, 1));
        shared_gather(&one, &a, t->n - 1, 1, false);
        shared_put(&z, t->n / 2, &one);
        TRY(show(st, &z, out + 2 * d * t->n));
        shared_gather(&z, &a, 1, 1, true);
        TRY(show(st, &z, out + (2 * d + 1) * t->n));
    }
    return SOTTO_OK;
}

static uint64_t want_moves(const struct trial *t, size_t out, size_t e)
{
    if (out % 2)
        return e + 1 < t->n ? t->a[e + 1] : cut(t, UINT64_MAX);
    if (e == t->n / 2)
        return t->a[t->n - 1];
    return out ? t->a[e] & t->b[e] : cut(t, t->a[e] * t->b[e]);
}

static const struct gadget gadgets[] = {
    { "input, arithmetic", WIDTHS, 4, run_input, want_input },
    { "input, bits", ANY_WIDTH, 4, run_input, want_input },
    { "to_bits", WIDTHS, 1, run_to_bits, want_a },
    { "to_arith", WIDTHS, 1, run_to_arith, want_a },
    { "bit_to_arith", WIDTHS, 1, run_bit_to_arith, want_bit_of_a },
    { "zero", ANY_WIDTH, 1, run_zero, want_zero },
    { "zero_arith", WIDTHS, 1, run_zero_arith, want_zero },
    { "less", ANY_WIDTH, 3, run_less, want_less },
    { "less, signed", WIDTHS, 3, run_less_signed, want_less_signed },
    { "add_bits, sub_bits", ANY_WIDTH, 3, run_adders, want_adders },
    { "all", WIDTH_1, 0, run_all, want_all },
    { "multiply, arithmetic", WIDTHS, 1, run_multiply_arith, want_product },
    { "multiply, bits", ANY_WIDTH, 2, run_multiply_bits, want_and },
    { "and_planes", ANY_WIDTH, 4, run_and_planes, want_and_planes },
    { "select, arithmetic", WIDTHS, 1, run_select_arith, want_select },
    { "select, bits", ANY_WIDTH, 1, run_select_bits, want_select },
    { "local work", WIDTHS, 4, run_local, want_local },
    { "public factors and moves", WIDTHS, 4, run_moves, want_moves },
};

static const unsigned widths[] = { 1, 8, 16, 32, 64 };
static const size_t lengths[] = { 1, 63, 64, 65, 200 };

static void test_gadgets(void **state)
{
    struct trial *t = calloc(1, sizeof *t);
    int owner = 0;

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (size_t g = 0; g < COUNT_OF(gadgets); g++)
            for (size_t w = 0; w < COUNT_OF(widths); w++)
                for (size_t l = 0; l < COUNT_OF(lengths); l++) {
                    if (!(gadgets[g].widths & (widths[w] == 1 ? WIDTH_1 : WIDTHS)))
                        continue;
                    t->gadget = &gadgets[g];
                    t->bits = widths[w];
                    t->n = lengths[l];
                    t->owner = owner++ % 4;
                    fill(t);
                    run_trial(&c, t);
                    check_trial(&c, t);
                }
        committee_wipe(&c);
    }
    free(t);
}

/* One false element anywhere, and none. */
static void test_all(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        *t = (struct trial){ .gadget = &(struct gadget){ "all", WIDTH_1, 0, run_all, want_all }, .bits = 1 };
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            for (size_t h = 0; h < 5; h++) {
                size_t n = lengths[l], hole[] = { 0, n / 3, n / 2, n - 1, n };

                t->n = n;
                for (size_t i = 0; i < n; i++)
                    t->a[i] = i != hole[h];
                run_trial(&c, t);
                check_trial(&c, t);
            }
        committee_wipe(&c);
    }
    free(t);
}

/* --- extremes ----------------------------------------------------------------------------------------------
 */

static enum sotto_err run_extreme(struct strand *st, struct trial *t, uint64_t *out)
{
    struct gadget_extreme e = t->extreme;
    struct shared x, value, index;

    TRY(give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(strand_shared(st, &value, MPC_BITS, t->bits, 1));
    TRY(strand_shared(st, &index, MPC_BITS, 32, 1));
    e.value = t->wants_value ? &value : NULL;
    e.index = t->wants_value ? NULL : &index;
    TRY(gadget_extreme(st, &e, &x));
    return show(st, t->wants_value ? &value : &index, out);
}

static uint64_t want_extreme(const struct trial *t, size_t out, size_t at)
{
    const struct gadget_extreme *e = &t->extreme;
    size_t best = 0;

    (void)out;
    (void)at;
    for (size_t i = 1; i < t->n; i++) {
        uint64_t x = e->least ? t->a[i] : t->a[best], y = e->least ? t->a[best] : t->a[i];

        if (e->is_signed ? less_signed(t, x, y) : x < y)
            best = i;
    }
    return t->wants_value ? t->a[best] : best;
}

/* Both results at once are the same as each alone. */
static enum sotto_err run_both(struct strand *st, struct trial *t, uint64_t *out)
{
    struct gadget_extreme e = t->extreme;
    struct shared x, value, index;

    TRY(give(st, t, &x, MPC_BITS, t->bits, t->a, 0));
    TRY(strand_shared(st, &value, MPC_BITS, t->bits, 1));
    TRY(strand_shared(st, &index, MPC_BITS, 32, 1));
    e.value = &value;
    e.index = &index;
    TRY(gadget_extreme(st, &e, &x));
    TRY(show(st, &value, out));
    return show(st, &index, out + 1);
}

static const struct gadget extreme = { "extreme", WIDTHS, 0, run_extreme, want_extreme };
static const struct gadget both = { "extreme, value and index", WIDTHS, 0, run_both, want_extreme };

static void fill_extreme(struct trial *t, int kind)
{
    fill(t);
    for (size_t i = 0; i < t->n; i++) {
        if (kind == 1) /* many ties */
            t->a[i] = cut(t, draw() % 3 - 1);
        else if (kind == 2) /* all equal, to what elements past the end are made of */
            t->a[i] = t->extreme.least != t->extreme.is_signed ? cut(t, UINT64_MAX) : 0;
        else if (kind == 3) /* the extreme comes last */
            t->a[i] = cut(t, t->extreme.least ? t->n - i : i);
        else if (kind == 4) /* the worst of a signed type, alone */
            t->a[i] = (uint64_t)1 << (t->bits - 1);
    }
}

static const struct {
    unsigned bits;
    bool least, is_signed, value;
    size_t round_worth;
} extremes[] = {
    { 32, false, false, false, 0 },     { 32, false, false, true, 0 }, { 32, true, false, false, 0 },
    { 32, true, true, true, 0 },        { 8, false, true, false, 1 },  { 8, true, true, false, 1 },
    { 64, true, false, true, 1 },       { 16, false, true, true, 1 },  { 8, true, false, false, 1000000 },
    { 8, false, true, true, 1000000 },  { 64, false, true, false, 0 }, { 1, true, false, false, 0 },
    { 1, false, false, true, 1000000 },
};
static const size_t extreme_lengths[] = { 1, 2, 3, 7, 8, 9, 37, 64, 65, 200 };

static void check_extremes(struct committee *c, struct trial *t, size_t i)
{
    for (size_t l = 0; l < COUNT_OF(extreme_lengths); l++)
        for (int kind = 0; kind < 5; kind++) {
            *t = (struct trial){ .gadget = &extreme,
                                 .bits = extremes[i].bits,
                                 .n = extreme_lengths[l],
                                 .owner = kind,
                                 .extreme = { .least = extremes[i].least, .is_signed = extremes[i].is_signed },
                                 .wants_value = extremes[i].value };
            for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
                c->options[p].round_worth = extremes[i].round_worth;
            fill_extreme(t, kind);
            run_trial(c, t);
            check_trial(c, t);
            if (kind == 1) {
                t->gadget = &both;
                run_trial(c, t);
                for (int p = 0; p < c->protocol->parties; p++)
                    for (int o = 0; o < 2; o++) {
                        t->wants_value = o == 0;
                        assert_int_equal(t->out[p][o], want_extreme(t, 0, 0));
                    }
            }
        }
}

static void test_extremes(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (size_t i = 0; i < COUNT_OF(extremes); i++)
            check_extremes(&c, t, i);
        committee_wipe(&c);
    }
    free(t);
}

/* The plan covers n with groups of at most 64, and spends rounds only where they are cheap. */
static void test_extreme_plan(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 5000; n = n < 70 ? n + 1 : n * 2 + 1) {
        uint8_t cheap[32], dear[32];
        size_t cheap_n = gadget_extreme_plan(n, 32, false, 1, cheap),
               dear_n = gadget_extreme_plan(n, 32, false, 1000000000, dear), left = n;

        for (size_t i = 0; i < cheap_n; i++) {
            assert_in_range(cheap[i], 1, 6);
            left = (left + ((size_t)1 << cheap[i]) - 1) >> cheap[i];
        }
        assert_int_equal(left, 1);
        assert_true(dear_n <= cheap_n);
        assert_true(n < 200 || dear_n < cheap_n);
    }
}

/* --- reveal ------------------------------------------------------------------------------------------------
 */

static enum sotto_err run_reveal_to(struct strand *st, struct trial *t, uint64_t *out)
{
    for (size_t d = 0; d < 2; d++) {
        struct shared x;

        TRY(give(st, t, &x, d ? MPC_BITS : MPC_ARITH, t->bits, t->a, 0));
        TRY(gadget_reveal(st, &x, t->to, out + d * t->n));
    }
    return SOTTO_OK;
}

static const struct gadget reveal_to = { "reveal", WIDTHS, 2, run_reveal_to, want_a };

/* Whoever is in the mask gets the value; nobody else's memory is touched. */
static void test_reveal_to_some(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, trial_body, t);
        for (uint32_t to = 0; to <= mpc_everyone(*p); to++) {
            *t = (struct trial){ .gadget = &reveal_to, .bits = to % 2 ? 32 : 8, .n = 65, .to = to };
            fill(t);
            run_trial(&c, t);
            for (int party = 0; party < (*p)->parties; party++)
                for (size_t e = 0; e < 2 * t->n; e++)
                    assert_int_equal(t->out[party][e], to >> party & 1 ? t->a[e % t->n] : 0xeeeeeeeeeeeeeeeeu);
        }
        committee_wipe(&c);
    }
    free(t);
}

/* --- what lies past n ---------------------------------------------------------------------------------------
 */

enum { DIRTY_N = 3, DIRTY_BITS = 8 };

static struct {
    unsigned step; /* of the opening; 0: not there yet */
    size_t words;
} wire;

/* A message of the opening is DIRTY_BITS words of one summand, or a digest. */
static enum net_sim_verdict look(void *arg, struct net_sim_message *m)
{
    struct reader r = reader_of(m->payload, m->len);

    (void)arg;
    if (!wire.step || m->tag.step != wire.step || m->len != 8 * DIRTY_BITS)
        return NET_SIM_PASS;
    for (; reader_left(&r); wire.words++)
        assert_int_equal(read_u64(&r) >> DIRTY_N, 0);
    return NET_SIM_PASS;
}

/* A vector whose last words are full of other bits, as after a scalar was repeated. */
static enum sotto_err give_dirty(struct strand *st, struct trial *t, struct shared *x)
{
    TRY(give(st, t, x, MPC_BITS, DIRTY_BITS, t->a, 0));
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (unsigned plane = 0; x->share[a] && plane < DIRTY_BITS; plane++)
            *(uint64_t *)shared_row(x, a, plane) |= 0x123456789abcdef8u << plane;
    return SOTTO_OK;
}

static enum sotto_err run_dirty_reveal(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x;

    TRY(give_dirty(st, t, &x));
    wire.step = st->step + (st->s->protocol->active ? 1u : 0u);
    return show(st, &x, out);
}

/* Here summand 0 is opened to its holders, masked in its first n elements only. */
static enum sotto_err run_dirty_to_arith(struct strand *st, struct trial *t, uint64_t *out)
{
    struct shared x, z;

    TRY(give_dirty(st, t, &x));
    TRY(fresh(st, t, &z, MPC_ARITH, DIRTY_BITS));
    wire.step = st->step + (st->s->protocol->active ? 6u : 5u); /* after the mask and the subtraction */
    TRY(gadget_to_arith(st, &z, &x));
    wire.step = 0;
    return show(st, &z, out);
}

static const struct {
    struct gadget gadget;
    size_t rep4, rep3; /* summands that are sent */
} dirty[] = {
    { { "reveal of dirty words", WIDTHS, 1, run_dirty_reveal, want_a }, 4, 3 },
    { { "to_arith of dirty words", WIDTHS, 1, run_dirty_to_arith, want_a }, 3, 2 },
};

static void test_nothing_past_n_is_opened(void **state)
{
    struct trial *t = calloc(1, sizeof *t);

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < COUNT_OF(dirty); i++) {
            struct committee c;
            size_t summands = *p == &mpc_rep4 ? dirty[i].rep4 : *p == &mpc_rep3 ? dirty[i].rep3 : 0;

            committee_init_body(&c, (*p)->name, trial_body, t);
            c.hook = look;
            memset(&wire, 0, sizeof wire);
            *t = (struct trial){
                .gadget = &dirty[i].gadget, .bits = DIRTY_BITS, .n = DIRTY_N, .a = { 1, 0, 255 }
            };
            run_trial(&c, t);
            check_trial(&c, t);
            assert_int_equal(wire.words, summands * DIRTY_BITS);
            committee_wipe(&c);
        }
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gadgets),        cmocka_unit_test(test_all),
        cmocka_unit_test(test_extremes),       cmocka_unit_test(test_extreme_plan),
        cmocka_unit_test(test_reveal_to_some), cmocka_unit_test(test_nothing_past_n_is_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
