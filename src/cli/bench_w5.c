/* bench_w5.c - W5, W7 and W9: whole programs in the language, as a person runs them. */
#include "cli/auction.h"
#include "cli/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AUCTION_SEED = 1, CHECK_BLOCKS = 10000, PATH_LEN = 4096, ARGUMENTS_MAX = 8 };

/* --- W5 -------------------------------------------------------------------------------------------------- */

static enum sotto_err make_auction(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct auction a;

    TRY(auction_new(cli, parties, AUCTION_SEED, (size_t)n, &a));
    job->job = a.job;
    job->want[0] = a.winner;
    job->want[1] = a.price;
    mem_free(a.bids);
    return SOTTO_OK;
}

static bool auction_is_so(const struct bench_job *job, const struct vm_result *r)
{
    return r->outputs[0].set && r->outputs[0].values[0] == job->want[0] && r->outputs[1].set &&
           r->outputs[1].values[0] == job->want[1];
}

/* --- W7 -------------------------------------------------------------------------------------------------- */

static const char powers_source[] = "input  secret u64 x[n] from owner;\n"
                                    "output u64 y to everyone;\n"
                                    "void main() {\n"
                                    "    secret u64 product = 1;\n"
                                    "    secret u64 factor = sum(x);\n"
                                    "    for (u32 i in 0..%llu)\n"
                                    "        product = product * factor;\n"
                                    "    y = reveal(product);\n"
                                    "}\n";

static enum sotto_err make_powers(struct cli *cli, int parties, uint64_t n, struct bench_job *job)
{
    struct client_rows rows = { mem_alloc(1, 8), 1 };
    char source[512];
    enum sotto_err err;

    snprintf(source, sizeof source, powers_source, (unsigned long long)n);
    if (!rows.values)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory");
    rows.values[0] = bench_secret(0);
    err = job_compile(cli, "powers", source, strlen(source), parties, &job->job);
    if (err) {
        client_rows_wipe(&rows);
        return err;
    }
    err = job_split(cli, &job->job, 0, &rows);
    if (!err)
        err = job_bind_sizes(cli, &job->job);
    if (err)
        job_wipe(&job->job);
    return err;
}

static bool powers_are_right(const struct bench_job *job, const struct vm_result *r)
{
    uint64_t power = 1;

    for (uint64_t i = 0; i < job->n; i++)
        power *= bench_secret(0);
    return r->outputs[0].set && r->outputs[0].values[0] == power;
}

/* --- W9: the tool itself, as a process of its own ----------------------------------------------------------
 */

static const char start_source[] = "output u32 answer to everyone;\n"
                                   "void main() { answer = 42; }\n";

struct command {
    const char
        *argument[ARGUMENTS_MAX]; /* after the tool's name; NULL-terminated; "@" stands for the program */
    const char *expect;           /* must stand in what it prints */
    struct writer program;
};

static bool write_file(int fd, const struct writer *w)
{
    return !w->failed && write(fd, w->data, w->len) == (ssize_t)w->len;
}

/* In the child. */
static void become_tool(const char *const *argument, const char *path, int out)
{
    char *argv[ARGUMENTS_MAX + 2] = { mem_strdup("sotto") };

    for (size_t i = 0; i < ARGUMENTS_MAX && argument[i]; i++)
        argv[i + 1] = mem_strdup(strcmp(argument[i], "@") ? argument[i] : path);
    if (dup2(out, STDOUT_FILENO) >= 0 && dup2(out, STDERR_FILENO) >= 0)
        execv("/proc/self/exe", argv);
    _exit(127);
}

/* The number after a key of the tool's JSON, and what follows it. */
static uint64_t number_after(const char *text, const char *key, char **rest)
{
    const char *at = strstr(text, key);

    return strtoull(at ? at + strlen(key) : "", rest, 10);
}

/* Whether it is what was to be expected; rounds and bytes where they are told. */
static bool read_printed(int out, const char *expect, struct bench_cost *cost)
{
    char text[4096], *rest;
    ssize_t n = pread(out, text, sizeof text - 1, 0);

    if (n < 0)
        return false;
    text[n] = 0;
    cost->rounds = number_after(text, "\"rounds\":", &rest);
    cost->bytes_sent[0] = number_after(text, "\"bytes_sent\":[", &rest);
    for (int p = 1; p < SOTTO_PARTIES_MAX && *rest == ','; p++)
        cost->bytes_sent[p] = strtoull(rest + 1, &rest, 10);
    return strstr(text, expect) != NULL;
}

