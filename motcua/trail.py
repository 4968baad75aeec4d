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
from motcua.show import clean, counted

if TYPE_CHECKING:
    from dossier.law.calendar import Book
    from dossier.life.state import Dossier


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
        from motcua.papers import text

        click.echo(text(found, options["lang"]))


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
        raise BadInput(f"several dossiers are called {name!r} ({clean(several)}): add --office or --scenario")
    if broken:
        what = f"{counted(broken, 'message')} that name{'s' if broken == 1 else ''}"
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
        **_folded(facts, book),
    }  # fmt: skip


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _iso(value) if isinstance(value, datetime) else value for key, value in told.items()}


def _title(circular: forms.Circular, book: str) -> dict[str, str]:
    form = circular.forms[book]
    return {"form": form.number, "vi": form.vietnamese, "en": form.english, "circular": circular.name,
            "mark": circular.mark}  # fmt: skip


def _folded(facts: Sequence[Fact], book: "Book") -> dict[str, Any]:
    """By the fold that makes every figure: the portal's states, what moved its dates, and the verdicts."""
    from dossier.life.lifecycle import fold
    from dossier.life.state import Dossier

    first = facts[0]
    dossier = Dossier(scenario=first.scenario, dossier_id=first.dossier_id, office=first.office)
    states: list[dict[str, Any]] = []
    dates: list[dict[str, Any]] = []
    for fact in facts:
        before = _due(dossier)
        fold(dossier, fact, book.of(first.office))
        code = forms.code(dossier.state)
        if code is not None and (not states or states[-1]["state"] != dossier.state):
            states.append({"at": _iso(fact.at), "state": dossier.state, "code": code.number,
                           "vi": code.vietnamese, "en": code.english})  # fmt: skip
        retracts = getattr(fact, "retracted", False)
        if retracts or (_due(dossier) != before and before != (None, None)):
            dates.append(_move(fact, "retracted" if retracts else type(fact).__struct_config__.tag, dossier))
    return {"states": states, "dates": dates, "verdict": _verdicts(dossier, facts, book)}


def _due(dossier: "Dossier") -> tuple[float | None, float | None]:
    """The due date that judges, and the appointment, as they stand."""
    promise, appointment = dossier.promises[-1:], dossier.appointments[-1:]
    return promise[0].due if promise else None, appointment[0].due if appointment else None


def _move(fact: Fact, by: object, dossier: "Dossier") -> dict[str, Any]:
    told = [None if due is None else datetime.fromtimestamp(due, fact.at.tzinfo) for due in _due(dossier)]
    return {"by": by, "at": _iso(fact.at), "due": _iso(told[0]), "appointment": _iso(told[1]),
            "reason": getattr(fact, "reason", None)}  # fmt: skip


def _verdicts(dossier: "Dossier", facts: Sequence[Fact], book: "Book") -> dict[str, str]:
    """How it is judged just after its last fact, by the first due date and by the current one."""
    from dossier.figures.indicators import just_after
    from dossier.figures.period import judged
    from dossier.figures.standing import EARLY, LATE, ON_TIME, OVERDUE, RECEIVED, WITH_DUE, standing

    at = just_after(max(fact.at for fact in facts).timestamp())
    if dossier.retracted_at is not None:
        return dict.fromkeys(("first", "current"), "retracted")
    mask = standing(dossier, at, book.of(dossier.office))
    found = {}
    for due in ("first", "current"):
        seen = judged(mask, due)
        marks = ((LATE, "late"), (OVERDUE, "overdue"), (EARLY, "early"), (ON_TIME, "on_time"))
        known = next((name for flag, name in marks if seen & flag), "open" if mask & WITH_DUE else "no_due")
        found[due] = known if mask & RECEIVED else "unknown"
    return found


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
