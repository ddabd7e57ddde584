/* test_costs_programs.c - rounds and bytes of whole programs are what the formulas of docs/protocols/ add up
 * to. */
#include "lib/committee.h"
#include "lib/cost_numbers.h"

#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

/* --- whole programs -----------------------------------------------------------------------------------------
 */

/* The start: docs/protocols/keys.md. */
static void start(struct cost *c, uint64_t inputs)
{
    uint64_t peers = (uint64_t)c->protocol->parties - 1, shared_keys = cost_is_rep4(c) ? 2 : 1;

    for (int p = 0; p < c->protocol->parties; p++) {
        c->sent[p] += peers * (COST_HEADER + 128);                     /* hello */
        c->sent[p] += inputs ? peers * (COST_HEADER + 8 * inputs) : 0; /* rows */
        c->sent[p] += peers * (COST_HEADER + 32);                      /* binding */
        c->sent[p] += 3 * peers * (COST_HEADER + 32 * shared_keys);
    }
    c->rounds += 4 + (inputs > 0);
}

/* Rows are split evenly; what the parties bring travels at the same time. */
static void inputs_of_all(struct cost *c, uint64_t n, uint64_t k, bool bits)
{
    uint64_t parties = (uint64_t)c->protocol->parties, rounds = c->rounds;

    for (uint64_t p = 0; p < parties; p++) {
        uint64_t own = n * (p + 1) / parties - n * p / parties;

        if (own)
            cost_input(c, (unsigned)p, bits ? k * cost_plane(own) : k / 8 * own);
    }
    c->rounds = rounds + (cost_is_rep4(c) ? 2 : 1);
}

static uint64_t total(const uint64_t sent[SOTTO_PARTIES_MAX])
{
    return sent[0] + sent[1] + sent[2] + sent[3];
}

/* What rep3a's products of a program cost to prove: batches that end at its reveals. A batch of planes has as
 * many elements as its ANDs have terms, which only the code of the carries knows (it cuts blocks where the
 * number of terms changes), and its cost depends on the levels alone: so they may be some more than one term
 * each makes necessary. Bytes then show how many, and rounds must agree. */
enum { BATCHES_MAX = 2, MORE_LEVELS = 1 };
struct batch {
    uint64_t depth, words, len;
};
struct proofs {
    struct batch batch[BATCHES_MAX];
    size_t n;
    uint64_t rounds_after; /* that the last reveal takes */
};

/* The products since the last call are a batch. */
static void batch(struct cost *c, struct proofs *p)
{
    assert_true(p->n < BATCHES_MAX);
    p->batch[p->n++] = (struct batch){ c->rounds, c->proven_words, c->proven_len };
    c->proven_words = c->proven_len = 0;
}

/* The proofs' bytes by party, and the depth at which the last of them ends. */
static void prove(struct cost *c, const struct batch *b, uint64_t more)
{
    uint64_t end = c->rounds, start = b->depth;

    if (b->words) {
        c->rounds = start;
        cost_proof_bits(c, cost_proof_levels(b->words) + more);
        end = c->rounds > end ? c->rounds : end;
    }
    if (b->len) { /* numbers of 32 bits */
        c->rounds = start;
        cost_proof_ring(c, 32, cost_proof_levels(b->len / 4));
        end = c->rounds > end ? c->rounds : end;
    }
    c->rounds = end;
}

/* Which duties a party has turns with the number of the instruction: the total does not. */
static void check_products(const struct committee *c, const struct cost *want, const char *what)
{
    uint64_t sent = 0;

    for (int p = 0; p < c->protocol->parties; p++) {
        assert_int_equal(c->err[p], SOTTO_OK);
        sent += total(c->counters[p].bytes_sent) - c->proof_bytes[p];
    }
    if (sent != total(want->sent))
        fail_msg("%s, %s: %llu bytes, %llu are stated", c->protocol->name, what, (unsigned long long)sent,
                 (unsigned long long)total(want->sent));
}

/* Some number of further levels, at most as many as the last argument, fits bytes and rounds. */
static void check_proofs(const struct committee *c, const struct proofs *p, const char *what, uint64_t more_max)
{
    for (uint64_t first = 0; first <= (p->n > 1 ? more_max : 0); first++)
        for (uint64_t last = 0; last <= more_max; last++) {
            struct cost want = { .protocol = c->protocol };
            bool fits = true;

            for (size_t i = 0; i < p->n; i++)
                prove(&want, &p->batch[i], i + 1 < p->n ? first : last);
            for (int party = 0; party < 3; party++)
                fits &= c->proof_bytes[party] == want.sent[party] &&
                        c->rounds[party] == want.rounds + p->rounds_after;
            if (fits)
                return;
        }
    fail_msg("rep3a, %s: %llu bytes of proofs and %llu rounds are not what is stated", what,
             (unsigned long long)c->proof_bytes[0], (unsigned long long)c->rounds[0]);
}

static void check_program(struct committee *c, const struct cost *want, const struct proofs *p,
                          const char *what, bool many_terms)
{
    committee_run(c);
    check_products(c, want, what);
    if (cost_is_rep3a(want)) {
        check_proofs(c, p, what, many_terms ? MORE_LEVELS : 0);
        return;
    }
    for (int party = 0; party < c->protocol->parties; party++)
        if (c->rounds[party] != want->rounds)
            fail_msg("%s, %s: %llu rounds, %llu are stated", c->protocol->name, what,
                     (unsigned long long)c->rounds[party], (unsigned long long)want->rounds);
}

