/* linear_scan.c - scans within segments whose borders are secret. docs/protocols/linear.md, "Scans".
 *
 * Element i carries a value v and a bit g ("goes on"): 0 where a segment begins. Neighbours join as
 *   (v1, g1) o (v2, g2) = (g2 ? v1 op v2 : v2, g1 & g2)
 * which is associative. Pairs of neighbours are joined d times, the rest is scanned by Sklansky's tree, and on
 * the way back every even place takes in the scan of the pair before it:
 *
 *   x0 x1 x2 x3 x4      pairs: p0 = x0 o x1, p1 = x2 o x3
 *   x0 s0 .. s1 ..      s = scan of p; place 2 = s0 o x2, place 4 = s1 o x4
 */
#include "mpc/mpc.h"

struct run {
    const struct gadget_scan *how;
    unsigned pairings; /* d: how often pairs are still joined */
};

/* Values and, where there are segments, g: one plane for BITS, words 0 and 1 for ARITH. */
struct nodes {
    struct shared v, g;
};

static enum sotto_err nodes_new(struct strand *st, struct nodes *z, const struct nodes *like, size_t n)
{
    z->g = like->g;
    TRY(strand_shared(st, &z->v, like->v.domain, like->v.bits, n));
    return like->g.bits ? strand_shared(st, &z->g, like->g.domain, like->g.bits, n) : SOTTO_OK;
}

/* z += g * x for every row, and with it in the same round zg = g * also, if `also` is given. */
static enum sotto_err mask_rows(struct strand *st, struct shared *z, const struct shared *x,
                                const struct shared *g, struct shared *zg, const struct shared *also)
{
    unsigned rows = shared_rows(x);
    struct products b;

    TRY(products_init(&b, st, rows + 1, rows + 1));
    for (unsigned r = 0; r < rows; r++) {
        if (x->domain == MPC_ARITH) {
            products_add(&b, z, g, x);
        } else {
            struct shared zr = shared_plane(z, r), xr = shared_plane(x, r);

            products_add(&b, &zr, g, &xr);
        }
    }
    if (also)
        products_add(&b, zg, g, also);
    return products_run(&b);
}

/* z = x | y, one round. */
static enum sotto_err either(struct strand *st, struct shared *z, const struct shared *x,
                             const struct shared *y)
{
    TRY(gadget_multiply(st, z, x, y));
    shared_add(z, z, x);
    shared_add(z, z, y);
    return SOTTO_OK;
}

/* keep: v1 stays rather than v2, for MIN and MAX; on a tie they are the same. */
static enum sotto_err lower_stays(struct strand *st, const struct run *s, struct shared *keep,
                                  const struct nodes *x, const struct nodes *y)
{
    bool max = s->how->op == LINEAR_MAX;

    TRY(gadget_less(st, keep, max ? &x->v : &y->v, max ? &y->v : &x->v, 1, s->how->is_signed));
    shared_neg(keep, keep);
    return SOTTO_OK;
}

static enum sotto_err join_extreme(struct strand *st, const struct run *s, struct nodes *z,
                                   const struct nodes *x, const struct nodes *y, bool want_g)
{
    struct shared keep, both, difference;
    const struct shared *chosen = &keep;

    TRY(strand_shared(st, &keep, MPC_BITS, 1, x->v.n));
    TRY(lower_stays(st, s, &keep, x, y));
    if (y->g.bits) {
        TRY(strand_shared(st, &both, MPC_BITS, 1, x->v.n));
        TRY(mask_rows(st, &both, &keep, &y->g, &z->g, want_g ? &x->g : NULL));
        chosen = &both;
    }
    TRY(strand_shared(st, &difference, MPC_BITS, x->v.bits, x->v.n));
    shared_sub(&difference, &x->v, &y->v);
    TRY(mask_rows(st, &z->v, &difference, chosen, NULL, NULL));
    shared_add(&z->v, &z->v, &y->v);
    return SOTTO_OK;
}

/* OR, and SUM on BITS: what the lower one brings is masked first. */
static enum sotto_err join_masked(struct strand *st, const struct run *s, struct nodes *z,
                                  const struct nodes *x, const struct nodes *y, bool want_g)
{
    struct shared lower = x->v;

    if (y->g.bits) {
        TRY(strand_shared(st, &lower, MPC_BITS, x->v.bits, x->v.n));
        TRY(mask_rows(st, &lower, &x->v, &y->g, &z->g, want_g ? &x->g : NULL));
    }
    return s->how->op == LINEAR_SUM ? gadget_add_bits(st, &z->v, &lower, &y->v)
                                    : either(st, &z->v, &lower, &y->v);
}

