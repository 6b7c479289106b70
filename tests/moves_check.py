#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks a move list again from what a plan's file says, slowly and by itself.

    moves_check.py PLAN.h5 MOVES.csv [HANDOVER.csv]

For scenarios as assign_check.py knows them. After every step all loads and all deviations are summed
up anew; no step may add to what is outside the bands, and the last must lead to the plan.
"""

import csv
import sys

import h5py
import numpy as np

from assign_check import RADIUS, STOPS, minutes, unit


class Nation:
    def __init__(self, path):
        with h5py.File(path) as f:
            self.name = [n.decode() for n in f["/territories/name"][:]]
            self.rep = [n.decode() for n in f["/territories/rep_id"][:]]
            self.id = [n.decode() for n in f["/accounts/account_id"][:]]
            self.before = f["/accounts/previous"][:]
            self.after = f["/accounts/territory"][:]
            column = {n: f["/accounts/columns/" + n][:] * 1e-6 for n in f["/accounts/columns"] if
                      n != "column"}
            self.column = column
            place = unit(f["/accounts/lat"][:], f["/accounts/lon"][:])
            centre = unit(f["/territories/centre_lat"][:], f["/territories/centre_lon"][:])
            chord = np.sqrt(((place[:, None, :] - centre[None, :, :]) ** 2).sum(axis=2))
            haul = 2 * minutes(2 * RADIUS * np.arcsin(chord / 2)) / (60 * STOPS)
            haul *= column["visits"][:, None]
            own = haul[np.arange(len(place)), self.after]
            self.travel = haul + (f["/accounts/travel"][:] * 1e-6 - own)[:, None]
            self.band = []
            for name in f["/bands"].attrs["names"]:
                group = f["/bands"][name.decode()]
                self.band.append({k: group.attrs[k].decode() for k in ("measure", "share_of")} |
                                 {k: group[k][:] for k in ("lower", "upper", "target", "value")})

    def measure(self, name, place):
        rows = np.arange(len(place))
        return {"hours": lambda: self.column["workload"] + self.travel[rows, place],
                "travel": lambda: self.travel[rows, place],
                "count": lambda: np.ones(len(place))}.get(name, lambda: self.column[name])()

    def load(self, name, place):
        return np.bincount(place, self.measure(name, place), len(self.name))

    def deviation(self, place):
        total = 0.0
        for band in self.band:
            value, target = self.load(band["measure"], place), band["target"]
            if band["share_of"]:
                value = value / self.load(band["share_of"], place)
                target = np.ones(len(value))
            outside = np.maximum(np.maximum(band["lower"] - value, value - band["upper"]), 0)
            total += (outside / target)[outside > 1e-9 * np.maximum(np.abs(value), 1)].sum()
        return total


def check_steps(nation, rows):
    place = np.where(nation.before >= 0, nation.before, nation.after)
    row_of = {name: i for i, name in enumerate(nation.id)}
    moved, last, n = set(), nation.deviation(place), 0
    start = last
    while n < len(rows):
        end = n + int(rows[n]["step_accounts"])
        before, after = float(rows[n]["deviation_before"]), float(rows[n]["deviation_after"])
        assert abs(before - last) < 2e-6, (n, before, last)
        for row in rows[n:end]:
            i = row_of[row["account_id"]]
            assert row["step"] == rows[n]["step"] and i not in moved
            assert nation.name[place[i]] == row["from"] and int(row["moved"]) == len(moved) + 1
            to = nation.name.index(row["to"])
            saved = nation.travel[i, place[i]] - nation.travel[i, to]
            assert abs(saved - float(row["travel_hours_saved"])) < 2e-5, (row, saved)
            assert row["from_rep"] == nation.rep[place[i]] and row["to_rep"] == nation.rep[to]
            place[i] = to
            moved.add(i)
        assert end == len(rows) or rows[end]["step"] != rows[n]["step"]
        last = nation.deviation(place)
        assert abs(after - last) < 2e-6 and after <= before, (n, before, after, last)
        n = end
    assert (place == nation.after).all()
    return start, last


def check_handovers(nation, rows):
    pairs = {}
    for i, (a, b) in enumerate(zip(nation.before, nation.after)):
        if a >= 0 and a != b:
            pairs.setdefault((nation.name[a], nation.name[b]), []).append(i)
    assert len(rows) == len(pairs)
    order = [int(row["accounts"]) for row in rows]
    assert order == sorted(order, reverse=True)
    for row in rows:
        members = pairs[row["from"], row["to"]]
        assert int(row["accounts"]) == len(members)
        for name in list(row)[5:]:
            total = nation.measure(name, nation.after)[members].sum()
            assert abs(total - float(row[name])) < 1e-4, (row, name, total)


def read(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def main():
    nation, rows = Nation(sys.argv[1]), read(sys.argv[2])
    start, last = check_steps(nation, rows)
    if len(sys.argv) > 3:
        check_handovers(nation, read(sys.argv[3]))
    print(f"{len(rows)} moves agree: from {start:.6f} to {last:.6f}")


if __name__ == "__main__":
    main()
