/* extreme.c - least and greatest by a tournament. docs/protocols/gadgets.md, "Extremes".
 *
 * At each level, groups of 2^t consecutive elements: all pairs of a group are compared at once, the winner is
 * the candidate that wins all its comparisons, and an inner product with that one-hot choice carries value and
 * index on. Consecutive groups keep the order of the indices, so that preferring the earlier candidate on a
 * tie, at every level, prefers the lowest index. Elements past the end lose against anything: they are the
 * domain's worst value and come last.
 *
 *   pair vector:     | pair (0,1), all groups | pair (0,2), all groups | ... |   packed bit after bit
 *   choice vector:   | candidate 0, all groups | candidate 1, all groups | ... |
 */
#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

enum { LOG2_ARITY_MAX = 6, LEVELS_MAX = 32 };

/* --- the plan -------------------------------------------------------------------------------------------- */

static unsigned log2_ceil(size_t n)
{
    unsigned l = 0;

    while (((size_t)1 << l) < n)
        l++;
    return l;
}

static size_t groups_of(size_t n, unsigned log2_arity)
{
    return (n + ((size_t)1 << log2_arity) - 1) >> log2_arity;
}

static uint64_t level_cost(const struct mpc_cost *c, size_t n, unsigned log2_arity, unsigned bits,
                           unsigned carried)
{
    size_t groups = groups_of(n, log2_arity), candidates = groups == 1 ? n : (size_t)1 << log2_arity,
           pairs = candidates * (candidates - 1) / 2, depth = candidates - 1;
    struct carry_shape less = carry_choose(c, bits, false, ring_words(pairs * groups));
    uint64_t words = ring_words(pairs * groups) * less.ands +
                     ring_words(candidates * groups) * (candidates > 2 ? candidates - 2 : 0) +
                     ring_words(groups) * carried;

    return mpc_cost_weigh(c, less.rounds + log2_ceil(depth) + (carried ? 1 : 0), words);
}

size_t gadget_extreme_plan(const struct mpc_cost *c, size_t n, unsigned bits, bool value,
                           uint8_t log2_arity[32])
{
    unsigned all = log2_ceil(n);
    uint64_t best[LEVELS_MAX + 1];
    uint8_t choice[LEVELS_MAX + 1] = { 0 };
    size_t levels = 0;

    assert(all < LEVELS_MAX);
    best[all] = 0;
    for (unsigned done = all; done-- > 0;) {
        best[done] = UINT64_MAX;
        for (unsigned t = 1; t <= LOG2_ARITY_MAX && done + t <= all; t++) {
            unsigned carried = (done + t < all || value ? bits : 0) + done;
            uint64_t cost = level_cost(c, groups_of(n, done), t, bits, carried) + best[done + t];

            if (cost < best[done]) {
                best[done] = cost;
                choice[done] = (uint8_t)t;
            }
        }
    }
    for (unsigned done = 0; done < all; done += choice[done])
        log2_arity[levels++] = choice[done];
    return levels;
}

/* --- one level ------------------------------------------------------------------------------------------- */

struct level {
    const struct gadget_extreme *e;
    size_t groups, candidates;
    struct shared *value, *index; /* one vector a candidate, an element a group */
    struct shared won;            /* pair vector: the later candidate of the pair wins */
    struct shared choice;         /* choice vector: this candidate is the winner */
};

static size_t pair_at(size_t candidates, size_t s, size_t t)
{
    return s * candidates - s * (s + 1) / 2 + (t - s - 1);
}

/* Plane p of the value that loses against all others. */
static bool worst_bit(const struct gadget_extreme *e, unsigned p, unsigned bits)
{
    return e->least != (e->is_signed && p == bits - 1);
}

static enum sotto_err gather_candidates(struct strand *st, struct level *l, const struct shared *value,
                                        const struct shared *index)
{
    l->value = strand_alloc(st, l->candidates, sizeof *l->value);
    l->index = strand_alloc(st, l->candidates, sizeof *l->index);
    if (!l->value || !l->index)
        return st->s->fault.code;
    for (size_t c = 0; c < l->candidates; c++) {
        TRY(strand_shared(st, &l->value[c], MPC_BITS, value->bits, l->groups));
        for (unsigned p = 0; p < value->bits; p++) {
            struct shared from = shared_plane(value, p), to = shared_plane(&l->value[c], p);

            shared_gather(&to, &from, c, l->candidates, worst_bit(l->e, p, value->bits));
        }
        if (!index->bits)
            continue;
        TRY(strand_shared(st, &l->index[c], MPC_BITS, index->bits, l->groups));
        shared_gather(&l->index[c], index, c, l->candidates, false);
    }
    return SOTTO_OK;
}

static enum sotto_err compare_all_pairs(struct strand *st, struct level *l)
{
    size_t n = l->candidates * (l->candidates - 1) / 2 * l->groups;
    struct shared x, y;
    unsigned bits = l->value->bits;

