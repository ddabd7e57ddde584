/* number_truncate.c - width and truncation of words, exactly. docs/protocols/numbers.md, "Truncation".
 *
 * x = s + t modulo 2^k, s and t known to few parties each. What they can do alone to their part, shifting it or
 * widening it, they do; two carries tell how the parts meet. */
#include "mpc/mpc.h"

#include "mpc/gadgets/number_internal.h"

number_wide_u number_get(const void *words, unsigned bits, size_t at)
{
    number_wide_u v;

    if (bits <= 64)
        return ring_kernels_for(bits)->get(words, at);
    memcpy(&v, (const uint8_t *)words + 16 * at, 16);
    return v;
}

void number_put(void *words, unsigned bits, size_t at, number_wide_u v)
{
    if (bits <= 64)
        ring_kernels_for(bits)->put(words, at, (uint64_t)v);
    else
        memcpy((uint8_t *)words + 16 * at, &v, 16);
}

/* --- local -------------------------------------------------------------------------------------------------
 */

/* z = x * 2^left, each share in z's ring: right modulo 2^(x's bits + left). */
static void embed(struct shared *z, const struct shared *x, unsigned left)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (size_t e = 0; z->share[a] && e < z->n; e++)
            number_put(z->share[a], z->bits, e, number_get(x->share[a], x->bits, e) << left);
}

void gadget_narrow(struct shared *z, const struct shared *x)
{
    if (z->bits == x->bits)
        shared_copy(z, x);
    else
        embed(z, x, 0);
}

enum sotto_err number_add_public(struct strand *st, struct shared *z, number_wide_u v)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const uint64_t limbs[2] = { (uint64_t)v, (uint64_t)(v >> 64) };
    struct shared c;

    TRY(strand_shared(st, &c, MPC_ARITH, z->bits, z->n));
    shared_public(&c, limbs, true);
    shared_add(z, z, &c);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- bits to words, many at once ----------------------------------------------------------------------------
 */

enum sotto_err number_bits_to_arith(struct strand *st, struct shared *z, const struct shared *const bit[],
                                    size_t bits)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared all;

    TRY(strand_shared(st, &all, MPC_BITS, 1, z->n));
    for (size_t i = 0; i < bits; i++)
        shared_place(&all, i * bit[i]->n, bit[i]);
    TRY(gadget_bit_to_arith(st, z, &all));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- parts of words ------------------------------------------------------------------------------------------
 */

/* A part shifted right, in the part's own ring; then, where there are twice as many words, its top bit. */
struct shifted {
    struct mpc_map map;
    unsigned shift;
};

static void shift_part(const struct mpc_map *map, const struct shared *to, const void *words,
                       const struct shared *x)
{
    const struct shifted *m = (const struct shifted *)map;

    for (size_t e = 0; e < x->n; e++) {
        number_wide_u v = number_get(words, x->bits, e);

        number_put(to->share[0], to->bits, e, v >> m->shift);
        if (to->n > x->n)
            number_put(to->share[0], to->bits, x->n + e, v >> (x->bits - 1));
    }
}

/* part[] = what the shift makes of x's parts, `rows` times n words of that many bits. */
static enum sotto_err split_shifted(struct strand *st, struct shared part[3], int *parts,
                                    const struct shared *x, unsigned bits, unsigned shift, size_t rows)
{
    const struct shifted map = { { shift_part }, shift };

    for (int i = 0; i < 3; i++)
        TRY(strand_shared(st, &part[i], MPC_ARITH, bits, rows * x->n));
    return st->s->protocol->split(st, part, parts, x, &map.map);
}

/* carry[i] (1 plane) of the low cut[i] bits of x's two parts; only as wide a split as they need. */
static enum sotto_err carries_of(struct strand *st, const struct shared *carry, const unsigned *cut,
                                 size_t cuts, const struct shared *x)
{
    struct shared part[2], low = *x;
    unsigned bits = number_ring(cut[cuts - 1]);
    int parts = 0;

    if (bits < x->bits) {
        TRY(strand_shared(st, &low, MPC_ARITH, bits, x->n));
        gadget_narrow(&low, x);
    }
    for (int i = 0; i < 2; i++)
        TRY(strand_shared(st, &part[i], MPC_BITS, bits, x->n));
    TRY(st->s->protocol->split(st, part, &parts, &low, NULL));
    return gadget_carries(st, carry, cut, cuts, &part[0], &part[1]);
}

/* --- where a map makes more than two parts (rep3a): by all bits ---------------------------------------------
 */

/* z = the planes of x + offset from f up, those past the top repeated or zero, as words. */
static enum sotto_err by_planes(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                                bool is_signed)
{
    struct shared planes, moved;

    TRY(strand_shared(st, &planes, MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &moved, MPC_BITS, z->bits, x->n));
    TRY(gadget_to_bits(st, &planes, x));
    for (unsigned p = 0; p < z->bits; p++) {
        unsigned from = p + f < x->bits ? p + f : x->bits - 1;
        struct shared to = shared_plane(&moved, p), own = shared_plane(&planes, from);

        if (p + f < x->bits || is_signed)
            shared_copy(&to, &own);
    }
    shared_zero(z);
    return gadget_to_arith(st, z, &moved);
}

/* --- widening ------------------------------------------------------------------------------------------------
 */

