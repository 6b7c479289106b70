/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/plot_svg.h"
#include "io/report_text.h"

#include <math.h>

void ambit_plot_begin(FILE *file, int width, int height)
{
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                  "height=\"%d\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n"
                  "<style>.grid{stroke:#ddd;fill:none}.title{font-weight:bold}</style>\n"
                  "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                  width, height, width, height, width, height);
}

double ambit_plot_step(double range, int most)
{
    static const double factors[] = {1.0, 2.0, 5.0, 10.0};
    const double decade = pow(10.0, floor(log10(range / most)));
    int k = 0;
    while (k < 3 && range / (factors[k] * decade) > most)
        k++;
    return factors[k] * decade;
}

void ambit_plot_widen(struct ambit_plot_panel *panel, int steps)
{
    const double range = fmax(panel->high - panel->low, fabs(panel->high) * 1e-3 + 1e-9);
    panel->step = ambit_plot_step(range, steps);
    panel->low = panel->step * floor(panel->low / panel->step);
    panel->high = panel->step * ceil(panel->high / panel->step - 1e-9);
    if (panel->high <= panel->low) panel->high = panel->low + panel->step;
}

double ambit_plot_y(const struct ambit_plot_panel *panel, double value)
{
    return panel->bottom -
           (panel->bottom - panel->top) * (value - panel->low) / (panel->high - panel->low);
}

void ambit_plot_axis(FILE *file, const struct ambit_plot_panel *panel, int left, int right,
                     const char *title, bool percent)
{
    const double step = panel->step;
    const int steps = (int)floor((panel->high - panel->low) / step + 0.5);
    char text[AMBIT_TEXT_MAX];
    for (int s = 0; s <= steps; s++) {
        const double value = panel->low + s * step, y = ambit_plot_y(panel, value);
        if (percent)
            ambit_text_percent(value, step < 0.01 ? 1 : 0, text);
        else
            ambit_text_number(value, step < 1.0 ? 2 : 0, text);
        (void)fprintf(file,
                      "<path class=\"grid\" d=\"M%d %.1fH%d\"/>\n"
                      "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                      left, y, right, left - 8, y + 4.0, text);
    }
    (void)fprintf(file, "<text class=\"title\" x=\"%d\" y=\"%.1f\">%s</text>\n", left,
                  panel->top - 14.0, title);
}

void ambit_plot_dot(FILE *file, double x, double y, const char *colour, bool hollow)
{
    (void)fprintf(file,
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" stroke=\"%s\" "
                  "stroke-width=\"2\"/>\n",
                  x, y, hollow ? "#fff" : colour, colour);
}

void ambit_plot_ring(FILE *file, double x, double y, const char *colour)
{
    (void)fprintf(file,
                  "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"11\" fill=\"none\" stroke=\"%s\" "
                  "stroke-width=\"2\"/>\n",
                  x, y, colour);
}
