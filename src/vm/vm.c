/* vm.c - a job from its beginning to its result: agree, make keys, walk the code, collect the outputs. */
#include "vm/internal.h"

#include <unistd.h>

struct frame {
    size_t start; /* the FOR */
    uint64_t at, end;
};

static bool before_end(enum image_elem elem, const struct frame *f)
{
    return image_elem_signed(elem) ? (int64_t)f->at < (int64_t)f->end : f->at < f->end;
}

/* Public control: waits until the value is known, so that what follows comes after it. */
static enum sotto_err known(struct vm *vm, uint32_t reg, uint64_t *value)
{
    TRY(vm_value_await(vm->main, vm->reg[reg], VM_CLEAR));
    *value = vm->reg[reg]->clear[0];
    return SOTTO_OK;
}

static enum sotto_err set_counter(struct vm *vm, uint32_t reg, uint64_t value)
{
    struct vm_value *v = vm_value_new(vm, (enum image_elem)vm->image->regs[reg].elem, true, 1);

    if (!v)
        return strand_fail(vm->main, SOTTO_ERR_RESOURCE, "no memory for a loop's counter");
    vm_set_reg(vm, reg, v);
    TRY(vm_value_make_clear(vm->main, vm, v));
    v->clear[0] = value;
    vm_value_clear_ready(vm->main, v);
    return SOTTO_OK;
}

static void show_life(struct vm *vm, uint32_t line)
{
    uint64_t now;

    if (vm->seq % 16)
        return;
    if (vm->s->ch)
        net_keepalive(vm->s->ch);
    if (!vm->job->on_progress)
        return;
    now = clock_now_ns();
    if (now - vm->progress_ns < 100000000u)
        return;
    vm->progress_ns = now;
    vm->job->on_progress(vm->job->on_progress_arg, &(struct vm_progress){ vm->finished, vm->s->rounds, line });
}

/* Instruction pc: control is done here, all else is issued. Sets the next pc. */
static enum sotto_err step(struct vm *vm, size_t *pc, struct frame *frames, size_t *depth)
{
    const struct image_insn *in = &vm->image->code[*pc];
    struct frame *top = *depth ? &frames[*depth - 1] : NULL;
    uint64_t value;

    switch ((enum image_op)in->op) {
    case IMAGE_FOR:
        assert(*depth < IMAGE_DEPTH_MAX); /* the verifier's word */
        top = &frames[*depth];
        top->start = *pc;
        TRY(known(vm, in->a, &top->at));
        TRY(known(vm, in->b, &top->end));
        if (!before_end((enum image_elem)vm->image->regs[in->dst].elem, top)) {
            *pc = in->c + 1;
            return SOTTO_OK;
        }
        ++*depth;
        ++*pc;
        return set_counter(vm, in->dst, top->at);
    case IMAGE_IF:
        TRY(known(vm, in->a, &value));
        *pc = value ? *pc + 1 : in->c + 1;
        return SOTTO_OK;
    case IMAGE_ELSE:
        *pc = in->c + 1;
        return SOTTO_OK;
    case IMAGE_END:
        if (vm->image->code[in->c].op == IMAGE_FOR) {
            const struct image_insn *loop = &vm->image->code[in->c];

            top->at++;
            if (before_end((enum image_elem)vm->image->regs[loop->dst].elem, top)) {
                *pc = in->c + 1;
                return set_counter(vm, loop->dst, top->at);
            }
            --*depth;
        }
        break;
    case IMAGE_OUTPUT:
        vm_value_drop(vm, vm->output[in->a]);
        vm->output[in->a] = vm_value_keep(vm->reg[in->b]);
        break;
    default:
        vm->line = in->line;
        show_life(vm, in->line);
        TRY(vm_issue(vm, in));
    }
    vm_bury(vm, (*pc)++);
    return SOTTO_OK;
}

static enum sotto_err collect_outputs(struct vm *vm)
{
    for (size_t o = 0; o < vm->image->outputs_n; o++) {
        struct vm_output *out = &vm->result->outputs[o];
        struct vm_value *v = vm->output[o];
        uint64_t n;

        TRY(vm_size_of(vm->main, vm, vm->image->outputs[o].size, &n));
        out->n = n;
        out->values = arena_alloc(&vm->result->arena, n, sizeof *out->values);
        if (!out->values)
            return strand_fail(vm->main, SOTTO_ERR_RESOURCE, "no memory for an output of %llu values",
                               (unsigned long long)n);
        if (!v)
            continue;
        TRY(vm_value_await(vm->main, v, VM_CLEAR));
        for (size_t i = 0; i < n; i++)
            out->values[i] = v->clear[v->scalar ? 0 : i];
    }
    return SOTTO_OK;
}

