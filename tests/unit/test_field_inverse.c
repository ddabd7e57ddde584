/* test_field_inverse.c - inverses by Fermat in the long fields, and that what is drawn in a field is spread
 * over it. */
#include "lib/chosen.h"
#include "lib/gadget_case.h"

#include "lib/testing.h"

extern const struct gadget_case cases_field_long[];
extern const size_t cases_field_long_n;

static void test_inverse_or_zero(void **state)
{
    (void)state;
    for (size_t i = 0; i < cases_field_long_n; i++)
        for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
            const struct gadget_case *g = &cases_field_long[i];
            struct case_trial t;
            struct committee c;
            struct cost cost = { .protocol = *p, .turn = CASE_INSTR_RUN };

            case_trial_init(&t, g, g->sizes[1], 5);
            committee_init_body(&c, (*p)->name, case_body, &t);
            committee_run(&c);
            g->cost(&cost, &t.run);
            for (int q = 0; q < (*p)->parties; q++) {
                assert_int_equal(c.err[q], SOTTO_OK);
                assert_null(case_wrong(&t, q));
                if ((*p)->parties > 1)
                    assert_int_equal(t.rounds[q], cost.rounds);
            }
            committee_wipe(&c);
            case_trial_wipe(&t);
        }
}

/* Draws fall evenly into 16 parts of the field, by their top bits and by their remainders. */
static void test_draws_are_spread(void **state)
{
    static const unsigned fields[] = { RING_FIELD_61, RING_FIELD_ED25519, RING_FIELD_SECP256K1 };
    enum { N = 16000, PARTS = 16 };
    uint64_t seed = 11;

    (void)state;
    for (size_t f = 0; f < COUNT_OF(fields); f++) {
        const struct ring_kernels *k = ring_kernels_for(fields[f]);
        const uint64_t top = k->wide->prime[k->wide->limbs - 1];
        uint64_t high[PARTS] = { 0 }, low[PARTS] = { 0 }, stream[6];
        _Alignas(32) uint64_t word[4] = { 0 };
        double chi[2] = { 0 };

        for (size_t i = 0; i < N; i++) {
            for (size_t l = 0; l < 6; l++)
                stream[l] = case_draw(&seed);
            k->wide->from_stream(word, (const uint8_t *)stream, 1);
            high[(uint64_t)((double)word[k->wide->limbs - 1] / ((double)top + 1) * PARTS) % PARTS]++;
            low[word[0] % PARTS]++;
        }
        for (size_t part = 0; part < PARTS; part++) {
            double e = (double)N / PARTS, h = (double)high[part] - e, l = (double)low[part] - e;

            chi[0] += h * h / e;
            chi[1] += l * l / e;
        }
        assert_true(chi[0] < 50 && chi[1] < 50); /* 15 degrees of freedom: one run in 90,000 is over 50 */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inverse_or_zero),
        cmocka_unit_test(test_draws_are_spread),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
