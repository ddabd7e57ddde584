/* value.c - one number as text into two's complement. */
#include "client/client.h"
#include "client/value.h"

#include <inttypes.h>
#include <stdio.h>

void value_range(enum image_elem elem, char *out, size_t out_len)
{
    unsigned bits = image_elem_bits(elem);

    if (image_elem_signed(elem))
        snprintf(out, out_len, "%" PRId64 " to %" PRId64, (int64_t)(UINT64_MAX << (bits - 1)),
                 (int64_t)((UINT64_C(1) << (bits - 1)) - 1));
    else
        snprintf(out, out_len, "0 to %" PRIu64, UINT64_MAX >> (64 - bits));
}

static enum value_status parse_bool(const char *p, size_t len, uint64_t *value)
{
    if (len == 4 && !memcmp(p, "true", 4))
        *value = 1;
    else if (len == 5 && !memcmp(p, "false", 5))
        *value = 0;
    else if (len == 1 && (*p == '0' || *p == '1'))
        *value = (uint64_t)(*p - '0');
    else
        return len ? VALUE_NOT_BOOL : VALUE_EMPTY;
    return VALUE_OK;
}

/* What is wrong with bytes that are not digits alone: the more telling, the earlier. */
static enum value_status why_not(const char *p, size_t len)
{
    size_t digits = 0, points = 0;

    for (size_t i = 0; i < len; i++) {
        if (p[i] == ' ' || p[i] == '\t')
            return VALUE_SPACE;
        digits += p[i] >= '0' && p[i] <= '9';
        points += p[i] == '.';
    }
    return points == 1 && digits && digits + points == len ? VALUE_FRACTION : VALUE_TEXT;
}

enum value_status value_parse(const char *p, size_t len, enum image_elem elem, uint64_t *value)
{
    unsigned bits = image_elem_bits(elem);
    bool is_signed = image_elem_signed(elem), negative = false, over = false;
    uint64_t v = 0, max = UINT64_MAX >> (64 - bits);
    size_t i = 0;

    if (elem == IMAGE_BOOL)
        return parse_bool(p, len, value);
    if (!len)
        return VALUE_EMPTY;
    if (p[0] == '-' || p[0] == '+') {
        if (len == 1 || p[1] < '0' || p[1] > '9')
            return why_not(p, len);
        if (p[0] == '+')
            return VALUE_PLUS;
        if (!is_signed)
            return VALUE_SIGN;
        negative = true;
        i = 1;
    }
    for (size_t start = i; i < len; i++) {
        unsigned digit = (unsigned)((unsigned char)p[i] - '0');

        if (digit > 9)
            return why_not(p + start, len - start);
        over |= __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v);
    }
    if (is_signed)
        max = (max >> 1) + negative;
    if (over || v > max)
        return VALUE_RANGE;
    *value = negative ? 0 - v : v;
    return VALUE_OK;
}

void value_explain(enum value_status status, const char *p, size_t len, enum image_elem elem, char *out,
                   size_t out_len)
{
    char shown[CLIENT_SHOWN_LEN], range[64];

    client_show(p, len, shown);
    value_range(elem, range, sizeof range);
    switch (status) {
    case VALUE_OK:
        snprintf(out, out_len, "no error");
        break;
    case VALUE_EMPTY:
        snprintf(out, out_len, "a value is missing; write a number of type %s", image_elem_name(elem));
        break;
    case VALUE_NOT_BOOL:
        snprintf(out, out_len, "'%s' is no bool; write true, false, 1 or 0", shown);
        break;
    case VALUE_SPACE:
        snprintf(out, out_len, "'%s' contains a space or tab; write the number alone", shown);
        break;
    case VALUE_PLUS:
        snprintf(out, out_len, "'%s' has a plus sign; write the number without it", shown);
        break;
    case VALUE_SIGN:
        snprintf(out, out_len, "'%s' is negative, but %s is unsigned (%s)", shown, image_elem_name(elem),
                 range);
        break;
    case VALUE_FRACTION:
        snprintf(out, out_len, "'%s' has a fraction, but %s holds integers; round it", shown,
                 image_elem_name(elem));
        break;
    case VALUE_TEXT:
        snprintf(out, out_len, "'%s' is not an integer; write decimal digits only", shown);
        break;
    case VALUE_RANGE:
        snprintf(out, out_len, "%s is out of the range of %s (%s)", shown, image_elem_name(elem), range);
        break;
    }
}

enum sotto_err client_parse_value(const char *text, enum image_elem elem, uint64_t *value, struct fault *f)
{
    size_t len = strlen(text);
    enum value_status status = value_parse(text, len, elem, value);
    char why[256];

    if (status == VALUE_OK)
        return SOTTO_OK;
    value_explain(status, text, len, elem, why, sizeof why);
    return fault_set(f, SOTTO_ERR_INPUT, "%s", why);
}
