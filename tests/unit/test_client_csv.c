/* CSV and numbers: a table of texts, the values or the message they must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/client.h"

#define TEXT(s) (s), sizeof(s) - 1

static const struct {
    const char *name;
    const char *text;
    size_t len;
    enum image_elem elem;
    size_t n;
    uint64_t want[4];
} good[] = {
    { "plain", TEXT("bid\n7\n0\n"), IMAGE_U32, 2, { 7, 0 } },
    { "header alone", TEXT("bid\n"), IMAGE_U32, 0, { 0 } },
    { "header alone, no end of line", TEXT("bid"), IMAGE_U32, 0, { 0 } },
    { "no end of the last line", TEXT("bid\n7\n12"), IMAGE_U32, 2, { 7, 12 } },
    { "CRLF", TEXT("bid\r\n7\r\n12\r\n"), IMAGE_U32, 2, { 7, 12 } },
    { "byte order mark",
      TEXT("\xef\xbb\xbf"
           "bid\n7\n"),
      IMAGE_U32,
      1,
      { 7 } },
    { "byte order mark and quotes", TEXT("\xef\xbb\xbf\"bid\"\r\n\"7\"\r\n8\r\n"), IMAGE_U32, 2, { 7, 8 } },
    { "leading zeros", TEXT("bid\n007\n00000000000000000000000000009\n"), IMAGE_U32, 2, { 7, 9 } },
    { "u8 at its top", TEXT("bid\n255\n"), IMAGE_U8, 1, { 255 } },
    { "u32 at its top", TEXT("bid\n4294967295\n"), IMAGE_U32, 1, { 4294967295u } },
    { "u64 at its top", TEXT("bid\n18446744073709551615\n"), IMAGE_U64, 1, { UINT64_MAX } },
    { "u64 of 19 digits", TEXT("bid\n9999999999999999999\n"), IMAGE_U64, 1, { 9999999999999999999u } },
    { "i8 at both ends", TEXT("bid\n-128\n127\n-0\n"), IMAGE_I8, 3, { (uint64_t)-128, 127, 0 } },
    { "i64 at both ends",
      TEXT("bid\n-9223372036854775808\n9223372036854775807\n"),
      IMAGE_I64,
      2,
      { (uint64_t)INT64_MIN, INT64_MAX } },
    { "bool", TEXT("bid\ntrue\nfalse\n1\n0\n"), IMAGE_BOOL, 4, { 1, 0, 1, 0 } },
};

static const struct {
    const char *name;
    const char *text;
    size_t len;
    enum image_elem elem;
    const char *where;   /* how the message begins */
    const char *message; /* what it contains */
} wrong[] = {
    { "empty file", TEXT(""), IMAGE_U32,
      "f:1:1: ", "the file is empty; its first line must be the header 'bid'" },
    { "missing header", TEXT("7\n8\n"), IMAGE_U32, "f:1:1: ", "the header is missing: the first line is '7'" },
    { "other column", TEXT("price\n8\n"), IMAGE_U32, "f:1:1: ", "the column is 'price'; it must be 'bid'" },
    { "a header in other case", TEXT("Bid\n8\n"), IMAGE_U32, "f:1:1: ", "the column is 'Bid'" },
    { "a longer header", TEXT("bids\n8\n"), IMAGE_U32, "f:1:1: ", "the column is 'bids'" },
    { "a shorter header", TEXT("bi\n8\n"), IMAGE_U32, "f:1:1: ", "the column is 'bi'" },
    { "columns", TEXT("name,\"bid\",x\nA,8,9\n"), IMAGE_U32,
      "f:1:1: ", "3 columns ('name', 'bid', 'x'); it must have exactly one, 'bid'" },
    { "terminal escapes", TEXT("\x1b[31mred\n8\n"), IMAGE_U32, "f:1:1: ", "'\\x1b[31mred'" },
    { "text", TEXT("bid\n7\nseven\n"), IMAGE_U32, "f:3:1: ", "'seven' is not an integer" },
    { "digits, then text", TEXT("bid\n7x\n"), IMAGE_U32, "f:2:1: ", "'7x' is not an integer" },
    { "hexadecimal", TEXT("bid\n0x10\n"), IMAGE_U32, "f:2:1: ", "'0x10' is not an integer" },
    { "exponent", TEXT("bid\n1e5\n"), IMAGE_U32, "f:2:1: ", "'1e5' is not an integer" },
    { "sign", TEXT("bid\n-7\n"), IMAGE_U32,
      "f:2:1: ", "'-7' is negative, but u32 is unsigned (0 to 4294967295)" },
    { "plus", TEXT("bid\n+7\n"), IMAGE_I32, "f:2:1: ", "'+7' has a plus sign" },
    { "a lone minus", TEXT("bid\n-\n"), IMAGE_I32, "f:2:1: ", "'-' is not an integer" },
    { "fraction", TEXT("bid\n1.5\n"), IMAGE_U32, "f:2:1: ", "'1.5' has a fraction" },
    { "negative fraction", TEXT("bid\n-1.5\n"), IMAGE_I32, "f:2:1: ", "has a fraction" },
    { "two points", TEXT("bid\n1.2.3\n"), IMAGE_U32, "f:2:1: ", "'1.2.3' is not an integer" },
    { "comma for a fraction", TEXT("bid\n1,5\n"), IMAGE_U32, "f:2:2: ", "a second column" },
    { "leading space", TEXT("bid\n 7\n"), IMAGE_U32, "f:2:1: ", "contains a space" },
    { "space inside", TEXT("bid\n1 000\n"), IMAGE_U32, "f:2:1: ", "contains a space" },
    { "past u8", TEXT("bid\n256\n"), IMAGE_U8, "f:2:1: ", "256 is out of the range of u8 (0 to 255)" },
    { "past u32", TEXT("bid\n1\n4294967296\n"), IMAGE_U32,
      "f:3:1: ", "out of the range of u32 (0 to 4294967295)" },
    { "past u64", TEXT("bid\n18446744073709551616\n"), IMAGE_U64, "f:2:1: ", "out of the range of u64" },
    { "far past u64", TEXT("bid\n99999999999999999999999999\n"), IMAGE_U64,
      "f:2:1: ", "out of the range of u64" },
    { "past i8", TEXT("bid\n128\n"), IMAGE_I8, "f:2:1: ", "128 is out of the range of i8 (-128 to 127)" },
    { "under i8", TEXT("bid\n-129\n"), IMAGE_I8, "f:2:1: ", "out of the range of i8" },
    { "past i64", TEXT("bid\n9223372036854775808\n"), IMAGE_I64,
      "f:2:1: ", "-9223372036854775808 to 9223372036854775807" },
    { "bool 2", TEXT("bid\n2\n"), IMAGE_BOOL, "f:2:1: ", "'2' is no bool; write true, false, 1 or 0" },
    { "empty line", TEXT("bid\n7\n\n8\n"), IMAGE_U32, "f:3:1: ", "an empty line or field" },
    { "empty last line", TEXT("bid\n7\n\n"), IMAGE_U32, "f:3:1: ", "an empty line or field" },
    { "empty quotes", TEXT("bid\n\"\"\n"), IMAGE_U32, "f:2:1: ", "an empty line or field" },
    { "empty bool", TEXT("bid\n\n"), IMAGE_BOOL, "f:2:1: ", "an empty line or field" },
    { "quote inside", TEXT("bid\n7\"\n"), IMAGE_U32, "f:2:2: ", "a quote inside a field" },
    { "text after a quote", TEXT("bid\n\"7\"8\n"), IMAGE_U32, "f:2:4: ", "text after the closing quote" },
    { "quote never closed", TEXT("bid\n1\n\"7\n8\n"), IMAGE_U32, "f:3:1: ", "opened here and never closed" },
    { "doubled quote", TEXT("bid\n\"7\"\"\"\n"), IMAGE_U32, "f:2:1: ", "'7\"' is not an integer" },
    { "line break in quotes counts", TEXT("bid\n\"7\n\"\nx\n"), IMAGE_U32,
      "f:2:1: ", "'7\\x0a' is not an integer" },
    { "carriage return alone", TEXT("bid\r7\r"), IMAGE_U32,
      "f:1:4: ", "a carriage return without a line feed" },
    { "zero byte", TEXT("bid\n7\0\n"), IMAGE_U32, "f:2:2: ", "a zero byte" },
    { "bad UTF-8", TEXT("bid\n7\n\xff\n"), IMAGE_U32, "f:3:1: ", "byte 0xff is not valid UTF-8" },
    { "overlong UTF-8", TEXT("bid\n1\xc0\x80\n"), IMAGE_U32, "f:2:2: ", "byte 0xc0 is not valid UTF-8" },
    { "columns count characters", TEXT("b\xc3\xa4\xc3\xa4\xff\n"), IMAGE_U32, "f:1:4: ", "byte 0xff" },
    { "digits of another script", TEXT("bid\n\xd9\xa7\n"), IMAGE_U32, "f:2:1: ", "is not an integer" },
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct client_rows rows;
        struct fault f = { 0 };
        enum sotto_err err =
            client_csv_parse("f", (const uint8_t *)good[i].text, good[i].len, "bid", good[i].elem, &rows, &f);

        if (err || rows.n != good[i].n)
            fail_msg("%s: %s, %zu rows", good[i].name, f.text, rows.n);
        for (size_t j = 0; j < rows.n; j++)
            if (rows.values[j] != good[i].want[j])
                fail_msg("%s: row %zu", good[i].name, j);
        client_rows_wipe(&rows);
    }
}

