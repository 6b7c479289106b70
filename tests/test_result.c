/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Result files: what is written comes back bit for bit, the same result is the same bytes, and
 * a file that is cut, changed or something else ends in one clear message.
 */
#include "engine/base/memory.h"
#include "io/assignments_csv.h"
#include "io/hdf5_wrap.h"
#include "io/result_hdf5.h"
#include "tests/harness.h"
#include "tests/result_fixture.h"

#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* HDF5 1.10 loses memory of its own where it refuses a damaged header; ours is counted by the
 * harness. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5";
}

#define SAME(a, b, count) (memcmp((a), (b), (size_t)(count) * sizeof *(a)) == 0)

static void check_figures(const struct ambit_result *a, const struct ambit_result *b)
{
    CU_ASSERT_EQUAL(a->kind, b->kind);
    CU_ASSERT_EQUAL(a->feasible, b->feasible);
    CU_ASSERT_STRING_EQUAL(a->version, b->version);
    CU_ASSERT_STRING_EQUAL(a->scenario_name, b->scenario_name);
    CU_ASSERT_STRING_EQUAL(a->scenario_text, b->scenario_text);
    CU_ASSERT_EQUAL(a->seed, b->seed);
    CU_ASSERT_EQUAL(a->effort, b->effort);
    CU_ASSERT_EQUAL(a->stopped_by_time_limit, b->stopped_by_time_limit);
    CU_ASSERT_EQUAL(a->has_previous, b->has_previous);
    CU_ASSERT_EQUAL(a->travel, b->travel);
    CU_ASSERT_EQUAL(a->travel_before, b->travel_before);
    CU_ASSERT_EQUAL(a->moved_count, b->moved_count);
    CU_ASSERT_EQUAL(a->objective, b->objective);
    CU_ASSERT_EQUAL(a->bound, b->bound);
    CU_ASSERT(SAME(&a->gap, &b->gap, 1));
    CU_ASSERT_STRING_EQUAL(a->plan_sha256, b->plan_sha256);
    CU_ASSERT_EQUAL(a->round_count, b->round_count);
    CU_ASSERT(SAME(a->round, b->round, a->round_count));
    CU_ASSERT(SAME(&a->bad_rows, &b->bad_rows, 1));
    CU_ASSERT_EQUAL(a->input_count, b->input_count);
    for (int i = 0; i < a->input_count; i++) {
        CU_ASSERT_STRING_EQUAL(a->input[i].role, b->input[i].role);
        CU_ASSERT_STRING_EQUAL(a->input[i].path, b->input[i].path);
        CU_ASSERT_STRING_EQUAL(a->input[i].hash, b->input[i].hash);
        CU_ASSERT_EQUAL(a->input[i].rows, b->input[i].rows);
    }
}

static void check_accounts(const struct ambit_result *a, const struct ambit_result *b)
{
    const int64_t n = a->account_count;
    CU_ASSERT_EQUAL(n, b->account_count);
    CU_ASSERT_EQUAL(a->id_width, b->id_width);
    CU_ASSERT_EQUAL(a->column_count, b->column_count);
    if (n != b->account_count || a->id_width != b->id_width || a->column_count != b->column_count)
        return;
    CU_ASSERT(SAME(a->account_id, b->account_id, n * a->id_width));
    CU_ASSERT(SAME(a->lat, b->lat, n));
    CU_ASSERT(SAME(a->lon, b->lon, n));
    CU_ASSERT(SAME(a->territory, b->territory, n));
    CU_ASSERT(SAME(a->previous, b->previous, n));
    CU_ASSERT(SAME(a->account_travel, b->account_travel, n));
    for (int c = 0; c < a->column_count; c++) {
        CU_ASSERT_STRING_EQUAL(a->column_name[c], b->column_name[c]);
        CU_ASSERT(SAME(a->column[c], b->column[c], n));
    }
}

static void check_territory(const struct ambit_result_territory *a,
                            const struct ambit_result_territory *b)
{
    CU_ASSERT_STRING_EQUAL(a->name, b->name);
    CU_ASSERT_STRING_EQUAL(a->rep_id, b->rep_id);
    CU_ASSERT_EQUAL(a->centre_kind, b->centre_kind);
    CU_ASSERT(SAME(&a->centre_lat, &b->centre_lat, 1));
    CU_ASSERT(SAME(&a->centre_lon, &b->centre_lon, 1));
    CU_ASSERT_EQUAL(a->has_home, b->has_home);
    CU_ASSERT(SAME(&a->home_lat, &b->home_lat, 1));
    CU_ASSERT(SAME(&a->home_lon, &b->home_lon, 1));
    CU_ASSERT_EQUAL(a->account_count, b->account_count);
    CU_ASSERT_EQUAL(a->gained_count, b->gained_count);
    CU_ASSERT_EQUAL(a->lost_count, b->lost_count);
    CU_ASSERT_EQUAL(a->travel, b->travel);
}

