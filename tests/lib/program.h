/* program.h - random valid Sotto programs, with an evaluator of their own that shares nothing with the
 * compiler.
 *
 *   seed ─▶ tree ─▶ text          what the compiler gets
 *                └▶ evaluation    what must come out: every output and every opened value, in order
 */
#ifndef SOTTO_TESTS_PROGRAM_H
#define SOTTO_TESTS_PROGRAM_H

#include "image/image.h"

enum {
    PROGRAM_N_MAX = 65,
    PROGRAM_VARS_MAX = 128,
    PROGRAM_DECLS_MAX = 4, /* inputs, outputs */
    PROGRAM_OPENED_MAX = 1024,
    PROGRAM_TEXT_MAX = 1 << 16,
};

struct program_value {
    uint8_t elem;
    size_t n; /* elements: 1 or the program's n */
    uint64_t v[PROGRAM_N_MAX];
};

enum expr_kind {
    EXPR_VAR,
    EXPR_CONST,  /* value, written with its type unless `bare` */
    EXPR_UNARY,  /* op: - ~ ! */
    EXPR_BINARY, /* op: one of binary_ops */
    EXPR_SELECT, /* a ? b : c */
    EXPR_CAST,   /* bare: by itself, a shorter one to a longer one */
    EXPR_GET,    /* a[b] */
    EXPR_CALL,   /* builtin `op` of a, b */
    EXPR_FUNCTION
};
/* Two-character names are those of the language. */
enum binary { ADD, SUB, MUL, DIV, MOD, AND, OR, XOR, LOGIC_AND, LOGIC_OR, EQ, NE, LT, LE, GT, GE };
enum builtin { SUM, COUNT, ANY, ALL, MIN, MAX, ARGMIN, ARGMAX, MIN2, MAX2, INDEX };

struct expr {
    enum expr_kind kind;
    uint8_t elem;
    bool vec, secret, bare;
    int op; /* also: number of the function */
    int var;
    uint64_t value;
    const struct expr *a, *b, *c;
};

enum stmt_kind { STMT_DECLARE, STMT_ASSIGN, STMT_SET, STMT_REVEAL, STMT_IF, STMT_FOR, STMT_RETURN };
struct stmt {
    enum stmt_kind kind;
    int var, op; /* op: of an assignment like +=, or -1 */
    bool declares;
    const struct expr *e, *index;
    uint64_t end; /* of a loop; 0: n */
    struct stmt *body, *other, *next;
};

struct variable {
    char name[8];
    uint8_t elem;
    bool vec, secret;
    struct program_value now; /* of the evaluation */
};

struct function {
    int param[2], params_n;
    uint8_t elem;
    struct stmt *body;
};

struct program {
    uint64_t seed;
    size_t n;
    struct variable var[PROGRAM_VARS_MAX]; /* all there ever are */
    int vars_n;
    int input[PROGRAM_DECLS_MAX], inputs_n, output[PROGRAM_DECLS_MAX], outputs_n, param;
    struct program_value input_value[PROGRAM_DECLS_MAX];
    struct function function[2];
    int functions_n;
    struct stmt *main;
    char *text;
    size_t text_len;
    /* what must come out */
    struct program_value *opened;
    size_t opened_n;
    struct arena arena;
};

/** The program of a seed, printed and evaluated. */
void program_make(struct program *p, uint64_t seed);
void program_wipe(struct program *p);

/* program.c, for program_make */
void program_print(struct program *p);
void program_evaluate(struct program *p);

#endif
