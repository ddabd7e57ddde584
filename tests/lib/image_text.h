/* image_text.h - images for tests, from a few words of text.
 *
 *   registers and manifest: types apart by spaces, "s:" for secret, "[k]" for size k, "*" for in a loop,
 *                          "!" for depending on an earlier opening
 *   code: instructions apart by ";", an opcode and its operands in order, as opcodes.def lists them
 *
 *   image_text_build(&im, "s:u32[0] s:u32 u32", "u32", "INPUT 0 0; SUM 1 0; REVEAL 2 1 0; OUTPUT 0 2; HALT")
 *
 * Every image declares the same:
 *   symbols    n, m
 *   sizes      0: n   1: m   2: n + 1   3: 4
 *   constants  0: 0   1: 1   2: 300   3: -1   4: the shape of a convolution
 *   parameter  0: u32 p = 7    1: i8 q (no default)
 *   inputs     0: u32[n] x     1: bool[n] y     2: u8 z     3: i16[m] w
 *   outputs    0: u32 o        1: u32[n] v      2: bool b */
#ifndef SOTTO_TESTS_IMAGE_TEXT_H
#define SOTTO_TESTS_IMAGE_TEXT_H

#include "image/image.h"

/** Instruction k gets line k + 1. Returns false when the text is wrong or memory is short. Not verified. */
bool image_text_build(struct image *im, const char *regs, const char *reveals, const char *code);

/* A valid image that has every opcode. */
extern const char image_text_all_regs[], image_text_all_reveals[], image_text_all_code[];

#endif
