"""Verbs that open a home to others: pages, accounts, the public edition, schedules."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, who_option


@main.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="待ち受けるアドレス(ほかの機械から見えるものには neta user が要る)",
)
@click.option("--port", default=8321, show_default=True, help="待ち受けるポート")
@at_home
def web(home: Path, host: str, port: int) -> None:
    """画面を開く(既定では、この機械の中だけ)。

    例: neta web --home sample-home
    """
    from flows.serve import serve_web

    serve_web(home, host, port)


@main.group()
def user() -> None:
    """利用者: 画面を見られる人と役割(一人もいなければ、この機械の中からサインインなしで開ける)。"""


role_option = click.option(
    "--role",
    type=click.Choice(("author", "editor", "analyst")),
    required=True,
    help="author: すべて。editor: 確認・取り込み・原文。analyst: 件数と伏せ字の話だけ",
)


@user.command("add")
@click.argument("name", metavar="名前")
@role_option
@at_home
def user_add(home: Path, name: str, role: str) -> None:
    """利用者を加える(パスワードをたずねる。端末でなければ標準入力の1行目)。

    例: neta user add tanaka --role editor
    """
    from flows.accounts import add

    click.echo(add(home, name, role))


@user.command("list")
@json_option
@at_home
def user_list(home: Path, as_json: bool) -> None:
    """利用者の一覧。

    例: neta user list
    """
    from flows.accounts import show_all

    show_all(home, as_json)


@user.command("role")
@click.argument("name", metavar="名前")
@role_option
@at_home
def user_role(home: Path, name: str, role: str) -> None:
    """役割を変える(開いている画面にもすぐ効く)。

    例: neta user role tanaka --role author
    """
    from flows.accounts import set_role

    click.echo(set_role(home, name, role))


@user.command("password")
@click.argument("name", metavar="名前")
@at_home
def user_password(home: Path, name: str) -> None:
    """パスワードを変える(開いている画面はサインインからになる)。

    例: neta user password tanaka
    """
    from flows.accounts import set_password

    click.echo(set_password(home, name))


@user.command("remove")
@click.argument("name", metavar="名前")
@at_home
def user_remove(home: Path, name: str) -> None:
    """利用者を外す(開いている画面もすぐ使えなくなる)。

    例: neta user remove tanaka
    """
    from flows.accounts import remove

    click.echo(remove(home, name))


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--k", default=5, show_default=True, help="この人数に満たない欄を伏せる")
@click.option(
    "--quote", "refs", multiple=True, metavar="応募の番号", help="引用する話(何度でも書ける。許可のあるものだけ)"
)
@click.option("--anew", is_flag=True, help="前の公開版と比べずに始め直す(前の版は引っ込めてから)")
@click.option("--check", "only_check", is_flag=True, help="何が出て何が伏せられるかを言うだけで、書かない")
@who_option
@at_home
def publish(home: Path, directory: Path, k: int, refs: tuple[str, ...], anew: bool, only_check: bool, who: str) -> None:
    """公開版: 人数の少ない欄を伏せた数を、誰にでも渡せるページと CSV にする。

    
    例: neta publish ~/public --check
        neta publish ~/public --quote s0123456789abcdef0123
    """
    from flows.publishing import publish as publish_

    publish_(home, directory.absolute(), k, refs, anew, only_check, who)


@main.command()
@click.option("--port", default=4200, show_default=True, help="Prefect サーバーのポート(127.0.0.1)")
@at_home
def serve(home: Path, port: int) -> None:
    """予定どおりに動かし続ける(取り込みは毎時、集計は毎晩)。

    例: neta serve --home mycall
    """
    from flows.serve import serve_schedules

    serve_schedules(home, port)
