/* gadget_cases.c - the families of gadgets. A new one is a line here and a file cases_x.c. */
#include "lib/gadget_case.h"

/* One line each, so that two who add one do not meet. */
/* clang-format off */
#define FAMILIES(X) \
    X(numbers_words) \
    X(numbers_divide) \
    X(numbers_bits) \
    X(numbers_real) \
    X(core) \
    X(linear_scan) \
    X(linear_matrix) \
    X(linear_lookup) \
    X(field) \
    X(wide) \
    X(random) \
    X(data) \
    X(data_sort) \
    X(data_group) \
    X(data_moments) \
    X(data_outer) \
    X(data_compact) \
    X(data_join)
/* clang-format on */

#define X(name)                                                                                                \
    extern const struct gadget_case cases_##name[];                                                            \
    extern const size_t cases_##name##_n;
FAMILIES(X)
#undef X

const struct case_family case_families[] = {
#define X(name) { #name, cases_##name, &cases_##name##_n },
    FAMILIES(X)
#undef X
        { 0 },
};
