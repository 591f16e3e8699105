"""A site whose truth is known: which items of its feed tell which story, whatever it does to guids, links and dates.

`Site` makes one document after another. Between two of them stories appear, vanish, are corrected, published anew,
given other addresses, re-dated or reordered, and guids and links are used again. `mistakes` holds a store against the
truth: no story lost, none overwritten, none doubled. All is drawn from one `random.Random`, so a sequence is its seed.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.sax.saxutils import escape

from sqlalchemy import select

from syndicator.catalogue import Catalogue
from syndicator.catalogue.labels import Gazetteer
from syndicator.ingest.cadence import Bounds
from syndicator.ingest.pipeline import Definitions, Ingest
from syndicator.model import Article, ExtractRules, ListingRules, Poll, Publisher, Response, Source
from syndicator.store import Store, open_database
from syndicator.store.tables import origins
from tests.support.houses import copy_tables

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
POLLS = 6
SHOWN = 8
GUIDS = ("own", "own", "permalink", "none", "n/a", "position", "every poll", "revision", "homepage")
LINKS = ("own", "own", "own", "session", "one for all", "homepage")
DATES = ("full", "full", "none", "day")
_LETTERS = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
_FRAME = ("قال", "مصدر", "مسؤول", "في", "اليوم", "إن", "على", "من", "هذا", "وأضاف")


@dataclass
class Story:
    """One story as it stands now."""

    number: int
    title: str
    text: str
    published: datetime
    guid: str
    path: str
    revision: int = 0
    seen: str = ""
    """The title that it was last shown under."""


class Site:
    """One feed with its habits, and every story that it ever showed."""

    def __init__(self, seed: int, name: str) -> None:
        self.chance = random.Random(seed)
        self.name = name
        self.guids = self.chance.choice(GUIDS)
        self.links = self.chance.choice(LINKS)
        self.dates = self.chance.choice(DATES)
        self.scheme, self.host, self.slash = "http", f"{name}.example.com", ""
        self.oldest_first = self.chance.random() < 0.2
        self.polls = 0
        self.now = START
        self.count = 0
        self.touched: set[int] = set()
        self.listed: list[Story] = []
        self.replaced: set[int] = set()
        """Stories whose guid and link are another's now."""
        self.shown: dict[int, Story] = {}
        self.done: list[str] = []
        self._words = [self._word() for _ in range(400)]
        for _ in range(self.chance.randrange(1, 6)):
            self._appear()

    # ------------------------------------------------------------ texts

    def _word(self) -> str:
        return "".join(self.chance.choice(_LETTERS) for _ in range(self.chance.randrange(4, 8)))

    def _said(self, count: int) -> str:
        return " ".join(self.chance.choice(self._words) for _ in range(count))

    def _text(self) -> str:
        frame = " ".join(self.chance.sample(_FRAME, 5))
        return f"{frame} {self._said(self.chance.randrange(15, 40))}"

    # ------------------------------------------------------------ what happens

    def step(self) -> None:
        """Let some time pass, and one to three things happen; one story changes in one way at most.

        Who changes title, text, date and address of a story at once has told another story.
        """
        self.now += timedelta(minutes=self.chance.choice((30, 200, 1500)))
        self.touched = set()
        things = (
            *(self._appear, self._appear, self._vanish, self._return, self._reorder, self._readdress, self._redate),
            *(self._correct_title, self._correct_text, self._reslug, self._use_again, self._repost),
        )
        for thing in self.chance.sample(things, self.chance.randrange(1, 4)):
            self.done.append(thing.__name__.strip("_"))
            thing()

    def _untouched(self) -> Story | None:
        """Return a story that changes in this step, and only once."""
        left = [one for one in self.listed if one.number in self.shown and one.number not in self.touched]
        if not left:
            return None
        story = self.chance.choice(left)
        self.touched.add(story.number)
        return story

    def _appear(self, like: Story | None = None) -> None:
        """Tell a new story, under the guid and address of another one or not; then its title is not like that one's."""
        number = self.count
        self.count += 1
        title = self._said(self.chance.randrange(4, 8))
        while like and len({*title.split()} & {*like.title.split()}) > 1:
            title = self._said(self.chance.randrange(4, 8))
        story = Story(
            number=number,
            title=title,
            text=self._text(),
            published=self.now - timedelta(seconds=self.chance.randrange(60, 1700)),
            guid=like.guid if like else f"g-{self.name}-{number}",
            path=like.path if like else f"/news/{1000 + number}",
        )
        self.listed.insert(0, story)
        del self.listed[SHOWN:]

    def _vanish(self) -> None:
        if len(self.listed) > 1:
            self.listed.remove(self.chance.choice(self.listed))

    def _return(self) -> None:
        listed = {one.number for one in self.listed} | self.replaced
        if gone := [one for one in self.shown.values() if one.number not in listed]:
            self.listed.append(self.chance.choice(gone))

    def _correct_title(self) -> None:
        if (story := self._untouched()) is None:
            return
        words = story.title.split()
        words[self.chance.randrange(len(words))] = self._word()
        story.title = " ".join(words)
        story.revision += 1

    def _correct_text(self) -> None:
        if (story := self._untouched()) is None:
            return
        story.text += " " + self._said(6)
        story.revision += 1

    def _reorder(self) -> None:
        self.chance.shuffle(self.listed)

    def _readdress(self) -> None:
        self.scheme = self.chance.choice(("http", "https"))
        self.host = self.chance.choice(("", "www.")) + f"{self.name}.example.com"
        self.slash = self.chance.choice(("", "/"))

    def _redate(self) -> None:
        """All dates are those of the moment: only where items have something else to be known by."""
        if self.guids in ("own", "permalink") and self.links == "own" and not self.touched:
            self.touched = {story.number for story in self.listed}
            for story in self.listed:
                story.published = self.now - timedelta(minutes=1)

    def _reslug(self) -> None:
        """One story's address is edited, and with it the guid; its words and date stay."""
        if self.dates == "full" and (story := self._untouched()) is not None:
            story.path += "-edited"
            story.guid += "-edited"

    def _use_again(self) -> None:
        """Guid and link of a story are another's from now on; the story is gone from the list."""
        if self.dates == "full" and (story := self._untouched()) is not None:
            self.listed.remove(story)
            self.replaced.add(story.number)
            self._appear(like=story)

    def _repost(self) -> None:
        """A piece comes back under its address, rewritten and dated anew."""
        known = self.guids == "own" and self.links == "own" and self.dates == "full"
        if known and (story := self._untouched()) is not None:
            words = story.title.split()
            words[-1] = self._word()
            story.title, story.text = " ".join(words), self._text()
            story.published = self.now - timedelta(minutes=1)

    # ------------------------------------------------------------ documents

    def document(self) -> bytes:
        """Return the feed as it stands; what it shows is truth from now on."""
        self.polls += 1
        items = list(self.listed)
        for story in items:
            self.shown[story.number] = story
            story.seen = story.title
        written = [self._item(place, story) for place, story in enumerate(items)]
        body = "".join(reversed(written) if self.oldest_first else written)
        home = f"{self.scheme}://{self.host}/"
        return f'<rss version="2.0"><channel><title>دار</title><link>{home}</link>{body}</channel></rss>'.encode()

    def _item(self, place: int, story: Story) -> str:
        link, guid = self._link(story), self._guid(place, story)
        date = {
            "full": format_datetime(story.published),
            "day": f"{story.published:%Y-%m-%d}",
            "none": "",
        }[self.dates]
        picture = f"https://cdn.example/{story.number}.jpg?token={self.polls}"
        text = (
            f'<p>{story.text}</p><img src="{picture}" width="600" height="400"><p>عدد المشاهدات: {self.polls * 7}</p>'
        )
        return (
            f"<item><title>{story.title}</title><link>{escape(link)}</link>"
            + (f"<guid>{escape(guid)}</guid>" if guid else "")
            + (f"<pubDate>{date}</pubDate>" if date else "")
            + f"<description>{escape(text)}</description></item>"
        )

    def _link(self, story: Story) -> str:
        site = f"{self.scheme}://{self.host}"
        return {
            "own": f"{site}{story.path}{self.slash}",
            "session": f"{site}{story.path}?PHPSESSID=s{self.polls}",
            "one for all": f"{site}/live",
            "homepage": f"{site}/",
        }[self.links]

    def _guid(self, place: int, story: Story) -> str:
        return {
            "own": story.guid,
            "permalink": self._link(story),
            "none": "",
            "n/a": "N/A",
            "position": str(place + 1),
            "every poll": f"{self.polls}-{story.number}",
            "revision": f"https://{self.name}.example.com{story.path}#{story.revision}",
            "homepage": f"{self.scheme}://{self.host}/",
        }[self.guids]

    @property
    def source(self) -> Source:
        publisher = Publisher(id=self.name, title="دار", extract=ExtractRules())
        url = f"https://{self.name}.example.com/rss"
        return Source(id=f"{self.name}/main", publisher=publisher, url=url, listing=ListingRules())

    def mistakes(self, stored: Sequence[Article]) -> list[str]:
        """Return what is wrong with what is stored of this site."""
        titles = Counter(article.title for article in stored)
        wrong = [f"lost: {story.seen}" for story in self.shown.values() if not titles[story.seen]]
        wrong += [f"doubled: {title}" for title, count in titles.items() if count > 1]
        if len(stored) > len(self.shown):
            wrong.append(f"{len(stored)} articles of {len(self.shown)} stories")
        return wrong

    def __repr__(self) -> str:
        return f"{self.name}: guid {self.guids}, link {self.links}, date {self.dates}; {', '.join(self.done)}"


