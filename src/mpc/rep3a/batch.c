/* batch.c - when which products are proven. docs/protocols/rep3a.md, "Batches".
 *
 * All parties must put the same products into a batch, whatever their timing. So products are gathered in the
 * order of the program: of a strand as it goes; of its tiles in the order of their numbers; of instructions in
 * theirs. A batch ends where it is full, and at every opening.
 *
 *   strand ──full──▶ job               tile ──in order──▶ its strand
 *     └──end──▶ instruction ──in order──▶ row ──full, or before an opening──▶ job
 */
#include "mpc/rep3a/rep3a.h"

enum {
    BATCH_N = 1 << 16, /* products, 64 bits together counted as one: a batch is closed when it has so many */
    CLASSES = 32,
    PLACES = 1024, /* instructions that may be under way: the machine has 512 */
    /* Bytes of products that wait while proofs are under way: as many as fill the link for the rounds of a
     * proof, 7 bytes kept for each that is sent. More would only be more memory that is touched. */
    PENDING_PER_WORTH = 7 * 20,
    PENDING_LEN_MIN = 1 << 24,
    PENDING_LEN_MAX = 1 << 27,
    STEP_RANGE = 64 /* steps of a proof: a strand's batches share its tile */
};
/* Proofs have instruction numbers of their own: 1 | kind (4 bits) | instruction, or for a row's kind ROW +
 * number. */
#define PROOF_INSTR ((uint32_t)1 << 31)
enum { KIND_SHIFT = 27, ROW = REP3A_KINDS };

/* What is not yet in a job, by kind. */
struct batch {
    struct rep3a_list list[REP3A_KINDS];
    size_t n;
    uint32_t instr, line;
    uint64_t depth;
};

/* A strand's own, on the heap of the session's state. */
struct log {
    struct batch batch;
    uint16_t parts;     /* jobs made of it */
    uint16_t next_tile; /* whose products come next */
    struct log *ended;  /* tiles that are done before those before them */
    uint16_t tile;
    struct log *next;
};

struct waiter {
    struct strand *st;
    struct waiter *next;
};

struct state {
    struct arena arena;
    struct free_block {
        struct free_block *next;
    } * kept[CLASSES];
    size_t pending_len;     /* of all blocks */
    struct rep3a_job *jobs; /* newest first */
    uint64_t settled;       /* depth of those that are forgotten */
    struct waiter *waiters;
    /* instructions in order */
    bool ordered;
    uint32_t next_instr, rows;
    struct place {
        bool done, opens;
        struct log *log;
        uint64_t depth;
    } place[PLACES];
    struct batch row;
};

/* --- memory ---------------------------------------------------------------------------------------------- */

static struct state *state_of(struct mpc_session *s)
{
    struct state *state = s->later;

    if (state)
        return state;
    state = mem_alloc(1, sizeof *state);
    if (!state)
        return NULL;
    arena_init(&state->arena, 0, true);
    state->arena.budget = &s->memory;
    state->next_instr = 1;
    s->later = state;
    return state;
}

static unsigned class_of(size_t len)
{
    unsigned c = 0;

    while ((size_t)64 << c < len)
        c++;
    return c;
}

/* Not zeroed; the arena is wiped when the session ends. */
static void *take(struct state *state, size_t len)
{
    unsigned c = class_of(len);
    struct free_block *p = state->kept[c];

    if (!p)
        return arena_room(&state->arena, (size_t)64 << c, 1);
    state->kept[c] = p->next;
    return p;
}

static void give_back(struct state *state, void *p, size_t len)
{
    struct free_block *block = p;
    unsigned c = class_of(len);

    block->next = state->kept[c];
    state->kept[c] = block;
}

static enum sotto_err no_memory(struct strand *st)
{
    return strand_fail(st, SOTTO_ERR_RESOURCE,
                       "no memory for products that are not verified yet; give the job more (--memory)");
}

