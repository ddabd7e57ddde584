/* fuzz_config.c - any bytes as network.yaml or node.yaml: a network whose signatures hold, or a message with a
 * place. */
#include "net/net.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_fault(enum sotto_err err, const struct fault *f)
{
    if (err != SOTTO_ERR_INPUT || f->code != err || strncmp(f->text, "f:", 2) != 0)
        abort();
    if (!text_is_line(f->text, strlen(f->text)))
        abort();
}

static void check_network(const struct net_network *n)
{
    struct net_network again = *n;

    if (n->parties < NET_PARTIES_MIN || n->parties > SOTTO_PARTIES_MAX)
        abort();
    for (int p = 0; p < n->parties; p++)
        if (!n->peer[p].port || !net_host_ok(n->peer[p].host) ||
            !text_is_line(n->peer[p].name, strlen(n->peer[p].name)))
            abort();
    net_network_hash(&again);
    if (memcmp(again.hash, n->hash, sizeof again.hash) != 0)
        abort();
}

/* The first byte chooses the file: '#' network.yaml, any other node.yaml. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fault f = { 0 };
    struct net_network network;
    struct net_node node;
    enum sotto_err err;

    if (!len || crypto_init())
        return 0;
    if (data[0] == '#') {
        err = net_network_parse("f", data, len, &network, &f);
        if (!err)
            check_network(&network);
    } else {
        err = net_node_parse("f", data, len, &node, &f);
        if (!err && (node.party < 0 || node.party >= SOTTO_PARTIES_MAX || !node.timeout_ms))
            abort();
    }
    if (err)
        check_fault(err, &f);
    return 0;
}
