/* The rules of ARCHITECTURE.md that can be read off the source: who includes whom, and what no file may do. */
#include "lib/testing.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FOLDERS_MAX = 32, FOLDER_LEN_MAX = 64, ALLOWED_MAX = 512, LINES_MAX = 600 };

struct folder {
    char name[FOLDER_LEN_MAX];
    char allowed[ALLOWED_MAX]; /* ",crypto,ring," */
};
static struct folder folders[FOLDERS_MAX];
static size_t folders_n;

/* What was wrong in the rules' sight, and how often; a test of the rules sets it back. */
static unsigned complaints;
static bool quiet;

static void complain(const char *path, unsigned line, const char *what, const char *with)
{
    complaints++;
    if (!quiet)
        print_error("%s:%u: %s %s\n", path, line, what, with);
}

static int folder_index(const char *name)
{
    for (size_t i = 0; i < folders_n; i++)
        if (strcmp(folders[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* "| `src/x/` | text | a, b |" */
static void parse_row(const char *line)
{
    struct folder *f = &folders[folders_n];
    const char *last, *end;
    size_t n = 1;

    if (sscanf(line, "| `src/%63[a-z0-9]/`", f->name) != 1)
        return;
    assert_true(folders_n < FOLDERS_MAX);
    end = strrchr(line, '|');
    for (last = end - 1; last > line && *last != '|'; last--)
        ;
    f->allowed[0] = ',';
    for (const char *p = last + 1; p < end; p++) {
        assert_true(n + 2 < ALLOWED_MAX);
        if (islower((unsigned char)*p))
            f->allowed[n++] = *p;
        else if (*p == ',')
            f->allowed[n++] = ',';
    }
    f->allowed[n++] = ',';
    f->allowed[n] = 0;
    folders_n++;
}

static void load_table(void)
{
    FILE *in = fopen("ARCHITECTURE.md", "r");
    char line[1024];
    bool in_table = false;

    assert_non_null(in);
    folders_n = 0;
    while (fgets(line, sizeof line, in)) {
        if (strncmp(line, "| folder | what lives there | may include |", 43) == 0)
            in_table = true;
        else if (line[0] != '|')
            in_table = false;
        if (in_table)
            parse_row(line);
    }
    fclose(in);
    assert_true(folders_n >= 8);
}

static bool may_include(const char *from, const char *to)
{
    char wanted[256 + 2];

    if (strcmp(from, to) == 0 || strcmp(to, "base") == 0)
        return true;
    snprintf(wanted, sizeof wanted, ",%s,", to);
    return strstr(folders[folder_index(from)].allowed, wanted) != NULL;
}

/* A folder's interface is x/x.h, and lists for the preprocessor (x/y.def). */
static bool is_interface(const char *folder, const char *file)
{
    const char *dot = strrchr(file, '.');

    if (strchr(file, '/') || !dot)
        return false;
    if (strcmp(dot, ".def") == 0)
        return true;
    return strcmp(dot, ".h") == 0 && (size_t)(dot - file) == strlen(folder) &&
           strncmp(file, folder, strlen(folder)) == 0;
}

/* `from` is the folder of the file at path. */
static void check_include(const char *path, unsigned at, const char *from, const char *line)
{
    char target[256], *file;

    if (sscanf(line, " # include \"%255[^\"]\"", target) != 1)
        return;
    file = strchr(target, '/');
    if (!file)
        return; /* beside the file, or generated: not another folder's */
    *file++ = 0;
    if (strcmp(target, "..") == 0 || strstr(file, "..")) {
        complain(path, at, "includes by way of ..:", file);
        return;
    }
    if (folder_index(target) < 0) {
        if (strcmp(target, "sotto") != 0) /* include/sotto/, the installed interface */
            complain(path, at, "includes from a folder that ARCHITECTURE.md lacks:", target);
        return;
    }
    if (!may_include(from, target))
        complain(path, at, "includes against the layers:", target);
    if (strcmp(from, target) != 0 && !is_interface(target, file))
        complain(path, at, "includes a header that is private to its folder:", file);
}

/* Whether `word` stands in the line as a call of that very name. */
static bool calls(const char *line, const char *word)
{
    size_t len = strlen(word);

    for (const char *p = strstr(line, word); p; p = strstr(p + 1, word)) {
        bool starts =
            p == line || !(isalnum((unsigned char)p[-1]) || p[-1] == '_' || p[-1] == '>' || p[-1] == '.');

        if (starts && p[len] == '(')
            return true;
    }
    return false;
}

/* Comments that fill a line, which may speak of anything. */
static bool is_comment(const char *line)
{
    line += strspn(line, " \t");
    return strncmp(line, "//", 2) == 0 || strncmp(line, "/*", 2) == 0 || line[0] == '*';
}

static void check_calls(const char *path, unsigned at, const char *from, const char *line)
{
    static const char *const heap[] = { "malloc", "calloc", "realloc", "free", "strdup", "alloca" };
    static const char *const loud[] = { "exit", "_exit", "printf", "puts", "putchar", "perror", "abort" };

    if (is_comment(line))
        return;
    for (size_t i = 0; i < COUNT_OF(heap); i++)
        if (calls(line, heap[i]) && strcmp(path, "src/base/memory.c") != 0)
            complain(path, at, "takes memory past mem_alloc and the arenas:", heap[i]);
    for (size_t i = 0; i < COUNT_OF(loud); i++)
        if (calls(line, loud[i]) && strcmp(from, "cli") != 0)
            complain(path, at, "prints or ends the process below cli:", loud[i]);
}

static void check_line(const char *path, unsigned at, const char *from, const char *line)
{
    check_include(path, at, from, line);
    check_calls(path, at, from, line);
}

static void check_file(const char *path, const char *from)
{
    FILE *in = fopen(path, "r");
    char line[4096];
    unsigned at = 0;

    assert_non_null(in);
    while (fgets(line, sizeof line, in))
        check_line(path, ++at, from, line);
    fclose(in);
    if (at > LINES_MAX)
        complain(path, at, "has more lines than", "600");
}

static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0 || strcmp(dot, ".def") == 0);
}

/* Every source below dir; from is the folder of src/ that it belongs to. Returns how many there were. */
static unsigned check_directory(const char *dir, const char *from, int depth)
{
    DIR *d = opendir(dir);
    struct dirent *entry;
    unsigned n = 0;

    assert_non_null(d);
    assert_true(depth < 8);
    while ((entry = readdir(d))) {
        char path[1024];
        struct stat st;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        assert_int_equal(stat(path, &st), 0);
        if (S_ISDIR(st.st_mode)) {
            n += check_directory(path, from, depth + 1);
        } else if (is_source(entry->d_name)) {
            check_file(path, from);
            n++;
        }
    }
    closedir(d);
    return n;
}

/* The table itself: what a row names stands above it. */
static void test_table_is_layered(void **state)
{
    (void)state;
    load_table();
    for (size_t i = 0; i < folders_n; i++) {
        char list[ALLOWED_MAX], *save = NULL;

        snprintf(list, sizeof list, "%s", folders[i].allowed);
        for (char *name = strtok_r(list, ",", &save); name; name = strtok_r(NULL, ",", &save)) {
            int at = folder_index(name);

            if (at < 0 || at >= (int)i)
                fail_msg("src/%s may include %s, which does not stand above it", folders[i].name, name);
        }
    }
}

static void test_source_keeps_the_rules(void **state)
{
    DIR *d = opendir("src");
    struct dirent *entry;
    unsigned files = 0;

    (void)state;
    load_table();
    assert_non_null(d);
    complaints = 0;
    while ((entry = readdir(d))) {
        char path[512];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "src/%s", entry->d_name);
        if (folder_index(entry->d_name) < 0)
            complain(path, 0, "is missing in ARCHITECTURE.md:", entry->d_name);
        else
            files += check_directory(path, entry->d_name, 0);
    }
    closedir(d);
    for (size_t i = 0; i < folders_n; i++) {
        char path[512];
        struct stat st;

        snprintf(path, sizeof path, "src/%s", folders[i].name);
        if (stat(path, &st) != 0)
            complain("ARCHITECTURE.md", 0, "names a folder that is not there:", path);
    }
    assert_true(files > 20);
    assert_int_equal(complaints, 0);
}

static size_t count_commas(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += *s == ',';
    return n;
}

/* "sotto_layer(x LAYERS a b LIBS ...)" links what the table lets x include, and nothing else. */
static void test_build_links_by_the_table(void **state)
{
    FILE *in = fopen("CMakeLists.txt", "r");
    char line[1024], list[512];
    size_t seen = 0;

    (void)state;
    load_table();
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        char name[FOLDER_LEN_MAX], *save = NULL;
        size_t links = 0;
        int at;

        if (sscanf(line, "sotto_layer(%63[a-z0-9]", name) != 1)
            continue;
        seen++;
        at = folder_index(name);
        if (at < 0)
            fail_msg("CMakeLists.txt builds src/%s, which ARCHITECTURE.md lacks", name);
        list[0] = 0;
        if (strstr(line, "LAYERS"))
            (void)sscanf(strstr(line, "LAYERS") + 6, " %511[a-z0-9 ]", list);
        for (char *layer = strtok_r(list, " ", &save); layer; layer = strtok_r(NULL, " ", &save)) {
            if (!may_include(name, layer))
                fail_msg("CMakeLists.txt links %s to %s against the table", name, layer);
            links += strcmp(layer, "base") != 0;
        }
        /* ",a,b,": one comma more than names; "," and ",," have none */
        if (links + 1 < count_commas(folders[at].allowed) && strcmp(folders[at].allowed, ",,") != 0)
            fail_msg("CMakeLists.txt links %s to fewer folders than the table names", name);
    }
    fclose(in);
    assert_true(seen + 1 >= folders_n); /* the tool itself is built another way */
}