static void check_band(const struct ambit_result_band *a, const struct ambit_result_band *b, int n)
{
    CU_ASSERT_STRING_EQUAL(a->label, b->label);
    CU_ASSERT_EQUAL(a->measure, b->measure);
    CU_ASSERT_EQUAL(a->share_of, b->share_of);
    CU_ASSERT_EQUAL(a->lower_kind, b->lower_kind);
    CU_ASSERT_EQUAL(a->upper_kind, b->upper_kind);
    CU_ASSERT_EQUAL(a->relaxed, b->relaxed);
    CU_ASSERT(SAME(&a->asked_lower, &b->asked_lower, 1));
    CU_ASSERT(SAME(&a->asked_upper, &b->asked_upper, 1));
    CU_ASSERT(SAME(&a->used_lower, &b->used_lower, 1));
    CU_ASSERT(SAME(&a->used_upper, &b->used_upper, 1));
    CU_ASSERT(SAME(&a->proven_limit, &b->proven_limit, 1));
    CU_ASSERT(SAME(&a->worst_deviation, &b->worst_deviation, 1));
    CU_ASSERT_EQUAL(a->broken_count, b->broken_count);
    CU_ASSERT(SAME(&a->open_by, &b->open_by, 1));
    CU_ASSERT(SAME(a->target, b->target, n));
    CU_ASSERT(SAME(a->lower, b->lower, n));
    CU_ASSERT(SAME(a->upper, b->upper, n));
    CU_ASSERT(SAME(a->value, b->value, n));
    CU_ASSERT(SAME(a->price_lower, b->price_lower, n));
    CU_ASSERT(SAME(a->price_upper, b->price_upper, n));
}

static void check_equal(const struct ambit_result *a, const struct ambit_result *b)
{
    check_figures(a, b);
    check_accounts(a, b);
    CU_ASSERT_EQUAL(a->territory_count, b->territory_count);
    for (int j = 0; j < a->territory_count; j++)
        check_territory(&a->territories[j], &b->territories[j]);
    CU_ASSERT_EQUAL(a->measure_count, b->measure_count);
    for (int m = 0; m < a->measure_count; m++) {
        CU_ASSERT_STRING_EQUAL(a->measure[m].name, b->measure[m].name);
        CU_ASSERT_STRING_EQUAL(a->measure[m].unit, b->measure[m].unit);
        CU_ASSERT_EQUAL(a->measure[m].total, b->measure[m].total);
        CU_ASSERT(SAME(a->measure[m].load, b->measure[m].load, a->territory_count));
    }
    CU_ASSERT_EQUAL(a->band_count, b->band_count);
    for (int k = 0; k < a->band_count; k++)
        check_band(&a->band[k], &b->band[k], a->territory_count);
}

/* As a run writes it, slice by slice. */
static ambit_status write_result(const char *path, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_file *file = NULL;
    AMBIT_TRY(ambit_result_file_create(path, r, &file));
    AMBIT_TRY(ambit_result_file_put_all(file, r));
    AMBIT_TRY(ambit_result_file_commit(&file, r));
done:
    ambit_result_file_destroy(&file);
    return status;
}