static void test_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct client_rows rows = { 0 };
        struct fault f = { 0 };
        enum sotto_err err = client_csv_parse("f", (const uint8_t *)wrong[i].text, wrong[i].len, "bid",
                                              wrong[i].elem, &rows, &f);

        if (err != SOTTO_ERR_INPUT || f.code != err || rows.values || rows.n)
            fail_msg("%s: accepted", wrong[i].name);
        if (strncmp(f.text, wrong[i].where, strlen(wrong[i].where)) != 0 || !strstr(f.text, wrong[i].message))
            fail_msg("%s: \"%s\" lacks \"%s\" ... \"%s\"", wrong[i].name, f.text, wrong[i].where,
                     wrong[i].message);
    }
}

/* A header of very many columns must neither overflow the message nor be listed whole. */
static void test_many_columns(void **state)
{
    enum { COLUMNS = 5000 };
    char *text = malloc(COLUMNS * 4);
    struct client_rows rows;
    struct fault f = { 0 };

    (void)state;
    for (int i = 0; i < COLUMNS; i++)
        memcpy(text + 4 * i, "abc,", 4);
    assert_int_equal(client_csv_parse("f", (uint8_t *)text, COLUMNS * 4 - 1, "bid", IMAGE_U32, &rows, &f),
                     SOTTO_ERR_INPUT);
    assert_non_null(strstr(f.text, "5000 columns"));
    assert_non_null(strstr(f.text, ", ...); it must have exactly one, 'bid'"));
    free(text);
}

