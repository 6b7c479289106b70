/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words and numbers for people. What a band allows is read from the limits of the territories, and
 * left out where they are not the same for all.
 */
#include "io/map_figures.h"
#include "engine/base/fixed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NBSP "\u00a0"
#define MINUS "\u2212"
#define FORGIVEN 1e-9

bool ambit_map_band_met(const struct ambit_result_band *band, int32_t j)
{
    const double value = band->value[j];
    if (ambit_band_has_lower(band) && value < band->lower[j] - FORGIVEN * fabs(band->lower[j]))
        return false;
    return !ambit_band_has_upper(band) ||
           !(value > band->upper[j] + FORGIVEN * fabs(band->upper[j]));
}

bool ambit_map_territory_met(const struct ambit_result *result, int32_t j)
{
    for (int b = 0; b < result->band_count; b++) {
        if (!ambit_map_band_met(&result->band[b], j)) return false;
    }
    return true;
}

void ambit_map_number(double value, int decimals, char *out, size_t bytes)
{
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    const size_t whole = strcspn(digits, ".");
    size_t used = 0;
    if (value < 0 && strspn(digits, "0.") != strlen(digits))
        used = (size_t)snprintf(out, bytes, MINUS);
    for (size_t i = 0; digits[i] != '\0' && used + 2 < bytes; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0) out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
}

/* "4.98 %": at most two decimals, none that are zero. */
static void percent(double fraction, char *out, size_t bytes)
{
    char number[40];
    ambit_map_number(100.0 * fraction, 2, number, sizeof number);
    size_t length = strlen(number);
    while (number[length - 1] == '0')
        length--;
    if (number[length - 1] == '.') length--;
    (void)snprintf(out, bytes, "%.*s" NBSP "%%", (int)length, number);
}

/* True where all territories have the same value, within rounding; it is stored. */
static bool is_common(const double *value, int32_t count, double *common_out)
{
    for (int32_t j = 1; j < count; j++) {
        if (!(fabs(value[j] - value[0]) <= FORGIVEN * fabs(value[0]))) return false;
    }
    *common_out = count > 0 ? value[0] : NAN;
    return count > 0 && isfinite(value[0]);
}

/* As is_common, for limits as parts of the targets, less one. */
static bool is_common_part(const double *limit, const double *target, int32_t count,
                           double *common_out)
{
    for (int32_t j = 0; j < count; j++) {
        const double part = limit[j] / target[j] - 1.0;
        if (j == 0) *common_out = part;
        if (!(fabs(part - *common_out) <= FORGIVEN)) return false;
    }
    return count > 0;
}

/* A share's or a one-sided band's value in its own terms. */
static void quantity(const struct ambit_result *result, const struct ambit_result_band *band,
                     double value, char *out, size_t bytes)
{
    if (band->share_of >= 0) {
        percent(value, out, bytes);
        return;
    }
    char number[40];
    const char *const unit = result->measure[band->measure].unit;
    ambit_map_number(value, fabs(value) < 100.0 ? 1 : 0, number, sizeof number);
    (void)snprintf(out, bytes, unit[0] != '\0' ? "%s" NBSP "%.12s" : "%s", number, unit);
}

static void name_card(const struct ambit_result *result, const struct ambit_result_band *band,
                      struct ambit_card *card)
{
    const char *const name = result->measure[band->measure].name;
    if (band->share_of >= 0)
        (void)snprintf(card->name, sizeof card->name, "%s of %s", name,
                       result->measure[band->share_of].name);
    else
        (void)snprintf(card->name, sizeof card->name, "%s", name);
}

/* "±4.98 %", with the band beneath. */
static void fill_two_sided(const struct ambit_result *result, const struct ambit_result_band *band,
                           struct ambit_card *card)
{
    char number[40], low[40], high[40];
    double below, above;
    const int32_t n = result->territory_count;
    percent(band->worst_deviation, number, sizeof number);
    const char *const verb = band->relaxed ? "opened to" : "band";
    (void)snprintf(card->value, sizeof card->value, "±%s", number);
    if (!is_common_part(band->lower, band->target, n, &below) ||
        !is_common_part(band->upper, band->target, n, &above))
        return;
    percent(-below, low, sizeof low);
    percent(above, high, sizeof high);
    if (strcmp(low, high) == 0)
        (void)snprintf(card->detail, sizeof card->detail, "%s ±%s", verb, high);
    else
        (void)snprintf(card->detail, sizeof card->detail, "%s " MINUS "%s, +%s", verb, low, high);
}

