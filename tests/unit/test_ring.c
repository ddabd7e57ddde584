/* test_ring.c - kernels, transposition and bit moves against the plainest computation. */
#include "ring/ring.h"

#include "lib/testing.h"

#include <stdlib.h>

static const size_t lengths[] = { 0, 1, 7, 8, 9, 31, 33, 63, 64, 65, 130, 1000 };
static const unsigned widths[] = { 1, 8, 16, 32, 64 };
enum { N_MAX = 1100, CANARY = 0xa5 };

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

/* Edge values first, then anything. */
static uint64_t value(size_t i, unsigned bits)
{
    const uint64_t edges[] = { 0, 1, UINT64_MAX, (uint64_t)1 << (bits - 1), ((uint64_t)1 << (bits - 1)) - 1 };

    return draw() % 3 ? draw() : edges[(i + draw()) % COUNT_OF(edges)];
}

/* What every kernel is held against: words modulo 2^bits, 64 separate bits a word for bits = 1. */
struct words {
    _Alignas(64) uint8_t byte[N_MAX * 8 + 8];
};

static void fill(struct words *w, const struct ring_kernels *k, size_t n)
{
    memset(w, CANARY, sizeof *w);
    for (size_t i = 0; i < n; i++)
        k->put(w->byte, i, value(i, k->bits));
}

/* Little-endian, whatever k->get says. */
static uint64_t word(const struct words *w, const struct ring_kernels *k, size_t i)
{
    uint64_t v = 0;

    for (size_t b = 0; b < k->word_len; b++)
        v |= (uint64_t)w->byte[i * k->word_len + b] << (8 * b);
    return v;
}

static uint64_t cut(const struct ring_kernels *k, unsigned __int128 v)
{
    unsigned bits = (unsigned)k->word_len * 8;

    return bits == 64 ? (uint64_t)v : (uint64_t)v & (((uint64_t)1 << bits) - 1);
}

typedef uint64_t reference(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by);

static uint64_t ref_add(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)z;
    (void)by;
    return k->bits == 1 ? in[0] ^ in[1] : cut(k, (unsigned __int128)in[0] + in[1]);
}

static uint64_t ref_sub(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)z;
    (void)by;
    return k->bits == 1 ? in[0] ^ in[1] : cut(k, ((unsigned __int128)1 << 64) + in[0] - in[1]);
}

static uint64_t ref_neg(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)z;
    (void)by;
    return k->bits == 1 ? ~in[0] : cut(k, ((unsigned __int128)1 << 64) - in[0]);
}

static uint64_t ref_scale(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)z;
    return k->bits == 1 ? (by & 1 ? in[0] : 0) : cut(k, (unsigned __int128)in[0] * by);
}

static uint64_t ref_mul_add(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)by;
    return k->bits == 1 ? z ^ (in[0] & in[1]) : cut(k, (unsigned __int128)in[0] * in[1] + z);
}

/* x0*y1 + x1*y0, with in = x0 y0 x1 y1 */
static uint64_t ref_cross_add(const struct ring_kernels *k, uint64_t z, const uint64_t in[4], uint64_t by)
{
    (void)by;
    if (k->bits == 1)
        return z ^ (in[0] & in[3]) ^ (in[2] & in[1]);
    return cut(k, (unsigned __int128)cut(k, (unsigned __int128)in[0] * in[3]) +
                      cut(k, (unsigned __int128)in[2] * in[1]) + z);
}

enum kernel { ADD, SUB, NEG, SCALE, MUL_ADD, CROSS_ADD, KERNELS };
static const struct {
    const char *name;
    reference *want;
} kernels[KERNELS] = {
    { "add", ref_add },     { "sub", ref_sub },         { "neg", ref_neg },
    { "scale", ref_scale }, { "mul_add", ref_mul_add }, { "cross_add", ref_cross_add },
};

static void run(enum kernel which, const struct ring_kernels *k, void *z, const struct words in[4], uint64_t by,
                size_t n)
{
    switch (which) {
    case ADD:
        k->add(z, in[0].byte, in[1].byte, n);
        break;
    case SUB:
        k->sub(z, in[0].byte, in[1].byte, n);
        break;
    case NEG:
        k->neg(z, in[0].byte, n);
        break;
    case SCALE:
        k->scale(z, in[0].byte, by, n);
        break;
    case MUL_ADD:
        k->mul_add(z, in[0].byte, in[1].byte, n);
        break;
    default:
        k->cross_add(z, in[0].byte, in[1].byte, in[2].byte, in[3].byte, n);
        break;
    }
}

