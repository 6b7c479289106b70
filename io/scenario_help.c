/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What `ambit run --help-scenario` prints: every key in a table, then a whole scenario file with
 * comments. The test binds the example and compares the defaults below with ambit_scenario_init().
 */
#include "io/scenario_yaml.h"

#include <string.h>

struct row {
    const char *key, *type, *unit, *initial, *meaning;
};

static const struct row rows[] = {
    {"name", "text", "", "file's name", "what the scenario is called"},
    {"accounts.file", "path", "", "required", "CSV of accounts, relative to this file"},
    {"accounts.delimiter", "character", "", "\",\"", "between fields: , ; | or tab"},
    {"accounts.columns.id", "column", "", "required", "unique id of the account"},
    {"accounts.columns.lat", "column", "degrees", "lat or x", "latitude, WGS 84"},
    {"accounts.columns.lon", "column", "degrees", "with lat", "longitude, WGS 84"},
    {"accounts.columns.x", "column", "of crs", "lat or x", "easting"},
    {"accounts.columns.y", "column", "of crs", "with x", "northing"},
    {"accounts.columns.territory", "column", "", "none", "current territory: name or rep id"},
    {"accounts.crs", "text", "", "with x, y", "reference system of x and y, for PROJ"},
    {"accounts.add", "path, list", "", "none", "more accounts, a table like the first"},
    {"accounts.remove", "path, where", "", "none", "accounts that go: table of ids, or filter"},
    {"accounts.visits", "number, column", "visits/y", "12", "visits that an account takes"},
    {"reps.file", "path", "", "with reps", "CSV table of reps, same delimiter"},
    {"reps.columns.id", "column", "", "with reps", "unique id of the rep"},
    {"reps.columns.territory", "column", "", "the rep id", "name of the rep's territory"},
    {"reps.columns.lat", "column", "degrees", "none", "latitude of the rep's home"},
    {"reps.columns.lon", "column", "degrees", "with lat", "longitude of the rep's home"},
    {"reps.columns.x", "column", "of crs", "none", "easting of the rep's home"},
    {"reps.columns.y", "column", "of crs", "with x", "northing of the rep's home"},
    {"reps.columns.capacity", "column", "any", "none", "how much a rep can take"},
    {"reps.columns.factors", "columns", "0 to 2", "none", "what capacity is multiplied by"},
    {"reps.add", "path, list", "", "none", "more reps, in a table like the first"},
    {"reps.leave", "reps, list", "", "none", "reps or territories that go"},
    {"reps.hire.NAME", "home, capacity", "degrees", "none", "a new rep: {lat: 36.2, lon: -115.1}"},
    {"reps.move.REP", "lat, lon", "degrees", "none", "where a rep lives from now on"},
    {"territories", "whole number", "", "one a rep", "territories to draw, 1 to 100000"},
    {"centres.homes", "fixed, ignored", "", "fixed", "whether travel starts at rep homes"},
    {"centres.free", "median, centroid", "", "median", "where it starts in other territories"},
    {"centres.separation", "distance", "km", "none", "20 km: how far free centres keep away"},
    {"travel.stops_per_day", "number", "stops", "6", "visits in one day's tour"},
    {"travel.local_factor", "number", "", "0.7124", "km between stops = factor / sqrt(density)"},
    {"travel.minutes", "a, b or table", "km, min", "a, b", "table: [[km, minutes], ...]"},
    {"travel.minutes.a", "number", "minutes", "3.28", "a drive of d km takes a * d^b minutes"},
    {"travel.minutes.b", "number", "", "0.768", "see a"},
    {"measures.NAME", "sum", "", "none", "columns, count or travel, joined by +"},
    {"measures.NAME.sum", "sum", "", "", "the same, where a unit is given too"},
    {"measures.NAME.unit", "text", "", "h, accounts", "h with travel, accounts for count"},
    {"bands.NAME", "percentage", "%", "none", "short for {band: ...}"},
    {"bands.NAME.band", "percentage", "%", "", "allowed deviation from the target, both ways"},
    {"bands.NAME.min", "limit", "", "none", "800, 90% (of the target) or 20% of hours"},
    {"bands.NAME.max", "limit", "", "none", "800, 110% (of the target) or 35% of hours"},
    {"bands.NAME.target", "target", "", "equal", "equal, capacity, a number, or {rep: ...}"},
    {"bands.NAME.target.rep", "column", "any", "none", "column of the reps that it is made of"},
    {"bands.NAME.target.as", "share, amount", "", "share", "of the total by it, or itself"},
    {"bands.NAME.relax", "true, room", "points", "false", "open min or max to what all can meet"},
    {"rules.together", "column", "", "none", "accounts of one value stay in one territory"},
    {"rules.locked", "filter, column", "", "none", "accounts that stay where they are today"},
    {"rules.fixed", "territories", "", "none", "left as they are, whatever else is asked"},
    {"rules.needs.accounts", "column", "", "none", "what an account needs, joined by ;"},
    {"rules.needs.reps", "column", "", "with needs", "what a rep can, joined by ;"},
    {"rules.forbidden", "entries", "", "none", "who may not serve whom; see below"},
    {"rules.allowed", "entries", "", "none", "who alone may serve whom; see below"},
    {"rules.reach", "way", "min, km", "none", "120 minutes, 2 hours or 200 km, one way"},
    {"objective.hours_per_moved_account", "number", "h", "0", "price of a change of hands"},
    {"nightly.hours_per_move", "number", "h", "none", "what a move of ambit nightly must save"},
    {"contiguity", "required, preferred", "", "none", "short for {contiguous: ...}"},
    {"contiguity.contiguous", "see contiguity", "", "", "territories hang together; or best so"},
    {"contiguity.graph", "delaunay, {nearest: 8}", "", "delaunay", "which places are neighbours"},
    {"contiguity.longest_edge", "length", "km", "any", "no neighbours further apart: islands"},
    {"contiguity.barriers", "path", "", "none", "GeoJSON lines that neighbours cannot cross"},
    {"disruption.budget.NAME", "number, %", "", "none", "the most of it that changes hands"},
    {"disruption.per_territory.NAME", "number, %", "", "none",
     "the same, of each that loses accounts"},
    {"disruption.per_segment.by", "column", "", "none", "words that have a budget each"},
    {"disruption.per_segment.of", "sum", "", "accounts", "what these budgets count"},
    {"disruption.per_segment.WORD", "number, %", "", "none", "the most of its that changes hands"},
    {"disruption.cost.hours_per_account", "number", "h", "0", "price of a change of hands"},
    {"disruption.cost.hours_per.NAME", "number", "h", "0", "price of a unit that changes hands"},
    {"disruption.protected", "list", "", "none", "accounts that never change hands: see below"},
    {"segments.by", "column", "", "none", "what classes of accounts go by, in an audit"},
    {"segments.classes.NAME", "number, %", "", "none", "from 80 on, or the largest 20%; rest"},
    {"working_time.work", "sum", "h", "see below", "hours with customers and for them"},
    {"working_time.admin", "see below", "h, %", "none", "300, 15%, or 20% of work"},
    {"working_time.days", "number", "days/y", "220", "working days of a rep"},
    {"coverage.visited", "column", "", "none", "above 0: the account was visited"},
    {"coverage.target", "column", "", "all", "above 0: the account is to be visited"},
    {"coverage.effort", "sum", "any", "visits", "what customers get"},
    {"coverage.potential", "sum", "any", "potential", "what they are worth"},
    {"kpi.NAME", "ratio", "", "none", "won / opportunities, (a - b) / c, or a sum"},
    {"kpi.NAME.ratio", "ratio", "", "", "the same, where a unit is given too"},
    {"kpi.NAME.unit", "text", "", "none", "percent shows it times 100"},
    {"robustness.samples", "whole number", "", "1000", "samples that `ambit robustness` draws"},
    {"robustness.COLUMN.each", "law, size", "", "none", "of each account: such as lognormal 20%"},
    {"robustness.COLUMN.shared", "law, size", "", "none", "of all accounts: such as normal 5%"},
    {"robustness.COLUMN.by", "column", "", "all", "words that share it, each by itself"},
    {"headcount.territories", "list, row", "", "today's",
     "[100, 110] or {from, to, step}: a sweep"},
    {"headcount.hours_per_rep", "number", "h", "capacity", "what a rep has a year"},
    {"headcount.cost.per_hour", "number", "money", "0", "of travel; per_km the same"},
    {"headcount.cost.per_rep", "number", "money", "0", "of a rep a year"},
    {"headcount.value.of", "sum", "any", "none", "what accounts bring, such as potential"},
    {"headcount.value.margin", "number, %", "", "1", "such as 30% or 300: its worth in money"},
    {"call_plan.segments.NAME.visits", "number", "1/y", "0", "to an account of the segment"},
    {"call_plan.segments.NAME.hours", "number", "h", "0", "of such a visit"},
    {"call_plan.working_hours", "number", "h", "required", "of a rep a year"},
    {"call_plan.field_share", "%, number", "", "required", "of these, for visits"},
    {"folder", "path", "", "this file's", "where the files are that the scenario names"},
    {"scale", "list", "", "none", "columns that grow or shrink"},
    {"scale.column", "column", "", "required", "one that visits or measures use"},
    {"scale.by", "number, %", "", "required", "a factor, or +10% or -5%"},
    {"scale.where", "filter", "", "all", "which accounts, such as {segment: A}"},
    {"seed", "whole number", "", "1", "of random numbers, unless --seed says it"},
    {"scenarios", "list", "", "none", "others: a name, and keys that differ"},
    {"scenarios.name", "text", "", "required", "what it is called"},
    {"scenarios.seeds", "whole number", "", "none", "tries it with the seeds 1 to so many"},
    {"scenarios.grid", "axes", "", "none", "one for each combination of values"},
    {"grid", "axes", "", "none", "the same, of the base alone"},
    {"grid.KEY", "list", "", "", "values of the key KEY, such as bands.hours"},
    {"grid.NAME", "map", "", "", "your own axis: names, and keys that differ"},
    {"grid.seeds", "whole number", "", "none", "tries the seeds 1 to so many"},
    {"layers.model", "hybrid, overlay", "", "required", "an account in one layer, or in several"},
    {"layers.in_none", "told, refused", "", "told", "accounts that no layer takes"},
    {"layers.list", "list", "", "required", "in order: a name, takes, keys that differ"},
    {"layers.list.name", "text", "", "required", "what the layer is called"},
    {"layers.list.takes", "where, path", "", "required", "a filter, table of ids, rest or all"},
};

