#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny nations whose best plan is found by trying every one.

    tiny_nation.py make FOLDER --seed S [--targets]
                                            writes accounts.csv, reps.csv and scenario.yaml
    tiny_nation.py solve FOLDER             prints the least cost in micro-hours, or infeasible
    tiny_nation.py check FOLDER PLAN.h5     says whether the file's plan keeps the rules

Three reps with homes, eleven accounts, some of them in groups that stay together, bands whose targets
are the mean or, with --targets, the reps' own numbers, and a price for changing hands. Travel is the line haul alone (local_factor 0), computed here by haversines.
Shares no code with Ambit.
"""

import argparse
import csv
import itertools
import math
import random
import sys

ACCOUNTS, REPS, STOPS, MOVE = 11, 3, 6, 0.4
RADIUS = 6371.0088

SCENARIO = """name: Tiny
accounts:
  file: accounts.csv
  columns: {id: id, lat: lat, lon: lon, territory: territory}
  visits: visits
reps:
  file: reps.csv
  columns: {id: id, territory: territory, lat: lat, lon: lon}
travel: {local_factor: 0}
measures: {hours: workload + travel}
bands:
  workload: {min: 60%, max: 135%}
  hours: {max: 140%}
rules: {together: household}
objective: {hours_per_moved_account: 0.4}
"""


TARGETS = """bands:
  workload: {min: 65%, max: 130%, target: {rep: quota}}
  hours: {min: 60%, max: 140%, target: capacity}
  count: {max: 120%, target: {rep: most, as: amount}}
"""


def write(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def make(folder, seed, targets):
    rng = random.Random(seed)
    accounts = []
    for i in range(ACCOUNTS):
        place = (round(40 + 2 * rng.random(), 4), round(-90 + 3 * rng.random(), 4))
        household = rng.choice(["", "", "", "A", "A", "B, Ltd", "C"])
        accounts.append([f"a{i:02d}", *place, rng.randint(2, 12), round(5 + 20 * rng.random(), 2),
                         f"T{rng.randint(1, REPS)}", household])
    reps = [[f"r{j}", f"T{j + 1}", round(40.2 + 1.6 * rng.random(), 4),
             round(-89.8 + 2.6 * rng.random(), 4), 1800, rng.choice(["", 0.5, 0.8]),
             rng.choice(["", 1, 1.25]), rng.randint(4, 9), rng.randint(3, 6)] for j in range(REPS)]
    rng.shuffle(accounts)
    write(f"{folder}/accounts.csv",
          ["id", "lat", "lon", "visits", "workload", "territory", "household"], accounts)
    write(f"{folder}/reps.csv",
          ["id", "territory", "lat", "lon", "hours", "part_time", "ramp", "quota", "most"], reps)
    text = SCENARIO
    if targets:
        begin, end = text.index("bands:"), text.index("rules:")
        text = text[:begin] + TARGETS + text[end:]
        text = text.replace("lon: lon}\ntravel",
                            "lon: lon, capacity: hours, factors: [part_time, ramp]}\ntravel")
    with open(f"{folder}/scenario.yaml", "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def km(a, b):
    la, lb = math.radians(float(a["lat"])), math.radians(float(b["lat"]))
    dl = math.radians(float(b["lon"]) - float(a["lon"]))
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(dl / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(h))


def haul(account, rep):
    minutes = 3.28 * km(account, rep) ** 0.768
    return round(float(account["visits"]) * 2 * minutes / (STOPS * 60) * 1e6)


class Nation:
    def __init__(self, folder):
        self.accounts = read(f"{folder}/accounts.csv")
        self.reps = sorted(read(f"{folder}/reps.csv"), key=lambda rep: rep["territory"])
        self.names = [rep["territory"] for rep in self.reps]
        self.travel = [[haul(a, r) for r in self.reps] for a in self.accounts]
        with open(f"{folder}/scenario.yaml", encoding="utf-8") as file:
            self.has_targets = "quota" in file.read()
        self.capacity = [float(r["hours"]) * float(r["part_time"] or 1) * float(r["ramp"] or 1)
                         for r in self.reps]
        self.quota = [float(r["quota"]) for r in self.reps]
        self.most = [float(r["most"]) for r in self.reps]
        self.work = [round(float(a["workload"]) * 1e6) for a in self.accounts]

    def is_whole(self, plan):
        seen = {}
        return all(not a["household"] or seen.setdefault(a["household"], j) == j
                   for a, j in zip(self.accounts, plan))

    def keeps_bands(self, plan):
        work, hours = [0] * REPS, [0] * REPS
        for i, j in enumerate(plan):
            work[j] += self.work[i]
            hours[j] += self.work[i] + self.travel[i][j]
        if self.has_targets:
            return self.meets_targets(work, hours, [plan.count(j) for j in range(REPS)])
        mean_work, mean_hours = sum(work) / REPS, sum(hours) / REPS
        return all(0.6 * mean_work <= w <= 1.35 * mean_work for w in work) and all(
            h <= 1.4 * mean_hours for h in hours)

    def meets_targets(self, work, hours, count):
        by_quota = [sum(work) * q / sum(self.quota) for q in self.quota]
        by_hours = [sum(hours) * c / sum(self.capacity) for c in self.capacity]
        return (all(0.65 * t <= w <= 1.3 * t for w, t in zip(work, by_quota))
                and all(0.6 * t <= h <= 1.4 * t for h, t in zip(hours, by_hours))
                and all(n <= 1.2 * m for n, m in zip(count, self.most)))

    def cost(self, plan):
        moved = sum(a["territory"] != self.names[j] for a, j in zip(self.accounts, plan))
        return sum(self.travel[i][j] for i, j in enumerate(plan)) + round(moved * MOVE * 1e6)

    def units(self):
        groups = {}
        for i, a in enumerate(self.accounts):
            groups.setdefault(a["household"] or i, []).append(i)
        return list(groups.values())


def solve(nation):
    units = nation.units()
    best = None
    for choice in itertools.product(range(REPS), repeat=len(units)):
        plan = [0] * ACCOUNTS
        for members, j in zip(units, choice):
            for i in members:
                plan[i] = j
        cost = nation.cost(plan)
        if (best is None or cost < best) and nation.keeps_bands(plan):
            best = cost
    return best


def check(nation, path):
    import h5py

    with h5py.File(path) as f:
        ids = [x.decode() for x in f["/accounts/account_id"][:]]
        label = dict(zip(ids, f["/accounts/territory"][:]))
        stored = int(f.attrs["objective_micro_hours"])
    plan = [int(label[a["id"]]) for a in nation.accounts]
    faults = [] if nation.is_whole(plan) else ["splits a group"]
    faults += [] if nation.keeps_bands(plan) else ["breaks a band"]
    faults += [] if abs(nation.cost(plan) - stored) <= ACCOUNTS else ["costs something else"]
    return ", ".join(faults) or "keeps the rules"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("act", choices=["make", "solve", "check"])
    parser.add_argument("folder")
    parser.add_argument("plan", nargs="?")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", action="store_true")
    args = parser.parse_args()
    if args.act == "make":
        make(args.folder, args.seed, args.targets)
    elif args.act == "solve":
        best = solve(Nation(args.folder))
        print("infeasible" if best is None else best)
    else:
        print(check(Nation(args.folder), args.plan))


if __name__ == "__main__":
    sys.exit(main())
