#include "lib/program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const binary_text[] = { "+",  "-",  "*",  "/",  "%", "&",  "|", "^",
                                           "&&", "||", "==", "!=", "<", "<=", ">", ">=" };
static const char *const builtin_text[] = { "sum",    "count",  "any", "all", "min",  "max",
                                            "argmin", "argmax", "min", "max", "index" };

/* --- text --------------------------------------------------------------------------------------------------
 */

static void put(struct program *p, const char *format, ...) SOTTO_PRINTF(2, 3);
static void put(struct program *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    p->text_len += (size_t)vsnprintf(p->text + p->text_len, PROGRAM_TEXT_MAX - p->text_len, format, args);
    va_end(args);
    if (p->text_len >= PROGRAM_TEXT_MAX)
        abort();
}

static void put_const(struct program *p, const struct expr *e)
{
    const char *type = image_elem_name(e->elem);

    if (e->elem == IMAGE_BOOL)
        put(p, e->value ? "true" : "false");
    else if (image_elem_signed(e->elem))
        put(p, e->bare ? "%s%lld" : "%s(%lld)", e->bare ? "" : type, (long long)e->value);
    else
        put(p, e->bare ? "%s%llu" : "%s(%llu)", e->bare ? "" : type, (unsigned long long)e->value);
}

static void put_expr(struct program *p, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_VAR:
        put(p, "%s", p->var[e->var].name);
        break;
    case EXPR_CONST:
        put_const(p, e);
        break;
    case EXPR_UNARY:
        put(p, "%c(", e->op);
        put_expr(p, e->a);
        put(p, ")");
        break;
    case EXPR_BINARY:
        put(p, "(");
        put_expr(p, e->a);
        put(p, " %s ", binary_text[e->op]);
        put_expr(p, e->b);
        put(p, ")");
        break;
    case EXPR_SELECT:
        put(p, e->op ? "select(" : "(");
        put_expr(p, e->a);
        put(p, e->op ? ", " : " ? ");
        put_expr(p, e->b);
        put(p, e->op ? ", " : " : ");
        put_expr(p, e->c);
        put(p, ")");
        break;
    case EXPR_CAST:
        put(p, "%s(", e->bare ? "" : image_elem_name(e->elem));
        put_expr(p, e->a);
        put(p, ")");
        break;
    case EXPR_GET:
        put_expr(p, e->a);
        put(p, "[");
        put_expr(p, e->b);
        put(p, "]");
        break;
    default:
        if (e->kind == EXPR_FUNCTION)
            put(p, "f%d(", e->op);
        else
            put(p, "%s(%s", builtin_text[e->op], e->op == INDEX ? "n" : "");
        if (e->a)
            put_expr(p, e->a);
        if (e->b) {
            put(p, ", ");
            put_expr(p, e->b);
        }
        put(p, ")");
        break;
    }
}

static void put_type(struct program *p, int var)
{
    const struct variable *v = &p->var[var];

    put(p, "%s%s %s%s", v->secret ? "secret " : "", image_elem_name(v->elem), v->name, v->vec ? "[n]" : "");
}

static void put_block(struct program *p, const struct stmt *s, int depth);

static void put_stmt(struct program *p, const struct stmt *s, int depth)
{
    put(p, "%*s", 4 * depth, "");
    switch (s->kind) {
    case STMT_IF:
        put(p, "if (");
        put_expr(p, s->e);
        put(p, ") {\n");
        put_block(p, s->body, depth + 1);
        if (s->other) {
            put(p, "%*s} else {\n", 4 * depth, "");
            put_block(p, s->other, depth + 1);
        }
        put(p, "%*s}\n", 4 * depth, "");
        return;
    case STMT_FOR:
        put(p, "for (%s %s in 0..", image_elem_name(p->var[s->var].elem), p->var[s->var].name);
        put(p, s->end ? "%llu) {\n" : "n) {\n", (unsigned long long)s->end);
        put_block(p, s->body, depth + 1);
        put(p, "%*s}\n", 4 * depth, "");
        return;
    case STMT_RETURN:
        put(p, "return ");
        break;
    default:
        if (s->declares)
            put_type(p, s->var);
        else
            put(p, "%s", p->var[s->var].name);
        if (s->kind == STMT_SET) {
            put(p, "[");
            put_expr(p, s->index);
            put(p, "]");
        }
        put(p, " %s= ", s->op >= 0 ? binary_text[s->op] : "");
        break;
    }
    put(p, s->kind == STMT_REVEAL ? "reveal(" : "");
    put_expr(p, s->e);
    put(p, s->kind == STMT_REVEAL ? ");\n" : ";\n");
}

