#include "lib/chosen.h"

#include <sys/mman.h>

/* In place of the C library's. The object that holds it is linked where a test calls chosen_no_locking. */
int mlock(const void *p, size_t len)
{
    (void)p;
    (void)len;
    return 0;
}

void chosen_no_locking(void) {}

uint64_t chosen_next(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void chosen_bytes(uint64_t seed, int key, const uint8_t iv[16], void *out, size_t len)
{
    uint64_t state = seed * 0x2545f4914f6cdd1du + (uint64_t)key, word = 0;
    struct reader r = reader_of(iv, 16);
    uint8_t *at = out;

    state = chosen_next(&state) ^ read_u64(&r);
    state = chosen_next(&state) ^ read_u64(&r);
    state = chosen_next(&state);
    for (size_t i = 0; i < len; i++) {
        if (i % 8 == 0)
            word = chosen_next(&state);
        at[i] = (uint8_t)(word >> 8 * (i % 8));
    }
}

enum sotto_err chosen_stream(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    const uint64_t *seed = arg;

    (void)party;
    chosen_bytes(*seed, key, iv, out, len);
    return SOTTO_OK;
}

void chosen_sharing(const struct strand *st, struct shared *z, uint64_t seed, int last, const uint64_t *values)
{
    const struct ring_kernels *k = shared_kernels(z);
    int shares = st->s->protocol->shares;
    size_t rows = shared_rows(z), words = shared_words(z);

    assert(k->word_len <= 8);
    for (size_t r = 0; r < rows; r++)
        for (size_t w = 0; w < words; w++) {
            uint64_t state = seed + r * 1000003u + w, rest = 0;

            if (z->domain == MPC_ARITH)
                rest = values[w];
            for (size_t e = 0; z->domain == MPC_BITS && e < 64 && 64 * w + e < z->n; e++)
                rest |= (values[64 * w + e] >> r & 1) << e;
            for (int i = 1; i <= shares; i++) {
                int a = (last + i) % shares;
                uint64_t v = i < shares ? chosen_next(&state) : rest;

                if (k->wide && i < shares)
                    v >>= 4; /* below the prime of 61 bits */
                if (z->domain == MPC_BITS)
                    rest ^= v;
                else if (k->wide)
                    k->sub(&rest, &rest, &v, 1);
                else
                    rest -= v;
                if (z->share[a])
                    k->put(shared_row(z, a, (unsigned)r), w, v);
            }
        }
}
