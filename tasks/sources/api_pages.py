"""Answers of web APIs, page by page: read from files with suspicion, asked for without walking in circles.

Only what paging and shape need is looked at here; what a post means is its channel's business.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from tasks.channels import Item, Unreadable
from tasks.http import Answer, Client, Unreachable
from tasks.live import Well
from tasks.sources.json_value import canonical, parsed

JSON_FILES = ("*.json", "*.jsonl", "*.ndjson")
MEDIA_TYPE = "application/json"
EMPTY_PAGES = 3  # in a row; a page may be empty though more follow (posts filtered out after the page was made)
Seen = dict[str, datetime | None]  # id of a post that came -> its time
_LINES = (".jsonl", ".ndjson")


class Refused(Unreachable):
    """An error status. said: the answer's JSON, {} if it is none; it may repeat a secret, so it is never told."""

    def __init__(self, host: str, status: int, said: Mapping):
        super().__init__("not_allowed" if status in (401, 403) else "request_refused", f"{host}: {status}")
        self.status = status
        self.said = said


@dataclass(frozen=True, slots=True)
class Page:
    """ids: of what a page holds; token: what asks for the next one, None on the last."""

    ids: frozenset[str]
    token: str | None


def cut_pages(path: Path, slices: Callable[[object], Iterable[Item]]) -> Iterator[Item]:
    """The items of one saved answer, or of JSON Lines with an answer a line. slices: one answer → its items.

    Raises Unreadable: empty, json_broken, and what `slices` raises; among several answers a bad one is an item with a
    problem.
    """
    data = utf8(path.read_bytes())
    if path.suffix.lower() not in _LINES:
        yield from slices(parsed(data))
        return
    for number, line in enumerate(io.BytesIO(data), 1):
        if line.strip():
            try:
                yield from slices(parsed(line))
            except Unreadable as error:
                yield odd(line, error.problem, f"line {number}: {error.detail}")


def odd(value: object, problem: str, detail: str) -> Item:
    """What could not be sliced into posts, kept as it is."""
    payload = value if isinstance(value, bytes) else canonical(value)
    return Item("odd:" + hashlib.sha256(payload).hexdigest(), payload, MEDIA_TYPE, {}, None, problem, detail)


def without(value: Mapping, names: frozenset[str]) -> dict:
    """An object without the fields of these names."""
    return {key: part for key, part in value.items() if key not in names}


def unknown(value: Mapping, known: frozenset[str]) -> tuple[str, ...]:
    """Flags for fields that nobody knows yet: the format has changed."""
    return tuple(f"unknown_field:{name}" for name in sorted(value.keys() - known))


def read(item: Item) -> dict:
    """An item's payload as an object; Unreadable if it is none."""
    value = parsed(item.payload)
    if not isinstance(value, dict):
        raise Unreadable("wrong_shape", type(value).__name__)
    return value


def text(value: object) -> str | None:
    """The value if it is a text with anything in it."""
    return value if isinstance(value, str) and value else None


def member(value: object, *path: str) -> object:
    """What stands at a.b.c of an object, None where the way ends early."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def members(value: object) -> list[dict]:
    """The objects of a list; [] for anything else."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def needed(value: Mapping, name: str) -> str:
    """A field that must be a text; Unreadable says which is missing."""
    found = text(value.get(name))
    if found is None:
        raise Unreadable("wrong_shape", f"no {name}")
    return found


def ask(http: Client, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> tuple[Answer, object]:
    """One good answer and its JSON. Raises Refused, RateLimited, Unreachable (answer_broken: cut off, or no JSON)."""
    answer = http.get(url, params, headers)
    host = url.split("/")[2]
    value = _parsed_or_none(answer.content)
    if answer.status >= 400:
        raise Refused(host, answer.status, value if isinstance(value, dict) else {})
    if value is None:
        raise Unreachable("answer_broken", host)
    return answer, value


def walk(page_after: Callable[[str | None], Page], source: str) -> Iterator[Page]:
    """Every page, from the first (token None) to the last.

    Raises Unreachable paging_loop where a token or a whole page comes again: nobody knows what lies behind it.
    """
    token, tokens, ids, empty = None, set(), set(), 0
    while empty < EMPTY_PAGES:
        page = page_after(token)
        yield page
        token, empty = page.token, 0 if page.ids else empty + 1
        if token is None:
            return
        if token in tokens or (page.ids and page.ids <= ids):
            raise Unreachable("paging_loop", source)
        tokens.add(token)
        ids |= page.ids


def scroll(page: Callable[[datetime | None, str | None], Page], seen: Seen, until: datetime | None, step: timedelta):
    """Everything of a search that shows its newest first, though its tokens may not reach the end.

    page(until, token) asks for one page of what is older than `until` and adds it to `seen`. What ends is asked on from
    its oldest, `step` (the finest its times are told in) later, until nothing new comes. Raises as `walk` does.
    """
    while True:
        before = len(seen)
        for _ in walk(partial(page, until), "search"):
            pass
        times = [at for at in seen.values() if at]
        if len(seen) == before or not times:
            return
        until = min(times) + step


def newest(seen: Seen, known: datetime | None, now: datetime) -> datetime | None:
    """Where the next search begins. A time ahead of ours is left out: it would begin in the future."""
    return max([at for at in (known, *seen.values()) if at and at <= now], default=None)


def each(well: Well, sources: Iterable[str], ask_one: Callable[[str, Mapping], Mapping]) -> dict:
    """The new cursor of every source, by its name. One that fails keeps its old cursor and holds up no other.

    Raises Unreachable, the last one's, if none could be asked.
    """
    sources = list(sources)
    cursors = {name: well.cursor[name] for name in sources if name in well.cursor}
    failures: list[Unreachable] = []
    for name in sources:
        try:
            cursors[name] = ask_one(name, cursors.get(name, {}))
        except Unreachable as error:
            failures.append(error)
    if failures and len(failures) == len(sources):
        raise failures[-1]
    for error in failures:
        well.tell(error.problem, error.detail)
    return cursors


def call_tags(options: Mapping) -> list[str]:
    """The call's hashtags without their sign; Unreachable if there are none to ask for."""
    tags = [tag.lstrip("#＃♯") for tag in options.get("hashtags", ())]
    if not tags:
        raise Unreachable("option_missing", "[call] hashtags")
    return tags


def utf8(data: bytes) -> bytes:
    """PowerShell 5 saves what a command prints as UTF-16 with a mark."""
    if not data.strip():
        raise Unreadable("empty")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise Unreadable("json_broken", "UTF-16") from error
    return data.removeprefix(codecs.BOM_UTF8)


def _parsed_or_none(data: bytes) -> object:
    try:
        return parsed(data)
    except Unreadable:
        return None
