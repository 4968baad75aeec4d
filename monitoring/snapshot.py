"""The page as one file that needs nothing else: styles, scripts and figures inside, no live connection."""

from base64 import b64encode
from datetime import tzinfo
from hashlib import sha256

from markupsafe import Markup

from dossier.view import View
from monitoring.overview import overview
from monitoring.render import STATIC, ZONE, Renderer

STYLES = ("vendor/uPlot.min.css", "page.css")
SCRIPTS = ("vendor/uPlot.iife.min.js", "page.js")


def snapshot(view: View, scenario: str, lang: str = "en", *, province: str = "", zone: tzinfo = ZONE) -> str:
    """The page of one scenario as HTML to be saved."""
    seen = overview(view, scenario)
    around = {"province": province, "scenarios": [scenario], "stream": "", "saved": _assets()}
    return Renderer(lang, zone).page(seen, around)


def _assets() -> dict[str, object]:
    """Our own files to stand in the page, and a policy that lets nothing but them run."""
    style, *scripts = (
        "".join((STATIC / name).read_text("utf-8") for name in names)
        for names in (STYLES, *((script,) for script in SCRIPTS))
    )
    allowed = " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in scripts)
    return {
        "style": Markup(style),  # noqa: S704 - our own file
        "scripts": [Markup(text) for text in scripts],  # noqa: S704 - our own files
        "policy": f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {allowed}",
    }
