/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one door to GLPK: programmes of known optimum, its limits, and what happens when it gives up.
 */
#include "solvers/mip.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { COLUMNS_MAX = 16 };

/* The textbook's: 3x + 5y is most at (2, 6) within x ≤ 4, 2y ≤ 12, 3x + 2y ≤ 18. */
static struct ambit_mip *textbook(void)
{
    static const int first[2] = {0, 2}, second[2] = {1, 2};
    static const double x[2] = {1.0, 3.0}, y[2] = {2.0, 2.0};
    struct ambit_mip *mip = NULL;
    must(ambit_mip_create(&mip));
    CU_ASSERT_EQUAL(ambit_mip_add_row(mip, -INFINITY, 4.0), 0);
    CU_ASSERT_EQUAL(ambit_mip_add_row(mip, -INFINITY, 12.0), 1);
    CU_ASSERT_EQUAL(ambit_mip_add_row(mip, -INFINITY, 18.0), 2);
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, -3.0, INFINITY, false, 2, first, x), 0);
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, -5.0, INFINITY, false, 2, second, y), 1);
    return mip;
}

static enum ambit_mip_end relax(struct ambit_mip *mip)
{
    enum ambit_mip_end end = AMBIT_MIP_NONE;
    must(ambit_mip_relax(mip, &end));
    return end;
}

static void linear_programme(void)
{
    struct ambit_mip *mip = textbook();
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(mip), -36.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_row_dual(mip, 0), 0.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_row_dual(mip, 1), -1.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_row_dual(mip, 2), -1.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_reduced_cost(mip, 0), 0.0, 1e-9);
    const int row[2] = {0, 2};
    const double value[2] = {1.0, 1.0}; /* worth 4, and takes 1 from the third row: gains 3 */
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, -4.0, 1.0, false, 2, row, value), 2);
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(mip), -39.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_reduced_cost(mip, 2), -3.0, 1e-9);
    ambit_mip_set_constant(mip, 100.0);
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(mip), 61.0, 1e-9);
    ambit_mip_destroy(&mip);
    CU_ASSERT_PTR_NULL(mip);
    ambit_mip_destroy(&mip);
}

/* Least x + y within low ≤ x − y ≤ high and x ≤ 5. */
static double ranged(double low, double high, enum ambit_mip_end *end_out)
{
    static const int row = 0;
    static const double one = 1.0, less = -1.0;
    struct ambit_mip *mip = NULL;
    must(ambit_mip_create(&mip));
    (void)ambit_mip_add_row(mip, low, high);
    (void)ambit_mip_add_column(mip, 1.0, 5.0, false, 1, &row, &one);
    (void)ambit_mip_add_column(mip, 1.0, INFINITY, false, 1, &row, &less);
    *end_out = relax(mip);
    const double value = *end_out == AMBIT_MIP_OPTIMAL ? ambit_mip_value(mip) : NAN;
    ambit_mip_destroy(&mip);
    return value;
}

static void bounds_of_rows(void)
{
    enum ambit_mip_end end;
    CU_ASSERT_DOUBLE_EQUAL(ranged(2.0, 3.0, &end), 2.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ranged(-3.0, -2.0, &end), 2.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ranged(4.0, 4.0, &end), 4.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ranged(3.0, INFINITY, &end), 3.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ranged(-INFINITY, -1.0, &end), 1.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ranged(-INFINITY, INFINITY, &end), 0.0, 1e-9);
    (void)ranged(6.0, INFINITY, &end);
    CU_ASSERT_EQUAL(end, AMBIT_MIP_NONE);
}

static void without_an_optimum(void)
{
    static const int row = 0;
    static const double one = 1.0;
    struct ambit_mip *mip = NULL;
    must(ambit_mip_create(&mip));
    (void)ambit_mip_add_row(mip, 1.0, INFINITY);
    (void)ambit_mip_add_column(mip, -1.0, INFINITY, false, 1, &row, &one);
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_NONE); /* unbounded */
    ambit_mip_destroy(&mip);
}

/* Two rows of random weights, `columns` binaries that gain; best_out by trying all. */
static struct ambit_mip *random_binaries(uint64_t seed, int columns, double *best_out)
{
    static const int rows[2] = {0, 1};
    double gain[COLUMNS_MAX], weight[COLUMNS_MAX][2], room[2] = {0.0, 0.0};
    struct ambit_mip *mip = NULL;
    for (int c = 0; c < columns; c++) {
        gain[c] = uniform(seed, 1, c, 1.0, 10.0);
        for (int r = 0; r < 2; r++) {
            weight[c][r] = floor(uniform(seed, 2 + (uint64_t)r, c, 1.0, 30.0));
            room[r] += 0.4 * weight[c][r];
        }
    }
    must(ambit_mip_create(&mip));
    for (int r = 0; r < 2; r++)
        (void)ambit_mip_add_row(mip, -INFINITY, room[r]);
    for (int c = 0; c < columns; c++)
        CU_ASSERT_EQUAL(ambit_mip_add_column(mip, -gain[c], 1.0, true, 2, rows, weight[c]), c);
    *best_out = 0.0;
    for (unsigned set = 0; set < 1U << columns; set++) {
        double value = 0.0, load[2] = {0.0, 0.0};
        for (int c = 0; c < columns; c++) {
            if (!(set >> c & 1)) continue;
            value -= gain[c];
            load[0] += weight[c][0];
            load[1] += weight[c][1];
        }
        if (load[0] <= room[0] && load[1] <= room[1]) *best_out = fmin(*best_out, value);
    }
    return mip;
}

