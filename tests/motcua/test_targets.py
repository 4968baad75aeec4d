"""`motcua targets` and its sheets: verbatim, complete, and judged by what `motcua measure` shows."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from motcua.cli import cli
from motcua.files import BadInput
from motcua.targets import load, names, targets

SEEDS = {
    "province-2020": "000_9cf9a76a5621d8f7.txt",
    "ha-noi-2021": "001_c6f14ecfa68aa168.txt",
    "an-giang-2021": "002_d3da50fbe28c45ea.txt",
    "binh-thuan-2024": "003_8e577126e64b90a8.txt",
    "bac-kan-2023": "004_fd3e709b2456a93d.txt",
}
NUMBERS = {
    "province-2020": 14,
    "ha-noi-2021": 21,
    "an-giang-2021": 16,
    "binh-thuan-2024": 1,
    "bac-kan-2023": 12,
}
"""How many percentages and counts each text has, counted by eye."""

NO_COUNTS = (
    r"\d{1,2}/\d{1,2}/\d{4}",  # dates
    r"(?:[Nn]gày|Chiều) \d{1,2}[-/]\d{1,2}(?![/\d])",
    r"\d+ ?/(?:\d{4}/)?[A-ZĐ]{2}[-A-ZĐ]*",  # numbers of documents
    r"\b(?:19|20)\d\d\b",  # years
    r"\d{1,2}:\d{2}(?: [AP]M)?",  # times of day, and of a video
    r"GMT \+\d",
    r"Thứ \d",  # days of the week
    r"mức độ \d(?:, \d)?",  # levels of service
    r"Lượt xem:\s+\d+",  # views of the page
    r"\d tháng (?=đầu|cuối)",  # halves of a year
)


def text_of(name: str, shared: Path) -> str:
    return (shared / "seeds" / SEEDS[name]).read_text("utf-8")


def numbers(text: str) -> list[re.Match[str]]:
    """Every percentage and count, at its place in the text."""
    for pattern in NO_COUNTS:
        text = re.sub(pattern, lambda found: " " * len(found[0]), text)
    return list(re.finditer(r"\d+(?:[.,/]\d+)*\s*%?", text))


def sentence(text: str, at: int) -> str:
    ends = [found.end() for found in re.finditer(r"[.!?](?=\s)|\n", text)]
    begin = max([end for end in ends if end <= at], default=0)
    return text[begin : min([end for end in ends if end > at], default=len(text))].strip()


def quotes(name: str) -> list[str]:
    sheet = load(name)
    return [words for target in sheet.targets for words in (target.words, *target.also)]


def spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    return [found.span() for quote in words for found in re.finditer(re.escape(quote), text)]


def test_there_is_a_sheet_for_each_text():
    assert names() == sorted(SEEDS)


@pytest.mark.shared
@pytest.mark.parametrize("name", SEEDS)
def test_every_quote_stands_in_its_text_word_for_word(name, shared):
    text = text_of(name, shared)
    excluded = [one.words for one in load(name).excluded]
    assert [quote for quote in (*quotes(name), *excluded) if quote not in text] == []


@pytest.mark.shared
@pytest.mark.parametrize("name", SEEDS)
def test_every_percentage_and_count_of_the_text_is_in_a_sheet_or_excluded_with_a_reason(name, shared):
    text = text_of(name, shared)
    found = numbers(text)
    assert len(found) == NUMBERS[name]
    assert sum("%" in number[0] for number in found) == text.count("%")
    places = spans(text, [*quotes(name), *(one.words for one in load(name).excluded)])
    missing = [
        sentence(text, number.start())
        for number in found
        if not any(begin <= number.start() < end for begin, end in places)
    ]
    assert missing == []


@pytest.mark.parametrize("name", SEEDS)
def test_a_threshold_is_one_that_the_words_name(name):
    """Else they ask for all ("đầy đủ"), for never ("tuyệt đối không"), for use, or for each quarter."""
    unsaid = {"100%": "đầy đủ", "0": "tuyệt đối không", "0%": "Triển khai sử dụng", "1": "hằng quý"}
    for target in load(name).targets:
        if target.goal and target.goal[1] != "base":
            told = str(target.goal[1]).replace(".", ",")
            number = rf"(?<![\d,]){re.escape(told)}(?![\d,]\d|%)"
            assert re.search(number, target.words) or unsaid[told] in target.words, target.id


@pytest.mark.parametrize("name", SEEDS)
def test_words_with_a_number_have_a_threshold_also_where_it_cannot_be_measured(name):
    for target in load(name).targets:
        told = [found for found in numbers(target.words) if "/" not in found[0][:-3]]
        assert not told or target.goal, target.id


def test_the_words_at_least_and_above_are_kept_apart():
    """ "trên 85%" is above; "tối thiểu", "từ ... trở lên" and a plain figure are at least."""
    for name in names():
        for target in load(name).targets:
            if target.goal and str(target.goal[1]).endswith("%"):
                above = "trên " + str(target.goal[1]) in target.words or target.goal[1] == "0%"
                assert (target.goal[0] == "above") == above, target.id


def test_targets_of_the_same_words_differ_in_more_than_their_label():
    for name in names():
        rows = [(t.words, t.levels, t.indicator, t.signs, t.goal) for t in load(name).targets]
        assert all(rows.count(row) == 1 for row in rows)


def test_the_steps_of_hanoi_have_their_levels_and_thresholds():
    rows = {target.id: target for target in load("ha-noi-2021").targets}
    steps = [rows[f"results-2021-{level}"] for level in ("city", "district", "commune")]
    assert [(step.levels, step.goal) for step in steps] == [
        (["province"], ("at_least", "30%")),
        (["district"], ("at_least", "20%")),
        (["commune"], ("at_least", "15%")),
    ]
    assert rows["satisfied-2023"].goal == ("above", "85%")
    assert rows["satisfied-2025"].goal == ("at_least", "95%")
    assert rows["papi"].goal == ("at_least", 5)


def test_what_bac_kan_reports_is_of_the_first_half_and_what_it_asks_of_the_second():
    rows = load("bac-kan-2023").targets
    assert {row.period for row in rows if row.kind == "reported"} == {"2023-H1"}
    assert {row.period for row in rows if row.kind == "target"} == {"2023-H2"}
    assert {row.id for row in rows if row.kind == "discussed"} == {"more-online", "less-time", "post-office"}


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    out = tmp_path_factory.mktemp("targets") / "march.jsonl.gz"
    done = CliRunner().invoke(cli, ["simulate", "quickstart", "--seed", "5", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return str(out)


def answered(*arguments):
    done = CliRunner().invoke(targets, [*arguments, "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_target_is_judged_by_the_figures_of_measure(events):
    done = CliRunner().invoke(cli, ["measure", events, "--by", "level", "--format", "json"])
    measured = json.loads(done.stdout)
    rows = {row["id"]: row for row in answered(events, "--sheet", "an-giang-2021")["targets"]}
    on_time = rows["on-time"]
    total = measured["total"]
    assert on_time["value"] == total["on_time_rate_finished"]
    assert (on_time["numerator"], on_time["denominator"]) == (total["on_time"], total["finished_with_due"])
    needed = -(-98 * total["finished_with_due"] // 100)
    assert on_time["missed_by"] == needed - total["on_time"] > 0
    assert on_time["beside"]["on_time_rate_766"] == total["on_time_rate_766"]
    assert rows["online-dossiers"]["status"] == "reached"
    communes = {row["id"]: row for row in answered(events, "--sheet", "bac-kan-2023")["targets"]}
    assert (
        communes["on-time-communes"]["denominator"] == measured["by"]["level"]["commune"]["finished_with_due"]
    )
    assert communes["on-time-districts"]["status"] == "no_data"


def test_hanoi_has_yearly_steps(events):
    found = {}
    for year in (2021, 2022, 2023, 2024, 2025):
        answer = answered(events, "--sheet", "ha-noi-2021", "--year", str(year))
        assert answer["year"] == year
        found[year] = {row["id"] for row in answer["targets"]}
    steps = {year: {i for i in ids if i.startswith(("satisfied", "results"))} for year, ids in found.items()}
    assert steps == {
        2021: {"results-2021-city", "results-2021-district", "results-2021-commune"},
        2022: {"results-2022"},
        2023: {"satisfied-2023", "results-2025"},
        2024: {"satisfied-2023", "results-2025"},
        2025: {"satisfied-2025", "results-2025"},
    }
    assert answered(events, "--sheet", "ha-noi-2021")["year"] == 2025


def test_a_base_decides_what_compares_with_an_earlier_period(events):
    alone = {row["id"]: row for row in answered(events, "--sheet", "binh-thuan-2024")["targets"]}
    assert alone["fewer-late"]["status"] == "no_data"
    same = answered(events, "--sheet", "binh-thuan-2024", "--base", events)["targets"]
    fewer = next(row for row in same if row["id"] == "fewer-late")
    assert (fewer["status"], fewer["missed_by"]) == ("missed", 1)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_table_says_by_how_many_and_why_not(events, lang):
    done = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021", "--lang", lang])
    assert done.exit_code == 0
    missed, why = {"en": ("missed by ", "SIPAS"), "vi": ("chưa đạt, còn cách ", "khảo sát")}[lang]
    assert missed in done.stdout
    assert why in done.stdout
    assert re.search(r" 9\d,\d\d %" if lang == "vi" else r" 9\d\.\d\d %", done.stdout)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("30% ", "digitised, of the results still valid; of all results", "district", "2021-2025")),
        ("vi", ("30% ", "đã số hóa, trên kết quả còn hiệu lực; trên mọi", "huyện", "2021-2025")),
    ],
)
def test_the_table_has_period_level_goal_and_measure_of_what_cannot_be_measured(events, lang, words):
    done = CliRunner().invoke(targets, [events, "--sheet", "ha-noi-2021", "--year", "2021", "--lang", lang])
    assert all(word in done.stdout for word in words)
    half = CliRunner().invoke(targets, [events, "--sheet", "bac-kan-2023", "--lang", lang])
    assert {"en": "first half of 2023", "vi": "6 tháng đầu năm 2023"}[lang] in half.stdout
    assert "≥ 99,83%" in half.stdout if lang == "vi" else "≥ 99.83%" in half.stdout


def test_figures_of_other_years_than_the_sheet_are_told_and_no_error(events):
    done = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021", "--format", "json"])
    assert done.exit_code == 0
    assert "the figures are of 2026, the sheet of 2021\n" in done.stderr
    json.loads(done.stdout)
    vi = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021", "--lang", "vi"])
    assert "số liệu của năm 2026, bảng chỉ tiêu của năm 2021\n" in vi.stderr


def test_figures_of_the_sheets_year_are_not_remarked_on(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(
        "dossier_id,office,received_at,due_at,finished_at\n"
        "1,A,2020-12-30T09:00:00+07:00,2021-01-04T09:00:00+07:00,2021-01-03T09:00:00+07:00\n"
        "2,A,2021-01-05T09:00:00+07:00,2021-01-06T09:00:00+07:00,2021-01-07T09:00:00+07:00\n"
    )
    done = CliRunner().invoke(targets, [str(table), "--sheet", "an-giang-2021", "--format", "json"])
    assert done.exit_code == 0
    assert "the sheet of" not in done.stderr
    rows = {row["id"]: row for row in json.loads(done.stdout)["targets"]}
    assert (rows["on-time"]["numerator"], rows["on-time"]["missed_by"]) == (1, 1)


def signed(*arguments):
    rows = answered(*arguments, "--sheet", "binh-thuan-2024")["targets"]
    return {row["id"]: row for row in rows if row["signs"]}


def test_never_closed_before_the_result_is_reached_where_no_sign_is_found(events):
    rows = signed(events)
    assert rows["no-early-closing"]["status"] == "reached"
    assert rows["not-filed-for-them"]["status"] == "not_measurable"
    assert "no hash of the filing account" in rows["not-filed-for-them"]["why"]
    assert rows["not-paid-for-them"]["status"] == "not_measurable"
    done = CliRunner().invoke(targets, [events, "--sheet", "binh-thuan-2024"])
    assert "reached (no sign found)" in done.stdout


def told(n, kind, at, **more):
    who = {"scenario": "live", "dossier_id": n, "office": "A"}
    return json.dumps({"type": kind, **who, "at": f"2024-03-{at}+07:00", **more})


def history(path, dossiers=60):
    """Online dossiers of as many devices, 12 on one day of one account; five of these have no result."""
    lines = []
    for i in range(dossiers):
        name, day = f"d{i}", 4 + (0 if i < 12 else i % 4 + 1)
        filed = {"procedure": "birth", "channel": "online", "online": True, "device": f"v{i}"}
        filed["account"] = "one" if i < 12 else f"a{i}"
        number = None if i < 5 else f"{i}/KQ"
        lines += [
            told(name, "accepted", f"{day:02d}T09:{i:02d}:00", seq=1, limit="3wd", **filed),
            told(name, "resolved", f"{day + 1:02d}T09:{i:02d}:30", seq=2, result_number=number),
            told(name, "result_returned", f"{day + 1:02d}T15:{i:02d}:00", seq=3),
        ]
    path.write_text("\n".join(sorted(lines, key=lambda line: json.loads(line)["at"])) + "\n")
    return str(path)


def test_signs_are_counted_in_dossiers_and_seen_as_of_an_instant(tmp_path):
    """The three of five that had ended by then; the twelve of one account had all been filed."""
    file = history(tmp_path / "events.jsonl")
    rows = signed(file)
    assert (rows["no-early-closing"]["status"], rows["no-early-closing"]["missed_by"]) == ("missed", 5)
    assert (rows["not-filed-for-them"]["status"], rows["not-filed-for-them"]["missed_by"]) == ("missed", 12)
    early = signed(file, "--as-of", "2024-03-05T09:03:00+07:00")
    assert early["no-early-closing"]["missed_by"] == 3
    assert early["not-filed-for-them"]["missed_by"] == 12


def test_a_table_that_tells_of_no_result_shows_no_closing_before_it(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text(
        "dossier_id,office,received_at,finished_at\n1,A,2024-03-04T09:00:00+07:00,2024-03-05T09:00:00+07:00\n"
    )
    row = signed(str(table))["no-early-closing"]
    assert (row["status"], row["value"]) == ("not_measurable", None)


def test_a_sign_that_the_audit_does_not_know_is_named(tmp_path):
    label = {"en": "a", "vi": "b"}
    target = {
        "id": "a",
        "label": label,
        "words": "never",
        "measures": label,
        "signs": ["theft"],
        "at_most": 0,
    }
    sheet = {"name": "a", "title": label, "source": "ours", "since": 2024, "until": 2024, "targets": [target]}
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump(sheet))
    with pytest.raises(BadInput, match=r"targets\.0\.signs: 'theft' is no sign of `motcua audit`"):
        load(str(path))


def test_a_missed_target_is_an_error_only_when_it_is_to_be_checked(events):
    plain = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021"])
    checked = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021", "--check"])
    assert (plain.exit_code, checked.exit_code) == (0, 1)
    assert plain.stdout == checked.stdout


def test_the_sheets_are_listed_with_what_can_be_measured_of_them():
    done = CliRunner().invoke(targets, ["--list"])
    assert [line.split()[0] for line in done.stdout.splitlines()[2:]] == names()
    assert "2021-2025" in done.stdout


def test_ones_own_sheet_is_a_file(events, tmp_path):
    own = {
        "name": "ours",
        "title": {"en": "Ours", "vi": "Của chúng tôi"},
        "source": "our plan",
        "since": 2026,
        "until": 2026,
        "targets": [
            {
                "id": "a",
                "label": {"en": "Online", "vi": "Trực tuyến"},
                "words": "half online",
                "measures": {"en": "online of all", "vi": "trực tuyến trên tất cả"},
                "where": {"channel": ["online"]},
                "indicator": "online_rate",
                "at_least": "100%",
            }
        ],
    }
    path = tmp_path / "ours.yaml"
    path.write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    (row,) = answered(events, "--sheet", str(path))["targets"]
    assert (row["status"], row["value"]) == ("reached", 1.0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: [", "not as YAML should be"),
        ("name: a", "the sheet: Object missing required field"),
        (b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_a_bad_sheet_is_one_sentence_with_its_file(content, words, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput, match=words) as raised:
        load(str(path))
    assert "bad.yaml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_unknown_sheet_or_year_is_told_with_what_there_is(events):
    with pytest.raises(BadInput, match="no sheet 'an-giang': name a YAML file or one of an-giang-2021, "):
        load("an-giang")
    done = CliRunner().invoke(targets, [events, "--sheet", "an-giang-2021", "--year", "2022"])
    assert isinstance(done.exception, BadInput)
    assert str(done.exception) == "--year 2022: an-giang-2021 is for 2021-2021"


def test_files_and_a_sheet_are_asked_for():
    done = CliRunner().invoke(targets, [])
    assert done.exit_code == 2
    assert "--sheet" in done.output
