"""Accounts and sessions: who is let in, for how long, and how slowly one who guesses gets on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.warehouse.cheap import REAL, cheap_hashes
from warehouse import accounts
from warehouse.accounts import Account, Accounts, Unfit, Wait

PASSWORD = "correct horse battery"
HERE = "192.0.2.7"


class Clock:
    """Seconds that pass when a test says so."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module", autouse=True)
def cheap():
    """Hashes that cost next to nothing; what a real one costs is asked in a test of its own."""
    with cheap_hashes():
        yield


def test_a_real_hash_costs_a_guesser_something():
    assert accounts._hash(PASSWORD).startswith("$argon2id$v=19$m=8,t=1,p=1$")
    told = REAL.hash(PASSWORD)
    assert told.startswith("$argon2id$v=19$m=65536,t=3,p=1$") and accounts._verified(told, PASSWORD)


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> bytes:
    file = tmp_path_factory.mktemp("accounts") / "accounts.sqlite"
    Accounts(file).add("著者", "author", PASSWORD)
    Accounts(file).add("Tanaka", "editor", PASSWORD)
    assert file.stat().st_mode & 0o077 == 0
    return file.read_bytes()


@pytest.fixture
def held(made, tmp_path, clock) -> Accounts:
    """With an author and Tanaka, an editor."""
    file = tmp_path / "accounts.sqlite"
    file.write_bytes(made)
    return Accounts(file, clock)


def test_a_file_that_is_not_there_has_nobody_and_stays_away(tmp_path):
    empty = Accounts(tmp_path / "none.sqlite")
    assert (empty.any(), empty.all(), empty.session("x")) == (False, [], None)
    empty.sign_out("x")
    assert list(tmp_path.iterdir()) == []


def test_only_name_and_password_together_begin_a_session(held):
    assert held.sign_in("Tanaka", PASSWORD + "!", HERE) is None
    assert held.sign_in("Suzuki", PASSWORD, HERE) is None
    token = held.sign_in("Tanaka", PASSWORD, HERE)
    assert held.session(token) == Account("Tanaka", "editor")
    assert held.session(token + "x") is None and held.session("") is None


def test_capitals_and_widths_are_one_in_names_and_widths_in_passwords(held):
    with pytest.raises(Unfit, match="taken"):
        held.add("TANAKA", "author", PASSWORD)
    assert held.find("tanaka").name == "Tanaka"
    assert held.sign_in("tanaka", "ｃｏｒｒｅｃｔ\u3000horse battery", HERE)
    assert held.sign_in("Tanaka", PASSWORD.upper(), HERE) is None


def test_neither_password_nor_token_lies_in_the_file(held):
    token = held.sign_in("Tanaka", PASSWORD, HERE)
    held.sign_in("a password typed into the wrong field", PASSWORD, HERE)
    stored = held.file.read_bytes()
    for secret in (token, PASSWORD, "a password typed", HERE):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored


def test_every_session_is_a_new_one(held):
    assert held.sign_in("Tanaka", PASSWORD, HERE) != held.sign_in("Tanaka", PASSWORD, HERE)


def test_a_session_ends_when_it_was_idle_or_old(held, clock):
    token = held.sign_in("Tanaka", PASSWORD, HERE)
    began = clock.now
    while clock.now - began < accounts.WHOLE_SECONDS - accounts.IDLE_SECONDS:
        clock.now += accounts.IDLE_SECONDS - 120
        assert held.session(token)  # each look keeps it open
    clock.now = began + accounts.WHOLE_SECONDS + 1
    assert held.session(token) is None
    clock.now = began + accounts.WHOLE_SECONDS * 2
    idle = held.sign_in("Tanaka", PASSWORD, HERE)
    clock.now += accounts.IDLE_SECONDS + 1
    assert held.session(idle) is None


