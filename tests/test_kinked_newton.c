/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step up a model with kinks and walls, against a slow search that only evaluates the model. */
#include "solvers/kinked_newton.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <string.h>

enum { BLOCKS = 5, SIZE = 3, CELLS = BLOCKS * SIZE };

/* Pairs of a ring of blocks with one chord. */
static const int32_t ring_row[BLOCKS + 1] = {0, 3, 4, 5, 6, 6};
static const int32_t ring_column[6] = {1, 2, 4, 2, 3, 4};

/* What each pair of blocks and each block adds to H: positive, as soft assignments do it. */
static void fill_curvature(uint64_t seed, const int64_t *entry, struct ambit_kinked_model *model)
{
    int pair = 0;
    for (int a = 0; a < BLOCKS; a++) {
        for (; pair < ring_row[a + 1]; pair++) {
            const int b = ring_column[pair];
            double u[SIZE], v[SIZE];
            for (int r = 0; r < SIZE; r++) {
                u[r] = uniform(seed, 1, pair * SIZE + r, 0.5, 1.5);
                v[r] = u[r] * uniform(seed, 2, pair * SIZE + r, 0.9, 1.1);
            }
            double *const aa = &model->block[model->first[a] * SIZE * SIZE];
            double *const bb = &model->block[model->first[b] * SIZE * SIZE];
            double *const ab = &model->block[entry[2 * pair] * SIZE * SIZE];
            double *const ba = &model->block[entry[2 * pair + 1] * SIZE * SIZE];
            CU_ASSERT_EQUAL(model->neighbour[entry[2 * pair]], b);
            CU_ASSERT_EQUAL(model->neighbour[entry[2 * pair + 1]], a);
            for (int r = 0; r < SIZE; r++) {
                for (int q = 0; q < SIZE; q++) {
                    aa[r * SIZE + q] += u[r] * u[q];
                    bb[r * SIZE + q] += v[r] * v[q];
                    ab[r * SIZE + q] = -u[r] * v[q];
                    ba[q * SIZE + r] = -u[r] * v[q];
                }
            }
        }
    }
}

/* Kinks of every kind: narrow and wide bands, one-sided ones with a wall at zero, and rule 0 of
 * which a part is what moves all. */
static void draw(uint64_t seed, struct ambit_kinked_model *model, double *at)
{
    int64_t *entry = NULL;
    must(ambit_kinked_create(BLOCKS, SIZE, ring_row, ring_column, model, &entry));
    fill_curvature(seed, entry, model);
    ambit_free(&entry);
    model->whole[0] = BLOCKS;
    for (int c = 0; c < CELLS; c++) {
        const bool one_sided = c % SIZE == 2;
        model->damping[c] = uniform(seed, 3, c, 0.05, 0.2);
        model->gradient[c] = uniform(seed, 4, c, 0.6, 1.4);
        model->high[c] = one_sided ? 1.0 : 1.05;
        model->low[c] = one_sided ? 1.0 : 0.95;
        model->least[c] = one_sided ? 0.0 : -2.0;
        model->most[c] = 2.0;
        at[c] = c % 4 == 0 ? 0.0 : uniform(seed, 5, c, one_sided ? 0.0 : -1.0, 1.0);
    }
}

