/* vm.h - runs an image on a protocol: one party's side of a job.
 *
 * Every value is an object that becomes ready; an instruction is a strand that waits for its operands. So
 * instructions that do not depend on each other share rounds, whatever their order in the program. */
#ifndef SOTTO_VM_H
#define SOTTO_VM_H

#include "image/image.h"
#include "mpc/mpc.h"

/* Rows of one input that this party brings. Values in two's complement of 64 bits, in the element type's range.
 * The input's vector is the parties' rows in the order of the parties. */
struct vm_rows {
    const uint64_t *values;
    size_t n;
};

struct vm_progress {
    uint64_t instructions; /* finished so far */
    uint64_t rounds;
    uint32_t line; /* of the source, now */
};

struct vm_job {
    const struct image *image;
    struct vm_rows *rows;   /* one an input */
    const uint64_t *params; /* one a parameter */
    uint64_t
        memory_max; /* bytes for values and work, buffers of messages not counted; 0: half of the machine's */
    void (*on_progress)(void *arg, const struct vm_progress *p); /* may be NULL; at most every 100 ms */
    void *on_progress_arg;
};

struct vm_output {
    uint64_t *values;
    size_t n;
    bool set; /* false: the program never assigned it; values are zeros */
};
/* What the job has cost this party at one moment. */
struct vm_cost {
    uint64_t wall_ns;          /* by clock_now_ns; 0: the moment never came */
    uint64_t cpu_ns, peak_rss; /* of the process */
    uint64_t rounds, bytes_sent;
};
struct vm_opened {   /* one opening that happened */
    uint32_t reveal; /* entry of the manifest */
    uint64_t *values;
    size_t n;
    struct vm_cost cost; /* when it was done */
};

/* By which round a line of the program was done. */
struct vm_passed {
    uint32_t line; /* 0: agreement and keys */
    uint64_t round;
};

struct vm_result {
    struct vm_output *outputs; /* one an output of the image */
    struct vm_opened *opened;
    size_t opened_n;
    struct vm_passed *passed; /* what the rounds were spent on, rising; empty after an error */
    size_t passed_n;
    uint64_t *symbols;    /* what every size was bound to */
    struct vm_cost setup; /* when keys were made and the program began */
    struct arena arena;   /* holds it all */
};

/** `opened` tells what was opened, also after an error.
 *  Agree with the other parties on image, protocol, parameters and row counts (SOTTO_ERR_IMAGE names who
 * differs in what), bind the sizes, run. The session must be fresh. On error no output is set and the session
 * is dead; the session's fault says why. */
SOTTO_MUST_CHECK enum sotto_err vm_run(struct mpc_session *s, const struct vm_job *job,
                                       struct vm_result *result);
void vm_result_wipe(struct vm_result *result);

#endif
