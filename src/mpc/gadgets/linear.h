/* linear.h - what moves, adds up and multiplies vectors and matrices. docs/protocols/linear.md.
 *
 * Results are fresh vectors made by the caller with strand_shared (zero) and alias no operand, unless it says
 * otherwise. Functions named linear_ are local: no message, nothing to fail. CT: sizes leak, and what is said
 * to be public. */
#ifndef SOTTO_MPC_LINEAR_H
#define SOTTO_MPC_LINEAR_H

#include "mpc/protocol.h"

/* --- moving (linear_move.c): local --- */

/** z[i] = x[index[i]] for i < z->n; a place past x's end gives 0. */
void linear_gather(struct shared *z, const struct shared *x, const size_t *index);
/** z[index[i]] = x[i] for i < x->n; other elements of z stay. */
void linear_scatter(struct shared *z, const struct shared *x, const size_t *index);
/** z (cols x rows) = x (rows x cols, row by row) with rows and columns changed. */
void linear_transpose(struct shared *z, const struct shared *x, size_t rows, size_t cols);
/** even (n - n/2 elements) and odd (n/2) = the elements of x at even and at odd places. */
void linear_unzip(struct shared *even, struct shared *odd, const struct shared *x);
/** And back. */
void linear_zip(struct shared *z, const struct shared *even, const struct shared *odd);
/** z[i] = x[n-1-i]. */
void linear_reverse(struct shared *z, const struct shared *x);

/* --- scans (linear_sum.c, linear_scan.c) --- */

/** z[i] = x[0] + ... + x[i] (ARITH), or the xor plane by plane (BITS); local. z may be x. */
void linear_prefix_sum(struct shared *z, const struct shared *x);
/** z[j] = sum (BITS: xor) of the `len` elements of x from j*len on, for j < z->n; local. */
void linear_sum_rows(struct shared *z, const struct shared *x, size_t len);

enum linear_op {
    LINEAR_COPY, /* the segment's first element */
    LINEAR_SUM,
    LINEAR_OR, /* plane by plane */
    LINEAR_AND,
    LINEAR_MIN,
    LINEAR_MAX,
};
struct gadget_scan {
    enum linear_op op;
    bool is_signed; /* MIN, MAX */
    bool backward;  /* from the end to the front: `first` marks each segment's last element */
    const struct shared
        *first; /* 1 plane: a segment begins here; element 0 always begins one. NULL: one segment */
};
/** z[i] = op over the elements from the first one of i's segment to i. BITS; or ARITH for COPY and SUM, where
 * the flags are converted first. Work is linear in n; rounds are about 2 lg n times those of the operation,
 * fewer where rounds are worth more than bytes (gadget_scan_plan). No round for SUM of ARITH and for COPY, both
 * in one segment. */
SOTTO_MUST_CHECK enum sotto_err gadget_scan(struct strand *st, struct shared *z, const struct shared *x,
                                            const struct gadget_scan *how);
/** How often neighbours are paired before the rest, ceil(n/2^d) elements or one less a level, is scanned in
 *  lg rounds. For tests and the cost. */
unsigned gadget_scan_plan(size_t n, unsigned bits, enum mpc_domain domain, enum linear_op op, bool segments,
                          size_t round_worth);

/* --- inner and matrix products (linear_dot.c, linear_matrix.c): one round; what is sent is as for one product
 * of the result's size. ARITH; gadget_dot also BITS, where a product is an and and a sum a xor --- */

/** z[j] = sum of x[j*len + e] * y[j*len + e] over e < len, for j < z->n. BITS: plane by plane; x or y may have
 * one plane for all of z's. */
SOTTO_MUST_CHECK enum sotto_err gadget_dot(struct strand *st, struct shared *z, const struct shared *x,
                                           const struct shared *y, size_t len);

/* z (rows x cols) = x (rows x inner) * y (inner x cols), each row by row; or by columns where `transposed`. */
struct gadget_matmul {
    size_t rows, inner, cols;
    bool x_transposed, y_transposed;
    const void *x_words, *y_words; /* set: that operand is public, and these are its words; nothing is sent */
};
SOTTO_MUST_CHECK enum sotto_err gadget_matmul(struct strand *st, struct shared *z, const struct shared *x,
                                              const struct shared *y, const struct gadget_matmul *shape);

/* z[image][filter][y][x] = sum over channel, i < window_h, j < window_w of
 *     images[image][channel][y*stride + i - pad][x*stride + j - pad] * filters[filter][channel][i][j],
 * where what lies outside of an image is 0. */
struct gadget_conv2d {
    size_t batch, channels, height, width, filters, window_h, window_w, stride, pad;
    size_t out_h, out_w;                    /* set by gadget_conv2d_shape */
    const void *image_words, *filter_words; /* set: public, as in gadget_matmul */
};
/** Set out_h and out_w; false where no window fits. */
bool gadget_conv2d_shape(struct gadget_conv2d *c);
SOTTO_MUST_CHECK enum sotto_err gadget_conv2d(struct strand *st, struct shared *z, const struct shared *images,
                                              const struct shared *filters, const struct gadget_conv2d *c);

/* --- lookups by secret indices (linear_table.c, linear_lookup.c). `index` is BITS of any number of planes,
 * unsigned. An index past the end reads 0 and writes nothing --- */

/** z[i] = table[index[i]], BITS; the table is public: table_n <= 2^24 entries of shared_limbs(z) 64-bit words.
 */
SOTTO_MUST_CHECK enum sotto_err gadget_lookup_table(struct strand *st, struct shared *z,
                                                    const struct shared *index, const uint64_t *table,
                                                    size_t table_n);
/** How many of the m bits of the index are in the half that costs an inner product. For tests and the cost. */
unsigned gadget_table_plan(unsigned m, unsigned bits, size_t n, size_t round_worth);
/** z[i] = x[index[i]] for a secret x, ARITH or BITS; what is sent grows with the root of x's length. The index
 * has at most 64 planes. */
SOTTO_MUST_CHECK enum sotto_err gadget_lookup(struct strand *st, struct shared *z, const struct shared *x,
                                              const struct shared *index);
/** The same for it. */
unsigned gadget_lookup_plan(unsigned m, unsigned bits, enum mpc_domain domain);
/** z = x with element index[0] replaced by value[0]: one index, one value. */
SOTTO_MUST_CHECK enum sotto_err gadget_store(struct strand *st, struct shared *z, const struct shared *x,
                                             const struct shared *index, const struct shared *value);

#endif
