/* codec.h - little-endian bytes in and out, with bounds.
 *
 * A reader that runs past its end yields zeros and remembers it: read everything, then ask reader_ok once. */
#ifndef SOTTO_BASE_CODEC_H
#define SOTTO_BASE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

static inline struct reader reader_of(const void *p, size_t len)
{
    return (struct reader){ p, (const uint8_t *)p + len, false };
}

static inline size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

/** All reads were within bounds. */
static inline bool reader_ok(const struct reader *r)
{
    return !r->failed;
}

/** The next len bytes in place, or NULL past the end. */
static inline const uint8_t *read_bytes(struct reader *r, size_t len)
{
    const uint8_t *p = r->at;

    if (r->failed || reader_left(r) < len) {
        r->failed = true;
        return NULL;
    }
    r->at += len;
    return p;
}

static inline uint64_t read_uint(struct reader *r, unsigned len)
{
    const uint8_t *p = read_bytes(r, len);
    uint64_t v = 0;

    for (unsigned i = 0; p && i < len; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static inline uint8_t read_u8(struct reader *r)
{
    return (uint8_t)read_uint(r, 1);
}
static inline uint16_t read_u16(struct reader *r)
{
    return (uint16_t)read_uint(r, 2);
}
static inline uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_uint(r, 4);
}
static inline uint64_t read_u64(struct reader *r)
{
    return read_uint(r, 8);
}

/* A writer grows its buffer; after a failed allocation it writes nothing more and says so at the end. */
struct writer {
    uint8_t *data;
    size_t len, cap;
    bool failed;
};

/** Room for len more bytes at the end, already counted in, or NULL. */
uint8_t *write_room(struct writer *w, size_t len);
void write_bytes(struct writer *w, const void *p, size_t len);
void write_uint(struct writer *w, uint64_t v, unsigned len);
void writer_wipe(struct writer *w);

static inline void write_u8(struct writer *w, uint8_t v)
{
    write_uint(w, v, 1);
}
static inline void write_u16(struct writer *w, uint16_t v)
{
    write_uint(w, v, 2);
}
static inline void write_u32(struct writer *w, uint32_t v)
{
    write_uint(w, v, 4);
}
static inline void write_u64(struct writer *w, uint64_t v)
{
    write_uint(w, v, 8);
}

static inline void put_u16(uint8_t *p, uint16_t v)
{
    for (int i = 0; i < 2; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}
static inline void put_u32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}
static inline void put_u64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

#endif
