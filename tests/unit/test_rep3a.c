/* test_rep3a.c - the fields, points and primes of rep3a's proofs against plain computations. */
#include "lib/testing.h"
#include "mpc/rep3a/bits.h"
#include "mpc/rep3a/prime.h"

static uint64_t state = 88172645463325252u;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 0x2545f4914f6cdd1du;
}

static uint64_t edge(size_t i)
{
    static const uint64_t values[] = { 0, 1, 2, 0x1b, (uint64_t)1 << 63, UINT64_MAX, 0x8000000000000001u, 3 };

    return i < 8 ? values[i] : draw();
}

/* Bit by bit, reduced at each shift. */
static uint64_t plain_product(uint64_t x, uint64_t y)
{
    uint64_t z = 0;

    for (int i = 63; i >= 0; i--) {
        z = z << 1 ^ (z >> 63 ? 0x1b : 0);
        if (y >> i & 1)
            z ^= x;
    }
    return z;
}

static void test_binary_field(void **st)
{
    struct rep3a_field f;
    uint64_t x[70], y[70], z = 0, want = 0, scaled[70];

    (void)st;
    rep3a_field_binary(&f);
    for (size_t i = 0; i < 64; i++)
        for (size_t j = 0; j < 64; j++) {
            uint64_t a = edge(i), b = edge(j);

            assert_int_equal(rep3a_mul_binary(a, b), plain_product(a, b));
        }
    for (size_t i = 0; i < 70; i++) {
        x[i] = draw();
        y[i] = scaled[i] = draw();
        want ^= plain_product(x[i], y[i]);
    }
    f.dot_add(&f, &z, x, y, 70);
    assert_int_equal(z, want);
    f.scale_add(&f, scaled, x, &z, 70);
    for (size_t i = 0; i < 70; i++)
        assert_int_equal(scaled[i], y[i] ^ plain_product(x[i], z));
}

static uint64_t mod_product(uint64_t x, uint64_t y, uint64_t p)
{
    return (uint64_t)((rep3a_u128)(x % p) * (y % p) % p);
}

static void test_prime_field(void **st)
{
    static const uint64_t primes[] = { ((uint64_t)1 << 61) - 1, 1152921504606847009u };

    (void)st;
    for (size_t k = 0; k < COUNT_OF(primes); k++) {
        const uint64_t p = primes[k];
        struct rep3a_field f;
        uint64_t x[200], y[200], z = 0, want = 0;

        assert_true(rep3a_is_prime_var(p));
        rep3a_field_prime(&f, p);
        for (size_t i = 0; i < 200; i++) {
            x[i] = i < 8 ? (p - i) % p : rep3a_below_p(&f, draw());
            y[i] = i < 16 ? (p - i / 2) % p : rep3a_below_p(&f, draw());
            assert_int_equal(rep3a_below_p(&f, ~(uint64_t)i), ~(uint64_t)i % p);
            want = (want + mod_product(x[i], y[i], p)) % p;
        }
        f.dot_add(&f, &z, x, y, 200);
        /* the representation's factor: dot gives the sum over 2^64 */
        assert_int_equal(mod_product(z, (uint64_t)(((rep3a_u128)1 << 64) % p), p), want);
    }
}

static void test_primes(void **st)
{
    (void)st;
    for (uint64_t n = 2; n < 20000; n++) {
        bool prime = true;

        for (uint64_t d = 2; d * d <= n && prime; d++)
            prime = n % d != 0;
        assert_int_equal(rep3a_is_prime_var(n), prime);
    }
    assert_false(rep3a_is_prime_var(3215031751u));             /* a strong pseudoprime to 2, 3, 5, 7 */
    assert_false(rep3a_is_prime_var(3825123056546413051u));    /* to 2 .. 23 */
    assert_false(rep3a_is_prime_var((uint64_t)1 << 61 | 0x7)); /* 2^61 + 7 = 3 * ... */
    assert_true(rep3a_is_prime_var(18446744073709551557u));
}

