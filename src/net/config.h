/* config.h - network.yaml, signed by all and shared by all, and node.yaml, one party's own. */
#ifndef SOTTO_NET_CONFIG_H
#define SOTTO_NET_CONFIG_H

#include "crypto/crypto.h"

struct net_peer;

/* To be written with network.yaml's reader and writer. */

#endif
