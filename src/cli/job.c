/* job.c - a program from its file, and the values that -D gives it. */
#include "cli/job.h"

#include <inttypes.h>

static enum sotto_err no_memory(struct cli *cli)
{
    return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the job");
}

static enum sotto_err job_init(struct cli *cli, struct job *job, int parties)
{
    struct image *im = &job->image;
    struct writer bytes = { 0 };

    if (im->name && *im->name)
        snprintf(cli->program, sizeof cli->program, "%s", im->name);
    job->parties = parties;
    job->params = mem_alloc(im->params_n, sizeof *job->params);
    job->param_known = mem_alloc(im->params_n, sizeof *job->param_known);
    job->symbols = mem_alloc(im->symbols_n, sizeof *job->symbols);
    job->symbol_known = mem_alloc(im->symbols_n, sizeof *job->symbol_known);
    job->rows = mem_alloc((size_t)parties * im->inputs_n, sizeof *job->rows);
    if (!job->params || !job->param_known || !job->symbols || !job->symbol_known || !job->rows)
        return no_memory(cli);
    for (size_t i = 0; i < im->params_n; i++) {
        job->params[i] = im->params[i].value;
        job->param_known[i] = im->params[i].has_default;
    }
    if (image_write(im, &bytes) || image_hash(im, job->hash)) {
        writer_wipe(&bytes);
        return no_memory(cli);
    }
    job->image_len = bytes.len;
    writer_wipe(&bytes);
    return SOTTO_OK;
}

enum sotto_err job_compile(struct cli *cli, const char *file, const char *source, size_t len, int parties,
                           struct job *job)
{
    enum sotto_err err;

    memset(job, 0, sizeof *job);
    err = lang_compile(file, source, len, &job->image, &cli->diag);
    if (err == SOTTO_ERR_PROGRAM) {
        cli->has_diag = true;
        return fault_set(&cli->fault, err, "%s:%u:%u: %s", cli->diag.file, cli->diag.line, cli->diag.column,
                         cli->diag.text);
    }
    if (err)
        return no_memory(cli);
    err = job_init(cli, job, parties);
    if (err)
        job_wipe(job);
    return err;
}

enum sotto_err job_of_image(struct cli *cli, struct image *im, int parties, struct job *job)
{
    enum sotto_err err;

    memset(job, 0, sizeof *job);
    job->image = *im;
    image_init(im);
    err = image_verify(&job->image, &cli->fault);
    if (!err)
        err = job_init(cli, job, parties);
    if (err)
        job_wipe(job);
    return err;
}

static enum sotto_err load_image(struct cli *cli, const struct client_file *file, int parties, struct job *job)
{
    enum sotto_err err;

    memset(job, 0, sizeof *job);
    TRY(image_read(&job->image, file->data, file->len, &cli->fault));
    err = job_init(cli, job, parties);
    if (err)
        job_wipe(job);
    return err;
}

enum sotto_err job_load(struct cli *cli, const char *path, int parties, struct job *job)
{
    static const char magic[] = "SOTTOIMG";
    struct client_file file;
    enum sotto_err err;
    bool is_image;

    memset(job, 0, sizeof *job);
    snprintf(cli->program, sizeof cli->program, "%s", path);
    TRY(client_file_read(path, SOTTO_IMAGE_LEN_MAX, &file, &cli->fault));
    is_image = file.len >= sizeof magic - 1 && !memcmp(file.data, magic, sizeof magic - 1);
    if (is_image)
        err = load_image(cli, &file, parties, job);
    else if (file.len > SOTTO_SOURCE_LEN_MAX)
        err = fault_set(&cli->fault, SOTTO_ERR_PROGRAM, "%s: the program is longer than %d bytes; split it",
                        path, SOTTO_SOURCE_LEN_MAX);
    else
        err = job_compile(cli, path, (const char *)file.data, file.len, parties, job);
    client_file_wipe(&file);
    return err;
}

static uint32_t find_symbol(const struct image *im, const char *name, size_t len)
{
    for (size_t i = 0; i < im->symbols_n; i++)
        if (strlen(im->symbols[i]) == len && !memcmp(im->symbols[i], name, len))
            return (uint32_t)i;
    return IMAGE_NONE;
}

static uint32_t find_param(const struct image *im, const char *name, size_t len)
{
    for (size_t i = 0; i < im->params_n; i++)
        if (strlen(im->params[i].name) == len && !memcmp(im->params[i].name, name, len))
            return (uint32_t)i;
    return IMAGE_NONE;
}

static enum sotto_err unknown_name(struct cli *cli, const struct image *im, const char *name, size_t len)
{
    char word[SOTTO_NAME_LEN_MAX + 1], shown[CLIENT_SHOWN_LEN], near[128];
    struct suggest s;