const char ambit_scenario_example[] =
    "# Only accounts, and territories or reps, are required. Numbers stand without quotes.\n"
    "name: Example nation\n"
    "accounts:\n"
    "  file: accounts.csv        # relative to this file\n"
    "  delimiter: \",\"            # or ; | tab\n"
    "  columns:\n"
    "    id: account_id\n"
    "    lat: lat                # or x and y, with crs: EPSG:5070 beside columns\n"
    "    lon: lon\n"
    "    territory: territory    # the current one, so that moves can be counted\n"
    "  visits: visits            # a column, or a number for all accounts\n"
    "reps:\n"
    "  file: reps.csv\n"
    "  columns: {id: rep_id, territory: territory, lat: home_lat, lon: home_lon, capacity: hours}\n"
    "territories: 120            # default: one for every rep\n"
    "centres:\n"
    "  homes: fixed              # travel starts at the rep's home; or ignored\n"
    "  free: median              # where there is no home: median account, or centroid\n"
    "travel:\n"
    "  stops_per_day: 6\n"
    "  local_factor: 0.7124\n"
    "  minutes: {a: 3.28, b: 0.768}          # or [[0.5, 2], [10, 18], [100, 85]]\n"
    "measures:                   # up to 8 with those that bands name\n"
    "  hours: workload + travel  # workload is a column; travel and count always exist\n"
    "  potential: {sum: potential_usd, unit: USD}\n"
    "bands:                      # hard: every territory meets them\n"
    "  hours: {band: 5%, target: capacity}   # 95 % to 105 % of the rep's share of the total\n"
    "  potential: 15%                        # of the mean over territories\n"
    "  travel: {max: 35% of hours, relax: true}\n"
    "  count: {min: 20, max: 800}\n"
    "objective:\n"
    "  hours_per_moved_account: 0.5  # a move must save this much travel\n"
    "rules:                      # hard: who may serve whom\n"
    "  locked: {segment: A, potential_usd: {min: 90000}}  # or a column, above 0: locked\n"
    "  fixed: [East-1]           # its accounts stay, nobody comes, bands are not asked of it\n"
    "  needs: {accounts: needs, reps: skills}  # texts such as cold;heavy\n"
    "  forbidden:                # and allowed, which closes all others\n"
    "    - {where: {segment: [B, C]}, territories: [R017]}\n"
    "    - {file: forbidden.csv, columns: {id: account_id, territory: territory}}\n"
    "  reach: 120 minutes\n"
    "nightly:\n"
    "  hours_per_move: 2         # the same for `ambit nightly`, which needs it, or --threshold\n"
    "contiguity:                 # every territory hangs together\n"
    "  contiguous: required      # hard, as bands are; or preferred\n"
    "  graph: delaunay           # neighbours; or {nearest: 8}\n"
    "  longest_edge: 50 km       # what lies further from all others is an island\n"
    "  barriers: rivers.geojson  # lines without a way across\n"
    "disruption:                 # of what has a territory today\n"
    "  budget: {accounts: 10%, potential: 5%}    # or a number, such as 500\n"
    "  per_territory: {accounts: 20%}            # of each territory that loses accounts\n"
    "  per_segment: {by: segment, A: 2%, B: 10%}\n"
    "  cost: {hours_per: {potential: 0.00001}}   # and hours_per_account, as in objective\n"
    "  protected:                                # never change hands\n"
    "    - {top: 500, by: potential}             # the largest\n"
    "    - {column: open_opportunity}            # above 0\n"
    "    - {where: {segment: A, visits: {min: 24}}}\n"
    "# What `ambit audit` reports beside all that.\n"
    "segments:\n"
    "  by: potential_usd\n"
    "  classes: {A: 80000, B: 50000, C: rest}  # or the largest: {A: 20%, B: 30%, C: rest}\n"
    "working_time:\n"
    "  work: workload            # hours a year that are no travel\n"
    "  admin: 20% of work        # or 15% of all working time, or 300 hours a year of each rep\n"
    "  days: 220\n"
    "coverage:\n"
    "  visited: visited\n"
    "  target: target\n"
    "kpi:                        # for every territory and the nation\n"
    "  revenue: revenue_usd\n"
    "  win_rate: {ratio: won / opportunities, unit: percent}\n"
    "  margin: (revenue_usd - cost_usd) / revenue_usd\n"
    "# Other scenarios: each is all of the above, but for what it says itself.\n"
    "scenarios:\n"
    "  - {name: tighter, bands: {hours: 4%}}\n"
    "  - name: new reps\n"
    "    territories: 123\n"
    "    reps: {add: new_reps.csv, leave: [R017], move: {R005: {lat: 41.88, lon: -87.63}}}\n"
    "  - {name: luck, seeds: 5}  # luck, seed=1, and so on\n"
    "grid:                       # 3 times 2 of them\n"
    "  territories: [120, 125, 130]\n"
    "  growth:\n"
    "    none: {}\n"
    "    potential: {scale: [{column: potential_usd, by: +10%, where: {region: West}}]}\n";

