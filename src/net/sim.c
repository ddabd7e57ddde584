/* sim.c - a committee inside one process: deterministic, and every message open to a test's hook, the frames by
 * which a party gives up included. */
#include "net/net.h"

struct sim_message {
    struct sim_message *next;
    int from;
    uint8_t header[NET_HEADER_LEN];
    size_t len;
    uint8_t payload[];
};

struct sim_queue {
    struct sim_message *first, **last;
};

struct sim_party {
    struct net_channel ch; /* first: a channel of the simulator is its party */
    struct net_sim *sim;
    struct sim_queue queue, late;
    struct fiber *fiber;
    bool waits, timed_out;
};

struct net_sim {
    int parties;
    net_sim_hook *hook;
    void *hook_arg;
    uint64_t serial;
    struct sim_party party[SOTTO_PARTIES_MAX];
};

static struct sim_party *party_of(struct net_channel *ch)
{
    return (struct sim_party *)(void *)ch;
}

static void queue_init(struct sim_queue *q)
{
    q->first = NULL;
    q->last = &q->first;
}

static struct sim_message *queue_pop(struct sim_queue *q)
{
    struct sim_message *m = q->first;

    if (m) {
        q->first = m->next;
        if (!q->first)
            q->last = &q->first;
    }
    return m;
}

static enum sotto_err queue_push(struct sim_queue *q, bool first, int from, const uint8_t *header,
                                 const void *payload, size_t len)
{
    struct sim_message *m = mem_alloc(1, sizeof *m + len);

    if (!m)
        return SOTTO_ERR_RESOURCE;
    m->from = from;
    m->len = len;
    memcpy(m->header, header, NET_HEADER_LEN);
    if (len)
        memcpy(m->payload, payload, len);
    if (first) {
        m->next = q->first;
        q->first = m;
        if (!m->next)
            q->last = &m->next;
        return SOTTO_OK;
    }
    *q->last = m;
    q->last = &m->next;
    return SOTTO_OK;
}

static enum sotto_err put(struct net_channel *ch, int to, enum net_sim_verdict verdict, uint8_t *header,
                          const uint8_t *payload, size_t len)
{
    struct sim_party *receiver = &party_of(ch)->sim->party[to];
    struct sim_queue *q = verdict == NET_SIM_LATE ? &receiver->late : &receiver->queue;

    if (verdict == NET_SIM_DROP)
        return SOTTO_OK;
    if (verdict == NET_SIM_TRUNCATE && len)
        put_u32(header, (uint32_t)--len);
    TRY(queue_push(q, verdict == NET_SIM_EARLY, ch->self, header, payload, len));
    if (verdict == NET_SIM_REPEAT)
        TRY(queue_push(q, false, ch->self, header, payload, len));
    return SOTTO_OK;
}

static enum sotto_err sim_send(struct net_channel *ch, int to, const uint8_t header[NET_HEADER_LEN],
                               const void *payload, size_t len)
{
    struct net_sim *sim = party_of(ch)->sim;
    struct reader r = reader_of(header + 8, 8);
    struct net_sim_message m = { .from = ch->self, .to = to, .len = len, .serial = sim->serial++ };
    enum net_sim_verdict verdict;
    uint8_t own_header[NET_HEADER_LEN], *copy;
    enum sotto_err err;

    memcpy(own_header, header, NET_HEADER_LEN);
    if (!sim->hook) {
        err = put(ch, to, NET_SIM_PASS, own_header, payload, len);
    } else {
        copy = mem_alloc(1, len);
        if (!copy)
            return fault_set(&ch->fault, SOTTO_ERR_RESOURCE, "no memory for a message of %zu bytes", len);
        if (len)
            memcpy(copy, payload, len);
        m.tag.instr = read_u32(&r);
        m.tag.tile = read_u16(&r);
        m.tag.step = read_u16(&r);
        m.payload = copy;
        verdict = sim->hook(sim->hook_arg, &m);
        put_u32(own_header + 8, m.tag.instr);
        put_u16(own_header + 12, m.tag.tile);
        put_u16(own_header + 14, m.tag.step);
        err = put(ch, to, verdict, own_header, copy, len);
        mem_free(copy);
    }
    return err ? fault_set(&ch->fault, err, "no memory for a message of %zu bytes", len) : SOTTO_OK;
}

static enum sotto_err sim_flush(struct net_channel *ch)
{
    (void)ch;
    return SOTTO_OK;
}

static enum sotto_err accept_message(struct net_channel *ch, const struct sim_message *m)
{
    struct reader r = reader_of(m->header + 8, 4);

    if (read_u32(&r) == NET_CONTROL_ABORT)
        return net_abort_decode(ch, m->from, m->payload, m->len);
    return net_inbox_deliver(ch, m->from, m->header, m->payload);
}

