/* test_tiles_programs.c - vectors of many tiles: the results and costs that are stated, in memory that does not
 * grow beyond what operands and results take. Tiles are made small for it (mpc_options.tile_bits). */
#include "lib/committee.h"
#include "lib/cost.h"

#include "lib/testing.h"

#include <stdio.h>

enum { N = 700, TILE_BITS = 1 /* the least: MPC_TILE_N_MIN elements */ };

static const char everything[] = "input secret i32 x[n] from a;\n"
                                 "input secret i32 y[n] from a;\n"
                                 "output i32 least to everyone;\n"
                                 "output i32 most to everyone;\n"
                                 "output u32 at_least to everyone;\n"
                                 "output u32 at_most to everyone;\n"
                                 "output i32 total to everyone;\n"
                                 "output u32 less to everyone;\n"
                                 "output bool some to everyone;\n"
                                 "output bool every to everyone;\n"
                                 "output i32 z[n] to everyone;\n"
                                 "void main() {\n"
                                 "    secret bool c[n] = x < y;\n"
                                 "    least = reveal(min(x));\n"
                                 "    most = reveal(max(x));\n"
                                 "    at_least = reveal(argmin(x));\n"
                                 "    at_most = reveal(argmax(x));\n"
                                 "    total = reveal(sum(x * y));\n"
                                 "    less = reveal(count(c));\n"
                                 "    some = reveal(any(x == 5));\n"
                                 "    every = reveal(all(x < 2000 || c));\n"
                                 "    z = reveal(select(c, x - y, -y));\n"
                                 "}\n";

static void set_tiles(struct committee *c, size_t tile_bits)
{
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        c->options[p].tile_bits = tile_bits;
}

static void prepare(struct committee *c, const char *protocol, const uint64_t *x, const uint64_t *y, size_t n,
                    size_t tile_bits)
{
    committee_init(c, protocol, everything);
    committee_input(c, "x", x, n);
    committee_input(c, "y", y, n);
    set_tiles(c, tile_bits);
    committee_run(c);
    for (int p = 0; p < c->protocol->parties; p++)
        if (c->err[p])
            fail_msg("%s, n = %zu: party %d: %s", protocol, n, p, c->fault[p].text);
}

/* The extremes lie in the first tile, in the last, twice in different tiles, or in the middle. */
static void draw(uint64_t *x, uint64_t *y, size_t n, unsigned turn)
{
    const size_t at[4][2] = { { 0, n - 1 }, { n - 1, 3 % n }, { n / 2, n / 3 }, { n - 1, 0 } };

    for (size_t i = 0; i < n; i++) {
        x[i] = (i * 7919 + turn) % 1000;
        y[i] = (i * 104729 + turn) % 900 - 200;
    }
    x[at[turn % 4][0]] = x[n - 1] = (uint64_t)-7;
    x[at[turn % 4][1]] = x[n / 2 + n / 4] = 3000;
}

static void test_results(void **state)
{
    static const size_t lengths[] = { 1, 63, 64, 65, 128, 300, N };
    static uint64_t x[N], y[N];

    (void)state;
    for (size_t l = 0; l < COUNT_OF(lengths); l++)
        for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
            struct committee want, got;

            if (!test_takes(l + 3 * (size_t)(p - mpc_protocols)))
                continue;
            draw(x, y, lengths[l], (unsigned)l);
            prepare(&want, "clear", x, y, lengths[l], 0); /* one tile */
            prepare(&got, (*p)->name, x, y, lengths[l], TILE_BITS);
            for (int party = 0; party < (*p)->parties; party++)
                for (size_t o = 0; o < got.image.outputs_n; o++)
                    for (size_t e = 0; e < want.result[0].outputs[o].n; e++)
                        if (got.result[party].outputs[o].values[e] != want.result[0].outputs[o].values[e])
                            fail_msg("%s, n = %zu: %s[%zu] is %lld, not %lld", (*p)->name, lengths[l],
                                     got.image.outputs[o].name, e,
                                     (long long)got.result[party].outputs[o].values[e],
                                     (long long)want.result[0].outputs[o].values[e]);
            /* and by hand, as a wrong handler could be wrong in one tile, too */
            assert_int_equal((int32_t)committee_output(&got, 0, "most")->values[0], 3000);
            assert_int_equal((int32_t)committee_output(&got, 0, "least")->values[0],
                             lengths[l] > 1 ? -7 : 3000);
            committee_wipe(&want);
            committee_wipe(&got);
        }
}

/* --- costs -------------------------------------------------------------------------------------------------
 */

