"""`neta sql --open`: marimo behind a token on this machine, on examples that run; without marimo, what to do."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import time

import httpx
import pytest

from flows.notebook import EXAMPLE
from tests.conftest import ROOT

HAS_MARIMO = importlib.util.find_spec("marimo") is not None
needs_marimo = pytest.mark.skipif(not HAS_MARIMO, reason="marimo is not installed here (make notebook)")


@pytest.mark.skipif(HAS_MARIMO, reason="marimo is installed here")
def test_without_marimo_one_line_says_how_to_get_it(neta, sample_home):
    done = neta("sql", "--open", "--home", sample_home.path)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "make notebook" in done.stderr


@pytest.mark.service
@needs_marimo
def test_every_cell_of_the_example_runs(sample_home, tmp_path):
    notebook = shutil.copyfile(EXAMPLE, tmp_path / "notebook.py")
    env = os.environ | {"NETA_HOME": str(sample_home.path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, notebook], env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.service
@needs_marimo
def test_nobody_gets_in_without_the_token_and_nothing_is_left_in_the_home(sample_copy):
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "flows.cli", "sql", "--open", "--no-browser", "--port", str(_port())]
    running = subprocess.Popen([*command, "--home", sample_copy], env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        address = _address(running)
        with httpx.Client(trust_env=False, timeout=60) as client:
            refused = client.get(address.partition("?")[0])
            assert refused.status_code in (303, 401) and "access_token" not in str(refused.headers)
            assert client.get(address, follow_redirects=True).status_code == 200
    finally:
        running.terminate()
        running.wait(60)
    assert (sample_copy / "notebook.py").read_text() == EXAMPLE.read_text()
    assert not (sample_copy / "__marimo__").exists()


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _address(running: subprocess.Popen) -> str:
    """What marimo prints once it answers."""
    for line in running.stdout:
        if found := re.search(r"http://\S+access_token=\S+", line):
            break
    address = found.group().replace("localhost", "127.0.0.1")
    for _ in range(600):
        try:
            httpx.get(address.partition("?")[0], trust_env=False)
            return address
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("marimo does not answer")
