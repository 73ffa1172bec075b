"""Settings: read once from <home>/neta.toml, frozen, handed inwards. The file names secrets, never holds them."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from warehouse import ledger
from warehouse.lake import Lake
from warehouse.scopes import SCOPES

_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")  # as browsers send it


class SettingsError(ValueError):
    """A setting that cannot be used: which, where, what to do."""


class WrongHome(ValueError):
    """Sample input for a real home, or the reverse: `name` is the file."""

    def __init__(self, name: str, sample_home: bool):
        super().__init__(name)
        self.name = name
        self.sample_home = sample_home


@dataclass(frozen=True, slots=True)
class Call:
    """The public call. opens, closes: UTC, or None for no bound; closes is the first instant that is too late."""

    title: str
    hashtags: tuple[str, ...]
    opens: datetime | None = None
    closes: datetime | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Llm:
    """A model that may be asked (`neta coder ask`). url: of an OpenAI-compatible endpoint, up to and with /v1.

    key_env: the environment variable with its key, empty for none; trusted_hosts: may lie in private networks.
    """

    url: str
    model: str
    key_env: str = ""
    most: int = 100  # requests a run, those that are asked again included
    characters: int = 200_000  # of story text a run
    temperature: float | None = None  # not sent unless set: some models refuse it
    trusted_hosts: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Web:
    """How others reach the pages. hosts: names beside the loopback's that they go by; is_https: a proxy adds TLS."""

    hosts: tuple[str, ...] = ()
    is_https: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    lake: Lake
    zone: ZoneInfo
    language: str
    codebook: Path
    sample: bool
    call: Call
    me: Mapping[str, tuple[str, ...]]  # namespace -> the owner's native author ids: context, never submissions
    channels: Mapping[str, Mapping]  # channel -> its options; a channel that is not named is not run
    gap_minutes: int
    consent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # channel -> what sending there grants
    schedule: Mapping[str, str] = field(default_factory=dict)  # deployment -> cron, in `zone`
    overdue_hours: float = 26
    notify: tuple[str, ...] = ()  # command that gets the notice on its standard input
    address_days: int = 90  # how long an address is kept once the copy was shipped
    web: Web = Web()
    llm: Llm | None = None  # without it no text is ever sent to a model

    def inbox(self, channel: str) -> Path:
        """Where files of a channel wait."""
        return self.lake.home / self.channels.get(channel, {}).get("inbox", f"inbox/{channel}")

    def options(self, channel: str) -> dict:
        """What a channel's `cut` may need: its own settings, the call's hashtags and opening."""
        return {"hashtags": list(self.call.hashtags), "opens": self.call.opens, **self.channels.get(channel, {})}

    def key(self) -> bytes:
        """The home's secret key, made once, readable by its owner only. SettingsError if it was there and is lost."""
        path = self.lake.key_file
        if not path.exists():
            if self.lake.raw.exists() or ledger.head(self.lake.ledger)[0]:
                raise SettingsError(f"{path}: 鍵がありません。控えから戻してください(作り直すと仮IDがすべて変わります)")
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        return bytes.fromhex(path.read_text().strip())


def default_home() -> Path:
    """NETA_HOME, else ./data."""
    return Path(os.environ.get("NETA_HOME", "data")).absolute()


def default_language() -> str:
    """Where no settings are at hand: NETA_LANGUAGE, else Japanese."""
    return os.environ.get("NETA_LANGUAGE", "ja")


def load(home: Path) -> Settings:
    """Read a home's neta.toml. SettingsError names the setting, the file and what to do."""
    file = Lake(home.absolute()).settings_file
    data = _read(file)
    lake = Lake(home.absolute(), _ledger_url(data.get("ledger", {}), file))
    zone = _zone(data.get("zone", "Asia/Tokyo"), lake.settings_file)
    return Settings(
        lake=lake,
        zone=zone,
        language=os.environ.get("NETA_LANGUAGE", data.get("language", "ja")),
        codebook=lake.home / data.get("codebook", "codebook"),
        sample=data.get("sample", False),
        call=_call(data.get("call", {}), zone, lake.settings_file),
        me={space: _several(ids, f"[me] {space}", lake.settings_file) for space, ids in data.get("me", {}).items()},
        channels=data.get("channels", {}),
        consent={name: _consent(name, channel, lake.settings_file) for name, channel in _named(data).items()},
        gap_minutes=data.get("turns", {}).get("gap_minutes", 60),
        schedule={"ingest": "0 * * * *", "build": "30 3 * * *", **data.get("schedule", {})},
        overdue_hours=data.get("notify", {}).get("overdue_hours", 26),
        notify=_several(data.get("notify", {}).get("command", []), "[notify] command", lake.settings_file),
        address_days=_days(data.get("ledger", {}), lake.settings_file),
        web=_web(data.get("web", {}), lake.settings_file),
        llm=_llm(data["llm"], lake.settings_file) if "llm" in data else None,
    )


