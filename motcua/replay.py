"""`motcua replay`: real dossiers or events on to the topic, in order, with the clock's ticks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from motcua.feed import TICK_DAYS, paced, ticked
from motcua.files import Line, read
from motcua.progress import Count
from motcua.show import counted, moment, number
from motcua.topics import opened

_WORDS: Mapping[str, tuple[str, str]] = {
    "sending": ("sent", "đã gửi"),
    "sent": ("{many} sent", "đã gửi {n} thông điệp"),
    "broken": (", {n} of them no events", ", trong đó {n} không phải sự kiện"),
    "clock": (
        "the clock stands at {at}, past the last due date in them; --until chooses another",
        "đồng hồ dừng ở {at}, sau hạn trả cuối cùng trong đó; --until chọn thời điểm khác",
    ),
}


def run(
    *,
    files: Sequence[Path],
    kafka: str | None,
    store: Path | None,
    until: datetime | None,
    columns: Mapping[str, str],
    scenario: str | None,
    speed: float | None,
    lang: str,
) -> None:
    """Run the command; it ends when the last message is acknowledged."""
    sent = broken = 0
    clock: datetime | None = None
    with opened(kafka, store) as topic, Count(_word("sending", lang)) as count:
        fed = ticked(_lines(files, columns, scenario), TICK_DAYS, until)
        for line in paced(fed, speed, topic.flush):
            topic.put(line.event, line.value)
            sent += 1
            broken += line.event is None
            clock = clock if line.event is None else line.event.at
            if sent % 1000 == 0:
                count.add(1000)
    words = _word("sent", lang).format(many=counted(sent, "message"), n=number(sent, lang))
    click.echo(words + (_word("broken", lang).format(n=number(broken, lang)) if broken else ""))
    if clock is not None and until is None:
        click.echo(_word("clock", lang).format(at=moment(clock.isoformat(), lang)))


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]


def _lines(files: Sequence[Path], columns: Mapping[str, str], scenario: str | None) -> Iterator[Line]:
    for path in files:
        yield from read(path, columns, scenario)
