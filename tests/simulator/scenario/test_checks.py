"""One thing wrong in a scenario: the error names the path of the field, what is allowed and what is there."""

import re
from math import inf, nan

import msgspec
import pytest
from msgspec.structs import replace

from simulator.scenario.checks import check
from simulator.scenario.checks.bounds import BOUNDS, UNITS, bound
from simulator.scenario.checks.faults import MOST
from simulator.scenario.files import ScenarioError, convert, parse
from simulator.scenario.model import Official
from tests.simulator.scenario.whole import REMOVED, WHOLE, keys, put, text, whole

LAND = "procedures/land"
WAY = f"{LAND}/route/2/ways/0"
HOA, MINH = "centres/experts/staff/0", "centres/experts/staff/1"
FIRST, SECOND, MERGED = "offices/H44.100", "offices/H44.200", "offices/H44.300"


def away(*spans):
    return [{"since": since, "until": until} for since, until in spans]


def work(step, **more):
    return {"kind": "work", "step": step, "pool": "clerks", "work_minutes": 1, **more}


SHAPE = [
    ("start", "soon", "must be a date as 2026-03-01, is 'soon'"),
    ("start", "2026-02-30", "must be a date"),
    ("start", "20260301", "must be a date"),
    ("start", "2026-03-01T08:00:00", "must be a date"),
    ("until", "2101-01-01", "must be a date of the years 1900 to 2100, is 2101-01-01"),
    ("start", "1899-12-31", "must be a date of the years 1900 to 2100"),
    ("warmup_days", -1, "must be from 0 to 366, is -1"),
    ("warmup_days", 1.5, "must be a whole number from 0 to 366, is 1.5"),
    ("warmup_days", True, "must be a whole number from 0 to 366, is true"),
    ("title", REMOVED, "is missing: it must be text of 1 to 200 characters"),
    ("title", "", "must be text of 1 to 200 characters, has 0"),
    ("title", "x" * 201, "must be text of 1 to 200 characters, has 201"),
    ("title", 5, "is 5: put it in quotes"),
    ("title", "two\nlines", "must be text in one line of signs that can be seen, is 'two\\nlines'"),
    ("name", "Phú Thọ", "lower-case letters, digits and hyphens, is 'Phú Thọ'"),
    ("colour", "red", "unknown field; known are agencies"),
    ("agencies/tax", None, "must be text of 1 to 200 characters, is empty"),
    ("calendars/mornings/week/tue/1/0", "25:00", 'must be text as "07:30", is \'25:00\''),
    ("calendars/mornings/week/lundi", [], "must be one of fri, mon"),
    ("calendars/mornings/holidays", "yes", "must be true or false, is 'yes'"),
    ("demand/months", [1, 2], "must be a list of 12: January first, is a list of 2"),
    ("demand/months/3", nan, "is nan: no finite number"),
    ("demand/seasons/0/factor", inf, "is inf: no finite number"),
    ("demand/seasons/0/factor", -1, "must be from 0 to 1000, is -1"),
    ("demand/seasons/0/factor", 1e6, "must be from 0 to 1000 (a factor, 1 is as usual), is 1000000.0"),
    ("demand/online/hour", {}, "must be a list of 24: hour 0 first, is a mapping"),
    ("demand/tet/0/since", -400, "must be from -180 to 180 (days from the first day of the lunar year)"),
    ("demand/deliveries/0", 930, "must be text as \"07:30\", is 930: put it in quotes"),
    (f"{LAND}/fee", -5, "must be from 0 to 1000000000000, is -5"),
    (f"{LAND}/fee", 10**300, "(đồng), is 1000"),
    (f"{LAND}/service", "fast", "must be one of full, none, partial, is 'fast'"),
    (f"{LAND}/code", 1.000001, "must be text of 1 to 200 characters, is 1.000001: put it in quotes"),
    (f"{LAND}/route", [], "must be a list of at least 1, is a list of 0"),
    (f"{LAND}/route", "appraisal", "must be a list of at least 1, is 'appraisal'"),
    (f"{LAND}/route/1", "appraisal", "must be a mapping whose kind is one of work, external, payment,"),
    (f"{LAND}/route/1/kind", "magic", "must be one of work, external, payment, branch, parallel, is 'magic'"),
    (f"{LAND}/route/1/kind", REMOVED, "is missing: it says which of work, external"),
    (f"{LAND}/route/1/pool", REMOVED, "is missing: it must be text"),
    (f"{LAND}/route/1/work_minutes", 0, "must be above 0 and at most 1200000, is 0"),
    (f"{LAND}/route/1/work_minutes", 1e9, "(ten years of work, in minutes), is 1000000000.0"),
    (f"{LAND}/route/1/work_minutes", -inf, "is -inf: no finite number"),
    (f"{LAND}/route/1/work_hours", 2, "unknown field (did you mean 'work_minutes'?); known are pool"),
    (f"{LAND}/route/3/parts", [[work("a")]], "must be a list of 2 to 16, is a list of 1"),
    (f"{LAND}/route/3/parts/0", [], "must be a list of at least 1, is a list of 0"),
    (f"{LAND}/refused", 1.5, "must be from 0 to 1, is 1.5"),
    (f"{LAND}/supplement/online", -0.1, "must be from 0 to 1, is -0.1"),
    (f"{LAND}/supplement", None, "must be a mapping with online, in_person"),
    (f"{LAND}/refiled/after_weeks", 2, "unknown field (did you mean 'after_days'?); known are after_days"),
    (f"{LAND}/variation/shape", 0, "must be from 0.01 to 1000000, is 0"),
    (f"{LAND}/variation", "gamma", "must be a mapping whose kind is one of lognormal, gamma"),
    ("profiles/ward/channels/fax", 0.1, "must be one of in_person, online, post, is 'fax'"),
    ("profiles/ward/mix/land", True, "must be a number from 0 to 1, is true"),
    ("profiles/ward/pools/leader/queue", "lifo", "must be one of class, edd, fifo, shortest, is 'lifo'"),
    ("profiles/ward/pools/experts/absence/days_a_year", 300, "must be from 0 to 200, is 300"),
    ("profiles/ward/intake/online_hours", 1, "unknown field (did you mean 'online_minutes'?)"),
    (f"{HOA}/speed", 0, "must be from 0.01 to 100, is 0"),
    (f"{HOA}/skills", "land", "must be a list, is 'land'"),
    ("offices", {}, "must have at least 1 in it, has none"),
    (f"{FIRST}/share", 0, "must be from 0.001 to 1, is 0"),
    (f"{FIRST}/share", 1e-9, "(an official with 1,000 dossiers side by side), is 1e-09"),
    (f"{FIRST}/volume", "many", "must be a number at least 0, is 'many'"),
    (f"{FIRST}/volume", 1e12, "must be from 0 to 100000000 (dossiers of one office"),
    (f"{FIRST}/volume", 10**300, "must be from 0 to 100000000"),
    (f"{FIRST}/letters", 2, "must be from 0 to 1, is 2"),
    (f"{FIRST}/backlog/dossiers", -1, "must be from 0 to 10000000, is -1"),
    (f"{SECOND}/staff/clerks", -2, "must be from 0.01 to 10000, is -2"),
    (f"{SECOND}/staff/clerks", 1e9, "must be from 0.01 to 10000 (officials of one pool), is 1000000000.0"),
    ("levers/0/settings/add", nan, "is nan: no finite number"),
    ("levers/0/settings/add", [], "must be true or false or a whole number or a number or text, is a list"),
    ("levers/0/on", "2026-13-01", "must be a date as 2026-03-01"),
    (f"{SECOND}/staff/clerks", "two", "must be a number above 0 or a list, is 'two'"),
]  # fmt: skip
"""Where, what, and what is said of it there: wrong by its type or size."""

