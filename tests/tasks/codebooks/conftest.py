"""A copy of the codebook that comes with neta, and a quick way to write into it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from warehouse.codebook import BUILT_IN, Codebook, load


@dataclass(frozen=True)
class Book:
    """A codebook folder that may be edited."""

    folder: Path

    def edit(self, file: str, before: str, after: str) -> None:
        text = (self.folder / file).read_text(encoding="utf-8")
        assert before in text
        (self.folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        with (self.folder / file).open("a", encoding="utf-8") as out:
            out.write(f"\n{text}\n")

    def load(self) -> Codebook:
        return load(self.folder)


@pytest.fixture
def book(tmp_path) -> Book:
    return Book(Path(shutil.copytree(BUILT_IN, tmp_path / "book")))
