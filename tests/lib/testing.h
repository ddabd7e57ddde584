/* testing.h - cmocka with what its header needs before it. */
#ifndef SOTTO_TESTS_TESTING_H
#define SOTTO_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/** N where SOTTO_TESTS=1/N is set: of many alike things a test tries one in N. For builds that are slow, whose
 * sanitizers see the same code in each. 1 without it. */
static inline size_t test_share(void)
{
    const char *share = getenv("SOTTO_TESTS");

    return share && strncmp(share, "1/", 2) == 0 && atoi(share + 2) > 0 ? (size_t)atoi(share + 2) : 1;
}

/** This one is among them; i counts the alike things. */
static inline bool test_takes(size_t i)
{
    return i % test_share() == 0;
}

#endif
