/* bits.c - many ANDs become one inner product over GF(2^64). docs/protocols/rep3a.md, "Bits".
 *
 * Gate (p, m, j): bit j of word m of group p. Its weight is R[p] * S[m] * X^j. For one term of the sums:
 *
 *   words m of all groups: a polynomial in 6 variables with bits as coefficients
 *   prover: sum over p, j of R[p] X^j u v at each of 3^6 points
 *   value at r: one element of GF(2^64) for each (p, j), where there were 64 gates
 */
#include "mpc/rep3a/bits.h"

struct bits {
    struct rep3a_proof proof;
    struct rep3a_field f;
    const struct rep3a_bits_kernels *k;
    const struct rep3a_list *list;
    size_t groups; /* of results */
    uint64_t *r;   /* their weights R */
    uint64_t s[REP3A_GROUP];
    struct rep3a_inner inner;
};

static uint64_t *words(uint8_t *p)
{
    return (uint64_t *)(void *)p;
}

/* sum of R[g] S[m] value[m][g] */
static uint64_t claim_of(const struct bits *v, bool second)
{
    uint64_t claim = 0;
    size_t group = 0;

    for (const struct rep3a_block *b = v->list->first; b; group += b->n / REP3A_GROUP, b = b->next) {
        const uint64_t *value = words(second ? b->b : b->a);
        size_t groups = b->n / REP3A_GROUP;

        for (size_t m = 0; m < REP3A_GROUP; m++) {
            uint64_t part = 0;

            v->f.dot_add(&v->f, &part, value + m * groups, v->r + group, groups);
            claim ^= rep3a_mul_binary(part, v->s[m]);
        }
    }
    return claim;
}

static enum sotto_err draw_weights(struct bits *v)
{
    v->r = strand_room(v->proof.st, v->groups, sizeof *v->r);
    if (!v->r)
        return v->proof.st->s->fault.code;
    TRY(rep3a_challenge(&v->proof));
    TRY(rep3a_challenge_elements(&v->proof, &v->f, v->s, REP3A_GROUP));
    v->s[0] = 1;
    return rep3a_challenge_elements(&v->proof, &v->f, v->r, v->groups);
}

static enum sotto_err sums_at_points(struct bits *v, uint64_t *reduced)
{
    uint64_t(*sum)[2] = strand_alloc(v->proof.st, REP3A_POINTS_MAX, sizeof *sum);
    size_t group = 0;

    if (!sum)
        return v->proof.st->s->fault.code;
    for (const struct rep3a_block *b = v->list->first; b; group += b->n / REP3A_GROUP, b = b->next)
        for (size_t t = 0; t < b->terms; t++) {
            uint64_t *x[2] = { words(b->x[0]) + t * b->n, words(b->x[1]) + t * b->n },
                     *y[2] = { words(b->y[0]) + t * b->n, words(b->y[1]) + t * b->n };

            v->k->sums(sum, x, y, v->r + group, b->n / REP3A_GROUP);
        }
    for (size_t i = 0; i < REP3A_POINTS_MAX; i++)
        reduced[i] = rep3a_reduce_binary(sum[i]);
    return SOTTO_OK;
}

/* The corner 0 is not sent: the weighted corners make the claim. Then the value at r is the new claim. */
static void next_claim(const struct bits *v, uint64_t *share, uint64_t claim, const uint64_t *weight,
                       uint8_t *out)
{
    uint64_t value = 0;

    share[0] = claim;
    for (unsigned m = 1; m < REP3A_GROUP; m++)
        share[0] ^= rep3a_mul_binary(v->s[m], share[rep3a_corner(m)]);
    v->f.dot_add(&v->f, &value, share, weight, REP3A_POINTS_MAX);
    memcpy(out, &value, sizeof value);
}

static enum sotto_err wide_level(struct bits *v, uint64_t corner[REP3A_GROUP])
{
    struct strand *st = v->proof.st;
    uint64_t *sum = strand_alloc(st, REP3A_POINTS_MAX, sizeof *sum),
             *a = strand_alloc(st, REP3A_POINTS_MAX, sizeof *a),
             *b = strand_alloc(st, REP3A_POINTS_MAX, sizeof *b),
             *weight = strand_alloc(st, REP3A_POINTS_MAX, sizeof *weight), r[REP3A_WIDE_FOLD];

    if (!sum || !a || !b || !weight)
        return st->s->fault.code;
    TRY(sums_at_points(v, sum));
    TRY(rep3a_commit(&v->proof, &v->f, sum + 1, a + 1, b + 1, REP3A_POINTS_MAX - 1));
    TRY(rep3a_challenge(&v->proof));
    TRY(rep3a_challenge_elements(&v->proof, &v->f, r, REP3A_WIDE_FOLD));
    rep3a_point_weights(&v->f, REP3A_WIDE_FOLD, r, weight);
    next_claim(v, a, claim_of(v, false), weight, v->inner.a);
    next_claim(v, b, claim_of(v, true), weight, v->inner.b);
    rep3a_corner_weights(&v->f, REP3A_WIDE_FOLD, r, corner);
    return SOTTO_OK;
}

static enum sotto_err fold_gates(struct bits *v, const uint64_t corner[REP3A_GROUP])
{
    size_t room = v->inner.n < REP3A_FOLD_N ? REP3A_FOLD_N : v->inner.n, at = 0;
    size_t group = 0;

    uint8_t *vectors = strand_room(v->proof.st, 4 * room, 8);

    if (!vectors)
        return v->proof.st->s->fault.code;
    for (int s = 0; s < 2; s++) {
        v->inner.x[s] = vectors + (size_t)s * 8 * room;
        v->inner.y[s] = vectors + (size_t)(2 + s) * 8 * room;
    }
    for (const struct rep3a_block *b = v->list->first; b; group += b->n / REP3A_GROUP, b = b->next)
        for (size_t t = 0; t < b->terms; t++, at += b->n)
            for (int s = 0; s < 2; s++) {
                size_t groups = b->n / REP3A_GROUP;
                uint64_t *x = words(v->inner.x[s]) + at;

                v->k->fold(x, words(b->x[s]) + t * b->n, corner, groups);
                v->k->weigh(x, v->r + group, groups);
                v->k->fold(words(v->inner.y[s]) + at, words(b->y[s]) + t * b->n, corner, groups);
            }
    return SOTTO_OK;
}

static enum sotto_err prove(struct bits *v, struct strand *st)
{
    uint64_t corner[REP3A_GROUP];

    rep3a_field_binary(&v->f);
    v->k = rep3a_bits_kernels();
    for (const struct rep3a_block *b = v->list->first; b; b = b->next) {
        v->groups += b->n / REP3A_GROUP;
        v->inner.n += b->n * b->terms;
    }
    TRY(rep3a_proof_begin(&v->proof, st, 2 + rep3a_inner_coins(v->inner.n)));
    TRY(draw_weights(v));
    TRY(wide_level(v, corner));
    TRY(fold_gates(v, corner));
    return rep3a_inner_prove(&v->proof, &v->f, &v->inner);
}

enum sotto_err rep3a_prove_bits(struct strand *st, struct rep3a_job *job)
{
    struct bits *v = strand_alloc(st, 1, sizeof *v);
    enum sotto_err err;

    if (!v)
        return st->s->fault.code;
    v->list = &job->list;
    err = prove(v, st);
    rep3a_proof_end(&v->proof);
    return err;
}
