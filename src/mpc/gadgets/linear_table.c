/* linear_table.c - lookup in a table that all know, by a secret index. docs/protocols/linear.md, "Lookup".
 *
 * A plane of the result is a polynomial in the index's bits: a xor of monomials, each an and of some bits. With
 * the bits in two halves, it is the sum over monomials H of the high half of H & (a xor of monomials of the low
 * half): what is in brackets is local, and the sum is one inner product. */
#include "mpc/mpc.h"

enum { INDEX_BITS_MAX = 24 };

/* All monomials of q bits but the empty one: mono[mask], a plane of n elements each. */
struct monomials {
    unsigned q;
    struct shared *mono;
};

static unsigned log2_ceil(size_t n)
{
    unsigned l = 0;

    while (((size_t)1 << l) < n)
        l++;
    return l;
}

static enum sotto_err monomials_new(struct strand *st, struct monomials *m, const struct shared *index,
                                    unsigned from, unsigned q)
{
    m->q = q;
    m->mono = strand_alloc(st, (size_t)1 << q, sizeof *m->mono);
    if (!m->mono)
        return st->s->fault.code;
    for (size_t mask = 1; mask >> q == 0; mask++)
        TRY(strand_shared(st, &m->mono[mask], MPC_BITS, 1, index->n));
    for (unsigned i = 0; i < q; i++) {
        struct shared plane = shared_plane(index, from + i);

        shared_copy(&m->mono[(size_t)1 << i], &plane);
    }
    return SOTTO_OK;
}

/* Groups of `width` neighbouring bits have all their monomials; two and two of them are joined. */
static void join_groups(struct products *b, const struct monomials *m, unsigned width)
{
    for (unsigned at = 0; at + width < m->q; at += 2 * width) {
        unsigned more = m->q - at - width < width ? m->q - at - width : width;

        for (size_t i = 1; i >> width == 0; i++)
            for (size_t j = 1; j >> more == 0; j++)
                products_add(b, &m->mono[i << at | j << (at + width)], &m->mono[i << at],
                             &m->mono[j << (at + width)]);
    }
}

