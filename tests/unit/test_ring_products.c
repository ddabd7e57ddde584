/* test_ring_products.c - the kernels that make products in one pass, in every variant that this machine has,
 * against their definition in ring.h word by word. */
#include "ring/ring.h"

#include "lib/testing.h"

#include <stdlib.h>

static const unsigned widths[] = { 1, 8, 16, 32, 64 };
static const size_t lengths[] = { 0, 1, 2, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 130, 261 };
enum { N_MAX = 261, LEN = 8 * (N_MAX + 8), CANARY = 0xa5, BUFFERS = 18 };

static uint64_t seed = 88172645463325252u;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1du;
}

static uint8_t memory[BUFFERS][LEN], before[BUFFERS][LEN];

/* Buffer i, n words; at another place in memory for each i. */
static uint8_t *buffer(unsigned i, const struct ring_kernels *k, size_t n)
{
    uint8_t *p = memory[i] + (i * 5 + n) % 8 * k->word_len;

    for (size_t b = 0; b < LEN; b++)
        memory[i][b] = CANARY;
    for (size_t b = 0; b < n * k->word_len; b++)
        p[b] = draw() % 4 ? (uint8_t)draw() : 0xff;
    memcpy(before[i], memory[i], LEN);
    return p;
}

/* Word at of buffer i, as it was. */
static uint64_t was(unsigned i, const struct ring_kernels *k, size_t n, size_t at)
{
    const uint8_t *p = before[i] + ((i * 5 + n) % 8 + at) * k->word_len;
    uint64_t v = 0;

    for (size_t b = 0; b < k->word_len; b++)
        v |= (uint64_t)p[b] << 8 * b;
    return v;
}

static uint64_t times(const struct ring_kernels *k, uint64_t a, uint64_t b)
{
    return k->bits == 1 ? a & b : a * b;
}

static uint64_t plus(const struct ring_kernels *k, uint64_t a, uint64_t b)
{
    return k->bits == 1 ? a ^ b : a + b;
}

static uint64_t minus(const struct ring_kernels *k, uint64_t a, uint64_t b)
{
    return k->bits == 1 ? a ^ b : a - b;
}

static uint64_t cut(const struct ring_kernels *k, uint64_t v)
{
    return k->word_len == 8 ? v : v & (((uint64_t)1 << 8 * k->word_len) - 1);
}

static void expect(const char *what, const struct ring_kernels *k, const void *p, size_t at, size_t n,
                   uint64_t want)
{
    if (k->get(p, at) != cut(k, want))
        fail_msg("%s: %s, %u bits, n = %zu, word %zu", cpu_names[cpu_variant()], what, k->bits, n, at);
}

/* What lies around the n words of a buffer is as before; for sources the words are, too. */
static void expect_untouched(unsigned i, const struct ring_kernels *k, size_t n, bool source)
{
    size_t from = (i * 5 + n) % 8 * k->word_len, to = from + n * k->word_len;

    for (size_t b = 0; b < LEN; b++)
        if ((source || b < from || b >= to) && memory[i][b] != before[i][b])
            fail_msg("%s: %u bits, n = %zu: buffer %u, byte %zu", cpu_names[cpu_variant()], k->bits, n, i, b);
}

enum { X = 0, Y = 3, Z = 6, OUT = 9, MASK = 12, PARTNER = 15 };

