/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sweeps and conjugate gradients in turn. A sweep of Gauss and Seidel solves one coordinate after
 * the other with its kink and walls, and so finds out which of them rest at the kink or at a wall;
 * conjugate gradients then move all others together, each on the side of zero where it is, and
 * those that would cross over stop there. Sweeps alone take as many rounds as the map is
 * territories wide; gradients alone do not see the kinks. Byrd, Chin, Nocedal, Oztoprak 2016 (A
 * family of second-order methods for convex l1-regularized optimization) do the same with other
 * sweeps.
 *
 * Cost: a sweep, a product and a rise each look at H once, conjugate gradients some thirty times.
 * Weakness: the sweep is serial, and which coordinates rest may still change after the last cycle.
 */
#include "solvers/kinked_newton.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum {
    CYCLES = 8,
    GRADIENT_STEPS_MAX = 100,
    SHORTENINGS = 12,
    STEP_BITS = 2,
    VECTORS = 9,
    SIZE_MAX_BLOCK = 64
};
#define CLOSE 1e-3  /* part of the squared residual at which conjugate gradients end */
#define DONE 1e-4   /* the same of the first cycle's at which cycles end */
#define SPREAD 2048 /* cells from which a product is worth several threads */

static size_t cell_count(const struct ambit_kinked_model *model)
{
    return (size_t)model->blocks * (size_t)model->size;
}

ambit_status ambit_kinked_create(int32_t blocks, int size, const int32_t *row,
                                 const int32_t *column, struct ambit_kinked_model *out,
                                 int64_t **pair_entry_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_kinked_model *const model = out;
    const size_t n = (size_t)blocks, cells = n * (size_t)size;
    const int64_t pairs = row[blocks], entries = blocks + 2 * pairs;
    int64_t *entry = NULL, *next = NULL;
    *model = (struct ambit_kinked_model){.blocks = blocks, .size = size};
    AMBIT_REQUIRE(size <= SIZE_MAX_BLOCK);
    AMBIT_TRY(ambit_alloc(&entry, (size_t)(2 * pairs), sizeof *entry));
    AMBIT_TRY(ambit_alloc(&next, n, sizeof *next));
    AMBIT_TRY(ambit_alloc(&model->first, n + 1, sizeof *model->first));
    AMBIT_TRY(ambit_alloc(&model->neighbour, (size_t)entries, sizeof *model->neighbour));
    AMBIT_TRY(ambit_alloc(&model->block, (size_t)entries * (size_t)(size * size), sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->whole, (size_t)size, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->damping, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->gradient, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->low, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->high, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->least, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->most, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&model->work, VECTORS * cells + cells * (size_t)size, sizeof(double)));
    for (int32_t a = 0; a < blocks; a++) {
        model->first[a + 1] += 1 + row[a + 1] - row[a];
        for (int32_t pair = row[a]; pair < row[a + 1]; pair++)
            model->first[column[pair] + 1]++;
    }
    for (int32_t a = 0; a < blocks; a++) {
        model->first[a + 1] += model->first[a];
        next[a] = model->first[a];
        model->neighbour[next[a]++] = a;
    }
    for (int32_t a = 0; a < blocks; a++) {
        for (int32_t pair = row[a]; pair < row[a + 1]; pair++) {
            const int32_t b = column[pair];
            entry[2 * pair] = next[a]++;
            entry[2 * pair + 1] = next[b]++;
            model->neighbour[entry[2 * pair]] = b;
            model->neighbour[entry[2 * pair + 1]] = a;
        }
    }
    *pair_entry_out = entry;
    entry = NULL;
done:
    ambit_free(&entry);
    ambit_free(&next);
    if (status != AMBIT_OK) ambit_kinked_clear(model);
    return status;
}

void ambit_kinked_clear(struct ambit_kinked_model *model)
{
    ambit_free(&model->first);
    ambit_free(&model->neighbour);
    ambit_free(&model->block);
    ambit_free(&model->whole);
    ambit_free(&model->damping);
    ambit_free(&model->gradient);
    ambit_free(&model->low);
    ambit_free(&model->high);
    ambit_free(&model->least);
    ambit_free(&model->most);
    ambit_free(&model->work);
    *model = (struct ambit_kinked_model){0};
}

/* ---- products ---- */

