/* What everything stands on: bytes in bounds, memory that can fail, errors, text, fibers. */
#include "lib/testing.h"

#include "base/base.h"

#include <stdio.h>

static void test_reader_bounds(void **state)
{
    static const uint8_t bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
    struct reader r = reader_of(bytes, sizeof bytes);

    (void)state;
    assert_int_equal(read_u16(&r), 0x0201);
    assert_int_equal(read_u32(&r), 0x06050403);
    assert_int_equal(reader_left(&r), 4);
    assert_true(reader_ok(&r));
    assert_int_equal(read_u64(&r), 0); /* past the end: zeros, for ever */
    assert_false(reader_ok(&r));
    assert_int_equal(read_u8(&r), 0);
    assert_null(read_bytes(&r, 0));
    r = reader_of(bytes, sizeof bytes);
    assert_null(read_bytes(&r, SIZE_MAX));
    assert_false(reader_ok(&r));
    r = reader_of(bytes, sizeof bytes);
    assert_ptr_equal(read_bytes(&r, sizeof bytes), bytes);
    assert_non_null(read_bytes(&r, 0));
    assert_true(reader_ok(&r));
}

static void test_codec_round_trip(void **state)
{
    struct writer w = { 0 };
    struct reader r;
    uint8_t put[14];

    (void)state;
    for (uint64_t i = 0; i < 300; i++) { /* past the first buffer */
        write_u8(&w, (uint8_t)i);
        write_u16(&w, (uint16_t)(i * 257));
        write_u32(&w, (uint32_t)(i * 0x01020304));
        write_u64(&w, i * 0x0102030405060708);
        write_bytes(&w, "xyz", 3);
    }
    assert_false(w.failed);
    assert_int_equal(w.len, 300 * 18);
    r = reader_of(w.data, w.len);
    for (uint64_t i = 0; i < 300; i++) {
        assert_int_equal(read_u8(&r), (uint8_t)i);
        assert_int_equal(read_u16(&r), (uint16_t)(i * 257));
        assert_int_equal(read_u32(&r), (uint32_t)(i * 0x01020304));
        assert_int_equal(read_u64(&r), i * 0x0102030405060708);
        assert_memory_equal(read_bytes(&r, 3), "xyz", 3);
    }
    assert_true(reader_ok(&r));
    assert_int_equal(reader_left(&r), 0);
    put_u16(put, 0x0102);
    put_u32(put + 2, 0x01020304);
    put_u64(put + 6, 0x0102030405060708);
    assert_memory_equal(put, "\2\1\4\3\2\1\10\7\6\5\4\3\2\1", 14);
    writer_wipe(&w);
    assert_null(w.data);
}

static void test_writer_stops_when_memory_ends(void **state)
{
    struct writer w = { 0 };

    (void)state;
    write_u8(&w, 7);
    mem_fail_after(0);
    assert_null(write_room(&w, 1000));
    mem_fail_after(UINT64_MAX);
    assert_true(w.failed);
    write_u8(&w, 8); /* would fit, but what came before is missing */
    assert_int_equal(w.len, 1);
    writer_wipe(&w);
    assert_null(write_room(&w, SIZE_MAX));
    assert_true(w.failed);
    writer_wipe(&w);
}

static void test_memory(void **state)
{
    char *s;
    uint8_t *p;

    (void)state;
    assert_null(mem_alloc(SIZE_MAX, 2));
    assert_null(mem_resize(NULL, SIZE_MAX, 2));
    p = mem_alloc(0, 8);
    assert_non_null(p);
    mem_free(p);
    p = mem_alloc(100, 8);
    for (int i = 0; i < 800; i++)
        assert_int_equal(p[i], 0);
    mem_free(p);
    mem_fail_after(1);
    p = mem_alloc(1, 1);
    assert_non_null(p);
    assert_null(mem_alloc(1, 1));
    s = mem_strdup("second failure does not come by itself");
    assert_non_null(s);
    mem_free(s);
    mem_free(p);
    mem_fail_after(UINT64_MAX - 1); /* counts, and fails none */
    for (int i = 0; i < 3; i++)
        mem_free(mem_alloc(1, 1));
    assert_int_equal(mem_fail_after(UINT64_MAX), 3);
}

