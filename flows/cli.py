"""The `neta` command: one verb for everything a person does. Heavy imports stay inside the verbs.

Exit codes: 0 done · 1 failed · 2 wrong use · 3 done, with new quarantine in this run.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from pathlib import Path

import click

from warehouse.scopes import HEARD, SCOPES, VERIFIED

QUARANTINE = 3
_BAD = "✗ "


class Door(click.Group):
    """Lists verbs in the order in which a newcomer meets them, and tells every failure in one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            from flows.failures import wrong_use

            click.echo(_BAD + wrong_use(error), err=True)
            sys.exit(error.exit_code)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            from flows.failures import one_line

            if os.environ.get("NETA_DEBUG"):
                raise
            click.echo(_BAD + one_line(error), err=True)
            sys.exit(1)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="neta", message="neta %(version)s")
@click.option("--home", type=click.Path(path_type=Path), help="ホーム(状態を置くフォルダ)。既定: NETA_HOME か ./data")
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """公募に寄せられた話を集め、確かめ、数える。

    \b
    はじめて:  neta sample --home sample-home && neta run --home sample-home
    自分の公募: neta init mycall && neta run --home mycall
    """
    ctx.obj = home


def at_home(verb):
    """Give a verb its home, from --home on either side of it, NETA_HOME or ./data."""

    @click.option("--home", "own_home", type=click.Path(path_type=Path), help="ホーム。既定: NETA_HOME か ./data")
    @click.pass_context
    @wraps(verb)
    def with_home(ctx: click.Context, own_home: Path | None, **options):
        from flows.settings import default_home

        return verb((own_home or ctx.obj or default_home()).absolute(), **options)

    return with_home


who_option = click.option(
    "--who", default=lambda: os.environ.get("USER") or "editor", help="行う人", show_default="ログイン名"
)
json_option = click.option("--json", "as_json", is_flag=True, help="機械が読む形(JSON)で出す")


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


@main.command()
@click.option("--by", help="観点の名のほか channel month。既定: 分類表で charted = true の観点")
@click.option("--include-late", is_flag=True, help="締切後に届いた話も数える")
@click.option("--codes", is_flag=True, help="まとめだけでなく細かい項目も出す")
@click.option("--persons", is_flag=True, help="話の数ではなく人の数で出す")
@click.option("--parts", is_flag=True, help="幅の内訳(分類によるもの、同じ話かどうかによるもの)も出す")
@json_option
@at_home
def counts(
    home: Path, by: str | None, include_late: bool, codes: bool, persons: bool, parts: bool, as_json: bool
) -> None:
    """話の数(--persons では人の数)を出す。

    例: neta counts --by platform,month
    """
    from flows.verbs import show_counts

    show_counts(home, by, include_late, codes, as_json, persons, parts)


@main.command()
@click.argument("query", required=False)
@click.option("--csv", "as_csv", is_flag=True, help="CSVで出す")
@json_option
@at_home
def sql(home: Path, query: str | None, as_csv: bool, as_json: bool) -> None:
    """集計済みのデータにSQLでたずねる(読むだけ)。

    例: neta sql "SELECT local_month, count(*) FROM fct_story WHERE is_counted GROUP BY 1 ORDER BY 1"
    """
    from flows.asking import show_sql

    show_sql(home, query, "csv" if as_csv else "json" if as_json else "table")


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


def _said_of_a_pair(verdict: str, told: str):
    """`neta review same` and `neta review apart`: two submissions, who says so and why."""

    @click.argument("one", metavar="応募の番号|NAMESPACE:ID")
    @click.argument("other", metavar="応募の番号|NAMESPACE:ID")
    @who_option
    @click.option("--why", help="理由")
    @at_home
    def say(home: Path, one: str, other: str, who: str, why: str | None) -> None:
        from flows.reviewing_links import say as say_

        click.echo(say_(home, verdict, one, other, who, why))

    example = f"例: neta review {verdict} s0123456789abcdef0123 mail:abc@example.jp"
    review.command(verdict, help=f"{told}\n\n{example}")(say)


_said_of_a_pair("same", "2つの応募は同じ話だと決めて台帳に書く(次の build で反映)。")
_said_of_a_pair("apart", "2つの応募は別の話だと決めて台帳に書く(次の build で反映)。")


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


def _said_of_people(verb: str, kind: str, told: str):
    """`neta people same` and `neta people other`: two accounts, who says so and why."""

    @click.argument("one", metavar="p…|NAMESPACE:ID")
    @click.argument("other", metavar="p…|NAMESPACE:ID")
    @who_option
    @click.option("--why", help="理由(名前やアカウントは書かない)")
    @at_home
    def say(home: Path, one: str, other: str, who: str, why: str | None) -> None:
        from flows.people import decide as decide_

        click.echo(decide_(home, kind, one, other, who, why))

    example = f"例: neta people {verb} p0123456789abcdef0123 mail:tanaka@example.jp"
    people.command(verb, help=f"{told}\n\n{example}")(say)


_said_of_people("same", "same_person", "2つのアカウントは同じ人だと決めて台帳に書く(次の build で反映)。")
_said_of_people("other", "other_person", "2つのアカウントは別の人だと決めて台帳に書く(次の build で反映)。")


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
@click.option("--port", default=4200, show_default=True, help="Prefect サーバーのポート(127.0.0.1)")
@at_home
def serve(home: Path, port: int) -> None:
    """予定どおりに動かし続ける(取り込みは毎時、集計は毎晩)。

    例: neta serve --home mycall
    """
    from flows.serve import serve_schedules

    serve_schedules(home, port)


if __name__ == "__main__":
    main()