/* Block row j of (H + damping) x. */
static inline void product_row_of(const struct ambit_kinked_model *model, int32_t j,
                                  const double *x, double *out, const int size)
{
    const size_t at = (size_t)j * (size_t)size;
    for (int r = 0; r < size; r++)
        out[r] = model->damping[at + (size_t)r] * x[at + (size_t)r];
    for (int64_t e = model->first[j]; e < model->first[j + 1]; e++) {
        const double *const h = &model->block[e * size * size];
        const double *const y = &x[(size_t)model->neighbour[e] * (size_t)size];
        for (int r = 0; r < size; r++) {
            double sum = 0.0;
            for (int q = 0; q < size; q++)
                sum += h[r * size + q] * y[q];
            out[r] += sum;
        }
    }
}

/* The usual numbers of rules are known to the compiler. */
static void product_row(const struct ambit_kinked_model *model, int32_t j, const double *x,
                        double *out)
{
    switch (model->size) {
    case 2:
        product_row_of(model, j, x, out, 2);
        break;
    case 3:
        product_row_of(model, j, x, out, 3);
        break;
    case 4:
        product_row_of(model, j, x, out, 4);
        break;
    default:
        product_row_of(model, j, x, out, model->size);
    }
}

static void product(const struct ambit_kinked_model *model, const double *x, double *out)
{
#pragma omp parallel for schedule(static) if (cell_count(model) >= SPREAD)
    for (int32_t j = 0; j < model->blocks; j++)
        product_row(model, j, x, &out[(size_t)j * (size_t)model->size]);
}

static double dot(const double *a, const double *b, size_t n)
{
    double sum = 0.0;
    for (size_t c = 0; c < n; c++)
        sum += a[c] * b[c];
    return sum;
}

static double kink(const struct ambit_kinked_model *model, size_t c, double y)
{
    return (y > 0.0 ? model->high[c] : model->low[c]) * y;
}

/* What acts when coordinates go from `at` to `to`: to − at, less what moves all of a rule. */
static void set_step(const struct ambit_kinked_model *model, const double *at, const double *to,
                     double *step)
{
    const size_t cells = cell_count(model), size = (size_t)model->size;
    for (size_t r = 0; r < size; r++) {
        double bands = 0.0;
        for (size_t c = r; c < cells && model->whole[r] > 0.0; c += size)
            bands += kink(model, c, to[c]) - kink(model, c, at[c]);
        const double all = model->whole[r] > 0.0 ? bands / model->whole[r] : 0.0;
        for (size_t c = r; c < cells; c += size)
            step[c] = to[c] - at[c] - all;
    }
}

/* The same as ambit_kinked_rise(), where the step that acts and H + damping times it go to
 * scratch. */
static double rise_of(const struct ambit_kinked_model *model, const double *at, const double *to,
                      double *step, double *image)
{
    const size_t cells = cell_count(model);
    double rise = 0.0;
    set_step(model, at, to, step);
    product(model, step, image);
    for (size_t c = 0; c < cells; c++) {
        rise += (model->gradient[c] - 0.5 * image[c]) * step[c];
        if (!(model->whole[c % (size_t)model->size] > 0.0))
            rise -= kink(model, c, to[c]) - kink(model, c, at[c]);
    }
    return rise;
}

double ambit_kinked_rise(const struct ambit_kinked_model *model, const double *at, const double *to)
{
    return rise_of(model, at, to, model->work, model->work + cell_count(model));
}

/* What a unit of each rule's limits costs where loads are `load`: 1, or their sum by the whole. */
static void set_grown(const struct ambit_kinked_model *model, const double *load, double *grown)
{
    const size_t cells = cell_count(model), size = (size_t)model->size;
    for (size_t r = 0; r < size; r++) {
        double sum = 0.0;
        for (size_t c = r; c < cells; c += size)
            sum += load[c];
        grown[r] = model->whole[r] > 0.0 ? sum / model->whole[r] : 1.0;
    }
}

/* ---- the sweep ---- */

/* The best value of a coordinate that has curvature h, where pull − h y is its slope at y. */
static double best_coordinate(const struct ambit_kinked_model *model, size_t c, double h,
                              double pull, double grown)
{
    const double high = grown * model->high[c], low = grown * model->low[c];
    double y = 0.0;
    if (pull > high)
        y = (pull - high) / h;
    else if (pull < low)
        y = (pull - low) / h;
    return fmin(fmax(y, model->least[c]), model->most[c]);
}

