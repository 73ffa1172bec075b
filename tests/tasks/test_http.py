"""The client against a loopback server that misbehaves. FS03 … R17, S02 are the ids of the hostile cases."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import subprocess
import sys
import time
import traceback
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks import wire
from tasks.http import LONGEST_WAIT, TRIES, Client, RateLimited, Unreachable, told_wait
from tasks.wire import is_public
from tests.standins.raw import RawServer, answer, drip, unused_port

OK = answer("200 OK", b"yes")
TRUSTED = frozenset({"127.0.0.1"})


def client(**settings) -> Client:
    return Client(**{"trusted": TRUSTED, "sleep": lambda seconds: None, "dice": lambda: 0.0} | settings)


def ask(script, path: str = "/", headers=None, **settings):
    """(Answer or Unreachable, what the server was asked) for one get."""
    with RawServer(script) as server, client(**settings) as http:
        try:
            return http.get(server.url + path, headers=headers), server.asked
        except Unreachable as error:
            return error, server.asked


def in_turn(*answers: Iterable):
    """A script that gives one answer after the other, the last one for ever."""
    turn = count()
    return lambda path, headers: answers[min(next(turn), len(answers) - 1)]


# patience


def test_fs03_a_burst_of_errors_passes():
    got, asked = ask(in_turn([answer("503 Busy")], [answer("500 Oh")], [b"HTTP/1.1 2"], [OK]))
    assert (got.status, got.content, len(asked)) == (200, b"yes", 4)


@pytest.mark.parametrize("last", [answer("503 Busy"), b"", b"nonsense\r\n\r\n"])
def test_fs03_for_ever_ends(last):
    got, asked = ask(in_turn([last]))
    assert got.problem == ("server_error" if b"503" in last else "no_connection") and len(asked) == TRIES


def test_fs03_waits_grow_and_are_shaken():
    slept = []
    ask(in_turn([answer("503 Busy")]), sleep=slept.append, dice=iter([0.0, 0.5, 1.0, 1.0]).__next__)
    assert slept == [0.5, 2.0, 6.0]


def test_what_no_patience_helps_is_an_answer_at_once():
    for status in ("400 Bad", "401 No", "403 No", "404 No", "410 Gone", "501 No"):
        got, asked = ask(in_turn([answer(status)], [OK]))
        assert (got.status, len(asked)) == (int(status[:3]), 1)


def test_a_wait_that_was_told_is_kept():
    slept = []
    got, _ = ask(in_turn([answer("429 Slow", Retry_After="7")], [OK]), sleep=slept.append)
    assert got.status == 200 and slept == [7.0]


def test_a_wait_that_is_long_is_the_callers():
    slept = []
    script = in_turn([answer("429 Slow", Retry_After=str(LONGEST_WAIT + 1))])
    got, asked = ask(script, sleep=slept.append)
    assert isinstance(got, RateLimited) and got.wait == LONGEST_WAIT + 1 and not slept and len(asked) == 1


def test_a_run_has_an_end():
    slept = []
    script = in_turn([answer("503 Busy", Retry_After="50")])
    got, asked = ask(script, sleep=slept.append, budget=30.0)
    assert got.problem == "server_error" and not slept and len(asked) == 1
    got, asked = ask(script, budget=0.0)
    assert got.problem == "run_too_long" and not asked


NOW = datetime(2026, 3, 6, 12, 0, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
WAITS = {
    "seconds": ({"retry-after": " 120 "}, 120),
    "a date": ({"retry-after": "Fri, 06 Mar 2026 12:01:30 GMT"}, 90),
    "a date in the past": ({"retry-after": "Fri, 06 Mar 2026 11:00:00 GMT"}, 0),
    "a date without a zone": ({"retry-after": "Fri, 06 Mar 2026 12:01:30 -0000"}, 90),
    "garbage": ({"retry-after": "soon"}, 0),
    "a digit that is none": ({"retry-after": "²"}, 0),
    "negative": ({"retry-after": "-5"}, 0),
    "X": ({"x-rate-limit-reset": str(EPOCH + 300)}, 300),
    "Mastodon": ({"x-ratelimit-reset": "2026-03-06T12:05:00.123456Z"}, 300.123456),
    "seconds from now": ({"ratelimit-reset": "42"}, 42),
    "the plain one first": ({"retry-after": "3", "x-rate-limit-reset": str(EPOCH + 300)}, 3),
    "garbage before a reset": ({"retry-after": "soon", "x-rate-limit-reset": str(EPOCH + 300)}, 300),
    "nothing": ({}, 0),
}


@pytest.mark.parametrize(("headers", "seconds"), WAITS.values(), ids=WAITS)
def test_told_wait(headers, seconds):
    assert told_wait(headers, NOW) == pytest.approx(seconds)


def test_a_reset_is_no_reason_to_wait_for_a_server_that_fails():
    assert told_wait({"x-rate-limit-reset": str(EPOCH + 300)}, NOW, resets=False) == 0


@given(st.sampled_from(["retry-after", "x-rate-limit-reset", "x-ratelimit-reset"]), st.text(max_size=40))
def test_told_wait_never_fails(name, value):
    assert told_wait({name: value}, NOW) >= 0


# deadlines and caps

HEAD = b"HTTP/1.1 200 OK\r\nX-Long: "
SLOW = {
    "fs05 a slow body": lambda p, h: drip(answer("200 OK", b"x" * 999), 0.05),
    "slow headers": lambda p, h: (HEAD, *drip(b"x" * 999, 0.05)),
    "no answer": lambda p, h: (9.0,),
    "steps without end": lambda p, h: (piece for _ in count() for piece in (b"HTTP/1.1 102 Processing\r\n\r\n", 0.05)),
    "redirects one after the other": lambda p, h: (0.2, answer("302 There", Location=p + "x")),
}


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
def test_fs05_one_deadline_over_everything(script):
    began = time.monotonic()
    got, asked = ask(script, deadline=0.5)
    assert got.problem == "answer_too_slow"
    assert time.monotonic() - began < 5  # the pieces above would take nine seconds and more
    assert len({path for path, _ in asked}) == len(asked), "what was too slow is not asked again"


def test_a_slow_handshake_of_tls_has_the_deadline():
    """A server that knows no TLS waits for the end of what it takes for headers."""
    with RawServer(lambda p, h: ()) as server, client(deadline=0.5) as http, pytest.raises(Unreachable) as caught:
        http.get(server.url.replace("http:", "https:"))
    assert caught.value.problem in ("answer_too_slow", "no_connection")


def gzipped(size: int) -> bytes:
    squeeze = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    return b"".join(squeeze.compress(zeros) for _ in range(size // 2**20)) + squeeze.flush()


def test_fs06_a_gzip_bomb_is_cut_at_the_cap(tmp_path):
    """In a process of its own: the high-water mark of memory tells whether it ever swelled."""
    bomb = gzipped(200 * 2**20)
    assert len(bomb) < 250_000
    code = (
        "import sys, resource; from tasks.http import Client, Unreachable\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try:\n with Client(trusted=frozenset({'127.0.0.1'})) as c: c.get(sys.argv[1])\n"
        "except Unreachable as e: print(e.problem, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    with RawServer(lambda p, h: [answer("200 OK", bomb, Content_Encoding="gzip")]) as server:
        done = subprocess.run(
            [sys.executable, "-c", code, server.url], capture_output=True, text=True, check=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    problem, grown = done.stdout.split()
    assert problem == "answer_too_large" and int(grown) < 48 * 1024, "KiB: the cap of 15 MiB, and room to join it"


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 3 * 2**20 + 7])
def test_gzip_is_read_whole(size):
    body = (b"0123456789" * (size // 10 + 1))[:size]
    for encoding, squeeze in (("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)):
        squeezed = answer("200 OK", squeeze(body), Content_Encoding=encoding)
        got, _ = ask(in_turn([squeezed]))
        assert got.content == body


def test_gzip_members_one_after_the_other_and_rubbish_behind():
    data = gzip.compress(b"one") + gzip.compress(b"two") + b"rubbish"
    assert ask(lambda p, h: [answer("200 OK", data, Content_Encoding="gzip")])[0].content == b"onetwo"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_an_encoding_that_was_not_asked_for(encoding):
    got, asked = ask(lambda p, h: [answer("200 OK", gzip.compress(b"x"), Content_Encoding=encoding)])
    assert got.problem == "answer_encoded" and asked[0][1]["accept-encoding"] == "gzip"


CUT = {
    "a body": answer("200 OK", b'{"data": [1, 2, 3]}')[:-9],
    "gzip": answer("200 OK", gzip.compress(b"x" * 999)[:-12], Content_Encoding="gzip"),
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    "headers": b"HTTP/1.1 200 OK\r\nContent-Le",
}


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
def test_fs07_what_was_cut_off_is_asked_again(cut):
    got, asked = ask(in_turn([cut], [OK]))
    assert got.content == b"yes" and len(asked) == 2


def test_a_large_body_without_its_length():
    endless = (piece for _ in range(40) for piece in (bytes(2**20),))
    got, _ = ask(lambda p, h: (b"HTTP/1.1 200 OK\r\n\r\n", *endless), body_bytes=2**20)
    assert got.problem == "answer_too_large"


# where it may go

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1",
    "fec0::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::1", "::7f00:1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]


def test_r16_is_public():
    assert [a for a in PRIVATE if is_public(a)] == []
    assert [a for a in PUBLIC if not is_public(a)] == []


ODD = [
    "http://127.0.0.1", "http://2130706433", "http://0x7f.1", "http://0x7f000001", "http://0177.0.0.1",
    "http://127.1", "http://localhost", "http://[::1]", "http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]",
    "http://[64:ff9b::7f00:1]", "http://[2002:7f00:1::]", "http://100.64.0.1", "http://169.254.169.254",
    "http://[::7f00:1]", "http://0", "http://１２７.0.0.1", "http://user:word@127.0.0.1", "https://127.0.0.1",
    "file:///etc/passwd", "ftp://127.0.0.1", "gopher://127.0.0.1", "data:text/xml,x", "//127.0.0.1/x", "/etc/passwd",
    "http://",
]  # fmt: skip
# Refused, where they resolve at all.
NO_HOSTS = ["http://localhost.", "http://[fe80::1%25lo]", "http://[x", "http://a b/"]


@pytest.mark.parametrize("url", ODD)
def test_r16_odd_addresses_are_refused(url):
    with client(trusted=frozenset()) as http, pytest.raises(Unreachable) as caught:
        http.get(url)
    assert caught.value.problem == "address_refused"


@pytest.mark.parametrize("url", NO_HOSTS)
def test_r16_what_is_no_host_is_not_reached(url):
    with client(trusted=frozenset()) as http, pytest.raises(Unreachable, match="address_refused|no_connection"):
        http.get(url)


@pytest.mark.parametrize("url", [url for url in ODD if url[0] != "/" and url != "http://"])
def test_r14_r16_redirects_there_are_refused(url):
    url = url.replace("127.0.0.1", "127.0.0.2").encode().decode("latin-1")  # 127.0.0.1 is the one that is trusted
    got, asked = ask(lambda p, h: [answer("302 There", Location=url)])
    assert got.problem == "address_refused" and len(asked) == 1


def test_a_stranger_cannot_lead_to_a_trusted_host(monkeypatch):
    """stranger.example is made to resolve to loopback, and to pass for public, so that it can be asked at all."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda h, *a, **k: real("127.0.0.2" if "example" in h else h, *a, **k))
    monkeypatch.setattr(wire, "is_public", lambda address: address == "127.0.0.2" or is_public(address))
    with (
        RawServer(lambda p, h: [answer("200 OK", b"inside")]) as inside,
        RawServer(lambda p, h: [answer("302 There", Location=inside.url)], "127.0.0.2") as stranger,
        client() as http,
    ):
        assert http.get(inside.url).content == b"inside"
        with pytest.raises(Unreachable, match="address_refused: 127.0.0.1"):
            http.get(f"http://stranger.example:{stranger.port}/")
    assert len(stranger.asked) == 1 and len(inside.asked) == 1


