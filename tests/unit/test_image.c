/* The image as a thing: built, written, read, hashed, listed, documented. What is valid: test_image_verify.c.
 */
#include "lib/testing.h"
#include "lib/image_text.h"

#include <stdio.h>
#include <stdlib.h>

/* SOTTO_UPDATE=1 build/tests/test_image writes the files that are made from the code, instead of comparing. */
static const char sample_path[] = "tests/fuzz/corpus/fuzz_image/every-opcode.img";
static const char doc_path[] = "docs/language/image.md";
static const char mark_begin[] = "<!-- opcodes: begin -->\n", mark_end[] = "<!-- opcodes: end -->";

static bool updating(void)
{
    const char *s = getenv("SOTTO_UPDATE");

    return s && *s && strcmp(s, "0") != 0;
}

static struct writer load(const char *path)
{
    struct writer w = { 0 };
    FILE *in = fopen(path, "rb");
    uint8_t part[4096];
    size_t n;

    assert_non_null(in);
    while ((n = fread(part, 1, sizeof part, in)) > 0)
        write_bytes(&w, part, n);
    fclose(in);
    write_u8(&w, 0);
    w.len--; /* a final zero for text, not counted */
    return w;
}

static void store(const char *path, const void *p, size_t len)
{
    FILE *out = fopen(path, "wb");

    assert_non_null(out);
    assert_int_equal(fwrite(p, 1, len, out), len);
    fclose(out);
}

static void build_all(struct image *im)
{
    assert_true(image_text_build(im, image_text_all_regs, image_text_all_reveals, image_text_all_code));
}

static void verify_ok(const struct image *im)
{
    struct fault f = { 0 };

    if (image_verify(im, &f) != SOTTO_OK)
        fail_msg("%s", f.text);
}

static void test_sample_has_every_opcode(void **state)
{
    bool seen[IMAGE_OPS] = { 0 };
    struct image im;

    (void)state;
    build_all(&im);
    for (size_t i = 0; i < im.code_n; i++)
        seen[im.code[i].op] = true;
    for (unsigned i = 0; i < IMAGE_OPS; i++)
        if (!seen[i])
            fail_msg("%s is missing", image_op_info(i)->name);
    verify_ok(&im);
    image_wipe(&im);
}

static void test_round_trip(void **state)
{
    struct writer first = { 0 }, second = { 0 };
    uint8_t hash[2][CRYPTO_HASH_LEN];
    struct image im, back;
    struct fault f = { 0 };

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &first), SOTTO_OK);
    assert_int_equal(image_read(&back, first.data, first.len, &f), SOTTO_OK);
    assert_int_equal(image_write(&back, &second), SOTTO_OK);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.data, second.data, first.len);
    assert_string_equal(back.name, "test");
    assert_string_equal(back.inputs[1].from, "bidder");
    assert_int_equal(back.inputs[1].domain, IMAGE_BITS);
    assert_int_equal(back.params[0].value, 7);
    assert_int_equal(back.reveals[3].in_loop, 1);
    assert_int_equal(image_hash(&im, hash[0]), SOTTO_OK);
    assert_int_equal(image_hash(&back, hash[1]), SOTTO_OK);
    assert_memory_equal(hash[0], hash[1], CRYPTO_HASH_LEN);
    back.reveals[0].line++; /* the manifest is part of what is hashed */
    assert_int_equal(image_hash(&back, hash[1]), SOTTO_OK);
    assert_memory_not_equal(hash[0], hash[1], CRYPTO_HASH_LEN);
    /* what was read can grow like what was built */
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(image_add_reg(&back, back.regs[0]), im.regs_n + i);
    writer_wipe(&first);
    writer_wipe(&second);
    image_wipe(&back);
    image_wipe(&im);
}

static void test_sample_file_is_stable(void **state)
{
    struct writer w = { 0 }, file;
    struct image im;

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &w), SOTTO_OK);
    if (updating())
        store(sample_path, w.data, w.len);
    file = load(sample_path);
    assert_int_equal(file.len, w.len); /* another format needs another IMAGE_VERSION */
    assert_memory_equal(file.data, w.data, w.len);
    writer_wipe(&file);
    writer_wipe(&w);
    image_wipe(&im);
}

