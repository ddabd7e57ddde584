/* map.c - bilinear maps whose operands are shorter than the products they make: matrices, convolutions. The
 * results are kept with the operands as they are. docs/protocols/rep3a.md, "Bilinear maps".
 *
 *   z[i] = sum over t of x[x_at[i] + x_step[t]] * y[y_at[i] + y_step[t]]
 *   sum of w[i] z[i] = sum over e of short[e] * l[e],   l[e] = sum of w[i] * long[..] where short[e] is the
 * other
 */
#include "mpc/rep3a/rep3a.h"

enum { RUN = 32, CHUNK = 1024 };

/* --- the product ----------------------------------------------------------------------------------------- */

struct piece {
    struct exchange x;
    size_t w0, wn;
};

bool rep3a_map_is_short(const struct bilinear *b)
{
    size_t n = b->x.n < b->y.n ? b->x.n : b->y.n, products;

    return b->apart && b->z.domain == MPC_ARITH && rep3a_kind_of(&b->z) <= REP3A_RING64 &&
           b->x.n <= UINT32_MAX && b->y.n <= UINT32_MAX &&
           !__builtin_mul_overflow(b->z.n, b->terms, &products) && products <= REP3A_MAP_PRODUCTS_MAX &&
           n < products / 2;
}

/* Words of the block's a, b and c from the piece's first on. */
static uint8_t *row_of(uint8_t *row, const struct piece *p)
{
    return row + 8 * p->w0;
}

static enum sotto_err post_piece(struct strand *st, const struct bilinear *b, struct rep3a_block *block,
                                 struct piece *p)
{
    const struct ring_kernels *k = shared_kernels(&b->z);
    enum rep3a_kind kind = rep3a_kind_of(&b->z);
    int i = st->s->self, j = rep3a_next(i), to = rep3a_before(i);
    size_t len = p->wn * k->word_len;
    uint8_t *out = arena_alloc(&st->wire, 1, len), *in = arena_alloc(&st->wire, 1, len),
            *first = arena_alloc(&st->wire, 1, len), *second = arena_alloc(&st->wire, 1, len),
            *z = (uint8_t *)b->z.share[i] + p->w0 * k->word_len;

    if (!out || !in || !first || !second)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a product");
    TRY(strand_words(st, i, st->step, MPC_USE_MASK, k, first, p->wn));
    TRY(strand_words(st, j, st->step, MPC_USE_MASK, k, second, p->wn));
    k->sub(out, first, second, p->wn);
    mpc_bilinear_add(b, out, p->w0, p->wn, false, i, i, 0, i, j, 1);
    mpc_bilinear_add(b, out, p->w0, p->wn, false, j, j, 0, i, i, 0);
    rep3a_widen(kind, row_of(block->a, p), second, p->wn);
    k->sub(z, out, first, p->wn);
    rep3a_widen(kind, row_of(block->c, p), z, p->wn);
    memcpy(z, out, len);
    mpc_bilinear_add(b, first, p->w0, p->wn, false, i, i, 0, i, i, 0);
    rep3a_widen(kind, row_of(block->b, p), first, p->wn);
    if (st->s->options.corrupt && !st->s->cheated) {
        st->s->cheated = true; /* on purpose: see mpc_options */
        k->put(out, 0, k->get(out, 0) + 1);
    }
    p->x.out[to].buf = out;
    p->x.in[j].buf = in;
    p->x.out[to].len = p->x.in[j].len = len;
    return strand_post(st, &p->x);
}

/* z[i+1] has come; a = z[i+1] - the mask that a kept. */
static void take_piece(struct strand *st, const struct bilinear *b, struct rep3a_block *block,
                       const struct piece *p)
{
    const struct ring_kernels *k = shared_kernels(&b->z);
    int j = rep3a_next(st->s->self);

    memcpy((uint8_t *)b->z.share[j] + p->w0 * k->word_len, p->x.in[j].buf, p->wn * k->word_len);
    rep3a_subtract(rep3a_kind_of(&b->z), row_of(block->a, p), p->x.in[j].buf, p->wn);
}

