"""JSON that came from outside: read with suspicion, written so that it reads back unchanged."""

from __future__ import annotations

import json

import orjson

from tasks.channels import Unreadable


def loads(data: bytes) -> object:
    """Bytes → JSON value. ValueError or RecursionError if they are none.

    Lone surrogates, which exports may contain and orjson refuses, are read by the standard library.
    """
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data, parse_constant=_refuse)


def parsed(data: bytes) -> object:
    """As `loads`; raises Unreadable, json_broken, which says where."""
    try:
        return loads(data)
    except RecursionError:
        raise Unreadable("json_broken", "nested too deep") from None
    except ValueError as error:
        raise Unreadable("json_broken", f"character {getattr(error, 'pos', 0) + 1}") from error


def dumps(value: object, option: int | None = None) -> bytes:
    """JSON value → bytes that `loads` gives back unchanged; RecursionError if it is nested too deep."""
    try:
        made = orjson.dumps(value, option=option)
    except TypeError:  # lone surrogates, integers beyond 64 bits, more than 254 levels
        return json.dumps(value, sort_keys=option is not None, separators=(",", ":")).encode()
    return bytes(memoryview(made))  # a copy: orjson's own keeps a buffer of several times its size


def canonical(value: object) -> bytes:
    """As `dumps`, with sorted keys: the same value gives the same bytes."""
    return dumps(value, orjson.OPT_SORT_KEYS)


def _refuse(name: str):
    raise ValueError(f"{name} is not JSON")
