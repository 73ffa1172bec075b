"""`neta ingest CHANNEL FILES --list`: which conversations an export holds, before any of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from flows.verbs import notices, with_channel
from tasks import channels, worker
from tasks.channels import Unreadable
from tasks.conversations import Conversation, chosen, merged
from tasks.land import barred, with_beside
from warehouse.words import Words


def list_conversations(home: Path, channel: str, paths: Sequence[Path], as_json: bool) -> int:
    """The conversations in `paths`, without any in the inbox; those that belong to the call are marked.

    Exit code: 1 if a file could not be read.
    """
    settings = with_channel(load(home), channel)
    words, options = Words(settings.language), settings.options(channel)
    if not hasattr(channels.module(channel), "list_conversations"):
        raise Refused(words("ingest.no_conversations", channel=words(f"channel.{channel}")))
    found, unread = _found(channel, [path.absolute() for path in paths] or [settings.inbox(channel)], options)
    ticked = chosen(found, options)
    if as_json:
        show.as_json([{**asdict(c), "chosen": c.key in ticked} for c in found])
        notices(show.console(of_errors=True), unread, words)
    else:
        notices(show.console(), unread, words)
        _show(sorted(found, key=lambda c: (c.key not in ticked, c.title)), ticked, settings, words)
        print(words("ingest.tick", channel=channel))
    return 1 if unread else 0


def _found(channel: str, paths: Sequence[Path], options: dict) -> tuple[list[Conversation], list[tuple]]:
    """(conversations, what could not be read: name, problem, detail)."""
    module, found, unread = channels.module(channel), [], []
    files = list(module.fetch(paths))
    for path in files:
        if problem := barred(path):
            unread.append((path.name, problem, str(path)))
            continue
        try:
            found += worker.conversations(channel, path, with_beside(module, path, files, options))
        except Unreadable as error:
            unread.append((path.name, error.problem, error.detail))
    return merged(found), unread


def _show(found: Sequence[Conversation], ticked: set[str], settings: Settings, words: Words) -> None:
    header = [words(f"ingest.{name}") for name in ("ticked", "title", "first", "last", "messages")]
    rows = [("✓" if c.key in ticked else "", c.title, *_days(c, settings), c.message_count) for c in found]
    show.rows(show.console(), header, rows)


def _days(conversation: Conversation, settings: Settings) -> tuple[str, str]:
    ends = (conversation.first, conversation.last)
    return tuple(f"{at.astimezone(settings.zone):%Y-%m-%d}" if at else "" for at in ends)
