"""Which articles' pages could not be had yet, and when they are asked for again."""

import sqlalchemy as sa
from alembic import op

from syndicator.store.tables import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEX = "ix_origins_source_page_due"
OWED = sa.text("page_due IS NOT NULL")


def upgrade() -> None:
    op.add_column("origins", sa.Column("page_due", Moment(), nullable=True))
    op.add_column("origins", sa.Column("page_tries", sa.Integer(), server_default="0", nullable=False))
    op.create_index(INDEX, "origins", ["source", "page_due"], sqlite_where=OWED, postgresql_where=OWED)


def downgrade() -> None:
    op.drop_index(INDEX, "origins")
    with op.batch_alter_table("origins") as batch:
        batch.drop_column("page_tries")
        batch.drop_column("page_due")
