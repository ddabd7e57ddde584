#include "lib/fault_matrix.h"

#include "lib/gadget_case.h"

#include "lib/testing.h"

const char *const fault_kind_names[] = { "flip the first byte",
                                         "flip the middle byte",
                                         "flip the last byte",
                                         "add one",
                                         "replay",
                                         "swap",
                                         "drop",
                                         "truncate",
                                         "repeat",
                                         "late",
                                         "early",
                                         "clean",
                                         "lie always" };

static uint64_t next_random(struct matrix *m)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return m->random;
}

/* --- the hook -------------------------------------------------------------------------------------------- */

static void watch_aborts(struct matrix *m, const struct net_sim_message *msg)
{
    if (msg->tag.instr != NET_CONTROL_ABORT)
        m->spoke_after_abort |= m->told[msg->from] != 0;
    else if (m->told[msg->from] >> msg->to & 1)
        m->spoke_after_abort = true;
    else
        m->told[msg->from] |= 1u << msg->to;
}

static void record(struct matrix *m, const struct net_sim_message *msg)
{
    struct matrix_message *own = &m->clean[m->clean_n++];

    assert_true(m->clean_n <= MATRIX_MESSAGES_MAX && msg->len <= MATRIX_PAYLOAD_MAX &&
                msg->serial == m->clean_n - 1);
    *own = (struct matrix_message){ msg->from, msg->to, msg->tag, msg->len, UINT64_MAX, UINT64_MAX };
    for (size_t i = m->clean_n - 1; i-- > 0;)
        if (m->clean[i].from == own->from && m->clean[i].to == own->to && m->clean[i].len == own->len) {
            own->before = i;
            m->clean[i].after = msg->serial;
            return;
        }
}

static enum net_sim_verdict alter(struct matrix *m, struct net_sim_message *msg)
{
    static const enum net_sim_verdict verdicts[FAULT_KINDS] = {
        [FAULT_DROP] = NET_SIM_DROP, [FAULT_TRUNCATE] = NET_SIM_TRUNCATE, [FAULT_REPEAT] = NET_SIM_REPEAT,
        [FAULT_LATE] = NET_SIM_LATE, [FAULT_EARLY] = NET_SIM_EARLY,
    };
    size_t at = m->kind == FAULT_FLIP_FIRST ? 0 : m->kind == FAULT_FLIP_MIDDLE ? msg->len / 2 : msg->len - 1;

    if (m->kind <= FAULT_FLIP_LAST && msg->len)
        msg->payload[at] ^= (uint8_t)(1u << (msg->serial % 8));
    if (m->kind == FAULT_ADD_ONE)
        for (size_t i = 0; i < msg->len && ++msg->payload[i] == 0; i++)
            ;
    if (m->kind == FAULT_REPLAY && msg->len)
        memcpy(msg->payload, m->replay, msg->len);
    if (m->kind == FAULT_SWAP)
        msg->tag = m->clean[m->clean[m->target].after].tag;
    return verdicts[m->kind];
}

static enum net_sim_verdict hook(void *arg, struct net_sim_message *msg)
{
    struct matrix *m = arg;
    const struct matrix_message *target = &m->clean[m->target];

    watch_aborts(m, msg);
    if (m->kind == FAULT_NONE)
        record(m, msg);
    if (m->kind == FAULT_LIE_ALWAYS && msg->from == m->liar && !matrix_is_free_input(m, msg->tag.instr) &&
        msg->len && next_random(m) % 4 == 0)
        msg->payload[next_random(m) % msg->len] ^= (uint8_t)(1u << next_random(m) % 8);
    if (m->kind >= FAULT_KINDS)
        return NET_SIM_PASS;
    if (m->kind == FAULT_REPLAY && msg->serial == target->before && msg->len)
        memcpy(m->replay, msg->payload, msg->len);
    if (m->kind == FAULT_SWAP && msg->serial == target->after && msg->from == target->from &&
        msg->to == target->to && msg->tag.instr != NET_CONTROL_ABORT)
        msg->tag = target->tag;
    return msg->serial == m->target ? alter(m, msg) : NET_SIM_PASS;
}