static void put_block(struct program *p, const struct stmt *s, int depth)
{
    for (; s; s = s->next)
        put_stmt(p, s, depth);
}

void program_print(struct program *p)
{
    for (int i = 0; i < p->inputs_n; i++) {
        put(p, "input ");
        put_type(p, p->input[i]);
        put(p, " from owner;\n");
    }
    put(p, "param %s %s;\n", image_elem_name(p->var[p->param].elem), p->var[p->param].name);
    for (int i = 0; i < p->outputs_n; i++) {
        put(p, "output ");
        put_type(p, p->output[i]);
        put(p, " to everyone;\n");
    }
    for (int f = 0; f < p->functions_n; f++) {
        const struct function *fn = &p->function[f];

        put(p, "secret %s f%d(", image_elem_name(fn->elem), f);
        for (int i = 0; i < fn->params_n; i++) {
            put(p, i ? ", " : "");
            put_type(p, fn->param[i]);
        }
        put(p, ") {\n");
        put_block(p, fn->body, 1);
        put(p, "}\n");
    }
    put(p, "void main() {\n");
    put_block(p, p->main, 1);
    put(p, "}\n");
}

/* --- evaluation --------------------------------------------------------------------------------------------
 */

static uint64_t cut(uint8_t elem, uint64_t v)
{
    unsigned bits = image_elem_bits(elem);

    if (bits == 64)
        return v;
    v &= ((uint64_t)1 << bits) - 1;
    return image_elem_signed(elem) && v >> (bits - 1) ? v | ~(uint64_t)0 << bits : v;
}

static uint64_t at(const struct program_value *v, size_t i)
{
    return v->v[v->n == 1 ? 0 : i];
}

static bool less(uint8_t elem, uint64_t a, uint64_t b)
{
    return image_elem_signed(elem) ? (int64_t)a < (int64_t)b : a < b;
}

/* Numbers are exact here: a product modulo 2^64 is right modulo every smaller power. */
static uint64_t binary(int op, uint8_t elem, uint64_t a, uint64_t b)
{
    bool neg_a = image_elem_signed(elem) && (int64_t)a < 0, neg_b = image_elem_signed(elem) && (int64_t)b < 0;
    uint64_t abs_a = neg_a ? 0 - a : a, abs_b = neg_b ? 0 - b : b;

    switch (op) {
    case ADD:
        return a + b;
    case SUB:
        return a - b;
    case MUL:
        return a * b;
    case DIV:
        return neg_a != neg_b ? 0 - abs_a / abs_b : abs_a / abs_b;
    case MOD:
        return neg_a ? 0 - abs_a % abs_b : abs_a % abs_b;
    case AND:
    case LOGIC_AND:
        return a & b;
    case OR:
    case LOGIC_OR:
        return a | b;
    case XOR:
        return a ^ b;
    case EQ:
        return a == b;
    case NE:
        return a != b;
    case LT:
        return less(elem, a, b);
    case LE:
        return !less(elem, b, a);
    case GT:
        return less(elem, b, a);
    default:
        return !less(elem, a, b);
    }
}

static uint64_t reduce(int op, const struct program_value *x)
{
    uint64_t sum = 0, all = 1, any = 0;
    size_t least = 0, most = 0;

    for (size_t i = 0; i < x->n; i++) {
        sum += x->v[i];
        all &= x->v[i];
        any |= x->v[i];
        if (less(x->elem, x->v[i], x->v[least]))
            least = i;
        if (less(x->elem, x->v[most], x->v[i]))
            most = i;
    }
    switch (op) {
    case ANY:
        return any;
    case ALL:
        return all;
    case MIN:
        return x->v[least];
    case MAX:
        return x->v[most];
    case ARGMIN:
        return least;
    case ARGMAX:
        return most;
    default:
        return sum;
    }
}

static struct program_value evaluate(struct program *p, const struct expr *e);
static bool execute(struct program *p, const struct stmt *s, struct program_value *returned);

