"""What keeps running: `neta web` (the page) and `neta serve` (the schedules, with Prefect's own server on loopback)."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.failures import Refused
from flows.settings import Settings, load
from warehouse.words import Words

STARTUP_SECONDS = 180


def serve_web(home: Path, host: str, port: int) -> None:
    """The pages, until stopped. Refused where others could reach them and there are no accounts."""
    import pyarrow
    import uvicorn

    from dashboards.app import make_app
    from flows.web.site import site_of

    settings = load(home)
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # the default one keeps 40 MB that nobody uses
    app = make_app(site_of(settings, host))
    shown = f"[{host}]" if ":" in host else host
    print(Words(settings.language)("serve.web", url=f"http://{shown}:{port}/"), flush=True)
    proxied = bool(settings.web.hosts)  # by one on this machine, which tells whose request it is
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, proxy_headers=proxied)


def serve_schedules(home: Path, port: int) -> None:
    """Start Prefect's server with an auth string, serve the deployments, make up once for what was missed."""
    settings = load(home)
    _prepare(settings, port)
    with _server(settings, port):
        from prefect import serve

        from flows import orchestrated

        print(Words(settings.language)("serve.running", port=port), flush=True)
        serve(*orchestrated.deployments(settings))


def _prepare(settings: Settings, port: int) -> None:
    """Prefect reads its settings from the environment; the auth string is made once and never printed."""
    auth_file = settings.lake.state / "prefect.auth"
    settings.lake.state.mkdir(parents=True, exist_ok=True)
    if not auth_file.exists():
        handle = os.open(auth_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(handle, f"neta:{secrets.token_urlsafe(24)}".encode())
        os.close(handle)
    auth = auth_file.read_text()
    os.environ |= {
        "PREFECT_HOME": str(settings.lake.state / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NETA_HOME": str(settings.lake.home),
    }


@contextmanager
def _server(settings: Settings, port: int) -> Iterator[None]:
    """Prefect's server as a child of this process; stopped with it."""
    log = (settings.lake.state / "prefect-server.log").open("ab")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    child = subprocess.Popen(command, stdout=log, stderr=log)
    stop = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_up(child, port, log.name)
        yield
    finally:
        signal.signal(signal.SIGTERM, stop)
        child.terminate()
        child.wait(timeout=30)
        log.close()


def _wait_until_up(child: subprocess.Popen, port: int, log: str) -> None:
    import httpx

    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.3)
    raise Refused(f"Prefect のサーバーが起動しません(ポート {port} が使われているかもしれません)。記録: {log}")
