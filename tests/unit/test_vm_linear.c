/* test_vm_linear.c - the instructions on vectors and matrices: with each operand secret or known, in every back
 * end, the same as with all of them known. */
#include "lib/chosen.h"
#include "lib/committee.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"

enum { A, B, FLAGS, INDEX, AT, SMALL, INPUTS, SIZES = 16, OUTPUTS_MAX = 512 };

/* Inputs: a (12 of u32), b (20 of u32), flags (12 bools), indices (8 of u8), a place and an element (1 each).
 */
static const struct {
    const char *name;
    enum image_elem elem;
    size_t n;
    uint64_t value[20];
} inputs[INPUTS] = {
    [A] = { "a", IMAGE_U32, 12, { 5, 4294967295u, 0, 7, 2147483648u, 3, 9, 1, 65536, 12, 5, 2 } },
    [B] = { "b", IMAGE_U32, 20, { 1,  2,  3,  4,  5,  6,           7,  8,  4294967295u, 10,
                                  11, 12, 13, 14, 15, 2147483648u, 17, 18, 19,          20 } },
    [FLAGS] = { "flags", IMAGE_BOOL, 12, { 0, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0 } },
    [INDEX] = { "index", IMAGE_U8, 8, { 0, 19, 20, 7, 255, 8, 8, 3 } },
    [AT] = { "at", IMAGE_U16, 1, { 11 } },
    [SMALL] = { "small", IMAGE_I16, 12, { 5, (uint64_t)-3, 0, 7, 32767, (uint64_t)-32768, 9, 1, 2, 12, 5, 2 } },
};

/* Every case: opcode, operands by input (-1: none), type and length of the result, and what c is. */
struct instruction {
    const char *name;
    enum image_op op;
    int a, b, c;
    enum image_elem elem;
    size_t n;      /* 0: a scalar */
    uint64_t last; /* a size (MATMUL, DOT, TRANSPOSE) or a constant */
};
static const struct instruction instructions[] = {
    { "matmul", IMAGE_MATMUL, A, B, -1, IMAGE_U32, 15, 4 },
    { "matmul of a row", IMAGE_MATMUL, A, A, -1, IMAGE_U32, 1, 12 },
    { "dot", IMAGE_DOT, A, A, -1, IMAGE_U32, 3, 4 },
    { "dot to a scalar", IMAGE_DOT, B, B, -1, IMAGE_U32, 0, 20 },
    { "conv2d", IMAGE_CONV2D, A, B, -1, IMAGE_U32, 100,
      1 | 3 << 12 | (uint64_t)4 << 26 | (uint64_t)2 << 40 | (uint64_t)2 << 46 | (uint64_t)1 << 52 |
          (uint64_t)1 << 58 },
    { "transpose", IMAGE_TRANSPOSE, A, -1, -1, IMAGE_U32, 12, 4 },
    { "lookup", IMAGE_LOOKUP, INDEX, B, -1, IMAGE_U32, 8, 0 },
    { "store", IMAGE_STORE, AT, B, AT, IMAGE_U32, 20, 0 },
    { "prefix", IMAGE_PREFIX, A, -1, -1, IMAGE_U32, 12, 0 },
    { "scan: first", IMAGE_SCAN, FLAGS, A, -1, IMAGE_U32, 12, 0 },
    { "scan: sum", IMAGE_SCAN, FLAGS, A, -1, IMAGE_U32, 12, 1 },
    { "scan: or", IMAGE_SCAN, FLAGS, A, -1, IMAGE_U32, 12, 2 },
    { "scan: and backward", IMAGE_SCAN, FLAGS, A, -1, IMAGE_U32, 12, 11 },
    { "scan: least", IMAGE_SCAN, FLAGS, SMALL, -1, IMAGE_I16, 12, 4 },
    { "scan: greatest backward", IMAGE_SCAN, FLAGS, SMALL, -1, IMAGE_I16, 12, 13 },
    { "scan: or of bools", IMAGE_SCAN, FLAGS, FLAGS, -1, IMAGE_BOOL, 12, 2 },
};

struct maker {
    struct image *im;
    uint32_t reg[2][INPUTS]; /* known, secret */
    uint32_t element[2];     /* a scalar of u32 for STORE */
    uint32_t reveals, outputs;
    char name[OUTPUTS_MAX][8];
};

static uint32_t size_of(struct image *im, size_t n)
{
    return n ? image_add_size(im, (struct image_size){ IMAGE_NONE, n }) : IMAGE_NONE;
}

