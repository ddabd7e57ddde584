/* test_lanes.c - parties of several threads over real connections: the same results, rounds and bytes as with
 * one, and one failure ends all lanes. Run under the thread sanitizer, too: ./dev test tsan. */
#include "lib/meeting.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

#include "mpc/lanes.h"

enum { N = 900, PARTIES = MEETING_PARTIES };

/* --- all goes well -----------------------------------------------------------------------------------------
 */

static const char program[] = "input secret i32 x[n] from a;\n"
                              "input secret i32 y[n] from a;\n"
                              "output i32 least to everyone;\n"
                              "output u32 at_most to everyone;\n"
                              "output u32 less to everyone;\n"
                              "output bool every to everyone;\n"
                              "output i32 z[n] to everyone;\n"
                              "void main() {\n"
                              "    secret bool c[n] = x < y;\n"
                              "    least = reveal(min(x));\n"
                              "    at_most = reveal(argmax(y));\n"
                              "    less = reveal(count(c));\n"
                              "    every = reveal(all(x < 2000 || c));\n"
                              "    secret i32 v[n] = x;\n"
                              "    for (u32 i in 0..3)\n"
                              "        v = v * y + 1;\n"
                              "    z = reveal(select(c, v - y, -y));\n"
                              "}\n";

static void prepare(struct meeting *m, const char *protocol, const char *source)
{
    static uint64_t x[N], y[N];

    for (size_t i = 0; i < N; i++) {
        x[i] = (i * 7919) % 1000;
        y[i] = (i * 104729) % 900 - 200;
    }
    memset(m, 0, sizeof *m);
    committee_init(&m->job, protocol, source);
    committee_input(&m->job, "x", x, N);
    committee_input(&m->job, "y", y, N);
}

static void test_same_as_one(void **state)
{
    static const int lanes[] = { 1, 2, 3, 8 };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct meeting m, clear;
        uint64_t sent[PARTIES] = { 0 }, rounds = 0;

        if (!(*p)->many_lanes)
            continue;
        prepare(&clear, "clear", program);
        committee_run(&clear.job);
        assert_int_equal(clear.job.err[0], SOTTO_OK);
        prepare(&m, (*p)->name, program);
        for (size_t l = 0; l < COUNT_OF(lanes); l++) {
            meeting_run_equal(&m, lanes[l]);
            for (int q = 0; q < (*p)->parties; q++) {
                const struct meeting_side *side = &m.side[q];

                if (side->err)
                    fail_msg("%s, %d lanes, party %d: %s", (*p)->name, lanes[l], q, side->fault.text);
                assert_int_equal(side->sent, l ? sent[q] : side->sent);
                assert_int_equal(side->rounds, l || q ? rounds : side->rounds);
                sent[q] = side->sent;
                rounds = side->rounds;
            }
            assert_true(meeting_same(&m, &clear.job));
        }
        meeting_wipe(&m);
        meeting_wipe(&clear);
    }
}

/* --- failures ----------------------------------------------------------------------------------------------
 */

static void check_end(const struct meeting *m, enum sotto_err code, const char *text)
{
    for (int p = 0; p < m->job.protocol->parties; p++) {
        const struct meeting_side *side = &m->side[p];

        if (side->err != code || (text && !strstr(side->fault.text, text)))
            fail_msg("party %d: %s: %s", p, sotto_err_name(side->err), side->fault.text);
        assert_false(side->keys_left);
        assert_false(side->talked_on);
    }
}

static void test_a_lie(void **state)
{
    struct meeting m;

    (void)state;
    prepare(&m, "rep4", program);
    for (int liar = 0; liar < PARTIES; liar++) {
        m.side[liar].corrupt = true;
        meeting_run_equal(&m, 3);
        m.side[liar].corrupt = false;
        check_end(&m, SOTTO_ERR_CHEAT, NULL);
        for (int p = 0; p < PARTIES; p++)
            if (p != liar && m.side[p].fault.accuser == p)
                assert_true(m.side[p].fault.suspects >> liar & 1);
    }
    meeting_wipe(&m);
}

