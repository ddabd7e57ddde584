/* cost.c - what the job has cost this party at one moment: for who measures a part of a program. */
#include "vm/internal.h"

#include <sys/resource.h>

static uint64_t nanoseconds(struct timeval t)
{
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_usec * 1000u;
}

void vm_note_cost(const struct strand *st, struct vm_cost *cost)
{
    struct rusage usage;

    *cost = (struct vm_cost){ .wall_ns = clock_now_ns(), .rounds = st->depth };
    if (!getrusage(RUSAGE_SELF, &usage)) {
        cost->cpu_ns = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
        cost->peak_rss = (uint64_t)usage.ru_maxrss * 1024;
    }
    cost->bytes_sent = mpc_session_bytes_sent(st->s);
}
