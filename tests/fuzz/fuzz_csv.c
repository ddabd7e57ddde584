/* fuzz_csv.c - any bytes as a CSV file, for every element type: right values or a message with a place. */
#include "client/client.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static bool in_range(uint64_t v, enum image_elem elem)
{
    unsigned bits = image_elem_bits(elem);

    if (image_elem_signed(elem))
        return (int64_t)(v << (64 - bits)) >> (64 - bits) == (int64_t)v;
    return bits == 64 || v >> bits == 0;
}

/* The first byte chooses the type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    enum image_elem elem;
    struct client_rows rows;
    struct fault f = { 0 };

    if (!len)
        return 0;
    elem = (enum image_elem)(data[0] % IMAGE_ELEM_KINDS);
    if (client_csv_parse("f", data + 1, len - 1, "bid", elem, &rows, &f)) {
        if (f.code != SOTTO_ERR_INPUT || strncmp(f.text, "f:", 2) != 0 || rows.values || rows.n)
            abort();
        if (!text_is_line(f.text, strlen(f.text)))
            abort();
        return 0;
    }
    if (2 * rows.n > len)
        abort();
    for (size_t i = 0; i < rows.n; i++)
        if (!in_range(rows.values[i], elem))
            abort();
    client_rows_wipe(&rows);
    return 0;
}
