/* Chances against constants of 80 digits; numbers below a bound, coins, permutations and noise against a plain
 * computation from the same streams, and against their exact distributions. Streams are fixed: every run is the
 * same. */
#include "lib/chosen.h"
#include "lib/committee.h"

#include "lib/testing.h"

#include <math.h>
#include <stdlib.h>

/* --- chances -----------------------------------------------------------------------------------------------
 */

static const struct {
    uint64_t num, den[2];
    unsigned shift;
    struct random_chance exp, odds;
} exponentials[] = {
    { 1, { 1, 0 }, 0, { { 0xb3bcdf1abadec782u, 0x5e2d58d8u } }, { { 0x52ea1935dae23bc7u, 0x44d95851u } } },
    { 1, { 3, 0 }, 0, { { 0x79752689c5984c9cu, 0xb76e9891u } }, { { 0x9ed1eb3539a281f5u, 0x6adcadcfu } } },
    { 2, { 7, 0 }, 3, { { 0xe781893ed0a3c630u, 0x1a091a39u } }, { { 0x7c5f3275c4e2d72du, 0x17a1d39fu } } },
    { 1,
      { 1000003, 0 },
      0,
      { { 0x0c3872c64591d95au, 0xffffef39u } },
      { { 0x42eaed8d8bf016deu, 0x7ffffbceu } } },
    { 1,
      { 1000003, 0 },
      20,
      { { 0x46fb7f561d9e10afu, 0x59b645eeu } },
      { { 0x6fe8f1e507ff7f87u, 0x426e8ae7u } } },
    { 66999, { 1000, 0 }, 0, { { 0, 0 } }, { { 0, 0 } } },
    { 70, { 1, 0 }, 0, { { 0, 0 } }, { { 0, 0 } } },
    { UINT64_MAX, { 1, 0 }, 90, { { 0, 0 } }, { { 0, 0 } } },
    { 1,
      { 0, 0x10000 },
      0,
      { { 0xffffffffffff0000u, 0xffffffffu } },
      { { 0xffffffffffffc000u, 0x7fffffffu } } },
    { 123456789,
      { 0x3039, 1 },
      40,
      { { 0x03d9af08b102362du, 0x0029c09du } },
      { { 0xdcc5994917c90dceu, 0x0029b9ceu } } },
    { 5, { 4, 0 }, 2, { { 0x00d53761c45c2491u, 0x01b993feu } }, { { 0xd638f8e23e070da2u, 0x01b69f67u } } },
};

static const struct {
    uint64_t num, den;
    struct random_chance chance;
} ratios[] = {
    { 1, 3, { { 0x5555555555555555u, 0x55555555u } } },
    { 2, 3, { { 0xaaaaaaaaaaaaaaaau, 0xaaaaaaaau } } },
    { 999, 1000, { { 0xb4395810624dd2f1u, 0xffbe76c8u } } },
    { 1, 9223372036854775809u, { { 0x00000001ffffffffu, 0 } } },
    { 12345678901234567u, 98765432109876543u, { { 0x1b9668297a3980d6u, 0x1ffffffbu } } },
    { 1, 2, { { 0, 0x80000000u } } },
    { 0, 5, { { 0, 0 } } },
    { 5, 5, { { UINT64_MAX, UINT32_MAX } } },
};

/* What is computed falls short by 2^-178: on a multiple of 2^-96 that is one less. */
static void check_chance(struct random_chance have, struct random_chance want)
{
    if (memcmp(&have, &want, sizeof have) == 0)
        return;
    if (++have.bits[0] == 0)
        have.bits[1]++;
    assert_memory_equal(&have, &want, sizeof have);
}

static void test_chances(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(exponentials); i++) {
        struct random_chance e = random_chance_exp(exponentials[i].num, exponentials[i].den,
                                                   exponentials[i].shift),
                             o = random_chance_odds(exponentials[i].num, exponentials[i].den,
                                                    exponentials[i].shift);

        check_chance(e, exponentials[i].exp);
        check_chance(o, exponentials[i].odds);
    }
    for (size_t i = 0; i < COUNT_OF(ratios); i++) {
        struct random_chance c = random_chance_ratio(ratios[i].num, ratios[i].den);

        check_chance(c, ratios[i].chance);
    }
}

/* --- one draw, opened --------------------------------------------------------------------------------------
 */

enum { N_MAX = 20000 };
enum kind { BELOW, COINS, PERMUTATION, LAPLACE, GAUSS };

