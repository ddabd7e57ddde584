/* image.c - the tables of an image, in memory. */
#include "image/internal.h"

static const struct {
    const char *name;
    unsigned bits;
    bool is_signed;
} elems[] = {
#define X(name, keyword, bits, is_signed) { keyword, bits, is_signed },
    IMAGE_ELEMS(X)
#undef X
};

static const struct image_op_info ops[] = {
#define OP(name, dst, a, b, c, kind, text) { #name, { #dst[0], #a[0], #b[0], #c[0] }, #kind[0], text },
#include "image/opcodes.def"
#undef OP
};

const char *image_elem_name(enum image_elem e)
{
    return (unsigned)e < IMAGE_ELEM_KINDS ? elems[e].name : e == IMAGE_ROW ? "row" : "?";
}

unsigned image_elem_bits(enum image_elem e)
{
    return (unsigned)e < IMAGE_ELEM_KINDS ? elems[e].bits : 0;
}

bool image_elem_signed(enum image_elem e)
{
    return (unsigned)e < IMAGE_ELEM_KINDS && elems[e].is_signed;
}

bool image_elem_holds(enum image_elem e, uint64_t value)
{
    unsigned bits = image_elem_bits(e);
    uint64_t top;

    if (bits == 0 || bits == 64)
        return bits == 64;
    if (!image_elem_signed(e))
        return value >> bits == 0;
    top = value >> (bits - 1); /* the sign and all its copies */
    return top == 0 || top == UINT64_MAX >> (bits - 1);
}

const struct image_op_info *image_op_info(unsigned op)
{
    return op < IMAGE_OPS ? &ops[op] : NULL;
}

void image_init(struct image *im)
{
    *im = (struct image){ 0 };
    arena_init(&im->arena, 0, false);
}

void image_wipe(struct image *im)
{
    arena_wipe(&im->arena);
    image_init(im);
}

enum { CAPACITY_MIN = 8 };

static size_t capacity_of(size_t n)
{
    size_t cap = CAPACITY_MIN;

    while (cap < n)
        cap *= 2;
    return cap;
}

void *image_table_new(struct arena *a, size_t n, size_t size)
{
    return arena_alloc(a, capacity_of(n), size);
}

/* One more entry at the end of a table. *table and *n change only when there is room. */
static uint32_t append(struct image *im, void **table, size_t *n, size_t size, const void *entry)
{
    void *grown = *table;

    if (*n >= IMAGE_TABLE_MAX)
        return IMAGE_NONE;
    if (!grown || *n == capacity_of(*n)) {
        grown = image_table_new(&im->arena, *n + 1, size);
        if (!grown)
            return IMAGE_NONE;
        if (*table)
            memcpy(grown, *table, *n * size);
    }
    memcpy((char *)grown + *n * size, entry, size);
    *table = grown;
    return (uint32_t)(*n)++;
}

/* A pointer to the table cannot be passed as void ** without lying about its type, hence the copy. */
#define APPEND(im, table, entry)                                                                               \
    __extension__({                                                                                            \
        void *table_ = (im)->table;                                                                            \
        uint32_t index_ = append(im, &table_, &(im)->table##_n, sizeof *(im)->table, entry);                   \
        (im)->table = table_;                                                                                  \
        index_;                                                                                                \
    })

static bool own(struct image *im, const char **s)
{
    *s = arena_strdup(&im->arena, *s ? *s : "", *s ? strlen(*s) : 0);
    return *s != NULL;
}

uint32_t image_add_symbol(struct image *im, const char *name)
{
    char *copy;

    for (size_t i = 0; i < im->symbols_n; i++)
        if (strcmp(im->symbols[i], name) == 0)
            return (uint32_t)i;
    copy = arena_strdup(&im->arena, name, strlen(name));
    return copy ? APPEND(im, symbols, &copy) : IMAGE_NONE;
}

uint32_t image_add_size(struct image *im, struct image_size s)
{
    for (size_t i = 0; i < im->sizes_n; i++)
        if (im->sizes[i].symbol == s.symbol && im->sizes[i].addend == s.addend)
            return (uint32_t)i;
    return APPEND(im, sizes, &s);
}

uint32_t image_add_const(struct image *im, uint64_t value)
{
    for (size_t i = 0; i < im->consts_n; i++)
        if (im->consts[i] == value)
            return (uint32_t)i;
    return APPEND(im, consts, &value);
}

uint32_t image_add_param(struct image *im, struct image_param p)
{
    return own(im, &p.name) ? APPEND(im, params, &p) : IMAGE_NONE;
}

uint32_t image_add_input(struct image *im, struct image_input in)
{
    return own(im, &in.name) && own(im, &in.from) ? APPEND(im, inputs, &in) : IMAGE_NONE;
}

uint32_t image_add_output(struct image *im, struct image_output out)
{
    return own(im, &out.name) && own(im, &out.to) ? APPEND(im, outputs, &out) : IMAGE_NONE;
}

uint32_t image_add_reveal(struct image *im, struct image_reveal r)
{
    return own(im, &r.what) && own(im, &r.to) ? APPEND(im, reveals, &r) : IMAGE_NONE;
}

uint32_t image_add_reg(struct image *im, struct image_reg r)
{
    return APPEND(im, regs, &r);
}

uint32_t image_add_insn(struct image *im, struct image_insn in)
{
    const struct image_op_info *op = image_op_info(in.op);
    uint32_t *operand[4] = { &in.dst, &in.a, &in.b, &in.c };

    for (int i = 0; op && i < 4; i++)
        if (op->operand[i] == '-')
            *operand[i] = IMAGE_NONE;
    return APPEND(im, code, &in);
}

enum sotto_err image_size_of(const struct image *im, const struct image_binding *b, uint32_t size, uint64_t *n,
                             struct fault *f)
{
    const struct image_size *s;
    uint64_t base = 0, sum;

    *n = 1;
    if (size == IMAGE_NONE)
        return SOTTO_OK;
    *n = 0;
    if (size >= im->sizes_n)
        return fault_set(f, SOTTO_ERR_INPUT, "size %u of %zu does not exist", size, im->sizes_n);
    s = &im->sizes[size];
    if (s->symbol != IMAGE_NONE) {
        if (s->symbol >= im->symbols_n)
            return fault_set(f, SOTTO_ERR_INPUT, "size symbol %u of %zu does not exist", s->symbol,
                             im->symbols_n);
        base = b->symbol[s->symbol];
    }
    if (__builtin_add_overflow(base, s->addend, &sum) || sum > SOTTO_VECTOR_N_MAX)
        return fault_set(f, SOTTO_ERR_INPUT,
                         "%s = %llu makes a vector of more than %d elements; use fewer rows",
                         s->symbol == IMAGE_NONE ? "a constant size" : im->symbols[s->symbol],
                         (unsigned long long)base, SOTTO_VECTOR_N_MAX);
    *n = sum;
    return SOTTO_OK;
}
