/* gadget_case.h - every gadget once: what it takes and gives, what is right, what it costs.
 *
 *   one table ─▶ every back end and CPU variant     unit/test_gadget_cases.c
 *             ─▶ every message altered              sim/test_fault_cases.c
 *             ─▶ rounds and bytes                   sim/test_cost_cases.c
 *             ─▶ masks, once each                   sim/test_mask_cases.c
 *             ─▶ every allocation failing           sim/test_allocation_cases.c
 *             ─▶ constant time                      ct/ct_cases.c
 *
 * Values are plain, ceil(bits / 64) 64-bit words an element, the low word first. */
#ifndef SOTTO_TESTS_GADGET_CASE_H
#define SOTTO_TESTS_GADGET_CASE_H

#include "lib/committee.h"
#include "lib/cost.h"

enum { CASE_IN_MAX = 8, CASE_OUT_MAX = 8, CASE_SIZES_MAX = 8 };

struct gadget_case;
struct case_vector {
    enum mpc_domain domain;
    unsigned bits; /* 0: ends the list. BITS: planes, at most 64; wider rows are put together by run() */
    size_t (*n)(const struct gadget_case *c, size_t n); /* elements; NULL: n */
};

/* One run at one size. */
struct case_run {
    const struct gadget_case *c;
    size_t n;
    uint64_t *in[CASE_IN_MAX], *out[CASE_OUT_MAX];
    size_t in_n[CASE_IN_MAX], out_n[CASE_OUT_MAX]; /* elements */
};

struct gadget_case {
    const char *name;
    struct case_vector in[CASE_IN_MAX], out[CASE_OUT_MAX];
    size_t sizes[CASE_SIZES_MAX]; /* n to try, ends with 0; none: 1, 2, 63, 64, 65, 200 */
    size_t small;                 /* n of the runs that are made once a message; 0: 2 */
    enum sotto_err expect;        /* all parties must end with this */
    long arg;
    const void *data; /* both for run and want */
    /** Operands as sharings of in[]; the results are fresh zero vectors, opened and compared afterwards. */
    enum sotto_err (*run)(struct strand *st, const struct case_run *r, const struct shared *in,
                          struct shared *out);
    /** Fill r->out from r->in by the plainest computation, none of the product's kernels. */
    void (*want)(const struct case_run *r);
    /** Instead of want, where the result is random or approximate: what is wrong with r->out, or NULL. */
    const char *(*check)(const struct case_run *r);
    /** Fill r->in. NULL: edge values and random bits. */
    void (*draw)(const struct case_run *r, uint64_t seed);
    /** Rounds and bytes as docs/protocols states them. NULL only where they depend on random openings. */
    void (*cost)(struct cost *c, const struct case_run *r);
    bool own_masks; /* the masks test does not understand its messages; a test of its own does */
};

struct case_family {
    const char *name;
    const struct gadget_case *cases;
    const size_t *n;
};
/* gadget_cases.c; ends with a NULL name */
extern const struct case_family case_families[];

/** Words of an element. */
static inline size_t case_limbs(const struct case_vector *v)
{
    return (v->bits + 63) / 64;
}
/** The next number of a sequence. */
uint64_t case_draw(uint64_t *state);
/** The low `bits` bits of v. */
static inline uint64_t case_cut(uint64_t v, unsigned bits)
{
    return bits >= 64 ? v : v & (((uint64_t)1 << bits) - 1);
}
/** Sign-extended from `bits` bits. */
static inline int64_t case_signed(uint64_t v, unsigned bits)
{
    return (int64_t)(v << (64 - bits)) >> (64 - bits);
}

/* A case at one size with its operands, run by a committee: for committee_init_body with case_body. */
struct case_trial {
    struct case_run run; /* out: what is wanted; with check: what came out */
    uint64_t *got[SOTTO_PARTIES_MAX][CASE_OUT_MAX];
    uint64_t sent[SOTTO_PARTIES_MAX], rounds[SOTTO_PARTIES_MAX]; /* of run() alone */
    bool secret_marks; /* operands are marked for the constant-time run */
    struct arena arena;
};
/* Instruction numbers of a trial's messages. */
enum { CASE_INSTR_KEYS, CASE_INSTR_INPUT, CASE_INSTR_RUN, CASE_INSTR_OPEN };

void case_trial_init(struct case_trial *t, const struct gadget_case *c, size_t n, uint64_t seed);
void case_trial_wipe(struct case_trial *t);
enum sotto_err case_body(struct mpc_session *s, void *trial);
/** What party p got is right: NULL; or what is wrong. Only where the case's expect is SOTTO_OK. */
const char *case_wrong(struct case_trial *t, int p);
/** n of the runs that are made once a message. */
static inline size_t case_small(const struct gadget_case *c)
{
    return c->small ? c->small : 2;
}

#endif
