"""`motcua plan` and `motcua sensitivity`: words, data and exit codes in both languages."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from motcua.charts import Dot, Stripe, curve, tornado
from motcua.plan import plan
from motcua.sensitivity import sensitivity
from simulator.experiments import plan as planning
from simulator.scenario.files import text

WARD = "--until", "2026-03-07", "--processes", "1"
FEW = "--most", "40", "--probability", "0.8", "--pool", "justice", "--max-posts", "9"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The ward without its warm-up, as a file."""
    path = tmp_path_factory.mktemp("ward") / "ward.yaml"
    path.write_text(text("quickstart").replace("warmup_days: 28", "warmup_days: 0"), "utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer runs where only words are looked at."""
    for name in ("CONFIRMED", "SHOWN", "DRAWN"):
        monkeypatch.setattr(planning, name, 8)


def planned(*words: str) -> Result:
    return CliRunner().invoke(plan, words)


def moved(*words: str) -> Result:
    return CliRunner().invoke(sensitivity, words)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", ("The cheapest staff that reaches it", "Confirmed by", "the plan", "Every cheaper plan")),
        ("vi", ("Số cán bộ ít nhất để đạt", "Đã xác nhận bằng", "phương án", "Mọi phương án rẻ hơn")),
    ],
)
def test_a_plan_is_told_in_words(lang: str, said: tuple[str, ...], ward: str) -> None:
    result = planned(ward, "--target", "on_time=0.95", *FEW, *WARD, "--lang", lang)
    assert result.exit_code == 0, result.output
    assert all(each in result.output for each in said)
    assert "H44.100/justice" in result.output
    assert "H44.100/leader" not in result.output


def test_a_target_that_no_run_has_a_figure_of_is_refused_and_not_reached(ward: str) -> None:
    unrated = Path(ward).with_name("unrated.yaml")
    unrated.write_text(Path(ward).read_text("utf-8").replace("rated: 0.1 ", "rated: 0 "), "utf-8")
    result = planned(str(unrated), "--target", "satisfied=0.9", *FEW, *WARD)
    assert result.exit_code != 0
    assert "target satisfied>=0.9: no run has this figure" in f"{result.output}{result.exception}"


def test_a_plan_under_which_dossiers_pile_up_says_so(tmp_path: Path) -> None:
    queue = text("mm10").replace("limit: none", "limit: 10wd").replace("272160", "3000")
    queue = queue.replace("work_minutes: 1}", "work_minutes: 20}").replace("posts: 10}", "posts: 4}")
    path = tmp_path / "queue.yaml"
    path.write_text(queue, "utf-8")
    asked = str(path), "--target", "on_time=0.9", "--until", "2026-01-12", *WARD[2:]
    answer = json.loads(planned(*asked, "--format", "json").stdout)
    assert (answer["plan"]["posts"], answer["overrun"]) == (1, ["H00.010/posts"])
    assert "more work is asked of H00.010/posts than these posts can do" in planned(*asked).output
    assert json.loads(planned(*asked, "--target", "open<=50", "--format", "json").stdout)["overrun"] == []


def test_json_tells_the_same_with_a_picture_and_the_command_that_repeats_it(
    ward: str, tmp_path: Path
) -> None:
    picture = tmp_path / "curve.svg"
    asked = (ward, "--target", "on_time>=95%", "--target", "wait<=30", *FEW, *WARD, "--cost", "justice=2")
    result = planned(*asked, "--format", "json", "--plot", str(picture))
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["targets"] == ["on_time>=0.95", "wait<=30"]
    assert told["reached"]
    (pool,) = told["pools"]
    assert pool["cost_of_post"] == 0.5
    assert told["plan"]["staff"] == {"H44.100/justice": pool["posts"]}
    assert told["plan"]["cost"] == pool["posts"] * 0.5
    assert told["plan"]["often"]["low"] <= told["plan"]["often"]["share"] <= told["plan"]["often"]["high"]
    assert picture.read_text("utf-8") == told["svg"]
    ET.fromstring(told["svg"])
    again = shlex.split(told["command"])
    assert again[:3] == ["motcua", "plan", ward]
    assert "--processes" not in again
    second = json.loads(planned(*again[2:], "--processes", "1", "--format", "json").stdout)
    assert second == told


