"""今日, the first room: what came, what waits for a person, what runs; and the button that builds."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from dashboards.access import needs
from dashboards.site import ROOMS, Site

JOBS = 6


def router(site: Site) -> APIRouter:
    pages = APIRouter(dependencies=[needs("editor")])

    @pages.get("/today", response_class=HTMLResponse)
    def today(request: Request) -> HTMLResponse:
        asked, jobs = site.doing.today, site.doing.jobs
        running = jobs.running()
        shown = {
            "standing": asked.standing(site.con()),
            "recent": asked.recent(),
            "notices": asked.notices(),
            "running": running,
            "jobs": jobs.recent(JOBS),
            "is_at_work": running is None and asked.is_at_work(),
            "doors": {path for _, path, role in ROOMS if request.state.viewer.may(role)},
        }
        return site.page(request, "today/today.html", **shown)

    return pages
