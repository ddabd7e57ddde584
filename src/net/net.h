/* net.h - the channel between the parties of a job, without saying how bytes travel.
 *
 * A channel joins `self` to every other party. Two kinds of one interface: net_tls (mutual TLS 1.3 mesh) and
 * net_sim (in memory, for a whole committee inside one process, open to every fault). What is above never sees
 * a socket.
 *
 * Frame:    0        4        8        12     14     16
 *           | length | job    | instr  | tile | step | payload ... |        little-endian
 *
 * (job, instr, tile, step) is the tag. From one peer a tag is used once, so order of arrival does not matter. A
 * receiver says beforehand what it expects: a frame whose length differs, a second frame of a tag while the
 * first is unclaimed, or more than SOTTO_UNCLAIMED_LEN_MAX bytes ahead of what was asked is
 * SOTTO_ERR_MALFORMED. */
#ifndef SOTTO_NET_H
#define SOTTO_NET_H

#include "crypto/crypto.h"
#include "net/config.h"

enum { NET_HEADER_LEN = 16 };

struct net_tag {
    uint32_t instr; /* NET_INSTR_CONTROL and above is the channel's own */
    uint16_t tile, step;
};
enum { NET_INSTR_CONTROL = 0xffffff00 };
enum { NET_CONTROL_ABORT = NET_INSTR_CONTROL, NET_CONTROL_KEEPALIVE };

/* A place where one message is expected; the owner keeps it alive until `arrived` or the channel's fault.
 * Bytes may be put there as they come, before the message is whole. When it is, it lies in buf (exactly len
 * bytes), `arrived` is set and wake(wake_arg) is called from within net_wait, net_send or net_expect. */
struct net_slot {
    int from;
    struct net_tag tag;
    uint8_t *buf;
    size_t len;
    bool arrived;
    void (*wake)(void *);
    void *wake_arg;
    struct net_slot *next; /* the inbox's own */
};

/* What was handed to the channel by its user, headers included; control frames are not counted. Deterministic.
 */
struct net_counters {
    uint64_t bytes_sent[SOTTO_PARTIES_MAX], bytes_received[SOTTO_PARTIES_MAX];
    uint64_t messages_sent, flushes;
};

struct net_ops;
struct net_channel {
    const struct net_ops *ops;
    int self, parties;
    uint32_t job;
    struct net_counters counters;
    struct fault fault; /* the first failure; afterwards every call returns its code and nothing is sent */
    bool closed;        /* net_abort was called */
    bool interrupted;   /* net_interrupt was seen, and net_wait has not returned since */
    int interrupt_fd;   /* -1: nobody interrupts this channel */
    _Atomic bool interrupting;
    struct net_inbox *inbox;
};

/* A back end. Calls come through the functions below, which check, count and keep the fault. */
struct net_ops {
    const char *name;
    /** Take header and payload: what they lie in is the caller's again when this returns. */
    enum sotto_err (*send)(struct net_channel *ch, int to, const uint8_t header[NET_HEADER_LEN],
                           const void *payload, size_t len);
    enum sotto_err (*flush)(struct net_channel *ch);
    /** Flush, then block until at least one frame was handed to the inbox, or time is up. */
    enum sotto_err (*wait)(struct net_channel *ch);
    /** Tell every peer that this party gives up (text, suspects), then close. Best effort, bounded in time. */
    void (*abort)(struct net_channel *ch, const struct fault *why);
    /** Orderly end: peers see that nothing more will come. */
    void (*free)(struct net_channel *ch);
};

/** Send a message. p is the caller's again when this returns: a large message was encrypted straight from there
 *  (net_tls), and only what the network does not take yet, or shares a TLS record with what comes next, was
 * copied. Bytes leave at the next flush at the latest. At most SOTTO_UNSENT_LEN_MAX bytes wait for a peer: then
 * this call waits until it has read some; SOTTO_ERR_TIMEOUT when it reads nothing for too long. Messages that
 * come meanwhile are delivered, so `wake` of any slot may be called from within. */
SOTTO_MUST_CHECK enum sotto_err net_send(struct net_channel *ch, int to, struct net_tag tag, const void *p,
                                         size_t len);
/** Announce what is expected. May find it in the inbox already and wake at once. */
SOTTO_MUST_CHECK enum sotto_err net_expect(struct net_channel *ch, struct net_slot *slot);
/** Flush, then wait for the network until some expected message has arrived (its wake was called).
 *  SOTTO_ERR_TIMEOUT names the silent peers that are waited for, SOTTO_ERR_NETWORK who hung up,
 *  SOTTO_ERR_CHEAT when a peer reports cheating: fault.accuser and fault.suspects say what it reported. */
SOTTO_MUST_CHECK enum sotto_err net_wait(struct net_channel *ch);
/** From any thread: net_wait returns, now or when it is called next. The one function that a thread may call
 * for a channel which another one uses. */
void net_interrupt(struct net_channel *ch);
/** This party gives up: the reason reaches all peers, nothing is sent afterwards, no slot is expected any more.
 */
void net_abort(struct net_channel *ch, const struct fault *why);
void net_free(struct net_channel *ch);
/** Called now and then from a long computation: peers that wait for this party learn that it is alive. Costs a
 * look at the clock as long as something was sent lately; nothing at all on a channel in memory. */