static void check_kernel(enum kernel which, const struct ring_kernels *k, size_t n, bool alias)
{
    static struct words in[4], z, before;
    uint64_t by = draw();
    struct words *out = alias ? &in[0] : &z;

    for (int i = 0; i < 4; i++)
        fill(&in[i], k, n);
    fill(&z, k, n);
    before = *out;
    {
        static struct words first;

        first = in[0];
        run(which, k, out->byte, in, by, n);
        for (size_t i = 0; i < n; i++) {
            uint64_t x[4] = { word(&first, k, i), word(&in[1], k, i), word(&in[2], k, i), word(&in[3], k, i) },
                     want = kernels[which].want(k, word(&before, k, i), x, by);

            if (word(out, k, i) != want)
                fail_msg("%s, %u bits, n = %zu, word %zu%s", kernels[which].name, k->bits, n, i,
                         alias ? ", in place" : "");
        }
    }
    for (size_t b = n * k->word_len; b < sizeof z.byte; b++)
        assert_int_equal(out->byte[b], CANARY);
}

static void test_kernels(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            for (int which = 0; which < KERNELS; which++) {
                check_kernel((enum kernel)which, ring_kernels_for(widths[w]), lengths[l], false);
                check_kernel((enum kernel)which, ring_kernels_for(widths[w]), lengths[l], true);
            }
}

static void test_sum_get_put(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++) {
            const struct ring_kernels *k = ring_kernels_for(widths[w]);
            static struct words x;
            unsigned __int128 sum = 0;
            uint64_t parity = 0;

            fill(&x, k, lengths[l]);
            for (size_t i = 0; i < lengths[l]; i++) {
                assert_int_equal(k->get(x.byte, i), word(&x, k, i));
                sum += word(&x, k, i);
                parity ^= word(&x, k, i);
            }
            assert_int_equal(k->sum(x.byte, lengths[l]), k->bits == 1 ? parity : cut(k, sum));
        }
}

/* --- planes ---------------------------------------------------------------------------------------------- */

static void check_planes(unsigned bits, size_t n)
{
    const struct ring_kernels *k = ring_kernels_for(bits);
    size_t stride = ring_words(n) + 3;
    uint64_t *planes = calloc(64 * stride + 1, 8);
    static struct words x, back;

    fill(&x, k, n);
    memset(planes, CANARY, 64 * stride * 8);
    ring_to_planes(planes, stride, x.byte, bits, n);
    for (unsigned p = 0; p < bits; p++) {
        for (size_t e = 0; e < n; e++)
            if (ring_bit(planes + p * stride, e) != (word(&x, k, e) >> p & 1))
                fail_msg("%u bits, n = %zu: plane %u of element %zu", bits, n, p, e);
        for (size_t e = n; e < 64 * ring_words(n); e++)
            assert_int_equal(ring_bit(planes + p * stride, e), 0);
        for (size_t w = ring_words(n); w < stride; w++)
            assert_int_equal(planes[p * stride + w], 0x0101010101010101u * CANARY);
    }
    /* bits past n are nobody's business */
    for (unsigned p = 0; p < bits && n % 64; p++)
        planes[p * stride + n / 64] |= ~(uint64_t)0 << (n % 64);
    memset(&back, CANARY, sizeof back);
    ring_from_planes(back.byte, planes, stride, bits, n);
    assert_memory_equal(&back, &x, sizeof x);
    free(planes);
}

