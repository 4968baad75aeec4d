import pytest

from dossier.figures.standing import DIMENSIONS
from dossier.view import Refusal

JSON = "application/json"


async def answer(client, path, status=200):
    async with client.get(path) as response:
        assert (status, JSON) == (response.status, response.content_type)
        assert response.headers["Cache-Control"] == "no-store"
        return await response.json()


def test_indicators_are_what_the_view_says(view, served):
    async def visit(client):
        assert view.indicators(None) == await answer(client, "/api/indicators")
        assert view.indicators("live", by="office") == await answer(
            client, "/api/indicators?by=office&scenario=live"
        )
        assert "by" not in await answer(client, "/api/indicators?by=")

    served(view, visit)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02T09:00:00+07:00",
        "2026-03-02T09:00:00%2B07:00",
        "2026-03-02T02:00:00Z",
        "2026-03-01T22:00:00.000-04:00",
    ],
)
def test_as_of_is_an_instant_however_its_plus_is_written(view, served, text):
    async def visit(client):
        assert (await answer(client, f"/api/indicators?as_of={text}"))["as_of"] == "2026-03-02T02:00:00+00:00"

    served(view, visit)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-02",
        "2026-03-02T09:00:00",
        "yesterday",
        "1772420400",
        "2026-13-02T09:00:00Z",
        "2026-03-02T09:00:00+7",
        "%00",
        "9" * 900,
    ],
)
def test_a_wrong_instant_is_told_what_is_right(view, served, text):
    async def visit(client):
        error = (await answer(client, f"/api/indicators?as_of={text}", 400))["error"]
        assert error.startswith("as_of is ")
        assert "2026-03-02T10:00:00+07:00" in error
        assert len(error) < 250

    served(view, visit)


def test_a_wrong_dimension_or_due_date_is_told_the_right_ones(view, served):
    async def visit(client):
        error = (await answer(client, "/api/indicators?by=officer", 400))["error"]
        assert all(name in error for name in DIMENSIONS)
        assert "first, current" in (await answer(client, "/api/indicators?due=next", 400))["error"]

    served(view, visit)


def test_due_and_by_reach_the_view(view, served):
    asked = []
    view.indicators = lambda *question: asked.append(question) or {}

    async def visit(client):
        await answer(client, "/api/indicators?due=current&by=procedure&scenario=x")
        await answer(client, "/api/indicators?as_of=1970-01-01T00:00:10Z")
        assert asked == [("x", None, "procedure", "current"), (None, 10.0, None, "first")]

    served(view, visit)


@pytest.mark.parametrize("status", [400, 404, 409, 503])
def test_a_refusal_keeps_its_status_and_sentence(view, served, status):
    def refuse(*_):
        raise Refusal(status, "Not now.")

    view.indicators = refuse

    async def visit(client):
        assert await answer(client, "/api/indicators", status) == {"error": "Not now."}

    served(view, visit)


def test_rolling_has_the_total_and_a_row_for_each_office_and_field(view, served):
    async def visit(client):
        month = (await answer(client, "/api/rolling"))["windows"]["30d"]
        assert view.rolling("live")["30d"]["", ""] == month["total"]
        assert len(view.table) == len(month["rows"])
        assert {"office", "field", "on_time_rate"} <= set(month["rows"][0])

    served(view, visit)


def test_trend_has_a_row_a_day(view, served):
    async def visit(client):
        assert view.trend("live", 7) == (await answer(client, "/api/trend?days=7"))["days"]
        for wrong in ("0", "367", "-1", "x", "1e3", "١"):
            assert "1 to 366" in (await answer(client, f"/api/trend?days={wrong}", 400))["error"]

    served(view, visit)


@pytest.mark.parametrize("path", ["/api/rolling", "/api/trend", "/stream"])
def test_the_scenario_is_asked_for_when_there_are_several(view, served, path):
    async def visit(client):
        assert "'other'" in (await answer(client, f"{path}?scenario=other", 404))["error"]
        view.names = ["a", "b"]
        assert "a, b" in (await answer(client, path, 400))["error"]
        view.names = []
        assert "no event" in (await answer(client, path, 404))["error"]

    served(view, visit)


def test_the_probes_tell_alive_from_ready(view, served, changed):
    async def visit(client):
        health = await answer(client, "/healthz")
        assert (health["lag"], health["dead"]) == (45, {"not_json": 2, "wrong_type": 1})
        assert await answer(client, "/readyz") == {"ready": True}
        changed(view, ready=False)
        assert await answer(client, "/readyz", 503) == {"ready": False}
        await answer(client, "/healthz")

    served(view, visit)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-12:00"])
def test_an_instant_at_the_ends_of_time_is_refused(view, served, text):
    async def visit(client):
        assert (
            "its year must be from 1970"
            in (await answer(client, f"/api/indicators?as_of={text}", 400))["error"]
        )

    served(view, visit)


@pytest.mark.parametrize("path", ["/", "/stream", "/snapshot", "/api/rolling", "/api/trend"])
def test_a_worker_with_a_part_only_says_so_and_shows_no_figure(view, served, path):
    async def visit(client):
        view.part = True
        assert "not owned by this worker" in (await answer(client, path, 503))["error"]

    served(view, visit)


def test_it_answers_only_to_its_own_name(view, served):
    async def visit(client):
        async with client.get("/api/indicators", headers={"Host": "evil.example"}) as response:
            assert response.status == 421
            assert "received" not in await response.text()

    served(view, visit)


@pytest.mark.parametrize(
    "path",
    [
        "/api/audit?as_of=2026-03-02T10:00:00Z",
        "/api/indicators?office=H44.100",
        "/api/report?period=2026-03&waiting=pending",
        "/api/rolling?days=3",
        "/api/trend?by=office",
    ],
)
def test_what_an_address_does_not_know_is_refused_and_not_left_out(served, view, path):
    async def visit(client):
        answer = await client.get(path)
        told = (await answer.json())["error"]
        assert answer.status == 400
        assert "is not known here; this address takes:" in told

    served(view, visit)