static enum sotto_err make_monomials(struct strand *st, const struct monomials *low,
                                     const struct monomials *high)
{
    unsigned most = low->q > high->q ? low->q : high->q;
    size_t rows = ((size_t)1 << low->q) + ((size_t)1 << high->q);

    for (unsigned width = 1; width < most; width *= 2) {
        struct arena_mark mark = arena_mark(&st->scratch);
        struct products b;

        TRY(products_init(&b, st, rows, rows));
        join_groups(&b, low, width);
        join_groups(&b, high, width);
        TRY(products_run(&b));
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

/* From values to coefficients: each is the xor of the values at all subsets of its monomial. */
static uint64_t *coefficients(struct strand *st, const uint64_t *table, size_t table_n, unsigned m,
                              unsigned limbs)
{
    size_t n = (size_t)limbs << m;
    uint64_t *c = strand_alloc(st, n, sizeof *c);

    if (!c)
        return NULL;
    memcpy(c, table, table_n * limbs * sizeof *c);
    for (unsigned bit = 0; bit < m; bit++)
        for (size_t i = 0; i < n; i++)
            if (i / limbs >> bit & 1)
                c[i] ^= c[i - ((size_t)limbs << bit)];
    return c;
}

/* z ^= the monomials of the low half with their coefficients, those of monomial `high` of the other half, for
 * the result's plane p. */
static void add_low(struct shared *z, const struct monomials *low, const uint64_t *c, size_t high, unsigned p,
                    unsigned limbs)
{
    for (size_t mask = 0; mask >> low->q == 0; mask++) {
        if (!(c[(high << low->q | mask) * limbs + p / 64] >> p % 64 & 1))
            continue;
        if (mask)
            shared_add(z, z, &low->mono[mask]);
        else
            shared_neg(z, z);
    }
}

static enum sotto_err add_high(struct strand *st, struct shared *z, const struct monomials *low,
                               const struct monomials *high, const uint64_t *c)
{
    size_t terms = ((size_t)1 << high->q) - 1;
    struct shared whole;
    struct products b;

    if (!terms)
        return SOTTO_OK;
    TRY(strand_shared(st, &whole, MPC_BITS, z->bits, z->n));
    TRY(products_init(&b, st, z->bits, z->bits * terms));
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(&whole, p);

        products_begin(&b, &to);
        for (size_t h = 1; h <= terms; h++) {
            struct shared factor;

            TRY(strand_shared(st, &factor, MPC_BITS, 1, z->n));
            add_low(&factor, low, c, h, p, shared_limbs(z));
            products_term(&b, &high->mono[h], &factor);
        }
    }
    TRY(products_run(&b));
    shared_add(z, z, &whole);
    return SOTTO_OK;
}

/* Bits of the index past those that the table needs are 0, or the result is. */
static enum sotto_err clear_out_of_range(struct strand *st, struct shared *z, const struct shared *index,
                                         unsigned m)
{
    unsigned more = index->bits - m;
    struct shared *plane = strand_alloc(st, more, sizeof *plane), *set[1] = { plane }, all;

    if (!plane)
        return st->s->fault.code;
    for (unsigned i = 0; i < more; i++) {
        struct shared from = shared_plane(index, m + i);

        TRY(strand_shared(st, &plane[i], MPC_BITS, 1, z->n));
        shared_neg(&plane[i], &from);
    }
    TRY(gadget_and_planes(st, set, more, 1));
    TRY(strand_shared(st, &all, MPC_BITS, z->bits, z->n));
    shared_copy(&all, z);
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(z, p);

        for (int a = 0; a < MPC_SHARES_MAX; a++)
            if (to.share[a])
                memset(to.share[a], 0, shared_words(&to) * 8);
    }
    return gadget_multiply(st, z, &plane[0], &all);
}

unsigned gadget_table_plan(unsigned m, unsigned bits, size_t n, size_t round_worth)
{
    uint64_t best = UINT64_MAX;
    unsigned plan = 0;

    for (unsigned high = 0; 2 * high <= m; high++) {
        unsigned low = m - high;
        uint64_t ands = ((uint64_t)1 << low) - 1 - low + ((uint64_t)1 << high) - 1 - high + (high ? bits : 0),
                 cost = ands * ring_words(n) * 12 + (log2_ceil(low) + (high ? 1u : 0u)) * round_worth;

        if (cost < best) {
            best = cost;
            plan = high;
        }
    }
    return plan;
}

enum sotto_err gadget_lookup_table(struct strand *st, struct shared *z, const struct shared *index,
                                   const uint64_t *table, size_t table_n)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned m = log2_ceil(table_n), split;
    size_t entries = table_n;
    struct monomials low, high;
    uint64_t *c;

    if (!z->n || !table_n)
        return SOTTO_OK;
    m = m < 1 ? 1 : m;
    assert(m <= INDEX_BITS_MAX && index->n == z->n && index->domain == MPC_BITS && z->domain == MPC_BITS);
    if (m > index->bits) { /* what cannot be reached is left out */
        m = index->bits;
        entries = (size_t)1 << m;
    }
    split = gadget_table_plan(m, z->bits, z->n, st->s->options.round_worth);
    c = coefficients(st, table, entries, m, shared_limbs(z));
    if (!c)
        return st->s->fault.code;
    TRY(monomials_new(st, &low, index, 0, m - split));
    TRY(monomials_new(st, &high, index, m - split, split));
    TRY(make_monomials(st, &low, &high));
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(z, p);

        add_low(&to, &low, c, 0, p, shared_limbs(z));
    }
    TRY(add_high(st, z, &low, &high, c));
    if (index->bits > m)
        TRY(clear_out_of_range(st, z, index, m));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
