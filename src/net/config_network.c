/* network.yaml: who takes part, under which keys, agreed to by all of them. */
#include "net/config.h"
#include "net/config_file.h"
#include "net/config_tree.h"

#include <stdio.h>

#define KEY_PREFIX "ed25519:"

static const char hash_domain[] = "sotto network 1";
static const char signature_label[16] =
    "sotto-network-1"; /* so that no other signature of Sotto is one of these */

enum { SIGNED_LEN = sizeof signature_label + CRYPTO_HASH_LEN };

/* --- the canonical bytes -------------------------------------------------------------------------------- */

static void hash_uint(struct crypto_hash *h, uint64_t v)
{
    uint8_t p[8];

    put_u64(p, v);
    crypto_hash_part(h, p, sizeof p);
}

/* The fields in a fixed order, each prefixed by its length: docs/operations/network.md, "What is signed". */
void net_network_hash(struct net_network *n)
{
    struct crypto_hash h;

    crypto_hash_init(&h, hash_domain);
    crypto_hash_part(&h, n->name, strlen(n->name));
    hash_uint(&h, (uint64_t)n->parties);
    for (int p = 0; p < n->parties; p++) {
        const struct net_peer *peer = &n->peer[p];

        crypto_hash_part(&h, peer->name, strlen(peer->name));
        crypto_hash_part(&h, peer->host, strlen(peer->host));
        hash_uint(&h, peer->port);
        crypto_hash_part(&h, peer->public_key, sizeof peer->public_key);
    }
    crypto_hash_final(&h, n->hash);
}

static void signed_bytes(const struct net_network *n, uint8_t out[SIGNED_LEN])
{
    memcpy(out, signature_label, sizeof signature_label);
    memcpy(out + sizeof signature_label, n->hash, sizeof n->hash);
}

void net_network_sign(struct net_network *n, int party, const struct crypto_identity *id)
{
    uint8_t bytes[SIGNED_LEN];

    signed_bytes(n, bytes);
    crypto_signature_make(id, bytes, sizeof bytes, n->signature[party]);
}

/* --- reading -------------------------------------------------------------------------------------------- */

static bool all_in(const char *text, const char *extra)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
              (*text >= '0' && *text <= '9') || strchr(extra, *text)))
            return false;
    return true;
}

static enum sotto_err read_name(struct config_doc *doc, const struct config_node *at, char *out)
{
    size_t len = strlen(at->text);

    if (!len || len > SOTTO_NAME_LEN_MAX || !all_in(at->text, " ._-"))
        return config_fail(doc, at, "a name of 1 to %d letters, digits, blanks, and . _ - is due here",
                           SOTTO_NAME_LEN_MAX);
    memcpy(out, at->text, len + 1);
    return SOTTO_OK;
}

bool net_host_ok(const char *host)
{
    size_t len = strlen(host);

    return len >= 1 && len <= NET_HOST_LEN_MAX && all_in(host, ".:_-");
}

static enum sotto_err read_host(struct config_doc *doc, const struct config_node *at, char *out)
{
    if (!net_host_ok(at->text))
        return config_fail(doc, at, "a host name or address is due here: 1 to %d letters, digits, and . : _ -",
                           NET_HOST_LEN_MAX);
    memcpy(out, at->text, strlen(at->text) + 1);
    return SOTTO_OK;
}

/* No two parties may share a name, an address or a key: each error would show as a riddle much later. */
static enum sotto_err check_distinct(struct config_doc *doc, const struct config_node *const at[],
                                     const struct net_network *n, int p)
{
    const struct net_peer *mine = &n->peer[p];

    for (int q = 0; q < p; q++) {
        const struct net_peer *other = &n->peer[q];

        if (strcmp(mine->name, other->name) == 0)
            return config_fail(doc, at[0], "parties %d and %d have the same name", q, p);
        if (strcmp(mine->host, other->host) == 0 && mine->port == other->port)
            return config_fail(doc, at[1], "parties %d and %d have the same host and port", q, p);
        if (memcmp(mine->public_key, other->public_key, sizeof mine->public_key) == 0)
            return config_fail(doc, at[3], "parties %d and %d have the same key; each party makes its own", q,
                               p);
    }
    return SOTTO_OK;
}

static enum sotto_err read_party(struct config_doc *doc, const struct config_node *map, struct net_network *n,
                                 int p)
{
    static const struct config_field fields[] = {
        { "name", CONFIG_VALUE, false },
        { "host", CONFIG_VALUE, false },
        { "port", CONFIG_VALUE, false },
        { "key", CONFIG_VALUE, false },
    };
    const struct config_node *at[4];
    struct net_peer *peer = &n->peer[p];
    uint64_t port;

    TRY(config_fields(doc, map, fields, 4, at));
    TRY(read_name(doc, at[0], peer->name));
    TRY(read_host(doc, at[1], peer->host));
    TRY(config_uint(doc, at[2], 1, UINT16_MAX, &port));
    peer->port = (uint16_t)port;
    TRY(config_hex(doc, at[3], KEY_PREFIX, peer->public_key, sizeof peer->public_key));
    return check_distinct(doc, at, n, p);
}

