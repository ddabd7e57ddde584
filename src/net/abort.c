/* The frame by which a party says that it gives up:
 *
 *   0      1         2          6          8
 *   | kind | accuser | suspects | text len | text ... |
 *
 * All of it is a claim of its sender. The receiver believes who sent it (the channel proves that) and nothing
 * else: unknown kinds, parties that do not exist and unprintable text are never passed on. */
#include "net/net.h"

enum { ABORT_HEAD_LEN = 8, ABORT_NOBODY = 0xff };
enum abort_kind { ABORT_OTHER, ABORT_CHEAT, ABORT_IMAGE, ABORT_INPUT, ABORT_KINDS };

_Static_assert((int)NET_ABORT_LEN_MAX == (int)ABORT_HEAD_LEN + (int)NET_ABORT_TEXT_LEN_MAX,
               "frame and text agree");

static enum abort_kind kind_of(enum sotto_err code)
{
    switch (code) {
    case SOTTO_ERR_CHEAT:
        return ABORT_CHEAT;
    case SOTTO_ERR_IMAGE:
        return ABORT_IMAGE;
    case SOTTO_ERR_INPUT: /* data that does not fit: all find it, and the first to do so tells the others */
        return ABORT_INPUT;
    default:
        return ABORT_OTHER;
    }
}

static enum sotto_err code_of(enum abort_kind kind)
{
    switch (kind) {
    case ABORT_CHEAT:
        return SOTTO_ERR_CHEAT;
    case ABORT_IMAGE:
        return SOTTO_ERR_IMAGE;
    case ABORT_INPUT:
        return SOTTO_ERR_INPUT;
    default:
        return SOTTO_ERR_NETWORK;
    }
}

size_t net_abort_encode(uint8_t *out, const struct fault *why)
{
    size_t len = strnlen(why->text, NET_ABORT_TEXT_LEN_MAX);

    out[0] = (uint8_t)kind_of(why->code);
    out[1] = why->accuser >= 0 && why->accuser < SOTTO_PARTIES_MAX ? (uint8_t)why->accuser : ABORT_NOBODY;
    put_u32(out + 2, why->suspects);
    put_u16(out + 6, (uint16_t)len);
    memcpy(out + ABORT_HEAD_LEN, why->text, len);
    return ABORT_HEAD_LEN + len;
}

bool net_abort_is_relay(int from, const uint8_t *p, size_t len)
{
    return len > 1 && p[1] < SOTTO_PARTIES_MAX && p[1] != from;
}

/* Printable ASCII stays; anything else could move a terminal's cursor or forge a line of a log. */
static void sanitise(char *out, const uint8_t *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = text[i] >= 0x20 && text[i] < 0x7f ? (char)text[i] : '?';
    out[len] = 0;
}

enum sotto_err net_abort_decode(struct net_channel *ch, int from, const uint8_t *p, size_t len)
{
    struct reader r = reader_of(p, len);
    enum abort_kind kind = (enum abort_kind)read_u8(&r);
    uint8_t accuser = read_u8(&r);
    uint32_t suspects = read_u32(&r);
    size_t text_len = read_u16(&r);
    const uint8_t *text = read_bytes(&r, text_len);
    char shown[NET_ABORT_TEXT_LEN_MAX + 1];

    if (!reader_ok(&r) || reader_left(&r) || text_len > NET_ABORT_TEXT_LEN_MAX || kind >= ABORT_KINDS ||
        (accuser >= ch->parties && accuser != ABORT_NOBODY))
        return fault_set(&ch->fault, SOTTO_ERR_MALFORMED, "party %d sent a malformed abort frame of %zu bytes",
                         from, len);
    if (ch->fault.code)
        return ch->fault.code;
    sanitise(shown, text, text_len);
    (void)fault_set(&ch->fault, code_of(kind), "party %d reports: %s", from, text_len ? shown : "it gave up");
    ch->fault.accuser = from;
    ch->fault.suspects = kind == ABORT_CHEAT ? suspects & ((1u << ch->parties) - 1) : 0;
    /* At second hand the first accuser may be the liar: a false accusation told to one party alone must not
     * make that honest party the accuser of another. */
    if (kind == ABORT_CHEAT && accuser != ABORT_NOBODY && accuser != from)
        ch->fault.suspects |= 1u << accuser;
    return ch->fault.code;
}
