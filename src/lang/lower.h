/* lower.h - the tree becomes instructions: what the files lower*.c share.
 *
 * A variable is a register. A branch on a secret runs both sides; each side writes to copies ("shadows") of the
 * variables that it assigns, and where they meet, SELECT takes one of the two. What follows an 'if' that may
 * return is moved into the sides that do not return, so that a return is nothing but an assignment of the
 * result. */
#ifndef SOTTO_LANG_LOWER_H
#define SOTTO_LANG_LOWER_H

#include "lang/internal.h"

/* symbol + addend, or addend alone (symbol == IMAGE_NONE). */
struct size {
    uint32_t symbol;
    int64_t addend;
};

struct type {
    enum image_elem elem;
    bool secret, vector;
    struct size size;
};

/* What an expression yields: a register, or a number that has no type yet. */
struct value {
    struct type type;
    uint32_t reg;
    bool literal; /* `number` instead of a register */
    bool temp;    /* nothing else reads the register: it may become a variable */
    int128 number;
    const char *origin; /* of a vector: where its size comes from */
    uint32_t origin_line;
};

enum var_kind { VAR_LOCAL, VAR_LOOP, VAR_INPUT, VAR_PARAM, VAR_OUTPUT, VAR_SIZE };

struct var {
    enum var_kind kind;
    struct name *name;
    struct type type;      /* VAR_SIZE: only the size */
    uint32_t reg;          /* IMAGE_NONE: an output that is only ever set as a whole */
    uint32_t output;       /* index of VAR_OUTPUT */
    unsigned secret_depth; /* branches on secrets around its declaration */
    struct span at;
    struct var *next; /* the one declared before */
};

/* What runs after the statements at hand, when they are in an 'if' that may return. */
struct after {
    struct stmt *list;
    struct var *env;
    struct after *next;
};

/* A function being inlined. */
struct frame {
    struct decl *function;
    struct frame *up;
    struct span call;
    struct var *ret; /* takes the result; NULL for void */
    unsigned loop_depth;
    uint32_t path; /* secret bool: the branches on secrets taken in this function; or IMAGE_NONE */
};

struct lower {
    struct source *src;
    struct image *im;
    struct decl *program;
    struct var *env, *globals;
    struct frame *frame;
    unsigned loop_depth, secret_depth, block_depth, call_depth, depth;
    uint32_t work;
    enum image_elem wanted; /* by what is around the expression at hand; IMAGE_ELEM_KINDS: nothing */
    uint32_t line;          /* of what is being lowered, for instructions */
};

/* lower_emit.c: registers and instructions */
SOTTO_MUST_CHECK enum sotto_err lower_error(struct lower *l, struct span at, const char *hint,
                                            const char *format, ...) SOTTO_PRINTF(4, 5);
/** One step of work; an error when the program makes the compiler do too much. */
SOTTO_MUST_CHECK enum sotto_err lower_step(struct lower *l, struct span at);
SOTTO_MUST_CHECK enum sotto_err lower_deeper(struct lower *l, struct span at);
SOTTO_MUST_CHECK enum sotto_err lower_reg(struct lower *l, struct type t, uint32_t *reg);
SOTTO_MUST_CHECK enum sotto_err lower_emit(struct lower *l, enum image_op op, uint32_t dst, uint32_t a,
                                           uint32_t b, uint32_t c);
/** A new register of type t as the result of op. */
SOTTO_MUST_CHECK enum sotto_err lower_op(struct lower *l, enum image_op op, struct type t, uint32_t a,
                                         uint32_t b, uint32_t c, struct value *out);
SOTTO_MUST_CHECK enum sotto_err lower_const(struct lower *l, enum image_elem elem, uint64_t value,
                                            uint32_t *reg);
SOTTO_MUST_CHECK enum sotto_err lower_size_index(struct lower *l, struct type t, uint32_t *index);
/** dst = value, of the same type, or broadcast, or made secret. */
SOTTO_MUST_CHECK enum sotto_err lower_store(struct lower *l, uint32_t dst, const struct value *v);
struct type lower_scalar(enum image_elem elem, bool secret);

/* lower_type.c: types, sizes, conversions */
bool type_same_size(struct size a, struct size b);
bool type_equal(struct type a, struct type b);
const char *type_text(struct type t, const struct lower *l, char buffer[160]);
const char *type_size_text(struct size s, const struct lower *l, char buffer[96]);
SOTTO_MUST_CHECK enum sotto_err type_resolve_size(struct lower *l, const struct size_syntax *s,
                                                  struct size *out);