static void insn(struct image *im, enum image_op op, uint32_t dst, uint32_t a, uint32_t b, uint32_t c)
{
    image_add_insn(im, (struct image_insn){ (uint8_t)op, dst, a, b, c, 1 });
}

/* The secret register r, opened. */
static uint32_t opened(struct maker *m, uint32_t r, enum image_elem elem, uint32_t size)
{
    uint32_t known = image_add_reg(m->im, (struct image_reg){ (uint8_t)elem, 0, size, 0 });

    image_add_reveal(m->im, (struct image_reveal){ "x", "everyone", (uint8_t)elem, size, 1, 0, 0 });
    insn(m->im, IMAGE_REVEAL, known, r, m->reveals++, IMAGE_NONE);
    return known;
}

/* AT is a scalar: element 0 of its input. */
static void add_input(struct maker *m, uint32_t i)
{
    uint32_t symbol = i == FLAGS || i == SMALL ? 0 : image_add_symbol(m->im, inputs[i].name), /* A's */
        size = image_add_size(m->im, (struct image_size){ symbol, 0 }), r, zero;
    struct image_reg type = { (uint8_t)inputs[i].elem, 1, size, 0 };

    image_add_input(m->im,
                    (struct image_input){ inputs[i].name, "everyone", type.elem,
                                          i % 2 || type.elem == IMAGE_BOOL ? IMAGE_BITS : IMAGE_ARITH, size });
    r = image_add_reg(m->im, type);
    insn(m->im, IMAGE_INPUT, r, i, IMAGE_NONE, IMAGE_NONE);
    if (i == AT) {
        zero = image_add_reg(m->im, (struct image_reg){ IMAGE_U32, 0, IMAGE_NONE, 0 });
        insn(m->im, IMAGE_CONST, zero, image_add_const(m->im, 0), IMAGE_NONE, IMAGE_NONE);
        type.size = size = IMAGE_NONE;
        m->reg[1][i] = image_add_reg(m->im, type);
        insn(m->im, IMAGE_GET, m->reg[1][i], r, zero, IMAGE_NONE);
        m->element[1] = image_add_reg(m->im, (struct image_reg){ IMAGE_U32, 1, IMAGE_NONE, 0 });
        insn(m->im, IMAGE_CAST, m->element[1], m->reg[1][i], IMAGE_NONE, IMAGE_NONE);
        m->element[0] = opened(m, m->element[1], IMAGE_U32, IMAGE_NONE);
    } else {
        m->reg[1][i] = r;
    }
    m->reg[0][i] = opened(m, m->reg[1][i], inputs[i].elem, size);
}

static void add_result(struct maker *m, uint32_t r, enum image_elem elem, uint32_t size, bool is_secret)
{
    uint32_t known = is_secret ? opened(m, r, elem, size) : r;

    assert_true(m->outputs < OUTPUTS_MAX);
    snprintf(m->name[m->outputs], sizeof m->name[0], "o%u", m->outputs);
    image_add_output(m->im, (struct image_output){ m->name[m->outputs], "everyone", (uint8_t)elem, size });
    insn(m->im, IMAGE_OUTPUT, IMAGE_NONE, m->outputs++, known, IMAGE_NONE);
}

/* Bit o of `secret`: operand o is secret. Sizes of results: those of an operand where they must be the same. */
static void add_instruction(struct maker *m, const struct instruction *in, unsigned secret)
{
    const struct image_op_info *op = image_op_info(in->op);
    uint32_t operand[3] = { m->reg[secret & 1][in->a], IMAGE_NONE, IMAGE_NONE }, size = size_of(m->im, in->n),
             dst;
    bool elementwise = in->op == IMAGE_SCAN || in->op == IMAGE_PREFIX || in->op == IMAGE_TRANSPOSE ||
                       in->op == IMAGE_LOOKUP || in->op == IMAGE_STORE;

    if (in->b >= 0)
        operand[1] = m->reg[secret >> 1 & 1][in->b];
    if (in->c >= 0)
        operand[2] = m->element[secret >> 2 & 1];
    for (int i = 1; i < 3; i++)
        if (op->operand[i + 1] == 'S')
            operand[i] = size_of(m->im, in->last);
        else if (op->operand[i + 1] == 'K')
            operand[i] = image_add_const(m->im, in->last);
    if (elementwise)
        size = m->im->regs[in->op == IMAGE_STORE ? operand[1] : operand[0]].size;
    dst = image_add_reg(m->im, (struct image_reg){ (uint8_t)in->elem, secret != 0, size, 0 });
    insn(m->im, in->op, dst, operand[0], operand[1], operand[2]);
    add_result(m, dst, in->elem, size, secret != 0);
}

