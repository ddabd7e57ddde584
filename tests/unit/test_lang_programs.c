/* test_lang_programs.c - every program in programs/ and in the manual compiles. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/testing.h"
#include "lang/lang.h"

static char text[1 << 16];

static void load(const char *path)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
}

static void compile(const char *name, const char *source, size_t len)
{
    struct image im;
    struct lang_diag d;

    if (lang_compile(name, source, len, &im, &d))
        fail_msg("%s:%u:%u %s\n%s", name, d.line, d.column, d.text, d.source);
    image_wipe(&im);
}

static void programs(void **state)
{
    DIR *dir = opendir("programs");
    struct dirent *entry;
    char path[512];
    unsigned n = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        const char *dot = strrchr(entry->d_name, '.');

        if (!dot || strcmp(dot, ".sotto") != 0)
            continue;
        snprintf(path, sizeof path, "programs/%s", entry->d_name);
        load(path);
        assert_int_equal(strncmp(text, "// ", 3), 0); /* says what it is */
        compile(path, text, strlen(text));
        n++;
    }
    closedir(dir);
    assert_true(n >= 7);
}

static void manual(void **state)
{
    static const char start[] = "```c\n", end[] = "\n```";
    unsigned n = 0;

    (void)state;
    load("docs/language/tutorial.md");
    for (const char *p = text; (p = strstr(p, start)); n++) {
        const char *stop;

        p += sizeof start - 1;
        stop = strstr(p, end);
        assert_non_null(stop);
        compile("docs/language/tutorial.md", p, (size_t)(stop - p));
        p = stop;
    }
    assert_true(n >= 5);
}

/* The auction of the tutorial is the program. */
static void one_auction(void **state)
{
    static char manual_text[sizeof text];

    (void)state;
    load("docs/language/tutorial.md");
    memcpy(manual_text, text, sizeof text);
    load("programs/auction.sotto");
    assert_non_null(strstr(manual_text, text));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs),
        cmocka_unit_test(manual),
        cmocka_unit_test(one_auction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
