/* node.yaml: which party this is, and its key. */
#include "net/config.h"
#include "net/config_file.h"
#include "net/config_key.h"
#include "net/config_tree.h"

#include <stdio.h>
#include <stdlib.h>

enum { TIMEOUT_SECONDS_MAX = 86400, KEY_FILE_LEN_MAX = 256, PATH_LEN_MAX = 4096 };

static const char key_prefix[] = "ed25519-seed:";

/* What node.yaml says, before the files that it names are read. */
struct node_text {
    char network[PATH_LEN_MAX], key[PATH_LEN_MAX];
};

/* --- the key file --------------------------------------------------------------------------------------- */

/* One line: the prefix and 64 hexadecimal digits. It is read by the tree's parser as any other value would be.
 */
static enum sotto_err parse_key(const char *path, const uint8_t *text, size_t len, struct crypto_identity *id,
                                struct fault *f)
{
    char line[sizeof key_prefix + 2 * CRYPTO_SIGN_SEED_LEN];
    struct config_doc doc = { .path = path, .f = f };
    struct config_node at = { .kind = CONFIG_VALUE, .line = 1, .column = 1, .text = line };
    uint8_t seed[CRYPTO_SIGN_SEED_LEN] = { 0 };
    enum sotto_err err;

    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    if (len >= sizeof line)
        len = 0; /* longer than any key: refused below as no key at all */
    memcpy(line, text, len);
    line[len] = 0;
    err = config_hex(&doc, &at, key_prefix, seed, sizeof seed);
    if (!err)
        err = crypto_identity_from_seed(id, seed);
    mem_wipe(seed, sizeof seed);
    mem_wipe(line, sizeof line);
    return err;
}

enum sotto_err config_key_read(const char *path, struct crypto_identity *id, struct fault *f)
{
    uint8_t *text;
    size_t len;
    enum sotto_err err = config_file_read(path, KEY_FILE_LEN_MAX, true, &text, &len, f);

    if (err)
        return err;
    err = parse_key(path, text, len, id, f);
    mem_wipe(text, len);
    mem_free(text);
    return err;
}

enum sotto_err config_key_write(const char *path, const struct crypto_identity *id, struct fault *f)
{
    char text[sizeof key_prefix + 2 * CRYPTO_SIGN_SEED_LEN + 1], hex[2 * CRYPTO_SIGN_SEED_LEN + 1];
    enum sotto_err err;
    int len;

    crypto_hex(hex, id->seed, sizeof id->seed);
    len = snprintf(text, sizeof text, "%s%s\n", key_prefix, hex);
    err = config_file_write(path, 0600, text, (size_t)len, f);
    mem_wipe(text, sizeof text);
    mem_wipe(hex, sizeof hex);
    return err;
}

/* --- values --------------------------------------------------------------------------------------------- */

/* "host:port" or "[v6 address]:port". */
static bool parse_listen(const char *text, char host[NET_HOST_LEN_MAX + 1], uint16_t *port)
{
    const char *colon = strrchr(text, ':'), *first = text;
    size_t len = colon ? (size_t)(colon - text) : 0;
    unsigned long v;
    char *end;

    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        first++;
        len -= 2;
    }
    if (!len || len > NET_HOST_LEN_MAX || colon[1] < '0' || colon[1] > '9')
        return false;
    v = strtoul(colon + 1, &end, 10);
    if (*end || v < 1 || v > UINT16_MAX)
        return false;
    memcpy(host, first, len);
    host[len] = 0;
    *port = (uint16_t)v;
    return net_host_ok(host);
}

/* A path beside the file that names it, unless it is absolute. */
static bool join_path(const char *beside, const char *name, char out[PATH_LEN_MAX])
{
    const char *slash = strrchr(beside, '/');
    int dir_len = *name == '/' || !slash ? 0 : (int)(slash - beside + 1), len;

    if (dir_len >= PATH_LEN_MAX)
        return false;
    len = snprintf(out, PATH_LEN_MAX, "%.*s%s", dir_len, beside, name);
    return len > 0 && len < PATH_LEN_MAX && *name;
}

static enum sotto_err read_path(struct config_doc *doc, const struct config_node *at, char out[PATH_LEN_MAX])
{
    if (!join_path(doc->path, at->text, out))
        return config_fail(doc, at, "the path of a file is due for \"%s\"", at->key);
    return SOTTO_OK;
}

/* --- node.yaml ------------------------------------------------------------------------------------------ */