void net_keepalive(struct net_channel *ch);

/* --- for back ends: the inbox (inbox.c), where frames meet slots --------------------------------------- */
SOTTO_MUST_CHECK enum sotto_err net_inbox_new(struct net_channel *ch);
void net_inbox_free(struct net_channel *ch);
/** Nothing is expected any more: slots may be freed. */
void net_inbox_close(struct net_channel *ch);
/** A whole frame has come from `from`. Checks it against what is expected. */
SOTTO_MUST_CHECK enum sotto_err net_inbox_deliver(struct net_channel *ch, int from,
                                                  const uint8_t header[NET_HEADER_LEN], const uint8_t *payload);
/** The beginning of a frame has come: the slot that expects it, for the back end to fill and then hand to
 * net_inbox_filled; no longer listed. NULL: none does, or its length is wrong (ch->fault). */
struct net_slot *net_inbox_claim(struct net_channel *ch, int from, struct net_tag tag, size_t len);
void net_inbox_filled(struct net_channel *ch, struct net_slot *slot);
/** Bit mask of the peers that some slot waits for. */
uint32_t net_inbox_waited(const struct net_channel *ch);

/* --- for back ends: the abort frame (abort.c), the payload of NET_CONTROL_ABORT ------------------------- */
enum { NET_ABORT_TEXT_LEN_MAX = 256, NET_ABORT_LEN_MAX = 8 + NET_ABORT_TEXT_LEN_MAX };
/** Writes at most NET_ABORT_LEN_MAX bytes, returns how many. */
size_t net_abort_encode(uint8_t *out, const struct fault *why);
/** Sets ch->fault from what `from` sent and returns its code: CHEAT, IMAGE and INPUT as reported,
 * SOTTO_ERR_NETWORK for all else, SOTTO_ERR_MALFORMED if the bytes are no abort frame. The accuser is the
 * sender; its text is shown printable. */
SOTTO_MUST_CHECK enum sotto_err net_abort_decode(struct net_channel *ch, int from, const uint8_t *p,
                                                 size_t len);
/** The frame passes on what another party accused, instead of the sender's own finding. */
bool net_abort_is_relay(int from, const uint8_t *p, size_t len);

/* --- net_tls: mutual TLS 1.3, both keys pinned (tls.c) -------------------------------------------------- */
/** Load what TLS needs (some milliseconds). Optional: a process that is about to fork parties does it once for
 * all. */
void net_tls_prepare(void);
/** A socket that listens on host:*port (0: any free one, told in *port), or -1 with f filled. */
int net_listen(const char *host, uint16_t *port, struct fault *f);
/** Join the mesh: connect to every lower party, accept every higher one, check all pins, compare job and all
 * keys (see fault text "runs another ..."), and return when all parties have all their links. Takes over
 * listen_fd. job binds all frames. Silence of more than timeout_ms at any step is an error. NULL: f says why.
 */
struct net_channel *net_tls_new(const struct crypto_identity *id, int self, int parties,
                                const struct net_peer peer[], int listen_fd, uint32_t job, unsigned timeout_ms,
                                struct fault *f);
/** The same for `lanes` meshes, each of which one thread may use: ch[0..lanes). All parties must want the same
 * number. On an error there is no channel. */
SOTTO_MUST_CHECK enum sotto_err net_tls_lanes(const struct crypto_identity *id, int self, int parties,
                                              const struct net_peer peer[], int listen_fd, uint32_t job,
                                              unsigned timeout_ms, int lanes, struct net_channel *ch[],
                                              struct fault *f);

/* --- net_sim: a committee in one process (sim.c) -------------------------------------------------------- */
struct net_sim;

/* What a test wants done to one message. Payload and tag may be changed in place. Abort frames come by, too:
 * their tag.instr is NET_CONTROL_ABORT. */
enum net_sim_verdict {
    NET_SIM_PASS,
    NET_SIM_DROP,     /* never arrives: the receiver times out (in simulated time) */
    NET_SIM_REPEAT,   /* arrives twice */
    NET_SIM_LATE,     /* arrives after everything else that is under way */
    NET_SIM_EARLY,    /* arrives before everything else that is under way */
    NET_SIM_TRUNCATE, /* the last byte is missing */
};
struct net_sim_message {
    int from, to;
    struct net_tag tag;
    uint8_t *payload;
    size_t len;
    uint64_t serial; /* counts all messages of the simulation in order of sending */
};
typedef enum net_sim_verdict net_sim_hook(void *arg, struct net_sim_message *m);

/** A mesh of `parties` channels. hook may be NULL. */
struct net_sim *net_sim_new(int parties, net_sim_hook *hook, void *hook_arg);
struct net_channel *net_sim_channel(struct net_sim *sim, int party);
/** Run main_of(arg[p]) for each party p, each on a fiber of its own, until all have returned; deterministic.
 *  When all wait and nothing is under way, each waiting party gets SOTTO_ERR_TIMEOUT, lowest party first.
 * Called from within a fiber it gives way after each pass, so that several simulations can take turns. */
SOTTO_MUST_CHECK enum sotto_err net_sim_run(struct net_sim *sim, void (*main_of)(void *), void *const arg[]);
void net_sim_free(struct net_sim *sim);

#endif
