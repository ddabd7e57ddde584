/* meeting.h - parties of several lanes, a thread each beside those of their lanes, over real connections. */
#ifndef SOTTO_TESTS_MEETING_H
#define SOTTO_TESTS_MEETING_H

#include "lib/committee.h"

enum { MEETING_PARTIES = 4, MEETING_TIMEOUT_MS = 20000 };

struct meeting;
struct meeting_side {
    struct meeting *m;
    int self, lanes;
    bool corrupt;
    enum sotto_err err;
    struct fault fault;
    struct vm_result result;
    uint64_t sent, rounds;
    size_t budget; /* handed out at the end */
    bool keys_left, talked_on;
};

struct meeting {
    struct committee job; /* image, rows, parameters, limits of memory; or a body in place of the program */
    struct crypto_identity id[MEETING_PARTIES];
    struct net_peer peer[MEETING_PARTIES];
    int listen_fd[MEETING_PARTIES];
    struct meeting_side side[MEETING_PARTIES]; /* corrupt: as it was before */
    unsigned timeout_ms;
    enum sotto_err (*body)(struct strand *st, void *arg); /* in place of the program; arg: the side */
};

/** One run; tiles are as small as can be. May be repeated. */
void meeting_run(struct meeting *m, const int lanes[MEETING_PARTIES]);
void meeting_run_equal(struct meeting *m, int lanes);
/** What all sides have put out is that of `want`, which has run in one process. */
bool meeting_same(const struct meeting *m, const struct committee *want);
/** Its results and its job. */
void meeting_wipe(struct meeting *m);

#endif
