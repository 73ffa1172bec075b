"""A stand-in for Mastodon's tag timeline, written from docs.joinmastodon.org/methods/timelines and /api/guidelines.

min_id: the oldest page above it; max_id: only below it; newest first within a page; Link rel="prev" asks for newer.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from tests.standins.api import Reply

TAG = "本のネタにしてもいいよ"


def status(number: int, text: str = "話です。", **more) -> dict:
    """A status whose id is `number` milliseconds after the epoch, as Mastodon makes ids."""
    return {
        "id": str(number << 16),
        "uri": f"https://mstdn.example.jp/users/hanako/statuses/{number << 16}",
        "url": f"https://mstdn.example.jp/@hanako/{number << 16}",
        "created_at": "2026-04-02T03:04:05.000Z",
        "edited_at": None,
        "content": f"<p>{text} #{TAG}</p>",
        "spoiler_text": "",
        "visibility": "public",
        "favourites_count": number % 7,
        "account": {"id": "1", "username": "hanako", "uri": "https://mstdn.example.jp/users/hanako"},
        "tags": [{"name": TAG}],
    } | more


class Mastodon:
    """statuses may be changed between requests. with_links: whether answers carry a Link header."""

    def __init__(self, statuses: list[dict], with_links: bool = True):
        self.statuses = statuses
        self.with_links = with_links

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        prefix = "/api/v1/timelines/tag/"
        if not path.startswith(prefix) or unquote(path.removeprefix(prefix)) != TAG:
            return 404, {"error": "Record not found"}
        below = int(query.get("max_id", 1 << 80))
        found = sorted((s for s in self.statuses if int(query["min_id"]) < int(s["id"]) < below), key=_number)
        page = found[: min(int(query["limit"]), 40)][::-1]
        if not page or not self.with_links:
            return 200, page
        url = f"https://mstdn.example.jp{prefix}{quote(TAG)}"
        links = f'<{url}?max_id={page[-1]["id"]}>; rel="next", <{url}?min_id={page[0]["id"]}>; rel="prev"'
        return 200, page, {"Link": links}


def _number(status: dict) -> int:
    return int(status["id"])