/* Growth keeps every value, and every failing allocation is reported and leaves nothing. */
static void test_allocations(void **state)
{
    static char text[200000];
    size_t len = (size_t)snprintf(text, sizeof text, "bid\n\"1\"\n");
    bool done = false;

    (void)state;
    for (int i = 0; i < 20000; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%d\n", i);
    for (uint64_t k = 0; !done; k++) {
        struct client_rows rows;
        struct fault f = { 0 };
        enum sotto_err err;

        mem_fail_after(k);
        err = client_csv_parse("f", (uint8_t *)text, len, "bid", IMAGE_U32, &rows, &f);
        done = mem_fail_after(UINT64_MAX) <= k;
        assert_int_equal(err, done ? SOTTO_OK : SOTTO_ERR_RESOURCE);
        assert_int_equal(f.code, err);
        assert_int_equal(rows.n, done ? 20001 : 0);
        for (size_t i = 1; i < rows.n; i++)
            assert_int_equal(rows.values[i], i - 1);
        client_rows_wipe(&rows);
        assert_true(k < 100);
    }
}

static void expect_refused(const char *path, size_t len_max, const char *message)
{
    struct client_rows rows;
    struct fault f = { 0 };
    uint64_t start = clock_now_ns();

    assert_int_equal(client_csv_read(path, "bid", IMAGE_U32, len_max, &rows, &f), SOTTO_ERR_INPUT);
    if (!strstr(f.text, message) || strncmp(f.text, path, strlen(path)) != 0)
        fail_msg("%s: \"%s\"", path, f.text);
    assert_true(clock_now_ns() - start < 1000000000u);
}

static void test_files(void **state)
{
    char dir[] = "/tmp/sotto-csv-XXXXXX", path[64];
    struct client_rows rows;
    struct fault f = { 0 };
    int fd;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/f.csv", dir);
    expect_refused(path, 100, "cannot open: No such file");
    expect_refused(dir, 100, "is a directory");
    expect_refused("/dev/zero", SOTTO_CSV_LEN_MAX, "zero byte");
    expect_refused("/dev/null", 100, "the file is empty");

    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_int_equal(write(fd, "bid\n7\n", 6), 6);
    expect_refused(path, 5, "over the limit of 5 bytes");
    assert_int_equal(client_csv_read(path, "bid", IMAGE_U32, 6, &rows, &f), SOTTO_OK);
    assert_int_equal(rows.n, 1);
    assert_int_equal(rows.values[0], 7);
    client_rows_wipe(&rows);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0); /* sparse: its size alone must refuse it */
    close(fd);
    expect_refused(path, SOTTO_CSV_LEN_MAX, "over the limit");
    unlink(path);

    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, 100, "the file is empty"); /* nobody writes */
    unlink(path);
    rmdir(dir);
}

