/* cost.c - what a round is worth. docs/protocols/keys.md, "Pace". */
#include "mpc/mpc.h"

enum { PROBE_LEN = 8 << 10 /* within the first flight of a fresh connection */ };
static const uint64_t RATE_MAX = 1000000000; /* bytes a second: what a party's own work leaves of any network */

static enum sotto_err probe(struct strand *st, struct exchange *x, uint8_t *buf, size_t len, uint64_t *ns)
{
    uint64_t start = clock_now_ns();

    for (int p = 0; p < st->s->protocol->parties; p++) {
        if (p == st->s->self)
            continue;
        x->out[p].buf = buf;
        x->in[p].buf = buf + (size_t)(p + 1) * PROBE_LEN;
        x->out[p].len = x->in[p].len = len;
    }
    TRY(strand_post(st, x));
    TRY(strand_await(st));
    *ns = clock_now_ns() - start;
    return SOTTO_OK;
}

enum sotto_err mpc_round_measure(struct strand *st, uint64_t *worth)
{
    const uint64_t peers = (uint64_t)st->s->protocol->parties - 1, len = peers * PROBE_LEN,
                   least_ns = len * 1000000000 / RATE_MAX;
    struct exchange *x = strand_alloc(st, 2, sizeof *x);
    uint8_t *buf = strand_alloc(st, peers + 2, PROBE_LEN);
    uint64_t empty_ns = 0, full_ns = 0, bytes_ns;

    if (!x || !buf)
        return st->s->fault.code;
    TRY(probe(st, &x[0], buf, 0, &empty_ns));
    TRY(probe(st, &x[1], buf, PROBE_LEN, &full_ns));
    bytes_ns = full_ns > empty_ns + least_ns ? full_ns - empty_ns : least_ns;
    if (empty_ns > 100000000000) /* no network is that slow; keep the product below 2^64 */
        empty_ns = 100000000000;
    *worth = empty_ns * len / bytes_ns;
    if (*worth < MPC_ROUND_WORTH_MIN)
        *worth = MPC_ROUND_WORTH_MIN;
    if (*worth > MPC_ROUND_WORTH_MAX)
        *worth = MPC_ROUND_WORTH_MAX;
    return SOTTO_OK;
}

uint64_t mpc_round_agree(const uint64_t *told, int parties)
{
    for (int p = 0; p < parties; p++) {
        int below = 0; /* how many come before it in order; equal ones by their numbers */

        for (int q = 0; q < parties; q++)
            below += q < p ? told[q] <= told[p] : told[q] < told[p];
        if (below == (parties - 1) / 2)
            return told[p] < MPC_ROUND_WORTH_MIN   ? MPC_ROUND_WORTH_MIN
                   : told[p] > MPC_ROUND_WORTH_MAX ? MPC_ROUND_WORTH_MAX
                                                   : told[p];
    }
    return MPC_ROUND_WORTH_DEFAULT;
}

struct mpc_cost mpc_cost_of(const struct strand *st)
{
    const struct mpc_session *s = st->s;
    /* rep4: five bits an AND among four parties; three parties: one each; alone: none */
    unsigned quarters = s->protocol->parties == 4 ? 5 : s->protocol->parties > 1 ? 4 : 0;

    return (struct mpc_cost){ s->options.round_worth, quarters, st->beside ? st->beside : 1 };
}
