/* How the mesh comes to stand: every party connects to the lower ones and accepts the higher ones, all at once.
 *
 *   CONNECT ─▶ HANDSHAKE ─▶ HELLO ─▶ a link ─▶ READY     an attempt never holds up another
 *   accept ──────▲
 *
 * Who has all its links says READY over each; who fails says why instead. When all are ready, all links stand
 * everywhere, so what a party does next, leaving included, falls upon no one who is still connecting.
 *
 * With several lanes a mesh follows the other. Who is done with one begins with the next, and may call a party
 * that is not done yet: that one sets the call aside (PARKED) until it is there. Nobody is further ahead than
 * that, as all wait for all to be ready.
 *
 * A caller is known by its pinned key alone. Strangers are sent away and remembered for the message that says
 * why somebody is missing; they can cost a slot of the table for a while, never the mesh. */
#include "net/tls.h"
#include "net/tls_socket.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>

enum { GUESTS_MAX = 16, ATTEMPTS_MAX = SOTTO_PARTIES_MAX + GUESTS_MAX };
enum { RETRY_MS_MIN = 4, RETRY_MS_MAX = 128, NOTE_LEN = 200, KEY_SHOWN_LEN = 8 };

/* hello:  0       6         8     12     13   14        15      16     17    20
 *         | magic | version | job | from | to | parties | lanes | lane | 0 0 0 | greeting (32) | */
enum { HELLO_LEN = 52, HELLO_LANE_AT = 16, HELLO_GREETING_AT = 20, HELLO_VERSION = 2 };
static const uint8_t magic[6] = "sotto";

/* After the hello, in one record: STATUS_READY alone, or STATUS_FAILED and the payload of an abort frame. */
enum status { STATUS_FAILED, STATUS_READY };

enum step { STEP_NONE, STEP_CONNECT, STEP_HANDSHAKE, STEP_HELLO, STEP_PARKED };

struct attempt {
    enum step step;
    int party; /* whom we called, -1: a caller */
    struct tls_stream *stream;
    char from[TLS_ADDRESS_LEN];
    uint64_t since_ns;
    uint8_t hello[HELLO_LEN];
    size_t hello_len;
};

struct dial { /* one lower party */
    struct addrinfo *all, *next;
    uint64_t due_ns; /* UINT64_MAX while an attempt is under way */
    unsigned retry_ms;
    char note[NOTE_LEN]; /* why the last attempt failed */
};

struct join {
    struct tls_mesh *m; /* of the lane that joins now */
    int lane, lanes;
    const uint8_t *greeting;
    uint64_t now_ns, deadline_ns;
    uint32_t ready; /* bit mask of the parties that said so */
    struct attempt attempt[ATTEMPTS_MAX];
    struct dial dial[SOTTO_PARTIES_MAX];
    char refused[NOTE_LEN]; /* the last stranger, empty: none */
    unsigned refused_n;
    bool foreign; /* one of them showed a certificate */
};

static uint64_t ns_of_ms(uint64_t ms)
{
    return ms * 1000000;
}

