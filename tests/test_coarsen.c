/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of accounts that stand as one: what they add up to, where they end, and the way back. */
#include "engine/run/coarsen.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS = 203, TERRITORIES = 5 };

static void block_by_size(void)
{
    CU_ASSERT_EQUAL(ambit_coarse_block(100, 10, 32), 1);
    CU_ASSERT_EQUAL(ambit_coarse_block(639, 10, 32), 1);
    CU_ASSERT_EQUAL(ambit_coarse_block(640, 10, 32), 2);
    CU_ASSERT_EQUAL(ambit_coarse_block(10000000, 1000, 32), 256);
    CU_ASSERT_EQUAL(ambit_coarse_block(INT64_C(1) << 40, 1, 32), 512);
    CU_ASSERT_EQUAL(ambit_coarse_block(10, 0, 32), 1);
}

/* A job of one rank that borrows the instance, in its order, with the current plan as plan. */
static void borrow(struct instance *instance, struct ambit_comm *comm, struct ambit_job *job)
{
    struct ambit_run_options options;
    ambit_run_options_init(&options);
    ambit_job_init(job, comm, &options);
    job->scenario = instance->scenario;
    job->accounts = instance->accounts;
    job->territories = instance->territories;
    job->problem = instance->problem;
    job->problem.scenario = &job->scenario;
    job->problem.accounts = &job->accounts;
    job->problem.territories = &job->territories;
    job->label = must_alloc(ACCOUNTS, sizeof *job->label);
    instance_nearest(instance, job->label);
}

static void give_back(struct instance *instance, struct ambit_job *job)
{
    instance->territories = job->territories;
    instance->problem = job->problem;
    ambit_free(&job->label);
    ambit_free(&job->price_lower);
    ambit_free(&job->price_upper);
    ambit_free(&job->round);
}

static void prepare(uint64_t seed, double disruption, struct instance *instance)
{
    instance_create(seed, ACCOUNTS, TERRITORIES, instance);
    instance->scenario.disruption_hours = disruption;
    instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(instance, NUMBER, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_share(instance, TRAVEL, HOURS, -1.0, 0.3);
    instance_compile(instance);
}

/* Every run against its accounts, one by one. */
static void check_runs(const struct ambit_job *job, const struct ambit_job *coarse, int64_t block,
                       const int32_t *plan, uint64_t seed)
{
    const struct ambit_accounts *const fine = &job->accounts, *const runs = &coarse->accounts;
    int32_t end = 0;
    for (int32_t c = 0; c < runs->count; c++) {
        const int32_t begin = end;
        int64_t visits = 0, local = 0, column = 0, base[AMBIT_RULE_MAX] = {0};
        double middle[3] = {0.0};
        for (; end < fine->count && job->label[end] == c; end++) {
            const double weight = (double)fine->visits[end];
            visits += fine->visits[end];
            local += fine->local_travel[end];
            column += fine->column[WORKLOAD][end];
            middle[0] += weight * fine->x[end];
            middle[1] += weight * fine->y[end];
            middle[2] += weight * fine->z[end];
            for (int r = 0; r < job->problem.rule_count; r++)
                base[r] += job->problem.base[r][end];
            CHECK_SEED(seed, end == begin || end % block != 0);
            CHECK_SEED(seed, job->problem.disruption == 0 ||
                                 fine->previous[end] == fine->previous[begin]);
        }
        const double place[3] = {runs->x[c], runs->y[c], runs->z[c]};
        const double length =
            sqrt(middle[0] * middle[0] + middle[1] * middle[1] + middle[2] * middle[2]);
        for (int d = 0; d < 3; d++)
            CHECK_SEED(seed, fabs(place[d] - middle[d] / length) < 1e-12);
        CHECK_SEED(seed, end > begin && end - begin <= block);
        CHECK_SEED(seed, runs->members[c] == end - begin);
        CHECK_SEED(seed, runs->visits[c] == visits && runs->local_travel[c] == local);
        CHECK_SEED(seed, ambit_account_measure(runs, &job->scenario.measure[NUMBER], c, 0) ==
                             (end - begin) * AMBIT_MICRO);
        CHECK_SEED(seed, runs->column[WORKLOAD][c] == column);
        CHECK_SEED(seed, runs->previous[c] == fine->previous[begin]);
        CHECK_SEED(seed, coarse->label[c] == plan[begin]);
        for (int r = 0; r < job->problem.rule_count; r++)
            CHECK_SEED(seed, coarse->problem.base[r][c] == base[r]);
        for (int32_t j = 0; j < TERRITORIES; j++)
            CHECK_SEED(seed, ambit_disruption_of(&coarse->problem, c, j) ==
                                     (end - begin) * ambit_disruption_of(&job->problem, begin, j) ||
                                 job->problem.disruption == 0);
    }
    CHECK_SEED(seed, end == fine->count && runs->total == runs->count);
}

static void runs_add_up(void)
{
    struct ambit_comm *comm = NULL;
    must(ambit_comm_create_alone(&comm));
    for (uint64_t seed = 1; seed <= 6; seed++) {
        const int64_t block = INT64_C(1) << (seed % 4);
        struct instance instance;
        struct ambit_job job, coarse;
        int32_t plan[ACCOUNTS];
        prepare(seed, seed % 2 == 0 ? 2.0 : 0.0, &instance);
        borrow(&instance, comm, &job);
        memcpy(plan, job.label, sizeof plan);
        must(ambit_job_coarsen(&job, block, &coarse));
        check_runs(&job, &coarse, block, plan, seed);
        ambit_coarse_clear(&coarse);
        give_back(&instance, &job);
        instance_clear(&instance);
    }
    ambit_comm_destroy(&comm);
}

/* Accounts of different classes stand in different runs, and those of one class together though
 * others stand between them. */
static void a_run_has_one_class(void)
{
    enum { BLOCK = 8, CLASSES = 3 };
    const struct ambit_eligibility eligibility = {.territory_count = TERRITORIES};
    struct ambit_comm *comm = NULL;
    struct instance instance;
    struct ambit_job job, coarse;
    int32_t members = 0;
    must(ambit_comm_create_alone(&comm));
    prepare(3, 0.0, &instance);
    instance.accounts.class_of = must_alloc(ACCOUNTS, sizeof(int32_t));
    for (int32_t i = 0; i < ACCOUNTS; i++)
        instance.accounts.class_of[i] = i % CLASSES == 0 ? ambit_class_of_lock(1) : i % CLASSES - 2;
    borrow(&instance, comm, &job);
    job.problem.eligibility = &eligibility;
    must(ambit_job_coarsen(&job, BLOCK, &coarse));
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        CU_ASSERT_EQUAL(coarse.accounts.class_of[job.label[i]], job.accounts.class_of[i]);
        if (i % BLOCK >= CLASSES && i >= CLASSES)
            CU_ASSERT_EQUAL(job.label[i], job.label[i - CLASSES]);
    }
    for (int32_t c = 0; c < coarse.accounts.count; c++)
        members += coarse.accounts.members[c];
    CU_ASSERT_EQUAL(members, ACCOUNTS);
    CU_ASSERT_EQUAL(coarse.accounts.count, (ACCOUNTS + BLOCK - 1) / BLOCK * CLASSES);
    CU_ASSERT_PTR_EQUAL(coarse.problem.eligibility, &eligibility);
    ambit_coarse_clear(&coarse);
    job.problem.eligibility = NULL;
    give_back(&instance, &job);
    instance_clear(&instance);
    ambit_comm_destroy(&comm);
}