static enum sotto_err read_node(struct config_doc *doc, struct net_node *n, struct node_text *paths)
{
    static const struct config_field fields[] = {
        { "network", CONFIG_VALUE, false }, { "party", CONFIG_VALUE, false },
        { "key", CONFIG_VALUE, false },     { "timeout_seconds", CONFIG_VALUE, true },
        { "listen", CONFIG_VALUE, true },
    };
    const struct config_node *at[5];
    uint64_t party, seconds = SOTTO_TIMEOUT_MS_DEFAULT / 1000;

    TRY(config_fields(doc, doc->root, fields, 5, at));
    TRY(read_path(doc, at[0], paths->network));
    TRY(config_uint(doc, at[1], 0, SOTTO_PARTIES_MAX - 1, &party));
    TRY(read_path(doc, at[2], paths->key));
    if (at[3])
        TRY(config_uint(doc, at[3], 1, TIMEOUT_SECONDS_MAX, &seconds));
    if (at[4] && !parse_listen(at[4]->text, n->listen_host, &n->listen_port))
        return config_fail(doc, at[4], "host:port is due for \"listen\", such as 0.0.0.0:%d", NET_PORT_DEFAULT);
    n->party = (int)party;
    n->timeout_ms = (unsigned)seconds * 1000;
    return SOTTO_OK;
}

static enum sotto_err parse_node(const char *path, const void *text, size_t len, struct net_node *out,
                                 struct node_text *paths, struct fault *f)
{
    struct config_doc doc;
    enum sotto_err err = config_parse(&doc, path, text, len, f);

    *out = (struct net_node){ 0 };
    if (!err)
        err = read_node(&doc, out, paths);
    config_wipe(&doc);
    if (err)
        net_node_wipe(out);
    return err;
}

enum sotto_err net_node_parse(const char *path, const void *text, size_t len, struct net_node *out,
                              struct fault *f)
{
    struct node_text paths;

    return parse_node(path, text, len, out, &paths, f);
}

static enum sotto_err use_environment(struct net_node *n, struct fault *f)
{
    const char *seconds = getenv("SOTTO_TIMEOUT_SECONDS"), *address = getenv("SOTTO_LISTEN");
    unsigned long v;
    char *end;

    if (seconds && *seconds) {
        v = strtoul(seconds, &end, 10);
        if (*seconds < '0' || *seconds > '9' || *end || v < 1 || v > TIMEOUT_SECONDS_MAX)
            return fault_set(f, SOTTO_ERR_INPUT, "SOTTO_TIMEOUT_SECONDS must be a whole number from 1 to %d",
                             TIMEOUT_SECONDS_MAX);
        n->timeout_ms = (unsigned)v * 1000;
    }
    if (address && *address && !parse_listen(address, n->listen_host, &n->listen_port))
        return fault_set(f, SOTTO_ERR_INPUT, "SOTTO_LISTEN must be host:port, such as 0.0.0.0:%d",
                         NET_PORT_DEFAULT);
    return SOTTO_OK;
}

/* The files that node.yaml names, and whether they belong together. */
static enum sotto_err load(const char *path, struct net_node *n, const struct node_text *paths, struct fault *f)
{
    const struct net_peer *self;

    TRY(net_network_read(paths->network, &n->network, f));
    if (n->party >= n->network.parties)
        return fault_set(f, SOTTO_ERR_INPUT, "%s: there is no party %d in %s, only 0 to %d", path, n->party,
                         paths->network, n->network.parties - 1);
    self = &n->network.peer[n->party];
    TRY(config_key_read(paths->key, &n->identity, f));
    if (!crypto_equal(n->identity.public_key, self->public_key, sizeof self->public_key))
        return fault_set(f, SOTTO_ERR_INPUT, "%s: the key in %s is not that of party %d (%s) in %s", path,
                         paths->key, n->party, self->name, paths->network);
    if (!n->listen_port) {
        memcpy(n->listen_host, self->host, sizeof self->host);
        n->listen_port = self->port;
    }
    return SOTTO_OK;
}

enum sotto_err net_node_read(const char *path, struct net_node *out, struct fault *f)
{
    struct node_text paths;
    uint8_t *text;
    size_t len;
    enum sotto_err err = config_file_read(path, SOTTO_CONFIG_LEN_MAX, false, &text, &len, f);

    *out = (struct net_node){ 0 };
    if (!err)
        err = parse_node(path, text, len, out, &paths, f);
    mem_free(text);
    if (!err)
        err = use_environment(out, f);
    if (!err)
        err = load(path, out, &paths, f);
    if (err)
        net_node_wipe(out);
    return err;
}

void net_node_wipe(struct net_node *n)
{
    mem_wipe(n, sizeof *n);
}
