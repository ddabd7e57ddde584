/* planes_avx512.c - between words and planes, 512 words at a time: GFNI turns squares of 8 x 8 bits,
 * permutations of bytes put them together, and planes are read and written in whole lines of 64 bytes.
 *
 * A word has `len` bytes. Eight words are a row of `len` squares, a vector holds 8 / len such rows:
 *
 *   words of a vector          (row, word, byte)       in the order of memory
 *   squares                    (byte, row, word)       one square in 64 bits, its words' bits become its
 * planes' bits eight rows, one byte       (row, plane)            `len` vectors of them out of `len` vectors of
 * squares words of eight planes      (plane, row) eight words, one plane     after eight of these */
#include "ring/planes_avx512.h"

#include <immintrin.h>

enum { BLOCK = 512 };

typedef uint8_t bytes __attribute__((vector_size(64)));

static inline __m512i load(const void *p)
{
    return _mm512_loadu_si512(p);
}

/* Where byte o = (byte, row, word) of squares comes from, (row, word, byte); words are turned around in squares
 * if `turn` is 7. `log` is that of len. */
static __m512i to_squares(unsigned log, uint8_t turn)
{
    bytes o = { 0 };

    for (int i = 0; i < 64; i++)
        o[i] = (uint8_t)i;
    return (__m512i)((o >> 3 & (uint8_t)((8 >> log) - 1)) << (3 + log) | ((o & 7) ^ turn) << log |
                     o >> (6 - log));
}

/* And back: where byte (row, word, byte) comes from. */
static __m512i from_squares(unsigned log)
{
    bytes o = { 0 };

    for (int i = 0; i < 64; i++)
        o[i] = (uint8_t)i;
    return (__m512i)((o & (uint8_t)((1 << log) - 1)) << (6 - log) | o >> (3 + log) << 3 | (o >> log & 7));
}

/* out byte (r, c) = in byte (c, r); columns are turned around if `turn` is 7. */
static __m512i swap_bytes(uint8_t turn)
{
    bytes o = { 0 };

    for (int i = 0; i < 64; i++)
        o[i] = (uint8_t)i;
    return (__m512i)(((o & 7) ^ turn) << 3 | o >> 3);
}

/* Bit e of byte j of each square becomes bit j of byte e, where the square's bytes come in descending order. */
static inline __m512i turn_squares(__m512i squares)
{
    return _mm512_gf2p8affine_epi64_epi8(_mm512_set1_epi64((int64_t)0x8040201008040201u), squares, 0);
}

#define LANES(a, b, choice) _mm512_shuffle_i64x2(a, b, choice)

/* Rows of eight 64-bit words to columns. */
static inline void swap_words(__m512i r[8])
{
    __m512i low[4], high[4];

    for (int i = 0; i < 4; i++) {
        low[i] = _mm512_unpacklo_epi64(r[2 * i], r[2 * i + 1]);  /* words 0 2 4 6 of both */
        high[i] = _mm512_unpackhi_epi64(r[2 * i], r[2 * i + 1]); /* words 1 3 5 7 */
    }
    for (int odd = 0; odd < 2; odd++) {
        __m512i *t = odd ? high : low, a = LANES(t[0], t[1], 0x88), b = LANES(t[2], t[3], 0x88),
                c = LANES(t[0], t[1], 0xdd), d = LANES(t[2], t[3], 0xdd);

        r[odd] = LANES(a, b, 0x88);
        r[4 + odd] = LANES(a, b, 0xdd);
        r[2 + odd] = LANES(c, d, 0x88);
        r[6 + odd] = LANES(c, d, 0xdd);
    }
}

