#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>

static uint64_t fail_in = UINT64_MAX; /* allocations until one fails */
static uint64_t made;

/* Tests alone set fail_in, and they run one thread; elsewhere it is never written. */
static bool must_fail(void)
{
    if (fail_in == UINT64_MAX)
        return false;
    made++;
    return fail_in-- == 0;
}

uint64_t mem_fail_after(uint64_t k)
{
    uint64_t n = made;

    fail_in = k;
    made = 0;
    return n;
}

void *mem_alloc(size_t n, size_t size)
{
    size_t len;

    /* calloc checks this, too, but the address sanitizer stops the process there */
    if (__builtin_mul_overflow(n, size, &len) || must_fail())
        return NULL;
    return calloc(len ? len : 1, 1);
}

void *mem_resize(void *p, size_t n, size_t size)
{
    size_t len;

    if (__builtin_mul_overflow(n, size, &len) || must_fail())
        return NULL;
    return realloc(p, len ? len : 1);
}

void mem_free(void *p)
{
    free(p);
}

char *mem_strdup(const char *s)
{
    size_t len = strlen(s) + 1;
    char *copy = mem_alloc(len, 1);

    return copy ? memcpy(copy, s, len) : NULL;
}

void mem_wipe(void *p, size_t len)
{
    if (len)
        memset(p, 0, len);
    __asm__ volatile("" : : "r"(p) : "memory");
}

enum { ARENA_ALIGN = 64, ARENA_CHUNK_LEN = 1 << 16, ARENA_CHUNK_LEN_MAX = 1 << 24 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t len, used; /* of the whole mapping, header included */
};

static size_t round_up(size_t len, size_t unit)
{
    return (len + unit - 1) / unit * unit;
}

static struct arena_chunk *chunk_new(size_t len, bool secret)
{
    struct arena_chunk *chunk;

    if (must_fail())
        return NULL;
    chunk = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (chunk == MAP_FAILED)
        return NULL;
    if (secret) {
        /* Best effort: past RLIMIT_MEMLOCK pages may be swapped. docs/operations says how to raise it. */
        (void)!mlock(chunk, len);
        (void)!madvise(chunk, len, MADV_DONTDUMP);
    }
    chunk->len = len;
    chunk->used = round_up(sizeof *chunk, ARENA_ALIGN);
    return chunk;
}

static void chunk_free(struct arena_chunk *chunk, bool secret)
{
    size_t len = chunk->len;

    if (secret)
        mem_wipe(chunk, chunk->used);
    munmap(chunk, len);
}

void arena_init(struct arena *a, size_t limit, bool secret)
{
    *a = (struct arena){ .limit = limit, .secret = secret };
}

static void give_back(struct arena *a, size_t used)
{
    if (a->budget)
        a->budget->used -= a->used - used;
    a->used = used;
}

static bool within(size_t used, size_t limit, size_t len)
{
    return !limit || (len <= limit && used <= limit - len);
}

void *arena_alloc(struct arena *a, size_t n, size_t size)
{
    struct arena_chunk *chunk = a->chunks;
    size_t len, want;
    void *p;

    if (__builtin_mul_overflow(n, size, &len) || len > SIZE_MAX / 4)
        return NULL;
    len = round_up(len ? len : 1, ARENA_ALIGN);
    if (!within(a->used, a->limit, len) || (a->budget && !within(a->budget->used, a->budget->limit, len)))
        return NULL;
    if (!chunk || chunk->len - chunk->used < len) {
        want = !chunk                             ? ARENA_CHUNK_LEN
               : chunk->len < ARENA_CHUNK_LEN_MAX ? 2 * chunk->len
                                                  : ARENA_CHUNK_LEN_MAX;
        if (want < len + ARENA_ALIGN)
            want = round_up(len + ARENA_ALIGN, 4096);
        chunk = chunk_new(want, a->secret);
        if (!chunk)
            return NULL;
        chunk->next = a->chunks;
        a->chunks = chunk;
    }
    p = (char *)chunk + chunk->used;
    chunk->used += len;
    a->used += len;
    if (a->budget)
        a->budget->used += len;
    return p;
}

char *arena_strdup(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len + 1, 1);

    return copy ? memcpy(copy, s, len) : NULL;
}

void arena_reset(struct arena *a)
{
    struct arena_chunk *keep = a->chunks, *next;

    if (!keep)
        return;
    for (struct arena_chunk *chunk = keep->next; chunk; chunk = next) {
        next = chunk->next;
        chunk_free(chunk, a->secret);
    }
    keep->next = NULL;
    mem_wipe((char *)keep + sizeof *keep, keep->used - sizeof *keep);
    keep->used = round_up(sizeof *keep, ARENA_ALIGN);
    give_back(a, 0);
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
    while (a->chunks != m.chunk) {
        struct arena_chunk *next = a->chunks->next;

        chunk_free(a->chunks, a->secret);
        a->chunks = next;
    }
    mem_wipe((char *)m.chunk + m.chunk_used, m.chunk->used - m.chunk_used);
    m.chunk->used = m.chunk_used;
    give_back(a, m.used);
}

void arena_wipe(struct arena *a)
{
    struct arena_chunk *next;

    for (struct arena_chunk *chunk = a->chunks; chunk; chunk = next) {
        next = chunk->next;
        chunk_free(chunk, a->secret);
    }
    a->chunks = NULL;
    give_back(a, 0);
}
