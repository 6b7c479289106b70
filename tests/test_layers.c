/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers: who takes an account, how a file asks for them, and what is refused. */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/scenario_variants.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"
#include "tests/scenario_keys.h"

#include <stdio.h>
#include <string.h>

/* Five lines, so that what follows starts on line 6. */
#define BASE                                                                                       \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon, territory: now}}\n"             \
    "reps: {file: r.csv, columns: {id: rep, capacity: hours}}\n"                                   \
    "measures: {hours: workload + travel, worth: potential}\n"                                     \
    "bands: {hours: {band: 5%, target: capacity}, worth: 15%}\n"                                   \
    "scale: [{column: workload, by: 2}]\n"

/* ---- who is where ---- */

static void settle(const enum ambit_layer_takes *takes, int count, uint32_t asked, uint32_t hybrid,
                   uint32_t overlay)
{
    struct ambit_layer layer[AMBIT_LAYER_MAX] = {{{0}, AMBIT_TAKES_WHERE, {0}, NULL}};
    struct ambit_layer_terms terms = {.count = count, .at = -1, .item = layer};
    for (int l = 0; l < count; l++)
        layer[l].takes = takes[l];
    CU_ASSERT_EQUAL(ambit_layers_settle(&terms, asked), hybrid);
    terms.overlay = true;
    CU_ASSERT_EQUAL(ambit_layers_settle(&terms, asked), overlay);
}

static void takes_by_hand(void)
{
    static const enum ambit_layer_takes filters[] = {AMBIT_TAKES_WHERE, AMBIT_TAKES_NAMED,
                                                     AMBIT_TAKES_WHERE};
    static const enum ambit_layer_takes rest[] = {AMBIT_TAKES_WHERE, AMBIT_TAKES_REST,
                                                  AMBIT_TAKES_ALL, AMBIT_TAKES_REST};
    settle(filters, 3, 0, 0, 0);
    settle(filters, 3, 4, 4, 4);
    settle(filters, 3, 6, 2, 6);
    settle(filters, 3, 7, 1, 7);
    settle(rest, 4, 0, 2, 2 | 4); /* the rest of none, then all, then nothing is left */
    settle(rest, 4, 1, 1, 1 | 4);
    settle(rest, 2, 2, 2, 2);
    CU_ASSERT_EQUAL(ambit_layers_count(0), 0);
    CU_ASSERT_EQUAL(ambit_layers_count(0x80000001), 2);
    CU_ASSERT_EQUAL(ambit_layers_first(0), -1);
    CU_ASSERT_EQUAL(ambit_layers_first(0x80000000), 31);
    CU_ASSERT_EQUAL(ambit_layers_first(6), 1);
}

/* Of any layers: hybrids have an account once at most, and where any layer of the overlay has it;
 * in the overlay each layer decides for itself but for the rest. */
static void keeps_its_promises(void)
{
    for (uint64_t n = 0; n < 2000; n++) {
        struct ambit_layer layer[AMBIT_LAYER_MAX] = {{{0}, AMBIT_TAKES_WHERE, {0}, NULL}};
        const int count = 1 + (int)ambit_random_below(7, 1, n, AMBIT_LAYER_MAX);
        struct ambit_layer_terms terms = {.count = count, .at = -1, .item = layer};
        const uint32_t asked =
            (uint32_t)ambit_random_u64(7, 2, n) & (uint32_t)ambit_random_u64(7, 3, n);
        for (int l = 0; l < count; l++)
            layer[l].takes =
                (enum ambit_layer_takes)ambit_random_below(7, 4, 32 * n + (uint64_t)l, 4);
        const uint32_t hybrid = ambit_layers_settle(&terms, asked);
        terms.overlay = true;
        const uint32_t overlay = ambit_layers_settle(&terms, asked);
        CU_ASSERT(ambit_layers_count(hybrid) <= 1);
        CU_ASSERT_EQUAL(ambit_layers_first(hybrid), ambit_layers_first(overlay));
        for (int l = 0; l < count; l++) {
            const uint32_t before = overlay & ((UINT32_C(1) << l) - 1);
            const bool in = (overlay >> l & 1) != 0;
            const enum ambit_layer_takes takes = layer[l].takes;
            if (takes == AMBIT_TAKES_ALL) CU_ASSERT(in);
            if (takes == AMBIT_TAKES_REST) CU_ASSERT_EQUAL(in, before == 0);
            if (takes == AMBIT_TAKES_WHERE || takes == AMBIT_TAKES_NAMED)
                CU_ASSERT_EQUAL(in, (asked >> l & 1) != 0);
        }
    }
}

/* ---- the section ---- */

static struct ambit_variants *parse(const char *text)
{
    struct ambit_variants *v = NULL;
    CU_ASSERT_EQUAL(ambit_variants_parse("dir/s.yaml", text, strlen(text), &v), AMBIT_OK);
    if (v == NULL) fprintf(stderr, "%s\n", ambit_error_message());
    ambit_error_clear();
    return v;
}

