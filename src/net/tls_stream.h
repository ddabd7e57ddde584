/* tls_stream.h - one TLS connection on a non-blocking socket, with as few system calls as can be.
 *
 *   SSL_write ─▶ out ─▶ send        one send for all records of a flush, MSG_NOSIGNAL: SIGPIPE never rises
 *   SSL_read  ◀─ recv               one recv for all records that wait; a short one tells that no more is there
 *
 * Streams live on the heap: OpenSSL keeps pointers to them. */
#ifndef SOTTO_NET_TLS_STREAM_H
#define SOTTO_NET_TLS_STREAM_H

#include <openssl/ssl.h>

#include "net/net.h"
#include "net/queue.h"

/* What all streams of a mesh share. */
struct tls_context {
    SSL_CTX *ssl;
    BIO_METHOD *bio;
    unsigned users; /* meshes; who counts them is one thread */
    int parties;
    struct net_peer peer[SOTTO_PARTIES_MAX];
};

/** Certificate from the identity key, TLS 1.3 only, pins instead of authorities. Copies the peers. */
SOTTO_MUST_CHECK enum sotto_err tls_context_init(struct tls_context *ctx, const struct crypto_identity *id,
                                                 int parties, const struct net_peer peer[], struct fault *f);
void tls_context_wipe(struct tls_context *ctx);

enum tls_io {
    TLS_IO_DONE,   /* something was read, written or finished */
    TLS_IO_AGAIN,  /* not now */
    TLS_IO_CLOSED, /* the peer ended the stream in order */
    TLS_IO_CUT,    /* the connection broke: the peer died or the network did */
    TLS_IO_FAILED, /* not TLS as we speak it: see reason */
};

enum { TLS_REASON_LEN = 128, TLS_IN_LEN = 1 << 17, TLS_RECORD_LEN_MAX = 1 << 14 };

struct tls_stream {
    int fd; /* -1: none */
    SSL *ssl;
    const struct tls_context *ctx;
    struct net_queue out; /* ciphertext on its way to the socket */
    uint64_t sent;        /* bytes that the socket took so far */
    bool drained;         /* the socket had no more at the last look; cleared by whoever polls it */
    bool eof, write_dead, short_of_memory;
    uint32_t allowed; /* bit mask of the parties whose keys are accepted */
    int party;        /* whose key it was, or -1 */
    bool key_seen;    /* the peer showed an Ed25519 key */
    uint8_t key[CRYPTO_SIGN_PUBLIC_LEN];
    bool refused; /* the peer sent an alert: it does not accept us */
    char reason[TLS_REASON_LEN];
};

/** How OpenSSL reaches a stream's buffers; one a context. */
BIO_METHOD *tls_stream_bio(void);
/** Takes over fd, which must be non-blocking. NULL: out of memory, fd closed. */
struct tls_stream *tls_stream_new(const struct tls_context *ctx, int fd, bool accepting, uint32_t allowed);
enum tls_io tls_stream_handshake(struct tls_stream *s);
enum tls_io tls_stream_read(struct tls_stream *s, void *p, size_t len, size_t *got);
/** Encrypts up to len bytes; AGAIN when the socket is too far behind. */
enum tls_io tls_stream_write(struct tls_stream *s, const void *p, size_t len, size_t *took);
/** Sends what is encrypted. DONE: all of it, and *sent bytes just now (may be NULL). */
enum tls_io tls_stream_push(struct tls_stream *s, size_t *sent);
/** Says that nothing more will come, in TLS and in TCP. */
void tls_stream_finish(struct tls_stream *s);
/** Pushes a last alert if it goes at once, then closes. */
void tls_stream_free(struct tls_stream *s);

#endif
