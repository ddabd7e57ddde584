#include "base/base.h"

#include <stdlib.h>
#include <sys/mman.h>

static uint64_t fail_in = UINT64_MAX; /* allocations until one fails */
static uint64_t made;

/* Tests alone set fail_in, and they run one thread meanwhile; elsewhere it is never written. */
bool mem_must_fail(void)
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
    if (__builtin_mul_overflow(n, size, &len) || mem_must_fail())
        return NULL;
    return calloc(len ? len : 1, 1);
}

void *mem_resize(void *p, size_t n, size_t size)
{
    size_t len;

    if (__builtin_mul_overflow(n, size, &len) || mem_must_fail())
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

/* Locked as pages are touched: most of what is mapped may never be. */
void mem_lock(void *pages, size_t len)
{
    (void)!mlock2(pages, len, MLOCK_ONFAULT);
    (void)!madvise(pages, len, MADV_DONTDUMP);
}