static void binaries_as_by_brute_force(void)
{
    const struct ambit_mip_limits limits = {.node_max = 100000};
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        const int columns = 8 + (int)(seed % 5);
        double best = 0.0, value[COLUMNS_MAX], found = 0.0;
        enum ambit_mip_end end;
        struct ambit_mip *mip = random_binaries(seed, columns, &best);
        CHECK_SEED(seed, relax(mip) == AMBIT_MIP_OPTIMAL);
        CHECK_SEED(seed, ambit_mip_value(mip) <= best + 1e-9);
        must(ambit_mip_branch(mip, &limits, value, &end));
        CHECK_SEED(seed, end == AMBIT_MIP_OPTIMAL);
        for (int c = 0; c < columns; c++) {
            found -= uniform(seed, 1, c, 1.0, 10.0) * value[c];
            CHECK_SEED(seed, fabs(value[c] - round(value[c])) < 1e-6);
        }
        CHECK_SEED(seed, fabs(found - best) < 1e-6);
        ambit_mip_destroy(&mip);
    }
}

/* Least Σ (1 + c) x_c with at least one of every pair: the first; 10 columns, 5 rows. */
static struct ambit_mip *pairs(void)
{
    static const double one = 1.0;
    struct ambit_mip *mip = NULL;
    must(ambit_mip_create(&mip));
    for (int r = 0; r < 5; r++)
        (void)ambit_mip_add_row(mip, 1.0, INFINITY);
    for (int c = 0; c < 10; c++) {
        const int row = c / 2;
        (void)ambit_mip_add_column(mip, 1.0 + c, 1.0, true, 1, &row, &one);
    }
    return mip;
}

static void dropped_columns(void)
{
    static const bool drop[10] = {[1] = true, [5] = true, [9] = true};
    static const double expected[8] = {1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0};
    static const int rows[5] = {0, 1, 2, 3, 4};
    static const double ones[5] = {1.0, 1.0, 1.0, 1.0, 1.0};
    const struct ambit_mip_limits limits = {.node_max = 100};
    double value[9];
    enum ambit_mip_end end;
    struct ambit_mip *mip = pairs();
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    must(ambit_mip_drop_columns(mip, drop));
    must(ambit_mip_branch(mip, &limits, value, &end));
    CU_ASSERT_EQUAL(end, AMBIT_MIP_OPTIMAL);
    /* Left are columns 0, 2, 3, 4, 6, 7, 8; then one that covers every row. */
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, 24.5, 1.0, true, 5, rows, ones), 7);
    for (int c = 0; c < 7; c++)
        CU_ASSERT_DOUBLE_EQUAL(value[c], expected[c], 1e-9);
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    must(ambit_mip_branch(mip, &limits, value, &end));
    CU_ASSERT_EQUAL(end, AMBIT_MIP_OPTIMAL);
    for (int c = 0; c < 8; c++)
        CU_ASSERT_DOUBLE_EQUAL(value[c], c == 7 ? 1.0 : 0.0, 1e-9);
    ambit_mip_destroy(&mip);
}

/* Least s within 2 Σ x + s = 11: one, but the relaxation says nought until six x are decided
 * (Jeroslow 1974). Columns: 11 binaries, then s. */
static struct ambit_mip *parity(void)
{
    static const int row = 0;
    static const double two = 2.0, one = 1.0;
    struct ambit_mip *mip = NULL;
    must(ambit_mip_create(&mip));
    (void)ambit_mip_add_row(mip, 11.0, 11.0);
    for (int c = 0; c < 11; c++)
        (void)ambit_mip_add_column(mip, 0.0, 1.0, true, 1, &row, &two);
    (void)ambit_mip_add_column(mip, 1.0, INFINITY, false, 1, &row, &one);
    return mip;
}

static enum ambit_mip_end branch_parity(const struct ambit_mip_limits *limits, double constant,
                                        double *value_out)
{
    enum ambit_mip_end end;
    struct ambit_mip *mip = parity();
    ambit_mip_set_constant(mip, constant);
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(mip), constant, 1e-9);
    must(ambit_mip_branch(mip, limits, value_out, &end));
    ambit_mip_destroy(&mip);
    return end;
}

