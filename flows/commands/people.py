"""Verbs on tellers: what they allow, who they are, what is held of them, withdrawal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, said_of_two, who_option
from warehouse.scopes import HEARD, SCOPES, VERIFIED


@main.command()
@click.argument("name", metavar="応募か応募者の番号")
@click.option("--grant", multiple=True, type=click.Choice(SCOPES), help="許可されたこと(何度でも書ける)")
@click.option("--withdraw", multiple=True, type=click.Choice(SCOPES), help="取り消されたこと(何度でも書ける)")
@click.option("--evidence", required=True, help="いつ、どこで、どう聞いたか")
@click.option("--name-as", help="名前を出すときの、本人に確かめた形")
@click.option("--how", type=click.Choice(HEARD), help="どう聞いたか: 応募の文中、返事、会って・電話で、その他")
@click.option("--message", help="その言葉のある応募の番号(s…)")
@who_option
@at_home
def consent(home: Path, name: str, who: str, **said) -> None:
    """利用の許可を台帳に書く(同じ人の、同じ話のほかの語りにも)。

    \b
    例: neta consent s0123456789abcdef0123 --grant quote --evidence 4月2日のメールの返事
        neta consent p0123456789abcdef0123 --withdraw count --evidence 本人からのDM
    """
    from flows.consenting import consent as consent_

    click.echo(consent_(home, name, who=who, **said))


@main.command()
@click.argument("name", metavar="NAMESPACE:ID|応募の番号")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="このファイルに1枚の画面として書く")
@who_option
@json_option
@at_home
def about(home: Path, name: str, html: Path | None, who: str, as_json: bool) -> None:
    """開示書: その人について持っているもの、数え方、許可、できること。

    例: neta about mail:tanaka@example.jp --html tanaka.html
    """
    from flows.about import about as about_

    about_(home, name, html and html.absolute(), who, as_json)


@main.group(invoke_without_command=True)
@click.option("--all", "with_decided", is_flag=True, help="決めた組も出す")
@json_option
@at_home
@click.pass_context
def people(ctx: click.Context, home: Path, with_decided: bool, as_json: bool) -> None:
    """同じ人かもしれないアカウントの組を、根拠と一緒に出す。

    \b
    例: neta people
        neta people same p0123456789abcdef0123 mail:tanaka@example.jp
    """
    if ctx.invoked_subcommand is None:
        from flows.people import show_people

        show_people(home, with_decided, as_json)


def _of_people(verb: str, kind: str, told: str) -> None:
    def write(home: Path, *said) -> str:
        from flows.people import decide

        return decide(home, kind, *said)

    example = f"例: neta people {verb} p0123456789abcdef0123 mail:tanaka@example.jp"
    why = "理由(名前やアカウントは書かない)"
    said_of_two(people, verb, "p…|NAMESPACE:ID", f"{told}\n\n{example}", write, why)


_of_people("same", "same_person", "2つのアカウントは同じ人だと決めて台帳に書く(次の build で反映)。")
_of_people("other", "other_person", "2つのアカウントは別の人だと決めて台帳に書く(次の build で反映)。")


@main.command()
@click.argument("name", metavar="NAMESPACE:ID|応募の番号")
@click.option("--only-this", is_flag=True, help="この応募だけ(付けなければ、この人の応募すべて)")
@click.option(
    "--verified-by",
    type=click.Choice(VERIFIED),
    default="operator",
    show_default=True,
    help="本人の申し出だと確かめた方法。channel: 応募と同じ経路で届いた、operator: あなたの判断",
)
@click.option("--why", help="いきさつ(名前や本文は書かない。- なら標準入力から読む)")
@click.option(
    "--move-files",
    "move_to",
    type=click.Path(path_type=Path),
    help="受信箱のファイルを消さずに、ホームの外のこのフォルダに移す",
)
@who_option
@click.option("--yes", is_flag=True, help="たずねずに行う")
@click.option("--dry-run", is_flag=True, help="何も消さず、何が消えて何が残るかだけ見る")
@click.option("--discreet", is_flag=True, help="出力を残すとき: 本人の名前や番号のある行は、伏せて出す")
@json_option
@at_home
def forget(
    home: Path,
    name: str,
    only_this: bool,
    verified_by: str,
    why: str | None,
    move_to: Path | None,
    who: str,
    yes: bool,
    dry_run: bool,
    discreet: bool,
    as_json: bool,
):
    """取り下げ: その人(または1件)を元データから消し、残っていないことを読んで確かめる。

    \b
    例: neta forget mail:tanaka@example.jp --verified-by channel
        neta forget s0123456789abcdef0123 --only-this
    """
    from flows import forgetting

    why = sys.stdin.read().strip() or None if why == "-" else why
    if dry_run:
        return forgetting.foretell(home, name, only_this, why, as_json)
    folder = move_to and move_to.absolute()
    sys.exit(forgetting.forget(home, name, only_this, verified_by, who, why, yes, as_json, folder, discreet))
