/* test_net_inbox.c - what a peer can do by sending what nobody has asked for. */
#include "net/inbox.h"

#include "lib/testing.h"

static enum sotto_err deliver(struct net_channel *ch, uint32_t instr, uint16_t tile, uint16_t step)
{
    uint8_t header[NET_HEADER_LEN] = { 0 };

    put_u32(header + 8, instr);
    put_u16(header + 12, tile);
    put_u16(header + 14, step);
    return net_inbox_deliver(ch, 1, header, header);
}

/* Frames without bytes cost memory and time, too. */
static void test_empty_frames_are_bounded(void **state)
{
    struct net_sim *sim = net_sim_new(2, NULL, NULL);
    struct net_channel *ch = net_sim_channel(sim, 0);
    const uint32_t most = SOTTO_UNCLAIMED_LEN_MAX / INBOX_EARLY_WEIGHT;

    (void)state;
    for (uint32_t i = 0; i < most; i++)
        assert_int_equal(deliver(ch, i, 0, 0), SOTTO_OK);
    assert_int_equal(deliver(ch, most, 0, 0), SOTTO_ERR_MALFORMED);
    net_sim_free(sim);
}

static size_t longest_chain(const struct net_inbox *in)
{
    size_t longest = 0;

    for (size_t b = 0; b < INBOX_BUCKETS; b++) {
        size_t n = 0;

        for (const struct net_early *e = in->early[b]; e; e = e->next)
            n++;
        longest = n > longest ? n : longest;
    }
    return longest;
}

/* Tags that would all meet in one bucket under any multiplier that is known beforehand: x * m for consecutive
 * x, m the inverse of a well-known one. */
static void test_chosen_tags_spread(void **state)
{
    enum { FRAMES = 8 * INBOX_BUCKETS };
    struct net_sim *sim = net_sim_new(2, NULL, NULL);
    struct net_channel *ch = net_sim_channel(sim, 0);
    uint64_t known = 0x9e3779b97f4a7c15u, inverse = known;

    (void)state;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - known * inverse;
    for (uint64_t i = 0; i < FRAMES; i++) {
        uint64_t x = (i * inverse) ^ (uint64_t)1 << 61;

        assert_int_equal(deliver(ch, (uint32_t)(x >> 32), (uint16_t)(x >> 16), (uint16_t)x), SOTTO_OK);
    }
    assert_true(longest_chain(ch->inbox) < FRAMES / 4);
    net_sim_free(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_frames_are_bounded),
        cmocka_unit_test(test_chosen_tags_spread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
