"""A real fake of the view: a few offices whose figures agree with each other, and a server for the site."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from dossier.figures.indicators import added, instant, rate
from dossier.law.calendar import vietnam
from dossier.life.state import Dossier
from dossier.view import Figures, Health, OpenDossiers, Part, Refusal
from monitoring.page import site

NOW = 1_772_420_400.0  # 2026-03-02 10:00 in Hà Nội
HOSTILE = '<script>alert("x")</script>&<img src=x onerror=alert(1)>'


def figures(received: int, *, late: int, overdue: int, running: int, letters: int) -> Figures:
    """Figures of a cell: `late` finished late, `overdue` and `running` (in time) open, the rest on time."""
    finished = received - overdue - running
    on_time, breached = finished - late, late + overdue
    counts = {
        "received": received,
        "online": received * 9 // 10,
        "received_with_due": received,
        "finished": finished,
        "finished_with_due": finished,
        "early": on_time // 2,
        "on_time": on_time,
        "late": late,
        "open": overdue + running,
        "open_overdue": overdue,
        "breached": breached,
        "letters_due": breached,
        "letters_sent": letters,
        "letters_in_time": letters // 2,
        "on_time_766": on_time + running,
        "judged_766": received,
    }
    return added([counts])


def part(events: int, lag: int | None = 0) -> Part:
    """A partition with some of everything."""
    return Part(
        events=events, folded=events // 10, duplicates=6, held=2, lag=lag,
        states=events // 8, open=events // 90,
        dead={"not_json": 1}, alerts={"overdue": 30, "letter_owed": 29},
        delays=[0, 0, 4, 30, 0, 0, 0, 20, 5], delayed=41_234.5,
    )  # fmt: skip


class FakeView:
    """The `View` protocol over a dict of cells that a test may change; one scenario unless told."""

    def __init__(self, cells: dict[tuple[str, str, str], Figures], scenarios: tuple[str, ...] = ("live",)):
        self.now = NOW
        self.table = cells
        self.names = list(scenarios)
        self.asked = 0
        self.book = vietnam()
        self.states: list[Dossier] = []
        self.part = False
        self.pulled: dict[str, list[tuple[float, str]]] = {}
        self.state = Health(
            ready=True, events=1234567, duplicates=12, held=3, lag=45,
            parts={1: part(700_000, lag=40), 3: part(534_567, lag=5)},
            dead={"not_json": 2, "wrong_type": 1}, anomalies={"live": {"end_before_start": 7}},
            partitions=4, last_event=NOW + 5, clocks=dict.fromkeys(scenarios, NOW),
        )  # fmt: skip

    async def look(self) -> None:
        """All is read."""

    def whole(self) -> None:
        if self.part:
            raise Refusal(503, "partitions 3 are not owned by this worker")

    def dossiers(self, scenario):
        return iter(self.states)

    def begun(self, scenario):
        return 0.0

    @property
    def own(self):
        return self

    def horizon(self, scenario):
        return 0.0

    def steered(self, scenario):
        return self.pulled.get(scenario, [])

    def scenarios(self):
        return self.names

    def stream_time(self, scenario):
        return self.now

    def indicators(self, scenario, as_of=None, by=None, due="first"):
        if scenario is None and len(self.names) > 1:
            raise Refusal(400, "Several scenarios: say which.")
        if as_of is not None and as_of > self.now:
            raise Refusal(409, "The stream has not come so far.")
        answer = {"as_of": instant(as_of or self.now), "scenario": scenario or self.names[0]}
        answer["total"] = added(self.table.values())
        if by:
            place = {"office": 0, "level": 1, "field": 2}[by]
            names = sorted({cell[place] for cell in self.table})
            rows = {n: added(f for cell, f in self.table.items() if cell[place] == n) for n in names}
            answer["by"] = {by: rows}
        return answer

    def rolling(self, scenario):
        return {window: self._window() for window in ("1d", "7d", "30d")}

    def windows(self, scenario):
        return {window: rows["", ""] for window, rows in self.rolling(scenario).items()}

    def trend(self, scenario, days=60):
        """Four weeks; nothing happens on Sundays, and some days are worse than others."""
        rows = []
        for d in range(1, 29):
            size = 0 if d % 7 == 1 else 900 + d * 53 % 400
            day = figures(size, late=size * (3 + d * 29 % 11) // 100, overdue=0, running=0, letters=0)
            rows.append({"day": f"2026-02-{d:02d}", **self._rolled(day)})
        return rows[-days:]

    def open_by_due(self, scenario):
        return [self._open(cell, row) for cell, row in self.table.items() if row["open"]]

    def cells(self, scenario):
        self.asked += 1
        return self.table

    def health(self):
        return self.state

    def _window(self):
        rows = {(office, field): self._rolled(row) for (office, _, field), row in self.table.items()}
        return {("", ""): self._rolled(added(self.table.values()))} | rows

    @staticmethod
    def _rolled(row):
        decided = row["on_time"] + row["breached"]
        same = ("received", "online", "on_time", "letters_due", "letters_sent", "letters_in_time")
        return {name: row[name] for name in same} | {
            "decided": decided,
            "late": row["breached"],
            "on_time_rate": rate(row["on_time"], decided),
            "online_rate": rate(row["online"], row["received"]),
            "apology_rate": rate(row["letters_sent"], row["letters_due"]),
            "apology_in_time_rate": rate(row["letters_in_time"], row["letters_due"]),
        }

    @staticmethod
    def _open(cell, row):
        office, level, field = cell
        running = row["open"] - row["open_overdue"]
        parts = {
            "within_4h": running // 8,
            "within_8h": running // 6,
            "within_24h": running // 5,
            "paused": running // 9,
        }
        later = running - sum(parts.values())
        return OpenDossiers(
            office=office, level=level, field=field, overdue=row["open_overdue"], later=later, none=0, **parts
        )


def province(offices: int = 163, fields: int = 10) -> FakeView:
    """As many offices and fields as a real province has, with figures that differ from office to office."""
    cells = {}
    names = ("Chứng thực", "Hộ tịch", "Đất đai", "Xây dựng", "Hộ kinh doanh", "Bảo trợ xã hội", "Giáo dục")
    for i in range(offices):
        level = "province_department" if i % 11 == 0 else "commune"
        for k in range(fields):
            size = 40 + (i * 37 + k * 101) % 400
            bad = (i * 7919 + k * 31) % 13 if k != 2 else 14 + i % 9
            late, overdue = size * bad // 130, size * bad // 400
            cells[f"H44.{100 + i}", level, names[k] if k < len(names) else f"Lĩnh vực {k}"] = figures(
                size, late=late, overdue=overdue, running=size // 9, letters=(late + overdue) * 2 // 3
            )
    return FakeView(cells)


@pytest.fixture
def view() -> FakeView:
    """Three offices, one of them with a hostile name, one with too few dossiers to be ranked."""
    return FakeView(
        {
            ("H44.100", "commune", "Hộ tịch"): figures(1000, late=12, overdue=3, running=80, letters=9),
            ("H44.100", "commune", "Đất đai"): figures(400, late=90, overdue=25, running=60, letters=30),
            (HOSTILE, "province_department", HOSTILE): figures(
                12345, late=900, overdue=200, running=900, letters=700
            ),
            ("H44.200", "commune", "Hộ tịch"): figures(12, late=6, overdue=1, running=2, letters=0),
        }
    )


@pytest.fixture
def large() -> FakeView:
    """A whole province: 163 offices x 10 fields."""
    return province()


@pytest.fixture
def changed() -> Callable[..., None]:
    """`changed(view, ready=False)` gives the view another health."""

    def change(view: FakeView, **state: object) -> None:
        view.state = msgspec.structs.replace(view.state, **state)

    return change


@pytest.fixture
def hostile() -> str:
    """The name that wants to be a script."""
    return HOSTILE


@pytest.fixture
def served() -> Callable[..., None]:
    """`served(view, visit)` runs `await visit(client)` against the site on a free loopback port."""

    @asynccontextmanager
    async def serving(view: FakeView, **options: object) -> AsyncIterator[TestClient]:
        async with TestClient(TestServer(site(view, **options), host="127.0.0.1")) as client:
            yield client

    def run(view: FakeView, visit: Callable[[TestClient], Awaitable[None]], **options: object) -> None:
        async def whole() -> None:
            async with serving(view, **options) as client:
                await visit(client)

        asyncio.run(whole())

    return run