static void test_pipe(void **state)
{
    char path[64];
    struct client_rows rows;
    struct fault f = { 0 };
    int fd[2];

    (void)state;
    assert_int_equal(pipe(fd), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd[0]);
    assert_int_equal(write(fd[1], "bid\n1\n2\n", 8), 8);
    close(fd[1]);
    assert_int_equal(client_csv_read(path, "bid", IMAGE_U32, 100, &rows, &f), SOTTO_OK);
    assert_int_equal(rows.n, 2);
    client_rows_wipe(&rows);
    close(fd[0]);

    assert_int_equal(pipe(fd), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd[0]);
    assert_int_equal(write(fd[1], "bid\n1\n2\n", 8), 8);
    close(fd[1]);
    expect_refused(path, 7, "over the limit of 7 bytes");
    close(fd[0]);
}

static const struct {
    const char *text;
    enum image_elem elem;
    enum sotto_err err;
    uint64_t value;
} values[] = {
    { "7", IMAGE_U32, SOTTO_OK, 7 },
    { "-3", IMAGE_I16, SOTTO_OK, (uint64_t)-3 },
    { "true", IMAGE_BOOL, SOTTO_OK, 1 },
    { "", IMAGE_U32, SOTTO_ERR_INPUT, 0 },
    { "", IMAGE_BOOL, SOTTO_ERR_INPUT, 0 },
    { "65536", IMAGE_U16, SOTTO_ERR_INPUT, 0 },
    { "-32769", IMAGE_I16, SOTTO_ERR_INPUT, 0 },
    { "TRUE", IMAGE_BOOL, SOTTO_ERR_INPUT, 0 },
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct fault f = { 0 };
        uint64_t value = 0;

        assert_int_equal(client_parse_value(values[i].text, values[i].elem, &value, &f), values[i].err);
        assert_int_equal(value, values[i].value);
        assert_int_equal(f.code, values[i].err);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_wrong), cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_files),  cmocka_unit_test(test_pipe),  cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
