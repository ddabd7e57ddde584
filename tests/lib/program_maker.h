/* program_maker.h - what the two halves of the generator share. Private to program_make.c and program_expr.c.
 */
#ifndef SOTTO_TESTS_PROGRAM_MAKER_H
#define SOTTO_TESTS_PROGRAM_MAKER_H

#include "lib/program.h"

struct maker {
    struct program *p;
    uint64_t state;
    int visible[PROGRAM_VARS_MAX], visible_n;
    int index_var; /* counter of a loop to n, or -1 */
    bool in_secret, in_function, scalars_only;
};

/* What is asked of an expression. It may be a scalar where vec is set. */
struct want {
    uint8_t elem;
    bool vec, public;
};

uint64_t maker_draw(struct maker *m);
bool maker_chance(struct maker *m, unsigned percent);
/** A value of the type; edge values more often than others. */
uint64_t maker_value(struct maker *m, uint8_t elem);
uint8_t maker_number_type(struct maker *m);
uint8_t maker_any_type(struct maker *m);
/** A new variable; it can be named once it is shown. */
int maker_variable(struct maker *m, char letter, uint8_t elem, bool vec, bool secret);
void maker_show(struct maker *m, int var);

const struct expr *maker_expression(struct maker *m, struct want w, int depth);
/** Surely a secret one. */
const struct expr *maker_secret(struct maker *m, struct want w, int depth);
/** A public index below n. */
const struct expr *maker_position(struct maker *m);

#endif
