/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Columns of words and filters of accounts: what is bound, read and held, and every refusal. */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/accounts.h"
#include "io/scenario_filter.h"
#include "io/tables_csv.h"
#include "io/word_list.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A scenario with the filter `text`; the binder's complaint, or "", is in *message_out. */
static void bind(const char *text, struct ambit_scenario *scenario, struct ambit_filter *filter,
                 char message_out[1024])
{
    struct ambit_yaml_tree tree;
    char yaml[2048];
    (void)snprintf(yaml, sizeof yaml, "f: %s\n", text);
    ambit_scenario_init(scenario);
    if (ambit_yaml_parse("s.yaml", yaml, strlen(yaml), &tree) != AMBIT_OK) abort();
    struct ambit_binder binder = {.scenario = scenario, .root = &tree.node[0]};
    ambit_bind_filter(&binder, ambit_yaml_find(&tree.node[0], "f"), filter);
    CU_ASSERT_EQUAL(binder.memory, AMBIT_OK);
    (void)snprintf(message_out, 1024, "%s", binder.message);
    ambit_yaml_clear(&tree);
}

static void check_refused(const char *text, const char *expected)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    char message[1024];
    bind(text, &s, &filter, message);
    if (strcmp(message, expected) != 0) fprintf(stderr, "found %s\n", message);
    CU_ASSERT_STRING_EQUAL(message, expected);
    ambit_scenario_clear(&s);
}

static void refuses_what_is_no_filter(void)
{
    static const char word[] =
        "expected a word of at most 63 bytes, in quotes where it begins like a number, found ";
    static const struct {
        const char *text, *place, *found;
    } words[] = {{"{zip: 01001}", "1:10: f.zip: ", "'01001'"},
                 {"{zip: [A, 13O]}", "1:14: f.zip[1]: ", "'13O'"},
                 {"{segment: [A, [B]]}", "1:18: f.segment[1]: ", "a list"},
                 {"{segment: }", "1:14: f.segment: ", "nothing"}};
    char expected[256];
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        (void)snprintf(expected, sizeof expected, "%s%s%s", words[w].place, word, words[w].found);
        check_refused(words[w].text, expected);
    }
    check_refused("A", "1:4: f: expected a filter such as {segment: [A, B], potential: {min: 10}}, "
                       "found 'A'");
    check_refused("{}", "1:4: f: expected a filter such as {segment: [A, B], potential: "
                        "{min: 10}}, found an empty map");
    check_refused("{segment: []}", "1:14: f.segment: expected words such as [A, B], found an empty "
                                   "list");
    check_refused("{value: {least: 1}}", "1:13: f.value: expected one of min, max, found 'least'");
    check_refused("{value: {}}", "1:12: f.value: expected the key min or max, found none");
    check_refused("{value: {min: 3, max: 2}}",
                  "1:26: f.value.max: expected at least the min of 3, found '2'");
    check_refused("{value: -1}", "1:12: f.value: expected a number from 0 to 1e12, found '-1'");
    check_refused("{a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x, i: x}",
                  "1:53: f: expected at most 8 conditions, found 'i'");
}

static void refuses_too_many_columns_of_words(void)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    char message[1024];
    struct ambit_yaml_node value = {.kind = AMBIT_YAML_SCALAR, .line = 3, .column = 4};
    bind("{a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x}", &s, &filter, message);
    struct ambit_binder binder = {.scenario = &s};
    CU_ASSERT_EQUAL(s.category_count, 8);
    CU_ASSERT_EQUAL(ambit_bind_category(&binder, &value, "h"), 7);
    CU_ASSERT_EQUAL(ambit_bind_category(&binder, &value, "i"), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(binder.message, "at most 8 different columns of words in all"));
    ambit_scenario_clear(&s);
}

/* Reads accounts of id, lat, lon, segment, city and value for the scenario. */
static ambit_status read_accounts(struct ambit_scenario *s, const char *csv,
                                  struct ambit_accounts *accounts)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = NULL;
    struct ambit_territories territories = {0};
    struct ambit_bad_rows bad = {.total = 0};
    struct ambit_rows_hash hash;
    int64_t rows;
    *accounts = (struct ambit_accounts){0};
    AMBIT_TRY(ambit_copy_string(ambit_test_file("accounts.csv", csv, -1), &s->path));
    AMBIT_TRY(ambit_copy_string("accounts.csv", &s->accounts_file));
    (void)snprintf(s->id_column, AMBIT_NAME_MAX, "id");
    (void)snprintf(s->lat_column, AMBIT_NAME_MAX, "lat");
    (void)snprintf(s->lon_column, AMBIT_NAME_MAX, "lon");
    AMBIT_TRY(ambit_comm_create_alone(&comm));
    AMBIT_TRY(
        ambit_read_accounts(s, NULL, &territories, comm, false, accounts, &bad, &hash, &rows));
done:
    ambit_comm_destroy(&comm);
    return status;
}

#define CSV                                                                                        \
    "id,lat,lon,segment,city,value\n"                                                              \
    "a,40,-100,B,Wien,10\n"                                                                        \
    "b,41,-100,A,\"Bad \"\"X\"\", N\",20\n"                                                        \
    "c,42,-100,,Wien,30\n"                                                                         \
    "d,43,-100,A,Ölde,40.5\n"

