/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checkpoints: a run that is stopped after every single round, and gone on with in a new job each
 * time, stores the bytes of a run that nobody disturbed; and a file that is cut short or changed
 * anywhere is never taken for a checkpoint. cli_resume.sh does the first with ranks that are
 * killed.
 */
#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/base/stop.h"
#include "engine/base/version.h"
#include "engine/run/generate.h"
#include "engine/run/run.h"
#include "io/checkpoint_file.h"
#include "tests/harness.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* This program's own signals, in place of stop.c's: one comes with the call after so many. */
static int64_t calls_left;

int ambit_stop_signal(void)
{
    return calls_left-- > 0 ? 0 : SIGTERM;
}

static char *path_of(const char *name)
{
    const size_t bytes = strlen(ambit_test_folder()) + strlen(name) + 2;
    char *const path = malloc(bytes);
    if (path == NULL) abort();
    (void)snprintf(path, bytes, "%s/%s", ambit_test_folder(), name);
    return path;
}

/* All of a file, to be freed; NULL where there is none. */
static uint8_t *read_all(const char *path, size_t *bytes_out)
{
    FILE *const file = fopen(path, "rb");
    struct stat there;
    if (file == NULL) return NULL;
    if (fstat(fileno(file), &there) != 0) abort();
    uint8_t *const all = malloc((size_t)there.st_size + 1);
    if (all == NULL || fread(all, 1, (size_t)there.st_size, file) != (size_t)there.st_size) abort();
    (void)fclose(file);
    *bytes_out = (size_t)there.st_size;
    return all;
}

static bool is_there(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0;
}

static void write_all(const char *path, const uint8_t *all, size_t bytes)
{
    FILE *const file = fopen(path, "wb");
    if (file == NULL || fwrite(all, 1, bytes, file) != bytes || fclose(file) != 0) abort();
}

/* ---- runs ---- */

struct nation {
    const char *name;
    int64_t accounts;
    int32_t territories;
    int64_t effort;
    const char *rules; /* of the scenario */
};

static void make_nation(struct ambit_comm *comm, const struct nation *nation, char **scenario_out)
{
    char name[64], text[1024];
    (void)snprintf(name, sizeof name, "%s.csv", nation->name);
    char *const accounts = path_of(name);
    const struct ambit_generate_options generate = {.accounts = nation->accounts,
                                                    .territories = nation->territories,
                                                    .seed = 1,
                                                    .path = accounts,
                                                    .threads = 1};
    CU_ASSERT_EQUAL(ambit_generate(comm, &generate), AMBIT_OK);
    (void)snprintf(text, sizeof text,
                   "accounts:\n  file: %s\n"
                   "  columns: {id: account_id, lat: lat, lon: lon, territory: territory}\n"
                   "  visits: visits\n"
                   "territories: %d\n"
                   "measures: {hours: workload + travel, potential: potential, visits: visits}\n"
                   "%s",
                   name, (int)nation->territories, nation->rules);
    (void)snprintf(name, sizeof name, "%s.yaml", nation->name);
    *scenario_out = strdup(ambit_test_file(name, text, -1));
    free(accounts);
}

static ambit_status run(struct ambit_comm *comm, const struct ambit_run_options *options)
{
    struct ambit_result result;
    const ambit_status status = ambit_run(comm, options, &result);
    ambit_result_clear(&result);
    return status;
}

/* Stops after each round, with one thread and two in turn; returns how often. */
static int run_by_rounds(struct ambit_comm *comm, struct ambit_run_options options,
                         const char *checkpoint, ambit_status *status_out)
{
    int stops = 0;
    options.resume = true;
    do {
        calls_left = 1; /* that of the beginning, before the first round */
        options.threads = 1 + stops % 2;
        *status_out = run(comm, &options);
        if (*status_out != AMBIT_STOPPED) return stops;
        CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), "ambit run --resume "));
        ambit_error_clear();
        CU_ASSERT_TRUE(is_there(checkpoint));
    } while (++stops < 1000);
    return stops;
}

static void check_nation(const struct nation *nation, int stops_min)
{
    struct ambit_comm *comm = NULL;
    struct ambit_run_options options;
    char *scenario = NULL, *checkpoint = NULL, *const result = path_of("plan.h5");
    size_t bytes = 0, bytes_again = 0;
    CU_ASSERT_EQUAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    make_nation(comm, nation, &scenario);
    ambit_run_options_init(&options);
    options.scenario_path = scenario;
    options.result_path = result;
    options.effort = nation->effort;
    options.threads = 1;
    calls_left = INT64_MAX;
    const ambit_status status = run(comm, &options);
    ambit_error_clear();
    CU_ASSERT_TRUE(status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE);
    uint8_t *const whole = read_all(result, &bytes);
    CU_ASSERT_EQUAL(ambit_checkpoint_path(result, false, &checkpoint), AMBIT_OK);
    CU_ASSERT_FALSE(is_there(checkpoint));
    (void)remove(result);
    ambit_status status_again = AMBIT_OK;
    const int stops = run_by_rounds(comm, options, checkpoint, &status_again);
    ambit_error_clear();
    CU_ASSERT_EQUAL(status_again, status);
    CU_ASSERT_TRUE(stops >= stops_min);
    CU_ASSERT_FALSE(is_there(checkpoint));
    uint8_t *const again = read_all(result, &bytes_again);
    CU_ASSERT_TRUE(whole != NULL && again != NULL && bytes == bytes_again &&
                   memcmp(whole, again, bytes) == 0);
    free(whole);
    free(again);
    free(scenario);
    free(result);
    ambit_free(&checkpoint);
    ambit_comm_destroy(&comm);
}

