/* matrix.c - products of matrices, block by block.
 *
 *   work:  | line | line | block of x: MC x KC, MR rows interleaved | block of y: KC x NC, nr columns a panel |
 */
#include "ring/matrix_kernel.h"

enum { KC = 128, MC = 64, NC = 256, LINE_LEN = 16 << 10 };

/* --- reading a row of a view ------------------------------------------------------------------------------ */

static void read_strided(const struct ring_view *m, const uint8_t *at, size_t row, size_t col, size_t n,
                         size_t len, uint8_t *out)
{
    const uint8_t *from = at + (row * m->row_step + col * m->col_step) * len;

    if (m->col_step == 1)
        memcpy(out, from, n * len);
    else
        for (size_t i = 0; i < n; i++)
            ring_copy_word(out, i, from, i * m->col_step, len);
}

/* One line of the result, columns x0..x0+n of it: the image's line y, every stride-th word from `left` on. */
static void read_line(const struct ring_window *w, const uint8_t *line, size_t left, size_t x0, size_t n,
                      size_t len, uint8_t *out)
{
    size_t x = 0;

    for (; x < n && (x0 + x) * w->stride + left < w->pad; x++)
        ;
    if (w->stride == 1) {
        size_t from = x0 + x + left - w->pad, most = from < w->width ? w->width - from : 0;

        if (x < n && most)
            memcpy(out + x * len, line + from * len, (n - x < most ? n - x : most) * len);
        return;
    }
    for (; x < n && (x0 + x) * w->stride + left - w->pad < w->width; x++)
        ring_copy_word(out, x, line, (x0 + x) * w->stride + left - w->pad, len);
}

static void read_window(const struct ring_window *w, const uint8_t *at, size_t row, size_t col, size_t n,
                        size_t len, uint8_t *out)
{
    size_t left = row % w->window_w, top = row / w->window_w % w->window_h,
           channel = row / w->window_w / w->window_h;

    memset(out, 0, n * len);
    for (size_t done = 0, count; done < n; done += count) {
        size_t out_y = (col + done) / w->out_w, x0 = (col + done) % w->out_w, y = out_y * w->stride + top;

        count = w->out_w - x0 < n - done ? w->out_w - x0 : n - done;
        if (y >= w->pad && y - w->pad < w->height)
            read_line(w, at + (channel * w->height + y - w->pad) * w->width * len, left, x0, count, len,
                      out + done * len);
    }
}

/* Entries (row, col..col+n) of the sum; `spare` is another line. */
static void read_row(const struct ring_kernels *k, const struct ring_view *m, size_t row, size_t col, size_t n,
                     void *out, void *spare)
{
    for (int i = 0; i < (m->sum.sign ? 2 : 1); i++) {
        if (m->window)
            read_window(m->window, m->sum.at[i], row, col, n, k->word_len, i ? spare : out);
        else
            read_strided(m, m->sum.at[i], row, col, n, k->word_len, i ? spare : out);
    }
    if (m->sum.sign > 0)
        k->add(out, out, spare, n);
    else if (m->sum.sign < 0)
        k->sub(out, out, spare, n);
}

/* --- blocks ----------------------------------------------------------------------------------------------- */

struct work {
    const struct ring_kernels *k;
    const struct matrix_kernel *inner;
    const struct ring_view *x, *y;
    bool minus;
    uint8_t *line, *spare, *a, *b;
};

/* Word j of a line of y's columns goes to every nr-th place from j on. */
static void spread(uint8_t *to, const uint8_t *line, size_t n, size_t nr, size_t len)
{
    for (size_t s = 0; s < n; s++)
        ring_copy_word(to, s * nr, line, s, len);
}

/* A matrix whose columns are the lines in memory is read along them: across, every word would be another line
 * of the cache, and all of one set where columns are a power of two long. */
static bool is_by_columns(const struct ring_view *m)
{
    return !m->window && m->row_step == 1;
}