/* Writes the fixture under `name` in the scratch folder. */
static const char *write_fixture(const char *name)
{
    const char *const path = ambit_test_file(name, "", 0);
    struct ambit_result r;
    fixture_result(&r);
    CU_ASSERT_EQUAL(write_result(path, &r), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    ambit_result_clear(&r);
    return path;
}

static char *slurp(const char *path, long *bytes_out)
{
    static char buffer[4 << 20];
    FILE *const file = fopen(path, "rb");
    if (file == NULL) abort();
    *bytes_out = (long)fread(buffer, 1, sizeof buffer, file);
    (void)fclose(file);
    return buffer;
}

static void comes_back_exactly(void)
{
    struct ambit_result before, after;
    const char *const path = write_fixture("exact.h5");
    fixture_result(&before);
    CU_ASSERT_EQUAL(ambit_result_read(path, &after), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    if (after.account_count == before.account_count) check_equal(&before, &after);
    ambit_result_clear(&before);
    ambit_result_clear(&after);
}

static void empty_result_comes_back(void)
{
    struct ambit_result before, after;
    const char *const path = ambit_test_file("empty.h5", "", 0);
    ambit_result_init(&before);
    before.kind = AMBIT_RESULT_AUDIT;
    CU_ASSERT_EQUAL(write_result(path, &before), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_result_read(path, &after), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    CU_ASSERT_EQUAL(after.kind, AMBIT_RESULT_AUDIT);
    CU_ASSERT_EQUAL(after.account_count, 0);
    CU_ASSERT_EQUAL(after.travel_before, -1);
    CU_ASSERT(isnan(after.gap));
    CU_ASSERT_STRING_EQUAL(after.scenario_text, "");
    ambit_result_clear(&after);
    ambit_result_clear(&before);
}

/* More rows than a chunk holds, and names that collide once '/' is replaced. */
static void long_columns_and_like_names(void)
{
    enum { ROWS = 300000 };
    struct ambit_result before, after;
    const char *const path = ambit_test_file("long.h5", "", 0);
    fixture_result(&before);
    ambit_free(&before.column[0]);
    ambit_free(&before.column[1]);
    before.column_count = 0;
    before.account_count = ROWS;
    if (ambit_resize(&before.account_id, ROWS, 8) != AMBIT_OK ||
        ambit_resize(&before.lat, ROWS, sizeof(double)) != AMBIT_OK ||
        ambit_resize(&before.lon, ROWS, sizeof(double)) != AMBIT_OK ||
        ambit_resize(&before.territory, ROWS, sizeof(int32_t)) != AMBIT_OK ||
        ambit_resize(&before.previous, ROWS, sizeof(int32_t)) != AMBIT_OK ||
        ambit_resize(&before.account_travel, ROWS, sizeof(int64_t)) != AMBIT_OK)
        abort();
    for (int i = 0; i < ROWS; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%08d", i);
        memcpy(before.account_id + (ptrdiff_t)8 * i, id, 8);
        before.lat[i] = 1e-4 * i;
        before.lon[i] = -1e-4 * i;
        before.territory[i] = i % 3;
        before.previous[i] = i % 4 - 1;
        before.account_travel[i] = INT64_C(1234567891) * i;
    }
    (void)snprintf(before.band[0].label, sizeof before.band[0].label, "travel_of_hours");
    (void)snprintf(before.measure[0].name, sizeof before.measure[0].name, "territory");
    (void)snprintf(before.measure[1].name, sizeof before.measure[1].name, ".");
    CU_ASSERT_EQUAL(write_result(path, &before), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_result_read(path, &after), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    if (after.account_count == ROWS) check_equal(&before, &after);
    ambit_result_clear(&before);
    ambit_result_clear(&after);
}

/* Names that mean something to HDF5, that meet once slashes are replaced, or that look odd. */
static void awkward_names_come_back(void)
{
    static const char *const name[] = {"a/b",         "a_of_b", "a b + c/d", "..",  "/",
                                       "./territory", " x ",    "a_of_b_2",  "load"};
    const char *const path = ambit_test_file("names.h5", "", 0);
    struct ambit_result before, after;
    fixture_result(&before);
    const int extra = AMBIT_MEASURE_MAX - before.measure_count;
    for (int m = 0; m < AMBIT_MEASURE_MAX; m++) {
        struct ambit_result_measure *const measure = &before.measure[m];
        (void)snprintf(measure->name, sizeof measure->name, "%s", name[m]);
        if (m >= AMBIT_MEASURE_MAX - extra) measure->load = FIXTURE_ARRAY(int64_t, m, 10 * m, -m);
    }
    before.measure_count = AMBIT_MEASURE_MAX;
    for (int c = 0; c < 9; c++) {
        (void)snprintf(before.column_name[c], AMBIT_NAME_MAX, "%s", name[c]);
        if (c >= before.column_count) before.column[c] = FIXTURE_ARRAY(int64_t, c, 1, 2, 3, c * c);
    }
    before.column_count = 9;
    memset(before.band[0].label, '/', sizeof before.band[0].label - 1);
    memset(before.band[1].label, '/', sizeof before.band[1].label - 2);
    CU_ASSERT_EQUAL(write_result(path, &before), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_result_read(path, &after), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    CU_ASSERT_EQUAL(after.measure_count, AMBIT_MEASURE_MAX);
    CU_ASSERT_EQUAL(after.column_count, 9);
    if (after.measure_count == AMBIT_MEASURE_MAX) check_equal(&before, &after);
    ambit_result_clear(&before);
    ambit_result_clear(&after);
}

static void same_result_same_bytes(void)
{
    long bytes = 0, again = 0;
    char *const first = slurp(write_fixture("one.h5"), &bytes);
    char *const kept = fixture_copy(first, (size_t)bytes);
    const char *const path = ambit_test_file("two.h5", "an older file", -1);
    struct ambit_result r;
    fixture_result(&r);
    r.seconds[AMBIT_PHASE_TOTAL] = 12.5; /* none of these is stored */
    r.peak_bytes = 123;
    r.ranks = 4;
    r.threads = 3;
    /* What stands behind a text's NUL must not reach the file. */
    memset(r.scenario_name + 5, 'x', sizeof r.scenario_name - 6);
    memset(r.territories[0].name + 6, 'x', 20);
    CU_ASSERT_EQUAL(write_result(path, &r), AMBIT_OK);
    char *const second = slurp(path, &again);
    CU_ASSERT_EQUAL(bytes, again);
    CU_ASSERT(bytes > 1000 && memcmp(kept, second, (size_t)bytes) == 0);
    void *block = kept;
    ambit_free(&block);
    ambit_result_clear(&r);
}

/* Reads what must fail; the message may start with the path, which is cut off. */
static void refuses(const char *path, ambit_status expected, const char *message)
{
    struct ambit_result r;
    char text[1024];
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_result_read(path, &r), expected);
    (void)snprintf(text, sizeof text, message, path);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), text);
    if (strcmp(ambit_error_message(), text) != 0)
        fprintf(stderr, "expected: %s\nfound:    %s\n", text, ambit_error_message());
    CU_ASSERT_EQUAL(r.account_count, 0);
    CU_ASSERT_PTR_NULL(r.territories);
    ambit_error_clear();
    ambit_result_clear(&r);
}

static void refuses_other_files(void)
{
    static const char other[] = "%s: expected a result file (HDF5), found something else";
    char folder[600];
    const char *const text = ambit_test_file("text.h5", "account_id,lat,lon\n", -1);
    refuses(text, AMBIT_ERR_INPUT, other);
    refuses(ambit_test_file("none.h5", "", 0), AMBIT_ERR_INPUT, other);
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(text, '/') - text), text);
    refuses(folder, AMBIT_ERR_IO, "cannot open %s: expected a result file, found a directory");
    refuses("/nowhere/x.h5", AMBIT_ERR_IO, "cannot open %s: No such file or directory");
}

