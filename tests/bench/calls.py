"""A call of any size, straight to a published warehouse: what a year of a big call would leave, without its posts and mails.

Made as columns, so that a million stories take minutes, nearly all of them the warehouse's own build. Stories in the built-in
codebook's dimensions: told once or several times, on one channel or several, by people who tell several; late ones,
apart ones, no stories, some that may not be counted; a part of them reviewed, not always as the machine would have it.
The texts are sentences of the sample stories. The same seed gives the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks.estimate import estimated
from tasks.load import build_table, codebook_tables, label_tables
from tasks.sample.tellings import stories as sample_stories
from tests.bench.posts import _sentences
from warehouse import codebook, schema, store
from warehouse.codebook import Dimension
from warehouse.lake import Lake
from warehouse.scopes import SCOPES

SEED, ZONE, VERSION = 20260301, "Asia/Tokyo", "20270110T000000Z-generated"
OPENS = np.datetime64("2025-12-31T15:00:00", "us")  # 1 January 2026 in Japan
DAYS, CLOSES_DAY = 360, 330
NOW = datetime(2027, 1, 10, tzinfo=UTC)
CHANNELS = {"x_hashtag": 40, "email": 20, "form": 15, "x_dm": 10, "note": 6, "facebook_messenger": 5, "blog": 4}
TELLINGS = (0.9, 0.08, 0.02)  # share of the stories that are told once, twice, three times
ALLOWED = {"count": 0.97, "paraphrase": 0.85, "quote": 0.4, "name": 0.1, "contact": 0.3, "ship": 0.05, "llm": 0.5}
# Share of the tellings that each codes.
VOICES = {"model": 1.0, "contributor": 0.05, "person:editor": 0.1, "person:helper": 0.02, "llm": 0.02}
# Of codes; elsewhere the n-th of them is 1/n as frequent.
SHARES = {"is_story": (0.92, 0.08), "valence": (0.82, 0.08, 0.1)}
# Share of the tellings that get none, one, two, three.
CODES_A_TELLING = {"single": (0, 1), "several": (0.04, 0.6, 0.26, 0.1), "seldom": (0.88, 0.1, 0.02)}
MOST_SENTENCES = 14
ASIDE = ("unreadable conform", "superseded conform", "own_message accept", "auto_mail accept")
_ROWS_AT_ONCE = 100_000
_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), "S2")


def publish(lake: Lake, made: Mapping[str, pa.Table]) -> None:
    """A warehouse of these rows, shown to readers of the home."""
    path = lake.warehouse / f"warehouse-{VERSION}.duckdb"
    store.build(path, made, made["in_dimension"]["dimension"].to_pylist(), ZONE, estimated)
    store.publish(lake, path)


def inputs(stories: int, seed: int = SEED) -> dict[str, pa.Table]:
    """The tables in_… of warehouse/schema.py."""
    draw, book = np.random.default_rng(seed), codebook.load(codebook.BUILT_IN)
    told = _tellings(draw, stories)
    row = {"version": VERSION, "built_at": NOW, "call_title": book.title, "is_sample": False, "time_zone": ZONE}
    columns = {
        "in_submission": told,
        "in_coding": _claims(draw, told, book.dimensions),
        "in_to_review": _unsure(draw, told, book.dimensions),
        "in_sample": _drawn(draw, told),
        "in_used": _used(draw, told),
        "in_link": _open_pairs(told),
        **_items(draw, told),
    }
    made = {name: _table(name, part) for name, part in columns.items()}
    made |= codebook_tables(book) | label_tables(list(CHANNELS)) | {"in_build": build_table(row)}
    return {name: made.get(name, schema.empty(kind)) for name, kind in schema.INPUTS.items()}


def _tellings(draw: np.random.Generator, stories: int) -> dict:
    """in_submission; the tellings of a story stand together, the one that stands for it first."""
    story = np.repeat(np.arange(stories), draw.choice(len(TELLINGS), stories, p=TELLINGS) + 1)
    first, size = np.append(True, story[1:] != story[:-1]), len(story)
    told_at = draw.random(stories) * DAYS
    day = told_at[story] + np.where(first, 0, draw.exponential(10, size))
    posted_at = OPENS + (day * 86_400).astype("timedelta64[s]")
    refs, allowed = _refs("s", np.arange(size)), {scope: draw.random(size) < share for scope, share in ALLOWED.items()}
    return {
        "submission_ref": refs,
        "story_id": _refs("h", story),
        "merged_story_id": _refs("h", story - (story % 97 == 5)),
        "is_representative": first,
        "channel": _one_of(draw, list(CHANNELS), size, np.array(list(CHANNELS.values()))),
        **_people(draw, size, stories),
        "posted_at": posted_at,
        "received_at": posted_at + np.timedelta64(90, "s"),
        "zone": _same("explicit", size),
        "title_masked": _texts(draw, np.where(draw.random(size) < 0.2, 1, 0)),
        "body_masked": _texts(draw, np.clip(draw.lognormal(1.5, 0.7, size).astype(int), 1, MOST_SENTENCES)),
        "text_hash": _digests(np.arange(size), 2),
        "truncated": np.zeros(size, bool),
        "is_after_close": day >= CLOSES_DAY,
        "flags": _lists(_same("", 0), np.zeros(size, int)),
        "raw_ids": _lists(_digests(np.arange(size + size // 25), 4), 1 + (np.arange(size) % 25 == 24)),
        **{f"can_{scope}": allowed["count"] & allowed[scope] for scope in SCOPES},
    }


def _people(draw: np.random.Generator, size: int, stories: int) -> dict[str, pa.Array]:
    """Who told: some tell many, one in thirty tells no name, some have two accounts and some perhaps have."""
    number = (draw.random(size) ** 1.5 * stories * 0.7).astype(int)
    person = number - (number % 20 == 1)
    nameless = draw.random(size) < 1 / 30
    numbers = {"contributor_ref": number, "person_ref": person, "merged_person_ref": person - (person % 50 == 3)}
    named = {name: _refs("p" if name == "contributor_ref" else "n", part) for name, part in numbers.items()}
    return {name: pc.if_else(pa.array(nameless), None, part) for name, part in named.items()}


def _texts(draw: np.random.Generator, counts: np.ndarray) -> pa.ChunkedArray:
    """Of each as many sentences as told; null for none."""
    pool = pa.array([sentence for telling in sample_stories() for sentence in _sentences(telling.text)])
    parts = (counts[n : n + _ROWS_AT_ONCE] for n in range(0, len(counts), _ROWS_AT_ONCE))
    return pa.chunked_array([_joined(draw, pool, part) for part in parts], pa.string())


def _joined(draw: np.random.Generator, pool: pa.Array, counts: np.ndarray) -> pa.Array:
    places = draw.integers(len(pool), size=(counts.max(), len(counts)))
    columns = [pool.take(pa.array(place, mask=counts <= n)) for n, place in enumerate(places)]
    if not columns:
        return pa.nulls(len(counts), pa.string())
    text = pc.binary_join_element_wise(*columns, "", null_handling="replace", null_replacement="")
    return pc.if_else(pa.array(counts > 0), text, None)


def _claims(draw: np.random.Generator, told: dict, dimensions: Sequence[Dimension]) -> dict:
    """in_coding: each voice codes its share of the tellings, in every dimension, without looking at the others."""
    parts = [
        _said(draw, told, dimension, coder, np.flatnonzero(draw.random(len(told["channel"])) < share))
        for coder, share in VOICES.items()
        for dimension in dimensions
    ]
    return {name: pa.chunked_array([part[name] for part in parts]) for name in parts[0]}


def _said(draw: np.random.Generator, told: dict, dimension: Dimension, coder: str, rows: np.ndarray) -> dict:
    """What one voice says of some tellings in one dimension; that none applies is said by people only."""
    kind = "single" if not dimension.multi else "several" if dimension.required else "seldom"
    shares = np.array(SHARES.get(dimension.name, 1 / np.arange(1, len(dimension.codes) + 1)))
    many = draw.choice(len(CODES_A_TELLING[kind]), len(rows), p=CODES_A_TELLING[kind])
    codes = draw.choice(len(shares), (len(rows), len(CODES_A_TELLING[kind]) - 1), p=shares / shares.sum())
    at, place = np.nonzero(np.arange(codes.shape[1]) < many[:, None])
    pairs = np.unique(at * len(shares) + codes[at, place])  # the same code twice is one
    at, code = np.divmod(pairs, len(shares))
    none, by_person = np.flatnonzero(many == 0), coder.startswith("person:")
    size = len(at) + (len(none) if by_person else 0)
    row = rows[np.append(at, none)[:size]]
    named = pa.array([c.code for c in dimension.codes]).take(pa.array(code))
    chances = np.ones(size) if by_person else draw.integers(500, 1000, size) / 1000
    return {
        "submission_ref": told["submission_ref"].take(pa.array(row)),
        "dimension": _same(dimension.name, size),
        "code": pa.concat_arrays([named, pa.nulls(size - len(at), pa.string())]),
        "coder": _same(coder, size),
        "probability": pa.array(chances),
        "codebook_version": _same("1", size),
        "coder_version": _same("1", size),
        "decided_at": _moments(told["posted_at"][row] + np.timedelta64(3, "D"), coder in ("model", "llm")),
    }


def _moments(at: np.ndarray, is_machine: bool) -> pa.Array:
    return pa.nulls(len(at), schema.TIME) if is_machine else pa.array(at, pa.timestamp("us")).cast(schema.TIME)


def _unsure(draw: np.random.Generator, told: dict, dimensions: Sequence[Dimension]) -> dict:
    rows = np.flatnonzero(draw.random(len(told["channel"])) < 0.08)
    names, refs = _one_of(draw, [d.name for d in dimensions], len(rows)), told["submission_ref"].take(pa.array(rows))
    return {"submission_ref": refs, "dimension": names, "cause": _same("unsure", len(rows))}


def _drawn(draw: np.random.Generator, told: dict) -> dict:
    """in_sample: of the representatives, one in twenty and three hundred at most."""
    first = np.flatnonzero(told["is_representative"])
    rows = draw.permutation(first)[: min(300, len(first) // 20)]
    share = np.full(len(rows), len(rows) / len(first))
    refs = told["submission_ref"].take(pa.array(rows))
    return {"submission_ref": refs, "draw_order": np.arange(len(rows)), "inclusion_probability": share}


def _used(draw: np.random.Generator, told: dict) -> dict:
    rows = np.flatnonzero(draw.random(len(told["channel"])) < 0.02)
    where, at = _one_of(draw, ["1章", "2章", "3章"], len(rows)), pa.array([NOW] * len(rows), schema.TIME)
    return {"submission_ref": told["submission_ref"].take(pa.array(rows)), "used_where": where, "used_at": at}


def _open_pairs(told: dict) -> dict:
    """in_link: a question for each two stories that may be one."""
    first = np.flatnonzero(told["is_representative"])
    later = np.arange(5, len(first), 97)
    one, other = (told["submission_ref"].take(pa.array(first[place])) for place in (later - 1, later))
    smaller, greater = pc.min_element_wise(one, other), pc.max_element_wise(one, other)
    size = len(later)
    return {
        "submission_ref": smaller, "other_ref": greater, "kind": _same("edited", size), "score": np.full(size, 0.7),
        "verdict": _same("perhaps", size),
    }  # fmt: skip


def _items(draw: np.random.Generator, told: dict) -> dict[str, dict]:
    """in_item, in_set_aside: what each telling was made of, older versions of some, and one in thirty that was none."""
    raw_ids, of = told["raw_ids"].flatten(), pc.list_parent_indices(told["raw_ids"])
    place = np.arange(len(raw_ids)) - told["raw_ids"].offsets.to_numpy()[of.to_numpy()] + 1
    size = len(raw_ids) // 30
    other, why = _digests(np.arange(size) + 2**40, 4), draw.integers(len(ASIDE), size=size)
    reasons, stages = zip(*(each.split() for each in ASIDE), strict=True)
    channel = pa.concat_arrays([told["channel"].take(of), _one_of(draw, list(CHANNELS), size)])
    item = {
        "raw_id": pa.concat_arrays([raw_ids, other]),
        "channel": channel,
        "fetched_at": pa.array(draw.choice(told["posted_at"], len(channel)), pa.timestamp("us")).cast(schema.TIME),
        "submission_ref": pa.concat_arrays([told["submission_ref"].take(of), pa.nulls(size, pa.string())]),
        "sequence": pa.concat_arrays([pa.array(place), pa.nulls(size, pa.int64())]),
    }
    aside = {"raw_id": other, "channel": channel[len(raw_ids) :]}
    aside |= {name: pa.array(words).take(pa.array(why)) for name, words in (("reason", reasons), ("stage", stages))}
    return {"in_item": item, "in_set_aside": aside}


def _table(name: str, columns: dict) -> pa.Table:
    """Columns in the schema's order and types; those that are not told are null."""
    size, kind = len(next(iter(columns.values()))), schema.INPUTS[name]
    cells = {f.name: _typed(columns[f.name], f.type) if f.name in columns else pa.nulls(size, f.type) for f in kind}
    return pa.table(cells, schema=kind)


