/* linear_lookup.c - reading and writing a secret vector at a secret index. docs/protocols/linear.md, "Lookup".
 *
 * The index becomes one-hot vectors of its low and of its high half, several bits a word:
 *     z = sum over h of high[h] * (sum over l of x[h, l] * low[l]),
 * two inner products, of which only the results are sent. */
#include "mpc/mpc.h"

enum { INDEX_BITS_MAX = 64 };

/* n one-hot vectors of `size` elements each, one after another. Of size 1: a bit that is 1 where all is well.
 */
struct hot {
    size_t size;
    struct shared v;
};

static unsigned log2_ceil(size_t n)
{
    unsigned l = 0;

    while (((size_t)1 << l) < n)
        l++;
    return l;
}

/* Bit `plane` of the index as (1 - b, b); past the vector's bits: 1 - b alone. */
static enum sotto_err hot_bit(struct strand *st, struct hot *h, const struct shared *index, unsigned plane,
                              bool counts)
{
    struct shared bit = shared_plane(index, plane), not_bit;

    TRY(strand_shared(st, &not_bit, MPC_BITS, 1, index->n));
    shared_neg(&not_bit, &bit);
    h->size = counts ? 2 : 1;
    h->v = not_bit;
    if (!counts)
        return SOTTO_OK;
    TRY(strand_shared(st, &h->v, MPC_BITS, 1, 2 * index->n));
    linear_zip(&h->v, &not_bit, &bit);
    return SOTTO_OK;
}

/* z from `at` on: element (e, i, j) is element (e, i) of high, or (e, j) of low. */
static void spread(struct shared *z, size_t at, const struct hot *high, const struct hot *low, size_t n,
                   bool is_high)
{
    const struct shared *x = is_high ? &high->v : &low->v;

    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (size_t e = 0, to = at; z->share[a] && e < n; e++)
            for (size_t i = 0; i < high->size; i++)
                for (size_t j = 0; j < low->size; j++, to++)
                    ring_set_bit(z->share[a], to,
                                 ring_bit(x->share[a], is_high ? e * high->size + i : e * low->size + j));
}

/* Neighbours of a list become one: their outer products. hot[0] has the lowest bits. */
struct list {
    struct hot *hot;
    size_t n;
};

static size_t joined_n(const struct list *l, size_t n)
{
    size_t sum = 0;

    for (size_t i = 0; i + 1 < l->n; i += 2)
        sum += n * l->hot[i].size * l->hot[i + 1].size;
    return sum;
}

static size_t spread_list(const struct list *l, size_t n, struct shared *x, struct shared *y, size_t at)
{
    for (size_t i = 0; i + 1 < l->n; i += 2) {
        spread(x, at, &l->hot[i + 1], &l->hot[i], n, true);
        spread(y, at, &l->hot[i + 1], &l->hot[i], n, false);
        at += n * l->hot[i].size * l->hot[i + 1].size;
    }
    return at;
}

static enum sotto_err take_list(struct strand *st, struct list *l, size_t n, const struct shared *z, size_t *at)
{
    size_t half = l->n / 2;

    for (size_t i = 0; i < half; i++) {
        struct hot *to = &l->hot[i];
        size_t size = l->hot[2 * i].size * l->hot[2 * i + 1].size;

        TRY(strand_shared(st, &to->v, MPC_BITS, 1, n * size));
        shared_gather(&to->v, z, *at, 1, false);
        to->size = size;
        *at += n * size;
    }
    if (l->n % 2)
        l->hot[half] = l->hot[l->n - 1];
    l->n = half + l->n % 2;
    return SOTTO_OK;
}

/* One round a level, for both lists at once. */
static enum sotto_err join_lists(struct strand *st, struct list *low, struct list *high, size_t n)
{
    while (low->n > 1 || high->n > 1) {
        size_t total = joined_n(low, n) + joined_n(high, n), at = 0;
        struct shared x, y, z;

        TRY(strand_shared(st, &x, MPC_BITS, 1, total));
        TRY(strand_shared(st, &y, MPC_BITS, 1, total));
        TRY(strand_shared(st, &z, MPC_BITS, 1, total));
        (void)spread_list(high, n, &x, &y, spread_list(low, n, &x, &y, 0));
        TRY(gadget_multiply(st, &z, &x, &y));
        TRY(take_list(st, low, n, &z, &at));
        TRY(take_list(st, high, n, &z, &at));
    }
    return SOTTO_OK;
}