/* A product of two multilinear polynomials from its values at the points, against both at r. */
static void test_points(void **st)
{
    struct rep3a_field f;
    uint64_t u[8], v[8], at_point[27], r[3], weight[27], corner[8], got = 0, ur = 0, vr = 0;

    (void)st;
    rep3a_field_binary(&f);
    for (int i = 0; i < 8; i++) {
        u[i] = draw();
        v[i] = draw();
    }
    for (int i = 0; i < 3; i++)
        r[i] = draw();
    for (unsigned t = 0; t < 27; t++) {
        uint64_t a = 0, b = 0;

        for (unsigned m = 0; m < 8; m++) {
            bool in = true;

            for (unsigned i = 0, digit = 1; i < 3; i++, digit *= 3)
                in &= t / digit % 3 == 2 || t / digit % 3 == (m >> i & 1);
            a ^= in ? u[m] : 0;
            b ^= in ? v[m] : 0;
        }
        at_point[t] = plain_product(a, b);
    }
    rep3a_point_weights(&f, 3, r, weight);
    rep3a_corner_weights(&f, 3, r, corner);
    f.dot_add(&f, &got, at_point, weight, 27);
    f.dot_add(&f, &ur, u, corner, 8);
    f.dot_add(&f, &vr, v, corner, 8);
    assert_int_equal(got, plain_product(ur, vr));
}

/* Every variant of the loops over gates gives what the portable one does. */
static void test_bits_kernels(void **st)
{
    enum { GROUPS_MAX = 19, WORDS = 64 * GROUPS_MAX };
    static uint64_t x[2][WORDS], y[2][WORDS], weight[GROUPS_MAX], by[64], z[2][WORDS];
    static uint64_t sum[2][REP3A_POINTS_MAX][2];
    const struct rep3a_bits_kernels *k[2] = { &rep3a_bits_portable, rep3a_bits_avx512() };

    (void)st;
    if (!k[1])
        skip();
    for (size_t groups = 1; groups <= GROUPS_MAX; groups += groups < 9 ? 1 : 5) {
        uint64_t *const xs[2] = { x[0], x[1] }, *const ys[2] = { y[0], y[1] };
        uint64_t dot[2] = { 1, 1 };

        for (size_t i = 0; i < WORDS; i++) {
            x[0][i] = draw();
            x[1][i] = draw();
            y[0][i] = draw();
            y[1][i] = draw();
            by[i % 64] = draw();
            weight[i % GROUPS_MAX] = draw();
        }
        memset(sum, 0, sizeof sum);
        memset(z, 0, sizeof z);
        for (int i = 0; i < 2; i++) {
            k[i]->sums(sum[i], xs, ys, weight, groups);
            k[i]->fold(z[i], x[0], by, groups);
            k[i]->weigh(z[i], weight, groups);
            k[i]->scale_add(NULL, z[i], y[0], weight, 64 * groups - 3);
            k[i]->dot_add(NULL, &dot[i], z[i], y[1], 64 * groups - 5);
        }
        for (size_t t = 0; t < REP3A_POINTS_MAX; t++)
            assert_int_equal(rep3a_reduce_binary(sum[0][t]), rep3a_reduce_binary(sum[1][t]));
        assert_memory_equal(z[0], z[1], sizeof z[0]);
        assert_int_equal(dot[0], dot[1]);
    }
}

/* A level of an inner product element by element. */
static uint64_t plain_point(const struct rep3a_field *f, const uint64_t *x[2], unsigned t, size_t e, size_t n,
                            size_t h)
{
    uint64_t sum = 0;

    for (unsigned m = 0; m < 8; m++) {
        bool in = true, minus = false;

        for (unsigned i = 0, digit = 1; i < 3; i++, digit *= 3) {
            in &= t / digit % 3 == 2 || t / digit % 3 == (m >> i & 1);
            minus ^= t / digit % 3 == 2 && !(m >> i & 1);
        }
        for (int s = 0; s < 2 && in && m * h + e < n; s++)
            (minus ? f->sub : f->add)(f, &sum, &sum, &x[s][m * h + e], 1);
    }
    return sum;
}

