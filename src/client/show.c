/* show.c - what of a foreign text may reach a terminal. */
#include "client/client.h"

#include <stdio.h>

void client_show(const char *text, size_t len, char out[CLIENT_SHOWN_LEN])
{
    const uint8_t *p = (const uint8_t *)text, *end = p + len;
    size_t at = 0;

    while (p < end) {
        size_t n = text_next(p, (size_t)(end - p), NULL);
        bool escape = n == 0 || !text_is_line(p, n);
        size_t need = escape ? 4 : n;

        if (at + need > CLIENT_SHOWN_LEN - 4) { /* room for "..." and the zero */
            memcpy(out + at, "...", 3);
            at += 3;
            break;
        }
        if (escape)
            snprintf(out + at, 5, "\\x%02x", *p);
        else
            memcpy(out + at, p, n);
        p += escape ? 1 : n;
        at += need;
    }
    out[at] = 0;
}
