"""The one way out: an HTTP client with a deadline, a size cap, patience, and no road into private networks.

httpx gives addresses and headers, httpcore below it the connection: no cookies, no proxies from the environment, no
log that tells a query. What is told of a request is its host, never its path, query or headers.
"""

from __future__ import annotations

import json
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import certifi
import httpcore
import httpx

from tasks.wire import Unreachable, Wire, decoded

__all__ = ["Answer", "Client", "RateLimited", "Unreachable"]

REQUEST_SECONDS = 60.0  # one answer: name, connection, redirects, headers to last byte
RUN_SECONDS = 3600.0  # everything one client asks and waits for
BODY_BYTES = 15 * 2**20  # after decompression
REDIRECTS = 5
TRIES = 4
LONGEST_WAIT = 60.0  # seconds we sleep for a Retry-After; longer ones are the caller's to handle
_PASSING = {429, 500, 502, 503, 504}
_MOVED = {301, 302, 303, 307, 308}
_FOR_ANYONE = {"accept", "accept-language", "if-none-match", "if-modified-since"}  # the rest is for one origin
_PORTS = {"http": 80, "https": 443}
_BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)

_SENDABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")  # RFC 9110 section 5.5
# X · Bluesky · Mastodon: seconds since the epoch, seconds from now, or an ISO time
_RESETS = ("x-rate-limit-reset", "ratelimit-reset", "x-ratelimit-reset")
_EPOCH_FROM = 1e9


class RateLimited(Unreachable):
    """The source asked us to come back later; `wait` seconds, as it said, 0 if it did not."""

    def __init__(self, host: str, wait: float):
        super().__init__("rate_limited", f"{host}, {wait:.0f} s")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. url: after redirects; permanent: where a 301 or 308 led, else None."""

    status: int
    headers: httpx.Headers = field(repr=False)  # all three may repeat a token of ours
    content: bytes = field(repr=False)
    url: str = field(repr=False)
    permanent: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Request:
    """What is asked for; body: None for a GET, bytes for a POST."""

    url: httpx.URL = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)

    @property
    def method(self) -> str:
        return "GET" if self.body is None else "POST"


@dataclass
class Client:
    """GETs and POSTs, politely, one at a time. trusted: hosts that may lie in private networks (your own server); only
    they, and only another of them, may lead there by a redirect.

    requests: how many may be sent, with those that are asked again; None for no bound. `sent` counts them.
    sleep and dice are parameters so that a test need not wait. tls: what certificates are checked against, by default
    the system's and certifi's.
    """

    trusted: frozenset[str] = frozenset()
    deadline: float = REQUEST_SECONDS
    body_bytes: int = BODY_BYTES
    sleep: Callable[[float], None] = time.sleep
    dice: Callable[[], float] = random.random
    agent: str = "neta"
    budget: float = RUN_SECONDS
    requests: int | None = None
    sent: int = field(default=0, init=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    _roads: dict[bool, tuple[Wire, httpcore.ConnectionPool]] = field(default_factory=dict, repr=False)
    _ends: float = field(default=0.0, repr=False)

    def __enter__(self) -> Client:
        tls = self.tls or _authorities()
        for own in (True, False):
            wire = Wire(self.trusted if own else frozenset())
            self._roads[own] = wire, httpcore.ConnectionPool(ssl_context=tls, network_backend=wire)
        self._ends = time.monotonic() + self.budget
        return self

    @property
    def is_spent(self) -> bool:
        """Whether as many requests were sent as are allowed."""
        return self.requests is not None and self.sent >= self.requests

    def __exit__(self, *_) -> None:
        for _wire, pool in self._roads.values():
            pool.close()
        self._roads.clear()

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One answer, also an error status that no patience helps. Unreachable, RateLimited otherwise.

        params join those that the url has.
        """
        return self._ask(_Request(_address(url, params), self._headers(headers)))

    def post(self, url: str, value: object, headers: Mapping[str, str] | None = None) -> Answer:
        """As `get`, with a JSON value to send. A redirect is not followed but answered: what is sent is for one address.

        It is sent again where a GET would be, so only for what may be asked twice.
        """
        sent = self._headers({"Content-Type": "application/json", **(headers or {})})
        return self._ask(_Request(_address(url), sent, json.dumps(value).encode()))

    def _headers(self, headers: Mapping[str, str] | None) -> dict[str, str]:
        return _checked({"User-Agent": self.agent, "Accept-Encoding": "gzip", **(headers or {})})

    def _ask(self, request: _Request) -> Answer:
        for attempt in range(TRIES):
            answer, failure, wait = self._attempt(request)
            if answer:
                return answer
            pause = max(wait, 2**attempt * (0.5 + self.dice()))
            is_over = attempt + 1 == TRIES or self.is_spent
            if is_over or wait > LONGEST_WAIT or pause > self._ends - time.monotonic():
                break
            self.sleep(pause)
        raise failure

    def _attempt(self, request: _Request) -> tuple[Answer | None, Unreachable | None, float]:
        """An answer, or a failure that may pass, with the seconds that the source asks us to wait."""
        now, host = time.monotonic(), request.url.host
        if now >= self._ends:
            raise Unreachable("run_too_long", host)
        try:
            answer = self._follow(request, min(now + self.deadline, self._ends))
        except _BROKEN as error:
            return None, Unreachable("no_connection", f"{host}: {type(error).__name__}"), 0.0
        if answer.status not in _PASSING:
            return answer, None, 0.0
        wait = told_wait(answer.headers, datetime.now(UTC), resets=answer.status == 429)
        if answer.status == 429:
            return None, RateLimited(host, wait), wait
        return None, Unreachable("server_error", f"{host}: {answer.status}"), wait

    def _follow(self, request: _Request, ends: float) -> Answer:
        first, permanent, all_permanent = request.url, None, True
        wire, pool = self._roads[first.host in self.trusted]
        wire.ends = ends
        for _ in range(REDIRECTS + 1):
            answer = self._once(pool, request)
            if request.body is not None or answer.status not in _MOVED or "location" not in answer.headers:
                return Answer(answer.status, answer.headers, answer.content, str(request.url), permanent)
            target, headers = _address(request.url, location=answer.headers["location"]), request.headers
            if not _same_owner(request.url, target):
                headers = {name: value for name, value in headers.items() if name.lower() in _FOR_ANYONE | _OURS}
            request, all_permanent = _Request(target, headers), all_permanent and answer.status in {301, 308}
            permanent = str(target) if all_permanent else permanent
        raise Unreachable("redirects", first.host)

    def _once(self, pool: httpcore.ConnectionPool, request: _Request) -> Answer:
        url = request.url
        if self.is_spent:
            raise Unreachable("requests_spent", url.host)
        self.sent += 1
        target = httpcore.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )  # without a name and password before the host
        headers = {"Host": url.netloc.decode("ascii"), **request.headers}
        with pool.stream(request.method, target, headers=headers, content=request.body) as response:
            received = httpx.Headers(response.headers)
            parts = decoded(response.iter_stream(), received.get("content-encoding", ""), url.host)
            return Answer(response.status, received, self._body(parts, url.host), str(url))

    def _body(self, parts, host: str) -> bytes:
        whole = bytearray()
        for part in parts:
            whole += part
            if len(whole) > self.body_bytes:
                raise Unreachable("answer_too_large", host)
        return bytes(whole)


