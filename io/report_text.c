/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers for people. A result does not keep whether a limit was written as a part of the target or
 * in units; it is told from which of limit ÷ target and limit is nearer to the number that was
 * used.
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

void ambit_text_pad(FILE *file, const char *text, int width)
{
    int characters = 0;
    for (const char *c = text; *c != '\0'; c++)
        characters += ((unsigned char)*c & 0xC0) != 0x80;
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

enum ambit_band_style ambit_band_style(const struct ambit_result *result, int band)
{
    const struct ambit_result_band *const b = &result->band[band];
    if (b->share_of >= 0) return AMBIT_BAND_SHARE;
    if (result->territory_count == 0 || !(b->target[0] > 0.0)) return AMBIT_BAND_UNITS;
    const double limit = b->has_upper ? b->upper[0] : b->lower[0];
    const double used = b->has_upper ? b->used_upper : b->used_lower;
    return fabs(limit / b->target[0] - used) <= fabs(limit - used) ? AMBIT_BAND_OF_TARGET
                                                                   : AMBIT_BAND_UNITS;
}

void ambit_text_limit(const struct ambit_result *result, int band, double limit,
                      char out[AMBIT_TEXT_MAX])
{
    const char *const unit = result->measure[result->band[band].measure].unit;
    if (ambit_band_style(result, band) != AMBIT_BAND_UNITS) {
        ambit_text_percent(limit, 1, out);
        return;
    }
    ambit_text_number(limit, ambit_text_decimals(limit), out);
    if (unit[0] != '\0') append(out, " ");
    append(out, unit);
}

/* Limits in the band's own style. */
static void describe_limits(const struct ambit_result *result, int band, double lower, double upper,
                            char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    char low[AMBIT_TEXT_MAX], high[AMBIT_TEXT_MAX];
    const bool of_target = ambit_band_style(result, band) == AMBIT_BAND_OF_TARGET;
    ambit_text_limit(result, band, lower, low);
    ambit_text_limit(result, band, upper, high);
    out[0] = '\0';
    if (b->has_lower && b->has_upper && of_target && fabs(upper + lower - 2.0) < 1e-6) {
        ambit_text_percent(upper - 1.0, 1, high);
        append(out, "±");
        append(out, high);
        return;
    }
    if (b->has_lower && b->has_upper) {
        append(out, low);
        append(out, " to ");
        append(out, high);
    } else {
        append(out, b->has_upper ? "at most " : "at least ");
        append(out, b->has_upper ? high : low);
    }
    if (of_target) append(out, " of target");
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

void ambit_text_worst(const struct ambit_result *result, int band, char out[AMBIT_TEXT_MAX])
{
    const struct ambit_result_band *const b = &result->band[band];
    const enum ambit_band_style style = ambit_band_style(result, band);
    if (style == AMBIT_BAND_SHARE ||
        (style == AMBIT_BAND_OF_TARGET && b->has_lower && b->has_upper))
        ambit_text_percent(b->worst_deviation, 1, out);
    else
        ambit_text_number(b->worst_deviation, ambit_text_decimals(b->worst_deviation), out);
}
