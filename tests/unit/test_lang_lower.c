/* test_lang_lower.c - what the compiler makes of a program: instructions, domains, manifest. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"
#include "lang/lang.h"

static void compile(struct image *im, const char *name, const char *text)
{
    struct lang_diag d;
    struct fault f = { 0 };
    struct writer w = { 0 };
    enum sotto_err err = lang_compile(name, text, strlen(text), im, &d);

    if (err == SOTTO_ERR_PROGRAM) {
        lang_diag_format(&d, false, &w);
        fail_msg("%.*s", (int)w.len, (char *)w.data);
    }
    assert_int_equal(err, SOTTO_OK);
    if (image_verify(im, &f))
        fail_msg("%s", f.text);
}

static const char auction_listing[] =
    "image auction\n"
    "symbol n\n"
    "param  u32 reserve = 0\n"
    "input  secret u32[n] bid from bidder, as bits\n"
    "output u32 winner to everyone\n"
    "output u32 price to everyone\n"
    "opens  u32 first to everyone, line 10\n"
    "opens  u32 max(second, reserve) to everyone, line 11\n"
    "    0  r0 = INPUT bid                           ; secret u32[n], line 2\n"
    "    1  r1 = PARAM reserve                       ; u32, line 3\n"
    "    2  r2 = ARGMAX r0                           ; secret u32, line 8\n"
    "    3  r3 = INDEX                               ; u32[n], line 9\n"
    "    4  r4 = EQ r3 r2                            ; secret bool[n], line 9\n"
    "    5  r5 = CONST 0                             ; u32, line 9\n"
    "    6  r6 = SELECT r4 r5 r0                     ; secret u32[n], line 9\n"
    "    7  r7 = MAX r6                              ; secret u32, line 9\n"
    "    8  r8 = REVEAL r2 to everyone               ; u32, line 10\n"
    "    9  OUTPUT winner r8                         ; line 10\n"
    "   10  r9 = LT r7 r1                            ; secret bool, line 11\n"
    "   11  r10 = SELECT r9 r1 r7                    ; secret u32, line 11\n"
    "   12  r11 = REVEAL r10 to everyone             ; u32, line 11\n"
    "   13  OUTPUT price r11                         ; line 11\n"
    "   14  HALT                                     ; line 12\n";

static void auction(void **state)
{
    static char text[4096];
    FILE *f = fopen("programs/auction.sotto", "rb");
    struct image im;
    struct writer w = { 0 };

    (void)state;
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    compile(&im, "programs/auction.sotto", text);
    image_disassemble(&im, &w);
    write_u8(&w, 0);
    assert_string_equal((char *)w.data, auction_listing);
    writer_wipe(&w);
    image_wipe(&im);
}

#define HEAD "input secret u32 x[n] from a; input secret u32 s from b; output u32 o to everyone;\n"

/* The opcodes after the two INPUTs. */
static void instructions(void **state)
{
    static const struct {
        const char *body, *wanted;
    } cases[] = {
        { "o = reveal(s);", "REVEAL OUTPUT HALT" },
        { "o = reveal(s + 1);", "CONST ADD REVEAL OUTPUT HALT" },
        { "o = 2 + 3 * 4;", "CONST OUTPUT HALT" }, /* folded */
        { "secret u32 t = s; t = s + s; o = reveal(t);", "COPY ADD REVEAL OUTPUT HALT" },
        { "o = u32(reveal(s > 3));", "CONST LT REVEAL CAST OUTPUT HALT" },
        { "o = u32(reveal(s >= 3));", "CONST LT NOT REVEAL CAST OUTPUT HALT" },
        { "o = u32(reveal((s == 1) != (s == 2)));", "CONST EQ CONST EQ XOR REVEAL CAST OUTPUT HALT" },
        { "o = reveal(max(s, 9));", "CONST LT SELECT REVEAL OUTPUT HALT" },
        { "o = n;", "SIZE OUTPUT HALT" },
        { "u64 t = reveal(sum(u64(x))); o = u32(t);", "CAST SUM REVEAL CAST OUTPUT HALT" },
        { "for (u32 i in 0..n) o = i;", "CONST SIZE FOR OUTPUT END HALT" },
        { "if (n > 1) o = 1; else o = 2;", "SIZE CONST LT IF CONST OUTPUT ELSE CONST OUTPUT END HALT" },
        { "if (n > 1) return; o = 2;", "SIZE CONST LT IF ELSE CONST OUTPUT END HALT" },
        { "secret u32 t; if (s > 1) t = 1; o = reveal(t);",
          "CONST COPY CONST LT COPY CONST COPY SELECT REVEAL OUTPUT HALT" },
        { "secret u32 v[n]; v[0] = s; o = reveal(v[0]);", "CONST COPY CONST SET CONST GET REVEAL OUTPUT HALT" },
        { "u32 b = n; for (u32 i in 0..b) b += 1; o = b;", /* the bound is fixed before the loop */
          "SIZE CONST COPY FOR CONST ADD COPY END OUTPUT HALT" },
    };
    char text[1024], got[1024];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;

        snprintf(text, sizeof text, HEAD "void main() { %s }", cases[i].body);
        compile(&im, "t.sotto", text);
        got[0] = 0;
        for (size_t k = 2; k < im.code_n; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k > 2 ? " " : "",
                     image_op_info(im.code[k].op)->name);
        if (strcmp(got, cases[i].wanted) != 0)
            fail_msg("%s\n wanted %s\n    got %s", cases[i].body, cases[i].wanted, got);
        image_wipe(&im);
    }
}

