/* lang.h - the Sotto language: source text to a program image. See docs/language. */
#ifndef SOTTO_LANG_H
#define SOTTO_LANG_H

#include "image/image.h"

/* The first error of a program; consequences of it are not reported. Lines and columns count from 1, columns in
 * characters (code points). */
struct lang_diag {
    char file[256];
    unsigned line, column, width; /* width of what the caret underlines, at least 1 */
    char text[512];               /* what is wrong */
    char hint[512];               /* what to write instead; may be empty */
    char source[256];             /* the line itself, cut if it is longer */
};

/** Compile `len` bytes of source. `file` is only for messages. SOTTO_ERR_PROGRAM with diag filled;
 *  SOTTO_ERR_RESOURCE. On error the image is empty. Never crashes, never recurses without a bound. */
SOTTO_MUST_CHECK enum sotto_err lang_compile(const char *file, const char *source, size_t len,
                                             struct image *out, struct lang_diag *diag);

/** "auction.sotto:11:20: error: ...", the line, a caret, "help: ..."; with ANSI colours if `colour`. */
void lang_diag_format(const struct lang_diag *diag, bool colour, struct writer *out);

#endif
