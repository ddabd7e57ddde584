/* secret_numbers.c - the instructions of numbers.h, on secrets and on what all know. docs/protocols/numbers.md
 */
#include "vm/internal.h"

/* A constant operand, checked by the verifier. */
static unsigned constant(const struct vm_task *t, uint32_t index)
{
    return (unsigned)t->vm->image->consts[index];
}

static bool is_signed(const struct vm_task *t)
{
    return image_elem_signed((enum image_elem)t->a->elem);
}

static enum gadget_shift kind_of_shift(const struct vm_task *t)
{
    switch ((enum image_op)t->in->op) {
    case IMAGE_SHL:
        return GADGET_SHIFT_LEFT;
    case IMAGE_ROTL:
        return GADGET_ROTATE_LEFT;
    case IMAGE_ROTR:
        return GADGET_ROTATE_RIGHT;
    default: /* SHR, TRUNC */
        return is_signed(t) ? GADGET_SHIFT_RIGHT_SIGNED : GADGET_SHIFT_RIGHT;
    }
}

/* By an amount that all know, below k. */
static enum sotto_err shift_by(struct strand *st, const struct vm_task *t, struct shared *z,
                               const struct shared *x, unsigned amount)
{
    enum gadget_shift how = kind_of_shift(t);

    if (x->domain == MPC_BITS)
        gadget_shift_by(z, x, amount, how);
    else if (how == GADGET_SHIFT_LEFT)
        shared_scale(z, x, (uint64_t)1 << amount);
    else
        return gadget_truncate(st, z, x, amount, is_signed(t) ? GADGET_SIGNED : GADGET_UNSIGNED);
    return SOTTO_OK;
}

bool vm_known_scalar(const struct vm_value *v)
{
    return v && v->clear && v->scalar;
}

/* --- division ------------------------------------------------------------------------------------------------
 */

static enum sotto_err divide(struct strand *st, const struct vm_task *t, struct shared *z,
                             const struct shared *x, const struct shared *y)
{
    bool remainder = t->in->op == IMAGE_MOD;
    struct shared other;

    TRY(strand_shared(st, &other, x->domain, x->bits, x->n));
    if (x->domain == MPC_BITS)
        return gadget_divide(st, remainder ? &other : z, remainder ? z : &other, x, y, is_signed(t));
    TRY(gadget_divide_by(st, remainder ? &other : z, x, t->b->clear[0], is_signed(t)));
    if (remainder) {
        shared_scale(&other, &other, t->b->clear[0]);
        shared_sub(z, x, &other);
    }
    return SOTTO_OK;
}

/* What all know may stop a job. */
static enum sotto_err check_divisor(struct strand *st, const struct vm_task *t)
{
    bool divides = t->in->op == IMAGE_DIV || t->in->op == IMAGE_MOD;

    for (size_t i = 0; divides && t->b->clear && i < t->b->n; i++)
        if (!t->b->clear[i])
            return strand_fail(st, SOTTO_ERR_INPUT, "line %u: division by zero", t->in->line);
    return SOTTO_OK;
}

static enum sotto_err fix_divide(struct strand *st, const struct vm_task *t, struct shared *z,
                                 const struct shared *x, const struct shared *y)
{
    struct shared planes;

    TRY(strand_shared(st, &planes, MPC_BITS, y->bits, y->n));
    TRY(gadget_to_bits(st, &planes, y));
    return gadget_fix_divide(st, z, x, &planes, constant(t, t->in->c));
}

/* --- functions -----------------------------------------------------------------------------------------------
 */

static enum sotto_err function(struct strand *st, const struct vm_task *t, struct shared *z,
                               const struct shared *x)
{
    unsigned f = constant(t, t->in->b);

    switch ((enum image_op)t->in->op) {
    case IMAGE_RECIP:
        return gadget_fix_reciprocal(st, z, x, f);
    case IMAGE_SQRT:
        return gadget_fix_sqrt(st, z, x, f);
    case IMAGE_RSQRT:
        return gadget_fix_rsqrt(st, z, x, f);
    case IMAGE_EXP:
        return gadget_fix_exp(st, z, x, f);
    case IMAGE_EXP2:
        return gadget_fix_exp2(st, z, x, f);
    case IMAGE_LOG:
        return gadget_fix_log(st, z, x, f);
    case IMAGE_LOG2:
        return gadget_fix_log2(st, z, x, f);
    case IMAGE_SIGMOID:
        return gadget_fix_sigmoid(st, z, x, f);
    case IMAGE_TANH:
        return gadget_fix_tanh(st, z, x, f);
    default:
        return strand_fail(st, SOTTO_ERR_INTERNAL, "opcode %u is none of numbers", t->in->op);
    }
}

/* --- all
 * ------------------------------------------------------------------------------------------------------ */

/* A shift by an amount that all know. */
static bool moves_planes(const struct vm_task *t)
{
    bool shifts =
        t->in->op == IMAGE_SHL || t->in->op == IMAGE_SHR || t->in->op == IMAGE_ROTL || t->in->op == IMAGE_ROTR;

    return shifts && vm_known_scalar(t->b);
}

/* Elements of a row that stay together. */
static size_t row_of(const struct vm_task *t)
{
    uint64_t cols = 1;
    struct fault f;

    if (t->in->op == IMAGE_SOFTMAX && image_size_of(t->vm->image, &t->vm->binding, t->in->b, &cols, &f))
        cols = 0;
    return (size_t)cols;
}

