/* data_match.c - joins of tables by a key: for each row of the left one, the row of the right one with the same
 * key. docs/protocols/data.md, "Match".
 *
 *   both tables, the right one first, sorted by (valid, key): the row of the right table stands first in its
 * run
 *
 *     | 5 R | 5 L | 5 L | 7 L | 8 R | 9 R | 9 L | ...          what stands first is copied to its run,
 *       ----------------- ----- ----- -----------              and the rows go back to where they came from */
#include "mpc/gadgets/data_rows.h"

/* --- comparing neighbours
 * ------------------------------------------------------------------------------------- */

struct neighbours {
    const struct shared *x, *before, *z;
    size_t tile_n;
};

static enum sotto_err compare_tile(struct strand *st, void *arg, size_t i)
{
    const struct neighbours *b = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * b->tile_n, n = b->z->n - from < b->tile_n ? b->z->n - from : b->tile_n;
    struct shared x = shared_slice(b->x, from, n), before = shared_slice(b->before, from, n),
                  z = shared_slice(b->z, from, n), difference;

    TRY(strand_shared(st, &difference, MPC_BITS, x.bits, n));
    shared_add(&difference, &x, &before);
    TRY(gadget_zero(st, &z, &difference));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err data_first_of_run(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared before, head, one;
    struct neighbours b = { x, &before, z, data_tile_n(x->n) };
    const uint64_t first = 1;

    if (!x->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &before, MPC_BITS, x->bits, x->n));
    head = *x;
    head.n = x->n - 1;
    if (head.n)
        shared_place(&before, 1, &head);
    TRY(strand_each(st, (x->n + b.tile_n - 1) / b.tile_n, compare_tile, &b));
    shared_neg(z, z);
    TRY(strand_shared(st, &one, MPC_BITS, 1, 1));
    shared_public(&one, &first, true);
    shared_put(z, 0, &one);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- the match
 * -------------------------------------------------------------------------------------------------- */

/* Planes of the table that is sorted: | key | valid | right | payload |, and of what goes back: | right |
 * payload |.
 */
struct matching {
    unsigned key, payload;
    size_t left, right; /* rows */
    struct shared table;
};

static enum sotto_err put_together(struct strand *st, struct matching *m, const struct shared *key,
                                   const struct shared *valid, const struct shared *right)
{
    unsigned k = m->key;
    struct shared flag;

    TRY(strand_shared(st, &m->table, MPC_BITS, k + 2 + m->payload, m->left + m->right));
    for (unsigned p = 0; p < m->table.bits; p++) {
        /* of the right table: key, payload, valid */
        unsigned source = p < k ? p : p == k ? k + m->payload : p - 2;
        struct shared to = shared_plane(&m->table, p), from;

        if (p == k + 1)
            continue;
        from = shared_plane(right, source);
        shared_place(&to, 0, &from);
        if (p > k)
            continue;
        from = p < k ? shared_plane(key, p) : *valid;
        shared_place(&to, m->right, &from);
    }
    flag = shared_plane(&m->table, k + 1);
    for (size_t w = 0; flag.share[0] && w < ring_words(m->right); w++)
        ((uint64_t *)flag.share[0])[w] = ~(uint64_t)0;
    if (flag.share[0] && m->right % 64)
        ((uint64_t *)flag.share[0])[m->right / 64] = ((uint64_t)1 << m->right % 64) - 1;
    return SOTTO_OK;
}

/* Two valid rows of the right table with the same key: the second one is not the first of its run. Only whether
 * there are any is opened. */
static enum sotto_err refuse_repeated(struct strand *st, const struct matching *m, const struct shared *sorted,
                                      const struct shared *first)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared valid = shared_plane(sorted, m->key), right = shared_plane(sorted, m->key + 1), later, counts,
                  repeated, none;
    uint64_t fine = 0;

