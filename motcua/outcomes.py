"""`motcua dead-letters` and `motcua alerts`: what the workers gave beside the figures."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from dossier.life.alerts import Kind
from dossier.view import REASONS
from motcua.files import BadInput
from motcua.options import FILE, Address, format_option, kafka_config_option, lang_option
from motcua.show import clean, table
from motcua.topics import needs_kafka, opened, security

if TYPE_CHECKING:
    from streams.outcomes import Letter, Outcomes

SHOWN = 60
"""Characters of a detail in a table."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "number": ("number", "số"),
    "reason": ("reason", "lý do"),
    "detail": ("detail", "chi tiết"),
    "bytes": ("bytes", "byte"),
    "none": ("no dead letters", "không có thông điệp lỗi"),
    "quiet": ("no alerts", "không có cảnh báo"),
    "more": ("{n} more: --limit shows them", "còn {n}: dùng --limit để xem"),
    "sent": ("sent again: {n} ({reasons})", "đã gửi lại: {n} ({reasons})"),
    "nothing": ("nothing was sent: no dead letter is so", "không gửi gì: không có thông điệp lỗi như vậy"),
    "kind": ("kind", "loại"),
    "office": ("office", "đơn vị"),
    "dossier": ("dossier", "hồ sơ"),
    "at": ("since", "từ lúc"),
    "due": ("due", "hạn trả"),
    "due_in_8h": ("due in 8 hours", "còn 8 giờ làm việc"),
    "due_in_4h": ("due in 4 hours", "còn 4 giờ làm việc"),
    "overdue": ("overdue", "quá hạn"),
    "letter_owed": ("letter owed", "nợ thư xin lỗi"),
    "overdue_again": ("new date missed", "trễ cả hẹn lại"),
    "unacknowledged": ("not acknowledged", "chưa phản hồi tiếp nhận"),
    "closed_before_result": ("closed before result", "đóng khi chưa có kết quả"),
    "second_request": ("papers asked for again", "yêu cầu bổ sung quá số lần"),
}  # fmt: skip


