/* options.c - arguments into options and operands, by the subcommand's table.
 *
 * --name VALUE, --name=VALUE, -D VALUE, -DVALUE; "--" ends the options; operands may stand anywhere. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

static const struct cli_option no_options[] = { { 0 } };

static const struct cli_option *find(const struct cli_option *options, const char *name, size_t len)
{
    for (const struct cli_option *o = options; o->name; o++)
        if (strlen(o->name) == len && !memcmp(o->name, name, len))
            return o;
    return NULL;
}

static enum sotto_err unknown_option(struct cli *cli, const struct cli_option *options, const char *arg)
{
    size_t dashes = strspn(arg, "-"), len = strcspn(arg + dashes, "=");
    char word[40], near[128], shown[CLIENT_SHOWN_LEN];
    struct suggest s;

    client_show(arg, dashes + len, shown);
    snprintf(word, sizeof word, "%.*s", (int)len, arg + dashes);
    s = suggest_for(word);
    for (const struct cli_option *o = options; o->name; o++)
        suggest_offer(&s, o->name);
    suggest_offer(&s, "help");
    return fault_set(&cli->fault, SOTTO_ERR_USAGE, "unknown option '%s'%s; see 'sotto %s --help'", shown,
                     suggest_text(&s, s.best && s.best[1] ? "--" : "-", near), cli->name);
}

static enum sotto_err take(struct cli *cli, const struct cli_option *o, const char *value)
{
    const char *dashes = o->name[1] ? "--" : "-";

    if (o->value && !value)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "option '%s%s' needs a value: %s%s %s", dashes, o->name,
                         dashes, o->name, o->value);
    if (!o->value && value)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "option '%s%s' takes no value", dashes, o->name);
    if (!o->many && options_get(cli, o->name))
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "option '%s%s' is given twice; give it once", dashes,
                         o->name);
    cli->given[cli->given_n++] = (struct cli_given){ o, value ? value : "" };
    return SOTTO_OK;
}

/* One argument that begins with a dash; *i steps over a value that stands apart. */
static enum sotto_err one_option(struct cli *cli, const struct cli_option *options, int argc, char **argv,
                                 int *i)
{
    const char *arg = argv[*i], *value = NULL;
    const struct cli_option *o;

    if (arg[1] == '-') {
        size_t len = strcspn(arg + 2, "=");

        o = len > 1 ? find(options, arg + 2, len) : NULL;
        if (o && arg[2 + len] == '=')
            value = arg + 3 + len;
    } else {
        o = find(options, arg + 1, 1);
        if (o && arg[2])
            value = arg + 2;
    }
    if (!o)
        return unknown_option(cli, options, arg);
    if (o->value && !value && *i + 1 < argc)
        value = argv[++*i];
    return take(cli, o, value);
}

static enum sotto_err check_operands(struct cli *cli, const struct cli_usage *usage)
{
    char shown[CLIENT_SHOWN_LEN];

    if (cli->operands_n < usage->operands_min)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "usage: sotto %s %s; see 'sotto %s --help'", cli->name,
                         usage->synopsis, cli->name);
    if (cli->operands_n > usage->operands_max) {
        const char *extra = cli->operands[usage->operands_max];

        client_show(extra, strlen(extra), shown);
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "'%s' is one argument too many; usage: sotto %s %s",
                         shown, cli->name, usage->synopsis);
    }
    return SOTTO_OK;
}

enum sotto_err options_parse(struct cli *cli, const struct cli_usage *usage, int argc, char **argv, bool *help)
{
    const struct cli_option *options = usage->options ? usage->options : no_options;
    bool only_operands = false;

    *help = false;
    cli->given = mem_alloc((size_t)argc + 1, sizeof *cli->given);
    cli->operands = mem_alloc((size_t)argc + 1, sizeof *cli->operands);
    if (!cli->given || !cli->operands)
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory");
    for (int i = 0; i < argc; i++) {
        if (only_operands || argv[i][0] != '-' || !argv[i][1])
            cli->operands[cli->operands_n++] = argv[i];
        else if (!strcmp(argv[i], "--"))
            only_operands = true;
        else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            *help = true;
            return SOTTO_OK;
        } else
            TRY(one_option(cli, options, argc, argv, &i));
    }
    return check_operands(cli, usage);
}

const char *options_get(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->given_n; i++)
        if (!strcmp(cli->given[i].option->name, name))
            return cli->given[i].value;
    return NULL;
}

static enum sotto_err bad_value(struct cli *cli, const char *name, const char *text, const char *want)
{
    char shown[CLIENT_SHOWN_LEN];

    client_show(text, strlen(text), shown);
    return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--%s %s: %s is expected", name, shown, want);
}

static bool parse_uint(const char *text, const char **end, uint64_t *value)
{
    char *stop;

    if (!isdigit((unsigned char)text[0]))
        return false;
    errno = 0;
    *value = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0;
}

enum sotto_err options_uint(struct cli *cli, const char *name, uint64_t min, uint64_t max, uint64_t *value)
{
    const char *text = options_get(cli, name), *end;
    char want[80];
    uint64_t v;

    if (!text)
        return SOTTO_OK;
    snprintf(want, sizeof want, "a whole number from %llu to %llu", (unsigned long long)min,
             (unsigned long long)max);
    if (!parse_uint(text, &end, &v) || *end || v < min || v > max)
        return bad_value(cli, name, text, want);
    *value = v;
    return SOTTO_OK;
}

enum sotto_err options_bytes(struct cli *cli, const char *name, uint64_t *value)
{
    const char *text = options_get(cli, name), *end;
    const char *want = "a number of bytes above 0, such as 500000, 64K, 512M or 2G,";
    unsigned shift = 0;
    uint64_t v;

    if (!text)
        return SOTTO_OK;
    if (!parse_uint(text, &end, &v) || v == 0)
        return bad_value(cli, name, text, want);
    if (*end)
        shift = toupper(*end) == 'K' ? 10 : toupper(*end) == 'M' ? 20 : toupper(*end) == 'G' ? 30 : 64;
    if (shift == 64 || (*end && end[1]) || v > UINT64_MAX >> shift)
        return bad_value(cli, name, text, want);
    *value = v << shift;
    return SOTTO_OK;
}

enum sotto_err options_seconds(struct cli *cli, const char *name, unsigned *ms)
{
    const char *text = options_get(cli, name);
    char *end;
    double seconds;

    if (!text)
        return SOTTO_OK;
    seconds = isdigit((unsigned char)text[0]) ? strtod(text, &end) : NAN;
    if (!(seconds >= 0.1 && seconds <= 86400) || *end)
        return bad_value(cli, name, text, "a number of seconds from 0.1 to 86400");
    *ms = (unsigned)(seconds * 1000 + 0.5);
    return SOTTO_OK;
}
