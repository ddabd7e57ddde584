/* bench.h - private to bench: the limits of the machine. */
#ifndef SOTTO_CLI_BENCH_H
#define SOTTO_CLI_BENCH_H

#include "cli/cli.h"

/** Stream cipher, digest, memory: bytes a second of one core; as a table or one JSON object. */
SOTTO_MUST_CHECK enum sotto_err bench_limits(struct cli *cli);

#endif
