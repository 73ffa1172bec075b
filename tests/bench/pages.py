"""The page of trends at size, and a Streamlit page of the same figures on the same file: `python -m tests.bench.pages`.

A home of generated stories is built (`--generated 1000000`: a warehouse alone, of tests/bench/calls.py), `neta web` started
on one core and asked for the page under many filters, each once anew and once again. Where a browser and what drives
it are there (`make test` installs it), both pages are opened in it: measured is the time from the start of the process, and
from the request, to the first chart, and what came over the wire.
"""

from __future__ import annotations

import importlib.util
import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import click
import httpx
from lxml import html

from flows.home import Answers, init
from tests.bench import calls
from tests.bench.meter import peak_megabytes
from tests.bench.reviewing import ROOT, _free_port, _one_core, _peak, _wait, home_of
from warehouse.lake import Lake

AIMS = {"first page s": 3, "new p95 ms": 300, "again p95 ms": 50, "stories p95 ms": 50, "page KB": 1000, "peak MB": 300}
FILTERS = (
    ("", "benefit=companions", "industry=G", "work_status=employee", "text=つながり"),
    ("", "platform=x", "reviewed=no", "from=2026-02&to=2026-04"),
    ("", "by=benefit", "by=channel&period=week", "unit=person"),
)
CHARTS = {"neta": "figure svg", "streamlit": "[data-testid=stVegaLiteChart] :is(canvas, svg)"}


@contextmanager
def started(command: list[str], url: str) -> Iterator[tuple[subprocess.Popen, float]]:
    """A server on one core, with the moment at which it was started; it answers at the url."""
    began = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, preexec_fn=_one_core, **quiet) as server:
        try:
            with httpx.Client(base_url=url, timeout=120) as client:
                _wait(client, server)
            yield server, began
        finally:
            server.terminate()


def web(home: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "flows.cli", "web", "--home", str(home), "--port", str(port)]


def generated(stories: int, home: Path) -> dict[str, float]:
    """A home with a warehouse of as many stories and nothing else; what its build took. peak MB: of the rows that go in, too."""
    init(home, Answers(channels=tuple(calls.CHANNELS)))
    made, lake = calls.inputs(stories), Lake(home)
    began = time.perf_counter()
    calls.publish(lake, made)
    told = {"build s": time.perf_counter() - began, "rows MB": sum(table.nbytes for table in made.values()) / 1e6}
    return told | {"peak MB": peak_megabytes(), "file MB": lake.published.stat().st_size / 1e6}


def asked(home: Path) -> dict[str, float]:
    """The figures named in AIMS."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    links = ["/trends?" + "&".join(filter(None, parts)) for parts in itertools.product(*FILTERS)]
    with started(web(home, port), url) as (server, began), httpx.Client(base_url=url, timeout=120) as client:
        page = client.get("/trends?then_from=2026-01")
        first = time.perf_counter() - began
        new, again = _times(client, links), _times(client, links)
        size = max(len(client.get(link).content) for link in links)
        behind = html.document_fromstring(page.content).xpath("//table//a[@data-unit]/@href")
        stories = _times(client, behind[:: max(1, len(behind) // 40)])
        told = {"first page s": first, "new p95 ms": _p95(new), "again p95 ms": _p95(again)}
        return told | {"stories p95 ms": _p95(stories), "page KB": size / 1e3, "peak MB": _peak(server.pid)}


def _times(client: httpx.Client, links: list[str]) -> list[float]:
    """Milliseconds of each."""
    taken = []
    for link in links:
        began = time.perf_counter()
        assert client.get(link).status_code == 200, link
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[18]


def seen(name: str, command: list[str], port: int, path: str) -> dict[str, float]:
    """Of a page in a browser that is open already: s from the start of its process and ms from the request to its first
    chart, KB, requests; then ms for the next reader, who has nothing of it yet."""
    from playwright.sync_api import sync_playwright

    url = f"http://127.0.0.1:{port}{path}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with started(command, f"http://127.0.0.1:{port}") as (_, began):
            page, sizes = browser.new_page(), []
            page.on("requestfinished", lambda request: sizes.append(sum(request.sizes().values())))
            taken = _to_chart(page, url, CHARTS[name])
            told = {"start to chart s": time.perf_counter() - began, "request to chart ms": taken * 1000}
            page.wait_for_load_state("networkidle")
            told |= {"KB": sum(sizes) / 1e3, "requests": len(sizes)}
            again = [_to_chart(browser.new_context().new_page(), url, CHARTS[name]) for _ in range(5)]
        browser.close()
    return told | {"next reader ms": median(again) * 1000}


def _to_chart(page, url: str, chart: str) -> float:
    """Seconds until it stands there."""
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(chart, timeout=120_000)
    return time.perf_counter() - began


def beside_streamlit(home: Path) -> dict[str, dict[str, float]]:
    """Both pages in a browser, each with a process of its own."""
    port = _free_port()
    script = [str(Path(__file__).with_name("peer_streamlit.py")), str((home / "warehouse/warehouse.duckdb").resolve())]
    serving = ["--server.headless=true", f"--server.port={port}", "--browser.gatherUsageStats=false"]
    peer = [sys.executable, "-m", "streamlit", "run", *serving, script[0], "--", script[1]]
    other = _free_port()
    return {"streamlit": seen("streamlit", peer, port, "/"), "neta": seen("neta", web(home, other), other, "/trends")}


def _missing() -> list[str]:
    parts = [name for name in ("playwright", "streamlit") if importlib.util.find_spec(name) is None]
    return parts + ([] if shutil.which("chromium") else ["chromium"])


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="posts that the home is made of")
@click.option("--generated", "stories", type=int, help="instead of posts: stories of a warehouse that is built alone")
@click.option("--home", type=click.Path(exists=True, path_type=Path), help="a home of an earlier run")
def main(rows: int, stories: int | None, home: Path | None) -> None:
    """The page of trends over a home of ROWS posts."""
    with TemporaryDirectory(prefix="neta-bench-") as folder:
        if stories:
            home = Path(folder) / "home"
            built = (f"{name} {value:,.0f}" for name, value in generated(stories, home).items())
            click.echo(f"the warehouse of {stories:,} stories: " + " · ".join(built))
        home = home or home_of(rows, Path(folder))
        figures = asked(home)
        told = (f"{name} {value:,.1f} (aim {AIMS[name]})" for name, value in figures.items())
        click.echo("the page of trends, one core: " + " · ".join(told))
        if missing := _missing():
            click.echo(f"  in a browser, beside Streamlit: not measured, {', '.join(missing)} not installed")
            return
        both = beside_streamlit(home)
        for name, values in both.items():
            click.echo(f"  {name}: " + " · ".join(f"{what} {value:,.1f}" for what, value in values.items()))
        for what in ("start to chart s", "next reader ms"):
            click.echo(f"  {what}: {both['streamlit'][what] / both['neta'][what]:.1f} × as fast as Streamlit (aim 5)")


if __name__ == "__main__":
    main()
