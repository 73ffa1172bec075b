"""The model: the same from the same texts, honest where it has learnt nothing, and never a say beyond its codebook."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

import tasks.sample
from tasks.coding import ngrams
from tasks.coding.coder import Coder
from tasks.coding.cues import fold
from tasks.coding.in_force import BUILT_IN, NoSuchCoder, coder_in_force
from tasks.coding.model import Model
from tasks.coding.ngrams import Grams
from tasks.coding.training import Example, TooFew, train
from warehouse import codebook
from warehouse.ledger import Entry

SAMPLE = Path(tasks.sample.__file__).parent
HEAD = 'version = "1"\ntitle = "困りごと"\n[count]\nonly = { wanted = ["in"] }\n'
WANTED = """ja = "集める話か"
order = 1
[[code]]
code = "in"
ja = "入れる"
cues = { strong = ["困"] }
[[code]]
code = "out"
ja = "入れない"
"""
TROUBLE = """ja = "困りごと"
order = 2
multi = true
required = true
[[code]]
code = "snow"
ja = "雪"
cues = { strong = ["除雪"] }
[[code]]
code = "bus"
ja = "バス"
cues = { strong = ["バス"] }
"""
SNOW = [
    "屋根から落ちてくるので困る",
    "道がふさがって困った",
    "朝から埋もれて困り果てた",
    "積もりすぎて困っています",
    "屋根が重くて困る",
]
BUS = [
    "次の便まで二時間で困る",
    "最終便が早くて困った",
    "停留所が遠くて困ります",
    "便数が減って困っている",
    "運休続きで困る",
]


def book(folder: Path, **files: str) -> codebook.Codebook:
    folder.mkdir()
    for name, text in {"codebook": HEAD, "wanted": WANTED, "trouble": TROUBLE, **files}.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return codebook.load(folder)


def examples() -> list[Example]:
    told = [(text, "snow") for text in SNOW] + [(text, "bus") for text in BUS]
    made = [
        Example(f"{code}{n}{again}", text + "。" * again, "email", f"w{n}", {"wanted": ["in"], "trouble": [code]})
        for n, (text, code) in enumerate(told)
        for again in range(2)
    ]
    return [*made, *(Example(f"o{n}", f"求人の知らせ{n}", "email", f"o{n}", {"wanted": ["out"]}) for n in range(6))]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory) -> tuple[codebook.Codebook, Model]:
    made = book(tmp_path_factory.mktemp("m") / "book")
    return made, train(examples(), made)


def test_it_knows_what_no_cue_says(learnt):
    made, model = learnt
    text = "屋根がふさがって困った"
    first = next(c for c in Coder(made, model).code([text], ["email"])[0].claims if c.dimension == "trouble")
    assert (first.code, first.coder, text[first.start : first.end]) == ("snow", "model", text)
    assert {c.coder for c in Coder(made).code([text], ["email"])[0].claims} == {"rule"}


def test_the_same_texts_in_any_order_give_the_same_artefact_and_it_reads_back(learnt, tmp_path):
    made, model = learnt
    mixed = examples()
    random.Random(7).shuffle(mixed)
    for name, one in (("a", model), ("b", train(mixed, made))):
        one.save(tmp_path / name)
    for file in ("model.json", "weights.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    kept, text = Model.load(tmp_path / "a"), fold("停留所で二時間。困る").text
    assert np.array_equal(next(kept.read([text])).decisions, next(model.read([text])).decisions)
    assert (
        kept.name == model.name != train([*mixed, Example("z", "雪", "email", "z", {"trouble": ["snow"]})], made).name
    )


def test_weights_in_whole_steps_decide_as_the_machines_do(learnt):
    """What is kept is rounded; scikit-learn's own answers on the same n-grams are the measure."""
    from sklearn.svm import LinearSVC

    _, model = learnt
    told = sorted((e for e in examples() if "trouble" in e.codes), key=lambda e: e.id)
    grams = Grams.fitted([fold(e.text).text for e in sorted(examples(), key=lambda e: e.id)])
    rows = grams.matrix([fold(e.text).text for e in told])
    machine = LinearSVC(C=1.0, random_state=0).fit(rows, [e.codes["trouble"] == ["snow"] for e in told])
    column = model.heads["trouble"].first + model.heads["trouble"].codes.index("snow")
    kept = [opinion.decisions[column] for opinion in model.read([fold(e.text).text for e in told])]
    assert np.allclose(kept, machine.decision_function(rows), atol=0.05)