static void check_level(const struct rep3a_field *f, size_t n)
{
    enum { N_MAX = 700 };
    static uint64_t v[4][N_MAX], folded[N_MAX];
    const uint64_t *x[2] = { v[0], v[1] }, *y[2] = { v[2], v[3] };
    uint64_t sums[27], weight[8];
    size_t h = (n + 7) / 8;

    for (size_t i = 0; i < 4 * N_MAX; i++) {
        v[i / N_MAX][i % N_MAX] = edge(i % 9 ? 8 : draw() % 8);
        f->canonical(f, &v[i / N_MAX][i % N_MAX], 1);
    }
    for (int m = 0; m < 8; m++)
        weight[m] = draw();
    f->canonical(f, weight, 8);
    f->points(f, sums, (const void *const[2]){ x[0], x[1] }, (const void *const[2]){ y[0], y[1] }, n, h);
    for (unsigned t = 0; t < 27; t++) {
        uint64_t want = 0;

        for (size_t e = 0; e < h; e++) {
            uint64_t a = plain_point(f, x, t, e, n, h), b = plain_point(f, y, t, e, n, h);

            f->scale_add(f, &want, &a, &b, 1);
        }
        assert_int_equal(sums[t], want);
    }
    memcpy(folded, v[0], sizeof folded);
    f->fold(f, folded, weight, n, h);
    for (size_t e = 0; e < h; e++) {
        uint64_t want = 0;

        for (size_t m = 0; m < 8 && m * h + e < n; m++)
            f->scale_add(f, &want, &v[0][m * h + e], &weight[m], 1);
        assert_int_equal(folded[e], want);
    }
}

static void test_levels(void **st)
{
    struct rep3a_field f[3];

    (void)st;
    rep3a_field_binary(&f[0]);
    rep3a_field_prime(&f[1], ((uint64_t)1 << 61) - 1);
    rep3a_field_prime(&f[2], 1152921504606847009u);
    for (int i = 0; i < 3; i++)
        for (size_t n = 8; n < 700 && f[i].points; n += n < 70 ? 1 : 89)
            check_level(&f[i], n);
}

/* Every variant of the loops over elements of the random prime field gives what the portable one does. */
static void test_prime_kernels(void **st)
{
    enum { N = 61 };
    const struct rep3a_prime_kernels *best = rep3a_prime_avx512(), *plain = &rep3a_prime_portable;
    uint64_t x[N], weight[N], z[2][N], sum[2][64] = { { 0 } }, want[2][64] = { { 0 } };
    rep3a_u128 q[N];
    struct rep3a_field f;

    (void)st;
    if (!best)
        skip();
    rep3a_field_prime(&f, 1152921504606847009u);
    for (size_t n = 0; n <= N; n++) {
        uint64_t dot[2] = { 1, 1 };

        for (size_t i = 0; i < N; i++) {
            x[i] = edge(draw() % 16);
            weight[i] = i % 5 ? rep3a_below_p(&f, draw()) : f.p - 1;
            q[i] = i % 4 ? (rep3a_u128)(draw() & 3) << 64 | draw() : -(rep3a_u128)(i % 8 == 0);
        }
        for (int i = 0; i < 2; i++) {
            memset(z[i], 0, sizeof z[i]);
            (i ? best : plain)->weigh(&f, z[i], x, weight, n);
            (i ? best : plain)->dot_add(&f, &dot[i], x, weight, n);
        }
        assert_memory_equal(z[0], z[1], sizeof z[0]);
        assert_int_equal(dot[0], dot[1]);
        plain->below(&f, z[0], x, n);
        best->below(&f, z[1], x, n);
        assert_memory_equal(z[0], z[1], sizeof z[0]);
        best->subset_sums(sum, x, q, n);
        for (size_t i = 0; i < 64 * n; i++)
            if (x[i / 64] >> i % 64 & 1) {
                want[0][i % 64] += (uint64_t)q[i / 64] & (((uint64_t)1 << 33) - 1);
                want[1][i % 64] += (uint64_t)(q[i / 64] >> 33);
            }
        assert_memory_equal(sum, want, sizeof sum);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits_kernels),  cmocka_unit_test(test_binary_field),
        cmocka_unit_test(test_prime_field),   cmocka_unit_test(test_primes),
        cmocka_unit_test(test_points),        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_prime_kernels),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
