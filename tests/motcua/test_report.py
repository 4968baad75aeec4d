"""`motcua report`: a simulated year whose months add up, with the figures of `measure`; every format."""

import csv
import html
import io
import json
import os
import re
import subprocess
import sys
import threading
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest

from dossier.event import Begun, encode
from dossier.figures.indicators import instant
from dossier.figures.period import days, months, parse
from dossier.law.calendar import VIETNAM
from dossier.view import Refusal
from monitoring.reports import FORMS, Question, answer, holds, settling, wish
from motcua.cli import main
from motcua.measure import figures_of, fold_files
from simulator.run import run
from simulator.scenario.files import load
from tests import strategies as our

FIRST, AFTER = date(2025, 1, 1), date(2026, 1, 1)
NET = "carried_resumed"


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """The events of a ward's year, as a file."""
    return events(tmp_path_factory.mktemp("year") / "year.jsonl", FIRST, AFTER)


@pytest.fixture(scope="module")
def spring(tmp_path_factory):
    """Six weeks of it, for what need not be long."""
    return events(tmp_path_factory.mktemp("spring") / "spring.jsonl", date(2025, 2, 15), date(2025, 4, 1))


def events(file, first, after):
    with file.open("wb") as out:
        begun = datetime.combine(first, time.min, VIETNAM)
        out.write(encode(Begun(scenario="quickstart", at=begun)) + b"\n")
        out.writelines(encode(event) + b"\n" for event in run(load("quickstart"), 1, first, after))
    return file


@pytest.fixture(scope="module")
def batch(year):
    found = fold_files([year], {})
    assert not found.dead
    return found


@pytest.fixture(scope="module")
def world(batch):
    return batch.processor.worlds["quickstart"]


@pytest.fixture(scope="module")
def ask(world):
    """`ask(period, form)`: the report's plain data."""
    return asking(world)


def asking(world):
    def run(period, form="II.06a", **options):
        question = Question(
            dossiers=world.dossiers.values(), book=world.book, period=period, scenario="quickstart",
            now=world.now, begun=world.begun, **options,
        )  # fmt: skip
        return answer(question, form)

    return run


@pytest.mark.parametrize("cutoff", [31, 20])
def test_all_checks_hold_and_months_add_up_to_quarters_and_the_year(ask, cutoff):
    found = {}
    for name in (*[f"2025-{m:02d}" for m in range(1, 13)], *[f"2025-Q{q}" for q in range(1, 5)], "2025"):
        period = parse(name, VIETNAM, cutoff)
        found[name] = ask(period)["total"]
        for form in ("II.06a", "consolidated"):
            each = ask(period, form, by="field")
            assert holds(each), (name, form, each["checks"])
    assert found["2025"][NET] or found["2025-02"][NET], "nothing waited over the end of a month: an idle test"
    for name in ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2025"):
        parts = [found[part.name] for part in months(parse(name, VIETNAM, cutoff), VIETNAM)]
        adds_up(parts, found[name])
    adds_up([found[f"2025-Q{q}"] for q in range(1, 5)], found["2025"])


def adds_up(parts, whole):
    """Sums of what flows, less what was carried over anew; the last part's of what stands."""
    total = {name: sum(part[name] for part in parts) for name in whole}
    for name in ("received_online", "received_direct_post", "resolved_early", "resolved_late"):
        assert total[name] == whole[name], name
    for name in ("resolved_total", "resolved_on_time"):
        assert total[name] - total[NET] == whole[name] - whole[NET], name
    for name in ("pending_total", "pending_in_time", "pending_overdue"):
        assert parts[-1][name] == whole[name], name
    assert parts[0]["carried_over"] - parts[0][NET] == whole["carried_over"] - whole[NET]
    for before, after in pairwise(parts):
        assert after["carried_over"] - after[NET] == before["pending_total"]


def test_with_the_waiting_ones_in_process_months_add_up_without_more(ask):
    parts = [ask(parse(f"2025-{m:02d}", VIETNAM), waiting="pending")["total"] for m in range(1, 13)]
    whole = ask(parse("2025", VIETNAM), waiting="pending")["total"]
    assert sum(part["resolved_total"] for part in parts) == whole["resolved_total"]
    assert sum(part[NET] for part in parts) == 0


