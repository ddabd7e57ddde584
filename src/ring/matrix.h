/* matrix.h - products of matrices whose entries are sums of two in memory. Part of ring.h.
 *
 * Blocks are packed into a work area that stays in the second-level cache; the sums are made on the way, so no
 * sum of whole matrices is ever stored. CT: shapes leak. */
#ifndef SOTTO_RING_MATRIX_H
#define SOTTO_RING_MATRIX_H

/* at[0] + sign * at[1]; sign 0: at[0] alone. */
struct ring_sum {
    const void *at[2];
    int sign;
};

/* How a window moves over an image of channels x height x width words: row (channel, y, x within the window),
 * column (y, x of the result). Outside of the image lie zeros. */
struct ring_window {
    size_t channels, height, width, window_h, window_w, stride, pad, out_h, out_w;
};

/* A matrix: entry (r, c) is word r * row_step + c * col_step of the sum; or a window's view of an image. */
struct ring_view {
    struct ring_sum sum;
    size_t row_step, col_step;
    const struct ring_window *window;
};

/* A block of a product: rows row0.. of x by columns col0.. of y. */
struct ring_block {
    size_t row0, rows, inner, col0, cols;
};

enum { RING_MATRIX_WORK_LEN = 448 << 10 };

/** z (block.rows x block.cols words, rows z_step words apart) += x * y, or -= where `minus`. `work` has
 *  RING_MATRIX_WORK_LEN bytes and is left with secrets in it. */
void ring_matrix_add(const struct ring_kernels *k, void *z, size_t z_step, bool minus, struct ring_block block,
                     const struct ring_view *x, const struct ring_view *y, void *work);

#endif
