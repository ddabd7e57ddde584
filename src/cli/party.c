/* party.c - `sotto party`: one party of a network, in this process. */
#include "cli/commands.h"
#include "cli/output.h"
#include "net/net.h"

#include <signal.h>
#include <unistd.h>

static const struct cli_option options[] = {
    { "config", "FILE", "this party's node.yaml, as 'sotto network init' writes it", "FILE", false },
    { "input", "NAME=FILE", "this party's own rows of an input, as CSV; without it the party brings none",
      "FILE", true },
    { "D", "NAME=VALUE", "give a parameter, the same at every party; may be repeated", NULL, true },
    { "protocol", "NAME", "rep4 (default), rep3a or rep3; the same at every party", "rep4 rep3a rep3", false },
    { "job", "NUMBER", "tells runs of the same parties apart; the same at every party (default 1)", NULL,
      false },
    { "json", NULL, "print one JSON object instead of text", NULL, false },
    { "timeout", "SECONDS", "silence of a party that is waited for (default: as in node.yaml)", NULL, false },
    { "memory", "BYTES", "limit of this party's memory for the job, and of an input file; K, M or G may follow",
      NULL, false },
    { "round-worth", "BYTES",
      "fewer rounds or fewer bytes: how many bytes a round is worth, the same at every party; K, M or G may "
      "follow (default: measured)",
      NULL, false },
    { "lanes", "NUMBER", "threads with connections of their own (default 1); the same at every party", NULL,
      false },
    { "corrupt", NULL, "cheat, to see it caught: for demonstrations and tests", NULL, false },
    { 0 },
};

const struct cli_usage party_usage = {
    .synopsis = "--config node.yaml PROGRAM [options]",
    .options = options,
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .text =
        "Joins the other parties of the network by TLS, each known by its key, and runs PROGRAM with them. "
        "All\n"
        "must run the same program with the same parameters; who does not is named and nothing is run. The "
        "rows of\n"
        "an input are those of all parties, in the order of the parties. Start it everywhere within the "
        "time-out:\n"
        "by hand, or on slow hosts, with --timeout 300. Ctrl-C ends this party with 130; the others notice.\n"
        "\n"
        "Examples:\n"
        "  sotto party --config party0/node.yaml auction.sotto --input bid=mine.csv\n"
        "  sotto party --config party1/node.yaml auction.sotto          # brings no bid\n",
};

static void on_progress(void *arg, const struct vm_progress *p)
{
    uint64_t elapsed_ns = clock_now_ns() - *(const uint64_t *)arg;

    if (elapsed_ns >= 1000000000u)
        term_progress("%.0f s: line %u, %llu instructions, %llu rounds", (double)elapsed_ns / 1e9, p->line,
                      (unsigned long long)p->instructions, (unsigned long long)p->rounds);
}

/* --- an end by a signal ----------------------------------------------------------------------------------- */

/* What the handler writes, made beforehand: it may neither format nor allocate. Nothing else is to be done: the
 * others see the connection break. */
static struct {
    const char *text;
    struct writer json;
} farewell;
static const int watched[] = { SIGINT, SIGTERM, SIGHUP };
enum { WATCHED = sizeof watched / sizeof watched[0] };

static void on_signal(int signal)
{
    (void)signal;
    (void)!write(STDERR_FILENO, farewell.text, strlen(farewell.text));
    (void)!write(STDOUT_FILENO, farewell.json.data, farewell.json.len);
    _exit(sotto_err_exit(SOTTO_ERR_CANCELLED));
}

