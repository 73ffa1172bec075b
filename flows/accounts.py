"""`neta user`: who may see the pages, and as what."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from flows import show
from flows.failures import Refused
from flows.settings import Settings, load
from warehouse import accounts, audit
from warehouse.accounts import Account, Accounts
from warehouse.words import Words

AUTHOR = "author"


def add(home: Path, name: str, role: str) -> str:
    """Make an account with a password that is asked for; what to tell of it. Refused."""
    settings, held, words = _opened(home)
    if not accounts.fits_name(name):
        raise Refused(words("access.bad_name", name=name))
    if role != AUTHOR and not held.any():
        raise Refused(words("access.first_author"))
    if known := held.find(name):
        raise Refused(words("access.taken", name=known.name))
    held.add(name, role, _asked(name, words))
    _wrote(settings, "user_added", name)
    return words("access.added", name=name, role=words(f"access.role_{role}"))


def remove(home: Path, name: str) -> str:
    """Take an account away. Refused where others stay and no author is among them."""
    settings, held, words = _opened(home)
    name = _known(held, name, words).name
    if len(held.all()) > 1:
        _must_keep_author(held, name, words)
    held.remove(name)
    _wrote(settings, "user_removed", name)
    told = words("access.removed", name=name)
    return told if held.any() else f"{told}\n{words('access.none_left')}"


def set_role(home: Path, name: str, role: str) -> str:
    """Give an account another role. Refused where no author would be left."""
    settings, held, words = _opened(home)
    name = _known(held, name, words).name
    if role != AUTHOR:
        _must_keep_author(held, name, words)
    held.set_role(name, role)
    _wrote(settings, "user_role", name)
    return words("access.new_role", name=name, role=words(f"access.role_{role}"))


def set_password(home: Path, name: str) -> str:
    """Give an account another password, which is asked for."""
    settings, held, words = _opened(home)
    name = _known(held, name, words).name
    held.set_password(name, _asked(name, words))
    _wrote(settings, "user_password", name)
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


def _known(held: Accounts, name: str, words: Words) -> Account:
    if found := held.find(name):
        return found
    raise Refused(words("access.unknown", name=name))


def _must_keep_author(held: Accounts, name: str, words: Words) -> None:
    if not any(one.role == AUTHOR for one in held.all() if one.name != name):
        raise Refused(words("access.last_author"))


def _asked(name: str, words: Words) -> str:
    """A new password: typed twice unseen, or one line of standard input where that is no terminal. Refused."""
    if sys.stdin.isatty():
        password = getpass.getpass(words("access.ask_password", name=name, n=accounts.SHORTEST))
        if password != getpass.getpass(words("access.ask_again")):
            raise Refused(words("access.differ"))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not accounts.fits_password(name, password):
        raise Refused(words("access.bad_password", n=accounts.SHORTEST))
    return password


def _wrote(settings: Settings, what: str, name: str) -> None:
    audit.append(settings.lake.audit, getpass.getuser(), what, name)
