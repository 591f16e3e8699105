"""The tables, as SQLAlchemy sees them. `migrations` makes them; a test holds the two equal.

articles --< origins      (source, guid) -> article: who gave it to us
         --< links        address -> article: every address that it was ever known by
         --  known_as     by which pages and titles it is found again
         --< versions     what it said before it was corrected
         --  searchable   its light stems, for the full-text index that `0002_search` makes
         --  signatures   what it is compared by, and its story; story_keys, term_counts: how neighbours are found
         --< routes       (feed, article): which feeds carry it, decided once when it was saved
feeds    --< documents    one row a format: the bytes that readers get
         --< editions     what earlier documents showed, by their ETags
sources  --< polls        what polling taught us; `hosts` holds what a whole host asked for
subscribers --< deliveries  who is told when a document of ours changes; what they are still owed
subscriptions             whom we let tell us: one row a source that names a hub
inbox                     what arrived at a process that may not write
meta                      single facts: the last tick, the catalogue that labels were made with
"""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, sortable ISO 8601 text on SQLite, which has no such type."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(27) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON: `jsonb` on PostgreSQL, readable text (Arabic not escaped) on SQLite."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else JSONB())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return json.dumps(value, ensure_ascii=False) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if dialect.name == "sqlite" and value is not None else value


