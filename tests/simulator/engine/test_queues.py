"""The queue: rules, skills, lines of their own, hours and absence of officials, who leaves; and theory."""

from collections.abc import Callable
from datetime import date
from math import inf, nextafter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine import queues
from simulator.engine.dossier import Dossier
from simulator.engine.hours import Always, Hours
from simulator.engine.pools import Pool
from simulator.engine.posts import Post, Rank, Row, Visit, words
from simulator.engine.queues import Queue
from simulator.engine.staff import Attendance, Setting, Staff, absences, posts
from simulator.engine.world import Hop, World
from simulator.luck.draws import stream as draws
from simulator.scenario.model import Absence, Leave, Official
from simulator.scenario.model import Pool as Rules
from tests.simulator.engine.visitors import (
    DAY,
    HOUR,
    MORNINGS,
    OFFICE,
    Figures,
    Play,
    agrees,
    pool,
    stream,
    visitor,
)

MONDAY = 1767546000
"""Monday 5 January 2026, midnight in Vietnam, in Unix seconds."""


def order(where: Pool, dossiers: list[Dossier], seconds: list[float] | None = None) -> list[str]:
    """In which order one post, which is busy from 0 to 1, takes those that come meanwhile."""
    play = Play(where._setting.world, where)
    play.ask(0.0, 1.0, visitor("before"))
    for i, dossier in enumerate(dossiers):
        play.ask(0.5 + i / 1000, seconds[i] if seconds else 1.0, dossier)
    play.run()
    return [done.name for done in play.over][1:]


# -- rules


def test_due_first_who_has_no_due_date_last() -> None:
    mine = pool(World(), queue="edd")
    dossiers = [
        visitor(name, due=due) for name, due in (("a", None), ("b", 9.0), ("c", 7.0), ("d", 9.0), ("e", None))
    ]
    assert order(mine, dossiers) == list("cbdae")


def test_the_due_dates_that_count_are_those_at_the_grant() -> None:
    world = World()
    mine = pool(world, queue="edd")
    dossiers = [visitor(name, due=due) for name, due in (("a", 5.0), ("b", 6.0), ("c", 7.0), ("d", 8.0))]

    def postpone(dossier: Dossier, due: float) -> None:
        dossier.due = due

    def advance(dossier: Dossier, due: float) -> None:
        dossier.due = due
        mine.moved(dossier)

    play = Play(world, mine)
    play.do(0.7, lambda: postpone(dossiers[0], 20.0))
    play.do(1.5, lambda: advance(dossiers[3], 1.0))
    assert order(mine, dossiers) == list("bdca")


def test_the_most_urgent_class_first() -> None:
    mine = pool(World(), queue="class", classes=["urgent", "post", "land"])
    dossiers = [
        visitor("other"),
        visitor("land", field="land"),
        visitor("by post", channel="post"),
        visitor("land too", field="land"),
        visitor("urgent land", procedure="urgent", field="land"),
    ]
    assert order(mine, dossiers) == ["urgent land", "by post", "land", "land too", "other"]


def test_the_shortest_work_first() -> None:
    mine = pool(World(), queue="shortest")
    assert order(mine, [visitor(name) for name in "abcd"], [3.0, 1.0, 2.0, 1.0]) == list("bdca")


def test_who_has_left_is_passed_over() -> None:
    for told in (False, True):
        world = World()
        mine = pool(world, leaves=True)
        dossiers = [visitor(name) for name in "abcd"]

        def leave(dossier: Dossier, mine: Pool = mine, told: bool = told) -> None:
            dossier.ended = True
            if told:
                mine.moved(dossier)

        play = Play(world, mine)
        play.do(0.8, lambda: leave(dossiers[0]))  # noqa: B023
        play.do(1.2, lambda: leave(dossiers[2]))  # noqa: B023
        waiting: list[int] = []
        play.do(1.3, lambda mine=mine, waiting=waiting: waiting.append(mine.waiting))  # type: ignore[misc]
        assert order(mine, dossiers) == ["b", "d"]
        assert waiting == [1 if told else 2]
        assert (mine.asked, mine.begun, mine.waiting) == (5, 3, 0)


