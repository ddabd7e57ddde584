/* committee.h - a whole committee in one process, for tests: source text or image in, every party's result out.
 */
#ifndef SOTTO_TESTS_COMMITTEE_H
#define SOTTO_TESTS_COMMITTEE_H

#include "lang/lang.h"
#include "vm/vm.h"

struct committee {
    const struct mpc_protocol *protocol;
    struct image image;
    struct vm_rows *rows; /* [party * inputs_n + input] */
    uint64_t *params;
    struct mpc_options options[SOTTO_PARTIES_MAX];
    uint64_t memory_max[SOTTO_PARTIES_MAX]; /* of a job; 0: the default */
    net_sim_hook *hook;
    void *hook_arg;
    /* after committee_run */
    enum sotto_err err[SOTTO_PARTIES_MAX];
    struct fault fault[SOTTO_PARTIES_MAX];
    struct vm_result result[SOTTO_PARTIES_MAX];
    struct net_counters counters[SOTTO_PARTIES_MAX];
    uint64_t rounds[SOTTO_PARTIES_MAX];
    uint64_t proof_bytes[SOTTO_PARTIES_MAX];
    /* in place of vm_run, if set: tests of gadgets */
    enum sotto_err (*body)(struct mpc_session *s, void *arg);
    void *body_arg;
};

/** Compile; aborts the test with the diagnostic when the program is wrong. */
void committee_init(struct committee *c, const char *protocol, const char *source);
/** The text of a program's file; the caller frees it. */
char *committee_source(const char *path);
/** The rows of an input, split among the parties in contiguous blocks. values stay the caller's. */
void committee_input(struct committee *c, const char *name, const uint64_t *values, size_t n);
void committee_param(struct committee *c, const char *name, uint64_t value);
/** Run once; may be repeated. */
void committee_run(struct committee *c);
/** The values of an output at a party. */
const struct vm_output *committee_output(const struct committee *c, int party, const char *name);
void committee_wipe(struct committee *c);

/** Only a body, no program: for tests of mpc. */
void committee_init_body(struct committee *c, const char *protocol,
                         enum sotto_err (*body)(struct mpc_session *s, void *arg), void *arg);

#endif
