#include "cli/record.h"

size_t record_begin(struct writer *out, enum record_type type)
{
    size_t begin = out->len;

    write_u8(out, (uint8_t)type);
    write_u64(out, 0);
    return begin;
}

void record_end(struct writer *out, size_t begin)
{
    if (!out->failed)
        put_u64(out->data + begin + 1, out->len - begin - RECORD_HEADER_LEN);
}

int64_t record_next(const uint8_t *p, size_t len, enum record_type *type, struct reader *payload)
{
    struct reader in = reader_of(p, len);
    uint8_t kind = read_u8(&in);
    uint64_t payload_len = read_u64(&in);

    if (!reader_ok(&in))
        return 0;
    if (kind < RECORD_HELLO || kind > RECORD_REPORT || payload_len > RECORD_LEN_MAX)
        return -1;
    if (reader_left(&in) < payload_len)
        return 0;
    *type = (enum record_type)kind;
    *payload = reader_of(in.at, (size_t)payload_len);
    return (int64_t)(RECORD_HEADER_LEN + payload_len);
}

static void write_vector(struct writer *out, const uint64_t *values, size_t n)
{
    uint8_t *p;

    write_u64(out, n);
    p = write_room(out, 8 * n);
    for (size_t i = 0; p && i < n; i++)
        put_u64(p + 8 * i, values[i]);
}

static void write_values(struct writer *out, bool ok, const struct vm_result *r, size_t outputs_n)
{
    for (size_t i = 0; i < outputs_n; i++) {
        bool there = ok && r->outputs;

        write_u8(out, there && r->outputs[i].set);
        write_vector(out, there ? r->outputs[i].values : NULL, there ? r->outputs[i].n : 0);
    }
    write_u64(out, r->opened_n);
    for (size_t i = 0; i < r->opened_n; i++) {
        write_u32(out, r->opened[i].reveal);
        write_vector(out, r->opened[i].values, r->opened[i].n);
    }
}

static void write_fault(struct writer *out, const struct fault *fault)
{
    size_t len = strnlen(fault->text, sizeof fault->text - 1);

    write_u8(out, (uint8_t)fault->code);
    write_u32(out, fault->suspects);
    write_u32(out, (uint32_t)fault->accuser);
    write_u32(out, (uint32_t)len);
    write_bytes(out, fault->text, len);
}

static void write_cost(struct writer *out, const struct vm_cost *c)
{
    write_u64(out, c->wall_ns);
    write_u64(out, c->cpu_ns);
    write_u64(out, c->peak_rss);
    write_u64(out, c->rounds);
    write_u64(out, c->bytes_sent);
}

static struct vm_cost read_cost(struct reader *in)
{
    struct vm_cost c;

    c.wall_ns = read_u64(in);
    c.cpu_ns = read_u64(in);
    c.peak_rss = read_u64(in);
    c.rounds = read_u64(in);
    c.bytes_sent = read_u64(in);
    return c;
}

void record_report(struct writer *out, const struct image *im, int self, const struct fault *fault,
                   const struct run_result *r)
{
    size_t begin = record_begin(out, RECORD_REPORT), values;

    write_u64(out, 0);
    values = out->len;
    write_values(out, fault->code == SOTTO_OK, &r->vm, im->outputs_n);
    if (!out->failed)
        put_u64(out->data + values - 8, out->len - values);
    write_fault(out, fault);
    write_u64(out, r->rounds);
    write_u64(out, r->bytes_sent[self]);
    write_u64(out, r->cpu_ns[self]);
    write_u64(out, r->peak_rss[self]);
    write_u64(out, r->ready_ns);
    write_u64(out, r->compute_ns);
    for (size_t i = 0; i < RUN_MARKS; i++)
        write_cost(out, &r->mark[i][self]);
    write_u64(out, r->vm.passed_n);
    for (size_t i = 0; i < r->vm.passed_n; i++) {
        write_u32(out, r->vm.passed[i].line);
        write_u64(out, r->vm.passed[i].round);
    }
    record_end(out, begin);
}

/* A vector of as many values as it says, if they are there. */
static bool read_vector(struct reader *in, struct arena *arena, uint64_t **values, size_t *n)
{
    uint64_t count = read_u64(in);

    if (!reader_ok(in) || count > reader_left(in) / 8)
        return false;
    *values = arena_alloc(arena, (size_t)count, 8);
    if (!*values)
        return false;
    for (*n = 0; *n < count; ++*n)
        (*values)[*n] = read_u64(in);
    return true;
}

