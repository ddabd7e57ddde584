/* test_keys.c - the session's keys: the same at all holders, unknown to the rest, and a party that tells
 * different parties different things stops the session at its start, with itself among the suspects. */
#include "lib/small_programs.h"
#include "lib/testing.h"

enum { ITEM_LEN = CRYPTO_HASH_LEN, NOBODY = -1 };
enum step { BINDING, COMMITMENT, CONTRIBUTION, CONFIRMATION };

enum { LOOK_LEN = 128 /* where the contributions lay */ };

struct making {
    uint8_t binding[SOTTO_PARTIES_MAX][CRYPTO_HASH_LEN]; /* what each party believes */
    /* what one party does to another, on one key */
    int corrupt, victim, key;
    uint32_t steps;  /* mask: the items to change */
    bool consistent; /* another contribution together with the commitment to it */
    /* afterwards */
    uint8_t probe[SOTTO_PARTIES_MAX][MPC_SHARES_MAX][16];
    bool has_key[SOTTO_PARTIES_MAX][MPC_SHARES_MAX];
    size_t scratch_left[SOTTO_PARTIES_MAX]; /* bytes that the making leaves behind */
    bool written[SOTTO_PARTIES_MAX];        /* in memory that it gave back lies what it wrote there */
};

static enum sotto_err make_keys(struct strand *st, void *arg)
{
    struct making *m = arg;
    int self = st->s->self;
    const uint8_t *again;
    struct shared bit;
    uint64_t opened;

    TRY(mpc_keys(st, m->binding[self]));
    m->scratch_left[self] = st->scratch.used;
    again = strand_room(st, 1, LOOK_LEN);
    for (size_t i = 0; again && i < LOOK_LEN; i++)
        m->written[self] |= again[i] != 0;
    for (int a = 0; a < st->s->protocol->shares; a++)
        if (st->s->protocol->holds[self] >> a & 1)
            TRY(strand_stream(st, a, 7, MPC_USE_MASK, m->probe[self][a], 16));
    /* What comes next, so that a party hears of others' trouble. */
    TRY(strand_shared(st, &bit, MPC_BITS, 1, 1));
    return gadget_reveal(st, &bit, mpc_everyone(st->s->protocol), &opened);
}

static enum sotto_err body(struct mpc_session *s, void *arg)
{
    struct making *m = arg;
    enum sotto_err err = mpc_session_run(s, make_keys, m);

    for (int a = 0; a < MPC_SHARES_MAX; a++)
        m->has_key[s->self][a] = s->key[a].aes != NULL;
    return err;
}

/* keys.c, commit(): the same by another hand. */
static void commitment_to(const struct making *m, const uint8_t contribution[ITEM_LEN], uint8_t out[ITEM_LEN])
{
    uint8_t who[2] = { (uint8_t)m->corrupt, (uint8_t)m->key };
    struct crypto_hash h;

    crypto_hash_init(&h, "sotto key commitment 1");
    crypto_hash_part(&h, m->binding[m->corrupt], CRYPTO_HASH_LEN);
    crypto_hash_part(&h, who, sizeof who);
    crypto_hash_part(&h, contribution, ITEM_LEN);
    crypto_hash_final(&h, out);
}

static enum net_sim_verdict hook(void *arg, struct net_sim_message *msg)
{
    static const uint8_t other[ITEM_LEN] = "another contribution";
    struct making *m = arg;
    size_t at = 0;

    if (msg->from != m->corrupt || msg->to != m->victim || msg->tag.instr == NET_CONTROL_ABORT ||
        !(m->steps >> msg->tag.step & 1))
        return NET_SIM_PASS;
    for (int a = 0; a < m->key && msg->tag.step != BINDING; a++)
        at += a != m->corrupt && a != m->victim ? ITEM_LEN : 0; /* rep4: party a lacks key a */
    assert_true(at + ITEM_LEN <= msg->len);
    if (!m->consistent)
        msg->payload[at] ^= 1;
    else if (msg->tag.step == COMMITMENT)
        commitment_to(m, other, msg->payload + at);
    else
        memcpy(msg->payload + at, other, ITEM_LEN);
    return NET_SIM_PASS;
}

static void test_holders_agree(void **state)
{
    const char *const protocols[] = { "rep4", "rep3a" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(protocols); i++) {
        struct making m[2] = { { .corrupt = NOBODY }, { .corrupt = NOBODY } };
        struct committee c;

        for (int again = 0; again < 2; again++) {
            committee_init_body(&c, protocols[i], body, &m[again]);
            committee_run(&c);
            for (int p = 0; p < c.protocol->parties; p++) {
                assert_int_equal(c.err[p], SOTTO_OK);
                assert_int_equal(m[again].scratch_left[p], 0); /* nothing of the keys outlives the ciphers */
                assert_false(m[again].written[p]);
            }
        }
        for (int a = 0; a < c.protocol->shares; a++)
            for (int p = 0; p < c.protocol->parties; p++) {
                int holder = c.protocol->holds[0] >> a & 1 ? 0 : 1;

                assert_int_equal(m[0].has_key[p][a], c.protocol->holds[p] >> a & 1);
                if (!m[0].has_key[p][a])
                    continue;
                assert_memory_equal(m[0].probe[p][a], m[0].probe[holder][a], 16);
                assert_memory_not_equal(m[0].probe[p][a], m[1].probe[p][a], 16); /* fresh in each session */
                for (int b = 0; b < a; b++)
                    assert_memory_not_equal(m[0].probe[p][a], m[0].probe[p][b], 16);
            }
        committee_wipe(&c);
    }
}

