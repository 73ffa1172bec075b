"""One holder a subject, until the time is up; and nothing of it in the chain."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.standins.ledgers import python
from warehouse import leases, ledger
from warehouse.ledger import Ledger

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def at(minute: float) -> leases.Clock:
    return lambda: START + timedelta(minutes=minute)


@pytest.fixture
def file(backend) -> Ledger:
    return backend.new()


def test_one_holds_it_until_it_runs_out(file):
    assert leases.held(file) == {}
    assert leases.claim(file, "first", "s1", 10, at(0))
    assert not leases.claim(file, "second", "s1", 10, at(9.9)) and leases.claim(file, "second", "s2", 10, at(1))
    assert leases.held(file, at(9.9)) == {"s1": "first", "s2": "second"}
    assert leases.held(file, at(10)) == {"s2": "second"}
    assert leases.claim(file, "second", "s1", 10, at(10)) and leases.held(file, at(10.5))["s1"] == "second"


def test_who_claims_again_holds_it_longer(file):
    assert leases.claim(file, "first", "s1", 10, at(0)) and leases.claim(file, "first", "s1", 10, at(5))
    assert not leases.claim(file, "second", "s1", 10, at(14))


def test_only_the_holder_gives_it_back(file):
    leases.claim(file, "first", "s1", 10, at(0))
    leases.release(file, "second", "s1")
    assert leases.held(file, at(1)) == {"s1": "first"}
    leases.release(file, "first", "s1")
    assert leases.held(file, at(1)) == {} and ledger.read(file) == [] and ledger.verify(file) == []


RACE = """
import os, pathlib, sys
import sqlalchemy
from warehouse import leases
path, pids, out = sys.argv[1], [], os.fdopen(1, 'wb', 0)
path = path if '://' in path else pathlib.Path(path)
for n in range(8):
    pid = os.fork()
    if not pid:
        for k in range(5):
            if leases.claim(path, f'p{n}', f's{k}'):
                out.write(f's{k}\\n'.encode())
        os._exit(0)
    pids.append(pid)
sys.exit(sum(os.waitpid(pid, 0)[1] for pid in pids))
"""


def test_of_many_at_once_one_gets_each(file):
    done = python(RACE, file)
    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.split()) == [f"s{k}" for k in range(5)] == sorted(leases.held(file))
