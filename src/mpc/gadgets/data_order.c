/* data_order.c - the order of shuffled rows by opened comparisons. docs/protocols/data.md, "Order".
 *
 * The rows are shuffled, and no two have the same key: which comparison comes out how says where the shuffle
 * put what, and nothing else. So all of this but the comparisons themselves is on public values.
 *
 *   segment   | sample (m rows) | all others            |  the sample: every pair is compared, which orders it
 *   then      | p0 < p1 < ... < pm-1 | all others       |  the others search their place among the pivots
 *   then      | < p0 | p0 | p0..p1 | p1 | ... | > pm-1  |  each part is a segment
 *
 * A segment that is short is all sample. All segments go on at once: a level is one batch of comparisons. */
#include "mpc/gadgets/carry.h"
#include "mpc/gadgets/data_rows.h"

struct segment {
    size_t from, n; /* of ordering.row */
    size_t sample;  /* rows of it whose pairs are compared; pivots afterwards */
    bool search;
    struct segment *next;
};

struct ordering {
    const struct data_rows *rows;
    size_t keys;          /* columns of rows that are the key, the least significant first */
    unsigned bits;        /* of them together */
    size_t first, wanted; /* places that matter: from, to */
    uint64_t pair_cost, level_cost;
    size_t all_pairs_n;
    uint32_t *row;        /* by place */
    uint32_t *low, *high; /* by place: the row comes after pivot low-1 and before pivot high */
    uint32_t *parted;     /* a segment in its next order */
    size_t *begin, *next; /* of its parts */
    struct segment *segments, *spare;
    unsigned log2_ways; /* of a search's step */
    /* comparisons of a level */
    uint32_t *a, *b;
    uint64_t *less; /* a < b */
    size_t pairs, tile_n;
};

static unsigned log2_ceil(size_t n)
{
    unsigned l = 0;

    while (((size_t)1 << l) < n)
        l++;
    return l;
}

/* --- the plan: a level is worth its rounds, and a comparison its bytes ---------------------------------------
 */

/* A comparison as the cost model makes it for a tile by itself: the levels of a sort follow one another, so the
 * bytes of the tiles beside it do not make up for more rounds in each. */
static void price(const struct strand *st, struct ordering *o)
{
    struct mpc_cost c = mpc_cost_of(st);
    size_t n = o->rows->n < o->tile_n ? o->rows->n : o->tile_n;
    struct carry_shape shape;

    c.beside = 1;
    shape = carry_choose(&c, o->bits, false, ring_words(n));
    o->pair_cost = shape.ands * (c.quarters ? c.quarters : 1);
    o->level_cost =
        32 * (uint64_t)(shape.rounds + 2) * c.round_worth; /* both in 32nds of a byte that a party sends */
}

/* Segments of up to this many rows: comparing all pairs costs (n-1)/2 a row, on average over the lengths that
 * come 0.3 n, instead of lg n in as many levels and two more. */
static size_t all_pairs_max(const struct ordering *o, size_t n)
{
    enum { LEAST = 8, MOST = 1 << 10 };
    size_t most = LEAST;

    for (size_t m = LEAST + 1; m <= MOST; m++) {
        uint64_t lg = log2_ceil(m), more = 3 * m > 10 * lg ? (3 * m - 10 * lg) / 10 : 0;

        if ((uint64_t)n * more * o->pair_cost > (lg + 2) * o->level_cost)
            break;
        most = m;
    }
    return most;
}

/* About the square root, and one less than a power of two: a search among them is balanced. */
static size_t sample_of(const struct ordering *o, size_t n)
{
    return n <= o->all_pairs_n ? n : ((size_t)1 << (log2_ceil(n) + 1) / 2) - 1;
}

static unsigned ways_for(const struct ordering *o, size_t searching)
{
    uint64_t best = UINT64_MAX;
    unsigned choice = 1;

    for (unsigned t = 1; t <= 4; t++) {
        uint64_t cost = ((((uint64_t)1 << t) - 1) * searching * o->pair_cost + o->level_cost) / t;

        if (cost < best) {
            best = cost;
            choice = t;
        }
    }
    return choice;
}

/* --- segments
 * ------------------------------------------------------------------------------------------------- */

/* Each has two rows at least, so n/2 of them are enough, and one that is being parted. */
static void add_segment(struct ordering *o, size_t from, size_t n)
{
    struct segment *s = o->spare;

    if (n < 2 || from >= o->wanted || from + n <= o->first)
        return;
    assert(s);
    o->spare = s->next;
    *s = (struct segment){ from, n, sample_of(o, n), false, o->segments };
    o->segments = s;
}

