#include "net/config_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

/* libyaml's events become a small tree. The input is bounded by the caller, the nodes and the depth here. */
struct build {
    struct config_doc *doc;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one; zeroed: none */
};

/* Pieces of the file are shown in messages; what could move a terminal's cursor is not. */
static void make_printable(char *text)
{
    if (text_is_line(text, strlen(text)))
        return;
    for (; *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            *text = '?';
}

static enum sotto_err fail_at(struct config_doc *doc, size_t line, size_t column, const char *what)
{
    char text[FAULT_TEXT_MAX];

    (void)snprintf(text, sizeof text, "%s", what);
    make_printable(text);
    return fault_set(doc->f, SOTTO_ERR_INPUT, "%s:%zu:%zu: %s", doc->path, line, column, text);
}

enum sotto_err config_fail(struct config_doc *doc, const struct config_node *at, const char *format, ...)
{
    char text[FAULT_TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fail_at(doc, at->line, at->column, text);
}

static enum sotto_err fail_here(struct build *b, const char *text)
{
    const yaml_mark_t *at = &b->event.start_mark;

    return fail_at(b->doc, at->line + 1, at->column + 1, text);
}

static enum sotto_err no_memory(struct config_doc *doc)
{
    return fault_set(doc->f, SOTTO_ERR_RESOURCE, "out of memory while reading %s", doc->path);
}

static enum sotto_err next(struct build *b)
{
    const yaml_parser_t *p = &b->parser;
    char text[256];

    yaml_event_delete(&b->event);
    if (yaml_parser_parse(&b->parser, &b->event))
        return SOTTO_OK;
    memset(&b->event, 0, sizeof b->event);
    if (p->error == YAML_MEMORY_ERROR)
        return no_memory(b->doc);
    (void)snprintf(text, sizeof text, "not YAML: %s%s%s", p->problem ? p->problem : "unreadable",
                   p->context ? ", " : "", p->context ? p->context : "");
    return fail_at(b->doc, p->problem_mark.line + 1, p->problem_mark.column + 1, text);
}

static enum sotto_err copy_text(struct build *b, const char **out)
{
    const char *text = (const char *)b->event.data.scalar.value;
    size_t len = b->event.data.scalar.length;

    if (memchr(text, 0, len))
        return fail_here(b, "a zero byte in a value");
    *out = arena_strdup(&b->doc->arena, text, len);
    return *out ? SOTTO_OK : no_memory(b->doc);
}

static enum sotto_err new_node(struct build *b, enum config_kind kind, struct config_node **out)
{
    struct config_node *n;

    if (b->doc->nodes++ >= CONFIG_NODES_MAX)
        return fail_here(b, "too many values; a configuration is much smaller");
    n = arena_alloc(&b->doc->arena, 1, sizeof *n);
    if (!n)
        return no_memory(b->doc);
    n->kind = kind;
    n->line = b->event.start_mark.line + 1;
    n->column = b->event.start_mark.column + 1;
    *out = n;
    return SOTTO_OK;
}

/* Anchors would let one value stand for many, tags would change what a value is. */
static enum sotto_err check_plain(struct build *b)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    switch (b->event.type) {
    case YAML_SCALAR_EVENT:
        anchor = b->event.data.scalar.anchor;
        tag = b->event.data.scalar.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = b->event.data.mapping_start.anchor;
        tag = b->event.data.mapping_start.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = b->event.data.sequence_start.anchor;
        tag = b->event.data.sequence_start.tag;
        break;
    case YAML_ALIAS_EVENT:
        return fail_here(b, "an alias (*) is not allowed; write the value out");
    default:
        return fail_here(b, "a value is missing");
    }
    if (anchor)
        return fail_here(b, "an anchor (&) is not allowed; write the value out where it is used");
    return tag ? fail_here(b, "a tag (!) is not allowed; write the plain value") : SOTTO_OK;
}

static enum sotto_err read_node(struct build *b, unsigned depth, struct config_node **out);

/* The current event is the key. */
static enum sotto_err read_entry(struct build *b, unsigned depth, const struct config_node *map,
                                 struct config_node **out)
{
    const char *key = NULL;
    char text[SOTTO_NAME_LEN_MAX + 64];

    TRY(check_plain(b));
    if (b->event.type != YAML_SCALAR_EVENT)
        return fail_here(b, "a key must be a plain word");
    TRY(copy_text(b, &key));
    for (const struct config_node *n = map->first; n; n = n->next)
        if (strcmp(n->key, key) == 0) {
            (void)snprintf(text, sizeof text, "\"%.*s\" stands here a second time; remove one",
                           SOTTO_NAME_LEN_MAX, key);
            return fail_here(b, text);
        }
    TRY(next(b));
    TRY(read_node(b, depth, out));
    (*out)->key = key;
    return SOTTO_OK;
}

/* The current event opens a mapping or list. */
static enum sotto_err read_children(struct build *b, unsigned depth, struct config_node *parent,
                                    yaml_event_type_t end)
{
    struct config_node **tail = &parent->first;

    if (depth >= CONFIG_DEPTH_MAX)
        return fail_here(b, "nested too deeply");
    TRY(next(b));
    while (b->event.type != end) {
        if (parent->kind == CONFIG_MAP)
            TRY(read_entry(b, depth + 1, parent, tail));
        else
            TRY(read_node(b, depth + 1, tail));
        tail = &(*tail)->next;
        TRY(next(b));
    }
    return SOTTO_OK;
}

static enum sotto_err read_node(struct build *b, unsigned depth, struct config_node **out)
{
    struct config_node *n = NULL;

    TRY(check_plain(b));
    switch (b->event.type) {
    case YAML_MAPPING_START_EVENT:
        TRY(new_node(b, CONFIG_MAP, &n));
        *out = n;
        return read_children(b, depth, n, YAML_MAPPING_END_EVENT);
    case YAML_SEQUENCE_START_EVENT:
        TRY(new_node(b, CONFIG_LIST, &n));
        *out = n;
        return read_children(b, depth, n, YAML_SEQUENCE_END_EVENT);
    default:
        TRY(new_node(b, CONFIG_VALUE, &n));
        *out = n;
        return copy_text(b, &n->text);
    }
}

static enum sotto_err read_document(struct build *b)
{
    TRY(next(b)); /* stream start */
    TRY(next(b));
    if (b->event.type == YAML_STREAM_END_EVENT)
        return fail_here(b, "the file is empty");
    TRY(next(b));
    TRY(read_node(b, 0, &b->doc->root));
    TRY(next(b)); /* document end */
    TRY(next(b));
    if (b->event.type != YAML_STREAM_END_EVENT)
        return fail_here(b, "a second document; one file holds one");
    if (b->doc->root->kind != CONFIG_MAP)
        return config_fail(b->doc, b->doc->root, "lines of the form \"key: value\" are due here");
    return SOTTO_OK;
}

enum sotto_err config_parse(struct config_doc *doc, const char *path, const void *text, size_t len,
                            struct fault *f)
{
    struct build b = { .doc = doc };
    enum sotto_err err;

    *doc = (struct config_doc){ .path = path, .f = f };
    arena_init(&doc->arena, 0, false);
    if (len > SOTTO_CONFIG_LEN_MAX)
        return fault_set(f, SOTTO_ERR_INPUT, "%s is longer than %d bytes, too long for a configuration", path,
                         SOTTO_CONFIG_LEN_MAX);
    if (!yaml_parser_initialize(&b.parser))
        return no_memory(doc);
    yaml_parser_set_input_string(&b.parser, text, len);
    err = read_document(&b);
    yaml_event_delete(&b.event);
    yaml_parser_delete(&b.parser);
    return err;
}

void config_wipe(struct config_doc *doc)
{
    arena_wipe(&doc->arena);
    *doc = (struct config_doc){ 0 };
}

/* --- fields and values ---------------------------------------------------------------------------------- */

static void list_keys(char *out, size_t cap, const struct config_field fields[], size_t n)
{
    size_t len = 0;

    for (size_t i = 0; i < n && len < cap; i++)
        len += (size_t)snprintf(out + len, cap - len, "%s%s", i ? ", " : "", fields[i].key);
}

enum sotto_err config_fields(struct config_doc *doc, const struct config_node *map,
                             const struct config_field fields[], size_t n, const struct config_node *out[])
{
    static const char *const due[] = { "a single value", "lines of the form \"key: value\"",
                                       "a list with \"- \"" };
    char keys[256] = "";
    size_t i;

    for (i = 0; i < n; i++)
        out[i] = NULL;
    list_keys(keys, sizeof keys, fields, n);
    if (map->kind != CONFIG_MAP)
        return config_fail(doc, map, "%s are due here: %s", due[CONFIG_MAP], keys);
    for (const struct config_node *at = map->first; at; at = at->next) {
        for (i = 0; i < n && strcmp(fields[i].key, at->key) != 0;)
            i++;
        if (i == n)
            return config_fail(doc, at, "unknown key \"%.*s\"; here may stand: %s", SOTTO_NAME_LEN_MAX, at->key,
                               keys);
        if (at->kind != fields[i].kind)
            return config_fail(doc, at, "%s is due for \"%s\"", due[fields[i].kind], fields[i].key);
        out[i] = at;
    }
    for (i = 0; i < n; i++)
        if (!out[i] && !fields[i].optional)
            return config_fail(doc, map, "\"%s\" is missing", fields[i].key);
    return SOTTO_OK;
}

enum sotto_err config_uint(struct config_doc *doc, const struct config_node *at, uint64_t min, uint64_t max,
                           uint64_t *out)
{
    uint64_t v = 0;
    const char *p = at->text;
    bool ok = *p != 0;

    for (; ok && *p; p++)
        ok = *p >= '0' && *p <= '9' && !__builtin_mul_overflow(v, (uint64_t)10, &v) &&
             !__builtin_add_overflow(v, (uint64_t)(*p - '0'), &v);
    if (!ok || v < min || v > max)
        return config_fail(doc, at, "a whole number from %llu to %llu is due for \"%s\"",
                           (unsigned long long)min, (unsigned long long)max, at->key ? at->key : "this");
    *out = v;
    return SOTTO_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum sotto_err config_hex(struct config_doc *doc, const struct config_node *at, const char *prefix,
                          uint8_t *out, size_t len)
{
    size_t skip = strlen(prefix);
    const char *p = at->text;
    bool ok = strncmp(p, prefix, skip) == 0 && strlen(p + skip) == 2 * len;

    for (size_t i = 0; ok && i < len; i++) {
        int high = hex_digit(p[skip + 2 * i]), low = hex_digit(p[skip + 2 * i + 1]);

        ok = high >= 0 && low >= 0;
        out[i] = ok ? (uint8_t)(high << 4 | low) : 0;
    }
    if (!ok)
        return config_fail(doc, at, "\"%s\" and %zu hexadecimal digits are due here", prefix, 2 * len);
    return SOTTO_OK;
}
