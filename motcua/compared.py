"""What `motcua fidelity` answers, as text: a table of figures, one of offices, and what the words mean."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from motcua.show import number, percent, table

FIGURES: Mapping[str, tuple[str, str]] = {
    "received": ("received", "tiếp nhận"),
    "on_time_rate_766": ("on time (766)", "đúng hạn (766)"),
    "mean_days": ("mean days", "số ngày trung bình"),
    "completed_rate": ("completed", "đã có kết quả"),
    "online_rate": ("online", "trực tuyến"),
    "days_late_correlation": ("correlation, days and late", "tương quan số ngày và trễ hạn"),
}
"""The figures in English and Vietnamese."""

GROUPS: Mapping[str, tuple[str, str]] = {
    "total": ("all", "tất cả"),
    "commune": ("communes", "xã, phường"),
    "department": ("departments", "sở, ngành"),
    "land": ("land (agriculture and environment)", "nông nghiệp và môi trường (đất đai)"),
    "home_affairs": ("home affairs", "nội vụ"),
    "health": ("health", "y tế"),
    "construction": ("construction", "xây dựng"),
    "industry_trade": ("industry and trade", "công thương"),
    "education": ("education", "giáo dục và đào tạo"),
    "other": ("the other departments", "các sở, ngành khác"),
    "certified_copy": ("certified copies", "chứng thực bản sao"),
}

STANDINGS: Mapping[str, tuple[str, str]] = {
    "given": ("given", "đầu vào"),
    "tuned": ("tuned", "đã hiệu chỉnh"),
    "held_back": ("held back", "để kiểm chứng"),
}

_WORDS: Mapping[str, tuple[str, str]] = {
    "head": (
        "{name}, {start} to {last}: simulated (seeds {seeds}; calibrated on {own}) beside real",
        "{name}, {start} đến {last}: mô phỏng (hạt giống {seeds}; hiệu chỉnh với {own}) so với thực tế",
    ),
    "figure": ("figure", "chỉ số"),
    "of": ("of", "của"),
    "over": ("{figure}, P{at} of offices", "{figure}, P{at} các đơn vị"),
    "simulated": ("simulated", "mô phỏng"),
    "real": ("real", "thực tế"),
    "difference": ("difference", "chênh lệch"),
    "low": ("least", "thấp nhất"),
    "high": ("most", "cao nhất"),
    "standing": ("how", "cách có được"),
    "clock": ("clock days", "ngày lịch"),
    "given": ("given: it went into the scenario.", "đầu vào: số liệu đưa vào kịch bản."),
    "tuned": (
        "tuned: numbers of the scenario were chosen for it; which, says docs/fidelity.md.",
        "đã hiệu chỉnh: tham số được chọn theo số liệu này; xem docs/fidelity.md.",
    ),
    "held_back": (
        "held back: no number was chosen for it.",
        "để kiểm chứng: không tham số nào được chọn theo số liệu này.",
    ),
    "days": (
        "Days as the portal seems to count: in the unit of the limit, each one begun; clock days are exact.",
        "Số ngày tính như Cổng quốc gia: theo đơn vị của thời hạn, làm tròn lên; ngày lịch là chính xác.",
    ),
    "near": (
        "On time by 766, all, communes, departments and land: within {points} points.",
        "Tỷ lệ đúng hạn 766 (tất cả, cấp xã, cấp sở, đất đai): lệch trong {points} điểm.",
    ),
    "far": (
        "On time by 766 is more than {points} points away: {of}.",
        "Tỷ lệ đúng hạn 766 lệch quá {points} điểm: {of}.",
    ),
    "unit": ("office", "đơn vị"),
    "rates": (
        "On-time shares of {communes} communes: {mean} points away, {most} at most, {near} within {points}.",
        "Tỷ lệ đúng hạn của {communes} xã, phường: lệch {mean}, cao nhất {most}; {near} trong {points} điểm.",
    ),
    "unfitted": (
        "Mean days of the {n} communes not fitted to: {sim}, really {real}; {away} apart, correlation {r}.",
        "Số ngày của {n} xã, phường chưa hiệu chỉnh: {sim}, thực tế {real}; lệch {away}, tương quan {r}.",
    ),
    "time": ("{seconds} s of processor time a run", "{seconds} giây xử lý mỗi lần chạy"),
}


def shown(answer: Mapping[str, Any], lang: str) -> str:
    """The answer as text: the figures, the offices if they are told, and what it all means."""
    last = date.fromisoformat(answer["until"]) - timedelta(days=1)
    head = _say("head", lang).format(
        name=answer["scenario"],
        start=answer["from"],
        last=last.isoformat(),
        seeds=", ".join(map(str, answer["seeds"])),
        own=answer["calibrated_on"],
    )
    parts = [head, _table(answer, lang)]
    if answer["units"]:
        parts.append(_units(answer["units"], lang))
    if answer["apart"]:
        parts.append(_apart(answer, lang))
    notes = [_say(name, lang) for name in (*STANDINGS, "days")]
    if answer["seconds_a_run"] is not None:
        notes.append(_say("time", lang).format(seconds=number(answer["seconds_a_run"], lang)))
    return "\n\n".join([*parts, "\n".join([_verdict(answer, lang), *notes])])


def _table(answer: Mapping[str, Any], lang: str) -> str:
    several = len(answer["seeds"]) > 1
    names = [
        "figure",
        "of",
        "simulated",
        "real",
        "difference",
        *(["low", "high"] if several else []),
        "clock",
        "standing",
    ]
    rows = []
    for row in answer["rows"]:
        kind, cells = row["figure"], [row["simulated"], row["real"]]
        shown_ = [_cell(kind, value, lang) for value in cells] + [_away(kind, row["difference"], lang)]
        if several:
            shown_ += [_cell(kind, row[name], lang) for name in ("low", "high")]
        clock = "" if row["clock_days"] is None else _cell("mean_days", row["clock_days"], lang)
        rows.append(
            (
                _figure(kind, lang),
                _of(GROUPS, row["of"], lang),
                *shown_,
                clock,
                _of(STANDINGS, row["standing"], lang),
            )
        )
    return table([_say(name, lang) for name in names], rows)


def _units(units: Sequence[Mapping[str, Any]], lang: str) -> str:
    """The offices that are no communes, one by one."""
    figures = (("received", "received"), ("on_time_rate_766", "rate"), ("mean_days", "days"))
    heads = [
        f"{_of(FIGURES, kind, lang)}, {_say(whose, lang)}"
        for kind, _ in figures
        for whose in ("simulated", "real")
    ]
    rows = [
        (
            unit["office"],
            *(_cell(kind, unit[f"{real}{name}"], lang) for kind, name in figures for real in ("", "real_")),
        )
        for unit in units
        if unit["group"] != "commune"
    ]
    return table([_say("unit", lang), *heads], rows)


def _apart(answer: Mapping[str, Any], lang: str) -> str:
    found = answer["apart"]
    rates = _say("rates", lang).format(
        communes=found["communes"],
        mean=_points(found["rate_away_mean"], lang),
        most=_points(found["rate_away_most"], lang),
        near=percent(found["rate_near"], lang),
        points=_points(answer["aim"], lang),
    )
    days = _say("unfitted", lang).format(
        n=found["unfitted"],
        sim=_decimal(found["unfitted_days"], lang),
        real=_decimal(found["unfitted_real_days"], lang),
        away=_decimal(found["unfitted_days_away"], lang),
        r=_cell("correlation", found["unfitted_days_correlation"], lang),
    )
    return f"{rates}\n{days}"


def _verdict(answer: Mapping[str, Any], lang: str) -> str:
    of = ", ".join(_of(GROUPS, name, lang) for name in answer["far"])
    return _say("far" if of else "near", lang).format(points=_points(answer["aim"], lang), of=of)


def _figure(name: str, lang: str) -> str:
    kind, _, at = name.rpartition("_p")
    if not at.isdigit():
        return _of(FIGURES, name, lang)
    return _say("over", lang).format(figure=_of(FIGURES, kind, lang), at=at)


def _cell(figure: str, value: float | None, lang: str) -> str:
    if value is None:
        return "-"
    if "rate" in figure:
        return percent(value, lang)
    return number(value, lang) if figure.startswith("received") else _decimal(value, lang)


def _away(figure: str, value: float | None, lang: str) -> str:
    """A difference with its sign; of rates, in points."""
    if value is None:
        return "-"
    if figure.startswith("received"):
        return ("+" if value >= 0 else "-") + number(abs(value), lang)
    return _decimal(100 * value if "rate" in figure else value, lang, "+")


def _points(share: float, lang: str) -> str:
    return _decimal(100 * share, lang)


def _decimal(value: float, lang: str, sign: str = "") -> str:
    text = f"{value:{sign}.2f}"
    return text.replace(".", ",") if lang == "vi" else text


def _say(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]


def _of(words: Mapping[str, tuple[str, str]], name: str, lang: str) -> str:
    return words[name][lang == "vi"] if name in words else name
