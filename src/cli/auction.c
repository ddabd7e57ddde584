#include "cli/auction.h"

const char auction_source[] = {
#include "auction.inc"
    0, /* a string */
};

/* SplitMix64 (Steele, Lea and Flood 2014): the same bids for the same seed, everywhere. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void compute_plainly(struct auction *a)
{
    uint64_t second = 0;
    size_t first = 0;

    for (size_t i = 1; i < a->n; i++)
        if (a->bids[i] > a->bids[first])
            first = i;
    for (size_t i = 0; i < a->n; i++)
        if (i != first && a->bids[i] > second)
            second = a->bids[i];
    a->winner = first;
    a->price = second;
}

enum sotto_err auction_new(struct cli *cli, int parties, uint64_t seed, size_t n, struct auction *a)
{
    struct client_rows rows = { mem_alloc(n, sizeof *rows.values), n };
    enum sotto_err err = SOTTO_OK;

    memset(a, 0, sizeof *a);
    a->bids = mem_alloc(n, sizeof *a->bids);
    a->n = n;
    if (!rows.values || !a->bids)
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for %zu bids", n);
    for (size_t i = 0; !err && i < n; i++)
        a->bids[i] = rows.values[i] = 1 + draw(&seed) % AUCTION_BID_MAX;
    if (!err)
        err = job_compile(cli, "auction.sotto", auction_source, strlen(auction_source), parties, &a->job);
    if (!err)
        err = job_define(cli, &a->job, true);
    if (!err) {
        compute_plainly(a);
        err = job_split(cli, &a->job, 0, &rows);
    }
    if (!err)
        err = job_bind_sizes(cli, &a->job);
    if (rows.values)
        client_rows_wipe(&rows);
    if (err)
        auction_wipe(a);
    return err;
}

void auction_wipe(struct auction *a)
{
    job_wipe(&a->job);
    mem_free(a->bids);
    memset(a, 0, sizeof *a);
}

bool auction_is_right(const struct auction *a, const struct run_result *r)
{
    return r->vm.outputs[0].set && r->vm.outputs[0].values[0] == a->winner && r->vm.outputs[1].set &&
           r->vm.outputs[1].values[0] == a->price;
}
