/* demo.c - `sotto demo`: an auction that anybody can follow, then the same with a liar among the parties. */
#include "cli/auction.h"
#include "cli/commands.h"
#include "cli/local.h"
#include "cli/output.h"

#include <unistd.h>

static const struct cli_option options[] = {
    { "seed", "NUMBER", "draw the bids from this seed (default: a random one, which is printed)", NULL, false },
    { "bids", "NUMBER", "how many bids (default 1000)", NULL, false },
    { "corrupt", "PARTY", "who lies in the second run (default 2)", "0 1 2 3", false },
    { 0 },
};

const struct cli_usage demo_usage = {
    .synopsis = "[--seed NUMBER] [--bids NUMBER] [--corrupt PARTY]",
    .options = options,
    .text = "Draws sealed bids, runs programs/auction.sotto on them among four processes of this machine, each "
            "with\n"
            "a quarter of the bids, and prints the winner and the price, which are all that was opened. The "
            "result is\n"
            "compared with one computed in the open. Then one party lies, and is caught before anything is "
            "opened.\n"
            "\n"
            "Examples:\n"
            "  sotto demo\n"
            "  sotto demo --seed 7 --bids 100 --corrupt 0\n",
};

/* How the demo looks on this terminal. */
struct look {
    const char *bold, *dim, *green, *red, *plain;
};

static struct look look_of(FILE *stream)
{
    bool colour = term_colour(stream);

    return (struct look){ term_style(colour, TERM_BOLD), term_style(colour, TERM_DIM),
                          term_style(colour, TERM_GREEN), term_style(colour, TERM_RED),
                          term_style(colour, TERM_PLAIN) };
}

static void on_progress(void *arg, uint64_t elapsed_ns, const struct vm_progress *p)
{
    (void)arg;
    term_progress("  round %llu, %.1f s", (unsigned long long)p->rounds, (double)elapsed_ns / 1e9);
}

static void who_holds_what(const struct auction *a, const struct mpc_protocol *protocol, const struct look *l)
{
    size_t from = 0;

    printf("  %sparty   brings, in clear        of every bid then holds the shares%s\n", l->dim, l->plain);
    for (int p = 0; p < protocol->parties; p++) {
        size_t n = a->job.rows[(size_t)p * a->job.image.inputs_n].n;
        char range[64];

        if (n)
            snprintf(range, sizeof range, "bids %zu to %zu", from, from + n - 1);
        else
            snprintf(range, sizeof range, "no bid");
        printf("  %d       %-23s", p, range);
        for (int share = 0; share < protocol->shares; share++) {
            if (protocol->holds[p] >> share & 1)
                printf(" %d", share);
            else
                printf(" %s.%s", l->dim, l->plain);
        }
        printf("\n");
        from += n;
    }
    printf("\n  Each lacks one share, and so learns nothing about the bids of others.\n\n");
}

/* The text of a line of the program without what is around it. */
static void source_line(const char *source, uint32_t line, struct writer *out)
{
    const char *end, *comment;

    while (line > 1 && (source = strchr(source, '\n'))) {
        source++;
        line--;
    }
    if (!source)
        return;
    source += strspn(source, " ");
    end = source + strcspn(source, "\n");
    comment = strstr(source, "//");
    if (comment && comment < end)
        end = comment;
    while (end > source && end[-1] == ' ')
        end--;
    text_format(out, "%.*s", (int)(end - source), source);
}

/* What the rounds were spent on. */
static void show_rounds(const struct run_result *r, const struct look *l, struct writer *out)
{
    uint64_t from = 1;

    text_format(out, "  %srounds%s\n", l->dim, l->plain);
    for (size_t i = 0; i < r->vm.passed_n; i++) {
        const struct vm_passed *p = &r->vm.passed[i];

        text_format(out, "  %4llu to %-4llu  ", (unsigned long long)from, (unsigned long long)p->round);
        if (p->line)
            source_line(auction_source, p->line, out);
        else
            text_format(out, "agree on the program, make keys");
        text_format(out, "\n");
        from = p->round + 1;
    }
    text_format(out, "\n");
}

