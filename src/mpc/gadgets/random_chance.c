/* random_chance.c - probabilities as 96 bits after the point, by integer arithmetic. docs/protocols/random.md,
 * "Chances". Public values: nothing here is secret.
 *
 *   number:  limb[3] . limb[2] limb[1] limb[0]      64 bits before the point, 192 after it */
#include "mpc/mpc.h"

__extension__ typedef unsigned __int128 u128;

struct number {
    uint64_t limb[4];
};

/* exp(-67) is below 2^-96 */
enum { FRACTION = 192, HALVINGS = 7, TERMS = 48, EXPONENT_MAX = 67 };

static bool less_than(const struct number *x, const struct number *y)
{
    for (int i = 3; i >= 0; i--)
        if (x->limb[i] != y->limb[i])
            return x->limb[i] < y->limb[i];
    return false;
}

static void add_to(struct number *x, const struct number *y)
{
    u128 carry = 0;

    for (int i = 0; i < 4; i++) {
        carry += (u128)x->limb[i] + y->limb[i];
        x->limb[i] = (uint64_t)carry;
        carry >>= 64;
    }
}

static void take_from(struct number *x, const struct number *y)
{
    uint64_t borrow = 0;

    for (int i = 0; i < 4; i++) {
        uint64_t d = x->limb[i] - y->limb[i], more = x->limb[i] < y->limb[i];

        x->limb[i] = d - borrow;
        borrow = more | (d < borrow);
    }
}

/* x = 2x + bit */
static void push(struct number *x, uint64_t bit)
{
    for (int i = 0; i < 4; i++) {
        uint64_t top = x->limb[i] >> 63;

        x->limb[i] = x->limb[i] << 1 | bit;
        bit = top;
    }
}

/* Rounded down; the product must be below 2^64. */
static struct number times(const struct number *x, const struct number *y)
{
    uint64_t wide[8] = { 0 };
    struct number z;

    for (int i = 0; i < 4; i++) {
        u128 carry = 0;

        for (int j = 0; j < 4; j++) {
            carry += (u128)x->limb[i] * y->limb[j] + wide[i + j];
            wide[i + j] = (uint64_t)carry;
            carry >>= 64;
        }
        wide[i + 4] = (uint64_t)carry;
    }
    memcpy(z.limb, wide + FRACTION / 64, sizeof z.limb);
    return z;
}

static void divide_by(struct number *x, uint64_t d)
{
    u128 rest = 0;

    for (int i = 3; i >= 0; i--) {
        rest = rest << 64 | x->limb[i];
        x->limb[i] = (uint64_t)(rest / d);
        rest %= d;
    }
}

/* x / y below 2, rounded down to 192 bits after the point; x and y below 2^63. */
static struct number quotient(struct number x, const struct number *y)
{
    struct number z = { { 0 } };

    for (int i = 0; i <= FRACTION; i++) {
        bool fits = !less_than(&x, y);

        if (fits)
            take_from(&x, y);
        push(&z, fits);
        push(&x, 0);
    }
    return z;
}

/* exp(-x) for 0 <= x < 67: the alternating series at x / 2^7, squared seven times. Every step loses less than
 * 2^-191, and a squaring doubles what was lost before: 2^-178 in all. */
static struct number exp_of_minus(struct number x)
{
    struct number plus = { { 0, 0, 0, 1 } }, minus = { { 0 } }, term = plus;

    divide_by(&x, 1 << HALVINGS);
    for (uint64_t k = 1; k <= TERMS; k++) { /* the rest is below 2^-49 / 49! */
        term = times(&term, &x);
        divide_by(&term, k);
        add_to(k % 2 ? &minus : &plus, &term);
    }
    take_from(&plus, &minus);
    for (int i = 0; i < HALVINGS; i++)
        plus = times(&plus, &plus);
    return plus;
}

/* Rounded down to 96 bits; 1 and above become the greatest chance below. */
static struct random_chance chance_of(const struct number *x)
{
    if (x->limb[3])
        return (struct random_chance){ { UINT64_MAX, UINT32_MAX } };
    return (struct random_chance){ { x->limb[2] << 32 | x->limb[1] >> 32, x->limb[2] >> 32 } };
}

/* num / den * 2^shift by long division, from the top; false where that is EXPONENT_MAX or more. */
static bool exponent(struct number *x, uint64_t num, const uint64_t den[2], unsigned shift)
{
    static const struct number limit = { { 0, 0, 0, EXPONENT_MAX } };
    struct number rest = { { 0 } }, d = { { den[0], den[1], 0, 0 } };
    int fraction = (int)shift + FRACTION;

    assert(den[0] | den[1]);
    *x = (struct number){ { 0 } };
    for (int at = 63; at >= -fraction; at--) {
        bool fits;

        push(&rest, at >= 0 ? num >> at & 1 : 0);
        fits = !less_than(&rest, &d);
        if (fits)
            take_from(&rest, &d);
        push(x, fits);
        if (!less_than(x, &limit))
            return false;
    }
    return true;
}

struct random_chance random_chance_ratio(uint64_t num, uint64_t den)
{
    struct number n = { { num, 0, 0, 0 } }, d = { { den, 0, 0, 0 } }, z;

    assert(den);
    if (num >= den)
        return (struct random_chance){ { UINT64_MAX, UINT32_MAX } };
    z = quotient(n, &d);
    return chance_of(&z);
}

struct random_chance random_chance_exp(uint64_t num, const uint64_t den[2], unsigned shift)
{
    struct number x, e;

    if (!exponent(&x, num, den, shift))
        return (struct random_chance){ { 0, 0 } };
    e = exp_of_minus(x);
    return chance_of(&e);
}

struct random_chance random_chance_odds(uint64_t num, const uint64_t den[2], unsigned shift)
{
    struct number x, e, sum = { { 0, 0, 0, 1 } };

    if (!exponent(&x, num, den, shift))
        return (struct random_chance){ { 0, 0 } };
    e = exp_of_minus(x);
    add_to(&sum, &e);
    e = quotient(e, &sum);
    return chance_of(&e);
}
