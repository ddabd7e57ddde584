/* auction.h - the standard auction as a job with bids drawn from a seed, and its result computed in the open.
 */
#ifndef SOTTO_CLI_AUCTION_H
#define SOTTO_CLI_AUCTION_H

#include "cli/job.h"
#include "cli/side.h"

struct auction {
    struct job job;
    uint64_t winner, price; /* what a run must give */
    uint64_t *bids;
    size_t n;
};
enum { AUCTION_BID_MAX = 1000000 };

/** The program's text. */
extern const char auction_source[];

/** programs/auction.sotto, carried in the tool, with n > 0 bids of 1 to AUCTION_BID_MAX split among the
 * parties. */
SOTTO_MUST_CHECK enum sotto_err auction_new(struct cli *cli, int parties, uint64_t seed, size_t n,
                                            struct auction *a);
void auction_wipe(struct auction *a);
/** The run's outputs are the right ones. */
bool auction_is_right(const struct auction *a, const struct run_result *r);

#endif