/* In rep3a nobody but its receiver sees an owner's message, and any is an input: the owner then has another
 * one. */
bool matrix_is_free_input(const struct matrix *m, uint32_t instr)
{
    size_t inputs = 0;

    if (m->c.protocol != &mpc_rep3a || !instr)
        return false;
    if (!m->c.image.code_n)
        return instr == CASE_INSTR_INPUT;
    while (m->c.image.code[inputs].op == IMAGE_INPUT) /* a program's first instructions */
        inputs++;
    return instr <= inputs;
}

/* --- what must hold --------------------------------------------------------------------------------------- */

static const char *wrong_at(struct matrix *m, int p, int corrupt)
{
    const struct fault *f = &m->c.fault[p];
    bool honest_accuser = f->accuser >= 0 && f->accuser != corrupt;

    const char *wrong = m->wrong_output(m, p);

    if (wrong || !m->c.err[p])
        return wrong;
    if (f->code != m->c.err[p])
        return "returned another error than it noted";
    if (f->code == SOTTO_ERR_CHEAT && f->accuser == p && !(f->suspects >> corrupt & 1))
        return "suspects the wrong parties";
    if (f->code == SOTTO_ERR_CHEAT && f->accuser == p && f->suspects >> p & 1)
        return "suspects itself";
    if (f->code == SOTTO_ERR_CHEAT && honest_accuser && !(f->suspects >> corrupt & 1))
        return "heard of the wrong suspects from an honest party";
    return NULL;
}

void matrix_check(struct matrix *m, int corrupt)
{
    bool harmless = m->kind == FAULT_LATE || m->kind == FAULT_EARLY || m->kind == FAULT_NONE, caught = false,
         failed = false;

    m->runs++;
    for (int p = 0; p < m->c.protocol->parties; p++) {
        const char *wrong = p == corrupt ? NULL : wrong_at(m, p, corrupt);

        if (!wrong && harmless && m->c.err[p])
            wrong = "failed over a message that was only early or late";
        if (wrong)
            fail_msg("%s: %s message %llu (%d to %d, instruction %u, step %u, %zu bytes): party %d %s: %s",
                     m->name, fault_kind_names[m->kind], (unsigned long long)m->target,
                     m->clean[m->target].from, m->clean[m->target].to, m->clean[m->target].tag.instr,
                     m->clean[m->target].tag.step, m->clean[m->target].len, p, wrong, m->c.fault[p].text);
        caught |= p != corrupt && m->c.err[p] == SOTTO_ERR_CHEAT && m->c.fault[p].accuser == p;
        failed |= p != corrupt && m->c.err[p] != SOTTO_OK;
    }
    if (m->spoke_after_abort)
        fail_msg("%s: %s message %llu: a party went on after it had given up", m->name,
                 fault_kind_names[m->kind], (unsigned long long)m->target);
    m->caught += caught;
    m->other_errors += failed && !caught;
    m->right += !failed;
}

void matrix_run(struct matrix *m, enum fault_kind kind, uint64_t target, int liar)
{
    m->kind = kind;
    m->target = target;
    m->liar = liar;
    m->spoke_after_abort = false;
    memset(m->told, 0, sizeof m->told);
    committee_run(&m->c);
}

void matrix_begin(struct matrix *m)
{
    m->clean_n = 0;
    m->c.hook = hook;
    m->c.hook_arg = m;
    matrix_run(m, FAULT_NONE, 0, MATRIX_NOBODY);
    matrix_check(m, MATRIX_NOBODY);
}

bool matrix_applies(const struct matrix *m, enum fault_kind kind, uint64_t target)
{
    const struct matrix_message *msg = &m->clean[target];

    if (kind == FAULT_REPLAY)
        return msg->len && msg->before != UINT64_MAX;
    if (kind == FAULT_SWAP)
        return msg->after != UINT64_MAX;
    return msg->len || kind >= FAULT_DROP;
}

