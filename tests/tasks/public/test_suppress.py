"""No hidden number comes out: by attackers who know the files and every relation between them (tests/attacker)."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tasks.public.edition import edition
from tasks.public.lattice import TOTAL, Told, single_tellers, tally
from tasks.public.suppress import TooFew
from tests.attacker.exact import UNITS, World
from tests.tasks.public.conftest import SMALL, published

K = 3
_codes = st.tuples(
    st.sets(st.sampled_from(["apple", "pear", "oak"]), min_size=1).map(frozenset),
    st.sampled_from(["good", "good", "fair"]).map(lambda code: frozenset({code})),
    st.sampled_from(["2026-03", "2026-04"]).map(lambda code: frozenset({code})),
)


@st.composite
def tellings(draw, least: int = 8, most: int = 40, since: int = 0) -> list[Told]:
    """Stories of people who mostly told one, some two."""
    told = []
    for n in range(draw(st.integers(least, most))):
        for codes in draw(st.lists(_codes, min_size=1, max_size=2 if n % 7 == 0 else 1)):
            told.append(Told(codes, frozenset({f"n{since}-{n}"}), since))
    return told


def narrow(world: World, cells) -> list:
    """Sums of cells that the attacker knows to less than k."""
    found = [(cell, *world.range(cell)) for cell in cells]
    return [(sorted(map(str, cell)), low, high) for cell, low, high in found if high - low < K]


@given(tellings())
@settings(max_examples=12)
def test_no_hidden_cell_comes_out(stories):
    told = published(SMALL, _edition(stories, []), K)
    assert narrow(World(told), [{(0, unit, cell): 1} for cell in told.hidden for unit in UNITS]) == []


# Calls in which something comes out as soon as one part of the pile of editions is left out; of some a cell is hidden.
@pytest.mark.parametrize("seed", [3, 5, 6, 8, 9, 18])
def test_nor_over_three_editions_nor_how_a_number_changed_that_was_held(seed):
    """The attacker even knows that nobody withdrew and that everybody told one story, which nobody can."""
    editions = _three(Random(seed))
    hidden = [{(n, "stories", cell): 1} for n, told in enumerate(editions) for cell in told.hidden]
    held = [{(n, "stories", cell): 1, (n - 1, "stories", cell): -1} for n, cell in _held(editions)]
    assert narrow(World(*editions, most=1), hidden + held) == []


def _three(random: Random) -> list:
    editions, earlier, stories = [], [], []
    for most in (60, 20, 20):
        for _ in range(random.choice([2, 8, 15, 20]) if editions else random.randint(most // 2, most)):
            topics = random.sample(["apple", "pear", "oak"], random.choice([1, 1, 1, 2]))
            rest = random.choice(["good", "good", "fair"]), random.choice(["2026-03", "2026-04"])
            codes = frozenset(topics), *(frozenset({code}) for code in rest)
            stories.append(Told(codes, frozenset({f"n{len(stories)}"}), len(earlier)))
        outcome = edition(SMALL, stories, earlier, K)
        editions.append(published(SMALL, outcome, K))
        earlier += [(SMALL, outcome.shown)] * outcome.has_moved
    assert len(earlier) > 1, "a later edition tells something new"
    return editions


def _edition(stories, earlier):
    try:
        return edition(SMALL, stories, earlier, K)
    except TooFew:
        assume(False)


def _held(editions):
    """Cells that stand as they were in an edition in which others changed."""
    for n, (old, new) in enumerate(zip(editions, editions[1:], strict=False), 1):
        yield from (
            (n, cell) for cell, count in new.cells.items() if old.cells != new.cells and count == old.cells.get(cell)
        )


@given(tellings(12), st.data())
@settings(max_examples=40)
def test_a_withdrawal_or_a_new_story_leaves_no_trace(stories, data):
    first = _edition(stories, [])
    gone = data.draw(st.integers(0, K - 1))
    come = data.draw(tellings(0, K - 1 - gone, 1))
    second = edition(SMALL, stories[gone:] + come, [(SMALL, first.shown)], K)
    assert second.shown == first.shown and not second.has_moved


@given(tellings(20), tellings(0, 25, 1))
@settings(max_examples=25)
def test_what_is_shown_is_true_or_as_it_was(stories, new):
    first = _edition(stories, [])
    second = edition(SMALL, stories + new, [(SMALL, first.shown)], K)
    for outcome, known in ((first, stories), (second, stories + new)):
        true = dict(zip(SMALL.cells, zip(*tally(SMALL, known), strict=True), strict=True))
        for cell, count in outcome.shown.items():
            assert count is None or count == true[cell] or (outcome is second and count == first.shown[cell])
            assert count is None or count[1] >= K
    moved = [(first.shown[c], n) for c, n in second.shown.items() if n and first.shown[c] and n != first.shown[c]]
    assert all(abs(was[1] - now[1]) >= K for was, now in moved)


def test_what_was_hidden_stays_hidden():
    often = [("apple", "good", "2026-03"), ("pear", "good", "2026-04"), ("oak", "good", "2026-03")] * 12
    few = [_one(*codes, n) for n, codes in enumerate(often + [("oak", "fair", "2026-04")] * 2)]
    every = [(t, m, d) for t in ("apple", "pear", "oak") for m in ("good", "fair") for d in ("2026-03", "2026-04")]
    first = edition(SMALL, few, [], K)
    second = edition(
        SMALL, few + [_one(*codes, 100 + n, 1) for n, codes in enumerate(every * 6)], [(SMALL, first.shown)], K
    )
    hidden = [cell for cell, count in first.shown.items() if count is None]
    assert second.has_moved and hidden and all(second.shown[cell] is None for cell in hidden)


def _one(topic: str, mood: str, month: str, n: int, since: int = 0) -> Told:
    return Told((frozenset({topic}), frozenset({mood}), frozenset({month})), frozenset({f"n{n}"}), since)


def test_a_large_call_shows_nearly_everything():
    """Hiding everything would be safe too."""
    every = [(frozenset(t), frozenset({m}), frozenset({d})) for n in (1, 2) for t in combinations(["apple", "pear", "oak"], n)
             for m in ("good", "fair") for d in ("2026-03", "2026-04")]  # fmt: skip
    rare = (frozenset({"oak"}), frozenset({"fair"}), frozenset({"2026-04"}))
    many = [
        Told(codes, frozenset({f"{n}-{i}"}))
        for n, codes in enumerate(every)
        for i in range(20)
        if codes[1:] != rare[1:]
    ]
    shown = edition(SMALL, many, [], K).shown
    hidden = [cell for cell, count in shown.items() if count is None]
    assert shown[TOTAL] is not None
    assert (("mood", "code", "fair"), ("month", "code", "2026-04")) in hidden
    assert len(hidden) <= 4, "steps of one person alone would hide 6"


def test_too_few_people_show_nothing():
    alone = [Told((frozenset({"apple"}), frozenset({"good"}), frozenset({"2026-03"})), frozenset({"n"}))]
    with pytest.raises(TooFew):
        edition(SMALL, alone * K, [], K)


def test_only_who_told_one_story_alone_may_have_told_another():
    """Anybody else moves stories and persons by different numbers."""
    one, two, three = (_one("apple", "good", "2026-03", n) for n in range(3))
    shared = Told(one.codes, three.persons | {"n9"})
    assert single_tellers([one, two, Told(two.codes, two.persons), shared]) == [one]
