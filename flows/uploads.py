"""Files that a browser sent and that wait to be landed: <home>/state/uploads/<id>, for the owner only, for a day at most.

upload.json says what they are. What was not ticked of an export lies here and nowhere else, and goes with the folder.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from warehouse.lake import Lake

KEPT_SECONDS = 24 * 3600  # an upload that nobody comes back to
ABANDONED_SECONDS = 3600  # one whose browser went away and whose pages died before they could tidy up
NAME_BYTES = 160  # of a file's name
_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{16}")
_ODD = re.compile(r"[^\w\-. ()\[\]#@+,&]", re.ASCII)


def new_id(at: datetime) -> str:
    """at: UTC. Nobody can guess it."""
    return f"{at:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"


def folder(lake: Lake, upload: str) -> Path | None:
    """Where an upload lies; None for what is no id of one."""
    return lake.state / "uploads" / upload if _ID.fullmatch(upload) else None


def files(place: Path) -> list[Path]:
    """The files of an upload in the order in which they came."""
    return sorted(file for sub in place.glob("*-*/") for file in sub.iterdir())


def read(lake: Lake, upload: str) -> dict | None:
    """What is known of an upload; None if there is none, or if it is still coming in."""
    place = folder(lake, upload)
    told = place and place / "upload.json"
    return json.loads(told.read_bytes()) if told and told.exists() else None


def write(lake: Lake, upload: str, told: Mapping) -> None:
    """Remember what is known of an upload. Its own temporary name: whoever holds the home's lock sweeps .tmp-… away."""
    file = folder(lake, upload) / "upload.json"
    made = file.with_name(f"upload-{secrets.token_hex(4)}.new")
    with private(made) as handle:
        handle.write(json.dumps(told, ensure_ascii=False).encode())
    made.replace(file)


def private(path: Path) -> BinaryIO:
    """A new file that nobody but the owner can read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def remove(lake: Lake, upload: str) -> None:
    """An upload and all that it held."""
    place = folder(lake, upload)
    if place:
        shutil.rmtree(place, ignore_errors=True)


def empty(lake: Lake, upload: str) -> None:
    """The files of an upload; what became of it stays, until it is swept."""
    for sub in folder(lake, upload).glob("*-*/"):
        shutil.rmtree(sub)


def every(lake: Lake) -> Iterator[tuple[str, dict]]:
    """(id, what is known) of every upload that is whole, newest first."""
    root = lake.state / "uploads"
    for place in sorted(root.glob("*"), reverse=True) if root.exists() else ():
        told = read(lake, place.name)
        if told:
            yield place.name, told


def sweep(lake: Lake, now: float) -> None:
    """Remove what was forgotten, and what was left of a browser that went away. now: seconds since 1970."""
    root = lake.state / "uploads"
    for place in list(root.iterdir()) if root.exists() else ():
        is_whole = (place / "upload.json").exists()
        if now - _touched(place) > (KEPT_SECONDS if is_whole else ABANDONED_SECONDS):
            shutil.rmtree(place, ignore_errors=True)


def _touched(place: Path) -> float:
    """When anything in it was last written."""
    return max(path.stat().st_mtime for path in [place, *place.rglob("*")])


def safe_name(told: str) -> str:
    """A client's file name as one that can lie in a folder: no folders, nothing hidden, nothing that turns a line.

    Channels tell a chat, a table or an encoding by names, so letters of every script and the ending stay.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", told))[-1]
    name = "".join(c if _is_plain(c) else "_" for c in last).strip(" .")
    while len(name.encode()) > NAME_BYTES:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[:-1]}{dot}{ending}" if stem else name[:-1]
    return name or "file"


def _is_plain(character: str) -> bool:
    return not _ODD.match(character) if character.isascii() else unicodedata.category(character)[0] in "LMNPS"
