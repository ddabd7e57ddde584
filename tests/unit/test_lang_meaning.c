/* test_lang_meaning.c - programs mean what they say: images are run by a few lines of C that know nothing of
 * secrets, and the outputs are compared with numbers worked out by hand. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"
#include "lang/lang.h"

enum { ELEMENTS_MAX = 8, REGS_MAX = 400, STEPS_MAX = 100000 };

struct cell {
    uint64_t v[ELEMENTS_MAX]; /* sign- or zero-extended */
    unsigned n;
};

/* What the cases below are run on: x = 3, 9, 4; s = 5; t = -2; p = 7; n = 3. */
static const uint64_t x_rows[] = { 3, 9, 4 };

static struct cell regs[REGS_MAX], outputs[8];

static uint64_t narrow(enum image_elem e, uint64_t v)
{
    unsigned unused = 64 - image_elem_bits(e);

    return image_elem_signed(e) ? (uint64_t)((int64_t)(v << unused) >> unused) : v << unused >> unused;
}

static unsigned size_of(const struct image *im, uint32_t size)
{
    uint64_t n = 0;
    uint64_t symbols[1] = { 3 };
    struct image_binding b = { symbols, NULL };

    assert_int_equal(image_size_of(im, &b, size, &n, NULL), SOTTO_OK);
    assert_true(n <= ELEMENTS_MAX);
    return (unsigned)n;
}

static uint64_t at(const struct cell *c, unsigned i)
{
    return c->v[c->n == 1 ? 0 : i];
}

static bool less(enum image_elem e, uint64_t a, uint64_t b)
{
    return image_elem_signed(e) ? (int64_t)a < (int64_t)b : a < b;
}

static uint64_t elementwise(const struct image *im, const struct image_insn *in, unsigned i)
{
    uint64_t a = at(&regs[in->a], i), b = in->b == IMAGE_NONE ? 0 : at(&regs[in->b], i);
    enum image_elem e = (enum image_elem)im->regs[in->a].elem;
    bool s = image_elem_signed(e);

    switch (in->op) {
    case IMAGE_COPY:
        return a;
    case IMAGE_CAST:
        return im->regs[in->dst].elem == IMAGE_BOOL ? a != 0 : a;
    case IMAGE_ADD:
        return a + b;
    case IMAGE_SUB:
        return a - b;
    case IMAGE_NEG:
        return -a;
    case IMAGE_MUL:
        return a * b;
    case IMAGE_DIV:
        return s ? (uint64_t)((int64_t)a / (int64_t)b) : a / b;
    case IMAGE_MOD:
        return s ? (uint64_t)((int64_t)a % (int64_t)b) : a % b;
    case IMAGE_AND:
        return a & b;
    case IMAGE_OR:
        return a | b;
    case IMAGE_XOR:
        return a ^ b;
    case IMAGE_NOT:
        return ~a;
    case IMAGE_EQ:
        return a == b;
    case IMAGE_LT:
        return less(e, a, b);
    case IMAGE_SELECT:
        return a ? b : at(&regs[in->c], i);
    default:
        fail_msg("opcode %s", image_op_info(in->op)->name);
        return 0;
    }
}

static uint64_t reduction(const struct image *im, const struct image_insn *in)
{
    const struct cell *a = &regs[in->a];
    enum image_elem e = (enum image_elem)im->regs[in->a].elem;
    uint64_t sum = 0;
    unsigned least = 0, greatest = 0;

    for (unsigned i = 0; i < a->n; i++) {
        sum += a->v[i];
        least = less(e, a->v[i], a->v[least]) ? i : least;
        greatest = less(e, a->v[greatest], a->v[i]) ? i : greatest;
    }
    switch (in->op) {
    case IMAGE_MIN:
        return a->v[least];
    case IMAGE_MAX:
        return a->v[greatest];
    case IMAGE_ARGMIN:
        return least;
    case IMAGE_ARGMAX:
        return greatest;
    case IMAGE_ANY:
        return sum > 0;
    case IMAGE_ALL:
        return sum == a->n;
    default:
        return sum;
    }
}