static void refuses_cut_files(void)
{
    long bytes = 0;
    char *const whole = slurp(write_fixture("whole.h5"), &bytes);
    const long cuts[] = {bytes - 1, bytes / 2, 600, 100};
    for (int i = 0; i < 4; i++)
        refuses(ambit_test_file("cut.h5", whole, cuts[i]), AMBIT_ERR_INPUT,
                "%s: the file is cut off or damaged; write it again");
}

/* Flips every 149th byte in turn: the file reads as it was, or is refused; never something else in
 * figures, and never a crash. */
static void survives_flipped_bytes(void)
{
    long bytes = 0;
    int refused = 0, tried = 0;
    struct ambit_result good, r;
    fixture_result(&good);
    char *const whole = slurp(write_fixture("flip.h5"), &bytes);
    for (long at = 0; at < bytes; at += 149, tried++) {
        whole[at] = (char)(whole[at] ^ 0x55);
        const char *const path = ambit_test_file("flipped.h5", whole, bytes);
        if (ambit_result_read(path, &r) != AMBIT_OK) {
            CU_ASSERT_STRING_NOT_EQUAL(ambit_error_message(), "");
            refused++;
        } else {
            CU_ASSERT_EQUAL(r.travel, good.travel);
            check_accounts(&good, &r);
        }
        ambit_error_clear();
        ambit_result_clear(&r);
        whole[at] = (char)(whole[at] ^ 0x55);
    }
    CU_ASSERT(refused > tried / 5);
    ambit_result_clear(&good);
}

/* Opens a written fixture with HDF5 itself, to spoil one thing. */
static hid_t spoil(const char *path)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    (void)H5Pset_file_locking(access, false, true);
    (void)H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, access);
    (void)H5Pclose(access);
    CU_ASSERT(file >= 0);
    return file;
}

