"""The sample: 428 submissions of invented people to an invented call, in the formats that the channels really have.

The stories are a part of the project's development set that no coder is trained on (tasks/coding/examples.py); each
arrives once, ten of them twice, among broken files, reposts, quotations and other people's chatter.
"""

from __future__ import annotations

from pathlib import Path

from tasks.sample import blog, mail, messenger, note, tables, x
from tasks.sample.tellings import TAG, copies, stories, titled

SAMPLE_ME: dict[str, list[str]] = {
    "x": [x.OWNER_ID],
    "mail": [mail.OWNER_ADDRESS],
    "facebook": [messenger.OWNER_NAME],
}
SAMPLE_CALL = {
    "title": "個人の発信が仕事に役立った話、教えてください",
    "hashtags": [TAG],
    "opens": "2026-02-01",
    "closes": "2026-06-15",
}

_WRITERS = {
    "x_hashtag": x.write,
    "email": mail.write,
    "facebook_messenger": messenger.write,
    "note": note.write,
    "blog": blog.write,
    "form": tables.write_form,
    "pasted": tables.write_pasted,
}


def write_sample(home: Path) -> dict[str, int]:
    """Write the sample files under home/inbox/<channel>/, the same bytes every time; returns files a channel."""
    counts = {}
    for channel, write in _WRITERS.items():
        inbox = home / "inbox" / channel
        inbox.mkdir(parents=True, exist_ok=True)
        write(inbox)
        counts[channel] = sum(path.is_file() for path in inbox.iterdir())
    return counts


def truncated_ids() -> set[str]:
    """Stories of which only the opening arrives: long articles of note."""
    bodies = {t.id: titled(t.text)[1] for t in stories() if t.channel == "note"}
    return {story for story, body in bodies.items() if note.opening(body) != body}


def personal_tokens() -> set[str]:
    """Every id, name, handle, address, number and Message-ID of a person in the sample: none belongs in a warehouse."""
    tokens = {x.OWNER_ID, x.OWNER["username"], mail.OWNER_ADDRESS, messenger.PRIVATE_NAME}
    for telling in (*stories(), *copies()):
        who = telling.person
        tokens |= {who.name, who.nickname, who.handle, who.x_id, who.address, who.phone}
        tokens |= {mail.message_id(telling), mail.message_id(telling, "correction"), x.post_id(telling.id, telling.at)}
        tokens |= {note.key(telling), blog.url(who), messenger.thread_name(who)}
    return tokens
