/* data_shuffle.c - permutations that nobody knows. docs/protocols/data.md, "Shuffle", "Permutations". */
#include "mpc/gadgets/data_rows.h"

enum { DRAW_N = 1 << 16, DRAW_LEN = 16 /* bytes for one choice */ };

/* --- drawing ------------------------------------------------------------------------------------------------
 */

/* 0..n-1 from 128 uniform bits: the high half of r * n. Some value is favoured by less than n / 2^128. */
static uint32_t choice(const uint8_t r[DRAW_LEN], uint32_t n)
{
    __extension__ typedef unsigned __int128 u128;
    uint64_t low, high;

    memcpy(&low, r, 8);
    memcpy(&high, r + 8, 8);
    return (uint32_t)(((u128)high * n + (uint64_t)((u128)low * n >> 64)) >> 64);
}

/* Fisher and Yates from the top, for places above `down` as far as the choices last. Who does this knows the
 * order: its time and addresses are no secret to anybody else. */
static void exchange_down(uint32_t *order, size_t *down, const uint8_t *r, size_t choices)
{
    for (size_t i = 0; i < choices; i++, --*down) {
        uint32_t other = choice(r + i * DRAW_LEN, (uint32_t)*down), t = order[*down - 1];

        order[*down - 1] = order[other];
        order[other] = t;
    }
}

enum sotto_err gadget_shuffle_draw(struct strand *st, struct data_shuffle *s, size_t n)
{
    const struct mpc_protocol *p = st->s->protocol;
    struct arena_mark mark;
    uint8_t *r;

