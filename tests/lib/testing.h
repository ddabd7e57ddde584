/* testing.h - cmocka with what its header needs before it. */
#ifndef SOTTO_TESTS_TESTING_H
#define SOTTO_TESTS_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

#endif
