"""Two worlds beside each other: what the page and the API say is what both worlds say for themselves."""

import asyncio
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from dossier.figures.indicators import RATES, just_after
from dossier.law.calendar import vietnam
from monitoring.numerals import count, percent, signed
from monitoring.query import WITH
from monitoring.render import TWO
from monitoring.snapshot import snapshot
from monitoring.worlds import MAIN, columns, worlds
from motcua.stage import Demo
from simulator.scenario.files import load
from simulator.scenario.levers import parse
from streams.processor import PartitionProcessor
from streams.view import StreamView
from tests.monitoring.eyes import gap, opened

LEVERS = ("edd", "staff:factor=0.6,on=2026-03-09")
BASELINE, REFORM = "quickstart", "quickstart-with-edd-staff"


def demo(**changes: object) -> Demo:
    levers = tuple(map(parse, LEVERS))
    asked = {
        "named": "quickstart", "scenario": load("quickstart"), "levers": levers, "seed": 3,
        "start": date(2026, 3, 1), "until": date(2026, 3, 21),
        "serve": False, "out": Path(), "port": 0, "lang": "en", "stopped": Event(),
    }  # fmt: skip
    return Demo(**{**asked, **changes})


def fold(view: StreamView, messages) -> None:
    (processor,) = view._processors.values()
    for offset, line in enumerate(messages, processor.progress.offset + 1):
        assert processor.apply(offset, line.value) == []


def folded(messages) -> StreamView:
    view = StreamView({0: PartitionProcessor(vietnam())}, 1, lambda: 0, lambda _: False)
    fold(view, messages)
    return view


@pytest.fixture(scope="module")
def both():
    """A ward as it is, and with 6 in 10 of its staff from 9 March on, at the end of three weeks."""
    return folded(demo().messages())


@pytest.fixture(scope="module")
def midway():
    """The same, when half of what happens was told."""
    messages = list(demo().messages())
    return folded(messages[: len(messages) // 2])


async def answer(client, path, status=200):
    async with client.get(path) as response:
        assert status == response.status
        return await response.json()


@pytest.mark.parametrize("wish", ["", "&due=current", "&as_of=2026-03-15T00:00:00Z"])
def test_the_difference_is_that_of_the_two_worlds_own_figures(both, served, wish):
    async def visit(client):
        told = await answer(client, f"/api/compare?scenario={BASELINE}&with={REFORM}&by=level{wish}")
        own = [
            await answer(client, f"/api/indicators?scenario={name}&by=level{wish}")
            for name in (BASELINE, REFORM)
        ]
        places = [(told["total"], *(each["total"] for each in own))]
        places += [(told["by"]["level"][k], *(o["by"]["level"][k] for o in own)) for k in ("commune",)]
        for seen, baseline, reform in places:
            assert (baseline, reform) == (seen["baseline"], seen["reform"])
            for name, value in baseline.items():
                both_known = value is not None and reform[name] is not None
                assert (reform[name] - value if both_known else None) == seen["difference"][name]
        assert own[0]["as_of"] == told["as_of"]
        assert abs(told["total"]["difference"]["on_time_rate_fell_due"]) > 0.001
        assert ("days" in told) == ("levers" in told) == ("as_of" not in wish)

    served(both, visit)


def test_each_point_of_the_lines_is_the_share_as_of_that_midnight(both):
    days = worlds(both, BASELINE, REFORM).days
    for day, pair in days:
        after = datetime.fromisoformat(day).replace(tzinfo=both.book.zone) + timedelta(days=1)
        for name, seen in zip((BASELINE, REFORM), pair, strict=True):
            total = both.indicators(name, just_after(after.timestamp()))["total"]
            assert {which: total[which] for which in seen} == seen
    assert days[-1][0] == "2026-03-20"


def test_the_lines_end_in_the_figures_of_the_table(midway, both):
    for view in (midway, both):
        seen = worlds(view, BASELINE, REFORM)
        for place in range(2):
            ends = [pair[place] for _, pair in seen.days if pair[place]][-1]
            assert {which: seen.total[place][which] for which in ends} == ends


def test_the_worlds_unfold_together(midway):
    times = [midway.stream_time(name) for name in (BASELINE, REFORM)]
    assert abs(times[0] - times[1]) <= 2 * 3600
    assert datetime.fromtimestamp(min(times), midway.book.zone).date() < date(2026, 3, 16)


def test_the_same_luck_makes_the_same_lines_until_the_reform():
    lever = (parse("staff:factor=0.6,on=2026-03-09"),)
    seen = columns(worlds(folded(demo(levers=lever).messages()), BASELINE, "quickstart-with-staff"))
    on = seen["day"].index("2026-03-09")
    assert seen["on_time_baseline"][:on] == seen["on_time_reform"][:on]
    assert seen["on_time_baseline"][-1] > seen["on_time_reform"][-1] + 0.05
    assert seen["levers"] == [["2026-03-09", ["staff:factor=0.6,on=2026-03-09"]]]


def test_what_held_from_the_beginning_is_told_from_what_came_later(both, served):
    assert [("", LEVERS[0]), ("2026-03-09", LEVERS[1])] == worlds(both, BASELINE, REFORM).levers

    async def visit(client):
        told = await answer(client, f"/api/compare?scenario={BASELINE}")
        assert [{"from": None, "lever": LEVERS[0]}, {"from": "2026-03-09", "lever": LEVERS[1]}] == told[
            "levers"
        ]
        page = await (await client.get("/?lang=vi")).text()
        assert "<code>edd</code> ngay từ đầu" in page
        assert "<code>staff:factor=0.6</code> từ 09/03/2026" in page

    served(both, visit)


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 400, "There are several scenarios"),
        (f"scenario={REFORM}", 400, "Add &with="),
        (f"scenario={BASELINE}&with=", 400, "Add &with="),
        (f"scenario={BASELINE}&with={BASELINE}", 400, "another scenario"),
        (f"scenario={BASELINE}&with=x", 404, "There is no scenario 'x'"),
        (f"scenario={BASELINE}&days=3", 400, "'days' is not known here"),
        (f"scenario={BASELINE}&by=officer", 400, "officer"),
        (f"scenario={BASELINE}&as_of=2027-01-01T00:00:00Z", 409, "stream time"),
    ],
)
def test_a_wrong_question_is_told_what_is_right(both, served, query, status, told):
    async def visit(client):
        assert told in (await answer(client, f"/api/compare?{query}", status))["error"]

    served(both, visit)