/* Each coordinate of y to its best in turn, where `load` is what pulls at y; moved_out is what y
 * has moved. What moves all of a rule is left as it is at y. */
static void sweep(const struct ambit_kinked_model *model, const double *load, const double *grown,
                  double *y, double *moved_out)
{
    const int size = model->size;
    memset(moved_out, 0, cell_count(model) * sizeof *moved_out);
    for (int32_t j = 0; j < model->blocks; j++) {
        const size_t at = (size_t)j * (size_t)size;
        const double *const h = &model->block[model->first[j] * size * size];
        double image[SIZE_MAX_BLOCK];
        product_row(model, j, moved_out, image);
        for (int r = 0; r < size; r++) {
            const size_t c = at + (size_t)r;
            const double curvature = h[r * size + r] + model->damping[c];
            const double best = best_coordinate(model, c, curvature,
                                                load[c] - image[r] + curvature * y[c], grown[r]);
            const double moved = best - y[c];
            if (moved == 0.0) continue;
            y[c] = best;
            moved_out[c] = moved;
            for (int q = 0; q < size; q++)
                image[q] += h[q * size + r] * moved;
            image[r] += model->damping[c] * moved;
        }
    }
}

/* ---- conjugate gradients among those that are free ---- */

/* Whether coordinate c of y can move either way without meeting its kink or a wall. */
static bool is_free(const struct ambit_kinked_model *model, size_t c, double y)
{
    return (y != 0.0 || model->low[c] == model->high[c]) && y > model->least[c] &&
           y < model->most[c];
}

/* Factors the free part of each diagonal block (Cholesky, lower), the identity elsewhere. */
static void factor(const struct ambit_kinked_model *model, const double *y, double *factors)
{
    const int size = model->size;
#pragma omp parallel for schedule(static) if (cell_count(model) >= SPREAD)
    for (int32_t j = 0; j < model->blocks; j++) {
        const size_t at = (size_t)j * (size_t)size;
        const double *const h = &model->block[model->first[j] * size * size];
        double *const f = &factors[at * (size_t)size];
        for (int r = 0; r < size; r++) {
            const bool free_r = is_free(model, at + (size_t)r, y[at + (size_t)r]);
            for (int q = 0; q <= r; q++) {
                const bool both = free_r && is_free(model, at + (size_t)q, y[at + (size_t)q]);
                double sum = r == q ? 1.0 : 0.0;
                if (both) sum = h[r * size + q] + (r == q ? model->damping[at + (size_t)r] : 0.0);
                for (int k = 0; k < q; k++)
                    sum -= f[r * size + k] * f[q * size + k];
                if (r == q)
                    f[r * size + r] = sqrt(fmax(sum, 1e-300));
                else
                    f[r * size + q] = sum / f[q * size + q];
            }
        }
    }
}

/* z = (factors factorsᵀ)⁻¹ r, block by block. */
static void precondition(const struct ambit_kinked_model *model, const double *factors,
                         const double *residual, double *z)
{
    const int size = model->size;
    for (int32_t j = 0; j < model->blocks; j++) {
        const size_t at = (size_t)j * (size_t)size;
        const double *const f = &factors[at * (size_t)size];
        for (int r = 0; r < size; r++) {
            double sum = residual[at + (size_t)r];
            for (int k = 0; k < r; k++)
                sum -= f[r * size + k] * z[at + (size_t)k];
            z[at + (size_t)r] = sum / f[r * size + r];
        }
        for (int r = size - 1; r >= 0; r--) {
            double sum = z[at + (size_t)r];
            for (int k = r + 1; k < size; k++)
                sum -= f[k * size + r] * z[at + (size_t)k];
            z[at + (size_t)r] = sum / f[r * size + r];
        }
    }
}

/* Curvature among the coordinates that are free at y, each on its side of zero: image_out is that
 * times x, which is zero for the others. */
static void free_product(const struct ambit_kinked_model *model, const double *y, const double *x,
                         double *acting, double *image_out)
{
    const size_t cells = cell_count(model), size = (size_t)model->size;
    for (size_t r = 0; r < size; r++) {
        double all = 0.0;
        for (size_t c = r; c < cells && model->whole[r] > 0.0; c += size)
            all += (y[c] > 0.0 ? model->high[c] : model->low[c]) * x[c];
        all = model->whole[r] > 0.0 ? all / model->whole[r] : 0.0;
        for (size_t c = r; c < cells; c += size)
            acting[c] = x[c] - all;
    }
    product(model, acting, image_out);
    for (size_t r = 0; r < size; r++) {
        double all = 0.0;
        for (size_t c = r; c < cells && model->whole[r] > 0.0; c += size)
            all += image_out[c];
        all = model->whole[r] > 0.0 ? all / model->whole[r] : 0.0;
        for (size_t c = r; c < cells; c += size) {
            const double side = y[c] > 0.0 ? model->high[c] : model->low[c];
            image_out[c] = is_free(model, c, y[c]) ? image_out[c] - side * all : 0.0;
        }
    }
}

