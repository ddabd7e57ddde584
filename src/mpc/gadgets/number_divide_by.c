/* number_divide_by.c - quotients by a divisor that all know. docs/protocols/numbers.md, "Division". */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

/* What a part's parties do to it. Quotients: words. Bits: the part's k planes, then those of its remainder. */
struct dividing {
    struct mpc_map map;
    uint64_t divisor;
};

/* x / d and what is left, in the same time for every x, which a machine's division does not promise. inverse =
 * floor((2^64 - 1) / d): the estimate is at most 2 too low. */
static uint64_t quotient(uint64_t x, uint64_t d, uint64_t inverse, uint64_t *left)
{
    uint64_t q = (uint64_t)((number_wide_u)x * inverse >> 64), r = x - q * d;

    for (int i = 0; i < 2; i++) {
        uint64_t below = (uint64_t)(((number_wide_u)r - d) >> 64); /* all ones where r < d */

        q += below + 1;
        r -= d & ~below;
    }
    *left = r;
    return q;
}

static void quotient_of_part(const struct mpc_map *map, const struct shared *to, const void *words,
                             const struct shared *x)
{
    const struct dividing *m = (const struct dividing *)map;

    for (size_t e = 0; e < x->n; e++) {
        uint64_t left, v = (uint64_t)number_get(words, x->bits, e);

        number_put(to->share[0], to->bits, e, quotient(v, m->divisor, UINT64_MAX / m->divisor, &left));
    }
}

static void bits_of_part(const struct mpc_map *map, const struct shared *to, const void *words,
                         const struct shared *x)
{
    const struct dividing *m = (const struct dividing *)map;

    ring_to_planes(to->share[0], to->stride, words, x->bits, x->n);
    for (size_t e = 0; e < x->n; e++) {
        uint64_t left;

        (void)quotient((uint64_t)number_get(words, x->bits, e), m->divisor, UINT64_MAX / m->divisor, &left);
        for (unsigned p = x->bits; p < to->bits; p++)
            ring_set_bit(shared_row(to, 0, p), e, left >> (p - x->bits));
    }
}

static struct shared planes_of(const struct shared *x, unsigned from, unsigned bits)
{
    struct shared z = *x;

    z.bits = bits;
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (z.share[a])
            z.share[a] = shared_row(x, a, from);
    return z;
}

/* passed[i] (1 plane) = a + b >= threshold[i] for remainders a, b of `bits` planes: whether a + b + 2^w -
 * threshold passes 2^w, w = bits + 1. A carry-save step by the constant c is a ^ b ^ c and (c ? a | b : a & b);
 * all constants share its ANDs, and then the tree's rounds: their elements lie one after another. */
static enum sotto_err reach(struct strand *st, struct shared *passed, const number_wide_u *threshold,
                            size_t thresholds, const struct shared *a, const struct shared *b)
{
    const unsigned bits = a->bits, w = bits + 1, cut[1] = { w };
    size_t n = a->n;
    struct shared both, either, sum, save, plane, to;

    TRY(strand_shared(st, &both, MPC_BITS, bits, n));
    TRY(strand_shared(st, &either, MPC_BITS, bits, n));
    TRY(strand_shared(st, &sum, MPC_BITS, w, thresholds * n));
    TRY(strand_shared(st, &save, MPC_BITS, w, thresholds * n));
    TRY(strand_shared(st, &plane, MPC_BITS, 1, n));
    TRY(gadget_multiply(st, &both, a, b));
    shared_add(&either, a, b);
    for (size_t i = 0; i < thresholds; i++)
        for (unsigned p = 0; p < w; p++) {
            uint64_t one = (uint64_t)((0 - threshold[i]) >> p) & 1;
            struct shared and, xor;

            shared_public(&plane, &one, true);
            to = shared_plane(&sum, p);
            if (p < bits) {
                xor = shared_plane(&either, p);
                shared_add(&plane, &plane, &xor);
            }
            shared_place(&to, i * n, &plane);
            if (p >= bits)
                continue;
            and = shared_plane(&both, p);
            to = shared_plane(&save, p + 1);
            if (one)
                shared_add(&plane, &xor, &and);
            shared_place(&to, i * n, one ? &plane : &and);
        }
    return gadget_carries(st, passed, cut, 1, &sum, &save);
}

/* x = s + t - c * 2^k; 2^k = high * d - short_by. What s + t + c * short_by leaves after the parts' quotients
 * is below 3d: one or two more. e1 = c ? a + b >= d - short_by : a + b >= d; e2 = c and a + b >= 2d - short_by.
 */
