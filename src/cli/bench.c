/* bench.c - `sotto bench`: workloads among real processes over real TLS, one line each.
 *
 * Times on a shared machine are noise; CPU seconds summed over the parties, rounds and bytes are what counts.
 * Each figure is the median of the runs, with the least and the greatest beside it. */
#include "cli/auction.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/local.h"
#include "cli/output.h"

#include <stdlib.h>

enum { RUNS_DEFAULT = 5, RUNS_MAX = 99, BENCH_SEED = 1 };

static const struct cli_option options[] = {
    { "protocol", "NAME", "rep4 (default), rep3 or clear", "rep4 rep3 clear", false },
    { "size", "NUMBER", "run the chosen workloads at this size only", NULL, false },
    { "runs", "NUMBER", "runs of each, of which the median counts (default 5)", NULL, false },
    { "json", NULL, "print one JSON object a line for each workload", NULL, false },
    { "limits", NULL, "measure what this machine can do at best, instead of workloads", NULL, false },
    { 0 },
};

const struct cli_usage bench_usage = {
    .synopsis = "[WORKLOAD ...] [options]",
    .options = options,
    .operands = "W5 W7 W9",
    .operands_max = 3,
    .text = "Workloads (all when none is named):\n"
            "  W5   second-price auction of 100, 1,000 and 100,000 bids\n"
            "  W7   1,000 products, each depending on the one before\n"
            "  W9   start-up: compile and run a program that does nothing\n"
            "\n"
            "Examples:\n"
            "  sotto bench\n"
            "  sotto bench W5 --size 1000 --protocol rep3 --json\n"
            "  sotto bench --limits\n",
};

static const char w7_source[] = "input  secret u64 x[n] from owner;\n"
                                "output u64 y to everyone;\n"
                                "void main() {\n"
                                "    secret u64 product = 1;\n"
                                "    secret u64 factor = sum(x);\n"
                                "    for (u32 i in 0..%llu)\n"
                                "        product = product * factor;\n"
                                "    y = reveal(product);\n"
                                "}\n";
static const char w9_source[] = "output u32 answer to everyone;\n"
                                "void main() { answer = 42; }\n";

static const struct workload {
    const char *name;
    uint64_t size[4]; /* ends with 0 */
} workloads[] = {
    { "W5", { 100, 1000, 100000, 0 } },
    { "W7", { 1000, 0 } },
    { "W9", { 1, 0 } },
    { 0 },
};

struct sample {
    double cpu, wall;
    uint64_t rounds, peak_rss, bytes_sent[SOTTO_PARTIES_MAX];
};

static enum sotto_err make_products(struct cli *cli, int parties, uint64_t n, struct auction *a)
{
    struct client_rows rows = { mem_alloc(1, 8), 1 };
    char source[512];
    enum sotto_err err;

    snprintf(source, sizeof source, w7_source, (unsigned long long)n);
    a->winner = 1;
    for (uint64_t i = 0; i < n; i++)
        a->winner *= 3;
    if (!rows.values)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory");
    rows.values[0] = 3;
    err = job_compile(cli, "W7", source, strlen(source), parties, &a->job);
    if (!err)
        err = job_split(cli, &a->job, 0, &rows);
    else
        client_rows_wipe(&rows);
    return err ? err : job_bind_sizes(cli, &a->job);
}

/* The job, and in a->winner the value that its first output must have. */
static enum sotto_err make_job(struct cli *cli, const char *name, int parties, uint64_t n, struct auction *a)
{
    memset(a, 0, sizeof *a);
    if (!strcmp(name, "W5"))
        return auction_new(cli, parties, BENCH_SEED, (size_t)n, a);
    if (!strcmp(name, "W7"))
        return make_products(cli, parties, n, a);
    a->winner = 42;
    return job_compile(cli, "W9", w9_source, sizeof w9_source - 1, parties, &a->job);
}

static enum sotto_err run_once(struct cli *cli, const char *name, const struct local_options *o, uint64_t n,
                               struct sample *s)
{
    uint64_t start = clock_now_ns();
    struct run_result r;
    struct auction a;
    enum sotto_err err = make_job(cli, name, o->protocol->parties, n, &a);

    memset(s, 0, sizeof *s);
    if (strcmp(name, "W9") != 0)
        start = clock_now_ns(); /* only start-up counts the compiler */
    if (!err) {
        err = local_run(&a.job, o, &r, &cli->fault);
        s->wall = (double)(clock_now_ns() - start) / 1e9;
        if (!err && r.vm.outputs[0].values[0] != a.winner)
            err = fault_set(&cli->fault, SOTTO_ERR_INTERNAL, "%s gave a wrong result", name);
        s->rounds = r.rounds;
        for (int p = 0; p < o->protocol->parties; p++) {
            s->cpu += (double)r.cpu_ns[p] / 1e9;
            s->bytes_sent[p] = r.bytes_sent[p];
            s->peak_rss = r.peak_rss[p] > s->peak_rss ? r.peak_rss[p] : s->peak_rss;
        }
        run_result_wipe(&r);
    }
    auction_wipe(&a);
    return err;
}

