/* program_make.c - draws a program: whatever it writes, the checker must accept.
 *
 * Every draw is of a wanted type. What is public must come from what is public; under a secret branch only
 * secret variables are assigned and nothing is opened; an index is a number below n or a counter of a loop to
 * n. */
#include "lib/program.h"

#include <stdio.h>
#include <stdlib.h>

struct maker {
    struct program *p;
    uint64_t state;
    int visible[PROGRAM_VARS_MAX], visible_n;
    int index_var; /* counter of a loop to n, or -1 */
    bool in_secret, in_function, scalars_only;
};

static uint64_t draw(struct maker *m)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return m->state * 0x2545f4914f6cdd1du >> 8;
}

static bool chance(struct maker *m, unsigned percent)
{
    return draw(m) % 100 < percent;
}

static uint64_t canonical(uint8_t elem, uint64_t v)
{
    unsigned spare = 64 - image_elem_bits(elem);

    return image_elem_signed(elem) ? (uint64_t)((int64_t)(v << spare) >> spare) : v << spare >> spare;
}

static uint64_t value_of(struct maker *m, uint8_t elem)
{
    uint64_t top = (uint64_t)1 << (image_elem_bits(elem) - 1);
    const uint64_t edge[] = { 0, 1, UINT64_MAX, top, top - 1, top + 1, 2, 5 };

    return canonical(elem, chance(m, 60) ? edge[draw(m) % 8] : draw(m) * 257);
}

static uint8_t number_type(struct maker *m)
{
    return (uint8_t)(IMAGE_U8 + draw(m) % 8);
}

static uint8_t any_type(struct maker *m)
{
    return chance(m, 20) ? IMAGE_BOOL : number_type(m);
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

static int new_variable(struct maker *m, char letter, uint8_t elem, bool vec, bool secret)
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

static bool room(const struct maker *m)
{
    return m->p->vars_n < PROGRAM_VARS_MAX - 16;
}

static void show(struct maker *m, int var)
{
    m->visible[m->visible_n++] = var;
}

/* --- expressions -------------------------------------------------------------------------------------------
 */

/* What is asked of an expression. It may be a scalar where vec is set. */
struct want {
    uint8_t elem;
    bool vec, public;
};

static const struct expr *expression(struct maker *m, struct want w, int depth);

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
            !(w.public && v->secret) && draw(m) % (uint64_t)++seen == 0)
            found = m->visible[i];
    }
    return found;
}