/* The index's planes from..from+q as one list; `more`: and all above, which must be 0. */
static enum sotto_err list_new(struct strand *st, struct list *l, const struct shared *index, unsigned from,
                               unsigned q, bool more)
{
    unsigned top = more ? index->bits : from + q;

    l->n = 0;
    l->hot = strand_alloc(st, INDEX_BITS_MAX, sizeof *l->hot);
    if (!l->hot)
        return st->s->fault.code;
    assert(index->bits <= INDEX_BITS_MAX);
    for (unsigned p = from; p < top; p++)
        TRY(hot_bit(st, &l->hot[l->n++], index, p, p < from + q));
    return SOTTO_OK;
}

/* --- reading
 * ---------------------------------------------------------------------------------------------------- */

/* z[e, h] = sum over l of low[e, l] & x[h, l], plane by plane of x. */
struct rows_product {
    size_t size, rows; /* l, and h */
};

static uint64_t parity_of(const uint64_t *x, size_t x_at, const uint64_t *y, size_t y_at, size_t n)
{
    uint64_t v = 0;

    if (n < 64) /* a power of two: within one word */
        v = (x[x_at / 64] >> x_at % 64) & (y[y_at / 64] >> y_at % 64) & (((uint64_t)1 << n) - 1);
    for (size_t w = 0; w < n / 64; w++)
        v ^= x[x_at / 64 + w] & y[y_at / 64 + w];
    return (uint64_t)__builtin_parityll(v);
}

static void sum_bits(uint64_t *z, const struct ring_sum *s, size_t n)
{
    const uint64_t *a = s->at[0], *b = s->at[1];

    for (size_t w = 0; w < ring_words(n); w++)
        z[w] = s->sign ? a[w] ^ b[w] : a[w];
}

static void add_rows(const struct bilinear *b, void *out, size_t w0, size_t wn, bool minus,
                     const struct ring_sum *x, const struct ring_sum *y)
{
    const struct rows_product *p = b->shape;
    uint64_t *z = out, *low = b->work, *table = low + ring_words(b->x.n);
    size_t n = b->z.n - 64 * w0 < 64 * wn ? b->z.n - 64 * w0 : 64 * wn;

    (void)minus;
    sum_bits(low, x, b->x.n);
    sum_bits(table, y, b->y.n);
    for (size_t i = 0; i < n; i++) {
        size_t e = (64 * w0 + i) / p->rows, h = (64 * w0 + i) % p->rows;

        z[i / 64] ^= parity_of(low, e * p->size, table, h * p->size, p->size) << i % 64;
    }
}

static void factor_rows(const struct bilinear *b, void *out, size_t t, bool of_y, size_t w0, size_t wn,
                        const void *row)
{
    const struct rows_product *p = b->shape;
    size_t n = b->z.n - 64 * w0 < 64 * wn ? b->z.n - 64 * w0 : 64 * wn;

    for (size_t i = 0; i < n; i++) {
        size_t at = 64 * w0 + i, from = of_y ? at % p->rows : at / p->rows;

        ring_set_bit(out, i, ring_bit(row, from * p->size + t));
    }
}

static enum sotto_err read_bits(struct strand *st, struct shared *z, const struct shared *x,
                                const struct hot *low, const struct hot *high)
{
    struct rows_product shape = { low->size, x->n / low->size };
    struct shared inner;
    struct bilinear b = { .x = low->v, .y = *x, .add = add_rows, .factor = factor_rows, .shape = &shape };

    TRY(strand_shared(st, &inner, MPC_BITS, x->bits, z->n * shape.rows));
    b.z = inner;
    b.terms = shape.size;
    b.work = strand_alloc(st, ring_words(low->v.n) + ring_words(x->n), 8);
    if (!b.work)
        return st->s->fault.code;
    TRY(st->s->protocol->bilinear(st, &b));
    return gadget_dot(st, z, &high->v, &inner, high->size);
}

