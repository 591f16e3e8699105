"""Reads other people's test cases: `python -m benchmarks.corpora parse`.

Two questions. Does any of some 3,300 files, most of them broken on purpose, raise what is no `SourceError` or take more
than ten seconds until it is articles - parsed, normalised, tidied? And where gofeed, an independent reader, says what
it expects of a file, do we agree? Agreement is counted by field, over the items for which gofeed expects something that
an `Entry` can hold; where we disagree on purpose, `docs/gofeed-differences.md` says why.
"""

import argparse
import json
import random
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from syndicator.errors import SourceError
from syndicator.ingest.parse import parse
from syndicator.ingest.read import read as read_articles
from syndicator.ingest.read import warm
from syndicator.model import Article, Channel, Entry, ExtractRules, ListingRules, Publisher, Response, Source
from syndicator.text import dates
from syndicator.text.html import plain

FOLDER = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
ARCHIVES = ("feedvalidator-dev", "feedparser-dev", "gofeed")
SLOW = 10.0
"""Seconds."""
ON_PURPOSE = frozenset(
    {
        ("dublincore_item_fields", "updated"),
        ("dublincore_item_multiple_values", "authors"),
        ("entry_id_xml_base", "guid"),
        ("feed_categories_-_atom_feed_categories", "categories"),
        ("feed_feedlink_-_atom10_feed_link_rel_self", "feed link"),
        ("feed_item_fallbacks_-_rss_channel_item_extensions", "updated"),
        ("feed_item_updated_-_atom03_feed_entry_modified", "published"),
        ("feed_link_-_rss_channel_atom_link", "feed link"),
        ("rss_channel_item_author_naked_markup", "authors"),
        ("rss_channel_item_category_naked_markup", "categories"),
        ("rss_channel_item_guid_naked_markup", "guid"),
    }
)
"""Cases and fields in which we differ from gofeed and mean to: each has its reason in `docs/gofeed-differences.md`."""
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_DOCUMENT = "http://example.com/feed"


def source(kind: str = "feed") -> Source:
    """A source without settings of its own."""
    publisher = Publisher(id="corpus", title="Corpus", extract=ExtractRules())
    return Source(id="corpus/file", publisher=publisher, url=_DOCUMENT, kind=kind, listing=ListingRules())


