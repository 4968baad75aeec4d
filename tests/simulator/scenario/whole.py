"""A scenario in which every part of the model is used, and how tests put one wrong thing into it."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import yaml

from simulator.scenario.mappings import Written, parse

WHOLE = """\
name: whole
title: Everything at once
start: 2026-03-01
until: 2026-06-01
warmup_days: 14
rules: C-2025
agencies: {committee: People's Committee, tax: Tax office, police: Police}
calendars:
  mornings:
    week: {mon: [["07:30", "11:30"]], tue: [["07:30", "11:30"], ["13:00", "17:00"]]}
    holidays: false
demand:
  months: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
  online: {weekday: [1, 1, 1, 1, 1, 1, 1]}
  seasons:
    - {since: 2026-03-05, until: 2026-03-10, factor: 0.5}
  tet:
    - {since: -7, until: 0, factor: 0.7}
  deliveries: ["09:00", "14:30"]
procedures:
  land:
    code: "1.000001"
    field: land
    agency: committee
    limit: 8wd+10d
    service: partial
    fee: 10000
    spread: 0.5
    variation: {kind: gamma, shape: 2}
    refused: 0.02
    refiled: {share: 0.5, after_days: 7}
    withdrawn: 0.01
    supplement: {online: 0.1, in_person: 0.05, again: 0.1, withdrawn: 0.2, abandoned: 0.1, most: 3}
    decides: appraisal
    months: [1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1]
    route:
      - {kind: external, step: map, agency: police, delay_hours: 4, variation: {kind: uniform}}
      - {kind: work, step: appraisal, pool: experts, work_minutes: 30,
         variation: {kind: lognormal, sigma: 0.3}}
      - kind: branch
        ways:
          - share: 0.25
            route:
              - {kind: work, step: survey, pool: experts, work_minutes: 60,
                 rework: {share: 0.1, to: appraisal, most: 2}}
              - {kind: work, step: report, pool: experts, work_minutes: 20, rework: {share: 0.1, to: survey}}
          - {share: 0.75, route: []}
      - kind: parallel
        parts:
          - [{kind: external, step: tax, agency: tax, delay_hours: 8}]
          - [{kind: work, step: entry, pool: clerks, work_minutes: 5}]
      - {kind: payment, step: fee, wait_days: 2, unpaid: 0.01, patience_days: 30}
      - {kind: work, step: signature, pool: leader, work_minutes: 3, round_hours: 4,
         rework: {share: 0.05, to: appraisal}}
  copy:
    code: "2.000815"
    field: certification
    agency: committee
    limit: same-day
    variation: {kind: exponential}
    route:
      - {kind: work, step: copying, pool: clerks, work_minutes: 6}
profiles:
  ward:
    level: commune
    channels: {online: 0.5, in_person: 0.4, post: 0.1}
    drift:
      - {on: 2026-03-01, online: 0.5}
      - {on: 2026-05-01, online: 0.8}
    mix: {land: 0.3, copy: 0.7}
    pools:
      clerks: {agency: committee, share: 1, queue: class, classes: [in_person, land, certification]}
      experts: {agency: committee, queue: edd, calendar: mornings, absence: {days_a_year: 10, spell_days: 3}}
      leader: {agency: committee, lines: each}
    intake: {pool: clerks, step: reception, in_person_minutes: 10, patience_minutes: 60, returns: 0.5}
    hand_over: {electronic: 0.5, round_hours: 8}
    apology: {share: 0.5, lead_hours: 10, tardy: 0.1, margin: 1.5}
    conduct: {closed_early: 0.01}
    outcome: {electronic: 0.5, return_hours: 6, rated: 0.1}
    calendar: saturday-morning
  county:
    level: department
    channels: {online: 1}
    mix: {copy: 1}
    pools: {clerks: {agency: committee}, experts: {agency: committee}, leader: {agency: committee}}
    calendar: office
centres:
  experts:
    agency: committee
    staff:
      - {name: Hoa, skills: [appraisal, survey], speed: 1.2}
      - {name: Minh, skills: [land], calendar: mornings, leave: [{since: 2026-04-01, until: 2026-04-15}]}
offices:
  H44.100:
    profile: ward
    volume: 900
    volumes: {copy: 50}
    share: 0.5
    staff:
      clerks:
        - {name: Lan}
        - {name: Nam, skills: [copying]}
      leader: 0.5
    at: {experts: experts}
    letters: 0.3
    backlog: {dossiers: 20, days: 10}
  H44.200:
    profile: county
    volume: 100
    staff: {clerks: 1, experts: 0.5, leader: 1}
  H44.300:
    profile: ward
    volume: 0
    successor: H44.100
published:
  commune: {received: 1000, on_time: 900}
  total: {received: 2000, on_time: 1800}
levers:
  - {lever: staff, on: 2026-04-01, settings: {pool: leader, add: 1}}
  - {lever: simplify, on: 2026-05-01, settings: {limit: 0.5, work: 0.9, procedure: land}}
"""


class Removed:
    """What a value is when it is not there."""

    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = Removed()


def whole() -> dict[str, Any]:
    """The scenario as a mapping of its own."""
    found: dict[str, Any] = parse("whole", WHOLE, Written)
    return found


def put(raw: Any, path: Sequence[str | int], value: object) -> Any:
    """A copy with one value put in, or taken out."""
    raw = deepcopy(raw)
    place = raw
    for key in path[:-1]:
        place = place[key]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return raw


def keys(path: str) -> list[str | int]:
    """ "offices/H44.100/staff" as keys; a number is the place in a list."""
    return [int(key) if key.isdigit() else key for key in path.split("/")]


def text(raw: object) -> str:
    """A mapping as YAML."""
    return yaml.dump(raw, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True)
