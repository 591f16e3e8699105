"""One write, under the writer's lock: all that one poll found is decided and saved in it, or none of it.

The transaction answers one question for a whole batch (`candidates`), takes the decided articles (`save`) and the
source's new state (`finish`). Articles, validators and the next poll time share it: validators never run ahead of
articles.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy import insert as plain_insert

from syndicator.errors import LeaseLost
from syndicator.model import Article, Candidate, Document, Member, Origin, Poll, SourceState
from syndicator.store import known, rows, search, stories
from syndicator.store.dialects import chunks, insert, insert_for
from syndicator.store.routing import Change, keep_editions, place, save_routes, touch
from syndicator.store.subscriptions import note_push, owe, pushed
from syndicator.store.tables import articles, documents, feeds, hosts, links, origins, polls, routes, sources, versions
from syndicator.store.watch import announce
from syndicator.text.signature import Draft, Frequencies, Signature

FINISH = update(sources).where(sources.c.id == bindparam("key"), sources.c.epoch == bindparam("held"))
POLL = plain_insert(polls)
"""Built once, as every poll ends with them: building a statement costs more than running it."""


class Transaction:
    """An open write transaction; made by `Store.writing`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def candidates(self, incoming: Sequence[Article]) -> list[Candidate]:
        """The stored articles that these may be: by an origin, an address, a page or a title in common."""
        return candidates(self._connection, incoming)

    def taken_ids(self, ids: Collection[str]) -> set[str]:
        """Those of some ids that are stored."""
        found: set[str] = set()
        for chunk in chunks(ids):
            found.update(self._connection.execute(select(articles.c.id).where(articles.c.id.in_(chunk))).scalars())
        return found

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """Articles as they stand under the lock, in no order."""
        return load_articles(self._connection, ids)

    def frequencies(self, terms: Iterable[int]) -> Frequencies:
        """How rare these terms are among what is stored."""
        return stories.frequencies(self._connection, terms)

    def neighbours(self, wanted: Sequence[tuple[datetime, Signature]], window: timedelta) -> list[Member]:
        """The stored articles that may tell the same as these, published within `window` of them."""
        return stories.neighbours(self._connection, wanted, window)

    def remember(self, members: Sequence[Member], drafts: Mapping[str, Draft], moment: datetime) -> None:
        """Keeps what later articles are compared with; the articles themselves are saved already."""
        stories.remember(self._connection, members, drafts, moment)

    def save(self, changes: Sequence[Change], moment: datetime) -> None:
        """Stores articles as (what was stored, what holds now), each once.

        What a correction replaces stays as a version.
        """
        positions = place(self._connection, changes)
        changes = [(old, replace(new, arrived=old.arrived if old else positions[new.id])) for old, new in changes]
        values = [
            rows.article_row(new, first_seen=moment, modified=moment, position=new.arrived, arrived=new.arrived)
            for old, new in changes
            if old is None
        ]
        if values:
            self._connection.execute(plain_insert(articles), values)
        for old, new in changes:
            if old is not None:
                self._replace(old, new, moment, positions.get(new.id, old.position))
        self._save_identity(changes)
        save_routes(self._connection, changes, positions, moment)
        search.index(self._connection, changes)

    def _replace(self, old: Article, new: Article, moment: datetime, position: int) -> None:
        values = rows.article_row(new, first_seen=moment, modified=moment, position=position, arrived=old.arrived)
        del values["first_seen"]
        said = rows.content(old)
        if said != rows.content(new):
            number = select(func.count()).select_from(versions).where(versions.c.article == old.id).scalar_subquery()
            said["updated"] = said["updated"].isoformat()
            self._connection.execute(
                plain_insert(versions).values(article=old.id, number=number, until=moment, content=said)
            )
        elif old.withdrawn == new.withdrawn:
            del values["modified"]
        self._connection.execute(update(articles).where(articles.c.id == new.id).values(values))

    def _save_identity(self, changes: Sequence[Change]) -> None:
        """Stores by what the articles are known again. A guid that another article had is this one's from now on."""
        batch = [new for _, new in changes]
        self._leave_guids(changes)
        origin_rows = [
            rows.origin_row(origin, article.id, position)
            for article in batch
            for position, origin in enumerate(article.origins)
        ]
        statement: Any = insert(self._connection, origins)
        learned = {name: statement.excluded[name] for name in ("article", "fingerprint", "page_due", "page_tries")}
        statement = statement.on_conflict_do_update(index_elements=["source", "guid"], set_=learned)
        if origin_rows:
            self._connection.execute(statement, origin_rows)
        for created in (True, False):
            link_rows = [
                {"url": new.url, "article": new.id}
                for old, new in changes
                if not new.shared_link and (old is None) == created
            ]
            statement = insert(self._connection, links)
            newest = {"article": statement.excluded.article}
            statement = (
                statement.on_conflict_do_update(index_elements=["url"], set_=newest)
                if created
                else statement.on_conflict_do_nothing(index_elements=["url"])
            )
            if link_rows:
                self._connection.execute(statement, link_rows)
        known.remember(
            self._connection, [(new, new.arrived) for old, new in changes if old is None or _renamed(old, new)]
        )

    def _leave_guids(self, changes: Sequence[Change]) -> None:
        """Takes out guids that articles had before, and parts those that other articles take over from them.

        An article that loses its only guid keeps its origin under a name of its own, so that it stays its source's.
        """
        mine = (origins.c.source == bindparam("of"), origins.c.guid == bindparam("was"))
        gone = [
            {"of": origin.source, "was": origin.guid, "key": old.id}
            for old, new in changes
            if old is not None
            for origin in set(old.origins) - set(new.origins)
            if all((origin.source, origin.guid) != (each.source, each.guid) for each in new.origins)
        ]
        if gone:
            self._connection.execute(delete(origins).where(*mine, origins.c.article == bindparam("key")), gone)
        holders = by_origin(self._connection, [new for _, new in changes])
        lost = [
            {"of": origin.source, "was": origin.guid, "now": retired(origin.guid, holder)}
            for _, new in changes
            for origin in new.origins
            if (holder := holders.get((origin.source, origin.guid), new.id)) != new.id
        ]
        if lost:
            self._connection.execute(update(origins).where(*mine).values(guid=bindparam("now")), lost)

    def touch(self, paths: Iterable[str], moment: datetime) -> None:
        """Marks feeds as changed: their documents are out of date."""
        touch(self._connection, paths, moment)

    def finish(self, state: SourceState, poll: Poll, *, host: str | None = None) -> None:
        """Saves what the poll taught us and gives the lease back; `host` is whom the next poll disturbs, if another.

        Raises `LeaseLost` when another worker has taken the source since: then nothing of the transaction stays.
        """
        values = rows.state_row(state) | {"lease_until": None, "lease_by": None} | ({"host": host} if host else {})
        if self._connection.execute(FINISH, values | {"key": state.source, "held": state.epoch}).rowcount != 1:
            raise LeaseLost(f"{state.source}: another worker has taken this source over; nothing was written")
        self._connection.execute(POLL, rows.poll_row(poll))

    def finish_push(self, poll: Poll) -> None:
        """Saves that a source's hub pushed. It needs no lease: a poll at the same moment loses nothing by it."""
        note_push(self._connection, poll.source, poll.at, new=poll.new > 0)
        self._connection.execute(POLL, rows.poll_row(poll))

    def pushed(self, source: str, moment: datetime) -> datetime | None:
        """When a source's hub last pushed, as long as our subscription there lives."""
        return pushed(self._connection, source, moment)

    def hold_host(self, host: str, until: datetime, why: str) -> None:
        """No source of this host is polled before `until`; an earlier promise that lasts longer stands."""
        statement = _hold(self._connection.dialect.name)
        self._connection.execute(statement, {"host": host, "not_before": until, "why": why})

    def publish(
        self,
        path: str,
        revision: int,
        made: Mapping[str, Document],
        moment: datetime,
        *,
        news: Collection[str] = (),
        position: int = 0,
    ) -> None:
        """Stores a feed's documents, by format, all at once: they show the feed at `revision`.

        `position`: how far the log had come before anything of it was read.
        `news` names the formats whose bytes changed: their subscribers are owed a delivery from this moment on.
        """
        values = [
            {"feed": path, "format": name, "revision": revision, **_document_row(document)}
            for name, document in made.items()
        ]
        statement: Any = insert(self._connection, documents)
        columns = {column: statement.excluded[column] for column in values[0] if column not in {"feed", "format"}}
        statement = statement.on_conflict_do_update(index_elements=["feed", "format"], set_=columns)
        self._connection.execute(statement, values)
        self._connection.execute(
            update(feeds).where(feeds.c.path == path).values(rendered=revision, rendered_at=moment)
        )
        keep_editions(self._connection, path, {document.etag for document in made.values()}, position)
        owe(self._connection, path, news, revision, moment)
        announce(self._connection)

    def relabel(self, changed: Sequence[tuple[Article, Article]], moment: datetime) -> None:
        """Stores new labels and routes of stored articles; their content, ids and dates stay as they are."""
        if changed:
            statement = update(articles).where(articles.c.id == bindparam("key"))
            positions = place(self._connection, changed)
            values = [
                {
                    "key": new.id,
                    "topics": list(new.topics),
                    "places": list(new.places),
                    "people": list(new.people),
                    "position": positions.get(new.id, old.position),
                }
                for old, new in changed
            ]
            self._connection.execute(statement, values)
            save_routes(self._connection, changed, positions, moment)