class _Here:
    """What a worker's boxes are, without processes: the sites are our own."""

    def run(self, function: Any, *args: Any) -> Any:
        return function(*args)


class _Origin:
    """What a worker's door is, without a network: answers with the document that was put before it."""

    def __init__(self) -> None:
        self.body = b""

    def opened_for(self, *_: Any) -> "_Origin":
        return self

    def get(self, url: str, **_: Any) -> Response:
        headers = {"content-type": "application/rss+xml; charset=utf-8"}
        return Response(url=url, status=200, headers=headers, body=self.body)


class Reader:
    """The real pipeline on a real store, fed with documents."""

    def __init__(self, folder: Path) -> None:
        copy_tables(folder / "sites.db")
        self._database = open_database(f"sqlite:///{folder}/sites.db", write=True)
        self.store = Store(self._database)
        self._origin = _Origin()
        nothing = Catalogue(
            publishers={},
            sources={},
            topics={},
            feeds={},
            ready={},
            gazetteer=Gazetteer(territories={}, hidden=()),
            people=(),
            fingerprint="",
        )
        definitions = Definitions(nothing)
        self._ingest = Ingest(
            door=self._origin,  # type: ignore[arg-type]
            boxes=_Here(),  # type: ignore[arg-type]
            store=self.store,
            definitions=lambda: definitions,
            bounds=Bounds(shortest=timedelta(minutes=15), longest=timedelta(days=1)),
            gap=timedelta(0),
            spare=timedelta(seconds=5),
            keep=timedelta(days=3650),
        )

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._database.close()

    def poll(self, source: Source, document: bytes, moment: datetime) -> Poll:
        """Poll a source that answers with this document."""
        self._origin.body = document
        lease = self.store.claim_now(source.id, moment, by="test", lease=timedelta(minutes=5))
        return self._ingest.poll(source, lease.state, moment)

    def articles(self, source: Source) -> list[Article]:
        """Return what is stored of a source."""
        with self.store.database.reading() as connection:
            mine = select(origins.c.article).where(origins.c.source == source.id)
            return self.store.articles(connection.execute(mine).scalars().all())


def follow(reader: Reader, site: Site, polls: int = POLLS) -> list[str]:
    """Poll a site several times; return the mistakes of the first poll that left some, with the site's story."""
    source = site.source
    reader.store.sync_sources({source.id: site.host})
    for _ in range(polls):
        reader.poll(source, site.document(), site.now)
        if wrong := site.mistakes(reader.articles(source)):
            return [repr(site), *wrong]
        site.step()
    return []