def test_the_page_compares_a_world_with_its_reform_unless_told_otherwise(both, served):
    async def visit(client):
        async def page(query):
            async with client.get(f"/?{query}") as response:
                return response.status, await response.text()

        for query in ("", f"scenario={BASELINE}", f"scenario={REFORM}&with={BASELINE}"):
            assert 'id="differences"' in (await page(query))[1]
        for query in (f"scenario={REFORM}", f"scenario={BASELINE}&with=", f"scenario={REFORM}&with={REFORM}"):
            status, text = await page(query)
            assert (status, 'id="differences"' in text or "worlds.js" in text) == (200, False)
        assert (await page(f"scenario={BASELINE}&with=nobody"))[0] == 404

    served(both, visit)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_page_shows_the_differences_of_the_api(both, served, lang):
    async def visit(client):
        told = (await answer(client, f"/api/compare?scenario={BASELINE}"))["total"]["difference"]
        page = await (await client.get(f"/?lang={lang}")).text()
        for shown in MAIN:
            found = re.search(rf'data-key="difference.{shown.name}" value="([^"]*)"[^>]*>([^<]*)<', page)
            value = told[shown.name]
            assert (float(value), signed(value, lang, points=shown.name in RATES)) == (
                float(found[1]),
                found[2],
            )

    served(both, visit)


def test_a_live_update_has_the_lines_and_the_tables(both, served):
    async def visit(client):
        async with client.get(f"/stream?scenario={BASELINE}&lang=en") as response:
            await response.content.readline()
            news = (await response.content.readline()).decode()
        assert all(f'"{section}":' in news for section in TWO)
        assert f'"worlds":{{"day":["{worlds(both, BASELINE, REFORM).days[0][0]}"' in news

    served(both, visit)


