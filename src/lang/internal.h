/* internal.h - what the files of lang/ share: the source, its tokens and its tree.
 *
 *   text -> lex -> parse -> tree -> lower -> image -> analyse
 *
 * There is no checker apart from the lowering: functions are generic in their sizes and are inlined, so an
 * expression has its type only where it is lowered. Functions that nobody calls are lowered once, and thrown
 * away, so that their errors are found too. */
#ifndef SOTTO_LANG_INTERNAL_H
#define SOTTO_LANG_INTERNAL_H

#include "lang/lang.h"

__extension__ typedef __int128 int128; /* a literal, and what folds from literals, before it has a type */

enum {
    LANG_NESTING_MAX = 200,  /* parentheses, blocks and operators within each other, in the text */
    LANG_DEPTH_MAX = 1000,   /* the same while lowering, calls included */
    LANG_CALLS_MAX = 64,     /* calls within each other */
    LANG_PARAMS_MAX = 64,    /* of a function */
    LANG_INSNS_MAX = 200000, /* of the image */
    LANG_REGS_MAX = 200000,
    LANG_CONSTS_MAX = 8192,
    LANG_SIZES_MAX = 1024,
    LANG_DECLS_MAX = 256,    /* inputs, parameters and outputs, each */
    LANG_WORK_MAX = 4000000, /* steps of the compiler: bounds what inlining may multiply */
    LANG_NAME_BUCKETS = 1024,
};

struct span {
    uint32_t at, len, line;
};

/* Every distinct name once, so that names compare by address. */
struct name {
    struct name *next;
    const char *text;
    bool is_read;     /* stands somewhere as a value, or is changed in part */
    bool is_assigned; /* stands somewhere at the left of an assignment */
};

struct source {
    const char *file;
    const uint8_t *text;
    size_t len;
    struct lang_diag *diag;
    struct arena arena; /* tokens' names, tree, scopes */
    struct name *names[LANG_NAME_BUCKETS];
};

/** Record the error at `at` and return SOTTO_ERR_PROGRAM. hint may be NULL. */
enum sotto_err lang_error(struct source *src, struct span at, const char *hint, const char *format, ...)
    SOTTO_PRINTF(4, 5);
/** The name of those bytes, or NULL when memory is short. */
struct name *lang_name(struct source *src, const char *text, size_t len);

/* Tokens. Keywords and punctuation are told apart by their text. */
enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_INT, TOKEN_PUNCT };

struct token {
    enum token_kind kind;
    struct span at;
    uint64_t value; /* of TOKEN_INT */
};

struct lexer {
    struct source *src;
    uint32_t at, line;
};

/** UTF-8, without NUL, control and text-direction characters, at most SOTTO_SOURCE_LEN_MAX bytes. */
SOTTO_MUST_CHECK enum sotto_err lang_check_text(struct source *src);
SOTTO_MUST_CHECK enum sotto_err lang_next(struct lexer *lex, struct token *out);

/* The tree. */
struct size_syntax {   /* name, name + addend, or addend alone */
    struct name *name; /* or NULL */
    int64_t addend;
    struct span at;
};

struct type_syntax {
    struct span at;
    bool is_void, secret, vector;
    enum image_elem elem;
    struct size_syntax size;
};

enum binary {
    BINARY_ADD,
    BINARY_SUB,
    BINARY_MUL,
    BINARY_DIV,
    BINARY_MOD,
    BINARY_AND,
    BINARY_OR,
    BINARY_XOR,
    BINARY_LAND,
    BINARY_LOR,
    BINARY_EQ,
    BINARY_NE,
    BINARY_LT,
    BINARY_LE,
    BINARY_GT,
    BINARY_GE,
};

enum expr_kind {
    EXPR_INT,
    EXPR_BOOL,
    EXPR_NAME,
    EXPR_UNARY,   /* a */
    EXPR_BINARY,  /* a, b */
    EXPR_TERNARY, /* a, b, c */
    EXPR_INDEX,   /* a[b] */
    EXPR_CALL,    /* name(a, a->next, ...) */
    EXPR_CAST,    /* elem(a) */
};