static void test_planes(void **state)
{
    (void)state;
    for (size_t w = 1; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            check_planes(widths[w], lengths[l]);
    for (size_t w = 1; w < COUNT_OF(widths); w++)
        check_planes(widths[w], 512), check_planes(widths[w], 511 + 512);
}

static void test_from_bits(void **state)
{
    (void)state;
    for (size_t w = 1; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++) {
            const struct ring_kernels *k = ring_kernels_for(widths[w]);
            uint64_t plane[N_MAX / 64 + 1], parity = 0;
            static struct words z;

            for (size_t i = 0; i < COUNT_OF(plane); i++)
                plane[i] = draw();
            memset(&z, CANARY, sizeof z);
            ring_from_bits(z.byte, plane, widths[w], lengths[l]);
            for (size_t e = 0; e < lengths[l]; e++) {
                assert_int_equal(word(&z, k, e), ring_bit(plane, e));
                parity ^= ring_bit(plane, e);
            }
            for (size_t b = lengths[l] * k->word_len; b < sizeof z.byte; b++)
                assert_int_equal(z.byte[b], CANARY);
            assert_int_equal(ring_parity(plane, lengths[l]), parity);
        }
}

static void test_repeat(void **state)
{
    static uint8_t z[9000 + 1];

    (void)state;
    for (size_t len = 1; len <= 32; len++)
        for (size_t n = 0; n * len <= 9000; n = n < 4 ? n + 1 : 3 * n + 1) {
            uint8_t one[32];

            for (size_t b = 0; b < len; b++)
                one[b] = (uint8_t)draw();
            memset(z, CANARY, sizeof z);
            ring_repeat(z, one, len, n);
            for (size_t b = 0; b < sizeof z; b++)
                assert_int_equal(z[b], b < n * len ? one[b % len] : CANARY);
        }
}

/* --- moving bits ----------------------------------------------------------------------------------------- */

static void random_words(uint64_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = draw();
}

static void test_place(void **state)
{
    static const size_t sizes[] = { 1, 2, 63, 64, 65, 128, 129, 200 };
    uint64_t x[4], z[8];

    (void)state;
    for (size_t at = 0; at <= 130; at++)
        for (size_t s = 0; s < COUNT_OF(sizes); s++) {
            size_t n = sizes[s], words = ring_words(at + n);

            random_words(x, 4);
            memset(z, 0, sizeof z);
            z[words] = 42;
            for (size_t e = 0; e < at; e++)
                ring_set_bit(z, e, e % 3 == 0);
            ring_place_bits(z, at, x, n);
            for (size_t e = 0; e < 64 * words; e++) {
                uint64_t want = e < at ? e % 3 == 0 : e < at + n ? ring_bit(x, e - at) : 0;

                if (ring_bit(z, e) != want)
                    fail_msg("%zu bits at %zu: bit %zu", n, at, e);
            }
            assert_int_equal(z[words], 42);
        }
}

static void check_gather(size_t n, size_t x_n, size_t from, size_t step, bool fill_ones)
{
    uint64_t x[8], z[8];

    random_words(x, 8);
    memset(z, CANARY, sizeof z);
    ring_gather_bits(z, n, x, x_n, from, step, fill_ones);
    for (size_t e = 0; e < n; e++) {
        size_t at = from + e * step;

        if (ring_bit(z, e) != (at < x_n ? ring_bit(x, at) : (uint64_t)fill_ones))
            fail_msg("%zu of %zu bits from %zu by %zu, fill %d: bit %zu", n, x_n, from, step, fill_ones, e);
    }
    for (size_t w = ring_words(n); w < 8; w++)
        assert_int_equal(z[w], 0x0101010101010101u * CANARY);
    for (size_t e = n; e < 64 * ring_words(n); e++)
        assert_int_equal(ring_bit(z, e), 0);
}

static void test_gather(void **state)
{
    static const size_t sizes[] = { 0, 1, 2, 63, 64, 65, 130, 200 }, steps[] = { 1, 2, 3, 64 };

    (void)state;
    for (size_t from = 0; from <= 130; from++)
        for (size_t s = 0; s < COUNT_OF(sizes); s++)
            for (size_t t = 0; t < COUNT_OF(steps); t++)
                for (int fill_ones = 0; fill_ones < 2; fill_ones++) {
                    check_gather(sizes[s], 131, from, steps[t], fill_ones);
                    check_gather(sizes[s], 330, from, steps[t], fill_ones);
                    check_gather(sizes[s], from + sizes[s], from, steps[t], fill_ones);
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernels),   cmocka_unit_test(test_sum_get_put), cmocka_unit_test(test_planes),
        cmocka_unit_test(test_from_bits), cmocka_unit_test(test_repeat),      cmocka_unit_test(test_place),
        cmocka_unit_test(test_gather),
    };
    int failed = 0;

    for (enum cpu_variant v = CPU_PORTABLE; v < CPU_VARIANTS; v++)
        if (cpu_use(v))
            failed += cmocka_run_group_tests_name(cpu_names[v], tests, NULL, NULL);
        else
            print_message("this machine lacks %s\n", cpu_names[v]);
    return failed;
}
