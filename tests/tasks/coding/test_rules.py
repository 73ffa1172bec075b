from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.coding import Coded
from tasks.coding.coder import Coder
from tasks.coding.cues import expand, fold
from warehouse import codebook

BOOK = codebook.load(codebook.BUILT_IN)
CODER = Coder(BOOK)
STORY = (
    "町工場で営業をしています。インスタに写真を載せていたら、知らない会社から仕事の依頼が来ました。"
    "名前は出さないでください。"
)

TROUBLES = {
    "codebook.toml": 'version = "1"\ntitle = "困りごと"\n[count]\nonly = { wanted = ["in"] }\n',
    "wanted.toml": """
ja = "集める話か"
order = 1
required = true
[[code]]
code = "in"
ja = "入れる"
cues = { strong = ["困っ", "困り"] }
[[code]]
code = "out"
ja = "入れない"
cues = { strong = ["求人"] }
""",
    "trouble.toml": """
key = "troubles"
ja = "困りごと"
order = 2
multi = true
required = true
[rules]
offset = -1.0
other_meaning = ["雪見"]
[rules.words]
snow = ["雪", "吹雪"]
[[rules.near]]
after = ["ではない", "じゃない"]
within = 2
add = -9.0
[[code]]
code = "snow"
ja = "雪"
cues = { strong = ["<snow>…困", "除雪"], weak = ["雪"] }
[[code]]
code = "bus"
ja = "バス"
cues = { strong = ["バスが"], weak = ["バス"] }
""",
}


def _codebook(folder: Path, files: dict[str, str]) -> codebook.Codebook:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return codebook.load(folder)


def _codes(coded: Coded, dimension: str) -> list[str]:
    return [claim.code for claim in coded.claims if claim.dimension == dimension]


def _code(text: str, dimension: str, channel: str = "email") -> list[str]:
    return _codes(CODER.code([text], [channel])[0], dimension)


def test_a_plain_story_is_coded_in_every_required_dimension() -> None:
    [coded] = CODER.code([STORY], ["email"])
    assert _codes(coded, "is_story") == ["yes"]
    assert _codes(coded, "platform") == ["instagram"]
    assert _codes(coded, "benefit") == ["connection_became_work"]
    assert _codes(coded, "industry") == ["E"]
    assert _codes(coded, "attribution") == ["anonymous"]
    for dimension in BOOK.dimensions:
        claimed = _codes(coded, dimension.name)
        assert not dimension.required or claimed
        assert dimension.multi or len(claimed) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "【拡散希望】SNSで仕事によいことがあった方、著者さんが話を集めています。締切は来月です #本のネタにしてもいいよ",
        "質問です。締め切りはいつですか。匿名でも大丈夫でしょうか",
        "フォロワー増やします!今だけ1000人2980円。DMください",
        "十年ツイッターを続けていますが、仕事でいいことは一つもありませんでした",
        "弊社の公式アカウントは、おかげさまでフォロワー十万人を突破しました。担当は三名です。",
        "Dear author, our SEO team will bring your website to the top. Click here.",
    ],
)
def test_what_is_no_story_is_coded_no_further(text: str) -> None:
    [coded] = CODER.code([text], ["x_hashtag"])
    assert _codes(coded, "is_story") == ["no"]
    assert {claim.dimension for claim in coded.claims} == {"is_story"}


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("インスタはやってません。フェイスブックに畑の写真を載せていたら注文が来ました", ["facebook"]),
        ("noteに書いた話が本になりました。Facebookは登録だけです", ["note"]),
        ("オンラインで打ち合わせをしました。ブログに感想を書いたら著者から返事が来ました", ["blog"]),
        ("店の公式インスタとは別に、自分のツイッターに書いていたら記者さんから取材の依頼が来ました", ["x"]),
        ("病院の駐車スペースの写真をmixiに載せたら友達ができました", ["mixi"]),
        ("GREEの日記で知り合った人たちと花見をしました", ["gree"]),
        ("グリーンの芝の写真をスレッズに載せたら同業の人が病気の名前を教えてくれました", ["threads"]),
        ("つぶやいたら知らない人が教えてくれて、その通りに直したら動きました", ["x"]),
    ],
)
def test_a_platform_named_but_not_used_is_not_claimed(text: str, platform: list[str]) -> None:
    assert _code(text, "platform") == platform