static void set_attribute_i32(hid_t file, const char *name, int32_t value)
{
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    CU_ASSERT(H5Awrite(attribute, H5T_NATIVE_INT32, &value) >= 0);
    (void)H5Aclose(attribute);
}

static void refuses_other_formats(void)
{
    const char *const path = write_fixture("version.h5");
    hid_t file = spoil(path);
    set_attribute_i32(file, "format_version", 2);
    (void)H5Fclose(file);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: expected result format 1, found 2; read it with the Ambit that wrote it, or run "
            "its scenario again");
    file = spoil(path);
    (void)H5Adelete(file, "format");
    (void)H5Fclose(file);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: expected a result of Ambit, found another kind of HDF5 file");
}

static void refuses_missing_parts(void)
{
    static const struct {
        const char *link, *message;
    } cases[] = {
        {"/accounts/lat",
         "%s: damaged result: /accounts/lat: the dataset is missing or unreadable"},
        {"/accounts",
         "%s: damaged result: /accounts/account: the dataset is missing or unreadable"},
        {"/bands/travel_of_hours/price_upper",
         "%s: damaged result: /bands/travel_of_hours/price_upper: the dataset is missing or "
         "unreadable"},
        {"/measures",
         "%s: damaged result: attribute 'count' of /measures: it is missing or unreadable"},
        {"/measures/hours",
         "%s: damaged result: attribute 'name' of /measures/hours: it is missing or unreadable"},
        {"/rounds/phase",
         "%s: damaged result: /rounds/phase: the dataset is missing or unreadable"},
        {"/scenario", "%s: damaged result: /scenario: the dataset is missing or unreadable"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const path = write_fixture("missing.h5");
        const hid_t file = spoil(path);
        CU_ASSERT(H5Ldelete(file, cases[i].link, H5P_DEFAULT) >= 0);
        (void)H5Fclose(file);
        refuses(path, AMBIT_ERR_INPUT, cases[i].message);
    }
}

/* Replaces a dataset by `count` zeros of a type. */
static void replace(const char *path, const char *link, hid_t type, hsize_t count)
{
    const hid_t file = spoil(path);
    const hid_t space = H5Screate_simple(1, &count, NULL);
    CU_ASSERT(H5Ldelete(file, link, H5P_DEFAULT) >= 0);
    const hid_t set = H5Dcreate2(file, link, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(set >= 0);
    (void)H5Dclose(set);
    (void)H5Sclose(space);
    (void)H5Fclose(file);
}

static void refuses_wrong_shapes(void)
{
    const char *path = write_fixture("shape.h5");
    replace(path, "/accounts/lat", H5T_IEEE_F64LE, 4);
    refuses(path, AMBIT_ERR_INPUT, "%s: damaged result: /accounts/lat: expected 5 values, found 4");
    path = write_fixture("shape.h5");
    replace(path, "/accounts/lat", H5T_STD_I32LE, 5);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: damaged result: /accounts/lat: expected numbers with a fraction, found whole "
            "numbers");
    path = write_fixture("shape.h5");
    replace(path, "/territories/territory", H5T_STD_I64LE, 100001);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: damaged result: /territories/territory: expected at most 100000, found 100001");
}

static void refuses_wrong_values(void)
{
    static const int32_t territory[5] = {0, 0, 3, 2, 1};
    static const uint8_t flags[3] = {1, 2, 0};
    const char *path = write_fixture("value.h5");
    hid_t file = spoil(path);
    hid_t set = H5Dopen2(file, "/accounts/territory", H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(set, H5T_NATIVE_INT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, territory) >= 0);
    (void)H5Dclose(set);
    (void)H5Fclose(file);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: damaged result: /accounts/territory: expected 0 to 2, found 3 for account 2");
    path = write_fixture("value.h5");
    file = spoil(path);
    set = H5Dopen2(file, "/territories/has_home", H5P_DEFAULT);
    CU_ASSERT(H5Dwrite(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, flags) >= 0);
    (void)H5Dclose(set);
    (void)H5Fclose(file);
    refuses(path, AMBIT_ERR_INPUT,
            "%s: damaged result: /territories/has_home: expected 0 or 1, found another number");
}

static void cannot_write_is_said(void)
{
    struct ambit_result r;
    fixture_result(&r);
    CU_ASSERT_EQUAL(write_result("/nowhere/x.h5", &r), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write /nowhere/x.h5: No such file or directory");
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_assignments_write("/nowhere/x.csv", &r), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write /nowhere/x.csv: No such file or directory");
    ambit_result_clear(&r);
}

/* A full disk, played by a limit on the size of files: the older file stays, nothing else does. */
static void full_disk_keeps_the_old_file(void)
{
    struct rlimit before;
    struct ambit_result r;
    struct stat there;
    char temporary[700];
    const char *const path = ambit_test_file("full.h5", "old", -1);
    fixture_result(&r);
    if (getrlimit(RLIMIT_FSIZE, &before) != 0) abort();
    const struct rlimit small = {4096, before.rlim_max};
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &small) != 0) abort();
    const ambit_status status = write_result(path, &r);
    if (setrlimit(RLIMIT_FSIZE, &before) != 0) abort();
    (void)signal(SIGXFSZ, handler);
    CU_ASSERT_EQUAL(status, AMBIT_ERR_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), "File too large"));
    CU_ASSERT(stat(path, &there) == 0 && there.st_size == 3);
    (void)snprintf(temporary, sizeof temporary, "%s.tmp.%ld", path, (long)getpid());
    CU_ASSERT(stat(temporary, &there) != 0);
    ambit_result_clear(&r);
}