def _renamed(old: Article, new: Article) -> bool:
    return any(
        getattr(old, name) != getattr(new, name)
        for name in ("url", "title", "summary", "body", "published", "publishers")
    )


def retired(guid: str, article: str) -> str:
    """The guid under which an article keeps its origin when its source uses the old one for another story."""
    return "sha256:" + sha256(f"{guid}\n{article}".encode("utf-8", "replace")).hexdigest()


def _document_row(document: Document) -> dict[str, Any]:
    return {
        "content_type": document.content_type,
        "body": document.body,
        "gzip": document.gzip,
        "etag": document.etag,
        "last_modified": document.last_modified,
    }


def candidates(connection: Connection, incoming: Sequence[Article]) -> list[Candidate]:
    """The stored articles that these may be, in no order."""
    urls: dict[str, set[str]] = defaultdict(set)
    for chunk in chunks(article.url for article in incoming if not article.shared_link):
        for row in connection.execute(select(links.c.url, links.c.article).where(links.c.url.in_(chunk))):
            urls[row.article].add(row.url)
    pages, headlines = known.find(connection, incoming)
    ids = {*by_origin(connection, incoming).values(), *urls, *pages, *headlines}
    nothing: frozenset[str] = frozenset()
    return [
        Candidate(
            article=article,
            urls=frozenset(urls.get(article.id, nothing)),
            pages=frozenset(pages.get(article.id, nothing)),
            headlines=frozenset(headlines.get(article.id, nothing)),
        )
        for article in load_articles(connection, ids)
    ]