static void test_arena_alignment_and_limit(void **state)
{
    struct arena a;
    size_t used;

    (void)state;
    arena_init(&a, 0, false);
    for (size_t len = 0; len < 300; len += 7) {
        uint8_t *p = arena_alloc(&a, len, 1);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        memset(p, 0xff, len);
    }
    assert_non_null(arena_alloc(&a, 1 << 20, 1)); /* larger than a chunk */
    assert_null(arena_alloc(&a, SIZE_MAX, 1));
    assert_null(arena_alloc(&a, SIZE_MAX / 2, 4));
    arena_wipe(&a);

    arena_init(&a, 256, false);
    assert_non_null(arena_alloc(&a, 1, 192));
    used = a.used;
    assert_null(arena_alloc(&a, 65, 1));
    assert_int_equal(a.used, used);
    assert_non_null(arena_alloc(&a, 64, 1));
    assert_null(arena_alloc(&a, 1, 1));
    arena_wipe(&a);
    arena_init(&a, 0, false);
    mem_fail_after(0);
    assert_null(arena_alloc(&a, 1, 1));
    mem_fail_after(UINT64_MAX);
    assert_null(a.chunks);
}

static void test_arena_reset(void **state)
{
    struct arena a;
    uint8_t *p, *again;

    (void)state;
    arena_init(&a, 1 << 20, true);
    p = arena_alloc(&a, 1000, 1);
    assert_non_null(p);
    memset(p, 0xaa, 1000);
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    again = arena_alloc(&a, 1000, 1);
    assert_ptr_equal(again, p);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(p[i], 0); /* the chunk is kept, and handed out without the secret */
    memset(again, 0xbb, 1000);
    assert_non_null(arena_alloc(&a, 1 << 18, 1)); /* a second chunk */
    arena_reset(&a);
    assert_int_equal(a.used, 0);
    p = arena_alloc(&a, 1 << 18, 1);
    assert_non_null(p);
    for (int i = 0; i < 1 << 18; i++)
        assert_int_equal(p[i], 0);
    arena_wipe(&a);
    assert_null(a.chunks);
    arena_reset(&a); /* empty: nothing happens */
}

static void test_arena_marks(void **state)
{
    struct arena_mark empty, mark;
    struct arena a;
    uint8_t *kept, *later;

    (void)state;
    arena_init(&a, 0, true);
    empty = arena_mark(&a);
    kept = arena_alloc(&a, 64, 1);
    assert_non_null(kept);
    memset(kept, 1, 64);
    mark = arena_mark(&a);
    later = arena_alloc(&a, 64, 1);
    assert_non_null(later);
    memset(later, 2, 64);
    assert_non_null(arena_alloc(&a, 1 << 20, 1));
    arena_release(&a, mark);
    assert_int_equal(a.used, 64);
    assert_int_equal(kept[63], 1);
    assert_ptr_equal(arena_alloc(&a, 64, 1), later);
    assert_int_equal(later[0], 0);
    arena_release(&a, empty);
    assert_int_equal(a.used, 0);
    arena_wipe(&a);
}

/* What one arena gave back serves the other, without a new chunk; zeroed unless only room is asked for. */
static void test_arena_pool(void **state)
{
    struct mem_budget budget = { .limit = 1 << 20 };
    struct arena_pool pool = { .budget = &budget };
    struct arena a, b;
    uint8_t *p, *q;

    (void)state;
    arena_init(&a, 0, true);
    arena_init(&b, 0, true);
    a.budget = b.budget = &budget;
    a.pool = b.pool = &pool;
    mem_fail_after(UINT64_MAX - 1);
    p = arena_alloc(&a, 1000, 1);
    assert_non_null(p);
    memset(p, 0xaa, 1000);
    arena_reset(&a);
    assert_null(a.chunks);
    assert_int_equal(budget.used, 0);
    q = arena_room(&b, 1000, 1);
    assert_ptr_equal(q, p);
    assert_int_equal(q[999], 0xaa);
    arena_reset(&b);
    q = arena_alloc(&b, 2000, 1);
    assert_ptr_equal(q, p);
    for (int i = 0; i < 2000; i++)
        assert_int_equal(q[i], 0);
    assert_int_equal(mem_fail_after(UINT64_MAX), 1);
    /* Nothing is kept past the limit, and nothing handed out past it. */
    assert_non_null(arena_alloc(&a, 900000, 1));
    arena_reset(&a);
    assert_int_equal(pool.kept_len, 0);
    assert_null(arena_alloc(&a, 1 << 20, 1));
    assert_int_equal(budget.used, b.used);
    arena_wipe(&a);
    arena_wipe(&b);
    assert_int_equal(pool.kept_len, 1 << 16);
    arena_pool_wipe(&pool);
    assert_int_equal(pool.kept_len, 0);
}

