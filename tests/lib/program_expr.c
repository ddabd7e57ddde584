/* program_expr.c - draws expressions of a wanted type. What is public must come from what is public; an index
 * is a number below n or a counter of a loop to n. */
#include "lib/program_maker.h"

#include <stdio.h>
#include <stdlib.h>

uint64_t maker_draw(struct maker *m)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return m->state * 0x2545f4914f6cdd1du >> 8;
}

bool maker_chance(struct maker *m, unsigned percent)
{
    return maker_draw(m) % 100 < percent;
}

static uint64_t canonical(uint8_t elem, uint64_t v)
{
    unsigned spare = 64 - image_elem_bits(elem);

    return image_elem_signed(elem) ? (uint64_t)((int64_t)(v << spare) >> spare) : v << spare >> spare;
}

uint64_t maker_value(struct maker *m, uint8_t elem)
{
    uint64_t top = (uint64_t)1 << (image_elem_bits(elem) - 1);
    const uint64_t edge[] = { 0, 1, UINT64_MAX, top, top - 1, top + 1, 2, 5 };

    return canonical(elem, maker_chance(m, 60) ? edge[maker_draw(m) % 8] : maker_draw(m) * 257);
}

uint8_t maker_number_type(struct maker *m)
{
    return (uint8_t)(IMAGE_U8 + maker_draw(m) % 8);
}

uint8_t maker_any_type(struct maker *m)
{
    return maker_chance(m, 20) ? IMAGE_BOOL : maker_number_type(m);
}

static struct expr *node(struct maker *m, enum expr_kind kind, uint8_t elem)
{
    struct expr *e = arena_alloc(&m->p->arena, 1, sizeof *e);

    if (!e)
        abort();
    e->kind = kind;
    e->elem = elem;
    e->var = -1;
    return e;
}

int maker_variable(struct maker *m, char letter, uint8_t elem, bool vec, bool secret)
{
    struct program *p = m->p;
    struct variable *v = &p->var[p->vars_n];

    if (p->vars_n == PROGRAM_VARS_MAX)
        abort();
    *v = (struct variable){ .elem = elem, .vec = vec, .secret = secret };
    snprintf(v->name, sizeof v->name, "%c%d", letter, p->vars_n);
    v->now = (struct program_value){ .elem = elem, .n = vec ? p->n : 1 };
    return p->vars_n++;
}

void maker_show(struct maker *m, int var)
{
    m->visible[m->visible_n++] = var;
}

static const struct expr *variable(struct maker *m, int var)
{
    struct expr *e = node(m, EXPR_VAR, m->p->var[var].elem);

    e->var = var;
    e->vec = m->p->var[var].vec;
    e->secret = m->p->var[var].secret;
    return e;
}

/* A visible variable of the wanted type (any element type if `other`), or -1. */
static int find(struct maker *m, struct want w, bool other, bool vec_only)
{
    int found = -1, seen = 0;

    for (int i = 0; i < m->visible_n; i++) {
        const struct variable *v = &m->p->var[m->visible[i]];

        if ((v->elem == w.elem || other) && (w.vec || !v->vec) && (v->vec || !vec_only) &&
            !(w.public && v->secret) && maker_draw(m) % (uint64_t)++seen == 0)
            found = m->visible[i];
    }
    return found;
}

static const struct expr *constant(struct maker *m, uint8_t elem, bool bare)
{
    struct expr *e = node(m, EXPR_CONST, elem);

    e->value = maker_value(m, elem);
    e->bare = bare;
    return e;
}

static const struct expr *cast(struct maker *m, uint8_t elem, const struct expr *a, bool bare)
{
    struct expr *e = node(m, EXPR_CAST, elem);

    e->a = a;
    e->vec = a->vec;
    e->secret = a->secret;
    e->bare = bare;
    return e;
}

static const struct expr *leaf(struct maker *m, struct want w)
{
    int var = maker_chance(m, 80) ? find(m, w, false, false) : -1;

    if (var < 0 && maker_chance(m, 70)) {
        var = find(m, w, true, false);
        if (var >= 0 && m->p->var[var].elem != w.elem)
            return cast(m, w.elem, variable(m, var), false);
    }
    return var >= 0 ? variable(m, var) : constant(m, w.elem, false);
}

