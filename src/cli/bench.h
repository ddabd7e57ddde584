/* bench.h - private to bench: workloads, what a run of one costs, and what the machine does at best.
 *
 * A workload is a program of its own: from small secrets and public indices it derives long operands without a
 * message, does the work, and opens what shows whether the result is right. Where the work is a part of the
 * program only (`marked`), it lies between the first and the second opening:
 *
 *   start, TLS, keys | derive operands | open 1 | WORK | open 2 | open the result, to check it | end
 *
 * so neither the making of operands nor the check is measured as work. Elsewhere work is all after the keys. */
#ifndef SOTTO_CLI_BENCH_H
#define SOTTO_CLI_BENCH_H

#include "cli/local.h"

/* --- bench_build.c: images made by hand ------------------------------------------------------------------ */
enum { BENCH_SEEDS_MAX = 16, BENCH_MARKS_MAX = 2 };
struct bench_image {
    struct image im;
    bool failed;                    /* memory is short: said once, at the end */
    uint64_t seed[BENCH_SEEDS_MAX]; /* of each input: the one row, which party 0 brings */
    uint32_t open_if[BENCH_MARKS_MAX], depth;
};
void bench_begin(struct bench_image *b, const char *name);
/** A vector's size for bench_reg. */
uint32_t bench_size(struct bench_image *b, uint64_t n);
uint32_t bench_reg(struct bench_image *b, enum image_elem elem, bool secret, uint32_t size);
/** A register of rows. */
uint32_t bench_rows(struct bench_image *b, unsigned planes, uint32_t size);
/** The index of a constant, for opcodes that take one. */
uint32_t bench_constant(struct bench_image *b, uint64_t value);
/** dst op= ...; returns dst. */
uint32_t bench_emit(struct bench_image *b, enum image_op op, uint32_t dst, uint32_t a, uint32_t c, uint32_t d);
/** A secret scalar of that value (its low bits), brought by party 0. */
uint32_t bench_seed(struct bench_image *b, enum image_elem elem, uint64_t value);
/** The same, shared as bits. */
uint32_t bench_seed_planes(struct bench_image *b, enum image_elem elem, uint64_t value);
/** a[at] of a vector. */
uint32_t bench_get(struct bench_image *b, uint32_t a, uint64_t at);
uint32_t bench_const(struct bench_image *b, enum image_elem elem, uint64_t value);
/** The public vector 0, 1, 2, ... */
uint32_t bench_index(struct bench_image *b, enum image_elem elem, uint32_t size);
/** Open a register and make it an output. */
void bench_output(struct bench_image *b, const char *name, uint32_t reg);
/** Open element 0 of a secret vector (or a scalar): what follows waits for it. */
void bench_mark(struct bench_image *b, uint32_t reg);
/** The rest of the code, and the image as a job with its seeds as rows. b is empty afterwards. */
SOTTO_MUST_CHECK enum sotto_err bench_end(struct cli *cli, struct bench_image *b, int parties, struct job *job);

/* --- workloads ------------------------------------------------------------------------------------------- */
struct bench_job {
    struct job job;
    uint64_t n;
    uint64_t want[2]; /* for is_right */
};
struct bench_sample;
struct bench_workload {
    const char *name, *variant; /* variant "": there is only one */
    const char *text;
    uint64_t sizes[4]; /* ends with 0 */
    uint64_t size_max; /* of --size */
    bool marked;
    enum bench_kind { BENCH_BITS, BENCH_WORDS } kind; /* of most of the work, for the bound */
    double touched; /* bytes of a share that the work must read and write in memory, for each of n; for the
                       bound */
    enum sotto_err (*make)(struct cli *cli, int parties, uint64_t n, struct bench_job *job);
    /** By an independent computation in the open. */
    bool (*is_right)(const struct bench_job *job, const struct vm_result *r);
    /** Instead of a job among parties. */
    enum sotto_err (*run)(struct cli *cli, const struct local_options *o, struct bench_sample *s);
};
/* Each ends with a row without a name. */
extern const struct bench_workload bench_elementwise[], bench_aes[], bench_sort[], bench_programs[],
    bench_matrices[], bench_tables[], bench_startup[];
/** All of these; ends with NULL. */
extern const struct bench_workload *const bench_families[];

/** AES-128 over any number of blocks as a program's text, for those who compile it. */
void bench_aes_source(struct writer *out);
/** Distinct secrets of a workload, the same in every run. */
uint64_t bench_secret(unsigned i);

/* --- bench_run.c: runs and what they cost ---------------------------------------------------------------- */
struct bench_cost {
    double cpu, wall;
    uint64_t rounds, bytes_sent[SOTTO_PARTIES_MAX], peak_rss;
};
enum { BENCH_RUNS_MAX = 99 };
struct bench_sample {
    struct bench_cost whole, work; /* from start to end; the work alone */
};
struct bench_limits;
/** Run it `runs` times and print the medians. limits: NULL where they were not measured. */
SOTTO_MUST_CHECK enum sotto_err bench_measure(struct cli *cli, const struct bench_workload *w,
                                              const struct local_options *o, uint64_t n, size_t runs,
                                              const struct bench_limits *limits);
void bench_header(const struct local_options *o, size_t runs);

/* --- bench_limits.c: what one core does at best, and what follows for a workload ---------------------------
 */
enum bench_rate { BENCH_STREAM, BENCH_DIGEST, BENCH_MEMORY, BENCH_RATES };
struct bench_limits {
    double work[MPC_WORKS];   /* words of products a second of one core, in cache: one party's part */
    double rate[BENCH_RATES]; /* bytes a second of one core */
    double link_byte, message_cpu, ping_wall, ping_cpu; /* seconds; CPU of both ends together */
};
SOTTO_MUST_CHECK enum sotto_err bench_limits_measure(struct cli *cli, struct bench_limits *limits);
SOTTO_MUST_CHECK enum sotto_err bench_limits_print(struct cli *cli, struct bench_limits *limits);
/** CPU seconds of all parties that the work takes at least on this machine, or 0 where nothing is known. */
double bench_bound(const struct bench_limits *l, const struct bench_workload *w,
                   const struct mpc_protocol *protocol, uint64_t n, const struct bench_cost *work);

/* --- bench_link.c ------------------------------------------------------------------------------------------
 */
SOTTO_MUST_CHECK enum sotto_err bench_link(struct cli *cli, struct bench_limits *limits);

#endif
