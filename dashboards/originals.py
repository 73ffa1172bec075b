"""One raw item as it came in: for those who may read originals, and each look is written down before it is shown."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from dashboards.access import needs
from dashboards.site import Site

_ID = re.compile(r"[0-9a-f]{64}")


def router(site: Site) -> APIRouter:
    pages = APIRouter(dependencies=[needs("editor")])

    @pages.get("/items/{raw_id}", response_class=HTMLResponse)
    def one(request: Request, raw_id: str) -> HTMLResponse:
        if not _ID.fullmatch(raw_id):
            raise HTTPException(404)
        site.audit(request, "original", raw_id)  # also where there is none: somebody asked
        item = site.doing.originals.read(raw_id)
        if item is None:
            raise HTTPException(404, "original.none")
        return site.page(request, "original.html", item=item)

    return pages
