#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The least value of a tiny instance, by trying everything; "infeasible" where nothing fits.

    brute_force.py FILE --problem cpmp|cccp [--distance euclidean|floor]

CPMP: for every set of p medians, every assignment that keeps the capacities, cut off where the
distances so far and the least distances of the rest are no better. An unused median costs nothing,
so sets of exactly p are enough. CCCP: the best partition of every subset into k clusters, for k up
to p, by which cluster the subset's first account is in. Demands are compared as exact fractions.
Shares no code with Ambit.
"""

import argparse
import fractions
import itertools
import math

ACCOUNTS_MAX = 12


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    parser.add_argument("--problem", choices=["cpmp", "cccp"], required=True)
    parser.add_argument("--distance", choices=["euclidean", "floor"], default="euclidean")
    return parser.parse_args()


def read(path):
    with open(path, encoding="ascii") as file:
        words = [line.split() for line in file if line.strip()]
    count, centres = int(words[0][0]), int(words[0][1])
    rows = words[1:]
    if len(rows) != count or not 1 <= centres <= count <= ACCOUNTS_MAX:
        raise SystemExit(f"{path}: expected 1 <= p <= n <= {ACCOUNTS_MAX} and n lines")
    places = [(float(x), float(y)) for x, y, _, _ in rows]
    capacity = [fractions.Fraction(word) for _, _, word, _ in rows]
    demand = [fractions.Fraction(word) for _, _, _, word in rows]
    return centres, places, capacity, demand


def distance_of(kind):
    def euclidean(a, b):
        return math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2)

    return euclidean if kind == "euclidean" else lambda a, b: math.floor(euclidean(a, b))


def least_for_medians(medians, distance, capacity, demand, best):
    """The least cost with these medians where it is below `best`, else `best`."""
    accounts = sorted(range(len(demand)), key=lambda i: -demand[i])
    choices = [sorted((distance[i][j], j) for j in medians) for i in accounts]
    rest = [0.0] * (len(accounts) + 1)
    for k in range(len(accounts) - 1, -1, -1):
        rest[k] = rest[k + 1] + choices[k][0][0]
    room = {j: capacity[j] for j in medians}

    def place(k, cost):
        nonlocal best
        if cost + rest[k] >= best:
            return
        if k == len(accounts):
            best = cost
            return
        need = demand[accounts[k]]
        for step, j in choices[k]:
            if room[j] >= need:
                room[j] -= need
                place(k + 1, cost + step)
                room[j] += need

    place(0, 0.0)
    return best


def cpmp(centres, places, capacity, demand, measure):
    count = len(places)
    distance = [[measure(a, b) for b in places] for a in places]
    total = sum(demand)
    best = math.inf
    for medians in itertools.combinations(range(count), centres):
        if sum(capacity[j] for j in medians) >= total:
            best = least_for_medians(medians, distance, capacity, demand, best)
    return best


def cluster_cost(members, places, measure):
    centre = tuple(math.fsum(places[i][c] for i in members) / len(members) for c in (0, 1))
    return math.fsum(measure(places[i], centre) for i in members)


def cccp(centres, places, capacity, demand, measure):
    if len(set(capacity)) != 1:
        raise SystemExit("the clusters of CCCP have one capacity")
    count = len(places)
    cost = {}
    for mask in range(1, 1 << count):
        members = [i for i in range(count) if mask >> i & 1]
        if sum(demand[i] for i in members) <= capacity[0]:
            cost[mask] = cluster_cost(members, places, measure)
    whole = (1 << count) - 1
    best = {0: 0.0}  # of each subset, with the clusters so far
    answer = math.inf
    for _ in range(centres):
        following = {}
        for mask, value in best.items():
            free = whole & ~mask
            first = free & -free
            others = free & ~first
            part = others
            while True:  # every subset of the others, with the first free account
                own = cost.get(part | first)
                if own is not None:
                    reached = mask | part | first
                    if value + own < following.get(reached, math.inf):
                        following[reached] = value + own
                if part == 0:
                    break
                part = (part - 1) & others
        answer = min(answer, following.pop(whole, math.inf))
        best = following
    return answer


def main():
    asked = arguments()
    solve = cpmp if asked.problem == "cpmp" else cccp
    value = solve(*read(asked.file), distance_of(asked.distance))
    print("infeasible" if math.isinf(value) else f"{value:.6f}")


if __name__ == "__main__":
    main()