static uint64_t tile_len(uint64_t i, uint64_t n)
{
    return n - i * MPC_TILE_N_MIN < MPC_TILE_N_MIN ? n - i * MPC_TILE_N_MIN : MPC_TILE_N_MIN;
}

static uint64_t beside(uint64_t tiles)
{
    return tiles < MPC_TILES_MAX ? tiles : MPC_TILES_MAX;
}

/* All tiles at the same time, then among their results. */
static void stated_argmin(struct cost *c, uint64_t n)
{
    uint64_t tiles = (n + MPC_TILE_N_MIN - 1) / MPC_TILE_N_MIN, rounds = c->rounds, most = rounds;

    for (uint64_t i = 0; i < tiles; i++) {
        c->rounds = rounds;
        c->beside = beside(tiles);
        cost_extreme(c, 32, tile_len(i, n), tiles > 1, true, MPC_ROUND_WORTH_DEFAULT);
        most = c->rounds > most ? c->rounds : most;
    }
    c->rounds = most;
    c->beside = 1;
    if (tiles > 1) {
        c->low_bits = 6;
        cost_extreme(c, 32, tiles, false, true, MPC_ROUND_WORTH_DEFAULT);
        c->low_bits = 0;
    }
}

static void stated_all(struct cost *c, uint64_t n)
{
    uint64_t tiles = (n + MPC_TILE_N_MIN - 1) / MPC_TILE_N_MIN, rounds = c->rounds, most = rounds;

    for (uint64_t i = 0; i < tiles; i++) {
        c->rounds = rounds;
        for (uint64_t left = tile_len(i, n); left > 1; left -= left / 2)
            cost_ands(c, 1, left - left / 2);
        most = c->rounds > most ? c->rounds : most;
    }
    c->rounds = most;
    for (uint64_t left = tiles; left > 1; left -= left / 2)
        cost_ands(c, 1, left - left / 2);
}

static uint64_t total(const struct committee *c)
{
    uint64_t sent = 0;

    for (int p = 0; p < c->protocol->parties; p++)
        for (int q = 0; q < SOTTO_PARTIES_MAX; q++)
            sent += c->counters[p].bytes_sent[q];
    return sent;
}

/* What the instruction under test adds to a program without it. */
static void check_cost(const char *protocol, const char *with, const char *without, uint64_t n,
                       void (*stated)(struct cost *c, uint64_t n))
{
    const char *source[2] = { with, without };
    struct cost want = { .protocol = mpc_protocol_by_name(protocol) };
    uint64_t sent[2], rounds[2], stated_sent = 0;
    static uint64_t x[N];

    for (int i = 0; i < 2; i++) {
        struct committee c;

        committee_init(&c, protocol, source[i]);
        committee_input(&c, "x", x, n);
        set_tiles(&c, TILE_BITS);
        committee_run(&c);
        assert_int_equal(c.err[0], SOTTO_OK);
        sent[i] = total(&c);
        rounds[i] = c.rounds[0];
        committee_wipe(&c);
    }
    stated(&want, n);
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        stated_sent += want.sent[p];
    if (sent[0] - sent[1] != stated_sent || rounds[0] - rounds[1] != want.rounds)
        fail_msg("%s, n = %llu: %llu bytes and %llu rounds, %llu and %llu are stated", protocol,
                 (unsigned long long)n, (unsigned long long)(sent[0] - sent[1]),
                 (unsigned long long)(rounds[0] - rounds[1]), (unsigned long long)stated_sent,
                 (unsigned long long)want.rounds);
}

static void test_costs(void **state)
{
    static const uint64_t lengths[] = { 64, 65, 129, N };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t l = 0; l < COUNT_OF(lengths) && (*p)->many_lanes; l++) { /* nothing is left for a proof */
            check_cost((*p)->name,
                       "input secret u32 x[n] from a;\noutput u32 o to everyone;\n"
                       "void main() { o = reveal(argmin(x) ^ 1); }\n",
                       "input secret u32 x[n] from a;\noutput u32 o to everyone;\n"
                       "void main() { o = reveal(x[0] ^ 1); }\n",
                       lengths[l], stated_argmin);
            check_cost((*p)->name,
                       "input secret bool x[n] from a;\noutput bool o to everyone;\n"
                       "void main() { o = reveal(all(x)); }\n",
                       "input secret bool x[n] from a;\noutput bool o to everyone;\n"
                       "void main() { o = reveal(x[0]); }\n",
                       lengths[l], stated_all);
        }
}

/* --- memory ------------------------------------------------------------------------------------------------
 */

