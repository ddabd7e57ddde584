/* inputs.c - the --input options: which file goes to whom, and whether the rows fit the program. */
#include "cli/job.h"

#include <inttypes.h>

/* --input 2:bid=bids.csv taken apart; party is -1 where none is named. */
struct request {
    int party;
    uint32_t input;
    const char *path;
};

static enum sotto_err no_memory(struct cli *cli)
{
    return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "not enough memory for the inputs");
}

static struct client_rows *rows_of(struct job *job, int party, size_t input)
{
    return &job->rows[(size_t)party * job->image.inputs_n + input];
}

static enum sotto_err unknown_input(struct cli *cli, const struct job *job, const char *name)
{
    const struct image *im = &job->image;
    struct suggest s = suggest_for(name);
    char shown[CLIENT_SHOWN_LEN], near[128], type[JOB_TYPE_LEN], list[300] = "";

    for (size_t i = 0; i < im->inputs_n; i++) {
        size_t at = strlen(list);

        suggest_offer(&s, im->inputs[i].name);
        snprintf(list + at, sizeof list - at, "%s%s (%s)", i ? ", " : "", im->inputs[i].name,
                 job_type(job, im->inputs[i].elem, im->inputs[i].size, false, type));
    }
    client_show(name, strlen(name), shown);
    if (!im->inputs_n)
        return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--input %s: the program takes no input", shown);
    return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                     "--input %s: the program has no such input%s; its inputs: %s", shown,
                     suggest_text(&s, "", near), list);
}

static enum sotto_err parse_request(struct cli *cli, const struct job *job, const char *text, struct request *r)
{
    char name[SOTTO_NAME_LEN_MAX + 1], shown[CLIENT_SHOWN_LEN];
    size_t len = strcspn(text, "="), digits = strspn(text, "0123456789");

    client_show(text, strlen(text), shown);
    if (!text[len] || !text[len + 1])
        return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                         "--input %s: write --input NAME=FILE.csv or PARTY:NAME=FILE.csv", shown);
    *r = (struct request){ .party = -1, .path = text + len + 1 };
    if (digits && digits < len && text[digits] == ':') {
        r->party = digits == 1 ? text[0] - '0' : SOTTO_PARTIES_MAX;
        if (r->party >= job->parties)
            return fault_set(&cli->fault, SOTTO_ERR_USAGE, "--input %s: there are parties 0 to %d", shown,
                             job->parties - 1);
        text += digits + 1;
        len -= digits + 1;
    }
    snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), text);
    for (r->input = 0; r->input < job->image.inputs_n; r->input++)
        if (strlen(job->image.inputs[r->input].name) == len &&
            !memcmp(job->image.inputs[r->input].name, text, len))
            return SOTTO_OK;
    return unknown_input(cli, job, name);
}

/* Two requests for one input are fine only where both name a party, and not the same. */
static enum sotto_err check_request(struct cli *cli, const struct job *job, const struct request *requests,
                                    size_t n)
{
    const struct request *r = &requests[n];

    for (size_t i = 0; i < n; i++)
        if (requests[i].input == r->input &&
            (requests[i].party == r->party || requests[i].party < 0 || r->party < 0))
            return fault_set(&cli->fault, SOTTO_ERR_USAGE,
                             "input '%s' is given twice; give one file, or one a party as in --input 0:%s=FILE",
                             job->image.inputs[r->input].name, job->image.inputs[r->input].name);
    return SOTTO_OK;
}

static enum sotto_err check_none_missing(struct cli *cli, const struct job *job, const struct request *requests,
                                         size_t n)
{
    const struct image *im = &job->image;
    char type[JOB_TYPE_LEN], list[400] = "";
    const char *first = NULL;

    for (size_t i = 0; i < im->inputs_n; i++) {
        size_t at = strlen(list), j = 0;

        while (j < n && requests[j].input != i)
            j++;
        if (j < n)
            continue;
        snprintf(list + at, sizeof list - at, "%s'%s' (%s from %s)", first ? ", " : "", im->inputs[i].name,
                 job_type(job, im->inputs[i].elem, im->inputs[i].size, false, type), im->inputs[i].from);
        if (!first)
            first = im->inputs[i].name;
    }
    if (!first)
        return SOTTO_OK;
    return fault_set(&cli->fault, SOTTO_ERR_USAGE, "the program needs input %s; give --input %s=FILE.csv", list,
                     first);
}

enum sotto_err job_split(struct cli *cli, struct job *job, size_t input, struct client_rows *rows)
{
    size_t parties = (size_t)job->parties;
    enum sotto_err err = SOTTO_OK;

    for (size_t p = 0; !err && p < parties; p++) {
        size_t from = (rows->n * p + parties - 1) / parties, to = (rows->n * (p + 1) + parties - 1) / parties;
        struct client_rows *own = rows_of(job, (int)p, input);

        own->values = mem_alloc(to - from, sizeof *own->values);
        if (!own->values) {
            err = no_memory(cli);
        } else if (to > from) {
            own->n = to - from;
            memcpy(own->values, rows->values + from, own->n * sizeof *own->values);
        }
    }
    client_rows_wipe(rows);
    return err;
}

