#include "net/inbox.h"

enum sotto_err net_inbox_new(struct net_channel *ch)
{
    ch->inbox = mem_alloc(1, sizeof *ch->inbox);
    if (!ch->inbox)
        return SOTTO_ERR_RESOURCE;
    crypto_random(&ch->inbox->multiplier, sizeof ch->inbox->multiplier);
    ch->inbox->multiplier |= 1;
    return SOTTO_OK;
}

static void early_free(struct net_early *e)
{
    mem_wipe(e->payload, e->len);
    mem_free(e);
}

void net_inbox_free(struct net_channel *ch)
{
    if (!ch->inbox)
        return;
    for (size_t i = 0; i < INBOX_BUCKETS; i++)
        for (struct net_early *e = ch->inbox->early[i], *next; e; e = next) {
            next = e->next;
            early_free(e);
        }
    mem_free(ch->inbox);
    ch->inbox = NULL;
}

void net_inbox_close(struct net_channel *ch)
{
    memset(ch->inbox->expected, 0, sizeof ch->inbox->expected);
    memset(ch->inbox->expected_from, 0, sizeof ch->inbox->expected_from);
}

/* Multiply-shift (Dietzfelbinger and others, 1997). */
static size_t bucket_of(const struct net_inbox *in, int from, struct net_tag tag)
{
    uint64_t x = (uint64_t)tag.instr << 32 | (uint64_t)tag.tile << 16 | tag.step;

    return ((x ^ (uint64_t)from << 61) * in->multiplier) >> (64 - INBOX_LOG2_BUCKETS);
}

static bool tag_equal(struct net_tag a, struct net_tag b)
{
    return a.instr == b.instr && a.tile == b.tile && a.step == b.step;
}

static enum sotto_err wrong_length(struct net_channel *ch, int from, struct net_tag tag, size_t got,
                                   size_t want)
{
    return fault_set(&ch->fault, SOTTO_ERR_MALFORMED,
                     "party %d sent %zu bytes at instruction %u, tile %u, step %u, where %zu are due", from,
                     got, tag.instr, tag.tile, tag.step, want);
}

static void serve(struct net_channel *ch, struct net_slot *slot)
{
    slot->arrived = true;
    ch->inbox->woken++;
    ch->counters.bytes_received[slot->from] += NET_HEADER_LEN + slot->len;
    if (slot->wake)
        slot->wake(slot->wake_arg);
}

enum sotto_err net_expect(struct net_channel *ch, struct net_slot *slot)
{
    size_t b = bucket_of(ch->inbox, slot->from, slot->tag);

    if (ch->fault.code)
        return ch->fault.code;
    slot->arrived = false;
    for (struct net_early **at = &ch->inbox->early[b]; *at; at = &(*at)->next) {
        struct net_early *e = *at;

        if (e->from != slot->from || !tag_equal(e->tag, slot->tag))
            continue;
        if (e->len != slot->len)
            return wrong_length(ch, e->from, e->tag, e->len, slot->len);
        if (e->len)
            memcpy(slot->buf, e->payload, e->len);
        *at = e->next;
        ch->inbox->early_len[e->from] -= INBOX_EARLY_WEIGHT + e->len;
        early_free(e);
        serve(ch, slot);
        return SOTTO_OK;
    }
    slot->next = ch->inbox->expected[b];
    ch->inbox->expected[b] = slot;
    ch->inbox->expected_from[slot->from]++;
    return SOTTO_OK;
}

/* The place in its list of the slot that expects this tag, or NULL. */
static struct net_slot **find_slot(struct net_channel *ch, int from, struct net_tag tag)
{
    for (struct net_slot **at = &ch->inbox->expected[bucket_of(ch->inbox, from, tag)]; *at; at = &(*at)->next)
        if ((*at)->from == from && tag_equal((*at)->tag, tag))
            return at;
    return NULL;
}

struct net_slot *net_inbox_claim(struct net_channel *ch, int from, struct net_tag tag, size_t len)
{
    struct net_slot **at = ch->fault.code ? NULL : find_slot(ch, from, tag), *slot = at ? *at : NULL;

    if (!slot)
        return NULL;
    if (slot->len != len) {
        (void)wrong_length(ch, from, tag, len, slot->len);
        return NULL;
    }
    *at = slot->next; /* it still counts as waited for */
    slot->next = NULL;
    return slot;
}

void net_inbox_filled(struct net_channel *ch, struct net_slot *slot)
{
    ch->inbox->expected_from[slot->from]--;
    serve(ch, slot);
}

static enum sotto_err keep_early(struct net_channel *ch, int from, struct net_tag tag, const uint8_t *payload,
                                 size_t len, size_t b)
{
    struct net_early *e;

    for (e = ch->inbox->early[b]; e; e = e->next)
        if (e->from == from && tag_equal(e->tag, tag))
            return fault_set(&ch->fault, SOTTO_ERR_MALFORMED,
                             "party %d sent the message of instruction %u, tile %u, step %u twice", from,
                             tag.instr, tag.tile, tag.step);
    if (ch->inbox->early_len[from] + INBOX_EARLY_WEIGHT + len > SOTTO_UNCLAIMED_LEN_MAX)
        return fault_set(&ch->fault, SOTTO_ERR_MALFORMED,
                         "party %d sent too much that nobody asked for: over %d bytes, %d for a message", from,
                         SOTTO_UNCLAIMED_LEN_MAX, INBOX_EARLY_WEIGHT);
    e = mem_alloc(1, sizeof *e + len);
    if (!e)
        return fault_set(&ch->fault, SOTTO_ERR_RESOURCE, "no memory for a message of %zu bytes", len);
    *e = (struct net_early){ .next = ch->inbox->early[b], .from = from, .tag = tag, .len = len };
    if (len)
        memcpy(e->payload, payload, len);
    ch->inbox->early[b] = e;
    ch->inbox->early_len[from] += INBOX_EARLY_WEIGHT + len;
    return SOTTO_OK;
}

enum sotto_err net_inbox_deliver(struct net_channel *ch, int from, const uint8_t header[NET_HEADER_LEN],
                                 const uint8_t *payload)
{
    struct reader r = reader_of(header, NET_HEADER_LEN);
    size_t len = read_u32(&r);
    uint32_t job = read_u32(&r);
    struct net_slot *slot;
    struct net_tag tag;

    tag.instr = read_u32(&r);
    tag.tile = read_u16(&r);
    tag.step = read_u16(&r);
    if (ch->fault.code)
        return ch->fault.code;
    if (job != ch->job)
        return fault_set(&ch->fault, SOTTO_ERR_MALFORMED, "party %d sent a message of job %u in job %u", from,
                         job, ch->job);
    slot = net_inbox_claim(ch, from, tag, len);
    if (ch->fault.code)
        return ch->fault.code;
    if (!slot)
        return keep_early(ch, from, tag, payload, len, bucket_of(ch->inbox, from, tag));
    if (len)
        memcpy(slot->buf, payload, len);
    net_inbox_filled(ch, slot);
    return SOTTO_OK;
}

uint32_t net_inbox_waited(const struct net_channel *ch)
{
    uint32_t mask = 0;

    for (int p = 0; p < ch->parties; p++)
        if (ch->inbox->expected_from[p])
            mask |= 1u << p;
    return mask;
}
