/* local.c - the launcher: starts the parties' processes, introduces them to each other, and waits for their
 * reports. */
#include "cli/local.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READ_LEN = 1 << 16, GRACE_MS = 2000, PEER_LEN = CRYPTO_SIGN_PUBLIC_LEN + 2 };

struct party {
    struct local_outcome outcome;
    int fd;           /* -1 once it has ended */
    struct writer in; /* bytes that are not yet a whole frame */
    uint8_t hello[PEER_LEN];
    bool greeted;
    uint64_t stopped_ns; /* since when it is stopped; 0: runs */
    struct run_result result;
    struct reader values; /* in `report`: what must be equal among the parties */
};

struct launcher {
    const struct job *job;
    const struct local_options *options;
    int n;
    struct party party[SOTTO_PARTIES_MAX];
    bool introduced;
    uint64_t start_ns, failed_ns; /* failed_ns: when the first failure was seen; 0: none */
    sigset_t old_mask;
    struct sigaction old_action[4];
};

/* --- signals --------------------------------------------------------------------------------------------- */

static const int watched[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
static volatile sig_atomic_t cancelled;

static void on_signal(int signal)
{
    if (signal != SIGCHLD)
        cancelled = 1;
}

/* They are blocked but for the time of waiting, so that none is lost between a look and the wait. What was
 * ignored (nohup, a shell's background job) stays ignored. */
static void watch_signals(struct launcher *l)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigset_t mask;

    cancelled = 0;
    sigemptyset(&mask);
    for (size_t i = 0; i < 4; i++)
        sigaddset(&mask, watched[i]);
    sigprocmask(SIG_BLOCK, &mask, &l->old_mask);
    for (size_t i = 0; i < 4; i++) {
        sigaction(watched[i], NULL, &l->old_action[i]);
        if (l->old_action[i].sa_handler != SIG_IGN || watched[i] == SIGCHLD)
            sigaction(watched[i], &action, NULL);
    }
}

static void unwatch_signals(struct launcher *l)
{
    for (size_t i = 0; i < 4; i++)
        sigaction(watched[i], &l->old_action[i], NULL);
    sigprocmask(SIG_SETMASK, &l->old_mask, NULL);
}

/* --- processes ------------------------------------------------------------------------------------------- */

static enum sotto_err start_party(struct launcher *l, int p, struct fault *f)
{
    struct local_child child = { .job = l->job, .options = l->options, .self = p, .launcher = getpid() };
    int fd[2], pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
        return fault_set(f, SOTTO_ERR_RESOURCE, "cannot start party %d: %s", p, strerror(errno));
    pid = fork();
    if (pid == 0) {
        struct job own = *l->job;

        job_forget_others(&own, p); /* its rows are all that it may know */
        child.job = &own;
        child.fd = fd[1];
        _exit(local_child_main(&child));
    }
    close(fd[1]);
    if (pid < 0) {
        close(fd[0]);
        return fault_set(f, SOTTO_ERR_RESOURCE, "cannot start party %d: %s", p, strerror(errno));
    }
    l->party[p].fd = fd[0];
    l->party[p].outcome.pid = pid;
    return SOTTO_OK;
}

static void note_failure(struct launcher *l)
{
    if (!l->failed_ns)
        l->failed_ns = clock_now_ns();
}

/* What has become of the processes since the last look. */
static void reap(struct launcher *l)
{
    for (int p = 0; p < l->n; p++) {
        struct party *party = &l->party[p];
        int status;

        while (!party->outcome.reaped && party->outcome.pid > 0 &&
               waitpid(party->outcome.pid, &status, WNOHANG | WUNTRACED | WCONTINUED) == party->outcome.pid) {
            if (WIFSTOPPED(status))
                party->stopped_ns = clock_now_ns();
            else if (WIFCONTINUED(status))
                party->stopped_ns = 0;
            else {
                party->outcome.reaped = true;
                party->outcome.status = status;
            }
        }
    }
}

static void kill_party(struct party *party)
{
    if (party->outcome.reaped || party->outcome.pid <= 0)
        return;
    party->outcome.killed_by_us = true;
    party->outcome.stopped = party->stopped_ns != 0;
    kill(party->outcome.pid, SIGKILL);
    while (waitpid(party->outcome.pid, &party->outcome.status, 0) < 0 && errno == EINTR)
        ;
    party->outcome.reaped = true;
}

/* --- what the parties say -------------------------------------------------------------------------------- */

static void malformed(struct launcher *l, int p)
{
    struct party *party = &l->party[p];

    fault_set(&party->outcome.fault, SOTTO_ERR_INTERNAL, "party %d sent the launcher bytes that make no sense",
              p);
    party->outcome.reported = true;
    note_failure(l);
}