static const struct expr *constant(struct maker *m, uint8_t elem, bool bare)
{
    struct expr *e = node(m, EXPR_CONST, elem);

    e->value = value_of(m, elem);
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
    int var = chance(m, 80) ? find(m, w, false, false) : -1;

    if (var < 0 && chance(m, 70)) {
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
    const struct expr *e = expression(m, w, depth);
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

    if (w.elem != IMAGE_BOOL && chance(m, 20))
        return constant(m, w.elem, true);
    if (bits > 8 && chance(m, 20)) {
        struct want shorter = w;

        shorter.elem = (uint8_t)(w.elem - 1);
        return cast(m, w.elem, expression(m, shorter, depth), true);
    }
    return expression(m, w, depth);
}

static const struct expr *binary(struct maker *m, struct want w, int depth)
{
    static const int on_numbers[] = { ADD, SUB, MUL, AND, OR, XOR, ADD, SUB, MUL },
                     on_bools[] = { AND, OR, XOR, LOGIC_AND, LOGIC_OR };
    bool is_bool = w.elem == IMAGE_BOOL;
    int op = is_bool ? on_bools[draw(m) % 5] : on_numbers[draw(m) % 9];
    const struct expr *a = expression(m, w, depth), *b;
    struct expr *e;

    if (!is_bool && !a->secret && chance(m, 40)) {
        struct expr *divisor = node(m, EXPR_CONST, w.elem);

        divisor->value = value_of(m, w.elem);
        divisor->value = divisor->value ? divisor->value : 3;
        b = divisor;
        op = chance(m, 50) ? DIV : MOD;
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

    w.elem = any_type(m);
    e = joined(m, EXPR_BINARY, IMAGE_BOOL, expression(m, w, depth), right_operand(m, w, depth));
    e->op = w.elem == IMAGE_BOOL ? EQ + (int)(draw(m) % 2) : EQ + (int)(draw(m) % 6);
    return e;
}

static const struct expr *unary(struct maker *m, struct want w, int depth)
{
    struct expr *e = joined(m, EXPR_UNARY, w.elem, expression(m, w, depth), NULL);

    e->op = w.elem == IMAGE_BOOL ? '!' : chance(m, 50) ? '-' : '~';
    return e;
}

static const struct expr *selection(struct maker *m, struct want w, int depth)
{
    struct want bit = { IMAGE_BOOL, w.vec, w.public };
    const struct expr *c = expression(m, bit, depth), *x = expression(m, w, depth),
                      *y = expression(m, w, depth);
    struct expr *e = joined(m, EXPR_SELECT, w.elem, x, y);

    e->a = c;
    e->b = x;
    e->c = y;
    e->op = chance(m, 50);
    e->vec = e->vec || c->vec;
    e->secret = e->secret || c->secret;
    return e;
}

static const struct expr *reduction(struct maker *m, struct want w, int depth)
{
    static const int of_numbers[] = { SUM, MIN, MAX }, of_u32[] = { SUM, COUNT, MIN, MAX, ARGMIN, ARGMAX };
    int op = w.elem == IMAGE_BOOL  ? (chance(m, 50) ? ANY : ALL)
             : w.elem == IMAGE_U32 ? of_u32[draw(m) % 6]
                                   : of_numbers[draw(m) % 3];
    uint8_t elem = op == COUNT ? IMAGE_BOOL : op == ARGMIN || op == ARGMAX ? number_type(m) : w.elem;
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
    if (w.elem == IMAGE_U32 && w.vec && !m->in_function && chance(m, 40)) {
        e = node(m, EXPR_CALL, IMAGE_U32);
        e->op = INDEX;
        e->vec = true;
        return e;
    }
    e = joined(m, EXPR_CALL, w.elem, expression(m, w, depth), expression(m, w, depth));
    e->op = chance(m, 50) ? MIN2 : MAX2;
    return e;
}

static const struct expr *position(struct maker *m)
{
    struct expr *e;

    if (m->index_var >= 0 && chance(m, 80))
        return variable(m, m->index_var);
    e = node(m, EXPR_CONST, IMAGE_U32);
    e->value = chance(m, 50) ? 0 : draw(m) % m->p->n;
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
    e->b = position(m);
    e->vec = false;
    return e;
}

static const struct expr *function_call(struct maker *m, struct want w, int depth)
{
    struct expr *e;
    const struct expr *arg[2] = { NULL, NULL };
    int f = m->p->functions_n ? (int)(draw(m) % (uint64_t)m->p->functions_n) : -1;

    if (f < 0 || w.public || m->in_function || m->p->function[f].elem != w.elem)
        return selection(m, w, depth);
    for (int i = 0; i < m->p->function[f].params_n; i++) {
        const struct variable *v = &m->p->var[m->p->function[f].param[i]];

        arg[i] = expression(m, (struct want){ v->elem, false, false }, depth);
    }
    e = joined(m, EXPR_FUNCTION, w.elem, arg[0], arg[1]);
    e->op = f;
    e->secret = true;
    e->vec = false;
    return e;
}

static const struct expr *expression(struct maker *m, struct want w, int depth)
{
    w.vec = w.vec && !m->scalars_only;
    if (depth <= 0 || chance(m, 15))
        return leaf(m, w);
    switch (draw(m) % 10) {
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
        struct want other = { any_type(m), w.vec, w.public };

        return other.elem == w.elem ? leaf(m, w) : cast(m, w.elem, expression(m, other, depth - 1), false);
    }
    case 7:
        return w.elem == IMAGE_BOOL ? comparison(m, w, depth - 1) : binary(m, w, depth - 1);
    default:
        return binary(m, w, depth - 1);
    }
}

/* Surely secret. */
static const struct expr *secret(struct maker *m, struct want w, int depth)
{
    const struct expr *e = expression(m, w, depth), *x;

    if (e->secret)
        return e;
    x = variable(m, m->p->input[0]);
    if (!w.vec) {
        struct expr *first = joined(m, EXPR_GET, x->elem, x, NULL);

        first->b = position(m);
        first->vec = false;
        x = first;
    }
    return x->elem == w.elem ? x : cast(m, w.elem, x, false);
}

/* --- statements --------------------------------------------------------------------------------------------
 */

static struct stmt *statement(struct maker *m, enum stmt_kind kind)
{
    struct stmt *s = arena_alloc(&m->p->arena, 1, sizeof *s);

    if (!s)
        abort();
    s->kind = kind;
    s->op = -1;
    s->var = -1;
    return s;
}

static struct stmt *block(struct maker *m, int count, int depth);

static struct stmt *declare(struct maker *m)
{
    bool is_secret = m->in_secret || chance(m, 70), vec = !m->scalars_only && chance(m, 50);
    struct stmt *s = statement(m, STMT_DECLARE);
    struct want w = { any_type(m), vec, !is_secret };

    s->declares = true;
    s->e = expression(m, w, 3);
    s->var = new_variable(m, 'v', w.elem, vec, is_secret);
    show(m, s->var);
    return s;
}

/* A variable that may be assigned here: a local one, secret under a secret branch. -1: none. */
static int assignable(struct maker *m)
{
    int found = -1, seen = 0;

    for (int i = 0; i < m->visible_n; i++) {
        const struct variable *v = &m->p->var[m->visible[i]];

        if (v->name[0] == 'v' && (v->secret || !m->in_secret) && draw(m) % (uint64_t)++seen == 0)
            found = m->visible[i];
    }
    return found;
}

static struct stmt *assignment(struct maker *m)
{
    static const int ops[] = { ADD, SUB, MUL, AND, OR, XOR };
    int var = assignable(m);
    const struct variable *v;
    struct stmt *s;

    if (var < 0)
        return declare(m);
    v = &m->p->var[var];
    s = statement(m, v->vec && chance(m, 40) ? STMT_SET : STMT_ASSIGN);
    s->var = var;
    if (s->kind == STMT_SET)
        s->index = position(m);
    s->e = expression(m, (struct want){ v->elem, v->vec && s->kind == STMT_ASSIGN, !v->secret }, 3);
    if (chance(m, 30))
        s->op = v->elem == IMAGE_BOOL ? ops[3 + draw(m) % 3] : ops[draw(m) % 6];
    return s;
}

static struct stmt *reveal(struct maker *m)
{
    bool vec = !m->scalars_only && chance(m, 30);
    struct stmt *s = statement(m, STMT_REVEAL);
    struct want w = { any_type(m), vec, false };

    s->e = secret(m, w, 3);
    s->declares = true;
    s->var = new_variable(m, 'v', w.elem, s->e->vec, false);
    show(m, s->var);
    return s;
}

static struct stmt *branch(struct maker *m, int depth)
{
    struct stmt *s = statement(m, STMT_IF);
    bool was_secret = m->in_secret;
    int visible = m->visible_n;

    s->e = expression(m, (struct want){ IMAGE_BOOL, false, chance(m, 40) }, 2);
    m->in_secret |= s->e->secret;
    s->body = block(m, 1 + (int)(draw(m) % 3), depth - 1);
    m->visible_n = visible;
    if (chance(m, 60))
        s->other = block(m, 1 + (int)(draw(m) % 2), depth - 1);
    m->visible_n = visible;
    m->in_secret = was_secret;
    return s;
}

/* To n over elements, or a few times over anything. */
static struct stmt *loop(struct maker *m, int depth)
{
    struct stmt *s = statement(m, STMT_FOR);
    bool to_n = chance(m, 50), was_scalar = m->scalars_only;
    int visible = m->visible_n, was_index = m->index_var;

    s->end = to_n ? 0 : 1 + draw(m) % 3;
    s->var = new_variable(m, 'c', to_n ? IMAGE_U32 : number_type(m), false, false);
    show(m, s->var);
    if (to_n) {
        m->index_var = s->var;
        m->scalars_only = true;
    }
    s->body = block(m, 1 + (int)(draw(m) % 3), to_n ? 0 : depth - 1);
    m->scalars_only = was_scalar;
    m->index_var = was_index;
    m->visible_n = visible;
    return s;
}

static struct stmt *block(struct maker *m, int count, int depth)
{
    struct stmt *first = NULL, **last = &first;

    for (; count > 0; count--) {
        uint64_t kind = draw(m) % 10;

        if (!room(m) || kind < 4)
            *last = assignment(m);
        else if (kind < 6)
            *last = declare(m);
        else if (kind == 6 && !m->in_secret)
            *last = reveal(m);
        else if (kind < 9 && depth > 0)
            *last = branch(m, depth);
        else if (depth > 0 && !m->scalars_only)
            *last = loop(m, depth);
        else
            *last = assignment(m);
        last = &(*last)->next;
    }
    return first;
}

/* --- the program -------------------------------------------------------------------------------------------
 */

static void make_inputs(struct maker *m)
{
    struct program *p = m->p;

    p->inputs_n = 2 + (int)(draw(m) % 3);
    for (int i = 0; i < p->inputs_n; i++) {
        struct program_value *v = &p->input_value[i];
        int var = new_variable(m, 'x', i == 0 ? number_type(m) : any_type(m), i == 0 || chance(m, 70), true);

        p->input[i] = var;
        v->elem = p->var[var].elem;
        v->n = p->var[var].vec ? p->n : 1;
        for (size_t e = 0; e < v->n; e++)
            v->v[e] = value_of(m, v->elem);
        show(m, var);
    }
    p->param = new_variable(m, 'p', number_type(m), false, false);
    p->var[p->param].now.v[0] = value_of(m, p->var[p->param].elem);
    show(m, p->param);
}

/* secret T f(secret A, B) { if (...) return ...; return ...; } */
static void make_function(struct maker *m, int number)
{
    struct function *f = &m->p->function[number];
    struct maker inner = *m;
    struct stmt *test = statement(m, STMT_IF), *early = statement(m, STMT_RETURN),
                *late = statement(m, STMT_RETURN);
    struct want w = { number_type(m), false, false };

    inner.visible_n = 0;
    inner.in_function = inner.in_secret = inner.scalars_only = true;
    f->elem = w.elem;
    f->params_n = 1 + (int)(draw(&inner) % 2);
    for (int i = 0; i < f->params_n; i++) {
        f->param[i] = new_variable(&inner, 'a', any_type(&inner), false, true);
        show(&inner, f->param[i]);
    }
    test->e = expression(&inner, (struct want){ IMAGE_BOOL, false, false }, 2);
    test->body = early;
    early->e = expression(&inner, w, 2);
    late->e = expression(&inner, w, 2);
    test->next = late;
    f->body = test;
    m->state = inner.state;
    m->p->functions_n++;
}

/* Every output is set in the end. */
static struct stmt *make_outputs(struct maker *m)
{
    struct stmt *first = NULL, **last = &first;
    struct program *p = m->p;

    for (int i = 0; i < p->outputs_n; i++) {
        const struct variable *v = &p->var[p->output[i]];
        struct want w = { v->elem, v->vec, false };

        *last = statement(m, STMT_REVEAL);
        (*last)->var = p->output[i];
        (*last)->e = secret(m, w, 4);
        last = &(*last)->next;
    }
    return first;
}

void program_make(struct program *p, uint64_t seed)
{
    static const size_t sizes[] = { 1, 2, 5, 64, 65 };
    struct maker m = { .p = p, .state = (seed + 1) * 0x9e3779b97f4a7c15u, .index_var = -1 };
    struct stmt **last = &p->main;

    *p = (struct program){ .seed = seed, .n = sizes[seed % 5] };
    arena_init(&p->arena, 0, false);
    p->text = calloc(1, PROGRAM_TEXT_MAX);
    p->opened = calloc(PROGRAM_OPENED_MAX, sizeof *p->opened);
    if (!p->text || !p->opened)
        abort();
    make_inputs(&m);
    p->outputs_n = 1 + (int)(draw(&m) % 3);
    for (int i = 0; i < p->outputs_n; i++)
        p->output[i] = new_variable(&m, 'o', any_type(&m), chance(&m, 40), false);
    for (int f = 0, functions = (int)(draw(&m) % 3); f < functions; f++)
        make_function(&m, f);
    p->main = block(&m, 3 + (int)(draw(&m) % 5), 2);
    while (*last)
        last = &(*last)->next;
    *last = make_outputs(&m);
    program_print(p);
    program_evaluate(p);
}

void program_wipe(struct program *p)
{
    arena_wipe(&p->arena);
    free(p->text);
    free(p->opened);
}
