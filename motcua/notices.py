"""What a planner should know before a run begins: levers without effect, posts rounded up, no filings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from motcua.levers import restaffed
from motcua.show import day, decimal, number
from simulator.scenario.files import names
from simulator.scenario.levers import apply, course, first_day, text
from simulator.scenario.model import Lever, Scenario
from simulator.scenario.outline import head

_WORDS: Mapping[str, tuple[str, str]] = {
    "late": (
        "lever {lever} begins on {on}, after the run's last day, {last}: it has no effect",
        "biện pháp {lever} bắt đầu ngày {on}, sau ngày cuối của lần chạy ({last}): không có tác dụng",
    ),
    "same": (
        "lever {lever} changes nothing in {name}",
        "biện pháp {lever} không thay đổi gì trong {name}",
    ),
    "rounded": (
        "lever {lever}: whole posts, rounded up: {staff} officials of {pool} do the work of {capacity}",
        "biện pháp {lever}: số vị trí làm tròn lên: {staff} cán bộ của {pool} làm được việc của {capacity}",
    ),
    "rounded_more": (
        " (and so in {n} more pools; motcua levers {lever} --scenario ... shows them)",
        " (tương tự ở {n} nhóm khác; xem motcua levers {lever} --scenario ...)",
    ),
    "empty": (
        "no dossier is expected in {name}: all volumes are 0",
        "{name} không dự kiến có hồ sơ nào: mọi khối lượng đều bằng 0",
    ),
    "emptied": (
        "lever {lever}: no dossier is filed any more, for all volumes are 0 with it",
        "biện pháp {lever}: không còn hồ sơ nào được nộp, vì mọi khối lượng đều bằng 0",
    ),
    "idle": (
        "no dossier is expected of {offices}: the volume is 0",
        "{offices} không dự kiến có hồ sơ nào: khối lượng bằng 0",
    ),
    "outside": (
        "{file}: rows outside of the run are not filed: {n} of {size}; it is from {first} to {last}",
        "{file}: {n} trên {size} dòng nằm ngoài lần chạy và không được nộp; lần chạy từ {first} đến {last}",
    ),
    "before": (
        "{file}: rows before the run are not filed: {n} of {size}; it begins on {first}",
        "{file}: {n} trên {size} dòng có trước lần chạy và không được nộp; lần chạy bắt đầu ngày {first}",
    ),
    "mixed": (
        "{store} holds events of {name} from elsewhere: the figures will be of both; name another store",
        "{store} đã có sự kiện của {name} từ nguồn khác: chỉ số sẽ gộp cả hai; hãy dùng kho khác",
    ),
    "unasked": (
        "{file}: nothing in {name} asks for {columns}: not used; check the names of steps and purposes",
        "{file}: không có gì trong {name} dùng đến {columns}: bị bỏ qua; hãy kiểm tra tên bước và mục đích",
    ),
    "factor": (
        "lever {lever}: nothing more is filed where it applies, for its factor is 0",
        "biện pháp {lever}: nơi áp dụng không còn hồ sơ nào được nộp, vì hệ số bằng 0",
    ),
}
NAMED = 3
"""Offices named in one sentence."""
COLUMNS = 12
"""Columns named in one sentence."""


def notices(world: Scenario, levers: Sequence[Lever], until: date | None, lang: str) -> Iterator[str]:
    """Sentences on a scenario and the levers to be pulled in it; `until` is None where it has no end.

    ScenarioError where a lever does not fit.
    """
    yield from _volumes(world, lang)
    pulled: list[Lever] = []
    for lever in sorted(levers, key=lambda lever: lever.on or date.min):
        before = course(world, pulled).on(lever.on or first_day(world))
        if until is not None and lever.on is not None and lever.on >= until:
            on, last = (day(each, lang) for each in (lever.on, until - timedelta(days=1)))
            yield _say("late", lang, lever=text(lever), on=on, last=last)
        else:
            yield from _effect(before, lever, lang)
        pulled.append(lever)


def outside(file: str, rows: tuple[int, int], span: tuple[date, date | None], lang: str) -> str:
    """So many rows of a table, of all, that are not within the span of a run; None: it has no end."""
    (n, size), (first, until) = rows, span
    figures = {"file": file, "n": number(n, lang), "size": number(size, lang), "first": day(first, lang)}
    if until is None:
        return _say("before", lang, **figures)
    return _say("outside", lang, **figures, last=day(until - timedelta(days=1), lang))


def mixed(store: str, name: str, lang: str) -> str:
    """A store holds the scenario already, and not from a run of ours."""
    return _say("mixed", lang, store=store, name=name)


def unasked(file: str, columns: Sequence[str], name: str, lang: str) -> str:
    """These columns of a table stand for nothing in a scenario."""
    more = f" (+{len(columns) - COLUMNS})" if len(columns) > COLUMNS else ""
    return _say("unasked", lang, file=file, name=name, columns=", ".join(columns[:COLUMNS]) + more)


def _volumes(world: Scenario, lang: str) -> Iterator[str]:
    """What is expected of nobody, before any lever."""
    if not head(world)["dossiers"]:
        yield _say("empty", lang, name=world.name)
        return
    idle = [
        name
        for name, office in world.offices.items()
        if office.successor is None and not office.volume and not any(office.volumes.values())
    ]
    if idle and world.name not in names():  # those shipped have their real volumes, 0 among them
        named = ", ".join(idle[:NAMED]) + (f" (+{len(idle) - NAMED})" if len(idle) > NAMED else "")
        yield _say("idle", lang, offices=named)


def _effect(before: Scenario, lever: Lever, lang: str) -> Iterator[str]:
    """What is strange in what a lever makes of the scenario that is in force on its day."""
    after, written = apply(before, lever), text(lever)
    if after == before:
        yield _say("same", lang, lever=written, name=before.name)
    elif not head(after)["dossiers"] and head(before)["dossiers"]:
        yield _say("emptied", lang, lever=written)
    elif lever.lever == "demand" and lever.settings.get("factor") == 0:
        yield _say("factor", lang, lever=written)
    rounded = restaffed(before, after)
    if lever.lever == "staff" and rounded:
        pool, most = max(rounded.items(), key=lambda each: each[1].capacity / each[1].staff)
        figures = {"staff": decimal(most.staff, lang), "capacity": decimal(most.capacity, lang)}
        told = _say("rounded", lang, lever=written, pool=pool, **figures)
        if len(rounded) > 1:
            told += _say("rounded_more", lang, n=len(rounded) - 1, lever=written, name=before.name)
        yield told


def _say(which: str, lang: str, **words: object) -> str:
    return _WORDS[which][lang == "vi"].format(**words)