/* Pivot i of the `count` that split low..high evenly. */
static uint32_t pivot_at(uint32_t low, uint32_t high, uint32_t i, uint32_t count)
{
    return low + (uint32_t)((uint64_t)(i + 1) * (high - low + 1) / (count + 1)) - 1;
}

static uint32_t pivots_of(const struct ordering *o, size_t place)
{
    uint32_t between = o->high[place] - o->low[place], most = (1u << o->log2_ways) - 1;

    return between < most ? between : most;
}

static size_t pairs_of(const struct ordering *o, const struct segment *s)
{
    size_t pairs = 0;

    if (!s->search)
        return s->sample * (s->sample - 1) / 2;
    for (size_t i = s->from + s->sample; i < s->from + s->n; i++)
        pairs += pivots_of(o, i);
    return pairs;
}

static void ask(struct ordering *o, size_t place_a, size_t place_b)
{
    o->a[o->pairs] = o->row[place_a];
    o->b[o->pairs++] = o->row[place_b];
}

static void ask_all(struct ordering *o, const struct segment *s)
{
    if (!s->search) {
        for (size_t i = 0; i < s->sample; i++)
            for (size_t k = i + 1; k < s->sample; k++)
                ask(o, s->from + i, s->from + k);
        return;
    }
    for (size_t i = s->from + s->sample; i < s->from + s->n; i++) {
        uint32_t count = pivots_of(o, i);

        for (uint32_t k = 0; k < count; k++)
            ask(o, s->from + pivot_at(o->low[i], o->high[i], k, count), i);
    }
}

/* The sample into its order: a row's rank is how many of the others are less. */
static enum sotto_err rank_sample(struct strand *st, struct ordering *o, const struct segment *s,
                                  const uint64_t *less)
{
    uint32_t *rank = o->low + s->from; /* nobody searches yet */

    memset(rank, 0, s->sample * sizeof *rank);
    for (size_t i = 0; i < s->sample; i++)
        for (size_t k = i + 1; k < s->sample; k++)
            rank[*less++ ? k : i]++;
    for (size_t i = 0; i < s->sample; i++)
        o->parted[i] = UINT32_MAX;
    for (size_t i = 0; i < s->sample; i++) {
        if (o->parted[rank[i]] != UINT32_MAX)
            return strand_fail(st, SOTTO_ERR_INTERNAL, "opened comparisons contradict each other");
        o->parted[rank[i]] = o->row[s->from + i];
    }
    memcpy(o->row + s->from, o->parted, s->sample * sizeof *o->row);
    return SOTTO_OK;
}

static void begin_search(struct ordering *o, struct segment *s)
{
    s->search = true;
    for (size_t i = s->from + s->sample; i < s->from + s->n; i++) {
        o->low[i] = 0;
        o->high[i] = (uint32_t)s->sample;
    }
}

/* True when all have found their place. */
static bool go_on_searching(struct ordering *o, const struct segment *s, const uint64_t *less)
{
    bool done = true;

    for (size_t i = s->from + s->sample; i < s->from + s->n; i++) {
        uint32_t count = pivots_of(o, i), low = o->low[i], high = o->high[i], before = 0;

        for (uint32_t k = 0; k < count; k++)
            before += (uint32_t)(*less++ & 1);
        if (before > 0)
            o->low[i] = pivot_at(low, high, before - 1, count) + 1;
        if (before < count)
            o->high[i] = pivot_at(low, high, before, count);
        done &= o->low[i] == o->high[i];
    }
    return done;
}

/* Rows go between the pivots, in the order in which they come: which is what the shuffle made it. */
static void part(struct ordering *o, const struct segment *s)
{
    size_t m = s->sample, at = 0, *begin = o->begin, *next = o->next;

    memset(next, 0, (m + 1) * sizeof *next);
    for (size_t i = s->from + m; i < s->from + s->n; i++)
        next[o->low[i]]++;
    for (size_t b = 0; b <= m; b++) {
        size_t n = next[b];

        begin[b] = next[b] = at;
        at += n;
        if (b < m)
            o->parted[at++] = o->row[s->from + b];
    }
    begin[m + 1] = at + 1; /* as if a pivot came last */
    for (size_t i = s->from + m; i < s->from + s->n; i++)
        o->parted[next[o->low[i]]++] = o->row[i];
    memcpy(o->row + s->from, o->parted, s->n * sizeof *o->row);
    for (size_t b = 0; b <= m; b++)
        add_segment(o, s->from + begin[b], begin[b + 1] - 1 - begin[b]);
}

