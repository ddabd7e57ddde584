/* prime.c - products in a named prime field become one inner product in it; so do moves, and moves of pieces of
 * bits in GF(2^64). docs/protocols/rep3a.md, "Prime fields" and "Moves". */
#include "mpc/rep3a/rep3a.h"

struct primes {
    struct rep3a_proof proof;
    struct rep3a_field f;
    struct rep3a_inner inner;
};

/* x times the result's weight, and the claims, block by block. */
static enum sotto_err take_block(struct primes *v, const struct rep3a_block *b, size_t at)
{
    struct strand *st = v->proof.st;
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct rep3a_field *f = &v->f;
    uint8_t *weight = strand_alloc(st, b->n, f->len);

    if (!weight)
        return st->s->fault.code;
    TRY(rep3a_challenge_elements(&v->proof, f, weight, b->n));
    f->dot_add(f, v->inner.a, weight, b->a, b->n);
    f->dot_add(f, v->inner.b, weight, b->b, b->n);
    if (b->moves) {
        uint8_t *const x[2] = { v->inner.x[0] + at * f->len, v->inner.x[1] + at * f->len };

        rep3a_moved_weights(f, b, st->s->self, weight, x);
    }
    for (int s = 0; s < 2; s++) {
        memcpy(v->inner.y[s] + at * f->len, b->y[s], b->n * b->terms * f->len);
        for (size_t t = 0; t < b->terms && !b->moves; t++)
            f->kernels->mul_add(v->inner.x[s] + (at + t * b->n) * f->len, b->x[s] + t * b->n * f->len, weight,
                                b->n);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err prove(struct primes *v, struct strand *st, const struct rep3a_job *job)
{
    size_t n = job->list.n, room = n < REP3A_FOLD_N ? REP3A_FOLD_N : n, at = 0;

    if (job->kind == REP3A_ITEMS)
        rep3a_field_binary(&v->f);
    else
        rep3a_field_named(&v->f, rep3a_kind_bits(job->kind));
    v->inner.n = n;
    TRY(rep3a_proof_begin(&v->proof, st, 1 + rep3a_inner_coins(n)));
    TRY(rep3a_challenge(&v->proof));
    for (int s = 0; s < 2; s++) {
        v->inner.x[s] = strand_alloc(st, room, v->f.len);
        v->inner.y[s] = strand_alloc(st, room, v->f.len);
        if (!v->inner.x[s] || !v->inner.y[s])
            return st->s->fault.code;
    }
    for (const struct rep3a_block *b = job->list.first; b; at += b->n * b->terms, b = b->next)
        TRY(take_block(v, b, at));
    return rep3a_inner_prove(&v->proof, &v->f, &v->inner);
}

enum sotto_err rep3a_prove_prime(struct strand *st, struct rep3a_job *job)
{
    struct primes *v = strand_alloc(st, 1, sizeof *v);
    enum sotto_err err;

    if (!v)
        return st->s->fault.code;
    err = prove(v, st, job);
    rep3a_proof_end(&v->proof);
    return err;
}
