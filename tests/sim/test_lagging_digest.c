/* test_lagging_digest.c - the attack of Brueggemann and Schneider (Eurocrypt 2026) on digests that are compared
 * late.
 *
 * The circuit is c = a*b, e = c*d. A corrupt sender adds an error to a message of the first product. If the
 * receiver went on, what it sends for the second product would be off by the error times a share of d that the
 * corrupt party lacks, while another honest party sends or digests the right value: both together tell that
 * share, and an abort afterwards does not take it back.
 *
 * What must hold, with all honest randomness fixed, for each corrupt party and each message that it sends:
 *   1  every message of an honest party is, byte for byte, the one that it sends at this place when nobody
 * cheats. So the corrupt party sees a part of what it would see in an honest run, which tells nothing
 * (test_exact_simulation); 2  which part that is, and the bytes of all abort frames, do not depend on d, nor on
 * a and b; 3  whose check failed has sent nothing but its abort frame after the step that was tampered with. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

#include <stdlib.h>

enum { FRAMES_MAX = 128, NOBODY = -1 };

struct frame {
    int from, to;
    struct net_tag tag;
    size_t len;
    uint8_t payload[NET_ABORT_LEN_MAX + 64];
};

struct trace {
    struct frame frame[FRAMES_MAX];
    size_t n;
};

struct attack {
    enum mpc_domain domain;
    unsigned bits;
    const uint64_t *secret; /* a, b, d */
    int corrupt;            /* or NOBODY; lacks the summands that carry the secrets */
    int lacks;
    uint64_t target; /* serial of the message to alter */
    size_t at;       /* where in it */
    uint64_t seed;
    struct trace *trace;
};

static enum sotto_err two_products(struct strand *st, void *arg)
{
    const struct attack *k = arg;
    struct shared in[3], c, e;
    uint64_t opened;

    for (unsigned i = 0; i < 3; i++) {
        TRY(strand_shared(st, &in[i], k->domain, k->bits, 1));
        chosen_sharing(st, &in[i], k->seed + 10 * i, k->lacks, &k->secret[i]);
    }
    TRY(strand_shared(st, &c, k->domain, k->bits, 1));
    TRY(strand_shared(st, &e, k->domain, k->bits, 1));
    TRY(gadget_multiply(st, &c, &in[0], &in[1]));
    TRY(gadget_multiply(st, &e, &c, &in[2]));
    return gadget_reveal(st, &e, mpc_everyone(st->s->protocol), &opened);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, two_products, arg);
}

static enum net_sim_verdict record_and_alter(void *arg, struct net_sim_message *m)
{
    struct attack *k = arg;
    struct frame *f = &k->trace->frame[k->trace->n++];

    assert_true(k->trace->n <= FRAMES_MAX && m->len <= sizeof f->payload);
    *f = (struct frame){ .from = m->from, .to = m->to, .tag = m->tag, .len = m->len };
    if (m->len)
        memcpy(f->payload, m->payload, m->len);
    if (k->corrupt != NOBODY && m->serial == k->target)
        m->payload[k->at]++;
    return NET_SIM_PASS;
}

static bool same_place(const struct frame *a, const struct frame *b)
{
    return a->from == b->from && a->to == b->to && a->tag.instr == b->tag.instr && a->tag.tile == b->tag.tile &&
           a->tag.step == b->tag.step;
}

static bool is_abort(const struct frame *f)
{
    return f->tag.instr == NET_CONTROL_ABORT;
}

static void run(struct attack *k, struct committee *c, struct trace *t)
{
    t->n = 0;
    k->trace = t;
    c->body_arg = c->hook_arg = k;
    for (int p = 0; p < 4; p++)
        c->options[p] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &k->seed };
    committee_run(c);
}