@pytest.mark.parametrize("due", ["first", "current"])
@pytest.mark.parametrize("as_of", [None, "2025-06-18T00:00:00+07:00"])
def test_the_whole_run_has_the_figures_of_measure(ask, batch, due, as_of):
    # From before the first acceptance, so that nothing is carried over.
    end = AFTER if as_of is None else date.fromisoformat(as_of[:10])
    period = days(date(2024, 1, 1), end, VIETNAM)
    form = ask(period, due=due)["total"]
    at = None if as_of is None else datetime.fromisoformat(as_of)
    n = figures_of(batch, "quickstart", (None, at), None, due)["total"]
    assert form["received_total"] == form["received_online"] + form["received_direct_post"] == n["received"]
    assert form["received_online"] == n["online"]
    assert form["carried_over"] == 0
    assert form["resolved_late"] == n["late"]
    assert form["pending_overdue"] == n["open_overdue"]
    assert form["resolved_total"] == n["finished"] + form["on_time_waiting"]
    assert form["pending_total"] == n["open"] - form["on_time_waiting"]
    # Measure's early ones less those that ended without a result, which the form has on time.
    assert form["resolved_early"] == n["early"] - form["early_no_result"]
    assert form["resolved_on_time"] == (
        n["on_time"] - form["resolved_early"] + form["on_time_waiting"] + form["on_time_no_due"]
    )
    assert n["awaiting_supplement"] >= form["on_time_waiting"] >= 0


def test_a_month_has_the_figures_of_measure_since_its_first_day(ask, batch):
    form = ask(parse("2025-06", VIETNAM))["total"]
    span = (datetime(2025, 6, 1, tzinfo=VIETNAM), datetime(2025, 7, 1, tzinfo=VIETNAM))
    n = figures_of(batch, "quickstart", span)["total"]
    assert form["carried_over"] > 0
    assert form["received_total"] == n["received"]
    assert form["resolved_total"] == n["finished"] + form["on_time_waiting"]
    assert (form["resolved_late"], form["pending_overdue"]) == (n["late"], n["open_overdue"])


def test_the_consolidated_report_has_the_figures_of_measure(ask, batch):
    found = ask(days(date(2024, 1, 1), AFTER, VIETNAM), "consolidated")["total"]
    n = figures_of(batch, "quickstart", (None, None))["total"]
    assert found["received_online_full"] == n["online_full"]
    assert found["received_online_partial"] == n["online_partial"]
    assert found["not_accepted"] == n["not_accepted"]
    assert found["waiting_acceptance"] == n["waiting_acceptance"]
    assert found["withdrawn"] == n["withdrawn"]
    assert found["stopped"] == n["refused"] + n["stopped"]
    assert (found["paid_total"], found["paid_online"]) == (n["paid"], n["paid_online"])
    letters = found["resolved_late_letter"] + found["pending_late_letter"]
    assert letters == n["letters_sent"]
    assert found["resolved_late"] + found["pending_overdue"] == n["breached"]


def test_the_register_of_letters_has_the_figures_of_measure(ask, batch):
    found = ask(days(date(2024, 1, 1), AFTER, VIETNAM), "apologies")
    n = figures_of(batch, "quickstart", (None, None))["total"]
    total = found["total"]
    assert (total["late"], total["late_lettered"], total["in_time"]) == (
        n["letters_due"], n["letters_sent"], n["letters_in_time"],
    )  # fmt: skip
    assert (total["coverage"], total["timeliness"]) == (n["apology_rate"], n["apology_in_time_rate"])
    assert (total["judged"], total["kept"]) == (n["letters_judged"], n["letters_kept"])
    assert (total["repeated"], total["false"]) == (n["letters_repeated"], n["letters_false"])
    assert len(found["rows"]) == len({row["dossier_id"] for row in found["rows"]})


def test_causes_add_up_and_say_what_tells_them(ask):
    period = parse("2025", VIETNAM)
    found, form = ask(period, "II.07a", by="field"), ask(period)["total"]
    assert sum(row["late"] for row in found["rows"]) == form["resolved_late"] + form["pending_overdue"]
    shares = {}
    for row in found["rows"]:
        shares[row["field"]] = shares.get(row["field"], 0) + row["share"]
    assert shares
    assert all(share == pytest.approx(1) for share in shares.values())
    assert {row["cause"] for row in found["rows"] if row["kind"] == "letter"} == {"workload"}


