/* The channel over mutual TLS: waiting, signs of life, giving up and the orderly end. */
#include "net/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    KEEPALIVE_PART = 4,  /* signs of life in one timeout */
    PATIENCE = 60,       /* timeouts for which signs of life alone are enough */
    GRACE_MS = 50,       /* for others to say why a peer went */
    ABORT_MS_MAX = 500,  /* to get the reason out */
    LINGER_MS_MAX = 500, /* for the peers' machines to acknowledge our last bytes */
};

static const struct net_ops tls_ops;

static struct tls_mesh *mesh_of(struct net_channel *ch)
{
    return (struct tls_mesh *)(void *)ch;
}

static uint64_t ns_of_ms(uint64_t ms)
{
    return ms * 1000000;
}

/* --- sending -------------------------------------------------------------------------------------------- */

static enum sotto_err queue_control(struct tls_mesh *m, int to, uint32_t instr, const void *payload, size_t len)
{
    uint8_t header[NET_HEADER_LEN];

    net_frames_header(header, m->ch.job, (struct net_tag){ .instr = instr }, len);
    return tls_link_queue(m, to, header, payload, len);
}

/* Send what waits, and a sign of life where nothing went for long. A peer may wait for us while we wait. */
static enum sotto_err flush_all(struct tls_mesh *m, uint64_t now)
{
    for (int p = 0; p < m->ch.parties; p++) {
        struct tls_link *l = &m->link[p];

        if (!l->stream || l->end != TLS_OPEN)
            continue;
        if (!tls_link_pending(l) && now - l->sent_ns >= ns_of_ms(m->timeout_ms) / KEEPALIVE_PART)
            TRY(queue_control(m, p, NET_CONTROL_KEEPALIVE, NULL, 0));
        if (tls_link_pending(l) && !l->blocked)
            TRY(tls_link_flush(m, p, now));
    }
    return SOTTO_OK;
}

static enum sotto_err tls_flush(struct net_channel *ch)
{
    return flush_all(mesh_of(ch), clock_now_ns());
}

void net_keepalive(struct net_channel *ch)
{
    struct tls_mesh *m = mesh_of(ch);
    uint64_t now;

    if (ch->ops != &tls_ops || ch->fault.code || m->finished)
        return;
    now = clock_now_ns();
    for (int p = 0; p < ch->parties; p++)
        if (m->link[p].stream && now - m->link[p].sent_ns >= ns_of_ms(m->timeout_ms) / KEEPALIVE_PART) {
            /* A failure is kept in the channel's fault, where the next call finds it. */
            (void)!flush_all(m, now);
            return;
        }
}

/* --- waiting -------------------------------------------------------------------------------------------- */

/* Silence counts only while we listen, and from the moment at which a peer became one that we wait for. */
static void resume_clocks(struct tls_mesh *m, uint64_t now)
{
    uint32_t waited = net_inbox_waited(&m->ch);

    for (int p = 0; p < m->ch.parties; p++) {
        struct tls_link *l = &m->link[p];
        bool anew = !(m->waited >> p & 1);
        uint64_t away = now - m->left_ns;

        l->blocked = false; /* worth one try: poll may not be reached while much comes in */
        l->heard_ns = anew || now - l->heard_ns < away ? now : l->heard_ns + away;
        l->frame_ns = anew || now - l->frame_ns < away ? now : l->frame_ns + away;
    }
    m->waited = waited;
}

static enum sotto_err read_ready(struct tls_mesh *m, uint64_t now, uint64_t *delivered)
{
    *delivered = 0;
    for (int p = 0; p < m->ch.parties; p++) {
        struct tls_link *l = &m->link[p];
        uint64_t before = l->frames.delivered;

        if (!l->readable || l->end != TLS_OPEN)
            continue;
        TRY(tls_link_read(m, p, now));
        if (l->frames.delivered != before)
            l->frame_ns = now;
        *delivered += l->frames.delivered - before;
    }
    return SOTTO_OK;
}

/* Somebody went without whom we cannot go on: a broken link always, a link ended in order if we wait for it. Of
 * several the first, as the others may have left because of it; of two at once the one that we wait for. */