/* Surely a vector; NULL where there is none. */
static const struct expr *vector(struct maker *m, uint8_t elem, bool public, int depth)
{
    struct want w = { elem, true, public };
    const struct expr *e = maker_expression(m, w, depth);
    int var;

    if (e->vec)
        return e;
    var = find(m, w, true, true);
    if (var < 0)
        return NULL;
    return m->p->var[var].elem == elem ? variable(m, var) : cast(m, elem, variable(m, var), false);
}

static struct expr *joined(struct maker *m, enum expr_kind kind, uint8_t elem, const struct expr *a,
                           const struct expr *b)
{
    struct expr *e = node(m, kind, elem);

    e->a = a;
    e->b = b;
    e->vec = a->vec || (b && b->vec);
    e->secret = a->secret || (b && b->secret);
    return e;
}

/* The right operand: anything of the type, a plain number, or something shorter that widens by itself. */
static const struct expr *right_operand(struct maker *m, struct want w, int depth)
{
    unsigned bits = image_elem_bits(w.elem);

    if (w.elem != IMAGE_BOOL && maker_chance(m, 20))
        return constant(m, w.elem, true);
    if (bits > 8 && maker_chance(m, 20)) {
        struct want shorter = w;

        shorter.elem = (uint8_t)(w.elem - 1);
        return cast(m, w.elem, maker_expression(m, shorter, depth), true);
    }
    return maker_expression(m, w, depth);
}

static const struct expr *binary(struct maker *m, struct want w, int depth)
{
    static const int on_numbers[] = { ADD, SUB, MUL, AND, OR, XOR, ADD, SUB, MUL },
                     on_bools[] = { AND, OR, XOR, LOGIC_AND, LOGIC_OR };
    bool is_bool = w.elem == IMAGE_BOOL;
    int op = is_bool ? on_bools[maker_draw(m) % 5] : on_numbers[maker_draw(m) % 9];
    const struct expr *a = maker_expression(m, w, depth), *b;
    struct expr *e;

    if (!is_bool && !a->secret && maker_chance(m, 40)) {
        struct expr *divisor = node(m, EXPR_CONST, w.elem);

        divisor->value = maker_value(m, w.elem);
        divisor->value = divisor->value ? divisor->value : 3;
        b = divisor;
        op = maker_chance(m, 50) ? DIV : MOD;
    } else {
        b = right_operand(m, w, depth);
    }
    e = joined(m, EXPR_BINARY, w.elem, a, b);
    e->op = op;
    return e;
}

static const struct expr *comparison(struct maker *m, struct want w, int depth)
{
    struct expr *e;

    w.elem = maker_any_type(m);
    e = joined(m, EXPR_BINARY, IMAGE_BOOL, maker_expression(m, w, depth), right_operand(m, w, depth));
    e->op = w.elem == IMAGE_BOOL ? EQ + (int)(maker_draw(m) % 2) : EQ + (int)(maker_draw(m) % 6);
    return e;
}

static const struct expr *unary(struct maker *m, struct want w, int depth)
{
    struct expr *e = joined(m, EXPR_UNARY, w.elem, maker_expression(m, w, depth), NULL);

    e->op = w.elem == IMAGE_BOOL ? '!' : maker_chance(m, 50) ? '-' : '~';
    return e;
}

static const struct expr *selection(struct maker *m, struct want w, int depth)
{
    struct want bit = { IMAGE_BOOL, w.vec, w.public };
    const struct expr *c = maker_expression(m, bit, depth), *x = maker_expression(m, w, depth),
                      *y = maker_expression(m, w, depth);
    struct expr *e = joined(m, EXPR_SELECT, w.elem, x, y);

    e->a = c;
    e->b = x;
    e->c = y;
    e->op = maker_chance(m, 50);
    e->vec = e->vec || c->vec;
    e->secret = e->secret || c->secret;
    return e;
}