def test_the_digest_compares_with_the_period_before(ask):
    now, before = (ask(parse(name, VIETNAM), "digest") for name in ("2025-04", "2025-03"))
    assert now["before"] == "2025-03"
    was = {k: v for k, v in before["rows"][0].items() if k not in {"before", "office"}}
    assert now["rows"][0]["before"] == was
    assert ask(parse("2025-01", VIETNAM), "digest")["rows"][0]["before"] is None, "before the record begins"
    with pytest.raises(ValueError, match="no dossier is of the office nowhere"):
        ask(parse("2025-04", VIETNAM), "digest", office="nowhere")


def steps_of(agency, *moved):
    """A dossier whose agency finished steps so many hours after their due date."""
    facts = [our.TYPES["accepted"](scenario="live", dossier_id=f"d{agency}", office="o", seq=1, at=our.at(0),
                                   procedure="p", channel="c", online=False, due_at=our.at(9))]  # fmt: skip
    for seq, hours in enumerate(moved, 2):
        facts.append(
            our.TYPES["step_finished"](
                scenario="live",
                dossier_id=f"d{agency}",
                office="o",
                seq=seq,
                at=our.at(10 + seq),
                step="check",
                agency=agency,
                due_at=our.at(10 + seq - hours),
            )
        )
    return facts


def test_steps_late_by_agency(tmp_path):
    file = tmp_path / "steps.jsonl"
    facts = [*steps_of("land", 1, 2, -1), *steps_of("tax", -1, 0), *steps_of("police", 3)]
    file.write_bytes(b"\n".join(map(encode, facts)))
    world = fold_files([file], {}).processor.worlds["live"]
    period = days(our.BASE.date(), our.BASE.date() + timedelta(5), VIETNAM)
    question = Question(world.dossiers.values(), world.book, period, "live", world.now)
    found = answer(question, "steps")
    assert [(row["agency"], row["steps"], row["late"], row["dossiers"]) for row in found["rows"]] == [
        ("land", 3, 2, 1), ("police", 1, 1, 1), ("tax", 2, 0, 0),
    ]  # fmt: skip
    causes = answer(question, "II.07a")
    assert {(row["kind"], row["cause"]) for row in causes["rows"]} == {
        ("step", "land"), ("step", "police"), ("not_stated", ""),
    }  # fmt: skip


@pytest.fixture
def motcua(monkeypatch, capsys):
    """`motcua("report", file)` gives (exit code, stdout, stderr)."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["motcua", *map(str, words)])
        code = 0
        try:
            main()
        except SystemExit as done:
            code = int(done.code or 0)
        out = capsys.readouterr()
        return code, out.out, out.err

    return run


class Cells(HTMLParser):
    """The cells of every table row, and what an HTML file would fetch or run."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self._cell = [], set(), None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {"src", "href", "onclick", "onload"} & {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self._cell = []

    def handle_data(self, data):
        if self._cell is not None:
            self._cell.append(data)

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.rows[-1].append("".join(self._cell))
            self._cell = None


