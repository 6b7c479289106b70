/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds the YAML tree of a scenario file to struct ambit_scenario.
 *
 * Sections are bound in the order in which they need each other (columns before measures, measures
 * before bands), whatever their order in the file. Binding goes on after an error, and the
 * complaint that stands first in the file is the one that is kept: so functions here return
 * nothing, and a value that could not be bound keeps its default. Cost: one pass over a tree of at
 * most a few thousand nodes. Weakness: one message a run, so three mistakes take three runs.
 */
#include "io/scenario_yaml.h"
#include "engine/base/memory.h"
#include "io/scenario_audit.h"
#include "io/scenario_bands.h"
#include "io/scenario_binder.h"
#include "io/scenario_changes.h"
#include "io/scenario_contiguity.h"
#include "io/scenario_disruption.h"
#include "io/scenario_folder.h"
#include "io/scenario_headcount.h"
#include "io/scenario_layers.h"
#include "io/scenario_nightly.h"
#include "io/scenario_robustness.h"
#include "io/scenario_rules.h"
#include "io/scenario_variants.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct ambit_yaml_node node;

/* Binds lat and lon, or x and y. */
static void bind_place_columns(struct ambit_binder *b, const node *columns, bool required,
                               char *lat_out, char *lon_out, char *x_out, char *y_out)
{
    static const char either[] = "the keys lat and lon, or x and y";
    const bool degrees =
        ambit_yaml_find(columns, "lat") != NULL || ambit_yaml_find(columns, "lon") != NULL;
    const bool metres =
        ambit_yaml_find(columns, "x") != NULL || ambit_yaml_find(columns, "y") != NULL;
    if (degrees && metres) {
        ambit_bind_complain(b, columns, "both", "either %s", either);
    } else if (degrees) {
        ambit_bind_required_name(b, columns, "lat", lat_out);
        ambit_bind_required_name(b, columns, "lon", lon_out);
    } else if (metres) {
        ambit_bind_required_name(b, columns, "x", x_out);
        ambit_bind_required_name(b, columns, "y", y_out);
    } else if (required) {
        ambit_bind_missing(b, columns, either);
    }
}

static void bind_delimiter(struct ambit_binder *b, const node *value, char *delimiter_out)
{
    static const struct {
        const char *word;
        char delimiter;
    } known[] = {{",", ','}, {";", ';'}, {"|", '|'}, {"\t", '\t'}, {"\\t", '\t'}, {"tab", '\t'}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (value->kind == AMBIT_YAML_SCALAR && strcmp(value->text, known[k].word) == 0) {
            *delimiter_out = known[k].delimiter;
            return;
        }
    }
    ambit_bind_complain(b, value, NULL, "one of \",\", \";\", \"|\" and tab");
}

/* Binds a number of visits a year, or the column that holds it. A plain text that begins like a
 * number must be one: `13O` is a slip of the hand, no column. */
static void bind_visits(struct ambit_binder *b, const node *value)
{
    static const char what[] = "a number from 0 to 1000000, or a column's name (in quotes where "
                               "it begins like a number)";
    struct ambit_scenario *const s = b->scenario;
    if (ambit_bind_is_text(value) && value->plain &&
        strchr("+-.0123456789", value->text[0]) != NULL)
        ambit_bind_number(b, value, what, 0.0, 1e6, &s->visits_number);
    else if (ambit_bind_is_name(value))
        s->visits_column = ambit_bind_column(b, value, value->text);
    else
        ambit_bind_complain(b, value, NULL, "%s", what);
}