static void take_record(struct launcher *l, int p, enum record_type type, struct reader in)
{
    struct party *party = &l->party[p];
    struct vm_progress progress;

    if (type == RECORD_HELLO && !party->greeted && reader_left(&in) == PEER_LEN) {
        memcpy(party->hello, in.at, PEER_LEN);
        party->greeted = true;
    } else if (type == RECORD_PROGRESS && record_read_progress(in, &progress)) {
        if (l->options->on_progress)
            l->options->on_progress(l->options->on_progress_arg, clock_now_ns() - l->start_ns, &progress);
    } else if (type == RECORD_REPORT && !party->outcome.reported &&
               !record_read_report(in, &l->job->image, p, &party->result, &party->outcome.fault,
                                   &party->values)) {
        party->outcome.reported = true;
        if (party->outcome.fault.code)
            note_failure(l);
    } else {
        malformed(l, p);
    }
}

static void take_frames(struct launcher *l, int p)
{
    struct party *party = &l->party[p];
    enum record_type type = RECORD_HELLO;
    struct reader in;
    size_t at = 0;

    while (!party->outcome.reported) {
        int64_t len = record_next(party->in.data + at, party->in.len - at, &type, &in);

        if (len < 0)
            malformed(l, p);
        if (len <= 0)
            break;
        take_record(l, p, type, in);
        at += (size_t)len;
    }
    /* A report stays where it is: `values` points into it. */
    if (at && !party->outcome.reported) {
        memmove(party->in.data, party->in.data + at, party->in.len - at);
        party->in.len -= at;
    }
}

static void take_end(struct launcher *l, int p)
{
    close(l->party[p].fd);
    l->party[p].fd = -1;
    if (!l->party[p].outcome.reported)
        note_failure(l);
}

static void read_party(struct launcher *l, int p)
{
    struct party *party = &l->party[p];
    uint8_t bytes[READ_LEN];
    ssize_t n = recv(party->fd, bytes, sizeof bytes, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && party->outcome.reported)
        return; /* nothing is expected any more */
    if (n > 0) {
        write_bytes(&party->in, bytes, (size_t)n);
        if (!party->in.failed) {
            take_frames(l, p);
            return;
        }
        fault_set(&party->outcome.fault, SOTTO_ERR_RESOURCE, "not enough memory for the outputs");
        party->outcome.reported = true;
        note_failure(l);
    }
    take_end(l, p);
}

/* Once all have said hello, everybody learns everybody's key and port. */
static void introduce(struct launcher *l)
{
    struct writer record = { 0 };
    size_t begin;

    for (int p = 0; p < l->n; p++)
        if (!l->party[p].greeted)
            return;
    begin = record_begin(&record, RECORD_PEERS);
    for (int p = 0; p < l->n; p++)
        write_bytes(&record, l->party[p].hello, PEER_LEN);
    record_end(&record, begin);
    for (int p = 0; p < l->n; p++)
        if (record.failed || send(l->party[p].fd, record.data, record.len, MSG_NOSIGNAL) != (ssize_t)record.len)
            note_failure(l); /* its end will be seen and explained */
    writer_wipe(&record);
    l->introduced = true;
}

/* --- waiting --------------------------------------------------------------------------------------------- */

static bool is_over(const struct launcher *l)
{
    for (int p = 0; p < l->n; p++)
        if (l->party[p].fd >= 0 && !l->party[p].outcome.reported)
            return false;
    return true;
}

/* Stopped parties never end by themselves: they are given up when all others are done, or when time is up. */
static bool only_stopped_left(const struct launcher *l)
{
    for (int p = 0; p < l->n; p++)
        if (l->party[p].fd >= 0 && !l->party[p].outcome.reported && !l->party[p].stopped_ns)
            return false;
    return l->failed_ns != 0;
}

static bool is_hopeless(const struct launcher *l)
{
    uint64_t now = clock_now_ns(), patience = ((uint64_t)l->options->timeout_ms + GRACE_MS) * 1000000u;

    if (!l->introduced)
        return l->failed_ns || now - l->start_ns > patience;
    if (l->failed_ns && now - l->failed_ns > patience)
        return true;
    for (int p = 0; p < l->n; p++)
        if (l->party[p].stopped_ns && now - l->party[p].stopped_ns > patience)
            return true;
    return only_stopped_left(l);
}

static void wait_for_news(struct launcher *l)
{
    struct pollfd fds[SOTTO_PARTIES_MAX];
    const struct timespec tick = { .tv_nsec = 100000000 };

    for (int p = 0; p < l->n; p++)
        fds[p] = (struct pollfd){ .fd = l->party[p].fd, .events = POLLIN };
    if (ppoll(fds, (nfds_t)l->n, &tick, &l->old_mask) <= 0)
        return;
    for (int p = 0; p < l->n; p++)
        if (fds[p].fd >= 0 && fds[p].revents)
            read_party(l, p);
}

