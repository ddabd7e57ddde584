/* value.h - private to client: numbers as text. */
#ifndef SOTTO_CLIENT_VALUE_H
#define SOTTO_CLIENT_VALUE_H

#include "client/client.h"

enum value_status {
    VALUE_OK,
    VALUE_EMPTY,
    VALUE_NOT_BOOL,
    VALUE_SPACE,
    VALUE_PLUS,
    VALUE_SIGN,
    VALUE_FRACTION,
    VALUE_TEXT,
    VALUE_RANGE,
};
enum value_status value_parse(const char *p, size_t len, enum image_elem elem, uint64_t *value);
/** What is wrong and what to do, for any status. */
void value_explain(enum value_status status, const char *p, size_t len, enum image_elem elem, char *out,
                   size_t out_len);
/** "0 to 255" */
void value_range(enum image_elem elem, char *out, size_t out_len);

#endif
