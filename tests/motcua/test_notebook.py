"""docs/notebook.md runs as it is written: its Python in one session, its command in a shell's words."""

import doctest
import re
import shlex
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "notebook.md").read_text("utf-8")


def test_the_python_of_the_notebook_gives_what_it_says():
    session = "".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(session, {}, "notebook.md", None, None)
    assert len(test.examples) > 30
    assert doctest.DocTestRunner().run(test).failed == 0


def test_its_command_leaves_the_page_and_the_same_verdict(tmp_path, monkeypatch, motcua):
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"^\$ motcua (.*)$", PAGE, re.MULTILINE)
    done = motcua(*shlex.split(command), "--processes", 1)
    assert done.code == 0, done.err
    assert {each.name for each in tmp_path.iterdir()} == {"compare.html", "compare.json", "compare.parquet"}
    (verdict,) = re.findall(r"^both: .*$", PAGE, re.MULTILINE)
    assert verdict in done.out
    assert verdict in (tmp_path / "compare.html").read_text("utf-8")