static enum sotto_err read_parties(struct config_doc *doc, const struct config_node *list,
                                   struct net_network *n)
{
    for (const struct config_node *at = list->first; at; at = at->next) {
        if (n->parties == SOTTO_PARTIES_MAX)
            return config_fail(doc, at, "there are at most %d parties", SOTTO_PARTIES_MAX);
        TRY(read_party(doc, at, n, n->parties));
        n->parties++;
    }
    if (n->parties < NET_PARTIES_MIN)
        return config_fail(doc, list, "at least %d parties are due here", NET_PARTIES_MIN);
    return SOTTO_OK;
}

/* One signature a party, in the order of the parties. */
static enum sotto_err read_signatures(struct config_doc *doc, const struct config_node *list,
                                      struct net_network *n)
{
    const struct config_node *at = list->first;
    uint8_t bytes[SIGNED_LEN];
    int p;

    signed_bytes(n, bytes);
    for (p = 0; p < n->parties && at; p++, at = at->next) {
        if (at->kind != CONFIG_VALUE)
            return config_fail(doc, at, "the signature of party %d is due here", p);
        TRY(config_hex(doc, at, KEY_PREFIX, n->signature[p], sizeof n->signature[p]));
        if (!crypto_signature_check_var(n->peer[p].public_key, bytes, sizeof bytes, n->signature[p]))
            return config_fail(
                doc, at,
                "the signature of party %d (%s) does not fit: the file was changed after it signed, or "
                "another key signed; get the file that it signed",
                p, n->peer[p].name);
    }
    if (p < n->parties)
        return config_fail(doc, list,
                           "the signature of party %d (%s) is missing; there must be one of each of the %d "
                           "parties, in their order",
                           p, n->peer[p].name, n->parties);
    return at ? config_fail(doc, at, "a signature too many; there are %d parties", n->parties) : SOTTO_OK;
}

static enum sotto_err read_network(struct config_doc *doc, struct net_network *n)
{
    static const struct config_field fields[] = {
        { "version", CONFIG_VALUE, false },
        { "name", CONFIG_VALUE, false },
        { "parties", CONFIG_LIST, false },
        { "signatures", CONFIG_LIST, false },
    };
    const struct config_node *at[4];
    uint64_t version;

    TRY(config_fields(doc, doc->root, fields, 4, at));
    TRY(config_uint(doc, at[0], 1, 1, &version));
    TRY(read_name(doc, at[1], n->name));
    TRY(read_parties(doc, at[2], n));
    net_network_hash(n);
    return read_signatures(doc, at[3], n);
}

enum sotto_err net_network_parse(const char *path, const void *text, size_t len, struct net_network *out,
                                 struct fault *f)
{
    struct config_doc doc;
    enum sotto_err err = config_parse(&doc, path, text, len, f);

    *out = (struct net_network){ 0 };
    if (!err)
        err = read_network(&doc, out);
    config_wipe(&doc);
    if (err)
        *out = (struct net_network){ 0 };
    return err;
}

enum sotto_err net_network_read(const char *path, struct net_network *out, struct fault *f)
{
    uint8_t *text;
    size_t len;
    enum sotto_err err = config_file_read(path, SOTTO_CONFIG_LEN_MAX, false, &text, &len, f);

    *out = (struct net_network){ 0 };
    if (!err)
        err = net_network_parse(path, text, len, out, f);
    mem_free(text);
    return err;
}

/* --- writing -------------------------------------------------------------------------------------------- */

enum sotto_err net_network_write(const char *path, const struct net_network *n, struct fault *f)
{
    struct writer w = { 0 };
    char hex[2 * CRYPTO_SIGNATURE_LEN + 1];
    enum sotto_err err;

    text_format(&w,
                "# All parties hold the same file. Every signature is over everything above the signatures.\n");
    text_format(&w, "version: 1\nname: \"%s\"\nparties:\n", n->name);
    for (int p = 0; p < n->parties; p++) {
        crypto_hex(hex, n->peer[p].public_key, sizeof n->peer[p].public_key);
        text_format(&w, "  - name: \"%s\"\n    host: \"%s\"\n    port: %u\n    key: " KEY_PREFIX "%s\n",
                    n->peer[p].name, n->peer[p].host, n->peer[p].port, hex);
    }
    text_format(&w, "signatures:\n");
    for (int p = 0; p < n->parties; p++) {
        crypto_hex(hex, n->signature[p], sizeof n->signature[p]);
        text_format(&w, "  - " KEY_PREFIX "%s\n", hex);
    }
    err = w.failed ? fault_set(f, SOTTO_ERR_RESOURCE, "out of memory while writing %s", path)
                   : config_file_write(path, 0644, w.data, w.len, f);
    writer_wipe(&w);
    return err;
}
