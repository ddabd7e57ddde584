/* test_abort.c - the end of a session is whole: its keys are gone, it is silent, and no other session notices.
 *
 * That a party which has given up sends one abort frame to each peer and nothing else is checked in every run
 * of test_fault_matrix.c, too. */
#include "lib/small_programs.h"
#include "lib/testing.h"

#include <stdlib.h>

static const char product_source[] =
    "input secret u8 x[n] from owner; output u8 z to everyone; output u8 w to everyone; "
    "void main() { z = reveal(x[0] * x[1] * x[2]); w = reveal(x[3] * x[0]); }";
static const uint64_t rows[4] = { 3, 5, 7, 11 };

/* --- after the end --------------------------------------------------------------------------------------- */

struct ending {
    struct committee *c;
    uint64_t target; /* serial of the message to alter */
    uint64_t sent;
    uint32_t given_up; /* parties that have sent an abort frame */
    bool spoke;
    bool had_key[4], wiped[4], refused[4];
};

static enum net_sim_verdict alter_one(void *arg, struct net_sim_message *m)
{
    struct ending *e = arg;

    e->sent++;
    if (m->tag.instr == NET_CONTROL_ABORT)
        e->given_up |= 1u << m->from;
    else if (e->given_up >> m->from & 1)
        e->spoke = true;
    if (m->serial == e->target && m->len)
        m->payload[0] ^= 1;
    return NET_SIM_PASS;
}

static bool holds_a_key(const struct mpc_session *s)
{
    for (int a = 0; a < MPC_SHARES_MAX; a++)
        if (s->key[a].aes)
            return true;
    return false;
}

/* vm_run as in the library's committee, then a look at the session and one more try to send. */
static enum sotto_err run_and_look(struct mpc_session *s, void *arg)
{
    struct ending *e = arg;
    struct committee *c = e->c;
    struct vm_job job = { .image = &c->image,
                          .params = c->params,
                          .rows = &c->rows[(size_t)s->self * c->image.inputs_n] };
    enum sotto_err err = vm_run(s, &job, &c->result[s->self]);
    uint64_t sent = e->sent;
    uint8_t word[8] = { 0 };

    e->had_key[s->self] = !err && holds_a_key(s);
    e->wiped[s->self] = err && !holds_a_key(s);
    if (err)
        e->refused[s->self] = net_send(s->ch, (s->self + 1) % s->ch->parties, (struct net_tag){ 9, 9, 9 }, word,
                                       sizeof word) != 0 &&
                              e->sent == sent;
    return err;
}

static void silent_and_without_keys(const char *protocol)
{
    uint64_t messages, failures = 0;
    struct committee c;
    struct ending e = { .c = &c, .target = UINT64_MAX };

    committee_init(&c, protocol, product_source);
    committee_input(&c, "x", rows, 4);
    c.body = run_and_look;
    c.body_arg = &e;
    c.hook = alter_one;
    c.hook_arg = &e;
    committee_run(&c);
    messages = e.sent;
    for (int p = 0; p < c.protocol->parties; p++) {
        assert_int_equal(c.err[p], SOTTO_OK);
        assert_true(e.had_key[p]); /* so the look below looks at the right place */
    }
    for (uint64_t target = 0; target < messages; target++) {
        e = (struct ending){ .c = &c, .target = target };
        committee_run(&c);
        assert_false(e.spoke);
        for (int p = 0; p < c.protocol->parties; p++) {
            if (!c.err[p])
                continue;
            failures++;
            assert_true(e.wiped[p] && e.refused[p]);
            assert_true(e.given_up >> p & 1);
        }
    }
    assert_true(failures > messages); /* most alterations end the session of most parties */
    committee_wipe(&c);
}

static void test_silent_and_without_keys(void **state)
{
    (void)state;
    silent_and_without_keys("rep4");
    silent_and_without_keys("rep3a");
}

/* Nothing is opened before all checks have passed: an error in the last product, or in any message of its
 * proof, stops the opening for everybody, the party that made it included. */
enum { TARGETS_MAX = 128 };
struct last_product {
    /* of the clean run */
    uint32_t product_instr, opened_instr;
    uint16_t product_step;
    uint64_t target[TARGETS_MAX]; /* serials: of the product's messages and its proof's */
    size_t targets_n;
    /* of the others */
    bool alter, sent_an_opening, altered;
    size_t at;
    int corrupt;
};

