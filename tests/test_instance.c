/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instances of the literature, TSPLIB files, and solutions in JSON: read, refused, written, valued.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/instance_file.h"
#include "io/instance_text.h"
#include "io/solution_json.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ambit_status parse(const char *text, struct ambit_instance *out)
{
    return ambit_instance_parse("a/b.c/tiny.txt", text, strlen(text), out);
}

static ambit_status parse_tsplib(const char *text, struct ambit_instance *out)
{
    return ambit_tsplib_parse("a/b.c/tiny.tsp", text, strlen(text), out);
}

static ambit_status parse_solution(const char *text, struct ambit_solution *out)
{
    return ambit_solution_parse("s.json", text, strlen(text), out);
}

/* The message is `expected`, but for `path` and a colon before it. */
static void check_message(const char *path, const char *expected)
{
    const char *const message = ambit_error_message();
    const size_t size = strlen(path);
    const bool placed = strncmp(message, path, size) == 0 && message[size] == ':';
    if (!placed || strcmp(message + size + 1, expected) != 0)
        fprintf(stderr, "expected '%s:%s', found '%s'\n", path, expected, message);
    CU_ASSERT_TRUE(placed && strcmp(message + size + 1, expected) == 0);
    ambit_error_clear();
}

/* The file's whole text, to be freed by free(). */
static char *contents(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL) return NULL;
    char *const text = calloc(1, 10000);
    if (text != NULL && fread(text, 1, 9999, file) == 0) text[0] = '\0';
    (void)fclose(file);
    return text;
}

static void check_bytes(const char *path, const char *expected)
{
    char *const text = contents(path);
    if (text == NULL || strcmp(text, expected) != 0)
        fprintf(stderr, "found %s\n", text != NULL ? text : "nothing");
    CU_ASSERT_TRUE(text != NULL && strcmp(text, expected) == 0);
    free(text);
}

