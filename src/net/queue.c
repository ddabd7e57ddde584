#include "net/queue.h"

enum { CAP_MIN = 1 << 16, CAP_KEPT = 1 << 22 };

uint8_t *net_queue_room(struct net_queue *q, size_t len)
{
    size_t used = net_queue_len(q), cap = q->cap ? q->cap : CAP_MIN;
    uint8_t *data;

    if (len > SIZE_MAX / 4 - used)
        return NULL;
    if (q->data && net_queue_free(q) >= len)
        return q->data + q->tail;
    while (cap < used + len)
        cap *= 2;
    /* Moving pays when half of the buffer is gone; else the same bytes would be moved again and again. */
    if (q->data && cap == q->cap && used <= cap / 2) {
        q->high = q->tail > q->high ? q->tail : q->high;
        memmove(q->data, q->data + q->head, used);
    } else {
        cap = cap == q->cap ? 2 * cap : cap;
        data = mem_resize(NULL, cap, 1); /* not zeroed: only what is written is ever read */
        if (!data)
            return NULL;
        if (q->data)
            memcpy(data, q->data + q->head, used);
        net_queue_wipe(q);
        q->data = data;
        q->cap = cap;
    }
    q->head = 0;
    q->tail = used;
    return q->data + q->tail;
}

void net_queue_drop(struct net_queue *q, size_t len)
{
    assert(len <= net_queue_len(q));
    if (q->tail > q->high)
        q->high = q->tail;
    q->head += len;
    if (q->head < q->tail)
        return;
    q->head = q->tail = 0;
    if (q->cap > CAP_KEPT)
        net_queue_wipe(q);
}

void net_queue_wipe(struct net_queue *q)
{
    if (q->data)
        mem_wipe(q->data, q->tail > q->high ? q->tail : q->high);
    mem_free(q->data);
    *q = (struct net_queue){ 0 };
}