static enum sotto_err read_request(struct cli *cli, struct job *job, const struct request *r, size_t len_max)
{
    const struct image_input *in = &job->image.inputs[r->input];
    struct client_rows rows;

    TRY(client_csv_read(r->path, in->name, (enum image_elem)in->elem, len_max, &rows, &cli->fault));
    if (r->party < 0)
        return job_split(cli, job, r->input, &rows);
    *rows_of(job, r->party, r->input) = rows;
    return SOTTO_OK;
}

/* All names are checked before the first file is opened. self < 0: all parties are ours. */
static enum sotto_err read_inputs(struct cli *cli, struct job *job, int self, size_t len_max)
{
    struct request *requests = mem_alloc(cli->given_n, sizeof *requests);
    enum sotto_err err = requests ? SOTTO_OK : no_memory(cli);
    size_t n = 0;

    for (size_t i = 0; !err && i < cli->given_n; i++) {
        if (strcmp(cli->given[i].option->name, "input") != 0)
            continue;
        err = parse_request(cli, job, cli->given[i].value, &requests[n]);
        if (!err && self >= 0 && requests[n].party >= 0 && requests[n].party != self)
            err = fault_set(&cli->fault, SOTTO_ERR_USAGE,
                            "--input %s: this is party %d; each party gives its own rows only",
                            cli->given[i].value, self);
        if (!err && self >= 0)
            requests[n].party = self;
        if (!err)
            err = check_request(cli, job, requests, n++);
    }
    if (!err && self < 0)
        err = check_none_missing(cli, job, requests, n);
    for (size_t i = 0; !err && i < n; i++)
        err = read_request(cli, job, &requests[i], len_max);
    mem_free(requests);
    return err;
}

enum sotto_err job_read_inputs(struct cli *cli, struct job *job, size_t len_max)
{
    return read_inputs(cli, job, -1, len_max);
}

enum sotto_err job_read_own_inputs(struct cli *cli, struct job *job, int self, size_t len_max)
{
    return read_inputs(cli, job, self, len_max);
}

static enum sotto_err bind_one(struct cli *cli, struct job *job, size_t input, const char *bound_by[])
{
    const struct image *im = &job->image;
    const struct image_input *in = &im->inputs[input];
    const struct image_size scalar = { IMAGE_NONE, 1 },
                            s = in->size == IMAGE_NONE ? scalar : im->sizes[in->size];
    char type[JOB_TYPE_LEN];
    uint64_t n = 0;

    for (int p = 0; p < job->parties; p++)
        n += rows_of(job, p, input)->n;
    job_type(job, in->elem, in->size, false, type);
    if (n > SOTTO_VECTOR_N_MAX)
        return fault_set(&cli->fault, SOTTO_ERR_INPUT, "input '%s' has %" PRIu64 " rows; %d is the most",
                         in->name, n, SOTTO_VECTOR_N_MAX);
    if (s.symbol == IMAGE_NONE)
        return n == s.addend
                   ? SOTTO_OK
                   : fault_set(&cli->fault, SOTTO_ERR_INPUT,
                               "input '%s' is %s, so it needs %" PRIu64 " row%s; the file has %" PRIu64,
                               in->name, type, s.addend, s.addend == 1 ? "" : "s", n);
    if (n < s.addend)
        return fault_set(&cli->fault, SOTTO_ERR_INPUT,
                         "input '%s' is %s, so it needs at least %" PRIu64 " rows, not %" PRIu64, in->name,
                         type, s.addend, n);
    n -= s.addend;
    if (job->symbol_known[s.symbol] && job->symbols[s.symbol] != n)
        return fault_set(&cli->fault, SOTTO_ERR_INPUT,
                         "the rows of input '%s' make %s = %" PRIu64 ", but %s %s it is %" PRIu64, in->name,
                         im->symbols[s.symbol], n, bound_by[s.symbol] ? "by the rows of input" : "by",
                         bound_by[s.symbol] ? bound_by[s.symbol] : "-D", job->symbols[s.symbol]);
    job->symbol_known[s.symbol] = true;
    job->symbols[s.symbol] = n;
    bound_by[s.symbol] = in->name;
    return SOTTO_OK;
}

enum sotto_err job_bind_sizes(struct cli *cli, struct job *job)
{
    const char **bound_by = mem_alloc(job->image.symbols_n, sizeof *bound_by);
    enum sotto_err err = bound_by ? SOTTO_OK : no_memory(cli);

    for (size_t i = 0; !err && i < job->image.inputs_n; i++)
        err = bind_one(cli, job, i, bound_by);
    for (size_t i = 0; !err && i < job->image.symbols_n; i++)
        if (!bound_by[i])
            err = fault_set(
                &cli->fault, SOTTO_ERR_PROGRAM,
                "no input has the size '%s', so nothing says how large it is; declare an input of that "
                "size or write a number",
                job->image.symbols[i]);
    mem_free(bound_by);
    return err;
}
