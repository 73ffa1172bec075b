"""Which conversations of an account belong to the call. An export holds all of them, and most are nobody's business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime


@dataclass(slots=True, frozen=True)
class Conversation:
    """One conversation as somebody chooses it. first, last: UTC, None if unknown; title: "" if it has none."""

    key: str  # native id; of "inbox/yamada_123" the part behind the box names it too
    title: str
    first: datetime | None
    last: datetime | None
    message_count: int
    has_hashtag: bool


def as_plain(conversation: Conversation) -> dict:
    """For JSON; `as_conversation` is the way back."""
    ends = {name: at and at.isoformat() for name, at in (("first", conversation.first), ("last", conversation.last))}
    return {**asdict(conversation), **ends}


def as_conversation(plain: Mapping) -> Conversation:
    """What `as_plain` made of one."""
    ends = {name: plain[name] and datetime.fromisoformat(plain[name]) for name in ("first", "last")}
    return Conversation(**{**plain, **ends})


def chosen(conversations: Iterable[Conversation], options: Mapping) -> set[str]:
    """Keys of the conversations that are brought in; the rest must not be written anywhere.

    options: conversations, a list of keys or titles, or ["*"] for all; without it those that carry one of `hashtags`
    or began at `opens` (aware datetime) or later; without any of the three, all.
    """
    return {c.key for c in conversations if _is_chosen(c, options)}


def merged(conversations: Iterable[Conversation]) -> list[Conversation]:
    """One of each key: from its first message in any of them to its last, its messages counted together.

    Parts of one conversation may lie in several files; where files overlap, what both hold is counted twice.
    """
    groups: dict[str, list[Conversation]] = {}
    for conversation in conversations:
        groups.setdefault(conversation.key, []).append(conversation)
    return [_merged(group) for group in groups.values()]


def _merged(group: Sequence[Conversation]) -> Conversation:
    return Conversation(
        key=group[0].key,
        title=next((c.title for c in group if c.title), ""),
        first=min((c.first for c in group if c.first), default=None),
        last=max((c.last for c in group if c.last), default=None),
        message_count=sum(c.message_count for c in group),
        has_hashtag=any(c.has_hashtag for c in group),
    )


def is_since(at: datetime | None, options: Mapping) -> bool:
    """False for a message from before `opens`; what a chosen conversation held until then stays outside too."""
    opens = options.get("opens")
    return opens is None or at is None or at >= opens


def _is_chosen(conversation: Conversation, options: Mapping) -> bool:
    named, opens = options.get("conversations"), options.get("opens")
    if named is not None:
        names = {"*", conversation.key, conversation.key.rpartition("/")[2], conversation.title}
        return not names.isdisjoint(named)
    if not options.get("hashtags") and opens is None:
        return True
    has_begun_since = opens is not None and conversation.first is not None and conversation.first >= opens
    return conversation.has_hashtag or has_begun_since
