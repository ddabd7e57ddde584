/* quotient.c - by how many 2^k a sum of products passes what the verifiers hold of it. docs/protocols/rep3a.md,
 * "Rings", step 2. */
#include "mpc/rep3a/rep3a.h"

static const uint64_t *words(const uint8_t *p)
{
    return (const uint64_t *)(const void *)p;
}

/* Element `x` of x times element `y` of y. */
static inline void add_product(const struct rep3a_block *b, size_t x, size_t y, rep3a_u128 *low_sum,
                               rep3a_u128 *high)
{
    uint64_t x0 = words(b->x[0])[x], y0 = words(b->y[0])[y], u = x0 + words(b->x[1])[x],
             v = y0 + words(b->y[1])[y], u_over = u < x0, v_over = v < y0;
    rep3a_u128 uv = (rep3a_u128)u * v;

    *low_sum += (uint64_t)uv;
    *high += (uint64_t)(uv >> 64);
    *high += (rep3a_u128)(u & -v_over) + (v & -u_over) + ((rep3a_u128)(u_over & v_over) << 64);
}

/* What of high * 2^64 + low_sum lies above 2^k, less one where a + b passes 2^k: c, which is a, is more than
 * their sum modulo 2^k. */
static rep3a_u128 over(rep3a_u128 low_sum, rep3a_u128 high, unsigned k, uint64_t c)
{
    uint64_t mask = ~(uint64_t)0 >> (64 - k), low = (uint64_t)low_sum;

    high += (uint64_t)(low_sum >> 64);
    if (k < 64)
        high = high << (64 - k) | low >> k;
    return high - (c > (low & mask));
}

static rep3a_u128 narrow(const struct rep3a_block *b, unsigned k, size_t i)
{
    rep3a_u128 low_sum = 0, high = 0;

    for (size_t t = 0; t < b->terms; t++)
        add_product(b, t * b->n + i, t * b->n + i, &low_sum, &high);
    return over(low_sum, high, k, words(b->c)[i]);
}

enum { AT_ONCE = 32 };

/* Results from..from+n, n up to AT_ONCE. */
static void of_map(const struct rep3a_block *b, unsigned k, rep3a_u128 *q, size_t from, size_t n)
{
    const struct rep3a_map *m = b->map;
    rep3a_u128 low_sum[AT_ONCE] = { 0 }, high[AT_ONCE] = { 0 };

    for (size_t t = 0; t < b->terms; t++)
        for (size_t i = 0; i < n; i++)
            add_product(b, m->x_at[from + i] + m->x_step[t], m->y_at[from + i] + m->y_step[t], &low_sum[i],
                        &high[i]);
    for (size_t i = 0; i < n; i++)
        q[i] = over(low_sum[i], high[i], k, words(b->c)[from + i]);
}

/* sum[from..5) += v */
static void add_at(uint64_t sum[5], unsigned from, uint64_t v)
{
    for (unsigned i = from; i < 5; i++) {
        rep3a_u128 s = (rep3a_u128)sum[i] + v;

        sum[i] = (uint64_t)s;
        v = (uint64_t)(s >> 64);
    }
}

static rep3a_u128 load(const uint8_t *p, size_t at)
{
    return (rep3a_u128)words(p)[2 * at + 1] << 64 | words(p)[2 * at];
}

static void add_wide_product(uint64_t sum[5], rep3a_u128 u, rep3a_u128 v)
{
    const uint64_t ul[2] = { (uint64_t)u, (uint64_t)(u >> 64) }, vl[2] = { (uint64_t)v, (uint64_t)(v >> 64) };

    for (unsigned i = 0; i < 4; i++) {
        rep3a_u128 p = (rep3a_u128)ul[i / 2] * vl[i % 2];

        add_at(sum, i / 2 + i % 2, (uint64_t)p);
        add_at(sum, i / 2 + i % 2 + 1, (uint64_t)(p >> 64));
    }
}

/* Words of 128 bits. The quotient has up to 160: its low 64 bits, or what lies above. */
static rep3a_u128 wide(const struct rep3a_block *b, size_t i, bool above)
{
    uint64_t sum[5] = { 0 }, over;
    rep3a_u128 low, high;

    for (size_t t = 0; t < b->terms; t++) {
        rep3a_u128 x0 = load(b->x[0], t * b->n + i), y0 = load(b->y[0], t * b->n + i),
                   u = x0 + load(b->x[1], t * b->n + i), v = y0 + load(b->y[1], t * b->n + i),
                   u_over = -(rep3a_u128)(u < x0), v_over = -(rep3a_u128)(v < y0);

        add_wide_product(sum, u, v);
        add_at(sum, 2, (uint64_t)(u & v_over));
        add_at(sum, 3, (uint64_t)((u & v_over) >> 64));
        add_at(sum, 2, (uint64_t)(v & u_over));
        add_at(sum, 3, (uint64_t)((v & u_over) >> 64));
        add_at(sum, 4, (uint64_t)(u_over & v_over & 1));
    }
    low = (rep3a_u128)sum[1] << 64 | sum[0];
    over = load(b->c, i) > low;
    high = ((rep3a_u128)sum[4] << 64 | sum[3]) - (sum[2] < over);
    return above ? high : (rep3a_u128)(sum[2] - over);
}

static rep3a_u128 of_result(const struct rep3a_block *b, unsigned k, size_t i, bool above)
{
    bool over;

    if (b->moves) { /* item - a - b: 0 or -1 */
        over = k > 64 ? load(b->c, i) > load(b->x[0], i) : words(b->c)[i] > words(b->x[0])[i];
        return k > 64 && !above ? (rep3a_u128) - (uint64_t)over : -(rep3a_u128)over;
    }
    return k > 64 ? wide(b, i, above) : narrow(b, k, i);
}

void rep3a_quotients(const struct rep3a_block *b, unsigned k, rep3a_u128 *q, size_t from, size_t n, bool above)
{
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t part = n - i < AT_ONCE ? n - i : AT_ONCE;

        if (b->map)
            of_map(b, k, q + i, from + i, part);
        for (size_t e = i; e < i + part && !b->map; e++)
            q[e] = of_result(b, k, from + e, above);
    }
}