static void value(const struct image *im, const struct image_insn *in, struct cell *d)
{
    struct cell r = { { 0 }, size_of(im, im->regs[in->dst].size) };
    static const uint64_t scalars[] = { 5, (uint64_t)-2 };

    switch (in->op) {
    case IMAGE_CONST:
        r.v[0] = im->consts[in->a];
        break;
    case IMAGE_PARAM:
        r.v[0] = im->params[in->a].value;
        break;
    case IMAGE_SIZE:
        r.v[0] = size_of(im, in->a);
        break;
    case IMAGE_INDEX:
        for (unsigned i = 0; i < r.n; i++)
            r.v[i] = i;
        break;
    case IMAGE_INPUT:
        for (unsigned i = 0; i < r.n; i++)
            r.v[i] = in->a == 0 ? x_rows[i] : scalars[in->a - 1];
        break;
    case IMAGE_REVEAL:
        r = regs[in->a];
        break;
    case IMAGE_GET:
        assert_true(regs[in->b].v[0] < regs[in->a].n);
        r.v[0] = regs[in->a].v[regs[in->b].v[0]];
        break;
    case IMAGE_SET:
        r = regs[in->a];
        assert_true(regs[in->b].v[0] < r.n);
        r.v[regs[in->b].v[0]] = regs[in->c].v[0];
        break;
    default:
        for (unsigned i = 0; i < r.n; i++)
            r.v[i] = in->op >= IMAGE_SUM ? reduction(im, in) : elementwise(im, in, i);
    }
    for (unsigned i = 0; i < r.n; i++)
        r.v[i] = narrow((enum image_elem)im->regs[in->dst].elem, r.v[i]);
    *d = r;
}

/* FOR at its first visit starts the counter; END goes back to it. */
static void run(const struct image *im)
{
    bool started[2000] = { false };
    size_t at_insn = 0, steps = 0;

    assert_true(im->regs_n <= REGS_MAX && im->code_n <= COUNT_OF(started));
    memset(outputs, 0, sizeof outputs);
    for (const struct image_insn *in; (in = &im->code[at_insn])->op != IMAGE_HALT; at_insn++) {
        assert_true(++steps < STEPS_MAX);
        if (in->op == IMAGE_FOR) {
            regs[in->dst].n = 1;
            regs[in->dst].v[0] = started[at_insn] ? regs[in->dst].v[0] + 1 : regs[in->a].v[0];
            started[at_insn] =
                less((enum image_elem)im->regs[in->dst].elem, regs[in->dst].v[0], regs[in->b].v[0]);
            at_insn = started[at_insn] ? at_insn : in->c;
        } else if (in->op == IMAGE_IF) {
            at_insn = regs[in->a].v[0] ? at_insn : in->c;
        } else if (in->op == IMAGE_ELSE) {
            at_insn = in->c;
        } else if (in->op == IMAGE_END) {
            at_insn = im->code[in->c].op == IMAGE_FOR ? in->c - 1 : at_insn;
        } else if (in->op == IMAGE_OUTPUT) {
            outputs[in->a] = regs[in->b];
        } else {
            value(im, in, &regs[in->dst]);
        }
    }
}

static const char head[] =
    "input secret u32 x[n] from a; input secret u32 s from b; input secret i32 t from c;\n"
    "param u32 p = 7; output u32 o to everyone; output u32 v[3] to everyone;\n";

#define CLAMP                                                                                                  \
    "secret u32 clamp(secret u32 a, u32 lo, u32 hi) { if (a < lo) return lo; if (a > hi) return hi; return "   \
    "a; }"

