"""`motcua levers`: the catalogue of reforms, the settings of one, and what it would change in a scenario."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from motcua.options import FORMATS, lang_option
from motcua.show import table

if TYPE_CHECKING:
    from simulator.scenario.levers import Changed, Kind, Setting
    from simulator.scenario.model import Lever, Scenario
    from simulator.scenario.outline import Places

SHOWN = 20
"""So many changes are shown in a table."""
_WIDEST = 50

_WORDS: Mapping[str, tuple[str, str]] = {
    "lever": ("lever", "biện pháp"),
    "does": ("what it does", "nội dung"),
    "settings": ("settings", "tham số"),
    "scope": ("for", "phạm vi"),
    "setting": ("setting", "tham số"),
    "is": ("what it is", "ý nghĩa"),
    "unit": ("unit", "đơn vị tính"),
    "default": ("default", "mặc định"),
    "allowed": ("allowed", "giá trị"),
    "example": ("example", "ví dụ"),
    "source": ("source", "nguồn"),
    "required": ("required", "bắt buộc"),
    "kept": ("as it is", "giữ nguyên"),
    "all": ("all", "tất cả"),
    "names": ("name or a|b", "tên hoặc a|b"),
    "name": ("name", "tên"),
    "limit": ("3wd, 8wh, 15d, 1m", "3wd, 8wh, 15d, 1m"),
    "whole": ("whole", "số nguyên"),
    "one": ("give one of", "nêu một trong"),
    "some": ("give at least one of", "nêu ít nhất một trong"),
    "on": (
        "on=2026-07-01 sets the first day with it; without it from the beginning.",
        "on=2026-07-01 là ngày bắt đầu áp dụng; nếu không nêu, áp dụng từ đầu.",
    ),
    "write": (
        "Written as: motcua simulate quickstart --lever",
        "Cách viết: motcua simulate quickstart --lever",
    ),
    "path": ("what", "mục"),
    "before": ("before", "trước"),
    "after": ("after", "sau"),
    "nothing": ("changes nothing there", "không thay đổi gì ở đó"),
    "more": ("more: --format json shows all", "thay đổi nữa: --format json cho xem tất cả"),
    "changes": ("values that change", "số giá trị thay đổi"),
    "whole_posts": (
        "Posts are whole ones, rounded up: what pools can do then is not what their officials could.",
        "Số vị trí được làm tròn lên: khối lượng các nhóm làm được khác với số cán bộ.",
    ),
    "pool": ("pool", "nhóm cán bộ"),
    "staff": ("officials", "cán bộ"),
    "posts": ("posts", "vị trí"),
    "capacity": ("can do the work of", "làm được việc của"),
}


@click.command()
@click.argument("lever", required=False, metavar="[NAME|LEVER]")
@click.option("--scenario", metavar="NAME|FILE", help="Show what the lever would change in this scenario.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@lang_option
def levers(**options: Any) -> None:
    """The reforms that a scenario can be put under, their settings, and what they change.

    With --scenario, NAME alone stands for the lever with its defaults, or for its example.

    \b
    Examples:
      motcua levers
      motcua levers staff --lang vi
      motcua levers staff:pool=leader,add=1 --scenario quickstart
      motcua levers two-tier --scenario phu-tho-2026 --format json
    """
    run(**options)


def run(lever: str | None, scenario: str | None, form: str, lang: str) -> None:
    """Print the catalogue, a lever, or what it changes; ValueError where it cannot be read or applied."""
    from simulator.scenario.levers import LEVERS

    if lever is None and scenario is not None:
        raise click.UsageError("name the lever whose changes are to be shown, as staff:add=1")
    if lever is None:
        answer: Any = [_told(kind, lang) for kind in LEVERS.values()]
        click.echo(json.dumps(answer, ensure_ascii=False) if form == "json" else _catalogue(lang))
    elif scenario is None:
        kind = LEVERS[_read(lever).lever]
        if ":" in lever:
            raise click.UsageError(
                f"{lever}: name a --scenario to see what it would change there, or {kind.name} alone"
            )
        click.echo(json.dumps(_told(kind, lang), ensure_ascii=False) if form == "json" else _one(kind, lang))
    else:
        click.echo(_changed(_read(lever), scenario, form, lang))


def _read(text: str) -> "Lever":
    """The lever as it is written; a name that lacks settings stands for its example."""
    from simulator.scenario.levers import LEVERS, parse
    from simulator.scenario.model import ScenarioError

    try:
        return parse(text)
    except ScenarioError:
        if text not in LEVERS:
            raise
        return parse(LEVERS[text].example)


def _catalogue(lang: str) -> str:
    from simulator.scenario.levers import LEVERS

    rows = []
    for kind in LEVERS.values():
        own = [name for name in kind.settings if name not in kind.scope]
        rows.append((kind.name, kind.words.of(lang), ", ".join(own) or "-", ", ".join(kind.scope) or "-"))
    heads = [_word(name, lang) for name in ("lever", "does", "settings", "scope")]
    return f"{table(heads, rows)}\n\n{_word('on', lang)}\n{_word('write', lang)} staff:add=1,on=2026-07-01"


def _one(kind: "Kind", lang: str) -> str:
    parts = [f"{kind.name}: {kind.words.of(lang)}"]
    if kind.settings:
        heads = [_word(name, lang) for name in ("setting", "is", "unit", "default", "allowed")]
        rows = [
            (
                name,
                setting.words.of(lang),
                setting.unit.of(lang) if setting.unit else "-",
                _default(name, kind, lang),
                _allowed(setting, lang),
            )
            for name, setting in kind.settings.items()
        ]
        parts.append(table(heads, rows))
    notes = [_word("on", lang)]
    if kind.needs:
        notes.insert(0, f"{_word('one' if kind.alone else 'some', lang)}: {', '.join(kind.needs)}.")
    notes += [f"{_word('example', lang)}: {kind.example}", f"{_word('source', lang)}: {kind.source.of(lang)}"]
    return "\n\n".join([*parts, "\n".join(notes)])


def _told(kind: "Kind", lang: str) -> dict[str, Any]:
    """A lever as JSON tells it."""
    settings = {
        name: {
            "what": setting.words.of(lang),
            "type": setting.type,
            "unit": setting.unit.of(lang) if setting.unit else None,
            "default": setting.default,
            "bounds": list(setting.bounds) if setting.bounds else None,
            "choices": list(setting.choices) or None,
            "required": setting.required,
        }
        for name, setting in kind.settings.items()
    }
    return {
        "name": kind.name,
        "what": kind.words.of(lang),
        "settings": settings,
        "needs": list(kind.needs),
        "only_one": kind.alone,
        "example": kind.example,
        "source": kind.source.of(lang),
    }


def _default(name: str, kind: "Kind", lang: str) -> str:
    setting = kind.settings[name]
    if setting.required:
        return _word("required", lang)
    if setting.default is not None:
        return _value(setting.default)
    return _word("all" if setting.type == "names" and name in {*kind.scope, "step", "pool"} else "kept", lang)


def _allowed(setting: "Setting", lang: str) -> str:
    if setting.choices:
        return ", ".join(setting.choices)
    if setting.bounds is None:
        return _word(setting.type, lang)
    low, high = setting.bounds
    whole = f"{_word('whole', lang)} " if setting.type == "whole" else ""
    return f"{whole}{low:g} .. {high:g}"


def _changed(lever: "Lever", name: str, form: str, lang: str) -> str:
    """What the lever changes in a scenario, on its day and after the scenario's own levers."""
    from simulator.scenario.files import load
    from simulator.scenario.levers import apply, changes, course, first_day, text

    scenario = load(name)
    before = course(scenario).on(lever.on or first_day(scenario))
    after = apply(before, lever)
    found, rounded = changes(before, after), restaffed(before, after)
    if form == "json":
        answer = {"lever": text(lever), "scenario": scenario.name}
        rows = [each._asdict() for each in found]
        posts = {pool: each._asdict() for pool, each in rounded.items()}
        return json.dumps({**answer, "changes": rows, "rounded": posts}, ensure_ascii=False)
    page = _page(text(lever), scenario, found, lang)
    return f"{page}\n\n{_rounded(rounded, lang)}" if rounded else page


