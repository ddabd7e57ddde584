/* emit.h - JSON (RFC 8259) into a writer, as a stream.
 *
 * Why not a tree of jansson: its integers end at 2^63-1 and a u64 must come out exactly. Integers are written
 * as such whatever their size; a reader that keeps numbers as doubles loses those beyond 2^53. */
#ifndef SOTTO_CLI_EMIT_H
#define SOTTO_CLI_EMIT_H

#include "image/image.h"

struct emit {
    struct writer *out;
    bool comma; /* a value stands before the next one */
};

/* In an object, every value comes with its key; in an array key is NULL. */
void emit_object(struct emit *j, const char *key);
void emit_array(struct emit *j, const char *key);
/** Ends with '}' or ']'. */
void emit_end(struct emit *j, char closer);
/** text need not be valid UTF-8: what is not becomes U+FFFD. NULL becomes null. */
void emit_string(struct emit *j, const char *key, const char *text);
void emit_uint(struct emit *j, const char *key, uint64_t v);
void emit_int(struct emit *j, const char *key, int64_t v);
void emit_real(struct emit *j, const char *key, double v, int decimals);
void emit_bool(struct emit *j, const char *key, bool v);
void emit_null(struct emit *j, const char *key);
/** A value of an element type (enum image_elem), given as 64-bit two's complement. */
void emit_value(struct emit *j, const char *key, unsigned elem, uint64_t value);

#endif
