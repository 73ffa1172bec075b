"""Whether the owner's own mail server vouches for the sender: Authentication-Results (RFC 8601).

Anybody can write such a header into a mail; only those that bear the own server's name count, and a server removes
foreign ones that bear it (RFC 8601, 5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_COMMENT_DEPTH = 3  # (comments may stand (in comments))
_COMMENT = re.compile(r"\([^()]*\)")
_QUOTED = re.compile(r'"(?>(?:[^"\\]|\\.)*)"')
_RESULT = re.compile(r"\s*(dmarc|dkim|spf)\s*(?:/\s*\d+)?\s*=\s*(\w+)", re.I)
_DOMAIN = re.compile(r"\b(?:header\.[di]|smtp\.mailfrom)\s*=\s*(?:[^\s;]*@)?([\w.-]+)", re.I)


def is_vouched_for(fields: Mapping[str, Sequence[str]], authserv_id: str, address: str | None) -> bool:
    """True if the server named `authserv_id` found DMARC to pass or, where it told nothing of DMARC, a DKIM signature
    or SPF pass of the sender's own domain (or one above or below it). fields: lower-case name → raw values.
    """
    domain = (address or "").rpartition("@")[2]
    results = [r for value in fields.get("authentication-results", ()) for r in _results(value, authserv_id)]
    dmarc = [result for method, result, _ in results if method == "dmarc" and result != "none"]
    if dmarc:
        return all(result == "pass" for result in dmarc)
    return any(result == "pass" and _is_near(domain, of) for _, result, of in results)


def _results(value: str, authserv_id: str) -> list[tuple[str, str, str]]:
    """(method, result, domain) of one header, none if another server wrote it."""
    for _ in range(_COMMENT_DEPTH):
        value = _COMMENT.sub(" ", value)
    server, _, rest = _QUOTED.sub('""', value).partition(";")
    if server.casefold().split()[:1] != [authserv_id.casefold()]:
        return []
    found = []
    for part in rest.split(";"):
        if result := _RESULT.match(part):
            domain = _DOMAIN.search(part)
            found.append((result[1].lower(), result[2].lower(), domain[1].lower() if domain else ""))
    return found


def _is_near(one: str, other: str) -> bool:
    if not one or "." not in other:
        return False
    return one == other or one.endswith("." + other) or other.endswith("." + one)