ENDINGS = {
    "signed out": lambda held, token: held.sign_out(token),
    "another password": lambda held, token: held.set_password("Tanaka", "another horse battery"),
    "removed": lambda held, token: held.remove("tanaka"),
    "removed and made again": lambda held, token: [held.remove("tanaka"), held.add("Tanaka", "editor", PASSWORD)],
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_a_session_ends_at_once(held, ending):
    token = held.sign_in("Tanaka", PASSWORD, HERE)
    ending(held, token)
    assert held.session(token) is None
    assert Accounts(held.file, held.clock).session(token) is None


def test_a_session_lives_on_for_who_comes_back_after_a_restart_and_has_the_role_of_today(held):
    token = held.sign_in("Tanaka", PASSWORD, HERE)
    Accounts(held.file, held.clock).set_role("tanaka", "analyst")
    assert Accounts(held.file, held.clock).session(token) == Account("Tanaka", "analyst")


def fail(held: Accounts, name: str, address: str, times: int) -> None:
    for _ in range(times):
        assert held.sign_in(name, "wrong horse battery", address) is None


@pytest.mark.parametrize("name", ["Tanaka", "nobody"])
def test_who_guesses_waits_longer_and_longer_and_a_restart_is_no_way_around(held, clock, name):
    fail(held, name, HERE, accounts.FREE["name"])
    waited = []
    for _ in range(8):
        with pytest.raises(Wait) as refused:
            Accounts(held.file, clock).sign_in(name, PASSWORD, "198.51.100.9")  # from elsewhere too
        waited.append(refused.value.seconds)
        clock.now += refused.value.seconds
        fail(held, name, HERE, 1)
    assert waited == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_success_frees_the_name_but_not_the_address(held, clock):
    for number in range(accounts.FREE["address"]):
        fail(held, f"guess-{number}", HERE, 1)
        if number % 3 == 0 and number < accounts.FREE["address"] - 1:
            assert held.sign_in("Tanaka", PASSWORD, HERE)  # an account of one's own is no way around
    with pytest.raises(Wait):
        held.sign_in("Tanaka", PASSWORD, HERE)
    assert held.sign_in("Tanaka", PASSWORD, "198.51.100.9")
    clock.now += accounts.FORGOTTEN + 1
    assert held.sign_in("Tanaka", PASSWORD, HERE)


def test_one_who_has_a_whole_network_is_one(held):
    for number in range(accounts.FREE["address"]):
        fail(held, f"guess-{number}", f"2001:db8:1:2::{number:x}", 1)
    with pytest.raises(Wait):
        held.sign_in("Tanaka", PASSWORD, "2001:db8:1:2:ffff::1")
    assert held.sign_in("Tanaka", PASSWORD, "2001:db8:1:3::1")


def test_many_at_once_are_no_way_around(held):
    def guess(number: int) -> bool:
        try:
            return held.sign_in("Tanaka", f"wrong horse {number}", f"198.51.100.{number}") is None
        except Wait:
            return False

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(guess, range(16))) == accounts.FREE["name"]


def test_a_clock_that_was_set_back_locks_nobody_out(held, clock):
    fail(held, "Tanaka", HERE, accounts.FREE["name"] + 0)
    clock.now -= 86400 * 365
    with pytest.raises(Wait) as refused:
        held.sign_in("Tanaka", PASSWORD, HERE)
    assert refused.value.seconds <= accounts.MOST_WAIT["name"]


def test_a_name_without_account_is_looked_at_as_long(held, monkeypatch):
    looked = []
    verified = accounts._verified
    monkeypatch.setattr(
        accounts,
        "_verified",
        lambda told, said: looked.append(told.rpartition("$")[0].rpartition("$")[0]) or verified(told, said),
    )
    fail(held, "Tanaka", HERE, 1)
    fail(held, "nobody", HERE, 1)
    assert len(looked) == 2 and looked[0] == looked[1]  # the same kind of hash with the same costs


REFUSED = {
    "unknown": lambda held: held.set_password("nobody", PASSWORD),
    "bad_name": lambda held: held.add("<script>", "editor", PASSWORD),
    "bad_password": lambda held: held.set_password("Tanaka", "short"),
    "last_author": lambda held: held.remove("著者"),
    "last_author:": lambda held: held.set_role("著者", "editor"),
    "first_author": lambda held: [held.remove("Tanaka"), held.remove("著者"), held.add("x", "editor", PASSWORD)],
}


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_done_with_an_account(held, key):
    with pytest.raises(Unfit) as refused:
        REFUSED[key](held)
    assert refused.value.key == key.rstrip(":")
    assert [one.name for one in held.all()] in (["Tanaka", "著者"], [])


@pytest.mark.parametrize("name", ["tanaka", "田中", "Ａ", "a.b_c-d", "山田花子2", "x" * 40])
def test_names_of_any_script(name):
    assert accounts.fits_name(name)


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "<script>", "a\n", "-a", ".a", "a/b", "\u202ea", "a\0", "x" * 41, "a:b"]
)
def test_what_is_no_name(name):
    assert not accounts.fits_name(name)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "tanaka-tanaka", "a" * 30, "x1" * 10, "y" * 257])
def test_what_is_no_password(password):
    assert not accounts.fits_password("Tanaka-Tanaka", password)
    assert accounts.fits_password("tanaka", "長いことばをつなげて書く")


def test_the_file_is_its_owners_alone(tmp_path):
    file: Path = tmp_path / "accounts.sqlite"
    Accounts(file).sign_in("nobody", "x", HERE)
    assert file.stat().st_mode & 0o077 == 0