static void bind_accounts(struct ambit_binder *b, const node *accounts)
{
    struct ambit_scenario *const s = b->scenario;
    if (!ambit_bind_is_map(b, accounts, "file, delimiter, columns, crs, visits, add, remove"))
        return;
    const node *const file = ambit_bind_require(b, accounts, "file");
    if (file != NULL) ambit_bind_text(b, file, "a file's path", &s->accounts_file);
    const node *const delimiter = ambit_yaml_find(accounts, "delimiter");
    if (delimiter != NULL) bind_delimiter(b, delimiter, &s->delimiter);
    const node *const columns = ambit_bind_require(b, accounts, "columns");
    if (columns != NULL && ambit_bind_is_map(b, columns, "id, lat, lon, x, y, territory")) {
        ambit_bind_required_name(b, columns, "id", s->id_column);
        bind_place_columns(b, columns, true, s->lat_column, s->lon_column, s->x_column,
                           s->y_column);
        ambit_bind_optional_name(b, columns, "territory", s->territory_column);
    }
    const node *const visits = ambit_yaml_find(accounts, "visits");
    if (visits != NULL) bind_visits(b, visits);
}

/* Binds a column's name, or a list of such. */
static void bind_factors(struct ambit_binder *b, const node *value)
{
    struct ambit_rep_terms *const rep = &b->scenario->rep;
    const bool is_list = value->kind == AMBIT_YAML_LIST;
    for (const node *one = is_list ? value->first : value; one != NULL;
         one = is_list ? one->next : NULL) {
        if (rep->factor_count == AMBIT_REP_FACTOR_MAX) {
            ambit_bind_complain(b, one, NULL, "at most %d columns of factors",
                                AMBIT_REP_FACTOR_MAX);
            return;
        }
        ambit_bind_name(b, one, rep->factor[rep->factor_count++]);
    }
}

static void bind_reps(struct ambit_binder *b, const node *reps)
{
    struct ambit_scenario *const s = b->scenario;
    if (!ambit_bind_is_map(b, reps, "file, columns, add, leave, move, hire")) return;
    const node *const file = ambit_bind_require(b, reps, "file");
    if (file != NULL) ambit_bind_text(b, file, "a file's path", &s->reps_file);
    const node *const columns = ambit_bind_require(b, reps, "columns");
    if (columns == NULL ||
        !ambit_bind_is_map(b, columns, "id, territory, lat, lon, x, y, capacity, factors"))
        return;
    ambit_bind_required_name(b, columns, "id", s->rep_id_column);
    ambit_bind_optional_name(b, columns, "territory", s->rep_territory_column);
    bind_place_columns(b, columns, false, s->rep_lat_column, s->rep_lon_column, s->rep_x_column,
                       s->rep_y_column);
    ambit_bind_optional_name(b, columns, "capacity", s->rep_capacity_column);
    const node *const factors = ambit_yaml_find(columns, "factors");
    if (factors != NULL) bind_factors(b, factors);
}

/* The reference system of x and y, of accounts and reps alike: needed with them, and only then. */
static void bind_crs(struct ambit_binder *b, const node *accounts)
{
    const node *const crs = ambit_yaml_find(accounts, "crs");
    const bool metres = ambit_bind_find_column(b, "accounts", "x") != NULL ||
                        ambit_bind_find_column(b, "reps", "x") != NULL;
    if (crs != NULL && metres)
        ambit_bind_text(b, crs, "a reference system such as EPSG:5070", &b->scenario->crs);
    else if (crs != NULL)
        ambit_bind_complain(b, crs, NULL, "no reference system without columns x and y");
    else if (metres)
        ambit_bind_missing(b, accounts, "the key crs (the reference system of x and y)");
}

/* Binds a whole number written in digits alone. */
static void bind_territories(struct ambit_binder *b, const node *value)
{
    double number = 0.0;
    if (ambit_bind_is_number(value, &number) &&
        strspn(value->text, "0123456789") == strlen(value->text) && number >= 1.0 &&
        number <= AMBIT_TERRITORY_MAX)
        b->scenario->territory_count = (int)number;
    else
        ambit_bind_complain(b, value,
                            ambit_bind_is_text(value) && !value->plain ? "a text in quotes" : NULL,
                            "a whole number from 1 to %d", AMBIT_TERRITORY_MAX);
}