def test_a_visitor_who_left_may_come_again() -> None:
    world = World()
    mine = pool(world, leaves=True)
    again = visitor("again")
    play = Play(world, mine)

    def come() -> None:
        again.ended = False
        mine.ask(1.0, again, play._callbacks)

    play.ask(0.0, 2.0, visitor("first"))
    play.ask(0.5, 1.0, again)
    play.do(0.6, lambda: setattr(again, "ended", True))
    play.do(1.0, come)
    play.run()
    assert [(done.name, done.asked, done.began) for done in play.over] == [("first", 0, 0), ("again", 1, 2)]


def test_work_in_hand_cannot_be_asked_for_once_more() -> None:
    world = World()
    mine = pool(world, leaves=True)
    token = visitor()
    mine.ask(1.0, token, (lambda _: None,))
    with pytest.raises(ValueError, match="in hand"):
        mine.ask(1.0, token, (lambda _: None,))


# -- officials


def taken(staff: list[Official], coming: list[tuple[float, float, Dossier]], **spec: Any) -> dict[str, str]:
    """Which official took whom."""
    world = World()
    mine = pool(world, staff, **spec)
    play = Play(world, mine)
    who: dict[str, str] = {}

    def look() -> None:
        for visit in mine.discipline.in_hand:
            who.setdefault(visit.token.dossier.id, visit.post.name)

    for at, seconds, dossier in coming:
        play.ask(at, seconds, dossier)
    while world.peek() < inf:
        world.advance(nextafter(world.peek(), inf))
        look()
    return who


def test_officials_take_what_they_like_best() -> None:
    """Worked by hand: five wait, in this order: l1, b1, l2, b2, c1.

    At 10 An, who likes births best, takes b1; Bình, who likes land best, takes l1. At 12 Chi, who has no
    skills, takes what has waited longest: l2. At 20 An takes b2; Bình finds no land any more and takes c1.
    """
    staff = [
        Official(name="An", skills=["birth", "land"]),
        Official(name="Bình", skills=["land", "check"]),
        Official(name="Chi"),
    ]
    busy = [
        (0.0, 10.0, visitor("An's", procedure="birth")),
        (0.0, 10.0, visitor("Bình's", field="land")),
        (0.0, 12.0, visitor("Chi's", procedure="another")),
    ]
    waiting = [
        visitor("l1", field="land"),
        visitor("b1", procedure="birth"),
        visitor("l2", field="land"),
        visitor("b2", procedure="birth"),
        visitor("c1", step="check", procedure="other"),
    ]
    who = taken(staff, busy + [(1.0 + i, 10.0, dossier) for i, dossier in enumerate(waiting)])
    assert who == {
        "An's": "An", "Bình's": "Bình", "Chi's": "Chi",
        "b1": "An", "l1": "Bình", "l2": "Chi", "b2": "An", "c1": "Bình",
    }  # fmt: skip


def test_who_comes_goes_to_the_free_official_who_likes_it_best_then_to_the_fastest() -> None:
    staff = [
        Official(name="An", skills=["land", "birth"], speed=3),
        Official(name="Bình", skills=["birth"]),
        Official(name="Chi", skills=["birth"], speed=2),
        Official(name="Dũng", skills=["birth"], speed=2),
        Official(name="Em", speed=9),
    ]
    births = [(float(i), 1000.0, visitor(str(i), procedure="birth")) for i in range(5)]
    assert list(taken(staff, births).values()) == ["Chi", "Dũng", "Bình", "An", "Em"]


def test_among_what_an_official_likes_the_rule_of_the_queue_decides() -> None:
    staff = [Official(name="An", skills=["birth", "land"])]
    world = World()
    mine = pool(world, staff, queue="edd")
    dossiers = [
        visitor("land, due", field="land", due=1.0),
        visitor("birth, late", procedure="birth", due=9.0),
        visitor("birth, due", procedure="birth", due=5.0),
        visitor("land of a birth", procedure="birth", field="land", due=7.0),
    ]
    play = Play(world, mine)
    play.ask(0.0, 1.0, visitor("first", field="land"))
    for dossier in dossiers:
        play.ask(0.5, 1.0, dossier)
    play.run()
    assert [done.name for done in play.over][1:] == [
        "birth, due",
        "land of a birth",
        "birth, late",
        "land, due",
    ]


