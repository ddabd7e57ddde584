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
SOTTO_MUST_CHECK enum sotto_err client_csv_parse(const char *path, const uint8_t *text, size_t len,
                                                 const char *name, enum image_elem elem,
                                                 struct client_rows *rows, struct fault *f);
void client_rows_wipe(struct client_rows *rows);

/** Foreign bytes for a message: cut to a length, whatever could upset a terminal written as \xHH. */
enum { CLIENT_SHOWN_LEN = 64 };
void client_show(const char *p, size_t len, char out[CLIENT_SHOWN_LEN]);

/* A whole file in memory. */
struct client_file {
    uint8_t *data;
    size_t len, cap;
};
/** Read at most len_max bytes of a file, pipe or device (the latter two at most 256 MiB). SOTTO_ERR_INPUT with
 * f when it is missing, a directory, unreadable or longer: a regular file is refused by its size before a byte
 * is read. */
SOTTO_MUST_CHECK enum sotto_err client_file_read(const char *path, size_t len_max, struct client_file *file,
                                                 struct fault *f);
void client_file_wipe(struct client_file *file);

/** One number as text ("7", "-3", "true") into two's complement; SOTTO_ERR_INPUT with f saying why not. */
SOTTO_MUST_CHECK enum sotto_err client_parse_value(const char *text, enum image_elem elem, uint64_t *value,
                                                   struct fault *f);

#endif