static enum sotto_err fail(struct join *j, const char *format, ...) SOTTO_PRINTF(2, 3);
static enum sotto_err fail(struct join *j, const char *format, ...)
{
    char text[FAULT_TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return fault_set(&j->m->ch.fault, SOTTO_ERR_NETWORK, "%s", text);
}

static void drop(struct attempt *a)
{
    tls_stream_free(a->stream);
    *a = (struct attempt){ .party = -1 };
}

/* --- hello ---------------------------------------------------------------------------------------------- */

static void make_hello(const struct join *j, int to, uint8_t out[HELLO_LEN])
{
    const struct net_channel *ch = &j->m->ch;

    memset(out, 0, HELLO_LEN);
    memcpy(out, magic, sizeof magic);
    put_u16(out + 6, HELLO_VERSION);
    put_u32(out + 8, ch->job);
    out[12] = (uint8_t)ch->self;
    out[13] = (uint8_t)to;
    out[14] = (uint8_t)ch->parties;
    out[15] = (uint8_t)j->lanes;
    out[HELLO_LANE_AT] = (uint8_t)j->lane;
    memcpy(out + HELLO_GREETING_AT, j->greeting, CRYPTO_HASH_LEN);
}

static enum sotto_err check_hello(struct join *j, int from, const uint8_t *p)
{
    const struct net_channel *ch = &j->m->ch;
    const char *who = j->m->link[from].text;
    struct reader r = reader_of(p, HELLO_LEN);
    const uint8_t *seen_magic = read_bytes(&r, sizeof magic);
    uint16_t version = read_u16(&r);
    uint32_t job = read_u32(&r);
    uint8_t self = read_u8(&r), to = read_u8(&r), parties = read_u8(&r), lanes = read_u8(&r);

    if (memcmp(seen_magic, magic, sizeof magic) != 0)
        return fault_set(&j->m->ch.fault, SOTTO_ERR_MALFORMED, "%s does not greet as a Sotto party does", who);
    if (version != HELLO_VERSION)
        return fail(j, "%s speaks version %u of the protocol, this party version %d; install the same Sotto",
                    who, version, HELLO_VERSION);
    if (self != from || to != ch->self || parties != ch->parties ||
        memcmp(p + HELLO_GREETING_AT, j->greeting, CRYPTO_HASH_LEN) != 0)
        return fail(
            j,
            "%s runs another network: it calls itself party %u of %u and us party %u, or has other keys; "
            "give all parties the same network.yaml",
            who, self, parties, to);
    if (job != ch->job)
        return fail(j, "%s runs another job (%08x, here %08x); start all parties with the same job number", who,
                    job, ch->job);
    if (lanes != j->lanes)
        return fail(j, "%s runs %u lanes, this party %d; start all parties with the same --lanes", who, lanes,
                    j->lanes);
    return SOTTO_OK;
}

/* --- ready ---------------------------------------------------------------------------------------------- */

static void say(struct tls_link *l, const uint8_t *p, size_t len)
{
    size_t took;

    (void)tls_stream_write(l->stream, p, len, &took);
    (void)tls_stream_push(l->stream, NULL); /* a few bytes on a fresh connection: they fit */
}

static void say_ready(struct join *j)
{
    for (int p = 0; p < j->m->ch.parties; p++)
        if (j->m->link[p].stream)
            say(&j->m->link[p], (const uint8_t[]){ STATUS_READY }, 1);
}

static void say_failed(struct join *j)
{
    uint8_t text[1 + NET_ABORT_LEN_MAX] = { STATUS_FAILED };
    size_t len = 1 + net_abort_encode(text + 1, &j->m->ch.fault);

    for (int p = 0; p < j->m->ch.parties; p++) {
        if (!j->m->link[p].stream)
            continue;
        say(&j->m->link[p], text, len);
        tls_stream_finish(j->m->link[p].stream);
    }
}

/* A linked party said something before all were ready. Frames behind its status stay where they are. */
static enum sotto_err hear(struct join *j, int party)
{
    struct tls_stream *s = j->m->link[party].stream;
    uint8_t status, text[NET_ABORT_LEN_MAX];
    size_t got;
    enum tls_io io;

