/* cli.c - from the arguments to the subcommand, and from its result to the exit code. */
#include "cli/cli.h"

#include <fcntl.h>
#include <stdlib.h>

const struct cli_command *cli_find(const struct cli_command *commands, const char *name)
{
    for (const struct cli_command *c = commands; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}

enum sotto_err cli_unknown_command(struct cli *cli, const struct cli_command *commands, const char *before,
                                   const char *name)
{
    struct suggest s = suggest_for(name);
    char near[128], shown[CLIENT_SHOWN_LEN], prefix[80] = "";

    client_show(name, strlen(name), shown);
    if (*before)
        snprintf(prefix, sizeof prefix, "%s ", before);
    for (const struct cli_command *c = commands; c && c->name; c++)
        suggest_offer(&s, c->name);
    return fault_set(&cli->fault, SOTTO_ERR_USAGE, "unknown command '%s%s'%s; see 'sotto %s--help'", prefix,
                     shown, suggest_text(&s, prefix, near), prefix);
}

/* Walk down the tables by the words given; *used counts them. */
static enum sotto_err choose(struct cli *cli, int argc, char **argv, int *used)
{
    const struct cli_command *commands = cli->commands;

    for (*used = 0; commands; ++*used) {
        size_t at = strlen(cli->name);
        const char *word = *used < argc ? argv[*used] : NULL;

        if (!word || word[0] == '-') {
            if (cli->command || (word && (!strcmp(word, "--help") || !strcmp(word, "-h"))))
                return SOTTO_OK; /* a group alone; its help follows */
            if (word)
                return fault_set(&cli->fault, SOTTO_ERR_USAGE, "a command must come first; see 'sotto --help'");
            return fault_set(&cli->fault, SOTTO_ERR_USAGE, "no command is given; see 'sotto --help'");
        }
        if (!cli_find(commands, word))
            return cli_unknown_command(cli, commands, cli->name, word);
        cli->command = cli_find(commands, word);
        snprintf(cli->name + at, sizeof cli->name - at, "%s%s", at ? " " : "", word);
        commands = cli->command->usage->commands;
    }
    return SOTTO_OK;
}

static enum sotto_err run(struct cli *cli, int argc, char **argv)
{
    struct writer out = { 0 };
    bool help = false;
    int used;

    TRY(choose(cli, argc, argv, &used));
    if (!cli->command) {
        help_overview(cli->commands, &out);
        return cli_print(cli, &out);
    }
    TRY(options_parse(cli, cli->command->usage, argc - used, argv + used, &help));
    if (help) {
        help_command(cli->name, cli->command, &out);
        return cli_print(cli, &out);
    }
    if (!cli->command->run)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "usage: sotto %s %s; see 'sotto %s --help'", cli->name,
                         cli->command->usage->synopsis, cli->name);
    return cli->command->run(cli);
}

/* A standard stream that the caller closed must not become one of our sockets. Opened for reading, so that a
 * result which nobody can see is an error. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", O_RDONLY);
}

int cli_main(const struct cli_command *commands, int argc, char **argv)
{
    struct cli cli = { .commands = commands };
    enum sotto_err err;

    fill_standard_streams();
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        cli.json |= !strcmp(argv[i], "--json"); /* known before the rest, so that its errors are JSON too */
    if (argc > 1 && !strcmp(argv[1], "--version")) {
        static char version[] = "version";

        argv[1] = version;
    }
    err = cpu_start(&cli.fault);
    if (!err)
        err = crypto_init();
    if (!err)
        err = run(&cli, argc - 1, argv + 1);
    if (err)
        cli_report(&cli, err);
    mem_free(cli.given);
    mem_free(cli.operands);
    return sotto_err_exit(err);
}
