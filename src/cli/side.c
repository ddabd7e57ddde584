/* side.c - one party's side of a run. */
#include "cli/side.h"

#include <sys/resource.h>

void run_result_wipe(struct run_result *r)
{
    vm_result_wipe(&r->vm);
    memset(r, 0, sizeof *r);
}

static void take_usage(struct run_result *r, int self)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage))
        return;
    r->cpu_ns[self] = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
                      (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
    r->peak_rss[self] = (uint64_t)usage.ru_maxrss * 1024;
}

static int lanes_of(const struct side *side)
{
    return side->lanes ? (int)side->lanes : 1;
}

static struct mpc_session *session_new(const struct side *side, struct net_channel *ch[], struct fault *f)
{
    struct mpc_options options = { .corrupt = side->corrupt,
                                   .round_worth = side->round_worth,
                                   .measure = true };
    struct mpc_session *s = mpc_session_new(side->protocol, ch[0], options, f);

    if (s && mpc_session_add_lanes(s, ch + 1, lanes_of(side) - 1, f)) {
        (void)mpc_session_fail(s, f); /* the peers need not wait */
        mpc_session_free(s);
        s = NULL;
    }
    return s;
}

static enum sotto_err compute(const struct side *side, const struct job *job, struct net_channel *ch[],
                              struct run_result *result, struct fault *f)
{
    size_t inputs_n = job->image.inputs_n;
    struct vm_rows *rows = mem_alloc(inputs_n, sizeof *rows);
    struct vm_job vm_job = {
        .image = &job->image,
        .rows = rows,
        .params = job->params,
        .memory_max = side->memory_max,
        .on_progress = side->on_progress,
        .on_progress_arg = side->on_progress_arg,
    };
    struct mpc_session *s = rows ? session_new(side, ch, f) : NULL;
    enum sotto_err err;

    if (!s) {
        mem_free(rows);
        return f->code ? f->code : fault_set(f, SOTTO_ERR_RESOURCE, "not enough memory to start the session");
    }
    for (size_t i = 0; i < inputs_n; i++) {
        const struct client_rows *own = &job->rows[(size_t)side->self * inputs_n + i];

        rows[i] = (struct vm_rows){ own->values, own->n };
    }
    result->ready_ns = clock_now_ns();
    err = vm_run(s, &vm_job, &result->vm);
    result->compute_ns = clock_now_ns() - result->ready_ns;
    result->rounds = s->rounds;
    result->mark[0][side->self] = result->vm.setup;
    for (size_t i = 1; i < RUN_MARKS && i <= result->vm.opened_n; i++)
        result->mark[i][side->self] = result->vm.opened[i - 1].cost;
    if (err && s->fault.code)
        *f = s->fault;
    else if (err)
        fault_set(f, err, "the program stopped: %s", sotto_err_text(err));
    mpc_session_free(s);
    mem_free(rows);
    return err;
}

enum sotto_err side_run(const struct side *side, const struct job *job, struct run_result *result,
                        struct fault *f)
{
    uint64_t start = clock_now_ns();
    struct net_channel *ch[SOTTO_LANES_MAX] = { NULL };
    int lanes = lanes_of(side);
    enum sotto_err err = SOTTO_OK;

    /* Rows and the party's key are in all sorts of memory. */
    (void)!setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    memset(result, 0, sizeof *result);
    result->parties = side->protocol->parties;
    result->self = side->self;
    if (result->parties > 1) {
        err = net_tls_lanes(side->id, side->self, result->parties, side->peers, side->listen_fd, side->job_id,
                            side->timeout_ms, lanes, ch, f);
        if (err)
            return f->code ? f->code : fault_set(f, err, "cannot join the other parties");
    }
    err = compute(side, job, ch, result, f);
    for (int i = 0; i < lanes && ch[i]; i++)
        for (int p = 0; p < result->parties; p++)
            result->bytes_sent[side->self] += ch[i]->counters.bytes_sent[p];
    for (int i = 0; i < lanes; i++)
        net_free(ch[i]);
    take_usage(result, side->self);
    result->total_ns = clock_now_ns() - start;
    result->setup_ns = result->ready_ns ? result->ready_ns - start : result->total_ns;
    return err;
}

void side_warn(const struct mpc_protocol *protocol, int corrupt)
{
    bool colour = term_colour(stderr);

    if (protocol->active)
        return;
    fprintf(stderr, "%ssotto: %s: %s", term_style(colour, TERM_RED), protocol->name, protocol->label);
    if (corrupt >= 0)
        fprintf(stderr, "\nsotto: party %d LIES in this run and nobody notices: the outputs may be wrong",
                corrupt);
    fprintf(stderr, "%s\n", term_style(colour, TERM_PLAIN));
}

enum sotto_err side_lanes(struct cli *cli, const struct mpc_protocol *protocol, unsigned *lanes)
{
    uint64_t n = 1;

    TRY(options_uint(cli, "lanes", 1, SOTTO_LANES_MAX, &n));
    if (n > 1 && !protocol->many_lanes)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--lanes: %s runs in one lane; leave the option out",
                         protocol->name);
    *lanes = (unsigned)n;
    return SOTTO_OK;
}

enum sotto_err side_protocol(struct cli *cli, const struct mpc_protocol **protocol)
{
    const char *name = options_get(cli, "protocol");
    char shown[CLIENT_SHOWN_LEN], near[128], list[128] = "";
    struct suggest s;

    if (!name)
        name = mpc_protocols[0]->name;
    *protocol = mpc_protocol_by_name(name);
    if (*protocol) {
        cli->protocol = (*protocol)->name;
        return SOTTO_OK;
    }
    s = suggest_for(name);
    for (size_t i = 0; mpc_protocols[i]; i++) {
        size_t at = strlen(list);

        suggest_offer(&s, mpc_protocols[i]->name);
        snprintf(list + at, sizeof list - at, "%s%s", i ? ", " : "", mpc_protocols[i]->name);
    }
    client_show(name, strlen(name), shown);
    return fault_set(&cli->fault, SOTTO_ERR_USAGE, "unknown protocol '%s'%s; known are %s", shown,
                     suggest_text(&s, "", near), list);
}
