/* lanes.c - the threads of a session, and the tiles that are dealt out to them. */
#include "mpc/lanes.h"

void lanes_lock(struct mpc_session *s)
{
    if (s->lanes)
        pthread_mutex_lock(&s->lanes->lock);
}

void lanes_unlock(struct mpc_session *s)
{
    if (s->lanes)
        pthread_mutex_unlock(&s->lanes->lock);
}

static uint64_t sent_by(const struct mpc_session *s)
{
    uint64_t sum = 0;

    for (int p = 0; s->ch && p < s->ch->parties; p++)
        sum += s->ch->counters.bytes_sent[p];
    return sum;
}

int mpc_session_lanes(const struct mpc_session *s)
{
    return s->lanes ? s->lanes->n : 1;
}

uint64_t mpc_session_bytes_sent(struct mpc_session *s)
{
    uint64_t sum = sent_by(s);

    lanes_lock(s);
    for (int i = 1; s->lanes && i < s->lanes->n; i++)
        sum += s->lanes->lane[i].bytes_sent;
    lanes_unlock(s);
    return sum;
}

enum sotto_err mpc_session_key(struct mpc_session *s, int key, const uint8_t bytes[16])
{
    enum sotto_err err = crypto_stream_init(&s->key[key], bytes);

    lanes_lock(s);
    for (int i = 1; !err && s->lanes && !s->lanes->dead && i < s->lanes->n; i++) {
        struct mpc_session *other = s->lanes->lane[i].s;

        other->options.round_worth = s->options.round_worth; /* agreed upon since */
        err = crypto_stream_init(&other->key[key], bytes);
    }
    lanes_unlock(s);
    return err;
}

/* --- the end of all --------------------------------------------------------------------------------------- */

static void call(struct mpc_lanes *g, int i)
{
    pthread_cond_signal(&g->lane[i].called);
    net_interrupt(g->lane[i].s->ch);
}

void lanes_fail(struct mpc_session *s)
{
    struct mpc_lanes *g = s->lanes;

    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    if (!g->dead) {
        g->fault = s->fault;
        g->dead = true;
    }
    s->fault = g->fault;
    for (int i = 0; i < g->n; i++)
        if (i != s->lane)
            call(g, i);
    pthread_cond_signal(&g->some_done);
    pthread_mutex_unlock(&g->lock);
}

void lanes_failed(struct mpc_session *s)
{
    struct mpc_lanes *g = s->lanes;

    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    g->failed++;
    pthread_cond_broadcast(&g->some_done);
    pthread_mutex_unlock(&g->lock);
}

