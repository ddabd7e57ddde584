/* queue.h - bytes that go in at the tail and out at the head; they are wiped before their memory is given back.
 *
 *   data ─▶ | gone | head ... waiting ... tail | room | cap */
#ifndef SOTTO_NET_QUEUE_H
#define SOTTO_NET_QUEUE_H

#include "base/base.h"

struct net_queue {
    uint8_t *data;
    size_t head, tail, cap;
    size_t high; /* the most that tail ever was, noted when the head moves: so much is wiped */
};

/** At least len (> 0) writable bytes at the tail, or NULL when memory is short; the content is unharmed. */
uint8_t *net_queue_room(struct net_queue *q, size_t len);
/** Drop len bytes from the head. */
void net_queue_drop(struct net_queue *q, size_t len);
void net_queue_wipe(struct net_queue *q);

static inline size_t net_queue_len(const struct net_queue *q)
{
    return q->tail - q->head;
}

/** How much fits at the tail now. */
static inline size_t net_queue_free(const struct net_queue *q)
{
    return q->cap - q->tail;
}

#endif
