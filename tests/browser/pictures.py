"""The pictures of docs/, taken of the pages themselves: `python -m tests.browser.pictures`.

Of a sample home made for it, so that everybody gets the same; twice the size of a page's pixels, in few colours.
"""

from __future__ import annotations

import base64
import struct
import tempfile
import zlib
from pathlib import Path

import numpy as np

from tests.browser.conftest import driving, serving
from tests.conftest import ROOT, run_neta

DOCS = ROOT / "docs"
WIDTH = 1080  # px
PICTURES = {  # name: address, height of what is shown in px
    "counts": ("/", 900),
    "today": ("/today", 700),
    "take-in": ("/take-in", 680),
    "review": ("/review", 780),
    "consent": ("/consent", 600),
    "trends": ("/trends", 1180),
    "question": ("/questions/benefits_by_platform", 820),
}
COLOURS = 64
PIXELS = """async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  let bytes = '';
  for (const byte of pen.getImageData(0, 0, image.width, image.height).data) bytes += String.fromCharCode(byte);
  return [image.width, image.height, btoa(bytes)];
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, driving() as browser:
        home = Path(folder) / "sample-home"
        for verb in (["sample"], ["run", "--no-prefect"]):
            run_neta(*verb, "--home", home)
        with serving(home) as shown:
            size = {"width": WIDTH, "height": max(height for _, height in PICTURES.values())}
            page = browser.new_page(base_url=shown.address, viewport=size, device_scale_factor=2, color_scheme="light")
            blank = browser.new_page()
            for name, (address, height) in PICTURES.items():
                page.set_viewport_size({"width": WIDTH, "height": height})
                page.goto(address)
                _write(DOCS / f"{name}.png", *blank.evaluate(PIXELS, base64.b64encode(page.screenshot()).decode()))


def _write(file: Path, width: int, height: int, pixels: str) -> None:
    """A PNG with a palette: its commonest colours, and for every other the nearest of them."""
    rgb = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3]
    colours, which, counts = np.unique(rgb & 0xF8, axis=0, return_inverse=True, return_counts=True)
    common = np.argsort(-counts)[:COLOURS]
    nearest = ((colours[:, None].astype(int) - colours[common][None]) ** 2).sum(2).argmin(1)
    palette = np.array([rgb[which.ravel() == place].mean(0) for place in common], np.uint8)
    rows = np.zeros((height, width + 1), np.uint8)  # the first byte of a row says that it is not filtered
    rows[:, 1:] = nearest[which.ravel()].reshape(height, width)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b"")
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts))
    print(file.relative_to(ROOT), file.stat().st_size // 1024, "KB")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main()