void lanes_wait_failed(struct mpc_session *s)
{
    struct mpc_lanes *g = s->lanes;

    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    while (g->failed < g->n)
        pthread_cond_wait(&g->some_done, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

void lanes_look(struct mpc_session *s)
{
    if (s->lanes && s->lanes->dead && !s->fault.code)
        (void)mpc_session_fail(s, &s->lanes->fault); /* it does not change any more */
}

/* --- tiles ------------------------------------------------------------------------------------------------ */

size_t mpc_tile_n(const struct mpc_options *options, unsigned bits)
{
    size_t n = MPC_TILE_N_MIN, tile_bits = options->tile_bits ? options->tile_bits : MPC_TILE_BITS_DEFAULT;

    while (2 * n * bits <= tile_bits && n < MPC_TILE_N_MAX)
        n *= 2;
    return n;
}

static enum sotto_err tile_main(struct strand *st, void *arg)
{
    struct tile *t = arg;

    return t->fn(st, t->arg, t->i);
}

/* On the lane that s is. */
static struct strand *start(struct mpc_session *s, struct tile *t)
{
    struct strand *st = s->fault.code ? NULL : strand_spawn(s, t->instr, t->number, t->depth, tile_main, t);

    if (!st) {
        static const struct fault why = { .code = SOTTO_ERR_RESOURCE,
                                          .accuser = -1,
                                          .text = "no memory for a strand" };

        (void)mpc_session_fail(s, &why);
        return NULL;
    }
    st->line = t->line;
    st->beside = t->beside;
    return st;
}

static void hand_over(struct mpc_session *s, int lane, struct tile *t)
{
    struct lane *l = &s->lanes->lane[lane];

    t->next = NULL;
    pthread_mutex_lock(&s->lanes->lock);
    *l->last = t;
    l->last = &t->next;
    call(s->lanes, lane);
    pthread_mutex_unlock(&s->lanes->lock);
    s->away++;
}

static bool begin(struct strand *st, struct tile *t, int lane)
{
    struct strand *child;

    if (lane) {
        hand_over(st->s, lane, t);
    } else {
        child = start(st->s, t);
        if (!child)
            return false;
        child->joiner = st;
    }
    st->missing++;
    return true;
}

static enum sotto_err deal(struct strand *st, size_t count,
                           enum sotto_err (*fn)(struct strand *, void *arg, size_t i), void *arg, int lanes)
{
    const uint64_t depth = st->depth; /* each starts here, however many ended before it began */
    const size_t first = st->tiles, together = MPC_TILES_MAX + (size_t)(lanes - 1) * MPC_TILES_MAX / 2;
    struct tile *t;

    if (count <= 1)
        return count ? fn(st, arg, 0) : SOTTO_OK;
    assert(!st->tile);
    if (count >= UINT16_MAX - first)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "an instruction is cut in %zu tiles, over the limit of %d",
                           first + count, UINT16_MAX - 1);
    st->tiles += count;
    t = strand_alloc(st, count, sizeof *t);
    if (!t)
        return st->s->fault.code;
    st->missing = 0;
    for (size_t i = 0; i < count; i++) {
        while (st->missing == together)
            session_park(st);
        t[i] = (struct tile){ .fn = fn,
                              .arg = arg,
                              .i = i,
                              .beside = count < MPC_TILES_MAX ? count : MPC_TILES_MAX, /* whatever the lanes */
                              .parent = st,
                              .depth = depth,
                              .instr = st->instr,
                              .line = st->line,
                              .number = (uint16_t)(first + i + 1) };
        if (st->s->fault.code || !begin(st, &t[i], (int)(i % (size_t)lanes)))
            break;
    }
    while (st->missing) /* even when the session is dead: the tiles use t */
        session_park(st);
    return st->s->fault.code;
}

enum sotto_err strand_each(struct strand *st, size_t count,
                           enum sotto_err (*fn)(struct strand *, void *arg, size_t i), void *arg)
{
    return deal(st, count, fn, arg, 1);
}

enum sotto_err strand_spread(struct strand *st, size_t count,
                             enum sotto_err (*fn)(struct strand *, void *arg, size_t i), void *arg)
{
    return deal(st, count, fn, arg, st->s->lanes && st->s->lane == 0 ? st->s->lanes->n : 1);
}

/* --- a lane ----------------------------------------------------------------------------------------------- */

void lanes_done(struct mpc_session *s, struct tile *t, uint64_t depth)
{
    struct mpc_lanes *g = s->lanes;

    t->depth = depth;
    t->next = NULL;
    pthread_mutex_lock(&g->lock);
    g->lane[s->lane].bytes_sent = sent_by(s);
    *g->done_last = t;
    g->done_last = &t->next;
    pthread_cond_signal(&g->some_done);
    net_interrupt(g->lane[0].s->ch);
    pthread_mutex_unlock(&g->lock);
}

void lanes_take_done(struct mpc_session *s)
{
    struct mpc_lanes *g = s->lanes;
    struct tile *t;

    if (!g)
        return;
    lanes_look(s);
    pthread_mutex_lock(&g->lock);
    while (s->fault.code && s->away && !g->done)
        pthread_cond_wait(&g->some_done, &g->lock);
    t = g->done;
    g->done = NULL;
    g->done_last = &g->done;
    pthread_mutex_unlock(&g->lock);
    for (struct tile *next; t; t = next) {
        struct strand *parent = t->parent;

        next = t->next;
        s->away--;
        if (t->depth > parent->depth)
            parent->depth = t->depth;
        parent->missing--;
        strand_wake(parent);
    }
}

/* New jobs, or NULL. A lane that is dead has no network to wait for. */
static struct tile *next_jobs(struct lane *l, bool *quit)
{
    struct mpc_lanes *g = l->s->lanes;
    struct tile *jobs;

    pthread_mutex_lock(&g->lock);
    while (l->s->fault.code && !l->s->strands_n && !l->first && !l->quit)
        pthread_cond_wait(&l->called, &g->lock);
    jobs = l->first;
    l->first = NULL;
    l->last = &l->first;
    *quit = l->quit;
    pthread_mutex_unlock(&g->lock);
    return jobs;
}

static void *lane_main(void *arg)
{
    struct lane *l = arg;
    struct mpc_session *s = l->s;
    bool quit = false;

    while (!quit) {
        struct tile *t = next_jobs(l, &quit);

        lanes_look(s);
        for (struct tile *next; t; t = next) {
            struct strand *st = start(s, t);

            next = t->next;
            if (st)
                st->job = t;
            else
                lanes_done(s, t, t->depth);
        }
        session_run_ready(s);
        if (!quit && !s->fault.code && net_wait(s->ch))
            (void)mpc_session_fail(s, &s->ch->fault);
    }
    fiber_cleanup();
    return NULL;
}

/* --- beginning and end ------------------------------------------------------------------------------------ */

static enum sotto_err add_lane(struct mpc_session *s, struct mpc_lanes *g, struct net_channel *ch)
{
    struct lane *l = &g->lane[g->n];

    l->s = session_alloc(s->protocol, ch, s->options);
    if (!l->s)
        return SOTTO_ERR_RESOURCE;
    l->s->options.corrupt = false; /* one lie is enough */
    l->s->lanes = g;
    l->s->lane = g->n;
    l->s->budget = l->s->chunks.budget = &s->memory;
    l->last = &l->first;
    pthread_cond_init(&l->called, NULL);
    if (pthread_create(&l->thread, NULL, lane_main, l)) {
        l->s->lanes = NULL;
        mpc_session_free(l->s);
        pthread_cond_destroy(&l->called);
        return SOTTO_ERR_RESOURCE;
    }
    pthread_mutex_lock(&g->lock); /* the lanes before it run already */
    g->n++;
    pthread_mutex_unlock(&g->lock);
    return SOTTO_OK;
}

enum sotto_err mpc_session_add_lanes(struct mpc_session *s, struct net_channel *const ch[], int n,
                                     struct fault *f)
{
    struct mpc_lanes *g = n > 0 ? mem_alloc(1, sizeof *g) : NULL;
    enum sotto_err err = n > 0 && !g ? SOTTO_ERR_RESOURCE : SOTTO_OK;

    assert(!s->lanes && s->lane == 0 && n < SOTTO_LANES_MAX);
    if (n == 0)
        return SOTTO_OK;
    if (!s->protocol->many_lanes) {
        mem_free(g);
        return fault_set(f, SOTTO_ERR_USAGE, "%s runs in one lane", s->protocol->name);
    }
    if (g) {
        pthread_mutex_init(&g->lock, NULL);
        pthread_cond_init(&g->some_done, NULL);
        pthread_cond_init(&g->lane[0].called, NULL);
        g->done_last = &g->done;
        g->lane[0].s = s;
        g->n = 1;
        s->lanes = g;
    }
    for (int i = 0; !err && i < n; i++)
        err = add_lane(s, g, ch[i]);
    if (err) {
        lanes_free(s);
        return fault_set(f, SOTTO_ERR_RESOURCE,
                         "no memory or no threads for %d lanes; start with fewer (--lanes)", n + 1);
    }
    return SOTTO_OK;
}

void lanes_free(struct mpc_session *s)
{
    struct mpc_lanes *g = s->lanes;

    if (!g || s->lane)
        return;
    for (int i = 1; i < g->n; i++) {
        pthread_mutex_lock(&g->lock);
        g->lane[i].quit = true;
        call(g, i);
        pthread_mutex_unlock(&g->lock);
        pthread_join(g->lane[i].thread, NULL);
        mpc_session_free(g->lane[i].s);
        pthread_cond_destroy(&g->lane[i].called);
    }
    pthread_cond_destroy(&g->lane[0].called);
    pthread_cond_destroy(&g->some_done);
    pthread_mutex_destroy(&g->lock);
    s->lanes = NULL;
    mem_free(g);
}