SOTTO_MUST_CHECK enum sotto_err type_resolve(struct lower *l, const struct type_syntax *t, struct type *out);
/** A literal gets a register of type elem; a typed value widens to elem. `what` names it in errors. */
SOTTO_MUST_CHECK enum sotto_err type_convert(struct lower *l, struct span at, enum image_elem elem,
                                             struct value *v);
/** A literal fits in elem. */
SOTTO_MUST_CHECK enum sotto_err type_check_literal(struct lower *l, struct span at, enum image_elem elem,
                                                   const struct value *v);
/** Both to one element type. */
SOTTO_MUST_CHECK enum sotto_err type_unify(struct lower *l, const struct expr *e, struct value *a,
                                           struct value *b);
/** The size of an elementwise result of a and b, and its secrecy. */
SOTTO_MUST_CHECK enum sotto_err type_shape(struct lower *l, struct span at, const struct value *a,
                                           const struct value *b, struct value *out);
/** v becomes what a variable of type t called `what` may take: element type, secrecy and size agree. */
SOTTO_MUST_CHECK enum sotto_err type_assign(struct lower *l, struct span at, struct type t, const char *what,
                                            uint32_t what_line, struct value *v);

/* lower_expr.c, lower_builtin.c */
SOTTO_MUST_CHECK enum sotto_err lower_expr(struct lower *l, const struct expr *e, struct value *out);
/** The same where a value of type elem is wanted (IMAGE_ELEM_KINDS: any), which decides for c ? 1 : 2. */
SOTTO_MUST_CHECK enum sotto_err lower_as(struct lower *l, const struct expr *e, enum image_elem elem,
                                         struct value *out);
SOTTO_MUST_CHECK enum sotto_err lower_binary(struct lower *l, const struct expr *e, struct value *a,
                                             struct value *b, struct value *out);
SOTTO_MUST_CHECK enum sotto_err lower_select(struct lower *l, const struct expr *e, struct value *c,
                                             struct value *a, struct value *b, struct value *out);
/** The index of v[e], checked as far as it can be: a public scalar register. */
SOTTO_MUST_CHECK enum sotto_err lower_index(struct lower *l, const struct expr *e, struct type vector,
                                            uint32_t *reg);
bool lower_is_builtin(const char *name);
SOTTO_MUST_CHECK enum sotto_err lower_builtin(struct lower *l, const struct expr *e, struct value *out);

/* lower_scope.c */
struct var *scope_find(struct lower *l, struct var *env, const struct name *name);
/** A variable may hide another variable, but nothing that the program declares outside of functions. */
SOTTO_MUST_CHECK enum sotto_err scope_check_new(struct lower *l, struct span at, const struct name *name,
                                                struct var *env);
SOTTO_MUST_CHECK enum sotto_err scope_add(struct lower *l, enum var_kind kind, struct name *name,
                                          struct span at, struct type type, uint32_t reg, struct var **out);
SOTTO_MUST_CHECK enum sotto_err scope_unknown(struct lower *l, struct span at, const struct name *name,
                                              bool call);
struct decl *scope_function(struct lower *l, const struct name *name);

/* lower_call.c */
SOTTO_MUST_CHECK enum sotto_err lower_call(struct lower *l, const struct expr *e, struct value *out);
/** Lower a function's body with parameters made up, to find its errors. */
SOTTO_MUST_CHECK enum sotto_err lower_uncalled(struct lower *l, struct decl *f);
SOTTO_MUST_CHECK enum sotto_err lower_body(struct lower *l, struct frame *frame);

/* lower_stmt.c, lower_if.c */
SOTTO_MUST_CHECK enum sotto_err lower_list(struct lower *l, struct stmt *list, struct after *after);
SOTTO_MUST_CHECK enum sotto_err lower_if(struct lower *l, struct stmt *s, struct after *after);
bool stmt_returns(const struct stmt *list);
/** FOR or IF, whose end is not known yet; then its END, with the ELSE at `branch` or IMAGE_NONE. */
SOTTO_MUST_CHECK enum sotto_err lower_block_begin(struct lower *l, struct span at, enum image_op op,
                                                  uint32_t dst, uint32_t a, uint32_t b, uint32_t *start);
SOTTO_MUST_CHECK enum sotto_err lower_block_end(struct lower *l, uint32_t start, uint32_t branch);

#endif