static int gone(const struct tls_mesh *m)
{
    uint32_t waited = net_inbox_waited(&m->ch);
    int first = -1;

    for (int p = 0; p < m->ch.parties; p++) {
        const struct tls_link *l = &m->link[p];
        bool wanted = waited >> p & 1;

        if (!l->frames.relay_len && l->end != TLS_BROKEN && (l->end != TLS_LEFT || !wanted))
            continue;
        if (first < 0 || l->end_ns < m->link[first].end_ns ||
            (l->end_ns == m->link[first].end_ns && wanted && !(waited >> first & 1)))
            first = p;
    }
    return first;
}

static bool anybody_open(const struct tls_mesh *m)
{
    for (int p = 0; p < m->ch.parties; p++)
        if (m->link[p].stream && m->link[p].end == TLS_OPEN && !m->link[p].frames.relay_len)
            return true;
    return false;
}

/* When a party goes, the one that made it go often says so a moment later: its word is better than ours. */
static enum sotto_err judge_gone(struct tls_mesh *m, uint64_t now)
{
    int p = gone(m);
    const struct tls_link *l;

    if (p < 0)
        return SOTTO_OK;
    if (!m->grace_ns)
        m->grace_ns = now + ns_of_ms(GRACE_MS);
    if (now < m->grace_ns && anybody_open(m))
        return SOTTO_OK;
    for (int q = 0; q < m->ch.parties; q++)
        if (m->link[q].frames.relay_len)
            return net_abort_decode(&m->ch, q, m->link[q].frames.relay, m->link[q].frames.relay_len);
    l = &m->link[p];
    if (l->end == TLS_LEFT)
        return fault_set(&m->ch.fault, SOTTO_ERR_NETWORK,
                         "%s hung up while its messages were due; see its own output for the reason", l->text);
    return fault_set(&m->ch.fault, SOTTO_ERR_NETWORK,
                     "%s is gone: its connection broke; was it killed, or is the network down?", l->text);
}

static enum sotto_err silent(struct tls_mesh *m, uint64_t now, uint64_t limit)
{
    char text[FAULT_TEXT_MAX] = "nobody in particular";
    uint32_t waited = net_inbox_waited(&m->ch);
    size_t len = 0;

    for (int p = 0; p < m->ch.parties; p++)
        /* Who has been silent for most of the time belongs to it as well. */
        if ((waited >> p & 1) && m->link[p].end == TLS_OPEN && now - m->link[p].heard_ns >= limit / 4 * 3 &&
            len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", len ? " and " : "", m->link[p].text);
    return fault_set(&m->ch.fault, SOTTO_ERR_TIMEOUT,
                     "no sign of life for %.1f s from %s; is it running, and can it reach us?",
                     m->timeout_ms / 1000.0, text);
}

/* *due: when to look again. */
static enum sotto_err judge_silence(struct tls_mesh *m, uint64_t now, uint64_t *due)
{
    uint64_t limit = ns_of_ms(m->timeout_ms);
    uint32_t waited = net_inbox_waited(&m->ch);

    for (int p = 0; p < m->ch.parties; p++) {
        const struct tls_link *l = &m->link[p];
        uint64_t next;

        if (!l->stream || l->end != TLS_OPEN)
            continue;
        next = l->sent_ns + limit / KEEPALIVE_PART;
        if (!tls_link_pending(l) && next < *due)
            *due = next;
        if (!(waited >> p & 1))
            continue;
        if (now - l->heard_ns >= limit)
            return silent(m, now, limit);
        if (now - l->frame_ns >= PATIENCE * limit)
            return fault_set(
                &m->ch.fault, SOTTO_ERR_TIMEOUT,
                "%s has sent nothing but signs of life for %.1f s; is its machine too slow for this job?",
                l->text, PATIENCE * (m->timeout_ms / 1000.0));
        if (l->heard_ns + limit < *due)
            *due = l->heard_ns + limit;
    }
    return SOTTO_OK;
}

static void take_interrupt(struct net_channel *ch)
{
    uint64_t count;

    (void)!read(ch->interrupt_fd, &count, sizeof count);
    atomic_store(&ch->interrupting, false); /* who comes now writes again; who came before is seen below */
    ch->interrupted = true;
}

static enum sotto_err sleep_until(struct tls_mesh *m, uint64_t now, uint64_t due)
{
    struct pollfd fd[SOTTO_PARTIES_MAX + 1];
    int ms = due <= now ? 0 : (int)((due - now + 999999) / 1000000);

