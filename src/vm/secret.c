/* secret.c - what an instruction does with secrets. The domain was fixed when it was issued (plan.c). */
#include "vm/internal.h"

/* A public value's elements in the layout of one share of `domain`: v->clear, or one of it for all. */
static enum sotto_err public_words(struct strand *st, const struct vm_value *v, enum mpc_domain domain,
                                   unsigned bits, struct vm_span s, void **words, size_t *stride)
{
    struct shared plain = { .domain = domain, .bits = bits, .n = s.n, .stride = ring_words(s.n) };

    plain.share[0] = strand_alloc(st, 1, shared_share_len(domain, bits, s.n));
    if (!plain.share[0])
        return st->s->fault.code;
    shared_public(&plain, v->clear + (v->scalar ? 0 : s.from), v->scalar);
    *words = plain.share[0];
    *stride = plain.stride;
    return SOTTO_OK;
}

/* Elements s of an operand, shared if it is known, repeated if it is a scalar. */
static enum sotto_err operand(struct strand *st, const struct vm_value *v, enum mpc_domain domain,
                              struct vm_span s, struct shared *x)
{
    const struct shared *form = &v->form[domain].shared;

    if (v->clear) {
        TRY(strand_shared(st, x, domain, vm_value_bits(v), s.n));
        shared_public(x, v->clear + (v->scalar ? 0 : s.from), v->scalar);
    } else if (v->scalar && s.n != 1) {
        TRY(strand_shared(st, x, domain, vm_value_bits(v), s.n));
        shared_repeat(x, form);
    } else {
        *x = shared_slice(form, v->scalar ? 0 : s.from, s.n);
    }
    return SOTTO_OK;
}

enum sotto_err vm_operand(struct strand *st, const struct vm_value *v, enum mpc_domain domain, size_t from,
                          size_t n, struct shared *x)
{
    return operand(st, v, domain, (struct vm_span){ from, n }, x);
}

/* The part of the result's form that a tile writes, zero. */
static struct shared result(const struct vm_task *t, struct vm_span s)
{
    struct shared z = shared_slice(&t->dst->form[t->result].shared, s.from, s.n);

    shared_zero(&z);
    return z;
}

/* The same where all of it is written anyway. */
static struct shared result_room(const struct vm_task *t, struct vm_span s)
{
    return shared_slice(&t->dst->form[t->result].shared, s.from, s.n);
}

/* z = x & the public value in every element: planes stay or go. */
static void keep_planes(struct shared *z, const struct shared *x, uint64_t value)
{
    for (unsigned first = 0, end; first < z->bits; first = end) {
        bool stay = value >> first & 1;
        struct shared gone;

        for (end = first + 1; end < z->bits && (value >> end & 1) == stay;)
            end++;
        gone = shared_planes(z, first, end - first);
        if (stay)
            shared_copy_planes(z, first, x, first, end - first);
        else
            shared_zero(&gone);
    }
}

/* z = x * y where one of them is public: no message. z is zero. */
static enum sotto_err times_public(struct strand *st, struct shared *z, const struct shared *x,
                                   const struct vm_value *v, struct vm_span s)
{
    struct shared narrow = *x;
    void *words = NULL;

    TRY(public_words(st, v, x->domain, x->bits, s, &words, &narrow.stride));
    /* shared_times_public steps through words as through x: copy x where its planes are further apart. */
    if (x->stride != narrow.stride) {
        TRY(strand_shared(st, &narrow, x->domain, x->bits, x->n));
        shared_copy(&narrow, x);
    }
    shared_times_public(z, &narrow, words);
    return SOTTO_OK;
}

static enum sotto_err each_tile(struct strand *st, struct vm_task *t, size_t n,
                                enum sotto_err (*fn)(struct strand *, void *, size_t))
{
    return strand_spread(st, vm_tiles(t, n), fn, t);
}

