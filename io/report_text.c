/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers and bands for people.
 */
#include "io/report_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ambit_text_number(double value, int decimals, char out[AMBIT_TEXT_MAX])
{
    char plain[AMBIT_TEXT_MAX / 2];
    if (!isfinite(value) || fabs(value) >= 1e60) {
        (void)snprintf(out, AMBIT_TEXT_MAX, "-");
        return;
    }
    (void)snprintf(plain, sizeof plain, "%.*f", decimals, fabs(value));
    size_t length = 0;
    /* A value that rounds to zero has no sign. */
    if (value < 0.0 && strspn(plain, "0.") != strlen(plain)) out[length++] = '-';
    const size_t digits = strcspn(plain, ".");
    for (size_t i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0) out[length++] = ',';
        out[length++] = plain[i];
    }
    (void)snprintf(out + length, AMBIT_TEXT_MAX - length, "%s", plain + digits);
}

void ambit_text_count(int64_t value, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number((double)value, 0, out);
}

static void append(char out[AMBIT_TEXT_MAX], const char *text)
{
    const size_t length = strlen(out);
    (void)snprintf(out + length, AMBIT_TEXT_MAX - length, "%s", text);
}

void ambit_text_percent(double fraction, int decimals, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number(100.0 * fraction, decimals, out);
    if (isfinite(fraction)) append(out, " %");
}

void ambit_text_bytes(int64_t bytes, char out[AMBIT_TEXT_MAX])
{
    static const char *const units[] = {" B", " kB", " MB", " GB", " TB"};
    double value = (double)bytes;
    int unit = 0;
    while (value >= 999.5 && unit < 4) {
        value /= 1000.0;
        unit++;
    }
    ambit_text_number(value, unit > 0 && value < 9.95 ? 1 : 0, out);
    append(out, units[unit]);
}

int ambit_text_decimals(double size)
{
    const double magnitude = fabs(size);
    return magnitude >= 10000.0 ? 0 : magnitude >= 100.0 ? 1 : 2;
}

int ambit_text_characters(const char *text)
{
    int characters = 0;
    for (const char *c = text; *c != '\0'; c++)
        characters += ((unsigned char)*c & 0xC0) != 0x80;
    return characters;
}

void ambit_text_pad(FILE *file, const char *text, int width)
{
    const int characters = ambit_text_characters(text);
    const int blanks = abs(width) > characters ? abs(width) - characters : 0;
    (void)fprintf(file, "%*s%s%*s", width > 0 ? blanks : 0, "", text, width < 0 ? blanks : 0, "");
}

void ambit_range(const double *values, int32_t count, double *least_out, double *most_out)
{
    *least_out = *most_out = NAN;
    for (int32_t j = 0; j < count; j++) {
        *least_out = fmin(*least_out, values[j]);
        *most_out = fmax(*most_out, values[j]);
    }
}

/* "1,200.0 h" */
static void describe_units(const struct ambit_result *result, int band, double value, int decimals,
                           char out[AMBIT_TEXT_MAX])
{
    const char *const unit = result->measure[result->band[band].measure].unit;
    ambit_text_number(value, decimals, out);
    if (unit[0] != '\0') append(out, " ");
    append(out, unit);
}

/* A limit of a kind: "105.0 %" or "1,200.0 h". */
static void describe_limit(const struct ambit_result *result, int band, enum ambit_limit kind,
                           double limit, char out[AMBIT_TEXT_MAX])
{
    if (kind == AMBIT_LIMIT_ABSOLUTE)
        describe_units(result, band, limit, ambit_text_decimals(limit), out);
    else
        ambit_text_percent(limit, 1, out);
}

static void describe_limits(const struct ambit_result *result, int band, double lower, double upper,
                            char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const enum ambit_limit low_kind = b->lower_kind, high_kind = b->upper_kind;
    char low[AMBIT_TEXT_MAX], high[AMBIT_TEXT_MAX];
    out[0] = '\0';
    if (low_kind == AMBIT_LIMIT_OF_TARGET && high_kind == AMBIT_LIMIT_OF_TARGET &&
        fabs(upper + lower - 2.0) < 1e-6) {
        ambit_text_percent(upper - 1.0, 1, high);
        append(out, "±");
        append(out, high);
        return;
    }
    describe_limit(result, band, low_kind, lower, low);
    describe_limit(result, band, high_kind, upper, high);
    if (low_kind == AMBIT_LIMIT_OF_TARGET && high_kind != AMBIT_LIMIT_OF_TARGET)
        append(low, " of target");
    if (high_kind == AMBIT_LIMIT_OF_TARGET) append(high, " of target");
    if (low_kind == AMBIT_LIMIT_NONE) {
        append(out, "at most ");
        append(out, high);
    } else if (high_kind == AMBIT_LIMIT_NONE) {
        append(out, "at least ");
        append(out, low);
    } else {
        append(out, low);
        append(out, " to ");
        append(out, high);
    }
}

void ambit_text_asked(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    describe_limits(result, band, b->asked_lower, b->asked_upper, out);
}

void ambit_text_allowed(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    describe_limits(result, band, b->used_lower, b->used_upper, out);
}

void ambit_text_opened(const struct ambit_result *result, int band, int side, double by,
                       char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const double low = b->used_lower - (side <= 0 ? by : 0.0);
    const double high = b->used_upper + (side >= 0 ? by : 0.0);
    const bool of_units =
        b->lower_kind == AMBIT_LIMIT_ABSOLUTE || b->upper_kind == AMBIT_LIMIT_ABSOLUTE;
    describe_limits(result, band, of_units ? low : floor(low * 1e3 + 5e-3) * 1e-3,
                    of_units ? high : ceil(high * 1e3 - 5e-3) * 1e-3, out);
}

void ambit_text_worst(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const bool two_sided = ambit_band_has_lower(b) && ambit_band_has_upper(b);
    if (b->share_of >= 0 || (two_sided && ambit_band_is_of_target(b)))
        ambit_text_percent(b->worst_deviation, 1, out);
    else
        ambit_text_number(b->worst_deviation, ambit_text_decimals(b->worst_deviation), out);
}

/* Decimals that leave two digits of a small number. */
static int small_decimals(double size)
{
    int decimals = 1;
    while (size < 1.0 && decimals < 6) {
        size *= 10.0;
        decimals++;
    }
    return decimals;
}

void ambit_text_open_by(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const double percent = 100.0 * b->open_by;
    if (b->share_of >= 0) {
        ambit_text_number(percent, small_decimals(percent), out);
        append(out, " points");
    } else if (ambit_band_is_of_target(b)) {
        ambit_text_percent(b->open_by, small_decimals(percent), out);
        append(out, " of target");
    } else {
        const int decimals =
            b->open_by < 1.0 ? small_decimals(b->open_by) : ambit_text_decimals(b->open_by);
        describe_units(result, band, b->open_by, decimals, out);
    }
}

void ambit_text_proven(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const enum ambit_limit kind = ambit_band_has_upper(b) ? b->upper_kind : b->lower_kind;
    describe_limit(result, band, kind, b->proven_limit, out);
    if (kind == AMBIT_LIMIT_OF_TARGET) append(out, " of target");
}
