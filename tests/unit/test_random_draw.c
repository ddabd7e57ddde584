/* Joint randomness: what is drawn follows from the keys' streams, costs no message, and never comes twice. */
#include "lib/chosen.h"
#include "lib/committee.h"

#include "lib/testing.h"

#include <stdlib.h>

enum { N = 200, WORDS = 70000 /* two tiles */ };

/* --- the gadget, on streams that the test knows ------------------------------------------------------------
 */

static uint64_t seed = 7;

struct drawn {
    uint64_t arith[2][N], bits[N], part[N];
    uint64_t sent, rounds;
};
static struct drawn drawn[SOTTO_PARTIES_MAX];

static enum sotto_err open_into(struct strand *st, const struct shared *x, uint64_t *out)
{
    return gadget_reveal(st, x, mpc_everyone(st->s->protocol), out);
}

static enum sotto_err draw(struct strand *st, void *arg)
{
    struct drawn *d = &drawn[st->s->self];
    struct shared x[2], b, wide, part;

    (void)arg;
    TRY(strand_shared(st, &x[0], MPC_ARITH, 32, N));
    TRY(strand_shared(st, &x[1], MPC_ARITH, 32, N));
    TRY(strand_shared(st, &b, MPC_BITS, 5, N));
    TRY(strand_shared(st, &wide, MPC_BITS, 3, 2 * N + 56));
    part = shared_slice(&wide, 64, N); /* its planes lie apart */
    TRY(gadget_random(st, &x[0]));
    TRY(gadget_random(st, &x[1]));
    TRY(gadget_random(st, &b));
    TRY(gadget_random(st, &part));
    d->rounds = st->depth;
    for (int p = 0; st->s->ch && p < st->s->protocol->parties; p++)
        d->sent += st->s->ch->counters.bytes_sent[p];
    TRY(open_into(st, &x[0], d->arith[0]));
    TRY(open_into(st, &x[1], d->arith[1]));
    TRY(open_into(st, &b, d->bits));
    return open_into(st, &part, d->part);
}

static enum sotto_err draw_body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, draw, arg);
}

/* The same once more: the sum of all keys' streams, at step `step`. */
static uint64_t want(int keys, unsigned step, bool arith, unsigned planes, size_t e)
{
    uint8_t iv[16] = { 0 }, bytes[4 * N];
    size_t words = (N + 63) / 64, len = arith ? 4 * N : planes * words * 8;
    uint64_t v = 0;

    iv[6] = (uint8_t)step;
    iv[8] = 64;
    for (int a = 0; a < keys; a++) {
        chosen_bytes(seed, a, iv, bytes, len);
        for (unsigned i = 0; arith && i < 4; i++)
            v += (uint64_t)bytes[4 * e + i] << 8 * i;
        for (unsigned p = 0; !arith && p < planes; p++)
            v ^= (uint64_t)(bytes[p * words * 8 + e / 8] >> e % 8 & 1) << p;
    }
    return arith ? v & UINT32_MAX : v;
}

static void test_follows_the_streams(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init_body(&c, (*p)->name, draw_body, NULL);
        for (int i = 0; i < (*p)->parties; i++)
            c.options[i] = (struct mpc_options){ .stream_hook = chosen_stream, .stream_hook_arg = &seed };
        committee_run(&c);
        for (int i = 0; i < (*p)->parties; i++) {
            const struct drawn *d = &drawn[i];

            assert_int_equal(c.err[i], SOTTO_OK);
            assert_int_equal(d->rounds, 0);
            assert_int_equal(d->sent, 0);
            for (size_t e = 0; e < N; e++) {
                assert_int_equal(d->arith[0][e], want((*p)->shares, 0, true, 0, e));
                assert_int_equal(d->arith[1][e], want((*p)->shares, 1, true, 0, e));
                assert_int_equal(d->bits[e], want((*p)->shares, 2, false, 5, e));
                assert_int_equal(d->part[e], want((*p)->shares, 3, false, 3, e));
            }
        }
        committee_wipe(&c);
    }
}

/* --- the instruction ---------------------------------------------------------------------------------------
 */

static void build(struct image *im)
{
    struct image_reg secret = { IMAGE_U64, 1, 0, 0 }, open = { IMAGE_U64, 0, 0, 0 },
                     bit = { IMAGE_BOOL, 1, 0, 0 }, open_bit = { IMAGE_BOOL, 0, 0, 0 };
    struct fault f;

    image_add_size(im, (struct image_size){ IMAGE_NONE, WORDS });
    image_add_const(im, 0);
    image_add_const(im, 1);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t r = image_add_reg(im, i < 2 ? secret : bit), o = image_add_reg(im, i < 2 ? open : open_bit);

        image_add_output(im, (struct image_output){ i == 0   ? "words"
                                                    : i == 1 ? "from_bits"
                                                             : "bits",
                                                    "everyone", (uint8_t)(i < 2 ? IMAGE_U64 : IMAGE_BOOL), 0 });
        image_add_reveal(im, (struct image_reveal){ "x", "everyone", (uint8_t)(i < 2 ? IMAGE_U64 : IMAGE_BOOL),
                                                    0, 1, 0, 0 });
        image_add_insn(im, (struct image_insn){ IMAGE_RANDOM, r, i > 0, 0, 0, 1 });
        image_add_insn(im, (struct image_insn){ IMAGE_REVEAL, o, r, i, 0, 1 });
        image_add_insn(im, (struct image_insn){ IMAGE_OUTPUT, 0, i, o, 0, 1 });
    }
    image_add_insn(im, (struct image_insn){ IMAGE_HALT, 0, 0, 0, 0, 1 });
    assert_int_equal(image_verify(im, &f), SOTTO_OK);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* No word comes twice: tiles, instructions and elements are all told apart. Two equal ones among 140,000
 * uniform words of 64 bits are met once in 10^9 runs. */