/* To everyone, after the proof of all products. */
static void reveal_last(struct cost *c, struct proofs *p, uint64_t len)
{
    uint64_t rounds = c->rounds;

    if (c->proven_words || c->proven_len)
        batch(c, p);
    cost_reveal(c, mpc_everyone(c->protocol), len);
    p->rounds_after = c->rounds - rounds;
}

/* ARGMAX, EQ, SELECT, MAX, then LT and SELECT on one element, then the price is revealed; the winner's reveal
 * runs beside that and adds bytes alone. */
static void auction_cost(struct cost *c, struct proofs *p, uint64_t n)
{
    uint64_t rounds;

    start(c, 1);
    inputs_of_all(c, n, 32, true);
    cost_extreme(c, 32, n, false, true, MPC_ROUND_WORTH_DEFAULT);
    rounds = c->rounds;
    batch(c, p);
    cost_reveal(c, mpc_everyone(c->protocol), 32 * cost_plane(1));
    c->rounds = rounds;
    cost_and_planes(c, 32, n, 1);
    cost_ands(c, 32, n);
    cost_extreme(c, 32, n, true, false, MPC_ROUND_WORTH_DEFAULT);
    cost_less(c, 32, 1, 1);
    cost_ands(c, 32, 1);
    reveal_last(c, p, 32 * cost_plane(1));
}

static void run_auction(const struct mpc_protocol *protocol, const char *source, const uint64_t *bid, size_t n)
{
    struct cost want = { .protocol = protocol };
    struct proofs proofs = { 0 };
    struct committee c;

    auction_cost(&want, &proofs, n);
    committee_init(&c, protocol->name, source);
    committee_input(&c, "bid", bid, n);
    check_program(&c, &want, &proofs, "the auction", true);
    for (int p = 0; n == 1000 && p < protocol->parties; p++) {
        assert_in_range(total(c.counters[p].bytes_sent), 0, 150000);
        assert_true(c.rounds[p] <= 110);
    }
    committee_wipe(&c);
}

static void test_auction(void **state)
{
    static const size_t lengths[] = { 4, 37, 1000 };
    char *source = committee_source("programs/auction.sotto");
    uint64_t bid[1000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bid); i++)
        bid[i] = i * 7919 % 1009;
    for (const struct mpc_protocol *const *p = mpc_protocols; (*p)->parties > 1; p++)
        for (size_t l = 0; l < COUNT_OF(lengths); l++)
            run_auction(*p, source, bid, lengths[l]);
    free(source);
}

/* Instructions whose operands must first be converted. */
#define SOURCE(statement)                                                                                      \
    "input secret u32 x[n] from a;\noutput u32 o to everyone;\nvoid main() {\n" statement "}\n"

static void stated_mul(struct cost *c, struct proofs *p, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    cost_products(c, 1, 4 * n, 4);
    reveal_last(c, p, 4);
}

/* Words that are on no bits yet: numbers.md, "Carries". */
static void less_of_words(struct cost *c, uint64_t n)
{
    cost_top_bit(c, 32, 3 * 64 * ((n + 63) / 64));
    cost_ands(c, 1, n);
}

static void stated_less_of_sums(struct cost *c, struct proofs *p, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    less_of_words(c, n);
    cost_bit_to_arith(c, 32, n); /* count */
    reveal_last(c, p, 4);
}

static void stated_equal(struct cost *c, struct proofs *p, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    cost_split_planes(c, 32, n);
    cost_and_planes(c, 32, n, 1);
    for (uint64_t left = n; left > 1; left -= left / 2)
        cost_ands(c, 1, left - left / 2);
    cost_bit_to_arith(c, 32, 1); /* u32(bool) + 1 */
    reveal_last(c, p, 4);
}

static void stated_select_then_sum(struct cost *c, struct proofs *p, uint64_t n)
{
    inputs_of_all(c, n, 32, false);
    less_of_words(c, n);
    cost_bit_to_arith(c, 32, n);
    cost_products(c, 1, 4 * n, 4);
    reveal_last(c, p, 4);
}

static const struct {
    const char *name, *source;
    void (*cost)(struct cost *c, struct proofs *p, uint64_t n);
    bool many_terms; /* of ANDs */
} programs[] = {
    { "multiply", SOURCE("o = reveal(sum(x * x));"), stated_mul, false },
    { "less after a sum, count", SOURCE("o = reveal(count(x + 1 < 7));"), stated_less_of_sums, true },
    { "equal, any", SOURCE("o = reveal(u32(any(x + 1 == 7)) + 1);"), stated_equal, false },
    { "select, sum", SOURCE("o = reveal(sum(select(x < 7, x, 0)));"), stated_select_then_sum, true },
};

static void test_programs(void **state)
{
    static const size_t lengths[] = { 4, 65, 200 };
    uint64_t x[200];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(x); i++)
        x[i] = i % 11;
    for (const struct mpc_protocol *const *p = mpc_protocols; (*p)->parties > 1; p++)
        for (size_t i = 0; i < COUNT_OF(programs); i++)
            for (size_t l = 0; l < COUNT_OF(lengths); l++) {
                struct cost want = { .protocol = *p };
                struct proofs proofs = { 0 };
                struct committee c;

                start(&want, 1);
                programs[i].cost(&want, &proofs, lengths[l]);
                committee_init(&c, (*p)->name, programs[i].source);
                committee_input(&c, "x", x, lengths[l]);
                check_program(&c, &want, &proofs, programs[i].name, programs[i].many_terms);
                committee_wipe(&c);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_auction), cmocka_unit_test(test_programs) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
