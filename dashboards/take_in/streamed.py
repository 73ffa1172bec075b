"""A form with large files, read as it comes: never whole in memory, and nothing kept before the form is known as ours."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from dashboards.access import CSRF
from dashboards.take_in.asked import Receiving

FIELD = 64_000  # bytes of a field that is no file
FORM = 1_000_000  # bytes that a form may have beside its files


@dataclass(slots=True)
class _Part:
    """name: of the field; file: its file name, None for a plain field."""

    name: str = ""
    file: str | None = None
    value: bytearray = field(default_factory=bytearray)


Event = tuple[str, _Part, bytearray]  # begin, data or end


class _Parts:
    """Bytes of a body in, events of its parts out."""

    def __init__(self, boundary: bytes):
        self.events: list[Event] = []
        self.is_whole = False
        self._part, self._header, self._told = _Part(), bytearray(), bytearray()
        names = ("part_begin", "part_data", "part_end", "header_field", "header_value", "header_end")
        calls = {f"on_{name}": getattr(self, name) for name in (*names, "headers_finished", "end")}
        self._parser = MultipartParser(boundary, calls)

    def feed(self, chunk: bytes) -> list[Event]:
        self.events = []
        self._parser.write(chunk)
        return self.events

    def part_begin(self) -> None:
        self._part = _Part()

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._told += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, told = parse_options_header(bytes(self._told))
            self._part.name = told.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in told:
                self._part.file = told[b"filename"].decode("utf-8", "replace")
        self._header, self._told = bytearray(), bytearray()

    def headers_finished(self) -> None:
        self.events.append(("begin", self._part, bytearray()))

    def part_data(self, data: bytes, start: int, end: int) -> None:
        last = self.events[-1] if self.events else None
        if last and last[0] == "data" and last[1] is self._part:
            last[2].extend(memoryview(data)[start:end])  # every CR in a file breaks its data: they are written together
        else:
            self.events.append(("data", self._part, bytearray(memoryview(data)[start:end])))

    def part_end(self) -> None:
        self.events.append(("end", self._part, bytearray()))

    def end(self) -> None:
        self.is_whole = True


def refuse_foreign(request: Request) -> None:
    """403 for a form that a page of another site sent: browsers say where a form comes from."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "web.not_our_form")


def boundary_of(request: Request) -> bytes:
    """What parts the form's parts. 400 if this is no form with files."""
    kind, told = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or not told.get(b"boundary"):
        raise HTTPException(400, "take_in.no_form")
    return told[b"boundary"]


async def receive(request: Request, begin: Callable[[int | None], Receiving]) -> dict[str, str]:
    """Write the files of a form where `begin` says; the plain fields, by name. On any failure nothing is left.

    begin: gets the size that the browser told, None if it told none; called when the first field has proved the form
    ours. HTTPException 403 (not ours), 400 (no form, or cut off); Refusal as `begin` and what it returned say.
    """
    refuse_foreign(request)
    incoming = _Incoming(request.state.viewer.csrf, begin, _length(request))
    try:
        fields = await incoming.read(request, _Parts(boundary_of(request)))
    except (FormParserError, ClientDisconnect, UnicodeError):
        await incoming.undo()
        raise HTTPException(400, "take_in.cut_off") from None
    except BaseException:
        await incoming.undo()
        raise
    return fields


def _length(request: Request) -> int | None:
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else None


class _Incoming:
    """One form on its way in."""

    def __init__(self, csrf: str, begin: Callable[[int | None], Receiving], expected: int | None):
        self._csrf, self._begin, self._expected = csrf, begin, expected
        self._receiving: Receiving | None = None
        self._fields: dict[str, str] = {}
        self._size = 0

    async def read(self, request: Request, parts: _Parts) -> dict[str, str]:
        async for chunk in request.stream():
            for event in parts.feed(chunk):
                await self._take(*event)
        if not parts.is_whole or self._receiving is None:
            raise HTTPException(400, "take_in.cut_off")
        await run_in_threadpool(self._receiving.end)
        return self._fields

    async def undo(self) -> None:
        if self._receiving is not None:
            await run_in_threadpool(self._receiving.undo)

    async def _take(self, what: str, part: _Part, data: bytearray) -> None:
        if part.file is None:
            self._take_field(what, part, data)
        elif part.file:  # a field for files in which none was chosen has an empty name
            await self._take_file(what, part, data)

    def _take_field(self, what: str, part: _Part, data: bytearray) -> None:
        part.value += data
        self._size += len(data)
        if len(part.value) > FIELD or self._size > FORM:
            raise HTTPException(400, "take_in.no_form")
        if what == "end":
            self._fields[part.name] = part.value.decode("utf-8", "replace")
            if part.name == CSRF and self._receiving is None:
                self._prove(self._fields[CSRF])

    def _prove(self, token: str) -> None:
        if not hmac.compare_digest(token.encode(), self._csrf.encode()):
            raise HTTPException(403, "web.not_our_form")
        self._receiving = self._begin(self._expected)

    async def _take_file(self, what: str, part: _Part, data: bytearray) -> None:
        if self._receiving is None:  # the token is the first field of our form
            raise HTTPException(403, "web.not_our_form")
        if what == "begin":
            await run_in_threadpool(self._receiving.open, part.file)
        elif what == "data":
            await run_in_threadpool(self._receiving.write, data)
        else:
            await run_in_threadpool(self._receiving.close)


async def hear_out(request: Request) -> None:
    """Drop what is still to come, so that a browser shows the page that refuses it."""
    with suppress(ClientDisconnect, RuntimeError):  # RuntimeError: it was heard to its end already
        async for _ in request.stream():
            pass
