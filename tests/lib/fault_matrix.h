/* fault_matrix.h - a committee runs once for every (message, way of altering it): the right result or an error.
 *
 * A clean run lists the messages. Then the sender of the message that is altered counts as the corrupt party,
 * and of all others it must hold that
 *   - what they put out and what they opened is right, or they end with an error and put out nothing;
 *   - who finds cheating itself has the sender among its suspects, so no honest party ever stands alone;
 *   - who has given up sends one abort frame to each peer, and nothing else;
 *   - a message that only comes early or late changes nothing.
 * A message to several receivers is altered for one of them at a time: that is equivocation. */
#ifndef SOTTO_TESTS_FAULT_MATRIX_H
#define SOTTO_TESTS_FAULT_MATRIX_H

#include "lib/committee.h"

enum { MATRIX_MESSAGES_MAX = 1 << 18, MATRIX_PAYLOAD_MAX = 1 << 16, MATRIX_NOBODY = -1 };

enum fault_kind {
    FAULT_FLIP_FIRST,
    FAULT_FLIP_MIDDLE,
    FAULT_FLIP_LAST,
    FAULT_ADD_ONE,
    FAULT_REPLAY, /* the bytes of the message before it of the same pair and length */
    FAULT_SWAP,   /* change places with the next one of the same pair and length */
    FAULT_DROP,
    FAULT_TRUNCATE,
    FAULT_REPEAT,
    FAULT_LATE,
    FAULT_EARLY,
    FAULT_KINDS,
    FAULT_NONE = FAULT_KINDS,
    FAULT_LIE_ALWAYS, /* every message of one party */
};
extern const char *const fault_kind_names[];

struct matrix_message {
    int from, to;
    struct net_tag tag;
    size_t len;
    uint64_t before, after; /* serials of its neighbours of the same pair and length, or UINT64_MAX */
};

struct matrix {
    const char *name;
    struct committee c;
    /* What an honest party put out is right; it put out nothing after an error. NULL, or what is wrong. */
    const char *(*wrong_output)(struct matrix *m, int party);
    void *subject;
    struct matrix_message clean[MATRIX_MESSAGES_MAX];
    size_t clean_n;
    /* the run under way */
    enum fault_kind kind;
    uint64_t target, random;
    int liar;
    uint8_t replay[MATRIX_PAYLOAD_MAX];
    uint32_t told[SOTTO_PARTIES_MAX]; /* peers to which a party has sent an abort frame */
    bool spoke_after_abort;
    uint64_t runs, caught, other_errors, right;
};

/** The committee is set up, name and wrong_output too: list its messages in a clean run, which must be right.
 */
void matrix_begin(struct matrix *m);
/** One run. */
void matrix_run(struct matrix *m, enum fault_kind kind, uint64_t target, int liar);
/** Messages of that instruction are inputs that their owner may choose to be anything. */
bool matrix_is_free_input(const struct matrix *m, uint32_t instr);
/** Whether that alteration means something for that message. */
bool matrix_applies(const struct matrix *m, enum fault_kind kind, uint64_t target);
/** What must hold of the run that was made, for all but `corrupt`. */
void matrix_check(struct matrix *m, int corrupt);
/** Run and check one cell; what a digest covers must not pass altered. */
void matrix_cell(struct matrix *m, enum fault_kind kind, uint64_t target);
/** For wrong_output, where the subject is a committee that has run the same program in clear: outputs and all
 * that was opened. */
const char *matrix_wrong_program(struct matrix *m, int party);
void matrix_print(const struct matrix *m, const char *protocol, uint64_t messages);

#endif
