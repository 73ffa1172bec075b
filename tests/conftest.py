"""What many tests share: the command as a person types it, and one sample home, built once for the whole session."""

from __future__ import annotations

import fcntl
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# No test asserts a time, so Hypothesis must not either: a slow machine is no fault of ours.
settings.register_profile(
    "neta",
    deadline=None,
    derandomize="CI" in os.environ,
    max_examples=int(os.environ.get("EXAMPLES", "40")),  # the whole suite within ten minutes; more when hunting
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("neta")


# Files that take longest, measured. xdist hands out files in this order, then as they stand; all wait for the last.
LONGEST = """flows/test_serve browser/test_pages browser/test_a_call flows/test_rights_pages flows/test_asking_llm
flows/test_forgetting browser/test_deciding flows/web/test_quarantine flows/web/test_take_in flows/test_prefect
warehouse/test_ledger tasks/test_land flows/test_reviewing flows/test_build""".split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {ROOT / "tests" / f"{name}.py": n for n, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


def run_neta(*words: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """`neta WORDS…` in a process of its own, from this tree; environment: variables beside the usual ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETA_")}
    env = kept | {"PYTHONPATH": str(ROOT)} | environment
    command = [sys.executable, "-m", "flows.cli", *map(str, words)]
    return subprocess.run(command, env=env, cwd=ROOT, input=stdin, capture_output=True, text=True, timeout=180)


def neta_here(*words: object, stdin: str = "", **environment: str) -> Result:
    """`neta WORDS…` in this process, for what a verb does and tells: exit_code, stdout, stderr."""
    from flows.cli import main

    return CliRunner().invoke(main, [*map(str, words)], input=stdin, env=environment)


@pytest.fixture(scope="session")
def neta():
    return run_neta


@dataclass(frozen=True)
class SampleHome:
    """A home that `neta sample` filled and `neta run --no-prefect` built; first: what that run told."""

    path: Path
    first: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory) -> SampleHome:
    """For reading only; a test that changes something takes `sample_copy`."""
    return once(tmp_path_factory, "sample", _sample)


def _sample(home: Path) -> SampleHome:
    made = run_neta("sample", "--home", home)
    assert made.returncode == 0, made.stderr
    return SampleHome(home, run_neta("run", "--no-prefect", "--home", home))


def once(tmp_path_factory, name: str, make: Callable[[Path], object]):
    """What make(folder) returns; made by the first of xdist's workers that wants it, the others wait and get the same."""
    room = tmp_path_factory.getbasetemp()
    room = room.parent if "PYTEST_XDIST_WORKER" in os.environ else room
    kept = room / f"{name}.pickle"
    with (room / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_bytes(pickle.dumps(make(room / name)))
    return pickle.loads(kept.read_bytes())


@pytest.fixture
def sample_copy(sample_home, tmp_path) -> Path:
    return shutil.copytree(sample_home.path, tmp_path / "copy", symlinks=True)
