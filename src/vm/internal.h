/* internal.h - values, their memory, and how an instruction becomes a task. Private to vm.
 *
 *   main strand            walks the code in order; control flow needs public values: it waits for those alone
 *   task per instruction   waits for its operands; then a strand computes, and makes its result ready
 *   conversion task        where an operand is not yet in the domain that is wanted
 *
 * An instruction's number on the wire is a counter that every task takes in program order, so that all parties
 * agree on it whatever their timing. */
#ifndef SOTTO_VM_INTERNAL_H
#define SOTTO_VM_INTERNAL_H

#include "vm/vm.h"

enum {
    VM_WINDOW = 512,     /* instructions under way at once */
    VM_TILE_N = 1 << 16, /* elements a strand works on, where a task's tile_n does not say better */
    VM_CLASSES = 160,    /* four block sizes an octave from 64 bytes on */
};

/* Blocks from locked memory that is wiped when the job ends; freed blocks are kept by size. */
struct vm_memory {
    struct arena arena;
    struct vm_free {
        struct vm_free *next;
    } * kept[VM_CLASSES];
};
/** Zeroed. */
void *vm_memory_alloc(struct vm_memory *m, size_t len);
/** With whatever lies there. */
void *vm_memory_room(struct vm_memory *m, size_t len);
void vm_memory_free(struct vm_memory *m, void *p, size_t len);

/* What of a value can be waited for: a form, by its domain, or the public values. */
enum { VM_CLEAR = 2, VM_KINDS = 3 };

/* The result of an instruction. One that all parties know has `clear`, be its register public or not; a secret
 * one has one form or both, each ready by itself. Never both: what is known is shared where it is needed,
 * without a message. Values are not changed once they are ready, so registers and tasks share them. */
struct vm_value {
    unsigned refs;
    uint8_t elem;
    bool scalar;
    size_t n;
    unsigned planes;      /* of an element: of its type, or of a row */
    unsigned planes_live; /* BITS planes from here on are zero */
    uint64_t *clear;
    bool clear_ready;
    uint64_t clear_depth;
    struct {
        bool made, ready; /* made: it exists or a task is on its way to make it */
        uint64_t depth;
        struct shared shared;
        void *block;
        size_t len;
    } form[2]; /* by enum mpc_domain */
    struct vm_wait *waiters[VM_KINDS];
};

/* Who waits: a task that has not begun, or the main strand. */
struct vm_wait {
    struct vm_task *task;
    struct strand *strand;
    struct vm_wait *next;
};

/* A strand begins when all operands are there: what waits costs no stack. */
struct vm_task {
    struct vm *vm;
    const struct image_insn *in;    /* NULL: a conversion */
    enum mpc_domain domain, result; /* of the operands, and what it makes */
    struct vm_value *dst, *a, *b, *c;
    struct vm_opened *opened; /* of a REVEAL */
    bool in_place;            /* the result lies where operand a or b did: a tile reads before it writes */
    uint32_t seq, line;
    unsigned pending; /* operands that are not there yet */
    uint64_t depth;   /* of the latest operand, and of the control flow */
    size_t tile_n;    /* elements a strand works on, from the widest of operands and result */
    enum sotto_err (*run)(struct strand *st, struct vm_task *t);
    struct vm_wait wait[3];
};

/* A task under way, by its number: what it makes until it is done, then only at which depth it was. */
struct vm_place {
    struct vm_value *v;
    unsigned kind;
    uint64_t depth;
};

struct vm {
    struct mpc_session *s;
    const struct vm_job *job;
    const struct image *image;
    struct image_binding binding;
    struct vm_result *result;
    struct vm_memory memory;
    struct strand *main;
    uint32_t line;                   /* of the instruction that is being issued */
    struct vm_value **reg, **output; /* by number; NULL: not written yet */
    uint64_t *rows_of;               /* [party][input] */
    struct vm_place window[VM_WINDOW];
    uint32_t seq; /* of the next task; 0 is the main strand */
    size_t opened_cap;
    struct vm_opened **opened; /* in program order; `values` is set when it has happened */
    uint64_t *round_of;        /* of every instruction of the code: when its latest run was done */
    uint64_t setup_rounds, finished, progress_ns;
    uint32_t *dies_at, *dies_next; /* live.c: registers + 1 by the instruction that uses them last, in chains */
};

