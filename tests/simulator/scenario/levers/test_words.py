"""Levers as they are written: read and written again they are the same; slips are told."""

from datetime import date

import msgspec
import pytest
from hypothesis import given

from simulator.scenario.levers import apply, parse, text
from simulator.scenario.model import (
    Lever,
    ScenarioError,
)
from tests.simulator.scenario.levers.worlds import PROVINCE, levers, shipped


@given(levers())
def test_a_lever_that_is_written_and_read_is_the_same(lever):
    assert parse(text(lever)) == lever


@given(levers())
def test_a_lever_from_a_file_is_the_same(lever):
    assert msgspec.json.decode(msgspec.json.encode(lever), type=Lever) == lever


@pytest.mark.parametrize(
    ("written", "lever"),
    [
        ("edd", Lever("edd")),
        (
            "staff: pool = leader , add=1,level=commune,on=2026-07-01",
            Lever("staff", date(2026, 7, 1), {"pool": "leader", "add": 1, "level": "commune"}),
        ),
        ("online-share:share=80%", Lever("online-share", None, {"share": 0.8})),
        ('staff:add=1,pool="a, \\"b\\""', Lever("staff", None, {"add": 1, "pool": 'a, "b"'})),
        (
            "limits:procedure=2.000815,limit=1wd",
            Lever("limits", None, {"procedure": "2.000815", "limit": "1wd"}),
        ),
    ],
)
def test_a_lever_is_read_from_a_command_line(written, lever):
    assert parse(written) == lever


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("staf:add=1", "unknown lever 'staf' (perhaps staff"),
        (
            "magic",
            "unknown lever 'magic'; known are simplify, limits, supplement-once, e-signature, online-share",
        ),
        ("", "unknown lever ''; known are simplify"),
        (
            "staff:ad=1",
            "lever staff: unknown setting 'ad' (perhaps add?); it has add, set, factor, pool, level",
        ),
        ("staff", "lever staff: give one of add, set, factor, as staff:add=1"),
        ("staff:add=1,factor=2", "lever staff: give one of add, set, factor, as staff:add=1"),
        ("staff:add=1,add=2", "lever staff, setting add: it is there twice"),
        ("edd:on=2026-07-01,on=2026-07-02", "lever edd, setting on: it is there twice"),
        (
            "staff:add=many",
            "lever staff, setting add: 'many' is no number: write a number from -1000 to 1000 (officials",
        ),
        ("staff:add=nan", "lever staff, setting add: nan is no number: write a number from -1000"),
        (
            "staff:set=0",
            "lever staff, setting set: 0 is out of bounds: write a number from 0.01 to 10000 (officials",
        ),
        (
            "online-share:share=1.2",
            "lever online-share, setting share: 1.2 is out of bounds: write a share from 0 to 1 (of",
        ),
        (
            "online-share:share=120%",
            "lever online-share, setting share: 1.2 is out of bounds: write a share from 0 to 1",
        ),
        (
            "online-share:ramp_days=1.5",
            "lever online-share, setting ramp_days: 1.5 is not whole: write a whole number from",
        ),
        ("queue", "lever queue, setting rule: it is missing: write one of fifo, edd, class, shortest"),
        (
            "queue:rule=lifo",
            "lever queue, setting rule: 'lifo' is not known: write one of fifo, edd, class, shortest",
        ),
        ("limits:limit=3days", "lever limits, setting limit: '3days' is no limit: write \"3wd\""),
        ("rules:id=2025", "lever rules, setting id: '2025' is not known: write one of 0-before, A-2018"),
        ("edd:on=tomorrow", "lever edd, on: 'tomorrow' is no date: write 2026-07-01"),
        ("edd:pool", "lever edd: 'pool' cannot be read: write NAME=VALUE, with commas between, as edd"),
        ("edd:pool=", "lever edd, setting pool: '' is no name: write a name, or several as \"a|b\""),
        ("edd:pool=a,", "lever edd: '' cannot be read"),
        ('edd:pool="a', "lever edd: 'pool=\"a' cannot be read"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_what_would_be_right(written, why):
    with pytest.raises(ScenarioError) as told:
        parse(written)
    assert str(told.value).startswith(why)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("lever", "why"),
    [
        (
            Lever("limits", None, {"limit": "1wd", "procedure": 2.000815}),
            "setting procedure: 2.000815 is no text: .*in quotes",
        ),
        (Lever("staff", None, {"add": True}), "setting add: True is no number: write a number from -1000"),
        (Lever("staff", None, {"add": "1"}), "setting add: '1' is no number: write a number from -1000"),
        (
            parse("staff:add=1,pool=lead"),
            r"setting pool: unknown 'lead' \(perhaps leader.*\); known are counter, ",
        ),
        (
            parse("edd:office=nowhere"),
            "setting office: unknown 'nowhere'; known are ba-be, bach-thong, .* \\.\\.\\.",
        ),
        (
            parse("edd:level=commune,profile=district"),
            "no office at work is of this level, profile and code at once",
        ),
        (
            parse("simplify:work=0.5,procedure=birth,field=land"),
            "no procedure is of this name and field at once",
        ),
        (
            parse("simplify:work=0.5,procedure=birth,office=ba-be"),
            "none of these procedures is filed at the chosen",
        ),
        (
            parse("demand:procedure=birth,office=ba-be"),
            "none of these procedures is filed at the chosen offices",
        ),
        (
            parse("digitise:digitised=1,field=land"),
            "setting field: it chooses where requests changes, and digitised is",
        ),
        (
            parse("queue:rule=edd,classes=birth"),
            "setting classes: only rule=class reads them, and rule is edd",
        ),
        (parse("queue:rule=class"), "setting classes: rule=class needs them: write classes="),
    ],
)
def test_a_lever_that_does_not_fit_says_why(lever, why):
    with pytest.raises(ScenarioError, match=rf"^lever {lever.lever}(, |: ){why}"):
        apply(shipped(PROVINCE), lever)
