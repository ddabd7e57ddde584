/* local_child.c - a party as a process of the launcher. */
#include "cli/local.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEER_LEN = CRYPTO_SIGN_PUBLIC_LEN + 2 };

static bool send_all(int fd, const uint8_t *p, size_t len)
{
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static bool send_record(struct local_child *c, struct writer *record)
{
    bool ok = !record->failed && send_all(c->fd, record->data, record->len);

    writer_wipe(record);
    return ok;
}

static void on_progress(void *arg, const struct vm_progress *p)
{
    struct local_child *c = arg;
    struct writer record = { 0 };

    record_progress(&record, p);
    if (!send_record(c, &record))
        _exit(1); /* the launcher is gone */
}

static bool say_hello(struct local_child *c, const struct crypto_identity *id, uint16_t port)
{
    struct writer record = { 0 };
    size_t begin = record_begin(&record, RECORD_HELLO);

    write_bytes(&record, id->public_key, sizeof id->public_key);
    write_u16(&record, port);
    record_end(&record, begin);
    return send_record(c, &record);
}

static void host_of(const struct local_child *c, int party, char host[sizeof((struct net_peer *)0)->host])
{
    snprintf(host, sizeof((struct net_peer *)0)->host, c->options->netns ? "10.77.0.%d" : "127.0.0.1",
             party + 1);
}

/* Before any socket is made. */
static bool enter_namespace(const struct local_child *c, struct fault *f)
{
    char path[256];
    bool ok;
    int fd;

    if (!c->options->netns)
        return true;
    snprintf(path, sizeof path, "/run/netns/%s%d", c->options->netns, c->self);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    ok = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
    if (!ok)
        fault_set(f, SOTTO_ERR_RESOURCE, "party %d cannot enter the network namespace %s: %s", c->self, path,
                  strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* The launcher's answer: everybody's key and port. */
static bool read_peers(struct local_child *c, struct net_peer *peers)
{
    uint8_t bytes[RECORD_HEADER_LEN + SOTTO_PARTIES_MAX * PEER_LEN];
    size_t want = RECORD_HEADER_LEN + (size_t)c->options->protocol->parties * PEER_LEN, len = 0;
    enum record_type type;
    struct reader in;

    while (len < want) {
        ssize_t n = recv(c->fd, bytes + len, want - len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        len += (size_t)n;
    }
    if (record_next(bytes, len, &type, &in) != (int64_t)len || type != RECORD_PEERS)
        return false;
    for (int p = 0; p < c->options->protocol->parties; p++) {
        snprintf(peers[p].name, sizeof peers[p].name, "party%d", p);
        host_of(c, p, peers[p].host);
        memcpy(peers[p].public_key, read_bytes(&in, CRYPTO_SIGN_PUBLIC_LEN), CRYPTO_SIGN_PUBLIC_LEN);
        peers[p].port = read_u16(&in);
    }
    return true;
}

/* False: the launcher is gone and nobody is left to tell. */
static bool run(struct local_child *c, struct run_result *result, struct fault *f)
{
    struct net_peer peers[SOTTO_PARTIES_MAX] = { 0 };
    struct crypto_identity id = { 0 };
    struct side side = {
        .protocol = c->options->protocol,
        .self = c->self,
        .id = &id,
        .peers = peers,
        .listen_fd = -1,
        .job_id = 1,
        .timeout_ms = c->options->timeout_ms,
        .memory_max = c->options->memory_max,
        .round_worth = c->options->round_worth,
        .lanes = c->options->lanes,
        .corrupt = c->options->corrupt == c->self,
        .on_progress = c->self == 0 ? on_progress : NULL,
        .on_progress_arg = c,
    };
    char host[sizeof peers[0].host];
    uint16_t port = 0;

    crypto_identity_new(&id);
    if (!enter_namespace(c, f))
        return true;
    if (c->options->protocol->parties > 1) {
        host_of(c, c->self, host);
        side.listen_fd = net_listen(host, &port, f);
        if (side.listen_fd < 0)
            return true;
    }
    if (!say_hello(c, &id, port) || !read_peers(c, peers))
        return false;
    if (side_run(&side, c->job, result, f) && !f->code)
        fault_set(f, SOTTO_ERR_INTERNAL, "the party stopped without saying why");
    mem_wipe(&id, sizeof id);
    return true;
}

/* Where the process dies with its launcher, ignores the terminal's Ctrl-C (the launcher decides), and has no
 * file but its own. */
static bool settle(struct local_child *c)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, usual = { .sa_handler = SIG_DFL };
    sigset_t none;
    char name[16];

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != c->launcher)
        return false;
    snprintf(name, sizeof name, "sotto-party-%d", c->self);
    prctl(PR_SET_NAME, name);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGTERM, &usual, NULL);
    sigaction(SIGHUP, &usual, NULL);
    sigaction(SIGCHLD, &usual, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (c->fd != 3 && dup2(c->fd, 3) < 0)
        return false;
    c->fd = 3;
    return close_range(4, ~0U, 0) == 0;
}

int local_child_main(struct local_child *c)
{
    struct run_result result = { 0 };
    struct writer record = { 0 };
    struct fault f = { 0 };

    if (!settle(c) || !run(c, &result, &f))
        return 1;
    record_report(&record, &c->job->image, c->self, &f, &result);
    if (record.failed || record.len > RECORD_LEN_MAX) { /* say at least that */
        writer_wipe(&record);
        run_result_wipe(&result);
        f.code = SOTTO_OK;
        fault_set(&f, SOTTO_ERR_RESOURCE, "the outputs are too large for the memory of one report");
        record_report(&record, &c->job->image, c->self, &f, &result);
    }
    return send_record(c, &record) ? 0 : 1;
}
