#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny nations with budgets of disruption, whose best plan is found by trying every one.

    tiny_budgets.py make FOLDER --seed S    writes accounts.csv, reps.csv and scenario.yaml
    tiny_budgets.py solve FOLDER            prints the least cost in micro-hours, or infeasible
    tiny_budgets.py check FOLDER PLAN.h5    says whether the file's plan keeps the rules

Three reps with homes, ten accounts of two segments, one new and some protected, a band, budgets of
every kind and prices of moves. Travel is the line haul alone. Shares no code with Ambit.
"""

import argparse
import itertools
import random
import sys

from tiny_nation import haul, read, write

ACCOUNTS, REPS = 10, 3

SCENARIO = """name: Tiny budgets
accounts:
  file: accounts.csv
  columns: {{id: id, lat: lat, lon: lon, territory: territory}}
  visits: visits
reps:
  file: reps.csv
  columns: {{id: id, territory: territory, lat: lat, lon: lon}}
travel: {{local_factor: 0}}
measures: {{value: worth + workload}}
bands:
  workload: {{min: 45%, max: 160%}}
disruption:
  budget: {{accounts: {accounts}, workload: {workload}%}}
  per_territory: {{value: {value}%}}
  per_segment: {{by: segment, A: {a}, B: 80%}}
  cost: {{hours_per_account: 0.2, hours_per: {{worth: 0.01}}}}
  protected: [{{column: open}}, {{where: {{segment: A, worth: {{min: 18}}}}}}, {{top: 1, by: workload}}]
"""


def make(folder, seed):
    rng = random.Random(seed)
    rows = []
    for i in range(ACCOUNTS):
        place = (round(40 + 2 * rng.random(), 4), round(-90 + 3 * rng.random(), 4))
        today = "" if i == 4 else f"T{rng.randint(1, REPS)}"
        rows.append([f"a{i:02d}", *place, rng.randint(2, 12), round(5 + 20 * rng.random(), 2),
                     rng.randint(1, 20), rng.choice("AB"), int(rng.random() < 0.1), today])
    reps = [[f"r{j}", f"T{j + 1}", round(40.2 + 1.6 * rng.random(), 4),
             round(-89.8 + 2.6 * rng.random(), 4)] for j in range(REPS)]
    rng.shuffle(rows)
    write(f"{folder}/accounts.csv",
          ["id", "lat", "lon", "visits", "workload", "worth", "segment", "open", "territory"], rows)
    write(f"{folder}/reps.csv", ["id", "territory", "lat", "lon"], reps)
    limits = {"accounts": rng.randint(2, 5), "workload": rng.choice([30, 45, 60]),
              "value": rng.choice([40, 60, 80]), "a": rng.randint(1, 3)}
    with open(f"{folder}/scenario.yaml", "w", encoding="utf-8") as file:
        file.write(SCENARIO.format(**limits))
    with open(f"{folder}/limits", "w", encoding="utf-8") as file:
        file.write(repr(limits))


class Nation:
    def __init__(self, folder):
        self.rows = read(f"{folder}/accounts.csv")
        reps = sorted(read(f"{folder}/reps.csv"), key=lambda rep: rep["territory"])
        self.travel = [[haul(a, r) for r in reps] for a in self.rows]
        self.work = [round(float(a["workload"]) * 1e6) for a in self.rows]
        self.worth = [round(float(a["worth"]) * 1e6) for a in self.rows]
        names = [rep["territory"] for rep in reps]
        self.today = [names.index(a["territory"]) if a["territory"] else -1 for a in self.rows]
        self.is_a = [a["segment"] == "A" for a in self.rows]
        with open(f"{folder}/limits", encoding="utf-8") as file:
            self.limits = eval(file.read())  # our own words, above
        known = [i for i in range(ACCOUNTS) if self.today[i] >= 0]
        top = max(known, key=lambda i: self.work[i])
        self.held = [self.today[i] >= 0 and (a["open"] == "1" or i == top or
                                             (self.is_a[i] and float(a["worth"]) >= 18))
                     for i, a in enumerate(self.rows)]

    def keeps(self, plan):
        """An empty text, or what is broken."""
        moved = [i for i in range(ACCOUNTS) if self.today[i] >= 0 and self.today[i] != plan[i]]
        known = [i for i in range(ACCOUNTS) if self.today[i] >= 0]
        if any(self.held[i] for i in moved):
            return "moves a protected account"
        if len(moved) > self.limits["accounts"]:
            return "moves too many"
        if sum(self.work[i] for i in moved) > round(
                self.limits["workload"] / 100 * sum(self.work[i] for i in known)):
            return "moves too much work"
        for j in range(REPS):
            lost = sum(self.work[i] + self.worth[i] for i in moved if self.today[i] == j)
            whole = sum(self.work[i] + self.worth[i] for i in known if self.today[i] == j)
            if lost > round(self.limits["value"] / 100 * whole):
                return "takes too much from a territory"
        in_a = sum(self.is_a[i] for i in moved)
        if in_a > self.limits["a"]:
            return "moves too many of A"
        in_b = sum(not self.is_a[i] for i in known)
        if (len(moved) - in_a) * 10**6 > round(0.8 * in_b * 10**6):
            return "moves too many of B"
        load = [sum(self.work[i] for i in range(ACCOUNTS) if plan[i] == j) for j in range(REPS)]
        mean = sum(load) / REPS
        return "" if all(0.45 * mean <= x <= 1.6 * mean for x in load) else "breaks a band"

    def cost(self, plan):
        cost = sum(self.travel[i][j] for i, j in enumerate(plan))
        for i, j in enumerate(plan):
            if self.today[i] not in (-1, j):
                cost += 200000 + round(0.01 * self.worth[i])
        return cost


def solve(nation):
    best = None
    for plan in itertools.product(range(REPS), repeat=ACCOUNTS):
        cost = nation.cost(plan)
        if (best is None or cost < best) and not nation.keeps(plan):
            best = cost
    return best


def check(nation, path):
    import h5py

    with h5py.File(path) as f:
        ids = [x.decode() for x in f["/accounts/account_id"][:]]
        label = dict(zip(ids, f["/accounts/territory"][:]))
        stored = int(f.attrs["objective_micro_hours"])
    plan = [int(label[a["id"]]) for a in nation.rows]
    same = abs(nation.cost(plan) - stored) <= ACCOUNTS
    return (nation.keeps(plan) or "keeps the rules") + ("" if same else ", costs something else")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("act", choices=["make", "solve", "check"])
    parser.add_argument("folder")
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.act == "make":
        make(args.folder, args.seed)
    elif args.act == "solve":
        best = solve(Nation(args.folder))
        print("infeasible" if best is None else best)
    else:
        print(check(Nation(args.folder), args.plan))


if __name__ == "__main__":
    sys.exit(main())
