#include "lib/image_text.h"

#include <stdio.h>
#include <stdlib.h>

/* r0..  */
const char image_text_all_regs[] = "s:u32[0] s:bool[0] s:u8 s:i16[1] " /* 0-3: the inputs */
                                   "u32 u32 i8 u64 u32[0] "            /* 4: 0, 5: p, 6: q, 7: n, 8: index */
                                   "s:u32[0] s:u32 u32[0] "            /* 9-11 */
                                   "s:bool[0] s:bool s:u32 bool "      /* 12-15 */
                                   "u32 u32 u32 s:i16 s:i16[1] "       /* 16-20 */
                                   "i8 s:bool[1] i64 u32 "             /* 21-24 */
                                   "s:row/33[0] s:row/65[0] s:row/34[0] "
                                   "s:row/2[0] s:row/2[1] s:row/1[0] s:row/66[0] "; /* 25-31 */
const char image_text_all_reveals[] = "u32 bool u32[0] u32*!";
const char image_text_all_code[] =
    "INPUT 0 0; INPUT 1 1; INPUT 2 2; INPUT 3 3; CONST 4 0; PARAM 5 0; PARAM 6 1; SIZE 7 0; INDEX 8;"
    "COPY 9 8; ADD 9 9 0; SUB 9 0 9; NEG 9 9; MUL 9 9 5; CAST 10 2; SET 9 9 4 10; GET 10 9 7;"
    "LT 12 0 9; EQ 22 3 3; SELECT 9 12 0 8; AND 9 9 0; OR 9 9 0; XOR 12 12 1; NOT 12 12;"
    "SUM 10 0; COUNT 14 12; MIN 14 9; MAX 14 9; ARGMIN 14 3; ARGMAX 14 9; ANY 13 12; ALL 13 12;"
    "REVEAL 16 14 0; DIV 17 16 5; MOD 17 16 5; NEG 21 6; REVEAL 15 13 1; REVEAL 11 9 2;"
    "FOR 18 4 17 45; GET 14 0 18; IF 15 43; REVEAL 24 14 3; OUTPUT 0 24; END 40; OUTPUT 0 18; END 38;"
    "IF 15 48; CONST 24 1; ELSE 51; CONST 24 2; OUTPUT 1 11; END 46;"
    "CONST 23 3; OUTPUT 2 15; OUTPUT 0 24; RANDOM 9 0; RANDOM 12 1;"
    "TRUNC 9 9 1; SHL 9 9 10; SHR 9 9 7; ROTL 20 3 4; ROTR 9 9 5; POPCOUNT 9 9; CLZ 9 9; CTZ 9 9; HIGHBIT 9 9;"
    "LESSER 9 9 0; GREATER 9 9 5; SIGN 20 3; ABS 20 3; RELU 20 3; FIXMUL 20 3 20 1;"
    "DIV 9 9 0; MOD 9 9 5; FIXDIV 20 3 20 1; RECIP 20 3 1; SQRT 20 3 1; RSQRT 20 3 1; EXP 20 3 1; EXP2 20 3 1;"
    "LOG 20 3 1; LOG2 20 3 1; SIGMOID 20 3 1; TANH 20 3 1; SOFTMAX 20 3 1 1;"
    "RANDOM_RANGE 9 0 2; NOISE_LAPLACE 20 1 1 1; NOISE_GAUSS 20 0 2 1;"
    "PACK 25 0 1; PACK 26 25 9; SHUFFLE 25 25; SORT 26 26 1 1; UNPACK 27 26 0; UNPACK 12 25 0;"
    "GROUP 9 0 12 9; GROUPCOUNT 9 9 12; COPY 22 22; PACK 28 12 12; PACK 29 22 22; MATCH 30 28 29 1;"
    "GROUPS 9 0 12 9; GROUPBY 31 28 9 1; UNIQUE 25 25 1 0; COMPACT 25 25; RANK 9 25 1 0; SORTFROM 25 25 1 5;"
    "PERMUTE 25 25 9; PERMUTED 25 25 8; APPEND 25 25 25; JOIN 28 28 28 1; INTERSECT 10 28 28 9;"
    "MATMUL 9 9 0 3; DOT 10 9 9 0; CONV2D 9 9 0 4; TRANSPOSE 9 9 3; GATHER 9 9 8; LOOKUP 9 0 9; STORE 9 10 9 "
    "10;"
    "PREFIX 9 9; SCAN 9 12 9 0; HALT";

