/* Which images are valid: a table of small images, each with the message that it must get. */
#include "lib/testing.h"
#include "lib/image_text.h"

struct image_case {
    const char *name;
    const char *regs, *reveals, *code;
    const char *want; /* part of the message; NULL: the image is valid */
};

#define PUBLIC "u32 u32[0] bool u64 "
/* r0 s:u32[0] x, r1 s:bool[0] y, r2 s:u8 z, r3 s:i16[1] w, read by IN; further ones from r4 */
#define SECRET "s:u32[0] s:bool[0] s:u8 s:i16[1] "
#define IN     "INPUT 0 0; INPUT 1 1; INPUT 2 2; INPUT 3 3; "

static const struct image_case operands[] = {
    { "least image", "", "", "HALT", NULL },
    { "no code", "", "", "", "does not end with HALT" },
    { "no HALT", "u32", "", "CONST 0 0", "does not end with HALT" },
    { "register past the table", "u32", "", "CONST 1 0; HALT", "operand dst is register 1, but there are 1" },
    { "operand past the table", "u32", "", "CONST 0 0; ADD 0 0 7; HALT", "operand b is register 7" },
    { "constant past the table", "u32", "", "CONST 0 5; HALT", "operand a is constant 5, but there are 5" },
    { "parameter past the table", "u32", "", "PARAM 0 2; HALT", "operand a is parameter 2" },
    { "size past the table", "u64", "", "SIZE 0 4; HALT", "operand a is size 4" },
    { "input past the table", "s:u32[0]", "", "INPUT 0 4; HALT", "operand a is input 4" },
    { "output past the table", "u32", "", "CONST 0 0; OUTPUT 3 0; HALT", "operand a is output 3" },
    { "manifest entry past the table", SECRET "u8", "", IN "REVEAL 4 2 0; HALT",
      "operand b is manifest entry 0" },
    { "target past the code", "bool", "", "CONST 0 0; IF 0 9; END 1; HALT", "operand c is instruction 9" },
    { "largest index", "u32", "", "CONST 4294967294 0; HALT", "operand dst is register 4294967294" },
    { "none as an operand", "u32", "", "CONST 4294967295 0; HALT", "operand dst is register 4294967295" },
};