static void look_for_last_product(struct last_product *l, const struct net_sim_message *m)
{
    bool proof = m->tag.instr >= MPC_INSTR_MAX,
         same = m->tag.instr == l->product_instr && m->tag.step == l->product_step;

    if (m->len == 0 && m->tag.instr && !l->opened_instr)
        l->opened_instr = m->tag.instr;
    if (m->len == 0 || !m->tag.instr || (l->opened_instr && !proof && !same))
        return;
    if (!proof && m->tag.instr < l->product_instr)
        return; /* some parties are ahead of others */
    if (!proof && !same) {
        l->targets_n = 0;
        l->product_instr = m->tag.instr;
        l->product_step = m->tag.step;
    }
    assert_true(l->targets_n < TARGETS_MAX);
    l->target[l->targets_n++] = m->serial;
}

static enum net_sim_verdict alter_last_product(void *arg, struct net_sim_message *m)
{
    struct last_product *l = arg;

    if (m->tag.instr == NET_CONTROL_ABORT)
        return NET_SIM_PASS;
    if (!l->alter) {
        look_for_last_product(l, m);
        return NET_SIM_PASS;
    }
    if (m->serial == l->target[l->at]) {
        l->corrupt = m->from;
        l->altered = true;
        m->payload[m->len - 1] ^= 1;
    }
    if (l->altered && m->tag.instr == l->opened_instr && m->len && m->from != l->corrupt)
        l->sent_an_opening = true;
    return NET_SIM_PASS;
}

static void nothing_opened_before_all_checks(const char *protocol, size_t messages)
{
    static const char source[] = "input secret u8 x[n] from owner; output u8 z to everyone; "
                                 "void main() { z = reveal(x[0] * x[1]); }";
    struct last_product l = { 0 };
    struct committee c;

    committee_init(&c, protocol, source);
    committee_input(&c, "x", rows, 4);
    c.hook = alter_last_product;
    c.hook_arg = &l;
    committee_run(&c);
    assert_int_equal(c.err[0], SOTTO_OK);
    assert_true(l.opened_instr > l.product_instr && l.product_instr > 0);
    assert_int_equal(l.targets_n, messages);
    l.alter = true;
    for (l.at = 0; l.at < l.targets_n; l.at++) {
        l.sent_an_opening = l.altered = false;
        committee_run(&c);
        assert_true(l.altered);
        assert_false(l.sent_an_opening);
        for (int p = 0; p < c.protocol->parties; p++) {
            assert_int_not_equal(c.err[p], SOTTO_OK);
            assert_int_equal(c.result[p].opened_n, 0);
        }
    }
    committee_wipe(&c);
}

static void test_nothing_opened_before_all_checks(void **state)
{
    (void)state;
    nothing_opened_before_all_checks("rep4", 8);
    nothing_opened_before_all_checks(
        "rep3a", 3 * (1 + 7)); /* and the proof's: three challenges, promises, two commitments, the end */
}

/* --- two jobs in one process ------------------------------------------------------------------------------ */

struct job {
    struct committee c;
    uint64_t sent, target;
    uint64_t sent_at_failure; /* of this job, when the other one's first party gave up */
    struct job *other;
};

static enum net_sim_verdict count_and_alter(void *arg, struct net_sim_message *m)
{
    struct job *j = arg;

    j->sent++;
    if (m->tag.instr == NET_CONTROL_ABORT && !j->other->sent_at_failure)
        j->other->sent_at_failure = j->other->sent;
    if (m->serial == j->target)
        m->payload[0] ^= 1;
    return NET_SIM_PASS;
}

static void job_main(void *arg)
{
    struct job *j = arg;

    committee_run(&j->c);
}

