"""The numbers of the pages counted again, in Python from the rows that a warehouse was built from: nothing of its SQL."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache, cached_property
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pyarrow as pa


class Recount:
    """inputs: the tables in_… of warehouse/schema.py; zone: the call's."""

    def __init__(self, inputs: Mapping[str, pa.Table], zone: str):
        self._rows = {name: table.to_pylist() for name, table in inputs.items()}
        self._zone = ZoneInfo(zone)
        self.count = cache(self.count)

    def count(self, link: str, unit: str) -> int:
        """What a list must say: stories, people, reviewed stories or raw items behind a link."""
        asked = dict(parse_qsl(urlsplit(link).query))
        if link.startswith("/items"):
            return sum(self._is_item(item, asked) for item in self._items)
        found = self._found(asked)
        if unit == "person_count":
            return len({person for story in found for person in self._stories[story]["people"]})
        return len(found & self._with["reviewed", "yes"] if unit == "reviewed_count" else found)

    def stories(self, asked: Mapping[str, str]) -> int:
        return len(self._found(asked))

    def _found(self, asked: Mapping[str, str]) -> set[str]:
        """Refs of the stories that are asked for."""
        late, kind = asked.get("include_late") == "yes", asked.get("kind", "counted")
        found = set(self._of_kind(kind, late))
        for name, value in asked.items():
            if name not in ("kind", "include_late"):
                found &= self._having(name.rstrip("_23456789"), value)
        return found

    @cache  # noqa: B019  (a test's own, gone with it)
    def _of_kind(self, kind: str, late: bool) -> frozenset[str]:
        return frozenset(ref for ref, story in self._stories.items() if _is_of(story, kind, late))

    @cache  # noqa: B019
    def _having(self, name: str, value: str) -> set[str]:
        """Stories that meet one condition."""
        stories = self._stories.items()
        if name in ("from", "to"):
            return {ref for ref, s in stories if (value <= s["month"] if name == "from" else s["month"] <= value)}
        if name == "text":
            wanted = _plain(value)
            return {ref for ref, s in stories if any(wanted in text for text in s["texts"])}
        if name in ("reviewed", "used") and value == "no":
            return set(self._stories) - self._with[name, "yes"]
        return self._with[name, value]

    @cached_property
    def _with(self) -> dict[tuple[str, str], set[str]]:
        """(name, value) of a condition -> the stories that have it."""
        held = defaultdict(set)
        for ref, story in self._stories.items():
            for condition in self._conditions(story):
                held[condition].add(ref)
        for row in self._rows["in_used"]:
            held["used", "yes"].add(self._story_of[row["submission_ref"]])
        return held

    def _conditions(self, story: Mapping) -> Iterator[tuple[str, str]]:
        yield from (("month", story["month"]), ("week", story["week"]))
        yield from (("channel", told["channel"]) for told in story["heard"])
        yield from (
            ("allows", name[4:]) for told in story["heard"] for name in told if name[:4] == "can_" and told[name]
        )
        if story["is_reviewed"]:
            yield "reviewed", "yes"
        for dimension, code in story["codes"]:
            group, groups = self._groups[dimension].get(code), self._groups[dimension].values()
            yield dimension, f"code:{code}"
            if code not in groups:  # else the name means the group
                yield dimension, code
            if group:
                yield dimension, group

    @cached_property
    def _stories(self) -> dict[str, dict]:
        """Ref of a story -> what is asked of it, told by those of its tellings that may be counted; by all if none may."""
        told = defaultdict(list)
        for row in self._rows["in_submission"]:
            told[row["story_id"]].append(row)
        return {ref: self._story([row for row in rows if row["can_count"]] or rows) for ref, rows in told.items()}

    def _story(self, heard: list[dict]) -> dict:
        days = [row["posted_at"].astimezone(self._zone).date() for row in heard]
        shown = [row for row in heard if row["can_paraphrase"] or row["can_quote"]]
        voices = self._voices(heard)
        codes = {(d, code) for d, (_, codes) in voices.items() for code in codes if code}
        return {
            "heard": heard,
            "month": f"{min(days):%Y-%m}",
            "week": (min(days) - timedelta(days=min(days).weekday())).isoformat(),
            "people": {row["person_ref"] or row["submission_ref"] for row in heard},
            "texts": [_plain(f"{row['title_masked'] or ''}\n{row['body_masked']}") for row in shown],
            "codes": codes,
            "is_reviewed": any(rank == 0 for rank, _ in voices.values()),
            "is_story": all(self._rules("only", d) & {c for e, c in codes if e == d} for d in self._ruled("only")),
            "is_apart": any(c in self._rules("apart", d) for d, c in codes),
            "is_late": all(row["is_after_close"] for row in heard),
            "can_count": any(row["can_count"] for row in heard),
        }  # fmt: skip

    def _voices(self, heard: list[dict]) -> dict[str, tuple[int, set]]:
        """Dimension -> (who was heard: 0 people, 1 the teller, 2 the machine; codes): all codes if it takes several, else the likeliest."""
        said = defaultdict(list)
        for row in (claim for telling in heard for claim in self._claims[telling["submission_ref"]]):
            rank = 0 if row["coder"].startswith("person:") else 1 if row["coder"] == "contributor" else 2
            said[row["dimension"]].append((rank, -row["probability"], row["code"]))
        told = {}
        for dimension, claims in said.items():
            first = min(rank for rank, *_ in claims)
            best = [claim for claim in claims if claim[0] == first]
            one = [] if self._is_multi[dimension] else [min(best, key=lambda c: (c[1], c[2] is None, c[2]))]
            told[dimension] = first, {code for *_, code in one or best}
        return told

    @cached_property
    def _claims(self) -> dict[str, list[dict]]:
        """By submission; what a second model says counts nothing."""
        said = defaultdict(list)
        for row in self._rows["in_coding"]:
            if row["coder"] != "llm":
                said[row["submission_ref"]].append(row)
        return said

    @cached_property
    def _is_multi(self) -> dict[str, bool]:
        return {row["dimension"]: row["is_multi"] for row in self._rows["in_dimension"]}

    @cached_property
    def _groups(self) -> dict[str, dict[str, str | None]]:
        """Dimension -> code -> group."""
        told = defaultdict(dict)
        for row in self._rows["in_code"]:
            told[row["dimension"]][row["code"]] = row["group_code"]
        return told

    @cached_property
    def _story_of(self) -> dict[str, str]:
        return {row["submission_ref"]: row["story_id"] for row in self._rows["in_submission"]}

    def _ruled(self, kind: str) -> set[str]:
        return {row["dimension"] for row in self._rows["in_count_rule"] if row["kind"] == kind}

    def _rules(self, kind: str, dimension: str) -> set[str]:
        rows = self._rows["in_count_rule"]
        return {row["code"] for row in rows if (row["kind"], row["dimension"]) == (kind, dimension)}

    @cached_property
    def _items(self) -> list[dict]:
        """Raw items with what became of them."""
        aside = {row["raw_id"]: row for row in self._rows["in_set_aside"]}
        outcome = {row["reason"]: row["outcome"] for row in self._rows["in_reason"]}
        kept = {True: "counted", False: "joined"}
        return [
            {"channel": row["channel"], "stage": left and left["stage"], "reason": left and left["reason"],
             "outcome": outcome[left["reason"]] if left else kept[row["sequence"] == 1]}
            for row in self._rows["in_item"] for left in [aside.get(row["raw_id"])]
        ]  # fmt: skip

    @staticmethod
    def _is_item(item: Mapping, asked: Mapping[str, str]) -> bool:
        path = ["conform", "accept", "link", None]
        passed = asked.get("passed")
        return all(item[name] == value for name, value in asked.items() if name != "passed") and (
            passed is None or path.index(item["stage"]) > path.index(passed)
        )


def _is_of(story: Mapping, kind: str, late: bool) -> bool:
    if kind in ("any", "unconsented") or not story["can_count"]:
        return kind == "any" or (kind == "unconsented" and not story["can_count"])
    is_in_time = late or not story["is_late"]
    return {
        "counted": story["is_story"] and not story["is_apart"] and is_in_time,
        "apart": story["is_story"] and story["is_apart"] and is_in_time,
        "late": story["is_story"] and story["is_late"],
        "not_story": not story["is_story"],
    }[kind]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