/* The accounts that the filter holds for, as letters. */
static void check_held(const char *filter_text, const char *expected)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    struct ambit_accounts accounts;
    char message[1024], held[8] = "";
    bind(filter_text, &s, &filter, message);
    CU_ASSERT_STRING_EQUAL(message, "");
    CU_ASSERT_EQUAL(read_accounts(&s, CSV, &accounts), AMBIT_OK);
    for (int32_t i = 0; i < accounts.count; i++) {
        if (ambit_filter_holds(&filter, &accounts, i))
            (void)strncat(held, &accounts.id[(ptrdiff_t)i * accounts.id_width], 1);
    }
    CU_ASSERT_STRING_EQUAL(held, expected);
    if (strcmp(held, expected) != 0) fprintf(stderr, "%s: %s\n", filter_text, held);
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(&s);
}

static void holds_where_every_condition_does(void)
{
    check_held("{segment: A}", "bd");
    check_held("{segment: [A, B]}", "abd");
    check_held("{segment: \"\"}", "c");
    check_held("{segment: [\"\", B]}", "ac");
    check_held("{segment: Q}", "");
    check_held("{city: Wien, segment: B}", "a");
    check_held("{city: 'Bad \"X\", N'}", "b");
    check_held("{city: Ölde}", "d");
    check_held("{value: {min: 20}}", "bcd");
    check_held("{value: {max: 20}}", "ab");
    check_held("{value: {min: 20.000001, max: 40.4}}", "c");
    check_held("{value: 40.5}", "d");
    check_held("{value: \"10\"}", "a");
    check_held("{value: {min: 15}, segment: A, city: Ölde}", "d");
}

static void sorts_words_whatever_their_order(void)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    struct ambit_accounts accounts;
    char message[1024];
    bind("{city: Wien}", &s, &filter, message);
    CU_ASSERT_EQUAL(read_accounts(&s, CSV, &accounts), AMBIT_OK);
    const int32_t *const code = accounts.category[0];
    CU_ASSERT_EQUAL(accounts.words[0].count, 3);
    CU_ASSERT_STRING_EQUAL(ambit_words_text(&accounts.words[0], 0), "Bad \"X\", N");
    CU_ASSERT_STRING_EQUAL(ambit_words_text(&accounts.words[0], 1), "Wien");
    CU_ASSERT_STRING_EQUAL(ambit_words_text(&accounts.words[0], 2), "Ölde");
    CU_ASSERT_TRUE(code != NULL && code[0] == 1);
    CU_ASSERT_TRUE(code != NULL && code[1] == 0);
    CU_ASSERT_TRUE(code != NULL && code[3] == 2);
    CU_ASSERT_EQUAL(ambit_words_find(&accounts.words[0], ""), AMBIT_WORD_EMPTY);
    CU_ASSERT_EQUAL(ambit_words_find(&accounts.words[0], "Graz"), AMBIT_WORD_UNKNOWN);
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(&s);
}

static void names_a_word_that_no_account_has(void)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    struct ambit_accounts accounts;
    char message[1024];
    bind("{city: [Wien, Olde]}", &s, &filter, message);
    CU_ASSERT_EQUAL(read_accounts(&s, CSV, &accounts), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_filter_check(&s, &accounts), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(),
                                  ":1:18: expected a word that an account has in column "
                                  "'city', found 'Olde', which none has (the nearest is "
                                  "'Ölde')"));
    ambit_error_clear();
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(&s);
}

static void refuses_bad_words(void)
{
    struct ambit_scenario s;
    struct ambit_filter filter;
    struct ambit_accounts accounts;
    char message[1024];
    bind("{city: Wien}", &s, &filter, message);
    CU_ASSERT_EQUAL(read_accounts(&s, "id,lat,lon,city\na,40,-100,W\xFF\n", &accounts),
                    AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(ambit_error_message(), "2:11: expected UTF-8 text without NUL in column 'city'"));
    ambit_error_clear();
    ambit_scenario_clear(&s);
    bind("{town: Wien}", &s, &filter, message);
    CU_ASSERT_EQUAL(read_accounts(&s, "id,lat,lon,city\na,40,-100,W\n", &accounts),
                    AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), "expected a column 'town'"));
    ambit_error_clear();
    ambit_scenario_clear(&s);
}

static void refuses_a_word_for_every_account(void)
{
    struct ambit_word_list list = {0};
    char word[16];
    int32_t number = -1;
    bool counted = true;
    for (int w = 0; w < AMBIT_WORD_COUNT_MAX; w++) {
        const int size = snprintf(word, sizeof word, "%d", w);
        counted &=
            ambit_word_list_add(&list, "a.csv", "id", word, (size_t)size, &number) == AMBIT_OK &&
            number == w;
    }
    CU_ASSERT_TRUE(counted);
    CU_ASSERT_EQUAL(ambit_word_list_add(&list, "a.csv", "id", "77", 2, &number), AMBIT_OK);
    CU_ASSERT_EQUAL(number, 77);
    CU_ASSERT_EQUAL(ambit_word_list_add(&list, "a.csv", "id", "x", 1, &number), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "a.csv: column 'id': expected at most 65536 different words, found "
                           "more; a column of words sorts accounts into kinds");
    ambit_error_clear();
    ambit_word_list_clear(&list);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"refuses what is no filter", refuses_what_is_no_filter},
        {"refuses too many columns of words", refuses_too_many_columns_of_words},
        {"holds where every condition does", holds_where_every_condition_does},
        {"sorts words whatever their order", sorts_words_whatever_their_order},
        {"names a word that no account has", names_a_word_that_no_account_has},
        {"refuses bad words", refuses_bad_words},
        {"refuses a word for every account", refuses_a_word_for_every_account},
    };
    return ambit_test_main("filter", tests, AMBIT_TEST_COUNT(tests));
}
