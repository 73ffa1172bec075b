"""Verbs on the coder and the codebook."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, who_option


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="結果を書くファイル(JSON Lines)")
@click.option(
    "--home", "own_home", type=click.Path(path_type=Path), help="そのホームの分類表を使う。既定: 付属の分類表"
)
@click.pass_context
def code(ctx: click.Context, file: Path, out: Path, own_home: Path | None) -> None:
    """文章を、保存せずに分類だけする。

    例: neta code texts.jsonl --out coded.jsonl
    """
    from flows.coding import code_file

    count = code_file(file, out, own_home or ctx.obj)
    click.echo(f"{count} 件を分類しました: {out}", err=True)


@main.group()
def coder() -> None:
    """分類器: 学ばせる、選ぶ、確かめる。"""


@coder.command("train")
@json_option
@at_home
def coder_train(home: Path, as_json: bool) -> None:
    """付属の文章と、ここで人が決めた分類から学ばせる(使うかどうかは neta coder use で決める)。

    例: neta coder train --home mycall
    """
    from flows.coders import train_and_tell

    train_and_tell(home, as_json)


@coder.command("evaluate")
@click.option("--leave-writers-out", is_flag=True, help="書き手を一人ずつ除いて学ばせ、その人の文章で測る(数分かかる)")
@click.option("--out", "html", type=click.Path(dir_okay=False, path_type=Path), help="画面を書くファイル")
@json_option
@at_home
def coder_evaluate(home: Path, leave_writers_out: bool, html: Path | None, as_json: bool) -> None:
    """いまの分類器がどれだけ当たるか、どこが弱いかを1枚の画面に書く(既定: ホームの reports/coder.html)。

    例: neta coder evaluate --leave-writers-out --out coder.html
    """
    from flows.evaluating import evaluate_and_tell

    evaluate_and_tell(home, leave_writers_out, html and html.absolute(), as_json)


@coder.command("list")
@json_option
@at_home
def coder_list(home: Path, as_json: bool) -> None:
    """分類器の一覧。* がいま使っているもの。

    例: neta coder list
    """
    from flows.coders import list_coders

    list_coders(home, as_json)


@coder.command("use")
@click.argument("name")
@who_option
@click.option("--why", help="理由")
@at_home
def coder_use(home: Path, name: str, who: str, why: str | None) -> None:
    """この分類器を使うと決めて台帳に書く(次の build で全部を分類し直す)。

    例: neta coder use model-0123456789ab --why 100話を確認して学ばせた
    """
    from flows.coders import put_in_force

    click.echo(put_in_force(home, name, who, why))


@coder.command("ask")
@click.option(
    "--most", type=click.IntRange(min=0), help="たずねる回数の上限(neta.toml の [llm] most より多くはならない)"
)
@click.option("--dry-run", is_flag=True, help="何も送らず、何件・何字を送ることになるかだけ見る")
@json_option
@at_home
def coder_ask(home: Path, most: int | None, dry_run: bool, as_json: bool) -> None:
    """外部AIにも分類をたずねる(neta.toml に [llm] があり、本人が「外部AIの利用」を許した話だけ。伏せ字のまま送る)。

    例: neta coder ask --dry-run
    """
    from flows.asking_llm import ask_and_tell

    sys.exit(ask_and_tell(home, most, dry_run, as_json))


@main.group()
def codebook() -> None:
    """分類表: 確かめる、変えたらどうなるかを見る、Excel で直す。"""


@codebook.command("check")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@at_home
def codebook_check(home: Path, folder: Path | None, as_json: bool) -> None:
    """食い違いを全部、1行に1つ出す(分類表のフォルダを省くとホームのもの)。

    例: neta codebook check --home mycall
    """
    from flows.codebooks import check_and_tell

    sys.exit(check_and_tell(home, folder and folder.absolute(), as_json))


@codebook.command("plan")
@click.argument("new_folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
@at_home
def codebook_plan(home: Path, new_folder: Path, as_json: bool) -> None:
    """直した分類表にするとどうなるか: 動く件数、移る判断、確認し直す判断(何も書かない)。

    例: neta codebook plan mycall/codebook-new --home mycall
    """
    from flows.codebooks import plan_and_tell

    sys.exit(plan_and_tell(home, new_folder.absolute(), as_json))


@codebook.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@at_home
def codebook_export(home: Path, file: Path) -> None:
    """ホームの分類表を Excel にする(観点ごとに1シート、分類ごとに1行)。

    例: neta codebook export 分類表.xlsx --home mycall
    """
    from flows.codebooks import export_and_tell

    click.echo(export_and_tell(home, file.absolute()))


@codebook.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@click.argument("directory", type=click.Path(path_type=Path))
@at_home
def codebook_import(home: Path, file: Path, directory: Path) -> None:
    """Excel で直した分類表を、新しいフォルダに書いて確かめる(ホームの分類表はそのまま)。

    例: neta codebook import 分類表.xlsx mycall/codebook-new --home mycall
    """
    from flows.codebooks import import_and_tell

    sys.exit(import_and_tell(home, file.absolute(), directory.absolute()))
