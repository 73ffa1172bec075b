"""Verbs that ask: counts, SQL, what is behind a number, how things stand."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.door import at_home, json_option, main, who_option


@main.command()
@click.option("--by", help="観点の名のほか channel month。既定: 分類表で charted = true の観点")
@click.option("--include-late", is_flag=True, help="締切後に届いた話も数える")
@click.option("--codes", is_flag=True, help="まとめだけでなく細かい項目も出す")
@click.option("--persons", is_flag=True, help="話の数ではなく人の数で出す")
@click.option("--parts", is_flag=True, help="幅の内訳(分類によるもの、同じ話かどうかによるもの)も出す")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="表(.csv .xlsx)か図(.svg .png .pdf)に書く")
@json_option
@at_home
def counts(
    home: Path, by: str | None, include_late: bool, codes: bool, persons: bool, parts: bool, out, as_json: bool
) -> None:
    """話の数(--persons では人の数)を出す。

    \b
    例: neta counts --by platform,month
        neta counts --by benefit --out 良かったこと.png
    """
    if out:
        from flows.taking import take_counts

        click.echo(take_counts(home, by, include_late, codes, persons, out))
        return
    from flows.verbs import show_counts

    show_counts(home, by, include_late, codes, as_json, persons, parts)


@main.command()
@click.argument("query", nargs=-1, metavar='["SELECT …" | 条件=値 …]')
@click.option("--questions", "listed", is_flag=True, help="名前のついた質問の一覧")
@click.option("--question", help="名前のついた質問にたずねる(条件=値 を何度でも書ける)")
@click.option("--csv", "as_csv", is_flag=True, help="CSVで出す")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="ファイルに書く(.csv か .xlsx)")
@click.option("--open", "in_notebook", is_flag=True, help="marimo のノートで開く(make notebook で入れておく)")
@click.option("--port", default=2718, show_default=True, help="--open: 127.0.0.1 のポート")
@click.option("--no-browser", is_flag=True, help="--open: ブラウザは開かず、アドレスを出すだけ")
@json_option
@at_home
def sql(home: Path, query, listed, question, as_csv, out, in_notebook, port, no_browser, as_json) -> None:
    """集計済みのデータにSQLか、名前のついた質問でたずねる(読むだけ)。

    \b
    例: neta sql "SELECT local_month, count(*) FROM stories_counted GROUP BY 1 ORDER BY 1"
        neta sql --questions
        neta sql --question months_compared earlier=2026-03 later=2026-04
        neta sql --open
    """
    if in_notebook:
        from flows.notebook import open_notebook

        sys.exit(open_notebook(home, port, not no_browser))
    from flows import asking

    form = "csv" if as_csv else "json" if as_json else "table"
    if listed:
        asking.list_questions(home, form)
    else:
        asking.show_sql(home, query, question, form, out)


@main.group()
def export() -> None:
    """ほかの道具へ: 伏せ字の本文と分類を、KH Coder や質的分析ソフトの形にする。"""


def _export(tool: str, metavar: str, told: str):
    """`neta export khcoder` and `neta export refi`: a file, and who takes it."""

    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path), metavar=metavar)
    @click.option("--flagged", is_flag=True, help="掲載を止める印のある話も入れる")
    @who_option
    @at_home
    def write(home: Path, file: Path, flagged: bool, who: str) -> None:
        from flows.exporting import export as export_

        export_(home, tool, file.absolute(), flagged, who)

    export.command(tool, help=f"{told}\n\n例: neta export {tool} {metavar}")(write)


_export("khcoder", "stories.xlsx", "KH Coder 用の Excel。1行に1つの話、分類は外部変数。")


_export("refi", "stories.qdpx", "REFI-QDA(QualCoder・MAXQDA・NVivo など)。本文、分類表、根拠の位置。")


@main.command()
@click.argument("conditions", nargs=-1)
@click.option("--include-late", is_flag=True, help="締切後に届いた話も含める")
@json_option
@at_home
def explain(home: Path, conditions: tuple[str, ...], include_late: bool, as_json: bool) -> None:
    """数の出どころ: 数 → 話 → 応募 → 元データ。

    \b
    例: neta explain platform=note benefit=learning month=2026-03
        neta explain story=h0123456789abcdef0123
    """
    from flows.asking import show_explained

    show_explained(home, conditions, include_late, as_json)


@main.command()
@json_option
@at_home
def status(home: Path, as_json: bool) -> None:
    """最終受信、受信の内訳、確認待ち。

    例: neta status
    """
    from flows.verbs import show_status

    show_status(home, as_json)


@main.command()
@json_option
@at_home
def doctor(home: Path, as_json: bool) -> None:
    """どこが悪いか、どう直すか。

    例: neta doctor
    """
    from flows.doctor import examine

    sys.exit(examine(home, as_json))


@main.command()
@click.option("--part", type=click.Choice(["intake"]), help="intake: 分類器によらない部分だけ")
@at_home
def fingerprint(home: Path, part: str | None) -> None:
    """集計の指紋。同じ元データと判断からは同じ値になる(最後の行)。

    例: neta fingerprint --part intake
    """
    from flows.asking import show_fingerprint

    show_fingerprint(home, part)