#define ELEMENTWISE(name)                                                                                      \
    static enum sotto_err name##_tile(struct strand *st, void *arg, size_t i);                                 \
    static enum sotto_err run_##name(struct strand *st, struct vm_task *t)                                     \
    {                                                                                                          \
        return each_tile(st, t, t->dst->n, name##_tile);                                                       \
    }                                                                                                          \
    static enum sotto_err name##_tile(struct strand *st, void *arg, size_t i)

/* --- arithmetic and logic --------------------------------------------------------------------------------- */

ELEMENTWISE(add)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result_room(t, s), x, y;

    TRY(operand(st, t->a, t->domain, s, &x));
    TRY(operand(st, t->b, t->domain, s, &y));
    if (t->in->op == IMAGE_SUB)
        shared_sub(&z, &x, &y);
    else
        shared_add(&z, &x, &y); /* XOR, too */
    return SOTTO_OK;
}

ELEMENTWISE(negate)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result_room(t, s), x;

    TRY(operand(st, t->a, t->domain, s, &x));
    shared_neg(&z, &x); /* NOT on bits */
    return SOTTO_OK;
}

ELEMENTWISE(multiply)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared x, y, z, place = result_room(t, s);
    const struct vm_value *known = t->a->clear ? t->a : t->b->clear ? t->b : NULL;

    const bool is_written =
        t->domain == MPC_BITS && (!known || known->scalar); /* all of z, whatever lies there */

    if (t->in_place)
        TRY(strand_shared(st, &z, t->result, place.bits, s.n));
    else
        z = is_written ? place : result(t, s);
    TRY(operand(st, t->a->clear ? t->b : t->a, t->domain, s, &x));
    if (known && is_written) {
        keep_planes(&z, &x, known->clear[0]);
    } else if (known) {
        TRY(times_public(st, &z, &x, known, s));
    } else {
        TRY(operand(st, t->b, t->domain, s, &y));
        TRY(gadget_multiply(st, &z, &x, &y));
    }
    if (t->in_place)
        shared_copy(&place, &z);
    return SOTTO_OK;
}

/* x | y = x ^ y ^ (x & y) */
ELEMENTWISE(or)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result(t, s), x, y;

    TRY(operand(st, t->a, t->domain, s, &x));
    TRY(operand(st, t->b, t->domain, s, &y));
    if (t->a->clear || t->b->clear)
        TRY(times_public(st, &z, t->a->clear ? &y : &x, t->a->clear ? t->a : t->b, s));
    else
        TRY(gadget_multiply(st, &z, &x, &y));
    shared_add(&z, &z, &x);
    shared_add(&z, &z, &y);
    return SOTTO_OK;
}

/* --- comparison and selection ------------------------------------------------------------------------------
 */

ELEMENTWISE(equal)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result(t, s), x, y, difference;

    TRY(operand(st, t->a, t->domain, s, &x));
    TRY(operand(st, t->b, t->domain, s, &y));
    TRY(strand_shared(st, &difference, x.domain, x.bits, s.n));
    shared_sub(&difference, &x, &y);
    return t->domain == MPC_ARITH ? gadget_zero_arith(st, &z, &difference) : gadget_zero(st, &z, &difference);
}

ELEMENTWISE(less)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result(t, s), x, y;

    TRY(operand(st, t->a, t->domain, s, &x));
    TRY(operand(st, t->b, t->domain, s, &y));
    if (t->domain == MPC_ARITH)
        return gadget_less_arith(st, &z, &x, &y, image_elem_signed((enum image_elem)t->a->elem));
    return gadget_less(st, &z, &x, &y, 1, image_elem_signed((enum image_elem)t->a->elem));
}

/* A public condition: z = y + c * (x - y), with c as 0 and 1, or as no and all bits. */
static enum sotto_err select_by_public(struct strand *st, const struct vm_task *t, struct vm_span s,
                                       struct shared *z, const struct shared *x, const struct shared *y)
{
    struct vm_value mask = { .scalar = t->a->scalar, .n = t->a->scalar ? 1 : s.n };
    const uint64_t *condition = t->a->clear + (t->a->scalar ? 0 : s.from);
    struct shared difference;

