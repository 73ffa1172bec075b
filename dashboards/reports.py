"""Reports that lie in the home as files of their own, shown with the letters and the bar on top of every page."""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from dashboards.site import Site

_STYLE = re.compile(r"<style>(.*?)</style>", re.S)
_FRAME = '<link rel="stylesheet" href="/static/frame.css">\n'


def shown(site: Site, request: Request, name: str, policy: str) -> HTMLResponse:
    """reports/<name>.html; of inline styles just those in the file are let in, by hash. policy: with {} for styles.

    The bar goes where the file says <!-- rooms -->; opened without the pages, the file is whole as it is.
    """
    file, here = site.lake.reports / f"{name}.html", "report" if name == "validation" else name
    if not file.exists():
        raise HTTPException(404, f"web.no_{here}_page")
    text = file.read_text(encoding="utf-8")
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in _STYLE.findall(text)]
    allowed = " ".join(["style-src 'self'", *(f"'sha256-{digest}'" for digest in digests)])
    framed = text.replace("</head>", f"{_FRAME}</head>", 1)
    framed = framed.replace("<!-- rooms -->", site.html(request, "rooms.html", here="quality"), 1)
    return HTMLResponse(framed, headers={"Content-Security-Policy": policy.format(allowed)})
