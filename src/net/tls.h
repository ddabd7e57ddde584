/* tls.h - the mesh behind net_tls: one link to every other party.
 *
 *   net_send ─▶ link.out (frames, clear) ─▶ stream (encrypts) ─▶ socket
 *   inbox    ◀─ link.frames (cuts)       ◀─ stream (decrypts) ◀─ socket
 *
 * poll, not epoll: with three peers it costs the same and keeps no state that could differ from ours. */
#ifndef SOTTO_NET_TLS_H
#define SOTTO_NET_TLS_H

#include "net/frames.h"
#include "net/tls_stream.h"

enum tls_end {
    TLS_OPEN,
    TLS_LEFT,   /* the peer ended in order */
    TLS_BROKEN, /* the connection broke off */
};

struct tls_link {
    struct tls_stream *stream; /* NULL for the party itself */
    struct net_queue out;      /* frames that are not encrypted yet */
    size_t out_frame_left;     /* bytes of the frame at its head that is partly encrypted */
    struct net_frames frames;
    enum tls_end end;
    uint64_t end_ns;      /* when that was seen */
    bool readable;        /* worth a read before polling */
    bool blocked;         /* the socket takes no more now */
    uint64_t heard_ns;    /* last sign of life, moved on while nobody listens */
    uint64_t frame_ns;    /* last frame, moved on likewise */
    uint64_t frames_seen; /* frames.delivered at frame_ns */
    uint64_t sent_ns;     /* our last sign of life, or bytes of any kind that the socket took */
    char text[2 * SOTTO_NAME_LEN_MAX + 300]; /* "party 2 (carol, 10.0.0.3:7002)" */
};

struct tls_mesh {
    struct net_channel ch;   /* first, so that a channel of net_tls is a mesh */
    struct tls_context *ctx; /* shared by all lanes */
    struct tls_link link[SOTTO_PARTIES_MAX];
    int listen_fd; /* -1 once the mesh stands */
    unsigned timeout_ms;
    uint32_t waited;   /* who was waited for at the last look */
    uint64_t left_ns;  /* when tls_wait returned last */
    uint64_t grace_ns; /* until then others may explain why a peer went; 0: nobody went */
    bool finished;     /* streams were ended */
};

/** Connect, accept, check, greet, until a link to every peer stands in each of the meshes, one after another.
 * On an error the fault of the mesh at which it happened is filled: m[*failed]. */
SOTTO_MUST_CHECK enum sotto_err tls_join(struct tls_mesh *const m[], int lanes, int *failed,
                                         const uint8_t greeting[CRYPTO_HASH_LEN]);

/* --- one link (tls_link.c) ------------------------------------------------------------------------------ */
/** Encrypts straight from payload what fills records, copies the rest; never waits. */
SOTTO_MUST_CHECK enum sotto_err tls_link_queue(struct tls_mesh *m, int party,
                                               const uint8_t header[NET_HEADER_LEN], const void *payload,
                                               size_t len);
/** Encrypts and sends what the socket takes. */
SOTTO_MUST_CHECK enum sotto_err tls_link_flush(struct tls_mesh *m, int party, uint64_t now_ns);
/** Reads what has come, hands whole frames to the inbox, notes the end of the stream. */
SOTTO_MUST_CHECK enum sotto_err tls_link_read(struct tls_mesh *m, int party, uint64_t now_ns);
/** Bytes that wait, encrypted or not. */
size_t tls_link_unsent(const struct tls_link *l);
/** Forgets the frames of which nothing has left yet. */
void tls_link_drop_unsent(struct tls_link *l);
bool tls_link_pending(const struct tls_link *l);
void tls_link_wipe(struct tls_link *l);

#endif
