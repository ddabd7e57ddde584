/* lower_scope.c - names and what they stand for.
 *
 * Scopes are a list that only ever grows at its head: to leave a scope is to go back to an older head. */
#include <stdio.h>

#include "lang/lower.h"

enum { LOOKS_A_STEP = 16 }; /* how many names are looked at for one step of work */

struct var *scope_find(struct lower *l, struct var *env, const struct name *name)
{
    uint32_t looks = 0;

    for (; env && env->name != name; looks++)
        env = env->next;
    l->work += looks / LOOKS_A_STEP;
    return env;
}

enum sotto_err scope_add(struct lower *l, enum var_kind kind, struct name *name, struct span at,
                         struct type type, uint32_t reg, struct var **out)
{
    struct var *v = arena_alloc(&l->src->arena, 1, sizeof *v);

    if (!v)
        return SOTTO_ERR_RESOURCE;
    *v = (struct var){ kind, name, type, reg, IMAGE_NONE, l->secret_depth, at, l->env };
    l->env = v;
    if (out)
        *out = v;
    return SOTTO_OK;
}

enum sotto_err scope_check_new(struct lower *l, struct span at, const struct name *name, struct var *env)
{
    static const char *const kinds[] = { "", "", "an input", "a parameter", "an output", "a size" };
    const struct var *v = scope_find(l, env, name);

    if (lower_is_builtin(name->text) || scope_function(l, name))
        return lower_error(l, at, "choose another name", "'%s' is a function", name->text);
    if (v && v->kind >= VAR_INPUT)
        return lower_error(l, at, "choose another name", "'%s' is already %s (line %u)", name->text,
                           kinds[v->kind], (unsigned)v->at.line);
    return SOTTO_OK;
}

struct decl *scope_function(struct lower *l, const struct name *name)
{
    uint32_t looks = 0;
    struct decl *d = l->program;

    for (; d && !(d->kind == DECL_FUNCTION && d->name == name); looks++)
        d = d->next;
    l->work += looks / LOOKS_A_STEP;
    return d;
}

/* Edit distance, at most 3. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[SOTTO_NAME_LEN_MAX + 2], n = (unsigned)strlen(b);

    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 0; a[i]; i++) {
        unsigned diagonal = row[0];

        row[0] = i + 1;
        for (unsigned j = 0; j < n; j++) {
            unsigned best = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j + 1] + 1 < best ? row[j + 1] + 1 : best;
            row[j + 1] = best;
        }
    }
    return row[n] > 3 ? 3 : row[n];
}

static void consider(const char *name, const char *wanted, unsigned *best, const char **closest)
{
    unsigned d = distance(wanted, name);

    if (d < *best && d < strlen(wanted)) {
        *best = d;
        *closest = name;
    }
}

enum sotto_err scope_unknown(struct lower *l, struct span at, const struct name *name, bool call)
{
    static const char *const builtins[] = { "sum",    "min",   "max",   "argmin", "argmax", "select",
                                            "reveal", "index", "count", "any",    "all" };
    const char *closest = NULL;
    unsigned best = 3;
    char hint[128];

    for (const struct var *v = l->env; v && !call; v = v->next)
        if (v->name)
            consider(v->name->text, name->text, &best, &closest);
    for (const struct decl *d = l->program; d && call; d = d->next)
        if (d->kind == DECL_FUNCTION)
            consider(d->name->text, name->text, &best, &closest);
    for (size_t i = 0; call && i < sizeof builtins / sizeof *builtins; i++)
        consider(builtins[i], name->text, &best, &closest);
    snprintf(hint, sizeof hint, "did you mean '%s'?", closest ? closest : "");
    return lower_error(l, at,
                       closest ? hint
                       : call  ? NULL
                               : "declare it first",
                       "%s '%s' is not known", call ? "the function" : "the name", name->text);
}
