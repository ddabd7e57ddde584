/* vector.h - the kernels on words and bits, written once for vectors of VECTOR_LEN bytes. words_x.c includes
 * it, for each variant, and is compiled for the variant's instructions.
 *
 * At each place all sources are read before a destination is written, so one may be the other at the same
 * position. */
#include "ring/kernels.h"

#define VECTOR(T) T __attribute__((vector_size(VECTOR_LEN), aligned(1), may_alias))

/* A word of "1" is 64 bits, whose sum is xor and whose product is and. v: a vector of words; w: one. */
typedef VECTOR(uint8_t) v_8;
typedef VECTOR(uint16_t) v_16;
typedef VECTOR(uint32_t) v_32;
typedef VECTOR(uint64_t) v_64;
typedef VECTOR(uint64_t) v_1;
typedef uint8_t w_8;
typedef uint16_t w_16;
typedef uint32_t w_32;
typedef uint64_t w_64;
typedef uint64_t w_1;

#define OPERATION(name, T, expression)                                                                         \
    static inline T name(T a, T b)                                                                             \
    {                                                                                                          \
        return expression;                                                                                     \
    }
/* Single words are computed in 64 bits and cut: exact modulo 2^k, and no signed int overflows. */
#define WORD_OPERATIONS(W)                                                                                     \
    OPERATION(add_v_##W, v_##W, a + b)                                                                         \
    OPERATION(sub_v_##W, v_##W, a - b)                                                                         \
    OPERATION(mul_v_##W, v_##W, a *b)                                                                          \
    OPERATION(add_w_##W, w_##W, (w_##W)(a + b))                                                                \
    OPERATION(sub_w_##W, w_##W, (w_##W)(a - b))                                                                \
    OPERATION(mul_w_##W, w_##W, (w_##W)((uint64_t)a * b))
WORD_OPERATIONS(8)
WORD_OPERATIONS(16)
WORD_OPERATIONS(32)
WORD_OPERATIONS(64)
OPERATION(add_v_1, v_1, a ^ b)
OPERATION(sub_v_1, v_1, a ^ b)
OPERATION(mul_v_1, v_1, a &b)
OPERATION(add_w_1, w_1, a ^ b)
OPERATION(sub_w_1, w_1, a ^ b)
OPERATION(mul_w_1, w_1, a &b)

/* BODY(S, W) for all n words: by vectors (S is v), then one by one (w); i says where, in units of S. */
#define FOR_WORDS(BODY, W)                                                                                     \
    do {                                                                                                       \
        const size_t whole_ = n * sizeof(w_##W) / VECTOR_LEN;                                                  \
        for (size_t i = 0; i < whole_; i++) {                                                                  \
            BODY(v, W)                                                                                         \
        }                                                                                                      \
        for (size_t i = whole_ * (VECTOR_LEN / sizeof(w_##W)); i < n; i++) {                                   \
            BODY(w, W)                                                                                         \
        }                                                                                                      \
    } while (0)
#define AT(S, W, p)     (((S##_##W *)(p))[i])
#define FROM(S, W, p)   (((const S##_##W *)(p))[i])
#define ADD(S, W, a, b) add_##S##_##W(a, b)
#define SUB(S, W, a, b) sub_##S##_##W(a, b)
#define MUL(S, W, a, b) mul_##S##_##W(a, b)

/* --- one operation a pass -------------------------------------------------------------------------------- */

#define BODY_ADD(S, W)     AT(S, W, z) = ADD(S, W, FROM(S, W, x), FROM(S, W, y));
#define BODY_SUB(S, W)     AT(S, W, z) = SUB(S, W, FROM(S, W, x), FROM(S, W, y));
#define BODY_MUL_ADD(S, W) AT(S, W, z) = ADD(S, W, FROM(S, W, z), MUL(S, W, FROM(S, W, x), FROM(S, W, y)));
#define CROSS(S, W, x0, y0, x1, y1)                                                                            \
    ADD(S, W, MUL(S, W, FROM(S, W, x0), FROM(S, W, y1)), MUL(S, W, FROM(S, W, x1), FROM(S, W, y0)))
#define BODY_CROSS_ADD(S, W) AT(S, W, z) = ADD(S, W, FROM(S, W, z), CROSS(S, W, x0, y0, x1, y1));

#define BODY_NEG(S, W) AT(S, W, z) = SUB(S, W, (S##_##W){ 0 }, FROM(S, W, x));
#define BODY_NOT(S, W) AT(S, W, z) = (S##_##W) ~FROM(S, W, x);
/* A word is repeated by adding it to zeros. */
#define BODY_SCALE(S, W) AT(S, W, z) = MUL(S, W, FROM(S, W, x), (S##_##W)((S##_##W){ 0 } + (w_##W)by));
#define BODY_SUM(S, W)   sum_##S = ADD(S, W, sum_##S, FROM(S, W, x));

/* --- products of three and of four parties, in one pass over everything: see ring.h ----------------------- */

#define SUMMAND(S, W, k)                                                                                       \
    x##k = FROM(S, W, q->x[k]);                                                                                \
    y##k = FROM(S, W, q->y[k]);                                                                                \
    z##k = MUL(S, W, x##k, y##k);                                                                              \
    if (more)                                                                                                  \
        z##k = ADD(S, W, z##k, FROM(S, W, q->z[k]));
#define CROSS_PAIR(S, W, p, k, l)                                                                              \
    t = ADD(S, W, MUL(S, W, x##k, y##l), MUL(S, W, x##l, y##k));                                               \
    if (more)                                                                                                  \
        t = ADD(S, W, t, FROM(S, W, q->out[p]));
/* The value of a pair less its mask goes out, and to the second summand; the mask to the first one. */
#define PAIR(S, W, p, k, l)                                                                                    \
    CROSS_PAIR(S, W, p, k, l)                                                                                  \
    m = FROM(S, W, q->mask[p]);                                                                                \
    t = SUB(S, W, t, m);                                                                                       \
    AT(S, W, q->out[p]) = t;                                                                                   \
    z##k = ADD(S, W, z##k, m);                                                                                 \
    z##l = ADD(S, W, z##l, t);
#define FINISH(S, W, k)                                                                                        \
    if (partners > (k))                                                                                        \
        z##k = ADD(S, W, z##k, FROM(S, W, q->partner[k]));                                                     \
    AT(S, W, q->z[k]) = z##k;
#define BODY_FOUR(S, W)                                                                                        \
    S##_##W x0, x1, x2, y0, y1, y2, z0, z1, z2, m, t;                                                          \
    SUMMAND(S, W, 0)                                                                                           \
    SUMMAND(S, W, 1)                                                                                           \
    SUMMAND(S, W, 2)                                                                                           \
    PAIR(S, W, 0, 0, 1)                                                                                        \
    PAIR(S, W, 1, 0, 2)                                                                                        \
    PAIR(S, W, 2, 1, 2)                                                                                        \
    FINISH(S, W, 0)                                                                                            \
    FINISH(S, W, 1)                                                                                            \
    FINISH(S, W, 2)
#define TERM_PAIR(S, W, p, k, l)                                                                               \
    CROSS_PAIR(S, W, p, k, l)                                                                                  \
    AT(S, W, q->out[p]) = t;
#define BODY_FOUR_TERM(S, W)                                                                                   \
    S##_##W x0, x1, x2, y0, y1, y2, z0, z1, z2, t;                                                             \
    SUMMAND(S, W, 0)                                                                                           \
    SUMMAND(S, W, 1)                                                                                           \
    SUMMAND(S, W, 2)                                                                                           \
    TERM_PAIR(S, W, 0, 0, 1)                                                                                   \
    TERM_PAIR(S, W, 1, 0, 2)                                                                                   \
    TERM_PAIR(S, W, 2, 1, 2)                                                                                   \
    AT(S, W, q->z[0]) = z0;                                                                                    \
    AT(S, W, q->z[1]) = z1;                                                                                    \
    AT(S, W, q->z[2]) = z2;

/* x0*y0 + x0*y1 + x1*y0 */
#define THREE(S, W)                                                                                            \
    S##_##W y0 = FROM(S, W, q->y[0]),                                                                          \
            t = ADD(S, W, MUL(S, W, FROM(S, W, q->x[0]), ADD(S, W, y0, FROM(S, W, q->y[1]))),                  \
                    MUL(S, W, FROM(S, W, q->x[1]), y0));                                                       \
    if (more)                                                                                                  \
        t = ADD(S, W, t, FROM(S, W, q->out));
#define BODY_THREE_TERM(S, W)                                                                                  \
    THREE(S, W)                                                                                                \
    AT(S, W, q->out) = t;
#define BODY_THREE(S, W)                                                                                       \
    THREE(S, W)                                                                                                \
    t = ADD(S, W, t, SUB(S, W, FROM(S, W, q->mask[0]), FROM(S, W, q->mask[1])));                               \
    AT(S, W, q->out) = t;                                                                                      \
    AT(S, W, q->z) = t;

/* Products of bits for five elements: + is xor here. */
#define FIVE_PAIR(S, p, k, l)                                                                                  \
    v##p = (x##k & y##l) ^ (x##l & y##k);                                                                      \
    if (more)                                                                                                  \
        v##p ^= FROM(S, 1, q->sum[p]);
#define FIVE(S)                                                                                                \
    S##_1 x0, x1, x2, y0, y1, y2, z0, z1, z2, v0, v1, v2;                                                      \
    SUMMAND(S, 1, 0)                                                                                           \
    SUMMAND(S, 1, 1)                                                                                           \
    SUMMAND(S, 1, 2)                                                                                           \
    FIVE_PAIR(S, 0, 0, 1)                                                                                      \
    FIVE_PAIR(S, 1, 0, 2)                                                                                      \
    FIVE_PAIR(S, 2, 1, 2)
#define FIVE_END(S, a, b, c)                                                                                   \
    AT(S, 1, q->z[0]) = z0 ^ (a);                                                                              \
    AT(S, 1, q->z[1]) = z1 ^ (b);                                                                              \
    AT(S, 1, q->z[2]) = z2 ^ (c);
#define BODY_FIVE_AB(S, W)                                                                                     \
    S##_1 m0 = FROM(S, 1, q->mask[0]), m1 = FROM(S, 1, q->mask[1]), m2 = FROM(S, 1, q->mask[2]);               \
    FIVE(S)                                                                                                    \
    AT(S, 1, q->out[0]) = v0;                                                                                  \
    AT(S, 1, q->out[1]) = v1 ^ m1;                                                                             \
    AT(S, 1, q->out[2]) = v2 ^ m2;                                                                             \
    FIVE_END(S, m0 ^ m1, v0 ^ m0 ^ m2, v1 ^ v2 ^ m1 ^ m2)
#define BODY_FIVE_C(S, W)                                                                                      \
    S##_1 m0 = FROM(S, 1, q->mask[0]), m1 = FROM(S, 1, q->mask[1]), m2 = FROM(S, 1, q->mask[2]),               \
          m3 = FROM(S, 1, q->mask[3]);                                                                         \
    FIVE(S)                                                                                                    \
    AT(S, 1, q->out[0]) = v0 ^ m0;                                                                             \
    AT(S, 1, q->out[1]) = v0 ^ m1;                                                                             \
    AT(S, 1, q->out[2]) = v1 ^ m2;                                                                             \
    AT(S, 1, q->out[3]) = v2 ^ m3;                                                                             \
    FIVE_END(S, m0 ^ m2, m1 ^ m3, v1 ^ v2 ^ m2 ^ m3)
#define BODY_FIVE_D(S, W)                                                                                      \
    S##_1 m0 = FROM(S, 1, q->mask[0]), m1 = FROM(S, 1, q->mask[1]), m2 = FROM(S, 1, q->mask[2]),               \
          m3 = FROM(S, 1, q->mask[3]), m4 = FROM(S, 1, q->mask[4]);                                            \
    FIVE(S)                                                                                                    \
    v0 ^= m0 ^ m1;                                                                                             \
    AT(S, 1, q->out[0]) = v0 ^ v1 ^ m1;                                                                        \
    AT(S, 1, q->out[1]) = v0 ^ v2 ^ m0;                                                                        \
    FIVE_END(S, m0 ^ m2, m1 ^ m3, v0 ^ v1 ^ v2 ^ m4)

/* One loop for each choice, so that no loop has a branch. */
#define FOUR_LOOP(W, count, has_more)                                                                          \
    do {                                                                                                       \
        enum { partners = (count), more = (has_more) };                                                        \
        FOR_WORDS(BODY_FOUR, W);                                                                               \
    } while (0)
#define TERM_LOOP(BODY, W, has_more)                                                                           \
    do {                                                                                                       \
        enum { more = (has_more) };                                                                            \
        FOR_WORDS(BODY, W);                                                                                    \
    } while (0)
#define MORE_OR_NOT(BODY, W)                                                                                   \
    do {                                                                                                       \
        if (q->more)                                                                                           \
            TERM_LOOP(BODY, W, 1);                                                                             \
        else                                                                                                   \
            TERM_LOOP(BODY, W, 0);                                                                             \
    } while (0)

#define PRODUCTS_OF(W)                                                                                         \
    static void four_##W(const struct ring_four *q, size_t n)                                                  \
    {                                                                                                          \
        switch (2 * q->partners + q->more) {                                                                   \
        case 0:                                                                                                \
            FOUR_LOOP(W, 0, 0);                                                                                \
            break;                                                                                             \
        case 1:                                                                                                \
            FOUR_LOOP(W, 0, 1);                                                                                \
            break;                                                                                             \
        case 2:                                                                                                \
            FOUR_LOOP(W, 1, 0);                                                                                \
            break;                                                                                             \
        case 3:                                                                                                \
            FOUR_LOOP(W, 1, 1);                                                                                \
            break;                                                                                             \
        case 4:                                                                                                \
            FOUR_LOOP(W, 2, 0);                                                                                \
            break;                                                                                             \
        case 5:                                                                                                \
            FOUR_LOOP(W, 2, 1);                                                                                \
            break;                                                                                             \
        case 6:                                                                                                \
            FOUR_LOOP(W, 3, 0);                                                                                \
            break;                                                                                             \
        default:                                                                                               \
            FOUR_LOOP(W, 3, 1);                                                                                \
            break;                                                                                             \
        }                                                                                                      \
    }                                                                                                          \
    static void four_term_##W(const struct ring_four *q, size_t n)                                             \
    {                                                                                                          \
        MORE_OR_NOT(BODY_FOUR_TERM, W);                                                                        \
    }                                                                                                          \
    static void three_##W(const struct ring_three *q, size_t n)                                                \
    {                                                                                                          \
        MORE_OR_NOT(BODY_THREE, W);                                                                            \
    }                                                                                                          \
    static void three_term_##W(const struct ring_three *q, size_t n)                                           \
    {                                                                                                          \
        MORE_OR_NOT(BODY_THREE_TERM, W);                                                                       \
    }

static void five(const struct ring_five *q, size_t n)
{
    switch (q->place) {
    case RING_FIVE_AB:
        MORE_OR_NOT(BODY_FIVE_AB, 1);
        break;
    case RING_FIVE_C:
        MORE_OR_NOT(BODY_FIVE_C, 1);
        break;
    default:
        MORE_OR_NOT(BODY_FIVE_D, 1);
        break;
    }
}

/* --- between words and planes, VECTOR_LEN / 8 blocks of 64 words at a time ---------------------------------
 */

enum { BLOCKS = VECTOR_LEN / 8, WORDS = 64 * BLOCKS };

/* Each lane for itself: row r, bit c becomes row c, bit r of `size` rows of 64 / size squares side by side
 * (Warren, Hacker's Delight, 7-3). Stages may come in any order, so it is its own inverse. */
static inline void transpose(v_64 *row, unsigned size)
{
    uint64_t mask = ~(uint64_t)0 / (((uint64_t)1 << size / 2) + 1);

    for (unsigned half = size / 2; half; half >>= 1, mask ^= mask << half)
        for (unsigned at = 0; at < size; at = ((at | half) + 1) & ~half) {
            v_64 t = ((row[at] >> half) ^ row[at | half]) & mask;

            row[at] ^= t << half;
            row[at | half] ^= t;
        }
}

/* Row r of a block: words r, r + W, r + 2W ..., side by side. */
#define PLANES_OF(W)                                                                                           \
    static void to_planes_##W(uint64_t *planes, size_t stride, const void *words, size_t n)                    \
    {                                                                                                          \
        v_64 row[W];                                                                                           \
        w_##W last[WORDS];                                                                                     \
                                                                                                               \
        for (size_t at = 0; at < n; at += WORDS) {                                                             \
            const w_##W *x = (const w_##W *)words + at;                                                        \
            size_t left = n - at < WORDS ? n - at : WORDS;                                                     \
                                                                                                               \
            if (left < WORDS) {                                                                                \
                memset(last, 0, sizeof last);                                                                  \
                memcpy(last, x, left * sizeof *x);                                                             \
                x = last;                                                                                      \
            }                                                                                                  \
            for (unsigned r = 0; r < (W); r++)                                                                 \
                for (unsigned b = 0; b < BLOCKS; b++) {                                                        \
                    uint64_t v = 0;                                                                            \
                                                                                                               \
                    for (unsigned q = 0; q < 64; q += (W))                                                     \
                        v |= (uint64_t)x[64 * b + r + q] << q;                                                 \
                    row[r][b] = v;                                                                             \
                }                                                                                              \
            transpose(row, W);                                                                                 \
            for (unsigned r = 0; r < (W); r++)                                                                 \
                memcpy(planes + r * stride + at / 64, &row[r], 8 * ring_words(left));                          \
        }                                                                                                      \
        mem_wipe(row, sizeof row);                                                                             \
        mem_wipe(last, sizeof last);                                                                           \
    }                                                                                                          \
    static void from_planes_##W(void *words, const uint64_t *planes, size_t stride, size_t n)                  \
    {                                                                                                          \
        v_64 row[W];                                                                                           \
        w_##W last[WORDS];                                                                                     \
                                                                                                               \
        memset(row, 0, sizeof row);                                                                            \
        memset(last, 0, sizeof last);                                                                          \
        for (size_t at = 0; at < n; at += WORDS) {                                                             \
            size_t left = n - at < WORDS ? n - at : WORDS;                                                     \
            w_##W *x = left < WORDS ? last : (w_##W *)words + at;                                              \
                                                                                                               \
            for (unsigned r = 0; r < (W); r++)                                                                 \
                memcpy(&row[r], planes + r * stride + at / 64, 8 * ring_words(left));                          \
            transpose(row, W);                                                                                 \
            for (unsigned r = 0; r < (W); r++)                                                                 \
                for (unsigned b = 0; b < BLOCKS; b++)                                                          \
                    for (unsigned q = 0; q < 64; q += (W))                                                     \
                        x[64 * b + r + q] = (w_##W)(row[r][b] >> q);                                           \
            if (left < WORDS)                                                                                  \
                memcpy((w_##W *)words + at, last, left * sizeof *x);                                           \
        }                                                                                                      \
        mem_wipe(row, sizeof row);                                                                             \
        mem_wipe(last, sizeof last);                                                                           \
    }                                                                                                          \
    static void from_bits_##W(void *words, const uint64_t *plane, size_t n)                                    \
    {                                                                                                          \
        w_##W *z = words;                                                                                      \
        size_t w = 0;                                                                                          \
                                                                                                               \
        for (; w < n / 64; w++)                                                                                \
            for (unsigned e = 0; e < 64; e++)                                                                  \
                z[64 * w + e] = (w_##W)(plane[w] >> e & 1);                                                    \
        for (unsigned e = 0; e < n % 64; e++)                                                                  \
            z[64 * w + e] = (w_##W)(plane[w] >> e & 1);                                                        \
    }

PLANES_OF(8)
PLANES_OF(16)
PLANES_OF(32)
PLANES_OF(64)

/* --- the tables ------------------------------------------------------------------------------------------- */

#define KERNELS_OF(W, negation)                                                                                \
    static void add_##W(void *z, const void *x, const void *y, size_t n)                                       \
    {                                                                                                          \
        FOR_WORDS(BODY_ADD, W);                                                                                \
    }                                                                                                          \
    static void sub_##W(void *z, const void *x, const void *y, size_t n)                                       \
    {                                                                                                          \
        FOR_WORDS(BODY_SUB, W);                                                                                \
    }                                                                                                          \
    static void neg_##W(void *z, const void *x, size_t n)                                                      \
    {                                                                                                          \
        FOR_WORDS(negation, W);                                                                                \
    }                                                                                                          \
    static void scale_##W(void *z, const void *x, uint64_t by, size_t n)                                       \
    {                                                                                                          \
        by = (W) == 1 ? -(by & 1) : by;                                                                        \
        FOR_WORDS(BODY_SCALE, W);                                                                              \
    }                                                                                                          \
    static void mul_add_##W(void *z, const void *x, const void *y, size_t n)                                   \
    {                                                                                                          \
        FOR_WORDS(BODY_MUL_ADD, W);                                                                            \
    }                                                                                                          \
    static void cross_add_##W(void *z, const void *x0, const void *y0, const void *x1, const void *y1,         \
                              size_t n)                                                                        \
    {                                                                                                          \
        FOR_WORDS(BODY_CROSS_ADD, W);                                                                          \
    }                                                                                                          \
    static uint64_t sum_##W(const void *x, size_t n)                                                           \
    {                                                                                                          \
        v_##W sum_v = { 0 };                                                                                   \
        w_##W sum_w = 0;                                                                                       \
                                                                                                               \
        FOR_WORDS(BODY_SUM, W);                                                                                \
        for (size_t i = 0; i < VECTOR_LEN / sizeof(w_##W); i++)                                                \
            sum_w = ADD(w, W, sum_w, sum_v[i]);                                                                \
        return sum_w;                                                                                          \
    }                                                                                                          \
    static uint64_t get_##W(const void *x, size_t at)                                                          \
    {                                                                                                          \
        return ((const w_##W *)x)[at];                                                                         \
    }                                                                                                          \
    static void put_##W(void *z, size_t at, uint64_t v)                                                        \
    {                                                                                                          \
        ((w_##W *)z)[at] = (w_##W)v;                                                                           \
    }                                                                                                          \
    PRODUCTS_OF(W)

KERNELS_OF(1, BODY_NOT)
KERNELS_OF(8, BODY_NEG)
KERNELS_OF(16, BODY_NEG)
KERNELS_OF(32, BODY_NEG)
KERNELS_OF(64, BODY_NEG)

#define ROW_OF(W)                                                                                              \
    {                                                                                                          \
        W, sizeof(w_##W), add_##W, sub_##W, neg_##W, scale_##W, mul_add_##W, cross_add_##W, sum_##W, get_##W,  \
            put_##W, NULL                                                                                      \
    }
#define PRODUCTS_ROW_OF(W)                                                                                     \
    {                                                                                                          \
        four_##W, four_term_##W, three_##W, three_term_##W                                                     \
    }
#define PLANES_ROW_OF(W)                                                                                       \
    {                                                                                                          \
        to_planes_##W, from_planes_##W, from_bits_##W                                                          \
    }
#define KERNEL_TABLE                                                                                           \
    {                                                                                                          \
        ROW_OF(1), ROW_OF(8), ROW_OF(16), ROW_OF(32), ROW_OF(64)                                               \
    }
#define PRODUCT_TABLE                                                                                          \
    {                                                                                                          \
        PRODUCTS_ROW_OF(1), PRODUCTS_ROW_OF(8), PRODUCTS_ROW_OF(16), PRODUCTS_ROW_OF(32), PRODUCTS_ROW_OF(64)  \
    }
#define PLANE_TABLE                                                                                            \
    {                                                                                                          \
        { NULL, NULL, NULL }, PLANES_ROW_OF(8), PLANES_ROW_OF(16), PLANES_ROW_OF(32), PLANES_ROW_OF(64)        \
    }
