/* arena.c - memory that is given back all at once and kept for what comes next. */
#include "base/base.h"

#include <sys/mman.h>

enum {
    ALIGN = 64,
    CHUNK_LEN_MIN = 1 << 16,
    CHUNK_LEN_DOUBLES = 1 << 24, /* each chunk is twice as large as the one before, up to here */
    HUGE_LEN = 1 << 22,          /* from here on large pages are worth asking for */
    PAGE_LEN = 4096,
};

struct arena_chunk {
    struct arena_chunk *next;
    size_t len, used, dirty; /* of the whole mapping, header included; past `dirty` all is zero */
};

static size_t round_up(size_t len, size_t unit)
{
    return (len + unit - 1) / unit * unit;
}

enum { HEADER_LEN = (sizeof(struct arena_chunk) + ALIGN - 1) / ALIGN * ALIGN };

/* --- chunks ---------------------------------------------------------------------------------------------- */

static struct arena_chunk *chunk_new(size_t len, bool secret)
{
    struct arena_chunk *chunk;

    if (mem_must_fail())
        return NULL;
    chunk = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        return NULL;
    if (len >= HUGE_LEN)
        (void)madvise(chunk, len, MADV_HUGEPAGE);
    if (secret)
        mem_lock(chunk, len);
    chunk->len = len;
    chunk->used = chunk->dirty = HEADER_LEN;
    return chunk;
}

static void note_dirty(struct arena_chunk *chunk)
{
    if (chunk->used > chunk->dirty)
        chunk->dirty = chunk->used;
}

static void chunk_free(struct arena_chunk *chunk, bool secret)
{
    size_t len = chunk->len;

    note_dirty(chunk);
    if (secret)
        mem_wipe(chunk, chunk->dirty);
    munmap(chunk, len);
}

static unsigned class_of(size_t len)
{
    unsigned c = 0;

    while (((size_t)CHUNK_LEN_MIN << c) < len)
        c++;
    return c;
}

/* The smallest kept one that is large enough, but not one that others will want more. */
static struct arena_chunk *from_pool(struct arena_pool *pool, size_t len)
{
    unsigned least = class_of(len);

    for (unsigned c = least; c < ARENA_CLASSES && c <= least + 1; c++) {
        struct arena_chunk *chunk = pool->kept[c];

        if (!chunk)
            continue;
        pool->kept[c] = chunk->next;
        pool->kept_len -= chunk->len;
        return chunk;
    }
    return NULL;
}

static bool pool_full(const struct arena_pool *pool, size_t len)
{
    const struct mem_budget *b = pool->budget;

    return b && b->limit && b->used + pool->kept_len + len > b->limit;
}

static void give_chunk(struct arena *a, struct arena_chunk *chunk)
{
    struct arena_pool *pool = a->pool;
    unsigned c = class_of(chunk->len);

    if (!pool || c >= ARENA_CLASSES || pool_full(pool, chunk->len)) {
        chunk_free(chunk, a->secret);
        return;
    }
    note_dirty(chunk);
    chunk->used = HEADER_LEN;
    chunk->next = pool->kept[c];
    pool->kept[c] = chunk;
    pool->kept_len += chunk->len;
}

void arena_pool_wipe(struct arena_pool *pool)
{
    for (unsigned c = 0; c < ARENA_CLASSES; c++)
        for (struct arena_chunk *chunk = pool->kept[c], *next; chunk; chunk = next) {
            next = chunk->next;
            chunk_free(chunk, true);
        }
    memset(pool->kept, 0, sizeof pool->kept);
    pool->kept_len = 0;
}

/* A chunk with len bytes to spare. In a pool all have sizes of 2^i, or it could not tell what fits. */
static struct arena_chunk *add_chunk(struct arena *a, size_t len)
{
    size_t want = !a->chunks                           ? CHUNK_LEN_MIN
                  : a->chunks->len < CHUNK_LEN_DOUBLES ? 2 * a->chunks->len
                                                       : CHUNK_LEN_DOUBLES;
    struct arena_chunk *chunk = NULL;