/* Binds a distance such as `20 km`. */
static void bind_separation(struct ambit_binder *b, const node *value)
{
    double km = 0.0;
    const char *const rest =
        ambit_bind_is_text(value) ? ambit_bind_read_number(value->text, &km) : NULL;
    if (rest != NULL && strcmp(rest, " km") == 0 && km >= 0.1 && km <= 10000.0)
        b->scenario->separation.km = km;
    else
        ambit_bind_complain(b, value, NULL, "a distance from 0.1 to 10000 km, such as 20 km");
}

static void bind_centres(struct ambit_binder *b, const node *centres)
{
    bool ignored = false, centroid = false;
    if (!ambit_bind_is_map(b, centres, "homes, free, separation")) return;
    ambit_bind_choice(b, centres, "homes", "fixed", "ignored", &ignored);
    ambit_bind_choice(b, centres, "free", "median", "centroid", &centroid);
    const node *const separation = ambit_yaml_find(centres, "separation");
    if (separation != NULL) bind_separation(b, separation);
    b->scenario->homes_fixed = !ignored;
    b->scenario->free_centre = centroid ? AMBIT_CENTRE_CENTROID : AMBIT_CENTRE_MEDIAN;
}

/* Binds rows of [km, minutes], which must rise from (0, 0), so that a drive that is longer takes
 * longer. */
static void bind_drive_table(struct ambit_binder *b, const node *table,
                             struct ambit_drive_time *drive)
{
    double before_km = 0.0, before_minutes = 0.0;
    if (table->child_count < 2 || table->child_count > AMBIT_TABLE_MAX) {
        char found[32];
        snprintf(found, sizeof found, "%d", table->child_count);
        ambit_bind_complain(b, table, found, "2 to %d rows of [km, minutes]", AMBIT_TABLE_MAX);
        return;
    }
    for (const node *row = table->first; row != NULL; row = row->next) {
        if (row->kind != AMBIT_YAML_LIST || row->child_count != 2) {
            ambit_bind_complain(b, row, NULL, "a row of two numbers, [km, minutes]");
            return;
        }
        double km = 0.0, minutes = 0.0;
        ambit_bind_number(b, row->first, "km, a number above 0 and at most 100000",
                          AMBIT_ABOVE_ZERO, 1e5, &km);
        ambit_bind_number(b, row->last, "minutes, a number above 0 and at most 1000000",
                          AMBIT_ABOVE_ZERO, 1e6, &minutes);
        if (km <= before_km || minutes <= before_minutes) {
            ambit_bind_complain(b, km <= before_km ? row->first : row->last, NULL,
                                "more than in the row before");
            return;
        }
        drive->table_km[row->index] = before_km = km;
        drive->table_minutes[row->index] = before_minutes = minutes;
    }
    drive->table_count = table->child_count;
}

static void bind_travel(struct ambit_binder *b, const node *travel)
{
    struct ambit_scenario *const s = b->scenario;
    struct ambit_drive_time *const drive = &s->drive_time;
    if (!ambit_bind_is_map(b, travel, "stops_per_day, local_factor, minutes")) return;
    ambit_bind_optional_number(b, travel, "stops_per_day", "a number above 0 and at most 1000",
                               AMBIT_ABOVE_ZERO, 1e3, &s->stops_per_day);
    ambit_bind_optional_number(b, travel, "local_factor", "a number from 0 to 1000", 0.0, 1e3,
                               &s->local_factor);
    const node *const minutes = ambit_yaml_find(travel, "minutes");
    if (minutes == NULL) return;
    if (minutes->kind == AMBIT_YAML_LIST) {
        bind_drive_table(b, minutes, drive);
    } else if (minutes->kind == AMBIT_YAML_SCALAR) {
        ambit_bind_complain(b, minutes, NULL, "{a: …, b: …} or a table [[km, minutes], …]");
    } else if (ambit_bind_is_map(b, minutes, "a, b")) {
        const node *const a = ambit_bind_require(b, minutes, "a"), *const power =
                                                                       ambit_bind_require(
                                                                           b, minutes, "b");
        if (a != NULL)
            ambit_bind_number(b, a, "a number above 0 and at most 1000", AMBIT_ABOVE_ZERO, 1e3,
                              &drive->a);
        if (power != NULL)
            ambit_bind_number(b, power, "a number above 0 and at most 2", AMBIT_ABOVE_ZERO, 2.0,
                              &drive->b);
    }
}