    TRY(strand_shared(st, &l->won, MPC_BITS, 1, n));
    TRY(strand_shared(st, &x, MPC_BITS, bits, n));
    TRY(strand_shared(st, &y, MPC_BITS, bits, n));
    for (size_t s = 0; s < l->candidates; s++)
        for (size_t t = s + 1; t < l->candidates; t++) {
            size_t at = pair_at(l->candidates, s, t) * l->groups;

            shared_place(&x, at, &l->value[l->e->least ? t : s]);
            shared_place(&y, at, &l->value[l->e->least ? s : t]);
        }
    return gadget_less(st, &l->won, &x, &y, 1, l->e->is_signed);
}

/* Candidate t wins when it beats every earlier one and no later one beats it. */
static enum sotto_err choose(struct strand *st, struct level *l)
{
    size_t literals = l->candidates - 1;
    struct shared *plane = strand_alloc(st, literals, sizeof *plane), *set[1] = { plane }, one;

    if (!plane)
        return st->s->fault.code;
    TRY(strand_shared(st, &one, MPC_BITS, 1, l->groups));
    for (size_t i = 0; i < literals; i++) {
        TRY(strand_shared(st, &plane[i], MPC_BITS, 1, l->candidates * l->groups));
        for (size_t t = 0; t < l->candidates; t++) {
            bool earlier = i < t; /* the other candidate is i, or i + 1 where that comes after t */
            size_t pair = earlier ? pair_at(l->candidates, i, t) : pair_at(l->candidates, t, i + 1);

            shared_gather(&one, &l->won, pair * l->groups, 1, false);
            if (!earlier)
                shared_neg(&one, &one);
            shared_place(&plane[i], t * l->groups, &one);
        }
    }
    TRY(gadget_and_planes(st, set, literals, 1));
    l->choice = plane[0];
    return SOTTO_OK;
}

/* value and index of the winners: inner products with the choice; the level's own digit of the index is linear.
 */
static enum sotto_err carry_on(struct strand *st, const struct level *l, struct shared *value,
                               struct shared *index, unsigned index_bits)
{
    size_t rows = (value ? value->bits : 0) + index_bits;
    struct shared *chosen = strand_alloc(st, l->candidates, sizeof *chosen);
    struct products b;

    if (!chosen)
        return st->s->fault.code;
    for (size_t c = 0; c < l->candidates; c++) {
        TRY(strand_shared(st, &chosen[c], MPC_BITS, 1, l->groups));
        shared_gather(&chosen[c], &l->choice, c * l->groups, 1, false);
    }
    TRY(products_init(&b, st, rows, rows * l->candidates));
    for (unsigned p = 0; p < rows; p++) {
        bool is_value = value && p < value->bits;
        unsigned plane = is_value || !value ? p : p - value->bits;
        struct shared z = shared_plane(is_value ? value : index, plane);

        products_begin(&b, &z);
        for (size_t c = 0; c < l->candidates; c++) {
            struct shared from = shared_plane(is_value ? &l->value[c] : &l->index[c], plane);

            products_term(&b, &chosen[c], &from);
        }
    }
    TRY(products_run(&b));
    for (unsigned p = index_bits; index && p < index->bits; p++)
        for (size_t c = 0; c < l->candidates; c++)
            if (c >> (p - index_bits) & 1) {
                struct shared z = shared_plane(index, p);

                shared_add(&z, &z, &chosen[c]);
            }
    return SOTTO_OK;
}

static enum sotto_err run_level(struct strand *st, const struct gadget_extreme *e, struct shared *value,
                                struct shared *index, unsigned log2_arity)
{
    struct level l = { .e = e, .groups = groups_of(value->n, log2_arity) };
    struct shared next_value, next_index = { .domain = MPC_BITS };
    bool keep_value;

    l.candidates = l.groups == 1 ? value->n : (size_t)1 << log2_arity;
    keep_value = l.groups > 1 || e->value;
    TRY(gather_candidates(st, &l, value, index));
    TRY(compare_all_pairs(st, &l));
    TRY(choose(st, &l));
    if (keep_value)
        TRY(strand_shared(st, &next_value, MPC_BITS, value->bits, l.groups));
    if (e->index)
        TRY(strand_shared(st, &next_index, MPC_BITS, index->bits + log2_arity, l.groups));
    TRY(carry_on(st, &l, keep_value ? &next_value : NULL, e->index ? &next_index : NULL, index->bits));
    if (keep_value)
        *value = next_value;
    else
        value->n = l.groups;
    *index = next_index;
    return SOTTO_OK;
}

enum sotto_err gadget_extreme(struct strand *st, const struct gadget_extreme *e, const struct shared *x)
{
    struct shared value = *x, index = { .domain = MPC_BITS, .bits = 0 };
    uint8_t log2_arity[LEVELS_MAX];
    struct mpc_cost cost = mpc_cost_of(st);
    size_t levels = gadget_extreme_plan(&cost, x->n, x->bits, e->value != NULL, log2_arity);

    assert(x->n >= 1);
    if (e->index && e->low)
        index = *e->low;
    for (size_t i = 0; i < levels; i++)
        TRY(run_level(st, e, &value, &index, log2_arity[i]));
    if (e->value)
        shared_copy(e->value, &value);
    for (unsigned p = 0; e->index && p < index.bits && p < e->index->bits; p++) {
        struct shared from = shared_plane(&index, p), to = shared_plane(e->index, p);

        shared_copy(&to, &from);
    }
    return SOTTO_OK;
}
