/* fuzz_lang.c - any text: an error or an image that verifies and survives being written and read. */
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_image(const struct image *im)
{
    struct writer w = { 0 }, again = { 0 };
    struct image back;
    struct fault f = { 0 };

    if (image_verify(im, &f) || image_write(im, &w) || image_read(&back, w.data, w.len, &f))
        __builtin_trap();
    if (image_write(&back, &again) || again.len != w.len || memcmp(again.data, w.data, w.len) != 0)
        __builtin_trap();
    image_wipe(&back);
    writer_wipe(&w);
    writer_wipe(&again);
}

static void check_diag(const struct lang_diag *d)
{
    struct writer w = { 0 };

    if (!d->text[0] || !d->line || !d->column || !d->width || strstr(d->text, "compiler made"))
        __builtin_trap();
    lang_diag_format(d, true, &w);
    writer_wipe(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct image im;
    struct lang_diag diag;
    enum sotto_err err = lang_compile("fuzz.sotto", (const char *)data, len, &im, &diag);

    if (err == SOTTO_OK)
        check_image(&im);
    else if (err == SOTTO_ERR_PROGRAM)
        check_diag(&diag);
    else
        __builtin_trap();
    image_wipe(&im);
    return 0;
}
