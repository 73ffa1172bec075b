"""A loopback server that says, byte for byte, what a test wants said: slow, broken, cut off, or well."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable

Piece = bytes | float  # bytes to send, or seconds to wait
Script = Callable[[str, dict[str, str]], Iterable[Piece]]  # (path with query, headers in lower case) -> pieces


def answer(status: str, body: bytes = b"", **headers: str) -> bytes:
    """One whole HTTP/1.1 answer; headers by their names with _ for -."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class RawServer:
    """`with RawServer(script) as server:` answers every request by the script's pieces and closes the connection.

    asked: (path, headers) of every request, in order of arrival; bodies: what came with each.
    """

    def __init__(self, script: Script, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None):
        self.script, self.tls = script, tls
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self._socket = socket.create_server((host, 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{host}:{self.port}"
        self._closing = threading.Event()

    def __enter__(self) -> RawServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._closing.set()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as open_:
                for piece in self.script(*self._request(open_)):
                    if isinstance(piece, bytes):
                        open_.sendall(piece)
                    elif self._closing.wait(piece):
                        return
        except OSError:  # the client went away, as most of these tests want
            return

    def _request(self, connection: socket.socket) -> tuple[str, dict[str, str]]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += _received(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += _received(connection)
        self.bodies.append(body)
        self.asked.append((first.split(" ")[1], headers))
        return self.asked[-1]


def _received(connection: socket.socket) -> bytes:
    more = connection.recv(65536)
    if not more:
        raise ConnectionError
    return more


def drip(data: bytes, seconds: float) -> Iterable[Piece]:
    """One byte at a time."""
    for at in range(len(data)):
        yield data[at : at + 1]
        yield seconds


def unused_port() -> int:
    """A port of 127.0.0.1 that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
