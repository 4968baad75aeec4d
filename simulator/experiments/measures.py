"""What is read off one run: the summary's figures for all, for each level and office, and for each pool."""

from collections.abc import Iterable, Mapping, Sequence
from math import nan
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from simulator.engine.tally import Tally
from simulator.summary import Outcome

Better = Literal["higher", "lower"]
Unit = Literal["share", "count", "hours", "days"]


class Indicator(NamedTuple):
    """One figure: `name` is its field in the summary of `motcua simulate --format json`."""

    name: str
    unit: Unit
    better: Better
    en: str
    vi: str


class Key(NamedTuple):
    """A figure, and of whom it is."""

    indicator: str
    of: str = ""
    """"" for all, "level:commune", "office:H44.100", "pool:H44.100/leader", or a centre as "pool:NAME"."""


INDICATORS: Mapping[str, Indicator] = {
    each.name: each
    for each in (
        Indicator("on_time_rate_finished", "share", "higher", "on time", "đúng hạn"),
        Indicator(
            "on_time_rate_fell_due",
            "share",
            "higher",
            "on time, of those that fell due",
            "đúng hạn, trên đã đến hạn",
        ),
        Indicator("finished", "count", "higher", "finished", "kết thúc"),
        Indicator("late", "count", "lower", "late", "trễ hạn"),
        Indicator("open", "count", "lower", "open at the end", "đang giải quyết cuối kỳ"),
        Indicator("open_overdue", "count", "lower", "open and overdue", "đang giải quyết, quá hạn"),
        Indicator("letters_due", "count", "lower", "letters owed", "thư xin lỗi phải gửi"),
        Indicator("letters_sent", "count", "higher", "letters sent", "thư xin lỗi đã gửi"),
        Indicator("supplements", "count", "lower", "requests for papers", "yêu cầu bổ sung"),
        Indicator("online_rate", "share", "higher", "online", "trực tuyến"),
        Indicator("satisfied_rate", "share", "higher", "satisfied", "hài lòng"),
        Indicator("mean_days", "days", "lower", "mean days to the end", "số ngày trung bình"),
        Indicator("mean_cycle_hours", "hours", "lower", "mean hours from filing", "số giờ từ khi nộp"),
        Indicator("mean_wait_hours", "hours", "lower", "mean hours in queues", "số giờ chờ trong hàng đợi"),
        Indicator("mean_work_hours", "hours", "lower", "mean hours of work", "số giờ xử lý"),
        Indicator("left", "count", "lower", "left the ticket queue", "bỏ về khi chờ lấy số"),
        Indicator("utilisation", "share", "lower", "utilisation", "mức sử dụng"),
        Indicator("waiting", "count", "lower", "waiting at the end", "đang chờ cuối kỳ"),
    )
}
"""By name; `utilisation` and `waiting` are of pools alone, and `mean_wait_hours` of a pool is by visit."""

ALIASES: Mapping[str, str] = {
    "on_time": "on_time_rate_finished",
    "fell_due": "on_time_rate_fell_due",
    "letters": "letters_due",
    "overdue": "open_overdue",
    "days": "mean_days",
    "cycle": "mean_cycle_hours",
    "wait": "mean_wait_hours",
    "work": "mean_work_hours",
    "satisfied": "satisfied_rate",
    "online": "online_rate",
}
"""Short words for a command line."""

_OF_POOLS = frozenset({"utilisation", "waiting"})
_TALLIED = tuple(name for name in INDICATORS if name not in _OF_POOLS)


def indicator(word: str) -> Indicator:
    """The indicator of this name or short word; ValueError names those that there are."""
    name = ALIASES.get(word, word)
    if name not in INDICATORS:
        known = ", ".join((*ALIASES, *(name for name in INDICATORS if name not in ALIASES.values())))
        raise ValueError(f"indicator {word!r} is not there; known are {known}")
    return INDICATORS[name]


def key(text: str) -> Key:
    """The key written as INDICATOR or INDICATOR@OF, as on_time@level:commune; or a ValueError."""
    word, _, of = text.partition("@")
    kind = of.partition(":")[0]
    if of and kind not in {"level", "office", "pool"}:
        raise ValueError(f"{text!r}: after @ write level:NAME, office:NAME or pool:OFFICE/NAME")
    return Key(indicator(word).name, of)


def read(parts: Sequence[Outcome]) -> dict[Key, float]:
    """The figures of a run in its parts; nan for 0/0."""
    tallies = sorted((each for part in parts for each in part.tallies.items()), key=itemgetter(0))
    levels: dict[str, Tally] = {}
    for _, tally in tallies:
        levels.setdefault(tally.level, Tally(tally.level)).__iadd__(tally)
    whole = Tally()
    for tally in levels.values():
        whole += tally
    found = _figures("", whole)
    for level, tally in sorted(levels.items()):
        found |= _figures(f"level:{level}", tally)
    for office, tally in tallies:
        found |= _figures(f"office:{office}", tally)
    for name, pool in sorted(_pools(parts), key=itemgetter(0)):
        found |= _pool(f"pool:{name}", pool)
    return found


def _figures(of: str, tally: Tally) -> dict[Key, float]:
    figures = tally.figures()
    return {Key(name, of): _number(figures[name]) for name in _TALLIED}


def _pools(parts: Sequence[Outcome]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    return (item for part in parts for item in part.pools.items())


def _pool(of: str, pool: Mapping[str, Any]) -> dict[Key, float]:
    begun = pool["begun"]
    return {
        Key("utilisation", of): _number(pool["utilisation"]),
        Key("mean_wait_hours", of): pool["waited"] / 3600 / begun if begun else nan,
        Key("waiting", of): float(pool["waiting"]),
    }


def _number(value: float | None) -> float:
    return nan if value is None else float(value)
