/* test_fault_matrix.c - every message of every kind of step, altered in every way: the right result or an
 * error.
 *
 * A clean run of each program lists its messages. Then the program runs once for every (message, way of
 * altering it). The sender of that message counts as the corrupt party, and of all others it must hold that
 *   - what they put out and what they opened is right, or they end with an error and put out nothing;
 *   - who finds cheating itself has the sender among its suspects, so no honest party ever stands alone;
 *   - who has given up sends one abort frame to each peer, and nothing else;
 *   - a message that only comes early or late changes nothing.
 * A message to several receivers is altered for one of them at a time: that is equivocation. */
#include "lib/chosen.h"
#include "lib/small_programs.h"
#include "lib/testing.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGES_MAX = 4096, PAYLOAD_MAX = 1 << 16, NOBODY = -1 };

enum kind {
    FLIP_FIRST,
    FLIP_MIDDLE,
    FLIP_LAST,
    ADD_ONE,
    REPLAY, /* the bytes of the message before it of the same pair and length */
    SWAP,   /* change places with the next one of the same pair and length */
    DROP,
    TRUNCATE,
    REPEAT,
    LATE,
    EARLY,
    KINDS,
    CLEAN = KINDS,
    LIE_ALWAYS, /* every message of one party */
};
static const char *const kind_names[] = { "flip the first byte",
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

struct message {
    int from, to;
    struct net_tag tag;
    size_t len;
    uint64_t before, after; /* serials of its neighbours of the same pair and length, or UINT64_MAX */
};

struct matrix {
    const struct small_program *program;
    struct committee clear, c;
    struct message clean[MESSAGES_MAX];
    size_t clean_n;
    /* the run under way */
    enum kind kind;
    uint64_t target, random;
    int liar;
    uint8_t replay[PAYLOAD_MAX];
    uint32_t told[SOTTO_PARTIES_MAX]; /* peers to which a party has sent an abort frame */
    bool spoke_after_abort;
    uint64_t runs, caught, other_errors, right;
};

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
    struct message *own = &m->clean[m->clean_n++];

    assert_true(m->clean_n <= MESSAGES_MAX && msg->len <= PAYLOAD_MAX && msg->serial == m->clean_n - 1);
    *own = (struct message){ msg->from, msg->to, msg->tag, msg->len, UINT64_MAX, UINT64_MAX };
    for (size_t i = m->clean_n - 1; i-- > 0;)
        if (m->clean[i].from == own->from && m->clean[i].to == own->to && m->clean[i].len == own->len) {
            own->before = i;
            m->clean[i].after = msg->serial;
            return;
        }
}

static enum net_sim_verdict alter(struct matrix *m, struct net_sim_message *msg)
{
    static const enum net_sim_verdict verdicts[KINDS] = {
        [DROP] = NET_SIM_DROP, [TRUNCATE] = NET_SIM_TRUNCATE, [REPEAT] = NET_SIM_REPEAT,
        [LATE] = NET_SIM_LATE, [EARLY] = NET_SIM_EARLY,
    };
    size_t at = m->kind == FLIP_FIRST ? 0 : m->kind == FLIP_MIDDLE ? msg->len / 2 : msg->len - 1;

    if (m->kind <= FLIP_LAST && msg->len)
        msg->payload[at] ^= (uint8_t)(1u << (msg->serial % 8));
    if (m->kind == ADD_ONE)
        for (size_t i = 0; i < msg->len && ++msg->payload[i] == 0; i++)
            ;
    if (m->kind == REPLAY && msg->len)
        memcpy(msg->payload, m->replay, msg->len);
    if (m->kind == SWAP)
        msg->tag = m->clean[m->clean[m->target].after].tag;
    return verdicts[m->kind];
}

static enum net_sim_verdict hook(void *arg, struct net_sim_message *msg)
{
    struct matrix *m = arg;
    const struct message *target = &m->clean[m->target];

