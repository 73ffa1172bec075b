"""Homes: `neta init` for a new call, `neta sample` for the sample one. Both write neta.toml and a codebook to edit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flows.failures import Refused
from flows.settings import load
from tasks import channels
from warehouse import codebook
from warehouse.words import Words

PURPOSE = (
    "いただいた話は、本の中で件数を数え、言い換えて紹介するために使います。"
    "原文の引用とお名前の掲載は、別にお願いして許可をいただいたときだけです。"
)


@dataclass(frozen=True)
class Answers:
    """What a new call needs to know. Dates as YYYY-MM-DD, empty for none; me: namespace -> own accounts."""

    title: str = "個人の発信が仕事に役立った話、教えてください"
    hashtags: Sequence[str] = ("本のネタにしてもいいよ",)
    opens: str = ""
    closes: str = ""
    me: Mapping[str, Sequence[str]] = field(default_factory=dict)
    channels: Sequence[str] = ("email", "x_hashtag", "facebook_messenger", "note", "blog", "form", "pasted")
    purpose: str = PURPOSE
    consent: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sample: bool = False


DEFAULTS = Answers()
ME = ("x", "mail", "facebook", "note", "blog", "line", "instagram", "linkedin")  # namespaces where the author may speak
CONSENT = ("count", "paraphrase")  # what sending to this call grants; the rest only by asking


def init(home: Path, answers: Answers) -> None:
    """Write neta.toml, codebook/, inbox folders and the key. Refused if a home is there already."""
    settings_file = home / "neta.toml"
    if settings_file.exists():
        raise Refused(f"{settings_file}: もうあります。設定を変えるときはこのファイルを直接編集してください")
    home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(codebook.BUILT_IN, home / "codebook", dirs_exist_ok=True)
    for channel in answers.channels:
        (home / "inbox" / channel).mkdir(parents=True, exist_ok=True)
    settings_file.write_text(_toml(home, answers), encoding="utf-8")
    load(home).key()


def make_sample(home: Path) -> dict[str, int]:
    """A sample home, filled; the same files every time. Returns files a channel. Refused in a real home."""
    from tasks.sample import SAMPLE_CALL, SAMPLE_ME, write_sample

    if not (home / "neta.toml").exists():
        call = {name: SAMPLE_CALL[name] for name in ("title", "hashtags", "opens", "closes")}
        init(home, Answers(**call, me=SAMPLE_ME, sample=True))
    if not load(home).sample:
        raise Refused(f"{home}: 本物のホームです。見本は別のフォルダに作ってください(neta sample --home sample-home)")
    return write_sample(home)


def asked() -> Answers:
    """The answers, asked for one by one."""
    import click

    ask = click.prompt
    known = channels.names()
    title = ask("公募の題", default=DEFAULTS.title)
    hashtags = _several(ask("ハッシュタグ(複数は空白で区切る)", default=" ".join(f"#{t}" for t in DEFAULTS.hashtags)))
    opens = ask("募集開始日(YYYY-MM-DD、なければ空)", default="", show_default=False)
    closes = ask("締切日(YYYY-MM-DD、なければ空)", default="", show_default=False)
    me = {
        "x": _several(ask("自分のXのユーザーID(数字。なければ空)", default="", show_default=False)),
        "mail": _several(ask("自分のメールアドレス", default="", show_default=False)),
        "facebook": _several(ask("自分のFacebookの表示名", default="", show_default=False), sep=","),
    }
    chosen = _several(ask(f"使う経路({' '.join(known)})", default=" ".join(DEFAULTS.channels)))
    purpose = ask("利用目的(応募者に示す文)", default=DEFAULTS.purpose)
    consent = {c: _several(ask(f"{c} で送ると許可されること", default=" ".join(CONSENT))) for c in chosen}
    return Answers(title, [t.lstrip("#＃") for t in hashtags], opens, closes, me, chosen, purpose, consent)


def _several(text: str, sep: str | None = None) -> list[str]:
    return [part.strip() for part in text.split(sep) if part.strip()]


def _toml(home: Path, a: Answers) -> str:
    words = Words("ja")
    lines = [
        "# この公募の設定。編集したら neta doctor で確かめられます。",
        f"home = {_text(str(home))}",
        'zone = "Asia/Tokyo"      # 日付と月はこの時間帯で数えます',
        'language = "ja"          # 画面と表の言葉: ja か en',
        'codebook = "codebook"    # 分類表のフォルダ',
        f"sample = {_text(a.sample)}",
        "",
        "[call]",
        f"title = {_text(a.title)}",
        f"hashtags = {_text(list(a.hashtags))}",
        f"opens = {_text(a.opens)}   # これより前の投稿は対象外",
        f"closes = {_text(a.closes)}  # この日の終わりまで。後のものは締切後として残し、数えません",
        f"purpose = {_text(a.purpose)}",
        "",
        "[me]  # 自分のアカウント。ここに書いた人の発言は応募として扱いません。facebook・line・instagram は表示名",
        *[f"{space} = {_text(list(a.me.get(space, [])))}" for space in ME],
        "",
        "[turns]",
        "gap_minutes = 60  # チャットで、この間に続けて届いたものは1つの応募",
        "",
        "[schedule]  # 分 時 日 月 曜日(zone の時刻)",
        'ingest = "0 * * * *"',
        'build = "30 3 * * *"',
        "",
        '[notify]  # 失敗や遅れを知らせるコマンド。文は標準入力に渡ります。例: ["mail", "-s", "neta", "me@example.jp"]',
        "command = []",
        "overdue_hours = 26",
    ]
    for channel in a.channels:
        grants = a.consent.get(channel, CONSENT)
        lines += ["", f"[channels.{channel}]  # {words(f'channel.{channel}')}", f'inbox = "inbox/{channel}"']
        lines += [f"consent = {_text(list(grants))}  # この経路で送ると許可されること"]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    """A value as TOML: JSON's strings, lists and booleans are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
