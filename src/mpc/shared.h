/* shared.h - a vector of n secrets as one party holds it.
 *
 * ARITH: x = sum of share[a] mod 2^bits, each share n little words of bits/8 bytes (8, 16, 32 or 64 bits).
 * BITS:  x = xor of share[a]; each share is `bits` bit planes of ring_plane_words(n) 64-bit words; element e of
 *        plane p is bit e%64 of word e/64. Bits past n in the last word are unspecified and must not matter.
 * share[a] is NULL where this party lacks summand a (rep4: a == self; rep3: a == self + 2). */
#ifndef SOTTO_MPC_SHARED_H
#define SOTTO_MPC_SHARED_H

#include "base/base.h"

enum { MPC_SHARES_MAX = 4 };
enum mpc_domain { MPC_ARITH, MPC_BITS };

struct shared {
    enum mpc_domain domain;
    unsigned bits;
    size_t n;
    void *share[MPC_SHARES_MAX];
};

#endif
