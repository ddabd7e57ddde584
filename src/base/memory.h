/* memory.h - the heap that tests can make fail, locked secrets, and arenas.
 *
 * Every allocation of Sotto goes through mem_alloc, so that a test can make each of them fail once
 * (mem_fail_after). Secrets come from a secret arena: its pages are kept out of swap and core dumps as far as
 * the system lets us, and wiped when they are given back. */
#ifndef SOTTO_BASE_MEMORY_H
#define SOTTO_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Zeroed memory for n items of `size` bytes, or NULL (overflow included). Free with mem_free. */
void *mem_alloc(size_t n, size_t size);
/** Grow or shrink; on NULL the old block is still valid. New bytes are not zeroed. */
void *mem_resize(void *p, size_t n, size_t size);
void mem_free(void *p);
/** A copy of a string, or NULL. */
char *mem_strdup(const char *s);

/** For tests: the k-th allocation from now fails (0: the next one; UINT64_MAX: none). Returns how many were
 * made since the last call. */
uint64_t mem_fail_after(uint64_t k);

/** Overwrite with zeros so that no optimiser removes it. */
void mem_wipe(void *p, size_t len);

/* An arena hands out memory that is given back all at once.
 *
 *   chunk ─▶ chunk ─▶ chunk ─▶ NULL        each: [header | bytes ... used ... | free]
 */
struct arena_chunk;
/* What several arenas may hand out together, in bytes; limit 0: no bound. */
struct mem_budget {
    size_t used, limit;
};
struct arena {
    struct arena_chunk *chunks;
    size_t used, limit;        /* bytes handed out, and the most that may be (0: no bound) */
    bool secret;               /* pages locked, wiped on release */
    struct mem_budget *budget; /* what is handed out counts there, too; NULL: none */
};

void arena_init(struct arena *a, size_t limit, bool secret);
/** Zeroed memory aligned to 64 bytes, or NULL when the limit or the machine's memory is reached. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s, size_t len);
/** Give everything back but keep the newest chunk for reuse. */
void arena_reset(struct arena *a);
/** Give back what was handed out since arena_mark, newest first. */
struct arena_mark {
    struct arena_chunk *chunk;
    size_t chunk_used, used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m);
void arena_wipe(struct arena *a);

#endif