struct draw {
    enum kind kind;
    uint64_t a, b;
    enum mpc_domain domain;
    unsigned bits;
    size_t n;
    uint64_t seed;
    uint64_t out[SOTTO_PARTIES_MAX][N_MAX];
};

static const struct random_chance *some_chances(void)
{
    static struct random_chance c[3];

    c[0] = random_chance_ratio(1, 3);
    c[1] = random_chance_ratio(99, 100);
    c[2] = random_chance_ratio(1, 2);
    return c;
}

static enum sotto_err draw_strand(struct strand *st, void *arg)
{
    struct draw *d = arg;
    struct shared z;

    TRY(strand_shared(st, &z, d->domain, d->bits, d->n));
    switch (d->kind) {
    case BELOW:
        TRY(gadget_random_below(st, &z, d->a));
        break;
    case COINS:
        TRY(gadget_random_coins(st, &z, some_chances()));
        break;
    case PERMUTATION:
        TRY(gadget_random_permutation(st, &z));
        break;
    case LAPLACE:
        TRY(gadget_noise_laplace(st, &z, d->a, d->b));
        break;
    default:
        TRY(gadget_noise_gauss(st, &z, d->a, d->b));
        break;
    }
    return gadget_reveal(st, &z, mpc_everyone(st->s->protocol), d->out[st->s->self]);
}

static enum sotto_err draw_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, draw_strand, arg);
}

/* The code that all parties end with; they have the same values. */
static enum sotto_err run(struct draw *d, const char *protocol)
{
    struct committee c;
    enum sotto_err err;

    committee_init_body(&c, protocol, draw_body, d);
    for (int i = 0; i < c.protocol->parties; i++)
        c.options[i] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &d->seed };
    committee_run(&c);
    err = c.err[0];
    for (int i = 1; i < c.protocol->parties; i++) {
        assert_int_equal(c.err[i], err);
        if (!err)
            assert_memory_equal(d->out[i], d->out[0], d->n * sizeof d->out[0][0]);
    }
    committee_wipe(&c);
    return err;
}

/* --- the same from the same streams ------------------------------------------------------------------------
 */

/* What `clear` draws at a step: len bytes under its one key. */
static uint8_t *stream(const struct draw *d, unsigned step, size_t len)
{
    uint8_t iv[16] = { 0 }, *bytes = calloc(len, 1);

    iv[6] = (uint8_t)step;
    iv[8] = MPC_USE_DRAW;
    chosen_bytes(d->seed, 0, iv, bytes, len);
    return bytes;
}

static unsigned bit(const uint8_t *plane, size_t at)
{
    return plane[at / 8] >> at % 8 & 1;
}

/* Coin j of element e, of `coins` coins of each: 96 planes over all lanes, the most significant last. */
static bool coin_of(const uint8_t *drawn, size_t coins, size_t n, size_t j, size_t e,
                    struct random_chance chance)
{
    size_t words = (n + 63) / 64, plane_len = 8 * words * coins, lane = 64 * words * j + e;

    for (int p = 95; p >= 0; p--) {
        unsigned have = bit(drawn + (size_t)p * plane_len, lane), bound = chance.bits[p / 64] >> p % 64 & 1;

        if (have != bound)
            return have < bound;
    }
    return false;
}

static void test_below_from_streams(void **state)
{
    static const uint64_t bounds[] = { 3, 10, 1000003, 0xffffffff, 1 };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bounds); i++)
        for (int domain = 0; domain < 2; domain++) {
            uint8_t *drawn;

            *d = (struct draw){
                .kind = BELOW, .a = bounds[i], .domain = domain, .bits = 32, .n = 100, .seed = i
            };
            assert_int_equal(run(d, "clear"), SOTTO_OK);
            drawn = stream(d, 0, 16 * d->n);
            for (size_t e = 0; e < d->n; e++) { /* the integer part of bound * r / 2^128, byte by byte */
                uint64_t carry = 0;

                for (int b = 0; b < 16; b++)
                    carry = (carry + drawn[16 * e + (size_t)b] * bounds[i]) >> 8;
                assert_int_equal(d->out[0][e], carry);
            }
            free(drawn);
        }
    free(d);
}