/* `len` vectors of (byte, row) to vectors of one byte each, and back: it is its own inverse. */
static inline void swap_rows(__m512i v[8], unsigned len)
{
    __m512i a, b, c, d;

    switch (len) {
    case 2:
        a = LANES(v[0], v[1], 0x44);
        v[1] = LANES(v[0], v[1], 0xee);
        v[0] = a;
        break;
    case 4:
        a = LANES(v[0], v[1], 0x44);
        b = LANES(v[2], v[3], 0x44);
        c = LANES(v[0], v[1], 0xee);
        d = LANES(v[2], v[3], 0xee);
        v[0] = LANES(a, b, 0x88);
        v[1] = LANES(a, b, 0xdd);
        v[2] = LANES(c, d, 0x88);
        v[3] = LANES(c, d, 0xdd);
        break;
    case 8:
        swap_words(v);
        break;
    default:
        break;
    }
}

static inline void block_to(__m512i all[8][8], uint64_t *planes, size_t stride, const uint8_t *words,
                            unsigned len, __m512i squares, __m512i columns)
{
    __m512i v[8];

    for (unsigned i = 0; i < 8; i++) {
        for (unsigned z = 0; z < len; z++)
            v[z] = turn_squares(_mm512_permutexvar_epi8(squares, load(words + 64 * (i * len + z))));
        swap_rows(v, len);
        for (unsigned b = 0; b < len; b++)
            all[b][i] = _mm512_permutexvar_epi8(columns, v[b]);
    }
    for (unsigned b = 0; b < len; b++) {
        swap_words(all[b]);
        for (unsigned p = 0; p < 8; p++)
            _mm512_storeu_si512(planes + (8 * b + p) * stride, all[b][p]);
    }
}

static inline void block_from(__m512i all[8][8], uint8_t *words, const uint64_t *planes, size_t stride,
                              unsigned len, __m512i squares, __m512i columns)
{
    __m512i v[8];

    for (unsigned b = 0; b < len; b++) {
        for (unsigned p = 0; p < 8; p++)
            all[b][p] = load(planes + (8 * b + p) * stride);
        swap_words(all[b]);
    }
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned b = 0; b < len; b++)
            v[b] = turn_squares(_mm512_permutexvar_epi8(columns, all[b][i]));
        swap_rows(v, len);
        for (unsigned z = 0; z < len; z++)
            _mm512_storeu_si512(words + 64 * (i * len + z), _mm512_permutexvar_epi8(squares, v[z]));
    }
}

#define TO_LOOP(LEN, LOG)                                                                                      \
    for (; done + BLOCK <= n; done += BLOCK)                                                                   \
    block_to(all, planes + done / 64, stride, (const uint8_t *)words + done * (LEN), LEN, to_squares(LOG, 7),  \
             swap_bytes(0))

size_t planes_avx512_to(uint64_t *planes, size_t stride, const void *words, unsigned len, size_t n)
{
    __m512i all[8][8];
    size_t done = 0;

    switch (len) {
    case 1:
        TO_LOOP(1, 0);
        break;
    case 2:
        TO_LOOP(2, 1);
        break;
    case 4:
        TO_LOOP(4, 2);
        break;
    default:
        TO_LOOP(8, 3);
        break;
    }
    if (done)
        mem_wipe(all, sizeof all);
    return done;
}

#define FROM_LOOP(LEN, LOG)                                                                                    \
    for (; done + BLOCK <= n; done += BLOCK)                                                                   \
    block_from(all, (uint8_t *)words + done * (LEN), planes + done / 64, stride, LEN, from_squares(LOG),       \
               swap_bytes(7))

size_t planes_avx512_from(void *words, const uint64_t *planes, size_t stride, unsigned len, size_t n)
{
    __m512i all[8][8];
    size_t done = 0;

    switch (len) {
    case 1:
        FROM_LOOP(1, 0);
        break;
    case 2:
        FROM_LOOP(2, 1);
        break;
    case 4:
        FROM_LOOP(4, 2);
        break;
    default:
        FROM_LOOP(8, 3);
        break;
    }
    if (done)
        mem_wipe(all, sizeof all);
    return done;
}
