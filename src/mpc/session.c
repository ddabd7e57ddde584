#include "mpc/lanes.h"

#include <stdarg.h>
#include <stdio.h>

struct mpc_session *session_alloc(const struct mpc_protocol *protocol, struct net_channel *ch,
                                  struct mpc_options options)
{
    struct mpc_session *s = mem_alloc(1, sizeof *s);

    if (!s)
        return NULL;
    arena_init(&s->secrets, 0, true);
    s->key = arena_alloc(&s->secrets, MPC_SHARES_MAX, sizeof *s->key);
    if (!s->key) {
        mem_free(s);
        return NULL;
    }
    s->protocol = protocol;
    s->ch = ch;
    s->self = ch ? ch->self : 0;
    s->options = options;
    s->options.measure &= !s->options.round_worth && protocol->parties > 1;
    if (!s->options.round_worth)
        s->options.round_worth = MPC_ROUND_WORTH_DEFAULT;
    s->ready_last = &s->ready;
    s->budget = s->chunks.budget = &s->memory;
    return s;
}

struct mpc_session *mpc_session_new(const struct mpc_protocol *protocol, struct net_channel *ch,
                                    struct mpc_options options, struct fault *f)
{
    struct mpc_session *s;

    if (protocol->parties > 1 && (!ch || ch->parties != protocol->parties)) {
        (void)fault_set(f, SOTTO_ERR_USAGE, "%s needs %d parties", protocol->name, protocol->parties);
        return NULL;
    }
    s = session_alloc(protocol, ch, options);
    if (!s)
        (void)fault_set(f, SOTTO_ERR_RESOURCE, "no memory for a session");
    return s;
}

static void wipe_keys(struct mpc_session *s)
{
    lanes_lock(s);
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        crypto_stream_wipe(&s->key[a]);
    lanes_unlock(s);
}

static void strand_free(struct strand *st)
{
    arena_wipe(&st->scratch);
    arena_wipe(&st->wire);
    mem_free(st);
}

void mpc_session_free(struct mpc_session *s)
{
    if (!s)
        return;
    lanes_free(s);
    wipe_keys(s);
    if (s->protocol->session_end)
        s->protocol->session_end(s);
    while (s->pool) {
        struct strand *st = s->pool;

        s->pool = st->next;
        strand_free(st);
    }
    arena_pool_wipe(&s->chunks);
    arena_wipe(&s->secrets);
    mem_free(s);
}

/* --- the scheduler --------------------------------------------------------------------------------------- */

static void make_ready(struct strand *st)
{
    struct mpc_session *s = st->s;

    st->next = NULL;
    st->link = NULL;
    *s->ready_last = st;
    s->ready_last = &st->next;
}

void strand_wake(struct strand *st)
{
    if (!st->link)
        return; /* it is ready already */
    *st->link = st->next;
    if (st->next)
        st->next->link = st->link;
    make_ready(st);
}

void session_park(struct strand *st)
{
    struct mpc_session *s = st->s;

    st->next = s->parked;
    st->link = &s->parked;
    if (st->next)
        st->next->link = &st->next;
    s->parked = st;
    fiber_yield();
}

enum sotto_err strand_park(struct strand *st)
{
    if (!st->s->fault.code)
        session_park(st);
    return st->s->fault.code;
}

static void strand_main(void *arg)
{
    struct strand *st = arg;

    if (!st->s->fault.code)
        st->err = st->fn(st, st->arg);
    else
        st->err = st->s->fault.code;
}

struct strand *strand_spawn(struct mpc_session *s, uint32_t instr, uint16_t tile, uint64_t depth,
                            enum sotto_err (*fn)(struct strand *, void *), void *arg)
{
    struct strand *st = s->pool;

    if (st) {
        s->pool = st->next;
    } else {
        st = mem_alloc(1, sizeof *st);
        if (!st)
            return NULL;
        arena_init(&st->scratch, 0, true);
        arena_init(&st->wire, 0, true);
        st->scratch.budget = st->wire.budget = s->budget;
        st->scratch.pool = st->wire.pool = &s->chunks;
    }
    *st = (struct strand){ .s = s,
                           .instr = instr,
                           .tile = tile,
                           .depth = depth,
                           .fn = fn,
                           .arg = arg,
                           .scratch = st->scratch,
                           .wire = st->wire };
    st->fiber = fiber_new(strand_main, st);
    if (!st->fiber) {
        st->next = s->pool;
        s->pool = st;
        return NULL;
    }
    s->strands_n++;
    make_ready(st);
    return st;
}