static const struct {
    const char *functions, *body;
    uint64_t o;
} cases[] = {
    { "", "o = reveal(s) + p;", 12 },
    { "", "o = reveal(sum(x) - s * 2);", 6 },
    { "", "o = u32(reveal(-t));", 2 },
    { "", "o = u32(reveal(s <= 5)) * 100 + u32(reveal(s < 5)) * 10 + u32(reveal(s <= 4));", 100 },
    { "", "o = u32(reveal(s >= 5)) * 100 + u32(reveal(s > 5)) * 10 + u32(reveal(s >= 6));", 100 },
    { "", "o = u32(p <= 7) * 100 + u32(p != 7) * 10 + u32(p == 7 && 3 < p);", 101 },
    { "", "o = u32(reveal(t < 0) && reveal(t == -2) && reveal(t >= -2) && !reveal(t > -2));", 1 },
    { "", "o = u32(u8(255) + 1);", 0 },       /* wraps in u8 */
    { "", "o = u32(u8(i8(127) + 1));", 128 }, /* wraps in i8 */
    { "", "o = u32(i8(-7) / 2 == -3 && i8(-7) % 2 == -1);", 1 },
    { "", "i64 a = i32(-1); o = u32(a);", 0xffffffff }, /* sign-extended */
    { "", "o = 2 + 3 * 4 - 10 / 4 % 3 | 16;", 28 },
    { "", "o = 0xff & ~u32(0b1010_0000) ^ 1;", 0x5e },
    { "", "o = reveal(min(s, 4)) * 10 + reveal(max(s, 4));", 45 },
    { "", "o = reveal(argmax(x)) * 10 + reveal(argmin(x));", 10 },
    { "", "o = reveal(count(x > 3)) * 100 + u32(reveal(any(x == 9))) * 10 + u32(reveal(all(x == 9)));", 210 },
    { "", "o = reveal(sum(select(index(n) == 1, 0, x)));", 7 },
    { "", "o = reveal(s > 4 ? 1 : 2) + (p > 7 ? 10 : 20);", 21 },
    { "", "o = reveal(x[0] * 100 + x[n - 1]);", 304 },
    { "", "u32 a; for (u32 i in 2..5) a = a * 10 + i; o = a;", 234 },
    { "", "u32 a; for (u32 i in 5..2) a = 1; o = a;", 0 },
    { "", "u32 a; for (u8 i in 250..255) a += i; o = a;", 1260 },
    { "", "u32 a; for (i8 i in -2..2) a = a * 10 + u32(i + 2); o = a;", 123 },
    { "", "u32 a = 3; for (u32 i in 0..a) { a += 1; } o = a;", 6 },
    { "", "u32 a = 1; { u32 a = 2; a = 3; } o = a;", 1 },
    { "", "u32 a = 1; for (u32 i in 0..3) { u32 b; b += 1; a += b; } o = a;", 4 }, /* b starts anew */
    { "", "secret u32 a = 1; if (s > 4) a = 2; o = reveal(a);", 2 },
    { "", "secret u32 a = 1; if (s > 5) a = 2; o = reveal(a);", 1 },
    { "", "secret u32 a = 1; if (s > 5) a = 2; else { a = a + 10; a = a * 2; } o = reveal(a);", 22 },
    { "",
      "secret u32 a = 1; secret u32 b = 2; if (s == 5) { secret u32 c = a; a = b; b = c; } "
      "o = reveal(a * 10 + b);",
      21 },
    { "",
      "secret u32 a; if (s > 1) { if (s > 9) a = 1; else if (s > 4) a = 2; else a = 3; } else a = 4; "
      "o = reveal(a);",
      2 },
    { "", "secret u32 a; if (s > 1) { a = 1; if (s > 9) { a = a + 1; } a = a + 10; } o = reveal(a);", 11 },
    { "", "secret u32 a = 1; if (s > 1) { u32 a = 5; a = 6; } o = reveal(a);", 1 },
    { "", "secret u32 a; for (u32 i in 0..n) { if (x[i] > 3) a = a * 10 + x[i]; } o = reveal(a);", 94 },
    { "", "secret u32 a; if (s > 1) { for (u32 i in 0..n) a = a * 10 + x[i]; } o = reveal(a);", 394 },
    { "", "secret u32 a; if (s > 9) { for (u32 i in 0..n) a = a * 10 + x[i]; } o = reveal(a);", 0 },
    { "",
      "secret u32 w[3]; for (u32 i in 0..n) { if (x[i] > 3) w[i] = x[i]; else w[i] = 1; } v = reveal(w); "
      "o = v[0] * 100 + v[1] * 10 + v[2];",
      194 },
    { "",
      "secret u32 w[n] = x; if (s > 1) { w[0] = 7; if (s > 9) { w[1] = 8; } else { w[2] += 1; } } "
      "o = reveal(w[0] * 100 + w[1] * 10 + w[2]);",
      795 },
    { "", "secret u32 w[n] = x; if (s > 9) { w[0] = 7; w = x + 1; w[1] = 1; } o = reveal(sum(w));", 16 },
    { "", "secret u32 w[n] = x; if (s > 1) { w[0] = 7; w = w + 1; w[1] = 1; } o = reveal(sum(w));", 14 },
    { "", "secret u32 w[n]; w = 2; o = reveal(sum(w));", 6 },
    { "", "secret u32 w[n] = x; if (s > 9) { if (s > 1) w[0] = 7; else w[1] = 7; } o = reveal(sum(w));", 16 },
    { "", "secret u32 w[n] = x; if (s > 9) { } else { if (s > 1) w[0] = 7; } o = reveal(sum(w));", 20 },
    { "u32 f(u32 a) { u32 b = 1; if (a > 5) { u32 b = 2; if (a > 6) return b; } return b; }",
      "o = f(7) * 100 + f(6) * 10 + f(5);", 211 },
    { "secret u32 f(secret u32 a) { u32 b = 1; if (a > 3) { u32 b = 2; if (a > 4) return b; } return b; }",
      "o = reveal(f(s) * 100 + f(s - 1) * 10 + f(s - 2));", 211 },
    { "", "v[1] = 5; v[2] += p; v[2] *= 2; o = v[0] + v[1] * 100 + v[2];", 514 },
    { "", "o = 4; o += 3; o = o * o;", 49 },
    { CLAMP, "o = reveal(clamp(s, 1, 9) * 100 + clamp(s, 6, 9) * 10 + clamp(s, 1, 4));", 564 },
    { CLAMP, "secret u32 a; for (u32 i in 0..n) a = a * 10 + clamp(x[i], 4, 8); o = reveal(a);", 484 },
    { "u32 f(u32 a) { if (a > 5) { if (a > 6) return 1; a = 9; } return a; }",
      "o = f(p) * 100 + f(6) * 10 + f(2);", 192 },
    { "secret u32 f(secret u32 a) { if (a > 5) { if (a > 6) return 1; a = 9; } return a; }",
      "o = reveal(f(s + 2) * 100 + f(s + 1) * 10 + f(s));", 195 },
    { "secret u32 f(secret u32 a) { secret u32 b = 1; { if (a > 4) { b = 2; { return b; } } b = 3; } return b "
      "+ a; }",
      "o = reveal(f(s) * 100 + f(s - 1));", 207 },
    { "secret u32 f(secret u32 w[k]) { w[0] = 0; return sum(w); }", "o = reveal(f(x) * 100 + sum(x));", 1316 },
    { "u32[k] twice(u32 w[k]) { return w + w; } u32 sum3(u32 w[3]) { return sum(w); }",
      "o = sum3(twice(index(3))) * 10 + sum(twice(index(n)));", 66 },
    { "u32 last(u32 w[k + 1]) { return w[k]; }", "o = last(index(5)) * 10 + last(index(1));", 40 },
    { "u32 length(secret u32 w[k]) { return k; }", "o = length(x);", 3 },
    { "void set(u32 a) { if (a > 5) { o = a; return; } o = 1; }", "set(p); if (o == 7) set(3);", 1 },
    { "secret u32 f(secret u32 a) { if (a > 4) a += 1; return a; }",
      "secret u32 a = 1; if (s > 1) { a = f(s); } o = reveal(a * 10 + f(4));", 64 },
    { "secret u32 f(secret u32 w[k]) { secret u32 a; if (w[0] > 2) { w[1] = 1; } a = sum(w); return a; }",
      "secret u32 a = 1; if (s > 9) { a = f(x); } else { a = f(x) * 2; } o = reveal(a);", 16 },
    { "", "if (p > 9) o = 1; else if (p > 6) o = 2; else o = 3;", 2 },
    { "", "o = 1; if (p > 6) return; o = 2;", 1 },
    { "", "o = 1; for (u32 i in 0..2) { if (i == p) o = 5; } if (p < 6) { return; } else { o += 2; }", 3 },
};

static void meaning(void **state)
{
    char text[2048];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct image im;
        struct lang_diag d;
        bool sets_v = strstr(cases[i].body, "v =") || strstr(cases[i].body, "v[");

        snprintf(text, sizeof text, "%s%s\nvoid main() { %s%s }", head, cases[i].functions,
                 sets_v ? "" : "v = 1; ", cases[i].body);
        if (!strstr(cases[i].body, "o ") && !strstr(cases[i].functions, "o ="))
            fail_msg("case %zu sets nothing", i);
        if (lang_compile("t.sotto", text, strlen(text), &im, &d))
            fail_msg("%s\n%u:%u %s", text, d.line, d.column, d.text);
        run(&im);
        if (outputs[0].v[0] != cases[i].o)
            fail_msg("%s %s\n wanted %llu, got %llu", cases[i].functions, cases[i].body,
                     (unsigned long long)cases[i].o, (unsigned long long)outputs[0].v[0]);
        image_wipe(&im);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(meaning) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
