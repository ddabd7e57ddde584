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
        image_add_const(&c->image, 4) != 8 || image_add_const(&c->image, 32 + 65536) != 9 ||
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

static uint64_t want_places(size_t k)
{
    uint64_t sum = 0;

    for (size_t e = 0; e < N; e++)
        sum += y[e] && (x[e] & 0xff) == k ? e : 0;
    return sum;
}

static uint64_t want_places_in_common(size_t e)
{
    uint64_t sum = x[e];

    for (size_t i = 0; i < N; i++)
        sum += y[i] ? i : 0;
    return sum & 0xffffffff;
}

static uint64_t want_matched(size_t e)
{
    return y[e] ? ~x[e] & 0xffffffff : 0;
}

static uint64_t want_groups(size_t e)
{
    return e < N / 2 ? want_sum(e) : want_count(e - N / 2);
}

/* The e-th of the keys (of 9 planes) that a valid row has: | key | sum | count |, from plane 0 or 32 on. */
static uint64_t group_by(size_t e, unsigned from)
{
    for (uint64_t key = 0; key < 512; key++) {
        uint64_t sum = 0, count = 0;

        for (size_t i = 0; i < N; i++)
            if (y[i] && x[i] % 512 == key) {
                sum += x[i];
                count++;
            }
        if (count && e-- == 0)
            return ((key | (sum & 0xffffffff) << 9 | count << 41) >> from) & 0xffffffff;
    }
    return 0;
}

static uint64_t want_low(size_t e)
{
    return group_by(e, 0);
}

static uint64_t want_high(size_t e)
{
    return group_by(e, 32);
}

static uint64_t place_of(size_t e)
{
    uint64_t place = 0;

    for (size_t i = 0; i < N; i++)
        place += x[i] < x[e];
    return place;
}

static uint64_t at_place(uint64_t place)
{
    size_t e = 0;

    while (place_of(e) != place)
        e++;
    return x[e];
}

static uint64_t want_at_rank(size_t e)
{
    return x[place_of(e)];
}

/* Places 9 to 12 from the greatest on. */
static uint64_t want_page(size_t e)
{
    uint64_t sum = x[e];

    for (uint64_t place = 9; place < 13; place++)
        sum += at_place(N - 1 - place);
    return sum & 0xffffffff;
}

static uint64_t want_appended(size_t e)
{
    uint64_t sum = x[e] + at_place(0);

    for (size_t i = 0; i < N; i++)
        sum += x[i];
    return sum & 0xffffffff;
}

static uint64_t want_appended_to_places(size_t e)
{
    return (x[e] + at_place(0) + (uint64_t)N * (N - 1) / 2) & 0xffffffff;
}

static uint64_t want_compacted(size_t e)
{
    for (int valid = 1; valid >= 0; valid--)
        for (size_t i = 0; i < N; i++)
            if (y[i] == (uint64_t)valid && e-- == 0)
                return x[i];
    return 0;
}

static uint64_t want_pair(size_t e)
{
    uint64_t valid = 0;

    for (size_t i = 0; i < N; i++)
        valid += y[i];
    return e < valid ? want_compacted(e) : 0;
}

static uint64_t want_common(size_t e)
{
    uint64_t sum = x[e];

    for (size_t i = 0; i < N; i++)
        sum += y[i] ? x[i] : 0;
    return sum & 0xffffffff;
}

#define GROUP_REGS "s:u32[0] s:bool[0] s:u8 s:i16[1] s:u8[0] bool s:u32[0] u32[0] "
#define MATCH_REGS                                                                                             \
    "s:u32[0] s:bool[0] s:u8 s:i16[1] s:row/33[0] s:row/64[0] s:u32[0] u32[0] s:row/65[0] s:row/33[0] "
#define TABLE_REGS                                                                                             \
    "s:u32[0] s:bool[0] s:u8 s:i16[1] s:row/33[0] u32 s:u32[0] u32[0] s:row/33[0] s:row/74[0] s:u32[3] s:u32 " \
    "s:u32[2] s:row/64[0] s:u32[1] "
