/* ct_cases.c [FAMILY] - every gadget of the table with its operands marked undefined, under valgrind (./dev
 * ct): a branch or an address that depends on a secret is reported. What is opened is public. */
#include "lib/gadget_case.h"

#include <stdio.h>
#include <stdlib.h>

static void run(const struct mpc_protocol *protocol, const struct gadget_case *g, size_t n)
{
    struct case_trial t;
    struct committee c;

    case_trial_init(&t, g, n, 7);
    t.secret_marks = true;
    committee_init_body(&c, protocol->name, case_body, &t);
    committee_run(&c);
    for (int p = 0; p < protocol->parties; p++)
        if (c.err[p] != g->expect) {
            fprintf(stderr, "ct_cases: %s, %s: %s\n", protocol->name, g->name, c.fault[p].text);
            exit(1);
        }
    committee_wipe(&c);
    case_trial_wipe(&t);
}

/* Deep functions take long under valgrind. A gadget's code is the same whatever protocol runs it: one row in
 * the leanest, unless it is asked for by name. */
static bool is_slow(const char *family)
{
    return strcmp(family, "numbers_divide") == 0 || strcmp(family, "numbers_real") == 0 ||
           strcmp(family, "data_moments") == 0;
}

static void run_family(const struct case_family *f, bool by_name)
{
    bool slow = is_slow(f->name) && !by_name;

    for (size_t i = 0; i < *f->n; i++)
        for (size_t p = 0; mpc_protocols[p]; p++)
            if (by_name || (slow ? mpc_protocols[p] == &mpc_rep3 : (i + p) % 3 == 0))
                run(mpc_protocols[p], &f->cases[i], case_small(&f->cases[i]) + !slow);
}

int main(int argc, char **argv)
{
    for (const struct case_family *f = case_families; f->name; f++)
        if (argc < 2 || strcmp(argv[1], f->name) == 0)
            run_family(f, argc > 1);
    return 0;
}