MEANING = [
    ("until", "2026-02-01", "must be after start (2026-03-01), is 2026-02-01"),
    ("until", "2026-03-01", "must be after start"),
    ("rules", "D-2030", "unknown rule set 'D-2030'; known are 0-before, A-2018, B-2021, C-2025, plain"),
    ("calendars/mornings/week", {}, "must have a span of opening"),
    ("calendars/mornings/week/mon/0", ["11:30", "07:30"], "must end after it begins, is 11:30 to 07:30"),
    ("calendars/mornings/week/tue/1", ["11:00", "17:00"], "must begin after 11:30, when the span before"),
    ("calendars/mornings/week/tue/1", ["11:30", "17:00"], "must begin after 11:30"),
    ("calendars/office", {"week": {"mon": [["07:30", "11:30"]]}}, "office, saturday-morning, always are"),
    ("demand/months", [0] * 12, "at least one weight must be above 0"),
    ("demand/months", [1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1], "for a month of the run, from start"),
    ("demand/online/weekday", [0] * 7, "at least one weight must be above 0"),
    ("demand/online/weekday", [5e-324] * 7, "their sum no less than 0.000001"),
    ("demand/seasons/0/until", "2026-03-05", "must be after since (2026-03-05), is 2026-03-05"),
    ("demand/tet/0/until", -7, "must be above since (-7), is -7"),
    ("demand/deliveries/1", "09:00", "must be after the one before (09:00), is 09:00"),
    (f"{LAND}/agency", "comittee", "unknown agency 'comittee' (did you mean 'committee'?); known are"),
    (f"{LAND}/limit", "3 days", "'3 days' is no limit: write \"3wd\""),
    (f"{LAND}/limit", "1d+" * 4000 + "1wd", 'must be a limit as "3wd" of at most 40 characters'),
    (f"{LAND}/months", [0] * 12, "at least one weight must be above 0"),
    (f"{LAND}/months", [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1], "must have a weight above 0 for a month of the"),
    (f"{LAND}/supplement/abandoned", 0.9, "must be at most 1 together with withdrawn, is 0.2 + 0.9"),
    (f"{LAND}/decides", "survey", "must be a work step of the route itself"),
    (f"{LAND}/decides", "map", "must be a work step of the route itself"),
    (f"{LAND}/route/1/pool", "ghosts", "unknown pool 'ghosts'; known are clerks, experts, leader"),
    (f"{LAND}/route/0/agency", "x", "unknown agency 'x'; known are committee, police, tax"),
    (f"{LAND}/route/3/parts/0/0/agency", "x", "unknown agency 'x'"),
    (f"{LAND}/route/5/step", "survey", "is the name of procedures.land.route.2.ways.0.route.0 already"),
    (f"{LAND}/route/5/rework/to", "survey", "must be this step or an earlier one, on every way that leads"),
    (f"{LAND}/route/5/rework/to", "entry", "and in no parallel part, is 'entry'; known are appraisal, fee,"),
    (f"{LAND}/route/5/rework/to", "aprasal", "unknown step 'aprasal' (did you mean 'appraisal'?)"),
    (f"{LAND}/route/5/rework/share", 1, "must be below 1 (or most at most 100), is 1: every dossier goes"),
    (f"{WAY}/route/0/rework/to", "signature", "must be this step or an earlier one"),
    (f"{WAY}/route/0/rework/to", "report", "must be this step or an earlier one"),
    ("profiles/ward/drift/1/on", "2026-03-01", "must be after the one before (2026-03-01), is 2026-03-01"),
    ("profiles/ward/mix/weather", 0, "unknown procedure 'weather'; known are copy, land"),
    ("profiles/ward/pools/clerks/classes/0", "nobody", "unknown procedure, field or channel 'nobody'"),
    ("profiles/ward/pools/clerks/classes/2", "land", "'land' is there twice"),
    ("profiles/ward/pools/clerks/classes", [], "must name at least one, for queue is class"),
    ("profiles/ward/pools/leader/classes", ["land"], "must be left out, for queue is fifo"),
    ("profiles/ward/pools/leader/agency", "x", "unknown agency 'x'"),
    ("profiles/ward/pools/leader/calendar", "lunch", "unknown calendar 'lunch'; known are always, mornings"),
    ("profiles/ward/intake/pool", "door", "unknown pool 'door'"),
    ("profiles/ward/intake/step", "copying", "is the name of procedures.copy.route.0 already"),
    ("profiles/ward/calendar", "sunday", "unknown calendar 'sunday'"),
    ("centres/experts/agency", "x", "unknown agency 'x'"),
    ("centres/experts/staff", [], "must be a number above 0 or name at least one official"),
    (f"{HOA}/skills/0", "apraisal", "unknown step, procedure or field 'apraisal' (did you mean"),
    (f"{HOA}/skills/1", "appraisal", "'appraisal' is there twice"),
    (f"{MINH}/name", "Hoa", "'Hoa' is the name of centres.experts.staff.0 already"),
    (f"{MINH}/calendar", "x", "unknown calendar 'x'"),
    (f"{MINH}/leave/0/until", "2026-04-01", "must be after since (2026-04-01), is 2026-04-01"),
    (f"{MINH}/leave", away(("2026-01-01", "2026-04-01"), ("2026-04-01", "2026-06-01")), "must leave a day"),
    (f"{FIRST}/profile", "village", "unknown profile 'village'; known are county, ward"),
    (f"{FIRST}/volumes/x", 5, "unknown procedure 'x'; known are copy, land"),
    (f"{FIRST}/staff/cook", 1, "unknown pool 'cook'; known are clerks, experts, leader"),
    (f"{FIRST}/staff/experts", 1, "must be left out, for the work is done at 'experts'"),
    (f"{FIRST}/staff/leader", REMOVED, "is missing: profiles.ward.pools.leader needs a number of staff"),
    (f"{FIRST}/at/experts", "nowhere", "unknown centre 'nowhere'; known are experts"),
    (f"{FIRST}/at/cook", "experts", "unknown pool 'cook'"),
    (f"{MERGED}/successor", "H44.300", "must lead to an office that is open"),
    (f"{MERGED}/successor", "H44.999", "unknown office 'H44.999'; known are H44.100, H44.200, H44.300"),
    ("published/village", {"received": 1, "on_time": 1}, "unknown level 'village'; known are commune"),
    ("published/commune/on_time", 5000, "must be at most received (1000), is 5000"),
]  # fmt: skip
"""The same of what has the right type, and cannot be meant."""

