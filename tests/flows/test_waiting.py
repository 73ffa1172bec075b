"""The queue told entry by entry is the queue of the whole ledger, whoever asks; and never asks for what is decided."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.waiting import Row, Waiting
from tasks.taken_back import standing
from warehouse import codebook
from warehouse.ledger import Entry

BOOK = codebook.load(codebook.BUILT_IN)
REFS, WHO = ("s1", "s2", "s3"), ("sato", "mori", "abe")
ASKED = ("platform", "industry")
CODES = {"platform": (["x"], ["note"], []), "industry": (["A"], ["B"]), "is_story": (["no"], ["yes"])}


def rows() -> dict[str, Row]:
    return {ref: Row(ref, f"text-{ref}", ASKED) for ref in REFS}


def waiting() -> Waiting:
    return Waiting(rows(), BOOK, lambda refs: [(ref, f"text-{ref}") for ref in refs if ref in REFS])


@st.composite
def ledgers(draw) -> list[Entry]:
    found: list[Entry] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        who, ref = draw(st.sampled_from(WHO)), draw(st.sampled_from(REFS))
        about = {"submission_ref": ref, "text_hash": draw(st.sampled_from([f"text-{ref}", "older"]))}
        kind = draw(st.sampled_from(["code", "code", "code", "second", "double", "again", "undo"]))
        if kind == "code":
            dimension = draw(st.sampled_from(list(CODES)))
            about |= {
                "dimension": dimension,
                "codes": draw(st.sampled_from(CODES[dimension])),
                "codebook_version": "1.2",
            }
        elif kind in ("double", "again"):
            about = {"drawn": [ref, "gone"]}
        elif kind == "undo":
            own = [e for e in found if e.who == who and e.kind in ("code", "second")]
            if not own:
                continue
            about = {"entries": [own[-1].id], "submission_ref": own[-1].payload["submission_ref"]}
        found.append(Entry(number, f"2026-05-01T00:00:{number:02d}.000+00:00", who, kind, ref, about, None))
    return found


def told(queue: Waiting) -> tuple:
    asked = {who: sorted((t.ref, t.dimensions, t.why) for t in queue.tasks(who)) for who in WHO}
    return asked, sorted(t.ref for t in queue.open()), sorted(queue.disputes), queue.head


@given(ledgers(), st.integers(0, 12))
def test_heard_in_parts_it_is_the_same(entries, cut):
    whole, parts = waiting(), waiting()
    whole.hear(entries)
    parts.hear(entries[:cut])
    parts.hear(entries[cut:])
    assert told(parts) == told(whole)


@given(ledgers())
def test_what_was_taken_back_was_never_said(entries):
    """Beside an undone wish for a second coder, whose story may be one that was drawn for two as well."""
    queue, without = waiting(), waiting()
    queue.hear(entries)
    without.hear(standing(entries))
    kept = [e for e in entries if e.kind not in ("second", "double")]
    if len(kept) == len(entries):
        assert told(queue)[:3] == told(without)[:3]


@given(ledgers())
def test_nobody_is_asked_twice_and_the_count_is_of_what_is_asked(entries):
    queue = waiting()
    queue.hear(entries)
    for who in WHO:
        tasks = list(queue.tasks(who))
        assert queue.task_count(who) == len(tasks) == len({t.ref for t in tasks})
        assert all(queue.task(t.ref, who) for t in tasks)
        for task in tasks:
            coders = {e.who for e in queue.said(task.ref, task.text_hash)}
            assert task.why not in ("double", "second") or (who not in coders and len(coders) < 2)