/* live.c */
/** Find the last use of every vector's register. */
SOTTO_MUST_CHECK enum sotto_err vm_live(struct vm *vm);
/** Instruction `at` has been issued, or its loop left: drop what nobody reads again. */
void vm_bury(struct vm *vm, size_t at);

/* value.c */
struct vm_value *vm_value_new(struct vm *vm, enum image_elem elem, bool scalar, size_t n);
struct vm_value *vm_value_keep(struct vm_value *v);
void vm_value_drop(struct vm *vm, struct vm_value *v);
/** Takes over the caller's hold on v. */
void vm_set_reg(struct vm *vm, uint32_t reg, struct vm_value *v);
/** Memory for a form; what lay there before still does. */
SOTTO_MUST_CHECK enum sotto_err vm_value_make(struct strand *st, struct vm *vm, struct vm_value *v,
                                              enum mpc_domain domain);
/** Memory for a form: that of `dying`, of the same layout, which only the caller's task still holds. False if
 * it is not so, or if memory lies ready. */
bool vm_value_make_of(struct vm *vm, struct vm_value *v, enum mpc_domain domain, struct vm_value *dying);
SOTTO_MUST_CHECK enum sotto_err vm_value_make_clear(struct strand *st, struct vm *vm, struct vm_value *v);
/** It is there, at st's depth: whoever waits for it goes on. */
void vm_value_ready(struct strand *st, struct vm_value *v, enum mpc_domain domain);
void vm_value_clear_ready(struct strand *st, struct vm_value *v);
/** The main strand waits until that (a domain or VM_CLEAR) is there; its depth rises to its. */
SOTTO_MUST_CHECK enum sotto_err vm_value_await(struct strand *st, struct vm_value *v, unsigned kind);
/** Task t cannot begin before that of v (a domain or VM_CLEAR) is there; w is one of its wait[]. */
void vm_value_wait(struct vm_value *v, unsigned kind, struct vm_task *t, struct vm_wait *w);
static inline unsigned vm_value_bits(const struct vm_value *v)
{
    return v->planes;
}
/** Sign- or zero-extended from the element type to 64 bits. */
uint64_t vm_canonical(enum image_elem elem, uint64_t v);

/* public.c: instructions whose operands are all public, at once */
SOTTO_MUST_CHECK enum sotto_err vm_run_public(struct strand *st, struct vm_task *t);

/* The elements of a vector that one tile works on. */
struct vm_span {
    size_t from, n;
};
static inline size_t vm_tiles(const struct vm_task *t, size_t n)
{
    return (n + t->tile_n - 1) / t->tile_n;
}
static inline struct vm_span vm_tile(const struct vm_task *t, size_t i, size_t n)
{
    size_t from = i * t->tile_n;

    return (struct vm_span){ from, n - from < t->tile_n ? n - from : t->tile_n };
}

/* secret_reduce.c: a vector to one element, tile by tile */
enum sotto_err vm_run_sum(struct strand *st, struct vm_task *t);
enum sotto_err vm_run_count(struct strand *st, struct vm_task *t);
enum sotto_err vm_run_any_all(struct strand *st, struct vm_task *t);
enum sotto_err vm_run_extreme(struct strand *st, struct vm_task *t);

/* secret.c: what a task does */
typedef enum sotto_err vm_run_fn(struct strand *st, struct vm_task *t);
extern vm_run_fn *const vm_run_secret[IMAGE_OPS];
SOTTO_MUST_CHECK enum sotto_err vm_run_number(struct strand *st, struct vm_task *t); /* secret_numbers.c */
SOTTO_MUST_CHECK enum sotto_err vm_run_number_known(struct strand *st, struct vm_task *t); /* operands known */
bool vm_known_scalar(const struct vm_value *v);
SOTTO_MUST_CHECK enum sotto_err vm_run_random(struct strand *st, struct vm_task *t); /* secret_random.c */
vm_run_fn vm_run_pack, vm_run_unpack, vm_run_shuffle, vm_run_sort, vm_run_rank, vm_run_permute,
    vm_run_append; /* secret_data.c */