def test_two_worlds_of_a_province_weigh_less_than_150_kb(large, served):
    large.names = ["a", f"a{WITH}edd"]

    async def visit(client):
        async def text(path):
            return await (await client.get(path)).text()

        page = await text("/")
        linked = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert "/static/worlds.js" in linked
        assert len(page.encode()) + sum([len((await text(path)).encode()) for path in linked]) < 150_000
        assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:|https?://", page)

    served(large, visit)


def test_the_saved_page_has_both_worlds_and_runs_its_own_scripts_only(both):
    page = snapshot(both, BASELINE, reform=REFORM)
    assert page == snapshot(both, BASELINE, reform=REFORM)
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', page)
    assert len(re.findall(r"<script>", page)) == page.count("sha256-") == 3


def test_hostile_names_and_levers_are_shown_not_run(view, served, hostile):
    view.names = ["live", hostile]
    view.pulled = {hostile: [(0.0, hostile), (view.now, hostile)]}

    async def visit(client):
        async with client.get("/", params={"with": hostile}) as response:
            page = await response.text()
        assert 'id="differences"' in page
        assert "<script>alert" not in page
        assert "<img" not in page

    served(view, visit)


@pytest.mark.parametrize(
    ("value", "points", "en", "vi"),
    [
        (0.02816, True, "+2.82", "+2,82"),
        (-0.19736, True, "−19.74", "−19,74"),
        (0.00001, True, "0", "0"),
        (-0.00001, True, "0", "0"),
        (1234, False, "+1,234", "+1.234"),
        (-1234567, False, "−1,234,567", "−1.234.567"),
        (0, False, "0", "0"),
        (None, True, "–", "–"),
    ],
)
def test_a_difference_has_its_sign(value, points, en, vi):
    assert (en, vi) == (signed(value, "en", points=points), signed(value, "vi", points=points))


@pytest.mark.browser
def test_people_see_both_worlds_unfold_and_their_lines_part(served):
    """The page is open while the second half is told: the lines grow, and part where the reform begins."""
    told = list(demo(levers=(parse(LEVERS[1]),)).messages())
    half = next(i for i, line in enumerate(told) if line.event.at.date() == date(2026, 3, 9))
    view = folded(told[:half])
    share = "difference.on_time_rate_fell_due"

    async def visit(client):
        async with opened(str(client.make_url("/?lang=en"))) as (page, complaints, asked):
            await page.locator("#state.live").wait_for()
            assert await page.locator(f'[data-key="{share}"]').inner_text() == "0"
            for chart in ("#shares", "#owed"):
                assert await gap(page, chart, 0.8) == 0
            fold(view, told[half:])
            total = worlds(view, BASELINE, "quickstart-with-staff").total
            shown = f'[data-key="{share}"][value="{total.difference["on_time_rate_fell_due"]}"]'
            await page.locator(shown).wait_for()
            for chart, name, write in (
                ("#shares", "on_time_rate_fell_due", percent),
                ("#owed", "letters_due", count),
            ):
                legend = await page.locator(f"{chart} .u-legend").inner_text()
                for each in total:
                    assert write(each[name], "en").split()[0] in legend
                assert await gap(page, chart, 0.2) < 4
                assert await gap(page, chart, 0.85) > 40
            assert [text for text in complaints if "willReadFrequently" not in text] == []
            assert [url for url in asked if not url.startswith(str(client.make_url("/")))] == []

    served(view, visit, period=0.1)


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_phone_at_night_does_not_scroll_sideways(both, served, lang):
    async def visit(client):
        phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
        async with opened(str(client.make_url(f"/?lang={lang}")), **phone) as (page, complaints, _):
            await page.locator("#shares canvas").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") == 360
            assert complaints == []

    served(both, visit)


@pytest.mark.browser
def test_the_saved_page_opens_from_a_file_with_its_lines(both, tmp_path):
    saved = tmp_path / "page.html"
    saved.write_text(snapshot(both, BASELINE, "vi", reform=REFORM), "utf-8")

    async def visit():
        async with opened(saved.as_uri()) as (page, complaints, asked):
            await page.locator("#shares canvas").wait_for()
            await page.locator("#owed canvas").wait_for()
            assert complaints == []
            assert [saved.as_uri()] == [url for url in asked if not url.startswith("data:")]

    asyncio.run(visit())
