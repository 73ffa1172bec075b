"""`neta user`: who may see the pages, and as what."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from warehouse import accounts, audit
from warehouse.accounts import Accounts, Unfit
from warehouse.words import Words


def add(home: Path, name: str, role: str) -> str:
    """Make an account with a password that is asked for; what to tell of it. Refused."""
    settings, held, words = _opened(home)
    if held.find(name):
        raise Refused(words("access.taken", name=name))
    _done(settings, "user_added", name, lambda: held.add(name, role, _asked(name, words)))
    return words("access.added", name=name, role=words(f"access.role_{role}"))


def remove(home: Path, name: str) -> str:
    """Take an account away. Refused where others stay and no author is among them."""
    settings, held, words = _opened(home)
    _done(settings, "user_removed", name, lambda: held.remove(name))
    told = words("access.removed", name=name)
    return told if held.any() else f"{told}\n{words('access.none_left')}"


def set_role(home: Path, name: str, role: str) -> str:
    """Give an account another role. Refused where no author would be left."""
    settings, held, words = _opened(home)
    _done(settings, "user_role", name, lambda: held.set_role(name, role))
    return words("access.new_role", name=name, role=words(f"access.role_{role}"))


def set_password(home: Path, name: str) -> str:
    """Give an account another password, which is asked for. Refused."""
    settings, held, words = _opened(home)
    if not held.find(name):
        raise Refused(words("access.unknown", name=name))
    _done(settings, "user_password", name, lambda: held.set_password(name, _asked(name, words)))
    return words("access.new_password", name=name)


def show_all(home: Path, as_json: bool) -> None:
    """Print every account with its role."""
    _, held, words = _opened(home)
    found = held.all()
    if as_json:
        show.as_json([{"name": one.name, "role": one.role} for one in found])
    elif found:
        show.lines(show.console(), ((one.name, words(f"access.role_{one.role}")) for one in found))
    else:
        print(words("access.nobody"))


def _opened(home: Path) -> tuple[Settings, Accounts, Words]:
    settings = load(home)
    return settings, Accounts(settings.lake.accounts), Words(settings.language)


def _done(settings: Settings, what: str, name: str, change: Callable[[], None]) -> None:
    """Change it and write down that it was; a change that cannot be made is told in one line."""
    try:
        change()
    except Unfit as error:
        raise Refused(Words(settings.language)(f"access.{error.key}", name=name, n=accounts.SHORTEST)) from None
    audit.append(settings.lake.audit, getpass.getuser(), what, name)


def _asked(name: str, words: Words) -> str:
    """A new password: typed twice unseen, or one line of standard input where that is no terminal. Refused."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(words("access.ask_password", name=name, n=accounts.SHORTEST))
    if password != getpass.getpass(words("access.ask_again")):
        raise Refused(words("access.differ"))
    return password
