/* small_programs.h - programs of a few lines that together use every instruction and every gadget that sends.
 */
#ifndef SOTTO_TESTS_SMALL_PROGRAMS_H
#define SOTTO_TESTS_SMALL_PROGRAMS_H

#include "lib/committee.h"

struct small_program {
    const char *name, *source;
    size_t n;   /* rows of every input, split among the parties; at most SMALL_PROGRAM_N_MAX */
    bool setup; /* the one whose messages before the first instruction are to be tried, too */
};
enum { SMALL_PROGRAM_N_MAX = 128 };

extern const struct small_program small_programs[];
extern const size_t small_programs_n;

/** A committee that has the program and its inputs. The inputs stay valid until the next call for the same
 * protocol. */
void small_program_init(struct committee *c, const char *protocol, const struct small_program *p);

#endif
