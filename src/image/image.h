/* image.h - the program image: what every front end writes and every node runs.
 *
 * A register machine over whole vectors. Registers are typed (secrecy, element type, size); sizes are symbols,
 * bound when the job is, so one image serves every n; loops stay loops. A node verifies a foreign image before
 * it runs it: types, secrecy (a secret becomes public only by REVEAL), block structure, every index.
 *
 * File:  "SOTTOIMG" | u32 version | sections, each u32 count and its entries, in the order of struct image
 *        hash = BLAKE2b-256 over the whole file, manifest included. */
#ifndef SOTTO_IMAGE_H
#define SOTTO_IMAGE_H

#include "base/base.h"
#include "crypto/crypto.h"

enum image_op {
#define OP(name, dst, a, b, c, kind, text) IMAGE_##name,
#include "image/opcodes.def"
#undef OP
    IMAGE_OPS
};

/* clang-format off */
/* Element types. X(name, keyword, bits, is_signed) */
#define IMAGE_ELEMS(X)                                                                                         \
    X(BOOL, "bool", 1, 0)                                                                                      \
    X(U8, "u8", 8, 0) X(U16, "u16", 16, 0) X(U32, "u32", 32, 0) X(U64, "u64", 64, 0)                           \
    X(I8, "i8", 8, 1) X(I16, "i16", 16, 1) X(I32, "i32", 32, 1) X(I64, "i64", 64, 1)

enum image_elem {
#define X(name, keyword, bits, is_signed) IMAGE_##name,
    IMAGE_ELEMS(X)
#undef X
    IMAGE_ELEM_KINDS,
    IMAGE_ROW = IMAGE_ELEM_KINDS, /* of registers alone: a secret row of a table, of as many planes as it says */
};
/* clang-format on */
const char *image_elem_name(enum image_elem e);
unsigned image_elem_bits(enum image_elem e);
bool image_elem_signed(enum image_elem e);
/** Whether a two's complement value of 64 bits is one of the type's. */
bool image_elem_holds(enum image_elem e, uint64_t value);

enum { IMAGE_NONE = 0xffffffff };

/* What opcodes.def says of one instruction; operand holds its letters for dst, a, b, c. */
struct image_op_info {
    const char *name;
    char operand[4];
    char kind;
    const char *text;
};
/** It works on tables: its operands may be rows. */
static inline bool image_on_table(unsigned op)
{
    return op >= IMAGE_PACK && op <= IMAGE_INTERSECT;
}
/** Never NULL for op < IMAGE_OPS; NULL above. */
const struct image_op_info *image_op_info(unsigned op);

/* Bounds of a valid image. Strings are UTF-8 without control characters. */
enum {
    IMAGE_VERSION = 3,
    IMAGE_TABLE_MAX = 1 << 20, /* entries of any table */
    IMAGE_DECLS_MAX = 1024,    /* symbols, parameters, inputs, outputs: of each */
    IMAGE_REVEALS_MAX = 1 << 16,
    IMAGE_TEXT_LEN_MAX = 4096, /* bytes of a string */
    IMAGE_DEPTH_MAX = 64,      /* blocks within blocks */
    IMAGE_PLANES_MAX = 4096,   /* of a row */
};

/* A size is symbol + addend, or a constant (symbol == IMAGE_NONE). */
struct image_size {
    uint32_t symbol; /* index into symbols */
    uint64_t addend;
};

/* `domain` of an input is how it should be shared: bits when it is only compared and selected. */
enum image_domain { IMAGE_ARITH, IMAGE_BITS };

struct image_reg {
    uint8_t elem; /* enum image_elem */
    uint8_t secret;
    uint32_t size;   /* index into sizes, or IMAGE_NONE for a scalar */
    uint16_t planes; /* IMAGE_ROW; else 0 */
};
struct image_input {
    const char *name, *from; /* `from` is the role that brings it, e.g. "bidder" */
    uint8_t elem, domain;
    uint32_t size; /* index into sizes, or IMAGE_NONE for a scalar */
};
struct image_param {
    const char *name;
    uint8_t elem, has_default;
    uint64_t value; /* two's complement in 64 bits */
};
struct image_output {
    const char *name, *to; /* "everyone", or a role */
    uint8_t elem;
    uint32_t size;
};
/* The shape of a CONV2D is one constant, low bits first: channels 12, height 14, width 14, window's height 6
 * and width 6, stride 6, padding 6 bits. */
