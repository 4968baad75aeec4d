"""`motcua compare`: verdict, table and JSON; the command that repeats it; what is refused."""

import doctest
import json
import re
import shlex
from pathlib import Path

import pytest

from motcua.effects import difference

SHORT = ("--until", "2026-03-09", "--processes", 1)
STAFF = "staff:pool=leader,add=1"


def test_a_verdict_in_words(motcua):
    code, out, err = motcua(
        "compare", "quickstart", "--lever", STAFF, "--precision", "wait=0.1", *SHORT, "--by", "office"
    )
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "quickstart: 1 world beside the baseline, 2026-03-01 to 2026-03-08"
    assert lines[2].startswith(f"{STAFF} alone: -0.")
    assert " mean hours in queues (-0." in lines[2]
    assert lines[2].endswith(", 1 more official")
    assert "H44.100" in out
    assert "seeds 1 to 20, each seed the same luck" in out
    assert 'Wanted of "mean hours in queues": ± 0.1; reached: ± 0.0' in out
    assert "times less by shared luck" in out
    assert "rounded up" in err


def test_the_same_in_vietnamese(motcua):
    asked = ("compare", "quickstart", "--lever", STAFF, "--replications", 12, *SHORT, "--lang", "vi")
    code, out, _ = motcua(*asked)
    assert code == 0
    assert out.startswith("quickstart: 1 phương án so với hiện trạng, 01/03/2026 đến 08/03/2026")
    assert "thêm 1 cán bộ" in out
    assert "số giờ chờ trong hàng đợi" in out


def test_the_command_that_is_told_gives_the_same_answer(motcua):
    code, out, _ = motcua(
        "compare", "quickstart", "--world", "both=edd;e-signature", "--lever", "edd", *SHORT,
        "--replications", 4, "--seed", 9, "--no-controls", "--warm-up", 7, "--format", "json",
    )  # fmt: skip
    assert code == 0
    answer = json.loads(out)
    assert [world["name"] for world in answer["worlds"]] == ["baseline", "edd", "both"]
    assert answer["warmup_days"] == 7
    assert answer["runs"] == 4
    words = shlex.split(answer["command"])
    assert "--no-controls" in words
    again = motcua(*words[1:], "--processes", 2, "--format", "json")
    assert again.out == out


def test_runs_with_trouble_are_warned_of(motcua):
    code, _, err = motcua("compare", "quickstart", "--lever", "demand:factor=6", "--replications", 2, *SHORT)
    assert code == 1
    assert "demand:factor=6, in 2 of 2 runs: The work asked of pool" in err


def test_a_world_without_dossiers_has_nothing_to_compare(motcua, tmp_path):
    asked = ("--lever", "demand:factor=0", "--replications", 2, *SHORT, "--report", tmp_path / "none.html")
    code, out, _ = motcua("compare", "quickstart", *asked, "--warm-up", 0)
    assert code == 0
    assert "demand:factor=0 alone: nothing to compare: it has no such figure" in out
    assert "nothing to compare" in (tmp_path / "none.html").read_text("utf-8")


def test_a_precision_that_is_not_reached_is_an_exit_code(motcua):
    asked = ("--precision", "wait=0.0001", "--most", 20, "--until", "2026-03-03", "--processes", 1)
    code, _, err = motcua("compare", "quickstart", "--lever", "edd", *asked)
    assert code == 1
    assert "was not reached in 20 runs" in err


def test_a_checkpoint_is_gone_on_from(motcua, tmp_path):
    asked = ("compare", "quickstart", "--lever", "edd", *SHORT, "--checkpoint", tmp_path / "runs.jsonl")
    first = motcua(*asked, "--replications", 2, "--format", "json")
    more = motcua(*asked, "--replications", 3, "--format", "json")
    assert first.code == more.code == 0
    assert f"2 replications were there already, in {tmp_path / 'runs.jsonl'}" in more.err
    fresh = motcua("compare", "quickstart", "--lever", "edd", *SHORT, "--replications", 3, "--format", "json")
    assert fresh.out == more.out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing is compared: give --lever"),
        (["--lever", "no-such"], "unknown lever 'no-such'"),
        (["--world", "edd"], 'write "NAME=LEVER;LEVER"'),
        (["--lever", "edd", "--precision", "speed=1"], "indicator 'speed' is not there"),
        (["--lever", "edd", "--precision", "wait"], "write on_time=0.005"),
        (
            ["--lever", "edd", "--precision", "wait=1", "--replications", 5],
            "give --replications or --precision",
        ),
        (["--lever", "edd", "--warm-up", "long"], "write days from 0 to 366, or mser"),
        (["--lever", "edd", "--until", "2026-02-01"], "is not after --from"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(motcua, words, told):
    code, out, err = motcua("compare", "quickstart", *words)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(
    ("name", "value", "en", "vi"),
    [
        ("on_time_rate_finished", 0.0191, "+1.9", "+1,9"),
        ("on_time_rate_finished", -0.0021, "-0.21", "-0,21"),
        ("late", -1234.5, "-1,234.5", "-1.234,5"),
        ("mean_days", 0.0, "0", "0"),
    ],
)
def test_differences_have_a_sign_and_shares_are_in_points(name, value, en, vi):
    assert (difference(name, value, "en"), difference(name, value, "vi")) == (en, vi)


def test_the_python_of_the_guide_runs_as_it_is_written():
    guide = (Path(__file__).parents[2] / "docs" / "compare.md").read_text("utf-8")
    (block,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    test = doctest.DocTestParser().get_doctest(block, {}, "compare.md", None, None)
    assert doctest.DocTestRunner().run(test).failed == 0
