"""What is wrong with a world is said where it is, and nothing is said where all is well."""

from dataclasses import dataclass, field

import pytest

from simulator.engine.dossier import Dossier
from simulator.engine.pools import Pool
from simulator.engine.trouble import find
from simulator.engine.world import World
from simulator.scenario import model
from tests.simulator.engine.visitors import DAY, HOUR, OFFICE, Play, pool, visitor


@dataclass
class Province:
    """One office with one pool."""

    pool: Pool
    open: list[Dossier] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.pool._setting.world

    @property
    def pools(self) -> dict[str, Pool]:
        return {"office/pool": self.pool}


def busy(where: Pool, every: float, seconds: float, days: int = 56) -> Province:
    """Who comes to the pool for so many days, and a look at it each week."""
    play = Play(where._setting.world, where)
    for i in range(int(days * DAY / every)):
        play.ask(i * every, seconds, visitor(str(i)))
    for week in range(1, days // 7 + 1):
        play.do(week * 7 * DAY - 1, where.look)
    play.run(days * DAY)
    return Province(where, [visitor("open")])


@pytest.mark.parametrize("leaves", [False, True])
def test_where_all_is_well_nothing_is_said(leaves: bool) -> None:
    province = busy(pool(World(), 2, hours=OFFICE, leaves=leaves), DAY / 8, HOUR)
    assert province.pool.utilisation == 43 / 64
    assert find(province) == []


@pytest.mark.parametrize("leaves", [False, True])
def test_a_pool_with_more_work_than_its_posts_can_do_is_saturated(leaves: bool) -> None:
    province = busy(pool(World(), 2, hours=OFFICE, leaves=leaves), DAY / 16, 1.4 * HOUR)
    (trouble,) = find(province)
    assert trouble[:3] == ("saturated", "office", "pool")
    assert trouble.words == (
        "The work asked of pool 'pool' of office is 1.96 times what its 2 posts can do, and 438 wait: "
        "have at least 4 posts, or send it less work."
    )
    enough = busy(pool(World(), 4, hours=OFFICE, leaves=leaves), DAY / 16, 1.4 * HOUR)
    assert find(enough) == []


def test_a_queue_that_grows_to_the_end_is_saturated_though_the_posts_were_idle_before() -> None:
    world = World()
    where = pool(world, 2, hours=OFFICE)
    play = Play(world, where)
    for i in range(8 * 60):
        play.ask(28 * DAY + i * DAY / 8, 2.0 * HOUR, visitor(str(i)))
    for week in range(4, 12):
        play.do((week + 1) * 7 * DAY - 1, where.look)
    play.run(84 * DAY)
    assert where.demand < where.open
    (trouble,) = find(Province(where, [visitor()]))
    assert trouble.kind == "saturated"
    assert trouble.words.startswith("The queue of pool 'pool' of office grew all the time, to ")


def test_a_queue_that_filled_and_settled_is_well() -> None:
    world = World()
    where = pool(world, 1)
    play = Play(world, where)
    play.ask(28 * DAY, 4 * DAY, visitor("long"))
    for i in range(120):
        play.ask(28 * DAY + i * DAY / 2, 0.499 * DAY, visitor(str(i)))
    for week in range(4, 12):
        play.do((week + 1) * 7 * DAY - 1, where.look)
    play.run(84 * DAY)
    assert min(where.lengths) >= 7
    assert find(Province(where, [visitor()])) == []


def test_work_that_nobody_has_the_skill_for_is_starved() -> None:
    staff = [model.Official(name="An", skills=["birth"])]
    where = pool(World(), staff, hours=OFFICE)
    for step, procedure in (("s", "birth"), ("check", "land"), ("check", "land"), ("sign", "land")):
        where.ask(HOUR, visitor(step=step, procedure=procedure, field="f"), (lambda _: None,))
    (trouble,) = find(Province(where, [visitor()]))
    assert trouble[:3] == ("starved", "office", "pool")
    assert trouble.words == (
        "3 dossiers wait in pool 'pool' of office for nobody: give an official who is there the skill for "
        "step 'check', procedure 'land' or field 'f', and for more, or no skills, which means all of them."
    )


def test_when_nothing_will_happen_any_more_open_dossiers_are_in_deadlock() -> None:
    where = pool(World(), [])
    where.ask(1.0, visitor("a"), (lambda _: None,))
    where.ask(1.0, visitor("b"), (lambda _: None,))
    found = find(Province(where, [visitor("a"), visitor("b")]))
    assert [trouble.kind for trouble in found] == ["deadlock", "starved"]
    assert found[0].pool == "pool"
    assert found[0].words == (
        "2 dossiers of office will never end, for nothing is going to happen any more: "
        "give pool 'pool', before which 2 wait, somebody who will be there to work."
    )
    assert found[1].words.startswith("2 dossiers wait in pool 'pool' of office for nobody")


def test_a_deadlock_elsewhere_names_no_pool() -> None:
    (trouble,) = find(Province(pool(World()), [visitor("a")]))
    assert trouble[:3] == ("deadlock", "office", "")
    assert trouble.words == (
        "1 dossier of office will never end, for nothing is going to happen any more: "
        "no pool has them; look for a step that waits for nothing."
    )


def test_a_world_at_its_end_is_no_deadlock() -> None:
    assert find(Province(pool(World()))) == []
