"""The page as one file that needs nothing else: styles, scripts and figures inside, no live connection."""

from base64 import b64encode
from datetime import tzinfo
from hashlib import sha256

from markupsafe import Markup

from dossier.view import View
from monitoring.overview import overview
from monitoring.render import STATIC, ZONE, Renderer
from monitoring.worlds import worlds

STYLES = ("vendor/uPlot.min.css", "page.css")
SCRIPTS = ("vendor/uPlot.iife.min.js", "page.js")
TWO = "worlds.js"
"""The script of a page that compares two worlds."""


def snapshot(
    view: View,
    scenario: str,
    lang: str = "en",
    *,
    province: str = "",
    zone: tzinfo = ZONE,
    reform: str | None = None,
) -> str:
    """The page of one scenario as HTML to be saved, beside that of a reform if there is one."""
    seen = overview(view, scenario)
    two = worlds(view, scenario, reform, seen) if reform else None
    saved = _assets((*SCRIPTS, TWO) if two else SCRIPTS)
    around = {"province": province, "scenarios": [scenario], "stream": "", "saved": saved, "asks": {}}
    return Renderer(lang, zone).page(seen, around, two=two)


def _assets(scripts: tuple[str, ...]) -> dict[str, object]:
    """Our own files to stand in the page, and a policy that lets nothing but them run."""
    style, *texts = (
        "".join((STATIC / name).read_text("utf-8") for name in names)
        for names in (STYLES, *((script,) for script in scripts))
    )
    allowed = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)
    return {
        "style": Markup(style),  # noqa: S704 - our own file
        "scripts": [Markup(text) for text in texts],  # noqa: S704 - our own files
        "policy": f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}",
    }
