"""Channel facebook_messenger: chats with the author, from exports of a Facebook account and from a Page's inbox.

What     "Download your information" (a ZIP or several, JSON; HTML where there is no JSON), the separate export of
         end-to-end encrypted chats, and for a Page Meta's Conversations API. ZIPs that are named together, or lie in
         the inbox together, are one source: conversations are chosen over all of them.
Access   Facebook settings → download your information → Messages, format JSON. Messenger settings → end-to-end
         encrypted chats → download. A private inbox has no API; for a Page: live = true, a Page token with
         pages_messaging, pages_read_engagement and pages_manage_metadata (Advanced Access for people outside the app).
Settings conversations = ["<title or thread>", …] or ["*"].
         live: page_id = "…"; token_env = "…"; overlap_minutes = 60; api = "https://graph.facebook.com/v25.0".
         [me] facebook = ["<your name as shown>"].
Identity namespace facebook. Exports have no ids of messages or people: a message is a hash of sender, second, text and
         its number among equals. Neither box nor thread are part of it, so copies in two boxes, in the end-to-end
         encrypted export and from the API are the same message; the export, which knows milliseconds, outranks the
         API. Not so a page of HTML, which knows minutes only: its copy is linked by equal text. A person is thread and
         name (flag `namesakes` where a thread has that name twice); by the API the page-scoped id.
Scope    an export holds every chat of the account. Only conversations that were chosen are yielded (see `cut`); from a
         Page's inbox nothing else is even kept.
Cursor   newest updated_time of the Page's conversations, and the ids of those once chosen: a hashtag may by now be
         further back than the API shows.
Quirks   each UTF-8 byte is written as a character of its own (\\u00e5\\u00b1\\u00b1 is 山): repaired where it decodes.
         Chats from before end-to-end encryption lie in e2ee_cutover/, what followed only in the separate export: that
         is the same conversation if exactly one thread has the same people, else one of its own. When a chat began
         cannot be seen in that export, so by `opens` alone its chats are not chosen: by hashtag or by name.
         Unsent messages are there WITH their text; they are landed without it and take back what came before.
         HTML tells local time without a zone (Japan assumed). Calls, stickers, "… sent an attachment." are messages.
         The API tells only the 20 newest messages of a conversation; older ones are an error that says deleted, which
         is no deletion; what was missed is told.
Unseen   edits, and by the API deletions. Never met the live service or an export of our own: built from Meta's
         documents (Graph API v25.0), and from exports as the parsers of others read them (2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tasks.channels import LIVE, Item, Message, files_in
from tasks.conversations import Conversation
from tasks.live import Well
from tasks.sources import meta_chats, page_inbox
from tasks.sources.meta_export import Layout

NAMESPACE = "facebook"
FILES = ("*.zip", page_inbox.KEPT)
LAYOUT = Layout(
    roots=("your_activity_across_facebook/messages", "your_facebook_activity/messages", "messages"),
    boxes=("inbox", "archived_threads", "filtered_threads", "message_requests", "e2ee_cutover"),
)


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Exports named, or found in named folders; a loose message_N.json or .html has to be named."""
    yield from files_in(paths, FILES)


def together(path: Path, files: Sequence[Path]) -> list[Path]:
    """The files over which conversations are chosen: all that lie together, but for what `pull` has kept."""
    return [path] if path.parent.name == LIVE else [file for file in files if file.parent.name != LIVE]


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The messages of the chosen conversations, oldest first within a file; what was not chosen is never yielded.

    options: conversations, a list of titles or thread paths, or ["*"] for all; without it those that
    carry one of `hashtags` or began at `opens` (aware datetime) or later; without any of the three, all.
    Messages from before `opens` are left out everywhere. Raises Unreadable: empty, zip_broken, zip_unsafe, wrong_shape,
    too_large. A damaged file inside a good export is one item with a problem, unless others were chosen by name.
    """
    if page_inbox.is_answer(path):
        return page_inbox.cut(path, options)
    return meta_chats.cut(path, options, LAYOUT)


def list_conversations(path: Path, options: Mapping) -> list[Conversation]:
    """Every conversation of a file, newest first, for somebody to choose from. Raises Unreadable as `cut` does."""
    if page_inbox.is_answer(path):
        return page_inbox.conversations(path, options)
    return meta_chats.conversations(path, options, LAYOUT)


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options. Raises Unreadable as `cut` does."""
    return (
        page_inbox.outside(path, options) if page_inbox.is_answer(path) else meta_chats.outside(path, options, LAYOUT)
    )


def conform(item: Item) -> Message:
    """One message → Message. Raises Unreadable: json_broken, wrong_shape."""
    if "page_id" in item.context:
        return page_inbox.conform(item)
    return meta_chats.conform(item, NAMESPACE, "facebook_messenger")


def pull(well: Well) -> Mapping:
    """Chosen conversations of a Page's inbox that changed since the cursor; the new cursor. See tasks.sources.page_inbox."""
    return page_inbox.pull(well)