/* Seen from far off, then from nearer by, then whole. */
static void goes_on_with_runs_of_accounts(void)
{
    check_nation(&(struct nation){"runs", 2000, 6, 16,
                                  "bands:\n  hours: 3%\n  potential: 10%\n  visits: 15%\n"
                                  "  travel: {max: 35% of hours, relax: true}\n"},
                 10);
}

/* Limits that no plan can meet are opened, and bands so narrow that prices are sought again. */
static void goes_on_with_opened_limits(void)
{
    check_nation(&(struct nation){"opened", 2000, 6, 16,
                                  "bands:\n  hours: 0.3%\n  potential: 1%\n  visits: 1%\n"
                                  "  travel: {max: 3% of hours, relax: true}\n"},
                 10);
}

static void goes_on_with_few_accounts(void)
{
    check_nation(&(struct nation){"few", 300, 7, 60,
                                  "bands:\n  hours: 2%\n  potential: 8%\n"
                                  "objective: {hours_per_moved_account: 0.5}\n"},
                 5);
}

static void goes_on_with_centroids(void)
{
    check_nation(&(struct nation){"centroids", 900, 12, 16,
                                  "bands: {hours: 3%, visits: 10%}\ncentres: {free: centroid}\n"},
                 5);
}

/* Classes of accounts follow from the inputs; the runs of the draft are of one class each. */
static void goes_on_with_rules(void)
{
    check_nation(&(struct nation){"rules", 2000, 6, 16,
                                  "bands: {hours: 8%, visits: 20%}\n"
                                  "rules:\n  locked: {segment: A, potential: {min: 200}}\n"
                                  "  forbidden: {where: {segment: B}, territories: [T002]}\n"},
                 10);
}

/* Stops after the first round, and puts the checkpoint into the words of a build that differs in
 * one source. */
static void refuses_another_build(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_run_options options;
    struct ambit_checkpoint_reader *reader = NULL;
    struct ambit_checkpoint_writer *writer = NULL;
    struct ambit_checkpoint_head head;
    enum ambit_checkpoint_found found = AMBIT_CHECKPOINT_NONE;
    char *scenario = NULL, *const result = path_of("v.h5"),
         *const path = path_of("v.h5.checkpoint");
    char why[AMBIT_CHECKPOINT_WHY_MAX];
    uint8_t content[16];
    CU_ASSERT_EQUAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    make_nation(comm, &(struct nation){"version", 300, 7, 1, "bands: {hours: 5%}\n"}, &scenario);
    ambit_run_options_init(&options);
    options.scenario_path = scenario;
    options.result_path = result;
    calls_left = 1;
    CU_ASSERT_EQUAL(run(comm, &options), AMBIT_STOPPED);
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_checkpoint_open(path, &found, why, &head, &reader), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_get(reader, content, sizeof content), AMBIT_OK);
    ambit_checkpoint_reader_destroy(&reader);
    CU_ASSERT_STRING_EQUAL(head.version, ambit_build);
    char *const last = head.version + strlen(head.version) - 1;
    *last = *last == '0' ? '1' : '0';
    char expected[128];
    (void)snprintf(expected, sizeof expected,
                   "\n  Ambit's version: this run has %s, the checkpoint %s\n", ambit_build,
                   head.version);
    CU_ASSERT_EQUAL(ambit_checkpoint_writer_create(path, &head, sizeof content, &writer), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_put(writer, content, sizeof content), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_commit(&writer), AMBIT_OK);
    options.resume = true;
    calls_left = INT64_MAX;
    CU_ASSERT_EQUAL(run(comm, &options), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), expected));
    ambit_error_clear();
    free(scenario);
    free(result);
    free(path);
    ambit_comm_destroy(&comm);
}

/* ---- files ---- */

static const struct ambit_checkpoint_head some_head = {
    .version = "1.2.3", .scenario_hash = "s", .accounts_hash = "a", .seed = 4, .account_count = 5};

static void write_some(const char *path, const char *content)
{
    struct ambit_checkpoint_writer *writer = NULL;
    const size_t bytes = strlen(content), half = bytes / 2;
    CU_ASSERT_EQUAL(ambit_checkpoint_writer_create(path, &some_head, (int64_t)bytes, &writer),
                    AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_put(writer, content, half), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_put(writer, content + half, bytes - half), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_checkpoint_commit(&writer), AMBIT_OK);
    CU_ASSERT_PTR_NULL(writer);
}

