/* field.c - inverses in prime fields. */
#include "ring/ring.h"

static void multiply(const struct ring_kernels *k, void *z, const void *x, const void *y)
{
    _Alignas(32) uint8_t product[RING_WORD_LEN_MAX] = { 0 };

    k->mul_add(product, x, y, 1);
    memcpy(z, product, k->word_len);
    mem_wipe(product, sizeof product);
}

/* Fermat: x^(p-2), from the top bit of the exponent down. */
void ring_field_invert(const struct ring_kernels *k, void *z, const void *x)
{
    const unsigned limbs = k->wide->limbs;
    const uint64_t *p = k->wide->prime;
    _Alignas(32) uint8_t power[RING_WORD_LEN_MAX] = { 0 };

    k->put(power, 0, 1);
    for (unsigned bit = 64 * limbs; bit-- > 0;) {
        uint64_t limb = bit / 64 == 0 ? p[0] - 2 : p[bit / 64]; /* p[0] >= 2: no borrow */

        multiply(k, power, power, power);
        if (limb >> bit % 64 & 1)
            multiply(k, power, power, x);
    }
    memcpy(z, power, k->word_len);
    mem_wipe(power, sizeof power);
}

/* Montgomery: z[i] = x[0] ... x[i-1] first; then, from the end, the inverse of x[0] ... x[i] gives that of
 * x[i]. */
void ring_field_invert_all(const struct ring_kernels *k, void *z, const void *x, size_t n)
{
    const size_t len = k->word_len;
    const uint8_t *from = x;
    uint8_t *to = z;
    _Alignas(32) uint8_t all[RING_WORD_LEN_MAX] = { 0 };

    k->put(all, 0, 1);
    for (size_t i = 0; i < n; i++) {
        memcpy(to + i * len, all, len);
        multiply(k, all, all, from + i * len);
    }
    ring_field_invert(k, all, all);
    for (size_t i = n; i-- > 0;) {
        multiply(k, to + i * len, to + i * len, all);
        multiply(k, all, all, from + i * len);
    }
    mem_wipe(all, sizeof all);
}
