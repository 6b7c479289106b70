#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a small made-up nation: accounts.csv, reps.csv and scenario.yaml in FOLDER.

    make_nation.py FOLDER [--accounts N] [--reps K] [--seed S] [--free F] [--centroid]
                   [--shuffle S] [--infeasible | --travel-cap PERCENT]

Accounts lie in towns and between them, and belong today to the territory whose home is nearest,
which is not balanced. The same words give the same bytes; --shuffle changes the order of the rows
and nothing else.
"""

import argparse
import math
import os
import random


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--accounts", type=int, default=1500)
    parser.add_argument("--reps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--free", type=int, default=0, help="reps without a home")
    parser.add_argument("--centroid", action="store_true", help="free centres are centroids")
    parser.add_argument("--shuffle", type=int, default=0, help="seed of another order of rows")
    parser.add_argument("--infeasible", action="store_true", help="a band that nothing can meet")
    parser.add_argument("--travel-cap", type=float, help="most travel of hours, per cent, relaxed")
    return parser.parse_args()


def make_places(rng, count):
    """Three places of four lie around a town, the fourth anywhere in the country."""
    south, west, height, width = 37.0, -100.0, 7.0, 11.0
    towns = [(rng.random(), rng.random()) for _ in range(max(4, count // 100))]
    places = []
    for _ in range(count):
        y, x = rng.random(), rng.random()
        if rng.random() < 0.75:
            town = towns[int(rng.random() ** 2 * len(towns))]
            y, x = town[0] + 0.05 * (y - 0.5), town[1] + 0.05 * (x - 0.5)
        places.append((round(south + height * y, 4), round(west + width * x, 4)))
    return places


def make_homes(rng, count):
    """One home in each cell of a grid, so that every part of the country has a rep near by."""
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    homes = []
    for k in range(count):
        y = (k // columns + 0.3 + 0.4 * rng.random()) / rows
        x = (k % columns + 0.3 + 0.4 * rng.random()) / columns
        homes.append((round(37.0 + 7.0 * y, 4), round(-100.0 + 11.0 * x, 4)))
    return homes


def nearest(place, homes):
    shrink = math.cos(math.radians(40.0))
    return min(
        range(len(homes)),
        key=lambda k: (place[0] - homes[k][0]) ** 2 + (shrink * (place[1] - homes[k][1])) ** 2,
    )


def scenario(args):
    # Nobody can have less than the mean of what all have: with a maximum below it no plan exists.
    count = f"{{max: {0.9 * args.accounts / args.reps:.1f}}}" if args.infeasible else "{min: 10}"
    lines = [
        "name: A small nation",
        "accounts:",
        "  file: accounts.csv",
        "  columns: {id: account_id, lat: lat, lon: lon, territory: territory}",
        "  visits: visits",
        "reps:",
        "  file: reps.csv",
        "  columns: {id: rep_id, territory: territory, lat: home_lat, lon: home_lon,"
        " capacity: hours}",
        f"centres: {{homes: fixed, free: {'centroid' if args.centroid else 'median'}}}",
        "measures:",
        "  hours: workload + travel",
        "  potential: {sum: potential, unit: USD}",
        "bands:",
        "  hours: 8%",
        "  potential: 20%",
        f"  count: {count}",
    ]
    if args.travel_cap:
        lines.append(f"  travel: {{max: {args.travel_cap:g}% of hours, relax: true}}")
    return "\n".join(lines) + "\n"


def write(path, lines):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.writelines(line + "\n" for line in lines)


def main():
    args = arguments()
    rng = random.Random(args.seed)
    places = make_places(rng, args.accounts)
    homes = make_homes(rng, args.reps)
    accounts = []
    for i, place in enumerate(places):
        visits = 1 + int(12 * rng.random() ** 2)
        workload, potential = visits * 1.5, round(20 + 80 * rng.random(), 1)
        territory = f"East-{nearest(place, homes) + 1:02d}"
        accounts.append(
            f"A{i + 1:06d},{place[0]},{place[1]},{visits},{workload},{potential},{territory}"
        )
    reps = []
    for k, home in enumerate(homes):
        at = f"{home[0]},{home[1]}" if k < args.reps - args.free else ","
        reps.append(f"R{k + 1:03d},East-{k + 1:02d},{at},{1700 + 10 * k}")
    if args.shuffle:
        order = random.Random(args.shuffle)
        order.shuffle(accounts)
        order.shuffle(reps)
    os.makedirs(args.folder, exist_ok=True)
    header = "account_id,lat,lon,visits,workload,potential,territory"
    write(os.path.join(args.folder, "accounts.csv"), [header] + accounts)
    write(os.path.join(args.folder, "reps.csv"), ["rep_id,territory,home_lat,home_lon,hours"] + reps)
    with open(os.path.join(args.folder, "scenario.yaml"), "w", encoding="utf-8") as file:
        file.write(scenario(args))


if __name__ == "__main__":
    main()