def test_a_fast_official_needs_less_time() -> None:
    world = World()
    mine = pool(world, [Official(name="An", speed=2)])
    dossier = visitor("a")
    play = Play(world, mine)
    play.ask(0.0, 10.0, dossier)
    assert play.run()["a"].ended == 5.0
    assert (dossier.worked, mine.worked) == (5.0, 5.0)


def test_an_official_with_half_a_day_for_each_has_two_places() -> None:
    staff = [Official(name="An", skills=["birth"]), Official(name="Bình")]
    world = World()
    mine = pool(world, staff, 0.5)
    play = Play(world, mine)
    for name in "abcde":
        play.ask(0.0, 1.0, visitor(name, procedure="birth"))
    done = play.run()
    assert mine.posts == 4
    assert [done[name].began for name in "abcde"] == [0, 0, 0, 0, 1]


# -- off duty


def test_a_part_timer_takes_nothing_when_he_is_not_there() -> None:
    world = World()
    staff = [Official(name="An", calendar="mornings", speed=9), Official(name="Bình")]
    mine = pool(world, staff, hours=OFFICE)
    play = Play(world, mine)
    for name, at in (("a", 9.0), ("b", 11.0), ("c", 13.0), ("d", 13.5), ("e", 16.0)):
        play.ask(at * HOUR, 2.5 * HOUR, visitor(name))
    done = play.run()
    assert {name: visit.began / HOUR for name, visit in done.items()} == {
        "a": 9, "b": 11, "c": 13, "d": 15.5, "e": 16,
    }  # fmt: skip
    assert done["d"].ended / HOUR == 24 + 9  # Bình, from 15:30 on
    assert done["e"].ended / HOUR == pytest.approx(24 + 8 + 2.5 / 9)  # An, in the morning


def test_what_came_at_night_is_ranked_in_the_morning() -> None:
    world = World()
    mine = pool(world, hours=OFFICE, queue="edd")
    play = Play(world, mine)
    for name, at, due in (("late", 3.0, 9.0), ("soon", 4.0, 5.0), ("opening", 8.0, 2.0)):
        play.ask(at * HOUR, HOUR, visitor(name, due=due))
    done = play.run()
    assert [visit.name for visit in play.over] == ["opening", "soon", "late"]
    assert (done["opening"].began, done["soon"].began) == (8 * HOUR, 9 * HOUR)


def test_who_ends_at_closing_chooses_in_the_morning() -> None:
    world = World()
    mine = pool(world, hours=OFFICE, queue="edd")
    play = Play(world, mine)
    for name, at, due in (("first", 16.0, 9.0), ("evening", 16.5, 5.0), ("night", 20.0, 2.0)):
        play.ask(at * HOUR, HOUR, visitor(name, due=due))
    done = play.run()
    assert [visit.name for visit in play.over] == ["first", "night", "evening"]
    assert done["night"].began == 20 * HOUR


def test_what_came_at_night_and_is_begun_first_in_the_morning_has_not_waited() -> None:
    world = World()
    mine = pool(world, hours=OFFICE, queue="edd")
    dossier = visitor("a")
    play = Play(world, mine)
    play.ask(3 * HOUR, HOUR, dossier)
    assert play.run(8.5 * HOUR) == {}
    assert play.run()["a"][1:] == (3 * HOUR, 3 * HOUR, 9 * HOUR)
    assert dossier.waited == 0.0


def test_leave_interrupts_what_is_in_hand() -> None:
    """8 h of work from Monday 16:00 on; leave on Tuesday and Wednesday: until Thursday 16:00."""
    world = World()
    staff = [Official(name="An", leave=[Leave(since=date(2026, 1, 6), until=date(2026, 1, 8))])]
    mine = pool(world, staff, hours=OFFICE, origin=MONDAY)
    play = Play(world, mine)
    play.ask(16 * HOUR, 8 * HOUR, visitor("a"))
    play.ask(DAY, HOUR, visitor("b"))
    done = play.run(20 * DAY)
    assert done["a"].ended == 3 * DAY + 16 * HOUR
    assert done["b"].began == 3 * DAY + 16 * HOUR
    assert mine.open == 13 * 8 * HOUR


