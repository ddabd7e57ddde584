/* number_carry.c - carries without the sum, and what hangs on the sign alone. docs/protocols/numbers.md */
#include "mpc/gadgets/carry.h"
#include "mpc/mpc.h"

/* From cut to cut: the carry into a segment is that of one more position, which generates it. */
enum sotto_err gadget_carries(struct strand *st, const struct shared *z, const unsigned *cut, size_t cuts,
                              const struct shared *x, const struct shared *y)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared *u = strand_room(st, 2 * ((size_t)x->bits + 1), sizeof *u), *v;

    assert(cuts && cut[cuts - 1] <= x->bits);
    if (!u)
        return st->s->fault.code;
    v = u + x->bits + 1;
    for (size_t c = 0; c < cuts; c++) {
        unsigned n = c > 0;
        struct shared carry = z[c];

        if (c)
            u[0] = v[0] = z[c - 1];
        for (unsigned i = c ? cut[c - 1] : 0; i < cut[c]; i++, n++) {
            u[n] = shared_plane(x, i);
            v[n] = shared_plane(y, i);
        }
        TRY(carry_run(st, &(struct carry_sum){ .u = u, .v = v, .carry = &carry }, 1, n, false));
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* --- what hangs on the sign --------------------------------------------------------------------------------
 */

enum sotto_err gadget_top_bit(struct strand *st, struct shared *z, const struct shared *x)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const unsigned top = x->bits - 1, cut[1] = { top };
    struct shared part[2], s, t;
    int parts = 0;

    TRY(strand_shared(st, &part[0], MPC_BITS, x->bits, x->n));
    TRY(strand_shared(st, &part[1], MPC_BITS, x->bits, x->n));
    TRY(st->s->protocol->split(st, part, &parts, x, NULL));
    s = shared_plane(&part[0], top);
    if (parts == 1) {
        shared_copy(z, &s);
    } else {
        t = shared_plane(&part[1], top);
        TRY(gadget_carries(st, z, cut, 1, &part[0], &part[1]));
        shared_add(z, z, &s);
        shared_add(z, z, &t);
    }
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* Where x and y have the same top bit, x - y does not overflow, and its top bit says it. Where not, that of x
 * (signed) or of y does. The vectors stand in whole words each, so that all three share rounds. */
enum sotto_err gadget_less_arith(struct strand *st, struct shared *z, const struct shared *x,
                                 const struct shared *y, bool is_signed)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    const size_t apart = 64 * ring_words(x->n);
    struct shared all, top, part[3], top_of[3], differ, product;

    TRY(strand_shared(st, &all, MPC_ARITH, x->bits, 3 * apart));
    TRY(strand_shared(st, &top, MPC_BITS, 1, 3 * apart));
    TRY(strand_shared(st, &differ, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &product, MPC_BITS, 1, x->n));
    for (size_t i = 0; i < 3; i++) {
        part[i] = shared_slice(&all, i * apart, x->n);
        top_of[i] = shared_slice(&top, i * apart, x->n);
    }
    shared_copy(&part[0], x);
    shared_copy(&part[1], y);
    shared_sub(&part[2], x, y);
    TRY(gadget_top_bit(st, &top, &all));
    shared_add(&differ, &top_of[0], &top_of[1]);
    shared_add(&top_of[0], &top_of[is_signed ? 0 : 1], &top_of[2]);
    TRY(gadget_multiply(st, &product, &differ, &top_of[0]));
    shared_add(z, &top_of[2], &product);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

/* A plane of a split counts as an AND: it sends no more in any protocol. */
bool gadget_less_arith_pays(const struct mpc_cost *c, unsigned k, size_t n, unsigned operands)
{
    const size_t words = ring_words(n), converted = operands * words, here = 3 * words;
    struct carry_shape sum = carry_choose(c, k - 1, true, converted), less = carry_choose(c, k, false, words),
                       top = carry_choose(c, k - 1, false, here);

    return operands &&
           mpc_cost_weigh(c, top.rounds + 2, (top.ands + k) * here + words) <
               mpc_cost_weigh(c, 1 + sum.rounds + less.rounds, (sum.ands + k) * converted + less.ands * words);
}

/* z = x - times * x * (x < 0) */
static enum sotto_err less_negative(struct strand *st, struct shared *z, const struct shared *x, uint64_t times)
{
    struct arena_mark mark = arena_mark(&st->scratch);
    struct shared bit, word, product;

    TRY(strand_shared(st, &bit, MPC_BITS, 1, x->n));
    TRY(strand_shared(st, &word, MPC_ARITH, x->bits, x->n));
    TRY(strand_shared(st, &product, MPC_ARITH, x->bits, x->n));
    TRY(gadget_top_bit(st, &bit, x));
    TRY(gadget_bit_to_arith(st, &word, &bit));
    TRY(gadget_multiply(st, &product, x, &word));
    shared_scale(&product, &product, times);
    shared_sub(z, x, &product);
    arena_release(&st->scratch, mark);
    return SOTTO_OK;
}

enum sotto_err gadget_relu(struct strand *st, struct shared *z, const struct shared *x)
{
    return less_negative(st, z, x, 1);
}

enum sotto_err gadget_abs(struct strand *st, struct shared *z, const struct shared *x)
{
    return less_negative(st, z, x, 2);
}