static const struct expr *reduction(struct maker *m, struct want w, int depth)
{
    static const int of_numbers[] = { SUM, MIN, MAX }, of_u32[] = { SUM, COUNT, MIN, MAX, ARGMIN, ARGMAX };
    int op = w.elem == IMAGE_BOOL  ? (maker_chance(m, 50) ? ANY : ALL)
             : w.elem == IMAGE_U32 ? of_u32[maker_draw(m) % 6]
                                   : of_numbers[maker_draw(m) % 3];
    uint8_t elem = op == COUNT ? IMAGE_BOOL : op == ARGMIN || op == ARGMAX ? maker_number_type(m) : w.elem;
    const struct expr *v = vector(m, elem, w.public, depth);
    struct expr *e;

    if (!v)
        return leaf(m, w);
    e = joined(m, EXPR_CALL, w.elem, v, NULL);
    e->op = op;
    e->vec = false;
    return e;
}

static const struct expr *builtin(struct maker *m, struct want w, int depth)
{
    struct expr *e;

    if (w.elem == IMAGE_BOOL)
        return comparison(m, w, depth);
    if (w.elem == IMAGE_U32 && w.vec && !m->in_function && maker_chance(m, 40)) {
        e = node(m, EXPR_CALL, IMAGE_U32);
        e->op = INDEX;
        e->vec = true;
        return e;
    }
    e = joined(m, EXPR_CALL, w.elem, maker_expression(m, w, depth), maker_expression(m, w, depth));
    e->op = maker_chance(m, 50) ? MIN2 : MAX2;
    return e;
}

const struct expr *maker_position(struct maker *m)
{
    struct expr *e;

    if (m->index_var >= 0 && maker_chance(m, 80))
        return variable(m, m->index_var);
    e = node(m, EXPR_CONST, IMAGE_U32);
    e->value = maker_chance(m, 50) ? 0 : maker_draw(m) % m->p->n;
    return e;
}

static const struct expr *get(struct maker *m, struct want w)
{
    struct want v = { w.elem, true, w.public };
    int var = find(m, v, false, true);
    struct expr *e;

    if (var < 0)
        return leaf(m, w);
    e = joined(m, EXPR_GET, w.elem, variable(m, var), NULL);
    e->b = maker_position(m);
    e->vec = false;
    return e;
}

static const struct expr *function_call(struct maker *m, struct want w, int depth)
{
    struct expr *e;
    const struct expr *arg[2] = { NULL, NULL };
    int f = m->p->functions_n ? (int)(maker_draw(m) % (uint64_t)m->p->functions_n) : -1;

    if (f < 0 || w.public || m->in_function || m->p->function[f].elem != w.elem)
        return selection(m, w, depth);
    for (int i = 0; i < m->p->function[f].params_n; i++) {
        const struct variable *v = &m->p->var[m->p->function[f].param[i]];

        arg[i] = maker_expression(m, (struct want){ v->elem, false, false }, depth);
    }
    e = joined(m, EXPR_FUNCTION, w.elem, arg[0], arg[1]);
    e->op = f;
    e->secret = true;
    e->vec = false;
    return e;
}

const struct expr *maker_expression(struct maker *m, struct want w, int depth)
{
    w.vec = w.vec && !m->scalars_only;
    if (depth <= 0 || maker_chance(m, 15))
        return leaf(m, w);
    switch (maker_draw(m) % 10) {
    case 0:
        return unary(m, w, depth - 1);
    case 1:
        return selection(m, w, depth - 1);
    case 2:
        return m->scalars_only ? get(m, w) : reduction(m, w, depth - 1);
    case 3:
        return builtin(m, w, depth - 1);
    case 4:
        return get(m, w);
    case 5:
        return function_call(m, w, depth - 1);
    case 6: {
        struct want other = { maker_any_type(m), w.vec, w.public };

        return other.elem == w.elem ? leaf(m, w)
                                    : cast(m, w.elem, maker_expression(m, other, depth - 1), false);
    }
    case 7:
        return w.elem == IMAGE_BOOL ? comparison(m, w, depth - 1) : binary(m, w, depth - 1);
    default:
        return binary(m, w, depth - 1);
    }
}

/* Surely secret. */
const struct expr *maker_secret(struct maker *m, struct want w, int depth)
{
    const struct expr *e = maker_expression(m, w, depth), *x;

    if (e->secret)
        return e;
    x = variable(m, m->p->input[0]);
    if (!w.vec) {
        struct expr *first = joined(m, EXPR_GET, x->elem, x, NULL);

        first->b = maker_position(m);
        first->vec = false;
        x = first;
    }
    return x->elem == w.elem ? x : cast(m, w.elem, x, false);
}