def files(archive: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of a corpus, in a stable order."""
    with tarfile.open(FOLDER / f"{archive}.tar.gz") as tar:
        members = sorted((member for member in tar.getmembers() if member.isfile()), key=lambda member: member.name)
        for member in members:
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content.read()


def sample(count: int, seed: int = 1) -> list[tuple[str, bytes]]:
    """So many files of all corpora together, the same ones for the same seed."""
    every = [(f"{archive}/{name}", body) for archive in ARCHIVES for name, body in files(archive)]
    return random.Random(seed).sample(every, count)


def read(name: str, body: bytes) -> Channel:
    """What the parsers alone make of a file."""
    return parse(*_asked(name, body))


def read_whole(name: str, body: bytes) -> tuple[Article, ...]:
    """All that a box makes of a file: its articles."""
    return read_articles(*_asked(name, body), _MOMENT)[1]


def _asked(name: str, body: bytes) -> tuple[Response, Source]:
    kind = "jsonfeed" if name.endswith(".json") else "feed"
    return Response(url=_DOCUMENT, status=200, body=body), source(kind)


# ---------------------------------------------------------------- gofeed


@dataclass
class Agreement:
    """How often we say what gofeed says, by field, and where not."""

    same: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    on_purpose: Counter[str] = field(default_factory=Counter)

    def compare(self, name: str, fields: dict[str, tuple[Any, Any]]) -> None:
        for key, (expected, ours) in fields.items():
            if expected in (None, [], ""):
                continue
            if (Path(name).stem, key) in ON_PURPOSE and expected != ours:
                self.on_purpose[key] += 1
                continue
            self.asked[key] += 1
            if expected == ours:
                self.same[key] += 1
            else:
                self.differences.append(f"{name}: {key}: gofeed {expected!r}, we {ours!r}")


def gofeed() -> Agreement:
    """Every gofeed case that has an expected result, against ours."""
    agreement = Agreement()
    contents = dict(files("gofeed"))
    for name, body in contents.items():
        expected = contents.get(f"{name.removesuffix('.xml')}.json")
        if not name.endswith(".xml") or expected is None:
            continue
        wanted = json.loads(expected)
        items = wanted.get("items") or wanted.get("entries") or []
        try:
            channel = read(name, body)
        except SourceError as error:
            agreement.differences += [f"{name}: not read: {error}"] if items else []
            continue
        entries = channel.entries
        agreement.compare(name, _channel_fields(wanted, channel))
        for item, entry in zip(items, entries, strict=False):
            agreement.compare(name, _fields(item, entry))
        if len(items) > len(entries):
            agreement.differences.append(f"{name}: gofeed has {len(items)} items, we {len(entries)}")
    return agreement


def _channel_fields(feed: dict[str, Any], channel: Channel) -> dict[str, tuple[Any, Any]]:
    return {
        "feed title": (_shown(feed.get("title")), _shown(channel.title)),
        "feed link": (_link(feed), channel.homepage),
        "feed language": (feed.get("language"), channel.language),
    }


def _link(holder: dict[str, Any]) -> str | None:
    links = [link for link in holder.get("links", []) if isinstance(link, str) or link.get("rel") == "alternate"]
    return holder.get("link") or next((link if isinstance(link, str) else link.get("href") for link in links), None)


def _fields(item: dict[str, Any], entry: Entry) -> dict[str, tuple[Any, Any]]:
    guid = item.get("guid") or item.get("id")
    people = item.get("authors") or ([item["author"]] if item.get("author") else [])
    categories = [_term(category) for category in item.get("categories", [])]
    published = item.get("published") or item.get("pubDate")
    return {
        "title": (_shown(item.get("title")), _shown(entry.title)),
        "link": (_link(item), urljoin(entry.base or "", entry.link) if entry.link else None),
        "guid": (guid.get("value") if isinstance(guid, dict) else guid, entry.guid),
        "published": (_date(published), _date(entry.published)),
        "updated": (_date(item.get("updated")), _date(entry.updated)),
        "authors": ([name for name in map(_name, people) if name], list(entry.authors)),
        "categories": ([term for term in categories if term], [category.term for category in entry.categories]),
        "enclosures": (_urls(item.get("enclosures", [])), [enclosure.url for enclosure in entry.enclosures]),
    }


def _shown(written: str | None) -> str:
    return plain(written) if written else ""


def _date(written: str | None) -> datetime | None:
    return dates.parse(written, moment=_MOMENT) if written else None


def _name(person: Any) -> str | None:
    return person if isinstance(person, str) else person.get("name") or person.get("email")


def _term(category: Any) -> str | None:
    return category if isinstance(category, str) else category.get("term") or category.get("value")


def _urls(enclosures: list[dict[str, Any]]) -> list[str]:
    return [enclosure["url"] for enclosure in enclosures if enclosure.get("url")]


# ---------------------------------------------------------------- the command


def run_all() -> int:
    """Print what happened with every file; 1 if any raised or was slow."""
    bad = 0
    warm()
    for archive in ARCHIVES:
        outcomes: Counter[str] = Counter()
        slowest, began = (0.0, ""), time.perf_counter()
        for name, body in files(archive):
            start = time.perf_counter()
            outcome = _outcome(lambda name=name, body=body: read_whole(name, body))
            took = time.perf_counter() - start
            slowest = max(slowest, (took, name))
            outcomes[outcome] += 1
            if outcome.startswith("BUG") or took > SLOW:
                bad += 1
                print(f"{archive}/{name}: {outcome}, {took:.1f} s")
        seconds = time.perf_counter() - began
        listed = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        print(f"{archive}: {outcomes.total()} files in {seconds:.1f} s ({listed})")
        print(f"  slowest: {slowest[0]:.2f} s {slowest[1]}")
    agreement = gofeed()
    print("\nAgreement with gofeed")
    for key, asked in sorted(agreement.asked.items()):
        same, apart = agreement.same[key], agreement.on_purpose[key]
        print(f"  {key:<13} {same:>4} of {asked:>4}  {same / asked:6.1%}  and {apart} on purpose not")
    print(*agreement.differences, sep="\n")
    return 1 if bad else 0


def _outcome(call: Callable[[], object]) -> str:
    try:
        call()
    except SourceError as error:
        return error.reason
    except Exception as error:
        return f"BUG {type(error).__name__}: {error}"
    return "read"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["parse"])
    parser.parse_args()
    if not FOLDER.is_dir():
        print(f"There are no corpora: {FOLDER} does not exist.")
        return 2
    return run_all()


if __name__ == "__main__":
    sys.exit(main())
