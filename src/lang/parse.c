/* parse.c - declarations and statements. */
#include "lang/internal.h"

static enum sotto_err parse_stmt(struct parser *p, struct stmt **out);

static enum sotto_err new_stmt(struct parser *p, enum stmt_kind kind, struct stmt **out)
{
    struct stmt *s = parse_alloc(p, sizeof *s);

    *out = s;
    if (!s)
        return SOTTO_ERR_RESOURCE;
    s->kind = kind;
    s->at = s->name_at = p->now.at;
    return SOTTO_OK;
}

/* Statements up to the closing brace. */
enum sotto_err parse_block(struct parser *p, struct stmt **out)
{
    struct stmt *block, **tail;
    bool skipped;

    TRY(parse_deeper(p));
    TRY(new_stmt(p, STMT_BLOCK, &block));
    *out = block;
    tail = &block->body;
    TRY(parse_expect(p, "{", "to open a block"));
    TRY(parse_skip(p, "}", &skipped));
    while (!skipped) {
        if (p->now.kind == TOKEN_END)
            return lang_error(p->src, block->at, "close it with }", "this block never ends");
        TRY(parse_stmt(p, tail));
        block->has_return |= (*tail)->has_return;
        tail = &(*tail)->next;
        TRY(parse_skip(p, "}", &skipped));
    }
    p->depth--;
    return SOTTO_OK;
}

static enum sotto_err parse_decl_stmt(struct parser *p, struct stmt **out)
{
    struct stmt *s;
    bool skipped;

    TRY(new_stmt(p, STMT_DECL, out));
    s = *out;
    TRY(parse_type(p, false, &s->type));
    s->name_at = p->now.at;
    TRY(parse_name(p, "the variable's name", &s->name));
    TRY(parse_size(p, &s->type));
    TRY(parse_skip(p, "=", &skipped));
    if (skipped)
        TRY(parse_expr(p, &s->value));
    s->at = parse_span(s->at, p->last);
    if (parse_at(p, ","))
        return lang_error(p->src, p->now.at, "declare each variable in a statement of its own",
                          "one variable a declaration");
    return parse_expect(p, ";", "after the declaration");
}

static enum sotto_err parse_if(struct parser *p, struct stmt **out)
{
    struct stmt *s;
    bool skipped;

    TRY(parse_deeper(p));
    TRY(new_stmt(p, STMT_IF, out));
    s = *out;
    TRY(parse_advance(p));
    TRY(parse_expect(p, "(", "after 'if'"));
    TRY(parse_expr(p, &s->value));
    TRY(parse_expect(p, ")", "after the condition"));
    TRY(parse_stmt(p, &s->body));
    TRY(parse_skip(p, "else", &skipped));
    if (skipped)
        TRY(parse_stmt(p, &s->other));
    s->has_return = s->body->has_return || (s->other && s->other->has_return);
    p->depth--;
    return SOTTO_OK;
}

/* for (u32 i in 0..n) body */
static enum sotto_err parse_for(struct parser *p, struct stmt **out)
{
    static const char form[] = "a loop is written: for (u32 i in 0..n) { ... }, and i stops before n";
    struct stmt *s;

    TRY(parse_deeper(p));
    TRY(new_stmt(p, STMT_FOR, out));
    s = *out;
    TRY(parse_advance(p));
    TRY(parse_expect(p, "(", "after 'for'"));
    TRY(parse_type(p, false, &s->type));
    s->name_at = p->now.at;
    TRY(parse_name(p, "the loop's variable", &s->name));
    if (!parse_at(p, "in"))
        return lang_error(p->src, p->now.at, form, "expected 'in' after the loop's variable");
    TRY(parse_advance(p));
    TRY(parse_expr(p, &s->value));
    if (!parse_at(p, ".."))
        return lang_error(p->src, p->now.at, form, "expected '..' between the loop's bounds");
    TRY(parse_advance(p));
    TRY(parse_expr(p, &s->high));
    TRY(parse_expect(p, ")", "after the loop's bounds"));
    TRY(parse_stmt(p, &s->body));
    s->has_return = s->body->has_return;
    p->depth--;
    return SOTTO_OK;
}

static enum sotto_err parse_return(struct parser *p, struct stmt **out)
{
    TRY(new_stmt(p, STMT_RETURN, out));
    (*out)->has_return = true;
    TRY(parse_advance(p));
    if (!parse_at(p, ";"))
        TRY(parse_expr(p, &(*out)->value));
    (*out)->at = parse_span((*out)->at, p->last);
    return parse_expect(p, ";", "after 'return'");
}

static bool assignment_op(const struct parser *p, bool *compound, enum binary *op)
{
    static const struct {
        const char *text;
        enum binary op;
    } ops[] = { { "+=", BINARY_ADD }, { "-=", BINARY_SUB }, { "*=", BINARY_MUL }, { "/=", BINARY_DIV },
                { "%=", BINARY_MOD }, { "&=", BINARY_AND }, { "|=", BINARY_OR },  { "^=", BINARY_XOR } };

    *compound = false;
    if (parse_at(p, "="))
        return true;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (parse_at(p, ops[i].text)) {
            *compound = true;
            *op = ops[i].op;
            return true;
        }
    return false;
}

