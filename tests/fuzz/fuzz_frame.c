/* fuzz_frame.c - any bytes as the decrypted stream of a peer: frames in the inbox or a fault that names the
 * peer, and the same whether they come at once or in pieces. */
#include "net/frames.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum { SLOTS = 4, SLOT_LEN = 24, JOB = 0x5077, FROM = 1 };

struct outcome {
    enum sotto_err err;
    uint64_t delivered;
    size_t relay_len, left;
    uint8_t got[SLOTS][SLOT_LEN];
};

static void expect_slots(struct net_channel *ch, struct net_slot slot[SLOTS], uint8_t got[SLOTS][SLOT_LEN])
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        slot[i] = (struct net_slot){ .from = FROM, .tag = { .instr = i }, .buf = got[i], .len = 8 * i };
        if (net_expect(ch, &slot[i]))
            abort();
    }
}

static void check(const struct net_channel *ch, const struct outcome *o, const struct net_frames *f)
{
    if (o->err != ch->fault.code)
        abort();
    if (o->err && (o->err == SOTTO_ERR_RESOURCE || !strstr(ch->fault.text, "party 1 ") ||
                   !text_is_line(ch->fault.text, strlen(ch->fault.text))))
        abort();
    if (ch->fault.suspects >> ch->parties || f->relay_len > NET_ABORT_LEN_MAX)
        abort();
}

static void feed(const uint8_t *data, size_t len, size_t piece, struct outcome *o)
{
    struct net_channel ch = { .self = 0, .parties = 4, .job = JOB };
    struct net_slot slot[SLOTS];
    struct net_frames f = { 0 };

    memset(o, 0, sizeof *o);
    if (net_inbox_new(&ch))
        abort();
    expect_slots(&ch, slot, o->got);
    for (size_t at = 0; at < len && !o->err; at += piece)
        o->err = net_frames_feed(&f, &ch, FROM, data + at, piece < len - at ? piece : len - at);
    o->delivered = f.delivered;
    o->relay_len = f.relay_len;
    o->left = o->err ? 0 : net_queue_len(&f.in); /* after an error nobody reads on */
    check(&ch, o, &f);
    if (f.relay_len && net_abort_decode(&ch, FROM, f.relay, f.relay_len) == SOTTO_OK)
        abort();
    net_frames_wipe(&f);
    net_inbox_free(&ch);
}

/* The first byte chooses the size of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct outcome whole, pieces;

    if (!len)
        return 0;
    feed(data + 1, len - 1, len, &whole);
    feed(data + 1, len - 1, (size_t)data[0] % 37 + 1, &pieces);
    if (whole.err != pieces.err || whole.delivered != pieces.delivered || whole.relay_len != pieces.relay_len ||
        whole.left != pieces.left || memcmp(whole.got, pieces.got, sizeof whole.got) != 0)
        abort();
    return 0;
}
