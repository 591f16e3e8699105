"""Who reads what: requests by feed, format and status with their bytes, and subscribers as readers report them.

Counted in memory by plain integers, because a count must cost nothing beside an answer that takes microseconds. A web
service is several processes and a scrape reaches one of them, so each writes its counts to a file of its own in a
directory that all share, once a second, and whoever is asked adds the files up. The files of a process that died stay
in the sum, so no count goes back while the service runs; what a crash loses is its last second.

Aggregators fetch once for many people and say for how many in their User-Agent: `Feedly/1.0 (...; 16 subscribers;
feed-id=...)`. The last such number of each counts, for three days. It is a claim, so its place is limited.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

CLAIMED = re.compile(r"(?<!\d)(\d{1,9})\s+(?:subscribers?|readers?)\b", re.I)
NAMED = re.compile(r"[^\s/;(]{1,40}")
FEED_ID = re.compile(r"feed[-_]?id[=:]\s*([\w.-]{1,64})", re.I)
CLAIMS = 5000
"""Claims that one process remembers."""
KEEP = 3 * 86400.0
"""Seconds for which a claim counts."""

Key = tuple[str, str, int]
"""Feed, format and status; feed and format are empty for pages that are no feed."""
Claim = tuple[str, str, str]
"""Feed, the reader's name, its own id of the feed."""


@dataclass(slots=True)
class Cell:
    """One count: whoever answers adds to it."""

    requests: int = 0
    bytes: int = 0
    """Of bodies, as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What all processes counted together."""

    cells: Mapping[Key, Cell]
    subscribers: Mapping[tuple[str, str], int]
    """By feed and reader."""

    @property
    def requests(self) -> int:
        return sum(cell.requests for cell in self.cells.values())

    @property
    def bytes(self) -> int:
        return sum(cell.bytes for cell in self.cells.values())

    def by_feed(self) -> list[tuple[str, int, int, int]]:
        """Feed, requests, of those answered with 304, subscribers; the most read first."""
        rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for (feed, _, status), cell in self.cells.items():
            if feed:
                rows[feed][0] += cell.requests
                rows[feed][1] += cell.requests if status == 304 else 0
        for (feed, _), count in self.subscribers.items():
            rows[feed][2] += count
        return sorted(((feed, *row) for feed, row in rows.items()), key=lambda row: (-row[1], row[0]))  # type: ignore[misc]


@dataclass(slots=True)
class Counts:
    """One process's counts; `directory` is where the processes of a service meet; None: there is only this one."""

    directory: Path | None = None
    _cells: dict[Key, Cell] = field(default_factory=dict)
    _claims: dict[Claim, tuple[int, float]] = field(default_factory=dict)
    _file: str = field(default_factory=lambda: f"{os.getpid()}-{token_hex(4)}.json")
    _written: int = 0

    def cell(self, feed: str, extension: str, status: int) -> Cell:
        """The count of one kind of answer; keep it and add to it."""
        return self._cells.setdefault((feed, extension, status), Cell())

    def claim(self, feed: str, agent: str, moment: float) -> None:
        """Notes what a reader's User-Agent says of its subscribers; `moment` in seconds since 1970."""
        if (count := CLAIMED.search(agent)) is None or (name := NAMED.match(agent)) is None:
            return
        own = FEED_ID.search(agent)
        key = (feed, name[0], own[1] if own else "")
        if key in self._claims or len(self._claims) < CLAIMS:
            self._claims[key] = (int(count[1]), moment)

    def flush(self) -> None:
        """Writes what was counted for the others to see, if anything was since the last time."""
        requests = sum(cell.requests for cell in list(self._cells.values()))
        if self.directory is None or requests == self._written:
            return
        self._written = requests
        temporary = self.directory / f"{self._file}.new"
        temporary.write_text(json.dumps(self._told()), "utf-8")
        temporary.replace(self.directory / self._file)

    def totals(self, moment: float) -> Totals:
        """The counts of all processes; claims not older than `KEEP` before `moment`."""
        cells: dict[Key, Cell] = {}
        claims: dict[Claim, tuple[int, float]] = {}
        for told in [self._told(), *self._others()]:
            for *key, requests, size in told["cells"]:
                cell = cells.setdefault((key[0], key[1], key[2]), Cell())
                cell.requests += requests
                cell.bytes += size
            for feed, name, own, count, when in told["claims"]:
                if when >= max(moment - KEEP, claims.get((feed, name, own), (0, 0.0))[1]):
                    claims[feed, name, own] = (count, when)
        subscribers: dict[tuple[str, str], int] = defaultdict(int)
        for (feed, name, _), (count, _) in claims.items():
            subscribers[feed, name] += count
        return Totals(cells=cells, subscribers=subscribers)

    def _told(self) -> dict[str, list[list[Any]]]:
        return {
            "cells": [[*key, cell.requests, cell.bytes] for key, cell in list(self._cells.items()) if cell.requests],
            "claims": [[*key, *claim] for key, claim in list(self._claims.items())],
        }

    def _others(self) -> Iterator[dict[str, list[list[Any]]]]:
        for path in sorted(self.directory.glob("*.json")) if self.directory else ():
            if path.name != self._file:
                yield json.loads(path.read_text("utf-8"))


def exposition(totals: Totals) -> str:
    """The totals in Prometheus' text format, version 0.0.4."""
    lines = []
    for name, told, attribute in (
        ("syndicator_requests_total", "Requests answered; feed and format are empty for pages.", "requests"),
        ("syndicator_response_bytes_total", "Bytes of bodies as sent.", "bytes"),
    ):
        lines += [f"# HELP {name} {told}", f"# TYPE {name} counter"]
        for (feed, extension, status), cell in sorted(totals.cells.items()):
            labels = _labels(feed=feed, format=extension, status=str(status))
            lines.append(f"{name}{labels} {getattr(cell, attribute)}")
    name = "syndicator_subscribers"
    lines += [f"# HELP {name} Subscribers as readers report them.", f"# TYPE {name} gauge"]
    lines += [
        f"{name}{_labels(feed=feed, reader=reader)} {count}"
        for (feed, reader), count in sorted(totals.subscribers.items())
    ]
    return "\n".join(lines) + "\n"


def _labels(**labels: str) -> str:
    escaped = {
        key: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for key, value in labels.items()
    }
    return "{" + ",".join(f'{key}="{value}"' for key, value in escaped.items()) + "}"
