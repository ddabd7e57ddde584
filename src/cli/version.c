/* version.c - `sotto version` */
#include "cli/commands.h"
#include "cli/emit.h"

static const struct cli_option options[] = {
    { "json", NULL, "print one JSON object", NULL, false },
    { 0 },
};

const struct cli_usage version_usage = {
    .synopsis = "[--json]",
    .options = options,
};

enum sotto_err cmd_version(struct cli *cli)
{
    struct writer out = { 0 };
    struct emit j = { .out = &out };

    if (!cli->json) {
        text_format(&out, "sotto " SOTTO_VERSION "\n");
        return cli_print(cli, &out);
    }
    emit_object(&j, NULL);
    emit_string(&j, "version", SOTTO_VERSION);
    emit_end(&j, '}');
    write_u8(&out, '\n');
    return cli_print(cli, &out);
}
