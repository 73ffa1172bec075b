"""Each writer's texts coded by a coder that learnt nothing from that writer; and coders that learnt from fewer texts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tasks.coding import Coded
from tasks.coding.coder import Coder
from tasks.coding.examples import kept_apart, shipped
from tasks.coding.training import Example, TooFew, train
from warehouse.codebook import Codebook

PARTS = (1 / 8, 1 / 4, 1 / 2, 1)  # of the texts that the rules were not tuned on

Answers = dict[str, list[Coded]]  # by which coder


def opinions(coder: Coder, texts: Sequence[Example]) -> Answers:
    """The texts coded by the coder and by each half of it alone: all (model + rules), model, rules."""
    rows = [e.text for e in texts], [e.channel for e in texts]
    return {name: one.code(*rows) for name, one in coder.halves().items()}


def writers(examples: Sequence[Example]) -> list[str]:
    return sorted({e.group for e in examples})


def by_writer(book: Codebook, tell: Callable[[], None]) -> Iterator[tuple[list[Example], Answers]]:
    """Of every writer, all texts (those kept apart too) and what coders say of them that saw none; in order of writers.

    A retold pair has one writer, so it is never parted. tell: called after each, which takes half a minute.
    """
    names = writers(shipped(book))
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        running = {pool.submit(_without, book, name): name for name in names}
        done = {}
        for one in as_completed(running):
            done[running[one]] = one.result()
            tell()
    yield from (done[name] for name in names)


def _without(book: Codebook, writer: str) -> tuple[list[Example], Answers]:
    learnt, texts = parted(shipped(book), kept_apart(book), writer)
    return texts, opinions(Coder(book, train(learnt, book)), texts)


def parted(known: Sequence[Example], apart: Sequence[Example], writer: str) -> tuple[list[Example], list[Example]]:
    """(what may be learnt from, what is measured) where a writer is left out."""
    measured = [e for e in [*known, *apart] if e.group == writer]
    return [e for e in known if e.group != writer], measured


def by_amount(book: Codebook, tell: Callable[[], None]) -> Iterator[tuple[int, list[Coded]]]:
    """(number of texts learnt from, what such a coder says of the texts kept apart), for each of PARTS."""
    fresh, texts = [e for e in shipped(book) if e.is_fresh], kept_apart(book)
    for part in PARTS:
        known = [e for e in fresh if _place(e.id) < part]
        try:
            coder = Coder(book, train(known, book))
        except TooFew:
            continue
        yield len(known), coder.code([e.text for e in texts], [e.channel for e in texts])
        tell()


def _place(id: str) -> float:
    """Where an id stands between 0 and 1, whatever else there is: a smaller part lies within a larger one."""
    return int(hashlib.sha256(id.encode()).hexdigest()[:8], 16) / 2**32
