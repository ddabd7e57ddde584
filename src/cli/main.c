/* main.c - the table of subcommands. */
#include "cli/commands.h"

static const struct cli_command network_commands[] = {
    { "init", cmd_network_init, "write keys and a network.yaml for a new network", &network_usage },
    { 0 },
};
static const struct cli_usage network_group = {
    .synopsis = "init DIR [options]",
    .commands = network_commands,
    .operands_max = 0,
    .text = "A network is the parties' addresses and public keys, in network.yaml, which all share and\n"
            "each has signed; and a node.yaml with a secret key for each party.\n"
            "\n"
            "Example:\n"
            "  sotto network init mynet --parties 4\n"
            "  sotto network init --help\n",
};

static const struct cli_command commands[] = {
    { "run", cmd_run, "run a program among parties that are processes of this machine", &run_usage },
    { "check", cmd_check, "show what a program takes, gives and opens", &check_usage },
    { "network", NULL, "set up a network of real parties", &network_group },
    { "party", cmd_party, "be one party of a network and run a program with the others", &party_usage },
    { "demo", cmd_demo, "an auction of 1,000 sealed bids, and a lying party caught", &demo_usage },
    { "bench", cmd_bench, "measure workloads, one JSON line each", &bench_usage },
    { "completion", cmd_completion, "print a completion script for bash, zsh or fish", &completion_usage },
    { "version", cmd_version, "print the version", &version_usage },
    { "help", cmd_help, "explain a command", &help_usage },
    { 0 },
};

int main(int argc, char **argv)
{
    return cli_main(commands, argc, argv);
}
