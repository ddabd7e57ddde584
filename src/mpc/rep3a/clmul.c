/* clmul.c - carry-less products, by the processor's instruction where there is one. */
#include "mpc/rep3a/field.h"

/* The low 64 bits, by integer products of numbers with holes, so that carries stay within the holes: at most 16
 * ones meet, and only in the topmost place, whose carry is cut off (Pornin, BearSSL, ghash_ctmul64). */
static uint64_t low_half(uint64_t x, uint64_t y)
{
    const uint64_t hole = 0x1111111111111111u;
    uint64_t z = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint64_t part = 0;

        for (unsigned j = 0; j < 4; j++)
            part ^= (x & hole << j) * (y & hole << ((4 + i - j) % 4));
        z |= part & hole << i;
    }
    return z;
}

static uint64_t reverse(uint64_t x)
{
    x = (x >> 1 & 0x5555555555555555u) | (x & 0x5555555555555555u) << 1;
    x = (x >> 2 & 0x3333333333333333u) | (x & 0x3333333333333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0fu) | (x & 0x0f0f0f0f0f0f0f0fu) << 4;
    return __builtin_bswap64(x);
}

static void portable(uint64_t x, uint64_t y, uint64_t z[2])
{
    z[0] = low_half(x, y);
    z[1] = reverse(low_half(reverse(x), reverse(y))) >> 1;
}

#if defined __x86_64__
#include <immintrin.h>

__attribute__((target("pclmul,sse4.1"))) static void by_instruction(uint64_t x, uint64_t y, uint64_t z[2])
{
    __m128i r = _mm_clmulepi64_si128(_mm_cvtsi64_si128((long long)x), _mm_cvtsi64_si128((long long)y), 0);

    z[0] = (uint64_t)_mm_cvtsi128_si64(r);
    z[1] = (uint64_t)_mm_extract_epi64(r, 1);
}
#elif defined __aarch64__
#include <arm_neon.h>

__attribute__((target("+crypto"))) static void by_instruction(uint64_t x, uint64_t y, uint64_t z[2])
{
    uint64x2_t r = vreinterpretq_u64_p128(vmull_p64((poly64_t)x, (poly64_t)y));

    vst1q_u64(z, r);
}
#endif

#if defined __x86_64__ || defined __aarch64__
void rep3a_clmul(uint64_t x, uint64_t y, uint64_t z[2])
{
    if (cpu_variant() != CPU_PORTABLE)
        by_instruction(x, y, z);
    else
        portable(x, y, z);
}
#else
void rep3a_clmul(uint64_t x, uint64_t y, uint64_t z[2])
{
    portable(x, y, z);
}
#endif
