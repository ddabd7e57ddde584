/* job.h - what a run computes on: the image, the parameters, and the rows that each party brings. All of it is
 * checked before any process starts, so a wrong file never costs a half run. */
#ifndef SOTTO_CLI_JOB_H
#define SOTTO_CLI_JOB_H

#include "cli/cli.h"
#include "image/image.h"

struct job {
    struct image image;
    uint8_t hash[CRYPTO_HASH_LEN];
    size_t image_len;
    int parties;
    uint64_t *params;         /* one a parameter */
    bool *param_known;        /* given or by default */
    uint64_t *symbols;        /* one a size symbol */
    bool *symbol_known;       /* given by -D, or bound by rows */
    struct client_rows *rows; /* of input i from party p: rows[p * inputs_n + i] */
};

/** Compile a source file, or read an image file; then `parties` empty sets of rows. On error job is empty. */
SOTTO_MUST_CHECK enum sotto_err job_load(struct cli *cli, const char *path, int parties, struct job *job);
/** The same from source in memory. */
SOTTO_MUST_CHECK enum sotto_err job_compile(struct cli *cli, const char *file, const char *source, size_t len,
                                            int parties, struct job *job);
/** The same from an image made in memory, which is taken over and verified. */
SOTTO_MUST_CHECK enum sotto_err job_of_image(struct cli *cli, struct image *im, int parties, struct job *job);
/** Take the -D options. `need_all`: a parameter without a value is an error. */
SOTTO_MUST_CHECK enum sotto_err job_define(struct cli *cli, struct job *job, bool need_all);
/** Take the --input options and read their files, at most len_max bytes each. A file given to no party is split
 * among all in contiguous blocks, party 0 first; every input must be given. */
SOTTO_MUST_CHECK enum sotto_err job_read_inputs(struct cli *cli, struct job *job, size_t len_max);
/** The same for party `self` alone: an input that is not given brings no rows. */
SOTTO_MUST_CHECK enum sotto_err job_read_own_inputs(struct cli *cli, struct job *job, int self, size_t len_max);
/** Hand rows of one input out among the parties in contiguous blocks; rows is wiped. */
SOTTO_MUST_CHECK enum sotto_err job_split(struct cli *cli, struct job *job, size_t input,
                                          struct client_rows *rows);
/** Bind every size symbol by the rows of all parties, and check that they agree. */
SOTTO_MUST_CHECK enum sotto_err job_bind_sizes(struct cli *cli, struct job *job);
/** Overwrite and free the rows of every party but `keep`. */
void job_forget_others(struct job *job, int keep);
void job_wipe(struct job *job);

enum { JOB_TYPE_LEN = 160 };
/** "u32", "u32[n]", "u32[n+1]"; with the size's value, where it is known and `with_value`: "u32[n = 1000]". */
const char *job_type(const struct job *job, unsigned elem, uint32_t size, bool with_value,
                     char out[JOB_TYPE_LEN]);
/** A number as the element type shows it: signed, or true and false. Returns its length. */
enum { JOB_VALUE_LEN = 24 };
size_t job_value(unsigned elem, uint64_t value, char out[JOB_VALUE_LEN]);

#endif
