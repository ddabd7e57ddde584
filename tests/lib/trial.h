/* trial.h - one gadget, run by a whole committee on edge values, against what it should give. */
#ifndef SOTTO_TESTS_TRIAL_H
#define SOTTO_TESTS_TRIAL_H

#include "lib/committee.h"

enum {
    TRIAL_N_MAX = 200,
    TRIAL_OUTS_MAX = 4,
    TRIAL_WIDTH_1 = 1,
    TRIAL_WIDTHS = 2 /* 8 .. 64 */,
    TRIAL_ANY_WIDTH = 3
};

struct gadget;
struct trial {
    const struct gadget *gadget;
    unsigned bits;
    size_t n;
    int owner; /* of the first operand; the others follow */
    uint64_t a[TRIAL_N_MAX], b[TRIAL_N_MAX], c[TRIAL_N_MAX];
    uint64_t out[SOTTO_PARTIES_MAX][TRIAL_OUTS_MAX * TRIAL_N_MAX];
    /* of some tests alone */
    uint32_t to;
    struct gadget_extreme extreme;
    bool wants_value;
};

struct gadget {
    const char *name;
    int widths;
    size_t outs; /* results of n elements; 0: one result of one element */
    enum sotto_err (*run)(struct strand *st, struct trial *t, uint64_t *out);
    uint64_t (*want)(const struct trial *t, size_t out, size_t e);
};

uint64_t trial_draw(void);
/** The low bits of v. */
uint64_t trial_cut(const struct trial *t, uint64_t v);
bool trial_less_signed(const struct trial *t, uint64_t x, uint64_t y);
/** Every pair of edge values comes in a and b, from a place that moves from trial to trial. */
void trial_fill(struct trial *t);

/** For committee_init_body, with the trial as its argument. */
enum sotto_err trial_body(struct mpc_session *s, void *arg);
/** All parties must succeed. */
void trial_run(struct committee *c, struct trial *t);
/** Every party got what the gadget wants. */
void trial_check(const struct committee *c, const struct trial *t);

/* Within a gadget's run: an operand from its owner, an empty result, an opening. */
SOTTO_MUST_CHECK enum sotto_err trial_give(struct strand *st, const struct trial *t, struct shared *z,
                                           enum mpc_domain domain, unsigned bits, const uint64_t *values,
                                           int which);
SOTTO_MUST_CHECK enum sotto_err trial_fresh(struct strand *st, const struct trial *t, struct shared *z,
                                            enum mpc_domain domain, unsigned bits);
SOTTO_MUST_CHECK enum sotto_err trial_show(struct strand *st, const struct shared *x, uint64_t *out);

#endif
