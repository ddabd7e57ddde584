/* suggest.c - the known word nearest to a mistyped one. */
#include "cli/cli.h"

enum { WORD_LEN_MAX = 32 };

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

/* Edits from a to b: insert, delete, replace, or swap neighbours (optimal string alignment). */
static unsigned distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned row[3][WORD_LEN_MAX + 1];
    unsigned *before = row[0], *above = row[1], *here = row[2], *spare;

    for (size_t j = 0; j <= b_len; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        here[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            here[j] = min3(above[j] + 1, here[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < here[j])
                here[j] = before[j - 2] + 1;
        }
        spare = before;
        before = above;
        above = here;
        here = spare;
    }
    return above[b_len];
}

struct suggest suggest_for(const char *word)
{
    return (struct suggest){ .word = word, .distance = UINT32_MAX };
}

void suggest_offer(struct suggest *s, const char *candidate)
{
    size_t a = strlen(s->word), b = strlen(candidate), longer = a > b ? a : b;
    unsigned distance;

    if (a > WORD_LEN_MAX || b > WORD_LEN_MAX)
        return;
    distance = distance_of(s->word, a, candidate, b);
    if (a >= 2 && !strncmp(s->word, candidate, a)) /* the beginning of a longer word */
        distance = 1;
    if (distance <= (longer + 2) / 3 && distance < longer && distance < s->distance) {
        s->best = candidate;
        s->distance = distance;
    }
}

const char *suggest_text(const struct suggest *s, const char *prefix, char out[128])
{
    out[0] = 0;
    if (s->best)
        snprintf(out, 128, " (did you mean '%s%s'?)", prefix, s->best);
    return out;
}