/* The name of the scenario: its file's, without folder and extension, unless it gives one. */
static void bind_scenario_name(struct ambit_binder *b, const char *path)
{
    const node *const name = ambit_yaml_find(b->root, "name");
    if (name != NULL) {
        ambit_bind_name(b, name, b->scenario->name);
        return;
    }
    const char *const slash = strrchr(path, '/');
    const char *const stem = slash != NULL ? slash + 1 : path;
    const char *const dot = strrchr(stem, '.');
    const size_t bytes = dot != NULL && dot != stem ? (size_t)(dot - stem) : strlen(stem);
    if (bytes < AMBIT_NAME_MAX)
        snprintf(b->scenario->name, AMBIT_NAME_MAX, "%.*s", (int)bytes, stem);
    else
        ambit_bind_missing(b, b->root, "the key name, for the file's own name is too long");
}

const char ambit_scenario_keys[] = "name, accounts, reps, territories, centres, travel, measures, "
                                   "bands, rules, contiguity, objective, disruption, nightly, "
                                   "segments, working_time, coverage, kpi, robustness, headcount, "
                                   "call_plan, scale, seed, folder";

static void bind_scenario(struct ambit_binder *b, const char *path)
{
    const node *const root = b->root;
    char keys[sizeof ambit_scenario_keys + 32];
    (void)snprintf(keys, sizeof keys, "%s, scenarios, grid, layers", ambit_scenario_keys);
    if (!ambit_bind_is_map(b, root, keys)) return;
    static const char *const of_file[] = {"scenarios", "grid"};
    for (int k = 0; k < 2; k++) {
        const node *const inner = ambit_yaml_find(root, of_file[k]);
        if (inner != NULL)
            ambit_bind_complain_key(b, inner, "", "no %s within a scenario", of_file[k]);
    }
    bind_scenario_name(b, path);
    const node *const accounts = ambit_bind_require(b, root, "accounts");
    const node *const reps = ambit_yaml_find(root, "reps");
    const node *const territories = ambit_yaml_find(root, "territories");
    const node *const centres = ambit_yaml_find(root, "centres");
    const node *const travel = ambit_yaml_find(root, "travel");
    if (accounts != NULL) bind_accounts(b, accounts);
    if (reps != NULL) bind_reps(b, reps);
    if (accounts != NULL) bind_crs(b, accounts);
    if (territories != NULL)
        bind_territories(b, territories);
    else if (reps == NULL)
        ambit_bind_missing(b, root, "the key territories (how many), or reps");
    if (centres != NULL) bind_centres(b, centres);
    if (travel != NULL) bind_travel(b, travel);

    ambit_scenario_bind_bands(b);
    ambit_scenario_bind_rules(b);
    ambit_scenario_bind_contiguity(b);
    ambit_scenario_bind_disruption(b);
    ambit_scenario_bind_audit(b);
    ambit_scenario_bind_robustness(b);
    ambit_scenario_bind_nightly(b);
    ambit_scenario_bind_layers(b);
    ambit_scenario_bind_headcount(b);
    ambit_scenario_bind_changes(b);
    ambit_scenario_bind_folder(b);
}

ambit_status ambit_scenario_check_size(const char *path, size_t bytes)
{
    if (bytes <= AMBIT_SCENARIO_BYTES_MAX) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:1:1: scenario: expected at most %d bytes, found a larger file", path,
                      AMBIT_SCENARIO_BYTES_MAX);
}

ambit_status ambit_scenario_bind_tree(const char *path, const char *text, size_t bytes,
                                      const struct ambit_yaml_node *root,
                                      struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_binder b = {.scenario = scenario_out, .root = root};
    ambit_scenario_init(scenario_out);
    AMBIT_TRY(ambit_copy_string(path, &scenario_out->path));
    AMBIT_TRY(ambit_alloc(&scenario_out->text, bytes + 1, 1));
    if (bytes > 0) memcpy(scenario_out->text, text, bytes);
    bind_scenario(&b, path);
    AMBIT_TRY(b.memory);
    if (b.line != 0) status = ambit_fail(AMBIT_ERR_INPUT, "%s:%s", path, b.message);
done:
    if (status != AMBIT_OK) ambit_scenario_clear(scenario_out);
    return status;
}