#define INPUTS "INPUT 0 0; INPUT 1 1; INPUT 2 2; INPUT 3 3; "
static const struct {
    const char *name, *regs, *code;
    uint64_t (*want)(size_t e);
} more[] = {
    { "group", GROUP_REGS, INPUTS "CAST 4 0; GROUP 6 4 1 0;", want_sum },
    { "group of values that all know", GROUP_REGS, INPUTS "CAST 4 0; INDEX 7; COPY 6 7; GROUP 6 4 1 6;",
      want_places },
    { "group count", GROUP_REGS, INPUTS "CAST 4 0; GROUPCOUNT 6 4 1;", want_count },
    { "group count of all", GROUP_REGS, INPUTS "CAST 4 0; CONST 5 1; GROUPCOUNT 6 4 5;", want_all },
    { "match", MATCH_REGS,
      INPUTS "PACK 4 0 1; NOT 6 0; PACK 5 0 6; PACK 8 5 1; SHUFFLE 8 8; MATCH 9 4 8 6; UNPACK 6 9 0;",
      want_matched },
    { "groups", GROUP_REGS, INPUTS "CAST 4 0; GROUPS 6 4 1 0;", want_groups },
    { "group by", TABLE_REGS, INPUTS "PACK 4 0 1; GROUPBY 9 4 0 5; UNPACK 6 9 0;", want_low },
    { "group by, the counts", TABLE_REGS, INPUTS "PACK 4 0 1; GROUPBY 9 4 0 5; UNPACK 6 9 6;", want_high },
    { "rank", TABLE_REGS, INPUTS "RANK 6 0 6 0;", place_of },
    { "permute", TABLE_REGS, INPUTS "RANK 6 0 6 0; PERMUTE 6 0 6;", at_place },
    { "permuted", TABLE_REGS, INPUTS "RANK 6 0 6 0; PERMUTED 6 0 6;", want_at_rank },
    { "a page", TABLE_REGS, INPUTS "CONST 5 5; SORTFROM 10 0 9 5; SUM 11 10; ADD 6 0 11;", want_page },
    { "append", TABLE_REGS, INPUTS "SORT 14 0 6 0; APPEND 12 0 14; SUM 11 12; ADD 6 0 11;", want_appended },
    { "append to values that all know", TABLE_REGS,
      INPUTS "SORT 14 0 6 0; INDEX 7; COPY 6 7; APPEND 12 6 14; SUM 11 12; ADD 6 0 11;",
      want_appended_to_places },
    { "compact", TABLE_REGS, INPUTS "PACK 4 0 1; COMPACT 4 4; UNPACK 6 4 0;", want_compacted },
    { "join", TABLE_REGS, INPUTS "PACK 4 0 1; SHUFFLE 8 4; JOIN 4 4 8 6; UNPACK 6 4 0;", want_pair },
    { "intersect", TABLE_REGS, INPUTS "PACK 4 0 1; SHUFFLE 8 4; INTERSECT 11 4 8 0; ADD 6 0 11;", want_common },
    { "intersect, values that all know", TABLE_REGS,
      INPUTS "PACK 4 0 1; SHUFFLE 8 4; INDEX 7; COPY 6 7; INTERSECT 11 4 8 6; ADD 6 0 11;",
      want_places_in_common },
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

/* --- random programs: rows x (32 planes), y (valid), through some instructions one after another -----------
 */

static const unsigned key_of_const[] = { 1, 2, 9 }, key_const[] = { 1, 7, 5 }, order_const[] = { 0, 1, 7, 8 };
enum { VALID_PLANE = 32, CHAIN_MAX = 4, CHAINS = 12, BY_NOTHING = 3 };

/* As an unsigned number: its order is that of the planes from..from+bits, falling (1) or signed (2). */
static uint64_t key_for(uint64_t row, unsigned from, unsigned bits, unsigned order)
{
    uint64_t mask = ((uint64_t)1 << bits) - 1, key = row >> from & mask;

    return order == 1 ? ~key & mask : order == 2 ? key ^ (uint64_t)1 << (bits - 1) : key;
}

static void sort_rows(uint64_t *rows, const uint64_t *major, const uint64_t *minor)
{
    uint64_t sorted[N];
    size_t place[N] = { 0 };

    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            bool same = minor[k] == minor[i], less = minor[k] < minor[i] || (same && k < i);

            place[i] += major[k] < major[i] || (major[k] == major[i] && less);
        }
    for (size_t i = 0; i < N; i++)
        sorted[place[i]] = rows[i];
    memcpy(rows, sorted, sizeof sorted);
}

static void sort_reference(uint64_t *rows, unsigned key, unsigned order)
{
    uint64_t major[N], minor[N] = { 0 };

    for (size_t i = 0; i < N; i++)
        major[i] = key_for(rows[i], 0, key, order);
    sort_rows(rows, major, minor);
}

static void unique_reference(uint64_t *rows, unsigned key, unsigned order)
{
    uint64_t major[N], minor[N], before = UINT64_MAX;

    for (size_t i = 0; i < N; i++) {
        major[i] = key_for(rows[i], 0, key, 0) | (uint64_t) !(rows[i] >> VALID_PLANE) << key;
        minor[i] = order == BY_NOTHING ? 0 : key_for(rows[i], key, VALID_PLANE - key, order);
    }
    sort_rows(rows, major, minor);
    for (size_t i = 0; i < N; i++) {
        uint64_t run = key_for(rows[i], 0, key, 0) | rows[i] >> VALID_PLANE << key;

        if (run == before)
            rows[i] &= 0xffffffff;
        before = run;
    }
}

static void compact_reference(uint64_t *rows)
{
    uint64_t major[N], minor[N] = { 0 };

    for (size_t i = 0; i < N; i++)
        major[i] = !(rows[i] >> VALID_PLANE);
    sort_rows(rows, major, minor);
}

