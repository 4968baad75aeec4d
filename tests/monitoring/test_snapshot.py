import re
from base64 import b64encode
from hashlib import sha256

import pytest

from monitoring.snapshot import snapshot


def test_the_saved_page_needs_nothing_else(large):
    page = snapshot(large, "live", province="Phú Thọ")
    assert not re.findall(r'(?:src|href)="(?!#|data:,)', page)
    assert "data-stream" not in page
    assert "saved picture, not live" in page
    assert "uPlot=function" in page
    assert 163 - 15 > page.count('<th scope="row">H44.') == 15


def test_only_its_own_scripts_may_run(view):
    page = snapshot(view, "live", "vi")
    allowed = re.search(r"script-src ([^\"]*)\"", page).group(1).replace("&#39;", "'").split()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert allowed == [f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in scripts]
    assert len(scripts) == 2


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_hostile_name_is_shown_not_run(view, hostile, lang):
    page = snapshot(view, "live", lang, province=hostile)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(" in page


def test_the_same_view_is_saved_in_the_same_bytes(view):
    assert snapshot(view, "live") == snapshot(view, "live")
