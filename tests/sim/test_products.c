/* test_products.c - batches of products whose rows begin and end anywhere in the tiles and messages that they
 * travel in, in every back end and variant of the kernels, against plain arithmetic. */
#include "lib/chosen.h"
#include "lib/committee.h"
#include "lib/testing.h"

#include <stdlib.h>

enum { TERMS_MAX = 3 };

struct batch {
    enum mpc_domain domain;
    unsigned bits;
    size_t rows, words; /* a word: an element, or 64 bits */
    size_t terms;
};

static const struct batch batches[] = {
    { MPC_ARITH, 64, 1, 1, 1 },     { MPC_ARITH, 64, 1, 300, 2 },  { MPC_ARITH, 64, 7, 100, 1 },
    { MPC_ARITH, 64, 3, 50000, 1 }, { MPC_ARITH, 8, 5, 999, 3 },   { MPC_ARITH, 8, 2, 2049, 1 },
    { MPC_ARITH, 16, 3, 1025, 2 },  { MPC_ARITH, 32, 9, 511, 1 },  { MPC_BITS, 1, 1, 1, 1 },
    { MPC_BITS, 1, 1000, 1, 1 },    { MPC_BITS, 1, 70, 5, 2 },     { MPC_BITS, 1, 3, 257, 1 },
    { MPC_BITS, 1, 1, 140000, 1 },  { MPC_BITS, 1, 131, 1025, 1 },
};

static uint64_t operand(size_t row, size_t term, int which, size_t word)
{
    uint64_t state = row * 7919 + term * 104729 + (size_t)which * 15485863 + word * 32452843;

    return chosen_next(&state);
}

static size_t elements(const struct batch *b)
{
    return b->domain == MPC_BITS ? 64 * b->words : b->words;
}

/* The sharing of one row: chosen summands, without the streams. */
static enum sotto_err give(struct strand *st, const struct batch *b, struct shared *x, size_t row, size_t term,
                           int which)
{
    const struct ring_kernels *k;

    TRY(strand_shared(st, x, b->domain, b->bits, elements(b)));
    k = shared_kernels(x);
    for (size_t w = 0; w < b->words; w++) {
        uint64_t rest = operand(row, term, which, w), state = rest + 1;

        for (int a = 0; a < st->s->protocol->shares; a++) {
            uint64_t v = a + 1 < st->s->protocol->shares ? chosen_next(&state) : rest;

            rest = b->domain == MPC_BITS ? rest ^ v : rest - v;
            if (x->share[a])
                k->put(x->share[a], w, v);
        }
    }
    return SOTTO_OK;
}

/* Every row and the summands that a party lacks: opened in one message a row. */
static enum sotto_err check_row(struct strand *st, const struct batch *b, const struct shared *z, size_t row)
{
    const struct ring_kernels *k = shared_kernels(z);
    uint8_t *out = strand_alloc(st, b->words, k->word_len);

    if (!out)
        return st->s->fault.code;
    TRY(st->s->protocol->open(st, z, mpc_everyone(st->s->protocol), out));
    for (size_t w = 0; w < b->words; w++) {
        uint64_t want = 0;

        for (size_t t = 0; t < b->terms; t++) {
            uint64_t x = operand(row, t, 0, w), y = operand(row, t, 1, w);

            want = b->domain == MPC_BITS ? want ^ (x & y) : want + x * y;
        }
        if (b->domain == MPC_ARITH && b->bits < 64)
            want &= ((uint64_t)1 << b->bits) - 1;
        if (k->get(out, w) != want)
            return strand_fail(st, SOTTO_ERR_INTERNAL, "row %zu, word %zu of %zu rows of %zu words is wrong",
                               row, w, b->rows, b->words);
    }
    return SOTTO_OK;
}

