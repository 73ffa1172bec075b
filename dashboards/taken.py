"""What may be taken along from a page: each table as CSV or XLSX, each figure as SVG, PNG or PDF, with its foot."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from dashboards import questions, take_away, trends_taken
from dashboards.access import needs
from dashboards.edition import Edition
from dashboards.site import Site
from warehouse import counts
from warehouse.counts import NoSuchBreakdown
from warehouse.trends import UNITS

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
}


def router(site: Site) -> APIRouter:
    pages = APIRouter(dependencies=[needs("analyst")])

    @pages.get("/take/{name}.{kind}")
    def count(request: Request, name: str, kind: str) -> Response:
        edition, asked = site.shelf.current(), dict(request.query_params)
        return _file(edition, name, kind, _counted(edition, name, _known(kind), asked))

    @pages.get("/trends/{part}.{kind}")
    def trend(request: Request, part: str, kind: str) -> Response:
        edition, asked = site.shelf.current(), dict(request.query_params)
        if _known(kind) in take_away.TABLES:
            return _file(
                edition,
                f"trends-{part}",
                kind,
                take_away.TABLES[_known(kind)](trends_taken.table(edition, part, asked)),
            )
        return _file(
            edition, f"trends-{part}", kind, take_away.FIGURES[_known(kind)](trends_taken.figure(edition, part, asked))
        )

    @pages.get("/questions/{name}.{kind}")
    def answer(request: Request, name: str, kind: str) -> Response:
        edition = site.shelf.current()
        if _known(kind) not in take_away.TABLES:
            raise HTTPException(404)
        made = take_away.TABLES[_known(kind)](questions.table(edition, name, dict(request.query_params)))
        return _file(edition, name, kind, made)

    return pages


def _known(kind: str) -> str:
    if kind not in TYPES:
        raise HTTPException(404)
    return f".{kind}"


def _counted(edition: Edition, name: str, kind: str, asked: Mapping[str, str]) -> bytes:
    """A breakdown of all counted stories. NoSuchBreakdown for a name or option that there is not."""
    con, words = edition.asking(), edition.words
    unit, codes, late = asked.get("unit", "story"), asked.get("codes") == "yes", asked.get("include_late") == "yes"
    if unit not in UNITS or set(asked) - {"unit", "codes", "include_late"}:
        raise NoSuchBreakdown(words("count.no_such", name=" ".join(asked), known="unit codes include_late"))
    table, total = counts.breakdown(con, name, words, late), counts.totals(con, late)
    build = counts.build_info(con)
    foot = take_away.foot(total, build, words, unit=unit, is_multi=table.is_multi, include_late=late)
    if kind in take_away.TABLES:
        return take_away.TABLES[kind](take_away.counted(table, foot, build["built_at"], words, unit, codes))
    return take_away.FIGURES[kind](take_away.figure(take_away.chart(table, words, unit, codes), foot))


def _file(edition: Edition, name: str, kind: str, made: bytes) -> Response:
    """A file that is saved, named by what it holds and by the version it is of."""
    named = f"neta-{name}-{edition.path.stem.removeprefix('warehouse-')}.{kind}"
    return Response(made, media_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{named}"'})
