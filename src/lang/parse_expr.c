/* parse_expr.c - expressions, by precedence climbing. */
#include <stdio.h>

#include "lang/internal.h"

static const struct {
    const char *text;
    int level; /* higher binds tighter; as in C */
    enum binary op;
} binaries[] = {
    { "||", 1, BINARY_LOR }, { "&&", 2, BINARY_LAND }, { "|", 3, BINARY_OR },  { "^", 4, BINARY_XOR },
    { "&", 5, BINARY_AND },  { "==", 6, BINARY_EQ },   { "!=", 6, BINARY_NE }, { "<", 7, BINARY_LT },
    { "<=", 7, BINARY_LE },  { ">", 7, BINARY_GT },    { ">=", 7, BINARY_GE }, { "+", 8, BINARY_ADD },
    { "-", 8, BINARY_SUB },  { "*", 9, BINARY_MUL },   { "/", 9, BINARY_DIV }, { "%", 9, BINARY_MOD },
};

static enum sotto_err new_expr(struct parser *p, enum expr_kind kind, struct expr **out)
{
    struct expr *e = parse_alloc(p, sizeof *e);

    *out = e;
    if (!e)
        return SOTTO_ERR_RESOURCE;
    e->kind = kind;
    e->at = e->op = p->now.at;
    return SOTTO_OK;
}

static enum sotto_err parse_arguments(struct parser *p, struct expr *call)
{
    struct expr **tail = &call->a;
    bool skipped;

    TRY(parse_expect(p, "(", NULL));
    TRY(parse_skip(p, ")", &skipped));
    while (!skipped) {
        TRY(parse_expr(p, tail));
        tail = &(*tail)->next;
        TRY(parse_skip(p, ")", &skipped));
        if (!skipped)
            TRY(parse_expect(p, ",", "between arguments"));
    }
    call->at = parse_span(call->at, p->last);
    return SOTTO_OK;
}

static enum sotto_err parse_cast(struct parser *p, enum image_elem elem, struct expr **out)
{
    TRY(new_expr(p, EXPR_CAST, out));
    (*out)->elem = elem;
    TRY(parse_advance(p));
    TRY(parse_expect(p, "(", "after a type in an expression: a conversion is written u32(x)"));
    TRY(parse_expr(p, &(*out)->a));
    TRY(parse_expect(p, ")", "after the converted value"));
    (*out)->at = parse_span((*out)->at, p->last);
    return SOTTO_OK;
}

static enum sotto_err parse_named(struct parser *p, struct expr **out)
{
    bool call = parse_ahead(p, "(");
    const char *not_yet = parse_not_yet(p);

    if (not_yet)
        return lang_error(p->src, p->now.at, not_yet, "'%.*s' is not there yet", (int)p->now.at.len,
                          p->src->text + p->now.at.at);
    TRY(new_expr(p, call ? EXPR_CALL : EXPR_NAME, out));
    TRY(parse_name(p, "a value", &(*out)->name));
    if (call)
        return parse_arguments(p, *out);
    (*out)->name->is_read = true;
    return SOTTO_OK;
}

static enum sotto_err parse_primary(struct parser *p, struct expr **out)
{
    char seen[80];
    enum image_elem elem;
    bool skipped;

    if (p->now.kind == TOKEN_INT) {
        TRY(new_expr(p, EXPR_INT, out));
        (*out)->value = p->now.value;
        return parse_advance(p);
    }
    if (parse_at(p, "true") || parse_at(p, "false")) {
        TRY(new_expr(p, EXPR_BOOL, out));
        (*out)->value = parse_at(p, "true");
        return parse_advance(p);
    }
    if (parse_at_elem(p, &elem))
        return parse_cast(p, elem, out);
    TRY(parse_skip(p, "(", &skipped));
    if (skipped) {
        TRY(parse_expr(p, out));
        return parse_expect(p, ")", "to close the parenthesis");
    }
    if (p->now.kind == TOKEN_NAME)
        return parse_named(p, out);
    return lang_error(p->src, p->now.at, NULL, "expected a value, found %s", parse_seen(p, seen));
}

