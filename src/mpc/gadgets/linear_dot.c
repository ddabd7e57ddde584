/* linear_dot.c - inner products of rows: only the result is sent. */
#include "mpc/mpc.h"

/* Words of one summand that are worked on at a time. */
enum { CHUNK_WORDS = 2048, CHUNK_LEN = CHUNK_WORDS * 32 };

struct chunk {
    const struct ring_kernels *k;
    uint8_t *x, *y, *product;
};

static struct chunk chunk_of(const struct bilinear *b)
{
    uint8_t *at = b->work;

    return (struct chunk){ shared_kernels(&b->z), at, at + CHUNK_LEN, at + 2 * (size_t)CHUNK_LEN };
}

/* Words from..from+n of a sum. */
static const uint8_t *sum_words(const struct ring_kernels *k, const struct ring_sum *s, size_t from, size_t n,
                                uint8_t *out)
{
    const uint8_t *a = (const uint8_t *)s->at[0] + from * k->word_len, *b = s->at[1];

    if (!s->sign)
        return a;
    if (s->sign > 0)
        k->add(out, a, b + from * k->word_len, n);
    else
        k->sub(out, a, b + from * k->word_len, n);
    return out;
}

static void multiply(const struct chunk *c, const struct ring_sum *x, const struct ring_sum *y, size_t from,
                     size_t n)
{
    const uint8_t *xs = sum_words(c->k, x, from, n, c->x), *ys = sum_words(c->k, y, from, n, c->y);

    memset(c->product, 0, n * c->k->word_len);
    c->k->mul_add(c->product, xs, ys, n);
}

/* *z += or -= the sum of n words. */
static void add_sum(const struct ring_kernels *k, void *z, const void *words, size_t n, bool minus)
{
    _Alignas(64) uint8_t sum[32];

    if (k->wide)
        k->wide->sum(sum, words, n);
    else
        k->put(sum, 0, k->sum(words, n));
    if (minus)
        k->sub(z, z, sum, 1);
    else
        k->add(z, z, sum, 1);
    mem_wipe(sum, sizeof sum);
}

/* Whole rows where they fit a chunk, pieces of one where they do not. */
static void add_words(const struct bilinear *b, void *out, size_t w0, size_t wn, bool minus,
                      const struct ring_sum *x, const struct ring_sum *y)
{
    const struct chunk c = chunk_of(b);
    size_t len = *(const size_t *)b->shape, at = w0 * len, end = (w0 + wn) * len;

    while (at < end) {
        size_t most = len < CHUNK_WORDS ? CHUNK_WORDS / len * len : CHUNK_WORDS,
               n = end - at < most ? end - at : most;

        if (len >= CHUNK_WORDS && at % len + n > len)
            n = len - at % len;
        multiply(&c, x, y, at, n);
        for (size_t done = 0, part; done < n; done += part) {
            part = len < n - done ? len : n - done;
            add_sum(c.k, (uint8_t *)out + ((at + done) / len - w0) * c.k->word_len,
                    c.product + done * c.k->word_len, part, minus);
        }
        at += n;
    }
}

/* Parity of bits from..from+n. */
static uint64_t parity(const uint64_t *x, size_t from, size_t n)
{
    size_t first = from / 64, last = (from + n - 1) / 64;
    uint64_t low = ~(uint64_t)0 << from % 64, high = ~(uint64_t)0 >> (63 - (from + n - 1) % 64), v;

    if (first == last)
        return (uint64_t)__builtin_parityll(x[first] & low & high);
    v = (x[first] & low) ^ (x[last] & high);
    for (size_t w = first + 1; w < last; w++)
        v ^= x[w];
    return (uint64_t)__builtin_parityll(v);
}

/* The same for bits: element e of a row is bit e. */
static void add_bits(const struct bilinear *b, void *out, size_t w0, size_t wn, bool minus,
                     const struct ring_sum *x, const struct ring_sum *y)
{
    const struct chunk c = chunk_of(b);
    size_t len = *(const size_t *)b->shape, n = b->z.n - 64 * w0 < 64 * wn ? b->z.n - 64 * w0 : 64 * wn,
           at = 64 * w0 * len, end = at + n * len;
    uint64_t *z = out;

    (void)minus;
    while (at < end) {
        size_t word = at / 64, words = ring_words(end) - word, until, row = at / len;

        words = words < CHUNK_WORDS ? words : CHUNK_WORDS;
        until = 64 * (word + words) < end ? 64 * (word + words) : end;
        multiply(&c, x, y, word, words);
        for (; at < until; row++) {
            size_t part = (row + 1) * len < until ? (row + 1) * len - at : until - at, i = row - 64 * w0;

            z[i / 64] ^= parity((uint64_t *)c.product, at - 64 * word, part) << i % 64;
            at += part;
        }
    }
}

static void factor_words(const struct bilinear *b, void *out, size_t t, bool of_y, size_t w0, size_t wn,
                         const void *row)
{
    size_t len = *(const size_t *)b->shape;

    (void)of_y;
    for (size_t i = 0; i < wn; i++)
        ring_copy_word(out, i, row, (w0 + i) * len + t, shared_kernels(&b->z)->word_len);
}

static void factor_bits(const struct bilinear *b, void *out, size_t t, bool of_y, size_t w0, size_t wn,
                        const void *row)
{
    size_t len = *(const size_t *)b->shape, n = b->z.n - 64 * w0 < 64 * wn ? b->z.n - 64 * w0 : 64 * wn;

    (void)of_y;
    ring_gather_bits(out, n, row, b->z.n * len, 64 * w0 * len + t, len, false);
}

enum sotto_err gadget_dot(struct strand *st, struct shared *z, const struct shared *x, const struct shared *y,
                          size_t len)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct bilinear b = { .z = *z,
                          .x = *x,
                          .y = *y,
                          .add = z->domain == MPC_ARITH ? add_words : add_bits,
                          .factor = z->domain == MPC_ARITH ? factor_words : factor_bits,
                          .terms = len,
                          .shape = &len,
                          .work = strand_alloc(st, 3, CHUNK_LEN) };

    assert(x->n == z->n * len && y->n == x->n);
    if (!b.work)
        return st->s->fault.code;
    if (z->n && len)
        TRY(st->s->protocol->bilinear(st, &b));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