def test_every_format_tells_the_same_figures(motcua, spring, tmp_path):
    words = ("report", spring, "--month", "2025-03", "--by", "field")
    code, out, err = motcua(*words, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    total = found["total"]

    for lang, share in (("en", "Total"), ("vi", "Tổng số")):
        files = {kind: tmp_path / f"{lang}.{kind}" for kind in ("xlsx", "csv", "html")}
        for file in files.values():
            assert motcua(*words, "--lang", lang, "--out", file)[0] == 0
        sheet = openpyxl.load_workbook(files["xlsx"]).active
        lines = list(sheet.iter_rows(values_only=True))
        last = next(row for row in lines if row[1] == share and isinstance(row[2], int))
        assert last[2:13] == tuple(total[name] for name in list(total)[:11])
        raw = files["csv"].read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        assert rows[-1][2:13] == [str(total[name]) for name in list(total)[:11]]
        assert len(rows) == len(found["rows"]) + 2
        page = Cells(files["html"].read_text("utf-8"))
        assert "script" not in page.tags
        assert page.rows[-1][2] == f"{total['received_total']:,}".replace(",", "." if lang == "vi" else ",")


def test_the_workbook_has_numbers_a_frozen_head_and_a_landscape_page(motcua, spring, tmp_path):
    out = tmp_path / "digest.xlsx"
    assert (
        motcua("report", spring, "--month", "2025-03", "--form", "digest", "--lang", "vi", "--out", out)[0]
        == 0
    )
    book = openpyxl.load_workbook(out)
    sheet = book.active
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.freeze_panes is not None
    assert sheet.print_title_rows is not None
    numbers = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)]
    assert {cell.number_format for cell in numbers} == {"[$-42A]#,##0", "[$-42A]0.00%"}
    share = next(cell.value for cell in numbers if "%" in cell.number_format)
    assert 0 < share < 1
    assert share == pytest.approx(round(share, 4), abs=1e-12), "rounded down to a hundredth of a percent"


def test_the_same_report_is_the_same_bytes(motcua, spring, tmp_path):
    files = [tmp_path / "one.xlsx", tmp_path / "two.xlsx"]
    for file in files:
        assert motcua("report", spring, "--month", "2025-03", "--out", file)[0] == 0
    assert files[0].read_bytes() == files[1].read_bytes()


HOSTILE = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "<script>alert(1)</script>", "=cmd|' /C calc'!A0")


@pytest.fixture
def hostile(tmp_path):
    """Offices with names that a spreadsheet or a browser might run."""
    file = tmp_path / "hostile.jsonl"
    facts = [
        our.TYPES["accepted"](
            scenario="live", dossier_id=f"d{n}", office=name, seq=1, at=our.at(n), procedure=name,
            channel="c", online=False, due_at=our.at(n + 1),
        )
        for n, name in enumerate(HOSTILE)
    ]  # fmt: skip
    facts.append(
        our.TYPES["rated"](scenario="live", dossier_id="d0", office="=1+1", seq=2, at=our.at(200), score=1)
    )
    file.write_bytes(b"\n".join(map(encode, facts)))
    return file


@pytest.mark.parametrize("form", FORMS)
def test_no_text_becomes_a_formula_or_a_script(motcua, hostile, tmp_path, form):
    out = tmp_path / "out.xlsx"
    assert motcua("report", hostile, "--form", form, "--out", out)[0] == 0
    for sheet in openpyxl.load_workbook(out).worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert motcua("report", hostile, "--form", form, "--out", out.with_suffix(".csv"))[0] == 0
    for row in csv.reader(io.StringIO(out.with_suffix(".csv").read_text("utf-8-sig"))):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell
    assert motcua("report", hostile, "--form", form, "--out", out.with_suffix(".html"))[0] == 0
    text = out.with_suffix(".html").read_text("utf-8")
    assert "script" not in Cells(text).tags
    if form in {"II.06a", "consolidated", "digest", "apologies"}:
        assert html.escape("<script>") in text


@pytest.fixture
def two(tmp_path):
    """Two offices, one with a name that turns lines and colours terminals."""
    file = tmp_path / "two.jsonl"
    facts = [
        our.TYPES["accepted"](
            scenario="live", dossier_id=f"d{n}", office=name, seq=1, at=our.at(n), procedure="p",
            channel="c", online=False, due_at=our.at(n + 9),
        )
        for n, name in enumerate(("H1", "H1", "a\x07\x1b[31m\nb\u202e"))
    ]  # fmt: skip
    file.write_bytes(b"\n".join(map(encode, [*facts, our.events.Tick(scenario="live", at=our.at(200))])))
    return file


