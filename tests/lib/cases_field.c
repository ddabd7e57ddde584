/* cases_field.c - products, random elements and inverses in prime fields and modulo 2^128, against OpenSSL's
 * numbers. docs/protocols/linear.md, "Fields" */
#include "lib/gadget_case.h"

#include <openssl/bn.h>

#include "lib/testing.h"

extern const struct gadget_case cases_field_long[];
extern const size_t cases_field_long_n;

static unsigned bits_of(const struct case_run *r)
{
    return r->c->out[0].bits;
}

static uint64_t len_of(const struct case_run *r)
{
    return bits_of(r) == 128 ? 16 : bits_of(r) == 61 ? 8 : 32;
}

static BIGNUM *modulus_of(const struct case_run *r)
{
    BIGNUM *n = BN_new();

    if (bits_of(r) == RING_FIELD_ED25519)
        BN_dec2bn(&n, "7237005577332262213973186563042994240857116359379907606001950938285454250989");
    else if (bits_of(r) == RING_FIELD_SECP256K1)
        BN_hex2bn(&n, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");
    else
        BN_set_bit(n, (int)bits_of(r));
    if (bits_of(r) == RING_FIELD_61)
        BN_sub_word(n, 1);
    return n;
}

/* What the operands stand for, and the result as it is opened. */
static void load(const struct case_run *r, BIGNUM *n, const uint64_t *values, size_t e)
{
    size_t limbs = (bits_of(r) + 63) / 64;

    assert_non_null(BN_lebin2bn((const uint8_t *)(values + e * limbs), (int)limbs * 8, n));
}

static void store(const struct case_run *r, const BIGNUM *n, size_t e)
{
    size_t limbs = (bits_of(r) + 63) / 64;

    assert_true(BN_bn2lebinpad(n, (uint8_t *)(r->out[0] + e * limbs), (int)limbs * 8) > 0);
}

static enum sotto_err run_multiply(struct strand *st, const struct case_run *r, const struct shared *in,
                                   struct shared *out)
{
    (void)r;
    return gadget_multiply(st, &out[0], &in[0], &in[1]);
}

/* (x - y) * -3 + the sum of all y */
static enum sotto_err run_linear(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    struct shared sum, all;

    TRY(strand_shared(st, &sum, MPC_ARITH, bits_of(r), 1));
    TRY(strand_shared(st, &all, MPC_ARITH, bits_of(r), r->n));
    shared_sum(&sum, &in[1]);
    shared_repeat(&all, &sum);
    shared_sub(&out[0], &in[0], &in[1]);
    shared_scale(&out[0], &out[0], (uint64_t)-3);
    shared_add(&out[0], &out[0], &all);
    return SOTTO_OK;
}

static enum sotto_err run_invert(struct strand *st, const struct case_run *r, const struct shared *in,
                                 struct shared *out)
{
    return r->c->arg ? gadget_field_invert_or_zero(st, &out[0], &in[0])
                     : gadget_field_invert(st, &out[0], &in[0]);
}

enum { TIMES, LINEAR, INVERSE };

static void want(const struct case_run *r, int what)
{
    BIGNUM *p = modulus_of(r), *x = BN_new(), *y = BN_new(), *sum = BN_new();
    BN_CTX *ctx = BN_CTX_new();

    for (size_t e = 0; what == LINEAR && e < r->n; e++) {
        load(r, y, r->in[1], e);
        BN_add(sum, sum, y);
    }
    for (size_t e = 0; e < r->n; e++) {
        load(r, x, r->in[0], e);
        BN_nnmod(x, x, p, ctx);
        if (what != INVERSE)
            load(r, y, r->in[1], e);
        if (what == TIMES) {
            BN_mod_mul(x, x, y, p, ctx);
        } else if (what == LINEAR) {
            BN_sub(x, y, x);
            BN_mul_word(x, 3);
            BN_add(x, x, sum);
        } else if (!BN_is_zero(x)) {
            BN_mod_inverse(x, x, p, ctx);
        }
        BN_nnmod(x, x, p, ctx);
        store(r, x, e);
    }
    BN_free(p);
    BN_free(x);
    BN_free(y);
    BN_free(sum);
    BN_CTX_free(ctx);
}

static void want_times(const struct case_run *r)
{
    want(r, TIMES);
}
static void want_linear(const struct case_run *r)
{
    want(r, LINEAR);
}
static void want_inverse(const struct case_run *r)
{
    want(r, INVERSE);
}

static void cost_of_product(struct cost *c, const struct case_run *r)
{
    cost_products(c, 1, len_of(r) * r->n, len_of(r));
}

static void cost_of_nothing(struct cost *c, const struct case_run *r)
{
    (void)c;
    (void)r;
}

static void cost_of_invert(struct cost *c, const struct case_run *r)
{
    c->turn++; /* the draw takes a step */
    cost_of_product(c, r);
    cost_reveal(c, mpc_everyone(c->protocol), len_of(r) * r->n);
}

static void cost_of_nonzero(struct cost *c, const struct case_run *r)
{
    c->turn++;
    cost_of_invert(c, r);
}

static void cost_of_fermat(struct cost *c, const struct case_run *r)
{
    BIGNUM *p = modulus_of(r);

    BN_sub_word(p, 2);
    for (unsigned bit = 0; bit < bits_of(r); bit++)
        cost_products(c, (bit && BN_is_bit_set(p, (int)bit)) + (bit + 1 < bits_of(r)), len_of(r) * r->n,
                      len_of(r));
    BN_free(p);
}

/* Multiples of the modulus come as 0: none of them here, 1 and -1 first. */
static void draw_nonzero(const struct case_run *r, uint64_t seed)
{
    size_t limbs = (bits_of(r) + 63) / 64;
    BIGNUM *p = modulus_of(r), *x = BN_new();
    BN_CTX *ctx = BN_CTX_new();

    for (size_t e = 0; e < r->n; e++) {
        do {
            for (size_t l = 0; l < limbs; l++)
                r->in[0][e * limbs + l] = e == 0 ? l == 0 : case_draw(&seed);
            load(r, x, r->in[0], e);
            BN_nnmod(x, x, p, ctx);
        } while (BN_is_zero(x));
        if (e == 1) {
            BN_sub_word(p, 1);
            assert_true(BN_bn2lebinpad(p, (uint8_t *)(r->in[0] + limbs), (int)limbs * 8) > 0);
            BN_add_word(p, 1);
        }
    }
    BN_free(p);
    BN_free(x);
    BN_CTX_free(ctx);
}

static void draw_zero(const struct case_run *r, uint64_t seed)
{
    draw_nonzero(r, seed);
    memset(r->in[0], 0, (bits_of(r) + 63) / 64 * sizeof(uint64_t));
}

/* --- random elements other than 0 --------------------------------------------------------------------------
 */

static enum sotto_err run_nonzero(struct strand *st, const struct case_run *r, const struct shared *in,
                                  struct shared *out)
{
    (void)r;
    (void)in;
    return gadget_field_nonzero(st, &out[0]);
}

static const char *check_nonzero(const struct case_run *r)
{
    BIGNUM *p = modulus_of(r), *x = BN_new();
    bool wrong = false;

    for (size_t e = 0; e < r->n; e++) {
        load(r, x, r->out[0], e);
        wrong |= BN_is_zero(x) || BN_cmp(x, p) >= 0;
    }
    BN_free(p);
    BN_free(x);
    return wrong ? "an element is 0 or not below the prime" : NULL;
}

#define V(k)                                                                                                   \
    {                                                                                                          \
        MPC_ARITH, k, NULL                                                                                     \
    }
#define ARITHMETIC(k)                                                                                          \
    { .name = "multiply " #k,                                                                                  \
      .in = { V(k), V(k) },                                                                                    \
      .out = { V(k) },                                                                                         \
      .run = run_multiply,                                                                                     \
      .want = want_times,                                                                                      \
      .cost = cost_of_product },                                                                               \
    {                                                                                                          \
        .name = "linear " #k, .in = { V(k), V(k) }, .out = { V(k) }, .run = run_linear, .want = want_linear,   \
        .cost = cost_of_nothing                                                                                \
    }
#define OR_ZERO(k)                                                                                             \
    {                                                                                                          \
        .name = "invert or zero " #k, .in = { V(k) }, .out = { V(k) }, .arg = 1, .run = run_invert,            \
        .want = want_inverse, .cost = cost_of_fermat, .sizes = { 1, 9, 0 }, .small = 1                         \
    }
#define INVERSES(k)                                                                                            \
    { .name = "invert " #k,                                                                                    \
      .in = { V(k) },                                                                                          \
      .out = { V(k) },                                                                                         \
      .run = run_invert,                                                                                       \
      .want = want_inverse,                                                                                    \
      .draw = draw_nonzero,                                                                                    \
      .cost = cost_of_invert },                                                                                \
        { .name = "invert 0 " #k,                                                                              \
          .in = { V(k) },                                                                                      \
          .out = { V(k) },                                                                                     \
          .run = run_invert,                                                                                   \
          .draw = draw_zero,                                                                                   \
          .expect = SOTTO_ERR_INPUT },                                                                         \
    {                                                                                                          \
        .name = "nonzero " #k, .out = { V(k) }, .run = run_nonzero, .check = check_nonzero,                    \
        .cost = cost_of_nonzero                                                                                \
    }

const struct gadget_case cases_field[] = {
    ARITHMETIC(128),
    ARITHMETIC(RING_FIELD_61),
    ARITHMETIC(RING_FIELD_ED25519),
    ARITHMETIC(RING_FIELD_SECP256K1),
    INVERSES(RING_FIELD_61),
    INVERSES(RING_FIELD_ED25519),
    INVERSES(RING_FIELD_SECP256K1),
    OR_ZERO(RING_FIELD_61),
};
const size_t cases_field_n = COUNT_OF(cases_field);

/* Hundreds of rounds: not for the tests that run once a message. */
const struct gadget_case cases_field_long[] = { OR_ZERO(RING_FIELD_ED25519), OR_ZERO(RING_FIELD_SECP256K1) };
const size_t cases_field_long_n = COUNT_OF(cases_field_long);
