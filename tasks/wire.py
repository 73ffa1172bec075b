"""How the client's bytes travel: to checked addresses only, with one deadline over every wait, inflated under a cap."""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator

import httpcore

CONNECT_SECONDS = 15.0  # for one address; a host may have several
_PIECE = 2**16
_GZIP = b"\x1f\x8b"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")  # ::127.0.0.1, out of use since RFC 4291
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out

# At its debug level httpcore tells response headers; a Location may repeat a token.
logging.getLogger("httpcore").setLevel(logging.INFO)


class Unreachable(Exception):
    """A source that could not be asked now: `problem` is a key of words.toml [problem]; `detail` holds no secret."""

    def __init__(self, problem: str, detail: str = ""):
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


class Wire(httpcore.NetworkBackend):
    """Opens connections to public addresses, and to hosts in `trusted` wherever they lie.

    A name is resolved once per connection, and the address that was checked is the one that is connected to; TLS
    verifies the name. `ends` (of time.monotonic) bounds everything that is waited for, but for the system's resolver,
    which has bounds of its own. One user at a time.
    """

    def __init__(self, trusted: frozenset[str]):
        self.trusted = trusted
        self.ends = 0.0
        self._sockets = httpcore.SyncBackend()

    def left(self, host: str) -> float:
        """Seconds until the deadline; Unreachable(answer_too_slow) behind it."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise Unreachable("answer_too_slow", host)
        return seconds

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port):
            try:
                seconds = min(CONNECT_SECONDS, self.left(host))
                return _Stream(self._sockets.connect_tcp(address, port, seconds), self, host)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        """Every address of a host, in the system's order; one that is not public spoils the name."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("no such host") from error
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        if host not in self.trusted and not all(map(is_public, addresses)):
            raise Unreachable("address_refused", host)
        return addresses


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the wire's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, wire: Wire, host: str):
        self._stream, self._wire, self._host = stream, wire, host

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._wire.left(self._host))
        except httpcore.ReadTimeout:
            raise Unreachable("answer_too_slow", self._host) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._wire.left(self._host))

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._wire.left(self._host))
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, ssl.SSLCertVerificationError):
                raise Unreachable("certificate", self._host) from None
            raise
        return _Stream(stream, self._wire, self._host)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Whether an address lies in the public internet; looks inside mapped, NAT64, 6to4 and IPv4-compatible ones.

    `ipaddress.is_global` alone lets 64:ff9b::7f00:1, 2002:7f00:1::, ::7f00:1, fec0::1 and multicast pass (Python 3.11).
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _inner(ip) if ip.version == 6 else None
    if inner is not None:
        return is_public(str(inner))
    allocated = ip.version == 4 or ip in _GLOBAL_UNICAST
    return allocated and ip.is_global and not ip.is_multicast


def _inner(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _NAT64 or ip in _COMPATIBLE:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour


def decoded(parts: Iterable[bytes], encoding: str, host: str) -> Iterator[bytes]:
    """A body as it was before Content-Encoding, in pieces of 64 KiB at most: a gzip bomb never swells at once.

    Unreachable(answer_encoded) for what we did not ask for, such as gzip within gzip.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return iter(parts)
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflated(parts)
    raise Unreachable("answer_encoded", host)


def _inflated(parts: Iterable[bytes]) -> Iterator[bytes]:
    inflater, begun = zlib.decompressobj(wbits=47), False  # 47: the head tells whether gzip or zlib
    try:
        for part in parts:
            begun = begun or bool(part)
            while part:
                yield inflater.decompress(part, _PIECE)
                part = inflater.unconsumed_tail
                if inflater.eof and inflater.unused_data.startswith(_GZIP):
                    part, inflater = inflater.unused_data, zlib.decompressobj(wbits=47)
        yield inflater.flush()
    except zlib.error as error:
        raise httpcore.RemoteProtocolError("a broken gzip stream") from error
    if begun and not inflater.eof:
        raise httpcore.RemoteProtocolError("a gzip stream that was cut off")