/* What tiles take on the way does not grow. */
enum { ROWS_FEW = 1 << 12, ROWS_MANY = 1 << 16, TILES_LEN = 9 << 18 };

static const struct {
    const char *statement;
    uint64_t row_len; /* bytes a row of one summand for what is held at once; blocks have a quarter to spare */
} statements[] = {
    { "min(x)", 7 },
    { "max(x)", 7 },
    { "argmin(x)", 12 },
    { "argmax(x)", 12 },
    { "u32(any(x == 5)) + 1", 8 },
    { "sum(x * x)", 12 },
    { "count(x < 5)", 8 },
    { "sum(select(x < 7, x, 9))", 20 },
};

static void test_memory(void **state)
{
    static const size_t lengths[] = { ROWS_FEW, ROWS_MANY };
    static uint64_t x[ROWS_MANY], y[ROWS_MANY];

    (void)state;
    draw(x, y, ROWS_MANY, 1);
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < COUNT_OF(statements) * COUNT_OF(lengths) && (*p)->many_lanes; i++) {
            const char *statement = statements[i / COUNT_OF(lengths)].statement;
            size_t n = lengths[i % COUNT_OF(lengths)];
            struct committee c;
            char source[200];

            if (!test_takes(i / 2 + 4 * (i % 2)))
                continue;
            (void)snprintf(source, sizeof source,
                           "input secret u32 x[n] from a;\noutput u32 o to everyone;\n"
                           "void main() { o = reveal(%s); }\n",
                           statement);
            committee_init(&c, (*p)->name, source);
            committee_input(&c, "x", x, n);
            set_tiles(&c, TILE_BITS);
            for (int party = 0; party < (*p)->parties; party++)
                c.memory_max[party] =
                    ((uint64_t)(*p)->shares - 1) * statements[i / COUNT_OF(lengths)].row_len * n + TILES_LEN;
            committee_run(&c);
            for (int party = 0; party < (*p)->parties; party++)
                if (c.err[party])
                    fail_msg("%s, %s, n = %zu: party %d: %s", (*p)->name, statement, n, party,
                             c.fault[party].text);
            committee_wipe(&c);
        }
}

/* What no later instruction reads gives its memory back; in a loop, what the next turn reads stays. */
static const char many_steps[] = "input secret u32 x[n] from a;\n"
                                 "output u32 o to everyone;\n"
                                 "void main() {\n"
                                 "    secret u32 a[n] = x * x;\n"
                                 "    secret u32 b[n] = a + 1;\n"
                                 "    secret u32 c[n] = b * a;\n"
                                 "    secret u32 d[n] = c * c;\n"
                                 "    secret u32 e[n] = d - c;\n"
                                 "    secret u32 f[n] = -e;\n"
                                 "    secret u32 g[n] = f * f;\n"
                                 "    secret u32 h[n] = g * 3;\n"
                                 "    for (u32 i in 0..3) {\n"
                                 "        secret u32 once[n] = h * h;\n"
                                 "        secret u32 twice[n] = once + h;\n"
                                 "        h = twice * 5 + i;\n"
                                 "    }\n"
                                 "    o = reveal(sum(h));\n"
                                 "}\n";

static uint32_t many_steps_of(uint32_t x)
{
    uint32_t a = x * x, c = (a + 1) * a, f = c - c * c, h = f * f * 3;

    for (uint32_t i = 0; i < 3; i++)
        h = (h * h + h) * 5 + i;
    return h;
}

static void test_last_uses(void **state)
{
    enum { VECTORS = 4 }; /* at once, of the twelve; blocks have a quarter to spare */
    static uint64_t x[ROWS_MANY];
    uint32_t want = 0;

    (void)state;
    for (uint32_t i = 0; i < ROWS_MANY; i++) {
        x[i] = i * 2654435761u;
        want += many_steps_of((uint32_t)x[i]);
    }
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++) {
        struct committee c;

        committee_init(&c, (*p)->name, many_steps);
        committee_input(&c, "x", x, ROWS_MANY);
        set_tiles(&c, TILE_BITS);
        for (int party = 0; party < (*p)->parties && (*p)->many_lanes; party++)
            c.memory_max[party] = ((uint64_t)(*p)->shares - 1) * 5 * VECTORS * ROWS_MANY + TILES_LEN;
        committee_run(&c);
        for (int party = 0; party < (*p)->parties; party++) {
            if (c.err[party])
                fail_msg("%s: party %d: %s", (*p)->name, party, c.fault[party].text);
            assert_int_equal(committee_output(&c, party, "o")->values[0], want);
        }
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_costs),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_last_uses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