/* "≤ 34.2 %" over all territories, with the limit beneath. */
static void fill_one_sided(const struct ambit_result *result, const struct ambit_result_band *band,
                           struct ambit_card *card)
{
    const bool most = ambit_band_has_upper(band);
    const double *const limit = most ? band->upper : band->lower;
    double extreme = most ? -INFINITY : INFINITY, common;
    for (int32_t j = 0; j < result->territory_count; j++)
        extreme = most ? fmax(extreme, band->value[j]) : fmin(extreme, band->value[j]);
    char text[48];
    quantity(result, band, extreme, text, sizeof text);
    (void)snprintf(card->value, sizeof card->value, "%s" NBSP "%.40s", most ? "≤" : "≥", text);
    if (!is_common(limit, result->territory_count, &common)) return;
    quantity(result, band, common, text, sizeof text);
    (void)snprintf(card->detail, sizeof card->detail, "%s %s",
                   band->relaxed ? "opened to"
                   : most        ? "at most"
                                 : "at least",
                   text);
}

static void fill_band(const struct ambit_result *result, const struct ambit_result_band *band,
                      struct ambit_card *card)
{
    name_card(result, band, card);
    if (ambit_band_has_lower(band) && ambit_band_has_upper(band) && ambit_band_is_of_target(band) &&
        isfinite(band->worst_deviation))
        fill_two_sided(result, band, card);
    else
        fill_one_sided(result, band, card);
    card->alarm = band->broken_count > 0;
    if (!card->alarm) return;
    const size_t used = strlen(card->detail);
    (void)snprintf(card->detail + used, sizeof card->detail - used, "%s%d outside",
                   used > 0 ? ", " : "", (int)band->broken_count);
}

static struct ambit_card *add_card(struct ambit_card *cards, int *count, const char *name)
{
    struct ambit_card *const card = &cards[(*count)++];
    *card = (struct ambit_card){0};
    (void)snprintf(card->name, sizeof card->name, "%s", name);
    return card;
}

static void add_travel(const struct ambit_result *result, struct ambit_card *cards, int *count)
{
    struct ambit_card *const card = add_card(cards, count, "travel a year");
    char number[40];
    ambit_map_number(ambit_from_micro(result->travel), 0, number, sizeof number);
    (void)snprintf(card->value, sizeof card->value, "%s" NBSP "h", number);
    if (result->kind == AMBIT_RESULT_AUDIT || result->travel_before <= 0) return;
    const double change = (double)result->travel / (double)result->travel_before - 1.0;
    percent(round(1000.0 * fabs(change)) / 1000.0, number, sizeof number);
    (void)snprintf(card->detail, sizeof card->detail, "%s %s than before", number,
                   change <= 0 ? "less" : "more");
}

int ambit_map_figures(const struct ambit_result *result, struct ambit_card *cards_out)
{
    int count = 0;
    struct ambit_card *card = add_card(cards_out, &count, "territories");
    ambit_map_number(result->territory_count, 0, card->value, sizeof card->value);
    card = add_card(cards_out, &count, "accounts");
    ambit_map_number((double)result->account_count, 0, card->value, sizeof card->value);
    for (int b = 0; b < result->band_count; b++)
        fill_band(result, &result->band[b], add_card(cards_out, &count, ""));
    add_travel(result, cards_out, &count);
    if (result->kind == AMBIT_RESULT_AUDIT) return count;
    if (result->has_previous && result->account_count > 0) {
        card = add_card(cards_out, &count, "accounts moved");
        ambit_map_number((double)result->moved_count, 0, card->value, sizeof card->value);
        const double part = (double)result->moved_count / (double)result->account_count;
        char number[40];
        percent(round(1000.0 * part) / 1000.0, number, sizeof number);
        (void)snprintf(card->detail, sizeof card->detail, "%s of all", number);
    }
    if (!isnan(result->gap)) {
        card = add_card(cards_out, &count, "gap to the bound");
        percent(result->gap, card->value, sizeof card->value);
    }
    return count;
}