static void check_output(struct committee *c)
{
    const uint64_t *a = committee_output(c, 0, "words")->values,
                   *b = committee_output(c, 0, "from_bits")->values,
                   *bits = committee_output(c, 0, "bits")->values;
    uint64_t *all = calloc(2 * WORDS, sizeof *all);
    size_t ones = 0;

    memcpy(all, a, WORDS * sizeof *all);
    memcpy(all + WORDS, b, WORDS * sizeof *all);
    qsort(all, 2 * WORDS, sizeof *all, by_value);
    for (size_t i = 1; i < 2 * WORDS; i++)
        assert_int_not_equal(all[i], all[i - 1]);
    for (size_t i = 0; i < WORDS; i++)
        ones += bits[i];
    assert_in_range(ones, WORDS / 2 - 1400, WORDS / 2 + 1400); /* over ten deviations */
    free(all);
}

static void test_instruction(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;
        uint64_t first;

        committee_init_body(&c, (*p)->name, NULL, NULL);
        build(&c.image);
        committee_run(&c);
        for (int i = 0; i < (*p)->parties; i++) {
            assert_int_equal(c.err[i], SOTTO_OK);
            assert_memory_equal(committee_output(&c, i, "words")->values,
                                committee_output(&c, 0, "words")->values, WORDS * 8);
        }
        check_output(&c);
        first = committee_output(&c, 0, "words")->values[WORDS - 1];
        committee_run(&c);
        if (*p == &mpc_clear) /* the reference draws the same again, unless the seed is another one */
            assert_int_equal(committee_output(&c, 0, "words")->values[WORDS - 1], first);
        c.options[0].clear_seed = 1;
        committee_run(&c);
        assert_int_not_equal(committee_output(&c, 0, "words")->values[WORDS - 1], first);
        committee_wipe(&c);
    }
}

/* --- ranges and noise as instructions ----------------------------------------------------------------------
 */

enum { DRAWN = 200 };

static void build_drawn(struct image *im, uint8_t op, uint64_t b, uint64_t c, bool bits)
{
    struct fault f;

    image_add_size(im, (struct image_size){ IMAGE_NONE, DRAWN });
    image_add_reg(im, (struct image_reg){ .elem = IMAGE_I32, .secret = 1 });
    image_add_reg(im, (struct image_reg){ .elem = IMAGE_I32 });
    image_add_output(im, (struct image_output){ "z", "everyone", IMAGE_I32, 0 });
    image_add_reveal(im, (struct image_reveal){ "x", "everyone", IMAGE_I32, 0, 1, 0, 0 });
    image_add_insn(im, (struct image_insn){ op, 0, image_add_const(im, bits), image_add_const(im, b),
                                            image_add_const(im, c), 1 });
    image_add_insn(im, (struct image_insn){ IMAGE_REVEAL, 1, 0, 0, 0, 1 });
    image_add_insn(im, (struct image_insn){ IMAGE_OUTPUT, 0, 0, 1, 0, 1 });
    image_add_insn(im, (struct image_insn){ IMAGE_HALT, 0, 0, 0, 0, 1 });
    assert_int_equal(image_verify(im, &f), SOTTO_OK);
}

/* In range, not all the same, the same at all parties; parameters out of range end the job. */
static void test_ranges_and_noise(void **state)
{
    static const struct {
        uint8_t op;
        uint64_t b, c;
        int64_t least, most;
    } rows[] = { { IMAGE_RANDOM_RANGE, 10, 1, 0, 9 },
                 { IMAGE_NOISE_LAPLACE, 1, 5, -511, 511 },
                 { IMAGE_NOISE_GAUSS, 9, 1, -511, 511 },
                 { IMAGE_NOISE_GAUSS, (uint64_t)1 << 40, 1, 1, 0 } };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
            int64_t least = INT64_MAX, most = INT64_MIN;
            struct committee c;

            committee_init_body(&c, (*p)->name, NULL, NULL);
            build_drawn(&c.image, rows[i / 2].op, rows[i / 2].b, rows[i / 2].c, i % 2);
            committee_run(&c);
            if (rows[i / 2].least > rows[i / 2].most) /* who finds it first tells the others */
                assert_true(c.err[0] && (c.err[0] == SOTTO_ERR_PROGRAM || c.fault[0].accuser != 0));
            for (int q = 0; q < (*p)->parties; q++)
                assert_int_equal(!c.err[q], rows[i / 2].least <= rows[i / 2].most);
            for (size_t e = 0; !c.err[0] && e < DRAWN; e++) {
                int64_t v = (int64_t)committee_output(&c, 0, "z")->values[e];

                for (int q = 1; q < (*p)->parties; q++)
                    assert_int_equal(committee_output(&c, q, "z")->values[e], v);
                least = v < least ? v : least;
                most = v > most ? v : most;
            }
            assert_true(c.err[0] || (least >= rows[i / 2].least && most <= rows[i / 2].most && least < most));
            committee_wipe(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_follows_the_streams),
                                        cmocka_unit_test(test_instruction),
                                        cmocka_unit_test(test_ranges_and_noise) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