ELSEWHERE = [
    (f"{LAND}/decides", REMOVED, "procedures.land.route.0.kind", "must be work, for the first step decides"),
    (f"{WAY}/share", 0.5, "procedures.land.route.2.ways", "shares must add up to 1, add up to 1.25"),
    (f"{WAY}/share", 0, "procedures.land.route.2.ways.0.share", "is 0: its steps would never be reached"),
    ("profiles/ward/channels/online", 0.6, "profiles.ward.channels", "shares must add up to 1, add up to"),
    ("profiles/ward/channels", {}, "profiles.ward.channels", "shares must add up to 1, add up to 0"),
    ("profiles/ward/mix/land", 0.5, "profiles.ward.mix", "shares must add up to 1, add up to 1.2"),
    ("profiles/ward/mix", {}, "offices.H44.100.volume", "must be 0, for profiles.ward.mix is empty"),
    ("profiles/county/drift", [{"on": "2026-03-01", "online": 0.5}],
     "profiles.county.drift.0.online", "must be 1, for channels gives no share to in_person or post"),
    ("profiles/ward/pools/leader", REMOVED, "profiles.ward.mix.land", "needs pool 'leader' (procedures.land"),
    ("profiles/county/pools/leader", REMOVED, "offices.H44.200.staff.leader", "unknown pool 'leader'"),
    ("profiles/ward/pools/clerks/queue", "edd", "profiles.ward.pools.clerks.classes", "must be left out"),
    ("levers/0/lever", "stuff", "levers.0", "unknown lever 'stuff'"),
    ("levers/1/settings/work", -1, "levers.1", "lever simplify, setting work: "),
    ("levers/0/settings/add", -5, "levers.0", "lever staff: leader of H44.100 has 0.5 officials"),
    ("levers/0/settings/pool", "cook", "levers.0", "lever staff, setting pool: unknown 'cook'"),
    ("centres/experts", REMOVED, "offices.H44.100.at.experts", "unknown centre 'experts'; there is none"),
    (f"{MINH}/skills", ["survey"], "centres.experts.staff", "nobody here can do step 'report' of procedure"),
    (f"{FIRST}/staff/clerks/0/skills", ["copy"], "offices.H44.100.staff.clerks", "nobody here can do step"),
    (f"{MINH}/leave", away(("2026-03-05", "2026-04-01"), ("2026-03-20", "2026-05-01")),
     "centres.experts.staff.1.leave.1.since", "must not be before 2026-04-01, when the one before ends"),
    ("demand/seasons/0", {"since": "2026-01-01", "until": "2027-01-01", "factor": 0}, "demand.seasons",
     "must leave some demand from start (2026-03-01) to until (2026-06-01), leave none"),
    ("demand/online/hour", [0] * 24, "profiles.county.channels", "leave no time at which anything can be"),
]  # fmt: skip
"""Where the wrong value is, and the path that is told, which refers to it or of which it is a part."""


