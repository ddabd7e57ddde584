/* lanes.h - how the lanes of a session hang together. Private to session.c and lanes.c.
 *
 *   lane 0 ──jobs──▶ lane k        a tile each; net_interrupt wakes a lane that waits for the network
 *          ◀──done──               in the order in which they were finished
 *
 * Under the lock: the lists, the first fault, and every making and wiping of keys. */
#ifndef SOTTO_MPC_LANES_H
#define SOTTO_MPC_LANES_H

#include <pthread.h>

#include "mpc/mpc.h"

/* One tile on its way. */
struct tile {
    enum sotto_err (*fn)(struct strand *, void *, size_t);
    void *arg;
    size_t i, beside;
    struct strand *parent;
    uint64_t depth; /* of its beginning, then of its end */
    uint32_t instr, line;
    uint16_t number;
    struct tile *next;
};

struct lane {
    struct mpc_session *s; /* lane 0's is the session itself */
    pthread_t thread;
    pthread_cond_t called;
    struct tile *first, **last; /* jobs */
    uint64_t bytes_sent;
    bool quit;
};

struct mpc_lanes {
    int n;
    pthread_mutex_t lock;
    struct lane lane[SOTTO_LANES_MAX];
    struct tile *done, **done_last;
    pthread_cond_t some_done;
    struct fault fault;
    _Atomic bool dead; /* fault is set */
    int failed;        /* lanes whose keys are wiped and whose peers are told */
};

/* session.c, for lanes.c */
/** Runs strands until all wait. */
void session_run_ready(struct mpc_session *s);
/** Parks in any case, also in a dead session. */
void session_park(struct strand *st);
struct mpc_session *session_alloc(const struct mpc_protocol *protocol, struct net_channel *ch,
                                  struct mpc_options options);

/* lanes.c, for session.c. All of them do nothing in a session of one lane. */
void lanes_lock(struct mpc_session *s);
void lanes_unlock(struct mpc_session *s);
/** s has failed. The first fault of all lanes becomes everybody's. */
void lanes_fail(struct mpc_session *s);
/** s has wiped its keys and told its peers. */
void lanes_failed(struct mpc_session *s);
/** Lane 0: until that is so of all lanes. */
void lanes_wait_failed(struct mpc_session *s);
/** Did another lane fail? Then this one fails, too. */
void lanes_look(struct mpc_session *s);
/** Lane 0: tiles that are finished wake their parents. In a dead session it waits for some if any are away. */
void lanes_take_done(struct mpc_session *s);
/** A lane: this tile is finished. */
void lanes_done(struct mpc_session *s, struct tile *t, uint64_t depth);
/** Ends the threads. */
void lanes_free(struct mpc_session *s);

#endif
