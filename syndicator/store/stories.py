"""What the clusterer asks under the writer's lock: how rare words are, and which articles may tell the same.

Two texts that tell the same have a key in common (`Signature.keys`), so neighbours are found by an index on keys and
moments: however much is stored, a look-up reads what was published around the same days and has the same key. Nothing
is remembered outside the database: a restart, and a second worker, find what the first one wrote.

How often words occur is counted in one article of `COUNTED`, chosen by id: enough to tell rare words from common ones.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, true

from syndicator.model import Member
from syndicator.store.dialects import among, chunks, newest_under, table_of
from syndicator.store.dialects import insert as upserting
from syndicator.store.tables import articles, signatures, story_keys, term_counts
from syndicator.text.signature import NEWEST, Draft, Frequencies, Signature

COUNTED = 4
CANDIDATES = 64
"""Neighbours that are looked at for one article: those with the most keys in common."""
_TOTAL = 0
_CHUNK = 2000
_KEYS = (story_keys.c.key, story_keys.c.at, story_keys.c.number)


def frequencies(connection: Connection, terms: Iterable[int]) -> Frequencies:
    """How rare these terms are among what is stored."""
    counts: dict[int, int] = {}
    for chunk in chunks({*terms, _TOTAL}, _CHUNK):
        statement = select(term_counts.c.term, term_counts.c.articles).where(
            among(connection, term_counts.c.term, chunk)
        )
        counts.update(connection.execute(statement).all())
    return Frequencies(counts.pop(_TOTAL, 0), counts)


def neighbours(connection: Connection, wanted: Sequence[tuple[datetime, Signature]], window: timedelta) -> list[Member]:
    """The stored articles that have a key in common with one of these and were published within `window` of it.

    Under a key the newest `NEWEST` are looked up, for each text the `CANDIDATES` with the most keys in common.
    """
    width = int(window.total_seconds())
    moments = [int(published.timestamp()) for published, _ in wanted]
    asking: dict[int, list[int]] = {}
    for place, (_, signature) in enumerate(wanted):
        for key in signature.keys:
            asking.setdefault(key, []).append(place)
    spans = []
    for key, places in asking.items():
        first, last = min(map(moments.__getitem__, places)), max(map(moments.__getitem__, places))
        spans.append((key, first - width, last + width))
    shared: list[Counter[int]] = [Counter() for _ in wanted]
    spans.sort()
    for start in range(0, len(spans), _CHUNK):
        for key, numbers in connection.execute(newest_under(connection, _KEYS, spans[start : start + _CHUNK], NEWEST)):
            found = [int(number) for number in numbers.split(",")]
            for place in asking[key]:
                shared[place].update(found)
    return _members(connection, {number for counts in shared for number, _ in counts.most_common(CANDIDATES)})


def _members(connection: Connection, numbers: Iterable[int]) -> list[Member]:
    found = []
    for chunk in chunks(numbers, _CHUNK):
        for row in connection.execute(select(signatures).where(among(connection, signatures.c.number, chunk))):
            signature = Signature.unpacked(row.shingles, row.terms)
            found.append(
                Member(
                    article=row.article,
                    story=row.story,
                    published=row.published,
                    began=row.began,
                    signature=signature,
                )
            )
    return found


def remember(connection: Connection, members: Sequence[Member], drafts: Mapping[str, Draft], moment: datetime) -> None:
    """Keeps what later articles are compared with, and counts the words."""
    if not members:
        return
    values = []
    for member in members:
        shingles, terms = member.signature.packed()
        values.append(
            {
                "article": member.article,
                "story": member.story,
                "published": member.published,
                "began": member.began,
                "saved": moment,
                "shingles": shingles,
                "terms": terms,
            }
        )
    made = connection.execute(insert(signatures).returning(signatures.c.article, signatures.c.number), values)
    numbers: dict[str, int] = {row.article: row.number for row in made}
    keys = sorted(
        (key, int(member.published.timestamp()), numbers[member.article])
        for member in members
        for key in member.signature.keys
    )
    if keys:
        connection.execute(insert(story_keys), [{"key": key, "at": at, "number": number} for key, at, number in keys])
    _count(connection, [drafts[member.article] for member in members if _counted(member.article)])


def _counted(article: str) -> bool:
    return int(article[-4:], 16) % COUNTED == 0


def _count(connection: Connection, drafts: Sequence[Draft]) -> None:
    counts = Counter(term for draft in drafts for term in draft.terms)
    counts[_TOTAL] = len(drafts)
    if not drafts:
        return
    columns, values = ("term", "articles"), sorted(counts.items())
    for start in range(0, len(values), _CHUNK):
        rows = select(table_of(connection, columns, values[start : start + _CHUNK])).where(true())
        statement: Any = upserting(connection, term_counts).from_select(columns, rows)
        statement = statement.on_conflict_do_update(
            index_elements=["term"], set_={"articles": term_counts.c.articles + statement.excluded.articles}
        )
        connection.execute(statement)


def forget(connection: Connection, before: datetime) -> int:
    """Drops what was kept for comparison before a moment; the stories themselves stay. Returns how many articles'."""
    newest = select(signatures.c.number).where(signatures.c.saved < before).order_by(signatures.c.number.desc())
    last = connection.execute(newest.limit(1)).scalar()
    if last is None:
        return 0
    connection.execute(delete(story_keys).where(story_keys.c.number <= last))
    return connection.execute(delete(signatures).where(signatures.c.number <= last)).rowcount


def told_by(connection: Connection, stories: Iterable[str]) -> dict[str, list[str]]:
    """The ids of the articles that tell each story, the first published first; withdrawn ones are left out."""
    found: dict[str, list[str]] = {}
    for chunk in chunks(stories):
        statement = select(articles.c.story, articles.c.id).where(
            articles.c.story.in_(chunk), articles.c.withdrawn.is_(False)
        )
        for row in connection.execute(statement.order_by(articles.c.published, articles.c.arrived)):
            found.setdefault(row.story, []).append(row.id)
    return found