/* z = x o y, element by element. */
static enum sotto_err join(struct strand *st, const struct run *s, struct nodes *z, const struct nodes *x,
                           const struct nodes *y, bool want_g)
{
    struct shared difference = x->v;

    if (s->how->op == LINEAR_MIN || s->how->op == LINEAR_MAX)
        return join_extreme(st, s, z, x, y, want_g);
    if (s->how->op == LINEAR_OR || s->how->op == LINEAR_AND ||
        (s->how->op == LINEAR_SUM && x->v.domain == MPC_BITS))
        return join_masked(st, s, z, x, y, want_g);
    if (s->how->op == LINEAR_COPY) {
        TRY(strand_shared(st, &difference, x->v.domain, x->v.bits, x->v.n));
        shared_sub(&difference, &x->v, &y->v);
    }
    TRY(mask_rows(st, &z->v, &difference, &y->g, &z->g, want_g ? &x->g : NULL));
    shared_add(&z->v, &z->v, &y->v);
    return SOTTO_OK;
}

/* --- Sklansky's tree, for few elements -------------------------------------------------------------------- */

/* Places with bit `level` set, and for each the one just below its block of 2^level. */
static size_t places(size_t n, unsigned level, size_t *upper, size_t *lower)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if (i >> level & 1) {
            upper[count] = i;
            lower[count++] = (i >> level << level) - 1;
        }
    return count;
}

static enum sotto_err tree_level(struct strand *st, const struct run *s, struct nodes *x, unsigned level,
                                 bool last)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t *upper = strand_alloc(st, x->v.n, sizeof *upper), *lower = strand_alloc(st, x->v.n, sizeof *lower),
           n;
    struct nodes lo, hi, z;

    if (!upper || !lower)
        return st->s->fault.code;
    n = places(x->v.n, level, upper, lower);
    TRY(nodes_new(st, &lo, x, n));
    TRY(nodes_new(st, &hi, x, n));
    TRY(nodes_new(st, &z, x, n));
    linear_gather(&lo.v, &x->v, lower);
    linear_gather(&hi.v, &x->v, upper);
    if (x->g.bits) {
        linear_gather(&lo.g, &x->g, lower);
        linear_gather(&hi.g, &x->g, upper);
    }
    TRY(join(st, s, &z, &lo, &hi, !last && x->g.bits));
    linear_scatter(&x->v, &z.v, upper);
    if (x->g.bits && !last)
        linear_scatter(&x->g, &z.g, upper);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* In place. */
static enum sotto_err tree(struct strand *st, const struct run *s, struct nodes *x)
{
    for (unsigned level = 0; (size_t)1 << level < x->v.n; level++)
        TRY(tree_level(st, s, x, level, (size_t)2 << level >= x->v.n));
    return SOTTO_OK;
}

/* --- pairs of neighbours ---------------------------------------------------------------------------------- */

static enum sotto_err scan(struct strand *st, struct run s, struct nodes *x);

/* What even places from 2 on take in, the scan of the pairs before them. */
static enum sotto_err even_places(struct strand *st, const struct run *s, struct nodes *even,
                                  const struct nodes *pairs)
{
    size_t n = even->v.n - 1;
    struct nodes lo, hi, z;

    if (!n)
        return SOTTO_OK;
    TRY(nodes_new(st, &lo, even, n));
    TRY(nodes_new(st, &hi, even, n));
    TRY(nodes_new(st, &z, even, n));
    shared_gather(&lo.v, &pairs->v, 0, 1, false);
    shared_gather(&hi.v, &even->v, 1, 1, false);
    if (even->g.bits)
        shared_gather(&hi.g, &even->g, 1, 1, false);
    TRY(join(st, s, &z, &lo, &hi, false));
    if (even->v.domain == MPC_ARITH) {
        struct shared rest = shared_slice(&even->v, 1, n);

        shared_copy(&rest, &z.v);
        return SOTTO_OK;
    }
    TRY(strand_shared(st, &lo.v, MPC_BITS, even->v.bits, 1));
    shared_gather(&lo.v, &even->v, 0, 1, false);
    TRY(strand_shared(st, &even->v, MPC_BITS, even->v.bits, n + 1));
    shared_place(&even->v, 0, &lo.v);
    shared_place(&even->v, 1, &z.v);
    return SOTTO_OK;
}

static enum sotto_err by_pairs(struct strand *st, struct run s, struct nodes *x)
{
    size_t n = x->v.n;
    struct nodes even, odd, pairs;

    TRY(nodes_new(st, &even, x, n - n / 2));
    TRY(nodes_new(st, &odd, x, n / 2));
    TRY(nodes_new(st, &pairs, x, n / 2));
    linear_unzip(&even.v, &odd.v, &x->v);
    if (x->g.bits)
        linear_unzip(&even.g, &odd.g, &x->g);
    {
        struct nodes lo = even; /* the first n/2 of them */

        lo.v.n = lo.g.n = n / 2;
        TRY(join(st, &s, &pairs, &lo, &odd, x->g.bits && n / 2 > 1));
    }
    s.pairings--;
    TRY(scan(st, s, &pairs));
    TRY(even_places(st, &s, &even, &pairs));
    linear_zip(&x->v, &even.v, &pairs.v);
    return SOTTO_OK;
}