    for (int p = 0; p < m->ch.parties; p++) {
        const struct tls_link *l = &m->link[p];
        bool open = l->stream && l->end == TLS_OPEN;

        fd[p] = (struct pollfd){ .fd = open ? l->stream->fd : -1,
                                 .events = (short)(POLLIN | (tls_link_pending(l) ? POLLOUT : 0)) };
        if (l->readable && open)
            ms = 0;
    }
    fd[m->ch.parties] = (struct pollfd){ .fd = m->ch.interrupt_fd, .events = POLLIN };
    if (poll(fd, (nfds_t)m->ch.parties + 1, ms) < 0) {
        if (errno != EINTR)
            return fault_set(&m->ch.fault, SOTTO_ERR_INTERNAL, "cannot wait for the network: %s",
                             strerror(errno));
        return SOTTO_OK;
    }
    for (int p = 0; p < m->ch.parties; p++) {
        if (fd[p].revents & (POLLIN | POLLHUP | POLLERR))
            m->link[p].readable = true;
        if (fd[p].revents & POLLOUT)
            m->link[p].blocked = false;
    }
    if (fd[m->ch.parties].revents)
        take_interrupt(&m->ch);
    return SOTTO_OK;
}

static enum sotto_err wait_for_frame(struct tls_mesh *m)
{
    uint64_t now = clock_now_ns(), delivered, due;

    resume_clocks(m, now);
    for (;;) {
        TRY(flush_all(m, now));
        TRY(read_ready(m, now, &delivered));
        if (delivered || m->ch.interrupted)
            return SOTTO_OK;
        TRY(judge_gone(m, now));
        due = now + ns_of_ms(m->timeout_ms);
        if (m->grace_ns && m->grace_ns < due)
            due = m->grace_ns;
        TRY(judge_silence(m, now, &due));
        TRY(sleep_until(m, now, due));
        now = clock_now_ns();
    }
}

/* Too much waits for this peer. The others are listened to meanwhile: it may itself wait for us to read. */
static enum sotto_err wait_for_room(struct tls_mesh *m, int to)
{
    struct tls_link *l = &m->link[to];
    uint64_t now = clock_now_ns(), delivered, due, moved_ns = now, sent = l->stream->sent;

    resume_clocks(m, now);
    for (;; now = clock_now_ns()) {
        TRY(flush_all(m, now));
        TRY(read_ready(m, now, &delivered));
        if (tls_link_unsent(l) < SOTTO_UNSENT_LEN_MAX / 2 || m->ch.interrupted)
            return SOTTO_OK;
        if (l->stream->sent != sent)
            moved_ns = now;
        sent = l->stream->sent;
        if (now - moved_ns >= ns_of_ms(m->timeout_ms))
            return fault_set(
                &m->ch.fault, SOTTO_ERR_TIMEOUT,
                "%s has taken nothing of what was sent for %.1f s; is it running, and is the network up?",
                l->text, m->timeout_ms / 1000.0);
        TRY(judge_gone(m, now));
        due = now + ns_of_ms(m->timeout_ms) / KEEPALIVE_PART;
        if (m->grace_ns && m->grace_ns < due)
            due = m->grace_ns;
        TRY(sleep_until(m, now, due));
    }
}

static enum sotto_err tls_send(struct net_channel *ch, int to, const uint8_t header[NET_HEADER_LEN],
                               const void *payload, size_t len)
{
    struct tls_mesh *m = mesh_of(ch);
    enum sotto_err err;

    TRY(tls_link_queue(m, to, header, payload, len));
    if (tls_link_unsent(&m->link[to]) < SOTTO_UNSENT_LEN_MAX)
        return SOTTO_OK;
    err = wait_for_room(m, to);
    m->left_ns = clock_now_ns();
    return err;
}

static enum sotto_err tls_wait(struct net_channel *ch)
{
    struct tls_mesh *m = mesh_of(ch);
    enum sotto_err err = wait_for_frame(m);

