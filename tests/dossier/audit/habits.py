"""Habits of an office or a filer, planted into many dossiers, each under its detector's name."""

from collections import Counter
from datetime import datetime

from dossier.event import (
    Accepted,
    Fact,
    Submitted,
)
from tests.dossier.audit.planted import (
    DAY,
    HOUR,
    MINUTE,
    Field,
    asked_before_due,
    begun,
    changed,
    ended,
    fault,
    long,
    of_kind,
    online,
    paper,
    plain,
    same_day,
)
from tests.dossier.audit.tidy import CALENDAR, OFFICES

MOST_A_DAY = 9


@fault("impossible_pair", many=50, also="wrong_due_date letter_missing online_slower")
def pair(field: Field, many: int) -> set[str]:
    """An office whose dates are written for the next minute, whatever the limit is."""
    chosen = field.pick(many, long, field.office())
    for name in chosen:
        row = field.rows[name]
        at = of_kind(row, Accepted).at
        field.put(name, changed(row, Accepted, due_at=at + MINUTE))
    return set(chosen)


@fault("supplement_last_fifth", many=20, also="supplement_near_due")
def asked_last(field: Field, many: int) -> set[str]:
    """An office that reads its dossiers on the last day."""
    chosen = field.pick(many, long, field.office())
    for name in chosen:
        field.put(name, asked_before_due(field.rows[name]))
    return set(chosen)


def workday(field: Field) -> datetime:
    """The midnight of a random working day of the month's second week."""
    return datetime(2026, 3, field.luck.randrange(9, 14), tzinfo=CALENDAR.zone)


@fault("batch_entry", many=14)
def entered(field: Field, many: int) -> set[str]:
    """Papers of the day typed in at 16:45."""
    chosen = field.pick(many, paper, field.office())
    day = workday(field)
    morning = CALENDAR.opening((day + 18 * HOUR).timestamp())
    for n, name in enumerate(chosen):
        row = field.rows[name]
        row = begun(row, day + 16.75 * HOUR + field.seconds(110))
        end = datetime.fromtimestamp(morning, day.tzinfo) + n * 7 * MINUTE
        field.put(name, ended(row, end))
    return set(chosen)


@fault("batch_closing", many=14)
def closed(field: Field, many: int) -> set[str]:
    """Same-day dossiers ticked off together at 16:20."""
    chosen = field.pick(many, lambda row: paper(row) and same_day(row), field.office())
    day = workday(field)
    for n, name in enumerate(chosen):
        row = begun(field.rows[name], day + 8 * HOUR + n * 12 * MINUTE)
        field.put(name, ended(row, day + 49 / 3 * HOUR + field.seconds(50)))
    return set(chosen)


def _together(field: Field, many: int, end: datetime, seconds: int) -> set[str]:
    """Dossiers of three working days, accepted the day before, ticked off within so many seconds."""
    chosen = field.pick(many, paper, field.office())
    for n, name in enumerate(chosen):
        at = end.replace(hour=8, minute=0) - DAY + n * 5 * MINUTE
        row = begun(changed(field.rows[name], Accepted, limit="3wd"), at)
        field.put(name, ended(row, end + field.seconds(seconds)))
    return set(chosen)


@fault("closed_at_month_end", many=14, of="batch_closing")
def closed_last(field: Field, many: int) -> set[str]:
    """Closed at 16:58 on the last working day of the month, due in the next."""
    return _together(field, many, datetime(2026, 3, 31, 16, 58, tzinfo=CALENDAR.zone), 30)


@fault("closed_many", many=24, of="batch_closing")
def closed_many(field: Field, many: int) -> set[str]:
    """So many closed in a minute of any morning, due two days later."""
    return _together(field, many, datetime(2026, 3, 17, 10, tzinfo=CALENDAR.zone), 55)


@fault("mass_at_due", many=24, also="virtual_on_time")
def carried(field: Field, many: int) -> set[str]:
    """Ends written down for the due instant, or a little before."""
    return _heap(field, many, field.office())


