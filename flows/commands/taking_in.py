"""Verbs that make a home and fill it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, who_option


@main.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="たずねずに既定のまま作る(この公募、期日なし)")
def init(directory: Path, yes: bool) -> None:
    """新しい公募のホームを作る。

    例: neta init mycall
    """
    from flows import home

    home.init(directory.absolute(), home.DEFAULTS if yes else home.asked())
    click.echo(f"作りました: {directory}/neta.toml と {directory}/codebook/。次は: neta run --home {directory}")


@main.command()
@at_home
def sample(home: Path) -> None:
    """見本データのホームを作る。

    例: neta sample --home sample-home
    """
    from flows.home import make_sample

    counts = make_sample(home)
    click.echo(f"見本データ: {home}/inbox に {sum(counts.values())} 件のファイルを用意しました")


@main.command()
@click.option("--no-prefect", is_flag=True, help="Prefect を使わずに同じことをする")
@json_option
@at_home
def run(home: Path, no_prefect: bool, as_json: bool) -> None:
    """取り込んで集計する。今日の内訳と件数を出す。

    例: neta run --home sample-home
    """
    from flows.verbs import run_day_and_show

    sys.exit(run_day_and_show(home, no_prefect, as_json))


@main.command()
@click.argument("channel")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--list", "only_list", is_flag=True, help="書き出しの中の会話を並べるだけで、何も保存しない")
@click.option("--conversation", multiple=True, help="この会話だけを取り込む(何度でも書ける。* で全部)")
@click.option("--since", type=click.DateTime(), help="この日時から取り直す(自動取得の経路)")
@click.option("--until", type=click.DateTime(), help="この日時まで取り直す")
@json_option
@at_home
def ingest(home: Path, channel: str, paths: tuple[Path, ...], only_list: bool, as_json: bool, **chosen) -> None:
    """1つの経路を取り込む(ファイルかフォルダ。省くと受信箱と自動取得)。

    \b
    例: neta ingest email ~/Downloads/応募.mbox
        neta ingest facebook_messenger facebook.zip --list
        neta ingest pasted memo/
    """
    from flows import verbs

    if only_list:
        from flows.listing import list_conversations

        sys.exit(list_conversations(home, channel, paths, as_json))
    sys.exit(verbs.ingest_and_show(home, channel, paths, as_json, **chosen))


@main.command()
@click.argument("refs", nargs=-1, metavar="[保留の番号]...")
@click.option(
    "--with",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="直したファイル(省くと受信箱の同じ名前のもの)",
)
@click.option("--undo", is_flag=True, help="直したことにしたものを、保留に戻す")
@who_option
@json_option
@at_home
def retry(home: Path, refs: tuple[str, ...], files: tuple[Path, ...], undo: bool, who: str, as_json: bool) -> None:
    """保留をもう一度試す: 直したファイルを読み直し、読めたら保留から外して、作り直す(番号を省くと全部)。

    \b
    例: neta retry
        neta retry q0123456789abcde --with 直した応募.csv
    """
    from flows import retrying

    if undo:
        sys.exit(retrying.put_back(home, refs, who, as_json))
    sys.exit(retrying.retry_and_tell(home, refs, [file.absolute() for file in files], who, as_json))


@main.command("take-in", hidden=True)
@click.argument("upload")
@at_home
def take_in(home: Path, upload: str) -> None:
    """画面の「取り込み」が預かったものを取り込む(画面から使われる)。"""
    from flows.taking_in import take_in as take_in_

    sys.exit(take_in_(home, upload))


@main.command()
@json_option
@at_home
def build(home: Path, as_json: bool) -> None:
    """元データと台帳から集計を作る。

    例: neta build
    """
    from flows.verbs import build_and_show

    sys.exit(build_and_show(home, as_json, empty_cache=False))


@main.command()
@json_option
@at_home
def rebuild(home: Path, as_json: bool) -> None:
    """途中のものを捨て、元データと台帳だけから作り直す。

    例: neta rebuild
    """
    from flows.verbs import build_and_show

    sys.exit(build_and_show(home, as_json, empty_cache=True))