static void reads_what_is_handed_around(void)
{
    static const char *const same[] = {
        "2 1\n1 -2 30 4\n150 0.5 6 0.25\n",
        "2 1\r\n1 -2 30 4\r\n150 0.5 6 0.25",
        "\xEF\xBB\xBF 2\t1\t\t\r\n\r\n  1\t-2\t30\t4\t\r\n\n1.5e+02 .5 6.000 2.5E-1 \t\r\n \r\n\r",
        "2,1,,\n1,-2,30,4\n150, 0.5 , 6 ,0.25\n,,\n",
        "2;1;;;\n+1;-2.;30;4;\n1500e-1;0.50;6;0.2500000\n",
        "2.0 1e0\n1 -2 3e1 4\n150 0.5 6 0.25\n",
    };
    for (size_t k = 0; k < sizeof same / sizeof same[0]; k++) {
        struct ambit_instance instance;
        CU_ASSERT_EQUAL(parse(same[k], &instance), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
        CU_ASSERT_EQUAL(instance.count, 2);
        if (instance.count != 2) continue;
        CU_ASSERT_EQUAL(instance.centre_count, 1);
        CU_ASSERT_STRING_EQUAL(instance.name, "tiny");
        CU_ASSERT_TRUE(instance.x[0] == 1.0 && instance.y[0] == -2.0);
        CU_ASSERT_TRUE(instance.x[1] == 150.0 && instance.y[1] == 0.5);
        CU_ASSERT_EQUAL(instance.capacity[0], 30 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(instance.capacity[1], 6 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(instance.demand[0], 4 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(instance.demand[1], AMBIT_MICRO / 4);
        CU_ASSERT_EQUAL(instance.problem, AMBIT_LOCATION_CPMP);
        CU_ASSERT_EQUAL(instance.distance, AMBIT_DISTANCE_EUCLIDEAN);
        ambit_instance_clear(&instance);
    }
}

static void reads_millionths_exactly(void)
{
    static const struct {
        const char *text;
        int64_t micro;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"0.000001", 1},
        {"1e-6", 1},
        {"0.1", 100000},
        {"123456789.123456", INT64_C(123456789123456)},
        {"1000000000000.123457", INT64_C(1000000000000123457)}, /* a double ends at 0.1234 */
        {"4611686018427.387904", AMBIT_MICRO_SUM_MAX},
        {"4611686018427387904e-6", AMBIT_MICRO_SUM_MAX},
        {"0.0000004611686018427387904e19", AMBIT_MICRO_SUM_MAX},
        {"1234.5678914999", 1234567891},
        {"1234.5678915", 1234567892},
        {"0.00000049", 0},
        {"0.0000005", 1},
        {"12.000000000000000000000000000000", 12000000},
        {"00000000000000000000000000000012", 12000000},
        {"33333333333333333333333333e-25", 3333333},
        {"1e-300", 0},
        {"0e300", 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text[100];
        struct ambit_instance instance;
        (void)snprintf(text, sizeof text, "1 1\n0 0 %s 1", cases[k].text);
        CU_ASSERT_EQUAL(parse(text, &instance), AMBIT_OK);
        if (instance.count != 1) continue;
        if (instance.capacity[0] != cases[k].micro)
            fprintf(stderr, "%s: found %lld\n", cases[k].text, (long long)instance.capacity[0]);
        CU_ASSERT_EQUAL(instance.capacity[0], cases[k].micro);
        ambit_instance_clear(&instance);
    }
}

#define COUNTS "expected 'n p', how many accounts and centres, found "
#define COLUMNS "expected 4 numbers, 'x y Q q', found "
#define CAPACITY "expected a capacity Q, a decimal number from 0 to 4.6e12, found "
#define DEMAND "expected a demand q, a decimal number from 0 to 4.6e12, found "
#define RANGE ", a decimal number from -1e15 to 1e15, found "

static void refuses_bad_instances(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {" \n\n", "3:1: " COUNTS "nothing"},
        {"TYPE : TSP\n", "1:1: " COUNTS "a TSPLIB file, which has no demands, capacities or p"},
        {"2\n", "1:2: expected 2 numbers, 'n p', found 1 word"},
        {"2 1 7\n", "1:5: expected 2 numbers, 'n p', found 3 words"},
        {"0 1\n", "1:1: expected the count n of accounts, a whole number from 1 to 1000000, found "
                  "'0'"},
        {"1000001 1\n", "1:1: expected the count n of accounts, a whole number from 1 to 1000000, "
                        "found '1000001'"},
        {"2.5 1\n", "1:1: expected the count n of accounts, a whole number from 1 to 1000000, "
                    "found '2.5'"},
        {"2 0\n", "1:3: expected the count p of centres, a whole number from 1 to 2, found '0'"},
        {"2 3\n", "1:3: expected the count p of centres, a whole number from 1 to 2, found '3'"},
        {"2 1\n0 0 1 1", "2:8: expected 2 lines 'x y Q q', as n says, found 1; the file may have "
                         "been cut short"},
        {"2 1\n0 0 1 1\n", "3:1: expected 2 lines 'x y Q q', as n says, found 1; the file may have "
                           "been cut short"},
        {"1 1\n0 0 1 1\n\n 1 1 1 1\n", "4:2: expected the end of the file after 1 lines 'x y Q q', "
                                       "as n says, found one more"},
        {"1 1\n0 0 1\n", "2:6: " COLUMNS "3 words"},
        {"1 1\n0 0 1 1 9\n", "2:9: " COLUMNS "5 words"},
        {"1 1\n0,,0,1,1\n", "2:8: " COLUMNS "5 words"},
        {"1 1\n0,,1,1\n", "2:3: expected y" RANGE "an empty field"},
        {"1 1\n0,5 0,5 9 1\n", "2:9: " COLUMNS "6 words"},
        {"1 1\nnan 0 1 1\n", "2:1: expected x" RANGE "'nan'"},
        {"1 1\n0 -inf 1 1\n", "2:3: expected y" RANGE "'-inf'"},
        {"1 1\n0x10 0 1 1\n", "2:1: expected x" RANGE "'0x10'"},
        {"1 1\n0 1.1e15 1 1\n", "2:3: expected y" RANGE "'1.1e15'"},
        {"1 1\n0 -1e999 1 1\n", "2:3: expected y" RANGE "'-1e999'"},
        {"1 1\n\xC3\xA9 0 1 1\n", "2:1: expected x" RANGE "'\xC3\xA9'"},
        {"1 1\n1 \x01\xFF 1 1\n", "2:3: expected y" RANGE "'\\x01\\xFF'"},
        {"1 1\n0 0 -1 1\n", "2:5: " CAPACITY "'-1'"},
        {"1 1\n0 0 inf 1\n", "2:5: " CAPACITY "'inf'"},
        {"1 1\n0 0 4611686018427.387905 1\n", "2:5: " CAPACITY "'4611686018427.387905'"},
        {"1 1\n0 0 1 -1e-9\n", "2:7: " DEMAND "'-1e-9'"},
        {"1 1\n0 0 1 1e\n", "2:7: " DEMAND "'1e'"},
        {"1 1\n0 0 1 5e12\n", "2:7: " DEMAND "'5e12'"},
        {"2 1\n0 0 1 3e12\n0 0 1 3e12\n",
         "3:7: expected demands that add up to less than 4.6e12, found more up to this line; give "
         "demands and capacities in thousands"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct ambit_instance instance;
        CU_ASSERT_EQUAL(parse(cases[k].text, &instance), AMBIT_ERR_INPUT);
        check_message("a/b.c/tiny.txt", cases[k].message);
        CU_ASSERT_PTR_NULL(instance.x);
        CU_ASSERT_PTR_NULL(instance.name);
    }
}

/* A NUL is a byte like others, and does not hide what follows it. */
static void refuses_binary_instances(void)
{
    static const char text[] = "1 1\n0 0 1\0 1\n";
    struct ambit_instance instance;
    CU_ASSERT_EQUAL(ambit_instance_parse("t", text, sizeof text - 1, &instance), AMBIT_ERR_INPUT);
    check_message("t", "2:5: " CAPACITY "'1\\x00'");
}

static void refuses_what_is_no_file(void)
{
    struct ambit_instance instance;
    struct ambit_solution solution;
    char path[512];
    CU_ASSERT_EQUAL(ambit_instance_read("/nowhere/x.txt", &instance), AMBIT_ERR_INPUT);
    check_message("/nowhere/x.txt", " cannot be opened: No such file or directory");
    CU_ASSERT_EQUAL(ambit_instance_read(ambit_test_folder(), &instance), AMBIT_ERR_INPUT);
    check_message(ambit_test_folder(), " expected an instance file of 'n p' and n lines 'x y Q q', "
                                       "found a directory");
    const char *const empty = ambit_test_file("empty.txt", "", 0);
    CU_ASSERT_EQUAL(ambit_tsplib_read(empty, &instance), AMBIT_ERR_INPUT);
    check_message(empty, "1:1: expected a TSPLIB file with node coordinates, found an empty file");
    CU_ASSERT_EQUAL(ambit_solution_read(empty, &solution), AMBIT_ERR_INPUT);
    check_message(empty, "1:1: expected a solution in JSON, found an empty file");
    CU_ASSERT_PTR_NULL(solution.median);
    (void)snprintf(path, sizeof path, "%s/pipe", ambit_test_folder());
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    CU_ASSERT_EQUAL(ambit_solution_read(path, &solution), AMBIT_ERR_INPUT);
    check_message(path, " expected a solution in JSON on disk, found a device or pipe; copy it to "
                        "a file");
    /* A hole takes no room on the disk. */
    const char *const large = ambit_test_file("large.txt", "1 1\n", -1);
    CU_ASSERT_EQUAL(truncate(large, (off_t)AMBIT_TEXT_BYTES_MAX + 1), 0);
    CU_ASSERT_EQUAL(ambit_tsplib_read(large, &instance), AMBIT_ERR_INPUT);
    check_message(large, "1:1: expected a TSPLIB file with node coordinates of at most 2147483648 "
                         "bytes, found 2147483649");
    CU_ASSERT_EQUAL(unlink(large), 0);
}

static void names_instances_after_their_files(void)
{
    static const char *const cases[][2] = {{"a/b.c/lin318_005.txt", "lin318_005"},
                                           {"E10k.0.tsp", "E10k.0"},
                                           {"/x/plain", "plain"},
                                           {"../.hidden", ".hidden"},
                                           {"a.b/c", "c"}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char *name = NULL;
        CU_ASSERT_EQUAL(ambit_text_name(cases[k][0], &name), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(name, cases[k][1]);
        ambit_free(&name);
    }
}

static void check_same(const struct ambit_instance *a, const struct ambit_instance *b)
{
    const size_t n = (size_t)a->count;
    CU_ASSERT_EQUAL(a->count, b->count);
    CU_ASSERT_EQUAL(a->centre_count, b->centre_count);
    if (a->count != b->count) return;
    CU_ASSERT_EQUAL(memcmp(a->x, b->x, n * sizeof *a->x), 0);
    CU_ASSERT_EQUAL(memcmp(a->y, b->y, n * sizeof *a->y), 0);
    CU_ASSERT_EQUAL(memcmp(a->capacity, b->capacity, n * sizeof *a->capacity), 0);
    CU_ASSERT_EQUAL(memcmp(a->demand, b->demand, n * sizeof *a->demand), 0);
}

/* Numbers of every size and length, from one seed. */
static void fill(struct ambit_instance *instance, uint64_t seed)
{
    for (int32_t i = 0; i < instance->count; i++) {
        const uint64_t at = (uint64_t)i;
        const double size = pow(10.0, (double)(i % 36) - 20.0);
        const double u = ambit_random_unit(seed, 1, at), v = ambit_random_unit(seed, 2, at);
        instance->x[i] = (u - 0.5) * size;
        instance->y[i] = i % 3 == 0 ? floor(v * 1000.0) / 10.0 : floor(v * 1e9);
        instance->capacity[i] = (int64_t)(ambit_random_u64(seed, 3, at) >> 2) >> i % 60;
        instance->demand[i] = (int64_t)(ambit_random_u64(seed, 4, at) >> 20) >> i % 40;
    }
}

static void writes_instances_that_read_back(void)
{
    enum { COUNT = 720 };
    struct ambit_instance instance, again;
    CU_ASSERT_EQUAL(ambit_instance_create(COUNT, &instance), AMBIT_OK);
    fill(&instance, 7);
    instance.centre_count = 13;
    const char *const path = ambit_test_file("again.txt", "old", -1);
    CU_ASSERT_EQUAL(ambit_instance_write(path, &instance), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_instance_read(path, &again), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(again.name, "again");
    check_same(&instance, &again);
    ambit_instance_clear(&instance);
    ambit_instance_clear(&again);
}

static void writes_instances_to_the_byte(void)
{
    static const char text[] = "2 1\n1 -2 30 4\n150 0.5 6.000001 0.25\n";
    struct ambit_instance instance;
    const char *const path = ambit_test_file("bytes.txt", "old", -1);
    CU_ASSERT_EQUAL(parse(text, &instance), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_instance_write(path, &instance), AMBIT_OK);
    check_bytes(path, text);
    CU_ASSERT_EQUAL(ambit_instance_write("/nowhere/at/all.txt", &instance), AMBIT_ERR_IO);
    ambit_instance_clear(&instance);
}

#define HEAD "TYPE : TSP\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\n"
#define NODES "NODE_COORD_SECTION\n1 0 0\n2 30 0\n3 0 4.5\n"

static void reads_tsplib(void)
{
    static const char *const same[] = {
        "NAME : tiny\n" HEAD NODES "EOF\n",
        "NAME: tiny \r\nCOMMENT: of : colons\r\nCOMMENT: twice\r\nTYPE: TSP (drawn by hand)\r\n"
        "DIMENSION:3\r\nEDGE_WEIGHT_TYPE:CEIL_2D\r\nNODE_COORD_TYPE: TWOD_COORDS\r\n"
        "NODE_COORD_SECTION\r\n  3\t0.0e+00\t4.5e0\t\r\n 1 0 0\r\n\r\n 2 3.00000e+01 0\r\nEOF",
        "EDGE_WEIGHT_TYPE: ATT\nDEMAND_SECTION\n1 5\n2 5\n3 5\n" NODES
        "DEPOT_SECTION\n 1\n -1\nVEHICLES : 2\nTYPE: CVRP\nCAPACITY : 9\nDIMENSION: 3",
        HEAD NODES "EOF\nwhat follows is not looked at\nDIMENSION : 4\n",
        "NAME: \xE9t\xE9\n" HEAD NODES,
        "NAME:\n" HEAD NODES,
    };
    for (size_t k = 0; k < sizeof same / sizeof same[0]; k++) {
        struct ambit_instance instance;
        CU_ASSERT_EQUAL(parse_tsplib(same[k], &instance), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
        CU_ASSERT_EQUAL(instance.count, 3);
        if (instance.count != 3) continue;
        CU_ASSERT_STRING_EQUAL(instance.name, "tiny");
        CU_ASSERT_EQUAL(instance.centre_count, 0);
        CU_ASSERT_TRUE(instance.x[0] == 0.0 && instance.y[0] == 0.0);
        CU_ASSERT_TRUE(instance.x[1] == 30.0 && instance.y[1] == 0.0);
        CU_ASSERT_TRUE(instance.x[2] == 0.0 && instance.y[2] == 4.5);
        CU_ASSERT_EQUAL(instance.demand[2], 0);
        ambit_instance_clear(&instance);
    }
}

static void refuses_bad_tsplib(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"\n", "2:1: expected an entry TYPE before the end, found none"},
        {"TYPE : TSP\nEDGE_WEIGHT_TYPE : GEO\nEOF\n",
         "3:1: expected an entry DIMENSION before the end, found none"},
        {HEAD, "4:1: expected an entry NODE_COORD_SECTION before the end, found none; a file "
               "without coordinates is of no use here"},
        {"TYPE : ATSP\n", "1:8: expected TYPE TSP or CVRP, found 'ATSP'"},
        {"TYPE : TSP\nEDGE_WEIGHT_TYPE: EXPLICIT\n",
         "2:19: expected EDGE_WEIGHT_TYPE EUC_2D, CEIL_2D, ATT or GEO, found 'EXPLICIT': it lists "
         "distances and has no coordinates that they come from"},
        {"EDGE_WEIGHT_TYPE: EUC_3D\n",
         "1:19: expected EDGE_WEIGHT_TYPE EUC_2D, CEIL_2D, ATT or GEO, found 'EUC_3D'"},
        {"DIMENSION : 2 2\n", "1:13: expected DIMENSION, a whole number from 1 to 1000000, found "
                              "'2 2'"},
        {"DIMENSION\n", "1:10: expected DIMENSION, a whole number from 1 to 1000000, found an "
                        "empty field"},
        {HEAD "DIMENSION : 3\n", "4:1: expected DIMENSION once, found it again; take one of them "
                                 "out"},
        {HEAD "1 2 3\n", "4:1: expected a keyword of TSPLIB, found '1'"},
        {HEAD "NODES\n", "4:1: expected a keyword of TSPLIB, found 'NODES'"},
        {HEAD NODES "nan 3 4\n", "8:1: expected a keyword of TSPLIB, found 'nan'"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n2 0 0\nEOF\n",
         "7:1: expected 3 nodes, as DIMENSION says, found 2"},
        {HEAD NODES " 4 0 0\n", "8:2: expected 3 nodes, as DIMENSION says, found one more"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n2 0\n3 0 0\n",
         "6:4: expected 3 numbers, 'node x y', found 2 words"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n2 0 0 0\n3 0 0\n",
         "6:7: expected 3 numbers, 'node x y', found 4 words"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n0 0 0\n3 0 0\n",
         "6:1: expected a node, a whole number from 1 to 3, found '0'"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n4 0 0\n3 0 0\n",
         "6:1: expected a node, a whole number from 1 to 3, found '4'"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n3 0 0\n3 0 0\n",
         "7:1: expected each node once, found node 3 again"},
        {HEAD "NODE_COORD_SECTION\n1 0 0\n3 0 inf\n2 0 0\n", "6:5: expected y" RANGE "'inf'"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct ambit_instance instance;
        CU_ASSERT_EQUAL(parse_tsplib(cases[k].text, &instance), AMBIT_ERR_INPUT);
        check_message("a/b.c/tiny.tsp", cases[k].message);
        CU_ASSERT_PTR_NULL(instance.x);
    }
}

static void tells_tsplib_from_instances(void)
{
    static const char *const yes[] = {
        "NAME : a", "\n\n  COMMENT: b",       "DIMENSION:5",
        "EOF",      "\xEF\xBB\xBFTYPE : TSP", "NODE_COORD_SECTION\n1 2 3"};
    static const char *const no[] = {"", "\n", "50 5\n", "NAMES : a", "name : a", "x,y,Q,q", "{"};
    for (size_t k = 0; k < sizeof yes / sizeof yes[0]; k++)
        CU_ASSERT_TRUE(ambit_is_tsplib(yes[k], strlen(yes[k])));
    for (size_t k = 0; k < sizeof no / sizeof no[0]; k++)
        CU_ASSERT_FALSE(ambit_is_tsplib(no[k], strlen(no[k])));
    CU_ASSERT_FALSE(ambit_is_tsplib("NAME : a", 3));
}

/* Two clusters of three, a 3-4-5 triangle and a line. */
static const char six[] =
    "6 2\n0 0 10 1\n3 0 10 1\n3 4 10 1\n100 0 10 1\n101.5 0 10 1\n104.5 0 10 1";

static void values_solutions(void)
{
    static const int32_t median[6] = {1, 1, 1, 4, 4, 4}, other[6] = {0, 0, 0, 5, 5, 5};
    struct ambit_instance instance;
    double value = -1.0, other_value = -1.0;
    CU_ASSERT_EQUAL(parse(six, &instance), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_solution_value(&instance, median, &value), AMBIT_OK);
    CU_ASSERT_EQUAL(value, 3.0 + 4.0 + 1.5 + 3.0);
    CU_ASSERT_EQUAL(ambit_solution_value(&instance, other, &value), AMBIT_OK);
    CU_ASSERT_EQUAL(value, 3.0 + 5.0 + 4.5 + 3.0);
    instance.distance = AMBIT_DISTANCE_FLOOR;
    CU_ASSERT_EQUAL(ambit_solution_value(&instance, other, &value), AMBIT_OK);
    CU_ASSERT_EQUAL(value, 3.0 + 5.0 + 4.0 + 3.0);
    /* Centroids are (2, 4/3) and (102, 0); which account names the cluster is all the same. */
    const double third = 1.0 / 3.0;
    const double expected = hypot(2.0, 4.0 * third) + hypot(1.0, 4.0 * third) +
                            hypot(1.0, 8.0 * third) + 2.0 + 0.5 + 2.5;
    instance.distance = AMBIT_DISTANCE_EUCLIDEAN;
    instance.problem = AMBIT_LOCATION_CCCP;
    CU_ASSERT_EQUAL(ambit_solution_value(&instance, median, &value), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_solution_value(&instance, other, &other_value), AMBIT_OK);
    CU_ASSERT_DOUBLE_EQUAL(value, expected, 1e-9);
    CU_ASSERT_EQUAL(value, other_value);
    ambit_instance_clear(&instance);
}

static void reads_solutions(void)
{
    struct ambit_solution s;
    CU_ASSERT_EQUAL(
        parse_solution("\xEF\xBB\xBF{\n \"name\":\" tiny \", \"node\": 3, \"median\": 2,\n"
                       "\"fo\":   7.25, \"opt\": true, \"nodes\": [\n"
                       "{\"name\":\"  2\", \"median\":   0, \"x\": 1.00, \"y\": null },\n"
                       "{\"name\":0, \"median\": -7},{\"median\": \" 99\", \"name\": \"1 \"}],\n"
                       "\"links\": [{\"source\": 0}]}\n",
                       &s),
        AMBIT_OK);
    CU_ASSERT_EQUAL(s.count, 3);
    if (s.count != 3) return;
    CU_ASSERT_STRING_EQUAL(s.name, "tiny");
    CU_ASSERT_EQUAL(s.centre_count, 2);
    CU_ASSERT_EQUAL(s.value, 7.25);
    CU_ASSERT_TRUE(s.optimal);
    CU_ASSERT_EQUAL(s.median[0], -7);
    CU_ASSERT_EQUAL(s.median[1], 99);
    CU_ASSERT_EQUAL(s.median[2], 0);
    ambit_solution_clear(&s);
    CU_ASSERT_EQUAL(parse_solution("{\"node\": 1, \"median\": 1, \"fo\": null, \"nodes\": "
                                   "[{\"name\": \"0\", \"median\": 0}]}",
                                   &s),
                    AMBIT_OK);
    CU_ASSERT_PTR_NULL(s.name);
    CU_ASSERT_TRUE(isnan(s.value));
    CU_ASSERT_FALSE(s.optimal);
    ambit_solution_clear(&s);
}

#define ONE "\"node\": 1, \"median\": 1, \"nodes\": "
#define BROKEN "expected the JSON of a solution, found broken JSON: "

static void refuses_bad_solutions(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"{\n \"node\": 1,\n}", "3:1: " BROKEN "string or '}' expected near '}'"},
        {"{\"node\": 1}\nx", "2:1: " BROKEN "end of file expected near 'x'"},
        {"{\"node\": 1,\n\"node\": 2}", "2:6: " BROKEN "duplicate object key near '\"node\"'"},
        {"{\"node\": nan}", "1:12: " BROKEN "invalid token near 'nan'"},
        {"[]", "1:1: expected a JSON object, found an array"},
        {"{}", " node: expected a whole number from 1 to 1000000, found nothing"},
        {"{\"node\": 0}", " node: expected a whole number from 1 to 1000000, found 0"},
        {"{\"node\": 1.5}", " node: expected a whole number from 1 to 1000000, found 1.5"},
        {"{\"node\": true}", " node: expected a whole number from 1 to 1000000, found true"},
        {"{\"node\": 1, \"median\": {}}",
         " median: expected a whole number from 1 to 1000000, found an object"},
        {"{\"node\": 1, \"median\": 1}", " nodes: expected an array, found nothing"},
        {"{" ONE "[]}", " nodes: expected 1 of them, as \"node\" says, found 0"},
        {"{" ONE "[7]}", " nodes[0].name: expected a whole number from 0 to 0, found nothing"},
        {"{" ONE "[{\"name\": \"one\"}]}",
         " nodes[0].name: expected a whole number from 0 to 0, found 'one'"},
        {"{" ONE "[{\"name\": \"\"}]}",
         " nodes[0].name: expected a whole number from 0 to 0, found an empty field"},
        {"{" ONE "[{\"name\": \"1\"}]}",
         " nodes[0].name: expected a whole number from 0 to 0, found '1'"},
        {"{" ONE "[{\"name\": 0}]}", " nodes[0].median: expected a whole number from -2147483648 "
                                     "to 2147483647, found nothing"},
        {"{" ONE "[{\"name\": 0, \"median\": 3000000000}]}",
         " nodes[0].median: expected a whole number from -2147483648 to 2147483647, found "
         "3000000000"},
        {"{" ONE "[{\"name\": 0, \"median\": null}]}",
         " nodes[0].median: expected a whole number from -2147483648 to 2147483647, found null"},
        {"{\"node\": 2, \"median\": 1, \"nodes\": [{\"name\": \" 1\", \"median\": 1}, "
         "{\"name\": \"1 \", \"median\": 1}]}",
         " nodes[1].name: expected each name once, found '1 '"},
        {"{\"fo\": \"7\", " ONE "[{}]}", " fo: expected a number or null, found '7'"},
        {"{\"opt\": 1, " ONE "[{}]}", " opt: expected true, false or null, found 1"},
        {"{\"name\": [], " ONE "[{}]}", " name: expected text, found an array"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct ambit_solution solution;
        CU_ASSERT_EQUAL(parse_solution(cases[k].text, &solution), AMBIT_ERR_INPUT);
        check_message("s.json", cases[k].message);
        CU_ASSERT_PTR_NULL(solution.median);
        CU_ASSERT_PTR_NULL(solution.name);
    }
}

static void writes_solutions_to_the_byte(void)
{
    struct ambit_instance instance;
    struct ambit_solution solution;
    const char *const path = ambit_test_file("solution.json", "old", -1);
    CU_ASSERT_EQUAL(parse("3 1\n0 -0 9 1\n409154 0.125 9 1\n1e-9 3 9 1\n", &instance), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_solution_create(3, &solution), AMBIT_OK);
    CU_ASSERT_TRUE(isnan(solution.value));
    solution.centre_count = 1;
    CU_ASSERT_EQUAL(ambit_solution_write(path, &instance, &solution), AMBIT_OK);
    check_bytes(path, "{\n   \"name\":\"tiny\",\n   \"node\": 3,\n   \"median\": 1,\n"
                      "   \"fo\": null,\n   \"opt\": false,\n   \"nodes\": [\n"
                      "      {\"name\":\"  0\", \"median\":   0, \"x\": 0.00, \"y\": 0.00 },\n"
                      "      {\"name\":\"  1\", \"median\":   0, \"x\": 409154.00, \"y\": 0.125 "
                      "},\n"
                      "      {\"name\":\"  2\", \"median\":   0, \"x\": 1e-09, \"y\": 3.00 }\n"
                      "   ]\n}\n");
    CU_ASSERT_EQUAL(ambit_copy_string("a \"b\\\n\xE9", &solution.name), AMBIT_OK);
    solution.value = 17288.9931;
    solution.optimal = true;
    CU_ASSERT_EQUAL(ambit_solution_write(path, &instance, &solution), AMBIT_OK);
    char *const text = contents(path);
    CU_ASSERT_TRUE(text != NULL &&
                   strstr(text, "{\n   \"name\":\"a \\\"b\\\\\\u000a?\",\n") == text);
    CU_ASSERT_TRUE(text != NULL && strstr(text, "\"fo\": 17288.9931,\n   \"opt\": true") != NULL);
    free(text);
    solution.value = 5.0;
    CU_ASSERT_EQUAL(ambit_solution_write(path, &instance, &solution), AMBIT_OK);
    char *const whole = contents(path);
    CU_ASSERT_TRUE(whole != NULL && strstr(whole, "\"fo\": 5.00,\n") != NULL);
    free(whole);
    CU_ASSERT_EQUAL(ambit_solution_write("/nowhere/at/all.json", &instance, &solution),
                    AMBIT_ERR_IO);
    ambit_solution_clear(&solution);
    ambit_instance_clear(&instance);
}

static void writes_solutions_that_read_back(void)
{
    enum { COUNT = 1001 };
    struct ambit_instance instance;
    struct ambit_solution solution, again;
    const char *const path = ambit_test_file("again.json", "old", -1);
    CU_ASSERT_EQUAL(ambit_instance_create(COUNT, &instance), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_solution_create(COUNT, &solution), AMBIT_OK);
    fill(&instance, 8);
    for (int32_t i = 0; i < COUNT; i++)
        solution.median[i] = (int32_t)(ambit_random_u64(8, 5, (uint64_t)i) % COUNT);
    solution.centre_count = 5;
    solution.value = 12345.678901;
    CU_ASSERT_EQUAL(ambit_solution_write(path, &instance, &solution), AMBIT_OK);
    char *const text = contents(path);
    CU_ASSERT_TRUE(text != NULL && strstr(text, "\n      {\"name\":\"   0\", ") != NULL);
    free(text);
    CU_ASSERT_EQUAL(ambit_solution_read(path, &again), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(again.name, "");
    CU_ASSERT_EQUAL(again.count, COUNT);
    CU_ASSERT_EQUAL(again.centre_count, 5);
    CU_ASSERT_EQUAL(again.value, solution.value);
    if (again.count == COUNT)
        CU_ASSERT_EQUAL(memcmp(again.median, solution.median, COUNT * sizeof(int32_t)), 0);
    ambit_solution_clear(&again);
    ambit_solution_clear(&solution);
    ambit_instance_clear(&instance);
}

/* Everything once, as far as it goes. */
static ambit_status do_everything(const char *path, const char *json_path)
{
    static const int32_t median[6] = {1, 1, 1, 4, 4, 4};
    ambit_status status = AMBIT_OK;
    struct ambit_instance instance = {0}, nodes = {0};
    struct ambit_solution solution = {0}, again = {0};
    AMBIT_TRY(parse(six, &instance));
    AMBIT_TRY(parse_tsplib("NAME : t\n" HEAD NODES, &nodes));
    instance.problem = AMBIT_LOCATION_CCCP;
    AMBIT_TRY(ambit_solution_create(6, &solution));
    memcpy(solution.median, median, sizeof median);
    solution.centre_count = 2;
    AMBIT_TRY(ambit_solution_value(&instance, median, &solution.value));
    AMBIT_TRY(ambit_instance_write(path, &instance));
    AMBIT_TRY(ambit_solution_write(json_path, &instance, &solution));
    AMBIT_TRY(ambit_solution_read(json_path, &again));
done:
    ambit_solution_clear(&again);
    ambit_solution_clear(&solution);
    ambit_instance_clear(&nodes);
    ambit_instance_clear(&instance);
    return status;
}

static void survives_lack_of_memory(void)
{
    const char *const path = ambit_test_file("faults.txt", "old", -1);
    const char *const json_path = ambit_test_file("faults.json", "old", -1);
    const int64_t before = ambit_memory_live_blocks();
    int nth = 1;
    for (; nth < 200; nth++) {
        ambit_memory_fail_at(nth);
        const ambit_status status = do_everything(path, json_path);
        ambit_memory_fail_at(0);
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), before);
        if (status == AMBIT_OK) break;
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        ambit_error_clear();
    }
    CU_ASSERT_TRUE(nth > 20 && nth < 200);
    struct ambit_instance instance;
    ambit_memory_fail_at(3);
    CU_ASSERT_EQUAL(ambit_instance_create(2, &instance), AMBIT_ERR_MEMORY);
    CU_ASSERT_PTR_NULL(instance.x);
    CU_ASSERT_EQUAL(instance.count, 0);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"reads what is handed around", reads_what_is_handed_around},
        {"reads millionths exactly", reads_millionths_exactly},
        {"refuses bad instances", refuses_bad_instances},
        {"refuses binary instances", refuses_binary_instances},
        {"refuses what is no file", refuses_what_is_no_file},
        {"names instances after their files", names_instances_after_their_files},
        {"writes instances that read back", writes_instances_that_read_back},
        {"writes instances to the byte", writes_instances_to_the_byte},
        {"reads TSPLIB", reads_tsplib},
        {"refuses bad TSPLIB", refuses_bad_tsplib},
        {"tells TSPLIB from instances", tells_tsplib_from_instances},
        {"values solutions", values_solutions},
        {"reads solutions", reads_solutions},
        {"refuses bad solutions", refuses_bad_solutions},
        {"writes solutions to the byte", writes_solutions_to_the_byte},
        {"writes solutions that read back", writes_solutions_that_read_back},
        {"survives lack of memory", survives_lack_of_memory},
    };
    return ambit_test_main("instance", tests, AMBIT_TEST_COUNT(tests));
}