static void test_errors(void **state)
{
    static const struct {
        enum sotto_err err;
        const char *name;
        int exit_code;
    } cases[] = {
        { SOTTO_OK, "OK", 0 },
        { SOTTO_ERR_INTERNAL, "INTERNAL", 1 },
        { SOTTO_ERR_USAGE, "USAGE", 2 },
        { SOTTO_ERR_PROGRAM, "PROGRAM", 3 },
        { SOTTO_ERR_INPUT, "INPUT", 3 },
        { SOTTO_ERR_IMAGE, "IMAGE", 3 },
        { SOTTO_ERR_CHEAT, "CHEAT", 4 },
        { SOTTO_ERR_NETWORK, "NETWORK", 5 },
        { SOTTO_ERR_TIMEOUT, "TIMEOUT", 5 },
        { SOTTO_ERR_MALFORMED, "MALFORMED", 5 },
        { (enum sotto_err)999, "UNKNOWN", 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_string_equal(sotto_err_name(cases[i].err), cases[i].name);
        assert_int_equal(sotto_err_exit(cases[i].err), cases[i].exit_code);
        assert_true(strlen(sotto_err_text(cases[i].err)) > 3);
    }
}

static void test_first_fault_stays(void **state)
{
    struct fault f = { .suspects = 9 };
    char large[2 * FAULT_TEXT_MAX];

    (void)state;
    assert_int_equal(fault_set(&f, SOTTO_ERR_INPUT, "row %d", 7), SOTTO_ERR_INPUT);
    assert_int_equal(fault_set(&f, SOTTO_ERR_CHEAT, "later"), SOTTO_ERR_CHEAT);
    assert_int_equal(f.code, SOTTO_ERR_INPUT);
    assert_string_equal(f.text, "row 7");
    assert_int_equal(f.suspects, 0);
    assert_int_equal(f.accuser, -1);
    assert_int_equal(fault_set(NULL, SOTTO_ERR_IMAGE, "nobody listens"), SOTTO_ERR_IMAGE);
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = 0;
    f = (struct fault){ 0 };
    (void)fault_set(&f, SOTTO_ERR_INPUT, "%s", large);
    assert_int_equal(strlen(f.text), FAULT_TEXT_MAX - 1);
}

static void test_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t len; /* of the first code point, 0: malformed */
        uint32_t code;
        bool line; /* all of it may stand on one line */
    } cases[] = {
        { "a", 1, 'a', true },
        { "\xc3\xb6", 2, 0xf6, true },
        { "\xe2\x82\xac", 3, 0x20ac, true },
        { "\xf0\x9f\x94\x91", 4, 0x1f511, true },
        { "\xf4\x8f\xbf\xbf", 4, 0x10ffff, true },
        { "\xf4\x90\x80\x80", 0, 0, false }, /* past the last code point */
        { "\xc0\x80", 0, 0, false },         /* overlong */
        { "\xe0\x9f\xbf", 0, 0, false },     /* overlong */
        { "\xf0\x8f\xbf\xbf", 0, 0, false }, /* overlong */
        { "\xed\xa0\x80", 0, 0, false },     /* surrogate */
        { "\xed\xbf\xbf", 0, 0, false },     /* surrogate */
        { "\x80", 0, 0, false },             /* continuation first */
        { "\xe2\x82", 0, 0, false },         /* cut */
        { "\xe2\x28\xa1", 0, 0, false },
        { "\xff", 0, 0, false },
        { "\x1b[0m", 1, 0x1b, false }, /* moves the terminal */
        { "\x7f", 1, 0x7f, false },
        { "\xc2\x9b", 2, 0x9b, false },
        { "\xe2\x80\xae", 3, 0x202e, false }, /* turns what follows around */
        { "\xe2\x80\xa8", 3, 0x2028, false }, /* line separator */
        { "a\tb", 1, 'a', false },
        { "", 0, 0, true },
    };
    struct writer w = { 0 };
    char large[10000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint32_t code = 0;
        size_t len = strlen(cases[i].bytes);

        assert_int_equal(text_next((const uint8_t *)cases[i].bytes, len, &code), cases[i].len);
        assert_int_equal(code, cases[i].code);
        assert_int_equal(text_is_line(cases[i].bytes, len), cases[i].line);
    }
    text_format(&w, "%s=%d", "n", 7);
    assert_int_equal(w.len, 3);
    assert_memory_equal(w.data, "n=7", 3);
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = 0;
    text_format(&w, "%s", large);
    assert_int_equal(w.len, 3 + 8191);
    writer_wipe(&w);
}

/* --- fibers ---------------------------------------------------------------------------------------------- */

struct trace {
    char text[256];
    size_t n;
};

static void note(struct trace *t, char c)
{
    assert_true(t->n + 1 < sizeof t->text);
    t->text[t->n++] = c;
}

struct walker {
    struct trace *trace;
    char name;
    int steps;
};