    s->drained = false;
    io = tls_stream_read(s, &status, 1, &got);
    if (io == TLS_IO_AGAIN)
        return SOTTO_OK;
    if (io == TLS_IO_DONE && status == STATUS_READY) {
        j->ready |= 1u << party;
        return SOTTO_OK;
    }
    if (io == TLS_IO_DONE && status == STATUS_FAILED &&
        tls_stream_read(s, text, sizeof text, &got) == TLS_IO_DONE)
        return net_abort_decode(&j->m->ch, party, text, got);
    return fail(j, "%s hung up while the parties were connecting; its own message says why",
                j->m->link[party].text);
}

/* A few bytes on a fresh connection: they fit; what breaks it shows when it is read. */
static void say_hello(const struct join *j, const struct attempt *a)
{
    uint8_t hello[HELLO_LEN];
    size_t took;

    make_hello(j, a->stream->party, hello);
    (void)tls_stream_write(a->stream, hello, sizeof hello, &took);
    (void)tls_stream_push(a->stream, NULL);
}

static uint32_t missing(const struct join *j)
{
    uint32_t mask = 0;

    for (int p = 0; p < j->m->ch.parties; p++)
        if (p != j->m->ch.self && !j->m->link[p].stream)
            mask |= 1u << p;
    return mask;
}

/* --- what became of an attempt ------------------------------------------------------------------------- */

static void retry(struct join *j, int party, const char *why)
{
    struct dial *d = &j->dial[party];

    (void)snprintf(d->note, sizeof d->note, "%s", why);
    d->due_ns = j->now_ns + ns_of_ms(d->retry_ms);
    d->retry_ms = d->retry_ms * 2 < RETRY_MS_MAX ? d->retry_ms * 2 : RETRY_MS_MAX;
}

static void refuse_guest(struct join *j, const struct attempt *a)
{
    const struct tls_stream *s = a->stream;
    char key[2 * KEY_SHOWN_LEN + 1];

    if (s->key_seen && s->party < 0) {
        crypto_hex(key, s->key, KEY_SHOWN_LEN);
        (void)snprintf(j->refused, sizeof j->refused, "%s presented an unknown certificate with key %s...",
                       a->from, key);
        j->foreign = true;
    } else if (j->foreign) {
        /* keep the note that says more */
    } else if (s->refused) {
        (void)snprintf(j->refused, sizeof j->refused, "%s refused our certificate (%s)", a->from, s->reason);
    } else {
        (void)snprintf(j->refused, sizeof j->refused, "%s did not speak TLS 1.3 (%s)", a->from, s->reason);
    }
    j->refused_n++;
}

static enum sotto_err wrong_server(struct join *j, const struct attempt *a)
{
    const struct tls_stream *s = a->stream;
    const char *who = j->m->link[a->party].text;
    char got[2 * KEY_SHOWN_LEN + 1], want[2 * KEY_SHOWN_LEN + 1];

    if (s->short_of_memory)
        return fault_set(&j->m->ch.fault, SOTTO_ERR_RESOURCE, "out of memory while connecting to %s", who);
    if (s->key_seen && s->party < 0) {
        crypto_hex(got, s->key, KEY_SHOWN_LEN);
        crypto_hex(want, j->m->ctx->peer[a->party].public_key, KEY_SHOWN_LEN);
        return fail(
            j,
            "%s presented an unknown certificate with key %s... where %s... is due; compare network.yaml "
            "on both sides, and do not go on while they differ",
            who, got, want);
    }
    if (s->refused)
        return fail(j, "%s refused our certificate (%s); it must have this party's key in its network.yaml",
                    who, s->reason);
    return fail(j, "%s does not speak TLS 1.3 as Sotto does (%s); is another program on that port?", who,
                s->reason);
}

/* The attempt ended without a link. */
static enum sotto_err give_up(struct join *j, struct attempt *a, enum tls_io io)
{
    enum sotto_err err = SOTTO_OK;

    if (io == TLS_IO_FAILED && a->party >= 0)
        err = wrong_server(j, a);
    else if (io == TLS_IO_FAILED)
        refuse_guest(j, a);
    else if (a->party >= 0)
        retry(j, a->party, "it closed the connection during the greeting");
    drop(a);
    return err;
}

/* One of a party, the newest. */
static void park(struct join *j, struct attempt *a)
{
    const int party = a->stream->party;

    for (int i = 0; i < ATTEMPTS_MAX; i++)
        if (&j->attempt[i] != a && j->attempt[i].step == STEP_PARKED && j->attempt[i].stream->party == party)
            drop(&j->attempt[i]);
    a->step = STEP_PARKED;
}

static enum sotto_err become_link(struct join *j, struct attempt *a)
{
    int party = a->stream->party;
    struct tls_link *l = &j->m->link[party];

