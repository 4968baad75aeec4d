"""The summary of a run for people: figures by level, pools, what is wrong, in English or Vietnamese."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from motcua.names import named
from motcua.show import counted, day, number, percent, table
from motcua.trouble import sentence

if TYPE_CHECKING:
    from simulator.engine.trouble import Trouble

BUSIEST = 15
"""Pools shown in the table."""
SENTENCES = 20
"""What is wrong, told one by one; of more, how many there are."""

FIGURES: Mapping[str, tuple[str, str]] = {
    "dossiers": ("dossiers", "hồ sơ"),
    "carried": ("of them, carried over", "trong đó từ kỳ trước chuyển sang"),
    "accepted": ("accepted", "tiếp nhận"),
    "finished": ("finished", "kết thúc"),
    "open": ("open", "đang giải quyết"),
    "open_overdue": ("open and overdue", "đang giải quyết, quá hạn"),
    "on_time": ("on time", "đúng hạn"),
    "late": ("late", "trễ hạn"),
    "on_time_rate_finished": ("on time, of those finished", "tỷ lệ đúng hạn, trên đã kết thúc"),
    "on_time_rate_fell_due": ("on time, of those that fell due", "tỷ lệ đúng hạn, trên đã đến hạn"),
    "online_rate": ("online", "tỷ lệ trực tuyến"),
    "letters_due": ("letters owed", "thư xin lỗi phải gửi"),
    "letters_sent": ("letters sent", "thư xin lỗi đã gửi"),
    "supplements": ("requests for papers", "yêu cầu bổ sung"),
    "satisfied_rate": ("satisfied, of those who rated", "tỷ lệ hài lòng, trên số đánh giá"),
    "mean_cycle_hours": (
        "mean hours from filing to the end",
        "số giờ trung bình từ khi nộp đến khi kết thúc",
    ),
    "mean_days": ("mean days from acceptance to the end", "số ngày trung bình từ tiếp nhận đến kết thúc"),
    "mean_wait_hours": ("mean hours in queues", "số giờ trung bình chờ trong hàng đợi"),
    "mean_work_hours": ("mean hours of work", "số giờ xử lý trung bình"),
    "visitors": ("visitors with a ticket", "lượt lấy số"),
    "left": ("of them, left the queue", "trong đó bỏ về"),
}
"""The rows, with their names in English and Vietnamese; `docs/simulate.md` says what they count."""
_RARE = frozenset({"carried", "visitors", "left", "satisfied_rate"})
"""Rows that stand only where there is something in them."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "head": ("{name}, seed {seed}, {start} to {last}", "{name}, hạt giống {seed}, {start} đến {last}"),
    "levers": ("levers", "biện pháp"),
    "figure": ("figure", "chỉ số"),
    "all": ("all", "tất cả"),
    "pool": ("pool", "nhóm cán bộ"),
    "posts": ("posts", "vị trí"),
    "visits": ("visits", "lượt xử lý"),
    "waiting": ("waiting at the end", "đang chờ cuối kỳ"),
    "wait": ("mean wait, hours", "giờ chờ trung bình"),
    "busy": ("utilisation", "mức sử dụng"),
    "some": ("the {n} busiest of {of} pools", "{n} nhóm bận nhất trong {of} nhóm"),
    "speed": (
        "{counted} and {events} events a processor second, {peak} MB at most",
        "{dossiers} hồ sơ và {events} sự kiện mỗi giây xử lý, tối đa {peak} MB",
    ),
    "pace": (
        "{speed} times as fast as it happens: {behind} s behind at the end, {most} s at most",
        "nhanh gấp {speed} lần thực tế: cuối kỳ trễ {behind} giây, nhiều nhất {most} giây",
    ),
    "more": ("and {n} more: --format json tells all", "và {n} trường hợp nữa: --format json nêu tất cả"),
}


def shown(summary: Mapping[str, Any], lang: str) -> str:
    """The summary as text."""
    parts = [_head(summary, lang), _figures(summary, lang), *_pools(summary, lang), _engine(summary, lang)]
    return "\n\n".join(parts)


def told(trouble: Sequence["Trouble"], lang: str) -> Iterator[str]:
    """What is wrong, a sentence each; a few of many."""
    yield from (sentence(each, lang) for each in trouble[:SENTENCES])
    if len(trouble) > SENTENCES:
        yield _word("more", lang).format(n=number(len(trouble) - SENTENCES, lang))


def _head(summary: Mapping[str, Any], lang: str) -> str:
    start, last = summary["from"], date.fromisoformat(summary["until"]) - timedelta(days=1)
    head = _word("head", lang).format(
        name=summary["scenario"], seed=summary["seed"], start=day(start, lang), last=day(last, lang)
    )
    levers = summary["levers"]
    return f"{head}\n{_word('levers', lang)}: {', '.join(levers)}" if levers else head


def _figures(summary: Mapping[str, Any], lang: str) -> str:
    levels = summary["levels"]
    columns = [summary, *levels.values()] if len(levels) > 1 else [summary]
    heads = [_word("figure", lang), _word("all", lang), *(named(level, lang) for level in levels)]
    heads = heads[: len(columns) + 1]
    rows = []
    for name, words in FIGURES.items():
        if not summary.get(name) and name in _RARE:
            continue
        rows.append([words[lang == "vi"], *(_value(name, column[name], lang) for column in columns)])
    return table(heads, rows)


def _value(name: str, value: float | None, lang: str) -> str:
    if "_rate" in name:
        return percent(value, lang)
    return _decimal(value, lang) if name.startswith("mean_") else number(value, lang)


def _decimal(value: float | None, lang: str) -> str:
    if value is None:
        return "-"
    text = f"{value:,.1f}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text


def _pools(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    pools = summary["pools"]
    if not pools:
        return
    order = sorted(pools.items(), key=lambda pool: (-(pool[1]["utilisation"] or 0.0), pool[0]))
    rows = [
        (
            name,
            number(pool["posts"], lang),
            number(pool["begun"], lang),
            number(pool["waiting"], lang),
            _decimal(pool["waited"] / 3600 / pool["begun"] if pool["begun"] else None, lang),
            percent(pool["utilisation"], lang),
        )
        for name, pool in order[:BUSIEST]
    ]
    heads = [_word(name, lang) for name in ("pool", "posts", "visits", "waiting", "wait", "busy")]
    if len(pools) > BUSIEST:
        yield f"{_word('some', lang).format(n=BUSIEST, of=number(len(pools), lang))}\n{table(heads, rows)}"
    else:
        yield table(heads, rows)


def _engine(summary: Mapping[str, Any], lang: str) -> str:
    engine = summary["engine"]
    words = _word("speed", lang).format(
        counted=counted(round(engine["dossiers_per_cpu_second"]), "dossier"),
        dossiers=number(engine["dossiers_per_cpu_second"], lang),
        events=number(engine["events_per_cpu_second"], lang),
        peak=number(engine["peak_mb"], lang),
    )
    if "pace" not in summary:
        return words
    pace = summary["pace"]
    kept = _word("pace", lang).format(
        speed=f"{pace['speed']:g}",
        behind=_decimal(pace["behind_seconds"], lang),
        most=_decimal(pace["most_behind_seconds"], lang),
    )
    return f"{words}\n{kept}"


def _word(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
