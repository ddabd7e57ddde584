/* test_tables.c - instructions on tables, in every protocol. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/image_text.h"

#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 70 };

/* The inputs of lib/image_text.h: x u32[n], y bool[n], z u8, w i16[m]. */
static uint64_t x[N], y[N], z[1] = { 3 }, w[1] = { 1 };

static void begin(struct committee *c, const char *protocol, const char *regs, const char *code)
{
    static const char *const names[] = { "x", "y", "z", "w" };
    static const uint64_t *const values[] = { x, y, z, w };
    static const size_t n[] = { N, N, 1, 1 };
    struct fault f = { 0 };

    committee_init_body(c, protocol, NULL, NULL);
    if (!image_text_build(&c->image, regs, "u32[0]", code) || image_add_const(&c->image, 9) != 5 ||
        image_add_const(&c->image, 32) != 6 || image_add_const(&c->image, 2) != 7 ||
        image_verify(&c->image, &f))
        fail_msg("the image is wrong: %s", f.text);
    c->rows = calloc(SOTTO_PARTIES_MAX * (c->image.inputs_n + 1), sizeof *c->rows);
    c->params = calloc(c->image.params_n + 1, sizeof *c->params);
    assert_true(c->rows && c->params);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        committee_input(c, names[i], values[i], n[i]);
}

static int by_number(const void *a, const void *b)
{
    uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;

    return p < q ? -1 : p > q;
}

#define REGS "s:u32[0] s:bool[0] s:u8 s:i16[1] s:row/9[0] s:row/41[0] s:u32[0] u32[0] s:row/41[3] s:u32[3] "
#define IN   "INPUT 0 0; INPUT 1 1; INPUT 2 2; INPUT 3 3; PACK 4 1 2; PACK 5 4 0; "
#define OUT  " REVEAL 7 6 0; OUTPUT 1 7; HALT"

/* Rows r5: y in plane 0, z in 1..8, x in 9..40. Constants 4, 5 and 6 are 9, 32 and 2. */
enum order { AS_IT_WAS, SOME, BY_Y, BY_Y_FALLING, BY_X, BY_X_SIGNED };
static const struct {
    const char *name, *code;
    enum order order;
} cases[] = {
    { "pack and unpack", "UNPACK 6 5 5;", AS_IT_WAS },
    { "shuffled rows", "SHUFFLE 5 5; UNPACK 6 5 5;", SOME },
    { "a shuffled column", "SHUFFLE 6 0;", SOME },
    { "sorted rows", "SORT 5 5 1 0; UNPACK 6 5 5;", BY_Y },
    { "sorted rows, falling", "SORT 5 5 1 1; UNPACK 6 5 5;", BY_Y_FALLING },
    { "a sorted column", "SORT 6 0 6 0;", BY_X },
    { "a sorted column of signed numbers", "SORT 6 0 6 7;", BY_X_SIGNED },
};

static int comes_after(size_t i, size_t k, enum order order)
{
    switch (order) {
    case BY_Y:
        return y[i] > y[k];
    case BY_Y_FALLING:
        return y[i] < y[k];
    case BY_X:
    case SOME:
        return x[i] > x[k];
    case BY_X_SIGNED:
        return (int32_t)x[i] > (int32_t)x[k];
    default:
        return 0;
    }
}

static void check(const char *name, const struct vm_output *out, enum order order)
{
    size_t index[N];
    uint64_t got[N];

    memcpy(got, out->values, sizeof got);
    if (order == SOME) {
        assert_memory_not_equal(got, x, sizeof got); /* in one run of 70! */
        qsort(got, N, sizeof *got, by_number);
    }
    for (size_t e = 0; e < N; e++) {
        size_t at = e;

        for (; at > 0 && comes_after(index[at - 1], e, order); at--)
            index[at] = index[at - 1];
        index[at] = e;
    }
    for (size_t e = 0; e < N; e++)
        if (got[e] != x[index[e]])
            fail_msg("%s: element %zu is %llu, not %llu", name, e, (unsigned long long)got[e],
                     (unsigned long long)x[index[e]]);
}

static void test_orders(void **state)
{
    char code[512];

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; (*p)->permute && i < COUNT_OF(cases); i++) {
            struct committee c;

            snprintf(code, sizeof code, "%s%s%s", IN, cases[i].code, OUT);
            begin(&c, (*p)->name, REGS, code);
            committee_run(&c);
            for (int q = 0; q < (*p)->parties; q++) {
                if (c.err[q])
                    fail_msg("%s, %s: party %d: %s", (*p)->name, cases[i].name, q, c.fault[q].text);
                check(cases[i].name, committee_output(&c, q, "v"), cases[i].order);
            }
            committee_wipe(&c);
        }
}