def _where(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where the letters and alerts are."""
    command = click.option("--store", type=FILE, help="In an embedded store.")(command)
    command = kafka_config_option(command)
    return click.option("--kafka", type=Address(), metavar="HOST:PORT", help="On a broker.")(command)


reason_option = click.option(
    "--reason", type=click.Choice(REASONS), help="Only those that are dead for this reason."
)


@click.group("dead-letters")
def dead_letters() -> None:
    """Messages that could not be folded: none is lost, and each can be sent again.

    \b
    Examples:
      motcua dead-letters list --store monitor.sqlite
      motcua dead-letters show 3-128 --kafka 127.0.0.1:9092
      motcua dead-letters replay --reason unknown_type --kafka 127.0.0.1:9092
    """


@dead_letters.command("list")
@_where
@reason_option
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="So many at most.")
@format_option
@lang_option
def list_(
    kafka: str | None, store: Path | None, reason: str | None, limit: int, form: str, lang: str
) -> None:
    """The dead letters: their numbers, and why they are dead.

    \b
    Examples:
      motcua dead-letters list --store monitor.sqlite
      motcua dead-letters list --kafka 127.0.0.1:9092 --reason late --format json
    """
    with _outcomes(kafka, store) as outcomes:
        letters = _chosen(outcomes.letters(), reason)
        if form == "json":
            for letter in letters:
                click.echo(json.dumps(_plain(letter), ensure_ascii=False))
            return
        rows: list[tuple[str, str, str, int]] = []
        more = 0
        for letter in letters:
            if len(rows) < limit:
                rows.append((letter.number, letter.reason, clean(letter.detail)[:SHOWN], len(letter.raw)))
            else:
                more += 1
    if not rows and not more:
        click.echo(_say("none", lang))
        return
    click.echo(table([_say(word, lang) for word in ("number", "reason", "detail", "bytes")], rows))
    if more:
        click.echo(_say("more", lang, n=more))


@dead_letters.command()
@click.argument("number")
@_where
@click.option("--raw", is_flag=True, help="The message alone, byte by byte.")
@lang_option
def show(number: str, kafka: str | None, store: Path | None, raw: bool, lang: str) -> None:
    """One dead letter, whole.

    \b
    Examples:
      motcua dead-letters show 3-128 --store monitor.sqlite
      motcua dead-letters show 3-128 --store monitor.sqlite --raw > message
    """
    with _outcomes(kafka, store) as outcomes:
        found = next((letter for letter in outcomes.letters() if letter.number == number), None)
    if found is None:
        raise BadInput(f"there is no dead letter {number}: motcua dead-letters list names them")
    if raw:
        click.echo(found.raw, nl=False)
        return
    for word in ("number", "reason", "detail"):
        click.echo(f"{_say(word, lang)}: {clean(getattr(found, word))}")
    click.echo(clean(found.raw.decode("utf-8", "backslashreplace")))


@dead_letters.command()
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@_where
@reason_option
@click.option("--all", "every", is_flag=True, help="All of them.")
@lang_option
def replay(
    numbers: tuple[str, ...],
    kafka: str | None,
    store: Path | None,
    reason: str | None,
    every: bool,
    lang: str,
) -> None:
    """Send dead letters to the topic once more, as they came; they stay where they are.

    What is mended meanwhile (a newer motcua knows the type, the dossier's first event has come) is folded
    now; what is not is a dead letter again. An event that was late is marked as sent again, and taken.

    \b
    Examples:
      motcua dead-letters replay --reason late --store monitor.sqlite
      motcua dead-letters replay 3-128 3-129 --kafka 127.0.0.1:9092
    """
    if not (numbers or reason or every):
        raise BadInput("say which: their NUMBERs, --reason REASON, or --all")
    with _outcomes(kafka, store) as outcomes:
        letters = [one for one in _chosen(outcomes.letters(), reason) if not numbers or one.number in numbers]
    if missing := set(numbers) - {letter.number for letter in letters}:
        raise BadInput(f"there is no dead letter {min(missing)}: motcua dead-letters list names them")
    if not letters:
        click.echo(_say("nothing", lang))
        return
    with opened(kafka, store) as topic:
        for letter in letters:
            topic.put(*_again(letter))
    reasons = ", ".join(f"{name} {n}" for name, n in sorted(Counter(x.reason for x in letters).items()))
    click.echo(_say("sent", lang, n=len(letters), reasons=reasons))


@click.command()
@_where
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(get_args(Kind)),
    multiple=True,
    help="Only these. Several if need be.",
)
@click.option("--office", help="Only of this office.")
@click.option("--scenario", help="Only of this world.")
@format_option
@lang_option
def alerts(
    kafka: str | None,
    store: Path | None,
    kinds: tuple[str, ...],
    office: str | None,
    scenario: str | None,
    form: str,
    lang: str,
) -> None:
    """What offices should hear: overdue, due soon, letters owed, filings that nobody answered.

    Each alert is told once, on the topic dossier-alerts or in the store; docs/kafka.md says what it holds.

    \b
    Examples:
      motcua alerts --store monitor.sqlite --kind overdue --kind letter_owed
      motcua alerts --kafka 127.0.0.1:9092 --office H44.100 --format json
    """
    from dossier.life.alerts import decode

    rows: list[tuple[str, ...]] = []
    seen: set[str] = set()  # states made anew tell them anew
    with _outcomes(kafka, store) as outcomes:
        for raw in outcomes.alerts():
            alert = decode(raw)
            if alert.id in seen:
                continue
            seen.add(alert.id)
            wanted = (not kinds or alert.kind in kinds) and (scenario in {None, alert.scenario})
            if not wanted or office not in {None, alert.office}:
                continue
            if form == "json":
                click.echo(raw)
                continue
            due = "" if alert.due_at is None else alert.due_at.isoformat(sep=" ", timespec="minutes")[:16]
            at = alert.at.isoformat(sep=" ", timespec="minutes")[:16]
            rows.append((at, _say(alert.kind, lang), alert.office, alert.dossier_id, due))
    if form != "json":
        heads = [_say(word, lang) for word in ("at", "kind", "office", "dossier", "due")]
        click.echo(table(heads, sorted(rows)) if rows else _say("quiet", lang))


@contextmanager
def _outcomes(kafka: str | None, store: Path | None) -> "Iterator[Outcomes]":
    if (kafka is None) == (store is None):
        raise BadInput("say where they are: --kafka HOST:PORT or --store FILE")
    from streams.outcomes import KafkaOutcomes, StoreOutcomes

    if kafka is not None:
        needs_kafka()
        yield KafkaOutcomes(kafka, security().kafka_python())
        return
    from streams.local import LocalLog

    assert store is not None
    if not store.exists():
        raise BadInput(f"{store} is not there: name the store that motcua monitor follows")
    with closing(LocalLog(store)) as log:
        yield StoreOutcomes(log)


def _chosen(letters: "Iterator[Letter]", reason: str | None) -> "Iterator[Letter]":
    """Each once, though workers whose states were made anew buried it again."""
    seen: set[tuple[str, str]] = set()
    for letter in letters:
        known = letter.number, letter.reason
        if known not in seen and reason in {None, letter.reason}:
            seen.add(known)
            yield letter


def _again(letter: "Letter") -> tuple[Any, bytes]:
    """The event, where it is one, and what to send."""
    from dossier.event import Event, Rejected, decode

    event = decode(letter.raw)
    if isinstance(event, Rejected):
        return None, letter.raw
    if not isinstance(event, Event):
        return event, letter.raw
    # Its place may have been passed over meanwhile. Fields that we do not know stay in it.
    return event, json.dumps({**json.loads(letter.raw), "replayed": True}, ensure_ascii=False).encode()


def _plain(letter: "Letter") -> dict[str, Any]:
    return {
        "number": letter.number,
        "reason": letter.reason,
        "detail": letter.detail,
        "message": letter.raw.decode("utf-8", "backslashreplace"),
    }


def _say(word: str, lang: str, **values: Any) -> str:
    return _WORDS[word][lang == "vi"].format(**values)
