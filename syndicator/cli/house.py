"""What every command needs: the settings of this home, the house opened, and where to print.

Each command opens the house, asks it one thing, and says what came of it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console

from syndicator.http import Door
from syndicator.ingest.box import Boxes
from syndicator.ingest.read import PRELOAD
from syndicator.service import Service, open_door, opened
from syndicator.settings import Settings, load

out = Console(highlight=False, soft_wrap=True)


def settings() -> Settings:
    """The settings that hold here and now."""
    return load(os.environ)


@contextmanager
def house(*, write: bool) -> Iterator[Service]:
    """The house, open until the end of the block; `write` makes this process the one that may change things."""
    with opened(settings(), write=write) as service:
        yield service


@contextmanager
def network(settings: Settings) -> Iterator[tuple[Door, Boxes]]:
    """The door and a box to read in, for commands that look at the world but need no database."""
    door = open_door(settings)
    try:
        with Boxes(size=1, preload=PRELOAD) as boxes:
            yield door, boxes
    finally:
        door.close()


def ago(moment: datetime | None, today: datetime) -> str:
    """`in 5 min`, `3 h ago`: for tables."""
    if moment is None:
        return "never"
    seconds = (moment - today).total_seconds()
    size = abs(seconds)
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if size >= length:
            text = f"{size / length:.0f} {unit}"
            break
    else:
        text = f"{size:.0f} s"
    return f"in {text}" if seconds > 0 else f"{text} ago"