/* One instruction on register 4, as text, and what it makes of the rows. */
static void add_link(char *code, size_t room, uint64_t *rows, uint64_t *state)
{
    size_t k = chosen_next(state) % 3, what = chosen_next(state) % 5, order = chosen_next(state) % 4;
    size_t at = strlen(code);

    switch (what) {
    case 0:
        order %= 3;
        snprintf(code + at, room - at, "SORT 4 4 %u %u;", key_const[k], order_const[order]);
        sort_reference(rows, key_of_const[k], (unsigned)order);
        break;
    case 1:
        snprintf(code + at, room - at, "UNIQUE 4 4 %u %u;", key_const[k], order_const[order]);
        unique_reference(rows, key_of_const[k], (unsigned)order);
        break;
    case 2:
        snprintf(code + at, room - at, "COMPACT 4 4;");
        compact_reference(rows);
        break;
    case 3: /* each to its place: a sort */
        order %= 3;
        snprintf(code + at, room - at, "RANK 6 4 %u %u; PERMUTE 4 4 6;", key_const[k], order_const[order]);
        sort_reference(rows, key_of_const[k], (unsigned)order);
        break;
    default: /* there and back */
        snprintf(code + at, room - at, "RANK 6 4 %u 0; PERMUTE 8 4 6; PERMUTED 4 8 6;", key_const[k]);
        break;
    }
}

static void test_random_chains(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= CHAINS; seed++) {
        char code[1024];
        uint64_t state = seed, rows[N], from;

        snprintf(code, sizeof code, "%s PACK 4 0 1;", INPUTS);
        for (size_t i = 0; i < N; i++)
            rows[i] = x[i] | y[i] << VALID_PLANE;
        for (uint64_t links = 1 + chosen_next(&state) % CHAIN_MAX; links > 0; links--)
            add_link(code, sizeof code, rows, &state);
        from = chosen_next(&state) % 2;
        snprintf(code + strlen(code), sizeof code - strlen(code), "UNPACK 6 4 %u;%s", (unsigned)from, OUT);
        for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
            struct committee c;

            begin(&c, (*p)->name, TABLE_REGS, code);
            committee_run(&c);
            for (int q = 0; q < (*p)->parties; q++) {
                if (c.err[q])
                    fail_msg("seed %d, %s: party %d: %s\n%s", (int)seed, (*p)->name, q, c.fault[q].text, code);
                for (size_t e = 0; e < N; e++)
                    if (committee_output(&c, q, "v")->values[e] != (rows[e] >> from & 0xffffffff))
                        fail_msg("seed %d, %s: element %zu is wrong\n%s", (int)seed, (*p)->name, e, code);
            }
            committee_wipe(&c);
        }
    }
}

/* --- what stops the job ------------------------------------------------------------------------------------
 */

static const struct {
    const char *regs, *code, *want;
} stops[] = {
    { "s:u32[0] s:bool[0] s:u8 s:i16[1] s:u32[2] u32[2] u32[0]",
      "INPUT 0 0; SORT 4 0 1 0; REVEAL 6 0 0; OUTPUT 1 6; HALT",
      "the first 71 rows are wanted of a table that has 70" },
    { TABLE_REGS, INPUTS "SIZE 5 0; SORTFROM 10 0 9 5; SUM 11 10; ADD 6 0 11;" OUT,
      "4 rows from place 70 on are wanted of a table that has 70" },
    { TABLE_REGS, INPUTS "APPEND 6 0 0;" OUT, "tables of 70 and 70 rows do not make one of 70" },
    { TABLE_REGS, INPUTS "PACK 4 0 1; JOIN 13 4 4 1; UNPACK 6 13 0;" OUT,
      "a join has more than the 70 rows that were stated as its most" },
    { TABLE_REGS, INPUTS "PERMUTE 6 0 0;" OUT, "should be a permutation of 70 rows is none" },
    { "s:u32[0] s:bool[0] s:u8 s:i16[1] s:u32[2] s:u32 s:u32[0] u32[0]",
      INPUTS "GROUPS 4 0 1 0; SUM 5 4; ADD 6 0 5;" OUT, "71 elements are not two for each group" },
};

static void test_what_stops(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(stops); i++) {
        struct committee c;

        begin(&c, "rep4", stops[i].regs, stops[i].code);
        committee_run(&c);
        for (int q = 0; q < 4; q++) {
            assert_int_equal(c.err[q], SOTTO_ERR_INPUT);
            if (!strstr(c.fault[q].text, stops[i].want))
                fail_msg("\"%s\" lacks \"%s\"", c.fault[q].text, stops[i].want);
        }
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_orders), cmocka_unit_test(test_groups_and_joins),
                                        cmocka_unit_test(test_random_chains),
                                        cmocka_unit_test(test_what_stops) };
    uint64_t state = 1;

    for (size_t e = 0; e < N; e++) {
        x[e] = chosen_next(&state) & 0xffffffff;
        y[e] = chosen_next(&state) & 1;
    }
    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
