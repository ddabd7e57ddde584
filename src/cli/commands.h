/* commands.h - what each subcommand's file gives to the table in main.c. */
#ifndef SOTTO_CLI_COMMANDS_H
#define SOTTO_CLI_COMMANDS_H

#include "cli/cli.h"

enum sotto_err cmd_run(struct cli *cli);
enum sotto_err cmd_check(struct cli *cli);
enum sotto_err cmd_network_init(struct cli *cli);
enum sotto_err cmd_party(struct cli *cli);
enum sotto_err cmd_demo(struct cli *cli);
enum sotto_err cmd_bench(struct cli *cli);
enum sotto_err cmd_completion(struct cli *cli);
enum sotto_err cmd_version(struct cli *cli);
enum sotto_err cmd_help(struct cli *cli);

extern const struct cli_usage run_usage, check_usage, network_usage, party_usage, demo_usage, bench_usage,
    completion_usage, version_usage, help_usage;

#endif
