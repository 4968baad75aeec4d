import re

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from monitoring.numerals import count, percent
from monitoring.page import STATIC

DATA = re.compile(r'<data data-key="([^"]+)" value="([^"]+)">([^<]+)</data>')


def figures(html):
    """Key to (value, what is shown) of the page's named figures."""
    return {key: (float(value), shown) for key, value, shown in DATA.findall(html)}


async def text(client, path="/", status=200, **headers):
    async with client.get(path, headers=headers) as response:
        assert status == response.status
        return await response.text()


def test_page_api_and_metrics_show_the_same_figures(view, served):
    async def visit(client):
        page = figures(await text(client))
        api = (await (await client.get("/api/indicators")).json())["total"]
        rolled = (await (await client.get("/api/rolling")).json())["windows"]["30d"]["total"]
        metrics = text_string_to_metric_families(
            await text(client, "/metrics", Accept="application/openmetrics-text")
        )
        sums: dict[str, float] = {}
        for sample in (sample for family in metrics for sample in family.samples):
            for name in (sample.name, f"{sample.name}{{{sample.labels.get('due', '')}}}"):
                sums[name] = sums.get(name, 0) + sample.value
        assert page["on_time_30d"][0] == rolled["on_time_rate"]
        for rate in ("on_time_rate_finished", "on_time_rate_fell_due", "on_time_rate_766"):
            assert (api[rate], percent(api[rate], "en")) == page[rate]
        assert (api["open_overdue"], count(api["open_overdue"], "en")) == page["open_overdue"]
        assert api["open_overdue"] == sums["dossier_open{overdue}"] == page["due.overdue"][0]
        assert sums["dossier_open{within_4h}"] + sums["dossier_open{within_8h}"] == page["due_8h"][0]
        assert (
            api["letters_due"] - api["letters_sent"]
            == sums["dossier_apology_missing"]
            == page["letters_owed"][0]
        )

    served(view, visit)


def test_the_share_short_of_the_target_is_said_in_dossiers(view, served):
    async def visit(client):
        assert "983 dossiers short of 98 %" in await text(client)
        view.rolling = lambda _: {
            "30d": {("", ""): {**view._rolled(view.table["H44.100", "commune", "Hộ tịch"])}}
        }
        assert "98 % reached, 3 dossiers to spare" in await text(client)

    served(view, visit)


def test_vietnamese_has_vietnamese_words_and_numbers(view, served):
    async def visit(client):
        page = await text(client, "/?lang=vi")
        assert '<html lang="vi">' in page
        assert "Thư xin lỗi chưa gửi" in page
        assert "1.234.567" in page
        assert re.search(r">\d\d,\d\d\u00a0%<", page)
        assert "1,234,567" not in page

    served(view, visit)


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("", "en"),
        ("vi", "vi"),
        ("vi-VN,vi;q=0.9,en;q=0.5", "vi"),
        ("en;q=0.4, vi;q=0.9", "vi"),
        ("fr, de", "en"),
        ("fr;q=1, vi;q=x, en", "en"),
    ],
)
def test_the_browsers_language_decides_unless_the_address_does(view, served, accepted, lang):
    async def visit(client):
        assert f'<html lang="{lang}">' in await text(client, **{"Accept-Language": accepted})
        assert '<html lang="en">' in await text(client, "/?lang=en", **{"Accept-Language": accepted})

    served(view, visit)


def test_the_sites_language_is_for_who_states_no_wish(view, served):
    async def visit(client):
        assert '<html lang="vi">' in await text(client, "/?lang=xx")

    served(view, visit, lang="vi")


def test_a_hostile_name_is_shown_not_run(view, served, hostile):
    async def visit(client):
        for path in ("/", "/?offices=all&lang=vi"):
            page = await text(client, path)
            assert "<script>alert" not in page
            assert "<img" not in page
            assert "&lt;script&gt;alert(" in page

    view.names = ["live", hostile]
    served(view, visit, province=hostile)


def test_a_scenario_that_is_not_there_is_a_clear_404(view, served, hostile):
    async def visit(client):
        page = await text(client, "/?scenario=%3Cscript%3Ealert(1)", 404)
        assert "<script>alert" not in page
        assert "There is no scenario" in page
        view.names = []
        assert "No event has come yet." in await text(client)

    served(view, visit)


def test_the_scenario_is_chosen_only_where_there_are_several(view, served):
    async def visit(client):
        assert "<select" not in await text(client)
        view.names = ["a", "live", "z"]
        assert "<option selected>live</option>" in await text(client)
        assert "<option selected>z</option>" in await text(client, "/?scenario=z")

    served(view, visit)


def test_all_offices_are_shown_when_asked_for(large, served):
    async def visit(client):
        assert (await text(client)).count('<th scope="row">H44.') == 15
        assert (await text(client, "/?offices=all")).count('<th scope="row">H44.') == 163

    served(large, visit)


def test_page_and_scripts_weigh_less_than_150_kb(large, served):
    async def visit(client):
        page = await text(client)
        linked = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        assert len(linked) == 5
        weight = len(page.encode()) + sum([len((await text(client, path)).encode()) for path in linked])
        assert weight < 150_000

    served(large, visit)


def test_every_answer_carries_the_strict_headers(view, served):
    async def visit(client):
        for path in (
            "/",
            "/metrics",
            "/api/indicators",
            "/api/indicators?by=x",
            "/static/page.js",
            "/nothing",
            "/stream",
        ):
            async with client.get(path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Referrer-Policy"] == "no-referrer"

    served(view, visit)


def test_the_page_keeps_its_own_policy(large, served):
    async def visit(client):
        page = await text(client)
        assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:|https?://", page)
        loaded = re.findall(r'<script src="/static/[^"]+"></script>', page)
        assert page.count("<script") == len(loaded) + page.count('<script type="application/json"') == 3

    served(large, visit)


def test_nothing_is_loaded_from_another_machine():
    for path in [*STATIC.glob("*.css"), *STATIC.glob("*.js"), *STATIC.glob("vendor/*.css")]:
        assert not re.findall(r"(?:https?:)?//[a-z]", path.read_text("utf-8")), path


def test_static_files_do_not_lead_out_of_their_folder(view, served):
    async def visit(client):
        for path in ("/static/../page.py", "/static/%2e%2e/page.py", "/static/..%2fpage.py", "/static/"):
            async with client.get(path) as response:
                assert response.status in (403, 404)

    served(view, visit)
