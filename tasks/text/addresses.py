"""Addresses of the web: what is one, which host, and when two are the same."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)


def canonical(url: str) -> str:
    """A web address as an identity: https, host in lower case, no utm_ parameters; #fragment and the rest kept.

    What is no web address comes back as it is.
    """
    if not web_url(url):
        return url
    parts = urlsplit(url)
    query = "&".join(p for p in parts.query.split("&") if not p.startswith("utm_"))
    return urlunsplit(("https", parts.netloc.lower(), parts.path or "/", query, parts.fragment))


def host(url: object) -> str:
    """The host of a web address in lower case, "" if it is none."""
    return urlsplit(web).netloc.lower() if (web := web_url(url)) else ""


def web_url(url: object) -> str | None:
    """`url` if it is an http or https address, else None (javascript:, data:, relative, http://[x)."""
    if not isinstance(url, str) or not _WEB.match(url):
        return None
    try:
        return url if urlsplit(url).netloc else None
    except ValueError:
        return None
