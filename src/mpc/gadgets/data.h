/* data.h - tables: rows that move by secret permutations.
 *
 * A table is a list of vectors of n elements, of any domains; row e is element e of each. A BITS vector of any
 * number of planes holds several columns, one after another:
 *
 *            plane 0..31: key   plane 32..95: payload   plane 96: valid        in one struct shared
 *
 * A row that is not valid is a dummy. Results are fresh vectors (zero), as in gadgets.h. What is opened on the
 * way does not depend on the data: docs/protocols/data.md argues it for each opening, and has the costs. CT: n,
 * the shape of the tables and what is stated leak, and nothing else. */
#ifndef SOTTO_MPC_DATA_H
#define SOTTO_MPC_DATA_H

#include "mpc/protocol.h"

enum { DATA_N_MAX = UINT32_MAX }; /* rows */

/* --- shuffles (data_shuffle.c) --- */

/* A permutation of n rows that no party knows: pass after pass, each in an order that its holders know. It is
 * the strand's, and may be used any number of times. */
struct data_shuffle {
    size_t n;
    uint32_t *order[MPC_SHARES_MAX]; /* by pass; NULL where this party does not know it */
};

/** Draw one, uniform but for 2^-64. No message. */
SOTTO_MUST_CHECK enum sotto_err gadget_shuffle_draw(struct strand *st, struct data_shuffle *s, size_t n);
/** z = x with its rows moved, for all `count` vectors alike; `back`: moved back. A round a pass. */
SOTTO_MUST_CHECK enum sotto_err gadget_shuffle(struct strand *st, const struct data_shuffle *s,
                                               struct shared *z, const struct shared *x, size_t count,
                                               bool back);

/* --- permutations as secret values: sigma (BITS, any planes) holds each of 0..n-1 once --- */

/** z[sigma[i]] = x[i]. SOTTO_ERR_INPUT where sigma is no permutation (some of it is then known). */
SOTTO_MUST_CHECK enum sotto_err gadget_permute_to(struct strand *st, struct shared *z,
                                                  const struct shared *sigma, const struct shared *x,
                                                  size_t count);
/** z[i] = x[sigma[i]]: the same, from the other side; with x a permutation too, their composition. */
SOTTO_MUST_CHECK enum sotto_err gadget_permute_from(struct strand *st, struct shared *z,
                                                    const struct shared *sigma, const struct shared *x,
                                                    size_t count);
/** z = the inverse of sigma, in as many planes. */
SOTTO_MUST_CHECK enum sotto_err gadget_permute_invert(struct strand *st, struct shared *z,
                                                      const struct shared *sigma);

/* --- orders (data_sort.c) --- */

/* Planes from..from+bits of a table's first vector, which is BITS. */
struct data_key {
    unsigned from, bits;
    bool descending, is_signed;
};

/** z = x, its rows by the keys, the first key first, and stable. If z has fewer rows than x it gets the first
 * ones, which costs less. index (BITS, data_index_bits(x->n) planes; or NULL) = which row of x each is. */
SOTTO_MUST_CHECK enum sotto_err gadget_sort(struct strand *st, struct shared *z, struct shared *index,
                                            const struct shared *x, size_t count, const struct data_key *key,
                                            size_t keys);
/** The rows that come at place `first` and after it, as many as z has: the median, a percentile, or a page.
 * Costs less the fewer they are. */
SOTTO_MUST_CHECK enum sotto_err gadget_sort_from(struct strand *st, struct shared *z, struct shared *index,
                                                 const struct shared *x, size_t count,
                                                 const struct data_key *key, size_t keys, size_t first);
/** z (BITS, data_index_bits planes) = the place of each row of x in that order. */
SOTTO_MUST_CHECK enum sotto_err gadget_rank(struct strand *st, struct shared *z, const struct shared *x,
                                            const struct data_key *key, size_t keys);
/** z = the rows of x and then those of y, by the keys: a row of x before one of y with the same keys. */
SOTTO_MUST_CHECK enum sotto_err gadget_merge(struct strand *st, struct shared *z, const struct shared *x,
                                             const struct shared *y, size_t count, const struct data_key *key,
                                             size_t keys);
/** Least number of planes, at least 1, that hold 0..n-1. */
unsigned data_index_bits(size_t n);

/* --- groups of few keys (data_group.c) --- */

enum { DATA_GROUP_BITS_MAX = 12 };
/** sum[v][k] = the sum of value[v] (ARITH, all of one ring) over the valid rows whose key is k, and count[k]
 * how many there are, for k < their n, at most 2^g. key: g planes; valid: 1 plane, or NULL where all rows are;
 * sum or count may be NULL. Linear in the rows, and nothing is opened. */
SOTTO_MUST_CHECK enum sotto_err gadget_group_sums(struct strand *st, struct shared *sum, struct shared *count,
                                                  const struct shared *key, const struct shared *valid,
                                                  const struct shared *value, size_t values);

/** z (1 plane) = valid, and x (BITS) is less than 2^bits. */
SOTTO_MUST_CHECK enum sotto_err gadget_below(struct strand *st, struct shared *z, const struct shared *x,
                                             unsigned bits, const struct shared *valid);

