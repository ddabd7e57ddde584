/* lang.c - text in, image out. */
#include <stdio.h>

#include "lang/internal.h"

enum { TREE_LEN_MAX = 1 << 28 }; /* bytes; a source of the greatest length needs about half of it */

/* programs/auction.sotto -> auction */
static char *program_name(struct arena *a, const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');
    size_t len = dot && dot != base ? (size_t)(dot - base) : strlen(base);
    char *name;

    if (len > SOTTO_NAME_LEN_MAX)
        len = SOTTO_NAME_LEN_MAX;
    name = arena_strdup(a, base, len);
    for (size_t i = 0; name && i < len; i++)
        if (name[i] < ' ' || name[i] > '~')
            name[i] = '_';
    return name;
}

static enum sotto_err compile(struct source *src, struct image *im)
{
    struct decl *program;
    struct fault f = { 0 };
    enum sotto_err err;

    TRY(lang_check_text(src));
    TRY(parse_program(src, &program));
    im->name = program_name(&im->arena, src->file);
    if (!im->name)
        return SOTTO_ERR_RESOURCE;
    TRY(lower_program(src, program, im));
    TRY(analyse_image(im));
    err = image_verify(im, &f);
    if (err == SOTTO_ERR_IMAGE) { /* our own mistake, or a limit of images that is not known here */
        TRY(lang_error(src, (struct span){ 0, 1, 1 }, "please report this, with the program",
                       "the compiler made an image that is not valid: %s", f.text));
    }
    return err;
}

enum sotto_err lang_compile(const char *file, const char *source, size_t len, struct image *out,
                            struct lang_diag *diag)
{
    struct source *src = mem_alloc(1, sizeof *src);
    enum sotto_err err;

    image_init(out);
    memset(diag, 0, sizeof *diag);
    if (!src)
        return SOTTO_ERR_RESOURCE;
    *src = (struct source){ .file = file, .text = (const uint8_t *)source, .len = len, .diag = diag };
    arena_init(&src->arena, TREE_LEN_MAX, false);
    err = compile(src, out);
    arena_wipe(&src->arena);
    mem_free(src);
    if (err)
        image_wipe(out);
    return err;
}
