/* test_numbers_instructions.c - every instruction on numbers, with operands that are secret, known, or of both
 * kinds, in every protocol, against the plainest computation. */
#include "lib/committee.h"
#include "lib/gadget_case.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { N = 70, AMOUNT = 5, SCALAR = 43, FRACTION = 2, COLS = 7 };

__extension__ typedef __int128 wide;

static unsigned bits_of(enum image_elem e)
{
    return image_elem_bits(e);
}

/* How a value of the type is written in 64 bits. */
static uint64_t canonical(enum image_elem e, uint64_t v)
{
    return image_elem_signed(e) ? (uint64_t)case_signed(case_cut(v, bits_of(e)), bits_of(e))
                                : case_cut(v, bits_of(e));
}

static uint64_t shift(enum image_op op, enum image_elem e, uint64_t x, uint64_t y)
{
    unsigned k = bits_of(e), by = (unsigned)(case_cut(y, k) % k), back = (k - by) % k;
    uint64_t cut = case_cut(x, k);

    switch (op) {
    case IMAGE_SHL:
        return x << by;
    case IMAGE_SHR:
        return image_elem_signed(e) ? (uint64_t)((int64_t)x >> by) : x >> by;
    case IMAGE_ROTL:
        return by ? cut << by | cut >> back : x;
    default:
        return by ? cut >> by | cut << back : x;
    }
}

static uint64_t count(enum image_op op, enum image_elem e, uint64_t x)
{
    unsigned k = bits_of(e), ones = 0, high = 0, low = k;

    for (unsigned i = 0; i < k; i++)
        if (x >> i & 1) {
            ones++;
            high = i + 1;
            low = low == k ? i : low;
        }
    switch (op) {
    case IMAGE_POPCOUNT:
        return ones;
    case IMAGE_CLZ:
        return k - high;
    case IMAGE_CTZ:
        return low;
    default:
        return (uint64_t)high - 1;
    }
}

static uint64_t fixed_product(uint64_t x, uint64_t y)
{
    return (uint64_t)(((wide)(int64_t)x * (int64_t)y + (1 << (AMOUNT - 1))) >> AMOUNT);
}

static bool less(enum image_elem e, uint64_t x, uint64_t y)
{
    return image_elem_signed(e) ? (int64_t)x < (int64_t)y : x < y;
}

static uint64_t divided(enum image_op op, enum image_elem e, uint64_t x, uint64_t y)
{
    uint64_t q, cut = case_cut(UINT64_MAX, bits_of(e));

    if (y == 0)
        q = cut;
    else if (image_elem_signed(e))
        q = y == UINT64_MAX ? 0 - x : (uint64_t)((int64_t)x / (int64_t)y);
    else
        q = x / y;
    return op == IMAGE_DIV ? q : x - q * y;
}

/* What the gadget makes of it in `clear`: how far that is from exact, test_numbers_real.c says. */
struct alone {
    enum image_op op;
    unsigned k;
    uint64_t x[COLS], y, z[COLS];
};

static enum sotto_err alone_strand(struct strand *st, void *arg)
{
    struct alone *a = arg;
    size_t n = a->op == IMAGE_SOFTMAX ? COLS : 1;
    struct shared x, xb, y, z, zb;