static void check_four(unsigned bits, size_t n, unsigned partners, bool more, bool term)
{
    static const unsigned first[3] = { 0, 0, 1 }, second[3] = { 1, 2, 2 };
    const struct ring_kernels *k = ring_kernels_for(bits);
    struct ring_four q = { .partners = partners, .more = more };

    for (unsigned i = 0; i < 3; i++) {
        q.x[i] = buffer(X + i, k, n);
        q.y[i] = buffer(Y + i, k, n);
        q.z[i] = buffer(Z + i, k, n);
        q.out[i] = buffer(OUT + i, k, n);
        q.mask[i] = buffer(MASK + i, k, n);
        q.partner[i] = buffer(PARTNER + i, k, n);
    }
    (term ? ring_products_for(bits)->four_term : ring_products_for(bits)->four)(&q, n);
    for (size_t at = 0; at < n; at++) {
        uint64_t z[3];

        for (unsigned i = 0; i < 3; i++) {
            z[i] = times(k, was(X + i, k, n, at), was(Y + i, k, n, at));
            z[i] = plus(k, z[i], more ? was(Z + i, k, n, at) : 0);
            z[i] = plus(k, z[i], !term && i < partners ? was(PARTNER + i, k, n, at) : 0);
        }
        for (unsigned p = 0; p < 3; p++) {
            unsigned a = first[p], b = second[p];
            uint64_t out = plus(k, times(k, was(X + a, k, n, at), was(Y + b, k, n, at)),
                                times(k, was(X + b, k, n, at), was(Y + a, k, n, at))),
                     mask = term ? 0 : was(MASK + p, k, n, at);

            out = minus(k, plus(k, out, more ? was(OUT + p, k, n, at) : 0), mask);
            expect("out of four", k, q.out[p], at, n, out);
            z[a] = plus(k, z[a], mask);
            z[b] = plus(k, z[b], term ? 0 : out);
        }
        for (unsigned i = 0; i < 3; i++)
            expect("z of four", k, q.z[i], at, n, z[i]);
    }
    for (unsigned i = 0; i < BUFFERS; i++)
        expect_untouched(i, k, n, i < Z || i >= MASK);
}

static void check_three(unsigned bits, size_t n, bool more, bool term)
{
    const struct ring_kernels *k = ring_kernels_for(bits);
    struct ring_three q = { .more = more };

    for (unsigned i = 0; i < 2; i++) {
        q.x[i] = buffer(X + i, k, n);
        q.y[i] = buffer(Y + i, k, n);
        q.mask[i] = buffer(MASK + i, k, n);
    }
    q.z = buffer(Z, k, n);
    q.out = buffer(OUT, k, n);
    (term ? ring_products_for(bits)->three_term : ring_products_for(bits)->three)(&q, n);
    for (size_t at = 0; at < n; at++) {
        uint64_t x[2] = { was(X, k, n, at), was(X + 1, k, n, at) },
                 y[2] = { was(Y, k, n, at), was(Y + 1, k, n, at) },
                 want = plus(k, plus(k, times(k, x[0], y[0]), times(k, x[0], y[1])), times(k, x[1], y[0]));

        if (!term)
            want = minus(k, plus(k, want, was(MASK, k, n, at)), was(MASK + 1, k, n, at));
        want = plus(k, want, more ? was(OUT, k, n, at) : 0);
        expect("out of three", k, q.out, at, n, want);
        expect("z of three", k, q.z, at, n, term ? was(Z, k, n, at) : want);
    }
    expect_untouched(OUT, k, n, false);
    expect_untouched(Z, k, n, term);
}

/* The table of ring.h: which v and m each out and each z has, as bits 0-2 and 3-7. */
enum { V0 = 1, V1 = 2, V2 = 4, M0 = 8, M1 = 16, M2 = 32, M3 = 64, M4 = 128 };
static const struct {
    enum ring_five_place place;
    unsigned out[4], z[3];
} fives[] = {
    { RING_FIVE_AB, { V0, V1 | M1, V2 | M2, 0 }, { M0 | M1, V0 | M0 | M2, V1 | V2 | M1 | M2 } },
    { RING_FIVE_C, { V0 | M0, V0 | M1, V1 | M2, V2 | M3 }, { M0 | M2, M1 | M3, V1 | V2 | M2 | M3 } },
    { RING_FIVE_D, { V0 | V1 | M0, V0 | V2 | M1, 0, 0 }, { M0 | M2, M1 | M3, V0 | V1 | V2 | M0 | M1 | M4 } },
};