    m->left_ns = clock_now_ns();
    return err;
}

/* --- the end -------------------------------------------------------------------------------------------- */

/* Send what waits for at most ms_max. What comes meanwhile is thrown away undecrypted, so that a peer that is
 * writing to us is not stuck before it reads. */
static void drain_out(struct tls_mesh *m, unsigned ms_max)
{
    static const short both = POLLIN | POLLOUT;
    uint64_t now = clock_now_ns(), until = now + ns_of_ms(ms_max);
    struct pollfd fd[SOTTO_PARTIES_MAX];
    uint8_t ignored[1 << 14];
    bool waiting;

    for (;; now = clock_now_ns()) {
        waiting = false;
        for (int p = 0; p < m->ch.parties; p++) {
            struct tls_link *l = &m->link[p];

            if (tls_link_pending(l) && tls_link_flush(m, p, now))
                l->end = TLS_BROKEN;
            fd[p] = (struct pollfd){ .fd = tls_link_pending(l) ? l->stream->fd : -1, .events = both };
            waiting = waiting || tls_link_pending(l);
        }
        if (!waiting || now >= until ||
            poll(fd, (nfds_t)m->ch.parties, (int)((until - now + 999999) / 1000000)) < 0)
            return;
        for (int p = 0; p < m->ch.parties; p++)
            if (fd[p].revents & ~POLLOUT && recv(fd[p].fd, ignored, sizeof ignored, 0) <= 0)
                m->link[p].end = TLS_BROKEN;
    }
}

static void finish_all(struct tls_mesh *m)
{
    for (int p = 0; p < m->ch.parties; p++)
        if (m->link[p].stream && m->link[p].end != TLS_BROKEN)
            tls_stream_finish(m->link[p].stream);
    m->finished = true;
}

static void tls_abort(struct net_channel *ch, const struct fault *why)
{
    struct tls_mesh *m = mesh_of(ch);
    uint8_t payload[NET_ABORT_LEN_MAX];
    size_t len = net_abort_encode(payload, why);

    if (m->finished)
        return;
    for (int p = 0; p < ch->parties; p++) {
        if (!m->link[p].stream)
            continue;
        tls_link_drop_unsent(&m->link[p]);
        (void)!queue_control(m, p, NET_CONTROL_ABORT, payload, len);
    }
    drain_out(m, ABORT_MS_MAX);
    finish_all(m);
}

/* Bytes that the peer's machine has not acknowledged. After a reset there is nothing to wait for, though the
 * kernel still counts them. */
static bool unacknowledged(const struct tls_link *l)
{
    struct tcp_info info = { 0 };
    socklen_t len = sizeof info;
    int bytes = 0;

    if (!l->stream || l->end == TLS_BROKEN || ioctl(l->stream->fd, SIOCOUTQ, &bytes) < 0 || !bytes)
        return false;
    return getsockopt(l->stream->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_state != TCP_CLOSE;
}

/* Closing a socket on which bytes lie unread resets the connection, and a reset overtakes what we sent. So wait
 * until the peers' machines have acknowledged everything. */
static void linger(struct tls_mesh *m)
{
    uint64_t until = clock_now_ns() + ns_of_ms(LINGER_MS_MAX);
    bool waiting;

    do {
        waiting = false;
        for (int p = 0; p < m->ch.parties; p++)
            waiting = waiting || unacknowledged(&m->link[p]);
    } while (waiting && clock_now_ns() < until && poll(NULL, 0, 1) == 0);
}

static void mesh_wipe(struct tls_mesh *m)
{
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        tls_link_wipe(&m->link[p]);
    if (m->listen_fd >= 0)
        close(m->listen_fd);
    if (m->ch.interrupt_fd >= 0)
        close(m->ch.interrupt_fd);
    if (m->ctx && --m->ctx->users == 0) {
        tls_context_wipe(m->ctx);
        mem_free(m->ctx);
    }
    net_inbox_free(&m->ch);
    mem_wipe(m, sizeof *m);
    mem_free(m);
}

/* After a failure that nobody was told of (net_abort), the connections just break: the peers must not take that
 * for an orderly end. */
static void tls_free(struct net_channel *ch)
{
    struct tls_mesh *m = mesh_of(ch);

    if (!m->finished && !ch->fault.code) {
        drain_out(m, m->timeout_ms);
        finish_all(m);
    }
    if (m->finished)
        linger(m);
    mesh_wipe(m);
}

static const struct net_ops tls_ops = {
    .name = "tls",
    .send = tls_send,
    .flush = tls_flush,
    .wait = tls_wait,
    .abort = tls_abort,
    .free = tls_free,
};

/* --- the start ------------------------------------------------------------------------------------------ */

static void describe(struct tls_link *l, int party, const struct net_peer *peer)
{
    (void)snprintf(l->text, sizeof l->text, "party %d (%s%s%s:%u)", party, peer->name,
                   peer->name[0] ? ", " : "", peer->host, peer->port);
}

/* All parties must mean the same parties in the same order. */
static void make_greeting(int parties, const struct net_peer peer[], uint8_t out[CRYPTO_HASH_LEN])
{
    struct crypto_hash h;

    crypto_hash_init(&h, "sotto mesh 1");
    for (int p = 0; p < parties; p++)
        crypto_hash_part(&h, peer[p].public_key, sizeof peer[p].public_key);
    crypto_hash_final(&h, out);
}

static struct tls_mesh *mesh_new(int self, int parties, const struct net_peer peer[], uint32_t job,
                                 unsigned timeout_ms, bool interruptible)
{
    struct tls_mesh *m = mem_alloc(1, sizeof *m);

    if (!m)
        return NULL;
    m->ch.ops = &tls_ops;
    m->ch.self = self;
    m->ch.parties = parties;
    m->ch.job = job;
    m->ch.interrupt_fd = -1;
    m->listen_fd = -1;
    m->timeout_ms = timeout_ms ? timeout_ms : 1;
    for (int p = 0; p < parties; p++)
        describe(&m->link[p], p, &peer[p]);
    if (interruptible)
        m->ch.interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if ((interruptible && m->ch.interrupt_fd < 0) || net_inbox_new(&m->ch)) {
        mesh_wipe(m);
        return NULL;
    }
    return m;
}

static enum sotto_err lanes_new(struct tls_mesh *m[], int lanes, int self, int parties,
                                const struct net_peer peer[], uint32_t job, unsigned timeout_ms,
                                struct fault *f)
{
    struct tls_context *ctx = mem_alloc(1, sizeof *ctx);

    for (int i = 0; i < lanes; i++)
        m[i] = ctx ? mesh_new(self, parties, peer, job, timeout_ms, lanes > 1) : NULL;
    for (int i = 0; i < lanes; i++)
        if (!m[i]) {
            for (int k = 0; k < lanes; k++)
                if (m[k])
                    mesh_wipe(m[k]);
            mem_free(ctx);
            return fault_set(f, SOTTO_ERR_RESOURCE, "out of memory for the channel");
        }
    for (int i = 0; i < lanes; i++)
        m[i]->ctx = ctx;
    return SOTTO_OK;
}

enum sotto_err net_tls_lanes(const struct crypto_identity *id, int self, int parties,
                             const struct net_peer peer[], int listen_fd, uint32_t job, unsigned timeout_ms,
                             int lanes, struct net_channel *ch[], struct fault *f)
{
    uint8_t greeting[CRYPTO_HASH_LEN];
    struct tls_mesh *m[SOTTO_LANES_MAX];
    enum sotto_err err;
    int failed = 0;

    assert(parties >= 2 && parties <= SOTTO_PARTIES_MAX && self >= 0 && self < parties);
    assert(lanes >= 1 && lanes <= SOTTO_LANES_MAX);
    err = lanes_new(m, lanes, self, parties, peer, job, timeout_ms, f);
    if (err) {
        close(listen_fd);
        return err;
    }
    make_greeting(parties, peer, greeting);
    (void)fcntl(listen_fd, F_SETFL, fcntl(listen_fd, F_GETFL) | O_NONBLOCK);
    for (int i = 0; i < lanes; i++)
        m[i]->listen_fd = listen_fd;
    err = tls_context_init(m[0]->ctx, id, parties, peer, &m[0]->ch.fault);
    m[0]->ctx->users = (unsigned)lanes;
    if (!err)
        err = tls_join(m, lanes, &failed, greeting);
    close(listen_fd);
    for (int i = 0; i < lanes; i++) {
        m[i]->listen_fd = -1;
        m[i]->left_ns = clock_now_ns();
        ch[i] = &m[i]->ch;
    }
    if (!err)
        return SOTTO_OK;
    if (f && !f->code)
        *f = m[failed]->ch.fault;
    for (int i = lanes; i-- > 0;) {
        if (i < failed)
            net_abort(ch[i], &m[failed]->ch.fault); /* these stand already */
        linger(m[i]);
    }
    for (int i = lanes; i-- > 0;)
        mesh_wipe(m[i]);
    return err;
}

struct net_channel *net_tls_new(const struct crypto_identity *id, int self, int parties,
                                const struct net_peer peer[], int listen_fd, uint32_t job, unsigned timeout_ms,
                                struct fault *f)
{
    struct net_channel *ch;

    return net_tls_lanes(id, self, parties, peer, listen_fd, job, timeout_ms, 1, &ch, f) ? NULL : ch;
}
