"""What formulas say of a scenario, in words and tables."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import nan
from typing import TYPE_CHECKING, Any

from motcua.charts import Strip, bars
from motcua.explained_words import WORDS
from motcua.names import named
from motcua.show import Grid, day, number, percent

if TYPE_CHECKING:
    from motcua.pages import Chart, Told

BUSIEST = 15
"""Pools shown in the table."""
WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
}

PARTS = ("wait", "round", "away", "work", "elsewhere", "hand_over", "citizen", "closed")


def shown(answer: Mapping[str, Any], lang: str) -> str:
    """The answer as text."""
    parts = [_head(answer, lang), _pools(answer, lang).text]
    if told := list(_sentences(answer, lang)):
        parts.append("\n".join(told))
    parts += [*(grid.text for grid in _times(answer, lang)), _word("method", lang)]
    if "verify" in answer:
        parts += [grid.text for grid in _verified(answer["verify"], lang)]
        parts += _off(answer["verify"], lang)
    return "\n\n".join(parts)


def told(answer: Mapping[str, Any], title: str, lang: str) -> "Told":
    """The answer for a page; `title` is the scenario's."""
    from motcua.pages import Told

    office = f" / {answer['office']}" if answer["office"] else ""
    question = _word("asked", lang).format(title=title + office, period=_period(answer, lang))
    on_time = percent(answer["total"]["on_time"], lang)
    days = decimals(answer["total"]["days"], lang)
    verdicts = [*_sentences(answer, lang), _word("whole", lang).format(on_time=on_time, days=days)]
    grids, grounds = (
        [_pools(answer, lang), *_times(answer, lang)],
        [_word("method", lang), _word("still", lang)],
    )
    if "verify" in answer:
        grids += _verified(answer["verify"], lang)
        verdicts += _off(answer["verify"], lang)
    return Told(_word("title", lang), question, verdicts, list(_charts(answer, lang)), grids, grounds)


def _charts(answer: Mapping[str, Any], lang: str) -> Iterator["Chart"]:
    """Utilisation and waits of the busiest pools; what runs found, if there were some, upon them."""
    from motcua.pages import Chart

    pools = answer["pools"][:BUSIEST]
    runs = {row["pool"]: row for row in answer.get("verify", {"pools": []})["pools"]}
    title = _word("runs_upon" if runs else "busy", lang).format(name=_word("busy", lang))
    busy = [_strip(row, runs, "utilisation", percent(row["utilisation"], lang)) for row in pools]
    yield Chart(title, bars(busy, _word("busy", lang), True, 1.0, lang))
    waits = [row for row in pools if row["wait_hours"] is not None]
    if waits:
        title = _word("runs_upon" if runs else "clock", lang).format(name=_word("clock", lang))
        hours = [_strip(row, runs, "wait_hours", decimals(row["wait_hours"], lang)) for row in waits]
        yield Chart(title, bars(hours, _word("clock", lang), False, None, lang))


def _strip(row: Mapping[str, Any], runs: Mapping[str, Any], figure: str, said: str) -> Strip:
    found = runs.get(row["pool"], {}).get(figure)
    if found is None or found["run"] is None or found["half"] is None:
        return Strip(row["pool"], row[figure], said, nan, nan)
    return Strip(row["pool"], row[figure], said, found["run"] - found["half"], found["run"] + found["half"])


def _head(answer: Mapping[str, Any], lang: str) -> str:
    name = answer["scenario"] + (f" / {answer['office']}" if answer["office"] else "")
    head = _word("head", lang).format(name=name, period=_period(answer, lang))
    levers = answer.get("levers")
    return f"{head}\n{_word('levers', lang)}: {', '.join(levers)}" if levers else head


def _period(answer: Mapping[str, Any], lang: str) -> str:
    last = date.fromisoformat(answer["until"]) - timedelta(days=1)
    return _word("period", lang).format(start=day(answer["from"], lang), last=day(last, lang))


def _pools(answer: Mapping[str, Any], lang: str) -> Grid:
    pools = answer["pools"]
    rows = [
        (
            row["rank"],
            row["pool"],
            number(row["posts"], lang),
            decimals(row["load"], lang),
            percent(row["utilisation"], lang),
            decimals(row["wait_working_hours"], lang),
            decimals(row["wait_hours"], lang),
            percent(row["wait_chance"], lang),
            _peak(row["peak"], lang),
            _busiest(row["busiest"], lang),
        )
        for row in pools[:BUSIEST]
    ]
    names = "rank", "pool", "posts", "load", "busy", "working", "clock", "chance", "peak", "busiest"
    some = _word("some", lang).format(n=BUSIEST, of=number(len(pools), lang))
    return Grid([_word(name, lang) for name in names], rows, some if len(pools) > BUSIEST else "")


def _peak(peak: Mapping[str, Any] | None, lang: str) -> str:
    if peak is None or peak["queue"] < 0.05:
        return "-"
    return f"{WEEKDAYS[lang][peak['weekday']]} {peak['hour']:02d}h: {decimals(peak['queue'], lang)}"