static struct log *log_of(struct strand *st)
{
    struct state *state = state_of(st->s);

    if (!st->log && state) {
        struct log *log = take(state, sizeof *log);

        if (log)
            *log = (struct log){ .next_tile = 1 };
        st->log = log;
    }
    if (!st->log)
        (void)no_memory(st);
    return st->log;
}

static void append(struct batch *to, enum rep3a_kind kind, struct rep3a_list *from)
{
    struct rep3a_list *list = &to->list[kind];

    if (!from->first)
        return;
    if (list->first)
        list->last->next = from->first;
    else
        list->first = from->first;
    list->last = from->last;
    list->n += from->n;
    to->n += from->n;
    *from = (struct rep3a_list){ 0 };
}

static void merge(struct batch *to, struct batch *from)
{
    for (unsigned k = 0; k < REP3A_KINDS; k++)
        append(to, (enum rep3a_kind)k, &from->list[k]);
    if (from->depth > to->depth)
        to->depth = from->depth;
    if (from->instr > to->instr)
        to->instr = from->instr;
    if (from->line)
        to->line = from->line;
    from->n = 0;
}

enum { HEAD_LEN = 128 };

static size_t whole_lines(size_t len)
{
    return (len + 63) / 64 * 64;
}

/* vector, row: bytes of a part of x and y, and of a, b and c. Moves have but one part of x, and an order. */
static struct rep3a_block *new_block(struct strand *st, enum rep3a_kind kind, struct rep3a_block head,
                                     size_t vector, size_t row, size_t order_len)
{
    struct log *log = log_of(st);
    size_t len = HEAD_LEN + (head.moves ? 3 : 4) * vector + 3 * row + order_len;
    struct rep3a_block *b = log ? take(st->s->later, len) : NULL;
    uint8_t *at;

    _Static_assert(sizeof *b <= HEAD_LEN, "a block's head has its place");
    if (!b) {
        (void)no_memory(st);
        return NULL;
    }
    if (head.moves)
        memset(b, 0, len); /* what this party does not know stays zero */
    *b = head;
    b->len = len;
    at = (uint8_t *)b + HEAD_LEN;
    for (int i = 0; i < 2; i++, at += vector)
        b->y[i] = at;
    for (int i = 0; i < (head.moves ? 1 : 2); i++, at += vector)
        b->x[i] = at;
    b->a = at;
    b->b = b->a + row;
    b->c = b->b + row;
    b->order = order_len ? (uint32_t *)(void *)(b->c + row) : NULL;
    append(&log->batch, kind, &(struct rep3a_list){ b, b, head.length });
    ((struct state *)st->s->later)->pending_len += len;
    return b;
}

/* Gates past the n that there are: products of zeros. */
static void clear_padding(struct rep3a_block *b, size_t n, size_t el)
{
    size_t len = (b->n - n) * el;

    for (size_t t = 0; t < b->terms; t++)
        for (int s = 0; s < 2; s++) {
            memset(b->x[s] + (t * b->n + n) * el, 0, len);
            memset(b->y[s] + (t * b->n + n) * el, 0, len);
        }
    memset(b->a + n * el, 0, len);
    memset(b->b + n * el, 0, len);
    memset(b->c + n * el, 0, len);
}

struct rep3a_block *rep3a_block_new(struct strand *st, enum rep3a_kind kind, size_t n, size_t terms)
{
    size_t el = rep3a_element_len(kind),
           padded = kind == REP3A_BITS ? (n + REP3A_GROUP - 1) / REP3A_GROUP * REP3A_GROUP : n;

    struct rep3a_block *b =
        new_block(st, kind, (struct rep3a_block){ .n = padded, .terms = terms, .length = padded * terms },
                  whole_lines(padded * terms * el), whole_lines(padded * el), 0);

    if (b && padded > n)
        clear_padding(b, n, el);
    return b;
}