def test_what_staff_cannot_reach_ends_with_1_and_names_levers(ward: str) -> None:
    asked = (ward, "--target", "on_time=0.999", *FEW, *WARD)
    result = planned(*asked)
    assert result.exit_code == 1, result.output
    assert "cannot be reached within the bounds" in result.output
    assert "--lever" in result.output or "Even all" in result.output
    vi = planned(*asked, "--lang", "vi")
    assert vi.exit_code == 1
    assert "Không đạt được trong giới hạn" in vi.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--target", "on_time"), "write INDICATOR=NUMBER"),
        (("--target", "on_time=0.9", "--pool", "nobody"), "no pool 'nobody'"),
        (("--target", "on_time=0.9", "--cost", "leader"), "write POOL=NUMBER"),
        (("--target", "on_time=0.9", "--plot", "x.png"), "ends in .svg"),
        (("--target", "on_time=0.9", "--until", "2026-01-01"), "not after"),
    ],
)
def test_a_wrong_question_about_a_plan_is_refused(words: tuple[str, ...], why: str, ward: str) -> None:
    result = planned(ward, *words)
    assert result.exit_code != 0
    assert why in f"{result.output}{result.exception}"


@pytest.mark.parametrize("method", ["morris", "sobol"])
@pytest.mark.parametrize(("lang", "said"), [("en", "It is moved most by"), ("vi", "Ảnh hưởng lớn nhất")])
def test_a_sensitivity_is_told_in_words(method: str, lang: str, said: str, ward: str) -> None:
    result = moved(ward, *TWO, "--method", method, "--size", "2", "--lang", lang, *SHORT)
    assert result.exit_code == 0, result.output
    assert said in result.output
    assert "steps.*.round" in result.output
    assert method.capitalize() in result.output


TWO = "--parameter", "demand.volume=0.8..1.2", "--parameter", "steps.*.round=0.5..1.5"
SHORT = "--replications", "2", "--until", "2026-03-03", "--processes", "1"


def test_json_of_a_sensitivity_has_indices_intervals_and_a_tornado(ward: str, tmp_path: Path) -> None:
    picture = tmp_path / "tornado.svg"
    result = moved(
        ward, *TWO, *SHORT, "--size", "2", "--indicator", "wait", "--format", "json", "--plot", str(picture)
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {each["parameter"] for each in told["parameters"]} == {"demand.volume", "steps.*.round"}
    for each in told["parameters"]:
        assert set(each["morris"]) == {"mu", "mu_star", "half", "sigma"}
        assert each["difference"]["low"] <= each["difference"]["mean"] <= each["difference"]["high"]
    assert told["interval"]["low"] <= told["interval"]["mean"] <= told["interval"]["high"]
    assert picture.read_text("utf-8") == told["svg"]
    assert "demand.volume" in told["svg"]
    ET.fromstring(told["svg"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--parameter", "demand.volume"), "write PATH=LOW..HIGH"),
        (("--parameter", "demand.volume=0.8..1.2", "--parameter", "demand.volume=0.9..1.1"), "given twice"),
        (("--method", "sobol", "--size", "48"), "a power of 2"),
        (("--indicator", "speed"), "known are on_time"),
        (("--plot", "x.pdf"), "ends in .svg"),
    ],
)
def test_a_wrong_question_about_sensitivity_is_refused(words: tuple[str, ...], why: str, ward: str) -> None:
    result = moved(ward, *words)
    assert result.exit_code != 0
    assert why in f"{result.output}{result.exception}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda: curve([Dot(1.0, 0.9, 0.8, 0.95), Dot(2.0, 0.97, 0.96, 0.98, "<a>")], "x", "y", 0.95, True),
        lambda: curve([Dot(1.0, 3.0, float("nan"), float("nan"), "one")], "x", "y", None, False),
        lambda: tornado(
            [Stripe("a&b", 1.0, 3.0, "0.8", "1.2"), Stripe("c", 2.0, 2.0, "0", "1")], 2.0, "x", False
        ),
    ],
)
def test_charts_are_whole_svg_and_the_same_each_time(draw: Callable[[], str]) -> None:
    found = draw()
    assert ET.fromstring(found).tag.endswith("svg")
    assert "nan" not in found
    assert found == draw()