/* The bits of two geometric numbers, and their difference. */
static void test_laplace_from_streams(void **state)
{
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (unsigned domain = 0; domain < 2; domain++) {
        enum { BITS = 9 }; /* 2^9 * 2/15 >= 67 */
        uint8_t *drawn;

        *d = (struct draw){
            .kind = LAPLACE, .a = 2, .b = 15, .domain = domain, .bits = 16, .n = 100, .seed = 3 + domain
        };
        assert_int_equal(run(d, "clear"), SOTTO_OK);
        drawn = stream(d, 0, (size_t)96 * 8 * 2 * 2 * BITS);
        for (size_t e = 0; e < d->n; e++) {
            int64_t number[2] = { 0, 0 };

            for (unsigned j = 0; j < 2 * BITS; j++) {
                const uint64_t den[2] = { 15, 0 };
                struct random_chance c = random_chance_odds(2, den, j % BITS);

                number[j / BITS] |= (int64_t)coin_of(drawn, 2 * BITS, d->n, j, e, c) << j % BITS;
            }
            assert_int_equal((int16_t)d->out[0][e], number[0] - number[1]);
        }
        free(drawn);
    }
    free(d);
}

/* CKS, algorithm 3, over the candidates in the order in which they are folded; sigma^2 = 5/2, so t = 2. */
static void test_gauss_from_streams(void **state)
{
    enum { NUM = 5, DEN = 2, T = 2, SIZE = 8 /* 2^8 / 2 >= 67 */, CANDIDATES = 79, N = 20 };
    const uint64_t den[2] = { 2 * NUM * DEN * T * T, 0 }, base[2] = { T, 0 };
    struct random_chance chance[64];
    struct draw *d = calloc(1, sizeof *d);
    unsigned coins = SIZE;
    uint8_t *drawn, *signs;

    (void)state;
    for (unsigned i = 0; i < SIZE; i++)
        chance[i] = random_chance_odds(1, base, i);
    for (; random_chance_exp(1, den, coins - SIZE).bits[0]; coins++)
        chance[coins] = random_chance_exp(1, den, coins - SIZE);
    *d = (struct draw){ .kind = GAUSS, .a = NUM, .b = DEN, .domain = MPC_BITS, .bits = 16, .n = N, .seed = 9 };
    assert_int_equal(run(d, "clear"), SOTTO_OK);
    drawn = stream(d, 0, (size_t)96 * 8 * ((CANDIDATES * N + 63) / 64) * coins);
    signs = stream(d, 1, (CANDIDATES * N + 63) / 64 * 8);
    for (size_t e = 0; e < N; e++) {
        int64_t value[CANDIDATES];
        bool accepted[CANDIDATES];
        size_t left = CANDIDATES;

        for (size_t c = 0; c < CANDIDATES; c++) {
            size_t lane = c * N + e;
            int64_t size = 0, square;
            bool negative = bit(signs, lane);

            for (unsigned i = 0; i < SIZE; i++)
                size |= (int64_t)coin_of(drawn, coins, CANDIDATES * N, i, lane, chance[i]) << i;
            square = (size * DEN * T - NUM) * (size * DEN * T - NUM);
            accepted[c] = !(negative && !size) && !(square >> (coins - SIZE));
            for (unsigned j = SIZE; j < coins; j++)
                if (square >> (j - SIZE) & 1)
                    accepted[c] &= coin_of(drawn, coins, CANDIDATES * N, j, lane, chance[j]);
            value[c] = negative ? -size : size;
        }
        for (; left > 1; left -= left / 2) /* c or c + left/2; an odd one out stays */
            for (size_t c = 0, h = left / 2; c < (left + 1) / 2; c++) {
                size_t second = c + h, from = c < h ? (accepted[c] ? c : second) : left - 1;
                bool any = c < h ? accepted[c] || accepted[second] : accepted[left - 1];

                value[c] = value[from];
                accepted[c] = any;
            }
        assert_true(accepted[0]);
        assert_int_equal((int16_t)d->out[0][e], value[0]);
    }
    free(drawn);
    free(signs);
    free(d);
}

/* --- distributions -----------------------------------------------------------------------------------------
 */

/* Pearson's statistic over cells, of which those below five expected are joined; at most far-out quantiles of
 * it. */
static void check_cells(const char *what, const size_t *seen, const long double *chance, size_t cells, size_t n)
{
    long double statistic = 0, joined_chance = 0;
    size_t freedom = 0, joined_seen = 0;

    for (size_t i = 0; i < cells; i++) {
        long double expected = chance[i] * n;

        joined_chance += chance[i];
        joined_seen += seen[i];
        expected = joined_chance * n;
        if (expected < 5 && i + 1 < cells)
            continue;
        if (expected > 0)
            statistic +=
                ((long double)joined_seen - expected) * ((long double)joined_seen - expected) / expected;
        else
            assert_int_equal(joined_seen, 0);
        freedom++;
        joined_chance = joined_seen = 0;
    }
    /* Wilson and Hilferty: the cube root of X/f is normal with mean 1 - 2/9f and variance 2/9f; four
     * deviations. */
    if (freedom > 1) {
        long double f = freedom - 1, v = 2 / (9 * f), z = (cbrtl(statistic / f) - (1 - v)) / sqrtl(v);

        if (z > 4)
            fail_msg("%s: chi-square %.1Lf of %zu degrees: %.1Lf deviations", what, statistic, freedom - 1, z);
    }
}

