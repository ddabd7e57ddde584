/* A new network for trials: all keys are made in one place, so it is as safe as that place. */
#include "net/config.h"
#include "net/config_file.h"
#include "net/config_key.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LEN_MAX = 4096, MADE_MAX = 2 + 4 * SOTTO_PARTIES_MAX };

struct init {
    const char *dir;
    struct fault *f;
    struct net_network network;
    struct crypto_identity id[SOTTO_PARTIES_MAX];
    /* What was made so far, so that a failure half-way leaves nothing. */
    struct made {
        char path[PATH_LEN_MAX];
        bool is_dir;
    } made[MADE_MAX];
    size_t made_n;
};

static enum sotto_err path_of(struct init *in, char out[PATH_LEN_MAX], int party, const char *name)
{
    int len = party < 0 ? snprintf(out, PATH_LEN_MAX, "%s%s%s", in->dir, *name ? "/" : "", name)
                        : snprintf(out, PATH_LEN_MAX, "%s/party%d%s%s", in->dir, party, *name ? "/" : "", name);

    return len < PATH_LEN_MAX ? SOTTO_OK
                              : fault_set(in->f, SOTTO_ERR_INPUT, "the path %s is too long", in->dir);
}

static void note(struct init *in, const char *path, bool is_dir)
{
    struct made *m = &in->made[in->made_n++];

    (void)snprintf(m->path, sizeof m->path, "%s", path);
    m->is_dir = is_dir;
}

static void undo(struct init *in)
{
    while (in->made_n) {
        const struct made *m = &in->made[--in->made_n];

        (void)(m->is_dir ? rmdir(m->path) : unlink(m->path));
    }
}

/* may_exist: a directory that the user made beforehand is fine. */
static enum sotto_err make_dir(struct init *in, int party, bool may_exist)
{
    char path[PATH_LEN_MAX];

    TRY(path_of(in, path, party, ""));
    if (mkdir(path, 0700) == 0) {
        note(in, path, true);
        return SOTTO_OK;
    }
    if (errno == EEXIST && may_exist)
        return SOTTO_OK;
    if (errno == EEXIST)
        return fault_set(in->f, SOTTO_ERR_INPUT,
                         "%s exists already and is not overwritten; remove it or choose another directory",
                         path);
    return fault_set(in->f, SOTTO_ERR_INPUT, "cannot make the directory %s: %s", path, strerror(errno));
}

static enum sotto_err write_network(struct init *in, int party)
{
    char path[PATH_LEN_MAX];

    TRY(path_of(in, path, party, "network.yaml"));
    TRY(net_network_write(path, &in->network, in->f));
    note(in, path, false);
    return SOTTO_OK;
}

static enum sotto_err write_party(struct init *in, int party)
{
    char path[PATH_LEN_MAX], text[256];
    int len;

    TRY(make_dir(in, party, false));
    TRY(write_network(in, party));
    TRY(path_of(in, path, party, "party.key"));
    TRY(config_key_write(path, &in->id[party], in->f));
    note(in, path, false);
    TRY(path_of(in, path, party, "node.yaml"));
    len = snprintf(text, sizeof text,
                   "network: network.yaml\nparty: %d\nkey: party.key # secret\ntimeout_seconds: %d\n", party,
                   SOTTO_TIMEOUT_MS_DEFAULT / 1000);
    TRY(config_file_write(path, 0644, text, (size_t)len, in->f));
    note(in, path, false);
    return SOTTO_OK;
}

/* Parties of one host need different ports. */
static enum sotto_err place(struct init *in, int party, const char *host, uint16_t base_port)
{
    struct net_peer *peer = &in->network.peer[party];
    uint32_t port = base_port;

    if (!net_host_ok(host))
        return fault_set(in->f, SOTTO_ERR_USAGE,
                         "the host of party %d must be 1 to %d letters, digits, and . : _ -", party,
                         NET_HOST_LEN_MAX);
    (void)snprintf(peer->name, sizeof peer->name, "party%d", party);
    (void)snprintf(peer->host, sizeof peer->host, "%s", host);
    for (int q = 0; q < party; q++)
        port += strcmp(in->network.peer[q].host, host) == 0;
    if (!base_port || port > UINT16_MAX)
        return fault_set(in->f, SOTTO_ERR_USAGE,
                         "the ports must lie between 1 and %d; choose a lower base port", UINT16_MAX);
    peer->port = (uint16_t)port;
    return SOTTO_OK;
}

static enum sotto_err make_keys(struct init *in, const char *const hosts[], uint16_t base_port)
{
    struct net_network *n = &in->network;

    (void)snprintf(n->name, sizeof n->name, "sotto");
    for (int p = 0; p < n->parties; p++) {
        TRY(place(in, p, hosts ? hosts[p] : "127.0.0.1", base_port));
        crypto_identity_new(&in->id[p]);
        memcpy(n->peer[p].public_key, in->id[p].public_key, sizeof in->id[p].public_key);
    }
    net_network_hash(n);
    for (int p = 0; p < n->parties; p++)
        net_network_sign(n, p, &in->id[p]);
    return SOTTO_OK;
}

static enum sotto_err run(struct init *in, const char *const hosts[], uint16_t base_port)
{
    TRY(make_keys(in, hosts, base_port));
    TRY(make_dir(in, -1, true));
    TRY(write_network(in, -1));
    for (int p = 0; p < in->network.parties; p++)
        TRY(write_party(in, p));
    return SOTTO_OK;
}

enum sotto_err net_network_init(const char *dir, int parties, const char *const hosts[], uint16_t base_port,
                                struct fault *f)
{
    struct init *in;
    enum sotto_err err;

    if (parties < NET_PARTIES_MIN || parties > SOTTO_PARTIES_MAX)
        return fault_set(f, SOTTO_ERR_USAGE, "a network has %d to %d parties", NET_PARTIES_MIN,
                         SOTTO_PARTIES_MAX);
    in = mem_alloc(1, sizeof *in);
    if (!in)
        return fault_set(f, SOTTO_ERR_RESOURCE, "out of memory");
    in->dir = dir;
    in->f = f;
    in->network.parties = parties;
    err = run(in, hosts, base_port);
    if (err)
        undo(in);
    mem_wipe(in, sizeof *in);
    mem_free(in);
    return err;
}
