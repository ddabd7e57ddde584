/* mask_watch.h - in rep4 and rep3a, every value that is sent is masked by a key which its receiver lacks, and
 * no mask is used twice.
 *
 * A clean run lists all draws from the keys' streams and all messages. Then each mask is replaced by another
 * one, for all parties alike, and the run repeated. Messages of the same step were made before anything came
 * back, so what changes among them is what the mask pads: word for word, the value must change by just what the
 * mask did. From this 1  no party draws a (key, iv) twice, and everybody but the receiver may know a mask; 2
 * each mask pads one value to the party that lacks its key (an input's value goes to two: see rep4_input); 3
 * each byte of each value is padded by just one mask of its receiver's key. What carries no mask is listed in
 * `unmasked`: empty messages, digests of an input, and openings. For rep3a see mask_watch_rep3a.c. */
#ifndef SOTTO_TESTS_MASK_WATCH_H
#define SOTTO_TESTS_MASK_WATCH_H

#include "lib/committee.h"

enum {
    MASK_DRAWS_MAX = 1 << 14,
    MASK_MESSAGES_MAX = 1 << 13,
    MASK_BYTES_MAX = 1 << 21,
    MASK_LEN_MAX = 1 << 13
};

struct mask_draw {
    int party, key;
    uint8_t iv[16];
    size_t len;
};

struct mask_message {
    int from, to;
    struct net_tag tag;
    size_t len, at; /* `at`: in bytes[] */
};

struct mask_log {
    struct mask_draw draw[MASK_DRAWS_MAX];
    size_t draws_n;
    struct mask_message message[MASK_MESSAGES_MAX];
    size_t messages_n;
    uint8_t bytes[MASK_BYTES_MAX];
    size_t used;
};

struct mask_watch {
    const char *name;
    uint32_t first_instr; /* earlier instructions are not looked at */
    struct committee c;
    struct mask_log clean, changed, *log;
    uint8_t padded[MASK_BYTES_MAX]; /* times that a byte of the clean run's messages is padded */
    const struct mask_draw *other;  /* the mask that is replaced, or NULL */
    bool all;                       /* and all others of its key and use */
    bool until_proof;               /* the run ends where rep3a's proofs begin */
    size_t masks, values, openings;
};

/** The committee of c is set up for rep4 or rep3a. Fails the test with what is wrong; adds to masks, values and
 * openings. */
void mask_watch_check(struct mask_watch *w);

#endif
