"""The tables, as SQLAlchemy sees them. `migrations` makes them; a test holds the two equal.

articles --< origins      (source, guid) -> article: who gave it to us
         --< links        address -> article: every address that it was ever known by
         --< versions     what it said before it was corrected
         --< routes       (feed, article): which feeds carry it, decided once when it was saved
feeds    --< documents    one row a format: the bytes that readers get
sources  --< polls        what polling taught us; `hosts` holds what a whole host asked for
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
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
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
    Index(None, "published"),
    Index(None, "modified"),
)
"""`details` holds what is never asked for by itself: authors, images, enclosures, categories, source, comments, geo."""

origins = Table(
    "origins",
    metadata,
    Column("source", Text, nullable=False),
    Column("guid", Text, nullable=False),
    Column("article", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("source", "guid"),
    Index(None, "article"),
)
"""`position` keeps the order: the first origin made the article's id."""

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
    PrimaryKeyConstraint("feed", "article"),
    Index(None, "feed", "published", "article"),
    Index(None, "article"),
)
"""`withdrawn`: the publisher took the article back then, and this feed's readers have to be told."""

feeds = Table(
    "feeds",
    metadata,
    Column("path", Text, primary_key=True),
    Column("changed", Moment, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("rendered", BigInteger, nullable=False),
    Column("rendered_at", Moment),
)
"""`revision` counts the changes of what the feed carries; `rendered` is the one that the documents show."""

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
    Column("adopted", Boolean, nullable=False),
    Column("stopped", Boolean, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("lease_until", Moment),
    Column("lease_by", Text),
    Index(None, "next_poll"),
    Index(None, "host", "lease_until"),
)
"""`SourceState`, and the lease. `present`: the catalogue still names it. Spans of time are in seconds."""

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
    Index(None, "source", "at"),
    Index(None, "at"),
)

meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Json, nullable=False))
