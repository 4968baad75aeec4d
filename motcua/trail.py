"""`motcua trail`: the paper trail of one dossier: forms, routing slip, register, states."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dossier.event import Event, Fact
from dossier.life import forms
from motcua.files import BadInput
from motcua.options import FILE, FORMATS, calendar_option, lang_option, map_option, scenario_option
from motcua.show import table

if TYPE_CHECKING:
    from dossier.law.calendar import Book

VERDICTS = {
    "early": ("early", "trước hạn"),
    "on_time": ("on time", "đúng hạn"),
    "late": ("late", "quá hạn"),
    "": ("", ""),
}
HEADS = {
    "papers": (
        ("form", "name", "circular", "issued", "due", "reason"),
        ("mẫu", "tên", "thông tư", "ngày", "hẹn", "lý do"),
    ),
    "legs": (
        ("agency", "from", "step", "at", "due", "verdict"),
        ("cơ quan", "từ", "việc", "lúc", "hạn", "kết quả"),
    ),
    "states": (("code", "state", "since"), ("mã", "trạng thái", "từ")),
}


@click.command()
@click.argument("file", type=FILE)
@click.argument("dossier")
@click.option("--office", help="Of which office, where two have a dossier of this number.")
@click.option("--format", "written", type=FORMATS, default="table", show_default=True)
@map_option
@calendar_option
@scenario_option
@lang_option
def trail(file: Path, dossier: str, **options: Any) -> None:
    """The paper trail of one dossier: each form issued, the routing slip and the register's line.

    \b
    Examples:
      motcua trail march.jsonl.gz H44.100-260302-0001
      motcua trail march.jsonl.gz H44.100-260302-0001 --lang vi --format json
    """
    from motcua.calendars import load

    facts = find(file, dossier, options)
    found = told(facts, load(options["calendar"]))
    if options["written"] == "json":
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo(_text(found, options["lang"]))


def find(file: Path, name: str, options: Mapping[str, Any]) -> list[Fact]:
    """A dossier's facts in order of `seq`, each once; `BadInput` where there is none, or several."""
    from motcua.files import read

    found: dict[tuple[str, str], dict[int, Fact]] = {}
    broken = 0
    for line in read(file, options["columns"], None):
        fact = line.event
        broken += fact is None and name.encode() in line.value
        if not isinstance(fact, Event) or fact.dossier_id != name:
            continue
        if options["scenario"] in (None, fact.scenario) and options["office"] in (None, fact.office):
            found.setdefault((fact.scenario, fact.office), {}).setdefault(fact.seq, fact)
    if not found:
        raise BadInput(f"{file} tells of no dossier {name!r}{_of(options)}")
    if len(found) > 1:
        several = ", ".join(f"{scenario}/{office}" for scenario, office in sorted(found))
        raise BadInput(f"several dossiers are called {name!r} ({several}): add --office or --scenario")
    if broken:
        what = "1 message that names" if broken == 1 else f"{broken} messages that name"
        click.echo(f"{what} {name} could not be used", err=True)
    facts = next(iter(found.values()))
    return [facts[seq] for seq in sorted(facts)]


def _of(options: Mapping[str, Any]) -> str:
    said = [f"{key} {options[key]}" for key in ("office", "scenario") if options[key]]
    return f" of {' and '.join(said)}" if said else ""


def told(facts: Sequence[Fact], book: "Book") -> dict[str, Any]:
    """The trail as plain data; instants are RFC 3339 with the source's own offset."""
    circular = forms.circular_on(facts[0].at.date())
    entry = forms.register(facts)
    return {
        "dossier_id": facts[0].dossier_id,
        "office": facts[0].office,
        "scenario": facts[0].scenario,
        "papers": [
            {"form": p.form.number, "vi": p.form.vietnamese, "en": p.form.english,
             "circular": p.circular.name,
             "mark": p.circular.mark, "at": _iso(p.at), "seq": p.seq, "due": _iso(p.due), "reason": p.reason}
            for p in forms.papers(facts)
        ],
        "slip": {
            **_title(circular, "slip"),
            "legs": [_plain(leg._asdict()) for leg in forms.slip(facts)],
        },
        "register": None if entry is None else {
            **_title(forms.circular_on(entry.received.date()), "register"),
            "entry": _plain(entry._asdict()),
        },
        "states": _states(facts, book),
    }  # fmt: skip


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _iso(value) if isinstance(value, datetime) else value for key, value in told.items()}


