/* diag.c - errors: where they are, and how they look. */
#include <stdarg.h>
#include <stdio.h>

#include "lang/internal.h"

/* Copies the line that starts at `at`, without its end, cut at a whole character. */
static void copy_line(const struct source *src, size_t at, char *out, size_t cap)
{
    size_t len = 0;

    while (at + len < src->len && src->text[at + len] != '\n' && src->text[at + len] != '\r') {
        size_t n = text_next(src->text + at + len, src->len - at - len, NULL);

        if (n == 0 || src->text[at + len] < ' ') {
            if (src->text[at + len] != '\t')
                break;
            n = 1;
        }
        if (len + n >= cap)
            break;
        memcpy(out + len, src->text + at + len, n);
        len += n;
    }
    out[len] = 0;
}

static unsigned count_chars(const uint8_t *p, size_t len)
{
    unsigned n = 0;

    for (size_t i = 0; i < len; i++)
        n += (p[i] & 0xc0) != 0x80;
    return n;
}

enum sotto_err lang_error(struct source *src, struct span at, const char *hint, const char *format, ...)
{
    struct lang_diag *d = src->diag;
    size_t start = at.at < src->len ? at.at : src->len, end;
    va_list args;

    memset(d, 0, sizeof *d);
    end = start;
    while (start > 0 && src->text[start - 1] != '\n')
        start--;
    while (end < src->len && end - at.at < at.len && src->text[end] != '\n' && src->text[end] != '\r')
        end++;
    d->line = at.line;
    d->column = 1 + count_chars(src->text + start, at.at - start);
    d->width = count_chars(src->text + at.at, end - at.at);
    if (d->width == 0)
        d->width = 1;
    copy_line(src, start, d->source, sizeof d->source);
    snprintf(d->file, sizeof d->file, "%s", src->file);
    if (hint)
        snprintf(d->hint, sizeof d->hint, "%s", hint);
    va_start(args, format);
    vsnprintf(d->text, sizeof d->text, format, args);
    va_end(args);
    return SOTTO_ERR_PROGRAM;
}

/* Spaces up to the caret; tabs stay tabs so that the caret stands below its character. */
static void write_caret(const struct lang_diag *d, struct writer *out)
{
    const char *p = d->source;

    for (unsigned i = 1; i < d->column; i++) {
        write_u8(out, *p == '\t' ? '\t' : ' ');
        if (*p)
            p++;
        while ((*p & 0xc0) == 0x80)
            p++;
    }
    write_u8(out, '^');
    for (unsigned i = 1; i < d->width && p[i]; i++)
        write_u8(out, '~');
}

void lang_diag_format(const struct lang_diag *d, bool colour, struct writer *out)
{
    const char *bold = colour ? "\033[1m" : "", *red = colour ? "\033[1;31m" : "";
    const char *green = colour ? "\033[32m" : "", *reset = colour ? "\033[0m" : "";

    text_format(out, "%s%s:%u:%u:%s %serror:%s %s\n", bold, d->file, d->line, d->column, reset, red, reset,
                d->text);
    if (d->source[0] && d->column <= sizeof d->source) {
        text_format(out, "  %s\n  %s", d->source, red);
        write_caret(d, out);
        text_format(out, "%s\n", reset);
    }
    if (d->hint[0])
        text_format(out, "%shelp:%s %s\n", green, reset, d->hint);
}