    snprintf(word, sizeof word, "%.*s", (int)(len < SOTTO_NAME_LEN_MAX ? len : SOTTO_NAME_LEN_MAX), name);
    client_show(name, len, shown);
    s = suggest_for(word);
    for (size_t i = 0; i < im->params_n; i++)
        suggest_offer(&s, im->params[i].name);
    for (size_t i = 0; i < im->symbols_n; i++)
        suggest_offer(&s, im->symbols[i]);
    return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                     "-D %s: the program has no parameter or size of that name%s; 'sotto check' lists them",
                     shown, suggest_text(&s, "", near));
}

static enum sotto_err define_one(struct cli *cli, struct job *job, const char *text, bool given[])
{
    const struct image *im = &job->image;
    size_t len = strcspn(text, "=");
    uint32_t param = find_param(im, text, len), symbol = find_symbol(im, text, len);
    enum image_elem elem = param != IMAGE_NONE ? (enum image_elem)im->params[param].elem : IMAGE_U64;
    struct fault why = { 0 };
    char shown[CLIENT_SHOWN_LEN];
    uint64_t value = 0;
    size_t at;

    client_show(text, len, shown);
    if (!text[len] || !len)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "-D %s: write -D NAME=VALUE", shown);
    if (param == IMAGE_NONE && symbol == IMAGE_NONE)
        return unknown_name(cli, im, text, len);
    at = param != IMAGE_NONE ? param : im->params_n + symbol;
    if (given[at])
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "-D %s is given twice; give it once", shown);
    given[at] = true;
    if (client_parse_value(text + len + 1, elem, &value, &why))
        return fault_set(&cli->fault, SOTTO_ERR_INPUT, "-D %s: %s", shown, why.text);
    if (param != IMAGE_NONE) {
        job->params[param] = value;
        job->param_known[param] = true;
        return SOTTO_OK;
    }
    if (value > SOTTO_VECTOR_N_MAX)
        return fault_set(&cli->fault, SOTTO_ERR_INPUT, "-D %s: a size may be %d at most", shown,
                         SOTTO_VECTOR_N_MAX);
    job->symbols[symbol] = value;
    job->symbol_known[symbol] = true;
    return SOTTO_OK;
}

enum sotto_err job_define(struct cli *cli, struct job *job, bool need_all)
{
    const struct image *im = &job->image;
    bool *given = mem_alloc(im->params_n + im->symbols_n, sizeof *given);
    enum sotto_err err = given ? SOTTO_OK : no_memory(cli);

    for (size_t i = 0; !err && i < cli->given_n; i++)
        if (!strcmp(cli->given[i].option->name, "D"))
            err = define_one(cli, job, cli->given[i].value, given);
    mem_free(given);
    for (size_t i = 0; !err && need_all && i < im->params_n; i++)
        if (!job->param_known[i])
            err = fault_set(&cli->fault, SOTTO_ERR_USAGE,
                            "the program needs parameter '%s' (%s); give -D %s=VALUE", im->params[i].name,
                            image_elem_name(im->params[i].elem), im->params[i].name);
    return err;
}

void job_wipe(struct job *job)
{
    if (job->rows)
        job_forget_others(job, -1);
    mem_free(job->rows);
    mem_free(job->params);
    mem_free(job->param_known);
    mem_free(job->symbols);
    mem_free(job->symbol_known);
    image_wipe(&job->image);
    memset(job, 0, sizeof *job);
}

void job_forget_others(struct job *job, int keep)
{
    for (int p = 0; p < job->parties; p++)
        for (size_t i = 0; p != keep && i < job->image.inputs_n; i++)
            client_rows_wipe(&job->rows[(size_t)p * job->image.inputs_n + i]);
}

const char *job_type(const struct job *job, unsigned elem, uint32_t size, bool with_value,
                     char out[JOB_TYPE_LEN])
{
    const struct image *im = &job->image;
    const char *name = image_elem_name((enum image_elem)elem);
    struct image_size s;
    char value[32] = "", plus[32] = "";

    if (size == IMAGE_NONE) {
        snprintf(out, JOB_TYPE_LEN, "%s", name);
        return out;
    }
    s = im->sizes[size];
    if (s.symbol == IMAGE_NONE) {
        snprintf(out, JOB_TYPE_LEN, "%s[%" PRIu64 "]", name, s.addend);
        return out;
    }
    if (s.addend)
        snprintf(plus, sizeof plus, "+%" PRIu64, s.addend);
    if (with_value && job->symbol_known[s.symbol])
        snprintf(value, sizeof value, " = %" PRIu64, job->symbols[s.symbol] + s.addend);
    snprintf(out, JOB_TYPE_LEN, "%s[%s%s%s]", name, im->symbols[s.symbol], plus, value);
    return out;
}

size_t job_value(unsigned elem, uint64_t value, char out[JOB_VALUE_LEN])
{
    if (elem == IMAGE_BOOL)
        return (size_t)snprintf(out, JOB_VALUE_LEN, "%s", value ? "true" : "false");
    if (image_elem_signed((enum image_elem)elem))
        return (size_t)snprintf(out, JOB_VALUE_LEN, "%" PRId64, (int64_t)value);
    return (size_t)snprintf(out, JOB_VALUE_LEN, "%" PRIu64, value);
}
