/* local.h - all parties of a run as processes of this machine.
 *
 *   launcher ──socket pair──▶ party 0  ╮
 *            ──────────────▶ party 1  ├─ TLS mesh on 127.0.0.1, keys made in each process
 *            ...                      ╯
 *
 *   party ──HELLO key, port──▶ launcher ──PEERS of all──▶ party ──PROGRESS ...── REPORT──▶ launcher
 *
 * With `netns` they are joined over whatever links those namespaces, where party p has the address
 * 10.77.0.(p + 1): for measurements over networks that are slow on purpose (bench/wan.sh).
 *
 * A party's process has its own rows only, dies with the launcher, and is reaped before local_run returns. */
#ifndef SOTTO_CLI_LOCAL_H
#define SOTTO_CLI_LOCAL_H

#include "cli/record.h"

struct local_options {
    const struct mpc_protocol *protocol;
    int corrupt; /* the party that cheats, or -1 */
    unsigned timeout_ms;
    uint64_t memory_max;
    uint64_t round_worth; /* 0: measured */
    const char *netns; /* party p runs in the network namespace of this name and p; NULL: all are on loopback */
    unsigned lanes;    /* of each party; 0: one */
    void (*on_progress)(void *arg, uint64_t elapsed_ns, const struct vm_progress *p); /* may be NULL */
    void *on_progress_arg;
};

/** Run the job to its end. On success all parties gave the same values. On error f holds the most telling fault
 * of all, and result->vm.opened what had been opened before it. SOTTO_ERR_CANCELLED after SIGINT, SIGTERM or
 * SIGHUP. */
SOTTO_MUST_CHECK enum sotto_err local_run(const struct job *job, const struct local_options *options,
                                          struct run_result *result, struct fault *f);

/* --- local_child.c: what a party's process does; returns its exit status --------------------------------- */
struct local_child {
    const struct job *job;
    const struct local_options *options;
    int self, fd; /* fd: to the launcher */
    int launcher; /* its process */
};
int local_child_main(struct local_child *child);

/* --- local_verdict.c: which of several faults to tell ----------------------------------------------------- */
struct local_outcome {
    struct fault fault; /* as reported; code SOTTO_OK: success */
    bool reported;
    int status; /* of waitpid, valid where `reaped` */
    bool reaped;
    bool killed_by_us;
    bool stopped; /* was stopped by somebody when it was given up */
    int pid;
};
/** The most telling one into f. n > 0 outcomes, at least one of which is a failure. Returns the party it is of.
 */
int local_verdict(const struct local_outcome *outcome, int n, struct fault *f);

#endif