static const struct image_case types[] = {
    { "constant fits", "u32", "", "CONST 0 2; HALT", NULL },
    { "constant too large", "u8", "", "CONST 0 2; HALT", "the constant does not fit u8" },
    { "negative constant in unsigned", "u32", "", "CONST 0 3; HALT", "the constant does not fit u32" },
    { "negative constant in signed", "i8", "", "CONST 0 3; HALT", NULL },
    { "constant vector", "u32[0]", "", "CONST 0 0; HALT", "dst is a vector, a scalar expected" },
    { "secret constant", "s:u32", "", "CONST 0 0; HALT", "dst is secret, a public value expected" },
    { "parameter of another type", "u16", "", "PARAM 0 0; HALT", "dst is u16, u32 expected" },
    { "narrow size", "u16", "", "SIZE 0 0; HALT", "dst is u16; 32 bits at least" },
    { "bool size", "bool", "", "SIZE 0 0; HALT", "dst is bool, an integer expected" },
    { "index of a scalar", "u32", "", "INDEX 0; HALT", "dst is a scalar, a vector expected" },
    { "secret index", "s:u32[0]", "", "INDEX 0; HALT", "dst is secret" },
    { "input of another type", "s:u64[0]", "", "INPUT 0 0; HALT", "dst is u64, u32 expected" },
    { "input of another size", "s:u32[1]", "", "INPUT 0 0; HALT", "the sizes of dst and the input differ" },
    { "input of a size plus one", "s:u32[2]", "", "INPUT 0 0; HALT", "the sizes of dst and the input differ" },
    { "input as a scalar", "s:u32", "", "INPUT 0 0; HALT", "the sizes of dst and the input differ" },
    { "public input", "u32[0]", "", "INPUT 0 0; HALT", "dst is public, but an input is secret" },
    { "sum of two types", SECRET "s:u32[0]", "", IN "ADD 4 0 2; HALT", "operand b is u8, u32 expected" },
    { "result of another type", SECRET "s:u64[0]", "", IN "ADD 4 0 0; HALT", "operand a is u32, u64 expected" },
    { "arithmetic on bool", SECRET "s:bool[0]", "", IN "MUL 4 1 1; HALT", "dst is bool, an integer expected" },
    { "logic on bool", SECRET "s:bool[0]", "", IN "AND 4 1 1; HALT", NULL },
    { "two sizes", SECRET "s:i16[0]", "", IN "CAST 4 0; XOR 4 4 3; HALT", "the size of operand b is neither" },
    { "vector into a scalar", SECRET "s:u32", "", IN "NEG 4 0; HALT", "the size of operand a is neither" },
    { "scalar is repeated", SECRET "s:u8[3]", "", IN "ADD 4 2 2; HALT", NULL },
    { "comparison is bool", SECRET "s:u32[0]", "", IN "LT 4 0 0; HALT", "dst is u32, bool expected" },
    { "order of bools", SECRET "s:bool[0]", "", IN "LT 4 1 1; HALT", "operand a is bool, an integer expected" },
    { "equal bools", SECRET "s:bool[0]", "", IN "EQ 4 1 1; HALT", NULL },
    { "signed with unsigned", SECRET "s:bool[0] s:i32[0]", "", IN "CAST 5 0; LT 4 0 5; HALT",
      "operand b is i32, u32 expected" },
    { "condition of a selection", SECRET "s:u32[0]", "", IN "SELECT 4 0 0 0; HALT", "the condition is u32" },
    { "branches of a selection", SECRET "s:u32[0]", "", IN "SELECT 4 1 0 2; HALT", "operand c is u8" },
    { "sum of a scalar", SECRET "s:u8", "", IN "SUM 4 2; HALT", "operand a is a scalar, a vector expected" },
    { "sum into a vector", SECRET "s:u32[0]", "", IN "SUM 4 0; HALT", "dst is a vector, a scalar expected" },
    { "sum into a wider type", SECRET "s:u64", "", IN "SUM 4 0; HALT", "dst is u64, u32 expected" },
    { "count of integers", SECRET "s:u32", "", IN "COUNT 4 0; HALT", "operand a is u32, bool expected" },
    { "count as a bool", SECRET "s:bool", "", IN "COUNT 4 1; HALT", "dst is bool, an integer expected" },
    { "any of integers", SECRET "s:bool", "", IN "ANY 4 0; HALT", "operand a is u32, bool expected" },
    { "all as an integer", SECRET "s:u8", "", IN "ALL 4 1; HALT", "dst is u8, bool expected" },
    { "argmax is u32", SECRET "s:i16", "", IN "ARGMAX 4 3; HALT", "dst is i16, u32 expected" },
    { "greatest bool", SECRET "s:bool", "", IN "MAX 4 1; HALT", "operand a is bool, an integer expected" },
    { "element of a scalar", SECRET "u32 s:u8", "", IN "CONST 4 0; GET 5 2 4; HALT", "operand a is a scalar" },
    { "element by a bool", SECRET "bool s:u32", "", IN "CONST 4 0; GET 5 0 4; HALT", "the index is bool" },
    { "element by a vector", SECRET "u32[0] s:u32", "", IN "INDEX 4; GET 5 0 4; HALT",
      "the index is a vector" },
    { "element as a vector", SECRET "u32 s:u32[0]", "", IN "CONST 4 0; GET 5 0 4; HALT", "dst is a vector" },
    { "new element of another type", SECRET "u32 s:u32[0]", "", IN "CONST 4 0; SET 5 0 4 2; HALT",
      "the new element is u8" },
    { "new element is a vector", SECRET "u32 s:u32[0]", "", IN "CONST 4 0; SET 5 0 4 0; HALT",
      "the new element is a vector" },
    { "set changes the size", SECRET "u32 s:u8[3] s:u8[0]", "", IN "CONST 4 0; COPY 5 2; SET 6 5 4 2; HALT",
      "the sizes of dst and operand a differ" },
    { "output of another type", "u8", "", "CONST 0 0; OUTPUT 0 0; HALT", "the value is u8, u32 expected" },
    { "output of another size", "u32", "", "CONST 0 0; OUTPUT 1 0; HALT",
      "the sizes of the value and the output" },
    { "matrices", SECRET "s:u32[3]", "", IN "MATMUL 4 0 0 1; HALT", NULL },
    { "matrices of two types", SECRET "s:u32[3]", "", IN "MATMUL 4 0 3 1; HALT", "an operand is not u32" },
    { "a matrix of bools", SECRET "s:u32[3]", "", IN "MATMUL 4 0 1 1; HALT", "an operand is bool" },
    { "a matrix that is a scalar", SECRET "s:u8[3]", "", IN "MATMUL 4 2 2 1; HALT", "operand a is a scalar" },
    { "a product opens nothing", SECRET "u32[3]", "", IN "DOT 4 0 0 1; HALT", "only REVEAL opens" },
    { "convolution", SECRET "s:u32[3]", "", IN "CONV2D 4 0 0 4; HALT", NULL },
    { "convolution of no shape", SECRET "s:u32[3]", "", IN "CONV2D 4 0 0 1; HALT",
      "no shape of a convolution" },
    { "transposed to another size", SECRET "s:u32[1]", "", IN "TRANSPOSE 4 0 0; HALT",
      "the sizes of dst and operand a" },
    { "gather by a secret", SECRET "s:u32[0]", "", IN "GATHER 4 0 0; HALT", "LOOKUP takes secret ones" },
    { "lookup by a signed index", SECRET "s:u32[1]", "", IN "LOOKUP 4 3 0; HALT",
      "the index is i16, an unsigned" },
    { "lookup of another size", SECRET "s:u32[1]", "", IN "LOOKUP 4 0 0; HALT",
      "the sizes of dst and the index" },
    { "store of a vector", SECRET "s:u32[0]", "", IN "STORE 4 2 0 0; HALT",
      "index and new element are scalars" },
    { "prefix sums of bools", SECRET "s:bool[0]", "", IN "PREFIX 4 1; HALT", "dst is bool" },
    { "scan by flags", SECRET "s:u32[0]", "", IN "SCAN 4 1 0 1; HALT", NULL },
    { "scan by numbers", SECRET "s:u32[0]", "", IN "SCAN 4 0 0 1; HALT", "operand a is u32, bool expected" },
    { "scan of no kind", SECRET "s:u32[0]", "", IN "SCAN 4 1 0 2; HALT", "300 is no kind of scan" },
    { "sum of bools in a scan", SECRET "s:bool[0]", "", IN "SCAN 4 1 1 1; HALT", "dst is bool" },
};

