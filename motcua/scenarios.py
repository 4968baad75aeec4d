"""`motcua scenarios`: those that are shipped, what is in one, its file, and whether one's own can be run."""

import json
from collections.abc import Mapping, Sequence
from math import isclose
from pathlib import Path
from typing import Any

import click

from motcua.names import named
from motcua.options import FILE, FORMATS, lang_option
from motcua.show import clean, day, decimal, number, percent, table

_WORDS: Mapping[str, tuple[str, str]] = {
    "scenario": ("scenario", "kịch bản"),
    "title": ("title", "tên"),
    "offices": ("offices", "đơn vị"),
    "procedures": ("procedures", "thủ tục"),
    "procedure": ("procedure", "thủ tục"),
    "first": ("first day", "từ ngày"),
    "last": ("last day", "đến ngày"),
    "dossiers": ("expected dossiers", "hồ sơ dự kiến"),
    "levers": ("Levers", "Biện pháp"),
    "profile": ("profile", "mẫu đơn vị"),
    "level": ("level", "cấp"),
    "online": ("online", "trực tuyến"),
    "calendar": ("calendar", "lịch làm việc"),
    "pool": ("pool", "nhóm cán bộ"),
    "agency": ("agency", "cơ quan"),
    "staff": ("staff", "cán bộ"),
    "posts": ("posts", "vị trí"),
    "capacity": ("capacity", "năng lực"),
    "rounded": (
        "Posts: officials over the share of their day that a dossier takes, rounded up.",
        "Vị trí: số cán bộ chia cho phần thời gian dành cho một hồ sơ, làm tròn lên.",
    ),
    "able": (
        "Capacity: what these can do, in officials.",
        "Năng lực: khối lượng các vị trí đó làm được, quy ra số cán bộ.",
    ),
    "queue": ("queue", "thứ tự"),
    "code": ("code", "mã"),
    "field": ("field", "lĩnh vực"),
    "limit": ("limit", "thời hạn"),
    "routes": ("Routes", "Quy trình"),
    "calendars": ("Calendars", "Lịch làm việc"),
    "holidays": ("but for public holidays", "trừ ngày nghỉ lễ"),
    "week": ("week after week", "mọi tuần"),
    "from": ("from", "từ"),
    "warmup": ("days of warm-up before", "ngày chạy đà trước đó"),
    "to": ("to", "đến"),
    "rules": ("rule set", "bộ quy định"),
    "closed": ("Closed, and who goes on with the work", "Đã đóng, và đơn vị tiếp nhận công việc"),
    "at": ("centre", "trung tâm"),
    "minutes": ("min", "phút"),
    "hours": ("h", "giờ"),
    "days": ("d", "ngày"),
    "right": ("can be run", "chạy được"),
    "wrong": ("cannot be run", "chưa chạy được"),
}

_WEEK = {"mon": "T2", "tue": "T3", "wed": "T4", "thu": "T5", "fri": "T6", "sat": "T7", "sun": "CN"}
_PROFILES = ("profile", "level", "offices", "procedures", "dossiers", "online", "calendar")
_POOLS = ("profile", "pool", "agency", "staff", "posts", "capacity", "queue", "calendar", "at")