enum { RANGE = 400 };

static size_t seen[2 * RANGE + 1];
static long double chance_of[2 * RANGE + 1];

static void count(const struct draw *d)
{
    for (size_t e = 0; e < d->n; e++) {
        int64_t v = (int64_t)(d->out[0][e] << (64 - d->bits)) >> (64 - d->bits);

        assert_in_range(v + RANGE, 0, 2 * RANGE);
        seen[v + RANGE]++;
    }
}

static void normalise(void)
{
    long double sum = 0;

    for (size_t i = 0; i <= 2 * RANGE; i++)
        sum += chance_of[i];
    for (size_t i = 0; i <= 2 * RANGE; i++)
        chance_of[i] /= sum;
}

static void test_laplace_distribution(void **state)
{
    static const struct {
        uint64_t s, t;
        size_t n;
        const char *protocol;
    } rows[] = { { 1, 1, N_MAX, "clear" },
                 { 1, 10, N_MAX, "clear" },
                 { 7, 3, N_MAX, "clear" },
                 { 3, 20, 4000, "rep4" },
                 { 1, 2, 4000, "rep3" } };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        memset(seen, 0, sizeof seen);
        *d = (struct draw){ .kind = LAPLACE,
                            .a = rows[i].s,
                            .b = rows[i].t,
                            .domain = i % 2,
                            .bits = 16,
                            .n = rows[i].n,
                            .seed = 100 + i };
        assert_int_equal(run(d, rows[i].protocol), SOTTO_OK);
        count(d);
        for (int x = -RANGE; x <= RANGE; x++)
            chance_of[x + RANGE] = expl(-(long double)abs(x) * rows[i].s / rows[i].t);
        normalise();
        check_cells("Laplace", seen, chance_of, 2 * RANGE + 1, d->n);
    }
    free(d);
}

static void test_gauss_distribution(void **state)
{
    static const struct {
        uint64_t num, den;
        size_t n, runs;
        const char *protocol;
    } rows[] = { { 1, 5, 300, 8, "clear" },   { 2, 1, 300, 8, "clear" }, { 9, 4, 300, 4, "clear" },
                 { 100, 1, 200, 8, "clear" }, { 4, 1, 100, 2, "rep4" },  { 30, 7, 100, 2, "rep3" } };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        memset(seen, 0, sizeof seen);
        for (size_t r = 0; r < rows[i].runs; r++) {
            *d = (struct draw){ .kind = GAUSS,
                                .a = rows[i].num,
                                .b = rows[i].den,
                                .domain = r % 2,
                                .bits = 16,
                                .n = rows[i].n,
                                .seed = 1000 * i + r };
            assert_int_equal(run(d, rows[i].protocol), SOTTO_OK);
            count(d);
        }
        for (int x = -RANGE; x <= RANGE; x++)
            chance_of[x + RANGE] = expl(-(long double)x * x * rows[i].den / (2 * (long double)rows[i].num));
        normalise();
        check_cells("Gauss", seen, chance_of, 2 * RANGE + 1, rows[i].n * rows[i].runs);
    }
    free(d);
}

static void test_below_distribution(void **state)
{
    static const struct {
        uint64_t bound;
        const char *protocol;
    } rows[] = {
        { 3, "clear" }, { 100, "clear" }, { 8, "rep4" }, { 7, "rep4" }, { 100, "rep3" }, { 5, "rep3" }
    };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        memset(seen, 0, sizeof seen);
        *d = (struct draw){
            .kind = BELOW, .a = rows[i].bound, .domain = i / 2 % 2, .bits = 8, .n = N_MAX, .seed = i
        };
        assert_int_equal(run(d, rows[i].protocol), SOTTO_OK);
        for (size_t e = 0; e < d->n; e++) {
            assert_in_range(d->out[0][e], 0, rows[i].bound - 1);
            seen[d->out[0][e]]++;
        }
        for (size_t v = 0; v < rows[i].bound; v++)
            chance_of[v] = 1 / (long double)rows[i].bound;
        check_cells("below", seen, chance_of, rows[i].bound, d->n);
    }
    free(d);
}

