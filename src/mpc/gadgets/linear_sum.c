/* linear_sum.c - sums of neighbours. Local. */
#include "mpc/mpc.h"

#define FOR_ROWS(x, a, r)                                                                                      \
    for (int a = 0; a < MPC_SHARES_MAX; a++)                                                                   \
        for (unsigned r = 0; (x)->share[a] && r < shared_rows(x); r++)

void linear_prefix_sum(struct shared *z, const struct shared *x)
{
    const struct ring_kernels *k = shared_kernels(z);

    if (!z->n)
        return;
    FOR_ROWS(z, a, r)
    {
        uint8_t *to = shared_row(z, a, r);
        const uint8_t *from = shared_row(x, a, r);

        if (z->domain == MPC_BITS) {
            ring_prefix_xor(shared_row(z, a, r), shared_row(x, a, r), z->n);
            continue;
        }
        if (to != from)
            memcpy(to, from, k->word_len);
        for (size_t i = 1; i < z->n; i++)
            k->add(to + i * k->word_len, to + (i - 1) * k->word_len, from + i * k->word_len, 1);
    }
}

void linear_sum_rows(struct shared *z, const struct shared *x, size_t len)
{
    const struct ring_kernels *k = shared_kernels(z);

    assert(x->n == z->n * len);
    FOR_ROWS(z, a, r)
    for (size_t j = 0; j < z->n; j++) {
        uint64_t v = 0;

        if (z->domain == MPC_BITS) {
            for (size_t e = 0; e < len; e++)
                v ^= ring_bit(shared_row(x, a, r), j * len + e);
            ring_set_bit(shared_row(z, a, r), j, v);
        } else if (k->wide) {
            k->wide->sum((uint8_t *)z->share[a] + j * k->word_len,
                         (uint8_t *)x->share[a] + j * len * k->word_len, len);
        } else {
            k->put(z->share[a], j, k->sum((uint8_t *)x->share[a] + j * len * k->word_len, len));
        }
    }
}
