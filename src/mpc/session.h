/* session.h - one party's side of one job, and the strands that run in it.
 *
 * A strand is straight-line code on a fiber. It talks to the other parties by exchanges: what it sends and what
 * it expects at one step. Strands run until all of them wait; then the channel flushes and waits: a round.
 * `rounds` is the longest chain of exchanges that had to follow one another, which no scheduling can shorten
 * and which does not depend on timing: it is the same at every party and in every run.
 *
 * A failure anywhere ends the session: the first fault stays, the peers are told, the keys are wiped, every
 * strand unwinds with an error, and nothing more is sent.
 *
 * A session may have several lanes: threads, each with a channel of its own to the other parties. All strands
 * run on lane 0, but for the tiles of strand_spread, which are dealt out: tile i goes to lane i mod the number
 * of lanes. A lane is a session to the strands that run there (lanes.c); keys, limits and the first fault are
 * the same. */
#ifndef SOTTO_MPC_SESSION_H
#define SOTTO_MPC_SESSION_H

#include "mpc/shared.h"
#include "net/net.h"

struct mpc_protocol;

/* For tests: in place of the keyed streams. `key` is the summand whose key it is. */
typedef enum sotto_err mpc_stream_hook(void *arg, int party, int key, const uint8_t iv[16], void *out,
                                       size_t len);

struct mpc_options {
    bool corrupt; /* this party adds 1 to the first product that it sends: for demonstrations and tests */
    unsigned digest_bits; /* 0: all 128; less only for tests */
    size_t round_worth;   /* bytes sent a party that a round is worth when a circuit is chosen (cost.h); 0: the
                             default. All parties must have the same */
    bool measure;         /* measure it at the start instead, where round_worth is 0 */
    size_t tile_bits;     /* of an operand, that a tile takes; 0: the default. All parties must agree on it */
    uint64_t clear_seed;  /* of what is drawn in `clear`, which is the same for the same seed */
    mpc_stream_hook *stream_hook;
    void *stream_hook_arg;
};
/* A tile's operands, results and messages stay in a core's second-level cache. */
enum {
    MPC_ROUND_WORTH_DEFAULT = 4096,
    MPC_ROUND_WORTH_MIN = 1 << 10,
    MPC_ROUND_WORTH_MAX = 1 << 26,
    MPC_TILES_MAX = 16, /* of one instruction under way */
    MPC_TILE_BITS_DEFAULT = 1 << 20,
    MPC_TILE_N_MIN = 64,
    MPC_TILE_N_MAX = 1 << 18,
};
/** How many elements of that many bits make a tile: a power of two. */
size_t mpc_tile_n(const struct mpc_options *options, unsigned bits);

struct mpc_session {
    const struct mpc_protocol *protocol;
    struct net_channel *ch; /* NULL where the protocol has one party */
    int self;
    struct mpc_options options;
    struct crypto_stream *key; /* by summand: of those that this party holds, after mpc_keys */
    struct arena secrets;      /* where they lie */
    struct fault fault;
    struct mem_budget memory;  /* of all strands of all lanes, on lane 0; who runs a job sets the limit */
    struct mem_budget *budget; /* that one */
    struct arena_pool chunks;  /* that strands gave back: what one tile used serves the next */
    uint64_t rounds;
    bool cheated;
    size_t strands_n;
    void *later;          /* the protocol's own: products that are not yet verified */
    uint64_t proof_bytes; /* sent to verify them, headers included */
    struct strand *ready, **ready_last, *parked, *pool;
    struct mpc_lanes *lanes; /* NULL: one lane, this one */
    int lane;
    size_t away; /* tiles of this lane's strands that other lanes have */
};

/** The channel stays its owner's. NULL: f says why. */
struct mpc_session *mpc_session_new(const struct mpc_protocol *protocol, struct net_channel *ch,
                                    struct mpc_options options, struct fault *f);
void mpc_session_free(struct mpc_session *s);
/** Add a lane for each channel: threads start. Before the keys are made. The channels stay their owner's, who
 * may use them again when the session is freed. */
SOTTO_MUST_CHECK enum sotto_err mpc_session_add_lanes(struct mpc_session *s, struct net_channel *const ch[],
                                                      int n, struct fault *f);
int mpc_session_lanes(const struct mpc_session *s);
/** Bytes sent to all parties so far, on all lanes; of the others, as of the last tile that they finished. */
uint64_t mpc_session_bytes_sent(struct mpc_session *s);
/** Key `key` for the streams of all lanes. */
SOTTO_MUST_CHECK enum sotto_err mpc_session_key(struct mpc_session *s, int key, const uint8_t bytes[16]);
/** Run fn on a strand (instruction 0), and every strand that it spawns, to the end. */
SOTTO_MUST_CHECK enum sotto_err mpc_session_run(struct mpc_session *s,
                                                enum sotto_err (*fn)(struct strand *, void *), void *arg);
/** The session is dead from here: peers are told, keys wiped. Returns the code of the first fault. */
enum sotto_err mpc_session_fail(struct mpc_session *s, const struct fault *why);

