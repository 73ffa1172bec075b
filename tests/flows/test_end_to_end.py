"""As a person uses it: the sample home, the verbs, their exit codes and their one-line errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from flows.settings import load
from warehouse import audit, codebook, counts

FIXTURES = Path(__file__).parents[1] / "fixtures"
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")


def said(*words: object, **environment: str):
    """A verb in this process: .exit_code, .stdout, .stderr."""
    return CliRunner().invoke(main, list(map(str, words)), env=environment)


def answer(*words: object) -> object:
    done = said(*words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_first_run_ends_with_3_and_tells_account_counts_and_where(sample_home):
    first = sample_home.first
    assert first.returncode == 3, first.stderr
    assert first.stderr == ""
    lines = first.stdout.splitlines()
    assert lines[0].strip().startswith("見本データ")
    for word in (
        "受信の内訳",
        "活動の場",
        "良かったこと",
        "業種",
        "公募に寄せられた話の集計です",
        "warehouse.duckdb",
        "validation.html",
    ):
        assert word in first.stdout
    noticed = [line.split(":")[0] for line in lines if line.startswith("△")]
    assert len(noticed) == len(set(noticed)) >= 4


def test_the_second_run_ends_with_0_and_changes_nothing(sample_copy):
    published = (sample_copy / "warehouse" / "warehouse.duckdb").resolve()
    raw = sorted(sample_copy.glob("raw/*/*/*"))
    again = answer("run", "--no-prefect", "--json", "--home", sample_copy)
    assert (again["new_quarantine"], again["failures"], again["built"]["changed"]) == (0, {}, False)
    assert {channel: done["new"] for channel, done in again["landings"].items() if done["new"]} == {}
    assert sum(done["sources"] for done in again["landings"].values()) == 0
    assert (sample_copy / "warehouse" / "warehouse.duckdb").resolve() == published
    assert sorted(sample_copy.glob("raw/*/*/*")) == raw


def test_status_accounts_for_everything_that_came(sample_home):
    status = answer("status", "--json", "--home", sample_home.path)
    *channels, whole = status["account"]
    assert whole["channel"] is None and whole["received"] == sum(line["received"] for line in channels) > 700
    for line in status["account"]:
        assert line["received"] == sum(line[outcome] for outcome in counts.OUTCOMES)
    reasons = [reason for stage in status["stages"] for reason in stage["reasons"]]
    assert whole["received"] == whole["counted"] + whole["joined"] + sum(r["item_count"] for r in reasons)
    assert {r["reason"] for r in reasons} >= {"unreadable", "superseded", "own_message", "exact_copy"}
    before = whole["received"]
    for stage in status["stages"]:
        assert stage["item_in"] == before == stage["item_out"] + sum(r["item_count"] for r in stage["reasons"])
        before = stage["item_out"]


def test_explain_tells_as_many_stories_as_counts(sample_home):
    table = answer("counts", "--by", "platform", "--json", "--home", sample_home.path)
    row = next(r for r in table["counts"]["platform"] if r["level"] == "code" and r["story_count"])
    found = answer("explain", f"platform={row['value']}", "--json", "--home", sample_home.path)
    assert found["story_count"] == len(found["stories"]) == row["story_count"]
    one = answer("explain", f"story={found['stories'][0]['story_id']}", "--json", "--home", sample_home.path)
    assert one["stories"] == found["stories"][:1]


def test_neta_code_answers_in_its_shape(tmp_path):
    texts = [
        {
            "id": "1",
            "channel": "email",
            "text": "会社員です。noteを読んだ編集者から声をかけていただき、本を出しました。",
        },
        {"id": 2, "channel": "x_dm", "text": "募集の締切はいつですか?"},
        {"id": "3", "text": ""},
    ]
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("\n".join(json.dumps(t, ensure_ascii=False) for t in texts) + "\n\n", encoding="utf-8")
    assert said("code", source, "--out", out).exit_code == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    book = codebook.load(codebook.BUILT_IN)
    keys = {d.key: d for d in book.dimensions}
    assert [row["id"] for row in rows] == ["1", 2, "3"]
    for row, text in zip(rows, texts, strict=True):
        assert set(row) == {"id", *keys, "probabilities", "evidence", "to_review"}
        assert {"is_story", "valence", "platforms", "benefits", "industry", "attribution"} <= set(keys)
        for span in row["evidence"]:
            assert 0 <= span["start"] < span["end"] <= len(text["text"])
            assert span["code"] in book.by_name[span["dimension"]].by_code
    assert rows[0]["is_story"] is True and "note" in rows[0]["platforms"]
    assert rows[1]["is_story"] is False
    rest = {key: rows[1][key] for key, d in keys.items() if key != "is_story"}
    assert rest == {key: [] if keys[key].multi else None for key in rest}


def test_neta_code_names_the_line_it_cannot_read_and_writes_nothing(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "1", "text": "話"}\n{"id": "2", "te', encoding="utf-8")
    done = said("code", source, "--out", tmp_path / "out.jsonl")
    assert done.exit_code == 1 and f"{source}:2" in done.stderr and one_line(done.stderr)
    assert [p.name for p in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_new_home_is_made_once_with_what_it_needs(tmp_path):
    home = tmp_path / "call"
    assert said("init", home, "--yes").exit_code == 0
    settings = load(home)
    assert settings.call.hashtags == ("本のネタにしてもいいよ",) and settings.call.opens is settings.call.closes is None
    assert not settings.sample and str(settings.zone) == "Asia/Tokyo" and settings.lake.home == home
    assert codebook.load(settings.codebook).digest == codebook.load(codebook.BUILT_IN).digest
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert set(settings.channels) >= {"email", "x_hashtag", "facebook_messenger", "note", "blog", "form", "pasted"}
    before = {p: p.read_bytes() for p in home.rglob("*") if p.is_file()}
    again = said("init", home, "--yes")
    assert again.exit_code == 1 and one_line(again.stderr)
    assert {p: p.read_bytes() for p in home.rglob("*") if p.is_file()} == before
    sample = said("sample", "--home", home)
    assert sample.exit_code == 1 and one_line(sample.stderr) and not any((home / "inbox" / "email").iterdir())


@pytest.fixture(scope="module")
def names(sample_home) -> str:
    every = answer("sql", "SELECT dimension FROM dim_dimension", "--json", "--home", sample_home.path)
    return ",".join([row["dimension"] for row in every] + ["channel", "month"])


def test_by_setting_the_counts_are_in_english(sample_home, names):
    for options in (["--codes"], []):
        done = said("counts", "--by", names, *options, "--home", sample_home.path, NETA_LANGUAGE="en")
        assert done.exit_code == 0 and len(done.stdout.splitlines()) > 50
        assert [line for line in done.stdout.splitlines() if JAPANESE.search(line)] == []
    assert JAPANESE.search(said("counts", "--by", names, "--home", sample_home.path, NETA_LANGUAGE="ja").stdout)


def test_what_goes_wrong_is_one_line_and_ends_with_1(sample_home, tmp_path):
    home, empty = sample_home.path, tmp_path / "empty"
    bad = tmp_path / "bad"
    assert said("init", bad, "--yes").exit_code == 0
    toml = bad / "neta.toml"
    cases = {
        "no home": ["status", "--home", empty],
        "not built": ["counts", "--home", bad],
        "no such channel": ["ingest", "telegram", "--home", home],
        "no such breakdown": ["counts", "--by", "weather", "--home", home],
        "no such condition": ["explain", "weather=fine", "--home", home],
        "no condition": ["explain", "platform", "--home", home],
        "bad SQL": ["sql", "SELEC 1", "--home", home],
        "no SQL": ["sql", " ", "--home", home],
        "two lines of SQL, none of it good": ["sql", "SELECT\n*\nFROM nowhere", "--home", home],
        "nobody's ref": ["review", "decide", "s0", "platform=note", "--home", home],
    }
    wrong = {name: done for name, words in cases.items() if not _fails_well(done := said(*words))}
    assert {name: (done.exit_code, done.stderr, done.stdout) for name, done in wrong.items()} == {}
    for line in ('zone = "Nowhere"', "zone = ", '[call]\nopens = "soon"', '[call]\nhashtags = "tag"', '[me]\nx = "1"'):
        toml.write_text(line, encoding="utf-8")
        assert _fails_well(done := said("status", "--home", bad)) and str(toml) in done.stderr, line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["ingest"], "CHANNEL"),
        (["ingest", "email", "--foo"], "--foo"),
        (["ingest", "email", "--since", "きのう"], "--since"),
        (["review", "decide"], "SUBMISSION"),
        (["code", "nowhere.jsonl", "--out", "x"], "FILE"),
        (["nosuch"], "nosuch"),
    ],
)
def test_wrong_use_is_told_in_japanese_on_one_line_and_ends_with_2(words, named):
    done = said(*words)
    assert done.exit_code == 2 and one_line(done.stderr) and named in done.stderr and JAPANESE.search(done.stderr)


def test_a_choice_that_meets_nothing_is_told(tmp_path):
    home, export = tmp_path / "call", FIXTURES / "facebook_messenger" / "two_threads.zip"
    assert said("init", home, "--yes").exit_code == 0
    done = said("ingest", "facebook_messenger", export, "--conversation", "山田 花子さん", "--home", home)
    assert done.exit_code == 1 and "--list" in done.stdout
    span = said("ingest", "email", "--since", "2026-04-01", "--home", home)  # no live source: it would do nothing
    assert span.exit_code == 1 and one_line(span.stderr) and "--since" in span.stderr


def _fails_well(done) -> bool:
    return done.exit_code == 1 and done.stdout == "" and one_line(done.stderr)


def one_line(text: str) -> bool:
    return len(text.splitlines()) == 1 and text.startswith("✗ ") and "Traceback" not in text


def test_wrong_use_ends_with_2():
    for words in (
        ["no-such-verb"],
        ["counts", "--no-such-option"],
        ["ingest"],
        ["code", "/no/such/file", "--out", "x"],
    ):
        assert said(*words).exit_code == 2, words


def test_the_ad_hoc_door_from_outside(sample_home, neta):
    done = neta("sql", "SELECT * FROM read_text('/etc/passwd')", "--home", sample_home.path)
    assert (done.returncode, done.stdout) == (1, "") and one_line(done.stderr)
    good = neta("sql", "SELECT story_count FROM mart_total", "--csv", "--home", sample_home.path)
    assert good.returncode == 0 and re.fullmatch(r"story_count\n\d+\n", good.stdout)


def test_a_fingerprint_is_the_last_line(sample_home):
    lines = said("fingerprint", "--home", sample_home.path).stdout.splitlines()
    assert re.fullmatch("[0-9a-f]{64}", lines[-1])
    assert said("fingerprint", "--part", "intake", "--home", sample_home.path).stdout.splitlines()[-1] != lines[-1]


def test_the_doctor_finds_what_is_wrong_and_changes_nothing(told):
    home = told.path

    def problems() -> set[str]:
        return {f["problem"] for f in json.loads(said("doctor", "--json", "--home", home).stdout)["findings"]}

    toml = home / "neta.toml"
    assert problems() == {"moved"}  # the fixture is a copy
    text = re.sub("^home = .*$", f"home = {json.dumps(str(home))}", toml.read_text(encoding="utf-8"), flags=re.M)
    toml.write_text(text, encoding="utf-8")
    assert problems() == {"stale"}  # neta.toml is part of what a build is made of
    assert said("build", "--home", home).exit_code == 0
    assert problems() == set() and said("doctor", "--home", home).exit_code == 0
    raw = next((home / "raw").rglob("*.parquet"))
    data = raw.read_bytes()
    raw.write_bytes(data[:60] + bytes([data[60] ^ 1]) + data[61:])
    (home / "codebook" / "benefit.toml").write_text("not toml", encoding="utf-8")
    (home / "secret.key").unlink()
    (home / "ledger.sqlite").write_bytes(b"not a database" * 100)
    audit.append(home / "audit.jsonl", "editor", "original", "a")
    audit.append(home / "audit.jsonl", "editor", "original", "b")
    (home / "audit.jsonl").write_text((home / "audit.jsonl").read_text().replace('"a"', '"x"'))
    assert problems() == {"bad_raw", "bad_codebook", "no_key", "bad_ledger", "bad_audit"}
    (home / "audit.jsonl").chmod(0o644)
    assert "open_key" in problems()
    assert not (home / "secret.key").exists()
    assert said("doctor", "--home", home).exit_code == 1