vm_run_fn vm_run_group, vm_run_group_by, vm_run_unique, vm_run_compact, vm_run_match, vm_run_join,
    vm_run_intersect; /* secret_groups.c */
/** An operand as a whole, in planes: secret_data.c. */
SOTTO_MUST_CHECK enum sotto_err vm_planes(struct strand *st, const struct vm_value *v, size_t n,
                                          struct shared *x);
/** Elements from..from+n of an operand in that domain: shared if it is known, repeated if it is a scalar. */
SOTTO_MUST_CHECK enum sotto_err vm_operand(struct strand *st, const struct vm_value *v, enum mpc_domain domain,
                                           size_t from, size_t n, struct shared *x);
SOTTO_MUST_CHECK enum sotto_err vm_run_linear(struct strand *st, struct vm_task *t); /* secret_linear.c */
SOTTO_MUST_CHECK enum sotto_err vm_run_convert(struct strand *st, struct vm_task *t);

/* public_linear.c: sizes and kinds of what secret_linear.c runs; SOTTO_ERR_INPUT where sizes do not fit */
SOTTO_MUST_CHECK enum sotto_err vm_run_linear_known(struct strand *st, struct vm_task *t);
SOTTO_MUST_CHECK enum sotto_err vm_matmul_shape(struct strand *st, const struct vm_task *t,
                                                struct gadget_matmul *shape);
SOTTO_MUST_CHECK enum sotto_err vm_dot_check(struct strand *st, const struct vm_task *t);
SOTTO_MUST_CHECK enum sotto_err vm_conv2d_shape(struct strand *st, const struct vm_task *t,
                                                struct gadget_conv2d *shape);
SOTTO_MUST_CHECK enum sotto_err vm_transpose_check(struct strand *st, const struct vm_task *t, uint64_t *cols);
SOTTO_MUST_CHECK enum sotto_err vm_gather_check(struct strand *st, const struct vm_task *t);
SOTTO_MUST_CHECK enum sotto_err vm_lookup_check(struct strand *st, const struct vm_task *t);
enum linear_op vm_scan_op(const struct vm_task *t);
bool vm_scan_backward(const struct vm_task *t);
static inline bool vm_is_linear(unsigned op)
{
    return op >= IMAGE_MATMUL && op <= IMAGE_SCAN;
}
/** Operand a is wanted in bits, whatever the others are in: a condition, an index, flags. */
static inline bool vm_bits_first(unsigned op)
{
    return op == IMAGE_SELECT || op == IMAGE_LOOKUP || op == IMAGE_STORE || op == IMAGE_SCAN ||
           op == IMAGE_GROUPBY;
}
/** So are a and b: keys, and which of them count. */
static inline bool vm_bits_both(unsigned op)
{
    return op == IMAGE_GROUP || op == IMAGE_GROUPS || op == IMAGE_INTERSECT;
}

/* plan.c: the domain of an instruction's operands and of its result; from what exists, before it runs */
struct vm_plan {
    enum mpc_domain operands, result;
    bool public_result;
};
struct vm_plan vm_plan_of(const struct vm_task *t);

/* issue.c */
/** One operand of t is there, as of `depth`. */
void vm_task_operand_ready(struct strand *st, struct vm_task *t, uint64_t depth);
/** A size under the job's binding; the session fails where it is past the limits. */
SOTTO_MUST_CHECK enum sotto_err vm_size_of(struct strand *st, const struct vm *vm, uint32_t size, uint64_t *n);
/** The main strand waits until the task in a place of the window is done. */
SOTTO_MUST_CHECK enum sotto_err vm_window_await(struct vm *vm, size_t at);
SOTTO_MUST_CHECK enum sotto_err vm_issue(struct vm *vm, const struct image_insn *in);

/* cost.c: what the job has cost until now, at st's depth */
void vm_note_cost(const struct strand *st, struct vm_cost *cost);

/* agree.c: all run the same thing; sizes follow from the rows that each brings */
SOTTO_MUST_CHECK enum sotto_err vm_agree(struct strand *st, struct vm *vm, uint8_t binding[CRYPTO_HASH_LEN]);

#endif
