#include "vm/internal.h"

/* --- memory ---------------------------------------------------------------------------------------------- */

static size_t class_len(unsigned c)
{
    return (size_t)(4 + c % 4) * 16 << c / 4;
}

static unsigned class_of(size_t len)
{
    unsigned c = 0;

    while (class_len(c) < len)
        c++;
    return c;
}

static struct vm_free *take_kept(struct vm_memory *m, unsigned c)
{
    struct vm_free *p = m->kept[c];

    if (p)
        m->kept[c] = p->next;
    return p;
}

void *vm_memory_alloc(struct vm_memory *m, size_t len)
{
    unsigned c = class_of(len);
    struct vm_free *p = take_kept(m, c);

    return p ? memset(p, 0, len) : arena_alloc(&m->arena, class_len(c), 1);
}

void *vm_memory_room(struct vm_memory *m, size_t len)
{
    unsigned c = class_of(len);
    struct vm_free *p = take_kept(m, c);

    return p ? p : arena_room(&m->arena, class_len(c), 1);
}

void vm_memory_free(struct vm_memory *m, void *p, size_t len)
{
    struct vm_free *block = p;
    unsigned c = class_of(len);

    if (!p)
        return;
    block->next = m->kept[c];
    m->kept[c] = block;
}

/* --- values ---------------------------------------------------------------------------------------------- */

uint64_t vm_canonical(enum image_elem elem, uint64_t v)
{
    unsigned spare = 64 - image_elem_bits(elem);

    return image_elem_signed(elem) ? (uint64_t)((int64_t)(v << spare) >> spare) : v << spare >> spare;
}

struct vm_value *vm_value_new(struct vm *vm, enum image_elem elem, bool scalar, size_t n)
{
    struct vm_value *v = vm_memory_alloc(&vm->memory, sizeof *v);

    if (v)
        *v = (struct vm_value){ .refs = 1,
                                .elem = (uint8_t)elem,
                                .scalar = scalar,
                                .n = n,
                                .planes = image_elem_bits(elem),
                                .planes_live = image_elem_bits(elem) };
    return v;
}

struct vm_value *vm_value_keep(struct vm_value *v)
{
    if (v)
        v->refs++;
    return v;
}

void vm_value_drop(struct vm *vm, struct vm_value *v)
{
    if (!v || --v->refs)
        return;
    vm_memory_free(&vm->memory, v->clear, v->n * sizeof *v->clear);
    for (int d = 0; d < 2; d++)
        vm_memory_free(&vm->memory, v->form[d].block, v->form[d].len);
    vm_memory_free(&vm->memory, v, sizeof *v);
}

void vm_set_reg(struct vm *vm, uint32_t reg, struct vm_value *v)
{
    vm_value_drop(vm, vm->reg[reg]);
    vm->reg[reg] = v;
}

static enum sotto_err no_memory(struct strand *st, struct vm *vm, size_t len)
{
    return strand_fail(st, SOTTO_ERR_RESOURCE,
                       "the job needs over %zu MB; give it more (--memory) or fewer rows",
                       (vm->s->memory.used + len) >> 20);
}

enum sotto_err vm_value_make(struct strand *st, struct vm *vm, struct vm_value *v, enum mpc_domain domain)
{
    unsigned bits = vm_value_bits(v);
    size_t len = (shared_share_len(domain, bits, v->n) + 63) / 64 * 64, shares = 0;
    const struct mpc_protocol *p = vm->s->protocol;
    struct shared *x = &v->form[domain].shared;

    for (int a = 0; a < p->shares; a++)
        shares += p->holds[vm->s->self] >> a & 1;
    v->form[domain].len = shares * len;
    v->form[domain].block = vm_memory_room(&vm->memory, shares * len);
    if (!v->form[domain].block)
        return no_memory(st, vm, shares * len);
    *x = (struct shared){ .domain = domain, .bits = bits, .n = v->n, .stride = ring_words(v->n) };
    for (int a = 0, at = 0; a < p->shares; a++)
        if (p->holds[vm->s->self] >> a & 1)
            x->share[a] = (uint8_t *)v->form[domain].block + len * (size_t)at++;
    return SOTTO_OK;
}

bool vm_value_make_of(struct vm *vm, struct vm_value *v, enum mpc_domain domain, struct vm_value *dying)
{
    if (dying->refs > 1 || dying->clear || dying->n != v->n || vm_value_bits(dying) != vm_value_bits(v) ||
        !dying->form[domain].block || vm->memory.kept[class_of(dying->form[domain].len)])
        return false;
    v->form[domain].shared = dying->form[domain].shared;
    v->form[domain].block = dying->form[domain].block;
    v->form[domain].len = dying->form[domain].len;
    dying->form[domain].block = NULL;
    return true;
}

enum sotto_err vm_value_make_clear(struct strand *st, struct vm *vm, struct vm_value *v)
{
    v->clear = vm_memory_room(&vm->memory, v->n * sizeof *v->clear);
    return v->clear ? SOTTO_OK : no_memory(st, vm, v->n * sizeof *v->clear);
}

/* In a dead session nothing begins any more, and the main strand's entries may be gone. */
static void release(struct strand *st, struct vm_value *v, unsigned kind, uint64_t depth)
{
    struct vm_wait *w = v->waiters[kind];

    v->waiters[kind] = NULL;
    while (w && !st->s->fault.code) {
        struct vm_wait *next = w->next;

        if (w->task)
            vm_task_operand_ready(st, w->task, depth);
        else
            strand_wake(w->strand);
        w = next;
    }
}

void vm_value_ready(struct strand *st, struct vm_value *v, enum mpc_domain domain)
{
    v->form[domain].ready = true;
    v->form[domain].depth = st->depth;
    release(st, v, domain, st->depth);
}

void vm_value_clear_ready(struct strand *st, struct vm_value *v)
{
    v->clear_ready = true;
    v->clear_depth = st->depth;
    release(st, v, VM_CLEAR, st->depth);
}

static bool is_ready(const struct vm_value *v, unsigned kind)
{
    return kind == VM_CLEAR ? v->clear_ready : v->form[kind].ready;
}

static uint64_t depth_of(const struct vm_value *v, unsigned kind)
{
    return kind == VM_CLEAR ? v->clear_depth : v->form[kind].depth;
}

static void enlist(struct vm_value *v, unsigned kind, struct vm_wait *w)
{
    w->next = v->waiters[kind];
    v->waiters[kind] = w;
}

void vm_value_wait(struct vm_value *v, unsigned kind, struct vm_task *t, struct vm_wait *w)
{
    if (is_ready(v, kind)) {
        if (depth_of(v, kind) > t->depth)
            t->depth = depth_of(v, kind);
        return;
    }
    t->pending++;
    w->task = t;
    enlist(v, kind, w);
}

enum sotto_err vm_value_await(struct strand *st, struct vm_value *v, unsigned kind)
{
    struct vm_wait w = { .strand = st };

    if (!is_ready(v, kind)) {
        enlist(v, kind, &w);
        TRY(strand_park(st)); /* only release() wakes it, or the session's end */
    }
    if (depth_of(v, kind) > st->depth)
        st->depth = depth_of(v, kind);
    return st->s->fault.code;
}
