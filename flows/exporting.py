"""`neta export`: stories for other tools, as their tellers allow it; whose they are is written down before the file is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows import handing
from flows.build import build
from flows.failures import Refused
from flows.settings import Settings, load
from tasks.exports import khcoder, refi
from warehouse import counts, store
from warehouse.lake import locked, write_private
from warehouse.words import Words


@dataclass(frozen=True, slots=True)
class Tool:
    """How a tool's file ends, and how its bytes are made of (stories, codes, build, words)."""

    ending: str
    made: Callable[[Sequence[Mapping], Sequence[Mapping], Mapping, Words], bytes]


TOOLS = {
    "khcoder": Tool(
        ".xlsx", lambda stories, codes, build, words: khcoder.workbook(stories, codes, build["built_at"], words)
    ),
    "refi": Tool(".qdpx", refi.project),
}


def export(home: Path, tool: str, file: Path, with_flagged: bool, who: str) -> None:
    """Write a file for a tool and tell what is in it and what is not. Refused: another ending, stale consent, no story.

    Under the home's lock, so that no withdrawal comes between what is asked and what is noted.
    """
    settings = load(home)
    words = Words(settings.language)
    if file.suffix.lower() != TOOLS[tool].ending:
        raise Refused(words("export.kind", file=file.name, known=TOOLS[tool].ending))
    last_word = handing.last_word(settings.lake)
    build(settings)  # so that what was taken back until now is known; nothing to do if all is built in
    with locked(settings.lake):
        if handing.last_word(settings.lake) != last_word:
            raise Refused(words("export.stale"))
        count, left_out = _write(settings, TOOLS[tool], file, with_flagged, who, words)
    print(words("export.written", file=file, n=count))
    if any(left_out.values()):
        print(words("export.left_out", **left_out))
    print(words("export.noted"))


def _write(
    settings: Settings, tool: Tool, file: Path, with_flagged: bool, who: str, words: Words
) -> tuple[int, dict[str, int]]:
    with store.reading(settings.lake, str(settings.zone)) as con:
        built = counts.build_info(con)
        stories = store.ask(con, store.question("export_stories"), {"with_flagged": with_flagged})
        codes = store.ask(con, store.question("export_codes"))
        left_out = store.ask(con, store.question("export_left_out"))[0]
    if not stories:
        raise Refused(words("export.none"))
    refs = {story[name] for story in stories for name in ("submission_ref", "contributor_ref")} - {None}
    made = tool.made(stories, codes, built, words)
    handing.handed_out(settings.lake, file, refs, who)
    write_private(made, file)
    return len(stories), left_out | ({"flagged": 0} if with_flagged else {})
