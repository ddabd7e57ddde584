/* help.c - the help texts, laid out from the tables, and `sotto help`. */
#include "cli/cli.h"
#include "cli/commands.h"

enum { HELP_INDENT = 30 };

/* Lines that begin with a space stay as they are; others run together into paragraphs. */
static void paragraphs(struct writer *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len == 0 || *text == ' ') {
            text_format(out, "%.*s\n", (int)len, text);
            text += len + (text[len] == '\n');
            continue;
        }
        while (text[len] && text[len + 1] && text[len + 1] != ' ' && text[len + 1] != '\n')
            len += 1 + strcspn(text + len + 1, "\n");
        term_fill(out, text, len, 0);
        text += len + (text[len] == '\n');
    }
}

static void entry(struct writer *out, const char *head, const char *text)
{
    int width = HELP_INDENT - 2;

    text_format(out, "  %-*s", width, head);
    if (strlen(head) >= (size_t)width)
        text_format(out, "\n%*s", HELP_INDENT, "");
    term_fill(out, text, strlen(text), HELP_INDENT);
}

static void list_commands(const struct cli_command *commands, struct writer *out)
{
    for (const struct cli_command *c = commands; c->name; c++)
        text_format(out, "  %-12s%s\n", c->name, c->summary);
}

void help_overview(const struct cli_command *commands, struct writer *out)
{
    text_format(out, "Sotto computes on data that nobody has to show.\n"
                     "\n"
                     "usage: sotto COMMAND [options]\n"
                     "\n");
    list_commands(commands, out);
    text_format(out, "\n"
                     "First steps:\n"
                     "  sotto demo                     an auction of sealed bids, and a liar caught\n"
                     "  sotto check auction.sotto      what a program takes, gives and opens\n"
                     "  sotto run auction.sotto --input bid=bids.csv\n"
                     "                                 run it among four processes of this machine\n"
                     "  sotto COMMAND --help           all about a command, with examples\n"
                     "\n"
                     "Exit codes: 0 done, 1 internal error or out of memory, 2 wrong usage,\n"
                     "3 bad program or input, 4 cheating detected, 5 network failure,\n"
                     "130 stopped by a signal.\n");
}

void help_command(const char *name, const struct cli_command *command, struct writer *out)
{
    const struct cli_usage *usage = command->usage;

    text_format(out, "sotto %s - %s\n\nusage: sotto %s %s\n", name, command->summary, name, usage->synopsis);
    if (usage->commands) {
        text_format(out, "\n");
        list_commands(usage->commands, out);
    }
    text_format(out, "\noptions:\n");
    for (const struct cli_option *o = usage->options; o && o->name; o++) {
        char head[96];

        snprintf(head, sizeof head, "%s%s%s%s", o->name[1] ? "--" : "-", o->name, o->value ? " " : "",
                 o->value ? o->value : "");
        entry(out, head, o->help);
    }
    entry(out, "-h, --help", "this text");
    if (usage->text) {
        write_u8(out, '\n');
        paragraphs(out, usage->text);
    }
}

const struct cli_usage help_usage = {
    .synopsis = "[COMMAND]",
    .operands = "COMMAND",
    .operands_max = 2,
    .text = "Examples:\n"
            "  sotto help run\n"
            "  sotto help network init\n",
};

enum sotto_err cmd_help(struct cli *cli)
{
    const struct cli_command *commands = cli->commands, *command = NULL;
    struct writer out = { 0 };
    char name[64] = "";

    for (size_t i = 0; i < cli->operands_n; i++) {
        if (!commands || !(command = cli_find(commands, cli->operands[i])))
            return cli_unknown_command(cli, commands, name, cli->operands[i]);
        snprintf(name + strlen(name), sizeof name - strlen(name), "%s%s", i ? " " : "", command->name);
        commands = command->usage->commands;
    }
    if (command)
        help_command(name, command, &out);
    else
        help_overview(cli->commands, &out);
    return cli_print(cli, &out);
}
