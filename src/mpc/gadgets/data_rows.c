#include "mpc/gadgets/data_rows.h"

unsigned data_index_bits(size_t n)
{
    unsigned bits = 1;

    while (((size_t)1 << bits) < n)
        bits++;
    return bits;
}

void data_index(struct shared *z)
{
    data_index_from(z, 0);
}

void data_index_from(struct shared *z, size_t from)
{
    static const uint64_t within[6] = { 0xaaaaaaaaaaaaaaaau, 0xccccccccccccccccu, 0xf0f0f0f0f0f0f0f0u,
                                        0xff00ff00ff00ff00u, 0xffff0000ffff0000u, 0xffffffff00000000u };

    for (unsigned p = 0; z->share[0] && p < z->bits; p++) {
        uint64_t *plane = shared_row(z, 0, p);

        for (size_t w = 0; w < ring_words(z->n); w++)
            plane[w] = p < 6 ? within[p] : -(uint64_t)((w + from / 64) >> (p - 6) & 1);
    }
}

size_t data_tile_n(size_t n)
{
    size_t tile = DATA_TILE_N;

    while (n / tile > 1 << 9) /* a sort works through the rows many times */
        tile *= 2;
    return tile;
}

static size_t item_len_of(unsigned planes)
{
    return planes <= 8 ? 1 : planes <= 16 ? 2 : planes <= 32 ? 4 : 8;
}

/* The columns of one vector from plane `from` up to `to`; counts them alone where c is NULL. */
static size_t cut(struct data_column *c, const struct shared *x, size_t vector, unsigned from, unsigned to)
{
    size_t n = 0;

    for (unsigned p = from; p < to; p += 64, n++) {
        unsigned planes = to - p < 64 ? to - p : 64;

        if (c)
            c[n] = (struct data_column){
                { .domain = MPC_BITS, .n = x->n }, item_len_of(planes), vector, p, planes
            };
    }
    return n;
}

static size_t cut_all(struct data_column *c, const struct shared *x, size_t count, unsigned front)
{
    size_t n = 0;

    for (size_t v = 0; v < count; v++) {
        unsigned first = v == 0 ? front : 0;

        if (x[v].domain == MPC_ARITH) {
            if (c)
                c[n] = (struct data_column){ .words = x[v],
                                             .item_len = shared_kernels(&x[v])->word_len,
                                             .vector = v };
            n++;
            continue;
        }
        n += cut(c ? c + n : NULL, &x[v], v, 0, first);
        n += cut(c ? c + n : NULL, &x[v], v, first, x[v].bits);
    }
    return n;
}

enum sotto_err data_rows_new(struct strand *st, struct data_rows *r, const struct shared *x, size_t count,
                             unsigned front)
{
    *r = (struct data_rows){ .n = count ? x->n : 0, .columns_n = cut_all(NULL, x, count, front) };
    r->column = strand_alloc(st, r->columns_n + 1, sizeof *r->column);
    if (!r->column)
        return st->s->fault.code;
    cut_all(r->column, x, count, front);
    for (size_t i = 0; i < r->columns_n; i++) {
        struct data_column *c = &r->column[i];
        bool bits = c->words.domain == MPC_BITS;

        assert(x[c->vector].n == r->n);
        TRY(strand_shared(st, &c->words, c->words.domain, bits ? 1 : c->words.bits,
                          bits ? r->n * 8 * c->item_len : r->n));
    }
    return SOTTO_OK;
}

/* --- between planes and words ------------------------------------------------------------------------------
 */

/* A block of rows, with all the planes that a word has. */
enum { BLOCK_N = 1 << 12, BLOCK_STRIDE = BLOCK_N / 64 };

static uint64_t *block_new(struct strand *st)
{
    return strand_alloc(st, (size_t)64 * BLOCK_STRIDE, sizeof(uint64_t));
}

