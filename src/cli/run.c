/* run.c - `sotto run`: all parties on this machine. */
#include "cli/commands.h"
#include "cli/local.h"
#include "cli/output.h"

static const struct cli_option options[] = {
    { "input", "[PARTY:]NAME=FILE",
      "rows of an input, as CSV; with PARTY: they are that party's, else they are split "
      "among all; may be repeated",
      "FILE", true },
    { "D", "NAME=VALUE", "give a parameter; or state a size, which the rows must then match; may be repeated",
      NULL, true },
    { "protocol", "NAME",
      "rep4 (default): four parties, one may be corrupt; rep3a: three, one may be "
      "corrupt; rep3: three, passive only; clear: one process, no protection, for tests",
      "rep4 rep3a rep3 clear", false },
    { "json", NULL, "print one JSON object instead of text", NULL, false },
    { "corrupt", "PARTY",
      "let that party cheat: it adds 1 to the first product it sends; for demonstrations and tests; "
      "rep3 does not notice",
      "0 1 2 3", false },
    { "timeout", "SECONDS", "silence of a party that is waited for (default 10)", NULL, false },
    { "memory", "BYTES", "limit of a party's memory for the job, and of an input file; K, M or G may follow",
      NULL, false },
    { "round-worth", "BYTES",
      "fewer rounds or fewer bytes: how many bytes a round is worth, the same at every party; K, M or G may "
      "follow (default: measured)",
      NULL, false },
    { "lanes", "NUMBER", "threads of each party, each with its own connections (default 1)", NULL, false },
    { "local", NULL, "say that no protection is needed, for --protocol clear in scripts: no warning", NULL,
      false },
    { 0 },
};

const struct cli_usage run_usage = {
    .synopsis = "PROGRAM --input NAME=FILE.csv ... [options]",
    .options = options,
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Compiles PROGRAM (or verifies an image) and checks every input and parameter; only then starts a\n"
            "process for each party, joins them by TLS on 127.0.0.1 with keys made for this run, and prints\n"
            "the outputs, and what was opened on the way. Each process has only its own rows.\n"
            "\n"
            "An input file is CSV with one column, whose header is the input's name:\n"
            "  bid\n"
            "  310\n"
            "  275\n"
            "\n"
            "Examples:\n"
            "  sotto run auction.sotto --input bid=bids.csv\n"
            "  sotto run auction.sotto --input bid=bids.csv -D reserve=300 --json\n"
            "  sotto run auction.sotto --input 0:bid=a.csv --input 2:bid=b.csv\n"
            "  sotto run auction.sotto --input bid=bids.csv --corrupt 2           # exit 4\n"
            "\n"
            "With --json, integers are exact: beyond 2^53 take care that your reader does not round them.\n"
            "Ctrl-C ends all processes and exits with 130.\n",
};

static void on_progress(void *arg, uint64_t elapsed_ns, const struct vm_progress *p)
{
    (void)arg;
    if (elapsed_ns >= 1000000000u)
        term_progress("%.0f s: line %u, %llu instructions, %llu rounds", (double)elapsed_ns / 1e9, p->line,
                      (unsigned long long)p->instructions, (unsigned long long)p->rounds);
}

static enum sotto_err read_options(struct cli *cli, struct local_options *o, uint64_t *csv_max)
{
    uint64_t corrupt = 0;

    *o = (struct local_options){ .corrupt = -1,
                                 .timeout_ms = SOTTO_TIMEOUT_MS_DEFAULT,
                                 .on_progress = on_progress };
    TRY(side_protocol(cli, &o->protocol));
    TRY(options_seconds(cli, "timeout", &o->timeout_ms));
    TRY(options_bytes(cli, "memory", &o->memory_max));
    TRY(options_bytes(cli, "round-worth", &o->round_worth));
    TRY(side_lanes(cli, o->protocol, &o->lanes));
    *csv_max = o->memory_max && o->memory_max < SOTTO_CSV_LEN_MAX ? o->memory_max : SOTTO_CSV_LEN_MAX;
    if (!options_get(cli, "corrupt"))
        return SOTTO_OK;
    if (o->protocol->parties < 2)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--corrupt: %s has no other party to cheat on",
                         o->protocol->name);
    TRY(options_uint(cli, "corrupt", 0, (uint64_t)o->protocol->parties - 1, &corrupt));
    o->corrupt = (int)corrupt;
    return SOTTO_OK;
}

static enum sotto_err prepare(struct cli *cli, const struct local_options *o, uint64_t csv_max, struct job *job)
{
    enum sotto_err err;

    TRY(job_load(cli, cli->operands[0], o->protocol->parties, job));
    err = job_define(cli, job, true);
    if (!err)
        err = job_read_inputs(cli, job, (size_t)csv_max);
    if (!err)
        err = job_bind_sizes(cli, job);
    if (err)
        job_wipe(job);
    return err;
}

enum sotto_err cmd_run(struct cli *cli)
{
    struct local_options o;
    struct run_result result;
    struct writer out = { 0 };
    uint64_t csv_max = 0;
    struct job job;
    enum sotto_err err;

    TRY(read_options(cli, &o, &csv_max));
    TRY(prepare(cli, &o, csv_max, &job));
    if (o.protocol->parties > 1 || !options_get(cli, "local"))
        side_warn(o.protocol, o.corrupt);
    err = local_run(&job, &o, &result, &cli->fault);
    term_progress_clear();
    if (err) {
        output_tell_cheat(&cli->fault, &job.image, &result);
    } else {
        if (cli->json)
            output_json(&job, o.protocol, &result, &out);
        else
            output_text(&job, o.protocol, &result, term_colour(stdout), &out);
        err = cli_print(cli, &out);
    }
    run_result_wipe(&result);
    job_wipe(&job);
    return err;
}