static enum sotto_err to_words(struct strand *st, struct shared *z, const struct hot *h, unsigned bits)
{
    TRY(strand_shared(st, z, MPC_ARITH, bits, h->v.n));
    return gadget_bit_to_arith(st, z, &h->v);
}

static enum sotto_err read_words(struct strand *st, struct shared *z, const struct shared *x,
                                 const struct hot *low, const struct hot *high)
{
    const struct gadget_matmul shape = {
        .rows = z->n, .inner = low->size, .cols = high->size, .y_transposed = true
    };
    struct shared both, low_words, high_words, inner;
    struct hot all = { 1, low->v };

    /* One conversion for both halves. */
    TRY(strand_shared(st, &all.v, MPC_BITS, 1, low->v.n + high->v.n));
    shared_place(&all.v, 0, &low->v);
    shared_place(&all.v, low->v.n, &high->v);
    TRY(to_words(st, &both, &all, x->bits));
    low_words = shared_slice(&both, 0, low->v.n);
    high_words = shared_slice(&both, low->v.n, high->v.n);
    TRY(strand_shared(st, &inner, MPC_ARITH, x->bits, z->n * high->size));
    TRY(gadget_matmul(st, &inner, &low_words, x, &shape));
    return gadget_dot(st, z, &high_words, &inner, high->size);
}

unsigned gadget_lookup_plan(unsigned m, unsigned bits, enum mpc_domain domain)
{
    uint64_t best = UINT64_MAX;
    unsigned plan = 0;

    if (domain == MPC_ARITH)
        return m / 2;
    for (unsigned high = 1; high < m; high++) {
        uint64_t cost = ((uint64_t)1 << (m - high)) + (1 + (uint64_t)bits) * ((uint64_t)1 << high);

        if (cost < best) {
            best = cost;
            plan = high;
        }
    }
    return plan;
}

enum sotto_err gadget_lookup(struct strand *st, struct shared *z, const struct shared *x,
                             const struct shared *index)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned m = log2_ceil(x->n) < 2 ? 2 : log2_ceil(x->n), split = gadget_lookup_plan(m, x->bits, x->domain);
    struct list low, high;
    struct shared padded, wide = *index;

    assert(index->domain == MPC_BITS && index->n == z->n && z->domain == x->domain && z->bits == x->bits);
    if (!z->n || !x->n)
        return SOTTO_OK;
    if (index->bits < m) { /* zeros above */
        TRY(strand_shared(st, &wide, MPC_BITS, m, index->n));
        for (unsigned p = 0; p < index->bits; p++) {
            struct shared to = shared_plane(&wide, p), from = shared_plane(index, p);

            shared_copy(&to, &from);
        }
    }
    TRY(strand_shared(st, &padded, x->domain, x->bits, (size_t)1 << m));
    shared_gather(&padded, x, 0, 1, false);
    TRY(list_new(st, &low, &wide, 0, m - split, false));
    TRY(list_new(st, &high, &wide, m - split, split, true));
    TRY(join_lists(st, &low, &high, z->n));
    if (x->domain == MPC_BITS)
        TRY(read_bits(st, z, &padded, low.hot, high.hot));
    else
        TRY(read_words(st, z, &padded, low.hot, high.hot));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- writing
 * ----------------------------------------------------------------------------------------------------- */

/* z = x + hot * (value - x) */
enum sotto_err gadget_store(struct strand *st, struct shared *z, const struct shared *x,
                            const struct shared *index, const struct shared *value)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned m = log2_ceil(x->n) < 1 ? 1 : log2_ceil(x->n);
    unsigned used = m < index->bits ? m : index->bits;
    struct list none = { 0 }, all;
    struct shared here, there;

    assert(index->domain == MPC_BITS && index->n == 1 && value->n == 1 && z->n == x->n);
    if (!x->n)
        return SOTTO_OK;
    TRY(list_new(st, &all, index, 0, used, true));
    TRY(join_lists(st, &none, &all, 1));
    TRY(strand_shared(st, &here, MPC_BITS, 1, x->n));
    shared_gather(&here, &all.hot->v, 0, 1, false);
    TRY(strand_shared(st, &there, x->domain, x->bits, x->n));
    shared_repeat(&there, value);
    TRY(gadget_select(st, z, &here, &there, x));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