static void another_job_is_unaffected(const char *protocol)
{
    struct job *job = calloc(2, sizeof *job);
    uint64_t messages, of_keys;

    assert_non_null(job);
    for (int i = 0; i < 2; i++) {
        committee_init(&job[i].c, protocol, product_source);
        committee_input(&job[i].c, "x", rows, 4);
        job[i].c.hook = count_and_alter;
        job[i].c.hook_arg = &job[i];
        job[i].other = &job[1 - i];
        job[i].target = UINT64_MAX;
    }
    committee_run(&job[0].c);
    messages = job[0].sent;
    of_keys = 6 * (uint64_t)(job[0].c.protocol->parties * (job[0].c.protocol->parties - 1));
    for (uint64_t target = of_keys; target < messages; target += 5) {
        struct fiber *turn[2];
        bool failed = false;

        for (int i = 0; i < 2; i++) {
            job[i].sent = job[i].sent_at_failure = 0;
            turn[i] = fiber_new(job_main, &job[i]);
            assert_non_null(turn[i]);
        }
        job[0].target = target;
        while (!fiber_done(turn[0]) || !fiber_done(turn[1]))
            for (int i = 0; i < 2; i++)
                if (!fiber_done(turn[i]))
                    fiber_resume(turn[i]);
        for (int i = 0; i < 2; i++)
            fiber_free(turn[i]);
        for (int p = 0; p < job[0].c.protocol->parties; p++) {
            failed |= job[0].c.err[p] != SOTTO_OK;
            assert_int_equal(job[1].c.err[p], SOTTO_OK);
            assert_int_equal(committee_output(&job[1].c, p, "z")->values[0], 3 * 5 * 7);
            assert_int_equal(committee_output(&job[1].c, p, "w")->values[0], 33);
        }
        if (failed) /* the other one was in its midst */
            assert_true(job[1].sent_at_failure > 0 && job[1].sent_at_failure < job[1].sent);
    }
    for (int i = 0; i < 2; i++)
        committee_wipe(&job[i].c);
    free(job);
}

static void test_another_job_is_unaffected(void **state)
{
    (void)state;
    another_job_is_unaffected("rep4");
    another_job_is_unaffected("rep3a");
}

/* --- an abort frame that accuses an honest party -----------------------------------------------------------
 */

struct forging {
    int corrupt, victim, framed;
    bool done;
};

static enum net_sim_verdict forge(void *arg, struct net_sim_message *m)
{
    struct forging *f = arg;
    struct fault accusation = { .code = SOTTO_ERR_CHEAT, .accuser = f->corrupt, .suspects = 1u << f->framed };
    uint8_t frame[NET_ABORT_LEN_MAX];
    size_t len = net_abort_encode(frame, &accusation);

    if (f->done || m->from != f->corrupt || m->to != f->victim || m->tag.instr == 0 || m->len < len)
        return NET_SIM_PASS;
    f->done = true;
    memset(m->payload, ' ', m->len);
    memcpy(m->payload, frame, len);
    put_u16(m->payload + 6, (uint16_t)(m->len - len));
    m->tag.instr = NET_CONTROL_ABORT;
    return NET_SIM_PASS;
}

/* A false accusation ends the job; that cannot be helped. But whoever hears of it, at first or at second hand,
 * hears of the accuser as well. */
static void a_false_accusation(const char *protocol, int corrupt, int victim, int framed)
{
    struct forging f = { corrupt, victim, framed, false };
    struct committee c;

    committee_init(&c, protocol, product_source);
    committee_input(&c, "x", rows, 4);
    c.hook = forge;
    c.hook_arg = &f;
    committee_run(&c);
    assert_true(f.done);
    assert_int_equal(c.fault[victim].accuser, corrupt);
    for (int p = 0; p < c.protocol->parties; p++)
        if (p != corrupt && c.fault[p].code == SOTTO_ERR_CHEAT && c.fault[p].accuser != corrupt)
            assert_true(c.fault[p].suspects >> corrupt & 1);
    committee_wipe(&c);
}

static void test_a_false_accusation(void **state)
{
    (void)state;
    for (int parties = 3; parties <= 4; parties++)
        for (int corrupt = 0; corrupt < parties; corrupt++)
            for (int victim = 0; victim < parties; victim++)
                for (int framed = 0; framed < parties; framed++)
                    if (victim != corrupt && framed != corrupt)
                        a_false_accusation(parties == 4 ? "rep4" : "rep3a", corrupt, victim, framed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silent_and_without_keys),
        cmocka_unit_test(test_nothing_opened_before_all_checks),
        cmocka_unit_test(test_another_job_is_unaffected),
        cmocka_unit_test(test_a_false_accusation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
