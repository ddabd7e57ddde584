/* cost_numbers_real.c - docs/protocols/numbers.md, "Functions". */
#include "lib/cost_numbers.h"

#include "lib/testing.h"

struct inside {
    unsigned ring, f, narrow;
};

static struct inside inside_of(unsigned k)
{
    return k <= 32 ? (struct inside){ 64, 30, 32 } : (struct inside){ 128, 60, 64 };
}

static void words(struct cost *c, unsigned k, uint64_t n)
{
    cost_products(c, 1, k / 8 * n, k / 8);
}

static void product(struct cost *c, struct inside r, uint64_t n)
{
    words(c, r.ring, n);
    cost_truncate(c, r.ring, r.ring, r.f, GADGET_SMALL, n);
}

/* Coefficients for F = 30 and 60. */
enum function { EXP2, EXP2_MINUS, RECIPROCAL, ROOT, RECIPROCAL_ROOT, LOG2, LOG };

static void polynomial(struct cost *c, enum function fn, struct inside r, uint64_t n)
{
    static const unsigned count[][2] = { { 8, 13 },  { 8, 13 },  { 13, 25 }, { 11, 22 },
                                         { 12, 24 }, { 12, 23 }, { 12, 23 } };
    unsigned coefficients = count[fn][r.f == 60], blocks = (coefficients + 3) / 4;

    product(c, r, n);
    product(c, r, 2 * n);
    for (unsigned i = coefficients % 4 == 1 ? 2 : 1; i < blocks; i++) {
        cost_truncate(c, r.ring, r.ring, r.f, GADGET_SMALL, n);
        words(c, r.ring, n);
    }
    cost_truncate(c, r.ring, r.ring, r.f, GADGET_SMALL, n);
}

/* As many products as planes of z to which some place moves a plane of y; by grows from one place to the next
 * by step (modulo `turn`, if that is not 0). */
enum { NOWHERE = -1000000 };

static void selection(struct cost *c, unsigned z_bits, const int *by, unsigned places, unsigned y_bits,
                      bool is_signed, uint64_t n)
{
    unsigned rows = 0;

    for (int j = 0; j < (int)z_bits; j++)
        for (unsigned i = 0; i < places; i++)
            if (by[i] != NOWHERE && j >= by[i] && (j - by[i] < (int)y_bits || is_signed)) {
                rows++;
                break;
            }
    cost_ands(c, rows, n);
}

static void highest_one(struct cost *c, unsigned k, uint64_t n)
{
    for (unsigned l = 0; 1u << l < k; l++) {
        unsigned rows = 0;

        for (unsigned i = 0; i < k; i++)
            rows += i >> l & 1;
        cost_ands(c, rows, n);
    }
}

static void mantissa(struct cost *c, unsigned k, struct inside r, uint64_t n)
{
    int by[128];

    for (unsigned i = 0; i < k; i++)
        by[i] = (int)r.f - (int)i;
    selection(c, r.f, by, k, k, false, n);
    cost_bits_to_words(c, r.ring, n);
}

static void by_mantissa(struct cost *c, unsigned k, enum function fn, struct inside r, uint64_t n)
{
    highest_one(c, k, n);
    mantissa(c, k, r, n);
    polynomial(c, fn, r, n);
}

static void place(struct cost *c, unsigned z_bits, const int *by, unsigned places, struct inside r, uint64_t n)
{
    cost_words_to_bits(c, r.narrow, n);
    selection(c, z_bits, by, places, r.f + 2, false, n);
}

void cost_fix_reciprocal(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    struct inside r = inside_of(k);
    int by[128];

    cost_add_bits(c, k, n);
    by_mantissa(c, k, RECIPROCAL, r, n);
    for (int i = 0; i < (int)k; i++)
        by[i] = 2 * (int)f - i > (int)k - 1 ? NOWHERE : 2 * (int)f - i - (int)r.f;
    place(c, k, by, k, r, n);
    cost_add_bits(c, k, n);
}

void cost_fix_divide(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    struct inside r = inside_of(k);
    int by[128];

    cost_add_bits(c, k, n);
    by_mantissa(c, k, RECIPROCAL, r, n);
    cost_extend(c, k, r.ring, n);
    words(c, r.ring, n);
    cost_words_to_bits(c, r.ring, n);
    for (int i = 0; i < (int)k; i++)
        by[i] = (int)f - i - (int)r.f;
    selection(c, k, by, k, r.ring, true, n);
    cost_ands(c, 1, n);
    cost_add_bits(c, k, n);
}

