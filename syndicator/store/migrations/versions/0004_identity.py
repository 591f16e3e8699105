"""By what articles are known again, in which order they came, and what their sources' habits are.

Articles that are stored already are numbered in the order in which feeds show them: by date, then by id.
"""

import sqlalchemy as sa
from alembic import op

from syndicator.store.known import remember_all
from syndicator.store.tables import Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBERED = """
    UPDATE articles SET arrived = numbered.place
    FROM (SELECT id, row_number() OVER (ORDER BY published, id) AS place FROM articles) AS numbered
    WHERE numbered.id = articles.id"""
ROUTED = "UPDATE routes SET arrived = articles.arrived FROM articles WHERE articles.id = routes.article"


def upgrade() -> None:
    op.add_column("articles", sa.Column("arrived", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("articles", sa.Column("dated", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("routes", sa.Column("arrived", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("sources", sa.Column("habits", Json(), server_default="{}", nullable=False))
    op.add_column("sources", sa.Column("notes", Json(), server_default="[]", nullable=False))
    op.add_column("polls", sa.Column("notes", Json(), server_default="[]", nullable=False))
    op.execute(NUMBERED)
    op.execute(ROUTED)
    op.drop_index("ix_articles_published", "articles")
    op.create_index("ix_articles_published_arrived", "articles", ["published", "arrived"])
    op.create_index("ix_articles_arrived", "articles", ["arrived"], unique=True)
    op.drop_index("ix_routes_feed_published_article", "routes")
    op.create_index("ix_routes_feed_published_arrived", "routes", ["feed", "published", "arrived"])
    op.create_table(
        "known_as",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "at", "number", name="pk_known_as"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_known_as_number", "known_as", ["number"])
    remember_all(op.get_bind())


def downgrade() -> None:
    op.drop_table("known_as")
    op.drop_index("ix_routes_feed_published_arrived", "routes")
    op.create_index("ix_routes_feed_published_article", "routes", ["feed", "published", "article"])
    op.drop_index("ix_articles_arrived", "articles")
    op.drop_index("ix_articles_published_arrived", "articles")
    op.create_index("ix_articles_published", "articles", ["published"])
    for table, column in (
        ("polls", "notes"),
        ("sources", "notes"),
        ("sources", "habits"),
        ("routes", "arrived"),
        ("articles", "dated"),
        ("articles", "arrived"),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