/* Sets `move` to the way to the best point for those free at y, whose slopes are in `residual`,
 * zero for the others; none where their squared length is not above `enough`. Returns that. */
static double solve_free(const struct ambit_kinked_model *model, const double *y, double enough,
                         double *residual, double *move, double *scratch)
{
    const size_t n = cell_count(model);
    double *const z = scratch, *const direction = scratch + n, *const image = scratch + 2 * n;
    double *const acting = scratch + 3 * n, *const factors = scratch + 4 * n;
    memset(move, 0, n * sizeof *move);
    factor(model, y, factors);
    precondition(model, factors, residual, z);
    double rz = dot(residual, z, n);
    const double first = rz;
    if (!(first > enough)) return first;
    memcpy(direction, z, n * sizeof *z);
    for (int k = 0; k < GRADIENT_STEPS_MAX && rz > CLOSE * first; k++) {
        free_product(model, y, direction, acting, image);
        const double curvature = dot(direction, image, n);
        if (!(curvature > 0.0)) break;
        const double alpha = rz / curvature;
        for (size_t c = 0; c < n; c++) {
            move[c] += alpha * direction[c];
            residual[c] -= alpha * image[c];
        }
        precondition(model, factors, residual, z);
        const double next = dot(residual, z, n);
        for (size_t c = 0; c < n; c++)
            direction[c] = z[c] + (next / rz) * direction[c];
        rz = next;
    }
    return first;
}

/* y + part × move, where nothing goes beyond its kink or a wall. */
static void go(const struct ambit_kinked_model *model, const double *y, const double *move,
               double part, double *to)
{
    for (size_t c = 0; c < cell_count(model); c++) {
        double next = y[c] + part * move[c];
        if (model->low[c] < model->high[c] && next * y[c] < 0.0) next = 0.0;
        to[c] = fmin(fmax(next, model->least[c]), model->most[c]);
    }
}

/* The loads that the model expects for H + damping times a step, and what a unit of limits costs
 * there. */
static void expect(const struct ambit_kinked_model *model, const double *image, double *load,
                   double *grown)
{
    for (size_t c = 0; c < cell_count(model); c++)
        load[c] = model->gradient[c] - image[c];
    set_grown(model, load, grown);
}

void ambit_kinked_step(const struct ambit_kinked_model *model, const double *at, double *to)
{
    const size_t n = cell_count(model);
    double *const step = model->work, *const image = step + n, *const load = image + n;
    double *const move = load + n, *const tried = move + n, *const scratch = tried + n;
    double grown[SIZE_MAX_BLOCK] = {0.0}, enough = 0.0;
    if (n == 0) return; /* no band, no price */
    memcpy(to, at, n * sizeof *to);
    (void)rise_of(model, at, to, step, image);
    for (int cycle = 0; cycle < CYCLES; cycle++) {
        expect(model, image, load, grown);
        sweep(model, load, grown, to, step);
        const double rise = rise_of(model, at, to, step, image);
        expect(model, image, load, grown);
        for (size_t c = 0; c < n; c++) {
            const double side = to[c] > 0.0 ? model->high[c] : model->low[c];
            const double unit = grown[c % (size_t)model->size];
            load[c] = is_free(model, c, to[c]) ? load[c] - unit * side : 0.0;
        }
        const double first = solve_free(model, to, enough, load, move, scratch);
        if (!(first > enough)) break;
        if (cycle == 0) enough = DONE * first;
        bool higher = false;
        for (int shortening = 0; shortening < SHORTENINGS && !higher; shortening++) {
            go(model, to, move, ldexp(1.0, -STEP_BITS * shortening), tried);
            higher = rise_of(model, at, tried, step, image) >= rise;
        }
        if (higher)
            memcpy(to, tried, n * sizeof *to);
        else
            (void)rise_of(model, at, to, step, image);
    }
}