    assert(n <= DATA_N_MAX);
    *s = (struct data_shuffle){ .n = n };
    for (int j = 0; j < p->passes; j++)
        if (p->holds[st->s->self] >> j & 1) {
            s->order[j] = strand_alloc(st, n, sizeof *s->order[j]);
            if (!s->order[j])
                return st->s->fault.code;
            for (size_t i = 0; i < n; i++)
                s->order[j][i] = (uint32_t)i;
        }
    mark = arena_mark(&st->scratch);
    r = strand_alloc(st, n < DRAW_N ? n : DRAW_N, DRAW_LEN);
    if (!r)
        return st->s->fault.code;
    for (size_t left = n; left > 0;) {
        size_t choices = left < DRAW_N ? left : DRAW_N, next = left - choices;

        for (int j = 0; j < p->passes; j++) {
            size_t down = left;

            if (!s->order[j])
                continue;
            TRY(strand_stream(st, j, st->step, MPC_USE_SHUFFLE, r, choices * DRAW_LEN));
            crypto_ct_public(r, choices * DRAW_LEN);
            exchange_down(s->order[j], &down, r, choices);
        }
        /* A step of its own for every draw, so that none comes twice. */
        if (st->s->ch)
            TRY(strand_post(st, &(struct exchange){ 0 }));
        else
            st->step++;
        left = next;
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- moving rows --------------------------------------------------------------------------------------------
 */

struct moving {
    const struct data_shuffle *s;
    struct data_rows *rows;
    bool back;
};

static enum sotto_err inverse_of(struct strand *st, const uint32_t *order, size_t n, uint32_t **inverse)
{
    *inverse = strand_alloc(st, n, sizeof **inverse);
    if (!*inverse)
        return st->s->fault.code;
    for (size_t i = 0; i < n; i++)
        (*inverse)[order[i]] = (uint32_t)i;
    return SOTTO_OK;
}

static void clear_words(struct shared *x)
{
    size_t len = shared_words(x) * shared_kernels(x)->word_len;

    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (x->share[a])
            memset(x->share[a], 0, len);
}

/* One column through all passes, to and fro between its own memory and another. */
static enum sotto_err move_column(struct strand *st, void *arg, size_t i)
{
    const struct moving *m = arg;
    struct data_column *c = &m->rows->column[i];
    struct arena_mark all = arena_mark(&st->scratch), mark;
    struct shared other, *x = &c->words, *z = &other, *t;
    int passes = st->s->protocol->passes;

    TRY(strand_shared(st, &other, x->domain, x->bits, x->n));
    mark = arena_mark(&st->scratch);
    for (int k = 0; k < passes; k++) {
        int j = m->back ? passes - 1 - k : k;
        uint32_t *order = m->s->order[j];

        if (m->back && order)
            TRY(inverse_of(st, order, m->s->n, &order));
        clear_words(z);
        TRY(st->s->protocol->permute(st, z, x, j, order, c->item_len));
        arena_release(&st->scratch, mark);
        t = x;
        x = z;
        z = t;
    }
    if (x == &other)
        shared_copy(&c->words, &other);
    arena_release(&st->scratch, all);
    return SOTTO_OK;
}

enum sotto_err data_rows_shuffle(struct strand *st, const struct data_shuffle *s, struct data_rows *r,
                                 bool back)
{
    struct moving m = { s, r, back };

    if (!st->s->protocol->permute)
        return strand_fail(st, SOTTO_ERR_USAGE, "%s cannot shuffle yet; use another protocol",
                           st->s->protocol->name);
    assert(s->n == r->n);
    return r->n ? strand_each(st, r->columns_n, move_column, &m) : SOTTO_OK;
}

enum sotto_err gadget_shuffle(struct strand *st, const struct data_shuffle *s, struct shared *z,
                              const struct shared *x, size_t count, bool back)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct data_rows rows;

    TRY(data_rows_from(st, &rows, x, count, 0));
    TRY(data_rows_shuffle(st, s, &rows, back));
    TRY(data_rows_to(st, &rows, NULL, z, 0, count));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- permutations as secret values --------------------------------------------------------------------------
 */

/* Open what a shuffle made of sigma: a uniform permutation, whatever sigma was. */
static enum sotto_err open_moved(struct strand *st, const struct shared *sigma, uint32_t **order)
{
    size_t n = sigma->n;
    uint64_t *value = strand_alloc(st, n, sizeof *value);
    uint8_t *seen = strand_alloc(st, n, 1);

    *order = strand_alloc(st, n, sizeof **order);
    if (!value || !seen || !*order)
        return st->s->fault.code;
    TRY(gadget_reveal(st, sigma, mpc_everyone(st->s->protocol), value));
    for (size_t i = 0; i < n; i++) {
        if (value[i] >= n || seen[value[i]])
            return strand_fail(st, SOTTO_ERR_INPUT,
                               "what should be a permutation of %zu rows is none: check where it comes from",
                               n);
        seen[value[i]] = 1;
        (*order)[i] = (uint32_t)value[i];
    }
    return SOTTO_OK;
}

enum sotto_err gadget_permute_to(struct strand *st, struct shared *z, const struct shared *sigma,
                                 const struct shared *x, size_t count)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *all = strand_alloc(st, 2 * (count + 1), sizeof *all), *moved;
    struct data_shuffle s;
    struct data_rows rows;
    uint32_t *to, *from;

    if (!all)
        return st->s->fault.code;
    moved = all + count + 1;
    all[0] = *sigma;
    memcpy(all + 1, x, count * sizeof *x);
    TRY(strand_shared(st, &moved[0], sigma->domain, sigma->bits, sigma->n));
    memcpy(moved + 1, z, count * sizeof *z);
    TRY(gadget_shuffle_draw(st, &s, sigma->n));
    TRY(data_rows_from(st, &rows, all, count + 1, 0));
    TRY(data_rows_shuffle(st, &s, &rows, false));
    TRY(data_rows_to(st, &rows, NULL, moved, 0, 1));
    TRY(open_moved(st, &moved[0], &to));
    TRY(inverse_of(st, to, sigma->n, &from));
    TRY(data_rows_to(st, &rows, from, moved, 1, count));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_permute_from(struct strand *st, struct shared *z, const struct shared *sigma,
                                   const struct shared *x, size_t count)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared moved, *taken = strand_alloc(st, count + 1, sizeof *taken);
    struct data_shuffle s;
    struct data_rows rows;
    uint32_t *from;

    if (!taken)
        return st->s->fault.code;
    TRY(strand_shared(st, &moved, sigma->domain, sigma->bits, sigma->n));
    TRY(gadget_shuffle_draw(st, &s, sigma->n));
    TRY(gadget_shuffle(st, &s, &moved, sigma, 1, false));
    TRY(open_moved(st, &moved, &from));
    TRY(data_rows_from(st, &rows, x, count, 0));
    for (size_t v = 0; v < count; v++)
        TRY(strand_shared(st, &taken[v], x[v].domain, x[v].bits, sigma->n));
    TRY(data_rows_to(st, &rows, from, taken, 0, count));
    TRY(gadget_shuffle(st, &s, z, taken, count, true));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_permute_invert(struct strand *st, struct shared *z, const struct shared *sigma)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared index;

    TRY(strand_shared(st, &index, MPC_BITS, sigma->bits, sigma->n));
    data_index(&index);
    TRY(gadget_permute_to(st, z, sigma, &index, 1));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
