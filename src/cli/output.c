#include "cli/output.h"

#include <inttypes.h>

enum { LINE_LEN = 78, OPENED_LINES_MAX = 12, WHAT_LEN_MAX = 34 };

const char *output_number(uint64_t v, char out[OUTPUT_NUMBER_LEN])
{
    char digits[OUTPUT_NUMBER_LEN];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, v), at = 0;

    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

const char *output_security(const struct mpc_protocol *protocol)
{
    return protocol->parties < 2 ? "none" : protocol->active ? "active" : "passive";
}

/* How many of the values fit into room, with `tail` after them unless they all do. */
static size_t fitting(unsigned elem, const uint64_t *values, size_t n, size_t room, size_t tail)
{
    char one[JOB_VALUE_LEN];
    size_t used = 1, with_tail = 0;

    for (size_t i = 0; i < n; i++) {
        used += job_value(elem, values[i], one) + (i ? 2 : 0);
        if (used + tail <= room)
            with_tail = i + 1;
        if (used + 1 > room)
            return with_tail ? with_tail : 1;
    }
    return n;
}

void output_value(struct writer *out, unsigned elem, uint32_t size, const uint64_t *values, size_t n,
                  size_t room)
{
    char one[JOB_VALUE_LEN], tail[64];
    size_t shown;

    if (size == IMAGE_NONE && n == 1) {
        job_value(elem, values[0], one);
        text_format(out, "%s", one);
        return;
    }
    snprintf(tail, sizeof tail, ", ...] (%zu values)", n);
    shown = fitting(elem, values, n, room, strlen(tail));
    for (size_t i = 0; i < shown; i++) {
        job_value(elem, values[i], one);
        text_format(out, "%s%s", i ? ", " : "[", one);
    }
    text_format(out, "%s", shown < n ? tail : n ? "]" : "[]");
}

void output_opened(const struct job *job, const struct run_result *r, size_t lines_max, struct writer *out)
{
    const struct image *im = &job->image;

    for (size_t i = 0; i < r->vm.opened_n; i++) {
        const struct vm_opened *o = &r->vm.opened[i];
        const struct image_reveal *reveal = &im->reveals[o->reveal];
        char what[WHAT_LEN_MAX + 4], number[OUTPUT_NUMBER_LEN];
        size_t before = out->len;

        if (i >= lines_max) {
            text_format(out, "  ... and %s more; --json has them all\n",
                        output_number(r->vm.opened_n - i, number));
            return;
        }
        snprintf(what, sizeof what, strlen(reveal->what) > WHAT_LEN_MAX ? "%.31s..." : "%s", reveal->what);
        text_format(out, "  line %-4u %s = ", reveal->line, what);
        output_value(out, reveal->elem, reveal->size, o->values, o->n,
                     out->len - before < LINE_LEN ? LINE_LEN - (out->len - before) : 0);
        if (strcmp(reveal->to, "everyone") != 0)
            text_format(out, ", to %s", reveal->to);
        write_u8(out, '\n');
    }
}

void output_bytes_line(const struct run_result *r, struct writer *out)
{
    char number[OUTPUT_NUMBER_LEN];

    if (r->self >= 0)
        text_format(out, "%s by this party", output_number(r->bytes_sent[r->self], number));
    for (int p = 0; r->self < 0 && p < r->parties; p++)
        text_format(out, "%s%s", p ? " + " : "", output_number(r->bytes_sent[p], number));
}

static void print_outputs(const struct job *job, const struct run_result *r, bool colour, struct writer *out)
{
    const struct image *im = &job->image;
    size_t width = 0;

    for (size_t i = 0; i < im->outputs_n; i++)
        if (strlen(im->outputs[i].name) > width)
            width = strlen(im->outputs[i].name);
    for (size_t i = 0; i < im->outputs_n; i++) {
        const struct image_output *o = &im->outputs[i];

        text_format(out, "%s%-*s%s = ", term_style(colour, TERM_BOLD), (int)width, o->name,
                    term_style(colour, TERM_PLAIN));
        if (r->vm.outputs[i].set)
            output_value(out, o->elem, o->size, r->vm.outputs[i].values, r->vm.outputs[i].n,
                         width + 3 < LINE_LEN ? LINE_LEN - width - 3 : 0);
        else
            text_format(out, "never set");
        write_u8(out, '\n');
    }
}

