"""The web site: the page, its live updates, the JSON of the figures, /metrics and the probes.

The caller binds it (loopback unless told) and stops it; `door` says who is let in.
It asks the view in the event loop, so the view must answer from memory.
Nothing here names a dossier.
"""

from datetime import tzinfo
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler

from dossier.audit import review
from dossier.figures.indicators import instant, just_after
from dossier.view import PUT_AWAY, Refusal, View
from monitoring import query, reports
from monitoring.door import door
from monitoring.exporter import exposition
from monitoring.live import PERIOD, Live
from monitoring.overview import overview
from monitoring.render import STATIC, ZONE, Renderer, update
from monitoring.snapshot import snapshot
from monitoring.words import LANGUAGES
from monitoring.worlds import comparison, worlds

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FINDING = ("detector", "severity", "office", "found", "looked", "times", "share", "causes", "lacks")
"""What is told of a finding of the audit."""


def site(
    view: View,
    *,
    lang: str = "en",
    province: str = "",
    zone: tzinfo = ZONE,
    period: float = PERIOD,
    token: str | None = None,
) -> web.Application:
    """The application; `lang` is for who states no wish, `period` of updates in seconds.

    With a token nobody is let in without it; with none it has to be bound to loopback.
    """
    pages = Site(view, lang, province, zone, period)
    app = web.Application(middlewares=[door(token, lang), refusals])
    app.on_response_prepare.append(_harden)
    app.on_shutdown.append(pages.live.close)
    app.add_routes(
        [
            web.get("/", pages.overview),
            web.get("/stream", pages.stream, allow_head=False),
            web.get("/snapshot", pages.snapshot),
            web.get("/metrics", pages.metrics),
            web.get("/api/indicators", pages.indicators),
            web.get("/api/rolling", pages.rolling),
            web.get("/api/trend", pages.trend),
            web.get("/api/compare", pages.compare),
            web.get("/api/report", pages.report),
            web.get("/api/audit", pages.audit),
            web.get("/healthz", pages.health if token is None else pages.alive),
            web.get("/readyz", pages.ready),
            web.static("/static", STATIC),
        ]
    )
    return app


