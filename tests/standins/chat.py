"""A chat endpoint on loopback, as OpenAI-compatible servers speak: a function says what the model writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from tests.standins.raw import Piece, RawServer, answer

Says = Callable[
    [str, int], object
]  # (body of the story, number of the request from 0) -> what goes into `content`, or pieces


class Chat(RawServer):
    """`with Chat(says) as server:`. requests: every JSON that came; server.told: the story of each."""

    def __init__(self, says: Says):
        super().__init__(self._answer)
        self.says = says

    @property
    def requests(self) -> list[dict]:
        return [json.loads(body) for body in self.bodies]

    @property
    def told(self) -> list[dict]:
        return [json.loads(request["messages"][1]["content"]) for request in self.requests]

    def _answer(self, path: str, headers: dict[str, str]) -> Iterable[Piece]:
        said = self.says(self.told[-1]["body"], len(self.bodies) - 1)
        return said if isinstance(said, list) else [completion(said)]


def completion(content: object, message: dict | None = None) -> bytes:
    """A whole answer with this content, which is made JSON unless it is text."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    choice = {"index": 0, "message": {"role": "assistant", "content": text, **(message or {})}, "finish_reason": "stop"}
    body = json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]}).encode()
    return answer("200 OK", body, Content_Type="application/json")


def claim(code: str, quote: str = "", probability: float = 0.9) -> dict:
    return {"code": code, "quote": quote, "probability": probability}


def story(body: str, **change: object) -> dict:
    """A good reply by the codebook that comes with neta."""
    nothing = {"industry": None, "attribution": None, "work_status": None, "happened": None, "flag": []}
    told = {"is_story": claim("yes", body[:8]), "valence": claim("positive", body[2:9], 0.8)}
    several = {"platform": [claim("note", body[4:10]), claim("blog", "本文にない引用")], "benefit": []}
    return told | several | nothing | change
