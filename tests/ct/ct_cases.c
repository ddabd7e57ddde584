/* ct_cases.c [FAMILY] - every gadget of the table with its operands marked undefined, under valgrind (./dev
 * ct): a branch or an address that depends on a secret is reported. What is opened is public. */
#include "lib/gadget_case.h"

#include <stdio.h>
#include <stdlib.h>

static void run(const struct mpc_protocol *protocol, const struct gadget_case *g)
{
    struct case_trial t;
    struct committee c;

    case_trial_init(&t, g, case_small(g) + 1, 7);
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

/* Deep functions take many minutes under valgrind: asked for by name. They are made of the others' parts. */
static bool is_slow(const char *family)
{
    return strcmp(family, "numbers_divide") == 0 || strcmp(family, "numbers_real") == 0;
}

int main(int argc, char **argv)
{
    for (const struct case_family *f = case_families; f->name; f++)
        for (size_t i = 0; i < *f->n && (argc < 2 ? !is_slow(f->name) : strcmp(argv[1], f->name) == 0); i++)
            for (size_t p = 0; mpc_protocols[p]; p++)
                if (argc > 1 || (i + p) % 3 == 0) /* all protocols where one family is asked for */
                    run(mpc_protocols[p], &f->cases[i]);
    return 0;
}
