"""A dimension's TOML file with other codes: what is not about codes, and every code that stays, keeps its very text."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from warehouse.codebook import CodebookError

_WIDTH = 100  # of a line of cues
_CODE = "[[code]]"


def with_codes(text: str, codes: Sequence[Mapping]) -> str:
    """The file with these codes in this order. CodebookError if it is written in a way that cannot be edited so."""
    data = tomllib.loads(text)
    if data["code"] == list(codes):
        return text
    blocks = list(_blocks(text))
    firsts = [place for place, block in enumerate(blocks) if _is_code(block)]
    kept = {code["code"]: (code, blocks[place]) for place, code in zip(firsts, data["code"], strict=False)}
    made = [_made(code, *kept.get(code["code"], ({}, ""))) for code in codes]
    rest = [block for place, block in enumerate(blocks) if place > firsts[0] and not _is_code(block)] if firsts else []
    told = "\n".join(block.strip("\n") + "\n" for block in (*made, *rest))
    whole = "".join(blocks[: firsts[0]] if firsts else blocks) + told
    if tomllib.loads(whole) != data | {"code": list(codes)}:
        raise CodebookError(f"{data.get('name')}: [[code]]")
    return whole


def _made(code: Mapping, before: Mapping, block: str) -> str:
    """A code that stays keeps its text; an edited one the comments above it."""
    return block if code == before else block[: max(0, block.find(_CODE))] + _written(code)


def _is_code(block: str) -> bool:
    return any(line.startswith(_CODE) for line in _lines(block))


def _lines(text: str) -> list[str]:
    """Lines as TOML has them: other separators may stand within a text."""
    return re.split(r"(?<=\n)", text)


def _blocks(text: str) -> Iterator[str]:
    """The file cut before every table's head, comments right above it included; a code's own tables stay with it."""
    block: list[str] = []
    for line in _lines(text):
        if line.startswith("[") and not line.startswith(("[code.", "[[code.")):
            comments = _comments_at_end(block)
            yield "".join(block[: len(block) - comments])
            block = block[len(block) - comments :]
        block.append(line)
    yield "".join(block)


def _comments_at_end(block: Sequence[str]) -> int:
    count = 0
    while count < len(block) and block[-1 - count].startswith("#"):
        count += 1
    return count


def _written(code: Mapping) -> str:
    plain = [f"{name} = {_value(value)}" for name, value in code.items() if name != "cues"]
    cues = [f"{_key(kind)} = {_value(listed)}" for kind, listed in code.get("cues", {}).items()]
    return "\n".join([_CODE, *plain, *(["[code.cues]", *cues] if "cues" in code else [])]) + "\n"


def _key(name: str) -> str:
    return name if name.replace("_", "").isascii() and name.isidentifier() else _quoted(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return _listed([_value(part) for part in value])
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_value(part)}" for name, part in value.items()) + " }"
    return json.dumps(value)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too, but for DEL, which JSON leaves bare."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _listed(parts: Sequence[str]) -> str:
    if sum(len(part) + 2 for part in parts) < _WIDTH - 10:
        return f"[{', '.join(parts)}]"
    lines, line = [], ""
    for part in parts:
        if line and len(line) + len(part) > _WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += f"{part}, "
    return "[\n" + "\n".join(f"    {line}" for line in [*lines, line.rstrip()]) + "\n]"