static void test_tables_grow_and_find(void **state)
{
    struct image im;
    char name[16];

    (void)state;
    image_init(&im);
    for (uint32_t i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%u", i);
        assert_int_equal(image_add_symbol(&im, name), i);
        assert_int_equal(image_add_const(&im, 3 * i), i);
        assert_int_equal(image_add_size(&im, (struct image_size){ i, 1 }), i);
        assert_int_equal(image_add_insn(&im, (struct image_insn){ .op = IMAGE_CONST, .dst = i, .a = i }), i);
    }
    assert_string_equal(im.symbols[999], "n999");
    assert_int_equal(image_add_symbol(&im, "n500"), 500);
    assert_int_equal(image_add_const(&im, 3 * 77), 77);
    assert_int_equal(image_add_size(&im, (struct image_size){ 8, 1 }), 8);
    assert_int_equal(im.code[512].dst, 512);
    assert_int_equal(im.code[512].b, IMAGE_NONE); /* CONST has no b */
    image_wipe(&im);
    assert_int_equal(im.symbols_n, 0);
}

static void test_elements(void **state)
{
    static const struct {
        enum image_elem e;
        uint64_t value;
        bool holds;
    } cases[] = {
        { IMAGE_BOOL, 1, true },
        { IMAGE_BOOL, 2, false },
        { IMAGE_U8, 255, true },
        { IMAGE_U8, 256, false },
        { IMAGE_U32, UINT32_MAX, true },
        { IMAGE_U32, UINT64_MAX, false },
        { IMAGE_U64, UINT64_MAX, true },
        { IMAGE_I8, 127, true },
        { IMAGE_I8, 128, false },
        { IMAGE_I8, (uint64_t)-128, true },
        { IMAGE_I8, (uint64_t)-129, false },
        { IMAGE_I32, (uint64_t)INT32_MIN, true },
        { IMAGE_I32, 0x80000000u, false },
        { IMAGE_I64, UINT64_MAX, true },
        { IMAGE_ELEM_KINDS, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(image_elem_holds(cases[i].e, cases[i].value), cases[i].holds);
    assert_string_equal(image_elem_name(IMAGE_I16), "i16");
    assert_int_equal(image_elem_bits(IMAGE_I16), 16);
    assert_true(image_elem_signed(IMAGE_I16));
    assert_false(image_elem_signed(IMAGE_U64));
}

static void test_binding(void **state)
{
    uint64_t symbol[2] = { 10, SOTTO_VECTOR_N_MAX }, n = 0;
    struct image_binding b = { symbol, NULL };
    struct fault f = { 0 };
    struct image im;

    (void)state;
    build_all(&im);
    assert_int_equal(image_size_of(&im, &b, IMAGE_NONE, &n, &f), SOTTO_OK);
    assert_int_equal(n, 1);
    assert_int_equal(image_size_of(&im, &b, 2, &n, &f), SOTTO_OK);
    assert_int_equal(n, 11);
    assert_int_equal(image_size_of(&im, &b, 3, &n, &f), SOTTO_OK);
    assert_int_equal(n, 4);
    assert_int_equal(image_size_of(&im, &b, 1, &n, &f), SOTTO_OK);
    assert_int_equal(n, SOTTO_VECTOR_N_MAX);
    symbol[0] = SOTTO_VECTOR_N_MAX;
    assert_int_equal(image_size_of(&im, &b, 2, &n, &f), SOTTO_ERR_INPUT);
    assert_non_null(strstr(f.text, "n = 100000000"));
    symbol[0] = UINT64_MAX;
    assert_int_equal(image_size_of(&im, &b, 2, &n, NULL), SOTTO_ERR_INPUT);
    assert_int_equal(image_size_of(&im, &b, 99, &n, NULL), SOTTO_ERR_INPUT);
    image_wipe(&im);
}

static void test_every_allocation_fails(void **state)
{
    struct writer w = { 0 };
    struct image im, back;
    bool done = false;

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &w), SOTTO_OK);
    image_wipe(&im);
    for (uint64_t k = 0; !done; k++) {
        struct fault f = { 0 };
        enum sotto_err err;

        mem_fail_after(k);
        err = image_read(&back, w.data, w.len, &f);
        mem_fail_after(UINT64_MAX);
        done = err == SOTTO_OK;
        if (!done) {
            assert_int_equal(err, SOTTO_ERR_RESOURCE);
            assert_null(back.arena.chunks);
        }
        assert_true(k < 100);
    }
    done = false;
    for (uint64_t k = 0; !done; k++) {
        struct writer again = { 0 };
        uint8_t hash[CRYPTO_HASH_LEN];
        enum sotto_err err;

        mem_fail_after(k);
        err = image_hash(&back, hash);
        mem_fail_after(k);
        assert_int_equal(image_write(&back, &again), err);
        mem_fail_after(UINT64_MAX);
        done = err == SOTTO_OK;
        assert_true(done || err == SOTTO_ERR_RESOURCE);
        writer_wipe(&again);
    }
    image_wipe(&back);
    writer_wipe(&w);
}

