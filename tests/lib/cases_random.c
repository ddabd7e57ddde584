/* cases_random.c - joint randomness and noise. docs/protocols/random.md */
#include "lib/gadget_case.h"

#include "lib/testing.h"

#define RUN(name)                                                                                              \
    static enum sotto_err run_##name(struct strand *st, const struct case_run *r, const struct shared *in,     \
                                     struct shared *out)
#define COST(name) static void cost_of_##name(struct cost *c, const struct case_run *r)

static unsigned bits_of(const struct case_run *r)
{
    return r->c->out[0].bits;
}

/* A step without an exchange. */
static void drawn(struct cost *c)
{
    c->turn++;
}

RUN(random)
{
    (void)r, (void)in;
    return gadget_random(st, &out[0]);
}
COST(random)
{
    (void)r;
    drawn(c);
}
static const char *anything(const struct case_run *r)
{
    (void)r;
    return NULL;
}

/* --- below: data is the bound ------------------------------------------------------------------------------
 */

static uint64_t bound_of(const struct case_run *r)
{
    return (uint64_t)r->c->arg;
}

RUN(below)
{
    (void)in;
    return gadget_random_below(st, &out[0], bound_of(r));
}
static const char *check_below(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        if (r->out[0][e] >= bound_of(r))
            return "a number is not below its bound";
    return NULL;
}
/* Where z is ARITH. */
static void delivered(struct cost *c, const struct case_run *r)
{
    uint64_t planes = bits_of(r) * cost_plane(r->n);

    if (r->c->out[0].domain == MPC_BITS)
        return;
    cost_share_parts(c, planes, 1);
    cost_sub_bits(c, bits_of(r), r->n, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, planes);
}
COST(below)
{
    unsigned k = cost_lg(bound_of(r));

    drawn(c);
    if (bound_of(r) & (bound_of(r) - 1)) {
        if (!cost_is_rep3a(c)) /* there, a part each is three parts and no message */
            cost_share_parts(c, 2 * k * cost_plane(r->n), 0);
        for (int sums = 0; sums < (cost_is_rep3a(c) ? 2 : 1); sums++) {
            cost_carries(c, k, true, r->n, 2);
            cost_ands(c, k, r->n);
        }
    }
    delivered(c, r);
}

/* --- coins -------------------------------------------------------------------------------------------------
 */

RUN(coins)
{
    struct random_chance chance[5];

    (void)r, (void)in;
    for (unsigned i = 0; i < 5; i++)
        chance[i] = random_chance_ratio(i, 4);
    return gadget_random_coins(st, &out[0], chance);
}
static const char *check_coins(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++)
        if ((r->out[0][e] & 0x11) != 0x10) /* the first never, the last always, but for 2^-96 */
            return "a coin without a choice fell wrong";
    return NULL;
}
static void coins_thrown(struct cost *c, unsigned coins, size_t n)
{
    drawn(c);
    cost_less(c, 96, 64 * ((n + 63) / 64) * coins, 1);
}
COST(coins)
{
    coins_thrown(c, 5, r->n);
}

/* --- permutation -------------------------------------------------------------------------------------------
 */

RUN(permutation)
{
    (void)r, (void)in;
    return gadget_random_permutation(st, &out[0]);
}
static const char *check_permutation(const struct case_run *r)
{
    for (size_t v = 0; v < r->n; v++) {
        size_t times = 0;

        for (size_t e = 0; e < r->n; e++)
            times += r->out[0][e] == v;
        if (times != 1)
            return "a number does not come once";
    }
    return NULL;
}

/* --- noise -------------------------------------------------------------------------------------------------
 */

struct noise {
    uint64_t a, b;
    unsigned size, square, coins, candidates; /* as random.md computes them */
};

static const struct noise *noise_of(const struct case_run *r)
{
    return r->c->data;
}

