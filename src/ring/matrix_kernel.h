/* matrix_kernel.h - the innermost loops of matrix products. Private to ring. */
#ifndef SOTTO_RING_MATRIX_KERNEL_H
#define SOTTO_RING_MATRIX_KERNEL_H

#include "ring/ring.h"

/* z (rows x cols) += a * b for packed panels: a holds MATRIX_MR words a step, b holds nr. */
struct matrix_kernel {
    size_t nr;
    void (*interleave)(void *a, const void *line, size_t row, size_t n); /* a[i * MR + row] = line[i] */
    void (*multiply)(void *z, size_t z_step, const void *a, const void *b, size_t steps, size_t rows,
                     size_t cols);
    void (*axpy)(void *z, const void *a, const void *line, size_t n); /* z += *a * line */
    void (*dot)(void *z, const void *x, const void *y, size_t n);     /* *z += x . y */
};
enum { MATRIX_MR = 4 };

/** For words of 8 to 64 bits. */
const struct matrix_kernel *matrix_kernel_for(unsigned bits);

#endif
