/* issue.c - one instruction becomes a task: operands and result are fixed here, in program order. */
#include "vm/internal.h"

/* --- running a task -------------------------------------------------------------------------------------- */

static void finish(struct vm_task *t)
{
    struct vm *vm = t->vm;

    vm->finished++;
    vm_value_drop(vm, t->a);
    vm_value_drop(vm, t->b);
    vm_value_drop(vm, t->c);
    vm_value_drop(vm, t->dst);
    vm_memory_free(&vm->memory, t, sizeof *t);
}

static void note_round(const struct vm_task *t, uint64_t depth)
{
    uint64_t *round = t->in ? &t->vm->round_of[t->in - t->vm->image->code] : NULL;

    if (round && depth > *round)
        *round = depth;
}

/* The task of that number is done. Its value may go; main will be as deep when the place is used again. */
static void leave_window(struct vm *vm, uint32_t seq, uint64_t depth)
{
    struct vm_place *place = &vm->window[seq % VM_WINDOW];

    vm_value_drop(vm, place->v);
    *place = (struct vm_place){ .depth = depth };
}

/* Page after page for the first time takes long, and the others wait. */
static void clear_form(struct strand *st, uint8_t *block, size_t len)
{
    enum { PIECE_LEN = 1 << 24 };

    for (size_t at = 0; at < len; at += PIECE_LEN) {
        memset(block + at, 0, len - at < PIECE_LEN ? len - at : PIECE_LEN);
        if (st->s->ch)
            net_keepalive(st->s->ch);
    }
}

/* Each tile clears what it is going to write, while it is about to (secret.c), or writes all of it; else all of
 * it is cleared before. */
static bool clears_by_tile(const struct vm_task *t)
{
    static const uint8_t by_tile[] = { IMAGE_ADD,  IMAGE_SUB,  IMAGE_NEG,    IMAGE_MUL,  IMAGE_AND,
                                       IMAGE_OR,   IMAGE_XOR,  IMAGE_NOT,    IMAGE_EQ,   IMAGE_LT,
                                       IMAGE_CAST, IMAGE_COPY, IMAGE_SELECT, IMAGE_PACK, IMAGE_UNPACK,
                                       IMAGE_SHL,  IMAGE_ROTL, IMAGE_ROTR };

    return !t->in || memchr(by_tile, t->in->op, sizeof by_tile);
}

static bool may_be_in_place(const struct vm_task *t)
{
    static const uint8_t ops[] = {
        IMAGE_ADD, IMAGE_SUB, IMAGE_NEG, IMAGE_MUL, IMAGE_AND, IMAGE_XOR, IMAGE_NOT
    };

    return t->in && t->domain == t->result && memchr(ops, t->in->op, sizeof ops);
}

/* Pages of a process's own are cheaper than new ones, which the kernel clears first. */
static enum sotto_err make_result(struct strand *st, struct vm_task *t)
{
    struct vm_value *from[2] = { t->a, t->b };

    for (int i = 0; i < 2 && !t->in_place && may_be_in_place(t); i++)
        t->in_place = from[i] && vm_value_make_of(t->vm, t->dst, t->result, from[i]);
    if (t->in_place)
        return SOTTO_OK;
    TRY(vm_value_make(st, t->vm, t->dst, t->result));
    if (!clears_by_tile(t))
        clear_form(st, t->dst->form[t->result].block, t->dst->form[t->result].len);
    return SOTTO_OK;
}

/* It multiplies nothing, and waits for what was multiplied before it: see mpc_instr_end. */
static bool opens(const struct vm_task *t)
{
    return t->in && t->in->op == IMAGE_REVEAL;
}

static enum sotto_err task_main(struct strand *st, void *arg)
{
    struct vm_task *t = arg;

    st->line = t->line;
    if (!t->dst->clear) /* only now: hundreds of instructions may wait for their turn */
        TRY(make_result(st, t));
    TRY(t->run(st, t));
    note_round(t, st->depth);
    if (t->dst->clear)
        vm_value_clear_ready(st, t->dst);
    else
        vm_value_ready(st, t->dst, t->result);
    if (!opens(t))
        mpc_instr_end(st->s, t->seq, st, false);
    leave_window(t->vm, t->seq, st->depth);
    finish(t);
    return SOTTO_OK;
}