/* Every tile sends its number around, many times; one of party 1's stops at one step, on some lane. */
enum { TILES = 60, STEPS = 20, LONG_TILE = 31 /* twice the steps, on another lane than the first */ };
static unsigned bad_tile;

static unsigned steps_of(size_t i)
{
    return i == LONG_TILE ? 2 * STEPS : STEPS;
}

static enum sotto_err one_tile(struct strand *st, void *arg, size_t i)
{
    const struct meeting_side *side = arg;
    int parties = st->s->protocol->parties, self = st->s->self;

    for (unsigned step = 0; step < steps_of(i); step++) {
        uint8_t out = (uint8_t)(i + step), in = 0;
        struct exchange x = { 0 };

        if (side->self == 1 && i == bad_tile && step == STEPS / 2)
            return strand_fail(st, SOTTO_ERR_RESOURCE, "tile %zu does not want to", i);
        x.out[(self + 1) % parties].buf = &out;
        x.in[(self + parties - 1) % parties].buf = &in;
        x.out[(self + 1) % parties].len = x.in[(self + parties - 1) % parties].len = 1;
        TRY(strand_post(st, &x));
        TRY(strand_await(st));
        if (in != out)
            return strand_fail(st, SOTTO_ERR_INTERNAL, "tile %zu got %u", i, in);
    }
    return SOTTO_OK;
}

/* Tags and masks would repeat. */
static enum sotto_err another_tile(struct strand *st, void *arg, size_t i)
{
    (void)arg;
    return st->tile == TILES + i + 1
               ? SOTTO_OK
               : strand_fail(st, SOTTO_ERR_INTERNAL, "number %u was another tile's", st->tile);
}

static enum sotto_err all_tiles(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    uint64_t sent;

    TRY(mpc_keys(st, binding));
    sent = mpc_session_bytes_sent(st->s);
    TRY(strand_spread(st, TILES, one_tile, arg));
    if (mpc_session_bytes_sent(st->s) - sent != (uint64_t)(TILES + 1) * STEPS * (NET_HEADER_LEN + 1))
        return strand_fail(st, SOTTO_ERR_INTERNAL, "another number of bytes");
    TRY(strand_spread(st, TILES, another_tile, NULL));
    return st->depth == 3 + 2 * STEPS ? SOTTO_OK : strand_fail(st, SOTTO_ERR_INTERNAL, "another depth");
}

static void test_a_tile_fails(void **state)
{
    static const unsigned bad[] = { UINT32_MAX, 0, 1, 2, 30, TILES - 1 };
    struct meeting m;

    (void)state;
    memset(&m, 0, sizeof m);
    committee_init_body(&m.job, "rep4", NULL, NULL);
    m.body = all_tiles;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        bad_tile = bad[i];
        meeting_run_equal(&m, 3);
        if (bad_tile == UINT32_MAX) {
            check_end(&m, SOTTO_OK, "");
            continue;
        }
        assert_int_equal(m.side[1].err, SOTTO_ERR_RESOURCE);
        for (int p = 0; p < PARTIES; p++) {
            assert_true(p == 1 || m.side[p].err == SOTTO_ERR_NETWORK);
            if (!strstr(m.side[p].fault.text, "does not want to"))
                fail_msg("party %d: %s", p, m.side[p].fault.text);
            assert_false(m.side[p].keys_left);
            assert_false(m.side[p].talked_on);
        }
    }
    meeting_wipe(&m);
}

static void test_another_number(void **state)
{
    struct meeting m;
    int told = 0;

    (void)state;
    prepare(&m, "rep4", program);
    m.timeout_ms = 1500;
    meeting_run(&m, (const int[PARTIES]){ 2, 2, 3, 2 });
    for (int p = 0; p < PARTIES; p++) {
        /* one that comes late may find the others gone */
        assert_true(m.side[p].err == SOTTO_ERR_NETWORK || m.side[p].err == SOTTO_ERR_TIMEOUT);
        told += strstr(m.side[p].fault.text, "start all parties with the same --lanes") != NULL;
    }
    assert_true(told > 0);
    meeting_wipe(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_one),
        cmocka_unit_test(test_a_lie),
        cmocka_unit_test(test_a_tile_fails),
        cmocka_unit_test(test_another_number),
    };

    if (crypto_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