ambit_status ambit_scenario_parse_variant(const char *path, const char *text, size_t bytes,
                                          const char *name, struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_variants *variants = NULL;
    int index = AMBIT_VARIANT_BASE;
    AMBIT_REQUIRE(text != NULL || bytes == 0);
    ambit_scenario_init(scenario_out);
    AMBIT_TRY(ambit_variants_parse(path, text, bytes, &variants));
    if (name == NULL && ambit_variants_are_layers(variants))
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected the name of one of its %d layers (--scenario NAME), "
                             "found none; `ambit run` alone draws all of them",
                             path, ambit_variants_count(variants)));
    if (name != NULL) AMBIT_TRY(ambit_variants_find(variants, name, &index));
    AMBIT_TRY(ambit_variants_bind(variants, index, scenario_out));
done:
    ambit_variants_destroy(&variants);
    return status;
}

ambit_status ambit_scenario_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_scenario *scenario_out)
{
    return ambit_scenario_parse_variant(path, text, bytes, NULL, scenario_out);
}

/* Reads a regular file, up to one byte more than a scenario may have. Opening does not wait, so a
 * pipe is refused instead of hanging. */
static ambit_status read_file(const char *path, char **text_out, int64_t *bytes_out)
{
    ambit_status status = AMBIT_OK;
    struct stat about;
    int64_t bytes = 0;
    ssize_t got = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected a scenario file, found %s", path,
                             S_ISDIR(about.st_mode) ? "a directory" : "a device or a pipe"));
    AMBIT_TRY(ambit_alloc(text_out, AMBIT_SCENARIO_BYTES_MAX + 1, 1));
    do {
        got = read(file, *text_out + bytes, (size_t)(AMBIT_SCENARIO_BYTES_MAX + 1 - bytes));
        if (got > 0) bytes += got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0) status = ambit_fail(AMBIT_ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    *bytes_out = bytes;
done:
    (void)close(file);
    return status;
}

ambit_status ambit_scenario_read_text(const char *path, struct ambit_comm *comm, char **text_out,
                                      int64_t *bytes_out)
{
    ambit_status status = AMBIT_OK;
    const bool reads = ambit_comm_rank(comm) == 0;
    char *text = NULL;
    int64_t bytes = 0;
    AMBIT_TRY_TOGETHER(comm, reads ? read_file(path, &text, &bytes) : AMBIT_OK);
    ambit_comm_broadcast(comm, &bytes, (int64_t)sizeof bytes, 0);
    AMBIT_TRY_TOGETHER(comm, reads ? AMBIT_OK : ambit_alloc(&text, (size_t)bytes, 1));
    ambit_comm_broadcast(comm, text, bytes, 0);
    *bytes_out = bytes;
done:
    if (status != AMBIT_OK) ambit_free(&text);
    *text_out = text;
    return status;
}

ambit_status ambit_scenario_load_variant(const char *path, const char *name,
                                         struct ambit_comm *comm,
                                         struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    int64_t bytes = 0;
    ambit_scenario_init(scenario_out);
    AMBIT_TRY(ambit_scenario_read_text(path, comm, &text, &bytes));
    AMBIT_TRY_TOGETHER(comm,
                       ambit_scenario_parse_variant(path, text, (size_t)bytes, name, scenario_out));
done:
    ambit_free(&text);
    if (status != AMBIT_OK) ambit_scenario_clear(scenario_out);
    return status;
}

ambit_status ambit_scenario_load(const char *path, struct ambit_comm *comm,
                                 struct ambit_scenario *scenario_out)
{
    return ambit_scenario_load_variant(path, NULL, comm, scenario_out);
}
