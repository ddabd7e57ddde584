#include "cli/emit.h"

#include <inttypes.h>

static void quoted(struct emit *j, const char *text)
{
    const uint8_t *p = (const uint8_t *)text, *end = p + strlen(text);

    write_u8(j->out, '"');
    while (p < end) {
        size_t n = text_next(p, (size_t)(end - p), NULL);

        if (n == 0) {
            write_bytes(j->out, "\xef\xbf\xbd", 3);
            n = 1;
        } else if (*p == '"' || *p == '\\') {
            text_format(j->out, "\\%c", *p);
        } else if (*p == '\n') {
            write_bytes(j->out, "\\n", 2);
        } else if (*p < 0x20 || *p == 0x7f) {
            text_format(j->out, "\\u%04x", *p);
        } else {
            write_bytes(j->out, p, n);
        }
        p += n;
    }
    write_u8(j->out, '"');
}

static void begin(struct emit *j, const char *key)
{
    if (j->comma)
        write_u8(j->out, ',');
    j->comma = true;
    if (key) {
        quoted(j, key);
        write_u8(j->out, ':');
    }
}

void emit_object(struct emit *j, const char *key)
{
    begin(j, key);
    write_u8(j->out, '{');
    j->comma = false;
}

void emit_array(struct emit *j, const char *key)
{
    begin(j, key);
    write_u8(j->out, '[');
    j->comma = false;
}

void emit_end(struct emit *j, char closer)
{
    write_u8(j->out, (uint8_t)closer);
    j->comma = true;
}

void emit_string(struct emit *j, const char *key, const char *text)
{
    begin(j, key);
    if (text)
        quoted(j, text);
    else
        write_bytes(j->out, "null", 4);
}

void emit_uint(struct emit *j, const char *key, uint64_t v)
{
    begin(j, key);
    text_format(j->out, "%" PRIu64, v);
}

void emit_int(struct emit *j, const char *key, int64_t v)
{
    begin(j, key);
    text_format(j->out, "%" PRId64, v);
}

void emit_real(struct emit *j, const char *key, double v, int decimals)
{
    begin(j, key);
    text_format(j->out, "%.*f", decimals, v);
}

void emit_bool(struct emit *j, const char *key, bool v)
{
    begin(j, key);
    text_format(j->out, "%s", v ? "true" : "false");
}

void emit_null(struct emit *j, const char *key)
{
    emit_string(j, key, NULL);
}

void emit_value(struct emit *j, const char *key, unsigned elem, uint64_t value)
{
    if (elem == IMAGE_BOOL)
        emit_bool(j, key, value != 0);
    else if (image_elem_signed((enum image_elem)elem))
        emit_int(j, key, (int64_t)value);
    else
        emit_uint(j, key, value);
}
