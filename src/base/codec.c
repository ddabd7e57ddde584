#include "base/base.h"

uint8_t *write_room(struct writer *w, size_t len)
{
    uint8_t *p;
    size_t cap = w->cap ? w->cap : 256;

    if (w->failed || len > SIZE_MAX / 4 - w->len) {
        w->failed = true;
        return NULL;
    }
    while (cap < w->len + len)
        cap *= 2;
    if (cap != w->cap) {
        p = mem_resize(w->data, cap, 1);
        if (!p) {
            w->failed = true;
            return NULL;
        }
        w->data = p;
        w->cap = cap;
    }
    p = w->data + w->len;
    w->len += len;
    return p;
}

void write_bytes(struct writer *w, const void *src, size_t len)
{
    uint8_t *p = write_room(w, len);

    if (p && len)
        memcpy(p, src, len);
}

void write_uint(struct writer *w, uint64_t v, unsigned len)
{
    uint8_t *p = write_room(w, len);

    for (unsigned i = 0; p && i < len; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

void writer_wipe(struct writer *w)
{
    if (w->data)
        mem_wipe(w->data, w->cap);
    mem_free(w->data);
    *w = (struct writer){ 0 };
}