    if (a->party < 0 && a->hello[HELLO_LANE_AT] == j->lane + 1) {
        park(j, a);
        return SOTTO_OK;
    }
    if (a->party < 0)
        say_hello(j, a);
    TRY(check_hello(j, party, a->hello));
    if (a->hello[HELLO_LANE_AT] != j->lane)
        return fault_set(&j->m->ch.fault, SOTTO_ERR_MALFORMED, "%s greets for lane %u where lane %d is due",
                         j->m->link[party].text, a->hello[HELLO_LANE_AT], j->lane);
    if (l->stream) { /* it has a link: this one is left over */
        drop(a);
        return SOTTO_OK;
    }
    l->stream = a->stream;
    l->readable = true; /* its first frames may already lie behind the hello */
    l->heard_ns = l->frame_ns = l->sent_ns = j->now_ns;
    a->stream = NULL;
    drop(a);
    j->deadline_ns = j->now_ns + ns_of_ms(j->m->timeout_ms);
    if (!missing(j))
        say_ready(j);
    return hear(j, party); /* its status may lie right behind the hello */
}

/* --- steps ---------------------------------------------------------------------------------------------- */

static enum tls_io shake(struct join *j, struct attempt *a)
{
    enum tls_io io = tls_stream_handshake(a->stream);

    if (io == TLS_IO_DONE)
        a->step = STEP_HELLO;
    if (io == TLS_IO_DONE && a->party >= 0)
        say_hello(j, a); /* who was called answers when it knows for which lane */
    (void)tls_stream_push(a->stream, NULL);
    return io;
}

static enum sotto_err advance(struct join *j, struct attempt *a)
{
    enum tls_io io = TLS_IO_DONE;
    int why;
    size_t got;

    a->stream->drained = false;
    (void)tls_stream_push(a->stream, NULL);
    if (a->step == STEP_CONNECT) {
        why = tls_connect_error(a->stream->fd);
        if (why) {
            retry(j, a->party, strerror(why));
            drop(a);
            return SOTTO_OK;
        }
        a->step = STEP_HANDSHAKE;
    }
    if (a->step == STEP_HANDSHAKE)
        io = shake(j, a);
    while (io == TLS_IO_DONE && a->hello_len < HELLO_LEN) {
        io = tls_stream_read(a->stream, a->hello + a->hello_len, HELLO_LEN - a->hello_len, &got);
        a->hello_len += got;
    }
    if (io == TLS_IO_AGAIN)
        return SOTTO_OK;
    return io == TLS_IO_DONE ? become_link(j, a) : give_up(j, a, io);
}

static enum sotto_err start(struct join *j, struct attempt *a, int fd, int party, uint32_t allowed)
{
    *a = (struct attempt){ .step = party < 0 ? STEP_HANDSHAKE : STEP_CONNECT,
                           .party = party,
                           .since_ns = j->now_ns };
    a->stream = tls_stream_new(j->m->ctx, fd, party < 0, allowed);
    if (!a->stream) {
        drop(a);
        return fault_set(&j->m->ch.fault, SOTTO_ERR_RESOURCE, "out of memory for a connection");
    }
    return SOTTO_OK;
}

static enum sotto_err call(struct join *j, int party)
{
    struct dial *d = &j->dial[party];
    const struct addrinfo *to = d->next;
    int fd = tls_connect(to);

