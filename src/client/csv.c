/* csv.c - one column of numbers from CSV as in RFC 4180.
 *
 *   file   = [BOM] header line *(value line)      line ends in LF or CRLF; the last may lack it
 *   field  = bytes without , " CR LF  |  '"' *( any byte but '"' | '""' ) '"'
 *
 * The file must have one column whose header is the input's name: a file with more columns is refused, because
 * picking one of them silently is how the wrong data gets shared. */
#include "client/client.h"
#include "client/value.h"

#include <stdarg.h>
#include <stdio.h>

enum { ROWS_FIRST = 4096 };

struct csv {
    const char *path;
    const uint8_t *at, *end;
    const uint8_t *line_start; /* for columns, which count code points and are computed only for messages */
    unsigned long line;
    char *unquoted; /* a quoted field without its quotes; as long as the text, made when first needed */
    size_t unquoted_cap;
    struct fault *f;
};

/* A field and where it begins. */
struct field {
    const char *p;
    size_t len;
    const uint8_t *start, *line_start;
    unsigned long line;
};

static unsigned long column_of(const uint8_t *line_start, const uint8_t *at)
{
    unsigned long column = 1;

    for (const uint8_t *p = line_start; p < at; p++)
        column += (*p & 0xc0) != 0x80;
    return column;
}

SOTTO_PRINTF(5, 6)
static enum sotto_err bad(struct csv *c, unsigned long line, const uint8_t *line_start, const uint8_t *at,
                          const char *format, ...)
{
    char why[768];
    va_list args;

    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    return fault_set(c->f, SOTTO_ERR_INPUT, "%s:%lu:%lu: %s", c->path, line, column_of(line_start, at), why);
}

#define BAD_HERE(c, ...) bad(c, (c)->line, (c)->line_start, (c)->at, __VA_ARGS__)

/* Any byte at c->at that no field may hold: zero, or not UTF-8. Else steps over one character. */
static enum sotto_err step_over(struct csv *c)
{
    size_t n = text_next(c->at, (size_t)(c->end - c->at), NULL);

    if (*c->at == 0)
        return BAD_HERE(c, "a zero byte; the file is not text (is it UTF-16? save it as UTF-8)");
    if (n == 0)
        return BAD_HERE(c, "byte 0x%02x is not valid UTF-8; save the file as UTF-8", *c->at);
    c->at += n;
    return SOTTO_OK;
}

static bool at_line_end(const struct csv *c)
{
    return c->at == c->end || *c->at == '\n' || (*c->at == '\r' && c->end - c->at > 1 && c->at[1] == '\n');
}

static enum sotto_err plain_field(struct csv *c, struct field *field)
{
    while (!at_line_end(c) && *c->at != ',') {
        if (*c->at == '"')
            return BAD_HERE(c, "a quote inside a field that does not begin with one; remove it");
        if (*c->at == '\r')
            return BAD_HERE(c, "a carriage return without a line feed; end lines with LF or CRLF");
        TRY(step_over(c));
    }
    field->p = (const char *)field->start;
    field->len = (size_t)(c->at - field->start);
    return SOTTO_OK;
}

static enum sotto_err quoted_field(struct csv *c, struct field *field)
{
    size_t len = 0;

    if (!c->unquoted) {
        c->unquoted_cap = (size_t)(c->end - c->at);
        c->unquoted = mem_alloc(c->unquoted_cap, 1);
        if (!c->unquoted)
            return fault_set(c->f, SOTTO_ERR_RESOURCE, "%s: not enough memory to read it", c->path);
    }
    for (c->at++;;) {
        const uint8_t *from = c->at;

        if (c->at == c->end)
            return bad(c, field->line, field->line_start, field->start,
                       "a quote is opened here and never closed");
        if (*c->at == '"') {
            c->at++;
            if (c->at == c->end || *c->at != '"')
                break;
            from = c->at++; /* two quotes stand for one */
        } else if (*c->at == '\n') {
            c->at++;
            c->line++;
            c->line_start = c->at;
        } else {
            TRY(step_over(c));
        }
        memcpy(c->unquoted + len, from, (size_t)(c->at - from));
        len += (size_t)(c->at - from);
    }
    if (!at_line_end(c) && *c->at != ',')
        return BAD_HERE(c, "text after the closing quote; double a quote that belongs to the value");
    field->p = c->unquoted;
    field->len = len;
    return SOTTO_OK;
}

static enum sotto_err next_field(struct csv *c, struct field *field)
{
    *field = (struct field){ .p = "", .start = c->at, .line_start = c->line_start, .line = c->line };
    return c->at < c->end && *c->at == '"' ? quoted_field(c, field) : plain_field(c, field);
}

static void end_line(struct csv *c)
{
    if (c->at == c->end)
        return;
    c->at += *c->at == '\r' ? 2 : 1;
    c->line++;
    c->line_start = c->at;
}

/* All columns of the header, for a message; the list ends in "..." where it would be too long. */
static enum sotto_err list_columns(struct csv *c, struct field *field, char *list, size_t list_len, size_t *n)
{
    char shown[CLIENT_SHOWN_LEN];
    size_t used = 0;
    bool cut = false;

    for (*n = 1;; ++*n) {
        client_show(field->p, field->len, shown);
        if (!cut && used + strlen(shown) + sizeof "', ''" + sizeof ", ..." > list_len) {
            memcpy(list + used, ", ...", sizeof ", ...");
            cut = true;
        }
        if (!cut)
            used += (size_t)snprintf(list + used, list_len - used, "%s'%s'", *n > 1 ? ", " : "", shown);
        if (at_line_end(c))
            return SOTTO_OK;
        c->at++;
        TRY(next_field(c, field));
    }
}

