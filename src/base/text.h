/* text.h - UTF-8 from outside, and formatted text into a writer. */
#ifndef SOTTO_BASE_TEXT_H
#define SOTTO_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/codec.h"
#include "base/error.h"

/** Bytes of the code point at p (1 to 4) and the code point itself, or 0 when it is not well-formed UTF-8
 *  (overlong forms, surrogates and values past U+10FFFF are not) or len is 0. code may be NULL. */
size_t text_next(const uint8_t *p, size_t len, uint32_t *code);
/** Well-formed UTF-8 without control characters: safe to print on one line of a terminal. */
bool text_is_line(const void *p, size_t len);
/** printf into a writer, of at most 8191 bytes a call; longer text is cut. */
void text_format(struct writer *w, const char *format, ...) SOTTO_PRINTF(2, 3);

#endif