static void walk(void *arg)
{
    struct walker *w = arg;

    for (int i = 0; i < w->steps; i++) {
        note(w->trace, w->name);
        fiber_yield();
    }
    note(w->trace, (char)(w->name - 'a' + 'A'));
}

static void test_fibers_yield_in_order(void **state)
{
    struct trace trace = { 0 };
    struct walker w[3] = { { &trace, 'a', 1 }, { &trace, 'b', 3 }, { &trace, 'c', 2 } };
    struct fiber *f[3];
    int left = 3;

    (void)state;
    for (int i = 0; i < 3; i++) {
        f[i] = fiber_new(walk, &w[i]);
        assert_non_null(f[i]);
    }
    assert_int_equal(trace.n, 0); /* nothing runs before it is resumed */
    while (left)
        for (int i = 0; i < 3; i++)
            if (!fiber_done(f[i])) {
                fiber_resume(f[i]);
                left -= fiber_done(f[i]);
            }
    assert_string_equal(trace.text, "abcAbcbCB");
    for (int i = 0; i < 3; i++)
        fiber_free(f[i]);
    fiber_cleanup();
}

static void run_inner(void *arg)
{
    struct trace *trace = arg;
    struct walker w = { trace, 'i', 2 };
    struct fiber *self = fiber_self(), *inner = fiber_new(walk, &w);

    assert_non_null(inner);
    while (!fiber_done(inner)) {
        fiber_resume(inner);
        assert_ptr_equal(fiber_self(), self); /* a yield goes back to the resumer, not to the thread */
        note(trace, 'o');
        fiber_yield();
    }
    fiber_free(inner);
}

static void test_fibers_nest(void **state)
{
    struct trace trace = { 0 };
    struct fiber *outer = fiber_new(run_inner, &trace);

    (void)state;
    assert_non_null(outer);
    assert_null(fiber_self());
    while (!fiber_done(outer)) {
        fiber_resume(outer);
        assert_null(fiber_self());
        note(&trace, '.');
    }
    assert_string_equal(trace.text, "io.io.Io..");
    fiber_free(outer);
    fiber_cleanup();
}

struct summer {
    uint64_t id, sum;
};

/* Uses stack and callee-saved registers across yields; a mixed-up switch spoils the sum. */
static void sum_slowly(void *arg)
{
    struct summer *s = arg;
    volatile uint64_t local[64];
    uint64_t a = s->id, b = a * 3, c = a * 5, d = a * 7;
    double x = (double)a;

    for (unsigned i = 0; i < 64; i++)
        local[i] = a + i;
    for (int step = 0; step < 5; step++) {
        fiber_yield();
        a += b;
        c += d;
        x += 0.5;
    }
    for (unsigned i = 0; i < 64; i++)
        s->sum += local[i];
    s->sum += a + c + (uint64_t)(2 * x);
}

static void test_a_thousand_fibers(void **state)
{
    enum { N = 1000 };
    static struct summer s[N];
    static struct fiber *f[N];

    (void)state;
    for (int round = 0; round < 2; round++) { /* the second one runs on kept stacks */
        for (uint64_t i = 0; i < N; i++) {
            s[i] = (struct summer){ i, 0 };
            f[i] = fiber_new(sum_slowly, &s[i]);
            assert_non_null(f[i]);
        }
        for (int step = 0; step < 6; step++)
            for (int i = 0; i < N; i++)
                fiber_resume(f[i]);
        for (uint64_t i = 0; i < N; i++) {
            assert_true(fiber_done(f[i]));
            assert_int_equal(s[i].sum, 64 * i + 63 * 32 + (i + 15 * i) + (5 * i + 35 * i) + 2 * i + 5);
            fiber_free(f[i]);
        }
    }
    fiber_free(fiber_new(sum_slowly, &s[0])); /* never ran */
    fiber_free(NULL);
    fiber_cleanup();
    mem_fail_after(0);
    assert_null(fiber_new(sum_slowly, &s[0]));
    mem_fail_after(UINT64_MAX);
}

static void test_clock(void **state)
{
    uint64_t before = clock_now_ns();

    (void)state;
    assert_true(before > 0);
    assert_true(clock_now_ns() >= before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader_bounds),
        cmocka_unit_test(test_codec_round_trip),
        cmocka_unit_test(test_writer_stops_when_memory_ends),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_arena_alignment_and_limit),
        cmocka_unit_test(test_arena_reset),
        cmocka_unit_test(test_arena_pool),
        cmocka_unit_test(test_arena_marks),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_first_fault_stays),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_fibers_yield_in_order),
        cmocka_unit_test(test_fibers_nest),
        cmocka_unit_test(test_a_thousand_fibers),
        cmocka_unit_test(test_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
