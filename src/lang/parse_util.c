/* parse_util.c - what every part of the parser uses: tokens, names, types. */
#include <stdio.h>

#include "lang/internal.h"

static bool token_is(const struct parser *p, const struct token *t, const char *text)
{
    return t->kind != TOKEN_END && t->kind != TOKEN_INT && t->at.len == strlen(text) &&
           memcmp(p->src->text + t->at.at, text, t->at.len) == 0;
}

bool parse_at(const struct parser *p, const char *text)
{
    return token_is(p, &p->now, text);
}
bool parse_ahead(const struct parser *p, const char *text)
{
    return token_is(p, &p->ahead, text);
}

enum sotto_err parse_advance(struct parser *p)
{
    p->last = p->now.at;
    p->now = p->ahead;
    return p->now.kind == TOKEN_END ? SOTTO_OK : lang_next(&p->lex, &p->ahead);
}

enum sotto_err parse_skip(struct parser *p, const char *text, bool *skipped)
{
    *skipped = parse_at(p, text);
    return *skipped ? parse_advance(p) : SOTTO_OK;
}

const char *parse_seen(const struct parser *p, char buffer[80])
{
    if (p->now.kind == TOKEN_END)
        return "the end of the file";
    snprintf(buffer, 80, "'%.*s'", (int)p->now.at.len, p->src->text + p->now.at.at);
    return buffer;
}

enum sotto_err parse_expect(struct parser *p, const char *text, const char *where)
{
    char seen[80];
    struct span at = p->now.at;
    bool skipped;

    TRY(parse_skip(p, text, &skipped));
    if (skipped)
        return SOTTO_OK;
    if (strcmp(text, ";") == 0 && p->last.len) /* the mistake is at the end of what came before */
        at = (struct span){ p->last.at + p->last.len, 1, p->last.line };
    return lang_error(p->src, at, NULL, "expected '%s'%s%s, found %s", text, where ? " " : "",
                      where ? where : "", parse_seen(p, seen));
}

static bool reserved(const struct parser *p)
{
    static const char *const words[] = { "input", "param", "output", "secret", "from",     "to",    "void",
                                         "if",    "else",  "for",    "in",     "while",    "do",    "return",
                                         "true",  "false", "break",  "goto",   "continue", "switch" };
    enum image_elem elem;

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (parse_at(p, words[i]))
            return true;
    return parse_at_elem(p, &elem);
}

enum sotto_err parse_name(struct parser *p, const char *what, struct name **out)
{
    char seen[80];

    if (p->now.kind != TOKEN_NAME)
        return lang_error(p->src, p->now.at, NULL, "expected %s, found %s", what, parse_seen(p, seen));
    if (reserved(p))
        return lang_error(p->src, p->now.at, "choose another name",
                          "expected %s, but %s is a word of the language", what, parse_seen(p, seen));
    *out = lang_name(p->src, (const char *)p->src->text + p->now.at.at, p->now.at.len);
    if (!*out)
        return SOTTO_ERR_RESOURCE;
    return parse_advance(p);
}

enum sotto_err parse_deeper(struct parser *p)
{
    if (++p->depth <= 2 * LANG_NESTING_MAX) /* one level of text is up to two calls */
        return SOTTO_OK;
    return lang_error(p->src, p->now.at, "give a part of it a name, or move it to a function",
                      "nested too deeply (more than %d levels)", (int)LANG_NESTING_MAX);
}

void *parse_alloc(struct parser *p, size_t size)
{
    return arena_alloc(&p->src->arena, 1, size);
}

struct span parse_span(struct span first, struct span last)
{
    first.len = last.at + last.len - first.at;
    return first;
}

bool parse_at_elem(const struct parser *p, enum image_elem *elem)
{
    for (unsigned e = 0; e < IMAGE_ELEM_KINDS; e++) {
        *elem = (enum image_elem)e;
        if (p->now.kind == TOKEN_NAME && parse_at(p, image_elem_name(*elem)))
            return true;
    }
    return false;
}