    mask.clear = strand_alloc(st, mask.n, sizeof *mask.clear);
    if (!mask.clear)
        return st->s->fault.code;
    for (size_t e = 0; e < mask.n; e++)
        mask.clear[e] = t->domain == MPC_BITS ? -(condition[e] & 1) : condition[e] & 1;
    TRY(strand_shared(st, &difference, x->domain, x->bits, x->n));
    shared_sub(&difference, x, y);
    TRY(times_public(st, z, &difference, &mask, (struct vm_span){ 0, s.n }));
    shared_add(z, z, y);
    return SOTTO_OK;
}

ELEMENTWISE(select)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result(t, s), c, x, y;

    TRY(operand(st, t->b, t->domain, s, &x));
    TRY(operand(st, t->c, t->domain, s, &y));
    if (t->a->clear)
        return select_by_public(st, t, s, &z, &x, &y);
    TRY(operand(st, t->a, MPC_BITS, s, &c));
    return gadget_select(st, &z, &c, &x, &y);
}

/* --- moving ----------------------------------------------------------------------------------------------- */

/* A scalar to all elements of a vector; anything else is the same value (issue.c). */
ELEMENTWISE(copy)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result_room(t, s);

    (void)st;
    shared_repeat(&z, &t->a->form[t->domain].shared);
    return SOTTO_OK;
}

static enum sotto_err check_index(struct strand *st, const struct vm_task *t)
{
    if (t->b->clear[0] < t->a->n)
        return SOTTO_OK;
    return strand_fail(st, SOTTO_ERR_INPUT, "line %u: index %lld is out of range, the vector has %zu elements",
                       t->in->line, (long long)t->b->clear[0], t->a->n);
}

static enum sotto_err run_get(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, (struct vm_span){ 0, 1 });

    TRY(check_index(st, t));
    shared_gather(&z, &t->a->form[t->domain].shared, t->b->clear[0], 1, false);
    return SOTTO_OK;
}

static enum sotto_err run_set(struct strand *st, struct vm_task *t)
{
    struct shared z = result(t, (struct vm_span){ 0, t->dst->n }), x, one;

    TRY(check_index(st, t));
    TRY(operand(st, t->a, t->domain, (struct vm_span){ 0, t->a->n }, &x));
    TRY(operand(st, t->c, t->domain, (struct vm_span){ 0, 1 }, &one));
    shared_copy(&z, &x);
    shared_put(&z, t->b->clear[0], &one);
    return SOTTO_OK;
}

/* --- casts ------------------------------------------------------------------------------------------------ */

static void cast_planes(struct shared *z, const struct shared *x, bool extend_sign)
{
    for (unsigned p = 0; p < z->bits; p++) {
        struct shared to = shared_plane(z, p), from;

        if (p >= x->bits && !extend_sign)
            continue; /* zero */
        from = shared_plane(x, p < x->bits ? p : x->bits - 1);
        shared_copy(&to, &from);
    }
}

static void cut_words(struct shared *z, const struct shared *x)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        for (size_t e = 0; z->share[a] && e < z->n; e++)
            shared_kernels(z)->put(z->share[a], e, shared_kernels(x)->get(x->share[a], e));
}

ELEMENTWISE(cast)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared z = result(t, s), x;

    TRY(operand(st, t->a, t->domain, s, &x));
    if (t->dst->elem == IMAGE_BOOL && t->a->elem != IMAGE_BOOL) {
        TRY(t->domain == MPC_ARITH ? gadget_zero_arith(st, &z, &x) : gadget_zero(st, &z, &x));
        shared_neg(&z, &z);
    } else if (t->domain == MPC_ARITH) {
        cut_words(&z, &x);
    } else {
        cast_planes(&z, &x, image_elem_signed((enum image_elem)t->a->elem));
    }
    return SOTTO_OK;
}

static enum sotto_err convert_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->a->n);
    struct shared x = shared_slice(&t->a->form[t->domain].shared, s.from, s.n), z = result(t, s), bit;

    if (t->domain == MPC_ARITH)
        return gadget_to_bits(st, &z, &x);
    if (t->a->planes_live != 1)
        return gadget_to_arith(st, &z, &x);
    bit = shared_plane(&x, 0);
    return gadget_bit_to_arith(st, &z, &bit);
}

