"""What was used, for the pages: by the functions of `neta used`."""

from __future__ import annotations

from flows.settings import Settings
from flows.web import refusing


class HomeUsed:
    """Of one home."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def record(self, who: str, story: str, where: str) -> None:
        from flows.using import record

        with refusing.told():
            record(self._settings, [story], where, who)

    def take_back(self, who: str, story: str) -> None:
        from flows.using import take_back

        with refusing.told():
            take_back(self._settings, [story], None, who)
