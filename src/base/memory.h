/* memory.h - the heap that tests can make fail, locked secrets, and arenas.
 *
 * Every allocation of Sotto goes through mem_alloc, so that a test can make each of them fail once
 * (mem_fail_after). Secrets come from a secret arena (arena.c): its pages are kept out of swap and core dumps
 * as far as the system lets us, and wiped before the system gets them back. */
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

/** Keep whole pages out of swap and core dumps until they are unmapped. Best effort: past RLIMIT_MEMLOCK they
 * may be swapped; docs/operations says how to raise it. */
void mem_lock(void *pages, size_t len);

/** Whether an allocation that does not go through mem_alloc is to fail, for tests: see mem_fail_after. */
bool mem_must_fail(void);

/* An arena hands out memory that is given back all at once.
 *
 *   chunk ─▶ chunk ─▶ chunk ─▶ NULL        each: [header | ... used ... | was used, may hold secrets | zeros]
 *                                                         ^ used                               ^ dirty
 *
 * What is given back stays mapped, in the arena or in the pool that it shares with others: no system call is
 * made for what comes and goes. It is overwritten when it is handed out anew (arena_alloc), and at the latest
 * when its chunk goes back to the system: with arena_wipe, or arena_pool_wipe where there is a pool. What must
 * be gone earlier, mem_wipe by hand. */
struct arena_chunk;
/* What several arenas may hand out together, in bytes; limit 0: no bound. Several threads may share one. */
struct mem_budget {
    _Atomic size_t used;
    size_t limit;
};
/* Chunks that arenas of one thread gave back. Kept as long as they, and what is handed out, are within the
 * limit of `budget` (which may be NULL). All zero is an empty pool. */
enum { ARENA_CLASSES = 32 };
struct arena_pool {
    struct arena_chunk *kept[ARENA_CLASSES]; /* by size, 2^16 << class */
    size_t kept_len;
    struct mem_budget *budget;
};
struct arena {
    struct arena_chunk *chunks;
    size_t used, limit;        /* bytes handed out, and the most that may be (0: no bound) */
    bool secret;               /* pages locked, wiped before the system gets them back */
    struct mem_budget *budget; /* what is handed out counts there, too; NULL: none */
    struct arena_pool *pool;   /* of secret chunks; NULL: none */
};

void arena_init(struct arena *a, size_t limit, bool secret);
/** Zeroed memory aligned to 64 bytes, or NULL when the limit or the machine's memory is reached. */
void *arena_alloc(struct arena *a, size_t n, size_t size);
/** The same without zeroes: for what is written before it is read. Old secrets may lie in it. */
void *arena_room(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s, size_t len);
/** Give everything back: to the pool; without one the newest chunk is kept for reuse. */
void arena_reset(struct arena *a);
/** Give back what was handed out since arena_mark, newest first. */
struct arena_mark {
    struct arena_chunk *chunk;
    size_t chunk_used, used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_release(struct arena *a, struct arena_mark m);
void arena_wipe(struct arena *a);
void arena_pool_wipe(struct arena_pool *pool);

#endif
