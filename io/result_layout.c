/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of result_layout.h.
 */
#include "io/result_layout.h"
#include "engine/model/headcount.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))
#define MEMBER(type, member) offsetof(struct type, member), sizeof(((struct type *)0)->member)

static const char *kind_word(int value)
{
    static const char *const words[] = {"plan", "audit"};
    return value >= 0 && value < COUNT(words) ? words[value] : NULL;
}

static const char *centre_word(int value)
{
    static const char *const words[] = {"home", "median", "centroid"};
    return value >= 0 && value < COUNT(words) ? words[value] : NULL;
}

static const char *limit_word(int value)
{
    return value >= AMBIT_LIMIT_NONE && value <= AMBIT_LIMIT_SHARE
               ? ambit_limit_name((enum ambit_limit)value)
               : NULL;
}

static const char *bad_word(int value)
{
    return value >= 0 && value < AMBIT_BAD_KIND_COUNT
               ? ambit_bad_kind_name((enum ambit_bad_kind)value)
               : NULL;
}

enum ambit_h5_kind ambit_field_h5_kind(enum ambit_field_kind kind)
{
    switch (kind) {
    case AMBIT_FIELD_FLAG:
        return AMBIT_H5_FLAG;
    case AMBIT_FIELD_I32:
        return AMBIT_H5_I32;
    case AMBIT_FIELD_I64:
    case AMBIT_FIELD_MICRO:
        return AMBIT_H5_I64;
    case AMBIT_FIELD_U64:
        return AMBIT_H5_U64;
    case AMBIT_FIELD_F64:
        return AMBIT_H5_F64;
    default:
        return AMBIT_H5_TEXT;
    }
}

#define ATTRIBUTE(name, kind, type, member)                                                        \
    {                                                                                              \
        name, AMBIT_FIELD_##kind, MEMBER(type, member), NULL, NULL, NULL                           \
    }
#define COLUMN(name, kind, type, member, units, long_name)                                         \
    {                                                                                              \
        name, AMBIT_FIELD_##kind, MEMBER(type, member), units, long_name, NULL                     \
    }
#define WORDS(name, type, member, long_name, word)                                                 \
    {                                                                                              \
        name, AMBIT_FIELD_WORD, MEMBER(type, member), NULL, long_name, word                        \
    }

static const struct ambit_field result_fields[] = {
    WORDS("kind", ambit_result, kind, NULL, kind_word),
    ATTRIBUTE("feasible", FLAG, ambit_result, feasible),
    ATTRIBUTE("version", TEXT, ambit_result, version),
    ATTRIBUTE("scenario_name", TEXT, ambit_result, scenario_name),
    ATTRIBUTE("seed", U64, ambit_result, seed),
    ATTRIBUTE("effort", I64, ambit_result, effort),
    ATTRIBUTE("stopped_by_time_limit", FLAG, ambit_result, stopped_by_time_limit),
    ATTRIBUTE("has_previous", FLAG, ambit_result, has_previous),
    ATTRIBUTE("travel_micro_hours", MICRO, ambit_result, travel),
    ATTRIBUTE("travel_before_micro_hours", MICRO, ambit_result, travel_before),
    ATTRIBUTE("moved_count", I64, ambit_result, moved_count),
    ATTRIBUTE("objective_micro_hours", MICRO, ambit_result, objective),
    ATTRIBUTE("bound_micro_hours", MICRO, ambit_result, bound),
    ATTRIBUTE("gap", F64, ambit_result, gap),
    ATTRIBUTE("plan_sha256", TEXT, ambit_result, plan_sha256),
    ATTRIBUTE("bad_row_count", I64, ambit_result, bad_rows.total),
};

static const struct ambit_field together_fields[] = {
    ATTRIBUTE("column", TEXT, ambit_result_together, column),
    ATTRIBUTE("group_count", I64, ambit_result_together, group_count),
    ATTRIBUTE("account_count", I64, ambit_result_together, account_count),
    ATTRIBUTE("split_count", I64, ambit_result_together, split_count),
    ATTRIBUTE("first_split", TEXT, ambit_result_together, first_split),
};

static const struct ambit_field separation_fields[] = {
    ATTRIBUTE("asked_km", F64, ambit_result_separation, asked_km),
    ATTRIBUTE("least_km", F64, ambit_result_separation, least_km),
    ATTRIBUTE("first", I32, ambit_result_separation, first),
    ATTRIBUTE("second", I32, ambit_result_separation, second),
    ATTRIBUTE("broken_count", I64, ambit_result_separation, broken_count),
    ATTRIBUTE("home_count", I64, ambit_result_separation, home_count),
};

