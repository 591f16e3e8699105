"""Which sources are asked without validators, because their servers refuse conditional requests."""

import sqlalchemy as sa
from alembic import op

from syndicator.store.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sources", sa.Column("refuses", Moment(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sources") as batch:
        batch.drop_column("refuses")