struct rep3a_block *rep3a_moves_new(struct strand *st, enum rep3a_kind kind, size_t n, bool with_order)
{
    size_t len = whole_lines(n * rep3a_element_len(kind));

    return new_block(st, kind, (struct rep3a_block){ .n = n, .terms = 1, .length = n, .moves = true }, len, len,
                     with_order ? whole_lines(n * sizeof(uint32_t)) : 0);
}

struct rep3a_block *rep3a_map_new(struct strand *st, enum rep3a_kind kind, struct rep3a_block head, size_t len)
{
    return new_block(st, kind, head, 0, whole_lines(8 * head.n), len);
}

/* --- waiting --------------------------------------------------------------------------------------------- */

static void wake_all(struct state *state)
{
    for (struct waiter *w = state->waiters; w; w = w->next)
        strand_wake(w->st);
}

/* Until something has changed. */
static enum sotto_err wait_for_change(struct strand *st, struct state *state)
{
    struct waiter self = { st, state->waiters };
    enum sotto_err err;

    state->waiters = &self; // cppcheck-suppress autoVariables
    err = strand_park(st);
    for (struct waiter **w = &state->waiters; *w; w = &(*w)->next)
        if (*w == &self) {
            *w = self.next;
            break;
        }
    return err;
}

/* --- jobs ------------------------------------------------------------------------------------------------ */

static size_t pending_len_max(const struct mpc_session *s)
{
    size_t worth = s->options.round_worth;

    return worth > PENDING_LEN_MAX / PENDING_PER_WORTH   ? PENDING_LEN_MAX
           : worth < PENDING_LEN_MIN / PENDING_PER_WORTH ? PENDING_LEN_MIN
                                                         : worth * PENDING_PER_WORTH;
}

static void forget_blocks(struct state *state, struct rep3a_list *list)
{
    for (struct rep3a_block *b = list->first, *next; b; b = next) {
        next = b->next;
        state->pending_len -= b->len;
        give_back(state, b, b->len);
    }
    *list = (struct rep3a_list){ 0 };
}

static enum sotto_err job_main(struct strand *st, void *arg)
{
    struct rep3a_job *job = arg;
    struct state *state = st->s->later;

    st->step = job->first_step;
    st->line = job->line;
    if (job->kind == REP3A_BITS)
        TRY(rep3a_prove_bits(st, job));
    else if (job->kind <= REP3A_RING128)
        TRY(rep3a_prove_ring(st, job));
    else
        TRY(rep3a_prove_prime(st, job));
    assert(st->step - job->first_step <= STEP_RANGE);
    job->done = true;
    job->depth = st->depth;
    forget_blocks(state, &job->list);
    wake_all(state);
    return SOTTO_OK;
}

struct place_of_job {
    uint32_t instr; /* of the proof's messages */
    uint16_t tile, first_step;
};

static enum sotto_err launch(struct mpc_session *s, const struct batch *from, enum rep3a_kind kind,
                             struct rep3a_list list, uint16_t tile, struct place_of_job place)
{
    static const struct fault no_strand = { .code = SOTTO_ERR_RESOURCE,
                                            .accuser = -1,
                                            .text =
                                                "no memory to verify products; give the job more (--memory)" };
    struct state *state = s->later;
    struct rep3a_job *job = take(state, sizeof *job);

    if (!job)
        return mpc_session_fail(s, &no_strand);
    *job = (struct rep3a_job){ .next = state->jobs,
                               .kind = kind,
                               .instr = from->instr,
                               .line = from->line,
                               .tile = tile,
                               .first_step = place.first_step,
                               .list = list };
    state->jobs = job;
    if (!strand_spawn(s, place.instr, place.tile, from->depth, job_main, job))
        return mpc_session_fail(s, &no_strand);
    return SOTTO_OK;
}