void cost_fix_root(struct cost *c, unsigned k, unsigned f, bool inverse, uint64_t n)
{
    struct inside r = inside_of(k);
    int by[128];

    by_mantissa(c, k, inverse ? RECIPROCAL_ROOT : ROOT, r, n);
    cost_bit_to_arith(c, r.ring, n);
    product(c, r, n);
    for (int i = 0; i < (int)k; i++) {
        int e = inverse ? 3 * (int)f - i : (int)f + i, half = (e - (e & 1)) / 2;

        by[i] = i == (int)k - 1 || (inverse && half > (int)k - 1 - (e & 1)) ? NOWHERE : half - (int)r.f;
    }
    place(c, k, by, k, r, n);
}

void cost_fix_log(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    struct inside r = inside_of(k);

    by_mantissa(c, k, LOG, r, n);
    cost_bits_to_words(c, r.ring, n);
    if (f < r.f)
        cost_truncate(c, r.ring, k, r.f - f, GADGET_SMALL, n);
}

static void decode(struct cost *c, unsigned digits, uint64_t n)
{
    for (unsigned d = 0; d < digits; d++)
        cost_ands(c, (uint64_t)1 << d, n);
}

static void power_of_2(struct cost *c, unsigned k, unsigned f, struct inside r, uint64_t n)
{
    int by[128];

    cost_less(c, k, n, 2);
    decode(c, cost_lg(k), n);
    cost_bits_to_words(c, r.ring, n);
    polynomial(c, EXP2, r, n);
    for (unsigned v = 0; v < k; v++)
        by[v] = (int)((v + f) % k) - (int)r.f;
    place(c, k, by, k, r, n);
}

void cost_fix_exp2(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    power_of_2(c, k, f, inside_of(k), n);
}

void cost_fix_exp(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    struct inside r = inside_of(k);

    cost_words_to_bits(c, k, n);
    cost_extend(c, k, r.ring, n);
    cost_words_to_bits(c, r.ring, n);
    power_of_2(c, k, f, r, n);
}

static void falling(struct cost *c, unsigned point, struct inside r, uint64_t n)
{
    unsigned digits = cost_lg(r.f + 1);
    int by[128];

    cost_words_to_bits(c, r.ring, n);
    if (point + digits < r.ring)
        cost_and_planes(c, r.ring - point - digits, n, 1);
    decode(c, digits, n);
    cost_bits_to_words(c, r.ring, n);
    polynomial(c, EXP2_MINUS, r, n);
    for (int v = 0; v < 1 << digits; v++)
        by[v] = -v;
    place(c, r.f + 1, by, 1u << digits, r, n);
    cost_bits_to_words(c, r.ring, n);
}

void cost_fix_logistic(struct cost *c, unsigned k, unsigned f, uint64_t n)
{
    struct inside r = inside_of(k);

    cost_top_bit(c, k, n);
    cost_bit_to_arith(c, k, n);
    words(c, k, n);
    cost_extend(c, k, r.ring, n);
    falling(c, f + r.f, r, n);
    polynomial(c, RECIPROCAL, r, n);
    if (f < r.f)
        cost_truncate(c, r.ring, k, r.f - f, GADGET_SMALL, n);
    words(c, k, n);
}

void cost_fix_softmax(struct cost *c, unsigned k, unsigned f, uint64_t rows, uint64_t cols)
{
    struct inside r = inside_of(k);
    uint64_t n = rows * cols;
    unsigned bits = r.f + cost_lg(cols) + 1;
    int by[128];

    for (uint64_t left = cols; left > 1; left -= left / 2) {
        cost_less(c, k, left / 2 * rows, 1);
        cost_ands(c, k, left / 2 * rows);
    }
    cost_sub_bits(c, k, n, false);
    cost_bits_to_words(c, r.ring, n);
    falling(c, f + r.f, r, n);
    cost_words_to_bits(c, r.ring, rows);
    highest_one(c, bits, rows);
    mantissa(c, bits, r, rows);
    polynomial(c, RECIPROCAL, r, rows);
    for (unsigned i = 0; i < bits; i++)
        by[i] = (int)r.f - (int)i;
    place(c, r.f + 2, by, bits, r, rows);
    cost_bits_to_words(c, r.ring, rows);
    words(c, r.ring, n);
    cost_truncate(c, r.ring, k, 2 * r.f - f, GADGET_SMALL, n);
}