enum sotto_err vm_run_convert(struct strand *st, struct vm_task *t)
{
    return each_tile(st, t, t->a->n, convert_tile);
}

/* --- in and out ------------------------------------------------------------------------------------------- */

static enum sotto_err reveal_tile(struct strand *st, void *arg, size_t i)
{
    struct vm_task *t = arg;
    struct vm_span s = vm_tile(t, i, t->dst->n);
    struct shared x = shared_slice(&t->a->form[t->domain].shared, s.from, s.n);

    return gadget_reveal(st, &x, mpc_everyone(st->s->protocol), t->dst->clear + s.from);
}

static enum sotto_err run_reveal(struct strand *st, struct vm_task *t)
{
    struct vm *vm = t->vm;
    uint64_t *values;

    if (t->a->clear)
        memcpy(t->dst->clear, t->a->clear, t->a->n * sizeof *t->a->clear);
    else
        TRY(each_tile(st, t, t->dst->n, reveal_tile));
    for (size_t e = 0; e < t->dst->n; e++)
        t->dst->clear[e] = vm_canonical((enum image_elem)t->dst->elem, t->dst->clear[e]);
    values = arena_alloc(&vm->result->arena, t->dst->n, sizeof *values);
    if (!values)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "no memory for %zu opened values", t->dst->n);
    memcpy(values, t->dst->clear, t->dst->n * sizeof *values);
    t->opened->values = values;
    t->opened->n = t->dst->n;
    vm_note_cost(st, &t->opened->cost);
    return SOTTO_OK;
}

/* An input is cut in chunks of one owner's rows each. */
struct chunk {
    int owner;
    size_t from, n; /* in the whole vector */
    size_t first;   /* of the owner's own rows */
};
struct bringing {
    struct vm_task *t;
    struct chunk *chunk;
};

static enum sotto_err input_chunk(struct strand *st, void *arg, size_t i)
{
    struct bringing *b = arg;
    const struct chunk *c = &b->chunk[i];
    const struct vm_rows *rows = &b->t->vm->job->rows[b->t->in->a];
    struct shared *whole = &b->t->dst->form[b->t->result].shared, part;

    if (whole->domain == MPC_ARITH) {
        part = shared_slice(whole, c->from, c->n);
        return gadget_input(st, &part, c->owner, c->owner == st->s->self ? rows->values + c->first : NULL);
    }
    TRY(strand_shared(st, &part, MPC_BITS, whole->bits, c->n));
    TRY(gadget_input(st, &part, c->owner, c->owner == st->s->self ? rows->values + c->first : NULL));
    shared_place(whole, c->from, &part);
    return SOTTO_OK;
}

static enum sotto_err run_input(struct strand *st, struct vm_task *t)
{
    struct vm *vm = t->vm;
    struct bringing b = { .t = t };
    size_t chunks = 0, from = 0;

    b.chunk = strand_alloc(st, vm_tiles(t, t->dst->n) + SOTTO_PARTIES_MAX, sizeof *b.chunk);
    if (!b.chunk)
        return st->s->fault.code;
    for (int p = 0; p < st->s->protocol->parties; p++) {
        uint64_t rows = vm->rows_of[(size_t)p * vm->image->inputs_n + t->in->a];

        for (size_t first = 0; first < rows; first += t->tile_n) {
            size_t n = rows - first < t->tile_n ? rows - first : t->tile_n;

            b.chunk[chunks++] = (struct chunk){ p, from, n, first };
            from += n;
        }
    }
    /* Chunks of planes may meet within a word. */
    return t->result == MPC_ARITH ? strand_spread(st, chunks, input_chunk, &b)
                                  : strand_each(st, chunks, input_chunk, &b);
}

/* Every opcode of the list has a line here, or the file does not compile. */
/* control, sources of public values, and what takes public operands only: vm.c, issue.c, public.c */
#define RUN_HALT   NULL
#define RUN_FOR    NULL
#define RUN_IF     NULL
#define RUN_ELSE   NULL
#define RUN_END    NULL
#define RUN_CONST  NULL
#define RUN_PARAM  NULL
#define RUN_SIZE   NULL
#define RUN_INDEX  NULL
#define RUN_OUTPUT NULL