static void read_column(const struct work *w, size_t col, size_t step0, size_t steps, void *line)
{
    struct ring_view turned = *w->y;

    turned.row_step = w->y->col_step;
    turned.col_step = w->y->row_step;
    read_row(w->k, &turned, col, step0, steps, line, w->spare);
}

static void pack_y_columns(const struct work *w, size_t step0, size_t steps, size_t col0, size_t cols)
{
    size_t nr = w->inner->nr, len = w->k->word_len;

    for (size_t j = 0; j < cols || j % nr; j++) {
        if (j < cols)
            read_column(w, col0 + j, step0, steps, w->line);
        else
            memset(w->line, 0, steps * len);
        spread(w->b + (j / nr * nr * steps + j % nr) * len, w->line, steps, nr, len);
    }
}

static void pack_y(const struct work *w, size_t step0, size_t steps, size_t col0, size_t cols)
{
    size_t nr = w->inner->nr, len = w->k->word_len;

    if (is_by_columns(w->y)) {
        pack_y_columns(w, step0, steps, col0, cols);
        return;
    }
    for (size_t s = 0; s < steps; s++) {
        read_row(w->k, w->y, step0 + s, col0, cols, w->line, w->spare);
        memset(w->line + cols * len, 0, (nr - cols % nr) % nr * len);
        for (size_t j = 0; j < cols; j += nr)
            memcpy(w->b + (j * steps + s * nr) * len, w->line + j * len, nr * len);
    }
}

static void read_x(const struct work *w, size_t row, size_t step0, size_t steps, void *line)
{
    read_row(w->k, w->x, row, step0, steps, line, w->spare);
    if (w->minus)
        w->k->neg(line, line, steps);
}

static void pack_x(const struct work *w, size_t row0, size_t rows, size_t step0, size_t steps)
{
    size_t len = w->k->word_len;

    for (size_t r = 0; r < rows; r++) {
        read_x(w, row0 + r, step0, steps, w->line);
        w->inner->interleave(w->a + r / MATRIX_MR * MATRIX_MR * steps * len, w->line, r % MATRIX_MR, steps);
    }
}

static void multiply_block(const struct work *w, uint8_t *z, size_t z_step, size_t rows, size_t steps,
                           size_t cols)
{
    size_t nr = w->inner->nr, len = w->k->word_len;

    for (size_t j = 0; j < cols; j += nr)
        for (size_t i = 0; i < rows; i += MATRIX_MR)
            w->inner->multiply(z + (i * z_step + j) * len, z_step, w->a + i * steps * len,
                               w->b + j * steps * len, steps, rows - i < MATRIX_MR ? rows - i : MATRIX_MR,
                               cols - j < nr ? cols - j : nr);
}

static size_t at_most(size_t n, size_t most)
{
    return n < most ? n : most;
}

static void by_blocks(const struct work *w, uint8_t *z, size_t z_step, struct ring_block b)
{
    size_t len = w->k->word_len;

    for (size_t j = 0, cols; j < b.cols; j += cols) {
        cols = at_most(b.cols - j, NC);
        for (size_t s = 0, steps; s < b.inner; s += steps) {
            steps = at_most(b.inner - s, KC);
            pack_y(w, s, steps, b.col0 + j, cols);
            for (size_t i = 0, rows; i < b.rows; i += rows) {
                rows = at_most(b.rows - i, MC);
                pack_x(w, b.row0 + i, rows, s, steps);
                multiply_block(w, z + (i * z_step + j) * len, z_step, rows, steps, cols);
            }
        }
    }
}