/* name = e; name[i] += e; name(e); */
static enum sotto_err parse_simple(struct parser *p, struct stmt **out)
{
    struct stmt *s;
    struct expr *target = NULL;

    TRY(new_stmt(p, STMT_ASSIGN, out));
    s = *out;
    if (p->now.kind == TOKEN_NAME && parse_ahead(p, "=")) { /* the one place where a name is not read */
        TRY(parse_name(p, "a variable", &s->name));
    } else {
        TRY(parse_expr(p, &target));
        s->name = target->kind == EXPR_INDEX && target->a->kind == EXPR_NAME ? target->a->name : target->name;
        s->name_at = target->kind == EXPR_INDEX ? target->a->at : target->at;
        s->index = target->kind == EXPR_INDEX ? target->b : NULL;
    }
    if (!assignment_op(p, &s->compound, &s->op)) {
        s->kind = STMT_CALL;
        s->value = target;
        if (target && target->kind != EXPR_CALL)
            return parse_at(p, ";")
                       ? lang_error(p->src, target->at, "assign it: x = ...;", "this statement does nothing")
                       : parse_expect(p, ";", "after the statement");
        return parse_expect(p, ";", "after the call");
    }
    if (target && target->kind != EXPR_NAME && !(target->kind == EXPR_INDEX && target->a->kind == EXPR_NAME))
        return lang_error(p->src, target->at, "assign to x or x[i]", "this cannot be assigned to");
    s->name->is_assigned = true;
    TRY(parse_advance(p));
    TRY(parse_expr(p, &s->value));
    s->at = parse_span(s->at, p->last);
    return parse_expect(p, ";", "after the assignment");
}

static enum sotto_err parse_stmt(struct parser *p, struct stmt **out)
{
    enum image_elem elem;

    if (parse_at(p, "{"))
        return parse_block(p, out);
    if (parse_at(p, "if"))
        return parse_if(p, out);
    if (parse_at(p, "for"))
        return parse_for(p, out);
    if (parse_at(p, "return"))
        return parse_return(p, out);
    if (parse_at(p, "while") || parse_at(p, "do"))
        return lang_error(p->src, p->now.at,
                          "write a 'for' with a public bound, and an 'if' on the secret inside it",
                          "a loop cannot depend on a secret, so there is no '%.*s'", (int)p->now.at.len,
                          p->src->text + p->now.at.at);
    if (parse_at(p, "break") || parse_at(p, "continue") || parse_at(p, "goto") || parse_at(p, "switch"))
        return lang_error(p->src, p->now.at, "use 'if' and 'else'", "there is no '%.*s'", (int)p->now.at.len,
                          p->src->text + p->now.at.at);
    if (parse_at(p, "input") || parse_at(p, "output") || parse_at(p, "param"))
        return lang_error(p->src, p->now.at, "move it above the function", "'%.*s' stands outside of functions",
                          (int)p->now.at.len, p->src->text + p->now.at.at);
    if (parse_at(p, "else"))
        return lang_error(p->src, p->now.at, NULL, "this 'else' has no 'if'");
    if (parse_at(p, ";"))
        return lang_error(p->src, p->now.at, "remove it, or write { }", "an empty statement");
    if (parse_at(p, "secret") || (parse_at_elem(p, &elem) && !parse_ahead(p, "(")) ||
        (p->now.kind == TOKEN_NAME && p->ahead.kind == TOKEN_NAME && !parse_at(p, "in")))
        return parse_decl_stmt(p, out);
    return parse_simple(p, out);
}

/* input secret u32 bid[n] from bidder; */
static enum sotto_err parse_input(struct parser *p, struct decl *d)
{
    struct name *role;

    d->kind = DECL_INPUT;
    TRY(parse_type(p, false, &d->type));
    if (!d->type.secret)
        return lang_error(p->src, d->type.at, "write 'input secret ...'; a public value is a 'param'",
                          "an input is secret");
    d->at = p->now.at;
    TRY(parse_name(p, "the input's name", &d->name));
    TRY(parse_size(p, &d->type));
    if (!parse_at(p, "from"))
        return lang_error(p->src, p->now.at, "say who brings it: from bidder",
                          "expected 'from' after the input");
    TRY(parse_advance(p));
    TRY(parse_name(p, "the role that brings it", &role));
    d->role = arena_strdup(&p->src->arena, role->text, strlen(role->text));
    return d->role ? SOTTO_OK : SOTTO_ERR_RESOURCE;
}

/* param i32 offset = -5; */
static enum sotto_err parse_param(struct parser *p, struct decl *d)
{
    bool skipped, minus;