    watch_aborts(m, msg);
    if (m->kind == CLEAN)
        record(m, msg);
    if (m->kind == LIE_ALWAYS && msg->from == m->liar && msg->len && next_random(m) % 4 == 0)
        msg->payload[next_random(m) % msg->len] ^= (uint8_t)(1u << next_random(m) % 8);
    if (m->kind >= KINDS)
        return NET_SIM_PASS;
    if (m->kind == REPLAY && msg->serial == target->before && msg->len)
        memcpy(m->replay, msg->payload, msg->len);
    if (m->kind == SWAP && msg->serial == target->after && msg->from == target->from && msg->to == target->to &&
        msg->tag.instr != NET_CONTROL_ABORT)
        msg->tag = target->tag;
    return msg->serial == m->target ? alter(m, msg) : NET_SIM_PASS;
}

/* --- what must hold --------------------------------------------------------------------------------------- */

static bool same_values(const uint64_t *a, const uint64_t *b, size_t n)
{
    return n == 0 || memcmp(a, b, n * sizeof *a) == 0;
}

static bool outputs_right(const struct matrix *m, int p)
{
    for (size_t o = 0; o < m->c.image.outputs_n; o++) {
        const struct vm_output *got = &m->c.result[p].outputs[o], *want = &m->clear.result[0].outputs[o];

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
    const struct vm_result *got = &m->c.result[p], *want = &m->clear.result[0];

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

static const char *wrong_at(const struct matrix *m, int p, int corrupt)
{
    const struct fault *f = &m->c.fault[p];
    bool honest_accuser = f->accuser >= 0 && f->accuser != corrupt;

    if (!opened_right(m, p))
        return "opened a wrong value";
    if (!m->c.err[p])
        return outputs_right(m, p) ? NULL : "put out a wrong value";
    if (!nothing_put_out(m, p))
        return "failed and put something out";
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

static void check(struct matrix *m, int corrupt)
{
    bool harmless = m->kind == LATE || m->kind == EARLY || m->kind == CLEAN, caught = false, failed = false;

    m->runs++;
    for (int p = 0; p < m->c.protocol->parties; p++) {
        const char *wrong = p == corrupt ? NULL : wrong_at(m, p, corrupt);

        if (!wrong && harmless && m->c.err[p])
            wrong = "failed over a message that was only early or late";
        if (wrong)
            fail_msg("%s: %s message %llu (%d to %d, instruction %u, step %u, %zu bytes): party %d %s: %s",
                     m->program->name, kind_names[m->kind], (unsigned long long)m->target,
                     m->clean[m->target].from, m->clean[m->target].to, m->clean[m->target].tag.instr,
                     m->clean[m->target].tag.step, m->clean[m->target].len, p, wrong, m->c.fault[p].text);
        caught |= p != corrupt && m->c.err[p] == SOTTO_ERR_CHEAT && m->c.fault[p].accuser == p;
        failed |= p != corrupt && m->c.err[p] != SOTTO_OK;
    }
    if (m->spoke_after_abort)
        fail_msg("%s: %s message %llu: a party went on after it had given up", m->program->name,
                 kind_names[m->kind], (unsigned long long)m->target);
    m->caught += caught;
    m->other_errors += failed && !caught;
    m->right += !failed;
}

static void run(struct matrix *m, enum kind kind, uint64_t target, int liar)
{
    m->kind = kind;
    m->target = target;
    m->liar = liar;
    m->spoke_after_abort = false;
    memset(m->told, 0, sizeof m->told);
    committee_run(&m->c);
}

/* --- the tests -------------------------------------------------------------------------------------------- */

static void begin(struct matrix *m, const char *protocol, const struct small_program *p)
{
    m->program = p;
    m->clean_n = 0;
    small_program_init(&m->clear, "clear", p);
    committee_run(&m->clear);
    if (m->clear.err[0])
        fail_msg("%s: %s", p->name, m->clear.fault[0].text);
    small_program_init(&m->c, protocol, p);
    m->c.hook = hook;
    m->c.hook_arg = m;
    run(m, CLEAN, 0, NOBODY);
    check(m, NOBODY);
}

static void end(struct matrix *m)
{
    committee_wipe(&m->c);
    committee_wipe(&m->clear);
}

static bool applies(const struct matrix *m, enum kind kind, uint64_t target)
{
    const struct message *msg = &m->clean[target];

    if (kind == REPLAY)
        return msg->len && msg->before != UINT64_MAX;
    if (kind == SWAP)
        return msg->after != UINT64_MAX;
    return msg->len || kind >= DROP;
}

/* An altered byte of what a digest covers, or of a digest, does not pass. */
static bool must_fail(const struct matrix *m, enum kind kind, uint64_t target)
{
    return (kind <= ADD_ONE && m->clean[target].len) || kind == DROP ||
           (kind == TRUNCATE && m->clean[target].len);
}

static void test_every_message(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);
    uint64_t messages = 0;

    (void)state;
    assert_non_null(m);
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, "rep4", &small_programs[i]);
        for (uint64_t t = 0; t < m->clean_n; t++) {
            if (m->clean[t].tag.instr == 0 && !small_programs[i].setup)
                continue;
            messages++;
            for (enum kind kind = 0; kind < KINDS; kind++) {
                uint64_t right = m->right;

                if (!applies(m, kind, t))
                    continue;
                run(m, kind, t, NOBODY);
                check(m, m->clean[t].from);
                if (must_fail(m, kind, t) && m->right != right)
                    fail_msg("%s: %s message %llu went unnoticed", m->program->name, kind_names[kind],
                             (unsigned long long)t);
            }
        }
        end(m);
    }
    print_message("rep4: %llu messages, %llu runs: %llu found out, %llu other errors, %llu right\n",
                  (unsigned long long)messages, (unsigned long long)m->runs, (unsigned long long)m->caught,
                  (unsigned long long)m->other_errors, (unsigned long long)m->right);
    assert_true(m->caught > m->runs / 4); /* the table does what it says */
    free(m);
}

