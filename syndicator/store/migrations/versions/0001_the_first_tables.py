"""The first tables."""

import sqlalchemy as sa
from alembic import op

from syndicator.store.tables import Json, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("shared_link", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("updated", Moment(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("modified", Moment(), nullable=False),
        sa.Column("details", Json(), nullable=False),
        sa.Column("topics", Json(), nullable=False),
        sa.Column("places", Json(), nullable=False),
        sa.Column("people", Json(), nullable=False),
        sa.Column("story", sa.String(length=36), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_modified"), ["modified"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_position"), ["position"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_published"), ["published"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_story"), ["story"], unique=False)

    op.create_table(
        "documents",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("gzip", sa.LargeBinary(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "format", name=op.f("pk_documents")),
    )
    op.create_table(
        "editions",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("feed", "etag", name=op.f("pk_editions")),
    )
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_editions_feed_position"), ["feed", "position"], unique=False)

    op.create_table(
        "feeds",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rendered", sa.BigInteger(), nullable=False),
        sa.Column("rendered_at", Moment(), nullable=True),
        sa.Column("shows", sa.Integer(), nullable=False),
        sa.Column("sorted_by", sa.String(length=16), nullable=False),
        sa.Column("archives", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_feeds")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("not_before", Moment(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "inbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", Json(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inbox_due"), ["due"], unique=False)
        batch_op.create_index(batch_op.f("ix_inbox_kind_key"), ["kind", "key"], unique=False)

    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", Json(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "polls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("wire_bytes", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.Float(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("next_poll", Moment(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
    )
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_polls_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_polls_source_at"), ["source", "at"], unique=False)

    op.create_table(
        "sources",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("definition", sa.String(length=64), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("next_poll", Moment(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.String(length=64), nullable=True),
        sa.Column("last_poll", Moment(), nullable=True),
        sa.Column("last_success", Moment(), nullable=True),
        sa.Column("last_new", Moment(), nullable=True),
        sa.Column("last_full", Moment(), nullable=True),
        sa.Column("last_unconditional", Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("interval", sa.Float(), nullable=True),
        sa.Column("ttl", sa.Float(), nullable=True),
        sa.Column("period", sa.Float(), nullable=True),
        sa.Column("skip_hours", Json(), nullable=False),
        sa.Column("skip_days", Json(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_since", Moment(), nullable=True),
        sa.Column("moved_times", sa.Integer(), nullable=False),
        sa.Column("adopted", sa.Text(), nullable=True),
        sa.Column("hub", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sources_host_lease_until"), ["host", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_sources_next_poll"), ["next_poll"], unique=False)

    op.create_table(
        "story_keys",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "at", "number", name=op.f("pk_story_keys")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("story_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_story_keys_number"), ["number"], unique=False)

    op.create_table(
        "subscribers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=True),
        sa.Column("expires", Moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("feed", "format", "callback", name=op.f("uq_subscribers_feed_format_callback")),
    )
    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscribers_expires"), ["expires"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscribers_host"), ["host"], unique=False)

    op.create_table(
        "subscriptions",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("asked", Moment(), nullable=True),
        sa.Column("expires", Moment(), nullable=True),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("pushed", Moment(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("token", name=op.f("uq_subscriptions_token")),
    )
    op.create_table(
        "term_counts",
        sa.Column("term", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term", name=op.f("pk_term_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deliveries",
        sa.Column("subscriber", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber"], ["subscribers.id"], name=op.f("fk_deliveries_subscriber"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_due"), ["due"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_lease_until"), ["lease_until"], unique=False)

    op.create_table(
        "links",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_links_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_links")),
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_links_article"), ["article"], unique=False)

    op.create_table(
        "origins",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_origins_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "guid", name=op.f("pk_origins")),
    )
    with op.batch_alter_table("origins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_origins_article"), ["article"], unique=False)

    op.create_table(
        "routes",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("withdrawn", Moment(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("archive", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_routes_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed", "article", name=op.f("pk_routes")),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routes_article"), ["article"], unique=False)
        batch_op.create_index(batch_op.f("ix_routes_feed_archive"), ["feed", "archive"], unique=False)
        batch_op.create_index(batch_op.f("ix_routes_feed_position"), ["feed", "position"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_routes_feed_published_article"), ["feed", "published", "article"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_routes_feed_withdrawn"),
            ["feed", "withdrawn"],
            unique=False,
            sqlite_where=sa.text("withdrawn IS NOT NULL"),
            postgresql_where=sa.text("withdrawn IS NOT NULL"),
        )

    op.create_table(
        "searchable",
        sa.Column("place", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.Column("stems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_searchable_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_searchable")),
    )
    with op.batch_alter_table("searchable", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_searchable_article"), ["article"], unique=True)

    op.create_table(
        "signatures",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.Column("story", sa.String(length=36), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("began", Moment(), nullable=False),
        sa.Column("saved", Moment(), nullable=False),
        sa.Column("shingles", sa.LargeBinary(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_signatures_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_signatures")),
    )
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signatures_article"), ["article"], unique=True)

    op.create_table(
        "versions",
        sa.Column("article", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_versions_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article", "number", name=op.f("pk_versions")),
    )


def downgrade() -> None:
    op.drop_table("versions")
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_signatures_article"))

    op.drop_table("signatures")
    with op.batch_alter_table("searchable", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_searchable_article"))

    op.drop_table("searchable")
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routes_feed_withdrawn"))
        batch_op.drop_index(batch_op.f("ix_routes_feed_published_article"))
        batch_op.drop_index(batch_op.f("ix_routes_feed_position"))
        batch_op.drop_index(batch_op.f("ix_routes_feed_archive"))
        batch_op.drop_index(batch_op.f("ix_routes_article"))

    op.drop_table("routes")
    with op.batch_alter_table("origins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_origins_article"))

    op.drop_table("origins")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_article"))

    op.drop_table("links")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_lease_until"))
        batch_op.drop_index(batch_op.f("ix_deliveries_due"))

    op.drop_table("deliveries")
    op.drop_table("term_counts")
    op.drop_table("subscriptions")
    with op.batch_alter_table("subscribers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscribers_host"))
        batch_op.drop_index(batch_op.f("ix_subscribers_expires"))

    op.drop_table("subscribers")
    with op.batch_alter_table("story_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_story_keys_number"))

    op.drop_table("story_keys")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sources_next_poll"))
        batch_op.drop_index(batch_op.f("ix_sources_host_lease_until"))

    op.drop_table("sources")
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_polls_source_at"))
        batch_op.drop_index(batch_op.f("ix_polls_at"))

    op.drop_table("polls")
    op.drop_table("meta")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_inbox_kind_key"))
        batch_op.drop_index(batch_op.f("ix_inbox_due"))

    op.drop_table("inbox")
    op.drop_table("hosts")
    op.drop_table("feeds")
    with op.batch_alter_table("editions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_editions_feed_position"))

    op.drop_table("editions")
    op.drop_table("documents")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_story"))
        batch_op.drop_index(batch_op.f("ix_articles_published"))
        batch_op.drop_index(batch_op.f("ix_articles_position"))
        batch_op.drop_index(batch_op.f("ix_articles_modified"))

    op.drop_table("articles")
