"""A home with stories that wait for a person, built once, and editors at its pages."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html

from dashboards.access import Access, Viewer
from dashboards.app import make_app
from dashboards.doing import Doing
from dashboards.site import Site
from flows.build import build
from flows.home import Answers, init
from flows.ingest import ingest
from flows.web.review import Reviewer
from tests.flows.conftest import STORY, Home

HERE = "http://127.0.0.1:8321"
RETOLD = STORY.replace("本を出す", "本を作る").replace("とてもうれしかったです", "とても驚いています")
TEXTS = {  # number of the post -> text
    7: STORY,
    8: RETOLD,
    9: "毎日書いていたら、いつの間にか相談が増えました。仕事なのか趣味なのか自分でもわかりません。",
    10: "匿名のアカウントで愚痴ばかり言っていたのに、同業の方から励ましの言葉と教材をいただきました。",
    11: "発信していてよかったと思うことがありました。上司に褒められ、取引先の方にも声をかけられました。",
    12: "病院の事務です。勉強会の感想を載せたら講師の先生が読んでくださって、別の会に誘われました。",
}


@pytest.fixture(scope="session")
def _waiting(tmp_path_factory) -> Path:
    home = Home(tmp_path_factory.mktemp("waiting") / "call")
    init(home.path, Answers(me={"x": ["1"]}))
    for number, text in TEXTS.items():
        home.say(f"{number}.json", text, number, author=str(number + 35))
    ingest(home.settings, "x_hashtag")
    build(home.settings)
    return home.path


@pytest.fixture
def home(_waiting, tmp_path) -> Home:
    """Six posts on X by six people, landed and built: three wait for a person, two may be one story."""
    return Home(shutil.copytree(_waiting, tmp_path / "home", symlinks=True))


@dataclass
class Editor:
    """Somebody at the pages, in a process of their own as far as the home can tell."""

    client: TestClient
    page: html.HtmlElement | None = None

    def see(self, link: str = "/review") -> html.HtmlElement:
        answer = self.client.get(link)
        assert answer.status_code == 200, answer.text[:500]
        return self._shown(answer)

    def _shown(self, answer) -> html.HtmlElement:
        self.page = html.document_fromstring(answer.text)
        self.page.url, self.page.status = str(answer.url.copy_with(host="here")), answer.status_code
        return self.page

    @property
    def ref(self) -> str | None:
        """The story on show."""
        return next(iter(self.page.xpath("//form[@id='decide']/input[@name='ref']/@value")), None)

    def fields(self, form: str = "decide") -> dict[str, list[str]]:
        """What a browser would send of a form as it stands."""
        sent: dict[str, list[str]] = {}
        for field in self.page.xpath(f"//form[@id='{form}']//input[@type='hidden' or @checked]"):
            sent.setdefault(field.get("name"), []).append(field.get("value"))
        return sent

    def send(self, do: str = "confirm", **codes: str) -> html.HtmlElement:
        """Press a button; codes: dimension=code, several by blanks, in place of what is chosen."""
        chosen = {f"d_{name}": told.split() for name, told in codes.items()}
        return self._post("/review/decide", self.fields() | chosen | {"do": do})

    def undo(self) -> html.HtmlElement:
        return self._post("/review/undo", self.fields("undo"))

    def say(self, verdict: str) -> html.HtmlElement:
        return self._post("/review/pairs", self.fields() | {"do": verdict})

    def _post(self, link: str, data: dict) -> html.HtmlElement:
        return self._shown(self.client.post(link, data=data))

    def checked(self, dimension: str) -> set[str]:
        return set(self.page.xpath(f"//input[@name='d_{dimension}' and @checked]/@value"))

    def text(self) -> str:
        return " ".join(self.page.text_content().split())


class _As(Access):
    """Whoever comes has this role."""

    def __init__(self, name: str, role: str):
        super().__init__(name)
        object.__setattr__(self, "role", role)

    def viewer(self, session: str) -> Viewer:
        return replace(super().viewer(session), role=self.role)


@pytest.fixture
def editor(home):
    """editor(name) -> somebody at the home's pages."""

    def editor(name: str, role: str = "editor") -> Editor:
        s = home.settings
        site = Site(s.lake, str(s.zone), "ja", False, _As(name, role), Doing(review=Reviewer(s)))
        return Editor(TestClient(make_app(site), base_url=HERE))

    return editor