def _busiest(busiest: Mapping[str, Any] | None, lang: str) -> str:
    return "-" if busiest is None else f"{busiest['month']:02d}: {percent(busiest['utilisation'], lang)}"


def _sentences(answer: Mapping[str, Any], lang: str) -> Iterator[str]:
    pools = [row for row in answer["pools"] if row["visits"]]
    if not pools:
        return
    first = pools[0]
    yield _word("bottleneck", lang).format(
        pool=first["pool"],
        posts=number(first["posts"], lang),
        busy=percent(first["utilisation"], lang),
        wait=decimals(first["wait_hours"], lang),
    )
    hours = {row["pool"]: (row["wait_hours"] or 0.0) * row["visits"] for row in pools}
    if whole := sum(hours.values()):
        most = max(hours, key=lambda pool: hours[pool])
        yield _word("most", lang).format(pool=most, share=percent(hours[most] / whole, lang))
    for row in pools:
        if row["short"]:
            yield _word("saturated", lang).format(
                pool=row["pool"],
                load=decimals(row["load"], lang),
                posts=number(row["posts"], lang),
                short=number(row["short"], lang),
                left=number(row["queue_at_end"], lang),
            )


def _times(answer: Mapping[str, Any], lang: str) -> Iterator[Grid]:
    yield _parted(_leveled(answer, lang), "level", lang)._replace(title=_word("times", lang))
    yield _parted([(row["procedure"], row) for row in answer["procedures"]], "procedure", lang)


def _leveled(answer: Mapping[str, Any], lang: str) -> list[tuple[str, Mapping[str, Any]]]:
    levels = answer["levels"]
    rows = [(named(row["level"], lang), row) for row in levels] if len(levels) > 1 else []
    return [*rows, (_word("all", lang), answer["total"])]


def _parted(rows: Sequence[tuple[str, Mapping[str, Any]]], first: str, lang: str) -> Grid:
    used = [part for part in PARTS if any(row["parts"][part] >= 0.005 for _, row in rows)]
    heads = [_word(name, lang) for name in (first, "dossiers", "days", *used, "on_time")]
    return Grid(
        heads,
        [
            (
                name,
                number(row["dossiers"], lang),
                decimals(row["days"], lang),
                *(decimals(row["parts"][part], lang) for part in used),
                percent(row["on_time"], lang),
            )
            for name, row in rows
        ],
    )


# -- verified ----------------------------------------------------------------------------------------------


def _verified(found: Mapping[str, Any], lang: str) -> Iterator[Grid]:
    seed, n = found["seed"], found["replications"]
    head = _word("verify", lang).format(n=n, first=seed, last=seed + n - 1)
    rows = [
        (
            row["pool"],
            _against(row.get("utilisation"), lang, percents=True),
            _against(row.get("wait_working_hours"), lang),
            _against(row.get("wait_hours"), lang),
            _against(row.get("wait_chance"), lang, percents=True),
        )
        for row in found["pools"][:BUSIEST]
    ]
    heads = [_word(name, lang) for name in ("pool", "busy", "working", "clock", "chance")]
    yield Grid(heads, rows, head)
    levels = found["levels"] if len(found["levels"]) > 2 else found["levels"][-1:]
    yield Grid(
        [_word(name, lang) for name in ("level", "on_time", "days")],
        [
            (
                named(row["level"], lang) if row["level"] else _word("all", lang),
                _against(row.get("on_time"), lang, percents=True),
                _against(row.get("days"), lang),
            )
            for row in levels
        ],
    )


def _off(found: Mapping[str, Any], lang: str) -> Iterator[str]:
    """How far the formulas are off."""
    whole = found["levels"][-1].get("on_time")
    if whole and whole["difference"] is not None:
        yield _word("off", lang).format(
            formula=percent(whole["formula"], lang),
            run=percent(whole["run"], lang),
            off=decimals(100 * whole["difference"], lang, signed=True),
        )


def _against(found: Mapping[str, Any] | None, lang: str, percents: bool = False) -> str:
    """Formula / run ± half-width."""
    if found is None:
        return "-"
    scale = 100 if percents else 1
    write = _bare_percent if percents else decimals
    texts = [write(found[name], lang) for name in ("formula", "run")]
    half = "" if found["half"] is None else f" ± {decimals(scale * found['half'], lang)}"
    return f"{texts[0]} / {texts[1]}{half}" + (" %" if percents else "")


def _bare_percent(value: float | None, lang: str) -> str:
    return percent(value, lang).removesuffix(" %")


def decimals(value: float | None, lang: str, signed: bool = False) -> str:
    """Two decimals; three figures of what is small."""
    if value is None:
        return "-"
    places = 2 if abs(value) >= 0.1 or value == 0 else 3
    text = f"{value:{'+' if signed else ''},.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def _word(name: str, lang: str) -> str:
    return WORDS[name][lang == "vi"]