#define RUN_INPUT  run_input
#define RUN_REVEAL run_reveal
#define RUN_COPY   run_copy
#define RUN_CAST   run_cast
#define RUN_GET    run_get
#define RUN_SET    run_set
#define RUN_ADD    run_add
#define RUN_SUB    run_add
#define RUN_NEG    run_negate
#define RUN_MUL    run_multiply
#define RUN_AND    run_multiply
#define RUN_OR     run_or
#define RUN_XOR    run_add
#define RUN_NOT    run_negate
#define RUN_EQ     run_equal
#define RUN_LT     run_less
#define RUN_SELECT run_select
#define RUN_SUM    vm_run_sum
#define RUN_COUNT  vm_run_count
#define RUN_MIN    vm_run_extreme
#define RUN_MAX    vm_run_extreme
#define RUN_ARGMIN vm_run_extreme
#define RUN_ARGMAX vm_run_extreme
#define RUN_ANY    vm_run_any_all
#define RUN_ALL    vm_run_any_all

#define RUN_DIV      vm_run_number
#define RUN_MOD      vm_run_number
#define RUN_TRUNC    vm_run_number
#define RUN_SHL      vm_run_number
#define RUN_SHR      vm_run_number
#define RUN_ROTL     vm_run_number
#define RUN_ROTR     vm_run_number
#define RUN_POPCOUNT vm_run_number
#define RUN_CLZ      vm_run_number
#define RUN_CTZ      vm_run_number
#define RUN_HIGHBIT  vm_run_number
#define RUN_LESSER   vm_run_number
#define RUN_GREATER  vm_run_number
#define RUN_SIGN     vm_run_number
#define RUN_ABS      vm_run_number
#define RUN_RELU     vm_run_number
#define RUN_FIXMUL   vm_run_number
#define RUN_FIXDIV   vm_run_number
#define RUN_RECIP    vm_run_number
#define RUN_SQRT     vm_run_number
#define RUN_RSQRT    vm_run_number
#define RUN_EXP      vm_run_number
#define RUN_EXP2     vm_run_number
#define RUN_LOG      vm_run_number
#define RUN_LOG2     vm_run_number
#define RUN_SIGMOID  vm_run_number
#define RUN_TANH     vm_run_number
#define RUN_SOFTMAX  vm_run_number

#define RUN_RANDOM        vm_run_random
#define RUN_RANDOM_RANGE  vm_run_random
#define RUN_NOISE_LAPLACE vm_run_random
#define RUN_NOISE_GAUSS   vm_run_random

#define RUN_PACK       vm_run_pack
#define RUN_UNPACK     vm_run_unpack
#define RUN_SHUFFLE    vm_run_shuffle
#define RUN_SORT       vm_run_sort
#define RUN_GROUP      vm_run_group
#define RUN_GROUPCOUNT vm_run_group
#define RUN_MATCH      vm_run_match
#define RUN_GROUPS     vm_run_group
#define RUN_GROUPBY    vm_run_group_by
#define RUN_UNIQUE     vm_run_unique
#define RUN_COMPACT    vm_run_compact
#define RUN_RANK       vm_run_rank
#define RUN_SORTFROM   vm_run_sort
#define RUN_PERMUTE    vm_run_permute
#define RUN_PERMUTED   vm_run_permute
#define RUN_APPEND     vm_run_append
#define RUN_JOIN       vm_run_join
#define RUN_INTERSECT  vm_run_intersect

#define RUN_MATMUL    vm_run_linear
#define RUN_DOT       vm_run_linear
#define RUN_CONV2D    vm_run_linear
#define RUN_TRANSPOSE vm_run_linear
#define RUN_GATHER    vm_run_linear
#define RUN_LOOKUP    vm_run_linear
#define RUN_STORE     vm_run_linear
#define RUN_PREFIX    vm_run_linear
#define RUN_SCAN      vm_run_linear

vm_run_fn *const vm_run_secret[IMAGE_OPS] = {
#define OP(name, dst, a, b, c, kind, text) [IMAGE_##name] = RUN_##name,
#include "image/opcodes.def"
#undef OP
};
