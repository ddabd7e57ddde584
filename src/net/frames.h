/* frames.h - cuts one peer's stream of bytes into frames and hands them to the inbox. Knows nothing of sockets.
 *
 *   stream ─▶ in ─▶ whole frames ─▶ inbox
 *          ─▶ slot   the rest of a frame that is expected and cut: large messages are decrypted into their
 * place */
#ifndef SOTTO_NET_FRAMES_H
#define SOTTO_NET_FRAMES_H

#include "net/net.h"
#include "net/queue.h"

struct net_frames {
    struct net_queue in;
    struct net_slot *slot; /* expects the frame under way: the rest of it goes straight to its place */
    size_t filled;
    uint64_t delivered; /* frames handed to the inbox so far */
    /* An abort that only passes on what a third party found waits here: the finder's own word is preferred. */
    uint8_t relay[NET_ABORT_LEN_MAX];
    size_t relay_len;
};

/** Where the next bytes of the stream may be put; *len says how many. NULL: out of memory. */
uint8_t *net_frames_room(struct net_frames *f, size_t *len);
/** len bytes were put there. Every frame that is whole now goes to the inbox. On an error ch->fault is filled.
 */
SOTTO_MUST_CHECK enum sotto_err net_frames_took(struct net_frames *f, struct net_channel *ch, int from,
                                                size_t len);
/** Both in one, for bytes that lie elsewhere. */
SOTTO_MUST_CHECK enum sotto_err net_frames_feed(struct net_frames *f, struct net_channel *ch, int from,
                                                const uint8_t *bytes, size_t len);
/** The stream stands in the middle of a frame. */
bool net_frames_cut(const struct net_frames *f);
void net_frames_wipe(struct net_frames *f);

/** Header of a frame of this channel. */
void net_frames_header(uint8_t header[NET_HEADER_LEN], uint32_t job, struct net_tag tag, size_t len);

#endif