def restaffed(before: "Scenario", after: "Scenario") -> dict[str, "Places"]:
    """The pools with other posts than before that cannot do just what their officials could."""
    from simulator.scenario.outline import places

    was = dict(places(before))
    return {pool: each for pool, each in places(after) if each.rounded and each != was.get(pool)}


def _rounded(pools: Mapping[str, "Places"], lang: str) -> str:
    far = sorted(pools.items(), key=lambda pool: -pool[1].capacity / pool[1].staff)
    rows = [(pool, _value(each.staff), each.posts, _value(each.capacity)) for pool, each in far[:SHOWN]]
    heads = [_word(name, lang) for name in ("pool", "staff", "posts", "capacity")]
    more = f"\n\n{len(pools) - SHOWN} {_word('more', lang)}" if len(pools) > SHOWN else ""
    return f"{_word('whole_posts', lang)}\n{table(heads, rows)}{more}"


def _page(lever: str, scenario: "Scenario", found: list["Changed"], lang: str) -> str:
    if not found:
        return f"{lever}, {scenario.name}: {_word('nothing', lang)}"
    rows = [(each.path, _value(each.before), _value(each.after)) for each in found[:SHOWN]]
    head = f"{lever}, {scenario.name}; {_word('changes', lang)}: {len(found)}"
    parts = [head, table([_word(name, lang) for name in ("path", "before", "after")], rows)]
    if len(found) > SHOWN:
        parts.append(f"{len(found) - SHOWN} {_word('more', lang)}")
    return "\n\n".join(parts)


def _value(value: Any) -> str:
    """A value in a few characters."""
    if value is None:
        return "-"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.6g}"
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _WIDEST else f"{told[: _WIDEST - 3]}..."


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