static int by_cpu(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;

    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static int by_wall(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;

    return (x->wall > y->wall) - (x->wall < y->wall);
}

struct spread {
    double median, least, greatest;
};

static void print_line(struct cli *cli, const char *name, const struct mpc_protocol *protocol, uint64_t n,
                       const struct sample *s, struct spread cpu, struct spread wall, size_t runs,
                       struct writer *out)
{
    struct emit j = { .out = out };
    char size[OUTPUT_NUMBER_LEN], rounds[OUTPUT_NUMBER_LEN], bytes[OUTPUT_NUMBER_LEN], rss[OUTPUT_NUMBER_LEN];
    uint64_t most = 0;

    for (int p = 0; p < protocol->parties; p++)
        most = s->bytes_sent[p] > most ? s->bytes_sent[p] : most;
    if (!cli->json) {
        text_format(out, "%-4s %9s  %8.3f (%.3f-%.3f)  %8.3f (%.3f-%.3f) %7s %12s %6s\n", name,
                    output_number(n, size), cpu.median, cpu.least, cpu.greatest, wall.median, wall.least,
                    wall.greatest, output_number(s->rounds, rounds), output_number(most, bytes),
                    output_number(s->peak_rss >> 20, rss));
        return;
    }
    emit_object(&j, NULL);
    emit_string(&j, "workload", name);
    emit_string(&j, "protocol", protocol->name);
    emit_uint(&j, "parties", (uint64_t)protocol->parties);
    emit_uint(&j, "n", n);
    emit_real(&j, "cpu_seconds", cpu.median, 6);
    emit_real(&j, "cpu_seconds_min", cpu.least, 6);
    emit_real(&j, "cpu_seconds_max", cpu.greatest, 6);
    emit_real(&j, "wall_seconds", wall.median, 6);
    emit_real(&j, "wall_seconds_min", wall.least, 6);
    emit_real(&j, "wall_seconds_max", wall.greatest, 6);
    emit_uint(&j, "runs", runs);
    emit_uint(&j, "rounds", s->rounds);
    emit_array(&j, "bytes_sent");
    for (int p = 0; p < protocol->parties; p++)
        emit_uint(&j, NULL, s->bytes_sent[p]);
    emit_end(&j, ']');
    emit_uint(&j, "peak_rss_bytes", s->peak_rss);
    emit_null(&j, "bound_cpu_seconds");
    emit_end(&j, '}');
    write_u8(out, '\n');
}

static enum sotto_err measure(struct cli *cli, const char *name, const struct local_options *o, uint64_t n,
                              size_t runs)
{
    struct sample samples[RUNS_MAX] = { 0 };
    struct writer out = { 0 };
    struct spread cpu, wall;

    for (size_t i = 0; i < runs; i++) {
        term_progress("%s n=%llu, run %zu of %zu", name, (unsigned long long)n, i + 1, runs);
        TRY(run_once(cli, name, o, n, &samples[i]));
    }
    term_progress_clear();
    qsort(samples, runs, sizeof samples[0], by_wall);
    wall = (struct spread){ samples[runs / 2].wall, samples[0].wall, samples[runs - 1].wall };
    qsort(samples, runs, sizeof samples[0], by_cpu);
    cpu = (struct spread){ samples[runs / 2].cpu, samples[0].cpu, samples[runs - 1].cpu };
    print_line(cli, name, o->protocol, n, &samples[runs / 2], cpu, wall, runs, &out);
    return cli_print(cli, &out);
}

static bool is_chosen(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->operands_n; i++)
        if (!strcmp(cli->operands[i], name))
            return true;
    return cli->operands_n == 0;
}

static enum sotto_err check_names(struct cli *cli)
{
    for (size_t i = 0; i < cli->operands_n; i++) {
        const struct workload *w = workloads;
        char shown[CLIENT_SHOWN_LEN];

        while (w->name && strcmp(w->name, cli->operands[i]) != 0)
            w++;
        client_show(cli->operands[i], strlen(cli->operands[i]), shown);
        if (!w->name)
            return fault_set(&cli->fault, SOTTO_ERR_USAGE, "unknown workload '%s'; there are W5, W7 and W9",
                             shown);
    }
    return SOTTO_OK;
}

enum sotto_err cmd_bench(struct cli *cli)
{
    struct local_options o = { .corrupt = -1, .timeout_ms = 6 * SOTTO_TIMEOUT_MS_DEFAULT };
    uint64_t size = 0, runs = RUNS_DEFAULT;

    TRY(check_names(cli));
    TRY(side_protocol(cli, &o.protocol));
    TRY(options_uint(cli, "size", 1, 10000000, &size));
    TRY(options_uint(cli, "runs", 1, RUNS_MAX, &runs));
    if (options_get(cli, "limits"))
        return bench_limits(cli);
    if (!cli->json)
        printf("%s, median of %d runs (least-greatest)\n\n%-4s %9s  %-22s  %-22s %6s %12s %6s\n",
               o.protocol->name, (int)runs, "", "n", "cpu s, all parties", "wall s", "rounds", "bytes/party",
               "MiB");
    fflush(stdout);
    for (const struct workload *w = workloads; w->name; w++)
        for (const uint64_t *n = w->size; is_chosen(cli, w->name) && *n; n++) {
            if (size && n != w->size)
                break;
            TRY(measure(cli, w->name, &o, size ? size : *n, (size_t)runs));
        }
    return SOTTO_OK;
}
