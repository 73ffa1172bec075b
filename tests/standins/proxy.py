"""A relay on loopback that breaks connections on purpose: after so many bytes from the server, or with other words."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence


class Proxy:
    """`with Proxy(port, cuts) as proxy:` relays proxy.port to `port` of 127.0.0.1.

    cuts: for each connection in turn, after how many bytes from the server it is cut; None, and all later ones: never.
    reword: applied to every piece that the server says. connections: how many came; heard: all that clients said.
    """

    def __init__(self, port: int, cuts: Sequence[int | None] = (), reword: Callable[[bytes], bytes] = bytes):
        self._target = port
        self._cuts = list(cuts)
        self._reword = reword
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self.heard = bytearray()

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            cut = self._cuts.pop(0) if self._cuts else None
            far = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._relay, args=(near, far, None, self._hear), daemon=True).start()
            threading.Thread(target=self._relay, args=(far, near, cut, self._reword), daemon=True).start()

    def _hear(self, data: bytes) -> bytes:
        self.heard += data
        return data

    def _relay(self, source: socket.socket, target: socket.socket, left: int | None, reword: Callable) -> None:
        try:
            while (data := reword(source.recv(65536))) and left != 0:
                piece = data if left is None else data[:left]
                target.sendall(piece)
                left = None if left is None else left - len(piece)
                if left == 0:
                    break
        except OSError:
            pass  # the other direction was cut
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # closed already
            end.close()