void output_text(const struct job *job, const struct mpc_protocol *protocol, const struct run_result *r,
                 bool colour, struct writer *out)
{
    const char *dim = term_style(colour, TERM_DIM), *plain = term_style(colour, TERM_PLAIN);
    const char *red = term_style(colour, TERM_RED);
    char number[OUTPUT_NUMBER_LEN];

    print_outputs(job, r, colour, out);
    text_format(out, "\nopened, and nothing else:%s\n", r->vm.opened_n ? "" : " nothing at all");
    output_opened(job, r, OPENED_LINES_MAX, out);
    text_format(out, "\n%s%s: %s%s\n", protocol->active ? dim : red, protocol->name, protocol->label, plain);
    text_format(out, "%s%s rounds; bytes sent: ", dim, output_number(r->rounds, number));
    output_bytes_line(r, out);
    text_format(out, "\n%.3f s (setup %.3f, compute %.3f)%s\n", (double)r->total_ns / 1e9,
                (double)r->setup_ns / 1e9, (double)r->compute_ns / 1e9, plain);
}

static void json_values(struct emit *j, const char *key, unsigned elem, uint32_t size, const uint64_t *values,
                        size_t n)
{
    if (size == IMAGE_NONE && n == 1) {
        emit_value(j, key, elem, values[0]);
        return;
    }
    emit_array(j, key);
    for (size_t i = 0; i < n; i++)
        emit_value(j, NULL, elem, values[i]);
    emit_end(j, ']');
}

static void json_results(struct emit *j, const struct image *im, const struct vm_result *r)
{
    emit_object(j, "outputs");
    for (size_t i = 0; i < im->outputs_n; i++) {
        const struct image_output *o = &im->outputs[i];

        if (r->outputs[i].set)
            json_values(j, o->name, o->elem, o->size, r->outputs[i].values, r->outputs[i].n);
        else
            emit_null(j, o->name);
    }
    emit_end(j, '}');
    emit_array(j, "opened");
    for (size_t i = 0; i < r->opened_n; i++) {
        const struct image_reveal *reveal = &im->reveals[r->opened[i].reveal];

        emit_object(j, NULL);
        emit_string(j, "what", reveal->what);
        emit_string(j, "to", reveal->to);
        emit_uint(j, "line", reveal->line);
        emit_string(j, "type", image_elem_name((enum image_elem)reveal->elem));
        json_values(j, "value", reveal->elem, reveal->size, r->opened[i].values, r->opened[i].n);
        emit_end(j, '}');
    }
    emit_end(j, ']');
}

void output_json(const struct job *job, const struct mpc_protocol *protocol, const struct run_result *r,
                 struct writer *out)
{
    struct emit j = { .out = out };

    emit_object(&j, NULL);
    emit_string(&j, "program", job->image.name);
    emit_string(&j, "protocol", protocol->name);
    emit_uint(&j, "parties", (uint64_t)protocol->parties);
    emit_string(&j, "security", output_security(protocol));
    emit_string(&j, "statement", protocol->label);
    json_results(&j, &job->image, &r->vm);
    emit_uint(&j, "rounds", r->rounds);
    emit_array(&j, "bytes_sent");
    for (int p = 0; p < r->parties; p++) {
        if (r->self < 0 || p == r->self)
            emit_uint(&j, NULL, r->bytes_sent[p]);
        else
            emit_null(&j, NULL);
    }
    emit_end(&j, ']');
    emit_object(&j, "seconds");
    emit_real(&j, "setup", (double)r->setup_ns / 1e9, 6);
    emit_real(&j, "compute", (double)r->compute_ns / 1e9, 6);
    emit_real(&j, "total", (double)r->total_ns / 1e9, 6);
    emit_end(&j, '}');
    emit_end(&j, '}');
    write_u8(out, '\n');
}

/* "party 1 or party 2" */
static void list_parties(uint32_t mask, char *out, size_t len)
{
    size_t at = 0;

    out[0] = 0;
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++)
        if (mask >> p & 1 && at < len)
            at += (size_t)snprintf(out + at, len - at, "%sparty %d", at ? " or " : "", p);
}

void output_tell_cheat(struct fault *f, const struct image *im, const struct run_result *r)
{
    char suspects[80], before[200] = "", step[FAULT_TEXT_MAX];
    size_t at = 0;

    if (f->code != SOTTO_ERR_CHEAT)
        return;
    list_parties(f->suspects, suspects, sizeof suspects);
    for (size_t i = 0; i < r->vm.opened_n && at < sizeof before; i++)
        at += (size_t)snprintf(before + at, sizeof before - at, "%s%s (line %u)", i ? ", " : "",
                               im->reveals[r->vm.opened[i].reveal].what,
                               im->reveals[r->vm.opened[i].reveal].line);
    memcpy(step, f->text, sizeof step);
    snprintf(f->text, sizeof f->text,
             "cheating detected: %.600s\n  suspected: %s, at least one of which is corrupt\n  %s%s", step,
             *suspects ? suspects : "nobody in particular",
             at ? "opened before it was caught: " : "nothing was opened", before);
}