static enum sotto_err job_main(struct strand *st, void *arg)
{
    struct vm *vm = arg;
    uint8_t binding[CRYPTO_HASH_LEN];
    struct frame *frames = strand_alloc(st, IMAGE_DEPTH_MAX, sizeof *frames);
    size_t pc = 0, depth = 0;

    if (!frames)
        return st->s->fault.code;
    vm->main = st;
    TRY(vm_agree(st, vm, binding));
    TRY(mpc_keys(st, binding));
    vm_note_cost(st, &vm->result->setup);
    vm->setup_rounds = st->depth;
    while (vm->image->code[pc].op != IMAGE_HALT)
        TRY(step(vm, &pc, frames, &depth));
    TRY(collect_outputs(vm));
    for (size_t i = 0; i < VM_WINDOW; i++) /* nothing is left under way */
        TRY(vm_window_await(vm, i));
    for (size_t o = 0; o < vm->image->outputs_n; o++)
        vm->result->outputs[o].set = vm->output[o] != NULL;
    return SOTTO_OK;
}

static size_t memory_limit(const struct vm_job *job)
{
    if (job->memory_max)
        return job->memory_max;
    return (size_t)sysconf(_SC_PHYS_PAGES) / 2 * (size_t)sysconf(_SC_PAGESIZE);
}

/* What happened, in program order, also when the job failed later. */
static void list_opened(struct vm *vm)
{
    struct vm_result *r = vm->result;
    size_t n = 0;

    r->opened = r->opened_n ? arena_alloc(&r->arena, r->opened_n, sizeof *r->opened) : NULL;
    for (size_t i = 0; r->opened && i < r->opened_n; i++)
        if (vm->opened[i]->values)
            r->opened[n++] = *vm->opened[i];
    r->opened_n = n;
}

static enum sotto_err prepare(struct vm *vm)
{
    const struct image *im = vm->image;
    struct vm_result *r = vm->result;

    r->outputs = arena_alloc(&r->arena, im->outputs_n + 1, sizeof *r->outputs);
    r->symbols = arena_alloc(&r->arena, im->symbols_n + 1, sizeof *r->symbols);
    vm->reg = arena_alloc(&vm->memory.arena, im->regs_n + 1, sizeof(struct vm_value *));
    vm->output = arena_alloc(&vm->memory.arena, im->outputs_n + 1, sizeof(struct vm_value *));
    vm->round_of = arena_alloc(&vm->memory.arena, im->code_n + 1, sizeof *vm->round_of);
    r->passed = arena_alloc(&r->arena, im->code_n + 1, sizeof *r->passed);
    return r->outputs && r->symbols && r->passed && vm->reg && vm->output && vm->round_of ? vm_live(vm)
                                                                                          : SOTTO_ERR_RESOURCE;
}

/* What was done by which round, in the program's order; what was done earlier than something before it, or by
 * the same round, adds nothing. */
static void list_passed(struct vm *vm)
{
    struct vm_result *r = vm->result;
    struct vm_passed *last = &r->passed[r->passed_n++];

    *last = (struct vm_passed){ 0, vm->setup_rounds };
    for (size_t i = 0; i < vm->image->code_n; i++) {
        if (vm->round_of[i] <= last->round)
            continue;
        if (last->line != vm->image->code[i].line) {
            r->passed[r->passed_n] = *last;
            last = &r->passed[r->passed_n++];
        }
        *last = (struct vm_passed){ vm->image->code[i].line, vm->round_of[i] };
    }
}

/* The others are told, and need not wait. */
static enum sotto_err no_memory(struct mpc_session *s)
{
    static const struct fault why = { .code = SOTTO_ERR_RESOURCE,
                                      .accuser = -1,
                                      .text = "no memory for the job's tables; give the job more (--memory)" };

    return mpc_session_fail(s, &why);
}

enum sotto_err vm_run(struct mpc_session *s, const struct vm_job *job, struct vm_result *result)
{
    struct vm *vm = mem_alloc(1, sizeof *vm);
    enum sotto_err err;

    *result = (struct vm_result){ 0 };
    arena_init(&result->arena, 0, false);
    if (!vm)
        return no_memory(s);
    vm->s = s;
    vm->job = job;
    vm->image = job->image;
    vm->result = result;
    s->memory.limit = memory_limit(job);
    arena_init(&vm->memory.arena, 0, true);
    vm->memory.arena.budget = &s->memory;
    err = prepare(vm);
    if (err)
        err = no_memory(s);
    else
        err = mpc_session_run(s, job_main, vm);
    if (err)
        for (size_t o = 0; result->outputs && o < job->image->outputs_n; o++)
            result->outputs[o] = (struct vm_output){ 0 };
    if (!err)
        list_passed(vm);
    list_opened(vm);
    arena_wipe(&vm->memory.arena);
    mem_free(vm);
    return err;
}

void vm_result_wipe(struct vm_result *result)
{
    arena_wipe(&result->arena);
    *result = (struct vm_result){ 0 };
}