    d->next = to->ai_next ? to->ai_next : d->all;
    if (fd < 0) {
        retry(j, party, strerror(errno));
        return SOTTO_OK;
    }
    d->due_ns = UINT64_MAX;
    return start(j, &j->attempt[party], fd, party, 1u << party);
}

static enum sotto_err call_due(struct join *j)
{
    for (int p = 0; p < j->m->ch.self; p++)
        if (!j->m->link[p].stream && j->now_ns >= j->dial[p].due_ns)
            TRY(call(j, p));
    return SOTTO_OK;
}

/* A free slot for a caller. If there is none, the oldest that has not proven its key makes room, so that a
 * crowd of strangers does not push out a party. */
static struct attempt *guest_slot(struct join *j)
{
    struct attempt *oldest = NULL;

    for (int i = SOTTO_PARTIES_MAX; i < ATTEMPTS_MAX; i++) {
        struct attempt *a = &j->attempt[i];

        if (a->step == STEP_NONE)
            return a;
        if (a->step == STEP_HANDSHAKE && (!oldest || a->since_ns < oldest->since_ns))
            oldest = a;
    }
    for (int i = SOTTO_PARTIES_MAX; !oldest && i < ATTEMPTS_MAX; i++)
        if (j->attempt[i].step != STEP_PARKED) /* of which there is one a party at most */
            oldest = &j->attempt[i];
    drop(oldest);
    return oldest;
}

static enum sotto_err answer(struct join *j)
{
    uint32_t higher = ((1u << j->m->ch.parties) - 1) & ~((2u << j->m->ch.self) - 1);
    char from[TLS_ADDRESS_LEN];
    struct attempt *a;
    int fd;

    for (int n = 0; n < GUESTS_MAX && (fd = tls_accept(j->m->listen_fd, from)) >= 0; n++) {
        a = guest_slot(j);
        TRY(start(j, a, fd, -1, higher));
        memcpy(a->from, from, sizeof from);
    }
    return SOTTO_OK;
}

/* --- the loop ------------------------------------------------------------------------------------------- */

/* Parties without a link, or, when all have one, those that are not ready. */
static uint32_t pending(const struct join *j)
{
    uint32_t all = ((1u << j->m->ch.parties) - 1) & ~(1u << j->m->ch.self);

    return missing(j) ? missing(j) : all & ~j->ready;
}

static enum sotto_err too_late(struct join *j)
{
    char text[FAULT_TEXT_MAX];
    size_t len = 0;
    uint32_t mask = pending(j);

    for (int p = 0; p < j->m->ch.parties; p++)
        if ((mask >> p & 1) && len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%s%s%s", len ? ", " : "",
                                    j->m->link[p].text, j->dial[p].note[0] ? " [" : "", j->dial[p].note,
                                    j->dial[p].note[0] ? "]" : "");
    if (j->refused_n && len < sizeof text)
        (void)snprintf(text + len, sizeof text - len, "; refused %u caller%s meanwhile, the last: %s",
                       j->refused_n, j->refused_n > 1 ? "s" : "", j->refused);
    return fault_set(&j->m->ch.fault, j->foreign ? SOTTO_ERR_NETWORK : SOTTO_ERR_TIMEOUT,
                     "no connection within %.1f s with %s; %s", j->m->timeout_ms / 1000.0, text,
                     j->foreign ? "does every party have the same network.yaml?"
                                : "start every party, and check host, port and firewall");
}

/* Milliseconds until something is due, rounded up. */
static int pause_ms(const struct join *j)
{
    uint64_t until = j->deadline_ns;

    for (int p = 0; p < j->m->ch.self; p++)
        if (!j->m->link[p].stream && j->dial[p].due_ns < until)
            until = j->dial[p].due_ns;
    return until <= j->now_ns ? 0 : (int)((until - j->now_ns + 999999) / 1000000);
}

static enum sotto_err serve(struct join *j)
{
    struct pollfd fd[ATTEMPTS_MAX + SOTTO_PARTIES_MAX + 1];
    int owner[ATTEMPTS_MAX], linked[SOTTO_PARTIES_MAX], n = 0, links = 0, attempts;

