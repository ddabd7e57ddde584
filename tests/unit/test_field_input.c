/* test_field_input.c - an owner that sends words above the prime has chosen an element all the same: every
 * party gets the same one, and computes with it as with any other. */
#include "lib/chosen.h"
#include "lib/committee.h"

#include "lib/testing.h"

enum { N = 5, OWNER = 1, INSTR = 1, LIMBS_MAX = 4 };

struct trial {
    unsigned bits;
    uint64_t x[SOTTO_PARTIES_MAX][N * LIMBS_MAX], product[SOTTO_PARTIES_MAX][N * LIMBS_MAX];
};

/* Open x, and x * 1 with a sharing of 1. */
static enum sotto_err body_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    const uint64_t one[LIMBS_MAX] = { 1 };
    uint64_t words[N * LIMBS_MAX];
    struct trial *t = arg;
    struct shared x, y, z;

    TRY(mpc_keys(st, binding));
    st->instr = INSTR;
    st->step = 0;
    TRY(strand_shared(st, &x, MPC_ARITH, t->bits, N));
    TRY(strand_shared(st, &y, MPC_ARITH, t->bits, N));
    TRY(strand_shared(st, &z, MPC_ARITH, t->bits, N));
    memset(words, 0xff, sizeof words);
    TRY(st->s->protocol->input(st, &x, OWNER, st->s->self == OWNER ? words : NULL));
    shared_public(&y, one, true);
    TRY(gadget_multiply(st, &z, &x, &y));
    TRY(gadget_reveal(st, &x, mpc_everyone(st->s->protocol), t->x[st->s->self]));
    return gadget_reveal(st, &z, mpc_everyone(st->s->protocol), t->product[st->s->self]);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, body_strand, arg);
}

static bool below(const uint64_t *x, const uint64_t *p, unsigned limbs)
{
    for (unsigned l = limbs; l-- > 0;)
        if (x[l] != p[l])
            return x[l] < p[l];
    return false;
}

static void test_words_above_the_prime(void **state)
{
    static const unsigned fields[] = { RING_FIELD_61, RING_FIELD_ED25519, RING_FIELD_SECP256K1 };

    (void)state;
    for (size_t f = 0; f < COUNT_OF(fields); f++) {
        const struct ring_kernels *k = ring_kernels_for(fields[f]);
        const unsigned limbs = k->wide->limbs;
        struct trial t = { .bits = fields[f] };
        struct committee c;

        committee_init_body(&c, "rep4", body, &t);
        committee_run(&c);
        for (int p = 0; p < 4; p++) {
            assert_int_equal(c.err[p], SOTTO_OK);
            for (size_t e = 0; e < N; e++)
                assert_true(below(t.x[p] + e * limbs, k->wide->prime, limbs));
            assert_memory_equal(t.x[p], t.x[0], N * limbs * sizeof(uint64_t));
            assert_memory_equal(t.x[p], t.product[p], N * limbs * sizeof(uint64_t));
        }
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_words_above_the_prime) };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