class Site:
    """The answers; each method but the first is the handler of one address."""

    def __init__(self, view: View, lang: str, province: str, zone: tzinfo, period: float) -> None:
        self._view = view
        self._lang = lang
        self._province = province
        self._zone = zone
        self._renderers = {name: Renderer(name, zone) for name in LANGUAGES}
        self.live = Live(self._update, period)

    async def overview(self, request: web.Request) -> web.Response:
        """The page of one scenario: the one asked for, else "live", else the first."""
        asked = dict(request.query)
        lang = query.language(asked, request.headers.get("Accept-Language", ""), self._lang)
        renderer, names = self._renderers[lang], self._view.scenarios()
        name = asked.get("scenario") or ("live" if "live" in names else next(iter(names), ""))
        for wish in (name, asked.get("with", "")):
            if wish not in names and (wish or not name):
                return _html(renderer.absent(wish), 404 if wish else 200)
        reform = None if asked.get("with") == name else query.other(asked, self._view, name)
        self._view.whole()
        every = asked.get("offices") == "all"
        seen = overview(self._view, name)
        two = worlds(self._view, name, reform, seen) if reform else None
        asks = {"scenario": name} | ({"with": reform or ""} if len(names) > 1 else {})
        address = f"/stream?{urlencode(asks | {'lang': lang} | ({'offices': 'all'} if every else {}))}"
        around = {"province": self._province, "scenarios": names, "stream": address, "saved": None}
        return _html(renderer.page(seen, {**around, "asks": asks}, every, two))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events for the page that is open."""
        lang = query.language(request.query, request.headers.get("Accept-Language", ""), self._lang)
        every = "all" if request.query.get("offices") == "all" else ""
        name = query.scenario(request.query, self._view)
        reform = query.other(request.query, self._view, name) or ""
        return await self.live.follow(request, (name, lang, every, reform))

    async def snapshot(self, request: web.Request) -> web.Response:
        """The page as one file to keep."""
        name = self._scenario(request)
        lang = query.language(request.query, request.headers.get("Accept-Language", ""), self._lang)
        reform = query.other(request.query, self._view, name)
        page = snapshot(self._view, name, lang, province=self._province, zone=self._zone, reform=reform)
        answer = _html(page)
        # To be kept, not shown: the site's own policy lets no inline script run.
        answer.headers["Content-Disposition"] = f'attachment; filename="{quote(name)}.html"'
        return answer

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' text or OpenMetrics, as the client accepts."""
        body, content_type = exposition(self._view.own, ",".join(request.headers.getall("Accept", [])))
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def indicators(self, request: web.Request) -> web.Response:
        """What `motcua measure` prints, at stream time or `as_of`, in total or `by` a dimension."""
        query.known(request.query, "as_of", "by", "scenario", "due")
        asked = request.query
        by, at, due = query.dimension(asked), query.instant(asked), query.due_date(asked)
        if at is not None:
            await self._view.look()
        return _json(self._view.indicators(asked.get("scenario") or None, at, by, due))

    async def rolling(self, request: web.Request) -> web.Response:
        """The rolling windows, in total and by office and field."""
        query.known(request.query, "scenario")
        name = self._scenario(request)
        windows = {
            window: {
                "total": rows.get(("", "")),
                "rows": [{"office": o, "field": f, **row} for (o, f), row in sorted(rows.items()) if o or f],
            }
            for window, rows in self._view.rolling(name).items()
        }
        return _json({"as_of": self._stream_time(name), "scenario": name, "windows": windows})

    async def trend(self, request: web.Request) -> web.Response:
        """One row a local day, oldest first."""
        query.known(request.query, "scenario", "days")
        name, days = self._scenario(request), query.days(request.query)
        return _json(
            {"as_of": self._stream_time(name), "scenario": name, "days": self._view.trend(name, days)}
        )

    async def compare(self, request: web.Request) -> web.Response:
        """The indicators of a scenario and of another, and the differences; at stream time also by day."""
        query.known(request.query, "scenario", "with", "as_of", "by", "due")
        names = query.pair(request.query, self._view)
        asked = request.query
        by, at, due = query.dimension(asked), query.instant(asked), query.due_date(asked)
        await self._view.look()
        return _json(comparison(self._view, names, at, by, due))

    async def report(self, request: web.Request) -> web.Response:
        """An official report of a period as data; those that name dossiers are refused."""
        query.known(request.query, "form", "from", "until", "period", "cutoff", "by", "due", "scenario")
        name = self._scenario(request)
        form, period, by, due = reports.wish(request.query, self._view.book.zone)
        horizon = self._view.horizon(name)
        if horizon and period.start < horizon:
            raise Refusal(400, f"The period begins before {instant(horizon, self._zone)}: {PUT_AWAY}.")
        asked = reports.Question(
            dossiers=list(self._view.dossiers(name)),
            book=self._view.book,
            period=period,
            scenario=name,
            now=just_after(self._view.stream_time(name)),
            begun=self._view.begun(name),
            by=by,
            due=due,
        )
        try:
            return _json(reports.answer(asked, form))
        except ValueError as error:
            raise Refusal(409, f"{error}.") from None

    async def audit(self, request: web.Request) -> web.Response:
        """What `motcua audit` finds, counted: in all, or by office; the dossiers are not named."""
        query.known(request.query, "by", "scenario")
        name, by = self._scenario(request), query.one_of(request.query, "by", ("office",))
        at = self._view.stream_time(name)
        found = review.audit(self._view.dossiers(name), just_after(at), self._view.book, examples=0)
        rows = [
            {field: getattr(row, field) for field in FINDING}
            for row in (found if by else review.total(found, 0))
        ]
        return _json({"as_of": self._stream_time(name), "scenario": name, "findings": rows})

    async def health(self, _: web.Request) -> web.Response:
        """The process lives, and how the stream is doing."""
        return _json(self._view.own.health())

    async def alive(self, _: web.Request) -> web.Response:
        """The process lives: all that is told to whoever has no token."""
        return _json({"alive": True})

    async def ready(self, _: web.Request) -> web.Response:
        """200 once the view can answer, 503 before."""
        ready = self._view.own.health().ready
        return _json({"ready": ready}, 200 if ready else 503)

    def _scenario(self, request: web.Request) -> str:
        """The scenario asked for, of which this worker has all."""
        self._view.whole()
        return query.scenario(request.query, self._view)

    def _stream_time(self, scenario: str) -> str:
        return instant(self._view.stream_time(scenario), self._zone)

    def _update(self, key: tuple[str, ...]) -> bytes:
        self._view.whole()
        scenario, lang, every, reform = key
        seen, renderer = overview(self._view, scenario), self._renderers[lang]
        two = worlds(self._view, scenario, reform, seen) if reform else None
        return update(seen, renderer.sections(seen, bool(every), two), two)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refused question becomes its status and one sentence."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _json({"error": str(refusal)}, refusal.status)


async def _harden(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-cache" if request.path.startswith("/static/") else "no-store"


def _json(answer: Any, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), status=status, content_type="application/json")


def _html(text: str, status: int = 200) -> web.Response:
    response = web.Response(text=text, status=status, content_type="text/html")
    response.enable_compression()
    return response