static enum sotto_err multiply(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    const struct batch *b = arg;
    struct shared *z = strand_alloc(st, b->rows, sizeof *z), x, y;
    struct products all;

    if (!z)
        return st->s->fault.code;
    if (st->s->protocol->parties > 1)
        TRY(mpc_keys(st, binding));
    TRY(products_init(&all, st, b->rows, b->rows * b->terms));
    for (size_t r = 0; r < b->rows; r++) {
        TRY(strand_shared(st, &z[r], b->domain, b->bits, elements(b)));
        products_begin(&all, &z[r]);
        for (size_t t = 0; t < b->terms; t++) {
            TRY(give(st, b, &x, r, t, 0));
            TRY(give(st, b, &y, r, t, 1));
            products_term(&all, &x, &y);
        }
    }
    TRY(products_run(&all));
    for (size_t r = 0; r < b->rows; r++)
        TRY(check_row(st, b, &z[r], r));
    return SOTTO_OK;
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, multiply, arg);
}

static void test_batches(void **state)
{
    (void)state;
    for (const struct mpc_protocol *const *protocol = mpc_protocols; *protocol; protocol++)
        for (size_t i = 0; i < COUNT_OF(batches); i++) {
            struct batch b = batches[i];
            struct committee c;

            committee_init_body(&c, (*protocol)->name, body, &b);
            committee_run(&c);
            for (int p = 0; p < (*protocol)->parties; p++)
                if (c.err[p])
                    fail_msg("%s, %s, party %d: %s", cpu_names[cpu_variant()], (*protocol)->name, p,
                             c.fault[p].text);
            committee_wipe(&c);
        }
}

/* --- no block of a key's stream serves twice at a party --------------------------------------------------- */

enum { DRAWS_MAX = 4096 };
struct draws {
    uint64_t seed;
    size_t n;
    struct draw {
        int party, key;
        uint8_t first[9]; /* of the counter block: which stream */
        uint64_t from, to;
    } draw[DRAWS_MAX];
};

static enum sotto_err note_draw(void *arg, int party, int key, const uint8_t iv[16], void *out, size_t len)
{
    struct draws *d = arg;
    struct draw new = { .party = party, .key = key };

    memcpy(new.first, iv, sizeof new.first);
    for (int i = 9; i < 16; i++)
        new.from = new.from << 8 | iv[i];
    new.to = new.from + (len + 15) / 16;
    for (size_t i = 0; i < d->n; i++) {
        const struct draw *old = &d->draw[i];

        if (old->party == party && old->key == key && !memcmp(old->first, new.first, sizeof new.first) &&
            new.from < old->to && old->from < new.to)
            fail_msg("party %d draws key %d twice: blocks %zu to %zu", party, key, (size_t) new.from,
                     (size_t) new.to);
    }
    assert_true(d->n < DRAWS_MAX);
    d->draw[d->n++] = new;
    return chosen_stream(&d->seed, party, key, iv, out, len);
}

static void test_every_block_once(void **state)
{
    static const struct batch long_ones[] = { { MPC_ARITH, 64, 2, 1500, 1 }, { MPC_BITS, 1, 30, 65, 1 } };
    static struct draws draws[SOTTO_PARTIES_MAX];

    (void)state;
    for (const struct mpc_protocol *const *protocol = mpc_protocols; *protocol; protocol++)
        for (size_t i = 0; i < COUNT_OF(long_ones); i++) {
            struct batch b = long_ones[i];
            struct committee c;

            committee_init_body(&c, (*protocol)->name, body, &b);
            for (int p = 0; p < (*protocol)->parties; p++) {
                draws[p].n = 0;
                c.options[p] = (struct mpc_options){ .stream_hook = note_draw, .stream_hook_arg = &draws[p] };
            }
            committee_run(&c);
            for (int p = 0; p < (*protocol)->parties; p++)
                assert_int_equal(c.err[p], SOTTO_OK);
            committee_wipe(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_batches),
                                        cmocka_unit_test(test_every_block_once) };
    int failed = 0;

    for (enum cpu_variant v = CPU_PORTABLE; v < CPU_VARIANTS; v++)
        if (cpu_use(v))
            failed += cmocka_run_group_tests_name(cpu_names[v], tests, NULL, NULL);
        else
            print_message("this machine lacks %s\n", cpu_names[v]);
    return failed;
}