/* In place; g is spent. */
static enum sotto_err scan(struct strand *st, struct run s, struct nodes *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);

    if (x->v.n > 1)
        TRY(s.pairings ? by_pairs(st, s, x) : tree(st, &s, x));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- the plan --------------------------------------------------------------------------------------------- */

static unsigned log2_ceil(size_t n)
{
    unsigned l = 0;

    while (((size_t)1 << l) < n)
        l++;
    return l;
}

/* Rows of 1 bit an element that one join multiplies, about, and its rounds. */
static uint64_t join_cost(size_t n, unsigned bits, enum linear_op op, bool segments, size_t round_worth)
{
    uint64_t rows = bits + (segments ? 1 : 0), rounds = 1;

    if (op == LINEAR_MIN || op == LINEAR_MAX) {
        rows += 3 * (uint64_t)bits;
        rounds += log2_ceil(bits) + 1 + (segments ? 1 : 0);
    } else if (op != LINEAR_COPY && segments) {
        rows += bits;
        rounds++;
    }
    return rows * ring_words(n) * 12 + rounds * round_worth;
}

unsigned gadget_scan_plan(size_t n, unsigned bits, enum mpc_domain domain, enum linear_op op, bool segments,
                          size_t round_worth)
{
    uint64_t best = UINT64_MAX, before = 0;
    unsigned plan = 0, d = 0;

    /* An ARITH flag is a word as long as the value. */
    bits *= domain == MPC_ARITH && segments ? 2 : 1;
    for (; n > 1; n /= 2, d++) {
        uint64_t all = before + log2_ceil(n) * join_cost(n / 2, bits, op, segments, round_worth);

        if (all < best) {
            best = all;
            plan = d;
        }
        before += 2 * join_cost(n / 2, bits, op, segments, round_worth);
    }
    return plan;
}

/* --- the whole -------------------------------------------------------------------------------------------- */

/* g of every element: not first, except that element 0 is. */
static enum sotto_err goes_on(struct strand *st, struct nodes *x, const struct gadget_scan *how)
{
    const uint64_t zero[4] = { 0 };
    struct shared bit, none;

    x->g = (struct shared){ .bits = 0 };
    if (!how->first)
        return SOTTO_OK;
    assert(how->first->domain == MPC_BITS && how->first->bits == 1 && how->first->n == x->v.n);
    TRY(strand_shared(st, &bit, MPC_BITS, 1, x->v.n));
    if (how->backward)
        linear_reverse(&bit, how->first);
    else
        shared_copy(&bit, how->first);
    shared_neg(&bit, &bit);
    TRY(strand_shared(st, &none, MPC_BITS, 1, 1));
    shared_public(&none, zero, true);
    shared_put(&bit, 0, &none);
    if (x->v.domain == MPC_BITS) {
        x->g = bit;
        return SOTTO_OK;
    }
    TRY(strand_shared(st, &x->g, MPC_ARITH, x->v.bits, x->v.n));
    return gadget_bit_to_arith(st, &x->g, &bit);
}

static void copy_first(struct shared *z, const struct shared *x, struct shared *one)
{
    shared_gather(one, x, 0, 1, false);
    shared_repeat(z, one);
}

enum sotto_err gadget_scan(struct strand *st, struct shared *z, const struct shared *x,
                           const struct gadget_scan *how)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct run s = { how, gadget_scan_plan(x->n, x->bits, x->domain, how->op, how->first != NULL,
                                           st->s->options.round_worth) };
    struct nodes w = { .g = { .bits = 0 } };
    struct shared one;

    assert(x->domain == MPC_BITS || how->op == LINEAR_COPY || how->op == LINEAR_SUM);
    if (!x->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &w.v, x->domain, x->bits, x->n));
    TRY(strand_shared(st, &one, x->domain, x->bits, 1));
    if (how->backward)
        linear_reverse(&w.v, x);
    else
        shared_copy(&w.v, x);
    TRY(goes_on(st, &w, how));
    if (how->op == LINEAR_AND)
        shared_neg(&w.v, &w.v);
    if (!how->first && how->op == LINEAR_COPY)
        copy_first(&w.v, &w.v, &one);
    else if (!how->first && how->op == LINEAR_SUM && x->domain == MPC_ARITH)
        linear_prefix_sum(&w.v, &w.v);
    else
        TRY(scan(st, s, &w));
    if (how->op == LINEAR_AND)
        shared_neg(&w.v, &w.v);
    if (how->backward)
        linear_reverse(z, &w.v);
    else
        shared_copy(z, &w.v);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