static void finish(struct strand *st)
{
    struct mpc_session *s = st->s;

    assert(st->err || !st->unverified);
    if (st->err && !s->fault.code)
        (void)strand_fail(st, st->err, "%s at instruction %u", sotto_err_text(st->err), st->instr);
    if (!st->err && s->protocol->strand_end)
        s->protocol->strand_end(st);
    if (st->depth > s->rounds)
        s->rounds = st->depth;
    if (st->joiner) {
        if (st->depth > st->joiner->depth)
            st->joiner->depth = st->depth;
        st->joiner->missing--;
        strand_wake(st->joiner);
    }
    if (st->job)
        lanes_done(s, st->job, st->depth);
    fiber_free(st->fiber);
    st->fiber = NULL;
    arena_reset(&st->scratch);
    arena_reset(&st->wire);
    st->next = s->pool;
    s->pool = st;
    s->strands_n--;
}

static struct strand *next_ready(struct mpc_session *s)
{
    struct strand *st = s->ready;

    if (st) {
        s->ready = st->next;
        if (!s->ready)
            s->ready_last = &s->ready;
        st->next = NULL;
    }
    return st;
}

/* All strands wait. Where no message is due that would be for ever. */
static void wait_for_network(struct mpc_session *s)
{
    if (!s->ch || (!s->away && !net_inbox_waited(s->ch))) {
        static const struct fault stuck = { .code = SOTTO_ERR_INTERNAL,
                                            .accuser = -1,
                                            .text = "the program is stuck: all its parts wait for each other; "
                                                    "please report this with the program" };

        (void)mpc_session_fail(s, &stuck);
    } else if (net_wait(s->ch)) {
        (void)mpc_session_fail(s, &s->ch->fault);
    }
}

enum sotto_err mpc_session_run(struct mpc_session *s, enum sotto_err (*fn)(struct strand *, void *), void *arg)
{
    static const struct fault no_strand = { .code = SOTTO_ERR_RESOURCE,
                                            .accuser = -1,
                                            .text = "no memory for a strand" };

    if (!strand_spawn(s, 0, 0, 0, fn, arg))
        return mpc_session_fail(s, &no_strand);
    while (s->strands_n) {
        session_run_ready(s);
        if (!s->strands_n)
            break;
        assert(s->parked);
        if (!s->fault.code)
            wait_for_network(s);
        lanes_take_done(s);
    }
    if (s->fault.code)
        lanes_wait_failed(s); /* nothing is sent any more when this returns */
    return s->fault.code;
}

void session_run_ready(struct mpc_session *s)
{
    struct strand *st;

    while (s->fault.code && s->parked)
        strand_wake(s->parked);
    while ((st = next_ready(s))) {
        if (s->ch)
            net_keepalive(s->ch);
        fiber_resume(st->fiber);
        if (fiber_done(st->fiber))
            finish(st);
    }
}

/* --- the end of a session -------------------------------------------------------------------------------- */

enum sotto_err mpc_session_fail(struct mpc_session *s, const struct fault *why)
{
    if (s->fault.code)
        return s->fault.code;
    s->fault = *why;
    lanes_fail(s); /* another lane may have failed before: then its fault is told */
    wipe_keys(s);
    if (s->ch)
        net_abort(s->ch, &s->fault);
    lanes_failed(s);
    return s->fault.code;
}

enum sotto_err strand_fail(struct strand *st, enum sotto_err code, const char *format, ...)
{
    struct fault f = { .code = code, .accuser = -1 };
    va_list args;

    va_start(args, format);
    vsnprintf(f.text, sizeof f.text, format, args);
    va_end(args);
    return mpc_session_fail(st->s, &f);
}

enum sotto_err strand_accuse(struct strand *st, uint32_t suspects, const char *format, ...)
{
    struct fault f = { .code = SOTTO_ERR_CHEAT, .accuser = st->s->self, .suspects = suspects };
    va_list args;
    int len = 0;

    if (st->line)
        len = snprintf(f.text, sizeof f.text, "line %u, instruction %u, step %u: ", st->line, st->instr,
                       st->step - 1u);
    va_start(args, format);
    vsnprintf(f.text + len, sizeof f.text - (size_t)len, format, args);
    va_end(args);
    return mpc_session_fail(st->s, &f);
}

/* --- memory ---------------------------------------------------------------------------------------------- */