RUN(laplace)
{
    (void)in;
    return gadget_noise_laplace(st, &out[0], noise_of(r)->a, noise_of(r)->b);
}
static const char *check_noise(const struct case_run *r)
{
    for (size_t e = 0; e < r->n; e++) {
        int64_t v = case_signed(r->out[0][e], bits_of(r));

        if (v >> noise_of(r)->size != 0 && v >> noise_of(r)->size != -1)
            return "noise is out of its range";
    }
    return NULL;
}
COST(laplace)
{
    unsigned l = noise_of(r)->size;

    coins_thrown(c, 2 * l, r->n);
    cost_sub_bits(c, l + 1, r->n, false);
    delivered(c, r);
}

RUN(gauss)
{
    (void)in;
    return gadget_noise_gauss(st, &out[0], noise_of(r)->a, noise_of(r)->b);
}
COST(gauss)
{
    const struct noise *g = noise_of(r);
    unsigned k = g->square <= 32 ? 32 : 64;
    size_t all = r->n * g->candidates;

    coins_thrown(c, g->size + g->coins, all);
    drawn(c);
    cost_and_planes(c, g->size, all, 1);
    cost_share_parts(c, k * cost_plane(all), 1);
    cost_sub_bits(c, k, all, cost_two_masks(c));
    cost_opening(c, cost_is_rep4(c) ? 0xe : 0x5, k * cost_plane(all));
    cost_products(c, 1, k / 8 * all, k / 8);
    cost_split_planes(c, k, all);
    cost_add_bits(c, k, all);
    cost_ands(c, g->coins + 1, all);
    cost_and_planes(c, g->square + 1, all, 1);
    for (size_t left = g->candidates; left > 1; left -= left / 2)
        cost_ands(c, g->size + 2, left / 2 * r->n);
    cost_add_bits(c, g->size + 1, r->n);
    delivered(c, r);
}

static const struct noise laplace_20 = { 20, 1, 2, 0, 0, 0 }, gauss_1_2 = { 1, 2, 7, 17, 9, 131 },
                          gauss_9 = { 9, 1, 9, 23, 15, 46 };

#define LINE(text, function, checks, price, result_domain, result_bits, ...)                                   \
    {                                                                                                          \
        .name = text, .run = run_##function, .check = checks, .cost = price,                                   \
        .out = { { result_domain, result_bits, NULL } }, __VA_ARGS__                                           \
    }

/* Gauss is made of gadgets whose masks the table watches by themselves; its own messages are too long for that.
 */
const struct gadget_case cases_random[] = {
    LINE("uniform words", random, anything, cost_of_random, MPC_ARITH, 64, .small = 2),
    LINE("uniform words of a field", random, anything, cost_of_random, MPC_ARITH, 61, .small = 2),
    LINE("uniform planes", random, anything, cost_of_random, MPC_BITS, 7, .small = 2),
    LINE("below 10", below, check_below, cost_of_below, MPC_BITS, 8, .arg = 10),
    LINE("below a power of two", below, check_below, cost_of_below, MPC_BITS, 8, .arg = 64),
    LINE("below 1", below, check_below, NULL, MPC_BITS, 8, .arg = 1),
    LINE("below 100,000, words", below, check_below, cost_of_below, MPC_ARITH, 32, .arg = 100000),
    LINE("coins", coins, check_coins, cost_of_coins, MPC_BITS, 5, .small = 2),
    LINE("permutation", permutation, check_permutation, NULL, MPC_BITS, 8, .small = 5),
    LINE("Laplace", laplace, check_noise, cost_of_laplace, MPC_BITS, 16, .data = &laplace_20),
    LINE("Laplace, words", laplace, check_noise, cost_of_laplace, MPC_ARITH, 16, .data = &laplace_20),
    LINE("Gauss, narrow", gauss, check_noise, cost_of_gauss, MPC_BITS, 16, .data = &gauss_1_2,
         .sizes = { 1, 3 }, .small = 1, .own_masks = true),
    LINE("Gauss, words", gauss, check_noise, cost_of_gauss, MPC_ARITH, 32, .data = &gauss_9, .sizes = { 2 },
         .small = 1, .own_masks = true),
};
const size_t cases_random_n = sizeof cases_random / sizeof cases_random[0];
