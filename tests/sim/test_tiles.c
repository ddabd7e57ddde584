/* test_tiles.c - many tiles of one instruction: each runs once, a bounded number at a time, all in the same
 * round. */
#include "lib/committee.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { TILES = 5 * MPC_TILES_MAX + 3 };

struct counts {
    unsigned runs[TILES], now, most;
    uint64_t depth;
};

static struct counts counts[SOTTO_PARTIES_MAX];

/* Sends its number around and checks what came. */
static enum sotto_err one_tile(struct strand *st, void *arg, size_t i)
{
    struct counts *c = arg;
    int parties = st->s->protocol->parties, self = st->s->self;
    uint8_t out = (uint8_t)i, in = 0;
    struct exchange x = { 0 };

    c->runs[i]++;
    c->most = ++c->now > c->most ? c->now : c->most;
    x.out[(self + 1) % parties].buf = &out;
    x.in[(self + parties - 1) % parties].buf = &in;
    x.out[(self + 1) % parties].len = x.in[(self + parties - 1) % parties].len = 1;
    TRY(strand_post(st, &x));
    TRY(strand_await(st));
    c->now--;
    return in == (uint8_t)i ? SOTTO_OK : strand_fail(st, SOTTO_ERR_INTERNAL, "tile %zu got %u", i, in);
}

static enum sotto_err all_tiles(struct strand *st, void *arg)
{
    struct counts *c = &counts[st->s->self];

    (void)arg;
    TRY(strand_each(st, TILES, one_tile, c));
    c->depth = st->depth;
    return SOTTO_OK;
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    return mpc_session_run(s, all_tiles, arg);
}

static void test_tiles(void **state)
{
    struct committee c;

    (void)state;
    memset(counts, 0, sizeof counts);
    committee_init_body(&c, "rep4", body, NULL);
    committee_run(&c);
    for (int p = 0; p < 4; p++) {
        if (c.err[p])
            fail_msg("party %d: %s", p, c.fault[p].text);
        for (size_t i = 0; i < TILES; i++)
            assert_int_equal(counts[p].runs[i], 1);
        assert_int_equal(counts[p].most, MPC_TILES_MAX);
        assert_int_equal(counts[p].depth, 1);
        assert_int_equal(c.rounds[p], 1);
    }
    committee_wipe(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_tiles) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
