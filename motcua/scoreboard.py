"""The demo's last word: what the month came to, in figures that do not depend on how it was streamed."""

from collections.abc import Mapping
from typing import Any

from motcua.show import moment, number, percent, table

WORDS = {
    "en": {
        "level": "level", "commune": "commune", "department": "department", "received": "received",
        "on_time_766": "on time (766)", "published": "published", "finished": "on time (finished)",
        "fell_due": "on time (fell due)", "online": "online", "late": "late", "overdue": "overdue now",
        "letters": "letters sent", "total": "all", "worst": "Worst five offices (of those that fell due)",
        "office": "office", "board": "Scoreboard", "as_of": "as of",
        "carried": "{n} of them were carried over; index 766 counts what a period receives or works on.",
        "page": "The page as it stands",
        "pace": "{events} messages simulated, streamed and folded in {seconds} s: {rate} a second; lag {lag}",
    },
    "vi": {
        "level": "cấp", "commune": "xã, phường", "department": "sở", "received": "tiếp nhận",
        "on_time_766": "đúng hạn (766)", "published": "công bố", "finished": "đúng hạn (đã xong)",
        "fell_due": "đúng hạn (đến hạn)", "online": "trực tuyến", "late": "trễ hạn",
        "overdue": "đang quá hạn",
        "letters": "thư xin lỗi", "total": "tất cả", "worst": "Năm đơn vị kém nhất (trên số hồ sơ đến hạn)",
        "office": "đơn vị", "board": "Bảng điểm", "as_of": "tính đến",
        "carried": "trong đó {n} hồ sơ kỳ trước chuyển sang; chỉ số 766 tính cả hồ sơ xử lý trong kỳ.",
        "page": "Trang đã lưu",
        "pace": "{events} thông điệp trong {seconds} giây: {rate} mỗi giây; còn chờ {lag}",
    },
}  # fmt: skip

Answer = Mapping[str, Any]


def scoreboard(
    by_level: Answer, by_office: Answer, before: Answer, published: Mapping[str, float], lang: str
) -> str:
    """Tables of the levels and of the worst five offices, from what /api/indicators answers.

    `before` is the answer as of the beginning: what was received until then was carried over.
    `published` is the real on-time rate of each level (index 766), shown beside the simulated one.
    """
    words = WORDS[lang]
    levels = {**by_level["by"]["level"], "total": by_level["total"]}
    rows = [_level(words.get(name, name), found, published.get(name), lang) for name, found in levels.items()]
    heads = (
        *("level", "received", "on_time_766", "published", "finished", "fell_due"),
        *("online", "late", "overdue", "letters"),
    )
    worst = _worst(by_office["by"]["office"])
    offices = [_office(name, found, lang) for name, found in worst]
    office_heads = ("office", "received", "fell_due", "on_time_766", "late", "overdue", "letters")
    return "\n".join(
        (
            f"{words['board']}: {by_level['scenario']}, {words['as_of']} {moment(by_level['as_of'])}",
            "",
            table([words[h] for h in heads], rows),
            words["carried"].format(n=number(before["total"]["received"], lang)),
            "",
            words["worst"],
            table([words[h] for h in office_heads], offices),
        )
    )


def _level(name: str, found: Answer, published: float | None, lang: str) -> list[str]:
    return [
        name,
        number(found["received"], lang),
        percent(found["on_time_rate_766"], lang),
        percent(published, lang),
        percent(found["on_time_rate_finished"], lang),
        percent(found["on_time_rate_fell_due"], lang),
        percent(found["online_rate"], lang),
        number(found["late"], lang),
        number(found["open_overdue"], lang),
        f"{number(found['letters_sent'], lang)} / {number(found['letters_due'], lang)}",
    ]


def _office(name: str, found: Answer, lang: str) -> list[str]:
    return [
        name,
        number(found["received"], lang),
        percent(found["on_time_rate_fell_due"], lang),
        percent(found["on_time_rate_766"], lang),
        number(found["late"], lang),
        number(found["open_overdue"], lang),
        f"{number(found['letters_sent'], lang)} / {number(found['letters_due'], lang)}",
    ]


def _worst(offices: Mapping[str, Answer]) -> list[tuple[str, Answer]]:
    judged = [(name, found) for name, found in offices.items() if found["on_time_rate_fell_due"] is not None]
    return sorted(judged, key=lambda row: (row[1]["on_time_rate_fell_due"], row[0]))[:5]
