/* file.c - the written form of an image.
 *
 *   "SOTTOIMG" | u32 version | name | symbols | sizes | consts | params | inputs | outputs | reveals | regs |
 * code
 *
 * A table is a u32 count and its entries; a string is a u32 length and its bytes. One image has one written
 * form: nothing is optional, padded or skipped, so equal images have equal hashes. */
#include "image/internal.h"

static const char magic[8] = "SOTTOIMG";

static void write_text(struct writer *w, const char *s)
{
    size_t len = s ? strlen(s) : 0;

    write_u32(w, (uint32_t)len);
    write_bytes(w, s, len);
}

static void write_declarations(const struct image *im, struct writer *w)
{
    write_u32(w, (uint32_t)im->symbols_n);
    for (size_t i = 0; i < im->symbols_n; i++)
        write_text(w, im->symbols[i]);
    write_u32(w, (uint32_t)im->sizes_n);
    for (size_t i = 0; i < im->sizes_n; i++) {
        write_u32(w, im->sizes[i].symbol);
        write_u64(w, im->sizes[i].addend);
    }
    write_u32(w, (uint32_t)im->consts_n);
    for (size_t i = 0; i < im->consts_n; i++)
        write_u64(w, im->consts[i]);
    write_u32(w, (uint32_t)im->params_n);
    for (size_t i = 0; i < im->params_n; i++) {
        const struct image_param *p = &im->params[i];

        write_text(w, p->name);
        write_u8(w, p->elem);
        write_u8(w, p->has_default);
        write_u64(w, p->value);
    }
    write_u32(w, (uint32_t)im->inputs_n);
    for (size_t i = 0; i < im->inputs_n; i++) {
        const struct image_input *in = &im->inputs[i];

        write_text(w, in->name);
        write_text(w, in->from);
        write_u8(w, in->elem);
        write_u8(w, in->domain);
        write_u32(w, in->size);
    }
    write_u32(w, (uint32_t)im->outputs_n);
    for (size_t i = 0; i < im->outputs_n; i++) {
        const struct image_output *out = &im->outputs[i];

        write_text(w, out->name);
        write_text(w, out->to);
        write_u8(w, out->elem);
        write_u32(w, out->size);
    }
}

static void write_program(const struct image *im, struct writer *w)
{
    write_u32(w, (uint32_t)im->reveals_n);
    for (size_t i = 0; i < im->reveals_n; i++) {
        const struct image_reveal *r = &im->reveals[i];

        write_text(w, r->what);
        write_text(w, r->to);
        write_u8(w, r->elem);
        write_u32(w, r->size);
        write_u32(w, r->line);
        write_u8(w, r->in_loop);
        write_u8(w, r->under_reveal);
    }
    write_u32(w, (uint32_t)im->regs_n);
    for (size_t i = 0; i < im->regs_n; i++) {
        const struct image_reg *r = &im->regs[i];

        write_u8(w, r->elem);
        write_u8(w, r->secret);
        write_u32(w, r->size);
        if (r->elem == IMAGE_ROW)
            write_u16(w, r->planes);
    }
    write_u32(w, (uint32_t)im->code_n);
    for (size_t i = 0; i < im->code_n; i++) {
        const struct image_insn *in = &im->code[i];

        write_u8(w, in->op);
        write_u32(w, in->dst);
        write_u32(w, in->a);
        write_u32(w, in->b);
        write_u32(w, in->c);
        write_u32(w, in->line);
    }
}

enum sotto_err image_write(const struct image *im, struct writer *out)
{
    write_bytes(out, magic, sizeof magic);
    write_u32(out, IMAGE_VERSION);
    write_text(out, im->name);
    write_declarations(im, out);
    write_program(im, out);
    return out->failed ? SOTTO_ERR_RESOURCE : SOTTO_OK;
}

enum sotto_err image_hash(const struct image *im, uint8_t hash[CRYPTO_HASH_LEN])
{
    struct writer w = { 0 };
    enum sotto_err err = image_write(im, &w);

    if (err)
        memset(hash, 0, CRYPTO_HASH_LEN);
    else
        crypto_hash_of("sotto image", w.data, w.len, hash);
    writer_wipe(&w);
    return err;
}

/* --- reading: bytes of a stranger ------------------------------------------------------------------------ */

struct loader {
    struct reader r;
    struct image *im;
    const char *section; /* that is being read, for messages */
    struct fault *f;
};

static enum sotto_err cut_short(const struct loader *l)
{
    return fault_set(l->f, SOTTO_ERR_IMAGE, "the image ends within its %s; it was cut short or is no image",
                     l->section);
}

static enum sotto_err no_memory(struct fault *f)
{
    return fault_set(f, SOTTO_ERR_RESOURCE, "no memory is left for the image");
}

static enum sotto_err read_text(struct loader *l, const char **s)
{
    uint32_t len = read_u32(&l->r);
    const uint8_t *p;

    if (len > IMAGE_TEXT_LEN_MAX)
        return fault_set(l->f, SOTTO_ERR_IMAGE, "a string of the image's %s has %u bytes, more than %d",
                         l->section, len, IMAGE_TEXT_LEN_MAX);
    p = read_bytes(&l->r, len);
    if (!p)
        return cut_short(l);
    if (!text_is_line(p, len))
        return fault_set(l->f, SOTTO_ERR_IMAGE, "a string of the image's %s is not plain UTF-8 text",
                         l->section);
    *s = arena_strdup(&l->im->arena, (const char *)p, len);
    return *s ? SOTTO_OK : no_memory(l->f);
}

