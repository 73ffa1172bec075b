"""X's API v2, as both of its channels ask it: who asks, in which spelling, and what an id says about time.

OpenAPI 2.167 (2026-08) renamed tweet to post and moved ids from *.fields to expansions. Which of the two a live service
takes nobody told us: without `spelling` in the settings the new one is tried first, and the old one where that is
refused.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from tasks.http import Unreachable
from tasks.live import Well
from tasks.sources.api_pages import Refused

API = "https://api.x.com"
SPELLINGS = ("post", "tweet")
OVERLAP_HOURS = 24

_INVALID = 400
_IDS_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # ids count milliseconds from here, above 22 bits
_OAUTH1 = ("consumer_key_env", "consumer_secret_env", "access_token_env", "access_secret_env")

Sign = Callable[[str, Mapping[str, str]], dict[str, str]]  # (url, query) → headers


def time_of(native_id: str | None) -> datetime | None:
    """When an id was made, UTC; None for what is no id, or one from before November 2010."""
    if not native_id or not (native_id.isascii() and native_id.isdigit()) or not 16 <= len(native_id) <= 19:
        return None
    return _IDS_SINCE + timedelta(milliseconds=int(native_id) >> 22)


def earlier(native_id: str, span: timedelta) -> str:
    """The id that would have been made `span` before this one."""
    return str(max(1, int(native_id) - (int(span.total_seconds() * 1000) << 22)))


def written(at: datetime) -> str:
    """start_time and end_time as X reads them, whole seconds."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def spellings(options: Mapping) -> tuple[str, ...]:
    """The spellings to try, in order. Unreachable for an unknown one."""
    named = options.get("spelling")
    if named is not None and named not in SPELLINGS:
        raise Unreachable("option_missing", f"spelling: {' / '.join(SPELLINGS)}")
    return (named,) if named else SPELLINGS


def overlap(options: Mapping) -> timedelta:
    """How far back every pull looks again."""
    return timedelta(hours=options.get("overlap_hours", OVERLAP_HOURS))


def accepted(ways: list, ask_one: Callable):
    """The answer to the first way of asking that is not refused as invalid; only that one is left in `ways`."""
    for number, way in enumerate(tuple(ways), 1):
        try:
            answer = ask_one(way)
        except Refused as refused:
            if refused.status != _INVALID or number == len(ways):
                raise
            continue
        ways[:] = [way]
        return answer
    raise Unreachable("option_missing", "spelling")


def tell_gap(well: Well, start: datetime | None, reach: datetime) -> None:
    """Say what lies before the reach of the API and is wanted, if something does."""
    if start is not None and start < reach:
        well.tell("gap", f"{start:%Y-%m-%d} – {reach:%Y-%m-%d}")


def app_sign(well: Well) -> Sign:
    """With the app's or a user's bearer token. NoSecret."""
    token = well.secret("token_env")
    return lambda url, query: {"Authorization": f"Bearer {token}"}


def user_sign(well: Well) -> Sign:
    """In a user's name: by OAuth 1.0a, whose tokens last, where its four secrets are named, else by a bearer token."""
    if not any(well.options.get(name) for name in _OAUTH1):
        return app_sign(well)
    keys = tuple(well.secret(name) for name in _OAUTH1)
    return lambda url, query: {
        "Authorization": oauth1(url, query, keys, secrets.token_hex(16), int(datetime.now(UTC).timestamp()))
    }


def oauth1(url: str, query: Mapping[str, str], keys: tuple[str, ...], nonce: str, at: int, method: str = "GET") -> str:
    """An Authorization header by RFC 5849. keys: consumer key and secret, token and secret; at: seconds since 1970."""
    consumer, consumer_secret, token, token_secret = keys
    told = {
        "oauth_consumer_key": consumer,
        "oauth_nonce": nonce,
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(at),
        "oauth_token": token,
        "oauth_version": "1.0",
    }
    base = "&".join(map(_escaped, (method, url, _pairs(sorted((query | told).items())))))
    key = f"{_escaped(consumer_secret)}&{_escaped(token_secret)}"
    digest = hmac.digest(key.encode(), base.encode(), hashlib.sha1)
    signed = {**told, "oauth_signature": base64.b64encode(digest).decode()}
    return "OAuth " + ", ".join(f'{name}="{_escaped(value)}"' for name, value in sorted(signed.items()))


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe="~-._")
