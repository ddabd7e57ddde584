/* data_sort.c - stable sorts: shuffle, order by opened comparisons, move. docs/protocols/data.md, "Sort".
 *
 *   planes of the table that is shuffled, least significant first:
 *   | position in x | last key | ... | first key || other planes of x[0] |   and the other vectors
 *
 * The position makes all keys different, which is what the opening of comparisons asks for, and the sort
 * stable. */
#include "mpc/gadgets/data_rows.h"

static enum sotto_err plan_layout(struct strand *st, struct data_layout *l, const struct shared *x,
                                  const struct data_key *key, size_t keys)
{
    bool *taken = strand_alloc(st, x->bits + 1, sizeof *taken);
    unsigned most = x->bits;

    for (size_t k = 0; k < keys; k++)
        most += key[k].bits;
    *l = (struct data_layout){ .index_bits = data_index_bits(x->n) };
    l->from = strand_alloc(st, most + 1, sizeof *l->from);
    l->flip = strand_alloc(st, most + 1, sizeof *l->flip);
    if (!taken || !l->from || !l->flip)
        return st->s->fault.code;
    for (size_t k = keys; k-- > 0;)
        for (unsigned p = 0; p < key[k].bits; p++) {
            assert(key[k].from + p < x->bits);
            taken[key[k].from + p] = true;
            l->from[l->bits] = key[k].from + p;
            /* The greatest becomes the least; a negative number has the sign's bit. */
            l->flip[l->bits++] = key[k].descending != (key[k].is_signed && p == key[k].bits - 1);
        }
    l->key_bits = l->bits;
    for (unsigned p = 0; p < x->bits; p++)
        if (!taken[p])
            l->from[l->bits++] = p;
    return SOTTO_OK;
}

static void move_planes(const struct data_layout *l, const struct shared *table, const struct shared *x,
                        bool back)
{
    for (unsigned p = 0; p < l->bits; p++) {
        struct shared t = shared_plane(table, l->index_bits + p), v = shared_plane(x, l->from[p]),
                      *to = back ? &v : &t, *from = back ? &t : &v;

        if (l->flip[p])
            shared_neg(to, from);
        else
            shared_copy(to, from);
    }
}

enum sotto_err data_sort_begin(struct strand *st, struct data_sorted *s, const struct shared *x, size_t count,
                               const struct data_key *key, size_t keys, size_t first, size_t wanted)
{
    struct shared index;
    unsigned front;

    TRY(plan_layout(st, &s->layout, x, key, keys));
    front = s->layout.index_bits + s->layout.key_bits;
    s->first = first;
    s->vector = strand_alloc(st, count, sizeof *s->vector);
    s->row = strand_room(st, x->n, sizeof *s->row);
    if (!s->vector || !s->row)
        return st->s->fault.code;
    memcpy(s->vector, x, count * sizeof *x);
    TRY(strand_shared(st, &s->vector[0], MPC_BITS, s->layout.index_bits + s->layout.bits, x->n));
    index = shared_planes(&s->vector[0], 0, s->layout.index_bits);
    data_index(&index);
    move_planes(&s->layout, &s->vector[0], x, false);
    TRY(gadget_shuffle_draw(st, &s->shuffle, x->n));
    TRY(data_rows_from(st, &s->rows, s->vector, count, front));
    TRY(data_rows_shuffle(st, &s->shuffle, &s->rows, false));
    return data_rows_order(st, &s->rows, (front + 63) / 64, first, wanted, s->row);
}

enum sotto_err data_sort_rows(struct strand *st, const struct data_sorted *s, struct shared *z,
                              struct shared *index, size_t count)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *moved = strand_alloc(st, count, sizeof *moved), first;

    if (!moved)
        return st->s->fault.code;
    memcpy(moved, z, count * sizeof *z);
    moved[0] = s->vector[0]; /* its contents have become rows */
    moved[0].n = z->n;
    TRY(data_rows_to(st, &s->rows, s->row + s->first, moved, 0, count));
    move_planes(&s->layout, &moved[0], z, true);
    if (index) {
        first = shared_planes(&moved[0], 0, s->layout.index_bits);
        shared_copy(index, &first);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err data_sort_back(struct strand *st, const struct data_sorted *s, struct shared *z,
                              const struct shared *x, size_t count)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    uint32_t *place = strand_room(st, s->rows.n, sizeof *place);
    struct data_rows rows, back;

    if (!place)
        return st->s->fault.code;
    for (size_t i = 0; i < s->rows.n; i++)
        place[s->row[i]] = (uint32_t)i;
    TRY(data_rows_from(st, &rows, x, count, 0));
    TRY(data_rows_new(st, &back, x, count, 0));
    for (size_t i = 0; i < rows.columns_n; i++)
        for (int a = 0; a < MPC_SHARES_MAX; a++)
            if (rows.column[i].words.share[a])
                ring_take(back.column[i].words.share[a], rows.column[i].words.share[a], place, rows.n,
                          rows.column[i].item_len);
    TRY(data_rows_shuffle(st, &s->shuffle, &back, true));
    TRY(data_rows_to(st, &back, NULL, z, 0, count));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_sort_from(struct strand *st, struct shared *z, struct shared *index,
                                const struct shared *x, size_t count, const struct data_key *key, size_t keys,
                                size_t first)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct data_sorted s;

    assert(first + z->n <= x->n);
    if (!z->n)
        return SOTTO_OK;
    TRY(data_sort_begin(st, &s, x, count, key, keys, first, first + z->n));
    TRY(data_sort_rows(st, &s, z, index, count));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_sort(struct strand *st, struct shared *z, struct shared *index, const struct shared *x,
                           size_t count, const struct data_key *key, size_t keys)
{
    return gadget_sort_from(st, z, index, x, count, key, keys, 0);
}

enum sotto_err gadget_rank(struct strand *st, struct shared *z, const struct shared *x,
                           const struct data_key *key, size_t keys)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared rank;
    struct data_sorted s;
    uint64_t *place = strand_room(st, x->n, sizeof *place);

    if (!place)
        return st->s->fault.code;
    if (!x->n)
        return SOTTO_OK;
    TRY(data_sort_begin(st, &s, x, 1, key, keys, 0, x->n));
    for (size_t i = 0; i < x->n; i++)
        place[s.row[i]] = i;
    TRY(strand_shared(st, &rank, MPC_BITS, z->bits, x->n));
    shared_public(&rank, place, false);
    TRY(gadget_shuffle(st, &s.shuffle, z, &rank, 1, true));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err data_join_rows(struct strand *st, struct shared *z, const struct shared *x,
                              const struct shared *y, size_t count)
{
    for (size_t v = 0; v < count; v++) {
        TRY(strand_shared(st, &z[v], x[v].domain, x[v].bits, x[v].n + y[v].n));
        if (z[v].domain == MPC_BITS) {
            shared_place(&z[v], 0, &x[v]);
            shared_place(&z[v], x[v].n, &y[v]);
        } else {
            struct shared first = shared_slice(&z[v], 0, x[v].n), rest = shared_slice(&z[v], x[v].n, y[v].n);

            shared_copy(&first, &x[v]);
            shared_copy(&rest, &y[v]);
        }
    }
    return SOTTO_OK;
}

enum sotto_err gadget_merge(struct strand *st, struct shared *z, const struct shared *x, const struct shared *y,
                            size_t count, const struct data_key *key, size_t keys)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *both = strand_alloc(st, count, sizeof *both);

    if (!both)
        return st->s->fault.code;
    TRY(data_join_rows(st, both, x, y, count));
    TRY(gadget_sort(st, z, NULL, both, count, key, keys));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