static void test_failed_add_changes_nothing(void **state)
{
    size_t before;
    struct image im;

    (void)state;
    build_all(&im);
    before = im.regs_n;
    while (im.arena.limit == 0) {
        im.arena.limit = im.arena.used; /* no more room in the arena */
        while (image_add_reg(&im, im.regs[0]) != IMAGE_NONE)
            before++;
    }
    assert_int_equal(im.regs_n, before);
    assert_int_equal(image_add_symbol(&im, "new"), IMAGE_NONE);
    assert_int_equal(im.symbols_n, 2);
    assert_int_equal(image_add_input(&im, im.inputs[0]), IMAGE_NONE);
    assert_int_equal(im.inputs_n, 4);
    verify_ok(&im);
    image_wipe(&im);
}

/* Every byte, every bit: refused with a reason, or the image that those very bytes are. */
static void test_byte_flips(void **state)
{
    struct writer w = { 0 };
    struct image im;
    size_t accepted = 0;

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &w), SOTTO_OK);
    image_wipe(&im);
    for (size_t bit = 0; bit < 8 * w.len; bit++) {
        struct fault f = { 0 };
        enum sotto_err err;

        w.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        err = image_read(&im, w.data, w.len, &f);
        if (err) {
            assert_int_equal(err, SOTTO_ERR_IMAGE);
            assert_true(strlen(f.text) > 10);
        } else {
            struct writer again = { 0 };

            accepted++;
            assert_int_equal(image_write(&im, &again), SOTTO_OK);
            assert_int_equal(again.len, w.len);
            assert_memory_equal(again.data, w.data, w.len);
            writer_wipe(&again);
            image_wipe(&im);
        }
        w.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(accepted < 8 * w.len / 4); /* line numbers and letters of names may change, little else */
    writer_wipe(&w);
}

static void test_truncated_and_trailing(void **state)
{
    struct fault f = { 0 };
    struct writer w = { 0 };
    struct image im;

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &w), SOTTO_OK);
    image_wipe(&im);
    for (size_t len = 0; len < w.len; len++)
        assert_int_equal(image_read(&im, w.data, len, NULL), SOTTO_ERR_IMAGE);
    write_u8(&w, 0);
    assert_int_equal(image_read(&im, w.data, w.len, &f), SOTTO_ERR_IMAGE);
    assert_non_null(strstr(f.text, "1 bytes follow"));
    writer_wipe(&w);
}

static void test_broken_bytes(void **state)
{
    /* at: offset in a file that has nothing but its header; 12 is the name's length */
    static const struct {
        const char *name;
        size_t at;
        uint32_t value;
        const char *want;
    } cases[] = {
        { "magic", 0, 0x41414141, "no Sotto image" },
        { "version", 8, 4, "version 4" },
        { "name beyond the end", 12, 4096, "ends within its header" },
        { "name too long", 12, 4097, "more than 4096" },
        { "symbols beyond the end", 16, 9, "ends within its size symbols" },
        { "too many symbols", 16, 1025, "1025 size symbols, more than 1024" },
        { "sizes without bytes", 20, 0xffffffff, "4294967295 sizes, more than" },
        { "constants without bytes", 24, 1 << 20, "ends within its constants" },
        { "too many manifest entries", 40, 65537, "65537 manifest entries" },
        { "registers", 44, 100, "ends within its registers" },
        { "code", 48, 1, "ends within its instructions" },
        { "nothing broken but no HALT", 0, 0x54544f53, "does not end with HALT" },
    };
    struct writer w = { 0 };
    struct image im;

    (void)state;
    image_init(&im);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault f = { 0 };
        struct image back;

        w.len = 0;
        assert_int_equal(image_write(&im, &w), SOTTO_OK);
        put_u32(w.data + cases[i].at, cases[i].value);
        assert_int_equal(image_read(&back, w.data, w.len, &f), SOTTO_ERR_IMAGE);
        if (!strstr(f.text, cases[i].want))
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].name, f.text, cases[i].want);
    }
    writer_wipe(&w);
}

