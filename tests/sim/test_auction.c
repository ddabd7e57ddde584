/* test_auction.c - programs/auction.sotto as it stands, in every back end, against a plain computation. */
#include "lib/committee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void plain(const uint64_t *bid, size_t n, uint64_t reserve, uint64_t *winner, uint64_t *price)
{
    uint64_t second = 0;

    *winner = 0;
    for (size_t i = 1; i < n; i++)
        if (bid[i] > bid[*winner])
            *winner = i;
    for (size_t i = 0; i < n; i++)
        if (i != *winner && bid[i] > second)
            second = bid[i];
    *price = second > reserve ? second : reserve;
}

static const struct {
    const char *name;
    size_t n;
    uint64_t reserve;
    int kind;
} cases[] = {
    { "one bid", 1, 0, 0 },
    { "one bid under the reserve", 1, UINT32_MAX, 0 },
    { "two", 2, 5, 0 },
    { "two equal", 2, 0, 1 },
    { "seven", 7, 0, 0 },
    { "seven zeros", 7, 3, 2 },
    { "37", 37, 0, 0 },
    { "37 equal maxima", 37, 0, 3 },
    { "37 rising", 37, 0, 4 },
    { "1000", 1000, 100, 0 },
    { "1000 with many ties", 1000, 0, 5 },
};

static void fill(uint64_t *bid, size_t n, int kind)
{
    uint64_t x = 88172645463325252u;

    for (size_t i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bid[i] = kind == 0   ? (uint32_t)x
                 : kind == 1 ? 77
                 : kind == 2 ? 0
                 : kind == 3 ? UINT32_MAX
                 : kind == 4 ? i
                             : x % 4;
    }
}

static void test_auction(void **state)
{
    char *source = committee_source("programs/auction.sotto");

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            uint64_t bid[1000], winner, price;
            struct committee c;

            fill(bid, cases[i].n, cases[i].kind);
            plain(bid, cases[i].n, cases[i].reserve, &winner, &price);
            committee_init(&c, (*p)->name, source);
            committee_input(&c, "bid", bid, cases[i].n);
            committee_param(&c, "reserve", cases[i].reserve);
            committee_run(&c);
            for (int party = 0; party < (*p)->parties; party++) {
                if (c.err[party])
                    fail_msg("%s, %s: party %d: %s", (*p)->name, cases[i].name, party, c.fault[party].text);
                assert_int_equal(committee_output(&c, party, "winner")->values[0], winner);
                assert_int_equal(committee_output(&c, party, "price")->values[0], price);
                assert_int_equal(c.result[party].opened_n, 2);
            }
            if (cases[i].n == 1000 && (*p)->parties > 1) {
                uint64_t most = 0;

                for (int party = 0; party < (*p)->parties; party++) {
                    uint64_t sent = 0;

                    for (int to = 0; to < (*p)->parties; to++)
                        sent += c.counters[party].bytes_sent[to];
                    most = sent > most ? sent : most;
                    assert_int_equal(c.rounds[party], c.rounds[0]);
                }
                print_message("%s: %llu rounds, at most %llu bytes a party\n", (*p)->name,
                              (unsigned long long)c.rounds[0], (unsigned long long)most);
                assert_true(c.rounds[0] <= 110);
                assert_true(most <= 150000);
            }
            committee_wipe(&c);
        }
    free(source);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_auction) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
