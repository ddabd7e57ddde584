#include "lib/gadget_case.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/chosen.h"
#include "lib/testing.h"

uint64_t case_draw(uint64_t *state)
{
    return chosen_next(state);
}

/* Pairs of edge values come together in the first two operands. */
static void draw_any(const struct case_run *r, uint64_t seed)
{
    uint64_t state = seed;
    size_t turn = case_draw(&state) % 64;

    for (size_t i = 0; r->in[i]; i++) {
        unsigned bits = r->c->in[i].bits;
        uint64_t top = (uint64_t)1 << ((bits - 1) % 64);
        const uint64_t edge[] = {
            0, 1, UINT64_MAX, UINT64_MAX - 1, top, top - 1, top + 1, 0x5555555555555555u
        };
        size_t limbs = case_limbs(&r->c->in[i]);

        for (size_t e = 0; e < r->in_n[i]; e++) {
            bool edges = e < 64 ? case_draw(&state) % 4 != 0 : case_draw(&state) % 4 == 0;
            size_t which = i == 0 ? e + turn : i == 1 ? (e + turn) / 8 : (e + turn) / 3 + i;

            for (size_t l = 0; l < limbs; l++)
                r->in[i][e * limbs + l] = case_cut(edges ? edge[which % 8] : case_draw(&state),
                                                   l + 1 < limbs ? 64 : (bits - 1) % 64 + 1);
        }
    }
}

static uint64_t *words(struct case_trial *t, const struct case_vector *v, size_t n)
{
    uint64_t *p = arena_alloc(&t->arena, n * case_limbs(v) + 1, sizeof *p);

    assert_non_null(p);
    return p;
}

void case_trial_init(struct case_trial *t, const struct gadget_case *c, size_t n, uint64_t seed)
{
    struct case_run *r = &t->run;

    *t = (struct case_trial){ .run = { .c = c, .n = n } };
    arena_init(&t->arena, 0, false);
    for (size_t i = 0; i < CASE_IN_MAX && c->in[i].bits; i++) {
        r->in_n[i] = c->in[i].n ? c->in[i].n(c, n) : n;
        r->in[i] = words(t, &c->in[i], r->in_n[i]);
    }
    for (size_t o = 0; o < CASE_OUT_MAX && c->out[o].bits; o++) {
        r->out_n[o] = c->out[o].n ? c->out[o].n(c, n) : n;
        r->out[o] = words(t, &c->out[o], r->out_n[o]);
        for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
            t->got[p][o] = words(t, &c->out[o], r->out_n[o]);
    }
    (c->draw ? c->draw : draw_any)(r, seed);
    if (c->want && !c->expect)
        c->want(r);
}

void case_trial_wipe(struct case_trial *t)
{
    arena_wipe(&t->arena);
}

/* --- one party ------------------------------------------------------------------------------------------- */

static void next_instruction(struct strand *st, uint32_t instr)
{
    st->instr = instr;
    st->step = 0;
    st->tiles = 0;
}

static uint64_t bytes_sent(const struct strand *st)
{
    uint64_t sum = 0;

    for (int p = 0; st->s->ch && p < st->s->ch->parties; p++)
        sum += st->s->ch->counters.bytes_sent[p];
    return sum - st->s->proof_bytes; /* test_rep3a_costs.c */
}

static enum sotto_err give_operands(struct strand *st, const struct case_trial *t, struct shared *in)
{
    const struct case_run *r = &t->run;

    for (size_t i = 0; i < CASE_IN_MAX && r->in[i]; i++) {
        const struct case_vector *v = &r->c->in[i];
        int owner = (int)i % st->s->protocol->parties;
        uint64_t *own = owner == st->s->self ? r->in[i] : NULL;

        if (own && t->secret_marks)
            crypto_ct_secret(own, r->in_n[i] * case_limbs(v) * sizeof *own);
        TRY(strand_shared(st, &in[i], v->domain, v->bits, r->in_n[i]));
        TRY(gadget_input(st, &in[i], owner, own));
    }
    return SOTTO_OK;
}

static enum sotto_err open_results(struct strand *st, struct case_trial *t, const struct shared *out)
{
    for (size_t o = 0; o < CASE_OUT_MAX && t->run.out[o]; o++)
        if (t->run.out_n[o])
            TRY(gadget_reveal(st, &out[o], mpc_everyone(st->s->protocol), t->got[st->s->self][o]));
    return SOTTO_OK;
}

static enum sotto_err case_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    struct case_trial *t = arg;
    struct shared in[CASE_IN_MAX] = { 0 }, out[CASE_OUT_MAX] = { 0 };
    int self = st->s->self;
    uint64_t sent, depth;

    TRY(mpc_keys(st, binding));
    next_instruction(st, CASE_INSTR_INPUT);
    TRY(give_operands(st, t, in));
    for (size_t o = 0; o < CASE_OUT_MAX && t->run.out[o]; o++)
        TRY(strand_shared(st, &out[o], t->run.c->out[o].domain, t->run.c->out[o].bits, t->run.out_n[o]));
    next_instruction(st, CASE_INSTR_RUN);
    sent = bytes_sent(st);
    depth = st->depth;
    TRY(t->run.c->run(st, &t->run, in, out));
    t->sent[self] = bytes_sent(st) - sent;
    t->rounds[self] = st->depth - depth;
    next_instruction(st, CASE_INSTR_OPEN);
    return open_results(st, t, out);
}

enum sotto_err case_body(struct mpc_session *s, void *trial)
{
    return mpc_session_run(s, case_strand, trial);
}

/* --- what came out --------------------------------------------------------------------------------------- */

const char *case_wrong(struct case_trial *t, int p)
{
    static char text[256];
    const struct case_run *r = &t->run;

    for (size_t o = 0; o < CASE_OUT_MAX && r->out[o]; o++) {
        size_t limbs = case_limbs(&r->c->out[o]);

        if (r->c->check) {
            memcpy(r->out[o], t->got[p][o], r->out_n[o] * limbs * sizeof *r->out[o]);
            continue;
        }
        for (size_t w = 0; w < r->out_n[o] * limbs; w++)
            if (t->got[p][o][w] != r->out[o][w]) {
                snprintf(text, sizeof text, "result %zu, element %zu of %zu is %#llx, not %#llx", o, w / limbs,
                         r->out_n[o], (unsigned long long)t->got[p][o][w], (unsigned long long)r->out[o][w]);
                return text;
            }
    }
    return r->c->check ? r->c->check(r) : NULL;
}