static void test_names_are_plain_text(void **state)
{
    static const char *const names[] = { "a\nb",         "\x1b[2J",      "\xff", "\xc0\x80",
                                         "\xed\xa0\x80", "\xe2\x80\xae", "" };
    struct fault f;
    struct image im;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        build_all(&im);
        im.outputs[0].name = names[i];
        f = (struct fault){ 0 };
        assert_int_equal(image_verify(&im, &f), SOTTO_ERR_IMAGE);
        assert_non_null(strstr(f.text, "output 0"));
        image_wipe(&im);
    }
    build_all(&im);
    im.outputs[0].name = "Größe";
    verify_ok(&im);
    image_wipe(&im);
}

/* A zero within a string: what is checked and shown would not be what was hashed. */
static void test_strings_hold_no_zero(void **state)
{
    struct writer w = { 0 };
    struct fault f = { 0 };
    struct image im;
    uint8_t *at;

    (void)state;
    build_all(&im);
    assert_int_equal(image_write(&im, &w), SOTTO_OK);
    image_wipe(&im);
    at = memmem(w.data, w.len, "bidder", 6);
    assert_non_null(at);
    at[3] = 0;
    assert_int_equal(image_read(&im, w.data, w.len, &f), SOTTO_ERR_IMAGE);
    assert_non_null(strstr(f.text, "inputs is not plain UTF-8"));
    writer_wipe(&w);
}

static void test_listing(void **state)
{
    static const char *const lines[] = {
        "image test\n",
        "symbol n\n",
        "param  u32 p = 7\n",
        "input  secret bool[n] y from bidder, as bits\n",
        "output u32[n] v to bidder\n",
        "opens  u32 x to everyone, line 1, in a loop, depending on what was opened before\n",
        "    0  r0 = INPUT x                             ; secret u32[n], line 1\n",
        "    7  r7 = SIZE u64[n]",
        "   19  r9 = SELECT r12 r0 r8",
        "   38  r18 = FOR r4 r17 @45",
        "   39    r14 = GET r0 r18",
        "   41      r24 = REVEAL r14 to everyone",
        "   45  END @38",
        "   52  r23 = CONST -1",
        "   88  r25 = PACK r0 r1",
        "; secret row[n] of 33 planes, line 89\n",
        "  120  HALT",
    };
    struct writer w = { 0 };
    struct image im;

    (void)state;
    build_all(&im);
    image_disassemble(&im, &w);
    write_u8(&w, 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr((char *)w.data, lines[i]))
            fail_msg("\"%s\" is missing in\n%s", lines[i], w.data);
    writer_wipe(&w);
    image_wipe(&im);
}

/* The document's table is made from opcodes.def; a stale one fails. */
static void test_document_is_current(void **state)
{
    struct writer doc = load(doc_path), table = { 0 }, fresh = { 0 };
    const char *begin = strstr((char *)doc.data, mark_begin), *end;

    (void)state;
    assert_non_null(begin);
    begin += strlen(mark_begin);
    end = strstr(begin, mark_end);
    assert_non_null(end);
    image_opcode_doc(&table);
    if (updating()) {
        write_bytes(&fresh, doc.data, (size_t)(begin - (char *)doc.data));
        write_bytes(&fresh, table.data, table.len);
        write_bytes(&fresh, end, strlen(end));
        store(doc_path, fresh.data, fresh.len);
        writer_wipe(&fresh);
    } else if ((size_t)(end - begin) != table.len || memcmp(begin, table.data, table.len) != 0) {
        fail_msg("%s differs from opcodes.def; run SOTTO_UPDATE=1 build/tests/test_image", doc_path);
    }
    writer_wipe(&doc);
    writer_wipe(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_has_every_opcode),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_sample_file_is_stable),
        cmocka_unit_test(test_tables_grow_and_find),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_binding),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_failed_add_changes_nothing),
        cmocka_unit_test(test_byte_flips),
        cmocka_unit_test(test_truncated_and_trailing),
        cmocka_unit_test(test_broken_bytes),
        cmocka_unit_test(test_names_are_plain_text),
        cmocka_unit_test(test_strings_hold_no_zero),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_document_is_current),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