static const struct ambit_field nightly_fields[] = {
    ATTRIBUTE("nightly_hours_per_move", F64, ambit_nightly, hours_per_move),
    ATTRIBUTE("nightly_new_count", I64, ambit_nightly, new_count),
    ATTRIBUTE("nightly_gone_count", I64, ambit_nightly, gone_count),
    ATTRIBUTE("nightly_moved_for_gain", I64, ambit_nightly, moved_for_gain),
    ATTRIBUTE("nightly_moved_for_bands", I64, ambit_nightly, moved_for_bands),
    ATTRIBUTE("nightly_most_saving_micro_hours", MICRO, ambit_nightly, most_saving),
};

static const struct ambit_field headcount_fields[] = {
    ATTRIBUTE("headcount_capacity_micro_hours", MICRO, ambit_headcount, capacity),
    ATTRIBUTE("headcount_work_micro_hours", MICRO, ambit_headcount, work),
    ATTRIBUTE("headcount_travel_micro_hours", MICRO, ambit_headcount, travel),
    ATTRIBUTE("headcount_covered_micro_hours", MICRO, ambit_headcount, covered),
    ATTRIBUTE("headcount_overtime_micro_hours", MICRO, ambit_headcount, overtime),
    ATTRIBUTE("headcount_overtime_most_micro_hours", MICRO, ambit_headcount, overtime_most),
    ATTRIBUTE("headcount_overtime_worst", I32, ambit_headcount, overtime_worst),
    ATTRIBUTE("headcount_done_travel_micro_hours", MICRO, ambit_headcount, done_travel),
    ATTRIBUTE("headcount_micro_km", MICRO, ambit_headcount, km),
    ATTRIBUTE("headcount_done_micro_km", MICRO, ambit_headcount, done_km),
    ATTRIBUTE("headcount_potential_micro", MICRO, ambit_headcount, potential),
    ATTRIBUTE("headcount_potential_least_micro", MICRO, ambit_headcount, potential_least),
    ATTRIBUTE("headcount_potential_most_micro", MICRO, ambit_headcount, potential_most),
    ATTRIBUTE("headcount_value_micro", MICRO, ambit_headcount, value),
    ATTRIBUTE("headcount_value_covered_micro", MICRO, ambit_headcount, value_covered),
    ATTRIBUTE("headcount_class_1", I64, ambit_headcount, class_accounts[0]),
    ATTRIBUTE("headcount_class_2", I64, ambit_headcount, class_accounts[1]),
    ATTRIBUTE("headcount_class_3", I64, ambit_headcount, class_accounts[2]),
    ATTRIBUTE("headcount_class_4", I64, ambit_headcount, class_accounts[3]),
    ATTRIBUTE("headcount_class_5", I64, ambit_headcount, class_accounts[4]),
    ATTRIBUTE("headcount_class_6", I64, ambit_headcount, class_accounts[5]),
    ATTRIBUTE("headcount_class_7", I64, ambit_headcount, class_accounts[6]),
    ATTRIBUTE("headcount_class_8", I64, ambit_headcount, class_accounts[7]),
};

static const struct ambit_field band_fields[] = {
    ATTRIBUTE("label", TEXT, ambit_result_band, label),
    WORDS("lower_kind", ambit_result_band, lower_kind, NULL, limit_word),
    WORDS("upper_kind", ambit_result_band, upper_kind, NULL, limit_word),
    ATTRIBUTE("relaxed", FLAG, ambit_result_band, relaxed),
    ATTRIBUTE("relax_room", F64, ambit_result_band, relax_room),
    ATTRIBUTE("asked_lower", F64, ambit_result_band, asked_lower),
    ATTRIBUTE("asked_upper", F64, ambit_result_band, asked_upper),
    ATTRIBUTE("used_lower", F64, ambit_result_band, used_lower),
    ATTRIBUTE("used_upper", F64, ambit_result_band, used_upper),
    ATTRIBUTE("proven_limit", F64, ambit_result_band, proven_limit),
    ATTRIBUTE("proof_territory", I32, ambit_result_band, proof_territory),
    ATTRIBUTE("worst_deviation", F64, ambit_result_band, worst_deviation),
    ATTRIBUTE("broken_count", I32, ambit_result_band, broken_count),
    ATTRIBUTE("open_by", F64, ambit_result_band, open_by),
};

static const struct ambit_field measure_fields[] = {
    ATTRIBUTE("name", TEXT, ambit_result_measure, name),
    ATTRIBUTE("unit", TEXT, ambit_result_measure, unit),
    ATTRIBUTE("total_micro", MICRO, ambit_result_measure, total),
};