@pytest.mark.parametrize(
    ("text", "industry"),
    [
        ("調剤薬局で働いています。", "I"),
        ("動物病院の院長です。", "L"),
        ("特養の介護職です。", "P"),
        ("町工場の二代目です。", "E"),
        ("郵便局の窓口にいます。", "Q"),
        ("市役所の税務課です。", "S"),
        ("看護師さんや漁師さんと友達になりました。私はただの会社員です。", "T"),
        ("事務をしています。", "T"),
    ],
)
def test_the_employers_line_of_business(text: str, industry: str) -> None:
    told = text + "ツイッターに書いていたら、知らない人が教えてくれました。"
    assert _code(told, "industry") == [industry]


@pytest.mark.parametrize(
    ("text", "attribution"),
    [
        ("実名で構いません。", "named_ok"),
        ("名前は出さないでください。", "anonymous"),
        ("匿名でnoteに書いたら、", "unstated"),
    ],
)
def test_the_wish_about_the_name_is_not_the_kind_of_account(text: str, attribution: str) -> None:
    assert _code(f"{text}ブログに書いていたら出版社から連載の依頼が来ました。", "attribution") == [attribution]


def test_a_negative_story_has_no_benefit() -> None:
    text = (
        "良い話じゃなくてすみません。ツイッターに写真を載せたら会社に苦情の電話。始末書でした。アカウントは消しました。"
    )
    [coded] = CODER.code([text], ["form"])
    assert _codes(coded, "valence") == ["negative"]
    assert _codes(coded, "benefit") == []


def test_evidence_points_at_what_it_claims() -> None:
    text = "㈱ﾔﾏﾀﾞの者です。ﾌｪｲｽﾌﾞｯｸに書いていたら、出版社から連載の依頼が来ました。"
    [coded] = CODER.code([text], ["email"])
    spans = {claim.code: text[claim.start : claim.end] for claim in coded.claims if claim.start is not None}
    assert spans["facebook"] == "ﾌｪｲｽﾌﾞｯｸ"
    assert "連載" in spans["publishing"] or "出版社" in spans["publishing"]


def test_every_span_begins_with_a_cue_of_its_code() -> None:
    text = STORY + "ブログも書いています。出版社から連載の話が来ました。大学で講師もしました。"
    for claim in CODER.code([text], ["note"])[0].claims:
        if claim.start is None:
            continue
        words = BOOK.by_name[claim.dimension].rules.get("words", {})
        cues = [c for kind in BOOK.by_name[claim.dimension].by_code[claim.code].cues.values() for c in kind]
        heads = {fold(phrase).text for cue in cues for phrase in expand(cue.split("…")[0], words)}
        assert any(fold(text[claim.start : claim.end]).text.startswith(head) for head in heads), claim


def test_doubt_goes_to_review_and_certainty_does_not() -> None:
    [plain] = CODER.code([STORY], ["email"])
    assert "is_story" not in plain.to_review and "platform" not in plain.to_review
    [thin] = CODER.code(["SNSのおかげで少し良いことがありました。そんな感じです。"], ["email"])
    assert thin.to_review


def test_probabilities_have_three_places_and_single_dimensions_add_up() -> None:
    [coded] = CODER.code([STORY], ["email"])
    for dimension, odds in coded.probabilities.items():
        assert all(p == round(p, 3) and 0.001 <= p <= 1 for p in odds.values())
        if not BOOK.by_name[dimension].multi:
            assert sum(odds.values()) == pytest.approx(1, abs=0.02)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["", "note", "x_hashtag", "no such channel"]))
def test_any_text_is_coded_with_valid_spans(text: str, channel: str) -> None:
    [coded] = CODER.code([text], [channel])
    assert len(_codes(coded, "is_story")) == 1
    for claim in coded.claims:
        assert claim.code in BOOK.by_name[claim.dimension].by_code
        assert claim.start is None or 0 <= claim.start < claim.end <= len(text)


@pytest.mark.parametrize("text", ["", "\0", "🍎" * 5_000, "ﾊﾟ㈱" * 3_000, "ツイッターに書いていたら" * 900, " \n\t"])
def test_odd_and_huge_texts_are_coded_too(text: str) -> None:
    [coded] = CODER.code([text])
    assert all(c.start is None or 0 <= c.start < c.end <= len(text) for c in coded.claims)