    for (int i = 0; i < ATTEMPTS_MAX; i++) {
        const struct attempt *a = &j->attempt[i];

        if (a->step == STEP_NONE || a->step == STEP_PARKED)
            continue;
        owner[n] = i;
        fd[n++] = (struct pollfd){ .fd = a->stream->fd,
                                   .events = a->step == STEP_CONNECT          ? POLLOUT
                                             : net_queue_len(&a->stream->out) ? POLLIN | POLLOUT
                                                                              : POLLIN };
    }
    attempts = n;
    for (int p = 0; p < j->m->ch.parties; p++) {
        if (!j->m->link[p].stream || (j->ready >> p & 1))
            continue;
        linked[links] = p;
        fd[n + links++] = (struct pollfd){ .fd = j->m->link[p].stream->fd, .events = POLLIN };
    }
    n += links;
    fd[n++] = (struct pollfd){ .fd = j->m->listen_fd, .events = POLLIN };

    if (poll(fd, (nfds_t)n, pause_ms(j)) < 0 && errno != EINTR)
        return fail(j, "cannot wait for the network: %s", strerror(errno));
    j->now_ns = clock_now_ns();
    for (int i = 0; i < links; i++)
        if (fd[attempts + i].revents)
            TRY(hear(j, linked[i]));
    for (int i = 0; i < attempts; i++)
        if (fd[i].revents)
            TRY(advance(j, &j->attempt[owner[i]]));
    return fd[n - 1].revents ? answer(j) : SOTTO_OK;
}

static enum sotto_err resolve_all(struct join *j)
{
    for (int p = 0; p < j->m->ch.self; p++)
        TRY(tls_resolve(j->m->ctx->peer[p].host, j->m->ctx->peer[p].port, false, &j->dial[p].all,
                        &j->m->ch.fault));
    return SOTTO_OK;
}

/* One mesh. Calls for it may have been set aside. */
static enum sotto_err run(struct join *j)
{
    j->ready = 0;
    j->now_ns = clock_now_ns();
    j->deadline_ns = j->now_ns + ns_of_ms(j->m->timeout_ms);
    for (int p = 0; p < j->m->ch.self; p++) {
        j->dial[p].next = j->dial[p].all;
        j->dial[p].retry_ms = RETRY_MS_MIN;
        j->dial[p].due_ns = 0;
    }
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        if (j->attempt[i].step == STEP_PARKED)
            TRY(become_link(j, &j->attempt[i]));
    while (pending(j)) {
        j->now_ns = clock_now_ns();
        TRY(call_due(j));
        TRY(serve(j));
        if (pending(j) && j->now_ns >= j->deadline_ns)
            return too_late(j);
    }
    return SOTTO_OK;
}

static enum sotto_err run_lanes(struct join *j, struct tls_mesh *const m[])
{
    j->m = m[0];
    TRY(resolve_all(j));
    for (j->lane = 0; j->lane < j->lanes; j->lane++) {
        j->m = m[j->lane];
        TRY(run(j));
    }
    return SOTTO_OK;
}

enum sotto_err tls_join(struct tls_mesh *const m[], int lanes, int *failed,
                        const uint8_t greeting[CRYPTO_HASH_LEN])
{
    struct join *j = mem_alloc(1, sizeof *j);
    enum sotto_err err;

    *failed = 0;
    if (!j)
        return fault_set(&m[0]->ch.fault, SOTTO_ERR_RESOURCE, "out of memory");
    j->lanes = lanes;
    j->greeting = greeting;
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        j->attempt[i].party = -1;
    err = run_lanes(j, m);
    if (err) {
        *failed = j->lane;
        say_failed(j);
    }
    for (int i = 0; i < ATTEMPTS_MAX; i++)
        drop(&j->attempt[i]);
    for (int p = 0; p < m[0]->ch.self; p++)
        if (j->dial[p].all)
            freeaddrinfo(j->dial[p].all);
    mem_free(j);
    return err;
}
