/* bench.c - `sotto bench`: workloads among real processes over real TLS, one line each.
 *
 * Times on a shared machine are noise; CPU seconds summed over the parties, rounds and bytes are what counts.
 * Each figure is the median of the runs, with the least and the greatest beside it, and every result is
 * compared with one computed in the open. docs/operations/benchmarks.md */
#include "cli/bench.h"
#include "cli/commands.h"

enum { RUNS_DEFAULT = 5, NAME_LEN = 16 };

static const struct cli_option options[] = {
    { "protocol", "NAME", "rep4 (default), rep3a, rep3 or clear", "rep4 rep3a rep3 clear", false },
    { "size", "NUMBER", "run the chosen workloads at this size only", NULL, false },
    { "runs", "NUMBER", "runs of each, of which the median counts (default 5)", NULL, false },
    { "round-worth", "BYTES",
      "fewer rounds or fewer bytes: how many bytes a round is worth; K, M or G may follow (default 4K, so that "
      "rounds and bytes are the same in every run)",
      NULL, false },
    { "lanes", "NUMBER", "threads of each party, with connections of their own (default 1)", NULL, false },
    { "json", NULL, "print one JSON object a line for each workload", NULL, false },
    { "limits", NULL, "measure what this machine can do at best, and each workload's bound", NULL, false },
    { "netns", "NAME", "party P in the network namespace NAMEP at 10.77.0.(P+1); see bench/wan.sh", NULL,
      false },
    { 0 },
};

const struct cli_usage bench_usage = {
    .synopsis = "[WORKLOAD ...] [options]",
    .options = options,
    .operands = "W1 W2 W2/64 W2/32 W3 W3/and W3/aes W4 W5 W6 W6/matrix W6/net W7 W8 W8/group W8/join W9 W9/run "
                "W9/check W9/aes",
    .operands_max = 32,
    .text = "Workloads (all when none is named; a name without its variant means all of them):\n"
            "  W1         10,000,000 products of 64-bit integers\n"
            "  W2/64 /32  1,000,000 comparisons of signed integers of so many bits\n"
            "  W3/and     1,000,000,000 ANDs: 1,000 deep, 1,000,000 wide\n"
            "  W3/aes     AES-128 of 10,000 blocks, key and data secret\n"
            "  W4         sort 100,000 and 1,000,000 records: 32-bit key, 64-bit payload\n"
            "  W5         second-price auction of 100, 1,000 and 100,000 bids\n"
            "  W6/matrix  256 x 256 x 256 product of matrices of fix<16>\n"
            "  W6/net     a 784-128-10 network with ReLU, batch 1 and 128\n"
            "  W7         1,000 products, each depending on the one before\n"
            "  W8/group   1,000,000 rows into 32 groups: sum and count\n"
            "  W8/join    100,000 rows with as many, by a 32-bit key\n"
            "  W9/run     start-up: sotto run of a one-line program\n"
            "  W9/check   sotto check of the auction; W9/aes: of AES-128\n"
            "\n"
            "Operands are derived from small secrets without a message and results are compared\n"
            "with a computation in the open; 'work' is what lies between the two.\n"
            "\n"
            "Examples:\n"
            "  sotto bench W5 W7\n"
            "  sotto bench W2/64 --size 10000 --protocol rep3 --json\n"
            "  sotto bench --limits        # the machine alone\n"
            "  sotto bench W1 --limits     # and what it could do W1 in at best\n",
};

const struct bench_workload *const bench_families[] = {
    bench_elementwise, bench_aes, bench_sort, bench_programs, bench_matrices, bench_tables, bench_startup, NULL
};

uint64_t bench_secret(unsigned i)
{
    static const uint64_t secrets[] = { 0x9e3779b97f4a7c15, 0xd1b54a32d192ed03, 0x8cb92ba72f3d8dd7 };

    return secrets[i % (sizeof secrets / sizeof secrets[0])];
}

/* "W2" means all of its variants, "W2/64" one. */
static bool is_meant(const struct bench_workload *w, const char *operand)
{
    char name[NAME_LEN];

    snprintf(name, sizeof name, "%s/%s", w->name, w->variant);
    return !strcmp(operand, w->name) || !strcmp(operand, name);
}

static bool is_chosen(const struct cli *cli, const struct bench_workload *w)
{
    for (size_t i = 0; i < cli->operands_n; i++)
        if (is_meant(w, cli->operands[i]))
            return true;
    return cli->operands_n == 0;
}

static enum sotto_err check_names(struct cli *cli)
{
    for (size_t i = 0; i < cli->operands_n; i++) {
        char shown[CLIENT_SHOWN_LEN];
        bool known = false;

        for (size_t f = 0; bench_families[f]; f++)
            for (const struct bench_workload *w = bench_families[f]; w->name; w++)
                known |= is_meant(w, cli->operands[i]);
        client_show(cli->operands[i], strlen(cli->operands[i]), shown);
        if (!known)
            return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                             "unknown workload '%s'; 'sotto bench --help' lists them", shown);
    }
    return SOTTO_OK;
}

static enum sotto_err measure_sizes(struct cli *cli, const struct bench_workload *w,
                                    const struct local_options *o, uint64_t size, size_t runs,
                                    const struct bench_limits *limits)
{
    if (size > w->size_max && w->size_max > 1)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--size %llu: %s takes %llu at most",
                         (unsigned long long)size, w->name, (unsigned long long)w->size_max);
    if (size)
        return bench_measure(cli, w, o, w->make ? size : 1, runs, limits);
    for (const uint64_t *n = w->sizes; *n; n++)
        TRY(bench_measure(cli, w, o, *n, runs, limits));
    return SOTTO_OK;
}

enum sotto_err cmd_bench(struct cli *cli)
{
    struct local_options o = { .corrupt = -1,
                               .timeout_ms = 6 * SOTTO_TIMEOUT_MS_DEFAULT,
                               .round_worth = MPC_ROUND_WORTH_DEFAULT };
    struct bench_limits limits, *known = NULL;
    uint64_t size = 0, runs = RUNS_DEFAULT;

    TRY(check_names(cli));
    TRY(side_protocol(cli, &o.protocol));
    TRY(options_uint(cli, "size", 1, SOTTO_VECTOR_N_MAX, &size));
    TRY(options_uint(cli, "runs", 1, BENCH_RUNS_MAX, &runs));
    TRY(options_bytes(cli, "round-worth", &o.round_worth));
    TRY(side_lanes(cli, o.protocol, &o.lanes));
    o.netns = options_get(cli, "netns");
    if (options_get(cli, "limits")) {
        TRY(bench_limits_measure(cli, &limits));
        TRY(bench_limits_print(cli, &limits));
        known = &limits;
        if (!cli->operands_n)
            return SOTTO_OK;
        if (!cli->json)
            printf("\n");
    }
    if (!cli->json)
        bench_header(&o, (size_t)runs);
    for (size_t f = 0; bench_families[f]; f++)
        for (const struct bench_workload *w = bench_families[f]; w->name; w++)
            if (is_chosen(cli, w))
                TRY(measure_sizes(cli, w, &o, size, (size_t)runs, known));
    return SOTTO_OK;
}
