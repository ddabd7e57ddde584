/* stream_avx2.c - AES-128-CTR by AES-NI, eight blocks at a time. FIPS 197; key expansion as in Intel's white
 * paper on AES-NI (Gueron 2010). CT: AES-NI takes the same time for all data. */
#include "crypto/kernels.h"

#include <immintrin.h>

static __m128i next_key(__m128i k, __m128i assist)
{
    assist = _mm_shuffle_epi32(assist, 0xff);
    k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
    k = _mm_xor_si128(k, _mm_slli_si128(k, 8)); /* together: words summed up from the left */
    return _mm_xor_si128(k, assist);
}

#define EXPAND(i, constant) (k = next_key(k, _mm_aeskeygenassist_si128(k, constant)), store(round_key[i], k))

static void store(uint8_t *p, __m128i v)
{
    _mm_storeu_si128((__m128i *)(void *)p, v);
}

static __m128i load(const uint8_t *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static void expand(uint8_t round_key[11][16], const uint8_t key[16])
{
    __m128i k = load(key);

    store(round_key[0], k);
    EXPAND(1, 0x01);
    EXPAND(2, 0x02);
    EXPAND(3, 0x04);
    EXPAND(4, 0x08);
    EXPAND(5, 0x10);
    EXPAND(6, 0x20);
    EXPAND(7, 0x40);
    EXPAND(8, 0x80);
    EXPAND(9, 0x1b);
    EXPAND(10, 0x36);
}

enum { WIDE = 8 };

static void stream(const uint8_t round_key[11][16], const uint8_t iv[16], uint8_t *out, size_t len)
{
    /* The counter is kept as a number in the upper half and turned around for each block. */
    const __m128i turn = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8);
    __m128i count = _mm_shuffle_epi8(load(iv), turn), k[11], b[WIDE];
    uint8_t last[16];

    for (int r = 0; r < 11; r++)
        k[r] = load(round_key[r]);
    while (len) {
        size_t n = len < 16 * WIDE ? (len + 15) / 16 : WIDE;

        for (int i = 0; i < WIDE; i++)
            b[i] = _mm_xor_si128(_mm_shuffle_epi8(_mm_add_epi64(count, _mm_set_epi64x(i, 0)), turn), k[0]);
        count = _mm_add_epi64(count, _mm_set_epi64x(WIDE, 0));
        if (n <= 2) { /* a key, mostly */
            for (int r = 1; r < 10; r++)
                for (int i = 0; i < 2; i++)
                    b[i] = _mm_aesenc_si128(b[i], k[r]);
        } else {
            for (int r = 1; r < 10; r++)
                for (int i = 0; i < WIDE; i++)
                    b[i] = _mm_aesenc_si128(b[i], k[r]);
        }
        for (size_t i = 0; i < n; i++, out += 16, len -= 16) {
            __m128i v = _mm_aesenclast_si128(b[i], k[10]);

            if (len < 16) {
                store(last, v);
                memcpy(out, last, len);
                mem_wipe(last, sizeof last);
                return;
            }
            store(out, v);
        }
    }
}

const struct crypto_aes crypto_aes_avx2 = { expand, stream };
