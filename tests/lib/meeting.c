#include "lib/meeting.h"

#include <pthread.h>
#include <stdio.h>

#include "lib/testing.h"
#include "mpc/lanes.h"

enum { TILE_BITS = 1 /* the least: MPC_TILE_N_MIN elements */ };

static bool has_keys(struct mpc_session *s)
{
    bool any = false;

    lanes_lock(s);
    for (int l = 0; s->lanes && l < s->lanes->n; l++)
        for (int a = 0; a < MPC_SHARES_MAX; a++)
            any |= s->lanes->lane[l].s->key[a].aes != NULL || s->lanes->lane[l].s->key[a].cipher != NULL;
    lanes_unlock(s);
    return any;
}

static void run_session(struct meeting_side *side, struct net_channel *ch[])
{
    struct meeting *m = side->m;
    struct mpc_options options = { .corrupt = side->corrupt, .tile_bits = TILE_BITS };
    struct mpc_session *s = mpc_session_new(m->job.protocol, ch[0], options, &side->fault);
    struct vm_job job = { .image = &m->job.image,
                          .params = m->job.params,
                          .memory_max = m->job.memory_max[side->self] };
    uint64_t messages[2] = { 0, 0 };

    assert_non_null(s);
    assert_int_equal(mpc_session_add_lanes(s, ch + 1, side->lanes - 1, &side->fault), SOTTO_OK);
    if (m->job.rows)
        job.rows = &m->job.rows[(size_t)side->self * m->job.image.inputs_n];
    if (m->job.body)
        side->err = m->job.body(s, m->job.body_arg);
    else
        side->err = m->body ? mpc_session_run(s, m->body, side) : vm_run(s, &job, &side->result);
    side->fault = s->fault;
    side->rounds = s->rounds;
    side->budget = s->memory.used;
    if (side->err) {
        side->keys_left = has_keys(s);
        for (int l = 0; l < side->lanes; l++)
            messages[0] += ch[l]->counters.messages_sent;
    }
    mpc_session_free(s);
    for (int l = 0; l < side->lanes; l++) {
        messages[1] += ch[l]->counters.messages_sent;
        for (int p = 0; p < m->job.protocol->parties; p++)
            side->sent += ch[l]->counters.bytes_sent[p];
    }
    side->talked_on = side->err && messages[0] != messages[1];
}

static void *side_main(void *arg)
{
    struct meeting_side *side = arg;
    struct meeting *m = side->m;
    struct net_channel *ch[SOTTO_LANES_MAX];

    side->err = net_tls_lanes(&m->id[side->self], side->self, m->job.protocol->parties, m->peer,
                              m->listen_fd[side->self], 1, m->timeout_ms ? m->timeout_ms : MEETING_TIMEOUT_MS,
                              side->lanes, ch, &side->fault);
    if (!side->err) {
        run_session(side, ch);
        for (int l = 0; l < side->lanes; l++)
            net_free(ch[l]);
    }
    fiber_cleanup();
    return NULL;
}

void meeting_run(struct meeting *m, const int lanes[MEETING_PARTIES])
{
    pthread_t thread[MEETING_PARTIES];
    int parties = m->job.protocol->parties;

    for (int p = 0; p < parties; p++) {
        bool corrupt = m->side[p].corrupt;

        vm_result_wipe(&m->side[p].result);
        m->side[p] = (struct meeting_side){ .m = m, .self = p, .lanes = lanes[p], .corrupt = corrupt };
        crypto_identity_new(&m->id[p]);
        (void)snprintf(m->peer[p].host, sizeof m->peer[p].host, "127.0.0.1");
        m->peer[p].port = 0;
        m->listen_fd[p] = net_listen(m->peer[p].host, &m->peer[p].port, NULL);
        assert_true(m->listen_fd[p] >= 0);
        memcpy(m->peer[p].public_key, m->id[p].public_key, sizeof m->peer[p].public_key);
    }
    for (int p = 0; p < parties; p++)
        assert_int_equal(pthread_create(&thread[p], NULL, side_main, &m->side[p]), 0);
    for (int p = 0; p < parties; p++)
        pthread_join(thread[p], NULL);
}

void meeting_run_equal(struct meeting *m, int lanes)
{
    meeting_run(m, (const int[MEETING_PARTIES]){ lanes, lanes, lanes, lanes });
}

bool meeting_same(const struct meeting *m, const struct committee *want)
{
    for (int p = 0; p < m->job.protocol->parties; p++)
        for (size_t o = 0; o < want->image.outputs_n; o++) {
            const struct vm_output *is = &m->side[p].result.outputs[o], *due = &want->result[0].outputs[o];

            if (is->n != due->n || memcmp(is->values, due->values, due->n * sizeof *due->values) != 0)
                return false;
        }
    return true;
}

void meeting_wipe(struct meeting *m)
{
    for (int p = 0; p < MEETING_PARTIES; p++)
        vm_result_wipe(&m->side[p].result);
    committee_wipe(&m->job);
}
