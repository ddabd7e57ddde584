/* cli.h - the tool's frame. A subcommand is a row of the table in main.c and one file; what it returns becomes
 * the exit code, and the fault it leaves is reported in one place (report.c). */
#ifndef SOTTO_CLI_H
#define SOTTO_CLI_H

#include <stdio.h>

#include "base/base.h"
#include "client/client.h"
#include "lang/lang.h"

/* One option of a subcommand. A table of them ends with a row without a name. */
struct cli_option {
    const char *name;  /* "input" for --input; of one letter: "D" for -D */
    const char *value; /* what its value is called, or NULL for a switch */
    const char *help;
    const char *choices; /* for completion: words, or "FILE", "DIR"; NULL: anything */
    bool many;           /* may be given more than once */
};

struct cli_command;
struct cli_usage {
    const char *synopsis;               /* after the command's name */
    const struct cli_option *options;   /* NULL: none but --help */
    const struct cli_command *commands; /* its own subcommands, or NULL */
    const char *operands;               /* as `choices`; for completion */
    unsigned operands_min, operands_max;
    const char *text; /* teaches, with examples; at most 80 columns */
};

struct cli;
struct cli_command {
    const char *name;
    enum sotto_err (*run)(struct cli *cli);
    const char *summary;
    const struct cli_usage *usage;
};

struct cli_given {
    const struct cli_option *option;
    const char *value;
};

/* One invocation. */
struct cli {
    const struct cli_command *commands; /* the whole table */
    const struct cli_command *command;  /* the row that runs, or NULL */
    char name[64];                      /* of it, as typed: "network init" */
    struct cli_given *given;            /* options in the order given */
    size_t given_n;
    const char **operands;
    size_t operands_n;
    bool json;
    struct fault fault;    /* what to report when the command fails */
    struct lang_diag diag; /* more telling than the fault where `has_diag` */
    bool has_diag;
    char program[256];    /* for the report in JSON; may be "" */
    const char *protocol; /* likewise, or NULL */
};

/** Everything from the arguments to the exit code. */
int cli_main(const struct cli_command *commands, int argc, char **argv);

/* --- options.c ------------------------------------------------------------------------------------------- */
/** Sort argv (after the command's name) into cli->given and cli->operands by usage. *help is set when --help is
 * among them; then nothing else is checked. SOTTO_ERR_USAGE with cli->fault. */
SOTTO_MUST_CHECK enum sotto_err options_parse(struct cli *cli, const struct cli_usage *usage, int argc,
                                              char **argv, bool *help);
/** The value of an option, "" for a switch, NULL where it is not given. */
const char *options_get(const struct cli *cli, const char *name);
/** A whole number within bounds; *value stays where the option is not given. */
SOTTO_MUST_CHECK enum sotto_err options_uint(struct cli *cli, const char *name, uint64_t min, uint64_t max,
                                             uint64_t *value);
/** Bytes, with K, M or G (powers of 1024) after the number. */
SOTTO_MUST_CHECK enum sotto_err options_bytes(struct cli *cli, const char *name, uint64_t *value);
/** Seconds, fraction allowed, into milliseconds. */
SOTTO_MUST_CHECK enum sotto_err options_seconds(struct cli *cli, const char *name, unsigned *ms);

/* --- suggest.c ------------------------------------------------------------------------------------------- */
struct suggest {
    const char *word, *best;
    unsigned distance;
};
struct suggest suggest_for(const char *word);
void suggest_offer(struct suggest *s, const char *candidate);
/** " (did you mean 'run'?)" into out, or "" where nothing is near. */
const char *suggest_text(const struct suggest *s, const char *prefix, char out[128]);

/* --- help.c, completion.c -------------------------------------------------------------------------------- */
void help_overview(const struct cli_command *commands, struct writer *out);
void help_command(const char *name, const struct cli_command *command, struct writer *out);
const struct cli_command *cli_find(const struct cli_command *commands, const char *name);
SOTTO_MUST_CHECK enum sotto_err cli_unknown_command(struct cli *cli, const struct cli_command *commands,
                                                    const char *before, const char *name);

/* --- term.c ---------------------------------------------------------------------------------------------- */
enum term_style { TERM_PLAIN, TERM_BOLD, TERM_DIM, TERM_GREEN, TERM_RED };
/** Whether to colour this stream: a terminal, not TERM=dumb, NO_COLOR unset or empty. */
bool term_colour(FILE *stream);
/** The escape sequence, or "" where colour is off. */
const char *term_style(bool colour, enum term_style style);
/** A line on stderr that replaces itself; nothing where stderr is no terminal. */
void term_progress(const char *format, ...) SOTTO_PRINTF(1, 2);
/** Remove the line again. */
void term_progress_clear(void);
/** Words of text, wrapped at the last column of 80, from column `indent` on, where the cursor stands already.
 */
void term_fill(struct writer *out, const char *text, size_t text_len, size_t indent);

/* --- report.c -------------------------------------------------------------------------------------------- */
/** Write the whole of w to stdout and wipe it. An output that cannot be written is an error. */
SOTTO_MUST_CHECK enum sotto_err cli_print(struct cli *cli, struct writer *w);
/** The object that tells a failure. */
void cli_error_json(struct cli *cli, enum sotto_err err, const char *message, struct writer *out);
/** The failure on stderr, and with --json as one object on stdout. */
void cli_report(struct cli *cli, enum sotto_err err);

#endif