    d->kind = DECL_PARAM;
    TRY(parse_type(p, false, &d->type));
    if (d->type.secret)
        return lang_error(p->src, d->type.at, "a secret value is an 'input'", "a parameter is public");
    d->at = p->now.at;
    TRY(parse_name(p, "the parameter's name", &d->name));
    TRY(parse_size(p, &d->type));
    if (d->type.vector)
        return lang_error(p->src, d->at, "use one parameter a value", "a parameter is one value, not a vector");
    TRY(parse_skip(p, "=", &skipped));
    if (!skipped)
        return SOTTO_OK;
    d->has_default = true;
    d->value_at = p->now.at;
    TRY(parse_skip(p, "-", &minus));
    if (d->type.elem == IMAGE_BOOL) {
        if (minus || (!parse_at(p, "true") && !parse_at(p, "false")))
            return lang_error(p->src, p->now.at, NULL, "expected true or false");
        d->value = parse_at(p, "true");
    } else if (p->now.kind != TOKEN_INT) {
        return lang_error(p->src, p->now.at,
                          "its value is given when the job is created; the default is a number",
                          "expected a number");
    } else {
        d->value = minus ? -(int128)p->now.value : (int128)p->now.value;
    }
    TRY(parse_advance(p));
    d->value_at = parse_span(d->value_at, p->last);
    return SOTTO_OK;
}

/* output u32 winner to everyone; */
static enum sotto_err parse_output(struct parser *p, struct decl *d)
{
    d->kind = DECL_OUTPUT;
    TRY(parse_type(p, false, &d->type));
    if (d->type.secret)
        return lang_error(p->src, d->type.at, "leave 'secret' out, and assign reveal(...) to it",
                          "an output is public");
    d->at = p->now.at;
    TRY(parse_name(p, "the output's name", &d->name));
    TRY(parse_size(p, &d->type));
    if (!parse_at(p, "to"))
        return lang_error(p->src, p->now.at, "write: to everyone", "expected 'to' after the output");
    TRY(parse_advance(p));
    if (!parse_at(p, "everyone"))
        return lang_error(p->src, p->now.at, "write: to everyone", "outputs to one role are not there yet");
    TRY(parse_advance(p));
    d->role = arena_strdup(&p->src->arena, "everyone", 8);
    return d->role ? SOTTO_OK : SOTTO_ERR_RESOURCE;
}

/* secret u64 clamp(secret u64 x, u64 lo, u64 hi) { ... } */
static enum sotto_err parse_function(struct parser *p, struct decl *d)
{
    struct stmt **tail = &d->params, *s;
    unsigned params = 0;
    bool skipped;

    d->kind = DECL_FUNCTION;
    TRY(parse_type(p, true, &d->type));
    d->at = p->now.at;
    TRY(parse_name(p, "the function's name", &d->name));
    if (!parse_at(p, "("))
        return lang_error(p->src, d->type.at, "use 'param' for constants, and pass values to functions",
                          "there are no global variables");
    TRY(parse_advance(p));
    TRY(parse_skip(p, ")", &skipped));
    while (!skipped) {
        if (++params > LANG_PARAMS_MAX)
            return lang_error(p->src, p->now.at, "put values of one type into a vector",
                              "a function takes at most %d arguments", (int)LANG_PARAMS_MAX);
        TRY(new_stmt(p, STMT_DECL, tail));
        s = *tail;
        tail = &s->next;
        TRY(parse_type(p, false, &s->type));
        s->name_at = p->now.at;
        TRY(parse_name(p, "the argument's name", &s->name));
        TRY(parse_size(p, &s->type));
        TRY(parse_skip(p, ")", &skipped));
        if (!skipped)
            TRY(parse_expect(p, ",", "between arguments"));
    }
    TRY(parse_block(p, &d->body));
    d->end = p->last;
    return SOTTO_OK;
}

static enum sotto_err parse_decl(struct parser *p, struct decl **out)
{
    struct decl *d = parse_alloc(p, sizeof *d);
    bool skipped;

    *out = d;
    if (!d)
        return SOTTO_ERR_RESOURCE;
    TRY(parse_skip(p, "input", &skipped));
    if (skipped) {
        TRY(parse_input(p, d));
        return parse_expect(p, ";", "after the input");
    }
    TRY(parse_skip(p, "param", &skipped));
    if (skipped) {
        TRY(parse_param(p, d));
        return parse_expect(p, ";", "after the parameter");
    }
    TRY(parse_skip(p, "output", &skipped));
    if (skipped) {
        TRY(parse_output(p, d));
        return parse_expect(p, ";", "after the output");
    }
    return parse_function(p, d);
}

enum sotto_err parse_program(struct source *src, struct decl **out)
{
    struct parser p = { .src = src, .lex = { src, 0, 1 } };
    struct decl **tail = out;

    *out = NULL;
    TRY(lang_next(&p.lex, &p.now));
    if (p.now.kind != TOKEN_END)
        TRY(lang_next(&p.lex, &p.ahead));
    while (p.now.kind != TOKEN_END) {
        TRY(parse_decl(&p, tail));
        tail = &(*tail)->next;
    }
    return SOTTO_OK;
}
