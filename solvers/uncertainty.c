/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Normal numbers come in pairs (Box, Muller 1958), one pair for two samples. Sums are of whole
 * micro-units. They may leave the range of these, as laws have long tails: so beside them the upper
 * halves of all values are summed, which cannot.
 *
 * Cost: a logarithm, a root, a sine and cosine for two samples of an account, and an exponential
 * each. Weakness: the laws of two columns are independent, though more work often means more
 * potential; and a normal factor that is cut at zero has a mean a little above 1 where it is wide.
 */
#include "solvers/uncertainty.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/base/real.h"

#include <math.h>
#include <omp.h>

enum { SAMPLE_BITS = 20 }; /* as many samples as a scenario may ask for */
enum { HALF_BITS = 32 };
enum { EACH = 0, SHARED = 2, STREAMS = 4 }; /* each takes two streams of random numbers */

double ambit_spread_factor(const struct ambit_spread *spread, double z)
{
    double variance;
    switch (spread->law) {
    case AMBIT_LAW_LOGNORMAL:
        variance = ambit_log(1.0 + spread->size * spread->size);
        return ambit_exp(sqrt(variance) * z - 0.5 * variance);
    case AMBIT_LAW_NORMAL:
        return fmax(1.0 + spread->size * z, 0.0);
    case AMBIT_LAW_UNIFORM:
        return 1.0 + spread->size * z;
    case AMBIT_LAW_NONE:
        break;
    }
    return 1.0;
}

/* The factors of samples first … of one account, or of all accounts of one word. */
static void draw(const struct ambit_spread *spread, uint64_t seed, uint64_t stream, int64_t index,
                 int first, double factor[AMBIT_SAMPLE_BATCH])
{
    for (int s = 0; s < AMBIT_SAMPLE_BATCH; s++)
        factor[s] = 1.0;
    if (spread->law == AMBIT_LAW_NONE || spread->size == 0.0) return;
    for (int s = 0; s < AMBIT_SAMPLE_BATCH; s += 2) {
        const uint64_t own = ((uint64_t)index << SAMPLE_BITS) + (uint64_t)(first + s);
        const double one = ambit_random_unit(seed, stream, own);
        const double other = ambit_random_unit(seed, stream + 1, own);
        if (spread->law == AMBIT_LAW_UNIFORM) {
            factor[s] = ambit_spread_factor(spread, 2.0 * one - 1.0);
            factor[s + 1] = ambit_spread_factor(spread, 2.0 * other - 1.0);
            continue;
        }
        const double radius = sqrt(-2.0 * ambit_log(1.0 - one)), angle = 2.0 * M_PI * other;
        factor[s] = ambit_spread_factor(spread, radius * ambit_cos(angle));
        factor[s + 1] = ambit_spread_factor(spread, radius * ambit_sin(angle));
    }
}

/* As unsigned numbers, for a sum that leaves the range is told by its upper halves. */
static void add(int64_t *sum, int64_t value)
{
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

/* Into the sums of a territory, and the upper halves, rounded up, into those of all. */
static void add_account(const struct ambit_accounts *accounts,
                        const struct ambit_uncertain_column *uncertain, int32_t i, uint64_t seed,
                        int first, int64_t *sums, int64_t *halves)
{
    double each[AMBIT_SAMPLE_BATCH], shared[AMBIT_SAMPLE_BATCH];
    const uint64_t stream = (uint64_t)STREAMS * (uint64_t)uncertain->column;
    const double value = (double)accounts->column[uncertain->column][i];
    const int64_t word = uncertain->by >= 0 ? accounts->category[uncertain->by][i] : 0;
    draw(&uncertain->each, seed, stream + EACH, accounts->first + i, first, each);
    draw(&uncertain->shared, seed, stream + SHARED, word, first, shared);
    for (int s = 0; s < AMBIT_SAMPLE_BATCH; s++) {
        const double sample = value * each[s] * shared[s];
        const int64_t whole =
            sample < (double)AMBIT_MICRO_SUM_MAX ? (int64_t)llrint(sample) : AMBIT_MICRO_SUM_MAX;
        add(&sums[s], whole);
        halves[s] += (whole >> HALF_BITS) + 1;
    }
}

int64_t ambit_uncertainty_length(int32_t territories)
{
    return ((int64_t)territories + 1) * AMBIT_SAMPLE_BATCH;
}

bool ambit_uncertainty_fits(const int64_t *sums, int32_t territories, int s)
{
    return sums[(int64_t)territories * AMBIT_SAMPLE_BATCH + s] < AMBIT_MICRO_SUM_MAX >> HALF_BITS;
}

ambit_status ambit_uncertainty_sum(const struct ambit_accounts *accounts,
                                   const struct ambit_uncertain_column *uncertain,
                                   const int32_t *label, int32_t territories, uint64_t seed,
                                   int first, int64_t *sums)
{
    ambit_status status = AMBIT_OK;
    const int64_t length = ambit_uncertainty_length(territories);
    const int threads = omp_get_max_threads();
    int64_t *own = NULL;
    AMBIT_TRY(ambit_alloc(&own, (size_t)(length * threads), sizeof *own));
#pragma omp parallel num_threads(threads)
    {
        int64_t *const mine = &own[omp_get_thread_num() * length];
#pragma omp for schedule(static)
        for (int32_t i = 0; i < accounts->count; i++)
            add_account(accounts, uncertain, i, seed, first,
                        &mine[(int64_t)label[i] * AMBIT_SAMPLE_BATCH],
                        &mine[(int64_t)territories * AMBIT_SAMPLE_BATCH]);
#pragma omp for schedule(static)
        for (int64_t at = 0; at < length; at++)
            for (int t = 0; t < threads; t++)
                add(&sums[at], own[t * length + at]);
    }
done:
    ambit_free(&own);
    return status;
}
