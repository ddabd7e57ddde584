/* data_rows.h - a table turned so that a row's words lie side by side and move at once. Private to data_*.c.
 *
 *   BITS vector   plane 0..63 | plane 64..95        ─▶  n words of 64 bits, n words of 32 bits: two columns
 *   ARITH vector  n words                           ─▶  a column as it is
 *
 * A BITS column has the least of 8, 16, 32, 64 bits that hold its planes. */
#ifndef SOTTO_MPC_DATA_ROWS_H
#define SOTTO_MPC_DATA_ROWS_H

#include "mpc/mpc.h"

struct data_column {
    struct shared words; /* BITS: one plane of n * 8 * item_len bits */
    size_t item_len;
    size_t vector;
    unsigned plane, planes; /* of that vector */
};

struct data_rows {
    size_t n, columns_n;
    struct data_column *column;
};

enum { DATA_TILE_N = 1 << 14 /* rows that a strand works on */ };
/** Rows of a tile: more where a table would need over 65,534 tiles. */
size_t data_tile_n(size_t n);

/** Memory for the rows of tables like x. A column begins at plane `front` of x[0]. */
SOTTO_MUST_CHECK enum sotto_err data_rows_new(struct strand *st, struct data_rows *r, const struct shared *x,
                                              size_t count, unsigned front);
/** The same with the contents of x. */
SOTTO_MUST_CHECK enum sotto_err data_rows_from(struct strand *st, struct data_rows *r, const struct shared *x,
                                               size_t count, unsigned front);
/** Row i of z (vectors first.. of them, in their places) = row order[i]; NULL: row i. z has at most n rows. */
SOTTO_MUST_CHECK enum sotto_err data_rows_to(struct strand *st, const struct data_rows *r,
                                             const uint32_t *order, struct shared *z, size_t first,
                                             size_t count);
/** Move the rows, in place. */
SOTTO_MUST_CHECK enum sotto_err data_rows_shuffle(struct strand *st, const struct data_shuffle *s,
                                                  struct data_rows *r, bool back);
/** The planes of column c for rows order[0..z->n). z: its planes, at most 2^16 rows. */
SOTTO_MUST_CHECK enum sotto_err data_rows_planes(struct strand *st, const struct data_column *c,
                                                 const uint32_t *order, const struct shared *z);

/** Which row comes at place first..wanted of all, into row[first..wanted) (row has room for all n): columns
 * 0..keys are the key, unsigned, the last one most significant. The rows are shuffled and their keys pairwise
 * different: then what is opened is a part of the order of a uniform permutation. data_order.c */
SOTTO_MUST_CHECK enum sotto_err data_rows_order(struct strand *st, const struct data_rows *r, size_t keys,
                                                size_t first, size_t wanted, uint32_t *row);

/* Where each plane of a table to be sorted comes from; `flip`: complemented. */
struct data_layout {
    unsigned bits, index_bits, key_bits, *from;
    bool *flip;
};
/* A table that was shuffled, and which of its rows comes at which place. data_sort.c */
struct data_sorted {
    struct data_layout layout;
    struct shared *vector; /* vector[0] as laid out, then the others as they are */
    struct data_shuffle shuffle;
    struct data_rows rows;
    size_t first;
    uint32_t *row; /* by place */
};
/** Shuffle x and order the rows that come at first..wanted; in scratch memory, for as long as it is used. */
SOTTO_MUST_CHECK enum sotto_err data_sort_begin(struct strand *st, struct data_sorted *s,
                                                const struct shared *x, size_t count,
                                                const struct data_key *key, size_t keys, size_t first,
                                                size_t wanted);
/** z, index: as gadget_sort gives them, from place `first` on. Once. */
SOTTO_MUST_CHECK enum sotto_err data_sort_rows(struct strand *st, const struct data_sorted *s, struct shared *z,
                                               struct shared *index, size_t count);
/** z = x, a table in the sorted order, back in the order from before. */
SOTTO_MUST_CHECK enum sotto_err data_sort_back(struct strand *st, const struct data_sorted *s, struct shared *z,
                                               const struct shared *x, size_t count);

/** z (1 plane) = the row differs in some plane from the one before it; the first row always does. data_match.c
 */
SOTTO_MUST_CHECK enum sotto_err data_first_of_run(struct strand *st, struct shared *z, const struct shared *x);

/** z (made here) = the rows of x, then those of y. */
SOTTO_MUST_CHECK enum sotto_err data_join_rows(struct strand *st, struct shared *z, const struct shared *x,
                                               const struct shared *y, size_t count);

/** z (BITS, fresh) = 0, 1, 2, ... as public values. */
void data_index(struct shared *z);
/** The same from `from` on, a multiple of 64. */
void data_index_from(struct shared *z, size_t from);

#endif