static size_t block_rows(size_t from, size_t n)
{
    return n - from < BLOCK_N ? n - from : BLOCK_N;
}

/* Share a of the column from that of its vector. block: planes past the column's stay zero. */
static void words_from(const struct data_column *c, const struct shared *x, int a, uint64_t *block)
{
    for (size_t at = 0; at < x->n; at += BLOCK_N) {
        size_t n = block_rows(at, x->n);

        for (unsigned p = 0; p < c->planes; p++)
            memcpy(block + p * BLOCK_STRIDE, (uint64_t *)shared_row(x, a, c->plane + p) + at / 64,
                   ring_words(n) * 8);
        ring_from_planes((uint8_t *)c->words.share[a] + at * c->item_len, block, BLOCK_STRIDE,
                         (unsigned)(8 * c->item_len), n);
    }
}

/* Share a of the planes z: those of rows order[0..), or the rows as they stand. */
static void planes_from(const struct data_column *c, const uint32_t *order, const struct shared *z, int a,
                        uint64_t *block, uint8_t *taken)
{
    for (size_t at = 0; at < z->n; at += BLOCK_N) {
        size_t n = block_rows(at, z->n);
        const uint8_t *words = (const uint8_t *)c->words.share[a] + at * c->item_len;

        if (order) {
            ring_take(taken, c->words.share[a], order + at, n, c->item_len);
            words = taken;
        }
        ring_to_planes(block, BLOCK_STRIDE, words, (unsigned)(8 * c->item_len), n);
        for (unsigned p = 0; p < c->planes; p++)
            memcpy((uint64_t *)shared_row(z, a, p) + at / 64, block + p * BLOCK_STRIDE, ring_words(n) * 8);
    }
}

enum sotto_err data_rows_planes(struct strand *st, const struct data_column *c, const uint32_t *order,
                                const struct shared *z)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    uint64_t *block = block_new(st);
    uint8_t *taken = strand_alloc(st, BLOCK_N, c->item_len);

    if (!block || !taken)
        return st->s->fault.code;
    assert(z->bits == c->planes);
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (z->share[a])
            planes_from(c, order, z, a, block, taken);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err data_rows_from(struct strand *st, struct data_rows *r, const struct shared *x, size_t count,
                              unsigned front)
{
    struct arena_mark mark;

    TRY(data_rows_new(st, r, x, count, front));
    mark = arena_mark(&st->scratch);
    for (size_t i = 0; i < r->columns_n; i++) {
        struct data_column *c = &r->column[i];
        uint64_t *block;

        if (c->words.domain == MPC_ARITH) {
            shared_copy(&c->words, &x[c->vector]);
            continue;
        }
        block = block_new(st);
        if (!block)
            return st->s->fault.code;
        for (int a = 0; a < MPC_SHARES_MAX; a++)
            if (c->words.share[a])
                words_from(c, &x[c->vector], a, block);
        arena_release(&st->scratch, mark);
    }
    return SOTTO_OK;
}

enum sotto_err data_rows_to(struct strand *st, const struct data_rows *r, const uint32_t *order,
                            struct shared *z, size_t first, size_t count)
{
    for (size_t i = 0; i < r->columns_n; i++) {
        const struct data_column *c = &r->column[i];
        struct shared *to = &z[c->vector];

        if (c->vector < first || c->vector >= first + count)
            continue;

        assert(order || to->n <= r->n);
        if (c->words.domain == MPC_BITS) {
            struct shared planes = shared_planes(to, c->plane, c->planes);

            TRY(data_rows_planes(st, c, order, &planes));
            continue;
        }
        for (int a = 0; a < MPC_SHARES_MAX; a++)
            if (to->share[a] && order)
                ring_take(to->share[a], c->words.share[a], order, to->n, c->item_len);
            else if (to->share[a])
                memcpy(to->share[a], c->words.share[a], to->n * c->item_len);
    }
    return SOTTO_OK;
}
