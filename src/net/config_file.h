/* config_file.h - small files in and out: bounded, closed on exec, never overwritten. */
#ifndef SOTTO_NET_CONFIG_FILE_H
#define SOTTO_NET_CONFIG_FILE_H

#include "base/base.h"

/** The whole file, at most len_max bytes; free with mem_free after wiping what is secret. private_only: refuse
 * a file that anybody but its owner may touch. */
SOTTO_MUST_CHECK enum sotto_err config_file_read(const char *path, size_t len_max, bool private_only,
                                                 uint8_t **out, size_t *len, struct fault *f);
/** A new file of this mode. An existing one is an error; after any error there is no new file. */
SOTTO_MUST_CHECK enum sotto_err config_file_write(const char *path, unsigned mode, const void *p, size_t len,
                                                  struct fault *f);

#endif