@click.command()
@click.argument("scenario", required=False, metavar="[NAME|FILE]")
@click.option("--yaml", "written", is_flag=True, help="Print the scenario's file, to start one's own from.")
@click.option("--schema", "schema_of", is_flag=True, help="Print the JSON Schema of scenarios, for editors.")
@click.option(
    "--check", "file", type=FILE, help="Say what is wrong in a file of one's own; exit code 0 or 2."
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@lang_option
def scenarios(**options: Any) -> None:
    """The worlds that can be simulated: those shipped, and what is in one of them or in a file of one's own.

    \b
    An editor checks a file whose first line names the schema:
      # yaml-language-server: $schema=scenario.schema.json

    \b
    Examples:
      motcua scenarios
      motcua scenarios phu-tho-2026 --lang vi
      motcua scenarios quickstart --yaml > mine.yaml
      motcua scenarios --schema > scenario.schema.json
      motcua scenarios --check mine.yaml
    """
    run(**options)


def run(
    scenario: str | None, written: bool, schema_of: bool, file: Path | None, form: str, lang: str
) -> None:
    """Print what is asked for; ValueError where a scenario cannot be read."""
    from simulator.scenario.files import load, schema, text
    from simulator.scenario.outline import outline

    if (scenario is not None) + schema_of + (file is not None) > 1 or (written and scenario is None):
        raise click.UsageError("ask for one thing: a NAME (and --yaml), --schema, or --check FILE")
    if file is not None:
        _check(file, form, lang)
    elif schema_of:
        click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
    elif scenario is None:
        _list(form, lang)
    elif written:
        click.echo(text(scenario), nl=False)
    else:
        answer = outline(load(scenario))
        click.echo(json.dumps(answer, ensure_ascii=False) if form == "json" else _page(answer, lang))


def _list(form: str, lang: str) -> None:
    from simulator.scenario.files import load, names
    from simulator.scenario.outline import head

    rows = [head(load(name)) for name in names()]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    heads = ("scenario", "title", "offices", "procedures", "first", "last", "dossiers")
    cells = [
        (
            row["name"],
            row["title"],
            number(row["offices"], lang),
            number(row["procedures"], lang),
            day(row["first"], lang),
            day(row["last"], lang),
            number(row["dossiers"], lang),
        )
        for row in rows
    ]
    click.echo(table([_word(name, lang) for name in heads], cells))


def _check(path: Path, form: str, lang: str) -> None:
    """Say whether a file can be run; exit code 2 with what is wrong if it cannot."""
    from motcua.files import BadInput
    from simulator.scenario.files import ScenarioError, load
    from simulator.scenario.outline import head

    try:
        answer = {"file": str(path), "faults": [], **head(load(path))}
    except ScenarioError as error:
        faults = str(error).splitlines()
        if form == "json":
            click.echo(json.dumps({"file": str(path), "faults": faults}, ensure_ascii=False))
            click.get_current_context().exit(2)
        if len(faults) == 1:
            raise BadInput(faults[0] if str(path) in faults[0] else f"{path}: {faults[0]}") from None
        raise BadInput("\n  ".join([f"{path} {_word('wrong', lang)}:", *faults])) from None
    if form == "json":
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        many = _many(answer["offices"], "offices", lang)
        dossiers = _many(answer["dossiers"], "dossiers", lang)
        click.echo(f"{path} {_word('right', lang)}: {many}, {dossiers}, {_period(answer, lang)}")


def _many(count: float, name: str, lang: str) -> str:
    """1 office, 2 offices."""
    noun = _word(name, lang)
    one = lang == "en" and number(count, lang) == "1"
    return f"{number(count, lang)} {noun.removesuffix('s') if one else noun}"


def _page(answer: Mapping[str, Any], lang: str) -> str:
    """A scenario as a page of text."""
    head = f"{answer['name']}: {answer['title']}; {_period(answer, lang)}"
    if answer["warmup_days"]:
        head += f", {number(answer['warmup_days'], lang)} {_word('warmup', lang)}"
    if answer["rules"] is not None:
        head += f"; {_word('rules', lang)} {answer['rules']}"
    routes = [f"{row['procedure']}: {_route(row['route'], lang)}" for row in answer["routes"]]
    calendars = [f"{name}: {_hours(each, lang)}" for name, each in answer["calendars"].items()]
    closed = [f"{name}: {heir}" for name, heir in answer["successors"].items()]
    parts = [
        head,
        _table(answer["profiles"], _PROFILES, lang),
        _pools(answer["pools"], lang),
        _table(answer["routes"], ("procedure", "code", "field", "agency", "limit", "dossiers"), lang),
        _section("routes", routes, lang),
        _section("calendars", calendars, lang),
        _section("levers", answer["levers"], lang),
        _section("closed", closed, lang),
    ]
    return "\n\n".join(filter(None, parts))


def _table(rows: Sequence[Mapping[str, Any]], names: Sequence[str], lang: str) -> str:
    if not rows:
        return ""
    cells = [[_cell(name, row[name], lang) for name in names] for row in rows]
    return table([_word(name, lang) for name in names], cells)


def _pools(rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    """The pools, and how their posts are reckoned where they cannot do just what their officials could."""
    shown = _table(rows, _POOLS if any(row["at"] for row in rows) else _POOLS[:-1], lang)
    exact = all(isclose(row["staff"], row["capacity"], rel_tol=1e-6) for row in rows)
    return shown if exact else f"{shown}\n{_word('rounded', lang)}\n{_word('able', lang)}"


def _cell(name: str, value: Any, lang: str) -> str:
    if value is None or value == []:
        return "-"
    if name == "at":
        return ", ".join(value)
    if name == "online":
        return percent(value, lang)
    if name in {"staff", "capacity"}:
        return decimal(value, lang)
    if isinstance(value, int | float):
        return number(value, lang)
    return named(value, lang) if name in {"level", "field"} else str(value)


def _section(name: str, lines: Sequence[str], lang: str) -> str:
    return "\n".join([f"{_word(name, lang)}:", *(f"  {clean(line)}" for line in lines)]) if lines else ""


def _route(route: Sequence[Mapping[str, Any]], lang: str) -> str:
    """A route in a line: steps one after the other, [ways | of a branch], {parts | side by side}."""
    return " > ".join(_step(step, lang) for step in route) or "-"


def _step(step: Mapping[str, Any], lang: str) -> str:
    match step["kind"]:
        case "branch":
            ways = [f"{percent(way['share'], lang)}: {_route(way['route'], lang)}" for way in step["ways"]]
            return f"[{' | '.join(ways)}]"
        case "parallel":
            return f"{{{' | '.join(_route(part, lang) for part in step['parts'])}}}"
        case "work":
            where, time = (
                f"{step['pool']}, ",
                f"{decimal(step['work_minutes'], lang)} {_word('minutes', lang)}",
            )
        case "external":
            where, time = (
                f"{step['agency']}, ",
                f"{decimal(step['delay_hours'], lang)} {_word('hours', lang)}",
            )
        case _:
            where, time = "", f"{decimal(step['wait_days'], lang)} {_word('days', lang)}"
    return f"{step['step']} ({where}{time})"


def _hours(calendar: Mapping[str, Any], lang: str) -> str:
    """A calendar in a line; days with the same hours stand together."""
    days: dict[str, list[str]] = {}
    for weekday, spans in calendar["week"].items():
        name = _WEEK[weekday] if lang == "vi" else weekday
        days.setdefault(" ".join("-".join(span) for span in spans), []).append(name)
    week = ", ".join(f"{' '.join(names)} {hours}" for hours, names in days.items() if hours)
    return f"{week}; {_word('holidays' if calendar['holidays'] else 'week', lang)}"


def _period(answer: Mapping[str, Any], lang: str) -> str:
    first, last = day(answer["first"], lang), day(answer["last"], lang)
    return f"{_word('from', lang)} {first} {_word('to', lang)} {last}"


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