static bool read_values(struct reader in, const struct image *im, struct vm_result *r)
{
    uint64_t opened_n;

    r->outputs = arena_alloc(&r->arena, im->outputs_n, sizeof *r->outputs);
    if (!r->outputs)
        return false;
    for (size_t i = 0; i < im->outputs_n; i++) {
        r->outputs[i].set = read_u8(&in) == 1;
        if (!read_vector(&in, &r->arena, &r->outputs[i].values, &r->outputs[i].n))
            return false;
    }
    opened_n = read_u64(&in);
    if (!reader_ok(&in) || opened_n > reader_left(&in) / 12)
        return false;
    r->opened = arena_alloc(&r->arena, (size_t)opened_n, sizeof *r->opened);
    if (!r->opened)
        return false;
    for (; r->opened_n < opened_n; r->opened_n++) {
        struct vm_opened *o = &r->opened[r->opened_n];

        o->reveal = read_u32(&in);
        if (o->reveal >= im->reveals_n || !read_vector(&in, &r->arena, &o->values, &o->n))
            return false;
    }
    return reader_left(&in) == 0;
}

static bool read_fault(struct reader *in, struct fault *fault)
{
    uint8_t code = read_u8(in);
    const uint8_t *text;
    uint32_t len;

    memset(fault, 0, sizeof *fault);
    fault->suspects = read_u32(in);
    fault->accuser = (int)read_u32(in);
    len = read_u32(in);
    if (len >= sizeof fault->text || code > SOTTO_ERR_CANCELLED || fault->accuser < -1 ||
        fault->accuser >= SOTTO_PARTIES_MAX)
        return false;
    text = read_bytes(in, len);
    if (!text)
        return false;
    memcpy(fault->text, text, len);
    fault->code = (enum sotto_err)code;
    return true;
}

static bool read_passed(struct reader *in, struct vm_result *r)
{
    uint64_t n = read_u64(in);

    if (!reader_ok(in) || n > reader_left(in) / 12)
        return false;
    r->passed = arena_alloc(&r->arena, (size_t)n, sizeof *r->passed);
    if (!r->passed)
        return false;
    for (; r->passed_n < n; r->passed_n++) {
        r->passed[r->passed_n].line = read_u32(in);
        r->passed[r->passed_n].round = read_u64(in);
    }
    return true;
}

enum sotto_err record_read_report(struct reader in, const struct image *im, int self, struct run_result *r,
                                  struct fault *fault, struct reader *values)
{
    uint64_t values_len = read_u64(&in);
    const uint8_t *p;

    memset(r, 0, sizeof *r);
    arena_init(&r->vm.arena, 0, false);
    if (values_len > reader_left(&in))
        return SOTTO_ERR_MALFORMED;
    p = read_bytes(&in, (size_t)values_len);
    if (!p || !read_values(*values = reader_of(p, (size_t)values_len), im, &r->vm) || !read_fault(&in, fault)) {
        run_result_wipe(r);
        return SOTTO_ERR_MALFORMED;
    }
    r->rounds = read_u64(&in);
    r->bytes_sent[self] = read_u64(&in);
    r->cpu_ns[self] = read_u64(&in);
    r->peak_rss[self] = read_u64(&in);
    r->ready_ns = read_u64(&in);
    r->compute_ns = read_u64(&in);
    for (size_t i = 0; i < RUN_MARKS; i++)
        r->mark[i][self] = read_cost(&in);
    if (read_passed(&in, &r->vm) && reader_ok(&in) && reader_left(&in) == 0)
        return SOTTO_OK;
    run_result_wipe(r);
    return SOTTO_ERR_MALFORMED;
}

void record_progress(struct writer *out, const struct vm_progress *p)
{
    size_t begin = record_begin(out, RECORD_PROGRESS);

    write_u64(out, p->instructions);
    write_u64(out, p->rounds);
    write_u32(out, p->line);
    record_end(out, begin);
}

bool record_read_progress(struct reader in, struct vm_progress *p)
{
    p->instructions = read_u64(&in);
    p->rounds = read_u64(&in);
    p->line = read_u32(&in);
    return reader_ok(&in) && reader_left(&in) == 0;
}