/* Eight outcomes of three coins. */
static void test_coins_distribution(void **state)
{
    static const char *const protocols[] = { "clear", "rep4", "rep3" };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        memset(seen, 0, sizeof seen);
        *d = (struct draw){ .kind = COINS, .domain = MPC_BITS, .bits = 3, .n = N_MAX, .seed = 17 };
        assert_int_equal(run(d, protocols[i]), SOTTO_OK);
        for (size_t e = 0; e < d->n; e++)
            seen[d->out[0][e]]++;
        for (unsigned v = 0; v < 8; v++)
            chance_of[v] = (v & 1 ? 1.0L : 2.0L) / 3 * (v & 2 ? 99.0L : 1.0L) / 100 / 2;
        check_cells("coins", seen, chance_of, 8, d->n);
    }
    free(d);
}

/* Each number once; all 24 orders of four equally often. */
static void test_permutations(void **state)
{
    static const char *const protocols[] = { "clear", "rep4", "rep3" };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        memset(seen, 0, sizeof seen);
        for (uint64_t r = 0; r < 600; r++) {
            unsigned order = 0, met = 0;

            *d = (struct draw){ .kind = PERMUTATION, .domain = MPC_BITS, .bits = 2, .n = 4, .seed = r };
            assert_int_equal(run(d, protocols[i]), SOTTO_OK);
            for (size_t e = 0; e < 4; e++) {
                unsigned smaller = 0;

                for (size_t f = e + 1; f < 4; f++)
                    smaller += d->out[0][f] < d->out[0][e];
                order = order * (4 - (unsigned)e) + smaller;
                met |= 1u << d->out[0][e];
            }
            assert_int_equal(met, 15);
            seen[order]++;
        }
        for (unsigned v = 0; v < 24; v++)
            chance_of[v] = 1 / 24.0L;
        check_cells("permutations", seen, chance_of, 24, 600);
    }
    free(d);
}

/* --- out of range ------------------------------------------------------------------------------------------
 */

static void test_ranges(void **state)
{
    static const struct {
        enum kind kind;
        uint64_t a, b;
        unsigned bits;
        enum sotto_err want;
    } rows[] = {
        { LAPLACE, 0, 1, 32, SOTTO_ERR_PROGRAM },
        { LAPLACE, 1, 0, 32, SOTTO_ERR_PROGRAM },
        { LAPLACE, 1, (uint64_t)1 << 32, 64, SOTTO_ERR_PROGRAM },
        { LAPLACE, 1, 1, 8, SOTTO_OK },
        { LAPLACE, 1, 2, 8, SOTTO_ERR_PROGRAM }, /* 2^8 / 2 >= 67, and the sign */
        { LAPLACE, UINT32_MAX, 1, 8, SOTTO_OK },
        { LAPLACE, 1, UINT32_MAX, 64, SOTTO_OK },
        { GAUSS, 0, 1, 32, SOTTO_ERR_PROGRAM },
        { GAUSS, 1, 0, 32, SOTTO_ERR_PROGRAM },
        { GAUSS, 1, 2, 8, SOTTO_OK },
        { GAUSS, 1, 1, 8, SOTTO_ERR_PROGRAM },
        { GAUSS, 1 << 24, 1, 32, SOTTO_OK },
        { GAUSS, 1, 1 << 24, 32, SOTTO_OK },
        { GAUSS, (1 << 26) + 1, 1, 32, SOTTO_ERR_PROGRAM },
        { GAUSS, 1, UINT64_MAX, 32, SOTTO_ERR_PROGRAM },
    };
    struct draw *d = calloc(1, sizeof *d);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        *d = (struct draw){ .kind = rows[i].kind,
                            .a = rows[i].a,
                            .b = rows[i].b,
                            .domain = i % 2,
                            .bits = rows[i].bits,
                            .n = 2,
                            .seed = i };
        assert_int_equal(run(d, "rep4"), rows[i].want);
        assert_int_equal(gadget_noise_lanes(rows[i].kind == GAUSS, rows[i].a, rows[i].b) > 0,
                         rows[i].want == SOTTO_OK || rows[i].bits == 8);
    }
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chances),
        cmocka_unit_test(test_below_from_streams),
        cmocka_unit_test(test_laplace_from_streams),
        cmocka_unit_test(test_gauss_from_streams),
        cmocka_unit_test(test_below_distribution),
        cmocka_unit_test(test_coins_distribution),
        cmocka_unit_test(test_permutations),
        cmocka_unit_test(test_laplace_distribution),
        cmocka_unit_test(test_gauss_distribution),
        cmocka_unit_test(test_ranges),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
