/* report.c - the one place where the tool writes results and failures. */
#include "cli/cli.h"
#include "cli/emit.h"

#include <errno.h>
#include <unistd.h>

enum sotto_err cli_print(struct cli *cli, struct writer *w)
{
    enum sotto_err err = SOTTO_OK;

    if (w->failed)
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory to print the result");
    else if (fwrite(w->data, 1, w->len, stdout) != w->len || fflush(stdout))
        err = fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "cannot write the result: %s", strerror(errno));
    writer_wipe(w);
    return err;
}

void cli_error_json(struct cli *cli, enum sotto_err err, const char *message, struct writer *out)
{
    struct emit j = { .out = out };

    emit_object(&j, NULL);
    emit_object(&j, "error");
    emit_string(&j, "code", sotto_err_name(err));
    emit_uint(&j, "exit", (uint64_t)sotto_err_exit(err));
    emit_string(&j, "message", message);
    if (cli->has_diag) {
        emit_string(&j, "file", cli->diag.file);
        emit_uint(&j, "line", cli->diag.line);
        emit_uint(&j, "column", cli->diag.column);
        emit_string(&j, "hint", cli->diag.hint);
    }
    emit_array(&j, "suspects");
    for (unsigned p = 0; p < SOTTO_PARTIES_MAX; p++)
        if (cli->fault.suspects >> p & 1)
            emit_uint(&j, NULL, p);
    emit_end(&j, ']');
    if (cli->fault.code && cli->fault.accuser >= 0)
        emit_uint(&j, "accuser", (uint64_t)cli->fault.accuser);
    else
        emit_null(&j, "accuser");
    emit_end(&j, '}');
    emit_string(&j, "program", *cli->program ? cli->program : NULL);
    emit_string(&j, "protocol", cli->protocol);
    emit_end(&j, '}');
    write_u8(out, '\n');
}

void cli_report(struct cli *cli, enum sotto_err err)
{
    bool colour = term_colour(stderr);
    const char *message = cli->has_diag     ? cli->diag.text
                          : cli->fault.code ? cli->fault.text
                                            : sotto_err_text(err);
    struct writer out = { 0 };

    term_progress_clear();
    fflush(stdout); /* what was said before comes before */
    if (cli->has_diag) {
        lang_diag_format(&cli->diag, colour, &out);
        if (!out.failed)
            fwrite(out.data, 1, out.len, stderr);
        writer_wipe(&out);
    } else {
        fprintf(stderr, "%ssotto:%s %s\n", term_style(colour, TERM_RED), term_style(colour, TERM_PLAIN),
                message);
    }
    if (!cli->json)
        return;
    cli_error_json(cli, err, message, &out);
    if (!out.failed)
        fwrite(out.data, 1, out.len, stdout);
    fflush(stdout);
    writer_wipe(&out);
}