def test_two_words_in_one_sentence_say_more_than_apart(tmp_path: Path) -> None:
    coder = Coder(_codebook(tmp_path / "book", TROUBLES))
    together, apart = coder.code(["困った。雪で困る", "困った。雪だ。困る"])
    assert together.probabilities["trouble"]["snow"] > 0.9 > apart.probabilities["trouble"]["snow"]


def test_a_shy_cue_says_nothing_where_another_code_is_named(tmp_path: Path) -> None:
    shy = TROUBLES["trouble.toml"].replace("offset = -1.0", 'offset = -1.0\nshy = { bus = ["weak"] }', 1)
    coder = Coder(_codebook(tmp_path / "book", {**TROUBLES, "trouble.toml": shy}))
    told = coder.code(["困っています。除雪とバス", "困っています。バス", "困っています。除雪。バスが来ない"])
    assert [_codes(coded, "trouble") for coded in told] == [["snow"], ["bus"], ["snow", "bus"]]


def test_each_further_cue_counts_less(tmp_path: Path) -> None:
    many = ", ".join(f'"雪{n}丁目"' for n in range(9))
    files = {**TROUBLES, "trouble.toml": TROUBLES["trouble.toml"].replace('weak = ["雪"]', f"weak = [{many}]")}
    coder = Coder(_codebook(tmp_path / "book", files))
    [nine] = coder.code(["困った" + "".join(f"雪{n}丁目" for n in range(9))])
    assert nine.probabilities["trouble"]["snow"] < 0.7  # 0.7 / (1 - 0.6) - 1 at most


def test_length_alone_gathers_no_certainty() -> None:
    once = CODER.code([STORY], ["email"])[0].probabilities["benefit"]
    often = CODER.code([STORY * 10], ["email"])[0].probabilities["benefit"]
    assert often == pytest.approx(once, abs=0.1)


def test_the_same_answer_in_any_process() -> None:
    program = (
        "from tasks.coding.coder import Coder\nfrom warehouse import codebook\n"
        f"coder = Coder(codebook.load(codebook.BUILT_IN))\nprint(coder.version, coder.code([{STORY!r}], ['email']))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "PYTHONIOENCODING": "utf-8"},
            capture_output=True, check=True, cwd=Path(__file__).parents[3],
        ).stdout
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York"))
    }  # fmt: skip
    assert len(answers) == 1


def test_another_codebook_with_other_dimensions(tmp_path: Path) -> None:
    coder = Coder(_codebook(tmp_path / "book", TROUBLES))
    texts = [
        "雪が積もって困っています",
        "雪見だいふくの求人",
        "困りました。バスが来ません",
        "困るのは雪ではない。バスだ",
    ]
    coded = coder.code(texts)
    assert [_codes(c, "wanted") for c in coded] == [["in"], ["out"], ["in"], ["in"]]
    assert [_codes(c, "trouble") for c in coded] == [["snow"], [], ["bus"], ["bus"]]


def test_another_codebook_is_another_version(tmp_path: Path) -> None:
    changed = {**TROUBLES, "trouble.toml": TROUBLES["trouble.toml"].replace("除雪", "雪かき")}
    first, second = _codebook(tmp_path / "a", TROUBLES), _codebook(tmp_path / "b", changed)
    assert Coder(first).version != Coder(second).version
    assert Coder(first).version == Coder(first).version


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('strong = ["バスが"]', 'huge = ["バスが"]', "not 'huge'"),
        ('"<snow>…困"', '"<rain>…困"', "no word list 'rain'"),
        ('"<snow>…困"', '"雪…困…る"', "more than one"),
        ("offset = -1.0", "ofset = -1.0", "does not know ofset"),
        ('"バスが"', '""', "empty cue"),
        ("offset = -1.0", "prior = { rain = 1.0 }", "no code of it"),
        ("offset = -1.0", 'none_when = { weather = ["rain"] }', "no dimension"),
    ],
)
def test_a_slip_in_the_codebook_is_told_by_name(tmp_path: Path, before: str, after: str, told: str) -> None:
    files = {**TROUBLES, "trouble.toml": TROUBLES["trouble.toml"].replace(before, after)}
    with pytest.raises(codebook.CodebookError, match=told):
        Coder(_codebook(tmp_path / "book", files))