    if (want < len + HEADER_LEN)
        want = round_up(len + HEADER_LEN, PAGE_LEN);
    if (a->pool) {
        unsigned c = class_of(want);

        want = c < ARENA_CLASSES ? (size_t)CHUNK_LEN_MIN << c : want;
        chunk = from_pool(a->pool, want);
    }
    if (!chunk)
        chunk = chunk_new(want, a->secret);
    if (!chunk)
        return NULL;
    chunk->next = a->chunks;
    a->chunks = chunk;
    return chunk;
}

/* --- arenas ---------------------------------------------------------------------------------------------- */

void arena_init(struct arena *a, size_t limit, bool secret)
{
    *a = (struct arena){ .limit = limit, .secret = secret };
}

/* The budget may be shared with other threads: take first, look afterwards. */
static bool take(struct arena *a, size_t len)
{
    struct mem_budget *b = a->budget;

    if (a->limit && (len > a->limit || a->used > a->limit - len))
        return false;
    if (b && atomic_fetch_add_explicit(&b->used, len, memory_order_relaxed) + len > b->limit && b->limit) {
        atomic_fetch_sub_explicit(&b->used, len, memory_order_relaxed);
        return false;
    }
    a->used += len;
    return true;
}

static void give(struct arena *a, size_t used)
{
    if (a->budget)
        atomic_fetch_sub_explicit(&a->budget->used, a->used - used, memory_order_relaxed);
    a->used = used;
}

static uint8_t *hand_out(struct arena *a, size_t n, size_t size, bool zeroed)
{
    struct arena_chunk *chunk = a->chunks;
    size_t len, stale;
    uint8_t *p;

    if (__builtin_mul_overflow(n, size, &len) || len > SIZE_MAX / 4)
        return NULL;
    len = round_up(len ? len : 1, ALIGN);
    if (!take(a, len))
        return NULL;
    if (!chunk || chunk->len - chunk->used < len)
        chunk = add_chunk(a, len);
    if (!chunk) {
        give(a, a->used - len);
        return NULL;
    }
    p = (uint8_t *)chunk + chunk->used;
    stale = chunk->dirty > chunk->used ? chunk->dirty - chunk->used : 0;
    if (zeroed && stale)
        memset(p, 0, stale < len ? stale : len);
    chunk->used += len;
    return p;
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    return hand_out(a, n, size, true);
}

void *arena_room(struct arena *a, size_t n, size_t size)
{
    return hand_out(a, n, size, false);
}

char *arena_strdup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1, 1);

    return copy ? memcpy(copy, s, len) : NULL;
}

static void drop_until(struct arena *a, const struct arena_chunk *last)
{
    while (a->chunks != last) {
        struct arena_chunk *chunk = a->chunks;

        a->chunks = chunk->next;
        give_chunk(a, chunk);
    }
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->pool ? NULL : a->chunks, *rest;

    if (!a->chunks)
        return;
    if (keep) { /* the newest is the largest */
        rest = keep->next;
        keep->next = NULL;
        a->chunks = rest;
    }
    drop_until(a, NULL);
    if (keep) {
        note_dirty(keep);
        keep->used = HEADER_LEN;
        a->chunks = keep;
    }
    give(a, 0);
}

struct arena_mark arena_mark(const struct arena *a)
{
    return (struct arena_mark){ a->chunks, a->chunks ? a->chunks->used : 0, a->used };
}

void arena_release(struct arena *a, struct arena_mark m)
{
    if (!m.chunk) {
        arena_reset(a);
        return;
    }
    drop_until(a, m.chunk);
    note_dirty(m.chunk);
    m.chunk->used = m.chunk_used;
    give(a, m.used);
}

void arena_wipe(struct arena *a)
{
    drop_until(a, NULL);
    give(a, 0);
}
