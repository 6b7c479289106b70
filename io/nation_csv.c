/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/nation_csv.h"

#include <inttypes.h>
#include <stdlib.h>

/* A whole number of 10^-digits, as text with a point. */
static int put_decimal(char *text, size_t room, int64_t value, int64_t unit, int digits)
{
    const int64_t size = llabs(value);
    return snprintf(text, room, "%s%" PRId64 ".%0*" PRId64, value < 0 ? "-" : "", size / unit,
                    digits, size % unit);
}

int ambit_nation_id(const struct ambit_nation_account *account, char *text)
{
    return snprintf(text, AMBIT_NATION_ROW_MAX, "A%010" PRId64, account->index);
}

int ambit_nation_territory(const struct ambit_nation_account *account, char *text)
{
    int digits = 3;
    for (int32_t rest = account->territory_count / 1000; rest > 0; rest /= 10)
        digits++;
    return snprintf(text, AMBIT_NATION_ROW_MAX, "T%0*" PRId32, digits < 16 ? digits : 16,
                    account->territory + 1);
}

int ambit_nation_row(const struct ambit_nation_account *account, char *text)
{
    char id[AMBIT_NATION_ROW_MAX], territory[AMBIT_NATION_ROW_MAX];
    char lat[32], lon[32], workload[32], potential[32];
    (void)put_decimal(lat, sizeof lat, account->lat, 100000, 5);
    (void)put_decimal(lon, sizeof lon, account->lon, 100000, 5);
    (void)put_decimal(workload, sizeof workload, account->workload, 100, 2);
    (void)put_decimal(potential, sizeof potential, account->potential, 10, 1);
    (void)ambit_nation_id(account, id);
    (void)ambit_nation_territory(account, territory);
    return snprintf(text, AMBIT_NATION_ROW_MAX, "%.20s,%s,%s,%c,%" PRId32 ",%s,%s,%.20s\n", id, lat,
                    lon, account->segment, account->visits, workload, potential, territory);
}

void ambit_nation_scenario_write(FILE *file, const char *accounts_file, int64_t accounts,
                                 int32_t territories, uint64_t seed)
{
    (void)fprintf(file,
                  "# A synthetic nation. The same numbers make the same bytes again:\n"
                  "#\n"
                  "#     ambit generate --accounts %" PRId64 " --territories %" PRId32
                  " --seed %" PRIu64 " -o %s\n"
                  "#\n"
                  "# `ambit run --help-scenario` lists every key that may stand here.\n"
                  "\n"
                  "name: Synthetic nation\n"
                  "\n"
                  "accounts:\n"
                  "  file: %s\n"
                  "  columns: {id: account_id, lat: lat, lon: lon, territory: territory}\n"
                  "  visits: visits\n"
                  "\n"
                  "territories: %" PRId32 "\n"
                  "\n"
                  "measures:\n"
                  "  hours: workload + travel\n"
                  "  potential: potential  # thousand USD a year\n"
                  "  visits: visits\n"
                  "\n"
                  "bands:\n"
                  "  hours: 3%%\n"
                  "  potential: 10%%\n"
                  "  visits: 15%%\n"
                  "  # The smallest share that all can meet and two points take the place of what "
                  "is too little.\n"
                  "  travel: {max: 5%% of hours, relax: 2 points}\n",
                  accounts, territories, seed, accounts_file, accounts_file, territories);
}
