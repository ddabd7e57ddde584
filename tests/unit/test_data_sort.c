/* test_data_sort.c [ROWS [PROTOCOL]] - sorts of many rows, where rows search their place among samples: the
 * order is right and stable, and the rounds stay within what docs/protocols/data.md promises. With an argument:
 * how long it takes. */
#include "lib/chosen.h"
#include "lib/committee.h"

#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { KEY_BITS = 32, PAYLOAD_BITS = 64 };

struct sorting {
    size_t n, first, wanted, round_worth;
    uint64_t key_mask, seed;
    uint64_t *key, *payload, *index, *out; /* of party 0 */
    uint64_t rounds, sent, ns;
};

static enum sotto_err sort_strand(struct strand *st, void *arg)
{
    const uint8_t binding[CRYPTO_HASH_LEN] = { 1 };
    static const struct data_key key = { 0, KEY_BITS, false, false };
    struct sorting *s = arg;
    struct shared x, z, index, part;
    uint64_t start, *opened = calloc(s->n, sizeof *opened);

    assert_non_null(opened);
    TRY(mpc_keys(st, binding));
    st->instr = 1;
    st->step = 0;
    TRY(strand_shared(st, &x, MPC_BITS, KEY_BITS + PAYLOAD_BITS, s->n));
    TRY(strand_shared(st, &z, MPC_BITS, KEY_BITS + PAYLOAD_BITS, s->wanted));
    TRY(strand_shared(st, &index, MPC_BITS, data_index_bits(s->n), s->wanted));
    for (size_t v = 0; v < 2; v++) {
        part = x;
        part.bits = v ? PAYLOAD_BITS : KEY_BITS;
        for (int a = 0; a < MPC_SHARES_MAX; a++)
            if (x.share[a] && v)
                part.share[a] = shared_row(&x, a, KEY_BITS);
        chosen_sharing(st, &part, 5 + v, 0, v ? s->payload : s->key);
    }
    start = st->depth;
    TRY(gadget_sort_from(st, &z, &index, &x, 1, &key, 1, s->first));
    if (st->s->self == 0)
        s->rounds = st->depth - start;
    part = z;
    part.bits = KEY_BITS;
    for (int i = 0; i < 3; i++) {
        if (i == 1)
            for (int a = 0; a < MPC_SHARES_MAX; a++)
                if (z.share[a])
                    part.share[a] = shared_row(&z, a, KEY_BITS);
        part.bits = i == 1 ? PAYLOAD_BITS : KEY_BITS;
        st->instr = (uint32_t)(2 + i);
        st->step = 0;
        TRY(gadget_reveal(st, i == 2 ? &index : &part, mpc_everyone(st->s->protocol), opened));
        if (st->s->self == 0)
            memcpy(s->out + (size_t)i * s->n, opened, s->wanted * sizeof *opened);
    }
    free(opened);
    return SOTTO_OK;
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    struct sorting *sorting = arg;

    if (sorting->round_worth)
        s->options.round_worth = sorting->round_worth;
    s->options.clear_seed = sorting->seed;
    return mpc_session_run(s, sort_strand, arg);
}

static const struct sorting *comparing;

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b, k = comparing->key[x], l = comparing->key[y];

    return k < l ? -1 : k > l ? 1 : x < y ? -1 : x > y;
}

static void run(const struct mpc_protocol *p, struct sorting *s)
{
    uint64_t state = s->seed;
    struct timespec from, to;
    struct committee c;

    s->key = calloc(s->n, sizeof *s->key);
    s->payload = calloc(s->n, sizeof *s->payload);
    s->index = calloc(s->n, sizeof *s->index);
    s->out = calloc(3 * s->n, sizeof *s->out);
    assert_true(s->key && s->payload && s->index && s->out);
    for (size_t e = 0; e < s->n; e++) {
        s->key[e] = chosen_next(&state) & s->key_mask;
        s->payload[e] = chosen_next(&state);
        s->index[e] = e;
    }
    comparing = s;
    qsort(s->index, s->n, sizeof *s->index, by_key);
    committee_init_body(&c, p->name, body, s);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    committee_run(&c);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    s->ns = (uint64_t)(to.tv_sec - from.tv_sec) * 1000000000u + (uint64_t)to.tv_nsec - (uint64_t)from.tv_nsec;
    s->sent = 0;
    for (int q = 0; q < p->parties; q++) {
        if (c.err[q])
            fail_msg("%s: party %d: %s", p->name, q, c.fault[q].text);
        for (int r = 0; r < p->parties; r++)
            s->sent += c.counters[q].bytes_sent[r];
    }
    for (size_t e = 0; e < s->wanted; e++) {
        assert_int_equal(s->out[2 * s->n + e], s->index[s->first + e]);
        assert_int_equal(s->out[e], s->key[s->index[s->first + e]]);
        assert_int_equal(s->out[s->n + e], s->payload[s->index[s->first + e]]);
    }
    committee_wipe(&c);
    free(s->key);
    free(s->payload);
    free(s->index);
    free(s->out);
}

static void test_many_rows(void **state)
{
    static const struct {
        size_t n, first, wanted, round_worth;
        uint64_t key_mask;
        unsigned levels, rounds; /* at most, and of each */
    } many[] = {
        { 3000, 0, 3000, 1, 0xffffffff, 26, 46 }, { 3000, 0, 3000, 1, 0, 26, 46 },
        { 3000, 0, 3000, 1, 3, 26, 46 },          { 3000, 0, 10, 1, 0xffffffff, 26, 46 },
        { 3000, 1500, 1, 1, 0xffff, 26, 46 },     { 3000, 2990, 10, 1, 0xff, 26, 46 },
        { 1000, 0, 1000, 0, 0xff, 9, 12 },        { 2500, 0, 2500, 100000, 0xffff, 5, 8 },
    };

    (void)state;
    for (const struct mpc_protocol *const *p = mpc_protocols; *p; p++)
        for (size_t i = 0; (*p)->permute && i < COUNT_OF(many); i++) {
            struct sorting s = { .n = many[i].n,
                                 .first = many[i].first,
                                 .wanted = many[i].wanted,
                                 .round_worth = many[i].round_worth,
                                 .key_mask = many[i].key_mask,
                                 .seed = i + 1 };

            run(*p, &s);
            if ((*p)->parties > 1 && !(*p)->verify && /* proofs take rounds of their own */
                s.rounds > 4 + many[i].levels * many[i].rounds)
                fail_msg("%s: %zu rows took %llu rounds", (*p)->name, s.n, (unsigned long long)s.rounds);
        }
}

static int measure(size_t n, const char *protocol)
{
    struct sorting s = { .n = n, .wanted = n, .key_mask = 0xffffffff, .seed = 1 };

    run(mpc_protocol_by_name(protocol), &s);
    printf("%s, %zu rows: %.2f s of all parties, %llu rounds, %.1f MB in all\n", protocol, n,
           (double)s.ns / 1e9, (unsigned long long)s.rounds, (double)s.sent / 1e6);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_many_rows) };

    chosen_no_locking();
    if (argc > 1)
        return measure((size_t)strtoull(argv[1], NULL, 10), argc > 2 ? argv[2] : "rep4");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
