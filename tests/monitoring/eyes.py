"""Eyes on a page: a real browser, what it complains of and asks for, and what is painted on a chart."""

import shutil
from contextlib import asynccontextmanager

from playwright.async_api import async_playwright

from monitoring.screenshot import BROWSERS, FLAGS


@asynccontextmanager
async def opened(url, **options):
    """A page at `url`, with lists of the complaints on its console and of the addresses it asked for."""
    async with async_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        browser = await playwright.chromium.launch(executable_path=found, args=FLAGS)
        page = await browser.new_page(**options)
        complaints, asked = [], []
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        await page.goto(url, wait_until="load")
        yield page, complaints, asked
        await browser.close()


async def gap(page, chart, place):
    """How many pixels the baseline's and the reform's lines are apart; 0 where one covers the other.

    `place` is that of the pixels looked at: 0 at the left end of the chart, 1 at its right.
    """
    return await page.evaluate(GAP, [chart, place])


GAP = """([chart, place]) => {
  const canvas = document.querySelector(chart + " canvas");
  const scale = canvas.height / canvas.clientHeight;
  const axis = 62 * scale, top = 26 * scale, bottom = canvas.height - 52 * scale;
  const x = Math.round(axis + (canvas.width - axis) * place);
  const seen = canvas.getContext("2d").getImageData(x, top, 1, bottom - top).data;
  const middle = (name) => {
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const colour = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    const rows = [];
    for (let row = 0; row * 4 < seen.length; row++) {
      const off = colour.reduce((sum, part, i) => sum + Math.abs(seen[row * 4 + i] - part), 0);
      if (off < 40 && seen[row * 4 + 3] > 200) rows.push(row / scale);
    }
    return rows.length ? rows.reduce((sum, row) => sum + row, 0) / rows.length : null;
  };
  const reform = middle("--accent"), baseline = middle("--soft");
  if (reform == null) throw new Error("no line of the reform at " + place);
  return baseline == null ? 0 : Math.abs(reform - baseline);
}"""
