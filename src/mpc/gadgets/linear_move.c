/* linear_move.c - elements to other places: public ones, so nothing is sent. */
#include "mpc/mpc.h"

#define FOR_ROWS(x, a, r)                                                                                      \
    for (int a = 0; a < MPC_SHARES_MAX; a++)                                                                   \
        for (unsigned r = 0; (x)->share[a] && r < shared_rows(x); r++)

static void gather_bits(uint64_t *z, size_t n, const uint64_t *x, size_t x_n, const size_t *index)
{
    for (size_t at = 0; at < n; at += 64) {
        uint64_t v = 0;

        for (size_t e = 0; e < 64 && at + e < n; e++)
            v |= (index[at + e] < x_n ? ring_bit(x, index[at + e]) : 0) << e;
        z[at / 64] = v;
    }
}

void linear_gather(struct shared *z, const struct shared *x, const size_t *index)
{
    size_t len = shared_kernels(z)->word_len;

    FOR_ROWS(z, a, r)
    {
        uint8_t *to = shared_row(z, a, r);

        if (z->domain == MPC_BITS) {
            gather_bits(shared_row(z, a, r), z->n, shared_row(x, a, r), x->n, index);
            continue;
        }
        for (size_t i = 0; i < z->n; i++)
            if (index[i] < x->n)
                ring_copy_word(to, i, x->share[a], index[i], len);
            else
                memset(to + i * len, 0, len);
    }
}

void linear_scatter(struct shared *z, const struct shared *x, const size_t *index)
{
    size_t len = shared_kernels(z)->word_len;

    FOR_ROWS(z, a, r)
    for (size_t i = 0; i < x->n; i++) {
        assert(index[i] < z->n);
        if (z->domain == MPC_BITS)
            ring_set_bit(shared_row(z, a, r), index[i], ring_bit(shared_row(x, a, r), i));
        else
            ring_copy_word(z->share[a], index[i], x->share[a], i, len);
    }
}

/* Blocks of 8x8 words, so that the lines of both sides stay in the cache. */
static void transpose_words(uint8_t *z, const uint8_t *x, size_t rows, size_t cols, size_t len)
{
    enum { BLOCK = 8 };

    for (size_t r0 = 0; r0 < rows; r0 += BLOCK)
        for (size_t c0 = 0; c0 < cols; c0 += BLOCK)
            for (size_t r = r0; r < rows && r < r0 + BLOCK; r++)
                for (size_t c = c0; c < cols && c < c0 + BLOCK; c++)
                    ring_copy_word(z, c * rows + r, x, r * cols + c, len);
}

void linear_transpose(struct shared *z, const struct shared *x, size_t rows, size_t cols)
{
    assert(x->n == rows * cols && z->n == x->n);
    FOR_ROWS(z, a, r)
    {
        if (z->domain == MPC_ARITH) {
            transpose_words(z->share[a], x->share[a], rows, cols, shared_kernels(z)->word_len);
            continue;
        }
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < cols; j++)
                ring_set_bit(shared_row(z, a, r), j * rows + i, ring_bit(shared_row(x, a, r), i * cols + j));
    }
}

void linear_unzip(struct shared *even, struct shared *odd, const struct shared *x)
{
    size_t len = shared_kernels(x)->word_len;

    assert(even->n == x->n - x->n / 2 && odd->n == x->n / 2);
    FOR_ROWS(x, a, r)
    {
        if (x->domain == MPC_BITS) {
            ring_unzip_bits(shared_row(even, a, r), shared_row(odd, a, r), shared_row(x, a, r), x->n);
            continue;
        }
        for (size_t i = 0; i < x->n; i++)
            ring_copy_word((i % 2 ? odd : even)->share[a], i / 2, x->share[a], i, len);
    }
}

void linear_zip(struct shared *z, const struct shared *even, const struct shared *odd)
{
    size_t len = shared_kernels(z)->word_len;

    assert(even->n == z->n - z->n / 2 && odd->n == z->n / 2);
    FOR_ROWS(z, a, r)
    {
        if (z->domain == MPC_BITS) {
            ring_zip_bits(shared_row(z, a, r), shared_row(even, a, r), shared_row(odd, a, r), z->n);
            continue;
        }
        for (size_t i = 0; i < z->n; i++)
            ring_copy_word(z->share[a], i, (i % 2 ? odd : even)->share[a], i / 2, len);
    }
}

void linear_reverse(struct shared *z, const struct shared *x)
{
    size_t len = shared_kernels(z)->word_len;

    FOR_ROWS(z, a, r)
    {
        if (z->domain == MPC_BITS && z->n)
            ring_reverse_bits(shared_row(z, a, r), shared_row(x, a, r), z->n);
        for (size_t i = 0; z->domain == MPC_ARITH && i < z->n; i++)
            ring_copy_word(z->share[a], i, x->share[a], z->n - 1 - i, len);
    }
}
