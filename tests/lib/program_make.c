/* program_make.c - draws statements, and a program of them: whatever it writes, the checker must accept. Under
 * a secret branch only secret variables are assigned and nothing is opened. */
#include "lib/program_maker.h"

#include <stdlib.h>

static bool room(const struct maker *m)
{
    return m->p->vars_n < PROGRAM_VARS_MAX - 16;
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
    bool is_secret = m->in_secret || maker_chance(m, 70), vec = !m->scalars_only && maker_chance(m, 50);
    struct stmt *s = statement(m, STMT_DECLARE);
    struct want w = { maker_any_type(m), vec, !is_secret };

    s->declares = true;
    s->e = maker_expression(m, w, 3);
    s->var = maker_variable(m, 'v', w.elem, vec, is_secret);
    maker_show(m, s->var);
    return s;
}

/* A variable that may be assigned here: a local one, secret under a secret branch. -1: none. */
static int assignable(struct maker *m)
{
    int found = -1, seen = 0;

    for (int i = 0; i < m->visible_n; i++) {
        const struct variable *v = &m->p->var[m->visible[i]];

        if (v->name[0] == 'v' && (v->secret || !m->in_secret) && maker_draw(m) % (uint64_t)++seen == 0)
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
    s = statement(m, v->vec && maker_chance(m, 40) ? STMT_SET : STMT_ASSIGN);
    s->var = var;
    if (s->kind == STMT_SET)
        s->index = maker_position(m);
    s->e = maker_expression(m, (struct want){ v->elem, v->vec && s->kind == STMT_ASSIGN, !v->secret }, 3);
    if (maker_chance(m, 30))
        s->op = v->elem == IMAGE_BOOL ? ops[3 + maker_draw(m) % 3] : ops[maker_draw(m) % 6];
    return s;
}

static struct stmt *reveal(struct maker *m)
{
    bool vec = !m->scalars_only && maker_chance(m, 30);
    struct stmt *s = statement(m, STMT_REVEAL);
    struct want w = { maker_any_type(m), vec, false };

    s->e = maker_secret(m, w, 3);
    s->declares = true;
    s->var = maker_variable(m, 'v', w.elem, s->e->vec, false);
    maker_show(m, s->var);
    return s;
}

static struct stmt *branch(struct maker *m, int depth)
{
    struct stmt *s = statement(m, STMT_IF);
    bool was_secret = m->in_secret;
    int visible = m->visible_n;

    s->e = maker_expression(m, (struct want){ IMAGE_BOOL, false, maker_chance(m, 40) }, 2);
    m->in_secret |= s->e->secret;
    s->body = block(m, 1 + (int)(maker_draw(m) % 3), depth - 1);
    m->visible_n = visible;
    if (maker_chance(m, 60))
        s->other = block(m, 1 + (int)(maker_draw(m) % 2), depth - 1);
    m->visible_n = visible;
    m->in_secret = was_secret;
    return s;
}

/* To n over elements, or a few times over anything. */
static struct stmt *loop(struct maker *m, int depth)
{
    struct stmt *s = statement(m, STMT_FOR);
    bool to_n = maker_chance(m, 50), was_scalar = m->scalars_only;
    int visible = m->visible_n, was_index = m->index_var;

    s->end = to_n ? 0 : 1 + maker_draw(m) % 3;
    s->var = maker_variable(m, 'c', to_n ? IMAGE_U32 : maker_number_type(m), false, false);
    maker_show(m, s->var);
    if (to_n) {
        m->index_var = s->var;
        m->scalars_only = true;
    }
    s->body = block(m, 1 + (int)(maker_draw(m) % 3), to_n ? 0 : depth - 1);
    m->scalars_only = was_scalar;
    m->index_var = was_index;
    m->visible_n = visible;
    return s;
}

static struct stmt *block(struct maker *m, int count, int depth)
{
    struct stmt *first = NULL, **last = &first;

    for (; count > 0; count--) {
        uint64_t kind = maker_draw(m) % 10;

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

    p->inputs_n = 2 + (int)(maker_draw(m) % 3);
    for (int i = 0; i < p->inputs_n; i++) {
        struct program_value *v = &p->input_value[i];
        int var = maker_variable(m, 'x', i == 0 ? maker_number_type(m) : maker_any_type(m),
                                 i == 0 || maker_chance(m, 70), true);

        p->input[i] = var;
        v->elem = p->var[var].elem;
        v->n = p->var[var].vec ? p->n : 1;
        for (size_t e = 0; e < v->n; e++)
            v->v[e] = maker_value(m, v->elem);
        maker_show(m, var);
    }
    p->param = maker_variable(m, 'p', maker_number_type(m), false, false);
    p->var[p->param].now.v[0] = maker_value(m, p->var[p->param].elem);
    maker_show(m, p->param);
}

/* secret T f(secret A, B) { if (...) return ...; return ...; } */
static void make_function(struct maker *m, int number)
{
    struct function *f = &m->p->function[number];
    struct maker inner = *m;
    struct stmt *test = statement(m, STMT_IF), *early = statement(m, STMT_RETURN),
                *late = statement(m, STMT_RETURN);
    struct want w = { maker_number_type(m), false, false };

    inner.visible_n = 0;
    inner.in_function = inner.in_secret = inner.scalars_only = true;
    f->elem = w.elem;
    f->params_n = 1 + (int)(maker_draw(&inner) % 2);
    for (int i = 0; i < f->params_n; i++) {
        f->param[i] = maker_variable(&inner, 'a', maker_any_type(&inner), false, true);
        maker_show(&inner, f->param[i]);
    }
    test->e = maker_expression(&inner, (struct want){ IMAGE_BOOL, false, false }, 2);
    test->body = early;
    early->e = maker_expression(&inner, w, 2);
    late->e = maker_expression(&inner, w, 2);
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
        (*last)->e = maker_secret(m, w, 4);
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
    p->outputs_n = 1 + (int)(maker_draw(&m) % 3);
    for (int i = 0; i < p->outputs_n; i++)
        p->output[i] = maker_variable(&m, 'o', maker_any_type(&m), maker_chance(&m, 40), false);
    for (int f = 0, functions = (int)(maker_draw(&m) % 3); f < functions; f++)
        make_function(&m, f);
    p->main = block(&m, 3 + (int)(maker_draw(&m) % 5), 2);
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
