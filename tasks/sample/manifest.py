"""Which files are the sample: sha256 of every file that `neta sample` writes, so that sample and real never mix."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "manifest.txt"


@cache
def _digests() -> frozenset[str]:
    return frozenset(line.split()[0] for line in FILE.read_text(encoding="utf-8").splitlines() if line)


def is_sample_file(digest: str) -> bool:
    """Whether a file with this sha256 (hex) is one that `neta sample` writes."""
    return digest in _digests()


def write(inbox: Path) -> None:
    """Write the manifest anew from a freshly written sample inbox. Empty files are left out: anybody may have one."""
    from tasks.land import file_digest

    files = sorted(p for p in inbox.rglob("*") if p.is_file() and p.stat().st_size)
    lines = [f"{file_digest(p)}  {p.relative_to(inbox).as_posix()}\n" for p in files]
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    from tasks.sample import write_sample

    with TemporaryDirectory() as folder:
        write_sample(Path(folder))
        write(Path(folder) / "inbox")