/** Groups with any keys. x: planes of the key, any others, and one that says valid. z has as many rows: first
 * one of each key that a valid row has, by the key, then dummies. sum[v] and count (ARITH, all of one ring;
 * zero before) belong to the rows of z, 0 for dummies. How many groups there are stays secret. data_group_by.c
 */
SOTTO_MUST_CHECK enum sotto_err gadget_group_by(struct strand *st, struct shared *z, struct shared *sum,
                                                struct shared *count, const struct shared *x, unsigned key,
                                                const struct shared *value, size_t values);

/* --- means and variances (data_moments.c) --- */

/** mean (BITS) = sum / count and variance (BITS) = (count * squares - sum^2) / count^2, the quotients of
 * gadget_fix_divide in units of 2^-f; 0 where the divisor is 0. `sample`: the variance is divided by count *
 * (count - 1). All of one ring of 8..64 bits, in which count^2 and count * squares are below its half. */
SOTTO_MUST_CHECK enum sotto_err gadget_moments(struct strand *st, struct shared *mean, struct shared *variance,
                                               const struct shared *count, const struct shared *sum,
                                               const struct shared *squares, unsigned f, bool sample);
/** Those of `value` in the groups of gadget_group_sums, and their counts. */
SOTTO_MUST_CHECK enum sotto_err gadget_group_moments(struct strand *st, struct shared *mean,
                                                     struct shared *variance, struct shared *count,
                                                     const struct shared *key, const struct shared *valid,
                                                     const struct shared *value, unsigned f, bool sample);
/** And in those of gadget_group_by. */
SOTTO_MUST_CHECK enum sotto_err gadget_group_by_moments(struct strand *st, struct shared *z,
                                                        struct shared *mean, struct shared *variance,
                                                        struct shared *count, const struct shared *x,
                                                        unsigned key, const struct shared *value, unsigned f,
                                                        bool sample);

/* --- joins (data_match.c) --- */

/** For each row of a left table, given by its key and whether it is valid: the row of the right table that has
 * the same key. right: planes of the key, of the payload, and one that says valid; its valid rows have pairwise
 * different keys, or SOTTO_ERR_INPUT. matched (1 plane) = it exists; z = its payload, or 0. Rows keep the left
 * table's order, so that inner, left, semi and anti joins are a matter of what the caller takes. */
SOTTO_MUST_CHECK enum sotto_err gadget_match(struct strand *st, struct shared *z, struct shared *matched,
                                             const struct shared *key, const struct shared *valid,
                                             const struct shared *right);

/** The same where keys of the right table may repeat: the first of its rows with the key counts. With no
 * payload that is a semi or an anti join of any two tables. */
SOTTO_MUST_CHECK enum sotto_err gadget_match_first(struct strand *st, struct shared *z, struct shared *matched,
                                                   const struct shared *key, const struct shared *valid,
                                                   const struct shared *right);

/** Rows of a left table (its key, valid) whose key the right one has (planes of the key, and one that says
 * valid; its valid keys differ): count (1 element) of them, and sum[v] (1 element) of their values; ARITH, all
 * of one ring. data_intersect.c */
SOTTO_MUST_CHECK enum sotto_err gadget_intersect(struct strand *st, struct shared *sum, struct shared *count,
                                                 const struct shared *key, const struct shared *valid,
                                                 const struct shared *right, const struct shared *value,
                                                 size_t values);
/** All pairs of a left and a right row with the same key; both tables: planes of the key, of the payload, and
 * one that says valid. z: planes of the key, both payloads, valid; by left row, then by right row, then
 * dummies. z->n is the most that there may be: SOTTO_ERR_INPUT where there are more. data_join.c */
SOTTO_MUST_CHECK enum sotto_err gadget_join(struct strand *st, struct shared *z, const struct shared *left,
                                            const struct shared *right, unsigned key);

/** The same, and each valid left row that has no partner once, with 0 for the right payload. z: planes of the
 * key, both payloads, one that says whether there is a partner, valid. data_left_join.c */
SOTTO_MUST_CHECK enum sotto_err gadget_left_join(struct strand *st, struct shared *z, const struct shared *left,
                                                 const struct shared *right, unsigned key);

/* --- dummies and repetitions (data_compact.c) --- */

/** z = x, its valid rows (1 plane) first, each kind in its order. Linear in the rows; how many are valid stays
 * secret. */
SOTTO_MUST_CHECK enum sotto_err gadget_compact(struct strand *st, struct shared *z, const struct shared *x,
                                               size_t count, const struct shared *valid);
/** z = the rows of x (BITS: the last plane says valid) by their first `key` planes, dummies last; valid stays
 * of those with the same key only the first: by `by`, if it is given, else in the order of x. With `by` a
 * value: each key's least (or greatest: descending) value. */
SOTTO_MUST_CHECK enum sotto_err gadget_unique(struct strand *st, struct shared *z, const struct shared *x,
                                              unsigned key, const struct data_key *by);

#endif
