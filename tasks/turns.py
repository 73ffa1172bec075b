"""Turns: chats come in bubbles and threads in posts; what one person says in one go is one submission.

Also what is decided from neighbouring messages alone: the latest revision stays, own messages are context, and a turn
without the call's hashtag, or from before the call opened, is out of scope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd

from tasks.aside import must_conserve, set_aside, together
from tasks.text.normalise import has_hashtag

_EPOCH = pd.Timestamp(0, tz="UTC")
SHORT_REPLY = 60  # characters: an owner's answer up to this long does not end a teller's turn


def settle(
    messages: pd.DataFrame,
    me: Mapping[str, Sequence[str]],
    hashtags: Sequence[str],
    opens: datetime | None,
    gap_minutes: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Messages (MESSAGE columns) → (turns, set aside). Each raw_id comes out exactly once.

    turns: one row a submission; MESSAGE columns with raw_ids (list) in place of raw_id, bodies joined by line breaks.
    """
    latest, superseded = _latest(_one_id_a_chain(messages))
    is_told_own = latest["set_aside"] == "own_message"  # by the source itself; it still ends a teller's turn
    is_unusable = latest["set_aside"].notna() & ~is_told_own
    unusable, told = latest[is_unusable], latest[~is_unusable]
    own = is_own(told, me) | is_told_own[~is_unusable]
    turns = _join(told, own, gap_minutes)
    outside = _out_of_scope(turns, hashtags, opens)
    aside = together(
        [
            set_aside(superseded, "conform", "superseded"),
            set_aside(unusable, "conform", unusable["set_aside"], unusable["detail"]),
            set_aside(told[own], "conform", "own_message"),
            set_aside(turns[outside.notna()], "conform", "out_of_scope", outside[outside.notna()]),
        ]
    )
    turns = turns[outside.isna()].reset_index(drop=True)
    must_conserve("conform", list(messages["raw_id"]), list(turns["raw_ids"].explode().dropna()), list(aside["raw_id"]))
    return turns, aside


def _one_id_a_chain(messages: pd.DataFrame) -> pd.DataFrame:
    """A row that goes by a later version's id (an old export, a deletion) goes by the first, where a row tells them."""
    chains = messages.loc[messages["versions"].str.len() > 1, ["namespace", "versions"]]
    rows = sorted(zip(chains["namespace"], map(list, chains["versions"]), strict=True), reverse=True)
    first = {f"{space}:{later}": f"{space}:{ids[0]}" for space, ids in rows for later in ids[1:]}
    if not first:
        return messages
    return messages.assign(submission_id=messages["submission_id"].map(lambda i: first.get(i, i), na_action="ignore"))


