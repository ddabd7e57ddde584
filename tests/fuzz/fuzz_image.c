/* An image is refused, or it is valid, has one written form and can be listed. */
#include "image/image.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fault f = { 0 };
    struct writer w = { 0 }, listing = { 0 };
    struct image im;

    if (image_read(&im, data, len, &f) != SOTTO_OK) {
        if (f.code == SOTTO_OK || !f.text[0] || im.code_n)
            abort(); /* refused without a reason, or something is left */
        return 0;
    }
    if (image_write(&im, &w) != SOTTO_OK || w.len != len || memcmp(w.data, data, len) != 0)
        abort();
    image_disassemble(&im, &listing);
    if (listing.failed || !listing.len)
        abort();
    writer_wipe(&w);
    writer_wipe(&listing);
    image_wipe(&im);
    return 0;
}
