/* log.c - the kinds of products, and their elements as a block keeps them. */
#include "mpc/rep3a/rep3a.h"

static const unsigned kind_bits[REP3A_KINDS] = { 1, 8, 16, 32, 64, 128, 61, 253, 256, 1 };

unsigned rep3a_kind_bits(enum rep3a_kind kind)
{
    return kind_bits[kind];
}

enum rep3a_kind rep3a_kind_of(const struct shared *z)
{
    unsigned bits = z->domain == MPC_BITS ? 1 : z->bits, kind = 0;

    while (kind < REP3A_KINDS && kind_bits[kind] != bits)
        kind++;
    assert(kind < REP3A_KINDS);
    return (enum rep3a_kind)kind;
}

size_t rep3a_element_len(enum rep3a_kind kind)
{
    size_t len = ring_kernels_for(rep3a_kind_bits(kind))->word_len;

    return len < 8 ? 8 : len;
}

#define WIDEN(T)                                                                                               \
    for (size_t i = 0; i < n; i++) {                                                                           \
        uint64_t v = ((const T *)words)[i];                                                                    \
        memcpy(to + 8 * i, &v, sizeof v);                                                                      \
    }

void rep3a_widen(enum rep3a_kind kind, uint8_t *to, const void *words, size_t n)
{
    switch (kind) {
    case REP3A_RING8:
        WIDEN(uint8_t)
        break;
    case REP3A_RING16:
        WIDEN(uint16_t)
        break;
    case REP3A_RING32:
        WIDEN(uint32_t)
        break;
    default:
        memcpy(to, words, n * rep3a_element_len(kind));
        break;
    }
}

void rep3a_subtract(enum rep3a_kind kind, uint8_t *a, const uint8_t *words, size_t n)
{
    const struct ring_kernels *k = ring_kernels_for(kind_bits[kind]);

    if (kind == REP3A_RING8 || kind == REP3A_RING16 || kind == REP3A_RING32)
        for (size_t i = 0; i < n; i++)
            put_u64(a + 8 * i, (k->get(words, i) - rep3a_word(a + 8 * i)) & (((uint64_t)1 << k->bits) - 1));
    else
        k->sub(a, words, a, n);
}
