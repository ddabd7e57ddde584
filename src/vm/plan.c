/* plan.c - which domain an instruction computes in. From the program and what exists already, never from
 * timing: all parties must come to the same plan. */
#include "vm/internal.h"

/* It is, or will be, there in this domain without a conversion. */
static bool has(const struct vm_value *v, enum mpc_domain domain)
{
    return !v || v->clear || v->form[domain].made;
}

/* Arithmetic unless that takes a conversion which bits do not. */
static enum mpc_domain cheaper(const struct vm_value *a, const struct vm_value *b)
{
    if (has(a, MPC_ARITH) && has(b, MPC_ARITH) && !(has(a, MPC_BITS) && has(b, MPC_BITS)))
        return MPC_ARITH;
    return MPC_BITS;
}

/* Words that nobody has taken apart yet, and a cost model that says so. Every tile does the same. */
static bool less_pays(const struct vm_task *t)
{
    struct mpc_cost cost = mpc_cost_of(t->vm->main);
    const unsigned k = vm_value_bits(t->a);
    const size_t most = mpc_tile_n(&t->vm->s->options, k), n = t->dst->n, tiles = (n + most - 1) / most;
    const unsigned operands = !has(t->a, MPC_BITS) + !has(t->b, MPC_BITS);

    cost.beside = tiles < MPC_TILES_MAX ? tiles : MPC_TILES_MAX;
    return has(t->a, MPC_ARITH) && has(t->b, MPC_ARITH) &&
           gadget_less_arith_pays(&cost, k, n < most ? n : most, operands);
}

struct vm_plan vm_plan_of(const struct vm_task *t)
{
    struct vm_plan bits = { MPC_BITS, MPC_BITS, false }, arith = { MPC_ARITH, MPC_ARITH, false }, plan = bits;

    switch ((enum image_op)t->in->op) {
    case IMAGE_ADD:
    case IMAGE_SUB:
    case IMAGE_NEG:
    case IMAGE_MUL:
    case IMAGE_SUM:
        return arith;
    case IMAGE_GROUP: /* the values; keys are bits */
    case IMAGE_GROUPS:
    case IMAGE_INTERSECT:
        return arith;
    case IMAGE_GROUPBY:
        plan.operands = MPC_ARITH;
        return plan;
    case IMAGE_COUNT:
    case IMAGE_GROUPCOUNT:
        plan.result = MPC_ARITH;
        return plan;
    case IMAGE_EQ:
        plan.operands = t->a->elem == IMAGE_BOOL ? MPC_BITS : cheaper(t->a, t->b);
        return plan;
    case IMAGE_LT:
        plan.operands = t->a->elem != IMAGE_BOOL && less_pays(t) ? MPC_ARITH : MPC_BITS;
        return plan;
    case IMAGE_SELECT:
        plan.operands = plan.result = t->b->elem == IMAGE_BOOL ? MPC_BITS : cheaper(t->b, t->c);
        return plan;
    case IMAGE_SET:
        plan.operands = plan.result = t->a->elem == IMAGE_BOOL ? MPC_BITS : cheaper(t->a, t->c);
        return plan;
    case IMAGE_GET:
    case IMAGE_COPY:
    case IMAGE_TRANSPOSE:
    case IMAGE_GATHER:
        plan.operands = plan.result = has(t->a, MPC_BITS) ? MPC_BITS : MPC_ARITH;
        return plan;
    case IMAGE_CAST: {
        unsigned from = vm_value_bits(t->a), to = vm_value_bits(t->dst);

        /* Narrowing is free in both domains, and so is a change of sign; the others need planes. */
        if (from > 1 && to > 1 && to <= from && !has(t->a, MPC_BITS))
            return arith;
        if (to == 1 && from > 1 && !has(t->a, MPC_BITS))
            plan.operands = MPC_ARITH;
        return plan;
    }
    case IMAGE_MATMUL:
    case IMAGE_DOT:
    case IMAGE_CONV2D:
    case IMAGE_PREFIX:
        return arith;
    case IMAGE_LOOKUP:
        if (t->b->clear && !t->a->clear)
            return bits;
        plan.operands = plan.result = t->b->elem == IMAGE_BOOL ? MPC_BITS : cheaper(t->b, NULL);
        return plan;
    case IMAGE_STORE:
        plan.operands = plan.result = t->b->elem == IMAGE_BOOL ? MPC_BITS : cheaper(t->b, t->c);
        return plan;
    case IMAGE_SCAN:
        if (vm_scan_op(t) == LINEAR_SUM)
            return arith;
        if (vm_scan_op(t) == LINEAR_COPY && t->b->elem != IMAGE_BOOL)
            plan.operands = plan.result = cheaper(t->b, NULL);
        return plan;
    case IMAGE_DIV:
    case IMAGE_MOD:
        return vm_known_scalar(t->b) ? arith : bits;
    case IMAGE_ABS:
    case IMAGE_RELU:
    case IMAGE_FIXMUL:
    case IMAGE_SIGMOID:
    case IMAGE_TANH:
        return arith;
    case IMAGE_EXP:
    case IMAGE_FIXDIV:
        plan.operands = MPC_ARITH;
        return plan;
    case IMAGE_LOG:
    case IMAGE_LOG2:
    case IMAGE_SOFTMAX:
        plan.result = MPC_ARITH;
        return plan;
    case IMAGE_TRUNC: /* by a known amount: local on planes that are there, but not worth a conversion */
        return has(t->a, MPC_BITS) ? bits : arith;
    case IMAGE_SHL:
    case IMAGE_SHR:
        return !vm_known_scalar(t->b) || has(t->a, MPC_BITS) ? bits : arith;
    case IMAGE_REVEAL:
        plan.operands = has(t->a, MPC_ARITH) && t->a->elem != IMAGE_BOOL ? MPC_ARITH : MPC_BITS;
        plan.public_result = true;
        return plan;
    default:
        return plan;
    }
}
