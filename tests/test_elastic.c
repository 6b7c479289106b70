/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elastic limits: openings known by hand, and that what is found is enough and no less would be. */
#include "engine/base/random.h"
#include "solvers/elastic.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <string.h>

enum { LUMPS = 6, TERRITORIES = 3, RULES = 2, CELLS = TERRITORIES * RULES };

/* A case in which every rule is a band of its own. */
static struct ambit_elastic case_of(int32_t territories, int rules, int32_t lumps,
                                    const int64_t *first, const int32_t *territory,
                                    const double *load, const double *low, const double *high,
                                    const double *width)
{
    static const int band[RULES] = {0, 1};
    return (struct ambit_elastic){.territory_count = territories,
                                  .rules = rules,
                                  .bands = rules,
                                  .band = band,
                                  .lump_count = lumps,
                                  .first = first,
                                  .territory = territory,
                                  .load = load,
                                  .low = low,
                                  .high = high,
                                  .width = width};
}

static ambit_status solve(const struct ambit_elastic *e, double *alone, double *together,
                          double *local)
{
    double kept[RULES] = {0.0};
    struct ambit_elastic_outcome out = {
        .alone = alone, .together = together, .kept = kept, .local = local};
    return ambit_elastic_solve(e, &out);
}

/* Loads of 10 and 4 that cannot move, of a mean of 7: ±10 % has to become ±(3/7). */
static void lumps_that_stay(void)
{
    static const int64_t first[3] = {0, 1, 2};
    static const int32_t territory[2] = {0, 1};
    static const double load[2] = {10.0, 4.0}, low[2] = {6.3, 6.3}, high[2] = {7.7, 7.7};
    static const double width[2] = {7.0, 7.0};
    const struct ambit_elastic e = case_of(2, 1, 2, first, territory, load, low, high, width);
    double alone[1] = {0.0}, together[1] = {0.0}, local[2] = {0.0};
    must(solve(&e, alone, together, local));
    CU_ASSERT_DOUBLE_EQUAL(alone[0], 3.0 / 7.0 - 0.1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(together[0], 3.0 / 7.0 - 0.1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(local[0], 2.3 / 7.0, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(local[1], -2.3 / 7.0, 1e-9);
}

/* One lump of (6, 1) in territory 0 and one of (2, 5) that either may have. At most 6 of the first
 * measure and at least 1.5 of the second in each: the lump is wanted whole by 1, which has nothing,
 * and 0.5 / 5 of it by 0, which then has 0.2 too much of the first. */
static void two_bands(void)
{
    static const int64_t first[3] = {0, 1, 3};
    static const int32_t territory[3] = {0, 0, 1};
    static const double load[6] = {6.0, 1.0, 2.0, 5.0, 2.0, 5.0};
    static const double low[4] = {-INFINITY, 1.5, -INFINITY, 1.5};
    static const double high[4] = {6.0, INFINITY, 6.0, INFINITY}, width[4] = {1.0, 1.0, 1.0, 1.0};
    const struct ambit_elastic e = case_of(2, 2, 2, first, territory, load, low, high, width);
    double alone[2] = {0.0}, together[2] = {0.0}, local[4] = {0.0};
    must(solve(&e, alone, together, local));
    CU_ASSERT_DOUBLE_EQUAL(alone[0], 0.2, 1e-9); /* 0.1 of the lump more of the first */
    CU_ASSERT_DOUBLE_EQUAL(alone[1], 0.5, 1e-9); /* or 0 stays at 1 of the second */
    CU_ASSERT_DOUBLE_EQUAL(together[0], 0.2, 1e-9);
    CU_ASSERT_EQUAL(together[1], 0.0);
    CU_ASSERT_DOUBLE_EQUAL(local[0], 0.2, 1e-9);
    CU_ASSERT_EQUAL(local[1], 0.0);
    CU_ASSERT_EQUAL(local[2], 0.0);
    CU_ASSERT_EQUAL(local[3], 0.0);
}

/* The first measure is 3 over a limit that the second has nothing to do with. */
static void what_does_not_help(void)
{
    static const int64_t first[2] = {0, 1};
    static const int32_t territory[1] = {0};
    static const double load[2] = {8.0, 1.0}, low[2] = {-INFINITY, -INFINITY};
    static const double high[2] = {5.0, 9.0}, width[2] = {5.0, 9.0};
    const struct ambit_elastic e = case_of(1, 2, 1, first, territory, load, low, high, width);
    double alone[2] = {0.0}, together[2] = {0.0}, local[2] = {0.0};
    must(solve(&e, alone, together, local));
    CU_ASSERT_DOUBLE_EQUAL(alone[0], 0.6, 1e-9);
    CU_ASSERT_TRUE(isnan(alone[1]));
    CU_ASSERT_DOUBLE_EQUAL(together[0], 0.6, 1e-9);
    CU_ASSERT_EQUAL(together[1], 0.0);
}

/* Territory 0 has four lumps of 2 and territory 1 has 2 that stay; either may have 4.5 to 5.5, so
 * that 1.25 lumps have to go over. */
struct ruled_case {
    int64_t first[6], first_law[10], first_draw[10];
    int32_t territory[9], law[4], draw_budget[4];
    double load[9], low[2], high[2], width[2], part[4], grade[9], room[1], budget_width[1], draw[4];
    struct ambit_elastic e;
};

static void rule(struct ruled_case *c)
{
    memset(c, 0, sizeof *c);
    for (int l = 0; l < 4; l++) {
        c->first[l] = c->first_law[2 * l] = 2 * l;
        c->territory[2 * l + 1] = 1;
        c->load[2 * l] = c->load[2 * l + 1] = 2.0;
        c->part[l] = 0.25;
        c->draw[l] = 1.0;
        c->grade[2 * l + 1] = 0.1 * (4 - l);
        for (int o = 0; o < 2; o++) /* the second option of each is what is ruled */
            c->first_law[2 * l + o] = c->first_draw[2 * l + o] = l;
    }
    c->first[4] = 8;
    c->first[5] = 9;
    c->territory[8] = 1;
    c->load[8] = 2.0;
    c->first_law[8] = c->first_law[9] = c->first_draw[8] = c->first_draw[9] = 4;
    for (int j = 0; j < 2; j++) {
        c->low[j] = 4.5;
        c->high[j] = 5.5;
        c->width[j] = 5.0;
    }
    c->e = case_of(2, 1, 5, c->first, c->territory, c->load, c->low, c->high, c->width);
}

static void set_laws(struct ruled_case *c, int laws)
{
    c->e.laws = laws;
    c->e.first_law = c->first_law;
    c->e.law = c->law;
    c->e.law_part = c->part;
    c->e.graded = -1;
    c->e.grade = c->grade;
}

struct answer {
    double alone[5], together[5], kept[5], local[2];
    struct ambit_elastic_outcome out;
};

static ambit_status ask(const struct ruled_case *c, struct answer *a)
{
    *a = (struct answer){.local = {0.0}};
    a->out = (struct ambit_elastic_outcome){
        .alone = a->alone, .together = a->together, .kept = a->kept, .local = a->local};
    return ambit_elastic_solve(&c->e, &a->out);
}

/* The band alone opens by 2.5 of 5; the law lets 1.25 of 4 go, which is less. */
static void one_law(void)
{
    struct ruled_case c;
    struct answer a;
    rule(&c);
    set_laws(&c, 1);
    must(ask(&c, &a));
    CU_ASSERT_DOUBLE_EQUAL(a.alone[0], 0.5, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(a.alone[1], 0.3125, 1e-9);
    CU_ASSERT_EQUAL(a.together[0], 0.0);
    CU_ASSERT_DOUBLE_EQUAL(a.together[1], 0.3125, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(a.kept[1], 0.3125, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(a.local[0], 0.5, 1e-9);
    CHECK_FAULTS(ask(&c, &a), (void)0);
}

/* The two laws hold one lump of the four each, so that 0.25 of a lump are missing with either; a
 * band that may open is one relaxation, two laws are two. */
static void two_laws(void)
{
    struct ruled_case c;
    struct answer a;
    rule(&c);
    set_laws(&c, 4);
    for (int l = 0; l < 4; l++) {
        c.law[l] = l;
        c.part[l] = 1.0;
    }
    must(ask(&c, &a));
    CU_ASSERT_DOUBLE_EQUAL(a.alone[0], 0.5, 1e-9);
    CU_ASSERT_TRUE(isnan(a.alone[1]) && isnan(a.alone[2]) && isnan(a.alone[3]));
    CU_ASSERT_DOUBLE_EQUAL(a.together[0], 0.5, 1e-9);
    int used = 0;
    double sum = 0.0;
    for (int k = 1; k <= 4; k++) {
        used += a.kept[k] > 0.0;
        sum += a.kept[k];
    }
    CU_ASSERT_EQUAL(a.kept[0], 0.0);
    CU_ASSERT_EQUAL(used, 2);
    CU_ASSERT_DOUBLE_EQUAL(sum, 1.25, 1e-9);
}

/* The nearest lump is 0.1 too far, the next 0.2: 1.25 lumps need both. */
static void the_least_grade(void)
{
    struct ruled_case c;
    struct answer a;
    rule(&c);
    set_laws(&c, 1);
    c.e.graded = 0;
    must(ask(&c, &a));
    CU_ASSERT_DOUBLE_EQUAL(a.out.grade_alone, 0.2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(a.out.grade_together, 0.2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(a.together[1], 0.3125, 1e-9);
}

/* A budget of one lump of four: a quarter of a lump more, or the band by 0.5 / 5. */
static void a_budget(void)
{
    struct ruled_case c;
    struct answer a;
    rule(&c);
    c.room[0] = 1.0;
    c.budget_width[0] = 4.0;
    c.e.budgets = 1;
    c.e.room = c.room;
    c.e.budget_width = c.budget_width;
    c.e.first_draw = c.first_draw;
    c.e.draw_budget = c.draw_budget;
    c.e.draw = c.draw;
    must(ask(&c, &a));
    CU_ASSERT_DOUBLE_EQUAL(a.alone[0], 0.1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(a.alone[1], 0.0625, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(a.together[1], 0.0625, 1e-9);
    CU_ASSERT_EQUAL(a.together[0], 0.0);
    c.room[0] = 1.25;
    must(ask(&c, &a)); /* it fits */
    CU_ASSERT_EQUAL(a.together[0] + a.together[1] + a.alone[0] + a.alone[1], 0.0);
}

struct random_case {
    int64_t first[LUMPS + 1];
    int32_t territory[LUMPS * TERRITORIES];
    double load[LUMPS * TERRITORIES * RULES], low[CELLS], high[CELLS], width[CELLS];
    struct ambit_elastic e;
};

static void draw(uint64_t seed, struct random_case *c)
{
    uint64_t n = 0;
    double mean[RULES] = {0.0};
    for (int l = 0; l <= LUMPS; l++)
        c->first[l] = (int64_t)l * TERRITORIES;
    for (int l = 0; l < LUMPS; l++) {
        for (int j = 0; j < TERRITORIES; j++)
            c->territory[l * TERRITORIES + j] = j;
        for (int r = 0; r < RULES; r++) {
            const double whole = 0.2 + ambit_random_unit(seed, 1, n++);
            mean[r] += whole / TERRITORIES;
            for (int j = 0; j < TERRITORIES; j++) /* the second measure depends on where */
                c->load[(l * TERRITORIES + j) * RULES + r] =
                    whole * (r == 0 ? 1.0 : 0.5 + ambit_random_unit(seed, 1, n++));
        }
    }
    for (int at = 0; at < CELLS; at++) {
        const double part = 0.8 + 0.4 * ambit_random_unit(seed, 1, n++);
        c->width[at] = mean[at % RULES];
        c->low[at] = at % RULES == 0 ? 0.98 * part * mean[0] : -INFINITY;
        c->high[at] = (at % RULES == 0 ? 1.02 * part : 0.75 * part) * mean[at % RULES];
    }
    c->e = case_of(TERRITORIES, RULES, LUMPS, c->first, c->territory, c->load, c->low, c->high,
                   c->width);
}

/* Opens the limits by `part` of what was found, and asks again: the sum of what is still missing.
 */
static double missing_with(const struct random_case *c, const double *bands, const double *local,
                           double part)
{
    struct random_case wider = *c;
    double alone[RULES] = {0.0}, together[RULES] = {0.0}, rest[CELLS] = {0.0}, sum = 0.0;
    for (int at = 0; at < CELLS; at++) {
        const double own = local != NULL ? local[at] : 0.0;
        const double shared =
            bands != NULL && isfinite(bands[at % RULES]) ? bands[at % RULES] : 0.0;
        wider.high[at] += part * c->width[at] * (shared + fmax(own, 0.0)) + 1e-7;
        wider.low[at] -= part * c->width[at] * (shared + fmax(-own, 0.0)) + 1e-7;
    }
    wider.e.low = wider.low;
    wider.e.high = wider.high;
    must(solve(&wider.e, alone, together, rest));
    for (int at = 0; at < CELLS; at++)
        sum += fabs(rest[at]);
    return sum;
}

static void enough_and_no_less(void)
{
    int opened = 0, sets_of_two = 0, not_alone = 0;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct random_case c;
        double alone[RULES] = {0.0}, together[RULES] = {0.0}, local[CELLS] = {0.0};
        memset(&c, 0, sizeof c);
        draw(seed, &c);
        must(solve(&c.e, alone, together, local));
        CU_ASSERT_EQUAL(missing_with(&c, together, NULL, 1.0), 0.0);
        CU_ASSERT_EQUAL(missing_with(&c, NULL, local, 1.0), 0.0);
        const double sum = together[0] + together[1];
        if (sum < 1e-3) continue;
        opened++;
        sets_of_two += together[0] > 0.0 && together[1] > 0.0;
        CU_ASSERT_TRUE(missing_with(&c, together, NULL, 0.98) > 0.0);
        CU_ASSERT_TRUE(missing_with(&c, NULL, local, 0.98) > 0.0);
        for (int b = 0; b < RULES; b++) {
            double only[RULES] = {0.0};
            not_alone += isnan(alone[b]);
            if (isnan(alone[b])) continue;
            only[b] = alone[b];
            CU_ASSERT_EQUAL(missing_with(&c, only, NULL, 1.0), 0.0);
            CU_ASSERT_TRUE(missing_with(&c, only, NULL, 0.98) > 0.0);
            CU_ASSERT_TRUE(sets_of_two == 0 || alone[b] > 0.0);
        }
        /* A set of two is smallest only where neither band is enough. */
        if (together[0] > 0.0 && together[1] > 0.0)
            CU_ASSERT_TRUE(isnan(alone[0]) && isnan(alone[1]));
    }
    CU_ASSERT_TRUE(opened > 50);
    CU_ASSERT_TRUE(sets_of_two > 5);
    CU_ASSERT_TRUE(not_alone > 5);
}

static void memory(void)
{
    struct random_case c;
    double alone[RULES] = {0.0}, together[RULES] = {0.0}, local[CELLS] = {0.0};
    memset(&c, 0, sizeof c);
    draw(3, &c);
    CHECK_FAULTS(solve(&c.e, alone, together, local), (void)0);
}

int main(void)
{
    static const struct ambit_test tests[] = {{"lumps that stay", lumps_that_stay},
                                              {"two bands", two_bands},
                                              {"what does not help", what_does_not_help},
                                              {"enough and no less", enough_and_no_less},
                                              {"one law", one_law},
                                              {"two laws", two_laws},
                                              {"the least grade", the_least_grade},
                                              {"a budget", a_budget},
                                              {"memory", memory}};
    return ambit_test_main("elastic", tests, AMBIT_TEST_COUNT(tests));
}
