"""What the pages of taking in ask for; flows/web/take_in.py does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Refusal(Exception):
    """An upload that cannot be taken. key: of words.toml, filled with `told`; status: of HTTP."""

    def __init__(self, key: str, status: int, **told: object):
        super().__init__(key)
        self.key, self.status, self.told = key, status, told


class Receiving(Protocol):
    """Files on their way in: open, write…, close for each; then end, or undo, after which nothing is left of them."""

    id: str

    def open(self, name: str) -> None: ...

    def write(self, data: bytes) -> None:
        """Refusal if it is more than may come in."""

    def close(self) -> None: ...

    def end(self) -> None:
        """Refusal if no file came."""

    def undo(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that wait to be landed, or were. channels: those it may belong to, likeliest first; channel: the chosen one.

    lists: whether that channel's exports hold conversations to tick; account: what became of it.
    """

    id: str
    who: str
    at: datetime
    files: Sequence[tuple[str, int]]
    channels: Sequence[str]
    channel: str | None
    lists: bool
    account: Mapping | None

    @property
    def verb(self) -> str:
        """The words of the job that lands it."""
        return f"take-in {self.id}"


@dataclass(frozen=True, slots=True)
class Listed:
    """What an export holds. rows: key, title, first, last, message_count, has_hashtag, chosen; problem: why there are none."""

    is_read: bool
    rows: Sequence[Mapping] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Pasted:
    """A text that somebody typed in. date: as typed; name: of the teller, as shown; channel: how it really came."""

    text: str
    name: str
    date: str
    channel: str


class TakeIn(Protocol):
    """Uploads of one home."""

    most: int  # bytes of one upload

    def channels(self) -> tuple[Sequence[str], Sequence[str]]:
        """(channels that the settings name, other channels)."""

    def tellable(self) -> Sequence[str]:
        """Every way that a pasted text can have come."""

    def begin(self, who: str, expected: int | None) -> Receiving:
        """expected: bytes that are announced. Refusal if there is no room, or if it is too much."""

    def get(self, upload: str) -> Upload | None: ...

    def waiting(self) -> Sequence[Upload]:
        """Those not landed yet, newest first."""

    def choose(self, upload: str, channel: str, mends: str | None = None) -> None:
        """Say which channel it came by. mends: the ref of a held source (dashboards/doing.py) that it is to mend."""

    def listed(self, upload: str) -> Listed:
        """The conversations it holds; they are being read until is_read."""

    def land(self, upload: str, who: str, conversations: Sequence[str] | None) -> str:
        """Start landing it; the id of the job. conversations: keys of those that were ticked."""

    def paste(self, who: str, pasted: Pasted) -> str:
        """Take a text in; the id of its upload, which is being landed."""

    def cancel(self, upload: str) -> None:
        """Remove it, unless it is being landed."""

    def recent(self) -> Sequence[Mapping]:
        """The last ingests, newest first: channel, at, status, item_count, new_count, known_count, quarantined_count."""
