"""Data that frameworks write in forms of their own, as plain JSON: React's Flight rows and Nuxt's flat lists."""

import json
import re
from contextlib import suppress
from typing import Any

_PUSH = re.compile(r"__next_f\.push\(")
_ROW = re.compile(rb"([0-9a-f]{1,6}):(?:T([0-9a-f]{1,8}),)?")
_REFERENCE = re.compile(r"\$(?:[L@])?([0-9a-f]{1,6})")
_MOST_NODES = 30_000
_DEEPEST = 60


def flight(scripts: list[str]) -> Any:
    """The rows that a page's scripts push (React's Flight format), with elements as objects and references resolved."""
    decoder = json.JSONDecoder(strict=False)
    parts = []
    for text in scripts:
        for found in _PUSH.finditer(text):
            try:
                value, _ = decoder.raw_decode(text, found.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(value, list) and len(value) > 1 and isinstance(value[1], str):
                parts.append(value[1])
    rows = _rows("".join(parts).encode("utf-8", "replace"))
    reader = _Reader(rows)
    return {name: reader.read(value, frozenset((name,)), 0) for name, value in rows.items()}


def _rows(data: bytes) -> dict[str, Any]:
    """`id:json` until the end of the line, or `id:Tlength,text` of that many bytes."""
    rows: dict[str, Any] = {}
    at = 0
    while (found := _ROW.match(data, at)) is not None:
        if found[2] is not None:
            end = found.end() + int(found[2], 16)
            rows[found[1].decode()] = data[found.end() : end].decode("utf-8", "replace")
            at = end + (data[end : end + 1] == b"\n")
            continue
        end = data.find(b"\n", found.end())
        end = len(data) if end < 0 else end
        with suppress(ValueError, RecursionError):
            rows[found[1].decode()] = json.loads(data[found.end() : end], strict=False)
        at = end + 1
    return rows


class _Reader:
    def __init__(self, rows: dict[str, Any]) -> None:
        self._rows = rows
        self._left = _MOST_NODES

    def read(self, value: Any, open_rows: frozenset[str], depth: int) -> Any:
        """A value with React's elements as objects; a row that refers to itself ends there."""
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return None
        if isinstance(value, str):
            found = _REFERENCE.fullmatch(value)
            if found is None:
                return value[1:] if value.startswith("$$") else value
            if found[1] in open_rows or found[1] not in self._rows:
                return None
            return self.read(self._rows[found[1]], open_rows | {found[1]}, depth + 1)
        if isinstance(value, dict):
            return {name: self.read(one, open_rows, depth + 1) for name, one in value.items()}
        if isinstance(value, list):
            if len(value) >= 4 and value[0] == "$" and isinstance(value[3], dict):
                tag = value[1] if isinstance(value[1], str) and not value[1].startswith("$") else ""
                return {"type": tag or "component"} | self.read(value[3], open_rows, depth + 1)
            return [self.read(one, open_rows, depth + 1) for one in value]
        return value


def nuxt(value: Any) -> Any:
    """Nuxt's payload (devalue): a flat list in which numbers inside objects and lists are places of other values."""
    if not isinstance(value, list) or not value:
        return value
    left = [_MOST_NODES]

    def at(place: Any, depth: int) -> Any:
        left[0] -= 1
        if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < len(value):
            return None
        if depth > _DEEPEST or left[0] < 0:
            return None
        one = value[place]
        if isinstance(one, dict):
            return {name: at(inner, depth + 1) for name, inner in one.items()}
        if isinstance(one, list):
            if one and isinstance(one[0], str):
                return at(one[1], depth + 1) if len(one) == 2 else None
            return [at(inner, depth + 1) for inner in one]
        return one

    return at(0, 0)