def test_r17_proxies_of_the_environment_are_ignored(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    assert ask(in_turn([OK]))[0].content == b"yes"
    with client(trusted=frozenset()) as http, pytest.raises(Unreachable, match="address_refused"):
        http.get("http://127.0.0.1/")


def test_no_such_host_and_nobody_there():
    with client() as http:
        for url in ("http://nowhere.invalid/", f"http://127.0.0.1:{unused_port()}/"):
            with pytest.raises(Unreachable, match="no_connection"):
                http.get(url)


# redirects


def moved(path: str, headers: dict):
    answers = {
        "/gone-for-good": answer("301 There", Location="/also-for-good"),
        "/also-for-good": answer("308 There", Location="/for-now"),
        "/for-now": answer("302 There", Location="/here?a=1#b"),
        "/again": answer("301 There", Location="/again"),
        "/nowhere": answer("301 There"),
        "/then-for-good": answer("307 There", Location="/gone-for-good"),
    }
    return [answers.get(path, OK)]


def test_permanent_redirects_are_told_as_far_as_they_are_permanent():
    got, asked = ask(moved, "/gone-for-good")
    assert got.content == b"yes" and got.url.endswith("/here?a=1#b") and got.permanent.endswith("/for-now")
    assert [path for path, _ in asked] == ["/gone-for-good", "/also-for-good", "/for-now", "/here?a=1"]
    assert ask(moved, "/then-for-good")[0].permanent is None
    assert ask(moved, "/here")[0].permanent is None


def test_redirects_end():
    got, asked = ask(moved, "/again")
    assert got.problem == "redirects" and len(asked) == 6
    assert ask(moved, "/nowhere")[0].status == 301


SENT = {"Authorization": "Bearer s3", "X-Key": "s3", "Cookie": "s3", "If-None-Match": '"e"', "Accept": "a/b"}


def test_secrets_stay_with_their_origin():
    with RawServer(in_turn([OK])) as other:
        got, asked = ask(lambda p, h: [answer("302 There", Location=other.url + "/x")], headers=SENT)
        assert got.content == b"yes"
        assert asked[0][1]["authorization"] == "Bearer s3" and asked[0][1]["x-key"] == "s3"
        there = other.asked[0][1]
        assert "s3" not in repr(there) and there["if-none-match"] == '"e"' and there["accept"] == "a/b"
        assert there["host"] == f"127.0.0.1:{other.port}" and there["user-agent"] == "neta"


def test_secrets_do_not_come_back_by_way_of_another():
    with RawServer(lambda p, h: [answer("302 There", Location=h["referer"] if "referer" in h else back[0])]) as other:
        back = []

        def script(path, headers):
            back[:] = [f"http://{headers['host']}/back"]
            return [OK if path == "/back" else answer("302 There", Location=other.url)]

        _, asked = ask(script, headers=SENT)
    assert [("authorization" in headers) for _, headers in asked] == [True, False]


def test_a_redirect_on_one_origin_keeps_them():
    _, asked = ask(lambda p, h: [OK if p == "/b" else answer("307 There", Location="/b")], headers=SENT)
    assert [headers["authorization"] for _, headers in asked] == ["Bearer s3"] * 2


def test_params_join_the_query():
    with RawServer(in_turn([OK])) as server, client() as http:
        http.get(server.url + "/p?a=1", params={"q": "#本 の&"})
    assert server.asked[0][0] == "/p?a=1&q=%23%E6%9C%AC+%E3%81%AE%26"


def test_no_cookie_comes_back():
    _, asked = ask(in_turn([answer("302 There", Location="/x", Set_Cookie="a=1")], [OK]))
    assert "cookie" not in asked[1][1]


# what is sent


QUESTION = {"text": "本の「ネタ」\n\ud800", "n": 1}


def post(script, headers=None, **settings):
    """(Answer or Unreachable, the server) for one post of QUESTION."""
    with RawServer(script) as server, client(**settings) as http:
        try:
            return http.post(server.url + "/p?a=1", QUESTION, headers), server
        except Unreachable as error:
            return error, server


def test_a_post_carries_json_and_goes_the_way_of_a_get():
    slept = []
    script = in_turn([answer("429 Slow", Retry_After="7")], [b"HTTP/1.1 2"], [answer("500 Oh")], [OK])
    got, server = post(script, headers={"Authorization": "Bearer s3"}, sleep=slept.append)
    assert got.content == b"yes" and slept == [7.0, 1.0, 2.0]
    assert [json.loads(body) for body in server.bodies] == [QUESTION] * 4
    path, headers = server.asked[3]
    assert (
        path == "/p?a=1" and headers["content-type"] == "application/json" and headers["authorization"] == "Bearer s3"
    )


@pytest.mark.parametrize("status", ["301 There", "302 There", "303 There", "307 There", "308 There"])
def test_a_post_follows_no_redirect(status):
    with RawServer(in_turn([OK])) as other:
        got, server = post(lambda p, h: [answer(status, Location=other.url)])
        assert got.status == int(status[:3]) and len(server.asked) == 1 and not other.asked
        assert post(lambda p, h: [answer(status, Location="/here")])[0].status == int(status[:3])


def test_a_post_has_the_deadline_the_cap_and_no_road_into_private_networks():
    assert post(lambda p, h: drip(answer("200 OK", b"x" * 999), 0.05), deadline=0.5)[0].problem == "answer_too_slow"
    assert post(lambda p, h: [answer("200 OK", b"x" * 999)], body_bytes=900)[0].problem == "answer_too_large"
    got, server = post(in_turn([OK]), trusted=frozenset())
    assert got.problem == "address_refused" and not server.asked
    assert post(in_turn([OK]), headers={"Authorization": "鍵"})[0].problem == "header_refused"


def test_no_more_requests_are_sent_than_allowed():
    """Those that are asked again count, and so do redirects."""
    with RawServer(in_turn([answer("500 Oh")], [OK], [answer("302 There", Location="/x")])) as server:
        with client(requests=3) as http:
            assert http.post(server.url, QUESTION).content == b"yes"
            for _ in range(2):
                with pytest.raises(Unreachable, match="requests_spent"):
                    http.get(server.url)
        assert len(server.asked) == http.sent == 3
    slept = []
    got, asked = ask(in_turn([answer("500 Oh")]), sleep=slept.append, requests=2)
    assert got.problem == "server_error" and len(asked) == 2 and slept == [0.5], "nor waited for what may not be asked"


# secrets

CANARY = "c4n4ry-7f3a"
TROUBLES = {
    "401": answer("401 No", CANARY.encode()),
    "500": answer("500 Oh", CANARY.encode(), X_Echo=CANARY),
    "429": answer("429 Slow", Retry_After="999"),
    "reset": b"",
    "redirect with it": answer("302 There", Location=f"/again?token={CANARY}"),
    "to a private place": answer("302 There", Location=f"http://10.0.0.1/{CANARY}"),
    "to no address": answer("302 There", Location=f"http://[{CANARY}"),
    "to no protocol": answer("302 There", Location=f"{CANARY}://x"),
    "not http": CANARY.encode() + b"\r\n\r\n",
    "br": answer("200 OK", CANARY.encode(), Content_Encoding=f"br-{CANARY}"),
    "large": answer("200 OK", CANARY.encode() * 999),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_s02_no_secret_in_errors_logs_and_reprs(trouble, caplog):
    caplog.set_level(logging.DEBUG)
    headers = {"Authorization": f"Bearer {CANARY}"}
    with RawServer(lambda p, h: [trouble]) as server, client(body_bytes=1000) as http:
        told = [repr(http)]
        try:
            told.append(repr(http.get(f"{server.url}/{CANARY}?token={CANARY}", {"key": CANARY}, headers)))
        except Unreachable as error:
            told += [repr(error), error.detail, *traceback.format_exception(error), repr(vars(error))]
            assert error.__cause__ is None
    assert CANARY in repr(server.asked)
    assert CANARY not in "\n".join([*told, caplog.text])


@pytest.mark.parametrize("value", [f"{CANARY}\n", f"{CANARY}\r\nX-Evil: 1", f"鍵{CANARY}", f" {CANARY}"])
def test_s02_a_secret_that_cannot_be_sent_is_not_told(value):
    got, asked = ask(in_turn([OK]), headers={"Authorization": value})
    assert (got.problem, got.detail) == ("header_refused", "Authorization") and not asked
    assert CANARY not in "".join(traceback.format_exception(got))


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[Path, Path]:
    """(certificate of an authority made for this test, certificate and key of `localhost` signed by it)."""
    folder = tmp_path_factory.mktemp("tls")
    made = """
        openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=example-ca
        openssl req -newkey rsa:2048 -nodes -keyout host.key -out host.csr -subj /CN=localhost
        openssl x509 -req -in host.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out host.pem -days 30 -extfile san
    """
    (folder / "san").write_text("subjectAltName=DNS:localhost\n")
    try:
        for command in made.strip().splitlines():
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    (folder / "both.pem").write_bytes((folder / "host.key").read_bytes() + (folder / "host.pem").read_bytes())
    return folder / "ca.pem", folder / "both.pem"


def over_tls(authority, host: str, trusts_it: bool) -> bytes | str:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(authority[1])
    tls = ssl.create_default_context(cafile=authority[0]) if trusts_it else None
    names = frozenset({"localhost", "127.0.0.1"})
    with (
        RawServer(lambda p, h: [answer("200 OK", h["host"].encode())], tls=served) as server,
        client(trusted=names, tls=tls) as http,
    ):
        try:
            return http.get(f"https://{host}:{server.port}/").content.partition(b":")[0]
        except Unreachable as error:
            return error.problem


def test_tls_checks_the_name_though_an_address_is_connected_to(authority):
    assert over_tls(authority, "localhost", trusts_it=True) == b"localhost"
    assert over_tls(authority, "127.0.0.1", trusts_it=True) == "certificate"


def test_tls_checks_the_authority(authority):
    assert over_tls(authority, "localhost", trusts_it=False) == "certificate"


def test_the_next_address_is_tried_where_one_does_not_answer(authority, monkeypatch):
    """localhost is often ::1 first, and the server listens on 127.0.0.1 only."""
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda h, *a, **k: (real("::1", *a, **k) if h == "localhost" else []) + real(h, *a, **k)
    )
    assert over_tls(authority, "localhost", trusts_it=True) == b"localhost"
