/* check.c - `sotto check`: what a program takes, gives and opens, before anybody runs it. */
#include "cli/commands.h"
#include "cli/job.h"
#include "cli/emit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct cli_option options[] = {
    { "D", "NAME=VALUE", "give a parameter, or a size to show with the types; may be repeated", NULL, true },
    { "json", NULL, "print one JSON object", NULL, false },
    { "image", "FILE", "also write the compiled image to FILE; 'run' and 'party' take it like a program",
      "FILE", false },
    { "disassemble", NULL, "also print the image's instructions", NULL, false },
    { 0 },
};

const struct cli_usage check_usage = {
    .synopsis = "PROGRAM [-D NAME=VALUE ...] [options]",
    .options = options,
    .operands = "FILE",
    .operands_min = 1,
    .operands_max = 1,
    .text = "Compiles PROGRAM (or verifies an image) and prints its inputs, parameters and outputs, and every\n"
            "value that it opens, to whom, and in which line. Nothing else ever becomes public: that list is\n"
            "the whole of what a party that takes part agrees to. Nothing is run.\n"
            "\n"
            "Examples:\n"
            "  sotto check auction.sotto\n"
            "  sotto check auction.sotto -D n=1000 -D reserve=50\n"
            "  sotto check auction.sotto --image auction.img\n",
};

static void section(struct writer *out, const char *name, size_t n)
{
    bool colour = term_colour(stdout);

    text_format(out, "%s%s%s%s\n", term_style(colour, TERM_BOLD), name, term_style(colour, TERM_PLAIN),
                n ? "" : ": none");
}

static void print_opened(const struct job *job, struct writer *out)
{
    const struct image *im = &job->image;
    char type[JOB_TYPE_LEN];

    section(out, "opens", im->reveals_n);
    for (size_t i = 0; i < im->reveals_n; i++) {
        const struct image_reveal *r = &im->reveals[i];

        text_format(out, "  line %-4u %s (%s) to %s%s%s\n", r->line, r->what,
                    job_type(job, r->elem, r->size, true, type), r->to,
                    r->in_loop ? ", once each time around a loop" : "",
                    r->under_reveal ? ", depending on what was opened before" : "");
    }
}

static void print_text(const struct job *job, const char *path, struct writer *out)
{
    const struct image *im = &job->image;
    char type[JOB_TYPE_LEN], value[JOB_VALUE_LEN], hex[2 * CRYPTO_HASH_LEN + 1];

    crypto_hex(hex, job->hash, sizeof job->hash);
    text_format(out, "%s: a valid program\n\n", path);
    section(out, "secret inputs", im->inputs_n);
    for (size_t i = 0; i < im->inputs_n; i++)
        text_format(out, "  %-12s %s from %s\n", im->inputs[i].name,
                    job_type(job, im->inputs[i].elem, im->inputs[i].size, true, type), im->inputs[i].from);
    section(out, "public parameters", im->params_n);
    for (size_t i = 0; i < im->params_n; i++) {
        job_value(im->params[i].elem, job->params[i], value);
        text_format(out, "  %-12s %s%s%s\n", im->params[i].name,
                    image_elem_name((enum image_elem)im->params[i].elem),
                    job->param_known[i] ? " = " : ", must be given with -D", job->param_known[i] ? value : "");
    }
    section(out, "outputs", im->outputs_n);
    for (size_t i = 0; i < im->outputs_n; i++)
        text_format(out, "  %-12s %s to %s\n", im->outputs[i].name,
                    job_type(job, im->outputs[i].elem, im->outputs[i].size, true, type), im->outputs[i].to);
    print_opened(job, out);
    text_format(out, "\nimage %s\n%zu bytes, %zu instructions\n", hex, job->image_len, im->code_n);
}

/* "type" is the element's; "size" a text such as "n", null for a scalar; "n" its value where known. */
static void json_type(struct emit *j, const struct job *job, unsigned elem, uint32_t size)
{
    const struct image *im = &job->image;
    char text[JOB_TYPE_LEN];

    emit_string(j, "type", image_elem_name((enum image_elem)elem));
    if (size == IMAGE_NONE) {
        emit_null(j, "size");
        return;
    }
    job_type(job, elem, size, false, text);
    text[strlen(text) - 1] = 0;
    emit_string(j, "size", strchr(text, '[') + 1);
    if (im->sizes[size].symbol == IMAGE_NONE)
        emit_uint(j, "n", im->sizes[size].addend);
    else if (job->symbol_known[im->sizes[size].symbol])
        emit_uint(j, "n", job->symbols[im->sizes[size].symbol] + im->sizes[size].addend);
}