_OURS = {"user-agent", "accept-encoding"}


def _authorities() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _address(url: httpx.URL | str, params: Mapping[str, str] | None = None, location: str = "") -> httpx.URL:
    """An http or https address with a host; Unreachable(address_refused) for everything else."""
    try:
        found = httpx.URL(url).join(location) if location else httpx.URL(url)
        found = found.copy_merge_params(dict(params)) if params else found
    except (httpx.InvalidURL, ValueError):
        raise Unreachable("address_refused") from None
    if found.scheme not in _PORTS or not found.host:
        raise Unreachable("address_refused", found.host or f"{found.scheme[:20]}:")
    return found


def _checked(headers: dict[str, str]) -> dict[str, str]:
    """Headers that can be sent; else Unreachable(header_refused) with the name, before a library tells the value."""
    for name, value in headers.items():
        if not _SENDABLE.fullmatch(value):
            raise Unreachable("header_refused", name)
    return headers


def _same_owner(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether what is meant for one address may go to the other: same origin, or the same host by https instead."""
    origins = [(url.scheme, url.host, url.port or _PORTS[url.scheme]) for url in (one, other)]
    upgrade = [("http", one.host, 80), ("https", one.host, 443)]
    return origins[0] == origins[1] or origins == upgrade


def told_wait(headers: Mapping[str, str], now: datetime, resets: bool = True) -> float:
    """Seconds to wait as a server says: Retry-After (seconds or a date), else, if `resets`, its rate limit's reset;
    0 if unsaid or unreadable. now: UTC."""
    told = headers.get("retry-after", "").strip()
    waits = [_digits(told), _until(told, parsedate_to_datetime, now)]
    for name in _RESETS if resets else ():
        told = headers.get(name, "").strip()
        seconds = _digits(told)
        if seconds is not None and seconds >= _EPOCH_FROM:
            seconds -= now.timestamp()
        waits += [seconds, _until(told, datetime.fromisoformat, now)]
    return max(0.0, next((wait for wait in waits if wait is not None), 0.0))


def _digits(told: str) -> float | None:
    return float(told) if re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", told, re.ASCII) else None


def _until(told: str, parse: Callable[[str], datetime], now: datetime) -> float | None:
    if _digits(told) is not None:
        return None
    try:
        at = parse(told)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