static enum sotto_err parse_postfix(struct parser *p, struct expr **out)
{
    struct expr *e;

    TRY(parse_primary(p, out));
    while (parse_at(p, "[")) {
        if ((*out)->kind == EXPR_INDEX)
            return lang_error(p->src, p->now.at, "use one vector a row", "matrices are not there yet");
        TRY(new_expr(p, EXPR_INDEX, &e));
        e->a = *out;
        e->at = (*out)->at;
        *out = e;
        TRY(parse_advance(p));
        TRY(parse_expr(p, &e->b));
        if (parse_at(p, ".."))
            return lang_error(p->src, p->now.at, "use a 'for' over the elements", "slices are not there yet");
        TRY(parse_expect(p, "]", "after the index"));
        e->at = parse_span(e->at, p->last);
    }
    if (parse_at(p, "++") || parse_at(p, "--"))
        return lang_error(p->src, p->now.at, "write x += 1 as a statement of its own", "there is no '%.*s'", 2,
                          p->src->text + p->now.at.at);
    if (parse_at(p, "."))
        return lang_error(p->src, p->now.at, "use one vector a column", "structs and tables are not there yet");
    return SOTTO_OK;
}

static enum sotto_err parse_unary(struct parser *p, struct expr **out)
{
    struct expr *e;

    if (parse_at(p, "++") || parse_at(p, "--"))
        return lang_error(p->src, p->now.at, "write x += 1 as a statement of its own", "there is no '%.*s'", 2,
                          p->src->text + p->now.at.at);
    if (parse_at(p, "*") || parse_at(p, "&"))
        return lang_error(p->src, p->now.at, "functions return their result", "there are no pointers");
    if (!parse_at(p, "-") && !parse_at(p, "~") && !parse_at(p, "!"))
        return parse_postfix(p, out);
    TRY(parse_deeper(p));
    TRY(new_expr(p, EXPR_UNARY, &e));
    e->unary = (char)p->src->text[p->now.at.at];
    *out = e;
    TRY(parse_advance(p));
    TRY(parse_unary(p, &e->a));
    e->at = parse_span(e->at, e->a->at);
    p->depth--;
    return SOTTO_OK;
}

static enum sotto_err parse_binary(struct parser *p, int level, struct expr **out)
{
    size_t i;
    struct expr *e;

    TRY(parse_deeper(p));
    TRY(parse_unary(p, out));
    for (;;) {
        for (i = 0; i < sizeof binaries / sizeof *binaries && !parse_at(p, binaries[i].text); i++)
            ;
        if (parse_at(p, "<<") || parse_at(p, ">>"))
            return lang_error(p->src, p->now.at, "multiply or divide by a power of two",
                              "shifts are not there yet");
        if (i == sizeof binaries / sizeof *binaries || binaries[i].level < level)
            break;
        TRY(new_expr(p, EXPR_BINARY, &e));
        e->binary = binaries[i].op;
        e->a = *out;
        *out = e;
        TRY(parse_advance(p));
        TRY(parse_binary(p, binaries[i].level + 1, &e->b));
        e->at = parse_span(e->a->at, p->last);
        e->at.at = e->a->at.at;
    }
    p->depth--;
    return SOTTO_OK;
}

enum sotto_err parse_expr(struct parser *p, struct expr **out)
{
    struct expr *e;

    TRY(parse_deeper(p));
    TRY(parse_binary(p, 1, out));
    if (parse_at(p, "?")) {
        TRY(new_expr(p, EXPR_TERNARY, &e));
        e->a = *out;
        *out = e;
        TRY(parse_advance(p));
        TRY(parse_expr(p, &e->b));
        TRY(parse_expect(p, ":", "between the two values of '?'"));
        TRY(parse_expr(p, &e->c));
        e->at = parse_span(e->a->at, p->last);
    }
    p->depth--;
    return SOTTO_OK;
}