struct image_conv2d {
    uint32_t channels, height, width, window_h, window_w, stride, pad;
};
uint64_t image_conv2d_pack(const struct image_conv2d *c);
struct image_conv2d image_conv2d_unpack(uint64_t constant);

/* The disclosure manifest: every place where a secret becomes public. */
struct image_reveal {
    const char *what; /* the source text of the revealed expression */
    const char *to;   /* "everyone" */
    uint8_t elem;
    uint32_t size;
    uint32_t line;
    uint8_t in_loop;      /* may open more than once */
    uint8_t under_reveal; /* whether it happens depends on what was revealed before */
};
struct image_insn {
    uint8_t op;
    uint32_t dst, a, b, c;
    uint32_t line; /* in the source, for messages */
};

/* clang-format off */
struct image {
    const char *name;             /* of the program, for people */
    const char **symbols;         size_t symbols_n;
    struct image_size *sizes;     size_t sizes_n;
    uint64_t *consts;             size_t consts_n; /* two's complement in 64 bits; the type is dst's */
    struct image_param *params;   size_t params_n;
    struct image_input *inputs;   size_t inputs_n;
    struct image_output *outputs; size_t outputs_n;
    struct image_reveal *reveals; size_t reveals_n;
    struct image_reg *regs;       size_t regs_n;
    struct image_insn *code;      size_t code_n;
    struct arena arena;           /* holds all of the above */
};
/* clang-format on */

/** Empty image; its tables grow by image_add_*, which copy strings and return the new index, or IMAGE_NONE when
 *  memory is short (the image then stays as it was). */
void image_init(struct image *im);
void image_wipe(struct image *im);
uint32_t image_add_symbol(struct image *im, const char *name);  /* finds an equal one first */
uint32_t image_add_size(struct image *im, struct image_size s); /* finds an equal one first */
uint32_t image_add_const(struct image *im, uint64_t value);     /* finds an equal one first */
uint32_t image_add_param(struct image *im, struct image_param p);
uint32_t image_add_input(struct image *im, struct image_input in);
uint32_t image_add_output(struct image *im, struct image_output out);
uint32_t image_add_reveal(struct image *im, struct image_reveal r);
uint32_t image_add_reg(struct image *im, struct image_reg r);
uint32_t image_add_insn(struct image *im, struct image_insn in); /* operands that op lacks become IMAGE_NONE */

/** Bytes out; SOTTO_ERR_RESOURCE when memory is short. */
SOTTO_MUST_CHECK enum sotto_err image_write(const struct image *im, struct writer *out);
/** Bytes in and verified: a foreign file is safe to run after this. SOTTO_ERR_IMAGE with f: what and at which
 *  instruction. On error im is empty. */
SOTTO_MUST_CHECK enum sotto_err image_read(struct image *im, const uint8_t *p, size_t len, struct fault *f);
/** What image_read ends with, for an image just made. */
SOTTO_MUST_CHECK enum sotto_err image_verify(const struct image *im, struct fault *f);
/** BLAKE2b-256 of the written form. */
SOTTO_MUST_CHECK enum sotto_err image_hash(const struct image *im, uint8_t hash[CRYPTO_HASH_LEN]);
/** A readable listing of a verified image. */
void image_disassemble(const struct image *im, struct writer *out);
/** The opcode table of docs/language/image.md. */
void image_opcode_doc(struct writer *out);

/* Job-time binding: values for every size symbol and parameter. */
struct image_binding {
    uint64_t *symbol; /* symbols_n values */
    uint64_t *param;  /* params_n values */
};
/** The size with that index under a binding; IMAGE_NONE is 1 (a scalar). SOTTO_ERR_INPUT past the limits. */
SOTTO_MUST_CHECK enum sotto_err image_size_of(const struct image *im, const struct image_binding *b,
                                              uint32_t size, uint64_t *n, struct fault *f);

#endif