/* Places of an operand's words: those of the first term for each result, and how far each term lies from it. A
 * row of numbers goes through the map's own factor. */
static enum sotto_err find_places(struct strand *st, const struct bilinear *b, bool of_y, uint32_t *at,
                                  uint32_t *step)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct bilinear numbers = *b;
    size_t words = of_y ? b->y.n : b->x.n, n = b->z.n;
    uint64_t *row = strand_alloc(st, words, sizeof *row), *out = strand_alloc(st, CHUNK, sizeof *out);

    if (!row || !out)
        return st->s->fault.code;
    numbers.z.bits = 64;
    for (size_t i = 0; i < words; i++)
        row[i] = i;
    for (size_t w0 = 0; w0 < n; w0 += CHUNK) {
        size_t wn = n - w0 < CHUNK ? n - w0 : CHUNK;

        b->factor(&numbers, out, 0, of_y, w0, wn, row);
        for (size_t i = 0; i < wn; i++)
            at[w0 + i] = (uint32_t)out[i];
    }
    for (size_t t = 0; t < b->terms; t++) {
        b->factor(&numbers, out, t, of_y, 0, 1, row);
        step[t] = (uint32_t)out[0] - at[0];
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err keep_operands(struct strand *st, const struct bilinear *b, struct rep3a_block *block)
{
    enum rep3a_kind kind = rep3a_kind_of(&b->z);

    for (int s = 0; s < 2; s++) {
        int a = (st->s->self + s) % REP3A_PARTIES;

        rep3a_widen(kind, block->x[s], b->x.share[a], b->x.n);
        rep3a_widen(kind, block->y[s], b->y.share[a], b->y.n);
    }
    TRY(find_places(st, b, false, block->map->x_at, block->map->x_step));
    return find_places(st, b, true, block->map->y_at, block->map->y_step);
}

static size_t whole_lines(size_t len)
{
    return (len + 63) / 64 * 64;
}

/* A block whose operands are as long as they are, and where the places stand behind them. */
static struct rep3a_block *new_block(struct strand *st, const struct bilinear *b)
{
    size_t n = b->z.n, x_len = whole_lines(8 * b->x.n), y_len = whole_lines(8 * b->y.n),
           places = whole_lines(4 * (n + b->terms)), head_len = whole_lines(sizeof(struct rep3a_map));
    struct rep3a_block head = { .n = n, .terms = b->terms, .length = b->x.n < b->y.n ? b->x.n : b->y.n },
                       *block = rep3a_map_new(st, rep3a_kind_of(&b->z), head,
                                              head_len + 2 * (x_len + y_len + places));
    uint8_t *at;

    if (!block)
        return NULL;
    at = (uint8_t *)block->order;
    block->order = NULL;
    block->map = (struct rep3a_map *)(void *)at;
    at += head_len;
    for (int s = 0; s < 2; s++, at += x_len + y_len) {
        block->x[s] = at;
        block->y[s] = at + x_len;
    }
    *block->map = (struct rep3a_map){
        .x_n = b->x.n, .y_n = b->y.n, .x_at = (uint32_t *)(void *)at, .y_at = (uint32_t *)(void *)(at + places)
    };
    block->map->x_step = block->map->x_at + n;
    block->map->y_step = block->map->y_at + n;
    return block;
}

enum sotto_err rep3a_map_multiply(struct strand *st, const struct bilinear *b)
{
    size_t words = b->z.n, per_piece = REP3A_PIECE_LEN_MAX / shared_kernels(&b->z)->word_len,
           pieces = (words + per_piece - 1) / per_piece;
    struct rep3a_block *block = new_block(st, b);
    struct piece *p = arena_alloc(&st->wire, pieces, sizeof *p);

    if (!block)
        return st->s->fault.code;
    if (!p)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu messages", pieces);
    TRY(keep_operands(st, b, block));
    for (size_t i = 0; i < pieces; i++) {
        p[i].w0 = i * per_piece;
        p[i].wn = i + 1 < pieces ? per_piece : words - p[i].w0;
        TRY(post_piece(st, b, block, &p[i]));
    }
    TRY(strand_await(st));
    for (size_t i = 0; i < pieces; i++)
        take_piece(st, b, block, &p[i]);
    arena_reset(&st->wire);
    return rep3a_logged(st);
}

/* --- its proof ------------------------------------------------------------------------------------------- */

static uint64_t *words_of(uint8_t *p)
{
    return (uint64_t *)(void *)p;
}

/* x - m if that is not negative. */
static uint64_t cut(uint64_t x, uint64_t m)
{
    uint64_t s = x - m;

    return s + (m & -(uint64_t)(s > x));
}

/* *sum += part modulo p * 2^64; both stay below 2^127: p has 61 bits. */
static void add_lazily(const struct rep3a_field *f, rep3a_u128 *sum, rep3a_u128 part)
{
    rep3a_u128 t = *sum + part;

    *sum = (rep3a_u128)cut(cut((uint64_t)(t >> 64), 8 * f->p), 4 * f->p) << 64 | (uint64_t)t;
}

/* Which of the operands is the short one. */
struct sides {
    const uint32_t *short_at, *short_step, *long_at, *long_step;
};

/* sum[s][e] += w[i] * long[s][..] over the results i that term t takes from element e. Results that share an
 * element mostly follow each other: up to 32 products of 61 bits make a sum below 2^127. */
static void add_term(const struct rep3a_field *f, const struct sides *v, size_t t, size_t n,
                     const uint64_t *weight, uint64_t *const longer[2], rep3a_u128 *const sum[2])
{
    const uint64_t *l0 = longer[0] + v->long_step[t], *l1 = longer[1] + v->long_step[t];

    for (size_t i = 0; i < n;) {
        uint32_t at = v->short_at[i];
        size_t end = n - i < RUN ? n : i + RUN;
        rep3a_u128 part[2] = { 0, 0 };

        for (; i < end && v->short_at[i] == at; i++) {
            part[0] += (rep3a_u128)weight[i] * l0[v->long_at[i]];
            part[1] += (rep3a_u128)weight[i] * l1[v->long_at[i]];
        }
        for (int s = 0; s < 2; s++)
            add_lazily(f, &sum[s][at + v->short_step[t]], part[s]);
    }
}

enum sotto_err rep3a_map_weigh(struct strand *st, const struct rep3a_field *f, const struct rep3a_block *b,
                               const uint64_t *weight, uint8_t *const x[2], uint8_t *const y[2])
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct rep3a_map *m = b->map;
    bool y_is_short = m->y_n < m->x_n;
    size_t long_n = y_is_short ? m->x_n : m->y_n;
    const struct sides v = y_is_short ? (struct sides){ m->y_at, m->y_step, m->x_at, m->x_step }
                                      : (struct sides){ m->x_at, m->x_step, m->y_at, m->y_step };
    uint64_t *longer[2];
    rep3a_u128 *sum[2];

    for (int s = 0; s < 2; s++) {
        uint64_t *from = words_of(y_is_short ? b->x[s] : b->y[s]),
                 *shorter = words_of(y_is_short ? b->y[s] : b->x[s]);

        longer[s] = strand_alloc(st, long_n, sizeof *longer[s]);
        sum[s] = strand_alloc(st, b->length, sizeof *sum[s]);
        if (!longer[s] || !sum[s])
            return st->s->fault.code;
        for (size_t i = 0; i < long_n; i++)
            longer[s][i] = rep3a_below_p(f, from[i]);
        for (size_t i = 0; i < b->length; i++)
            words_of(x[s])[i] = rep3a_below_p(f, shorter[i]);
    }
    for (size_t t = 0; t < b->terms; t++)
        add_term(f, &v, t, b->n, weight, longer, sum);
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < b->length; i++) {
            uint64_t high = rep3a_below_p(f, (uint64_t)(sum[s][i] >> 64));

            words_of(y[s])[i] = rep3a_montgomery(f, (uint64_t)sum[s][i], 1); /* sum / 2^64 */
            f->add(f, words_of(y[s]) + i, words_of(y[s]) + i, &high, 1);
        }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
