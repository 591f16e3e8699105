"""Editions as files, for nginx or a CDN to serve at their own speed.

Each document is a file at the path of its address, with its gzip form beside it (`gzip_static`) and with Last-Modified
as its time. A file changes by a rename, so whoever reads it gets the old bytes or the new ones; a file whose bytes are
the same is left alone, so its time and the ETag that a server makes of it stay. A file of one of our formats that is
no document of today goes; whatever else stands below `feeds/` - definitions, if somebody names a home - is not touched.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from syndicator.model import Document
from syndicator.publish.render import FORMATS

READABLE = 0o644
OURS = (*(f".{name}" for name in FORMATS), *(f".{name}.gz" for name in FORMATS), ".new")


@dataclass(slots=True)
class Written:
    """What was done, in documents; `removed` counts files."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0

    def __str__(self) -> str:
        return f"{self.written} written, {self.unchanged} unchanged, {self.removed} files removed"


def write(directory: Path, documents: Iterable[tuple[str, Document]]) -> Written:
    """Brings `directory`/feeds in line with all documents there are, given as (`syria.rss`, document).

    Raises OSError when the directory cannot be written.
    """
    feeds = directory / "feeds"
    feeds.mkdir(parents=True, exist_ok=True)
    done = Written()
    wanted: set[Path] = set()
    for name, document in documents:
        plain, packed = feeds / name, feeds / f"{name}.gz"
        wanted |= {plain, packed}
        plain.parent.mkdir(parents=True, exist_ok=True)
        changed = [
            _replace(packed, document.gzip, document.last_modified),
            _replace(plain, document.body, document.last_modified),
        ]
        done.written += any(changed)
        done.unchanged += not any(changed)
    for path in sorted(feeds.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in wanted and path.name.endswith(OURS):
            path.unlink()
            done.removed += 1
    return done


def _replace(path: Path, content: bytes, changed: datetime) -> bool:
    """Whether the file had to be written; it is whole at every moment."""
    moment = int(changed.timestamp())
    try:
        if int(path.stat().st_mtime) == moment and path.read_bytes() == content:
            return False
    except FileNotFoundError:
        pass
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as temporary:
        try:
            temporary.write(content)
            temporary.flush()
            os.fchmod(temporary.fileno(), READABLE)
            os.utime(temporary.fileno(), (moment, moment))
            Path(temporary.name).replace(path)
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise
    return True
