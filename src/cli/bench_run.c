/* bench_run.c - a workload's runs, checked, and their medians as a line. */
#include "cli/bench.h"
#include "cli/output.h"

#include <stdlib.h>

/* --- one run ---------------------------------------------------------------------------------------------- */

static double seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

static void take_whole(const struct run_result *r, struct bench_cost *c)
{
    c->rounds = r->rounds;
    for (int p = 0; p < r->parties; p++) {
        c->cpu += seconds(r->cpu_ns[p]);
        c->bytes_sent[p] = r->bytes_sent[p];
        c->peak_rss = r->peak_rss[p] > c->peak_rss ? r->peak_rss[p] : c->peak_rss;
    }
}

/* Between two marks, or from the first one to the end of the program where `to` is NULL. */
static void take_work(const struct run_result *r, const struct vm_cost *from, const struct vm_cost *to,
                      struct bench_cost *c)
{
    uint64_t began = 0, ended = 0;

    c->peak_rss = 0;
    for (int p = 0; p < r->parties; p++) {
        uint64_t end_ns = to ? to[p].wall_ns : from[p].wall_ns + r->compute_ns,
                 cpu_ns = to ? to[p].cpu_ns : r->cpu_ns[p], peak = to ? to[p].peak_rss : r->peak_rss[p];

        began = from[p].wall_ns > began ? from[p].wall_ns : began;
        ended = end_ns > ended ? end_ns : ended;
        c->cpu += seconds(cpu_ns - from[p].cpu_ns);
        c->bytes_sent[p] = (to ? to[p].bytes_sent : r->bytes_sent[p]) - from[p].bytes_sent;
        c->peak_rss = peak > c->peak_rss ? peak : c->peak_rss;
    }
    c->wall = ended > began ? seconds(ended - began) : 0;
    c->rounds = (to ? to[0].rounds : r->rounds) - from[0].rounds;
}

static enum sotto_err wrong(struct cli *cli, const struct bench_workload *w)
{
    return fault_set(&cli->fault, SOTTO_ERR_INTERNAL,
                     "%s%s%s gave a wrong result: trust no figure of it, and please report this", w->name,
                     *w->variant ? "/" : "", w->variant);
}

static enum sotto_err run_job(struct cli *cli, const struct bench_workload *w, const struct local_options *o,
                              const struct bench_job *job, struct bench_sample *s)
{
    uint64_t start = clock_now_ns();
    struct run_result r;
    enum sotto_err err = local_run(&job->job, o, &r, &cli->fault);

    if (!err) {
        take_whole(&r, &s->whole);
        s->whole.wall = seconds(clock_now_ns() - start);
        if (w->marked)
            take_work(&r, r.mark[1], r.mark[2], &s->work);
        else
            take_work(&r, r.mark[0], NULL, &s->work);
        if (!w->is_right(job, &r.vm))
            err = wrong(cli, w);
    }
    run_result_wipe(&r);
    return err;
}

static enum sotto_err run_once(struct cli *cli, const struct bench_workload *w, const struct local_options *o,
                               uint64_t n, struct bench_sample *s)
{
    struct bench_job job = { .n = n };
    enum sotto_err err;

    *s = (struct bench_sample){ 0 };
    if (w->run)
        return w->run(cli, o, s);
    TRY(w->make(cli, o->protocol->parties, n, &job));
    err = run_job(cli, w, o, &job, s);
    job_wipe(&job.job);
    return err;
}

/* --- medians ---------------------------------------------------------------------------------------------- */

struct spread {
    double median, least, greatest;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of a figure that lies `offset` bytes within each sample. */
static struct spread spread_of(const struct bench_sample *samples, size_t n, size_t offset)
{
    double sorted[BENCH_RUNS_MAX] = { 0 };

