/* inner.c - the proof of an inner product: eight elements become one at each level.
 * docs/protocols/rep3a.md, "Inner product".
 *
 *   n elements = 8 runs of h = ceil(n/8) ones, zeros past the end
 *   run 0 | run 1 | ... | run 7       element e of all of them: a multilinear polynomial in 3 variables
 *   value at r                        h elements
 */
#include "mpc/rep3a/rep3a.h"

enum { CHUNK = 64, FOLD_POINTS = 27, LAST = REP3A_FOLD_N - 1 };

unsigned rep3a_inner_coins(size_t n)
{
    unsigned coins = 1;

    for (; n > LAST; n = (n + LAST) / REP3A_FOLD_N)
        coins++;
    return coins;
}

/* Values at the corners, run after run of `n` elements, become values at all points: the coefficient of the
 * square at infinity is that of the difference. */
static void to_points(const struct rep3a_field *f, uint8_t *v, size_t n)
{
    size_t len = n * f->len;

    for (unsigned m = REP3A_FOLD_N; m-- > 1;) /* corners to their places, from the end */
        memmove(v + rep3a_corner(m) * len, v + m * len, len);
    for (unsigned digit = 1; digit < FOLD_POINTS; digit *= 3)
        for (unsigned t = 0; t < FOLD_POINTS; t++) {
            bool known = true; /* of the later digits only 0 and 1 are there yet */

            for (unsigned later = digit; later < FOLD_POINTS; later *= 3)
                known &= t / later % 3 < 2 || later == digit;
            if (known && t / digit % 3 == 2)
                f->sub(f, v + t * len, v + (t - digit) * len, v + (t - 2 * digit) * len, n);
        }
}

struct level {
    const struct rep3a_field *f;
    size_t n, h; /* elements, and of a run */
    uint8_t *u, *v;
};

/* Elements from..from+n of all runs of x[0] + x[1]. */
static void gather(const struct level *l, uint8_t *to, uint8_t *const x[2], size_t from, size_t n)
{
    const struct rep3a_field *f = l->f;

    for (unsigned m = 0; m < REP3A_FOLD_N; m++) {
        size_t at = m * l->h + from, there = at >= l->n ? 0 : l->n - at < n ? l->n - at : n;
        uint8_t *run = to + m * n * f->len;

        f->add(f, run, x[0] + at * f->len, x[1] + at * f->len, there);
        memset(run + there * f->len, 0, (n - there) * f->len);
    }
}

/* sums[t] = sum over the elements of the product at point t. */
static void sums_at_points(const struct level *l, const struct rep3a_inner *v, uint8_t *sums)
{
    const struct rep3a_field *f = l->f;

    if (f->points) {
        f->points(f, sums, (const void *const[2]){ v->x[0], v->x[1] },
                  (const void *const[2]){ v->y[0], v->y[1] }, l->n, l->h);
        return;
    }
    memset(sums, 0, FOLD_POINTS * f->len);
    for (size_t from = 0; from < l->h; from += CHUNK) {
        size_t n = l->h - from < CHUNK ? l->h - from : CHUNK;

        gather(l, l->u, v->x, from, n);
        gather(l, l->v, v->y, from, n);
        to_points(f, l->u, n);
        to_points(f, l->v, n);
        for (unsigned t = 0; t < FOLD_POINTS; t++)
            f->dot_add(f, sums + t * f->len, l->u + t * n * f->len, l->v + t * n * f->len, n);
    }
}

/* x = its value at r: run m times weight m, all added up. */
static void fold(const struct level *l, uint8_t *x, const uint8_t *weight)
{
    const struct rep3a_field *f = l->f;

    if (f->fold) {
        f->fold(f, x, weight, l->n, l->h);
        return;
    }
    for (size_t from = 0; from < l->h; from += CHUNK) {
        size_t n = l->h - from < CHUNK ? l->h - from : CHUNK;

        memset(l->u, 0, n * f->len);
        for (unsigned m = 0; m < REP3A_FOLD_N; m++) {
            size_t at = m * l->h + from, there = at >= l->n ? 0 : l->n - at < n ? l->n - at : n;

            f->scale_add(f, l->u, x + at * f->len, weight + m * f->len, there);
        }
        memcpy(x + from * f->len, l->u, n * f->len); /* run 0 of this place has been read */
    }
}

/* The first corner is not sent: all corners together make the claim. The blind corner of the last level is no
 * part of it. */
static void first_corner(const struct rep3a_field *f, uint8_t *share, const uint8_t *claim, bool blind)
{
    unsigned corners = blind ? LAST : REP3A_FOLD_N;

    memcpy(share, claim, f->len);
    for (unsigned m = 1; m < corners; m++)
        f->sub(f, share, share, share + rep3a_corner(m) * f->len, 1);
}

static void value_at(const struct rep3a_field *f, uint8_t *claim, const uint8_t *share, const uint8_t *weight)
{
    memset(claim, 0, f->len);
    f->dot_add(f, claim, share, weight, FOLD_POINTS);
}

