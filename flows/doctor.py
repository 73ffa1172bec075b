"""`neta doctor`: what is wrong and how to mend it. Looks at everything, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from flows import notify, runlog, show
from flows.ingest import not_read
from flows.settings import Settings, SettingsError, load
from tasks import channels
from tasks.codebooks.check import check
from tasks.coding.coder import Coder
from warehouse import audit, codebook, counts, ledger, store
from warehouse.lake import read_parquet
from warehouse.words import Words

Finding = tuple[str, str]  # (key of words.toml [doctor], what or where)


def examine(home: Path, as_json: bool) -> int:
    """Print every finding with what to do; exit code 0 if all is well, else 1."""
    settings = load(home)
    words = Words(settings.language)
    found = [(check.__name__.lstrip("_"), list(check(settings))) for check in CHECKS]
    findings = [{"check": name, "problem": key, "where": where} for name, rows in found for key, where in rows]
    if as_json:
        show.as_json({"findings": findings})
    else:
        for name, rows in found:
            print(f"{'✗' if rows else '✓'} {words('doctor.' + name)}")
            for key, where in rows:
                print(f"    {where}: {words('doctor.' + key)}")
    return 1 if findings else 0


def _settings(settings: Settings) -> Iterator[Finding]:
    import tomllib

    told = tomllib.loads(settings.lake.settings_file.read_text(encoding="utf-8")).get("home")
    if told and Path(told) != settings.lake.home:
        yield "moved", f"{settings.lake.settings_file}: home = {told}"
    for channel in settings.channels:
        if channel not in channels.names():
            yield "unknown_channel", f"[channels.{channel}]"
        elif _is_two_sided(channel) and settings.lake.raw_files(channel):
            space = channels.module(channel).NAMESPACE
            yield from [("nobody_is_me", f"[me] {space}")] * (not settings.me.get(space))


def _is_two_sided(channel: str) -> bool:
    """Whether what the author said herself comes with it."""
    return channel == "email" or hasattr(channels.module(channel), "list_conversations")


def _inbox(settings: Settings) -> Iterator[Finding]:
    for name, problem, _ in not_read(settings):
        yield problem, f"inbox/{name}"


def _key(settings: Settings) -> Iterator[Finding]:
    file = settings.lake.key_file
    if not file.exists():
        yield "no_key", str(file)
    elif file.stat().st_mode & 0o077:
        yield "open_key", str(file)


def _codebook(settings: Settings) -> Iterator[Finding]:
    words = Words(settings.language)
    for finding in check(settings.codebook, Coder):
        if not finding.is_warning:
            yield "bad_codebook", finding.told(words)


def _raw(settings: Settings) -> Iterator[Finding]:
    for file in settings.lake.raw_files():
        try:
            read_parquet(file)
        except (OSError, ValueError) as error:  # a flipped bit fails its page's checksum
            yield "bad_raw", f"{file}: {type(error).__name__}"


def _ledger(settings: Settings) -> Iterator[Finding]:
    words = Words(settings.language)
    try:
        faults = ledger.verify(settings.lake.ledger, runlog.ledger_heads(settings.lake))
    except ledger.LedgerError as error:
        yield "bad_ledger", f"{ledger.named(settings.lake.ledger)}: {error}"
        return
    for fault in faults:
        yield f"ledger_{fault.what}", words("doctor.entry", id=fault.id)


def _audit(settings: Settings) -> Iterator[Finding]:
    for file in (settings.lake.accounts, settings.lake.audit):
        if file.exists() and file.stat().st_mode & 0o077:
            yield "open_key", str(file)
    if line := audit.broken_at(settings.lake.audit):
        yield "bad_audit", f"{settings.lake.audit}:{line}"


def _withdrawals(settings: Settings) -> Iterator[Finding]:
    if any(settings.lake.forgetting.glob("*.json")):
        yield "unfinished", str(settings.lake.forgetting)


def _warehouse(settings: Settings) -> Iterator[Finding]:
    from flows.build import input_hash

    try:
        with store.reading(settings.lake, str(settings.zone)) as con:
            built = counts.build_info(con)["input_hash"]
    except store.NotBuilt:
        yield "not_built", str(settings.lake.published)
        return
    except store.duckdb.Error as error:
        yield "bad_warehouse", f"{settings.lake.published.resolve()}: {type(error).__name__}"
        return
    try:
        stale = built != input_hash(settings)
    except (codebook.CodebookError, SettingsError, ledger.LedgerError):
        return  # told by the checks above
    if stale:
        yield "stale", str(settings.lake.published)


def _schedule(settings: Settings) -> Iterator[Finding]:
    for late in notify.overdue(settings, runlog.now()):
        yield "overdue", late


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _settings,
    _inbox,
    _key,
    _codebook,
    _raw,
    _ledger,
    _audit,
    _withdrawals,
    _warehouse,
    _schedule,
)