    TRY(strand_shared(st, &x, MPC_ARITH, a->k, n));
    TRY(strand_shared(st, &xb, MPC_BITS, a->k, n));
    TRY(strand_shared(st, &y, MPC_BITS, a->k, n));
    TRY(strand_shared(st, &z, MPC_ARITH, a->k, n));
    TRY(strand_shared(st, &zb, MPC_BITS, a->k, n));
    shared_public(&x, a->x, false);
    shared_public(&xb, a->x, false);
    shared_public(&y, &a->y, true);
    switch (a->op) {
    case IMAGE_FIXDIV:
        TRY(gadget_fix_divide(st, &zb, &x, &y, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_RECIP:
        TRY(gadget_fix_reciprocal(st, &zb, &xb, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_SQRT:
        TRY(gadget_fix_sqrt(st, &zb, &xb, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_RSQRT:
        TRY(gadget_fix_rsqrt(st, &zb, &xb, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_EXP:
        TRY(gadget_fix_exp(st, &zb, &x, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_EXP2:
        TRY(gadget_fix_exp2(st, &zb, &xb, FRACTION));
        return gadget_reveal(st, &zb, 1, a->z);
    case IMAGE_LOG:
        TRY(gadget_fix_log(st, &z, &xb, FRACTION));
        return gadget_reveal(st, &z, 1, a->z);
    case IMAGE_LOG2:
        TRY(gadget_fix_log2(st, &z, &xb, FRACTION));
        return gadget_reveal(st, &z, 1, a->z);
    case IMAGE_SIGMOID:
        TRY(gadget_fix_sigmoid(st, &z, &x, FRACTION));
        return gadget_reveal(st, &z, 1, a->z);
    case IMAGE_TANH:
        TRY(gadget_fix_tanh(st, &z, &x, FRACTION));
        return gadget_reveal(st, &z, 1, a->z);
    default:
        TRY(gadget_fix_softmax(st, &z, &xb, COLS, FRACTION));
        return gadget_reveal(st, &z, 1, a->z);
    }
}

static void alone(struct alone *a)
{
    struct fault f = { 0 };
    struct mpc_session *s = mpc_session_new(&mpc_clear, NULL, (struct mpc_options){ 0 }, &f);

    assert_non_null(s);
    assert_int_equal(mpc_session_run(s, alone_strand, a), SOTTO_OK);
    mpc_session_free(s);
}

static uint64_t function(enum image_op op, enum image_elem e, uint64_t x, uint64_t y)
{
    struct alone a = { .op = op, .k = bits_of(e), .x = { x }, .y = y };

    alone(&a);
    return a.z[0];
}

static uint64_t softmax(enum image_elem e, const uint64_t *x, size_t i)
{
    struct alone a = { .op = IMAGE_SOFTMAX, .k = bits_of(e) };

    memcpy(a.x, x + i / COLS * COLS, sizeof a.x);
    alone(&a);
    return a.z[i % COLS];
}

static uint64_t want(enum image_op op, enum image_elem e, uint64_t x, uint64_t y)
{
    switch (op) {
    case IMAGE_TRUNC:
        return shift(IMAGE_SHR, e, x, AMOUNT);
    case IMAGE_SHL:
    case IMAGE_SHR:
    case IMAGE_ROTL:
    case IMAGE_ROTR:
        return shift(op, e, x, y);
    case IMAGE_LESSER:
        return less(e, x, y) ? x : y;
    case IMAGE_GREATER:
        return less(e, x, y) ? y : x;
    case IMAGE_SIGN:
        return (int64_t)x < 0 ? UINT64_MAX : x > 0;
    case IMAGE_ABS:
        return (int64_t)x < 0 ? 0 - x : x;
    case IMAGE_RELU:
        return (int64_t)x < 0 ? 0 : x;
    case IMAGE_FIXMUL:
        return fixed_product(x, y);
    case IMAGE_DIV:
    case IMAGE_MOD:
        return divided(op, e, x, y);
    default:
        return op >= IMAGE_FIXDIV ? function(op, e, x, y) : count(op, e, x);
    }
}

/* --- the image: every instruction on (x, y), (x, SCALAR), (p, q) for secret x, y and opened p, q
 * ----------------- */

static const enum image_op ops[] = { IMAGE_TRUNC,    IMAGE_SHL,  IMAGE_SHR,    IMAGE_ROTL,    IMAGE_ROTR,
                                     IMAGE_POPCOUNT, IMAGE_CLZ,  IMAGE_CTZ,    IMAGE_HIGHBIT, IMAGE_LESSER,
                                     IMAGE_GREATER,  IMAGE_SIGN, IMAGE_ABS,    IMAGE_RELU,    IMAGE_FIXMUL,
                                     IMAGE_DIV,      IMAGE_MOD,  IMAGE_FIXDIV, IMAGE_RECIP,   IMAGE_SQRT,
                                     IMAGE_RSQRT,    IMAGE_EXP,  IMAGE_EXP2,   IMAGE_LOG,     IMAGE_LOG2,
                                     IMAGE_SIGMOID,  IMAGE_TANH, IMAGE_SOFTMAX };
enum { OPS = sizeof ops / sizeof ops[0], VARIANTS = 3 };

static bool wants_sign(enum image_op op)
{
    return op == IMAGE_SIGN || op == IMAGE_ABS || op >= IMAGE_RELU;
}

static bool divides(enum image_op op)
{
    return op == IMAGE_DIV || op == IMAGE_MOD;
}

/* A number of 8 bits has no room for a logarithm with a fraction of 2. */
static bool exists(enum image_op op, enum image_elem e)
{
    return (!wants_sign(op) || image_elem_signed(e)) &&
           ((op != IMAGE_LOG && op != IMAGE_LOG2) || bits_of(e) > 8);
}

static uint32_t reg(struct image *im, enum image_elem e, bool secret, bool scalar)
{
    return image_add_reg(
        im, (struct image_reg){ .elem = (uint8_t)e, .secret = secret, .size = scalar ? IMAGE_NONE : 0 });
}

static void code(struct image *im, uint8_t op, uint32_t dst, uint32_t a, uint32_t b, uint32_t c)
{
    assert_int_not_equal(image_add_insn(im, (struct image_insn){ op, dst, a, b, c, 1 }), IMAGE_NONE);
}

static uint32_t opened(struct image *im, enum image_elem e, uint32_t r)
{
    uint32_t to = reg(im, e, false, false),
             entry = image_add_reveal(im, (struct image_reveal){ "x", "everyone", (uint8_t)e, 0, 1, 0, 0 });

    code(im, IMAGE_REVEAL, to, r, entry, 0);
    return to;
}

static void build(struct image *im, enum image_elem e, enum image_domain domain)
{
    uint32_t five = image_add_const(im, AMOUNT), two = image_add_const(im, FRACTION), row,
             scalar = image_add_const(im, SCALAR), r[2], p[2], s;
    struct fault f;

    image_add_size(im, (struct image_size){ IMAGE_NONE, N });
    row = image_add_size(im, (struct image_size){ IMAGE_NONE, COLS });
    for (uint32_t i = 0; i < 2; i++) {
        image_add_input(im, (struct image_input){ i ? "y" : "x", "somebody", (uint8_t)e, (uint8_t)domain, 0 });
        r[i] = reg(im, e, true, false);
        code(im, IMAGE_INPUT, r[i], i, 0, 0);
        p[i] = opened(im, e, r[i]);
    }
    s = reg(im, e, false, true);
    code(im, IMAGE_CONST, s, scalar, 0, 0);
    for (uint32_t i = 0; i < VARIANTS * OPS; i++) {
        enum image_op op = ops[i / VARIANTS];
        uint32_t variant = i % VARIANTS, to, a = variant == 2 ? p[0] : r[0],
                 b = variant == 0   ? r[1]
                     : variant == 1 ? s
                                    : p[1];
        char name[16];

        if (!exists(op, e))
            continue;
        if (divides(op) && variant == 2)
            b = s; /* a 0 that all know stops the job */
        snprintf(name, sizeof name, "o%u", i);
        image_add_output(im, (struct image_output){ name, "everyone", (uint8_t)e, 0 });
        to = reg(im, e, variant != 2, false);
        if (op == IMAGE_SOFTMAX)
            b = row;
        else if (op == IMAGE_TRUNC)
            b = five;
        else if (op > IMAGE_FIXDIV)
            b = two;
        code(im, (uint8_t)op, to, a, b, op == IMAGE_FIXMUL ? five : two);
        code(im, IMAGE_OUTPUT, 0, (uint32_t)im->outputs_n - 1, variant == 2 ? to : opened(im, e, to), 0);
    }
    code(im, IMAGE_HALT, 0, 0, 0, 0);
    if (image_verify(im, &f))
        fail_msg("%s", f.text);
}

static void check(const struct mpc_protocol *protocol, enum image_elem e, enum image_domain domain)
{
    struct committee c;
    uint64_t x[N], y[N], state = 7;

    for (size_t i = 0; i < N; i++) {
        x[i] = canonical(e, i % 4 ? case_draw(&state) >> case_draw(&state) % 64 : i - 8);
        y[i] = canonical(e, i % 3 ? case_draw(&state) >> case_draw(&state) % 64 : 5 - i);
    }
    committee_init_body(&c, protocol->name, NULL, NULL);
    build(&c.image, e, domain);
    c.rows = calloc((size_t)protocol->parties * 2, sizeof *c.rows);
    committee_input(&c, "x", x, N);
    committee_input(&c, "y", y, N);
    committee_run(&c);
    for (int p = 0; p < protocol->parties; p++)
        if (c.err[p])
            fail_msg("%s, %s: %s", protocol->name, image_elem_name(e), c.fault[p].text);
    for (size_t o = 0; o < c.image.outputs_n; o++) {
        unsigned at = (unsigned)strtoul(c.image.outputs[o].name + 1, NULL, 10);
        enum image_op op = ops[at / VARIANTS];

        for (size_t i = 0; i < N; i++) {
            bool scalar = at % VARIANTS == 1 || (divides(op) && at % VARIANTS == 2);
            uint64_t have = c.result[0].outputs[o].values[i],
                     due = canonical(e, op == IMAGE_SOFTMAX ? softmax(e, x, i)
                                                            : want(op, e, x[i], scalar ? SCALAR : y[i]));

            if (have != due)
                fail_msg("%s: %s on %s, variant %u: of %lld and %lld comes %lld, not %lld", protocol->name,
                         image_op_info(op)->name, image_elem_name(e), at % VARIANTS, (long long)x[i],
                         (long long)y[i], (long long)have, (long long)due);
        }
    }
    committee_wipe(&c);
}

static void test_instructions(void **state)
{
    static const struct {
        enum image_elem elem;
        enum image_domain domain;
    } forms[] = {
        { IMAGE_U8, IMAGE_BITS },
        { IMAGE_I16, IMAGE_ARITH },
        { IMAGE_I32, IMAGE_BITS },
        { IMAGE_U64, IMAGE_ARITH },
    };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        for (size_t i = 0; i < COUNT_OF(forms); i++)
            if (test_takes(2 * (i + (size_t)(p - mpc_protocols))))
                check(*p, forms[i].elem, forms[i].domain);
    }
    for (enum image_elem e = IMAGE_U8; e < IMAGE_ELEM_KINDS; e++)
        for (enum image_domain d = IMAGE_ARITH; d <= IMAGE_BITS; d++)
            if (test_takes(e))
                check(&mpc_clear, e, d);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_instructions) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
