/* bench_build.c - images made by hand, for workloads that the language does not say as directly. */
#include "cli/bench.h"

void bench_begin(struct bench_image *b, const char *name)
{
    *b = (struct bench_image){ 0 };
    image_init(&b->im);
    b->im.name = arena_strdup(&b->im.arena, name, strlen(name));
}

static uint32_t note(struct bench_image *b, uint32_t index)
{
    b->failed |= index == IMAGE_NONE;
    return index;
}

/* Nothing of a register is known once memory was short. */
static struct image_reg reg_of(const struct bench_image *b, uint32_t reg)
{
    struct image_reg none = { .size = IMAGE_NONE };

    if (b->failed)
        return none;
    return b->im.regs[reg];
}

uint32_t bench_size(struct bench_image *b, uint64_t n)
{
    return note(b, image_add_size(&b->im, (struct image_size){ IMAGE_NONE, n }));
}

uint32_t bench_reg(struct bench_image *b, enum image_elem elem, bool secret, uint32_t size)
{
    return note(
        b, image_add_reg(&b->im, (struct image_reg){ .elem = (uint8_t)elem, .secret = secret, .size = size }));
}

uint32_t bench_rows(struct bench_image *b, unsigned planes, uint32_t size)
{
    return note(b, image_add_reg(&b->im, (struct image_reg){ IMAGE_ROW, true, size, (uint16_t)planes }));
}

uint32_t bench_constant(struct bench_image *b, uint64_t value)
{
    return note(b, image_add_const(&b->im, value));
}

uint32_t bench_emit(struct bench_image *b, enum image_op op, uint32_t dst, uint32_t a, uint32_t c, uint32_t d)
{
    note(b,
         image_add_insn(&b->im, (struct image_insn){ .op = (uint8_t)op, .dst = dst, .a = a, .b = c, .c = d }));
    return dst;
}

/* The low bits of v as a value of that type. */
static uint64_t fitted(enum image_elem elem, uint64_t v)
{
    unsigned unused = 64 - image_elem_bits(elem);

    v <<= unused;
    return image_elem_signed(elem) ? (uint64_t)((int64_t)v >> unused) : v >> unused;
}

static uint32_t bring(struct bench_image *b, enum image_elem elem, enum image_domain domain, uint64_t value)
{
    struct image_input in = {
        .from = "owner", .elem = (uint8_t)elem, .domain = (uint8_t)domain, .size = IMAGE_NONE
    };
    uint32_t z = bench_reg(b, elem, true, IMAGE_NONE);
    char name[16];

    assert(b->im.inputs_n < BENCH_SEEDS_MAX);
    b->seed[b->im.inputs_n] = fitted(elem, value);
    snprintf(name, sizeof name, "seed%zu", b->im.inputs_n);
    in.name = name;
    return bench_emit(b, IMAGE_INPUT, z, note(b, image_add_input(&b->im, in)), IMAGE_NONE, IMAGE_NONE);
}

uint32_t bench_seed(struct bench_image *b, enum image_elem elem, uint64_t value)
{
    return bring(b, elem, elem == IMAGE_BOOL ? IMAGE_BITS : IMAGE_ARITH, value);
}

uint32_t bench_seed_planes(struct bench_image *b, enum image_elem elem, uint64_t value)
{
    return bring(b, elem, IMAGE_BITS, value);
}

uint32_t bench_get(struct bench_image *b, uint32_t a, uint64_t at)
{
    struct image_reg r = reg_of(b, a);

    return bench_emit(b, IMAGE_GET, bench_reg(b, r.elem, r.secret, IMAGE_NONE), a,
                      bench_const(b, IMAGE_U32, at), IMAGE_NONE);
}

uint32_t bench_const(struct bench_image *b, enum image_elem elem, uint64_t value)
{
    return bench_emit(b, IMAGE_CONST, bench_reg(b, elem, false, IMAGE_NONE),
                      note(b, image_add_const(&b->im, value)), IMAGE_NONE, IMAGE_NONE);
}

uint32_t bench_index(struct bench_image *b, enum image_elem elem, uint32_t size)
{
    return bench_emit(b, IMAGE_INDEX, bench_reg(b, elem, false, size), IMAGE_NONE, IMAGE_NONE, IMAGE_NONE);
}

static uint32_t open_register(struct bench_image *b, const char *what, uint32_t reg)
{
    struct image_reg r = reg_of(b, reg);
    uint32_t reveal = note(b, image_add_reveal(&b->im, (struct image_reveal){
                                                           .what = what,
                                                           .to = "everyone",
                                                           .elem = r.elem,
                                                           .size = r.size,
                                                           .under_reveal = b->depth > 0,
                                                       }));

    return bench_emit(b, IMAGE_REVEAL, bench_reg(b, r.elem, false, r.size), reg, reveal, IMAGE_NONE);
}

void bench_output(struct bench_image *b, const char *name, uint32_t reg)
{
    uint32_t open = open_register(b, name, reg), output;
    struct image_reg r = reg_of(b, open);

    output =
        note(b, image_add_output(&b->im, (struct image_output){
                                             .name = name, .to = "everyone", .elem = r.elem, .size = r.size }));
    bench_emit(b, IMAGE_OUTPUT, IMAGE_NONE, output, open, IMAGE_NONE);
}

/* The main strand waits for public values only: a condition on the opened one, which always holds. */
void bench_mark(struct bench_image *b, uint32_t reg)
{
    struct image_reg r = reg_of(b, reg);
    uint32_t open;

    if (r.size != IMAGE_NONE)
        reg = bench_get(b, reg, 0);
    open = open_register(b, "mark", reg);
    open = bench_emit(b, IMAGE_EQ, bench_reg(b, IMAGE_BOOL, false, IMAGE_NONE), open, open, IMAGE_NONE);
    assert(b->depth < BENCH_MARKS_MAX);
    b->open_if[b->depth++] = (uint32_t)b->im.code_n;
    bench_emit(b, IMAGE_IF, IMAGE_NONE, open, IMAGE_NONE, IMAGE_NONE);
}

static enum sotto_err bring_seeds(struct cli *cli, const struct bench_image *b, struct job *job)
{
    for (size_t i = 0; i < job->image.inputs_n; i++) {
        struct client_rows *rows = &job->rows[i]; /* of party 0 */

        rows->values = mem_alloc(1, sizeof *rows->values);
        if (!rows->values)
            return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the inputs");
        rows->values[0] = b->seed[i];
        rows->n = 1;
    }
    return job_bind_sizes(cli, job);
}

enum sotto_err bench_end(struct cli *cli, struct bench_image *b, int parties, struct job *job)
{
    enum sotto_err err;

    while (b->depth && !b->failed) {
        uint32_t at = b->open_if[--b->depth];

        b->im.code[at].c = (uint32_t)b->im.code_n;
        bench_emit(b, IMAGE_END, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, at);
    }
    bench_emit(b, IMAGE_HALT, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE, IMAGE_NONE);
    if (b->failed)
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the image");
    else
        err = job_of_image(cli, &b->im, parties, job);
    if (!err) {
        err = bring_seeds(cli, b, job);
        if (err)
            job_wipe(job);
    }
    image_wipe(&b->im);
    return err;
}
