"""ZIP files of our own making: the same members give the same bytes, whenever and wherever they are made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable

_DAY = (1980, 1, 1, 0, 0, 0)  # the first that ZIP knows


def packed(members: Iterable[tuple[str, bytes]]) -> bytes:
    """(name, content) of each member -> a ZIP with them in this order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, _DAY)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            member.create_system = 3  # else it is the machine's
            archive.writestr(member, content)
    return made.getvalue()
