/* internal.h - what the files of image/ share. */
#ifndef SOTTO_IMAGE_INTERNAL_H
#define SOTTO_IMAGE_INTERNAL_H

#include "image/image.h"

/** Room for n entries of a table, grown in powers of two, so that the count alone tells the capacity. */
void *image_table_new(struct arena *a, size_t n, size_t size);

/* One instruction under examination. */
struct image_check {
    const struct image *im;
    size_t at;
    struct fault *f;
};
/** SOTTO_ERR_IMAGE; the text is led by instruction, opcode and line. */
enum sotto_err image_complain(const struct image_check *c, const char *format, ...) SOTTO_PRINTF(2, 3);

/** Operands exist and have the types, sizes and secrecy that the opcode asks for. */
SOTTO_MUST_CHECK enum sotto_err image_check_types(const struct image_check *c);
/** The part of it for what is drawn at random: types_random.c. */
SOTTO_MUST_CHECK enum sotto_err image_check_random(const struct image_check *c, const struct image_reg *dst);
/** And for vectors and matrices, but secrecy: types_linear.c. */
SOTTO_MUST_CHECK enum sotto_err image_check_linear(const struct image_check *c);
/** And for what section "numbers" of opcodes.def lists, but secrecy and sizes: types_numbers.c. */
SOTTO_MUST_CHECK enum sotto_err image_check_numbers(const struct image_check *c);
/** Blocks nest, HALT ends the code, every register is written before it is read, the manifest is true. */
SOTTO_MUST_CHECK enum sotto_err image_check_flow(const struct image *im, struct fault *f);
/** The manifest admits every opening that depends on an earlier one. Needs image_check_flow to have passed. */
SOTTO_MUST_CHECK enum sotto_err image_check_openings(const struct image *im, struct fault *f);

/** The part of it for tables: types_data.c. */
SOTTO_MUST_CHECK enum sotto_err image_check_data(const struct image_check *c, const struct image_reg *dst,
                                                 const struct image_reg *a, const struct image_reg *b,
                                                 const struct image_reg *v);
/** Two sizes are equal for every binding: same symbol, same addend. */
bool image_same_size(const struct image *im, uint32_t a, uint32_t b);

#endif