def told(raw: object) -> list[str]:
    """The lines of the error that a mapping gives, each one fit to be read."""
    with pytest.raises(ScenarioError) as error:
        convert(raw)
    lines = str(error.value).splitlines()
    assert all(line.isprintable() and len(line) < 400 for line in lines)
    return lines


def faults(raw: object) -> dict[str, str]:
    """By path what is said of it."""
    found: dict[str, str] = {}
    for line in told(raw):
        path, _, words = line.partition(": ")
        found[path] = f"{found[path]}; {words}" if path in found else words
    return found


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=[f"{case[0]}={str(case[1])[:20]!r}" for case in cases])


def test_the_scenario_in_which_every_part_is_used_is_right():
    assert msgspec.to_builtins(parse(WHOLE)) == msgspec.to_builtins(parse(text(whole())))


@named(SHAPE + MEANING)
def test_a_wrong_value_is_told_by_its_path_and_what_would_be_right(case):
    path, value, words = case
    found = faults(put(whole(), keys(path), value))
    assert words in found[path.replace("/", ".")]


@named(ELSEWHERE)
def test_what_refers_to_nothing_or_does_not_add_up_is_told_where_it_shows(case):
    path, value, where, words = case
    assert words in faults(put(whole(), keys(path), value))[where]


@named(SHAPE)
def test_a_value_of_a_wrong_type_or_size_is_told_alone(case):
    path, value, _ = case
    lines = told(put(whole(), keys(path), value))
    missing = len(lines) == 2 and lines[1].endswith("must be above 0")
    assert len(lines) == 1 or missing, lines


