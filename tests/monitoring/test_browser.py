"""The page in a real browser: what people see is what the API says, live, and nothing leaves the machine."""

import asyncio
import struct
import subprocess
import sys

import pytest

from monitoring.numerals import count, percent
from monitoring.snapshot import snapshot
from tests.monitoring.eyes import opened

pytestmark = pytest.mark.browser


async def shown(page, key):
    return await page.locator(f'[data-key="{key}"]').inner_text()


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_people_see_the_figures_of_the_api(view, served, lang):
    async def visit(client):
        api = (await (await client.get("/api/indicators")).json())["total"]
        async with opened(str(client.make_url(f"/?lang={lang}"))) as (page, complaints, asked):
            await page.locator("#chart canvas").wait_for()
            await page.locator("#state.live").wait_for()
            for rate in ("on_time_rate_finished", "on_time_rate_fell_due", "on_time_rate_766"):
                assert percent(api[rate], lang) == await shown(page, rate)
            assert count(api["open_overdue"], lang) == await shown(page, "open_overdue")
            assert count(api["letters_due"] - api["letters_sent"], lang) == await shown(page, "letters_owed")
            assert complaints == []
            assert [url for url in asked if not url.startswith(str(client.make_url("/")))] == []

    served(view, visit)


def test_a_changed_figure_appears_by_itself(view, served, changed, hostile):
    async def visit(client):
        async with opened(str(client.make_url("/?lang=vi"))) as (page, complaints, _):
            await page.locator("#state.live").wait_for()
            changed(view, events=7654321)
            await page.locator('[data-key="events"]', has_text="7.654.321").wait_for(timeout=5000)
            view.table[hostile + "2", "commune", "x"] = view.table["H44.100", "commune", "Đất đai"]
            await page.locator("#offices th", has_text=hostile + "2").wait_for(timeout=5000)
            assert await page.locator("#offices script, #offices img").count() == 0
            assert complaints == []

    served(view, visit, period=0.1)


def test_the_page_says_when_the_connection_is_lost(view, served):
    async def visit(client):
        async with opened(str(client.make_url("/"))) as (page, _, _):
            await page.locator("#state.live").wait_for()
            await client.server.close()
            await page.locator("#state.lost").wait_for(timeout=10_000)
            assert await page.locator("#state").inner_text() == "connection lost, trying again"

    served(view, visit)


def test_figures_are_there_without_javascript(view, served):
    async def visit(client):
        async with opened(str(client.make_url("/")), java_script_enabled=False) as (page, complaints, _):
            assert await shown(page, "events") == "1,234,567"
            assert complaints == []

    served(view, visit)


def test_a_phone_does_not_scroll_sideways(large, served):
    async def visit(client):
        phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}
        for lang in ("en", "vi"):
            async with opened(str(client.make_url(f"/?lang={lang}")), **phone) as (page, _, _):
                assert await page.evaluate("document.documentElement.scrollWidth") == 360

    served(large, visit)


def test_the_keyboard_reaches_everything_that_acts(large, served):
    large.names = ["a", "b"]

    async def visit(client):
        async with opened(str(client.make_url("/"))) as (page, _, _):
            reached = []
            for _ in range(20):
                await page.keyboard.press("Tab")
                reached.append(
                    await page.evaluate("document.activeElement.id || document.activeElement.tagName")
                )
            for stop in ("scenario", "BUTTON", "A", "SUMMARY", "offices", "windows", "fields"):
                assert stop in reached

    served(large, visit)


def test_the_saved_page_opens_from_a_file(large, tmp_path):
    saved = tmp_path / "page.html"
    saved.write_text(snapshot(large, "live", "vi"), "utf-8")

    async def visit():
        async with opened(saved.as_uri()) as (page, complaints, asked):
            await page.locator("#chart canvas").wait_for()
            assert await shown(page, "events") == "1.234.567"
            assert complaints == []
            assert [saved.as_uri()] == [url for url in asked if not url.startswith("data:")]

    asyncio.run(visit())


def test_a_picture_is_taken_from_the_command_line(view, served, tmp_path):
    out = tmp_path / "page.png"

    async def visit(client):
        command = [
            sys.executable,
            "-m",
            "monitoring.screenshot",
            str(client.make_url("/")),
            out,
            "--width",
            "640",
            "--dark",
        ]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")

    served(view, visit)
    assert struct.unpack(">I", out.read_bytes()[16:20])[0] == 640


def test_a_browser_that_was_given_the_token_has_the_page_and_its_live_updates(view, served, changed):
    token = "0123456789abcdef"

    async def visit(client):
        address = str(client.make_url("/?lang=vi"))
        who = {"username": "hoa", "password": token}
        async with opened(address, http_credentials=who) as (page, complaints, _):
            await page.locator("#chart canvas").wait_for()
            await page.locator("#state.live").wait_for()
            changed(view, events=7654321)
            await page.locator('[data-key="events"]', has_text="7.654.321").wait_for(timeout=5000)
            assert complaints == []

    served(view, visit, period=0.1, token=token, lang="vi")