void vm_task_operand_ready(struct strand *st, struct vm_task *t, uint64_t depth)
{
    if (depth > t->depth)
        t->depth = depth;
    if (--t->pending == 0 && !strand_spawn(t->vm->s, t->seq, 0, t->depth, task_main, t))
        (void)strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for a strand");
}

enum sotto_err vm_window_await(struct vm *vm, size_t at)
{
    struct vm_place *place = &vm->window[at];
    struct vm_value *v = vm_value_keep(place->v);
    enum sotto_err err = v ? vm_value_await(vm->main, v, place->kind) : SOTTO_OK;

    vm_value_drop(vm, v);
    if (place->depth > vm->main->depth)
        vm->main->depth = place->depth;
    return err;
}

/* A number and a place for the task that makes v, in that form. At most VM_WINDOW are under way: the oldest
 * must be done before a new one starts. */
static enum sotto_err enter_window(struct vm *vm, struct vm_value *v, unsigned kind)
{
    size_t at = ++vm->seq % VM_WINDOW;

    if (vm->seq >= MPC_INSTR_MAX)
        return strand_fail(vm->main, SOTTO_ERR_RESOURCE, "the program runs over %u instructions",
                           MPC_INSTR_MAX);
    TRY(vm_window_await(vm, at));
    vm->window[at] = (struct vm_place){ .v = vm_value_keep(v), .kind = kind };
    return SOTTO_OK;
}

static struct vm_task *task_new(struct vm *vm, const struct image_insn *in, struct vm_value *dst)
{
    struct vm_task *t = vm_memory_alloc(&vm->memory, sizeof *t);

    if (!t)
        return NULL;
    *t = (struct vm_task){ .vm = vm, .in = in, .dst = vm_value_keep(dst) };
    return t;
}

static enum sotto_err out_of_memory(struct vm *vm)
{
    return strand_fail(vm->main, SOTTO_ERR_RESOURCE,
                       "no memory for another instruction; give the job more (--memory)");
}

static void wait_for(struct vm_task *t, struct vm_value *v, enum mpc_domain domain, struct vm_wait *w)
{
    if (v)
        vm_value_wait(v, v->clear ? VM_CLEAR : domain, t, w);
}

/* The domain of operand a, b or c. A condition and keys are bits whatever the others are. */
static enum mpc_domain domain_of(const struct vm_task *t, int operand)
{
    bool bits =
        t->in && ((vm_bits_first(t->in->op) && operand == 0) || (vm_bits_both(t->in->op) && operand < 2));

    return bits ? MPC_BITS : t->domain;
}

static size_t tile_of(const struct vm_task *t)
{
    const struct vm_value *v[] = { t->a, t->b, t->c };
    unsigned bits = vm_value_bits(t->dst);

    for (int i = 0; i < 3; i++)
        if (v[i] && vm_value_bits(v[i]) > bits)
            bits = vm_value_bits(v[i]);
    return mpc_tile_n(&t->vm->s->options, bits);
}

/* The last one that entered the window begins as soon as its operands are there. */
static enum sotto_err start(struct vm *vm, struct vm_task *t)
{
    t->seq = vm->seq;
    t->line = vm->line;
    t->depth = vm->main->depth;
    t->pending = 1;
    t->tile_n = tile_of(t);
    wait_for(t, t->a, domain_of(t, 0), &t->wait[0]);
    wait_for(t, t->b, domain_of(t, 1), &t->wait[1]);
    wait_for(t, t->c, domain_of(t, 2), &t->wait[2]);
    vm_task_operand_ready(vm->main, t, t->depth);
    return vm->s->fault.code;
}

enum sotto_err vm_size_of(struct strand *st, const struct vm *vm, uint32_t size, uint64_t *n)
{
    struct fault f = { 0 };

    return image_size_of(vm->image, &vm->binding, size, n, &f) ? mpc_session_fail(st->s, &f) : SOTTO_OK;
}

/* --- operands -------------------------------------------------------------------------------------------- */

