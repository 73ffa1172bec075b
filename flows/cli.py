"""The `neta` command: one verb for everything a person does, in the order in which a newcomer meets them."""

from __future__ import annotations

from flows.commands.door import main

from flows.commands import taking_in, coding, asking, reviewing, people, keeping, opening  # isort: skip  # noqa: F401

if __name__ == "__main__":
    main()
