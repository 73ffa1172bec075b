"""A real nginx on loopback, without privileges: true ETag, Last-Modified, 304, gzip, charset and redirects."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.standins.raw import unused_port

# Debian puts it where only root looks.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/opt/homebrew/bin")
_CONF = """
daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log {folder}/access.log; default_type application/octet-stream; types {{ text/xml xml; text/html html; }}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  gzip on; gzip_min_length 1; gzip_types text/xml;
  server {{
    listen 127.0.0.1:{port}; root {folder}/www;
    location /euc/ {{ charset euc-jp; override_charset off; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /$1 permanent; }}
    location /elsewhere/ {{ rewrite ^/elsewhere/(.*)$ /$1 redirect; }}
    location /gone/ {{ return 410; }}
    location /busy/ {{ add_header Retry-After 3600 always; return 429; }}
{more}
  }}
}}
"""


class Nginx:
    """`with Nginx(folder) as server:` serves folder/www at server.url; `more` is put into its server block.

    Skips the test where there is no nginx.
    """

    def __init__(self, folder: Path, more: str = ""):
        if not NGINX:
            pytest.skip("nginx is not installed")
        self.folder, self.port = folder, unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.www = folder / "www"
        self.www.mkdir(parents=True)
        (folder / "nginx.conf").write_text(_CONF.format(folder=folder, port=self.port, more=more), encoding="utf-8")

    def __enter__(self) -> Nginx:
        command = [NGINX, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        command += ["-e", str(self.folder / "error.log")]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, env=os.environ | {"LC_ALL": "C"})
        for _ in range(200):
            if self._process.poll() is not None:
                raise RuntimeError(self._process.stderr.read().decode())
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        raise RuntimeError("nginx does not answer")

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._process.stderr.close()

    def put(self, name: str, data: bytes) -> Path:
        """Serve `data` at /name. ETag and Last-Modified count seconds, so a file that changes gets another second."""
        path = self.www / name
        path.parent.mkdir(parents=True, exist_ok=True)
        seconds = path.stat().st_mtime + 1 if path.exists() else 1_775_000_000
        path.write_bytes(data)
        os.utime(path, (seconds, seconds))
        return path

    def answers(self) -> list[tuple[str, int]]:
        """(path, status) of every request so far, by nginx's own log."""
        lines = (self.folder / "access.log").read_text(encoding="utf-8").splitlines()
        return [(line.split('"')[1].split(" ")[1], int(line.split('"')[2].split()[0])) for line in lines]
