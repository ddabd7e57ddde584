/* cost_numbers.h - rounds and bytes of the gadgets of numbers.h, as docs/protocols/numbers.md states them. */
#ifndef SOTTO_TESTS_COST_NUMBERS_H
#define SOTTO_TESTS_COST_NUMBERS_H

#include "lib/cost.h"
#include "lib/gadget_case.h"

/* Cases of hundreds of rounds: right and as dear as stated, in test_numbers_long.c, but not altered message by
 * message. */
extern const struct gadget_case cases_numbers_long[];
extern const size_t cases_numbers_long_n;
extern const struct gadget_case cases_numbers_real[];
extern const size_t cases_numbers_real_n;

/** A split whose parts take that many bytes. */
void cost_split(struct cost *c, uint64_t len);
/** Carries of x + y at rising cuts, n elements. */
void cost_cuts(struct cost *c, const unsigned *cut, size_t cuts, uint64_t n);
/** The conversions of a whole vector. */
void cost_words_to_bits(struct cost *c, unsigned k, uint64_t n);
void cost_bits_to_words(struct cost *c, unsigned k, uint64_t n);
void cost_top_bit(struct cost *c, unsigned k, uint64_t n);
void cost_extend(struct cost *c, unsigned k, unsigned wide, uint64_t n);
/** From k bits to w, by f; range as in numbers.h. */
void cost_truncate(struct cost *c, unsigned k, unsigned w, unsigned f, enum gadget_range range, uint64_t n);
void cost_fix_multiply(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_popcount(struct cost *c, unsigned k, uint64_t n);
void cost_highest_one(struct cost *c, unsigned k, uint64_t n);

/** By a public divisor; by a secret one. */
void cost_divide_by(struct cost *c, unsigned k, uint64_t d, bool is_signed, uint64_t n);
void cost_divide(struct cost *c, unsigned k, bool is_signed, uint64_t n);

/** Functions of numbers with f fraction bits. */
void cost_fix_reciprocal(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_divide(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_root(struct cost *c, unsigned k, unsigned f, bool inverse, uint64_t n);
void cost_fix_log(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_exp2(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_exp(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_logistic(struct cost *c, unsigned k, unsigned f, uint64_t n);
void cost_fix_softmax(struct cost *c, unsigned k, unsigned f, uint64_t rows, uint64_t cols);

#endif
