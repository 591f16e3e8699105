"""One write, under the writer's lock: all that one poll found is decided and saved in it, or none of it.

The transaction answers one question for a whole batch (`find`), takes the decided articles (`save`) and the source's
new state (`finish`). Articles, validators and the next poll time share it: validators never run ahead of articles.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy import insert as plain_insert

from syndicator.errors import LeaseLost
from syndicator.model import Article, Document, Member, Origin, Poll, SourceState
from syndicator.store import rows, search, stories
from syndicator.store.dialects import chunks, insert, insert_for
from syndicator.store.routing import keep_editions, place, save_routes, touch
from syndicator.store.subscriptions import note_push, owe, pushed
from syndicator.store.tables import articles, documents, feeds, hosts, links, origins, polls, routes, sources, versions
from syndicator.store.watch import announce
from syndicator.text.signature import Draft, Frequencies, Signature

FINISH = update(sources).where(sources.c.id == bindparam("key"), sources.c.epoch == bindparam("held"))
POLL = plain_insert(polls)
"""Built once, as every poll ends with them: building a statement costs more than running it."""


class Known:
    """The stored articles that a batch of incoming ones may be, by origin and by link."""

    def __init__(self, stored: Iterable[Article], by_link: Mapping[str, str]) -> None:
        self._articles = {article.id: article for article in stored}
        self._by_origin = {
            (origin.source, origin.guid): article.id
            for article in self._articles.values()
            for origin in article.origins
        }
        self._by_link = dict(by_link)

    def match(self, incoming: Article) -> Article | None:
        """The stored article that the incoming one is: by its origin first, then by its link, unless that is shared."""
        for origin in incoming.origins:
            if (found := self._by_origin.get((origin.source, origin.guid))) is not None:
                return self._articles[found]
        if incoming.shared_link:
            return None
        found = self._by_link.get(incoming.url)
        return None if found is None else self._articles[found]

    def add(self, article: Article) -> None:
        """From now on this article is known: the next one of the same batch may be the same."""
        self._articles[article.id] = article
        self._by_origin.update({(origin.source, origin.guid): article.id for origin in article.origins})
        if not article.shared_link:
            self._by_link.setdefault(article.url, article.id)


class Transaction:
    """An open write transaction; made by `Store.writing`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, incoming: Sequence[Article]) -> Known:
        """What of this batch is stored already, by any of its origins or links."""
        pairs = {(origin.source, origin.guid) for article in incoming for origin in article.origins}
        urls = {article.url for article in incoming if not article.shared_link}
        ids: set[str] = set()
        for source in {source for source, _ in pairs}:
            guids = [guid for name, guid in pairs if name == source]
            for chunk in chunks(guids):
                found = select(origins.c.article).where(origins.c.source == source, origins.c.guid.in_(chunk))
                ids.update(self._connection.execute(found).scalars())
        by_link: dict[str, str] = {}
        for chunk in chunks(urls):
            for row in self._connection.execute(select(links.c.url, links.c.article).where(links.c.url.in_(chunk))):
                by_link[row.url] = row.article
        return Known(load_articles(self._connection, ids | set(by_link.values())), by_link)

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

    def save(self, changes: Sequence[tuple[Article | None, Article]], moment: datetime) -> None:
        """Stores articles as (what was stored, what holds now), each once.

        What a correction replaces stays as a version.
        """
        positions = place(self._connection, changes)
        created = [new for old, new in changes if old is None]
        if created:
            values = [
                rows.article_row(article, first_seen=moment, modified=moment, position=positions[article.id])
                for article in created
            ]
            self._connection.execute(plain_insert(articles), values)
        for old, new in changes:
            if old is not None:
                self._replace(old, new, moment, positions.get(new.id, old.position))
        self._save_identity([new for _, new in changes])
        save_routes(self._connection, changes, positions, moment)
        search.index(self._connection, changes)

    def _replace(self, old: Article, new: Article, moment: datetime, position: int) -> None:
        values = rows.article_row(new, first_seen=moment, modified=moment, position=position)
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

    def _save_identity(self, batch: Sequence[Article]) -> None:
        origin_rows = [
            rows.origin_row(origin, article.id, position)
            for article in batch
            for position, origin in enumerate(article.origins)
        ]
        statement: Any = insert(self._connection, origins)
        learned = {name: statement.excluded[name] for name in ("fingerprint", "page_due", "page_tries")}
        statement = statement.on_conflict_do_update(index_elements=["source", "guid"], set_=learned)
        if origin_rows:
            self._connection.execute(statement, origin_rows)
        link_rows = [{"url": a.url, "article": a.id} for a in batch if not a.shared_link]
        if link_rows:
            statement = insert(self._connection, links).on_conflict_do_nothing(index_elements=["url"])
            self._connection.execute(statement, link_rows)

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


def _document_row(document: Document) -> dict[str, Any]:
    return {
        "content_type": document.content_type,
        "body": document.body,
        "gzip": document.gzip,
        "etag": document.etag,
        "last_modified": document.last_modified,
    }


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