def _title(circular: forms.Circular, book: str) -> dict[str, str]:
    form = circular.forms[book]
    return {"form": form.number, "vi": form.vietnamese, "en": form.english, "circular": circular.name,
            "mark": circular.mark}  # fmt: skip


def _states(facts: Sequence[Fact], book: "Book") -> list[dict[str, Any]]:
    """The portal's state codes that it went through, by the fold that makes every figure."""
    from dossier.life.lifecycle import fold
    from dossier.life.state import Dossier

    first = facts[0]
    state = Dossier(scenario=first.scenario, dossier_id=first.dossier_id, office=first.office)
    out: list[dict[str, Any]] = []
    for fact in facts:
        fold(state, fact, book.of(first.office))
        code = forms.code(state.state)
        if code is not None and (not out or out[-1]["state"] != state.state):
            out.append({"at": _iso(fact.at), "state": state.state, "code": code.number,
                        "vi": code.vietnamese, "en": code.english})  # fmt: skip
    return out


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _text(found: Mapping[str, Any], lang: str) -> str:
    vi = lang == "vi"
    parts = [f"{found['dossier_id']}  {found['office']}  {found['scenario']}", ""]
    rows = [
        (p["form"], p[lang], f"{p['circular']} [{p['mark']}]", _at(p["at"]), _at(p["due"]), p["reason"] or "")
        for p in found["papers"]
    ]
    parts += [table(HEADS["papers"][vi], rows), "", _named(found["slip"], lang)]
    if found["slip"]["legs"]:
        parts.append(table(HEADS["legs"][vi], [_leg(leg, lang) for leg in found["slip"]["legs"]]))
    else:
        parts.append("không có bước nào được ghi" if vi else "the source tells of no step and no hand-over")
    if found["register"]:
        words = _REGISTER
        entry = found["register"]["entry"]
        lines = [(words[k][vi], _at(v) if k in _DATES else v or "") for k, v in entry.items()]
        parts += ["", _named(found["register"], lang), *(f"{name:26s}{value}" for name, value in lines)]
        parts.append(
            "Tên, địa chỉ, chữ ký: không lưu ở đây" if vi else "Name, address, signature: not kept here"
        )
    states = [(s["code"], s[lang], _at(s["at"])) for s in found["states"]]
    parts += ["", table(HEADS["states"][vi], states)]
    return "\n".join(parts)


def _named(book: Mapping[str, Any], lang: str) -> str:
    kind = "Mẫu" if lang == "vi" else "Form"
    return f"{kind} {book['form']}, {book[lang]} ({book['circular']} [{book['mark']}])"


def _leg(leg: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    electronic, i = leg["electronic"], lang == "vi"
    how = (
        ""
        if electronic is None
        else (("electronic", "điện tử") if electronic else ("on paper", "bản giấy"))[i]
    )
    said = (leg["agency"], leg["source"] or "", leg["step"] or how, _at(leg["at"]), _at(leg["due"]))
    return (*said, VERDICTS[leg["verdict"]][i])


def _at(iso: str | None) -> str:
    return "" if iso is None else datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M")


_DATES = ("received", "due", "renewed", "finished", "returned")
_REGISTER = {
    "dossier_id": ("Dossier", "Mã hồ sơ"),
    "procedure": ("Procedure", "Tên thủ tục"),
    "office": ("Office", "Nơi tiếp nhận"),
    "agency": ("Agency that resolves", "Cơ quan giải quyết"),
    "received": ("Received", "Nhận hồ sơ"),
    "due": ("Due", "Hẹn trả kết quả"),
    "renewed": ("New date", "Hẹn lại"),
    "finished": ("Finished", "Giải quyết xong"),
    "returned": ("Returned", "Trả kết quả"),
    "channel": ("Received by", "Hình thức nộp"),
    "result_channel": ("Returned by", "Hình thức trả"),
    "result_number": ("Result number", "Số kết quả"),
}
