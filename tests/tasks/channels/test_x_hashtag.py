"""What the golden files of x_hashtag do not say: readings that differ in counters or spelling only are the same."""

from __future__ import annotations

import copy
from pathlib import Path

import orjson
from hypothesis import given
from hypothesis import strategies as st

from tasks.channels import Unreadable, x_hashtag

FIXTURES = Path(__file__).parents[2] / "fixtures" / "x_hashtag"
NAMES = sorted(x_hashtag.USED) + "users posts tweets hashtags urls tag url expanded_url type name username mood".split()


def _cut(page: dict, folder: Path) -> list:
    file = folder / "page.json"
    file.write_bytes(orjson.dumps(page))
    return list(x_hashtag.cut(file, {}))


def test_counters_and_key_order_change_no_byte(tmp_path):
    page = orjson.loads((FIXTURES / "old_names.json").read_bytes())
    later = copy.deepcopy(page)
    later["data"][0]["public_metrics"]["like_count"] += 999
    later["data"][0]["non_public_metrics"] = {"url_link_clicks": 4}
    later["data"][0]["edit_controls"] |= {"edits_remaining": 0, "is_edit_eligible": False}
    later["data"] = [dict(reversed(post.items())) for post in later["data"]]
    assert _cut(later, tmp_path) == _cut(page, tmp_path)


def test_payload_keeps_all_but_counters(tmp_path):
    post = orjson.loads((FIXTURES / "old_names.json").read_bytes())["data"][0]
    item = _cut({"data": [post]}, tmp_path)[0]
    del post["public_metrics"], post["edit_controls"]["edits_remaining"], post["edit_controls"]["is_edit_eligible"]
    assert orjson.loads(item.payload) == post


def test_both_spellings_say_the_same():
    old, new = (x_hashtag.cut(FIXTURES / f"{name}_names.json", {}) for name in ("old", "new"))
    assert [x_hashtag.conform(item) for item in old] == [x_hashtag.conform(item) for item in new]


def test_context_holds_the_writer_and_no_counters():
    context = list(x_hashtag.cut(FIXTURES / "old_names.json", {}))[4].context
    assert context == {
        "author": {"id": "5503", "username": "hon_no_ki", "name": "本の木"},
        "referenced": [{"id": "1990000000000000401", "author_id": "5503"}],
    }


def test_entities_are_undone_once_only(tmp_path):
    post = {"id": "1", "author_id": "2", "text": "&amp;lt;b&amp;gt; &lt;3"}
    assert x_hashtag.conform(_cut({"data": [post]}, tmp_path)[0]).body == "&lt;b&gt; <3"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_post_of_any_shape_is_a_message_or_unreadable(tmp_path_factory, fields, page):
    post = {"id": "1", "author_id": "2", "text": "話"} | fields
    file = tmp_path_factory.mktemp("any") / "page.json"
    file.write_bytes(orjson.dumps(page | {"data": [post], "includes": fields}))
    for item in x_hashtag.cut(file, {}):
        try:
            message = x_hashtag.conform(item)
        except Unreadable:
            continue
        assert isinstance(message.body, str) and isinstance(message.native_id, str)
        assert isinstance(message.conversation_id, str | None) and isinstance(message.author_name, str | None)