/* An altered byte of what a digest covers, or of a digest, does not pass. */
static bool must_fail(const struct matrix *m, enum fault_kind kind, uint64_t target)
{
    return (kind <= FAULT_ADD_ONE && m->clean[target].len) || kind == FAULT_DROP ||
           (kind == FAULT_TRUNCATE && m->clean[target].len);
}

void matrix_cell(struct matrix *m, enum fault_kind kind, uint64_t target)
{
    uint64_t right = m->right;

    if (!matrix_applies(m, kind, target))
        return;
    matrix_run(m, kind, target, MATRIX_NOBODY);
    matrix_check(m, m->clean[target].from);
    if (must_fail(m, kind, target) && m->right != right && !matrix_is_free_input(m, m->clean[target].tag.instr))
        fail_msg("%s: %s message %llu went unnoticed", m->name, fault_kind_names[kind],
                 (unsigned long long)target);
}

void matrix_print(const struct matrix *m, const char *protocol, uint64_t messages)
{
    print_message("%s: %llu messages, %llu runs: %llu found out, %llu other errors, %llu right\n", protocol,
                  (unsigned long long)messages, (unsigned long long)m->runs, (unsigned long long)m->caught,
                  (unsigned long long)m->other_errors, (unsigned long long)m->right);
}

/* --- programs --------------------------------------------------------------------------------------------- */

static const struct committee *clear_of(const struct matrix *m)
{
    return m->subject;
}

static bool same_values(const uint64_t *a, const uint64_t *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool outputs_right(const struct matrix *m, int p)
{
    for (size_t o = 0; o < m->c.image.outputs_n; o++) {
        const struct vm_output *got = &m->c.result[p].outputs[o], *want = &clear_of(m)->result[0].outputs[o];

        if (got->set != want->set || got->n != want->n || !same_values(got->values, want->values, want->n))
            return false;
    }
    return true;
}

static bool nothing_put_out(const struct matrix *m, int p)
{
    for (size_t o = 0; m->c.result[p].outputs && o < m->c.image.outputs_n; o++)
        if (m->c.result[p].outputs[o].set || m->c.result[p].outputs[o].values)
            return false;
    return true;
}

/* What a party opened before it failed is true as well. Where several openings are under way at once, any of
 * them may be missing. */
static bool opened_right(const struct matrix *m, int p)
{
    const struct vm_result *got = &m->c.result[p], *want = &clear_of(m)->result[0];

    for (size_t i = 0, k = 0; i < got->opened_n; i++, k++) {
        while (k < want->opened_n &&
               (want->opened[k].reveal != got->opened[i].reveal ||
                !same_values(want->opened[k].values, got->opened[i].values, got->opened[i].n)))
            k++;
        if (k == want->opened_n)
            return false;
    }
    return true;
}

static const char *differs(const struct matrix *m, int p, int q)
{
    for (size_t o = 0; o < m->c.image.outputs_n; o++) {
        const struct vm_output *a = &m->c.result[p].outputs[o], *b = &m->c.result[q].outputs[o];

        if (a->n != b->n || !same_values(a->values, b->values, a->n))
            return "disagrees with another party";
    }
    return NULL;
}

/* Any result is right, but it is one. */
static const char *wrong_of_another_input(const struct matrix *m, int p)
{
    if (m->c.err[p])
        return nothing_put_out(m, p) ? NULL : "failed and put something out";
    for (int q = 0; q < p; q++)
        if (q != m->clean[m->target].from && !m->c.err[q] && differs(m, p, q))
            return differs(m, p, q);
    return NULL;
}

const char *matrix_wrong_program(struct matrix *m, int p)
{
    if (m->kind <= FAULT_SWAP && matrix_is_free_input(m, m->clean[m->target].tag.instr))
        return wrong_of_another_input(m, p);
    if (!opened_right(m, p))
        return "opened a wrong value";
    if (!m->c.err[p])
        return outputs_right(m, p) ? NULL : "put out a wrong value";
    return nothing_put_out(m, p) ? NULL : "failed and put something out";
}
