/* fiber.h - cooperative fibers: each has a stack of its own and runs until it yields.
 *
 * Resuming nests: a fiber may itself run a scheduler of fibers, and a yield goes back to whoever resumed.
 * Under valgrind and the address sanitizer the switches are announced, so that both follow. */
#ifndef SOTTO_BASE_FIBER_H
#define SOTTO_BASE_FIBER_H

#include <stdbool.h>
#include <stddef.h>

struct fiber;

/** A fiber that will run fn(arg) at its first resume, or NULL when memory is short. */
struct fiber *fiber_new(void (*fn)(void *), void *arg);
/** Run it until it yields or ends. */
void fiber_resume(struct fiber *f);
/** Back to the resumer. Only inside a fiber. */
void fiber_yield(void);
/** The fiber that runs now, or NULL outside any. */
struct fiber *fiber_self(void);
bool fiber_done(const struct fiber *f);
/** Frees a fiber that has ended or never ran; its stack is kept for the next one. */
void fiber_free(struct fiber *f);
/** Unmaps the kept stacks of this thread. */
void fiber_cleanup(void);

#endif
