/* bench_link.c - what the channel itself costs: two processes joined by TLS over loopback, as parties are.
 *
 *   party 0 ──▶ 4 messages of 256 KiB ──▶ party 1, which answers with 16 bytes:  CPU of a byte at each end
 *   party 0 ──▶ 16 bytes ──▶ party 1 ──▶ 16 bytes ──▶ party 0:                   a ping's time and CPU
 *   party 0 ──▶ 64 messages of 16 bytes, each sent by itself ──▶ party 1:        CPU of a message at both ends,
 * where nobody has to be woken for it */
#include "cli/bench.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    ENDS = 2,
    MESSAGE_LEN = 1 << 18,
    BATCH = 4,
    BATCHES = 24,
    PING_LEN = 16,
    PINGS = 200,
    BURST = 64,
    BURSTS = 20,
    TRIALS = 8
};

struct link {
    struct crypto_identity id[ENDS];
    struct net_peer peer[ENDS];
    int listen_fd[ENDS], result[2];
    struct net_channel *ch;
    uint8_t *buffer[BATCH], ping[PING_LEN];
    uint32_t instr;
    int self;
};

/* What an end tells the launcher. */
struct told {
    struct cost_of {
        double cpu, wall;
    } bulk, ping, burst;
};

static double cpu_now(void)
{
    struct rusage u;

    if (getrusage(RUSAGE_SELF, &u))
        return 0;
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* n messages of one end to the other, then one small one back. */
static enum sotto_err exchange(struct link *l, int n, size_t len)
{
    struct net_slot slot[BURST] = { 0 };
    bool sends = l->self == 0;
    int other = !l->self, expected = sends ? 1 : n, sent = sends ? n : 1;

    for (int i = 0; i < expected; i++) {
        slot[i] = (struct net_slot){
            .from = other,
            .tag = { .instr = l->instr, .tile = (uint16_t)i, .step = sends },
            .buf = sends ? l->ping : l->buffer[i % BATCH],
            .len = sends ? PING_LEN : len,
        };
        TRY(net_expect(l->ch, &slot[i]));
    }
    for (int pass = 0; pass < 2; pass++) { /* party 1 answers when all is there */
        for (int i = 0; (pass == 0) == sends && i < sent; i++) {
            struct net_tag tag = { .instr = l->instr, .tile = (uint16_t)i, .step = !sends };

            TRY(net_send(l->ch, other, tag, sends ? l->buffer[i % BATCH] : l->ping, sends ? len : PING_LEN));
            if (len == PING_LEN)
                TRY(l->ch->ops->flush(l->ch));
        }
        for (int i = 0; (pass == 0) != sends && i < expected; i++)
            while (!slot[i].arrived)
                TRY(net_wait(l->ch));
    }
    l->instr++;
    return SOTTO_OK;
}

/* The least that `times` exchanges took, of a few trials: what the channel can do, not what disturbed it. */
static enum sotto_err best_of(struct link *l, int times, int n, size_t len, struct cost_of *best)
{
    for (int trial = -1; trial < TRIALS; trial++) { /* the first one warms up */
        uint64_t start = clock_now_ns();
        double cpu = cpu_now(), wall;

        for (int i = 0; i < times; i++)
            TRY(exchange(l, n, len));
        cpu = cpu_now() - cpu;
        wall = (double)(clock_now_ns() - start) / 1e9;
        if (trial <= 0 || cpu < best->cpu)
            best->cpu = cpu;
        if (trial <= 0 || wall < best->wall)
            best->wall = wall;
    }
    return SOTTO_OK;
}

static enum sotto_err measure_end(struct link *l, struct told *t)
{
    TRY(best_of(l, BATCHES, BATCH, MESSAGE_LEN, &t->bulk));
    TRY(best_of(l, PINGS, 1, PING_LEN, &t->ping));
    return best_of(l, BURSTS, BURST, PING_LEN, &t->burst);
}

/* A process of its own; its exit status. */
static int end_main(struct link *l)
{
    struct told told = { 0 };
    struct fault f = { 0 };
    enum sotto_err err = SOTTO_ERR_RESOURCE;

    close(l->listen_fd[!l->self]);
    for (int i = 0; i < BATCH; i++)
        l->buffer[i] = mem_alloc(1, MESSAGE_LEN);
    l->ch = net_tls_new(&l->id[l->self], l->self, ENDS, l->peer, l->listen_fd[l->self], 1,
                        SOTTO_TIMEOUT_MS_DEFAULT, &f);
    if (l->ch && l->buffer[0] && l->buffer[1] && l->buffer[2] && l->buffer[3])
        err = measure_end(l, &told);
    if (l->ch)
        net_free(l->ch);
    return err || write(l->result[1], &told, sizeof told) != (ssize_t)sizeof told;
}

static enum sotto_err set_up(struct cli *cli, struct link *l)
{
    for (int p = 0; p < ENDS; p++) {
        crypto_identity_new(&l->id[p]);
        snprintf(l->peer[p].name, sizeof l->peer[p].name, "end%d", p);
        snprintf(l->peer[p].host, sizeof l->peer[p].host, "127.0.0.1");
        memcpy(l->peer[p].public_key, l->id[p].public_key, sizeof l->peer[p].public_key);
        l->listen_fd[p] = net_listen(l->peer[p].host, &l->peer[p].port, &cli->fault);
        if (l->listen_fd[p] < 0)
            return cli->fault.code;
    }
    if (pipe(l->result))
        return fault_set(&cli->fault, SOTTO_ERR_RESOURCE, "no pipe to a process: %s", strerror(errno));
    return SOTTO_OK;
}

static bool ended_well(const int pid[ENDS], int n)
{
    bool well = true;

    for (int p = 0; p < n; p++) {
        int status = -1;

        while (waitpid(pid[p], &status, 0) < 0 && errno == EINTR)
            ;
        well &= status == 0;
    }
    return well;
}

enum sotto_err bench_link(struct cli *cli, struct bench_limits *limits)
{
    struct link l = { .listen_fd = { -1, -1 }, .result = { -1, -1 } };
    struct told told[ENDS] = { 0 };
    int pid[ENDS], n = 0;
    bool well;

    TRY(set_up(cli, &l));
    fflush(stdout);
    for (; n < ENDS && (pid[n] = fork()) >= 0; n++)
        if (pid[n] == 0) {
            l.self = n;
            _exit(end_main(&l));
        }
    for (int p = 0; p < ENDS; p++)
        close(l.listen_fd[p]);
    close(l.result[1]);
    if (n == 1)
        kill(pid[0], SIGKILL); /* alone it would wait for its time-out */
    well = ended_well(pid, n) && n == ENDS;
    for (int p = 0; well && p < ENDS; p++)
        well = read(l.result[0], &told[p], sizeof told[p]) == (ssize_t)sizeof told[p];
    close(l.result[0]);
    mem_wipe(l.id, sizeof l.id);
    if (!well)
        return fault_set(&cli->fault, SOTTO_ERR_NETWORK, "the two ends of the measured link failed");
    limits->link_byte = (told[0].bulk.cpu + told[1].bulk.cpu) / ((double)BATCHES * BATCH * MESSAGE_LEN);
    limits->ping_cpu = (told[0].ping.cpu + told[1].ping.cpu) / PINGS;
    limits->message_cpu = (told[0].burst.cpu + told[1].burst.cpu) / ((double)BURSTS * BURST);
    limits->ping_wall = told[0].ping.wall / PINGS;
    return SOTTO_OK;
}
