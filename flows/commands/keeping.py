"""Verbs on what is kept: backup, restore, the ledger."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, who_option


@main.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.tar")
@who_option
@at_home
def backup(home: Path, file: Path, who: str) -> None:
    """控え: 鍵・設定・分類表・元データ・台帳・取り下げの印を、1つのファイルにする。

    例: neta backup /media/usb/neta-2026-04-01.tar
    """
    from flows.keeping import backup as backup_

    backup_(home, file.absolute(), who)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.tar")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--tombstones",
    type=click.Path(path_type=Path),
    multiple=True,
    help="取り下げの印のファイル(何度でも書ける。隣の DIRECTORY.tombstones はいつも見る)",
)
@who_option
def restore(file: Path, directory: Path, tombstones: tuple[Path, ...], who: str) -> None:
    """控えからホームを作り直す。控えのあとに取り下げられたものは戻さない。

    例: neta restore /media/usb/neta-2026-04-01.tar mycall --tombstones old/mycall.tombstones
    """
    from flows.keeping import restore as restore_

    restore_(file.absolute(), directory.absolute(), tombstones, who)


@main.group(invoke_without_command=True)
@click.option("--kind", help="種類で絞る")
@json_option
@at_home
def ledger(home: Path, kind: str | None, as_json: bool) -> None:
    """台帳: 人が決めたことの記録。

    例: neta ledger --kind code
    """
    ctx = click.get_current_context()
    ctx.obj = home
    if ctx.invoked_subcommand is None:
        from flows.reviewing import show_ledger

        show_ledger(home, kind, as_json)


@ledger.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.jsonl")
@who_option
@at_home
def ledger_export(home: Path, file: Path, who: str) -> None:
    """台帳を1行1件のファイルにする(ほかの機械で import できる)。

    例: neta ledger export /media/usb/ledger.jsonl
    """
    from flows.moving_ledger import export

    click.echo(export(home, file.absolute(), who))


@ledger.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.jsonl")
@at_home
def ledger_import(home: Path, file: Path) -> None:
    """ほかの機械で書き足された台帳の続きを取り込む。途中から食い違うものは取り込まない。

    例: neta ledger import /media/usb/ledger.jsonl
    """
    from flows.moving_ledger import take_in

    click.echo(take_in(home, file.absolute()))


@ledger.command("purge")
@who_option
@at_home
def ledger_purge(home: Path, who: str) -> None:
    """発送してから日がたった住所を消す(日数は neta.toml の [ledger] address_days。neta run も毎回消す)。

    例: neta ledger purge
    """
    from flows.addresses import purge_and_tell

    click.echo(purge_and_tell(home, who))