/* x is shared as bits unless arithmetic reads it, by whatever way. */
static void domains(void **state)
{
    static const struct {
        const char *body;
        enum image_domain x, s;
    } cases[] = {
        { "o = reveal(max(x));", IMAGE_BITS, IMAGE_BITS },
        { "o = reveal(sum(x));", IMAGE_ARITH, IMAGE_BITS },
        { "o = reveal(x[0] + 1);", IMAGE_ARITH, IMAGE_BITS },
        { "o = reveal(s * s);", IMAGE_BITS, IMAGE_ARITH },
        { "o = reveal(-s);", IMAGE_BITS, IMAGE_ARITH },
        { "o = reveal(count(x == s));", IMAGE_BITS, IMAGE_BITS },
        { "o = reveal(count(bool(x)));", IMAGE_BITS, IMAGE_BITS }, /* x != 0 is a comparison */
        { "o = reveal(max(x) + 1);", IMAGE_BITS, IMAGE_BITS },     /* not x itself */
        { "o = reveal(sum(select(x > 3, x, 0)));", IMAGE_ARITH, IMAGE_BITS },
        { "o = reveal(sum(select(x > 3, 1, s)));", IMAGE_BITS, IMAGE_ARITH },
        { "secret u32 v[n] = x; v[0] = s; o = reveal(sum(v));", IMAGE_ARITH, IMAGE_ARITH },
        { "secret u32 t = s; if (s > 1) t = 2; o = reveal(t - 1);", IMAGE_BITS, IMAGE_ARITH },
        { "secret u32 t = s; for (u32 i in 0..9) { o = reveal(t + 1); t = x[i]; }", IMAGE_ARITH, IMAGE_ARITH },
        { "u64 t = reveal(sum(u64(x))); o = u32(t);", IMAGE_BITS,
          IMAGE_BITS }, /* a longer value needs the bits */
        { "u8 t = reveal(sum(u8(x))); o = t;", IMAGE_ARITH, IMAGE_BITS },
        { "o = reveal(f(s));", IMAGE_BITS, IMAGE_ARITH },
    };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;

        snprintf(text, sizeof text, HEAD "secret u32 f(secret u32 a) { return a + a; } void main() { %s }",
                 cases[i].body);
        compile(&im, "t.sotto", text);
        if (im.inputs[0].domain != cases[i].x || im.inputs[1].domain != cases[i].s)
            fail_msg("%s: x %d, s %d", cases[i].body, im.inputs[0].domain, im.inputs[1].domain);
        image_wipe(&im);
    }
}

