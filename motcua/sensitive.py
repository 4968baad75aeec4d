"""A sensitivity in words, in English and Vietnamese, and as a tornado."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from math import isnan
from typing import TYPE_CHECKING

from motcua.charts import Stripe, tornado
from motcua.names import named
from motcua.show import Grid, day, decimal, number, percent

if TYPE_CHECKING:
    from motcua.pages import Told
    from simulator.experiments.parameters import Parameter
    from simulator.experiments.sensitivity import Answer

_WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("What moves a figure", "Tham số nào ảnh hưởng đến kết quả"),
    "asked": (
        (
            "{title}, {period}: which inputs that are not known exactly move this figure most, and how wide "
            "is its interval with them: {what}?"
        ),
        (
            "{title}, {period}: trong các tham số chưa biết chính xác, tham số nào ảnh hưởng nhiều nhất, và "
            "khoảng tin cậy khi đó rộng bao nhiêu, đối với: {what}?"
        ),
    ),
    "drawn": (
        "{what}, with each parameter at its lower and its higher value, all others as they are",
        "{what}, khi từng tham số ở mức thấp và mức cao, các tham số khác giữ nguyên",
    ),
    "given": (
        "The bounds are those of the question (--parameter).",
        "Các khoảng giá trị do người hỏi đưa ra (--parameter).",
    ),
    "ours": (
        "The bounds are ours, and nobody's measurement: give your own with --parameter.",
        "Các khoảng giá trị do chúng tôi giả định, chưa ai đo: hãy nêu khoảng của mình bằng --parameter.",
    ),
    "even": (
        "Values are taken as equally likely between their bounds, and as independent of one another.",
        "Các giá trị được coi là có khả năng như nhau trong khoảng và độc lập với nhau.",
    ),
    "luck": (
        "Each row of values was run {n} times, seeds {first} to {last}, so differences are no luck of a run.",
        "Mỗi bộ giá trị chạy {n} lượt, hạt giống {first} đến {last}, nên chênh lệch không do ngẫu nhiên.",
    ),
    "period": ("{first} to {last}", "{first} đến {last}"),
    "head": ("{name}, {period}: {what}", "{name}, {period}: {what}"),
    "levers": ("levers", "biện pháp"),
    "usual": (
        "As it is: {mean} ({low} to {high}: luck alone, 95 %, {n} runs).",
        "Theo kịch bản: {mean} ({low} đến {high}: chỉ do ngẫu nhiên, 95%, {n} lượt).",
    ),
    "inputs": (
        "With inputs that are known only within these bounds: {mean} ({low} to {high}).",
        "Khi các tham số chỉ biết trong khoảng này: {mean} ({low} đến {high}).",
    ),
    "run": (
        (
            "A single period lies within {low} to {high}; {share} of that variance comes from the "
            "inputs, the rest is luck."
        ),
        (
            "Một kỳ riêng lẻ nằm trong {low} đến {high}; {share} phương sai là do tham số, còn lại do "
            "ngẫu nhiên."
        ),
    ),
    "most": ("It is moved most by {which}.", "Ảnh hưởng lớn nhất: {which}."),
    "parameter": ("parameter", "tham số"),
    "is": ("what it is", "ý nghĩa"),
    "bounds": ("from .. to", "từ .. đến"),
    "low": ("at the lower", "ở mức thấp"),
    "high": ("at the higher", "ở mức cao"),
    "half": ("difference, ±", "chênh lệch, ±"),
    "effect": ("effect (Morris)", "tác động (Morris)"),
    "sigma": ("its spread", "độ phân tán"),
    "first": ("share alone (Sobol)", "tỷ phần riêng (Sobol)"),
    "total": ("with others", "kể cả kết hợp"),
    "notes": (
        (
            "Effects are of a whole step from the lower to the higher value; a spread as large as the "
            "effect says that it depends on where the others are."
        ),
        (
            "Tác động tính cho cả khoảng từ mức thấp đến mức cao; độ phân tán lớn như tác động nghĩa "
            "là nó phụ thuộc vào các tham số khác."
        ),
    ),
    "shares": (
        ("Shares are of the variance that the parameters make together; those near 0 may come out below it."),
        "Tỷ phần tính trên phương sai do các tham số cùng gây ra; tỷ phần gần 0 có thể ra số âm.",
    ),
    "runs": ("{n} runs.", "{n} lượt chạy."),
    "again": ("Again: {command}", "Chạy lại: {command}"),
}


def shown(answer: "Answer", command: str, lang: str) -> str:
    """The answer as text."""
    again = _say("again", lang).format(command=command)
    parts = [_head(answer, lang), "\n".join(_told(answer, lang)), _rows(answer, lang).text]
    return "\n\n".join([*parts, " ".join(_notes(answer, lang)), again])


def told(answer: "Answer", lang: str, given: bool = True) -> "Told":
    """The answer for a page; `given`: the bounds are not the usual ones."""
    from motcua.pages import Chart, Told

    asked = answer.question
    question = _say("asked", lang).format(
        title=asked.world.scenario.title, period=_period(answer, lang), what=_what(answer, lang)
    )
    most, *others = list(_told(answer, lang))[::-1]
    bounds = _say("given" if given else "ours", lang)
    luck = _say("luck", lang).format(n=asked.seeds, first=asked.seed, last=asked.seed + asked.seeds - 1)
    grounds = [luck, bounds, _say("even", lang), *_notes(answer, lang)]
    chart = Chart(_say("drawn", lang).format(what=_what(answer, lang)), charted(answer, lang))
    verdicts = [most, *others[::-1]]
    return Told(_say("title", lang), question, verdicts, [chart], [_rows(answer, lang)], grounds)


def charted(answer: "Answer", lang: str) -> str:
    """The tornado as an inline SVG, the widest bar first."""
    chosen = answer.question.parameters
    wide = sorted(answer.order, key=lambda i: -abs(answer.bars[i].high - answer.bars[i].low))
    stripes = [
        Stripe(chosen[i].path, bar.low, bar.high, f"{chosen[i].low:g}", f"{chosen[i].high:g}")
        for i in wide
        if not isnan((bar := answer.bars[i]).low + bar.high)
    ]
    return tornado(stripes, answer.widened.usual.mean, _what(answer, lang), _share(answer), lang)


def _head(answer: "Answer", lang: str) -> str:
    words = answer.question.world.words
    head = _say("head", lang).format(
        name=answer.question.world.scenario.name, period=_period(answer, lang), what=_what(answer, lang)
    )
    return f"{head}\n{_say('levers', lang)}: {', '.join(words)}" if words else head


def _period(answer: "Answer", lang: str) -> str:
    asked, scenario = answer.question, answer.question.world.scenario
    start, until = asked.start or scenario.start, asked.until or scenario.until
    return _say("period", lang).format(first=day(start, lang), last=day(until - timedelta(days=1), lang))


def _notes(answer: "Answer", lang: str) -> Iterator[str]:
    yield _say("notes" if answer.effects else "shares", lang)
    yield _say("runs", lang).format(n=number(answer.runs, lang))


def _told(answer: "Answer", lang: str) -> Iterator[str]:
    found = answer.widened

    def value(x: float) -> str:
        return _value(answer, min(max(x, 0.0), 1.0) if _share(answer) else x, lang)

    usual = found.usual
    yield _say("usual", lang).format(
        mean=value(usual.mean), low=value(usual.low), high=value(usual.high), n=usual.runs
    )
    yield _say("inputs", lang).format(mean=value(found.mean), low=value(found.low), high=value(found.high))
    yield _say("run", lang).format(
        low=value(found.least), high=value(found.most), share=f"{decimal(round(found.share * 100), lang)} %"
    )
    which = [answer.question.parameters[i].path for i in answer.order[:3]]
    yield _say("most", lang).format(which=", ".join(which))


def _rows(answer: "Answer", lang: str) -> Grid:
    names = ["effect", "sigma"] if answer.effects else ["first", "total"]
    heads = ["parameter", "is", "bounds", "low", "high", "half", *names]
    rows = []
    for i in answer.order:
        parameter, bar = answer.question.parameters[i], answer.bars[i]
        rows.append([
            parameter.path, _is(parameter, lang), f"{parameter.low:g} .. {parameter.high:g}",
            _value(answer, bar.low, lang), _value(answer, bar.high, lang), _size(answer, bar.by.half, lang),
            *_indices(answer, i, lang),
        ])  # fmt: skip
    return Grid([_say(name, lang) for name in heads], rows)


def _indices(answer: "Answer", i: int, lang: str) -> list[str]:
    if answer.effects:
        effect = answer.effects[i]
        return [_size(answer, effect.mu, lang), _size(answer, effect.sigma, lang)]
    share = answer.shares[i]
    return [decimal(share.first, lang), decimal(share.total, lang)]


def _is(parameter: "Parameter", lang: str) -> str:
    return parameter.kind.vi if lang == "vi" else parameter.kind.en


def _what(answer: "Answer", lang: str) -> str:
    from simulator.experiments.measures import INDICATORS

    key = answer.question.indicator
    indicator = INDICATORS[key.indicator]
    words = indicator.vi if lang == "vi" else indicator.en
    of = key.of.partition(":")[2]
    return f"{words} ({named(of, lang)})" if of else words


def _share(answer: "Answer") -> bool:
    from simulator.experiments.measures import INDICATORS

    return INDICATORS[answer.question.indicator.indicator].unit == "share"


def _value(answer: "Answer", value: float, lang: str) -> str:
    if isnan(value):
        return "-"
    return percent(value, lang) if _share(answer) else decimal(value, lang)


def _size(answer: "Answer", value: float, lang: str) -> str:
    """A difference: of shares in points."""
    if isnan(value):
        return "-"
    return decimal(value * 100 if _share(answer) else value, lang)


def _say(name: str, lang: str) -> str:
    return _WORDS[name][lang == "vi"]