def _read(file: Path) -> dict:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"{file.parent}: ネタのホームではありません(neta.toml がない)。`neta init {file.parent}` で作れます"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: TOML として読めません({error})。その行を直してください") from error


def _several(value: object, name: str, file: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise SettingsError(f'{file}: {name} = {value!r} は ["…", "…"] の形で書いてください')
    return tuple(value)


def _named(data: dict) -> dict[str, dict]:
    return {name: channel for name, channel in data.get("channels", {}).items() if "consent" in channel}


def _consent(name: str, channel: dict, file: Path) -> tuple[str, ...]:
    scopes = _several(channel["consent"], f"[channels.{name}] consent", file)
    if "name" in scopes:
        raise SettingsError(
            f"{file}: [channels.{name}] consent に name は書けません。名前は、出す形を本人に確かめて neta consent で記録します"
        )
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        known = " ".join(scope for scope in SCOPES if scope != "name")
        raise SettingsError(f"{file}: [channels.{name}] consent の {unknown[0]} は使えません。使えるもの: {known}")
    return scopes


_LEDGER = ("url_env", "address_days")


def _ledger_url(data: dict, file: Path) -> str:
    """What the variable holds that [ledger] url_env names; empty for the file in the home. Another name would be no setting."""
    if unknown := [name for name in data if name not in _LEDGER]:
        raise SettingsError(f"{file}: [ledger] {unknown[0]} は使えません。使えるもの: {' '.join(_LEDGER)}")
    name = data.get("url_env")
    if name is None:
        return ""
    url = os.environ.get(name, "") if isinstance(name, str) else ""
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            f"{file}: [ledger] url_env の環境変数 {name} に、台帳のデータベースを postgresql://… の形で入れてください"
        )
    return url


def _days(data: dict, file: Path) -> int:
    days = data.get("address_days", 90)
    if not isinstance(days, int) or isinstance(days, bool) or days < 0:
        raise SettingsError(f"{file}: [ledger] address_days = {days!r} は 0 以上の整数(日数)で書いてください")
    return days


def _web(data: dict, file: Path) -> Web:
    """Names given are a proxy's with TLS, unless `https = false` says that everything shall go in the clear."""
    hosts = _several(data.get("hosts", []), "[web] hosts", file)
    if wrong := [name for name in data if name not in ("hosts", "https")] or [
        h for h in hosts if not _HOST.fullmatch(h)
    ]:
        raise SettingsError(f'{file}: [web] {wrong[0]} は使えません。例: hosts = ["neta.example.jp"] と https = true')
    is_https = data.get("https", bool(hosts))
    if not isinstance(is_https, bool):
        raise SettingsError(f"{file}: [web] https = {is_https!r} は true か false で書いてください")
    return Web(hosts, is_https)


_LLM = {"url": str, "model": str, "key_env": str, "most": int, "characters": int, "temperature": (int, float)}


def _llm(data: dict, file: Path) -> Llm:
    """Every name and kind is checked: a misspelt budget would be none."""
    hosts = _several(data.get("trusted_hosts", []), "[llm] trusted_hosts", file)
    rest = {name: value for name, value in data.items() if name != "trusted_hosts"}
    for name, value in rest.items():
        if name not in _LLM or not isinstance(value, _LLM[name]) or isinstance(value, bool):
            raise SettingsError(
                f"{file}: [llm] {name} = {value!r} は使えません。使えるもの: {' '.join(_LLM)} trusted_hosts"
            )
    if missing := [name for name in ("url", "model") if not rest.get(name)]:
        raise SettingsError(f"{file}: [llm] {missing[0]} がありません。書き足すか、[llm] の行を消してください")
    llm = Llm(**rest, trusted_hosts=hosts)
    if not llm.host or not llm.url.startswith("https://") and llm.host not in hosts:
        raise SettingsError(
            f"{file}: [llm] url は https:// で始めてください(自分の機械なら trusted_hosts に {llm.host or '名前'} を書きます)"
        )
    return llm


def _zone(name: str, file: Path) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"{file}: zone = {name!r} という時間帯はありません。例: Asia/Tokyo") from None


def _call(data: dict, zone: ZoneInfo, file: Path) -> Call:
    closes = _moment(data.get("closes"), "closes", zone, file)
    return Call(
        title=data.get("title", ""),
        hashtags=_several(data.get("hashtags", []), "[call] hashtags", file),
        opens=_moment(data.get("opens"), "opens", zone, file),
        purpose=data.get("purpose", ""),
        # A closing *day* is open until it ends.
        closes=closes + timedelta(days=1) if closes and _is_day(data["closes"]) else closes,
    )


def _is_day(value: object) -> bool:
    return len(str(value)) == len("2026-01-31")


def _moment(value: object, name: str, zone: ZoneInfo, file: Path) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.combine(value, time()) if type(value) is date else datetime.fromisoformat(str(value))
    except ValueError:
        raise SettingsError(f'{file}: [call] {name} = {value!r} は日付ではありません。例: "2026-02-01"') from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
