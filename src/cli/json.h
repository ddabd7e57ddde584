/* json.h - JSON (RFC 8259) into a writer, as a stream.
 *
 * Why not a tree of jansson: its integers end at 2^63-1 and a u64 must come out exactly. Integers are written
 * as such whatever their size; a reader that keeps numbers as doubles loses those beyond 2^53. */
#ifndef SOTTO_CLI_JSON_H
#define SOTTO_CLI_JSON_H

#include "base/base.h"

struct json {
    struct writer *out;
    bool comma; /* a value stands before the next one */
};

/* In an object, every value comes with its key; in an array key is NULL. */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
/** Ends with '}' or ']'. */
void json_end(struct json *j, char closer);
/** text need not be valid UTF-8: what is not becomes U+FFFD. NULL becomes null. */
void json_string(struct json *j, const char *key, const char *text);
void json_uint(struct json *j, const char *key, uint64_t v);
void json_int(struct json *j, const char *key, int64_t v);
void json_real(struct json *j, const char *key, double v, int decimals);
void json_bool(struct json *j, const char *key, bool v);
void json_null(struct json *j, const char *key);

#endif
