/* error.h - every way in which Sotto can fail, once.
 *
 * A function that can fail returns enum sotto_err and is SOTTO_MUST_CHECK. Where there is more to say than the
 * code, it also fills a struct fault: first what is wrong, then with what, then what to do. Nothing below the
 * tool prints. After SOTTO_ERR_CHEAT or SOTTO_ERR_MALFORMED from a peer the session is dead. */
#ifndef SOTTO_BASE_ERROR_H
#define SOTTO_BASE_ERROR_H

#include <stddef.h>
#include <stdint.h>

/* X(name, value of the process's exit, short text) */
#define SOTTO_ERRORS(X)                                                                                        \
    X(OK, 0, "done")                                                                                           \
    X(INTERNAL, 1, "internal error")                                                                           \
    X(RESOURCE, 1, "out of a resource")                                                                        \
    X(USAGE, 2, "wrong usage")                                                                                 \
    X(PROGRAM, 3, "bad program")                                                                               \
    X(INPUT, 3, "bad input")                                                                                   \
    X(IMAGE, 3, "bad or different image")                                                                      \
    X(CHEAT, 4, "cheating detected")                                                                           \
    X(NETWORK, 5, "network failure")                                                                           \
    X(TIMEOUT, 5, "a peer is silent")                                                                          \
    X(MALFORMED, 5, "malformed bytes from a peer")                                                             \
    X(CANCELLED, 130, "cancelled")

enum sotto_err {
#define X(name, exit_code, text) SOTTO_ERR_##name,
    SOTTO_ERRORS(X)
#undef X
};
#define SOTTO_OK SOTTO_ERR_OK

#define SOTTO_MUST_CHECK        __attribute__((warn_unused_result))
#define SOTTO_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum { FAULT_TEXT_MAX = 1024 };

/* What went wrong, told so that a person can act. `suspects` is a bit mask of parties of which at least one is
 * corrupt, seen from the party that holds the fault; `accuser` is the party whose check failed, or -1. */
struct fault {
    enum sotto_err code;
    uint32_t suspects;
    int accuser;
    char text[FAULT_TEXT_MAX];
};

/** Short text and exit code of an error. Never NULL. */
const char *sotto_err_text(enum sotto_err err);
const char *sotto_err_name(enum sotto_err err);
int sotto_err_exit(enum sotto_err err);

/** Record a fault and return its code. The first fault stays: a later one is its consequence. f may be NULL. */
enum sotto_err fault_set(struct fault *f, enum sotto_err code, const char *format, ...) SOTTO_PRINTF(3, 4);

#if defined(__clang_analyzer__) && !defined(FAULT_DEFINED_HERE)
/* The static analyser does not see into the function, and would follow paths on which an error is none. */
void fault_note(struct fault *f, const char *format, ...) SOTTO_PRINTF(2, 3);
#define fault_set(f, code, ...) (fault_note(f, __VA_ARGS__), (code))
#endif

#define TRY(expression)                                                                                        \
    do {                                                                                                       \
        enum sotto_err try_err_ = (expression);                                                                \
        if (try_err_)                                                                                          \
            return try_err_;                                                                                   \
    } while (0)

#endif