static bool declare(struct image *im)
{
    image_add_symbol(im, "n");
    image_add_symbol(im, "m");
    image_add_size(im, (struct image_size){ 0, 0 });
    image_add_size(im, (struct image_size){ 1, 0 });
    image_add_size(im, (struct image_size){ 0, 1 });
    image_add_size(im, (struct image_size){ IMAGE_NONE, 4 });
    image_add_const(im, 0);
    image_add_const(im, 1);
    image_add_const(im, 300);
    image_add_const(im, UINT64_MAX);
    image_add_const(im, image_conv2d_pack(&(const struct image_conv2d){ 1, 3, 3, 2, 2, 1, 0 }));
    image_add_param(im, (struct image_param){ "p", IMAGE_U32, 1, 7 });
    image_add_param(im, (struct image_param){ "q", IMAGE_I8, 0, 0 });
    image_add_input(im, (struct image_input){ "x", "bidder", IMAGE_U32, IMAGE_ARITH, 0 });
    image_add_input(im, (struct image_input){ "y", "bidder", IMAGE_BOOL, IMAGE_BITS, 0 });
    image_add_input(im, (struct image_input){ "z", "bank", IMAGE_U8, IMAGE_ARITH, IMAGE_NONE });
    image_add_input(im, (struct image_input){ "w", "bank", IMAGE_I16, IMAGE_BITS, 1 });
    image_add_output(im, (struct image_output){ "o", "everyone", IMAGE_U32, IMAGE_NONE });
    image_add_output(im, (struct image_output){ "v", "bidder", IMAGE_U32, 0 });
    image_add_output(im, (struct image_output){ "b", "everyone", IMAGE_BOOL, IMAGE_NONE });
    return im->symbols_n == 2 && im->sizes_n == 4 && im->consts_n == 5 && im->params_n == 2 &&
           im->inputs_n == 4 && im->outputs_n == 3;
}

struct type {
    bool secret, in_loop, under_reveal;
    uint8_t elem;
    uint32_t size;
    uint16_t planes; /* "row/39" */
};

/* The next type of a list; false at its end or when it is wrong (then *s is not at the end). */
static bool next_type(const char **s, struct type *t)
{
    size_t len;

    *t = (struct type){ .size = IMAGE_NONE };
    *s += strspn(*s, " ");
    if (!**s)
        return false;
    if (strncmp(*s, "s:", 2) == 0) {
        t->secret = true;
        *s += 2;
    }
    len = strcspn(*s, " /[*!");
    for (unsigned e = 0;; e++) {
        const char *name = image_elem_name(e);

        if (e > IMAGE_ROW)
            return false;
        if (strlen(name) == len && strncmp(name, *s, len) == 0) {
            t->elem = (uint8_t)e;
            break;
        }
    }
    *s += len;
    if (**s == '/') {
        t->planes = (uint16_t)strtoul(*s + 1, NULL, 10);
        *s += strcspn(*s, " [");
    }
    if (**s == '[') {
        t->size = (uint32_t)strtoul(*s + 1, NULL, 10);
        *s += strcspn(*s, "]") + 1;
    }
    if (**s == '*') {
        t->in_loop = true;
        ++*s;
    }
    if (**s == '!') {
        t->under_reveal = true;
        ++*s;
    }
    return true;
}

static bool next_insn(const char **s, struct image_insn *in, uint32_t line)
{
    uint32_t *const field[4] = { &in->dst, &in->a, &in->b, &in->c };
    const struct image_op_info *op = NULL;
    size_t len;

    *s += strspn(*s, " ;");
    len = strcspn(*s, " ;");
    *in = (struct image_insn){ .op = IMAGE_OPS, .line = line };
    for (unsigned i = 0; len && i < IMAGE_OPS; i++)
        if (strlen(image_op_info(i)->name) == len && strncmp(image_op_info(i)->name, *s, len) == 0) {
            op = image_op_info(i);
            in->op = (uint8_t)i;
        }
    *s += len;
    for (int i = 0; op && i < 4; i++)
        if (op->operand[i] != '-')
            *field[i] = (uint32_t)strtoul(*s, (char **)(uintptr_t)s, 10);
    *s += strspn(*s, " ");
    return op && (!**s || **s == ';');
}

bool image_text_build(struct image *im, const char *regs, const char *reveals, const char *code)
{
    struct type t;
    struct image_insn in;

    image_init(im);
    im->name = arena_strdup(&im->arena, "test", 4);
    if (!im->name || !declare(im))
        return false;
    while (next_type(&regs, &t))
        if (image_add_reg(im, (struct image_reg){ t.elem, t.secret, t.size, t.planes }) == IMAGE_NONE)
            return false;
    while (next_type(&reveals, &t)) {
        struct image_reveal r = { "x", "everyone", t.elem, t.size, 1, t.in_loop, t.under_reveal };

        if (image_add_reveal(im, r) == IMAGE_NONE)
            return false;
    }
    while (code[strspn(code, " ;")])
        if (!next_insn(&code, &in, (uint32_t)im->code_n + 1) || image_add_insn(im, in) == IMAGE_NONE)
            return false;
    return !*regs && !*reveals;
}
