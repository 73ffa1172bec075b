"""What a file is taken for, on the real examples of every channel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks import channels, kinds

FIXTURES = Path(__file__).parents[1] / "fixtures"
NOT_EXAMPLES = (".expected.json", ".options.json", "README.md")
# Only a person can tell: nothing in them is the channel's own, or they are not of the channel at all.
UNKNOWABLE = {"Connections.csv", "one_table_broken.zip"}


def examples() -> list[tuple[str, Path]]:
    files = [(channel, file) for channel in channels.names() for file in sorted((FIXTURES / channel).iterdir())]
    return [(channel, file) for channel, file in files if file.is_file() and not file.name.endswith(NOT_EXAMPLES)]


def test_every_file_is_offered_its_own_channel_and_most_are_known_at_once():
    found = {file: kinds.likely(file, {channel}) for channel, file in examples()}
    missing = {file.name for channel, file in examples() if channel not in found[file]}
    first = [file for channel, file in examples() if found[file][:1] == [channel]]
    assert missing <= UNKNOWABLE and len(found) > 150
    assert len(first) / len(found) > 0.9


@pytest.mark.parametrize("name", ["x.zip", "x.csv", "x", "x.exe", "x.json"])
def test_any_bytes_are_only_looked_at(tmp_path, name):
    for data in (b"", b"\0" * 10_000, bytes(range(256)) * 40, b"PK\x05\x06" + b"\xff" * 18):
        (tmp_path / name).write_bytes(data)
        assert set(kinds.likely(tmp_path / name)) <= set(channels.names())