def _typed(column: np.ndarray | pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    made = pa.array(column) if isinstance(column, np.ndarray) else column
    return made.cast(kind)


def _same(value: str, size: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.string()), size)


def _one_of(draw: np.random.Generator, values: Sequence[str], size: int, weights: np.ndarray | None = None) -> pa.Array:
    shares = None if weights is None else weights / weights.sum()
    return pa.array(values).take(pa.array(draw.choice(len(values), size, p=shares)))


def _lists(values: pa.Array, sizes: np.ndarray) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(np.append(0, np.cumsum(sizes)), pa.int32()), values)


def _refs(letter: str, numbers: np.ndarray) -> pa.Array:
    """Refs as tasks/refs.py makes them, a letter and 20 hex digits: different numbers, different refs, in no order."""
    return pc.binary_join_element_wise(letter, pc.utf8_slice_codeunits(_digests(numbers, 2), 0, 20), "")


def _digests(numbers: np.ndarray, parts: int) -> pa.Array:
    """16 hex digits a part, as different as the numbers."""
    odd = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)[:parts]
    scrambled = np.stack([numbers.astype(np.uint64) * np.uint64(n) for n in odd], axis=1)
    digits = pa.py_buffer(_HEX[scrambled.view(np.uint8)].tobytes())
    return pa.Array.from_buffers(pa.binary(16 * parts), len(numbers), [None, digits]).cast(pa.string())