/* The form that an instruction wants exists, or a task is on its way to make it. */
static enum sotto_err want_form(struct vm *vm, struct vm_value *v, enum mpc_domain domain)
{
    struct vm_task *t;

    if (!v || v->clear || v->form[domain].made)
        return SOTTO_OK;
    t = task_new(vm, NULL, v);
    if (!t)
        return out_of_memory(vm);
    t->a = vm_value_keep(v);
    t->domain = domain == MPC_BITS ? MPC_ARITH : MPC_BITS;
    t->result = domain;
    t->run = vm_run_convert;
    TRY(enter_window(vm, v, domain));
    v->form[domain].made = true;
    return start(vm, t);
}

static enum sotto_err want_forms(struct vm *vm, struct vm_task *t)
{
    TRY(want_form(vm, t->a, domain_of(t, 0)));
    TRY(want_form(vm, t->b, domain_of(t, 1)));
    return want_form(vm, t->c, domain_of(t, 2));
}

static bool all_known(const struct vm_task *t)
{
    return (!t->a || t->a->clear) && (!t->b || t->b->clear) && (!t->c || t->c->clear);
}

/* How many planes of the result can be other than 0: a conversion to arithmetic of one plane is cheap. */
static unsigned live_planes(const struct vm_task *t)
{
    unsigned own = vm_value_bits(t->dst);

    if (t->in->op == IMAGE_CAST && !image_elem_signed((enum image_elem)t->a->elem) && t->a->planes_live < own &&
        t->dst->elem != IMAGE_BOOL)
        return t->a->planes_live;
    return own;
}

/* --- kinds of instructions -------------------------------------------------------------------------------- */

static enum sotto_err reveal_entry(struct vm *vm, struct vm_task *t)
{
    struct vm_opened **grown, *o;

    if (vm->result->opened_n == vm->opened_cap) {
        size_t cap = vm->opened_cap ? 2 * vm->opened_cap : 64;

        grown = arena_alloc(&vm->result->arena, cap, sizeof(struct vm_opened *));
        if (!grown)
            return out_of_memory(vm);
        if (vm->opened_cap)
            memcpy(grown, vm->opened, vm->opened_cap * sizeof(struct vm_opened *));
        vm->opened = grown;
        vm->opened_cap = cap;
    }
    o = arena_alloc(&vm->result->arena, 1, sizeof *o);
    if (!o)
        return out_of_memory(vm);
    o->reveal = t->in->b;
    vm->opened[vm->result->opened_n++] = t->opened = o;
    return SOTTO_OK;
}

/* Known to all: nothing is sent, and no strand is needed when the operands are there. It takes a number and a
 * place in the window all the same: whether an opened operand is there already differs from party to party. */
static enum sotto_err issue_known(struct vm *vm, struct vm_task *t)
{
    bool ready = (!t->a || t->a->clear_ready) && (!t->b || t->b->clear_ready) && (!t->c || t->c->clear_ready);
    struct vm_value *in[3] = { t->a, t->b, t->c };
    uint64_t depth;

    TRY(enter_window(vm, t->dst, VM_CLEAR));
    TRY(vm_value_make_clear(vm->main, vm, t->dst));
    t->run = vm_run_public;
    if (!ready)
        return start(vm, t);
    depth = vm->main->depth;
    TRY(t->run(vm->main, t));
    for (int i = 0; i < 3; i++)
        if (in[i] && in[i]->clear_depth > depth)
            depth = in[i]->clear_depth;
    t->dst->clear_ready = true;
    t->dst->clear_depth = depth;
    note_round(t, depth);
    mpc_instr_end(vm->s, vm->seq, NULL, false);
    leave_window(vm, vm->seq, depth);
    finish(t);
    return SOTTO_OK;
}

static enum sotto_err issue_secret(struct vm *vm, struct vm_task *t)
{
    struct vm_plan plan = vm_plan_of(t);

