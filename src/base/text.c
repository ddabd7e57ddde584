#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>

size_t text_next(const uint8_t *p, size_t len, uint32_t *code)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 }; /* of a form that long */
    size_t n;
    uint32_t c;

    if (!len)
        return 0;
    n = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : (p[0] & 0xf8) == 0xf0 ? 4 : 0;
    if (!n || n > len)
        return 0;
    c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3fu);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    if (code)
        *code = c;
    return n;
}

/* Line and paragraph separators and the marks that reorder text could make a listing lie about itself. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200e && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool text_is_line(const void *text, size_t len)
{
    const uint8_t *p = text;
    uint32_t c = 0;
    size_t n;

    for (size_t at = 0; at < len; at += n) {
        n = text_next(p + at, len - at, &c);
        if (!n || is_control(c))
            return false;
    }
    return true;
}

void text_format(struct writer *w, const char *format, ...)
{
    char line[8192];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (n < 0)
        w->failed = true;
    else
        write_bytes(w, line, (size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
}
