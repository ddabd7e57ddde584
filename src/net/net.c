/* net.c - what both kinds of channel share: tags, counters, and the fault that ends everything. */
#include "net/net.h"
#include "net/inbox.h"

#include <unistd.h>

enum sotto_err net_send(struct net_channel *ch, int to, struct net_tag tag, const void *p, size_t len)
{
    uint8_t header[NET_HEADER_LEN];

    if (ch->fault.code)
        return ch->fault.code;
    assert(to != ch->self && to >= 0 && to < ch->parties);
    if (len > SOTTO_FRAME_LEN_MAX)
        return fault_set(&ch->fault, SOTTO_ERR_RESOURCE, "a message of %zu bytes is over the limit of %d", len,
                         SOTTO_FRAME_LEN_MAX);
    put_u32(header, (uint32_t)len);
    put_u32(header + 4, ch->job);
    put_u32(header + 8, tag.instr);
    put_u16(header + 12, tag.tile);
    put_u16(header + 14, tag.step);
    ch->counters.bytes_sent[to] += NET_HEADER_LEN + len;
    ch->counters.messages_sent++;
    return ch->ops->send(ch, to, header, p, len);
}

enum sotto_err net_wait(struct net_channel *ch)
{
    uint64_t woken = ch->inbox->woken;

    ch->counters.flushes++;
    while (!ch->fault.code && ch->inbox->woken == woken && !ch->interrupted) {
        enum sotto_err err = ch->ops->wait(ch);

        if (err)
            return fault_set(&ch->fault, err, "the channel failed");
    }
    ch->interrupted = false;
    return ch->fault.code;
}

/* One write for all that happens before it is seen. */
void net_interrupt(struct net_channel *ch)
{
    const uint64_t one = 1;

    if (ch->interrupt_fd >= 0 && !atomic_exchange(&ch->interrupting, true))
        (void)!write(ch->interrupt_fd, &one, sizeof one);
}

void net_abort(struct net_channel *ch, const struct fault *why)
{
    if (ch->closed)
        return;
    ch->closed = true;
    if (!ch->fault.code)
        ch->fault = *why;
    net_inbox_close(ch);
    ch->ops->abort(ch, why);
}

void net_free(struct net_channel *ch)
{
    if (ch)
        ch->ops->free(ch);
}