/* The table's count, held against its bound and against the bytes that are left before it sizes anything. */
static enum sotto_err read_table(struct loader *l, const char *section, size_t n_max, size_t entry_len_min,
                                 size_t entry_size, void **table, size_t *n)
{
    uint32_t count;

    l->section = section;
    count = read_u32(&l->r);
    if (!reader_ok(&l->r))
        return cut_short(l);
    if (count > n_max)
        return fault_set(l->f, SOTTO_ERR_IMAGE, "the image has %u %s, more than %zu", count, section, n_max);
    if (count > reader_left(&l->r) / entry_len_min)
        return cut_short(l);
    *table = image_table_new(&l->im->arena, count, entry_size);
    *n = *table ? count : 0;
    return *table ? SOTTO_OK : no_memory(l->f);
}

/* Read one table: `each` runs once an entry, which it sees as `e`. */
#define READ_TABLE(l, table, section, n_max, entry_len_min, each)                                              \
    do {                                                                                                       \
        void *table_ = NULL;                                                                                   \
        size_t n_ = 0;                                                                                         \
        TRY(read_table(l, section, n_max, entry_len_min, sizeof *(l)->im->table, &table_, &n_));               \
        (l)->im->table = table_;                                                                               \
        (l)->im->table##_n = n_;                                                                               \
        for (size_t i_ = 0; i_ < n_; i_++) {                                                                   \
            __typeof__((l)->im->table) e = &(l)->im->table[i_];                                                \
            each;                                                                                              \
        }                                                                                                      \
        if (!reader_ok(&(l)->r))                                                                               \
            return cut_short(l);                                                                               \
    } while (0)

static enum sotto_err read_declarations(struct loader *l)
{
    struct reader *r = &l->r;

    READ_TABLE(l, symbols, "size symbols", IMAGE_DECLS_MAX, 4, TRY(read_text(l, e)));
    READ_TABLE(l, sizes, "sizes", IMAGE_TABLE_MAX, 12, (e->symbol = read_u32(r), e->addend = read_u64(r)));
    READ_TABLE(l, consts, "constants", IMAGE_TABLE_MAX, 8, *e = read_u64(r));
    READ_TABLE(l, params, "parameters", IMAGE_DECLS_MAX, 14, {
        TRY(read_text(l, &e->name));
        e->elem = read_u8(r);
        e->has_default = read_u8(r);
        e->value = read_u64(r);
    });
    READ_TABLE(l, inputs, "inputs", IMAGE_DECLS_MAX, 14, {
        TRY(read_text(l, &e->name));
        TRY(read_text(l, &e->from));
        e->elem = read_u8(r);
        e->domain = read_u8(r);
        e->size = read_u32(r);
    });
    READ_TABLE(l, outputs, "outputs", IMAGE_DECLS_MAX, 13, {
        TRY(read_text(l, &e->name));
        TRY(read_text(l, &e->to));
        e->elem = read_u8(r);
        e->size = read_u32(r);
    });
    return SOTTO_OK;
}

static enum sotto_err read_program(struct loader *l)
{
    struct reader *r = &l->r;

    READ_TABLE(l, reveals, "manifest entries", IMAGE_REVEALS_MAX, 19, {
        TRY(read_text(l, &e->what));
        TRY(read_text(l, &e->to));
        e->elem = read_u8(r);
        e->size = read_u32(r);
        e->line = read_u32(r);
        e->in_loop = read_u8(r);
        e->under_reveal = read_u8(r);
    });
    READ_TABLE(l, regs, "registers", IMAGE_TABLE_MAX, 6, {
        e->elem = read_u8(r);
        e->secret = read_u8(r);
        e->size = read_u32(r);
        if (e->elem == IMAGE_ROW)
            e->planes = read_u16(r);
    });
    READ_TABLE(l, code, "instructions", IMAGE_TABLE_MAX, 21, {
        e->op = read_u8(r);
        e->dst = read_u32(r);
        e->a = read_u32(r);
        e->b = read_u32(r);
        e->c = read_u32(r);
        e->line = read_u32(r);
    });
    return SOTTO_OK;
}

static enum sotto_err read_all(struct loader *l)
{
    const uint8_t *start = read_bytes(&l->r, sizeof magic);
    uint32_t version;

    if (!start || memcmp(start, magic, sizeof magic) != 0)
        return fault_set(l->f, SOTTO_ERR_IMAGE, "this is no Sotto image: it does not begin with SOTTOIMG");
    version = read_u32(&l->r);
    if (!reader_ok(&l->r))
        return cut_short(l);
    if (version != IMAGE_VERSION)
        return fault_set(l->f, SOTTO_ERR_IMAGE,
                         "the image has version %u, this program reads version %d; compile "
                         "it again",
                         version, IMAGE_VERSION);
    TRY(read_text(l, &l->im->name));
    TRY(read_declarations(l));
    TRY(read_program(l));
    if (reader_left(&l->r))
        return fault_set(l->f, SOTTO_ERR_IMAGE, "%zu bytes follow the end of the image", reader_left(&l->r));
    return image_verify(l->im, l->f);
}

enum sotto_err image_read(struct image *im, const uint8_t *p, size_t len, struct fault *f)
{
    struct loader l = { reader_of(p, len), im, "header", f };
    enum sotto_err err;

    image_init(im);
    if (len > SOTTO_IMAGE_LEN_MAX)
        return fault_set(f, SOTTO_ERR_IMAGE, "the image has %zu bytes, more than %d", len, SOTTO_IMAGE_LEN_MAX);
    err = read_all(&l);
    if (err)
        image_wipe(im);
    return err;
}
