/* lex.c - text to tokens. */
#include <stdio.h>

#include "lang/internal.h"

/* Characters that reorder the text around them could hide from a reader what the program does. */
static bool turns_text(uint32_t code)
{
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0x200e ||
           code == 0x200f;
}

enum sotto_err lang_check_text(struct source *src)
{
    struct span at = { .line = 1, .len = 1 };

    if (src->len > SOTTO_SOURCE_LEN_MAX)
        return lang_error(src, at, "split it, or use loops", "the program is longer than %d bytes",
                          (int)SOTTO_SOURCE_LEN_MAX);
    while (at.at < src->len) {
        uint32_t code = 0;
        size_t n = text_next(src->text + at.at, src->len - at.at, &code);
        uint8_t next = at.at + 1 < src->len ? src->text[at.at + 1] : 0;

        if (n == 0)
            return lang_error(src, at, "save the file as UTF-8", "this is not valid UTF-8");
        if (code == 0)
            return lang_error(src, at, "remove it", "a NUL byte");
        if ((code < ' ' && code != '\t' && code != '\n' && !(code == '\r' && next == '\n')) ||
            (code >= 0x7f && code < 0xa0))
            return lang_error(src, at, "remove it", "a control character (U+%04X)", (unsigned)code);
        if (turns_text(code))
            return lang_error(src, at, "remove it: it makes the text look different from what it is",
                              "a character that changes the direction of the text (U+%04X)", (unsigned)code);
        at.line += code == '\n';
        at.at += (uint32_t)n;
    }
    return SOTTO_OK;
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint8_t peek(const struct lexer *lex, uint32_t ahead)
{
    return lex->at + ahead < lex->src->len ? lex->src->text[lex->at + ahead] : 0;
}

static enum sotto_err skip_comment(struct lexer *lex)
{
    struct span start = { lex->at, 2, lex->line };

    if (peek(lex, 1) == '/') {
        while (lex->at < lex->src->len && peek(lex, 0) != '\n')
            lex->at++;
        return SOTTO_OK;
    }
    for (lex->at += 2; lex->at < lex->src->len; lex->at++) {
        if (peek(lex, 0) == '*' && peek(lex, 1) == '/') {
            lex->at += 2;
            return SOTTO_OK;
        }
        lex->line += peek(lex, 0) == '\n';
    }
    return lang_error(lex->src, start, "close it with */", "this comment never ends");
}

static enum sotto_err skip_blank(struct lexer *lex)
{
    for (;;) {
        uint8_t c = peek(lex, 0);

        if (c == '/' && (peek(lex, 1) == '/' || peek(lex, 1) == '*')) {
            TRY(skip_comment(lex));
        } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            lex->line += c == '\n';
            lex->at++;
        } else {
            return SOTTO_OK;
        }
    }
}

static int digit_value(uint8_t c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* [1234], [1_000_000], [0xff_ff], [0b1010] */
static enum sotto_err lex_number(struct lexer *lex, struct token *t)
{
    const uint8_t *p = lex->src->text + t->at.at;
    int base = 10;
    uint32_t len = 0, i = 0;

    while (is_letter(peek(lex, len)) || is_digit(peek(lex, len)))
        len++;
    if (peek(lex, len) == '.' && is_digit(peek(lex, len + 1))) {
        t->at.len = len + 2;
        return lang_error(lex->src, t->at, "use integers: count in the smallest unit, cents for instance",
                          "numbers with a fraction are not there yet");
    }
    t->kind = TOKEN_INT;
    t->at.len = len;
    lex->at += len;
    if (len > 1 && p[0] == '0' && (p[1] == 'x' || p[1] == 'b')) {
        base = p[1] == 'x' ? 16 : 2;
        i = 2;
    } else if (len > 1 && p[0] == '0') {
        return lang_error(lex->src, t->at, "drop the leading zero; there are no octal numbers",
                          "a number does not start with 0");
    }
    if (i == len || p[i] == '_' || p[len - 1] == '_')
        return lang_error(lex->src, t->at, NULL, "'%.*s' is not a number", (int)(len > 40 ? 40 : len), p);
    for (; i < len; i++) {
        if (p[i] == '_')
            continue;
        if (digit_value(p[i]) >= base)
            return lang_error(lex->src, t->at, "a name starts with a letter", "'%.*s' is not a number",
                              (int)(len > 40 ? 40 : len), p);
        if (__builtin_mul_overflow(t->value, (uint64_t)base, &t->value) ||
            __builtin_add_overflow(t->value, (uint64_t)digit_value(p[i]), &t->value))
            return lang_error(lex->src, t->at, "the greatest is 18446744073709551615, of u64",
                              "this number does not fit in 64 bits");
    }
    return SOTTO_OK;
}

static enum sotto_err lex_punct(struct lexer *lex, struct token *t)
{
    static const char *const two[] = { "..", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "==",
                                       "!=", "<=", ">=", "&&", "||", "<<", ">>", "++", "--", "->" };
    uint8_t c = peek(lex, 0);

    t->kind = TOKEN_PUNCT;
    t->at.len = 1;
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (c == (uint8_t)two[i][0] && peek(lex, 1) == (uint8_t)two[i][1])
            t->at.len = 2;
    if (c == '"' || c == '\'')
        return lang_error(lex->src, t->at, "use numbers", "there is no text in this language");
    if (c == '#')
        return lang_error(lex->src, t->at, "a comment starts with //", "'#' has no meaning");
    if (c >= 0x80) {
        t->at.len = (uint32_t)text_next(lex->src->text + lex->at, lex->src->len - lex->at, NULL);
        return lang_error(lex->src, t->at, "names are made of a-z, A-Z, 0-9 and _",
                          "'%.*s' may stand in comments only", (int)t->at.len, lex->src->text + lex->at);
    }
    if (!strchr("+-*/%&|^~!=<>?:;,.(){}[]", c))
        return lang_error(lex->src, t->at, NULL, "'%c' has no meaning", c);
    lex->at += t->at.len;
    return SOTTO_OK;
}

enum sotto_err lang_next(struct lexer *lex, struct token *out)
{
    uint8_t c;

    TRY(skip_blank(lex));
    *out = (struct token){ TOKEN_END, { lex->at, 0, lex->line }, 0 };
    if (lex->at >= lex->src->len)
        return SOTTO_OK;
    c = peek(lex, 0);
    if (is_digit(c))
        return lex_number(lex, out);
    if (!is_letter(c))
        return lex_punct(lex, out);
    out->kind = TOKEN_NAME;
    while (is_letter(peek(lex, 0)) || is_digit(peek(lex, 0)))
        lex->at++;
    out->at.len = lex->at - out->at.at;
    if (out->at.len > SOTTO_NAME_LEN_MAX)
        return lang_error(lex->src, out->at, NULL, "a name has at most %d characters", (int)SOTTO_NAME_LEN_MAX);
    return SOTTO_OK;
}

struct name *lang_name(struct source *src, const char *text, size_t len)
{
    uint32_t hash = 2166136261u;
    struct name **bucket, *n;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    bucket = &src->names[hash % LANG_NAME_BUCKETS];
    for (n = *bucket; n; n = n->next)
        if (strlen(n->text) == len && memcmp(n->text, text, len) == 0)
            return n;
    n = arena_alloc(&src->arena, 1, sizeof *n);
    if (!n)
        return NULL;
    n->text = arena_strdup(&src->arena, text, len);
    if (!n->text)
        return NULL;
    n->next = *bucket;
    *bucket = n;
    return n;
}
