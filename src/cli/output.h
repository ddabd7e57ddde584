/* output.h - a run's result for people and for programs. */
#ifndef SOTTO_CLI_OUTPUT_H
#define SOTTO_CLI_OUTPUT_H

#include "cli/emit.h"
#include "cli/side.h"

/** "winner = 417"; a vector that does not fit the line is cut and its length told. `width` is the names'
 * column. */
void output_value(struct writer *out, unsigned elem, uint32_t size, const uint64_t *values, size_t n,
                  size_t room);
void output_text(const struct job *job, const struct mpc_protocol *protocol, const struct run_result *r,
                 bool colour, struct writer *out);
/** Only the lines of what was opened, at most `lines_max` of them. */
void output_opened(const struct job *job, const struct run_result *r, size_t lines_max, struct writer *out);
/** One object. Integers are exact whatever their size; bytes of other parties, where not known, are null. */
void output_json(const struct job *job, const struct mpc_protocol *protocol, const struct run_result *r,
                 struct writer *out);
/** "active", "passive" or "none". */
const char *output_security(const struct mpc_protocol *protocol);
/** 1234567 as "1,234,567". */
enum { OUTPUT_NUMBER_LEN = 32 };
const char *output_number(uint64_t v, char out[OUTPUT_NUMBER_LEN]);
void output_bytes_line(const struct run_result *r, struct writer *out);

/** Add to a fault of cheating who is suspected and what was opened before. */
void output_tell_cheat(struct fault *f, const struct image *im, const struct run_result *r);

#endif