/* --- groups and joins
 * ----------------------------------------------------------------------------------------- */

/* Keys are the low 8 bits of x, of which half are below N. */
static uint64_t want_group(size_t k, bool counts)
{
    uint64_t sum = 0;

    for (size_t e = 0; e < N; e++)
        if (y[e] && (x[e] & 0xff) == k)
            sum += counts ? 1 : x[e];
    return sum & 0xffffffff;
}

static uint64_t want_sum(size_t k)
{
    return want_group(k, false);
}

static uint64_t want_count(size_t k)
{
    return want_group(k, true);
}

static uint64_t want_all(size_t k)
{
    uint64_t n = 0;

    for (size_t e = 0; e < N; e++)
        n += (x[e] & 0xff) == k;
    return n;
}

static uint64_t want_matched(size_t e)
{
    return y[e] ? ~x[e] & 0xffffffff : 0;
}

#define GROUP_REGS "s:u32[0] s:bool[0] s:u8 s:i16[1] s:u8[0] bool s:u32[0] u32[0] "
#define MATCH_REGS                                                                                             \
    "s:u32[0] s:bool[0] s:u8 s:i16[1] s:row/33[0] s:row/64[0] s:u32[0] u32[0] s:row/65[0] s:row/33[0] "
#define INPUTS "INPUT 0 0; INPUT 1 1; INPUT 2 2; INPUT 3 3; "
static const struct {
    const char *name, *regs, *code;
    uint64_t (*want)(size_t e);
} more[] = {
    { "group", GROUP_REGS, INPUTS "CAST 4 0; GROUP 6 4 1 0;", want_sum },
    { "group count", GROUP_REGS, INPUTS "CAST 4 0; GROUPCOUNT 6 4 1;", want_count },
    { "group count of all", GROUP_REGS, INPUTS "CAST 4 0; CONST 5 1; GROUPCOUNT 6 4 5;", want_all },
    { "match", MATCH_REGS,
      INPUTS "PACK 4 0 1; NOT 6 0; PACK 5 0 6; PACK 8 5 1; SHUFFLE 8 8; MATCH 9 4 8 6; UNPACK 6 9 0;",
      want_matched },
};

static void test_groups_and_joins(void **state)
{
    char code[512];

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; (*p)->permute && i < COUNT_OF(more); i++) {
            struct committee c;

            snprintf(code, sizeof code, "%s%s", more[i].code, OUT);
            begin(&c, (*p)->name, more[i].regs, code);
            committee_run(&c);
            for (int q = 0; q < (*p)->parties; q++) {
                if (c.err[q])
                    fail_msg("%s, %s: party %d: %s", (*p)->name, more[i].name, q, c.fault[q].text);
                for (size_t e = 0; e < N; e++)
                    if (committee_output(&c, q, "v")->values[e] != more[i].want(e))
                        fail_msg("%s, %s: element %zu is %llu, not %llu", (*p)->name, more[i].name, e,
                                 (unsigned long long)committee_output(&c, q, "v")->values[e],
                                 (unsigned long long)more[i].want(e));
            }
            committee_wipe(&c);
        }
}

/* More rows than there are. */
static void test_first_rows_that_are_not_there(void **state)
{
    struct committee c;

    (void)state;
    begin(&c, "rep4", "s:u32[0] s:bool[0] s:u8 s:i16[1] s:u32[2] u32[2] u32[0]",
          "INPUT 0 0; SORT 4 0 1 0; REVEAL 6 0 0; OUTPUT 1 6; HALT");
    committee_run(&c);
    for (int q = 0; q < 4; q++) {
        assert_int_equal(c.err[q], SOTTO_ERR_INPUT);
        assert_non_null(strstr(c.fault[q].text, "the first 71 rows are wanted of a table that has 70"));
    }
    committee_wipe(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_orders), cmocka_unit_test(test_groups_and_joins),
                                        cmocka_unit_test(test_first_rows_that_are_not_there) };
    uint64_t state = 1;

    for (size_t e = 0; e < N; e++) {
        x[e] = chosen_next(&state) & 0xffffffff;
        y[e] = chosen_next(&state) & 1;
    }
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