/* z = what the instruction makes of x and y, n elements of both, in the domain of the plan. */
static enum sotto_err apply(struct strand *st, const struct vm_task *t, struct shared *z,
                            const struct shared *x, const struct shared *y)
{
    switch ((enum image_op)t->in->op) {
    case IMAGE_TRUNC:
        return shift_by(st, t, z, x, constant(t, t->in->b));
    case IMAGE_SHL:
    case IMAGE_SHR:
    case IMAGE_ROTL:
    case IMAGE_ROTR:
        if (moves_planes(t))
            return shift_by(st, t, z, x, (unsigned)(t->b->clear[0] % x->bits));
        return gadget_shift(st, z, x, y, kind_of_shift(t));
    case IMAGE_POPCOUNT:
        return gadget_popcount(st, z, x);
    case IMAGE_CLZ:
        return gadget_place_of(st, z, x, GADGET_LEADING_ZEROS);
    case IMAGE_CTZ:
        return gadget_place_of(st, z, x, GADGET_TRAILING_ZEROS);
    case IMAGE_HIGHBIT:
        return gadget_place_of(st, z, x, GADGET_HIGHEST_BIT);
    case IMAGE_LESSER:
    case IMAGE_GREATER:
        return gadget_lesser(st, z, x, y, t->in->op == IMAGE_LESSER, is_signed(t));
    case IMAGE_SIGN:
        return gadget_sign(st, z, x);
    case IMAGE_ABS:
        return gadget_abs(st, z, x);
    case IMAGE_RELU:
        return gadget_relu(st, z, x);
    case IMAGE_FIXMUL:
        return gadget_fix_multiply(st, z, x, y, constant(t, t->in->c));
    case IMAGE_DIV:
    case IMAGE_MOD:
        return divide(st, t, z, x, y);
    case IMAGE_FIXDIV:
        return fix_divide(st, t, z, x, y);
    case IMAGE_SOFTMAX:
        return gadget_fix_softmax(st, z, x, row_of(t), constant(t, t->in->c));
    default:
        return function(st, t, z, x);
    }
}

/* A tile holds whole rows. */
static size_t tile_n(const struct vm_task *t)
{
    size_t row = row_of(t);

    assert(row);
    return row >= VM_TILE_N ? row : VM_TILE_N / row * row;
}

static size_t tiles_of(const struct vm_task *t)
{
    return (t->dst->n + tile_n(t) - 1) / tile_n(t);
}

struct tile {
    size_t from, n;
};

static struct tile tile_at(const struct vm_task *t, size_t i)
{
    size_t from = i * tile_n(t), left = t->dst->n - from;

    return (struct tile){ from, left < tile_n(t) ? left : tile_n(t) };
}

/* What stops the job before anything is computed. */
static enum sotto_err check_operands(struct strand *st, const struct vm_task *t)
{
    size_t row = row_of(t);

    if (!row || t->dst->n % row)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: %zu elements are no rows of %zu", t->in->line,
                           t->dst->n, row);
    return check_divisor(st, t);
}

/* --- on secrets
 * ------------------------------------------------------------------------------------------------ */

static enum sotto_err number_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    struct tile at = tile_at(t, i);
    struct shared z = shared_slice(&t->dst->form[t->result].shared, at.from, at.n), x, y = { 0 };

    TRY(vm_operand(st, t->a, t->domain, at.from, at.n, &x));
    if (t->b && !moves_planes(t))
        TRY(vm_operand(st, t->b, t->domain, at.from, at.n, &y));
    return apply(st, t, &z, &x, &y);
}

enum sotto_err vm_run_number(struct strand *st, struct vm_task *t)
{
    TRY(check_operands(st, t));
    return strand_each(st, tiles_of(t), number_tile, t);
}

/* --- on what all know: the same in a session of one
 * ----------------------------------------------------------- */

static enum sotto_err known_strand(struct strand *st, void *arg)
{
    const struct vm_task *t = arg;
    enum mpc_domain domain = vm_plan_of(t).operands, result = vm_plan_of(t).result;
    unsigned bits = vm_value_bits(t->dst);

    TRY(check_operands(st, t));
    for (size_t i = 0; i < tiles_of(t); i++) {
        struct arena_mark mark = arena_mark(&st->scratch);
        struct tile at = tile_at(t, i);
        struct shared z, x, y = { 0 };

        TRY(strand_shared(st, &z, result, bits, at.n));
        TRY(vm_operand(st, t->a, domain, at.from, at.n, &x));
        if (t->b)
            TRY(vm_operand(st, t->b, domain, at.from, at.n, &y));
        TRY(apply(st, t, &z, &x, &y));
        TRY(gadget_reveal(st, &z, 1, t->dst->clear + at.from));
        arena_release(&st->scratch, mark);
    }
    for (size_t e = 0; e < t->dst->n; e++)
        t->dst->clear[e] = vm_canonical((enum image_elem)t->dst->elem, t->dst->clear[e]);
    return SOTTO_OK;
}

enum sotto_err vm_run_number_known(struct strand *st, struct vm_task *t)
{
    struct mpc_session *alone = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &st->s->fault);
    enum sotto_err err;

    if (!alone)
        return st->s->fault.code;
    alone->memory.limit =
        st->s->memory.limit > st->s->memory.used ? st->s->memory.limit - st->s->memory.used : 1;
    err = mpc_session_run(alone, known_strand, t);
    if (err)
        err = strand_fail(st, err, "%s", alone->fault.text);
    mpc_session_free(alone);
    return err;
}
