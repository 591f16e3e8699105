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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
    )
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_modified"), ["modified"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_published"), ["published"], unique=False)

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
        "feeds",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("rendered", sa.BigInteger(), nullable=False),
        sa.Column("rendered_at", Moment(), nullable=True),
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
        sa.Column("adopted", sa.Boolean(), nullable=False),
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
        sa.ForeignKeyConstraint(["article"], ["articles.id"], name=op.f("fk_routes_article"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed", "article", name=op.f("pk_routes")),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routes_article"), ["article"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_routes_feed_published_article"), ["feed", "published", "article"], unique=False
        )

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
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routes_feed_published_article"))
        batch_op.drop_index(batch_op.f("ix_routes_article"))

    op.drop_table("routes")
    with op.batch_alter_table("origins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_origins_article"))

    op.drop_table("origins")
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_links_article"))

    op.drop_table("links")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sources_next_poll"))
        batch_op.drop_index(batch_op.f("ix_sources_host_lease_until"))

    op.drop_table("sources")
    with op.batch_alter_table("polls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_polls_source_at"))
        batch_op.drop_index(batch_op.f("ix_polls_at"))

    op.drop_table("polls")
    op.drop_table("meta")
    op.drop_table("hosts")
    op.drop_table("feeds")
    op.drop_table("documents")
    with op.batch_alter_table("articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_published"))
        batch_op.drop_index(batch_op.f("ix_articles_modified"))

    op.drop_table("articles")