def test_a_text_is_read_alike_alone_among_others_and_without_a_character(learnt):
    _, model = learnt
    texts = [fold(e.text).text for e in examples()]
    among = list(model.read([*texts, "", *texts]))
    assert len(among) == 2 * len(texts) + 1 and among[len(texts)].runs.numbers.size == 0
    for n, text in enumerate(texts):
        alone = next(model.read([text])).decisions
        assert np.array_equal(alone, among[n].decisions) and np.array_equal(alone, among[-len(texts) + n].decisions)
    assert list(model.read([])) == []


def test_no_n_gram_is_lost_or_made_up():
    text = "雪で𠮷野家まで、雪"
    numbers, starts = ngrams.keys(text)
    spelt = [text[s : s + n] for n in range(1, ngrams.LONGEST + 1) for s in range(len(text) - n + 1)]
    assert len(numbers) == len(starts) == len(spelt)
    by_number = {}
    for number, gram in zip(numbers.tolist(), spelt, strict=True):
        assert by_number.setdefault(number, gram) == gram  # one number, one n-gram
    assert len(set(numbers.tolist())) == len(set(spelt))
    assert ngrams.keys("")[0].size == 0


def test_a_dimension_with_a_code_gone_is_left_to_the_rules(learnt, tmp_path):
    _, model = learnt
    less = TROUBLE[: TROUBLE.index('[[code]]\ncode = "bus"')] + '[[code]]\ncode = "train"\nja = "電車"\n'
    coder = Coder(book(tmp_path / "less", trouble=less), model)
    coded = coder.code(["停留所が遠くて困ります"], ["email"])[0]
    assert {c.dimension: c.coder for c in coded.claims} == {"wanted": "model", "trouble": "rule"}


def test_too_few_texts_teach_nothing(tmp_path):
    with pytest.raises(TooFew):
        train([Example("a", "雪", "email", "a", {"trouble": ["snow"]})], book(tmp_path / "book"))


def _decided(*names: str) -> list[Entry]:
    return [Entry(n, "2026-01-01", "editor", "coder", name, {"name": name}, None) for n, name in enumerate(names)]


def test_the_last_decision_says_who_codes_and_a_codebook_of_its_own_has_rules_only(learnt, tmp_path):
    made, model = learnt
    model.save(tmp_path / model.name)
    assert coder_in_force(made, tmp_path).version.startswith("rules-")
    assert coder_in_force(made, tmp_path, _decided("rules", model.name)).version.startswith(f"{model.name}+rules-")
    assert coder_in_force(made, tmp_path, _decided(model.name, "rules")).version.startswith("rules-")
    with pytest.raises(NoSuchCoder):
        coder_in_force(made, tmp_path, _decided("model-that-went"))
    ours = codebook.load(codebook.BUILT_IN)
    assert coder_in_force(ours).version.startswith(Model.load(BUILT_IN).name)


def test_what_came_with_neta_was_learnt_from_what_came_with_neta_and_not_from_the_sample():
    from tasks.coding.examples import shipped

    ours = codebook.load(codebook.BUILT_IN)
    told = json.loads((BUILT_IN / "model.json").read_text(encoding="utf-8"))
    known = shipped(ours)
    assert told["example_count"] == len(known) and told["codebook_version"] == ours.version
    sample = {json.loads(line)["id"] for line in (SAMPLE / "stories.jsonl").read_text(encoding="utf-8").splitlines()}
    assert sample.isdisjoint(e.id for e in known) and {e.is_fresh for e in known} == {True, False}