articles = Table(
    "articles",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("url", Text, nullable=False),
    Column("shared_link", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("modified", Moment, nullable=False),
    Column("details", Json, nullable=False),
    Column("topics", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("people", Json, nullable=False),
    Column("story", String(36)),
    Column("withdrawn", Boolean, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("arrived", BigInteger, nullable=False, server_default="0"),
    Column("dated", Boolean, nullable=False, server_default=true()),
    Index(None, "published", "arrived"),
    Index(None, "arrived", unique=True),
    Index(None, "modified"),
    Index(None, "position"),
    Index(None, "story"),
)
"""`details` holds what is never asked for by itself: authors, images, enclosures, categories, source, comments, geo.

`position` is the place of its last visible change in the one log of changes: given out under the writer's lock, counted
in `meta`, and never twice. `arrived` is the place of its first one: it is the article's number, and the order of
articles of one moment. `dated`: its publisher gave the date.
"""

origins = Table(
    "origins",
    metadata,
    Column("source", Text, nullable=False),
    Column("guid", Text, nullable=False),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    Column("page_due", Moment),
    Column("page_tries", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("source", "guid"),
    Index(None, "article"),
    Index(
        None,
        "source",
        "page_due",
        sqlite_where=text("page_due IS NOT NULL"),
        postgresql_where=text("page_due IS NOT NULL"),
    ),
)
"""`position` keeps the order: the first origin made the article's id. `page_due`: when its page, which could not be had
yet, is asked for again (`ingest.further`)."""

searchable = Table(
    "searchable",
    metadata,
    Column("place", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("stems", Text, nullable=False),
    Index(None, "article", unique=True),
)
"""`place` is the order of an answer: by date, then by id (`store.search`). Not for withdrawn articles."""

signatures = Table(
    "signatures",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("story", String(36), nullable=False),
    Column("published", Moment, nullable=False),
    Column("began", Moment, nullable=False),
    Column("saved", Moment, nullable=False),
    Column("shingles", LargeBinary, nullable=False),
    Column("terms", LargeBinary, nullable=False),
    Index(None, "article", unique=True),
)
"""What a new article is compared with (`store.stories`): only as long as one may still come that is near enough."""

story_keys = Table(
    "story_keys",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "at", "number"),
    Index(None, "number"),
    sqlite_with_rowid=False,
)
"""`at` is when the article was published, in seconds since 1970: a look-up reads one key's part of the window only.

`number` is a signature's. There is no foreign key: what is left of a deleted one finds nothing, and goes with age.
"""

term_counts = Table(
    "term_counts",
    metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("articles", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""In how many of the articles that were counted a term occurs; how many were counted stands at term 0."""

known_as = Table(
    "known_as",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    PrimaryKeyConstraint("key", "at", "number"),
    Index(None, "number"),
    sqlite_with_rowid=False,
)
"""By which pages and titles an article is found again (`store.known`). `at` is when it was published, in seconds since
1970; `number` is its `arrived`."""

links = Table(
    "links",
    metadata,
    Column("url", Text, primary_key=True),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Index(None, "article"),
)

versions = Table(
    "versions",
    metadata,
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("until", Moment, nullable=False),
    Column("content", Json, nullable=False),
    PrimaryKeyConstraint("article", "number"),
)
"""`content` is what the article said until `until`: title, summary, body, url, updated and details."""

routes = Table(
    "routes",
    metadata,
    Column("feed", Text, nullable=False),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("published", Moment, nullable=False),
    Column("withdrawn", Moment),
    Column("position", BigInteger, nullable=False),
    Column("arrived", BigInteger, nullable=False, server_default="0"),
    Column("archive", Integer, nullable=False),
    PrimaryKeyConstraint("feed", "article"),
    Index(None, "feed", "published", "arrived"),
    Index(None, "feed", "position"),
    Index(None, "feed", "archive"),
    Index(
        None,
        "feed",
        "withdrawn",
        sqlite_where=text("withdrawn IS NOT NULL"),
        postgresql_where=text("withdrawn IS NOT NULL"),
    ),
    Index(None, "article"),
)
"""`withdrawn`: the publisher took the article back then, and this feed's readers have to be told.

`position`: when this feed's readers had something new to read, in the log's count. `archive`: the number of the archive
document that holds it, 0 for none yet (`routing`).
"""

feeds = Table(
    "feeds",
    metadata,
    Column("path", Text, primary_key=True),
    Column("changed", Moment, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("rendered", BigInteger, nullable=False),
    Column("rendered_at", Moment),
    Column("shows", Integer, nullable=False),
    Column("sorted_by", String(16), nullable=False),
    Column("archives", Integer, nullable=False),
)
"""`revision` counts the changes of what the feed carries; `rendered` is the one that the documents show.

`shows` and `sorted_by` are `limit` and `order` of its definition; `archives` counts the archives that are closed.
"""

editions = Table(
    "editions",
    metadata,
    Column("feed", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("feed", "etag"),
    Index(None, "feed", "position"),
)
"""How far the log had come when a document was rendered, for the last ones of each feed: who has that ETag has all
that stands before."""

documents = Table(
    "documents",
    metadata,
    Column("feed", Text, nullable=False),
    Column("format", String(8), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("gzip", LargeBinary, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Moment, nullable=False),
    PrimaryKeyConstraint("feed", "format"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("definition", String(64), nullable=False),
    Column("present", Boolean, nullable=False),
    Column("next_poll", Moment),
    Column("why", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", String(64)),
    Column("last_poll", Moment),
    Column("last_success", Moment),
    Column("last_new", Moment),
    Column("last_full", Moment),
    Column("last_unconditional", Moment),
    Column("refuses", Moment),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("error", Text),
    Column("reason", String(32)),
    Column("interval", Float),
    Column("ttl", Float),
    Column("period", Float),
    Column("skip_hours", Json, nullable=False),
    Column("skip_days", Json, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("moved_to", Text),
    Column("moved_since", Moment),
    Column("moved_times", Integer, nullable=False),
    Column("adopted", Text),
    Column("hub", Text),
    Column("topic", Text),
    Column("stopped", Boolean, nullable=False),
    Column("habits", Json, nullable=False, server_default="{}"),
    Column("notes", Json, nullable=False, server_default="[]"),
    Column("epoch", BigInteger, nullable=False),
    Column("lease_until", Moment),
    Column("lease_by", Text),
    Index(None, "next_poll"),
    Index(None, "host", "lease_until"),
)
"""`SourceState`, and the lease. Spans of time are in seconds.

`host` is whom a poll disturbs: that of the adopted address, if there is one. `definition` is the fingerprint of the
definition that all was learned with; `present`: the catalogue still names it.
"""

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("not_before", Moment, nullable=False),
    Column("why", Text, nullable=False),
)

polls = Table(
    "polls",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("status", Integer),
    Column("entries", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("wire_bytes", BigInteger, nullable=False),
    Column("duration", Float, nullable=False),
    Column("reason", String(32)),
    Column("error", Text),
    Column("next_poll", Moment),
    Column("why", Text, nullable=False),
    Column("notes", Json, nullable=False, server_default="[]"),
    Index(None, "source", "at"),
    Index(None, "at"),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("feed", Text, nullable=False),
    Column("format", String(8), nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("secret", Text),
    Column("expires", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
    UniqueConstraint("feed", "format", "callback"),
    Index(None, "host"),
    Index(None, "expires"),
)
"""WebSub subscribers of our own feeds. `host` is whom a delivery disturbs; `failures` are deliveries, in a row."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("subscriber", ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_until", Moment),
    Index(None, "due"),
    Index(None, "lease_until"),
)
"""The outbox: one row a subscriber that has not got the newest document yet, written together with the document."""

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("token", String(64), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("asked", Moment),
    Column("expires", Moment),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("pushed", Moment),
    Column("error", Text),
    UniqueConstraint("token"),
)
"""Our own subscriptions at others' hubs. `asked`: a request that the hub has not verified yet; `due`: the next one."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),
    Column("about", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_until", Moment),
    Index(None, "kind", "key"),
    Index(None, "due"),
)
"""On SQLite it stands in a file of its own, so that web processes may write to it (see `inbox.py`)."""

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Json, nullable=False))


def in_metadata(_object: object, name: str | None, _kind: str, _reflected: bool, _other: object) -> bool:
    """Whether a thing in the database is described in `tables`: the full-text index is not, SQL alone makes it."""
    return not (name or "").startswith("searched")