/* Wall and CPU of the process and of those that it waited for. */
static enum sotto_err run_tool(struct cli *cli, const struct command *command, const char *path, int out,
                               struct bench_cost *cost)
{
    uint64_t start = clock_now_ns();
    struct rusage usage;
    int status, pid = fork();

    if (pid == 0)
        become_tool(command->argument, path, out);
    if (pid < 0)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "cannot start the tool: %s", strerror(errno));
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return fault_set(&cli->fault, SOTTO_ERR_INTERNAL, "lost the tool: %s", strerror(errno));
    cost->wall = (double)(clock_now_ns() - start) / 1e9;
    cost->cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    cost->peak_rss = (uint64_t)usage.ru_maxrss * 1024;
    if (!WIFEXITED(status) || WEXITSTATUS(status) || !read_printed(out, command->expect, cost))
        return fault_set(&cli->fault, SOTTO_ERR_INTERNAL, "the tool did not print '%s' (sotto %s ...)",
                         command->expect, command->argument[0]);
    return SOTTO_OK;
}

/* The program goes to a file of its own, which is gone afterwards. */
static enum sotto_err measure_tool(struct cli *cli, struct command *command, struct bench_sample *s)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_LEN], out[PATH_LEN];
    int program_fd, out_fd;
    enum sotto_err err;

    folder = folder && *folder ? folder : "/tmp";
    snprintf(path, sizeof path, "%s/sotto-bench-XXXXXX.sotto", folder);
    snprintf(out, sizeof out, "%s/sotto-bench-XXXXXX.out", folder);
    program_fd = mkstemps(path, 6);
    out_fd = mkstemps(out, 4);
    if (program_fd < 0 || out_fd < 0 || !write_file(program_fd, &command->program))
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "cannot write a program to %s: %s", folder,
                        strerror(errno));
    else
        err = run_tool(cli, command, path, out_fd, &s->whole);
    s->work = s->whole;
    if (program_fd >= 0) {
        close(program_fd);
        unlink(path);
    }
    if (out_fd >= 0) {
        close(out_fd);
        unlink(out);
    }
    writer_wipe(&command->program);
    return err;
}

static enum sotto_err run_start(struct cli *cli, const struct local_options *o, struct bench_sample *s)
{
    struct command command = { { "run", "@", "--protocol", o->protocol->name, "--json" },
                               "\"answer\":42",
                               { 0 } };

    write_bytes(&command.program, start_source, sizeof start_source - 1);
    return measure_tool(cli, &command, s);
}

static enum sotto_err run_check(struct cli *cli, const struct local_options *o, struct bench_sample *s)
{
    struct command command = { { "check", "@" }, "max(second, reserve)", { 0 } };

    (void)o;
    write_bytes(&command.program, auction_source, strlen(auction_source));
    return measure_tool(cli, &command, s);
}

static enum sotto_err run_check_aes(struct cli *cli, const struct local_options *o, struct bench_sample *s)
{
    struct command command = { { "check", "@" }, "a valid program", { 0 } };

    (void)o;
    bench_aes_source(&command.program);
    return measure_tool(cli, &command, s);
}

const struct bench_workload bench_programs[] = {
    {
        .name = "W5",
        .variant = "",
        .text = "second-price auction, so many bids of 32 bits",
        .sizes = { 100, 1000, 100000 },
        .size_max = 10000000,
        .touched = 4,
        .make = make_auction,
        .is_right = auction_is_so,
    },
    {
        .name = "W7",
        .variant = "",
        .text = "products, each depending on the one before",
        .sizes = { 1000 },
        .size_max = 1000000,
        .kind = BENCH_WORDS,
        .make = make_powers,
        .is_right = powers_are_right,
    },
    { 0 },
};

const struct bench_workload bench_startup[] = {
    { .name = "W9",
      .variant = "run",
      .text = "sotto run of a one-line program",
      .sizes = { 1 },
      .run = run_start },
    { .name = "W9",
      .variant = "check",
      .text = "sotto check of the auction",
      .sizes = { 1 },
      .run = run_check },
    { .name = "W9", .variant = "aes", .text = "sotto check of AES-128", .sizes = { 1 }, .run = run_check_aes },
    { 0 },
};
