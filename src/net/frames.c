#include "net/frames.h"

/* As large as a TLS record, so that each record is decrypted straight into its place. Memory grows with what
 * has really come, never with what a header promises. */
enum { ROOM_LEN_MIN = 1 << 14 };

struct header {
    uint32_t len, job;
    struct net_tag tag;
};

static struct header header_of(const uint8_t *p)
{
    struct reader r = reader_of(p, NET_HEADER_LEN);
    struct header h;

    h.len = read_u32(&r);
    h.job = read_u32(&r);
    h.tag.instr = read_u32(&r);
    h.tag.tile = read_u16(&r);
    h.tag.step = read_u16(&r);
    return h;
}

void net_frames_header(uint8_t header[NET_HEADER_LEN], uint32_t job, struct net_tag tag, size_t len)
{
    put_u32(header, (uint32_t)len);
    put_u32(header + 4, job);
    put_u32(header + 8, tag.instr);
    put_u16(header + 12, tag.tile);
    put_u16(header + 14, tag.step);
}

static enum sotto_err check_header(struct net_channel *ch, int from, const struct header *h)
{
    uint32_t len_max = SOTTO_FRAME_LEN_MAX;

    if (h->job != ch->job)
        return fault_set(&ch->fault, SOTTO_ERR_MALFORMED, "party %d sent a frame of job %08x in job %08x", from,
                         h->job, ch->job);
    if (h->tag.instr > NET_CONTROL_KEEPALIVE ||
        (h->tag.instr >= NET_INSTR_CONTROL && (h->tag.tile || h->tag.step)))
        return fault_set(&ch->fault, SOTTO_ERR_MALFORMED,
                         "party %d sent an unknown control frame (%08x, %u, %u)", from, h->tag.instr,
                         h->tag.tile, h->tag.step);
    if (h->tag.instr == NET_CONTROL_ABORT)
        len_max = NET_ABORT_LEN_MAX;
    else if (h->tag.instr == NET_CONTROL_KEEPALIVE)
        len_max = 0;
    if (h->len > len_max)
        return fault_set(
            &ch->fault, SOTTO_ERR_MALFORMED,
            "party %d announced a frame of %u bytes, the most is %u (instruction %u, tile %u, step %u)", from,
            h->len, len_max, h->tag.instr, h->tag.tile, h->tag.step);
    return SOTTO_OK;
}

static enum sotto_err take_frame(struct net_frames *f, struct net_channel *ch, int from, const struct header *h,
                                 const uint8_t *frame)
{
    const uint8_t *payload = frame + NET_HEADER_LEN;

    if (h->tag.instr == NET_CONTROL_KEEPALIVE)
        return SOTTO_OK;
    if (h->tag.instr == NET_CONTROL_ABORT) {
        if (!net_abort_is_relay(from, payload, h->len))
            return net_abort_decode(ch, from, payload, h->len);
        memcpy(f->relay, payload, h->len);
        f->relay_len = h->len;
        return SOTTO_OK;
    }
    TRY(net_inbox_deliver(ch, from, frame, payload));
    f->delivered++;
    return SOTTO_OK;
}

uint8_t *net_frames_room(struct net_frames *f, size_t *len)
{
    uint8_t *p;

    if (f->slot) {
        *len = f->slot->len - f->filled;
        return f->slot->buf + f->filled;
    }
    p = net_queue_room(&f->in, ROOM_LEN_MIN);
    *len = p ? net_queue_free(&f->in) : 0;
    return p;
}

/* The frame at the head is cut. If it is expected, its place takes the rest. */
static enum sotto_err claim(struct net_frames *f, struct net_channel *ch, int from, const struct header *h)
{
    size_t here = net_queue_len(&f->in) - NET_HEADER_LEN;

    if (h->tag.instr >= NET_INSTR_CONTROL)
        return SOTTO_OK;
    f->slot = net_inbox_claim(ch, from, h->tag, h->len);
    if (!f->slot)
        return ch->fault.code;
    f->filled = here;
    memcpy(f->slot->buf, f->in.data + f->in.head + NET_HEADER_LEN, here);
    net_queue_drop(&f->in, NET_HEADER_LEN + here);
    return SOTTO_OK;
}

static enum sotto_err fill(struct net_frames *f, struct net_channel *ch, size_t len)
{
    struct net_slot *slot = f->slot;

    if (ch->fault.code)
        return ch->fault.code; /* the slot may be gone */
    f->filled += len;
    if (f->filled < slot->len)
        return SOTTO_OK;
    f->slot = NULL;
    f->delivered++;
    net_inbox_filled(ch, slot);
    return SOTTO_OK;
}

enum sotto_err net_frames_took(struct net_frames *f, struct net_channel *ch, int from, size_t len)
{
    struct header h;

    if (f->slot)
        return fill(f, ch, len);
    f->in.tail += len;
    while (!f->relay_len && net_queue_len(&f->in) >= NET_HEADER_LEN) {
        h = header_of(f->in.data + f->in.head);
        TRY(check_header(ch, from, &h));
        if (net_queue_len(&f->in) - NET_HEADER_LEN < h.len)
            return claim(f, ch, from, &h);
        TRY(take_frame(f, ch, from, &h, f->in.data + f->in.head));
        net_queue_drop(&f->in, NET_HEADER_LEN + h.len);
    }
    if (f->relay_len) /* whatever a party says after it gave up is not listened to */
        net_queue_drop(&f->in, net_queue_len(&f->in));
    return SOTTO_OK;
}

enum sotto_err net_frames_feed(struct net_frames *f, struct net_channel *ch, int from, const uint8_t *bytes,
                               size_t len)
{
    size_t room, part;
    uint8_t *p;

    for (; len; len -= part, bytes += part) {
        p = net_frames_room(f, &room);
        if (!p)
            return fault_set(&ch->fault, SOTTO_ERR_RESOURCE, "out of memory for a frame of party %d", from);
        part = len < room ? len : room;
        memcpy(p, bytes, part);
        TRY(net_frames_took(f, ch, from, part));
    }
    return SOTTO_OK;
}

bool net_frames_cut(const struct net_frames *f)
{
    return f->slot || net_queue_len(&f->in) > 0;
}

void net_frames_wipe(struct net_frames *f)
{
    net_queue_wipe(&f->in);
    mem_wipe(f, sizeof *f);
}