def test_several_faults_are_told_at_once_and_no_more_than_twenty():
    raw = put(whole(), ["title"], 5)
    raw["offices"]["H44.100"]["staff"]["leader"] = -1
    raw["demand"]["months"][2] = None
    assert list(faults(raw)) == ["title", "demand.months.2", "offices.H44.100.staff.leader"]
    raw["demand"]["online"]["weekday"] = raw["demand"]["months"] = None
    raw["agencies"] = dict.fromkeys(map(str, range(100)))
    lines = told(raw)
    assert len(lines) == MOST + 1
    assert lines[-1] == "and more"


@pytest.mark.parametrize("name", ["", "x" * 201, "a\nb", "\x07", "\u2028"])
@pytest.mark.parametrize("where", ["offices", "procedures", "agencies"])
def test_a_name_that_no_line_could_show_is_refused_as_a_key(where, name):
    raw = whole()
    raw[where][name] = next(iter(raw[where].values()))
    assert any(path.startswith(f"{where}.") for path in faults(raw))


def test_a_successor_must_be_able_to_go_on_with_the_work():
    raw = put(whole(), keys("offices/H44.300/successor"), "H44.200")
    del raw["profiles"]["county"]["pools"]["experts"], raw["offices"]["H44.200"]["staff"]["experts"]
    words = "'H44.200' has no pool 'experts' (procedures.land.route.1.pool) for the work in hand here"
    assert words in faults(raw)["offices.H44.300.successor"]


