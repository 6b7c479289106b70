/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elementary functions: against those of long double, exact cases, edges, and the bits themselves.
 */
#include "engine/base/random.h"
#include "engine/base/real.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { DRAWS = 200000 };

/* Uniform in [low, high). */
static double draw(uint64_t stream, int i, double low, double high)
{
    return low + (high - low) * ambit_random_unit(1, stream, (uint64_t)i);
}

/* Units in the last place between `got` and what it ought to be. */
static double units_off(double got, long double expected)
{
    int exponent = 0;
    (void)frexp((double)expected, &exponent);
    return (double)(fabsl((long double)got - expected) / ldexpl(1.0L, exponent - DBL_MANT_DIG));
}

static void near_long_double(void)
{
    double exps = 0.0, logs = 0.0, powers = 0.0, sines = 0.0, arcs = 0.0, angles = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        const double x = draw(0, i, -700.0, 700.0), y = draw(1, i, -3.0, 3.0);
        const double positive = i % 2 == 0 ? ambit_exp(x) : draw(2, i, 0.5, 2.0);
        const double base = ambit_exp(draw(3, i, -10.0, 10.0)), angle = draw(4, i, -8.0, 8.0);
        const double ratio = draw(5, i, -1.0, 1.0) * (i % 2 == 0 ? 1.0 : 1e-3);
        exps = fmax(exps, units_off(ambit_exp(x), expl(x)));
        logs = fmax(logs, units_off(ambit_log(positive), logl(positive)));
        powers = fmax(powers, units_off(ambit_pow(base, y), powl(base, y)));
        sines = fmax(sines, units_off(ambit_sin(angle), sinl(angle)));
        sines = fmax(sines, units_off(ambit_cos(angle), cosl(angle)));
        arcs = fmax(arcs, units_off(ambit_asin(ratio), asinl(ratio)));
        angles = fmax(angles, units_off(ambit_atan2(y, angle), atan2l(y, angle)));
    }
    CU_ASSERT(exps < 0.6);
    CU_ASSERT(logs < 0.6);
    CU_ASSERT(powers < 0.6);
    CU_ASSERT(sines < 1.0);
    CU_ASSERT(arcs < 3.0);
    CU_ASSERT(angles < 3.0);
}

static void exact_powers(void)
{
    for (int i = 0; i < DRAWS; i++) {
        const double x = ambit_exp(draw(6, i, -30.0, 30.0));
        const double whole = 1.0 + floor(draw(7, i, 0.0, 9e7)), small = 1.0 + (double)(i % 2000);
        CHECK_SEED((uint64_t)i, ambit_pow(x, 1.0) == x);
        CHECK_SEED((uint64_t)i, ambit_pow(x, 0.0) == 1.0);
        CHECK_SEED((uint64_t)i, ambit_pow(1.0, x) == 1.0);
        CHECK_SEED((uint64_t)i, ambit_pow(whole, 2.0) == whole * whole);
        CHECK_SEED((uint64_t)i, ambit_pow(whole * whole, 0.5) == whole);
        CHECK_SEED((uint64_t)i, ambit_pow(small, 3.0) == small * small * small);
    }
    CU_ASSERT_EQUAL(ambit_pow(2.0, -1070.0), 0x1p-1070);
    CU_ASSERT_EQUAL(ambit_log(1.0), 0.0);
    CU_ASSERT_EQUAL(ambit_exp(0.0), 1.0);
    CU_ASSERT_EQUAL(ambit_hypot(3.0, -4.0), 5.0);
}

static void edges(void)
{
    CU_ASSERT_EQUAL(ambit_exp(1000.0), INFINITY);
    CU_ASSERT_EQUAL(ambit_exp(-INFINITY), 0.0);
    CU_ASSERT(isnan(ambit_exp(NAN)));
    CU_ASSERT_EQUAL(ambit_log(0.0), -INFINITY);
    CU_ASSERT_EQUAL(ambit_log(INFINITY), INFINITY);
    CU_ASSERT(isnan(ambit_log(-1.0)));
    CU_ASSERT_DOUBLE_EQUAL(ambit_log(0x1p-1074), -1074.0 * M_LN2, 1e-12);
    CU_ASSERT_EQUAL(ambit_pow(0.0, 0.5), 0.0);
    CU_ASSERT_EQUAL(ambit_pow(0.0, 0.0), 1.0);
    CU_ASSERT_EQUAL(ambit_pow(0.0, -1.0), INFINITY);
    CU_ASSERT_EQUAL(ambit_pow(INFINITY, 2.0), INFINITY);
    CU_ASSERT_EQUAL(ambit_pow(1e300, 1e300), INFINITY);
    CU_ASSERT_EQUAL(ambit_pow(0.5, 1e300), 0.0);
    CU_ASSERT(isnan(ambit_pow(-2.0, 2.0)));
    CU_ASSERT_EQUAL(ambit_asin(1.0), M_PI_2);
    CU_ASSERT_EQUAL(ambit_asin(-1.0), -M_PI_2);
    CU_ASSERT_EQUAL(ambit_sin(0.0), 0.0);
    CU_ASSERT_EQUAL(ambit_cos(0.0), 1.0);
    CU_ASSERT_DOUBLE_EQUAL(ambit_cos(M_PI_2), 6.123233995736766e-17, 1e-32);
    CU_ASSERT_EQUAL(ambit_atan2(0.0, 0.0), 0.0);
    CU_ASSERT_EQUAL(ambit_atan2(0.0, -1.0), M_PI);
    CU_ASSERT_EQUAL(ambit_atan2(-1.0, 0.0), -M_PI_2);
    CU_ASSERT_EQUAL(ambit_atan2(2.0, 2.0), M_PI_4);
    CU_ASSERT_EQUAL(ambit_atan2(1.0, -1.0), 3.0 * M_PI_4);
}

/* The bits that every machine must give; what changes them changes result files. */
static void bits(void)
{
    uint64_t mixed = 0;
    for (int i = 0; i < DRAWS; i++) {
        const double x = draw(8, i, 0.0, 20.0), y = draw(9, i, -1.0, 1.0);
        const double value[] = {ambit_exp(-x), ambit_log(x),  ambit_pow(x, y),         ambit_sin(x),
                                ambit_cos(x),  ambit_asin(y), ambit_atan2(y, x - 10.0)};
        for (size_t f = 0; f < sizeof value / sizeof value[0]; f++) {
            uint64_t word;
            memcpy(&word, &value[f], sizeof word);
            mixed = ambit_mix64(mixed ^ word);
        }
    }
    CU_ASSERT_EQUAL(mixed, UINT64_C(0x1A853EAB46538D8B));
}

int main(void)
{
    static const struct ambit_test tests[] = {{"near_long_double", near_long_double},
                                              {"exact_powers", exact_powers},
                                              {"edges", edges},
                                              {"bits", bits}};
    return ambit_test_main("real", tests, AMBIT_TEST_COUNT(tests));
}
