/* completion.c - scripts for three shells, made from the tables that also make the help. */
#include "cli/commands.h"

#include <ctype.h>

const struct cli_usage completion_usage = {
    .synopsis = "bash|zsh|fish",
    .operands = "bash zsh fish",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Prints a script that teaches your shell to complete sotto's commands and options.\n"
            "\n"
            "Examples:\n"
            "  sotto completion bash > /etc/bash_completion.d/sotto\n"
            "  sotto completion zsh > ~/.zfunc/_sotto      # with ~/.zfunc in $fpath\n"
            "  sotto completion fish > ~/.config/fish/completions/sotto.fish\n",
};

static bool is_word_list(const char *choices)
{
    return choices && strcmp(choices, "FILE") != 0 && strcmp(choices, "DIR") != 0 &&
           strcmp(choices, "COMMAND") != 0;
}

/* Text inside single quotes of a shell, without what zsh's _arguments or fish would interpret. */
static void plain(struct writer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            text_format(out, "'\\''");
        else if (*text == ':')
            text_format(out, "%s", text[1] == ' ' ? "," : " ");
        else if (*text != '[' && *text != ']' && *text != '\\')
            write_u8(out, (uint8_t)*text);
    }
}

static void command_names(struct writer *out, const struct cli_command *commands)
{
    for (const struct cli_command *c = commands; c->name; c++)
        text_format(out, "%s%s", c == commands ? "" : " ", c->name);
}

static const char *dashes(const struct cli_option *o)
{
    return o->name[1] ? "--" : "-";
}

/* Visit every command that has options of its own, with its words. */
static void each_command(struct writer *out, const struct cli_command *commands, const char *before,
                         void (*visit)(struct writer *out, const char *name, const struct cli_command *c))
{
    for (const struct cli_command *c = commands; c->name; c++) {
        char name[64];

        snprintf(name, sizeof name, "%s%s%s", before, *before ? " " : "", c->name);
        visit(out, name, c);
        if (c->usage->commands)
            each_command(out, c->usage->commands, name, visit);
    }
}

/* --- bash ------------------------------------------------------------------------------------------------ */

static void bash_words(struct writer *out, const char *choices)
{
    if (is_word_list(choices))
        text_format(out, "COMPREPLY=($(compgen -W '%s' -- \"$cur\"))", choices);
    else if (choices && !strcmp(choices, "FILE"))
        text_format(out, "compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\"))");
    else if (choices && !strcmp(choices, "DIR"))
        text_format(out, "compopt -o filenames; COMPREPLY=($(compgen -d -- \"$cur\"))");
    else
        text_format(out, "COMPREPLY=()");
}

static void bash_command(struct writer *out, const char *name, const struct cli_command *c)
{
    text_format(out, "    '%s')\n        case \"$prev\" in\n", name);
    for (const struct cli_option *o = c->usage->options; o && o->name; o++) {
        if (!o->value)
            continue;
        text_format(out, "        %s%s) ", dashes(o), o->name);
        bash_words(out, o->choices);
        text_format(out, "; return ;;\n");
    }
    text_format(out, "        esac\n        if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '");
    for (const struct cli_option *o = c->usage->options; o && o->name; o++)
        text_format(out, "%s%s ", dashes(o), o->name);
    text_format(out, "--help' -- \"$cur\")); return; fi\n        ");
    if (c->usage->commands) {
        text_format(out, "COMPREPLY=($(compgen -W '");
        command_names(out, c->usage->commands);
        text_format(out, "' -- \"$cur\"))");
    } else {
        bash_words(out, c->usage->operands);
    }
    text_format(out, " ;;\n");
}

static void bash_groups(struct writer *out, const char *name, const struct cli_command *c)
{
    if (c->usage->commands)
        text_format(out,
                    "    [[ $command == '%s' && COMP_CWORD -gt 2 ]] && command=\"$command ${COMP_WORDS[2]}\"\n",
                    name);
}

static void bash(struct writer *out, const struct cli_command *commands)
{
    text_format(out, "# bash completion for sotto; made by 'sotto completion bash'\n"
                     "_sotto()\n{\n"
                     "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
                     "    local command=\"${COMP_WORDS[1]}\"\n"
                     "    if [[ $COMP_CWORD -eq 1 ]]; then COMPREPLY=($(compgen -W '");
    command_names(out, commands);
    text_format(out, " --help --version' -- \"$cur\")); return; fi\n");
    each_command(out, commands, "", bash_groups);
    text_format(out, "    case \"$command\" in\n");
    each_command(out, commands, "", bash_command);
    text_format(out, "    esac\n}\ncomplete -F _sotto sotto\n");
}

/* --- zsh ------------------------------------------------------------------------------------------------- */

static void zsh_words(struct writer *out, const char *choices)
{
    if (is_word_list(choices))
        text_format(out, "(%s)", choices);
    else if (choices && !strcmp(choices, "FILE"))
        text_format(out, "_files");
    else if (choices && !strcmp(choices, "DIR"))
        text_format(out, "_files -/");
}

