"""A stand-in for a Page's inbox, written from developers.facebook.com/docs/messenger-platform/conversations (v25.0).

Conversations come last changed first; details of the 20 newest messages of each, ids and times of all; addresses of
next pages repeat the token; no filter by time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.standins.api import Reply

TOKEN = "EAApagetoken00000000"
PAGE_ID, PAGE_NAME = "900000000000001", "本の著者のページ"
TAG = "本のネタにしてもいいよ"
START = datetime(2026, 4, 1, tzinfo=UTC)
TOLD = 20  # messages of a conversation with details
_SIZE = 25


def message(number: int, minute: float, text: str, sender: tuple[str, str]) -> dict:
    return {"id": f"m_{number}", "created_time": stamp(minute), "from": sender, "message": text}


def stamp(minute: float) -> str:
    return (START + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%S+0000")


class Conversation:
    """Of one person with the Page. texts: (minute after START, words); who: other than the person where named."""

    def __init__(self, number: int, name: str, texts: list[tuple[float, str]]):
        self.id, self.person = f"t_{number}", (f"70000{number}", name)
        self.texts = list(texts)

    @property
    def updated(self) -> float:
        return max(minute for minute, _ in self.texts)

    def messages(self) -> list[dict]:
        """Newest first, those beyond TOLD without details."""
        sender = {"id": self.person[0], "name": self.person[1], "email": f"{self.person[0]}@facebook.com"}
        told = [message(int(f"{self.id[2:]}{n:04}"), at, text, sender) for n, (at, text) in enumerate(self.texts)]
        told.sort(key=lambda m: m["created_time"], reverse=True)
        return told[:TOLD] + [{"id": m["id"], "created_time": m["created_time"]} for m in told[TOLD:]]


class PageInbox:
    """conversations may be changed between requests. elsewhere: whether next pages are said to be on another host."""

    def __init__(self, conversations: list[Conversation], size: int = _SIZE, elsewhere: bool = False):
        self.conversations, self.size, self.elsewhere = conversations, size, elsewhere

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        if query.get("access_token") != TOKEN:
            return 400, {"error": {"type": "OAuthException", "code": 190, "message": query.get("access_token")}}
        *_, of, edge = path.split("/")
        host = "graph.example.com" if self.elsewhere else headers["host"]
        if edge == "conversations" and of == PAGE_ID and query["platform"] == "messenger":
            found = sorted(self.conversations, key=lambda c: c.updated, reverse=True)
            return 200, self._page(list(map(self._told, found)), query, f"http://{host}{path}")
        if edge == "messages" and (found := [c for c in self.conversations if c.id == of]):
            times = [{"id": m["id"], "created_time": m["created_time"]} for m in found[0].messages()]
            return 200, self._page(times, query, f"http://{host}{path}")
        return 404, {"error": {"code": 100, "message": "gone"}}

    def _told(self, c: Conversation) -> dict:
        people = [{"id": c.person[0], "name": c.person[1]}, {"id": PAGE_ID, "name": PAGE_NAME}]
        shown = c.messages()
        more = {"paging": {"next": f"https://graph.facebook.com/v25.0/{c.id}/messages?access_token={TOKEN}"}}
        messages = {"data": shown[:TOLD]} | (more if len(shown) > TOLD else {})
        return {
            "id": c.id,
            "updated_time": stamp(c.updated),
            "participants": {"data": people},
            "messages": messages,
        }

    def _page(self, found: list[dict], query: dict[str, str], url: str) -> dict:
        at, size = int(query.get("after", 0)), min(int(query["limit"]), self.size)
        cursors = {"cursors": {"before": str(at), "after": str(at + size)}}
        if at + size < len(found):
            cursors["next"] = f"{url}?access_token={TOKEN}&after={at + size}"
        return {"data": found[at : at + size], "paging": cursors}