/* x' = s + t - 2^k * carry. The carry is wanted modulo 2^(w - k) alone. */
enum sotto_err gadget_extend(struct strand *st, struct shared *z, const struct shared *x, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const unsigned k = x->bits, cut[1] = { k };
    number_wide_u half = (number_wide_u)1 << (k - 1);
    struct shared part[3], moved, carry, word, high;
    int parts = 0;

    TRY(strand_shared(st, &moved, MPC_ARITH, k, x->n));
    shared_copy(&moved, x);
    if (is_signed)
        TRY(number_add_public(st, &moved, half)); /* 0 .. 2^k - 1 */
    TRY(split_shifted(st, part, &parts, &moved, z->bits, 0, 1));
    if (parts == 3) {
        TRY(by_planes(st, z, x, 0, is_signed));
        arena_release(&st->scratch, mark);
        return SOTTO_OK;
    }
    shared_copy(z, &part[0]);
    if (parts == 2) {
        TRY(strand_shared(st, &carry, MPC_BITS, 1, x->n));
        TRY(strand_shared(st, &word, MPC_ARITH, number_ring(z->bits - k), x->n));
        TRY(strand_shared(st, &high, MPC_ARITH, z->bits, x->n));
        TRY(carries_of(st, &carry, cut, 1, &moved));
        TRY(gadget_bit_to_arith(st, &word, &carry));
        embed(&high, &word, k);
        shared_add(z, z, &part[1]);
        shared_sub(z, z, &high);
    }
    if (is_signed)
        TRY(number_add_public(st, z, -half));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- truncation ----------------------------------------------------------------------------------------------
 */

struct truncation {
    unsigned k, w, f;
    bool top;   /* the carry out of the top counts: its weight 2^(k-f) is below 2^w */
    bool small; /* and follows from the parts' top bits alone */
};

/* z: the carries as words, low ones in 0..n and, where they count, top ones in n..2n. A bit whose parts a and b
 * are known is a ^ b = a + b - 2ab; one that is 1 where the top bit of either part is, a | b = a + b - ab. */
static enum sotto_err carry_words(struct strand *st, const struct truncation *t, struct shared *z,
                                  const struct shared *x, const struct shared tops[2])
{
    struct shared carry[2], bits, part[2], known[2], product, twice, to;
    const unsigned cut[2] = { t->f, t->k };
    size_t n = x->n, cuts = t->top && !t->small ? 2 : 1;
    int parts = 0;

    TRY(strand_shared(st, &bits, MPC_BITS, 1, cuts * n));
    for (size_t i = 0; i < cuts; i++)
        TRY(strand_shared(st, &carry[i], MPC_BITS, 1, n));
    TRY(carries_of(st, carry, cut, cuts, x));
    for (size_t i = 0; i < cuts; i++)
        shared_place(&bits, i * n, &carry[i]);
    for (int i = 0; i < 2; i++) {
        TRY(strand_shared(st, &part[i], MPC_ARITH, t->w, z->n));
        known[i] = shared_slice(&part[i], 0, cuts * n);
        if (z->n > cuts * n) {
            to = shared_slice(&part[i], n, n);
            shared_copy(&to, &tops[i]);
        }
    }
    TRY(st->s->protocol->split(st, known, &parts, &bits, NULL));
    TRY(strand_shared(st, &product, MPC_ARITH, t->w, z->n));
    TRY(gadget_multiply(st, &product, &part[0], &part[1]));
    twice = shared_slice(&product, 0, cuts * n);
    shared_scale(&twice, &twice, 2);
    shared_add(z, &part[0], &part[1]);
    shared_sub(z, z, &product);
    return SOTTO_OK;
}

/* z = (s >> f) + (t >> f) + low carry - 2^(k-f) * top carry */
static enum sotto_err join_parts(struct strand *st, const struct truncation *t, struct shared *z,
                                 const struct shared *x, const struct shared part[2])
{
    size_t n = x->n;
    struct shared words, low, top, tops[2] = { 0 }, high = shared_slice(&part[1], 0, n);

    shared_add(z, z, &high);
    for (int i = 0; i < 2; i++)
        if (part[i].n > n)
            tops[i] = shared_slice(&part[i], n, n);
    TRY(strand_shared(st, &words, MPC_ARITH, t->w, t->top ? 2 * n : n));
    TRY(carry_words(st, t, &words, x, tops));
    low = shared_slice(&words, 0, n);
    shared_add(z, z, &low);
    if (t->top) {
        top = shared_slice(&words, n, n);
        TRY(strand_shared(st, &high, MPC_ARITH, t->w, n));
        embed(&high, &top, t->k - t->f);
        shared_sub(z, z, &high);
    }
    return SOTTO_OK;
}

enum sotto_err gadget_truncate(struct strand *st, struct shared *z, const struct shared *x, unsigned f,
                               enum gadget_range range)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct truncation t = { .k = x->bits, .w = z->bits, .f = f };
    number_wide_u offset = 0;
    struct shared moved, part[3], first;
    int parts = 0;

    assert(f < t.k && t.w <= t.k);
    if (!f || !x->n) {
        gadget_narrow(z, x);
        return SOTTO_OK;
    }
    t.top = t.w > t.k - f;
    t.small = range == GADGET_SMALL;
    if (t.top && range != GADGET_UNSIGNED)
        offset = (number_wide_u)1 << (t.k - (t.small ? 2 : 1));
    TRY(strand_shared(st, &moved, MPC_ARITH, t.k, x->n));
    shared_copy(&moved, x);
    if (offset)
        TRY(number_add_public(st, &moved, offset)); /* not negative */
    TRY(split_shifted(st, part, &parts, &moved, t.w, f, t.top && t.small ? 2 : 1));
    if (parts == 3) {
        TRY(by_planes(st, z, x, f, range != GADGET_UNSIGNED));
        arena_release(&st->scratch, mark);
        return SOTTO_OK;
    }
    first = shared_slice(&part[0], 0, x->n);
    shared_copy(z, &first);
    if (parts == 2)
        TRY(join_parts(st, &t, z, &moved, part));
    if (offset)
        TRY(number_add_public(st, z, -(offset >> f)));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
