/* local_verdict.c - several parties fail, each with its own view: tell the one that explains the others. */
#include "cli/local.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

/* Smaller tells more. */
static int rank_of(enum sotto_err code)
{
    switch (code) {
    case SOTTO_ERR_CHEAT:
        return 1;
    case SOTTO_ERR_IMAGE:
    case SOTTO_ERR_INPUT:
    case SOTTO_ERR_PROGRAM:
    case SOTTO_ERR_USAGE:
        return 3;
    case SOTTO_ERR_RESOURCE:
    case SOTTO_ERR_INTERNAL:
        return 4;
    case SOTTO_ERR_MALFORMED:
        return 6;
    case SOTTO_ERR_TIMEOUT:
    case SOTTO_ERR_NETWORK:
        return 7;
    case SOTTO_ERR_OK:
    case SOTTO_ERR_CANCELLED:
        break;
    }
    return 8;
}

/* A fault for a process that ended, or had to be ended, without a report. Returns its rank. */
static int explain_silence(const struct local_outcome *o, int party, struct fault *f)
{
    int signal = o->reaped && WIFSIGNALED(o->status) ? WTERMSIG(o->status) : 0;
    const char *name = signal ? sigabbrev_np(signal) : NULL;

    memset(f, 0, sizeof *f);
    if (o->stopped) {
        fault_set(f, SOTTO_ERR_NETWORK,
                  "party %d (process %d) was stopped by somebody and fell silent; let it run, and run again",
                  party, o->pid);
        return 5;
    }
    if (o->killed_by_us) {
        fault_set(f, SOTTO_ERR_TIMEOUT, "party %d (process %d) was silent for too long and was ended", party,
                  o->pid);
        return 8;
    }
    if (signal == SIGKILL || signal == SIGTERM || signal == SIGHUP || signal == SIGINT || signal == SIGXCPU) {
        fault_set(f, SOTTO_ERR_NETWORK,
                  "party %d (process %d) was killed by SIG%s before it was done%s; run again", party, o->pid,
                  name, signal == SIGKILL ? ", by somebody or because the machine's memory was short" : "");
        return 5;
    }
    if (signal)
        fault_set(f, SOTTO_ERR_INTERNAL, "party %d crashed with SIG%s; please report this", party,
                  name ? name : "?");
    else
        fault_set(f, SOTTO_ERR_INTERNAL, "party %d ended without a report (status %d); please report this",
                  party, o->reaped && WIFEXITED(o->status) ? WEXITSTATUS(o->status) : -1);
    return 2;
}

int local_verdict(const struct local_outcome *outcome, int n, struct fault *f)
{
    int best = -1, best_rank = 0;

    for (int p = 0; p < n; p++) {
        struct fault own = outcome[p].fault;
        int rank;

        if (outcome[p].reported && own.code == SOTTO_OK)
            continue;
        rank = 2 * (outcome[p].reported ? rank_of(own.code) : explain_silence(&outcome[p], p, &own));
        /* Of two that saw cheating, the one whose own check failed knows the step; the other only heard of it.
         */
        if (own.code == SOTTO_ERR_CHEAT && own.accuser >= 0 && own.accuser != p)
            rank++;
        if (best >= 0 && rank >= best_rank)
            continue;
        best = p;
        best_rank = rank;
        *f = own;
    }
    return best;
}
