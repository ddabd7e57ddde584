/* data_join.c - joins where keys may repeat in both tables, up to a stated number of rows.
 * docs/protocols/data.md, "Join".
 *
 *   1  for each left row: where its key begins among the right rows in their order, and how often it comes
 * there 2  prefix sums of these say which slots of the result are its own 3  the slots find their left row, and
 * which right row is theirs 4  they fetch that by its place: a match
 */
#include "mpc/gadgets/data_rows.h"

enum { COUNT_BITS = 64 /* the pairs of two tables fit */, PLACE_BITS = 32 };

struct joining {
    const struct shared *left, *right;
    unsigned key, left_payload, right_payload;
    size_t slots, tile_n;
    unsigned slot_bits, right_bits; /* planes that hold 0..slots, and a place among the right rows */
    struct shared begin, count;     /* of a left row: ARITH */
    struct shared first;            /* slot of a left row */
    struct shared total;            /* planes */
    struct shared places;           /* PLACE_BITS planes: of `first`, then of begin - first */
    struct shared found,
        valid;           /* of a slot: its left row (key, payload) and begin - first; whether it is used */
    struct shared index; /* of a slot: which right row */
};

static struct shared part(const struct shared *x, const struct joining *j, size_t i)
{
    size_t from = i * j->tile_n, left = x->n - from;

    return shared_slice(x, from, left < j->tile_n ? left : j->tile_n);
}

static size_t tiles_of(const struct joining *j, size_t n)
{
    return (n + j->tile_n - 1) / j->tile_n;
}

/* Rows from.. of x, as many as z has. */
static void take_rows(const struct shared *z, const struct shared *x, size_t from)
{
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared zp = shared_plane(z, p), xp = shared_plane(x, p);

        shared_gather(&zp, &xp, from, 1, false);
    }
}

/* n rows of ones from row `at` of a plane of z on, as a public value. */
static enum sotto_err place_ones(struct strand *st, const struct shared *z, unsigned plane, size_t at, size_t n)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const uint64_t one = 1;
    struct shared ones;

    TRY(strand_shared(st, &ones, MPC_BITS, 1, n));
    shared_public(&ones, &one, true);
    shared_place_planes(z, plane, at, &ones);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- 1: how many right rows have a lower key, and how many have no higher one
 * -------------------------------------- */

static enum sotto_err count_tile(struct strand *st, void *arg, size_t i)
{
    const struct joining *j = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared plane = shared_plane(j->left, j->left->bits - 1), valid = part(&plane, j, i),
                  count = part(&j->count, j, i), number, product;

    TRY(strand_shared(st, &number, MPC_ARITH, COUNT_BITS, count.n));
    TRY(strand_shared(st, &product, MPC_ARITH, COUNT_BITS, count.n));
    TRY(gadget_bit_to_arith(st, &number, &valid));
    TRY(gadget_multiply(st, &product, &number, &count));
    shared_copy(&count, &product);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Planes | which (2) | key | valid |: left rows (0), right rows (1), left rows again (2), in one order. */
static enum sotto_err count_partners(struct strand *st, struct joining *j)
{
    struct arena_mark mark;
    size_t l = j->left->n, r = j->right->n, n = 2 * l + r;
    const struct data_key by = { 0, j->key + 3, false, false };
    const struct shared *const source[3] = { j->left, j->right, j->left };
    const size_t at[3] = { 0, l, l + r };
    const uint64_t one = 1;
    struct shared x[2], z[2], seen, rows;
    struct data_sorted s;

    TRY(strand_shared(st, &j->begin, MPC_ARITH, COUNT_BITS, l));
    TRY(strand_shared(st, &j->count, MPC_ARITH, COUNT_BITS, l));
    mark = arena_mark(&st->scratch);
    TRY(strand_shared(st, &x[0], MPC_BITS, j->key + 3, n));
    TRY(strand_shared(st, &z[0], MPC_BITS, j->key + 3, n));
    TRY(strand_shared(st, &x[1], MPC_ARITH, COUNT_BITS, n));
    TRY(strand_shared(st, &z[1], MPC_ARITH, COUNT_BITS, n));
    TRY(strand_shared(st, &seen, MPC_ARITH, COUNT_BITS, n));
    for (int i = 0; i < 3; i++) {
        struct shared key = shared_planes(source[i], 0, j->key),
                      valid = shared_plane(source[i], source[i]->bits - 1);

        shared_place_planes(&x[0], 2, at[i], &key);
        shared_place_planes(&x[0], 2 + j->key, at[i], &valid);
        if (i)
            TRY(place_ones(st, &x[0], (unsigned)i - 1, at[i], source[i]->n));
    }
    rows = shared_slice(&x[1], l, r);
    shared_public(&rows, &one, true);
    TRY(data_sort_begin(st, &s, x, 2, &by, 1, 0, n));
    TRY(data_sort_rows(st, &s, z, NULL, 2));
    linear_prefix_sum(&z[1], &z[1]);
    TRY(data_sort_back(st, &s, &seen, &z[1], 1));
    rows = shared_slice(&seen, 0, l);
    shared_copy(&j->begin, &rows);
    rows = shared_slice(&seen, l + r, l);
    shared_sub(&j->count, &rows, &j->begin);
    arena_release(&st->scratch, mark);
    return strand_each(st, tiles_of(j, l), count_tile, j);
}

/* --- 2: slots, and an error where there are too few
 * ----------------------------------------------------------------- */

static enum sotto_err check_total(struct strand *st, struct joining *j, const struct shared *total)
{
    const uint64_t most = j->slots;
    struct shared bits, bound, over, low;
    uint64_t is_over = 0;