    t->domain = plan.operands;
    t->result = plan.result;
    t->run = vm_run_secret[t->in->op];
    assert(t->run); /* the verifier lets no other opcode have a secret operand */
    TRY(want_forms(vm, t));
    if (t->a)
        t->dst->planes_live = live_planes(t);
    TRY(enter_window(vm, t->dst, plan.public_result ? VM_CLEAR : plan.result));
    if (opens(t))
        mpc_instr_end(vm->s, vm->seq, NULL, true);
    if (plan.public_result)
        TRY(vm_value_make_clear(vm->main, vm, t->dst));
    else
        t->dst->form[plan.result].made = true;
    return start(vm, t);
}

/* Secrets from nothing: brought by the parties, or drawn. */
static bool makes_secret(const struct image_insn *in)
{
    return in->op == IMAGE_INPUT || (in->op >= IMAGE_RANDOM && in->op <= IMAGE_NOISE_GAUSS);
}

static enum mpc_domain domain_made(const struct vm *vm, const struct vm_task *t)
{
    if (t->dst->elem == IMAGE_BOOL)
        return MPC_BITS;
    if (t->in->op == IMAGE_INPUT)
        return vm->image->inputs[t->in->a].domain == IMAGE_BITS ? MPC_BITS : MPC_ARITH;
    return vm->image->consts[t->in->a] ? MPC_BITS : MPC_ARITH;
}

static enum sotto_err issue_made(struct vm *vm, struct vm_task *t)
{
    enum mpc_domain domain = domain_made(vm, t);

    t->run = vm_run_secret[t->in->op];
    t->result = domain;
    TRY(enter_window(vm, t->dst, domain));
    t->dst->form[domain].made = true;
    return start(vm, t);
}

/* Immediate values. */
static enum sotto_err issue_source(struct vm *vm, struct vm_task *t)
{
    uint64_t v = 0;

    TRY(vm_value_make_clear(vm->main, vm, t->dst));
    switch ((enum image_op)t->in->op) {
    case IMAGE_CONST:
        v = vm->image->consts[t->in->a];
        break;
    case IMAGE_PARAM:
        v = vm->job->params[t->in->a];
        break;
    case IMAGE_SIZE:
        TRY(vm_size_of(vm->main, vm, t->in->a, &v));
        break;
    default:
        for (size_t i = 0; i < t->dst->n; i++)
            t->dst->clear[i] = i;
        break;
    }
    if (t->in->op != IMAGE_INDEX)
        t->dst->clear[0] = vm_canonical((enum image_elem)t->dst->elem, v);
    vm_value_clear_ready(vm->main, t->dst);
    finish(t);
    return SOTTO_OK;
}

static struct vm_value *operand(struct vm *vm, char kind, uint32_t number)
{
    return kind == 'R' ? vm_value_keep(vm->reg[number]) : NULL;
}

enum sotto_err vm_issue(struct vm *vm, const struct image_insn *in)
{
    const struct image_op_info *op = image_op_info(in->op);
    const struct image_reg *r = &vm->image->regs[in->dst];
    struct vm_value *dst;
    struct vm_task *t;
    uint64_t n;

    TRY(vm_size_of(vm->main, vm, r->size, &n));
    if (in->op == IMAGE_COPY && vm->reg[in->a]->scalar == (r->size == IMAGE_NONE)) {
        vm_set_reg(vm, in->dst, vm_value_keep(vm->reg[in->a]));
        return SOTTO_OK;
    }
    dst = vm_value_new(vm, (enum image_elem)r->elem, r->size == IMAGE_NONE, n);
    t = dst ? task_new(vm, in, dst) : NULL;
    if (!t)
        return out_of_memory(vm);
    if (r->elem == IMAGE_ROW)
        dst->planes = dst->planes_live = r->planes;
    t->a = operand(vm, op->operand[1], in->a);
    t->b = operand(vm, op->operand[2], in->b);
    t->c = operand(vm, op->operand[3], in->c);
    vm_set_reg(vm, in->dst, dst);
    if (makes_secret(in))
        return issue_made(vm, t);
    if (in->op == IMAGE_REVEAL)
        TRY(reveal_entry(vm, t));
    if (!t->a)
        return issue_source(vm, t);
    if (in->op != IMAGE_REVEAL && !image_on_table(in->op) && all_known(t)) /* rows are shared in any case */
        return issue_known(vm, t);
    return issue_secret(vm, t);
}
