/* config_tree.h - the part of YAML that a configuration needs: mappings, lists, plain values; every value knows
 * its place.
 *
 * Anchors, aliases, tags, repeated keys, second documents and deep nesting are errors. */
#ifndef SOTTO_NET_CONFIG_TREE_H
#define SOTTO_NET_CONFIG_TREE_H

#include "base/base.h"

enum config_kind { CONFIG_VALUE, CONFIG_MAP, CONFIG_LIST };
enum { CONFIG_DEPTH_MAX = 6, CONFIG_NODES_MAX = 4096 };

struct config_node {
    enum config_kind kind;
    size_t line, column;       /* from 1 */
    const char *key;           /* in a mapping */
    const char *text;          /* of a value; no zero byte inside */
    struct config_node *first; /* of a mapping or list */
    struct config_node *next;
};

struct config_doc {
    const char *path; /* for messages; the caller's */
    struct arena arena;
    struct config_node *root;
    size_t nodes;
    struct fault *f;
};

/** The root is a mapping. doc must be wiped, also after an error. path and f must outlive it. */
SOTTO_MUST_CHECK enum sotto_err config_parse(struct config_doc *doc, const char *path, const void *text,
                                             size_t len, struct fault *f);
void config_wipe(struct config_doc *doc);

/** What a mapping may hold. */
struct config_field {
    const char *key;
    enum config_kind kind;
    bool optional;
};
/** out[i] = the node of fields[i], or NULL where an optional one is missing. Any other key is an error. */
SOTTO_MUST_CHECK enum sotto_err config_fields(struct config_doc *doc, const struct config_node *map,
                                              const struct config_field fields[], size_t n,
                                              const struct config_node *out[]);

/** An error at a node's place. */
SOTTO_MUST_CHECK enum sotto_err config_fail(struct config_doc *doc, const struct config_node *at,
                                            const char *format, ...) SOTTO_PRINTF(3, 4);
/** A whole number from min to max, decimal. */
SOTTO_MUST_CHECK enum sotto_err config_uint(struct config_doc *doc, const struct config_node *at, uint64_t min,
                                            uint64_t max, uint64_t *out);
/** Exactly len bytes written as prefix and lower- or upper-case hex. */
SOTTO_MUST_CHECK enum sotto_err config_hex(struct config_doc *doc, const struct config_node *at,
                                           const char *prefix, uint8_t *out, size_t len);

#endif