void ambit_scenario_print_help(FILE *out)
{
    static const char format[] = "%-33s  %-16s  %-8s  %-11s  %s\n";
    fputs("A scenario is a YAML file of these keys. Unknown keys are errors.\n\n", out);
    fprintf(out, format, "key", "type", "unit", "default", "meaning");
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        fprintf(out, format, rows[r].key, rows[r].type, rows[r].unit, rows[r].initial,
                rows[r].meaning);
    }
    fputs(
        "\nA number is digits with an optional sign, fraction and exponent. A column is the name\n"
        "of one in the table's first line. NAME is a measure's name; a band may also name count,\n"
        "travel or a column. Names have at most 63 bytes.\n\n"
        "contiguity: two accounts of a territory between which the nation's neighbours make a\n"
        "way have one inside the territory, too. required is met or the run ends with 2;\n"
        "preferred does what required does where all bands can hold so; else a piece goes to a\n"
        "neighbour only where no band breaks further by that.\n\n"
        "segments, working_time, coverage and kpi are for ambit audit, and change no plan;\n"
        "NAME is your own there. Their sums are of columns, measures, count and travel,\n"
        "joined by + and -; a ratio is one name, or a sum in brackets, over another. Blanks\n"
        "stand around - and /, for names may hold them. Columns are numbers, none negative.\n"
        "work is what the first measure with travel adds to it. admin is hours a year of\n"
        "each rep, a part of the whole working time, or a part of work itself. The class\n"
        "that takes the rest stands last.\n\n"
        "Rules hold for every plan. A filter is a map of columns: a word or a list of words\n"
        "asks a column of texts, a number or {min: 10, max: 50} one of numbers; an account\n"
        "must meet all of it. An entry of forbidden or allowed is {where: FILTER, territories:\n"
        "[…]}, of territories or reps, or {file: CSV, columns: {id: …, territory: …}}; a list\n"
        "joins several. An account that needs something has only territories whose rep can all\n"
        "of it. locked says nothing of accounts without a territory today. The way of reach\n"
        "is from the centre of the territory to the account.\n\n"
        "A budget, or a price, is of accounts, a measure without travel, or a column; accounts\n"
        "without a territory today are new and count for nothing. Protected are the largest by\n"
        "a sum, accounts whose column is above 0, or those that a filter means: words of a\n"
        "column, or numbers from min to max.\n\n"
        "A scenario has every key of the base but those that it gives itself: maps are joined,\n"
        "other values take the base's place, none takes a key away, and scale and what is added\n"
        "to or leaves reps and accounts comes to what the base has. Accounts of a rep who left\n"
        "have no territory today. A grid names its scenarios by their values; ambit scenarios\n"
        "lists them, ambit run --scenario NAME draws one, ambit farm all.\n\n"
        "Layers are plans over the same accounts, each a scenario as above with the accounts that\n"
        "it takes: {where: FILTER}, the path of a table of ids, rest (what no earlier layer "
        "takes)\n"
        "or all. In a hybrid an account belongs to the first layer that takes it, and a rep to "
        "one\n"
        "layer; in an overlay to every layer that does. An account that another layer's rep has\n"
        "today is new. ambit run draws them all; scenarios and grid cannot stand beside them.\n\n"
        "Example\n\n",
        out);
    fputs(ambit_scenario_example, out);
}
