/* random_noise.c - discrete Laplace and Gaussian noise. docs/protocols/random.md, "Laplace", "Gauss"; after
 * Canonne, Kamath, Steinke: The Discrete Gaussian for Differential Privacy (NeurIPS 2020). */
#include "mpc/gadgets/random_internal.h"

__extension__ typedef unsigned __int128 u128;

enum { TAIL = 67 /* exp(-67) < 2^-96 */, PLANES_MAX = 128 };

/* The least l with exp(-2^l * s / t) < 2^-96: a geometric number of that base has no further bits. */
static unsigned geometric_bits(uint64_t s, uint64_t t)
{
    unsigned l = 1;

    while (((u128)s << l) < (u128)TAIL * t)
        l++;
    return l;
}

/* Bit i of a geometric number of base q is 1 with chance q^(2^i) / (1 + q^(2^i)), and its bits are independent.
 */
static void geometric_chances(struct random_chance *chance, unsigned l, uint64_t s, uint64_t t)
{
    const uint64_t den[2] = { t, 0 };

    for (unsigned i = 0; i < l; i++)
        chance[i] = random_chance_odds(s, den, i);
}

static struct shared part_of(const struct shared *x, unsigned from, unsigned count)
{
    struct shared z = shared_plane(x, from);

    z.bits = count;
    return z;
}

static enum sotto_err check_width(struct strand *st, const struct shared *z, unsigned bits)
{
    if (z->bits >= bits)
        return SOTTO_OK;
    return strand_fail(st, SOTTO_ERR_PROGRAM,
                       "noise of that scale may take %u bits with its sign, the type has %u", bits, z->bits);
}

/* --- Laplace: the difference of two geometric numbers of base exp(-s/t) ------------------------------------
 */

static bool laplace_in_range(uint64_t s, uint64_t t)
{
    return s && t && s <= UINT32_MAX && t <= UINT32_MAX;
}

enum sotto_err gadget_noise_laplace(struct strand *st, struct shared *z, uint64_t s, uint64_t t)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct random_chance chance[PLANES_MAX];
    struct shared coins, number[2], value;
    unsigned l;

    if (!laplace_in_range(s, t))
        return strand_fail(st, SOTTO_ERR_PROGRAM, "Laplace noise of scale %llu/%llu: both are 1 to 2^32 - 1",
                           (unsigned long long)t, (unsigned long long)s);
    l = geometric_bits(s, t);
    TRY(check_width(st, z, l + 1));
    if (!z->n)
        return SOTTO_OK;
    geometric_chances(chance, l, s, t);
    memcpy(chance + l, chance, l * sizeof *chance);
    TRY(strand_shared(st, &coins, MPC_BITS, 2 * l, z->n));
    TRY(gadget_random_coins(st, &coins, chance));
    for (unsigned i = 0; i < 2; i++) {
        struct shared from = part_of(&coins, i * l, l), to;

        TRY(strand_shared(st, &number[i], MPC_BITS, l + 1, z->n));
        to = part_of(&number[i], 0, l);
        shared_copy(&to, &from);
    }
    TRY(strand_shared(st, &value, MPC_BITS, l + 1, z->n));
    TRY(gadget_sub_bits(st, &value, &number[0], &number[1], NULL));
    TRY(random_deliver(st, z, &value, true));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- Gauss: CKS, algorithm 3, a fixed number of candidates at once -----------------------------------------
 */

struct gauss {
    uint64_t num, den, t;
    unsigned l;          /* bits of a candidate's size */
    unsigned exponent_l; /* bits of (size * den * t - num)^2 */
    unsigned coins;      /* of them that have a chance to pass */
    unsigned candidates;
    struct random_chance chance[PLANES_MAX]; /* l for the size, then the coins */
};

static uint64_t square_root(uint64_t x)
{
    uint64_t r = 0;

    for (int i = 31; i >= 0; i--)
        if ((r + ((uint64_t)1 << i)) * (r + ((uint64_t)1 << i)) <= x)
            r += (uint64_t)1 << i;
    return r;
}

/* So many that none is accepted with a chance below 2^-65. A candidate is accepted with a chance above 0.291,
 * 0.435, 0.569, 0.627 for t = 1, 2, 3, 4 and more. */
static unsigned candidates_for(uint64_t t)
{
    return t == 1 ? 131 : t == 2 ? 79 : t == 3 ? 54 : 46;
}