/* One node is the root, whose relaxation is fractional: there is what was handed in, or nothing. */
static void start_and_node_limit(void)
{
    static const double start[12] = {1.0, [4] = 1.0, [11] = 7.0};
    double value[12] = {0.0};
    CU_ASSERT_EQUAL(branch_parity(&(struct ambit_mip_limits){.node_max = 1}, 0.0, value),
                    AMBIT_MIP_NONE);
    CU_ASSERT_EQUAL(
        branch_parity(&(struct ambit_mip_limits){.node_max = 1, .start = start}, 0.0, value),
        AMBIT_MIP_FEASIBLE);
    for (int c = 0; c < 12; c++)
        CU_ASSERT_DOUBLE_EQUAL(value[c], start[c], 1e-9);
    CU_ASSERT_EQUAL(
        branch_parity(&(struct ambit_mip_limits){.node_max = 60, .start = start}, 0.0, value),
        AMBIT_MIP_FEASIBLE);
    CU_ASSERT_EQUAL(
        branch_parity(&(struct ambit_mip_limits){.node_max = 1000000, .start = start}, 0.0, value),
        AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(value[11], 1.0, 1e-6);
}

/* Seven against nought are within a hundredth of a thousand, and far from it without the constant.
 */
static void gap_counts_the_constant(void)
{
    static const double start[12] = {1.0, [4] = 1.0, [11] = 7.0};
    double value[12] = {0.0};
    const struct ambit_mip_limits limits = {.node_max = 60, .gap = 0.01, .start = start};
    CU_ASSERT_EQUAL(branch_parity(&limits, 1000.0, value), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(value[11], 7.0, 1e-9);
    CU_ASSERT_EQUAL(branch_parity(&limits, 0.0, value), AMBIT_MIP_FEASIBLE);
}

/* GLPK's environment is freed with the last model of the thread, not before. */
static void several_models(void)
{
    struct ambit_mip *first = textbook(), *second = textbook(), *third = NULL;
    CU_ASSERT_EQUAL(relax(first), AMBIT_MIP_OPTIMAL);
    ambit_mip_destroy(&first);
    third = pairs();
    CU_ASSERT_EQUAL(relax(second), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(second), -36.0, 1e-9);
    ambit_mip_destroy(&second);
    CU_ASSERT_EQUAL(relax(third), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(third), 25.0, 1e-9);
    ambit_mip_destroy(&third);
}

/* Row 7 is none of the model's: GLPK would abort the program. */
static void when_glpk_gives_up(void)
{
    static const int rows[1] = {7};
    static const double one[1] = {1.0};
    const struct ambit_mip_limits limits = {.node_max = 10};
    struct ambit_mip *other = textbook(), *mip = textbook();
    enum ambit_mip_end end = AMBIT_MIP_OPTIMAL;
    double value[3];
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, 1.0, 1.0, true, 1, rows, one), -1);
    CU_ASSERT_EQUAL(ambit_mip_add_column(mip, 1.0, 1.0, true, 0, rows, one), -1);
    CU_ASSERT_EQUAL(ambit_mip_add_row(mip, 0.0, 1.0), -1);
    ambit_mip_set_constant(mip, 1.0);
    CU_ASSERT_EQUAL(ambit_mip_relax(mip, &end), AMBIT_ERR_SOLVER);
    CU_ASSERT_EQUAL(end, AMBIT_MIP_NONE);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "GLPK gave up on a programme of 3 rows and 2 columns");
    CU_ASSERT_EQUAL(ambit_mip_branch(mip, &limits, value, &end), AMBIT_ERR_SOLVER);
    ambit_mip_destroy(&mip);
    CU_ASSERT_EQUAL(relax(other), AMBIT_MIP_OPTIMAL);
    CU_ASSERT_DOUBLE_EQUAL(ambit_mip_value(other), -36.0, 1e-9);
    ambit_mip_destroy(&other);
}

static void out_of_memory(void)
{
    static const bool drop[10] = {[1] = true};
    struct ambit_mip *mip = NULL;
    CHECK_FAULTS(ambit_mip_create(&mip), ambit_mip_destroy(&mip));
    mip = pairs();
    CU_ASSERT_EQUAL(relax(mip), AMBIT_MIP_OPTIMAL);
    CHECK_FAULTS(ambit_mip_drop_columns(mip, drop), (void)0);
    ambit_mip_destroy(&mip);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"a linear programme, its duals, a column more, a constant", linear_programme},
        {"rows bounded below, above, both and not", bounds_of_rows},
        {"a programme without an optimum", without_an_optimum},
        {"binaries as by brute force", binaries_as_by_brute_force},
        {"columns dropped, the others in order", dropped_columns},
        {"a start is taken, and nodes are limited", start_and_node_limit},
        {"the gap counts the constant", gap_counts_the_constant},
        {"several models in a thread", several_models},
        {"when GLPK gives up", when_glpk_gives_up},
        {"when memory runs out", out_of_memory},
    };
    return ambit_test_main("mip", tests, AMBIT_TEST_COUNT(tests));
}