static enum ambit_checkpoint_found look(const char *path, const char *content)
{
    struct ambit_checkpoint_reader *reader = NULL;
    struct ambit_checkpoint_head head;
    enum ambit_checkpoint_found found = AMBIT_CHECKPOINT_NONE;
    char why[AMBIT_CHECKPOINT_WHY_MAX], text[64] = "";
    CU_ASSERT_EQUAL(ambit_checkpoint_open(path, &found, why, &head, &reader), AMBIT_OK);
    CU_ASSERT_EQUAL(reader != NULL, found == AMBIT_CHECKPOINT_GOOD);
    CU_ASSERT_EQUAL(why[0] != '\0', found == AMBIT_CHECKPOINT_DAMAGED);
    if (reader != NULL) {
        CU_ASSERT_EQUAL(memcmp(&head, &some_head, sizeof head), 0);
        CU_ASSERT_EQUAL(ambit_checkpoint_get(reader, text, strlen(content)), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(text, content);
        CU_ASSERT_EQUAL(ambit_checkpoint_get(reader, text, 1), AMBIT_ERR_IO);
        ambit_error_clear();
    }
    ambit_checkpoint_reader_destroy(&reader);
    return found;
}

static void keeps_the_last_two(void)
{
    char *const path = path_of("two"), *const before = path_of("two.1");
    char *const left = path_of("two.tmp.77"), *const other = path_of("twofold.tmp.77");
    CU_ASSERT_EQUAL(look(path, ""), AMBIT_CHECKPOINT_NONE);
    write_some(path, "first");
    CU_ASSERT_EQUAL(look(before, ""), AMBIT_CHECKPOINT_NONE);
    write_some(path, "second");
    write_some(path, "the third");
    CU_ASSERT_EQUAL(look(path, "the third"), AMBIT_CHECKPOINT_GOOD);
    CU_ASSERT_EQUAL(look(before, "second"), AMBIT_CHECKPOINT_GOOD);
    write_all(left, (const uint8_t *)"x", 1);
    write_all(other, (const uint8_t *)"x", 1);
    CU_ASSERT_EQUAL(ambit_checkpoint_remove(path), AMBIT_OK);
    CU_ASSERT_FALSE(is_there(path) || is_there(before) || is_there(left));
    CU_ASSERT_TRUE(is_there(other));
    CU_ASSERT_EQUAL(ambit_checkpoint_remove(path), AMBIT_OK);
    free(path);
    free(before);
    free(left);
    free(other);
}

static void tells_damage(void)
{
    char *const path = path_of("damaged");
    size_t bytes = 0;
    write_some(path, "some content");
    uint8_t *const all = read_all(path, &bytes);
    CU_ASSERT_EQUAL(bytes, 24 + 320 + 12 + 8);
    for (size_t cut = 0; cut < bytes; cut++) {
        write_all(path, all, cut);
        CU_ASSERT_EQUAL(look(path, ""), AMBIT_CHECKPOINT_DAMAGED);
    }
    for (size_t at = 0; at < bytes; at++) {
        all[at] ^= (uint8_t)(1u << (at % 8));
        write_all(path, all, bytes);
        CU_ASSERT_EQUAL(look(path, ""), AMBIT_CHECKPOINT_DAMAGED);
        all[at] ^= (uint8_t)(1u << (at % 8));
    }
    write_all(path, all, bytes);
    CU_ASSERT_EQUAL(look(path, "some content"), AMBIT_CHECKPOINT_GOOD);
    free(all);
    free(path);
}

static void refuses_another_layout(void)
{
    char *const path = path_of("layout"), why[AMBIT_CHECKPOINT_WHY_MAX];
    struct ambit_checkpoint_reader *reader = NULL;
    struct ambit_checkpoint_head head;
    struct ambit_checksum *checksum = NULL;
    enum ambit_checkpoint_found found = AMBIT_CHECKPOINT_NONE;
    size_t bytes = 0;
    write_some(path, "some content");
    uint8_t *const all = read_all(path, &bytes);
    all[12] = 3; /* the format, on the machines that there are */
    CU_ASSERT_EQUAL(ambit_checksum_create(&checksum), AMBIT_OK);
    ambit_checksum_add(checksum, all, bytes - 8);
    const uint64_t value = ambit_checksum_value(checksum);
    ambit_checksum_destroy(&checksum);
    memcpy(all + bytes - 8, &value, sizeof value);
    write_all(path, all, bytes);
    CU_ASSERT_EQUAL(ambit_checkpoint_open(path, &found, why, &head, &reader), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NULL(reader);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(ambit_error_message(), "expected a checkpoint of format 2, found format 3"));
    ambit_error_clear();
    free(all);
    free(path);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"goes on with runs of accounts", goes_on_with_runs_of_accounts},
        {"goes on with opened limits", goes_on_with_opened_limits},
        {"goes on with few accounts", goes_on_with_few_accounts},
        {"goes on with centroids", goes_on_with_centroids},
        {"goes on with rules", goes_on_with_rules},
        {"refuses another build", refuses_another_build},
        {"refuses another layout", refuses_another_layout},
        {"keeps the last two", keeps_the_last_two},
        {"tells damage", tells_damage},
    };
    return ambit_test_main("test_checkpoint", tests, AMBIT_TEST_COUNT(tests));
}