static struct program_value call(struct program *p, const struct expr *e)
{
    const struct function *f = &p->function[e->op];
    struct program_value z = { 0 }, arg[2] = { evaluate(p, e->a) };

    if (e->b)
        arg[1] = evaluate(p, e->b);
    for (int i = 0; i < f->params_n; i++)
        p->var[f->param[i]].now = arg[i];
    (void)execute(p, f->body, &z);
    return z;
}

static uint64_t element(const struct expr *e, const struct program_value in[3], size_t i)
{
    uint64_t a = at(&in[0], i), b = at(&in[1], i), c = at(&in[2], i);

    switch (e->kind) {
    case EXPR_UNARY:
        return e->op == '-' ? 0 - a : ~a;
    case EXPR_BINARY:
        return binary(e->op, in[0].elem, a, b);
    case EXPR_SELECT:
        return a ? b : c;
    case EXPR_CAST:
        return e->elem == IMAGE_BOOL ? a != 0 : a;
    case EXPR_CALL:
        return less(in[0].elem, a, b) == (e->op == MIN2) ? a : b;
    default:
        return e->value;
    }
}

static struct program_value evaluate(struct program *p, const struct expr *e)
{
    struct program_value z = { .elem = e->elem, .n = e->vec ? p->n : 1 },
                         in[3] = { { .n = 1 }, { .n = 1 }, { .n = 1 } };

    if (e->kind == EXPR_VAR)
        return p->var[e->var].now;
    if (e->kind == EXPR_FUNCTION)
        return call(p, e);
    if (e->a)
        in[0] = evaluate(p, e->a);
    if (e->b)
        in[1] = evaluate(p, e->b);
    if (e->c)
        in[2] = evaluate(p, e->c);
    if (e->kind == EXPR_GET)
        z.v[0] = in[0].v[in[1].v[0]];
    else if (e->kind == EXPR_CALL && e->op < MIN2)
        z.v[0] = cut(z.elem, reduce(e->op, &in[0]));
    else
        for (size_t i = 0; i < z.n; i++)
            z.v[i] = e->kind == EXPR_CALL && e->op == INDEX ? i : cut(z.elem, element(e, in, i));
    return z;
}

static void assign(struct program *p, const struct stmt *s)
{
    struct variable *v = &p->var[s->var];
    struct program_value x = evaluate(p, s->e), z = { .elem = v->elem, .n = v->vec ? p->n : 1 };
    uint64_t i;

    if (s->kind == STMT_REVEAL) {
        if (p->opened_n == PROGRAM_OPENED_MAX)
            abort();
        p->opened[p->opened_n++] = x;
    }
    if (s->kind == STMT_SET) {
        i = evaluate(p, s->index).v[0];
        v->now.v[i] = cut(v->elem, s->op >= 0 ? binary(s->op, v->elem, v->now.v[i], x.v[0]) : x.v[0]);
        return;
    }
    for (i = 0; i < z.n; i++)
        z.v[i] = cut(v->elem, s->op >= 0 ? binary(s->op, v->elem, v->now.v[i], at(&x, i)) : at(&x, i));
    v->now = z;
}

static bool execute_loop(struct program *p, const struct stmt *s, struct program_value *returned)
{
    for (uint64_t i = 0; i < (s->end ? s->end : p->n); i++) {
        p->var[s->var].now = (struct program_value){ p->var[s->var].elem, 1, { i } };
        if (execute(p, s->body, returned))
            return true;
    }
    return false;
}

/* True after a return. */
static bool execute(struct program *p, const struct stmt *s, struct program_value *returned)
{
    for (; s; s = s->next) {
        bool done = false;

        if (s->kind == STMT_IF)
            done = execute(p, evaluate(p, s->e).v[0] ? s->body : s->other, returned);
        else if (s->kind == STMT_FOR)
            done = execute_loop(p, s, returned);
        else if (s->kind == STMT_RETURN)
            *returned = evaluate(p, s->e);
        else
            assign(p, s);
        if (done || s->kind == STMT_RETURN)
            return true;
    }
    return false;
}

void program_evaluate(struct program *p)
{
    struct program_value nothing;

    for (int i = 0; i < p->inputs_n; i++)
        p->var[p->input[i]].now = p->input_value[i];
    (void)execute(p, p->main, &nothing);
}