static const struct ambit_field territory_fields[] = {
    COLUMN("name", TEXT, ambit_result_territory, name, NULL, "name of the territory"),
    COLUMN("rep_id", TEXT, ambit_result_territory, rep_id, NULL, "who serves it; may be empty"),
    WORDS("centre_kind", ambit_result_territory, centre_kind,
          "what travel is counted from: home, median or centroid", centre_word),
    COLUMN("centre_lat", F64, ambit_result_territory, centre_lat, "degrees_north",
           "latitude of the centre, WGS 84"),
    COLUMN("centre_lon", F64, ambit_result_territory, centre_lon, "degrees_east",
           "longitude of the centre, WGS 84"),
    COLUMN("has_home", FLAG, ambit_result_territory, has_home, "1", "1 where the rep has a home"),
    COLUMN("home_lat", F64, ambit_result_territory, home_lat, "degrees_north",
           "latitude of the rep's home, WGS 84"),
    COLUMN("home_lon", F64, ambit_result_territory, home_lon, "degrees_east",
           "longitude of the rep's home, WGS 84"),
    COLUMN("account_count", I64, ambit_result_territory, account_count, "1",
           "accounts in the territory"),
    COLUMN("gained_count", I64, ambit_result_territory, gained_count, "1",
           "accounts that came, against the current plan"),
    COLUMN("lost_count", I64, ambit_result_territory, lost_count, "1",
           "accounts that went, against the current plan"),
    COLUMN("travel", MICRO, ambit_result_territory, travel, "h", "travel a year, exact"),
};

static const struct ambit_field round_fields[] = {
    COLUMN("phase", TEXT, ambit_result_round, phase, NULL, "what the round did"),
    COLUMN("travel", MICRO, ambit_result_round, travel, "h", "travel a year after the round"),
    COLUMN("moved_count", I64, ambit_result_round, moved_count, "1",
           "accounts that changed territory in the round"),
    COLUMN("groups", I32, ambit_result_round, groups, "1", "groups of territories solved"),
    COLUMN("improved_groups", I32, ambit_result_round, improved_groups, "1",
           "groups whose plan became better"),
    COLUMN("violation", F64, ambit_result_round, violation, "1",
           "sum of relative band violations after the round"),
};

static const struct ambit_field input_fields[] = {
    COLUMN("role", TEXT, ambit_result_input, role, NULL, "scenario, accounts or reps"),
    COLUMN("path", OWNED, ambit_result_input, path, NULL,
           "path of the file, seen from the result's folder; of tables, as the scenario has it"),
    COLUMN("hash", TEXT, ambit_result_input, hash, NULL,
           "SHA-256 of the scenario; hash over the rows of a table, in any order"),
    COLUMN("rows", I64, ambit_result_input, rows, "1", "rows of data"),
};

static const struct ambit_field bad_row_fields[] = {
    COLUMN("role", TEXT, ambit_bad_row, role, NULL, "which input: accounts or reps"),
    COLUMN("line", I64, ambit_bad_row, line, "1",
           "line of the file, or row of an HDF5 file, from 1"),
    COLUMN("column", I32, ambit_bad_row, column, "1", "character in the line, from 1; 0 for none"),
    WORDS("kind", ambit_bad_row, kind, "what is wrong with the row", bad_word),
    COLUMN("text", TEXT, ambit_bad_row, text, NULL, "what was expected and what was found"),
};

const struct ambit_fields ambit_layout_result = {result_fields, COUNT(result_fields)};
const struct ambit_fields ambit_layout_together = {together_fields, COUNT(together_fields)};
const struct ambit_fields ambit_layout_separation = {separation_fields, COUNT(separation_fields)};
const struct ambit_fields ambit_layout_headcount = {headcount_fields, COUNT(headcount_fields)};
const struct ambit_fields ambit_layout_nightly = {nightly_fields, COUNT(nightly_fields)};
const struct ambit_fields ambit_layout_band = {band_fields, COUNT(band_fields)};
const struct ambit_fields ambit_layout_measure = {measure_fields, COUNT(measure_fields)};
const struct ambit_fields ambit_layout_territory = {territory_fields, COUNT(territory_fields)};
const struct ambit_fields ambit_layout_round = {round_fields, COUNT(round_fields)};
const struct ambit_fields ambit_layout_input = {input_fields, COUNT(input_fields)};
const struct ambit_fields ambit_layout_bad_row = {bad_row_fields, COUNT(bad_row_fields)};

const struct ambit_band_column ambit_layout_band_column[AMBIT_BAND_COLUMNS] = {
    {"target", "what the territory should have; NaN for a share",
     offsetof(struct ambit_result_band, target), false},
    {"lower", "least that is allowed", offsetof(struct ambit_result_band, lower), false},
    {"upper", "most that is allowed", offsetof(struct ambit_result_band, upper), false},
    {"value", "what the territory has", offsetof(struct ambit_result_band, value), false},
    {"price_lower", "price of the lower limit in the bound",
     offsetof(struct ambit_result_band, price_lower), true},
    {"price_upper", "price of the upper limit in the bound",
     offsetof(struct ambit_result_band, price_upper), true},
};
