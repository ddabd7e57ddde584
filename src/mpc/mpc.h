/* mpc.h - secret-shared vectors and the protocols that compute on them.
 *
 * session   one party's side of one job: protocol, keys, channel, scheduler
 * strand    straight-line code on a fiber; its messages carry (job, instruction, tile, step)
 * shared    a vector of secrets, as this party holds it
 * gadget    an algorithm over shared vectors, written once for all protocols
 *
 * A gadget reads as if it were blocking: when all strands wait, the channel flushes, and that is a round. */
#ifndef SOTTO_MPC_H
#define SOTTO_MPC_H

#include "net/net.h"
#include "ring/ring.h"

#include "mpc/shared.h"
#include "mpc/session.h"
#include "mpc/protocol.h"
#include "mpc/cost.h"
#include "mpc/work.h"
#include "mpc/gadgets/gadgets.h"
#include "mpc/gadgets/linear.h"
#include "mpc/gadgets/field.h"
#include "mpc/gadgets/numbers.h"
#include "mpc/gadgets/random.h"
#include "mpc/gadgets/data.h"

#endif
