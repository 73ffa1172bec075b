"""Every channel, every example: cut and conform an example file and compare with the JSON beside it.

    tests/fixtures/<channel>/<example>.<ext>                 a file in the channel's real format
    tests/fixtures/<channel>/<example>.<ext>.expected.json   what must come out; {"unreadable": …} if nothing can
    tests/fixtures/<channel>/<example>.<ext>.options.json    the channel's settings for this example, where it needs any

A missing expectation is written and the test fails until a person has read it. To renew one, delete it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import pytest

from tasks import channels
from tasks.channels import Item, Message, Unreadable

FIXTURES = Path(__file__).parents[2] / "fixtures"
EXPECTED, OPTIONS = ".expected.json", ".options.json"


def _examples(channel: str) -> list[Path]:
    files = sorted(p for p in (FIXTURES / channel).glob("*") if p.is_file())
    return [p for p in files if not p.name.endswith((EXPECTED, OPTIONS)) and p.stem != "README"]


ALL = [pytest.param(c, e, id=f"{c}/{e.name}") for c in channels.names() for e in _examples(c)]


@pytest.mark.parametrize("channel", channels.names())
def test_channel_has_examples_and_all_its_doors(channel: str):
    module = channels.module(channel)
    assert _examples(channel), f"no example in tests/fixtures/{channel}/"
    assert module.__doc__ and module.NAMESPACE and module.FILES
    assert all(callable(getattr(module, door)) for door in ("fetch", "cut", "conform"))


@pytest.mark.parametrize("channel", channels.names())
def test_every_expectation_has_its_example(channel: str):
    asked = {p.name.removesuffix(EXPECTED) for p in (FIXTURES / channel).glob("*" + EXPECTED)}
    assert asked <= {e.name for e in _examples(channel)}


@pytest.mark.parametrize(("channel", "example"), ALL)
def test_example(channel: str, example: Path):
    got = _run(channel, example)
    assert got == _run(channel, example), "two readings of one file differ"
    expected = example.with_name(example.name + EXPECTED)
    if not expected.exists():
        expected.write_text(json.dumps(got, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        pytest.fail(f"wrote {expected.name}: read it, correct what is wrong in the channel, run again")
    assert got == json.loads(expected.read_text(encoding="utf-8"))


def _run(channel: str, example: Path) -> dict:
    """{"items": [one dict each]} or {"unreadable": problem, "detail": where}; JSON types only."""
    module = channels.module(channel)
    beside = example.with_name(example.name + OPTIONS)
    options = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    try:
        items = list(module.cut(example, options))
    except Unreadable as unreadable:
        return _told(unreadable)
    return {"items": [_item(module, item) for item in items]}


def _item(module, item: Item) -> dict:
    assert item.item_id and isinstance(item.item_id, str)
    assert isinstance(item.payload, bytes) or item.problem
    got = {"item_id": item.item_id, "media_type": item.media_type}
    if item.problem:
        return got | {"problem": item.problem, "detail": item.detail}
    stored = replace(item, context=json.loads(json.dumps(item.context)))  # as the lake gives it back
    try:
        return got | _readable(module.conform(stored))
    except Unreadable as unreadable:
        return got | _told(unreadable)


def _readable(message: Message) -> dict:
    """What a message says; what it does not say is left out."""
    for at in (message.posted_at, message.revised_at):
        assert at is None or at.utcoffset() is not None
    fields = {k: v for k, v in asdict(message).items() if v not in (None, "", (), {}, False)}
    return json.loads(json.dumps(fields, default=_text, ensure_ascii=False))


def _text(value: object) -> str:
    assert isinstance(value, datetime), f"{value!r} is no JSON value"
    return value.isoformat()


def _told(unreadable: Unreadable) -> dict:
    return {"unreadable": unreadable.problem, "detail": unreadable.detail}