static enum sotto_err answer(struct strand *st, struct ordering *o, struct segment *s, const uint64_t *less)
{
    bool done;

    if (s->search) {
        done = go_on_searching(o, s, less);
        if (done)
            part(o, s);
    } else {
        TRY(rank_sample(st, o, s, less));
        done = s->sample == s->n;
        if (!done)
            begin_search(o, s);
    }
    s->next = done ? o->spare : o->segments;
    *(done ? &o->spare : &o->segments) = s;
    return SOTTO_OK;
}

/* --- a level
 * -------------------------------------------------------------------------------------------------- */

static enum sotto_err compare_tile(struct strand *st, void *arg, size_t i)
{
    const struct ordering *o = arg;
    struct arena_mark mark = arena_mark(&st->scratch);
    size_t from = i * o->tile_n, n = o->pairs - from < o->tile_n ? o->pairs - from : o->tile_n;
    const uint32_t *row[2] = { o->a + from, o->b + from };
    size_t beside;
    struct shared key[2], less;

    TRY(strand_shared(st, &less, MPC_BITS, 1, n));
    for (int k = 0; k < 2; k++) {
        unsigned at = 0;

        TRY(strand_shared(st, &key[k], MPC_BITS, o->bits, n));
        for (size_t c = 0; c < o->keys; c++) {
            struct shared planes = shared_planes(&key[k], at, o->rows->column[c].planes);

            TRY(data_rows_planes(st, &o->rows->column[c], row[k], &planes));
            at += planes.bits;
        }
    }
    beside = st->beside;
    st->beside = 1; /* as in price() */
    TRY(gadget_less(st, &less, &key[0], &key[1], 1, false));
    st->beside = beside;
    TRY(gadget_reveal(st, &less, mpc_everyone(st->s->protocol), o->less + from));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err run_level(struct strand *st, struct ordering *o)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct segment *s, *next;
    size_t pairs = 0, searching = 0;
    const uint64_t *less;

    for (s = o->segments; s; s = s->next)
        searching += s->search ? s->n - s->sample : 0;
    o->log2_ways = ways_for(o, searching);
    for (s = o->segments; s; s = s->next)
        pairs += pairs_of(o, s);
    o->pairs = 0;
    o->a = strand_room(st, pairs, sizeof *o->a);
    o->b = strand_room(st, pairs, sizeof *o->b);
    less = o->less = strand_room(st, pairs, sizeof *o->less);
    if (!o->a || !o->b || !less)
        return st->s->fault.code;
    for (s = o->segments; s; s = s->next)
        ask_all(o, s);
    TRY(strand_each(st, (pairs + o->tile_n - 1) / o->tile_n, compare_tile, o));
    s = o->segments;
    for (o->segments = NULL; s; s = next) {
        size_t asked = pairs_of(o, s);

        next = s->next;
        TRY(answer(st, o, s, less));
        less += asked;
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

static enum sotto_err prepare(struct strand *st, struct ordering *o, uint32_t *row)
{
    size_t n = o->rows->n, most = ((size_t)1 << (log2_ceil(n) + 1) / 2) + 2, segments = n / 2 + 1;
    struct segment *s = strand_room(st, segments, sizeof *s);

    for (size_t c = 0; c < o->keys; c++)
        o->bits += o->rows->column[c].planes;
    o->tile_n = data_tile_n(n);
    price(st, o);
    o->all_pairs_n = all_pairs_max(o, n);
    o->row = row;
    o->low = strand_room(st, n, sizeof *o->low);
    o->high = strand_room(st, n, sizeof *o->high);
    o->parted = strand_room(st, n, sizeof *o->parted);
    o->begin = strand_room(st, most, sizeof *o->begin);
    o->next = strand_room(st, most, sizeof *o->next);
    if (!s || !o->low || !o->high || !o->parted || !o->begin || !o->next)
        return st->s->fault.code;
    for (size_t i = 0; i < segments; i++) {
        s[i].next = o->spare;
        o->spare = &s[i];
    }
    for (size_t i = 0; i < n; i++)
        row[i] = (uint32_t)i;
    add_segment(o, 0, n);
    return SOTTO_OK;
}

enum sotto_err data_rows_order(struct strand *st, const struct data_rows *r, size_t keys, size_t first,
                               size_t wanted, uint32_t *row)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct ordering o = { .rows = r, .keys = keys, .first = first, .wanted = wanted };

    TRY(prepare(st, &o, row));
    while (o.segments)
        TRY(run_level(st, &o));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