const char *parse_not_yet(const struct parser *p)
{
    static const struct {
        const char *word, *instead;
    } words[] = {
        { "fix", "use integers: count in the smallest unit, cents for instance" },
        { "float", "use integers: count in the smallest unit, cents for instance" },
        { "double", "use integers: count in the smallest unit, cents for instance" },
        { "int", "say how long and whether it has a sign: i32" },
        { "unsigned", "say how long it is: u32" },
        { "signed", "say how long it is: i32" },
        { "long", "say how long it is: i64" },
        { "short", "say how long it is: i16" },
        { "char", "say how long it is: u8" },
        { "struct", "use one vector a field" },
        { "table", "use one vector a column" },
        { "group", "use a 'for' over the groups and count(key == g)" },
        { "circuit", "write it as a function" },
        { "sort", "min, max, argmin and argmax are there" },
        { "sort_by", "min, max, argmin and argmax are there" },
        { "top", "use max and select one after another" },
        { "unique", "compare with == in a 'for'" },
        { "scan", "use a 'for'" },
        { "shuffle", "" },
        { "random", "let the parties bring an input each and add them" },
        { "dot", "use sum(a * b)" },
        { "matmul", "use sum(a * b) in a 'for'" },
        { "join", "compare with == in a 'for'" },
        { "histogram", "use count(x == k) in a 'for'" },
        { "percentile", "" },
        { "noise_laplace", "" },
        { "noise_gauss", "" },
        { "sqrt", "reveal the value and compute outside" },
        { "exp", "reveal the value and compute outside" },
        { "log", "reveal the value and compute outside" },
        { "sigmoid", "reveal the value and compute outside" },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (p->now.kind == TOKEN_NAME && parse_at(p, words[i].word) &&
            (i < 13 || parse_ahead(p, "("))) /* the first ones are types, the others functions */
            return words[i].instead;
    return NULL;
}

/* [n] [10] [n + 1] [n - 1] */
enum sotto_err parse_size(struct parser *p, struct type_syntax *type)
{
    struct size_syntax *s = &type->size;
    bool skipped, minus;

    TRY(parse_skip(p, "[", &skipped));
    if (!skipped)
        return SOTTO_OK;
    if (type->vector)
        return lang_error(p->src, p->last, "use one vector a row", "matrices are not there yet");
    type->vector = true;
    s->at = p->now.at;
    if (p->now.kind == TOKEN_NAME) {
        TRY(parse_name(p, "a size", &s->name));
        minus = parse_at(p, "-");
        if (minus || parse_at(p, "+"))
            TRY(parse_advance(p));
        else
            return parse_expect(p, "]", "after the size");
    } else {
        minus = false;
    }
    if (p->now.kind != TOKEN_INT)
        return lang_error(p->src, p->now.at,
                          "a size is a name, a number, or a name plus a number: n, 10, n + 1",
                          "expected a size");
    if (p->now.value > SOTTO_VECTOR_N_MAX)
        return lang_error(p->src, p->now.at, NULL, "a vector has at most %d elements", (int)SOTTO_VECTOR_N_MAX);
    s->addend = minus ? -(int64_t)p->now.value : (int64_t)p->now.value;
    TRY(parse_advance(p));
    s->at = parse_span(s->at, p->last);
    TRY(parse_expect(p, "]", "after the size"));
    return parse_at(p, "[")
               ? lang_error(p->src, p->now.at, "use one vector a row", "matrices are not there yet")
               : SOTTO_OK;
}

enum sotto_err parse_type(struct parser *p, bool may_be_void, struct type_syntax *out)
{
    char seen[80];
    const char *not_yet = parse_not_yet(p);

    *out = (struct type_syntax){ .at = p->now.at };
    if (may_be_void && parse_at(p, "void")) {
        out->is_void = true;
        return parse_advance(p);
    }
    TRY(parse_skip(p, "secret", &out->secret));
    if (out->secret)
        not_yet = parse_not_yet(p);
    if (not_yet)
        return lang_error(p->src, p->now.at, not_yet, "the type '%.*s' is not there%s", (int)p->now.at.len,
                          p->src->text + p->now.at.at, strncmp(not_yet, "say how", 7) ? " yet" : "");
    if (!parse_at_elem(p, &out->elem))
        return lang_error(p->src, p->now.at, "the types are bool, u8, u16, u32, u64, i8, i16, i32, i64",
                          "expected a type, found %s", parse_seen(p, seen));
    TRY(parse_advance(p));
    out->at = parse_span(out->at, p->last);
    return parse_size(p, out);
}