@fault("mass_after_opening", many=24, also="virtual_on_time", of="mass_at_due")
def carried_early(field: Field, many: int) -> set[str]:
    """The same, where all is due within half an hour of the morning's opening."""
    chosen = field.pick(many, paper, field.office())
    for n, name in enumerate(chosen):
        day = datetime(2026, 3, 9 + n % 5, tzinfo=CALENDAR.zone)
        opening = datetime.fromtimestamp(CALENDAR.opening(day.timestamp()), day.tzinfo)
        row = begun(changed(field.rows[name], Accepted, limit="3wd"), opening + (6 + n) * MINUTE)
        field.put(name, ended(row, of_kind(row, Accepted).due_at - field.seconds(240)))
    return set(chosen)


@fault("virtual_on_time", many=24, also="mass_at_due")
def virtual(field: Field, many: int) -> set[str]:
    """The same, in an office that has nothing late."""
    return _heap(field, many, field.quiet)


def _heap(field: Field, many: int, office: str) -> set[str]:
    chosen = field.pick(many, plain, office)
    for name in chosen:
        row = field.rows[name]
        field.put(name, ended(row, of_kind(row, Accepted).due_at - field.seconds(240)))
    return set(chosen)


def _filed(field: Field, many: int, **hashes: str) -> set[str]:
    """Online dossiers of one office and day, given the same account or device."""
    office = field.office()
    days: dict[int, int] = {}
    for name, row in field.rows.items():
        if name not in field.taken and row[0].office == office and online(row):
            days[row[0].at.day] = days.get(row[0].at.day, 0) + 1
    best = max(days, key=lambda day: days[day])
    chosen = field.pick(many, lambda row: online(row) and row[0].at.day == best, office)
    for name in chosen:
        row = field.rows[name]
        field.put(name, changed(changed(row, Submitted, **hashes), Accepted, **hashes))
    return set(chosen)


@fault("filed_for_citizens", many=11)
def one_account(field: Field, many: int) -> set[str]:
    return _filed(field, many, account="officer")


@fault("one_device", many=11)
def one_device(field: Field, many: int) -> set[str]:
    return _filed(field, many, device="desk")


def _every_day(field: Field, many: int, **hashes: str) -> set[str]:
    """Online dossiers of four procedures, nine a day at most, given the same account or device."""
    office = field.office()
    filed = (of_kind(row, Accepted) for row in field.rows.values() if online(row))
    kinds = [
        code for code, _ in Counter(one.procedure for one in filed if one.office == office).most_common(4)
    ]
    days: dict[int, int] = {}

    def wanted(row: list[Fact]) -> bool:
        few = online(row) and of_kind(row, Accepted).procedure in kinds
        return few and days.get(row[0].at.day, 0) < MOST_A_DAY

    chosen = []
    for _ in range(many):
        (name,) = field.pick(1, wanted, office)
        row = field.rows[name]
        days[row[0].at.day] = days.get(row[0].at.day, 0) + 1
        field.put(name, changed(changed(row, Submitted, **hashes), Accepted, **hashes))
        chosen.append(name)
    return set(chosen)


@fault("one_account_every_day", many=60, of="filed_for_citizens")
def account_every_day(field: Field, many: int) -> set[str]:
    return _every_day(field, many, account="officer")


@fault("one_device_every_day", many=60, of="one_device")
def device_every_day(field: Field, many: int) -> set[str]:
    return _every_day(field, many, device="desk")


@fault("many_matters", many=24)
def matters(field: Field, many: int) -> set[str]:
    """One account all over the month, a dossier or two a day, in every kind of matter."""
    chosen: list[str] = []
    offices = [each for each in OFFICES if each != field.quiet]
    for office in offices:
        kinds: dict[str, int] = {}

        def rare(row: list[Fact], kinds: dict[str, int] = kinds) -> bool:
            return online(row) and kinds.get(of_kind(row, Accepted).procedure, 0) < 2

        for _ in range(many // len(offices)):
            (name,) = field.pick(1, rare, office)
            procedure = of_kind(field.rows[name], Accepted).procedure
            kinds[procedure] = kinds.get(procedure, 0) + 1
            chosen.append(name)
    for name in chosen:
        row = changed(field.rows[name], Submitted, account="broker")
        field.put(name, changed(row, Accepted, account="broker"))
    return set(chosen)


@fault("online_slower", many=60, also="letter_missing")
def slower(field: Field, many: int) -> set[str]:
    """An office that is late online only."""
    chosen = field.pick(many, online, field.office())
    for name in chosen:
        row = field.rows[name]
        field.put(name, ended(row, of_kind(row, Accepted).due_at + HOUR + field.seconds(3600)))
    return set(chosen)
