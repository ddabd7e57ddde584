/* bits_portable.c - the loops over gates in plain C. */
#include "mpc/rep3a/bits.h"

/* 64 words at the corners become 729 at the points: a point's value at infinity is the difference, here the
 * xor. */
static void to_points(uint64_t *v)
{
    for (unsigned m = REP3A_GROUP; m-- > 1;)
        v[rep3a_corner(m)] = v[m];
    for (unsigned d = 0, digit = 1; d < REP3A_WIDE_FOLD; d++, digit *= 3)
        for (unsigned later = 0; later < 1u << (REP3A_WIDE_FOLD - 1 - d); later++) {
            uint64_t *at = v + 3 * digit * rep3a_corner(later);

            for (unsigned i = 0; i < digit; i++)
                at[2 * digit + i] = at[digit + i] ^ at[i];
        }
}

static void sums(uint64_t sum[REP3A_POINTS_MAX][2], uint64_t *const x[2], uint64_t *const y[2],
                 const uint64_t *weight, size_t groups)
{
    uint64_t u[REP3A_POINTS_MAX], v[REP3A_POINTS_MAX], t[2];

    for (size_t g = 0; g < groups; g++) {
        for (size_t m = 0; m < REP3A_GROUP; m++) {
            u[m] = x[0][m * groups + g] ^ x[1][m * groups + g];
            v[m] = y[0][m * groups + g] ^ y[1][m * groups + g];
        }
        to_points(u);
        to_points(v);
        for (size_t i = 0; i < REP3A_POINTS_MAX; i++) {
            rep3a_clmul(u[i] & v[i], weight[g], t);
            sum[i][0] ^= t[0];
            sum[i][1] ^= t[1];
        }
    }
    mem_wipe(u, sizeof u);
    mem_wipe(v, sizeof v);
}

static void fold(uint64_t *z, const uint64_t *words, const uint64_t by[REP3A_GROUP], size_t groups)
{
    for (size_t g = 0; g < groups; g++, z += REP3A_GROUP) {
        memset(z, 0, REP3A_GROUP * sizeof *z);
        for (size_t m = 0; m < REP3A_GROUP; m++)
            for (unsigned j = 0; j < REP3A_GROUP; j++)
                z[j] ^= by[m] & -(words[m * groups + g] >> j & 1);
    }
}

static void weigh(uint64_t *z, const uint64_t *weight, size_t groups)
{
    for (size_t g = 0; g < groups; g++) {
        uint64_t w = weight[g];

        for (unsigned j = 0; j < REP3A_GROUP; j++, z++) {
            *z = rep3a_mul_binary(*z, w);
            w = w << 1 ^ (0x1b & -(w >> 63));
        }
    }
}

static void dot(const struct rep3a_field *f, void *z, const void *x, const void *y, size_t n)
{
    const uint64_t *a = x, *b = y;
    uint64_t sum[2] = { 0, 0 }, t[2];

    (void)f;
    for (size_t i = 0; i < n; i++) {
        rep3a_clmul(a[i], b[i], t);
        sum[0] ^= t[0];
        sum[1] ^= t[1];
    }
    *(uint64_t *)z ^= rep3a_reduce_binary(sum);
}

static void scale(const struct rep3a_field *f, void *z, const void *x, const void *by, size_t n)
{
    uint64_t *r = z, factor = *(const uint64_t *)by;
    const uint64_t *a = x;

    (void)f;
    for (size_t i = 0; i < n; i++)
        r[i] ^= rep3a_mul_binary(a[i], factor);
}

const struct rep3a_bits_kernels rep3a_bits_portable = { "portable", sums, fold, weigh, dot, scale, NULL, NULL };

const struct rep3a_bits_kernels *rep3a_bits_kernels(void)
{
    return cpu_variant() == CPU_AVX512 ? rep3a_bits_avx512() : &rep3a_bits_portable;
}
