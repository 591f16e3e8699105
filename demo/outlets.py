"""Outlets and their stories, as they stand at a moment: `stories/*.toml` set on the clock.

Nothing in the files is a date. A story came out so many hours before the newsroom opened (`hours`), or comes out so
many seconds after it (`after`); a correction replaces title and text. So the demo's news is always of today, and
whoever passes the moment decides how much of it there is.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "stories"
FEEDS = {"rss": "rss.xml", "teasers": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
"""The file name of an outlet's feed, by its format; the format `page` has no feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One publisher of the newsroom; `name` is its file's and the first part of its addresses."""

    name: str
    title: str
    description: str
    format: str
    encoding: str
    slogan: str

    @property
    def feed(self) -> str | None:
        """The path of its feed."""
        return f"/{self.name}/{FEEDS[self.format]}" if self.format in FEEDS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One story as it stands: published in its outlet, and shared with those in `also_in`."""

    outlet: Outlet
    slug: str
    title: str
    paragraphs: tuple[str, ...]
    section: str
    caption: str | None
    credit: str
    published: datetime
    updated: datetime
    also_in: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"/{self.outlet.name}/{self.slug}"

    @property
    def picture(self) -> str | None:
        """The path of its picture; only a story with a caption has one."""
        return f"{self.path}.png" if self.caption else None


@dataclass(frozen=True, slots=True)
class _Script:
    """A story with what will become of it."""

    first: Item
    corrected: Item | None

    def at(self, moment: datetime) -> Item | None:
        if self.corrected is not None and self.corrected.updated <= moment:
            return self.corrected
        return self.first if self.first.published <= moment else None


class Stories:
    """All stories of a folder, set on a clock that started at `start`."""

    def __init__(self, start: datetime, folder: Path = FOLDER) -> None:
        self.start = start
        self.outlets: dict[str, Outlet] = {}
        self._scripts: list[_Script] = []
        for path in sorted(folder.glob("*.toml")):
            table = tomllib.loads(path.read_text("utf-8"))
            outlet = _outlet(path.stem, table)
            self.outlets[outlet.name] = outlet
            self._scripts += [_script(outlet, table["credit"], story, start) for story in table["stories"]]

    def __len__(self) -> int:
        return len(self._scripts)

    def at(self, moment: datetime) -> list[Item]:
        """What is out at a moment, the newest first."""
        items = [item for script in self._scripts if (item := script.at(moment)) is not None]
        return sorted(items, key=lambda item: item.published, reverse=True)

    def of(self, outlet: Outlet, moment: datetime) -> list[Item]:
        """What an outlet carries at a moment: its own stories, and those shared with it."""
        return [item for item in self.at(moment) if item.outlet == outlet or outlet.name in item.also_in]

    def between(self, before: datetime, moment: datetime) -> Iterator[Item]:
        """What came out or was corrected after `before`, up to `moment`; the oldest change first."""
        changed = [item for item in self.at(moment) if item.updated > before]
        yield from sorted(changed, key=lambda item: item.updated)


def _outlet(name: str, table: Mapping[str, Any]) -> Outlet:
    return Outlet(
        name=name,
        title=table["title"],
        description=table["description"],
        format=table["format"],
        encoding=table.get("encoding", "utf-8"),
        slogan=table.get("slogan", table["description"]),
    )


def _script(outlet: Outlet, credit: str, story: Mapping[str, Any], start: datetime) -> _Script:
    came = start + timedelta(seconds=story["after"]) if "after" in story else start - timedelta(hours=story["hours"])
    first = Item(
        outlet=outlet,
        slug=story["slug"],
        title=story["title"],
        paragraphs=_paragraphs(story["text"]),
        section=story["section"],
        caption=story.get("caption"),
        credit=credit,
        published=came,
        updated=came,
        also_in=tuple(story.get("also_in", ())),
    )
    if (correction := story.get("correction")) is None:
        return _Script(first, None)
    corrected = replace(
        first,
        title=correction["title"],
        paragraphs=_paragraphs(correction["text"]),
        updated=start + timedelta(seconds=correction["after"]),
    )
    return _Script(first, corrected)


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(paragraph.strip() for paragraph in text.split("\n\n") if paragraph.strip())
