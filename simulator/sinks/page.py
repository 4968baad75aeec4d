"""The picture as a page of its own: the drawing inline, the figures below as tables; nothing is fetched."""

from collections.abc import Iterable
from html import escape

from simulator.sinks.daily import Daily
from simulator.sinks.words import Words

_CSS = """\
body { font: 15px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 1.5rem auto; max-width: 60rem;
  padding: 0 1rem; color: #1a1a1a; background: #fff }
h1 { font-size: 1.3rem; margin: 0 } svg { width: 100%; height: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums } summary { cursor: pointer }
th, td { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #ddd }
th:first-child, td:first-child { text-align: left } details { margin: .6rem 0 }"""


def page(daily: Daily, svg: str, words: Words, title: str) -> bytes:
    """The page; `svg` is the drawing as matplotlib writes it."""
    name = title or words.flow
    drawing = svg[svg.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{escape(name)}"', 1)
    days = zip(daily.days, daily.received, daily.finished, daily.backlog, strict=True)
    by_day = [(f"{day:%d/%m/%Y}", *map(words.number, counts)) for day, *counts in days]
    by_office = [
        (name, words.number(o.decided), words.number(o.late), words.percent(o.late, o.decided))
        for name, o in daily.worst(len(daily.offices))
    ]
    return f"""<!doctype html>
<html lang="{words.lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(name)}</title><style>
{_CSS}
</style></head><body>
<h1>{escape(name)}</h1>
{drawing}
{_table(words.table_days, (words.day, words.received, words.finished, words.open_), by_day)}
{_table(words.table_offices, (words.office, words.fell_due, words.late_ones, words.late_share), by_office)}
</body></html>
""".encode()


def _table(name: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<details><summary>{escape(name)}</summary><table>\n<tr>{head}</tr>\n{body}\n</table></details>"
