"""A form with large files: read as it comes, refused before a byte is kept unless it is ours, and gone if it breaks off."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import anyio
import pytest
import uvicorn
from starlette.exceptions import HTTPException
from starlette.requests import Request

from dashboards.access import Access
from dashboards.app import make_app
from dashboards.doing import Doing
from dashboards.site import Site
from dashboards.take_in.asked import Refusal
from dashboards.take_in.streamed import receive
from flows.home import DEFAULTS, init
from flows.settings import load
from flows.web.jobs import ChildJobs
from flows.web.site import site_of
from flows.web.take_in import Receiving, Uploads
from warehouse.lake import Lake

BOUNDARY = "----neta"
VIEWER = Access("editor").viewer("s")


def part(name: str, value: bytes, file: str | None = None) -> bytes:
    told = f'; filename="{file}"' if file is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n\r\n'
    return head.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()
OURS = part("csrf", VIEWER.csrf.encode())


def request(chunks: Iterator[bytes], **headers: str) -> Request:
    body = iter(chunks)

    async def hear() -> dict:
        chunk = next(body, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    told = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "host": "127.0.0.1:8321", **headers}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    made = Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "state": {}}, hear)
    made.state.viewer = VIEWER
    return made


@pytest.fixture
def lake(tmp_path) -> Lake:
    (tmp_path / "home").mkdir()
    return Lake(tmp_path / "home")


def taken(lake: Lake, chunks: list[bytes], most: int = 1 << 30, **headers: str) -> dict:
    return anyio.run(receive, request(chunks, **headers), lambda expected: Receiving(lake, "editor", most))


def left(lake: Lake) -> list:
    return [f for f in lake.home.rglob("*") if f.is_file()]


@pytest.mark.parametrize("size", [7, 64, 100_000])
def test_any_cutting_into_chunks_gives_the_same_bytes(lake, size):
    data = bytes(range(256)) * 30 + b"\r\n--" + BOUNDARY[:5].encode() + b"\r" * 99
    body = OURS + part("channel", "メール".encode()) + part("file", data, "a.zip") + part("file", b"", "b.csv") + END
    fields = taken(lake, [body[n : n + size] for n in range(0, len(body), size)])
    assert fields["channel"] == "メール"
    assert sorted(f.read_bytes() for f in left(lake) if f.name != "upload.json") == [b"", data]


def test_a_large_file_takes_no_memory(lake):
    piece = b"0123456789abcde\r" * 4096

    def chunks() -> Iterator[bytes]:
        yield OURS + part("file", b"", "a.zip")[:-2]
        for _ in range(50 * (1 << 20) // len(piece)):
            yield piece
        yield b"\r\n" + END

    tracemalloc.start()
    taken(lake, chunks())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert max(f.stat().st_size for f in left(lake)) == 50 << 20 and peak < 3 << 20


FILE = part("file", b"x" * 1000, "a.zip")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (FILE + END, {}),
        (FILE + OURS + END, {}),  # the token must come first, or bytes of strangers would be kept until it comes
        (part("csrf", b"") + FILE + END, {}),
        (part("csrf", b"x" * 64) + FILE + END, {}),
        (part("csrf", "鍵".encode()) + FILE + END, {}),
        (OURS + FILE + END, {"origin": "http://evil.example"}),
        (OURS + FILE + END, {"origin": "null"}),
        (OURS + FILE + END, {"origin": "http://127.0.0.1:9999"}),
    ],
)
def test_a_form_of_another_site_writes_nothing(lake, body, headers):
    with pytest.raises(HTTPException) as refused:
        taken(lake, [body], **headers)
    assert refused.value.status_code == 403 and left(lake) == []


def test_our_own_origin_is_let_in(lake):
    taken(lake, [OURS + FILE + END], origin="http://127.0.0.1:8321")
    assert len(left(lake)) == 2


@pytest.mark.parametrize(
    "body",
    [
        OURS + FILE[:500],
        OURS + FILE,
        OURS + FILE + END[:-4],
        OURS + b"--other\r\n\r\n",
        OURS + part("note", b"x" * 100_000) + FILE + END,
        b"".join(part(f"n{n}", b"x" * 60_000) for n in range(20)),
        b"",
        b"csrf=x&file=y",
    ],
)
def test_what_is_cut_off_or_no_form_leaves_nothing(lake, body):
    with pytest.raises(HTTPException) as refused:
        taken(lake, [body])
    assert refused.value.status_code == 400 and left(lake) == [] and not any((lake.state / "uploads").glob("*"))


@pytest.mark.parametrize("most", [999, 1500])
def test_more_than_may_come_in_is_refused_and_leaves_nothing(lake, most):
    with pytest.raises(Refusal) as refused:
        taken(lake, [OURS + FILE + FILE + END], most)
    assert refused.value.status == 413 and left(lake) == []


def test_too_many_files_and_none_are_refused(lake):
    for body in (OURS + FILE * 21 + END, OURS + END, OURS + part("file", b"", "") + END):
        with pytest.raises(Refusal):
            taken(lake, [body])
        assert left(lake) == []


@pytest.fixture
def served(tmp_path):
    """(home, port) of pages on a real port; uploads of 2 MB at most."""
    init(tmp_path / "home", DEFAULTS)
    settings = load(tmp_path / "home")
    site = site_of(settings)
    jobs = ChildJobs(settings.lake.home)
    doing = Doing(jobs=jobs, take_in=Uploads(settings, jobs, most=2_000_000))
    app = make_app(Site(settings.lake, site.zone, "ja", False, site.access, doing))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield settings.lake, port, site.access.viewer("s").csrf
    server.should_exit = True
    thread.join(10)


def sent(port: int, csrf: str, size: int, data: bytes) -> socket.socket:
    """A connection on which a form of `size` bytes was announced and `data` sent."""
    head = f"POST /take-in/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: neta_session=s\r\n"
    head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {size}\r\n\r\n"
    con = socket.create_connection(("127.0.0.1", port), timeout=30)
    con.sendall(head.encode() + part("csrf", csrf.encode()) + part("file", data, "a.zip")[:-2])
    return con


def _until(true) -> None:
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to be")


def test_a_browser_that_goes_away_leaves_nothing(served):
    lake, port, csrf = served
    con = sent(port, csrf, 1_500_000, b"x" * 500_000)
    _until(lambda: any(f.stat().st_size > 100_000 for f in left(lake) if "uploads" in f.parts))
    con.close()
    _until(lambda: not any((lake.state / "uploads").glob("*")))


def test_a_browser_that_sends_too_much_is_told_so(served):
    lake, port, csrf = served
    size = 9_000_000
    con = sent(port, csrf, size, b"x" * (size - 300))
    con.sendall(b"x" * 300)
    told = con.recv(65536).decode("utf-8", "replace")
    while "</html>" not in told and (more := con.recv(65536)):
        told += more.decode("utf-8", "replace")
    con.close()
    assert told.startswith("HTTP/1.1 413") and "大きすぎます" in told
    assert not any((lake.state / "uploads").glob("*"))