/* One that the caller had ignored stays ignored, as nohup wants it. */
static void on_signals(void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler }, old;

    for (int i = 0; i < WATCHED; i++)
        if (!sigaction(watched[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(watched[i], &action, NULL);
}

static void farewell_ready(struct cli *cli)
{
    /* After the terminal's own "^C", or a progress line, begins a new line. */
    farewell.text = isatty(STDERR_FILENO) ? "\nsotto: stopped by a signal; no result was printed\n"
                                          : "sotto: stopped by a signal; no result was printed\n";
    if (cli->json)
        cli_error_json(cli, SOTTO_ERR_CANCELLED, "stopped by a signal; no result was printed", &farewell.json);
    if (farewell.json.failed)
        writer_wipe(&farewell.json);
    on_signals(on_signal);
}

static void farewell_done(void)
{
    on_signals(SIG_DFL);
    writer_wipe(&farewell.json);
}

/* ---------------------------------------------------------------------------------------------------------- */

static enum sotto_err read_node(struct cli *cli, const struct mpc_protocol *protocol, struct net_node *node)
{
    const char *path = options_get(cli, "config");

    if (!path)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                         "--config node.yaml is needed; 'sotto network init' writes one");
    if (protocol->parties < 2)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                         "--protocol %s protects nothing and has one party; use 'sotto run'", protocol->name);
    TRY(net_node_read(path, node, &cli->fault));
    if (node->network.parties != protocol->parties)
        return fault_set(
            &cli->fault, SOTTO_ERR_USAGE,
            "%s needs %d parties and the network has %d; use another --protocol or another network",
            protocol->name, protocol->parties, node->network.parties);
    TRY(options_seconds(cli, "timeout", &node->timeout_ms));
    return SOTTO_OK;
}

static enum sotto_err prepare(struct cli *cli, const struct net_node *node, uint64_t csv_max, struct job *job)
{
    enum sotto_err err;

    TRY(job_load(cli, cli->operands[0], node->network.parties, job));
    err = job_define(cli, job, true);
    if (!err)
        err = job_read_own_inputs(cli, job, node->party, (size_t)csv_max);
    if (err)
        job_wipe(job);
    return err;
}

static enum sotto_err run_job(struct cli *cli, struct side *side, const struct net_node *node,
                              const struct job *job)
{
    uint16_t port = node->listen_port;
    struct run_result result = { 0 };
    struct writer out = { 0 };
    enum sotto_err err;

    signal(SIGPIPE, SIG_IGN);
    side_warn(side->protocol, side->corrupt ? side->self : -1);
    side->listen_fd = net_listen(node->listen_host, &port, &cli->fault);
    if (side->listen_fd < 0)
        return cli->fault.code;
    farewell_ready(cli);
    term_progress("waiting for the other parties; gives up after %.1f s without a new one",
                  side->timeout_ms / 1e3);
    err = side_run(side, job, &result, &cli->fault);
    farewell_done();
    term_progress_clear();
    if (err) {
        output_tell_cheat(&cli->fault, &job->image, &result);
    } else {
        if (cli->json)
            output_json(job, side->protocol, &result, &out);
        else
            output_text(job, side->protocol, &result, term_colour(stdout), &out);
        err = cli_print(cli, &out);
    }
    run_result_wipe(&result);
    return err;
}

enum sotto_err cmd_party(struct cli *cli)
{
    uint64_t start = clock_now_ns(), job_id = 1, csv_max = SOTTO_CSV_LEN_MAX;
    struct side side = { .listen_fd = -1, .on_progress = on_progress, .on_progress_arg = &start };
    struct net_node node;
    struct job job;
    enum sotto_err err;

    memset(&node, 0, sizeof node);
    TRY(side_protocol(cli, &side.protocol));
    TRY(options_uint(cli, "job", 0, UINT32_MAX, &job_id));
    TRY(options_bytes(cli, "memory", &side.memory_max));
    TRY(options_bytes(cli, "round-worth", &side.round_worth));
    TRY(side_lanes(cli, side.protocol, &side.lanes));
    if (side.memory_max && side.memory_max < csv_max)
        csv_max = side.memory_max;
    err = read_node(cli, side.protocol, &node);
    if (!err)
        err = prepare(cli, &node, csv_max, &job);
    if (!err) {
        side.self = node.party;
        side.id = &node.identity;
        side.peers = node.network.peer;
        side.job_id = (uint32_t)job_id;
        side.timeout_ms = node.timeout_ms;
        side.corrupt = options_get(cli, "corrupt") != NULL;
        err = run_job(cli, &side, &node, &job);
        job_wipe(&job);
    }
    net_node_wipe(&node);
    return err;
}