/* Accounts around the whole Earth have no middle: the run stands at the first. */
static void no_middle(void)
{
    struct ambit_comm *comm = NULL;
    struct instance instance;
    struct ambit_job job, coarse;
    must(ambit_comm_create_alone(&comm));
    prepare(1, 0.0, &instance);
    struct ambit_accounts *const accounts = &instance.accounts;
    accounts->visits[1] = accounts->visits[0];
    accounts->x[1] = -accounts->x[0];
    accounts->y[1] = -accounts->y[0];
    accounts->z[1] = -accounts->z[0];
    borrow(&instance, comm, &job);
    must(ambit_job_coarsen(&job, 2, &coarse));
    CU_ASSERT_EQUAL(coarse.accounts.x[0], accounts->x[0]);
    CU_ASSERT_EQUAL(coarse.accounts.y[0], accounts->y[0]);
    CU_ASSERT_EQUAL(coarse.accounts.z[0], accounts->z[0]);
    ambit_coarse_clear(&coarse);
    give_back(&instance, &job);
    instance_clear(&instance);
    ambit_comm_destroy(&comm);
}

/* What is found with runs comes back: the plan to every account, centres, prices, limits, rounds.
 */
static void what_is_found_comes_back(void)
{
    struct ambit_comm *comm = NULL;
    struct instance instance;
    struct ambit_job job, coarse;
    int32_t run[ACCOUNTS];
    must(ambit_comm_create_alone(&comm));
    prepare(3, 0.0, &instance);
    borrow(&instance, comm, &job);
    must(ambit_job_coarsen(&job, 8, &coarse));
    memcpy(run, job.label, sizeof run);
    for (int32_t c = 0; c < coarse.accounts.count; c++)
        coarse.label[c] = c % TERRITORIES;
    coarse.scenario.band[2].upper = 0.4;
    coarse.relaxation[2].opened = true;
    coarse.price_lower = must_alloc(TERRITORIES * 3, sizeof(double));
    coarse.price_upper = must_alloc(TERRITORIES * 3, sizeof(double));
    coarse.price_upper[7] = 0.25;
    coarse.stopped_by_time_limit = true; /* centres stay where they are */
    coarse.territories.item[1].position[0] = 0.5;
    ambit_job_take_coarse(&job, &coarse);
    for (int32_t i = 0; i < ACCOUNTS; i++)
        CU_ASSERT_EQUAL(job.label[i], run[i] % TERRITORIES);
    CU_ASSERT_EQUAL(job.scenario.band[2].upper, 0.4);
    CU_ASSERT(job.relaxation[2].opened && job.stopped_by_time_limit);
    CU_ASSERT_EQUAL(job.price_upper[7], 0.25);
    CU_ASSERT_EQUAL(job.territories.item[1].position[0], 0.5);
    CU_ASSERT_EQUAL(job.problem.rule[2].travel_weight, 1.0 - 0.4);
    CU_ASSERT_PTR_NULL(coarse.label);
    give_back(&instance, &job);
    instance_clear(&instance);
    ambit_comm_destroy(&comm);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"accounts a run by the size of the nation", block_by_size},
        {"runs add up, and end where they must", runs_add_up},
        {"a run has one class", a_run_has_one_class},
        {"a run around the Earth", no_middle},
        {"what is found with runs comes back", what_is_found_comes_back},
    };
    return ambit_test_main("coarsen", tests, AMBIT_TEST_COUNT(tests));
}