static unsigned variants(const struct instruction *in)
{
    return 1u << (1 + (in->b >= 0) + (in->c >= 0));
}

/* GATHER takes a known index: the indices less those that are out of range, taken modulo 8 by AND. */
static void add_gather(struct maker *m, bool secret)
{
    uint32_t size = m->im->regs[m->reg[0][INDEX]].size,
             seven = image_add_reg(m->im, (struct image_reg){ IMAGE_U8, 0, IMAGE_NONE, 0 }),
             index = image_add_reg(m->im, (struct image_reg){ IMAGE_U8, 0, size, 0 }),
             dst = image_add_reg(m->im, (struct image_reg){ IMAGE_U32, secret, size, 0 });

    insn(m->im, IMAGE_CONST, seven, image_add_const(m->im, 7), IMAGE_NONE, IMAGE_NONE);
    insn(m->im, IMAGE_AND, index, m->reg[0][INDEX], seven, IMAGE_NONE);
    insn(m->im, IMAGE_GATHER, dst, m->reg[secret][A], index, IMAGE_NONE);
    add_result(m, dst, IMAGE_U32, size, secret);
}

static void build(struct maker *m, struct image *im)
{
    struct fault f = { 0 };

    *m = (struct maker){ .im = im };
    for (uint32_t i = 0; i < INPUTS; i++)
        add_input(m, i);
    for (size_t i = 0; i < COUNT_OF(instructions); i++)
        for (unsigned secret = 0; secret < variants(&instructions[i]); secret++)
            add_instruction(m, &instructions[i], secret);
    add_gather(m, false);
    add_gather(m, true);
    insn(im, IMAGE_HALT, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE);
    if (image_verify(im, &f))
        fail_msg("%s", f.text);
}

static const uint64_t *values(const struct committee *c, const struct maker *m, int party, size_t output,
                              size_t *n)
{
    const struct vm_output *o = committee_output(c, party, m->name[output]);

    *n = o->n;
    return o->values;
}

static void check_same(const struct committee *c, const struct maker *m, const char *name, size_t first,
                       size_t count)
{
    for (int p = 0; p < c->protocol->parties; p++)
        for (size_t v = 0; v < count; v++) {
            size_t n, other_n;
            const uint64_t *known = values(c, m, 0, first, &n), *other = values(c, m, p, first + v, &other_n);

            assert_int_equal(n, other_n);
            for (size_t i = 0; i < n; i++)
                if (known[i] != other[i])
                    fail_msg("%s, %s with secret operands %zu, party %d: element %zu is %llu, not %llu",
                             c->protocol->name, name, v, p, i, (unsigned long long)other[i],
                             (unsigned long long)known[i]);
        }
}

/* A few results by hand. */
static void check_known(const struct committee *c, const struct maker *m)
{
    static const struct {
        size_t output, at;
        uint64_t want;
    } some[] = {
        { 0, 0, 5 * 1 + 4294967295u * 6u + 0 + 7 * 2147483648u }, /* matmul: row 0, column 0 */
        { 0, 14, 65536u * 5 + 12 * 10 + 5 * 15 + 2 * 20 },
        { 16, 0, 5 * 4 }, /* conv2d: the corner sees one pixel */
    };
    size_t n;

    for (size_t i = 0; i < COUNT_OF(some); i++)
        assert_int_equal(values(c, m, 0, some[i].output, &n)[some[i].at] & 0xffffffffu,
                         some[i].want & 0xffffffffu);
}

static void run(const struct mpc_protocol *protocol)
{
    struct maker m;
    struct committee c;
    size_t output = 0;

    committee_init_body(&c, protocol->name, NULL, NULL);
    image_init(&c.image);
    build(&m, &c.image);
    c.rows = calloc(SOTTO_PARTIES_MAX * c.image.inputs_n, sizeof *c.rows);
    assert_non_null(c.rows);
    for (size_t i = 0; i < INPUTS; i++)
        committee_input(&c, inputs[i].name, inputs[i].value, inputs[i].n);
    committee_run(&c);
    for (int p = 0; p < protocol->parties; p++)
        if (c.err[p])
            fail_msg("%s, party %d: %s", protocol->name, p, c.fault[p].text);
    for (size_t i = 0; i < COUNT_OF(instructions); i++) {
        check_same(&c, &m, instructions[i].name, output, variants(&instructions[i]));
        output += variants(&instructions[i]);
    }
    check_same(&c, &m, "gather", output, 2);
    check_known(&c, &m);
    committee_wipe(&c);
}

static void test_instructions(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        run(*p);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_instructions) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
