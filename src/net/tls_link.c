/* One link of the mesh: frames out, frames in. */
#include "net/tls.h"

/* As much is read from one peer before the others have their turn. */
enum { READ_LEN_MAX = 1 << 20 };

/* len bytes at the head went out; keep count of where the current frame ends. */
static void consume(struct tls_link *l, size_t len)
{
    size_t part;

    for (; len; len -= part) {
        if (!l->out_frame_left) {
            struct reader r = reader_of(l->out.data + l->out.head, 4);

            l->out_frame_left = NET_HEADER_LEN + (size_t)read_u32(&r);
        }
        part = len < l->out_frame_left ? len : l->out_frame_left;
        l->out_frame_left -= part;
        net_queue_drop(&l->out, part);
    }
}

static enum sotto_err broken_tls(struct tls_mesh *m, const struct tls_link *l)
{
    if (l->stream->short_of_memory)
        return fault_set(&m->ch.fault, SOTTO_ERR_RESOURCE, "out of memory for the connection with %s", l->text);
    return fault_set(&m->ch.fault, SOTTO_ERR_NETWORK, "the TLS connection with %s failed: %s", l->text,
                     l->stream->reason);
}

/* Encrypts all that waits in `out`, as far as the socket keeps up. */
static enum tls_io encrypt_out(struct tls_link *l)
{
    enum tls_io io = TLS_IO_DONE;
    size_t took;

    while (net_queue_len(&l->out) && io == TLS_IO_DONE) {
        io = tls_stream_write(l->stream, l->out.data + l->out.head, net_queue_len(&l->out), &took);
        consume(l, took);
    }
    return io;
}

static enum sotto_err keep(struct tls_mesh *m, struct tls_link *l, const void *p, size_t len)
{
    uint8_t *room = len ? net_queue_room(&l->out, len) : NULL;

    if (len && !room)
        return fault_set(&m->ch.fault, SOTTO_ERR_RESOURCE, "out of memory for a message of %zu bytes to %s",
                         len, l->text);
    if (len)
        memcpy(room, p, len);
    l->out.tail += len;
    return SOTTO_OK;
}

/*  out: | earlier messages | header |      payload: | first | record | record | ... | rest |
 *       |------ whole records ----------------------------|                        └─▶ out
 *
 * So records are full, and most of a large message goes from its place into the cipher. */
enum sotto_err tls_link_queue(struct tls_mesh *m, int party, const uint8_t header[NET_HEADER_LEN],
                              const void *payload, size_t len)
{
    struct tls_link *l = &m->link[party];
    const uint8_t *p = payload;
    size_t first, took;
    enum tls_io io;

    if (!l->stream || l->end != TLS_OPEN || l->stream->write_dead)
        return SOTTO_OK; /* who left expects nothing any more */
    TRY(keep(m, l, header, NET_HEADER_LEN));
    if (l->blocked || net_queue_len(&l->out) + len < TLS_RECORD_LEN_MAX)
        return keep(m, l, p, len);
    first = (TLS_RECORD_LEN_MAX - net_queue_len(&l->out) % TLS_RECORD_LEN_MAX) % TLS_RECORD_LEN_MAX;
    first = first < len ? first : len;
    TRY(keep(m, l, p, first));
    io = encrypt_out(l);
    for (p += first, len -= first; io == TLS_IO_DONE && len >= TLS_RECORD_LEN_MAX; p += took, len -= took) {
        io = tls_stream_write(l->stream, p, len, &took);
        l->out_frame_left -= took;
    }
    if (io == TLS_IO_FAILED)
        return broken_tls(m, l);
    l->blocked = io != TLS_IO_DONE;
    if (keep(m, l, p, len)) { /* half of a frame is out: nothing that came after it could be read */
        l->end = TLS_BROKEN;
        l->out_frame_left = 0;
        return m->ch.fault.code;
    }
    return SOTTO_OK;
}

enum sotto_err tls_link_flush(struct tls_mesh *m, int party, uint64_t now_ns)
{
    struct tls_link *l = &m->link[party];
    enum tls_io io;
    size_t sent = 0;

    if (!l->stream || l->end == TLS_BROKEN)
        return SOTTO_OK;
    io = encrypt_out(l);
    if (io == TLS_IO_FAILED)
        return broken_tls(m, l);
    l->blocked = tls_stream_push(l->stream, &sent) == TLS_IO_AGAIN || io != TLS_IO_DONE;
    if (sent)
        l->sent_ns = now_ns;
    return SOTTO_OK;
}

static enum sotto_err note_end(struct tls_mesh *m, int party, enum tls_end end, uint64_t now_ns)
{
    struct tls_link *l = &m->link[party];

    l->readable = false;
    l->end = end;
    l->end_ns = now_ns;
    net_queue_wipe(&l->out);
    if (end == TLS_LEFT && net_frames_cut(&l->frames))
        return fault_set(&m->ch.fault, SOTTO_ERR_MALFORMED,
                         "party %d ended the connection in the middle of a frame", party);
    return SOTTO_OK;
}

enum sotto_err tls_link_read(struct tls_mesh *m, int party, uint64_t now_ns)
{
    struct tls_link *l = &m->link[party];
    size_t room, got;
    uint8_t *p;

    l->stream->drained = false;
    for (size_t sum = 0; sum < READ_LEN_MAX; sum += got) {
        p = net_frames_room(&l->frames, &room);
        if (!p)
            return fault_set(&m->ch.fault, SOTTO_ERR_RESOURCE, "out of memory for a message of %s", l->text);
        switch (tls_stream_read(l->stream, p, room, &got)) {
        case TLS_IO_DONE:
            l->heard_ns = now_ns;
            TRY(net_frames_took(&l->frames, &m->ch, party, got));
            break;
        case TLS_IO_AGAIN:
            l->readable = false;
            return SOTTO_OK;
        case TLS_IO_CLOSED:
            return note_end(m, party, TLS_LEFT, now_ns);
        case TLS_IO_CUT:
            return note_end(m, party, TLS_BROKEN, now_ns);
        case TLS_IO_FAILED:
            (void)note_end(m, party, TLS_BROKEN, now_ns);
            return broken_tls(m, l);
        }
    }
    l->readable = true; /* more may lie above the socket, where poll does not see it */
    return SOTTO_OK;
}

size_t tls_link_unsent(const struct tls_link *l)
{
    return tls_link_pending(l) ? net_queue_len(&l->out) + net_queue_len(&l->stream->out) : 0;
}

void tls_link_drop_unsent(struct tls_link *l)
{
    l->out.tail = l->out.head + l->out_frame_left;
}

bool tls_link_pending(const struct tls_link *l)
{
    return l->stream && l->end == TLS_OPEN && !l->stream->write_dead &&
           (net_queue_len(&l->out) || net_queue_len(&l->stream->out));
}

void tls_link_wipe(struct tls_link *l)
{
    tls_stream_free(l->stream);
    net_queue_wipe(&l->out);
    net_frames_wipe(&l->frames);
    l->stream = NULL;
}
