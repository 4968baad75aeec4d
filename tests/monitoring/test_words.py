import re
from pathlib import Path

import pytest

import monitoring
from monitoring.words import NAMES, WORDS, named
from monitoring.worlds import MAIN

TEMPLATES = Path(monitoring.__file__).parent / "templates"


@pytest.mark.parametrize("key", sorted(WORDS))
def test_both_languages_have_the_same_parts(key):
    en, vi = (sorted(re.findall(r"\{(\w+)\}", text)) for text in WORDS[key])
    assert en == vi
    assert all(text.strip() for text in WORDS[key])


def test_every_word_is_used_and_every_word_asked_for_exists():
    text = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    asked = set(re.findall(r'\bt\("([\w]+)"', text))
    asked |= {
        key
        for clause in re.findall(r't\(("\w+" if [^)]*else "\w+")', text)
        for key in re.findall(r'"(\w+)"', clause)
    }
    asked |= {f"is_{shown.name}" for shown in MAIN}
    asked |= {"level", "field"} | {key for key in WORDS if key.startswith("due_")} | {"1d", "7d", "30d"}
    assert set(WORDS) == asked - {"due_", "is_"}


def test_a_name_from_the_events_stands_for_itself():
    assert named("title", "en") == "title"
    assert named("{n}", "vi") == "{n}"
    assert named("commune", "vi") == "Cấp xã"
    assert not set(NAMES) & set(WORDS)
