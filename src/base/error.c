#define FAULT_DEFINED_HERE
#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name, *text;
    int exit_code;
} errors[] = {
#define X(name, exit_code, text) { #name, text, exit_code },
    SOTTO_ERRORS(X)
#undef X
};

enum { ERRORS = sizeof errors / sizeof errors[0] };

const char *sotto_err_text(enum sotto_err err)
{
    return (unsigned)err < ERRORS ? errors[err].text : "unknown error";
}

const char *sotto_err_name(enum sotto_err err)
{
    return (unsigned)err < ERRORS ? errors[err].name : "UNKNOWN";
}

int sotto_err_exit(enum sotto_err err)
{
    return (unsigned)err < ERRORS ? errors[err].exit_code : 1;
}

enum sotto_err fault_set(struct fault *f, enum sotto_err code, const char *format, ...)
{
    va_list args;

    if (!f || f->code != SOTTO_OK)
        return code;
    f->code = code;
    f->accuser = -1;
    f->suspects = 0;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
    return code;
}