def test_leave_needs_the_origin() -> None:
    staff = [Official(name="An", leave=[Leave(since=date(2026, 1, 6), until=date(2026, 1, 8))])]
    with pytest.raises(ValueError, match="origin"):
        pool(World(), staff)


@pytest.mark.parametrize("base", [OFFICE, MORNINGS, Always()])
@given(data=st.data())
def test_attendance_is_the_calendar_without_the_days_away(base: Hours, data: st.DataObject) -> None:
    edges = sorted(data.draw(st.sets(st.integers(0, 40), min_size=2, max_size=12)))
    away = [(a * DAY / 2, b * DAY / 2) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    hours = Attendance(base, away)
    at = data.draw(st.integers(0, 30 * 96).map(lambda quarter: quarter * 900.0) | st.floats(0, 30 * DAY))
    lost = sum(base.worked(min(b, at)) - base.worked(a) for a, b in away if a < at)
    assert hours.worked(at) == pytest.approx(base.worked(at) - lost, abs=1e-6)
    assert hours.is_open(at) == (base.is_open(at) and not any(a <= at < b for a, b in away))
    opening = hours.opening(at)
    assert opening >= at
    assert hours.is_open(opening)
    assert hours.worked(opening) == hours.worked(at)
    seconds = data.draw(st.sampled_from([0.0, 1e-13, 900.0, 4 * HOUR]) | st.floats(0, 20 * HOUR))
    end = hours.add(at, seconds)
    assert end >= at
    assert hours.worked(end) - hours.worked(at) == pytest.approx(seconds, abs=1e-6)


# -- absence


@pytest.mark.parametrize(("days", "spell"), [(12.0, 2.0), (12.0, 1.0), (60.0, 5.0), (190.0, 1.0)])
def test_officials_are_absent_so_many_days_a_year(days: float, spell: float) -> None:
    rng, officials = draws(1, "test"), 400
    absence, working = Absence(days_a_year=days, spell_days=spell), 260
    away = [absences(OFFICE, absence, rng, 52 * 7 * DAY) for _ in range(officials)]
    counts = np.array([len(days) for days in away])
    half = 3.3 * counts.std(ddof=1) / np.sqrt(officials)
    assert abs(counts.mean() - days * working / 250) <= half
    assert half < 0.15 * days
    assert all(OFFICE.worked(b) - OFFICE.worked(a) == 8 * HOUR for stretches in away for a, b in stretches)
    spells = [length for stretches in away for length in lengths(stretches)]
    mean = max(spell, days / (250 - days))
    assert abs(np.mean(spells) - mean) <= 3.3 * np.std(spells) / np.sqrt(len(spells)) + 0.02 * mean


def lengths(stretches: list[tuple[float, float]]) -> list[int]:
    """How many working days each spell has."""
    days = [int(OFFICE.worked(start) // (8 * HOUR)) for start, _ in stretches]
    out: list[int] = []
    for i, day in enumerate(days):
        if i and day == days[i - 1] + 1:
            out[-1] += 1
        else:
            out.append(1)
    return out


def test_absence_depends_on_the_official_alone() -> None:
    def away(count: float, name: str = "pool", until: float = 365 * DAY, hours: Hours = OFFICE) -> list[Any]:
        setting = Setting(World(), lambda _: hours, "office", name, 7, until, None)
        staff = Staff(Rules(agency="a", absence=Absence(days_a_year=20)), count, 0.5)
        return [getattr(post.hours, "away", ()) for post in posts(staff, setting)]

    three = away(3)
    assert away(5)[:3] == three == away(3)
    assert len({*three}) == 3
    assert set(three).isdisjoint(away(3, "other"))
    assert [[day for day in days if day[0] < 100 * DAY] for days in three] == [
        list(days) for days in away(3, until=100 * DAY)
    ]
    mornings = away(3, hours=MORNINGS)
    assert mornings == three


def test_an_absent_official_takes_nothing_new_and_what_he_has_in_hand_waits_for_him() -> None:
    world = World()
    mine = pool(world, 3, hours=OFFICE, absence=Absence(days_a_year=60, spell_days=3))
    play = Play(world, mine)
    for i in range(250):
        play.ask(i * 0.25 * DAY, 5 * HOUR, visitor(str(i)))
    seen = 0
    while world.now < 120 * DAY:
        world.advance(world.now + 900)
        for visit in mine.discipline.in_hand:
            hours = visit.post.hours
            assert isinstance(hours, Attendance)
            seen += hours.is_away(world.now)
            assert not hours.is_away(hours.opening(visit.began)), visit.began
            assert hours.worked(visit.end) - hours.worked(visit.began) == pytest.approx(5 * HOUR)
    assert seen > 20
    assert len(play.over) == 250


# -- lines


def test_in_lines_of_their_own_who_comes_joins_the_shortest_and_stays() -> None:
    world = World()
    mine = pool(world, [Official(name="An"), Official(name="Bình", speed=4)], lines="each")
    play = Play(world, mine)
    for i, name in enumerate("abcdef"):
        play.ask(i * 0.001, 8.0, visitor(name))
    done = play.run()
    assert {name: round(visit.began, 3) for name, visit in done.items()} == {
        "a": 0, "b": 0.001, "c": 8, "d": 2.001, "e": 16, "f": 4.001,
    }  # fmt: skip


def test_nobody_joins_the_line_of_an_official_who_is_away() -> None:
    world = World()
    staff = [
        Official(name="An", leave=[Leave(since=date(2026, 1, 5), until=date(2026, 1, 10))]),
        Official(name="Bình"),
    ]
    mine = pool(world, staff, hours=OFFICE, lines="each", origin=MONDAY)
    play = Play(world, mine)
    for name, at in (("night", 2.0), ("day", 9.0), ("evening", 20.0)):
        play.ask(at * HOUR, HOUR, visitor(name))
    done = play.run(5 * DAY)
    assert [done[name].ended / HOUR for name in ("night", "day", "evening")] == [9, 10, 24 + 9]


def test_one_line_becomes_many_and_one_again() -> None:
    world = World()
    mine = pool(world, 2)
    play = Play(world, mine)
    for i, name in enumerate("abcdefg"):
        play.ask(i * 0.01, 10.0 if name in "ac" else 1.0, visitor(name))
    play.do(0.5, lambda: mine.change(Rules(agency="a", lines="each"), 2, 1.0))
    play.do(2.5, lambda: mine.change(Rules(agency="a"), 2, 1.0))
    done = play.run()  # b, c, e, g before the one and a, d, f before the other; then d, e, f, g before both
    assert {name: round(visit.began, 2) for name, visit in done.items()} == {
        "a": 0, "b": 0.01, "c": 1.01, "d": 10, "e": 11, "f": 11.01, "g": 12,
    }  # fmt: skip


def test_what_nobody_can_do_is_starved() -> None:
    world = World()
    staff = [
        Official(name="An", skills=["birth"]),
        Official(name="Bình", skills=["land"], leave=[Leave(since=date(2026, 1, 1), until=date(2027, 1, 1))]),
    ]
    for lines in ("one", "each"):
        mine = pool(world, staff, origin=MONDAY, until=60 * DAY, lines=lines)
        dossiers = [visitor("b", procedure="birth"), visitor("l", field="land"), visitor("x", procedure="x")]
        for dossier in dossiers:
            mine.ask(1.0, dossier, (lambda _: None,))
        assert [token.dossier.id for token in mine.starved()] == ["l", "x"]
        mine.change(mine._staff.spec, [*staff, Official(name="Chi")], 1.0)
        assert mine.starved() == []
        assert mine.busy == 2


# -- any pool

WORDS = ("s", "t", "p", "q", "f", "g")
QUARTERS = st.integers(0, 6 * 96).map(lambda quarter: quarter * 900.0)
INSTANTS = QUARTERS | st.floats(0, 6 * DAY)

OFFICIALS = st.lists(
    st.builds(
        Official,
        name=st.sampled_from("ABCD"),
        skills=st.lists(st.sampled_from(WORDS), max_size=3, unique=True),
        speed=st.sampled_from([1.0, 1.0, 2.0, 0.7]),
        calendar=st.sampled_from([None, "mornings", "always"]),
    ),
    max_size=4,
    unique_by=lambda official: official.name,
)
RULES = st.builds(
    Rules,
    agency=st.just("agency"),
    queue=st.sampled_from(["fifo", "edd", "class", "shortest"]),
    classes=st.just(["q", "post", "g"]),
    calendar=st.sampled_from([None, None, "mornings", "always"]),
    absence=st.none() | st.just(Absence(days_a_year=80)),
    lines=st.sampled_from(["one", "each"]),
)
POOLS = st.tuples(RULES, OFFICIALS | st.sampled_from([1.0, 2.0, 2.5]), st.sampled_from([1.0, 0.5]))
VISITS = st.lists(
    st.tuples(
        INSTANTS,
        st.sampled_from([0.0, 900.0, 2 * HOUR, 9 * HOUR]) | st.floats(1e-9, 30000),
        st.tuples(st.sampled_from("st"), st.sampled_from("pq"), st.sampled_from("fg")),
        st.sampled_from(["online", "post"]),
        st.none() | INSTANTS,
    ),
    min_size=1,
    max_size=30,
)
MOVES = st.lists(
    st.tuples(INSTANTS, st.integers(0, 29), st.sampled_from([-DAY, -HOUR, HOUR, DAY, None]), st.booleans()),
    max_size=12,
)
Model = tuple[Rules, Any, float]


class Scene:
    """A pool of any kind, whatever happens to it, looked at after every instant."""

    def __init__(
        self, first: Model, visits: list[Any], moves: list[Any], changes: list[tuple[float, Model]]
    ) -> None:
        self.world = World()
        rules, staff, share = first
        spec = {
            name: getattr(rules, name) for name in rules.__struct_fields__ if name not in {"agency", "share"}
        }
        self.pool = pool(self.world, staff, share, hours=OFFICE, leaves=True, until=20 * DAY, **spec)
        self.play = Play(self.world, self.pool)
        self.dossiers = []
        for i, (at, seconds, words_, channel, due) in enumerate(visits):
            dossier = visitor(str(i), *words_, channel=channel, due=due)
            self.dossiers.append(dossier)
            self.play.ask(at, seconds, dossier)
        for at, i, amount, told in moves:
            if i < len(visits):
                self.play.do(
                    at, lambda i=i, amount=amount, told=told: self._move(self.dossiers[i], amount, told)
                )
        for at, model in changes:
            self.play.do(at + 0.37, lambda model=model: self.pool.change(*model))

    def _move(self, dossier: Dossier, amount: float | None, told: bool) -> None:
        """Leave the queue; or fall due later, or earlier, which has to be told."""
        if amount is None:
            dossier.ended = True
        elif dossier.due is not None:
            dossier.due += amount
        if told or (amount is not None and amount < 0):
            self.pool.moved(dossier)

    def run(self, look: Callable[[], None] = lambda: None) -> None:
        """Instant by instant for twenty days."""
        while self.world.peek() < 20 * DAY:
            self.world.advance(nextafter(self.world.peek(), inf))
            if self.world.peek() > self.world.now:
                look()
        self.world.advance(20 * DAY)


class PlainRow(Row):
    """A row that looks at all that wait each time."""

    def __init__(self, people: list[Post], rank: Rank, lay_aside: Callable[[Visit], None]) -> None:
        super().__init__(people, rank, lay_aside)
        self.visits: list[Visit] = []

    def enter(self, visit: Visit) -> None:
        if visit not in self.visits:
            self.visits.append(visit)

    def first(self, post: Post) -> Visit | None:
        for skill in sorted(post.skills, key=lambda skill: post.skills[skill]) or [None]:
            while True:
                mine = [visit for visit in self.visits if visit.row is self]
                mine = [visit for visit in mine if skill is None or skill in words(visit.token)]
                if not mine:
                    break
                first = min(mine, key=lambda visit: (self._rank(visit), visit.order))
                if not first.token.dossier.ended:
                    return first
                self._lay_aside(first)
        return None


@given(POOLS, VISITS, MOVES, st.lists(st.tuples(QUARTERS, POOLS), max_size=2))
@settings(max_examples=100, deadline=None)
def test_heaps_give_what_a_plain_scan_gives(first: Model, visits: Any, moves: Any, changes: Any) -> None:
    quick = Scene(first, visits, moves, changes)
    quick.run()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queues, "Row", PlainRow)
        plain = Scene(first, visits, moves, changes)
        plain.run()
    assert quick.play.over == plain.play.over
    assert quick.pool.waiting == plain.pool.waiting


@given(POOLS, VISITS, MOVES, st.lists(st.tuples(QUARTERS, POOLS), max_size=2))
@settings(max_examples=100, deadline=None)
def test_no_post_does_more_than_it_can_and_none_is_idle_while_its_work_waits(
    first: Model, visits: Any, moves: Any, changes: Any
) -> None:
    scene = Scene(first, visits, moves, changes)
    before: dict[Post, int] = {}  # a post that came with more in hand than it has places takes no more

    def look() -> None:
        now, discipline = scene.world.now, scene.pool.discipline
        assert isinstance(discipline, Queue)
        hand = discipline.in_hand
        for post in discipline.posts:
            mine = [visit for visit in hand if visit.post is post]
            assert len(mine) == post.busy
            assert post.busy + len(post.free) == max(post.places, post.busy)
            assert post.busy <= max(post.places, before.get(post, post.busy if changes else 0))
            before[post] = post.busy
            if post.free and post.hours.is_open(now):
                assert post.row.first(post) is None, "idle"
        for visit in hand:
            assert visit.asked <= visit.began <= now <= visit.end
            assert visit.post.hours.worked(visit.end) - visit.post.hours.worked(now) >= 0

    scene.run(look)


@given(POOLS, VISITS, MOVES, st.lists(st.tuples(QUARTERS, POOLS), max_size=3))
@settings(max_examples=100, deadline=None)
def test_no_visit_is_lost_or_done_twice(first: Model, visits: Any, moves: Any, changes: Any) -> None:
    scene = Scene(first, visits, moves, changes)
    scene.run()
    mine = scene.pool
    mine.change(Rules(agency="agency", calendar="always"), 30, 1.0)
    scene.world.advance(40 * DAY)
    done = [visit.name for visit in scene.play.over]
    assert len(done) == len(set(done))
    assert {dossier.id for dossier in scene.dossiers if not dossier.ended} <= set(done)
    assert (mine.asked, mine.begun, mine.waiting, mine.busy) == (len(visits), len(done), 0, 0)
    assert mine.waited == pytest.approx(sum(visit.began - visit.asked for visit in scene.play.over))
    assert mine.waited == pytest.approx(sum(dossier.waited for dossier in scene.dossiers))
    assert mine.worked == pytest.approx(sum(dossier.worked for dossier in scene.dossiers))


# -- theory

REPLICATIONS = 20
URGENT, OTHER = 0.3, 0.5


def two_classes(replication: int, count: int = 5000) -> tuple[Any, Any, Any]:
    """Arrivals of two classes at one post, their work, and which are urgent."""
    rng = np.random.default_rng([5, replication])
    asked = np.cumsum(rng.exponential(1 / (URGENT + OTHER), count))
    return asked, rng.exponential(1, count), rng.random(count) < URGENT / (URGENT + OTHER)


def waits(rule: str, asked: Any, work: Any, urgent: Any) -> Any:
    """Waits under a rule; the urgent fall due 2 after they came, the others 10."""
    tokens = [
        visitor(procedure="urgent" if soon else "p", due=at + (2 if soon else 10))
        for at, soon in zip(asked.tolist(), urgent.tolist(), strict=True)
    ]
    spec: dict[str, Any] = {"queue": rule, "classes": ["urgent"], "leaves": True}
    return stream(lambda world: pool(world, **spec), asked, work, tokens).wait


def test_two_classes_keep_to_cobham_and_every_blind_rule_to_kleinrock() -> None:
    """To the last, first in, first out, by class and due first share out the same sum of work times wait."""
    found: dict[str, list[float]] = {name: [] for name in ("urgent", "other", "fifo", "class", "edd")}
    for replication in range(REPLICATIONS):
        asked, work, urgent = two_classes(replication)
        after = np.arange(len(asked)) >= len(asked) // 10
        sums = []
        for rule in ("fifo", "class", "edd"):
            wait = waits(rule, asked, work, urgent)
            sums.append(float(np.dot(wait, work)))
            found[rule].append(sum(rho * wait[after & (urgent == soon)].mean() for rho, soon in RHO))
            if rule == "class":
                found["urgent"].append(wait[after & urgent].mean())
                found["other"].append(wait[after & ~urgent].mean())
        assert sums == pytest.approx([sums[0]] * 3, rel=1e-9)
    agrees(found["urgent"], 1.142857143, within=0.06)
    agrees(found["other"], 5.714285714, within=0.2)
    for rule in ("fifo", "class", "edd"):
        agrees(found[rule], 3.2, within=0.2)


RHO = ((URGENT, True), (OTHER, False))


def shortest_first(rate: float) -> float:
    """Mean wait of shortest first, exponential work of mean 1 (Phipps, 1956)."""
    x = np.linspace(0, 60, 60001)
    ahead = rate * (1 - np.exp(-x) * (1 + x))
    return float(np.trapezoid(rate * np.exp(-x) / (1 - ahead) ** 2, x))


def test_the_shortest_first_waits_least_and_breaks_the_law_of_the_blind() -> None:
    mean, weighed = [], []
    for replication in range(REPLICATIONS):
        asked, work, urgent = two_classes(replication)
        wait = waits("shortest", asked, work, urgent)
        mean.append(wait[len(wait) // 10 :].mean())
        weighed.append(float(np.dot(wait, work)) / float(np.dot(waits("fifo", asked, work, urgent), work)))
    truth = shortest_first(URGENT + OTHER)
    assert truth < 0.5 * 4.0
    agrees(mean, truth, within=0.1)
    assert weighed == pytest.approx([1.0] * REPLICATIONS)


def test_who_has_no_patience_leaves_as_often_as_erlang_says() -> None:
    left = []
    for replication in range(REPLICATIONS):
        rng = np.random.default_rng([6, replication])
        count = 8000
        asked = np.cumsum(rng.exponential(1 / 9, count))
        seen = impatient(
            asked, rng.exponential(1, count), rng.exponential(2, count), told=bool(replication % 2)
        )
        left.append((seen.ended[count // 10 :] < 0).mean())
    agrees(left, 0.0670117155, within=0.1)


def impatient(asked: Any, work: Any, patience: Any, told: bool) -> Figures:
    """Ten posts; who waits longer than his patience leaves."""
    tokens = [visitor() for _ in range(len(asked))]
    where: list[Pool] = []

    def leave(hop: Hop) -> None:
        dossier = hop.subject
        if dossier.began < 0:
            dossier.ended = True
            if told:
                where[0].moved(dossier)

    def place(world: World) -> Pool:
        where.append(pool(world, 10, leaves=True))
        for at, token in zip((asked + patience).tolist(), tokens, strict=True):
            world.at(at, (leave,), Hop(token))
        return where[0]

    return stream(place, asked, work, tokens)


def test_many_lines_wait_longer_than_one() -> None:
    rng = np.random.default_rng(8)
    asked, work = np.cumsum(rng.exponential(1 / 4, 20000)), rng.exponential(1, 20000)
    one = stream(lambda world: pool(world, 5), asked, work).wait.mean()
    many = stream(lambda world: pool(world, 5, lines="each"), asked, work).wait.mean()
    assert 1.1 * one < many < 5 * one
