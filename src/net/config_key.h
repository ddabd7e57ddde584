/* config_key.h - the file of a party's secret key: "ed25519-seed:" and 64 hexadecimal digits, mode 0600. */
#ifndef SOTTO_NET_CONFIG_KEY_H
#define SOTTO_NET_CONFIG_KEY_H

#include "crypto/crypto.h"

SOTTO_MUST_CHECK enum sotto_err config_key_read(const char *path, struct crypto_identity *id, struct fault *f);
SOTTO_MUST_CHECK enum sotto_err config_key_write(const char *path, const struct crypto_identity *id,
                                                 struct fault *f);

#endif