static void binds_each_layer(void)
{
    static const char text[] =
        BASE "layers:\n"
             "  model: overlay\n"
             "  in_none: refused\n"
             "  list:\n"
             "    - {name: key, takes: {where: {segment: [A, B]}}, reps: none, territories: 3,\n"
             "       bands: {hours: {band: 9%, target: equal}, worth: none}}\n"
             "    - {name: named, takes: key.csv, accounts: {columns: {territory: other}}}\n"
             "    - {name: field, takes: rest, scale: [{column: potential, by: 3}]}\n"
             "    - {name: all of it, takes: all}\n";
    struct ambit_variants *v = parse(text);
    struct ambit_scenario s;
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT(ambit_variants_are_layers(v));
    CU_ASSERT_EQUAL(ambit_variants_count(v), 4);
    CU_ASSERT_EQUAL_FATAL(ambit_variants_bind(v, 0, &s), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(s.changes.variant, "key");
    CU_ASSERT_EQUAL(s.layers.at, 0);
    CU_ASSERT_EQUAL(s.layers.count, 4);
    CU_ASSERT(s.layers.overlay);
    CU_ASSERT(s.layers.refuse_none);
    CU_ASSERT_EQUAL(s.layers.item[0].takes, AMBIT_TAKES_WHERE);
    CU_ASSERT_EQUAL(s.layers.item[0].where.count, 1);
    CU_ASSERT_EQUAL(s.layers.item[0].where.condition[0].word_count, 2);
    CU_ASSERT_EQUAL(s.layers.item[1].takes, AMBIT_TAKES_NAMED);
    CU_ASSERT_STRING_EQUAL(s.layers.item[1].file, "key.csv");
    CU_ASSERT_EQUAL(s.layers.item[2].takes, AMBIT_TAKES_REST);
    CU_ASSERT_EQUAL(s.layers.item[3].takes, AMBIT_TAKES_ALL);
    CU_ASSERT_STRING_EQUAL(s.layers.item[3].name, "all of it");
    CU_ASSERT_PTR_NULL(s.reps_file);
    CU_ASSERT_EQUAL(s.band_count, 1);
    ambit_scenario_clear(&s);
    CU_ASSERT_EQUAL_FATAL(ambit_variants_bind(v, 1, &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.layers.at, 1);
    CU_ASSERT_STRING_EQUAL(s.territory_column, "other");
    CU_ASSERT_STRING_EQUAL(s.reps_file, "r.csv");
    ambit_scenario_clear(&s);
    CU_ASSERT_EQUAL_FATAL(ambit_variants_bind(v, 2, &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.changes.count, 2);
    ambit_scenario_clear(&s);
    ambit_variants_destroy(&v);
    CU_ASSERT_EQUAL(ambit_scenario_parse_variant("dir/s.yaml", text, strlen(text), NULL, &s),
                    AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "dir/s.yaml: expected the name of one of its 4 layers (--scenario "
                           "NAME), found none; `ambit run` alone draws all of them");
    ambit_error_clear();
}

/* What only layers need to be whole: a base without reps and territories. */
static void lets_the_base_be_partial(void)
{
    struct ambit_variants *v =
        parse("accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\n"
              "layers: {model: hybrid, list: [{name: a, takes: all, territories: 2}]}\n");
    CU_ASSERT_PTR_NOT_NULL(v);
    ambit_variants_destroy(&v);
}

static void refuses_at_the_place(void)
{
    static const struct {
        const char *text, *message; /* without "dir/s.yaml:" */
    } table[] = {
        {"layers: [{name: a, takes: all}]\n",
         "6:9: layers: expected a map of model (hybrid or overlay) and list, found a list"},
        {"layers: {list: [{name: a, takes: all}]}\n",
         "6:9: layers: expected the key model, found none (in layer 'a')"},
        {"layers: {model: both, list: [{name: a, takes: all}]}\n",
         "6:17: layers.model: expected hybrid or overlay, found 'both' (in layer 'a')"},
        {"layers: {model: hybrid}\n",
         "6:9: layers: expected a list of layers, such as - {name: key accounts, takes: {where: "
         "{segment: A}}, …}, found none"},
        {"layers: {model: hybrid, list: []}\n",
         "6:31: layers.list: expected a list of layers, such as - {name: key accounts, takes: "
         "{where: {segment: A}}, …}, found a list"},
        {"layers: {model: hybrid, in_none: ok, list: [{name: a, takes: all}]}\n",
         "6:34: layers.in_none: expected told or refused, found 'ok' (in layer 'a')"},
        {"layers: {model: hybrid, list: [{name: a}]}\n",
         "6:32: layers.list[0]: expected the key takes, found none (in layer 'a')"},
        {"layers: {model: hybrid, list: [{takes: all}]}\n",
         "6:32: layers.list[0]: expected the key name, found none"},
        {"layers: {model: hybrid, list: [{name: 'a:b', takes: all}]}\n",
         "6:39: layers.list[0].name: expected a name of 1 to 191 bytes without / : and control "
         "characters, found a:b"},
        {"layers: {model: hybrid, list: [{name: a, takes: all}, {name: a, takes: rest}]}\n",
         "6:55: layers.list[1]: expected each layer's name once, found 'a' again (first on "
         "line 6)"},
        {"layers: {model: hybrid, list: [{name: a, takes: {segment: A}}]}\n",
         "6:50: layers.list[0].takes: expected one of where, found 'segment' (in layer 'a')"},
        {"layers: {model: hybrid, list: [{name: a, takes: {where: {}}}]}\n",
         "6:57: layers.list[0].takes.where: expected a filter such as {segment: [A, B], "
         "potential: {min: 10}}, found an empty map (in layer 'a')"},
        {"layers: {model: hybrid, list: [{name: a, takes: [b]}]}\n",
         "6:49: layers.list[0].takes: expected {where: FILTER}, the path of a table with ids, "
         "rest or all, found a list (in layer 'a')"},
        {"layers: {model: hybrid, list: [{name: a, takes: all, band: {hours: 3%}}]}\n",
         "6:54: scenario: expected one of " TOP
         ", found 'band' (did you mean bands?) (in layer 'a')"},
        {"layers: {model: hybrid, list: [{name: a, takes: all, scenarios: []}]}\n",
         "6:54: layers.list[0]: expected no scenarios within a layer, found 'scenarios'"},
        {"layers: {model: hybrid, list: [{name: a, takes: all}]}\nscenarios: []\n",
         "7:1: scenario: expected no scenarios beside layers, found 'scenarios'"},
        {"layers: {model: hybrid, list: [{name: a, takes: all}]}\ngrid: {territories: [1]}\n",
         "7:1: scenario: expected no grid beside layers, found 'grid'"},
        {"scenarios: [{name: a, layers: {model: hybrid, list: [{name: a, takes: all}]}}]\n",
         "6:13: scenarios[0]: expected no layers within a scenario, found some"},
        {"layers: {model: hybrid, list: [{name: a, takes: all},\n"
         "  {name: b, takes: rest, accounts: {file: b.csv}}]}\n",
         "7:3: layers.list[1]: expected the accounts of the other layers (their file, ids and "
         "places stand outside layers), found others in 'b'"},
        {"layers: {model: hybrid, list: [{name: a, takes: all, accounts: {remove: a.csv}},\n"
         "  {name: b, takes: rest, accounts: {remove: b.csv}}]}\n",
         "6:65: layers.list[0].accounts: expected what is added or removed outside layers, which "
         "share their accounts, found 'remove' in 'a'"},
        {"layers: {model: hybrid, list: [{name: a, takes: all},\n"
         "  {name: b, takes: rest, accounts: {add: b.csv}}]}\n",
         "7:37: layers.list[1].accounts: expected what is added or removed outside layers, which "
         "share their accounts, found 'add' in 'b'"},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++) {
        char text[2048], expected[1024];
        struct ambit_variants *v = NULL;
        (void)snprintf(text, sizeof text, "%s%s", BASE, table[n].text);
        (void)snprintf(expected, sizeof expected, "dir/s.yaml:%s", table[n].message);
        CU_ASSERT_EQUAL(ambit_variants_parse("dir/s.yaml", text, strlen(text), &v),
                        AMBIT_ERR_INPUT);
        CU_ASSERT_PTR_NULL(v);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            fprintf(stderr, "expected %s\nfound    %s\n", expected, ambit_error_message());
        ambit_error_clear();
        ambit_variants_destroy(&v);
    }
}

static void refuses_too_many(void)
{
    static char text[8192];
    struct ambit_variants *v = NULL;
    size_t used = (size_t)snprintf(text, sizeof text, "%slayers: {model: overlay, list: [", BASE);
    for (int l = 0; l <= AMBIT_LAYER_MAX; l++)
        used += (size_t)snprintf(text + used, sizeof text - used, "{name: a%d, takes: all},", l);
    (void)snprintf(text + used, sizeof text - used, "]}\n");
    CU_ASSERT_EQUAL(ambit_variants_parse("s.yaml", text, strlen(text), &v), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), "expected at most 32 layers, found more"));
    ambit_error_clear();
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"takes accounts as by hand", takes_by_hand},
        {"keeps its promises for any layers", keeps_its_promises},
        {"binds each layer with its overrides", binds_each_layer},
        {"lets the base be partial", lets_the_base_be_partial},
        {"refuses at the place", refuses_at_the_place},
        {"refuses too many layers", refuses_too_many},
    };
    return ambit_test_main("layers", tests, AMBIT_TEST_COUNT(tests));
}
