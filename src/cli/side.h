/* side.h - one party's side of a run, in this process: mesh, session, virtual machine. `sotto party` is one of
 * them; `sotto run` forks one for each party. */
#ifndef SOTTO_CLI_SIDE_H
#define SOTTO_CLI_SIDE_H

#include "cli/job.h"
#include "vm/vm.h"

enum { RUN_MARKS = 3 };

/* What a run gives. The figures of one party, or of all after local_run has put them together. */
struct run_result {
    struct vm_result vm; /* after a failure only `opened`: what was open before it */
    int parties, self;   /* self: whose figures these are, -1 for those of all */
    uint64_t rounds;
    uint64_t bytes_sent[SOTTO_PARTIES_MAX];
    uint64_t cpu_ns[SOTTO_PARTIES_MAX], peak_rss[SOTTO_PARTIES_MAX];
    struct vm_cost mark[RUN_MARKS][SOTTO_PARTIES_MAX]; /* [0]: keys were made; [i]: the i-th opening was done */
    uint64_t ready_ns;                                 /* when the mesh stood, by clock_now_ns */
    uint64_t setup_ns, compute_ns, total_ns;
};
void run_result_wipe(struct run_result *r);

struct side {
    const struct mpc_protocol *protocol;
    int self;
    const struct crypto_identity *id;
    const struct net_peer *peers; /* one a party; not used where the protocol has one party */
    int listen_fd;                /* taken over */
    uint32_t job_id;
    unsigned timeout_ms;
    uint64_t memory_max;
    unsigned lanes; /* threads with connections of their own; 0: one */
    bool corrupt;
    uint64_t round_worth; /* 0: measured */
    void (*on_progress)(void *arg, const struct vm_progress *p);
    void *on_progress_arg;
};
/** Fills the entries of `self` in result. On error f says why. */
SOTTO_MUST_CHECK enum sotto_err side_run(const struct side *side, const struct job *job,
                                         struct run_result *result, struct fault *f);

/** On stderr, before the run: that the protocol does not hold against a party that lies, and that a lie which
 * was asked for (of party `corrupt`, or -1) will not be noticed. Nothing where the protocol is active. */
void side_warn(const struct mpc_protocol *protocol, int corrupt);

/** The choice of --lanes for that protocol, 1 by default. */
SOTTO_MUST_CHECK enum sotto_err side_lanes(struct cli *cli, const struct mpc_protocol *protocol,
                                           unsigned *lanes);

/** The choice of --protocol, rep4 by default. */
SOTTO_MUST_CHECK enum sotto_err side_protocol(struct cli *cli, const struct mpc_protocol **protocol);

#endif
