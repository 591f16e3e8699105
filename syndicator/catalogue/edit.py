"""Writes sources into `config/sources/`, as carefully as their author would: comments and order stay.

A file is replaced whole (written beside, synced, renamed), so whoever reads it meanwhile sees the old or the new one.
Afterwards the whole catalogue is read; if that finds a mistake, every file is put back as it was. What tomlkit made
is compared with what it should say before it is written: a file that cannot be edited safely is refused.
"""

import os
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from syndicator.catalogue.read import Catalogue, load
from syndicator.errors import ConfigurationError

FOLDER = "config/sources"
TITLE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A source to be written: `[feeds.NAME]` in `config/sources/PUBLISHER.toml`.

    `title` and `homepage` are the publisher's, and count only when its file does not exist yet.
    """

    publisher: str
    name: str
    url: str
    kind: str = "feed"
    language: str | None = None
    topics: tuple[str, ...] = ()
    full_text: bool = False
    title: str = ""
    homepage: str | None = None

    @property
    def id(self) -> str:
        return f"{self.publisher}/{self.name}"

    @property
    def file(self) -> str:
        return f"{FOLDER}/{self.publisher}.toml"


def add(home: Path, additions: Sequence[Addition]) -> Catalogue:
    """Writes the sources and returns the catalogue as it is then.

    Raises `ConfigurationError` when a file cannot be edited, or when the catalogue with them has a mistake; then
    every file is as it was before.
    """
    texts = planned(home, additions)
    before: dict[Path, bytes | None] = {}
    try:
        for file, text in texts.items():
            path = home / file
            before[path] = path.read_bytes() if path.exists() else None
            replace_file(path, text.encode())
        return load(home)
    except BaseException as error:
        for path, old in before.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                replace_file(path, old)
        if isinstance(error, OSError):
            raise ConfigurationError([f"{FOLDER}: nothing was written: {error}"]) from None
        raise


def planned(home: Path, additions: Sequence[Addition]) -> dict[str, str]:
    """What `add` would write: the whole text of each file, by its path below the home."""
    by_file = groupby(sorted(additions, key=lambda each: each.file), key=lambda each: each.file)
    return {file: _edited(home / file, file, list(group)) for file, group in by_file}


def snippet(addition: Addition) -> str:
    """The addition as TOML, to be shown."""
    document = tomlkit.document()
    document["feeds"] = {addition.name: _said(addition)}
    return tomlkit.dumps(document).strip()


def replace_file(path: Path, data: bytes) -> None:
    """Puts a file in the place of another at once, safe from a crash: it is never missing and never half written."""
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _edited(path: Path, file: str, additions: Sequence[Addition]) -> str:
    """The text of a publisher's file with the additions at the end of its feeds."""
    try:
        written = path.read_bytes().decode() if path.exists() else _new_publisher(additions)
        before = tomllib.loads(written)
        document = tomlkit.parse(written)
        expected: dict[str, Any] = before | {"feeds": dict(before.get("feeds", {}))}
        for addition in additions:
            if addition.name in expected["feeds"]:
                raise ConfigurationError([f"{file}: [feeds.{addition.name}] is there already; give another --name"])
            expected["feeds"][addition.name] = _said(addition, before.get("language"))
            _insert(document, addition.name, expected["feeds"][addition.name])
        made = tomlkit.dumps(document)
        after = tomllib.loads(made)
    except (TOMLKitError, ValueError, TypeError, AttributeError, OSError) as error:
        raise ConfigurationError([_by_hand(file, additions, str(error))]) from None
    if after != expected:
        raise ConfigurationError([_by_hand(file, additions, "its tables stand in an order that would change")])
    if "\r\n" in written:
        made = made.replace("\r\n", "\n").replace("\n", "\r\n")
    return made


def _by_hand(file: str, additions: Sequence[Addition], why: str) -> str:
    wanted = "\n\n".join(map(snippet, additions))
    return f"{file}: cannot be edited safely ({why}); write this into it by hand:\n\n{wanted}\n"


def _new_publisher(additions: Sequence[Addition]) -> str:
    """A publisher's file without its feeds."""
    first = additions[0]
    document = tomlkit.document()
    document["title"] = " ".join(first.title.split())[:TITLE] or first.publisher
    if homepage := next((each.homepage for each in additions if each.homepage), None):
        document["homepage"] = homepage
    languages = {each.language for each in additions}
    if len(languages) == 1 and first.language:
        document["language"] = first.language
    return tomlkit.dumps(document)


def _insert(document: tomlkit.TOMLDocument, name: str, said: dict[str, Any]) -> None:
    table = tomlkit.table()
    for key, value in said.items():
        table[key] = value
    if "feeds" not in document:
        document["feeds"] = tomlkit.table(is_super_table=True)
    feeds: Any = document["feeds"]
    feeds[name] = table


def _said(addition: Addition, language: str | None = None) -> dict[str, Any]:
    """The keys of the source's table; what is the default, or said by the publisher, is left out."""
    keys = {
        "url": addition.url,
        "kind": addition.kind if addition.kind != "feed" else None,
        "topics": list(addition.topics),
        "full_text": addition.full_text,
        "language": addition.language if addition.language != language else None,
    }
    return {key: value for key, value in keys.items() if value}