/* The rules see what they should: lines that are wrong in one folder and right in another. */
static void test_rules_bite(void **state)
{
    static const struct {
        const char *path, *from, *line;
        unsigned want;
    } cases[] = {
        { "src/crypto/a.c", "crypto", "#include \"base/base.h\"", 0 },
        { "src/crypto/a.c", "crypto", "#include \"net/net.h\"", 1 },       /* upward */
        { "src/base/a.c", "base", "#include \"crypto/crypto.h\"", 1 },     /* upward, from the ground */
        { "src/lang/a.c", "lang", "#include \"vm/vm.h\"", 1 },             /* sideways */
        { "src/image/a.c", "image", "  #  include \"lang/lang.h\"", 1 },   /* odd spacing */
        { "src/vm/a.c", "vm", "#include \"image/image.h\"", 0 },           /* named in its row */
        { "src/vm/a.c", "vm", "#include \"image/opcodes.def\"", 0 },       /* a list is an interface */
        { "src/vm/a.c", "vm", "#include \"image/internal.h\"", 1 },        /* private */
        { "src/vm/a.c", "vm", "#include \"mpc/gadgets/gadgets.h\"", 1 },   /* private, deeper */
        { "src/mpc/a.c", "mpc", "#include \"mpc/gadgets/gadgets.h\"", 0 }, /* its own */
        { "src/net/a.c", "net", "#include \"base/codec.h\"", 1 },          /* base too has one door */
        { "src/ring/a.c", "ring", "#include \"../net/net.h\"", 1 },
        { "src/net/a.c", "net", "#include \"attic/attic.h\"", 1 },
        { "src/net/a.c", "net", "#include <stdio.h>", 0 },
        { "src/net/a.c", "net", "    p = malloc(7);", 1 },
        { "src/base/memory.c", "base", "    p = calloc(7, 1);", 0 },
        { "src/net/a.c", "net", "    mem_free(p); ops->free(p); net_free(p);", 0 },
        { "src/net/a.c", "net", "    free(p);", 1 },
        { "src/net/a.c", "net", "    snprintf(p, n, \"x\"); fiber_exit(p);", 0 },
        { "src/net/a.c", "net", "    printf(\"x\");", 1 },
        { "src/cli/a.c", "cli", "    printf(\"x\");", 0 },
        { "src/vm/a.c", "vm", "    exit(1);", 1 },
        { "src/vm/a.c", "vm", "/* never calls exit(1) */", 0 },
    };

    (void)state;
    load_table();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        complaints = 0;
        quiet = true;
        check_line(cases[i].path, 1, cases[i].from, cases[i].line);
        quiet = false;
        if (complaints != cases[i].want)
            fail_msg("%s: %s: %u complaints, %u expected", cases[i].path, cases[i].line, complaints,
                     cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_is_layered),
        cmocka_unit_test(test_source_keeps_the_rules),
        cmocka_unit_test(test_build_links_by_the_table),
        cmocka_unit_test(test_rules_bite),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