/* Few rows: y is read once, and packing it would cost more than the products. */
static void by_rows(const struct work *w, uint8_t *z, size_t z_step, struct ring_block b)
{
    size_t len = w->k->word_len;

    for (size_t s = 0, steps; s < b.inner; s += steps) {
        steps = at_most(b.inner - s, KC);
        for (size_t i = 0; i < b.rows; i++)
            read_x(w, b.row0 + i, s, steps, w->a + i * KC * len);
        for (size_t t = 0; t < steps; t++)
            for (size_t j = 0, cols; j < b.cols; j += cols) {
                cols = at_most(b.cols - j, LINE_LEN / len);
                read_row(w->k, w->y, s + t, b.col0 + j, cols, w->line, w->spare);
                for (size_t i = 0; i < b.rows; i++)
                    w->inner->axpy(z + (i * z_step + j) * len, w->a + (i * KC + t) * len, w->line, cols);
            }
    }
}

/* Steps s.. of the block's columns of y, as lines of KC words. */
static void read_columns(const struct work *w, size_t s, size_t steps, struct ring_block b)
{
    size_t len = w->k->word_len;

    if (is_by_columns(w->y)) {
        for (size_t j = 0; j < b.cols; j++)
            read_column(w, b.col0 + j, s, steps, w->b + j * KC * len);
        return;
    }
    for (size_t t = 0; t < steps; t++) {
        read_row(w->k, w->y, s + t, b.col0, b.cols, w->line, w->spare);
        for (size_t j = 0; j < b.cols; j++)
            ring_copy_word(w->b, j * KC + t, w->line, j, len);
    }
}

/* Few columns: they are laid down as lines, and every entry is an inner product of lines. */
static void by_dots(const struct work *w, uint8_t *z, size_t z_step, struct ring_block b)
{
    size_t len = w->k->word_len;

    for (size_t s = 0, steps; s < b.inner; s += steps) {
        steps = at_most(b.inner - s, KC);
        read_columns(w, s, steps, b);
        for (size_t i = 0; i < b.rows; i++) {
            read_x(w, b.row0 + i, s, steps, w->line);
            for (size_t j = 0; j < b.cols; j++) {
                uint8_t *to = z + (i * z_step + j) * len;

                if (w->inner)
                    w->inner->dot(to, w->line, w->b + j * KC * len, steps);
                else
                    w->k->wide->dot(to, w->line, w->b + j * KC * len, steps);
            }
        }
    }
}

/* Words that have no tiles: columns in groups, entries as inner products. */
static void by_groups(const struct work *w, uint8_t *z, size_t z_step, struct ring_block b)
{
    enum { GROUP = 64 };

    for (size_t j = 0; j < b.cols; j += GROUP) {
        struct ring_block part = b;

        part.col0 += j;
        part.cols = at_most(b.cols - j, GROUP);
        by_dots(w, z + j * w->k->word_len, z_step, part);
    }
}

void ring_matrix_add(const struct ring_kernels *k, void *z, size_t z_step, bool minus, struct ring_block block,
                     const struct ring_view *x, const struct ring_view *y, void *work)
{
    enum { FEW = 3 };
    uint8_t *at = work;
    struct work w = { .k = k,
                      .inner = k->wide ? NULL : matrix_kernel_for(k->bits),
                      .x = x,
                      .y = y,
                      .minus = minus,
                      .line = at,
                      .spare = at + LINE_LEN,
                      .a = at + 2 * LINE_LEN,
                      .b = at + 2 * LINE_LEN + MC * KC * 8 };

    static_assert(2 * LINE_LEN + MC * KC * 8 + KC * NC * 8 <= RING_MATRIX_WORK_LEN,
                  "the work area is too small");
    static_assert(64 * KC * 32 <= KC * NC * 8 && NC * 32 <= LINE_LEN, "wide words fit, too");
    assert(k->bits != 1);
    if (!w.inner)
        by_groups(&w, z, z_step, block);
    else if (block.cols <= FEW)
        by_dots(&w, z, z_step, block);
    else if (block.rows <= FEW)
        by_rows(&w, z, z_step, block);
    else
        by_blocks(&w, z, z_step, block);
}
