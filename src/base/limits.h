/* limits.h - every bound in one place. Bytes from outside are held against these before they size anything. */
#ifndef SOTTO_BASE_LIMITS_H
#define SOTTO_BASE_LIMITS_H

enum {
    SOTTO_PARTIES_MAX = 4,
    SOTTO_LANES_MAX = 16,           /* threads of one party, each with connections of its own */
    SOTTO_NAME_LEN_MAX = 64,        /* identifiers, party names */
    SOTTO_FRAME_LEN_MAX = 1 << 26,  /* payload bytes of one message */
    SOTTO_SOURCE_LEN_MAX = 1 << 20, /* bytes of a program's text */
    SOTTO_IMAGE_LEN_MAX = 1 << 24,  /* bytes of an image */
    SOTTO_CONFIG_LEN_MAX = 1 << 18, /* bytes of network.yaml or node.yaml */
    SOTTO_CSV_LEN_MAX = 1 << 30,    /* bytes of an input file, unless the user sets less */
    SOTTO_VECTOR_N_MAX = 100000000, /* elements of one vector */
    SOTTO_UNCLAIMED_LEN_MAX =
        1 << 28,                      /* bytes that one peer may send ahead of our asking, 512 more a message */
    SOTTO_UNSENT_LEN_MAX = 1 << 22,   /* bytes that wait for a peer before we wait for it */
    SOTTO_TIMEOUT_MS_DEFAULT = 10000, /* silence of a peer that we wait for */
};

#endif