static void manifest(void **state)
{
    static const struct {
        const char *body, *wanted; /* line, L in a loop, R under a reveal, what */
    } cases[] = {
        { "o = reveal(s);", "2:s;" },
        { "o = reveal(s   +\n\t/* a */ 1)\n;", "2:s + /* a */ 1;" },
        { "o = 1;\no = reveal(sum(x)) + reveal(s);", "3:sum(x);3:s;" },
        { "for (u32 i in 0..n) o = reveal(x[i]);", "2L:x[i];" },
        { "if (n > 3) o = reveal(s);", "2:s;" },
        { "if (reveal(s > 3)) o = reveal(s);", "2:s > 3;2R:s;" },
        { "bool b = reveal(s > 3); bool c = !b;\nfor (u32 i in 0..n) if (c) o = reveal(x[i]); o = reveal(s);",
          "2:s > 3;3LR:x[i];3:s;" },
        { "for (u32 i in 0..reveal(s)) o = reveal(x[i]);", "2:s;2LR:x[i];" },
        { "bool b = false; if (reveal(s > 1)) b = true; if (b) o = reveal(s);", "2:s > 1;2R:s;" },
        { "bool b = false; for (u32 i in 0..n) { if (b) o = reveal(s); b = reveal(x[i] > 1); }",
          "2LR:s;2L:x[i] > 1;" },
        { "bool c = n > 1; if (reveal(s > 1)) { if (c) o = reveal(s); }", "2:s > 1;2R:s;" },
        { "if (n > 1) { o = 1; } else { if (reveal(s > 1)) o = 2; } o = reveal(s);", "2:s > 1;2:s;" },
        { "if (reveal(s > 1)) return; o = reveal(s);", "2:s > 1;2R:s;" },
        { "o = open(s) + open(s + 1);", "1:a;1:a;" },
    };
    char text[1024], got[1024];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;

        snprintf(text, sizeof text, "u32 open(secret u32 a) { return reveal(a); } " HEAD "void main() { %s }",
                 cases[i].body);
        compile(&im, "t.sotto", text);
        got[0] = 0;
        for (size_t k = 0; k < im.reveals_n; k++)
            snprintf(got + strlen(got), sizeof got - strlen(got), "%u%s%s:%s;", im.reveals[k].line,
                     im.reveals[k].in_loop ? "L" : "", im.reveals[k].under_reveal ? "R" : "",
                     im.reveals[k].what);
        if (strcmp(got, cases[i].wanted) != 0)
            fail_msg("%s\n wanted %s\n    got %s", cases[i].body, cases[i].wanted, got);
        image_wipe(&im);
    }
}

static void declarations(void **state)
{
    static const char text[] =
        "input secret i8 a[n+1] from p; input secret bool b from q; param i16 c = -300;\n"
        "param bool d = true; param u64 e; output i8 o to everyone;\n"
        "void main() { o = reveal(a[0]) + i8(c) + i8(d) + i8(e) + i8(reveal(b)); }";
    struct image im;

    (void)state;
    compile(&im, "dir.d/na me.x.sotto", text);
    assert_string_equal(im.name, "na me.x");
    assert_string_equal(im.inputs[0].from, "p");
    assert_int_equal(im.inputs[0].elem, IMAGE_I8);
    assert_int_equal(im.sizes[im.inputs[0].size].addend, 1);
    assert_int_equal(im.inputs[1].size, IMAGE_NONE);
    assert_int_equal(im.params[0].value, (uint64_t)-300);
    assert_int_equal(im.params[1].value, 1);
    assert_true(im.params[1].has_default && !im.params[2].has_default);
    assert_string_equal(im.outputs[0].to, "everyone");
    image_wipe(&im);
}

/* A function that nobody calls is checked, and leaves nothing behind. */
static void uncalled(void **state)
{
    static const char unused[] =
        "secret u32 f(secret u32 v[k], u32 w[j + 2]) { secret u32 t[12345]; t[7] = 98765; "
        "return sum(v) + sum(w) + reveal(v[0]); }\n";
    char text[1024];
    struct image with, without;
    struct writer a = { 0 }, b = { 0 };

    (void)state;
    snprintf(text, sizeof text, HEAD "%s void main() { o = reveal(s); }", unused);
    compile(&with, "t.sotto", text);
    compile(&without, "t.sotto", HEAD "\n void main() { o = reveal(s); }");
    assert_int_equal(image_write(&with, &a), SOTTO_OK);
    assert_int_equal(image_write(&without, &b), SOTTO_OK);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    writer_wipe(&a);
    writer_wipe(&b);
    image_wipe(&with);
    image_wipe(&without);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(auction),  cmocka_unit_test(instructions), cmocka_unit_test(domains),
        cmocka_unit_test(manifest), cmocka_unit_test(declarations), cmocka_unit_test(uncalled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