struct expr {
    enum expr_kind kind;
    struct span at;    /* all of it */
    struct span op;    /* the operator or the name, where an error about it points */
    struct expr *next; /* of a list of arguments */
    struct expr *a, *b, *c;
    struct name *name;
    uint64_t value;
    char unary; /* - ~ ! */
    enum binary binary;
    enum image_elem elem;
};

enum stmt_kind { STMT_DECL, STMT_ASSIGN, STMT_CALL, STMT_IF, STMT_FOR, STMT_RETURN, STMT_BLOCK };

struct stmt {
    enum stmt_kind kind;
    struct span at;
    struct stmt *next;
    bool has_return;         /* it, or a statement within it, is a return */
    struct type_syntax type; /* DECL, FOR */
    struct name *name;       /* DECL, FOR, and the variable of ASSIGN */
    struct span name_at;
    struct expr *index; /* ASSIGN: of name[index], or NULL */
    bool compound;      /* ASSIGN: name op= value */
    enum binary op;
    struct expr *value;        /* DECL, ASSIGN, CALL, RETURN, IF's condition, FOR's lower bound */
    struct expr *high;         /* FOR */
    struct stmt *body, *other; /* BLOCK, IF, FOR */
};

enum decl_kind { DECL_INPUT, DECL_PARAM, DECL_OUTPUT, DECL_FUNCTION };

struct decl {
    enum decl_kind kind;
    struct span at; /* of the name */
    struct decl *next;
    struct name *name;
    struct type_syntax type; /* a function's: what it returns */
    char *role;              /* input's from, output's to */
    bool has_default;
    int128 value; /* parameter's default */
    struct span value_at;
    struct stmt *params; /* function: STMT_DECLs */
    struct stmt *body;
    struct span end; /* function: its last brace */
    bool called;
};

/* Lexer and tree builder. */
struct parser {
    struct source *src;
    struct lexer lex;
    struct token now, ahead;
    struct span last; /* of the token consumed last */
    unsigned depth;
};

SOTTO_MUST_CHECK enum sotto_err parse_program(struct source *src, struct decl **out);

/* Shared by parse*.c. */
bool parse_at(const struct parser *p, const char *text);
bool parse_ahead(const struct parser *p, const char *text);
SOTTO_MUST_CHECK enum sotto_err parse_advance(struct parser *p);
/** Consume it if it is there. */
SOTTO_MUST_CHECK enum sotto_err parse_skip(struct parser *p, const char *text, bool *skipped);
/** Consume it or complain; `where` is "after the condition" and the like. */
SOTTO_MUST_CHECK enum sotto_err parse_expect(struct parser *p, const char *text, const char *where);
SOTTO_MUST_CHECK enum sotto_err parse_name(struct parser *p, const char *what, struct name **out);
SOTTO_MUST_CHECK enum sotto_err parse_expr(struct parser *p, struct expr **out);
SOTTO_MUST_CHECK enum sotto_err parse_block(struct parser *p, struct stmt **out);
SOTTO_MUST_CHECK enum sotto_err parse_type(struct parser *p, bool may_be_void, struct type_syntax *out);
/** [size], if one follows. */
SOTTO_MUST_CHECK enum sotto_err parse_size(struct parser *p, struct type_syntax *type);
/** Within one more level of nesting; p->depth-- afterwards. */
SOTTO_MUST_CHECK enum sotto_err parse_deeper(struct parser *p);
void *parse_alloc(struct parser *p, size_t size);
struct span parse_span(struct span first, struct span last);
/** Is the token at hand the name of an element type? */
bool parse_at_elem(const struct parser *p, enum image_elem *elem);
/** "';'", "the end of the file", "'x'": for messages. */
const char *parse_seen(const struct parser *p, char buffer[80]);
/** A word of the language that does not do anything yet, or NULL; the value says what to do instead. */
const char *parse_not_yet(const struct parser *p);

/** Lower the whole program into the empty image. */
SOTTO_MUST_CHECK enum sotto_err lower_program(struct source *src, struct decl *program, struct image *im);
/** Choose the inputs' domains and mark the manifest's entries, from the finished code. */
SOTTO_MUST_CHECK enum sotto_err analyse_image(struct image *im);

#endif
