/* client.h - what an owner of data does before a node sees it: read inputs from files and check them. */
#ifndef SOTTO_CLIENT_H
#define SOTTO_CLIENT_H

#include "image/image.h"

/* Rows of one input. */
struct client_rows {
    uint64_t *values; /* two's complement in 64 bits, within the element type's range */
    size_t n;
};

/** Read a CSV file (RFC 4180, UTF-8, header with exactly the column `name`) of integers or bools into rows.
 *  SOTTO_ERR_INPUT with f: "bids.csv:3:7: ...", what is wrong and what to do. Reads at most len_max bytes.
 *  Free rows with client_rows_wipe. On error rows is empty. */
SOTTO_MUST_CHECK enum sotto_err client_csv_read(const char *path, const char *name, enum image_elem elem,
                                                size_t len_max, struct client_rows *rows, struct fault *f);
/** The same from memory; `path` is for messages. */
SOTTO_MUST_CHECK enum sotto_err client_csv_parse(const char *path, const uint8_t *text, size_t len, const char *name,
                                                 enum image_elem elem, struct client_rows *rows, struct fault *f);
void client_rows_wipe(struct client_rows *rows);

/** One number as text ("7", "-3", "true") into two's complement; SOTTO_ERR_INPUT with f saying why not. */
SOTTO_MUST_CHECK enum sotto_err client_parse_value(const char *text, enum image_elem elem, uint64_t *value,
                                                   struct fault *f);

#endif