def by_origin(connection: Connection, incoming: Iterable[Article]) -> dict[tuple[str, str], str]:
    """The ids of the articles that have these articles' origins now."""
    guids: dict[str, set[str]] = defaultdict(set)
    for article in incoming:
        for origin in article.origins:
            guids[origin.source].add(origin.guid)
    found: dict[tuple[str, str], str] = {}
    for source, wanted in guids.items():
        for chunk in chunks(wanted):
            statement = select(origins.c.guid, origins.c.article).where(
                origins.c.source == source, origins.c.guid.in_(chunk)
            )
            found.update({(source, row.guid): row.article for row in connection.execute(statement)})
    return found


def load_articles(connection: Connection, ids: Iterable[str]) -> list[Article]:
    """Whole articles, with origins and feeds, in no order."""
    found: list[Article] = []
    for chunk in chunks(ids):
        given: dict[str, list[Origin]] = {}
        statement: Any = select(origins).where(origins.c.article.in_(chunk)).order_by(origins.c.position)
        for row in connection.execute(statement).mappings():
            given.setdefault(row["article"], []).append(rows.origin(row))
        carried: dict[str, list[str]] = {}
        statement = select(routes.c.article, routes.c.feed).where(
            routes.c.article.in_(chunk), routes.c.withdrawn.is_(None)
        )
        for article, feed in connection.execute(statement.order_by(routes.c.feed)):
            carried.setdefault(article, []).append(feed)
        for row in connection.execute(select(articles).where(articles.c.id.in_(chunk))).mappings():
            key = row["id"]
            found.append(rows.article(row, origins=given.get(key, ()), feeds=carried.get(key, ())))
    return found


@cache
def _hold(dialect: str) -> Any:
    statement: Any = insert_for(dialect, hosts)
    return statement.on_conflict_do_update(
        index_elements=["host"],
        set_={"not_before": statement.excluded.not_before, "why": statement.excluded.why},
        where=hosts.c.not_before < statement.excluded.not_before,
    )
