"""Every failure in one line: what, where, what to do."""

from __future__ import annotations

import errno

import click
import duckdb

from flows.settings import SettingsError, WrongHome
from warehouse.codebook import CodebookError
from warehouse.counts import NoSuchBreakdown
from warehouse.lake import Busy
from warehouse.ledger import LedgerError
from warehouse.store import NotBuilt

_SYSTEM = {
    errno.ENOSPC: "ディスクがいっぱいです。空きを作ってから、もう一度どうぞ",
    errno.EDQUOT: "使えるディスクの量を超えました。空きを作ってから、もう一度どうぞ",
    errno.EROFS: "書き込めないディスクです。ホームを別の場所に移してください",
    errno.EACCES: "読み書きする権限がありません。ファイルかフォルダの権限を確かめてください",
    errno.EPERM: "読み書きする権限がありません。ファイルかフォルダの権限を確かめてください",
}


class Refused(ValueError):
    """A request that cannot be done as asked; the text says what to do instead."""


def one_line(error: Exception) -> str:
    """An error as one line in the author's language; what nobody foresaw is named with its type."""
    if isinstance(error, WrongHome):
        return _wrong_home(error)
    if isinstance(error, NotBuilt):
        return f"{error}: まだ集計がありません。neta run --home {error} を先に実行してください"
    if isinstance(error, Busy):
        return f"ほかの neta が動いています。終わってからもう一度どうぞ({error})"
    if isinstance(error, (SettingsError, CodebookError, Refused, NoSuchBreakdown)):
        return " ".join(str(error).split())
    text = " ".join(str(error).split())[:300]
    if isinstance(error, OSError) and error.errno in _SYSTEM:
        return f"{_SYSTEM[error.errno]}({error.filename or text})"
    if isinstance(error, LedgerError):
        return f"台帳を読み書きできませんでした({text})。neta doctor で確かめてください"
    if isinstance(error, duckdb.Error):
        return f"データにたずねられませんでした。{text}"
    return f"{type(error).__name__}: {text}(NETA_DEBUG=1 で詳しく出ます)"


def wrong_use(error: click.UsageError) -> str:
    """A command line that cannot be understood, as one line in the author's language, with where to look."""
    param = getattr(error, "param", None)
    named = param.human_readable_name.upper() if isinstance(param, click.Argument) else param.opts[0] if param else ""
    if isinstance(error, click.NoSuchOption):
        what = f"「{error.option_name}」という指定はありません"
    elif isinstance(error, click.MissingParameter):
        what = f"{named} が抜けています"
    elif isinstance(error, click.BadParameter):
        what = f"{named} の値が使えません(ファイルなら有るかを、日付なら 2026-04-01 の形かを確かめてください)"
    else:
        what = f"使い方が違います({' '.join(error.format_message().split())})"
    return f"{what}。{error.ctx.command_path if error.ctx else 'neta'} --help に例があります"


def _wrong_home(error: WrongHome) -> str:
    if error.sample_home:
        return f"{error.name}: ここは見本データのホームです。本物の応募は neta init で作ったホームに入れてください"
    return f"{error.name}: これは見本データです。本物のホームには入れられません(見本は neta sample のホームへ)"
