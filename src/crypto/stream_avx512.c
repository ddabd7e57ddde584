/* stream_avx512.c - AES-128-CTR by VAES, 32 blocks at a time. CT: VAES takes the same time for all data. */
#include "crypto/kernels.h"

#include <immintrin.h>

enum { WIDE = 8, VECTOR_LEN = 64 };

static void expand(uint8_t round_key[11][16], const uint8_t key[16])
{
    crypto_aes_avx2.expand(round_key, key);
}

static void stream(const uint8_t round_key[11][16], const uint8_t iv[16], uint8_t *out, size_t len)
{
    /* The counters are kept as numbers in the upper halves and turned around for each block. */
    const __m512i turn = _mm512_broadcast_i32x4(
                      _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 15, 14, 13, 12, 11, 10, 9, 8)),
                  four = _mm512_setr_epi64(0, 4, 0, 4, 0, 4, 0, 4);
    __m512i count = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)iv)), k[11], b[WIDE];

    count = _mm512_add_epi64(_mm512_shuffle_epi8(count, turn), _mm512_setr_epi64(0, 0, 0, 1, 0, 2, 0, 3));
    for (int r = 0; r < 11; r++)
        k[r] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)round_key[r]));
    for (; len >= WIDE * VECTOR_LEN; len -= WIDE * VECTOR_LEN, out += WIDE * VECTOR_LEN) {
        for (int i = 0; i < WIDE; i++) {
            b[i] = _mm512_xor_si512(_mm512_shuffle_epi8(count, turn), k[0]);
            count = _mm512_add_epi64(count, four);
        }
        for (int r = 1; r < 10; r++)
            for (int i = 0; i < WIDE; i++)
                b[i] = _mm512_aesenc_epi128(b[i], k[r]);
        for (int i = 0; i < WIDE; i++)
            _mm512_storeu_si512(out + VECTOR_LEN * i, _mm512_aesenclast_epi128(b[i], k[10]));
    }
    while (len) { /* the processor overlaps these by itself */
        size_t part = len < VECTOR_LEN ? len : VECTOR_LEN;
        uint64_t bytes = part < VECTOR_LEN ? ((uint64_t)1 << part) - 1 : ~(uint64_t)0;

        b[0] = _mm512_xor_si512(_mm512_shuffle_epi8(count, turn), k[0]);
        count = _mm512_add_epi64(count, four);
        for (int r = 1; r < 10; r++)
            b[0] = _mm512_aesenc_epi128(b[0], k[r]);
        _mm512_mask_storeu_epi8(out, bytes, _mm512_aesenclast_epi128(b[0], k[10]));
        out += part;
        len -= part;
    }
}

const struct crypto_aes crypto_aes_avx512 = { expand, stream };