struct strand {
    struct mpc_session *s;
    uint32_t instr;
    uint16_t tile, step;  /* step: of the next exchange */
    uint32_t line;        /* of the source that it works for, for messages; 0: none */
    uint64_t depth;       /* exchanges that had to come before this point */
    struct arena scratch; /* for the strand's life */
    struct arena wire;    /* for one exchange; arena_room is enough for what is written as a whole */
    unsigned checks;      /* chunks announced that come with a digest: unverified once they are here */
    unsigned unverified;  /* chunks received whose digest is not yet checked: nothing may be sent meanwhile */
    unsigned missing;     /* messages of the exchange under way, or tiles */
    size_t tiles;         /* numbers that strand_each gave away */
    size_t beside;        /* tiles of the same instruction that run side by side with this one; 0: it alone */
    void *log;            /* the protocol's own: its products that are not yet verified */
    enum sotto_err err;
    enum sotto_err (*fn)(struct strand *, void *);
    void *arg;
    struct fiber *fiber;
    struct strand *next, **link; /* in the ready or the parked list */
    struct strand *joiner;       /* who waits for its end */
    struct tile *job;            /* of another lane's strand, which waits for its end */
};

/** A new strand that starts at `depth`; it must not outlive arg. NULL when memory is short. */
struct strand *strand_spawn(struct mpc_session *s, uint32_t instr, uint16_t tile, uint64_t depth,
                            enum sotto_err (*fn)(struct strand *, void *), void *arg);
/** Give way until strand_wake. Returns the session's error if it died meanwhile. */
SOTTO_MUST_CHECK enum sotto_err strand_park(struct strand *st);
void strand_wake(struct strand *st);
/** Record a fault of this session (sprintf-like); returns the code. */
enum sotto_err strand_fail(struct strand *st, enum sotto_err code, const char *format, ...) SOTTO_PRINTF(3, 4);
/** The same for a failed check, with where it happened put before: `suspects` is the mask of parties of which
 * one is corrupt. */
enum sotto_err strand_accuse(struct strand *st, uint32_t suspects, const char *format, ...) SOTTO_PRINTF(3, 4);

/** fn(st, arg, i) for every i < count, each on a strand of its own (the next tiles of the same instruction,
 * below 65535 in all), at most MPC_TILES_MAX of them at a time; waits for all. A single one runs on the strand
 * itself. Not within a tile, or tags and masks would repeat. */
SOTTO_MUST_CHECK enum sotto_err strand_each(struct strand *st, size_t count,
                                            enum sotto_err (*fn)(struct strand *, void *arg, size_t i),
                                            void *arg);

/** The same, dealt out to the lanes: fn must not write to memory that another i reads or writes, nor use
 * anything of the session but st. What fn sends and computes does not depend on the number of lanes. */
SOTTO_MUST_CHECK enum sotto_err strand_spread(struct strand *st, size_t count,
                                              enum sotto_err (*fn)(struct strand *, void *arg, size_t i),
                                              void *arg);

/** Secret, zeroed memory until the strand ends, or NULL with the fault set. */
void *strand_alloc(struct strand *st, size_t n, size_t size);
/** The same, not zeroed: for what is written before it is read. */
void *strand_room(struct strand *st, size_t n, size_t size);
/** A vector whose shares this party holds, in scratch memory; contents zero. share[] is all NULL when memory is
 *  short, with the fault set: callers check by the return value. */
SOTTO_MUST_CHECK enum sotto_err strand_shared(struct strand *st, struct shared *z, enum mpc_domain domain,
                                              unsigned bits, size_t n);

/* What one party sends to and expects from each peer at one step. Present where `buf` is not NULL; len may be
 * 0. */
struct exchange {
    struct {
        uint8_t *buf;
        size_t len;
    } out[SOTTO_PARTIES_MAX], in[SOTTO_PARTIES_MAX];
    struct net_slot slot[SOTTO_PARTIES_MAX];
};
/** Send, and announce what is expected. Takes one step. */
SOTTO_MUST_CHECK enum sotto_err strand_post(struct strand *st, struct exchange *x);
/** Wait for all that was posted since the last await: one round more. */
SOTTO_MUST_CHECK enum sotto_err strand_await(struct strand *st);

/* Uses of a key's stream within one step. */
enum mpc_use {
    MPC_USE_MASK,         /* + index of the joint input: at most 16 */
    MPC_USE_DIGEST = 16,  /* + index of the joint input or receiver */
    MPC_USE_RANDOM = 32,  /* + index */
    MPC_USE_SHUFFLE = 48, /* a pass's permutation */
    MPC_USE_DRAW = 64,    /* joint randomness: random.h; up to 79 */
    MPC_USE_PAD = 112,    /* + index of the joint input: of its digest's halves */
};
/** len bytes of key `key` for (job, instr, tile, step, use). */
SOTTO_MUST_CHECK enum sotto_err strand_stream(struct strand *st, int key, unsigned step, unsigned use,
                                              void *out, size_t len);
/** The same stream from its block `first` on, 16 bytes a block. A block is drawn once, too. */
SOTTO_MUST_CHECK enum sotto_err strand_stream_at(struct strand *st, int key, unsigned step, unsigned use,
                                                 uint64_t first, void *out, size_t len);

/** n uniform words of the kernels' ring or field, drawn as above. The words of a field are draw_len bytes each
 * of the stream, taken modulo the prime: at most 2^-128 from uniform. */
SOTTO_MUST_CHECK enum sotto_err strand_words(struct strand *st, int key, unsigned step, unsigned use,
                                             const struct ring_kernels *k, void *out, size_t n);

/** Make every key by commit and reveal among its holders and confirm it; `binding` goes into all keys.
 *  SOTTO_ERR_CHEAT: a holder opened something else than it committed to, or told different holders different
 *  things. Three rounds. docs/protocols/keys.md */
SOTTO_MUST_CHECK enum sotto_err mpc_keys(struct strand *st, const uint8_t binding[CRYPTO_HASH_LEN]);

#endif