/* Blocks from the front of a list, until they are a batch. */
static struct rep3a_list cut(struct rep3a_list *list)
{
    struct rep3a_list front = { .first = list->first };
    size_t products = 0;

    while (list->first && front.n < BATCH_N && products < REP3A_PRODUCTS_MAX) {
        front.last = list->first;
        front.n += list->first->length;
        products += list->first->n * list->first->terms;
        list->first = list->first->next;
    }
    front.last->next = NULL;
    list->n -= front.n;
    return front;
}

/* All that a strand has gathered is put to the proof. */
static enum sotto_err close_log(struct strand *st)
{
    struct log *log = st->log;

    for (unsigned k = 0; k < REP3A_KINDS; k++)
        while (log->batch.list[k].first) {
            struct place_of_job place = { PROOF_INSTR | (uint32_t)k << KIND_SHIFT | st->instr, st->tile,
                                          (uint16_t)(log->parts * STEP_RANGE) };

            if (log->parts == UINT16_MAX / STEP_RANGE)
                return strand_fail(st, SOTTO_ERR_RESOURCE, "instruction %u makes over %d batches of products",
                                   st->instr, log->parts);
            log->parts++;
            TRY(launch(st->s, &log->batch, (enum rep3a_kind)k, cut(&log->batch.list[k]), st->tile, place));
        }
    log->batch = (struct batch){ 0 };
    return SOTTO_OK;
}

/* All that was gathered of instructions is. */
static void close_row(struct mpc_session *s)
{
    struct state *state = s->later;

    for (unsigned k = 0; k < REP3A_KINDS; k++)
        while (state->row.list[k].first) {
            struct place_of_job place = { PROOF_INSTR | (uint32_t)ROW << KIND_SHIFT | ++state->rows,
                                          (uint16_t)k, 0 };

            if (launch(s, &state->row, (enum rep3a_kind)k, cut(&state->row.list[k]), 0, place))
                return;
        }
    state->row = (struct batch){ 0 };
}

/* --- gathering ------------------------------------------------------------------------------------------- */

/* Whether st may wait for a job without holding up the same one at another party: what the job proves, and so
 * its begin, depends on products before those of st alone, in the order of the program. If strands waited for
 * whatever runs, one party could wait for a batch that another does not close, because it waits in turn. */
static bool is_before(const struct rep3a_job *job, const struct strand *st)
{
    return job->instr < st->instr || (job->instr == st->instr && (!st->tile || job->tile <= st->tile));
}

static bool some_run_before(const struct state *state, const struct strand *st)
{
    for (const struct rep3a_job *job = state->jobs; job; job = job->next)
        if (!job->done && is_before(job, st))
            return true;
    return false;
}

/* Tiles that are ahead of others of their instruction wait for these: each gathers a batch before any is full.
 */
static bool tile_runs_before(const struct strand *st)
{
    const struct log *parent = st->joiner && st->tile ? st->joiner->log : NULL;

    return st->joiner && st->tile > (parent ? parent->next_tile : 1);
}

enum sotto_err rep3a_logged(struct strand *st)
{
    struct log *log = log_of(st);
    struct state *state = st->s->later;

    if (!log)
        return st->s->fault.code;
    log->batch.depth = st->depth;
    log->batch.instr = st->instr;
    log->batch.line = st->line;
    if (log->batch.n >= BATCH_N)
        TRY(close_log(st));
    while (state->pending_len > pending_len_max(st->s) && (some_run_before(state, st) || tile_runs_before(st)))
        TRY(wait_for_change(st, state));
    return st->s->fault.code;
}

