/* stream_armv8.c - AES-128-CTR by AArch64's AES instructions, eight blocks at a time. FIPS 197; AESE is a
 * round's key, SubBytes and ShiftRows, AESMC its MixColumns (Arm ARM, C7). CT: they take the same time for all
 * data. */
#include "crypto/kernels.h"

#include <arm_neon.h>

/* SubBytes of a word: where all columns are the same, ShiftRows changes nothing. */
static uint32_t sub_word(uint32_t word)
{
    uint8x16_t four = vreinterpretq_u8_u32(vdupq_n_u32(word));

    return vgetq_lane_u32(vreinterpretq_u32_u8(vaeseq_u8(four, vdupq_n_u8(0))), 0);
}

static void expand(uint8_t round_key[11][16], const uint8_t key[16])
{
    static const uint8_t constant[10] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x1b, 0x36 };
    uint32_t word[4];

    memcpy(word, key, sizeof word);
    memcpy(round_key[0], word, sizeof word);
    for (int i = 0; i < 10; i++) {
        uint32_t last = sub_word(word[3]);

        word[0] ^=
            (last >> 8 | last << 24) ^ constant[i]; /* words are little-endian: RotWord is to the right */
        for (int j = 1; j < 4; j++)
            word[j] ^= word[j - 1];
        memcpy(round_key[i + 1], word, sizeof word);
    }
    mem_wipe(word, sizeof word);
}

enum { WIDE = 8 };

static uint64_t get64(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, sizeof v);
    return v;
}

static void stream(const uint8_t round_key[11][16], const uint8_t iv[16], uint8_t *out, size_t len)
{
    /* The counter is kept as a number and turned around for each block. */
    uint64_t count = __builtin_bswap64(get64(iv + 8));
    const uint64x1_t start = vcreate_u64(get64(iv));
    uint8x16_t k[11], b[WIDE];
    uint8_t last[16];

    for (int r = 0; r < 11; r++)
        k[r] = vld1q_u8(round_key[r]);
    while (len) {
        size_t n = len < 16 * WIDE ? (len + 15) / 16 : WIDE;
        int made = n <= 2 ? 2 : WIDE; /* two: a key, mostly */

        for (int i = 0; i < WIDE; i++, count++)
            b[i] = vreinterpretq_u8_u64(vcombine_u64(start, vcreate_u64(__builtin_bswap64(count))));
        for (int r = 0; r < 9; r++)
            for (int i = 0; i < made; i++)
                b[i] = vaesmcq_u8(vaeseq_u8(b[i], k[r]));
        for (size_t i = 0; i < n; i++, out += 16, len -= 16) {
            uint8x16_t v = veorq_u8(vaeseq_u8(b[i], k[9]), k[10]);

            if (len < 16) {
                vst1q_u8(last, v);
                memcpy(out, last, len);
                mem_wipe(last, sizeof last);
                return;
            }
            vst1q_u8(out, v);
        }
    }
}

const struct crypto_aes crypto_aes_armv8 = { expand, stream };