    for (size_t i = 0; i < n; i++)
        memcpy(&sorted[i], (const char *)&samples[i] + offset, sizeof sorted[i]);
    qsort(sorted, n, sizeof sorted[0], by_value);
    return (struct spread){ sorted[n / 2], sorted[0], sorted[n - 1] };
}

static int by_rounds(const void *a, const void *b)
{
    const struct bench_sample *x = a, *y = b;

    return (x->work.rounds > y->work.rounds) - (x->work.rounds < y->work.rounds);
}

#define SPREAD(samples, n, member) spread_of(samples, n, offsetof(struct bench_sample, member))

/* --- lines ------------------------------------------------------------------------------------------------ */

struct line {
    const struct bench_workload *w;
    const struct mpc_protocol *protocol;
    uint64_t n;
    size_t runs;
    unsigned lanes;
    struct spread cpu, wall, work_cpu, work_wall;
    const struct bench_sample *typical; /* its rounds and bytes */
    uint64_t peak_rss;
    double bound; /* 0: not measured */
};

static void emit_spread(struct emit *j, const char *name, struct spread s)
{
    char key[64];

    emit_real(j, name, s.median, 6);
    snprintf(key, sizeof key, "%s_min", name);
    emit_real(j, key, s.least, 6);
    snprintf(key, sizeof key, "%s_max", name);
    emit_real(j, key, s.greatest, 6);
}

static void emit_bytes(struct emit *j, const char *name, const uint64_t *bytes, int parties)
{
    emit_array(j, name);
    for (int p = 0; p < parties; p++)
        emit_uint(j, NULL, bytes[p]);
    emit_end(j, ']');
}

static void print_json(const struct line *l, struct writer *out)
{
    struct emit j = { .out = out };

    emit_object(&j, NULL);
    emit_string(&j, "workload", l->w->name);
    emit_string(&j, "variant", l->w->variant);
    emit_string(&j, "what", l->w->text);
    emit_string(&j, "protocol", l->protocol->name);
    emit_uint(&j, "parties", (uint64_t)l->protocol->parties);
    emit_uint(&j, "n", l->n);
    emit_uint(&j, "runs", l->runs);
    emit_uint(&j, "lanes", l->lanes);
    emit_spread(&j, "cpu_seconds", l->cpu);
    emit_spread(&j, "wall_seconds", l->wall);
    emit_uint(&j, "rounds", l->typical->whole.rounds);
    emit_bytes(&j, "bytes_sent", l->typical->whole.bytes_sent, l->protocol->parties);
    emit_spread(&j, "work_cpu_seconds", l->work_cpu);
    emit_spread(&j, "work_wall_seconds", l->work_wall);
    emit_uint(&j, "work_rounds", l->typical->work.rounds);
    emit_bytes(&j, "work_bytes_sent", l->typical->work.bytes_sent, l->protocol->parties);
    emit_uint(&j, "peak_rss_bytes", l->peak_rss);
    if (l->bound > 0)
        emit_real(&j, "bound_cpu_seconds", l->bound, 6);
    else
        emit_null(&j, "bound_cpu_seconds");
    emit_end(&j, '}');
    write_u8(out, '\n');
}

static void print_text(const struct line *l, struct writer *out)
{
    char name[16], n[OUTPUT_NUMBER_LEN], rounds[OUTPUT_NUMBER_LEN], bytes[OUTPUT_NUMBER_LEN], bound[16] = "-";
    uint64_t most = 0;

    for (int p = 0; p < l->protocol->parties; p++)
        most = l->typical->work.bytes_sent[p] > most ? l->typical->work.bytes_sent[p] : most;
    snprintf(name, sizeof name, "%s%s%s", l->w->name, *l->w->variant ? "/" : "", l->w->variant);
    if (l->bound > 0)
        snprintf(bound, sizeof bound, "%.3f", l->bound);
    text_format(out, "%-9s %11s %8.3f %8.3f (%.3f-%.3f) %7s %8.3f %7s %13s %6llu\n", name,
                output_number(l->n, n), l->cpu.median, l->work_cpu.median, l->work_cpu.least,
                l->work_cpu.greatest, bound, l->work_wall.median,
                output_number(l->typical->work.rounds, rounds), output_number(most, bytes),
                (unsigned long long)(l->peak_rss >> 20));
}

void bench_header(const struct local_options *o, size_t runs)
{
    char lanes[32] = "";

    if (o->lanes > 1)
        snprintf(lanes, sizeof lanes, ", %u lanes", o->lanes);
    printf("%s%s, median of %zu runs (least-greatest); CPU summed over the parties; 'work' is without start,\n"
           "keys, operands and check\n\n"
           "%-9s %11s %8s %-22s %7s %8s %7s %13s %6s\n",
           o->protocol->name, lanes, runs, "", "n", "cpu s", "    work cpu s", "bound", "work s", "rounds",
           "bytes/party", "MiB");
    fflush(stdout);
}

enum sotto_err bench_measure(struct cli *cli, const struct bench_workload *w, const struct local_options *o,
                             uint64_t n, size_t runs, const struct bench_limits *limits)
{
    struct bench_sample samples[BENCH_RUNS_MAX];
    struct line line = { .w = w, .protocol = o->protocol, .n = n, .runs = runs, .lanes = o->lanes };
    struct writer out = { 0 };

    for (size_t i = 0; i < runs; i++) {
        term_progress("%s %s n=%llu, run %zu of %zu", w->name, w->variant, (unsigned long long)n, i + 1, runs);
        TRY(run_once(cli, w, o, n, &samples[i]));
        if (samples[i].work.peak_rss > line.peak_rss)
            line.peak_rss = samples[i].work.peak_rss;
    }
    term_progress_clear();
    line.cpu = SPREAD(samples, runs, whole.cpu);
    line.wall = SPREAD(samples, runs, whole.wall);
    line.work_cpu = SPREAD(samples, runs, work.cpu);
    line.work_wall = SPREAD(samples, runs, work.wall);
    /* They are the same in every run, but where the way of a sort depends on its shuffle. */
    qsort(samples, runs, sizeof samples[0], by_rounds);
    line.typical = &samples[runs / 2];
    if (limits)
        line.bound = bench_bound(limits, w, o->protocol, n, &line.typical->work);
    if (cli->json)
        print_json(&line, &out);
    else
        print_text(&line, &out);
    return cli_print(cli, &out);
}