    TRY(strand_shared(st, &j->total, MPC_BITS, j->slot_bits, 1));
    TRY(strand_shared(st, &bits, MPC_BITS, COUNT_BITS, 1));
    TRY(strand_shared(st, &bound, MPC_BITS, COUNT_BITS, 1));
    TRY(strand_shared(st, &over, MPC_BITS, 1, 1));
    TRY(gadget_to_bits(st, &bits, total));
    shared_public(&bound, &most, true);
    TRY(gadget_less(st, &over, &bound, &bits, 1, false));
    TRY(gadget_reveal(st, &over, mpc_everyone(st->s->protocol), &is_over));
    if (is_over)
        return strand_fail(st, SOTTO_ERR_INPUT,
                           "a join has more than the %zu rows that were stated as its most", j->slots);
    low = shared_planes(&bits, 0, j->slot_bits);
    shared_copy(&j->total, &low);
    return SOTTO_OK;
}

static enum sotto_err bits_tile(struct strand *st, void *arg, size_t i)
{
    const struct joining *j = arg;
    struct shared z = part(&j->places, j, i), x = part(&j->first, j, i);

    return gadget_to_bits(st, &z, &x);
}

/* Words of 64 bits modulo 2^32. */
static void narrow(const struct shared *z, const struct shared *x)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (size_t e = 0; x->share[a] && e < x->n; e++)
            ((uint32_t *)z->share[a])[e] = (uint32_t)((const uint64_t *)x->share[a])[e];
}

static enum sotto_err assign_slots(struct strand *st, struct joining *j)
{
    size_t l = j->left->n;
    struct shared until, first, total, z;

    TRY(strand_shared(st, &until, MPC_ARITH, COUNT_BITS, l));
    TRY(strand_shared(st, &first, MPC_ARITH, COUNT_BITS, l));
    TRY(strand_shared(st, &j->first, MPC_ARITH, PLACE_BITS, 2 * l));
    TRY(strand_shared(st, &j->places, MPC_BITS, PLACE_BITS, 2 * l));
    linear_prefix_sum(&until, &j->count);
    shared_sub(&first, &until, &j->count);
    total = shared_slice(&until, l - 1, 1);
    TRY(check_total(st, j, &total));
    z = shared_slice(&j->first, 0, l);
    narrow(&z, &first);
    shared_sub(&first, &j->begin, &first);
    z = shared_slice(&j->first, l, l);
    narrow(&z, &first);
    return strand_each(st, tiles_of(j, 2 * l), bits_tile, j);
}

/* --- 3: every slot finds its left row: the last one that begins no later
 * -------------------------------------------- */

/* Planes | is a slot | its place, or where the left row begins | key, payload | begin - first |, left rows
 * first. */
static enum sotto_err fill_slots(struct strand *st, struct joining *j)
{
    unsigned row = j->key + j->left_payload, at = 1 + j->slot_bits;
    size_t l = j->left->n, n = l + j->slots;
    const struct data_key by = { 0, at, false, false };
    struct gadget_scan copy = { .op = LINEAR_COPY };
    struct arena_mark mark;
    struct shared x, z, y, slot, source, planes, begins, back;
    struct data_sorted s;

