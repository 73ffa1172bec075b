"""The pages, served from the published warehouse. They ask; what changes something is asked of flows (doing.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dashboards import (
    jobs,
    originals,
    quality,
    quarantine_pages,
    questions,
    quotes,
    reports,
    signing,
    taken,
    today_pages,
    trends,
    used,
    users,
)
from dashboards.access import guard, needs
from dashboards.doing import Refusal
from dashboards.edition import Edition
from dashboards.listing import items, stories
from dashboards.overview import overview
from dashboards.review import pages as review
from dashboards.rights import consent, held, people, withdrawal
from dashboards.site import Site
from dashboards.take_in import pages as take_in
from warehouse.counts import NoSuchBreakdown
from warehouse.questions import NotAsked, TooLong
from warehouse.store import NotBuilt

_POLICY = (
    "default-src 'none'; {}; img-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_OWN_PAGE = "style-src 'self'; script-src 'self'; connect-src 'self'"
HEADERS = {
    "Content-Security-Policy": _POLICY.format(_OWN_PAGE),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser says `Origin: null` of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HERE = Path(__file__).parent


def make_app(site: Site) -> FastAPI:
    """The pages of one home."""
    app = FastAPI(title="neta", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    _tell_failures(app, site)
    guard(app, site.access, partial(_why_not, site), partial(_again, site))
    _dress(app)
    _letters(app)
    app.mount("/static", StaticFiles(directory=_HERE / "static"))
    app.include_router(_health(site))
    app.include_router(taken.router(site))  # before the pages: a file's name is a page's with its kind behind it
    app.include_router(_reading(site))
    doing = site.doing
    rooms = (  # what they need, and what is left out without it
        (site.access.accounts, signing, users),
        (doing.originals, originals),
        (doing.jobs, jobs),
        (doing.consents, consent),
        (doing.people, people),
        (doing.rights, held, withdrawal),
        (doing.take_in, take_in),
        (doing.review, review),
        (doing.today, today_pages),
        (doing.quarantine, quarantine_pages),
        (doing.used, used),
    )
    for needed, *pages in rooms:
        for page in pages if needed else ():
            app.include_router(page.router(site))
    return app


def _letters(app: FastAPI) -> None:
    """A Japanese font for machines that have none (static/frame.css): of a wheel, because it is 4.5 MB."""

    @app.get("/static/japanese.otf")
    def font() -> FileResponse:
        import pylopdf_fonts_jp

        kept = {"Cache-Control": "private, max-age=604800"}
        return FileResponse(pylopdf_fonts_jp.sans_path(), media_type="font/otf", headers=kept)


_SHOWN = (  # address, template, and what works out of the edition and the query all that the template needs
    ("/trends", "trends.html", trends.page),
    ("/stories", "stories.html", stories),
    ("/quotes", "quotes.html", quotes.page),
    ("/items", "items.html", items),
)


def _showing(site: Site, template: str, make: Callable[[Edition, Mapping[str, str]], dict]) -> Callable:
    def show(request: Request) -> HTMLResponse:
        return site.page(request, template, **make(site.shelf.current(), dict(request.query_params)))

    return show


def _reading(site: Site) -> APIRouter:
    """Pages that only show."""
    pages = APIRouter(dependencies=[needs("analyst")])

    @pages.get("/", response_class=HTMLResponse)
    def first(request: Request) -> Response:
        if site.doing.today and request.state.viewer.may("editor") and not site.lake.published.exists():
            return RedirectResponse("/today", 303)  # there are no counts yet; what comes before them is told there
        late = request.query_params.get("include_late") == "yes"
        told = site.shelf.current().remembered(("overview", late), lambda e: overview(e, late))
        return site.page(request, "overview.html", **told)

    for path, template, make in _SHOWN:
        pages.get(path, response_class=HTMLResponse)(_showing(site, template, make))

    @pages.get("/questions", response_class=HTMLResponse)
    def question_list(request: Request) -> HTMLResponse:
        return site.page(request, "questions.html", **questions.listed(site.shelf.current()))

    @pages.get("/questions/{name}", response_class=HTMLResponse)
    def question(request: Request, name: str) -> HTMLResponse:
        return site.page(
            request, "question.html", **questions.page(site.shelf.current(), name, dict(request.query_params))
        )

    @pages.get("/quality", response_class=HTMLResponse)
    def how_good(request: Request) -> HTMLResponse:
        return site.page(request, "quality.html", **quality.page(site.shelf.current(), site.lake))

    @pages.get("/report")
    def report(request: Request) -> Response:
        return reports.shown(site, request, "validation", _POLICY)

    @pages.get("/coder")
    def coder(request: Request) -> Response:
        return reports.shown(site, request, "coder", _POLICY)

    return pages


def _health(site: Site) -> APIRouter:
    pages = APIRouter()

    @pages.get("/healthz")
    def health() -> JSONResponse:
        """Alive; version: the file on show, or null."""
        version = site.lake.published.resolve().stem if site.lake.published.exists() else None
        return JSONResponse({"status": "ok", "version": version})

    return pages


def _why_not(site: Site, request: Request, status: int, key: str) -> HTMLResponse:
    return site.page(request, "message.html", status, key=key)


def _again(site: Site, request: Request) -> HTMLResponse:
    return site.page(request, "again.html", link=request.url.path)


def _dress(app: FastAPI) -> None:
    @app.middleware("http")  # added last, so it also dresses what the guard refuses
    async def headers(request: Request, call_next: Callable) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def _tell_failures(app: FastAPI, site: Site) -> None:
    """What goes wrong is a page too: what, and what to do."""

    @app.exception_handler(NotBuilt)
    def not_built(request: Request, error: NotBuilt) -> HTMLResponse:
        command = f"neta run --home {site.lake.home}"
        return site.page(request, "message.html", 503, key="web.not_built", do="web.not_built_do", command=command)

    @app.exception_handler(TooLong)
    def too_long(request: Request, error: TooLong) -> HTMLResponse:
        return site.page(request, "message.html", 503, key="web.too_long")

    @app.exception_handler(NotAsked)
    @app.exception_handler(NoSuchBreakdown)
    def unknown(request: Request, error: ValueError) -> HTMLResponse:
        return site.page(request, "message.html", 400, key="web.bad_request", detail=str(error))

    @app.exception_handler(Refusal)
    def refused(request: Request, error: Refusal) -> HTMLResponse:
        return site.page(request, "message.html", 400, key="web.refused", detail=str(error))

    @app.exception_handler(HTTPException)
    def other(request: Request, error: HTTPException) -> HTMLResponse:
        key = error.detail if site.words.has(error.detail) else "web.no_page"
        return site.page(request, "message.html", error.status_code, key=key)