/* After their reports the processes end by themselves; none may be left. */
static void end_all(struct launcher *l, bool at_once)
{
    uint64_t until = clock_now_ns() + GRACE_MS * 1000000ull;
    const struct timespec tick = { .tv_nsec = 2000000 };

    for (int p = 0; p < l->n; p++) {
        struct party *party = &l->party[p];

        if (party->fd >= 0)
            close(party->fd);
        party->fd = -1;
        while (!at_once && !cancelled && !party->outcome.reaped && party->outcome.pid > 0 &&
               !party->stopped_ns && clock_now_ns() < until) {
            reap(l);
            if (!party->outcome.reaped)
                ppoll(NULL, 0, &tick, &l->old_mask);
        }
        kill_party(party);
    }
}

/* --- the result ------------------------------------------------------------------------------------------ */

static void merge(struct launcher *l, int from, struct run_result *result)
{
    *result = l->party[from].result;
    l->party[from].result = (struct run_result){ 0 };
    result->parties = l->n;
    result->self = -1;
    for (int p = 0; p < l->n; p++) {
        const struct run_result *r = &l->party[p].result;

        if (p == from)
            continue;
        result->bytes_sent[p] = r->bytes_sent[p];
        result->cpu_ns[p] = r->cpu_ns[p];
        result->peak_rss[p] = r->peak_rss[p];
        for (size_t i = 0; i < RUN_MARKS; i++)
            result->mark[i][p] = r->mark[i][p];
        if (r->rounds > result->rounds)
            result->rounds = r->rounds;
        if (r->compute_ns > result->compute_ns)
            result->compute_ns = r->compute_ns;
        if (r->ready_ns > result->ready_ns)
            result->ready_ns = r->ready_ns;
    }
    for (int p = 0; p < l->n; p++) { /* after a failure: whatever anybody saw opened */
        struct vm_result *vm = &l->party[p].result.vm, other = *vm;

        if (other.opened_n > result->vm.opened_n) {
            *vm = result->vm;
            result->vm = other;
        }
    }
    result->setup_ns = result->ready_ns > l->start_ns ? result->ready_ns - l->start_ns : 0;
    result->total_ns = clock_now_ns() - l->start_ns;
}

/* What each party says was opened and put out must be the same, or something is very wrong. */
static enum sotto_err compare(const struct launcher *l, struct fault *f)
{
    struct reader first = l->party[0].values;

    for (int p = 1; p < l->n; p++) {
        struct reader other = l->party[p].values;

        if (reader_left(&other) != reader_left(&first) || memcmp(other.at, first.at, reader_left(&first)) != 0)
            return fault_set(
                f, SOTTO_ERR_INTERNAL,
                "party %d and party 0 ended with different results, which must never happen; trust neither and "
                "please report this",
                p);
    }
    return SOTTO_OK;
}

static enum sotto_err conclude(struct launcher *l, struct run_result *result, struct fault *f)
{
    struct local_outcome outcomes[SOTTO_PARTIES_MAX];
    bool failed = false;
    int from = 0;

    for (int p = 0; p < l->n; p++) {
        outcomes[p] = l->party[p].outcome;
        failed |= !outcomes[p].reported || outcomes[p].fault.code;
    }
    if (cancelled)
        return fault_set(f, SOTTO_ERR_CANCELLED,
                         "stopped by a signal; all parties were ended, no result was printed");
    if (failed)
        from = local_verdict(outcomes, l->n, f);
    else
        (void)compare(l, f);
    merge(l, from, result);
    return f->code;
}

static enum sotto_err start_all(struct launcher *l, struct fault *f)
{
    fflush(stdout); /* or every child would have a copy of what is not yet written */
    fflush(stderr);
    for (int p = 0; p < l->n; p++)
        TRY(start_party(l, p, f));
    return SOTTO_OK;
}

enum sotto_err local_run(const struct job *job, const struct local_options *options, struct run_result *result,
                         struct fault *f)
{
    struct launcher *l = mem_alloc(1, sizeof *l);
    bool hopeless = false;
    enum sotto_err err;

    memset(result, 0, sizeof *result);
    if (!l)
        return fault_set(f, SOTTO_ERR_RESOURCE, "not enough memory to start");
    l->job = job;
    l->options = options;
    l->n = options->protocol->parties;
    l->start_ns = clock_now_ns();
    for (int p = 0; p < l->n; p++)
        l->party[p].fd = -1;
    watch_signals(l);
    err = start_all(l, f);
    while (!err && !cancelled && !is_over(l) && !hopeless) {
        wait_for_news(l);
        reap(l);
        if (!l->introduced && !l->failed_ns)
            introduce(l);
        hopeless = is_hopeless(l);
    }
    end_all(l, err || hopeless || cancelled);
    if (!err)
        err = conclude(l, result, f);
    unwatch_signals(l);
    for (int p = 0; p < l->n; p++) {
        run_result_wipe(&l->party[p].result);
        writer_wipe(&l->party[p].in);
    }
    mem_free(l);
    return err;
}