    TRY(strand_shared(st, &j->found, MPC_BITS, row + j->right_bits, j->slots));
    mark = arena_mark(&st->scratch);
    TRY(strand_shared(st, &x, MPC_BITS, at + row + j->right_bits, n));
    TRY(strand_shared(st, &z, MPC_BITS, x.bits, n));
    TRY(strand_shared(st, &y, MPC_BITS, row + j->right_bits, n));
    TRY(strand_shared(st, &back, MPC_BITS, row + j->right_bits, n));
    TRY(strand_shared(st, &slot, MPC_BITS, j->slot_bits, j->slots));
    TRY(strand_shared(st, &source, MPC_BITS, PLACE_BITS, l));
    TRY(strand_shared(st, &begins, MPC_BITS, 1, n));
    data_index(&slot);
    TRY(place_ones(st, &x, 0, l, j->slots));
    shared_place_planes(&x, 1, l, &slot);
    take_rows(&source, &j->places, 0);
    planes = shared_planes(&source, 0, j->slot_bits);
    shared_place_planes(&x, 1, 0, &planes);
    planes = shared_planes(j->left, 0, row);
    shared_place_planes(&x, at, 0, &planes);
    take_rows(&source, &j->places, l);
    planes = shared_planes(&source, 0, j->right_bits);
    shared_place_planes(&x, at + row, 0, &planes);
    TRY(data_sort_begin(st, &s, &x, 1, &by, 1, 0, n));
    TRY(data_sort_rows(st, &s, &z, NULL, 1));
    planes = shared_plane(&z, 0);
    shared_neg(&begins, &planes);
    copy.first = &begins;
    planes = shared_planes(&z, at, y.bits);
    TRY(gadget_scan(st, &y, &planes, &copy));
    TRY(data_sort_back(st, &s, &back, &y, 1));
    take_rows(&j->found, &back, l);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Which slots are used, and which right row each wants: its place + (begin - first). What is in others is
 * wiped. */
static enum sotto_err index_tile(struct strand *st, void *arg, size_t i)
{
    const struct joining *j = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared valid = part(&j->valid, j, i), index = part(&j->index, j, i), found = part(&j->found, j, i),
                  all, place, total, shift = shared_planes(&found, j->key + j->left_payload, j->right_bits),
                  row, masked;
    unsigned bits = j->slot_bits > j->right_bits ? j->slot_bits : j->right_bits;

    TRY(strand_shared(st, &all, MPC_BITS, bits, valid.n));
    TRY(strand_shared(st, &total, MPC_BITS, j->slot_bits, valid.n));
    TRY(strand_shared(st, &masked, MPC_BITS, j->key + j->left_payload, valid.n));
    data_index_from(&all, i * j->tile_n);
    shared_repeat(&total, &j->total);
    place = shared_planes(&all, 0, j->slot_bits);
    TRY(gadget_less(st, &valid, &place, &total, 1, false));
    place = shared_planes(&all, 0, j->right_bits);
    TRY(gadget_add_bits(st, &index, &shift, &place));
    row = shared_planes(&found, 0, masked.bits);
    TRY(gadget_multiply(st, &masked, &valid, &row));
    shared_copy(&row, &masked);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- 4
 * ----------------------------------------------------------------------------------------------------------------
 */

/* The right rows in their order, by their place. */
static enum sotto_err by_place(struct strand *st, const struct joining *j, struct shared *z)
{
    const struct data_key by[2] = { { j->right->bits - 1, 1, false, false }, { 0, j->key, false, false } };
    struct shared sorted, planes;
    size_t r = j->right->n;

    TRY(strand_shared(st, z, MPC_BITS, j->right_bits + j->right_payload + 1, r));
    TRY(strand_shared(st, &sorted, MPC_BITS, j->right->bits, r));
    TRY(gadget_sort(st, &sorted, NULL, j->right, 1, by, 2));
    planes = shared_planes(z, 0, j->right_bits);
    data_index(&planes);
    planes = shared_planes(&sorted, j->key, j->right_payload);
    shared_place_planes(z, j->right_bits, 0, &planes);
    return place_ones(st, z, z->bits - 1, 0, r);
}

enum sotto_err gadget_join(struct strand *st, struct shared *z, const struct shared *left,
                           const struct shared *right, unsigned key)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct joining j = { .left = left,
                         .right = right,
                         .key = key,
                         .left_payload = left->bits - 1 - key,
                         .right_payload = right->bits - 1 - key,
                         .slots = z->n,
                         .tile_n = data_tile_n(z->n > left->n ? z->n : left->n),
                         .slot_bits = data_index_bits(z->n + 1),
                         .right_bits = data_index_bits(right->n) };
    struct shared places, payload = shared_planes(z, key + j.left_payload, j.right_payload),
                          matched = shared_plane(z, z->bits - 1),
                          to = shared_planes(z, 0, key + j.left_payload), row;

    assert(z->bits == key + j.left_payload + j.right_payload + 1 && z->n < UINT32_MAX);
    if (!left->n || !right->n)
        return SOTTO_OK;
    TRY(count_partners(st, &j));
    TRY(assign_slots(st, &j));
    if (!z->n) /* and there is no pair */
        return SOTTO_OK;
    TRY(fill_slots(st, &j));
    TRY(strand_shared(st, &j.valid, MPC_BITS, 1, j.slots));
    TRY(strand_shared(st, &j.index, MPC_BITS, j.right_bits, j.slots));
    TRY(strand_each(st, tiles_of(&j, j.slots), index_tile, &j));
    TRY(by_place(st, &j, &places));
    TRY(gadget_match(st, &payload, &matched, &j.index, &j.valid, &places));
    row = shared_planes(&j.found, 0, to.bits);
    shared_copy(&to, &row);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