static enum sotto_err read_header(struct csv *c, const char *name)
{
    struct field first, field;
    char list[400], shown[CLIENT_SHOWN_LEN];
    bool matches;
    size_t n;

    if (c->end - c->at >= 3 && !memcmp(c->at, "\xef\xbb\xbf", 3))
        c->at = c->line_start = c->at + 3;
    if (c->at == c->end)
        return BAD_HERE(c, "the file is empty; its first line must be the header '%s'", name);
    TRY(next_field(c, &field));
    first = field;
    client_show(field.p, field.len, shown);
    matches = field.len == strlen(name) && !memcmp(field.p, name, field.len);
    TRY(list_columns(c, &field, list, sizeof list, &n));
    if (n > 1)
        return bad(c, first.line, first.line_start, first.start,
                   "the file has %zu columns (%s); it must have exactly one, '%s'", n, list, name);
    if (!matches && shown[0] >= '0' && shown[0] <= '9')
        return bad(c, first.line, first.line_start, first.start,
                   "the header is missing: the first line is '%s', it must be '%s'", shown, name);
    if (!matches)
        return bad(c, first.line, first.line_start, first.start, "the column is '%s'; it must be '%s'", shown,
                   name);
    end_line(c);
    return SOTTO_OK;
}

static enum sotto_err append(struct csv *c, struct client_rows *rows, size_t *cap, uint64_t value)
{
    if (rows->n == *cap) {
        size_t grown_cap = *cap ? 2 * *cap : ROWS_FIRST;
        uint64_t *grown;

        if (rows->n >= SOTTO_VECTOR_N_MAX)
            return BAD_HERE(c, "more than %d values", SOTTO_VECTOR_N_MAX);
        if (grown_cap > SOTTO_VECTOR_N_MAX)
            grown_cap = SOTTO_VECTOR_N_MAX;
        grown = mem_alloc(grown_cap, sizeof *grown);
        if (!grown)
            return fault_set(c->f, SOTTO_ERR_RESOURCE, "%s: not enough memory for its values", c->path);
        if (rows->n)
            memcpy(grown, rows->values, rows->n * sizeof *grown);
        client_rows_wipe(&(struct client_rows){ rows->values, rows->n });
        rows->values = grown;
        *cap = grown_cap;
    }
    rows->values[rows->n++] = value;
    return SOTTO_OK;
}

/* The common line, digits up to its end, without a look at quotes and characters. False: take the long way. */
static bool quick_value(struct csv *c, uint64_t max, uint64_t *value)
{
    const uint8_t *p = c->at;
    uint64_t v = 0;

    while (p < c->end && (unsigned)(*p - '0') <= 9 && p - c->at < 19)
        v = 10 * v + (*p++ - '0');
    if (p == c->at || v > max || p == c->end)
        return false;
    if (*p == '\r' && c->end - p > 1)
        p++;
    if (*p != '\n')
        return false;
    c->at = c->line_start = p + 1;
    c->line++;
    *value = v;
    return true;
}

static enum sotto_err read_value(struct csv *c, const char *name, enum image_elem elem, uint64_t *value)
{
    struct field field;
    enum value_status status;
    char why[256];

    TRY(next_field(c, &field));
    if (c->at < c->end && *c->at == ',')
        return BAD_HERE(
            c,
            "a second column; there must be only '%s' (a fraction or thousands are not written with a comma)",
            name);
    status = value_parse(field.p, field.len, elem, value);
    if (status == VALUE_EMPTY)
        return bad(c, field.line, field.line_start, field.start,
                   "an empty line or field; remove it or give a value");
    if (status != VALUE_OK) {
        value_explain(status, field.p, field.len, elem, why, sizeof why);
        return bad(c, field.line, field.line_start, field.start, "%s", why);
    }
    end_line(c);
    return SOTTO_OK;
}

enum sotto_err client_csv_parse(const char *path, const uint8_t *text, size_t len, const char *name,
                                enum image_elem elem, struct client_rows *rows, struct fault *f)
{
    struct csv c = { .path = path, .at = text, .end = text + len, .line_start = text, .line = 1, .f = f };
    uint64_t quick_max = UINT64_MAX >> (64 - image_elem_bits(elem)) >> image_elem_signed(elem), value = 0;
    enum sotto_err err;
    size_t cap = 0;

    *rows = (struct client_rows){ 0 };
    err = read_header(&c, name);
    while (!err && c.at < c.end) {
        if (!quick_value(&c, quick_max, &value))
            err = read_value(&c, name, elem, &value);
        if (!err)
            err = append(&c, rows, &cap, value);
    }
    if (c.unquoted)
        mem_wipe(c.unquoted, c.unquoted_cap);
    mem_free(c.unquoted);
    if (err)
        client_rows_wipe(rows);
    return err;
}

enum sotto_err client_csv_read(const char *path, const char *name, enum image_elem elem, size_t len_max,
                               struct client_rows *rows, struct fault *f)
{
    struct client_file file;
    enum sotto_err err;

    *rows = (struct client_rows){ 0 };
    TRY(client_file_read(path, len_max, &file, f));
    err = client_csv_parse(path, file.data, file.len, name, elem, rows, f);
    client_file_wipe(&file);
    return err;
}

void client_rows_wipe(struct client_rows *rows)
{
    if (rows->values)
        mem_wipe(rows->values, rows->n * sizeof *rows->values);
    mem_free(rows->values);
    *rows = (struct client_rows){ 0 };
}