static enum sotto_err sim_wait(struct net_channel *ch)
{
    struct sim_party *p = party_of(ch);
    struct sim_message *m;
    enum sotto_err err = SOTTO_OK;

    while (!p->queue.first && !p->timed_out) {
        p->waits = true;
        fiber_yield();
        p->waits = false;
    }
    if (!p->queue.first)
        return fault_set(&ch->fault, SOTTO_ERR_TIMEOUT, "no message from parties %#x", net_inbox_waited(ch));
    while (!err && (m = queue_pop(&p->queue))) {
        err = accept_message(ch, m);
        mem_free(m);
    }
    return err;
}

static void sim_abort(struct net_channel *ch, const struct fault *why)
{
    uint8_t header[NET_HEADER_LEN] = { 0 }, payload[NET_ABORT_LEN_MAX];
    size_t len = net_abort_encode(payload, why);

    put_u32(header, (uint32_t)len);
    put_u32(header + 8, NET_CONTROL_ABORT);
    for (int to = 0; to < ch->parties; to++)
        if (to != ch->self)
            (void)!sim_send(ch, to, header, payload, len);
}

static void sim_free(struct net_channel *ch)
{
    (void)ch; /* channels live in their net_sim */
}

static const struct net_ops sim_ops = {
    .name = "sim",
    .send = sim_send,
    .flush = sim_flush,
    .wait = sim_wait,
    .abort = sim_abort,
    .free = sim_free,
};

struct net_sim *net_sim_new(int parties, net_sim_hook *hook, void *hook_arg)
{
    struct net_sim *sim = mem_alloc(1, sizeof *sim);

    assert(parties >= 1 && parties <= SOTTO_PARTIES_MAX);
    if (!sim)
        return NULL;
    sim->parties = parties;
    sim->hook = hook;
    sim->hook_arg = hook_arg;
    for (int i = 0; i < parties; i++) {
        struct sim_party *p = &sim->party[i];

        queue_init(&p->queue);
        queue_init(&p->late);
        p->sim = sim;
        p->ch = (struct net_channel){ .ops = &sim_ops, .self = i, .parties = parties, .interrupt_fd = -1 };
        if (net_inbox_new(&p->ch)) {
            net_sim_free(sim);
            return NULL;
        }
    }
    return sim;
}

struct net_channel *net_sim_channel(struct net_sim *sim, int party)
{
    return &sim->party[party].ch;
}

/* Nothing moves any more: let what was held back arrive, or tell the lowest waiting party that time is up. */
static void break_silence(struct net_sim *sim)
{
    for (int i = 0; i < sim->parties; i++) {
        struct sim_party *p = &sim->party[i];

        if (p->late.first) {
            *p->queue.last = p->late.first;
            p->queue.last = p->late.last;
            queue_init(&p->late);
            return;
        }
    }
    for (int i = 0; i < sim->parties; i++)
        if (!fiber_done(sim->party[i].fiber)) {
            sim->party[i].timed_out = true;
            return;
        }
}

static bool run_once(struct net_sim *sim, bool *running)
{
    bool moved = false;

    *running = false;
    for (int i = 0; i < sim->parties; i++) {
        struct sim_party *p = &sim->party[i];

        if (fiber_done(p->fiber))
            continue;
        *running = true;
        if (p->waits && !p->queue.first && !p->timed_out)
            continue;
        fiber_resume(p->fiber);
        moved = true;
    }
    return moved;
}

enum sotto_err net_sim_run(struct net_sim *sim, void (*main_of)(void *), void *const arg[])
{
    bool running = true;
    int made = 0;

    for (; made < sim->parties; made++) {
        sim->party[made].fiber = fiber_new(main_of, arg[made]);
        if (!sim->party[made].fiber)
            break;
    }
    if (made == sim->parties)
        while (running) {
            if (!run_once(sim, &running) && running)
                break_silence(sim);
            if (running && fiber_self())
                fiber_yield();
        }
    for (int i = 0; i < made; i++)
        fiber_free(sim->party[i].fiber);
    return made == sim->parties ? SOTTO_OK : SOTTO_ERR_RESOURCE;
}

static void queue_free(struct sim_queue *q)
{
    for (struct sim_message *m; (m = queue_pop(q));)
        mem_free(m);
}

void net_sim_free(struct net_sim *sim)
{
    if (!sim)
        return;
    for (int i = 0; i < sim->parties; i++) {
        net_inbox_free(&sim->party[i].ch);
        queue_free(&sim->party[i].queue);
        queue_free(&sim->party[i].late);
    }
    mem_free(sim);
}