static enum sotto_err show_honest(struct cli *cli, const struct auction *a, const struct run_result *r,
                                  const struct look *l)
{
    struct writer out = { 0 };
    char number[OUTPUT_NUMBER_LEN], bytes[OUTPUT_NUMBER_LEN];
    uint64_t most = 0;

    for (int p = 0; p < r->parties; p++)
        most = r->bytes_sent[p] > most ? r->bytes_sent[p] : most;
    show_rounds(r, l, &out);
    text_format(&out, "  winner      %sbidder %llu%s\n", l->bold,
                (unsigned long long)r->vm.outputs[0].values[0], l->plain);
    text_format(&out, "  price       %s%s%s, the second highest bid\n\n", l->bold,
                output_number(r->vm.outputs[1].values[0], number), l->plain);
    text_format(&out, "  opened, and nothing else:\n");
    output_opened(&a->job, r, 10, &out);
    text_format(&out, "\n  %s%s rounds, at most %s bytes sent by a party, %.2f s%s\n", l->dim,
                output_number(r->rounds, number), output_number(most, bytes), (double)r->total_ns / 1e9,
                l->plain);
    if (auction_is_right(a, r))
        text_format(&out, "  %schecked%s     equal to the result computed in the open from all bids\n\n",
                    l->green, l->plain);
    TRY(cli_print(cli, &out));
    if (!auction_is_right(a, r))
        return fault_set(&cli->fault, SOTTO_ERR_INTERNAL,
                         "the result differs from the one computed in the open: bidder %llu at %llu",
                         (unsigned long long)a->winner, (unsigned long long)a->price);
    return SOTTO_OK;
}

static enum sotto_err run_honest(struct cli *cli, const struct auction *a, struct local_options *o,
                                 const struct look *l)
{
    struct run_result result;
    enum sotto_err err;

    printf("%s1. All are honest%s\n\n", l->bold, l->plain);
    err = local_run(&a->job, o, &result, &cli->fault);
    term_progress_clear();
    if (!err)
        err = show_honest(cli, a, &result, l);
    run_result_wipe(&result);
    return err;
}

static enum sotto_err show_caught(struct cli *cli, const struct fault *f, const struct run_result *r,
                                  const struct look *l)
{
    struct writer out = { 0 };
    const char *before = "";

    text_format(&out, "  %scaught%s      ", l->green, l->plain);
    term_fill(&out, f->text, strlen(f->text), 14);
    if (f->accuser >= 0)
        text_format(&out, "  noticed by  party %d\n", f->accuser);
    text_format(&out, "  suspected   %s", l->red);
    for (int p = 0; p < r->parties; p++) {
        if (f->suspects >> p & 1) {
            text_format(&out, "%sparty %d", before, p);
            before = " or ";
        }
    }
    text_format(&out, "%s\n", l->plain);
    if (r->vm.opened_n)
        text_format(&out, "  opened      %zu values, before it was caught\n", r->vm.opened_n);
    else
        text_format(&out, "  opened      nothing: every message is checked before its content is used\n");
    text_format(&out, "  %s%.2f s%s\n\n", l->dim, (double)r->total_ns / 1e9, l->plain);
    return cli_print(cli, &out);
}

static enum sotto_err run_with_liar(struct cli *cli, const struct auction *a, struct local_options *o,
                                    const struct look *l)
{
    struct run_result result;
    struct fault f = { 0 };
    enum sotto_err err;

    printf("%s2. The same bids, but party %d lies%s: it adds 1 to the first product it sends\n\n", l->bold,
           o->corrupt, l->plain);
    err = local_run(&a->job, o, &result, &f);
    term_progress_clear();
    if (err == SOTTO_ERR_CHEAT) {
        err = show_caught(cli, &f, &result, l);
    } else if (!err) {
        err = fault_set(&cli->fault, SOTTO_ERR_INTERNAL, "party %d lied and was not caught", o->corrupt);
    } else {
        cli->fault = f;
    }
    run_result_wipe(&result);
    return err;
}

enum sotto_err cmd_demo(struct cli *cli)
{
    struct local_options o = { .timeout_ms = SOTTO_TIMEOUT_MS_DEFAULT, .on_progress = on_progress };
    struct look l = look_of(stdout);
    uint64_t seed = 0, n = 1000, corrupt = 2;
    char number[OUTPUT_NUMBER_LEN];
    struct auction a;
    enum sotto_err err;

    crypto_random(&seed, 4);
    TRY(side_protocol(cli, &o.protocol));
    TRY(options_uint(cli, "seed", 0, UINT64_MAX, &seed));
    TRY(options_uint(cli, "bids", 1, 1000000, &n));
    TRY(options_uint(cli, "corrupt", 0, (uint64_t)o.protocol->parties - 1, &corrupt));
    TRY(auction_new(cli, o.protocol->parties, seed, (size_t)n, &a));
    printf("\n%sA sealed-bid auction among %d parties that trust nobody%s\n\n", l.bold, o.protocol->parties,
           l.plain);
    printf("  %s bids of 1 to 1,000,000, drawn from seed %llu. The highest wins and pays\n"
           "  the second highest. Each party is a process of its own; they talk by TLS.\n\n",
           output_number(n, number), (unsigned long long)seed);
    who_holds_what(&a, o.protocol, &l);
    o.corrupt = -1;
    err = run_honest(cli, &a, &o, &l);
    if (!err) {
        o.corrupt = (int)corrupt;
        err = run_with_liar(cli, &a, &o, &l);
    }
    if (!err)
        printf("%sThe program: programs/auction.sotto. Your own: 'sotto run --help'.%s\n", l.dim, l.plain);
    auction_wipe(&a);
    return err;
}