static void json_inputs(struct emit *j, const struct job *job)
{
    const struct image *im = &job->image;

    emit_array(j, "inputs");
    for (size_t i = 0; i < im->inputs_n; i++) {
        emit_object(j, NULL);
        emit_string(j, "name", im->inputs[i].name);
        emit_string(j, "from", im->inputs[i].from);
        json_type(j, job, im->inputs[i].elem, im->inputs[i].size);
        emit_end(j, '}');
    }
    emit_end(j, ']');
    emit_array(j, "params");
    for (size_t i = 0; i < im->params_n; i++) {
        emit_object(j, NULL);
        emit_string(j, "name", im->params[i].name);
        emit_string(j, "type", image_elem_name((enum image_elem)im->params[i].elem));
        if (job->param_known[i])
            emit_value(j, "value", im->params[i].elem, job->params[i]);
        else
            emit_null(j, "value");
        emit_end(j, '}');
    }
    emit_end(j, ']');
}

static void json_outputs(struct emit *j, const struct job *job)
{
    const struct image *im = &job->image;

    emit_array(j, "outputs");
    for (size_t i = 0; i < im->outputs_n; i++) {
        emit_object(j, NULL);
        emit_string(j, "name", im->outputs[i].name);
        emit_string(j, "to", im->outputs[i].to);
        json_type(j, job, im->outputs[i].elem, im->outputs[i].size);
        emit_end(j, '}');
    }
    emit_end(j, ']');
    emit_array(j, "opens");
    for (size_t i = 0; i < im->reveals_n; i++) {
        const struct image_reveal *r = &im->reveals[i];

        emit_object(j, NULL);
        emit_string(j, "what", r->what);
        emit_string(j, "to", r->to);
        emit_uint(j, "line", r->line);
        json_type(j, job, r->elem, r->size);
        emit_bool(j, "may_repeat", r->in_loop);
        emit_bool(j, "depends_on_opened", r->under_reveal);
        emit_end(j, '}');
    }
    emit_end(j, ']');
}

static void print_json(const struct job *job, struct writer *out)
{
    struct emit j = { .out = out };
    char hex[2 * CRYPTO_HASH_LEN + 1];

    crypto_hex(hex, job->hash, sizeof job->hash);
    emit_object(&j, NULL);
    emit_string(&j, "program", job->image.name);
    json_inputs(&j, job);
    json_outputs(&j, job);
    emit_object(&j, "image");
    emit_string(&j, "hash", hex);
    emit_uint(&j, "bytes", job->image_len);
    emit_uint(&j, "instructions", job->image.code_n);
    emit_end(&j, '}');
    emit_end(&j, '}');
    write_u8(out, '\n');
}

static bool write_whole(int fd, const uint8_t *p, size_t len)
{
    while (len) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno != EINTR)
            return false;
        p += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* Beside the file, then renamed over it: a reader sees the old image or the new one, never a half. */
static enum sotto_err write_image(struct cli *cli, const struct job *job, const char *path)
{
    char temporary[4096];
    struct writer bytes = { 0 };
    bool ok = false;
    int fd;

    if (image_write(&job->image, &bytes)) {
        writer_wipe(&bytes);
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory to write the image");
    }
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= sizeof temporary) {
        errno = ENAMETOOLONG;
    } else if ((fd = mkstemp(temporary)) >= 0) {
        ok = write_whole(fd, bytes.data, bytes.len) && fchmod(fd, 0644) == 0;
        close(fd);
        ok = ok && rename(temporary, path) == 0;
        if (!ok)
            unlink(temporary);
    }
    writer_wipe(&bytes);
    return ok ? SOTTO_OK
              : fault_set(&cli->fault, SOTTO_ERR_USAGE, "cannot write %s: %s", path, strerror(errno));
}

enum sotto_err cmd_check(struct cli *cli)
{
    const char *path = cli->operands[0], *image_path = options_get(cli, "image");
    struct writer out = { 0 };
    struct job job;
    enum sotto_err err;

    TRY(job_load(cli, path, 1, &job));
    err = job_define(cli, &job, false);
    if (!err && image_path)
        err = write_image(cli, &job, image_path);
    if (!err && cli->json) {
        print_json(&job, &out);
    } else if (!err) {
        print_text(&job, path, &out);
        if (options_get(cli, "disassemble")) {
            write_u8(&out, '\n');
            image_disassemble(&job.image, &out);
        }
    }
    if (!err)
        err = cli_print(cli, &out);
    job_wipe(&job);
    return err;
}