static void zsh_command(struct writer *out, const char *name, const struct cli_command *c)
{
    text_format(out, "    '%s')\n        _arguments \\\n", name);
    for (const struct cli_option *o = c->usage->options; o && o->name; o++) {
        text_format(out, "            '%s%s%s[", o->many ? "*" : "", dashes(o), o->name);
        plain(out, o->help);
        text_format(out, "]");
        if (o->value) {
            text_format(out, ":");
            plain(out, o->value);
            text_format(out, ":");
            zsh_words(out, o->choices);
        }
        text_format(out, "' \\\n");
    }
    text_format(out, "            '--help[show help]'");
    if (c->usage->commands) {
        text_format(out, " \\\n            '*:command:(");
        command_names(out, c->usage->commands);
        text_format(out, ")'");
    } else if (c->usage->operands) {
        text_format(out, " \\\n            '*:operand:");
        zsh_words(out, c->usage->operands);
        text_format(out, "'");
    }
    text_format(out, " ;;\n");
}

static void zsh_groups(struct writer *out, const char *name, const struct cli_command *c)
{
    if (c->usage->commands)
        text_format(out,
                    "    [[ $command == '%s' && $CURRENT -gt 3 ]] && { command=\"$command $words[3]\"; n=3 }\n",
                    name);
}

static void zsh(struct writer *out, const struct cli_command *commands)
{
    text_format(out, "#compdef sotto\n# made by 'sotto completion zsh'\n"
                     "_sotto()\n{\n    local command=$words[2] n=2\n"
                     "    if (( CURRENT == 2 )); then\n        local -a commands\n        commands=(\n");
    for (const struct cli_command *c = commands; c->name; c++) {
        text_format(out, "            '%s:", c->name);
        plain(out, c->summary);
        text_format(out, "'\n");
    }
    text_format(out, "        )\n        _describe command commands\n        return\n    fi\n");
    each_command(out, commands, "", zsh_groups);
    text_format(out, "    words=(\"${(@)words[n,-1]}\")\n    (( CURRENT -= n - 1 ))\n    case $command in\n");
    each_command(out, commands, "", zsh_command);
    text_format(out, "    esac\n}\n_sotto \"$@\"\n");
}

/* --- fish ------------------------------------------------------------------------------------------------ */

static void fish_command(struct writer *out, const char *name, const struct cli_command *c)
{
    const char *last = strrchr(name, ' ') ? strrchr(name, ' ') + 1 : name;
    const char *words = is_word_list(c->usage->operands) ? c->usage->operands : NULL;

    for (const struct cli_option *o = c->usage->options; o && o->name; o++) {
        text_format(out, "complete -c sotto -n '__fish_seen_subcommand_from %s' -%c %s", last,
                    o->name[1] ? 'l' : 's', o->name);
        if (is_word_list(o->choices))
            text_format(out, " -x -a '%s'", o->choices);
        else if (o->value)
            text_format(out, o->choices ? " -r -F" : " -x");
        text_format(out, " -d '");
        plain(out, o->help);
        text_format(out, "'\n");
    }
    if (c->usage->commands || words) {
        text_format(out, "complete -c sotto -f -n '__fish_seen_subcommand_from %s' -a '%s", last,
                    words ? words : "");
        if (c->usage->commands)
            command_names(out, c->usage->commands);
        text_format(out, "'\n");
    }
    text_format(out, "complete -c sotto -n '__fish_seen_subcommand_from %s' -l help -d 'show help'\n", last);
}

static void fish(struct writer *out, const struct cli_command *commands)
{
    text_format(out, "# fish completion for sotto; made by 'sotto completion fish'\n");
    for (const struct cli_command *c = commands; c->name; c++) {
        text_format(out, "complete -c sotto -f -n __fish_use_subcommand -a %s -d '", c->name);
        plain(out, c->summary);
        text_format(out, "'\n");
    }
    each_command(out, commands, "", fish_command);
}

enum sotto_err cmd_completion(struct cli *cli)
{
    const char *shell = cli->operands[0];
    struct suggest s = suggest_for(shell);
    char near[128], shown[CLIENT_SHOWN_LEN];
    struct writer out = { 0 };

    if (!strcmp(shell, "bash")) {
        bash(&out, cli->commands);
    } else if (!strcmp(shell, "zsh")) {
        zsh(&out, cli->commands);
    } else if (!strcmp(shell, "fish")) {
        fish(&out, cli->commands);
    } else {
        suggest_offer(&s, "bash");
        suggest_offer(&s, "zsh");
        suggest_offer(&s, "fish");
        client_show(shell, strlen(shell), shown);
        return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                         "no completion for the shell '%s'%s; bash, zsh and fish are known", shown,
                         suggest_text(&s, "", near));
    }
    return cli_print(cli, &out);
}