/* Every allocation of a write and a read fails once: a status, no leak, no half-made result. */
static void failing_allocations(void)
{
    struct ambit_result r, after;
    const char *const path = write_fixture("memory.h5");
    fixture_result(&r);
    ambit_status status = AMBIT_ERR_MEMORY;
    int k = 0;
    for (k = 1; status == AMBIT_ERR_MEMORY && k < 2000; k++) {
        ambit_memory_fail_at(k);
        status = write_result(path, &r);
        ambit_error_clear();
    }
    CU_ASSERT(status == AMBIT_OK && k > 20);
    status = AMBIT_ERR_MEMORY;
    for (k = 1; status == AMBIT_ERR_MEMORY && k < 2000; k++) {
        ambit_memory_fail_at(k);
        status = ambit_result_read(path, &after);
        ambit_error_clear();
        if (status != AMBIT_OK) CU_ASSERT_PTR_NULL(after.account_id);
    }
    ambit_memory_fail_at(0);
    CU_ASSERT(status == AMBIT_OK && k > 50);
    ambit_result_clear(&after);
    ambit_result_clear(&r);
}

static void assignments_are_quoted(void)
{
    struct ambit_result r;
    long bytes = 0;
    const char *const path = ambit_test_file("plan.csv", "", 0);
    static const char expected[] = "account_id,territory,rep,previous,moved\n"
                                   "A-1,North,R1,North,0\n"
                                   "\"b,2\",North,R1,\"South, \"\"old\"\"\",1\n"
                                   "\"c\"\"3\",\"South, \"\"old\"\"\",,\"South, \"\"old\"\"\",0\n"
                                   "D\xC3\xA9"
                                   "4,\xC3\x9Cst,\"R,3\",,0\n"
                                   "full-8id,\"South, \"\"old\"\"\",,\xC3\x9Cst,1\n";
    fixture_result(&r);
    CU_ASSERT_EQUAL(ambit_assignments_write(path, &r), AMBIT_OK);
    const char *const text = slurp(path, &bytes);
    CU_ASSERT_EQUAL(bytes, (long)strlen(expected));
    CU_ASSERT(memcmp(text, expected, strlen(expected)) == 0);
    ambit_result_clear(&r);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"comes back exactly", comes_back_exactly},
        {"an empty result comes back", empty_result_comes_back},
        {"long columns and like names", long_columns_and_like_names},
        {"awkward names come back", awkward_names_come_back},
        {"the same result is the same bytes", same_result_same_bytes},
        {"refuses other files", refuses_other_files},
        {"refuses cut files", refuses_cut_files},
        {"survives flipped bytes", survives_flipped_bytes},
        {"refuses other formats", refuses_other_formats},
        {"refuses missing parts", refuses_missing_parts},
        {"refuses wrong shapes", refuses_wrong_shapes},
        {"refuses wrong values", refuses_wrong_values},
        {"cannot write is said", cannot_write_is_said},
        {"a full disk keeps the old file", full_disk_keeps_the_old_file},
        {"failing allocations", failing_allocations},
        {"assignments are quoted", assignments_are_quoted},
    };
    return ambit_test_main("result", tests, AMBIT_TEST_COUNT(tests));
}