/* 1 */
static void check_against_honest_run(const struct trace *t, const struct trace *honest, int corrupt)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct frame *f = &t->frame[i], *same = NULL;

        if (f->from == corrupt || is_abort(f))
            continue;
        for (size_t h = 0; h < honest->n && !same; h++)
            same = same_place(f, &honest->frame[h]) ? &honest->frame[h] : NULL;
        assert_non_null(same);
        if (same->len != f->len || memcmp(same->payload, f->payload, f->len) != 0)
            fail_msg("party %d corrupt: party %d sends party %d other bytes at step %u than in an honest run",
                     corrupt, f->from, f->to, f->tag.step);
    }
}

/* 2 */
static void check_same_shape(const struct trace *a, const struct trace *b, int corrupt)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        assert_true(same_place(&a->frame[i], &b->frame[i]));
        if (is_abort(&a->frame[i]) && a->frame[i].from != corrupt) {
            assert_int_equal(a->frame[i].len, b->frame[i].len);
            assert_memory_equal(a->frame[i].payload, b->frame[i].payload, a->frame[i].len);
        }
    }
}

/* 3 */
static void check_silence(const struct trace *t, int receiver, unsigned tampered_step)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->frame[i].from == receiver && !is_abort(&t->frame[i]))
            assert_true(t->frame[i].tag.step <= tampered_step);
}

static const uint64_t secrets[][3] = { { 1, 1, 0 }, { 1, 1, 1 },    { 0, 1, 1 },
                                       { 0, 0, 0 }, { 3, 7, 0x5a }, { 3, 7, 0xa5 } };

struct comparison {
    struct trace honest[COUNT_OF(secrets)], tampered[COUNT_OF(secrets)];
};

static void try_message(struct attack *k, struct committee *c, struct comparison *x, const struct frame *target)
{
    for (size_t s = 0; s < COUNT_OF(secrets); s++) {
        k->secret = secrets[s];
        run(k, c, &x->tampered[s]);
        assert_int_equal(c->err[target->to], SOTTO_ERR_CHEAT);
        assert_int_equal(c->fault[target->to].accuser, target->to);
        assert_true(c->fault[target->to].suspects >> k->corrupt & 1);
        check_against_honest_run(&x->tampered[s], &x->honest[s], k->corrupt);
        check_same_shape(&x->tampered[s], &x->tampered[0], k->corrupt);
        check_silence(&x->tampered[s], target->to, target->tag.step);
    }
}

/* Every byte of every message of the first product. */
static void try_corrupt(struct attack *k, struct committee *c, struct comparison *x, int corrupt)
{
    k->lacks = corrupt;
    k->corrupt = NOBODY;
    for (size_t s = 0; s < COUNT_OF(secrets); s++) {
        k->secret = secrets[s];
        run(k, c, &x->honest[s]);
        for (int p = 0; p < 4; p++)
            assert_int_equal(c->err[p], SOTTO_OK);
    }
    k->corrupt = corrupt;
    for (k->target = 0; k->target < x->honest[0].n; k->target++) {
        const struct frame *target = &x->honest[0].frame[k->target];

        if (target->from != corrupt || target->tag.step != 0)
            continue;
        for (k->at = 0; k->at < target->len; k->at += k->bits == 8 ? 1 : 8)
            try_message(k, c, x, target);
    }
}

static void test_attack(void **state)
{
    static const struct {
        enum mpc_domain domain;
        unsigned bits;
    } rings[] = { { MPC_BITS, 1 }, { MPC_BITS, 8 }, { MPC_ARITH, 8 }, { MPC_ARITH, 64 } };
    struct comparison *x = calloc(1, sizeof *x);

    (void)state;
    assert_non_null(x);
    for (size_t r = 0; r < COUNT_OF(rings); r++)
        for (int corrupt = 0; corrupt < 4; corrupt++) {
            struct attack k = { .domain = rings[r].domain, .bits = rings[r].bits, .seed = 77 + r };
            struct committee c;

            committee_init_body(&c, "rep4", body, &k);
            c.hook = record_and_alter;
            try_corrupt(&k, &c, x, corrupt);
            committee_wipe(&c);
        }
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_attack) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