static void test_a_party_that_always_lies(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);

    (void)state;
    assert_non_null(m);
    m->random = 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, "rep4", &small_programs[i]);
        for (int liar = 0; liar < 4; liar++)
            for (int again = 0; again < 8; again++) {
                run(m, LIE_ALWAYS, 0, liar);
                check(m, liar);
            }
        end(m);
    }
    free(m);
}

/* --corrupt of the tool: the party adds an error to the first product that it sends. */
static void test_the_demonstration_cheat(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);
    size_t cheats = 0;

    (void)state;
    assert_non_null(m);
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, "rep4", &small_programs[i]);
        for (int liar = 0; liar < 4; liar++) {
            uint64_t caught = m->caught;

            m->c.options[liar].corrupt = true;
            m->clean_n = 0;
            run(m, CLEAN, 0, liar);
            m->kind = LIE_ALWAYS;
            check(m, liar);
            m->c.options[liar].corrupt = false;
            cheats += m->caught > caught;
        }
        end(m);
    }
    assert_true(cheats > small_programs_n); /* of the programs with products, most */
    free(m);
}

/* rep3 does not notice lies; it must still neither crash nor hang. */
static void test_rep3_survives(void **state)
{
    struct matrix *m = calloc(1, sizeof *m);

    (void)state;
    assert_non_null(m);
    for (size_t i = 0; i < small_programs_n; i++) {
        begin(m, "rep3", &small_programs[i]);
        for (uint64_t t = 0; t < m->clean_n; t++)
            for (enum kind kind = 0; kind < KINDS; kind++) {
                bool loud = kind == DROP || (kind == TRUNCATE && m->clean[t].len);

                if (!applies(m, kind, t) || (m->clean[t].tag.instr == 0 && !small_programs[i].setup) ||
                    (!loud && (t + kind) % 7))
                    continue;
                run(m, kind, t, NOBODY);
                assert_true(!loud || m->c.err[m->clean[t].to]);
                assert_false(m->spoke_after_abort);
            }
        end(m);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message),
        cmocka_unit_test(test_a_party_that_always_lies),
        cmocka_unit_test(test_the_demonstration_cheat),
        cmocka_unit_test(test_rep3_survives),
    };

    chosen_no_locking();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
