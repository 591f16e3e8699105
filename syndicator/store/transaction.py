"""One write, under the writer's lock: all that one poll found is decided and saved in it, or none of it.

The transaction answers one question for a whole batch (`find`), takes the decided articles (`save`) and the source's
new state (`finish`). Articles, validators and the next poll time share it: validators never run ahead of articles.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy import insert as plain_insert

from syndicator.errors import LeaseLost
from syndicator.model import Article, Document, Origin, Poll, SourceState
from syndicator.store import rows
from syndicator.store.dialects import insert
from syndicator.store.tables import articles, documents, feeds, hosts, links, origins, polls, routes, sources, versions

CHUNK = 500
"""Keys asked for at once: below SQLite's limit of variables in one statement."""


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
            for chunk in _chunks(guids):
                found = select(origins.c.article).where(origins.c.source == source, origins.c.guid.in_(chunk))
                ids.update(self._connection.execute(found).scalars())
        by_link: dict[str, str] = {}
        for chunk in _chunks(urls):
            for row in self._connection.execute(select(links.c.url, links.c.article).where(links.c.url.in_(chunk))):
                by_link[row.url] = row.article
        return Known(load_articles(self._connection, ids | set(by_link.values())), by_link)

    def articles(self, ids: Iterable[str]) -> list[Article]:
        """Articles as they stand under the lock, in no order."""
        return load_articles(self._connection, ids)

    def save(self, changes: Sequence[tuple[Article | None, Article]], moment: datetime) -> None:
        """Stores articles as (what was stored, what holds now), each once.

        What a correction replaces stays as a version.
        """
        created = [new for old, new in changes if old is None]
        if created:
            values = [rows.article_row(article, first_seen=moment, modified=moment) for article in created]
            self._connection.execute(plain_insert(articles), values)
        for old, new in changes:
            if old is not None:
                self._replace(old, new, moment)
        self._save_identity([new for _, new in changes])
        self._save_routes(changes, moment)

    def _replace(self, old: Article, new: Article, moment: datetime) -> None:
        values = rows.article_row(new, first_seen=moment, modified=moment)
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
            {"source": o.source, "guid": o.guid, "article": a.id, "fingerprint": o.fingerprint, "position": position}
            for a in batch
            for position, o in enumerate(a.origins)
        ]
        statement: Any = insert(self._connection, origins)
        statement = statement.on_conflict_do_update(
            index_elements=["source", "guid"], set_={"fingerprint": statement.excluded.fingerprint}
        )
        if origin_rows:
            self._connection.execute(statement, origin_rows)
        link_rows = [{"url": a.url, "article": a.id} for a in batch if not a.shared_link]
        if link_rows:
            statement = insert(self._connection, links).on_conflict_do_nothing(index_elements=["url"])
            self._connection.execute(statement, link_rows)

    def _save_routes(self, changes: Sequence[tuple[Article | None, Article]], moment: datetime) -> None:
        """Brings routes in line with `Article.feeds`; a withdrawn article's routes stay, marked, to tell readers."""
        touched: set[str] = set()
        added: list[dict[str, Any]] = []
        for old, new in changes:
            if old is not None and _shown(old) == _shown(new):
                continue
            was, now = frozenset(old.feeds if old else ()), frozenset(new.feeds)
            touched |= was | now
            added += [{"feed": feed, "article": new.id, "published": new.published} for feed in sorted(now)]
            if gone := sorted(was - now):
                statement: Any = update(routes).values(withdrawn=moment) if new.withdrawn else delete(routes)
                self._connection.execute(statement.where(routes.c.article == new.id, routes.c.feed.in_(gone)))
        if added:
            upsert: Any = insert(self._connection, routes)
            upsert = upsert.on_conflict_do_update(
                index_elements=["feed", "article"], set_={"published": upsert.excluded.published, "withdrawn": None}
            )
            self._connection.execute(upsert, added)
        self.touch(touched, moment)

    def touch(self, paths: Iterable[str], moment: datetime) -> None:
        """Marks feeds as changed: their documents are out of date."""
        values = [{"path": path, "changed": moment, "revision": 1, "rendered": 0} for path in sorted(paths)]
        if not values:
            return
        statement: Any = insert(self._connection, feeds)
        statement = statement.on_conflict_do_update(
            index_elements=["path"], set_={"changed": statement.excluded.changed, "revision": feeds.c.revision + 1}
        )
        self._connection.execute(statement, values)

    def finish(self, state: SourceState, poll: Poll, *, leased: bool = True) -> None:
        """Saves what the poll taught us and gives the lease back.

        Raises `LeaseLost` when another worker has taken the source since: then nothing of the transaction stays.
        """
        statement = (
            update(sources)
            .where(sources.c.id == state.source, sources.c.epoch == state.epoch)
            .values(**rows.state_row(state), lease_until=None, lease_by=None)
        )
        if self._connection.execute(statement).rowcount != 1:
            raise LeaseLost(f"{state.source}: another worker has taken this source over; nothing was written")
        self._connection.execute(plain_insert(polls).values(rows.poll_row(poll)))

    def hold_host(self, host: str, until: datetime, why: str) -> None:
        """No source of this host is polled before `until`; an earlier promise that lasts longer stands."""
        statement: Any = insert(self._connection, hosts)
        statement = statement.on_conflict_do_update(
            index_elements=["host"],
            set_={"not_before": statement.excluded.not_before, "why": statement.excluded.why},
            where=hosts.c.not_before < statement.excluded.not_before,
        )
        self._connection.execute(statement, [{"host": host, "not_before": until, "why": why}])

    def publish(self, path: str, revision: int, made: Mapping[str, Document], moment: datetime) -> None:
        """Stores a feed's documents, by format, all at once: they show the feed at `revision`."""
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

    def relabel(self, changed: Sequence[tuple[Article, Article]], moment: datetime) -> None:
        """Stores new labels and routes of stored articles; their content, ids and dates stay as they are."""
        if changed:
            statement = update(articles).where(articles.c.id == bindparam("key"))
            values = [
                {"key": new.id, "topics": list(new.topics), "places": list(new.places), "people": list(new.people)}
                for _, new in changed
            ]
            self._connection.execute(statement, values)
            self._save_routes(changed, moment)


def _shown(article: Article) -> tuple[Any, ...]:
    """Everything of an article that a feed shows."""
    sources = tuple(origin.source for origin in article.origins)
    labels = (article.topics, article.places, article.people, article.story)
    return rows.content(article), article.published, sources, labels, article.feeds, article.withdrawn


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
    for chunk in _chunks(ids):
        given: dict[str, list[Origin]] = {}
        statement: Any = select(origins).where(origins.c.article.in_(chunk)).order_by(origins.c.position)
        for row in connection.execute(statement).mappings():
            origin = Origin(source=row["source"], guid=row["guid"], fingerprint=row["fingerprint"])
            given.setdefault(row["article"], []).append(origin)
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


def _chunks(keys: Iterable[str]) -> Iterable[list[str]]:
    ordered = sorted(set(keys))
    return (ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK))