    TRY(strand_shared(st, &later, MPC_BITS, 1, sorted->n));
    TRY(strand_shared(st, &counts, MPC_BITS, 1, sorted->n));
    TRY(strand_shared(st, &repeated, MPC_BITS, 1, sorted->n));
    TRY(strand_shared(st, &none, MPC_BITS, 1, 1));
    shared_neg(&later, first);
    TRY(gadget_multiply(st, &counts, &valid, &right));
    TRY(gadget_multiply(st, &repeated, &counts, &later));
    shared_neg(&repeated, &repeated);
    TRY(gadget_all(st, &none, &repeated));
    TRY(gadget_reveal(st, &none, mpc_everyone(st->s->protocol), &fine));
    if (!fine)
        return strand_fail(st, SOTTO_ERR_INPUT, "a key comes twice in a table whose keys should all differ");
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* found: | right | payload |: of a row that is valid, and whose run begins with one of the right table, or 0.
 */
struct masking {
    const struct shared *found, *valid, *z;
    size_t tile_n;
};

static enum sotto_err mask_tile(struct strand *st, void *arg, size_t i)
{
    const struct masking *m = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * m->tile_n, n = m->z->n - from < m->tile_n ? m->z->n - from : m->tile_n;
    struct shared found = shared_slice(m->found, from, n), valid = shared_slice(m->valid, from, n),
                  z = shared_slice(m->z, from, n), right = shared_plane(&found, 0),
                  matched = shared_plane(&z, 0);

    TRY(gadget_multiply(st, &matched, &right, &valid));
    if (found.bits > 1) {
        struct shared payload = shared_planes(&found, 1, found.bits - 1), to = shared_planes(&z, 1, z.bits - 1);

        TRY(gadget_multiply(st, &to, &matched, &payload));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err mask_rows(struct strand *st, const struct shared *z, const struct shared *found,
                                const struct shared *valid)
{
    struct masking m = { found, valid, z, data_tile_n(z->n) };

    return strand_each(st, (z->n + m.tile_n - 1) / m.tile_n, mask_tile, &m);
}

/* Rows from..from+z->n of x. */
static void take_rows(struct shared *z, const struct shared *x, size_t from)
{
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(z, p), source = shared_plane(x, p);

        shared_gather(&to, &source, from, 1, false);
    }
}

static enum sotto_err match(struct strand *st, struct shared *z, struct shared *matched,
                            const struct shared *key, const struct shared *valid, const struct shared *right,
                            bool may_repeat)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct matching m = { key->bits, right->bits - 1 - key->bits, key->n, right->n, { 0 } };
    const struct data_key by = { 0, key->bits + 1, false, false };
    struct gadget_scan copy = { .op = LINEAR_COPY };
    struct shared sorted, run, first, found, masked, back, payload;
    struct data_sorted s;
    size_t n = m.left + m.right;

    if (!m.left)
        return SOTTO_OK;
    TRY(put_together(st, &m, key, valid, right));
    TRY(strand_shared(st, &sorted, MPC_BITS, m.table.bits, n));
    TRY(strand_shared(st, &first, MPC_BITS, 1, n));
    TRY(strand_shared(st, &found, MPC_BITS, 1 + m.payload, n));
    TRY(strand_shared(st, &masked, MPC_BITS, 1 + m.payload, n));
    TRY(strand_shared(st, &back, MPC_BITS, 1 + m.payload, n));
    TRY(data_sort_begin(st, &s, &m.table, 1, &by, 1, 0, n));
    TRY(data_sort_rows(st, &s, &sorted, NULL, 1));
    run = shared_planes(&sorted, 0, m.key + 1);
    TRY(data_first_of_run(st, &first, &run));
    if (!may_repeat)
        TRY(refuse_repeated(st, &m, &sorted, &first));
    copy.first = &first;
    payload = shared_planes(&sorted, m.key + 1, 1 + m.payload);
    TRY(gadget_scan(st, &found, &payload, &copy));
    run = shared_plane(&sorted, m.key);
    TRY(mask_rows(st, &masked, &found, &run));
    TRY(data_sort_back(st, &s, &back, &masked, 1));
    run = shared_plane(&back, 0);
    take_rows(matched, &run, m.right);
    if (m.payload) {
        payload = shared_planes(&back, 1, m.payload);
        take_rows(z, &payload, m.right);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_match(struct strand *st, struct shared *z, struct shared *matched,
                            const struct shared *key, const struct shared *valid, const struct shared *right)
{
    return match(st, z, matched, key, valid, right, false);
}

enum sotto_err gadget_match_first(struct strand *st, struct shared *z, struct shared *matched,
                                  const struct shared *key, const struct shared *valid,
                                  const struct shared *right)
{
    return match(st, z, matched, key, valid, right, true);
}
