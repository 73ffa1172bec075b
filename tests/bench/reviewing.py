"""Deciding in the browser, at size: `python -m tests.bench.reviewing` builds a home of generated stories, starts
`neta web` on one core, and confirms one story after the other as a browser would: what is measured is from the confirm to
the whole of the next page, and what the process took to start and holds at most.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import click
import httpx
from lxml import html

from tests.bench.contenders import neta
from tests.bench.meter import Meter
from tests.bench.posts import write_pages

AIMS = {"p95 ms": 100, "start s": 4, "peak MB": 300}
ROOT = Path(__file__).parent.parent.parent


def home_of(rows: int, folder: Path) -> Path:
    """A home with as many posts, landed and built."""
    write_pages(folder / "pages", rows)
    neta.prepare(folder / "pages", folder / "home")
    neta.load(folder / "pages", folder / "home", Meter())
    return folder / "home"


def measure(home: Path, count: int) -> dict[str, float]:
    """start s, peak MB, first ms (the first page of the queue), p50 ms and p95 ms from a confirm to the next page, and the
    CPU ms of the pages' process for one: what the rest of the machine is at tells on the clock only.
    """
    port = _free_port()
    began = time.perf_counter()
    command = [sys.executable, "-m", "flows.cli", "web", "--home", str(home), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, preexec_fn=_one_core) as web:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
                _wait(client, web)
                started = time.perf_counter() - began
                first = _first(client)
                before = _cpu(web.pid)
                taken = _review(client, count)
            each = (_cpu(web.pid) - before) * 1000 / count
            return {"start s": started, "peak MB": _peak(web.pid), "first ms": first, **_told(taken), "CPU ms": each}
        finally:
            web.terminate()


def _first(client: httpx.Client) -> float:
    """Milliseconds of the first page: the queue is read for it."""
    began = time.perf_counter()
    client.get("/review")
    return (time.perf_counter() - began) * 1000


def _review(client: httpx.Client, count: int) -> list[float]:
    """Milliseconds of each confirm with the page that follows."""
    page, taken = client.get("/review"), []
    for _ in range(count):
        sent = dict(_fields(page.text))
        began = time.perf_counter()
        page = client.post("/review/decide", data=sent | {"do": "confirm"}, follow_redirects=True)
        taken.append((time.perf_counter() - began) * 1000)
        assert page.status_code == 200 and page.url.query == b"", f"{page.status_code} {page.url}"
    return taken


def _fields(page: str) -> dict[str, list[str]]:
    """What a browser would send of the form as it stands."""
    found: dict[str, list[str]] = {}
    for field in html.document_fromstring(page).xpath("//form[@id='decide']//input[@type='hidden' or @checked]"):
        found.setdefault(field.get("name"), []).append(field.get("value"))
    return found


def _told(taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=20)
    return {"p50 ms": cuts[9], "p95 ms": cuts[18]}


def _wait(client: httpx.Client, web: subprocess.Popen) -> None:
    while web.poll() is None:
        try:
            client.get("/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.02)
    raise RuntimeError("the pages did not start")


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):  # Linux
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _peak(pid: int) -> float:
    """The most memory that a process held, in MB; nan where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 2**10 if found else float("nan")


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process used, user and system (proc(5)); nan where the system does not say."""
    status = Path(f"/proc/{pid}/stat")
    if not status.exists():
        return float("nan")
    user, system = status.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="posts that the home is made of")
@click.option("--count", default=200, show_default=True, help="stories that are confirmed")
@click.option("--home", type=click.Path(exists=True, path_type=Path), help="a home of an earlier run; it is written to")
def main(rows: int, count: int, home: Path | None) -> None:
    """Confirm COUNT stories of a home of ROWS posts."""
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        measured = measure(home or home_of(rows, Path(folder)), count)
    told = (
        f"{name} {value:,.1f}" + (f" (aim {AIMS[name]})" if name in AIMS else "") for name, value in measured.items()
    )
    click.echo(f"review in the browser, {count} confirmed, one core: " + " · ".join(told))


if __name__ == "__main__":
    main()
