"""Verbs for what people decide on stories."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, said_of_two, who_option


@main.group()
def review() -> None:
    """確認: 次の1件を見る、決める。"""


@review.command("next")
@json_option
@at_home
def review_next(home: Path, as_json: bool) -> None:
    """次に確認したい応募を1件出す。

    例: neta review next
    """
    from flows.reviewing import show_next

    show_next(home, as_json)


@review.command()
@click.argument("submission")
@click.argument("decision", metavar="DIMENSION=CODE[,CODE]")
@who_option
@click.option("--why", help="理由")
@click.option(
    "--as",
    "voice",
    type=click.Choice(["contributor", "adjudicator"]),
    help="contributor: 応募者本人が直した分類として書く。adjudicator: 意見が分かれたものを協議して決める",
)
@at_home
def decide(home: Path, submission: str, decision: str, who: str, why: str | None, voice: str | None) -> None:
    """分類を決めて台帳に書く(次の build で反映)。

    \b
    例: neta review decide s0123456789abcdef0123 platform=note,x --why 本文に両方とある
        neta review decide mail:abc@example.jp benefit=     (該当なし)
    """
    from flows.reviewing import decide as decide_

    click.echo(decide_(home, submission, decision, who, why, voice))


@review.command("agreement")
@json_option
@at_home
def review_agreement(home: Path, as_json: bool) -> None:
    """同じ応募を2人以上が分類したときの一致度(κ と α、95%の幅)。

    例: neta review agreement
    """
    from flows.agreeing import show_agreement

    show_agreement(home, as_json)


@review.command()
@click.argument("submission")
@who_option
@click.option("--why", help="理由")
@at_home
def confirm(home: Path, submission: str, who: str, why: str | None) -> None:
    """すべての観点を、出ているとおりに決めて台帳に書く(先に decide で直した観点はそのまま)。

    例: neta review confirm s0123456789abcdef0123
    """
    from flows.confirming import confirm as confirm_

    click.echo(confirm_(home, submission, who, why))


@review.command()
@click.argument("submission")
@click.argument("text")
@who_option
@at_home
def note(home: Path, submission: str, text: str, who: str) -> None:
    """応募に覚え書きを付ける(件数には関わらない。本文は書き写さない。取り下げがあれば消える)。

    例: neta review note s0123456789abcdef0123 続きを聞きたい
    """
    from flows.noting import note as note_

    click.echo(note_(home, submission, text, who))


@review.command()
@click.argument("count", metavar="N", type=click.IntRange(min=1))
@click.option("--seed", type=click.IntRange(min=0), help="乱数の種(省くと前回と同じ種。前に確認した話がそのまま残る)")
@click.option(
    "--double", is_flag=True, help="2人が別々に分類する話として抽出する(一致度がわかる。画面の「確認」に出る)"
)
@who_option
@click.option("--why", help="理由")
@at_home
def draw(home: Path, count: int, seed: int | None, double: bool, who: str, why: str | None) -> None:
    """人が分類する話を無作為に N 話抽出する。その確認が済むと、件数の幅が出る。

    \b
    例: neta review draw 100
        neta review draw 30 --double
    """
    from flows.sampling import draw as draw_

    click.echo(draw_(home, count, seed, who, why, double))


@review.command("links")
@click.option("--all", "also_linked", is_flag=True, help="まとめてあるものも出す")
@json_option
@at_home
def review_links(home: Path, also_linked: bool, as_json: bool) -> None:
    """同じ話かもしれない応募の組を、根拠とともに出す。

    例: neta review links
    """
    from flows.reviewing_links import show_links

    show_links(home, also_linked, as_json)


def _of_a_pair(verdict: str, told: str) -> None:
    def write(home: Path, *said) -> str:
        from flows.reviewing_links import say

        return say(home, verdict, *said)

    example = f"例: neta review {verdict} s0123456789abcdef0123 mail:abc@example.jp"
    said_of_two(review, verdict, "応募の番号|NAMESPACE:ID", f"{told}\n\n{example}", write)


_of_a_pair("same", "2つの応募は同じ話だと決めて台帳に書く(次の build で反映)。")
_of_a_pair("apart", "2つの応募は別の話だと決めて台帳に書く(次の build で反映)。")


@main.command()
@click.argument("names", nargs=-1, metavar="[応募か話の番号|NAMESPACE:ID]…")
@click.option("--where", help="本のどこか(章・ページなど。人の名前は書かない)")
@click.option("--undo", is_flag=True, help="取り消す(--where を省くと、その話のものをすべて)")
@who_option
@json_option
@at_home
def used(home: Path, names: tuple[str, ...], where: str | None, undo: bool, who: str, as_json: bool) -> None:
    """掲載済み: 本に載せた話を台帳に書く(引用候補から外れる。次の build で反映)。番号を省くと、いまの一覧。

    \b
    例: neta used s0123456789abcdef0123 --where 第3章
        neta used s0123456789abcdef0123 --undo
    """
    from flows import using

    if names:
        click.echo(using.use(home, names, where, who, undo))
    elif where or undo:
        raise click.UsageError("どの応募か話かを書いてください")
    else:
        using.show_used(home, as_json)
