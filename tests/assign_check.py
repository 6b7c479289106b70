#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places new accounts again from what a plan's file says, slowly and by itself, and compares.

    assign_check.py PLAN.h5 NEW.csv OUT.csv

For scenarios as make_nation.py writes them: six stops a day, hours = workload + travel, bands on
hours (part of the mean), potential (part of the mean), count, and travel of hours. Every territory is
looked at for every account.
"""

import csv
import math
import sys

import h5py
import numpy as np

RADIUS, STOPS, LOCAL = 6371.0088, 6, 0.7124
TOLERANCE = 5e-5  # hours: a sixth digit of travel, at prices of some ten hours an hour


def unit(lat, lon):
    lat, lon = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def minutes(km):
    return 3.28 * km**0.768


def distance(a, b):
    chord = np.sqrt(((a[:, None, :] - b[None, :, :]) ** 2).sum(axis=2))
    return 2 * RADIUS * np.arcsin(np.minimum(chord / 2, 1))


class Plan:
    def __init__(self, path):
        with h5py.File(path) as f:
            self.names = [n.decode() for n in f["/territories/name"][:]]
            self.reps = [n.decode() for n in f["/territories/rep_id"][:]]
            self.centre = unit(f["/territories/centre_lat"][:], f["/territories/centre_lon"][:])
            self.account = unit(f["/accounts/lat"][:], f["/accounts/lon"][:])
            measure = [f["/measures"][n.decode()] for n in f["/measures"].attrs["names"]]
            self.load = {m.attrs["name"].decode(): m["load"][:] * 1e-6 for m in measure}
            self.bands = [Band(f["/bands"][n.decode()]) for n in f["/bands"].attrs["names"]]


class Band:
    def __init__(self, group):
        attributes = group.attrs
        self.label = attributes["label"].decode()
        self.measure = attributes["measure"].decode()
        self.whole = attributes["share_of"].decode()
        self.kinds = attributes["lower_kind"].decode(), attributes["upper_kind"].decode()
        self.limits = attributes["used_lower"], attributes["used_upper"]
        self.prices = group["price_lower"][:], group["price_upper"][:]

    def limit(self, side, target):
        kind = self.kinds[side]
        if kind == "none":
            return math.inf if side else -math.inf
        return self.limits[side] * (target if kind == "of target" else 1)

    def value(self, load, j, add):
        part = load[self.measure][j] + add[self.measure]
        if not self.whole:
            return part
        return part / (load[self.whole][j] + add[self.whole])


def acting_prices(plan):
    """Hours that a unit of each measure costs by territory: what the two sides of the bands ask, less
    what an hour or a unit anywhere gives back by raising the mean that limits are parts of."""
    count = len(plan.names)
    price = {m: np.zeros(count) for m in plan.load}
    for band in plan.bands:
        lower, upper = band.prices
        price[band.measure] += upper - lower
        if band.whole:
            price[band.whole] += lower * band.limits[0] - upper * band.limits[1]
            continue
        for side, sign in ((0, -1), (1, 1)):
            if band.kinds[side] == "of target":
                given_back = sign * band.limits[side] * band.prices[side].sum() / count
                price[band.measure] -= given_back
    return price


def measures(plan, row, travel):
    own = {
        "hours": float(row["workload"]) + travel,
        "potential": float(row["potential"]),
        "count": 1.0,
        "travel": travel,
    }
    return {m: own[m] for m in plan.load}


def violation(plan, total, j, add):
    nothing = {m: 0.0 for m in plan.load}
    count = len(plan.names)
    worse, over = 0.0, []
    for band in plan.bands:
        mean = total[band.measure] / count
        low, high = (band.limit(side, mean) for side in (0, 1))
        before, after = band.value(plan.load, j, nothing), band.value(plan.load, j, add)
        more = max(after - max(high, before), min(low, before) - after)
        if more > 1e-9 * max(abs(after), 1):
            worse += more if band.whole else more / mean
            over.append(band.label)
    return worse, ";".join(over)


def place(plan, rows):
    count = len(plan.names)
    places = unit(*(np.array([float(r[k]) for r in rows]) for k in ("lat", "lon")))
    visits = np.array([float(r["visits"]) for r in rows])
    radius = np.sort(distance(places, plan.account), axis=1)[:, STOPS - 1]
    local = visits * minutes(LOCAL * math.sqrt(math.pi / STOPS) * radius) / 60
    far = distance(places, plan.centre)
    travel = local[:, None] + visits[:, None] * 2 * minutes(far) / STOPS / 60
    price = acting_prices(plan)
    cost = np.empty_like(travel)
    for i, row in enumerate(rows):
        for j in range(count):
            add = measures(plan, row, travel[i, j])
            cost[i, j] = travel[i, j] + sum(price[m][j] * add[m] for m in add)
    total = {m: load.sum() for m, load in plan.load.items()}
    for i, row in enumerate(rows):
        for m, add in measures(plan, row, travel[i].min()).items():
            total[m] += add
    ranked = np.sort(cost, axis=1)
    placed = {}
    for i in sorted(range(len(rows)), key=lambda i: ranked[i, 0] - ranked[i, 1]):
        choices = []
        for j in range(count):
            worse, over = violation(plan, total, j, measures(plan, rows[i], travel[i, j]))
            choices.append((worse, cost[i, j], j, over))
        (worse, paid, j, over), (_, other, runner_up, _) = sorted(choices)[:2]
        first = int(cost[i].argmin())
        reason = (
            "over" if over
            else "next" if j != first
            else "price" if travel[i, j] > travel[i].min()
            else "nearest"
        )
        placed[rows[i]["account_id"]] = {
            "territory": plan.names[j], "rep": plan.reps[j], "reason": reason,
            "travel_hours": travel[i, j], "price_hours": paid - travel[i, j],
            "runner_up": plan.names[runner_up], "more_hours": other - paid,
            "first_choice": plan.names[first], "first_saving_hours": paid - cost[i, first],
            "over": over,
        }  # fmt: skip
        for m, add in measures(plan, rows[i], travel[i, j]).items():
            plan.load[m][j] += add
    return placed


def main():
    plan = Plan(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        placed = place(plan, list(csv.DictReader(file)))
    with open(sys.argv[3], encoding="utf-8") as file:
        found = {row.pop("account_id"): row for row in csv.DictReader(file)}
    if placed.keys() != found.keys():
        sys.exit("other accounts")
    reasons = {}
    for account, expected in placed.items():
        for column, value in expected.items():
            is_number = isinstance(value, float)
            got = float(found[account][column]) if is_number else found[account][column]
            if abs(got - value) > TOLERANCE if is_number else got != value:
                sys.exit(f"{account}: {column}: expected {value}, found {got}")
        reasons[expected["reason"]] = reasons.get(expected["reason"], 0) + 1
    print(f"{len(placed)} accounts agree:", *(f"{k} {reasons[k]}" for k in sorted(reasons)))


if __name__ == "__main__":
    main()
