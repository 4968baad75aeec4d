"""Steps late by agency: which agency kept its own step's due date, for the meeting."""

from collections import Counter, defaultdict

from dossier.figures.indicators import rate
from monitoring.reports.question import Answer, Question, Row, check, head, notes
from monitoring.reports.table import Column, Section, numbered
from monitoring.reports.words import said

FORM = "steps"


def answer(asked: Question) -> Answer:
    """Per agency: its steps with a due date finished in the period, the late ones, and their shares."""
    done: Counter[str] = Counter()
    late: Counter[str] = Counter()
    touched: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for dossier in asked.dossiers:
        if dossier.retracted_at is not None and dossier.retracted_at < asked.end:
            continue
        for step in dossier.steps:
            if asked.within(step.at):
                done[step.agency] += 1
                if step.late:
                    late[step.agency] += 1
                    touched[step.agency].add((dossier.office, dossier.dossier_id))
    rows: list[Row] = [
        {"agency": agency, "steps": n, "late": late[agency], "share": rate(late[agency], n),
         "share_of_late": rate(late[agency], late.total()), "dossiers": len(touched[agency])}
        for agency, n in sorted(done.items(), key=lambda item: (-late[item[0]], item[0]))
    ]  # fmt: skip
    both = {"steps": done.total(), "late": late.total()}
    total = {
        **both,
        "share": rate(late.total(), done.total()),
        "share_of_late": rate(late.total(), late.total()),
        "dossiers": len(set().union(*touched.values())) if touched else 0,
    }
    sides = {name: (sum(row[name] for row in rows), n) for name, n in both.items()}
    return {
        **head(FORM, asked),
        "rows": rows,
        "total": total,
        "checks": [check("rows = total", sides)],
        "notes": [*notes(asked), ["steps", {}] if rows else ["no_steps", {}]],
    }


def sections(found: Answer, lang: str) -> list[Section]:
    """The one table, the agency with most late steps first."""
    i = ("en", "vi").index(lang)
    columns = [
        Column("no", (("No.", "TT")[i],), "nth"),
        Column("agency", (("Agency", "Cơ quan")[i],), "text"),
        Column("steps", (("Steps finished that had a due date", "Số bước có hạn đã hoàn thành")[i],)),
        Column("late", (("Of which late", "Trong đó chậm")[i],)),
        Column("share", (("Share late", "Tỷ lệ chậm")[i],), "share"),
        Column("share_of_late", (("Share of all late steps", "Tỷ trọng trong số bước chậm")[i],), "share"),
        Column("dossiers", (("Dossiers with a late step of it", "Số hồ sơ có bước chậm")[i],)),
    ]
    rows = numbered({**row, "agency": said(row["agency"], lang)} for row in found["rows"])
    total = {"no": None, "agency": ("Total", "Tổng số")[i], **found["total"]}
    return [Section(columns, rows, total)]
