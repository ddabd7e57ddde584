/* random_draw.c - uniform words and bits. docs/protocols/random.md, "Uniform". */
#include "mpc/gadgets/random_internal.h"

/* A step without an exchange: what is drawn in it is drawn once. */
static enum sotto_err take_step(struct strand *st, unsigned *step)
{
    if (st->step == UINT16_MAX)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "instruction %u takes over %d steps", st->instr, UINT16_MAX);
    *step = st->step++;
    return SOTTO_OK;
}

enum sotto_err gadget_random(struct strand *st, struct shared *z)
{
    const struct ring_kernels *k = shared_kernels(z);
    size_t row_len = shared_words(z) * k->word_len, words = shared_words(z) * shared_rows(z);
    bool dense = z->domain == MPC_ARITH || z->bits == 1 || z->stride == shared_words(z);
    struct arena_mark mark = arena_mark(&st->scratch);
    uint8_t *rows = NULL;
    unsigned step = 0;

    if (!words)
        return SOTTO_OK;
    TRY(take_step(st, &step));
    if (!dense && !(rows = strand_room(st, words, k->word_len)))
        return st->s->fault.code;
    for (int a = 0; a < MPC_SHARES_MAX; a++) {
        if (!z->share[a])
            continue;
        TRY(strand_words(st, a, step, MPC_USE_DRAW, k, dense ? z->share[a] : rows, words));
        for (unsigned r = 0; !dense && r < z->bits; r++)
            memcpy(shared_row(z, a, r), rows + r * row_len, row_len);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- integers below a bound: random.md, "Below" ------------------------------------------------------------
 */

__extension__ typedef unsigned __int128 u128;

/* What those who know a part make of its 128 uniform bits r: the high word of r * bound, in k planes, and that
 * less bound, in k more. */
struct below {
    struct mpc_map map;
    uint64_t bound;
};

static void map_below(const struct mpc_map *map, const struct shared *to, const void *words,
                      const struct shared *x)
{
    const uint64_t bound = ((const struct below *)map)->bound;
    const uint64_t *r = words;
    unsigned k = to->bits / 2;

    for (size_t e = 0; e < x->n; e++, r += 2) {
        uint64_t v = (uint64_t)(((u128)r[1] * bound + (uint64_t)((u128)r[0] * bound >> 64)) >> 64);

        for (unsigned p = 0; p < k; p++) {
            ring_set_bit(shared_row(to, 0, p), e, v >> p & 1);
            ring_set_bit(shared_row(to, 0, k + p), e, (v - bound) >> p & 1);
        }
    }
}

static struct shared planes(const struct shared *x, unsigned from, unsigned count)
{
    struct shared z = shared_plane(x, from);

    z.bits = count;
    return z;
}

/* u + v - bound where that is not negative, else u + v: both sums at once. v - bound is there modulo 2^k, so
 * the carry out of the top tells. */
static enum sotto_err add_modulo(struct strand *st, struct shared *z, const struct shared part[2])
{
    unsigned k = z->bits;
    struct shared *plane = strand_room(st, 5 * (size_t)k, sizeof *plane), carries[2], sum, difference, fits;
    struct carry_sum s[2];

    if (!plane)
        return st->s->fault.code;
    for (size_t i = 0; i < 2; i++)
        s[i] = (struct carry_sum){ plane, plane + (i + 1) * k, plane + (i + 3) * k, false };
    for (int i = 0; i < 2; i++)
        TRY(strand_shared(st, &carries[i], MPC_BITS, k, z->n));
    for (unsigned p = 0; p < k; p++) {
        plane[p] = shared_plane(&part[0], p);
        plane[k + p] = shared_plane(&part[1], p);
        plane[2 * k + p] = shared_plane(&part[1], k + p);
        plane[3 * k + p] = shared_plane(&carries[0], p);
        plane[4 * k + p] = shared_plane(&carries[1], p);
    }
    TRY(carry_run(st, s, 2, k, true));
    TRY(strand_shared(st, &sum, MPC_BITS, k, z->n));
    TRY(strand_shared(st, &difference, MPC_BITS, k, z->n));
    for (unsigned p = 0; p < k; p++)
        for (int i = 0; i < 2; i++) {
            struct shared to = shared_plane(i ? &difference : &sum, p);

            shared_add(&to, &plane[p], &plane[(size_t)(i + 1) * k + p]);
            if (p)
                shared_add(&to, &to, &plane[(size_t)(i + 3) * k + p - 1]);
        }
    fits = shared_plane(&carries[1], k - 1);
    return gadget_select(st, z, &fits, &difference, &sum);
}

static enum sotto_err draw_below(struct strand *st, struct shared *z, uint64_t bound)
{
    struct below below = { { map_below }, bound };
    struct shared words, part[3], first;
    int parts = 0;

    TRY(strand_shared(st, &words, MPC_ARITH, 128, z->n));
    for (int i = 0; i < 3; i++)
        TRY(strand_shared(st, &part[i], MPC_BITS, 2 * z->bits, z->n));
    TRY(gadget_random(st, &words));
    TRY(st->s->protocol->split(st, part, &parts, &words, &below.map));
    if (parts == 3) { /* the first two together, then the third */
        TRY(strand_shared(st, &first, MPC_BITS, z->bits, z->n));
        TRY(add_modulo(st, &first, part));
        part[0] = first;
        part[1] = part[2];
    }
    if (parts > 1)
        return add_modulo(st, z, part);
    part[0] = planes(&part[0], 0, z->bits);
    shared_copy(z, &part[0]);
    return SOTTO_OK;
}

static unsigned bits_below(uint64_t bound)
{
    unsigned k = 0;

    while (k < 64 && (bound - 1) >> k)
        k++;
    return k;
}

enum sotto_err gadget_random_below(struct strand *st, struct shared *z, uint64_t bound)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    unsigned k = bits_below(bound);
    struct shared value;

    assert(bound && k <= z->bits);
    if (!z->n || !k)
        return SOTTO_OK;
    TRY(strand_shared(st, &value, MPC_BITS, k, z->n));
    if (bound & (bound - 1))
        TRY(draw_below(st, &value, bound));
    else
        TRY(gadget_random(st, &value));
    TRY(random_deliver(st, z, &value, false));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err random_deliver(struct strand *st, struct shared *z, const struct shared *value, bool is_signed)
{
    struct shared wide = *z;

    if (z->domain == MPC_ARITH)
        TRY(strand_shared(st, &wide, MPC_BITS, z->bits, z->n));
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(&wide, p), from;

        if (p >= value->bits && !is_signed)
            break;
        from = shared_plane(value, p < value->bits ? p : value->bits - 1);
        shared_copy(&to, &from);
    }
    return z->domain == MPC_ARITH ? gadget_to_arith(st, z, &wide) : SOTTO_OK;
}

/* The order of a shuffle that nobody knows: what it makes of 0, 1, 2, ... */
enum sotto_err gadget_random_permutation(struct strand *st, struct shared *z)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    uint64_t *numbers = strand_room(st, z->n, sizeof *numbers);
    struct data_shuffle shuffle;
    struct shared sorted;

    if (!numbers)
        return st->s->fault.code;
    for (size_t i = 0; i < z->n; i++)
        numbers[i] = i;
    TRY(strand_shared(st, &sorted, z->domain, z->bits, z->n));
    shared_public(&sorted, numbers, false);
    TRY(gadget_shuffle_draw(st, &shuffle, z->n));
    TRY(gadget_shuffle(st, &shuffle, z, &sorted, 1, false));
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}