static const struct {
    const char *name;
    uint32_t steps;
    bool consistent, certain; /* certain: the victim knows who lied */
    bool told_before; /* the victim was told another start of the session, which is not in these messages */
} lies[] = {
    { "another binding", 1u << BINDING, false, false, false },
    { "another commitment", 1u << COMMITMENT, false, true, false },
    { "another contribution", 1u << CONTRIBUTION, false, true, false },
    { "another confirmation", 1u << CONFIRMATION, false, false, false },
    { "two contributions, each with its commitment", 1u << COMMITMENT | 1u << CONTRIBUTION, true, false,
      false },
    { "another start of the session", 0, false, false, true },
};

static void check_blame(const struct committee *c, const char *name, int corrupt, int victim, bool certain)
{
    for (int p = 0; p < 4; p++) {
        const struct fault *f = &c->fault[p];

        if (p == corrupt)
            continue;
        if (!c->err[p])
            fail_msg("%s of party %d to party %d: party %d goes on", name, corrupt, victim, p);
        if (c->err[p] != SOTTO_ERR_CHEAT)
            fail_msg("%s of party %d to party %d: party %d: %s", name, corrupt, victim, p, f->text);
        if (f->accuser == corrupt)
            continue; /* its word against all others' */
        if (!(f->suspects >> corrupt & 1) || (f->accuser == p && f->suspects >> p & 1))
            fail_msg("%s of party %d to party %d: party %d suspects %#x: %s", name, corrupt, victim, p,
                     f->suspects, f->text);
    }
    if (certain) {
        assert_int_equal(c->fault[victim].accuser, victim);
        assert_int_equal(c->fault[victim].suspects, 1u << corrupt);
    }
}

static void test_lies_end_the_session(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lies); i++)
        for (int corrupt = 0; corrupt < 4; corrupt++)
            for (int victim = 0; victim < 4; victim++)
                for (int key = 0; key < 4; key++) {
                    struct making m = { .corrupt = corrupt,
                                        .victim = victim,
                                        .key = key,
                                        .steps = lies[i].steps,
                                        .consistent = lies[i].consistent };
                    struct committee c;

                    if (victim == corrupt || key == corrupt || key == victim)
                        continue;
                    if (lies[i].told_before)
                        m.binding[victim][0] = 1;
                    committee_init_body(&c, "rep4", body, &m);
                    c.hook = hook;
                    c.hook_arg = &m;
                    committee_run(&c);
                    check_blame(&c, lies[i].name, corrupt, victim, lies[i].certain);
                    for (int p = 0; p < 4; p++)
                        for (int a = 0; a < 4; a++)
                            assert_false(p != corrupt && m.has_key[p][a]);
                    committee_wipe(&c);
                }
}

/* --- the same before the keys: hello and rows ------------------------------------------------------------- */

enum { HELLO_STEP, ROWS_STEP, HELLO_RANDOM_AT = 3 * CRYPTO_HASH_LEN };

struct telling {
    int corrupt, victim;
    unsigned step;
    size_t at;
    bool instruction_sent;
};

static enum net_sim_verdict tell_differently(void *arg, struct net_sim_message *msg)
{
    struct telling *t = arg;

    if (msg->tag.instr != 0 && msg->tag.instr != NET_CONTROL_ABORT && msg->from != t->corrupt)
        t->instruction_sent = true;
    if (msg->from == t->corrupt && msg->to == t->victim && msg->tag.instr == 0 && msg->tag.step == t->step)
        msg->payload[t->at] ^= 2;
    return NET_SIM_PASS;
}

static void test_who_tells_different_starts(void **state)
{
    const struct {
        const char *name;
        unsigned step;
        size_t at;
    } cases[] = { { "another random part of the hello", HELLO_STEP, HELLO_RANDOM_AT },
                  { "another count of rows", ROWS_STEP, 0 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int corrupt = 0; corrupt < 4; corrupt++)
            for (int victim = 0; victim < 4; victim++) {
                struct telling t = { corrupt, victim, cases[i].step, cases[i].at, false };
                struct committee c;

                if (victim == corrupt)
                    continue;
                small_program_init(&c, "rep4", &small_programs[0]);
                c.hook = tell_differently;
                c.hook_arg = &t;
                committee_run(&c);
                check_blame(&c, cases[i].name, corrupt, victim, false);
                assert_false(t.instruction_sent);
                committee_wipe(&c);
            }
}

/* Another program, other parameters: named as such, and nobody is called a cheat. */
static void test_another_image(void **state)
{
    (void)state;
    for (size_t at = 0; at < HELLO_RANDOM_AT; at += CRYPTO_HASH_LEN) {
        struct telling t = { 2, 1, HELLO_STEP, at, false };
        struct committee c;

        small_program_init(&c, "rep4", &small_programs[0]);
        c.hook = tell_differently;
        c.hook_arg = &t;
        committee_run(&c);
        assert_int_equal(c.err[1], SOTTO_ERR_IMAGE);
        assert_non_null(strstr(c.fault[1].text, "party 2 runs"));
        assert_false(t.instruction_sent);
        committee_wipe(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holders_agree),
        cmocka_unit_test(test_lies_end_the_session),
        cmocka_unit_test(test_who_tells_different_starts),
        cmocka_unit_test(test_another_image),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