static const struct image_case secrecy[] = {
    { "a copy may become secret", "u32 s:u32", "", "CONST 0 0; COPY 1 0; HALT", NULL },
    { "a copy opens nothing", SECRET "u8", "", IN "COPY 4 2; HALT", "only REVEAL opens a secret" },
    { "a sum opens nothing", SECRET "u32", "", IN "SUM 4 0; HALT", "only REVEAL opens a secret" },
    { "a cast opens nothing", SECRET "u32", "", IN "CAST 4 2; HALT", "only REVEAL opens a secret" },
    { "an element opens nothing", SECRET "u32 u32", "", IN "CONST 4 0; GET 5 0 4; HALT", "only REVEAL opens" },
    { "one secret of two", SECRET "u32 u32[0]", "", IN "CONST 4 0; ADD 5 4 0; HALT",
      "only REVEAL opens a secret" },
    { "a secret choice of publics", SECRET "u32 u32[0]", "", IN "CONST 4 0; SELECT 5 1 4 4; HALT",
      "only REVEAL" },
    { "a secret into a public vector", SECRET "u32 u32[0] s:u32", "",
      IN "CONST 4 0; INDEX 5; CAST 6 2; SET 5 5 4 6; HALT", "only REVEAL opens a secret" },
    { "publics make no secret", "u32 s:u32", "", "CONST 0 0; ADD 1 0 0; HALT",
      "COPY makes a public value secret" },
    { "secret index of an element", SECRET "s:u32", "", IN "GET 4 0 2; HALT", "the index is secret" },
    { "secret output", SECRET "", "", IN "SUM 0 0; OUTPUT 1 0; HALT", "dst is a vector" },
    { "output of a secret", SECRET "", "", IN "OUTPUT 1 0; HALT", "the value of an output is secret" },
    { "condition is secret", SECRET "s:bool", "", IN "ANY 4 1; IF 4 6; END 5; HALT",
      "the condition is secret" },
    { "condition is a vector", PUBLIC "bool[0]", "", "INDEX 1; EQ 4 1 1; IF 4 3; END 2; HALT",
      "the condition is a vector" },
    { "condition is a number", PUBLIC, "", "CONST 0 0; IF 0 2; END 1; HALT",
      "the condition is u32, bool expected" },
    { "bound is secret", SECRET "u8", "", IN "CONST 4 0; FOR 4 4 2 6; END 5; HALT",
      "the upper bound is secret" },
    { "lower bound is secret", SECRET "u8", "", IN "CONST 4 0; FOR 4 2 4 6; END 5; HALT",
      "the lower bound is secret" },
    { "counter is secret", SECRET "s:u8 u8", "", IN "CONST 5 0; FOR 4 5 5 6; END 5; HALT",
      "the counter is secret" },
    { "counter of another type", PUBLIC, "", "CONST 0 0; FOR 3 0 0 2; END 1; HALT",
      "the lower bound is u32, u64" },
    { "division of a secret", SECRET "s:u8", "", IN "DIV 4 2 2; HALT", NULL },
    { "division by a secret", SECRET "u8 s:u8", "", IN "CONST 4 0; MOD 5 4 2; HALT", NULL },
    { "a secret remainder, not secret", SECRET "u8 u8", "", IN "CONST 4 0; MOD 5 4 2; HALT",
      "a secret operand" },
};

static const struct image_case drawn[] = {
    { "drawn as numbers", "s:u32[0]", "", "RANDOM 0 0; HALT", NULL },
    { "drawn as bits", "s:bool s:i16[1]", "", "RANDOM 0 1; RANDOM 1 1; HALT", NULL },
    { "drawn for all to see", "u32", "", "RANDOM 0 0; HALT", "dst is public, but what is drawn is secret" },
    { "drawn in no domain", "s:u32", "", "RANDOM 0 2; HALT", "neither as numbers (0) nor as bits (1)" },
    { "range", "s:u16 s:i8[0]", "", "RANDOM_RANGE 0 1 2; RANDOM_RANGE 1 0 1; HALT", NULL },
    { "range of a bool", "s:bool", "", "RANDOM_RANGE 0 1 1; HALT", "dst is bool, an integer expected" },
    { "range too large", "s:u8", "", "RANDOM_RANGE 0 1 2; HALT", "do not fit u8" },
    { "empty range", "s:u8", "", "RANDOM_RANGE 0 1 0; HALT", "the bound is 0" },
    { "noise", "s:i16 s:i32[0]", "", "NOISE_LAPLACE 0 1 1 2; NOISE_GAUSS 1 0 2 1; HALT", NULL },
    { "noise without a sign", "s:u16", "", "NOISE_GAUSS 0 1 1 2; HALT", "dst is u16, but noise is signed" },
    { "noise of nothing", "s:i16", "", "NOISE_LAPLACE 0 1 1 0; HALT", "a parameter of the noise is 0" },
    { "noise for all to see", "i16", "", "NOISE_LAPLACE 0 1 1 1; HALT", "what is drawn is secret" },
    { "bool as a number", "s:bool", "", "RANDOM 0 0; HALT", "dst is bool, which is shared as bits" },
};

static const struct image_case numbers[] = {
    { "truncated", SECRET "u8 s:u32", "", IN "TRUNC 5 2 0; HALT", "an operand is not u32 as dst is" },
    { "shifted by another type", SECRET "i8", "", IN "CONST 4 1; SHL 0 0 4; HALT", NULL },
    { "shifted by a bool", SECRET "i8", "", IN "SHL 0 0 1; HALT", "an operand is bool" },
    { "a secret amount, a public result", SECRET "u32 u32", "", IN "CONST 4 0; SHR 5 4 2; HALT",
      "a secret operand" },
    { "relu of what has no sign", SECRET "u8", "", IN "RELU 2 2; HALT", "dst is u8, a signed type expected" },
    { "truncated too far", SECRET "u8", "", IN "TRUNC 2 2 2; HALT", "the constant is 300, possible is 0 to 7" },
    { "a fraction too long", SECRET "i8 i8", "", IN "CONST 4 1; FIXMUL 5 4 4 2; HALT",
      "the constant is 300, possible is 0 to 8" },
    { "no fraction", SECRET "", "", IN "EXP 3 3 0; HALT", "the constant is 0, possible is 1 to 10" },
    { "a root without a sign", SECRET "", "", IN "SQRT 0 0 0; HALT", "dst is u32, a signed type expected" },
    { "softmax of a scalar", SECRET "i8 i8", "", IN "CONST 4 1; SOFTMAX 5 4 0 1; HALT",
      "rows are of a vector" },
};

