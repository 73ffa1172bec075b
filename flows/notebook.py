"""`neta sql --open`: marimo on this machine, with a notebook of examples on the published file, opened for reading only."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import warehouse
from flows.failures import Refused
from flows.settings import Settings, load
from warehouse import store
from warehouse.lake import Lake
from warehouse.words import Words

EXAMPLE = Path(warehouse.__file__).parent / "notebook.txt"


def open_notebook(home: Path, port: int, with_browser: bool) -> int:
    """Until stopped; marimo prints the address, with a token made for this run. Exit code.

    The notebook is the home's notebook.py, written the first time. Refused without marimo; NotBuilt without a warehouse.
    """
    settings = load(home)
    words = Words(settings.language)
    if importlib.util.find_spec("marimo") is None:
        raise Refused(words("notebook.missing"))
    if not settings.lake.published.exists():
        raise store.NotBuilt(f"{home}")
    file = _file(settings.lake)
    print(words("notebook.open", file=file), flush=True)
    # What marimo keeps of a run holds answers, and so texts: it lies outside the home and goes when marimo ends.
    with tempfile.TemporaryDirectory(prefix="neta-notebook-") as kept:
        return _run(_command(file, port, with_browser), _environment(settings, kept))


def _file(lake: Lake) -> Path:
    if not lake.notebook.exists():
        shutil.copyfile(EXAMPLE, lake.notebook)
    return lake.notebook


def _command(file: Path, port: int, with_browser: bool) -> list[str]:
    """Only this machine, a token, no question to the network whether there is a newer version."""
    fixed = ["--host", "127.0.0.1", "--port", str(port), "--token", "--skip-update-check", "--no-sandbox"]
    return [sys.executable, "-m", "marimo", "edit", str(file), *fixed, *([] if with_browser else ["--headless"])]


def _environment(settings: Settings, kept: str) -> Mapping[str, str]:
    root = str(Path(warehouse.__file__).parent.parent)
    paths = filter(None, [root, os.environ.get("PYTHONPATH")])
    ours = {"NETA_HOME": str(settings.lake.home), "PYTHONPATH": os.pathsep.join(paths)}
    return os.environ | ours | {"PYTHONPYCACHEPREFIX": kept}


def _run(command: list[str], environment: Mapping[str, str]) -> int:
    child = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the terminal tells both; marimo asks whether to end
            continue
