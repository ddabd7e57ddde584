/* config.h - network.yaml, signed by all and shared by all, and node.yaml, one party's own.
 *
 * docs/operations/network.md shows both and defines the bytes that are hashed and signed. Reading is strict: an
 * unknown or repeated key, an alias, a wrong type or a value out of range is SOTTO_ERR_INPUT with file, line
 * and column, and the text says what to write. */
#ifndef SOTTO_NET_CONFIG_H
#define SOTTO_NET_CONFIG_H

#include "crypto/crypto.h"

enum { NET_HOST_LEN_MAX = 255, NET_PORT_DEFAULT = 7100, NET_PARTIES_MIN = 2 };

/* How a party is reached and known. */
struct net_peer {
    char name[SOTTO_NAME_LEN_MAX + 1];
    char host[NET_HOST_LEN_MAX + 1];
    uint16_t port;
    uint8_t
        public_key[CRYPTO_SIGN_PUBLIC_LEN]; /* the pin: the peer's certificate must be for this Ed25519 key */
};

struct net_network {
    char name[SOTTO_NAME_LEN_MAX + 1];
    int parties;
    struct net_peer peer[SOTTO_PARTIES_MAX];
    uint8_t signature[SOTTO_PARTIES_MAX][CRYPTO_SIGNATURE_LEN]; /* of each party, over hash */
    uint8_t hash[CRYPTO_HASH_LEN];                              /* of everything but the signatures */
};

/* One party's view: the network, which of them it is, its key. */
struct net_node {
    struct net_network network;
    int party;
    struct crypto_identity identity; /* secret */
    unsigned timeout_ms;
    char listen_host[NET_HOST_LEN_MAX + 1];
    uint16_t listen_port;
};

/** Read and check network.yaml, all signatures included. On an error *out is zeroed. */
SOTTO_MUST_CHECK enum sotto_err net_network_read(const char *path, struct net_network *out, struct fault *f);
/** The same from memory; path is for messages only. */
SOTTO_MUST_CHECK enum sotto_err net_network_parse(const char *path, const void *text, size_t len,
                                                  struct net_network *out, struct fault *f);
/** Write a file that does not exist yet. */
SOTTO_MUST_CHECK enum sotto_err net_network_write(const char *path, const struct net_network *n,
                                                  struct fault *f);
/** Fill n->hash from the other fields. */
void net_network_hash(struct net_network *n);
/** Fill the signature of one party; the hash must be filled. */
void net_network_sign(struct net_network *n, int party, const struct crypto_identity *id);

/** Read node.yaml, the network and the key that it names, and check that they belong together. The
 * environment's SOTTO_TIMEOUT_SECONDS and SOTTO_LISTEN win over the file. On an error *out is wiped. */
SOTTO_MUST_CHECK enum sotto_err net_node_read(const char *path, struct net_node *out, struct fault *f);
/** Read node.yaml's text alone: the network and key paths that it names, as written. For tests and fuzzing. */
SOTTO_MUST_CHECK enum sotto_err net_node_parse(const char *path, const void *text, size_t len,
                                               struct net_node *out, struct fault *f);
void net_node_wipe(struct net_node *n);

/** A host as both files may hold it: 1 to NET_HOST_LEN_MAX letters, digits and . : _ - */
bool net_host_ok(const char *host);

/** A new network for trials: fresh keys, dir/network.yaml and a folder dir/partyN for each host with node.yaml,
 *  party.key and network.yaml. hosts has one entry a party, or is NULL for this machine alone; parties of one
 * host get ports from base_port upwards. Overwrites nothing; after an error nothing new is left. */
SOTTO_MUST_CHECK enum sotto_err net_network_init(const char *dir, int parties, const char *const hosts[],
                                                 uint16_t base_port, struct fault *f);

#endif