@pytest.mark.parametrize("form", FORMS)
def test_one_office_can_be_reported_alone_in_every_form(motcua, two, form):
    code, out, err = motcua("report", two, "--form", form, "--office", "H1", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert all(each["holds"] for each in found["checks"])
    if form == "digest":
        assert [(row["office"], row["received"]) for row in found["rows"]] == [("H1", 2)]
        return
    n = {"II.06a": "received_total", "consolidated": "received_total", "steps": "steps"}.get(form, "late")
    assert found["total"][n] == (0 if form == "steps" else 2)
    code, out, _ = motcua("report", two, "--form", form, "--office", "H1", "--lang", "vi")
    assert (code, "Chỉ tính hồ sơ của H1." in out) == (0, True)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("written", ["table", "html", "csv", "xlsx"])
def test_a_name_plays_with_no_terminal_browser_or_spreadsheet(motcua, two, tmp_path, form, written):
    out = tmp_path / f"out.{written}"
    assert motcua("report", two, "--form", form, "--format", written, "--out", out)[0] == 0
    if written == "xlsx":
        book = openpyxl.load_workbook(out)
        text = "".join(str(cell.value or "") for each in book for row in each.iter_rows() for cell in row)
        text += "".join(each.title for each in book)
    else:
        text = out.read_text("utf-8-sig")
    assert not set(text) & set("\x07\x1b\u202e")
    if form not in {"steps", "II.07a"}:
        assert re.search(r"a\ufffd\ufffd.31m\s+b\ufffd", text)


def test_a_sentence_about_an_office_plays_with_no_terminal(motcua, two):
    code, _, err = motcua("report", two, "--office", "H\x1b9")
    assert (code, "offices are H1, a\ufffd\ufffd[31m b\ufffd" in err) == (2, True)
    assert "\x1b" not in err


def test_a_file_that_cannot_be_written_is_named_with_what_to_do(motcua, two, tmp_path):
    nowhere = tmp_path / "nope"
    for out, said in (
        (nowhere / "x.html", f"{nowhere} is not there: make the folder, or name another file"),
        (tmp_path, f"{tmp_path} is a folder: name a file in it"),
        ("/dev/full", "/dev/full cannot be written (No space left on device): name another file"),
    ):
        code, told, err = motcua("report", two, "--format", "html", "--out", out)
        assert (code, told) == (2, "")
        assert err.startswith(f"motcua: {said}")
        assert err.count("\n") == 1


def test_a_check_that_fails_is_told_and_the_exit_code_is_one(motcua, spring, monkeypatch):
    monkeypatch.setitem(settling.SUMS, "3 = 7 + 11", ("received_total", ("resolved_total",)))
    code, out, err = motcua("report", spring, "--month", "2025-03")
    assert (code, "3 = 7 + 11" in err) == (1, True)
    assert "FAIL  3 = 7 + 11: " in out


def test_the_forms_are_listed(motcua):
    for lang in ("en", "vi"):
        code, out, _ = motcua("report", "--list", "--lang", lang)
        assert code == 0
        assert all(re.search(rf"^{re.escape(form)}\s", out, re.MULTILINE) for form in FORMS)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["FILE", "--form", "II.99"],
        ["FILE", "--by", "colour"],
        ["FILE", "--form", "steps", "--by", "office"],
        ["FILE", "--form", "digest", "--by", "field"],
        ["FILE", "--month", "2025-03", "--out", "report.pdf"],
        ["FILE", "--month", "2025-03", "--out", "nowhere/report.html"],
        ["FILE", "--month", "2025-13"],
        ["FILE", "--month", "2025"],
        ["FILE", "--quarter", "2025-03"],
        ["FILE", "--year", "2025-Q1"],
        ["FILE", "--month", "2025-03", "--year", "2025"],
        ["FILE", "--from", "2025-03-01"],
        ["FILE", "--from", "2025-03-02", "--until", "2025-03-01"],
        ["FILE", "--month", "2035-03"],
        ["FILE", "--month", "2025-03", "--cutoff", "32"],
        ["FILE", "--from", "2025-03-01", "--until", "2025-04-01", "--cutoff", "20"],
        ["FILE", "--cutoff", "20"],
        ["FILE", "--month", "2025-03", "--office", "nowhere"],
        ["FILE", "--month", "2025-03", "--out", "/nope/report.html"],
        [
            "--from-monitor",
            "http://127.0.0.1:1",
            "--from",
            "2025-03-01",
            "--until",
            "2025-04-01",
            "--cutoff",
            "20",
        ],
        ["FILE", "--format", "xlsx"],
        ["FILE", "--month", "2025-03", "--form", "digest", "--office", "nowhere"],
        ["FILE", "--from-monitor", "http://127.0.0.1:1", "--month", "2025-03"],
        ["--from-monitor", "file:///etc/passwd", "--month", "2025-03"],
        ["--from-monitor", "http://127.0.0.1:1"],
        ["--from-monitor", "http://127.0.0.1:1", "--month", "2025-03"],
        ["--from-monitor", "http://127.0.0.1:1", "--month", "2025-03", "--form", "apologies"],
        ["none.jsonl", "--month", "2025-03"],
    ],
    ids=" ".join,
)
def test_bad_input_is_refused_in_a_sentence(motcua, spring, words):
    code, out, err = motcua("report", *[spring if word == "FILE" else word for word in words])
    said = [line for line in err.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert (code, out, len(said)) == (2, "", 1), err
    assert "Traceback" not in err


def test_without_the_library_a_workbook_names_the_extra(motcua, spring, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    code, _, err = motcua("report", spring, "--month", "2025-03", "--out", tmp_path / "x.xlsx")
    assert code == 2
    assert "motcua[report]" in err


@pytest.fixture
def monitor(spring):
    """The address of a server that answers /api/report as the monitor's page does."""
    ask = asking(fold_files([spring], {}).processor.worlds["quickstart"])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            address = urlsplit(self.path)
            try:
                form, period, by, due = wish(dict(parse_qsl(address.query)), VIETNAM)
                status, found = 200, ask(period, form, by=by, due=due)
            except Refusal as refusal:
                status, found = refusal.status, {"error": str(refusal)}
            self.send_response(status if address.path == "/api/report" else 404)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize("form", ["II.06a", "consolidated", "digest"])
@pytest.mark.parametrize(
    "when", [["--month", "2025-03", "--cutoff", "20"], ["--from", "2025-02-20", "--until", "2025-03-05"]]
)
def test_a_monitor_gives_the_report_of_the_file(motcua, spring, monitor, form, when):
    same = ["--form", form, "--by", "unit", *when, "--format", "json"]
    from_file, served = motcua("report", spring, *same), motcua("report", "--from-monitor", monitor, *same)
    assert (served[0], served[2]) == (0, "")
    assert json.loads(served[1]) == json.loads(from_file[1])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"form": "apologies", "period": "2025-03"}, 403),
        ({"form": "nothing", "period": "2025-03"}, 400),
        ({}, 400),
        ({"period": "2025-99"}, 400),
        ({"period": "2025-03", "cutoff": "x"}, 400),
        ({"period": "2025-03", "by": "colour"}, 400),
        ({"period": "2025-03", "due": "never"}, 400),
        ({"from": "2025-03-01", "until": "soon"}, 400),
        ({"from": "2025-03-01", "until": "2025-04-01", "cutoff": "20"}, 400),
        ({"from": "2025-03-01", "until": "2025-04-01", "period": "2025-03"}, 400),
        ({"from": "2025-03-01", "until": "2025-02-01"}, 400),
    ],
)
def test_a_wrong_wish_is_refused_with_what_is_right(query, status):
    with pytest.raises(Refusal) as refused:
        wish(query, VIETNAM)
    assert refused.value.status == status
    assert len(str(refused.value)) < 300


def test_without_a_period_the_ways_to_say_one_are_named():
    with pytest.raises(Refusal, match="period=2026-03"):
        wish({"form": "II.06a"}, VIETNAM)


@pytest.mark.parametrize("written", ["csv", "html", "json"])
def test_a_file_on_standard_output_is_utf8_whatever_the_terminal_has(two, written):
    words = [sys.executable, "-m", "motcua", "report", two, "--lang", "vi", "--form", "consolidated"]
    done = subprocess.run(
        [*map(str, words), "--format", written, "--office", "H1"],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"}, capture_output=True, check=True,
    )  # fmt: skip
    text = done.stdout.decode("utf-8-sig")
    assert "?" not in text
    assert written == "json" or "Đơn vị giải quyết TTHC" in text


def test_what_the_data_say_of_themselves_stands_in_the_notes(ask, world):
    early = ask(parse("2025", VIETNAM, 20))["notes"]
    assert ["data_begin", {"at": instant(world.begun, VIETNAM)}] in early
