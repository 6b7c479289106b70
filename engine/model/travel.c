/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/travel.h"
#include "engine/base/fixed.h"
#include "engine/base/real.h"
#include "engine/model/geometry.h"
#include "engine/model/neighbours.h"

#include <math.h>

static double table_minutes(const struct ambit_drive_time *drive, double km)
{
    double km0 = 0.0, minutes0 = 0.0;
    double km1 = drive->table_km[0], minutes1 = drive->table_minutes[0];
    for (int row = 1; row < drive->table_count && (km > km1 || km1 <= 0.0); row++) {
        km0 = km1;
        minutes0 = minutes1;
        km1 = drive->table_km[row];
        minutes1 = drive->table_minutes[row];
    }
    return minutes0 + (minutes1 - minutes0) * (km - km0) / (km1 - km0);
}

double ambit_drive_minutes(const struct ambit_drive_time *drive, double km)
{
    if (drive->table_count > 0) return table_minutes(drive, km);
    return km > 0.0 ? drive->a * ambit_pow(km, drive->b) : 0.0;
}

double ambit_drive_km(const struct ambit_drive_time *drive, double minutes)
{
    double km0 = 0.0, minutes0 = 0.0, km1 = drive->table_km[0], minutes1 = drive->table_minutes[0];
    if (!(minutes > 0.0)) return 0.0;
    if (drive->table_count == 0) return ambit_pow(minutes / drive->a, 1.0 / drive->b);
    for (int row = 1; row < drive->table_count && minutes > minutes1; row++) {
        km0 = km1;
        minutes0 = minutes1;
        km1 = drive->table_km[row];
        minutes1 = drive->table_minutes[row];
    }
    return km0 + (km1 - km0) * (minutes - minutes0) / (minutes1 - minutes0);
}

double ambit_haul_hours(const struct ambit_scenario *scenario, double chord2)
{
    const double minutes = ambit_drive_minutes(&scenario->drive_time, ambit_km_from_chord2(chord2));
    return 2.0 * minutes / (scenario->stops_per_day * 60.0);
}

/* Line-haul hours of a visit at account i from `centre`. */
static double haul_to(const struct ambit_scenario *scenario, const struct ambit_accounts *accounts,
                      int32_t i, const double centre[3])
{
    const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    return ambit_haul_hours(scenario, ambit_chord2(place, centre));
}

static int64_t travel_at(const struct ambit_accounts *accounts, int32_t i, double haul)
{
    return accounts->local_travel[i] + (int64_t)llrint((double)accounts->visits[i] * haul);
}

static bool at_one_place(const struct ambit_accounts *accounts, int32_t i, int32_t k)
{
    return accounts->x[i] == accounts->x[k] && accounts->y[i] == accounts->y[k] &&
           accounts->z[i] == accounts->z[k];
}

int64_t ambit_travel_of(const struct ambit_scenario *scenario,
                        const struct ambit_accounts *accounts, int32_t i, const double centre[3])
{
    const struct ambit_accounts *const rows = accounts->rows;
    if (rows == NULL) return travel_at(accounts, i, haul_to(scenario, accounts, i, centre));
    int64_t sum = 0;
    double haul = 0.0;
    for (int32_t row = accounts->begin[i]; row < accounts->begin[i + 1]; row++) {
        if (row == accounts->begin[i] || !at_one_place(rows, row, row - 1))
            haul = haul_to(scenario, rows, row, centre);
        sum += travel_at(rows, row, haul);
    }
    return sum;
}

int64_t ambit_local_travel(const struct ambit_scenario *scenario, int64_t visits_micro,
                           double spacing_km)
{
    const double minutes = ambit_drive_minutes(&scenario->drive_time, spacing_km);
    return (int64_t)llrint((double)visits_micro * (minutes / 60.0));
}

int ambit_travel_neighbours(const struct ambit_scenario *scenario)
{
    return (int)fmin(fmax(ceil(scenario->stops_per_day), 1.0), AMBIT_NEIGHBOUR_MAX);
}

double ambit_stop_spacing_km(const struct ambit_scenario *scenario, double chord2)
{
    const double radius = ambit_km_from_chord2(chord2);
    return scenario->local_factor * sqrt(M_PI / ambit_travel_neighbours(scenario)) * radius;
}
