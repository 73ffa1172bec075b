"""The pages, served on loopback from the published warehouse. They ask; they never change anything."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from dashboards.edition import Shelf
from dashboards.links import to
from dashboards.listing import items, stories
from dashboards.overview import overview
from dashboards.plain import plain
from dashboards.rendering import templates
from warehouse.counts import NoSuchBreakdown
from warehouse.lake import Lake
from warehouse.store import NotBuilt
from warehouse.words import Words

HOSTS = ["127.0.0.1", "localhost"]  # any other name in Host: a foreign site that points its name here
_POLICY = "default-src 'none'; {}; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": _POLICY.format("style-src 'self'"),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HERE = Path(__file__).parent
_STYLE = re.compile(r"<style>(.*?)</style>", re.S)


def make_app(lake: Lake, zone: str, language: str, is_sample: bool) -> FastAPI:
    """The pages of one home. zone: the call's, for the times shown; language: ja or en."""
    app = FastAPI(title="neta", docs_url=None, redoc_url=None, openapi_url=None)
    words = Words(language)
    shelf, page = Shelf(lake, zone, words), _renderer(words, is_sample)
    _guard(app)
    _tell_failures(app, page, lake, words)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))

    @app.get("/", response_class=HTMLResponse)
    def first(request: Request) -> str:
        edition, late = shelf.current(), request.query_params.get("include_late") == "yes"
        if late not in edition.kept:
            edition.kept[late] = page("overview.html", **overview(edition, late))
        return edition.kept[late]

    @app.get("/stories", response_class=HTMLResponse)
    def story_list(request: Request) -> str:
        return page("stories.html", **stories(shelf.current(), dict(request.query_params)))

    @app.get("/items", response_class=HTMLResponse)
    def item_list(request: Request) -> str:
        return page("items.html", **items(shelf.current(), dict(request.query_params)))

    @app.get("/report")
    def report() -> Response:
        return _report(lake.reports / "validation.html", "web.no_report")

    @app.get("/coder")
    def coder() -> Response:
        return _report(lake.reports / "coder.html", "web.no_coder_page")

    @app.get("/healthz")
    def health() -> JSONResponse:
        """Alive; version: the file on show, or null."""
        version = lake.published.resolve().stem if lake.published.exists() else None
        return JSONResponse({"status": "ok", "version": version})

    return app


def _guard(app: FastAPI) -> None:
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)

    @app.middleware("http")  # added last, so it also dresses what the one above refuses
    async def headers(request: Request, call_next: Callable) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _tell_failures(app: FastAPI, page: Callable[..., str], lake: Lake, words: Words) -> None:
    """What goes wrong is a page too: what, and what to do."""

    @app.exception_handler(NotBuilt)
    def not_built(request: Request, error: NotBuilt) -> HTMLResponse:
        command = f"neta run --home {lake.home}"
        return HTMLResponse(page("message.html", key="web.not_built", do="web.not_built_do", command=command), 503)

    @app.exception_handler(NoSuchBreakdown)
    def unknown(request: Request, error: NoSuchBreakdown) -> HTMLResponse:
        return HTMLResponse(page("message.html", key="web.bad_request", detail=str(error)), 400)

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> HTMLResponse:
        key = error.detail if words.has(error.detail) else "web.no_page"
        return HTMLResponse(page("message.html", key=key), error.status_code)


def _report(file: Path, missing: str) -> HTMLResponse:
    """A report as it lies there; of its inline styles just those in the file are let in, by hash."""
    if not file.exists():
        raise HTTPException(404, missing)
    text = file.read_text(encoding="utf-8")
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(text)]
    allowed = "style-src " + " ".join(f"'sha256-{digest}'" for digest in digests)
    return HTMLResponse(text, headers={"Content-Security-Policy": _POLICY.format(allowed)})


def _renderer(words: Words, is_sample: bool) -> Callable[..., str]:
    """render(template name, **context): the words, the filters and the banner are the same on every page."""
    env = templates()

    def render(name: str, **context: object) -> str:
        return env.get_template(name).render(
            w=words,
            language=words.language,
            is_sample=is_sample,
            to=to,
            plain=plain,
            clock="{:%Y-%m-%d %H:%M}".format,  # the warehouse tells times in the zone of the call
            **context,
        )

    return render
