"""The manifest tells sample from real by bytes: it must name just the files that `neta sample` writes today."""

from __future__ import annotations

from tasks.land import file_digest
from tasks.sample import manifest, write_sample


def test_manifest_names_just_what_the_sample_writes(tmp_path):
    write_sample(tmp_path)
    inbox = tmp_path / "inbox"
    written = {p.relative_to(inbox).as_posix(): file_digest(p) for p in inbox.rglob("*") if p.is_file()}
    empty = {name for name in written if not (inbox / name).stat().st_size}
    listed = dict(reversed(line.split("  ")) for line in manifest.FILE.read_text(encoding="utf-8").splitlines())
    stale = "run `make docs`: the sample changed since the manifest was written"
    assert listed == {name: digest for name, digest in written.items() if name not in empty}, stale
