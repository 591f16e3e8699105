"""Homes with definitions, and services opened on them."""

import atexit
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from syndicator.ingest.box import Boxes
from syndicator.ingest.read import PRELOAD
from syndicator.service import Service, opened
from syndicator.settings import load
from syndicator.store import migrations, open_database

SETTINGS = """
[fetch]
allow_private = ["127.0.0.1/32"]
gap = 0
deadline = 5
[schedule]
every = 0.001
longest = 0.002
tick = 0.1
[publish]
settle = 0
[keep]
articles = 36500
"""
SYRIA = 'title = "سوريا"\nphrases = ["سوريا", "سورية", "سوري", "دمشق", "حلب"]\n'
FEEDS = {
    "feeds/arabic.toml": 'title = "كل الأخبار"\ndescription = "كل ما هو بالعربية"\nlanguages = ["ar"]\n',
    "feeds/syria.toml": 'title = "سوريا"\ndescription = "أخبار سوريا"\ntopics = ["syria"]\n',
}


def furnish(home: Path, files: Mapping[str, str]) -> None:
    """Writes settings, a topic, two feeds and the given files into a home."""
    written = {"config/settings.toml": SETTINGS, "config/topics/syria.toml": SYRIA, **FEEDS, **files}
    for name, text in written.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text, "utf-8")


def publisher(title: str, **feeds: str) -> str:
    """A publisher's file: one table a feed, each given as its TOML lines."""
    tables = "".join(f"[feeds.{name}]\n{lines}\n" for name, lines in feeds.items())
    return f'title = "{title}"\nlanguage = "ar"\n{tables}'


def make_tables(database_url: str) -> None:
    """Makes the tables in an empty database."""
    database = open_database(database_url, write=True)
    migrations.upgrade(database)
    database.close()


@cache
def _tables() -> bytes:
    """A SQLite file that has the tables and nothing in them: a copy takes a hundredth of the time."""
    with TemporaryDirectory() as folder:
        make_tables(f"sqlite:///{folder}/one.db")
        return Path(folder, "one.db").read_bytes()


def copy_tables(path: Path) -> None:
    """Makes the tables in a SQLite file that isn't there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_tables())


@cache
def _boxes() -> Boxes:
    """What all houses of a test process read answers in: starting them costs more than most tests."""
    boxes = Boxes(preload=PRELOAD)
    atexit.register(boxes.close)
    return boxes


@contextmanager
def house(home: Path, database_url: str, *, write: bool = True) -> Iterator[Service]:
    """A service on a home and a database."""
    path = Path(database_url.removeprefix("sqlite:///"))
    if write and database_url.startswith("sqlite:///") and not path.exists():
        copy_tables(path)
    environ = {
        "SYNDICATOR_HOME": str(home),
        "SYNDICATOR_DATABASE_URL": database_url,
        "SYNDICATOR_BASE_URL": "https://feeds.example.org",
    }
    with opened(load(environ), write=write, boxes=_boxes()) as service:
        yield service


def poll_all(service: Service) -> list[str]:
    """Polls every source now, and publishes; returns the outcomes by source."""
    polls = [service.poll(service.claim_now(source)) for source in service.catalogue.sources]
    service.publish()
    return [f"{poll.source} {poll.outcome}" for poll in polls if poll is not None]