/* A tile's products go to its strand when those of all tiles before it have. */
static void end_tile(struct strand *st)
{
    struct log *parent = log_of(st->joiner), *own = parent ? log_of(st) : NULL, **at;

    if (!own)
        return;
    own->tile = st->tile;
    own->next = parent->ended;
    parent->ended = own;
    st->log = NULL;
    wake_all(st->s->later);
    for (at = &parent->ended; *at;) {
        struct log *tile = *at;

        if (tile->tile != parent->next_tile) {
            at = &tile->next;
            continue;
        }
        *at = tile->next;
        parent->next_tile++;
        merge(&parent->batch, &tile->batch);
        give_back(st->s->later, tile, sizeof *tile);
        if (parent->batch.n >= BATCH_N && close_log(st->joiner))
            return;
        at = &parent->ended;
    }
}

void rep3a_strand_end(struct strand *st)
{
    if (st->err || st->s->fault.code || st->instr >= PROOF_INSTR)
        return;
    if (st->joiner && st->tile)
        end_tile(st);
    else if (st->log)
        (void)close_log(st); /* of a session without an order of instructions */
}

static void forget_jobs(struct state *state)
{
    for (struct rep3a_job **at = &state->jobs, *job; (job = *at);) {
        if (!job->done || job->instr + PLACES >= state->next_instr) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        if (job->depth > state->settled)
            state->settled = job->depth;
        give_back(state, job, sizeof *job);
    }
}

static void walk(struct mpc_session *s)
{
    struct state *state = s->later;
    struct place *p;

    while (!s->fault.code && (p = &state->place[state->next_instr % PLACES])->done) {
        if (p->log) {
            merge(&state->row, &p->log->batch);
            give_back(state, p->log, sizeof *p->log);
        }
        if (state->row.n >= BATCH_N || p->opens)
            close_row(s);
        *p = (struct place){ 0 };
        state->next_instr++;
        if (state->next_instr % PLACES == 0)
            forget_jobs(state);
    }
    wake_all(state);
}

void rep3a_instr_end(struct mpc_session *s, uint32_t instr, struct strand *st, bool opens)
{
    static const struct fault no_memory_at_all = { .code = SOTTO_ERR_RESOURCE,
                                                   .accuser = -1,
                                                   .text = "no memory to verify products" };
    struct state *state = state_of(s);
    struct place *p;

    if (s->fault.code)
        return;
    if (!state) {
        (void)mpc_session_fail(s, &no_memory_at_all);
        return;
    }
    p = &state->place[instr % PLACES];
    assert(instr >= state->next_instr && instr - state->next_instr < PLACES && !p->done);
    state->ordered = true;
    *p = (struct place){ .done = true, .opens = opens, .log = st ? st->log : NULL };
    if (st)
        st->log = NULL;
    walk(s);
}

/* --- before an opening ----------------------------------------------------------------------------------- */

/* Whether what st opens may depend on what the job proves: on earlier instructions, and on its own strand. */
static bool concerns(const struct strand *st, const struct rep3a_job *job)
{
    return job->instr < st->instr || (job->instr == st->instr && (!st->tile || st->tile == job->tile));
}

enum sotto_err rep3a_verify(struct strand *st)
{
    struct state *state = state_of(st->s);
    bool all;

    if (!state)
        return no_memory(st);
    if (st->log)
        TRY(close_log(st));
    while (state->ordered && state->next_instr < st->instr)
        TRY(wait_for_change(st, state));
    if (state->ordered && state->next_instr == st->instr) /* in the middle of an instruction */
        close_row(st->s);
    do {
        all = true;
        for (const struct rep3a_job *job = state->jobs; job && all; job = job->next)
            all = job->done || !concerns(st, job);
        if (!all)
            TRY(wait_for_change(st, state));
    } while (!all);
    if (state->settled > st->depth)
        st->depth = state->settled;
    for (const struct rep3a_job *job = state->jobs; job; job = job->next)
        if (concerns(st, job) && job->depth > st->depth)
            st->depth = job->depth;
    return st->s->fault.code;
}

void rep3a_session_end(struct mpc_session *s)
{
    struct state *state = s->later;

    if (state)
        arena_wipe(&state->arena);
    mem_free(state);
    s->later = NULL;
}