def _latest(messages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Per submission_id the newest by (native time, whole before cut off, time of landing, raw_id); rows without
    identity all stay.

    A deletion is newer than anything: it is a promise, and an older export may be brought in after it. An opening that a
    feed shows again does not replace the whole text of the same moment.
    """
    native = messages["revised_at"].fillna(messages["posted_at"])
    keys = {
        "_gone": messages["set_aside"] == "deleted",
        "_native": native,
        "_whole": ~messages["truncated"].eq(True),
    }
    ordered = messages.assign(**keys).sort_values([*keys, "received_at", "raw_id"], na_position="first")
    older = ordered["submission_id"].notna() & ordered.duplicated("submission_id", keep="last")
    ordered = ordered.drop(columns=list(keys))
    return ordered[~older], ordered[older]


def is_own(messages: pd.DataFrame, me: Mapping[str, Sequence[str]]) -> pd.Series:
    """The owner's messages, by native author id; Messenger has none, so there it is `<thread>/<name as shown>`."""
    mine = {(space, author) for space, authors in me.items() for author in authors}
    named = zip(messages["namespace"], messages["author_id"], strict=True)
    own = [
        isinstance(author, str) and bool({(space, author), (space, author.rpartition("/")[2])} & mine)
        for space, author in named
    ]
    return pd.Series(own, index=messages.index, dtype=bool)


def _join(messages: pd.DataFrame, own: pd.Series, gap_minutes: int) -> pd.DataFrame:
    """One row a turn. A turn is named by its earliest message, and takes the rest of its fields from it."""
    ordered = messages.assign(own=own).sort_values(["posted_at", "place", "submission_id"], na_position="first")
    head = _heads(ordered, gap_minutes * 60)
    ordered = ordered.assign(head=head)[~ordered["own"]].drop(columns="own")
    alone = ~ordered["head"].duplicated(keep=False)
    single = ordered[alone]
    single = single.assign(raw_ids=pd.Series([[i] for i in single["raw_id"]], single.index, dtype=object))
    joined = [_one(bubbles) for _, bubbles in ordered[~alone].groupby("head", sort=True)]
    turns = pd.concat([single, pd.DataFrame(joined)]) if joined else single
    return turns.drop(columns=["raw_id", "head"]).sort_values("submission_id", ignore_index=True)


def _one(bubbles: pd.DataFrame) -> dict:
    row = bubbles.iloc[0].to_dict()
    every = lambda column: sorted({value for values in bubbles[column] for value in values})  # noqa: E731
    return row | {
        "body": "\n".join(bubbles["body"]),
        "hashtags": every("hashtags"),
        "links": every("links"),
        "accounts": every("accounts"),
        "flags": every("flags"),
        "truncated": bool(bubbles["truncated"].any()),
        "received_at": bubbles["received_at"].max(),
        "raw_ids": list(bubbles["raw_id"]),
    }


def _heads(ordered: pd.DataFrame, gap_seconds: int) -> list[str]:
    """For each message, in order of time, the submission_id of its turn's first message."""
    open_turns: dict[tuple, tuple[str, float]] = {}  # (conversation, author) -> head, time of its last message
    heads: dict[str, tuple[str, str]] = {}  # submission_id -> (head, author)
    last_speaker: dict[str, str] = {}
    for m in _lines(ordered):
        place = f"{m.namespace}\0{m.conversation_id}"
        if m.conversation_id is None or m.author_id is None:
            heads[m.submission_id] = (m.submission_id, "")
            continue
        parent = heads.get(f"{m.namespace}:{m.in_reply_to}")
        turn = open_turns.get((place, m.author_id))
        if parent and parent[1] == m.author_id:
            head = parent[0]
        elif turn and last_speaker.get(place) == m.author_id and m.seconds - turn[1] <= gap_seconds:
            head = turn[0]
        else:
            head = m.submission_id
        heads[m.submission_id] = (head, m.author_id)
        open_turns[(place, m.author_id)] = (head, m.seconds)
        if not (m.own and len(m.body) <= SHORT_REPLY):
            last_speaker[place] = m.author_id
    return [heads[submission_id][0] for submission_id in ordered["submission_id"]]


def _lines(ordered: pd.DataFrame):
    columns = ["submission_id", "namespace", "conversation_id", "author_id", "in_reply_to", "body", "own"]
    plain = ordered[columns].astype(object).where(ordered[columns].notna(), None)
    seconds = (ordered["posted_at"] - _EPOCH).dt.total_seconds()  # NaN where no time is known: joins nothing
    return plain.assign(seconds=seconds).itertuples(index=False)


def _out_of_scope(turns: pd.DataFrame, wanted: Sequence[str], opens: datetime | None) -> pd.Series:
    """Why a turn does not belong to the call (a key of words.toml [scope]), or missing if it does."""
    why = pd.Series(None, index=turns.index, dtype=object)
    asked = turns["needs_hashtag"].astype(bool)
    rows = zip(turns.loc[asked, "body"], turns.loc[asked, "hashtags"], strict=True)
    why[asked] = [None if has_hashtag(text, tags, wanted) else "no_hashtag" for text, tags in rows]
    if opens is not None:
        why[turns["posted_at"] < opens] = "before_opening"
    return why
