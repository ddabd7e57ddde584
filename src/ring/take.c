/* take.c - rows moved by a public order: as fast as memory follows. */
#include "ring/ring.h"

#define TAKE(T)                                                                                                \
    static void take_##T(T *z, const T *x, const uint32_t *order, size_t n)                                    \
    {                                                                                                          \
        for (size_t i = 0; i < n; i++)                                                                         \
            z[i] = x[order[i]];                                                                                \
    }

TAKE(uint8_t)
TAKE(uint16_t)
TAKE(uint32_t)
TAKE(uint64_t)

void ring_take(void *z, const void *x, const uint32_t *order, size_t n, size_t item_len)
{
    switch (item_len) {
    case 1:
        take_uint8_t(z, x, order, n);
        break;
    case 2:
        take_uint16_t(z, x, order, n);
        break;
    case 4:
        take_uint32_t(z, x, order, n);
        break;
    case 8:
        take_uint64_t(z, x, order, n);
        break;
    default:
        for (size_t i = 0; i < n; i++)
            memcpy((uint8_t *)z + i * item_len, (const uint8_t *)x + order[i] * item_len, item_len);
        break;
    }
}
