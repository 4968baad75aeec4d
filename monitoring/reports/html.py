"""Reports as one HTML file: nothing fetched, no script, for a screen and for paper (A4, landscape)."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitoring.reports.table import Layout, depth, headings, kind_of, written


def page(report: Layout) -> str:
    """The whole file; every text in it is escaped."""
    templates = Environment(
        loader=PackageLoader("monitoring"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        headings=headings,
        depth=depth,
        kind_of=kind_of,
        written=lambda value, kind: written(value, kind, report.lang),
    )
    return templates.get_template("report.html").render(report=report, vi=report.lang == "vi")