static bool gauss_make(struct gauss *g, uint64_t num, uint64_t den)
{
    uint64_t exponent_den[2], largest;
    u128 d;

    if (!num || !den || num > RANDOM_GAUSS_MAX || den > RANDOM_GAUSS_MAX)
        return false;
    *g = (struct gauss){ .num = num, .den = den, .t = square_root(num / den) + 1 };
    g->l = geometric_bits(1, g->t);
    largest = ((uint64_t)1 << g->l) * den * g->t; /* below 2^8 * t * den * t, t^2 <= num/den + 2 t */
    largest = largest > num ? largest : num;
    if (largest > UINT32_MAX)
        return false;
    while (g->exponent_l < 64 && (largest * largest) >> g->exponent_l)
        g->exponent_l++;
    g->candidates = candidates_for(g->t);
    geometric_chances(g->chance, g->l, 1, g->t);
    d = (u128)2 * num * den * g->t * g->t;
    exponent_den[0] = (uint64_t)d;
    exponent_den[1] = (uint64_t)(d >> 64);
    for (g->coins = 0; g->coins < g->exponent_l; g->coins++) {
        struct random_chance c = random_chance_exp(1, exponent_den, g->coins);

        if (!(c.bits[0] | c.bits[1]))
            break;
        g->chance[g->l + g->coins] = c;
    }
    return true;
}

/* (size * den * t - num)^2 in bits. */
static enum sotto_err exponent(struct strand *st, const struct gauss *g, struct shared *z,
                               const struct shared *size)
{
    unsigned k = g->exponent_l <= 32 ? 32 : 64;
    struct shared wide, words, offset, square, bits, low;

    TRY(strand_shared(st, &wide, MPC_BITS, k, size->n));
    TRY(strand_shared(st, &words, MPC_ARITH, k, size->n));
    TRY(strand_shared(st, &offset, MPC_ARITH, k, size->n));
    TRY(strand_shared(st, &square, MPC_ARITH, k, size->n));
    TRY(strand_shared(st, &bits, MPC_BITS, k, size->n));
    low = part_of(&wide, 0, g->l);
    shared_copy(&low, size);
    TRY(gadget_to_arith(st, &words, &wide));
    shared_scale(&words, &words, g->den * g->t);
    shared_public(&offset, &g->num, true);
    shared_sub(&words, &words, &offset);
    TRY(gadget_multiply(st, &square, &words, &words));
    TRY(gadget_to_bits(st, &bits, &square));
    low = part_of(&bits, 0, g->exponent_l);
    shared_copy(z, &low);
    return SOTTO_OK;
}

/* z = not (negative and size 0), and for every bit of the exponent: not the bit, or its coin. */
static enum sotto_err accept(struct strand *st, const struct gauss *g, struct shared *z,
                             const struct shared *size, const struct shared *negative,
                             const struct shared *coins)
{
    unsigned count = g->exponent_l + 1;
    struct shared zero, bits, passed, bad, *plane = strand_room(st, count, sizeof *plane), *set[1] = { plane };
    struct products b;

    if (!plane)
        return st->s->fault.code;
    TRY(strand_shared(st, &zero, MPC_BITS, 1, size->n));
    TRY(strand_shared(st, &bits, MPC_BITS, g->exponent_l, size->n));
    TRY(strand_shared(st, &passed, MPC_BITS, g->coins + 1, size->n));
    TRY(strand_shared(st, &bad, MPC_BITS, count, size->n));
    TRY(gadget_zero(st, &zero, size));
    TRY(exponent(st, g, &bits, size));
    TRY(products_init(&b, st, g->coins + 1, g->coins + 1));
    for (unsigned j = 0; j <= g->coins; j++) { /* the last one: the size of a negative 0 */
        struct shared to = shared_plane(&bad, j == g->coins ? g->exponent_l : j), x = zero, y = *negative;

        if (j < g->coins) {
            struct shared coin = shared_plane(coins, j);

            x = shared_plane(&bits, j);
            y = shared_plane(&passed, j);
            shared_neg(&y, &coin);
        }
        products_add(&b, &to, &x, &y);
    }
    TRY(products_run(&b));
    for (unsigned j = g->coins; j < g->exponent_l; j++) { /* no coin would pass */
        struct shared to = shared_plane(&bad, j), from = shared_plane(&bits, j);

        shared_copy(&to, &from);
    }
    shared_neg(&bad, &bad);
    for (unsigned j = 0; j < count; j++)
        plane[j] = shared_plane(&bad, j);
    TRY(gadget_and_planes(st, set, count, 1));
    shared_copy(z, &plane[0]);
    return SOTTO_OK;
}

