/* term.c - what is done differently on a terminal. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

enum { TERM_COLUMNS = 79 };

static bool shown; /* a progress line stands on the terminal */

static bool able(FILE *stream)
{
    const char *term = getenv("TERM");

    return isatty(fileno(stream)) && term && *term && strcmp(term, "dumb") != 0;
}

bool term_colour(FILE *stream)
{
    const char *no = getenv("NO_COLOR");

    return able(stream) && !(no && *no);
}

const char *term_style(bool colour, enum term_style style)
{
    static const char *const codes[] = { "\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m" };

    return colour ? codes[style] : "";
}

void term_progress(const char *format, ...)
{
    char line[80];
    va_list args;

    if (!able(stderr))
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "\r\x1b[K%s", line);
    fflush(stderr);
    shown = true;
}

void term_progress_clear(void)
{
    if (!shown)
        return;
    fputs("\r\x1b[K", stderr);
    fflush(stderr);
    shown = false;
}

void term_fill(struct writer *out, const char *text, size_t text_len, size_t indent)
{
    const char *end = text + text_len;
    size_t at = indent;

    while (text < end) {
        size_t len = 0;

        while (text + len < end && text[len] != ' ' && text[len] != '\n')
            len++;
        if (at > indent && at + 1 + len > TERM_COLUMNS) {
            text_format(out, "\n%*s", (int)indent, "");
            at = indent;
        }
        text_format(out, "%s%.*s", at > indent ? " " : "", (int)len, text);
        at += len + (at > indent);
        for (text += len; text < end && (*text == ' ' || *text == '\n');)
            text++;
    }
    write_u8(out, '\n');
}
