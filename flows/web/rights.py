"""What a person may ask of us, for the pages. What reads everything of a home runs in a child: the pages stay small, and
hold nobody's texts in memory. A child is told of whom by a ref, never by a native id: others can list its words.
"""

from __future__ import annotations

import json
import subprocess
import sys

from dashboards.about import Chapter, Section, as_html
from dashboards.doing import Jobs, Refusal
from dashboards.rights.doing import Foretold, Held, Unfinished
from flows import runlog
from flows.settings import Settings
from warehouse.words import Words

SECONDS = 900  # until a child that only reads is given up


class HomeRights:
    """Of one home."""

    def __init__(self, settings: Settings, jobs: Jobs):
        self._settings, self._jobs = settings, jobs

    def about(self, who: str, ref: str) -> Held:
        told = self._asked("about", ref, "--who", who)
        chapters = [
            Chapter(chapter["title"], [Section(**section) for section in chapter["sections"]])
            for chapter in told["chapters"]
        ]
        return Held(told["title"], told["head"], tuple(chapters), tuple(told["refs"]))

    def hand_out(self, who: str, held: Held) -> tuple[str, str]:
        from flows.handing import handed_out

        lake, words = self._settings.lake, Words(self._settings.language)
        name = f"about-{runlog.now().astimezone(self._settings.zone):%Y%m%d-%H%M%S}.html"  # says nothing of whom
        handed_out(lake, lake.home / name, held.refs, who)
        return name, as_html(held.title, held.head, held.chapters, words, self._settings.sample)

    def foretell(self, ref: str, why: str) -> Foretold:
        told = self._asked("forget", *_named(ref), "--dry-run", "--why", "-", said=why)
        what = told.pop("withdrawal")
        if what is None:
            return Foretold(None)
        lists = {"told_in": "still_told_in", "remains": "out_of_reach", "refs": "refs", "waiting": "waiting"}
        parts = {name: tuple(told[part]) for name, part in lists.items()}
        return Foretold(what["scope"], what["submissions"], what["items"], told["is_broken_off"], **parts)

    def forget(self, who: str, ref: str, verified_by: str, why: str) -> str:
        options = ("--verified-by", verified_by, "--who", who, "--why", "-", "--yes", "--discreet")
        return self._jobs.start_unnamed(who, "forget", *_named(ref), *options, told=why)

    def unfinished(self) -> list[Unfinished]:
        if not self._settings.lake.forgetting.exists():
            return []
        from flows import pending

        told = [(_ref_of(one), one.told["submissions"]) for one in pending.every(self._settings.lake)]
        return [Unfinished(ref, count) for ref, count in told]

    def _asked(self, *words: str, said: str = "") -> dict:
        """What `neta WORDS… --json` tells. Refusal with its own words if it fails."""
        command = [sys.executable, "-m", "flows.cli", "--home", str(self._settings.lake.home), *words, "--json"]
        done = subprocess.run(command, input=said, capture_output=True, text=True, timeout=SECONDS)
        if done.returncode:
            raise Refusal(done.stderr.strip().rpartition("\n")[2].removeprefix("✗ "))
        return json.loads(done.stdout)


def _named(ref: str) -> tuple[str, ...]:
    return (ref, "--only-this") if ref.startswith("s") else (ref,)


def _ref_of(pending) -> str:
    """A name by which the same can be asked for again: of the person, or of the submission."""
    letter = "p" if pending.told["scope"] == "person" else "s"
    return next(name for name in pending.names if name.startswith(letter) and len(name) == 21)