/* Climbs one coordinate after the other, by ternary search, and pairs of a rule together. */
static double climb(const struct ambit_kinked_model *model, const double *at, double *to)
{
    memcpy(to, at, CELLS * sizeof *to);
    for (int sweep = 0; sweep < 400; sweep++) {
        for (int c = 0; c < CELLS + SIZE; c++) {
            double low = -2.0, high = 2.0, tried[CELLS];
            for (int k = 0; k < 50; k++) {
                const double third = (high - low) / 3.0;
                double rise[2];
                for (int side = 0; side < 2; side++) {
                    const double move = side == 0 ? low + third : high - third;
                    for (int d = 0; d < CELLS; d++) { /* beyond the last cell: a whole rule */
                        const bool goes = c < CELLS ? d == c : d % SIZE == c - CELLS;
                        tried[d] = fmin(fmax(to[d] + (goes ? move : 0.0), model->least[d]),
                                        model->most[d]);
                    }
                    rise[side] = ambit_kinked_rise(model, at, tried);
                }
                *(rise[0] < rise[1] ? &low : &high) += rise[0] < rise[1] ? third : -third;
            }
            for (int d = 0; d < CELLS; d++) {
                const bool goes = c < CELLS ? d == c : d % SIZE == c - CELLS;
                tried[d] = fmin(fmax(to[d] + (goes ? 0.5 * (low + high) : 0.0), model->least[d]),
                                model->most[d]);
            }
            if (ambit_kinked_rise(model, at, tried) > ambit_kinked_rise(model, at, to))
                memcpy(to, tried, sizeof tried);
        }
    }
    return ambit_kinked_rise(model, at, to);
}

static void a_step_is_nearly_the_best(void)
{
    const uint64_t models = repetitions(8);
    uint64_t far = 0;
    for (uint64_t seed = 1; seed <= models; seed++) {
        struct ambit_kinked_model model;
        double at[CELLS], to[CELLS], best[CELLS];
        int resting = 0;
        draw(seed, &model, at);
        ambit_kinked_step(&model, at, to);
        const double rise = ambit_kinked_rise(&model, at, to);
        const double most = climb(&model, at, best);
        CHECK_SEED(seed, most > 0.0);
        CHECK_SEED(seed, rise > 0.5 * most);
        far += rise <= 0.99 * most;
        for (int c = 0; c < CELLS; c++) {
            CHECK_SEED(seed, to[c] >= model.least[c] && to[c] <= model.most[c]);
            resting += to[c] == 0.0;
        }
        CHECK_SEED(seed, resting > 0);
        CHECK_SEED(seed, ambit_kinked_rise(&model, at, at) == 0.0);
        ambit_kinked_clear(&model);
    }
    CU_ASSERT(8 * far <= models);
}

/* Where there is neither kink nor wall near, a step solves H s = gradient − high. */
static void a_smooth_step_solves(void)
{
    struct ambit_kinked_model model;
    double at[CELLS], to[CELLS], step[CELLS];
    draw(99, &model, at);
    model.whole[0] = 0.0;
    for (int c = 0; c < CELLS; c++) {
        at[c] = 50.0;
        model.high[c] = model.low[c] = 1.0;
        model.least[c] = 0.0;
        model.most[c] = 100.0;
    }
    ambit_kinked_step(&model, at, to);
    for (int c = 0; c < CELLS; c++)
        step[c] = to[c] - at[c];
    for (int j = 0; j < BLOCKS; j++) {
        for (int r = 0; r < SIZE; r++) {
            double image = model.damping[j * SIZE + r] * step[j * SIZE + r];
            for (int64_t e = model.first[j]; e < model.first[j + 1]; e++) {
                for (int q = 0; q < SIZE; q++)
                    image += model.block[e * SIZE * SIZE + r * SIZE + q] *
                             step[model.neighbour[e] * SIZE + q];
            }
            CU_ASSERT_DOUBLE_EQUAL(image, model.gradient[j * SIZE + r] - 1.0, 0.01);
        }
    }
    ambit_kinked_clear(&model);
}

static void models_when_memory_runs_out(void)
{
    struct ambit_kinked_model model = {0};
    int64_t *entry = NULL;
    CHECK_FAULTS(ambit_kinked_create(BLOCKS, SIZE, ring_row, ring_column, &model, &entry),
                 (ambit_kinked_clear(&model), ambit_free(&entry)));
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"a step is nearly the best", a_step_is_nearly_the_best},
        {"a smooth step solves", a_smooth_step_solves},
        {"models when memory runs out", models_when_memory_runs_out},
    };
    return ambit_test_main("kinked_newton", tests, AMBIT_TEST_COUNT(tests));
}
