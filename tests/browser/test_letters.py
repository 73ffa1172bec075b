"""No tofu: on a machine without a Japanese font the one that comes with the pages is fetched and seen; on others not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import driving, watching

pytestmark = pytest.mark.service

FONT = "/static/japanese.otf"
# Draws every different character of the page in the letters that the page has, and says which look like one that no
# font has (U+FFFF is none by definition): a box, or nothing. Emoji and U+FFFD are the machine's affair.
TOFU = """async () => {
  document.body.offsetHeight; // laid out: now it is known which fonts are wanted
  await document.fonts.ready;
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  pen.canvas.width = pen.canvas.height = 40;
  const drawn = (char, family) => {
    pen.clearRect(0, 0, 40, 40);
    pen.font = `24px ${family}`;
    pen.fillText(char, 8, 30);
    return pen.getImageData(0, 0, 40, 40).data.join();
  };
  const lost = new Set(), seen = new Set();
  for (const element of document.querySelectorAll('body *')) {
    const family = getComputedStyle(element).fontFamily;
    const text = [...element.childNodes].filter(one => one.nodeType === 3).map(one => one.data).join('');
    const tofu = drawn('\\uffff', family);
    for (const char of new Set(text.replace(/\\s|\\ufffd|\\p{Emoji}/gu, ''))) {
      if (!seen.has(char + family) && drawn(char, family) === tofu) lost.add(char);
      seen.add(char + family);
    }
  }
  return [...lost];
}"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> dict[str, str]:
    """An environment in which chromium finds one font, and that has no Japanese."""
    folder = tmp_path_factory.mktemp("fonts")
    shutil.copy(_latin_font(), folder)
    settings = folder / "fonts.conf"
    settings.write_text(f"<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir></fontconfig>")
    return os.environ | {"FONTCONFIG_FILE": str(settings)}


def _latin_font() -> Path:
    if not shutil.which("fc-list"):
        pytest.skip("no fontconfig here (Debian: apt install fontconfig)")
    japanese, latin = (_fonts(language) for language in ("ja", "en"))
    found = sorted(latin - japanese)
    if not (found and japanese):
        pytest.skip("needs a Latin and a Japanese font (Debian: apt install fonts-dejavu-core fonts-noto-cjk)")
    return Path(found[0])


def _fonts(language: str) -> set[str]:
    told = subprocess.run(["fc-list", f":lang={language}", "file"], capture_output=True, text=True, check=True)
    return {line.rstrip(": ") for line in told.stdout.splitlines()}


@pytest.mark.parametrize("is_bare", [True, False])
def test_japanese_is_seen_with_the_machines_font_or_else_with_ours(served, bare, is_bare):
    with driving(env=bare if is_bare else os.environ) as browser, watching() as opened:
        page, fetched = opened(browser, served), []
        page.context.on("requestfinished", lambda request: fetched.append(request.url.removeprefix(served.address)))
        for path in ("/", "/stories", "/report"):
            page.goto(path)
            assert page.evaluate(TOFU) == []
        assert (FONT in fetched) == is_bare
        page.set_content("<p>読む</p>")
        assert page.evaluate(TOFU) == (["読", "む"] if is_bare else []), "else this test would not see tofu"