/* Of candidates c and c + h the first, if it is accepted; until one of every n is left. The top plane says
 * whether one was accepted. */
static enum sotto_err fold(struct strand *st, struct shared *x, size_t candidates, size_t n)
{
    while (candidates > 1) {
        size_t h = candidates / 2, rest = candidates % 2;
        struct shared first, second, chosen, accepted, next;

        TRY(strand_shared(st, &first, MPC_BITS, x->bits, h * n));
        TRY(strand_shared(st, &second, MPC_BITS, x->bits, h * n));
        TRY(strand_shared(st, &chosen, MPC_BITS, x->bits, h * n));
        TRY(strand_shared(st, &next, MPC_BITS, x->bits, (h + rest) * n));
        shared_gather(&first, x, 0, 1, false);
        shared_gather(&second, x, h * n, 1, false);
        accepted = shared_plane(&first, x->bits - 1);
        TRY(gadget_select(st, &chosen, &accepted, &first, &second));
        shared_gather(&next, &chosen, 0, 1, false);
        if (rest) {
            struct shared last;

            TRY(strand_shared(st, &last, MPC_BITS, x->bits, n));
            shared_gather(&last, x, 2 * h * n, 1, false);
            shared_place(&next, h * n, &last);
        }
        *x = next;
        candidates = h + rest;
    }
    return SOTTO_OK;
}

/* Planes of all candidates: size, sign, accepted. */
static enum sotto_err propose(struct strand *st, const struct gauss *g, struct shared *x)
{
    struct shared coins, size, negative, accepted, chances, from;

    TRY(strand_shared(st, &coins, MPC_BITS, g->l + g->coins, x->n));
    TRY(gadget_random_coins(st, &coins, g->chance));
    size = part_of(x, 0, g->l);
    from = part_of(&coins, 0, g->l);
    shared_copy(&size, &from);
    negative = shared_plane(x, g->l);
    TRY(gadget_random(st, &negative));
    accepted = shared_plane(x, g->l + 1);
    chances = coins;
    if (g->coins)
        chances = part_of(&coins, g->l, g->coins);
    return accept(st, g, &accepted, &size, &negative, &chances);
}

/* The sign's complement and one more: (size ^ sign) + sign. */
static enum sotto_err give_sign(struct strand *st, const struct gauss *g, struct shared *value,
                                const struct shared *x)
{
    struct shared turned, one, sign = shared_plane(x, g->l), low;

    TRY(strand_shared(st, &turned, MPC_BITS, g->l + 1, x->n));
    TRY(strand_shared(st, &one, MPC_BITS, g->l + 1, x->n));
    for (unsigned p = 0; p < g->l; p++) {
        struct shared to = shared_plane(&turned, p), from = shared_plane(x, p);

        shared_add(&to, &from, &sign);
    }
    low = shared_plane(&turned, g->l);
    shared_copy(&low, &sign);
    low = shared_plane(&one, 0);
    shared_copy(&low, &sign);
    return gadget_add_bits(st, value, &turned, &one);
}

enum sotto_err gadget_noise_gauss(struct strand *st, struct shared *z, uint64_t num, uint64_t den)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct gauss g;
    struct shared x, value;

    if (!gauss_make(&g, num, den))
        return strand_fail(st, SOTTO_ERR_PROGRAM,
                           "Gaussian noise of variance %llu/%llu is out of range; see docs/protocols/random.md",
                           (unsigned long long)num, (unsigned long long)den);
    TRY(check_width(st, z, g.l + 1));
    if (!z->n)
        return SOTTO_OK;
    TRY(strand_shared(st, &x, MPC_BITS, g.l + 2, z->n * g.candidates));
    TRY(propose(st, &g, &x));
    TRY(fold(st, &x, g.candidates, z->n));
    TRY(strand_shared(st, &value, MPC_BITS, g.l + 1, z->n));
    TRY(give_sign(st, &g, &value, &x));
    TRY(random_deliver(st, z, &value, true));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

size_t gadget_noise_lanes(bool gauss, uint64_t a, uint64_t b)
{
    struct gauss g;

    if (!gauss)
        return laplace_in_range(a, b) ? 2 * (size_t)geometric_bits(a, b) : 0;
    return gauss_make(&g, a, b) ? (size_t)g.candidates * (g.l + g.coins) : 0;
}
