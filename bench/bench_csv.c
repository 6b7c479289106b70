/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast CSV is read, in MB/s on one rank, the best of some passes over a warm file:
 *   records   finding every record and field
 *   numbers   the same, and parsing every field as a number, as the tables do
 *   accounts  ambit_read_accounts(), all of it: ids, places, three columns, territories, hashes,
 *             duplicates
 * bench_csv PATH reads that file, without the last line; bench_csv alone makes one in TMPDIR.
 */
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/csv.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS 1000000
#define TERRITORIES 300
#define PASSES 5
#define FIELDS 64

static double unit(uint64_t stream, uint64_t index)
{
    return ambit_random_unit(7, stream, index);
}

static bool write_file(const char *path)
{
    FILE *const file = fopen(path, "wb");
    if (file == NULL) return false;
    (void)fputs("account_id,lat,lon,territory,potential,workload,visits,chain\n", file);
    for (uint64_t i = 0; i < ROWS; i++) {
        (void)fprintf(file, "A%07u,%.6f,%.6f,T%03u,%.2f,%.3f,%u,%s\n", (unsigned)i,
                      25.0 + 24.0 * unit(1, i), -124.0 + 57.0 * unit(2, i),
                      1 + (unsigned)(unit(3, i) * TERRITORIES), 1e5 * unit(4, i), 40 * unit(5, i),
                      1 + (unsigned)(52 * unit(6, i)), i % 8 == 0 ? "\"Smith, Sons\"" : "seven");
    }
    const bool good = ferror(file) == 0;
    return fclose(file) == 0 && good;
}

static double scan(const struct ambit_csv_map *map, bool parse, int64_t *records_out)
{
    static struct ambit_csv_span fields[FIELDS];
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    double sum = 0.0;
    *records_out = 0;
    ambit_csv_cursor_init(&cursor, map->data, map->size, ',', 0, 1);
    while (ambit_csv_next(&cursor, FIELDS, fields, &record)) {
        ++*records_out;
        for (int64_t f = 0; parse && f < record.field_count && f < FIELDS; f++) {
            double value;
            if (ambit_csv_quick_number(map->data, fields[f], &value) ||
                ambit_csv_number(map->data + fields[f].at, (size_t)fields[f].size, &value) ==
                    AMBIT_CSV_NUMBER)
                sum += value;
        }
    }
    return sum;
}

static void print(const char *what, const struct ambit_csv_map *map, double seconds, int64_t rows)
{
    printf("%-9s %7.0f MB/s  %6.1f ns a row  (%lld rows, %.1f MB)\n", what,
           1e-6 * (double)map->size / seconds, 1e9 * seconds / (double)rows, (long long)rows,
           1e-6 * (double)map->size);
}

static void bench_scan(const char *what, const struct ambit_csv_map *map, bool parse)
{
    double best = 1e9, sum = 0.0;
    int64_t records = 0;
    for (int pass = 0; pass < PASSES; pass++) {
        const double start = ambit_seconds();
        sum += scan(map, parse, &records);
        const double seconds = ambit_seconds() - start;
        best = seconds < best ? seconds : best;
    }
    print(what, map, best, records);
    if (sum < 0.0) printf("sum %g\n", sum); /* so that the numbers are wanted */
}

static ambit_status bench_accounts(char *path, const struct ambit_csv_map *map)
{
    ambit_status status = AMBIT_OK;
    struct ambit_scenario s;
    struct ambit_comm *comm = NULL;
    struct ambit_territories territories = {0};
    static struct ambit_bad_rows bad;
    struct ambit_rows_hash hash;
    double best = 1e9;
    int64_t rows = 0;
    ambit_scenario_init(&s);
    s.path = path;
    s.accounts_file = path;
    s.territory_count = TERRITORIES;
    s.column_count = 3;
    s.visits_column = 2;
    (void)snprintf(s.id_column, sizeof s.id_column, "account_id");
    (void)snprintf(s.lat_column, sizeof s.lat_column, "lat");
    (void)snprintf(s.lon_column, sizeof s.lon_column, "lon");
    (void)snprintf(s.territory_column, sizeof s.territory_column, "territory");
    (void)snprintf(s.column[0], sizeof s.column[0], "potential");
    (void)snprintf(s.column[1], sizeof s.column[1], "workload");
    (void)snprintf(s.column[2], sizeof s.column[2], "visits");
    AMBIT_TRY(ambit_comm_create_alone(&comm));
    AMBIT_TRY(ambit_read_territories(&s, comm, false, &territories, &bad, &hash, &rows));
    for (int pass = 0; pass < PASSES; pass++) {
        struct ambit_accounts accounts;
        const double start = ambit_seconds();
        AMBIT_TRY(ambit_read_accounts(&s, NULL, &territories, comm, false, &accounts, &bad, &hash,
                                      &rows));
        const double seconds = ambit_seconds() - start;
        best = seconds < best ? seconds : best;
        ambit_accounts_clear(&accounts);
    }
    print("accounts", map, best, rows);
done:
    ambit_territories_clear(&territories);
    ambit_comm_destroy(&comm);
    return status;
}

int main(int argc, char **argv)
{
    char made[512];
    const char *const folder = getenv("TMPDIR");
    struct ambit_csv_map map;
    (void)snprintf(made, sizeof made, "%s/ambit_bench_%d.csv", folder != NULL ? folder : "/tmp",
                   (int)getpid());
    char *const path = argc > 1 ? argv[1] : made;
    if (argc < 2 && !write_file(made)) {
        fprintf(stderr, "bench_csv: cannot write %s\n", made);
        return 1;
    }
    ambit_status status = ambit_csv_map_open(path, &map);
    if (status == AMBIT_OK) {
        bench_scan("records", &map, false);
        bench_scan("numbers", &map, true);
        if (argc < 2) status = bench_accounts(path, &map);
    }
    ambit_csv_map_close(&map);
    if (argc < 2) (void)unlink(made);
    if (status != AMBIT_OK) fprintf(stderr, "bench_csv: %s\n", ambit_error_message());
    return ambit_status_exit_code(status);
}
