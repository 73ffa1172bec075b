"""A JSON API on loopback: a function answers, and the first requests may go wrong in the ways that networks do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from urllib.parse import parse_qsl, urlsplit

from tests.standins.raw import Piece, answer

Reply = tuple[int, object] | tuple[int, object, dict[str, str]]  # status, JSON value, headers
Answers = Callable[[str, dict[str, str], dict[str, str]], Reply]  # (path, query, request headers) -> Reply
Fault = Callable[[bytes], Iterable[Piece]]  # a good answer -> what is sent instead


class Api:
    """The script of a RawServer. faults: number of a request, from 0 -> what goes wrong with it, or one for all."""

    def __init__(self, answers: Answers, faults: dict[int, Fault] | Fault | None = None):
        self.answers = answers
        self.faults = faults or {}
        self.count = 0

    def __call__(self, path: str, headers: dict[str, str]) -> Iterable[Piece]:
        parts, number = urlsplit(path), self.count
        self.count += 1
        status, value, *more = self.answers(parts.path, dict(parse_qsl(parts.query)), headers)
        fields = {"Content_Type": "application/json; charset=utf-8"} | (more[0] if more else {})
        body = json.dumps(value, ensure_ascii=False).encode()
        good = answer(f"{status} Said", body, **fields)
        fault = self.faults if callable(self.faults) else self.faults.get(number)
        return fault(good) if fault else [good]


def busy(_: bytes) -> Iterable[Piece]:
    return [answer("503 Service Unavailable", b"<html>busy</html>")]


def too_many(_: bytes) -> Iterable[Piece]:
    return [answer("429 Too Many Requests", b"{}", Retry_After="7")]


def come_back_tomorrow(_: bytes) -> Iterable[Piece]:
    return [answer("429 Too Many Requests", b"{}", Retry_After="86400")]


def reset(good: bytes) -> Iterable[Piece]:
    """The connection goes in the middle of the body: fewer bytes than the head told."""
    return [good[: len(good) // 2]]


def cut_off(good: bytes) -> Iterable[Piece]:
    """A whole answer whose JSON is not."""
    body = good.partition(b"\r\n\r\n")[2]
    return [answer("200 OK", body[: len(body) // 2], Content_Type="application/json")]


def closed(_: bytes) -> Iterable[Piece]:
    return [answer("401 Unauthorized", b'{"error":"This method requires an authenticated user"}')]