def test_successors_that_lead_in_a_circle_are_told():
    raw = put(whole(), keys("offices/H44.100/successor"), "H44.300")
    assert set(faults(raw)) >= {"offices.H44.100.successor", "offices.H44.300.successor"}


def test_whoever_takes_over_needs_the_skills_for_it():
    raw = whole()
    raw["profiles"]["county"]["mix"] = {"copy": 1}
    raw["offices"]["H44.200"]["staff"]["experts"] = [{"name": "An", "skills": ["copy"]}]
    convert(raw)
    raw["offices"]["H44.300"]["successor"] = "H44.200"
    assert "nobody here can do step 'appraisal'" in faults(raw)["offices.H44.200.staff.experts"]


def test_posts_are_officials_over_their_share_and_have_a_bound():
    raw = put(whole(), keys("offices/H44.200/staff/leader"), 5000)
    convert(raw)
    raw["offices"]["H44.200"]["share"] = 0.04
    words = "must make at most 100000 posts (officials over their share of 0.04), makes 125000"
    assert words in faults(raw)["offices.H44.200.staff.leader"]


def test_a_counter_in_an_office_that_is_closed_whenever_citizens_come_gets_nothing():
    raw = whole()
    raw["profiles"]["ward"] |= {"channels": {"in_person": 1}, "drift": []}
    night = {"hour": [1] * 6 + [0] * 18}
    raw["demand"]["in_person"] = night
    assert "nothing" not in str(faults(raw)["profiles.ward.channels"]).partition("anything")[0]
    raw["demand"]["in_person"] = {"hour": [0] * 7 + [1] + [0] * 16}
    convert(raw)


def test_a_step_may_be_done_again_or_lead_back_out_of_its_branch():
    for to in ("survey", "appraisal", "map"):
        convert(put(whole(), keys(f"{WAY}/route/0/rework/to"), to))


def test_a_procedure_that_nobody_files_needs_no_pools_of_the_profile():
    raw = whole()
    del raw["profiles"]["county"]["pools"]["leader"], raw["offices"]["H44.200"]["staff"]["leader"]
    convert(raw)


def test_a_scenario_that_was_changed_in_python_is_checked_as_strictly():
    scenario = parse(WHOLE)
    check(scenario)
    office = scenario.offices["H44.100"]
    for staff, words in (
        (
            {"clerks": -1.0, "leader": 1.0},
            "offices.H44.100.staff.clerks: must be from 0.01 to 10000, is -1.0",
        ),
        ({"clerks": nan, "leader": 1.0}, "offices.H44.100.staff.clerks: must be a number above 0, is nan"),
        ({"clerks": [Official(name="")], "leader": 1.0}, "offices.H44.100.staff.clerks.0.name: must be text"),
        ({"clerks": 1.0}, "offices.H44.100.staff.leader: is missing"),
    ):
        changed = replace(scenario, offices={**scenario.offices, "H44.100": replace(office, staff=staff)})
        with pytest.raises(ScenarioError, match=f"^{re.escape(words)}"):
            check(changed)


def test_every_bound_is_of_a_field_that_there_is():
    fields = {
        f"{name}.{field}"
        for name, struct in msgspec.json.schema(type(parse(WHOLE)))["$defs"].items()
        for field in struct.get("properties", ())
    }
    assert set(BOUNDS) <= fields
    assert all(any(field.endswith(f"_{unit}") for field in fields) for unit in UNITS)
    assert all(bound(field).why for field in fields)
