#include "lib/committee.h"

#include <stdio.h>
#include <stdlib.h>

static void die(const char *what)
{
    fprintf(stderr, "committee: %s\n", what);
    abort();
}

void committee_init_body(struct committee *c, const char *protocol,
                         enum sotto_err (*body)(struct mpc_session *s, void *arg), void *arg)
{
    *c = (struct committee){ .protocol = mpc_protocol_by_name(protocol), .body = body, .body_arg = arg };
    image_init(&c->image);
    if (!c->protocol || crypto_init())
        die("no such protocol");
}

void committee_init(struct committee *c, const char *protocol, const char *source)
{
    struct lang_diag diag;

    committee_init_body(c, protocol, NULL, NULL);
    if (lang_compile("test.sotto", source, strlen(source), &c->image, &diag)) {
        fprintf(stderr, "%s:%u:%u: %s (%s)\n", diag.file, diag.line, diag.column, diag.text, diag.hint);
        die("the program does not compile");
    }
    c->rows = calloc(SOTTO_PARTIES_MAX * (c->image.inputs_n + 1), sizeof *c->rows);
    c->params = calloc(c->image.params_n + 1, sizeof *c->params);
    if (!c->rows || !c->params)
        die("no memory");
    for (size_t i = 0; i < c->image.params_n; i++)
        c->params[i] = c->image.params[i].value;
}

char *committee_source(const char *path)
{
    enum { LEN_MAX = 65535 };
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, LEN_MAX + 1);

    if (!f || !text || !fread(text, 1, LEN_MAX, f))
        die("no such program file");
    fclose(f);
    return text;
}

void committee_input(struct committee *c, const char *name, const uint64_t *values, size_t n)
{
    size_t parties = (size_t)c->protocol->parties;

    for (size_t i = 0; i < c->image.inputs_n; i++)
        if (strcmp(c->image.inputs[i].name, name) == 0) {
            for (size_t p = 0; p < parties; p++) {
                size_t from = n * p / parties, to = n * (p + 1) / parties;

                c->rows[p * c->image.inputs_n + i] = (struct vm_rows){ n ? values + from : NULL, to - from };
            }
            return;
        }
    die("no such input");
}

void committee_param(struct committee *c, const char *name, uint64_t value)
{
    for (size_t i = 0; i < c->image.params_n; i++)
        if (strcmp(c->image.params[i].name, name) == 0) {
            c->params[i] = value;
            return;
        }
    die("no such parameter");
}

struct party {
    struct committee *c;
    struct net_channel *ch;
    int self;
};

static void party_main(void *arg)
{
    struct party *p = arg;
    struct committee *c = p->c;
    struct vm_job job = { .image = &c->image, .params = c->params, .memory_max = c->memory_max[p->self] };
    struct mpc_session *s = mpc_session_new(c->protocol, p->ch, c->options[p->self], &c->fault[p->self]);

    if (!s) {
        c->err[p->self] = c->fault[p->self].code;
        return;
    }
    if (c->rows)
        job.rows = &c->rows[(size_t)p->self * c->image.inputs_n];
    c->err[p->self] = c->body ? c->body(s, c->body_arg) : vm_run(s, &job, &c->result[p->self]);
    c->fault[p->self] = s->fault;
    c->rounds[p->self] = s->rounds;
    c->proof_bytes[p->self] = s->proof_bytes;
    if (p->ch)
        c->counters[p->self] = p->ch->counters;
    mpc_session_free(s);
}

static void forget_results(struct committee *c)
{
    for (int p = 0; p < SOTTO_PARTIES_MAX; p++) {
        vm_result_wipe(&c->result[p]);
        c->err[p] = SOTTO_OK;
        c->fault[p] = (struct fault){ 0 };
        c->rounds[p] = c->proof_bytes[p] = 0;
        c->counters[p] = (struct net_counters){ 0 };
    }
}

void committee_run(struct committee *c)
{
    struct party party[SOTTO_PARTIES_MAX];
    void *arg[SOTTO_PARTIES_MAX];
    struct net_sim *sim;

    forget_results(c);
    if (c->protocol->parties == 1) {
        party[0] = (struct party){ c, NULL, 0 };
        party_main(&party[0]);
        return;
    }
    sim = net_sim_new(c->protocol->parties, c->hook, c->hook_arg);
    for (int p = 0; p < c->protocol->parties; p++) {
        party[p] = (struct party){ c, sim ? net_sim_channel(sim, p) : NULL, p };
        arg[p] = &party[p];
        c->err[p] = c->fault[p].code = SOTTO_ERR_RESOURCE;
    }
    if (sim) {
        for (int p = 0; p < c->protocol->parties; p++)
            c->err[p] = c->fault[p].code = SOTTO_OK;
        if (net_sim_run(sim, party_main, arg))
            for (int p = 0; p < c->protocol->parties; p++)
                c->err[p] = c->fault[p].code = SOTTO_ERR_RESOURCE;
    }
    net_sim_free(sim);
}

const struct vm_output *committee_output(const struct committee *c, int party, const char *name)
{
    for (size_t i = 0; i < c->image.outputs_n; i++)
        if (strcmp(c->image.outputs[i].name, name) == 0)
            return &c->result[party].outputs[i];
    die("no such output");
    return NULL;
}

void committee_wipe(struct committee *c)
{
    forget_results(c);
    image_wipe(&c->image);
    free(c->rows);
    free(c->params);
    *c = (struct committee){ 0 };
}