static enum sotto_err corrections(struct strand *st, struct shared word[3], uint64_t d, uint64_t short_by,
                                  const struct shared *x)
{
    const unsigned k = x->bits, bits = number_lg((size_t)d), cut[1] = { k };
    const struct dividing map = { { bits_of_part }, d };
    const number_wide_u threshold[3] = { d, d - short_by, (number_wide_u)2 * d - short_by };
    size_t n = x->n;
    struct shared part[2], own[2], left[2], c, passed, at[3], e, difference, words;
    const struct shared *bit[3];
    struct products b;
    int parts = 0;

    for (int i = 0; i < 2; i++) {
        TRY(strand_shared(st, &part[i], MPC_BITS, k + bits, n));
        own[i] = planes_of(&part[i], 0, k);
        left[i] = planes_of(&part[i], k, bits);
    }
    TRY(st->s->protocol->split(st, part, &parts, x, &map.map));
    TRY(strand_shared(st, &c, MPC_BITS, 1, n));
    TRY(gadget_carries(st, &c, cut, 1, &own[0], &own[1]));
    TRY(strand_shared(st, &passed, MPC_BITS, 1, 3 * n));
    TRY(reach(st, &passed, threshold, 3, &left[0], &left[1]));
    for (size_t i = 0; i < 3; i++) {
        TRY(strand_shared(st, &at[i], MPC_BITS, 1, n));
        shared_gather(&at[i], &passed, i * n, 1, false);
    }
    TRY(strand_shared(st, &e, MPC_BITS, 2, n));
    TRY(strand_shared(st, &difference, MPC_BITS, 1, n));
    shared_add(&difference, &at[0], &at[1]);
    left[0] = shared_plane(&e, 0);
    left[1] = shared_plane(&e, 1);
    TRY(products_init(&b, st, 2, 2));
    products_add(&b, &left[0], &c, &difference);
    products_add(&b, &left[1], &c, &at[2]);
    TRY(products_run(&b));
    shared_add(&left[0], &left[0], &at[0]);
    bit[0] = &c;
    bit[1] = &left[0];
    bit[2] = &left[1];
    TRY(strand_shared(st, &words, MPC_ARITH, k, 3 * n));
    TRY(number_bits_to_arith(st, &words, bit, 3));
    for (size_t i = 0; i < 3; i++)
        word[i] = shared_slice(&words, i * n, n);
    return SOTTO_OK;
}

/* Where a map makes three parts (rep3a): as by a secret. */
static enum sotto_err by_digits(struct strand *st, struct shared *z, const struct shared *x, uint64_t d)
{
    struct shared planes, divisor, quotient, rest;

    TRY(strand_shared(st, &planes, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &divisor, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &quotient, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &rest, MPC_BITS, x->bits, x->n));
    shared_public(&divisor, &d, true);
    TRY(gadget_to_bits(st, &planes, x));
    TRY(gadget_divide(st, &quotient, &rest, &planes, &divisor, false));
    return gadget_to_arith(st, z, &quotient);
}

static enum sotto_err divide_unsigned(struct strand *st, struct shared *z, const struct shared *x, uint64_t d)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const struct dividing map = { { quotient_of_part }, d };
    number_wide_u top = (number_wide_u)1 << x->bits, high = (top + d - 1) / d;
    struct shared part[3], word[3];
    int parts = 0;

    if ((d & (d - 1)) == 0)
        return gadget_truncate(st, z, x, number_lg((size_t)d), GADGET_UNSIGNED);
    for (int i = 0; i < 3; i++)
        TRY(strand_shared(st, &part[i], MPC_ARITH, x->bits, x->n));
    TRY(st->s->protocol->split(st, part, &parts, x, &map.map));
    if (parts == 3) {
        TRY(by_digits(st, z, x, d));
        arena_release(&st->scratch, mark);
        return SOTTO_OK;
    }
    shared_copy(z, &part[0]);
    if (parts == 2) {
        TRY(corrections(st, word, d, (uint64_t)(high * d - top), x));
        shared_add(z, z, &part[1]);
        shared_scale(&word[0], &word[0], (uint64_t)high);
        shared_sub(z, z, &word[0]);
        shared_add(z, z, &word[1]);
        shared_add(z, z, &word[2]);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* z = v * (1 - 2 * sign) */
static enum sotto_err turn(struct strand *st, struct shared *z, const struct shared *v,
                           const struct shared *sign)
{
    struct shared product;

    TRY(strand_shared(st, &product, MPC_ARITH, v->bits, v->n));
    TRY(gadget_multiply(st, &product, v, sign));
    shared_scale(&product, &product, 2);
    shared_sub(z, v, &product);
    return SOTTO_OK;
}

enum sotto_err gadget_divide_by(struct strand *st, struct shared *z, const struct shared *x, uint64_t divisor,
                                bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    bool down = is_signed && divisor >> (x->bits - 1) & 1;
    uint64_t cut = x->bits < 64 ? ((uint64_t)1 << x->bits) - 1 : UINT64_MAX;
    struct shared bit, sign, size, quotient;

    divisor = (down ? 0 - divisor : divisor) & cut;
    assert(divisor);
    if (!is_signed)
        return divide_unsigned(st, z, x, divisor);
    TRY(strand_shared(st, &bit, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &sign, MPC_ARITH, x->bits, x->n));
    TRY(strand_shared(st, &size, MPC_ARITH, x->bits, x->n));
    TRY(strand_shared(st, &quotient, MPC_ARITH, x->bits, x->n));
    TRY(gadget_top_bit(st, &bit, x));
    TRY(gadget_bit_to_arith(st, &sign, &bit));
    TRY(turn(st, &size, x, &sign));
    TRY(divide_unsigned(st, &quotient, &size, divisor));
    TRY(turn(st, z, &quotient, &sign));
    if (down)
        shared_neg(z, z);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
