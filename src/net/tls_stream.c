#include "net/tls_stream.h"

#include <errno.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

/* A record is encrypted only while less than this waits for the socket. */
enum { OUT_LEN_HIGH = 1 << 18, ALERT_REASON_FIRST = 1000 };

/* OpenSSL asks for as much as its buffer holds (read-ahead), so that one call takes all records that wait. */
static int bio_read(BIO *bio, char *p, int len)
{
    struct tls_stream *s = BIO_get_data(bio);
    ssize_t got = -1;

    BIO_clear_retry_flags(bio);
    if (s->eof || len <= 0)
        return 0;
    if (!s->drained)
        do
            got = recv(s->fd, p, (size_t)len, 0);
        while (got < 0 && errno == EINTR);
    if (got < 0 && (s->drained || errno == EAGAIN || errno == EWOULDBLOCK)) {
        s->drained = true;
        BIO_set_retry_read(bio);
        return -1;
    }
    if (got <= 0) {
        s->eof = true;
        return 0;
    }
    s->drained = got < len; /* a poll will tell when there is more */
    return (int)got;
}

static int bio_write(BIO *bio, const char *p, int len)
{
    struct tls_stream *s = BIO_get_data(bio);
    uint8_t *room;

    BIO_clear_retry_flags(bio);
    if (len <= 0)
        return 0;
    room = net_queue_room(&s->out, (size_t)len);
    if (!room) {
        s->short_of_memory = true;
        return -1;
    }
    memcpy(room, p, (size_t)len);
    s->out.tail += (size_t)len;
    return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *p)
{
    struct tls_stream *s = BIO_get_data(bio);

    (void)number;
    (void)p;
    switch (command) {
    case BIO_CTRL_FLUSH: /* we push by ourselves, once for many records */
        return 1;
    case BIO_CTRL_EOF:
        return s->eof;
    default:
        return 0;
    }
}

BIO_METHOD *tls_stream_bio(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_TYPE_START, "sotto");

    if (m && (!BIO_meth_set_read(m, bio_read) || !BIO_meth_set_write(m, bio_write) ||
              !BIO_meth_set_ctrl(m, bio_ctrl))) {
        BIO_meth_free(m);
        m = NULL;
    }
    return m;
}

struct tls_stream *tls_stream_new(const struct tls_context *ctx, int fd, bool accepting, uint32_t allowed)
{
    struct tls_stream *s = mem_alloc(1, sizeof *s);
    BIO *bio;

    if (!s) {
        close(fd);
        return NULL;
    }
    *s = (struct tls_stream){ .fd = fd, .ctx = ctx, .allowed = allowed, .party = -1 };
    s->ssl = SSL_new(ctx->ssl);
    bio = BIO_new(ctx->bio);
    if (!s->ssl || !bio) {
        BIO_free(bio);
        tls_stream_free(s);
        return NULL;
    }
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    SSL_set_bio(s->ssl, bio, bio);
    SSL_set_app_data(s->ssl, s);
    if (accepting)
        SSL_set_accept_state(s->ssl);
    else
        SSL_set_connect_state(s->ssl);
    return s;
}

/* What a call of OpenSSL that returned `result` means. */
static enum tls_io meaning(struct tls_stream *s, int result)
{
    int error = SSL_get_error(s->ssl, result);
    unsigned long code = ERR_peek_last_error();
    const char *text = ERR_reason_error_string(code);

    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return TLS_IO_AGAIN;
    if (error == SSL_ERROR_ZERO_RETURN)
        return TLS_IO_CLOSED;
    s->refused = ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) >= ALERT_REASON_FIRST;
    if (s->eof && !s->refused)
        return TLS_IO_CUT;
    (void)snprintf(s->reason, sizeof s->reason, "%s",
                   s->short_of_memory ? "out of memory" : (text ? text : "no reason known"));
    return TLS_IO_FAILED;
}

enum tls_io tls_stream_handshake(struct tls_stream *s)
{
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(s->ssl);
    return result == 1 ? TLS_IO_DONE : meaning(s, result);
}

enum tls_io tls_stream_read(struct tls_stream *s, void *p, size_t len, size_t *got)
{
    int result;

    *got = 0;
    ERR_clear_error();
    result = SSL_read_ex(s->ssl, p, len, got);
    return result == 1 ? TLS_IO_DONE : meaning(s, result);
}

enum tls_io tls_stream_push(struct tls_stream *s, size_t *sent)
{
    ssize_t n;

    while (net_queue_len(&s->out) && !s->write_dead) {
        n = send(s->fd, s->out.data + s->out.head, net_queue_len(&s->out), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return TLS_IO_AGAIN;
        /* The peer no longer listens. Whether it left in order is for the reading side to find out. */
        if (n < 0)
            s->write_dead = true;
        if (n <= 0)
            continue;
        net_queue_drop(&s->out, (size_t)n);
        s->sent += (size_t)n;
        if (sent)
            *sent += (size_t)n;
    }
    if (s->write_dead)
        net_queue_wipe(&s->out);
    return TLS_IO_DONE;
}

enum tls_io tls_stream_write(struct tls_stream *s, const void *p, size_t len, size_t *took)
{
    int result;

    *took = 0;
    if (s->write_dead) {
        *took = len;
        return TLS_IO_DONE;
    }
    if (net_queue_len(&s->out) >= OUT_LEN_HIGH && tls_stream_push(s, NULL) == TLS_IO_AGAIN)
        return TLS_IO_AGAIN;
    ERR_clear_error();
    result = SSL_write_ex(s->ssl, p, len < TLS_RECORD_LEN_MAX ? len : TLS_RECORD_LEN_MAX, took);
    return result == 1 ? TLS_IO_DONE : meaning(s, result);
}

void tls_stream_finish(struct tls_stream *s)
{
    if (s->fd < 0 || s->write_dead)
        return;
    ERR_clear_error();
    if (SSL_is_init_finished(s->ssl))
        (void)SSL_shutdown(s->ssl);
    (void)tls_stream_push(s, NULL);
    (void)shutdown(s->fd, SHUT_WR);
}

void tls_stream_free(struct tls_stream *s)
{
    if (!s)
        return;
    if (s->fd >= 0) {
        (void)tls_stream_push(s, NULL);
        close(s->fd);
    }
    SSL_free(s->ssl); /* the BIO goes with it; OpenSSL cleanses its record buffers */
    net_queue_wipe(&s->out);
    ERR_clear_error();
    mem_free(s);
}