static uint64_t some_of(unsigned set, const uint64_t v[3], const struct ring_kernels *k, size_t n, size_t at)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < 3; i++)
        sum ^= set >> i & 1 ? v[i] : 0;
    for (unsigned i = 0; i < 5; i++)
        sum ^= set >> (3 + i) & 1 ? was(MASK + i, k, n, at) : 0;
    return sum;
}

static void check_five(size_t form, size_t n, bool more)
{
    enum { SUM = BUFFERS - 1 }; /* one for all three */
    static const unsigned first[3] = { 0, 0, 1 }, second[3] = { 1, 2, 2 };
    const struct ring_kernels *k = ring_kernels_for(1);
    struct ring_five q = { .place = fives[form].place, .more = more };
    uint64_t spare[N_MAX + 1] = { 0 };

    for (unsigned i = 0; i < 3; i++) {
        q.x[i] = buffer(X + i, k, n);
        q.y[i] = buffer(Y + i, k, n);
        q.z[i] = buffer(Z + i, k, n);
        q.out[i] = fives[form].out[i] ? buffer(OUT + i, k, n) : (void *)spare;
    }
    q.out[3] = spare;
    for (unsigned i = 0; i < 5; i++)
        q.mask[i] = buffer(MASK + i, k, n);
    q.sum[0] = q.sum[1] = q.sum[2] = buffer(SUM, k, n);
    ring_five(&q, n);
    for (size_t at = 0; at < n; at++) {
        uint64_t v[3];

        for (unsigned p = 0; p < 3; p++)
            v[p] = (was(X + first[p], k, n, at) & was(Y + second[p], k, n, at)) ^
                   (was(X + second[p], k, n, at) & was(Y + first[p], k, n, at)) ^
                   (more ? was(SUM, k, n, at) : 0);
        for (unsigned i = 0; i < 4; i++)
            if (fives[form].out[i])
                expect("out of five", k, q.out[i], at, n, some_of(fives[form].out[i], v, k, n, at));
        for (unsigned i = 0; i < 3; i++)
            expect("z of five", k, q.z[i], at, n,
                   some_of(fives[form].z[i], v, k, n, at) ^ (more ? was(Z + i, k, n, at) : 0) ^
                       (was(X + i, k, n, at) & was(Y + i, k, n, at)));
    }
    for (unsigned i = 0; i < Z; i++)
        expect_untouched(i, k, n, true);
    for (unsigned i = Z; i < MASK; i++)
        if (i < OUT || fives[form].out[i - OUT])
            expect_untouched(i, k, n, false);
    for (unsigned i = MASK; i < BUFFERS; i++)
        expect_untouched(i, k, n, true);
}

static void test_five(void **state)
{
    (void)state;
    for (size_t form = 0; form < COUNT_OF(fives); form++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++) {
            check_five(form, lengths[l], false);
            check_five(form, lengths[l], true);
        }
}

static void test_four(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            for (int more = 0; more < 2; more++) {
                for (unsigned partners = 0; partners <= 3; partners++)
                    check_four(widths[w], lengths[l], partners, more, false);
                check_four(widths[w], lengths[l], 3, more, true);
            }
}

static void test_three(void **state)
{
    (void)state;
    for (size_t w = 0; w < COUNT_OF(widths); w++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            for (int more = 0; more < 2; more++) {
                check_three(widths[w], lengths[l], more, false);
                check_three(widths[w], lengths[l], more, true);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_four), cmocka_unit_test(test_three),
                                        cmocka_unit_test(test_five) };
    int failed = 0;

    for (enum cpu_variant v = CPU_PORTABLE; v < CPU_VARIANTS; v++)
        if (cpu_use(v))
            failed += cmocka_run_group_tests_name(cpu_names[v], tests, NULL, NULL);
        else
            print_message("this machine lacks %s\n", cpu_names[v]);
    return failed;
}