static void *or_fail(struct strand *st, void *p, size_t n, size_t size)
{
    if (!p)
        (void)strand_fail(st, SOTTO_ERR_RESOURCE,
                          "no memory for %zu items of %zu bytes beside %zu MB in use; give the job more "
                          "(--memory) or fewer rows",
                          n, size, st->s->budget->used >> 20);
    return p;
}

void *strand_alloc(struct strand *st, size_t n, size_t size)
{
    return or_fail(st, arena_alloc(&st->scratch, n, size), n, size);
}

void *strand_room(struct strand *st, size_t n, size_t size)
{
    return or_fail(st, arena_room(&st->scratch, n, size), n, size);
}

enum sotto_err strand_shared(struct strand *st, struct shared *z, enum mpc_domain domain, unsigned bits,
                             size_t n)
{
    *z = (struct shared){ .domain = domain, .bits = bits, .n = n, .stride = ring_words(n) };
    for (int a = 0; a < st->s->protocol->shares; a++)
        if (st->s->protocol->holds[st->s->self] >> a & 1) {
            z->share[a] = strand_alloc(st, 1, shared_share_len(domain, bits, n));
            if (!z->share[a])
                return st->s->fault.code;
        }
    return SOTTO_OK;
}

/* --- exchanges ------------------------------------------------------------------------------------------- */

static void message_arrived(void *arg)
{
    struct strand *st = arg;

    if (--st->missing == 0)
        strand_wake(st);
}

enum sotto_err strand_post(struct strand *st, struct exchange *x)
{
    struct net_channel *ch = st->s->ch;
    struct net_tag tag = { st->instr, st->tile, st->step };

    assert(!st->unverified); /* verify before use: claims.md */
    lanes_look(st->s);
    if (st->s->fault.code)
        return st->s->fault.code;
    if (st->step == UINT16_MAX)
        return strand_fail(st, SOTTO_ERR_RESOURCE, "instruction %u takes over %d steps", st->instr, UINT16_MAX);
    st->step++;
    net_keepalive(ch); /* a long vector goes in many pieces */
    for (int p = 0; p < st->s->protocol->parties; p++)
        if (x->out[p].buf && net_send(ch, p, tag, x->out[p].buf, x->out[p].len))
            return mpc_session_fail(st->s, &ch->fault);
    for (int p = 0; p < st->s->protocol->parties; p++) {
        if (!x->in[p].buf)
            continue;
        x->slot[p] = (struct net_slot){ .from = p,
                                        .tag = tag,
                                        .buf = x->in[p].buf,
                                        .len = x->in[p].len,
                                        .wake = message_arrived,
                                        .wake_arg = st };
        st->missing++;
        if (net_expect(ch, &x->slot[p]))
            return mpc_session_fail(st->s, &ch->fault);
    }
    return SOTTO_OK;
}

enum sotto_err strand_await(struct strand *st)
{
    while (st->missing)
        TRY(strand_park(st)); /* a dead session expects nothing: the slots may go */
    st->depth++;
    st->unverified += st->checks;
    st->checks = 0;
    return st->s->fault.code;
}

/*  iv: instr (4) | tile (2) | step (2) | use (1) | block counter (7) */
static void stream_start(const struct strand *st, int key, unsigned step, unsigned use, uint8_t iv[16])
{
    assert(st->s->protocol->holds[st->s->self] >> key & 1);
    memset(iv, 0, 16);
    put_u32(iv, st->instr);
    put_u16(iv + 4, st->tile);
    put_u16(iv + 6, (uint16_t)step);
    iv[8] = (uint8_t)use;
}

enum sotto_err strand_stream(struct strand *st, int key, unsigned step, unsigned use, void *out, size_t len)
{
    return strand_stream_at(st, key, step, use, 0, out, len);
}

enum sotto_err strand_stream_at(struct strand *st, int key, unsigned step, unsigned use, uint64_t first,
                                void *out, size_t len)
{
    struct mpc_session *s = st->s;
    uint8_t iv[16];

    stream_start(st, key, step, use, iv);
    for (int i = 0; i < 7; i++)
        iv[15 - i] = (uint8_t)(first >> 8 * i);
    if (s->fault.code)
        return s->fault.code;
    if (s->options.stream_hook)
        return s->options.stream_hook(s->options.stream_hook_arg, s->self, key, iv, out, len);
    return crypto_stream_read(&s->key[key], iv, out, len);
}