static enum sotto_err prove_level(struct rep3a_proof *p, const struct level *l, struct rep3a_inner *v,
                                  bool blind)
{
    const struct rep3a_field *f = l->f;
    _Alignas(64) uint8_t sums[FOLD_POINTS * REP3A_ELEMENT_LEN_MAX], a[sizeof sums], b[sizeof sums],
        r[REP3A_FOLD * REP3A_ELEMENT_LEN_MAX], weight[sizeof sums];

    sums_at_points(l, v, sums);
    TRY(rep3a_commit(p, f, sums + f->len, a + f->len, b + f->len, FOLD_POINTS - 1));
    first_corner(f, a, v->a, blind);
    first_corner(f, b, v->b, blind);
    TRY(rep3a_challenge(p));
    TRY(rep3a_challenge_elements(p, f, r, REP3A_FOLD));
    rep3a_point_weights(f, REP3A_FOLD, r, weight);
    value_at(f, v->a, a, weight);
    value_at(f, v->b, b, weight);
    rep3a_corner_weights(f, REP3A_FOLD, r, weight);
    for (int s = 0; s < 2; s++) {
        fold(l, v->x[s], weight);
        fold(l, v->y[s], weight);
    }
    mem_wipe(sums, sizeof sums);
    return SOTTO_OK;
}

/* The last corner is random and known to the prover and one verifier each: what is opened is uniform. */
static enum sotto_err add_blind(struct rep3a_proof *p, const struct rep3a_field *f, struct rep3a_inner *v)
{
    uint8_t stream[2 * REP3A_DRAW_LEN_MAX], blind[2 * REP3A_ELEMENT_LEN_MAX];

    for (int s = 0; s < 2; s++) {
        memset(v->x[s] + v->n * f->len, 0, (REP3A_FOLD_N - v->n) * f->len);
        memset(v->y[s] + v->n * f->len, 0, (REP3A_FOLD_N - v->n) * f->len);
        TRY(strand_stream(p->st, (p->st->s->self + s) % REP3A_PARTIES, p->st->step, REP3A_USE_BLIND, stream,
                          2 * f->draw_len));
        f->draw(f, blind, stream, 2);
        memcpy(v->x[s] + LAST * f->len, blind, f->len);
        memcpy(v->y[s] + LAST * f->len, blind + f->len, f->len);
    }
    mem_wipe(stream, sizeof stream);
    v->n = REP3A_FOLD_N;
    return SOTTO_OK;
}

/* The verifier i+1 tells the verifier i-1 its shares of both values and of the claim; the product must fit. */
static enum sotto_err compare(struct rep3a_proof *p, const struct rep3a_field *f, const struct rep3a_inner *v)
{
    struct strand *st = p->st;
    int self = st->s->self, next = rep3a_next(self), before = rep3a_before(self);
    struct exchange *x = strand_alloc(st, 1, sizeof *x);
    _Alignas(64) uint8_t mine[3 * REP3A_ELEMENT_LEN_MAX], theirs[sizeof mine],
        product[REP3A_ELEMENT_LEN_MAX] = { 0 };

    if (!x)
        return st->s->fault.code;
    memcpy(mine, v->x[0], f->len);
    memcpy(mine + f->len, v->y[0], f->len);
    memcpy(mine + 2 * f->len, v->b, f->len);
    x->out[next].buf = mine;
    x->in[before].buf = theirs;
    x->out[next].len = x->in[before].len = 3 * f->len;
    TRY(rep3a_exchange(st, x));
    f->canonical(f, theirs, 3);
    f->add(f, theirs, theirs, v->x[1], 1);
    f->add(f, theirs + f->len, theirs + f->len, v->y[1], 1);
    f->add(f, theirs + 2 * f->len, theirs + 2 * f->len, v->a, 1);
    f->dot_add(f, product, theirs, theirs + f->len, 1);
    if (!crypto_equal(product, theirs + 2 * f->len, f->len))
        return strand_accuse(st, 1u << next | 1u << before,
                             "party %d's products are not what it proved, or party %d lies about them", next,
                             before);
    return SOTTO_OK;
}

enum sotto_err rep3a_inner_prove(struct rep3a_proof *p, const struct rep3a_field *f, struct rep3a_inner *v)
{
    struct level l = { .f = f };

    l.u = strand_room(p->st, (size_t)FOLD_POINTS * CHUNK, f->len);
    l.v = strand_room(p->st, (size_t)FOLD_POINTS * CHUNK, f->len);
    if (!l.u || !l.v)
        return p->st->s->fault.code;
    while (v->n > LAST) {
        l.n = v->n;
        l.h = (v->n + LAST) / REP3A_FOLD_N;
        TRY(prove_level(p, &l, v, false));
        v->n = l.h;
    }
    TRY(add_blind(p, f, v));
    l.n = REP3A_FOLD_N;
    l.h = 1;
    TRY(prove_level(p, &l, v, true));
    return compare(p, f, v);
}
