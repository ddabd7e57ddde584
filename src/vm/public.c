/* public.c - instructions on public values, in 64-bit two's complement. */
#include "vm/internal.h"

static uint64_t at(const struct vm_value *v, size_t i)
{
    return v->clear[v->scalar ? 0 : i];
}

static bool less(enum image_elem elem, uint64_t a, uint64_t b)
{
    return image_elem_signed(elem) ? (int64_t)a < (int64_t)b : a < b;
}

static enum sotto_err divide(struct strand *st, const struct vm_task *t, uint64_t a, uint64_t b, uint64_t *z)
{
    bool is_signed = image_elem_signed((enum image_elem)t->a->elem), remainder = t->in->op == IMAGE_MOD;

    if (b == 0)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: division by zero", t->in->line);
    if (is_signed && b == UINT64_MAX)
        *z = remainder ? 0 : 0 - a; /* -1: no overflow of the least number */
    else if (is_signed)
        *z = (uint64_t)(remainder ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
    else
        *z = remainder ? a % b : a / b;
    return SOTTO_OK;
}

static enum sotto_err element(struct strand *st, const struct vm_task *t, size_t i, uint64_t *z)
{
    enum image_elem elem = (enum image_elem)t->a->elem;
    uint64_t a = at(t->a, i), b = t->b ? at(t->b, i) : 0;

    switch ((enum image_op)t->in->op) {
    case IMAGE_COPY:
        *z = a;
        break;
    case IMAGE_CAST:
        *z = t->dst->elem == IMAGE_BOOL ? a != 0 : a;
        break;
    case IMAGE_ADD:
        *z = a + b;
        break;
    case IMAGE_SUB:
        *z = a - b;
        break;
    case IMAGE_NEG:
        *z = 0 - a;
        break;
    case IMAGE_MUL:
        *z = a * b;
        break;
    case IMAGE_DIV:
    case IMAGE_MOD:
        TRY(divide(st, t, a, b, z));
        break;
    case IMAGE_AND:
        *z = a & b;
        break;
    case IMAGE_OR:
        *z = a | b;
        break;
    case IMAGE_XOR:
        *z = a ^ b;
        break;
    case IMAGE_NOT:
        *z = ~a;
        break;
    case IMAGE_EQ:
        *z = a == b;
        break;
    case IMAGE_LT:
        *z = less(elem, a, b);
        break;
    case IMAGE_SELECT:
        *z = a ? b : at(t->c, i);
        break;
    default:
        return strand_fail(st, SOTTO_ERR_INTERNAL, "opcode %u on public values", t->in->op);
    }
    *z = vm_canonical((enum image_elem)t->dst->elem, *z);
    return SOTTO_OK;
}

static enum sotto_err extreme(struct strand *st, const struct vm_task *t)
{
    enum image_op op = (enum image_op)t->in->op;
    bool least = op == IMAGE_MIN || op == IMAGE_ARGMIN;
    size_t best = 0;

    if (!t->a->n)
        return strand_fail(st, SOTTO_ERR_INPUT, "line %u: an empty vector has no least or greatest element",
                           t->in->line);
    for (size_t i = 1; i < t->a->n; i++)
        if (least ? less((enum image_elem)t->a->elem, at(t->a, i), at(t->a, best))
                  : less((enum image_elem)t->a->elem, at(t->a, best), at(t->a, i)))
            best = i;
    t->dst->clear[0] = op == IMAGE_MIN || op == IMAGE_MAX ? at(t->a, best) : best;
    return SOTTO_OK;
}

static void fold(const struct vm_task *t)
{
    uint64_t sum = 0, any = 0, all = 1;

    for (size_t i = 0; i < t->a->n; i++) {
        sum += at(t->a, i);
        any |= at(t->a, i);
        all &= at(t->a, i);
    }
    t->dst->clear[0] = t->in->op == IMAGE_ANY ? any : t->in->op == IMAGE_ALL ? all : sum;
    t->dst->clear[0] = vm_canonical((enum image_elem)t->dst->elem, t->dst->clear[0]);
}

static enum sotto_err get_or_set(struct strand *st, const struct vm_task *t)
{
    uint64_t i = t->b->clear[0];

    if (i >= t->a->n)
        return strand_fail(st, SOTTO_ERR_INPUT,
                           "line %u: index %lld is out of range, the vector has %zu elements", t->in->line,
                           (long long)i, t->a->n);
    if (t->in->op == IMAGE_GET) {
        t->dst->clear[0] = t->a->clear[i];
        return SOTTO_OK;
    }
    memcpy(t->dst->clear, t->a->clear, t->a->n * sizeof *t->a->clear);
    t->dst->clear[i] = t->c->clear[0];
    return SOTTO_OK;
}

enum sotto_err vm_run_public(struct strand *st, struct vm_task *t)
{
    if (vm_is_linear(t->in->op))
        return vm_run_linear_known(st, t);
    if (t->in->op >= IMAGE_TRUNC && t->in->op <= IMAGE_SOFTMAX)
        return vm_run_number_known(st, t);
    switch ((enum image_op)t->in->op) {
    case IMAGE_GET:
    case IMAGE_SET:
        return get_or_set(st, t);
    case IMAGE_MIN:
    case IMAGE_MAX:
    case IMAGE_ARGMIN:
    case IMAGE_ARGMAX:
        return extreme(st, t);
    case IMAGE_SUM:
    case IMAGE_COUNT:
    case IMAGE_ANY:
    case IMAGE_ALL:
        fold(t);
        return SOTTO_OK;
    default:
        for (size_t i = 0; i < t->dst->n; i++)
            TRY(element(st, t, i, &t->dst->clear[i]));
        return SOTTO_OK;
    }
}