/* Planes: of r0 32, of r1 1, of r2 8. Constants: 0, 1, 300, -1. */
static const struct image_case tables[] = {
    { "rows", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; HALT", NULL },
    { "a scalar is repeated in rows", SECRET "s:row/40[0]", "", IN "PACK 4 0 2; HALT", NULL },
    { "a public column in rows", SECRET "u32[0] s:row/64[0]", "", IN "INDEX 4; PACK 5 0 4; HALT", NULL },
    { "rows of public columns", "u32[0] s:row/64[0]", "", "INDEX 0; PACK 1 0 0; HALT", "but rows are secret" },
    { "public rows", SECRET "row/33[0]", "", IN "PACK 4 0 1; HALT", "rows are secret vectors" },
    { "a row by itself", SECRET "s:row/33", "", IN "PACK 4 0 1; HALT", "rows are secret vectors" },
    { "rows without planes", SECRET "s:row/0[0]", "", IN "PACK 4 0 1; HALT", "no planes, or too many" },
    { "rows of many planes", SECRET "s:row/4097[0]", "", IN "PACK 4 0 1; HALT", "no planes, or too many" },
    { "planes of another type", SECRET "s:u32/32[0]", "", IN "NEG 4 0; HALT", "has planes, but is no row" },
    { "a plane is missing", SECRET "s:row/34[0]", "", IN "PACK 4 0 1; HALT",
      "34 planes, the operands 32 and 1" },
    { "rows of two sizes", SECRET "s:row/48[0]", "", IN "PACK 4 0 3; HALT",
      "sizes of dst and operand b differ" },
    { "rows in no row", SECRET "s:u64[0]", "", IN "PACK 4 0 0; HALT", "dst is no row" },
    { "arithmetic on rows", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; ADD 4 4 4; HALT", "operand dst is rows" },
    { "equal rows", SECRET "s:row/33[0] s:bool[0]", "", IN "PACK 4 0 1; EQ 5 4 4; HALT", "operand a is rows" },
    { "rows copied", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; COPY 4 4; HALT", "operand dst is rows" },
    { "rows opened", SECRET "s:row/33[0] u32[0]", "u32[0]", IN "PACK 4 0 1; REVEAL 5 4 0; HALT",
      "operand a is rows" },
    { "a column of rows", SECRET "s:row/33[0] s:u32[0]", "", IN "PACK 4 0 1; UNPACK 5 4 1; HALT", NULL },
    { "a column past the rows", SECRET "s:row/33[0] s:u32[0]", "", IN "PACK 4 0 1; UNPACK 5 4 2; HALT",
      "planes 300 to 332, but operand a has 33" },
    { "a column far past the rows", SECRET "s:row/33[0] s:u32[0]", "", IN "PACK 4 0 1; UNPACK 5 4 3; HALT",
      "but operand a has 33" },
    { "a public column", SECRET "s:row/33[0] u32[0]", "", IN "PACK 4 0 1; UNPACK 5 4 0; HALT",
      "dst is no secret vector" },
    { "a column of no rows", SECRET "s:u8[0]", "", IN "UNPACK 4 0 0; HALT", "operand a is no row" },
    { "a shuffled column", SECRET "s:u32[0]", "", IN "SHUFFLE 4 0; HALT", NULL },
    { "a shuffle that shortens", SECRET "s:i16[0]", "", IN "SHUFFLE 4 3; HALT",
      "the sizes of dst and operand a" },
    { "sorted rows", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; SORT 4 4 1 1; HALT", NULL },
    { "the first of sorted rows", SECRET "s:row/33[0] s:row/33[3]", "", IN "PACK 4 0 1; SORT 5 4 1 0; HALT",
      NULL },
    { "sorted into other rows", SECRET "s:row/33[0] s:row/34[0]", "", IN "PACK 4 0 1; SORT 5 4 1 0; HALT",
      "of different types" },
    { "sorted by nothing", SECRET "s:u32[0]", "", IN "SORT 4 0 0 0; HALT", "planes 0 to 0" },
    { "sorted by too much", SECRET "s:u32[0]", "", IN "SORT 4 0 2 0; HALT", "planes 0 to 300" },
    { "sorted in no order", SECRET "s:u32[0]", "", IN "SORT 4 0 1 2; HALT", "the order is none of" },
    { "groups", SECRET "s:u8[0] s:u32[3]", "", IN "CAST 4 0; GROUP 5 4 1 0; HALT", NULL },
    { "groups of all", SECRET "bool s:u32[3]", "", IN "CONST 4 1; GROUP 5 0 4 0; HALT", NULL },
    { "groups of one", SECRET "s:u32", "", IN "GROUP 4 0 1 0; HALT", "dst is no secret vector" },
    { "groups of bools", SECRET "s:bool[3]", "", IN "GROUP 4 0 1 1; HALT", "dst is no vector of integers" },
    { "bools as keys", SECRET "s:u32[3]", "", IN "GROUP 4 1 1 0; HALT", "the keys are no secret vector" },
    { "public keys", SECRET "u32[0] s:u32[3]", "", IN "INDEX 4; GROUP 5 4 1 0; HALT",
      "the keys are no secret" },
    { "numbers that say valid", SECRET "s:u32[3]", "", IN "GROUP 4 0 0 0; HALT", "operand b is u32" },
    { "keys and others", SECRET "s:u32[3]", "", IN "GROUP 4 3 1 0; HALT", "the sizes of operands a and b" },
    { "values of another type", SECRET "s:u64[3]", "", IN "GROUP 4 0 1 0; HALT", "operand c is u32, u64" },
    { "public values", SECRET "u32[0] s:u32[3]", "", IN "INDEX 4; GROUP 5 0 1 4; HALT",
      "the values are no secret" },
    { "counts", SECRET "s:u8[3]", "", IN "GROUPCOUNT 4 0 1; HALT", NULL },
    { "matches", SECRET "s:row/33[0] s:row/64[0] s:row/32[0]", "",
      IN "PACK 4 0 1; PACK 5 0 0; MATCH 6 4 5 5; HALT", "operand c is constant 5" },
    { "matches of a bit", SECRET "s:row/2[0] s:row/33[0] s:row/32[0]", "",
      IN "PACK 4 1 1; PACK 5 1 0; MATCH 6 4 5 1; HALT", NULL },
    { "matches of columns", SECRET "s:row/32[0]", "", IN "MATCH 4 0 0 1; HALT",
      "dst and both operands are rows" },
    { "nothing says valid", SECRET "s:row/33[0] s:row/32[0]", "", IN "PACK 4 1 0; MATCH 5 4 4 1; HALT",
      "operand a has 33 planes" },
    { "matches with another payload", SECRET "s:row/2[0] s:row/33[0] s:row/31[0]", "",
      IN "PACK 4 1 1; PACK 5 1 0; MATCH 6 4 5 1; HALT", "dst has 31 planes" },
    { "matches by no key", SECRET "s:row/2[0]", "", IN "PACK 4 1 1; MATCH 4 4 4 0; HALT",
      "operand a has 2 planes" },
    { "a public vector sorted", "u32[0] s:u32[0]", "", "INDEX 0; SORT 1 0 1 0; HALT", "is no secret vector" },
    { "sums and counts", SECRET "s:u32[3]", "", IN "GROUPS 4 0 1 0; HALT", NULL },
    { "sums and counts of others", SECRET "s:u32[3]", "", IN "GROUPS 4 0 1 2; HALT", "operand c is u8, u32" },
    { "groups by key", SECRET "s:row/33[0] s:row/97[0]", "", IN "PACK 4 0 1; GROUPBY 5 4 0 5; HALT",
      "operand c is constant 5" },
    { "groups by a bit", SECRET "s:row/33[0] s:row/66[0]", "", IN "PACK 4 0 1; GROUPBY 5 4 0 1; HALT", NULL },
    { "groups too wide", SECRET "s:row/33[0] s:row/67[0]", "", IN "PACK 4 0 1; GROUPBY 5 4 0 1; HALT",
      "dst has 67 planes, 66 expected" },
    { "groups of other values", SECRET "s:row/33[0] s:row/34[0]", "", IN "PACK 4 0 1; GROUPBY 5 4 3 1; HALT",
      "the values are no secret vector" },
    { "groups by all planes", SECRET "s:row/33[0] s:row/66[0]", "", IN "PACK 4 0 1; GROUPBY 5 4 0 2; HALT",
      "the key has 300" },
    { "first of each key", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; UNIQUE 4 4 1 0; HALT", NULL },
    { "first of each key by nothing", SECRET "s:row/2[0]", "", IN "PACK 4 1 1; UNIQUE 4 4 1 1; HALT",
      "no planes between" },
    { "first in no order", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; UNIQUE 4 4 1 2; HALT",
      "the order is none of" },
    { "valid rows", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; COMPACT 4 4; HALT", NULL },
    { "valid numbers", SECRET, "", IN "COMPACT 0 0; HALT", "operand a is no row" },
    { "places", SECRET, "", IN "RANK 0 0 1 1; HALT", NULL },
    { "places that do not fit", SECRET "s:i16[0]", "", IN "RANK 4 0 1 0; HALT", "32 bits at least" },
    { "places of others", SECRET, "", IN "RANK 0 3 1 0; HALT", "the sizes of dst and operand a" },
    { "a page", SECRET "u8 s:u32[3]", "", IN "CONST 4 1; SORTFROM 5 0 1 4; HALT", NULL },
    { "a page from a secret place", SECRET, "", IN "SORTFROM 0 0 1 2; HALT", "the place is no public" },
    { "a page by no planes", SECRET "u8", "", IN "CONST 4 1; SORTFROM 0 0 0 4; HALT", "planes 0 to 0" },
    { "permuted", SECRET "u32[0]", "", IN "INDEX 4; PERMUTE 0 0 4; PERMUTED 0 0 0; HALT", NULL },
    { "permuted by fewer", SECRET, "", IN "PERMUTE 0 0 3; HALT", "the sizes of dst and operand b" },
    { "permuted by bits", SECRET, "", IN "PERMUTED 0 0 1; HALT", "operand b is no vector of integers" },
    { "appended", SECRET "s:u32[2]", "", IN "APPEND 4 0 0; HALT", NULL },
    { "appended to others", SECRET, "", IN "APPEND 0 0 3; HALT", "of different types" },
    { "a join", SECRET "s:row/33[0] s:row/64[3]", "", IN "PACK 4 0 1; JOIN 5 4 4 1; HALT", NULL },
    { "a join of too much", SECRET "s:row/33[0] s:row/65[3]", "", IN "PACK 4 0 1; JOIN 5 4 4 1; HALT",
      "dst has 65 planes, 64 expected" },
    { "a join of columns", SECRET "s:row/64[3]", "", IN "JOIN 4 0 0 1; HALT", "operand a is no row" },
    { "common keys", SECRET "s:row/33[0] s:u32", "", IN "PACK 4 0 1; INTERSECT 5 4 4 0; HALT", NULL },
    { "common keys of others", SECRET "s:row/33[0] s:row/2[0] s:u32", "",
      IN "PACK 4 0 1; PACK 5 1 1; INTERSECT 6 4 5 0; HALT", "operands a and b have 33 and 2 planes" },
    { "common keys as a vector", SECRET "s:row/33[0]", "", IN "PACK 4 0 1; INTERSECT 0 4 4 0; HALT",
      "dst is no secret integer" },
};

static const struct image_case manifest[] = {
    { "opened", SECRET "u8", "u8", IN "REVEAL 4 2 0; HALT", NULL },
    { "of another type", SECRET "u8", "u32", IN "REVEAL 4 2 0; HALT",
      "the manifest entry is u32, u8 expected" },
    { "of another size", SECRET "u32[0]", "u32[1]", IN "REVEAL 4 0 0; HALT",
      "the sizes of the manifest entry and" },
    { "entry is a scalar", SECRET "u32[0]", "u32", IN "REVEAL 4 0 0; HALT",
      "the sizes of the manifest entry and" },
    { "into another type", SECRET "u32", "u8", IN "REVEAL 4 2 0; HALT", "dst is u32, u8 expected" },
    { "into another size", SECRET "u32", "u32[0]", IN "REVEAL 4 0 0; HALT",
      "the sizes of dst and the operand differ" },
    { "into a secret", SECRET "s:u8", "u8", IN "REVEAL 4 2 0; HALT", "dst is secret" },
    { "public already", "u32", "u32", "CONST 0 0; REVEAL 0 0 0; HALT", "the operand is public already" },
    { "twice", SECRET "u8", "u8", IN "REVEAL 4 2 0; REVEAL 4 2 0; HALT", "belongs to another REVEAL already" },
    { "unused", SECRET "u8", "u8 u8", IN "REVEAL 4 2 0; HALT", "manifest entry 1: no REVEAL uses it" },
    { "in a loop, not said", SECRET "u8 u8", "u8", IN "CONST 4 0; FOR 5 4 4 7; REVEAL 4 2 0; END 5; HALT",
      "r4 is counter or bound" },
    { "hidden in a loop", SECRET "u8 u8 u8", "u8", IN "CONST 4 0; FOR 5 4 4 7; REVEAL 6 2 0; END 5; HALT",
      "manifest entry 0 says that it is outside a loop" },
    { "in a loop", SECRET "u8 u8 u8", "u8*", IN "CONST 4 0; FOR 5 4 4 7; REVEAL 6 2 0; END 5; HALT", NULL },
    { "said to be in a loop", SECRET "u8", "u8*", IN "REVEAL 4 2 0; HALT", "says that it is inside a loop" },
    { "after a loop", SECRET "u8 u8 u8", "u8", IN "CONST 4 0; FOR 5 4 4 6; END 5; REVEAL 6 2 0; HALT", NULL },
    { "in an IF", SECRET "bool u8", "u8", IN "CONST 4 0; IF 4 7; REVEAL 5 2 0; END 5; HALT", NULL },
    { "depends on an opening, said", SECRET "bool u8 s:bool", "bool u8!",
      IN "ANY 6 1; REVEAL 4 6 0; IF 4 8; REVEAL 5 2 1; END 6; HALT", NULL },
    { "depends on an opening, not said", SECRET "bool u8 s:bool", "bool u8",
      IN "ANY 6 1; REVEAL 4 6 0; IF 4 8; REVEAL 5 2 1; END 6; HALT", "manifest entry 1 hides it" },
    { "depends by way of a sum", SECRET "u8 u8 bool u8", "u8 u8",
      IN "REVEAL 4 2 0; ADD 5 4 4; EQ 6 5 4; IF 6 9; REVEAL 7 2 1; END 7; HALT", "manifest entry 1 hides it" },
    { "depends by way of a branch", SECRET "bool s:bool bool u8", "bool u8",
      IN "ANY 5 1; REVEAL 4 5 0; CONST 6 0; IF 4 9; CONST 6 1; END 7; IF 6 12; REVEAL 7 2 1; END 10; HALT",
      "manifest entry 1 hides it" },
    { "depends in the ELSE", SECRET "bool s:bool u8", "bool u8",
      IN "ANY 5 1; REVEAL 4 5 0; IF 4 7; ELSE 9; REVEAL 6 2 1; END 6; HALT", "manifest entry 1 hides it" },
    { "depends by way of a bound", SECRET "u8 u8 u8", "u8 u8*",
      IN "REVEAL 4 2 0; FOR 5 4 4 7; REVEAL 6 2 1; END 5; HALT", "manifest entry 1 hides it" },
    { "depends on the round before", SECRET "u8 u8 bool u8 s:bool", "u8* bool*",
      IN "CONST 4 0; CONST 6 0; FOR 5 4 4 12; IF 6 9; REVEAL 7 2 0; END 7; ANY 8 1; REVEAL 6 8 1; END 6; HALT",
      "manifest entry 0 hides it" },
    { "depends on no opening, but says so", SECRET "u8", "u8!", IN "REVEAL 4 2 0; HALT", NULL },
    { "follows an opening only", SECRET "u8 u8", "u8 u8", IN "REVEAL 4 2 0; REVEAL 5 2 1; HALT", NULL },
};

static const struct image_case blocks[] = {
    { "HALT before the end", "", "", "HALT; HALT", "HALT may only be the last" },
    { "HALT within a block", PUBLIC, "", "CONST 2 0; IF 2 3; HALT; END 1", "HALT may only be the last" },
    { "END alone", "", "", "END 0; HALT", "an END without its FOR or IF" },
    { "ELSE alone", "", "", "ELSE 0; HALT", "an ELSE without its IF" },
    { "ELSE of a FOR", PUBLIC, "", "CONST 0 0; CONST 3 0; FOR 0 0 0 3; ELSE 4; END 2; HALT",
      "an ELSE without its IF" },
    { "two ELSE", PUBLIC, "", "CONST 2 0; IF 2 2; ELSE 3; ELSE 4; END 1; HALT", "an ELSE without its IF" },
    { "block never ends", PUBLIC, "", "CONST 2 0; IF 2 2; HALT",
      "the block that starts at instruction 1 never ends" },
    { "IF past its END", PUBLIC, "", "CONST 2 0; IF 2 3; END 1; HALT",
      "the block that starts at 1 should end at 3" },
    { "IF past its ELSE", PUBLIC, "", "CONST 2 0; IF 2 3; ELSE 3; END 1; HALT", "the IF at 1 goes on at 3" },
    { "ELSE past its END", PUBLIC, "", "CONST 2 0; IF 2 2; ELSE 4; END 1; HALT", "should end at 4" },
    { "END of another block", PUBLIC, "", "CONST 2 0; IF 2 2; END 0; HALT", "but says 0" },
    { "crossed blocks", PUBLIC, "", "CONST 2 0; IF 2 3; IF 2 4; END 1; END 2; HALT", "should end at 4" },
    { "backward target", PUBLIC, "", "CONST 2 0; IF 2 0; END 1; HALT", "should end at 0" },
    { "counter is written in the body", PUBLIC "u32", "", "CONST 0 0; FOR 4 0 0 3; CONST 4 1; END 1; HALT",
      "r4 is counter or bound of an enclosing FOR" },
    { "bound is written in the body", PUBLIC "u32", "", "CONST 0 0; FOR 4 0 0 3; CONST 0 1; END 1; HALT",
      "r0 is counter or bound of an enclosing FOR" },
    { "inner loop takes the counter", PUBLIC "u32", "",
      "CONST 0 0; FOR 4 0 0 4; FOR 4 0 0 3; END 2; END 1; HALT", "r4 is counter or bound of an enclosing FOR" },
    { "bound is written after the loop", PUBLIC "u32", "", "CONST 0 0; FOR 4 0 0 2; END 1; CONST 0 1; HALT",
      NULL },
    { "bound of an outer loop, in an inner one", PUBLIC "u32 u32", "",
      "CONST 0 0; FOR 4 0 0 5; FOR 5 0 0 3; END 2; CONST 0 1; END 1; HALT", "r0 is counter or bound" },
};

static const struct image_case written[] = {
    { "never", PUBLIC, "", "ADD 0 0 0; HALT", "r0 is read, but not written before on every path" },
    { "by itself", PUBLIC, "", "OUTPUT 0 0; CONST 0 0; HALT", "r0 is read" },
    { "in one branch", PUBLIC, "", "CONST 2 0; IF 2 3; CONST 0 0; END 1; OUTPUT 0 0; HALT", "r0 is read" },
    { "in the other branch", PUBLIC, "", "CONST 2 0; IF 2 2; ELSE 4; CONST 0 0; END 1; OUTPUT 0 0; HALT",
      "r0 is read" },
    { "in the first branch, read in the second", PUBLIC, "",
      "CONST 2 0; IF 2 3; CONST 0 0; ELSE 5; OUTPUT 0 0; END 1; HALT", "r0 is read" },
    { "in both branches", PUBLIC, "",
      "CONST 2 0; IF 2 3; CONST 0 0; ELSE 5; CONST 0 1; END 1; OUTPUT 0 0; HALT", NULL },
    { "in both, one of them only within", PUBLIC, "",
      "CONST 2 0; IF 2 5; IF 2 4; CONST 0 0; END 2; ELSE 7; CONST 0 1; END 1; OUTPUT 0 0; HALT", "r0 is read" },
    { "different ones in the branches", PUBLIC "u32", "",
      "CONST 2 0; IF 2 3; CONST 0 0; ELSE 5; CONST 4 0; END 1; OUTPUT 0 4; HALT", "r4 is read" },
    { "in both branches of a branch of two", PUBLIC, "",
      "CONST 2 0; IF 2 6; IF 2 4; CONST 0 0; ELSE 6; CONST 0 1; END 2; ELSE 9; CONST 0 1; END 1; OUTPUT 0 0; "
      "HALT",
      "goes on at 6" },
    { "in all of three branches", PUBLIC, "",
      "CONST 2 0; IF 2 7; IF 2 4; CONST 0 0; ELSE 6; CONST 0 1; END 2; ELSE 9; CONST 0 1; END 1; OUTPUT 0 0; "
      "HALT",
      NULL },
    { "in a loop", PUBLIC "u32", "", "CONST 0 0; FOR 4 0 0 3; CONST 3 0; END 1; OUTPUT 0 4; HALT",
      "r4 is read" },
    { "in a body that may not run", PUBLIC "u32 u32", "",
      "CONST 0 0; FOR 4 0 0 3; CONST 5 0; END 1; OUTPUT 0 5; HALT", "r5 is read" },
    { "in the round before", PUBLIC "u32 u32", "", "CONST 0 0; FOR 4 0 0 4; OUTPUT 0 5; CONST 5 0; END 1; HALT",
      "r5 is read" },
    { "before the loop", PUBLIC "u32 u32", "",
      "CONST 0 0; CONST 5 0; FOR 4 0 0 5; OUTPUT 0 5; ADD 5 5 4; END 2; OUTPUT 0 5; HALT", NULL },
    { "the counter within", PUBLIC "u32", "", "CONST 0 0; FOR 4 0 0 3; OUTPUT 0 4; END 1; HALT", NULL },
    { "the counter as its own bound", PUBLIC "u32", "", "CONST 0 0; FOR 4 4 0 2; END 1; HALT", "r4 is read" },
};

static void run(const struct image_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct image_case *k = &cases[i];
        struct fault f = { 0 };
        struct image im;
        enum sotto_err err;

        if (!image_text_build(&im, k->regs, k->reveals, k->code))
            fail_msg("%s: the test's own text is wrong", k->name);
        err = image_verify(&im, &f);
        if (!k->want && err)
            fail_msg("%s: refused: %s", k->name, f.text);
        if (k->want && err != SOTTO_ERR_IMAGE)
            fail_msg("%s: accepted", k->name);
        if (k->want && !strstr(f.text, k->want))
            fail_msg("%s: \"%s\" lacks \"%s\"", k->name, f.text, k->want);
        image_wipe(&im);
    }
}

static void test_operands(void **state)
{
    (void)state;
    run(operands, COUNT_OF(operands));
}

static void test_types(void **state)
{
    (void)state;
    run(types, COUNT_OF(types));
}

static void test_secrecy(void **state)
{
    (void)state;
    run(secrecy, COUNT_OF(secrecy));
}

static void test_drawn(void **state)
{
    (void)state;
    run(drawn, COUNT_OF(drawn));
}

static void test_numbers(void **state)
{
    (void)state;
    run(numbers, COUNT_OF(numbers));
}

static void test_manifest(void **state)
{
    (void)state;
    run(manifest, COUNT_OF(manifest));
}

static void test_tables(void **state)
{
    (void)state;
    run(tables, COUNT_OF(tables));
}

static void test_blocks(void **state)
{
    (void)state;
    run(blocks, COUNT_OF(blocks));
}

static void test_written_before_read(void **state)
{
    (void)state;
    run(written, COUNT_OF(written));
}

static void refuse(struct image *im, const char *want)
{
    struct fault f = { 0 };

    assert_int_equal(image_verify(im, &f), SOTTO_ERR_IMAGE);
    if (!strstr(f.text, want))
        fail_msg("\"%s\" lacks \"%s\"", f.text, want);
}

/* What the text of a test cannot say: one field set to a value, refused with the message, set back. */
#define SPOIL(field, value, want)                                                                              \
    do {                                                                                                       \
        __typeof__(im.field) old = im.field;                                                                   \
        im.field = value;                                                                                      \
        refuse(&im, want);                                                                                     \
        im.field = old;                                                                                        \
    } while (0)

static void test_fields(void **state)
{
    static char long_name[SOTTO_NAME_LEN_MAX + 2], everyone[] = "auditor", same[] = "x", empty[] = "";
    static char long_text[IMAGE_TEXT_LEN_MAX + 2];
    struct image im;

    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    memset(long_text, 'a', sizeof long_text - 1);
    assert_true(image_text_build(&im, image_text_all_regs, image_text_all_reveals, image_text_all_code));
    SPOIL(symbols[1], long_name, "symbol 1: a name or text is too long");
    SPOIL(symbols[1], im.symbols[0], "symbol 1: an earlier one has the same name");
    SPOIL(sizes[0].symbol, 2, "size 0: its symbol does not exist");
    SPOIL(sizes[2].addend, (uint64_t)SOTTO_VECTOR_N_MAX + 1, "size 2: it is larger");
    SPOIL(params[0].elem, IMAGE_ELEM_KINDS, "parameter 0: its element type");
    SPOIL(params[0].has_default, 2, "parameter 0: has_default");
    SPOIL(params[0].has_default, 0, "parameter 0: it has a value but no default");
    SPOIL(params[0].value, 1ull << 32, "parameter 0: its default does not fit");
    SPOIL(inputs[1].name, same, "input 1: an earlier one has the same name");
    SPOIL(inputs[1].from, empty, "input 1: a name is empty");
    SPOIL(inputs[1].domain, 2, "input 1: its domain");
    SPOIL(inputs[1].size, 4, "input 1: its size does not exist");
    SPOIL(outputs[0].elem, 255, "output 0: its element type");
    SPOIL(outputs[0].to, long_name, "output 0: a name or text is too long");
    SPOIL(reveals[0].to, everyone, "manifest entry 0: it opens to some only");
    SPOIL(reveals[0].what, long_text, "manifest entry 0: a name or text is too long");
    SPOIL(reveals[0].in_loop, 2, "manifest entry 0: in_loop");
    SPOIL(reveals[0].under_reveal, 2, "manifest entry 0: under_reveal");
    SPOIL(regs[3].secret, 2, "register 3: secret");
    SPOIL(regs[3].elem, IMAGE_ROW + 1, "register 3: its element type");
    SPOIL(regs[3].size, 4, "register 3: its size");
    SPOIL(code[9].op, IMAGE_OPS, "instruction 9 (?, line 10): opcode");
    SPOIL(code[9].b, 0, "instruction 9 (COPY, line 10): operand b is set");
    SPOIL(symbols_n, IMAGE_DECLS_MAX + 1, "more than 1024");
    SPOIL(name, long_text, "the image's name");
    image_wipe(&im);
}

static void test_depth(void **state)
{
    for (uint32_t depth = IMAGE_DEPTH_MAX; depth <= IMAGE_DEPTH_MAX + 1; depth++) {
        struct image im;

        (void)state;
        assert_true(image_text_build(&im, "bool", "", "CONST 0 0"));
        for (uint32_t i = 0; i < depth; i++) /* code: CONST, IFs, ENDs, HALT */
            image_add_insn(&im, (struct image_insn){ .op = IMAGE_IF, .a = 0, .c = 2 * depth - i });
        for (uint32_t i = 0; i < depth; i++)
            image_add_insn(&im, (struct image_insn){ .op = IMAGE_END, .c = depth - i });
        image_add_insn(&im, (struct image_insn){ .op = IMAGE_HALT });
        if (depth <= IMAGE_DEPTH_MAX)
            assert_int_equal(image_verify(&im, NULL), SOTTO_OK);
        else
            refuse(&im, "more than 64 blocks within each other");
        image_wipe(&im);
    }
}

/* Two entries of the size table that say the same are the same size. */
static void test_equal_sizes(void **state)
{
    struct image im;

    (void)state;
    assert_true(image_text_build(&im, "s:u32[0]", "", "INPUT 0 0; HALT"));
    im.sizes[3] = im.sizes[0];
    im.regs[0].size = 3;
    assert_int_equal(image_verify(&im, NULL), SOTTO_OK);
    im.sizes[3].addend = 1;
    refuse(&im, "the sizes of dst and the input differ");
    image_wipe(&im);
}

static void test_no_memory(void **state)
{
    struct image im;
    uint64_t k = 0;

    (void)state;
    assert_true(image_text_build(&im, image_text_all_regs, image_text_all_reveals, image_text_all_code));
    for (enum sotto_err err = SOTTO_ERR_RESOURCE; err; k++) {
        struct fault f = { 0 };

        mem_fail_after(k);
        err = image_verify(&im, &f);
        mem_fail_after(UINT64_MAX);
        assert_true(err == SOTTO_OK || (err == SOTTO_ERR_RESOURCE && f.text[0]));
    }
    assert_true(k > 2);
    image_wipe(&im);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operands),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_secrecy),
        cmocka_unit_test(test_manifest),
        cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_written_before_read),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_equal_sizes),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
