"""The demo's last word: what the month came to, in figures that do not depend on how it was streamed."""

from collections.abc import Mapping
from typing import Any

from monitoring import numerals
from monitoring.words import word
from monitoring.worlds import BY_LEVEL, MAIN, Shown
from motcua.names import named
from motcua.show import moment, number, percent, table

WORDS = {
    "en": {
        "level": "level", "received": "received",
        "on_time_766": "on time (766)", "published": "published", "finished": "on time (finished)",
        "fell_due": "on time (fell due)", "online": "online", "late": "late", "open_overdue": "overdue now",
        "letters": "letters sent", "total": "all", "worst": "Worst five offices (of those that fell due)",
        "office": "office", "board": "Scoreboard", "as_of": "as of",
        "carried": "{n} of them were carried over; index 766 counts what a period receives or works on.",
        "page": "The page as it stands", "simulating": "simulating", "folding": "folding",
        "live": "The page, live: {address}", "stays": "The page stays at {address} until Ctrl-C.",
        "kafka": "starting Apache Kafka on this machine ...",
        "pace": "{events} messages simulated, streamed and folded in {seconds} s: {rate} a second; lag {lag}",
        "two": "Baseline {scenario} and reform {with}, the same luck; as of",
        "held": "Levers: {levers}", "one": "One run of each; what chance may have to do with it, tells:",
    },
    "vi": {
        "level": "cấp", "received": "tiếp nhận",
        "on_time_766": "đúng hạn (766)", "published": "công bố", "finished": "đúng hạn (đã xong)",
        "fell_due": "đúng hạn (đến hạn)", "online": "trực tuyến", "late": "trễ hạn",
        "open_overdue": "đang quá hạn",
        "letters": "thư xin lỗi", "total": "tất cả", "worst": "Năm đơn vị kém nhất (trên số hồ sơ đến hạn)",
        "office": "đơn vị", "board": "Bảng điểm", "as_of": "tính đến",
        "carried": "trong đó {n} hồ sơ kỳ trước chuyển sang; chỉ số 766 tính cả hồ sơ xử lý trong kỳ.",
        "page": "Trang đã lưu", "simulating": "mô phỏng", "folding": "tổng hợp",
        "live": "Trang trực tiếp: {address}", "stays": "Trang còn mở tại {address} cho đến khi nhấn Ctrl-C.",
        "kafka": "đang khởi động Apache Kafka trên máy này ...",
        "pace": "{events} thông điệp được mô phỏng, truyền, tổng hợp trong {seconds} giây: {rate} mỗi giây; "
        "còn chờ {lag}",
        "two": "Hiện trạng {scenario} và cải cách {with}, cùng ngẫu nhiên; tính đến",
        "held": "Biện pháp: {levers}",
        "one": "Mỗi kịch bản một lần chạy; ngẫu nhiên ảnh hưởng đến đâu, xem:",
    },
}  # fmt: skip

Answer = Mapping[str, Any]

RATES = {
    "on_time_766": "on_time_rate_766",
    "published": "published",
    "finished": "on_time_rate_finished",
    "fell_due": "on_time_rate_fell_due",
    "online": "online_rate",
}
"""Columns that show a rate, and which."""
LEVEL = (
    *("received", "on_time_766", "published", "finished", "fell_due"),
    *("online", "late", "open_overdue", "letters"),
)
OFFICE = ("received", "fell_due", "on_time_766", "late", "open_overdue", "letters")


def scoreboard(
    by_level: Answer, by_office: Answer, before: Answer, published: Mapping[str, float], lang: str
) -> str:
    """Tables of the levels and of the worst five offices, from what /api/indicators answers.

    `before` is the answer as of the beginning: what was received until then was carried over.
    `published` is the real on-time rate of each level (index 766), shown beside the simulated one.
    """
    words = WORDS[lang]
    levels = {**by_level["by"]["level"], "total": by_level["total"]}
    real = {name: {"published": published.get(name)} for name in levels}
    rows = [(_level(name, lang), *_row({**levels[name], **real[name]}, LEVEL, lang)) for name in levels]
    worst = [(name, *_row(found, OFFICE, lang)) for name, found in _worst(by_office["by"]["office"])]
    return "\n".join(
        (
            f"{words['board']}: {by_level['scenario']}, {words['as_of']} {moment(by_level['as_of'], lang)}",
            "",
            table([words[name] for name in ("level", *LEVEL)], rows),
            words["carried"].format(n=number(before["total"]["received"], lang)),
            "",
            words["worst"],
            table([words[name] for name in ("office", *OFFICE)], worst),
        )
    )


def differences(compared: Answer, command: str, lang: str) -> str:
    """Baseline, reform and difference of all and of each level, from what /api/compare answers by level.

    `command` tells how sure they are.
    """
    heads = [word(name, lang) for name in ("baseline", "reform", "difference")]
    levers = ", ".join(each["lever"] for each in compared["levers"])
    words = WORDS[lang]
    whole = [_compared(compared["total"], shown, lang) for shown in MAIN]
    levels = [
        (_level(level, lang) if place == 0 else "", *_compared(found, shown, lang))
        for level, found in compared["by"]["level"].items()
        for place, shown in enumerate(BY_LEVEL)
    ]
    return "\n".join(
        (
            f"{words['two'].format(**compared)} {moment(compared['as_of'], lang)}",
            words["held"].format(levers=levers),
            "",
            table([word("figure", lang), *heads], whole),
            "",
            table([words["level"], word("figure", lang), *heads], levels),
            word("two_points", lang),
            f"{words['one']}\n  {command}",
        )
    )


def _compared(found: Answer, shown: Shown, lang: str) -> tuple[str, ...]:
    rate = "_rate" in shown.name
    values = (found[world].get(shown.name) for world in ("baseline", "reform"))
    difference = numerals.signed(found["difference"].get(shown.name), lang, points=rate)
    told = ((percent if rate else number)(value, lang) for value in values)
    return word(f"is_{shown.name}", lang), *told, difference.replace(numerals.MINUS, "-")


def _level(name: str, lang: str) -> str:
    return WORDS[lang]["total"] if name == "total" else named(name, lang)


def _row(found: Answer, columns: tuple[str, ...], lang: str) -> list[str]:
    return [
        f"{number(found['letters_sent'], lang)} / {number(found['letters_due'], lang)}"
        if column == "letters"
        else (percent if column in RATES else number)(found[RATES.get(column, column)], lang)
        for column in columns
    ]


def _worst(offices: Mapping[str, Answer]) -> list[tuple[str, Answer]]:
    judged = [(name, found) for name, found in offices.items() if found["on_time_rate_fell_due"] is not None]
    return sorted(judged, key=lambda row: (row[1]["on_time_rate_fell_due"], row[0]))[:5]
