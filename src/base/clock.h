/* clock.h - monotonic time. */
#ifndef SOTTO_BASE_CLOCK_H
#define SOTTO_BASE_CLOCK_H

#include <stdint.h>

/** Nanoseconds since an arbitrary start; never goes back. */
uint64_t clock_now_ns(void);

#endif
