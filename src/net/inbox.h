/* inbox.h - where frames meet the slots that expect them.
 *
 *   bucket[hash(from, tag)] ─▶ slot (expected, not here yet) ─▶ ...
 *   early [hash(from, tag)] ─▶ frame (here, not expected yet) ─▶ ...
 */
#ifndef SOTTO_NET_INBOX_H
#define SOTTO_NET_INBOX_H

#include "net/net.h"

/* A frame that came early counts for this much more than its bytes, so that a peer cannot make chains long. */
enum { INBOX_LOG2_BUCKETS = 12, INBOX_BUCKETS = 1 << INBOX_LOG2_BUCKETS, INBOX_EARLY_WEIGHT = 512 };

struct net_early {
    struct net_early *next;
    int from;
    struct net_tag tag;
    size_t len;
    uint8_t payload[];
};

struct net_inbox {
    struct net_slot *expected[INBOX_BUCKETS];
    struct net_early *early[INBOX_BUCKETS];
    uint64_t multiplier;                       /* random and odd: no peer can choose tags for one bucket */
    size_t early_len[SOTTO_PARTIES_MAX];       /* weight of what a peer has sent ahead */
    uint32_t expected_from[SOTTO_PARTIES_MAX]; /* open slots a peer */
    uint64_t woken;                            /* slots served so far */
};

#endif
