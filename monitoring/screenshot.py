"""A picture of a page: `python -m monitoring.screenshot URL OUT.png [--width N] [--height N] [--dark]`."""

import argparse
import shutil
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


def screenshot(
    url: str, out: Path, *, width: int = 1280, height: int | None = None, dark: bool = False
) -> None:
    """Write the page at `url` as PNG, the whole of it or the upper `height`; both in CSS pixels.

    Raises ModuleNotFoundError without playwright, playwright's own Error if the page or browser fails.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only the dev extra has it

    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            page = browser.new_page(
                viewport={"width": width, "height": height or 900}, color_scheme="dark" if dark else "light"
            )
            page.goto(url, wait_until="load")
            page.locator("table").first.wait_for()
            if page.locator("body[data-stream]").count():
                page.locator("#state.live").wait_for()
            page.screenshot(path=out, full_page=height is None)
        finally:
            browser.close()


def main() -> None:
    """Read the arguments and take the picture."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.screenshot", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("out", type=Path)
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels (default 1280)")
    parser.add_argument("--height", type=int, help="so much of the page, in pixels (default: all of it)")
    parser.add_argument("--dark", action="store_true", help="as a reader who prefers dark sees it")
    asked = parser.parse_args()
    try:
        screenshot(asked.url, asked.out, width=asked.width, height=asked.height, dark=asked.dark)
    except ModuleNotFoundError:
        parser.error("playwright is not installed: pip install 'motcua[dev]'")


if __name__ == "__main__":
    main()
